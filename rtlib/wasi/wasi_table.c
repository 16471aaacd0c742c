/* wasi_table.c: the descriptor table: which number is which open file.
 * Owns: its files. A number is the lowest free one, as POSIX has it; the table never exceeds
 * max_open open files. With threads, a file that is closed while others use it goes with the last
 * of their calls. */
#include "wasi_impl.h"
#include <stdlib.h>
#include <string.h>

wasi_file *wasi_file_new(const wasi_ops *ops, int fd, wasi_filetype type) {
    wasi_file *file = calloc(1, sizeof *file);
    if (!file) return NULL;
    file->ops = ops;
    file->fd = fd;
    file->type = type;
    file->wake = -1;
    return file;
}

void wasi_file_delete(wasi_file *file) {
    if (!file) return;
    if (file->ops->close) file->ops->close(file);
    free(file->preopen);
    free(file);
}

/* ---- threads --------------------------------------------------------------------------------- */
static void lock(w2c_wasi *wasi) {
    if (wasi->threads) pthread_mutex_lock(&wasi->lock);
}

static void unlock(w2c_wasi *wasi) {
    if (wasi->threads) pthread_mutex_unlock(&wasi->lock);
}

wasi_file *wasi_file_hold(w2c_wasi *wasi, u32 fd) {
    lock(wasi);
    wasi_file *file = fd < wasi->file_cap ? wasi->files[fd] : NULL;
    if (file) file->users++;
    unlock(wasi);
    return file;
}

void wasi_file_release(w2c_wasi *wasi, wasi_file *file) {
    lock(wasi);
    bool last = --file->users == 0 && file->closed;
    unlock(wasi);
    if (last) wasi_file_delete(file);
}

wasi_file *wasi_file_at(wasi_call *c, u32 fd) {
    w2c_wasi *wasi = c->wasi;
    if (!wasi->threads) return fd < wasi->file_cap ? wasi->files[fd] : NULL;
    wasi_file *file = wasi_file_hold(wasi, fd);
    if (!file) return NULL;
    if (c->held_count == WASI_HELD_MAX) { /* no function looks so often */
        wasi_file_release(wasi, file);
        return NULL;
    }
    return c->held[c->held_count++] = file;
}

/* ---- numbers --------------------------------------------------------------------------------- */
static wasi_errno reserve(w2c_wasi *wasi) {
    if (wasi->open_count >= wasi->max_open) return WASI_MFILE;
    if (wasi->open_count == wasi->file_cap) {
        u32 cap = wasi->file_cap ? wasi->file_cap * 2 : 16;
        if (cap > wasi->max_open || cap < wasi->file_cap) cap = wasi->max_open;
        wasi_file **files = realloc(wasi->files, cap * sizeof *files);
        if (!files) return WASI_NOMEM;
        memset(files + wasi->file_cap, 0, (cap - wasi->file_cap) * sizeof *files);
        wasi->files = files;
        wasi->file_cap = cap;
    }
    wasi->open_count++;
    return WASI_SUCCESS;
}

wasi_errno wasi_fd_reserve(w2c_wasi *wasi) {
    lock(wasi);
    wasi_errno e = reserve(wasi);
    unlock(wasi);
    return e;
}

void wasi_fd_cancel(w2c_wasi *wasi) {
    lock(wasi);
    wasi->open_count--;
    unlock(wasi);
}

u32 wasi_fd_install(w2c_wasi *wasi, wasi_file *file) {
    u32 fd = 0;
    file->wake = wasi->wake;
    lock(wasi);
    while (wasi->files[fd])
        fd++;
    wasi->files[fd] = file;
    unlock(wasi);
    return fd;
}

/* Takes fd's file out. The caller deletes what comes back; NULL: a call that uses it will. */
static wasi_errno take_out(w2c_wasi *wasi, u32 fd, wasi_file **out) {
    wasi_file *file = fd < wasi->file_cap ? wasi->files[fd] : NULL;
    *out = NULL;
    if (!file) return WASI_BADF;
    wasi->files[fd] = NULL;
    wasi->open_count--;
    file->closed = true;
    if (!file->users) *out = file;
    return WASI_SUCCESS;
}

wasi_errno wasi_fd_close(wasi_call *c, u32 fd) {
    wasi_file *file;
    lock(c->wasi);
    wasi_errno e = take_out(c->wasi, fd, &file);
    unlock(c->wasi);
    wasi_file_delete(file);
    return e;
}

/* Both must be open: a guest cannot make numbers up. */
wasi_errno wasi_fd_renumber(wasi_call *c, u32 from, u32 to) {
    w2c_wasi *wasi = c->wasi;
    wasi_file *file = NULL;
    wasi_errno e = WASI_SUCCESS;
    lock(wasi);
    if (from >= wasi->file_cap || !wasi->files[from] || to >= wasi->file_cap || !wasi->files[to]) {
        e = WASI_BADF;
    } else if (from != to) {
        take_out(wasi, to, &file);
        wasi->files[to] = wasi->files[from];
        wasi->files[from] = NULL;
    }
    unlock(wasi);
    wasi_file_delete(file);
    return e;
}
