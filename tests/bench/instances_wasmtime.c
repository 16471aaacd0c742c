/* instances_wasmtime.c: the same cycle with wasmtime's pooling allocator: store, instance, call, gone.
 * The C API's functions are found in the shared library of the Python package, which has no headers. */
#include <dlfcn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct Vec {
    size_t size;
    char *data;
} Vec;
typedef struct Instance {
    uint64_t store;
    size_t index;
} Instance;
typedef struct Func {
    uint64_t store;
    void *index;
} Func;
typedef struct Extern {
    uint8_t kind;
    union {
        Func func;
        char room[64];
    } of;
} Extern;
typedef union Raw {
    int32_t i32;
    char room[16];
} Raw;

#define FUNCTIONS(F)                                                                               \
    F(void *, wasm_config_new, (void))                                                             \
    F(void *, wasm_engine_new_with_config, (void *))                                               \
    F(void *, wasmtime_pooling_allocation_config_new, (void))                                      \
    F(void, wasmtime_pooling_allocation_config_total_memories_set, (void *, uint32_t))             \
    F(void, wasmtime_pooling_allocation_config_total_core_instances_set, (void *, uint32_t))       \
    F(void, wasmtime_pooling_allocation_config_max_memory_size_set, (void *, size_t))              \
    F(void, wasmtime_pooling_allocation_config_linear_memory_keep_resident_set, (void *, size_t))  \
    F(void, wasmtime_pooling_allocation_config_table_keep_resident_set, (void *, size_t))          \
    F(void, wasmtime_pooling_allocation_strategy_set, (void *, void *))                            \
    F(void *, wasmtime_module_new, (void *, const uint8_t *, size_t, void **))                     \
    F(void *, wasmtime_linker_new, (void *))                                                       \
    F(void *, wasmtime_linker_instantiate_pre, (void *, void *, void **))                          \
    F(void *, wasmtime_store_new, (void *, void *, void *))                                        \
    F(void *, wasmtime_store_context, (void *))                                                    \
    F(void, wasmtime_store_delete, (void *))                                                       \
    F(void *, wasmtime_instance_pre_instantiate, (void *, void *, Instance *, void **))            \
    F(bool, wasmtime_instance_export_get,                                                          \
      (void *, const Instance *, const char *, size_t, Extern *))                                  \
    F(void *, wasmtime_func_call_unchecked, (void *, const Func *, Raw *, size_t, void **))        \
    F(void, wasmtime_error_message, (void *, Vec *))
#define DECLARE(result, name, args) static result(*name) args;
FUNCTIONS(DECLARE)

static void *engine, *pre;

static void fail(const char *what, void *error) {
    Vec text = {0, NULL};
    if (error) wasmtime_error_message(error, &text);
    fprintf(stderr, "wasmtime: %s: %.*s\n", what, (int)text.size, text.data ? text.data : "");
    exit(1);
}

int wasmtime_start(const char *library) {
    void *so = dlopen(library, RTLD_NOW), *error;
    if (!so) return 0;
#define FIND(result, name, args)                                                                   \
    *(void **)(&name) = dlsym(so, #name);                                                          \
    if (!name) {                                                                                   \
        fprintf(stderr, "wasmtime: no %s\n", #name);                                               \
        return 0;                                                                                  \
    }
    FUNCTIONS(FIND)
    (void)error;
    void *config = wasm_config_new(), *pool = wasmtime_pooling_allocation_config_new();
    wasmtime_pooling_allocation_config_total_memories_set(pool, 100);
    wasmtime_pooling_allocation_config_total_core_instances_set(pool, 100);
    wasmtime_pooling_allocation_config_max_memory_size_set(pool, 16u << 20);
    wasmtime_pooling_allocation_config_linear_memory_keep_resident_set(pool, 256u << 10);
    wasmtime_pooling_allocation_config_table_keep_resident_set(pool, 256u << 10);
    wasmtime_pooling_allocation_strategy_set(config, pool);
    engine = wasm_engine_new_with_config(config);
    return engine != NULL;
}

int wasmtime_module(const char *path) {
    FILE *f = fopen(path, "rb");
    static uint8_t bytes[2 << 20];
    if (!f) return 0;
    size_t len = fread(bytes, 1, sizeof bytes, f);
    fclose(f);
    void *module, *error = wasmtime_module_new(engine, bytes, len, &module);
    if (error) fail(path, error);
    void *linker = wasmtime_linker_new(engine);
    error = wasmtime_linker_instantiate_pre(linker, module, &pre);
    if (error) fail(path, error);
    return 1;
}

void wasmtime_cycle(uint32_t pages) {
    Instance i;
    void *trap = NULL, *store = wasmtime_store_new(engine, NULL, NULL);
    void *context = wasmtime_store_context(store);
    void *error = wasmtime_instance_pre_instantiate(pre, context, &i, &trap);
    if (error || trap) fail("instance", error);
    if (pages) {
        Extern touch;
        Raw arg = {.i32 = (int32_t)pages};
        if (!wasmtime_instance_export_get(context, &i, "touch", 5, &touch)) fail("touch", NULL);
        error = wasmtime_func_call_unchecked(context, &touch.of.func, &arg, 1, &trap);
        if (error || trap) fail("call", error);
    }
    wasmtime_store_delete(store);
}
