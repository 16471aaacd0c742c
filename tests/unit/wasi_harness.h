/* wasi_harness.h: a guest without code: an instance with one memory, and WASI's host functions
 * called as translated code calls them. `wasi_NAME(guest, parameters)` answers the errno. */
#ifndef WASI_HARNESS_H
#define WASI_HARNESS_H
#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1
#endif
#pragma GCC diagnostic ignored "-Wmissing-field-initializers" /* descriptions grow */
#include "w2c_rt.h"
#include "w2c_wasi.h"
#include "wasi/wasi_abi.h"
#include <check.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct guest_instance {
    w2c_instance instance;
    w2c_memory storage;
    w2c_memory *memory;
    u8 *base;
} guest_instance;

enum { GUEST_PAGES = 4, GUEST_SIZE = GUEST_PAGES * 65536 };

static const w2c_memory_desc guest_memory = {
    .storage = offsetof(guest_instance, storage),
    .slot = offsetof(guest_instance, memory),
    .base = offsetof(guest_instance, base),
    .limits = {GUEST_PAGES, GUEST_PAGES},
    .page_log2 = 16,
    .mode = W2C_BOUNDS,
};
static const w2c_module guest_module = {
    .abi = W2C_ABI,
    .size = sizeof(guest_instance),
    .name = "guest",
    .stamp = "test",
    .memories = &guest_memory,
    .memory_count = 1,
    .first_memory = offsetof(guest_instance, memory),
};

typedef struct guest {
    w2c_instance *instance;
    w2c_wasi *wasi;
    u8 *memory;
    const char *module; /* wasi_snapshot_preview1, or wasi_unstable */
    w2c_status status;  /* of the last call */
} guest;

static inline void guest_begin(guest *g, const w2c_wasi_config *config) {
    w2c_error error = {W2C_OK, ""};
    w2c_wasi_config copy = *config;
    copy.error = &error;
    memset(g, 0, sizeof *g);
    g->module = "wasi_snapshot_preview1";
    w2c_status status = w2c_wasi_new(&g->wasi, &copy);
    ck_assert_msg(status == W2C_OK, "%s", error.text);
    ck_assert_int_eq(w2c_instance_new(&guest_module, &g->instance, NULL, NULL), W2C_OK);
    g->memory = w2c_memory_data(w2c_instance_memory(g->instance));
}

static inline void guest_end(guest *g) {
    w2c_instance_delete(g->instance);
    w2c_wasi_delete(g->wasi);
}

static inline w2c_extern guest_find(guest *g, const char *name, const char *letters) {
    w2c_extern found;
    w2c_wanted wanted = {w2c_name_of(g->module), w2c_name_of(name), W2C_FUNC, letters, ""};
    if (!w2c_wasi_resolve(g->wasi, &wanted, &found) || strcmp(found.letters, letters) != 0)
        ck_abort_msg("no %s", name); /* an assertion would be recorded at each of many calls */
    return found;
}

#define LIST(...) __VA_ARGS__
#define WASI(name, letters, params, args)                                                          \
    static inline u32 wasi_##name(guest *g, LIST params) {                                         \
        u32 result = 0xdead;                                                                       \
        w2c_extern f = guest_find(g, #name, letters);                                              \
        g->status = ((w2c_status(*)(void *, w2c_instance *, LIST params, u32 *))f.host)(           \
            f.env, g->instance, LIST args, &result);                                               \
        return result;                                                                             \
    }
#define WASI_NONE(name, letters)                                                                   \
    static inline u32 wasi_##name(guest *g) {                                                      \
        u32 result = 0xdead;                                                                       \
        w2c_extern f = guest_find(g, #name, letters);                                              \
        g->status =                                                                                \
            ((w2c_status(*)(void *, w2c_instance *, u32 *))f.host)(f.env, g->instance, &result);   \
        return result;                                                                             \
    }
#define WASI_EXIT(name, letters, params, args)                                                     \
    static inline void wasi_##name(guest *g, LIST params) {                                        \
        w2c_extern f = guest_find(g, #name, letters);                                              \
        g->status = ((w2c_status(*)(void *, w2c_instance *, LIST params))f.host)(                  \
            f.env, g->instance, LIST args);                                                        \
    }
#include "wasi/wasi.def"
#undef WASI
#undef WASI_NONE
#undef WASI_EXIT

/* ---- guest memory: fixed places for tests ---------------------------------------------------- */
enum {
    AT_OUT = 0x100,
    AT_IOVS = 0x200,
    AT_STAT = 0x300,
    AT_PATH = 0x1000,
    AT_PATH2 = 0x4000,
    AT_BUF = 0x8000
};

static inline u32 guest_u32(const guest *g, u32 at) {
    return (u32)g->memory[at] | (u32)g->memory[at + 1] << 8 | (u32)g->memory[at + 2] << 16 |
           (u32)g->memory[at + 3] << 24;
}
static inline u64 guest_u64(const guest *g, u32 at) {
    return guest_u32(g, at) | (u64)guest_u32(g, at + 4) << 32;
}
static inline void guest_put32(guest *g, u32 at, u32 v) {
    for (u32 i = 0; i < 4; i++)
        g->memory[at + i] = (u8)(v >> (8 * i));
}
static inline void guest_put64(guest *g, u32 at, u64 v) {
    guest_put32(g, at, (u32)v);
    guest_put32(g, at + 4, (u32)(v >> 32));
}
static inline u32 guest_text(guest *g, u32 at, const char *text) {
    size_t len = strlen(text);
    memcpy(g->memory + at, text, len);
    return (u32)len;
}
static inline void guest_iov(guest *g, u32 i, u32 ptr, u32 len) {
    guest_put32(g, AT_IOVS + 8 * i, ptr);
    guest_put32(g, AT_IOVS + 8 * i + 4, len);
}

/* ---- common calls ---------------------------------------------------------------------------- */
enum { RIGHTS_READ = 2, RIGHTS_WRITE = 64 };

static inline u32 guest_open(guest *g, u32 dir, const char *path, u32 lookup, u32 oflags,
                             u64 rights, u32 *fd) {
    u32 len = guest_text(g, AT_PATH, path);
    u32 e = wasi_path_open(g, dir, lookup, AT_PATH, len, oflags, rights, 0, 0, AT_OUT);
    if (!e) *fd = guest_u32(g, AT_OUT);
    return e;
}
static inline u32 guest_write(guest *g, u32 fd, const char *text) {
    guest_iov(g, 0, AT_BUF, guest_text(g, AT_BUF, text));
    return wasi_fd_write(g, fd, AT_IOVS, 1, AT_OUT);
}
/* What was read, as a string. */
static inline const char *guest_read(guest *g, u32 fd, u32 len) {
    guest_iov(g, 0, AT_BUF, len);
    ck_assert_uint_eq(wasi_fd_read(g, fd, AT_IOVS, 1, AT_OUT), 0);
    g->memory[AT_BUF + guest_u32(g, AT_OUT)] = 0;
    return (const char *)g->memory + AT_BUF;
}

/* ---- a place on the host --------------------------------------------------------------------- */
static inline void host_make(char path[64]) {
    const char *base = getenv("TMPDIR");
    snprintf(path, 64, "%.40s/w2c-wasi-XXXXXX", base && *base ? base : "/tmp");
    ck_assert_ptr_nonnull(mkdtemp(path));
}
static inline void host_remove_at(int dir, const char *name) {
    int fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
    if (fd >= 0) {
        DIR *stream = fdopendir(fd);
        for (struct dirent *e; stream && (e = readdir(stream));) {
            if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
                host_remove_at(fd, e->d_name);
        }
        closedir(stream);
        unlinkat(dir, name, AT_REMOVEDIR);
    } else {
        unlinkat(dir, name, 0);
    }
}
static inline void host_remove(const char *path) {
    host_remove_at(AT_FDCWD, path);
}
static inline void host_write(const char *dir, const char *name, const char *text) {
    char path[256];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    FILE *f = fopen(path, "w");
    ck_assert_ptr_nonnull(f);
    fputs(text, f);
    fclose(f);
}
static inline void host_mkdir(const char *dir, const char *name) {
    char path[256];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    ck_assert_int_eq(mkdir(path, 0777), 0);
}
static inline void host_link(const char *dir, const char *name, const char *target) {
    char path[256];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    ck_assert_int_eq(symlink(target, path), 0);
}
static inline bool host_has(const char *dir, const char *name, const char *text) {
    char path[256], buf[256];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    FILE *f = fopen(path, "r");
    if (!f) return false;
    size_t n = fread(buf, 1, sizeof buf - 1, f);
    buf[n] = 0;
    fclose(f);
    return strcmp(buf, text) == 0;
}
#endif
