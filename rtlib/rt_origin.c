/* rt_origin.c: memories that begin alike because one is a fork of the other: they share an image.
 *
 * The first fork of a memory puts its content into a sealed file in memory, which the memory itself and its forks map
 * copy-on-write. A later fork maps it again, and copies the pages alone that the memory has of its own
 * since then, as the kernel lists them; when those are many it makes a new image. So forks cost what was written,
 * not what there is. Whatever replaces a memory's pages behind their back must forget its origin. */
#define _GNU_SOURCE
#include "rt_internal.h"
#include <stdlib.h>
#include <unistd.h>
#if defined(__linux__)
#include <sys/mman.h>
#endif

#define SHARE_LEAST ((u64)256 << 10) /* smaller ones are copied: cheaper than mapping them */

struct w2c_origin {
    u32 refs;
    w2c_image image;
};

void w2c_origin_drop(w2c_origin *origin) {
    if (!origin || __atomic_sub_fetch(&origin->refs, 1, __ATOMIC_ACQ_REL)) return;
    w2c_image_free(&origin->image);
    free(origin);
}

#if defined(__linux__)
static bool map(const w2c_origin *origin, const w2c_memory *m) {
    return mmap(m->data, (size_t)origin->image.end, PROT_READ | PROT_WRITE,
                MAP_PRIVATE | MAP_FIXED | MAP_NORESERVE, origin->image.fd, 0) != MAP_FAILED;
}

static void take(w2c_memory *m, w2c_origin *origin) {
    __atomic_fetch_add(&origin->refs, 1, __ATOMIC_RELAXED);
    w2c_origin_drop(m->origin);
    m->origin = origin;
}

static bool is_zero(const u8 *at, u64 len) {
    return at[0] == 0 && memcmp(at, at + 1, (size_t)len - 1) == 0;
}

/* Of the memory as it is now; zeros stay holes in the file. NULL: cannot be. */
static w2c_origin *make(const w2c_memory *m) {
    u64 page = w2c_os_page(), size = w2c_round_up(m->size, page);
    u8 *bytes;
    w2c_origin *origin = (w2c_origin *)calloc(1, sizeof *origin);
    if (!origin) return NULL;
    origin->refs = 1;
    origin->image.fd = -1;
    bool ok = w2c_image_make(&origin->image, 0, size, &bytes) && origin->image.fd >= 0;
    for (u64 at = 0; ok && at < size; at += page)
        if (!is_zero(m->data + at, page)) {
            ok = w2c_memory_file_has(origin->image.fd, at, page);
            if (ok) memcpy(bytes + at, m->data + at, (size_t)page);
        }
    if (ok && w2c_image_seal(&origin->image)) return origin;
    w2c_origin_drop(origin);
    return NULL;
}

typedef bool run_fn(void *user, u64 from, u64 to);

/* Calls run for each run of pages that the memory has of its own. */
static bool each_own(int pagemap, const w2c_memory *m, run_fn *run, void *user) {
    w2c_page_region regions[64];
    u64 base = (u64)(uintptr_t)m->data, end = base + w2c_round_up(m->size, w2c_os_page());
    for (u64 at = base; at < end;) {
        int found = w2c_pagemap_scan(pagemap, W2C_PAGES_OWN, at, end, regions, 64, &at);
        if (found < 0) return false;
        for (int i = 0; i < found; i++)
            if (!run(user, regions[i].start - base, regions[i].end - base)) return false;
    }
    return true;
}

static bool add(void *user, u64 from, u64 to) {
    *(u64 *)user += to - from;
    return true;
}

typedef struct Copy {
    const w2c_memory *from;
    w2c_memory *to;
} Copy;

static bool copy(void *user, u64 from, u64 to) {
    const Copy *c = (const Copy *)user;
    memcpy(c->to->data + from, c->from->data + from, (size_t)(to - from));
    return true;
}

/* The image that `from` is to have: its own when little was written since, or a new one. NULL: none. */
static w2c_origin *find(int pagemap, w2c_memory *from) {
    u64 own = 0;
    if (from->origin && !each_own(pagemap, from, add, &own)) return NULL;
    if (from->origin && own <= from->size / 4) return from->origin;
    w2c_origin *origin = make(from);
    if (!origin) return NULL;
    if (map(origin, from)) take(from, origin);
    w2c_origin_drop(origin);
    return from->origin == origin ? origin : NULL;
}

bool w2c_memory_share(w2c_memory *from, w2c_memory *to) {
    if (from->size < SHARE_LEAST || from->mode == W2C_STATIC || to->mode == W2C_STATIC ||
        from->policy || to->policy || from->shared || from->size != to->size)
        return false;
    int pagemap = w2c_pagemap_open();
    if (pagemap < 0) return false;
    from->remapped = to->remapped = true;
    w2c_origin *origin = find(pagemap, from);
    Copy c = {from, to};
    bool ok = origin && map(origin, to);
    if (ok) take(to, origin);
    if (ok && !each_own(pagemap, from, copy, &c)) /* it could a moment ago */
        memcpy(to->data, from->data, (size_t)from->size);
    close(pagemap);
    return ok;
}
#else
bool w2c_memory_share(w2c_memory *from, w2c_memory *to) {
    (void)from, (void)to;
    return false;
}
#endif
