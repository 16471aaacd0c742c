/* loop_branch.c: branches inside a loop's body. They only go forward, to a place where ways meet; where a
 * variable comes there with different values, it becomes a merged one, which each way sets. */
#include "loop_impl.h"
#include <string.h>

uint32_t loop_joins_pending(const LoopRun *r) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < r->edge_count; i++)
        count += r->edges[i].kind != JOIN_NONE;
    return count;
}

bool loop_jump(LoopRun *r, JoinKind kind, uint32_t block, uint32_t condition, bool negated) {
    const Loop *l = r->loop;
    if (r->edge_count == LOOP_EDGES) return loop_refuse(r, LOOP_large, NULL, 0);
    LoopEdge *e = &r->edges[r->edge_count++];
    e->kind = (uint8_t)kind;
    e->block = block;
    e->act = l->act_count;
    for (uint32_t i = 0; i < l->var_count; i++)
        e->values[i] = l->vars[i].value;
    if (!condition) r->dead = true;
    return loop_act(r, (LoopAct){.kind = ACT_JUMP, .negated = negated, .node = condition});
}

static bool is_same(LoopRun *r, uint32_t a, uint32_t b) {
    Affine x, y;
    if (a == b) return true;
    if (!a || !b) return false;
    if (loop_affine(r, a, &x) && loop_affine(r, b, &y))
        return x.c == y.c && loop_same_step(r, &x, &y) && loop_same_terms(r, &x, &y);
    return !loop_side(r, a)->variant && !loop_side(r, b)->variant && loop_same_tree(r, a, b);
}

/* The edges that lead to a join. */
typedef struct Ways {
    LoopEdge *edges[LOOP_EDGES];
    uint32_t count;
} Ways;

/* The variable's value where the ways meet; merged: a node of its own, which each of them sets. */
static bool merge(LoopRun *r, const Ways *ways, uint32_t var, bool *merged) {
    LoopVar *v = &r->loop->vars[var];
    uint32_t *first = &ways->edges[0]->values[var];
    bool same = true;
    *merged = false;
    for (uint32_t i = 1; same && i < ways->count; i++)
        same = is_same(r, *first, ways->edges[i]->values[var]);
    v->value = *first;
    if (same) return true;
    for (uint32_t i = 0; i < ways->count; i++) {
        uint32_t *value = &ways->edges[i]->values[var];
        if (!*value) *value = loop_entry(r, v);
        if (!*value) return false;
        same = (i == 0 || same) && is_same(r, *first, *value);
    }
    v->value = *first;
    if (same) return true;
    *merged = true;
    Node node = {.op = NODE_MERGED, .type = v->type, .imm = ++r->merged_count};
    return (v->value = loop_node(r, node, true)) != 0;
}

static bool put_pairs(LoopRun *r, const Ways *ways, const uint32_t *vars, uint32_t count) {
    Loop *l = r->loop;
    if (r->probe) return true;
    if (l->pair_count + ways->count * count > LOOP_PAIRS)
        return loop_refuse(r, LOOP_large, NULL, 0);
    for (uint32_t i = 0; i < ways->count; i++) {
        LoopAct *act = &l->acts[ways->edges[i]->act];
        act->a = r->join_count;
        act->first = l->pair_count;
        act->count = count;
        for (uint32_t k = 0; k < count; k++)
            l->pairs[l->pair_count++] =
                (LoopPair){l->vars[vars[k]].value, ways->edges[i]->values[vars[k]]};
    }
    if (!loop_act(r, (LoopAct){.kind = ACT_JOIN, .a = r->join_count})) return false;
    for (uint32_t k = 0; k < count; k++)
        if (!loop_act(r, (LoopAct){.kind = ACT_MERGED, .node = l->vars[vars[k]].value}))
            return false;
    return true;
}

/* The last act jumps, unconditionally, to what follows. */
static bool is_straight_on(const LoopRun *r, const LoopEdge *e) {
    const Loop *l = r->loop;
    if (r->probe) return false;
    const LoopAct *act = &l->acts[e->act];
    return e->act + 1 == l->act_count && act->kind == ACT_JUMP && !act->node;
}

static bool drop_edges(LoopRun *r, const Ways *ways) {
    for (uint32_t i = 0; i < ways->count; i++)
        ways->edges[i]->kind = JOIN_NONE;
    while (r->edge_count && r->edges[r->edge_count - 1].kind == JOIN_NONE)
        r->edge_count--;
    return true;
}

bool loop_join(LoopRun *r, JoinKind kind, uint32_t block) {
    Loop *l = r->loop;
    Ways ways = {.count = 0};
    uint32_t vars[LOOP_VARS], count = 0;
    bool meets = false;
    for (uint32_t i = 0; i < r->edge_count; i++)
        meets |= r->edges[i].kind == kind && r->edges[i].block == block;
    if (!meets) return true;
    if (!r->dead && !loop_jump(r, kind, block, 0, false)) return false;
    for (uint32_t i = 0; i < r->edge_count; i++)
        if (r->edges[i].kind == kind && r->edges[i].block == block)
            ways.edges[ways.count++] = &r->edges[i];
    r->dead = false;
    if (ways.count == 1 && is_straight_on(r, ways.edges[0])) {
        for (uint32_t i = 0; i < l->var_count; i++)
            l->vars[i].value = ways.edges[0]->values[i];
        l->act_count -= !r->probe;
        return drop_edges(r, &ways);
    }
    r->join_count++;
    for (uint32_t i = 0; i < l->var_count; i++) {
        bool merged;
        if (!merge(r, &ways, i, &merged)) return false;
        if (merged) vars[count++] = i;
    }
    return put_pairs(r, &ways, vars, count) && drop_edges(r, &ways);
}
