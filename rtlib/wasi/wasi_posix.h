/* wasi_posix.h: what the wasi_posix_*.c files share. Include it first: it chooses the system's
 * interfaces. Linux is used where it has more (openat2, O_PATH, fallocate, ppoll, accept4). */
#ifndef WASI_POSIX_H
#define WASI_POSIX_H
#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1
#endif
#define _FILE_OFFSET_BITS 64
#include "wasi_impl.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#ifdef O_PATH
#define WASI_HOST_PATH O_PATH /* a place, not yet an open file */
#else
#define WASI_HOST_PATH O_RDONLY
#endif

wasi_errno wasi_errno_of(int host);                                      /* wasi_posix_sys.c */
wasi_filetype wasi_type_of(mode_t mode);                                 /* wasi_posix_io.c */
void wasi_stat_of(const struct stat *st, wasi_stat *out);                /* wasi_posix_io.c */
void wasi_timespecs_of(const wasi_times *times, struct timespec out[2]); /* wasi_posix_io.c */
extern const wasi_ops wasi_posix_ops;                                    /* wasi_posix_io.c */

/* ---- sockets (wasi_posix_sock.c) ------------------------------------------------------------- */
wasi_errno wasi_posix_recv(wasi_file *file, const wasi_buf *bufs, size_t count, u32 flags,
                           size_t *done, u32 *out_flags);
wasi_errno wasi_posix_send(wasi_file *file, const wasi_buf *bufs, size_t count, size_t *done);
wasi_errno wasi_posix_accept(wasi_file *file, u32 fdflags, wasi_file **out);
wasi_errno wasi_posix_shutdown(wasi_file *file, u32 how);
/* Before a call that may block; `events` of poll. AGAIN when a handed-in descriptor that the guest
 * made nonblocking would; INTR when the object was interrupted meanwhile. */
wasi_errno wasi_posix_wait(const wasi_file *file, short events);
/* How much of a write cannot block once it was waited for: false, all of it. */
bool wasi_posix_in_parts(const wasi_file *file);

/* ---- resolution (wasi_posix_resolve.c) ------------------------------------------------------- */
/* Where the last part of a path is: name in the directory fd, which the caller closes. */
typedef struct wasi_place {
    int fd;
    char name[WASI_NAME_MAX]; /* one name, or "." for the directory itself */
    bool slash;               /* the path ended in '/': it must be a directory */
} wasi_place;

bool wasi_ends_in_slash(const char *path);
/* Everything resolves beneath `root`; PERM for what would lead out of it.
 * With `follow`, a symbolic link at the end is followed, so that name is none (when it was looked
 * at: use it without following). */
wasi_errno wasi_resolve_place(const wasi_file *root, const char *path, bool follow,
                              wasi_place *out);
/* Opens it: flags and mode of open(2). */
wasi_errno wasi_resolve_open(const wasi_file *root, const char *path, bool follow, int flags,
                             mode_t mode, int *out);

/* ---- operations on paths (wasi_posix_dir.c) -------------------------------------------------- */
wasi_errno wasi_posix_open(wasi_file *dir, const char *path, const wasi_open_how *how,
                           wasi_file **out);
wasi_errno wasi_posix_stat_at(wasi_file *dir, const char *path, bool follow, wasi_stat *out);
wasi_errno wasi_posix_set_times_at(wasi_file *dir, const char *path, bool follow,
                                   const wasi_times *times);
wasi_errno wasi_posix_make_dir(wasi_file *dir, const char *path);
wasi_errno wasi_posix_remove_dir(wasi_file *dir, const char *path);
wasi_errno wasi_posix_unlink(wasi_file *dir, const char *path);
wasi_errno wasi_posix_rename(wasi_file *dir, const char *path, wasi_file *new_dir,
                             const char *new_path);
wasi_errno wasi_posix_link(wasi_file *dir, const char *path, bool follow, wasi_file *new_dir,
                           const char *new_path);
wasi_errno wasi_posix_symlink(wasi_file *dir, const char *target, const char *path);
wasi_errno wasi_posix_read_link(wasi_file *dir, const char *path, char out[WASI_PATH_MAX],
                                size_t *len);
wasi_errno wasi_posix_read_entry(wasi_file *dir, u64 cookie, wasi_entry *out, bool *end);
void wasi_posix_close_entries(wasi_file *dir);
#endif
