/* rt_gc_exn.c: exceptions in a collection: which of those that are kept live, and what they refer to.
 *
 * An exception is found like an object: conservatively from roots, exactly from fields and elements of
 * the exn hierarchy. Its values are words of which nobody knows whether they are references, so they
 * are looked up like roots, all of them before the heap's bits are cleared; but they keep an object
 * alive only once their exception turns out to live. So a cycle through both goes. */
#include "rt_gc.h"

static void found(w2c_heap *heap, w2c_exception *x) {
    if (x->state == W2C_EXN_FREE || x->mark) return;
    x->mark = 1;
    x->next = heap->exceptions;
    heap->exceptions = x;
}

void gc_exn_mark(w2c_heap *heap, w2c_ref ref) {
    if (ref) found(heap, (w2c_exception *)ref);
}

void gc_exn_pin(w2c_heap *heap, uintptr_t address) {
    for (w2c_exception_chunk *k = heap->context->exceptions.chunks; k; k = k->next) {
        uintptr_t offset = address - (uintptr_t)k->items;
        if (offset >= k->count * sizeof(w2c_exception)) continue;
        found(heap, &k->items[offset / sizeof(w2c_exception)]);
        return;
    }
}

static bool look_up_values(w2c_heap *heap, w2c_exception *x) {
    x->first_value = heap->values.count;
    for (u32 i = 0; i < x->count; i++)
        if (!gc_list_add(&heap->values, gc_find(heap, (uintptr_t)x->values[i].ref))) return false;
    return true;
}

bool gc_exn_begin(w2c_heap *heap) {
    const w2c_context *c = heap->context;
    heap->exceptions = NULL;
    heap->values.count = 0;
    heap->exn_low = UINTPTR_MAX;
    heap->exn_high = 0;
    for (w2c_exception_chunk *k = c->exceptions.chunks; k; k = k->next) {
        uintptr_t low = (uintptr_t)k->items, high = (uintptr_t)(k->items + k->count);
        if (low < heap->exn_low) heap->exn_low = low;
        if (high > heap->exn_high) heap->exn_high = high;
        for (u32 i = 0; i < k->count; i++) {
            w2c_exception *x = &k->items[i];
            if (x->state == W2C_EXN_FREE) continue;
            if (!look_up_values(heap, x)) return false;
            /* those on their way, and those that the host holds */
            if (x->state != W2C_EXN_KEPT || x->held) found(heap, x);
        }
    }
    gc_exn_mark(heap, (w2c_ref)c->head.thrown);
    gc_exn_mark(heap, (w2c_ref)c->exceptions.left);
    return true;
}

w2c_exception *gc_exn_next(w2c_heap *heap) {
    w2c_exception *x = heap->exceptions;
    if (x) heap->exceptions = x->next;
    return x;
}

void gc_exn_end(w2c_heap *heap, bool good) {
    w2c_context *c = heap->context;
    for (w2c_exception_chunk *k = c->exceptions.chunks; k; k = k->next)
        for (u32 i = k->count; i-- > 0;) {
            w2c_exception *x = &k->items[i];
            bool dead = good && x->state == W2C_EXN_KEPT && !x->mark;
            x->mark = 0;
            if (dead) w2c_exception_release_kept(c, x);
        }
}
