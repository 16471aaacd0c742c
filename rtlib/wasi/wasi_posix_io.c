/* wasi_posix_io.c: open files of a POSIX host: reading, writing, their state, waiting for them. */
#include "wasi_posix.h"
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>

_Static_assert(sizeof(wasi_buf) == sizeof(struct iovec) &&
                   offsetof(wasi_buf, data) == offsetof(struct iovec, iov_base) &&
                   offsetof(wasi_buf, len) == offsetof(struct iovec, iov_len),
               "lists of buffers go to the system as they are");

static wasi_errno last(void) {
    return wasi_errno_of(errno);
}

static bool is_socket(const wasi_file *file) {
    return file->type == WASI_TYPE_SOCKET_STREAM || file->type == WASI_TYPE_SOCKET_DGRAM;
}

static wasi_errno moved(ssize_t n, size_t *done) {
    if (n < 0) return last();
    *done = (size_t)n;
    return WASI_SUCCESS;
}

/* Files of a disk are always ready. */
static bool never_waits(const wasi_file *file) {
    return file->type == WASI_TYPE_REGULAR || file->type == WASI_TYPE_DIRECTORY ||
           file->type == WASI_TYPE_BLOCK;
}

wasi_errno wasi_posix_wait(const wasi_file *file, short events) {
    bool no_wait = file->handed_in && file->fdflags & WASI_FD_NONBLOCK;
    if (never_waits(file) || (!no_wait && file->wake < 0)) return WASI_SUCCESS;
    if (!no_wait && fcntl(file->fd, F_GETFL) & O_NONBLOCK) return WASI_SUCCESS;
    struct pollfd p[2] = {{file->fd, events, 0}, {file->wake, POLLIN, 0}};
    int n;
    do {
        n = poll(p, file->wake < 0 ? 1 : 2, no_wait ? 0 : -1);
    } while (n < 0 && errno == EINTR);
    if (n == 0) return WASI_AGAIN;
    return file->wake >= 0 && p[1].revents ? WASI_INTR : WASI_SUCCESS;
}

bool wasi_posix_in_parts(const wasi_file *file) {
    return file->wake >= 0 && !never_waits(file);
}

/* ---- transfer -------------------------------------------------------------------------------- */
static wasi_errno posix_read(wasi_file *file, const wasi_buf *bufs, size_t count, size_t *done) {
    ssize_t n;
    wasi_errno e = wasi_posix_wait(file, POLLIN);
    if (e) return e;
    do {
        n = count == 1 ? read(file->fd, bufs->data, bufs->len)
                       : readv(file->fd, (const struct iovec *)(const void *)bufs, (int)count);
    } while (n < 0 && errno == EINTR);
    return moved(n, done);
}

static wasi_errno posix_write(wasi_file *file, const wasi_buf *bufs, size_t count, size_t *done) {
    ssize_t n;
    if (is_socket(file)) return wasi_posix_send(file, bufs, count, done);
    wasi_errno e = wasi_posix_wait(file, POLLOUT);
    if (e) return e;
    wasi_buf part = {NULL, 0};
    if (wasi_posix_in_parts(file) && count) { /* what is ready takes that many bytes at once */
        part = bufs[0];
        if (part.len > PIPE_BUF) part.len = PIPE_BUF;
        bufs = &part;
        count = 1;
    }
    do {
        n = count == 1 ? write(file->fd, bufs->data, bufs->len)
                       : writev(file->fd, (const struct iovec *)(const void *)bufs, (int)count);
    } while (n < 0 && errno == EINTR);
    return moved(n, done);
}

static wasi_errno posix_pread(wasi_file *file, const wasi_buf *bufs, size_t count, u64 offset,
                              size_t *done) {
    ssize_t n;
    do {
        n = preadv(file->fd, (const struct iovec *)(const void *)bufs, (int)count, (off_t)offset);
    } while (n < 0 && errno == EINTR);
    return moved(n, done);
}

static wasi_errno posix_pwrite(wasi_file *file, const wasi_buf *bufs, size_t count, u64 offset,
                               size_t *done) {
    ssize_t n;
    do {
        n = pwritev(file->fd, (const struct iovec *)(const void *)bufs, (int)count, (off_t)offset);
    } while (n < 0 && errno == EINTR);
    return moved(n, done);
}

static wasi_errno posix_seek(wasi_file *file, s64 delta, u32 whence, u64 *position) {
    static const int host[] = {SEEK_SET, SEEK_CUR, SEEK_END};
    off_t at = lseek(file->fd, (off_t)delta, host[whence]);
    if (at < 0) return last();
    *position = (u64)at;
    return WASI_SUCCESS;
}

/* ---- state ----------------------------------------------------------------------------------- */
static u32 flags_of(int host) {
    u32 flags = 0;
    if (host & O_APPEND) flags |= WASI_FD_APPEND;
    if (host & O_NONBLOCK) flags |= WASI_FD_NONBLOCK;
    if ((host & O_SYNC) == O_SYNC)
        flags |= WASI_FD_SYNC;
    else if (host & O_DSYNC)
        flags |= WASI_FD_DSYNC;
    return flags;
}

static wasi_errno posix_get_flags(wasi_file *file, u32 *fdflags) {
    if (file->handed_in) {
        *fdflags = file->fdflags;
        return WASI_SUCCESS;
    }
    int host = fcntl(file->fd, F_GETFL);
    if (host < 0) return last();
    *fdflags = flags_of(host);
    return WASI_SUCCESS;
}

/* A description shared with the embedder keeps its flags: another process may read the same
 * terminal. */
static wasi_errno posix_set_flags(wasi_file *file, u32 fdflags) {
    const u32 syncs = WASI_FD_DSYNC | WASI_FD_RSYNC | WASI_FD_SYNC;
    u32 now = 0;
    wasi_errno e = posix_get_flags(file, &now);
    if (e) return e;
    if (fdflags & syncs & ~now) return WASI_INVAL; /* only path_open can */
    if (file->handed_in) {
        file->fdflags = fdflags;
        return WASI_SUCCESS;
    }
    int host = fcntl(file->fd, F_GETFL);
    if (host < 0) return last();
    host &= ~(O_APPEND | O_NONBLOCK);
    if (fdflags & WASI_FD_APPEND) host |= O_APPEND;
    if (fdflags & WASI_FD_NONBLOCK) host |= O_NONBLOCK;
    return fcntl(file->fd, F_SETFL, host) < 0 ? last() : WASI_SUCCESS;
}

wasi_filetype wasi_type_of(mode_t mode) {
    if (S_ISREG(mode)) return WASI_TYPE_REGULAR;
    if (S_ISDIR(mode)) return WASI_TYPE_DIRECTORY;
    if (S_ISLNK(mode)) return WASI_TYPE_SYMLINK;
    if (S_ISCHR(mode)) return WASI_TYPE_CHARACTER;
    if (S_ISBLK(mode)) return WASI_TYPE_BLOCK;
    if (S_ISSOCK(mode)) return WASI_TYPE_SOCKET_STREAM;
    return WASI_TYPE_UNKNOWN; /* pipes: WASI has no name for them */
}

static u64 time_of(const struct timespec *t) {
    u64 ns;
    if (t->tv_sec < 0) return 0;
    if (__builtin_mul_overflow((u64)t->tv_sec, 1000000000u, &ns)) return UINT64_MAX;
    return __builtin_add_overflow(ns, (u64)t->tv_nsec, &ns) ? UINT64_MAX : ns;
}

void wasi_stat_of(const struct stat *st, wasi_stat *out) {
    *out = (wasi_stat){.type = wasi_type_of(st->st_mode),
                       .dev = (u64)st->st_dev,
                       .ino = (u64)st->st_ino,
                       .nlink = (u64)st->st_nlink,
                       .size = (u64)st->st_size};
#if defined(__APPLE__)
    out->atim = time_of(&st->st_atimespec);
    out->mtim = time_of(&st->st_mtimespec);
    out->ctim = time_of(&st->st_ctimespec);
#else
    out->atim = time_of(&st->st_atim);
    out->mtim = time_of(&st->st_mtim);
    out->ctim = time_of(&st->st_ctim);
#endif
}

static struct timespec timespec_of(u64 ns, bool set, bool now) {
    struct timespec t = {(time_t)(ns / 1000000000u), (long)(ns % 1000000000u)};
    if (now)
        t.tv_nsec = UTIME_NOW;
    else if (!set)
        t.tv_nsec = UTIME_OMIT;
    return t;
}

void wasi_timespecs_of(const wasi_times *times, struct timespec out[2]) {
    u32 which = times->which;
    out[0] = timespec_of(times->atim, which & WASI_SET_ATIM, which & WASI_SET_ATIM_NOW);
    out[1] = timespec_of(times->mtim, which & WASI_SET_MTIM, which & WASI_SET_MTIM_NOW);
}

static wasi_errno posix_stat(wasi_file *file, wasi_stat *out) {
    struct stat st;
    if (fstat(file->fd, &st) != 0) return last();
    wasi_stat_of(&st, out);
    if (is_socket(file)) out->type = file->type;
    return WASI_SUCCESS;
}

static wasi_errno posix_set_size(wasi_file *file, u64 size) {
    if (file->type == WASI_TYPE_DIRECTORY) return WASI_BADF;
    return ftruncate(file->fd, (off_t)size) != 0 ? last() : WASI_SUCCESS;
}

static wasi_errno posix_set_times(wasi_file *file, const wasi_times *times) {
    struct timespec t[2];
    wasi_timespecs_of(times, t);
    return futimens(file->fd, t) != 0 ? last() : WASI_SUCCESS;
}

static wasi_errno posix_allocate(wasi_file *file, u64 offset, u64 len) {
    if (file->type == WASI_TYPE_DIRECTORY) return WASI_BADF;
#if defined(__linux__)
    return fallocate(file->fd, 0, (off_t)offset, (off_t)len) != 0 ? last() : WASI_SUCCESS;
#else
    struct stat st;
    if (fstat(file->fd, &st) != 0) return last();
    if ((u64)st.st_size >= offset + len) return WASI_SUCCESS;
    return ftruncate(file->fd, (off_t)(offset + len)) != 0 ? last() : WASI_SUCCESS;
#endif
}

static wasi_errno posix_advise(wasi_file *file, u64 offset, u64 len, u32 advice) {
#if defined(POSIX_FADV_NORMAL)
    static const int host[] = {POSIX_FADV_NORMAL,   POSIX_FADV_SEQUENTIAL, POSIX_FADV_RANDOM,
                               POSIX_FADV_WILLNEED, POSIX_FADV_DONTNEED,   POSIX_FADV_NOREUSE};
    return wasi_errno_of(posix_fadvise(file->fd, (off_t)offset, (off_t)len, host[advice]));
#else
    (void)file, (void)offset, (void)len, (void)advice;
    return WASI_SUCCESS;
#endif
}

static wasi_errno posix_sync(wasi_file *file, bool data_only) {
#if defined(__APPLE__)
    (void)data_only;
    return fsync(file->fd) != 0 ? last() : WASI_SUCCESS;
#else
    return (data_only ? fdatasync(file->fd) : fsync(file->fd)) != 0 ? last() : WASI_SUCCESS;
#endif
}

static void posix_close(wasi_file *file) {
    wasi_posix_close_entries(file);
    close(file->fd);
}

const wasi_ops wasi_posix_ops = {
    .close = posix_close,
    .read = posix_read,
    .write = posix_write,
    .pread = posix_pread,
    .pwrite = posix_pwrite,
    .seek = posix_seek,
    .get_flags = posix_get_flags,
    .set_flags = posix_set_flags,
    .stat = posix_stat,
    .set_size = posix_set_size,
    .set_times = posix_set_times,
    .allocate = posix_allocate,
    .advise = posix_advise,
    .sync = posix_sync,
    .read_entry = wasi_posix_read_entry,
    .open = wasi_posix_open,
    .stat_at = wasi_posix_stat_at,
    .set_times_at = wasi_posix_set_times_at,
    .make_dir = wasi_posix_make_dir,
    .remove_dir = wasi_posix_remove_dir,
    .unlink = wasi_posix_unlink,
    .rename = wasi_posix_rename,
    .link = wasi_posix_link,
    .symlink = wasi_posix_symlink,
    .read_link = wasi_posix_read_link,
    .accept = wasi_posix_accept,
    .recv = wasi_posix_recv,
    .send = wasi_posix_send,
    .shutdown = wasi_posix_shutdown,
};

/* ---- from host descriptors ------------------------------------------------------------------- */
static wasi_filetype socket_type(int fd) {
    int type = 0;
    socklen_t len = sizeof type;
    if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &len) == 0 && type == SOCK_DGRAM)
        return WASI_TYPE_SOCKET_DGRAM;
    return WASI_TYPE_SOCKET_STREAM;
}

/* wasi-libc takes a character device that cannot seek for a terminal. */
static u64 rights_of(int fd, wasi_filetype type, int host_flags) {
    u64 rights = WASI_RIGHTS_FILE;
    if (type == WASI_TYPE_DIRECTORY) return WASI_RIGHTS_DIR;
    if ((host_flags & O_ACCMODE) == O_WRONLY) rights &= ~WASI_RIGHT_FD_READ;
    if ((host_flags & O_ACCMODE) == O_RDONLY) rights &= ~WASI_RIGHT_FD_WRITE;
    if (type == WASI_TYPE_SOCKET_STREAM || type == WASI_TYPE_SOCKET_DGRAM)
        rights |= WASI_RIGHTS_SOCKET;
    bool seeks = type == WASI_TYPE_REGULAR || type == WASI_TYPE_BLOCK;
    if (type == WASI_TYPE_CHARACTER) seeks = !isatty(fd);
    return seeks ? rights : rights & ~(WASI_RIGHT_FD_SEEK | WASI_RIGHT_FD_TELL);
}

wasi_errno wasi_host_adopt(int fd, wasi_file **out) {
    struct stat st;
    int flags = fcntl(fd, F_GETFL);
    wasi_errno e = flags < 0 || fstat(fd, &st) != 0 ? last() : WASI_SUCCESS;
    if (!e) {
        wasi_filetype type = S_ISSOCK(st.st_mode) ? socket_type(fd) : wasi_type_of(st.st_mode);
        *out = wasi_file_new(&wasi_posix_ops, fd, type);
        if (!*out) e = WASI_NOMEM;
    }
    if (e) {
        close(fd);
        return e;
    }
    (*out)->fdflags = flags_of(flags);
    (*out)->rights = rights_of(fd, (*out)->type, flags);
    return WASI_SUCCESS;
}

wasi_errno wasi_host_dup(int fd, int *out) {
    *out = fcntl(fd, F_DUPFD_CLOEXEC, 3); /* never in the place of a closed stream */
    return *out < 0 ? last() : WASI_SUCCESS;
}

bool wasi_host_is_open(int fd) {
    return fcntl(fd, F_GETFD) >= 0;
}

wasi_errno wasi_host_open_dir(const char *path, int *out) {
    *out = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return *out < 0 ? last() : WASI_SUCCESS;
}

/* ---- waiting --------------------------------------------------------------------------------- */
static bool always_ready(const wasi_poll *p) {
    return p->file->fd < 0 || p->file->type == WASI_TYPE_REGULAR;
}

static u64 bytes_waiting(const wasi_poll *p) {
    int n = 0;
    struct stat st;
    if (!p->want_write && p->file->ops->available) return p->file->ops->available(p->file);
    if (p->want_write || p->file->fd < 0) return 0;
    if (p->file->type == WASI_TYPE_REGULAR) {
        off_t at = lseek(p->file->fd, 0, SEEK_CUR);
        if (at < 0 || fstat(p->file->fd, &st) != 0 || st.st_size < at) return 0;
        return (u64)(st.st_size - at);
    }
    return ioctl(p->file->fd, FIONREAD, &n) == 0 && n > 0 ? (u64)n : 0;
}

static int poll_ns(struct pollfd *fds, size_t count, u64 ns) {
    const u64 second = 1000000000u, most = 1000000; /* seconds; the caller asks again */
#if defined(__linux__)
    struct timespec t = {(time_t)(ns / second), (long)(ns % second)};
    if (ns / second > most) t.tv_sec = (time_t)most;
    return ppoll(fds, (nfds_t)count, ns == UINT64_MAX ? NULL : &t, NULL);
#else
    u64 ms = ns / second > most ? most * 1000 : (ns + 999999) / 1000000;
    return poll(fds, (nfds_t)count, ns == UINT64_MAX ? -1 : (int)ms);
#endif
}

wasi_errno wasi_host_poll(wasi_poll *polls, size_t count, u64 timeout_ns, int wake) {
    struct pollfd *fds = malloc((count + 1) * sizeof *fds);
    if (!fds) return WASI_NOMEM;
    for (size_t i = 0; i < count; i++) {
        bool ready = always_ready(&polls[i]);
        if (ready) timeout_ns = 0;
        fds[i] = (struct pollfd){ready ? -1 : polls[i].file->fd,
                                 polls[i].want_write ? POLLOUT : POLLIN, 0};
    }
    fds[count] = (struct pollfd){wake, POLLIN, 0};
    int n = poll_ns(fds, count + (wake >= 0), timeout_ns);
    wasi_errno e =
        n < 0 && errno != EINTR ? last() : WASI_SUCCESS; /* interrupted: nothing is ready */
    for (size_t i = 0; !e && i < count; i++) {
        short got = n > 0 ? fds[i].revents : 0;
        polls[i].ready = got || always_ready(&polls[i]);
        polls[i].hangup = got & POLLHUP;
        polls[i].error = got & POLLNVAL ? WASI_BADF : WASI_SUCCESS;
        polls[i].bytes = polls[i].ready ? bytes_waiting(&polls[i]) : 0;
    }
    free(fds);
    return e;
}
