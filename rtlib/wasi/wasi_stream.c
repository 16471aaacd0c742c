/* wasi_stream.c: streams that the embedder serves by callbacks. */
#include "wasi_impl.h"

static uint16_t null_stream_read(void *user, void *data, size_t len, size_t *done) {
    (void)user, (void)data, (void)len;
    *done = 0;
    return WASI_SUCCESS;
}

static uint16_t null_stream_write(void *user, const void *data, size_t len, size_t *done) {
    (void)user, (void)data;
    *done = len;
    return WASI_SUCCESS;
}

const w2c_wasi_stream wasi_null_stream = {null_stream_read, null_stream_write, NULL};

/* Stops at the first short read; an error after some bytes is left for the next call. */
static wasi_errno stream_read(wasi_file *file, const wasi_buf *bufs, size_t count, size_t *done) {
    const w2c_wasi_stream *s = &file->stream;
    if (!s->read) return WASI_BADF;
    *done = 0;
    for (size_t i = 0; i < count; i++) {
        size_t part = 0;
        wasi_errno e = (wasi_errno)s->read(s->user, bufs[i].data, bufs[i].len, &part);
        if (e) return *done ? WASI_SUCCESS : e;
        if (part > bufs[i].len) return WASI_IO;
        *done += part;
        if (part < bufs[i].len) break;
    }
    return WASI_SUCCESS;
}

static wasi_errno stream_write(wasi_file *file, const wasi_buf *bufs, size_t count, size_t *done) {
    const w2c_wasi_stream *s = &file->stream;
    if (!s->write) return WASI_BADF;
    *done = 0;
    for (size_t i = 0; i < count; i++) {
        size_t part = 0;
        wasi_errno e = (wasi_errno)s->write(s->user, bufs[i].data, bufs[i].len, &part);
        if (e) return *done ? WASI_SUCCESS : e;
        if (part > bufs[i].len) return WASI_IO;
        *done += part;
        if (part < bufs[i].len) break;
    }
    return WASI_SUCCESS;
}

static wasi_errno stream_get_flags(wasi_file *file, u32 *fdflags) {
    *fdflags = file->fdflags;
    return WASI_SUCCESS;
}

static wasi_errno stream_set_flags(wasi_file *file, u32 fdflags) {
    file->fdflags = fdflags;
    return WASI_SUCCESS;
}

static wasi_errno stream_stat(wasi_file *file, wasi_stat *out) {
    *out = (wasi_stat){.type = file->type, .nlink = 1};
    return WASI_SUCCESS;
}

static wasi_errno stream_sync(wasi_file *file, bool data_only) {
    (void)file, (void)data_only;
    return WASI_SUCCESS;
}

const wasi_ops wasi_stream_ops = {
    .read = stream_read,
    .write = stream_write,
    .get_flags = stream_get_flags,
    .set_flags = stream_set_flags,
    .stat = stream_stat,
    .sync = stream_sync,
};
