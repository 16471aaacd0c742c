/* lower_variable.c: constants, locals, globals, drop and select. */
#include "lower.h"

/* The value just computed into its slot by the last statement goes straight to the local instead. */
static bool retarget_last(Lower *l, const Entry *value, uint32_t local) {
    if (l->ir->stmt_count == 0) return false;
    const Node *n = &l->ir->nodes[value->node];
    Stmt *last = &l->ir->stmts[l->ir->stmt_count - 1];
    if (n->op != NODE_SLOT || last->a != n->imm) return false;
    if (last->kind == STMT_SET_SLOT && last->type == n->type) {
        last->kind = STMT_SET_LOCAL;
    } else if (last->kind == STMT_OP && last->results == 1 && !last->to_local) {
        last->to_local = true;
    } else {
        return false;
    }
    last->a = local;
    return true;
}

static void set_local(Lower *l, uint32_t local, bool tee) {
    Entry value = lower_pop(l);
    ValType type = l->s->locals[local];
    lower_flush_local(l, local);
    if (!retarget_last(l, &value, local)) {
        Stmt *s = lower_stmt(l, STMT_SET_LOCAL);
        s->a = local;
        s->node = value.node;
        s->type = (uint8_t)vt_kind(type);
    }
    if (tee)
        lower_push(l, (Node){.op = OP_local_get, .imm = local}, type, 0,
                   (uint64_t)1 << (local & 63));
}

static void drop(Lower *l) {
    Entry value = lower_pop(l);
    if (!(value.deps & DEP_TRAPS)) return;
    Stmt *s = lower_stmt(l, STMT_EVAL);
    s->node = value.node;
}

static void select_op(Lower *l, const Ins *ins) {
    /* both values are evaluated whatever the condition is */
    for (uint32_t i = l->height - 3; i < l->height; i++)
        if (l->stack[i].deps & DEP_TRAPS) lower_settle(l, i, false);
    lower_push_op(l, (Node){.op = OP_select}, 3, ins->a, 0);
}

bool lower_variable(Lower *l, const Ins *ins) {
    uint64_t wide = (uint64_t)ins->b << 32 | ins->a;
    switch ((Op)ins->op) {
    case OP_i32_const:
        lower_push(l, (Node){.op = ins->op, .imm = ins->a}, VT_I32, 0, 0);
        return true;
    case OP_f32_const:
        lower_push(l, (Node){.op = ins->op, .imm = ins->a}, VT_F32, 0, 0);
        return true;
    case OP_i64_const:
        lower_push(l, (Node){.op = ins->op, .imm = wide}, VT_I64, 0, 0);
        return true;
    case OP_f64_const:
        lower_push(l, (Node){.op = ins->op, .imm = wide}, VT_F64, 0, 0);
        return true;
    case OP_v128_const:
        lower_push(l, (Node){.op = ins->op, .imm = ins->a}, VT_V128, 0, 0);
        return true;
    case OP_local_get:
        lower_push(l, (Node){.op = ins->op, .imm = ins->a}, l->s->locals[ins->a], 0,
                   (uint64_t)1 << (ins->a & 63));
        return true;
    case OP_local_set:
        set_local(l, ins->a, false);
        return true;
    case OP_local_tee:
        set_local(l, ins->a, true);
        return true;
    case OP_global_get: {
        const Global *g = &l->m->globals[ins->a];
        lower_push(l, (Node){.op = ins->op, .imm = ins->a}, g->type, g->mutable ? DEP_GLOBAL : 0,
                   0);
        return true;
    }
    case OP_global_set: {
        uint32_t first = lower_pop_args(l, 1);
        lower_flush(l, DEP_GLOBAL | DEP_TRAPS);
        Stmt *s = lower_stmt(l, STMT_OP);
        s->op = ins->op;
        s->b = ins->a;
        s->first = first;
        s->count = 1;
        return true;
    }
    case OP_drop:
        drop(l);
        return true;
    case OP_select:
    case OP_select_t:
        select_op(l, ins);
        return true;
    case OP_nop:
        return true;
    default:
        return false;
    }
}
