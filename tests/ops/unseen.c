/* unseen.c: runs unseen.wasm, translated as module `unseen`, whose instances have RECORDS functions that can be
 * referred to: made anew, in a pool, forked, saved to the file argv[2] (argv[1]: save) or loaded from it (load),
 * which another build may have written. */
#include "unseen.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <w2c_rt.h>
#include <w2c_snapshot.h>

static int failed;

static void need(int good, const char *what) {
    if (good) return;
    printf("FAILED: %s\n", what);
    failed++;
}

static void expect(unseen *m, const char *name, uint32_t arg, w2c_status status, uint32_t value) {
    w2c_extern function;
    w2c_value in, out;
    memset(&in, 0, sizeof in);
    memset(&out, 0, sizeof out);
    in.i32 = arg;
    w2c_status got = W2C_INVALID;
    if (w2c_export_find(unseen_instance(m), w2c_name_of(name), &function))
        got = w2c_call(function.func, &in, &out);
    if (got == status && (got != W2C_OK || out.i32 == value)) return;
    failed++;
    printf("%s(%u): %s, %u; wanted %s, %u\n", name, (unsigned)arg, w2c_status_text(got),
           (unsigned)out.i32, w2c_status_text(status), (unsigned)value);
}

static void calls(unseen *m, uint32_t before) {
    expect(m, "calls", 0, W2C_OK, before);
    expect(m, "h", 0, W2C_TRAP_NULL_ELEMENT, 0);
    for (uint32_t i = 1; i < 12; i++)
        expect(m, "h", i,
               i == 3              ? W2C_TRAP_CALL_TYPE
               : i == 8 || i == 10 ? W2C_TRAP_NULL_ELEMENT
                                   : W2C_OK,
               i == 11 ? 101 : 100 + i);
    expect(m, "h", 12, W2C_TRAP_UNDEFINED_ELEMENT, 0);
    expect(m, "h", UINT32_MAX, W2C_TRAP_UNDEFINED_ELEMENT, 0);
    expect(m, "size", 0, W2C_OK, 12);
    expect(m, "g", 1, W2C_OK, 107);
    expect(m, "is_null", 0, W2C_OK, 1);
    expect(m, "is_null", 1, W2C_OK, 0);
    expect(m, "out", 1, W2C_OK, 10);
    expect(m, "calls", 0, W2C_OK, before + 2);
}

static void filled(unseen *m) {
    static const uint32_t values[4] = {104, 105, 106, 107};
    for (uint32_t i = 0; i < 4; i++)
        expect(m, "w", i, W2C_OK, values[i]);
}

static unseen *make(const w2c_config *config) {
    unseen *m = NULL;
    need(unseen_new(&m, NULL, config) == W2C_OK && m, "an instance");
    if (!m) exit(1);
    return m;
}

static void pooled(void) {
    w2c_pool *pool;
    if (w2c_pool_new(&pool, &unseen_module, NULL) != W2C_OK) exit(1);
    const w2c_config config = {.pool = pool};
    for (int i = 0; i < 4; i++) {
        unseen *m = make(&config);
        calls(m, 0);
        expect(m, "w", 0, W2C_TRAP_NULL_ELEMENT, 0);
        expect(m, "fill", 0, W2C_OK, 0);
        filled(m);
        unseen_delete(m);
    }
    w2c_pool_delete(pool);
}

static void save(unseen *m, const char *path) {
    void *bytes;
    size_t len;
    FILE *f = fopen(path, "wb");
    need(w2c_snapshot_save(unseen_instance(m), NULL, &bytes, &len, NULL) == W2C_OK, "it is saved");
    need(f && fwrite(bytes, 1, len, f) == len && !fclose(f), "the file is written");
    free(bytes);
}

static void load(const char *path) {
    static char bytes[1 << 18];
    w2c_instance *m = NULL;
    w2c_error error;
    const w2c_config config = {.error = &error};
    FILE *f = fopen(path, "rb");
    size_t len = f ? fread(bytes, 1, sizeof bytes, f) : 0;
    need(f && !fclose(f), "the file is read");
    w2c_status status = w2c_snapshot_load(&unseen_module, &m, bytes, len, NULL, &config, NULL);
    need(status == W2C_OK, error.text);
    if (status != W2C_OK) return;
    calls((unseen *)m, 2);
    filled((unseen *)m);
    w2c_instance_delete(m);
}

int main(int argc, char **argv) {
    w2c_instance *fork = NULL;
    if (argc < 3 || !w2c_init_traps()) return 2;
    need(unseen_module.func_count == RECORDS, "as many records as needed");
    unseen *m = make(NULL);
    calls(m, 0);
    expect(m, "fill", 0, W2C_OK, 0);
    filled(m);
    if (!strcmp(argv[1], "save")) save(m, argv[2]);
    need(w2c_snapshot_fork(unseen_instance(m), &fork, NULL, NULL) == W2C_OK, "a fork");
    unseen_delete(m);
    if (fork) {
        calls((unseen *)fork, 2);
        filled((unseen *)fork);
        w2c_instance_delete(fork);
    }
    pooled();
    if (!strcmp(argv[1], "load")) load(argv[2]);
    return failed != 0;
}
