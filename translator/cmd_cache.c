/* cmd_cache.c: w2c run --native, and w2c cache, which looks after the programs that it keeps. */
#include "cache.h"
#include "cmd.h"
#include "processes.h"
#include "w2c.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

/* ---- w2c cache ------------------------------------------------------------------------------- */
static void print_entry(const CacheEntry *e) {
    char when[40] = "?";
    struct tm tm;
    if (localtime_r(&e->used.tv_sec, &tm)) strftime(when, sizeof when, "%Y-%m-%d %H:%M:%S", &tm);
    printf("%s %12llu  %s\n", when, (unsigned long long)e->bytes, e->name);
}

static bool print_cache(Context *ctx, const char *folder) {
    CacheEntry *list;
    size_t count;
    uint64_t total = 0;
    if (!cache_list(ctx, folder, &list, &count)) {
        free(list);
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        print_entry(&list[i]);
        total += list[i].bytes;
    }
    printf("%s: %zu programs, %llu bytes\n", folder, count, (unsigned long long)total);
    free(list);
    return true;
}

static int fail(const Context *ctx) {
    fprintf(stderr, "w2c: %s\n", ctx->diag.text);
    return diag_exit_code(ctx);
}

int cmd_cache(const Options *options) {
    Context ctx;
    Buffer folder;
    size_t removed;
    uint64_t bytes;
    if (options->argument_count)
        return options_complain(options, "what is '%s'?", options->arguments[0]);
    context_init(&ctx, alloc_default(), "cache");
    buffer_init(&folder, ctx.alloc);
    bool shrink = options->value[OPT_shrink].set || options->value[OPT_clear].set;
    uint64_t most = options->value[OPT_clear].set ? 0 : options->value[OPT_shrink].number;
    bool ok = cache_folder(&ctx, &folder);
    if (ok && shrink) {
        ok = cache_shrink(&ctx, folder.data, most, &removed, &bytes);
        if (ok)
            printf("%s: %zu programs removed, %llu bytes\n", folder.data, removed,
                   (unsigned long long)bytes);
    } else if (ok) {
        ok = print_cache(&ctx, folder.data);
    }
    buffer_free(&folder);
    return ok ? 0 : fail(&ctx);
}

/* ---- w2c run --native ------------------------------------------------------------------------ */
/* A file is known by where and how large it is, and when it was written: the compiler and the runtime are too large to
 * read each time. */
static void hash_file(XXH3_state_t *h, const char *path) {
    struct stat st;
    XXH3_128bits_update(h, path, strlen(path) + 1);
    if (stat(path, &st)) return;
    XXH3_128bits_update(h, &st.st_size, sizeof st.st_size);
    XXH3_128bits_update(h, &st.st_mtim, sizeof st.st_mtim);
}

/* What changes the program: everything that compiling reads but the run options. */
static bool hash_options(XXH3_state_t *h, const Options *options) {
    static const OptionId ids[] = {OPT_cc, OPT_optimize, OPT_target_cpu, OPT_canonical_nans,
                                   OPT_relaxed_native};
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
        const char *text = options->value[ids[i]].text;
        uint8_t set = options->value[ids[i]].set;
        XXH3_128bits_update(h, &set, 1);
        if (text) XXH3_128bits_update(h, text, strlen(text) + 1);
    }
    XXH3_128bits_update(h, &options->disabled, sizeof options->disabled);
    return true;
}

static bool hash_tools(Context *ctx, XXH3_state_t *h, const Options *options) {
    static const char *const libraries[] = {"libw2crt.a", "libw2cwasi.a"};
    ToolHome home;
    Buffer path;
    buffer_init(&path, ctx->alloc);
    bool ok = home_find(ctx, &home);
    for (size_t i = 0; ok && i < 2; i++) {
        path.len = 0;
        buffer_printf(&path, "%s/%s", home.lib.data, libraries[i]);
        if (buffer_cstr(&path)) hash_file(h, path.data);
    }
    const char *cc = options->value[OPT_cc].text;
    path.len = 0;
    if (ok && program_find(cc ? cc : "clang", &path)) hash_file(h, path.data);
    path.len = 0;
    if (ok && program_find("/proc/self/exe", &path)) hash_file(h, path.data);
    const char *search = getenv("PATH"); /* where the compiler is looked for */
    if (search) XXH3_128bits_update(h, search, strlen(search) + 1);
    home_free(&home);
    buffer_free(&path);
    return ok;
}

static bool program_name(Session *s, const Options *options, const char *input, Buffer *out) {
    XXH3_state_t *h = XXH3_createState();
    if (!h) return diag_nomem(&s->ctx);
    XXH3_128bits_reset(h);
    bool ok = input_open(&s->ctx, input, &s->input);
    if (ok) XXH3_128bits_update(h, s->input.bytes.ptr, s->input.bytes.len);
    XXH3_128bits_update(h, W2C_VERSION, sizeof W2C_VERSION);
    ok = ok && hash_options(h, options) && hash_tools(&s->ctx, h, options);
    XXH128_hash_t sum = XXH3_128bits_digest(h);
    XXH3_freeState(h);
    buffer_printf(out, "/%016llx%016llx", (unsigned long long)sum.high64,
                  (unsigned long long)sum.low64);
    return ok && (buffer_cstr(out) || diag_nomem(&s->ctx));
}

/* An argument as W2C_RUN's parser reads it: in single quotes. */
static void put_quoted(Buffer *out, const char *text) {
    buffer_char(out, '\'');
    for (; *text; text++) {
        if (*text == '\'')
            buffer_text(out, "'\\''");
        else
            buffer_char(out, *text);
    }
    buffer_text(out, "' ");
}

/* The run options in front of what W2C_RUN has. */
static bool set_environment(Context *ctx, const Options *options) {
    Buffer all, one;
    buffer_init(&all, ctx->alloc);
    buffer_init(&one, ctx->alloc);
    for (size_t i = 0; i < options->item_count; i++) {
        const OptionItem *item = &options->items[i];
        const OptionRow *row = &option_rows[item->id];
        if (!row->run) continue;
        one.len = 0;
        buffer_printf(&one, item->text ? "--%s=%s" : "--%s", row->long_name, item->text);
        if (buffer_cstr(&one)) put_quoted(&all, one.data);
    }
    const char *before = getenv("W2C_RUN");
    if (before) buffer_text(&all, before);
    bool ok = !one.failed && buffer_cstr(&all) && (!all.len || setenv("W2C_RUN", all.data, 1) == 0);
    buffer_free(&all);
    buffer_free(&one);
    return ok || diag_nomem(ctx);
}

/* Only returns when it fails. The guest sees its module's path as its program's, as when it is interpreted. */
static void become(const char *program, const Options *options) {
    char **argv = calloc((size_t)options->argument_count + 1, sizeof *argv);
    if (!argv) return;
    memcpy(argv, options->arguments, (size_t)options->argument_count * sizeof *argv);
    utimensat(AT_FDCWD, program, NULL, 0); /* used now */
    execv(program, argv);
    free(argv);
}

int run_native(const Options *options) {
    Session s = {.open = false};
    Buffer program;
    const char *input = options->arguments[0];
    if (!strcmp(input, "-"))
        return options_complain(options, "standard input is the guest's: name a file");
    context_init(&s.ctx, alloc_default(), input);
    buffer_init(&program, s.ctx.alloc);
    int code = 3;
    if (!cache_folder(&s.ctx, &program) || !program_name(&s, options, input, &program) ||
        !set_environment(&s.ctx, options)) {
        code = fail(&s.ctx);
    } else {
        fflush(stdout);
        become(program.data, options); /* it is there */
        bool verbose = options->value[OPT_verbose].set;
        if (verbose) fprintf(stderr, "w2c run --native: not in the cache (%s)\n", strerror(errno));
        code = build_program(options, input, program.data, true);
        if (code == 0) {
            become(program.data, options);
            fprintf(stderr, "w2c run --native: %s: %s\n", program.data, strerror(errno));
            code = 125;
        }
    }
    buffer_free(&program);
    input_close(&s.ctx, &s.input);
    return code;
}
