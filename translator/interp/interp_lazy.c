/* interp_lazy.c: a function's first call: validation, translation, its place in the code space.
 * One lock makes it happen once. Code never moves and is freed with the module. */
#define _GNU_SOURCE
#include "interp_impl.h"
#include <stdio.h>
#include <sys/mman.h>

#ifndef MAP_NORESERVE
#define MAP_NORESERVE 0
#endif

enum { HEADER_CELLS = sizeof(Code) / sizeof(u64) };

/* Cells are at most a few words for each byte of a body; the rest is generous for stubs. */
bool interp_space_make(Interp *it, Context *ctx) {
    size_t wanted = it->m->bytes.len * 64 + ((size_t)1 << 20);
    size_t most = ((size_t)UINT32_MAX - it->m->bytes.len) * sizeof(u64);
    if (wanted > most) wanted = most;
    for (; wanted >= it->m->bytes.len * 8; wanted /= 2) {
        void *at = mmap(NULL, wanted, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (at == MAP_FAILED) continue;
        it->space = at;
        it->space_bytes = wanted;
        return true;
    }
    return diag_nomem(ctx);
}

void interp_space_free(Interp *it) {
    if (it->space) munmap(it->space, it->space_bytes);
}

static bool place(Interp *it, Context *ctx, u32 func, const Cells *cells) {
    size_t need = HEADER_CELLS + cells->count;
    if (need > it->space_bytes / sizeof(u64) - it->space_used)
        return diag_error(ctx, ERR_limit, NO_OFFSET, ": interpreted code of more than %zu bytes",
                          it->space_bytes);
    Code *code = (Code *)(void *)(it->space + it->space_used);
    *code = (Code){.params = cells->params, .locals = cells->locals, .frame = cells->frame};
    memcpy(code->cells, cells->at, cells->count * sizeof(u64));
    __atomic_store_n(&it->m->funcs[func].body, (u32)(it->m->bytes.len + it->space_used),
                     __ATOMIC_RELEASE);
    it->space_used += need;
    it->called++;
    it->code_bytes += cells->count * sizeof(u64);
    return true;
}

static bool translate(Interp *it, Context *ctx, u32 func) {
    OpStream stream;
    Cells cells;
    ctx->func = func;
    bool ok = validate_function(ctx, it->m, func, &it->scratch, &stream) &&
              interp_lower(ctx, it, &stream, &it->scratch, &cells) && place(it, ctx, func, &cells);
    arena_reset(&it->scratch);
    return ok;
}

const Code *interp_code(Inst *in, u32 func) {
    Interp *it = inst_interp(in);
    pthread_mutex_lock(&it->lock);
    const Code *code = interp_code_now(it, func);
    Context ctx = context_worker(&it->ctx);
    if (!code && translate(it, &ctx, func)) code = interp_code_now(it, func);
    if (!code && !diag_failed(&it->ctx)) it->ctx.diag = ctx.diag;
    pthread_mutex_unlock(&it->lock);
    if (code) return code;
    char text[480];
    const Diag *d = &ctx.diag;
    snprintf(text, sizeof text, "func %u: %.400s", func, d->text);
    w2c_trap_detail(d->class == CLASS_NOMEM                                    ? W2C_NOMEM
                    : d->class == CLASS_LIMIT || d->class == CLASS_UNSUPPORTED ? W2C_LIMIT
                                                                               : W2C_INVALID,
                    text);
}
