/* snapshot.h: a module whose initialisation has been run: the same module with what its memories, tables and
 * globals hold then as their first values. Nothing of it is run again when the result is instantiated.
 *
 *   snapshot_run    instantiates in the interpreter and calls the exports, with a WASI that touches nothing
 *   snapshot_write  the warmed instance as the bytes of a module
 */
#ifndef W2C_SNAPSHOT_H
#define W2C_SNAPSHOT_H
#include "../base/buffer.h"
#include "../interp/interp.h"
#include <w2c_wasi.h>

typedef struct SnapshotOptions {
    const char *calls; /* EXPORT[,EXPORT...]; NULL: _initialize, if there is one */
    w2c_wasi_config
        wasi; /* args, env, dirs, stdio: what the initialisation may see; the rest is ignored */
    bool stdio_granted[3]; /* streams that the initialisation may use */
    bool random;           /* random_get gives the numbers of a fixed seed; else it is refused */
    uint64_t time;         /* what every clock says: seconds since 1970 */
} SnapshotOptions;

/* What has been run so far. All zeros: nothing. */
typedef struct Snapshot {
    Interp *interp;
    w2c_wasi *wasi;
    w2c_instance *instance;
    struct SnapshotHost *host;
    bool initialized; /* _initialize, or _start, was called: it must not be called again */
    bool started;
} Snapshot;

/* On failure the reason is in ctx: UNSUPPORTED snapshot for a host effect (by name), a trap, an exit, files that
 * stay open (by name). snapshot_free is needed either way. m as in w2c_interp_load. */
bool snapshot_run(Context *ctx, Module *m, const SnapshotOptions *options, Snapshot *out);
void snapshot_free(Snapshot *s);

/* Appends a module: types, imports, functions, code and custom sections as in m's bytes; memories, tables and globals
 * as they are now; active segments have become empty ones, so that segments keep their numbers; no start function but
 * the one that makes garbage-collected objects (snapshot_objects.h). Pages of memory (4 KiB) that are zero are left
 * out. The exports _initialize and _start are left out when they were called.
 * Errors: UNSUPPORTED snapshot: a reference to an exception or a host's object, objects that no constant
 * expression can make (by name), a shared or imported memory; LIMIT; NOMEM. */
bool snapshot_write(Context *ctx, const Module *m, const Snapshot *s, Buffer *out);
#endif
