/* rt_memory_reset.c: makes a memory as it was when its instance began, without unmapping it.
 *
 *   ground    small memories lie on a file of their own, by which rt_ground.c finds the pages that
 *             were written: no system call
 *   copy      the image is copied over everything, the rest filled with zeros: for small memories
 *             where that cannot be, and those of which tenants write most pages
 *   scan      the kernel lists the pages that the memory has of its own (PAGEMAP_SCAN, Linux 6.7);
 *             those are written over, and stay with the memory for its next tenant up to a limit
 *   dontneed  the memory's own pages are given back; the next tenant finds image and zeros
 *
 * A page of the memory's own is one that is neither the image's file's nor the page of zeros;
 * whether it is in RAM or swapped out makes no difference. */
#define _GNU_SOURCE
#include "rt_pool.h"
#include <sched.h>
#include <sys/mman.h>
#include <unistd.h>

#define REGIONS 64 /* that one call lists */
/* What cleaning costs, in bytes that could be copied meanwhile; filling with zeros takes half. As
 * measured by tests/bench/instances.py: the call, and a page that it lists. */
#define SCAN_COST ((u64)38 << 10)
#define PAGE_COST ((u64)12 << 10)

#ifndef MAP_NORESERVE
#define MAP_NORESERVE 0
#endif

#if defined(__linux__)
/* ---- the cleaner ----------------------------------------------------------------------------- */
static u8 *new_marker(u64 page) {
#if defined(MADV_WIPEONFORK)
    void *at = mmap(NULL, (size_t)page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (at == MAP_FAILED) return NULL;
    if (!madvise(at, (size_t)page, MADV_WIPEONFORK)) {
        *(u8 *)at = 1;
        return (u8 *)at;
    }
    munmap(at, (size_t)page);
#else
    (void)page;
#endif
    return NULL;
}

/* The descriptor speaks of the process that opened it: a child opens its own. */
static int pagemap(w2c_cleaner *c) {
    if (c->pagemap < 0 || __atomic_load_n(c->marker, __ATOMIC_ACQUIRE)) return c->pagemap;
    while (__atomic_exchange_n(&c->lock, 1, __ATOMIC_ACQUIRE))
        sched_yield();
    if (!__atomic_load_n(c->marker, __ATOMIC_RELAXED)) {
        close(c->pagemap);
        c->pagemap = w2c_pagemap_open();
        __atomic_store_n(c->marker, 1, __ATOMIC_RELEASE);
    }
    __atomic_store_n(&c->lock, 0, __ATOMIC_RELEASE);
    return c->pagemap;
}

void w2c_cleaner_open(w2c_cleaner *c, w2c_pool_reset how, u64 keep) {
    memset(c, 0, sizeof *c);
    c->how = how;
    c->keep = keep;
    c->page = w2c_os_page();
    c->pagemap = -1;
    if (how == W2C_RESET_DONTNEED || how == W2C_RESET_COPY) return;
    c->marker = new_marker(c->page);
    if (c->marker) c->pagemap = w2c_pagemap_open();
}

void w2c_cleaner_close(w2c_cleaner *c) {
    if (c->pagemap >= 0) close(c->pagemap);
    if (c->marker) munmap(c->marker, (size_t)c->page);
    c->pagemap = -1;
    c->marker = NULL;
}
#else
static int pagemap(w2c_cleaner *c) {
    (void)c;
    return -1;
}
void w2c_cleaner_open(w2c_cleaner *c, w2c_pool_reset how, u64 keep) {
    memset(c, 0, sizeof *c);
    c->how = how;
    c->keep = keep;
    c->page = w2c_os_page();
    c->pagemap = -1;
}
void w2c_cleaner_close(w2c_cleaner *c) {
    (void)c;
}
#endif

static u64 copy_cost(u64 bytes, const w2c_image *image) {
    u64 copied = image ? image->end - image->begin : 0;
    return bytes > copied ? copied + (bytes - copied) / 2 : bytes;
}

bool w2c_cleaner_copies(const w2c_cleaner *c, u64 bytes, const w2c_image *image) {
    return c->how == W2C_RESET_COPY ||
           (c->how == W2C_RESET_AUTO && bytes <= c->keep && copy_cost(bytes, image) <= SCAN_COST);
}

/* ---- ways -------------------------------------------------------------------------------------- */
/* [from, to) of the memory as it was: zeros, and the image where it reaches. */
static void write_over(u8 *data, u64 from, u64 to, const w2c_image *image) {
    u64 begin = image ? image->begin : to, end = image ? image->end : to;
    if (begin < from) begin = from;
    if (end > to) end = to;
    if (begin >= end) {
        memset(data + from, 0, (size_t)(to - from));
        return;
    }
    if (from < begin) memset(data + from, 0, (size_t)(begin - from));
    memcpy(data + begin, image->bytes + (begin - image->begin), (size_t)(end - begin));
    if (end < to) memset(data + end, 0, (size_t)(to - end));
}

/* New pages in place of those of [from, to), accessible as before. */
static bool replace(const w2c_memory *m, u64 from, u64 to, const w2c_image *image) {
    if (mmap(m->data + from, (size_t)(to - from), PROT_READ | PROT_WRITE,
             MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0) == MAP_FAILED)
        return false;
    if (!image || from >= image->end || to <= image->begin) return true;
    if (!m->mapped) {
        write_over(m->data, from, to, image);
        return true;
    }
    u64 begin = from > image->begin ? from : image->begin, end = to < image->end ? to : image->end;
    return mmap(m->data + begin, (size_t)(end - begin), PROT_READ | PROT_WRITE,
                MAP_PRIVATE | MAP_FIXED, image->fd,
                (off_t)(image->offset + (begin - image->begin))) != MAP_FAILED;
}

static bool give_back(const w2c_memory *m, u64 from, u64 to, const w2c_image *image) {
#if defined(__linux__) && defined(MADV_DONTNEED)
    if (!madvise(m->data + from, (size_t)(to - from), MADV_DONTNEED)) {
        if (!m->mapped && image && from < image->end && to > image->begin) {
            u64 begin = from > image->begin ? from : image->begin;
            write_over(m->data, begin, to < image->end ? to : image->end, image);
        }
        return true;
    }
#endif
    return replace(m, from, to, image); /* locked pages, other systems */
}

#if defined(__linux__)
/* 1: done; 0: the system cannot say which pages; -1: failed */
static int reset_written(w2c_cleaner *c, const w2c_memory *m, u64 end, const w2c_image *image,
                         u64 *cost) {
    w2c_page_region regions[REGIONS];
    *cost = SCAN_COST;
    u64 base = (u64)(uintptr_t)m->data, at = base, left = c->keep;
    int fd = pagemap(c);
    if (fd < 0) return 0;
    while (at < base + end) {
        int found = w2c_pagemap_scan(fd, W2C_PAGES_OWN, at, base + end, regions, REGIONS, &at);
        if (found < 0) return 0;
        for (int i = 0; i < found; i++) {
            u64 from = regions[i].start - base, to = regions[i].end - base;
            u64 stay = to - from < left ? to - from : left;
            left -= stay;
            *cost += (to - from) / c->page * PAGE_COST;
            if (stay) write_over(m->data, from, from + stay, image);
            if (from + stay < to && !give_back(m, from + stay, to, image)) return -1;
        }
    }
    return 1;
}
#else
static int reset_written(w2c_cleaner *c, const w2c_memory *m, u64 end, const w2c_image *image,
                         u64 *cost) {
    (void)c, (void)m, (void)end, (void)image, (void)cost;
    return 0;
}
#endif

/* What it grew by: unreadable again, and zeros when it grows the next time. */
static bool shrink(const w2c_memory *m, u64 from, u64 to) {
    if (from >= to) return true;
    return mmap(m->data + from, (size_t)(to - from), PROT_NONE,
                MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0) != MAP_FAILED;
}

bool w2c_memory_reset(w2c_cleaner *c, const w2c_memory *now, const w2c_memory *clean,
                      const w2c_image *image, bool *copies, w2c_ground *ground) {
    if (image && image->begin == image->end) image = NULL;
    if (now->mode == W2C_STATIC) {
        u64 most = image && image->end > now->size ? image->end : now->size;
        write_over(now->data, 0, most < now->reserved ? most : now->reserved, image);
        return true;
    }
    u64 end = w2c_round_up(clean->size, c->page), cost = 0;
    if (!shrink(now, end, w2c_round_up(now->size, c->page))) return false;
    if (!end) return true;
    if (ground && c->how == W2C_RESET_AUTO && end <= c->keep &&
        w2c_ground_clean(ground, now->data, end, c->page, image))
        return true;
    if (*copies) {
        write_over(now->data, 0, end, image);
        return true;
    }
    int done = c->how == W2C_RESET_DONTNEED ? 0 : reset_written(c, now, end, image, &cost);
    /* the pages that were found stay, and would be found each time */
    *copies =
        done > 0 && c->how == W2C_RESET_AUTO && end <= c->keep && cost > copy_cost(end, image);
    return done ? done > 0 : give_back(now, 0, end, image);
}
