/* arena.h: memory that is given back all at once.
 * Owners: the module arena lives as long as the Module, a function arena is reset after each
 * function. Nothing in an arena is freed on its own. */
#ifndef W2C_ARENA_H
#define W2C_ARENA_H
#include "alloc.h"

typedef struct ArenaChunk ArenaChunk;
typedef struct Arena {
    Allocator alloc;
    ArenaChunk *chunk; /* newest first */
    char *next, *end;
    size_t total; /* bytes held from the allocator */
} Arena;

void arena_init(Arena *a, Allocator alloc);
/* Keeps the largest chunk for reuse; everything handed out before is gone. */
void arena_reset(Arena *a);
void arena_free(Arena *a);

/* Zero-filled, aligned for any type; NULL when the allocator fails (nothing is recorded: the caller
 * reports NOMEM through diag_nomem). size 0 gives a valid pointer. Thread: one at a time. */
void *arena_alloc(Arena *a, size_t size);
/* The same for count items of size bytes each; NULL also on overflow. */
void *arena_array(Arena *a, size_t count, size_t size);
char *arena_strdup(Arena *a, const char *text, size_t len); /* NUL-terminated copy */
#define ARENA_NEW(arena, type) ((type *)arena_alloc((arena), sizeof(type)))
#define ARENA_ARRAY(arena, count, type) ((type *)arena_array((arena), (count), sizeof(type)))
#endif
