/* emit_state.c: where an instance keeps what a snapshot has to hold: globals, passive segments, the numbers of
 * the functions that have records, and what is in objects and exceptions. */
#include "emit_gc.h"

static void indices(const Emitter *e, Buffer *out) {
    uint32_t n = 0;
    if (!e->record_count) return;
    buffer_printf(out, "static const u32 %s_indices[] = {", e->name);
    for (uint32_t f = e->m->imported_funcs; f < e->m->func_count; f++)
        if (e->records[f] != NO_RECORD)
            buffer_printf(out, "%s%u", n++ % 16 ? ", " : n > 1 ? ",\n    " : "\n    ", f);
    buffer_text(out, "};\n");
}

static void globals(const Emitter *e, Buffer *out) {
    const Module *m = e->m;
    if (m->global_count == m->imported_globals) return;
    buffer_printf(out, "static const w2c_global_desc %s_globals[] = {\n", e->name);
    for (uint32_t i = m->imported_globals; i < m->global_count; i++) {
        buffer_printf(out, "    {offsetof(struct %s, %s), ", e->name, e->globals[i]);
        emit_type_text(e, out, m->globals[i].type);
        buffer_text(out, ", ");
        emit_heap_type(e, out, m->globals[i].type);
        buffer_text(out, "},\n");
    }
    buffer_text(out, "};\n");
}

static void elem(const Emitter *e, uint32_t k, Buffer *out) {
    const Elem *s = &e->m->elems[k];
    if (s->mode != SEGMENT_PASSIVE || !s->count) {
        buffer_text(out, "    {NULL, 0, 0, NULL, NULL},\n");
    } else if (s->is_funcs) {
        buffer_printf(out, "    {%s_elem%u, 0, %u, NULL, NULL},\n", e->name, k, s->count);
    } else {
        buffer_printf(out, "    {NULL, offsetof(struct %s, refs%u), %u, ", e->name, k, s->count);
        emit_type_text(e, out, s->type);
        buffer_text(out, ", ");
        emit_heap_type(e, out, s->type);
        buffer_text(out, "},\n");
    }
}

static uint32_t elem_rows(const Module *m) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < m->elem_count; i++)
        if (m->elems[i].mode == SEGMENT_PASSIVE && m->elems[i].count) count = i + 1;
    return count;
}

static uint32_t data_rows(const Module *m) {
    uint32_t count = 0;
    for (uint32_t i = 0; m->has_data_count && i < m->data_count; i++)
        if (m->datas[i].mode == SEGMENT_PASSIVE && m->datas[i].bytes.len) count = i + 1;
    return count;
}

static void segments(const Emitter *e, Buffer *out) {
    const Module *m = e->m;
    uint32_t elem_count = elem_rows(m), data_count = data_rows(m);
    uint64_t from = e->image_bytes;
    if (elem_count) buffer_printf(out, "static const w2c_elem_desc %s_elems[] = {\n", e->name);
    for (uint32_t k = 0; k < elem_count; k++)
        elem(e, k, out);
    if (elem_count) buffer_text(out, "};\n");
    if (data_count) buffer_printf(out, "static const w2c_data %s_datas[] = {\n", e->name);
    for (uint32_t k = 0; k < data_count; k++) {
        size_t len = m->datas[k].bytes.len;
        if (m->datas[k].mode == SEGMENT_PASSIVE && len)
            buffer_printf(out, "    {%s_data + %llu, %zu},\n", e->name, (unsigned long long)from,
                          len);
        else
            buffer_text(out, "    {NULL, 0},\n");
        if (emit_data_in_turn(e, &m->datas[k])) from += len;
    }
    if (data_count) buffer_text(out, "};\n");
}

/* ---- objects --------------------------------------------------------------------------------- */
/* Types within types need no name here: the descriptor beside it says which. */
static void field_type(const Emitter *e, Buffer *out, ValType t) {
    if (vt_is_ref(t) && ht_is_index(vt_heap(t)))
        buffer_text(out, vt_nullable(t) ? "\"(ref null #)\"" : "\"(ref #)\"");
    else
        emit_type_text(e, out, t);
    buffer_text(out, ", ");
    emit_heap_type(e, out, t);
}

static bool is_object(const Module *m, uint32_t type) {
    return m->types[type].canon == type && m->types[type].form != FORM_FUNC;
}

static bool has_fields(const Module *m) {
    for (uint32_t i = 0; i < m->type_count; i++)
        if (is_object(m, i) && m->types[i].u.fields.count) return true;
    for (uint32_t i = 0; i < m->tag_count; i++)
        if (m->types[m->tags[i].type].u.func.param_count) return true;
    return false;
}

static void fields(const Emitter *e, Buffer *out) {
    const Module *m = e->m;
    if (!has_fields(m)) return;
    buffer_printf(out, "static const w2c_field_desc %s_fields[] = {\n", e->name);
    for (uint32_t i = 0; i < m->type_count; i++)
        for (uint32_t k = 0; is_object(m, i) && k < m->types[i].u.fields.count; k++) {
            ValType t = m->types[i].u.fields.fields[k].type;
            buffer_text(out, "    {");
            field_type(e, out, t);
            if (m->types[i].form == FORM_STRUCT)
                buffer_printf(out, ", offsetof(struct %s_s%u, f%u)},\n", e->name, i, k);
            else
                buffer_printf(out, ", W2C_ARRAY_OFFSET(%s)},\n", emit_gc_elem_name(t));
        }
    for (uint32_t i = 0; i < m->tag_count; i++) {
        const TypeDef *t = &m->types[m->tags[i].type];
        for (uint32_t k = 0; k < t->u.func.param_count; k++) {
            buffer_text(out, "    {");
            field_type(e, out, t->u.func.params[k]);
            buffer_text(out, ", 0},\n");
        }
    }
    buffer_text(out, "};\n");
}

static uint32_t object_rows(const Module *m) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < m->type_count; i++)
        count += is_object(m, i);
    return count;
}

static void objects(const Emitter *e, Buffer *out) {
    const Module *m = e->m;
    uint32_t at = 0;
    fields(e, out);
    if (object_rows(m))
        buffer_printf(out, "static const w2c_object_desc %s_objects[] = {\n", e->name);
    for (uint32_t i = 0; i < m->type_count; i++) {
        if (!is_object(m, i)) continue;
        uint32_t count = m->types[i].u.fields.count;
        buffer_printf(out, "    {&w2c_type_%s, %u, %u, %u},\n", e->types[i], i, at, count);
        at += count;
    }
    if (object_rows(m)) buffer_text(out, "};\n");
    if (m->tag_count)
        buffer_printf(out, "static const w2c_object_desc %s_tag_rows[] = {\n", e->name);
    for (uint32_t i = 0; i < m->tag_count; i++) {
        uint32_t type = m->tags[i].type, count = m->types[type].u.func.param_count;
        buffer_printf(out, "    {&w2c_type_%s, %u, %u, %u},\n", e->types[type], i, at, count);
        at += count;
    }
    if (m->tag_count) buffer_text(out, "};\n");
}

static void name_or_null(const Emitter *e, Buffer *out, const char *what, bool there) {
    if (there)
        buffer_printf(out, "%s_%s, ", e->name, what);
    else
        buffer_text(out, "NULL, ");
}

static void offset_or_zero(const Emitter *e, Buffer *out, const char *member, bool there) {
    if (there)
        buffer_printf(out, "offsetof(struct %s, %s), ", e->name, member);
    else
        buffer_text(out, "0, ");
}

void emit_state(const Emitter *e, Buffer *out) {
    const Module *m = e->m;
    uint32_t own = m->global_count - m->imported_globals, elem_count = elem_rows(m),
             data_count = data_rows(m);
    buffer_text(out, "\n/* ---- what an instance holds ---- */\n");
    indices(e, out);
    globals(e, out);
    segments(e, out);
    objects(e, out);
    buffer_printf(out, "static const w2c_state_desc %s_state = {\n    0x%016llxu, NULL, ", e->name,
                  (unsigned long long)e->input_hash);
    name_or_null(e, out, "indices", e->record_count);
    name_or_null(e, out, "globals", own);
    name_or_null(e, out, "elems", elem_count);
    name_or_null(e, out, "datas", data_count);
    buffer_printf(out, "\n    %u, %u, %u, ", own, elem_count, data_count);
    offset_or_zero(e, out, "elems", elem_count);
    offset_or_zero(e, out, "datas", data_count);
    buffer_text(out, "NULL,\n    ");
    name_or_null(e, out, "objects", object_rows(m));
    name_or_null(e, out, "tag_rows", m->tag_count);
    name_or_null(e, out, "fields", has_fields(m));
    buffer_printf(out, "%u, %u};\n", object_rows(m), m->tag_count);
}
