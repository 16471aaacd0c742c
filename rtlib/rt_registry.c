/* rt_registry.c: the process-wide list of address ranges that fault handlers go by: reservations of
 * guarded memories, and the text of translated modules.
 *
 * Writers hold the mutex. Readers are signal handlers: they take no lock and see every range that
 * was there before the fault. Chunks are never freed, their slots are reused. */
#include "rt_internal.h"
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#define CHUNK_RANGES 60

struct w2c_range {
    _Atomic uintptr_t begin, end; /* free: end 0 */
    size_t uses;                  /* under the lock, as is what follows */
    w2c_range_kind kind;
    struct w2c_range *next; /* free ones, texts */
};

struct chunk {
    struct chunk *_Atomic next;
    w2c_range ranges[CHUNK_RANGES];
};

static struct {
    pthread_mutex_t lock;
    struct chunk first[W2C_RANGE_KINDS];
    struct chunk *last[W2C_RANGE_KINDS];
    size_t filled[W2C_RANGE_KINDS]; /* of the last chunk */
    w2c_range *unused[W2C_RANGE_KINDS];
} registry = {.lock = PTHREAD_MUTEX_INITIALIZER};

void w2c_registry_lock(void) {
    pthread_mutex_lock(&registry.lock);
}

void w2c_registry_unlock(void) {
    pthread_mutex_unlock(&registry.lock);
}

/* Texts are shared by their module's instances and few; memories are many and added once. */
static w2c_range *find_text(uintptr_t begin, uintptr_t end) {
    for (struct chunk *c = &registry.first[W2C_RANGE_TEXT]; c; c = atomic_load(&c->next))
        for (size_t i = 0; i < CHUNK_RANGES; i++) {
            w2c_range *r = &c->ranges[i];
            if (r->uses && atomic_load(&r->begin) == begin && atomic_load(&r->end) == end) return r;
        }
    return NULL;
}

static w2c_range *new_range(w2c_range_kind kind) {
    w2c_range *r = registry.unused[kind];
    if (r) {
        registry.unused[kind] = r->next;
        return r;
    }
    struct chunk *last = registry.last[kind] ? registry.last[kind] : &registry.first[kind];
    if (registry.filled[kind] == CHUNK_RANGES) {
        struct chunk *more = (struct chunk *)calloc(1, sizeof *more);
        if (!more) return NULL;
        atomic_store(&last->next, more);
        registry.last[kind] = last = more;
        registry.filled[kind] = 0;
    }
    r = &last->ranges[registry.filled[kind]++];
    r->kind = kind;
    return r;
}

w2c_range *w2c_registry_add(w2c_range_kind kind, const void *begin, const void *end) {
    w2c_registry_lock();
    w2c_range *r = kind == W2C_RANGE_TEXT ? find_text((uintptr_t)begin, (uintptr_t)end) : NULL;
    if (!r) r = new_range(kind);
    if (r && !r->uses++) {
        atomic_store(&r->begin, (uintptr_t)begin);
        atomic_store(&r->end, (uintptr_t)end);
    }
    w2c_registry_unlock();
    return r;
}

void w2c_registry_remove(w2c_range *r) {
    if (!r) return;
    w2c_registry_lock();
    if (!--r->uses) {
        atomic_store(&r->end, 0);
        atomic_store(&r->begin, 0);
        r->next = registry.unused[r->kind];
        registry.unused[r->kind] = r;
    }
    w2c_registry_unlock();
}

bool w2c_registry_has(w2c_range_kind kind, uintptr_t address) {
    for (struct chunk *c = &registry.first[kind]; c; c = atomic_load(&c->next))
        for (size_t i = 0; i < CHUNK_RANGES; i++) {
            w2c_range *r = &c->ranges[i];
            uintptr_t begin = atomic_load(&r->begin), end = atomic_load(&r->end);
            /* the slot may have changed hands between the two loads */
            if (address >= begin && address < end && atomic_load(&r->begin) == begin) return true;
        }
    return false;
}
