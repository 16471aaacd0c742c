/* validate_ref.c: references: null, functions, identity, branches on null, casts. */
#include "validate.h"

/* Any reference; (ref bot) for bottom. */
static bool pop_ref(Validator *v, ValType *type) {
    if (!validate_pop_any(v, type)) return false;
    if (*type == VT_NONE) *type = vt_ref(HT_BOTTOM, false);
    if (vt_is_ref(*type)) return true;
    v->sp++;
    ValType any = vt_ref(HT_ANY, true);
    return validate_operand_error(v, &any, 1);
}

static ValType non_null(ValType type) {
    return type & ~(ValType)VT_NULLABLE;
}

bool validate_ref_null(Validator *v, Ins *ins) {
    validate_push1(v, ins->a);
    return true;
}

bool validate_ref_is_null(Validator *v, Ins *ins) {
    ValType type;
    (void)ins;
    if (!pop_ref(v, &type)) return false;
    validate_push1(v, VT_I32);
    return true;
}

bool validate_ref_func(Validator *v, Ins *ins) {
    uint32_t func = ins->a;
    const uint64_t *declared = v->m->declared;
    if (!v->is_const && !bitmap_has(declared, func))
        return VALIDATE_ERROR(v, ERR_undeclared_ref, " %u", func);
    validate_push1(v, vt_ref(v->m->funcs[func].type, false));
    return true;
}

bool validate_ref_eq(Validator *v, Ins *ins) {
    ValType operands[] = {vt_ref(HT_EQ, true), vt_ref(HT_EQ, true)};
    (void)ins;
    if (!validate_pop(v, operands, 2)) return false;
    validate_push1(v, VT_I32);
    return true;
}

bool validate_ref_as_non_null(Validator *v, Ins *ins) {
    ValType type;
    (void)ins;
    if (!pop_ref(v, &type)) return false;
    validate_push1(v, non_null(type));
    return true;
}

bool validate_br_on_null(Validator *v, Ins *ins) {
    ValType type;
    Control *c = validate_label(v, ins->a);
    if (!c || !pop_ref(v, &type)) return false;
    ins->a = validate_branch(v, c);
    if (!validate_retype(v, validate_label_types(c), validate_label_arity(c))) return false;
    validate_push1(v, non_null(type));
    return true;
}

/* Branches with `taken` on top of the label's other operands; they stay, `taken` does not. */
static bool branch_with(Validator *v, Ins *ins, Control *c, ValType taken) {
    uint32_t arity = validate_label_arity(c);
    if (arity == 0)
        return VALIDATE_ERROR(v, ERR_type_mismatch, ": label %u takes no operand", ins->a);
    ins->a = validate_branch(v, c);
    validate_push1(v, taken);
    if (!validate_retype(v, validate_label_types(c), arity)) return false;
    v->sp--;
    return true;
}

bool validate_br_on_non_null(Validator *v, Ins *ins) {
    ValType type;
    Control *c = validate_label(v, ins->a);
    return c && pop_ref(v, &type) && branch_with(v, ins, c, non_null(type));
}

/* Source and target of a br_on_cast into the pool; what the source is once it is not the target. */
static bool cast_types(Validator *v, Ins *ins, ValType *rest) {
    ValType source = v->d.type, target = v->d.type2;
    if (!validate_match(v, target, source)) return validate_type_error(v, target, source);
    if (!validate_pop1(v, source)) return false;
    *rest = vt_nullable(target) ? non_null(source) : source;
    if (!v->live) return true;
    uint32_t at = validate_pool(v, 2);
    if (at == UINT32_MAX) return false;
    ins->b = at;
    v->pool[at] = source;
    v->pool[at + 1] = target;
    return true;
}

bool validate_br_on_cast(Validator *v, Ins *ins) {
    ValType rest;
    Control *c = validate_label(v, ins->a);
    if (!c || !cast_types(v, ins, &rest) || !branch_with(v, ins, c, v->d.type2)) return false;
    validate_push1(v, rest);
    return true;
}

bool validate_br_on_cast_fail(Validator *v, Ins *ins) {
    ValType rest;
    Control *c = validate_label(v, ins->a);
    if (!c || !cast_types(v, ins, &rest) || !branch_with(v, ins, c, rest)) return false;
    validate_push1(v, v->d.type2);
    return true;
}

/* The operand of a cast or test: any reference of the target's hierarchy. */
static bool pop_castable(Validator *v, ValType target) {
    static const uint32_t tops[] = {HT_ANY, HT_FUNC, HT_EXTERN, HT_EXN};
    for (unsigned i = 0; i < sizeof tops / sizeof *tops; i++)
        if (heap_matches(v->m, vt_heap(target), tops[i]))
            return validate_pop1(v, vt_ref(tops[i], true));
    return validate_type_error(v, target, vt_ref(HT_ANY, true));
}

bool validate_ref_test(Validator *v, Ins *ins) {
    if (!pop_castable(v, ins->a)) return false;
    validate_push1(v, VT_I32);
    return true;
}

bool validate_ref_test_null(Validator *v, Ins *ins) {
    return validate_ref_test(v, ins);
}

bool validate_ref_cast(Validator *v, Ins *ins) {
    if (!pop_castable(v, ins->a)) return false;
    validate_push1(v, ins->a);
    return true;
}

bool validate_ref_cast_null(Validator *v, Ins *ins) {
    return validate_ref_cast(v, ins);
}
