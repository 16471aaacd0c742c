/* host.c: the module "spectest" that scripts import from, made with nothing but w2c.h. */
#include "spectest.h"

/* print and its kind: results none, effects none. */
static w2c_status host_print(void *env, w2c_instance *importer, const w2c_value *args,
                             w2c_value *results) {
    (void)env, (void)importer, (void)args, (void)results;
    return W2C_OK;
}

/* One of them in the typed form, so that both are used. */
static w2c_status host_print_i32(void *env, w2c_instance *importer, uint32_t value) {
    (void)env, (void)importer, (void)value;
    return W2C_OK;
}

static void host_add(Host *host, const char *name, w2c_extern value) {
    host->imports[host->count++] = (w2c_import){.module = "spectest", .name = name, .value = value};
}

static void host_add_global(Host *host, const char *name, const char *type, void *value) {
    w2c_extern global = {.kind = W2C_GLOBAL};
    global.global = (w2c_global){.type = type, .is_mutable = false, .value = value};
    host_add(host, name, global);
}

static void host_add_functions(Host *host) {
    static const char *const untyped[][2] = {
        {"print", "_"},      {"print_i64", "l_"},      {"print_f32", "f_"},
        {"print_f64", "d_"}, {"print_i32_f32", "if_"}, {"print_f64_f64", "dd_"},
    };
    for (size_t i = 0; i < sizeof untyped / sizeof *untyped; i++)
        host_add(host, untyped[i][0], w2c_extern_host_any(untyped[i][1], host_print, NULL));
    host_add(host, "print_i32", w2c_extern_host("i_", (w2c_host_fn)host_print_i32, NULL));
}

bool host_init(Host *host) {
    *host = (Host){.global_i32 = 666, .global_i64 = 666, .global_f32 = 666.6f, .global_f64 = 666.6};
    if (w2c_memory_new(&host->memory, 1, 2, false, false, 16) != W2C_OK ||
        w2c_memory_new(&host->shared_memory, 1, 2, false, true, 16) != W2C_OK ||
        w2c_table_new(&host->table, "funcref", 10, 20, false) != W2C_OK ||
        w2c_table_new(&host->table64, "funcref", 10, 20, true) != W2C_OK)
        return false;
    host_add_functions(host);
    host_add_global(host, "global_i32", "i32", &host->global_i32);
    host_add_global(host, "global_i64", "i64", &host->global_i64);
    host_add_global(host, "global_f32", "f32", &host->global_f32);
    host_add_global(host, "global_f64", "f64", &host->global_f64);
    w2c_extern memory = {.kind = W2C_MEMORY, .memory = host->memory};
    host_add(host, "memory", memory);
    w2c_extern shared = {.kind = W2C_MEMORY, .memory = host->shared_memory};
    host_add(host, "shared_memory", shared);
    w2c_extern table = {.kind = W2C_TABLE, .table = host->table};
    host_add(host, "table", table);
    w2c_extern table64 = {.kind = W2C_TABLE, .table = host->table64};
    host_add(host, "table64", table64);
    return true;
}

void host_free(Host *host) {
    w2c_memory_delete(host->memory);
    w2c_memory_delete(host->shared_memory);
    w2c_table_delete(host->table);
    w2c_table_delete(host->table64);
}
