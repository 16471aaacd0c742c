/* exchange_harness.h: an instance of guest.wasm: interpreted, or with EXCHANGE_COMPILED as C that
 * check_exchange.sh translated. */
#ifndef EXCHANGE_HARNESS_H
#define EXCHANGE_HARNESS_H
#include "w2c_exchange.h"
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#ifdef EXCHANGE_COMPILED
extern const w2c_module guest_module;
#else
#include "frontend/module.h"
#include "interp/interp.h"
#endif

typedef struct Guest {
    w2c_instance *instance;
    w2c_status (*hook)(void *user, w2c_instance *instance); /* NULL: nothing */
    void *hook_user;
#ifndef EXCHANGE_COMPILED
    Context ctx;
    Module module;
    Interp *interp;
    uint8_t *bytes;
#endif
} Guest;

static w2c_status guest_hook(void *env, w2c_instance *importer) {
    Guest *g = (Guest *)env;
    return g->hook ? g->hook(g->hook_user, importer) : W2C_OK;
}

#ifndef EXCHANGE_COMPILED
static const w2c_module *guest_module(Guest *g) {
    FILE *f = fopen(W2C_SOURCE_DIR "/tests/exchange/guest.wasm", "rb");
    ck_assert_ptr_nonnull(f);
    g->bytes = (uint8_t *)malloc(1 << 16);
    size_t len = fread(g->bytes, 1, 1 << 16, f);
    fclose(f);
    InterpOptions options = {.callable = false};
    context_init(&g->ctx, alloc_default(), "guest");
    bool read = module_read(&g->ctx, (Slice){g->bytes, len}, &g->module);
    ck_assert_msg(read, "%s", g->ctx.diag.text);
    ck_assert_int_eq(w2c_interp_load(&g->ctx, &g->module, "guest", &options, &g->interp), W2C_OK);
    return w2c_interp_module(g->interp);
}
#endif

static Guest *guest_new(void) {
    Guest *g = (Guest *)calloc(1, sizeof *g);
    w2c_import list[] = {{"env", "hook", w2c_extern_host("_", (w2c_host_fn)guest_hook, g)}};
    w2c_imports imports = {.list = list, .count = 1};
    w2c_error error;
    w2c_config config = {.error = &error};
    w2c_init_traps();
#ifdef EXCHANGE_COMPILED
    const w2c_module *module = &guest_module;
#else
    const w2c_module *module = guest_module(g);
#endif
    ck_assert_msg(w2c_instance_new(module, &g->instance, &imports, &config) == W2C_OK, "%s",
                  error.text);
    return g;
}

/* The instance alone: what is left over must notice. */
static inline void guest_end(Guest *g) {
    w2c_instance_delete(g->instance);
    g->instance = NULL;
}

static void guest_delete(Guest *g) {
    w2c_instance_delete(g->instance);
#ifndef EXCHANGE_COMPILED
    w2c_interp_delete(g->interp);
    module_free(&g->module);
    free(g->bytes);
#endif
    free(g);
}

static inline uint32_t *guest_global(Guest *g, const char *name) {
    w2c_extern e;
    ck_assert(w2c_export_find(g->instance, w2c_name_of(name), &e) && e.kind == W2C_GLOBAL);
    return (uint32_t *)e.global.value;
}

static inline const w2c_func *guest_func(Guest *g, const char *name) {
    w2c_extern e;
    ck_assert(w2c_export_find(g->instance, w2c_name_of(name), &e) && e.kind == W2C_FUNC);
    return e.func;
}

static inline uint32_t guest_call(Guest *g, const char *name, uint32_t a, uint32_t b) {
    w2c_value args[2], results[1];
    memset(args, 0, sizeof args);
    memset(results, 0, sizeof results);
    args[0].i32 = a;
    args[1].i32 = b;
    ck_assert_int_eq(w2c_call(guest_func(g, name), args, results), W2C_OK);
    return results[0].i32;
}

static inline w2c_exchange *exchange_new(Guest *g, const w2c_exchange_config *config) {
    w2c_exchange *x;
    w2c_status status = w2c_exchange_new(&x, g->instance, config);
    ck_assert_msg(status == W2C_OK, "%s", w2c_instance_detail(g->instance));
    return x;
}

#define ck_ok(call) ck_assert_int_eq((call), W2C_OK)

static int run_tests(const char *name, const TTest *const *tests, size_t count) {
    Suite *s = suite_create(name);
    TCase *t = tcase_create(name);
    tcase_set_timeout(t, getenv("W2C_LONG") ? 3600 : 120);
    for (size_t i = 0; i < count; i++)
        tcase_add_test(t, tests[i]);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
#define RUN(name, ...)                                                                             \
    int main(void) {                                                                               \
        const TTest *const tests[] = {__VA_ARGS__};                                                \
        return run_tests(name, tests, sizeof tests / sizeof *tests);                               \
    }
#endif
