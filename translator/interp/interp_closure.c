/* interp_closure.c: interpreted functions as C functions, for what --tier compiles, which shares the interpreter's types
 * and has no adapters of its own (compiled modules have: rtlib/rt_call.c): libffi closures of the C type that a
 * signature has in generated code. Made for modules that are loaded as `callable`: one for each function
 * that can be referred to, for each import's stub, and two for each type, by which compiled code calls host
 * functions that this module imported. The instance comes as first argument. Types with v128 have none:
 * libffi knows no vectors. */
#include "interp_impl.h"
#include <ffi.h>

typedef enum ClosureKind { CLOSURE_RECORD, CLOSURE_STUB, CLOSURE_HOST } ClosureKind;

typedef struct CallShape { /* of a type */
    ffi_cif cif;
    ffi_type result, *parts[1];
    const TypeDef *type;
} CallShape;

typedef struct Closure {
    ffi_closure *closure;
    struct Closure *next;
    const CallShape *shape;
    ClosureKind kind;
    u32 number; /* function; import */
} Closure;

static ffi_type *value_type(ValType t) {
    switch (vt_kind(t)) {
    case VT_I32:
        return &ffi_type_uint32;
    case VT_I64:
        return &ffi_type_uint64;
    case VT_F32:
        return &ffi_type_float;
    case VT_F64:
        return &ffi_type_double;
    default:
        return &ffi_type_pointer;
    }
}

static size_t value_size(ValType t) {
    return vt_kind(t) == VT_I32 || vt_kind(t) == VT_F32 ? 4 : 8;
}

/* ---- a call ---------------------------------------------------------------------------------- */
static void give_results(const TypeDef *t, const w2c_value *results, void *to) {
    u32 count = t->u.func.result_count;
    if (count == 1 && vt_kind(t->u.func.results[0]) == VT_I32) {
        *(ffi_arg *)to = results[0].i32;
        return;
    }
    size_t at = 0;
    for (u32 i = 0; i < count; i++) {
        size_t size = value_size(t->u.func.results[i]);
        at = (at + size - 1) & ~(size - 1);
        memcpy((char *)to + at, &results[i], size);
        at += size;
    }
}

static void enter(ffi_cif *cif, void *result, void **args, void *user) {
    const Closure *c = user;
    const TypeDef *t = c->shape->type;
    w2c_instance *instance = *(w2c_instance **)args[0];
    w2c_operands *o = w2c_operands_of(instance);
    u32 params = t->u.func.param_count, results = t->u.func.result_count;
    (void)cif;
    if (!o) w2c_trap(W2C_NOMEM);
    u64 *before = o->at;
    w2c_value *values = (w2c_value *)(((uintptr_t)before + 15) & ~(uintptr_t)15);
    if ((u64 *)(void *)(values + params + results + 1) > o->end) w2c_trap(W2C_TRAP_STACK_EXHAUSTED);
    for (u32 i = 0; i < params; i++)
        memcpy(&values[results + i], args[i + 1], value_size(t->u.func.params[i]));
    memset(values, 0, results * sizeof *values);
    o->at = (u64 *)(void *)(values + results + params);
    if (c->kind == CLOSURE_RECORD) {
        interp_call_func((Inst *)(void *)instance, c->number, values + results, values);
    } else if (c->kind == CLOSURE_STUB) {
        const w2c_func *bound = w2c_import_bind(instance, c->number);
        bound->type->call(bound, values + results, values);
    } else {
        interp_call(&((w2c_host *)(void *)instance)->func, values + results, values);
    }
    give_results(t, values, result);
    o->at = before;
}

/* ---- making ---------------------------------------------------------------------------------- */
static bool has_vectors(const TypeDef *t) {
    for (u32 i = 0; i < t->u.func.param_count; i++)
        if (vt_kind(t->u.func.params[i]) == VT_V128) return true;
    for (u32 i = 0; i < t->u.func.result_count; i++)
        if (vt_kind(t->u.func.results[i]) == VT_V128) return true;
    return false;
}

static bool make_shape(Interp *it, Context *ctx, u32 type) {
    const TypeDef *t = &it->m->types[type];
    u32 params = t->u.func.param_count, results = t->u.func.result_count;
    CallShape *s = ARENA_NEW(&it->arena, CallShape);
    ffi_type **types = ARENA_ARRAY(&it->arena, (size_t)params + 1, ffi_type *);
    ffi_type **parts = ARENA_ARRAY(&it->arena, (size_t)results + 1, ffi_type *);
    if (!s || !types || !parts) return diag_nomem(ctx);
    s->type = t;
    types[0] = &ffi_type_pointer;
    for (u32 i = 0; i < params; i++)
        types[i + 1] = value_type(t->u.func.params[i]);
    for (u32 i = 0; i < results; i++)
        parts[i] = value_type(t->u.func.results[i]);
    s->result.type = FFI_TYPE_STRUCT;
    s->result.elements = parts;
    ffi_type *result = results == 0 ? &ffi_type_void : results == 1 ? parts[0] : &s->result;
    if (ffi_prep_cif(&s->cif, FFI_DEFAULT_ABI, params + 1, result, types) != FFI_OK)
        return diag_error(ctx, ERR_unsupported, NO_OFFSET, " by libffi: type %u", type);
    it->shapes[type] = s;
    return true;
}

static bool make(Interp *it, Context *ctx, u32 type, ClosureKind kind, u32 number, w2c_code *code) {
    type = it->m->types[type].canon;
    if (has_vectors(&it->m->types[type])) return true;
    if (!it->shapes[type] && !make_shape(it, ctx, type)) return false;
    Closure *c = ARENA_NEW(&it->arena, Closure);
    void *at = NULL;
    if (!c || !(c->closure = ffi_closure_alloc(sizeof(ffi_closure), &at))) return diag_nomem(ctx);
    c->next = it->closures;
    it->closures = c;
    c->shape = it->shapes[type];
    c->kind = kind;
    c->number = number;
    if (ffi_prep_closure_loc(c->closure, &it->shapes[type]->cif, enter, c, at) != FFI_OK)
        return diag_error(ctx, ERR_unsupported, NO_OFFSET, " by this system: closures");
    memcpy(code, &at, sizeof at);
    return true;
}

bool interp_closures_make(Interp *it, Context *ctx) {
    const Module *m = it->m;
    if (!it->options.callable) return true;
    it->shapes = ARENA_ARRAY(&it->arena, m->type_count, CallShape *);
    if (!it->shapes) return diag_nomem(ctx);
    for (u32 i = 0; i < m->type_count; i++) {
        w2c_type *t = &it->types[i];
        if (m->types[i].canon != i || m->types[i].form != FORM_FUNC) continue;
        if (!make(it, ctx, i, CLOSURE_HOST, 0, &t->host)) return false;
        if (!has_vectors(&m->types[i])) t->host_any = t->host;
    }
    w2c_func_desc *funcs = (w2c_func_desc *)(uintptr_t)it->module.funcs;
    for (u32 r = 0; r < it->module.func_count; r++) {
        u32 f = it->record_funcs[r];
        if (!make(it, ctx, m->funcs[f].type, CLOSURE_RECORD, f, &funcs[r].code)) return false;
    }
    w2c_import_desc *imports = (w2c_import_desc *)(uintptr_t)it->module.imports;
    for (u32 i = 0; i < m->import_count; i++)
        if (m->imports[i].kind == EXTERN_FUNC &&
            !make(it, ctx, m->funcs[m->imports[i].index].type, CLOSURE_STUB, i, &imports[i].stub))
            return false;
    return true;
}

void interp_closures_free(Interp *it) {
    for (Closure *c = it->closures; c; c = c->next)
        ffi_closure_free(c->closure);
}
