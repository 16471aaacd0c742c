/* validate_call.c: calls by index, through a table, through a reference, and their tail forms. */
#include "validate.h"

static bool call(Validator *v, const TypeDef *t) {
    return validate_pop(v, t->u.func.params, t->u.func.param_count) &&
           validate_push(v, t->u.func.results, t->u.func.result_count);
}

/* The callee's results are the caller's. */
static bool return_call(Validator *v, const TypeDef *t) {
    const Control *c = &v->controls[0];
    const ValType *results = t->u.func.results;
    if (t->u.func.result_count != c->result_count)
        return VALIDATE_ERROR(v, ERR_type_mismatch, ": the callee has %u results, the caller %u",
                              t->u.func.result_count, c->result_count);
    for (uint32_t i = 0; i < c->result_count; i++)
        if (!validate_match(v, results[i], c->results[i]))
            return validate_type_error(v, results[i], c->results[i]);
    if (!validate_pop(v, t->u.func.params, t->u.func.param_count)) return false;
    validate_leave(v);
    return true;
}

/* Table and index of an indirect call; the callee's type, or NULL. */
static const TypeDef *callee_indirect(Validator *v, const Ins *ins) {
    const Table *table = &v->m->tables[ins->b];
    const TypeDef *t = validate_form(v, ins->a, FORM_FUNC);
    if (!t) return NULL;
    if (!validate_match(v, table->type, VT_FUNCREF)) {
        validate_type_error(v, table->type, VT_FUNCREF);
        return NULL;
    }
    return validate_pop1(v, table->limits.is64 ? VT_I64 : VT_I32) ? t : NULL;
}

static const TypeDef *callee_ref(Validator *v, const Ins *ins) {
    const TypeDef *t = validate_form(v, ins->a, FORM_FUNC);
    return t && validate_pop1(v, vt_ref(ins->a, true)) ? t : NULL;
}

bool validate_call(Validator *v, Ins *ins) {
    return call(v, func_type(v->m, ins->a));
}

bool validate_call_indirect(Validator *v, Ins *ins) {
    const TypeDef *t = callee_indirect(v, ins);
    return t && call(v, t);
}

bool validate_call_ref(Validator *v, Ins *ins) {
    const TypeDef *t = callee_ref(v, ins);
    return t && call(v, t);
}

bool validate_return_call(Validator *v, Ins *ins) {
    return return_call(v, func_type(v->m, ins->a));
}

bool validate_return_call_indirect(Validator *v, Ins *ins) {
    const TypeDef *t = callee_indirect(v, ins);
    return t && return_call(v, t);
}

bool validate_return_call_ref(Validator *v, Ins *ins) {
    if (!validate_need(v, FEATURE_tail_call)) return false;
    const TypeDef *t = callee_ref(v, ins);
    return t && return_call(v, t);
}
