/* wasi_path.c: the functions on paths. Arguments are checked here; how a path resolves beneath its
 * directory is the file operations' business. */
#include "wasi_impl.h"

/* The directory that a path is relative to. `change`: the call would alter something beneath it. */
static wasi_errno dir_at(wasi_call *c, u32 fd, bool change, wasi_file **out) {
    *out = wasi_file_at(c, fd);
    if (!*out) return WASI_BADF;
    if ((*out)->type != WASI_TYPE_DIRECTORY) return WASI_NOTDIR;
    return change && (*out)->read_only ? WASI_ROFS : WASI_SUCCESS;
}

/* Both at once; the path is judged before the directory's mode. */
static wasi_errno dir_and_path(wasi_call *c, u32 fd, bool change, u32 path, u32 len,
                               wasi_file **dir, char text[WASI_PATH_MAX]) {
    wasi_errno e = dir_at(c, fd, false, dir);
    if (!e) e = wasi_path_arg(c, path, len, text);
    if (!e) e = dir_at(c, fd, change, dir);
    return e;
}

wasi_errno wasi_path_open(wasi_call *c, u32 fd, u32 lookup, u32 path, u32 len, u32 oflags,
                          u64 rights, u64 inheriting, u32 fdflags, u32 out) {
    char text[WASI_PATH_MAX];
    wasi_file *dir, *file;
    (void)inheriting;
    wasi_errno e = dir_and_path(c, fd, false, path, len, &dir, text);
    if (e) return e;
    if (!wasi_has(c, out, 4)) return WASI_FAULT;
    if (oflags & ~15u || fdflags & ~(u32)WASI_FD_ALL) return WASI_INVAL;
    if (oflags & WASI_O_DIRECTORY && oflags & (WASI_O_CREAT | WASI_O_EXCL | WASI_O_TRUNC))
        return WASI_INVAL;
    u64 writes = WASI_RIGHT_FD_WRITE | WASI_RIGHT_FD_ALLOCATE | WASI_RIGHT_FD_SET_SIZE;
    wasi_open_how how = {.read = (rights & WASI_RIGHT_FD_READ) != 0,
                         .write = (rights & writes) != 0,
                         .follow = (lookup & WASI_LOOKUP_FOLLOW) != 0,
                         .oflags = oflags,
                         .fdflags = fdflags};
    if (oflags & WASI_O_DIRECTORY) how.write = (rights & WASI_RIGHT_FD_WRITE) != 0; /* ISDIR */
    if (!how.write) how.read = true;
    if (dir->read_only && (how.write || oflags & (WASI_O_CREAT | WASI_O_TRUNC))) return WASI_ROFS;
    e = wasi_fd_reserve(c->wasi);
    if (e) return e;
    e = dir->ops->open(dir, text, &how, &file);
    if (e) {
        wasi_fd_cancel(c->wasi);
        return e;
    }
    file->read_only = dir->read_only;
    wasi_store32(c, out, wasi_fd_install(c->wasi, file));
    return WASI_SUCCESS;
}

wasi_errno wasi_path_filestat_get(wasi_call *c, u32 fd, u32 lookup, u32 path, u32 len, u32 out) {
    char text[WASI_PATH_MAX];
    wasi_file *dir;
    wasi_stat stat;
    wasi_errno e = dir_and_path(c, fd, false, path, len, &dir, text);
    if (e) return e;
    if (!wasi_has(c, out, wasi_stat_size(c))) return WASI_FAULT;
    e = dir->ops->stat_at(dir, text, lookup & WASI_LOOKUP_FOLLOW, &stat);
    if (e) return e;
    wasi_store_stat(c, out, &stat);
    return WASI_SUCCESS;
}

wasi_errno wasi_path_filestat_set_times(wasi_call *c, u32 fd, u32 lookup, u32 path, u32 len,
                                        u64 atim, u64 mtim, u32 which) {
    char text[WASI_PATH_MAX];
    wasi_file *dir;
    wasi_times times;
    wasi_errno e = dir_and_path(c, fd, true, path, len, &dir, text);
    if (!e) e = wasi_times_arg(atim, mtim, which, &times);
    if (e) return e;
    return dir->ops->set_times_at(dir, text, lookup & WASI_LOOKUP_FOLLOW, &times);
}

wasi_errno wasi_path_create_directory(wasi_call *c, u32 fd, u32 path, u32 len) {
    char text[WASI_PATH_MAX];
    wasi_file *dir;
    wasi_errno e = dir_and_path(c, fd, true, path, len, &dir, text);
    return e ? e : dir->ops->make_dir(dir, text);
}

wasi_errno wasi_path_remove_directory(wasi_call *c, u32 fd, u32 path, u32 len) {
    char text[WASI_PATH_MAX];
    wasi_file *dir;
    wasi_errno e = dir_and_path(c, fd, true, path, len, &dir, text);
    return e ? e : dir->ops->remove_dir(dir, text);
}

wasi_errno wasi_path_unlink_file(wasi_call *c, u32 fd, u32 path, u32 len) {
    char text[WASI_PATH_MAX];
    wasi_file *dir;
    wasi_errno e = dir_and_path(c, fd, true, path, len, &dir, text);
    return e ? e : dir->ops->unlink(dir, text);
}

wasi_errno wasi_path_rename(wasi_call *c, u32 fd, u32 path, u32 len, u32 new_fd, u32 new_path,
                            u32 new_len) {
    char text[WASI_PATH_MAX], new_text[WASI_PATH_MAX];
    wasi_file *dir, *new_dir;
    wasi_errno e = dir_and_path(c, fd, true, path, len, &dir, text);
    if (!e) e = dir_and_path(c, new_fd, true, new_path, new_len, &new_dir, new_text);
    if (e) return e;
    if (dir->ops != new_dir->ops) return WASI_XDEV;
    return dir->ops->rename(dir, text, new_dir, new_text);
}

/* A link out of a read-only directory would give a way to write there: both sides must be writable.
 */
wasi_errno wasi_path_link(wasi_call *c, u32 fd, u32 lookup, u32 path, u32 len, u32 new_fd,
                          u32 new_path, u32 new_len) {
    char text[WASI_PATH_MAX], new_text[WASI_PATH_MAX];
    wasi_file *dir, *new_dir;
    wasi_errno e = dir_and_path(c, fd, true, path, len, &dir, text);
    if (!e) e = dir_and_path(c, new_fd, true, new_path, new_len, &new_dir, new_text);
    if (e) return e;
    if (dir->ops != new_dir->ops) return WASI_XDEV;
    return dir->ops->link(dir, text, lookup & WASI_LOOKUP_FOLLOW, new_dir, new_text);
}

/* Links to absolute paths are refused: they could never be followed here, and would mislead others.
 */
wasi_errno wasi_path_symlink(wasi_call *c, u32 target, u32 target_len, u32 fd, u32 path, u32 len) {
    char text[WASI_PATH_MAX], target_text[WASI_PATH_MAX];
    wasi_file *dir;
    wasi_errno e = wasi_path_arg(c, target, target_len, target_text);
    if (!e) e = dir_and_path(c, fd, true, path, len, &dir, text);
    return e ? e : dir->ops->symlink(dir, target_text, text);
}

/* A link's text that exceeds the buffer is cut off, as readlink does. */
wasi_errno wasi_path_readlink(wasi_call *c, u32 fd, u32 path, u32 len, u32 buf, u32 buf_len,
                              u32 out) {
    char text[WASI_PATH_MAX], target[WASI_PATH_MAX];
    wasi_file *dir;
    size_t target_len = 0;
    wasi_errno e = dir_and_path(c, fd, false, path, len, &dir, text);
    if (e) return e;
    if (!wasi_has(c, out, 4) || !wasi_has(c, buf, buf_len)) return WASI_FAULT;
    e = dir->ops->read_link(dir, text, target, &target_len);
    if (e) return e;
    if (target_len > buf_len) target_len = buf_len;
    wasi_store_bytes(c, buf, target, target_len);
    wasi_store32(c, out, (u32)target_len);
    return WASI_SUCCESS;
}
