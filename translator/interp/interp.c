/* interp.c: the description of a module that is interpreted, and the places of things in its
 * instances. What a compiled module brings as constants is made here at run time, in the arena. */
#include "interp_impl.h"
#include <stdlib.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

void interp_text(const char **begin, const char **end);

typedef struct Loader {
    Interp *it;
    Context *ctx;
    const Module *m;
    u64 size; /* of the instance so far */
    bool ok;
} Loader;

static u32 take(Loader *l, u64 count, size_t bytes) {
    u64 at = (l->size + 15) & ~(u64)15;
    l->size = at + count * bytes;
    if (count > UINT32_MAX || l->size > UINT32_MAX) {
        if (l->ok) diag_error(l->ctx, ERR_limit, NO_OFFSET, ": an instance of more than 4 GiB");
        l->ok = false;
        l->size = sizeof(Inst);
    }
    return (u32)at;
}

static void *rows(Loader *l, u32 count, size_t bytes) {
    void *at = arena_array(&l->it->arena, count, bytes);
    if (!at) l->ok = diag_nomem(l->ctx);
    return at;
}

static const char *words(Loader *l, ValType t) {
    const char *text = interp_value_text(l->it, l->ctx, t);
    if (!text) l->ok = false;
    return text;
}

static const w2c_type *heap_type(const Loader *l, ValType t) {
    if (!vt_is_ref(t) || !ht_is_index(vt_heap(t))) return NULL;
    return &l->it->types[l->m->types[vt_heap(t)].canon];
}

static w2c_name name_of(Slice s) {
    return (w2c_name){(const char *)s.ptr, s.len};
}

static w2c_limits limits_of(const Limits *l) {
    return (w2c_limits){l->min, l->has_max ? l->max : UINT64_MAX};
}

static u8 mode_of(const Loader *l, const Memory *m) {
    bool guard = !l->it->options.bounds && !m->limits.is64 && m->page_log2 == 16;
    return guard ? W2C_GUARD : W2C_BOUNDS;
}

/* ---- places ---------------------------------------------------------------------------------- */
static void make_records(Loader *l) {
    Interp *it = l->it;
    const Module *m = l->m;
    u32 words64 = (m->func_count + 63) / 64, count = 0;
    it->record_ranks = rows(l, words64 + 1, sizeof(u32));
    if (!l->ok) return;
    u64 imported = m->imported_funcs; /* have no records: their bits are not counted */
    for (u32 w = 0; w < words64; w++) {
        u64 bits = m->declared[w];
        if (imported >= 64)
            bits = 0;
        else if (imported)
            bits &= ~(u64)0 << imported;
        it->record_ranks[w] = count - (u32)__builtin_popcountll(m->declared[w] & ~bits);
        count += (u32)__builtin_popcountll(bits);
        imported = imported > 64 ? imported - 64 : 0;
    }
    w2c_func_desc *funcs = rows(l, count, sizeof *funcs);
    it->record_funcs = rows(l, count, sizeof(u32));
    if (!l->ok) return;
    for (u32 f = m->imported_funcs, r = 0; f < m->func_count; f++) {
        if (!bitmap_has(m->declared, f)) continue;
        it->record_funcs[r] = f;
        funcs[r].code = w2c_no_code; /* --tier has closures in its place */
        funcs[r].type = &it->types[m->types[m->funcs[f].type].canon];
        r++;
    }
    it->module.funcs = funcs;
    it->module.func_count = count;
    it->records = it->module.func_records = take(l, count, sizeof(w2c_func));
}

static void make_places(Loader *l) {
    Interp *it = l->it;
    const Module *m = l->m;
    it->memories = take(l, m->memory_count, sizeof(void *));
    it->bases = take(l, m->memory_count, sizeof(void *));
    it->tables = take(l, m->table_count, sizeof(void *));
    it->imports = take(l, m->imported_funcs, sizeof(void *));
    it->stubs = take(l, m->imported_funcs, sizeof(w2c_func));
    it->elems = take(l, m->elem_count, sizeof(w2c_elem));
    it->datas = take(l, m->data_count, sizeof(w2c_data));
    it->tags = rows(l, m->tag_count, sizeof(u32));
    it->globals = rows(l, m->global_count, sizeof(u32));
    it->elem_refs = rows(l, m->elem_count, sizeof(u32));
    if (!l->ok) return;
    for (u32 i = 0; i < m->tag_count; i++)
        it->tags[i] = take(l, 1, i < m->imported_tags ? sizeof(void *) : sizeof(w2c_tag));
    for (u32 i = 0; i < m->global_count; i++) {
        bool vector = vt_kind(m->globals[i].type) == VT_V128 && i >= m->imported_globals;
        if (vector)
            it->globals[i] = take(l, 1, 16);
        else {
            it->globals[i] = (u32)l->size;
            l->size += 8;
        }
        if (vector || l->size > UINT32_MAX) l->size = (l->size + 7) & ~(u64)7;
    }
    for (u32 i = 0; i < m->elem_count; i++) {
        const Elem *e = &m->elems[i];
        bool kept = e->mode == SEGMENT_PASSIVE || (e->mode == SEGMENT_ACTIVE && !e->is_funcs);
        it->elem_refs[i] = kept && e->count ? take(l, e->count, sizeof(w2c_ref)) : 0;
    }
}

/* ---- rows ------------------------------------------------------------------------------------ */
static void import_row(Loader *l, const Import *im, w2c_import_desc *d) {
    const Interp *it = l->it;
    const Module *m = l->m;
    u32 i = im->index;
    d->module = name_of(im->module);
    d->name = name_of(im->name);
    switch ((ExternKind)im->kind) {
    case EXTERN_FUNC:
        d->kind = W2C_FUNC;
        d->slot = it->imports + i * (u32)sizeof(void *);
        d->slot2 = it->stubs + i * (u32)sizeof(w2c_func);
        d->type = &it->types[m->types[m->funcs[i].type].canon];
        d->stub = w2c_no_code;
        break;
    case EXTERN_TABLE:
        d->kind = W2C_TABLE;
        d->slot = it->tables + i * (u32)sizeof(void *);
        d->text = words(l, m->tables[i].type);
        d->type = heap_type(l, m->tables[i].type);
        d->limits = limits_of(&m->tables[i].limits);
        d->is64 = m->tables[i].limits.is64;
        break;
    case EXTERN_MEMORY:
        d->kind = W2C_MEMORY;
        d->slot = it->memories + i * (u32)sizeof(void *);
        d->slot2 = it->bases + i * (u32)sizeof(void *);
        d->text = "memory";
        d->limits = limits_of(&m->memories[i].limits);
        d->page_log2 = m->memories[i].page_log2;
        d->mode = mode_of(l, &m->memories[i]);
        d->is64 = m->memories[i].limits.is64;
        d->shared = m->memories[i].limits.shared;
        break;
    case EXTERN_GLOBAL:
        d->kind = W2C_GLOBAL;
        d->slot = it->globals[i];
        d->text = words(l, m->globals[i].type);
        d->type = heap_type(l, m->globals[i].type);
        d->is_mutable = m->globals[i].mutable;
        break;
    case EXTERN_TAG:
        d->kind = W2C_TAG;
        d->slot = it->tags[i];
        d->type = &it->types[m->types[m->tags[i].type].canon];
        break;
    }
}

static void export_row(Loader *l, const Export *x, w2c_export_desc *d) {
    const Interp *it = l->it;
    const Module *m = l->m;
    u32 i = x->index;
    d->name = name_of(x->name);
    d->imported = true;
    switch ((ExternKind)x->kind) {
    case EXTERN_FUNC:
        d->kind = W2C_FUNC;
        d->imported = i < m->imported_funcs;
        d->offset = d->imported ? it->imports + i * (u32)sizeof(void *)
                                : it->records + interp_record(it, i) * (u32)sizeof(w2c_func);
        break;
    case EXTERN_TABLE:
        d->kind = W2C_TABLE;
        d->offset = it->tables + i * (u32)sizeof(void *);
        break;
    case EXTERN_MEMORY:
        d->kind = W2C_MEMORY;
        d->offset = it->memories + i * (u32)sizeof(void *);
        break;
    case EXTERN_GLOBAL:
        d->kind = W2C_GLOBAL;
        d->offset = it->globals[i];
        d->imported = i < m->imported_globals;
        d->is_mutable = m->globals[i].mutable;
        d->text = words(l, m->globals[i].type);
        d->type = heap_type(l, m->globals[i].type);
        break;
    case EXTERN_TAG:
        d->kind = W2C_TAG;
        d->offset = it->tags[i];
        d->imported = i < m->imported_tags;
        break;
    }
}

static void make_tags(Loader *l) {
    const Module *m = l->m;
    u32 own = m->tag_count - m->imported_tags;
    w2c_tag_desc *d = rows(l, own, sizeof *d);
    for (u32 k = 0; l->ok && k < own; k++) {
        u32 i = m->imported_tags + k;
        d[k].storage = l->it->tags[i];
        d[k].type = &l->it->types[m->types[m->tags[i].type].canon];
    }
    l->it->module.tags = d;
    l->it->module.tag_count = own;
}

static void make_memories(Loader *l) {
    const Module *m = l->m;
    u32 own = m->memory_count - m->imported_memories;
    w2c_memory_desc *d = rows(l, own, sizeof *d);
    for (u32 k = 0; l->ok && k < own; k++) {
        u32 i = m->imported_memories + k;
        const Memory *mem = &m->memories[i];
        d[k].storage = take(l, 1, sizeof(w2c_memory));
        d[k].slot = l->it->memories + i * (u32)sizeof(void *);
        d[k].base = l->it->bases + i * (u32)sizeof(void *);
        d[k].limits = limits_of(&mem->limits);
        d[k].page_log2 = mem->page_log2;
        d[k].mode = mode_of(l, mem);
        d[k].is64 = mem->limits.is64;
        d[k].shared = mem->limits.shared;
    }
    l->it->module.memories = d;
    l->it->module.memory_count = own;
    l->it->module.first_memory = m->memory_count ? l->it->memories : 0;
}

static void make_tables(Loader *l) {
    const Module *m = l->m;
    u32 own = m->table_count - m->imported_tables;
    w2c_table_desc *d = rows(l, own, sizeof *d);
    for (u32 k = 0; l->ok && k < own; k++) {
        u32 i = m->imported_tables + k;
        d[k].storage = take(l, 1, sizeof(w2c_table));
        d[k].slot = l->it->tables + i * (u32)sizeof(void *);
        d[k].text = words(l, m->tables[i].type);
        d[k].heap = heap_type(l, m->tables[i].type);
        d[k].limits = limits_of(&m->tables[i].limits);
        d[k].is64 = m->tables[i].limits.is64;
    }
    l->it->module.tables = d;
    l->it->module.table_count = own;
}

static void make_rows(Loader *l) {
    Interp *it = l->it;
    const Module *m = l->m;
    make_memories(l);
    make_tables(l);
    make_tags(l);
    w2c_import_desc *imports = rows(l, m->import_count, sizeof *imports);
    w2c_export_desc *exports = rows(l, m->export_count, sizeof *exports);
    for (u32 i = 0; l->ok && i < m->import_count; i++)
        import_row(l, &m->imports[i], &imports[i]);
    for (u32 i = 0; l->ok && i < m->export_count; i++)
        export_row(l, &m->exports[i], &exports[i]);
    it->module.imports = imports;
    it->module.import_count = m->import_count;
    it->module.exports = exports;
    it->module.export_count = m->export_count;
}

/* ---- what snapshots need ---------------------------------------------------------------------- */
static u64 find_hash(const w2c_module *module) {
    const Interp *it = (const Interp *)(const void *)module;
    return XXH3_64bits(it->m->bytes.ptr, it->m->bytes.len);
}

static void restored(w2c_instance *instance) {
    Inst *in = (Inst *)(void *)instance;
    const Interp *it = inst_interp(in);
    if (it->m->memory_count) in->base = INST_AT(in, u8 *, it->bases)[0];
}

static u32 import_of_func(const Module *m, u32 func) {
    for (u32 i = 0; i < m->import_count; i++)
        if (m->imports[i].kind == EXTERN_FUNC && m->imports[i].index == func) return i;
    return 0;
}

/* The segment's functions by number, as a compiled module has them. */
static const u32 *func_numbers(Loader *l, const Elem *e) {
    u32 *numbers = rows(l, e->count, sizeof *numbers);
    const u8 *at = e->items.ptr;
    for (u32 i = 0; l->ok && i < e->count; i++) {
        u32 func = 0;
        ConstExpr none;
        elem_next(l->m, e, &at, &func, &none);
        numbers[i] = func < l->m->imported_funcs ? W2C_ELEM_IMPORT + import_of_func(l->m, func)
                                                 : interp_record(l->it, func);
    }
    return numbers;
}

static void make_segments(Loader *l) {
    const Module *m = l->m;
    w2c_elem_desc *elems = rows(l, m->elem_count, sizeof *elems);
    w2c_data *datas = rows(l, m->data_count, sizeof *datas);
    w2c_state_desc *state = &l->it->state;
    for (u32 i = 0; l->ok && i < m->elem_count; i++) {
        const Elem *e = &m->elems[i];
        if (e->mode != SEGMENT_PASSIVE || !e->count) continue;
        if (e->is_funcs) elems[i].funcs = func_numbers(l, e);
        elems[i].refs = l->it->elem_refs[i];
        elems[i].count = e->count;
        elems[i].text = words(l, e->type);
        elems[i].heap = heap_type(l, e->type);
        state->elem_count = i + 1;
    }
    for (u32 i = 0; l->ok && i < m->data_count; i++) {
        if (m->datas[i].mode != SEGMENT_PASSIVE) continue;
        datas[i].bytes = m->datas[i].bytes.ptr;
        datas[i].len = m->datas[i].bytes.len;
        state->data_count = i + 1;
    }
    state->elems = elems;
    state->datas = datas;
}

static void field_row(Loader *l, ValType t, u32 offset, w2c_field_desc *d) {
    bool concrete = vt_is_ref(t) && ht_is_index(vt_heap(t));
    d->text = !concrete ? words(l, t) : vt_nullable(t) ? "(ref null #)" : "(ref #)";
    d->heap = heap_type(l, t);
    d->offset = offset;
}

static bool is_object(const Module *m, u32 type) {
    return m->types[type].canon == type && m->types[type].form != FORM_FUNC;
}

/* What is in objects and exceptions. */
static void make_objects(Loader *l) {
    const Module *m = l->m;
    w2c_state_desc *state = &l->it->state;
    u32 field_count = 0, object_count = 0, at = 0, n = 0;
    for (u32 i = 0; i < m->type_count; i++) {
        object_count += is_object(m, i);
        field_count += is_object(m, i) ? m->types[i].u.fields.count : 0;
    }
    for (u32 i = 0; i < m->tag_count; i++)
        field_count += m->types[m->tags[i].type].u.func.param_count;
    w2c_object_desc *objects = rows(l, object_count, sizeof *objects);
    w2c_object_desc *tags = rows(l, m->tag_count, sizeof *tags);
    w2c_field_desc *fields = rows(l, field_count, sizeof *fields);
    for (u32 i = 0; l->ok && i < m->type_count; i++) {
        const TypeDef *t = &m->types[i];
        if (!is_object(m, i)) continue;
        objects[n++] = (w2c_object_desc){&l->it->types[i], i, at, t->u.fields.count};
        u64 end = sizeof(const w2c_type *);
        for (u32 k = 0; k < t->u.fields.count; k++, at++) {
            ValType f = t->u.fields.fields[k].type;
            field_row(l, f,
                      t->form == FORM_ARRAY ? l->it->types[i].size : interp_field_next(f, &end),
                      &fields[at]);
        }
    }
    for (u32 i = 0; l->ok && i < m->tag_count; i++) {
        const TypeDef *t = &m->types[m->tags[i].type];
        tags[i] = (w2c_object_desc){&l->it->types[m->types[m->tags[i].type].canon], i, at,
                                    t->u.func.param_count};
        for (u32 k = 0; k < t->u.func.param_count; k++, at++)
            field_row(l, t->u.func.params[k], 0, &fields[at]);
    }
    state->objects = objects;
    state->object_count = object_count;
    state->tags = tags;
    state->tag_count = m->tag_count;
    state->fields = fields;
}

static void make_state(Loader *l) {
    Interp *it = l->it;
    const Module *m = l->m;
    u32 own = m->global_count - m->imported_globals;
    w2c_global_desc *globals = rows(l, own, sizeof *globals);
    for (u32 k = 0; l->ok && k < own; k++) {
        u32 i = m->imported_globals + k;
        globals[k].offset = it->globals[i];
        globals[k].text = words(l, m->globals[i].type);
        globals[k].heap = heap_type(l, m->globals[i].type);
    }
    it->state.globals = globals;
    it->state.global_count = own;
    it->state.func_indices = it->record_funcs;
    it->state.find_hash = find_hash;
    it->state.elem_states = it->elems;
    it->state.data_states = it->datas;
    it->state.restored = restored;
    it->module.state = &it->state;
    make_segments(l);
    make_objects(l);
}

/* ---- the whole ------------------------------------------------------------------------------- */
static bool load(Interp *it, Context *ctx, const char *name) {
    Loader l = {it, ctx, it->m, sizeof(Inst), true};
    if (!interp_types_make(it, ctx)) return false;
    for (u32 i = 0; i < it->m->type_count; i++) { /* hosts are called by interp_call itself */
        it->types[i].host = w2c_no_code;
        it->types[i].host_any = w2c_no_code;
    }
    it->module.abi = W2C_ABI;
    it->module.name = arena_strdup(&it->arena, name, strlen(name));
    it->module.stamp = "w2c " W2C_VERSION ", interpreted";
    if (!it->module.name) return diag_nomem(ctx);
    if (!it->options.bounds) interp_text(&it->module.text_begin, &it->module.text_end);
    it->module.init = interp_init;
    it->module.tracer = &interp_tracer;
    it->module.call = interp_call_record;
    if (it->m->start != NO_FUNC) it->module.start = interp_start;
    if (!interp_active_make(it, ctx)) return false;
    it->module.selfcheck = w2c_selfcheck;
    if (it->options.hot_calls && !(it->calls = rows(&l, it->m->func_count, sizeof(u32))))
        return false;
    make_records(&l);
    if (l.ok) make_places(&l);
    if (l.ok) make_rows(&l);
    if (l.ok) make_state(&l);
    it->module.size = (u32)l.size;
    return l.ok && interp_space_make(it, ctx) && interp_closures_make(it, ctx);
}

w2c_status w2c_interp_load(Context *ctx, Module *m, const char *name, const InterpOptions *options,
                           Interp **out) {
    *out = NULL;
    Interp *it = ctx->alloc.resize(ctx->alloc.user, NULL, sizeof *it);
    if (!it) {
        diag_nomem(ctx);
        return W2C_NOMEM;
    }
    memset(it, 0, sizeof *it);
    it->m = m;
    it->ctx = context_worker(ctx);
    if (options) it->options = *options;
    it->module.metered = it->options.metered;
    arena_init(&it->arena, ctx->alloc);
    arena_init(&it->scratch, ctx->alloc);
    pthread_mutex_init(&it->lock, NULL);
    if (load(it, ctx, name)) {
        *out = it;
        return W2C_OK;
    }
    w2c_interp_delete(it);
    return ctx->diag.class == CLASS_NOMEM ? W2C_NOMEM : W2C_LIMIT;
}

void w2c_interp_delete(Interp *it) {
    if (!it) return;
    Allocator alloc = it->ctx.alloc;
    w2c_module_forget(&it->module);
    interp_closures_free(it);
    interp_space_free(it);
    arena_free(&it->arena);
    arena_free(&it->scratch);
    pthread_mutex_destroy(&it->lock);
    alloc.resize(alloc.user, it, 0);
}

const w2c_module *w2c_interp_module(const Interp *it) {
    return &it->module;
}

const Diag *w2c_interp_error(const Interp *it) {
    return &it->ctx.diag;
}

void w2c_interp_stats(Interp *it, InterpStats *out) {
    pthread_mutex_lock(&it->lock);
    u64 defined = it->m->func_count - it->m->imported_funcs;
    *out = (InterpStats){
        .functions = defined,
        .called = it->called,
        .records = (defined - it->called) * sizeof(Func),
        .called_records = it->called * (sizeof(Func) + sizeof(Code)),
        .code = it->code_bytes,
        .reference_records =
            it->module.func_count * (sizeof(w2c_func) + sizeof(w2c_func_desc) + sizeof(u32)),
        .shared = it->arena.total,
    };
    pthread_mutex_unlock(&it->lock);
}
