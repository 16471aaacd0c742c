/* scan_find.c: is a loop a search? Follows the way back to its head and asks of each condition on it
 * whether the host can look for the first turn that it does not hold in. */
#include "scan.h"

enum { LARGEST_TREE = 24 };

/* Nodes in a tree, up to LARGEST_TREE. */
static unsigned tree_size(const LoopRun *r, uint32_t node) {
    const Node *n = &r->ir->nodes[node];
    unsigned size = 1;
    for (unsigned i = loop_kids(n); i-- > (n->op == NODE_ACCESS ? 1u : 0u) && size < LARGEST_TREE;)
        if (n->kid[i]) size += tree_size(r, n->kid[i]);
    return size;
}

/* Does it read what a variable held when the turn began, other than by a closed form? */
static bool reads_before(const LoopRun *r, uint32_t node) {
    const Node *n = &r->ir->nodes[node];
    const Side *s = &r->sides[node - r->base];
    if (s->variant && !s->affine && (n->op == OP_local_get || n->op == NODE_SLOT)) return true;
    for (unsigned i = loop_kids(n); i-- > (n->op == NODE_ACCESS ? 1u : 0u);)
        if (n->kid[i] && reads_before(r, n->kid[i])) return true;
    return false;
}

/* Is it made of what an inner loop leaves behind? */
static bool is_unknown(const LoopRun *r, uint32_t node) {
    const Node *n = &r->ir->nodes[node];
    if (n->op == NODE_UNKNOWN) return true;
    for (unsigned i = loop_kids(n); i-- > (n->op == NODE_ACCESS ? 1u : 0u);)
        if (n->kid[i] && is_unknown(r, n->kid[i])) return true;
    return false;
}

/* Can what the variables hold after some turns be written down? */
static bool finals_fit(LoopRun *r, Scan *scan) {
    Loop *l = r->loop;
    for (uint32_t i = 0; i < l->var_count; i++) {
        LoopVar *v = &l->vars[i];
        if (v->final_ == v->entry) v->final_ = 0;
        if (!v->final_) continue;
        if (tree_size(r, v->final_) < LARGEST_TREE && !reads_before(r, v->final_) &&
            !is_unknown(r, v->final_))
            continue;
        if (!r->nest || v->entry) return false;
        scan->keep_last |= !scan_nest_is_dead(r, v);
        v->final_ = 0;
    }
    return true;
}

/* Addresses move on by what a turn reads. */
static bool streams_fit(const LoopRun *r, const Scan *scan) {
    const Loop *l = r->loop;
    for (uint32_t i = 0; i < l->group_count; i++)
        if (l->groups[i].span != scan->width || l->groups[i].base.step != scan->width) return false;
    return l->accesses[scan->left].bytes == scan->width &&
           (scan->kind != SCAN_MATCH || l->accesses[scan->right].bytes == scan->width);
}

static bool classify(LoopRun *r, Scan *scan) {
    Loop *l = r->loop;
    *scan = (Scan){0};
    if (r->nest) {
        scan->kind = r->nest->kind;
        scan->set = r->nest->values;
        if (!scan_set_byte(r, scan)) return false;
    }
    for (uint32_t i = 0; i < l->act_count; i++) {
        const LoopAct *a = &l->acts[i];
        if (a->kind == ACT_VALUE) continue;
        if (a->kind != ACT_EXIT || !a->node || !scan_literal(r, scan, a->node, a->negated))
            return false;
    }
    if (scan->width == 0 || (scan->kind < SCAN_MATCH && scan->byte_count == 0)) return false;
    return loop_group(r) && streams_fit(r, scan) && finals_fit(r, scan);
}

static const char *purpose(const Scan *scan) {
    switch (scan->kind) {
    case SCAN_STOP:
        return scan->byte_count == 1 ? "looks for a byte" : "looks for one of two bytes";
    case SCAN_RUN:
        return "looks for another byte";
    case SCAN_OUTSIDE:
        return "looks for a byte of a set";
    case SCAN_INSIDE:
        return "looks for a byte outside a set";
    default:
        return scan->byte_count ? "compares two strings" : "compares bytes";
    }
}

/* The one way through the loop's body that goes back to its head. */
static bool path_of(LoopRun *r, const Loop *l, Stmt *out, uint32_t *count) {
    bool back[LOOP_STMTS + 1];
    Path p;
    if (r->nest) return scan_nest_path(r, l, out, count);
    if (!path_begin(&p, r, l->first, l->last, out, back)) return false;
    bool ok = path_put(&p, p.from[l->first]) && path_go(&p, l->first + 1);
    *count = p.count;
    return ok;
}

bool scan_find_nested(LoopRun *r, Loop *l, const Loop *inner) {
    ScanNest nest = {.inner = inner};
    r->nest = &nest;
    bool found = scan_find(r, l);
    r->nest = NULL;
    return found;
}

bool scan_find(LoopRun *r, Loop *l) {
    const Loop before = *l;
    Stmt stmts[LOOP_STMTS];
    Ir straight, *ir = r->ir;
    const uint32_t nodes = ir->node_count;
    uint32_t count = 0;
    bool found = false;
    Scan *scan = ARENA_ARRAY(r->arena, 1, Scan);
    if (!scan) r->nomem = true;
    if (scan && path_of(r, l, stmts, &count)) {
        /* the run goes over the path instead of the loop's text */
        straight = *ir;
        straight.stmts = stmts;
        straight.stmt_count = count;
        r->ir = &straight;
        r->base = straight.node_count;
        l->first = 0;
        l->last = count - 1;
        found = loop_body(r) && classify(r, scan);
        ir->nodes = straight.nodes;
        ir->node_cap = straight.node_cap;
        ir->node_count = straight.node_count;
        r->ir = ir;
        l->first = before.first;
        l->last = before.last;
    }
    if (found) {
        l->reason = LOOP_scan;
        l->detail = purpose(scan);
        l->scan = scan;
        return true;
    }
    ir->node_count = nodes;
    *l = before;
    return false;
}
