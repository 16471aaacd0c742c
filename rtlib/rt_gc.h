/* rt_gc.h: what the collector's files share.
 *
 * Chunks of 2 MiB, aligned to their size, are cut into blocks of 32 KiB and those into lines of 128
 * bytes. A bit per 8 bytes says where a live object begins; a byte per line says whether objects
 * lie in it. A collection marks, and that is all: lines without a mark are free, and the allocator
 * takes them in runs, within which it only moves a pointer (mark-region, as in Immix, without its
 * copying). Objects above W2C_GC_SMALL are allocated alone.
 *
 * Objects made since the last collection have no bit yet. They are found by walking the run that
 * they lie in, from one header to the next, and only in blocks that something on the stack points
 * into. A run's objects end at its end or at a header of NULL. */
#ifndef W2C_RT_GC_H
#define W2C_RT_GC_H
#include "rt_internal.h"
#include "w2c_gc.h"

#define GC_LINE 128u
#define GC_BLOCK 32768u
#define GC_CHUNK ((uintptr_t)2 << 20)
#define GC_LINES (GC_BLOCK / GC_LINE)
#define GC_WORDS (GC_BLOCK / 8 / 64) /* of 64 bits, one for 8 bytes */
#define GC_BLOCKS ((unsigned)(GC_CHUNK / GC_BLOCK))
#define GC_FIRST 2u /* blocks before it hold the chunk's own data */

/* What a line is: free; has objects that were live at the last collection; the first of a run that
 * the allocator took since, or another of it. */
enum { LINE_FREE, LINE_LIVE, LINE_RUN, LINE_MORE };

typedef struct gc_block {
    u64 begins[GC_WORDS]; /* where objects begin */
    u8 lines[GC_LINES];
    bool walked; /* begins has the objects of its runs */
} gc_block;

typedef struct gc_chunk {
    gc_block blocks[GC_BLOCKS]; /* the first GC_FIRST are unused */
    struct gc_chunk *next;
} gc_chunk;
_Static_assert(sizeof(gc_chunk) <= GC_FIRST * GC_BLOCK, "the chunk's data fits before its blocks");

/* In front of an object that lives alone. */
typedef struct gc_large {
    u64 size; /* of the object */
    struct gc_large *next;
    u64 marked;
} gc_large;
_Static_assert(sizeof(gc_large) % 8 == 0, "objects stay aligned");

typedef struct gc_list { /* of addresses; grows */
    void **at;
    size_t count, cap;
} gc_list;

struct w2c_heap {
    w2c_context *context;
    gc_chunk *chunks, *last_chunk; /* in the order of allocation */
    gc_large *larges;
    size_t chunk_count, large_count;
    uintptr_t low, high; /* everything lies between; never shrinks */

    /* the allocator: next line to look at; the run in use, and one for objects that are larger than
     * the shortest runs */
    gc_chunk *chunk; /* NULL: there is no free run left */
    unsigned block, line;
    bool no_blocks; /* nor a free block */
    char *run_end;  /* the true end of context->head.gc; under stress gc.end is gc.at */
    char *over_at, *over_end;

    u64 limit;   /* what live + recent may be */
    u64 used;    /* bytes of chunks and large objects */
    u64 recent;  /* bytes given to the allocator since the last collection */
    u64 trigger; /* collect when `recent` gets there */
    u64 live;    /* bytes of the objects that the last collection marked */
    u64 before, peak, collections, pause_ns; /* for w2c_gc_stats */
    u32 stress, countdown;                   /* collect at every stress-th allocation */

    gc_list by_address, larges_by_address; /* while collecting */
    gc_list pins;                          /* objects that roots point to */
    gc_list stack;                         /* objects to be marked */
    gc_list values;                        /* what exceptions' values refer to, or NULL each */
    w2c_exception *exceptions;             /* marked, their values not looked at: linked by next */
    uintptr_t exn_low, exn_high;           /* all exceptions lie between */
    u64 words;                             /* of roots looked at */
    bool overflow;                         /* the stack could not grow: some are missing in it */
};

/* ---- rt_gc_heap.c ---- */
w2c_heap *gc_new_heap(w2c_context *context); /* NULL: out of memory */
bool gc_list_add(gc_list *list, void *item); /* false: out of memory */
void gc_end_runs(w2c_heap *heap);            /* the allocator starts afresh */
/* After marking: frees what is not, and sets the trigger. */
void gc_sweep(w2c_heap *heap);

/* ---- rt_gc_mark.c ---- */
/* Adds the objects to pins that [low, high) may refer to. False: out of memory. */
bool gc_pin_range(w2c_heap *heap, const char *low, const char *high);
bool gc_pin(w2c_heap *heap, uintptr_t address);
/* The object that the address lies in, or NULL: before marking. */
char *gc_find(const w2c_heap *heap, uintptr_t address);
bool gc_mark_ready(w2c_heap *heap); /* room for roots; false: out of memory */
void gc_mark_all(w2c_heap *heap);   /* from pins; clears them */

/* ---- rt_gc_exn.c ---- */
bool gc_exn_begin(w2c_heap *heap); /* after sorting, before any pin; false: out of memory */
void gc_exn_pin(w2c_heap *heap, uintptr_t address); /* any address between exn_low and exn_high */
void gc_exn_mark(w2c_heap *heap, w2c_ref ref);      /* an exnref */
w2c_exception *gc_exn_next(w2c_heap *heap);         /* one whose values are to be marked, or NULL */
void gc_exn_end(w2c_heap *heap, bool good); /* frees what is not marked, if good; forgets marks */

/* ---- rt_gc.c ---- */
bool gc_collect(w2c_heap *heap); /* false: the stacks cannot be looked at now, or no memory */

/* ---- objects ---- */
static inline u64 gc_object_size(const char *object) {
    const w2c_type *type = W2C_TYPE_OF(object);
    if (type->form == 1) return type->size;
    return W2C_GC_ROUND(type->size + (u64)W2C_ARRAY_LEN(object) * type->elem_size);
}
static inline gc_chunk *gc_chunk_of(const char *object) {
    return (gc_chunk *)((uintptr_t)object & ~(GC_CHUNK - 1));
}
static inline gc_large *gc_large_of(const char *object) {
    return (gc_large *)((uintptr_t)object - sizeof(gc_large));
}
static inline char *gc_block_start(const gc_chunk *chunk, unsigned block) {
    return (char *)chunk + (size_t)block * GC_BLOCK;
}
#endif
