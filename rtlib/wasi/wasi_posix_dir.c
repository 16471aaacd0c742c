/* wasi_posix_dir.c: operations on paths and directories of a POSIX host. Each resolves its path to
 * a place (wasi_posix_resolve.c) and works on one name there, which the system never follows. */
#include "wasi_posix.h"
#include <dirent.h>
#include <stdio.h>
#include <string.h>

static wasi_errno last(void) {
    return wasi_errno_of(errno);
}

/* The end of every operation: result is that of a system call. */
static wasi_errno leave(const wasi_place *place, int result) {
    wasi_errno e = result < 0 ? last() : WASI_SUCCESS;
    close(place->fd);
    return e;
}

static wasi_errno leave_with(const wasi_place *place, wasi_errno e) {
    close(place->fd);
    return e;
}

static int stat_place(const wasi_place *place, struct stat *st) {
    return fstatat(place->fd, place->name, st, AT_SYMLINK_NOFOLLOW);
}

/* Something that cannot be a directory is to be made at a path that ends in '/'. */
static wasi_errno refuse_slash(const wasi_place *place) {
    struct stat st;
    if (stat_place(place, &st) != 0) return last();
    return WASI_EXIST;
}

wasi_errno wasi_posix_open(wasi_file *dir, const char *path, const wasi_open_how *how,
                           wasi_file **out) {
    int flags = how->write ? (how->read ? O_RDWR : O_WRONLY) : O_RDONLY, fd;
    if (how->oflags & WASI_O_CREAT) flags |= O_CREAT;
    if (how->oflags & WASI_O_EXCL) flags |= O_EXCL;
    if (how->oflags & WASI_O_TRUNC) flags |= O_TRUNC;
    if (how->oflags & WASI_O_DIRECTORY) flags |= O_DIRECTORY;
    if (how->fdflags & WASI_FD_APPEND) flags |= O_APPEND;
    if (how->fdflags & WASI_FD_NONBLOCK) flags |= O_NONBLOCK;
    if (how->fdflags & WASI_FD_DSYNC) flags |= O_DSYNC;
    if (how->fdflags & (WASI_FD_SYNC | WASI_FD_RSYNC)) flags |= O_SYNC;
    wasi_errno e = wasi_resolve_open(dir, path, how->follow, flags, 0666, &fd);
    if (!e) e = wasi_host_adopt(fd, out);
    if (e) return e;
    (*out)->walk = dir->walk;
    return WASI_SUCCESS;
}

wasi_errno wasi_posix_stat_at(wasi_file *dir, const char *path, bool follow, wasi_stat *out) {
    wasi_place place;
    struct stat st;
    wasi_errno e = wasi_resolve_place(dir, path, follow || wasi_ends_in_slash(path), &place);
    if (e) return e;
    e = leave(&place, stat_place(&place, &st));
    if (e) return e;
    if (place.slash && !S_ISDIR(st.st_mode)) return WASI_NOTDIR;
    wasi_stat_of(&st, out);
    return WASI_SUCCESS;
}

wasi_errno wasi_posix_set_times_at(wasi_file *dir, const char *path, bool follow,
                                   const wasi_times *times) {
    wasi_place place;
    struct timespec t[2];
    struct stat st;
    wasi_errno e = wasi_resolve_place(dir, path, follow || wasi_ends_in_slash(path), &place);
    if (e) return e;
    if (place.slash && stat_place(&place, &st) == 0 && !S_ISDIR(st.st_mode))
        return leave_with(&place, WASI_NOTDIR);
    wasi_timespecs_of(times, t);
    return leave(&place, utimensat(place.fd, place.name, t, AT_SYMLINK_NOFOLLOW));
}

wasi_errno wasi_posix_make_dir(wasi_file *dir, const char *path) {
    wasi_place place;
    wasi_errno e = wasi_resolve_place(dir, path, false, &place);
    return e ? e : leave(&place, mkdirat(place.fd, place.name, 0777));
}

wasi_errno wasi_posix_remove_dir(wasi_file *dir, const char *path) {
    wasi_place place;
    wasi_errno e = wasi_resolve_place(dir, path, false, &place);
    return e ? e : leave(&place, unlinkat(place.fd, place.name, AT_REMOVEDIR));
}

wasi_errno wasi_posix_unlink(wasi_file *dir, const char *path) {
    wasi_place place;
    struct stat st;
    wasi_errno e = wasi_resolve_place(dir, path, false, &place);
    if (e) return e;
    bool known = stat_place(&place, &st) == 0;
    if (known && S_ISDIR(st.st_mode)) return leave_with(&place, WASI_ISDIR); /* macOS: EPERM */
    if (known && place.slash) return leave_with(&place, WASI_NOTDIR);
    return leave(&place, unlinkat(place.fd, place.name, 0));
}

wasi_errno wasi_posix_rename(wasi_file *dir, const char *path, wasi_file *new_dir,
                             const char *new_path) {
    wasi_place place, new_place;
    struct stat st;
    wasi_errno e = wasi_resolve_place(dir, path, false, &place);
    if (e) return e;
    e = wasi_resolve_place(new_dir, new_path, false, &new_place);
    if (e) return leave_with(&place, e);
    if (stat_place(&place, &st) != 0)
        e = last();
    else if ((place.slash || new_place.slash) && !S_ISDIR(st.st_mode))
        e = WASI_NOTDIR;
    else if (renameat(place.fd, place.name, new_place.fd, new_place.name) != 0)
        e = last();
    close(new_place.fd);
    return leave_with(&place, e);
}

wasi_errno wasi_posix_link(wasi_file *dir, const char *path, bool follow, wasi_file *new_dir,
                           const char *new_path) {
    wasi_place place, new_place;
    struct stat st;
    wasi_errno e = wasi_resolve_place(dir, path, follow || wasi_ends_in_slash(path), &place);
    if (e) return e;
    e = wasi_resolve_place(new_dir, new_path, false, &new_place);
    if (e) return leave_with(&place, e);
    if (stat_place(&place, &st) != 0)
        e = last();
    else if (place.slash && !S_ISDIR(st.st_mode))
        e = WASI_NOTDIR;
    else if (new_place.slash)
        e = refuse_slash(&new_place);
    else if (linkat(place.fd, place.name, new_place.fd, new_place.name, 0) != 0)
        e = last();
    close(new_place.fd);
    return leave_with(&place, e);
}

wasi_errno wasi_posix_symlink(wasi_file *dir, const char *target, const char *path) {
    wasi_place place;
    wasi_errno e = wasi_resolve_place(dir, path, false, &place);
    if (e) return e;
    if (place.slash) return leave_with(&place, refuse_slash(&place));
    return leave(&place, symlinkat(target, place.fd, place.name));
}

wasi_errno wasi_posix_read_link(wasi_file *dir, const char *path, char out[WASI_PATH_MAX],
                                size_t *len) {
    wasi_place place;
    struct stat st;
    wasi_errno e = wasi_resolve_place(dir, path, wasi_ends_in_slash(path), &place);
    if (e) return e;
    if (place.slash) {
        e = stat_place(&place, &st) != 0 ? last() : S_ISDIR(st.st_mode) ? WASI_INVAL : WASI_NOTDIR;
        return leave_with(&place, e);
    }
    ssize_t n = readlinkat(place.fd, place.name, out, WASI_PATH_MAX);
    if (n >= 0) *len = (size_t)n;
    return leave(&place, n < 0 ? -1 : 0);
}

/* ---- entries --------------------------------------------------------------------------------- */
void wasi_posix_close_entries(wasi_file *dir) {
    if (dir->dir) closedir(dir->dir);
    dir->dir = NULL;
}

/* A stream of its own, at the first entry. */
static wasi_errno open_entries(wasi_file *dir) {
    int fd = openat(dir->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return last();
    dir->dir = fdopendir(fd);
    if (!dir->dir) {
        wasi_errno e = last();
        close(fd);
        return e;
    }
    dir->dir_cookie = 0;
    return WASI_SUCCESS;
}

static wasi_filetype entry_type(DIR *stream, const struct dirent *entry) {
    struct stat st;
    switch (entry->d_type) {
    case DT_REG:
        return WASI_TYPE_REGULAR;
    case DT_DIR:
        return WASI_TYPE_DIRECTORY;
    case DT_LNK:
        return WASI_TYPE_SYMLINK;
    case DT_CHR:
        return WASI_TYPE_CHARACTER;
    case DT_BLK:
        return WASI_TYPE_BLOCK;
    case DT_SOCK:
        return WASI_TYPE_SOCKET_STREAM;
    case DT_UNKNOWN:
        if (fstatat(dirfd(stream), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0)
            return wasi_type_of(st.st_mode);
        return WASI_TYPE_UNKNOWN;
    default:
        return WASI_TYPE_UNKNOWN;
    }
}

/* Cookies are telldir's, 0 the beginning. Names that are no UTF-8 could not be opened: left out. */
wasi_errno wasi_posix_read_entry(wasi_file *dir, u64 cookie, wasi_entry *out, bool *end) {
    struct dirent *entry;
    struct stat st;
    wasi_errno e = dir->dir ? WASI_SUCCESS : open_entries(dir);
    if (e) return e;
    if (cookie == 0)
        rewinddir(dir->dir);
    else if (cookie != dir->dir_cookie)
        seekdir(dir->dir, (long)cookie);
    dir->dir_cookie = cookie;
    do {
        errno = 0;
        entry = readdir(dir->dir);
        if (!entry) {
            *end = errno == 0;
            return *end ? WASI_SUCCESS : last();
        }
        out->len = strlen(entry->d_name);
    } while (out->len >= sizeof out->name || !wasi_utf8(entry->d_name, out->len));
    memcpy(out->name, entry->d_name, out->len + 1);
    out->next = dir->dir_cookie = (u64)telldir(dir->dir);
    out->type = entry_type(dir->dir, entry);
    out->ino = (u64)entry->d_ino;
    /* what is above a preopened directory is none of the guest's business */
    if (strcmp(out->name, "..") == 0 && fstat(dir->fd, &st) == 0) out->ino = (u64)st.st_ino;
    return WASI_SUCCESS;
}
