/* interp_lower_control.c: control flow, calls, locals and globals as cells.
 * Values meet at labels in the slots of the label's height; a branch moves them there. */
#include "lower_cells.h"

/* ---- conditions ------------------------------------------------------------------------------ */
/* Jumps to label when the operand's truth is `when`: the comparison before it becomes the jump. */
static void jump_on(CellLower *l, const Operand *cond, bool when, Label *label) {
    unsigned no = when ? 0 : 1;
    if (l->last != NONE && !l->failed && cond->kind == ENTRY_SLOT && cond->slot == l->last_slot &&
        l->last_jump && l->last + 2 == l->count) {
        cells_patch(l, l->last, (l->last_jump + no * l->last_stride + l->last_operands));
    } else {
        bool in_register = cells_take_register(l, cond);
        u32 slot = in_register ? 0 : cells_slot(l, cond);
        unsigned id = when          ? in_register ? H_truth_if_r : H_truth_if_s
                      : in_register ? H_truth_not_r
                                    : H_truth_not_s;
        cells_emit(l, id, 0, slot, 0, 0);
    }
    cells_forget(l);
    cells_wait(l, label);
}

static void jump(CellLower *l, Label *label) {
    cells_op(l, H_jump);
    cells_wait(l, label);
    cells_forget(l);
}

/* ---- branches -------------------------------------------------------------------------------- */
/* Where the top `count` operands begin. */
static u32 top_slot(const CellLower *l, u32 count) {
    return count ? l->stack[l->height - count].slot : l->top;
}

/* The top operands into the slots from `to` on, which are not above their own. */
void cells_move_top(CellLower *l, u32 count, u32 to) {
    for (u32 i = l->height - count; i < l->height; i++) {
        cells_copy(l, l->stack[i].type, to, &l->stack[i]);
        to += slots_of(l->stack[i].type);
    }
}

static void emit_return(CellLower *l) {
    const Block *f = &l->s->blocks[0];
    u32 n = f->result_count, link = l->locals;
    if (n == 0) {
        cells_emit(l, H_return_0, 0, 0, 0, link);
    } else if (n == 1) {
        const Operand *o = &l->stack[l->height - 1];
        unsigned id = H_return_s;
        if (o->type == VT_V128)
            id = H_return_v;
        else if (cells_take_register(l, o))
            id = o->type == VT_F32 ? H_return_f : o->type == VT_F64 ? H_return_d : H_return_i;
        u32 slot = id == H_return_s || id == H_return_v ? cells_slot(l, o) : 0;
        cells_emit(l, id, 0, slot, 0, link);
    } else {
        cells_settle_top(l, n);
        cells_emit(l, H_return_n, 0, top_slot(l, n), slots_of_all(f->results, n), link);
    }
    cells_forget(l);
}

static bool needs_moves(const CellLower *l, u32 block) {
    u32 arity = block_label_arity(&l->s->blocks[block]);
    if (block == 0) return true;
    return arity && top_slot(l, arity) != l->blocks[block].base;
}

void cells_go_to(CellLower *l, u32 block) {
    if (block == 0) {
        emit_return(l);
        return;
    }
    u32 arity = block_label_arity(&l->s->blocks[block]);
    cells_move_top(l, arity, l->blocks[block].base);
    jump(l, &l->blocks[block].label);
}

static void go_if(CellLower *l, u32 block, const Operand *cond, bool when) {
    if (!needs_moves(l, block)) {
        u32 arity = block_label_arity(&l->s->blocks[block]);
        bool settled = true;
        for (u32 i = 0; i < arity; i++)
            settled &= l->stack[l->height - 1 - i].kind == ENTRY_SLOT;
        if (settled) {
            jump_on(l, cond, when, &l->blocks[block].label);
            return;
        }
    }
    Label over = {NONE, NONE};
    if (block == 0) cells_settle_top(l, l->s->blocks[0].result_count);
    jump_on(l, cond, !when, &over);
    /* the operands stay what they are: the moves are on one way only */
    cells_go_to(l, block);
    cells_label(l, &over);
}

static void table_entry(CellLower *l, u32 block) {
    LoweredBlock *b = &l->blocks[block];
    if (!needs_moves(l, block)) {
        cells_wait(l, &b->label);
        return;
    }
    u32 cell = l->count;
    cells_word(l, l->table_stubs[block]);
    if (!l->failed) l->table_stubs[block] = cell;
}

static void branch_table(CellLower *l, const Ins *ins) {
    const u32 *targets = l->s->pool + ins->a;
    Operand index = cells_pop(l);
    /* on every way at once: settle what the labels take */
    cells_settle_top(l, block_label_arity(&l->s->blocks[targets[ins->b]]));
    bool in_register = cells_take_register(l, &index);
    u32 slot = in_register ? 0 : cells_slot(l, &index);
    cells_emit_word(l, in_register ? H_table_r : H_table_s, 0, slot, ins->b);
    cells_forget(l);
    for (u32 i = 0; i <= ins->b && !l->failed; i++)
        table_entry(l, targets[i]);
    for (u32 i = 0; i <= ins->b && !l->failed; i++) {
        u32 block = targets[i];
        if (l->table_stubs[block] == NONE) continue;
        Label stub = {NONE, l->table_stubs[block]};
        l->table_stubs[block] = NONE;
        cells_label(l, &stub);
        cells_go_to(l, block);
    }
}

/* ---- blocks ---------------------------------------------------------------------------------- */
void cells_open(CellLower *l, const Ins *ins) {
    const Block *b = &l->s->blocks[ins->a];
    Operand cond = {0};
    if (ins->op == OP_if) cond = cells_pop(l);
    cells_flush(l);
    cells_settle_top(l, b->param_count);
    l->blocks[ins->a].base = top_slot(l, b->param_count);
    if (ins->op == OP_if) jump_on(l, &cond, false, &l->blocks[ins->a].other);
    if (ins->op == OP_loop) {
        Label first = {NONE, NONE}; /* turn: is not charged */
        if (l->it->options.metered) jump(l, &first);
        cells_label(l, &l->blocks[ins->a].label);
        if (l->it->options.metered) {
            cells_op(l, H_charge);
            cells_label(l, &first);
        }
    }
    cells_forget(l);
}

void cells_reset(CellLower *l, u32 block, const ValType *types, u32 count) {
    const Block *b = &l->s->blocks[block];
    while (l->height > b->height)
        cells_pop(l);
    l->top = l->blocks[block].base;
    for (u32 i = 0; i < count; i++)
        cells_push(l, types[i]);
    cells_forget(l);
}

/* The code before falls out of an arm: its results go where the block's are. */
void cells_arm_ends(CellLower *l, u32 block, bool jumps) {
    const Block *b = &l->s->blocks[block];
    cells_settle_top(l, b->result_count);
    if (b->result_count && top_slot(l, b->result_count) != l->blocks[block].base)
        cells_move_top(l, b->result_count, l->blocks[block].base);
    if (jumps) jump(l, &l->blocks[block].label);
}

static void end(CellLower *l, const Ins *ins) {
    const Block *b = &l->s->blocks[ins->a];
    LoweredBlock *mine = &l->blocks[ins->a];
    if (ins->a == 0) {
        if (ins->aux) emit_return(l);
        return;
    }
    if (b->kind == BLOCK_TRY || b->kind == BLOCK_TRY_TABLE) {
        cells_eh(l, ins);
        return;
    }
    if (ins->aux) cells_arm_ends(l, ins->a, false);
    if (b->kind == BLOCK_IF && !b->has_else) cells_label(l, &mine->other);
    if (b->kind != BLOCK_LOOP) cells_label(l, &mine->label);
    cells_reset(l, ins->a, b->results, b->result_count);
}

static void br_on_null(CellLower *l, const Ins *ins) {
    bool on_null = ins->op == OP_br_on_null;
    Operand ref = cells_pop(l);
    cells_settle_top(l, block_label_arity(&l->s->blocks[ins->a]) - (on_null ? 0 : 1));
    /* as a result in its slot, so that it can go with the branch or stay */
    u32 was = l->height;
    if (ref.kind == ENTRY_LOCAL) l->local_uses[ref.local]++;
    l->stack[l->height++] = ref;
    l->top = ref.slot + 1;
    cells_settle_top(l, 1);
    Operand settled = l->stack[was];
    Label over = {NONE, NONE};
    cells_forget(l);
    cells_emit(l, on_null ? H_i64_eqz_not_s : H_i64_eqz_if_s, 0, settled.slot, 0, 0);
    cells_wait(l, &over);
    if (on_null) cells_pop(l);
    cells_go_to(l, ins->a);
    cells_label(l, &over);
    if (on_null) {
        l->stack[l->height++] = settled;
        l->top = settled.slot + 1;
    } else {
        cells_pop(l);
    }
}

bool cells_control(CellLower *l, const Ins *ins) {
    switch ((Op)ins->op) {
    case OP_block:
    case OP_loop:
    case OP_if:
        cells_open(l, ins);
        return true;
    case OP_else: {
        const Block *b = &l->s->blocks[ins->a];
        if (ins->aux) cells_arm_ends(l, ins->a, true);
        cells_label(l, &l->blocks[ins->a].other);
        cells_reset(l, ins->a, b->params, b->param_count);
        return true;
    }
    case OP_end:
        end(l, ins);
        return true;
    case OP_br:
        cells_go_to(l, ins->a);
        return true;
    case OP_br_if: {
        Operand cond = cells_pop(l);
        go_if(l, ins->a, &cond, true);
        return true;
    }
    case OP_br_table:
        branch_table(l, ins);
        return true;
    case OP_return:
        emit_return(l);
        return true;
    case OP_unreachable:
        cells_op(l, H_unreachable);
        cells_forget(l);
        return true;
    case OP_br_on_null:
    case OP_br_on_non_null:
        br_on_null(l, ins);
        return true;
    default:
        return false;
    }
}

/* ---- calls ----------------------------------------------------------------------------------- */
/* What a tail call throws is not this function's any more. */
static void call_info(CellLower *l, bool tail) {
    u32 handler = l->handler;
    if (tail) l->handler = 0;
    cells_info(l);
    l->handler = handler;
}

bool cells_call(CellLower *l, const Ins *ins) {
    bool tail = ins->op == OP_return_call || ins->op == OP_return_call_indirect ||
                ins->op == OP_return_call_ref;
    bool direct = ins->op == OP_call || ins->op == OP_return_call;
    bool by_ref = ins->op == OP_call_ref || ins->op == OP_return_call_ref;
    bool indirect = ins->op == OP_call_indirect || ins->op == OP_return_call_indirect;
    if (!direct && !by_ref && !indirect) return false;
    u32 type = direct ? l->m->funcs[ins->a].type : ins->a;
    const TypeDef *t = &l->m->types[type];
    Operand callee = {0};
    u32 at = 0, high = l->top;
    if (!direct) { /* read before the callee's frame is made: its own slot will do */
        callee = cells_pop(l);
        at = cells_slot(l, &callee);
    }
    cells_settle_top(l, t->u.func.param_count);
    u32 args = top_slot(l, t->u.func.param_count);
    u32 results = slots_of_all(t->u.func.results, t->u.func.result_count);
    u32 above = args + results > high ? args + results : high;
    u32 third = tail ? l->locals : 0;
    cells_forget(l);
    if (direct && ins->a >= l->m->imported_funcs) {
        if (tail) {
            cells_emit(l, H_tail_call, args, 0, 0, third);
            cells_word(l, ins->a);
        } else {
            cells_emit_word(l, H_call, args, 0, ins->a);
            cells_info(l);
        }
    } else if (direct) {
        cells_emit(l, tail ? H_tail_import : H_call_import, args, above, results, third);
        cells_word(l, (u64)type | (u64)ins->a << 32);
        call_info(l, tail);
    } else {
        bool wide = indirect && l->m->tables[ins->b].limits.is64;
        unsigned id = by_ref ? tail ? H_tail_ref : H_call_ref
                      : wide ? tail ? H_tail_indirect_64 : H_call_indirect_64
                      : tail ? H_tail_indirect_32
                             : H_call_indirect_32;
        cells_emit(l, id, args, above, results, third);
        cells_word(l, (u64)l->m->types[type].canon | (u64)(indirect ? ins->b : 0) << 32);
        cells_word(l, at);
        call_info(l, tail);
    }
    for (u32 i = 0; i < t->u.func.param_count; i++)
        cells_pop(l);
    for (u32 i = 0; !tail && i < t->u.func.result_count; i++)
        cells_push(l, t->u.func.results[i]);
    if (above > l->frame) l->frame = above;
    return true;
}

/* ---- locals, globals, drop, select ----------------------------------------------------------- */
static void set_local(CellLower *l, u32 local) {
    Operand o = cells_pop(l);
    ValType type = l->s->locals[local];
    if (o.kind == ENTRY_LOCAL && o.local == local) return;
    if (l->local_uses[local])
        cells_flush_local(l, local);
    else if (o.kind == ENTRY_SLOT && l->last != NONE && l->last_slot == o.slot && !l->failed) {
        u64 *word = &l->cells[l->last + 1]; /* the last instruction writes the local itself */
        *word = (*word & ~(u64)0xffff) | l->local_slots[local];
        cells_forget(l);
        return;
    }
    cells_copy(l, type, l->local_slots[local], &o);
    cells_forget(l);
}

static void get_local(CellLower *l, u32 local) {
    Operand *o = cells_push(l, l->s->locals[local]);
    o->kind = ENTRY_LOCAL;
    o->local = local;
    l->local_uses[local]++;
}

static void global(CellLower *l, const Ins *ins) {
    const Global *g = &l->m->globals[ins->a];
    bool imported = ins->a < l->m->imported_globals, get = ins->op == OP_global_get;
    unsigned kind = vt_kind(g->type), size = kind == VT_V128                    ? 2
                                             : kind == VT_I32 || kind == VT_F32 ? 0
                                                                                : 1;
    static const u16 gets[2][3] = {{H_get_32_s, H_get_64_s, H_get_v},
                                   {H_get_32_p, H_get_64_p, H_get_v_p}};
    static const u16 sets[2][3] = {{H_set_32_s, H_set_64_s, H_set_v},
                                   {H_set_32_p, H_set_64_p, H_set_v_p}};
    u32 place = l->it->globals[ins->a];
    bool integer = kind == VT_I32 || kind == VT_I64 || kind == VT_REF;
    if (get) {
        unsigned id = gets[imported][size];
        u32 cell = cells_emit_word(l, id, 0, 0, place);
        cells_result(l, cell, id, g->type, integer && !imported ? 1 : 0);
    } else {
        Operand o = cells_pop(l);
        unsigned id = sets[imported][size];
        bool in_register = integer && !imported && cells_take_register(l, &o);
        u32 slot = in_register ? 0 : cells_slot(l, &o);
        cells_emit_word(l, in_register ? id + 1 : id, slot, 0, place);
        cells_forget(l);
    }
}

static void select(CellLower *l) {
    Operand cond = cells_pop(l), b = cells_pop(l), a = cells_pop(l);
    u32 sa = cells_slot(l, &a), sb = cells_slot(l, &b);
    unsigned id = H_select_s;
    u32 sc = 0;
    if (a.type == VT_V128)
        id = H_select_v;
    else if (cells_take_register(l, &cond))
        id = H_select_r;
    if (id != H_select_r) sc = cells_slot(l, &cond);
    u32 cell = cells_emit(l, id, 0, sa, sb, sc);
    cells_result(l, cell, id, a.type, 0);
}

bool cells_variable(CellLower *l, const Ins *ins) {
    switch ((Op)ins->op) {
    case OP_drop:
        cells_pop(l);
        return true;
    case OP_select:
    case OP_select_t:
        select(l);
        return true;
    case OP_local_get:
        get_local(l, ins->a);
        return true;
    case OP_local_set:
        set_local(l, ins->a);
        return true;
    case OP_local_tee:
        set_local(l, ins->a);
        get_local(l, ins->a);
        return true;
    case OP_global_get:
    case OP_global_set:
        global(l, ins);
        return true;
    default:
        return false;
    }
}
