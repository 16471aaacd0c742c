/* rt_memory_stats.c: what is known of a memory: sizes, growth, pages, samples.
 *
 * A memory that nobody watches counts its growths and nothing else. A watched one has a watcher: the
 * time of its last growth, from which the baseline follows without any timer, and a ring of samples.
 * The memory's lock, which growing holds, guards it. */
#define _POSIX_C_SOURCE 200809L
#include "rt_internal.h"
#include <sched.h>
#include <stdlib.h>
#include <time.h>

#define SETTLE_DEFAULT ((u64)100000000)

typedef struct w2c_watcher {
    w2c_watch watch;
    bool watched; /* else it is here for its group alone */
    w2c_memory_group *group;
    u64 counted; /* bytes of it that the group knows */
    u64 begun, last,
        first; /* ns: when it began, grew last, settled for the first time (0: never) */
    u64 baseline, since_baseline, refused;
    u64 taken; /* samples so far; the ring has the last watch.samples of them */
    w2c_memory_sample *ring;
} w2c_watcher;

static u64 now_ns(void) {
    struct timespec t;
    if (clock_gettime(CLOCK_MONOTONIC, &t)) return 0;
    return (u64)t.tv_sec * 1000000000u + (u64)t.tv_nsec;
}

static void lock(w2c_memory *m) {
    while (__atomic_exchange_n(&m->lock, 1, __ATOMIC_ACQUIRE))
        sched_yield();
}

static void unlock(w2c_memory *m) {
    __atomic_store_n(&m->lock, 0, __ATOMIC_RELEASE);
}

/* ---- samples ---------------------------------------------------------------------------------- */
static void add_sample(w2c_watcher *w, w2c_sample_kind kind, u64 ns, u64 bytes, u64 touched,
                       u64 resident) {
    if (!w->ring) return;
    w2c_memory_sample *s = &w->ring[w->taken++ % w->watch.samples];
    s->ns = ns - w->begun;
    s->bytes = bytes;
    s->touched = touched;
    s->resident = resident;
    s->kind = kind;
}

/* The span without growth that ends at `ns`. */
static void settle(w2c_watcher *w, u64 ns, u64 bytes) {
    if (ns - w->last < w->watch.settle_ns) return;
    w->baseline = bytes;
    if (!w->first) w->first = ns;
}

/* ---- what growing asks and tells ---------------------------------------------------------------- */
bool w2c_watcher_ask(w2c_memory *m, u64 from, u64 to) {
    w2c_watcher *w = m->watcher;
    bool ok = !w->group || w2c_group_add(w->group, to - from, false);
    if (ok && w->watch.grow) {
        const w2c_growth growth = {m, from, to};
        ok = w->watch.grow(w->watch.user, &growth);
        if (!ok && w->group) w2c_group_remove(w->group, to - from, false);
    }
    if (ok)
        w->counted += to - from;
    else
        w->refused++;
    return ok;
}

void w2c_watcher_undo(w2c_memory *m, u64 from, u64 to) {
    w2c_watcher *w = m->watcher;
    if (w->group) w2c_group_remove(w->group, to - from, false);
    w->counted -= to - from;
}

void w2c_watcher_note(w2c_memory *m, u64 from, u64 to, bool grew) {
    w2c_watcher *w = m->watcher;
    if (!w->watched) return;
    u64 ns = now_ns();
    settle(w, ns, from);
    if (grew) {
        if (w->first) w->since_baseline++;
        w->last = ns;
    }
    add_sample(w, grew ? W2C_SAMPLE_GROWTH : W2C_SAMPLE_FAILED, ns, to, 0, 0);
}

/* ---- life ------------------------------------------------------------------------------------- */
static void free_watcher(w2c_watcher *w) {
    if (!w) return;
    if (w->group) {
        w2c_group_remove(w->group, w->counted, true);
        w2c_memory_group_delete(w->group);
    }
    free(w->ring);
    free(w);
}

void w2c_watcher_end(w2c_memory *m) {
    free_watcher(m->watcher);
    m->watcher = NULL;
}

/* NULL: no memory. */
static w2c_watcher *new_watcher(const w2c_memory *m, const w2c_watch *watch) {
    w2c_watcher *w = (w2c_watcher *)calloc(1, sizeof *w);
    if (!w || !watch) return w;
    w->watch = *watch;
    w->watched = true;
    if (!w->watch.settle_ns) w->watch.settle_ns = SETTLE_DEFAULT;
    w->begun = w->last = now_ns();
    if (watch->samples)
        w->ring = (w2c_memory_sample *)calloc(watch->samples, sizeof(w2c_memory_sample));
    if (watch->samples && !w->ring) {
        free(w);
        return NULL;
    }
    add_sample(w, W2C_SAMPLE_START, w->begun, w2c_memory_size(m), 0, 0);
    return w;
}

/* Takes the group and what it counts along. */
w2c_status w2c_memory_watch(w2c_memory *m, const w2c_watch *watch) {
    w2c_watcher *w = NULL, *old;
    if (watch || m->watcher) {
        w = new_watcher(m, watch);
        if (!w) return W2C_NOMEM;
    }
    lock(m);
    old = m->watcher;
    if (old && w) {
        w->group = old->group;
        w->counted = old->counted;
        old->group = NULL;
    }
    m->watcher = w;
    unlock(m);
    free_watcher(old);
    return W2C_OK;
}

static w2c_status join_group(w2c_memory *m, w2c_memory_group *group) {
    if (!m->watcher) m->watcher = new_watcher(m, NULL);
    if (!m->watcher) return W2C_NOMEM;
    if (!w2c_group_add(group, m->size, true)) return W2C_LIMIT;
    w2c_group_hold(group);
    m->watcher->group = group;
    m->watcher->counted = m->size;
    return W2C_OK;
}

w2c_status w2c_watch_instance(w2c_instance *instance, const w2c_config *config, char *text,
                              size_t cap) {
    const w2c_module *module = instance->module;
    w2c_status status = W2C_OK;
    if (!config->watch && !config->group) return status;
    for (u32 i = 0; status == W2C_OK && i < module->memory_count; i++) {
        w2c_memory *m = (w2c_memory *)w2c_at(instance, module->memories[i].storage);
        if (config->watch) status = w2c_memory_watch(m, config->watch);
        if (status == W2C_OK && config->group) status = join_group(m, config->group);
    }
    if (status == W2C_LIMIT) {
        w2c_text why = w2c_text_start(text, cap);
        w2c_text_add(&why, "the group of memories is at its limit");
    }
    return status;
}

/* ---- what the embedder sees --------------------------------------------------------------------- */
void w2c_memory_stats(w2c_memory *m, bool pages, w2c_memory_figures *out) {
    memset(out, 0, sizeof *out);
    lock(m);
    const w2c_watcher *w = m->watcher;
    u64 limit = m->limit_pages, room = m->reserved >> m->page_log2;
    out->current = out->peak = m->size;
    out->limit = (limit < room ? limit : room) << m->page_log2;
    out->reserved = m->reserved;
    out->growths = m->growths;
    out->failed_growths = m->failed_growths;
    out->page = w2c_os_page();
    if (w) out->refused = w->refused;
    if (w && w->watched) {
        u64 ns = now_ns();
        bool settled = ns - w->last >= w->watch.settle_ns;
        out->watched = true;
        out->baseline = settled ? m->size : w->baseline;
        out->since_baseline = w->since_baseline;
        out->elapsed_ns = ns - w->begun;
        out->last_growth_ns = w->last - w->begun;
    }
    unlock(m);
    if (!pages || m->mode == W2C_STATIC) return;
    out->pages_known = w2c_pagemap_count(m->data, out->current, &out->touched, &out->resident);
    out->touched /= out->page;
}

void w2c_memory_look(w2c_memory *m) {
    u64 own = 0, resident = 0;
    if (m->mode != W2C_STATIC) w2c_pagemap_count(m->data, w2c_memory_size(m), &own, &resident);
    lock(m);
    w2c_watcher *w = m->watcher;
    if (w && w->watched) {
        u64 ns = now_ns();
        settle(w, ns, m->size);
        add_sample(w, W2C_SAMPLE_LOOK, ns, m->size, own, resident);
    }
    unlock(m);
}

size_t w2c_memory_samples(w2c_memory *m, w2c_memory_sample *out, size_t max, uint64_t *lost) {
    size_t count = 0;
    if (lost) *lost = 0;
    lock(m);
    const w2c_watcher *w = m->watcher;
    if (w && w->ring) {
        u64 kept = w->taken < w->watch.samples ? w->taken : w->watch.samples;
        if (lost) *lost = w->taken - kept;
        for (; count < kept && count < max; count++)
            out[count] = w->ring[(w->taken - kept + count) % w->watch.samples];
    }
    unlock(m);
    return count;
}

u64 w2c_watcher_settle(w2c_memory *m) {
    lock(m);
    u64 ns = m->watcher && m->watcher->watched ? m->watcher->watch.settle_ns : SETTLE_DEFAULT;
    unlock(m);
    return ns;
}

size_t w2c_watcher_samples(w2c_memory *m) {
    lock(m);
    size_t count = m->watcher && m->watcher->ring ? m->watcher->watch.samples : 0;
    unlock(m);
    return count;
}
