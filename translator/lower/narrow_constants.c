/* narrow_constants.c: see narrow_constants.h. Which bits of each variable are demanded is found backwards: walks over the
 * statements from last to first, with a word of bits for each variable, joined where ways part. What a loop's head demands is
 * taken to be nothing at first; walks are repeated until nothing is added. After some of them everything is. */
#include "loop_impl.h"
#include "narrow_constants.h"
#include <string.h>

enum { MOST_WALKS = 4, MOST_WORDS = 1 << 20 };

typedef struct Demand {
    const Ir *ir;
    Arena *arena;
    uint64_t *now;     /* by variable: the bits of it that are looked at from here on */
    uint64_t **labels; /* by block: the same at its label, or at an if's end; NULL: not seen yet */
    uint64_t **elses;  /* by block: at the beginning of its second arm */
    uint64_t *target, *operands; /* of the jump under work */
    uint64_t *constants;         /* by node, of constants: the bits that are looked at */
    uint32_t var_count;
    bool grown; /* a loop's head demands more than it did in the walk before */
    bool failed;
} Demand;

/* ---- bits ------------------------------------------------------------------------------------ */

/* From the lowest to the highest: what carries need. */
static uint64_t up_to_highest(uint64_t bits) {
    for (unsigned by = 1; by < 64; by *= 2)
        bits |= bits >> by;
    return bits;
}

static uint64_t from_lowest(uint64_t bits, unsigned type) {
    return (0 - (bits & (0 - bits))) & loop_mask(type);
}

static uint64_t of_extended(uint64_t bits, unsigned width) {
    uint64_t low = ((uint64_t)1 << width) - 1;
    return (bits & low) | (bits & ~low ? (uint64_t)1 << (width - 1) : 0);
}

static bool is_const(const Ir *ir, uint32_t node, uint64_t *bits) {
    return loop_const_bits(&ir->nodes[node], bits);
}

static bool is_logic(uint16_t op) {
    return op == OP_i32_and || op == OP_i32_or || op == OP_i32_xor || op == OP_i64_and ||
           op == OP_i64_or || op == OP_i64_xor;
}

/* ---- expressions ----------------------------------------------------------------------------- */

static void visit(Demand *d, uint32_t node, uint64_t bits);

static void visit_all(Demand *d, uint32_t node) {
    visit(d, node, UINT64_MAX);
}

/* A constant operand demands what the operation does; of the other one some bits do not matter. */
static void visit_logic(Demand *d, const Node *n, uint64_t bits) {
    bool is_and = n->op == OP_i32_and || n->op == OP_i64_and;
    bool is_or = n->op == OP_i32_or || n->op == OP_i64_or;
    for (unsigned i = 0; i < 2; i++) {
        uint64_t other, of_kid = bits;
        if (is_const(d->ir, n->kid[i], &other)) {
            d->constants[n->kid[i]] |= bits;
            continue;
        }
        if (is_const(d->ir, n->kid[1 - i], &other)) {
            if (is_and) of_kid &= other;
            if (is_or) of_kid &= ~other;
        }
        visit(d, n->kid[i], of_kid);
    }
}

/* By a constant: exactly the bits that arrive. By anything else: all that might. */
static void visit_shift(Demand *d, const Node *n, uint64_t bits) {
    unsigned width = n->type == VT_I32 ? 32 : 64;
    uint64_t all = loop_mask(n->type), top = (uint64_t)1 << (width - 1), count;
    bool left = n->op == OP_i32_shl || n->op == OP_i64_shl;
    bool is_signed = n->op == OP_i32_shr_s || n->op == OP_i64_shr_s;
    if (!is_const(d->ir, n->kid[1], &count)) {
        visit(d, n->kid[0], left ? up_to_highest(bits) : bits ? from_lowest(bits, n->type) : 0);
    } else {
        unsigned by = (unsigned)count & (width - 1);
        uint64_t from = left ? bits >> by : bits << by & all;
        if (is_signed && by && bits >> (width - by)) from |= top;
        visit(d, n->kid[0], from);
    }
    visit_all(d, n->kid[1]);
}

static void visit_others(Demand *d, const Node *n) {
    OpFx fx = (OpFx)op_info[n->op].fx;
    if (fx == FX_ALLOC) {
        for (uint32_t i = 0; i < n->kid[2]; i++)
            visit_all(d, d->ir->args[n->kid[1] + i]);
        return;
    }
    bool any = op_info[n->op].sig[0] == 'P' && fx != FX_GREAD && n->op != OP_ref_func &&
               n->op != OP_ref_null && n->op != OP_table_size;
    unsigned kids = any ? 3 : loop_kids(n); /* for kids that it has not the first node stands in */
    for (unsigned i = 0; i < kids; i++)
        visit_all(d, n->kid[i]);
}

static void look_at(Demand *d, unsigned type, uint32_t var, uint64_t bits) {
    if (var != NO_VAR) d->now[var] |= bits & loop_mask(type);
}

/* These bits of the node's value are looked at. */
static void visit(Demand *d, uint32_t node, uint64_t bits) {
    const Node *n = &d->ir->nodes[node];
    bits &= loop_mask(n->type);
    switch (n->op) {
    case OP_local_get:
        look_at(d, n->type, ir_local_var(d->ir, (uint32_t)n->imm), bits);
        return;
    case NODE_SLOT:
        look_at(d, n->type, ir_slot_var(d->ir, n->type, (uint32_t)n->imm), bits);
        return;
    case OP_i32_const:
    case OP_i64_const:
        d->constants[node] |= UINT64_MAX;
        return;
    case OP_i32_add:
    case OP_i64_add:
    case OP_i32_sub:
    case OP_i64_sub:
    case OP_i32_mul:
    case OP_i64_mul:
        visit(d, n->kid[0], up_to_highest(bits));
        visit(d, n->kid[1], up_to_highest(bits));
        return;
    case OP_i32_shl:
    case OP_i64_shl:
    case OP_i32_shr_s:
    case OP_i64_shr_s:
    case OP_i32_shr_u:
    case OP_i64_shr_u:
        visit_shift(d, n, bits);
        return;
    case OP_i32_wrap_i64:
    case OP_i64_extend_i32_u:
        visit(d, n->kid[0], bits & UINT32_MAX);
        return;
    case OP_i64_extend_i32_s:
    case OP_i64_extend32_s:
        visit(d, n->kid[0], of_extended(bits, 32));
        return;
    case OP_i32_extend8_s:
    case OP_i64_extend8_s:
        visit(d, n->kid[0], of_extended(bits, 8));
        return;
    case OP_i32_extend16_s:
    case OP_i64_extend16_s:
        visit(d, n->kid[0], of_extended(bits, 16));
        return;
    case OP_select:
    case OP_select_t:
        visit(d, n->kid[0], bits);
        visit(d, n->kid[1], bits);
        visit_all(d, n->kid[2]);
        return;
    default:
        if (is_logic(n->op))
            visit_logic(d, n, bits);
        else
            visit_others(d, n);
    }
}

/* ---- statements ------------------------------------------------------------------------------ */

/* The variable is written: what it held before is not looked at. Gives what of the new value is. */
static uint64_t overwrite(Demand *d, uint32_t var) {
    if (var == NO_VAR) return UINT64_MAX;
    uint64_t bits = d->now[var];
    d->now[var] = 0;
    return bits;
}

static void join(Demand *d, const uint64_t *from) {
    for (uint32_t i = 0; i < d->var_count; i++)
        d->now[i] |= from[i];
}

static void forget(Demand *d) {
    memset(d->now, 0, d->var_count * sizeof *d->now);
}

/* Keeps the demands of now; what had been kept in an earlier walk is less. */
static void keep(Demand *d, uint64_t **place) {
    if (!*place) *place = arena_array(d->arena, d->var_count + 1, sizeof **place);
    if (*place)
        memcpy(*place, d->now, d->var_count * sizeof **place);
    else
        d->failed = true;
}

static void loop_head(Demand *d, uint32_t block) {
    const uint64_t *before = d->labels[block];
    for (uint32_t i = 0; i < d->var_count && !d->grown; i++)
        d->grown = (d->now[i] & ~(before ? before[i] : 0)) != 0;
    keep(d, &d->labels[block]);
}

/* Where a jump's operand arrives; NO_VAR: it is no integer, or leaves the function. */
static uint32_t target_var(const Demand *d, uint32_t block, uint32_t operand) {
    const Block *b = &d->ir->stream->blocks[block];
    return block ? ir_slot_var(d->ir, vt_kind(block_label_types(b)[operand]), b->height + operand)
                 : NO_VAR;
}

/* What is demanded behind a label, but for the operands that a jump brings there, is demanded before it. Behind a
 * return nothing is; at a loop that the first walk has not come to, nothing yet. */
static void add_target(Demand *d, const Stmt *s, uint32_t block) {
    const uint64_t *there = block ? d->labels[block] : NULL;
    if (there) memcpy(d->target, there, d->var_count * sizeof *there);
    for (uint32_t i = 0; i < s->count; i++) {
        uint32_t var = target_var(d, block, i);
        d->operands[i] |= var == NO_VAR ? UINT64_MAX : there ? there[var] : 0;
        if (var != NO_VAR) d->target[var] = 0;
    }
    if (there) join(d, d->target);
}

static void jump(Demand *d, const Stmt *s) {
    memset(d->operands, 0, s->count * sizeof *d->operands);
    if (s->kind != STMT_GOTO_IF) forget(d);
    if (s->kind == STMT_SWITCH) {
        const uint32_t *targets = d->ir->stream->pool + s->b;
        for (uint32_t i = 0; i <= s->a; i++)
            if (i == 0 || targets[i] != targets[i - 1]) add_target(d, s, targets[i]);
    } else {
        add_target(d, s, s->kind == STMT_RETURN ? 0 : s->a);
    }
    for (uint32_t i = 0; i < s->count; i++)
        visit(d, d->ir->args[s->first + i], d->operands[i]);
    if (s->kind == STMT_GOTO_IF || s->kind == STMT_SWITCH) visit_all(d, s->node);
}

static void operation(Demand *d, const Stmt *s) {
    if (s->to_local) {
        overwrite(d, ir_local_var(d->ir, s->a));
    } else {
        for (uint32_t i = 0; i < s->results; i++)
            overwrite(d,
                      ir_slot_var(d->ir, vt_kind(d->ir->args[s->first + s->count + i]), s->a + i));
    }
    for (uint32_t i = 0; i < s->count; i++) {
        uint64_t bits = UINT64_MAX;
        if (i == 1 && op_info[s->op].kind == KIND_STORE && op_access_bytes(s->op) < 8)
            bits = ((uint64_t)1 << (8 * op_access_bytes(s->op))) - 1;
        visit(d, d->ir->args[s->first + i], bits);
    }
}

static void statement(Demand *d, const Stmt *s) {
    switch ((StmtKind)s->kind) {
    case STMT_SET_LOCAL:
        visit(d, s->node, overwrite(d, ir_local_var(d->ir, s->a)));
        break;
    case STMT_SET_SLOT:
        visit(d, s->node, overwrite(d, ir_slot_var(d->ir, s->type, s->a)));
        break;
    case STMT_EVAL:
        visit_all(d, s->node);
        break;
    case STMT_OP:
        operation(d, s);
        break;
    case STMT_LOOP:
        loop_head(d, s->a);
        break;
    case STMT_LABEL:
    case STMT_END_IF:
        keep(d, &d->labels[s->a]);
        break;
    case STMT_ELSE:
        keep(d, &d->elses[s->a]);
        memcpy(d->now, d->labels[s->a], d->var_count * sizeof *d->now);
        break;
    case STMT_IF:
        join(d, d->ir->stream->blocks[s->a].has_else ? d->elses[s->a] : d->labels[s->a]);
        visit_all(d, s->node);
        break;
    case STMT_GOTO:
    case STMT_GOTO_IF:
    case STMT_SWITCH:
    case STMT_RETURN:
        jump(d, s);
        break;
    case STMT_TRAP:
        forget(d);
        break;
    case STMT_INNER:
        break;
    }
}

/* ---- the walks ------------------------------------------------------------------------------- */

static void walk(Demand *d) {
    d->grown = false;
    forget(d);
    for (uint32_t i = d->ir->stmt_count; i-- > 0 && !d->failed;)
        statement(d, &d->ir->stmts[i]);
}

static void demand_all_at_loops(Demand *d) {
    for (uint32_t i = 1; i < d->ir->stream->block_count; i++)
        if (d->ir->stream->blocks[i].kind == BLOCK_LOOP && d->labels[i])
            memset(d->labels[i], 0xff, d->var_count * sizeof *d->labels[i]);
}

/* The operand that could lose bits: a constant that looks like a sign's copies; NO_NODE: none. */
static uint32_t candidate(const Ir *ir, const Node *n) {
    uint64_t bits, all = loop_mask(n->type);
    for (unsigned i = 0; i < 2 && is_logic(n->op); i++)
        if (is_const(ir, n->kid[i], &bits) && bits != all && bits > all >> 1) return n->kid[i];
    return NO_NODE;
}

/* Exceptions bring control to handlers by ways that are no statement. */
static bool is_worth_it(const Ir *ir, uint32_t vars) {
    bool found = false;
    for (uint32_t i = 0; i < ir->node_count && !found; i++)
        found = candidate(ir, &ir->nodes[i]) != NO_NODE;
    if (!found || (uint64_t)vars * ir->stream->block_count > MOST_WORDS) return false;
    for (uint32_t i = 0; i < ir->stmt_count; i++)
        if (ir_handles(&ir->stmts[i])) return false;
    return true;
}

static bool begin(Demand *d, Ir *ir, Arena *arena) {
    uint32_t operands = 0, blocks = ir->stream->block_count;
    for (uint32_t i = 0; i < ir->stmt_count; i++)
        if (ir->stmts[i].count > operands) operands = ir->stmts[i].count;
    d->now = ARENA_ARRAY(arena, d->var_count + 1, uint64_t);
    d->target = ARENA_ARRAY(arena, d->var_count + 1, uint64_t);
    d->operands = ARENA_ARRAY(arena, operands + 1, uint64_t);
    d->constants = ARENA_ARRAY(arena, ir->node_count, uint64_t);
    d->labels = ARENA_ARRAY(arena, blocks, uint64_t *);
    d->elses = ARENA_ARRAY(arena, blocks, uint64_t *);
    return d->now && d->target && d->operands && d->constants && d->labels && d->elses;
}

bool narrow_constants(Context *ctx, Ir *ir, Arena *arena) {
    Demand d = {.ir = ir, .arena = arena, .var_count = ir_var_count(ir)};
    if (!is_worth_it(ir, d.var_count)) return true;
    if (!begin(&d, ir, arena)) return diag_nomem(ctx);
    unsigned walks = 0;
    do
        walk(&d);
    while (d.grown && ++walks < MOST_WALKS && !d.failed);
    if (d.grown) {
        demand_all_at_loops(&d);
        walk(&d);
    }
    if (d.failed) return diag_nomem(ctx);
    for (uint32_t i = 0; i < ir->node_count; i++) {
        uint32_t constant = candidate(ir, &ir->nodes[i]);
        if (constant != NO_NODE && d.constants[constant])
            ir->nodes[constant].imm &= up_to_highest(d.constants[constant]);
    }
    return true;
}
