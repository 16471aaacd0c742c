/* rt_gc.c: a collection from beginning to end: roots, marking, sweeping; what embedders ask for.
 *
 * Roots: the stack and registers from here up to the outermost frame of the context, with the host's
 * frames between them; the context's instances (globals, element segments), tables, exceptions and
 * handles. All of them are looked at word by word. While a context has frames on another stack or
 * thread nothing is collected: the heap grows. */
#define _POSIX_C_SOURCE 200809L
#include "rt_gc.h"
#include <stdlib.h>
#include <time.h>

/* ---- roots ---------------------------------------------------------------------------------- */
bool w2c_is_reference(const char *type) {
    size_t len = type ? strlen(type) : 0;
    return len && (type[0] == '(' || (len > 3 && !strcmp(type + len - 3, "ref")));
}

static bool pin_table(w2c_heap *heap, const w2c_table *t) {
    if (!t || !t->size || !strcmp(t->type, "funcref")) return true;
    if (!t->data) return true; /* no elements: they are functions, at most */
    return gc_pin_range(heap, (const char *)t->data, (const char *)(t->data + t->size));
}

static bool pin_import(w2c_heap *heap, w2c_instance *i, const w2c_import_desc *d) {
    if (d->kind == W2C_TABLE) return pin_table(heap, *(w2c_table **)w2c_at(i, d->slot));
    if (d->kind != W2C_GLOBAL || !w2c_is_reference(d->text)) return true;
    const w2c_ref *global = *(const w2c_ref **)w2c_at(i, d->slot);
    return !global || gc_pin(heap, (uintptr_t)*global);
}

static bool pin_instance(w2c_heap *heap, w2c_instance *i) {
    const w2c_module *module = i->module;
    const char *begin = (const char *)i, *end = begin + module->size, *funcs = begin;
    if (module->func_count) {
        funcs += module->func_records;
        if (!gc_pin_range(heap, begin, funcs)) return false;
        begin = funcs + module->func_count * sizeof(w2c_func);
    }
    bool good = gc_pin_range(heap, begin, end);
    for (u32 k = 0; good && k < module->table_count; k++)
        good = pin_table(heap, (const w2c_table *)w2c_at(i, module->tables[k].storage));
    for (u32 k = 0; good && k < module->import_count; k++)
        good = pin_import(heap, i, &module->imports[k]);
    return good;
}

static bool pin_instances(w2c_heap *heap, w2c_instance *list) {
    bool good = true;
    for (w2c_instance *i = list; good && i; i = i->next_in_context)
        good = pin_instance(heap, i);
    return good;
}

/* Below the frame that holds the registers. */
static W2C_NOINLINE bool pin_stack(w2c_heap *heap, const char *high) {
    const char *low = (const char *)__builtin_frame_address(0);
    return gc_pin_range(heap, low, high);
}

/* What interpreted functions have, up to where the innermost one says it is. */
static bool pin_operands(w2c_heap *heap, const w2c_context *c) {
    const w2c_operands *o = &c->head.operands;
    return !o->at || gc_pin_range(heap, (const char *)o->low, (const char *)o->at);
}

static bool pin_roots(w2c_heap *heap, const char *high) {
    w2c_context *c = heap->context;
    bool good = pin_stack(heap, high) && pin_instances(heap, c->instances) &&
                pin_instances(heap, c->parked) && pin_operands(heap, c);
    for (const w2c_context *shell = c->shells; good && shell; shell = shell->shells)
        good = pin_operands(heap, shell);
    for (const w2c_table *t = c->held_tables; good && t; t = t->next_held)
        good = pin_table(heap, t);
    for (const w2c_handle *h = c->handles; good && h; h = h->next)
        good = gc_pin(heap, (uintptr_t)h->ref);
    return good;
}

/* ---- the whole ------------------------------------------------------------------------------ */
static int by_address(const void *a, const void *b) {
    const void *const *x = (const void *const *)a, *const *y = (const void *const *)b;
    return (*x > *y) - (*x < *y);
}

/* Lists in which addresses are looked up. */
static bool sort_all(w2c_heap *heap) {
    heap->by_address.count = heap->larges_by_address.count = 0;
    for (gc_chunk *c = heap->chunks; c; c = c->next) {
        if (!gc_list_add(&heap->by_address, c)) return false;
        for (unsigned b = GC_FIRST; b < GC_BLOCKS; b++)
            c->blocks[b].walked = false;
    }
    for (gc_large *l = heap->larges; l; l = l->next)
        if (!gc_list_add(&heap->larges_by_address, l)) return false;
    if (heap->by_address.count)
        qsort((void *)heap->by_address.at, heap->by_address.count, sizeof(void *), by_address);
    if (heap->larges_by_address.count)
        qsort((void *)heap->larges_by_address.at, heap->larges_by_address.count, sizeof(void *),
              by_address);
    return true;
}

static u64 now_ns(void) {
    struct timespec t;
    if (clock_gettime(CLOCK_MONOTONIC, &t)) return 0;
    return (u64)t.tv_sec * 1000000000u + (u64)t.tv_nsec;
}

/* What was on the stack below here would be found again where later frames leave gaps. */
W2C_NOINLINE void w2c_stack_clear(void) {
    char room[8192];
    memset(room, 0, sizeof room);
    __asm__ volatile("" ::"r"(room) : "memory");
}

static W2C_NOINLINE bool collect(w2c_heap *heap) {
    const char *high = NULL;
    __builtin_unwind_init(); /* registers that callees preserve go to this frame */
    if (!w2c_frames_range(heap->context, w2c_stack_pointer(), &high)) return false;
    u64 begin = now_ns();
    gc_end_runs(heap);
    heap->pins.count = 0;
    heap->words = 0;
    if (!sort_all(heap) || !gc_mark_ready(heap)) return false;
    if (!gc_exn_begin(heap) || !pin_roots(heap, high)) {
        gc_exn_end(heap, false);
        return false;
    }
    gc_mark_all(heap);
    gc_sweep(heap);
    gc_exn_end(heap, true);
    heap->collections++;
    heap->pause_ns += now_ns() - begin;
    return true;
}

bool gc_collect(w2c_heap *heap) {
    bool good = collect(heap);
    w2c_stack_clear();
    return good;
}

u64 w2c_heap_collect(w2c_context *context) {
    w2c_heap *heap = context->heap ? context->heap : gc_new_heap(context);
    if (!heap || !gc_collect(heap)) return 0;
    return heap->words + heap->live / sizeof(w2c_ref);
}

/* ---- what the embedder sees ----------------------------------------------------------------- */
bool w2c_gc_collect(w2c_instance *instance) {
    w2c_context *context = instance->context;
    if (!context->heap && !context->exceptions.kept) return true;
    w2c_heap *heap = context->heap ? context->heap : gc_new_heap(context);
    return heap && gc_collect(heap);
}

void w2c_gc_stats(const w2c_instance *instance, w2c_gc_info *out) {
    const w2c_heap *heap = instance->context->heap;
    memset(out, 0, sizeof *out);
    out->exceptions = instance->context->exceptions.kept;
    if (!heap) return;
    out->collections = heap->collections;
    out->allocated = heap->before + heap->recent;
    out->live = heap->live;
    out->heap = heap->used;
    out->peak = heap->peak;
    out->pause_ns = heap->pause_ns;
}

w2c_handle *w2c_handle_new(w2c_instance *instance, w2c_ref ref) {
    w2c_context *context = instance->context;
    w2c_handle *h = (w2c_handle *)calloc(1, sizeof *h);
    if (!h) return NULL;
    h->ref = ref;
    h->next = context->handles;
    h->place = &context->handles;
    if (h->next) h->next->place = &h->next;
    context->handles = h;
    return h;
}

w2c_ref w2c_handle_get(const w2c_handle *handle) {
    return handle->ref;
}

void w2c_handle_set(w2c_handle *handle, w2c_ref ref) {
    handle->ref = ref;
}

void w2c_handle_delete(w2c_handle *handle) {
    if (!handle) return;
    if (handle->place) *handle->place = handle->next;
    if (handle->next) handle->next->place = handle->place;
    free(handle);
}

/* All of `from`, which may be shut down: then nobody keeps their objects. */
void w2c_handles_move(w2c_context *to, w2c_context *from) {
    while (from->handles) {
        w2c_handle *h = from->handles;
        from->handles = h->next;
        if (from->handles) from->handles->place = &from->handles;
        h->next = to ? to->handles : NULL;
        h->place = to ? &to->handles : NULL;
        if (!to) {
            h->ref = NULL;
            continue;
        }
        if (h->next) h->next->place = &h->next;
        to->handles = h;
    }
}
