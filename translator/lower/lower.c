/* lower.c: walks the op stream once and asks the families in turn. */
#include "lower.h"

static bool begin(Lower *l, Context *ctx, const Module *m, const OpStream *s, Arena *arena,
                  Ir *out) {
    *out = (Ir){.stream = s};
    *l = (Lower){.ctx = ctx, .m = m, .s = s, .arena = arena, .ir = out};
    out->node_cap = s->count + 16;
    out->stmt_cap = s->count / 2 + 16;
    out->arg_cap = s->count / 4 + 16;
    l->height_cap = s->max_height + 2;
    out->nodes = ARENA_ARRAY(arena, out->node_cap, Node);
    out->stmts = ARENA_ARRAY(arena, out->stmt_cap, Stmt);
    out->args = ARENA_ARRAY(arena, out->arg_cap, uint32_t);
    l->stack = ARENA_ARRAY(arena, l->height_cap, Entry);
    if (!out->nodes || !out->stmts || !out->args || !l->stack) return diag_nomem(ctx);
    return true;
}

static bool (*const families[])(Lower *, const Ins *) = {
    lower_variable, lower_numeric, lower_memory, lower_control, lower_call,   lower_table,
    lower_tail,     lower_ref,     lower_eh,     lower_gc,      lower_atomic,
};

static void lower_ins(Lower *l, const Ins *ins) {
    l->offset = ins->offset;
    for (unsigned i = 0; i < sizeof families / sizeof *families; i++)
        if (families[i](l, ins)) return;
    lower_unsupported(l, op_info[ins->op].text);
}

bool lower_function(Context *ctx, const Module *m, const OpStream *stream, Arena *arena, Ir *out) {
    Lower l;
    if (!begin(&l, ctx, m, stream, arena, out)) return false;
    l.offset = stream->count ? stream->ins[0].offset : 0;
    for (uint32_t i = 0; i < stream->count && !l.failed; i++)
        lower_ins(&l, &stream->ins[i]);
    if (l.failed && !diag_failed(ctx)) return diag_nomem(ctx);
    return !l.failed;
}

bool lower_const(Context *ctx, const Module *m, const OpStream *stream, Arena *arena, Ir *out,
                 uint32_t *node) {
    Lower l;
    if (!begin(&l, ctx, m, stream, arena, out)) return false;
    for (uint32_t i = 0; i + 1 < stream->count && !l.failed; i++)
        lower_ins(&l, &stream->ins[i]);
    if (!l.failed && l.height == 1) {
        *node = l.stack[0].node;
        return true;
    }
    if (!diag_failed(ctx)) lower_unsupported(&l, "a constant expression of this size");
    return false;
}
