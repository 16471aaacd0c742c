/* loop.h: range-checked fast copies of loops.
 *
 * For an innermost loop whose accesses have addresses that are affine in the number k of the turn, and
 * an exit test that says before the loop how many turns there will be, the pass finds out what it takes
 * to check, in 64-bit arithmetic and before the first turn, that no access of any turn leaves its memory
 * and no address wraps. Where that holds nothing in the copy can trap, so its accesses may be plain ones,
 * which C compilers reorder and vectorise. Where it does not hold, the literal loop runs.
 *
 * A body is followed symbolically: what a turn computes becomes a list of acts over new nodes, in
 * execution order; integers that are affine in k become closed forms, so that induction variables and
 * pointers vanish. Owner: the function arena. */
#ifndef W2C_LOWER_LOOP_H
#define W2C_LOWER_LOOP_H
#include "ir.h"

typedef enum LoopReason {
#define LOOP_REASON(id, text) LOOP_##id,
#include "../loop_reasons.def"
} LoopReason;
extern const char *const loop_reason_texts[];

/* c + sum of coef * value of node + (step + by_coef * value of by) * k, modulo 2^32 or 2^64. The nodes'
 * values are the same in every turn. */
enum { AFFINE_TERMS = 4 };
typedef struct Affine {
    uint64_t c, step, by_coef;
    uint32_t by; /* node; 0: the step is a constant */
    uint32_t count;
    struct {
        uint32_t node;
        uint64_t coef;
    } term[AFFINE_TERMS];
} Affine;

/* Accesses of one memory that differ by constants: they share a pointer, which is at
 * base(k) = base.c + terms + base.step * k; each lies within [base, base + extent). */
typedef struct LoopGroup {
    uint32_t memory;
    Affine base;
    uint64_t extent;
    uint64_t span; /* step as it moves in a turn of the copy: rolled up bodies have smaller ones */
    uint32_t stride; /* node: the step, where it is no constant; else 0 */
} LoopGroup;

typedef struct LoopAccess {
    uint16_t op;
    uint8_t lane, bytes;
    uint32_t memory, group;
    uint64_t delta; /* bytes from the group's base */
    uint64_t offset;
    Affine address;
} LoopAccess;

/* A test that ends the loop: the loop goes on while left OP right holds; left is affine in k, right the same
 * in every turn. */
typedef enum LoopRelation { LOOP_NE, LOOP_LT, LOOP_LE, LOOP_GT, LOOP_GE } LoopRelation;
typedef struct LoopTest {
    uint8_t relation;
    bool is_signed, wide; /* wide: 64 bits */
    bool last;            /* stands at the end of a turn: the turn is whole when it fails */
    uint32_t act;         /* in front of this act of the turn */
    uint64_t step;   /* what left moves by in a turn: > 0 up for LT, LE; NE: > 0 up, else down */
    uint32_t stride; /* node: the step, where it is no constant; else 0 */
    uint32_t left, right; /* nodes; left with k = 0 */
} LoopTest;

typedef enum LoopActKind {
    ACT_VALUE, /* temp a = node, or a = 0: written where it is used */
    ACT_EVAL,  /* node, for its trap */
    ACT_STORE, /* node: its access in imm, the value kid[1] */
    ACT_JUMP, /* if (node), or (negated) unless, or (node 0) always: go to the join a; pairs: merged
                * node = node */
    ACT_JOIN, /* a = number: ways meet */
    ACT_MERGED, /* node: what a variable holds there */
    ACT_EXIT, /* if (node), or (negated) unless, or (node 0) always: the variables get these values
                * (pairs first to first + count) and statement a leaves */
} LoopActKind;

/* How a jump is written: as a goto, as an `if` whose end is its join, as the end of an `if` with an `else`;
 * the join of the latter's `if` is SHAPE_ELSE too. */
typedef enum LoopShape { SHAPE_GOTO, SHAPE_IF, SHAPE_ELSE } LoopShape;

typedef struct LoopAct {
    uint8_t kind;
    bool negated;
    bool outer;            /* a temporary that is declared at the body's top */
    uint8_t shape, closes; /* closes: braces that end at a join */
    uint32_t a, node, first, count;
} LoopAct;

/* A variable that the loop assigns. */
typedef struct LoopVar {
    bool is_slot, is_induction;
    bool is_carried; /* what a turn leaves in it the next one asks for, or an exit in it does */
    uint8_t type;
    uint32_t index;         /* local, or height */
    uint32_t entry;         /* node: its value when a turn begins; 0: not asked for */
    uint32_t value;         /* node: its value now; 0: entry */
    uint32_t final_;        /* node: its value when a turn ends; 0: as it was */
    uint64_t step, by_coef; /* of induction variables, as of Affine */
    uint32_t by;
} LoopVar;

typedef struct LoopPair { /* variable, or (of jumps) merged node, = node */
    uint32_t var, node;
} LoopPair;

typedef struct LoopDivisor { /* must not be 0, nor, for signed division, -1 */
    uint32_t node;
    bool is_signed;
} LoopDivisor;
enum { LOOP_DIVISORS = 4 };

typedef struct Loop {
    uint32_t first, last; /* statements: STMT_LOOP to the loop's last one */
    uint32_t block, offset;
    LoopReason reason;
    const char *detail;
    uint32_t detail_offset;
    uint32_t roll; /* how many times the body repeats itself: the copy has one of them */
    bool tail;     /* the copy leaves the last turn to the loop itself */
    LoopAct *acts;
    LoopGroup *groups;
    LoopAccess *accesses;
    LoopVar *vars;
    LoopPair *pairs;
    LoopTest *tests;
    uint32_t act_count, group_count, access_count, var_count, pair_count, test_count;
    uint32_t divisor_count;
    LoopDivisor divisors[LOOP_DIVISORS];
    const Affine *affines;   /* of NODE_AFFINE: by imm */
    const struct Scan *scan; /* of a loop whose reason is LOOP_scan: see scan.h */
} Loop;

typedef struct LoopSet {
    Loop *loops; /* in order of their first statement */
    uint32_t count;
} LoopSet;

/* A fast copy that copies elements one by one, from low addresses to high or (down) the other way. */
typedef struct LoopMove {
    const LoopAccess *to, *from;
    bool down;
} LoopMove;
bool loop_is_move(const Ir *ir, const Loop *l, LoopMove *out);

/* Should the copy be unrolled? SMALL: its body is a few operations in a straight line; LONG: that, and there are many turns, a
 * constant number of them. */
typedef enum LoopUnroll { UNROLL_NOT, UNROLL_SMALL, UNROLL_LONG } LoopUnroll;
LoopUnroll loop_unroll(const Ir *ir, const Loop *l);

typedef struct LoopOptions {
    bool no_branches; /* only bodies that are a straight line */
    bool no_versions; /* no fast copies */
    bool no_rolling;  /* fast copies are not rolled up */
    bool no_scans;    /* nothing skips ahead */
    bool no_sets;     /* nor do loops whose inner loop searches */
} LoopOptions;

/* Finds the function's loops and works out a fast copy, or how to skip ahead, where there can be one;
 * appends nodes to ir. Errors: NOMEM. Thread: any. */
bool loops_find(Context *ctx, const Module *m, Ir *ir, Arena *arena, const LoopOptions *how,
                LoopSet *out);
/* How many of kid[] a node has; of accesses some may be 0. */
unsigned loop_kids(const Node *n);
#endif
