/* tiny_rt.c: as much of the runtime as a module without imports and tables needs, for a place
 * without an operating system: one instance at a time, its memory is a static array, traps come
 * back as a status. Replaces libw2crt.a, which wants a libc. */
#include "w2c_rt.h"

/* ---- what compilers call
 * --------------------------------------------------------------------------- */
void *memcpy(void *to, const void *from, size_t len) {
    for (size_t i = 0; i < len; i++)
        ((volatile char *)to)[i] = ((const char *)from)[i];
    return to;
}
void *memmove(void *to, const void *from, size_t len) {
    if ((uintptr_t)to <= (uintptr_t)from) return memcpy(to, from, len);
    while (len--)
        ((volatile char *)to)[len] = ((const char *)from)[len];
    return to;
}
void *memset(void *to, int byte, size_t len) {
    for (size_t i = 0; i < len; i++)
        ((volatile char *)to)[i] = (char)byte;
    return to;
}
int memcmp(const void *a, const void *b, size_t len) {
    for (size_t i = 0; i < len; i++)
        if (((const u8 *)a)[i] != ((const u8 *)b)[i])
            return ((const u8 *)a)[i] - ((const u8 *)b)[i];
    return 0;
}
size_t strlen(const char *text) {
    size_t n = 0;
    while (text[n])
        n++;
    return n;
}

/* ---- frames, traps
 * --------------------------------------------------------------------------------- */
const char W2C_ABI_SYMBOL = 0;
static struct { /* begins as every context */
    w2c_context_head head;
} context;
static w2c_frame *innermost;

void w2c_frame_enter(w2c_frame *frame, w2c_instance *instance) {
    frame->outer = innermost;
    frame->context = instance->context;
    frame->status = W2C_OK;
    innermost = frame;
    if (!frame->outer) instance->stack_limit = w2c_stack_pointer() - (64 << 10);
}
w2c_status w2c_frame_leave(w2c_frame *frame) {
    innermost = frame->outer;
    return frame->status;
}
W2C_NORETURN void w2c_trap(w2c_status status) {
    innermost->status = status;
    longjmp(innermost->env, 1);
}
void w2c_raise(w2c_status status) {
    w2c_trap(status);
}

/* ---- instances
 * ------------------------------------------------------------------------------------- */
enum { INSTANCE_BYTES = 4096 };
static _Alignas(16) u8 instance_bytes[INSTANCE_BYTES];
static bool in_use;

w2c_status w2c_instance_new(const w2c_module *module, w2c_instance **out,
                            const w2c_imports *imports, const w2c_config *config) {
    (void)imports, (void)config;
    *out = NULL;
    if (in_use || module->abi != W2C_ABI || module->size > INSTANCE_BYTES) return W2C_LIMIT;
    if (module->import_count || module->memory_count > 1) return W2C_UNLINKABLE;
    memset(instance_bytes, 0, sizeof instance_bytes);
    w2c_instance *instance = (w2c_instance *)(void *)instance_bytes;
    instance->module = module;
    instance->context = (w2c_context *)(void *)&context;
    if (module->memory_count) {
        const w2c_memory_desc *d = module->memories;
        w2c_memory *m = (w2c_memory *)(void *)(instance_bytes + d->storage);
        if (!d->buffer) return W2C_UNLINKABLE; /* not translated with --memory=static */
        m->data = (u8 *)(d->buffer + 1);
        memset(m->data, 0, (size_t)d->buffer_bytes);
        m->pages = d->limits.min;
        m->size = d->limits.min << d->page_log2;
        instance->memory = m;
        *(w2c_memory **)(void *)(instance_bytes + d->slot) = m;
        if (d->base) *(u8 **)(void *)(instance_bytes + d->base) = m->data;
    }
    w2c_frame frame;
    if (W2C_TRY(frame, instance) && module->init) module->init(instance);
    w2c_status status = w2c_frame_leave(&frame);
    in_use = status == W2C_OK;
    if (in_use) *out = instance;
    return status;
}
void w2c_instance_delete(w2c_instance *instance) {
    if (instance) in_use = false;
}
