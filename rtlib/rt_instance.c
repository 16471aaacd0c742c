/* rt_instance.c: instances from their module's description: allocation, imports, memories, tables,
 * then the module's own init in a frame.
 *
 * What fails is undone. But when init trapped after functions may have been given away (a segment
 * wrote into an imported table, the start function called an import), the instance is parked: it
 * lives on with its context, which it shares with every instance and table that it was linked to.
 */
#include "rt_pool.h"
#include "rt_snapshot.h"
#include <stdio.h>
#include <stdlib.h>

#define TEXT_SIZE sizeof(((w2c_error *)0)->text)

/* ---- steps ---------------------------------------------------------------------------------- */
w2c_status w2c_module_check(const w2c_module *module, char *text, size_t cap) {
    w2c_text why = w2c_text_start(text, cap);
    if (!module) {
        w2c_text_add(&why, "no module");
        return W2C_INVALID;
    }
    if (module->abi != W2C_ABI || module->size < sizeof(w2c_instance)) {
        w2c_text_add(&why, "module %s has ABI %u, the runtime library has %u: translate it again",
                     module->abi == W2C_ABI ? module->name : "", module->abi, (unsigned)W2C_ABI);
        return W2C_MISMATCH;
    }
    if (module->selfcheck && !module->selfcheck()) {
        w2c_text_add(&why,
                     "module %s was compiled with inexact floating point (-ffast-math, fused "
                     "a*b+c), or denormals are flushed to zero: compile it without such flags",
                     module->name);
        return W2C_MISMATCH;
    }
    return W2C_OK;
}

static void make_records(w2c_instance *instance) {
    const w2c_module *module = instance->module;
    w2c_func *records = (w2c_func *)w2c_at(instance, module->func_records);
    for (u32 i = 0; i < module->func_count; i++) {
        records[i].code = module->funcs[i].code == w2c_no_code ? NULL : module->funcs[i].code;
        records[i].instance = instance;
        records[i].type = module->funcs[i].type;
        records[i].tail = module->funcs[i].tail;
    }
}

static void make_tags(w2c_instance *instance) {
    const w2c_module *module = instance->module;
    for (u32 i = 0; i < module->tag_count; i++)
        ((w2c_tag *)w2c_at(instance, module->tags[i].storage))->type = module->tags[i].type;
}

/* What w2c_instance_new_filled puts in the place of init. */
typedef struct filler {
    w2c_fill_fn *fill; /* NULL: init */
    void *user;
} filler;

/* The embedder's limit for this instance; a pool's is in its memories already. */
static w2c_status limit_memory(w2c_memory *m, const w2c_memory *clean, u64 max_bytes, char *text) {
    m->limit_pages = clean->limit_pages;
    if (max_bytes && max_bytes >> m->page_log2 < m->limit_pages)
        m->limit_pages = max_bytes >> m->page_log2;
    if (m->pages <= m->limit_pages) return W2C_OK;
    snprintf(text, TEXT_SIZE, "a memory starts with %llu pages, %llu are allowed: raise max_memory",
             (unsigned long long)m->pages, (unsigned long long)m->limit_pages);
    return W2C_LIMIT;
}

static w2c_memory_wish wish_of(const w2c_image_set *images, u32 i, const w2c_config *config) {
    w2c_memory_wish wish;
    memset(&wish, 0, sizeof wish);
    wish.max_bytes = config->max_memory;
    wish.image = images ? &images->of[i] : NULL;
    wish.policy = config->memory_policy;
    wish.reuse = true;
    return wish;
}

static w2c_status make_memory(w2c_instance *instance, u32 i, const w2c_config *config, char *text) {
    const w2c_memory_desc *d = &instance->module->memories[i];
    w2c_memory *m = (w2c_memory *)w2c_at(instance, d->storage);
    if (instance->slot) {
        *m = instance->slot->memories[i];
        return limit_memory(m, m, config->max_memory, text);
    }
    w2c_memory_wish wish = wish_of(instance->images, i, config);
    w2c_instance_take_room(instance->module, instance, i, &wish);
    return w2c_memory_create(m, d, &wish, text, TEXT_SIZE);
}

static w2c_status make_memories(w2c_instance *instance, const w2c_config *config, char *text) {
    const w2c_module *module = instance->module;
    for (u32 i = 0; i < module->memory_count; i++) {
        const w2c_memory_desc *d = &module->memories[i];
        w2c_memory *m = (w2c_memory *)w2c_at(instance, d->storage);
        w2c_status status = make_memory(instance, i, config, text);
        if (status != W2C_OK) return status;
        *(w2c_memory **)w2c_at(instance, d->slot) = m;
        if (d->base) *(u8 **)w2c_at(instance, d->base) = m->data;
    }
    return W2C_OK;
}

static w2c_status make_tables(w2c_instance *instance, char *text) {
    const w2c_module *module = instance->module;
    for (u32 i = 0; i < module->table_count; i++) {
        const w2c_table_desc *d = &module->tables[i];
        w2c_table *t = (w2c_table *)w2c_at(instance, d->storage);
        w2c_status status = w2c_table_create(t, d, text, TEXT_SIZE);
        if (status != W2C_OK) return status;
        *(w2c_table **)w2c_at(instance, d->slot) = t;
        t->context = instance->context;
    }
    return W2C_OK;
}

static void find_memory(w2c_instance *instance) {
    const w2c_module *module = instance->module;
    w2c_extern e;
    if (w2c_export_find(instance, w2c_name_of("memory"), &e) && e.kind == W2C_MEMORY)
        instance->memory = e.memory;
    else if (module->first_memory)
        instance->memory = *(w2c_memory **)w2c_at(instance, module->first_memory);
}

static w2c_status run(w2c_instance *instance, void (*what)(w2c_instance *)) {
    w2c_frame frame;
    if (!what) return W2C_OK;
    if (W2C_TRY(frame, instance)) what(instance);
    return w2c_frame_leave(&frame);
}

/* Could somebody else hold a function of this instance? */
static bool may_have_escaped(const w2c_instance *instance) {
    const w2c_module *module = instance->module;
    for (u32 i = 0; i < module->import_count; i++)
        if (module->imports[i].kind != W2C_MEMORY) return module->func_count != 0;
    return false;
}

/* Those that it was linked with know how its exceptions come. */
static w2c_status check_ways(const w2c_instance *instance, char *text) {
    const u32 *ways = instance->context->ways;
    if (!ways[W2C_TESTED] || !ways[W2C_JUMPING]) return W2C_OK;
    snprintf(text, TEXT_SIZE,
             "module %s is linked with one whose exceptions are passed on in the other way: "
             "translate all of them with the same --exceptions=tests or =jumps",
             instance->module->name);
    return W2C_MISMATCH;
}

/* ---- the whole ------------------------------------------------------------------------------ */
/* Everything up to init; the instance is in its context then. */
static w2c_status build(w2c_instance *instance, const w2c_imports *imports,
                        const w2c_config *config, char *text) {
    const w2c_module *module = instance->module;
    make_records(instance);
    make_tags(instance);
    w2c_status status = w2c_tail_prepare(instance) ? W2C_OK : W2C_NOMEM;
    if (config->lazy_imports && module->import_count) {
        instance->waiting = (w2c_extern *)calloc(module->import_count, sizeof(w2c_extern));
        if (!instance->waiting) status = W2C_NOMEM;
    }
    if (status == W2C_OK) status = w2c_imports_bind(instance, imports, text, TEXT_SIZE);
    if (status == W2C_OK) status = make_memories(instance, config, text);
    if (status == W2C_OK) status = make_tables(instance, text);
    if (status == W2C_OK && module->text_begin) {
        instance->text = w2c_registry_add(W2C_RANGE_TEXT, module->text_begin, module->text_end);
        if (!instance->text) status = W2C_NOMEM;
    }
    if (status == W2C_OK) status = check_ways(instance, text);
    if (status == W2C_OK) find_memory(instance);
    return status;
}

/* An element segment trapped: whoever got a function of the instance finds memories without what
 * the data segments, which come later, would have put there. */
static void forget_images(w2c_instance *instance) {
    const w2c_module *module = instance->module;
    if (!instance->images || instance->has_data || module->given) return;
    for (u32 i = 0; i < module->memory_count; i++)
        w2c_memory_zero((w2c_memory *)w2c_at(instance, module->memories[i].storage));
    if (instance->slot) instance->slot->broken = true;
}

static void park(w2c_instance *instance) {
    w2c_slot *slot = instance->slot;
    if (slot && slot->own_context) slot->context = NULL; /* it comes back alone, if at all */
    forget_images(instance);
    w2c_context_park(instance);
}

/* Runs init, where it has not been, and the start function; on failure `instance` is gone or
 * parked. */
static w2c_status start(w2c_instance *instance, const w2c_imports *imports, char *text) {
    w2c_slot *slot = instance->slot;
    w2c_status status = W2C_OK;
    if (!slot || !slot->is_kept) {
        status = run(instance, instance->module->init);
        if (status == W2C_OK && slot && w2c_pool_may_keep(slot->pool, imports, true))
            w2c_slot_capture(slot);
    }
    if (status == W2C_OK) status = run(instance, instance->module->start);
    if (status == W2C_OK) return W2C_OK;
    if (instance->context->detail[0])
        snprintf(text, TEXT_SIZE, "%s", instance->context->detail);
    else
        snprintf(text, TEXT_SIZE, "module %s: a segment or the start function ended with: %s",
                 instance->module->name, w2c_status_text(status));
    if (may_have_escaped(instance))
        park(instance);
    else
        w2c_instance_delete(instance);
    return status;
}

/* Its struct, in a place of the pool or alone. filled: memories begin with zeros. NULL: text says why. */
static w2c_instance *place(const w2c_module *module, const w2c_imports *imports,
                           const w2c_config *config, bool filled, w2c_status *status, char *text) {
    if (config->pool) {
        w2c_slot *slot =
            w2c_pool_take(config->pool, module, imports, config, status, text, TEXT_SIZE);
        if (slot) slot->instance->images = slot->images;
        return slot ? slot->instance : NULL;
    }
    const w2c_image_set *images = filled ? NULL : w2c_images_get(module, false);
    w2c_memory_wish wish = wish_of(images, 0, config);
    w2c_instance *instance = w2c_instance_place(module, &wish, text, TEXT_SIZE);
    if (!instance) *status = W2C_NOMEM;
    if (instance) instance->images = images;
    return instance;
}

/* The context that the instance is to have: given, of its place, or new. NULL: no memory. */
static w2c_context *choose_context(const w2c_instance *instance, const w2c_config *config) {
    w2c_context *context = w2c_context_root(config->context);
    if (context) return context;
    w2c_slot *slot = instance->slot;
    if (!slot) return w2c_context_new();
    if (!slot->context) slot->context = w2c_context_new();
    slot->own_context = slot->context != NULL;
    return slot->context;
}

static void unplace(w2c_instance *instance) {
    if (instance->slot)
        w2c_pool_give(instance->slot);
    else
        w2c_instance_unplace(instance->module, instance);
}

/* What was kept of init, for this tenant. */
static w2c_status adapt(w2c_instance *instance, const w2c_config *config, char *text) {
    const w2c_module *module = instance->module;
    for (u32 i = 0; i < module->table_count; i++)
        ((w2c_table *)w2c_at(instance, module->tables[i].storage))->context = instance->context;
    for (w2c_host *host = instance->bound; host; host = host->next)
        host->instance.host_data = config->host;
    for (u32 i = 0; i < module->memory_count; i++) {
        w2c_memory *m = (w2c_memory *)w2c_at(instance, module->memories[i].storage);
        w2c_status status = limit_memory(m, &instance->slot->memories[i], config->max_memory, text);
        if (status != W2C_OK) return status;
    }
    return w2c_tail_prepare(instance) ? W2C_OK : W2C_NOMEM;
}

static void configure(w2c_context *context, const w2c_config *config) {
    if (config->stack_bytes) context->stack_bytes = config->stack_bytes;
    if (config->backtrace) w2c_trace_make(context); /* without memory there is none */
    if (config->max_gc_heap) context->max_gc_heap = config->max_gc_heap;
    if (config->gc_stress) context->gc_stress = config->gc_stress;
    if (config->meter) w2c_context_set_meter(context, config->meter);
    w2c_heap_configure(context);
}

static w2c_status instantiate(const w2c_module *module, w2c_instance **out,
                              const w2c_imports *imports, const w2c_config *config, const filler *f,
                              char *text) {
    w2c_status status = w2c_module_check(module, text, TEXT_SIZE);
    if (status != W2C_OK) return status;
    if (f->fill && config->pool) {
        snprintf(text, TEXT_SIZE, "a snapshot is not loaded into a pool's place: translate one");
        return W2C_INVALID;
    }
    w2c_instance *instance = place(module, imports, config, f->fill != NULL, &status, text);
    if (!instance) return status;
    instance->module = module;
    w2c_context *context = choose_context(instance, config);
    if (!context) {
        unplace(instance);
        return W2C_NOMEM;
    }
    instance->host_data = config->host;
    instance->resolve = imports ? imports->resolve : NULL;
    instance->resolve_user = imports ? imports->user : NULL;
    configure(context, config);
    w2c_context_add(context, instance);
    if (instance->slot && instance->slot->is_kept)
        status = adapt(instance, config, text);
    else
        status = build(instance, imports, config, text);
    if (status == W2C_OK) status = w2c_watch_instance(instance, config, text, TEXT_SIZE);
    if (status == W2C_OK && f->fill) {
        status = f->fill(instance, f->user, text, TEXT_SIZE);
        if (status == W2C_OK) *out = instance;
        if (status == W2C_OK) return W2C_OK;
    }
    if (status != W2C_OK) {
        if (!text[0]) snprintf(text, TEXT_SIZE, "%s", w2c_status_text(status));
        w2c_instance_delete(instance);
        return status;
    }
    status = start(instance, imports, text);
    if (status == W2C_OK) *out = instance;
    return status;
}

static w2c_status make(const w2c_module *module, w2c_instance **out, const w2c_imports *imports,
                       const w2c_config *config, const filler *f) {
    static const w2c_config defaults;
    char text[TEXT_SIZE];
    text[0] = 0;
    *out = NULL;
    if (!config) config = &defaults;
    w2c_status status = instantiate(module, out, imports, config, f, text);
    if (config->error) {
        config->error->status = status;
        if (status == W2C_OK) text[0] = 0;
        memcpy(config->error->text, text, strlen(text) + 1);
    }
    return status;
}

w2c_status w2c_instance_new(const w2c_module *module, w2c_instance **out,
                            const w2c_imports *imports, const w2c_config *config) {
    filler f = {NULL, NULL};
    return make(module, out, imports, config, &f);
}

w2c_status w2c_instance_new_filled(const w2c_module *module, w2c_instance **out,
                                   const w2c_imports *imports, const w2c_config *config,
                                   w2c_fill_fn *fill, void *user) {
    filler f = {fill, user};
    return make(module, out, imports, config, &f);
}

void w2c_instance_free(w2c_instance *instance) {
    const w2c_module *module = instance->module;
    if (instance->slot) {
        w2c_pool_give(instance->slot);
        return;
    }
    for (u32 i = 0; i < module->table_count; i++)
        w2c_table_destroy((w2c_table *)w2c_at(instance, module->tables[i].storage));
    w2c_registry_remove(instance->text);
    w2c_hosts_free(instance);
    w2c_hold_end(&instance->hold, NULL, 0, 0);
    w2c_instance_end(instance);
}

void w2c_instance_delete(w2c_instance *instance) {
    if (!instance) return;
    w2c_context *context = instance->context;
    w2c_slot *slot = instance->slot;
    if (instance->module->tag_count) w2c_exceptions_forget(context, instance);
    w2c_context_remove(instance);
    if (slot && slot->own_context) {
        if (slot->context == context && w2c_context_recycle(context)) {
            w2c_pool_give(slot);
            return;
        }
        slot->context = NULL;
    }
    w2c_instance_free(instance);
    w2c_context_release(context);
}

/* ---- questions ------------------------------------------------------------------------------ */
void *w2c_instance_host(const w2c_instance *instance) {
    return instance->host_data;
}

w2c_context *w2c_instance_context(const w2c_instance *instance) {
    return instance->context;
}

const char *w2c_instance_name(const w2c_instance *instance) {
    return instance->module ? instance->module->name : "";
}

const char *w2c_instance_detail(const w2c_instance *instance) {
    return instance->context->detail;
}

w2c_memory *w2c_instance_memory(w2c_instance *instance) {
    return instance->memory;
}
