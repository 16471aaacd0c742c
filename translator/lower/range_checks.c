/* range_checks.c: see range_checks.h. One walk over the statements, in order. A fact says that from some
 * value on so many bytes lie inside a memory. At a label the facts are those that all jumps to it bring;
 * variables that changed since the earliest of them have some value. At a loop's head variables that the
 * loop assigns have some value; facts about values stay, for values do not change. */
#include "../base/bitmap.h"
#include "loop_impl.h"
#include "range_impl.h"
#include <string.h>

enum { NO_CHECK = 0, LARGEST_EARLY = 12, MOST_SCANNED = 64 };

typedef struct Fact {
    uint32_t value, memory;
    uint32_t check; /* in Pass.checks: the one that showed it; NO_CHECK: it may not be made wider */
    uint64_t end;   /* bytes behind the value, those of the accesses included */
} Fact;

typedef struct Facts {
    uint32_t count, oldest;
    Fact fact[RANGE_FACTS];
} Facts;

typedef struct Check { /* a check as it stands: at its access, or early, before the statement */
    uint32_t stmt, node, address, memory, region; /* node: the load; NO_NODE: a store */
    bool early, movable;
    uint64_t below, end; /* from address - below on so many bytes */
} Check;

typedef struct Meeting { /* a label, an if */
    Facts *facts;        /* NULL: nobody has come yet; of an if: those at its beginning */
    Facts *then; /* of an if with else: those at the end of its first arm; NULL: it does not end */
    uint32_t time;
} Meeting;

typedef struct Pass {
    Context *ctx;
    const Module *m;
    const Ir *ir;
    Arena *arena;
    uint32_t memories, region, stmt;
    RangeVars vars;
    Facts facts;
    Meeting *labels, *ifs; /* by block */
    uint32_t *loop_ends;   /* by block: its last jump back; 0: none */
    Check *checks;
    uint32_t check_count, check_cap;
    uint64_t *free_nodes, *free_stmts, scanned;
    bool dead;     /* nothing gets here */
    bool handlers; /* exceptions are caught here: nothing is known at labels */
    bool trapping; /* the statement may trap in another way, too */
} Pass;

/* ---- facts ----------------------------------------------------------------------------------- */

static Fact *fact_of(Facts *f, uint32_t value, uint32_t memory) {
    for (uint32_t i = 0; value && i < f->count; i++)
        if (f->fact[i].value == value && f->fact[i].memory == memory) return &f->fact[i];
    return NULL;
}

/* The distance from the fact's value to this one, where that is a constant. */
static bool distance(const Pass *p, const Fact *f, uint32_t value, uint32_t memory, int64_t *out) {
    const RangeValue *v = &p->vars.values[value], *from = &p->vars.values[f->value];
    *out = v->delta - from->delta;
    return f->memory == memory && from->root == v->root;
}

static void put_fact(Pass *p, Fact fact) {
    Facts *f = &p->facts;
    if (!fact.value) return;
    Fact *old = fact_of(f, fact.value, fact.memory);
    if (old) {
        *old = fact;
    } else if (f->count < RANGE_FACTS) {
        f->fact[f->count++] = fact;
    } else {
        f->fact[f->oldest] = fact;
        f->oldest = (f->oldest + 1) % RANGE_FACTS;
    }
}

/* Makes of the fact what the other one knows, too; false: nothing. */
static bool overlap(const Pass *p, Fact *fact, const Fact *other) {
    int64_t after;
    if (!distance(p, other, fact->value, fact->memory, &after)) return false;
    uint64_t begin = after < 0 ? (uint64_t)-after : 0; /* where the other one begins */
    uint64_t end = after < 0 ? other->end + begin : other->end - (uint64_t)after;
    if (after >= 0 && other->end <= (uint64_t)after) return false;
    if (end > fact->end) end = fact->end;
    if (begin >= end) return false;
    if (begin) fact->value = other->value;
    fact->end = end - begin;
    return true;
}

/* Leaves in a what both know. */
static void meet(const Pass *p, Facts *a, const Facts *b) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < a->count; i++) {
        Fact best = {0};
        for (uint32_t k = 0; k < b->count; k++) {
            Fact fact = a->fact[i];
            if (overlap(p, &fact, &b->fact[k]) && fact.end > best.end) best = fact;
        }
        if (!best.value) continue;
        best.check = NO_CHECK;
        a->fact[count++] = best;
    }
    a->count = count;
    a->oldest = 0;
}

static Facts *saved(Pass *p) {
    Facts *f = ARENA_ARRAY(p->arena, 1, Facts);
    if (f)
        *f = p->facts;
    else
        p->vars.failed = true;
    return f;
}

static void forget(Pass *p) {
    p->facts.count = p->facts.oldest = 0;
    range_forget_all(&p->vars);
}

/* ---- checks ---------------------------------------------------------------------------------- */

static void make_free(Pass *p, uint32_t node) {
    if (node != NO_NODE)
        bitmap_add(p->free_nodes, node);
    else
        bitmap_add(p->free_stmts, p->stmt);
}

/* How many operands a node of plain numbers has; UINT32_MAX: it is none. */
static uint32_t plain_kids(const Node *n) {
    if (n->op == NODE_SLOT || n->op == OP_local_get) return 0;
    if (n->op >= OP_COUNT || (n->type != VT_I32 && n->type != VT_I64)) return UINT32_MAX;
    const OpInfo *op = &op_info[n->op];
    if (op->kind == KIND_CONST) return 0;
    if (op->fx != FX_PURE || op->sig[0] == 'P' || op->kind == KIND_LANE) return UINT32_MAX;
    return loop_kids(n);
}

/* Does evaluating this tree twice, and early, change nothing? */
static bool is_movable(const Ir *ir, uint32_t node, uint32_t *room) {
    const Node *n = &ir->nodes[node];
    uint32_t kids = plain_kids(n);
    if (kids == UINT32_MAX || *room == 0) return false;
    --*room;
    for (uint32_t i = 0; i < kids; i++)
        if (!is_movable(ir, n->kid[i], room)) return false;
    return true;
}

static uint32_t new_check(Pass *p, uint32_t node, uint32_t address, uint32_t memory, uint64_t end) {
    if (p->check_count == p->check_cap) {
        uint32_t cap = p->check_cap ? p->check_cap * 2 : 32;
        Check *checks = ARENA_ARRAY(p->arena, cap, Check);
        if (!checks) {
            p->vars.failed = true;
            return NO_CHECK;
        }
        if (p->check_count) memcpy(checks, p->checks, p->check_count * sizeof *checks);
        p->checks = checks;
        p->check_cap = cap;
    }
    if (p->check_count == 0) p->checks[p->check_count++] = (Check){0}; /* NO_CHECK */
    uint32_t room = LARGEST_EARLY;
    p->checks[p->check_count] =
        (Check){.stmt = p->stmt,
                .node = node,
                .address = address,
                .memory = memory,
                .region = p->region,
                .end = end,
                .movable = !p->trapping && is_movable(p->ir, address, &room)};
    return p->check_count++;
}

/* The check is made before its statement; false: it cannot be. */
static bool make_early(Pass *p, uint32_t check) {
    Check *c = &p->checks[check];
    if (check == NO_CHECK || !c->movable) return false;
    if (!c->early) {
        if (c->node != NO_NODE)
            bitmap_add(p->free_nodes, c->node);
        else
            bitmap_add(p->free_stmts, c->stmt);
    }
    return c->early = true;
}

/* A check that stands already shows that the access stays inside. */
static bool is_covered(Pass *p, uint32_t node, uint32_t value, uint32_t memory, uint64_t end) {
    for (uint32_t i = 0; i < p->facts.count; i++) {
        const Fact *f = &p->facts.fact[i];
        int64_t after;
        if (!distance(p, f, value, memory, &after) || after < 0) continue;
        if ((uint64_t)after + end > f->end) continue;
        /* in the statement itself loads come in any order, stores come last */
        const Check *c = f->check == NO_CHECK ? NULL : &p->checks[f->check];
        if (!c || c->stmt != p->stmt || c->early || node == NO_NODE || make_early(p, f->check))
            return true;
    }
    return false;
}

/* May one check look at several addresses? When x + c wraps, x must lie outside; but a 32-bit memory can become so large that
 * it does not. */
static bool is_outside_near_top(const Pass *p, uint32_t memory) {
    const Limits *l = &p->m->memories[memory].limits;
    return l->is64 ||
           (l->has_max && l->max <= ((uint64_t)1 << 31) >> p->m->memories[memory].page_log2);
}

/* A check that stands already is made to look here, too. */
static bool is_widened(Pass *p, uint32_t value, uint32_t memory, uint64_t end) {
    for (uint32_t i = 0; !p->trapping && i < p->facts.count; i++) {
        Fact *f = &p->facts.fact[i];
        int64_t after;
        if (f->check == NO_CHECK || p->checks[f->check].region != p->region ||
            !distance(p, f, value, memory, &after) || (after && !is_outside_near_top(p, memory)))
            continue;
        Check *c = &p->checks[f->check];
        uint64_t below = after < 0 ? (uint64_t)-after : 0;
        uint64_t from_here = (after < 0 ? 0 : (uint64_t)after) + end;
        uint64_t all = c->end + below > from_here ? c->end + below : from_here;
        if (all > UINT32_MAX || !make_early(p, f->check)) continue;
        c->below += below;
        c->end = f->end = all;
        if (below) f->value = value;
        return true;
    }
    return false;
}

/* An access of `bytes` at the address, whose value is given; node: the load, or
 * NO_NODE: the statement's store. */
static void access(Pass *p, uint32_t node, uint32_t address, uint32_t value, uint32_t memory,
                   uint64_t offset, uint64_t bytes) {
    if (memory >= 31 || !(p->memories >> memory & 1) || offset > UINT32_MAX - bytes ||
        p->vars.failed)
        return;
    uint64_t end = offset + bytes;
    if (value && (is_covered(p, node, value, memory, end) || is_widened(p, value, memory, end))) {
        make_free(p, node);
        return;
    }
    const Fact *f = fact_of(&p->facts, value, memory);
    uint32_t check = new_check(p, node, address, memory, end);
    if (!f || f->end < end) put_fact(p, (Fact){value, memory, check, end});
}

/* ---- expressions ----------------------------------------------------------------------------- */

/* Its value, when that is an integer; visits the accesses in it. */
static uint32_t visit(Pass *p, uint32_t node) {
    const Node *n = &p->ir->nodes[node];
    RangeVars *v = &p->vars;
    if (n->op == NODE_SLOT) return range_get(v, ir_slot_var(p->ir, n->type, (uint32_t)n->imm));
    if (n->op == OP_local_get) return range_get(v, ir_local_var(p->ir, (uint32_t)n->imm));
    if (n->op >= OP_COUNT) return 0;
    uint32_t kids = loop_kids(n), kid[3] = {0, 0, 0};
    for (uint32_t i = 0; i < kids; i++)
        kid[i] = visit(p, n->kid[i]);
    if (op_info[n->op].kind == KIND_LOAD)
        access(p, node, n->kid[0], kid[0], n->aux, n->imm, op_access_bytes(n->op));
    uint32_t plain = plain_kids(n);
    bool known = plain != UINT32_MAX;
    for (uint32_t i = 0; known && i < plain; i++)
        known = kid[i] != 0;
    if (!known) return n->type == VT_I32 || n->type == VT_I64 ? range_fresh(v) : 0;
    return range_value(
        v, (RangeValue){.op = n->op, .a = kid[0], .b = kid[1], .c = kid[2], .imm = n->imm});
}

/* Could it trap in another way than by an access, or is it not known to the pass? */
static bool may_trap(const Ir *ir, uint32_t node) {
    const Node *n = &ir->nodes[node];
    if (n->op >= OP_COUNT) return n->op != NODE_SLOT;
    switch ((OpFx)op_info[n->op].fx) {
    case FX_PURE:
    case FX_READ:
    case FX_LREAD:
    case FX_GREAD:
    case FX_MREAD:
        break;
    default:
        return true;
    }
    uint32_t kids = loop_kids(n);
    for (uint32_t i = 0; i < kids; i++)
        if (may_trap(ir, n->kid[i])) return true;
    return false;
}

/* ---- statements ------------------------------------------------------------------------------ */

static bool has_node(const Stmt *s) {
    switch ((StmtKind)s->kind) {
    case STMT_SET_LOCAL:
    case STMT_SET_SLOT:
    case STMT_EVAL:
    case STMT_IF:
    case STMT_GOTO_IF:
    case STMT_SWITCH:
        return true;
    default:
        return false;
    }
}

static bool is_loop(const Pass *p, uint32_t block) {
    return p->ir->stream->blocks[block].kind == BLOCK_LOOP;
}

static void forget_slots(Pass *p, const ValType *types, uint32_t height, uint32_t count) {
    for (uint32_t i = 0; i < count; i++)
        range_set(&p->vars, ir_slot_var(p->ir, vt_kind(types[i]), height + i), 0);
}

/* What a statement leaves in variables. */
static void assign(Pass *p, const Stmt *s, uint32_t value) {
    RangeVars *v = &p->vars;
    if (s->kind == STMT_SET_LOCAL) {
        range_set(v, ir_local_var(p->ir, s->a), value);
    } else if (s->kind == STMT_SET_SLOT) {
        range_set(v, ir_slot_var(p->ir, s->type, s->a), value);
    } else if (s->kind == STMT_OP && s->to_local) {
        range_set(v, ir_local_var(p->ir, s->a), 0);
    } else if (s->kind == STMT_OP && s->results) {
        for (uint32_t i = 0; i < s->results; i++) {
            unsigned kind = vt_kind(p->ir->args[s->first + s->count + i]);
            range_set(v, ir_slot_var(p->ir, kind, s->a + i), 0);
        }
    }
}

static void jump(Pass *p, uint32_t block) {
    if (p->dead || block == 0 || is_loop(p, block)) return;
    Meeting *l = &p->labels[block];
    if (l->facts) {
        meet(p, l->facts, &p->facts);
    } else {
        l->facts = saved(p);
        l->time = range_time(&p->vars);
    }
}

static void jumps(Pass *p, const Stmt *s) {
    if (s->kind == STMT_GOTO || s->kind == STMT_GOTO_IF) {
        jump(p, s->a);
    } else if (s->kind == STMT_SWITCH) {
        const uint32_t *targets = p->ir->stream->pool + s->b;
        for (uint32_t i = 0; i <= s->a; i++)
            if (i == 0 || targets[i] != targets[i - 1]) jump(p, targets[i]);
    }
    if (s->kind != STMT_GOTO_IF) p->dead = true;
}

static void label(Pass *p, uint32_t block) {
    const Block *b = &p->ir->stream->blocks[block];
    Meeting *l = &p->labels[block];
    if (p->handlers || (p->dead && !l->facts)) {
        forget(p);
    } else if (l->facts) {
        if (p->dead)
            p->facts = *l->facts;
        else
            meet(p, &p->facts, l->facts);
        range_forget_since(&p->vars, l->time);
    }
    p->dead = false;
    forget_slots(p, b->results, b->height, b->result_count);
}

/* Variables that the loop assigns: some value. */
static void loop_head(Pass *p, uint32_t block) {
    const Block *b = &p->ir->stream->blocks[block];
    uint32_t last = p->loop_ends[block];
    p->scanned += last > p->stmt ? last - p->stmt : 0;
    if (p->handlers || p->dead) {
        forget(p);
        p->dead = false;
        return;
    }
    if (p->scanned / MOST_SCANNED > p->ir->stmt_count) {
        range_forget_all(&p->vars);
        return;
    }
    forget_slots(p, b->params, b->height, b->param_count);
    for (uint32_t i = p->stmt + 1; i <= last; i++) {
        const Stmt *s = &p->ir->stmts[i];
        assign(p, s, 0);
        if (s->kind != STMT_GOTO && s->kind != STMT_GOTO_IF && s->kind != STMT_SWITCH) continue;
        uint32_t to = s->kind == STMT_SWITCH ? p->ir->stream->pool[s->b] : s->a;
        const Block *t = &p->ir->stream->blocks[to];
        if (to) forget_slots(p, block_label_types(t), t->height, s->count);
        for (uint32_t k = 1; s->kind == STMT_SWITCH && s->count && k <= s->a; k++) {
            t = &p->ir->stream->blocks[p->ir->stream->pool[s->b + k]];
            forget_slots(p, block_label_types(t), t->height, s->count);
        }
    }
}

static void end_if(Pass *p, uint32_t block) {
    Meeting *f = &p->ifs[block];
    const Block *b = &p->ir->stream->blocks[block];
    Facts *other = b->has_else ? f->then : f->facts; /* what comes the other way */
    if (p->handlers || (p->dead && !other)) {
        forget(p);
    } else {
        if (p->dead)
            p->facts = *other;
        else if (other)
            meet(p, &p->facts, other);
        range_forget_since(&p->vars, f->time);
    }
    p->dead = p->dead && !other && !p->handlers;
    forget_slots(p, b->results, b->height, b->result_count);
}

static void else_arm(Pass *p, uint32_t block) {
    Meeting *f = &p->ifs[block];
    f->then = p->dead ? NULL : saved(p);
    if (p->handlers || !f->facts)
        forget(p);
    else
        p->facts = *f->facts;
    range_forget_since(&p->vars, f->time);
    p->dead = false;
}

static void control(Pass *p, const Stmt *s) {
    p->region++;
    switch ((StmtKind)s->kind) {
    case STMT_LABEL:
        label(p, s->a);
        break;
    case STMT_LOOP:
        loop_head(p, s->a);
        break;
    case STMT_IF:
        p->ifs[s->a] = (Meeting){saved(p), NULL, range_time(&p->vars)};
        break;
    case STMT_ELSE:
        else_arm(p, s->a);
        break;
    case STMT_END_IF:
        end_if(p, s->a);
        break;
    case STMT_GOTO:
    case STMT_GOTO_IF:
    case STMT_SWITCH:
    case STMT_RETURN:
    case STMT_TRAP:
        jumps(p, s);
        break;
    default:
        if (ir_handles(s)) forget(p);
        break;
    }
}

static void statement(Pass *p, const Stmt *s) {
    uint32_t value = 0;
    p->trapping = has_node(s) && may_trap(p->ir, s->node);
    for (uint32_t i = 0; i < s->count && !p->trapping; i++)
        p->trapping = may_trap(p->ir, p->ir->args[s->first + i]);
    if (p->trapping) p->region++;
    if (has_node(s)) value = visit(p, s->node);
    uint32_t first = 0;
    for (uint32_t i = 0; i < s->count; i++) {
        uint32_t v = visit(p, p->ir->args[s->first + i]);
        if (i == 0) first = v;
    }
    if (s->kind == STMT_OP && op_info[s->op].kind == KIND_STORE)
        access(p, NO_NODE, p->ir->args[s->first], first, s->aux, s->imm, op_access_bytes(s->op));
    if (p->trapping) p->region++;
    assign(p, s, value);
    if (s->kind != STMT_SET_LOCAL && s->kind != STMT_SET_SLOT && s->kind != STMT_EVAL)
        control(p, s);
}

/* ---- the walk -------------------------------------------------------------------------------- */

static void find_loop_ends(Pass *p) {
    for (uint32_t i = 0; i < p->ir->stmt_count; i++) {
        const Stmt *s = &p->ir->stmts[i];
        p->handlers = p->handlers || ir_handles(s);
        if (s->kind == STMT_GOTO || s->kind == STMT_GOTO_IF) p->loop_ends[s->a] = i;
        if (s->kind != STMT_SWITCH) continue;
        for (uint32_t k = 0; k <= s->a; k++)
            p->loop_ends[p->ir->stream->pool[s->b + k]] = i;
    }
}

static bool take(Pass *p, RangeChecks *out) {
    uint32_t count = 0;
    RangeCheck *early = ARENA_ARRAY(p->arena, p->check_count + 1, RangeCheck);
    if (!early) return false;
    for (uint32_t i = 1; i < p->check_count; i++) {
        const Check *c = &p->checks[i];
        if (c->early)
            early[count++] = (RangeCheck){c->stmt, c->address, c->memory, c->below, c->end};
    }
    *out = (RangeChecks){p->free_nodes, p->free_stmts, early, count};
    return true;
}

bool range_checks_find(Context *ctx, const Module *m, const Ir *ir, uint32_t explicit_memories,
                       uint32_t barrier, Arena *arena, RangeChecks *out) {
    *out = (RangeChecks){0};
    if (!(ir->memories & explicit_memories)) return true;
    uint32_t blocks = ir->stream->block_count;
    Pass *p = ARENA_ARRAY(arena, 1, Pass);
    if (!p) return diag_nomem(ctx);
    *p = (Pass){.ctx = ctx, .m = m, .ir = ir, .arena = arena, .memories = explicit_memories};
    p->labels = ARENA_ARRAY(arena, blocks, Meeting);
    p->ifs = ARENA_ARRAY(arena, blocks, Meeting);
    p->loop_ends = ARENA_ARRAY(arena, blocks, uint32_t);
    p->free_nodes = ARENA_ARRAY(arena, ir->node_count / 64 + 1, uint64_t);
    p->free_stmts = ARENA_ARRAY(arena, ir->stmt_count / 64 + 1, uint64_t);
    if (!p->labels || !p->ifs || !p->loop_ends || !p->free_nodes || !p->free_stmts ||
        !range_vars_init(&p->vars, ir, arena))
        return diag_nomem(ctx);
    find_loop_ends(p);
    for (p->stmt = 0; p->stmt < ir->stmt_count && !p->vars.failed; p->stmt++) {
        if (p->stmt == barrier) p->region++;
        statement(p, &ir->stmts[p->stmt]);
    }
    return (!p->vars.failed && take(p, out)) || diag_nomem(ctx);
}
