/* w2c_store.h: snapshots in files, compressed. In a library of its own, libw2cstore (before libw2crt), which needs
 * libzstd: -lzstd. A build without zstd (w2c_store_compresses says so) writes and reads plain ones, and refuses
 * compressed ones with that reason.
 *
 *   status = w2c_store_save(instance, NULL, "app.snapshot", 0, &error);
 *   status = w2c_store_load(&app_module, &copy, "app.snapshot", 0, &imports, &config, NULL);
 *
 * What is compressed and what is refused: w2c_snapshot.h. Whoever made a file: it is checked before it is
 * believed, and takes no more memory than it was allowed.
 * Thread: the instance's; pack and unpack: any. */
#ifndef W2C_STORE_H
#define W2C_STORE_H
#include "w2c_snapshot.h"

#ifdef __cplusplus
extern "C" {
#endif

bool w2c_store_compresses(void);

/* Levels of compression: those of zstd (1 fast ... 19 small), 0 its default, or: */
enum { W2C_STORE_PLAIN = -1000 };
/* What a compressed snapshot may become when nothing else is said. */
#define W2C_STORE_MOST ((uint64_t)1 << 30)

/* A snapshot's bytes (w2c_snapshot_save's), compressed. *out: by malloc, the caller's. error may be NULL.
 * W2C_INVALID: no snapshot, or compressed already; W2C_LIMIT: a build without zstd; W2C_NOMEM. */
w2c_status w2c_store_pack(const void *bytes, size_t len, int level, void **out, size_t *out_len,
                          w2c_error *error);
/* The contrary, for w2c_snapshot_load; plain ones are copied. most: bytes that it may become; 0:
 * W2C_STORE_MOST. W2C_INVALID: damaged, cut off, no snapshot; W2C_MISMATCH: of another version; W2C_LIMIT:
 * larger than that, or a build without zstd; W2C_NOMEM. */
w2c_status w2c_store_unpack(const void *bytes, size_t len, uint64_t most, void **out,
                            size_t *out_len, w2c_error *error);

/* As w2c_snapshot_save and _load, to and from a file. It is written beside its place and renamed, so there is
 * the old one or the new one. W2C_INVALID, with the system's words: the file cannot be read or written. */
w2c_status w2c_store_save(w2c_instance *instance, const w2c_snapshot_hooks *hooks, const char *path,
                          int level, w2c_error *error);
w2c_status w2c_store_load(const w2c_module *module, w2c_instance **out, const char *path,
                          uint64_t most, const w2c_imports *imports, const w2c_config *config,
                          const w2c_snapshot_hooks *hooks);

#ifdef __cplusplus
}
#endif
#endif
