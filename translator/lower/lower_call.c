/* lower_call.c: direct and indirect calls, and calls of references: statements whose results go to slots. */
#include "lower.h"

static void call(Lower *l, const Ins *ins, const TypeDef *type, uint32_t extra) {
    uint32_t params = type->u.func.param_count, results = type->u.func.result_count;
    /* call_indirect and call_ref look their function up before C evaluates the arguments: those that trap go first */
    if (extra)
        for (uint32_t i = l->height - params - extra; i < l->height; i++)
            if (l->stack[i].deps & DEP_TRAPS) lower_settle(l, i, false);
    uint32_t first = lower_pop_args(l, params + extra);
    for (uint32_t i = 0; i < results; i++)
        lower_arg(l, type->u.func.results[i]);
    lower_flush(l, DEP_ALL);
    for (uint32_t i = 0; i < results; i++)
        lower_free_slot(l, l->height + i);
    l->ir->has_calls = true;
    Stmt *s = lower_stmt(l, STMT_OP);
    s->op = ins->op;
    s->a = l->height;
    s->b = ins->a;
    s->imm = ins->b;
    s->first = first;
    s->count = params + extra;
    s->results = results;
    lower_push_slots(l, type->u.func.results, results);
}

bool lower_call(Lower *l, const Ins *ins) {
    switch ((Op)ins->op) {
    case OP_call:
        call(l, ins, func_type(l->m, ins->a), 0);
        return true;
    case OP_call_indirect:
    case OP_call_ref:
        call(l, ins, &l->m->types[ins->a], 1);
        return true;
    default:
        return false;
    }
}
