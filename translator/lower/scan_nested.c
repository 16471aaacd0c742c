/* scan_nested.c: loops whose inner loop searches: strcspn, strspn, strpbrk and the like. A turn of the outer
 * loop takes a byte, the inner one looks for it in a set of bytes, and one of its two ways out goes back to
 * the outer loop's head. So the outer loop searches, too: for a byte that is in the set, or is not.
 *
 * The outer loop's path has STMT_INNER for the inner one. Following it, loop_body says what the inner loop's
 * trees come to; what the inner loop leaves in its variables is NODE_UNKNOWN, with which nothing can be
 * computed. */
#include "scan.h"

/* ---- trees that say how the inner loop begins ------------------------------------------------- */

static uint32_t binary(LoopRun *r, unsigned type, uint16_t narrow, uint16_t wide, uint32_t a,
                       uint32_t b) {
    Node n = {.op = type == VT_I64 ? wide : narrow, .type = (uint8_t)type, .kid = {a, b}};
    return a && b ? loop_node(r, n, true) : 0;
}

static uint32_t tree_of(LoopRun *r, const Loop *inner, uint32_t node);

/* What it is in the first turn. */
static uint32_t tree_of_affine(LoopRun *r, const Loop *inner, unsigned type, const Affine *a) {
    uint32_t sum = loop_const(r, type, a->c);
    for (uint32_t i = 0; sum && i < a->count; i++) {
        uint32_t term = tree_of(r, inner, a->term[i].node),
                 coef = loop_const(r, type, a->term[i].coef);
        sum = binary(r, type, OP_i32_add, OP_i64_add, sum,
                     binary(r, type, OP_i32_mul, OP_i64_mul, term, coef));
    }
    return sum;
}

/* A node of the inner loop's run as a tree of instructions; 0: it has others in it. */
static uint32_t tree_of(LoopRun *r, const Loop *inner, uint32_t node) {
    Node n = r->ir->nodes[node];
    if (n.op == NODE_AFFINE) return tree_of_affine(r, inner, n.type, &inner->affines[n.imm]);
    if (n.op == NODE_SLOT) return node;
    if (n.op >= OP_COUNT || op_info[n.op].kind == KIND_LOAD) return 0;
    for (unsigned i = loop_kids(&n); i-- > 0;)
        if (!(n.kid[i] = tree_of(r, inner, n.kid[i]))) return 0;
    return loop_node(r, n, true);
}

/* ---- what the inner loop looks for ------------------------------------------------------------- */

/* Which of the two exits is taken when the byte is found? 2: neither, it is another search. */
static unsigned found_exit(const Loop *inner, ScanSet *set) {
    const Scan *scan = inner->scan;
    uint32_t exits = 0, act = 0, byte = scan->bytes[0].node ? 0 : 1;
    const ScanByte *b = &scan->bytes[byte], *other = &scan->bytes[1 - byte];
    for (uint32_t i = 0; i < inner->act_count; i++) {
        if (inner->acts[i].kind != ACT_EXIT) continue;
        act = i;
        exits++;
    }
    if (scan->kind != SCAN_STOP || scan->width != 1 || inner->group_count != 1) return 2;
    /* that the byte is one; where it is looked at a turn late, the first turn's tests */
    if (exits != scan->byte_count || exits + inner->test_count != 2 || !b->node || b->splat ||
        scan->guard_count != (b->before ? 2 : 1))
        return 2;
    unsigned found = byte;
    set->is_string = inner->test_count == 0;
    set->is_signed = b->is_signed;
    if (set->is_string) {
        if (other->node || other->value || other->before) return 2;
    } else {
        found = inner->tests[0].act <= act;
        if (inner->tests[0].stride) return 2;
    }
    set->one_more = found == 0;
    if (!b->before) return found;
    /* the byte in front of the first that a turn reads counts, and the one behind the last does not */
    if (!set->is_string || found != 0 || b->is_signed) return 2;
    set->one_more = false;
    return found;
}

static bool describe(LoopRun *r, const Loop *inner, ScanSet *set) {
    const Scan *scan = inner->scan;
    const ScanByte *b = &scan->bytes[scan->bytes[0].node ? 0 : 1];
    const LoopGroup *g = &inner->groups[0];
    set->memory = g->memory;
    set->delta = inner->accesses[scan->left].delta;
    set->address =
        tree_of_affine(r, inner, r->m->memories[g->memory].limits.is64 ? VT_I64 : VT_I32, &g->base);
    set->byte = tree_of(r, inner, b->node);
    if (b->before && !(set->first = tree_of(r, inner, b->before))) return false;
    if (set->is_string) return set->address && set->byte;
    set->test = inner->tests[0];
    set->test.left = tree_of(r, inner, set->test.left);
    set->test.right = tree_of(r, inner, set->test.right);
    return set->address && set->byte && set->test.left && set->test.right;
}

/* ---- the outer loop ---------------------------------------------------------------------------- */

bool scan_nest_path(LoopRun *r, const Loop *l, Stmt *out, uint32_t *count) {
    const Loop *inner = r->nest->inner;
    ScanSet *set = &r->nest->trees;
    bool back[LOOP_STMTS + 1];
    Path p;
    unsigned found = found_exit(inner, set);
    /* exits lead to ends of ifs that may lie behind the inner loop */
    uint32_t last = inner->last > l->last ? inner->last : l->last;
    if (found > 1 || !path_begin(&p, r, inner->first, last, out, back) ||
        !path_go(&p, inner->first + 1) || p.exit_count != 2)
        return false;
    const PathExit exits[2] = {p.exits[0], p.exits[1]};
    if (!describe(r, inner, set)) return false;
    if (!path_begin(&p, r, l->first, last, out, back)) return false;
    path_seek(&p, inner->first);
    if (!path_put(&p, p.from[l->first]) || !path_go(&p, l->first + 1) ||
        !path_put(&p, (Stmt){.kind = STMT_INNER}))
        return false;
    path_seek(&p, l->first);
    r->nest->text = p.from;
    r->nest->head = l->first;
    bool goes_on = path_leads(&p, &exits[found]);
    if (goes_on == path_leads(&p, &exits[1 - found])) return false;
    r->nest->kind = goes_on ? SCAN_INSIDE : SCAN_OUTSIDE;
    bool ok = path_go_on(&p, &exits[goes_on ? found : 1 - found]);
    *count = p.count;
    return ok;
}

bool scan_nest_vars(LoopRun *r) {
    const Loop *inner = r->nest->inner;
    for (uint32_t i = 0; i < inner->var_count; i++)
        if (!loop_add_var(r, &inner->vars[i])) return false;
    return true;
}

/* What does not differ from turn to turn. */
static bool eval_fixed(LoopRun *r, uint32_t *node) {
    if (!*node) return true;
    *node = loop_eval(r, *node);
    return *node && (r->probe || !loop_side(r, *node)->variant);
}

bool scan_nest_run(LoopRun *r) {
    const Loop *inner = r->nest->inner;
    ScanSet *set = &r->nest->values;
    *set = r->nest->trees;
    set->byte = loop_eval(r, set->byte);
    if (!set->byte || !eval_fixed(r, &set->address) || !eval_fixed(r, &set->first) ||
        !eval_fixed(r, &set->test.left) || !eval_fixed(r, &set->test.right))
        return false;
    for (uint32_t i = 0; i < inner->var_count; i++) {
        uint32_t node = loop_node(
            r, (Node){.op = NODE_UNKNOWN, .type = inner->vars[i].type, .imm = r->ir->node_count},
            true);
        if (!node || !loop_assign(r, &inner->vars[i], node)) return false;
    }
    return true;
}

static bool reads_var(const Ir *ir, uint32_t node, const LoopVar *v) {
    const Node *n = &ir->nodes[node];
    if (n->op == (v->is_slot ? (unsigned)NODE_SLOT : (unsigned)OP_local_get))
        return n->imm == v->index && n->type == v->type;
    for (unsigned i = loop_kids(n); i-- > 0;)
        if (n->kid[i] && reads_var(ir, n->kid[i], v)) return true;
    return false;
}

/* What stands in front of the first branch happens in every turn. */
bool scan_nest_is_dead(const LoopRun *r, const LoopVar *v) {
    for (const Stmt *s = r->nest->text + r->nest->head;; s++) {
        if (s->kind == STMT_LOOP) continue;
        if (s->kind != STMT_SET_LOCAL && s->kind != STMT_SET_SLOT && s->kind != STMT_EVAL)
            return false;
        if (reads_var(r->ir, s->node, v)) return false;
        if (s->kind == (v->is_slot ? STMT_SET_SLOT : STMT_SET_LOCAL) && s->a == v->index &&
            s->type == v->type)
            return true;
    }
}
