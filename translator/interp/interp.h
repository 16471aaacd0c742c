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
    bool
        callable; /* its functions have C entries at once, made by libffi: for --tier's code. Others that call
                    * them bring adapters (w2c_func_wake) */
    uint32_t hot_calls; /* hot is called when a function has been called so often; 0: never */
    void (*hot)(void *user, uint32_t func); /* from the thread that runs it: must be quick */
    void *hot_user;
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
/* Lets a compiled function take the place of an interpreted one, from its next call on.
 *   native  runs it: arguments in slots, results back in them (w2c_tier.h); by the way of w2c_trap for traps
 * False: no room, the function stays interpreted. Thread: any. */
bool w2c_interp_patch(Interp *interp, uint32_t func,
                      void (*native)(w2c_instance *instance, uint64_t *slots));
/* Calls a function of the module, from compiled code. */
void w2c_interp_call(w2c_instance *instance, uint32_t func, const w2c_value *args,
                     w2c_value *results);
/* Calls a typed host function (w2c_extern.host) of a type in letters, with values. */
w2c_status w2c_interp_call_typed(const w2c_extern *func, const char *letters,
                                 w2c_instance *importer, const w2c_value *args, w2c_value *results);
/* By type; equal types share the lowest's. */
const w2c_type *w2c_interp_types(const Interp *interp);

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
