/* lower_table.c: tables, element segments, and the plain references. */
#include "lower.h"

static void effect(Lower *l, const Ins *ins, uint32_t operands, const ValType *result) {
    uint32_t first = lower_pop_args(l, operands);
    if (result) lower_arg(l, *result);
    lower_flush(l, DEP_TRAPS);
    if (result) lower_free_slot(l, l->height);
    Stmt *s = lower_stmt(l, STMT_OP);
    s->op = ins->op;
    s->a = l->height;
    s->b = ins->a;
    s->imm = (uint64_t)ins->b << 32 | ins->a;
    s->first = first;
    s->count = operands;
    s->results = result ? 1 : 0;
    if (result) lower_push_slots(l, result, 1);
}

bool lower_table(Lower *l, const Ins *ins) {
    ValType index = VT_I32;
    switch ((Op)ins->op) {
    case OP_table_get:
        lower_push_op(l, (Node){.op = ins->op, .imm = ins->a}, 1, l->m->tables[ins->a].type,
                      DEP_TABLE);
        return true;
    case OP_table_size:
        index = l->m->tables[ins->a].limits.is64 ? VT_I64 : VT_I32;
        lower_push(l, (Node){.op = ins->op, .imm = ins->a}, index, DEP_TABLE, 0);
        return true;
    case OP_table_set:
        effect(l, ins, 2, NULL);
        return true;
    case OP_table_grow:
        index = l->m->tables[ins->a].limits.is64 ? VT_I64 : VT_I32;
        effect(l, ins, 2, &index);
        return true;
    case OP_table_fill:
    case OP_table_copy:
    case OP_table_init:
        effect(l, ins, 3, NULL);
        return true;
    case OP_elem_drop:
        effect(l, ins, 0, NULL);
        return true;
    case OP_ref_null:
        lower_push(l, (Node){.op = ins->op}, ins->a, 0, 0);
        return true;
    case OP_ref_func:
        lower_push(l, (Node){.op = ins->op, .imm = ins->a}, VT_FUNCREF, 0, 0);
        return true;
    case OP_ref_is_null:
        lower_push_op(l, (Node){.op = ins->op}, 1, VT_I32, 0);
        return true;
    default:
        return false;
    }
}
