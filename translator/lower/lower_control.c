/* lower_control.c: blocks and branches. Values that meet at a label meet in the slots of its height.
 * A block that nobody branches to leaves no trace. */
#include "lower.h"

void lower_settle_from(Lower *l, uint32_t from) {
    for (uint32_t i = from; i < l->height; i++)
        lower_settle(l, i, true);
}

static void open_block(Lower *l, const Ins *ins) {
    const Block *b = &l->s->blocks[ins->a];
    if (ins->op == OP_if) {
        Entry condition = lower_pop(l);
        lower_flush_all(l);
        lower_settle_from(l, b->height);
        Stmt *s = lower_stmt(l, STMT_IF);
        s->a = ins->a;
        s->node = condition.node;
        s->hint = ins->hint;
        return;
    }
    if (b->branches == 0) return;
    lower_flush_all(l);
    if (ins->op == OP_loop) {
        lower_settle_from(l, b->height);
        Stmt *s = lower_stmt(l, STMT_LOOP);
        s->a = ins->a;
    }
}

void lower_reset(Lower *l, uint32_t height) {
    if (l->height > height) l->height = height;
    if (l->clean > l->height) l->clean = l->height;
}

static void else_arm(Lower *l, const Ins *ins) {
    const Block *b = &l->s->blocks[ins->a];
    if (ins->aux) lower_settle_from(l, b->height);
    lower_reset(l, b->height);
    lower_push_slots(l, b->params, b->param_count);
    Stmt *s = lower_stmt(l, STMT_ELSE);
    s->a = ins->a;
}

static void return_values(Lower *l) {
    const Block *b = &l->s->blocks[0];
    lower_flush(l, DEP_TRAPS);
    uint32_t first = lower_pop_args(l, b->result_count);
    Stmt *s = lower_stmt(l, STMT_RETURN);
    s->first = first;
    s->count = b->result_count;
}

static void close_block(Lower *l, const Ins *ins) {
    const Block *b = &l->s->blocks[ins->a];
    if (b->kind == BLOCK_FUNC) {
        if (ins->aux) return_values(l);
        return;
    }
    if (b->kind == BLOCK_TRY || b->kind == BLOCK_TRY_TABLE) {
        lower_close_try(l, ins);
        return;
    }
    bool meets = b->kind == BLOCK_IF || (b->kind == BLOCK_BLOCK && b->branches > 0);
    if (!meets && ins->aux) return; /* straight through */
    if (meets && ins->aux) lower_settle_from(l, b->height);
    lower_reset(l, b->height);
    lower_push_slots(l, b->results, b->result_count);
    if (b->kind == BLOCK_IF) lower_stmt(l, STMT_END_IF)->a = ins->a;
    if (meets && b->branches > 0) lower_stmt(l, STMT_LABEL)->a = ins->a;
}

void lower_settle_cheap(Lower *l, uint32_t from, uint32_t end) {
    for (uint32_t i = from; i < end; i++) {
        const Node *n = &l->ir->nodes[l->stack[i].node];
        if (n->op != OP_local_get) lower_settle(l, i, false);
    }
}

static void branch(Lower *l, uint32_t target) {
    if (target == 0) {
        return_values(l);
        return;
    }
    const Block *b = &l->s->blocks[target];
    uint32_t count = block_label_arity(b);
    lower_flush(l, DEP_TRAPS);
    uint32_t first = lower_pop_args(l, count);
    Stmt *s = lower_stmt(l, STMT_GOTO);
    s->a = target;
    s->b = b->height;
    s->first = first;
    s->count = count;
}

static void branch_if(Lower *l, const Ins *ins) {
    const Block *b = &l->s->blocks[ins->a];
    uint32_t count = block_label_arity(b);
    Entry condition = lower_pop(l);
    lower_flush(l, DEP_TRAPS);
    lower_settle_cheap(l, l->height - count, l->height);
    uint32_t first = l->ir->arg_count;
    for (uint32_t i = l->height - count; i < l->height; i++)
        lower_arg(l, l->stack[i].node);
    Stmt *s = lower_stmt(l, STMT_GOTO_IF);
    s->a = ins->a;
    s->b = b->height;
    s->node = condition.node;
    s->first = first;
    s->count = count;
    s->hint = ins->hint;
}

static void branch_table(Lower *l, const Ins *ins) {
    const Block *last = &l->s->blocks[l->s->pool[ins->a + ins->b]];
    uint32_t count = block_label_arity(last);
    Entry index = lower_pop(l);
    lower_flush(l, DEP_TRAPS);
    lower_settle_cheap(l, l->height - count, l->height);
    uint32_t first = lower_pop_args(l, count);
    Stmt *s = lower_stmt(l, STMT_SWITCH);
    s->node = index.node;
    s->a = ins->b;
    s->b = ins->a;
    s->first = first;
    s->count = count;
}

bool lower_control(Lower *l, const Ins *ins) {
    switch ((Op)ins->op) {
    case OP_block:
    case OP_loop:
    case OP_if:
        open_block(l, ins);
        return true;
    case OP_else:
        else_arm(l, ins);
        return true;
    case OP_end:
        close_block(l, ins);
        return true;
    case OP_br:
        branch(l, ins->a);
        return true;
    case OP_br_if:
        branch_if(l, ins);
        return true;
    case OP_br_table:
        branch_table(l, ins);
        return true;
    case OP_return:
        return_values(l);
        return true;
    case OP_unreachable:
        lower_flush(l, DEP_TRAPS);
        lower_stmt(l, STMT_TRAP);
        return true;
    default:
        return false;
    }
}
