/* validate_gc.c: structs, arrays, i31, and the bridge between any and extern. */
#include "validate.h"

static bool is_packed(const Field *f) {
    return f->type == VT_PACKED8 || f->type == VT_PACKED16;
}

static ValType unpacked(const Field *f) {
    return is_packed(f) ? VT_I32 : f->type;
}

static bool check_default(Validator *v, const Field *f) {
    if (!vt_is_ref(f->type) || vt_nullable(f->type)) return true;
    return VALIDATE_ERROR(v, ERR_type_mismatch, "%s", ": the type has no default value");
}

static bool pop_push(Validator *v, const ValType *operands, uint32_t count, ValType result) {
    if (!validate_pop(v, operands, count)) return false;
    validate_push1(v, result);
    return true;
}

static bool pop_push1(Validator *v, ValType operand, ValType result) {
    if (!validate_pop1(v, operand)) return false;
    validate_push1(v, result);
    return true;
}

/* _get wants an unpacked field, _get_s and _get_u a packed one. */
static bool check_packing(Validator *v, const Field *f, bool packed) {
    if (is_packed(f) == packed) return true;
    return VALIDATE_ERROR(v, ERR_type_mismatch, ": field is %spacked", packed ? "not " : "");
}

/* ---- structs --------------------------------------------------------------------------------- */

bool validate_struct_new(Validator *v, Ins *ins) {
    const TypeDef *t = validate_form(v, ins->a, FORM_STRUCT);
    if (!t) return false;
    for (uint32_t i = t->u.fields.count; i-- > 0;)
        if (!validate_pop1(v, unpacked(&t->u.fields.fields[i]))) return false;
    validate_push1(v, vt_ref(ins->a, false));
    return true;
}

bool validate_struct_new_default(Validator *v, Ins *ins) {
    const TypeDef *t = validate_form(v, ins->a, FORM_STRUCT);
    if (!t) return false;
    for (uint32_t i = 0; i < t->u.fields.count; i++)
        if (!check_default(v, &t->u.fields.fields[i])) return false;
    validate_push1(v, vt_ref(ins->a, false));
    return true;
}

static const Field *struct_field(Validator *v, const Ins *ins) {
    const TypeDef *t = validate_form(v, ins->a, FORM_STRUCT);
    if (!t) return NULL;
    if (ins->b < t->u.fields.count) return &t->u.fields.fields[ins->b];
    VALIDATE_ERROR(v, ERR_unknown_field, " %u: struct has %u", ins->b, t->u.fields.count);
    return NULL;
}

static bool struct_read(Validator *v, const Ins *ins, bool packed) {
    const Field *f = struct_field(v, ins);
    return f && check_packing(v, f, packed) && pop_push1(v, vt_ref(ins->a, true), unpacked(f));
}

bool validate_struct_get(Validator *v, Ins *ins) {
    return struct_read(v, ins, false);
}

bool validate_struct_get_s(Validator *v, Ins *ins) {
    return struct_read(v, ins, true);
}

bool validate_struct_get_u(Validator *v, Ins *ins) {
    return struct_read(v, ins, true);
}

bool validate_struct_set(Validator *v, Ins *ins) {
    const Field *f = struct_field(v, ins);
    if (!f) return false;
    if (!f->mutable) return VALIDATE_ERROR(v, ERR_immutable_field, " %u", ins->b);
    ValType operands[] = {vt_ref(ins->a, true), unpacked(f)};
    return validate_pop(v, operands, 2);
}

/* ---- arrays ---------------------------------------------------------------------------------- */

static const Field *array_field(Validator *v, uint32_t type) {
    const TypeDef *t = validate_form(v, type, FORM_ARRAY);
    return t ? t->u.fields.fields : NULL;
}

static const Field *mutable_array(Validator *v, uint32_t type) {
    const Field *f = array_field(v, type);
    if (!f || f->mutable) return f;
    VALIDATE_ERROR(v, ERR_immutable_array, " %u", type);
    return NULL;
}

/* Data segments fill arrays of numbers and vectors. */
static const Field *data_array(Validator *v, const Field *f) {
    if (!f || !vt_is_ref(f->type)) return f;
    VALIDATE_ERROR(v, ERR_array_not_numeric, "%s", "");
    return NULL;
}

static const Field *elem_array(Validator *v, const Field *f, uint32_t elem) {
    if (!f || validate_match(v, v->m->elems[elem].type, f->type)) return f;
    validate_type_error(v, v->m->elems[elem].type, f->type);
    return NULL;
}

bool validate_array_new(Validator *v, Ins *ins) {
    const Field *f = array_field(v, ins->a);
    if (!f) return false;
    ValType operands[] = {unpacked(f), VT_I32};
    return pop_push(v, operands, 2, vt_ref(ins->a, false));
}

bool validate_array_new_default(Validator *v, Ins *ins) {
    const Field *f = array_field(v, ins->a);
    return f && check_default(v, f) && pop_push1(v, VT_I32, vt_ref(ins->a, false));
}

bool validate_array_new_fixed(Validator *v, Ins *ins) {
    const Field *f = array_field(v, ins->a);
    if (!f) return false;
    if (ins->b > LIMIT_ARRAY_NEW_FIXED)
        return VALIDATE_ERROR(v, ERR_limit, ": array.new_fixed of %u operands: at most %u", ins->b,
                              (unsigned)LIMIT_ARRAY_NEW_FIXED);
    ValType type = unpacked(f);
    for (uint32_t i = 0; i < ins->b; i++)
        if (!validate_pop1(v, type)) return false;
    validate_push1(v, vt_ref(ins->a, false));
    return true;
}

static const ValType two_i32[] = {VT_I32, VT_I32};

bool validate_array_new_data(Validator *v, Ins *ins) {
    return data_array(v, array_field(v, ins->a)) && pop_push(v, two_i32, 2, vt_ref(ins->a, false));
}

bool validate_array_new_elem(Validator *v, Ins *ins) {
    return elem_array(v, array_field(v, ins->a), ins->b) &&
           pop_push(v, two_i32, 2, vt_ref(ins->a, false));
}

static bool array_read(Validator *v, const Ins *ins, bool packed) {
    const Field *f = array_field(v, ins->a);
    ValType operands[] = {vt_ref(ins->a, true), VT_I32};
    return f && check_packing(v, f, packed) && pop_push(v, operands, 2, unpacked(f));
}

bool validate_array_get(Validator *v, Ins *ins) {
    return array_read(v, ins, false);
}

bool validate_array_get_s(Validator *v, Ins *ins) {
    return array_read(v, ins, true);
}

bool validate_array_get_u(Validator *v, Ins *ins) {
    return array_read(v, ins, true);
}

bool validate_array_set(Validator *v, Ins *ins) {
    const Field *f = mutable_array(v, ins->a);
    if (!f) return false;
    ValType operands[] = {vt_ref(ins->a, true), VT_I32, unpacked(f)};
    return validate_pop(v, operands, 3);
}

bool validate_array_len(Validator *v, Ins *ins) {
    (void)ins;
    return pop_push1(v, vt_ref(HT_ARRAY, true), VT_I32);
}

bool validate_array_fill(Validator *v, Ins *ins) {
    const Field *f = mutable_array(v, ins->a);
    if (!f) return false;
    ValType operands[] = {vt_ref(ins->a, true), VT_I32, unpacked(f), VT_I32};
    return validate_pop(v, operands, 4);
}

bool validate_array_copy(Validator *v, Ins *ins) {
    const Field *to = mutable_array(v, ins->a), *from = to ? array_field(v, ins->b) : NULL;
    if (!from) return false;
    bool packed = is_packed(to) || is_packed(from);
    if (packed ? to->type != from->type : !validate_match(v, from->type, to->type))
        return VALIDATE_ERROR(v, ERR_array_types, "%s", "");
    ValType operands[] = {vt_ref(ins->a, true), VT_I32, vt_ref(ins->b, true), VT_I32, VT_I32};
    return validate_pop(v, operands, 5);
}

static bool array_init(Validator *v, const Ins *ins) {
    ValType operands[] = {vt_ref(ins->a, true), VT_I32, VT_I32, VT_I32};
    return validate_pop(v, operands, 4);
}

bool validate_array_init_data(Validator *v, Ins *ins) {
    return data_array(v, mutable_array(v, ins->a)) && array_init(v, ins);
}

bool validate_array_init_elem(Validator *v, Ins *ins) {
    return elem_array(v, mutable_array(v, ins->a), ins->b) && array_init(v, ins);
}

/* ---- scalars and the bridge ------------------------------------------------------------------ */

bool validate_ref_i31(Validator *v, Ins *ins) {
    (void)ins;
    return pop_push1(v, VT_I32, vt_ref(HT_I31, false));
}

bool validate_i31_get_s(Validator *v, Ins *ins) {
    (void)ins;
    return pop_push1(v, vt_ref(HT_I31, true), VT_I32);
}

bool validate_i31_get_u(Validator *v, Ins *ins) {
    return validate_i31_get_s(v, ins);
}

/* The operand's being null or not carries over. */
static bool convert(Validator *v, uint32_t from, uint32_t to) {
    bool nullable = v->sp == v->floor || v->sp[-1] == VT_NONE ? false : vt_nullable(v->sp[-1]);
    return pop_push1(v, vt_ref(from, true), vt_ref(to, nullable));
}

bool validate_any_convert_extern(Validator *v, Ins *ins) {
    (void)ins;
    return convert(v, HT_EXTERN, HT_ANY);
}

bool validate_extern_convert_any(Validator *v, Ins *ins) {
    (void)ins;
    return convert(v, HT_ANY, HT_EXTERN);
}
