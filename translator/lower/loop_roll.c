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
    if (x.by || y.by || x.step != y.step || !divides(m, type, x.step, &part)) return false;
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
        if (l->groups[i].stride || (int64_t)l->groups[i].base.step % (int64_t)m->times)
            return false;
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

static bool try_match(LoopRun *r) {
    enum { MOST_RUNS = 64 };
    Match m = {.r = r};
    for (m.times = MOST_RUNS; m.times > 1; m.times--) {
        if (r->loop->act_count % m.times) continue;
        bool tail = false;
        m.length = r->loop->act_count / m.times;
        if (m.length == 0 || !matches(&m, &tail)) continue;
        apply(&m, tail);
        return true;
    }
    return false;
}

/* ---- stores in another order ----------------------------------------------------------------- */

/* Some acts and the store that needs them. */
typedef struct Unit {
    uint32_t first, count;
    uint64_t at; /* the store's place */
} Unit;

static const LoopAccess *access_of(const LoopRun *r, uint32_t act) {
    const Node *n = &r->ir->nodes[r->loop->acts[act].node];
    bool access = n->op == NODE_ACCESS || (n->op < OP_COUNT && op_info[n->op].kind == KIND_STORE);
    return access ? &r->loop->accesses[n->imm] : NULL;
}

/* Does any act outside of the unit, or what the loop leaves behind, use a value of it? */
static bool is_closed(const LoopRun *r, const Unit *u) {
    const Loop *l = r->loop;
    for (uint32_t i = 0; i < l->var_count; i++) {
        uint32_t act = l->vars[i].final_ ? loop_side((LoopRun *)r, l->vars[i].final_)->act : 0;
        if (act > u->first && act <= u->first + u->count) return false;
    }
    for (uint32_t i = u->first + u->count; i < l->act_count; i++) {
        const Node *n = &r->ir->nodes[l->acts[i].node];
        for (unsigned k = loop_kids(n); k-- > 0;) {
            uint32_t act = n->kid[k] ? loop_side((LoopRun *)r, n->kid[k])->act : 0;
            if (act > u->first && act <= u->first + u->count) return false;
        }
    }
    return true;
}

/* Can the units be done in any order? All accesses have one pointer, and no unit touches bytes that
 * another stores. */
static bool is_free(const LoopRun *r, const Unit *units, uint32_t count) {
    const LoopAccess *one = access_of(r, units[0].first + units[0].count - 1);
    for (uint32_t u = 0; u < count; u++) {
        const LoopAccess *store = access_of(r, units[u].first + units[u].count - 1);
        if (store->group != one->group || !is_closed(r, &units[u])) return false;
        for (uint32_t i = 0; i < r->loop->act_count; i++) {
            const LoopAccess *a = access_of(r, i);
            if (!a || (i >= units[u].first && i < units[u].first + units[u].count)) continue;
            if (a->group != one->group ||
                (a->delta < store->delta + store->bytes && store->delta < a->delta + a->bytes))
                return false;
        }
    }
    return true;
}

static uint32_t find_units(const LoopRun *r, Unit *units, uint32_t most) {
    const Loop *l = r->loop;
    uint32_t count = 0, first = 0;
    for (uint32_t i = 0; i < l->act_count; i++) {
        if (l->acts[i].kind != ACT_STORE) continue;
        if (count == most) return 0;
        units[count++] = (Unit){first, i + 1 - first, access_of(r, i)->delta};
        first = i + 1;
    }
    return first == l->act_count ? count : 0;
}

static void put_acts(LoopRun *r, const LoopAct *acts) {
    Loop *l = r->loop;
    for (uint32_t i = 0; i < l->act_count; i++) {
        l->acts[i] = acts[i];
        if (acts[i].kind == ACT_VALUE || acts[i].kind == ACT_MERGED)
            loop_side(r, acts[i].node)->act = i + 1;
    }
}

/* Producers store the elements of a run of memory in any order; here in the order of the steps. */
static void sort_units(Unit *units, uint32_t count, bool down) {
    for (uint32_t i = 1; i < count; i++) {
        Unit u = units[i];
        uint32_t k = i;
        for (; k > 0 && (down ? units[k - 1].at < u.at : units[k - 1].at > u.at); k--)
            units[k] = units[k - 1];
        units[k] = u;
    }
}

static void roll_sorted(LoopRun *r) {
    enum { MOST_UNITS = 64, MOST_ACTS = 256 };
    Unit units[MOST_UNITS];
    LoopAct before[MOST_ACTS], sorted[MOST_ACTS];
    Loop *l = r->loop;
    uint32_t count = l->act_count <= MOST_ACTS ? find_units(r, units, MOST_UNITS) : 0, n = 0;
    if (count < 2 || !is_free(r, units, count)) return;
    const LoopAccess *store = access_of(r, l->act_count - 1);
    sort_units(units, count, (int64_t)l->groups[store->group].base.step < 0);
    for (uint32_t u = 0; u < count; u++)
        for (uint32_t i = 0; i < units[u].count; i++)
            sorted[n++] = l->acts[units[u].first + i];
    memcpy(before, l->acts, n * sizeof *before);
    put_acts(r, sorted);
    if (!try_match(r)) put_acts(r, before);
}

void loop_roll(LoopRun *r) {
    const Loop *l = r->loop;
    for (uint32_t i = 0; i < l->act_count; i++)
        if (l->acts[i].kind != ACT_VALUE && l->acts[i].kind != ACT_STORE) return;
    if (!try_match(r)) roll_sorted(r);
}
