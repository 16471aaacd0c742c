/* w2c_rt.h: what generated C includes, and what rtlib and generated C agree on.
 *
 * Owns: the layout of instances, memories, tables and functions as generated code sees them, access
 * to memory, calls, traps. Numeric instructions are in w2c_ops.h. Compiler extensions live here and
 * in w2c_ops.h only. Needs gcc or clang; C11 or C++17. */
#ifndef W2C_RT_H
#define W2C_RT_H
#include "w2c.h"
#include <setjmp.h>
#include <string.h>

/* ---- the compiler --------------------------------------------------------------------------- */
#if defined(__FAST_MATH__)
#error "w2c: generated code needs exact floating point: compile it without -ffast-math"
#endif
/* a * b + c stays two roundings. gcc ignores the standard's pragma and obeys its own. */
#if defined(__clang__)
#pragma STDC FP_CONTRACT OFF
#elif defined(__GNUC__)
#pragma GCC optimize("fp-contract=off")
#endif
/* gcc keeps what a turn of a loop has loaded for a later turn that loads from the same address, and misses stores between
 * that overlap it in part. */
#if !defined(__clang__) && defined(__GNUC__)
#pragma GCC optimize("no-predictive-commoning")
#endif
/* A small loop across two lines of the cache takes half as long again; gcc aligns to 16 bytes. */
#if !defined(__clang__) && defined(__GNUC__) && defined(__OPTIMIZE__) && !defined(__OPTIMIZE_SIZE__)
#pragma GCC optimize("align-loops=32")
#endif

#define W2C_INLINE static inline __attribute__((always_inline, unused))
#define W2C_LIKELY(x) __builtin_expect(!!(x), 1)
#define W2C_UNLIKELY(x) __builtin_expect(!!(x), 0)
#define W2C_NOINLINE __attribute__((noinline))
#define W2C_COLD __attribute__((cold, noinline))
#define W2C_WEAK __attribute__((weak))
#define W2C_HIDDEN __attribute__((visibility("hidden")))
/* Guest code lies in a section of its own, so that a fault can be told from the host's own. */
#if defined(__ELF__)
#define W2C_TEXT __attribute__((section("w2c_text")))
#else
#define W2C_TEXT
#endif
#ifdef __cplusplus
#define W2C_NORETURN [[noreturn]]
#define W2C_LOOP() __asm__ volatile("") /* C++ may delete loops without effects */
#else
#define W2C_NORETURN _Noreturn
#define W2C_LOOP() ((void)0)
#endif
/* Before returns of a function that closes a cycle of calls: they must stay calls; runaway recursion has to be
 * a trap. */
#define W2C_KEEP_FRAME __asm__ volatile("")

#ifdef __cplusplus
extern "C" {
#endif

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int8_t s8;
typedef int16_t s16;
typedef int32_t s32;
typedef int64_t s64;
typedef float f32;
typedef double f64;

/* ---- shared layouts ------------------------------------------------------------------------- */
typedef void (*w2c_code)(void);

/* Tells those who look at a memory or instance that it is gone, and keeps a memory's bytes for them
 * until then: see rt_hold.c. */
typedef struct w2c_hold {
    u32 gone; /* first: read by everybody, atomically */
    u32 refs; /* holders, and what it belongs to */
    u8 *data; /* once that is gone: what the last holder gives back */
    u64 reserved;
    u8 mode;
} w2c_hold;

/* Every module refers to it: code made for another ABI does not link ("undefined symbol
 * w2c_abi_N"). */
#define W2C_ABI_SYMBOL w2c_abi_6
extern const char W2C_ABI_SYMBOL;

/* A function reference. `code` has the C type of its signature: result f(w2c_instance *,
 * params...); several results come as struct w2c_res_LETTERS. Calls pass `instance`. `code` is NULL
 * while nobody compiled has called it, of functions that have none (interpreted ones, and what they
 * import): w2c_func_wake gives them the adapter of the caller's type. `tail` is the
 * w2c_tail_fn of a function that makes tail calls, else NULL: see w2c_tail.h. */
struct w2c_func {
    w2c_code code;
    w2c_instance *instance;
    const w2c_type *type;
    w2c_code tail;
};

/* Types are equal when their addresses are; otherwise w2c_type_equal looks at the text. Modules
 * define the descriptors they use as weak symbols, so that one program usually has one of each.
 * `call`  calls a function of this type with values:  call(func, args, results)
 * `host`, `host_any`  have the C type of this signature and call a host function; their instance is
 * the w2c_instance inside a w2c_host. */
struct w2c_type {
    const char *letters; /* functions: "ii_i" */
    const char *text;    /* "(i32, i32) -> (i32)": equal exactly when the types are */
    void (*call)(const w2c_func *func, const w2c_value *args, w2c_value *results);
    w2c_code host, host_any;
    const w2c_type *const *supers; /* [depth], outermost first: its display */
    u32 depth;                     /* how many supertypes it has */
    u8 form;                       /* 0 function, 1 struct, 2 array */
    bool is_final;
    u8 elem_kind; /* arrays: what elements are: w2c_gc_kind */
    u8 elem_size; /* arrays: bytes of an element */
    u32 size;     /* structs: bytes of an object; arrays: where the elements begin */
    u64 hash;     /* of text; 0: not known */
    const u32
        *refs; /* structs: where references are: those of the any hierarchy, then of extern, */
    u32 any_count, extern_count, exn_count; /* then of exn */
};

/* What the collector finds in an array's elements: nothing that it knows (numbers, functions), or
 * references of a hierarchy. */
typedef enum w2c_gc_kind { W2C_GC_NONE, W2C_GC_ANY, W2C_GC_EXTERN, W2C_GC_EXN } w2c_gc_kind;

/* The free run that objects are taken from: see w2c_gc.h. */
typedef struct w2c_gc {
    char *at, *end;
} w2c_gc;

/* static: a buffer of the program, one instance at a time */
typedef enum w2c_memory_mode { W2C_GUARD, W2C_BOUNDS, W2C_STATIC } w2c_memory_mode;

struct w2c_memory {
    u8 *data;             /* never moves */
    u64 size;             /* bytes in use */
    u64 pages, max_pages; /* in units of 1 << page_log2 bytes */
    u64 reserved;         /* bytes of address space behind data */
    u64 limit_pages;      /* growth fails above it: the embedder's max_memory, else max_pages */
    u64 declared_max; /* as the type says, UINT64_MAX for none: what imports are matched against */
    u8 page_log2;
    u8 mode; /* w2c_memory_mode it can serve: a guarded one serves both */
    bool is64, shared, has_max;
    bool mapped;                 /* its image is mapped, not copied */
    bool remapped;               /* and something else was mapped since */
    u32 lock;                    /* held while it grows */
    struct w2c_waiters *waiters; /* threads in memory.atomic.wait; NULL until the first */
    u32 growths, failed_growths;
    u32 policy;                  /* w2c_memory_policy */
    struct w2c_watcher *watcher; /* NULL: nobody watches, no group counts it */
    w2c_hold *hold;              /* NULL until the first view */
    struct w2c_range *range;     /* in the registry: its faults are traps */
    struct w2c_origin *origin;   /* the image it shares with its forks: rt_origin.c; NULL: none */
};

/* ---- exceptions: what throws and catches is in w2c_eh.h */
struct w2c_tag {
    const w2c_type *type;
    bool is_host; /* made by w2c_tag_new: matches by its letters */
};

enum { W2C_EXCEPTION_ROOM = 6 }; /* values that an exception holds without a heap allocation */
/* Unused; thrown, and referred to by nothing but a context's head.thrown; the same with values on
 * the heap; kept: others may refer to it, only a collection frees it. */
enum { W2C_EXN_FREE, W2C_EXN_THROWN, W2C_EXN_LARGE, W2C_EXN_KEPT };

struct w2c_exception {
    const w2c_tag *tag;
    w2c_value *values;   /* room, or on the heap */
    w2c_exception *next; /* when free; while collecting */
    u32 count;
    u32 held; /* by the host */
    u8 state, mark;
    size_t first_value; /* while collecting: where the heap has the objects that values refer to */
    w2c_value room[W2C_EXCEPTION_ROOM];
};

/* What passes between functions that take part in tail calls; see w2c_tail.h. Nothing in it outlives
 * the way into a function, or out of it. */
enum { W2C_TAIL_INTS = 5, W2C_TAIL_FLOATS = 4 };
typedef struct w2c_tail {
    u64 *words;           /* arguments and results beyond those in registers, or in a and d; */
    u32 word_count;       /* room for those of every module in the context */
    u32 abi;              /* W2C_TAIL_ABI of the modules whose functions have a `tail`; 0: none yet;
                           * UINT32_MAX: they differ, and no function has one */
    const w2c_func *func; /* what an adapter is to call */
    w2c_code next;        /* trampoline: the function to call next; NULL: none */
    w2c_instance *instance; /*   with this instance and these arguments */
    u64 a[W2C_TAIL_INTS];
    f64 d[W2C_TAIL_FLOATS];
} w2c_tail;

/* Where interpreted functions keep their operands: a stack of its own. Frames restore `at`. */
typedef struct w2c_operands {
    u64 *at, *end; /* what is free; NULL: none yet */
    u64 *low;
} w2c_operands;

/* Fuel and interruption of code that is made for it (w2c_meter in w2c.h): `stopped` is 0, or INT64_MAX when
 * somebody has interrupted, so that one comparison sees both ends. Only w2c_interrupt may come from other
 * threads. C compilers may keep the fuel in registers and take two units at once, but not across what may
 * fault or call: those may read the meter, for all they know. */
W2C_NORETURN void w2c_meter_ended(w2c_meter *meter) __attribute__((cold));
#define W2C_STOPPED(meter) (*(const volatile s64 *)&(meter)->stopped)
#ifdef __has_feature
#if __has_feature(thread_sanitizer)
#undef W2C_STOPPED
#define W2C_STOPPED(meter) __atomic_load_n(&(meter)->stopped, __ATOMIC_RELAXED)
#endif
#endif
W2C_INLINE s64 w2c_fuel(const w2c_meter *meter) {
    return meter->fuel;
}
/* At a function's entry and at a loop's turn, or at `units` of them between which nothing can be seen; fuel:
 * what the meter holds. Returns what it holds then: the meter is right at every moment, but a loop need not
 * wait for what it has just written there. */
W2C_INLINE s64 w2c_charge_from(w2c_meter *meter, s64 fuel, s64 units) {
    s64 left = fuel - units;
    if (W2C_UNLIKELY(left < W2C_STOPPED(meter))) w2c_meter_ended(meter);
    meter->fuel = left;
    return left;
}
W2C_INLINE void w2c_charge(w2c_meter *meter, s64 units) {
    (void)w2c_charge_from(meter, w2c_fuel(meter), units);
}
/* Code that counts nothing: has somebody interrupted? Threads that see the same request at the same time all end. */
W2C_NORETURN void w2c_meter_stopped(w2c_meter *meter) __attribute__((cold));
W2C_INLINE void w2c_poll(w2c_meter *meter) {
    if (W2C_UNLIKELY(W2C_STOPPED(meter))) w2c_meter_stopped(meter);
}
/* One unit where several threads may charge the meter: others see it at once. */
W2C_INLINE void w2c_charge_shared(w2c_meter *meter) {
    s64 left = __atomic_load_n(&meter->fuel, __ATOMIC_RELAXED) - 1;
    if (W2C_UNLIKELY(left < W2C_STOPPED(meter))) w2c_meter_ended(meter);
    __atomic_store_n(&meter->fuel, left, __ATOMIC_RELAXED);
}
/* For a loop that does `turns` turns at once, at most 2^62: takes their fuel, or nothing when there is less or
 * somebody has interrupted: then the turns are charged one by one, and it ends where it must. */
W2C_INLINE bool w2c_fuel_take(w2c_meter *meter, u64 turns) {
    s64 left = w2c_fuel(meter) - (s64)turns;
    if (W2C_UNLIKELY(left < W2C_STOPPED(meter))) return false;
    meter->fuel = left;
    return true;
}

/* Of turns that were taken and then not done. */
W2C_INLINE void w2c_fuel_return(w2c_meter *meter, u64 turns) {
    meter->fuel += (s64)turns;
}

/* What generated code sees of a context: its first member. */
typedef struct w2c_context_head {
    w2c_exception *thrown; /* the pending exception: from its throw until it is caught */
    w2c_exception *unused; /* ready for the next throw; NULL: none */
    w2c_gc gc;
    w2c_tail tail;
    w2c_operands operands;
    w2c_meter *meter; /* never NULL; instances hold it, too */
} w2c_context_head;

struct w2c_table {
    w2c_ref *data; /* may move when it grows */
    u64 size, max;
    const char *type; /* "funcref", "(ref null #...)": as in w2c_global */
    const w2c_type *heap;
    u64 declared_max;
    w2c_context
        *context; /* of the instances whose functions it may hold; NULL until one imports it */
    bool is64, has_max;
    bool holds_context;   /* keeps its context alive: a table made by w2c_table_new */
    w2c_table *next_held; /* such tables of one context */
};

/* A trap ends here. On the stack of the export's entry. Frames nest; the innermost is in the
 * thread's only thread-local. */
typedef struct w2c_frame {
    jmp_buf env;
    struct w2c_frame *outer;
    w2c_context *context;
    char *limit, *stack_low; /* of the context, before: restored when it was in use */
    u64 *operands;           /* likewise */
    w2c_status status;
    char *sp; /* everything below is of frames inside this one */
    struct w2c_landing
        *landing; /* innermost: where an exception that jumps goes; NULL: it ends the call */
} w2c_frame;

/* The first member of every instance. */
struct w2c_instance {
    const w2c_module *module;
    char *stack_limit; /* lowest address that the stack pointer may have in guest code */
    w2c_meter *meter;  /* the context's */
    w2c_context *context;
    w2c_instance *next_in_context;
    void *host_data;
    struct w2c_host *bound; /* records of host functions that this instance owns */
    w2c_memory *memory;     /* w2c_instance_memory's answer */
    w2c_resolver *resolve;  /* for lazy binding; may be NULL */
    void *resolve_user;
    struct w2c_extern *waiting;   /* by import: what a lazily bound function will be; NULL: none */
    struct w2c_binding *binding;  /* resolvers that are being asked */
    u32 called_imports;           /* bound by their first call */
    struct w2c_range *text;       /* the module's text in the registry; NULL: none */
    bool has_data;                /* init got as far as its data segments */
    bool room_ready, room_mapped; /* `room`: as in w2c_room */
    const struct w2c_image_set *images; /* what its memories began with; NULL: zeros */
    w2c_hold *hold;                     /* NULL until somebody wants to know when it goes */
    struct w2c_slot *slot;              /* the place in a pool that it goes back to; NULL: none */
    u64 room; /* bytes reserved behind the struct for memory 0, until that is created */
};
/* A module that defines memory 0 may have it begin a constant distance behind the instance (w2c_module.joined):
 * functions take its base, and find the instance in front of it. `size` is the struct's. What lies between can
 * not be accessed: should an access ever miss the memory by a little, it meets neither. */
#define W2C_FRONT_GAP 65536u
#define W2C_ADJACENT(size)                                                                         \
    ((((size) + 63u) & ~(__typeof__(size))63u) + (__typeof__(size))W2C_FRONT_GAP)
#define W2C_MEM0(m) ((u8 *)(m) + W2C_ADJACENT(sizeof *(m)))
#define W2C_OF_MEM0(type, mem0) ((type *)(void *)((mem0) - W2C_ADJACENT(sizeof(type))))

/* The record behind a bound host function. */
typedef struct w2c_host {
    w2c_instance instance; /* module is NULL */
    w2c_func func;
    w2c_instance *importer;
    w2c_host_fn fn;
    w2c_host_any_fn *any;
    void *env;
    struct w2c_host *next;
} w2c_host;

/* Numbers in element segments: of function records, or W2C_ELEM_IMPORT + number in module.imports.
 */
#define W2C_ELEM_NULL 0xffffffffu
#define W2C_ELEM_IMPORT 0x80000000u

typedef struct w2c_elem { /* an element segment at run time; dropped: count 0 */
    const u32 *funcs;     /* numbers as above, or NULL and */
    const w2c_ref *refs;
    u64 count;
} w2c_elem;

typedef struct w2c_data { /* a data segment at run time; dropped: len 0 */
    const u8 *bytes;
    u64 len;
} w2c_data;

/* ---- a module's constant description -------------------------------------------------------- */
typedef struct w2c_limits {
    u64 min, max; /* max UINT64_MAX: none */
} w2c_limits;

typedef struct w2c_import_desc {
    w2c_name module, name;
    w2c_kind kind;
    u32 slot; /* offset in the instance of its pointer: const w2c_func *, w2c_table *, w2c_memory *,
               * or the pointer to a global's value, or const w2c_tag * */
    u32 slot2; /* memories: offset of the cached base address; functions: offset of the w2c_func
                * whose code is the lazy stub; else 0 */
    const w2c_type
        *type;          /* functions, tags; of tables' and globals' types the concrete heap type */
    w2c_host_fn linked; /* functions: weak symbol NAME_i_MODULE_FIELD, or NULL; its env is the
                           * instance's config->host */
    w2c_code stub;      /* functions: binds at first call; see w2c_import_bind */
    const char *text;   /* others: type in words: "i32", "funcref" */
    w2c_limits limits;  /* tables, memories */
    u8 page_log2, mode; /* memories: mode the code was made for (w2c_memory_mode) */
    bool is64, shared;  /* tables, memories */
    bool is_mutable;    /* globals */
} w2c_import_desc;

/* What stands in front of a static memory's bytes, in the module's program: all zeros at first. */
typedef struct w2c_static_memory {
    u64 used;   /* bytes that an earlier instance may have written */
    u32 in_use; /* an instance has it */
} __attribute__((aligned(64))) w2c_static_memory;

typedef struct w2c_memory_desc {
    u32 storage, slot, base; /* offsets: w2c_memory, pointer to it, cached base address */
    w2c_limits limits;
    u8 page_log2, mode;
    bool is64, shared;
    w2c_static_memory *buffer; /* of a static memory: buffer_bytes follow; else NULL */
    u64 buffer_bytes;          /* as large as it may become */
    u64 address;               /* that code takes for granted; 0: any */
} w2c_memory_desc;

typedef struct w2c_table_desc {
    u32 storage, slot; /* offsets: w2c_table, pointer to it */
    const char *text;
    w2c_limits limits;
    bool is64;
    const w2c_type *heap; /* text and heap as in w2c_global */
    /* By slot, the index of a function or W2C_NO_ELEMENT: of a table that never changes and that nothing looks
     * at, so that instances have its size alone. NULL: of others. */
    const u32 *elements;
} w2c_table_desc;
#define W2C_NO_ELEMENT 0xffffffffu

typedef struct w2c_func_desc { /* defined functions that can be referred to */
    w2c_code code;
    const w2c_type *type;
    w2c_code tail;
} w2c_func_desc;

typedef struct w2c_tag_desc {
    u32 storage; /* offset: w2c_tag */
    const w2c_type *type;
} w2c_tag_desc;

typedef struct w2c_export_desc {
    w2c_name name;
    w2c_kind kind;
    u32 offset;    /* in the instance: of the w2c_func (functions defined here), else of the pointer
                    * that    the slot of an import, a table or a memory holds; of a global's value */
    bool imported; /* functions, globals, tags: `offset` is an import slot (a pointer) */
    bool is_mutable;
    const char *text;     /* globals: type in words, and */
    const w2c_type *type; /* the concrete heap type in it */
} w2c_export_desc;

/* Active data segments that stand in a table: copied in order; traps out of bounds. */
typedef struct w2c_active_data {
    u32 memory;        /* number in the module */
    u64 to, from, len; /* from: offset in the blob */
} w2c_active_data;

/* What a module's memories begin with, when it is worth keeping: made once, at the second instance
 * or by a pool, and shared by all instances (rt_image.c). The module's only mutable data. */
typedef struct w2c_images {
    struct w2c_image_set *set; /* NULL: not made yet */
    u32 uses;                  /* instances so far */
} w2c_images;

/* An image that the module brings: `bytes` at `begin` of a memory that starts with `pages`. */
typedef struct w2c_image_desc {
    u32 memory; /* number among the module's own */
    u64 pages;
    u64 begin, size; /* multiples of 4096 */
    const u8 *bytes; /* aligned to 4096 */
} w2c_image_desc;

/* What an instance holds, for snapshots. Numbers of functions are the module's own, so that they are the
 * same in every build of it. */
typedef struct w2c_global_desc { /* own globals, in order */
    u32 offset;
    const char *text; /* type and heap type as in w2c_global */
    const w2c_type *heap;
} w2c_global_desc;

typedef struct w2c_elem_desc { /* a passive segment as it begins; others: all zeros */
    const u32 *funcs;          /* as in w2c_elem; or NULL and */
    u32 refs;                  /* offset: of its references */
    u32 count;
    const char *text; /* of its references, as in w2c_global */
    const w2c_type *heap;
} w2c_elem_desc;

/* What is in an object of a struct or array type, or among the values of a tag's exceptions. */
typedef struct w2c_field_desc {
    const char
        *text; /* as in w2c_global, or "i8", "i16"; concrete types are "(ref #)", "(ref null #)" */
    const w2c_type *heap;
    u32 offset; /* in the object; of an array's first element; exceptions: not used */
} w2c_field_desc;

typedef struct w2c_object_desc {
    const w2c_type *type;
    u32 number;       /* the module's own: of the type, or of the tag */
    u32 first, count; /* of its fields (arrays: one) or values in w2c_state_desc.fields */
} w2c_object_desc;

typedef struct w2c_state_desc {
    u64 hash; /* of the module's bytes; or 0 and */
    u64 (*find_hash)(const w2c_module *module);
    const u32 *func_indices; /* by record, ascending */
    const w2c_global_desc *globals;
    const w2c_elem_desc *elems; /* by segment, up to the last passive one */
    const w2c_data *datas;      /* likewise, as they begin */
    u32 global_count, elem_count, data_count;
    u32 elem_states, data_states;     /* offsets: of w2c_elem[], w2c_data[] */
    void (*restored)(w2c_instance *); /* called when everything is there; may be NULL */
    const w2c_object_desc *objects;   /* struct and array types, ascending, one of equal ones */
    const w2c_object_desc *tags;      /* all tags, imported ones first */
    const w2c_field_desc *fields;
    u32 object_count, tag_count;
} w2c_state_desc;

/* A function that was active: an address in compiled code, or a module and its function. */
typedef struct w2c_trace_entry {
    uintptr_t pc;
    const w2c_module *module;
    u32 func;
} w2c_trace_entry;

/* How a trap finds the active functions where some are interpreted. */
typedef struct w2c_tracer {
    /* All frames of this thread, the innermost first; at most cap. How many. */
    u32 (*capture)(const w2c_context *context, w2c_trace_entry *out, u32 cap);
    w2c_name (*name)(const w2c_module *module, u32 func);
} w2c_tracer;
bool w2c_context_has(const w2c_context *context, const w2c_instance *instance);

/* How a module's exceptions reach their handlers. Those of modules that call each other must all do it alike. */
typedef enum w2c_exception_way {
    W2C_NO_EXCEPTIONS, /* it neither throws nor catches */
    W2C_TESTED,        /* calls return, and are tested behind */
    W2C_JUMPING        /* w2c_unwind */
} w2c_exception_way;

struct w2c_module {
    u32 abi;           /* W2C_ABI */
    u32 size;          /* bytes of the instance struct */
    const char *name;  /* as in NAME_new */
    const char *stamp; /* w2c version, modes, the input's hash */
    const w2c_import_desc *imports;
    const w2c_memory_desc *memories;
    const w2c_table_desc *tables;
    const w2c_func_desc *funcs;
    const w2c_export_desc *exports;
    u32 import_count, memory_count, table_count, func_count, export_count;
    u32 func_records;                  /* offset of w2c_func[func_count] */
    u32 first_memory;                  /* offset of the pointer to memory 0, or 0 */
    const char *text_begin, *text_end; /* guest code's addresses, NULL when nothing is guarded */
    bool (*selfcheck)(void);
    void (*init)(w2c_instance *); /* globals, tables, segments; runs inside a frame */
    const w2c_tag_desc *tags;     /* defined ones */
    u32 tag_count;
    u32 tail_abi,
        tail_words; /* W2C_TAIL_ABI and the words that its functions need; 0: no tail calls */
    void (*start)(w2c_instance *); /* the start function, after init; or NULL */
    const u8 *data;                /* the data segments' bytes: what `from` counts in */
    const w2c_active_data *active; /* the first active segments, while their places are constants */
    u32 active_count;
    bool active_is_all;          /* no other active data segment follows them */
    w2c_images *images;          /* NULL: images are not made */
    const w2c_image_desc *given; /* of a snapshot: then init touches no memory; else NULL */
    u32 given_count;
    const w2c_state_desc *state;     /* NULL: no snapshots */
    const struct w2c_tracer *tracer; /* of interpreted modules; else NULL */
    bool metered;                    /* charges its context's meter */
    /* calls a record of the instance, or an import's stub: of interpreted modules; else NULL */
    void (*call)(w2c_instance *, const w2c_func *, const w2c_value *, w2c_value *);
    bool joined;   /* memory 0, the first of `memories`, begins behind the instance: W2C_MEM0 */
    u8 exceptions; /* w2c_exception_way */
};

/* ---- traps, frames -------------------------------------------------------------------------- */
/* Ends the guest's call: never returns. Must run inside a frame. */
W2C_NORETURN void w2c_trap(w2c_status status) __attribute__((cold));
/* The same when a host function did not return W2C_OK: keeps the detail that a call which it made
 * left. Returns for W2C_EXCEPTION alone: the exception is pending then. */
void w2c_raise(w2c_status status) __attribute__((cold));
/* Frames are entered and left in pairs, innermost first; a host function must not leave them by
 * longjmp or a C++ exception. Entering costs a few ns unless thread or stack changed since the last
 * time. */
void w2c_frame_enter(w2c_frame *frame, w2c_instance *instance);
w2c_status w2c_frame_leave(w2c_frame *frame); /* the status that w2c_trap left, or W2C_OK */
/* The operands of the instance's context, made when there are none. NULL: no memory. */
w2c_operands *w2c_operands_of(w2c_instance *instance);
/* w2c_trap with a detail. */
W2C_NORETURN void w2c_trap_detail(w2c_status status, const char *text);
/* if (W2C_TRY(frame, instance)) guest code; return w2c_frame_leave(&frame); */
#define W2C_TRY(frame, inst) (w2c_frame_enter(&(frame), (inst)), setjmp((frame).env) == 0)

#if defined(__x86_64__) && defined(__clang__) && !defined(__cplusplus)
register char *w2c_rsp __asm__("rsp"); /* clang compares it with memory directly */
#endif
W2C_INLINE char *w2c_stack_pointer(void) {
#if defined(__x86_64__) && defined(__clang__) && !defined(__cplusplus)
    return w2c_rsp;
#elif defined(__x86_64__)
    char *sp;
    __asm__ volatile("movq %%rsp, %0" : "=r"(sp));
    return sp;
#elif defined(__aarch64__)
    char *sp;
    __asm__ volatile("mov %0, sp" : "=r"(sp));
    return sp;
#else
    return (char *)__builtin_frame_address(0);
#endif
}
/* At the top of functions that call: is there stack left? gcc inlines small recursive functions only
 * where the check is small, so it gets one comparison with memory; clang does better without. */
W2C_INLINE bool w2c_stack_ended(char *const *limit) {
#if defined(__x86_64__) && defined(__GCC_ASM_FLAG_OUTPUTS__) && !defined(__clang__)
    bool ended;
    __asm__ volatile("cmpq %1, %%rsp" : "=@ccb"(ended) : "m"(*limit));
    return ended;
#else
    return w2c_stack_pointer() < *limit;
#endif
}
#define W2C_METER(m) ((m)->w2c.meter)
#define W2C_ENTER(m)                                                                               \
    do {                                                                                           \
        if (W2C_UNLIKELY(w2c_stack_ended(&(m)->w2c.stack_limit)))                                  \
            w2c_trap(W2C_TRAP_STACK_EXHAUSTED);                                                    \
    } while (0)
/* The same for functions that need it only because frames of unoptimised builds are large. */
#ifdef __OPTIMIZE__
#define W2C_ENTER_UNOPTIMIZED(m) ((void)0)
#else
#define W2C_ENTER_UNOPTIMIZED(m) W2C_ENTER(m)
#endif
/* Before a call whose callee has a frame of up to `bytes`. */
#define W2C_ENTER_LARGE(m, bytes)                                                                  \
    do {                                                                                           \
        if (W2C_UNLIKELY((uintptr_t)w2c_stack_pointer() < (bytes) ||                               \
                         (uintptr_t)w2c_stack_pointer() - (bytes) <                                \
                             (uintptr_t)(m)->w2c.stack_limit))                                     \
            w2c_trap(W2C_TRAP_STACK_EXHAUSTED);                                                    \
    } while (0)

/* What a frame estimated at `bytes` for an unoptimised build may need in this one. */
#ifdef __OPTIMIZE__
#define W2C_FRAME(bytes) ((size_t)(bytes) / 8)
#else
#define W2C_FRAME(bytes) ((size_t)(bytes))
#endif

/* ---- calls ---------------------------------------------------------------------------------- */
bool w2c_type_equal(const w2c_type *a, const w2c_type *b);
/* Is a equal to b or below it? Spec: valid/matching#match-deftype */
bool w2c_type_matches(const w2c_type *a, const w2c_type *b);
/* A value type as w2c_global describes it: does a match b? Spec: valid/matching#match-valtype */
bool w2c_value_type_matches(const char *a, const w2c_type *a_heap, const char *b,
                            const w2c_type *b_heap);
/* Gives a function without code (interpreted, or a host function that interpreted code imported) that of an
 * adapter. type: of its signature, with adapters. False: no memory. See rt_call.c. */
bool w2c_func_wake(const w2c_func *func, const w2c_type *type);
/* The same, or traps. */
void w2c_func_rouse(const w2c_func *func, const w2c_type *type) __attribute__((cold));
/* What has no code yet: in descriptions that are made at run time, where there must be something. */
void w2c_no_code(void);
/* The slow side of a type check: returns when the function's type matches after all, else traps. It has
 * code then, where `type` has adapters. */
void w2c_check_type(const w2c_func *func, const w2c_type *type) __attribute__((cold));
/* call_indirect: the function at index i of table, of the type given. */
W2C_INLINE const w2c_func *w2c_table_func(const w2c_table *table, u64 i, const w2c_type *type) {
    if (W2C_UNLIKELY(i >= table->size)) w2c_trap(W2C_TRAP_UNDEFINED_ELEMENT);
    const w2c_func *func = (const w2c_func *)table->data[i];
    if (W2C_UNLIKELY(!func)) w2c_trap(W2C_TRAP_NULL_ELEMENT);
    if (W2C_UNLIKELY(func->type != type)) w2c_check_type(func, type);
    return func;
}
/* The same of a table that never changes, as constants: functions, and the module's numbers for their types, 0
 * in empty slots. Two arrays of one object: neither index needs a shift, and one address serves both. */
/* Why slot i cannot be called: traps. */
W2C_NORETURN void w2c_fixed_miss(const u32 *types, u32 count, u64 i) __attribute__((cold));
W2C_INLINE w2c_code w2c_fixed_func(const w2c_code *code, const u32 *types, u32 count, u64 i,
                                   u32 number) {
    if (W2C_UNLIKELY(i >= count || types[i] != number)) w2c_fixed_miss(types, count, i);
    return code[i];
}
#define W2C_FIXED_FUNC(table, count, i, number)                                                    \
    w2c_fixed_func((table).code, (table).type, count, i, number)
/* call_ref; type: of the reference */
W2C_INLINE const w2c_func *w2c_ref_func(w2c_ref ref, const w2c_type *type) {
    if (W2C_UNLIKELY(!ref)) w2c_trap(W2C_TRAP_NULL_FUNC);
    const w2c_func *func = (const w2c_func *)ref;
    if (W2C_UNLIKELY(!func->code)) w2c_func_rouse(func, type);
    return func;
}
/* ref.as_non_null */
W2C_INLINE w2c_ref w2c_non_null(w2c_ref ref) {
    if (W2C_UNLIKELY(!ref)) w2c_trap(W2C_TRAP_NULL_REFERENCE);
    return ref;
}
/* A stub's work: binds import number `i` of the instance, once, and returns the function; the slot
 * is patched. Traps with TRAP_UNBOUND_IMPORT when nobody knows it; the next call tries again. */
const w2c_func *w2c_import_bind(w2c_instance *instance, u32 i);

/* Did the call just made throw? Tested after calls that may; the caller then goes to its handler or
 * returns zeros. */
#define W2C_THROWN(m) W2C_UNLIKELY(((const w2c_context_head *)(m)->w2c.context)->thrown != NULL)
/* After calls of functions that never throw (WASI): traps when one did. */
#define W2C_NOT_THROWN(m)                                                                          \
    do {                                                                                           \
        if (W2C_THROWN(m)) w2c_thrown_by_wasi(&(m)->w2c);                                          \
    } while (0)
W2C_NORETURN void w2c_thrown_by_wasi(w2c_instance *instance) __attribute__((cold));

/* ---- memory --------------------------------------------------------------------------------- */
#ifdef __cplusplus
}
#endif
#include "w2c_access.h"
#ifdef __cplusplus
extern "C" {
#endif

/* A global's new value is in memory before anything after it can fault. gcc knows that a load at a constant address
 * behind the instance is no load of the global, and would move it over the store, out of a loop: it is told that
 * memory changed. */
#ifdef __clang__
#define W2C_SET(place, value) ((void)(*(volatile __typeof__(place) *)&(place) = (value)))
#else
#define W2C_SET(place, value)                                                                      \
    do {                                                                                           \
        *(volatile __typeof__(place) *)&(place) = (value);                                         \
        W2C_STORED;                                                                                \
    } while (0)
#endif

/* All trap as their instruction does. Sizes and addresses are bytes, growth is in pages. */
void w2c_memory_fill(w2c_memory *memory, u64 to, u32 byte, u64 len);
void w2c_memory_copy(w2c_memory *dst, w2c_memory *src, u64 to, u64 from, u64 len);
void w2c_memory_init(w2c_memory *memory, const w2c_data *data, u64 to, u32 from, u32 len);

/* One more holder of what has its hold at *place; made when there is none. NULL: out of memory. */
w2c_hold *w2c_hold_take(w2c_hold **place);
w2c_hold *w2c_hold_again(w2c_hold *hold); /* another one; the same hold */
void w2c_hold_drop(w2c_hold *hold);       /* NULL is fine. Thread: any, like all of these */
u32 w2c_hold_count(const w2c_hold *hold); /* holders; 0 for NULL */
/* Sets what w2c_instance_detail gives. */
void w2c_instance_explain(w2c_instance *instance, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* ---- tables --------------------------------------------------------------------------------- */
W2C_INLINE w2c_ref w2c_table_load(const w2c_table *table, u64 i) {
    if (W2C_UNLIKELY(i >= table->size)) w2c_trap(W2C_TRAP_TABLE_BOUNDS);
    return table->data[i];
}
W2C_INLINE void w2c_table_store(w2c_table *table, u64 i, w2c_ref value) {
    if (W2C_UNLIKELY(i >= table->size)) w2c_trap(W2C_TRAP_TABLE_BOUNDS);
    *(w2c_ref volatile *)&table->data[i] = value; /* also when what follows faults */
    W2C_IN_ORDER();
}
void w2c_table_fill(w2c_table *table, u64 to, w2c_ref value, u64 len);
void w2c_table_copy(w2c_table *dst, w2c_table *src, u64 to, u64 from, u64 len);
/* instance: whose functions and imports the numbers of a segment mean */
void w2c_table_init(w2c_instance *instance, w2c_table *table, const w2c_elem *elem, u64 to,
                    u32 from, u32 len);

/* ---- instantiation -------------------------------------------------------------------------- */
void w2c_active_data_copy(w2c_memory *const *memories, const u8 *blob, const w2c_active_data *list,
                          size_t count);
/* The same for the module's own list, w2c_module.active, less what an image brought already. */
void w2c_active_data_first(w2c_instance *instance, w2c_memory *const *memories);

#ifdef __cplusplus
}
#endif
#include "w2c_loop.h"
#include "w2c_bulk.h"
#include "w2c_scan.h"
#include "w2c_ops.h"
#endif
