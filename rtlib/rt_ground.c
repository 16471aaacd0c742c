/* rt_ground.c: finds the pages that were written to without asking the system, for small memories.
 *
 * A memory's ground is a file in memory of its own that holds what the memory begins with. It is
 * mapped twice: copy-on-write as the memory itself, and shared for this file's use. While a page of
 * the memory was not written to both show the same page of the file, so a byte that changes here
 * changes there; a page that the memory has of its own does not follow. Each page is asked so, by
 * one byte that is turned over and back, and those that do not follow are written over.
 *
 * Exactness: a page that follows is the file's, and the file holds nothing but the beginning. A
 * page that does not follow for whatever reason (written to, swapped out, locked, remapped by
 * somebody) is copied. So only the cost depends on what the system does with private mappings.
 *
 * Bytes are turned over while nobody has the memory. A child of fork shares the file, and somebody
 * may run in its copy of the memory: a ground that was there before a fork is never used again. */
#define _GNU_SOURCE
#include "rt_pool.h"
#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>

#if defined(__linux__)
/* ---- forks of the process ---------------------------------------------------------------------- */
static struct {
    pthread_once_t once;
    bool watched;
    u32 begun, done; /* equal while none is under way */
} forks = {.once = PTHREAD_ONCE_INIT};

static void before_fork(void) {
    __atomic_fetch_add(&forks.begun, 1, __ATOMIC_SEQ_CST);
}

static void after_fork(void) {
    __atomic_fetch_add(&forks.done, 1, __ATOMIC_SEQ_CST);
}

static void in_child(void) { /* has this thread alone */
    forks.done = forks.begun;
}

static void watch_forks(void) {
    forks.watched = !pthread_atfork(before_fork, after_fork, in_child);
}

/* False: one is under way, and may or may not see what is done now. */
static bool count_forks(u32 *count) {
    u32 done = __atomic_load_n(&forks.done, __ATOMIC_SEQ_CST);
    *count = __atomic_load_n(&forks.begun, __ATOMIC_SEQ_CST);
    return done == *count;
}

/* ---- life -------------------------------------------------------------------------------------- */
void w2c_ground_end(w2c_ground *g) {
    if (g->bytes) munmap(g->bytes, (size_t)g->size);
    g->bytes = NULL;
}

static bool map(w2c_ground *g, int fd, u8 *data, u64 size, const w2c_image *image) {
    void *at = mmap(NULL, (size_t)size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (at == MAP_FAILED) return false;
    g->bytes = (u8 *)at;
    g->size = size;
    if (image && image->begin < size) {
        u64 end = image->end < size ? image->end : size;
        memcpy(g->bytes + image->begin, image->bytes, (size_t)(end - image->begin));
    }
    if (mmap(data, (size_t)size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED, fd, 0) !=
        MAP_FAILED)
        return true;
    w2c_ground_end(g);
    return false;
}

/* False: the memory is as before. */
static bool make(w2c_ground *g, u8 *data, u64 size, const w2c_image *image) {
    pthread_once(&forks.once, watch_forks);
    if (!forks.watched || !count_forks(&g->forks)) return false;
    int fd = w2c_memory_file("w2c-ground", size);
    bool ok = w2c_memory_file_has(fd, 0, size) && map(g, fd, data, size, image);
    if (fd >= 0) close(fd); /* the mappings hold it */
    if (!ok) g->uses = W2C_GROUND_NEVER;
    return ok;
}

/* ---- cleaning ---------------------------------------------------------------------------------- */
static bool follows(volatile u8 *bytes, const volatile u8 *data) {
    u8 before = *data, byte = *bytes;
    *bytes = (u8)~byte;
    bool changed = *data != before;
    *bytes = byte;
    return changed;
}

static void restore(const w2c_ground *g, u8 *data, u64 page) {
    /* not the same place in every page: those would share few lines of the processor's cache */
    for (u64 at = 0, line = 0; at < g->size; at += page, line = (line + 5 * 64) & (page - 1))
        if (!follows(g->bytes + at + line, data + at + line))
            memcpy(data + at, g->bytes + at, (size_t)page);
}

bool w2c_ground_clean(w2c_ground *g, u8 *data, u64 size, u64 page, const w2c_image *image) {
    u32 now;
    if (g->uses == W2C_GROUND_NEVER) return false;
    if (g->bytes && g->size == size && count_forks(&now) && now == g->forks) {
        restore(g, data, page);
        return true;
    }
    w2c_ground_end(g);
    if (g->uses < W2C_GROUND_USES) {
        g->uses++;
        return false;
    }
    return make(g, data, size, image);
}
#else
void w2c_ground_end(w2c_ground *g) {
    (void)g;
}
bool w2c_ground_clean(w2c_ground *g, u8 *data, u64 size, u64 page, const w2c_image *image) {
    (void)g, (void)data, (void)size, (void)page, (void)image;
    return false;
}
#endif
