/* emit_gc_types.c: struct and array types as C: a struct per type, its constructors, and what the
 * collector reads in its descriptor. A subtype's struct begins with the fields of its supertype, so
 * C lays them out alike. */
#include "emit_gc.h"

static void struct_decl(const Emitter *e, Buffer *out, uint32_t i) {
    const TypeDef *t = &e->m->types[i];
    buffer_printf(out, "struct %s_s%u {", e->name, i);
    if (t->super != NO_TYPE) buffer_printf(out, " /* sub of s%u */", e->m->types[t->super].canon);
    buffer_text(out, "\n    const w2c_type *type;\n");
    for (uint32_t k = 0; k < t->u.fields.count; k++) {
        const Field *f = &t->u.fields.fields[k];
        buffer_printf(out, "    %s f%u;%s\n", emit_gc_elem_type(f->type), k,
                      f->mutable ? "" : " /* constant */");
    }
    buffer_text(out, "};\n");
}

/* NAME_tN: a type's descriptor; NAME_cN: what casts to it want. */
static void names(const Emitter *e, Buffer *out, uint32_t i) {
    const TypeDef *t = &e->m->types[i];
    buffer_printf(out, "#define %s_t%u (&w2c_type_%s)\n#define %s_c%u %s_t%u, %u, %s\n", e->name, i,
                  e->types[i], e->name, i, e->name, i, t->depth, t->final ? "true" : "false");
}

void emit_gc_structs(const Emitter *e, Buffer *out) {
    if (e->features >> FEATURE_gc & 1)
        for (uint32_t i = 0; i < e->m->type_count; i++)
            if (e->m->types[i].canon == i) names(e, out, i);
    for (uint32_t i = 0; i < e->m->type_count; i++)
        if (e->m->types[i].canon == i && e->m->types[i].form == FORM_STRUCT) struct_decl(e, out, i);
}

/* What a field's value is as a parameter. */
static const char *value_type(ValType t) {
    return vt_kind(t) == VT_PACKED8 || vt_kind(t) == VT_PACKED16 ? "u32" : emit_c_type(vt_kind(t));
}

static void constructors(const Emitter *e, Buffer *out, uint32_t i) {
    const TypeDef *t = &e->m->types[i];
    buffer_printf(out, "W2C_INLINE w2c_ref %s_new_s%u(%s *m", e->name, i, e->name);
    for (uint32_t k = 0; k < t->u.fields.count; k++)
        buffer_printf(out, "%s%s f%u", k % 8 == 7 ? ",\n    " : ", ",
                      value_type(t->u.fields.fields[k].type), k);
    buffer_printf(out,
                  ") {\n    char *const p = w2c_struct_alloc(&m->w2c, %s_t%u, "
                  "W2C_GC_ROUND(sizeof(struct %s_s%u)));\n",
                  e->name, i, e->name, i);
    for (uint32_t k = 0; k < t->u.fields.count; k++) {
        const Field *f = &t->u.fields.fields[k];
        bool packed = f->type == VT_PACKED8 || f->type == VT_PACKED16;
        buffer_printf(out, "    W2C_FIELD(%s_s%u, p, f%u) = ", e->name, i, k);
        if (packed) buffer_printf(out, "(%s)", emit_gc_elem_type(f->type));
        buffer_printf(out, "f%u;\n", k);
    }
    buffer_text(out, "    return p;\n}\n");
    for (uint32_t k = 0; k < t->u.fields.count; k++) /* no default: not nullable */
        if (vt_is_ref(t->u.fields.fields[k].type) && !vt_nullable(t->u.fields.fields[k].type))
            return;
    buffer_printf(
        out,
        "W2C_INLINE w2c_ref %s_zero_s%u(%s *m) {\n"
        "    char *const p = w2c_struct_alloc(&m->w2c, %s_t%u, "
        "W2C_GC_ROUND(sizeof(struct %s_s%u)));\n"
        "    memset(p + sizeof(w2c_type *), 0, sizeof(struct %s_s%u) - sizeof(w2c_type *));\n"
        "    return p;\n}\n",
        e->name, i, e->name, e->name, i, e->name, i, e->name, i);
}

void emit_gc_constructors(const Emitter *e, Buffer *out) {
    for (uint32_t i = 0; i < e->m->type_count; i++)
        if (e->m->types[i].canon == i && e->m->types[i].form == FORM_STRUCT)
            constructors(e, out, i);
}

/* ---- descriptors ----------------------------------------------------------------------------- */

typedef enum RefKind { KIND_NONE, KIND_ANY, KIND_EXTERN, KIND_EXN } RefKind; /* as w2c_gc_kind */

/* What the collector makes of a value of this type. */
static RefKind ref_kind(const Emitter *e, ValType t) {
    if (!vt_is_ref(t)) return KIND_NONE;
    if (heap_matches(e->m, vt_heap(t), HT_ANY)) return KIND_ANY;
    if (heap_matches(e->m, vt_heap(t), HT_EXTERN)) return KIND_EXTERN;
    return heap_matches(e->m, vt_heap(t), HT_EXN) ? KIND_EXN : KIND_NONE;
}

static uint32_t count_refs(const Emitter *e, const TypeDef *t, RefKind kind) {
    uint32_t count = 0;
    for (uint32_t k = 0; k < t->u.fields.count; k++)
        count += ref_kind(e, t->u.fields.fields[k].type) == kind;
    return count;
}

static bool has_refs(const Emitter *e, const TypeDef *t) {
    return count_refs(e, t, KIND_NONE) != t->u.fields.count;
}

void emit_gc_refs(const Emitter *e, Buffer *out, uint32_t type) {
    const TypeDef *t = &e->m->types[type];
    if (t->form != FORM_STRUCT || !has_refs(e, t)) return;
    uint32_t n = 0;
    buffer_printf(out, "static const u32 w2c_refs_%s[] = {", e->types[type]);
    for (RefKind kind = KIND_ANY; kind <= KIND_EXN; kind++)
        for (uint32_t k = 0; k < t->u.fields.count; k++)
            if (ref_kind(e, t->u.fields.fields[k].type) == kind)
                buffer_printf(out, "%soffsetof(struct %s_s%u, f%u)", n++ ? ",\n    " : "\n    ",
                              e->name, type, k);
    buffer_text(out, "};\n");
}

void emit_gc_layout(const Emitter *e, Buffer *out, uint32_t type, uint64_t hash) {
    const TypeDef *t = &e->m->types[type];
    if (t->form == FORM_ARRAY) {
        ValType elem = t->u.fields.fields[0].type;
        const char *name = emit_gc_elem_name(elem);
        buffer_printf(out, ",\n    %u, sizeof(%s), W2C_ARRAY_OFFSET(%s)",
                      (unsigned)ref_kind(e, elem), emit_gc_elem_type(elem), name);
    } else if (t->form == FORM_STRUCT) {
        buffer_printf(out, ",\n    0, 0, W2C_GC_ROUND(sizeof(struct %s_s%u))", e->name, type);
    } else {
        buffer_text(out, ",\n    0, 0, 0");
    }
    buffer_printf(out, ", 0x%016llxu, ", (unsigned long long)hash);
    if (t->form == FORM_STRUCT && has_refs(e, t))
        buffer_printf(out, "w2c_refs_%s, %u, %u, %u", e->types[type], count_refs(e, t, KIND_ANY),
                      count_refs(e, t, KIND_EXTERN), count_refs(e, t, KIND_EXN));
    else
        buffer_text(out, "NULL, 0, 0, 0");
}
