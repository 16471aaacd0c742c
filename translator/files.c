/* files.c: see files.h. Knows POSIX; knows nothing of WebAssembly. */
#include "files.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static bool io_error(Context *ctx, const char *what, const char *path) {
    return diag_error(ctx, ERR_io, NO_OFFSET, "%s %s: %s", what, path, strerror(errno));
}

/* ---- reading --------------------------------------------------------------------------------- */
static bool read_all(Context *ctx, int fd, const char *path, Buffer *out) {
    for (;;) {
        if (!buffer_reserve(out, 65536)) return diag_nomem(ctx);
        ssize_t n = read(fd, out->data + out->len, out->cap - out->len);
        if (n == 0) return true;
        if (n > 0)
            out->len += (size_t)n;
        else if (errno != EINTR)
            return io_error(ctx, "reading", path);
    }
}

static bool input_fill(Context *ctx, int fd, const char *path, Input *out) {
    struct stat st;
    if (fstat(fd, &st)) return io_error(ctx, "reading", path);
    if (S_ISREG(st.st_mode) && st.st_size > 0 && (uintmax_t)st.st_size <= SIZE_MAX) {
        void *at = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
        if (at != MAP_FAILED) {
            *out = (Input){{at, (size_t)st.st_size}, true};
            return true;
        }
    }
    Buffer bytes;
    buffer_init(&bytes, ctx->alloc);
    if (!read_all(ctx, fd, path, &bytes)) {
        buffer_free(&bytes);
        return false;
    }
    *out = (Input){{(const uint8_t *)bytes.data, bytes.len}, false};
    return true;
}

bool input_open(Context *ctx, const char *path, Input *out) {
    *out = (Input){{NULL, 0}, false};
    if (strcmp(path, "-") == 0) return input_fill(ctx, STDIN_FILENO, "standard input", out);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return io_error(ctx, "opening", path);
    bool ok = input_fill(ctx, fd, path, out);
    close(fd);
    return ok;
}

void input_close(Context *ctx, Input *input) {
    void *at = (void *)(uintptr_t)input->bytes.ptr;
    if (input->mapped)
        munmap(at, input->bytes.len);
    else if (at)
        ctx->alloc.resize(ctx->alloc.user, at, 0);
    *input = (Input){{NULL, 0}, false};
}

bool file_read(Context *ctx, const char *path, Buffer *out) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return io_error(ctx, "opening", path);
    bool ok = read_all(ctx, fd, path, out);
    close(fd);
    return ok;
}

bool file_exists(const char *path) {
    return access(path, F_OK) == 0;
}

/* ---- writing --------------------------------------------------------------------------------- */
static bool file_has(Context *ctx, const char *path, const void *bytes, size_t len) {
    struct stat st;
    if (stat(path, &st) || !S_ISREG(st.st_mode) || (uintmax_t)st.st_size != len) return false;
    Context quiet = context_worker(ctx);
    Buffer old;
    buffer_init(&old, ctx->alloc);
    bool same =
        file_read(&quiet, path, &old) && old.len == len && memcmp(old.data, bytes, len) == 0;
    buffer_free(&old);
    return same;
}

static bool write_all(int fd, const char *bytes, size_t len) {
    while (len) {
        ssize_t n = write(fd, bytes, len);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return false;
        bytes += n;
        len -= (size_t)n;
    }
    return true;
}

static bool write_renamed(Context *ctx, const char *path, const char *temp, const void *bytes,
                          size_t len) {
    int fd = open(temp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (fd < 0) return io_error(ctx, "writing", path);
    bool ok = write_all(fd, bytes, len);
    int saved = errno;
    if (close(fd) && ok) {
        saved = errno;
        ok = false;
    }
    if (ok && rename(temp, path)) {
        saved = errno;
        ok = false;
    }
    if (ok) return true;
    unlink(temp);
    errno = saved;
    return io_error(ctx, "writing", path);
}

bool file_write(Context *ctx, const char *path, const void *bytes, size_t len, bool *changed) {
    if (changed) *changed = false;
    if (file_has(ctx, path, bytes, len)) return true;
    Buffer temp;
    buffer_init(&temp, ctx->alloc);
    buffer_printf(&temp, "%s.%ld.tmp", path, (long)getpid());
    const char *name = buffer_cstr(&temp);
    bool ok = name ? write_renamed(ctx, path, name, bytes, len) : diag_nomem(ctx);
    buffer_free(&temp);
    if (ok && changed) *changed = true;
    return ok;
}

/* ---- folders --------------------------------------------------------------------------------- */
bool folder_make(Context *ctx, const char *path) {
    Buffer copy;
    buffer_init(&copy, ctx->alloc);
    buffer_text(&copy, path);
    if (!buffer_cstr(&copy)) {
        buffer_free(&copy);
        return diag_nomem(ctx);
    }
    bool ok = true;
    for (char *at = copy.data + 1; ok; at++) {
        if (*at && *at != '/') continue;
        char kept = *at;
        *at = 0;
        if (mkdir(copy.data, 0777) && errno != EEXIST)
            ok = io_error(ctx, "making the folder", path);
        *at = kept;
        if (!kept) break;
    }
    buffer_free(&copy);
    return ok;
}

bool folder_make_temporary(Context *ctx, Buffer *out) {
    const char *base = getenv("TMPDIR");
    if (!base || !*base) base = "/tmp";
    buffer_printf(out, "%s/w2c-XXXXXX", base);
    if (!buffer_cstr(out)) return diag_nomem(ctx);
    if (!mkdtemp(out->data)) return io_error(ctx, "making a temporary folder in", base);
    return true;
}

void folder_remove(const char *path) {
    DIR *dir = opendir(path);
    if (!dir) return;
    for (struct dirent *entry; (entry = readdir(dir));)
        if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, ".."))
            unlinkat(dirfd(dir), entry->d_name, 0);
    closedir(dir);
    rmdir(path);
}

bool path_absolute(Context *ctx, const char *path, Buffer *out) {
    char *full = realpath(path, NULL);
    if (!full) return io_error(ctx, "finding", path);
    out->len = 0;
    buffer_text(out, full);
    free(full);
    return buffer_cstr(out) ? true : diag_nomem(ctx);
}

const char *path_base(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* ---- w2c's own files ------------------------------------------------------------------------- */
#ifdef __APPLE__
#include <mach-o/dyld.h>
static bool executable_path(char *path, size_t cap) {
    uint32_t size = (uint32_t)cap;
    return _NSGetExecutablePath(path, &size) == 0;
}
#else
static bool executable_path(char *path, size_t cap) {
    ssize_t n = readlink("/proc/self/exe", path, cap - 1);
    if (n <= 0 || (size_t)n >= cap - 1) return false;
    path[n] = 0;
    return true;
}
#endif

/* BIN/FIRST or BIN/SECOND, whichever has `mark` in it. */
static bool home_folder(Context *ctx, const char *bin, const char *first, const char *second,
                        const char *mark, Buffer *out) {
    const char *const tries[] = {first, second};
    for (size_t i = 0; i < 2; i++) {
        out->len = 0;
        buffer_printf(out, "%s/%s/%s", bin, tries[i], mark);
        if (!buffer_cstr(out)) return diag_nomem(ctx);
        if (!file_exists(out->data)) continue;
        out->len = 0;
        buffer_printf(out, "%s/%s", bin, tries[i]);
        if (!buffer_cstr(out)) return diag_nomem(ctx);
        Buffer found;
        buffer_init(&found, ctx->alloc);
        bool ok = path_absolute(ctx, out->data, &found);
        buffer_free(out);
        *out = found;
        return ok;
    }
    return diag_error(ctx, ERR_io, NO_OFFSET,
                      "w2c's own file %s is not at %s/%s: is the installation complete?", mark, bin,
                      first);
}

bool home_find(Context *ctx, ToolHome *out) {
    buffer_init(&out->lib, ctx->alloc);
    buffer_init(&out->include, ctx->alloc);
    buffer_init(&out->share, ctx->alloc);
    char bin[PATH_MAX];
    if (!executable_path(bin, sizeof bin))
        return diag_error(ctx, ERR_io, NO_OFFSET, "w2c does not find its own executable");
    char *slash = strrchr(bin, '/');
    if (slash) *slash = 0;
    return home_folder(ctx, bin, ".", W2C_LIB_FROM_BIN, "libw2crt.a", &out->lib) &&
           home_folder(ctx, bin, "include/w2c", W2C_INCLUDE_FROM_BIN "/w2c", "w2c.h",
                       &out->include) &&
           home_folder(ctx, bin, "share/w2c", W2C_SHARE_FROM_BIN "/w2c", "templates", &out->share);
}

void home_free(ToolHome *home) {
    buffer_free(&home->lib);
    buffer_free(&home->include);
    buffer_free(&home->share);
}
