/* wasi_posix_sys.c: POSIX without files: errno, clocks, random bytes, yielding. */
#include "wasi_posix.h"
#include <sched.h>
#if defined(__linux__)
#include <sys/random.h>
#endif

wasi_errno wasi_errno_of(int host) {
    switch (host) {
    case 0:
        return WASI_SUCCESS;
#define WASI_ERRNO(name, number, posix)                                                            \
    case posix:                                                                                    \
        return WASI_##name;
#include "wasi_errno.def"
#undef WASI_ERRNO
#if EOPNOTSUPP != ENOTSUP
    case EOPNOTSUPP:
        return WASI_NOTSUP;
#endif
#if EWOULDBLOCK != EAGAIN
    case EWOULDBLOCK:
        return WASI_AGAIN;
#endif
    default:
        return WASI_IO;
    }
}

static bool clock_of(u32 id, clockid_t *out) {
    switch (id) {
    case WASI_CLOCK_REALTIME:
        *out = CLOCK_REALTIME;
        return true;
    case WASI_CLOCK_MONOTONIC:
        *out = CLOCK_MONOTONIC;
        return true;
    case WASI_CLOCK_PROCESS:
        *out = CLOCK_PROCESS_CPUTIME_ID;
        return true;
    case WASI_CLOCK_THREAD:
        *out = CLOCK_THREAD_CPUTIME_ID;
        return true;
    default:
        return false;
    }
}

static u64 ns_of(const struct timespec *t) {
    if (t->tv_sec < 0) return 0;
    return (u64)t->tv_sec * 1000000000u + (u64)t->tv_nsec;
}

bool wasi_host_now(void *user, u32 id, u64 *ns) {
    clockid_t clock;
    struct timespec t;
    (void)user;
    if (!clock_of(id, &clock) || clock_gettime(clock, &t) != 0) return false;
    *ns = ns_of(&t);
    return true;
}

bool wasi_host_resolution(void *user, u32 id, u64 *ns) {
    clockid_t clock;
    struct timespec t;
    (void)user;
    if (!clock_of(id, &clock) || clock_getres(clock, &t) != 0) return false;
    *ns = ns_of(&t);
    return true;
}

bool wasi_host_random(void *user, void *data, size_t len) {
    enum { PART = 256 }; /* never cut short by a signal */
    u8 *at = data;
    (void)user;
    while (len) {
        size_t part = len < PART ? len : PART;
#if defined(__linux__)
        part = len < (1u << 24) ? len : 1u << 24;
        ssize_t got = getrandom(at, part, 0);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return false;
        part = (size_t)got;
#else
        if (getentropy(at, part) != 0) return false;
#endif
        at += part;
        len -= part;
    }
    return true;
}

/* ---- waking -------------------------------------------------------------------------------------- */
bool wasi_host_wake_new(int *wake, int *waker) {
    int fds[2];
    if (pipe(fds) != 0) return false;
    for (int i = 0; i < 2; i++) {
        fcntl(fds[i], F_SETFD, FD_CLOEXEC);
        fcntl(fds[i], F_SETFL, O_NONBLOCK);
    }
    *wake = fds[0];
    *waker = fds[1];
    return true;
}

void wasi_host_wake(int wake, int waker, bool on) {
    char bytes[64] = {0};
    ssize_t n;
    if (on) {
        n = write(waker, bytes, 1); /* a full pipe is readable too */
        (void)n;
    } else {
        while (read(wake, bytes, sizeof bytes) > 0) {
        }
    }
}

void wasi_host_wake_delete(int wake, int waker) {
    close(wake);
    close(waker);
}

void wasi_host_yield(void) {
    sched_yield();
}
