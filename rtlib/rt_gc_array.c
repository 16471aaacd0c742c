/* rt_gc_array.c: bulk operations on arrays of any type, by the sizes in its descriptor. */
#include "rt_internal.h"
#include "w2c_gc.h"

static char *element(w2c_ref array, u32 i) {
    const w2c_type *type = W2C_TYPE_OF(array);
    return (char *)array + type->size + (size_t)i * type->elem_size;
}

static char *new_array(w2c_instance *instance, const w2c_type *type, u32 len) {
    return w2c_array_alloc(instance, type, len, type->size, type->elem_size);
}

w2c_ref w2c_array_new_zero(w2c_instance *instance, const w2c_type *type, u32 len) {
    char *array = new_array(instance, type, len);
    memset(array + type->size, 0, (size_t)len * type->elem_size);
    return array;
}

static void check_data(const w2c_data *data, u32 from, u64 bytes) {
    if (from > data->len || bytes > data->len - from) w2c_trap(W2C_TRAP_MEMORY_BOUNDS);
}

static void check_elem(const w2c_elem *elem, u32 from, u32 len) {
    if ((u64)from + len > elem->count) w2c_trap(W2C_TRAP_TABLE_BOUNDS);
}

static void copy_elems(w2c_instance *instance, w2c_ref *to, const w2c_elem *elem, u32 from,
                       u32 len) {
    for (u32 i = 0; i < len; i++)
        to[i] = elem->funcs ? w2c_elem_func(instance, elem->funcs[from + i]) : elem->refs[from + i];
}

w2c_ref w2c_array_new_data(w2c_instance *instance, const w2c_type *type, const w2c_data *data,
                           u32 from, u32 len) {
    u64 bytes = (u64)len * type->elem_size;
    check_data(data, from, bytes);
    char *array = new_array(instance, type, len);
    if (bytes) memcpy(array + type->size, data->bytes + from, (size_t)bytes);
    return array;
}

w2c_ref w2c_array_new_elem(w2c_instance *instance, const w2c_type *type, const w2c_elem *elem,
                           u32 from, u32 len) {
    check_elem(elem, from, len);
    char *array = new_array(instance, type, len);
    copy_elems(instance, (w2c_ref *)(array + type->size), elem, from, len);
    return array;
}

void w2c_array_init_data(w2c_ref array, u32 at, const w2c_data *data, u32 from, u32 len) {
    w2c_array_check_range(array, at, len);
    u64 bytes = (u64)len * W2C_TYPE_OF(array)->elem_size;
    check_data(data, from, bytes);
    if (bytes) memcpy(element(array, at), data->bytes + from, (size_t)bytes);
}

void w2c_array_init_elem(w2c_instance *instance, w2c_ref array, u32 at, const w2c_elem *elem,
                         u32 from, u32 len) {
    w2c_array_check_range(array, at, len);
    check_elem(elem, from, len);
    copy_elems(instance, (w2c_ref *)element(array, at), elem, from, len);
}

void w2c_array_copy(w2c_ref to, u32 at, w2c_ref from, u32 first, u32 len) {
    w2c_array_there(to);
    w2c_array_there(from);
    w2c_array_check_range(to, at, len);
    w2c_array_check_range(from, first, len);
    memmove(element(to, at), element(from, first), (size_t)len * W2C_TYPE_OF(to)->elem_size);
}
