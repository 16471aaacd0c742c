/* test_mutate.c: the fuzz target over the committed modules (tests/golden, tests/ops, tests/fuzz/corpus):
 * every truncation, single-byte changes at every offset; allocations that fail, one after the other; disks
 * that are full. Run it under the sanitizers (preset asan-ubsan). W2C_LONG=1: all changes of every byte
 * that the quick run makes only some of.
 * tests/fuzz/corpus holds inputs found elsewhere: anything that once went wrong goes there. */
#include "fuzz_module.c"
#include <check.h>
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/resource.h>
#include <sys/stat.h>

enum { MOST_FILES = 100, MOST_BYTES = 16384 };

typedef struct File {
    char name[64];
    uint8_t *bytes;
    size_t len;
} File;

static File files[MOST_FILES];
static size_t file_count;
static bool is_long;

static void need(bool good, const char *what) { /* before the tests begin */
    if (good) return;
    perror(what);
    exit(1);
}

static void load(const char *folder, const char *name) {
    char path[1000];
    snprintf(path, sizeof path, "%s/%s/%s", W2C_SOURCE_DIR, folder, name);
    FILE *f = fopen(path, "rb");
    need(f != NULL, path);
    File *file = &files[file_count++];
    snprintf(file->name, sizeof file->name, "%s", name);
    file->bytes = malloc(MOST_BYTES + 1);
    need(file->bytes != NULL, path);
    file->len = fread(file->bytes, 1, MOST_BYTES + 1, f);
    fclose(f);
    if (file->len > MOST_BYTES) errno = EFBIG;
    need(file->len <= MOST_BYTES, path);
}

static int by_name(const void *a, const void *b) {
    return strcmp(((const File *)a)->name, ((const File *)b)->name);
}

static void load_all(const char *folder, const char *ending) {
    char path[1000];
    snprintf(path, sizeof path, "%s/%s", W2C_SOURCE_DIR, folder);
    DIR *dir = opendir(path);
    need(dir != NULL, path);
    for (const struct dirent *e; (e = readdir(dir)) != NULL;) {
        size_t len = strlen(e->d_name), end = strlen(ending);
        if (e->d_name[0] == '.' || len < end || strcmp(e->d_name + len - end, ending) != 0)
            continue;
        need(file_count < MOST_FILES, "too many modules");
        load(folder, e->d_name);
    }
    closedir(dir);
}

static const File *file_named(const char *name) {
    for (size_t i = 0; i < file_count; i++)
        if (strcmp(files[i].name, name) == 0) return &files[i];
    ck_abort_msg("no module %s", name);
    return NULL;
}

/* ---- mutations ------------------------------------------------------------------------------- */

START_TEST(corpus_as_it_is) {
    const File *f = &files[_i];
    LLVMFuzzerTestOneInput(f->bytes, f->len);
}
END_TEST

/* A copy of exactly len bytes, so that a byte read behind the end is seen. */
static void run_copy(const uint8_t *bytes, size_t len) {
    uint8_t *copy = malloc(len ? len : 1);
    ck_assert_ptr_nonnull(copy);
    memcpy(copy, bytes, len);
    LLVMFuzzerTestOneInput(copy, len);
    free(copy);
}

START_TEST(truncated_everywhere) {
    const File *f = &files[_i];
    for (size_t len = 0; len < f->len; len++)
        run_copy(f->bytes, len);
}
END_TEST

START_TEST(one_byte_changed) {
    static const uint8_t flips[] = {0x01, 0x80, 0xff, 0x40, 0x02, 0x04, 0x08, 0x10, 0x20, 0x7f};
    File *f = &files[_i];
    size_t most = is_long ? sizeof flips : 2;
    for (size_t at = 0; at < f->len; at++) {
        const uint8_t old = f->bytes[at];
        for (size_t k = 0; k < most; k++) {
            f->bytes[at] = old ^ flips[is_long ? k : (at + k * 3) % sizeof flips];
            run_copy(f->bytes, f->len);
        }
        f->bytes[at] = 0;
        run_copy(f->bytes, f->len);
        f->bytes[at] = old;
    }
}
END_TEST

/* ---- memory that runs out -------------------------------------------------------------------- */

typedef struct Failing {
    atomic_long left, live; /* allocations until one fails; blocks alive */
} Failing;

static void *failing_resize(void *user, void *ptr, size_t size) {
    Failing *f = user;
    if (size == 0) {
        if (ptr) atomic_fetch_sub(&f->live, 1);
        free(ptr);
        return NULL;
    }
    if (atomic_fetch_sub(&f->left, 1) == 0) return NULL;
    void *out = realloc(ptr, size);
    if (out && !ptr) atomic_fetch_add(&f->live, 1);
    return out;
}

static size_t entries(const char *folder) {
    size_t n = 0;
    DIR *dir = opendir(folder);
    if (!dir) return 0;
    for (const struct dirent *e; (e = readdir(dir)) != NULL;)
        n += e->d_name[0] != '.';
    closedir(dir);
    return n;
}

static void clear(const char *folder) {
    char path[1000];
    DIR *dir = opendir(folder);
    if (!dir) return;
    for (const struct dirent *e; (e = readdir(dir)) != NULL;) {
        snprintf(path, sizeof path, "%s/%s", folder, e->d_name);
        if (e->d_name[0] != '.') unlink(path);
    }
    closedir(dir);
}

static const char *const some[] = {"order.wasm", "tables.wasm", "calls.wasm", "stack.wasm",
                                   "multi_memory.wasm"};
enum { SOME = sizeof some / sizeof *some };

/* Every allocation fails once: the error is "out of memory", nothing leaks, nothing is left on disk. */
START_TEST(allocations_fail) {
    const File *f = file_named(some[_i]);
    char out[600];
    snprintf(out, sizeof out, "%s/m.c", fuzz_enter());
    clear(fuzz_enter());
    for (uint32_t groups = 1; groups <= 2; groups++) {
        long n = 0;
        for (;; n++) {
            Failing failing;
            atomic_init(&failing.left, n);
            atomic_init(&failing.live, 0);
            FuzzResult r = fuzz_one((Allocator){failing_resize, &failing},
                                    (Slice){f->bytes, f->len}, out, MEMORY_GUARD, groups);
            ck_assert_msg(atomic_load(&failing.live) == 0,
                          "%s: allocation %ld fails: %ld blocks leak", f->name, n,
                          atomic_load(&failing.live));
            if (atomic_load(&failing.left) >= 0) { /* it was never reached */
                ck_assert_msg(r.class == CLASS_NONE, "%s: %s", f->name, r.text);
                break;
            }
            ck_assert_msg(r.class == CLASS_NOMEM, "%s: allocation %ld fails: class %s: %s", f->name,
                          n, error_class_name(r.class), r.text);
            ck_assert_msg(entries(fuzz_enter()) == 0, "%s: allocation %ld fails: files are left",
                          f->name, n);
        }
        ck_assert_int_gt(n, 20);
        ck_assert_uint_gt(entries(fuzz_enter()), 1);
        clear(fuzz_enter());
    }
}
END_TEST

/* ---- disks that are full --------------------------------------------------------------------- */

static FuzzResult translate_with_limit(const File *f, const char *out, uint32_t groups,
                                       rlim_t bytes) {
    struct rlimit before, limit;
    getrlimit(RLIMIT_FSIZE, &before);
    limit = before;
    limit.rlim_cur = bytes;
    int failed = setrlimit(RLIMIT_FSIZE,
                           &limit); /* check's own files grow too: no assertion until it is back */
    FuzzResult r = fuzz_one(alloc_default(), (Slice){f->bytes, f->len}, out, MEMORY_GUARD, groups);
    failed |= setrlimit(RLIMIT_FSIZE, &before);
    ck_assert_int_eq(failed, 0);
    return r;
}

START_TEST(disk_full) {
    static const rlim_t sizes[] = {0, 1, 100, 511, 1000, 2000, 4000, 8000, 8500};
    const File *f = file_named(some[_i]);
    char out[600], text[64] = "";
    signal(SIGXFSZ, SIG_IGN);
    snprintf(out, sizeof out, "%s/m.c", fuzz_enter());
    clear(fuzz_enter());
    for (uint32_t groups = 1; groups <= 2; groups++) {
        for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
            FuzzResult r = translate_with_limit(f, out, groups, sizes[i]);
            if (r.class == CLASS_NONE) { /* small enough after all */
                ck_assert_uint_gt(sizes[i], 2000);
                clear(fuzz_enter());
                continue;
            }
            ck_assert_msg(r.class == CLASS_IO, "class %s: %s", error_class_name(r.class), r.text);
            ck_assert_msg(strstr(r.text, "cannot write") != NULL, "%s", r.text);
            ck_assert_uint_eq(entries(fuzz_enter()), 0);
        }
        /* what was there before stays whole */
        FILE *old = fopen(out, "w");
        ck_assert_ptr_nonnull(old);
        fputs("as it was", old);
        fclose(old);
        ck_assert_int_eq(translate_with_limit(f, out, groups, 50).class, CLASS_IO);
        old = fopen(out, "r");
        ck_assert_ptr_nonnull(old);
        ck_assert_ptr_nonnull(fgets(text, sizeof text, old));
        fclose(old);
        ck_assert_str_eq(text, "as it was");
        ck_assert_uint_eq(entries(fuzz_enter()), 1);
        clear(fuzz_enter());
    }
}
END_TEST

START_TEST(path_unwritable) {
    const File *f = file_named("order.wasm");
    char out[600], folder[600];
    Slice bytes = {f->bytes, f->len};
    clear(fuzz_enter());
    snprintf(out, sizeof out, "%s/nowhere/m.c", fuzz_enter());
    FuzzResult r = fuzz_one(alloc_default(), bytes, out, MEMORY_GUARD, 1);
    ck_assert_int_eq(r.class, CLASS_IO);
    ck_assert_ptr_nonnull(strstr(r.text, "nowhere/m.c"));
    ck_assert_uint_eq(entries(fuzz_enter()), 0);
    /* a folder stands where mod.c should go */
    snprintf(folder, sizeof folder, "%s/m.c", fuzz_enter());
    ck_assert_int_eq(mkdir(folder, 0777), 0);
    r = fuzz_one(alloc_default(), bytes, folder, MEMORY_GUARD, 1);
    ck_assert_int_eq(r.class, CLASS_IO);
    ck_assert_uint_eq(entries(fuzz_enter()), 1);
    rmdir(folder);
}
END_TEST

int main(void) {
    Suite *s = suite_create("mutations");
    TCase *mutations = tcase_create("mutations"), *failures = tcase_create("failures");
    is_long = getenv("W2C_LONG") != NULL;
    load_all("tests/golden", ".wasm");
    load_all("tests/ops", ".wasm");
    load_all("tests/fuzz/corpus", "");
    qsort(files, file_count, sizeof *files, by_name);
    if (file_count < 20) {
        fprintf(stderr, "only %zu modules\n", file_count);
        return 1;
    }
    fuzz_enter();
    tcase_set_timeout(mutations, 1200);
    tcase_set_timeout(failures, 600);
    tcase_add_loop_test(mutations, corpus_as_it_is, 0, (int)file_count);
    tcase_add_loop_test(mutations, truncated_everywhere, 0, (int)file_count);
    tcase_add_loop_test(mutations, one_byte_changed, 0, (int)file_count);
    tcase_add_loop_test(failures, allocations_fail, 0, SOME);
    tcase_add_loop_test(failures, disk_full, 0, SOME);
    tcase_add_test(failures, path_unwritable);
    suite_add_tcase(s, mutations);
    suite_add_tcase(s, failures);
    SRunner *runner = srunner_create(s);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    for (size_t i = 0; i < file_count; i++)
        free(files[i].bytes);
    clear(fuzz_enter());
    rmdir(fuzz_enter());
    return failed ? 1 : 0;
}
