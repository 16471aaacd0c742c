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
    if (n->op == OP_i32_const || n->op == OP_i64_const) {
        out->c = n->imm & loop_mask(n->type);
        return true;
    }
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

uint32_t loop_affine_node(LoopRun *r, unsigned type, const Affine *a) {
    if (a->count == 0 && a->step == 0) return loop_const(r, type, a->c);
    if (a->count == 1 && a->step == 0 && a->c == 0 && a->term[0].coef == 1) return a->term[0].node;
    if (r->affine_count == LOOP_AFFINES) {
        loop_refuse(r, LOOP_large, NULL, 0);
        return 0;
    }
    uint32_t node = loop_node(
        r, (Node){.op = NODE_AFFINE, .type = (uint8_t)type, .imm = r->affine_count}, a->step != 0);
    r->affines[r->affine_count++] = *a;
    if (node) loop_side(r, node)->affine = r->affine_count;
    return node;
}

/* x | c and x ^ c are x + c where the bits of c are 0 in x: those below the lowest bit that step, terms
 * or constants could touch. */
static bool is_disjoint(const Affine *a, const Affine *b) {
    if (b->step || b->count) return false;
    uint64_t touched = a->c | a->step;
    for (uint32_t i = 0; i < a->count; i++)
        touched |= a->term[i].coef;
    uint64_t lowest = touched & (0 - touched);
    return touched == 0 || b->c < lowest;
}

static bool fold(LoopRun *r, const Node *n, Affine *out) {
    Affine b;
    bool wide = n->type == VT_I64;
    if (n->type != VT_I32 && !wide) return false;
    if (!loop_affine(r, n->kid[0], out)) return false;
    if (n->op == OP_i32_wrap_i64) {
        for (uint32_t i = 0; i < out->count; i++) /* the terms are of 64 bits */
            return false;
        out->c &= loop_mask(VT_I32);
        out->step &= loop_mask(VT_I32);
        return true;
    }
    if (r->ir->nodes[n->kid[0]].type != n->type) return false; /* i64.extend and the like */
    if (op_info[n->op].sig[1] == '_' || !loop_affine(r, n->kid[1], &b)) return false;
    bool constant = b.count == 0 && b.step == 0;
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
        bool left = out->count == 0 && out->step == 0;
        if (!constant && !left) return false;
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
