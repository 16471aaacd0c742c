/* built.h: modules that a test translates, compiles and loads while it runs: test_loops.c, test_scan.c. Include
 * check.h first. */
#ifndef W2C_TEST_BUILT_H
#define W2C_TEST_BUILT_H
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include "emit/translate.h"

/* Builds FOLDER/STEM.c and .so with the options given, whose other fields are filled in, and `cc`: a compiler and
 * its flags. Fails the test when that goes wrong. *object is for dlclose. */
static const w2c_module *built_module(Context *ctx, const Module *m, TranslateOptions options,
                                      const char *folder, const char *stem, const char *cc,
                                      void **object) {
    char out[256], shared[256], command[1024], symbol[64];
    snprintf(out, sizeof out, "%s/%s.c", folder, stem);
    snprintf(shared, sizeof shared, "%s/%s.so", folder, stem);
    options.out = out;
    options.groups = options.threads = 1;
    options.only_func = NO_FUNC;
    options.version = "test";
    Arena arena;
    OutputList list;
    arena_init(&arena, alloc_default());
    ck_assert_msg(translate_module(ctx, m, &options, &arena, &list), "%s", ctx->diag.text);
    arena_free(&arena);
    snprintf(command, sizeof command, "%s -shared -fPIC -I%s/rtlib -I%s %s -o %s", cc,
             W2C_SOURCE_DIR, folder, out, shared);
    ck_assert_msg(system(command) == 0, "%s", command);
    *object = dlopen(shared, RTLD_NOW | RTLD_LOCAL);
    ck_assert_msg(*object != NULL, "%s", dlerror());
    snprintf(symbol, sizeof symbol, "%s_module", options.name);
    const w2c_module *module = (const w2c_module *)dlsym(*object, symbol);
    ck_assert_msg(module != NULL, "no %s", symbol);
    return module;
}

/* A new folder NAME-XXXXXX for what is built. */
static void built_folder(char *folder, size_t size, const char *name) {
    const char *temp = getenv("TMPDIR");
    snprintf(folder, size, "%s/%s-XXXXXX", temp ? temp : "/tmp", name);
    ck_assert(mkdtemp(folder) != NULL);
}

static void built_remove(const char *folder) {
    char command[256];
    snprintf(command, sizeof command, "rm -r '%s'", folder);
    ck_assert(system(command) == 0);
}

/* Runs the tests in this process, where faults are handled; main's result. */
static int built_run(TCase *tcase, const char *name) {
    Suite *suite = suite_create(name);
    tcase_set_timeout(tcase, 0);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_set_fork_status(runner, CK_NOFORK);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
#endif
