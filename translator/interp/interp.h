/* interp.h: a module to a description that rtlib instantiates, without compiling anything.
 *
 * An interpreted instance begins with w2c_instance like a compiled one: w2c_instance_new,
 * w2c_export_find, w2c_call, linking, WASI are those of w2c.h. Functions are validated and translated
 * to threaded code at their first call, exactly once, also when several threads call first.
 * An invalid function that is never called is never noticed; when it is called, the call ends with
 * W2C_INVALID and the validator's message as detail (w2c_instance_detail).
 * Spec: exec/modules, exec/runtime */
#ifndef W2C_INTERP_H
#define W2C_INTERP_H
#include "../frontend/opstream.h"
#include <w2c.h>

typedef struct Interp Interp;

typedef struct InterpOptions {
    bool canonical_nans; /* NaN results are made canonical */
    bool bounds;         /* every access to memory is compared with its size: no guard pages */
    bool metered;        /* calls and loop turns are charged to the context's w2c_meter */
    bool callable;       /* compiled modules may be linked to it: C entries for libffi's closures */
} InterpOptions;

/* m must stay as it is until w2c_interp_delete; its function table (m->funcs) belongs to the
 * interpreter from now on: `body` of a translated function is the place of its code.
 * name is w2c_instance_name's. Errors: NOMEM, UNSUPPORTED, LIMIT in ctx; *out is NULL then. */
w2c_status w2c_interp_load(Context *ctx, Module *m, const char *name, const InterpOptions *options,
                           Interp **out);
/* Every instance must be gone. NULL is fine. */
void w2c_interp_delete(Interp *interp);
/* What w2c_instance_new takes. Owner: the interpreter. */
const w2c_module *w2c_interp_module(const Interp *interp);

/* The first error that a lazily translated function had: class CLASS_NONE when there is none.
 * Thread: not while the guest runs on others. */
const Diag *w2c_interp_error(const Interp *interp);
typedef struct InterpStats { /* bytes, but for the counts */
    uint64_t functions, called;
    uint64_t records;        /* of functions not called: their places in the module */
    uint64_t called_records; /* beside the code of those called */
    uint64_t code;
    uint64_t reference_records; /* of functions that can be referred to, by instance */
    uint64_t shared;            /* types, descriptions, tables that all functions share */
} InterpStats;
void w2c_interp_stats(Interp *interp, InterpStats *out);
#endif
