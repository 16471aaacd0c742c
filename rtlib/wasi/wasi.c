/* wasi.c: the WASI object, its host functions and their binding.
 * Owns: what every call has in common (finding memory, giving the errno back), and creation. */
#include "wasi_threads.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- host functions -------------------------------------------------------------------------- */
static wasi_call call_begin(void *env, w2c_instance *importer) {
    const wasi_binding *binding = env;
    wasi_call c;
    c.wasi = binding->wasi;
    c.memory = NULL;
    c.size = 0;
    c.status = W2C_OK;
    c.unstable = binding->unstable;
    c.held_count = 0;
    w2c_memory *memory = w2c_instance_memory(importer);
    if (memory) {
        c.memory = w2c_memory_data(memory);
        c.size = w2c_memory_size(memory);
    }
    return c;
}

static w2c_status call_end(wasi_call *c) {
    for (u32 i = 0; i < c->held_count; i++)
        wasi_file_release(c->wasi, c->held[i]);
    return wasi_stop_status(c->wasi, c->status);
}

#define WASI(name, letters, params, args)                                                          \
    static w2c_status host_##name(void *env, w2c_instance *importer, WASI_LIST params,             \
                                  u32 *result) {                                                   \
        wasi_call c = call_begin(env, importer);                                                   \
        *result = (u32)wasi_##name(&c, WASI_LIST args);                                            \
        return call_end(&c);                                                                       \
    }
#define WASI_NONE(name, letters)                                                                   \
    static w2c_status host_##name(void *env, w2c_instance *importer, u32 *result) {                \
        wasi_call c = call_begin(env, importer);                                                   \
        *result = (u32)wasi_##name(&c);                                                            \
        return call_end(&c);                                                                       \
    }
#define WASI_EXIT(name, letters, params, args)                                                     \
    static w2c_status host_##name(void *env, w2c_instance *importer, WASI_LIST params) {           \
        wasi_call c = call_begin(env, importer);                                                   \
        wasi_##name(&c, WASI_LIST args);                                                           \
        return c.status;                                                                           \
    }
#include "wasi.def"
#undef WASI
#undef WASI_NONE
#undef WASI_EXIT

typedef struct wasi_row {
    const char *name, *letters;
    w2c_host_fn host;
} wasi_row;

static const wasi_row rows[] = {
#define WASI(name, letters, params, args) {#name, letters, (w2c_host_fn)host_##name},
#define WASI_EXIT(name, letters, params, args) {#name, letters, (w2c_host_fn)host_##name},
#define WASI_NONE(name, letters) {#name, letters, (w2c_host_fn)host_##name},
#include "wasi.def"
#undef WASI
#undef WASI_NONE
#undef WASI_EXIT
};
enum { ROW_COUNT = sizeof rows / sizeof rows[0] };

static bool name_is(w2c_name name, const char *text) {
    return name.len == strlen(text) && memcmp(name.text, text, name.len) == 0;
}

bool w2c_wasi_resolve(void *wasi, const w2c_wanted *wanted, w2c_extern *out) {
    w2c_wasi *w = wasi;
    bool unstable = name_is(wanted->module, "wasi_unstable");
    if (w->threads && name_is(wanted->module, "wasi")) return wasi_threads_resolve(w, wanted, out);
    if (wanted->kind != W2C_FUNC) return false;
    if (!unstable && !name_is(wanted->module, "wasi_snapshot_preview1")) return false;
    if (unstable && name_is(wanted->name, "sock_accept")) return false;
    for (size_t i = 0; i < ROW_COUNT; i++) {
        if (!name_is(wanted->name, rows[i].name)) continue;
        memset(out, 0, sizeof *out);
        out->kind = W2C_FUNC;
        out->letters = rows[i].letters;
        out->host = rows[i].host;
        out->env = unstable ? &w->unstable : &w->preview1;
        return true;
    }
    return false;
}

void w2c_wasi_imports(w2c_wasi *wasi, w2c_imports *imports) {
    imports->resolve = w2c_wasi_resolve;
    imports->user = wasi;
}

bool w2c_wasi_function(size_t i, const char **name, const char **letters) {
    if (i >= ROW_COUNT) return false;
    *name = rows[i].name;
    *letters = rows[i].letters;
    return true;
}

uint32_t w2c_wasi_exit_code(const w2c_wasi *wasi) {
    return wasi->exit_code;
}

/* ---- creation -------------------------------------------------------------------------------- */
__attribute__((format(printf, 3, 4))) static w2c_status
fail(const w2c_wasi_config *config, w2c_status status, const char *format, ...) {
    if (config->error) {
        va_list args;
        va_start(args, format);
        config->error->status = status;
        vsnprintf(config->error->text, sizeof config->error->text, format, args);
        va_end(args);
    }
    return status;
}

static w2c_status fail_memory(const w2c_wasi_config *config) {
    return fail(config, W2C_NOMEM, "out of memory for WASI");
}

static const char *errno_text(wasi_errno e) {
    switch ((int)e) {
    case WASI_NOENT:
        return "no such directory";
    case WASI_NOTDIR:
        return "not a directory";
    case WASI_ACCES:
        return "permission denied";
    case WASI_MFILE:
        return "too many open files";
    case WASI_BADF:
        return "not an open descriptor";
    default:
        return "cannot be opened";
    }
}

static w2c_status add_file(w2c_wasi *wasi, const w2c_wasi_config *config, wasi_file *file) {
    wasi_errno e = wasi_fd_reserve(wasi);
    if (e) {
        wasi_file_delete(file);
        if (e == WASI_MFILE) return fail(config, W2C_LIMIT, "more descriptors than max_open");
        return fail_memory(config);
    }
    wasi_fd_install(wasi, file);
    return W2C_OK;
}

/* The embedder's descriptor fd, copied, becomes the guest's next one. */
static w2c_status add_host_fd(w2c_wasi *wasi, const w2c_wasi_config *config, int fd,
                              u64 lost_rights) {
    wasi_file *file = NULL;
    int copy;
    wasi_errno e = wasi_host_dup(fd, &copy);
    if (!e) e = wasi_host_adopt(copy, &file);
    if (e == WASI_NOMEM) return fail_memory(config);
    if (e) return fail(config, W2C_INVALID, "descriptor %d: %s", fd, errno_text(e));
    file->handed_in = true;
    file->walk = wasi->walk;
    file->rights &= ~lost_rights;
    if (lost_rights == WASI_RIGHT_FD_READ && config->max_output) file->budget = &wasi->budget;
    return add_file(wasi, config, file);
}

static w2c_status add_stdio(w2c_wasi *wasi, const w2c_wasi_config *config, int i) {
    const w2c_wasi_stdio *stdio = &config->stdio[i];
    u64 lost = i == 0 ? WASI_RIGHT_FD_WRITE : WASI_RIGHT_FD_READ;
    /* one that is closed in the process is an empty one of the guest's */
    if (stdio->kind == W2C_WASI_INHERIT && wasi_host_is_open(i))
        return add_host_fd(wasi, config, i, lost);
    if (stdio->kind == W2C_WASI_FD) return add_host_fd(wasi, config, stdio->fd, lost);
    if (stdio->kind == W2C_WASI_STREAM && !stdio->stream)
        return fail(config, W2C_INVALID, "stdio[%d] has no stream", i);
    wasi_file *file = wasi_file_new(&wasi_stream_ops, -1, WASI_TYPE_UNKNOWN);
    if (!file) return fail_memory(config);
    file->rights = WASI_RIGHTS_FILE & ~lost & ~(WASI_RIGHT_FD_SEEK | WASI_RIGHT_FD_TELL);
    file->stream = stdio->kind == W2C_WASI_STREAM ? *stdio->stream : wasi_null_stream;
    if (i > 0 && config->max_output) file->budget = &wasi->budget;
    return add_file(wasi, config, file);
}

static w2c_status add_dir(w2c_wasi *wasi, const w2c_wasi_config *config, const w2c_wasi_dir *dir) {
    wasi_file *file = NULL;
    int fd;
    const char *guest = dir->guest;
    if (!guest) guest = dir->host;
    if (!guest || !wasi_utf8(guest, strlen(guest)) || strlen(guest) >= WASI_PATH_MAX)
        return fail(config, W2C_INVALID,
                    "a directory's guest name is missing, too long or not UTF-8");
    wasi_errno e;
    if (dir->tree) {
        e = wasi_memory_preopen(dir->tree, &file);
    } else {
        e = dir->host ? wasi_host_open_dir(dir->host, &fd) : wasi_host_dup(dir->fd, &fd);
        if (!e) e = wasi_host_adopt(fd, &file);
    }
    if (!e && file->type != WASI_TYPE_DIRECTORY) {
        wasi_file_delete(file);
        e = WASI_NOTDIR;
    }
    if (e == WASI_NOMEM) return fail_memory(config);
    if (e)
        return fail(config, W2C_INVALID, "directory %s: %s", dir->host ? dir->host : guest,
                    errno_text(e));
    file->handed_in = !dir->host && !dir->tree;
    file->read_only = dir->read_only;
    file->walk = wasi->walk;
    size_t len = strlen(guest) + 1;
    file->preopen = malloc(len);
    if (!file->preopen) {
        wasi_file_delete(file);
        return fail_memory(config);
    }
    memcpy(file->preopen, guest, len);
    return add_file(wasi, config, file);
}

static w2c_status add_strings(const w2c_wasi_config *config, wasi_strings *strings,
                              const char *const *list, size_t count, bool is_env) {
    for (size_t i = 0; i < count; i++) {
        const char *equals = is_env ? strchr(list[i], '=') : list[i];
        if (!equals || (is_env && equals == list[i]))
            return fail(config, W2C_INVALID, "environment: \"%.200s\" is not NAME=value", list[i]);
        if (!wasi_strings_add(strings, list[i]))
            return fail(config, W2C_LIMIT, "arguments or environment too large");
    }
    return W2C_OK;
}

static w2c_status fill(w2c_wasi *wasi, const w2c_wasi_config *config) {
    w2c_status status = W2C_OK;
    if (config->resolve_by == W2C_WASI_RESOLVE_WALK)
        wasi->walk = true;
    else
        wasi->walk = !wasi_host_can_resolve();
    if (wasi->walk && config->resolve_by == W2C_WASI_RESOLVE_KERNEL)
        return fail(config, W2C_INVALID, "this kernel cannot resolve paths beneath a directory");
    status = add_strings(config, &wasi->args, config->args, config->arg_count, false);
    if (!status) status = add_strings(config, &wasi->env, config->env, config->env_count, true);
    for (int i = 0; !status && i < 3; i++)
        status = add_stdio(wasi, config, i);
    for (size_t i = 0; !status && i < config->dir_count; i++)
        status = add_dir(wasi, config, &config->dirs[i]);
    for (size_t i = 0; !status && i < config->socket_count; i++)
        status = add_host_fd(wasi, config, config->sockets[i], 0);
    return status;
}

w2c_status w2c_wasi_new(w2c_wasi **out, const w2c_wasi_config *config) {
    static const w2c_wasi_config nothing;
    static const w2c_wasi_clock clock = {wasi_host_now, wasi_host_resolution, NULL, NULL};
    static const w2c_wasi_random random = {wasi_host_random, NULL};
    if (!config) config = &nothing;
    *out = NULL;
    if (config->error) memset(config->error, 0, sizeof *config->error);
    w2c_wasi *wasi = calloc(1, sizeof *wasi);
    if (!wasi) return fail_memory(config);
    wasi->preview1 = (wasi_binding){wasi, false};
    wasi->unstable = (wasi_binding){wasi, true};
    wasi->clock = config->clock ? *config->clock : clock;
    wasi->random = config->random ? *config->random : random;
    wasi->budget = config->max_output;
    wasi->wake = wasi->waker = -1;
    wasi->max_open = config->max_open ? config->max_open : WASI_OPEN_DEFAULT;
    w2c_status status = W2C_OK;
    if (config->interruptible && !wasi_host_wake_new(&wasi->wake, &wasi->waker))
        status = fail(config, W2C_LIMIT, "no descriptors left for interrupting WASI");
    if (!status) status = fill(wasi, config);
    if (status) {
        w2c_wasi_delete(wasi);
        return status;
    }
    *out = wasi;
    return W2C_OK;
}

void w2c_wasi_delete(w2c_wasi *wasi) {
    if (!wasi) return;
    wasi_threads_delete(wasi);
    for (u32 i = 0; i < wasi->file_cap; i++)
        wasi_file_delete(wasi->files[i]);
    if (wasi->wake >= 0) wasi_host_wake_delete(wasi->wake, wasi->waker);
    free(wasi->files);
    free(wasi->args.text);
    free(wasi->env.text);
    free(wasi);
}
