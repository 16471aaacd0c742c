/* wasi_posix_sock.c: sockets of a POSIX host. Sending never raises SIGPIPE. */
#include "wasi_posix.h"
#include <poll.h>
#include <sys/socket.h>
#include <sys/uio.h>

#ifndef MSG_NOSIGNAL
#define MSG_NOSIGNAL 0
#endif

static struct msghdr message_of(const wasi_buf *bufs, size_t count) {
    struct msghdr message = {0};
    message.msg_iov = (struct iovec *)(uintptr_t)(const void *)bufs; /* only read */
    message.msg_iovlen = count;
    return message;
}

/* The guest's own idea of nonblocking, where the description is shared; what was waited for, to be
 * interrupted meanwhile, must not wait once more. */
static int wait_flag(const wasi_file *file) {
    bool nonblock = file->handed_in && (file->fdflags & WASI_FD_NONBLOCK);
    return nonblock || wasi_posix_in_parts(file) ? MSG_DONTWAIT : 0;
}

/* Was it ready, and somebody else was faster? */
static bool again(const wasi_file *file, ssize_t n) {
    if (n >= 0) return false;
    if (errno == EINTR) return true;
    bool nonblock = fcntl(file->fd, F_GETFL) & O_NONBLOCK ||
                    (file->handed_in && file->fdflags & WASI_FD_NONBLOCK);
    return (errno == EAGAIN || errno == EWOULDBLOCK) && wasi_posix_in_parts(file) && !nonblock;
}

wasi_errno wasi_posix_recv(wasi_file *file, const wasi_buf *bufs, size_t count, u32 flags,
                           size_t *done, u32 *out_flags) {
    struct msghdr message = message_of(bufs, count);
    int host = wait_flag(file);
    ssize_t n;
    if (flags & WASI_RECV_PEEK) host |= MSG_PEEK;
    if (flags & WASI_RECV_WAITALL) host = (host & ~MSG_DONTWAIT) | MSG_WAITALL;
    do {
        wasi_errno e = wasi_posix_wait(file, POLLIN);
        if (e) return e;
        n = recvmsg(file->fd, &message, host);
    } while (again(file, n));
    if (n < 0) return wasi_errno_of(errno);
    *done = (size_t)n;
    *out_flags = message.msg_flags & MSG_TRUNC ? WASI_RECV_TRUNCATED : 0;
    return WASI_SUCCESS;
}

wasi_errno wasi_posix_send(wasi_file *file, const wasi_buf *bufs, size_t count, size_t *done) {
    struct msghdr message = message_of(bufs, count);
    ssize_t n;
    do {
        wasi_errno e = wasi_posix_wait(file, POLLOUT);
        if (e) return e;
        n = sendmsg(file->fd, &message, wait_flag(file) | MSG_NOSIGNAL);
    } while (again(file, n));
    if (n < 0) return wasi_errno_of(errno);
    *done = (size_t)n;
    return WASI_SUCCESS;
}

wasi_errno wasi_posix_accept(wasi_file *file, u32 fdflags, wasi_file **out) {
    int fd;
    wasi_errno e = wasi_posix_wait(file, POLLIN);
    if (e) return e;
#if defined(__linux__)
    do {
        fd = accept4(file->fd, NULL, NULL,
                     SOCK_CLOEXEC | (fdflags & WASI_FD_NONBLOCK ? SOCK_NONBLOCK : 0));
    } while (fd < 0 && errno == EINTR);
    if (fd < 0) return wasi_errno_of(errno);
#else
    do {
        fd = accept(file->fd, NULL, NULL);
    } while (fd < 0 && errno == EINTR);
    if (fd < 0) return wasi_errno_of(errno);
    fcntl(fd, F_SETFD, FD_CLOEXEC);
    if (fdflags & WASI_FD_NONBLOCK) fcntl(fd, F_SETFL, O_NONBLOCK);
#endif
    return wasi_host_adopt(fd, out);
}

wasi_errno wasi_posix_shutdown(wasi_file *file, u32 how) {
    int host = how == WASI_SHUT_READ ? SHUT_RD : how == WASI_SHUT_WRITE ? SHUT_WR : SHUT_RDWR;
    return shutdown(file->fd, host) != 0 ? wasi_errno_of(errno) : WASI_SUCCESS;
}
