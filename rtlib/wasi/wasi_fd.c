/* wasi_fd.c: the functions on open descriptors, but for closing and renumbering (wasi_table.c). */
#include "wasi_impl.h"
#include <string.h>

typedef wasi_errno transfer_fn(wasi_file *file, const wasi_buf *bufs, size_t count, u64 offset,
                               size_t *done);

/* What a missing operation means: a directory is no file, a stream cannot be positioned. */
static wasi_errno not_for(const wasi_file *file, wasi_errno otherwise) {
    return file->type == WASI_TYPE_DIRECTORY ? WASI_BADF : otherwise;
}

static wasi_errno at_position_read(wasi_file *file, const wasi_buf *bufs, size_t count, u64 offset,
                                   size_t *done) {
    (void)offset;
    if (!file->ops->read || !(file->rights & WASI_RIGHT_FD_READ)) return WASI_BADF;
    return file->ops->read(file, bufs, count, done);
}

/* Whole buffers as far as the limit allows, or a part of the first one. */
static wasi_errno budgeted_write(wasi_file *file, const wasi_buf *bufs, size_t count,
                                 size_t *done) {
    u64 left = __atomic_load_n(file->budget, __ATOMIC_RELAXED), sum = 0;
    size_t whole = 0;
    if (count && !left) return WASI_NOSPC;
    while (whole < count && bufs[whole].len <= left - sum)
        sum += bufs[whole++].len;
    wasi_buf part = {count ? bufs->data : NULL, (size_t)left};
    wasi_errno e = whole || !count ? file->ops->write(file, bufs, whole, done)
                                   : file->ops->write(file, &part, 1, done);
    __atomic_fetch_sub(file->budget, *done < left ? *done : left, __ATOMIC_RELAXED);
    return e;
}

static wasi_errno at_position_write(wasi_file *file, const wasi_buf *bufs, size_t count, u64 offset,
                                    size_t *done) {
    (void)offset;
    if (!file->ops->write || !(file->rights & WASI_RIGHT_FD_WRITE)) return WASI_BADF;
    if (W2C_UNLIKELY(file->budget != NULL)) return budgeted_write(file, bufs, count, done);
    return file->ops->write(file, bufs, count, done);
}

static wasi_errno at_offset_read(wasi_file *file, const wasi_buf *bufs, size_t count, u64 offset,
                                 size_t *done) {
    if (!(file->rights & WASI_RIGHT_FD_READ)) return WASI_BADF;
    if (!file->ops->pread) return not_for(file, WASI_SPIPE);
    return file->ops->pread(file, bufs, count, offset, done);
}

static wasi_errno at_offset_write(wasi_file *file, const wasi_buf *bufs, size_t count, u64 offset,
                                  size_t *done) {
    if (!(file->rights & WASI_RIGHT_FD_WRITE)) return WASI_BADF;
    if (!file->ops->pwrite) return not_for(file, WASI_SPIPE);
    return file->ops->pwrite(file, bufs, count, offset, done);
}

static wasi_errno transfer(wasi_call *c, u32 fd, u32 iovs, u32 count, u64 offset, u32 out,
                           transfer_fn *move) {
    wasi_buf bufs[WASI_BUFS_MAX];
    size_t used, done = 0;
    wasi_file *file = wasi_file_at(c, fd);
    if (!file) return WASI_BADF;
    if (!wasi_has(c, out, 4)) return WASI_FAULT;
    wasi_errno e = wasi_bufs_arg(c, iovs, count, bufs, &used);
    if (e) return e;
    if (file->type == WASI_TYPE_DIRECTORY) return WASI_BADF;
    if (offset > INT64_MAX) return WASI_INVAL;
    e = move(file, bufs, used, offset, &done);
    if (e) return e;
    wasi_store32(c, out, (u32)done);
    return WASI_SUCCESS;
}

wasi_errno wasi_fd_read(wasi_call *c, u32 fd, u32 iovs, u32 count, u32 out) {
    return transfer(c, fd, iovs, count, 0, out, at_position_read);
}

wasi_errno wasi_fd_write(wasi_call *c, u32 fd, u32 iovs, u32 count, u32 out) {
    return transfer(c, fd, iovs, count, 0, out, at_position_write);
}

wasi_errno wasi_fd_pread(wasi_call *c, u32 fd, u32 iovs, u32 count, u64 offset, u32 out) {
    return transfer(c, fd, iovs, count, offset, out, at_offset_read);
}

wasi_errno wasi_fd_pwrite(wasi_call *c, u32 fd, u32 iovs, u32 count, u64 offset, u32 out) {
    return transfer(c, fd, iovs, count, offset, out, at_offset_write);
}

/* ---- position -------------------------------------------------------------------------------- */
static wasi_errno seek(wasi_call *c, u32 fd, s64 delta, u32 whence, u32 out) {
    u64 position = 0;
    wasi_file *file = wasi_file_at(c, fd);
    if (!file) return WASI_BADF;
    if (!wasi_has(c, out, 8)) return WASI_FAULT;
    if (whence > WASI_SEEK_END) return WASI_INVAL;
    if (file->type == WASI_TYPE_DIRECTORY) return WASI_BADF;
    if (!file->ops->seek) return WASI_SPIPE;
    wasi_errno e = file->ops->seek(file, delta, whence, &position);
    if (e) return e;
    wasi_store64(c, out, position);
    return WASI_SUCCESS;
}

wasi_errno wasi_fd_seek(wasi_call *c, u32 fd, u64 delta, u32 whence, u32 out) {
    if (c->unstable && whence <= WASI_SEEK_END) whence = whence == 2 ? WASI_SEEK_SET : whence + 1;
    return seek(c, fd, (s64)delta, whence, out);
}

wasi_errno wasi_fd_tell(wasi_call *c, u32 fd, u32 out) {
    return seek(c, fd, 0, WASI_SEEK_CUR, out);
}

/* ---- state ----------------------------------------------------------------------------------- */
wasi_errno wasi_fd_fdstat_get(wasi_call *c, u32 fd, u32 out) {
    u32 flags = 0;
    wasi_file *file = wasi_file_at(c, fd);
    if (!file) return WASI_BADF;
    if (!wasi_has(c, out, 24)) return WASI_FAULT;
    wasi_errno e = file->ops->get_flags ? file->ops->get_flags(file, &flags) : WASI_SUCCESS;
    if (e) return e;
    u64 inheriting = file->type == WASI_TYPE_DIRECTORY ? file->rights | WASI_RIGHTS_FILE : 0;
    wasi_store64(c, out, 0);
    wasi_store8(c, out, (u8)file->type);
    wasi_store16(c, (u64)out + 2, (u16)flags);
    wasi_store64(c, (u64)out + 8, file->rights);
    wasi_store64(c, (u64)out + 16, inheriting);
    return WASI_SUCCESS;
}

wasi_errno wasi_fd_fdstat_set_flags(wasi_call *c, u32 fd, u32 flags) {
    wasi_file *file = wasi_file_at(c, fd);
    if (!file) return WASI_BADF;
    if (flags & ~(u32)WASI_FD_ALL) return WASI_INVAL;
    return file->ops->set_flags ? file->ops->set_flags(file, flags) : WASI_NOTSUP;
}

/* Rights are reported, not enforced, so they cannot be taken away either. */
wasi_errno wasi_fd_fdstat_set_rights(wasi_call *c, u32 fd, u64 base, u64 inheriting) {
    (void)base, (void)inheriting;
    return wasi_file_at(c, fd) ? WASI_NOTSUP : WASI_BADF;
}

wasi_errno wasi_fd_filestat_get(wasi_call *c, u32 fd, u32 out) {
    wasi_stat stat;
    wasi_file *file = wasi_file_at(c, fd);
    if (!file) return WASI_BADF;
    if (!wasi_has(c, out, wasi_stat_size(c))) return WASI_FAULT;
    if (!file->ops->stat) return WASI_NOTSUP;
    wasi_errno e = file->ops->stat(file, &stat);
    if (e) return e;
    wasi_store_stat(c, out, &stat);
    return WASI_SUCCESS;
}

wasi_errno wasi_fd_filestat_set_size(wasi_call *c, u32 fd, u64 size) {
    wasi_file *file = wasi_file_at(c, fd);
    if (!file) return WASI_BADF;
    if (file->read_only) return WASI_ROFS;
    if (size > INT64_MAX || !(file->rights & WASI_RIGHT_FD_WRITE)) return not_for(file, WASI_INVAL);
    return file->ops->set_size ? file->ops->set_size(file, size) : not_for(file, WASI_INVAL);
}

wasi_errno wasi_fd_filestat_set_times(wasi_call *c, u32 fd, u64 atim, u64 mtim, u32 which) {
    wasi_times times;
    wasi_file *file = wasi_file_at(c, fd);
    if (!file) return WASI_BADF;
    wasi_errno e = wasi_times_arg(atim, mtim, which, &times);
    if (e) return e;
    if (file->read_only) return WASI_ROFS;
    return file->ops->set_times ? file->ops->set_times(file, &times) : WASI_NOTSUP;
}

wasi_errno wasi_fd_allocate(wasi_call *c, u32 fd, u64 offset, u64 len) {
    wasi_file *file = wasi_file_at(c, fd);
    if (!file) return WASI_BADF;
    if (file->read_only) return WASI_ROFS;
    if (len == 0 || offset > INT64_MAX || len > INT64_MAX) return WASI_INVAL;
    if (offset + len > INT64_MAX) return WASI_FBIG;
    if (!(file->rights & WASI_RIGHT_FD_WRITE)) return WASI_BADF;
    return file->ops->allocate ? file->ops->allocate(file, offset, len) : not_for(file, WASI_SPIPE);
}

wasi_errno wasi_fd_advise(wasi_call *c, u32 fd, u64 offset, u64 len, u32 advice) {
    wasi_file *file = wasi_file_at(c, fd);
    if (!file) return WASI_BADF;
    if (advice > WASI_ADVICE_LAST || offset > INT64_MAX || len > INT64_MAX) return WASI_INVAL;
    if (file->type == WASI_TYPE_DIRECTORY) return WASI_BADF;
    return file->ops->advise ? file->ops->advise(file, offset, len, advice) : WASI_SPIPE;
}

static wasi_errno sync_file(wasi_call *c, u32 fd, bool data_only) {
    wasi_file *file = wasi_file_at(c, fd);
    if (!file) return WASI_BADF;
    return file->ops->sync ? file->ops->sync(file, data_only) : WASI_INVAL;
}

wasi_errno wasi_fd_sync(wasi_call *c, u32 fd) {
    return sync_file(c, fd, false);
}

wasi_errno wasi_fd_datasync(wasi_call *c, u32 fd) {
    return sync_file(c, fd, true);
}

/* ---- directories ----------------------------------------------------------------------------- */
wasi_errno wasi_fd_prestat_get(wasi_call *c, u32 fd, u32 out) {
    wasi_file *file = wasi_file_at(c, fd);
    if (!file || !file->preopen) return WASI_BADF;
    if (!wasi_has(c, out, 8)) return WASI_FAULT;
    wasi_store32(c, out, 0); /* the tag: a directory */
    wasi_store32(c, (u64)out + 4, (u32)strlen(file->preopen));
    return WASI_SUCCESS;
}

wasi_errno wasi_fd_prestat_dir_name(wasi_call *c, u32 fd, u32 path, u32 len) {
    wasi_file *file = wasi_file_at(c, fd);
    if (!file || !file->preopen) return WASI_BADF;
    size_t size = strlen(file->preopen);
    if (len < size) return WASI_NAMETOOLONG;
    if (!wasi_has(c, path, size)) return WASI_FAULT;
    wasi_store_bytes(c, path, file->preopen, size);
    return WASI_SUCCESS;
}

/* Entries are written until the buffer is full; the last one may be cut off, which tells the guest
 * that there is more: it asks again with the cookie of an entry that it has seen whole. */
wasi_errno wasi_fd_readdir(wasi_call *c, u32 fd, u32 buf, u32 len, u64 cookie, u32 out) {
    enum { HEAD = 24 };
    u32 used = 0;
    wasi_file *file = wasi_file_at(c, fd);
    if (!file) return WASI_BADF;
    if (!wasi_has(c, out, 4) || !wasi_has(c, buf, len)) return WASI_FAULT;
    if (!file->ops->read_entry || file->type != WASI_TYPE_DIRECTORY) return WASI_NOTDIR;
    while (used < len) {
        wasi_entry entry;
        bool end = false;
        u8 head[HEAD] = {0};
        if (c->wasi->threads) pthread_mutex_lock(&c->wasi->dir_lock);
        wasi_errno e = file->ops->read_entry(file, cookie, &entry, &end);
        if (c->wasi->threads) pthread_mutex_unlock(&c->wasi->dir_lock);
        if (e) return e;
        if (end) break;
        for (int i = 0; i < 8; i++)
            head[i] = (u8)(entry.next >> (8 * i));
        for (int i = 0; i < 8; i++)
            head[8 + i] = (u8)(entry.ino >> (8 * i));
        for (int i = 0; i < 4; i++)
            head[16 + i] = (u8)(entry.len >> (8 * i));
        head[20] = (u8)entry.type;
        u32 part = len - used < HEAD ? len - used : HEAD;
        wasi_store_bytes(c, buf + used, head, part);
        used += part;
        part = len - used < entry.len ? len - used : (u32)entry.len;
        wasi_store_bytes(c, buf + used, entry.name, part);
        used += part;
        cookie = entry.next;
    }
    wasi_store32(c, out, used);
    return WASI_SUCCESS;
}
