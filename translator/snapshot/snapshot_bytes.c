/* snapshot_bytes.c: see snapshot_bytes.h. */
#include "snapshot_bytes.h"
#include "../interp/interp_state.h"

/* ---- numbers, types -------------------------------------------------------------------------- */
void snap_put_u(Buffer *b, uint64_t value) {
    do {
        uint8_t byte = value & 0x7f;
        value >>= 7;
        buffer_char(b, (char)(value ? byte | 0x80 : byte));
    } while (value);
}

void snap_put_s(Buffer *b, int64_t value) {
    for (;;) {
        uint8_t byte = value & 0x7f;
        value >>= 7;
        bool last = (value == 0 && !(byte & 0x40)) || (value == -1 && (byte & 0x40));
        buffer_char(b, (char)(last ? byte : byte | 0x80));
        if (last) return;
    }
}

void snap_put_slice(Buffer *b, Slice s) {
    snap_put_u(b, s.len);
    buffer_bytes(b, s.ptr, s.len);
}

void snap_put_heap(Buffer *b, uint32_t heap) {
    static const uint8_t codes[] = {
        [HT_FUNC - HT_ABSTRACT] = 0x70,   [HT_NOFUNC - HT_ABSTRACT] = 0x73,
        [HT_EXTERN - HT_ABSTRACT] = 0x6f, [HT_NOEXTERN - HT_ABSTRACT] = 0x72,
        [HT_ANY - HT_ABSTRACT] = 0x6e,    [HT_EQ - HT_ABSTRACT] = 0x6d,
        [HT_I31 - HT_ABSTRACT] = 0x6c,    [HT_STRUCT - HT_ABSTRACT] = 0x6b,
        [HT_ARRAY - HT_ABSTRACT] = 0x6a,  [HT_NONE - HT_ABSTRACT] = 0x71,
        [HT_EXN - HT_ABSTRACT] = 0x69,    [HT_NOEXN - HT_ABSTRACT] = 0x74,
    };
    if (ht_is_index(heap))
        snap_put_s(b, heap);
    else
        buffer_char(b, (char)codes[heap - HT_ABSTRACT]);
}

void snap_put_type(Buffer *b, ValType t) {
    if (vt_is_ref(t)) {
        buffer_char(b, vt_nullable(t) ? 0x63 : 0x64);
        snap_put_heap(b, vt_heap(t));
    } else {
        buffer_char(b, (char)(0x80 - vt_kind(t))); /* 0x7f i32 ... 0x7b v128 */
    }
}

void snap_put_op(Buffer *b, Op op) {
    if (op_info[op].prefix) buffer_char(b, (char)op_info[op].prefix);
    if (op_info[op].prefix)
        snap_put_u(b, op_info[op].code);
    else
        buffer_char(b, (char)op_info[op].code);
}

bool snap_refuse(Context *ctx, const Module *m, const char *what, uint32_t index, const char *why) {
    for (uint32_t i = 0; i < m->export_count; i++) {
        const Export *x = &m->exports[i];
        bool same = (x->kind == EXTERN_GLOBAL && what[0] == 'g') ||
                    (x->kind == EXTERN_TABLE && what[0] == 't');
        if (same && x->index == index)
            return diag_error(ctx, ERR_snapshot, NO_OFFSET, ": %s %u (export \"%.*s\") %s", what,
                              index, (int)(x->name.len < 80 ? x->name.len : 80),
                              (const char *)x->name.ptr, why);
    }
    return diag_error(ctx, ERR_snapshot, NO_OFFSET, ": %s %u %s", what, index, why);
}

/* ---- values ---------------------------------------------------------------------------------- */
Hierarchy snap_hierarchy(const Module *m, uint32_t heap) {
    if (ht_is_index(heap)) return m->types[heap].form == FORM_FUNC ? OF_FUNC : OF_ANY;
    switch (heap) {
    case HT_FUNC:
    case HT_NOFUNC:
        return OF_FUNC;
    case HT_EXTERN:
    case HT_NOEXTERN:
        return OF_EXTERN;
    case HT_EXN:
    case HT_NOEXN:
        return OF_EXN;
    default:
        return OF_ANY;
    }
}

/* A reference as a constant expression without its end. */
bool snap_put_ref(Context *ctx, const Module *m, const Snapshot *s, Buffer *b, ValType t,
                  w2c_ref ref, const char *what, uint32_t index) {
    Hierarchy of = snap_hierarchy(m, vt_heap(t));
    if (!ref) {
        snap_put_op(b, OP_ref_null);
        snap_put_heap(b, vt_heap(t));
        return true;
    }
    if (of == OF_FUNC) {
        uint32_t func = w2c_interp_func_index(s->instance, ref);
        if (func == NO_FUNC)
            return snap_refuse(ctx, m, what, index, "refers to a function of another module");
        snap_put_op(b, OP_ref_func);
        snap_put_u(b, func);
        return true;
    }
    if (of == OF_EXN) return snap_refuse(ctx, m, what, index, "holds an exception");
    w2c_ref any = of == OF_EXTERN ? w2c_any_of_extern(ref) : ref;
    uintptr_t bits = (uintptr_t)any;
    if (bits & 1) { /* i31: w2c_ref_i31 */
        snap_put_op(b, OP_i32_const);
        snap_put_s(b, (int32_t)(bits >> 1));
        snap_put_op(b, OP_ref_i31);
        if (of == OF_EXTERN) snap_put_op(b, OP_extern_convert_any);
        return true;
    }
    if (bits & 2) return snap_refuse(ctx, m, what, index, "refers to an object of the host");
    return snap_refuse(ctx, m, what, index, "refers to an object that was not planned for");
}

void snap_put_number(Buffer *b, ValType t, const w2c_value *v) {
    switch (vt_kind(t)) {
    case VT_I32:
        snap_put_op(b, OP_i32_const);
        snap_put_s(b, (int32_t)v->i32);
        break;
    case VT_I64:
        snap_put_op(b, OP_i64_const);
        snap_put_s(b, (int64_t)v->i64);
        break;
    case VT_F32:
        snap_put_op(b, OP_f32_const);
        buffer_bytes(b, &v->f32, 4);
        break;
    case VT_F64:
        snap_put_op(b, OP_f64_const);
        buffer_bytes(b, &v->f64, 8);
        break;
    case VT_V128:
        snap_put_op(b, OP_v128_const);
        buffer_bytes(b, v->v128.bytes, 16);
        break;
    default:
        break;
    }
}
