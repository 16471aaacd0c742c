/* validate_table.c: table instructions. Indices are i64 in a 64-bit table. */
#include "validate.h"

static ValType table_address(const Validator *v, uint32_t table) {
    return v->m->tables[table].limits.is64 ? VT_I64 : VT_I32;
}

bool validate_table_get(Validator *v, Ins *ins) {
    if (!validate_pop1(v, table_address(v, ins->a))) return false;
    validate_push1(v, v->m->tables[ins->a].type);
    return true;
}

bool validate_table_set(Validator *v, Ins *ins) {
    ValType operands[] = {table_address(v, ins->a), v->m->tables[ins->a].type};
    return validate_pop(v, operands, 2);
}

bool validate_table_size(Validator *v, Ins *ins) {
    validate_push1(v, table_address(v, ins->a));
    return true;
}

bool validate_table_grow(Validator *v, Ins *ins) {
    ValType operands[] = {v->m->tables[ins->a].type, table_address(v, ins->a)};
    if (!validate_pop(v, operands, 2)) return false;
    validate_push1(v, operands[1]);
    return true;
}

bool validate_table_fill(Validator *v, Ins *ins) {
    ValType at = table_address(v, ins->a);
    ValType operands[] = {at, v->m->tables[ins->a].type, at};
    return validate_pop(v, operands, 3);
}

bool validate_table_copy(Validator *v, Ins *ins) {
    ValType to = table_address(v, ins->a), from = table_address(v, ins->b);
    ValType operands[] = {to, from, to == VT_I64 ? from : to}; /* the narrower for the length */
    ValType sub = v->m->tables[ins->b].type, super = v->m->tables[ins->a].type;
    if (!validate_match(v, sub, super)) return validate_type_error(v, sub, super);
    return validate_pop(v, operands, 3);
}

bool validate_table_init(Validator *v, Ins *ins) {
    ValType operands[] = {table_address(v, ins->b), VT_I32, VT_I32};
    ValType sub = v->m->elems[ins->a].type, super = v->m->tables[ins->b].type;
    if (!validate_match(v, sub, super)) return validate_type_error(v, sub, super);
    return validate_pop(v, operands, 3);
}
