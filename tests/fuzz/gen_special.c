/* gen_special.c: variables, tables, references, objects, bulk operations: instructions with typing of
 * their own that go on to the next one. */
#include "gen.h"

static void op_index(Gen *g, Op op, uint32_t index) {
    gen_code_op(g, op);
    gen_u64(&g->code, index);
}

static void take(Gen *g, ValType a) {
    gen_operands(g, &a, 1);
}

static ValType index_type(bool is64) {
    return is64 ? VT_I64 : VT_I32;
}

/* An index or length: small, mostly. */
static void small(Gen *g, bool is64, uint32_t below) {
    if (gen_one_in(g, 12)) {
        gen_value(g, index_type(is64), 1);
        return;
    }
    gen_code_op(g, is64 ? OP_i64_const : OP_i32_const);
    gen_s64(&g->code, gen_pick(g, below));
    gen_push(g, index_type(is64));
}

/* ---- variables ----------------------------------------------------------------------------------- */
static bool local_op(Gen *g, Op op) {
    if (!g->local_count) return false;
    uint32_t i = gen_pick(g, g->local_count);
    if (op != OP_local_get) take(g, g->locals[i]);
    op_index(g, op, i);
    if (op != OP_local_set) gen_push(g, g->locals[i]);
    return true;
}

static bool global_op(Gen *g, Op op) {
    if (g->global_count < 2) return false;
    uint32_t i = 1 + gen_pick(g, g->global_count - 1);
    if (op == OP_global_set && !g->globals[i].mutable) return false;
    if (op == OP_global_set) take(g, g->globals[i].type);
    op_index(g, op, i);
    if (op == OP_global_get) gen_push(g, g->globals[i].type);
    return true;
}

static bool select_op(Gen *g, Op op) {
    ValType t = op == OP_select ? gen_number(g) : gen_value_type(g);
    ValType types[] = {t, t, VT_I32};
    gen_operands(g, types, 3);
    gen_code_op(g, op);
    if (op == OP_select_t) {
        gen_u64(&g->code, 1);
        gen_type(&g->code, t);
    }
    gen_push(g, t);
    return true;
}

/* ---- tables -------------------------------------------------------------------------------------- */
static bool table_access(Gen *g, Op op, uint32_t table) {
    const GenTable *t = &g->tables[table];
    if (op == OP_table_size) {
        op_index(g, op, table);
        gen_push(g, index_type(t->is64));
        return true;
    }
    if (op == OP_table_grow) {
        gen_value(g, t->type, 1);
        small(g, t->is64, 4);
        g->height -= 2;
        op_index(g, op, table);
        gen_push(g, index_type(t->is64));
        return true;
    }
    small(g, t->is64, 10);
    if (op != OP_table_get) gen_value(g, t->type, 1);
    if (op == OP_table_fill) small(g, t->is64, 5);
    g->height -= op == OP_table_get ? 1 : op == OP_table_set ? 2 : 3;
    op_index(g, op, table);
    if (op == OP_table_get) gen_push(g, t->type);
    return true;
}

static bool table_copy(Gen *g, uint32_t to, uint32_t from) {
    const GenTable *a = &g->tables[to], *b = &g->tables[from];
    if (!gen_subtype(g, b->type, a->type)) return false;
    small(g, a->is64, 10);
    small(g, b->is64, 10);
    small(g, a->is64 && b->is64, 6);
    g->height -= 3;
    op_index(g, OP_table_copy, to);
    gen_u64(&g->code, from);
    return true;
}

static bool table_init(Gen *g, uint32_t table, uint32_t elem) {
    if (!gen_subtype(g, g->elems[elem].type, g->tables[table].type)) return false;
    small(g, g->tables[table].is64, 8);
    small(g, false, 3);
    small(g, false, 4);
    g->height -= 3;
    op_index(g, OP_table_init, elem);
    gen_u64(&g->code, table);
    return true;
}

/* ---- memories ------------------------------------------------------------------------------------ */
static bool memory_op(Gen *g, Op op) {
    if (!g->memory_count) return false;
    uint32_t i = gen_pick(g, g->memory_count), from = gen_pick(g, g->memory_count);
    bool is64 = g->memories[i].is64, from64 = g->memories[from].is64;
    if (op == OP_memory_size || op == OP_memory_grow) {
        if (op == OP_memory_grow) {
            small(g, is64, 3);
            g->height--;
        }
        op_index(g, op, i);
        gen_push(g, index_type(is64));
        return true;
    }
    if (op == OP_memory_init && !g->data_count) return false;
    gen_address(g, i);
    if (op == OP_memory_fill)
        gen_value(g, VT_I32, 1);
    else if (op == OP_memory_init)
        small(g, false, 10);
    else
        gen_address(g, from);
    small(g, op == OP_memory_init ? false : op == OP_memory_fill ? is64 : is64 && from64, 20);
    g->height -= 3;
    gen_code_op(g, op);
    if (op == OP_memory_init) gen_u64(&g->code, gen_pick(g, g->data_count));
    gen_u64(&g->code, i);
    if (op == OP_memory_copy) gen_u64(&g->code, from);
    return true;
}

/* Waits end at once: the value is not the expected one, or the time is up. */
static bool wait_op(Gen *g, Op op) {
    if (!g->memory_count) return false;
    uint32_t memory = gen_pick(g, g->memory_count), log2 = op == OP_memory_atomic_wait64 ? 3 : 2;
    gen_address(g, memory);
    gen_value(g, op == OP_memory_atomic_wait64 ? VT_I64 : VT_I32, 1);
    g->height -= 2;
    if (op != OP_memory_atomic_notify) {
        gen_code_op(g, OP_i64_const);
        gen_s64(&g->code, gen_pick(g, 2));
    }
    gen_code_op(g, op);
    gen_u64(&g->code, log2 | 0x40);
    gen_u64(&g->code, memory);
    gen_u64(&g->code, gen_pick(g, 4) << log2);
    gen_push(g, VT_I32);
    return true;
}

/* ---- references ---------------------------------------------------------------------------------- */
/* A nullable or other reference that something may be done with. */
static ValType some_ref(Gen *g, bool castable) {
    if (!castable && gen_one_in(g, 4)) return vt_ref(gen_pick(g, 2) ? HT_EXTERN : HT_FUNC, true);
    if (g->ref_types && gen_pick(g, 2)) {
        uint32_t i = gen_pick(g, g->ref_types);
        if (!castable || g->types[i].form != FORM_FUNC) return vt_ref(i, gen_pick(g, 3) != 0);
    }
    return vt_ref(gen_pick(g, 2) ? HT_ANY : HT_EQ, gen_pick(g, 3) != 0);
}

static uint32_t any_target(Gen *g) {
    static const uint32_t heaps[] = {HT_ANY, HT_EQ, HT_I31, HT_STRUCT, HT_ARRAY, HT_NONE};
    uint32_t i = g->ref_types ? gen_pick(g, g->ref_types) : 0;
    return gen_pick(g, 2) && g->types[i].form != FORM_FUNC ? i : heaps[gen_pick(g, 6)];
}

static uint32_t func_target(Gen *g) {
    uint32_t i = gen_pick(g, g->ref_types);
    if (g->types[i].form == FORM_FUNC && gen_pick(g, 4)) return i;
    return gen_pick(g, 2) ? HT_FUNC : HT_NOFUNC;
}

static bool cast_op(Gen *g, Op op) {
    bool funcs = gen_one_in(g, 4), nullable = op == OP_ref_cast_null;
    uint32_t heap = funcs ? func_target(g) : any_target(g);
    take(g, funcs ? VT_FUNCREF : some_ref(g, true));
    gen_code_op(g, op);
    gen_heap(&g->code, heap);
    gen_push(g, op == OP_ref_test || op == OP_ref_test_null ? VT_I32 : vt_ref(heap, nullable));
    return true;
}

static bool ref_op(Gen *g, Op op) {
    ValType t = some_ref(g, false);
    switch (op) {
    case OP_ref_null:
        gen_code_op(g, op);
        gen_heap(&g->code, vt_heap(t));
        gen_push(g, vt_ref(vt_heap(t), true));
        return true;
    case OP_ref_is_null:
        take(g, t);
        gen_code_op(g, op);
        gen_push(g, VT_I32);
        return true;
    case OP_ref_func: {
        uint32_t f = gen_pick(g, g->func_count);
        op_index(g, op, f);
        gen_push(g, vt_ref(g->func_types[f], false));
        return true;
    }
    case OP_ref_eq: {
        ValType two[] = {vt_ref(HT_EQ, true), vt_ref(HT_EQ, true)};
        gen_operands(g, two, 2);
        gen_code_op(g, op);
        gen_push(g, VT_I32);
        return true;
    }
    default: /* ref.as_non_null */
        take(g, t);
        gen_code_op(g, op);
        gen_push(g, vt_ref(vt_heap(t), false));
        return true;
    }
}

static bool convert_op(Gen *g, Op op) {
    static const struct {
        Op op;
        uint32_t from;
        ValType to;
    } rows[] = {
        {OP_any_convert_extern, HT_EXTERN, 0}, {OP_extern_convert_any, HT_ANY, 0},
        {OP_i31_get_s, HT_I31, VT_I32},        {OP_i31_get_u, HT_I31, VT_I32},
        {OP_array_len, HT_ARRAY, VT_I32},
    };
    unsigned i = 0;
    while (rows[i].op != op)
        i++;
    bool nullable = op == OP_array_len || gen_pick(g, 3) != 0; /* there may be no array type */
    take(g, vt_ref(rows[i].from, nullable));
    gen_code_op(g, op);
    gen_push(g, rows[i].to ? rows[i].to
                           : vt_ref(op == OP_any_convert_extern ? HT_ANY : HT_EXTERN, nullable));
    return true;
}

/* ---- structs, arrays ----------------------------------------------------------------------------- */
static bool packed(ValType t) {
    return t == VT_PACKED8 || t == VT_PACKED16;
}

static ValType unpacked(ValType t) {
    return packed(t) ? VT_I32 : t;
}

static uint32_t type_of_form(Gen *g, TypeForm form) {
    uint32_t found[GEN_REF_TYPES], count = 0;
    for (uint32_t i = 0; i < g->ref_types; i++)
        if (g->types[i].form == form) found[count++] = i;
    return count ? found[gen_pick(g, count)] : NO_TYPE;
}

static bool struct_op(Gen *g, Op op) {
    uint32_t type = type_of_form(g, FORM_STRUCT);
    if (type == NO_TYPE) return false;
    const GenType *t = &g->types[type];
    if (op == OP_struct_new || op == OP_struct_new_default) {
        gen_value(g, vt_ref(type, false), 2); /* one of them, by its own choice */
        return true;
    }
    if (!t->field_count) return false;
    uint32_t field = gen_pick(g, t->field_count);
    const Field *f = &t->fields[field];
    if (op == OP_struct_set && !f->mutable) return false;
    if (op != OP_struct_set && packed(f->type) == (op == OP_struct_get)) return false;
    ValType types[] = {vt_ref(type, gen_one_in(g, 4)), unpacked(f->type)};
    gen_operands(g, types, op == OP_struct_set ? 2 : 1);
    op_index(g, op, type);
    gen_u64(&g->code, field);
    if (op != OP_struct_set) gen_push(g, types[1]);
    return true;
}

static bool numeric_elem(const Field *f) {
    return !vt_is_ref(f->type);
}

/* Array and index, or array, index, source, index, length. */
static bool array_range(Gen *g, Op op, uint32_t type) {
    const Field *f = &g->types[type].fields[0];
    if (!f->mutable) return false;
    uint32_t other = type, segment = 0;
    if (op == OP_array_init_data) {
        if (!numeric_elem(f) || !g->data_count) return false;
        segment = gen_pick(g, g->data_count);
    } else if (op == OP_array_init_elem) {
        if (!g->elem_count) return false;
        segment = gen_pick(g, g->elem_count);
        if (!gen_subtype(g, g->elems[segment].type, f->type)) return false;
    }
    gen_value(g, vt_ref(type, gen_one_in(g, 4)), 2);
    small(g, false, 6);
    if (op == OP_array_fill) {
        gen_value(g, unpacked(f->type), 1);
    } else if (op == OP_array_copy) {
        gen_value(g, vt_ref(other, gen_one_in(g, 4)), 2);
        small(g, false, 6);
    } else {
        small(g, false, 4);
    }
    small(g, false, 6);
    g->height -= op == OP_array_copy ? 5 : 4;
    op_index(g, op, type);
    if (op != OP_array_fill) gen_u64(&g->code, op == OP_array_copy ? other : segment);
    return true;
}

static bool array_segment(Gen *g, Op op, uint32_t type) {
    const Field *f = &g->types[type].fields[0];
    uint32_t count = op == OP_array_new_data ? g->data_count : g->elem_count;
    if (!count || (op == OP_array_new_data && !numeric_elem(f))) return false;
    uint32_t segment = gen_pick(g, count);
    if (op == OP_array_new_elem && !gen_subtype(g, g->elems[segment].type, f->type)) return false;
    small(g, false, 4);
    small(g, false, 4);
    g->height -= 2;
    op_index(g, op, type);
    gen_u64(&g->code, segment);
    gen_push(g, vt_ref(type, false));
    return true;
}

static bool array_op(Gen *g, Op op) {
    uint32_t type = type_of_form(g, FORM_ARRAY);
    if (type == NO_TYPE) return false;
    const Field *f = &g->types[type].fields[0];
    switch (op) {
    case OP_array_new_data:
    case OP_array_new_elem:
        return array_segment(g, op, type);
    case OP_array_fill:
    case OP_array_copy:
    case OP_array_init_data:
    case OP_array_init_elem:
        return array_range(g, op, type);
    case OP_array_new:
    case OP_array_new_default:
        gen_value(g, vt_ref(type, false), 2);
        return true;
    case OP_array_new_fixed: {
        uint32_t n = gen_pick(g, 5);
        for (uint32_t i = 0; i < n; i++)
            gen_value(g, unpacked(f->type), 1);
        g->height -= n;
        op_index(g, op, type);
        gen_u64(&g->code, n);
        gen_push(g, vt_ref(type, false));
        return true;
    }
    default:
        break;
    }
    if (op == OP_array_set ? !f->mutable : packed(f->type) == (op == OP_array_get)) return false;
    gen_value(g, vt_ref(type, gen_one_in(g, 4)), 2);
    small(g, false, 5);
    if (op == OP_array_set) gen_value(g, unpacked(f->type), 1);
    g->height -= op == OP_array_set ? 3 : 2;
    op_index(g, op, type);
    if (op != OP_array_set) gen_push(g, unpacked(f->type));
    return true;
}

/* ---- all of them --------------------------------------------------------------------------------- */
static bool table_family(Gen *g, Op op) {
    if (!g->table_count) return false;
    uint32_t table = gen_pick(g, g->table_count);
    if (op == OP_table_copy) return table_copy(g, table, gen_pick(g, g->table_count));
    if (op == OP_table_init)
        return g->elem_count && table_init(g, table, gen_pick(g, g->elem_count));
    return table_access(g, op, table);
}

static bool segment_drop(Gen *g, Op op) {
    uint32_t count = op == OP_elem_drop ? g->elem_count : g->data_count;
    if (!count || gen_pick(g, 3)) return false;
    op_index(g, op, gen_pick(g, count));
    return true;
}

bool gen_special(Gen *g, Op op) {
    const char *name = op_info[op].name;
    switch (op) {
    case OP_nop:
        gen_code_op(g, op);
        return true;
    case OP_atomic_fence:
        op_index(g, op, 0);
        return true;
    case OP_drop:
        take(g, gen_value_type(g));
        gen_code_op(g, op);
        return true;
    case OP_select:
    case OP_select_t:
        return select_op(g, op);
    case OP_elem_drop:
    case OP_data_drop:
        return segment_drop(g, op);
    case OP_memory_atomic_notify:
    case OP_memory_atomic_wait32:
    case OP_memory_atomic_wait64:
        return wait_op(g, op);
    case OP_ref_test:
    case OP_ref_test_null:
    case OP_ref_cast:
    case OP_ref_cast_null:
        return cast_op(g, op);
    case OP_ref_i31:
        take(g, VT_I32);
        gen_code_op(g, op);
        gen_push(g, vt_ref(HT_I31, false));
        return true;
    case OP_any_convert_extern:
    case OP_extern_convert_any:
    case OP_i31_get_s:
    case OP_i31_get_u:
    case OP_array_len:
        return convert_op(g, op);
    case OP_ref_null:
    case OP_ref_is_null:
    case OP_ref_func:
    case OP_ref_eq:
    case OP_ref_as_non_null:
        return ref_op(g, op);
    default:
        break;
    }
    if (!strncmp(name, "local_", 6)) return local_op(g, op);
    if (!strncmp(name, "global_", 7)) return global_op(g, op);
    if (!strncmp(name, "table_", 6)) return table_family(g, op);
    if (!strncmp(name, "memory_", 7)) return memory_op(g, op);
    if (!strncmp(name, "struct_", 7)) return struct_op(g, op);
    if (!strncmp(name, "array_", 6)) return array_op(g, op);
    return false; /* control: gen_control.c */
}
