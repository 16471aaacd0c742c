/* section_decls.c: imports and definitions of functions, tables, memories, tags and globals;
 * exports; start. What is imported and what is defined is read by the same functions, one for each
 * index space. Spec: binary/modules, valid/modules, valid/types */
#include "../base/strmap.h"
#include "section.h"

enum { LIMITS_MAX = 1, LIMITS_SHARED = 2, LIMITS_64 = 4, LIMITS_PAGE = 8 };
enum { PAGE_LOG2 = 16, TABLE_INIT = 0x40 };

/* ---- limits ---------------------------------------------------------------------------------- */

/* Flags out of `allowed`, and the numbers they announce. at[0] flags, at[1] page size: offsets. */
static bool read_limits(SectionReader *s, unsigned allowed, Limits *l, uint32_t *page_log2,
                        uint64_t at[2]) {
    at[0] = section_offset(s);
    unsigned flags = reader_u8(&s->r);
    if (s->r.error) return section_fail(s);
    /* A page size announced where not even its byte can be there is no flag at all. */
    if ((flags & ~allowed) || ((flags & LIMITS_PAGE) && reader_left(&s->r) < 2))
        return diag_error(s->ctx, ERR_limits_flags, at[0], "%s", "");
    *l = (Limits){.max = UINT64_MAX,
                  .has_max = (flags & LIMITS_MAX) != 0,
                  .is64 = (flags & LIMITS_64) != 0,
                  .shared = (flags & LIMITS_SHARED) != 0};
    l->min = reader_u64leb(&s->r);
    if (l->has_max) l->max = reader_u64leb(&s->r);
    *page_log2 = PAGE_LOG2;
    at[1] = section_offset(s);
    if (flags & LIMITS_PAGE) *page_log2 = section_u32(s);
    if (s->r.error) return section_fail(s);
    if (l->shared && !section_need(s, FEATURE_threads, at[0])) return false;
    if (l->is64 && !section_need(s, FEATURE_memory64, at[0])) return false;
    return !(flags & LIMITS_PAGE) || section_need(s, FEATURE_custom_page_sizes, at[0]);
}

static bool check_limits_order(SectionReader *s, const Limits *l, uint64_t at) {
    if (l->min <= l->max) return true;
    return diag_error(s->ctx, ERR_limits_order, at, ": %llu > %llu", (unsigned long long)l->min,
                      (unsigned long long)l->max);
}

static bool check_memory_size(SectionReader *s, const Memory *m, uint64_t at) {
    const Limits *l = &m->limits;
    unsigned bits = (l->is64 ? 64u : 32u) - m->page_log2;
    uint64_t most = m->page_log2 ? (uint64_t)1 << bits : l->is64 ? UINT64_MAX : UINT32_MAX;
    if (l->min <= most && (!l->has_max || l->max <= most)) return true;
    if (bits == 16) return diag_error(s->ctx, ERR_memory_size_pages, at, "%s", "");
    return diag_error(s->ctx, ERR_memory_size, at, " must be at most %llu pages",
                      (unsigned long long)most);
}

/* ---- index spaces: one entry each, imported or defined --------------------------------------- */

static bool read_func_type(SectionReader *s, uint32_t *type) {
    uint64_t at = section_offset(s);
    *type = section_u32(s);
    if (s->r.error) return section_fail(s);
    if (*type >= s->m->type_count) return diag_error(s->ctx, ERR_unknown_type, at, " %u", *type);
    if (s->m->types[*type].form != FORM_FUNC)
        return diag_error(s->ctx, ERR_unknown_type, at, " %u: not a function type", *type);
    return true;
}

static bool read_func(SectionReader *s) {
    Module *m = s->m;
    if (!SECTION_ROOM(s, m->funcs, m->func_count, &s->func_cap, 1)) return false;
    return read_func_type(s, &m->funcs[m->func_count].type) && ++m->func_count;
}

static bool read_table_type(SectionReader *s, Table *table) {
    uint64_t at[2];
    uint32_t page;
    if (!type_read_ref(s->ctx, &s->r, s->m->type_count, &s->m->features_used, &table->type))
        return section_fail(s);
    if (!read_limits(s, LIMITS_MAX | LIMITS_64, &table->limits, &page, at)) return false;
    const Limits *l = &table->limits;
    uint64_t most = l->is64 ? UINT64_MAX : UINT32_MAX;
    if (l->min > most || (l->has_max && l->max > most))
        return diag_error(s->ctx, ERR_table_size, at[0], " %llu elements",
                          (unsigned long long)most);
    return check_limits_order(s, l, at[0]);
}

static bool read_table(SectionReader *s, bool imported) {
    Module *m = s->m;
    uint64_t at = section_offset(s);
    if (!SECTION_ROOM(s, m->tables, m->table_count, &s->table_cap, 1)) return false;
    Table *table = &m->tables[m->table_count];
    *table = (Table){0};
    bool init = !imported && reader_left(&s->r) && *s->r.pos == TABLE_INIT;
    if (init) {
        reader_u8(&s->r);
        if (reader_u8(&s->r) != 0)
            return diag_error(s->ctx, ERR_zero_byte_expected, at + 1, "%s", "");
        if (s->r.error) return section_fail(s);
        if (!section_need(s, FEATURE_func_refs, at)) return false;
    }
    if (!read_table_type(s, table)) return false;
    if (m->table_count == 1 && !section_need(s, FEATURE_ref_types, at)) return false;
    if (table->type != VT_FUNCREF && !section_need(s, FEATURE_ref_types, at)) return false;
    if (init && !section_const(s, &table->init)) return false;
    if (!init && !imported && !vt_nullable(table->type))
        return diag_error(s->ctx, ERR_type_mismatch, at, "%s",
                          ": a table of references that are not null needs an initial value");
    m->table_count++;
    return true;
}

static bool read_memory(SectionReader *s) {
    Module *m = s->m;
    uint64_t at[2];
    uint32_t page;
    if (!SECTION_ROOM(s, m->memories, m->memory_count, &s->memory_cap, 1)) return false;
    Memory *memory = &m->memories[m->memory_count];
    if (!read_limits(s, LIMITS_MAX | LIMITS_SHARED | LIMITS_64 | LIMITS_PAGE, &memory->limits,
                     &page, at))
        return false;
    if (page != 0 && page != PAGE_LOG2)
        return diag_error(s->ctx, page < 64 ? ERR_custom_page_size : ERR_page_size_malformed, at[1],
                          ": 2^%u bytes", page);
    memory->page_log2 = (uint8_t)page;
    if (!check_memory_size(s, memory, at[0]) || !check_limits_order(s, &memory->limits, at[0]))
        return false;
    if (memory->limits.shared && !memory->limits.has_max)
        return diag_error(s->ctx, ERR_shared_without_max, at[0], "%s", "");
    if (m->memory_count++ == 1) return section_need(s, FEATURE_multi_memory, at[0]);
    return true;
}

static bool read_tag(SectionReader *s) {
    Module *m = s->m;
    uint64_t at = section_offset(s);
    if (!SECTION_ROOM(s, m->tags, m->tag_count, &s->tag_cap, 1)) return false;
    Tag *tag = &m->tags[m->tag_count];
    FeatureId f = context_has(s->ctx, FEATURE_exceptions) || !context_has(s->ctx, FEATURE_legacy_eh)
                      ? FEATURE_exceptions
                      : FEATURE_legacy_eh;
    if (!section_need(s, f, at)) return false;
    if (reader_u8(&s->r) != 0) return diag_error(s->ctx, ERR_tag_attribute, at, "%s", "");
    if (!read_func_type(s, &tag->type)) return false;
    if (m->types[tag->type].u.func.result_count)
        return diag_error(s->ctx, ERR_tag_result, at, "%s", "");
    m->tag_count++;
    return true;
}

static bool read_global(SectionReader *s, bool imported) {
    Module *m = s->m;
    uint64_t at = section_offset(s);
    if (!SECTION_ROOM(s, m->globals, m->global_count, &s->global_cap, 1)) return false;
    Global *global = &m->globals[m->global_count];
    *global = (Global){0};
    if (!type_read_value(s->ctx, &s->r, m->type_count, &m->features_used, &global->type))
        return section_fail(s);
    uint8_t mutable = reader_u8(&s->r);
    if (s->r.error) return section_fail(s);
    if (mutable > 1) return diag_error(s->ctx, ERR_mutability, section_offset(s) - 1, "%s", "");
    global->mutable = mutable != 0;
    if (imported && mutable && !section_need(s, FEATURE_mutable_globals, at)) return false;
    if (!imported && !section_const(s, &global->init)) return false;
    m->global_count++;
    return true;
}

/* ---- imports --------------------------------------------------------------------------------- */

/* An import's index space: its size so far and the limit. */
static const struct {
    uint32_t max;
    const char *what;
} spaces[] = {
    [EXTERN_FUNC] = {LIMIT_FUNCS, "functions"},
    [EXTERN_TABLE] = {LIMIT_TABLES, "tables"},
    [EXTERN_MEMORY] = {LIMIT_MEMORIES, "memories"},
    [EXTERN_GLOBAL] = {LIMIT_GLOBALS, "globals"},
    [EXTERN_TAG] = {LIMIT_TAGS, "tags"},
};

static uint32_t space_size(const Module *m, uint8_t kind) {
    switch (kind) {
    case EXTERN_FUNC:
        return m->func_count;
    case EXTERN_TABLE:
        return m->table_count;
    case EXTERN_MEMORY:
        return m->memory_count;
    case EXTERN_GLOBAL:
        return m->global_count;
    default:
        return m->tag_count;
    }
}

static bool read_import_type(SectionReader *s, uint8_t kind) {
    switch (kind) {
    case EXTERN_FUNC:
        return read_func(s);
    case EXTERN_TABLE:
        return read_table(s, true);
    case EXTERN_MEMORY:
        return read_memory(s);
    case EXTERN_GLOBAL:
        return read_global(s, true);
    default:
        return read_tag(s);
    }
}

static bool read_import(SectionReader *s, Import *import) {
    import->offset = section_offset(s);
    if (!section_name(s, &import->module) || !section_name(s, &import->name)) return false;
    uint8_t kind = reader_u8(&s->r);
    if (s->r.error) return section_fail(s);
    if (kind > EXTERN_TAG)
        return diag_error(s->ctx, ERR_import_kind, section_offset(s) - 1, "%s", "");
    import->kind = kind;
    import->index = space_size(s->m, kind);
    if (import->index >= spaces[kind].max)
        return diag_error(s->ctx, ERR_limit, import->offset, ": more than %u %s", spaces[kind].max,
                          spaces[kind].what);
    return read_import_type(s, kind);
}

bool section_read_import(SectionReader *s) {
    Module *m = s->m;
    uint32_t count;
    if (!section_count(s, 0, LIMIT_IMPORTS, "imports", &count)) return false;
    m->imports = ARENA_ARRAY(&m->arena, section_fits(s, count, 4), Import);
    if (!m->imports) return diag_nomem(s->ctx);
    for (uint32_t i = 0; i < count; i++)
        if (!read_import(s, &m->imports[i])) return false;
    m->import_count = count;
    m->imported_funcs = m->func_count;
    m->imported_tables = m->table_count;
    m->imported_memories = m->memory_count;
    m->imported_globals = m->global_count;
    m->imported_tags = m->tag_count;
    return true;
}

/* ---- definitions ----------------------------------------------------------------------------- */

bool section_read_function(SectionReader *s) {
    Module *m = s->m;
    uint32_t count;
    if (!section_count(s, m->func_count, LIMIT_FUNCS, "functions", &count)) return false;
    if (!SECTION_ROOM(s, m->funcs, m->func_count, &s->func_cap, section_fits(s, count, 1)))
        return false;
    for (uint32_t i = 0; i < count; i++)
        if (!read_func(s)) return false;
    return true;
}

bool section_read_table(SectionReader *s) {
    Module *m = s->m;
    uint32_t count;
    if (!section_count(s, m->table_count, LIMIT_TABLES, "tables", &count)) return false;
    if (!SECTION_ROOM(s, m->tables, m->table_count, &s->table_cap, section_fits(s, count, 3)))
        return false;
    for (uint32_t i = 0; i < count; i++)
        if (!read_table(s, false)) return false;
    return true;
}

bool section_read_memory(SectionReader *s) {
    Module *m = s->m;
    uint32_t count;
    if (!section_count(s, m->memory_count, LIMIT_MEMORIES, "memories", &count)) return false;
    if (!SECTION_ROOM(s, m->memories, m->memory_count, &s->memory_cap, section_fits(s, count, 2)))
        return false;
    for (uint32_t i = 0; i < count; i++)
        if (!read_memory(s)) return false;
    return true;
}

bool section_read_tag(SectionReader *s) {
    Module *m = s->m;
    uint32_t count;
    if (!section_count(s, m->tag_count, LIMIT_TAGS, "tags", &count)) return false;
    if (!SECTION_ROOM(s, m->tags, m->tag_count, &s->tag_cap, section_fits(s, count, 2)))
        return false;
    for (uint32_t i = 0; i < count; i++)
        if (!read_tag(s)) return false;
    return true;
}

bool section_read_global(SectionReader *s) {
    Module *m = s->m;
    uint32_t count;
    if (!section_count(s, m->global_count, LIMIT_GLOBALS, "globals", &count)) return false;
    if (!SECTION_ROOM(s, m->globals, m->global_count, &s->global_cap, section_fits(s, count, 4)))
        return false;
    for (uint32_t i = 0; i < count; i++)
        if (!read_global(s, false)) return false;
    return true;
}

/* ---- exports and start ----------------------------------------------------------------------- */

static bool check_export(SectionReader *s, const Export *export, uint64_t at) {
    static const ErrorId unknown[] = {
        [EXTERN_FUNC] = ERR_unknown_function, [EXTERN_TABLE] = ERR_unknown_table,
        [EXTERN_MEMORY] = ERR_unknown_memory, [EXTERN_GLOBAL] = ERR_unknown_global,
        [EXTERN_TAG] = ERR_unknown_tag,
    };
    Module *m = s->m;
    if (export->index >= space_size(m, export->kind))
        return diag_error(s->ctx, unknown[export->kind], at, " %u: module has %u", export->index,
                          space_size(m, export->kind));
    if (export->kind == EXTERN_GLOBAL && m->globals[export->index].mutable)
        return section_need(s, FEATURE_mutable_globals, at);
    return export->kind != EXTERN_FUNC || section_declare(s, export->index);
}

static bool read_export(SectionReader *s, Export *export, StrMap *names, uint32_t number) {
    bool found;
    uint64_t start = section_offset(s);
    if (!section_name(s, &export->name)) return false;
    export->kind = reader_u8(&s->r);
    if (s->r.error) return section_fail(s);
    if (export->kind > EXTERN_TAG)
        return diag_error(s->ctx, ERR_export_kind, section_offset(s) - 1, "%s", "");
    uint64_t at = section_offset(s);
    export->index = section_u32(s);
    if (s->r.error) return section_fail(s);
    if (!check_export(s, export, at)) return false;
    uint32_t *first = strmap_insert(names, export->name, number, &found);
    if (!first) return diag_nomem(s->ctx);
    return !found || diag_error(s->ctx, ERR_duplicate_export, start,
                                ": export %u has that of export %u", number, *first);
}

bool section_read_export(SectionReader *s) {
    Module *m = s->m;
    uint32_t count;
    StrMap names;
    if (!section_count(s, 0, LIMIT_EXPORTS, "exports", &count)) return false;
    uint32_t room = section_fits(s, count, 3);
    m->exports = ARENA_ARRAY(&m->arena, room, Export);
    if (!m->exports) return diag_nomem(s->ctx);
    strmap_init(&names, s->ctx->alloc);
    bool ok = strmap_reserve(&names, room) || diag_nomem(s->ctx);
    for (uint32_t i = 0; ok && i < count; i++)
        ok = read_export(s, &m->exports[i], &names, i);
    strmap_free(&names);
    m->export_count = count;
    return ok;
}

bool section_read_start(SectionReader *s) {
    Module *m = s->m;
    uint64_t at = section_offset(s);
    m->start = section_u32(s);
    if (s->r.error) return section_fail(s);
    if (m->start >= m->func_count)
        return diag_error(s->ctx, ERR_unknown_function, at, " %u: module has %u", m->start,
                          m->func_count);
    const TypeDef *type = func_type(m, m->start);
    if (type->u.func.param_count == 0 && type->u.func.result_count == 0) return true;
    return diag_error(s->ctx, ERR_start_function, at, "%s",
                      ": it takes no parameters and has no results");
}
