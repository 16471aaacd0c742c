/* rt_wait.c: memory.atomic.wait and notify: each shared memory has a queue of the threads that wait in
 * it, behind one mutex, so that comparing the value and falling asleep are one step. Portable: pthreads.
 * Owner: the memory; made at the first wait, freed with it. */
#define _POSIX_C_SOURCE 200809L
#include "rt_internal.h"
#include "w2c_atomic.h"
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

typedef struct Waiter {
    struct Waiter *next, *prev;
    u64 at; /* byte in the memory */
    bool woken, interrupted;
    pthread_cond_t cond;
} Waiter;

struct w2c_waiters {
    pthread_mutex_t mutex;
    Waiter *first, *last;
};

static struct w2c_waiters *waiters_of(w2c_memory *memory) {
    struct w2c_waiters *q = __atomic_load_n(&memory->waiters, __ATOMIC_ACQUIRE);
    if (q) return q;
    struct w2c_waiters *fresh = calloc(1, sizeof *fresh);
    if (!fresh) return NULL;
    if (pthread_mutex_init(&fresh->mutex, NULL) != 0) {
        free(fresh);
        return NULL;
    }
    if (__atomic_compare_exchange_n(&memory->waiters, &q, fresh, false, __ATOMIC_ACQ_REL,
                                    __ATOMIC_ACQUIRE))
        return fresh;
    pthread_mutex_destroy(&fresh->mutex);
    free(fresh);
    return q;
}

void w2c_waiters_delete(struct w2c_waiters *q) {
    if (!q) return;
    pthread_mutex_destroy(&q->mutex);
    free(q);
}

static void enqueue(struct w2c_waiters *q, Waiter *w) {
    w->prev = q->last;
    *(q->last ? &q->last->next : &q->first) = w;
    q->last = w;
}

static void dequeue(struct w2c_waiters *q, Waiter *w) {
    *(w->prev ? &w->prev->next : &q->first) = w->next;
    *(w->next ? &w->next->prev : &q->last) = w->prev;
}

static struct timespec deadline(s64 timeout) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    s64 seconds = timeout / 1000000000, ns = timeout % 1000000000 + t.tv_nsec;
    if (ns >= 1000000000) {
        ns -= 1000000000;
        seconds++;
    }
    t.tv_nsec = (long)ns;
    t.tv_sec += (time_t)seconds; /* at most 292 years: no overflow in 64 bits */
    return t;
}

/* With the mutex held, and w in the queue. */
static u32 sleep_until_woken(struct w2c_waiters *q, Waiter *w, s64 timeout) {
    struct timespec end = {0, 0};
    if (timeout >= 0) end = deadline(timeout);
    int error = 0;
    while (!w->woken && error != ETIMEDOUT)
        error = timeout < 0 ? pthread_cond_wait(&w->cond, &q->mutex)
                            : pthread_cond_timedwait(&w->cond, &q->mutex, &end);
    if (w->woken) return 0; /* notify took it out */
    dequeue(q, w);
    return 2;
}

static bool cond_init(pthread_cond_t *cond) {
    pthread_condattr_t attr;
    if (pthread_condattr_init(&attr) != 0) return false;
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    bool ok = pthread_cond_init(cond, &attr) == 0;
    pthread_condattr_destroy(&attr);
    return ok;
}

static void check(const w2c_memory *memory, u64 address, u64 offset, u64 size) {
    w2c_check_aligned(address + offset, size);
    w2c_check_range_shared(memory, address, offset, size);
}

static u32 wait_for(w2c_memory *memory, u64 at, bool wide, u64 expected, s64 timeout) {
    if (!memory->shared) w2c_trap(W2C_TRAP_EXPECTED_SHARED);
    struct w2c_waiters *q = waiters_of(memory);
    Waiter w = {.at = at};
    if (!q || !cond_init(&w.cond)) w2c_trap(W2C_NOMEM);
    pthread_mutex_lock(&q->mutex);
    u64 value = wide ? __atomic_load_n((u64 *)(void *)(memory->data + at), __ATOMIC_SEQ_CST)
                     : __atomic_load_n((u32 *)(void *)(memory->data + at), __ATOMIC_SEQ_CST);
    u32 result = 1;
    if (value == expected) {
        enqueue(q, &w);
        result = sleep_until_woken(q, &w, timeout);
    }
    pthread_mutex_unlock(&q->mutex);
    pthread_cond_destroy(&w.cond);
    if (w.interrupted) w2c_trap(W2C_TRAP_INTERRUPTED);
    return result;
}

u32 w2c_atomic_wait32(w2c_memory *memory, u64 address, u64 offset, u32 expected, s64 timeout) {
    check(memory, address, offset, 4);
    return wait_for(memory, address + offset, false, expected, timeout);
}

u32 w2c_atomic_wait64(w2c_memory *memory, u64 address, u64 offset, u64 expected, s64 timeout) {
    check(memory, address, offset, 8);
    return wait_for(memory, address + offset, true, expected, timeout);
}

u32 w2c_atomic_notify(w2c_memory *memory, u64 address, u64 offset, u32 count) {
    check(memory, address, offset, 4);
    struct w2c_waiters *q = __atomic_load_n(&memory->waiters, __ATOMIC_ACQUIRE);
    if (!memory->shared || !q) return 0;
    u32 woken = 0;
    pthread_mutex_lock(&q->mutex);
    for (Waiter *w = q->first, *next; w && woken < count; w = next) {
        next = w->next;
        if (w->at != address + offset) continue;
        dequeue(q, w);
        w->woken = true;
        woken++;
        pthread_cond_signal(&w->cond);
    }
    pthread_mutex_unlock(&q->mutex);
    return woken;
}

void w2c_memory_interrupt(w2c_memory *memory) {
    struct w2c_waiters *q = __atomic_load_n(&memory->waiters, __ATOMIC_ACQUIRE);
    if (!q) return;
    pthread_mutex_lock(&q->mutex);
    while (q->first) {
        Waiter *w = q->first;
        dequeue(q, w);
        w->woken = w->interrupted = true;
        pthread_cond_signal(&w->cond);
    }
    pthread_mutex_unlock(&q->mutex);
}
