/* exchange_info.c: one struct with everything that can be known about an instance's memory and what
 * crosses its border. */
#include "exchange_internal.h"

static w2c_status ask(w2c_exchange *x, const w2c_func *func, bool *known, uint64_t *out) {
    if (!func) return W2C_OK;
    w2c_status status = exchange_call(x, func, NULL, 0, out);
    *known = status == W2C_OK;
    return status;
}

w2c_status w2c_exchange_info(w2c_exchange *x, w2c_memory_info *out) {
    memset(out, 0, sizeof *out);
    w2c_status status = exchange_enter(x);
    if (status != W2C_OK) return status;
    status = ask(x, x->used, &out->used_known, &out->used);
    if (status == W2C_OK) status = ask(x, x->free_bytes, &out->free_known, &out->free_bytes);
    if (x->deleted || exchange_gone(x)) return exchange_leave(x, status);
    const w2c_memory *m = x->memory; /* after the calls: they may have let it grow */
    out->pages = w2c_memory_pages(m);
    out->page_bytes = (u64)1 << m->page_log2;
    out->bytes = w2c_memory_size(m);
    out->limit =
        m->limit_pages > UINT64_MAX >> m->page_log2 ? UINT64_MAX : m->limit_pages << m->page_log2;
    out->growths = __atomic_load_n(&m->growths, __ATOMIC_RELAXED);
    out->failed_growths = __atomic_load_n(&m->failed_growths, __ATOMIC_RELAXED);
    out->blocks = x->block_count;
    out->block_bytes = x->block_bytes;
    out->allocations = x->allocations;
    out->frees = x->frees;
    out->refused = x->refused;
    out->scratch = x->scratch;
    out->scratch_high = x->scratch_high;
    out->views = w2c_hold_count(m->hold);
    exchange_pools_add(x, out);
    return exchange_leave(x, status);
}
