/* w2c_snapshot.h: what an instance holds, as bytes and back, and copies of instances.
 *
 *   void *bytes; size_t len;
 *   status = w2c_snapshot_save(instance, NULL, &bytes, &len, &error);
 *   status = w2c_snapshot_load(&app_module, &copy, bytes, len, &imports, &config, NULL);
 *   free(bytes);
 *
 * A snapshot has the instance's own memories, tables and globals, the garbage-collected objects and
 * exceptions that these reach, and which segments were dropped. Not in it: what is imported (an
 * object that an imported global refers to as well is in it, but is another one then), what host
 * functions keep for the guest (open files, ...), w2c_handles, w2c_config. It fits every build of the
 * same module: compiled by any compiler in any mode, and interpreted. Compressed, in files: w2c_store.h.
 *
 * Refused, with the reason in the w2c_error: instances with active frames (W2C_INVALID), shared
 * memories, functions of other instances that are not imported, objects and exceptions of types and
 * tags that the module does not have (W2C_LIMIT), references of the host without a hook (W2C_LIMIT).
 * Thread: the instance's. Nothing is kept of the arguments. */
#ifndef W2C_SNAPSHOT_RT_H
#define W2C_SNAPSHOT_RT_H
#include "w2c.h"

#ifdef __cplusplus
extern "C" {
#endif

/* How references of the host (externrefs that it made) are kept. NULL functions refuse them. */
typedef struct w2c_snapshot_hooks {
    bool (*save)(void *user, w2c_ref ref, uint64_t *id); /* false: it cannot be kept */
    bool (*load)(void *user, uint64_t id, w2c_ref *out); /* false: there is no such object */
    void *user;
} w2c_snapshot_hooks;

/* *out: allocated by malloc, the caller's; *len bytes. error and hooks may be NULL.
 * W2C_OK, or as above, or W2C_NOMEM; *out is NULL then. */
w2c_status w2c_snapshot_save(w2c_instance *instance, const w2c_snapshot_hooks *hooks, void **out,
                             size_t *len, w2c_error *error);

/* A new instance that holds what the saved one held. Segments and the start function do not run.
 * Imports and config are as for w2c_instance_new; config->error says what went wrong. The bytes may come
 * from anywhere: nothing in them harms the process.
 * W2C_INVALID: damaged, cut off, or no snapshot; W2C_MISMATCH: of another module, or of a newer
 * version; else as w2c_instance_new. */
w2c_status w2c_snapshot_load(const w2c_module *module, w2c_instance **out, const void *bytes,
                             size_t len, const w2c_imports *imports, const w2c_config *config,
                             const w2c_snapshot_hooks *hooks);

/* A copy of an instance at rest, as if by save and load, without the bytes between. References of the
 * host are copied as they are. Pages that are zero stay untouched in the copy.
 * Memories of 256 KiB and more are not copied, where the system can tell which pages are whose (Linux 6.7): the
 * first fork puts the content into a file in memory (one descriptor until the last instance that
 * shares it goes), which the instance and its forks map copy-on-write; later forks cost what was
 * written since. Not so for instances in pools, memories with a policy. */
w2c_status w2c_snapshot_fork(w2c_instance *instance, w2c_instance **out, const w2c_imports *imports,
                             const w2c_config *config);

#ifdef __cplusplus
}
#endif
#endif
