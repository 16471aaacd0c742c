/* cmd_translate.c: w2c MOD.wasm -o OUT.c */
#include "cmd.h"
#include <dirent.h>
#include <sys/stat.h>

static void print_outputs(const OutputList *list, bool names_only) {
    for (uint32_t i = 0; i < list->count; i++) {
        const Output *o = &list->items[i];
        if (names_only)
            printf("%s\n", o->path);
        else if (o->changed)
            printf("wrote %s (%llu bytes)\n", o->path, (unsigned long long)o->bytes);
        else
            printf("unchanged %s\n", o->path);
    }
}

static bool source_name(const char *name) {
    const char *dot = strrchr(name, '.');
    return dot && (!strcmp(dot, ".c") || !strcmp(dot, ".h") || !strcmp(dot, ".def"));
}

/* Copies the sources in FROM to TO; says what it wrote. */
static bool copy_sources(Context *ctx, const char *from, const char *to) {
    DIR *dir = opendir(from);
    if (!dir)
        return diag_error(ctx, ERR_io, NO_OFFSET, "the runtime's sources are not at %s", from);
    bool ok = folder_make(ctx, to);
    Buffer path, text;
    buffer_init(&path, ctx->alloc);
    buffer_init(&text, ctx->alloc);
    for (struct dirent *entry; ok && (entry = readdir(dir));) {
        if (!source_name(entry->d_name)) continue;
        path.len = text.len = 0;
        buffer_printf(&path, "%s/%s", from, entry->d_name);
        ok = buffer_cstr(&path) ? file_read(ctx, path.data, &text) : diag_nomem(ctx);
        if (!ok) break;
        path.len = 0;
        buffer_printf(&path, "%s/%s", to, entry->d_name);
        bool changed = false;
        ok = buffer_cstr(&path) ? file_write(ctx, path.data, text.data, text.len, &changed)
                                : diag_nomem(ctx);
        if (ok && changed) printf("wrote %s (%zu bytes)\n", path.data, text.len);
    }
    buffer_free(&path);
    buffer_free(&text);
    closedir(dir);
    return ok;
}

/* --with-runtime: rtlib/ beside OUT.c. */
static bool copy_runtime(Context *ctx, const char *out) {
    ToolHome home;
    Buffer from, to;
    buffer_init(&from, ctx->alloc);
    buffer_init(&to, ctx->alloc);
    bool ok = home_find(ctx, &home);
    static const char *const folders[] = {"rtlib", "rtlib/wasi"};
    for (size_t i = 0; ok && i < 2; i++) {
        from.len = to.len = 0;
        buffer_printf(&from, "%s/%s", home.share.data, folders[i]);
        buffer_bytes(&to, out, (size_t)(path_base(out) - out));
        buffer_text(&to, folders[i]);
        ok = buffer_cstr(&from) && buffer_cstr(&to) ? copy_sources(ctx, from.data, to.data)
                                                    : diag_nomem(ctx);
    }
    buffer_free(&from);
    buffer_free(&to);
    home_free(&home);
    return ok;
}

static bool translate(Session *s, const Options *options, Arena *arena, const char *input,
                      const char *out) {
    TranslateOptions t = option_translation(options, out);
    OutputList list = {.items = NULL};
    if (options->value[OPT_list_outputs].set) {
        if (!translate_list(&s->ctx, &s->module, &t, arena, &list)) return false;
        print_outputs(&list, true);
        return true;
    }
    double start = seconds_now();
    bool ok = translate_module(&s->ctx, &s->module, &t, arena, &list);
    if (t.progress) progress_end();
    if (!ok) return false;
    print_outputs(&list, false);
    if (options->value[OPT_verbose].set)
        fprintf(stderr, "%zu bytes, %u functions, %u threads: %.3f s\n", s->module.bytes.len,
                s->module.func_count, t.threads, seconds_now() - start);
    const char *depfile = options->value[OPT_depfile].text;
    if (depfile && !depfile_write(&s->ctx, depfile, &list, NULL, input)) return false;
    return !options->value[OPT_with_runtime].set || copy_runtime(&s->ctx, out);
}

int cmd_translate(const Options *options) {
    const char *input = session_argument(options), *out = options->value[OPT_output].text;
    if (!input) return 3;
    if (!out) return options_complain(options, "where to? -o OUT.c is missing");
    Session s;
    Arena arena;
    arena_init(&arena, alloc_default());
    bool ok = session_open(&s, options, input) && translate(&s, options, &arena, input, out);
    int code = ok ? 0 : session_fail(&s);
    arena_free(&arena);
    session_close(&s);
    return code;
}
