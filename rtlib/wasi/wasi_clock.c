/* wasi_clock.c: clock_res_get, clock_time_get: the object's clock, which may be the embedder's. */
#include "wasi_impl.h"

wasi_errno wasi_clock_res_get(wasi_call *c, u32 id, u32 out) {
    const w2c_wasi_clock *clock = &c->wasi->clock;
    u64 ns = 1, now;
    if (!wasi_has(c, out, 8)) return WASI_FAULT;
    bool known = clock->resolution ? clock->resolution(clock->user, id, &ns)
                                   : clock->now && clock->now(clock->user, id, &now);
    if (!known) return WASI_INVAL;
    wasi_store64(c, out, ns);
    return WASI_SUCCESS;
}

wasi_errno wasi_clock_time_get(wasi_call *c, u32 id, u64 precision, u32 out) {
    const w2c_wasi_clock *clock = &c->wasi->clock;
    u64 ns;
    (void)precision; /* a hint */
    if (!wasi_has(c, out, 8)) return WASI_FAULT;
    if (!clock->now || !clock->now(clock->user, id, &ns)) return WASI_INVAL;
    wasi_store64(c, out, ns);
    return WASI_SUCCESS;
}
