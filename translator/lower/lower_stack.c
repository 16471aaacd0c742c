/* lower_stack.c: the symbolic operand stack, where the order of effects is kept.
 *
 * An operand stays a tree until it is used, so that C shows expressions. It is evaluated early, into
 * its slot, when something comes between that it could observe or that could observe it:
 *   - a statement with an effect: operands that read what it writes, and operands that may trap;
 *   - an operand that may trap in another way than those pending (which trap comes first is visible);
 *   - control flow. Two loads may wait together: whichever traps first, the trap is the same.
 * An operand at height h reads only slots at h and above, so writing slot h can disturb only operands
 * below it. At most WINDOW operands wait, which bounds every search here. */
#include "lower.h"
#include <string.h>

enum { WINDOW = 32, LARGEST_TREE = 48 };

static void *grow(Lower *l, void *old, uint32_t *cap, uint32_t used, size_t size) {
    uint32_t bigger = *cap ? *cap * 2 : 64;
    void *out = bigger <= *cap ? NULL : arena_array(l->arena, bigger, size);
    if (!out) {
        if (!l->failed) diag_nomem(l->ctx);
        l->failed = true;
        return NULL;
    }
    if (used) memcpy(out, old, used * size);
    *cap = bigger;
    return out;
}

uint32_t lower_node(Lower *l, Node node) {
    Ir *ir = l->ir;
    if (ir->node_count == ir->node_cap) {
        Node *nodes = grow(l, ir->nodes, &ir->node_cap, ir->node_count, sizeof *nodes);
        if (!nodes) return 0;
        ir->nodes = nodes;
    }
    ir->nodes[ir->node_count] = node;
    return ir->node_count++;
}

uint32_t lower_arg(Lower *l, uint32_t value) {
    Ir *ir = l->ir;
    if (ir->arg_count == ir->arg_cap) {
        uint32_t *args = grow(l, ir->args, &ir->arg_cap, ir->arg_count, sizeof *args);
        if (!args) return 0;
        ir->args = args;
    }
    ir->args[ir->arg_count] = value;
    return ir->arg_count++;
}

Stmt *lower_stmt(Lower *l, StmtKind kind) {
    Ir *ir = l->ir;
    if (ir->stmt_count == ir->stmt_cap) {
        Stmt *stmts = grow(l, ir->stmts, &ir->stmt_cap, ir->stmt_count, sizeof *stmts);
        if (!stmts) { /* the first one is there since lower_begin: a scratch place */
            return &ir->stmts[0];
        }
        ir->stmts = stmts;
    }
    Stmt *s = &ir->stmts[ir->stmt_count++];
    *s = (Stmt){.kind = (uint8_t)kind, .offset = l->offset, .handler = l->handler};
    return s;
}

static void push_entry(Lower *l, Entry e) {
    if (l->height == l->height_cap) {
        Entry *stack = grow(l, l->stack, &l->height_cap, l->height, sizeof *stack);
        if (!stack) return;
        l->stack = stack;
    }
    l->stack[l->height++] = e;
    if (l->height - l->clean > WINDOW) {
        lower_settle(l, l->clean, false);
        l->clean++;
    }
}

void lower_push(Lower *l, Node node, ValType type, uint8_t deps, uint64_t locals) {
    node.type = (uint8_t)vt_kind(type);
    push_entry(l, (Entry){lower_node(l, node), type, deps, 1, 0, locals});
}

void lower_push_op(Lower *l, Node node, unsigned kids, ValType type, uint8_t deps) {
    Entry e = {.type = type, .deps = deps, .size = 1};
    for (unsigned i = kids; i-- > 0;) {
        Entry k = lower_pop(l);
        node.kid[i] = k.node;
        e.deps |= k.deps;
        e.size = (uint16_t)(e.size + k.size);
        e.locals |= k.locals;
        if (k.max_slot > e.max_slot) e.max_slot = k.max_slot;
    }
    /* what waits and could trap differently goes first */
    if (deps & (DEP_TRAP | DEP_TABLE))
        lower_flush(l, DEP_TRAPS);
    else if (deps & DEP_MEMORY)
        lower_flush(l, DEP_TRAP | DEP_TABLE);
    node.type = (uint8_t)vt_kind(type);
    e.node = lower_node(l, node);
    push_entry(l, e);
    if (e.size > LARGEST_TREE && !l->failed) lower_settle(l, l->height - 1, false);
}

void lower_push_list(Lower *l, Node node, uint32_t operands, ValType type, uint8_t deps) {
    Entry e = {.type = type, .deps = deps, .size = 1};
    if (operands > l->height) {
        l->failed = true;
        return;
    }
    for (uint32_t i = l->height - operands; i < l->height; i++) {
        const Entry *k = &l->stack[i];
        e.deps |= k->deps;
        e.size = (uint16_t)(e.size + k->size);
        e.locals |= k->locals;
        if (k->max_slot > e.max_slot) e.max_slot = k->max_slot;
    }
    node.kid[1] = lower_pop_args(l, operands);
    node.kid[2] = operands;
    if (deps & DEP_TRAP) lower_flush(l, DEP_TRAPS);
    node.type = (uint8_t)vt_kind(type);
    e.node = lower_node(l, node);
    push_entry(l, e);
    if (e.size > LARGEST_TREE && !l->failed) lower_settle(l, l->height - 1, false);
}

static Entry slot_entry(Lower *l, uint32_t height, ValType type) {
    Node n = {.op = NODE_SLOT, .type = (uint8_t)vt_kind(type), .imm = height};
    return (Entry){lower_node(l, n), type, 0, 1, height + 1, 0};
}

void lower_push_slots(Lower *l, const ValType *types, uint32_t count) {
    for (uint32_t i = 0; i < count; i++)
        push_entry(l, slot_entry(l, l->height, types[i]));
}

Entry lower_pop(Lower *l) {
    if (l->height == 0) { /* only after a failure: validated code never gets here */
        l->failed = true;
        return (Entry){0};
    }
    Entry e = l->stack[--l->height];
    if (l->clean > l->height) l->clean = l->height;
    return e;
}

static bool is_constant(const Lower *l, const Entry *e) {
    const Node *n = &l->ir->nodes[e->node];
    return n->op < OP_COUNT && op_info[n->op].kind == KIND_CONST;
}

static bool is_settled(const Lower *l, uint32_t i) {
    const Node *n = &l->ir->nodes[l->stack[i].node];
    return n->op == NODE_SLOT && n->imm == i;
}

void lower_free_slot(Lower *l, uint32_t height) {
    for (uint32_t j = l->clean; j < height && j < l->height; j++)
        if (l->stack[j].max_slot > height && !is_settled(l, j)) lower_settle(l, j, false);
}

void lower_settle(Lower *l, uint32_t i, bool force) {
    if (l->failed || is_settled(l, i)) return;
    if (is_constant(l, &l->stack[i]) && !force) return;
    lower_free_slot(l, i);
    Entry *e = &l->stack[i];
    uint32_t node = e->node;
    Stmt *s = lower_stmt(l, STMT_SET_SLOT);
    s->a = i;
    s->type = (uint8_t)vt_kind(e->type);
    s->node = node;
    Entry settled = slot_entry(l, i, e->type);
    l->stack[i] = settled;
}

void lower_flush(Lower *l, uint8_t deps) {
    for (uint32_t j = l->clean; j < l->height; j++)
        if (l->stack[j].deps & deps) lower_settle(l, j, false);
}

void lower_flush_local(Lower *l, uint32_t local) {
    for (uint32_t j = l->clean; j < l->height; j++)
        if (l->stack[j].locals >> (local & 63) & 1) lower_settle(l, j, false);
}

void lower_flush_all(Lower *l) {
    for (uint32_t j = l->clean; j < l->height; j++)
        lower_settle(l, j, false);
    l->clean = l->height;
}

uint32_t lower_pop_args(Lower *l, uint32_t count) {
    uint32_t first = l->ir->arg_count;
    if (count > l->height) {
        l->failed = true;
        return first;
    }
    for (uint32_t i = l->height - count; i < l->height; i++)
        lower_arg(l, l->stack[i].node);
    l->height -= count;
    if (l->clean > l->height) l->clean = l->height;
    return first;
}

bool lower_unsupported(Lower *l, const char *what) {
    l->failed = true;
    diag_error(l->ctx, ERR_not_lowered, l->offset, ": %s", what);
    return true;
}
