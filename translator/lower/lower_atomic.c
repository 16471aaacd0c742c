/* lower_atomic.c: atomics: statements in their order, with everything that waits evaluated before. */
#include "lower.h"
#include <string.h>

bool lower_atomic(Lower *l, const Ins *ins) {
    const OpInfo *op = &op_info[ins->op];
    if (op->feature != FEATURE_threads) return false;
    const char *mid = strchr(op->sig, '_');
    uint32_t operands = (uint32_t)(mid - op->sig), results = (uint32_t)strlen(mid + 1);
    ValType type = mid[1] == 'l' ? VT_I64 : VT_I32;
    uint32_t first = lower_pop_args(l, operands);
    if (results) lower_arg(l, type);
    lower_flush(l, DEP_ALL);
    if (results) lower_free_slot(l, l->height);
    if (op->imm != IMM_fence) l->ir->memories |= 1u << (ins->aux < 31 ? ins->aux : 31);
    Stmt *s = lower_stmt(l, STMT_OP);
    s->op = ins->op;
    s->aux = ins->aux;
    s->a = l->height;
    s->imm = (uint64_t)ins->b << 32 | ins->a;
    s->first = first;
    s->count = operands;
    s->results = results;
    if (results) lower_push_slots(l, &type, 1);
    return true;
}
