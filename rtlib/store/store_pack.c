/* store_pack.c: a snapshot's bytes compressed, and back.
 *
 * The header is a snapshot's, with flag 1; behind it: u64 bytes and u32 CRC-32C of what was behind the plain header,
 * then one zstd frame of that. A size that is not believed is never allocated: the frame must say the same
 * one, and the caller how much it may be. */
#include "store_internal.h"
#include <stdlib.h>
#ifdef W2C_HAVE_ZSTD
#include <zstd.h>
#endif

enum { PACKED = 1, SIZES = 12 };

w2c_status store_fail(w2c_error *error, w2c_status status, const char *format, ...) {
    if (!error) return status;
    va_list args;
    va_start(args, format);
    vsnprintf(error->text, sizeof error->text, format, args);
    va_end(args);
    return error->status = status;
}

static w2c_status check(const u8 *at, size_t len, snap_header *h, w2c_error *error) {
    if (!w2c_snap_get_header(at, len, h))
        return store_fail(error, W2C_INVALID, "this is no snapshot, or its header is damaged");
    if (h->version != SNAP_VERSION || h->flags > PACKED)
        return store_fail(error, W2C_MISMATCH, "the snapshot was made by another version of w2c");
    if (h->len != len - SNAP_HEADER)
        return store_fail(error, W2C_INVALID, "the snapshot is cut off, or something follows it");
    if (w2c_crc32c(0, at + SNAP_HEADER, len - SNAP_HEADER) != h->crc)
        return store_fail(error, W2C_INVALID, "the snapshot is damaged: its checksum is wrong");
    return W2C_OK;
}

#ifdef W2C_HAVE_ZSTD
bool w2c_store_compresses(void) {
    return true;
}

static w2c_status compress(const u8 *at, snap_header *h, int level, void **out, size_t *out_len,
                           w2c_error *error) {
    u64 plain = h->len;
    size_t cap = ZSTD_compressBound((size_t)plain);
    u8 *to = (u8 *)malloc(SNAP_HEADER + SIZES + cap);
    if (!to) return store_fail(error, W2C_NOMEM, "no memory to compress into");
    memcpy(to + SNAP_HEADER, &plain, 8);
    memcpy(to + SNAP_HEADER + 8, &h->crc, 4);
    size_t used = ZSTD_compress(to + SNAP_HEADER + SIZES, cap, at + SNAP_HEADER, (size_t)plain,
                                level ? level : ZSTD_CLEVEL_DEFAULT);
    if (ZSTD_isError(used)) {
        free(to);
        return store_fail(error, W2C_NOMEM, "zstd: %s", ZSTD_getErrorName(used));
    }
    h->flags = PACKED;
    h->len = SIZES + used;
    h->crc = w2c_crc32c(0, to + SNAP_HEADER, SIZES + used);
    w2c_snap_put_header(to, h);
    *out_len = SNAP_HEADER + SIZES + used;
    void *less = realloc(to, *out_len);
    *out = less ? less : to;
    return store_fail(error, W2C_OK, "%s", "");
}

static w2c_status decompress(const u8 *at, size_t len, snap_header *h, u64 most, void **out,
                             size_t *out_len, w2c_error *error) {
    u64 plain;
    if (len < SNAP_HEADER + SIZES)
        return store_fail(error, W2C_INVALID, "the compressed snapshot is cut off");
    memcpy(&plain, at + SNAP_HEADER, 8);
    memcpy(&h->crc, at + SNAP_HEADER + 8, 4);
    at += SNAP_HEADER + SIZES;
    len -= SNAP_HEADER + SIZES;
    if (ZSTD_getFrameContentSize(at, len) != plain)
        return store_fail(error, W2C_INVALID, "the compressed snapshot does not know its size");
    if (plain > most || plain > SIZE_MAX - SNAP_HEADER)
        return store_fail(error, W2C_LIMIT, "the snapshot unpacks to %llu bytes; %llu are allowed",
                          (unsigned long long)plain, (unsigned long long)most);
    u8 *to = (u8 *)malloc((size_t)plain + SNAP_HEADER);
    if (!to) return store_fail(error, W2C_NOMEM, "no memory to unpack into");
    size_t got = ZSTD_decompress(to + SNAP_HEADER, (size_t)plain, at, len);
    if (got != plain) {
        free(to);
        return store_fail(error, W2C_INVALID, "the compressed snapshot is damaged: zstd: %s",
                          ZSTD_isError(got) ? ZSTD_getErrorName(got) : "it is too short");
    }
    h->flags = 0;
    h->len = plain;
    w2c_snap_put_header(to, h);
    *out = to;
    *out_len = (size_t)plain + SNAP_HEADER;
    return store_fail(error, W2C_OK, "%s", "");
}
#else
bool w2c_store_compresses(void) {
    return false;
}

static w2c_status compress(const u8 *at, snap_header *h, int level, void **out, size_t *out_len,
                           w2c_error *error) {
    (void)at, (void)h, (void)level, (void)out, (void)out_len;
    return store_fail(error, W2C_LIMIT, "this w2c was built without zstd: it compresses nothing");
}

static w2c_status decompress(const u8 *at, size_t len, snap_header *h, u64 most, void **out,
                             size_t *out_len, w2c_error *error) {
    (void)at, (void)len, (void)h, (void)most, (void)out, (void)out_len;
    return store_fail(error, W2C_LIMIT,
                      "the snapshot is compressed, and this w2c was built without zstd");
}
#endif

w2c_status w2c_store_pack(const void *bytes, size_t len, int level, void **out, size_t *out_len,
                          w2c_error *error) {
    snap_header h;
    *out = NULL;
    *out_len = 0;
    w2c_status status = check((const u8 *)bytes, len, &h, error);
    if (status != W2C_OK) return status;
    if (h.flags) return store_fail(error, W2C_INVALID, "the snapshot is compressed already");
    return compress((const u8 *)bytes, &h, level, out, out_len, error);
}

w2c_status w2c_store_unpack(const void *bytes, size_t len, uint64_t most, void **out,
                            size_t *out_len, w2c_error *error) {
    snap_header h;
    *out = NULL;
    *out_len = 0;
    w2c_status status = check((const u8 *)bytes, len, &h, error);
    if (status != W2C_OK) return status;
    if (!most) most = W2C_STORE_MOST;
    if (h.flags) return decompress((const u8 *)bytes, len, &h, most, out, out_len, error);
    u8 *copy = (u8 *)malloc(len);
    if (!copy) return store_fail(error, W2C_NOMEM, "no memory for the snapshot");
    memcpy(copy, bytes, len);
    *out = copy;
    *out_len = len;
    return store_fail(error, W2C_OK, "%s", "");
}
