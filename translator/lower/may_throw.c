/* may_throw.c: see may_throw.h.
 *
 * The graph's nodes are the functions, and behind them the types, each for "some function that a
 * reference of this type leads to". An edge goes from a caller to what it calls, and from a type to
 * every function that a reference may be taken of and that has the type or one below it. A node
 * throws when it throws itself, is imported (but not from WASI), or leads to one that throws. Where
 * references can come from outside, a type leads anywhere. */
#include "may_throw.h"
#include "../frontend/decode.h"
#include "../frontend/section.h"
#include <string.h>

typedef struct Graph {
    Context *ctx;
    const Module *m;
    uint32_t nodes;
    uint32_t *edges; /* pairs: caller, callee */
    size_t edge_count, edge_cap;
    uint32_t *seen; /* by node: 1 + the last caller that has an edge to it */
    uint64_t *bits;
    uint32_t *work; /* nodes that throw, whose callers are still to be told */
    uint32_t work_count;
    bool closed, failed;
} Graph;

bool may_throw_is_wasi(const Import *import) {
    static const char *const names[] = {"wasi_snapshot_preview1", "wasi_unstable"};
    for (unsigned i = 0; i < 2; i++)
        if (import->module.len == strlen(names[i]) &&
            !memcmp(import->module.ptr, names[i], import->module.len))
            return true;
    return false;
}

/* ---- what comes from outside ----------------------------------------------------------------- */

/* Could a value of this type be, or hold, a function or an exception? */
static bool carries(const Module *m, ValType t) {
    if (!vt_is_ref(t)) return false;
    switch (vt_heap(t)) {
    case HT_I31:
    case HT_NONE:
    case HT_NOFUNC:
    case HT_NOEXTERN:
    case HT_NOEXN:
        return false;
    case HT_EXTERN: /* a converted structure may be in it */
        for (uint32_t i = 0; i < m->type_count; i++)
            if (m->types[i].form != FORM_FUNC) return true;
        return false;
    default:
        return true;
    }
}

static bool any_carries(const Module *m, const ValType *types, uint32_t count) {
    for (uint32_t i = 0; i < count; i++)
        if (carries(m, types[i])) return true;
    return false;
}

static bool is_declared(const Module *m, uint32_t func) {
    return bitmap_has(m->declared, func);
}

/* Can a reference of another module, or of the host, get into this one? */
static bool references_enter(const Module *m) {
    for (uint32_t i = 0; i < m->imported_tables; i++)
        if (carries(m, m->tables[i].type)) return true;
    for (uint32_t i = 0; i < m->imported_globals; i++)
        if (carries(m, m->globals[i].type)) return true;
    for (uint32_t f = 0; f < m->func_count; f++) {
        const TypeDef *t = func_type(m, f);
        if (f < m->imported_funcs && any_carries(m, t->u.func.results, t->u.func.result_count))
            return true;
        if (is_declared(m, f) && any_carries(m, t->u.func.params, t->u.func.param_count))
            return true;
    }
    for (uint32_t i = 0; i < m->export_count; i++) {
        const Export *x = &m->exports[i];
        if (x->kind == EXTERN_TABLE && carries(m, m->tables[x->index].type)) return true;
        if (x->kind == EXTERN_GLOBAL && m->globals[x->index].mutable &&
            carries(m, m->globals[x->index].type))
            return true;
    }
    return false; /* tags and imports are reason enough to look: could_throw, sources */
}

static bool host_calls(const Module *m) {
    for (uint32_t i = 0; i < m->import_count; i++)
        if (m->imports[i].kind == EXTERN_FUNC && !may_throw_is_wasi(&m->imports[i])) return true;
    return false;
}

/* Values of exceptions of an imported or exported tag come from outside, too. */
static bool tags_carry(const Module *m) {
    for (uint32_t i = 0; i < m->tag_count; i++) {
        const TypeDef *t = &m->types[m->tags[i].type];
        if (any_carries(m, t->u.func.params, t->u.func.param_count)) return true;
    }
    return false;
}

/* ---- the graph ------------------------------------------------------------------------------- */

static void edge(Graph *g, uint32_t from, uint32_t to) {
    if (to >= g->nodes || g->failed || g->seen[to] == from + 1) return;
    g->seen[to] = from + 1;
    if (g->edge_count == g->edge_cap) {
        size_t cap = g->edge_cap ? g->edge_cap * 2 : 1024;
        uint32_t *edges =
            g->ctx->alloc.resize(g->ctx->alloc.user, g->edges, cap * 2 * sizeof *edges);
        if (!edges) {
            g->failed = true;
            return;
        }
        g->edges = edges;
        g->edge_cap = cap;
    }
    g->edges[g->edge_count * 2] = from;
    g->edges[g->edge_count * 2 + 1] = to;
    g->edge_count++;
}

static void throws(Graph *g, uint32_t node) {
    if (bitmap_has(g->bits, node)) return;
    bitmap_add(g->bits, node);
    g->work[g->work_count++] = node;
}

static void type_edge(Graph *g, uint32_t from, uint32_t type) {
    if (type < g->m->type_count) edge(g, from, g->m->func_count + g->m->types[type].canon);
}

static void scan_body(Graph *g, Context *scratch, uint32_t func) {
    Decoder d;
    Ins ins;
    if (!body_enter(&d, scratch, g->m, func)) return;
    while (d.r.pos != d.r.end && decode_ins(&d, &ins)) {
        switch ((Op)ins.op) {
        case OP_throw:
        case OP_throw_ref:
        case OP_rethrow:
            throws(g, func);
            break;
        case OP_call:
        case OP_return_call:
            if (ins.a < g->m->func_count) edge(g, func, ins.a);
            break;
        case OP_call_indirect:
        case OP_return_call_indirect:
        case OP_call_ref:
        case OP_return_call_ref:
            type_edge(g, func, ins.a);
            break;
        default:
            break;
        }
    }
}

static void add_types(Graph *g, bool enter) {
    const Module *m = g->m;
    if (enter) {
        for (uint32_t i = 0; i < m->type_count; i++)
            throws(g, m->func_count + i);
        return;
    }
    for (uint32_t f = 0; f < m->func_count; f++) {
        if (!is_declared(m, f)) continue;
        uint32_t type = m->funcs[f].type;
        for (uint32_t n = 0; type < m->type_count && n < 64; type = m->types[type].super, n++)
            edge(g, m->func_count + m->types[type].canon, f);
    }
}

/* Tells the callers of every node that throws. */
static bool spread(Graph *g, Arena *arena) {
    uint32_t *first = ARENA_ARRAY(arena, (size_t)g->nodes + 2, uint32_t);
    uint32_t *callers = ARENA_ARRAY(arena, g->edge_count + 1, uint32_t);
    if (!first || !callers) return false;
    for (size_t i = 0; i < g->edge_count; i++)
        first[g->edges[i * 2 + 1] + 2]++;
    for (uint32_t n = 2; n < g->nodes + 2; n++)
        first[n] += first[n - 1];
    for (size_t i = 0; i < g->edge_count; i++)
        callers[first[g->edges[i * 2 + 1] + 1]++] = g->edges[i * 2];
    while (g->work_count) {
        uint32_t node = g->work[--g->work_count];
        for (uint32_t i = first[node]; i < first[node + 1]; i++)
            throws(g, callers[i]);
    }
    return true;
}

static bool find(Graph *g, Arena *scratch, bool enter) {
    const Module *m = g->m;
    Context quiet = context_worker(g->ctx); /* what is malformed is reported by the validator */
    for (uint32_t i = 0; i < m->import_count && !g->closed; i++)
        if (m->imports[i].kind == EXTERN_FUNC && !may_throw_is_wasi(&m->imports[i]))
            throws(g, m->imports[i].index);
    for (uint32_t f = m->imported_funcs; f < m->func_count; f++)
        scan_body(g, &quiet, f);
    add_types(g, enter);
    return !g->failed && spread(g, scratch);
}

bool may_throw_find(Context *ctx, const Module *m, bool closed, Arena *arena, MayThrow *out) {
    *out = (MayThrow){NULL, m->func_count};
    bool enter = !closed && (references_enter(m) || (m->tag_count && tags_carry(m)));
    if (!enter && !m->tag_count && (closed || !host_calls(m))) return true;
    Arena scratch;
    Graph g = {.ctx = ctx, .m = m, .nodes = m->func_count + m->type_count, .closed = closed};
    arena_init(&scratch, ctx->alloc);
    g.bits = ARENA_ARRAY(arena, g.nodes / 64 + 1, uint64_t);
    g.seen = ARENA_ARRAY(&scratch, g.nodes + 1, uint32_t);
    g.work = ARENA_ARRAY(&scratch, g.nodes + 1, uint32_t);
    bool ok = g.bits && g.seen && g.work && find(&g, &scratch, enter);
    if (g.edges) ctx->alloc.resize(ctx->alloc.user, g.edges, 0);
    arena_free(&scratch);
    if (!ok) return diag_nomem(ctx);
    out->bits = g.bits;
    return true;
}
