/* lower_tail.c: tail calls: statements that end the function, with the callee's operands. */
#include "lower.h"

static void tail_call(Lower *l, const Ins *ins, const TypeDef *type, uint32_t extra) {
    uint32_t count = type->u.func.param_count + extra;
    if (count > l->height) {
        l->failed = true;
        return;
    }
    /* what is pending below may trap; of the operands what traps goes before the callee is looked up */
    uint32_t below = l->height - count;
    for (uint32_t i = l->clean; i < (extra ? l->height : below); i++)
        if (l->stack[i].deps & DEP_TRAPS) lower_settle(l, i, false);
    uint32_t first = lower_pop_args(l, count);
    Stmt *s = lower_stmt(l, STMT_OP);
    s->op = ins->op;
    s->a = l->height;
    s->b = ins->a;
    s->imm = ins->b;
    s->first = first;
    s->count = count;
}

bool lower_tail(Lower *l, const Ins *ins) {
    switch ((Op)ins->op) {
    case OP_return_call:
        tail_call(l, ins, func_type(l->m, ins->a), 0);
        return true;
    case OP_return_call_indirect:
    case OP_return_call_ref:
        tail_call(l, ins, &l->m->types[ins->a], 1);
        return true;
    default:
        return false;
    }
}
