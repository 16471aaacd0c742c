/* wasi_environ.c: environ_get, environ_sizes_get. */
#include "wasi_impl.h"

wasi_errno wasi_environ_get(wasi_call *c, u32 environ_, u32 text) {
    return wasi_strings_get(c, &c->wasi->env, environ_, text);
}

wasi_errno wasi_environ_sizes_get(wasi_call *c, u32 count, u32 bytes) {
    return wasi_strings_sizes(c, &c->wasi->env, count, bytes);
}
