/* rt_memory_group.c: memories that have one limit together. A group lives as long as its owner or a
 * memory in it. */
#include "rt_internal.h"
#include <stdlib.h>

struct w2c_memory_group {
    u64 limit, current, peak, growths, refused;
    u32 memories, refs;
};

w2c_status w2c_memory_group_new(w2c_memory_group **out, uint64_t limit) {
    *out = (w2c_memory_group *)calloc(1, sizeof **out);
    if (!*out) return W2C_NOMEM;
    (*out)->limit = limit ? limit : UINT64_MAX;
    (*out)->refs = 1;
    return W2C_OK;
}

void w2c_group_hold(w2c_memory_group *g) {
    __atomic_fetch_add(&g->refs, 1, __ATOMIC_RELAXED);
}

void w2c_memory_group_delete(w2c_memory_group *g) {
    if (g && !__atomic_sub_fetch(&g->refs, 1, __ATOMIC_ACQ_REL)) free(g);
}

bool w2c_group_add(w2c_memory_group *g, u64 bytes, bool is_new) {
    u64 now = __atomic_load_n(&g->current, __ATOMIC_RELAXED);
    do {
        if (now > g->limit || bytes > g->limit - now) {
            __atomic_fetch_add(&g->refused, 1, __ATOMIC_RELAXED);
            return false;
        }
    } while (!__atomic_compare_exchange_n(&g->current, &now, now + bytes, true, __ATOMIC_RELAXED,
                                          __ATOMIC_RELAXED));
    u64 peak = __atomic_load_n(&g->peak, __ATOMIC_RELAXED);
    while (now + bytes > peak && !__atomic_compare_exchange_n(&g->peak, &peak, now + bytes, true,
                                                              __ATOMIC_RELAXED, __ATOMIC_RELAXED))
        ;
    if (is_new)
        __atomic_fetch_add(&g->memories, 1, __ATOMIC_RELAXED);
    else
        __atomic_fetch_add(&g->growths, 1, __ATOMIC_RELAXED);
    return true;
}

void w2c_group_remove(w2c_memory_group *g, u64 bytes, bool is_gone) {
    __atomic_fetch_sub(&g->current, bytes, __ATOMIC_RELAXED);
    if (is_gone)
        __atomic_fetch_sub(&g->memories, 1, __ATOMIC_RELAXED);
    else
        __atomic_fetch_sub(&g->growths, 1, __ATOMIC_RELAXED);
}

void w2c_memory_group_stats(const w2c_memory_group *g, w2c_memory_group_info *out) {
    out->current = __atomic_load_n(&g->current, __ATOMIC_RELAXED);
    out->peak = __atomic_load_n(&g->peak, __ATOMIC_RELAXED);
    out->limit = g->limit;
    out->growths = __atomic_load_n(&g->growths, __ATOMIC_RELAXED);
    out->refused = __atomic_load_n(&g->refused, __ATOMIC_RELAXED);
    out->memories = __atomic_load_n(&g->memories, __ATOMIC_RELAXED);
}
