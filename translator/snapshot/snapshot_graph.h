/* snapshot_graph.h: objects of a snapshot by number, what is in them, and such values as code. */
#ifndef SNAPSHOT_GRAPH_H
#define SNAPSHOT_GRAPH_H
#include "snapshot_bytes.h"
#include "snapshot_objects.h"
#include "../interp/interp_state.h"

static inline bool refuse(SnapshotObjects *o, const char *why) {
    return snap_refuse(o->ctx, o->m, o->what, o->index, why);
}

/* ---- objects --------------------------------------------------------------------------------- */
static inline uint32_t number_of(SnapshotObjects *o, ValType t, w2c_ref ref) {
    uint32_t number = 0;
    w2c_ref any = snap_hierarchy(o->m, vt_heap(t)) == OF_EXTERN ? w2c_any_of_extern(ref) : ref;
    w2c_snap_node(&o->work, any, false, &number, o->what, o->index);
    return number;
}

static inline uint32_t type_of(const SnapshotObjects *o, uint32_t n) {
    return o->work.graph.nodes[n].desc->number;
}

static inline const TypeDef *def_of(const SnapshotObjects *o, uint32_t n) {
    return &o->m->types[type_of(o, n)];
}

static inline uint32_t field_count(const SnapshotObjects *o, uint32_t n) {
    const snap_node *node = &o->work.graph.nodes[n];
    return def_of(o, n)->form == FORM_ARRAY ? w2c_snap_array_len(node)
                                            : def_of(o, n)->u.fields.count;
}

/* Nothing makes one that nobody throws: whatever refers to it is refused. */
static inline bool is_exception(const SnapshotObjects *o, uint32_t n) {
    return o->work.graph.nodes[n].is_exception;
}

static inline Field field_of(const SnapshotObjects *o, uint32_t n, uint32_t k) {
    const TypeDef *t = def_of(o, n);
    return t->u.fields.fields[t->form == FORM_ARRAY ? 0 : k];
}

static inline size_t elem_size(const SnapshotObjects *o, uint32_t n) {
    return o->work.graph.nodes[n].desc->type->elem_size;
}

static inline const char *field_at(const SnapshotObjects *o, uint32_t n, uint32_t k) {
    const snap_node *node = &o->work.graph.nodes[n];
    const w2c_field_desc *d = o->work.instance->module->state->fields + node->desc->first;
    if (def_of(o, n)->form == FORM_ARRAY)
        return (const char *)node->ref + d->offset + (size_t)k * elem_size(o, n);
    return (const char *)node->ref + d[k].offset;
}

static inline w2c_ref ref_at(const SnapshotObjects *o, uint32_t n, uint32_t k) {
    return *(w2c_ref const *)(const void *)field_at(o, n, k);
}

static inline bool is_required(Field f) {
    return !f.mutable || (vt_is_ref(f.type) && !vt_nullable(f.type));
}

static inline bool is_ref_array(const SnapshotObjects *o, uint32_t n) {
    return def_of(o, n)->form == FORM_ARRAY && vt_is_ref(field_of(o, n, 0).type);
}

/* ---- values ---------------------------------------------------------------------------------- */
static inline void put_number(Buffer *b, ValType t, const char *at) {
    w2c_value v;
    memset(&v, 0, sizeof v);
    if (t == VT_PACKED8 || t == VT_PACKED16) {
        memcpy(&v, at, t == VT_PACKED8 ? 1 : 2);
        snap_put_op(b, OP_i32_const);
        snap_put_s(b, (int32_t)v.i32);
        return;
    }
    memcpy(&v, at,
           vt_kind(t) == VT_V128                          ? 16
           : vt_kind(t) == VT_I32 || vt_kind(t) == VT_F32 ? 4
                                                          : 8);
    snap_put_number(b, t, &v);
}

static inline void put_i32(Buffer *b, uint32_t value) {
    snap_put_op(b, OP_i32_const);
    snap_put_s(b, (int32_t)value);
}

static inline void put_null(Buffer *b, ValType t) {
    snap_put_op(b, OP_ref_null);
    snap_put_heap(b, vt_heap(t));
}

static inline void put_convert(const SnapshotObjects *o, Buffer *b, ValType t) {
    if (snap_hierarchy(o->m, vt_heap(t)) == OF_EXTERN) snap_put_op(b, OP_extern_convert_any);
}

static inline bool put_plain_ref(SnapshotObjects *o, Buffer *b, ValType t, w2c_ref ref) {
    if (ref && snap_hierarchy(o->m, vt_heap(t)) == OF_FUNC) {
        uint32_t func = w2c_interp_func_index(o->s->instance, ref);
        if (func != NO_FUNC) bitmap_add(o->declared, func);
    }
    return snap_put_ref(o->ctx, o->m, o->s, b, t, ref, o->what, o->index);
}

static inline bool all_alike(const SnapshotObjects *o, uint32_t n, uint32_t count) {
    size_t size = elem_size(o, n);
    const char *at = count ? field_at(o, n, 0) : NULL;
    return !count || memcmp(at, at + size, (count - 1) * size) == 0;
}

static inline void put_type_op(Buffer *b, Op op, uint32_t type) {
    snap_put_op(b, op);
    snap_put_u(b, type);
}
#endif
