/* info_json.c: `w2c info --json`. The keys are documented in docs/command-line.md. */
#include "info.h"
#include <jansson.h>

/* Names are UTF-8 when the module is valid; ill-formed ones of custom sections are shown as text. */
static json_t *json_name(Slice name) {
    json_t *text = json_stringn((const char *)name.ptr, name.len);
    if (text) return text;
    Buffer shown;
    buffer_init(&shown, alloc_default());
    name_print(&shown, name);
    const char *cstr = buffer_cstr(&shown);
    text = json_string(cstr ? cstr : "");
    buffer_free(&shown);
    return text;
}

static json_t *json_u64(uint64_t n) {
    return json_integer((json_int_t)n);
}

static json_t *json_limits(const Limits *limits) {
    json_t *o = json_object();
    json_object_set_new(o, "min", json_u64(limits->min));
    if (limits->has_max) json_object_set_new(o, "max", json_u64(limits->max));
    json_object_set_new(o, "is64", json_boolean(limits->is64));
    json_object_set_new(o, "shared", json_boolean(limits->shared));
    return o;
}

static json_t *json_extern(const Module *m, uint8_t kind, uint32_t index) {
    json_t *o = json_object();
    Buffer text;
    buffer_init(&text, alloc_default());
    extern_text(&text, m, kind, index);
    const char *cstr = buffer_cstr(&text);
    json_object_set_new(o, "kind", json_string(extern_kind_name(kind)));
    json_object_set_new(o, "index", json_u64(index));
    json_object_set_new(o, "type", json_string(cstr ? cstr : ""));
    buffer_free(&text);
    return o;
}

static json_t *json_imports(const Module *m) {
    json_t *list = json_array();
    for (uint32_t i = 0; i < m->import_count; i++) {
        json_t *o = json_extern(m, m->imports[i].kind, m->imports[i].index);
        json_object_set_new(o, "module", json_name(m->imports[i].module));
        json_object_set_new(o, "name", json_name(m->imports[i].name));
        json_array_append_new(list, o);
    }
    return list;
}

static json_t *json_exports(const Module *m) {
    json_t *list = json_array();
    for (uint32_t i = 0; i < m->export_count; i++) {
        json_t *o = json_extern(m, m->exports[i].kind, m->exports[i].index);
        json_object_set_new(o, "name", json_name(m->exports[i].name));
        json_array_append_new(list, o);
    }
    return list;
}

static json_t *json_sections(const Info *info) {
    json_t *list = json_array();
    for (uint32_t i = 0; i < info->section_count; i++) {
        const InfoSection *s = &info->sections[i];
        json_t *o = json_object();
        json_object_set_new(o, "id", json_u64(s->id));
        json_object_set_new(o, "name", json_name(s->name));
        json_object_set_new(o, "offset", json_u64(s->offset));
        json_object_set_new(o, "size", json_u64(s->size));
        json_array_append_new(list, o);
    }
    return list;
}

static json_t *json_counts(const Info *info) {
    const Module *m = info->m;
    json_t *o = json_object();
    json_object_set_new(o, "types", json_u64(m->type_count));
    json_object_set_new(o, "functions", json_u64(m->func_count));
    json_object_set_new(o, "imported_functions", json_u64(m->imported_funcs));
    json_object_set_new(o, "tables", json_u64(m->table_count));
    json_object_set_new(o, "memories", json_u64(m->memory_count));
    json_object_set_new(o, "globals", json_u64(m->global_count));
    json_object_set_new(o, "tags", json_u64(m->tag_count));
    json_object_set_new(o, "element_segments", json_u64(m->elem_count));
    json_object_set_new(o, "elements", json_u64(info->elems));
    json_object_set_new(o, "data_segments", json_u64(m->data_count));
    json_object_set_new(o, "data_bytes", json_u64(info->data_bytes));
    json_object_set_new(o, "code_bytes", json_u64(info->code_bytes));
    json_object_set_new(o, "instructions", json_u64(info->ops));
    return o;
}

static json_t *json_lists(const Info *info, json_t *o) {
    json_t *features = json_array(), *memories = json_array(), *largest = json_array();
    for (int f = 0; f < FEATURE_COUNT; f++)
        if (info->features >> f & 1 && feature_name((FeatureId)f)[0])
            json_array_append_new(features, json_string(feature_name((FeatureId)f)));
    for (uint32_t i = 0; i < info->m->memory_count; i++) {
        json_t *memory = json_limits(&info->m->memories[i].limits);
        json_object_set_new(memory, "page_bytes",
                            json_u64((uint64_t)1 << info->m->memories[i].page_log2));
        json_array_append_new(memories, memory);
    }
    for (uint32_t i = 0; i < info->largest_count; i++) {
        const InfoFunc *f = &info->largest[i];
        json_t *func = json_object();
        json_object_set_new(func, "index", json_u64(f->func));
        json_object_set_new(func, "name", json_name(module_func_name(info->m, f->func)));
        json_object_set_new(func, "instructions", json_u64(f->ops));
        json_object_set_new(func, "bytes", json_u64(f->bytes));
        json_array_append_new(largest, func);
    }
    json_object_set_new(o, "features", features);
    json_object_set_new(o, "memories", memories);
    json_object_set_new(o, "largest_functions", largest);
    return o;
}

bool info_print_json(const Info *info, const char *path, bool memory, bool imports_only) {
    json_t *o = json_object();
    json_object_set_new(o, "file", json_name((Slice){(const uint8_t *)path, strlen(path)}));
    if (imports_only) {
        json_object_set_new(o, "imports", json_imports(info->m));
    } else {
        json_object_set_new(o, "bytes", json_u64(info->m->bytes.len));
        if (info->m->name.len) json_object_set_new(o, "name", json_name(info->m->name));
        json_object_set_new(o, "sections", json_sections(info));
        json_object_set_new(o, "imports", json_imports(info->m));
        json_object_set_new(o, "exports", json_exports(info->m));
        if (info->m->start != NO_FUNC) json_object_set_new(o, "start", json_u64(info->m->start));
        json_object_set_new(o, "counts", json_counts(info));
        json_lists(info, o);
        json_t *cost = json_object();
        json_object_set_new(cost, "model",
                            json_string("instructions * seconds_per_instruction, one core, -O2"));
        json_object_set_new(cost, "seconds_per_instruction", json_real(INFO_SECONDS_PER_OP));
        json_object_set_new(cost, "seconds", json_real((double)info->ops * INFO_SECONDS_PER_OP));
        json_object_set_new(o, "compile_cost", cost);
    }
    if (memory) {
        json_object_set_new(o, "arena_bytes", json_u64(info->arena_bytes));
        json_object_set_new(o, "largest_function_arena_bytes", json_u64(info->function_arena));
    }
    bool ok =
        json_dumpf(o, stdout, JSON_INDENT(2) | JSON_PRESERVE_ORDER | JSON_REAL_PRECISION(6)) == 0;
    putchar('\n');
    json_decref(o);
    return ok;
}
