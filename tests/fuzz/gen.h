/* gen.h: a generator of valid modules for the differential fuzzer: what its files share.
 *
 * Everything is decided by gen_pick, which draws from a tape: from a seed's random numbers at first, from
 * recorded picks later. Any tape gives a valid module, and smaller picks give simpler ones, so a module is
 * made smaller by making its tape smaller (minimise.c).
 *
 * A body is made forwards beside the stack of types that it has so far: an instruction takes what lies
 * there where the types fit, and what else it needs is generated. Runs end: without `endless` every
 * function and every turn of a loop takes one from global 0, "budget", and no branch goes back and no
 * function does its work when that is used up.
 *
 * Owner: everything is in the Gen's arena. Thread: one. */
#ifndef W2C_FUZZ_GEN_H
#define W2C_FUZZ_GEN_H
#include "base/arena.h"
#include "base/buffer.h"
#include "frontend/decode.h"
#include "frontend/types.h"

enum {
    GEN_TYPES = 400,
    GEN_REF_TYPES = 20, /* the first ones: those that references name */
    GEN_FUNCS = 64,
    GEN_FIELDS = 4,
    GEN_ARITY = 4,
    GEN_STACK = 200,
    GEN_LABELS = 24,
    GEN_LOCALS = 60,
    GEN_GLOBALS = 20,
    GEN_FEW = 4, /* memories, tables, tags */
    GEN_SEGMENTS = 6,
    GEN_IMPORTS = 4, /* host functions, always there: see gen_imports */
    GEN_BUDGET = 0,  /* the global that bounds runs */
};

typedef struct GenOptions {
    uint32_t funcs; /* most defined functions */
    uint32_t size;  /* most instructions of a function, about */
    bool endless;   /* loops and recursion are not bounded: for runs with fuel */
} GenOptions;

typedef struct GenList { /* of value types */
    ValType types[GEN_ARITY];
    uint32_t count;
} GenList;

typedef struct GenType {
    TypeForm form;
    GenList params, results; /* FORM_FUNC */
    Field fields[GEN_FIELDS];
    uint32_t field_count;
    uint32_t super; /* NO_TYPE: none */
    bool final;
    uint32_t group; /* first of its recursion group */
} GenType;

typedef struct GenMemory {
    bool is64, shared;
    uint8_t page_log2;
    uint64_t min, max; /* pages */
} GenMemory;

typedef struct GenTable {
    ValType type;
    bool is64, filled; /* filled: has an initial value */
    uint64_t min, max;
} GenTable;

typedef struct GenGlobal {
    ValType type;
    bool mutable;
} GenGlobal;

typedef struct GenElem {
    ValType type;
    uint32_t count, mode; /* 0 passive, 1 active */
} GenElem;

typedef enum LabelKind { LABEL_PLAIN, LABEL_LOOP, LABEL_CATCH } LabelKind;
typedef struct GenLabel {
    GenList types; /* of a branch to it */
    LabelKind kind;
    uint32_t base; /* height of the stack below it */
} GenLabel;

typedef struct Gen {
    GenOptions options;
    Arena arena;
    /* the tape */
    uint64_t random;
    const uint32_t *replay; /* NULL: draw from `random` */
    uint32_t replay_count;
    uint32_t *tape;
    uint32_t tape_count, tape_cap;
    /* the module */
    GenType types[GEN_TYPES];
    uint32_t type_count, ref_types;
    uint32_t func_types[GEN_FUNCS], func_count; /* imports first */
    GenMemory memories[GEN_FEW];
    GenTable tables[GEN_FEW];
    uint32_t tags[GEN_FEW]; /* types */
    GenGlobal globals[GEN_GLOBALS];
    GenElem elems[GEN_SEGMENTS];
    uint32_t datas[GEN_SEGMENTS]; /* bytes */
    uint32_t memory_count, table_count, tag_count, global_count, elem_count, data_count;
    bool legacy; /* exceptions in the old form */
    /* the function at hand */
    Buffer code;
    uint32_t func;
    ValType locals[GEN_LOCALS];
    uint32_t local_count, param_count;
    ValType stack[GEN_STACK];
    uint32_t height;
    GenLabel labels[GEN_LABELS];
    uint32_t label_count;
    int32_t room;   /* instructions to come, about */
    bool dead;      /* behind an instruction that does not go on */
    uint32_t *seen; /* by op: how often it was made; NULL: not counted */
} Gen;

/* ---- gen_tape.c ---- */
void gen_init(Gen *g, const GenOptions *options, uint64_t seed);
void gen_replay(Gen *g, const GenOptions *options, const uint32_t *tape, uint32_t count);
void gen_free(Gen *g);
uint32_t gen_pick(Gen *g, uint32_t n); /* below n; 0 is the simplest */
static inline bool gen_one_in(Gen *g, uint32_t n) {
    return gen_pick(g, n) == n - 1;
}
/* ---- gen_bytes.c: the binary format ---- */
void gen_byte(Buffer *b, unsigned byte);
void gen_u64(Buffer *b, uint64_t value);
void gen_s64(Buffer *b, int64_t value);
void gen_heap(Buffer *b, uint32_t heap);
void gen_type(Buffer *b, ValType t);
void gen_const(Gen *g, Buffer *b, ValType t); /* of a number or vector; with its opcode */
void gen_code_op(Gen *g, Op op);              /* the opcode of an instruction of the function */
/* ---- gen_types.c ---- */
void gen_types_make(Gen *g);
bool gen_subtype(const Gen *g, ValType a, ValType b);
bool gen_heap_below(const Gen *g, uint32_t a, uint32_t b);
bool gen_makeable(ValType t); /* has values in every module */
uint32_t gen_func_type(Gen *g, const GenList *params, const GenList *results); /* found or added */
ValType gen_number(Gen *g);        /* a type: of a number or vector */
ValType gen_value_type(Gen *g);    /* any that has values */
ValType gen_nullable_type(Gen *g); /* any that has a default */
void gen_types_write(const Gen *g, Buffer *out);
/* ---- gen_value.c: code that makes values ---- */
void gen_push(Gen *g, ValType t);
void gen_drop_types(Gen *g, uint32_t count);
void gen_value(Gen *g, ValType t, uint32_t depth);               /* makes one and pushes its type */
void gen_operands(Gen *g, const ValType *types, uint32_t count); /* and pops them */
void gen_sink(Gen *g);                           /* stores or drops the topmost value */
void gen_finish(Gen *g, const GenList *results); /* the stack above the label: exactly these */
uint32_t gen_base(const Gen *g);
/* ---- gen_op.c: the instructions that opcodes.def describes wholly ---- */
bool gen_table_op(Gen *g, Op op, uint32_t depth);     /* false: not possible in this module */
bool gen_typed_op(Gen *g, ValType t, uint32_t depth); /* one that gives a t alone */
void gen_any_op(Gen *g);
void gen_address(Gen *g, uint32_t memory);
/* ---- gen_fields.c: accesses at one address ---- */
bool gen_fields(Gen *g);
/* ---- gen_special.c: the others that neither branch nor call ---- */
bool gen_special(Gen *g, Op op);
/* ---- gen_control.c: blocks, branches, calls, exceptions ---- */
void gen_body(Gen *g, uint32_t func, Buffer *out);
void gen_statements(Gen *g, uint32_t count);
void gen_block_value(Gen *g, ValType t);
bool gen_call_value(Gen *g, ValType t);
/* ---- gen_module.c ---- */
/* The whole module; NULL: no memory. In the arena. What can be called are its exports f0, f1 ... */
const uint8_t *gen_module(Gen *g, size_t *len);
extern const char
    *const gen_import_letters[GEN_IMPORTS]; /* types of the host's functions "h" "0" ... */
#endif
