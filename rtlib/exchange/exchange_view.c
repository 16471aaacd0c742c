/* exchange_view.c: views: checked once when they are made, held until they are released. */
#include "exchange_internal.h"

static w2c_status refuse(w2c_instance *instance, w2c_status status, u64 address, u64 count,
                         size_t size, const char *why) {
    w2c_instance_explain(instance, "%llu elements of %zu bytes at 0x%llx: %s",
                         (unsigned long long)count, size, (unsigned long long)address, why);
    return status;
}

w2c_status w2c_view_make(w2c_view *out, w2c_instance *instance, w2c_memory *memory,
                         uint64_t address, uint64_t count, size_t size, size_t align) {
    u64 bytes;
    memset(out, 0, sizeof *out);
    if (!memory && instance) memory = w2c_instance_memory(instance);
    if (!memory || !memory->data)
        return refuse(instance, W2C_INVALID, address, count, size, "there is no memory");
    if (!size || !align || (align & (align - 1)))
        return refuse(instance, W2C_INVALID, address, count, size, "no such size or alignment");
    u64 now = w2c_memory_size(memory);
    if (__builtin_mul_overflow(count, (u64)size, &bytes) || address > now || bytes > now - address)
        return refuse(instance, W2C_TRAP_MEMORY_BOUNDS, address, count, size,
                      "that is not inside the memory");
    if (address & (align - 1))
        return refuse(instance, W2C_INVALID, address, count, size, "the address is not aligned");
    w2c_hold *hold = w2c_hold_take(&memory->hold);
    if (!hold) return refuse(instance, W2C_NOMEM, address, count, size, "no memory for a view");
    out->base = memory->data + address;
    out->count = (size_t)count;
    out->size = size;
    out->hold = hold;
    out->address = address;
    return W2C_OK;
}

void w2c_view_release(w2c_view *view) {
    if (!view) return;
    w2c_hold_drop(view->hold);
    memset(view, 0, sizeof *view);
}

w2c_status w2c_view_part(w2c_view *out, const w2c_view *view, size_t first, size_t count) {
    w2c_view part = *view;
    memset(out, 0, sizeof *out);
    if (w2c_view_gone(view)) return W2C_GONE;
    if (first > view->count || count > view->count - first) return W2C_TRAP_MEMORY_BOUNDS;
    part.base += first * view->size;
    part.address += (u64)first * view->size;
    part.count = count;
    w2c_hold_again(part.hold);
    *out = part;
    return W2C_OK;
}

static w2c_status check(const w2c_view *view, size_t at, size_t bytes) {
    if (w2c_view_gone(view)) return W2C_GONE;
    size_t all = view->count * view->size; /* did not overflow when it was made */
    return at > all || bytes > all - at ? W2C_TRAP_MEMORY_BOUNDS : W2C_OK;
}

w2c_status w2c_view_read(const w2c_view *view, size_t at, void *to, size_t bytes) {
    w2c_status status = check(view, at, bytes);
    if (status == W2C_OK && bytes) memcpy(to, view->base + at, bytes);
    return status;
}

w2c_status w2c_view_write(const w2c_view *view, size_t at, const void *from, size_t bytes) {
    w2c_status status = check(view, at, bytes);
    if (status == W2C_OK && bytes) memcpy(view->base + at, from, bytes);
    return status;
}

w2c_status w2c_view_copy(const w2c_view *to, size_t to_at, const w2c_view *from, size_t from_at,
                         size_t bytes) {
    w2c_status status = check(to, to_at, bytes);
    if (status == W2C_OK) status = check(from, from_at, bytes);
    if (status == W2C_OK && bytes) memmove(to->base + to_at, from->base + from_at, bytes);
    return status;
}
