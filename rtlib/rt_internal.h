/* rt_internal.h: what rtlib's files share and nobody else sees.
 *
 * Owns: the context, the registry's interface, creation and destruction of memories and tables that
 * lie inside an instance, message buffers. Every function here has hidden visibility.
 */
#ifndef W2C_RT_INTERNAL_H
#define W2C_RT_INTERNAL_H
#include "w2c_rt.h"

#if defined(__GNUC__)
#pragma GCC visibility push(hidden)
#endif

#define W2C_PRINTF(text, args) __attribute__((format(printf, text, args)))

/* ---- exceptions (rt_exception.c) ------------------------------------------------------------ */
typedef struct w2c_exception_chunk {
    struct w2c_exception_chunk *next;
    u32 count;
    w2c_exception items[];
} w2c_exception_chunk;
typedef struct w2c_exceptions {  /* in a context; all zeros: none */
    w2c_exception *left;         /* what the last call ended with, for the host */
    w2c_exception_chunk *chunks; /* all exceptions lie in these, the newest first */
    size_t kept, keep_limit;     /* how many are kept; at the limit, collect */
} w2c_exceptions;
/* Makes what was left there pending; false: nothing was left. */
bool w2c_exceptions_raise(w2c_context *context);
void w2c_exceptions_leave(w2c_context *context); /* the pending one becomes `left` */
void w2c_exceptions_drop(w2c_context *context);  /* `left` is not needed any more */
void w2c_exceptions_join(w2c_context *to, w2c_context *from);
void w2c_exceptions_forget(w2c_context *context, const w2c_instance *instance); /* its tags go */
void w2c_exceptions_free(w2c_context *context);
/* Nobody refers to it any more. */
void w2c_exception_release_kept(w2c_context *context, w2c_exception *x);
/* One that is kept, its values zeros. Collects nothing. NULL: out of memory. */
w2c_exception *w2c_exception_new_kept(w2c_context *context, const w2c_tag *tag, u32 count);

/* ---- tail calls (rt_tail.c) ----------------------------------------------------------------- */
/* Room for what the instance's functions pass. False: out of memory. Its records are there. */
bool w2c_tail_prepare(w2c_instance *instance);
void w2c_tail_join(w2c_context *to, w2c_context *from); /* `to` has the instances of both */
void w2c_tail_free(w2c_tail *tail);

/* ---- the heap (rt_gc.c, rt_gc_heap.c, rt_gc_mark.c, rt_gc_exn.c) ------------------------------ */
typedef struct w2c_heap w2c_heap;
struct w2c_handle {
    w2c_ref ref;
    w2c_handle *next, **place; /* what points to it; NULL: the context is gone */
};
void w2c_heap_free(w2c_context *context);
void w2c_heap_configure(w2c_context *context); /* after a change of its limit or stress */
void w2c_heap_join(w2c_context *to, w2c_context *from);
/* An object of size bytes (a multiple of 8), all zeros, without a collection, trap or frame; its header is to be
 * written next. NULL: the heap's limit, or no memory. */
char *w2c_heap_take(w2c_context *context, u64 size);
bool w2c_heap_has(const w2c_context *context, const void *object); /* does it lie in the heap? */
void w2c_handles_move(w2c_context *to, w2c_context *from);         /* to NULL: from is going away */
/* Forgets what frames that were left had: 8 KiB of the stack below the caller. */
void w2c_stack_clear(void);
/* Collects objects and exceptions, if it can now, and makes a heap for that if there is none. Returns
 * about how many words it looked at. */
u64 w2c_heap_collect(w2c_context *context);
/* A value type, as in w2c_global. */
bool w2c_is_reference(const char *type);
/* A function by its number in an element segment, or NULL. */
w2c_ref w2c_elem_func(w2c_instance *instance, u32 number);

/* ---- contexts (rt_context.c) ---------------------------------------------------------------- */
/* What a group of instances shares that can call each other: one thread at a time runs them.
 * Instances that get linked later join: of two contexts one becomes an empty shell that points to
 * the other. */
struct w2c_context {
    w2c_context_head head;
    w2c_meter own_meter; /* when the embedder gave none */
    w2c_exceptions exceptions;
    w2c_heap *heap; /* NULL until something is allocated */
    w2c_handle *handles;
    w2c_table *held_tables; /* of the host, that instances of this context imported */
    u64 max_gc_heap;        /* as in w2c_config */
    u32 gc_stress;
    char *limit;     /* what every instance's stack_limit is */
    char *stack_low; /* of the thread that limit was computed for; NULL: none yet; or
                        W2C_OTHER_STACK */
    char *entry;     /* on another stack: where its outermost frame was entered */
    size_t stack_bytes;
    u32 depth;                 /* active frames */
    u32 ways[W2C_JUMPING + 1]; /* instances, by their modules' w2c_exception_way */
    u32 refs; /* live instances, and tables that hold it; the context goes with the last one */
    w2c_instance *instances;
    w2c_instance *parked; /* failed, but their functions may be referred to: go with the context */
    w2c_context *joined;  /* the context that this one became part of */
    w2c_context *shells;  /* contexts that became part of this one */
    struct w2c_trace *trace; /* NULL: not wanted */
    char detail[480];
};

/* ---- backtraces (rt_backtrace.c) ------------------------------------------------------------- */
bool w2c_trace_make(w2c_context *context); /* traps are remembered from now on; false: no memory */
void w2c_trace_clear(w2c_context *context);
bool w2c_trace_has(const w2c_context *context);
/* fault: the instruction that faulted; 0: none did. */
void w2c_trace_take(const w2c_frame *frame, uintptr_t fault);

#define W2C_OTHER_STACK ((char *)1)
w2c_context *w2c_context_new(void); /* refs 0; NULL: out of memory */
w2c_context *w2c_context_root(w2c_context *context);
void w2c_context_add(w2c_context *context, w2c_instance *instance); /* takes a reference */
void w2c_context_release(w2c_context *context);                     /* drops one; NULL is fine */
/* Its only instance has left: makes it as new, with no references, and keeps its buffers, empty.
 * False: others have to do with it. */
bool w2c_context_recycle(w2c_context *context);
void w2c_context_free_idle(w2c_context *context); /* such a one; NULL is fine */
void w2c_context_remove(w2c_instance *instance);  /* from its list; the reference stays */
/* Drops the instance's reference; the context owns it from now on, and may be gone with it on
 * return. */
void w2c_context_park(w2c_instance *instance);
/* NULL, other ABI, inexact floating point: text says which. */
w2c_status w2c_module_check(const w2c_module *module, char *text, size_t cap);
void w2c_instance_free(w2c_instance *instance); /* everything but its place in the context */
/* Puts both into one context, which it returns. NULL stands for none. */
w2c_context *w2c_context_join(w2c_context *a, w2c_context *b);
void w2c_context_set_limit(w2c_context *context, char *limit);
void w2c_context_set_meter(w2c_context *context, w2c_meter *meter);

/* ---- frames (rt_trap.c) --------------------------------------------------------------------- */
u32 w2c_thread_number(void);          /* of this thread: 1, 2, ... in the order of asking */
w2c_frame *w2c_frame_innermost(void); /* of this thread; callable from signal handlers */
/* The stack that guest code of this context lies in: from sp up to *high. False: this thread runs
 * it on several stacks. */
bool w2c_frames_range(const w2c_context *context, const char *sp, const char **high);

W2C_NORETURN void w2c_trap_fault(uintptr_t pc); /* the instruction there accessed out of bounds */

void w2c_operands_free(w2c_context *context);
void w2c_operands_clear(w2c_context *context); /* zeros again, and no memory taken */

/* ---- registry (rt_registry.c) --------------------------------------------------------------- */
typedef enum w2c_range_kind { W2C_RANGE_MEMORY, W2C_RANGE_TEXT, W2C_RANGE_KINDS } w2c_range_kind;
typedef struct w2c_range w2c_range;
/* The same text may be added several times and is removed as often. NULL: out of memory. */
w2c_range *w2c_registry_add(w2c_range_kind kind, const void *begin, const void *end);
void w2c_registry_remove(w2c_range *range); /* NULL is fine */
/* Lock-free, callable from signal handlers. */
bool w2c_registry_has(w2c_range_kind kind, uintptr_t address);
void w2c_registry_lock(void);
void w2c_registry_unlock(void);

/* ---- pages (rt_pagemap.c) ------------------------------------------------------------------- */
/* The memory's own, in RAM or swapped out, not a file's and not the page of zeros; or everything in
 * RAM but the page of zeros. */
typedef enum w2c_pages { W2C_PAGES_OWN, W2C_PAGES_PRESENT } w2c_pages;
typedef struct w2c_page_region { /* addresses; as the kernel lays it out */
    u64 start, end, categories;
} w2c_page_region;
int w2c_pagemap_open(void); /* a descriptor of this process for the next; -1: cannot scan */
/* How many regions of such pages in [start, end) were written to the list, which may be less than
 * all: *next says where to go on. Negative: the system cannot say. */
int w2c_pagemap_scan(int fd, w2c_pages which, u64 start, u64 end, w2c_page_region *regions,
                     u32 count, u64 *next);
/* Bytes of both sorts of pages. False: not known. */
bool w2c_pagemap_count(const u8 *data, u64 bytes, u64 *own, u64 *resident);

/* ---- watching memory (rt_memory_stats.c, rt_memory_group.c) ---------------------------------- */
w2c_status w2c_watch_instance(w2c_instance *instance, const w2c_config *config, char *text,
                              size_t cap);
void w2c_watcher_end(w2c_memory *memory);
/* Before growth, the memory is locked; from and to in bytes. False: not allowed. */
bool w2c_watcher_ask(w2c_memory *memory, u64 from, u64 to);
void w2c_watcher_undo(w2c_memory *memory, u64 from, u64 to); /* it was allowed, and failed */
void w2c_watcher_note(w2c_memory *memory, u64 from, u64 to, bool grew);
u64 w2c_watcher_settle(w2c_memory *memory);     /* ns */
size_t w2c_watcher_samples(w2c_memory *memory); /* how many it has room for */
bool w2c_group_add(w2c_memory_group *group, u64 bytes, bool is_new);
void w2c_group_remove(w2c_memory_group *group, u64 bytes, bool is_gone);
void w2c_group_hold(w2c_memory_group *group);

/* ---- images (rt_image.c) -------------------------------------------------------------------- */
typedef struct w2c_image { /* of one memory */
    u64 id;                /* no other image of this process has it; 0: none */
    u64 begin, end;        /* bytes of the memory, whole pages of the system; equal: none */
    u64 pages;             /* size that the memory starts with, or 0: as its type says */
    const u8 *bytes;       /* end - begin of them, read-only */
    int fd;                /* where they can be mapped from copy-on-write, or -1 */
    u64 offset;            /*   and from where in it */
    bool owned;            /* bytes and fd were made by w2c_image_make */
} w2c_image;
/* How many pages a memory of this type begins with; image: what it begins with, or NULL. */
static inline u64 w2c_image_pages(const w2c_memory_desc *desc, const w2c_image *image) {
    return image && image->pages > desc->limits.min ? image->pages : desc->limits.min;
}
typedef struct w2c_image_set {
    u32 applied; /* of the module's list of active segments, the first so many are in it */
    u32 count;
    w2c_image of[]; /* by number among the module's own memories */
} w2c_image_set;
/* A file in memory, zeros so far; -1: there is none. It can be sealed. */
int w2c_memory_file(const char *name, u64 size);
/* Has, or gets, memory for so many bytes from `at`: else writing to a mapping of it may end the
 * process. fd -1: false. */
bool w2c_memory_file_has(int fd, u64 at, u64 size);
/* Room for an image; *bytes is to be filled, zeros so far. False: no memory. */
bool w2c_image_make(w2c_image *image, u64 begin, u64 end, u8 **bytes);
bool w2c_image_seal(w2c_image *image); /* read-only from now on; false: freed, none */
void w2c_image_free(w2c_image *image);
/* Into memory of which `room` bytes are accessible and zeros; `map`: unless it is small. True: it
 * was mapped. */
bool w2c_image_apply(const w2c_image *image, u8 *memory, u64 room, bool map);
/* The mapping alone: memory need not be accessible, and is where this is true. */
bool w2c_image_map(const w2c_image *image, u8 *memory, u64 room);
/* The module's images; `now`: also for its first instance. NULL: none, start from zeros. */
const w2c_image_set *w2c_images_get(const w2c_module *module, bool now);

/* ---- rooms (rt_room.c) ----------------------------------------------------------------------- */
typedef struct w2c_room { /* address space of a memory; all zeros: none */
    u8 *base;
    u64 lead, bytes; /* reserved in front of it, where its instance is then, and from it on */
    u64 open;        /* bytes that the memory begins with, whole pages */
    u64 image;       /*   and what they are: w2c_image.id; 0: zeros */
    bool ready;      /* those can be used, and are that; so can the instance's, which are zeros */
    bool mapped;     /*   but the image, unless it is mapped there */
} w2c_room;
/* A ready one with this lead, bytes, open and image. False: there is none. */
bool w2c_room_take(w2c_room *room);
/* Keeps for others what a memory leaves, of which `open` bytes are accessible now. False: unmap it. */
bool w2c_room_keep(const w2c_room *room, u64 open);
void w2c_room_unmap(const w2c_room *room);
bool w2c_rooms_trim(void); /* unmaps all that is kept; false: there was nothing */
/* Makes reserved pages accessible; gives up kept rooms where there is no memory otherwise. */
bool w2c_pages_open(u8 *at, u64 bytes);

/* ---- memories, tables ----------------------------------------------------------------------- */
u64 w2c_os_page(void);
static inline u64 w2c_round_up(u64 bytes, u64 unit) { /* a power of two */
    return (bytes + unit - 1) & ~(unit - 1);
}
typedef struct w2c_memory_wish { /* all zeros: the defaults */
    u64 max_bytes;               /* 0: no limit but the type's */
    const w2c_image *image;      /* what it begins with; NULL: zeros */
    bool copy;                   /* the image is copied, however large */
    u32 policy;                  /* w2c_memory_policy */
    bool reuse;                  /* a room that another memory left will do */
    w2c_room
        room; /* is reserved for it, and it takes it also when it fails; base NULL: it finds its own */
} w2c_memory_wish;
/* Address space for a memory of this type that may have limit_pages, `lead` bytes (whole pages) in front of it. It is
 * one that another memory left, or not ready. False: there is none. */
bool w2c_memory_reserve(const w2c_memory_desc *desc, const w2c_memory_wish *wish, u64 lead,
                        w2c_room *room);
/* As many pages as its type, its buffer and max_bytes (0: no limit) allow. */
u64 w2c_memory_most(const w2c_memory_desc *desc, u64 max_bytes);
/* text receives why it failed. */
w2c_status w2c_memory_create(w2c_memory *memory, const w2c_memory_desc *desc,
                             const w2c_memory_wish *wish, char *text, size_t cap);
void w2c_memory_destroy(w2c_memory *memory);
/* The same without giving its address space back, which is the caller's: so many bytes; 0: views have it. */
u64 w2c_memory_end(w2c_memory *memory);
/* ---- rt_joined.c ---- */
/* Zeros, large enough for an instance's struct. wish: its own memory 0's; it has no room. NULL: text says why. */
w2c_instance *w2c_instance_place(const w2c_module *module, const w2c_memory_wish *wish, char *text,
                                 size_t cap);
/* The room that own memory number `memory` is to have, if it is one behind the instance: from now on its own. */
void w2c_instance_take_room(const w2c_module *module, w2c_instance *instance, u32 memory,
                            w2c_memory_wish *wish);
/* Destroys its own memories, and frees its struct. */
void w2c_instance_end(w2c_instance *instance);
void w2c_instance_unplace(const w2c_module *module, w2c_instance *instance); /* NULL is fine */
void w2c_memory_zero(w2c_memory *memory); /* all of it reads as zeros again */
typedef struct w2c_origin w2c_origin;
void w2c_origin_drop(w2c_origin *origin); /* NULL is fine */
/* Makes `to`, which has the same size and only zeros, what `from` is, without copying what nobody has written since the
 * last time. False: not done. Both belong to this thread; `from` is in no pool, whose cleaning
 * knows of no origins. */
bool w2c_memory_share(w2c_memory *from, w2c_memory *to);
/* Unmaps or frees what a memory of this mode had. */
void w2c_memory_give_back(u8 *data, u64 reserved, u8 mode);
/* The owner goes. True: the holders have the bytes now (data may be NULL); false: no hold. */
bool w2c_hold_end(w2c_hold **place, u8 *data, u64 reserved, u8 mode);
void w2c_waiters_delete(struct w2c_waiters *waiters); /* NULL is fine; nobody waits any more */
w2c_status w2c_table_create(w2c_table *table, const w2c_table_desc *desc, char *text, size_t cap);
void w2c_table_destroy(w2c_table *table);
/* The host's table may hold references of this context from now on. */
void w2c_table_hold(w2c_table *table, w2c_context *context);
void w2c_tables_move(w2c_context *to, w2c_context *from);

/* ---- imports -------------------------------------------------------------------------------- */
/* Fills every slot, or says in text why not. */
w2c_status w2c_imports_bind(w2c_instance *instance, const w2c_imports *imports, char *text,
                            size_t cap);
void w2c_hosts_free(w2c_instance *instance);
void w2c_host_keep(w2c_instance *importer, w2c_host *host); /* until the instance goes */

/* ---- texts (rt_status.c) -------------------------------------------------------------------- */
typedef struct w2c_text {
    char *at;
    size_t len, cap; /* always NUL-terminated; what does not fit is cut off */
} w2c_text;
/* That there is no room for a memory of so many bytes. */
void w2c_memory_no_room(w2c_text *why, const w2c_memory_desc *desc, u64 bytes);
w2c_text w2c_text_start(char *at, size_t cap);
void w2c_text_add(w2c_text *text, const char *format, ...) W2C_PRINTF(2, 3);
/* Control characters and backslashes as \hh, at most 100 bytes of the name. */
void w2c_text_name(w2c_text *text, w2c_name name);
void w2c_text_letters(w2c_text *text, const char *letters); /* "(i32) -> ()" */

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

/* ---- places in an instance ------------------------------------------------------------------ */
static inline void *w2c_at(w2c_instance *instance, u32 offset) {
    return (char *)instance + offset;
}
static inline bool w2c_name_equal(w2c_name a, w2c_name b) {
    return a.len == b.len && (!a.len || !memcmp(a.text, b.text, a.len));
}
#endif
