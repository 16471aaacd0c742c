/* scan_path.c: the one way through a loop's body that goes back to its head, as a straight line.
 * A search leaves its loop in many ways and goes on in one; what lies on the ways out is of no interest
 * to whoever asks how many turns go on. */
#include "scan.h"
#include <string.h>

/* The statement behind which a jump to this block's label goes on; 0: it leaves the loop's text. */
static uint32_t label_of(const Path *p, uint32_t block) {
    for (uint32_t i = p->first; i <= p->last; i++)
        if (p->from[i].kind == STMT_LABEL && p->from[i].a == block) return i;
    return 0;
}

static uint32_t head_block(const Path *p) {
    return p->from[p->first].a;
}

/* Where a false condition of the if at i leads: behind its else, or to its end. */
static uint32_t false_arm(const Path *p, uint32_t i) {
    uint32_t block = p->from[i].a;
    for (uint32_t k = i + 1; k <= p->last; k++) {
        if (p->from[k].a != block) continue;
        if (p->from[k].kind == STMT_ELSE) return k + 1;
        if (p->from[k].kind == STMT_END_IF) return k;
    }
    return p->last + 1;
}

static uint32_t end_of_if(const Path *p, uint32_t block) {
    for (uint32_t k = p->first; k <= p->last; k++)
        if (p->from[k].kind == STMT_END_IF && p->from[k].a == block) return k;
    return p->last + 1;
}

static bool reaches(const Path *p, uint32_t i) {
    return i > p->first && i <= p->last && p->back[i - p->first];
}

static bool jump_reaches(const Path *p, uint32_t block) {
    if (p->goal == p->first && block == head_block(p)) return true;
    return reaches(p, label_of(p, block));
}

static bool stmt_reaches(const Path *p, uint32_t i) {
    const Stmt *s = &p->from[i];
    switch ((StmtKind)s->kind) {
    case STMT_GOTO:
        return jump_reaches(p, s->a);
    case STMT_GOTO_IF:
        return jump_reaches(p, s->a) || reaches(p, i + 1);
    case STMT_IF:
        return reaches(p, i + 1) || reaches(p, false_arm(p, i));
    case STMT_ELSE: /* reached from its first arm */
        return reaches(p, end_of_if(p, s->a));
    case STMT_SWITCH:
        for (uint32_t k = 0; k <= s->a; k++)
            if (jump_reaches(p, p->r->ir->stream->pool[s->b + k])) return true;
        return false;
    case STMT_RETURN:
    case STMT_TRAP:
        return false;
    default:
        return reaches(p, i + 1);
    }
}

bool path_put(Path *p, Stmt s) {
    if (p->count == LOOP_STMTS) return loop_refuse(p->r, LOOP_large, NULL, 0);
    p->out[p->count++] = s;
    return true;
}

/* What a jump to a label inside takes along. */
static bool put_moves(Path *p, const Stmt *s) {
    for (uint32_t k = 0; k < s->count; k++) {
        uint32_t node = p->r->ir->args[s->first + k];
        Stmt move = {.kind = STMT_SET_SLOT,
                     .type = p->r->ir->nodes[node].type,
                     .a = s->b + k,
                     .node = node,
                     .offset = s->offset};
        if (!path_put(p, move)) return false;
    }
    return true;
}

/* The loop is left when the condition is `when`: as a jump to the function's end. */
static bool put_exit(Path *p, const Stmt *s, bool when, PathExit to) {
    uint32_t node = s->node;
    if (p->exit_count < PATH_EXITS) p->exits[p->exit_count] = to;
    p->exit_count++;
    if (!when) {
        node = loop_node(p->r, (Node){.op = OP_i32_eqz, .type = VT_I32, .kid = {node}}, true);
        if (!node) return false;
    }
    return path_put(p, (Stmt){.kind = STMT_GOTO_IF, .a = 0, .node = node, .offset = s->offset});
}

/* Goes on at *i with where a jump to `block` leads; the head ends the path. */
static bool follow(Path *p, const Stmt *s, uint32_t *i) {
    if (s->a == head_block(p)) {
        Stmt back = *s;
        back.kind = STMT_GOTO;
        *i = 0;
        return path_put(p, back);
    }
    *i = label_of(p, s->a) + 1;
    return put_moves(p, s);
}

/* Could the value trap, other than by an access? */
static bool may_trap(const Ir *ir, uint32_t node) {
    const Node *n = &ir->nodes[node];
    if (n->op < OP_COUNT && op_info[n->op].fx == FX_TRAP) return true;
    for (unsigned i = loop_kids(n); i-- > 0;)
        if (n->kid[i] && may_trap(ir, n->kid[i])) return true;
    return false;
}

static bool refuse(Path *p, const Stmt *s) {
    return loop_refuse(p->r, LOOP_control, NULL, s->offset);
}

/* One step; *i: the next statement, 0: the head. */
static bool step(Path *p, uint32_t *i) {
    const Stmt *s = &p->from[*i];
    bool jump, fall;
    uint32_t other;
    PathExit exit;
    if (s->node && may_trap(p->r->ir, s->node)) return refuse(p, s);
    switch ((StmtKind)s->kind) {
    case STMT_GOTO:
        return follow(p, s, i);
    case STMT_GOTO_IF:
        jump = jump_reaches(p, s->a);
        fall = reaches(p, *i + 1);
        exit = jump ? (PathExit){0, *i + 1, false} : (PathExit){s->a, 0, s->count > 0};
        if (jump == fall || !put_exit(p, s, fall, exit)) return refuse(p, s);
        if (jump) return follow(p, s, i);
        ++*i;
        return true;
    case STMT_IF:
        other = false_arm(p, *i);
        jump = reaches(p, other);
        fall = reaches(p, *i + 1);
        exit = (PathExit){0, fall ? other : *i + 1, false};
        if (jump == fall || !put_exit(p, s, jump, exit)) return refuse(p, s);
        *i = fall ? *i + 1 : other;
        return true;
    case STMT_ELSE:
        *i = end_of_if(p, s->a);
        return true;
    case STMT_END_IF:
    case STMT_LABEL:
        ++*i;
        return true;
    case STMT_SET_LOCAL:
    case STMT_SET_SLOT:
    case STMT_EVAL:
        ++*i;
        return path_put(p, *s);
    default: /* stores, calls, other loops: no search */
        return refuse(p, s);
    }
}

bool path_begin(Path *p, LoopRun *r, uint32_t first, uint32_t last, Stmt *out, bool *back) {
    *p = (Path){
        .r = r, .from = r->ir->stmts, .first = first, .last = last, .out = out, .back = back};
    if (last - first > LOOP_STMTS) return loop_refuse(r, LOOP_large, NULL, 0);
    path_seek(p, first);
    return true;
}

void path_seek(Path *p, uint32_t goal) {
    p->goal = goal;
    memset(p->back, 0, p->last - p->first + 1);
    for (uint32_t i = p->last; i > p->first; i--)
        p->back[i - p->first] = i == goal || stmt_reaches(p, i);
}

bool path_go(Path *p, uint32_t from) {
    uint32_t end = p->goal == p->first ? 0 : p->goal;
    for (uint32_t i = from; i != end;)
        if (i > p->last || !step(p, &i)) return false;
    return true;
}

bool path_leads(const Path *p, const PathExit *e) {
    return e->block ? jump_reaches(p, e->block) : reaches(p, e->at);
}

bool path_go_on(Path *p, const PathExit *e) {
    const Stmt jump = {.kind = STMT_GOTO, .a = e->block};
    uint32_t at = e->at;
    if (e->takes_values || (e->block && !follow(p, &jump, &at))) return false;
    return at == 0 || path_go(p, at);
}
