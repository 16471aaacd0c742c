/* wasi_table.c: the descriptor table: which number is which open file.
 * Owns: its files. A number is the lowest free one, as POSIX has it; the table never exceeds
 * max_open open files. */
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

wasi_errno wasi_fd_reserve(w2c_wasi *wasi, u32 *fd) {
    if (wasi->open_count >= wasi->max_open) return WASI_MFILE;
    for (u32 i = 0; i < wasi->file_cap; i++) {
        if (!wasi->files[i]) {
            *fd = i;
            return WASI_SUCCESS;
        }
    }
    u32 cap = wasi->file_cap ? wasi->file_cap * 2 : 16;
    if (cap > wasi->max_open || cap < wasi->file_cap) cap = wasi->max_open;
    wasi_file **files = realloc(wasi->files, cap * sizeof *files);
    if (!files) return WASI_NOMEM;
    memset(files + wasi->file_cap, 0, (cap - wasi->file_cap) * sizeof *files);
    *fd = wasi->file_cap;
    wasi->files = files;
    wasi->file_cap = cap;
    return WASI_SUCCESS;
}

void wasi_fd_install(w2c_wasi *wasi, u32 fd, wasi_file *file) {
    file->wake = wasi->wake;
    wasi->files[fd] = file;
    wasi->open_count++;
}

wasi_errno wasi_fd_close(wasi_call *c, u32 fd) {
    wasi_file *file = wasi_file_at(c->wasi, fd);
    if (!file) return WASI_BADF;
    c->wasi->files[fd] = NULL;
    c->wasi->open_count--;
    wasi_file_delete(file);
    return WASI_SUCCESS;
}

/* Both must be open: a guest cannot make numbers up. */
wasi_errno wasi_fd_renumber(wasi_call *c, u32 from, u32 to) {
    wasi_file *file = wasi_file_at(c->wasi, from);
    if (!file || !wasi_file_at(c->wasi, to)) return WASI_BADF;
    if (from == to) return WASI_SUCCESS;
    wasi_fd_close(c, to);
    c->wasi->files[to] = file;
    c->wasi->files[from] = NULL;
    return WASI_SUCCESS;
}
