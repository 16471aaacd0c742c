/* cmd_snapshot.c: w2c snapshot: runs a module's initialisation, and writes what is left, as C or as a module. */
#include "cmd.h"
#include "snapshot/snapshot.h"
#include "wasi/wasi_options.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

extern char **environ;

typedef struct Setup { /* of the initialisation's WASI */
    wasi_options run, env;
    char **list;
    const char *args[1];
    int files[3];
    SnapshotOptions options;
} Setup;

static void setup_free(Setup *s) {
    wasi_options_free(&s->run);
    wasi_options_free(&s->env);
    for (size_t i = 0; s->list && s->list[i]; i++)
        free(s->list[i]);
    free(s->list);
    for (int i = 0; i < 3; i++)
        if (s->files[i] >= 0) close(s->files[i]);
}

static bool take_list(Setup *s, const Options *options) {
    s->list = calloc(options->item_count + 1, sizeof *s->list);
    size_t count = 0;
    for (size_t i = 0; s->list && i < options->item_count; i++) {
        const OptionItem *item = &options->items[i];
        const OptionRow *row = &option_rows[item->id];
        if (!row->run) continue;
        size_t len = strlen(row->long_name) + (item->text ? strlen(item->text) : 0) + 4;
        char *text = s->list[count++] = malloc(len);
        if (!text) return false;
        snprintf(text, len, item->text ? "--%s=%s" : "--%s", row->long_name, item->text);
    }
    return s->list != NULL;
}

static bool open_streams(Context *ctx, Setup *s) {
    for (int i = 0; i < 3; i++) {
        const char *path = s->run.files[i];
        if (!path) continue;
        s->files[i] = open(path, (i ? O_WRONLY | O_CREAT | O_TRUNC : O_RDONLY) | O_CLOEXEC, 0666);
        if (s->files[i] < 0)
            return diag_error(ctx, ERR_io, NO_OFFSET, "%s: %s", path, strerror(errno));
        s->options.wasi.stdio[i].kind = W2C_WASI_FD;
        s->options.wasi.stdio[i].fd = s->files[i];
        s->options.stdio_granted[i] = true;
    }
    return true;
}

/* What time it is, for the guest: $SOURCE_DATE_EPOCH, as other tools read it, or 1970. */
static uint64_t snapshot_time(void) {
    uint64_t t;
    const char *text = getenv("SOURCE_DATE_EPOCH");
    return text && options_number(text, false, &t) && t < UINT64_MAX / 2000000000u ? t : 0;
}

static bool setup_make(Context *ctx, Setup *s, const Options *options) {
    if (!take_list(s, options)) return diag_nomem(ctx);
    if (!wasi_options_list(&s->run, (const char *const *)s->list))
        return diag_error(ctx, ERR_io, NO_OFFSET, "%s", s->run.error);
    for (char **e = environ; s->run.inherit_env && *e; e++)
        if (strchr(*e, '=') && **e != '=' && !wasi_options_env(&s->env, *e))
            return diag_error(ctx, ERR_io, NO_OFFSET, "%s", s->env.error);
    for (size_t i = 0; i < s->run.env_count; i++)
        if (!wasi_options_env(&s->env, s->run.env[i]))
            return diag_error(ctx, ERR_io, NO_OFFSET, "%s", s->env.error);
    w2c_wasi_config *wasi = &s->options.wasi;
    wasi->dirs = s->run.dirs;
    wasi->dir_count = s->run.dir_count;
    wasi->env = s->env.env;
    wasi->env_count = s->env.env_count;
    s->args[0] = s->run.arg0;
    wasi->args = s->args;
    wasi->arg_count = s->run.arg0 ? 1 : 0;
    s->options.calls = options->value[OPT_call].text;
    s->options.random = options->value[OPT_allow_random].set;
    s->options.time = snapshot_time();
    return open_streams(ctx, s);
}

/* ---- what comes out -------------------------------------------------------------------------- */
static bool ends_with(const char *text, const char *end) {
    size_t a = strlen(text), b = strlen(end);
    return a >= b && strcmp(text + a - b, end) == 0;
}

static bool write_module(Context *ctx, const char *out, const Buffer *bytes) {
    if (!file_write(ctx, out, bytes->data, bytes->len, NULL)) return false;
    printf("wrote %s (%zu bytes)\n", out, bytes->len);
    return true;
}

static bool write_c(Context *ctx, const Options *options, const char *out, const Buffer *bytes) {
    Module m;
    Arena arena;
    OutputList list = {.items = NULL};
    if (!module_read(ctx, (Slice){(const uint8_t *)bytes->data, bytes->len}, &m)) return false;
    arena_init(&arena, ctx->alloc);
    TranslateOptions t = option_translation(options, out);
    if (!options->value[OPT_data].set) t.data = DATA_IMAGE;
    bool ok = translate_module(ctx, &m, &t, &arena, &list);
    if (t.progress) progress_end();
    for (uint32_t i = 0; ok && i < list.count; i++)
        printf("%s %s (%llu bytes)\n", list.items[i].changed ? "wrote" : "unchanged",
               list.items[i].path, (unsigned long long)list.items[i].bytes);
    const char *depfile = options->value[OPT_depfile].text;
    ok = ok && (!depfile || depfile_write(ctx, depfile, &list, NULL, options->arguments[0]));
    arena_free(&arena);
    module_free(&m);
    return ok;
}

static bool snapshot(Session *s, const Options *options, const char *input, const char *out,
                     Buffer *bytes) {
    Setup setup = {.files = {-1, -1, -1}};
    Snapshot run = {.interp = NULL};
    bool ok = session_open(s, options, input) && setup_make(&s->ctx, &setup, options) &&
              snapshot_run(&s->ctx, &s->module, &setup.options, &run) &&
              snapshot_write(&s->ctx, &s->module, &run, bytes);
    snapshot_free(&run);
    setup_free(&setup);
    if (!ok) return false;
    return ends_with(out, ".wasm") ? write_module(&s->ctx, out, bytes)
                                   : write_c(&s->ctx, options, out, bytes);
}

int cmd_snapshot(const Options *options) {
    const char *input = session_argument(options), *out = options->value[OPT_output].text;
    if (!input) return 3;
    if (!out) return options_complain(options, "where to? -o OUT.c or -o OUT.wasm is missing");
    Session s = {.open = false};
    Buffer bytes;
    buffer_init(&bytes, alloc_default());
    int code = snapshot(&s, options, input, out, &bytes) ? 0 : session_fail(&s);
    buffer_free(&bytes);
    session_close(&s);
    return code;
}
