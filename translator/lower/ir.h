/* ir.h: a lowered function: statements over expression trees.
 *
 * Expressions are trees of Nodes; a tree is evaluated where the statement that holds it stands, and
 * holds nothing whose order against its neighbours could be observed (see lower_stack.c for the rule).
 * Values that outlive a statement are in locals (the module's own) or in slots: the operand at height h
 * of type t has the slot (h, t), so that values meet at labels without copies.
 * Owner: the function arena. */
#ifndef W2C_IR_H
#define W2C_IR_H
#include "../base/buffer.h"
#include "../frontend/opstream.h"

/* Nodes that are no instruction. Those after the first are of fast copies of loops alone, see loop.h. */
enum {
    NODE_SLOT = OP_COUNT, /* read a slot: imm = height */
    NODE_TEMP,            /* imm = number of an act's temporary */
    NODE_AFFINE,          /* imm = index in Loop.affines */
    NODE_MERGED,          /* imm = number: what a variable holds where ways meet */
    NODE_UNKNOWN,         /* what an inner loop leaves behind, see scan_nested.c */
    NODE_ACCESS,          /* a load: imm = index in Loop.accesses; kid[1]: a lane's vector */
};
enum { MAX_SLOT_TYPES = 6 }; /* i32 i64 f32 f64 v128 ref: slot_type() */

/* What a node is, by op: an Op with its operands in kid[], or NODE_SLOT.
 *   local_get: imm = local     global_get: imm = global     *_const: imm = bits
 *   loads: kid[0] address, imm = offset, aux = memory       ref_func: imm = function
 *   memory_size, table_size: imm = index                    table_get: kid[0] index, imm = table
 *   v128_const, i8x16_shuffle: imm = pool index   lanes: imm = lane, or `lane` beside a memory offset
 *   ref_test, ref_cast: imm = ValType asked for, and that of kid[0] << 32
 *   struct_get: imm = type | field << 32, aux = 1: kid[0] is not null   array_get, array_len: likewise
 *   struct_new, array_new_fixed and other new objects: imm = type | segment or count << 32, the operands
 *     are args[kid[1] .. kid[1] + kid[2])
 *   select: kid[0] if kid[2] != 0, else kid[1]              others: as the opcode's signature */
typedef struct Node {
    uint16_t op, aux;
    uint8_t type; /* VT_I32 ... VT_REF: vt_kind of the value */
    uint8_t lane;
    uint32_t kid[3];
    uint64_t imm;
} Node;

typedef enum StmtKind {
    STMT_SET_LOCAL, /* a = local, node */
    STMT_SET_SLOT,  /* a = height, type, node */
    STMT_EVAL,      /* node, for its trap */
    STMT_OP,    /* op with operands args[first .. first+count) and results into slots from height a;
                     * b, aux, imm: immediates as in Ins (memories: aux; memarg offset: imm) */
    STMT_LABEL, /* a = block: its end */
    STMT_LOOP,  /* a = block: a loop's head */
    STMT_IF,    /* a = block, node; hint */
    STMT_ELSE,  /* a = block */
    STMT_END_IF,  /* a = block */
    STMT_GOTO,    /* a = block; args: values for the target's slots, b = height of the first */
    STMT_GOTO_IF, /* the same, when node is not zero; hint */
    STMT_SWITCH, /* node; b = index in the op stream's pool, a = count without the default; args: values,
                     * the same for every target */
    STMT_RETURN, /* args */
    STMT_TRAP,   /* unreachable */
    STMT_INNER,  /* of paths alone: the inner loop of a search in a set, see scan_nested.c */
} StmtKind;

typedef struct Stmt {
    uint8_t kind, type, hint, lane;
    bool to_local; /* STMT_OP: its one result goes to local a, not to a slot */
    uint16_t op, aux;
    uint32_t a, b;
    uint32_t node;
    uint32_t first, count; /* operands in Ir.args */
    uint32_t results; /* STMT_OP: number of results; their types in Ir.args after the operands */
    uint32_t offset;  /* byte offset in the module */
    uint32_t handler; /* the try whose handlers get what it throws; 0: the caller */
    uint64_t imm;
} Stmt;

typedef struct Ir {
    Node *nodes;
    Stmt *stmts;
    uint32_t *args; /* node numbers; result types of STMT_OP */
    uint32_t node_count, stmt_count, arg_count;
    uint32_t node_cap, stmt_cap, arg_cap;
    const OpStream *stream;
    bool has_calls;    /* anything that runs other guest or host code */
    uint32_t memories; /* bit k: touches memory k (31: any above) */
} Ir;

/* The integer locals and slots of a function, as one list: what passes follow through it. */
#define NO_VAR UINT32_MAX
#define NO_NODE UINT32_MAX
static inline uint32_t ir_var_count(const Ir *ir) {
    return ir->stream->local_count + 2 * (ir->stream->max_height + 1);
}
static inline uint32_t ir_local_var(const Ir *ir, uint32_t local) {
    unsigned kind = vt_kind(ir->stream->locals[local]);
    return kind == VT_I32 || kind == VT_I64 ? local : NO_VAR;
}
static inline uint32_t ir_slot_var(const Ir *ir, unsigned type, uint32_t height) {
    if ((type != VT_I32 && type != VT_I64) || height > ir->stream->max_height) return NO_VAR;
    return ir->stream->local_count + 2 * height + (type == VT_I64);
}

/* May an exception go from here to a handler in the function, or is it a part of one? */
static inline bool ir_handles(const Stmt *s) {
    return s->handler || (s->kind == STMT_OP && (op_info[s->op].feature == FEATURE_exceptions ||
                                                 op_info[s->op].feature == FEATURE_legacy_eh));
}

/* Lowers a validated function. Errors: UNSUPPORTED not_lowered, NOMEM. Thread: any. */
bool lower_function(Context *ctx, const Module *m, const OpStream *stream, Arena *arena, Ir *out);
/* The same for a constant expression: *node is its value, once the statements have run (there are few:
 * parts of large expressions). */
bool lower_const(Context *ctx, const Module *m, const OpStream *stream, Arena *arena, Ir *out,
                 uint32_t *node);

/* As text, one statement a line: `w2c -d l`. */
void dump_ir(Buffer *out, const Ir *ir);
#endif
