/* loop_known.c: what locals hold that the function sets once: a constant, or another such local times a constant
 * plus a constant. So addresses that their producer computed before the loop share a pointer again. */
#include "loop_impl.h"
#include <string.h>

bool loop_known_prepare(LoopRun *r) {
    const Ir *ir = r->ir;
    uint32_t count = ir->stream->local_count + 1;
    r->sets = ARENA_ARRAY(r->arena, count, uint8_t);
    r->set_at = ARENA_ARRAY(r->arena, count, uint32_t);
    if (!r->sets || !r->set_at) return false;
    for (uint32_t i = 0; i < ir->stream->block_count; i++) /* handlers are entered from anywhere */
        if (ir->stream->blocks[i].kind == BLOCK_TRY ||
            ir->stream->blocks[i].kind == BLOCK_TRY_TABLE)
            memset(r->sets, 2, count);
    for (uint32_t i = 0; i < ir->stmt_count; i++) {
        const Stmt *s = &ir->stmts[i];
        if (s->kind != STMT_SET_LOCAL && !(s->kind == STMT_OP && s->to_local)) continue;
        r->sets[s->a] = r->sets[s->a] ? 2 : 1;
        r->set_at[s->a] = i;
    }
    return true;
}

/* Does every way to statement `to` come by statement `from`? No block that was open there may end between. */
static bool dominates(const LoopRun *r, uint32_t from, uint32_t to) {
    const OpStream *stream = r->ir->stream;
    if (from >= to) return false;
    for (uint32_t i = from + 1; i < to; i++) {
        const Stmt *s = &r->ir->stmts[i];
        bool ends = s->kind == STMT_LABEL || s->kind == STMT_ELSE || s->kind == STMT_END_IF;
        if (ends && stream->ins[stream->blocks[s->a].begin].offset <= r->ir->stmts[from].offset)
            return false;
    }
    return true;
}

/* Is the local, at statement `at`, what it will be for ever? */
static bool is_final(const LoopRun *r, uint32_t local, uint32_t at) {
    if (r->sets[local] == 0) return true;
    return r->sets[local] == 1 && dominates(r, r->set_at[local], at);
}

static bool is_simple(const LoopRun *r, uint32_t node, uint32_t at, unsigned depth) {
    const Node *n = &r->ir->nodes[node];
    switch (n->op) {
    case OP_i32_const:
    case OP_i64_const:
        return true;
    case OP_local_get:
        return is_final(r, (uint32_t)n->imm, at);
    case OP_i32_add:
    case OP_i64_add:
    case OP_i32_sub:
    case OP_i64_sub:
    case OP_i32_shl:
    case OP_i64_shl:
    case OP_i32_mul:
    case OP_i64_mul:
        return depth < 4 && is_simple(r, n->kid[0], at, depth + 1) &&
               is_simple(r, n->kid[1], at, depth + 1);
    default:
        return false;
    }
}

uint32_t loop_known(const LoopRun *r, uint32_t local) {
    enum { FAR = 4000 }; /* statements to look at */
    uint32_t at = r->set_at[local];
    if (r->sets[local] != 1 || r->loop->first - at > FAR) return 0;
    if (r->ir->stmts[at].kind != STMT_SET_LOCAL || !dominates(r, at, r->loop->first)) return 0;
    return is_simple(r, r->ir->stmts[at].node, at, 0) ? r->ir->stmts[at].node : 0;
}
