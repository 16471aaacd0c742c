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

struct range {
    _Atomic uintptr_t begin, end; /* free: end 0 */
    size_t uses;                  /* under the lock */
};

struct chunk {
    struct chunk *_Atomic next;
    struct range ranges[CHUNK_RANGES];
};

static struct {
    pthread_mutex_t lock;
    struct chunk first[W2C_RANGE_KINDS];
} registry = {.lock = PTHREAD_MUTEX_INITIALIZER};

void w2c_registry_lock(void) {
    pthread_mutex_lock(&registry.lock);
}

void w2c_registry_unlock(void) {
    pthread_mutex_unlock(&registry.lock);
}

/* The slot of that very range; when there is none, a free slot; when there is none, NULL and *last.
 */
static struct range *find_slot(w2c_range_kind kind, uintptr_t begin, uintptr_t end, bool or_free,
                               struct chunk **last) {
    struct range *unused = NULL;
    for (struct chunk *c = &registry.first[kind]; c; c = atomic_load(&c->next)) {
        *last = c;
        for (size_t i = 0; i < CHUNK_RANGES; i++) {
            struct range *r = &c->ranges[i];
            if (!r->uses) {
                if (!unused) unused = r;
            } else if (atomic_load(&r->begin) == begin && atomic_load(&r->end) == end) {
                return r;
            }
        }
    }
    return or_free ? unused : NULL;
}

bool w2c_registry_add(w2c_range_kind kind, const void *begin, const void *end) {
    struct chunk *last = NULL;
    w2c_registry_lock();
    struct range *slot = find_slot(kind, (uintptr_t)begin, (uintptr_t)end, true, &last);
    if (!slot) {
        struct chunk *more = (struct chunk *)calloc(1, sizeof *more);
        if (more) {
            slot = &more->ranges[0];
            atomic_store(&last->next, more);
        }
    }
    if (slot && !slot->uses++) {
        atomic_store(&slot->begin, (uintptr_t)begin);
        atomic_store(&slot->end, (uintptr_t)end);
    }
    w2c_registry_unlock();
    return slot != NULL;
}

void w2c_registry_remove(w2c_range_kind kind, const void *begin, const void *end) {
    struct chunk *last = NULL;
    w2c_registry_lock();
    struct range *slot = find_slot(kind, (uintptr_t)begin, (uintptr_t)end, false, &last);
    if (slot && !--slot->uses) {
        atomic_store(&slot->end, 0);
        atomic_store(&slot->begin, 0);
    }
    w2c_registry_unlock();
}

bool w2c_registry_has(w2c_range_kind kind, uintptr_t address) {
    for (struct chunk *c = &registry.first[kind]; c; c = atomic_load(&c->next))
        for (size_t i = 0; i < CHUNK_RANGES; i++) {
            struct range *r = &c->ranges[i];
            uintptr_t begin = atomic_load(&r->begin), end = atomic_load(&r->end);
            /* the slot may have changed hands between the two loads */
            if (address >= begin && address < end && atomic_load(&r->begin) == begin) return true;
        }
    return false;
}
