/* opstream.h: a validated function: what lowering to C and the interpreter read.
 * Dead code is gone, labels are block numbers, immediates are decoded, operands of `drop` and
 * `select` carry their type. It lives in the function arena.
 *
 * Code is dead behind an instruction that ends a straight line, up to the next else, catch or end
 * of a block that opened in live code. Behind an `end` code is live when something reaches it: the
 * code before it (aux), the end of an earlier arm, a branch to its label (not for a loop, whose
 * label is its beginning), or an if without else not taken. Handlers of a try are live when the try
 * is. Spec: valid/instructions */
#ifndef W2C_OPSTREAM_H
#define W2C_OPSTREAM_H
#include "module.h"

typedef enum Op {
#define OP(feature, prefix, code, name, text, imm, sig, fx, kind, c) OP_##name,
#include "opcodes.def"
#undef OP
    OP_COUNT
} Op;

typedef enum ImmKind {
#define IMM(id, text) IMM_##id,
#include "imms.def"
#undef IMM
    IMM_COUNT
} ImmKind;

/* One instruction. What a, b and aux hold depends on the row's immediate kind; the rest is 0:
 *   none             -
 *   block            a = block number
 *   try_table        a = block number, b = pool index of its catches: count, then 4 words each:
 *                    kind 0-3, tag index or 0, target block, 0
 *   else_, end       a = block number; aux = 1 when the code before it can fall into it
 *   label            a = target block number
 *   labels           a = pool index, b = count without the default; pool[a..a+b] are block numbers,
 *                    the default last
 *   func, type, table, elem, data, tag, local, global, mem (index)    a = index
 *   call_indirect    a = type index, b = table
 *   table2, mem_mem, type2   a = destination, b = source
 *   elem_table       a = elem, b = table
 *   data_mem         a = data, b = memory
 *   i32, f32         a = bits
 *   i64, f64         a = low word, b = high word
 *   v128, shuffle    a = pool index of 4 words, lowest lane first
 *   mem0-4, amem0-3  aux = memory index, a = offset's low word, b = its high word
 *   mlane0-3         the same, and the lane in `lane`
 *   lane2-16         a = lane
 *   heap             a = ValType of the reference named: nullable for ref.null, ref.test null and
 *                    ref.cast null, not null for the other two
 *   field            a = type, b = field
 *   type_n           a = type, b = count
 *   type_data, type_elem   a = type, b = segment
 *   cast_br          a = target block, b = pool index of 2 words: source and target ValType
 *   depth            a = target block number: for delegate the block that exceptions go to (0: the
 *                    caller's), for rethrow the try whose exception it is
 * Beyond their immediates:
 *   drop, select     a = ValType of the operands (never bottom)
 *   catch, catch_all, delegate   b = number of their try; aux as for end: delegate ends its try
 *   if, br_if        hint
 * nop is left out. Instructions that end a straight line (br, return, unreachable, throw, tail
 * calls and the like) are followed by an else, catch, catch_all, delegate or end with aux = 0.
 */
typedef struct Ins {
    uint16_t op;
    uint16_t aux;
    uint32_t offset; /* byte offset of the opcode in the module */
    uint32_t a, b;
    uint8_t lane;
    uint8_t hint; /* branch hint: 0 none, 1 unlikely, 2 likely */
    uint8_t hard; /* br_on_*, ref.cast: spare */
    uint8_t spare;
} Ins; /* 20 bytes */

typedef enum BlockKind {
    BLOCK_FUNC,
    BLOCK_BLOCK,
    BLOCK_LOOP,
    BLOCK_IF,
    BLOCK_TRY_TABLE,
    BLOCK_TRY
} BlockKind;

typedef struct Block {
    uint8_t kind;
    bool has_else;
    uint32_t parent;     /* block number; the function's own block is 0 and its own parent */
    uint32_t begin, end; /* instruction numbers of the opener and of its end (opener of 0: 0) */
    uint32_t height;     /* operands below its parameters */
    /* Live branches to its label: each entry of a br_table and each catch clause of a try_table
     * counts; return and the legacy rethrow and delegate do not. */
    uint32_t branches;
    const ValType *params, *results;
    uint32_t param_count, result_count;
} Block;

typedef struct OpStream {
    Ins *ins;
    Block *blocks; /* in order of their openers; blocks[0] is the function */
    uint32_t *pool;
    ValType *locals; /* parameters first */
    uint32_t count, block_count, pool_count, local_count, param_count;
    uint32_t max_height; /* the most operands there are before or after an instruction */
    uint64_t features_used;
} OpStream;

/* How a label is reached with values: a loop takes its parameters, everything else its results. */
static inline uint32_t block_label_arity(const Block *b) {
    return b->kind == BLOCK_LOOP ? b->param_count : b->result_count;
}
static inline const ValType *block_label_types(const Block *b) {
    return b->kind == BLOCK_LOOP ? b->params : b->results;
}

typedef struct OpInfo {
    uint8_t prefix, feature, imm, fx, kind;
    uint16_t code;
    const char *name, *text, *sig, *c;
} OpInfo;
extern const OpInfo op_info[OP_COUNT];
/* VT_F32 or VT_F64 when the instruction may give NaNs of that type, or lanes that are, whose bits the
 * specification leaves open: what --canonical-nans repairs. 0: never. */
unsigned op_makes_nans(Op op);
/* How many bytes a load or a store of KIND_LOAD or KIND_STORE, or one of a lane, reads or writes. */
unsigned op_access_bytes(unsigned op);

/* Effects and ways of printing, as opcodes.def spells them. */
typedef enum OpFx {
    FX_PURE,
    FX_TRAP,
    FX_READ,
    FX_WRITE,
    FX_ATOMIC,
    FX_LREAD,
    FX_LWRITE,
    FX_GREAD,
    FX_GWRITE,
    FX_TREAD,
    FX_TWRITE,
    FX_MREAD,
    FX_MWRITE,
    FX_CTRL,
    FX_CALL,
    FX_ALLOC,
    FX_HREAD,
    FX_HWRITE,
    FX_TRAPREF,
} OpFx;
typedef enum OpKind {
    KIND_INFIX,
    KIND_SINFIX,
    KIND_EQZ,
    KIND_FN,
    KIND_CONST,
    KIND_LOAD,
    KIND_STORE,
    KIND_ATOMIC_LOAD,
    KIND_ATOMIC_STORE,
    KIND_RMW,
    KIND_CMPXCHG,
    KIND_LANE,
    KIND_SPECIAL,
} OpKind;

/* Decodes and validates one function's body and writes its op stream into arena.
 * On error the diagnostic has the offset and the function. Thread: any, one Context each.
 * The stream's last instruction is the function's end (a = 0). Linear in the body's length.
 * Errors: MALFORMED, INVALID, LIMIT, FEATURE, NOMEM. */
bool validate_function(Context *ctx, const Module *m, uint32_t func, Arena *arena, OpStream *out);
/* The same without an op stream. *features: bits FEATURE_x of what the body uses are added.
 *   stepwise  instruction by instruction, without short ways: the same, slower, for tests */
bool validate_only(Context *ctx, const Module *m, uint32_t func, Arena *arena, bool stepwise,
                   uint64_t *features);
/* The same for a constant expression of type `expect`, seeing only globals below `globals`.
 * The stream has one block (0), no locals, and ends with its end. */
bool validate_const(Context *ctx, const Module *m, ConstExpr expr, ValType expect, uint32_t globals,
                    Arena *arena, OpStream *out);
/* All functions, on `threads` threads; the error with the lowest offset. features: OR of all used.
 */
bool validate_all(Context *ctx, const Module *m, unsigned threads, uint64_t *features);

/* Walks an element segment. *at starts at elem->items.ptr. For is_funcs: *func is the index.
 * Otherwise *expr is the item's expression. Call elem->count times; the bytes were checked by
 * module_read. */
void elem_next(const Module *m, const Elem *elem, const uint8_t **at, uint32_t *func,
               ConstExpr *expr);
#endif
