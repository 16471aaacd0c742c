/* wasi_random.c: random_get, straight into guest memory. */
#include "wasi_impl.h"

wasi_errno wasi_random_get(wasi_call *c, u32 buf, u32 len) {
    const w2c_wasi_random *random = &c->wasi->random;
    if (!wasi_has(c, buf, len)) return WASI_FAULT;
    if (len == 0) return WASI_SUCCESS;
    return random->fill && random->fill(random->user, c->memory + buf, len) ? WASI_SUCCESS
                                                                            : WASI_IO;
}
