/* rt_gc_heap.c: where objects lie: chunks, free runs, large objects, the heap's limit.
 * Knows nothing of roots and marking. */
#include "rt_gc.h"
#include <stdlib.h>
#if defined(__unix__) || defined(__APPLE__)
#include <sys/mman.h>
#endif

#define DEFAULT_LIMIT ((u64)4 << 30)
#define LEAST_TRIGGER ((u64)8 << 20)
#define LEAST_RUN 2u /* lines: shorter ones cost more time than they hold objects */
#define CHUNK_BYTES ((u64)(GC_BLOCKS - GC_FIRST) * GC_BLOCK)

/* ---- lists ---------------------------------------------------------------------------------- */
bool gc_list_add(gc_list *list, void *item) {
    if (list->count == list->cap) {
        size_t cap = list->cap ? list->cap * 2 : 64;
        if (cap > SIZE_MAX / sizeof(void *)) return false;
        void **at = (void **)realloc((void *)list->at, cap * sizeof(void *));
        if (!at) return false;
        list->at = at;
        list->cap = cap;
    }
    list->at[list->count++] = item;
    return true;
}

/* ---- chunks --------------------------------------------------------------------------------- */
#if defined(MAP_ANONYMOUS)
static void *map_chunk(void) {
    char *p = (char *)mmap(NULL, 2 * GC_CHUNK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
                           -1, 0);
    if (p == (char *)MAP_FAILED) return NULL;
    char *aligned = (char *)(((uintptr_t)p + GC_CHUNK - 1) & ~(GC_CHUNK - 1));
    size_t before = (size_t)(aligned - p), after = GC_CHUNK - before;
    if (before) munmap(p, before);
    if (after) munmap(aligned + GC_CHUNK, after);
    return aligned;
}
static void unmap_chunk(void *chunk) {
    munmap(chunk, GC_CHUNK);
}
#else
static void *map_chunk(void) {
    void *p = aligned_alloc(GC_CHUNK, GC_CHUNK);
    if (p) memset(p, 0, sizeof(gc_chunk));
    return p;
}
static void unmap_chunk(void *chunk) {
    free(chunk);
}
#endif

static void widen(w2c_heap *heap, const char *low, u64 size) {
    uintptr_t from = (uintptr_t)low, to = from + (uintptr_t)size;
    if (from < heap->low) heap->low = from;
    if (to > heap->high) heap->high = to;
}

static void count_used(w2c_heap *heap, u64 bytes) {
    heap->used += bytes;
    if (heap->used > heap->peak) heap->peak = heap->used;
}

static bool add_chunk(w2c_heap *heap) {
    if (heap->used >= heap->limit) return false;
    gc_chunk *chunk = (gc_chunk *)map_chunk();
    if (!chunk) return false;
    if (heap->last_chunk)
        heap->last_chunk->next = chunk;
    else
        heap->chunks = chunk;
    heap->last_chunk = chunk;
    heap->chunk_count++;
    if (!heap->chunk) {
        heap->chunk = chunk;
        heap->block = GC_FIRST;
        heap->line = 0;
    }
    heap->no_blocks = false;
    widen(heap, (const char *)chunk, GC_CHUNK);
    count_used(heap, CHUNK_BYTES);
    return true;
}

/* ---- runs ----------------------------------------------------------------------------------- */
/* Objects in [at, end) are no more: a walk ends at `at`. */
static void end_run(char *at, const char *end) {
    if (at < end) W2C_TYPE_OF(at) = NULL;
}

void gc_end_runs(w2c_heap *heap) {
    w2c_gc *gc = &heap->context->head.gc;
    end_run(gc->at, heap->run_end);
    end_run(heap->over_at, heap->over_end);
    gc->at = gc->end = heap->run_end = heap->over_at = heap->over_end = NULL;
}

/* The next free run in the chunk and block of the cursor, of at least `lines`. */
static char *run_in_block(w2c_heap *heap, unsigned lines, char **end) {
    gc_block *block = &heap->chunk->blocks[heap->block];
    unsigned from = heap->line;
    while (from < GC_LINES) {
        while (from < GC_LINES && block->lines[from])
            from++;
        unsigned to = from;
        while (to < GC_LINES && !block->lines[to])
            to++;
        heap->line = to;
        if (to - from >= lines) {
            memset(&block->lines[from], LINE_MORE, to - from);
            block->lines[from] = LINE_RUN;
            char *start = gc_block_start(heap->chunk, heap->block);
            *end = start + (size_t)to * GC_LINE;
            return start + (size_t)from * GC_LINE;
        }
        from = to;
    }
    return NULL;
}

/* The next free run that holds at least `size` bytes, or NULL: another chunk is needed. Runs that
 * are passed over wait for the next collection. */
static char *next_run(w2c_heap *heap, u64 size, char **end) {
    unsigned lines = (unsigned)((size + GC_LINE - 1) / GC_LINE);
    if (lines < LEAST_RUN) lines = LEAST_RUN;
    for (; heap->chunk; heap->chunk = heap->chunk->next, heap->block = GC_FIRST, heap->line = 0)
        for (; heap->block < GC_BLOCKS; heap->block++, heap->line = 0) {
            char *run = run_in_block(heap, lines, end);
            if (!run) continue;
            heap->recent += (u64)(*end - run);
            return run;
        }
    return NULL;
}

static bool is_free(const gc_block *block) {
    return !block->lines[0] && !memcmp(block->lines, block->lines + 1, GC_LINES - 1);
}

/* A whole free block behind the cursor. */
static char *free_block(w2c_heap *heap, char **end) {
    if (heap->no_blocks) return NULL;
    for (gc_chunk *chunk = heap->chunk; chunk; chunk = chunk->next)
        for (unsigned b = chunk == heap->chunk ? heap->block + 1 : GC_FIRST; b < GC_BLOCKS; b++) {
            gc_block *block = &chunk->blocks[b];
            if (!is_free(block)) continue;
            memset(block->lines, LINE_MORE, GC_LINES);
            block->lines[0] = LINE_RUN;
            *end = gc_block_start(chunk, b) + GC_BLOCK;
            heap->recent += GC_BLOCK;
            return gc_block_start(chunk, b);
        }
    heap->no_blocks = true;
    return NULL;
}

/* ---- allocation ----------------------------------------------------------------------------- */
static char *alloc_large(w2c_heap *heap, u64 size) {
    gc_large *large = (gc_large *)malloc((size_t)size + sizeof *large);
    if (!large) return NULL;
    large->size = size;
    large->marked = false;
    large->next = heap->larges;
    heap->larges = large;
    heap->large_count++;
    heap->recent += size;
    widen(heap, (const char *)large, size + sizeof *large);
    count_used(heap, size);
    return (char *)(large + 1);
}

/* From the run for larger objects, or another block as one. */
static char *alloc_over(w2c_heap *heap, u64 size) {
    if ((u64)(heap->over_end - heap->over_at) < size) {
        char *end, *run = free_block(heap, &end);
        if (!run && add_chunk(heap)) run = free_block(heap, &end);
        if (!run) return NULL;
        end_run(heap->over_at, heap->over_end);
        heap->over_at = run;
        heap->over_end = end;
    }
    char *at = heap->over_at;
    heap->over_at += size;
    return at;
}

static char *alloc_small(w2c_heap *heap, u64 size) {
    w2c_gc *gc = &heap->context->head.gc;
    if ((u64)(heap->run_end - gc->at) < size) {
        char *end, *run;
        if (size > LEAST_RUN * GC_LINE) { /* rather than pass over runs that are too short */
            char *over = alloc_over(heap, size);
            if (over) return over;
        }
        run = next_run(heap, size, &end);
        if (!run && add_chunk(heap)) run = next_run(heap, size, &end);
        if (!run) return NULL;
        end_run(gc->at, heap->run_end);
        gc->at = run;
        heap->run_end = end;
    }
    char *at = gc->at;
    gc->at += size;
    gc->end = heap->stress ? gc->at : heap->run_end;
    return at;
}

w2c_heap *gc_new_heap(w2c_context *context) {
    w2c_heap *heap = (w2c_heap *)calloc(1, sizeof *heap);
    if (!heap) return NULL;
    heap->context = context;
    heap->low = UINTPTR_MAX;
    heap->trigger = LEAST_TRIGGER;
    context->heap = heap;
    w2c_heap_configure(context);
    return heap;
}

void w2c_heap_configure(w2c_context *context) {
    w2c_heap *heap = context->heap;
    if (!heap) return;
    heap->limit = context->max_gc_heap ? context->max_gc_heap : DEFAULT_LIMIT;
    if (heap->limit > SIZE_MAX / 2) heap->limit = SIZE_MAX / 2;
    heap->stress = heap->countdown = context->gc_stress;
    if (heap->stress) context->head.gc.end = context->head.gc.at;
}

static W2C_COLD W2C_NORETURN void exhausted(const w2c_heap *heap, u64 size) {
    char text[160];
    w2c_text why = w2c_text_start(text, sizeof text);
    w2c_text_add(&why, "%llu bytes more than %llu: w2c_config's max_gc_heap is %llu",
                 (unsigned long long)size, (unsigned long long)(heap->live + heap->recent),
                 (unsigned long long)heap->limit);
    w2c_trap_detail(W2C_TRAP_HEAP_EXHAUSTED, text);
}

static bool stress_is_due(w2c_heap *heap) {
    if (!heap->stress || --heap->countdown) return false;
    heap->countdown = heap->stress;
    return true;
}

static bool is_over(const w2c_heap *heap, u64 size) {
    return size > heap->limit || heap->live + heap->recent > heap->limit - size;
}

char *w2c_gc_slow(w2c_instance *instance, u64 size) {
    w2c_context *context = instance->context;
    w2c_heap *heap = context->heap ? context->heap : gc_new_heap(context);
    if (!heap) w2c_trap_detail(W2C_TRAP_HEAP_EXHAUSTED, "no memory for a heap");
    bool large = size > W2C_GC_SMALL;
    u64 most = large ? size : GC_BLOCK; /* what a run may add */
    if (is_over(heap, most) || stress_is_due(heap) || heap->recent + size > heap->trigger) {
        if (most <= heap->limit && !gc_collect(heap))
            heap->trigger = heap->recent + size + LEAST_TRIGGER;
    }
    if (is_over(heap, most)) exhausted(heap, size);
    char *at = large ? alloc_large(heap, size) : alloc_small(heap, size);
    if (!at && gc_collect(heap)) at = large ? alloc_large(heap, size) : alloc_small(heap, size);
    if (!at) exhausted(heap, size);
    return at;
}

char *w2c_heap_take(w2c_context *context, u64 size) {
    w2c_heap *heap = context->heap ? context->heap : gc_new_heap(context);
    bool large = size > W2C_GC_SMALL;
    if (!heap || is_over(heap, large ? size : GC_BLOCK)) return NULL;
    char *at = large ? alloc_large(heap, size) : alloc_small(heap, size);
    if (at) memset(at, 0, (size_t)size);
    return at;
}

bool w2c_heap_has(const w2c_context *context, const void *object) {
    const w2c_heap *heap = context->heap;
    uintptr_t at = (uintptr_t)object;
    if (!heap || at < heap->low || at >= heap->high) return false;
    for (const gc_chunk *c = heap->chunks; c; c = c->next)
        if (at - (uintptr_t)c < GC_CHUNK) return true;
    for (const gc_large *l = heap->larges; l; l = l->next)
        if ((uintptr_t)(l + 1) == at) return true;
    return false;
}

/* ---- after marking -------------------------------------------------------------------------- */
static void free_larges(w2c_heap *heap) {
    gc_large **at = &heap->larges;
    while (*at) {
        gc_large *large = *at;
        if (large->marked) {
            at = &large->next;
            continue;
        }
        *at = large->next;
        heap->used -= large->size;
        heap->large_count--;
        free(large);
    }
}

static bool is_empty(const gc_chunk *chunk) {
    for (unsigned b = GC_FIRST; b < GC_BLOCKS; b++)
        if (!is_free(&chunk->blocks[b])) return false;
    return true;
}

/* Empty chunks beyond what will be allocated until the next collection go back. */
static void free_chunks(w2c_heap *heap) {
    u64 kept = 0, keep = heap->live + heap->trigger;
    gc_chunk **at = &heap->chunks;
    heap->last_chunk = NULL;
    while (*at) {
        gc_chunk *chunk = *at;
        if (kept < keep || !is_empty(chunk)) {
            kept += CHUNK_BYTES;
            heap->last_chunk = chunk;
            at = &chunk->next;
            continue;
        }
        *at = chunk->next;
        heap->used -= CHUNK_BYTES;
        heap->chunk_count--;
        unmap_chunk(chunk);
    }
}

void gc_sweep(w2c_heap *heap) {
    free_larges(heap);
    heap->trigger = heap->live > LEAST_TRIGGER ? heap->live : LEAST_TRIGGER;
    free_chunks(heap);
    heap->before += heap->recent;
    heap->recent = 0;
    heap->chunk = heap->chunks;
    heap->block = GC_FIRST;
    heap->line = 0;
    heap->no_blocks = false;
}

/* ---- life ----------------------------------------------------------------------------------- */
void w2c_heap_free(w2c_context *context) {
    w2c_heap *heap = context->heap;
    if (!heap) return;
    while (heap->chunks) {
        gc_chunk *next = heap->chunks->next;
        unmap_chunk(heap->chunks);
        heap->chunks = next;
    }
    while (heap->larges) {
        gc_large *next = heap->larges->next;
        free(heap->larges);
        heap->larges = next;
    }
    free((void *)heap->by_address.at);
    free((void *)heap->larges_by_address.at);
    free((void *)heap->pins.at);
    free((void *)heap->stack.at);
    free((void *)heap->values.at);
    free(heap);
    context->heap = NULL;
}

/* Everything in b becomes a's. */
static void move_objects(w2c_heap *a, w2c_heap *b) {
    gc_large **tail = &a->larges;
    while (*tail)
        tail = &(*tail)->next;
    *tail = b->larges;
    if (a->last_chunk)
        a->last_chunk->next = b->chunks;
    else
        a->chunks = b->chunks;
    if (b->last_chunk) a->last_chunk = b->last_chunk;
    if (!a->chunk) { /* b's free runs are next */
        a->chunk = b->chunk;
        a->block = b->block;
        a->line = b->line;
    }
    a->no_blocks = false;
    a->chunk_count += b->chunk_count;
    a->large_count += b->large_count;
    b->chunks = NULL;
    b->larges = NULL;
}

void w2c_heap_join(w2c_context *to, w2c_context *from) {
    w2c_heap *a = to->heap, *b = from->heap;
    if (!to->max_gc_heap || (from->max_gc_heap && from->max_gc_heap < to->max_gc_heap))
        to->max_gc_heap = from->max_gc_heap;
    if (!to->gc_stress) to->gc_stress = from->gc_stress;
    if (!b) {
        w2c_heap_configure(to);
        return;
    }
    gc_end_runs(b);
    if (!a) {
        to->heap = b;
        b->context = to;
        from->heap = NULL;
        w2c_heap_configure(to);
        return;
    }
    move_objects(a, b);
    a->used += b->used;
    if (a->used > a->peak) a->peak = a->used;
    a->recent += b->recent;
    a->before += b->before;
    a->live += b->live;
    a->collections += b->collections;
    if (b->low < a->low) a->low = b->low;
    if (b->high > a->high) a->high = b->high;
    w2c_heap_free(from);
    w2c_heap_configure(to);
}
