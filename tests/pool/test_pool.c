/* test_pool.c: pool_checks.h over interpreted modules. */
#define _GNU_SOURCE
#include "interp/interp.h"
#include "pool_checks.h"
#include <check.h>

typedef struct Fixture {
    uint8_t bytes[8192];
    Context ctx;
    Module module;
    Interp *interp;
} Fixture;

static const w2c_module *load(Fixture *f, const char *name) {
    char path[512];
    snprintf(path, sizeof path, "%s/tests/pool/%s.wasm", W2C_SOURCE_DIR, name);
    FILE *file = fopen(path, "rb");
    ck_assert_ptr_nonnull(file);
    size_t len = fread(f->bytes, 1, sizeof f->bytes, file);
    fclose(file);
    context_init(&f->ctx, alloc_default(), name);
    ck_assert_msg(module_read(&f->ctx, (Slice){f->bytes, len}, &f->module), "%s", f->ctx.diag.text);
    ck_assert_int_eq(w2c_interp_load(&f->ctx, &f->module, name, NULL, &f->interp), W2C_OK);
    return w2c_interp_module(f->interp);
}

static void unload(Fixture *f) {
    w2c_interp_delete(f->interp);
    module_free(&f->module);
}

#define GOOD(check)                                                                                \
    do {                                                                                           \
        const char *fault = check;                                                                 \
        ck_assert_msg(!fault, "%s", fault);                                                        \
    } while (0)

START_TEST(test_tenant) {
    Fixture f;
    const w2c_module *tenant = load(&f, "tenant");
    w2c_pool *pool;
    w2c_init_traps();
    GOOD(check_clean(tenant, W2C_RESET_AUTO, 0));
    GOOD(check_clean(tenant, W2C_RESET_SCAN, 1 << 20));
    GOOD(check_clean(tenant, W2C_RESET_DONTNEED, 0));
    GOOD(check_written(tenant, 300));
    GOOD(check_same_place(tenant));
    GOOD(check_limits(tenant));
    GOOD(check_imports(tenant));
    GOOD(check_threads(tenant, 100, true));
    GOOD(check_threads(tenant, 100, false));
    GOOD(check_cycles(tenant, NULL, 2000));
    ck_assert_int_eq(w2c_pool_new(&pool, tenant, NULL), W2C_OK);
    GOOD(check_cycles(tenant, pool, 2000));
    w2c_pool_delete(pool);
    unload(&f);
}
END_TEST

START_TEST(test_others) {
    Fixture f;
    GOOD(check_starter(load(&f, "starter")));
    unload(&f);
    GOOD(check_failing(load(&f, "failing")));
    unload(&f);
}
END_TEST

START_TEST(test_wrong_use) {
    Fixture f, g;
    const w2c_module *tenant = load(&f, "tenant"), *starter = load(&g, "starter");
    w2c_error error;
    w2c_pool_config config = {.max_instances = 2, .warm = 3, .error = &error};
    w2c_pool *pool;
    w2c_instance *i;
    ck_assert_int_eq(w2c_pool_new(&pool, NULL, &config), W2C_INVALID);
    ck_assert(error.text[0] && !pool);
    ck_assert_int_eq(w2c_pool_new(&pool, tenant, &config), W2C_LIMIT);
    ck_assert(error.text[0] && !pool);
    config.warm = 0;
    ck_assert_int_eq(w2c_pool_new(&pool, tenant, &config), W2C_OK);
    const w2c_config other = {.pool = pool, .error = &error};
    ck_assert_int_eq(w2c_instance_new(starter, &i, NULL, &other), W2C_INVALID);
    ck_assert(error.text[0] && !i);
    w2c_pool_delete(pool);
    w2c_pool_delete(NULL);
    unload(&f);
    unload(&g);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("pool");
    TCase *tests = tcase_create("pool");
    tcase_set_timeout(tests, 300);
    tcase_add_test(tests, test_tenant);
    tcase_add_test(tests, test_others);
    tcase_add_test(tests, test_wrong_use);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
