/* cache.c: see cache.h. */
#include "cache.h"
#include "files.h"
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

bool cache_folder(Context *ctx, Buffer *out) {
    const char *base = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    struct stat st;
    out->len = 0;
    if (base && base[0] == '/')
        buffer_printf(out, "%s/w2c", base);
    else if (home && home[0] == '/')
        buffer_printf(out, "%s/.cache/w2c", home);
    else
        return diag_error(ctx, ERR_io, NO_OFFSET,
                          "no place for the cache: neither XDG_CACHE_HOME nor HOME is set");
    if (!buffer_cstr(out)) return diag_nomem(ctx);
    bool there = stat(out->data, &st) == 0;
    if (!there && (!folder_make(ctx, out->data) || chmod(out->data, 0700)))
        return diag_failed(ctx)
                   ? false
                   : diag_error(ctx, ERR_io, NO_OFFSET, "%s: %s", out->data, strerror(errno));
    if (stat(out->data, &st) || !S_ISDIR(st.st_mode))
        return diag_error(ctx, ERR_io, NO_OFFSET, "the cache %s is no folder", out->data);
    if (st.st_uid != geteuid() || (st.st_mode & (S_IWGRP | S_IWOTH)))
        return diag_error(ctx, ERR_io, NO_OFFSET,
                          "the cache %s can be written to by others: nothing in it is run",
                          out->data);
    return true;
}

/* Longest unused first. */
static int by_use(const void *a, const void *b) {
    const CacheEntry *x = a, *y = b;
    if (x->used.tv_sec != y->used.tv_sec) return x->used.tv_sec < y->used.tv_sec ? -1 : 1;
    if (x->used.tv_nsec != y->used.tv_nsec) return x->used.tv_nsec < y->used.tv_nsec ? -1 : 1;
    return strcmp(x->name, y->name);
}

/* Programs are called by 32 hexadecimal digits; everything else there is not ours to touch. */
static bool is_program(const char *name) {
    return strlen(name) == 32 && strspn(name, "0123456789abcdef") == 32;
}

bool cache_list(Context *ctx, const char *folder, CacheEntry **out, size_t *count) {
    DIR *dir = opendir(folder);
    size_t cap = 0;
    *out = NULL;
    *count = 0;
    if (!dir) return diag_error(ctx, ERR_io, NO_OFFSET, "%s: %s", folder, strerror(errno));
    bool ok = true;
    for (struct dirent *entry; ok && (entry = readdir(dir));) {
        struct stat st;
        if (!is_program(entry->d_name) || fstatat(dirfd(dir), entry->d_name, &st, 0) ||
            !S_ISREG(st.st_mode))
            continue;
        if (*count == cap) {
            cap = cap ? cap * 2 : 16;
            CacheEntry *more = realloc(*out, cap * sizeof *more);
            if (!more) {
                ok = diag_nomem(ctx);
                break;
            }
            *out = more;
        }
        CacheEntry *e = &(*out)[(*count)++];
        memcpy(e->name, entry->d_name, 33);
        e->bytes = (uint64_t)st.st_size;
        e->used = st.st_mtim;
    }
    closedir(dir);
    if (ok && *count) qsort(*out, *count, sizeof **out, by_use);
    return ok;
}

bool cache_shrink(Context *ctx, const char *folder, uint64_t most, size_t *removed,
                  uint64_t *removed_bytes) {
    CacheEntry *list;
    size_t count;
    uint64_t total = 0;
    *removed = 0;
    *removed_bytes = 0;
    bool ok = cache_list(ctx, folder, &list, &count);
    for (size_t i = 0; ok && i < count; i++)
        total += list[i].bytes;
    Buffer path;
    buffer_init(&path, ctx->alloc);
    for (size_t i = 0; ok && i < count && total > most; i++) {
        path.len = 0;
        buffer_printf(&path, "%s/%s", folder, list[i].name);
        if (!buffer_cstr(&path))
            ok = diag_nomem(ctx);
        else if (unlink(path.data) && errno != ENOENT)
            ok = diag_error(ctx, ERR_io, NO_OFFSET, "%s: %s", path.data, strerror(errno));
        total -= list[i].bytes;
        *removed_bytes += list[i].bytes;
        ++*removed;
    }
    buffer_free(&path);
    free(list);
    return ok;
}
