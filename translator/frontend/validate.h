/* validate.h: the validator's state and what its files share; nobody else includes it.
 *
 * One pass over a body decodes, types and writes. Two things are told apart after an instruction
 * that does not fall through:
 *   Control.unreachable   the specification's flag: popping an empty stack gives bottom
 *   Validator.live        whether the code can be reached; only live code is written
 * They differ behind the end of a block that nothing reaches: typing is normal again there, the
 * code is still dead. In live code every operand has a type, so that `drop` and `select` know
 * theirs.
 *
 * Thread: one Validator each. Owner: everything lies in the function arena.
 * Spec: valid/instructions, appendix/algorithm */
#ifndef W2C_VALIDATE_H
#define W2C_VALIDATE_H
#include "decode.h"

enum {
    VALIDATE_SLACK = 8,     /* operands that an instruction may push without asking for room */
    NO_BLOCK = 0xffffffffu, /* Control.block of a block that opened in dead code */
    LIMIT_LOCALS = 50000,   /* the first three as in the JavaScript interface */
    LIMIT_BR_TABLE = 65520,
    LIMIT_ARRAY_NEW_FIXED = 10000,
    LIMIT_OPERANDS = 4 << 20, /* only calls with hundreds of results come near it */
};

typedef enum ValidateMode { VALIDATE_STREAM, VALIDATE_ONLY, VALIDATE_STEPS } ValidateMode;
typedef enum Arm { ARM_FIRST, ARM_ELSE, ARM_CATCH, ARM_CATCH_ALL } Arm;

typedef struct Control { /* an open block */
    const ValType *params, *results;
    uint32_t param_count, result_count;
    uint32_t height; /* operands below its parameters */
    uint32_t block;  /* its number in the op stream, or NO_BLOCK */
    uint32_t sets;   /* Validator.set_count when it opened */
    uint8_t kind;    /* BlockKind */
    uint8_t arm;     /* Arm that is being read */
    bool unreachable;
    bool falls; /* the end of an earlier arm can be reached */
} Control;

typedef struct Validator {
    Decoder d;
    Context *ctx;
    const Module *m;
    Arena *arena;
    ValType *stack, *sp, *floor, *limit; /* operands; floor: bottom of the innermost block's */
    ValType *high;                       /* largest sp after a live instruction */
    Control *controls, *top;
    uint32_t depth, control_cap; /* open blocks, the function's own included */
    ValType address;             /* of the memory that the instruction names */
    bool live, write;            /* write: this instruction goes into the stream */
    bool silent;                 /* nothing is written: code counts as dead from the beginning */
    bool stepwise;               /* without validate_run's short ways */
    bool is_const;               /* a constant expression */
    uint32_t globals;            /* global indices below it may be used */
    uint64_t used;

    Ins *ins, only; /* only: where it is written to when silent */
    Block *blocks;
    uint32_t *pool;
    uint32_t count, cap, block_count, block_cap, pool_count, pool_cap;

    ValType *locals;
    uint32_t local_count, param_count;
    bool *unset; /* by local: not null, and nothing assigned yet. NULL when no local is such */
    uint32_t *set_log; /* locals assigned since, oldest first: undone when their block ends */
    uint32_t set_count;

    const BranchHint *hint, *hint_end; /* this function's, from the next one on */
    const uint8_t *body;
} Validator;

/* ---- validate.c: setting up, errors, room ---------------------------------------------------- */

bool validate_begin(Validator *v, Context *ctx, const Module *m, Arena *arena, Slice code,
                    ValidateMode mode);
/* Validates instructions up to the end that closes the outermost block. */
bool validate_code(Validator *v);
void validate_finish(Validator *v, OpStream *out);
/* One instruction, in whatever form. Room is made first. */
bool validate_step(Validator *v);
/* Instructions up to the end that closes the outermost block (validate_quick.c). */
bool validate_run(Validator *v);
/* Reads a body's local declarations (validate_local.c). */
bool validate_declare_locals(Validator *v, const TypeDef *t);

/* An error at the instruction read last. */
#define VALIDATE_ERROR(v, id, ...)                                                                 \
    diag_error((v)->ctx, (id), (uint64_t)((v)->d.at - (v)->d.r.base), __VA_ARGS__)
/* "type mismatch: instruction requires [types] but stack has [...]" */
bool validate_operand_error(Validator *v, const ValType *types, uint32_t count)
    __attribute__((cold));
/* "type mismatch: block requires [types] but stack has [...]" */
bool validate_height_error(Validator *v, const ValType *types, uint32_t count)
    __attribute__((cold));
/* "type mismatch: t does not match u": between types that are not on the stack */
bool validate_type_error(Validator *v, ValType sub, ValType super) __attribute__((cold));
/* "TEXT index: module has size" */
bool validate_index_error(Validator *v, ErrorId id, uint32_t index, uint32_t size)
    __attribute__((cold));
static inline bool validate_index(Validator *v, ErrorId id, uint32_t index, uint32_t size) {
    return index < size || validate_index_error(v, id, index, size);
}
/* A larger copy of an array of *cap items, with room for `more` behind the first `count`. */
void *validate_grow(Validator *v, const void *items, uint32_t count, uint32_t *cap, uint32_t more,
                    size_t size);
bool validate_grow_stack(Validator *v, uint32_t more);
/* Room for `more` words of pool: their index, or UINT32_MAX after NOMEM. */
uint32_t validate_pool(Validator *v, uint32_t more);
/* The type's definition if it is of that form; else records a type mismatch. */
const TypeDef *validate_form(Validator *v, uint32_t type, TypeForm form);
static inline bool validate_need(Validator *v, FeatureId f) {
    return feature_need(v->ctx, &v->used, f, (uint64_t)(v->d.at - v->d.r.base));
}

/* ---- operands -------------------------------------------------------------------------------- */

static inline bool validate_match(const Validator *v, ValType sub, ValType super) {
    return sub == super || sub == VT_NONE || type_matches(v->m, sub, super);
}
/* The operands on top match types; they stay. */
bool validate_peek(Validator *v, const ValType *types, uint32_t count);
static inline bool validate_pop(Validator *v, const ValType *types, uint32_t count) {
    if (!validate_peek(v, types, count)) return false;
    size_t have = (size_t)(v->sp - v->floor);
    v->sp -= have < count ? have : count;
    return true;
}
static inline bool validate_pop1(Validator *v, ValType type) {
    if (v->sp > v->floor && v->sp[-1] == type) {
        v->sp--;
        return true;
    }
    return validate_pop(v, &type, 1);
}
/* Any operand; VT_NONE for bottom. */
static inline bool validate_pop_any(Validator *v, ValType *type) {
    if (v->sp > v->floor) {
        *type = *--v->sp;
        return true;
    }
    *type = VT_NONE;
    return v->top->unreachable || VALIDATE_ERROR(v, ERR_type_mismatch, "%s",
                                                 ": instruction requires [any] but stack has []");
}
static inline void validate_push1(Validator *v, ValType type) {
    *v->sp++ = type;
}
static inline bool validate_push(Validator *v, const ValType *types, uint32_t count) {
    if (v->limit - v->sp < (ptrdiff_t)count && !validate_grow_stack(v, count)) return false;
    for (uint32_t i = 0; i < count; i++)
        *v->sp++ = types[i];
    return true;
}
/* [types] -> [types]: what a conditional branch does to its label's operands. */
static inline bool validate_retype(Validator *v, const ValType *types, uint32_t count) {
    return validate_pop(v, types, count) && validate_push(v, types, count);
}

/* ---- validate_control.c ---------------------------------------------------------------------- */

/* The rest of the block is unreachable. */
static inline void validate_leave(Validator *v) {
    v->sp = v->floor;
    v->top->unreachable = true;
    v->live = false;
}
static inline uint32_t validate_label_arity(const Control *c) {
    return c->kind == BLOCK_LOOP ? c->param_count : c->result_count;
}
static inline const ValType *validate_label_types(const Control *c) {
    return c->kind == BLOCK_LOOP ? c->params : c->results;
}
/* Pops the parameters of the block that d has just read and opens it; ins->a is its number. */
bool validate_open(Validator *v, Ins *ins, BlockKind kind);
/* The same for a block with its kind, types and arm filled in and its parameters popped. */
bool validate_push_control(Validator *v, Ins *ins, const Control *block);
/* Checks that the innermost block's code leaves its results, and drops them. */
bool validate_arm_end(Validator *v);
/* Starts another arm of the innermost block with the operands given. */
bool validate_arm_begin(Validator *v, Ins *ins, Arm arm, const ValType *types, uint32_t count);
/* Closes the innermost block, whose last arm has ended. */
bool validate_close(Validator *v, Ins *ins);
/* The label `index` counted from the innermost block; NULL after recording "unknown label". */
Control *validate_label(Validator *v, uint32_t index);
/* A branch to c from here: counted when live; its block number. */
uint32_t validate_branch(Validator *v, const Control *c);

/* ---- one function for each row of opcodes.def whose sig is POLY ------------------------------ */

/* VALIDATE_IF_POLY(sig, a, b) is a where sig is POLY, else b. */
#define VALIDATE_COMMA_POLY ,
#define VALIDATE_THIRD(x, y, z, ...) z
#define VALIDATE_PICK(...) VALIDATE_THIRD(__VA_ARGS__)
#define VALIDATE_IF_POLY(sig, a, b) VALIDATE_PICK(VALIDATE_COMMA_##sig, a, b, )

#undef OP
#define OP(feature, prefix, code, name, text, imm, sig, fx, kind, c)                               \
    VALIDATE_IF_POLY(sig, bool validate_##name(Validator *v, Ins *ins);, )
#include "opcodes.def"
#undef OP
#endif
