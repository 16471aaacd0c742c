/* bodies.c: bodies decoded but not validated: where hints point to, and whose fault an error is. */
#include "decode.h"
#include "section.h"

bool body_enter(Decoder *d, Context *ctx, const Module *m, uint32_t func) {
    decoder_init(d, ctx, m, module_body(m, func));
    uint32_t groups = reader_u32leb(&d->r);
    for (uint32_t i = 0; i < groups && !d->r.error; i++) {
        ValType type;
        d->locals += reader_u32leb(&d->r);
        if (!type_read_value(ctx, &d->r, m->type_count, &d->used, &type) && !d->r.error)
            return false;
    }
    return decode_reader_ok(ctx, &d->r);
}

static bool decode_body(Context *ctx, const Module *m, uint32_t func) {
    Decoder d;
    Ins ins;
    ctx->func = func;
    bool ok = body_enter(&d, ctx, m, func);
    while (ok && d.r.pos != d.r.end)
        ok = decode_ins(&d, &ins);
    return ok;
}

void module_blame_bodies(Context *ctx, const Module *m) {
    if (ctx->diag.class != CLASS_MALFORMED) return;
    Context worker = context_worker(ctx);
    for (uint32_t i = m->imported_funcs; i < m->func_count; i++) {
        if (m->funcs[i].body == 0 || m->funcs[i].body > ctx->diag.offset) break;
        if (!decode_body(&worker, m, i)) break;
    }
    diag_merge(ctx, &worker);
}
