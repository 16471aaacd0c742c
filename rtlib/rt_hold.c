/* rt_hold.c: what keeps a memory's bytes where they are for those who still look at them.
 *
 * A memory or instance has a small block of its own as soon as somebody wants to know when it goes
 * (w2c_hold_take); the block outlives it for as long as it is held. A memory that goes while it is
 * held leaves its bytes to the block, and the last holder gives them back: so a pointer into it may
 * be out of date, but never wild. */
#include "rt_internal.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

w2c_hold *w2c_hold_take(w2c_hold **place) {
    w2c_hold *hold = __atomic_load_n(place, __ATOMIC_ACQUIRE);
    if (!hold) {
        w2c_hold *made = (w2c_hold *)calloc(1, sizeof *made);
        if (!made) return NULL;
        made->refs = 1; /* the memory's or instance's own */
        if (__atomic_compare_exchange_n(place, &hold, made, false, __ATOMIC_ACQ_REL,
                                        __ATOMIC_ACQUIRE))
            hold = made;
        else
            free(made); /* another thread was first */
    }
    return w2c_hold_again(hold);
}

w2c_hold *w2c_hold_again(w2c_hold *hold) {
    __atomic_fetch_add(&hold->refs, 1, __ATOMIC_RELAXED);
    return hold;
}

void w2c_hold_drop(w2c_hold *hold) {
    if (!hold || __atomic_fetch_sub(&hold->refs, 1, __ATOMIC_ACQ_REL) != 1) return;
    if (hold->data) w2c_memory_give_back(hold->data, hold->reserved, hold->mode);
    free(hold);
}

u32 w2c_hold_count(const w2c_hold *hold) {
    return hold ? __atomic_load_n(&hold->refs, __ATOMIC_RELAXED) - 1 : 0;
}

bool w2c_hold_end(w2c_hold **place, u8 *data, u64 reserved, u8 mode) {
    w2c_hold *hold = __atomic_exchange_n(place, NULL, __ATOMIC_ACQ_REL);
    if (!hold) return false;
    hold->data = data;
    hold->reserved = reserved;
    hold->mode = mode;
    __atomic_store_n(&hold->gone, 1, __ATOMIC_RELEASE);
    w2c_hold_drop(hold);
    return true;
}

void w2c_instance_explain(w2c_instance *instance, const char *format, ...) {
    if (!instance || !instance->context) return;
    char *detail = w2c_context_root(instance->context)->detail;
    va_list list;
    va_start(list, format);
    vsnprintf(detail, sizeof instance->context->detail, format, list);
    va_end(list);
}
