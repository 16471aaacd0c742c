/* lower_eh.c: exceptions of both proposals.
 *
 * A statement that throws goes to the handlers of the try around it (Stmt.handler), which stand behind
 * the try's body. What waits below a try stays where it is: the labels that catch clauses branch to
 * were opened earlier, and the older try settles everything at its beginning. Locals need nothing:
 * handlers see them as they are. */
#include "lower.h"
#include <string.h>

typedef struct Tries { /* by block number; of those that are a try, from its opener on */
    uint32_t *inside;  /* whose handlers get what the arm under work throws; 0: the caller */
    uint32_t *outer;   /* who gets what its handlers throw, or do not catch */
    uint32_t *clauses; /* of the older try: handlers passed */
    bool *catches_all; /* the last of them is a catch_all */
    bool *rethrown;    /* by instruction, of a catch: a rethrow names its exception */
} Tries;

static bool begin(Lower *l) {
    if (l->tries) return true;
    size_t count = l->s->block_count;
    Tries *t = l->tries = ARENA_ARRAY(l->arena, 1, Tries);
    if (!t || !(t->inside = ARENA_ARRAY(l->arena, count, uint32_t)) ||
        !(t->outer = ARENA_ARRAY(l->arena, count, uint32_t)) ||
        !(t->clauses = ARENA_ARRAY(l->arena, count, uint32_t)) ||
        !(t->catches_all = ARENA_ARRAY(l->arena, count, bool)) ||
        !(t->rethrown = ARENA_ARRAY(l->arena, l->s->count, bool))) {
        if (!l->failed) diag_nomem(l->ctx);
        l->failed = true;
        return false;
    }
    for (uint32_t i = 0; i < l->s->count; i++) {
        const Ins *ins = &l->s->ins[i];
        if (ins->op == OP_catch || ins->op == OP_catch_all) t->clauses[ins->b] = i;
        if (ins->op == OP_rethrow) t->rethrown[t->clauses[ins->a]] = true;
    }
    memset(t->clauses, 0, count * sizeof *t->clauses);
    return true;
}

static bool is_try(const Block *b) {
    return b->kind == BLOCK_TRY || b->kind == BLOCK_TRY_TABLE;
}

/* Whose handlers get what is thrown in this block. */
static uint32_t handler_of(const Lower *l, uint32_t block) {
    while (block && !is_try(&l->s->blocks[block]))
        block = l->s->blocks[block].parent;
    return block ? l->tries->inside[block] : 0;
}

static void open_try(Lower *l, const Ins *ins) {
    if (!begin(l)) return;
    const Block *b = &l->s->blocks[ins->a];
    const Ins *end = &l->s->ins[b->end];
    uint32_t inside = ins->a;
    if (ins->op == OP_try_table) {
        if (l->s->pool[ins->b] == 0) inside = l->handler;
        if (b->branches > 0) lower_flush_all(l);
    } else {
        if (end->op == OP_delegate) inside = handler_of(l, end->a);
        lower_flush_all(l);
    }
    l->tries->outer[ins->a] = l->handler;
    l->tries->inside[ins->a] = inside;
    l->handler = inside;
}

/* A statement of a try's own: where its handlers begin, go on, and end. */
static Stmt *part(Lower *l, uint16_t op, uint32_t block, bool falls) {
    Stmt *s = lower_stmt(l, STMT_OP);
    s->op = op;
    s->b = block;
    s->aux = falls;
    return s;
}

static void catch_arm(Lower *l, const Ins *ins) {
    const Block *b = &l->s->blocks[ins->b];
    Tries *t = l->tries;
    if (ins->aux) lower_settle_from(l, b->height);
    l->handler = t->inside[ins->b] = t->outer[ins->b];
    lower_reset(l, b->height);
    Stmt *s = part(l, ins->op, ins->b, ins->aux != 0);
    s->a = t->clauses[ins->b]++;
    s->imm = ins->a;
    s->lane = t->rethrown[ins - l->s->ins];
    if (ins->op == OP_catch_all) {
        t->catches_all[ins->b] = true;
        return;
    }
    const TypeDef *tag = &l->m->types[l->m->tags[ins->a].type];
    lower_push_slots(l, tag->u.func.params, tag->u.func.param_count);
}

/* Its end, or delegate. */
void lower_close_try(Lower *l, const Ins *ins) {
    uint32_t block = ins->op == OP_delegate ? ins->b : ins->a;
    const Block *b = &l->s->blocks[block];
    const Ins *opener = &l->s->ins[b->begin];
    Tries *t = l->tries;
    bool arms = t->clauses[block] > 0, meets = b->branches > 0 || arms;
    if (meets && ins->aux) lower_settle_from(l, b->height);
    l->handler = t->outer[block];
    if (b->kind == BLOCK_TRY_TABLE && l->s->pool[opener->b] > 0) {
        part(l, OP_try_table, block, ins->aux != 0)->imm = opener->b;
    } else if (b->kind == BLOCK_TRY && ins->op != OP_delegate) {
        Stmt *s = part(l, OP_try, block, ins->aux != 0);
        s->a = t->clauses[block];
        s->lane = t->catches_all[block];
    }
    if (!meets && ins->aux) return; /* straight through */
    lower_reset(l, b->height);
    lower_push_slots(l, b->results, b->result_count);
    if (meets) lower_stmt(l, STMT_LABEL)->a = block;
}

static void throw_values(Lower *l, const Ins *ins) {
    uint32_t count = l->m->types[l->m->tags[ins->a].type].u.func.param_count;
    /* they are evaluated when the exception is pending already: nothing may trap then */
    for (uint32_t i = l->height - count; i < l->height; i++)
        if (l->stack[i].deps & DEP_TRAPS) lower_settle(l, i, false);
    uint32_t first = lower_pop_args(l, count);
    lower_flush(l, DEP_TRAPS);
    Stmt *s = lower_stmt(l, STMT_OP);
    s->op = ins->op;
    s->b = ins->a;
    s->first = first;
    s->count = count;
}

static void throw_again(Lower *l, const Ins *ins, uint32_t operands) {
    uint32_t first = lower_pop_args(l, operands);
    lower_flush(l, DEP_TRAPS);
    Stmt *s = lower_stmt(l, STMT_OP);
    s->op = ins->op;
    s->b = ins->a;
    s->first = first;
    s->count = operands;
}

bool lower_eh(Lower *l, const Ins *ins) {
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
        lower_close_try(l, ins);
        return true;
    case OP_throw:
        throw_values(l, ins);
        return true;
    case OP_throw_ref:
        throw_again(l, ins, 1);
        return true;
    case OP_rethrow:
        throw_again(l, ins, 0);
        return true;
    default:
        return false;
    }
}
