/* snapshot_run.c: runs a module's initialisation in the interpreter, with a WASI that touches nothing.
 *
 * What a snapshot holds is true in every copy of it, on other machines and later. So the initialisation may
 * look at what it was given for that (arguments, variables, files under --dir), sees a clock that stands still,
 * and may have no effect outside itself. A call that would is refused by name, and ends the run. */
#include "snapshot.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct OpenFile {
    uint32_t fd;
    char *path;
} OpenFile;

typedef struct SnapshotHost {
    const SnapshotOptions *options;
    w2c_wasi *wasi;
    char refused[240]; /* why the run was ended; empty: it was not */
    OpenFile *files;
    size_t file_count;
    uint64_t seed;
    w2c_extern path_open, fd_close, fd_renumber, fd_write, fd_read;
    struct Refusal *refusals; /* what refused imports have as env */
} SnapshotHost;

typedef struct Refusal {
    SnapshotHost *host;
    struct Refusal *next;
    char name[160];
} Refusal;

/* ---- refusing -------------------------------------------------------------------------------- */
__attribute__((format(printf, 2, 3))) static w2c_status refuse(SnapshotHost *host,
                                                               const char *format, ...) {
    va_list args;
    va_start(args, format);
    if (!host->refused[0]) vsnprintf(host->refused, sizeof host->refused, format, args);
    va_end(args);
    return W2C_TRAP_HOST;
}

static w2c_status refused(void *env, w2c_instance *importer, const w2c_value *args,
                          w2c_value *results) {
    const Refusal *r = env;
    (void)importer;
    (void)args;
    (void)results;
    return refuse(r->host, "%s", r->name);
}

static int shown(w2c_name name) {
    return name.len < 32 ? (int)name.len : 32;
}

static bool give_refusal(SnapshotHost *host, const w2c_wanted *wanted, const char *why,
                         w2c_extern *out) {
    Refusal *r = calloc(1, sizeof *r);
    if (!r || wanted->kind != W2C_FUNC || !wanted->letters) {
        free(r);
        return false;
    }
    r->host = host;
    r->next = host->refusals;
    host->refusals = r;
    snprintf(r->name, sizeof r->name, "it called %.*s.%.*s%s", shown(wanted->module),
             wanted->module.text, shown(wanted->name), wanted->name.text, why);
    *out = w2c_extern_host_any(wanted->letters, refused, r);
    return true;
}

/* ---- files ----------------------------------------------------------------------------------- */
enum {
    OFLAGS_CHANGE = 1 | 8,
    RIGHTS_WRITE = 1 << 6,
    FDFLAGS_APPEND = 1
}; /* CREAT, TRUNC; FD_WRITE */

static bool file_opened(SnapshotHost *host, uint32_t fd, const uint8_t *path, size_t len) {
    OpenFile *files = realloc(host->files, (host->file_count + 1) * sizeof *files);
    if (!files) return false;
    host->files = files;
    char *copy = malloc(len + 1);
    if (!copy) return false;
    memcpy(copy, path, len);
    copy[len] = 0;
    host->files[host->file_count++] = (OpenFile){fd, copy};
    return true;
}

static void file_closed(SnapshotHost *host, uint32_t fd) {
    for (size_t i = 0; i < host->file_count; i++) {
        if (host->files[i].fd != fd) continue;
        free(host->files[i].path);
        host->files[i] = host->files[--host->file_count];
        return;
    }
}

/* The len bytes at `at` in the guest's memory; NULL: not there. */
static const uint8_t *guest_bytes(w2c_instance *instance, uint32_t at, uint32_t len) {
    w2c_memory *memory = w2c_instance_memory(instance);
    if (!memory || (uint64_t)at + len > w2c_memory_size(memory)) return NULL;
    return w2c_memory_data(memory) + at;
}

static w2c_status path_open(void *env, w2c_instance *importer, uint32_t dir, uint32_t lookup,
                            uint32_t path, uint32_t len, uint32_t oflags, uint64_t rights,
                            uint64_t inheriting, uint32_t fdflags, uint32_t out, uint32_t *result) {
    typedef w2c_status open_fn(void *, w2c_instance *, uint32_t, uint32_t, uint32_t, uint32_t,
                               uint32_t, uint64_t, uint64_t, uint32_t, uint32_t, uint32_t *);
    SnapshotHost *host = env;
    const uint8_t *text = guest_bytes(importer, path, len);
    int shown = len < 80 ? (int)len : 80;
    if (text && ((oflags & OFLAGS_CHANGE) || (fdflags & FDFLAGS_APPEND)))
        return refuse(host, "it called path_open to write \"%.*s\"", shown, (const char *)text);
    /* directories are opened with every right there is; a file is writable when it was asked for */
    w2c_status status = ((open_fn *)host->path_open.host)(
        host->path_open.env, importer, dir, lookup, path, len, oflags,
        rights & ~(uint64_t)RIGHTS_WRITE, inheriting, fdflags, out, result);
    const uint8_t *fd = guest_bytes(importer, out, 4);
    if (status == W2C_OK && *result == 0 && text && fd) {
        uint32_t number;
        memcpy(&number, fd, 4);
        if (!file_opened(host, number, text, len)) return W2C_NOMEM;
    }
    return status;
}

static w2c_status fd_close(void *env, w2c_instance *importer, uint32_t fd, uint32_t *result) {
    typedef w2c_status close_fn(void *, w2c_instance *, uint32_t, uint32_t *);
    SnapshotHost *host = env;
    w2c_status status = ((close_fn *)host->fd_close.host)(host->fd_close.env, importer, fd, result);
    if (status == W2C_OK && *result == 0) file_closed(host, fd);
    return status;
}

static w2c_status fd_renumber(void *env, w2c_instance *importer, uint32_t from, uint32_t to,
                              uint32_t *result) {
    typedef w2c_status renumber_fn(void *, w2c_instance *, uint32_t, uint32_t, uint32_t *);
    SnapshotHost *host = env;
    w2c_status status =
        ((renumber_fn *)host->fd_renumber.host)(host->fd_renumber.env, importer, from, to, result);
    if (status != W2C_OK || *result != 0 || from == to) return status;
    file_closed(host, to);
    for (size_t i = 0; i < host->file_count; i++)
        if (host->files[i].fd == from) host->files[i].fd = to;
    return status;
}

typedef w2c_status transfer_fn(void *, w2c_instance *, uint32_t, uint32_t, uint32_t, uint32_t,
                               uint32_t *);

static w2c_status fd_write(void *env, w2c_instance *importer, uint32_t fd, uint32_t iovs,
                           uint32_t count, uint32_t out, uint32_t *result) {
    SnapshotHost *host = env;
    if (fd > 2 || !host->options->stdio_granted[fd])
        return refuse(host, "it called fd_write on descriptor %u%s", fd,
                      fd == 1   ? ": --stdout=FILE lets it, now and never again"
                      : fd == 2 ? ": --stderr=FILE lets it, now and never again"
                                : "");
    return ((transfer_fn *)host->fd_write.host)(host->fd_write.env, importer, fd, iovs, count, out,
                                                result);
}

static w2c_status fd_read(void *env, w2c_instance *importer, uint32_t fd, uint32_t iovs,
                          uint32_t count, uint32_t out, uint32_t *result) {
    SnapshotHost *host = env;
    if (fd == 0 && !host->options->stdio_granted[0])
        return refuse(host, "it called fd_read on descriptor 0: --stdin=FILE gives it one");
    return ((transfer_fn *)host->fd_read.host)(host->fd_read.env, importer, fd, iovs, count, out,
                                               result);
}

/* ---- time, chance ---------------------------------------------------------------------------- */
static bool clock_now(void *user, uint32_t id, uint64_t *ns) {
    const SnapshotHost *host = user;
    if (id > 3) return false;
    *ns = id == 0 ? host->options->time * 1000000000u : 0;
    return true;
}

/* splitmix64: the same numbers in every snapshot. */
static bool random_fill(void *user, void *data, size_t len) {
    SnapshotHost *host = user;
    uint8_t *at = data;
    for (size_t i = 0; i < len; i++) {
        uint64_t z = host->seed += 0x9e3779b97f4a7c15u;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
        at[i] = (uint8_t)(z ^ (z >> 31));
    }
    return true;
}

/* ---- what each import gets ------------------------------------------------------------------- */
static const char *const harmless[] = {
    "args_get",       "args_sizes_get",      "environ_get",   "environ_sizes_get",
    "clock_res_get",  "clock_time_get",      "sched_yield",   "proc_exit",
    "fd_prestat_get", "fd_prestat_dir_name", "fd_fdstat_get", "fd_filestat_get",
    "fd_pread",       "fd_readdir",          "fd_seek",       "fd_tell",
    "fd_advise",      "path_filestat_get",   "path_readlink",
};

static bool name_is(w2c_name name, const char *text) {
    return name.len == strlen(text) && memcmp(name.text, text, name.len) == 0;
}

static bool resolve(void *user, const w2c_wanted *wanted, w2c_extern *out) {
    SnapshotHost *host = user;
    const struct {
        const char *name;
        w2c_extern *real;
        w2c_host_fn watch;
    } watched[] = {
        {"path_open", &host->path_open, (w2c_host_fn)path_open},
        {"fd_close", &host->fd_close, (w2c_host_fn)fd_close},
        {"fd_renumber", &host->fd_renumber, (w2c_host_fn)fd_renumber},
        {"fd_write", &host->fd_write, (w2c_host_fn)fd_write},
        {"fd_read", &host->fd_read, (w2c_host_fn)fd_read},
    };
    if (!w2c_wasi_resolve(host->wasi, wanted, out))
        return give_refusal(host, wanted, ", which is not WASI", out);
    for (size_t i = 0; i < sizeof harmless / sizeof *harmless; i++)
        if (name_is(wanted->name, harmless[i])) return true;
    for (size_t i = 0; i < sizeof watched / sizeof *watched; i++) {
        if (!name_is(wanted->name, watched[i].name)) continue;
        *watched[i].real = *out;
        out->host = watched[i].watch;
        out->env = host;
        return true;
    }
    if (name_is(wanted->name, "random_get")) {
        if (host->options->random) return true;
        return give_refusal(host, wanted,
                            ": every copy would have the same numbers; --allow-random gives some",
                            out);
    }
    return give_refusal(host, wanted, "", out);
}

/* ---- the run --------------------------------------------------------------------------------- */
static bool explain(Context *ctx, const Snapshot *s, const char *doing, w2c_status status,
                    const char *detail) {
    if (s->host->refused[0])
        return diag_error(ctx, ERR_snapshot, NO_OFFSET, ": %s has an effect on the host: %s", doing,
                          s->host->refused);
    if (status == W2C_EXIT)
        return diag_error(ctx, ERR_snapshot, NO_OFFSET, ": %s ended the program with exit code %u",
                          doing, w2c_wasi_exit_code(s->wasi));
    if (status == W2C_NOMEM) return diag_nomem(ctx);
    return diag_error(ctx, ERR_snapshot, NO_OFFSET, ": %s ended with: %s%s%.200s", doing,
                      w2c_status_text(status), detail[0] ? ": " : "", detail);
}

static bool call(Context *ctx, Snapshot *s, const char *name, size_t len) {
    char doing[140];
    w2c_extern e;
    snprintf(doing, sizeof doing, "calling \"%.*s\"", (int)(len < 100 ? len : 100), name);
    if (!w2c_export_find(s->instance, (w2c_name){name, len}, &e) || e.kind != W2C_FUNC || !e.func)
        return diag_error(ctx, ERR_snapshot, NO_OFFSET, ": %s: there is no such exported function",
                          doing);
    const char *letters = w2c_type_letters(w2c_func_type(e.func));
    if (!letters || letters[0] != '_')
        return diag_error(ctx, ERR_snapshot, NO_OFFSET,
                          ": %s: it has parameters: only functions without any can be called",
                          doing);
    w2c_value *results = calloc(strlen(letters), sizeof *results);
    if (!results) return diag_nomem(ctx);
    w2c_status status = w2c_call(e.func, NULL, results);
    free(results);
    s->initialized |= len == 11 && memcmp(name, "_initialize", 11) == 0;
    s->started |= len == 6 && memcmp(name, "_start", 6) == 0;
    return status == W2C_OK || explain(ctx, s, doing, status, w2c_instance_detail(s->instance));
}

static bool call_all(Context *ctx, Snapshot *s, const char *calls) {
    w2c_extern e;
    if (!calls)
        return !w2c_export_find(s->instance, w2c_name_of("_initialize"), &e) ||
               call(ctx, s, "_initialize", 11);
    while (*calls) {
        size_t len = strcspn(calls, ",");
        if (len && !call(ctx, s, calls, len)) return false;
        calls += len + (calls[len] == ',');
    }
    return true;
}

static bool nothing_open(Context *ctx, const SnapshotHost *host) {
    if (!host->file_count) return true;
    char text[300];
    size_t len = 0;
    for (size_t i = 0; i < host->file_count && len < sizeof text; i++)
        len += (size_t)snprintf(text + len, sizeof text - len, "%s%.80s (descriptor %u)",
                                i ? ", " : "", host->files[i].path, host->files[i].fd);
    return diag_error(ctx, ERR_snapshot, NO_OFFSET, ": files are still open: %s", text);
}

bool snapshot_run(Context *ctx, Module *m, const SnapshotOptions *options, Snapshot *out) {
    *out = (Snapshot){.interp = NULL};
    SnapshotHost *host = out->host = calloc(1, sizeof *host);
    if (!host) return diag_nomem(ctx);
    host->options = options;
    if (w2c_interp_load(ctx, m, "snapshot", &(InterpOptions){.metered = false}, &out->interp) !=
        W2C_OK)
        return false;
    w2c_error error = {W2C_OK, ""};
    w2c_wasi_clock clock = {.now = clock_now, .user = host};
    w2c_wasi_random random = {.fill = random_fill, .user = host};
    w2c_wasi_config config = options->wasi;
    config.clock = &clock;
    config.random = &random;
    config.error = &error;
    if (w2c_wasi_new(&out->wasi, &config) != W2C_OK)
        return diag_error(ctx, ERR_io, NO_OFFSET, "%s", error.text);
    host->wasi = out->wasi;
    if (!w2c_init_traps())
        return diag_error(ctx, ERR_io, NO_OFFSET, "no handlers for memory faults can be installed");
    w2c_imports imports = {.resolve = resolve, .user = host};
    w2c_config instance = {.error = &error};
    w2c_status status =
        w2c_instance_new(w2c_interp_module(out->interp), &out->instance, &imports, &instance);
    if (status != W2C_OK) return explain(ctx, out, "instantiating it", status, error.text);
    return call_all(ctx, out, options->calls) && nothing_open(ctx, host);
}

void snapshot_free(Snapshot *s) {
    w2c_instance_delete(s->instance);
    w2c_wasi_delete(s->wasi);
    w2c_interp_delete(s->interp);
    SnapshotHost *host = s->host;
    while (host && host->refusals) {
        Refusal *next = host->refusals->next;
        free(host->refusals);
        host->refusals = next;
    }
    for (size_t i = 0; host && i < host->file_count; i++)
        free(host->files[i].path);
    if (host) free(host->files);
    free(host);
    *s = (Snapshot){.interp = NULL};
}
