/* interp_call.c: the borders of interpreted code: calls that come in with values, calls that go out to
 * compiled functions, host functions and functions of other instances.
 *
 * Inside, arguments and results are slots; outside they are w2c_values. */
#include "handlers.h"
#include "interp_impl.h"
#include <ffi.h>
#include <stdlib.h>

/* ---- slots and values ------------------------------------------------------------------------ */
void interp_slots_to_values(const ValType *types, u32 count, const u64 *slots, w2c_value *values) {
    u32 at = 0;
    for (u32 i = 0; i < count; i++) {
        memcpy(&values[i], slots + at, vt_kind(types[i]) == VT_V128 ? 16 : 8);
        at += slots_of(types[i]);
    }
}

void interp_values_to_slots(const ValType *types, u32 count, const w2c_value *values, u64 *slots) {
    for (u32 i = 0; i < count; i++) {
        u32 n = slots_of(types[i]);
        slots[0] = 0;
        switch (vt_kind(types[i])) {
        case VT_I32:
            slots[0] = values[i].i32;
            break;
        case VT_F32:
            memcpy(slots, &values[i].f32, 4);
            break;
        default:
            memcpy(slots, &values[i], n * sizeof(u64));
            break;
        }
        slots += n;
    }
}

/* ---- what kind of function is it? ------------------------------------------------------------ */
static bool is_interpreted(const w2c_func *func) {
    const w2c_module *module = func->instance->module;
    return module && module->init == interp_init;
}

/* Number of its record in its instance; NO_FUNC: an import's stub. */
static u32 record_of(const Inst *in, const w2c_func *func) {
    const Interp *it = inst_interp(in);
    uintptr_t at = (uintptr_t)func - ((uintptr_t)in + it->records);
    return at < it->module.func_count * sizeof(w2c_func) ? (u32)(at / sizeof(w2c_func)) : NO_FUNC;
}

static u32 stub_import(const Inst *in, const w2c_func *func) {
    const Interp *it = inst_interp(in);
    u32 number = (u32)(((uintptr_t)func - ((uintptr_t)in + it->stubs)) / sizeof(w2c_func));
    for (u32 i = 0, f = 0; i < it->m->import_count; i++)
        if (it->m->imports[i].kind == EXTERN_FUNC && f++ == number) return i;
    return 0;
}

/* ---- host functions -------------------------------------------------------------------------- */
/* w2c_v128 is a struct of 16 bytes: passed in integer registers. */
typedef struct V128Type {
    ffi_type type;
    ffi_type *parts[3];
} V128Type;

static ffi_type *ffi_type_for(ValType t, V128Type *v) {
    switch (vt_kind(t)) {
    case VT_I32:
        return &ffi_type_uint32;
    case VT_I64:
        return &ffi_type_uint64;
    case VT_F32:
        return &ffi_type_float;
    case VT_F64:
        return &ffi_type_double;
    case VT_V128:
        break;
    default:
        return &ffi_type_pointer;
    }
    v->parts[0] = v->parts[1] = &ffi_type_uint64;
    v->parts[2] = NULL;
    v->type = (ffi_type){.size = 0, .alignment = 0, .type = FFI_TYPE_STRUCT, .elements = v->parts};
    return &v->type;
}

/* w2c_status f(void *env, w2c_instance *importer, params..., results *...) */
static w2c_status call_typed(w2c_host_fn fn, void *env, w2c_instance *importer, const char *letters,
                             const w2c_value *args, w2c_value *results) {
    const char *bar = strchr(letters, '_');
    size_t params = (size_t)(bar - letters), count = strlen(letters) - 1, n = 2;
    static const char order[] = "?ilfdvr";
    void *memory =
        malloc((count + 2) * (sizeof(ffi_type *) + sizeof(void *)) + count * sizeof(void *));
    if (!memory) return W2C_NOMEM;
    ffi_type **types = memory;
    void **values = (void **)(types + count + 2), **outs = values + count + 2;
    V128Type v;
    ffi_cif cif;
    types[0] = types[1] = &ffi_type_pointer;
    values[0] = &env;
    values[1] = &importer;
    for (size_t i = 0; i < params; i++, n++) {
        types[n] = ffi_type_for((ValType)(strchr(order, letters[i]) - order), &v);
        values[n] = (void *)(uintptr_t)&args[i];
    }
    for (size_t i = params; i < count; i++, n++) {
        outs[i] = &results[i - params];
        types[n] = &ffi_type_pointer;
        values[n] = &outs[i];
    }
    ffi_arg status = W2C_LIMIT;
    if (ffi_prep_cif(&cif, FFI_DEFAULT_ABI, (unsigned)n, &ffi_type_uint32, types) == FFI_OK)
        ffi_call(&cif, FFI_FN(fn), &status, values);
    free(memory);
    return (w2c_status)(u32)status;
}

w2c_status w2c_interp_call_typed(const w2c_extern *func, const char *letters,
                                 w2c_instance *importer, const w2c_value *args,
                                 w2c_value *results) {
    return call_typed(func->host, func->env, importer, letters, args, results);
}

static void call_host(const w2c_func *func, const w2c_value *args, w2c_value *results) {
    const w2c_host *host = (const w2c_host *)(const void *)func->instance;
    w2c_status status = host->fn ? call_typed(host->fn, host->env, host->importer,
                                              func->type->letters, args, results)
                                 : host->any(host->env, host->importer, args, results);
    if (W2C_UNLIKELY(status != W2C_OK)) w2c_raise(status);
}

/* ---- in -------------------------------------------------------------------------------------- */
/* So tail calls between instances take no stack: the frame that makes one is left first, and who called interp_run calls
 * on. Frames behind others leave when they have the results. */
bool interp_tail_out(Inst *in, const w2c_func *func, const TypeDef *type, u64 *fp, const u64 *args,
                     const u64 *link) {
    if (*(const u64 *)(uintptr_t)link[0] != interp_handler(H_exit)) return false;
    in->next = func;
    in->next_type = type;
    memmove(fp, args, slots_of_all(type->u.func.params, type->u.func.param_count) * sizeof(u64));
    return true;
}

/* The arguments of in->next, which are slots at fp, as values behind them. */
static w2c_value *next_args(const Inst *in, u64 *fp, const w2c_operands *o) {
    const TypeDef *t = in->next_type;
    u32 count = t->u.func.param_count;
    uintptr_t at = (uintptr_t)(fp + slots_of_all(t->u.func.params, count));
    w2c_value *values = (w2c_value *)((at + 15) & ~(uintptr_t)15);
    if ((u64 *)(void *)(values + count + 1) > o->end) w2c_trap(W2C_TRAP_STACK_EXHAUSTED);
    interp_slots_to_values(t->u.func.params, count, fp, values);
    return values;
}

void interp_call_func(Inst *in, u32 func, const w2c_value *args, w2c_value *results) {
    w2c_operands *o = w2c_operands_of(&in->w2c);
    if (!o) w2c_trap(W2C_NOMEM);
    u64 *fp = o->at;
    for (;;) {
        const TypeDef *t = func_type(inst_interp(in)->m, func);
        u32 room = slots_of_all(t->u.func.params, t->u.func.param_count);
        if (fp + room + 8 > o->end) w2c_trap(W2C_TRAP_STACK_EXHAUSTED);
        in->limit = o->end;
        in->next = NULL;
        interp_values_to_slots(t->u.func.params, t->u.func.param_count, args, fp);
        interp_run(in, func, fp);
        const w2c_func *next = in->next;
        if (W2C_LIKELY(!next)) {
            interp_slots_to_values(t->u.func.results, t->u.func.result_count, fp, results);
            break;
        }
        w2c_value *values = next_args(in, fp, o);
        u32 count = in->next_type->u.func.param_count;
        in->next = NULL;
        Inst *other = is_interpreted(next) ? (Inst *)(void *)next->instance : NULL;
        u32 number = other ? record_of(other, next) : NO_FUNC;
        if (number == NO_FUNC) {
            o->at = (u64 *)(void *)(values + count);
            next->type->call(next, values, results);
            break;
        }
        in = other;
        func = inst_interp(in)->record_funcs[number];
        args = values;
    }
    o->at = fp;
}

void interp_call_record(w2c_instance *instance, const w2c_func *func, const w2c_value *args,
                        w2c_value *results) {
    Inst *in = (Inst *)(void *)instance;
    u32 number = record_of(in, func);
    if (number != NO_FUNC) {
        interp_call_func(in, inst_interp(in)->record_funcs[number], args, results);
    } else {
        const w2c_func *bound = w2c_import_bind(instance, stub_import(in, func));
        bound->type->call(bound, args, results);
    }
}

void interp_call(const w2c_func *func, const w2c_value *args, w2c_value *results) {
    if (!func->instance->module) /* also one's own function that compiled code has called */
        call_host(func, args, results);
    else if (!is_interpreted(func)) /* a compiled function, whose own type has the adapter */
        w2c_trap(W2C_TRAP_CALL_TYPE);
    else
        interp_call_record(func->instance, func, args, results);
}

/* ---- out ------------------------------------------------------------------------------------- */
void interp_call_out(Inst *in, const w2c_func *func, const TypeDef *type, u64 *args, u64 *scratch) {
    u32 params = type->u.func.param_count, results = type->u.func.result_count;
    w2c_operands *o = w2c_operands_of(&in->w2c);
    uintptr_t at = ((uintptr_t)scratch + 15) & ~(uintptr_t)15;
    w2c_value *values = (w2c_value *)at;
    w2c_value *given = values + results;
    W2C_ENTER(in);
    if (!o || (u64 *)(void *)(given + params + 1) > in->limit) w2c_trap(W2C_TRAP_STACK_EXHAUSTED);
    interp_slots_to_values(type->u.func.params, params, args, given);
    memset(values, 0, results * sizeof *values);
    u64 *limit = in->limit;
    o->at = (u64 *)(void *)(given + params);
    func->type->call(func, given, values);
    in->limit = limit;
    interp_values_to_slots(type->u.func.results, results, values, args);
}
