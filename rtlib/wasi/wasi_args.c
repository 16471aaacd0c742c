/* wasi_args.c: args_get, args_sizes_get, and the lists of strings behind them and the environment.
 */
#include "wasi_impl.h"
#include <stdlib.h>
#include <string.h>

bool wasi_strings_add(wasi_strings *strings, const char *text) {
    size_t len = strlen(text) + 1;
    if (len > UINT32_MAX - strings->bytes || strings->count == UINT32_MAX) return false;
    char *grown = realloc(strings->text, strings->bytes + len);
    if (!grown) return false;
    memcpy(grown + strings->bytes, text, len);
    strings->text = grown;
    strings->bytes += (u32)len;
    strings->count++;
    return true;
}

wasi_errno wasi_strings_get(const wasi_call *c, const wasi_strings *strings, u32 pointers,
                            u32 text) {
    if (!wasi_has(c, pointers, (u64)strings->count * 4)) return WASI_FAULT;
    if (!wasi_has(c, text, strings->bytes)) return WASI_FAULT;
    u32 at = 0;
    for (u32 i = 0; i < strings->count; i++) {
        wasi_store32(c, pointers + (u64)i * 4, text + at);
        at += (u32)strlen(strings->text + at) + 1;
    }
    wasi_store_bytes(c, text, strings->text, strings->bytes);
    return WASI_SUCCESS;
}

wasi_errno wasi_strings_sizes(const wasi_call *c, const wasi_strings *strings, u32 count,
                              u32 bytes) {
    if (!wasi_has(c, count, 4) || !wasi_has(c, bytes, 4)) return WASI_FAULT;
    wasi_store32(c, count, strings->count);
    wasi_store32(c, bytes, strings->bytes);
    return WASI_SUCCESS;
}

wasi_errno wasi_args_get(wasi_call *c, u32 argv, u32 text) {
    return wasi_strings_get(c, &c->wasi->args, argv, text);
}

wasi_errno wasi_args_sizes_get(wasi_call *c, u32 count, u32 bytes) {
    return wasi_strings_sizes(c, &c->wasi->args, count, bytes);
}
