/* wasi_sock.c: sockets that were handed in, and those accepted from them. */
#include "wasi_impl.h"

/* BADF when not open, NOTSOCK when it is no socket. */
static wasi_errno socket_at(wasi_call *c, u32 fd, wasi_file **out) {
    *out = wasi_file_at(c, fd);
    if (!*out) return WASI_BADF;
    if ((*out)->type != WASI_TYPE_SOCKET_STREAM && (*out)->type != WASI_TYPE_SOCKET_DGRAM)
        return WASI_NOTSOCK;
    return WASI_SUCCESS;
}

wasi_errno wasi_sock_accept(wasi_call *c, u32 fd, u32 flags, u32 out) {
    wasi_file *file, *accepted;
    wasi_errno e = socket_at(c, fd, &file);
    if (e) return e;
    if (!wasi_has(c, out, 4)) return WASI_FAULT;
    if (flags & ~(u32)WASI_FD_NONBLOCK) return WASI_INVAL;
    if (!file->ops->accept) return WASI_NOTSUP;
    e = wasi_fd_reserve(c->wasi);
    if (e) return e;
    e = file->ops->accept(file, flags, &accepted);
    if (e) {
        wasi_fd_cancel(c->wasi);
        return e;
    }
    wasi_store32(c, out, wasi_fd_install(c->wasi, accepted));
    return WASI_SUCCESS;
}

wasi_errno wasi_sock_recv(wasi_call *c, u32 fd, u32 iovs, u32 count, u32 flags, u32 out,
                          u32 out_flags) {
    wasi_buf bufs[WASI_BUFS_MAX];
    wasi_file *file;
    size_t used, done = 0;
    u32 truncated = 0;
    wasi_errno e = socket_at(c, fd, &file);
    if (e) return e;
    if (flags & ~(u32)(WASI_RECV_PEEK | WASI_RECV_WAITALL)) return WASI_INVAL;
    if (!wasi_has(c, out, 4) || !wasi_has(c, out_flags, 2)) return WASI_FAULT;
    e = wasi_bufs_arg(c, iovs, count, bufs, &used);
    if (e) return e;
    if (!file->ops->recv) return WASI_NOTSUP;
    e = file->ops->recv(file, bufs, used, flags, &done, &truncated);
    if (e) return e;
    wasi_store32(c, out, (u32)done);
    wasi_store16(c, out_flags, (u16)truncated);
    return WASI_SUCCESS;
}

wasi_errno wasi_sock_send(wasi_call *c, u32 fd, u32 iovs, u32 count, u32 flags, u32 out) {
    wasi_buf bufs[WASI_BUFS_MAX];
    wasi_file *file;
    size_t used, done = 0;
    wasi_errno e = socket_at(c, fd, &file);
    if (e) return e;
    if (flags) return WASI_INVAL; /* none is defined */
    if (!wasi_has(c, out, 4)) return WASI_FAULT;
    e = wasi_bufs_arg(c, iovs, count, bufs, &used);
    if (e) return e;
    if (!file->ops->send) return WASI_NOTSUP;
    e = file->ops->send(file, bufs, used, &done);
    if (e) return e;
    wasi_store32(c, out, (u32)done);
    return WASI_SUCCESS;
}

wasi_errno wasi_sock_shutdown(wasi_call *c, u32 fd, u32 how) {
    wasi_file *file;
    wasi_errno e = socket_at(c, fd, &file);
    if (e) return e;
    if (how == 0 || how & ~(u32)(WASI_SHUT_READ | WASI_SHUT_WRITE)) return WASI_INVAL;
    return file->ops->shutdown ? file->ops->shutdown(file, how) : WASI_NOTSUP;
}
