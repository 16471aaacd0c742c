/* rt_instance.c: instances from their module's description: allocation, imports, memories, tables,
 * then the module's own init in a frame.
 *
 * What fails is undone. But when init trapped after functions may have been given away (a segment
 * wrote into an imported table, the start function called an import), the instance is parked: it
 * lives on with its context, which it shares with every instance and table that it was linked to.
 */
#include "rt_internal.h"
#include "rt_snapshot.h"
#include <stdio.h>
#include <stdlib.h>

#define TEXT_SIZE sizeof(((w2c_error *)0)->text)

/* ---- steps ---------------------------------------------------------------------------------- */
static w2c_status check_module(const w2c_module *module, w2c_text *why) {
    if (!module) {
        w2c_text_add(why, "no module");
        return W2C_INVALID;
    }
    if (module->abi != W2C_ABI || module->size < sizeof(w2c_instance)) {
        w2c_text_add(why, "module %s has ABI %u, the runtime library has %u: translate it again",
                     module->abi == W2C_ABI ? module->name : "", module->abi, (unsigned)W2C_ABI);
        return W2C_MISMATCH;
    }
    if (module->selfcheck && !module->selfcheck()) {
        w2c_text_add(why,
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
        records[i].code = module->funcs[i].code;
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

static w2c_status make_memories(w2c_instance *instance, u64 max_bytes, bool filled, char *text) {
    const w2c_module *module = instance->module;
    if (module->memory_count && !filled) instance->images = w2c_images_get(module, false);
    for (u32 i = 0; i < module->memory_count; i++) {
        const w2c_memory_desc *d = &module->memories[i];
        w2c_memory *m = (w2c_memory *)w2c_at(instance, d->storage);
        w2c_memory_wish wish = {max_bytes, instance->images ? &instance->images->of[i] : NULL,
                                false};
        w2c_status status = w2c_memory_create(m, d, &wish, text, TEXT_SIZE);
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

/* ---- the whole ------------------------------------------------------------------------------ */
/* Everything up to init; the instance is in its context then. */
static w2c_status build(w2c_instance *instance, const w2c_imports *imports,
                        const w2c_config *config, bool filled, char *text) {
    const w2c_module *module = instance->module;
    make_records(instance);
    make_tags(instance);
    w2c_status status = w2c_tail_prepare(instance) ? W2C_OK : W2C_NOMEM;
    if (status == W2C_OK) status = w2c_imports_bind(instance, imports, text, TEXT_SIZE);
    if (status == W2C_OK) status = make_memories(instance, config->max_memory, filled, text);
    if (status == W2C_OK) status = make_tables(instance, text);
    if (status == W2C_OK && module->text_begin) {
        if (w2c_registry_add(W2C_RANGE_TEXT, module->text_begin, module->text_end))
            instance->has_text = true;
        else
            status = W2C_NOMEM;
    }
    if (status == W2C_OK) find_memory(instance);
    return status;
}

/* An element segment trapped: whoever got a function of the instance finds memories without what
 * the data segments, which come later, would have put there. */
static void forget_images(w2c_instance *instance) {
    const w2c_module *module = instance->module;
    for (u32 i = 0; i < module->memory_count; i++)
        w2c_memory_zero((w2c_memory *)w2c_at(instance, module->memories[i].storage));
}

/* Runs init and the start function; on failure `instance` is gone or parked. */
static w2c_status start(w2c_instance *instance, char *text) {
    w2c_status status = run(instance, instance->module->init);
    if (status == W2C_OK) status = run(instance, instance->module->start);
    if (status == W2C_OK) return W2C_OK;
    if (instance->context->detail[0])
        snprintf(text, TEXT_SIZE, "%s", instance->context->detail);
    else
        snprintf(text, TEXT_SIZE, "module %s: a segment or the start function ended with: %s",
                 instance->module->name, w2c_status_text(status));
    if (may_have_escaped(instance)) {
        if (instance->images && !instance->has_data && !instance->module->given)
            forget_images(instance);
        w2c_context_park(instance);
    } else
        w2c_instance_delete(instance);
    return status;
}

static w2c_status instantiate(const w2c_module *module, w2c_instance **out,
                              const w2c_imports *imports, const w2c_config *config, const filler *f,
                              char *text) {
    w2c_text why = w2c_text_start(text, TEXT_SIZE);
    w2c_status status = check_module(module, &why);
    if (status != W2C_OK) return status;
    w2c_instance *instance = (w2c_instance *)calloc(1, module->size);
    w2c_context *context = w2c_context_root(config->context);
    if (!context) context = w2c_context_new();
    if (!instance || !context) {
        free(instance);
        if (!config->context) free(context);
        w2c_text_add(&why, "no memory for an instance of %u bytes", module->size);
        return W2C_NOMEM;
    }
    instance->module = module;
    instance->host_data = config->host;
    if (imports) {
        instance->resolve = imports->resolve;
        instance->resolve_user = imports->user;
    }
    if (config->stack_bytes) context->stack_bytes = config->stack_bytes;
    if (config->max_gc_heap) context->max_gc_heap = config->max_gc_heap;
    if (config->gc_stress) context->gc_stress = config->gc_stress;
    w2c_heap_configure(context);
    w2c_context_add(context, instance);
    status = build(instance, imports, config, f->fill != NULL, text);
    if (status == W2C_OK && f->fill) {
        status = f->fill(instance, f->user, text, TEXT_SIZE);
        if (status == W2C_OK) *out = instance;
        if (status == W2C_OK) return W2C_OK;
    }
    if (status != W2C_OK) {
        if (!text[0]) w2c_text_add(&why, "%s", w2c_status_text(status));
        w2c_instance_delete(instance);
        return status;
    }
    status = start(instance, text);
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
    for (u32 i = 0; i < module->memory_count; i++)
        w2c_memory_destroy((w2c_memory *)w2c_at(instance, module->memories[i].storage));
    for (u32 i = 0; i < module->table_count; i++)
        w2c_table_destroy((w2c_table *)w2c_at(instance, module->tables[i].storage));
    if (instance->has_text)
        w2c_registry_remove(W2C_RANGE_TEXT, module->text_begin, module->text_end);
    w2c_hosts_free(instance);
    w2c_hold_end(&instance->hold, NULL, 0, 0);
    free(instance);
}

void w2c_instance_delete(w2c_instance *instance) {
    if (!instance) return;
    w2c_context *context = instance->context;
    if (instance->module->tag_count) w2c_exceptions_forget(context, instance);
    w2c_context_remove(instance);
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
