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

static w2c_instance *join(const w2c_module *module, u64 max_bytes, w2c_text *why) {
    const w2c_memory_desc *d = &module->memories[0];
    u64 least = d->limits.min << d->page_log2, lead = lead_of(module), room = 0;
    u8 *base = w2c_memory_reserve(d, w2c_memory_most(d, max_bytes), least, lead, &room);
    if (!base) {
        w2c_memory_no_room(why, d, least);
        return NULL;
    }
    w2c_instance *instance = (w2c_instance *)(void *)(base - W2C_ADJACENT((size_t)module->size));
    if (mprotect(base - lead, (size_t)(lead - W2C_FRONT_GAP), PROT_READ | PROT_WRITE)) {
        munmap(base - lead, (size_t)(lead + room));
        w2c_text_add(why, "no memory for an instance of %u bytes", module->size);
        return NULL;
    }
    instance->room = room;
    return instance;
}

w2c_instance *w2c_instance_place(const w2c_module *module, u64 max_bytes, char *text, size_t cap) {
    w2c_text why = w2c_text_start(text, cap);
    if (module->joined) return join(module, max_bytes, &why);
    w2c_instance *instance = (w2c_instance *)calloc(1, module->size);
    if (!instance) w2c_text_add(&why, "no memory for an instance of %u bytes", module->size);
    return instance;
}

void w2c_instance_take_room(const w2c_module *module, w2c_instance *instance, u32 memory,
                            w2c_memory_wish *wish) {
    if (memory || !module->joined) return;
    wish->room = base_of(module, instance);
    wish->room_bytes = instance->room;
    instance->room = 0;
}

void w2c_instance_end_memory(const w2c_module *module, w2c_instance *instance, u32 memory) {
    w2c_memory *m = (w2c_memory *)w2c_at(instance, module->memories[memory].storage);
    if (memory || !module->joined)
        w2c_memory_destroy(m);
    else if (m->data)
        instance->room = w2c_memory_end(m);
}

void w2c_instance_unplace(const w2c_module *module, w2c_instance *instance) {
    if (!instance) return;
    u64 lead = lead_of(module);
    if (module->joined)
        munmap(base_of(module, instance) - lead, (size_t)(lead + instance->room));
    else
        free(instance);
}
