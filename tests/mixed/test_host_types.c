/* test_host_types.c: a typed host function of many parameters and results, vectors among them, called by interpreted code: libffi
 * passes them as the C compiler that compiled the function expects. */
#include "interp/interp.h"
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PARAMS = 19, RESULTS = 7 };
static const char letters[] = "ilfdvrvifdfdfdfdlvr_vdiflrv";
static uint64_t seen; /* calls whose arguments were as they must be */

/* The value of parameter or result k. */
static w2c_value value(unsigned k, char letter) {
    w2c_value v;
    memset(&v, 0, sizeof v);
    switch (letter) {
    case 'i':
        v.i32 = 0x80000000u + k;
        break;
    case 'l':
        v.i64 = 0x8000000000000001u + k;
        break;
    case 'f':
        v.f32 = (float)k + 0.5f;
        break;
    case 'd':
        v.f64 = (double)k + 0.25;
        break;
    case 'v':
        for (unsigned i = 0; i < 16; i++)
            v.v128.bytes[i] = (uint8_t)(k * 16 + i);
        break;
    default:
        v.ref = (w2c_ref)(uintptr_t)(4096 + 4 * k);
        break;
    }
    return v;
}

static size_t size_of(char letter) {
    return letter == 'i' || letter == 'f' ? 4 : letter == 'v' ? 16 : 8;
}

static bool is_value(unsigned k, char letter, const void *at) {
    w2c_value want = value(k, letter);
    return !memcmp(&want, at, size_of(letter));
}

static w2c_status typed(void *env, w2c_instance *importer, uint32_t a0, uint64_t a1, float a2,
                        double a3, w2c_v128 a4, w2c_ref a5, w2c_v128 a6, uint32_t a7, float a8,
                        double a9, float a10, double a11, float a12, double a13, float a14,
                        double a15, uint64_t a16, w2c_v128 a17, w2c_ref a18, w2c_v128 *r0,
                        double *r1, uint32_t *r2, float *r3, uint64_t *r4, w2c_ref *r5,
                        w2c_v128 *r6) {
    const void *const args[PARAMS] = {&a0,  &a1,  &a2,  &a3,  &a4,  &a5,  &a6,  &a7,  &a8, &a9,
                                      &a10, &a11, &a12, &a13, &a14, &a15, &a16, &a17, &a18};
    void *const results[RESULTS] = {r0, r1, r2, r3, r4, r5, r6};
    bool good = env == &seen && importer != NULL;
    for (unsigned k = 0; k < PARAMS; k++)
        good = good && is_value(k, letters[k], args[k]);
    for (unsigned k = 0; k < RESULTS; k++) {
        w2c_value v = value(100 + k, letters[PARAMS + 1 + k]);
        memcpy(results[k], &v, size_of(letters[PARAMS + 1 + k]));
    }
    seen += good;
    return W2C_OK;
}

static w2c_status any(void *env, w2c_instance *importer, const w2c_value *args,
                      w2c_value *results) {
    bool good = env == &seen && importer != NULL;
    for (unsigned k = 0; k < PARAMS; k++)
        good = good && is_value(k, letters[k], &args[k]);
    for (unsigned k = 0; k < RESULTS; k++)
        results[k] = value(100 + k, letters[PARAMS + 1 + k]);
    seen += good;
    return W2C_OK;
}

static void call(w2c_instance *instance, const char *name) {
    w2c_value args[PARAMS], results[RESULTS];
    w2c_extern found;
    for (unsigned k = 0; k < PARAMS; k++)
        args[k] = value(k, letters[k]);
    memset(results, 0, sizeof results);
    ck_assert(w2c_export_find(instance, w2c_name_of(name), &found));
    ck_assert_int_eq(w2c_call(found.func, args, results), W2C_OK);
    for (unsigned k = 0; k < RESULTS; k++)
        ck_assert_msg(is_value(100 + k, letters[PARAMS + 1 + k], &results[k]), "%s: result %u",
                      name, k);
}

START_TEST(test_host_functions) {
    static uint8_t bytes[1000];
    const w2c_import list[] = {
        {"h", "typed", w2c_extern_host(letters, (w2c_host_fn)typed, &seen)},
        {"h", "any", w2c_extern_host_any(letters, any, &seen)},
    };
    const w2c_imports imports = {.list = list, .count = 2};
    Context ctx;
    Module module;
    Interp *interp;
    w2c_instance *instance;
    FILE *file = fopen(W2C_SOURCE_DIR "/tests/mixed/host_types.wasm", "rb");
    ck_assert_ptr_nonnull(file);
    size_t len = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    context_init(&ctx, alloc_default(), "test");
    ck_assert_msg(module_read(&ctx, (Slice){bytes, len}, &module), "%s", ctx.diag.text);
    ck_assert_int_eq(w2c_interp_load(&ctx, &module, "test", NULL, &interp), W2C_OK);
    ck_assert_int_eq(w2c_instance_new(w2c_interp_module(interp), &instance, &imports, NULL),
                     W2C_OK);
    for (unsigned i = 0; i < 3; i++) {
        call(instance, "typed");
        call(instance, "any");
    }
    ck_assert_uint_eq(seen, 6);
    w2c_instance_delete(instance);
    w2c_interp_delete(interp);
    module_free(&module);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("host types");
    TCase *tests = tcase_create("host types");
    tcase_add_test(tests, test_host_functions);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
