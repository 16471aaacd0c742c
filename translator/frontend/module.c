/* module.c: a module from its first byte to its last: preamble, the order of sections, what must
 * agree between them. What is in a section is known to the section_*.c files. Spec: binary/modules,
 * valid/modules */
#include "module.h"
#include "section.h"
#include <string.h>

enum { HEADER_SIZE = 8, LAST_SECTION_ID = SECTION_tag };
static const uint8_t header[HEADER_SIZE] = {0, 'a', 's', 'm', 1, 0, 0, 0};

/* ---- preamble -------------------------------------------------------------------------------- */

/* WebAssembly text starts with a parenthesis, after spaces and line comments. */
static bool looks_like_text(Slice bytes) {
    const uint8_t *p = bytes.ptr, *end = p + bytes.len;
    for (; p != end; p++) {
        if (*p == '(') return true;
        if (*p == ' ' || *p == '\t' || *p == '\r' || *p == '\n') continue;
        if (*p != ';' || end - p < 2 || p[1] != ';') return false;
        p = memchr(p, '\n', (size_t)(end - p));
        if (!p) return false;
    }
    return false;
}

static bool read_header(Context *ctx, Slice bytes) {
    static const uint8_t layer[] = {0, 1, 0};
    if (bytes.len == 0) return diag_error(ctx, ERR_is_empty, 0, "%s", "");
    if (looks_like_text(bytes)) return diag_error(ctx, ERR_is_text, 0, "%s", "");
    if (bytes.len >= 2 && bytes.ptr[0] == 0x1f && bytes.ptr[1] == 0x8b)
        return diag_error(ctx, ERR_is_gzip, 0, "%s", "");
    if (bytes.len < 4) return diag_error(ctx, ERR_unexpected_end, bytes.len, "%s", "");
    if (memcmp(bytes.ptr, header, 4) != 0) return diag_error(ctx, ERR_magic, 0, "%s", "");
    if (bytes.len < HEADER_SIZE) return diag_error(ctx, ERR_unexpected_end, bytes.len, "%s", "");
    if (memcmp(bytes.ptr + 5, layer, sizeof layer) == 0)
        return diag_error(ctx, ERR_is_component, 4, "%s", "");
    if (memcmp(bytes.ptr + 4, header + 4, 4) != 0) return diag_error(ctx, ERR_version, 4, "%s", "");
    if (bytes.len > LIMIT_MODULE_SIZE)
        return diag_error(ctx, ERR_limit, 0, ": a module of %llu bytes: at most %d",
                          (unsigned long long)bytes.len, LIMIT_MODULE_SIZE);
    return true;
}

/* ---- sections -------------------------------------------------------------------------------- */

static const struct {
    bool (*read)(SectionReader *s);
    uint8_t id;
} sections[] = {
#define SECTION(name, id) {section_read_##name, id},
#include "sections.def"
#undef SECTION
};

/* A section's place in the order, from 1 on. id is not 0. */
static unsigned section_rank(uint8_t id) {
    unsigned i = 0;
    while (sections[i].id != id)
        i++;
    return i + 1;
}

static bool read_file_error(Context *ctx, const Reader *file) {
    ErrorId id = file->error == READER_TOO_LONG    ? ERR_leb_too_long
                 : file->error == READER_TOO_LARGE ? ERR_leb_too_large
                                                   : ERR_unexpected_end;
    return diag_error(ctx, id, (uint64_t)(file->error_pos - file->base), "%s", "");
}

static bool read_section(SectionReader *s, Reader *file) {
    uint64_t start = reader_offset(file);
    uint8_t id = reader_u8(file);
    if (id > LAST_SECTION_ID) return diag_error(s->ctx, ERR_section_id, start, ": %u", id);
    unsigned rank = id ? section_rank(id) : 0;
    if (id && rank <= s->last_rank)
        return diag_error(s->ctx, ERR_unexpected_content, start, "%s", "");
    uint32_t size = reader_u32leb(file);
    if (file->error) return read_file_error(s->ctx, file);
    if (size > reader_left(file))
        return diag_error(s->ctx, ERR_length_out_of_bounds, start + 1, "%s", "");
    Slice content = reader_slice(file, size);
    s->r = (Reader){
        .pos = content.ptr, .end = content.ptr + size, .base = file->base, .limit = file->end};
    if (id == 0) return section_read_custom(s, start);
    s->last_id = id;
    s->last_rank = (uint8_t)rank;
    if (!sections[rank - 1].read(s)) return false;
    return s->r.pos == s->r.end ||
           diag_error(s->ctx, ERR_section_size, section_offset(s), "%s", "");
}

bool section_read_custom(SectionReader *s, uint64_t offset) {
    Module *m = s->m;
    if (m->custom_count == LIMIT_CUSTOMS)
        return diag_error(s->ctx, ERR_limit, offset, ": more than %d custom sections",
                          LIMIT_CUSTOMS);
    if (!SECTION_ROOM(s, m->customs, m->custom_count, &s->custom_cap, 1)) return false;
    Custom *custom = &m->customs[m->custom_count];
    *custom = (Custom){.offset = offset, .after = s->last_id};
    if (!section_name(s, &custom->name)) return false;
    custom->bytes = (Slice){s->r.pos, reader_left(&s->r)};
    m->custom_count++;
    return true;
}

/* What two sections must agree on, whichever of them are there. */
static bool check_counts(SectionReader *s) {
    const Module *m = s->m;
    uint32_t funcs = m->func_count - m->imported_funcs;
    if (funcs != m->code_count)
        return diag_error(s->ctx, ERR_func_code_mismatch, s->code_at, ": %u and %u", funcs,
                          m->code_count);
    if (m->has_data_count && s->data_count != m->data_count)
        return diag_error(s->ctx, ERR_data_count_mismatch, s->data_at, ": %u and %u", s->data_count,
                          m->data_count);
    return true;
}

static bool read_sections(Context *ctx, Module *m) {
    Slice bytes = m->bytes;
    SectionReader s = {.ctx = ctx, .m = m, .code_at = bytes.len, .data_at = bytes.len};
    Reader file = {.pos = bytes.ptr + HEADER_SIZE, .end = bytes.ptr + bytes.len, .base = bytes.ptr};
    while (file.pos != file.end)
        if (!read_section(&s, &file)) return false;
    return check_counts(&s) && section_declare(&s, NO_FUNC);
}

bool module_read(Context *ctx, Slice bytes, Module *m) {
    *m = (Module){.bytes = bytes, .start = NO_FUNC, .features_used = (uint64_t)1 << FEATURE_mvp};
    arena_init(&m->arena, ctx->alloc);
    if (read_header(ctx, bytes) && read_sections(ctx, m) && module_read_names(ctx, m) &&
        module_read_hints(ctx, m) && module_check_consts(ctx, m))
        return true;
    module_blame_bodies(ctx, m);
    module_free(m);
    return false;
}

void module_free(Module *m) {
    arena_free(&m->arena);
    *m = (Module){.arena = m->arena, .start = NO_FUNC};
}

/* ---- questions ------------------------------------------------------------------------------- */

/* The size stands before the body: up to five bytes of which only the last is below 0x80. Before it
 * stands the number of bodies or another body, whose last bytes are below 0x80 as well; but if that
 * body lacks its end the size may come out wrong, and it is that body that fails to validate. */
Slice module_body(const Module *m, uint32_t func) {
    uint32_t offset = m->funcs[func].body;
    if (!offset) return (Slice){m->bytes.ptr, 0};
    const uint8_t *body = m->bytes.ptr + offset, *size = body - 1;
    size_t left = m->bytes.len - offset;
    while (body - size < 5 && (size[-1] & 0x80))
        size--;
    Reader r = {.pos = size, .end = body, .base = m->bytes.ptr};
    size_t len = reader_u32leb(&r);
    return (Slice){body, len < left ? len : left};
}

const Custom *module_find_custom(const Module *m, const char *name) {
    size_t len = strlen(name);
    for (uint32_t i = 0; i < m->custom_count; i++) {
        const Custom *c = &m->customs[i];
        if (c->name.len == len && memcmp(c->name.ptr, name, len) == 0) return c;
    }
    return NULL;
}

Slice module_func_name(const Module *m, uint32_t func) {
    return m->func_names ? m->func_names[func] : (Slice){m->bytes.ptr, 0};
}
