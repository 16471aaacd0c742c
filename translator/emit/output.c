/* output.c: files appear whole, all together, or not at all: each is written to a temporary beside its
 * place, and renamed when everything has succeeded. A file that has its content already is not touched,
 * so that builds do not redo what has not changed. */
#include "emit.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

bool output_init(OutputSet *o, Context *ctx, Arena *arena, uint32_t cap) {
    *o = (OutputSet){.ctx = ctx, .arena = arena, .cap = cap};
    o->files = ARENA_ARRAY(arena, cap, struct OutputFile);
    return o->files || diag_nomem(ctx);
}

static bool io_error(Context *ctx, const char *what, const char *path) {
    return diag_error(ctx, ERR_io, NO_OFFSET - 1, "%s %s: %s", what, path, strerror(errno));
}

static bool same_content(const char *path, const char *const *parts, const size_t *lens,
                         unsigned count, uint64_t total) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return false;
    struct stat st;
    bool same = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && (uint64_t)st.st_size == total;
    char chunk[16384];
    for (unsigned i = 0; same && i < count; i++) {
        for (size_t at = 0; same && at < lens[i];) {
            size_t want = lens[i] - at < sizeof chunk ? lens[i] - at : sizeof chunk;
            ssize_t got = read(fd, chunk, want);
            same = got > 0 && memcmp(chunk, parts[i] + at, (size_t)got) == 0;
            if (same) at += (size_t)got;
        }
    }
    close(fd);
    return same;
}

static bool write_all(int fd, const char *data, size_t len) {
    while (len) {
        ssize_t n = write(fd, data, len);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return false;
        data += n;
        len -= (size_t)n;
    }
    return true;
}

bool output_put(OutputSet *o, Context *ctx, uint32_t i, const char *const *parts,
                const size_t *lens, unsigned count) {
    struct OutputFile *f = &o->files[i];
    f->bytes = 0;
    for (unsigned k = 0; k < count; k++)
        f->bytes += lens[k];
    if (same_content(f->path, parts, lens, count, f->bytes)) return true;
    char *temp = (char *)(uintptr_t)f->temp; /* room was made by output_add */
    snprintf(temp, strlen(f->path) + 24, "%s.%ld.tmp", f->path, (long)getpid());
    int fd = open(temp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (fd < 0) {
        temp[0] = 0;
        return io_error(ctx, "cannot write", f->path);
    }
    bool ok = true;
    for (unsigned k = 0; ok && k < count; k++)
        ok = write_all(fd, parts[k], lens[k]);
    int saved = errno;
    if (close(fd) != 0 && ok) {
        ok = false;
        saved = errno;
    }
    errno = saved;
    return ok || io_error(ctx, "cannot write", f->path);
}

bool output_add(OutputSet *o, const char *path) {
    struct OutputFile *f = &o->files[o->count];
    f->path = arena_strdup(o->arena, path, strlen(path));
    f->temp = arena_alloc(o->arena, strlen(path) + 24);
    if (!f->path || !f->temp) return diag_nomem(o->ctx);
    o->count++;
    return true;
}

bool output_commit(OutputSet *o) {
    for (uint32_t i = 0; i < o->count; i++) {
        struct OutputFile *f = &o->files[i];
        if (!f->temp[0]) continue;
        if (rename(f->temp, f->path) != 0) {
            io_error(o->ctx, "cannot write", f->path);
            output_abort(o);
            return false;
        }
    }
    return true;
}

void output_abort(OutputSet *o) {
    for (uint32_t i = 0; i < o->count; i++)
        if (o->files[i].temp[0]) unlink(o->files[i].temp);
}
