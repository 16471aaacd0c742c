/* lower_numeric.c: every opcode whose row says all: operands and result by its signature. */
#include "lower.h"
#include <string.h>

static ValType letter_type(char c) {
    switch (c) {
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

bool lower_numeric(Lower *l, const Ins *ins) {
    const OpInfo *op = &op_info[ins->op];
    switch ((OpKind)op->kind) {
    case KIND_INFIX:
    case KIND_SINFIX:
    case KIND_EQZ:
    case KIND_LANE:
    case KIND_FN:
        break;
    default:
        return false;
    }
    const char *mid = strchr(op->sig, '_');
    unsigned kids = (unsigned)(mid - op->sig), results = (unsigned)strlen(mid + 1);
    if (strchr(op->sig, 'P')) return false;
    if (results == 1 && kids <= 3) {
        uint8_t deps = op->fx == FX_TRAP ? DEP_TRAP : 0;
        /* lanes: the number; i8x16.shuffle: the place of its 16 in the pool */
        lower_push_op(l, (Node){.op = ins->op, .imm = ins->a}, kids, letter_type(mid[1]), deps);
        return true;
    }
    /* wide arithmetic: several results, so a statement */
    uint32_t first = lower_pop_args(l, kids);
    ValType types[4];
    if (results > 4) return false;
    for (unsigned i = 0; i < results; i++) {
        types[i] = letter_type(mid[1 + i]);
        lower_arg(l, types[i]);
        lower_free_slot(l, l->height + i);
    }
    Stmt *s = lower_stmt(l, STMT_OP);
    s->op = ins->op;
    s->first = first;
    s->count = kids;
    s->results = results;
    s->a = l->height;
    lower_push_slots(l, types, results);
    return true;
}
