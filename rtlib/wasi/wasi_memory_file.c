/* wasi_memory_file.c: open files and directories of a tree in memory. */
#include "wasi_memory.h"
#include <string.h>

static wasi_node *enter(wasi_file *file) {
    wasi_node *node = file->node;
    pthread_mutex_lock(&node->tree->lock);
    return node;
}

static wasi_errno leave(wasi_node *node, wasi_errno e) {
    pthread_mutex_unlock(&node->tree->lock);
    return e;
}

static void memory_close(wasi_file *file) {
    w2c_wasi_tree *tree = file->node->tree;
    pthread_mutex_lock(&tree->lock);
    wasi_node_release(file->node);
    pthread_mutex_unlock(&tree->lock);
    wasi_tree_release(tree);
}

/* ---- transfer -------------------------------------------------------------------------------- */
static size_t copy_out(wasi_node *node, const wasi_buf *bufs, size_t count, u64 offset) {
    size_t done = 0;
    node->atim = wasi_tree_now(node->tree);
    for (size_t i = 0; i < count && offset < node->size; i++) {
        size_t part = node->size - (size_t)offset;
        if (part > bufs[i].len) part = bufs[i].len;
        memcpy(bufs[i].data, node->data + offset, part);
        offset += part;
        done += part;
    }
    return done;
}

/* A write that exceeds the limit is a short one, or NOSPC when nothing fits. */
static wasi_errno copy_in(wasi_node *node, const wasi_buf *bufs, size_t count, u64 offset,
                          size_t *done) {
    u64 total = 0, room = wasi_node_room(node);
    for (size_t i = 0; i < count; i++)
        total += bufs[i].len;
    if (!total) return WASI_SUCCESS;
    if (offset >= room) return WASI_NOSPC;
    if (total > room - offset) total = room - offset;
    wasi_errno e = offset + total > node->size ? wasi_node_resize(node, offset + total) : 0;
    if (e) return e;
    for (size_t i = 0; i < count && total; i++) {
        size_t part = bufs[i].len < total ? bufs[i].len : (size_t)total;
        memcpy(node->data + offset, bufs[i].data, part);
        offset += part;
        total -= part;
        *done += part;
    }
    node->mtim = node->ctim = wasi_tree_now(node->tree);
    return WASI_SUCCESS;
}

static wasi_errno memory_read(wasi_file *file, const wasi_buf *bufs, size_t count, size_t *done) {
    wasi_node *node = enter(file);
    *done = copy_out(node, bufs, count, file->position);
    file->position += *done;
    return leave(node, WASI_SUCCESS);
}

static wasi_errno memory_write(wasi_file *file, const wasi_buf *bufs, size_t count, size_t *done) {
    wasi_node *node = enter(file);
    if (file->fdflags & WASI_FD_APPEND) file->position = node->size;
    wasi_errno e = copy_in(node, bufs, count, file->position, done);
    file->position += *done;
    return leave(node, e);
}

static wasi_errno memory_pread(wasi_file *file, const wasi_buf *bufs, size_t count, u64 offset,
                               size_t *done) {
    wasi_node *node = enter(file);
    *done = copy_out(node, bufs, count, offset);
    return leave(node, WASI_SUCCESS);
}

/* At the end when the file was opened for appending, as Linux does it. */
static wasi_errno memory_pwrite(wasi_file *file, const wasi_buf *bufs, size_t count, u64 offset,
                                size_t *done) {
    wasi_node *node = enter(file);
    if (file->fdflags & WASI_FD_APPEND) offset = node->size;
    return leave(node, copy_in(node, bufs, count, offset, done));
}

static wasi_errno memory_seek(wasi_file *file, s64 delta, u32 whence, u64 *position) {
    wasi_node *node = enter(file);
    s64 base = whence == WASI_SEEK_CUR   ? (s64)file->position
               : whence == WASI_SEEK_END ? (s64)node->size
                                         : 0,
        to;
    wasi_errno e = WASI_SUCCESS;
    if (__builtin_add_overflow(base, delta, &to))
        e = delta < 0 ? WASI_INVAL : WASI_OVERFLOW;
    else if (to < 0)
        e = WASI_INVAL;
    else
        *position = file->position = (u64)to;
    return leave(node, e);
}

static u64 memory_available(wasi_file *file) {
    wasi_node *node = enter(file);
    u64 bytes = file->position < node->size ? node->size - file->position : 0;
    leave(node, WASI_SUCCESS);
    return bytes;
}

/* ---- state ----------------------------------------------------------------------------------- */
static wasi_errno memory_get_flags(wasi_file *file, u32 *fdflags) {
    *fdflags = file->fdflags;
    return WASI_SUCCESS;
}

static wasi_errno memory_set_flags(wasi_file *file, u32 fdflags) {
    const u32 syncs = WASI_FD_DSYNC | WASI_FD_RSYNC | WASI_FD_SYNC;
    if (fdflags & syncs & ~file->fdflags) return WASI_INVAL; /* only path_open can */
    file->fdflags = fdflags;
    return WASI_SUCCESS;
}

void wasi_memory_stat(const wasi_node *node, wasi_stat *out) {
    *out = (wasi_stat){.type = node->type,
                       .dev = 1,
                       .ino = node->ino,
                       .nlink = node->links,
                       .size = node->size,
                       .atim = node->atim,
                       .mtim = node->mtim,
                       .ctim = node->ctim};
}

void wasi_memory_times(wasi_node *node, const wasi_times *times) {
    u64 now = wasi_tree_now(node->tree);
    if (times->which & WASI_SET_ATIM) node->atim = times->atim;
    if (times->which & WASI_SET_MTIM) node->mtim = times->mtim;
    if (times->which & WASI_SET_ATIM_NOW) node->atim = now;
    if (times->which & WASI_SET_MTIM_NOW) node->mtim = now;
    node->ctim = now;
}

static wasi_errno memory_stat(wasi_file *file, wasi_stat *out) {
    wasi_node *node = enter(file);
    wasi_memory_stat(node, out);
    return leave(node, WASI_SUCCESS);
}

static wasi_errno memory_set_size(wasi_file *file, u64 size) {
    wasi_node *node = enter(file);
    if (node->type != WASI_TYPE_REGULAR) return leave(node, WASI_INVAL);
    wasi_errno e = wasi_node_resize(node, size);
    if (!e) node->mtim = node->ctim = wasi_tree_now(node->tree);
    return leave(node, e);
}

static wasi_errno memory_set_times(wasi_file *file, const wasi_times *times) {
    wasi_node *node = enter(file);
    wasi_memory_times(node, times);
    return leave(node, WASI_SUCCESS);
}

static wasi_errno memory_allocate(wasi_file *file, u64 offset, u64 len) {
    wasi_node *node = enter(file);
    if (node->type != WASI_TYPE_REGULAR) return leave(node, WASI_BADF);
    wasi_errno e = offset + len > node->size ? wasi_node_resize(node, offset + len) : WASI_SUCCESS;
    if (!e) node->mtim = node->ctim = wasi_tree_now(node->tree);
    return leave(node, e);
}

static wasi_errno memory_advise(wasi_file *file, u64 offset, u64 len, u32 advice) {
    (void)file, (void)offset, (void)len, (void)advice;
    return WASI_SUCCESS;
}

static wasi_errno memory_sync(wasi_file *file, bool data_only) {
    (void)file, (void)data_only;
    return WASI_SUCCESS;
}

/* ---- entries --------------------------------------------------------------------------------- */
static void entry_fill(wasi_entry *out, const char *name, size_t len, const wasi_node *node,
                       u64 next) {
    memcpy(out->name, name, len + 1);
    out->len = len;
    out->next = next;
    out->ino = node->ino;
    out->type = node->type;
}

/* Cookies: 0 is ".", 1 "..", then the serial of the entry before. Serials begin at 2 (see
 * w2c_wasi_tree_new), so entries that come and go never shift the others. */
static wasi_errno memory_read_entry(wasi_file *dir, u64 cookie, wasi_entry *out, bool *end) {
    wasi_node *node = enter(dir);
    u32 low = 0, high = node->name_count;
    if (cookie < 2) { /* what is above is none of the guest's business: both are this directory */
        entry_fill(out, cookie ? ".." : ".", cookie ? 2 : 1, node, cookie + 1);
        return leave(node, WASI_SUCCESS);
    }
    while (low < high) {
        u32 middle = low + (high - low) / 2;
        if (node->names[middle]->serial <= cookie)
            low = middle + 1;
        else
            high = middle;
    }
    *end = low == node->name_count;
    if (!*end) {
        const wasi_name *n = node->names[low];
        entry_fill(out, n->text, n->len, n->node, n->serial);
    }
    return leave(node, WASI_SUCCESS);
}

static const wasi_ops memory_ops = {
    .close = memory_close,
    .read = memory_read,
    .write = memory_write,
    .pread = memory_pread,
    .pwrite = memory_pwrite,
    .seek = memory_seek,
    .available = memory_available,
    .get_flags = memory_get_flags,
    .set_flags = memory_set_flags,
    .stat = memory_stat,
    .set_size = memory_set_size,
    .set_times = memory_set_times,
    .allocate = memory_allocate,
    .advise = memory_advise,
    .sync = memory_sync,
    .read_entry = memory_read_entry,
    .open = wasi_memory_open,
    .stat_at = wasi_memory_stat_at,
    .set_times_at = wasi_memory_set_times_at,
    .make_dir = wasi_memory_make_dir,
    .remove_dir = wasi_memory_remove_dir,
    .unlink = wasi_memory_unlink,
    .rename = wasi_memory_rename,
    .link = wasi_memory_link,
    .symlink = wasi_memory_symlink,
    .read_link = wasi_memory_read_link,
};

wasi_file *wasi_memory_file(wasi_node *node, bool read, bool write, u32 fdflags) {
    wasi_file *file = wasi_file_new(&memory_ops, -1, node->type);
    if (!file) return NULL;
    file->node = node;
    file->fdflags = fdflags;
    file->rights = node->type == WASI_TYPE_DIRECTORY ? WASI_RIGHTS_DIR : WASI_RIGHTS_FILE;
    if (!read) file->rights &= ~WASI_RIGHT_FD_READ;
    if (!write && node->type != WASI_TYPE_DIRECTORY) file->rights &= ~WASI_RIGHT_FD_WRITE;
    node->refs++;
    node->tree->refs++;
    return file;
}

wasi_errno wasi_memory_preopen(w2c_wasi_tree *tree, wasi_file **out) {
    pthread_mutex_lock(&tree->lock);
    *out = wasi_memory_file(tree->root, true, false, 0);
    pthread_mutex_unlock(&tree->lock);
    return *out ? WASI_SUCCESS : WASI_NOMEM;
}
