/* check_place.c: see check_place.h. A jump from before the check must not get around it: behind the label
 * that it goes to there is no call, and no jump back to where there are some. */
#include "check_place.h"

static bool is_loop(const Ir *ir, uint32_t block) {
    return ir->stream->blocks[block].kind == BLOCK_LOOP;
}

static bool jumps_back(const Ir *ir, const Stmt *s) {
    if (s->kind == STMT_GOTO || s->kind == STMT_GOTO_IF) return is_loop(ir, s->a);
    if (s->kind != STMT_SWITCH) return false;
    for (uint32_t i = 0; i <= s->a; i++)
        if (is_loop(ir, ir->stream->pool[s->b + i])) return true;
    return false;
}

/* Could the statement make a call, throw, or lead to a handler? */
static bool leaves(const Stmt *s) {
    return s->kind == STMT_OP &&
           (s->handler || op_info[s->op].fx == FX_CALL || op_info[s->op].fx == FX_CTRL);
}

/* Every jump from before the check ends where nothing of the kind follows. */
static bool safe(const Ir *ir, uint32_t place) {
    uint32_t last = place;
    for (uint32_t i = place; i < ir->stmt_count; i++)
        if (leaves(&ir->stmts[i]) || jumps_back(ir, &ir->stmts[i])) last = i;
    for (uint32_t i = 0; i < place; i++) {
        const Stmt *s = &ir->stmts[i];
        if ((s->kind != STMT_GOTO && s->kind != STMT_GOTO_IF) || s->a == 0) continue;
        /* a label between the two, or none behind: no */
        bool behind = false;
        for (uint32_t k = last; k < ir->stmt_count && !behind; k++)
            behind = ir->stmts[k].kind == STMT_LABEL && ir->stmts[k].a == s->a;
        if (!behind) return false;
    }
    return true;
}

/* The statement behind the last of a few exits at the top. */
static uint32_t behind_exits(const Ir *ir) {
    enum { MOST_EXITS = 4 };
    uint32_t place = 0, depth = 0, exits = 0;
    for (uint32_t i = 0; i < ir->stmt_count; i++) {
        switch ((StmtKind)ir->stmts[i].kind) {
        case STMT_SET_LOCAL:
        case STMT_SET_SLOT:
        case STMT_EVAL:
        case STMT_ELSE:
            continue;
        case STMT_RETURN:
            exits++;
            continue;
        case STMT_IF:
            depth++;
            continue;
        case STMT_END_IF:
            depth--;
            break;
        case STMT_GOTO:
        case STMT_GOTO_IF:
            if (++exits > MOST_EXITS) return place;
            break;
        default:
            return place;
        }
        if (exits && depth == 0) place = i + 1;
    }
    return 0; /* no call at all */
}

uint32_t check_place(const Ir *ir) {
    uint32_t place = behind_exits(ir);
    return place && safe(ir, place) ? place : 0;
}
