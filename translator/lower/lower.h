/* lower.h: what the files of lower/ share: the symbolic operand stack. */
#ifndef W2C_LOWER_H
#define W2C_LOWER_H
#include "ir.h"

/* What the evaluation of a pending operand depends on, and how it can trap. */
enum {
    DEP_MEMORY = 1, /* reads memory; may trap out of bounds */
    DEP_TRAP = 2,   /* may trap otherwise */
    DEP_GLOBAL = 4, /* reads a mutable global */
    DEP_TABLE = 8,  /* reads a table or its size; may trap */
    DEP_MEMSIZE = 16,
    DEP_HEAP = 32,  /* reads a mutable field or element */
    DEP_ALLOC = 64, /* a new object: before calls, for the order in the text alone */
    DEP_TRAPS = DEP_MEMORY | DEP_TRAP | DEP_TABLE,
    DEP_ALL = 127,
};

typedef struct Entry { /* an operand */
    uint32_t node;
    ValType type;
    uint8_t deps;
    uint16_t size;     /* nodes in its tree */
    uint32_t max_slot; /* 1 + the highest slot it reads; 0: none */
    uint64_t locals;   /* bit (index mod 64): reads such a local */
} Entry;

typedef struct Lower {
    Context *ctx;
    const Module *m;
    const OpStream *s;
    Arena *arena;
    Ir *ir;
    Entry *stack;
    uint32_t height, height_cap;
    uint32_t clean;      /* operands below are constants or already in their own slots */
    uint32_t offset;     /* of the instruction under work */
    uint32_t handler;    /* the try whose handlers get what is thrown here; 0: the caller */
    struct Tries *tries; /* lower_eh.c; NULL until the first */
    bool failed;
} Lower;

/* ---- lower_stack.c ---- */
uint32_t lower_node(Lower *l, Node node);
Stmt *lower_stmt(Lower *l, StmtKind kind); /* never NULL: a scratch one after a failure */
uint32_t lower_arg(Lower *l, uint32_t value);
void lower_push(Lower *l, Node node, ValType type, uint8_t deps, uint64_t locals);
/* Pops `kids` operands into node's kids and pushes it. */
void lower_push_op(Lower *l, Node node, unsigned kids, ValType type, uint8_t deps);
/* The same with any number of operands, as a list: node's kid[1], kid[2]. */
void lower_push_list(Lower *l, Node node, uint32_t operands, ValType type, uint8_t deps);
void lower_push_slots(Lower *l, const ValType *types, uint32_t count);
Entry lower_pop(Lower *l);
/* Before an effect: operands with any of these dependencies are evaluated now, in order. */
void lower_flush(Lower *l, uint8_t deps);
void lower_flush_local(Lower *l, uint32_t local);
/* Operands from this height up go to their slots, constants too: values meet there. */
void lower_settle_from(Lower *l, uint32_t height);
/* Drops operands down to this height. */
void lower_reset(Lower *l, uint32_t height);
void lower_flush_all(Lower *l);
/* Operand i goes to its slot; force: also if it is a constant. */
void lower_settle(Lower *l, uint32_t i, bool force);
/* Operands for a label [from, end) stay where copies of them are free. */
void lower_settle_cheap(Lower *l, uint32_t from, uint32_t end);
/* A slot at this height is about to be written: operands below that read it are evaluated first. */
void lower_free_slot(Lower *l, uint32_t height);
/* Pops operands into Ir.args, in order; the first one's place. */
uint32_t lower_pop_args(Lower *l, uint32_t count);
bool lower_unsupported(Lower *l, const char *what);

/* ---- the families: true when they know the instruction ---- */
bool lower_control(Lower *l, const Ins *ins);
bool lower_call(Lower *l, const Ins *ins);
bool lower_variable(Lower *l, const Ins *ins); /* locals, globals, drop, select, constants */
bool lower_numeric(Lower *l, const Ins *ins);
bool lower_memory(Lower *l, const Ins *ins);
bool lower_table(Lower *l, const Ins *ins); /* tables and references */
bool lower_tail(Lower *l, const Ins *ins);  /* return_call and its kin */
bool lower_ref(Lower *l, const Ins *ins);   /* typed function references, branches on null */
bool lower_eh(Lower *l, const Ins *ins);    /* exceptions, both proposals */
void lower_close_try(Lower *l, const Ins *ins);
bool lower_gc(Lower *l, const Ins *ins); /* structs, arrays, i31, casts */
bool lower_atomic(Lower *l, const Ins *ins);
#endif
