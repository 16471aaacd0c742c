/* test_store.c: snapshots in files, compressed and plain: what comes back, what is refused, damaged bytes, frames
 * that lie about their size. In builds without zstd: the reason. */
#define _XOPEN_SOURCE 700
#include "snapshot/state.h"
#include "interp/interp.h"
#include <check.h>
#include <rt_snapshot_format.h>
#include <unistd.h>
#include <w2c_store.h>

typedef struct Fixture {
    Context ctx;
    char *wasm;
    Module module;
    Interp *interp;
    w2c_error error;
    w2c_config config;
    w2c_imports imports;
    w2c_instance *instance;
    char path[64];
} Fixture;

static void setup(Fixture *f, const char *name) {
    char path[400];
    w2c_value r[8];
    memset(f, 0, sizeof *f);
    strcpy(f->path, "/tmp/w2c-store-XXXXXX");
    int fd = mkstemp(f->path);
    ck_assert_int_ge(fd, 0);
    close(fd);
    snprintf(path, sizeof path, W2C_SOURCE_DIR "/tests/snapshot/%s.wasm", name);
    f->wasm = malloc(1 << 20);
    FILE *in = fopen(path, "rb");
    ck_assert_ptr_nonnull(in);
    size_t len = fread(f->wasm, 1, 1 << 20, in);
    fclose(in);
    context_init(&f->ctx, alloc_default(), name);
    f->config.error = &f->error;
    f->imports.resolve = state_resolve;
    ck_assert(module_read(&f->ctx, (Slice){(uint8_t *)f->wasm, len}, &f->module));
    ck_assert_int_eq(w2c_interp_load(&f->ctx, &f->module, name, NULL, &f->interp), W2C_OK);
    ck_assert(w2c_init_traps());
    ck_assert_int_eq(
        w2c_instance_new(w2c_interp_module(f->interp), &f->instance, &f->imports, &f->config),
        W2C_OK);
    ck_assert_int_eq(state_call(f->instance, "init", r), W2C_OK);
}

static void teardown(Fixture *f) {
    unlink(f->path);
    w2c_instance_delete(f->instance);
    w2c_interp_delete(f->interp);
    module_free(&f->module);
    free(f->wasm);
}

static w2c_status load(Fixture *f, w2c_instance **out) {
    return w2c_store_load(w2c_interp_module(f->interp), out, f->path, 0, &f->imports, &f->config,
                          NULL);
}

static void round_trip(const char *name, int level) {
    Fixture f;
    char want[STATE_TEXT], got[STATE_TEXT];
    w2c_instance *copy;
    setup(&f, name);
    w2c_status status = w2c_store_save(f.instance, NULL, f.path, level, &f.error);
    ck_assert_msg(status == W2C_OK, "%s", f.error.text);
    status = load(&f, &copy);
    ck_assert_msg(status == W2C_OK, "%s", f.error.text);
    state_tell(f.instance, want);
    state_tell(copy, got);
    ck_assert_str_eq(want, got);
    w2c_instance_delete(copy);
    teardown(&f);
}

START_TEST(test_files) {
    round_trip("warm", 0);
    round_trip("warm", 19);
    round_trip("warm", W2C_STORE_PLAIN);
    round_trip("graph", 1);
}
END_TEST

/* Flag 1 in a plain snapshot's header, which is then right again. */
static void pretend(uint8_t *bytes, size_t len) {
    snap_header h;
    ck_assert(w2c_snap_get_header(bytes, len, &h));
    h.flags = 1;
    w2c_snap_put_header(bytes, &h);
}

START_TEST(test_without_zstd) {
    Fixture f;
    void *bytes, *out;
    size_t len, out_len;
    w2c_instance *copy;
    setup(&f, "warm");
    ck_assert_int_eq(w2c_snapshot_save(f.instance, NULL, &bytes, &len, &f.error), W2C_OK);
    if (!w2c_store_compresses()) {
        ck_assert_int_eq(w2c_store_pack(bytes, len, 0, &out, &out_len, &f.error), W2C_LIMIT);
        ck_assert_ptr_nonnull(strstr(f.error.text, "without zstd"));
    }
    pretend(bytes, len);
    ck_assert_int_ne(w2c_store_unpack(bytes, len, 0, &out, &out_len, &f.error), W2C_OK);
    ck_assert_ptr_null(out);
    if (!w2c_store_compresses()) ck_assert_ptr_nonnull(strstr(f.error.text, "without zstd"));
    /* the runtime alone says who reads it */
    ck_assert_int_eq(w2c_snapshot_load(w2c_interp_module(f.interp), &copy, bytes, len, &f.imports,
                                       &f.config, NULL),
                     W2C_LIMIT);
    ck_assert_ptr_nonnull(strstr(f.error.text, "w2c_store"));
    free(bytes);
    teardown(&f);
}
END_TEST

static uint8_t *packed(Fixture *f, size_t *len) {
    void *bytes, *out;
    size_t plain;
    ck_assert_int_eq(w2c_snapshot_save(f->instance, NULL, &bytes, &plain, &f->error), W2C_OK);
    ck_assert_int_eq(w2c_store_pack(bytes, plain, 0, &out, len, &f->error), W2C_OK);
    ck_assert_uint_lt(*len, plain);
    void *twice;
    size_t twice_len;
    ck_assert_int_eq(w2c_store_pack(out, *len, 0, &twice, &twice_len, &f->error), W2C_INVALID);
    free(bytes);
    return out;
}

START_TEST(test_damaged) {
    Fixture f;
    size_t len, out_len;
    void *out;
    if (!w2c_store_compresses()) return;
    setup(&f, "warm");
    uint8_t *bytes = packed(&f, &len);
    for (size_t i = 0; i < len; i++) {
        for (int bit = 0; bit < 8; bit++) {
            bytes[i] ^= (uint8_t)(1 << bit);
            ck_assert_int_ne(w2c_store_unpack(bytes, len, 0, &out, &out_len, &f.error), W2C_OK);
            ck_assert(f.error.text[0] && !out);
            bytes[i] ^= (uint8_t)(1 << bit);
        }
        ck_assert_int_eq(w2c_store_unpack(bytes, i, 0, &out, &out_len, &f.error), W2C_INVALID);
    }
    free(bytes);
    teardown(&f);
}
END_TEST

/* Makes both checksums right again. */
static void seal(uint8_t *bytes, size_t len) {
    snap_header h;
    memcpy(&h.version, bytes + 8, 4);
    memcpy(&h.flags, bytes + 12, 4);
    memcpy(&h.hash, bytes + 16, 8);
    h.len = len - SNAP_HEADER;
    h.crc = w2c_crc32c(0, bytes + SNAP_HEADER, len - SNAP_HEADER);
    w2c_snap_put_header(bytes, &h);
}

/* Changed where checksums do not see it: unpacks to something or is refused, and what unpacks is loaded or refused. */
START_TEST(test_forged) {
    Fixture f;
    size_t len, out_len;
    void *out;
    w2c_instance *copy;
    unsigned refused = 0;
    if (!w2c_store_compresses()) return;
    setup(&f, "graph");
    uint8_t *bytes = packed(&f, &len), *forged = malloc(len);
    for (size_t i = SNAP_HEADER; i < len; i++)
        for (int v = 0; v < 3; v++) {
            memcpy(forged, bytes, len);
            forged[i] = v == 0   ? (uint8_t)(bytes[i] + 1)
                        : v == 1 ? 0xff
                                 : (uint8_t)(bytes[i] ^ 0x40);
            seal(forged, len);
            w2c_status status = w2c_store_unpack(forged, len, 1 << 24, &out, &out_len, &f.error);
            if (status == W2C_OK) {
                status = w2c_snapshot_load(w2c_interp_module(f.interp), &copy, out, out_len,
                                           &f.imports, &f.config, NULL);
                if (status == W2C_OK) w2c_instance_delete(copy);
            }
            refused += status != W2C_OK;
            free(out);
        }
    ck_assert_uint_gt(refused, 1000);
    free(forged);
    free(bytes);
    teardown(&f);
}
END_TEST

/* A frame of many zeros, and sizes that are not true. */
START_TEST(test_bombs) {
    Fixture f;
    size_t len, out_len;
    void *out;
    w2c_instance *copy;
    if (!w2c_store_compresses()) return;
    setup(&f, "warm");
    uint8_t *bytes = packed(&f, &len);
    ck_assert_int_eq(w2c_store_unpack(bytes, len, 1000, &out, &out_len, &f.error), W2C_LIMIT);
    ck_assert_ptr_nonnull(strstr(f.error.text, "1000 are allowed"));
    uint64_t size = (uint64_t)1 << 60;
    memcpy(bytes + SNAP_HEADER, &size, 8);
    seal(bytes, len);
    ck_assert_int_eq(w2c_store_unpack(bytes, len, UINT64_MAX, &out, &out_len, &f.error),
                     W2C_INVALID);
    ck_assert_ptr_nonnull(strstr(f.error.text, "does not know its size"));
    free(bytes);
    /* 64 MiB of zeros as a snapshot: small when packed, refused by the limit before anything is allocated */
    size_t huge = ((size_t)64 << 20) + SNAP_HEADER;
    uint8_t *zeros = calloc(1, huge);
    snap_header h = {.version = SNAP_VERSION,
                     .len = huge - SNAP_HEADER,
                     .crc = w2c_crc32c(0, zeros + SNAP_HEADER, huge - SNAP_HEADER)};
    w2c_snap_put_header(zeros, &h);
    ck_assert_int_eq(w2c_store_pack(zeros, huge, 1, &out, &out_len, &f.error), W2C_OK);
    free(zeros);
    ck_assert_uint_lt(out_len, 100000);
    FILE *to = fopen(f.path, "wb");
    ck_assert_uint_eq(fwrite(out, 1, out_len, to), out_len);
    fclose(to);
    free(out);
    ck_assert_int_eq(w2c_store_load(w2c_interp_module(f.interp), &copy, f.path, 1 << 20, &f.imports,
                                    &f.config, NULL),
                     W2C_LIMIT);
    ck_assert_int_eq(load(&f, &copy), W2C_MISMATCH); /* allowed, and of no module */
    teardown(&f);
}
END_TEST

START_TEST(test_no_file) {
    Fixture f;
    w2c_instance *copy;
    setup(&f, "warm");
    unlink(f.path);
    ck_assert_int_eq(load(&f, &copy), W2C_INVALID);
    ck_assert_ptr_nonnull(strstr(f.error.text, "cannot be read: No such file"));
    ck_assert_int_eq(w2c_store_save(f.instance, NULL, "/nonexistent/x", 0, &f.error), W2C_INVALID);
    ck_assert_ptr_nonnull(strstr(f.error.text, "cannot be written: No such file"));
    strcpy(f.path, "/tmp");
    ck_assert_int_eq(load(&f, &copy), W2C_INVALID);
    f.path[0] = 0;
    teardown(&f);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("store");
    TCase *tests = tcase_create("store");
    tcase_set_timeout(tests, 600);
    tcase_add_test(tests, test_files);
    tcase_add_test(tests, test_without_zstd);
    tcase_add_test(tests, test_damaged);
    tcase_add_test(tests, test_forged);
    tcase_add_test(tests, test_bombs);
    tcase_add_test(tests, test_no_file);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
