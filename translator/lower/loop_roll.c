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

static bool commutes(uint16_t op) {
    switch ((Op)op) {
    case OP_i32_add:
    case OP_i32_mul:
    case OP_i32_and:
    case OP_i32_or:
    case OP_i32_xor:
    case OP_i64_add:
    case OP_i64_mul:
    case OP_i64_and:
    case OP_i64_or:
    case OP_i64_xor:
    case OP_f32_add:
    case OP_f32_mul:
    case OP_f64_add:
    case OP_f64_mul:
        return true;
    default:
        return false;
    }
}

/* Operands that may stand in either order. */
static bool same_pair(Match *m, const Node *x, const Node *y) {
    uint32_t before[LOOP_VARS];
    memcpy(before, m->ends, sizeof before);
    if (same_node(m, x->kid[0], y->kid[0]) && same_node(m, x->kid[1], y->kid[1])) return true;
    memcpy(m->ends, before, sizeof before);
    return same_node(m, x->kid[0], y->kid[1]) && same_node(m, x->kid[1], y->kid[0]);
}

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
    if (kids == 2 && commutes(x.op)) return same_pair(m, &x, &y);
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

static uint32_t join_of(const Loop *l, const LoopAct *jump) {
    uint32_t i = (uint32_t)(jump - l->acts);
    while (l->acts[i].kind != ACT_JOIN || l->acts[i].a != jump->a)
        i++;
    return i;
}

static bool same_jump(Match *m, const LoopAct *a, const LoopAct *b) {
    const Loop *l = m->r->loop;
    uint32_t further = m->run * m->length;
    if (a->negated != b->negated || !a->node != !b->node || a->count != b->count) return false;
    if (join_of(l, a) + further != join_of(l, b)) return false;
    if (a->node && !same_node(m, a->node, b->node)) return false;
    for (uint32_t i = 0; i < a->count; i++) {
        const LoopPair *x = &l->pairs[a->first + i], *y = &l->pairs[b->first + i];
        if (act_of(m, x->var) + further != act_of(m, y->var) || !same_node(m, x->node, y->node))
            return false;
    }
    return true;
}

static bool same_act(Match *m, const LoopAct *a, const LoopAct *b) {
    if (a->kind != b->kind) return false;
    switch ((LoopActKind)a->kind) {
    case ACT_JUMP:
        return same_jump(m, a, b);
    case ACT_JOIN:
        return true;
    case ACT_MERGED:
        return m->r->ir->nodes[a->node].type == m->r->ir->nodes[b->node].type;
    default:
        return same_op(m, a->node, b->node);
    }
}

static bool matches(Match *m, bool *tail) {
    const Loop *l = m->r->loop;
    memset(m->ends, 0, sizeof m->ends);
    for (uint32_t i = 0; i < l->group_count; i++)
        if (l->groups[i].stride || (int64_t)l->groups[i].base.step % (int64_t)m->times)
            return false;
    for (m->run = 1; m->run < m->times; m->run++)
        for (uint32_t i = 0; i < m->length; i++) {
            if (!same_act(m, &l->acts[i], &l->acts[m->run * m->length + i])) return false;
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

static bool shorten_act(Match *m, LoopAct *a) {
    if (a->kind == ACT_JOIN || a->kind == ACT_MERGED) return true;
    if (a->kind != ACT_JUMP) return shorten_kids(m, a->node);
    if (a->node && !shorten(m, &a->node)) return false;
    for (uint32_t i = 0; i < a->count; i++)
        if (!shorten(m, &m->r->loop->pairs[a->first + i].node)) return false;
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
        if (!shorten_act(m, &l->acts[i])) return;
    for (uint32_t i = 0; i < l->group_count; i++)
        l->groups[i].span = (uint64_t)((int64_t)l->groups[i].base.step / (int64_t)m->times);
    l->act_count = m->length;
    l->roll = m->times;
    l->tail = tail;
}

enum { MOST_RUNS = 64 };

static bool try_times(LoopRun *r, uint32_t times) {
    Match m = {.r = r, .times = times, .length = r->loop->act_count / times};
    bool tail = false;
    if (m.length == 0 || r->loop->act_count % times || !matches(&m, &tail)) return false;
    apply(&m, tail);
    return true;
}

static bool try_match(LoopRun *r) {
    for (uint32_t times = MOST_RUNS; times > 1; times--)
        if (try_times(r, times)) return true;
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

/* ---- values in another order ----------------------------------------------------------------- */

/* Which of the runs an act belongs to: by the place that it reads, or its operands'. */
static uint32_t run_of(const LoopRun *r, uint32_t act, uint32_t times, const uint8_t *runs) {
    const LoopAccess *a = access_of(r, act);
    if (a) {
        const LoopGroup *g = &r->loop->groups[a->group];
        int64_t step = (int64_t)g->base.step, part = step / (int64_t)times;
        if (part == 0) return 0;
        uint64_t run = part > 0 ? a->delta / (uint64_t)part
                                : (g->extent - a->delta - a->bytes) / (uint64_t)-part;
        return run < times ? (uint32_t)run : times - 1;
    }
    uint32_t run = 0;
    const Node *n = &r->ir->nodes[r->loop->acts[act].node];
    for (unsigned k = loop_kids(n); k-- > 0;) {
        uint32_t from = n->kid[k] ? loop_side((LoopRun *)r, n->kid[k])->act : 0;
        if (from && runs[from - 1] > run) run = runs[from - 1];
    }
    return run;
}

/* Nothing but values: they may be computed in any order, so also run by run. Producers evaluate the operands of
 * a long sum, say, from its end. */
static void roll_values(LoopRun *r) {
    enum { MOST_ACTS = 256 };
    LoopAct before[MOST_ACTS], sorted[MOST_ACTS];
    uint8_t runs[MOST_ACTS];
    uint32_t count = r->loop->act_count;
    if (count > MOST_ACTS || count < 4) return;
    memcpy(before, r->loop->acts, count * sizeof *before);
    for (uint32_t times = MOST_RUNS; times > 1; times /= 2) {
        uint32_t n = 0;
        if (count % times) continue;
        for (uint32_t i = 0; i < count; i++)
            runs[i] = (uint8_t)run_of(r, i, times, runs);
        for (uint32_t run = 0; run < times; run++)
            for (uint32_t i = 0; i < count; i++)
                if (runs[i] == run) sorted[n++] = before[i];
        put_acts(r, sorted);
        if (try_times(r, times)) return;
        put_acts(r, before);
    }
}

void loop_roll(LoopRun *r) {
    const Loop *l = r->loop;
    bool stores = false, jumps = false;
    for (uint32_t i = 0; i < l->act_count; i++) {
        if (l->acts[i].kind == ACT_EXIT || l->acts[i].kind == ACT_EVAL) return;
        stores |= l->acts[i].kind == ACT_STORE;
        jumps |= l->acts[i].kind == ACT_JUMP;
    }
    if (try_match(r) || jumps) return;
    if (stores)
        roll_sorted(r);
    else
        roll_values(r);
}
