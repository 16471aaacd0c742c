/* wasi_posix_resolve.c: the sandbox: a path becomes a file beneath its directory, or nothing.
 *
 * Two ways, which must agree. The kernel's: openat2 with RESOLVE_BENEATH. The walk: one component
 * after the other, each opened without following links; links are read and their text put in front
 * of what is left; `..` goes back to the descriptor that was opened before, never to what the file
 * system now calls the parent. So neither links, nor `..`, nor another process that swaps
 * directories lead out. Nothing else in WASI hands a path of several components to the system. */
#include "wasi_posix.h"
#include <string.h>
#if defined(__linux__)
#include <sys/syscall.h>
#endif
#if defined(__linux__) && defined(SYS_openat2)
#include <linux/openat2.h>
#define HAVE_OPENAT2 1
#endif

enum {
    LINKS_MAX = 40,   /* links followed in one path, as Linux has it */
    DEPTH_MAX = 128,  /* directories below the root that the walk keeps open */
    RETRIES_MAX = 64, /* when another process renames under our feet */
    PLACE_FLAGS = WASI_HOST_PATH | O_DIRECTORY | O_CLOEXEC
};

static bool is_dot(const char *name) {
    return strcmp(name, ".") == 0;
}
static bool is_dot_dot(const char *name) {
    return strcmp(name, "..") == 0;
}

bool wasi_ends_in_slash(const char *path) {
    size_t len = strlen(path);
    return len > 0 && path[len - 1] == '/';
}

/* ---- the kernel's way ------------------------------------------------------------------------ */
#ifdef HAVE_OPENAT2
static wasi_errno kernel_open(int root, const char *path, int flags, mode_t mode, int *out) {
    struct open_how how = {
        .flags = (u32)flags, .mode = mode, .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS};
    for (int tries = 0; tries < RETRIES_MAX; tries++) {
        long fd = syscall(SYS_openat2, root, path, &how, sizeof how);
        if (fd >= 0) {
            *out = (int)fd;
            return WASI_SUCCESS;
        }
        if (errno == EXDEV) return WASI_PERM; /* it would have left */
        if (errno != EAGAIN && errno != EINTR) break;
    }
    return wasi_errno_of(errno);
}

bool wasi_host_can_resolve(void) {
    int fd;
    if (kernel_open(AT_FDCWD, ".", PLACE_FLAGS, 0, &fd) != WASI_SUCCESS) return false;
    close(fd);
    return true;
}
#else
static wasi_errno kernel_open(int root, const char *path, int flags, mode_t mode, int *out) {
    (void)root, (void)path, (void)flags, (void)mode, (void)out;
    return WASI_NOSYS;
}

bool wasi_host_can_resolve(void) {
    return false;
}
#endif

/* ---- the walk -------------------------------------------------------------------------------- */
typedef struct walk {
    int root;
    int fds[DEPTH_MAX]; /* the directories entered, outermost first */
    int depth, links;
    char rest[WASI_PATH_MAX]; /* what is left of the path */
} walk;

static int walk_here(const walk *w) {
    return w->depth ? w->fds[w->depth - 1] : w->root;
}

/* Puts a link's text in front of what is left, beginning at `tail`. */
static wasi_errno walk_link(walk *w, const char *name, const char *tail) {
    char text[WASI_PATH_MAX];
    ssize_t n = readlinkat(walk_here(w), name, text, sizeof text);
    if (n < 0) return errno == EINVAL ? WASI_NOTDIR : wasi_errno_of(errno);
    size_t tail_len = strlen(tail), len = (size_t)n;
    if (++w->links > LINKS_MAX) return WASI_LOOP;
    if (len == 0) return WASI_NOENT;
    if (text[0] == '/') return WASI_PERM;
    if (len + 1 + tail_len >= sizeof text) return WASI_NAMETOOLONG;
    text[len] = '/';
    memcpy(text + len + 1, tail, tail_len + 1);
    memcpy(w->rest, text, len + 1 + tail_len + 1);
    return WASI_SUCCESS;
}

/* Takes one component off `rest` and enters it. */
static wasi_errno walk_step(walk *w) {
    char name[WASI_NAME_MAX];
    size_t len = strcspn(w->rest, "/");
    const char *tail = w->rest + len + strspn(w->rest + len, "/");
    if (len >= sizeof name) return WASI_NAMETOOLONG;
    memcpy(name, w->rest, len);
    name[len] = 0;
    if (is_dot_dot(name)) {
        if (w->depth == 0) return WASI_PERM;
        close(w->fds[--w->depth]);
    } else if (len && !is_dot(name)) {
        if (w->depth == DEPTH_MAX) return WASI_NAMETOOLONG;
        int fd = openat(walk_here(w), name, PLACE_FLAGS | O_NOFOLLOW);
        if (fd < 0 && (errno == ENOTDIR || errno == ELOOP)) return walk_link(w, name, tail);
        if (fd < 0) return wasi_errno_of(errno);
        w->fds[w->depth++] = fd;
    }
    memmove(w->rest, tail, strlen(tail) + 1);
    return WASI_SUCCESS;
}

static wasi_errno walk_dir(int root, const char *path, int *out) {
    walk w;
    wasi_errno e = WASI_SUCCESS;
    size_t len = strlen(path);
    if (len >= sizeof w.rest) return WASI_NAMETOOLONG;
    memcpy(w.rest, path, len + 1);
    w.root = root;
    w.depth = w.links = 0;
    while (!e && w.rest[0])
        e = walk_step(&w);
    *out = -1;
    if (!e && w.depth)
        *out = w.fds[--w.depth];
    else if (!e)
        *out = openat(root, ".", PLACE_FLAGS);
    if (!e && *out < 0) e = wasi_errno_of(errno);
    while (w.depth)
        close(w.fds[--w.depth]);
    return e;
}

/* ---- both ------------------------------------------------------------------------------------ */
static wasi_errno open_dir(const wasi_file *root, const char *path, int *out) {
    if (root->walk) return walk_dir(root->fd, path, out);
    return kernel_open(root->fd, path, PLACE_FLAGS, 0, out);
}

/* Cuts the last name off a path: text becomes its directory ("." if none). False: name too long. */
static bool split(char text[WASI_PATH_MAX], wasi_place *out) {
    size_t len = strlen(text);
    out->slash = wasi_ends_in_slash(text);
    while (len > 1 && text[len - 1] == '/')
        len--;
    size_t begin = len;
    while (begin && text[begin - 1] != '/')
        begin--;
    if (len - begin >= sizeof out->name) return false;
    memcpy(out->name, text + begin, len - begin);
    out->name[len - begin] = 0;
    if (is_dot(out->name) || is_dot_dot(out->name)) { /* the directory itself */
        memcpy(out->name, ".", 2);
        begin = len;
    }
    if (begin == 0) text[begin++] = '.';
    text[begin] = 0;
    return true;
}

/* text, a directory, becomes the path of a link in it. */
static wasi_errno append_link(char text[WASI_PATH_MAX], const char *link, size_t len, bool slash) {
    size_t at = strlen(text);
    if (len == 0) return WASI_NOENT;
    if (link[0] == '/') return WASI_PERM;
    if (at + len + 3 > WASI_PATH_MAX) return WASI_NAMETOOLONG;
    text[at++] = '/';
    memcpy(text + at, link, len);
    at += len;
    if (slash) text[at++] = '/';
    text[at] = 0;
    return WASI_SUCCESS;
}

wasi_errno wasi_resolve_place(const wasi_file *root, const char *path, bool follow,
                              wasi_place *out) {
    char text[WASI_PATH_MAX], link[WASI_PATH_MAX];
    size_t len = strlen(path);
    if (len >= sizeof text) return WASI_NAMETOOLONG;
    memcpy(text, path, len + 1);
    for (int links = 0; links <= LINKS_MAX; links++) {
        if (!split(text, out)) return WASI_NAMETOOLONG;
        wasi_errno e = open_dir(root, text, &out->fd);
        if (e || !follow || is_dot(out->name)) return e;
        ssize_t n = readlinkat(out->fd, out->name, link, sizeof link);
        if (n < 0 && (errno == EINVAL || errno == ENOENT)) return WASI_SUCCESS;
        e = n < 0 ? wasi_errno_of(errno) : append_link(text, link, (size_t)n, out->slash);
        close(out->fd);
        if (e) return e;
    }
    return WASI_LOOP;
}

static wasi_errno walk_open(const wasi_file *root, const char *path, bool follow, int flags,
                            mode_t mode, int *out) {
    wasi_place place;
    for (int tries = 0; tries < RETRIES_MAX; tries++) {
        wasi_errno e = wasi_resolve_place(root, path, follow || wasi_ends_in_slash(path), &place);
        if (e) return e;
        if (place.slash && flags & O_CREAT) {
            close(place.fd);
            return WASI_ISDIR;
        }
        if (place.slash) flags |= O_DIRECTORY;
        *out = openat(place.fd, place.name, flags | O_NOFOLLOW, mode);
        int error = errno;
        struct stat st;
        /* it was no link when it was looked at: another process has put one there */
        bool raced = *out < 0 && follow && (error == ELOOP || error == ENOTDIR) &&
                     fstatat(place.fd, place.name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
                     S_ISLNK(st.st_mode);
        close(place.fd);
        if (*out >= 0) return WASI_SUCCESS;
        if (!raced && error != EINTR) return wasi_errno_of(error);
    }
    return WASI_LOOP;
}

wasi_errno wasi_resolve_open(const wasi_file *root, const char *path, bool follow, int flags,
                             mode_t mode, int *out) {
    flags |= O_CLOEXEC | O_NOCTTY;
    if ((flags & O_CREAT) && (flags & O_EXCL)) follow = false;
    if (root->walk) return walk_open(root, path, follow, flags, mode, out);
    if (!follow) flags |= O_NOFOLLOW;
    return kernel_open(root->fd, path, flags, flags & O_CREAT ? mode : 0, out);
}
