/* loop_values.c: the values of a loop's body: nodes, and integers as affine functions of the turn. */
#include "loop_impl.h"
#include <string.h>

bool loop_refuse(LoopRun *r, LoopReason reason, const char *detail, uint32_t offset) {
    if (r->loop->reason == LOOP_versioned) {
        r->loop->reason = reason;
        r->loop->detail = detail;
        r->loop->detail_offset = offset;
    }
    return false;
}

Side *loop_side(LoopRun *r, uint32_t node) {
    return &r->sides[node - r->base];
}

static bool grow_nodes(LoopRun *r) {
    Ir *ir = r->ir;
    uint32_t cap = ir->node_cap + LOOP_NODES;
    Node *nodes = cap < ir->node_cap ? NULL : ARENA_ARRAY(r->arena, cap, Node);
    if (!nodes) {
        r->nomem = true;
        return false;
    }
    memcpy(nodes, ir->nodes, ir->node_count * sizeof *nodes);
    ir->nodes = nodes;
    ir->node_cap = cap;
    return true;
}

uint32_t loop_node(LoopRun *r, Node node, bool variant) {
    Ir *ir = r->ir;
    if (ir->node_count - r->base >= LOOP_NODES) {
        loop_refuse(r, LOOP_large, NULL, 0);
        return 0;
    }
    if (ir->node_count == ir->node_cap && !grow_nodes(r)) {
        loop_refuse(r, LOOP_large, NULL, 0);
        return 0;
    }
    ir->nodes[ir->node_count] = node;
    r->sides[ir->node_count - r->base] = (Side){.variant = variant};
    return ir->node_count++;
}

uint32_t loop_const(LoopRun *r, unsigned type, uint64_t value) {
    return loop_node(r,
                     (Node){.op = type == VT_I32 ? OP_i32_const : OP_i64_const,
                            .type = (uint8_t)type,
                            .imm = value & loop_mask(type)},
                     false);
}

/* ---- trees ----------------------------------------------------------------------------------- */

unsigned loop_kids(const Node *n) {
    if (n->op == OP_select || n->op == OP_select_t) return 3;
    if (n->op == NODE_ACCESS) return 2;
    if (n->op >= OP_COUNT || op_info[n->op].sig[0] == 'P') return 0;
    unsigned kids = 0;
    while (kids < 3 && op_info[n->op].sig[kids] != '_')
        kids++;
    return kids;
}

bool loop_same_tree(const LoopRun *r, uint32_t a, uint32_t b) {
    if (a == b) return true;
    const Node *x = &r->ir->nodes[a], *y = &r->ir->nodes[b];
    if (x->op == NODE_AFFINE && y->op == NODE_AFFINE && x->type == y->type) {
        const Affine *v = &r->affines[x->imm], *w = &r->affines[y->imm];
        return v->c == w->c && loop_same_step(r, v, w) && loop_same_terms(r, v, w);
    }
    if (x->op != y->op || x->imm != y->imm || x->type != y->type || x->aux != y->aux ||
        x->lane != y->lane || x->op == NODE_AFFINE || x->op == NODE_TEMP || x->op == NODE_ACCESS)
        return false;
    unsigned kids = loop_kids(x);
    for (unsigned i = 0; i < kids; i++)
        if (!loop_same_tree(r, x->kid[i], y->kid[i])) return false;
    return true;
}

/* ---- affine forms ---------------------------------------------------------------------------- */

bool loop_affine(const LoopRun *r, uint32_t node, Affine *out) {
    const Node *n = &r->ir->nodes[node];
    if (n->type != VT_I32 && n->type != VT_I64) return false;
    const Side *s = &r->sides[node - r->base];
    *out = (Affine){0};
    if (s->affine) {
        *out = r->affines[s->affine - 1];
        return true;
    }
    if (s->variant) return false;
    if (loop_const_bits(n, &out->c)) return true;
    out->count = 1;
    out->term[0].node = node;
    out->term[0].coef = 1;
    return true;
}

static int find_term(const LoopRun *r, const Affine *a, uint32_t node) {
    for (uint32_t i = 0; i < a->count; i++)
        if (loop_same_tree(r, a->term[i].node, node)) return (int)i;
    return -1;
}

bool loop_affine_add(const LoopRun *r, unsigned type, Affine *a, const Affine *b, uint64_t factor) {
    uint64_t mask = loop_mask(type);
    if (a->by && b->by && !loop_same_tree(r, a->by, b->by)) return false;
    if (!a->by) a->by = b->by;
    a->by_coef = (a->by_coef + b->by_coef * factor) & mask;
    if (!a->by_coef) a->by = 0;
    a->c = (a->c + b->c * factor) & mask;
    a->step = (a->step + b->step * factor) & mask;
    for (uint32_t i = 0; i < b->count; i++) {
        int at = find_term(r, a, b->term[i].node);
        if (at < 0) {
            if (a->count == AFFINE_TERMS) return false;
            at = (int)a->count++;
            a->term[at].node = b->term[i].node;
            a->term[at].coef = 0;
        }
        a->term[at].coef = (a->term[at].coef + b->term[i].coef * factor) & mask;
    }
    uint32_t kept = 0;
    for (uint32_t i = 0; i < a->count; i++)
        if (a->term[i].coef) a->term[kept++] = a->term[i];
    a->count = kept;
    return true;
}

bool loop_same_terms(const LoopRun *r, const Affine *a, const Affine *b) {
    if (a->count != b->count) return false;
    for (uint32_t i = 0; i < a->count; i++) {
        int at = find_term(r, b, a->term[i].node);
        if (at < 0 || b->term[at].coef != a->term[i].coef) return false;
    }
    return true;
}

bool loop_same_step(const LoopRun *r, const Affine *a, const Affine *b) {
    if (a->step != b->step || a->by_coef != b->by_coef || !a->by != !b->by) return false;
    return !a->by || loop_same_tree(r, a->by, b->by);
}

uint32_t loop_affine_node(LoopRun *r, unsigned type, const Affine *a) {
    bool moves = loop_moves(a);
    if (a->count == 0 && !moves) return loop_const(r, type, a->c);
    if (a->count == 1 && !moves && a->c == 0 && a->term[0].coef == 1) return a->term[0].node;
    if (r->affine_count == LOOP_AFFINES) {
        loop_refuse(r, LOOP_large, NULL, 0);
        return 0;
    }
    uint32_t node = loop_node(
        r, (Node){.op = NODE_AFFINE, .type = (uint8_t)type, .imm = r->affine_count}, moves);
    r->affines[r->affine_count++] = *a;
    if (node) loop_side(r, node)->affine = r->affine_count;
    return node;
}

uint32_t loop_stride_node(LoopRun *r, unsigned type, const Affine *a) {
    Affine stride = {.c = a->step, .count = 1, .term = {{a->by, a->by_coef}}};
    return loop_affine_node(r, type, &stride);
}

static bool is_fixed(const LoopRun *r, uint32_t node, unsigned *budget) {
    const Node *n = &r->ir->nodes[node];
    if (*budget == 0) return false;
    --*budget;
    if (n->op == NODE_SLOT) return !r->slot_vars[n->imm * MAX_SLOT_TYPES + n->type - 1];
    if (n->op == OP_local_get) return !r->local_vars[n->imm];
    if (n->op == NODE_AFFINE) {
        const Affine *a = &r->affines[n->imm];
        bool fixed = !a->by || is_fixed(r, a->by, budget);
        for (uint32_t i = 0; fixed && i < a->count; i++)
            fixed = is_fixed(r, a->term[i].node, budget);
        return fixed;
    }
    for (unsigned i = loop_kids(n); i-- > 0;)
        if (!is_fixed(r, n->kid[i], budget)) return false;
    return true;
}

bool loop_is_fixed(const LoopRun *r, uint32_t node) {
    unsigned budget = 64;
    return is_fixed(r, node, &budget);
}

/* x | c and x ^ c are x + c where the bits of c are 0 in x: those below the lowest bit that step, terms
 * or constants could touch. */
static bool is_disjoint(const Affine *a, const Affine *b) {
    if (loop_moves(b) || b->count) return false;
    uint64_t touched = a->c | a->step | a->by_coef;
    for (uint32_t i = 0; i < a->count; i++)
        touched |= a->term[i].coef;
    uint64_t lowest = touched & (0 - touched);
    return touched == 0 || b->c < lowest;
}

/* Modulo 2^32: of every term. */
static bool fold_wrap(LoopRun *r, Affine *a) {
    uint32_t *nodes[AFFINE_TERMS + 1], count = 0;
    for (uint32_t i = 0; i < a->count; i++)
        nodes[count++] = &a->term[i].node;
    if (a->by) nodes[count++] = &a->by;
    for (uint32_t i = 0; i < count; i++) {
        Node wrap = {.op = OP_i32_wrap_i64, .type = VT_I32, .kid = {*nodes[i]}};
        if (!(*nodes[i] = loop_node(r, wrap, false))) return false;
    }
    const Affine wide = *a;
    *a = (Affine){0};
    return loop_affine_add(r, VT_I32, a, &wide, 1);
}

/* Times a value that is the same in every turn, but no constant. */
static bool fold_product(LoopRun *r, const Node *n, const Affine *a, uint32_t times, Affine *out) {
    Affine start = *a, by;
    if (a->by || !a->step || !loop_affine(r, times, &by)) return false;
    start.step = 0;
    bool plain = by.count == 1 && by.c == 0;
    *out = (Affine){0};
    if (start.count == 0) {
        if (!loop_affine_add(r, n->type, out, &by, start.c)) return false;
    } else {
        uint32_t left = loop_affine_node(r, n->type, &start);
        Node product = {.op = n->op, .type = n->type, .kid = {left, times}};
        if (!left || !(out->term[0].node = loop_node(r, product, false))) return false;
        out->term[0].coef = out->count = 1;
    }
    out->by = plain ? by.term[0].node : times;
    out->by_coef = (plain ? by.term[0].coef : 1) * a->step & loop_mask(n->type);
    if (!out->by_coef) out->by = 0;
    return true;
}

static bool fold(LoopRun *r, const Node *n, Affine *out) {
    Affine b;
    bool wide = n->type == VT_I64;
    if (n->type != VT_I32 && !wide) return false;
    if (!loop_affine(r, n->kid[0], out)) return false;
    if (n->op == OP_i32_wrap_i64) return (loop_moves(out) || out->count == 0) && fold_wrap(r, out);
    if (r->ir->nodes[n->kid[0]].type != n->type) return false; /* i64.extend and the like */
    if (op_info[n->op].sig[1] == '_' || !loop_affine(r, n->kid[1], &b)) return false;
    bool constant = b.count == 0 && !loop_moves(&b);
    switch ((Op)n->op) {
    case OP_i32_add:
    case OP_i64_add:
        return loop_affine_add(r, n->type, out, &b, 1);
    case OP_i32_sub:
    case OP_i64_sub:
        return loop_affine_add(r, n->type, out, &b, UINT64_MAX);
    case OP_i32_or:
    case OP_i64_or:
    case OP_i32_xor:
    case OP_i64_xor:
        if (constant && b.c == loop_mask(n->type) && (n->op == OP_i32_xor || n->op == OP_i64_xor)) {
            Affine a = *out; /* ~x = -1 - x */
            *out = (Affine){.c = b.c};
            return loop_affine_add(r, n->type, out, &a, UINT64_MAX);
        }
        return is_disjoint(out, &b) && loop_affine_add(r, n->type, out, &b, 1);
    case OP_i32_shl:
    case OP_i64_shl: {
        Affine a = *out;
        *out = (Affine){0};
        return constant &&
               loop_affine_add(r, n->type, out, &a, (uint64_t)1 << (b.c & (wide ? 63 : 31)));
    }
    case OP_i32_mul:
    case OP_i64_mul: {
        bool left = out->count == 0 && !loop_moves(out);
        if (!constant && !left) {
            Affine a = loop_moves(&b) ? b : *out;
            if (loop_moves(&b) && loop_moves(out)) return false;
            return fold_product(r, n, &a, n->kid[loop_moves(&b) ? 0 : 1], out);
        }
        Affine a = constant ? *out : b;
        uint64_t factor = constant ? b.c : out->c;
        *out = (Affine){0};
        return loop_affine_add(r, n->type, out, &a, factor);
    }
    default:
        return false;
    }
}

uint32_t loop_op(LoopRun *r, Node node, unsigned kids) {
    bool variant = false;
    for (unsigned i = 0; i < kids; i++) {
        if (!node.kid[i]) return 0;
        variant |= loop_side(r, node.kid[i])->variant;
    }
    Affine a;
    if (kids && fold(r, &node, &a)) return loop_affine_node(r, node.type, &a);
    return loop_node(r, node, variant);
}
