/* section_segments.c: element and data segments, the data count, and where function bodies lie.
 * Spec: binary/modules#element-section and on, valid/modules */
#include "section.h"

enum { ELEM_NOT_ACTIVE = 1, ELEM_EXPLICIT = 2, ELEM_EXPRS = 4, ELEM_FLAGS = 7 };

/* ---- elements -------------------------------------------------------------------------------- */

/* Flags: what kind of segment, and which fields follow. */
static bool read_elem_head(SectionReader *s, Elem *e) {
    Module *m = s->m;
    uint64_t at = section_offset(s);
    uint32_t flags = section_u32(s);
    if (s->r.error) return section_fail(s);
    if (flags > ELEM_FLAGS) return diag_error(s->ctx, ERR_elem_kind, at, " %u", flags);
    if (flags && !section_need(s, FEATURE_bulk, at)) return false;
    bool active = !(flags & ELEM_NOT_ACTIVE),
         stated = (flags & (ELEM_NOT_ACTIVE | ELEM_EXPLICIT)) != 0;
    e->mode = active                  ? SEGMENT_ACTIVE
              : flags & ELEM_EXPLICIT ? SEGMENT_DECLARATIVE
                                      : SEGMENT_PASSIVE;
    e->is_funcs = !(flags & ELEM_EXPRS);
    if (active) {
        at = section_offset(s);
        e->table = flags & ELEM_EXPLICIT ? section_u32(s) : 0;
        if (s->r.error) return section_fail(s);
        if (e->table >= m->table_count)
            return diag_error(s->ctx, ERR_unknown_table, at, " %u: module has %u", e->table,
                              m->table_count);
        if (!section_const(s, &e->offset)) return false;
    }
    e->type = vt_ref(HT_FUNC, !e->is_funcs);
    if (!stated) return true;
    at = section_offset(s);
    if (!e->is_funcs)
        return type_read_ref(s->ctx, &s->r, m->type_count, &m->features_used, &e->type) ||
               section_fail(s);
    uint8_t kind = reader_u8(&s->r);
    if (s->r.error) return section_fail(s);
    return kind == 0 || diag_error(s->ctx, ERR_elem_kind, at, " %u", kind);
}

static bool read_elem_func(SectionReader *s) {
    const Module *m = s->m;
    uint64_t at = section_offset(s);
    uint32_t func = section_u32(s);
    if (s->r.error) return section_fail(s);
    if (func >= m->func_count)
        return diag_error(s->ctx, ERR_unknown_function, at, " %u: module has %u", func,
                          m->func_count);
    bitmap_add(m->declared, func);
    return true;
}

static bool read_elem(SectionReader *s, Elem *e) {
    if (!read_elem_head(s, e)) return false;
    if (e->mode == SEGMENT_ACTIVE && !type_matches(s->m, e->type, s->m->tables[e->table].type))
        return diag_error(s->ctx, ERR_type_mismatch, section_offset(s),
                          ": the segment's elements do not fit table %u", e->table);
    if (!section_count(s, 0, LIMIT_ELEM_ITEMS, "elements of a segment", &e->count)) return false;
    if (!section_declare(s, NO_FUNC)) return false;
    const uint8_t *start = s->r.pos;
    for (uint32_t i = 0; i < e->count; i++) {
        ConstExpr item;
        if (!(e->is_funcs ? read_elem_func(s) : section_const(s, &item))) return false;
    }
    e->items = (Slice){start, (size_t)(s->r.pos - start)};
    return true;
}

bool section_read_elem(SectionReader *s) {
    Module *m = s->m;
    uint32_t count;
    if (!section_count(s, 0, LIMIT_ELEMS, "element segments", &count)) return false;
    m->elems = ARENA_ARRAY(&m->arena, section_fits(s, count, 3), Elem);
    if (!m->elems) return diag_nomem(s->ctx);
    for (uint32_t i = 0; i < count; i++)
        if (!read_elem(s, &m->elems[i])) return false;
    m->elem_count = count;
    return true;
}

/* ---- data ------------------------------------------------------------------------------------ */

bool section_read_data_count(SectionReader *s) {
    uint64_t at = section_offset(s);
    s->m->has_data_count = true;
    s->data_count = section_u32(s);
    if (s->r.error) return section_fail(s);
    return section_need(s, FEATURE_bulk, at);
}

static bool read_data(SectionReader *s, Data *d) {
    uint64_t at = section_offset(s);
    uint32_t flags = section_u32(s);
    if (s->r.error) return section_fail(s);
    if (flags > 2) return diag_error(s->ctx, ERR_data_kind, at, " %u", flags);
    if (flags && !section_need(s, FEATURE_bulk, at)) return false;
    d->mode = flags == 1 ? SEGMENT_PASSIVE : SEGMENT_ACTIVE;
    if (flags != 1) {
        at = section_offset(s);
        d->memory = flags == 2 ? section_u32(s) : 0;
        if (s->r.error) return section_fail(s);
        if (d->memory >= s->m->memory_count)
            return diag_error(s->ctx, ERR_unknown_memory, at, " %u: module has %u", d->memory,
                              s->m->memory_count);
        if (!section_const(s, &d->offset)) return false;
    }
    uint32_t len = section_u32(s);
    d->bytes = reader_slice(&s->r, len);
    return !s->r.error || section_fail(s);
}

bool section_read_data(SectionReader *s) {
    Module *m = s->m;
    uint32_t count;
    s->data_at = section_offset(s);
    if (!section_count(s, 0, LIMIT_DATAS, "data segments", &count)) return false;
    m->datas = ARENA_ARRAY(&m->arena, section_fits(s, count, 2), Data);
    if (!m->datas) return diag_nomem(s->ctx);
    for (uint32_t i = 0; i < count; i++)
        if (!read_data(s, &m->datas[i])) return false;
    m->data_count = count;
    return true;
}

/* ---- code ------------------------------------------------------------------------------------ */

static bool read_body(SectionReader *s, Func *func) {
    uint64_t at = section_offset(s);
    uint32_t size = section_u32(s);
    func->body = (uint32_t)section_offset(s);
    reader_slice(&s->r, size);
    if (s->r.error) return section_fail(s);
    return size <= LIMIT_BODY_SIZE ||
           diag_error(s->ctx, ERR_limit, at, ": a body of %u bytes: at most %d", size,
                      LIMIT_BODY_SIZE);
}

/* Bodies without a function are passed over: that they are too many is said at the module's end. */
bool section_read_code(SectionReader *s) {
    Module *m = s->m;
    s->code_at = section_offset(s);
    if (!section_count(s, 0, LIMIT_FUNCS, "functions", &m->code_count)) return false;
    bool ok = true;
    for (uint32_t i = 0; ok && i < m->code_count; i++) {
        uint32_t func = m->imported_funcs + i;
        Func extra;
        s->ctx->func = func < m->func_count ? func : NO_FUNC;
        ok = read_body(s, func < m->func_count ? &m->funcs[func] : &extra);
    }
    s->ctx->func = NO_FUNC;
    return ok;
}
