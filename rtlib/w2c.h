/* w2c.h: what an embedder reads: instances, imports, exports, memories, tables, traps.
 *
 * A translated module NAME gives NAME.h with `NAME_new`, `NAME_delete` and a function
 * `NAME_x_EXPORT` for every exported function; everything here takes the `w2c_instance *` that each
 * instance begins with. Nothing here prints, aborts or exits; no signal handler is installed unless
 * w2c_init_traps is called.
 *
 * Threads: an instance, and all instances that share its w2c_context, belong to one thread at a
 * time. Spec: exec/runtime, appendix/embedding */
#ifndef W2C_H
#define W2C_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define W2C_VERSION "0.1.0"
#define W2C_ABI 6

/* ---- status --------------------------------------------------------------------------------- */
typedef enum w2c_status {
#define STATUS(id, number, text) W2C_##id = number,
#include "traps.def"
#undef STATUS
    W2C_STATUS_MAX = 0x7fffffff /* keeps the type int-sized in every ABI */
} w2c_status;

/* The text of traps.def, "unknown status" for others; never NULL. */
const char *w2c_status_text(w2c_status status);

/* ---- values, types -------------------------------------------------------------------------- */
typedef struct w2c_instance w2c_instance;
typedef struct w2c_module w2c_module;   /* a translated module's constant description: w2c_rt.h */
typedef struct w2c_context w2c_context; /* per thread: stack limit, trap frame, pending exception */
typedef struct w2c_func w2c_func;       /* a function reference: immutable, owned by its instance */
typedef struct w2c_memory w2c_memory;
typedef struct w2c_table w2c_table;
typedef struct w2c_type w2c_type; /* a function type (later: struct and array types) */
typedef struct w2c_pool w2c_pool;
typedef struct w2c_memory_group w2c_memory_group;
typedef struct w2c_watch w2c_watch;
typedef struct w2c_tag w2c_tag;             /* of exceptions: its address is its identity */
typedef struct w2c_exception w2c_exception; /* owned by the context that it was thrown in */

/* Any reference. NULL is null. A funcref is a `const w2c_func *`. An externref is whatever the host
 * put in: an address that is a multiple of 4, of which only the identity counts; or the guest's own
 * object, converted. An anyref is an object of the guest, a number (i31) or a host reference,
 * converted: w2c_any_of_extern and its contrary do what the instructions do. The host keeps anyrefs,
 * and externrefs it did not make, beyond the call that gave them, only in a w2c_handle. */
typedef void *w2c_ref;
static inline w2c_ref w2c_any_of_extern(w2c_ref ref) { /* any.convert_extern */
    uintptr_t bits = (uintptr_t)ref;
    return !bits || (bits & 1) ? ref : (w2c_ref)(bits ^ 2);
}
static inline w2c_ref w2c_extern_of_any(w2c_ref ref) { /* extern.convert_any */
    return w2c_any_of_extern(ref);
}

typedef struct w2c_v128 {
    uint8_t bytes[16]; /* lane 0 first, little-endian lanes */
} w2c_v128;

typedef union w2c_value {
    uint32_t i32;
    uint64_t i64;
    float f32;
    double f64;
    w2c_ref ref;
    w2c_v128 v128;
} w2c_value;

/* UTF-8, may contain NUL; borrowed. */
typedef struct w2c_name {
    const char *text;
    size_t len;
} w2c_name;
w2c_name w2c_name_of(const char *text); /* strlen(text) bytes */

/* A function type in letters: parameters, '_', results: i32 i, i64 l, f32 f, f64 d, v128 v,
 * references r. "ii_i" takes two i32 and gives one. NULL when type is no function type. */
const char *w2c_type_letters(const w2c_type *type);
/* As messages print it: "(i32, i32) -> (i32)". */
const char *w2c_type_text(const w2c_type *type);

typedef enum w2c_kind { W2C_FUNC, W2C_TABLE, W2C_MEMORY, W2C_GLOBAL, W2C_TAG } w2c_kind;

typedef struct w2c_global {
    const char *type; /* "i32", "f64", "funcref", ... as the module writes it */
    bool is_mutable;
    void *value; /* uint32_t, uint64_t, float, double, w2c_v128 or w2c_ref, by type */
    const w2c_type
        *heap; /* of "(ref #...)" and "(ref null #...)": the type referred to; else NULL */
    w2c_instance
        *instance; /* whose export it is (w2c_export_find says so); NULL: the host's own. What
                             * imports a reference from it joins its context. */
} w2c_global;

/* A host function as the module's NAME.h declares it:
 *   w2c_status f(void *env, w2c_instance *importer, params..., results *...)
 * with parameters uint32_t, uint64_t, float, double, w2c_v128, w2c_ref. `importer` is the instance
 * whose import it is. W2C_OK, or W2C_EXCEPTION (see w2c_exception_throw), which the guest may catch,
 * or a trap or W2C_EXIT, which ends the guest's call with that status. */
typedef void (*w2c_host_fn)(void);
/* The same for any type: args has one value per parameter, results room for one per result. */
typedef w2c_status w2c_host_any_fn(void *env, w2c_instance *importer, const w2c_value *args,
                                   w2c_value *results);

/* Something to import, or an export found. Exactly one group of fields is set, by kind. */
typedef struct w2c_extern {
    w2c_kind kind;
    const w2c_func *func; /* W2C_FUNC: a function of an instance; or NULL and a host function: */
    const char *letters;  /*   its type in letters ("ii_i"), checked against the import's */
    w2c_host_fn host;     /*   typed; or NULL and */
    w2c_host_any_fn *host_any; /*   untyped */
    void *env;
    w2c_memory *memory;
    w2c_table *table;
    w2c_global global;
    const w2c_tag *tag;
} w2c_extern;

w2c_extern w2c_extern_host(const char *letters, w2c_host_fn fn, void *env);
w2c_extern w2c_extern_host_any(const char *letters, w2c_host_any_fn *fn, void *env);

/* ---- fuel, interruption --------------------------------------------------------------------- */
/* Bounds what guests do that are made for it: translated with --interruptible, or interpreted with
 * `metered`. One unit for each call of a function and each turn of a loop after its first, in both
 * alike, so both end at the same place; a module translated with --interruptible=stop charges nothing,
 * and only w2c_interrupt ends it. A meter may serve several instances, also on several threads;
 * then units that several take at the same time may count once. It outlives the contexts that were
 * configured with it. All fields are private. */
typedef struct w2c_meter {
    int64_t fuel, stopped;
} w2c_meter;
/* UINT64_MAX: no limit (2^63 - 1, in fact). Also to set it anew, while nothing runs. */
void w2c_meter_set(w2c_meter *meter, uint64_t fuel);
uint64_t w2c_meter_left(const w2c_meter *meter);
/* Ends what a guest computes with W2C_TRAP_INTERRUPTED at its next call or turn, which clears the
 * request: it ends one run, the present or the next one (where nothing is charged, all that see the
 * request at the same time). Any thread, any time, signal handlers too. */
void w2c_interrupt(w2c_meter *meter);

/* ---- instantiation -------------------------------------------------------------------------- */
typedef struct w2c_import {
    const char *module, *name; /* NUL-terminated; names with NULs go through the resolver */
    w2c_extern value;
} w2c_import;

typedef struct w2c_link {
    const char *module; /* every export of `instance` answers imports from this module name */
    w2c_instance *instance;
} w2c_link;

/* What a resolver is asked for. */
typedef struct w2c_wanted {
    w2c_name module, name;
    w2c_kind kind;
    const char *letters; /* functions: the type wanted; else NULL */
    const char *type;    /* for messages: "(i32) -> ()", "memory 1..2", "(mut i32)" */
} w2c_wanted;
/* Fills *out and returns true, or returns false: unknown. Called at the function's first call when
 * everything else is missing (functions are bound lazily), at instantiation for other kinds.
 * May be called by any thread that runs the instance. When it answers false, or calls the very
 * function that it is asked for (which traps then), the function stays unbound, and its next call
 * asks again. */
typedef bool w2c_resolver(void *user, const w2c_wanted *wanted, w2c_extern *out);

/* Searched in this order: list, links, symbols linked into the program (NAME_i_MODULE_FIELD, see
 * NAME.h), the resolver. NULL is the same as an empty one. Read during NAME_new only, but for the
 * resolver and its user pointer, which are kept. */
typedef struct w2c_imports {
    const w2c_import *list;
    size_t count;
    const w2c_link *links;
    size_t link_count;
    w2c_resolver *resolve;
    void *user;
} w2c_imports;

typedef struct w2c_error {
    w2c_status status;
    char text[480]; /* says what to do next; empty when status is W2C_OK */
} w2c_error;

/* NULL is the same as all zeros: the defaults. */
typedef struct w2c_config {
    w2c_context
        *context;       /* share another instance's (w2c_instance_context); NULL: its own. Instances
                         * that import functions or tables of each other share one in any case */
    size_t stack_bytes; /* most stack a guest call may use; 0: what the thread has, less 256 KiB of
                         * headroom for host functions (a quarter of stacks below 1 MiB). On a stack
                         * that is not the thread's own (coroutines) 0 means 64 KiB */
    uint64_t max_memory; /* bytes per memory; growth beyond fails; 0: the module's own limit */
    uint64_t
        max_gc_heap;    /* bytes of garbage-collected objects in the context; beyond that, and after
                           * a collection, allocation traps (TRAP_HEAP_EXHAUSTED); 0: 4 GiB */
    uint32_t gc_stress; /* collect at every n-th allocation, to test; 0: when it pays */
    bool lazy_imports;  /* functions that the list, links and symbols give are bound at their first
                         * call too, so that w2c_import_stats knows which were used */
    w2c_meter *meter;   /* of the context; NULL: one without limit, that nobody can stop */
    void *host;         /* w2c_instance_host gives it back */
    bool backtrace;     /* traps in the context remember the active functions: w2c_backtrace */
    w2c_pool *pool;     /* the instance lives in a place of it, and deleting it gives that back */
    const w2c_watch *watch;  /* for each of the instance's own memories; NULL: nothing */
    w2c_memory_group *group; /* its memories count in it; NULL: none */
    uint32_t memory_policy;  /* w2c_memory_policy; a pool has its own */
    w2c_error *error;        /* filled when NAME_new fails */
} w2c_config;

/* What NAME_new and NAME_delete call. On failure *out is NULL and config->error says why; a trap in
 * a segment or the start function gives its trap code. What segments wrote before into memories and
 * tables of others stays, as the specification says; functions that were put there stay callable
 * for as long as an instance or table lives that shares the context. */
w2c_status w2c_instance_new(const w2c_module *module, w2c_instance **out,
                            const w2c_imports *imports, const w2c_config *config);
void w2c_instance_delete(
    w2c_instance *instance); /* NULL is fine. Instances that link to it go first */

/* Gives back what the module keeps beside its instances (the images of its memories), for programs
 * that unload modules. Only while it has no instances. The next one makes it again. Also unmaps the address space
 * that deleted instances of any module have left for new ones; NULL: that alone. */
void w2c_module_forget(const w2c_module *module);

void *w2c_instance_host(const w2c_instance *instance);
w2c_context *w2c_instance_context(const w2c_instance *instance);
const char *w2c_instance_name(const w2c_instance *instance);

/* Why the last call on this instance's context ended other than W2C_OK: detail where there is one
 * (the unbound import's name, ...), "" otherwise. Good until the next call. */
const char *w2c_instance_detail(const w2c_instance *instance);

/* The guest functions that were active when the last call on the instance's context trapped, the
 * innermost first, at most 64; with w2c_config.backtrace only. Calls `each` for each and returns how
 * many there are; `each` may be NULL.
 *   name  from the name section; no bytes when the function has none. Good during the call
 *   func  its index in the module; UINT32_MAX in compiled code, where it is not known
 * It costs nothing until a trap. Compiled code: without functions that the C compiler inlined, and
 * empty when the program was stripped, or where libc or format of programs are not glibc and ELF.
 * Thread: that of the instance. Good until the next call. */
typedef void w2c_backtrace_fn(void *user, size_t i, w2c_name name, uint32_t func);
size_t w2c_backtrace(const w2c_instance *instance, w2c_backtrace_fn *each, void *user);

/* Finds an export; false when there is none of that name. Owner: the instance. */
bool w2c_export_find(w2c_instance *instance, w2c_name name, w2c_extern *out);
size_t w2c_export_count(const w2c_instance *instance);
bool w2c_export_at(w2c_instance *instance, size_t i, w2c_name *name, w2c_extern *out);

/* What became of an instance's imported functions. given: bound when it was made; called: bound by their
 * first call, once; never_used: not bound, nobody called them. functions is the sum of the three. */
typedef struct w2c_import_info {
    uint32_t functions, given, called, never_used;
} w2c_import_info;
void w2c_import_stats(const w2c_instance *instance, w2c_import_info *out);
/* Import number i of any kind; false: there are not so many. *bound: it is no function that still waits for
 * its first call. */
bool w2c_import_at(const w2c_instance *instance, size_t i, w2c_name *module, w2c_name *name,
                   w2c_kind *kind, bool *bound);

/* Calls any function: args and results as its type says. A status like any export's. */
w2c_status w2c_call(const w2c_func *func, const w2c_value *args, w2c_value *results);
const w2c_type *w2c_func_type(const w2c_func *func);

/* ---- pools ---------------------------------------------------------------------------------- */
/* Places for instances of one module: address space, memories, tables and structs that stay when an
 * instance is deleted and serve the next one, which is given through w2c_config.pool. Deleting
 * cleans: nothing that an instance left in memories (beyond their size, too), tables, globals, its
 * heap, or as an exception can be read by the next one, nor does it see what the last one bound.
 *
 * Creation costs least when the module imports functions alone, and the lists of imports given are
 * the same every time; a resolver, its user pointer and w2c_config.host may differ. Else the
 * instance is initialised anew in the memories of its place.
 *
 * Threads: any number create and delete instances of one pool at once. */
typedef enum w2c_pool_reset {
    W2C_RESET_AUTO,    /* the cheapest: what was written of memories up to keep_bytes is found
                        * without the system; copy; scan; dontneed */
    W2C_RESET_COPY,    /* write over all of the memory */
    W2C_RESET_SCAN,    /* write over the pages that were written: PAGEMAP_SCAN of Linux 6.7 */
    W2C_RESET_DONTNEED /* give written pages back to the system */
} w2c_pool_reset;

/* NULL is the same as all zeros. */
typedef struct w2c_pool_config {
    uint32_t max_instances; /* places at most: one instance more fails with W2C_LIMIT; 0: 1000 */
    uint32_t max_idle;      /* places kept while nobody uses them; 0: all */
    uint32_t warm;          /* places made by w2c_pool_new */
    uint64_t max_memory;    /* as in w2c_config: bytes for which address space is there */
    uint32_t memory_policy; /* w2c_memory_policy */
    uint64_t keep_bytes;    /* of a memory's own pages, what an idle place keeps; 0: 256 KiB.
                             * Memories that are cleaned by copying keep all they start with, and
                             * so do small ones from their second tenant on, outside the process's
                             * own pages: in a file in memory */
    w2c_pool_reset reset;
    w2c_error *error; /* filled when w2c_pool_new fails */
} w2c_pool_config;

typedef struct w2c_pool_info {
    uint64_t hits;       /* instances made in a place that was there */
    uint64_t misses;     /* instances for which a place was made */
    uint64_t refused;    /* creations that failed because all places were taken */
    uint32_t in_use;     /* instances now */
    uint32_t held;       /* idle places */
    uint32_t high_water; /* most instances at once */
    bool scans;          /* the system can say which pages were written */
} w2c_pool_info;

/* module: NAME_module, or w2c_interp_module's. W2C_NOMEM, W2C_INVALID, W2C_MISMATCH; W2C_LIMIT when
 * `warm` exceeds max_instances. Both must outlive the instances. */
w2c_status w2c_pool_new(w2c_pool **out, const w2c_module *module, const w2c_pool_config *config);
/* NULL is fine. Instances that live keep their places until they are deleted. */
void w2c_pool_delete(w2c_pool *pool);
void w2c_pool_stats(const w2c_pool *pool, w2c_pool_info *out);
/* Gives the memory of all idle places back to the system, and the places, too. */
void w2c_pool_trim(w2c_pool *pool);

/* ---- memories, tables ----------------------------------------------------------------------- */
/* A memory for the host to share between instances. page_log2 16 unless custom page sizes are used;
 * pages count in that unit. W2C_NOMEM or W2C_LIMIT on failure. */
w2c_status w2c_memory_new(w2c_memory **out, uint64_t min_pages, uint64_t max_pages, bool is64,
                          bool shared, unsigned page_log2);
void w2c_memory_delete(w2c_memory *memory);
/* The instance's first memory, or its export named "memory"; NULL when it has none. */
w2c_memory *w2c_instance_memory(w2c_instance *instance);
uint8_t *w2c_memory_data(const w2c_memory *memory);  /* never moves */
uint64_t w2c_memory_size(const w2c_memory *memory);  /* bytes, now */
uint64_t w2c_memory_pages(const w2c_memory *memory); /* pages, now */
/* Ends what threads wait for in memory.atomic.wait32 and 64 of a shared memory: they trap with
 * W2C_TRAP_INTERRUPTED. Thread: any. */
void w2c_memory_interrupt(w2c_memory *memory);
/* Pages before, or UINT64_MAX when it cannot grow so far. */
uint64_t w2c_memory_grow(w2c_memory *memory, uint64_t pages);

/* How pages come to a memory; flags. Where the system does not know them they do nothing. */
typedef enum w2c_memory_policy {
    W2C_MEMORY_HUGE = 1, /* huge pages where it can: fewer faults, more memory per page touched */
    W2C_MEMORY_NO_HUGE = 2, /* never huge pages */
    W2C_MEMORY_POPULATE =
        4, /* what the memory starts with, and what it grows by, is in RAM at once */
    W2C_MEMORY_HUGE_LARGE = 8 /* huge pages from the time that the memory has 16 MiB */
} w2c_memory_policy;

/* ---- watching memories ---------------------------------------------------------------------- */
typedef struct w2c_growth {
    w2c_memory *memory;
    uint64_t before, after; /* bytes */
} w2c_growth;
/* Asked before a memory grows; false: it fails. Holds the memory's lock: it must not grow it. Called
 * by whichever thread grows it; must not call into the instance. */
typedef bool w2c_growth_fn(void *user, const w2c_growth *growth);

/* What to know of a memory. All zeros: its baseline alone. */
struct w2c_watch {
    w2c_growth_fn *grow; /* NULL: nobody is asked */
    void *user;
    uint32_t samples;   /* how many are kept; then the oldest is lost; 0: none */
    uint64_t settle_ns; /* a memory that did not grow for so long has settled; 0: 100 ms */
};
/* Begins anew with what is to be known of the memory; NULL: ends it. W2C_NOMEM: as before. */
w2c_status w2c_memory_watch(w2c_memory *memory, const w2c_watch *watch);

/* Of a memory that is watched, times count from when that began. */
typedef struct w2c_memory_figures {
    uint64_t current;        /* bytes */
    uint64_t peak;           /* the same, since memories never shrink */
    uint64_t limit;          /* bytes to which it may grow */
    uint64_t reserved;       /* bytes of address space */
    uint64_t growths;        /* by at least a page */
    uint64_t failed_growths; /* refused ones among them */
    uint64_t refused;        /* by the callback or the group's limit */
    uint64_t page;           /* bytes of the system's pages */
    uint64_t touched;        /* of those, how many it has of its own: written to, or swapped out */
    uint64_t resident;       /* bytes in RAM; with pages of its image that others share */
    bool pages_known;        /* whether the system told touched and resident */
    bool watched;            /* what follows is known */
    /* The size at the end of the latest span of settle_ns or more without growth; 0: none yet. */
    uint64_t baseline;
    uint64_t
        since_baseline; /* growths after the first such span: 0 in a program that has settled */
    uint64_t elapsed_ns, last_growth_ns;
} w2c_memory_figures;
/* Counting pages costs some ns for each; `pages` false leaves touched and resident out. */
void w2c_memory_stats(w2c_memory *memory, bool pages, w2c_memory_figures *out);

typedef enum w2c_sample_kind {
    W2C_SAMPLE_START,
    W2C_SAMPLE_GROWTH,
    W2C_SAMPLE_FAILED, /* bytes: what it would have grown to */
    W2C_SAMPLE_LOOK
} w2c_sample_kind;
typedef struct w2c_memory_sample {
    uint64_t ns, bytes;
    uint64_t touched, resident; /* bytes; of looks, else 0 */
    w2c_sample_kind kind;
} w2c_memory_sample;
/* Adds a sample with what is touched and resident now. */
void w2c_memory_look(w2c_memory *memory);
/* The samples, oldest first: how many were written to `out`. *lost: how many older ones there were;
 * may be NULL. */
size_t w2c_memory_samples(w2c_memory *memory, w2c_memory_sample *out, size_t max, uint64_t *lost);
/* Writes a report to a file whose suffix is .html (a page without references to others), .csv (the
 * samples) or .json (both figures and samples). False: another suffix, or errno says why. */
bool w2c_memory_report(w2c_memory *memory, const char *path, const char *title);
bool w2c_memory_report_suffix(const char *path); /* is it one of those? */

/* Memories whose sizes together stay within a limit: of instances whose w2c_config names it. Creating
 * an instance beyond it fails with W2C_LIMIT, growing with -1. Threads: any. */
typedef struct w2c_memory_group_info {
    uint64_t current, peak, limit; /* bytes */
    uint64_t growths, refused;     /* refused: growths and new memories */
    uint32_t memories;
} w2c_memory_group_info;
w2c_status w2c_memory_group_new(w2c_memory_group **out, uint64_t limit); /* 0: no limit */
void w2c_memory_group_delete(w2c_memory_group *group); /* stays for memories that are in it */
void w2c_memory_group_stats(const w2c_memory_group *group, w2c_memory_group_info *out);

/* type is "funcref" or "externref". */
w2c_status w2c_table_new(w2c_table **out, const char *type, uint64_t min, uint64_t max, bool is64);
void w2c_table_delete(w2c_table *table);
uint64_t w2c_table_size(const w2c_table *table);
uint64_t w2c_table_grow(w2c_table *table, uint64_t count,
                        w2c_ref fill); /* size before or UINT64_MAX */
bool w2c_table_get(const w2c_table *table, uint64_t i, w2c_ref *out); /* false: out of bounds */
bool w2c_table_set(w2c_table *table, uint64_t i, w2c_ref value);

/* ---- exceptions ----------------------------------------------------------------------------- */
/* A call that ends with W2C_EXCEPTION leaves the exception in the instance's context, where it
 * stays until the next call that enters the context's guest code. A host function throws, or passes
 * on what a call inside it threw, by returning W2C_EXCEPTION while one is left there; if it returns
 * anything else, the exception is dropped.
 * An exnref is the address of its w2c_exception. Everything here belongs to the context's thread.
 * Spec: exec/runtime#exception-instances, exec/instructions#exec-throw-ref */

/* The exception that the last call left, or NULL. Owner: the context. */
w2c_exception *w2c_instance_exception(const w2c_instance *instance);
/* NULL when the tag's instance is gone. */
const w2c_tag *w2c_exception_tag(const w2c_exception *exception);
size_t w2c_exception_count(const w2c_exception *exception);            /* of its values */
const w2c_value *w2c_exception_values(const w2c_exception *exception); /* as its tag's type says */
/* What a host function returns to throw: `return w2c_exception_throw(importer, tag, values);`.
 *   tag     an exported one (w2c_extern.tag), or of w2c_tag_new
 *   values  one for each parameter of the tag's type; copied. May be NULL when there are none
 * W2C_EXCEPTION; W2C_INVALID without a tag, W2C_NOMEM: nothing was thrown. */
w2c_status w2c_exception_throw(w2c_instance *instance, const w2c_tag *tag, const w2c_value *values);
/* The same with an exception that there is already: what w2c_instance_exception gave, an exnref.
 * W2C_EXCEPTION; W2C_INVALID when exception is NULL. */
w2c_status w2c_exception_rethrow(w2c_instance *instance, w2c_exception *exception);
/* Keeps an exception for longer than the next call, until it is released as often as it was held.
 * Host memory that holds an exnref needs it too. Both accept NULL. */
void w2c_exception_hold(w2c_instance *instance, w2c_exception *exception);
void w2c_exception_release(w2c_instance *instance, w2c_exception *exception);

/* The function type whose parameters are an exception's values; NULL without tag. */
const w2c_type *w2c_tag_type(const w2c_tag *tag);
/* A tag of the host's own, to be imported. letters: as in w2c_type_letters, without results
 * ("i_"); an import matches when its letters are the same. W2C_INVALID, W2C_NOMEM. It must outlive
 * the instances that import it, and exceptions that have it. */
w2c_status w2c_tag_new(w2c_tag **out, const char *letters);
void w2c_tag_delete(w2c_tag *tag);

/* ---- garbage-collected objects -------------------------------------------------------------- */
/* One heap per context, made at its first allocation, gone with it. A collection keeps what globals,
 * tables, handles, exceptions, and the stack between the outermost active call and the innermost
 * refer to: also what host functions have in variables while the guest that called them waits. It
 * happens only when the guest allocates, or here. Code with AddressSanitizer needs
 * -fsanitize-address-use-after-return=never: a stack elsewhere is not found. */

/* Keeps an object for the host. NULL: out of memory. When its context goes the handle's reference
 * becomes NULL; the handle still has to be deleted. */
typedef struct w2c_handle w2c_handle;
w2c_handle *w2c_handle_new(w2c_instance *instance, w2c_ref ref);
w2c_ref w2c_handle_get(const w2c_handle *handle);
void w2c_handle_set(w2c_handle *handle, w2c_ref ref); /* of the same context */
void w2c_handle_delete(w2c_handle *handle);           /* NULL is fine */

/* False: nothing was collected, because the context has frames on another stack, or for want of
 * memory. */
bool w2c_gc_collect(w2c_instance *instance);

typedef struct w2c_gc_info {
    uint64_t collections;
    uint64_t allocated; /* bytes since the beginning */
    uint64_t live;      /* bytes that the last collection kept */
    uint64_t heap;      /* bytes the heap takes now, free ones among them */
    uint64_t peak;      /* the most it took */
    uint64_t pause_ns;  /* all collections together */
    uint64_t
        exceptions; /* that something refers or referred to: exnrefs, and those held; collections
                          * free them with the objects */
} w2c_gc_info;
void w2c_gc_stats(const w2c_instance *instance, w2c_gc_info *out);

/* ---- traps ---------------------------------------------------------------------------------- */
/* Installs handlers for the faults by which guard-page memories trap (SIGSEGV, SIGBUS). They claim
 * only faults of translated code inside our own reservations and pass everything else to the
 * handlers that were there. Needed once per process before guest code with guarded memories runs;
 * calling it again does nothing. False when the system refuses. Without it, use --memory=bounds. */
bool w2c_init_traps(void);

#ifdef __cplusplus
}
#endif
#endif
