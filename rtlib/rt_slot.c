/* rt_slot.c: one place of a pool: an instance's struct, its memories and tables, which stay where they
 * are from tenant to tenant.
 *
 * What init left (globals, tables, segments) is kept where init would always leave the same: the
 * module imports functions alone, every one of them bound lazily or to the host functions that the
 * pool knows, nothing was allocated on the garbage-collected heap, and every active data segment is
 * in an image. The next tenant gets a copy of it, since addresses inside the struct are still right.
 * Otherwise init runs again in the same memories. */
#include "rt_pool.h"
#include <stdlib.h>

#define TABLE_SPARE 1024u /* elements that a table may keep beyond its first size */

static w2c_memory *memory_of(const w2c_slot *slot, const w2c_module *module, u32 i) {
    return (w2c_memory *)w2c_at(slot->instance, module->memories[i].storage);
}

static w2c_table *table_of(const w2c_slot *slot, const w2c_module *module, u32 i) {
    return (w2c_table *)w2c_at(slot->instance, module->tables[i].storage);
}

/* ---- creation -------------------------------------------------------------------------------- */
static bool make_memories(w2c_slot *slot, const w2c_module *module, const w2c_cleaner *cleaner,
                          const w2c_pool_config *config, char *text, size_t cap) {
    const w2c_image_set *images = slot->images = w2c_images_get(module, true);
    for (u32 i = 0; i < module->memory_count; i++) {
        const w2c_memory_desc *d = &module->memories[i];
        const w2c_image *image = images ? &images->of[i] : NULL;
        u64 pages = w2c_image_pages(d, image);
        slot->copies[i] =
            pages < UINT32_MAX && w2c_cleaner_copies(cleaner, pages << d->page_log2, image);
        w2c_memory_wish wish = {config->max_memory,    image, slot->copies[i],
                                config->memory_policy, false, {0}};
        w2c_instance_take_room(module, slot->instance, i, &wish);
        if (w2c_memory_create(&slot->memories[i], d, &wish, text, cap) != W2C_OK) return false;
    }
    return true;
}

w2c_slot *w2c_slot_new(w2c_pool *pool, const w2c_module *module, w2c_cleaner *cleaner,
                       const w2c_pool_config *config, char *text, size_t cap) {
    w2c_slot *slot = (w2c_slot *)calloc(1, sizeof *slot);
    if (!slot) return NULL;
    slot->pool = pool;
    const w2c_memory_wish wish = {.max_bytes = config->max_memory};
    slot->instance = w2c_instance_place(module, &wish, text, cap);
    slot->memories = (w2c_memory *)calloc(module->memory_count + 1u, sizeof(w2c_memory));
    slot->copies = (bool *)calloc(module->memory_count + 1u, sizeof(bool));
    slot->tables = (w2c_ref **)calloc(module->table_count + 1u, sizeof(w2c_ref *));
    if (slot->instance && slot->memories && slot->copies && slot->tables &&
        make_memories(slot, module, cleaner, config, text, cap))
        return slot;
    w2c_slot_free(slot, module);
    return NULL;
}

static void forget_kept(w2c_slot *slot, const w2c_module *module) {
    for (u32 i = 0; i < module->table_count; i++) {
        free((void *)slot->tables[i]);
        slot->tables[i] = NULL;
    }
    free(slot->kept);
    slot->kept = NULL;
    slot->bound = NULL;
}

void w2c_slot_empty(w2c_slot *slot, const w2c_module *module) {
    for (u32 i = 0; i < module->table_count; i++)
        w2c_table_destroy(table_of(slot, module, i));
    w2c_hosts_free(slot->instance);
    w2c_registry_remove(slot->instance->text);
    u64 room = slot->instance->room; /* of a slot that could not be made */
    memset(slot->instance, 0, module->size);
    slot->instance->room = room;
    forget_kept(slot, module);
}

void w2c_slot_free(w2c_slot *slot, const w2c_module *module) {
    if (slot->instance && slot->tables) w2c_slot_empty(slot, module);
    for (u32 i = 0; slot->memories && i < module->memory_count; i++)
        w2c_memory_destroy(&slot->memories[i]);
    for (u32 i = 0; slot->grounds && i < module->memory_count; i++)
        w2c_ground_end(&slot->grounds[i]);
    free(slot->grounds);
    w2c_context_free_idle(slot->context);
    free(slot->memories);
    free(slot->copies);
    free((void *)slot->tables);
    w2c_instance_unplace(module, slot->instance);
    free(slot);
}

/* ---- what init left --------------------------------------------------------------------------- */
static bool can_capture(const w2c_slot *slot) {
    const w2c_instance *i = slot->instance;
    const w2c_module *module = i->module;
    if (slot->context != i->context || slot->context->refs != 1 || slot->context->shells ||
        slot->context->heap || slot->context->exceptions.chunks)
        return false;
    if (!module->given &&
        (!module->active_is_all ||
         (module->active_count && (!i->images || i->images->applied != module->active_count))))
        return false;
    for (u32 k = 0; k < module->import_count; k++)
        if (module->imports[k].kind != W2C_FUNC) return false;
    return true;
}

void w2c_slot_capture(w2c_slot *slot) {
    const w2c_module *module = slot->instance->module;
    if (!can_capture(slot)) return;
    slot->kept = (u8 *)malloc(module->size);
    bool ok = slot->kept != NULL;
    for (u32 i = 0; ok && i < module->table_count; i++) {
        const w2c_table *t = table_of(slot, module, i);
        if (!t->data) continue;
        slot->tables[i] = (w2c_ref *)malloc((size_t)t->size * sizeof(w2c_ref));
        ok = slot->tables[i] != NULL;
        if (ok) memcpy((void *)slot->tables[i], (void *)t->data, (size_t)t->size * sizeof(w2c_ref));
    }
    if (!ok) {
        forget_kept(slot, module);
        return;
    }
    memcpy(slot->kept, slot->instance, module->size);
    for (u32 i = 0; i < module->memory_count; i++)
        ((w2c_memory *)(void *)(slot->kept + module->memories[i].storage))->watcher = NULL;
    slot->bound = slot->instance->bound;
    slot->host = slot->instance->host_data;
    slot->is_kept = true;
}

/* ---- cleaning --------------------------------------------------------------------------------- */
/* The buffer that table i has now, with its first contents. */
static w2c_ref *reset_table(const w2c_slot *slot, const w2c_module *module, u32 i) {
    const w2c_table *t = table_of(slot, module, i);
    const w2c_table *first =
        (const w2c_table *)(const void *)(slot->kept + module->tables[i].storage);
    w2c_ref *data = t->data;
    if (t->size > first->size + TABLE_SPARE) {
        free((void *)data);
        data = (w2c_ref *)malloc((size_t)(first->size ? first->size : 1) * sizeof(w2c_ref));
    } else if (t->size > first->size) {
        memset((void *)(data + first->size), 0, (size_t)(t->size - first->size) * sizeof(w2c_ref));
    }
    if (data && first->size)
        memcpy((void *)data, (void *)slot->tables[i], (size_t)first->size * sizeof(w2c_ref));
    return data;
}

/* Functions bound since; the records that were there before stay. */
static void reset_hosts(const w2c_slot *slot) {
    w2c_instance *instance = slot->instance;
    while (instance->bound != slot->bound) {
        w2c_host *host = instance->bound;
        instance->bound = host->next;
        free(host);
    }
}

/* The records of functions never change, unless the instance was linked to others. */
static void restore(const w2c_slot *slot, const w2c_module *module, bool records) {
    u8 *to = (u8 *)slot->instance;
    size_t from = module->size, rest = module->size;
    if (!records && module->func_count) {
        from = module->func_records;
        rest = from + module->func_count * sizeof(w2c_func);
    }
    memcpy(to, slot->kept, from);
    if (rest < module->size) memcpy(to + rest, slot->kept + rest, module->size - rest);
}

static bool restore_kept(w2c_slot *slot, const w2c_module *module) {
    reset_hosts(slot);
    bool ok = true;
    for (u32 i = 0; i < module->table_count; i++) {
        w2c_ref *data = reset_table(slot, module, i);
        table_of(slot, module, i)->data = data;
        ((w2c_table *)(void *)(slot->kept + module->tables[i].storage))->data = data;
        ok = ok && (data || !table_of(slot, module, i)->size || module->tables[i].elements);
    }
    restore(slot, module, !slot->own_context || !slot->context);
    return ok;
}

/* Views of the memory keep it from the pool. */
static bool end_views(w2c_slot *slot, w2c_memory *m, u32 i) {
    if (!w2c_hold_count(m->hold)) {
        w2c_hold_end(&m->hold, NULL, 0, 0);
        return true;
    }
    w2c_registry_remove(m->range);
    w2c_hold_end(&m->hold, m->data, m->reserved, m->mode);
    memset(&slot->memories[i], 0, sizeof(w2c_memory));
    return false;
}

bool w2c_slot_clean(w2c_slot *slot, w2c_cleaner *cleaner) {
    w2c_instance *instance = slot->instance;
    const w2c_module *module = instance->module;
    const w2c_image_set *images = slot->images;
    bool ok = !slot->broken;
    if (!slot->grounds) /* without them other ways do */
        slot->grounds = (w2c_ground *)calloc(module->memory_count + 1u, sizeof(w2c_ground));
    w2c_hold_end(&instance->hold, NULL, 0, 0);
    for (u32 i = 0; i < module->memory_count; i++) {
        w2c_memory *m = memory_of(slot, module, i);
        if (!m->data) continue; /* it was not built so far */
        w2c_waiters_delete(m->waiters);
        w2c_watcher_end(m);
        ok = end_views(slot, m, i) && ok;
        ok = ok && w2c_memory_reset(cleaner, m, &slot->memories[i], images ? &images->of[i] : NULL,
                                    &slot->copies[i], slot->grounds ? &slot->grounds[i] : NULL);
    }
    if (slot->is_kept)
        ok = restore_kept(slot, module) && ok;
    else
        w2c_slot_empty(slot, module);
    return ok;
}
