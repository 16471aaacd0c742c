/* rt_call.c: calls of any function with values, through the adapter that its type brings; and how functions that can
 * only be called with values come by code that compiled modules can call.
 *
 * That is made when a compiled module first calls such a function, or imports it, with what the caller's
 * type has: an adapter that packs the arguments as w2c_values and calls a w2c_host. So nothing is made for
 * functions that no compiled code calls, no code is generated at run time, and every signature has its adapter. */
#include "rt_internal.h"
#include <stdlib.h>

w2c_status w2c_call(const w2c_func *func, const w2c_value *args, w2c_value *results) {
    w2c_frame frame;
    if (!func || !func->type || !func->type->call) return W2C_INVALID;
    if (W2C_TRY(frame, func->instance)) func->type->call(func, args, results);
    return w2c_frame_leave(&frame);
}

void w2c_no_code(void) {
    w2c_trap_detail(W2C_LIMIT, "a function that has no code was called");
}

/* A w2c_host_any_fn whose env is the record. Traps and exceptions go on from here. */
static w2c_status call_record(void *env, w2c_instance *importer, const w2c_value *args,
                              w2c_value *results) {
    importer->module->call(importer, (const w2c_func *)env, args, results);
    return W2C_OK;
}

/* Belongs to the context's thread, like every call. */
bool w2c_func_wake(const w2c_func *func, const w2c_type *type) {
    w2c_func *record = (w2c_func *)(uintptr_t)func;
    w2c_instance *owner = func->instance;
    if (type->host_any == w2c_no_code) return true; /* an interpreted caller needs none */
    if (!owner->module) {
        record->code = ((w2c_host *)(void *)owner)->fn ? type->host : type->host_any;
        return true;
    }
    w2c_host *host = (w2c_host *)calloc(1, sizeof *host);
    if (!host) return false;
    host->instance.context = owner->context;
    host->instance.stack_limit = owner->stack_limit;
    host->importer = owner;
    host->any = call_record;
    host->env = record;
    host->func = *record;
    w2c_host_keep(owner, host);
    record->instance = &host->instance;
    record->code = type->host_any;
    return true;
}

void w2c_func_rouse(const w2c_func *func, const w2c_type *type) {
    if (!w2c_func_wake(func, type)) w2c_trap_detail(W2C_NOMEM, "no memory for an adapter");
}
