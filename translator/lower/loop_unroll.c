/* loop_unroll.c: which fast copies C compilers are told to unroll. Nothing but a hint: whatever the answer, the copy
 * does the same. */
#include "loop_impl.h"

enum { LARGEST_BODY = 24, MANY_TURNS = 64, FURTHEST_BACK = 24, DEEPEST = 4 };

/* Takes the tree's nodes from the room; false: there is too little. */
static bool fits(const Ir *ir, uint32_t node, uint32_t *room) {
    const Node *n = &ir->nodes[node];
    if (*room == 0) return false;
    --*room;
    if (n->op == NODE_ACCESS) return true;
    for (unsigned i = loop_kids(n); i-- > 0;)
        if (!fits(ir, n->kid[i], room)) return false;
    return true;
}

/* A short straight line? */
static bool is_small(const Ir *ir, const Loop *l) {
    uint32_t room = LARGEST_BODY;
    for (uint32_t i = 0; i < l->act_count; i++) {
        const LoopAct *a = &l->acts[i];
        if (a->kind == ACT_STORE ? !fits(ir, ir->nodes[a->node].kid[1], &room)
                                 : a->kind != ACT_VALUE || !fits(ir, a->node, &room))
            return false;
    }
    return true;
}

static bool constant(const Ir *ir, uint32_t at, uint32_t node, unsigned depth, uint64_t *out);

/* What the local or slot holds in front of statement `at`, where one of the few before it says so. */
static bool held(const Ir *ir, uint32_t at, const Node *var, unsigned depth, uint64_t *out) {
    for (uint32_t i = at; i-- > 0 && at - i <= FURTHEST_BACK;) {
        const Stmt *s = &ir->stmts[i];
        bool is_slot = s->kind == STMT_SET_SLOT;
        if (s->kind == STMT_SET_LOCAL || is_slot) {
            bool same = s->a == var->imm && is_slot == (var->op == NODE_SLOT);
            if (same && s->type == var->type) return constant(ir, i, s->node, depth, out);
        } else if (s->kind != STMT_EVAL &&
                   (s->kind != STMT_OP || op_info[s->op].kind != KIND_STORE)) {
            return false;
        }
    }
    return false;
}

static bool constant(const Ir *ir, uint32_t at, uint32_t node, unsigned depth, uint64_t *out) {
    const Node *n = &ir->nodes[node];
    if (loop_const_bits(n, out)) return true;
    bool is_var = n->op == NODE_SLOT || n->op == OP_local_get;
    return is_var && depth < DEEPEST && held(ir, at, n, depth + 1, out);
}

static bool operand(const Ir *ir, const Loop *l, uint32_t node, uint64_t *out) {
    const Node *n = &ir->nodes[node];
    if (n->op != NODE_AFFINE) return constant(ir, l->first, node, 0, out);
    const Affine *a = &l->affines[n->imm];
    *out = a->c;
    for (uint32_t i = 0; i < a->count; i++) {
        uint64_t value;
        if (!constant(ir, l->first, a->term[i].node, 0, &value)) return false;
        *out += a->term[i].coef * value;
    }
    return true;
}

/* Are there many turns, and is their number one that the C compiler can tell? */
static bool is_long(const Ir *ir, const Loop *l) {
    const LoopTest *t = &l->tests[0];
    uint64_t left, right;
    if (l->test_count != 1 || t->stride || t->step == 0 || !operand(ir, l, t->left, &left) ||
        !operand(ir, l, t->right, &right))
        return false;
    for (uint32_t i = 0; i < l->access_count; i++) /* vectors are not vectorised again */
        if (l->accesses[i].bytes == 16) return false;
    bool up = (int64_t)t->step > 0;
    uint64_t distance = (up ? right - left : left - right) & (t->wide ? UINT64_MAX : UINT32_MAX);
    return distance / (up ? t->step : 0 - t->step) * l->roll >= MANY_TURNS;
}

LoopUnroll loop_unroll(const Ir *ir, const Loop *l) {
    if (!is_small(ir, l)) return UNROLL_NOT;
    return is_long(ir, l) ? UNROLL_LONG : UNROLL_SMALL;
}
