/* gen_value.c: code that makes a value of a type, takes operands from the stack, or gets rid of values. */
#include "gen.h"

uint32_t gen_base(const Gen *g) {
    return g->label_count ? g->labels[g->label_count - 1].base : 0;
}

void gen_push(Gen *g, ValType t) {
    if (g->height < GEN_STACK) g->stack[g->height++] = t;
}

void gen_drop_types(Gen *g, uint32_t count) {
    g->height -= count;
}

/* ---- variables ----------------------------------------------------------------------------------- */
static bool from_local(Gen *g, ValType t) {
    uint32_t found[GEN_LOCALS], count = 0;
    for (uint32_t i = 0; i < g->local_count; i++)
        if (gen_subtype(g, g->locals[i], t)) found[count++] = i;
    if (!count) return false;
    gen_code_op(g, OP_local_get);
    gen_u64(&g->code, found[gen_pick(g, count)]);
    return true;
}

static bool from_global(Gen *g, ValType t) {
    uint32_t found[GEN_GLOBALS], count = 0;
    for (uint32_t i = 1; i < g->global_count; i++)
        if (gen_subtype(g, g->globals[i].type, t)) found[count++] = i;
    if (!count) return false;
    gen_code_op(g, OP_global_get);
    gen_u64(&g->code, found[gen_pick(g, count)]);
    return true;
}

static bool from_table(Gen *g, ValType t) {
    for (uint32_t i = 0; i < g->table_count; i++) {
        if (!gen_subtype(g, g->tables[i].type, t)) continue;
        gen_code_op(g, g->tables[i].is64 ? OP_i64_const : OP_i32_const);
        gen_s64(&g->code, gen_pick(g, 8));
        gen_code_op(g, OP_table_get);
        gen_u64(&g->code, i);
        return true;
    }
    return false;
}

/* ---- references ---------------------------------------------------------------------------------- */
static void make_func(Gen *g, uint32_t heap) {
    uint32_t found[GEN_FUNCS], count = 0;
    for (uint32_t i = 0; i < g->func_count; i++)
        if (gen_heap_below(g, g->func_types[i], heap)) found[count++] = i;
    gen_code_op(g, OP_ref_func);
    gen_u64(&g->code, count ? found[gen_pick(g, count)] : 0);
}

static ValType field_value_type(ValType t) {
    return t == VT_PACKED8 || t == VT_PACKED16 ? VT_I32 : t;
}

static bool has_default(const GenType *t) {
    for (uint32_t i = 0; i < t->field_count; i++)
        if (vt_is_ref(t->fields[i].type) && !vt_nullable(t->fields[i].type)) return false;
    return true;
}

/* Lengths that exhaust the heap are left out: an object that nothing needs is not made everywhere. */
static void small_length(Gen *g) {
    gen_code_op(g, OP_i32_const);
    gen_s64(&g->code, gen_pick(g, 12));
}

static void make_object(Gen *g, uint32_t type, uint32_t depth) {
    const GenType *t = &g->types[type];
    uint32_t count = t->form == FORM_ARRAY ? 1 : t->field_count;
    bool plain = has_default(t) && (!depth || g->room <= 0 || gen_pick(g, 2));
    for (uint32_t i = 0; i < count && !plain; i++) {
        gen_value(g, field_value_type(t->fields[i].type), depth ? depth - 1 : 0);
        g->height--;
    }
    if (t->form == FORM_STRUCT) {
        gen_code_op(g, plain ? OP_struct_new_default : OP_struct_new);
        gen_u64(&g->code, type);
        return;
    }
    if (!plain && gen_pick(g, 2)) {
        gen_code_op(g, OP_array_new_fixed);
        gen_u64(&g->code, type);
        gen_u64(&g->code, 1);
        return;
    }
    small_length(g);
    gen_code_op(g, plain ? OP_array_new_default : OP_array_new);
    gen_u64(&g->code, type);
}

/* At the end of nesting the type itself: its fields need earlier ones alone. */
static uint32_t type_below(Gen *g, uint32_t heap, uint32_t depth) {
    if (!depth && ht_is_index(heap)) return heap;
    uint32_t found[GEN_REF_TYPES], count = 0;
    for (uint32_t i = 0; i < g->ref_types && count < GEN_REF_TYPES; i++)
        if (g->types[i].form != FORM_FUNC && gen_heap_below(g, i, heap)) found[count++] = i;
    return count ? found[gen_pick(g, count)] : NO_TYPE;
}

static void make_i31(Gen *g, uint32_t depth) {
    gen_value(g, VT_I32, depth ? depth - 1 : 0);
    g->height--;
    gen_code_op(g, OP_ref_i31);
}

static void make_null(Gen *g, uint32_t heap) {
    gen_code_op(g, OP_ref_null);
    gen_heap(&g->code, heap);
}

static void convert(Gen *g, uint32_t heap, bool nullable, Op op, uint32_t depth) {
    gen_value(g, vt_ref(heap, nullable), depth ? depth - 1 : 0);
    g->height--;
    gen_code_op(g, op);
}

static void make_reference(Gen *g, ValType t, uint32_t depth) {
    uint32_t heap = vt_heap(t), type;
    if (vt_nullable(t) && (gen_pick(g, 4) == 0 || !depth)) {
        make_null(g, heap);
        return;
    }
    if (heap == HT_FUNC || (ht_is_index(heap) && g->types[heap].form == FORM_FUNC)) {
        make_func(g, heap);
    } else if (heap == HT_EXTERN) {
        convert(g, vt_nullable(t) ? HT_ANY : HT_I31, vt_nullable(t), OP_extern_convert_any, depth);
    } else if (heap == HT_ANY && vt_nullable(t) && depth && gen_one_in(g, 3)) {
        convert(g, HT_EXTERN, true, OP_any_convert_extern, depth);
    } else if (heap == HT_I31 || ((heap == HT_ANY || heap == HT_EQ) && gen_pick(g, 2))) {
        make_i31(g, depth);
    } else if ((type = type_below(g, heap, depth)) != NO_TYPE) {
        make_object(g, type, depth);
    } else if (heap == HT_ANY || heap == HT_EQ) {
        make_i31(g, depth);
    } else {
        make_null(g, heap); /* bottom types, exceptions */
    }
}

/* ---- any value ----------------------------------------------------------------------------------- */
static void leaf(Gen *g, ValType t, uint32_t depth) {
    uint32_t way = gen_pick(g, 5);
    if (way == 1 && from_global(g, t)) return;
    if (way == 2 && gen_one_in(g, 4) && from_table(g, t)) return;
    if (way >= 2 && from_local(g, t)) return;
    if (vt_is_ref(t))
        make_reference(g, t, depth);
    else {
        gen_const(g, &g->code, t);
        g->room--;
    }
}

static void select_value(Gen *g, ValType t, uint32_t depth) {
    ValType types[] = {t, t, VT_I32};
    bool typed = vt_is_ref(t) || gen_pick(g, 2);
    for (unsigned i = 0; i < 3; i++)
        gen_value(g, types[i], depth - 1);
    g->height -= 3;
    gen_code_op(g, typed ? OP_select_t : OP_select);
    if (!typed) return;
    gen_u64(&g->code, 1);
    gen_type(&g->code, t);
}

/* Arithmetic of small numbers, as producers widen it: constants with copies of a sign above them, masks, shifts. */
static void small_number(Gen *g, ValType t, uint32_t depth) {
    static const Op narrow[][2] = {
        {OP_i32_xor, OP_i64_xor}, {OP_i32_or, OP_i64_or}, {OP_i32_and, OP_i64_and}};
    static const Op shifts[][2] = {{OP_i32_shr_u, OP_i64_shr_u},
                                   {OP_i32_shl, OP_i64_shl},
                                   {OP_i32_shr_s, OP_i64_shr_s},
                                   {OP_i32_add, OP_i64_add},
                                   {OP_i32_mul, OP_i64_mul}};
    static const Op extends[][2] = {{OP_i32_extend8_s, OP_i64_extend8_s},
                                    {OP_i32_extend16_s, OP_i64_extend32_s}};
    bool wide = t == VT_I64;
    gen_value(g, t, depth - 1);
    for (uint32_t steps = 1 + gen_pick(g, 4); steps; steps--) {
        uint32_t way = gen_pick(g, 8);
        if (way == 7) {
            gen_code_op(g, extends[gen_pick(g, 2)][wide]);
            continue;
        }
        gen_code_op(g, wide ? OP_i64_const : OP_i32_const);
        if (way < 3)
            gen_s64(&g->code, -2 - (int64_t)gen_pick(g, 40000));
        else if (way < 5)
            gen_s64(&g->code, (1 << (1 + gen_pick(g, 16))) - 1);
        else
            gen_s64(&g->code, gen_pick(g, 20));
        const Op(*ops)[2] = way < 3 ? narrow : way < 5 ? &narrow[2] : shifts;
        gen_code_op(g, ops[way < 3 ? way : way < 5 ? 0 : gen_pick(g, 5)][wide]);
        g->room--;
    }
}

void gen_value(Gen *g, ValType t, uint32_t depth) {
    if (!depth || g->room <= 0) {
        leaf(g, t, 0);
        gen_push(g, t);
        return;
    }
    switch (gen_pick(g, 12)) {
    case 0:
    case 1:
    case 2:
    case 3:
        leaf(g, t, depth);
        gen_push(g, t);
        return;
    case 4:
        select_value(g, t, depth);
        gen_push(g, t);
        return;
    case 5:
        if (g->label_count < 8 && gen_pick(g, 2)) {
            gen_block_value(g, t);
            return;
        }
        break;
    case 6:
        if (gen_pick(g, 2) && gen_call_value(g, t)) return;
        break;
    case 7:
        if ((t != VT_I32 && t != VT_I64) || gen_pick(g, 2)) break;
        small_number(g, t, depth);
        return;
    default:
        break;
    }
    if (gen_typed_op(g, t, depth - 1)) return;
    leaf(g, t, depth);
    gen_push(g, t);
}

/* The longest run of operands that lies on the stack already. */
static uint32_t matching(const Gen *g, const ValType *types, uint32_t count) {
    uint32_t there = g->height - gen_base(g);
    for (uint32_t n = count < there ? count : there; n; n--) {
        uint32_t i = 0;
        while (i < n && gen_subtype(g, g->stack[g->height - n + i], types[i]))
            i++;
        if (i == n) return n;
    }
    return 0;
}

void gen_operands(Gen *g, const ValType *types, uint32_t count) {
    uint32_t have = gen_one_in(g, 4) ? 0 : matching(g, types, count);
    for (uint32_t i = have; i < count; i++)
        gen_value(g, types[i], 2);
    g->height -= count;
}

void gen_sink(Gen *g) {
    uint32_t locals[GEN_LOCALS], globals[GEN_GLOBALS], l = 0, m = 0, way = gen_pick(g, 6);
    ValType t = g->stack[g->height - 1];
    for (uint32_t i = 0; i < g->local_count; i++)
        if (gen_subtype(g, t, g->locals[i])) locals[l++] = i;
    for (uint32_t i = 1; i < g->global_count; i++)
        if (g->globals[i].mutable && gen_subtype(g, t, g->globals[i].type)) globals[m++] = i;
    g->height--;
    if (way && m && way < 4) {
        gen_code_op(g, OP_global_set);
        gen_u64(&g->code, globals[gen_pick(g, m)]);
    } else if (way && l) {
        gen_code_op(g, OP_local_set);
        gen_u64(&g->code, locals[gen_pick(g, l)]);
    } else {
        gen_code_op(g, OP_drop);
    }
}

void gen_finish(Gen *g, const GenList *results) {
    uint32_t base = gen_base(g);
    if (g->dead && g->height == base && gen_pick(g, 2)) {
        for (uint32_t i = 0; i < results->count; i++)
            gen_push(g, results->types[i]);
        return;
    }
    uint32_t have = matching(g, results->types, results->count);
    if (g->height - base != have) {
        while (g->height > base)
            gen_sink(g);
        have = 0;
    }
    for (uint32_t i = have; i < results->count; i++)
        gen_value(g, results->types[i], 1);
}
