/* lower_ref.c: typed references: identity, the test for null, branches on it. */
#include "lower.h"

/* The operand on top, where it can be read twice: in its slot, or in its local. */
static uint32_t settled_top(Lower *l) {
    const Entry *top = &l->stack[l->height - 1];
    if (l->ir->nodes[top->node].op != OP_local_get) lower_settle(l, l->height - 1, true);
    return l->stack[l->height - 1].node;
}

/* The condition "the reference in this node is null", or its contrary. */
static uint32_t null_test(Lower *l, uint32_t ref, bool negated) {
    Node test = {.op = OP_ref_is_null, .type = VT_I32, .kid = {ref}};
    uint32_t node = lower_node(l, test);
    if (!negated) return node;
    Node not = {.op = OP_i32_eqz, .type = VT_I32, .kid = {node}};
    return lower_node(l, not);
}

/* br_on_null takes the label's operands from below the reference, br_on_non_null with it. */
static void branch_on_null(Lower *l, const Ins *ins, bool non_null) {
    const Block *b = &l->s->blocks[ins->a];
    uint32_t count = block_label_arity(b);
    if (l->height == 0) {
        l->failed = true;
        return;
    }
    lower_flush(l, DEP_TRAPS);
    uint32_t condition = null_test(l, settled_top(l), non_null);
    uint32_t end = non_null ? l->height : l->height - 1;
    lower_settle_cheap(l, end - count, end);
    uint32_t first = l->ir->arg_count;
    for (uint32_t i = end - count; i < end; i++)
        lower_arg(l, l->stack[i].node);
    Stmt *s = lower_stmt(l, STMT_GOTO_IF);
    s->a = ins->a;
    s->b = b->height;
    s->node = condition;
    s->first = first;
    s->count = count;
    s->hint = ins->hint;
    if (non_null) lower_pop(l);
}

bool lower_ref(Lower *l, const Ins *ins) {
    ValType type = vt_ref(HT_BOTTOM, false);
    switch ((Op)ins->op) {
    case OP_ref_eq:
        lower_push_op(l, (Node){.op = ins->op}, 2, VT_I32, 0);
        return true;
    case OP_ref_as_non_null:
        if (l->height) type = l->stack[l->height - 1].type & ~(ValType)VT_NULLABLE;
        lower_push_op(l, (Node){.op = ins->op}, 1, type, DEP_TRAP);
        return true;
    case OP_br_on_null:
        branch_on_null(l, ins, false);
        return true;
    case OP_br_on_non_null:
        branch_on_null(l, ins, true);
        return true;
    default:
        return false;
    }
}
