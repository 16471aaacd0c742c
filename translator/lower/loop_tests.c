/* loop_tests.c: exit tests that say before the loop how many turns there will be. */
#include "loop_impl.h"

typedef struct Comparison {
    LoopRelation relation;
    bool is_eq, is_signed, wide;
    uint32_t left, right;
} Comparison;

#define CASES(type, is_wide)                                                                       \
    case OP_##type##_eq:                                                                           \
        *out = (Comparison){LOOP_NE, true, false, is_wide, 0, 0};                                  \
        return true;                                                                               \
    case OP_##type##_ne:                                                                           \
        *out = (Comparison){LOOP_NE, false, false, is_wide, 0, 0};                                 \
        return true;                                                                               \
    case OP_##type##_lt_s:                                                                         \
    case OP_##type##_lt_u:                                                                         \
        *out = (Comparison){LOOP_LT, false, op == OP_##type##_lt_s, is_wide, 0, 0};                \
        return true;                                                                               \
    case OP_##type##_le_s:                                                                         \
    case OP_##type##_le_u:                                                                         \
        *out = (Comparison){LOOP_LE, false, op == OP_##type##_le_s, is_wide, 0, 0};                \
        return true;                                                                               \
    case OP_##type##_gt_s:                                                                         \
    case OP_##type##_gt_u:                                                                         \
        *out = (Comparison){LOOP_GT, false, op == OP_##type##_gt_s, is_wide, 0, 0};                \
        return true;                                                                               \
    case OP_##type##_ge_s:                                                                         \
    case OP_##type##_ge_u:                                                                         \
        *out = (Comparison){LOOP_GE, false, op == OP_##type##_ge_s, is_wide, 0, 0};                \
        return true;

static bool comparison_of(Op op, Comparison *out) {
    switch (op) {
        CASES(i32, false)
        CASES(i64, true)
    default:
        return false;
    }
}

/* The condition as a comparison, with x == 0 and x taken as comparisons with 0. */
static bool compare(LoopRun *r, uint32_t condition, bool *negated, Comparison *out) {
    for (;;) {
        const Node n = r->ir->nodes[condition];
        if (n.op < OP_COUNT && comparison_of((Op)n.op, out)) {
            out->left = n.kid[0];
            out->right = n.kid[1];
            return true;
        }
        bool eqz = n.op == OP_i32_eqz || n.op == OP_i64_eqz;
        uint32_t kid = eqz ? n.kid[0] : condition;
        Comparison inner;
        uint16_t op = r->ir->nodes[kid].op;
        if (eqz && op < OP_COUNT &&
            (comparison_of((Op)op, &inner) || op == OP_i32_eqz || op == OP_i64_eqz)) {
            *negated = !*negated;
            condition = kid;
            continue;
        }
        unsigned type = r->ir->nodes[kid].type;
        *out = (Comparison){LOOP_NE, eqz, false, type == VT_I64, kid, loop_const(r, type, 0)};
        return out->right != 0;
    }
}

static LoopRelation opposite(LoopRelation relation) {
    static const LoopRelation other[] = {LOOP_NE, LOOP_GE, LOOP_GT, LOOP_LE, LOOP_LT};
    return other[relation];
}

static LoopRelation swapped(LoopRelation relation) {
    static const LoopRelation other[] = {LOOP_NE, LOOP_GT, LOOP_GE, LOOP_LT, LOOP_LE};
    return other[relation];
}

bool loop_test(LoopRun *r, uint32_t condition, bool negated, bool last) {
    Loop *l = r->loop;
    Comparison c;
    Affine left, right;
    if (!compare(r, condition, &negated, &c)) return false;
    if (!loop_affine(r, c.left, &left) || !loop_affine(r, c.right, &right)) return false;
    if (c.relation == LOOP_NE && c.is_eq != negated) return false; /* goes on while equal */
    LoopRelation relation = negated ? opposite(c.relation) : c.relation;
    unsigned type = c.wide ? VT_I64 : VT_I32;
    if (!loop_moves(&left)) {
        Affine swap = left;
        left = right;
        right = swap;
        relation = swapped(relation);
    }
    if (loop_moves(&right)) {
        if (relation != LOOP_NE || !loop_affine_add(r, type, &left, &right, UINT64_MAX))
            return false;
        right = (Affine){0};
    }
    int64_t step = c.wide ? (int64_t)left.step : (int32_t)(uint32_t)left.step;
    bool up = relation == LOOP_LT || relation == LOOP_LE;
    if (left.by && relation == LOOP_NE) return false;
    if (!left.by && (step == 0 || step == INT64_MIN || step == INT32_MIN)) return false;
    if (!left.by && relation != LOOP_NE && (step > 0) != up) return false;
    uint32_t stride = left.by ? loop_stride_node(r, type, &left) : 0;
    if (l->test_count == LOOP_TESTS) return loop_refuse(r, LOOP_large, NULL, 0);
    left.step = left.by = 0;
    LoopTest t = {.relation = (uint8_t)relation,
                  .is_signed = c.is_signed,
                  .wide = c.wide,
                  .last = last,
                  .act = l->act_count,
                  .step = (uint64_t)step,
                  .stride = stride,
                  .left = loop_affine_node(r, type, &left),
                  .right = loop_affine_node(r, type, &right)};
    if (!t.left || !t.right) return false;
    l->tests[l->test_count++] = t;
    return true;
}
