/* loop_impl.h: what the files of the loop pass share: the symbolic run over one loop's body. */
#ifndef W2C_LOOP_IMPL_H
#define W2C_LOOP_IMPL_H
#include "loop.h"

enum {
    LOOP_NODES = 1600, /* most nodes that a fast copy may take */
    LOOP_STMTS = 240,  /* and statements that its loop may have */
    LOOP_AFFINES = 400,
    LOOP_ACTS = 800,
    LOOP_ACCESSES = 128,
    LOOP_GROUPS = 16,
    LOOP_VARS = 96,
    LOOP_PAIRS = 512,
    LOOP_TESTS = 4,
    LOOP_EDGES = 32, /* jumps under way */
};

/* Where ways meet: at the end of a block, at an else, at the end of an if, at the end of the turn. */
typedef enum JoinKind { JOIN_NONE, JOIN_LABEL, JOIN_ELSE, JOIN_END_IF, JOIN_TURN } JoinKind;

/* A jump to a place further on, and what the variables held there: 0: what they began the turn with. */
typedef struct LoopEdge {
    uint8_t kind; /* JoinKind; JOIN_NONE: done */
    uint32_t block, act;
    uint32_t values[LOOP_VARS];
} LoopEdge;

/* What is known of a node made by the pass. */
typedef struct Side {
    uint32_t affine; /* 1 + index in affines; 0: none */
    uint32_t act;    /* 1 + the act that computes it; 0: written where it is used */
    uint32_t uses, user;
    uint32_t temp; /* the NODE_TEMP that stands for it; 0: none */
    bool variant;  /* may differ from turn to turn */
} Side;

typedef struct LoopRun {
    Context *ctx;
    const Module *m;
    Ir *ir;
    Arena *arena;
    Loop *loop;
    uint32_t base; /* first node of the pass */
    Side *sides;   /* of node base + i */
    Affine *affines;
    Loop scratch; /* its arrays, as large as they may become */
    uint32_t affine_count;
    uint8_t *sets;    /* how often the function sets each local: 0, 1, 2: more */
    uint32_t *set_at; /* by which statement */
    unsigned known_depth;
    uint32_t *local_vars, *slot_vars; /* 1 + var by local, by height * MAX_SLOT_TYPES + type - 1 */
    bool probe;                       /* first run: which variables are induction variables? */
    bool keep_probe;                  /* some of them move by a node of the first run */
    bool dead;                        /* behind an unconditional jump */
    bool branches;                    /* are branches inside of bodies allowed? */
    bool rolls;
    LoopEdge *edges;
    uint32_t edge_count, join_count, merged_count;
    bool nomem;
    struct ScanNest *nest; /* of the search under way: its inner loop; NULL: it has none */
} LoopRun;

/* ---- loop_values.c ---- */
/* 0: no room; the loop's reason says so. */
uint32_t loop_node(LoopRun *r, Node node, bool variant);
Side *loop_side(LoopRun *r, uint32_t node);
bool loop_refuse(LoopRun *r, LoopReason reason, const char *detail, uint32_t offset);
uint32_t loop_const(LoopRun *r, unsigned type, uint64_t value);
/* The affine form of an integer node: true when it has one that depends on k or sums invariants; every
 * invariant integer has one. */
bool loop_affine(const LoopRun *r, uint32_t node, Affine *out);
uint32_t loop_affine_node(LoopRun *r, unsigned type, const Affine *a);
bool loop_affine_add(const LoopRun *r, unsigned type, Affine *a, const Affine *b, uint64_t factor);
bool loop_same_terms(const LoopRun *r, const Affine *a, const Affine *b);
bool loop_same_step(const LoopRun *r, const Affine *a, const Affine *b);
/* Does it differ from turn to turn? */
static inline bool loop_moves(const Affine *a) {
    return a->step || a->by;
}
/* What it moves by in a turn, as a node. */
uint32_t loop_stride_node(LoopRun *r, unsigned type, const Affine *a);
/* Is the tree made of what the loop does not assign? */
bool loop_is_fixed(const LoopRun *r, uint32_t node);
bool loop_same_tree(const LoopRun *r, uint32_t a, uint32_t b);
/* op over kids that are nodes of the pass, folded where the result is affine. */
uint32_t loop_op(LoopRun *r, Node node, unsigned kids);
static inline uint64_t loop_mask(unsigned type) {
    return type == VT_I32 ? 0xffffffffu : UINT64_MAX;
}
/* Is it an integer constant? Then *value are its bits. */
static inline bool loop_const_bits(const Node *n, uint64_t *value) {
    if (n->op != OP_i32_const && n->op != OP_i64_const) return false;
    *value = n->imm & loop_mask(n->type);
    return true;
}
/* ---- loop_body.c ---- */
bool loop_body(LoopRun *r);
/* The node of a tree's value now; 0: none. */
uint32_t loop_eval(LoopRun *r, uint32_t tree);
/* A variable of the loop has this value now. */
bool loop_assign(LoopRun *r, const LoopVar *v, uint32_t node);
bool loop_add_var(LoopRun *r, const LoopVar *v);
bool loop_act(LoopRun *r, LoopAct act);
/* The node of what a variable holds when a turn begins. */
uint32_t loop_entry(LoopRun *r, LoopVar *v);
/* Does every turn set it anew, before reading it, to what is no affine function of the turn? */
bool loop_is_passing(const LoopRun *r, const LoopVar *v);
/* ---- loop_known.c ---- */
bool loop_known_prepare(LoopRun *r);
/* The tree that a local which the loop does not set has the value of, made of what never changes; 0: not known. */
uint32_t loop_known(const LoopRun *r, uint32_t local);
/* ---- loop_branch.c ---- */
/* condition 0: always. */
bool loop_jump(LoopRun *r, JoinKind kind, uint32_t block, uint32_t condition, bool negated);
/* The place that these jumps lead to. */
bool loop_join(LoopRun *r, JoinKind kind, uint32_t block);
/* How many jumps have not met yet: 0: every turn comes here, unless it has left the loop. */
uint32_t loop_joins_pending(const LoopRun *r);
/* ---- loop_tests.c ---- */
/* Is this condition (negated: its opposite), under which the loop goes on, one that counts turns? */
bool loop_test(LoopRun *r, uint32_t condition, bool negated, bool last);
/* ---- loop_range.c ---- */
bool loop_group(LoopRun *r);
/* ---- loop_roll.c ---- */
void loop_roll(LoopRun *r);
/* ---- loop_finish.c ---- */
/* Drops values that nobody uses. */
void loop_prune(LoopRun *r);
bool loop_finish(LoopRun *r);
/* ---- loop_shape.c ---- */
void loop_shape(Loop *l, const Ir *ir);
#endif
