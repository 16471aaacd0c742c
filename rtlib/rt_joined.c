/* rt_joined.c: where an instance's struct lies. Modules that define their memory 0 are translated so that it begins
 * a constant distance behind the struct (w2c_module.joined): one reservation of address space is for both, and one
 * pointer leads to both. Other instances are allocated.
 *
 *   lead                                    room
 *   (whole pages) struct | W2C_FRONT_GAP | memory 0, reserved ...
 *
 * The gap stays inaccessible. The memory owns its room once it is created, and may outlive the instance (views hold
 * it). */
#define _GNU_SOURCE
#include "rt_internal.h"
#include <stdlib.h>
#include <sys/mman.h>

static u64 lead_of(const w2c_module *module) {
    return w2c_round_up(W2C_ADJACENT((u64)module->size),
                        w2c_os_page()); /* pages are no larger than the gap */
}

static u8 *base_of(const w2c_module *module, w2c_instance *instance) {
    return (u8 *)instance + W2C_ADJACENT((size_t)module->size);
}

static w2c_instance *join(const w2c_module *module, const w2c_memory_wish *wish, w2c_text *why) {
    const w2c_memory_desc *d = &module->memories[0];
    u64 lead = lead_of(module);
    w2c_room room;
    if (!w2c_memory_reserve(d, wish, lead, &room)) {
        w2c_memory_no_room(why, d, d->limits.min << d->page_log2);
        return NULL;
    }
    w2c_instance *instance =
        (w2c_instance *)(void *)(room.base - W2C_ADJACENT((size_t)module->size));
    if (!room.ready && !w2c_pages_open(room.base - lead, lead - W2C_FRONT_GAP)) {
        w2c_room_unmap(&room);
        w2c_text_add(why, "no memory for an instance of %u bytes", module->size);
        return NULL;
    }
    instance->room = room.bytes;
    instance->room_ready = room.ready;
    instance->room_mapped = room.mapped;
    return instance;
}

w2c_instance *w2c_instance_place(const w2c_module *module, const w2c_memory_wish *wish, char *text,
                                 size_t cap) {
    w2c_text why = w2c_text_start(text, cap);
    if (module->joined) return join(module, wish, &why);
    w2c_instance *instance = (w2c_instance *)calloc(1, module->size);
    if (!instance) w2c_text_add(&why, "no memory for an instance of %u bytes", module->size);
    return instance;
}

void w2c_instance_take_room(const w2c_module *module, w2c_instance *instance, u32 memory,
                            w2c_memory_wish *wish) {
    if (memory || !module->joined) return;
    wish->room.base = base_of(module, instance);
    wish->room.bytes = instance->room;
    wish->room.ready = instance->room_ready;
    wish->room.mapped = instance->room_mapped;
    instance->room = 0;
}

void w2c_instance_unplace(const w2c_module *module, w2c_instance *instance) {
    if (!instance) return;
    u64 lead = lead_of(module);
    if (module->joined)
        munmap(base_of(module, instance) - lead, (size_t)(lead + instance->room));
    else
        free(instance);
}

/* Destroys own memory i. lead: what is in front of it. True: its room, with that, is left to the next one. */
static bool end_memory(w2c_instance *instance, u32 i, u64 lead, w2c_room *room) {
    const w2c_memory_desc *d = &instance->module->memories[i];
    const w2c_image *image = instance->images ? &instance->images->of[i] : NULL;
    w2c_memory *m = (w2c_memory *)w2c_at(instance, d->storage);
    u64 page = w2c_os_page(), open = w2c_round_up(m->size, page);
    bool keep = m->data && m->mode != W2C_STATIC && !d->address && !m->policy && !m->remapped;
    memset(room, 0, sizeof *room);
    room->base = m->data;
    room->lead = lead;
    room->open = w2c_round_up(w2c_image_pages(d, image) << d->page_log2, page);
    room->image = image ? image->id : 0;
    room->mapped = m->mapped;
    room->bytes = w2c_memory_end(m);
    return keep && room->bytes && w2c_room_keep(room, open);
}

void w2c_instance_end(w2c_instance *instance) {
    const w2c_module *module = instance->module;
    w2c_room room;
    for (u32 i = module->joined; i < module->memory_count; i++) {
        u8 mode = ((w2c_memory *)w2c_at(instance, module->memories[i].storage))->mode;
        if (!end_memory(instance, i, 0, &room) && room.bytes)
            w2c_memory_give_back(room.base, room.bytes, mode);
    }
    if (module->joined) {
        if (end_memory(instance, 0, lead_of(module), &room)) return;
        if (room.base) instance->room = room.bytes; /* else it has no memory so far */
    }
    w2c_instance_unplace(module, instance);
}
