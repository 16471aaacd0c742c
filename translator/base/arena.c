/* arena.c: chunks that double, newest first. */
#include "arena.h"
#include <stdlib.h>
#include <string.h>

struct ArenaChunk {
    ArenaChunk *older;
    size_t size;
    _Alignas(16) char bytes[];
};

enum { FIRST_CHUNK = 16 * 1024, ALIGN = 16, LARGEST_STEP = 4 << 20 };

static void *default_resize(void *user, void *ptr, size_t size) {
    (void)user;
    if (size == 0) {
        free(ptr);
        return NULL;
    }
    return realloc(ptr, size);
}

Allocator alloc_default(void) {
    return (Allocator){default_resize, NULL};
}

void arena_init(Arena *a, Allocator alloc) {
    *a = (Arena){.alloc = alloc};
}

static void arena_use(Arena *a, ArenaChunk *chunk) {
    a->next = chunk->bytes;
    a->end = chunk->bytes + chunk->size;
}

void arena_reset(Arena *a) {
    ArenaChunk *keep = a->chunk;
    for (ArenaChunk *c = a->chunk; c; c = c->older)
        if (c->size > keep->size) keep = c;
    for (ArenaChunk *c = a->chunk, *older; c; c = older) {
        older = c->older;
        if (c != keep) a->alloc.resize(a->alloc.user, c, 0);
    }
    a->chunk = keep;
    a->next = a->end = NULL;
    a->total = 0;
    if (keep) {
        keep->older = NULL;
        a->total = keep->size;
        arena_use(a, keep);
    }
}

void arena_free(Arena *a) {
    for (ArenaChunk *c = a->chunk, *older; c; c = older) {
        older = c->older;
        a->alloc.resize(a->alloc.user, c, 0);
    }
    arena_init(a, a->alloc);
}

void *arena_alloc(Arena *a, size_t size) {
    size_t rounded;
    if (size == 0) size = 1;
    if (!size_mul_add(1, size, ALIGN - 1, &rounded)) return NULL;
    rounded &= ~(size_t)(ALIGN - 1);
    if ((size_t)(a->end - a->next) < rounded) {
        size_t step = a->chunk ? a->chunk->size * 2 : FIRST_CHUNK, bytes;
        if (step > LARGEST_STEP) step = LARGEST_STEP;
        if (step < rounded) step = rounded;
        if (!size_mul_add(1, step, sizeof(ArenaChunk), &bytes)) return NULL;
        ArenaChunk *chunk = a->alloc.resize(a->alloc.user, NULL, bytes);
        if (!chunk) return NULL;
        chunk->older = a->chunk;
        chunk->size = step;
        a->chunk = chunk;
        a->total += step;
        arena_use(a, chunk);
    }
    void *out = a->next;
    a->next += rounded;
    return memset(out, 0, size);
}

void *arena_array(Arena *a, size_t count, size_t size) {
    size_t bytes;
    if (!size_mul_add(count, size, 0, &bytes)) return NULL;
    return arena_alloc(a, bytes);
}

char *arena_strdup(Arena *a, const char *text, size_t len) {
    char *out = len == SIZE_MAX ? NULL : arena_alloc(a, len + 1);
    if (out) memcpy(out, text, len);
    return out;
}
