/* lower_memory.c: loads, stores, and the bulk operations on memories and data segments. */
#include "lower.h"
#include <string.h>

static void touch(Lower *l, uint32_t memory) {
    l->ir->memories |= 1u << (memory < 31 ? memory : 31);
}

/* Operations with shared memories go by the instance's pointers. */
static void touch_bulk(Lower *l, uint32_t dst, uint32_t src) {
    if (l->m->memories[dst].limits.shared || l->m->memories[src].limits.shared) return;
    touch(l, dst);
    touch(l, src);
}

static ValType result_type(const OpInfo *op) {
    switch (*(strchr(op->sig, '_') + 1)) { /* "a_i" */
    case 'i':
        return VT_I32;
    case 'l':
        return VT_I64;
    case 'f':
        return VT_F32;
    case 'd':
        return VT_F64;
    case 'v':
        return VT_V128;
    default:
        return VT_NONE;
    }
}

/* An effect on memory: everything that waits and reads it, or could trap, comes first. */
static void effect(Lower *l, const Ins *ins, uint32_t operands, uint8_t deps) {
    uint32_t first = lower_pop_args(l, operands);
    lower_flush(l, deps);
    Stmt *s = lower_stmt(l, STMT_OP);
    s->op = ins->op;
    s->aux = ins->aux;
    s->a = l->height;
    s->b = ins->a;
    s->imm = (uint64_t)ins->b << 32 | ins->a;
    s->lane = ins->lane;
    s->first = first;
    s->count = operands;
}

bool lower_memory(Lower *l, const Ins *ins) {
    const OpInfo *op = &op_info[ins->op];
    uint64_t offset = (uint64_t)ins->b << 32 | ins->a;
    switch ((OpKind)op->kind) {
    case KIND_LOAD:
        touch(l, ins->aux);
        lower_push_op(l, (Node){.op = ins->op, .aux = ins->aux, .imm = offset, .lane = ins->lane},
                      op->sig[1] == '_' ? 1 : 2, result_type(op), DEP_MEMORY);
        return true;
    case KIND_STORE:
        touch(l, ins->aux);
        effect(l, ins, 2, DEP_TRAPS | DEP_MEMORY);
        return true;
    default:
        break;
    }
    switch ((Op)ins->op) {
    case OP_memory_size:
        lower_push(l, (Node){.op = ins->op, .imm = ins->a},
                   l->m->memories[ins->a].limits.is64 ? VT_I64 : VT_I32, DEP_MEMSIZE, 0);
        return true;
    case OP_memory_grow: {
        ValType type = l->m->memories[ins->a].limits.is64 ? VT_I64 : VT_I32;
        uint32_t first = lower_pop_args(l, 1);
        lower_arg(l, type);
        lower_flush(l, DEP_MEMORY | DEP_MEMSIZE | DEP_TRAPS);
        lower_free_slot(l, l->height);
        Stmt *s = lower_stmt(l, STMT_OP);
        s->op = ins->op;
        s->a = l->height;
        s->b = ins->a;
        s->first = first;
        s->count = 1;
        s->results = 1;
        lower_push_slots(l, &type, 1);
        return true;
    }
    case OP_memory_fill:
    case OP_memory_copy:
        touch_bulk(l, ins->a, ins->op == OP_memory_copy ? ins->b : ins->a);
        effect(l, ins, 3, DEP_TRAPS | DEP_MEMORY);
        return true;
    case OP_memory_init:
        effect(l, ins, 3, DEP_TRAPS | DEP_MEMORY);
        return true;
    case OP_data_drop:
        effect(l, ins, 0, DEP_TRAPS | DEP_MEMORY);
        return true;
    default:
        return false;
    }
}
