/* wasi_random.c: random_get, straight into guest memory. */
#include "wasi_impl.h"

wasi_errno wasi_random_get(wasi_call *c, u32 buf, u32 len) {
    enum { PART = 1 << 20 };
    const w2c_wasi_random *random = &c->wasi->random;
    if (!wasi_has(c, buf, len)) return WASI_FAULT;
    for (u32 done = 0; done < len;) { /* in parts, so that it can be interrupted */
        u32 part = len - done < PART ? len - done : PART;
        if (!random->fill || !random->fill(random->user, c->memory + buf + done, part))
            return WASI_IO;
        done += part;
        if (wasi_stopped(c->wasi)) break;
    }
    return WASI_SUCCESS;
}
