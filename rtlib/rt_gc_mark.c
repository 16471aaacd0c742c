/* rt_gc_mark.c: which objects live: what words on the stack may refer to, and everything that can be
 * reached from there.
 *
 * Roots are looked up with the bits that the last collection left; only then are the bits cleared
 * and set anew. Marking keeps its own stack, and when that cannot grow, finds what is missing by
 * looking at all marked objects again. */
#include "rt_gc.h"

/* ---- from an address to an object ----------------------------------------------------------- */
/* Sets the bits of the objects in the block's runs. */
static void walk_block(gc_block *block, char *start) {
    block->walked = true;
    for (unsigned line = 0; line < GC_LINES;) {
        if (block->lines[line] != LINE_RUN) {
            line++;
            continue;
        }
        char *at = start + (size_t)line * GC_LINE;
        while (++line < GC_LINES && block->lines[line] == LINE_MORE)
            ;
        char *end = start + (size_t)line * GC_LINE;
        while (at < end && W2C_TYPE_OF(at)) {
            size_t bit = (size_t)(at - start) / 8;
            block->begins[bit / 64] |= (u64)1 << bit % 64;
            at += gc_object_size(at);
        }
    }
}

/* The last object that begins at or before the address. */
static char *object_before(const gc_block *block, char *start, size_t offset) {
    size_t bit = offset / 8, word = bit / 64;
    u64 bits = block->begins[word] & (~(u64)0 >> (63 - bit % 64));
    for (unsigned i = 0; !bits && word && i <= W2C_GC_SMALL / 8 / 64; i++)
        bits = block->begins[--word];
    if (!bits) return NULL;
    return start + (word * 64 + (63 - (unsigned)__builtin_clzll(bits))) * 8;
}

/* The number of the last item at or before the address, or SIZE_MAX. */
static size_t item_before(const gc_list *list, uintptr_t address) {
    size_t low = 0, high = list->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if ((uintptr_t)list->at[middle] <= address)
            low = middle + 1;
        else
            high = middle;
    }
    return low ? low - 1 : SIZE_MAX;
}

static char *find_small(const w2c_heap *heap, uintptr_t address) {
    uintptr_t base = address & ~(GC_CHUNK - 1);
    size_t i = item_before(&heap->by_address, base);
    if (i == SIZE_MAX || (uintptr_t)heap->by_address.at[i] != base) return NULL;
    gc_chunk *chunk = (gc_chunk *)heap->by_address.at[i];
    unsigned b = (unsigned)((address - base) / GC_BLOCK);
    if (b < GC_FIRST) return NULL;
    gc_block *block = &chunk->blocks[b];
    char *start = gc_block_start(chunk, b);
    if (!block->walked) walk_block(block, start);
    char *object = object_before(block, start, (size_t)(address % GC_BLOCK));
    return object && address - (uintptr_t)object < gc_object_size(object) ? object : NULL;
}

static char *find_large(const w2c_heap *heap, uintptr_t address) {
    size_t i = item_before(&heap->larges_by_address, address);
    if (i == SIZE_MAX) return NULL;
    gc_large *large = (gc_large *)heap->larges_by_address.at[i];
    char *object = (char *)(large + 1);
    return address - (uintptr_t)object < large->size ? object : NULL;
}

char *gc_find(const w2c_heap *heap, uintptr_t address) {
    char *object = find_small(heap, address);
    return object ? object : find_large(heap, address);
}

static bool add_pin(w2c_heap *heap, char *object) {
    if (!object) return true;
    size_t count = heap->pins.count; /* neighbours on the stack are often the same */
    if (count && heap->pins.at[count - 1] == object) return true;
    return gc_list_add(&heap->pins, object);
}

bool gc_pin(w2c_heap *heap, uintptr_t address) {
    if (address >= heap->exn_low && address < heap->exn_high) gc_exn_pin(heap, address);
    if (address < heap->low || address > heap->high) return true;
    /* one past the end of an object pins it */
    if (!(address & 7) && !add_pin(heap, gc_find(heap, address - 1))) return false;
    return add_pin(heap, gc_find(heap, address));
}

__attribute__((no_sanitize_address, no_sanitize_thread)) bool
gc_pin_range(w2c_heap *heap, const char *low, const char *high) {
    const uintptr_t align = sizeof(void *) - 1;
    const uintptr_t *at = (const uintptr_t *)(((uintptr_t)low + align) & ~align);
    const uintptr_t *end = (const uintptr_t *)((uintptr_t)high & ~align);
    if (at < end) heap->words += (u64)(end - at);
    for (; at < end; at++) {
        uintptr_t word = *(const volatile uintptr_t *)at;
        if (word >= heap->exn_low && word < heap->exn_high) gc_exn_pin(heap, word);
        if (word >= heap->low && word <= heap->high && !gc_pin(heap, word)) return false;
    }
    return true;
}

/* ---- marking -------------------------------------------------------------------------------- */
static void clear_marks(w2c_heap *heap) {
    for (gc_chunk *chunk = heap->chunks; chunk; chunk = chunk->next)
        memset(&chunk->blocks[GC_FIRST], 0, (GC_BLOCKS - GC_FIRST) * sizeof(gc_block));
    for (gc_large *large = heap->larges; large; large = large->next)
        large->marked = false;
    heap->live = 0;
}

/* False: it was marked before. */
static bool set_mark(w2c_heap *heap, char *object) {
    u64 size = gc_object_size(object);
    if (size > W2C_GC_SMALL) {
        gc_large *large = gc_large_of(object);
        if (large->marked) return false;
        large->marked = true;
        heap->live += size;
        return true;
    }
    gc_chunk *chunk = gc_chunk_of(object);
    size_t offset = (size_t)(object - (char *)chunk);
    gc_block *block = &chunk->blocks[offset / GC_BLOCK];
    size_t bit = offset % GC_BLOCK / 8;
    u64 mask = (u64)1 << bit % 64;
    if (block->begins[bit / 64] & mask) return false;
    block->begins[bit / 64] |= mask;
    size_t first = offset % GC_BLOCK / GC_LINE, last = (offset % GC_BLOCK + size - 1) / GC_LINE;
    for (size_t line = first; line <= last; line++)
        block->lines[line] = LINE_LIVE;
    heap->live += size;
    return true;
}

static void push(w2c_heap *heap, uintptr_t object) {
    __builtin_prefetch((void *)object);
    if (!gc_list_add(&heap->stack, (void *)object)) heap->overflow = true;
}

/* No host reference of which somebody forgot the alignment. */
static bool is_ours(const w2c_heap *heap, uintptr_t object) {
    size_t i = item_before(&heap->by_address, object);
    if (i != SIZE_MAX && object - (uintptr_t)heap->by_address.at[i] < GC_CHUNK) return true;
    i = item_before(&heap->larges_by_address, object);
    return i != SIZE_MAX && (uintptr_t)heap->larges_by_address.at[i] + sizeof(gc_large) == object;
}

/* References of the any hierarchy are objects, i31s and host references; of the extern hierarchy
 * those that the guest converted are objects. */
static void push_any(w2c_heap *heap, w2c_ref ref) {
    if (ref && !((uintptr_t)ref & 3)) push(heap, (uintptr_t)ref);
}

static void push_extern(w2c_heap *heap, w2c_ref ref) {
    uintptr_t object = (uintptr_t)ref ^ 2;
    if (!(object & 3) && ref && is_ours(heap, object)) push(heap, object);
}

static void push_array(w2c_heap *heap, const char *object, const w2c_type *type) {
    w2c_ref const *at = (w2c_ref const *)(object + type->size);
    u32 len = W2C_ARRAY_LEN(object);
    if (type->elem_kind == W2C_GC_ANY)
        for (u32 i = 0; i < len; i++)
            push_any(heap, at[i]);
    else if (type->elem_kind == W2C_GC_EXTERN)
        for (u32 i = 0; i < len; i++)
            push_extern(heap, at[i]);
    else if (type->elem_kind == W2C_GC_EXN)
        for (u32 i = 0; i < len; i++)
            gc_exn_mark(heap, at[i]);
}

static void push_children(w2c_heap *heap, const char *object) {
    const w2c_type *type = W2C_TYPE_OF(object);
    if (type->form != 1) {
        push_array(heap, object, type);
        return;
    }
    const u32 *refs = type->refs;
    u32 i = 0, any_end = type->any_count, extern_end = any_end + type->extern_count,
        exn_end = extern_end + type->exn_count;
    for (; i < any_end; i++)
        push_any(heap, *(w2c_ref const *)(object + refs[i]));
    for (; i < extern_end; i++)
        push_extern(heap, *(w2c_ref const *)(object + refs[i]));
    for (; i < exn_end; i++)
        gc_exn_mark(heap, *(w2c_ref const *)(object + refs[i]));
}

/* A few objects wait between the stack and their turn, so that memory has brought their headers. */
#define WAITING 8u

static void drain(w2c_heap *heap) {
    void *waiting[WAITING] = {NULL};
    unsigned turn = 0, empty = 0;
    while (empty < WAITING) {
        char *object = (char *)waiting[turn];
        void *next = heap->stack.count ? heap->stack.at[--heap->stack.count] : NULL;
        if (next) __builtin_prefetch(next);
        waiting[turn] = next;
        turn = (turn + 1) % WAITING;
        if (object && set_mark(heap, object)) push_children(heap, object);
        empty = next || heap->stack.count ? 0 : empty + 1;
    }
}

/* A few are pushed at a time: there is room for them (gc_mark_ready), so no root is ever lost. */
#define AT_A_TIME 32u

static void drain_all(w2c_heap *heap) {
    drain(heap);
    for (w2c_exception *x = gc_exn_next(heap); x; x = gc_exn_next(heap)) {
        for (u32 i = 0; i < x->count; i++) {
            const char *object = (const char *)heap->values.at[x->first_value + i];
            uintptr_t word = (uintptr_t)x->values[i].ref;
            if (object) push(heap, (uintptr_t)object);
            if (word >= heap->exn_low && word < heap->exn_high) gc_exn_pin(heap, word);
            if (i % AT_A_TIME == AT_A_TIME - 1) drain(heap);
        }
        drain(heap);
    }
}

bool gc_mark_ready(w2c_heap *heap) {
    while (heap->stack.cap < AT_A_TIME)
        if (!gc_list_add(&heap->stack, NULL)) return false;
    heap->stack.count = 0;
    return true;
}

/* Calls f with every marked object. */
static void each_marked(w2c_heap *heap, void (*f)(w2c_heap *heap, const char *object, void *user),
                        void *user) {
    for (gc_chunk *chunk = heap->chunks; chunk; chunk = chunk->next)
        for (unsigned b = GC_FIRST; b < GC_BLOCKS; b++)
            for (unsigned w = 0; w < GC_WORDS; w++)
                for (u64 bits = chunk->blocks[b].begins[w]; bits; bits &= bits - 1)
                    f(heap,
                      gc_block_start(chunk, b) + (w * 64 + (unsigned)__builtin_ctzll(bits)) * 8,
                      user);
    for (gc_large *large = heap->larges; large; large = large->next)
        if (large->marked) f(heap, (const char *)(large + 1), user);
}

static void look_again(w2c_heap *heap, const char *object, void *user) {
    (void)user;
    push_children(heap, object);
    drain_all(heap);
}

void gc_mark_all(w2c_heap *heap) {
    clear_marks(heap);
    heap->overflow = false;
    for (size_t i = 0; i < heap->pins.count; i++) {
        push(heap, (uintptr_t)heap->pins.at[i]);
        if (i % AT_A_TIME == AT_A_TIME - 1) drain(heap);
    }
    drain_all(heap);
    heap->pins.count = 0;
    while (heap->overflow) {
        heap->overflow = false;
        each_marked(heap, look_again, NULL);
    }
}
