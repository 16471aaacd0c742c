/* section.c: counts and names out of a section, and the wording of their errors. */
#include "section.h"
#include "../base/utf8.h"
#include <string.h>

bool section_fail(SectionReader *s) {
    ErrorId id = s->r.error == READER_TOO_LONG    ? ERR_leb_too_long
                 : s->r.error == READER_TOO_LARGE ? ERR_leb_too_large
                                                  : ERR_unexpected_end_section;
    if (s->r.error == READER_OK) return false;
    return diag_error(s->ctx, id, (uint64_t)(s->r.error_pos - s->r.base), "%s", "");
}

bool section_count(SectionReader *s, uint32_t have, uint32_t max, const char *what,
                   uint32_t *count) {
    uint64_t at = section_offset(s);
    *count = section_u32(s);
    if (*count > reader_left(&s->r)) reader_fail(&s->r, READER_END, s->r.end);
    if (s->r.error) return section_fail(s);
    if (*count <= max - have) return true;
    return diag_error(s->ctx, ERR_limit, at, ": %llu %s: at most %u",
                      (unsigned long long)have + *count, what, max);
}

/* Where the section's end cuts the length off, it is read on: is there a module's worth of bytes?
 */
static bool name_too_long(const SectionReader *s, const uint8_t *start, uint32_t len) {
    if (!s->r.error) return len > reader_left(&s->r);
    if (s->r.error != READER_END) return false;
    Reader ahead = {.pos = start, .end = s->r.limit, .base = s->r.base};
    len = reader_u32leb(&ahead);
    return !ahead.error && len > reader_left(&ahead);
}

bool section_name(SectionReader *s, Slice *name) {
    const uint8_t *start = s->r.pos;
    uint32_t len = section_u32(s);
    if (name_too_long(s, start, len))
        return diag_error(s->ctx, ERR_length_out_of_bounds, module_offset(s->m, start), "%s", "");
    if (s->r.error) return section_fail(s);
    *name = reader_slice(&s->r, len);
    if (utf8_valid(*name)) return true;
    return diag_error(s->ctx, ERR_utf8, module_offset(s->m, name->ptr), "%s", "");
}

bool section_need(SectionReader *s, FeatureId f, uint64_t offset) {
    return feature_need(s->ctx, &s->m->features_used, f, offset);
}

void *section_room(SectionReader *s, void *array, uint32_t count, uint32_t *cap, uint32_t more,
                   size_t size) {
    if (array && *cap - count >= more) return array;
    uint32_t grown = more > 1 ? count + more : count < 4 ? 8 : count * 2;
    void *room = arena_array(&s->m->arena, grown, size);
    if (!room) {
        diag_nomem(s->ctx);
        return NULL;
    }
    if (count) memcpy(room, array, count * size);
    *cap = grown;
    return room;
}

bool section_declare(SectionReader *s, uint32_t func) {
    Module *m = s->m;
    if (!m->declared) {
        m->declared = ARENA_ARRAY(&m->arena, m->func_count / 64 + 1, uint64_t);
        if (!m->declared) return diag_nomem(s->ctx);
    }
    if (func < m->func_count) bitmap_add(m->declared, func);
    return true;
}
