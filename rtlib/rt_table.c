/* rt_table.c: tables of references. Their data may move when they grow. */
#include "rt_internal.h"
#include <stdlib.h>

/* The JavaScript API's limit, which other engines keep, too. */
#define MOST_ELEMENTS 10000000u

w2c_status w2c_table_create(w2c_table *t, const w2c_table_desc *desc, char *text, size_t cap) {
    w2c_text why = w2c_text_start(text, cap);
    memset(t, 0, sizeof *t);
    if (desc->limits.min > desc->limits.max) {
        w2c_text_add(&why, "a table's limits are the wrong way round");
        return W2C_INVALID;
    }
    if (desc->limits.min > MOST_ELEMENTS) {
        w2c_text_add(&why, "a table starts with %llu elements, %u are possible",
                     (unsigned long long)desc->limits.min, MOST_ELEMENTS);
        return W2C_LIMIT;
    }
    t->size = desc->limits.min;
    t->declared_max = desc->limits.max;
    t->has_max = desc->limits.max != UINT64_MAX;
    t->max = desc->limits.max < MOST_ELEMENTS ? desc->limits.max : MOST_ELEMENTS;
    t->type = desc->text;
    t->heap = desc->heap;
    t->is64 = desc->is64;
    if (t->size && !desc->elements &&
        !(t->data = (w2c_ref *)calloc((size_t)t->size, sizeof(w2c_ref)))) {
        w2c_text_add(&why, "no memory for a table of %llu elements", (unsigned long long)t->size);
        return W2C_NOMEM;
    }
    return W2C_OK;
}

void w2c_table_hold(w2c_table *t, w2c_context *context) {
    t->context = context;
    t->holds_context = true;
    t->next_held = context->held_tables;
    context->held_tables = t;
    context->refs++;
}

static void let_go(w2c_table *t) {
    w2c_table **at = &w2c_context_root(t->context)->held_tables;
    while (*at && *at != t)
        at = &(*at)->next_held;
    if (*at) *at = t->next_held;
}

void w2c_tables_move(w2c_context *to, w2c_context *from) {
    w2c_table **end = &to->held_tables;
    while (*end)
        end = &(*end)->next_held;
    *end = from->held_tables;
    from->held_tables = NULL;
}

void w2c_table_destroy(w2c_table *t) {
    free(t->data);
    w2c_context *held = t->holds_context ? t->context : NULL;
    if (held) let_go(t);
    memset(t, 0, sizeof *t);
    w2c_context_release(held);
}

w2c_status w2c_table_new(w2c_table **out, const char *type, uint64_t min, uint64_t max, bool is64) {
    static const char *const types[] = {"funcref", "externref"};
    w2c_table_desc desc;
    memset(&desc, 0, sizeof desc);
    *out = NULL;
    for (size_t i = 0; i < 2; i++)
        if (type && !strcmp(type, types[i])) desc.text = types[i];
    if (!desc.text) return W2C_INVALID;
    desc.limits.min = min;
    desc.limits.max = max;
    desc.is64 = is64;
    w2c_table *t = (w2c_table *)malloc(sizeof *t);
    if (!t) return W2C_NOMEM;
    w2c_status status = w2c_table_create(t, &desc, NULL, 0);
    if (status == W2C_OK)
        *out = t;
    else
        free(t);
    return status;
}

void w2c_table_delete(w2c_table *t) {
    if (!t) return;
    w2c_table_destroy(t);
    free(t);
}

uint64_t w2c_table_size(const w2c_table *t) {
    return t->size;
}

uint64_t w2c_table_grow(w2c_table *t, uint64_t count, w2c_ref fill) {
    u64 before = t->size;
    if (before > t->max || count > t->max - before) return UINT64_MAX;
    if (!count) return before;
    if (before + count > SIZE_MAX / sizeof(w2c_ref)) return UINT64_MAX;
    w2c_ref *data = (w2c_ref *)realloc(t->data, (size_t)(before + count) * sizeof(w2c_ref));
    if (!data) return UINT64_MAX;
    for (u64 i = 0; i < count; i++)
        data[before + i] = fill;
    t->data = data;
    t->size = before + count;
    return before;
}

bool w2c_table_get(const w2c_table *t, uint64_t i, w2c_ref *out) {
    if (i >= t->size) return false;
    *out = t->data[i];
    return true;
}

bool w2c_table_set(w2c_table *t, uint64_t i, w2c_ref value) {
    if (i >= t->size) return false;
    t->data[i] = value;
    return true;
}

/* ---- instructions --------------------------------------------------------------------------- */
static void check(u64 at, u64 len, u64 size) {
    if (W2C_UNLIKELY(at > size || len > size - at)) w2c_trap(W2C_TRAP_TABLE_BOUNDS);
}

void w2c_table_fill(w2c_table *t, u64 to, w2c_ref value, u64 len) {
    check(to, len, t->size);
    for (u64 i = 0; i < len; i++)
        t->data[to + i] = value;
}

void w2c_table_copy(w2c_table *dst, w2c_table *src, u64 to, u64 from, u64 len) {
    check(from, len, src->size);
    check(to, len, dst->size);
    if (len) memmove(dst->data + to, src->data + from, (size_t)len * sizeof(w2c_ref));
}

w2c_ref w2c_elem_func(w2c_instance *instance, u32 number) {
    const w2c_module *module = instance->module;
    if (number == W2C_ELEM_NULL) return NULL;
    if (number & W2C_ELEM_IMPORT) {
        const w2c_import_desc *import = &module->imports[number & ~W2C_ELEM_IMPORT];
        return (w2c_ref) * (const w2c_func **)w2c_at(instance, import->slot);
    }
    return (w2c_func *)w2c_at(instance, module->func_records) + number;
}

void w2c_table_init(w2c_instance *instance, w2c_table *t, const w2c_elem *elem, u64 to, u32 from,
                    u32 len) {
    check(from, len, elem->count);
    check(to, len, t->size);
    for (u32 i = 0; i < len; i++)
        t->data[to + i] =
            elem->funcs ? w2c_elem_func(instance, elem->funcs[from + i]) : elem->refs[from + i];
}
