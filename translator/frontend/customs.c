/* customs.c: custom sections with a defined content, read strictly: for validate --custom.
 * Spec: appendix/custom */
#include "../base/utf8.h"
#include "section.h"
#include <string.h>

enum { NAMES_MODULE = 0, NAMES_LOCAL = 2, NAMES_LABEL = 3, NAMES_FIELD = 10 };

typedef struct NameChecker {
    Context *ctx;
    const Module *m;
    Reader r; /* of the subsection under work */
} NameChecker;

static bool name_error(NameChecker *c, ErrorId id, const uint8_t *at, const char *what) {
    return diag_error(c->ctx, id, module_offset(c->m, at), ": %s", what);
}

static bool name_reader_error(NameChecker *c, const Reader *r) {
    return name_error(c, ERR_custom_name_malformed, r->error_pos,
                      r->error == READER_END ? "unexpected end" : "malformed number");
}

static bool check_name(NameChecker *c) {
    uint32_t len = reader_u32leb(&c->r);
    Slice name = reader_slice(&c->r, len);
    if (c->r.error) return name_reader_error(c, &c->r);
    return utf8_valid(name) ||
           name_error(c, ERR_custom_name_malformed, name.ptr, "malformed UTF-8 encoding");
}

/* An index below size, above the one before it: *next is one more than that. */
static bool check_index(NameChecker *c, uint32_t size, uint64_t *next, uint32_t *index) {
    const uint8_t *at = c->r.pos;
    *index = reader_u32leb(&c->r);
    if (c->r.error) return name_reader_error(c, &c->r);
    if (*index + (uint64_t)1 == *next)
        return name_error(c, ERR_custom_name_malformed, at, "duplicate name");
    if (*index < *next) return name_error(c, ERR_custom_name_malformed, at, "indices out of order");
    *next = (uint64_t)*index + 1;
    return *index < size || name_error(c, ERR_custom_name_invalid, at, "index out of range");
}

static bool check_map(NameChecker *c, uint32_t size) {
    uint64_t next = 0;
    uint32_t index, count = reader_u32leb(&c->r);
    if (c->r.error) return name_reader_error(c, &c->r);
    for (uint32_t i = 0; i < count; i++)
        if (!check_index(c, size, &next, &index) || !check_name(c)) return false;
    return true;
}

/* Of each index, a map of what is inside. */
static bool check_indirect_map(NameChecker *c, uint8_t id) {
    const Module *m = c->m;
    uint64_t next = 0;
    uint32_t index, count = reader_u32leb(&c->r);
    if (c->r.error) return name_reader_error(c, &c->r);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t size =
            UINT32_MAX; /* locals and labels are counted by the body, which is not read */
        if (!check_index(c, id == NAMES_FIELD ? m->type_count : m->func_count, &next, &index))
            return false;
        if (id == NAMES_FIELD)
            size = m->types[index].form == FORM_FUNC ? 0 : m->types[index].u.fields.count;
        if (!check_map(c, size)) return false;
    }
    return true;
}

static bool check_subsection(NameChecker *c, uint8_t id) {
    const Module *m = c->m;
    switch (id) {
    case NAMES_MODULE:
        return check_name(c);
    case 1:
        return check_map(c, m->func_count);
    case NAMES_LOCAL:
    case NAMES_LABEL:
    case NAMES_FIELD:
        return check_indirect_map(c, id);
    case 4:
        return check_map(c, m->type_count);
    case 5:
        return check_map(c, m->table_count);
    case 6:
        return check_map(c, m->memory_count);
    case 7:
        return check_map(c, m->global_count);
    case 8:
        return check_map(c, m->elem_count);
    case 9:
        return check_map(c, m->data_count);
    case 11:
        return check_map(c, m->tag_count);
    default:
        c->r.pos = c->r.end;
        return true; /* not known, not judged */
    }
}

bool module_check_names(Context *ctx, const Module *m, const Custom *section) {
    const uint8_t *start = section->bytes.ptr, *end = start + section->bytes.len;
    NameChecker c = {.ctx = ctx, .m = m};
    Reader r = {.pos = start, .end = end, .base = m->bytes.ptr};
    int last = -1;
    if (section != module_find_custom(m, "name"))
        return diag_error(ctx, ERR_custom_name_misplaced, section->offset, "%s",
                          ": a second name section");
    while (r.pos != r.end) {
        const uint8_t *at = r.pos;
        uint8_t id = reader_u8(&r);
        Slice content = reader_slice(&r, reader_u32leb(&r));
        if (r.error) return name_reader_error(&c, &r);
        if (id == last)
            return name_error(&c, ERR_custom_name_malformed, at,
                              id ? "duplicate subsection" : "multiple module");
        if (id < last)
            return name_error(&c, ERR_custom_name_malformed, at, "subsections out of order");
        last = id;
        c.r = (Reader){.pos = content.ptr, .end = content.ptr + content.len, .base = r.base};
        if (!check_subsection(&c, id)) return false;
        if (c.r.pos != c.r.end)
            return name_error(&c, ERR_custom_name_malformed, c.r.pos, "subsection size mismatch");
    }
    return true;
}

static bool is_named(const Custom *c, const char *name) {
    return c->name.len == strlen(name) && memcmp(c->name.ptr, name, c->name.len) == 0;
}

bool module_check_customs(Context *ctx, const Module *m) {
    for (uint32_t i = 0; i < m->custom_count; i++) {
        const Custom *c = &m->customs[i];
        if (is_named(c, "name") && !module_check_names(ctx, m, c)) return false;
        if (is_named(c, "metadata.code.branch_hint") && !module_check_hints(ctx, m, c))
            return false;
    }
    return true;
}
