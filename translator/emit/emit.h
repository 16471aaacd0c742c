/* emit.h: what the files of emit/ share: the names and decisions made once per module, and the writer
 * of one function. Everything here is read-only while groups are written in parallel. */
#ifndef W2C_EMIT_H
#define W2C_EMIT_H
#include "../base/bitmap.h"
#include "../base/buffer.h"
#include "../lower/ir.h"
#include "../lower/fixed_tables.h"
#include "../lower/loop.h"
#include "../lower/may_throw.h"
#include "../lower/polls.h"
#include "../lower/range_checks.h"
#include "../lower/stack_checks.h"
#include "translate.h"

enum { NO_RECORD = 0xffffffffu, TYPE_ID = 32 };

typedef enum CaughtForm { /* what functions take first: as emit_self says, w2c_instance *, NAME * */
                          CAUGHT_OWN,
                          CAUGHT_INSTANCE,
                          CAUGHT_IMPORT,
                          CAUGHT_FORMS
} CaughtForm;

typedef struct Group {
    uint32_t first, last; /* defined functions: [first, last) */
    uint64_t bytes;
} Group;

typedef struct EmitImage {
    uint64_t begin, size; /* of the memory: bytes, multiples of 4096 */
    uint64_t at;          /* in the blob */
} EmitImage;

#define FEATURE_BIT(name) ((uint64_t)1 << FEATURE_##name)

typedef struct Emitter {
    Context *ctx;
    const Module *m;
    const TranslateOptions *options;
    Arena *arena;
    const char *name;     /* the module's prefix, mangled */
    const char **funcs;   /* C name by function index; imports: of the inline that calls the slot */
    const char **imports; /* by import: [NAME_c_]i_MODULE_FIELD, mangled and unique */
    size_t import_skip;   /* length of the part in brackets, there with prefix_all only */
    const char **exports; /* by export: mangled */
    const char **globals; /* by global: the member's name */
    const char **types;   /* by type: its descriptor is w2c_type_NAME; equal types, equal names */
    const char **signatures; /* by function type: letters of its signature in C: w2c_fn_NAME */
    uint8_t (*ids)[TYPE_ID]; /* by type: see emit_type_ids.c; NULL when every type is plain */
    uint32_t *records;       /* by function: its w2c_func in the instance, or NO_RECORD */
    const uint32_t *import_of_func; /* by imported function: its import */
    uint8_t *modes;                 /* by memory: MemoryMode in force */
    bool joined; /* memory 0 begins behind the instance: functions take its base, mem0 */
    uint32_t record_count;
    MayThrow may_throw;
    CallGraph calls;
    StackChecks stack;
    const uint8_t *polls; /* by function: Poll; NULL: nobody looks whether it is interrupted */
    FixedTables fixed;
    uint64_t *in_fixed; /* bitmap by function: in a table that never changes; NULL: none is */
    uint64_t *tries;    /* bitmap by function: it has one; NULL: exceptions do not jump */
    uint64_t *caught[CAUGHT_FORMS]; /* bitmaps by type: called in one by CaughtForm */
    uint64_t *tail_bodies,
        *tail_targets;       /* bitmaps by function: see emit_tail_plan.c; NULL: no tail calls */
    uint64_t *tail_types;    /* bitmap by canonical type: has an adapter for tail calls */
    uint64_t *tail_indirect; /* the same: tables are called with it */
    uint32_t
        *tail_slots; /* such final types, when fixed tables have an array of tail forms for each; */
    uint32_t tail_slot_count; /* else NULL */
    uint32_t tail_words;      /* the most words that arguments or results take */
    Group *groups;
    uint32_t group_count;
    uint64_t *buffers; /* by memory: bytes of its static buffer, or 0: it has none */
    EmitImage *images; /* by own memory: see emit_image.c; NULL: active segments are copied */
    uint64_t image_bytes;
    uint64_t input_hash;
    uint64_t features; /* bits: used by the module's declarations and, once written, its bodies */
} Emitter;

/* What one thread writes into. */
typedef struct Writer {
    const Emitter *e;
    Context *ctx; /* the thread's */
    Buffer *out;
    uint64_t *needed;  /* bitmap: functions that need a prototype here */
    uint64_t features; /* used by the functions written */
    Buffer body;       /* of the function under work: printed before its declarations */
    const Ir *ir;
    uint32_t func;
    unsigned copy;        /* of func: 0 the function itself, see emit_copies.c */
    unsigned depth;       /* braces open */
    unsigned opaque;      /* bits: laundered constants used, see emit_expr.c */
    bool plain;           /* no laundered constants here: an initialiser */
    bool keeps_fuel;      /* the fuel is a variable, too, in loops without calls: */
    uint64_t *fuel_loops; /*   bitmap by block; NULL: in none */
    bool pays_calls;      /* of its copies, which take the meter: see emit_meter.c */
    uint32_t paid_call;   /* the statement whose call the turn has paid for */
    bool calls_itself;    /* by tail calls: goto T0 */
    uint64_t params_set;  /* a body of tail calls: bit k: parameter k may be set (above: it may) */
    uint32_t *slots[MAX_SLOT_TYPES]; /* bitmaps: slots used, by height */
    uint32_t slot_words;
    uint64_t *handlers,
        *held;        /* bitmaps by block: tries whose handlers are reached, those that hold
                                * what they caught; NULL: none */
    LoopSet loops;    /* of the function */
    const Loop *loop; /* whose fast copy is under work */
    const char *turn; /* the number of the turn, in it */
    RangeChecks ranges;
    uint32_t globals, globals_again,
        globals_read; /* bits: those kept in variables, written to, read; see emit_global.c */
    uint32_t sizes,
        pointers; /* bits: memories whose size the body reads again, whose w2c_memory it uses */
    Arena arena;  /* reset for each function */
} Writer;

/* ---- emit_names.c ---- */
bool emit_name_all(Emitter *e);
/* The function's name in another form, into the scratch buffer: 't' its tail form, 'b' what stands behind
 * a checked entry. NULL when memory runs out. */
const char *emit_form_name(const Emitter *e, Buffer *scratch, uint32_t func, char form);
char *emit_mangled(Emitter *e, Slice name); /* in e->arena; NULL when memory runs out */
/* One C file has all: functions are static there. */
static inline bool emit_is_single(const Emitter *e) {
    return e->group_count <= 1 && !e->options->lazy_groups;
}
/* ---- emit_lazy.c: groups that are loaded at the first call ---- */
/* Calls of function func of another group, through the table. */
void emit_lazy_call(const Emitter *e, Buffer *out, uint32_t func);
void emit_lazy_decls(const Emitter *e, Buffer *out);
/* What a group's file ends with, and what the program has; needed: bitmap of functions called from other groups. */
void emit_lazy_group(const Emitter *e, Buffer *out, uint32_t group);
void emit_lazy_tables(const Emitter *e, Buffer *out, const uint64_t *needed);
/* ---- emit_tier.c: groups for a running interpreter ---- */
void emit_tier_struct(const Emitter *e, Buffer *out);
void emit_tier_decls(const Emitter *e, Buffer *out);
void emit_tier_interpreted(const Emitter *e, Buffer *out, uint32_t func);
void emit_tier_group(const Emitter *e, Buffer *out, uint32_t group);
/* ---- emit_plan.c ---- */
bool emit_plan(Emitter *e);
/* ---- emit_expr.c ---- */
void emit_expr(Writer *w, uint32_t node, bool parens);
void emit_condition(Writer *w, uint32_t node);
void emit_slot(Writer *w, unsigned type, uint32_t height);
void emit_local(Writer *w, uint32_t local);
void emit_opaque_decls(Writer *w, Buffer *out);
const char *emit_c_type(unsigned kind); /* VT_I32: "u32" ... */
const char *emit_zero(unsigned kind);
enum { OPAQUE_F32 = 1, OPAQUE_F64 = 16 }; /* Writer.opaque: the bit of +0 of each type */
/* ---- emit_static.c: memories that are buffers of the program, or at constant addresses ---- */
const char *emit_mode_name(const Emitter *e); /* "guard", "guard_fixed": what the files agree on */
bool emit_joins(const Emitter *e);            /* Emitter.joined, once the modes are known */
uint64_t emit_address(const Emitter *e, uint32_t memory); /* a constant; 0: it is none */
bool emit_static_plan(Emitter *e);                        /* how large they are */
void emit_static_decls(const Emitter *e, Buffer *out);
void emit_static_defs(const Emitter *e, Buffer *out);
/* ---- emit_access.c: how memories are read and written ---- */
/* "_c(mem0, size0, " and the like: what stands between w2c_load_TYPE and the address. is_free: no check. */
void emit_access(Writer *w, uint32_t memory, uint16_t op, bool is_free);
void emit_memory(Writer *w, uint32_t memory); /* "memory0, " */
void emit_early_check(Writer *w, const RangeCheck *check);
/* memory.copy or memory.fill: the function's name and the memories, without the operands. */
void emit_bulk(Writer *w, const Stmt *s);
/* What a memory's size is now; it is not shared. */
void emit_size(Writer *w, uint32_t memory);
/* Behind what may have made a memory larger: the sizes again. */
void emit_sizes(Writer *w);
void emit_memory_decls(Writer *w, Buffer *out);
bool emit_ranges(Writer *w); /* w->ranges of w->ir */
/* ---- emit_global.c ---- */
void emit_globals_begin(Writer *w); /* which ones w->ir keeps in variables */
void emit_global(Writer *w, uint32_t global);
void emit_global_set(Writer *w, const Stmt *s);
void emit_globals_again(Writer *w); /* behind what may have written to them */
void emit_globals_decls(const Writer *w, Buffer *out);
/* ---- emit_meter.c: what interruptible functions pay ---- */
bool emit_meter_begin(Writer *w);
static inline bool emit_is_metered(const Writer *w) {
    return w->e->options->interruptible == INTERRUPTIBLE_FUEL;
}
/* At the function's top. */
bool emit_charges(const Writer *w);
void emit_charge(const Writer *w, Buffer *out);
void emit_turn(Writer *w, const Stmt *s); /* at a loop's head */
/* In front of a call's statement, and behind its first argument: where a copy is called. */
void emit_call_charge(Writer *w, const Stmt *s);
void emit_call_meter(Writer *w, const Stmt *s);
void emit_copy_prototype(const Writer *w, Buffer *out, const char *name, bool names);
/* Behind what has charged for turns of loop `block`, on a way past it: the fuel again. */
void emit_fuel(Writer *w, uint32_t block);
/* ---- emit_stmt.c ---- */
void emit_stmts(Writer *w);
uint32_t emit_stack_check_place(const Writer *w); /* in front of this statement, or NO_FUNC */
/* A reference to function func, as an expression. */
void emit_func_ref(Writer *w, uint32_t func);
void emit_indent(Writer *w);
void emit_label(Writer *w, const char *letter, uint32_t block);
const uint32_t *emit_stmt_args(const Writer *w, const Stmt *s);
void emit_arg(Writer *w, const Stmt *s, uint32_t i);
/* What leaves a place for good: the jump of a goto_if, a return, a trap. */
void emit_jump(Writer *w, const Stmt *s);
/* ---- emit_loop.c: fast copies of loops ---- */
void emit_loop_copy(Writer *w, const Loop *l); /* in front of the loop */
void emit_loop_leaf(Writer *w, const Node *n);
void emit_loops_explain(Writer *w); /* --explain-loops, to stderr */
bool emit_loops_any(const Writer *w);
/* Parts of a copy's text: in how many turns a test holds; where a group of accesses begins (`const u64 aGROUP
 * = ...;`; returns the type of its addresses); an access's pointer in turn k; assignments, all at once.
 * w->loop is the loop. */
void emit_loop_test(Writer *w, const LoopTest *t);
unsigned emit_loop_start(Writer *w, const Loop *l, uint32_t group);
void emit_loop_pointer(Writer *w, const LoopAccess *a);
void emit_loop_var(Writer *w, const LoopVar *v);
void emit_loop_pairs(Writer *w, const LoopPair *pairs, uint32_t count);
/* ---- emit_scan.c ---- */
/* In front of a copy's for-loop: the host's routine where it does the same, "else"; false: there is none. */
bool emit_loop_move(Writer *w, const Loop *l);
void emit_scan(Writer *w, const Loop *l); /* in front of a loop that searches */
/* The loop's label behind it; false: it is the loop's own. */
bool emit_scan_head(Writer *w, const Loop *l);
void emit_scan_decls(const Writer *w, Buffer *out);
/* ---- emit_call.c ---- */
void emit_call(Writer *w, const Stmt *s);
/* "fn = ...;": the function that the last operand names: a reference, or an index of table s->imm. */
void emit_callee(Writer *w, const Stmt *s, bool by_ref);
void emit_destination(Writer *w, const Stmt *s); /* "i3 = " of a statement with one result */
void emit_results_open(Writer *w, const Stmt *s, uint32_t type);
void emit_results_close(Writer *w, const Stmt *s);
/* ---- emit_copies.c: small functions that call themselves, written out several times ---- */
unsigned
emit_copy_count(const Writer *w); /* of the function under work, itself among them; 1: most */
/* The name of copy number `copy`; NULL when memory runs out. */
const char *emit_copy_name(const Writer *w, Buffer *scratch, unsigned copy);
/* The callee of a direct call: its name, or that of the next copy. */
void emit_callee_name(Writer *w, uint32_t func);
void emit_copy_prototypes(const Writer *w, Buffer *out);
/* ---- emit_fixed.c: calls through tables that never change ---- */
/* Does the statement look a function's record up in a table, or take it from a reference? */
bool emit_needs_record(const Writer *w, const Stmt *s);
/* Do calls through this table, with this type, pass what emit_self says? */
bool emit_fixed_own(const Emitter *e, uint32_t table, uint32_t type);
/* The callee of a call_indirect of such a table, and its first argument: "f_x(&m->w2c", "(" being what is between. */
void emit_fixed_callee(Writer *w, const Stmt *s, const char *between);
/* "next = ...": the tail form that a return_call_indirect goes to. */
void emit_fixed_tail(Writer *w, const Stmt *s);
void emit_fixed_decls(const Emitter *e, Buffer *out);
void emit_fixed_tables(const Emitter *e, Buffer *out);
void emit_unseen_slots(const Emitter *e, Buffer *out, uint32_t table); /* NAME_elementsI */
/* ---- the families' own files: false: not theirs ---- */
bool emit_tail_stmt(Writer *w, const Stmt *s);
bool emit_eh_stmt(Writer *w, const Stmt *s);
/* May what is called throw? is that to be tested behind it? and the test. */
bool emit_may_throw(const Writer *w, const Stmt *s);
bool emit_tests_thrown(const Writer *w, const Stmt *s);
void emit_thrown(Writer *w, const Stmt *s);
/* An exception is pending: "goto X5;" to the handlers of a try, or a return (handler 0). */
void emit_unwind(Writer *w, uint32_t handler);
/* ---- emit_caught.c: exceptions that jump ---- */
bool emit_caught_plan(Emitter *e);
/* The module's w2c_exception_way, once its bodies are written. */
const char *emit_exception_way(const Emitter *e);
void emit_caught_decls(const Emitter *e, Buffer *out);
bool emit_has_caught(const Emitter *e, uint32_t func);
/* Is the call made by a function that lands exceptions? "NAME_caught_ii_i(": what it calls is its first argument. */
bool emit_is_caught(const Writer *w, const Stmt *s);
void emit_caught(Writer *w, uint32_t type, CaughtForm form);
CaughtForm emit_caught_form(const Emitter *e, uint32_t func);
void emit_eh_decls(Writer *w, Buffer *out);
void emit_eh_end(Writer *w); /* behind a function's last statement */
bool emit_gc_stmt(Writer *w, const Stmt *s);
bool emit_atomic_stmt(Writer *w, const Stmt *s);
bool emit_gc_expr(Writer *w, const Node *n, bool parens);
/* ---- emit_tail_plan.c: who takes part in tail calls, and where arguments and results go ---- */
enum { TAIL_INTS = 5, TAIL_FLOATS = 4 }; /* W2C_TAIL_INTS, W2C_TAIL_FLOATS */
typedef struct TailPlaces {              /* filled so far */
    uint32_t most_ints, most_floats, ints, floats, words;
} TailPlaces;
#define TAIL_PARAMS ((TailPlaces){TAIL_INTS, TAIL_FLOATS, 0, 0, 0})
#define TAIL_RESULTS ((TailPlaces){1, 1, 0, 0, 0})
typedef struct TailPlace {
    char where; /* 'I' an integer's, 'D' a float's, 'W' words */
    uint32_t index;
} TailPlace;
TailPlace emit_tail_place(TailPlaces *p, unsigned kind); /* of the next value */
bool emit_tail_plan(Emitter *e);
bool emit_tail_is_body(const Emitter *e, uint32_t func);
bool emit_tail_is_target(const Emitter *e, uint32_t func); /* and no body */
bool emit_tail_is_adapted(const Emitter *e, uint32_t type);
/* ---- emit_tail.c ---- */
void emit_tail_params(const Emitter *e, Buffer *out, uint32_t type); /* declares p0 ... */
uint64_t emit_tail_params_set(const Ir *ir, uint32_t func);          /* for Writer.params_set */
void emit_tail_return(Writer *w, const Stmt *s);
void emit_tail_return_res(Writer *w); /* what the plain function would return as `res` */
/* A body's plain entry, or a target's adapter; nothing for other functions. */
void emit_tail_entry(Writer *w, uint32_t func, Buffer *out);
void emit_tail_decls(const Emitter *e, Buffer *out);
/* ---- emit_func.c ---- */
bool emit_function(Writer *w, uint32_t func);
/* The slots that a body uses: none yet; their declarations. */
bool emit_slots_init(Writer *w, const OpStream *stream);
void emit_slot_decls(Writer *w, Buffer *out);
/* "static u32 f_fac(calc *m, u32 p0)" without the storage class; names: also the parameters'. */
void emit_prototype(const Emitter *e, Buffer *out, uint32_t func, const char *name, bool names);
/* A function's first parameter: "instance", "mem0" or "m"; what is passed for it where `instance` is known; the
 * declaration of `m` where the first parameter is another, named `self`. */
const char *emit_self(const Emitter *e, uint32_t func);
void emit_self_of_instance(const Emitter *e, Buffer *out, uint32_t func);
void emit_instance_decl(const Emitter *e, Buffer *out, const char *self);
/* Of the functions needed; those outside [first, last) are in other groups. */
void emit_prototypes(const Emitter *e, Buffer *out, const uint64_t *needed, uint32_t first,
                     uint32_t last);
/* Does the function take the instance, as all must that records name? In tables that never change and in direct
 * calls it need not; records then name an entry of it that does. */
bool emit_is_addressed(const Emitter *e, uint32_t func);
bool emit_is_declared(const Emitter *e, uint32_t func); /* by ref.func, segments, exports, ... */
bool emit_has_entry(const Emitter *e, uint32_t func);
bool emit_number_records(Emitter *e); /* once it is known which tables are fixed */
/* Instances have no elements of it, but its size; what is in it is in the constants of the module. */
bool emit_table_is_unseen(const Emitter *e, uint32_t table);
bool emit_elem_is_unseen(const Emitter *e, uint32_t elem); /* an active segment of such a table */
/* The function's check of the stack, and its barrier before returns: W2C_ENTER, W2C_KEEP_FRAME. */
StackCheck emit_stack_check(const Writer *w);
bool emit_keeps_frame(const Writer *w);
void emit_stack_check_text(const Writer *w, Buffer *out);
/* ---- emit_types.c ---- */
/* ", u32 p0, f64 p1", or without names. */
void emit_params(Buffer *out, const TypeDef *t, bool names);
bool emit_name_types(Emitter *e);
void emit_type_decls(const Emitter *e, Buffer *out);
void emit_type_defs(const Emitter *e, Buffer *out);
const char *emit_result_type(const Emitter *e, Buffer *scratch, uint32_t type);
void emit_signature_text(const Emitter *e, Buffer *out, const TypeDef *t); /* "(i32) -> (i32)" */
void emit_letters(Buffer *out, const TypeDef *t);
void emit_descriptor_text(const Emitter *e, Buffer *out,
                          uint32_t type);     /* equal exactly when the types are */
const char *emit_value_member(unsigned kind); /* of w2c_value: VT_I32: "i32" ... */
/* A value between guest code (v128) and the host (w2c_v128): prefix and suffix around an expression. */
const char *emit_from_host(unsigned kind);
const char *emit_to_host(unsigned kind);
/* ---- emit_type_ids.c ---- */
bool emit_type_is_plain(const TypeDef *t);
bool emit_make_ids(Emitter *e);
void emit_value_text(const Emitter *e, Buffer *out, ValType t); /* the same in every module */
void emit_hex(Buffer *out, const uint8_t *bytes, unsigned count);
/* ---- emit_header.c ---- */
void emit_public_header(const Emitter *e, Buffer *out);
void emit_private(const Emitter *e, Buffer *out);
void emit_stamp(const Emitter *e, Buffer *out, bool with_hash);
/* A type as public headers spell it: uint32_t, float, w2c_ref ... */
const char *emit_public_type(ValType t);
/* ---- emit_instance.c, emit_init.c, emit_data.c ---- */
bool emit_check(Emitter *e); /* declarations that cannot be translated yet */
bool emit_instance(Emitter *e, Writer *w, Buffer *out);
bool emit_init(Emitter *e, Writer *w, Buffer *out);
bool emit_const(Emitter *e, Writer *w, ConstExpr expr, ValType type, uint32_t globals, Buffer *out);
/* The references of a dropped element segment keep nothing alive. */
void emit_elem_forget(const Emitter *e, Buffer *out, uint32_t k);
void emit_data(const Emitter *e, Buffer *out, const char *blob_file);
uint64_t emit_data_bytes(const Emitter *e); /* of the blob */
/* Is the segment's content in the blob at the place where the walk over segments is? */
static inline bool emit_data_in_turn(const Emitter *e, const Data *d) {
    return !e->images || d->mode != SEGMENT_ACTIVE;
}
/* ---- emit_image.c ---- */
bool emit_image_plan(Emitter *e);
void emit_image_blob(const Emitter *e, Buffer *out); /* e->image_bytes of them */
void emit_image_table(const Emitter *e, Buffer *out);
/* ---- emit_data.c ---- */
uint64_t emit_data_hash(const Emitter *e);
/* How many active segments come before the first whose place is not a constant; is that all? */
uint32_t emit_data_active(const Emitter *e, bool *is_all);
bool emit_data_const_offset(const Emitter *e, const Data *d, uint64_t *offset);
/* ---- emit_state.c: the description of what an instance holds, for snapshots ---- */
void emit_state(const Emitter *e, Buffer *out);
/* A type as descriptions have it: its text in quotes; its concrete heap type's descriptor, or NULL. */
void emit_type_text(const Emitter *e, Buffer *out, ValType t);
void emit_heap_type(const Emitter *e, Buffer *out, ValType t);
/* A C string literal of any bytes. */
void emit_string(Buffer *out, Slice s);
/* The same inside a comment: nothing that could end it. */
void emit_comment_text(Buffer *out, Slice s);
bool emit_writer_init(Writer *w, const Emitter *e, Context *ctx);
void emit_writer_free(Writer *w);

/* ---- output.c: files appear whole, all together, or not at all ---- */
typedef struct OutputSet {
    Context *ctx;
    Arena *arena;
    struct OutputFile {
        const char *path, *temp; /* temp empty: unchanged */
        uint64_t bytes;
    } *files;
    uint32_t count, cap;
} OutputSet;
bool output_init(OutputSet *o, Context *ctx, Arena *arena, uint32_t cap);
bool output_add(OutputSet *o, const char *path); /* at most cap of them */
/* Writes content to a temporary beside path unless path has that content. Thread: different i at once. */
bool output_put(OutputSet *o, Context *ctx, uint32_t i, const char *const *parts,
                const size_t *lens, unsigned count);
bool output_commit(OutputSet *o);
void output_abort(OutputSet *o);
#endif
