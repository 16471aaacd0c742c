/* interp_lower_eh.c: exceptions of both proposals as cells. What throws inside a try goes to its
 * handlers, which stand behind the body: one `catch` for each clause, then `pass_on` to the try
 * around. Locals and what waits below the try are in their slots, so nothing is to be restored. */
#include "lower_cells.h"

static bool is_try(const Block *b) {
    return b->kind == BLOCK_TRY || b->kind == BLOCK_TRY_TABLE;
}

static u32 handler_of(const CellLower *l, u32 block) {
    while (block && !is_try(&l->s->blocks[block]))
        block = l->s->blocks[block].parent;
    return block ? l->blocks[block].inside : 0;
}

static void open_try(CellLower *l, const Ins *ins) {
    const Block *b = &l->s->blocks[ins->a];
    const Ins *end = &l->s->ins[b->end];
    LoweredBlock *mine = &l->blocks[ins->a];
    cells_open(l, ins);
    mine->outside = l->handler;
    mine->inside = ins->a;
    if (ins->op == OP_try_table && l->s->pool[ins->b] == 0) mine->inside = l->handler;
    if (end->op == OP_delegate) mine->inside = handler_of(l, end->a);
    l->handler = mine->inside;
}

static const TypeDef *tag_type(const CellLower *l, u32 tag) {
    return &l->m->types[l->m->tags[tag].type];
}

/* No clause was this exception's. */
static void pass_on(CellLower *l, u32 block) {
    if (l->blocks[block].other.waiting == NONE) return;
    cells_label(l, &l->blocks[block].other);
    l->blocks[block].other.at = NONE;
    cells_op(l, H_pass_on);
    cells_info(l);
}

/* ---- try_table ------------------------------------------------------------------------------- */
static void clause(CellLower *l, u32 block, const u32 *c) {
    Label *other = &l->blocks[block].other;
    u32 kind = c[0];
    cells_label(l, other);
    *other = (Label){NONE, NONE};
    u32 first = l->top, height = l->height;
    if (kind == CATCH_TAG || kind == CATCH_TAG_REF) {
        const TypeDef *t = tag_type(l, c[1]);
        for (u32 i = 0; i < t->u.func.param_count; i++)
            cells_push(l, t->u.func.params[i]);
    }
    if (kind & 1) cells_push(l, VT_REF);
    cells_emit_word(l, H_catch, first, kind, c[1]);
    if (kind >= CATCH_ALL)
        cells_word(l, 0); /* always matches */
    else
        cells_wait(l, other);
    cells_forget(l);
    cells_go_to(l, c[2]);
    while (l->height > height)
        cells_pop(l);
}

static void close_try_table(CellLower *l, const Ins *ins) {
    u32 block = ins->a;
    const Block *b = &l->s->blocks[block];
    const u32 *p = l->s->pool + l->s->ins[b->begin].b;
    l->handler = l->blocks[block].outside;
    if (ins->aux) cells_arm_ends(l, block, p[0] > 0);
    if (p[0] && l->blocks[block].other.waiting != NONE) {
        cells_reset(l, block, NULL, 0);
        for (u32 i = 0; i < p[0] && (i == 0 || l->blocks[block].other.waiting != NONE); i++)
            clause(l, block, p + 1 + 4 * i);
        pass_on(l, block);
    }
    cells_label(l, &l->blocks[block].label);
    cells_reset(l, block, b->results, b->result_count);
}

/* ---- legacy ---------------------------------------------------------------------------------- */
static void catch_arm(CellLower *l, const Ins *ins) {
    u32 block = ins->b;
    LoweredBlock *mine = &l->blocks[block];
    bool all = ins->op == OP_catch_all;
    if (ins->aux) cells_arm_ends(l, block, true);
    l->handler = mine->outside;
    mine->inside = mine->outside;
    cells_reset(l, block, NULL, 0);
    cells_label(l, &mine->other);
    mine->other = (Label){NONE, NONE};
    u32 kind = all ? CATCH_ALL : CATCH_TAG, first = l->top;
    if (l->rethrows) { /* it waits below the arm's values */
        kind |= CATCH_TAG_REF | CATCH_REF_FIRST;
        mine->kept = l->top++;
        if (l->top > l->frame) l->frame = l->top;
    }
    cells_emit_word(l, H_catch, first, kind, all ? 0 : ins->a);
    if (all)
        cells_word(l, 0);
    else
        cells_wait(l, &mine->other);
    cells_forget(l);
    for (u32 i = 0; !all && i < tag_type(l, ins->a)->u.func.param_count; i++)
        cells_push(l, tag_type(l, ins->a)->u.func.params[i]);
}

static void close_try(CellLower *l, u32 block, bool falls) {
    const Block *b = &l->s->blocks[block];
    l->handler = l->blocks[block].outside;
    bool more = l->blocks[block].other.waiting != NONE;
    if (falls) cells_arm_ends(l, block, more);
    pass_on(l, block);
    cells_label(l, &l->blocks[block].label);
    cells_reset(l, block, b->results, b->result_count);
}

/* ---- throwing -------------------------------------------------------------------------------- */
static void throw_values(CellLower *l, u32 tag) {
    u32 count = tag_type(l, tag)->u.func.param_count;
    cells_settle_top(l, count);
    u32 first = count ? l->stack[l->height - count].slot : l->top;
    cells_emit_word(l, H_throw, first, 0, tag);
    cells_info(l);
    cells_forget(l);
}

static void throw_ref(CellLower *l, u32 slot) {
    cells_emit(l, H_throw_ref, 0, slot, 0, 0);
    cells_info(l);
    cells_forget(l);
}

bool cells_eh(CellLower *l, const Ins *ins) {
    switch ((Op)ins->op) {
    case OP_try:
    case OP_try_table:
        open_try(l, ins);
        return true;
    case OP_catch:
    case OP_catch_all:
        catch_arm(l, ins);
        return true;
    case OP_delegate:
        close_try(l, ins->b, ins->aux != 0);
        return true;
    case OP_end:
        if (l->s->blocks[ins->a].kind == BLOCK_TRY_TABLE)
            close_try_table(l, ins);
        else
            close_try(l, ins->a, ins->aux != 0);
        return true;
    case OP_throw:
        throw_values(l, ins->a);
        return true;
    case OP_throw_ref: {
        Operand o = cells_pop(l);
        throw_ref(l, cells_slot(l, &o));
        return true;
    }
    case OP_rethrow:
        throw_ref(l, l->blocks[ins->a].kept);
        return true;
    default:
        return false;
    }
}
