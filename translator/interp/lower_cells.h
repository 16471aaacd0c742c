/* lower_cells.h: the state of one function's way from op stream to cells; shared by interp_lower.c
 * (operands, labels) and interp_lower_ops.c (instructions). */
#ifndef W2C_LOWER_CELLS_H
#define W2C_LOWER_CELLS_H
#include "handlers.h"

/* An operand: in its own slot, in a local that has not changed since, or a constant. */
typedef enum EntryKind { ENTRY_SLOT, ENTRY_LOCAL, ENTRY_CONST } EntryKind;
typedef struct Operand {
    u8 kind, type; /* EntryKind; VT_I32 to VT_REF */
    u32 slot;      /* its own, by its height */
    u32 local;
    u64 bits;
} Operand;

/* A label: where it is, or the cells that wait for it, linked by their numbers. */
typedef struct Label {
    u32 at, waiting; /* NONE */
} Label;
enum { NONE = 0xffffffffu };

typedef struct LoweredBlock {
    Label label, other; /* other: an if's way when its condition is false */
    u32 base;           /* slot of its first parameter, and of its first result */
    u32 inside,
        outside; /* tries: whose handlers get what is thrown inside, or not caught; 0: none */
    u32 kept;    /* legacy tries: slot of the exception that an arm caught */
} LoweredBlock;

typedef struct CellLower {
    Context *ctx;
    const Interp *it;
    const Module *m;
    const OpStream *s;
    Arena *arena;
    u64 *cells;
    u16 *ids; /* by cell: the handler's number; 0: no handler */
    u32 count, cap;
    Operand *stack;
    u32 height, top;               /* operands; the slot behind the last one */
    u32 frame;                     /* most slots needed */
    u32 *local_slots, *local_uses; /* uses: operands on the stack that are this local */
    u32 locals;                    /* slots; the link is behind them */
    LoweredBlock *blocks;
    u32 *table_stubs; /* by block: stub of the br_table at hand, or NONE */
    uint64_t offset;
    u32 handler;   /* block whose handlers get what is thrown here; 0: the caller */
    bool rethrows; /* there is a rethrow */
    bool failed;
    /* The last instruction, when its result may still go elsewhere: NONE, or its cell. */
    u32 last, last_slot;
    u16 last_register; /* what to add to its handler for the result to stay in a register; 0: cannot */
    u16 last_id;
    u16 last_jump; /* handler of the jump on its result, first of its shape; 0: none */
    u8 last_operands, last_stride;
} CellLower;

/* ---- interp_lower.c ---- */
bool cells_fail(CellLower *l, const char *what);
u32 cells_emit(CellLower *l, unsigned id, u32 x0, u32 x1, u32 x2, u32 x3); /* its first cell */
u32 cells_emit_word(CellLower *l, unsigned id, u32 x0, u32 x1, u32 word);
void cells_op(CellLower *l, unsigned id); /* one more cell: a handler */
void cells_patch(CellLower *l, u32 cell, unsigned id);
void cells_word(CellLower *l, u64 word);         /* one more cell */
void cells_label(CellLower *l, Label *label);    /* is here */
void cells_wait(CellLower *l, Label *label);     /* one more cell: the way to it */
Operand *cells_push(CellLower *l, ValType type); /* in its own slot */
Operand cells_pop(CellLower *l);
u32 cells_slot(CellLower *l, const Operand *o); /* where it can be read */
void cells_settle(CellLower *l, Operand *o);    /* into its own slot */
void cells_settle_top(CellLower *l, u32 count);
void cells_flush(CellLower *l); /* no operand is a local any more */
void cells_flush_local(CellLower *l, u32 local);
/* Takes o from the register in which the last instruction can leave it. */
bool cells_take_register(CellLower *l, const Operand *o);
void cells_result(CellLower *l, u32 cell, unsigned id, ValType type, unsigned to_register);
void cells_forget(CellLower *l);
void cells_copy(CellLower *l, ValType type, u32 to, const Operand *from);
void cells_info(CellLower *l); /* one more cell: where exceptions go */
void cells_move_top(CellLower *l, u32 count, u32 to);
void cells_open(CellLower *l, const Ins *ins); /* a block begins */
void cells_go_to(CellLower *l, u32 block);
void cells_reset(CellLower *l, u32 block, const ValType *types, u32 count);
void cells_arm_ends(CellLower *l, u32 block, bool jumps);
/* ---- interp_lower_eh.c ---- */
bool cells_eh(CellLower *l, const Ins *ins);
/* ---- interp_lower_gc.c ---- */
bool cells_gc(CellLower *l, const Ins *ins);
/* ---- interp_lower_ops.c ---- */
bool cells_numeric(CellLower *l, const Ins *ins);
bool cells_memory(CellLower *l, const Ins *ins);
bool cells_table(CellLower *l, const Ins *ins);
/* ---- interp_lower_control.c ---- */
bool cells_control(CellLower *l, const Ins *ins);
bool cells_call(CellLower *l, const Ins *ins);
bool cells_variable(CellLower *l, const Ins *ins);
#endif
