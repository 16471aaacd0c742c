/* validate_all.c: every function of a module, on several threads.
 * Threads take ranges of functions from a counter. Bodies lie in the order of their functions, so
 * once a function has failed only those before it can have an earlier error: the diagnostic does
 * not depend on the number of threads. */
#include "validate.h"
#include <pthread.h>
#include <stdatomic.h>

enum { RANGE = 32, MOST_THREADS = 256 };

typedef struct Shared {
    const Module *m;
    _Atomic uint32_t next;   /* first function that nobody has taken */
    _Atomic uint32_t failed; /* lowest function with an error, or NO_FUNC */
} Shared;

typedef struct Worker {
    Shared *shared;
    Context ctx;
    uint64_t features;
    pthread_t thread;
} Worker;

static void note_failure(Shared *s, uint32_t func) {
    uint32_t lowest = atomic_load(&s->failed);
    while (func < lowest && !atomic_compare_exchange_weak(&s->failed, &lowest, func)) {
    }
}

/* The range's functions, up to the first that fails. */
static bool run_range(Worker *w, Arena *arena, uint32_t first, uint32_t end) {
    for (uint32_t f = first;
         f < end && f < atomic_load_explicit(&w->shared->failed, memory_order_relaxed); f++) {
        arena_reset(arena);
        if (!validate_only(&w->ctx, w->shared->m, f, arena, false, &w->features)) {
            note_failure(w->shared, f);
            return false;
        }
    }
    return true;
}

static void *work(void *worker) {
    Worker *w = worker;
    uint32_t count = w->shared->m->func_count;
    Arena arena;
    arena_init(&arena, w->ctx.alloc);
    for (;;) {
        uint32_t first = atomic_load(&w->shared->next), end;
        do {
            if (first >= count) goto done;
            end = count - first < RANGE ? count : first + RANGE;
        } while (!atomic_compare_exchange_weak(&w->shared->next, &first, end));
        if (!run_range(w, &arena, first, end)) break;
    }
done:
    arena_free(&arena);
    return NULL;
}

bool validate_all(Context *ctx, const Module *m, unsigned threads, uint64_t *features) {
    Shared shared = {.m = m, .next = m->imported_funcs, .failed = NO_FUNC};
    uint32_t ranges = (m->func_count - m->imported_funcs) / RANGE + 1;
    if (threads > MOST_THREADS) threads = MOST_THREADS;
    if (threads > ranges) threads = ranges;
    if (threads < 1) threads = 1;
    Worker *workers = ctx->alloc.resize(ctx->alloc.user, NULL, threads * sizeof *workers);
    if (!workers) return diag_nomem(ctx);
    unsigned started = 1;
    for (unsigned i = 0; i < threads; i++)
        workers[i] = (Worker){.shared = &shared, .ctx = context_worker(ctx)};
    while (started < threads &&
           pthread_create(&workers[started].thread, NULL, work, &workers[started]) == 0)
        started++; /* with fewer threads than asked for it only takes longer */
    work(&workers[0]);
    *features = 0;
    for (unsigned i = 0; i < started; i++) {
        if (i) pthread_join(workers[i].thread, NULL);
        diag_merge(ctx, &workers[i].ctx);
        *features |= workers[i].features;
    }
    ctx->alloc.resize(ctx->alloc.user, workers, 0);
    return !diag_failed(ctx);
}
