/* loop_shape.c: which jumps inside a fast copy's body are written as `if` and `else`; the others stay gotos. And
 * which temporaries must then be declared at the body's top: those that something behind a join uses, whose
 * braces may have ended there, and those that a goto passes over, which C++ forbids. */
#include "loop_impl.h"

static uint32_t join_at(const Loop *l, const LoopAct *jump) {
    uint32_t i = (uint32_t)(jump - l->acts);
    while (i < l->act_count && (l->acts[i].kind != ACT_JOIN || l->acts[i].a != jump->a))
        i++;
    return i;
}

/* Does no jump lead from outside into the acts from `from` up to `to`? Those to act `door` do not count. */
static bool is_closed(const Loop *l, uint32_t from, uint32_t to, uint32_t door) {
    for (uint32_t i = 0; i < from; i++) {
        if (l->acts[i].kind != ACT_JUMP) continue;
        uint32_t at = join_at(l, &l->acts[i]);
        if (at != door && at >= from && at < to) return false;
    }
    return true;
}

static uint32_t jumps_to(const Loop *l, uint32_t join) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < join; i++)
        count += l->acts[i].kind == ACT_JUMP && l->acts[i].a == l->acts[join].a;
    return count;
}

/* `if (c) goto M; ...; goto J; M: ...; J:` */
static void try_else(Loop *l, uint32_t open, uint32_t meet) {
    LoopAct *jump = &l->acts[meet - 1];
    if (jump->kind != ACT_JUMP || jump->node || meet - 1 == open) return;
    uint32_t end = join_at(l, jump);
    if (end == meet || jumps_to(l, meet) != 1 || !is_closed(l, meet, end, meet)) return;
    jump->shape = SHAPE_ELSE;
    l->acts[meet].shape = SHAPE_ELSE;
    l->acts[meet].closes = 0;
    l->acts[end].closes++;
}

/* The last act that reads each temporary. */
static void note_reads(const Ir *ir, uint32_t node, uint32_t at, uint32_t *last) {
    const Node *n = &ir->nodes[node];
    if (n->op == NODE_TEMP) last[n->imm] = at;
    unsigned kids = node ? loop_kids(n) : 0;
    for (unsigned i = 0; i < kids; i++)
        note_reads(ir, n->kid[i], at, last);
}

static void find_reads(const Loop *l, const Ir *ir, uint32_t *last) {
    for (uint32_t i = 0; i < l->act_count; i++) {
        const LoopAct *a = &l->acts[i];
        if (a->kind == ACT_MERGED || a->kind == ACT_JOIN) continue;
        note_reads(ir, a->node, i, last);
        bool sets = a->kind == ACT_JUMP || a->kind == ACT_EXIT;
        for (uint32_t k = 0; sets && k < a->count; k++)
            note_reads(ir, l->pairs[a->first + k].node, i, last);
    }
    for (uint32_t i = 0; i < l->var_count; i++)
        note_reads(ir, l->vars[i].final_, l->act_count, last);
}

static void mark_outer(Loop *l, const Ir *ir) {
    uint32_t last[LOOP_ACTS + 1] = {0}, next_join = l->act_count + 1, target = 0;
    find_reads(l, ir, last);
    for (uint32_t i = 0; i < l->act_count; i++) {
        LoopAct *a = &l->acts[i];
        if (a->kind == ACT_VALUE) a->outer = a->a && target > i;
        if (a->kind != ACT_JUMP || a->shape != SHAPE_GOTO) continue;
        uint32_t join = join_at(l, a);
        if (join > target) target = join;
    }
    for (uint32_t i = l->act_count; i-- > 0;) {
        LoopAct *a = &l->acts[i];
        if (a->kind == ACT_JOIN) next_join = i;
        if (a->kind == ACT_VALUE && a->a) a->outer |= last[a->a] > next_join;
    }
}

void loop_shape(Loop *l, const Ir *ir) {
    for (uint32_t i = 0; i < l->act_count; i++) {
        LoopAct *jump = &l->acts[i];
        if (jump->kind != ACT_JUMP || !jump->node) continue;
        uint32_t meet = join_at(l, jump);
        if (!is_closed(l, i, meet, meet)) continue;
        jump->shape = SHAPE_IF;
        l->acts[meet].closes++;
    }
    for (uint32_t i = 0; i < l->act_count; i++)
        if (l->acts[i].shape == SHAPE_IF) try_else(l, i, join_at(l, &l->acts[i]));
    mark_outer(l, ir);
}
