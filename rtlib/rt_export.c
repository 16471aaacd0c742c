/* rt_export.c: exports by number and by name. */
#include "rt_internal.h"

static void describe(w2c_instance *instance, const w2c_export_desc *d, w2c_extern *out) {
    void *at = w2c_at(instance, d->offset);
    memset(out, 0, sizeof *out);
    out->kind = d->kind;
    switch (d->kind) {
    case W2C_FUNC:
        out->func = d->imported ? __atomic_load_n((const w2c_func **)at, __ATOMIC_ACQUIRE)
                                : (const w2c_func *)at;
        break;
    case W2C_TABLE:
        out->table = *(w2c_table **)at;
        break;
    case W2C_MEMORY:
        out->memory = *(w2c_memory **)at;
        break;
    case W2C_GLOBAL:
        out->global.type = d->text;
        out->global.heap = d->type;
        out->global.is_mutable = d->is_mutable;
        out->global.value = d->imported ? *(void **)at : at;
        out->global.instance = instance;
        break;
    case W2C_TAG:
        out->tag = d->imported ? *(const w2c_tag **)at : (const w2c_tag *)at;
        break;
    }
}

size_t w2c_export_count(const w2c_instance *instance) {
    return instance->module ? instance->module->export_count : 0;
}

bool w2c_export_at(w2c_instance *instance, size_t i, w2c_name *name, w2c_extern *out) {
    if (i >= w2c_export_count(instance)) return false;
    const w2c_export_desc *d = &instance->module->exports[i];
    if (name) *name = d->name;
    if (out) describe(instance, d, out);
    return true;
}

bool w2c_export_find(w2c_instance *instance, w2c_name name, w2c_extern *out) {
    size_t count = w2c_export_count(instance);
    for (size_t i = 0; i < count; i++) {
        const w2c_export_desc *d = &instance->module->exports[i];
        if (!w2c_name_equal(d->name, name)) continue;
        if (out) describe(instance, d, out);
        return true;
    }
    return false;
}
