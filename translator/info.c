/* info.c: gathers what `w2c info` tells, and prints it for people. */
#include "info.h"

static bool gather_sections(Context *ctx, Arena *arena, Info *out) {
    static const struct {
        const char *name;
        uint8_t id;
    } known[] = {
#define SECTION(name, id) {#name, id},
#include "frontend/sections.def"
#undef SECTION
    };
    Slice bytes = out->m->bytes;
    uint32_t cap = 0;
    for (int pass = 0; pass < 2; pass++) { /* counts, then fills */
        Reader r = {.pos = bytes.ptr + 8, .end = bytes.ptr + bytes.len, .base = bytes.ptr};
        uint32_t n = 0;
        while (reader_left(&r) && !r.error) {
            InfoSection s = {.id = reader_u8(&r)};
            s.size = reader_u32leb(&r);
            s.offset = reader_offset(&r);
            Slice content = reader_slice(&r, (size_t)s.size);
            if (s.id == 0) {
                Reader c = {
                    .pos = content.ptr, .end = content.ptr + content.len, .base = content.ptr};
                s.name = reader_slice(&c, reader_u32leb(&c));
            }
            for (size_t k = 0; k < sizeof known / sizeof *known; k++)
                if (known[k].id == s.id)
                    s.name = (Slice){(const uint8_t *)known[k].name, strlen(known[k].name)};
            if (n < cap) out->sections[n] = s;
            n++;
        }
        if (pass == 0) {
            cap = n;
            out->sections = ARENA_ARRAY(arena, n, InfoSection);
            if (!out->sections) return diag_nomem(ctx);
        }
    }
    out->section_count = cap;
    return true;
}

static void add_largest(Info *out, InfoFunc f) {
    uint32_t at = out->largest_count;
    if (at == INFO_LARGEST) {
        if (out->largest[--at].ops >= f.ops) return;
    } else {
        out->largest_count++;
    }
    while (at > 0 && out->largest[at - 1].ops < f.ops) {
        out->largest[at] = out->largest[at - 1];
        at--;
    }
    out->largest[at] = f;
}

bool info_gather(Context *ctx, const Module *m, Arena *arena, Info *out) {
    *out = (Info){.m = m, .features = m->features_used, .arena_bytes = m->arena.total};
    if (!gather_sections(ctx, arena, out)) return false;
    Arena work;
    arena_init(&work, ctx->alloc);
    bool ok = true;
    for (uint32_t i = m->imported_funcs; ok && i < m->func_count; i++) {
        OpStream stream;
        arena_reset(&work);
        ctx->func = i;
        ok = validate_function(ctx, m, i, &work, &stream);
        ctx->func = NO_FUNC;
        if (!ok) break;
        Slice body = module_body(m, i);
        out->features |= stream.features_used;
        out->ops += stream.count;
        out->code_bytes += body.len;
        add_largest(out, (InfoFunc){i, (uint32_t)body.len, stream.count});
        if (work.total > out->function_arena) out->function_arena = work.total;
    }
    arena_free(&work);
    for (uint32_t i = 0; i < m->data_count; i++)
        out->data_bytes += m->datas[i].bytes.len;
    for (uint32_t i = 0; i < m->elem_count; i++)
        out->elems += m->elems[i].count;
    return ok;
}

/* ---- text ------------------------------------------------------------------------------------ */
static void print_externs(const Info *info, bool imports, Buffer *out) {
    const Module *m = info->m;
    uint32_t count = imports ? m->import_count : m->export_count;
    for (uint32_t i = 0; i < count; i++) {
        uint8_t kind = imports ? m->imports[i].kind : m->exports[i].kind;
        uint32_t index = imports ? m->imports[i].index : m->exports[i].index;
        buffer_printf(out, "  %-6s ", extern_kind_name(kind));
        if (imports) {
            name_print(out, m->imports[i].module);
            buffer_char(out, '.');
        }
        name_print(out, imports ? m->imports[i].name : m->exports[i].name);
        buffer_text(out, ": ");
        extern_text(out, m, kind, index);
        buffer_char(out, '\n');
    }
}

void info_print_imports(const Info *info, Buffer *out) {
    print_externs(info, true, out);
}

static void print_counts(const Info *info, Buffer *out) {
    const Module *m = info->m;
    const struct {
        const char *name;
        uint32_t count, imported;
    } rows[] = {
        {"types", m->type_count, 0},
        {"functions", m->func_count, m->imported_funcs},
        {"tables", m->table_count, m->imported_tables},
        {"memories", m->memory_count, m->imported_memories},
        {"globals", m->global_count, m->imported_globals},
        {"tags", m->tag_count, m->imported_tags},
        {"element segments", m->elem_count, 0},
        {"data segments", m->data_count, 0},
    };
    buffer_text(out, "\ncounts\n");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (!rows[i].count) continue;
        buffer_printf(out, "  %-16s %u", rows[i].name, rows[i].count);
        if (rows[i].imported) buffer_printf(out, " (%u imported)", rows[i].imported);
        buffer_char(out, '\n');
    }
    buffer_printf(out, "  %-16s %llu\n", "instructions", (unsigned long long)info->ops);
    for (uint32_t i = 0; i < m->memory_count; i++) {
        buffer_printf(out, "memory %u: ", i);
        extern_text(out, m, EXTERN_MEMORY, i);
        buffer_char(out, '\n');
    }
}

static void print_features(const Info *info, Buffer *out) {
    buffer_text(out, "\nfeatures used:");
    bool any = false;
    for (int f = 0; f < FEATURE_COUNT; f++) {
        if (!(info->features >> f & 1) || !feature_name((FeatureId)f)[0]) continue;
        buffer_printf(out, " %s", feature_name((FeatureId)f));
        any = true;
    }
    buffer_text(out, any ? "\n" : " none beyond WebAssembly 1.0\n");
}

void info_print_text(const Info *info, const char *path, bool memory, Buffer *out) {
    const Module *m = info->m;
    buffer_printf(out, "%s: %zu bytes", path, m->bytes.len);
    if (m->name.len) {
        buffer_text(out, ", module \"");
        name_print(out, m->name);
        buffer_char(out, '"');
    }
    buffer_text(out, "\n\nsections (id, name, offset, bytes)\n");
    for (uint32_t i = 0; i < info->section_count; i++) {
        const InfoSection *s = &info->sections[i];
        buffer_printf(out, "  %2u  %s", s->id, s->id ? "" : "custom ");
        name_print(out, s->name);
        buffer_printf(out, "  0x%llx  %llu\n", (unsigned long long)s->offset,
                      (unsigned long long)s->size);
    }
    if (m->import_count) buffer_text(out, "\nimports\n");
    print_externs(info, true, out);
    if (m->export_count) buffer_text(out, "\nexports\n");
    print_externs(info, false, out);
    print_features(info, out);
    print_counts(info, out);
    if (info->largest_count)
        buffer_text(out, "\nlargest functions (index, instructions, bytes, name)\n");
    for (uint32_t i = 0; i < info->largest_count; i++) {
        const InfoFunc *f = &info->largest[i];
        buffer_printf(out, "  %6u %8u %8u  ", f->func, f->ops, f->bytes);
        name_print(out, module_func_name(m, f->func));
        buffer_char(out, '\n');
    }
    buffer_printf(
        out,
        "\npredicted compile cost: %.1f s of one core at -O2 (%llu instructions, %.0f us each)\n",
        (double)info->ops * INFO_SECONDS_PER_OP, (unsigned long long)info->ops,
        INFO_SECONDS_PER_OP * 1e6);
    if (memory)
        buffer_printf(out,
                      "memory: the parsed module %llu bytes, the largest function while it is "
                      "validated %zu\n",
                      (unsigned long long)info->arena_bytes, info->function_arena);
}
