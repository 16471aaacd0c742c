/* rt_pool.h: what the pool's files share, and what instances ask of them. */
#ifndef W2C_RT_POOL_H
#define W2C_RT_POOL_H
#include "rt_internal.h"

#if defined(__GNUC__)
#pragma GCC visibility push(hidden)
#endif

/* ---- rt_ground.c -------------------------------------------------------------------------------- */
enum { W2C_GROUND_USES = 1, W2C_GROUND_NEVER = 255 };
/* What a small memory begins with, as a file of its own under it. All zeros: none so far. */
typedef struct w2c_ground {
    u8 *bytes; /* the file's; NULL: there is none */
    u64 size;
    u32 forks; /* of this process, before it was made */
    u8 uses;   /* cleanings before it is made: a place that is used once does without */
} w2c_ground;
/* Makes the memory's first `size` bytes, pages of `page` bytes, what they were: zeros and the
 * image. False: they are as before. Nobody may use the memory meanwhile. */
bool w2c_ground_clean(w2c_ground *ground, u8 *data, u64 size, u64 page, const w2c_image *image);
void w2c_ground_end(w2c_ground *ground);

/* ---- rt_memory_reset.c ---------------------------------------------------------------------- */
/* How memories are cleaned. It belongs to a pool; any number of threads use it at once. */
typedef struct w2c_cleaner {
    w2c_pool_reset how;
    int pagemap; /* descriptor, or -1: the system cannot say which pages were written */
    u8 *marker;  /* one page that is zeros after a fork: the descriptor is the parent's then */
    u32 lock;    /* held while it is opened again */
    u64 page;
    u64 keep; /* bytes of a memory's own pages that stay with it */
} w2c_cleaner;
void w2c_cleaner_open(w2c_cleaner *cleaner, w2c_pool_reset how, u64 keep);
void w2c_cleaner_close(w2c_cleaner *cleaner);
/* Is a memory that starts with so many bytes cleaned by copying from the beginning? */
bool w2c_cleaner_copies(const w2c_cleaner *cleaner, u64 bytes, const w2c_image *image);
/* Makes `now` what `clean`, a copy of its description, and the image say. *copies: it is done by
 * copying, also from the next time on. ground: of this memory, or NULL. False: it cannot be used
 * again. */
bool w2c_memory_reset(w2c_cleaner *cleaner, const w2c_memory *now, const w2c_memory *clean,
                      const w2c_image *image, bool *copies, w2c_ground *ground);

/* ---- rt_slot.c: one place of a pool ----------------------------------------------------------- */
typedef struct w2c_slot {
    w2c_pool *pool;
    struct w2c_slot *next;  /* idle ones */
    w2c_instance *instance; /* its struct; zeros when it is idle and nothing is kept */
    w2c_context *context;   /* clean, for the next tenant; NULL: a new one */
    w2c_memory *memories;   /* clean descriptions, one for each of the module's own */
    bool *copies;           /* how each of them is cleaned */
    w2c_ground *grounds;    /* likewise; NULL: none of them was cleaned so far */
    u8 *kept;               /* the instance's struct as init left it; NULL: init runs each time */
    w2c_ref **tables;       /* likewise what the tables held; by table */
    w2c_host *bound;        /* host functions bound then */
    void *host;             /* w2c_config's, then */
    const w2c_image_set *images; /* what the memories began with */
    bool own_context;            /* this tenant has `context`, unless that became part of another */
    bool is_kept;                /* this tenant began with what was kept */
    bool broken;                 /* not to be used again */
} w2c_slot;

w2c_slot *w2c_slot_new(w2c_pool *pool, const w2c_module *module, w2c_cleaner *cleaner,
                       const w2c_pool_config *config, char *text,
                       size_t cap); /* NULL: text says why */
void w2c_slot_free(w2c_slot *slot, const w2c_module *module);
void w2c_slot_empty(w2c_slot *slot, const w2c_module *module); /* nothing is kept, but memories */
/* After init, before the start function: what the instance is now is what later tenants begin
 * with, where that is the same as running init again. */
void w2c_slot_capture(w2c_slot *slot);
/* The instance is no longer in a context: cleans everything. False: free the slot. */
bool w2c_slot_clean(w2c_slot *slot, w2c_cleaner *cleaner);

/* ---- rt_pool.c ------------------------------------------------------------------------------ */
/* A place for an instance, or NULL: status and text say why. Its `is_kept`: init need not run. */
w2c_slot *w2c_pool_take(w2c_pool *pool, const w2c_module *module, const w2c_imports *imports,
                        const w2c_config *config, w2c_status *status, char *text, size_t cap);
/* The instance's struct and memories go back; it has left its context. */
void w2c_pool_give(w2c_slot *slot);
/* Is what init left the same for every instance with these imports? */
bool w2c_pool_may_keep(w2c_pool *pool, const w2c_imports *imports, bool first);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif
#endif
