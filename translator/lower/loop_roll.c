/* loop_roll.c: bodies that their producer unrolled are rolled up again.
 *
 * The acts of a turn are k runs of the same acts, in each of which every address and every affine value is
 * one k-th of the step further, and what the run before left in a variable takes the place of what the
 * variable held. The order of the acts stays what it was, so nothing needs to be known of overlaps. */
#include "loop_impl.h"
#include <string.h>

typedef struct Match {
    LoopRun *r;
    uint32_t times, length, run; /* runs, acts in each, the run that is compared with run 0 */
    uint32_t
        ends[LOOP_VARS]; /* by variable: 1 + the act of a run that gives what the next one reads */
} Match;

static uint32_t act_of(const Match *m, uint32_t node) {
    return loop_side(m->r, node)->act;
}

/* The variable that this node reads as the turn begins; var_count: none. */
static uint32_t var_of(const Match *m, uint32_t node) {
    const Loop *l = m->r->loop;
    uint32_t i = 0;
    while (i < l->var_count && l->vars[i].entry != node)
        i++;
    return i;
}

static bool divides(const Match *m, unsigned type, uint64_t step, uint64_t *part) {
    int64_t s = type == VT_I32 ? (int32_t)(uint32_t)step : (int64_t)step;
    if (s % (int64_t)m->times) return false;
    *part = (uint64_t)(s / (int64_t)m->times) & loop_mask(type);
    return true;
}

static bool same_affine(const Match *m, uint32_t a, uint32_t b) {
    Affine x, y;
    unsigned type = m->r->ir->nodes[a].type;
    uint64_t part = 0;
    if (type != m->r->ir->nodes[b].type) return false;
    if (!loop_affine(m->r, a, &x) || !loop_affine(m->r, b, &y)) return false;
    if (x.step != y.step || !divides(m, type, x.step, &part)) return false;
    uint64_t mask = loop_mask(type);
    return ((y.c - x.c) & mask) == ((part * m->run) & mask) && loop_same_terms(m->r, &x, &y);
}

static bool same_access(const Match *m, uint32_t a, uint32_t b) {
    const Loop *l = m->r->loop;
    const LoopAccess *x = &l->accesses[a], *y = &l->accesses[b];
    if (x->op != y->op || x->lane != y->lane || x->group != y->group) return false;
    int64_t step = (int64_t)l->groups[x->group].base.step, times = (int64_t)m->times;
    return step % times == 0 && y->delta - x->delta == (uint64_t)(step / times) * (uint64_t)m->run;
}

static bool same_node(Match *m, uint32_t a, uint32_t b);

/* What acts compute, operand by operand. */
static bool same_op(Match *m, uint32_t a, uint32_t b) {
    const Node x = m->r->ir->nodes[a], y = m->r->ir->nodes[b];
    if (x.op != y.op || x.type != y.type) return false;
    if (x.op == NODE_ACCESS)
        return same_access(m, (uint32_t)x.imm, (uint32_t)y.imm) &&
               (!x.kid[1] || same_node(m, x.kid[1], y.kid[1]));
    if (x.op >= OP_COUNT) return false;
    if (op_info[x.op].kind == KIND_STORE)
        return same_access(m, (uint32_t)x.imm, (uint32_t)y.imm) && same_node(m, x.kid[1], y.kid[1]);
    if (x.imm != y.imm) return false;
    unsigned kids = loop_kids(&x);
    for (unsigned i = 0; i < kids; i++)
        if (!same_node(m, x.kid[i], y.kid[i])) return false;
    return true;
}

static bool same_node(Match *m, uint32_t a, uint32_t b) {
    uint32_t act = act_of(m, a);
    if (act) return act_of(m, b) == act + m->run * m->length;
    if (!loop_side(m->r, a)->variant)
        return !loop_side(m->r, b)->variant && loop_same_tree(m->r, a, b);
    if (loop_side(m->r, a)->affine) return same_affine(m, a, b);
    uint32_t var = var_of(m, a), from = act_of(m, b);
    if (var == m->r->loop->var_count || !from) return false;
    if (from <= (m->run - 1) * m->length || from > m->run * m->length) return false;
    uint32_t end = from - (m->run - 1) * m->length;
    if (!m->ends[var]) m->ends[var] = end;
    return m->ends[var] == end;
}

/* Are the values that the variables hold at the end those of the last run? tail: some is not, but
 * nothing reads it before the next turn sets it: then the literal loop does the last turn. */
static bool finals_fit(const Match *m, bool *tail) {
    const Loop *l = m->r->loop;
    *tail = false;
    for (uint32_t i = 0; i < l->var_count; i++) {
        const LoopVar *v = &l->vars[i];
        uint32_t node = v->final_, last = (m->times - 1) * m->length;
        if (!node || node == v->entry || !loop_side(m->r, node)->variant ||
            loop_side(m->r, node)->affine) {
            if (m->ends[i]) return false;
            continue;
        }
        uint32_t act = act_of(m, node);
        if (!act) return false;
        if (m->ends[i] ? act == last + m->ends[i] : !v->entry && act > last) continue;
        if (v->entry || l->test_count != 1 || !l->tests[0].last) return false;
        *tail = true;
    }
    return true;
}

static bool matches(Match *m, bool *tail) {
    const Loop *l = m->r->loop;
    memset(m->ends, 0, sizeof m->ends);
    for (uint32_t i = 0; i < l->group_count; i++)
        if ((int64_t)l->groups[i].base.step % (int64_t)m->times) return false;
    for (m->run = 1; m->run < m->times; m->run++)
        for (uint32_t i = 0; i < m->length; i++) {
            const LoopAct *a = &l->acts[i], *b = &l->acts[m->run * m->length + i];
            if (a->kind != b->kind || !same_op(m, a->node, b->node)) return false;
        }
    return finals_fit(m, tail);
}

/* Kids of run 0 that are affine move by a part of the step now. */
static bool shorten(Match *m, uint32_t *kid) {
    LoopRun *r = m->r;
    unsigned type = r->ir->nodes[*kid].type;
    Affine a;
    if (!loop_side(r, *kid)->affine || !loop_affine(r, *kid, &a) || a.step == 0) return true;
    if (!divides(m, type, a.step, &a.step)) return false;
    uint32_t node = loop_affine_node(r, type, &a);
    *kid = node;
    return node != 0;
}

static bool shorten_kids(Match *m, uint32_t node) {
    unsigned kids = loop_kids(&m->r->ir->nodes[node]);
    for (unsigned i = 0; i < kids; i++) {
        uint32_t kid = m->r->ir->nodes[node].kid[i];
        if (!kid) continue;
        if (!shorten(m, &kid)) return false;
        m->r->ir->nodes[node].kid[i] = kid;
    }
    return true;
}

static void apply(Match *m, bool tail) {
    Loop *l = m->r->loop;
    for (uint32_t i = 0; i < l->var_count; i++) {
        LoopVar *v = &l->vars[i];
        uint32_t act =
            v->final_ && loop_side(m->r, v->final_)->variant && !loop_side(m->r, v->final_)->affine
                ? act_of(m, v->final_)
                : 0;
        if (!act) continue;
        uint32_t last = (m->times - 1) * m->length;
        v->final_ = act > last ? l->acts[act - last - 1].node : 0;
    }
    for (uint32_t i = 0; i < m->length; i++)
        if (!shorten_kids(m, l->acts[i].node)) return;
    for (uint32_t i = 0; i < l->group_count; i++)
        l->groups[i].span = (uint64_t)((int64_t)l->groups[i].base.step / (int64_t)m->times);
    l->act_count = m->length;
    l->roll = m->times;
    l->tail = tail;
}

void loop_roll(LoopRun *r) {
    enum { MOST_RUNS = 64 };
    const Loop *l = r->loop;
    Match m = {.r = r};
    for (uint32_t i = 0; i < l->act_count; i++)
        if (l->acts[i].kind != ACT_VALUE && l->acts[i].kind != ACT_STORE) return;
    for (m.times = MOST_RUNS; m.times > 1; m.times--) {
        if (l->act_count % m.times) continue;
        bool tail = false;
        m.length = l->act_count / m.times;
        if (m.length == 0 || !matches(&m, &tail)) continue;
        apply(&m, tail);
        return;
    }
}
