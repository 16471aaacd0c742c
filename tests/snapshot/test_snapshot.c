/* test_snapshot.c: saving, loading and forking instances (interpreted ones; check_snapshot.py does the same with
 * compiled ones, and between both): what comes back, what is refused, and damaged bytes. */
#include "snapshot/state.h"
#include "interp/interp.h"
#include "files.h"
#include <check.h>

typedef struct Fixture {
    Context ctx;
    char *bytes;
    Module module;
    Interp *interp;
    w2c_error error;
    w2c_config config;
    w2c_imports imports;
    w2c_instance *instance;
} Fixture;

static char *read_all(const char *path, size_t *len) {
    FILE *f = fopen(path, "rb");
    char *bytes = malloc(1 << 20);
    *len = f && bytes ? fread(bytes, 1, 1 << 20, f) : 0;
    if (f) fclose(f);
    return bytes;
}

/* Also outside tests: no assertions. */
static bool load(Fixture *f, const char *name) {
    char path[400];
    size_t len;
    memset(f, 0, sizeof *f);
    snprintf(path, sizeof path, W2C_SOURCE_DIR "/tests/snapshot/%s.wasm", name);
    f->bytes = read_all(path, &len);
    context_init(&f->ctx, alloc_default(), name);
    f->config.error = &f->error;
    f->imports.resolve = state_resolve;
    return module_read(&f->ctx, (Slice){(uint8_t *)f->bytes, len}, &f->module) &&
           w2c_interp_load(&f->ctx, &f->module, name, NULL, &f->interp) == W2C_OK &&
           w2c_init_traps();
}

static void setup(Fixture *f, const char *name, const char *init) {
    w2c_value results[8];
    ck_assert(load(f, name));
    w2c_status status =
        w2c_instance_new(w2c_interp_module(f->interp), &f->instance, &f->imports, &f->config);
    ck_assert_msg(status == W2C_OK, "%s", f->error.text);
    if (init) ck_assert_int_eq(state_call(f->instance, init, results), W2C_OK);
}

static void teardown(Fixture *f) {
    w2c_instance_delete(f->instance);
    w2c_interp_delete(f->interp);
    module_free(&f->module);
    free(f->bytes);
}

static uint8_t *save(Fixture *f, size_t *len) {
    void *bytes;
    w2c_status status = w2c_snapshot_save(f->instance, NULL, &bytes, len, &f->error);
    ck_assert_msg(status == W2C_OK, "%s", f->error.text);
    return bytes;
}

static w2c_status reload(Fixture *f, const uint8_t *bytes, size_t len, w2c_instance **out) {
    return w2c_snapshot_load(w2c_interp_module(f->interp), out, bytes, len, &f->imports, &f->config,
                             NULL);
}

START_TEST(test_round_trip) {
    Fixture f;
    char want[STATE_TEXT], got[STATE_TEXT], fork[STATE_TEXT];
    size_t len, again_len;
    w2c_instance *copy, *twin;
    setup(&f, "warm", "init");
    uint8_t *bytes = save(&f, &len);
    ck_assert_uint_lt(len, 5 * 4096 + 1000); /* pages of zeros are not in it */
    ck_assert_int_eq(w2c_snapshot_fork(f.instance, &twin, &f.imports, &f.config), W2C_OK);
    state_tell(f.instance, want);
    ck_assert_int_eq(reload(&f, bytes, len, &copy), W2C_OK);
    void *again;
    ck_assert_int_eq(w2c_snapshot_save(copy, NULL, &again, &again_len, &f.error), W2C_OK);
    ck_assert_uint_eq(len, again_len);
    ck_assert_mem_eq(bytes, again, len);
    free(again);
    state_tell(copy, got);
    state_tell(twin, fork);
    ck_assert_str_eq(want, got);
    ck_assert_str_eq(want, fork);
    /* not the state of a fresh instance, and nothing is shared */
    w2c_value r[8];
    ck_assert_int_eq(state_call(copy, "init", r), W2C_OK);
    ck_assert_int_eq(state_call(f.instance, "numbers", r), W2C_OK);
    ck_assert_int_eq(r[0].i32, 1011);
    ck_assert_int_eq(state_call(copy, "numbers", r), W2C_OK);
    ck_assert_int_eq(r[0].i32, 1021);
    w2c_instance_delete(copy);
    w2c_instance_delete(twin);
    free(bytes);
    teardown(&f);
}
END_TEST

/* Every byte of a small snapshot, changed; every length shorter than it. */
START_TEST(test_damaged) {
    Fixture f;
    size_t len;
    w2c_instance *copy;
    setup(&f, "once", "_initialize");
    uint8_t *bytes = save(&f, &len);
    for (size_t i = 0; i < len; i++) {
        for (int bit = 0; bit < 8; bit++) {
            bytes[i] ^= (uint8_t)(1 << bit);
            ck_assert_int_ne(reload(&f, bytes, len, &copy), W2C_OK);
            ck_assert_ptr_null(copy);
            ck_assert(f.error.text[0]);
            bytes[i] ^= (uint8_t)(1 << bit);
        }
        ck_assert_int_eq(reload(&f, bytes, i, &copy), W2C_INVALID);
    }
    ck_assert_int_eq(reload(&f, bytes, len, &copy), W2C_OK);
    w2c_instance_delete(copy);
    free(bytes);
    teardown(&f);
}
END_TEST

/* CRC-32C, bit by bit: the loader's is faster and must agree. */
static uint32_t crc_of(const uint8_t *bytes, size_t len) {
    uint32_t crc = 0xffffffffu;
    for (size_t i = 0; i < len; i++) {
        crc ^= bytes[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1 ? 0x82f63b78u : 0);
    }
    return ~crc;
}

/* Changed, and with checksums that fit: nothing may happen to the process, whatever it says. */
static void forge(const char *name, size_t head, size_t tail, size_t step) {
    Fixture f;
    size_t len;
    char text[STATE_TEXT];
    unsigned loaded = 0, refused = 0;
    setup(&f, name, "init");
    uint8_t *bytes = save(&f, &len), *forged = malloc(len);
    uint32_t crc;
    memcpy(&crc, bytes + 32, 4);
    ck_assert_uint_eq(crc, crc_of(bytes + 40, len - 40));
    for (size_t i = 40; i < len; i++) {
        if (i > head && i < len - tail && i % step)
            continue; /* much of what lies between is alike */
        for (int v = 0; v < 3; v++) {
            w2c_instance *copy;
            memcpy(forged, bytes, len);
            forged[i] = v == 0   ? (uint8_t)(bytes[i] + 1)
                        : v == 1 ? 0xff
                                 : (uint8_t)(bytes[i] ^ 0x80);
            crc = crc_of(forged + 40, len - 40);
            memcpy(forged + 32, &crc, 4);
            crc = crc_of(forged, 36);
            memcpy(forged + 36, &crc, 4);
            if (reload(&f, forged, len, &copy) == W2C_OK) {
                loaded++;
                state_tell(copy, text);
                w2c_instance_delete(copy);
            } else {
                refused++;
                ck_assert(f.error.text[0]);
            }
        }
    }
    ck_assert_uint_gt(loaded, 10);
    ck_assert_uint_gt(refused, 100);
    free(forged);
    free(bytes);
    teardown(&f);
}

START_TEST(test_forged) {
    forge("warm", 300, 700, 61);
}
END_TEST

START_TEST(test_forged_objects) {
    forge("graph", 400, 400, 67);
}
END_TEST

START_TEST(test_foreign) {
    Fixture f, other;
    size_t len;
    w2c_instance *copy;
    setup(&f, "warm", NULL);
    setup(&other, "once", NULL);
    uint8_t *bytes = save(&f, &len);
    ck_assert_int_eq(reload(&other, bytes, len, &copy), W2C_MISMATCH);
    ck_assert_ptr_nonnull(strstr(other.error.text, "another module"));
    ck_assert_int_eq(reload(&f, (const uint8_t *)"hello", 5, &copy), W2C_INVALID);
    ck_assert_int_eq(reload(&f, NULL, 0, &copy), W2C_INVALID);
    /* a limit of the embedder holds for what is loaded, too */
    f.config.max_memory = 65536;
    w2c_value r[8];
    state_call(f.instance, "init", r);
    free(bytes);
    bytes = save(&f, &len);
    ck_assert_int_eq(reload(&f, bytes, len, &copy), W2C_LIMIT);
    ck_assert_ptr_nonnull(strstr(f.error.text, "memory 0"));
    free(bytes);
    teardown(&f);
    teardown(&other);
}
END_TEST

/* ---- refused --------------------------------------------------------------------------------- */
static w2c_status strange(void *env, w2c_instance *importer, uint64_t x, float *result) {
    w2c_error error;
    void *bytes;
    size_t len;
    (void)x;
    *result = 0;
    *(w2c_status *)env = w2c_snapshot_save(importer, NULL, &bytes, &len, &error);
    ck_assert_ptr_nonnull(strstr(error.text, "running"));
    ck_assert_ptr_null(bytes);
    w2c_instance *copy;
    ck_assert_int_eq(w2c_snapshot_fork(importer, &copy, NULL, NULL), W2C_INVALID);
    return W2C_OK;
}

static bool resolve_strange(void *user, const w2c_wanted *wanted, w2c_extern *out) {
    (void)wanted;
    *out = w2c_extern_host("l_f", (w2c_host_fn)strange, user);
    return true;
}

START_TEST(test_refused) {
    Fixture f;
    w2c_status status = W2C_OK;
    w2c_value r[8];
    size_t len;
    ck_assert(load(&f, "refused"));
    f.imports.resolve = resolve_strange;
    f.imports.user = &status;
    ck_assert_int_eq(
        w2c_instance_new(w2c_interp_module(f.interp), &f.instance, &f.imports, &f.config), W2C_OK);
    ck_assert_int_eq(state_call(f.instance, "strange", r), W2C_OK);
    ck_assert_int_eq(status, W2C_INVALID);
    free(save(&f, &len)); /* at rest again */
    ck_assert_int_eq(state_call(f.instance, "object_in_table", r), W2C_OK);
    free(save(&f, &len)); /* objects are kept */
    teardown(&f);
}
END_TEST

/* ---- objects --------------------------------------------------------------------------------- */
static void tells_the_same(w2c_instance *instance, const char *want, const char *what) {
    char got[STATE_TEXT];
    state_tell(instance, got);
    ck_assert_msg(!strcmp(want, got), "%s tells\n%s instead of\n%s", what, got, want);
}

/* Copies in one's own context and in others, with collections at every chance, and without the original. */
START_TEST(test_objects) {
    Fixture f;
    char want[STATE_TEXT];
    size_t len, again_len;
    void *again;
    w2c_instance *copy, *fork, *near;
    setup(&f, "graph", "init");
    uint8_t *bytes = save(&f, &len);
    w2c_config config = f.config;
    config.gc_stress = 1;
    const w2c_module *module = w2c_interp_module(f.interp);
    ck_assert_int_eq(w2c_snapshot_load(module, &copy, bytes, len, NULL, &config, NULL), W2C_OK);
    ck_assert_int_eq(w2c_snapshot_save(copy, NULL, &again, &again_len, &f.error), W2C_OK);
    ck_assert_uint_eq(len, again_len);
    ck_assert_mem_eq(bytes, again, len);
    free(again);
    ck_assert_int_eq(w2c_snapshot_fork(f.instance, &fork, NULL, &config), W2C_OK);
    config.context = w2c_instance_context(f.instance);
    ck_assert_int_eq(w2c_snapshot_fork(f.instance, &near, NULL, &config), W2C_OK);
    state_tell(f.instance, want);
    w2c_instance_delete(f.instance);
    f.instance = NULL;
    ck_assert(w2c_gc_collect(copy) && w2c_gc_collect(fork) && w2c_gc_collect(near));
    tells_the_same(copy, want, "a copy");
    tells_the_same(fork, want, "a fork");
    tells_the_same(near, want, "a fork in the same context");
    w2c_instance_delete(copy);
    w2c_instance_delete(fork);
    w2c_instance_delete(near);
    free(bytes);
    teardown(&f);
}
END_TEST

static w2c_memory *memory_of(w2c_instance *instance) {
    w2c_extern e;
    ck_assert(w2c_export_find(instance, w2c_name_of("memory"), &e));
    return e.memory;
}

static w2c_instance *fork_of(Fixture *f, w2c_instance *instance) {
    w2c_instance *copy;
    w2c_status status = w2c_snapshot_fork(instance, &copy, &f->imports, &f->config);
    ck_assert_msg(status == W2C_OK, "%s", f->error.text);
    return copy;
}

/* Memories of forks share pages: what one of them writes stays its own, whoever goes first; forks of forks; one
 * that has grown since the first fork; one that has written to all of it. */
START_TEST(test_fork_pages) {
    enum { FORKS = 6 };
    Fixture f;
    w2c_memory_figures figures;
    w2c_value r[8];
    uint8_t *want[FORKS + 1];
    uint64_t size[FORKS + 1];
    w2c_instance *all[FORKS + 1];
    setup(&f, "warm", "init");
    all[0] = f.instance;
    for (int k = 1; k <= FORKS; k++) {
        w2c_instance *parent = all[k == 4 ? 3 : 0]; /* the fourth is a fork of the third */
        w2c_memory *m = memory_of(parent);
        w2c_memory_data(m)[1000 * k] = (uint8_t)(k + 10);
        if (k == 3) ck_assert_uint_ne(w2c_memory_grow(m, 2), UINT64_MAX);
        if (k == 3) memset(w2c_memory_data(m) + w2c_memory_size(m) - 5000, 3, 5000);
        if (k == 6) memset(w2c_memory_data(m) + 65536, 6, (size_t)w2c_memory_size(m) - 65536);
        all[k] = fork_of(&f, parent);
        ck_assert_uint_eq(w2c_memory_size(memory_of(all[k])), w2c_memory_size(m));
        ck_assert_mem_eq(w2c_memory_data(memory_of(all[k])), w2c_memory_data(m),
                         (size_t)w2c_memory_size(m));
        w2c_memory_data(memory_of(all[k]))[70000 + k] = (uint8_t)k;
        w2c_memory_data(m)[200000 + k] = (uint8_t)(100 + k);
    }
    w2c_memory_stats(memory_of(all[2]), true, &figures); /* what the second fork has of its own */
    if (figures.pages_known) ck_assert_uint_le(figures.touched, 4 * 4096);
    for (int k = 0; k <= FORKS; k++) {
        w2c_memory *m = memory_of(all[k]);
        size[k] = w2c_memory_size(m);
        want[k] = malloc(size[k]);
        memcpy(want[k], w2c_memory_data(m), size[k]);
    }
    ck_assert_uint_eq(want[2][70002], 2);
    ck_assert_uint_ne(want[1][70002], 2);
    ck_assert_uint_eq(want[1][1000], 11);
    ck_assert_uint_eq(want[1][2000], 0);
    ck_assert_uint_eq(want[2][200001], 101);
    ck_assert_uint_eq(want[4][70003], 3); /* its parent's */
    for (int k = 0; k <= FORKS; k++) {    /* the original goes first */
        for (int j = k; j <= FORKS; j++)
            ck_assert_mem_eq(want[j], w2c_memory_data(memory_of(all[j])), size[j]);
        if (k < FORKS) ck_assert_int_eq(state_call(all[k + 1], "numbers", r), W2C_OK);
        w2c_instance_delete(all[k]);
        free(want[k]);
    }
    f.instance = NULL;
    teardown(&f);
}
END_TEST

/* A heap that is too small for what is loaded; and nobody's objects are among it. */
START_TEST(test_objects_limit) {
    Fixture f;
    size_t len;
    w2c_instance *copy;
    setup(&f, "graph", "init");
    uint8_t *bytes = save(&f, &len);
    f.config.max_gc_heap = 20000;
    ck_assert_int_eq(reload(&f, bytes, len, &copy), W2C_LIMIT);
    ck_assert_ptr_nonnull(strstr(f.error.text, "the heap has no room"));
    free(bytes);
    teardown(&f);
}
END_TEST

/* ---- references of the host ------------------------------------------------------------------ */
static int objects[4];

static bool keep(void *user, w2c_ref ref, uint64_t *id) {
    (void)user;
    for (uint64_t i = 0; i < 4; i++)
        if (ref == &objects[i]) return *id = i + 100, true;
    return false;
}

static bool find(void *user, uint64_t id, w2c_ref *out) {
    (void)user;
    if (id < 100 || id > 103) return false;
    *out = &objects[id - 100];
    return true;
}

START_TEST(test_host_references) {
    Fixture f;
    w2c_extern e;
    w2c_ref ref = NULL;
    void *bytes;
    size_t len;
    w2c_instance *copy;
    const w2c_snapshot_hooks hooks = {.save = keep, .load = find}, half = {.save = keep};
    setup(&f, "host", NULL);
    ck_assert(w2c_export_find(f.instance, w2c_name_of("objects"), &e));
    ck_assert(w2c_table_set(e.table, 1, &objects[2]));
    ck_assert_int_eq(w2c_snapshot_save(f.instance, NULL, &bytes, &len, &f.error), W2C_LIMIT);
    ck_assert_str_eq(f.error.text, "table 0 refers to an object of the host, and there is no hook");
    ck_assert_int_eq(w2c_snapshot_save(f.instance, &hooks, &bytes, &len, &f.error), W2C_OK);
    const w2c_module *module = w2c_interp_module(f.interp);
    ck_assert_int_eq(w2c_snapshot_load(module, &copy, bytes, len, NULL, &f.config, &half),
                     W2C_LIMIT);
    ck_assert_int_eq(w2c_snapshot_load(module, &copy, bytes, len, NULL, &f.config, &hooks), W2C_OK);
    ck_assert(w2c_export_find(copy, w2c_name_of("objects"), &e));
    ck_assert(w2c_table_get(e.table, 0, &ref) && !ref);
    ck_assert(w2c_table_get(e.table, 1, &ref) && ref == &objects[2]);
    w2c_instance_delete(copy);
    ck_assert_int_eq(w2c_snapshot_fork(f.instance, &copy, NULL, &f.config), W2C_OK);
    ck_assert(w2c_export_find(copy, w2c_name_of("objects"), &e));
    ck_assert(w2c_table_get(e.table, 1, &ref) && ref == &objects[2]);
    w2c_instance_delete(copy);
    ck_assert(w2c_export_find(f.instance, w2c_name_of("objects"), &e));
    ck_assert(w2c_table_set(e.table, 2, &f)); /* one that the hook does not know */
    free(bytes);
    ck_assert_int_eq(w2c_snapshot_save(f.instance, &hooks, &bytes, &len, &f.error), W2C_LIMIT);
    teardown(&f);
}
END_TEST

START_TEST(test_shared) {
    Fixture f;
    void *bytes;
    size_t len;
    setup(&f, "shared", NULL);
    ck_assert_int_eq(w2c_snapshot_save(f.instance, NULL, &bytes, &len, &f.error), W2C_LIMIT);
    ck_assert_str_eq(f.error.text, "memory 0 is shared");
    teardown(&f);
}
END_TEST

int main(int argc, char **argv) {
    if (argc == 4) { /* for check_snapshot.py */
        Fixture f;
        if (!load(&f, argv[3])) return 8;
        int code = state_main(w2c_interp_module(f.interp), argv[1], argv[2]);
        w2c_interp_delete(f.interp);
        module_free(&f.module);
        free(f.bytes);
        return code;
    }
    Suite *suite = suite_create("snapshot");
    TCase *tests = tcase_create("snapshot");
    tcase_set_timeout(tests, 600);
    tcase_add_test(tests, test_round_trip);
    tcase_add_test(tests, test_damaged);
    tcase_add_test(tests, test_forged);
    tcase_add_test(tests, test_forged_objects);
    tcase_add_test(tests, test_objects);
    tcase_add_test(tests, test_objects_limit);
    tcase_add_test(tests, test_fork_pages);
    tcase_add_test(tests, test_foreign);
    tcase_add_test(tests, test_refused);
    tcase_add_test(tests, test_host_references);
    tcase_add_test(tests, test_shared);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
