/* translate.h: a module to C files: what the command line, the conformance runner and embedders of
 * libw2c call. Files are written only where their content changed, each by a rename, so that nothing
 * half-written is ever seen. The output depends on the module and the options only: not on threads. */
#ifndef W2C_TRANSLATE_H
#define W2C_TRANSLATE_H
#include "../frontend/opstream.h"

typedef enum Interruptible {
    NOT_INTERRUPTIBLE,
    INTERRUPTIBLE_FUEL, /* calls and loop turns are charged to the context's w2c_meter. A fast copy of a loop
                         * takes its turns with w2c_fuel_take first */
    INTERRUPTIBLE_STOP, /* nothing is counted: loop turns, and the calls that lower/polls.h chooses, look whether
                         * w2c_interrupt has been called */
} Interruptible;
typedef enum Exceptions {
    EXCEPTIONS_AUTO,  /* what costs less, where all who call the module's functions are known */
    EXCEPTIONS_TESTS, /* calls that may throw are tested */
    EXCEPTIONS_JUMPS, /* throwing jumps, unless groups are lazy: then in all modules that
                       * call each other other than by exports' entries */
} Exceptions;
typedef enum MemoryMode { MEMORY_GUARD, MEMORY_BOUNDS, MEMORY_STATIC } MemoryMode;
typedef enum DataMode {
    DATA_LITERAL, /* string literals in mod.c: any compiler, slow for megabytes */
    DATA_INCBIN,  /* mod.HASH.bin, included by the assembler: compile in the output's folder */
    DATA_IMAGE,   /* the same, and active segments as pages that are mapped: see emit_image.c */
} DataMode;

/* Where an interpreted instance has its parts: offsets in bytes, of arrays by index where nothing else is said. */
typedef struct TierLayout {
    uint32_t memories, bases, tables, imports, records, elems, datas;
    const uint32_t *tags, *globals; /* by tag, by global: offsets */
} TierLayout;

typedef struct TranslateOptions {
    const char *out;     /* path of mod.c; mod.h, mod.1.c ... stand beside it */
    const char *name;    /* prefix of external symbols, see translate_prefix; NULL: out's stem */
    uint32_t groups;     /* function groups; 0: by size */
    uint64_t group_size; /* aim, in bytes of wasm per group; 0: the default */
    unsigned threads;
    MemoryMode memory;
    DataMode data;
    bool canonical_nans;
    bool
        relaxed_native; /* relaxed SIMD: what the processor does best, not the deterministic profile */
    /* a whole program: imports throw no exceptions (a trap when one does) and give no references, and
     * the module's tables and globals are nobody else's */
    bool closed;
    Exceptions exceptions;
    bool no_fixed_tables;     /* call_indirect looks at the table even if that can never change */
    bool no_copies;           /* functions that call themselves are written out once */
    bool no_stack_analysis;   /* every function that calls checks the stack */
    bool no_kept_globals;     /* globals are read again each time */
    bool no_narrow_constants; /* constants keep bits that nobody looks at */
    bool no_joined_memory;    /* instance and memory 0 lie apart */
    bool fixed_base;          /* own memories lie at constant addresses: one instance at a time */
    uint64_t max_memory;    /* bytes: how large static memories may become; 0: as their types say */
    bool no_range_analysis; /* explicit checks are made at every access */
    bool no_loop_versions;  /* loops as they are, without fast copies */
    bool no_loop_branches;  /* fast copies only of bodies that are a straight line */
    bool no_loop_rolling;   /* fast copies have the loops' own turns */
    bool no_libc_routines;  /* loops that search, compare or copy bytes do so themselves */
    bool explain_loops;     /* says of every loop, on stderr, whether it has one, or why not */
    bool lazy_groups; /* groups are for shared objects, loaded at the first call: see w2c_group.h */
    Interruptible interruptible;
    const TierLayout
        *tier; /* groups are for a running interpreter (emit_tier.c): needs lazy_groups; the main
                             * file is of no use then. NULL: they are not */
    bool prefix_all; /* static names carry NAME_ too: several outputs can be one compilation unit */
    uint32_t
        only_func; /* emit this function's body alone (others become traps): to bisect; NO_FUNC: all */
    const char
        *dump; /* letters of passes whose result goes to stderr (v: validated op stream, l: lowered
                       * statements); NULL: none */
    const char *version; /* for the stamp; W2C_VERSION */
    /* called from the calling thread as work goes on; may be NULL */
    void (*progress)(void *user, uint64_t done, uint64_t total);
    void *user;
} TranslateOptions;

typedef struct Output {
    const char *path;
    bool changed; /* false: it was there already with this content */
    uint64_t bytes;
} Output;

typedef struct OutputList { /* in the arena given */
    Output *items;          /* the first is OPTIONS.out, the second its header */
    uint32_t count;
    const uint32_t *group_ends; /* by group: the function index behind its last */
    uint32_t group_count;
} OutputList;

/* Switches every optimisation of these options off: what tests compare with. */
static inline void translate_options_plain(TranslateOptions *o) {
    o->no_fixed_tables = o->no_copies = o->no_stack_analysis = o->no_range_analysis = true;
    o->no_joined_memory = o->no_kept_globals = o->no_narrow_constants = true;
    o->no_loop_versions = o->no_loop_branches = o->no_libc_routines = true;
    o->no_loop_rolling = true;
    o->exceptions = EXCEPTIONS_TESTS;
}

/* Validates every function on the way. On failure nothing is left behind that this call wrote.
 * Errors: as validate_function, and UNSUPPORTED not_lowered (a construct's text and offset), IO, NOMEM. */
bool translate_module(Context *ctx, const Module *m, const TranslateOptions *options, Arena *arena,
                      OutputList *out);
/* The files that translate_module would write, without writing. */
bool translate_list(Context *ctx, const Module *m, const TranslateOptions *options, Arena *arena,
                    OutputList *out);

/* The prefix of external symbols that a wished name becomes, as NAME in NAME_new: mangled, and behind an
 * "m_" when C, C++ or the generated code means something else by it. In the arena; NULL: no memory. */
char *translate_prefix(Arena *arena, Slice name);

/* A name as C identifiers spell it, appended to out: ASCII letters, digits and '_' stay, but a '_' before
 * an 'x'; every other byte is _xHH; the empty name is _x. Reversible. */
#include "../base/buffer.h"
void mangle_name(Buffer *out, Slice name);
#endif
