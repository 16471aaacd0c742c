/* wasi_guest.c: arguments taken out of guest memory: paths, lists of buffers, times; stats put in.
 * Owns: the checks before any system call. Knows nothing of files. */
#include "wasi_impl.h"
#include <string.h>

void wasi_store_bytes(const wasi_call *c, u32 ptr, const void *bytes, size_t len) {
    if (len) memcpy(c->memory + ptr, bytes, len);
}

/* Length of the UTF-8 sequence at p, 0 when there is no valid one. */
static size_t utf8_sequence(const u8 *p, size_t left) {
    u8 a = p[0];
    if (a < 0x80) return 1;
    size_t len = a >= 0xc2 && a < 0xe0 ? 2 : (a & 0xf0) == 0xe0 ? 3 : a >= 0xf0 && a < 0xf5 ? 4 : 0;
    if (len == 0 || left < len) return 0;
    for (size_t i = 1; i < len; i++) {
        if ((p[i] & 0xc0) != 0x80) return 0;
    }
    if (a == 0xe0 && p[1] < 0xa0) return 0; /* overlong */
    if (a == 0xed && p[1] > 0x9f) return 0; /* surrogates */
    if (a == 0xf0 && p[1] < 0x90) return 0; /* overlong */
    if (a == 0xf4 && p[1] > 0x8f) return 0; /* above U+10FFFF */
    return len;
}

bool wasi_utf8(const char *text, size_t len) {
    const u8 *p = (const u8 *)text;
    while (len) {
        size_t n = utf8_sequence(p, len);
        if (n == 0) return false;
        p += n;
        len -= n;
    }
    return true;
}

wasi_errno wasi_text_arg(const wasi_call *c, u32 ptr, u32 len, char out[WASI_PATH_MAX]) {
    if (!wasi_has(c, ptr, len)) return WASI_FAULT;
    if (len >= WASI_PATH_MAX) return WASI_NAMETOOLONG;
    for (u32 i = 0; i < len; i++)
        out[i] = (char)((const volatile u8 *)c->memory)[(u64)ptr + i];
    out[len] = 0;
    if (memchr(out, 0, len)) return WASI_INVAL;
    if (!wasi_utf8(out, len)) return WASI_ILSEQ;
    if (len == 0) return WASI_NOENT;
    return WASI_SUCCESS;
}

wasi_errno wasi_path_arg(const wasi_call *c, u32 ptr, u32 len, char out[WASI_PATH_MAX]) {
    wasi_errno e = wasi_text_arg(c, ptr, len, out);
    if (e) return e;
    return out[0] == '/' ? WASI_PERM : WASI_SUCCESS;
}

wasi_errno wasi_bufs_arg(const wasi_call *c, u32 iovs, u32 count, wasi_buf bufs[WASI_BUFS_MAX],
                         size_t *used) {
    size_t n = 0, room = WASI_IO_MAX;
    if (!wasi_has(c, iovs, (u64)count * 8)) return WASI_FAULT;
    for (u32 i = 0; i < count && n < WASI_BUFS_MAX && room; i++) {
        u32 ptr = wasi_load32(c, iovs + (u64)i * 8);
        u32 len = wasi_load32(c, iovs + (u64)i * 8 + 4);
        if (!wasi_has(c, ptr, len)) return WASI_FAULT;
        if (len == 0) continue;
        size_t part = len < room ? len : room;
        bufs[n++] = (wasi_buf){c->memory + ptr, part};
        room -= part;
    }
    *used = n;
    return WASI_SUCCESS;
}

u32 wasi_stat_size(const wasi_call *c) {
    return c->unstable ? 56 : 64;
}

void wasi_store_stat(const wasi_call *c, u32 out, const wasi_stat *stat) {
    u64 at = out;
    for (u32 i = 0; i < wasi_stat_size(c); i += 8)
        wasi_store64(c, at + i, 0);
    wasi_store64(c, at, stat->dev);
    wasi_store64(c, at + 8, stat->ino);
    wasi_store8(c, at + 16, (u8)stat->type);
    if (c->unstable) {
        wasi_store32(c, at + 20, stat->nlink > UINT32_MAX ? UINT32_MAX : (u32)stat->nlink);
        at -= 8;
    } else {
        wasi_store64(c, at + 24, stat->nlink);
    }
    wasi_store64(c, at + 32, stat->size);
    wasi_store64(c, at + 40, stat->atim);
    wasi_store64(c, at + 48, stat->mtim);
    wasi_store64(c, at + 56, stat->ctim);
}

wasi_errno wasi_times_arg(u64 atim, u64 mtim, u32 which, wasi_times *out) {
    if (which & ~(u32)WASI_SET_ALL) return WASI_INVAL;
    if ((which & WASI_SET_ATIM) && (which & WASI_SET_ATIM_NOW)) return WASI_INVAL;
    if ((which & WASI_SET_MTIM) && (which & WASI_SET_MTIM_NOW)) return WASI_INVAL;
    *out = (wasi_times){atim, mtim, which};
    return WASI_SUCCESS;
}
