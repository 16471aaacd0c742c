/* program.c: see program.h. */
#include "program.h"
#include "wasi/wasi_options.h"

typedef struct Replacement {
    const char *key, *text; /* @KEY@ becomes text */
} Replacement;

static void template_expand(Buffer *out, const char *text, const Replacement *list, size_t count) {
    while (*text) {
        const char *at = strchr(text, '@');
        if (!at) break;
        buffer_bytes(out, text, (size_t)(at - text));
        text = at;
        bool found = false;
        for (size_t i = 0; i < count && !found; i++) {
            size_t len = strlen(list[i].key);
            if (strncmp(at + 1, list[i].key, len) || at[len + 1] != '@') continue;
            buffer_text(out, list[i].text);
            text += len + 2;
            found = true;
        }
        if (!found) buffer_char(out, *text++);
    }
    buffer_text(out, text);
}

static bool template_write(Context *ctx, const ToolHome *home, const char *template,
                           const char *dir, const Replacement *list, size_t count) {
    Buffer path, text, out;
    buffer_init(&path, ctx->alloc);
    buffer_init(&text, ctx->alloc);
    buffer_init(&out, ctx->alloc);
    buffer_printf(&path, "%s/templates/%s.in", home->share.data, template);
    bool ok = buffer_cstr(&path) ? file_read(ctx, path.data, &text) : diag_nomem(ctx);
    if (ok) {
        if (buffer_cstr(&text)) template_expand(&out, text.data, list, count);
        path.len = 0;
        buffer_printf(&path, "%s/%s", dir, template);
        ok = buffer_cstr(&path) && !text.failed && !out.failed
                 ? file_write(ctx, path.data, out.data, out.len, NULL)
                 : diag_nomem(ctx);
    }
    buffer_free(&path);
    buffer_free(&text);
    buffer_free(&out);
    return ok;
}

/* A C string literal's inside. Octal escapes end after three digits, so that nothing runs on. */
static void c_escape(Buffer *out, const char *text) {
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        if (c < 0x20 || c >= 0x7f || c == '"' || c == '\\' || c == '?')
            buffer_printf(out, "\\%03o", c);
        else
            buffer_char(out, *text);
    }
}

/* One run option as the program will read it: "--dir=HOST::GUEST". */
static void run_option_text(Buffer *out, const OptionItem *item) {
    const OptionRow *row = &option_rows[item->id];
    buffer_printf(out, "--%s", row->long_name);
    if (row->kind != OPTION_FLAG) buffer_char(out, '=');
    if (row->kind == OPTION_BYTES || row->kind == OPTION_NUMBER)
        buffer_u64(out, item->number);
    else if (row->kind != OPTION_FLAG)
        buffer_text(out, item->text);
}

static void print_baked_options(Buffer *out, const Options *options) {
    Buffer text;
    buffer_init(&text, out->alloc);
    if (options->value[OPT_no_run_env].set) buffer_text(out, "    \"--no-run-env\",\n");
    for (size_t i = 0; i < options->item_count; i++) {
        if (!option_rows[options->items[i].id].run) continue;
        text.len = 0;
        run_option_text(&text, &options->items[i]);
        const char *cstr = buffer_cstr(&text);
        buffer_text(out, "    \"");
        if (cstr)
            c_escape(out, cstr);
        else
            out->failed = true;
        buffer_text(out, "\",\n");
    }
    buffer_free(&text);
}

bool program_options_check(const Options *options) {
    bool ok = true;
    for (size_t i = 0; ok && i < options->item_count; i++) {
        if (!option_rows[options->items[i].id].run) continue;
        Buffer text;
        buffer_init(&text, alloc_default());
        run_option_text(&text, &options->items[i]);
        const char *const list[] = {buffer_cstr(&text), NULL};
        wasi_options parsed = {0};
        ok = wasi_options_list(&parsed, list);
        if (!ok) fprintf(stderr, "w2c build: %s\n", parsed.error);
        wasi_options_free(&parsed);
        buffer_free(&text);
    }
    return ok;
}

bool program_write(Context *ctx, const Options *options, const ToolHome *home, const char *dir,
                   const char *name) {
    bool bench = options->value[OPT_bench].set;
    Buffer baked;
    buffer_init(&baked, ctx->alloc);
    print_baked_options(&baked, options);
    const char *text = buffer_cstr(&baked);
    const Replacement list[] = {
        {"NAME", name},
        {"OPTIONS", text},
        {"DECLARATIONS", bench ? "extern const w2c_imports w2c_bench_imports;\n" : ""},
        {"EXTRA", bench ? "&w2c_bench_imports" : "NULL"},
    };
    bool ok =
        text ? template_write(ctx, home, "program_main.c", dir, list, sizeof list / sizeof *list)
             : diag_nomem(ctx);
    if (ok && bench) ok = template_write(ctx, home, "bench_host.c", dir, NULL, 0);
    buffer_free(&baked);
    return ok;
}

static bool slice_is(Slice s, const char *text) {
    return s.len == strlen(text) && memcmp(s.ptr, text, s.len) == 0;
}

void program_warn(const Options *options, const Module *m) {
    Buffer text;
    buffer_init(&text, alloc_default());
    for (uint32_t i = 0; i < m->import_count; i++) {
        const Import *import = &m->imports[i];
        bool bench = slice_is(import->module, "bench");
        if (slice_is(import->module, "wasi") && slice_is(import->name, "thread-spawn")) continue;
        if (import->kind == EXTERN_MEMORY && m->memories[import->index].limits.shared) continue;
        if (slice_is(import->module, "wasi_snapshot_preview1") ||
            slice_is(import->module, "wasi_unstable") || (bench && options->value[OPT_bench].set))
            continue;
        buffer_text(&text, "w2c build: warning: nothing here supplies the import ");
        name_print(&text, import->module);
        buffer_char(&text, '.');
        name_print(&text, import->name);
        buffer_printf(&text, " (%s ", extern_kind_name(import->kind));
        extern_text(&text, m, import->kind, import->index);
        buffer_text(&text, bench                         ? "): --bench does\n"
                           : import->kind == EXTERN_FUNC ? "): calling it will trap\n"
                                                         : "): the program will not start\n");
    }
    bool entry = options->value[OPT_invoke].set;
    for (uint32_t i = 0; i < m->export_count && !entry; i++)
        entry = m->exports[i].kind == EXTERN_FUNC && slice_is(m->exports[i].name, "_start");
    if (!entry)
        buffer_text(
            &text,
            "w2c build: warning: the module exports no function _start: give --invoke=EXPORT here, "
            "or in W2C_RUN when it runs\n");
    const char *cstr = buffer_cstr(&text);
    if (cstr) fputs(cstr, stderr);
    buffer_free(&text);
}
