/* interp_lazy.c: a function's first call: validation, translation, its place in the code space.
 * One lock makes it happen once. Code never moves and is freed with the module. */
#define _GNU_SOURCE
#include "handlers.h"
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

/* ---- compiled functions that take an interpreted one's place ---------------------------------- */
void interp_count(Inst *in, u32 func) {
    Interp *it = inst_interp(in);
    u32 calls = __atomic_add_fetch(&it->calls[func], 1, __ATOMIC_RELAXED);
    if (W2C_UNLIKELY(calls == it->options.hot_calls)) it->options.hot(it->options.hot_user, func);
}

bool w2c_interp_patch(Interp *it, uint32_t func,
                      void (*native)(w2c_instance *instance, uint64_t *slots)) {
    const TypeDef *t = func_type(it->m, func);
    u32 params = slots_of_all(t->u.func.params, t->u.func.param_count),
        results = slots_of_all(t->u.func.results, t->u.func.result_count),
        locals = params > results ? params : results, frame = locals + LINK_SLOTS;
    u64 cells[4] = {interp_handler(H_native), frame | (u64)locals << 48, (u64)(uintptr_t)native,
                    (u64)(locals + 1) << 48};
    Cells code = {
        .at = cells, .count = 4, .params = (u16)params, .locals = (u16)locals, .frame = (u16)frame};
    if (frame > MOST_SLOTS) return false;
    pthread_mutex_lock(&it->lock);
    Context ctx = context_worker(&it->ctx);
    bool ok = place(it, &ctx, func, &code);
    pthread_mutex_unlock(&it->lock);
    return ok;
}

void w2c_interp_call(w2c_instance *instance, uint32_t func, const w2c_value *args,
                     w2c_value *results) {
    Inst *in = (Inst *)(void *)instance;
    w2c_operands *o = w2c_operands_of(instance);
    u64 *at = o ? o->at : NULL, *limit = in->limit;
    interp_call_func(in, func, args, results);
    o->at = at;
    in->limit = limit;
}

const w2c_type *w2c_interp_types(const Interp *it) {
    return it->types;
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
