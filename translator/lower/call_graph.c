/* call_graph.c: see call_graph.h. Callees are listed in the order of their callers, so the list needs no
 * sorting. */
#include "call_graph.h"
#include "../frontend/decode.h"
#include "../frontend/section.h"
#include <string.h>

typedef struct Scan {
    Context *ctx;
    const Module *m;
    CallGraph *g;
    size_t count, cap; /* of g->callees, which is the allocator's while it grows */
} Scan;

/* edge: TAIL_EDGE, or 0 */
static bool add_callee(Scan *s, uint32_t callee, uint32_t edge) {
    CallGraph *g = s->g;
    if (callee < s->m->imported_funcs || callee >= s->m->func_count) return true;
    if (s->count == s->cap) {
        size_t cap = s->cap ? s->cap * 2 : 1024;
        uint32_t *more =
            s->ctx->alloc.resize(s->ctx->alloc.user, g->callees, cap * sizeof *g->callees);
        if (!more) return false;
        g->callees = more;
        s->cap = cap;
    }
    g->callees[s->count++] = callee | edge;
    return true;
}

static void mark(const Scan *s, uint64_t *tables, uint32_t table) {
    if (table < s->m->table_count) bitmap_add(tables, table);
}

/* Whoever calls through a table with a type that has no subtypes need not look at what is in it. */
static void mark_call(const Scan *s, uint64_t *tables, const Ins *ins) {
    mark(s, tables, ins->b);
    if (ins->a >= s->m->type_count || !s->m->types[ins->a].final) mark(s, s->g->seen, ins->b);
}

static bool scan_ins(Scan *s, uint32_t func, const Ins *ins) {
    CallGraph *g = s->g;
    uint8_t *flags = &g->flags[func];
    switch ((Op)ins->op) {
    case OP_call:
        *flags |= CALLS | (ins->a < s->m->imported_funcs ? CALLS_OUT : 0);
        return add_callee(s, ins->a, 0);
    case OP_return_call:
        *flags |= CALLS_TAIL | (ins->a < s->m->imported_funcs ? CALLS_TAIL_OUT : 0);
        return ins->a == func || add_callee(s, ins->a, TAIL_EDGE);
    case OP_call_indirect:
        mark_call(s, g->called, ins);
        *flags |= CALLS | CALLS_OUT;
        return true;
    case OP_call_ref:
        *flags |= CALLS | CALLS_OUT;
        return true;
    case OP_return_call_indirect:
        mark_call(s, g->tail_called, ins);
        *flags |= CALLS_TAIL | CALLS_TAIL_OUT;
        return true;
    case OP_return_call_ref:
        *flags |= CALLS_TAIL | CALLS_TAIL_OUT;
        return true;
    case OP_table_set:
    case OP_table_grow:
    case OP_table_fill:
        mark(s, g->written, ins->a);
        return true;
    case OP_table_copy:
        mark(s, g->written, ins->a);
        mark(s, g->seen, ins->b);
        return true;
    case OP_table_get:
        mark(s, g->seen, ins->a);
        return true;
    case OP_ref_func:
        if (ins->a < g->func_count) bitmap_add(g->referred, ins->a);
        return true;
    case OP_table_init:
        mark(s, g->written, ins->b);
        return true;
    default:
        return true;
    }
}

static bool scan_body(Scan *s, Context *quiet, uint32_t func) {
    Decoder d;
    Ins ins;
    uint64_t ops = 0, landing = 0, most = UINT32_MAX;
    if (!body_enter(&d, quiet, s->m, func)) return true;
    while (d.r.pos != d.r.end && decode_ins(&d, &ins)) {
        ops++;
        if (ins.op == OP_try || ins.op == OP_try_table) landing = LANDING_FRAME;
        if (!scan_ins(s, func, &ins)) return false;
    }
    const TypeDef *t = func_type(s->m, func);
    uint64_t frame =
        (d.locals + t->u.func.param_count) * FRAME_PER_VALUE + ops * FRAME_PER_OP + landing;
    s->g->frames[func] = (uint32_t)(frame < most ? frame : most);
    return true;
}

static bool scan(Scan *s) {
    const Module *m = s->m;
    Context quiet = context_worker(s->ctx); /* what is malformed is reported by the validator */
    for (uint32_t f = 0; f < m->func_count; f++) {
        s->g->first[f] = (uint32_t)s->count;
        if (f >= m->imported_funcs && !scan_body(s, &quiet, f)) return false;
    }
    s->g->first[m->func_count] = (uint32_t)s->count;
    return true;
}

bool call_graph_find(Context *ctx, const Module *m, Arena *arena, CallGraph *out) {
    *out = (CallGraph){.func_count = m->func_count};
    Scan s = {.ctx = ctx, .m = m, .g = out};
    out->first = ARENA_ARRAY(arena, (size_t)m->func_count + 1, uint32_t);
    out->frames = ARENA_ARRAY(arena, m->func_count, uint32_t);
    out->flags = ARENA_ARRAY(arena, m->func_count, uint8_t);
    out->written = ARENA_ARRAY(arena, m->table_count / 64 + 1, uint64_t);
    out->called = ARENA_ARRAY(arena, m->table_count / 64 + 1, uint64_t);
    out->tail_called = ARENA_ARRAY(arena, m->table_count / 64 + 1, uint64_t);
    out->seen = ARENA_ARRAY(arena, m->table_count / 64 + 1, uint64_t);
    out->referred = ARENA_ARRAY(arena, m->func_count / 64 + 1, uint64_t);
    bool ok = out->first && out->frames && out->flags && out->written && out->called &&
              out->tail_called && out->seen && out->referred && scan(&s);
    uint32_t *list = out->callees;
    out->callees = ok ? ARENA_ARRAY(arena, s.count, uint32_t) : NULL;
    if (out->callees && s.count) memcpy(out->callees, list, s.count * sizeof *list);
    if (list) ctx->alloc.resize(ctx->alloc.user, list, 0);
    return out->callees || diag_nomem(ctx);
}
