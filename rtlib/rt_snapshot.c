/* rt_snapshot.c: what saving, loading and forking have in common: references as numbers, runs of pages,
 * checksums. */
#include "rt_snapshot.h"
#include <stdarg.h>
#include <stdio.h>

bool w2c_snap_fail(snap_work *w, w2c_status status, const char *format, ...) {
    char text[400];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (w->status == W2C_OK) w2c_text_add(&w->why, "%s", text);
    if (w->status == W2C_OK) w->status = status;
    return false;
}

/* ---- types ----------------------------------------------------------------------------------- */
static bool is_below(snap_type type, const char *top) {
    return w2c_value_type_matches(type.text, type.heap, top, NULL);
}

bool w2c_snap_is_ref(snap_type type) {
    return type.text[0] == '(' || strstr(type.text, "ref") != NULL;
}

size_t w2c_snap_size(const char *text) {
    static const struct {
        const char *text;
        size_t size;
    } numbers[] = {{"i32", 4}, {"f32", 4}, {"v128", 16}, {"i8", 1}, {"i16", 2}};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        if (!strcmp(text, numbers[i].text)) return numbers[i].size;
    return 8;
}

/* ---- references ------------------------------------------------------------------------------ */
static bool take_func(snap_work *w, const w2c_func *func, snap_ref *out) {
    w2c_instance *instance = w->instance;
    const w2c_module *module = instance->module;
    uintptr_t at = (uintptr_t)func - (uintptr_t)w2c_at(instance, module->func_records);
    if (module->func_count && at < module->func_count * sizeof(w2c_func)) {
        *out = (snap_ref){SNAP_FUNC, module->state->func_indices[at / sizeof(w2c_func)]};
        return true;
    }
    for (u32 i = 0; i < module->import_count; i++) {
        const w2c_import_desc *d = &module->imports[i];
        if (d->kind != W2C_FUNC) continue;
        const w2c_func *bound =
            __atomic_load_n((const w2c_func **)w2c_at(instance, d->slot), __ATOMIC_ACQUIRE);
        if (bound != func && (!d->stub || w2c_at(instance, d->slot2) != (const void *)func))
            continue;
        *out = (snap_ref){SNAP_IMPORT, i};
        return true;
    }
    return false;
}

bool w2c_snap_take(snap_work *w, snap_type type, w2c_ref ref, snap_ref *out, const char *what,
                   u32 number) {
    *out = (snap_ref){SNAP_NULL, 0};
    if (!ref) return true;
    if (is_below(type, "funcref")) {
        return take_func(w, (const w2c_func *)ref, out) ||
               w2c_snap_fail(w, W2C_LIMIT, "%s %u refers to a function of another instance", what,
                             number);
    }
    bool is_extern = is_below(type, "externref"), is_exception = is_below(type, "exnref");
    w2c_ref any = is_extern ? w2c_any_of_extern(ref) : ref;
    if (is_exception || !((uintptr_t)any & 3)) {
        u32 node;
        if (is_extern && !w2c_heap_has(w->instance->context, any))
            return w2c_snap_fail(w, W2C_LIMIT,
                                 "%s %u refers to an object of the host whose address is no "
                                 "multiple of 4",
                                 what, number);
        if (!w2c_snap_node(w, any, is_exception, &node, what, number)) return false;
        *out = (snap_ref){SNAP_NODE, node};
        return true;
    }
    if ((uintptr_t)any & 1) {
        *out = (snap_ref){SNAP_I31, (u32)(uintptr_t)any >> 1};
        return true;
    }
    out->kind = SNAP_HOST;
    out->value = (u64)(uintptr_t)any;
    if (w->forking) return true;
    return (w->hooks->save &&
            w->hooks->save(w->hooks->user, w2c_extern_of_any(any), &out->value)) ||
           w2c_snap_fail(w, W2C_LIMIT, "%s %u refers to an object of the host%s", what, number,
                         w->hooks->save ? " that the hook refuses" : ", and there is no hook");
}

static const w2c_func *find_func(const snap_work *w, u64 index) {
    w2c_instance *instance = w->instance;
    const w2c_module *module = instance->module;
    const u32 *indices = module->state->func_indices;
    u32 low = 0, high = module->func_count;
    while (low < high) {
        u32 mid = low + (high - low) / 2;
        if (indices[mid] < index)
            low = mid + 1;
        else
            high = mid;
    }
    if (low == module->func_count || indices[low] != index) return NULL;
    return (const w2c_func *)w2c_at(instance, module->func_records) + low;
}

static const w2c_func *find_import(const snap_work *w, u64 number) {
    const w2c_module *module = w->instance->module;
    if (number >= module->import_count || module->imports[number].kind != W2C_FUNC) return NULL;
    return __atomic_load_n((const w2c_func **)w2c_at(w->instance, module->imports[number].slot),
                           __ATOMIC_ACQUIRE);
}

static bool node_fits(const snap_node *node, snap_type type) {
    if (node->is_exception) return w2c_value_type_matches("(ref exn)", NULL, type.text, type.heap);
    return is_below(type, "externref")
               ? w2c_value_type_matches("(ref extern)", NULL, type.text, type.heap)
               : w2c_value_type_matches("(ref #)", node->desc->type, type.text, type.heap);
}

bool w2c_snap_give(snap_work *w, snap_type type, snap_ref from, w2c_ref *out) {
    const w2c_func *func = NULL;
    bool as_extern = is_below(type, "externref"), good = false;
    *out = NULL;
    switch (from.kind) {
    case SNAP_NULL: /* non-null types say "(ref " and no "null" behind it */
        good = strncmp(type.text, "(ref ", 5) != 0 || !strncmp(type.text + 5, "null ", 5);
        break;
    case SNAP_FUNC:
    case SNAP_IMPORT:
        func = from.kind == SNAP_FUNC ? find_func(w, from.value) : find_import(w, from.value);
        good = func && w2c_value_type_matches("(ref #)", func->type, type.text, type.heap);
        *out = (w2c_ref)(uintptr_t)func;
        break;
    case SNAP_I31:
        good = from.value <= 0x7fffffff &&
               w2c_value_type_matches(as_extern ? "(ref extern)" : "(ref i31)", NULL, type.text,
                                      type.heap);
        *out = (w2c_ref)(uintptr_t)((from.value << 1 | 1) & 0xffffffffu);
        break;
    case SNAP_NODE:
        good = from.value < w->graph.count && node_fits(&w->graph.nodes[from.value], type);
        if (good) *out = w->graph.nodes[from.value].ref;
        break;
    case SNAP_HOST:
        good = w2c_value_type_matches(as_extern ? "(ref extern)" : "(ref any)", NULL, type.text,
                                      type.heap);
        if (!good) break;
        if (w->forking) {
            *out = (w2c_ref)(uintptr_t)from.value;
        } else {
            if (!w->hooks->load || !w->hooks->load(w->hooks->user, from.value, out) || !*out ||
                (uintptr_t)*out & 3)
                return w2c_snap_fail(w, W2C_LIMIT, "the host gives no object %llu",
                                     (unsigned long long)from.value);
            *out = w2c_any_of_extern(*out);
        }
        break;
    default:
        break;
    }
    if (!good)
        return w2c_snap_fail(w, W2C_INVALID, "a reference that does not fit its type, %s",
                             type.text);
    if (as_extern && *out && from.kind != SNAP_NULL) *out = w2c_extern_of_any(*out);
    return true;
}

/* ---- instances ------------------------------------------------------------------------------- */
bool w2c_snap_ready(snap_work *w) {
    const w2c_module *module = w->instance->module;
    if (!module->state)
        return w2c_snap_fail(w, W2C_INVALID, "module %s has no description of its state",
                             module->name);
    if (w2c_context_root(w->instance->context)->depth)
        return w2c_snap_fail(w, W2C_INVALID,
                             "the instance is running: a call into its context is under way");
    for (u32 i = 0; i < module->memory_count; i++)
        if (module->memories[i].shared)
            return w2c_snap_fail(w, W2C_LIMIT, "memory %u is shared", i);
    return true;
}

u64 w2c_snap_hash(const w2c_module *module) {
    return module->state->hash ? module->state->hash : module->state->find_hash(module);
}

bool w2c_snap_grow_memory(snap_work *w, u32 number, w2c_memory *memory, u64 pages) {
    u64 now = w2c_memory_pages(memory);
    if (pages < now)
        return w2c_snap_fail(w, W2C_INVALID,
                             "memory %u has %llu pages, its type says %llu at least", number,
                             (unsigned long long)pages, (unsigned long long)now);
    return pages == now || w2c_memory_grow(memory, pages - now) != UINT64_MAX ||
           w2c_snap_fail(w, W2C_LIMIT, "memory %u cannot have %llu pages", number,
                         (unsigned long long)pages);
}

bool w2c_snap_grow_table(snap_work *w, u32 number, w2c_table *table, u64 size) {
    if (size < table->size)
        return w2c_snap_fail(w, W2C_INVALID,
                             "table %u has %llu entries, its type says %llu at least", number,
                             (unsigned long long)size, (unsigned long long)table->size);
    return size == table->size || w2c_table_grow(table, size - table->size, NULL) != UINT64_MAX ||
           w2c_snap_fail(w, W2C_LIMIT, "table %u cannot have %llu entries", number,
                         (unsigned long long)size);
}

w2c_status w2c_snap_finish(snap_work *w) {
    const w2c_state_desc *state = w->instance->module->state;
    if (w->status == W2C_OK && state->restored) state->restored(w->instance);
    return w->status;
}

w2c_status w2c_snap_refuse(const w2c_config *config, w2c_status status, const char *text) {
    if (config && config->error) {
        w2c_text t = w2c_text_start(config->error->text, sizeof config->error->text);
        config->error->status = status;
        w2c_text_add(&t, "%s", text);
    }
    return status;
}

/* ---- pages ----------------------------------------------------------------------------------- */
enum { PAGE = 4096 };

static bool is_zero(const u8 *at, u64 len) {
    return len == 0 || (at[0] == 0 && memcmp(at, at + 1, (size_t)len - 1) == 0);
}

bool w2c_snap_runs(const w2c_memory *memory, bool (*run)(void *user, u64 first, u64 len),
                   void *user) {
    u64 size = w2c_memory_size(memory), first = 0;
    for (u64 at = 0; at < size; at += PAGE) {
        u64 len = size - at < PAGE ? size - at : PAGE;
        if (!is_zero(memory->data + at, len)) continue;
        if (at > first && !run(user, first, at - first)) return false;
        first = at + len;
    }
    return first >= size || run(user, first, size - first);
}
