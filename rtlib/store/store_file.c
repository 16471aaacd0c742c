/* store_file.c: snapshots to and from files. Written beside their place and renamed. */
#define _XOPEN_SOURCE 700
#include "store_internal.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- writing --------------------------------------------------------------------------------- */
static bool write_all(int fd, const u8 *at, size_t len) {
    while (len) {
        ssize_t put = write(fd, at, len < ((size_t)1 << 30) ? len : (size_t)1 << 30);
        if (put < 0 && errno == EINTR) continue;
        if (put <= 0) return false;
        at += put;
        len -= (size_t)put;
    }
    return true;
}

static w2c_status write_file(const char *path, const void *bytes, size_t len, w2c_error *error) {
    size_t size = strlen(path) + 8;
    char *temp = (char *)malloc(size);
    if (!temp) return store_fail(error, W2C_NOMEM, "no memory for a file's name");
    snprintf(temp, size, "%s.XXXXXX", path);
    int fd = mkstemp(temp);
    bool ok = fd >= 0 && write_all(fd, (const u8 *)bytes, len) && !fchmod(fd, 0644) && !fsync(fd);
    int why = errno;
    if (fd >= 0 && close(fd) && ok) {
        why = errno;
        ok = false;
    }
    if (ok && rename(temp, path)) {
        why = errno;
        ok = false;
    }
    if (!ok && fd >= 0) unlink(temp);
    free(temp);
    if (ok) return store_fail(error, W2C_OK, "%s", "");
    return store_fail(error, W2C_INVALID, "%.300s cannot be written: %s", path, strerror(why));
}

w2c_status w2c_store_save(w2c_instance *instance, const w2c_snapshot_hooks *hooks, const char *path,
                          int level, w2c_error *error) {
    void *bytes, *packed = NULL;
    size_t len, packed_len;
    w2c_status status = w2c_snapshot_save(instance, hooks, &bytes, &len, error);
    if (status != W2C_OK) return status;
    if (level == W2C_STORE_PLAIN || !w2c_store_compresses()) {
        status = write_file(path, bytes, len, error);
    } else {
        status = w2c_store_pack(bytes, len, level, &packed, &packed_len, error);
        if (status == W2C_OK) status = write_file(path, packed, packed_len, error);
        free(packed);
    }
    free(bytes);
    return status;
}

/* ---- reading --------------------------------------------------------------------------------- */
typedef struct Input { /* all of a file; it is read, because others may change it meanwhile */
    u8 *bytes;
    size_t len;
} Input;

static w2c_status read_file(const char *path, Input *in, w2c_error *error) {
    struct stat st;
    *in = (Input){NULL, 0};
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &st) || !S_ISREG(st.st_mode) || (uintmax_t)st.st_size > SIZE_MAX / 2) {
        store_fail(error, W2C_INVALID, "%.300s cannot be read: %s", path,
                   fd < 0 ? strerror(errno) : "it is no file of bytes");
        if (fd >= 0) close(fd);
        return W2C_INVALID;
    }
    size_t size = (size_t)st.st_size;
    in->bytes = (u8 *)malloc(size + 1);
    while (in->bytes && in->len < size) {
        ssize_t got = read(fd, in->bytes + in->len, size - in->len);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) break;
        in->len += (size_t)got;
    }
    close(fd);
    if (!in->bytes) return store_fail(error, W2C_NOMEM, "no memory for %.300s", path);
    return W2C_OK;
}

w2c_status w2c_store_load(const w2c_module *module, w2c_instance **out, const char *path,
                          uint64_t most, const w2c_imports *imports, const w2c_config *config,
                          const w2c_snapshot_hooks *hooks) {
    w2c_error *error = config ? config->error : NULL;
    Input in;
    *out = NULL;
    w2c_status status = read_file(path, &in, error);
    if (status != W2C_OK) return status;
    void *bytes = NULL;
    size_t len;
    status = w2c_store_unpack(in.bytes, in.len, most, &bytes, &len, error);
    free(in.bytes);
    if (status == W2C_OK)
        status = w2c_snapshot_load(module, out, bytes, len, imports, config, hooks);
    free(bytes);
    return status;
}
