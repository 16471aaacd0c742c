/* test_memory_stats.c: what is known of memories, who may refuse growth, groups, policies. */
#include <check.h>
#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <w2c_rt.h>

#define PAGE ((uint64_t)65536)

static w2c_memory *make(uint64_t min, uint64_t max, const w2c_watch *watch) {
    w2c_memory *m;
    ck_assert_int_eq(w2c_memory_new(&m, min, max, false, false, 16), W2C_OK);
    if (watch) ck_assert_int_eq(w2c_memory_watch(m, watch), W2C_OK);
    return m;
}

static void rest(long ms) {
    const struct timespec t = {0, ms * 1000000};
    nanosleep(&t, NULL);
}

START_TEST(test_figures) {
    w2c_memory *m = make(3, 20, NULL);
    w2c_memory_figures f;
    w2c_memory_stats(m, true, &f);
    ck_assert(f.current == 3 * PAGE && f.limit == 20 * PAGE && !f.watched && !f.growths);
    if (f.pages_known) ck_assert(f.touched == 0);
    volatile uint8_t *data = w2c_memory_data(m);
    for (unsigned i = 0; i < 7; i++)
        data[i * 3 * f.page] = 1;
    uint8_t sum = 0;
    for (unsigned i = 0; i < 7; i++)
        sum = (uint8_t)(sum + data[(i * 3 + 1) * f.page]); /* read: the page of zeros */
    ck_assert_uint_eq(sum, 0);
    ck_assert(w2c_memory_grow(m, 4) == 3 && w2c_memory_grow(m, 14) == UINT64_MAX);
    ck_assert(w2c_memory_grow(m, 0) == 7 && w2c_memory_grow(m, UINT64_MAX) == UINT64_MAX);
    data[6 * PAGE] = 1;
    w2c_memory_stats(m, true, &f);
    ck_assert(f.current == 7 * PAGE && f.growths == 1 && f.failed_growths == 2 && !f.refused);
    if (f.pages_known) ck_assert(f.touched == 8 && f.resident == 8 * f.page);
    ck_assert(w2c_memory_samples(m, NULL, 0, NULL) == 0);
    w2c_memory_look(m); /* nobody watches: nothing */
    w2c_memory_delete(m);
}
END_TEST

START_TEST(test_baseline) {
    const w2c_watch watch = {.settle_ns = 20000000, .samples = 100};
    w2c_memory *m = make(1, 50, &watch);
    w2c_memory_figures f;
    rest(40);
    w2c_memory_stats(m, false, &f);
    ck_assert(f.watched && f.baseline == PAGE && f.since_baseline == 0);
    ck_assert(w2c_memory_grow(m, 2) == 1 && w2c_memory_grow(m, 2) == 3);
    w2c_memory_stats(m, false, &f);
    ck_assert(f.since_baseline == 2 && f.growths == 2 && f.last_growth_ns <= f.elapsed_ns);
    ck_assert(f.last_growth_ns >= watch.settle_ns);
    rest(40);
    w2c_memory_stats(m, false, &f);
    ck_assert(f.baseline == 5 * PAGE);
    const w2c_watch longer = {.settle_ns = UINT64_MAX / 2};
    ck_assert_int_eq(w2c_memory_watch(m, &longer), W2C_OK);
    rest(5);
    w2c_memory_stats(m, false, &f);
    ck_assert(f.watched && f.baseline == 0);
    ck_assert_int_eq(w2c_memory_watch(m, NULL), W2C_OK);
    w2c_memory_stats(m, false, &f);
    ck_assert(!f.watched);
    w2c_memory_delete(m);
}
END_TEST

static bool below_ten(void *user, const w2c_growth *growth) {
    ++*(unsigned *)user;
    return growth->after <= 10 * PAGE && growth->before < growth->after;
}

START_TEST(test_veto_and_ring) {
    unsigned asked = 0;
    const w2c_watch watch = {.grow = below_ten, .user = &asked, .samples = 4};
    w2c_memory *m = make(1, 50, &watch);
    w2c_memory_sample s[8];
    uint64_t lost;
    w2c_memory_figures f;
    ck_assert(w2c_memory_samples(m, s, 8, &lost) == 1 && !lost && s[0].kind == W2C_SAMPLE_START);
    for (uint64_t i = 0; i < 9; i++)
        ck_assert(w2c_memory_grow(m, 1) == i + 1);
    ck_assert(w2c_memory_grow(m, 1) == UINT64_MAX && w2c_memory_pages(m) == 10);
    ck_assert(w2c_memory_grow(m, 100) == UINT64_MAX && asked == 10); /* its type's limit: unasked */
    w2c_memory_look(m);
    w2c_memory_stats(m, false, &f);
    ck_assert(f.growths == 9 && f.failed_growths == 2 && f.refused == 1);
    ck_assert(w2c_memory_samples(m, s, 8, &lost) == 4 && lost == 9);
    ck_assert(s[0].kind == W2C_SAMPLE_GROWTH && s[0].bytes == 10 * PAGE);
    ck_assert(s[1].kind == W2C_SAMPLE_FAILED && s[1].bytes == 11 * PAGE);
    ck_assert(s[2].kind == W2C_SAMPLE_FAILED && s[2].bytes == 110 * PAGE);
    ck_assert(s[3].kind == W2C_SAMPLE_LOOK && s[3].bytes == 10 * PAGE);
    ck_assert(w2c_memory_samples(m, s, 2, NULL) == 2);
    w2c_memory_delete(m);
}
END_TEST

/* ---- groups: instances with one memory of 2 pages -------------------------------------------------- */
typedef struct Guest {
    w2c_instance w2c;
    w2c_memory *memory;
    uint8_t *base;
    w2c_memory own;
} Guest;
static const w2c_memory_desc memories[] = {{offsetof(Guest, own),
                                            offsetof(Guest, memory),
                                            offsetof(Guest, base),
                                            {2, 300},
                                            16,
                                            W2C_BOUNDS,
                                            false,
                                            false,
                                            NULL,
                                            0,
                                            0}};
static const w2c_module module = {.abi = W2C_ABI,
                                  .size = sizeof(Guest),
                                  .name = "guest",
                                  .memories = memories,
                                  .memory_count = 1,
                                  .first_memory = offsetof(Guest, memory),
                                  .active_is_all = true};

static void use_group(w2c_pool *pool) {
    w2c_memory_group *group;
    w2c_memory_group_info info;
    w2c_error error;
    w2c_instance *i[4];
    ck_assert_int_eq(w2c_memory_group_new(&group, 9 * PAGE), W2C_OK);
    const w2c_watch watch = {.samples = 8};
    const w2c_config config = {.group = group, .pool = pool, .error = &error, .watch = &watch};
    for (int round = 0; round < 3; round++) {
        for (int k = 0; k < 4; k++)
            ck_assert_int_eq(w2c_instance_new(&module, &i[k], NULL, &config), W2C_OK);
        w2c_instance *more;
        ck_assert_int_eq(w2c_instance_new(&module, &more, NULL, &config), W2C_LIMIT);
        ck_assert(strstr(error.text, "group") && !more);
        w2c_memory *m = w2c_instance_memory(i[0]);
        ck_assert(w2c_memory_grow(m, 2) == UINT64_MAX && w2c_memory_grow(m, 1) == 2);
        w2c_memory_figures f;
        w2c_memory_stats(m, false, &f);
        ck_assert(f.refused == 1 && f.growths == 1 && f.watched && f.failed_growths == 1);
        w2c_memory_group_stats(group, &info);
        ck_assert(info.current == 9 * PAGE && info.peak == 9 * PAGE && info.memories == 4);
        ck_assert(info.growths == (uint64_t)round + 1 && info.refused == 2 * (uint64_t)round + 2);
        for (int k = 0; k < 4; k++)
            w2c_instance_delete(i[k]);
        w2c_memory_group_stats(group, &info);
        ck_assert(info.current == 0 && info.memories == 0);
    }
    ck_assert_int_eq(w2c_instance_new(&module, &i[0], NULL, &config), W2C_OK);
    w2c_memory_group_delete(group); /* the memory keeps it */
    ck_assert(w2c_memory_grow(w2c_instance_memory(i[0]), 8) == UINT64_MAX);
    w2c_instance_delete(i[0]);
}

START_TEST(test_groups) {
    w2c_pool *pool;
    use_group(NULL);
    ck_assert_int_eq(w2c_pool_new(&pool, &module, NULL), W2C_OK);
    use_group(pool);
    w2c_pool_delete(pool);
}
END_TEST

static void *grow_some(void *memory) {
    for (int i = 0; i < 500; i++) {
        w2c_memory_grow(memory, 1);
        if (i % 50 == 0) w2c_memory_look(memory);
    }
    return NULL;
}

START_TEST(test_threads) {
    w2c_memory *m;
    pthread_t threads[4];
    w2c_memory_figures f;
    w2c_memory_sample s[64];
    const w2c_watch watch = {.samples = 64};
    ck_assert_int_eq(w2c_memory_new(&m, 0, 1500, false, true, 16), W2C_OK);
    ck_assert_int_eq(w2c_memory_watch(m, &watch), W2C_OK);
    for (int i = 0; i < 4; i++)
        pthread_create(&threads[i], NULL, grow_some, m);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    w2c_memory_stats(m, true, &f);
    ck_assert(f.growths == 1500 && f.failed_growths == 500 && f.current == 1500 * PAGE);
    uint64_t lost;
    ck_assert(w2c_memory_samples(m, s, 64, &lost) == 64 && lost == 2041 - 64);
    w2c_memory_delete(m);
}
END_TEST

START_TEST(test_policies) {
    static const uint32_t policies[] = {W2C_MEMORY_HUGE, W2C_MEMORY_NO_HUGE, W2C_MEMORY_POPULATE,
                                        W2C_MEMORY_HUGE_LARGE,
                                        W2C_MEMORY_HUGE | W2C_MEMORY_POPULATE};
    for (size_t k = 0; k < sizeof policies / sizeof *policies; k++) {
        const w2c_config config = {.memory_policy = policies[k]};
        w2c_instance *i;
        w2c_memory_figures f;
        ck_assert_int_eq(w2c_instance_new(&module, &i, NULL, &config), W2C_OK);
        w2c_memory *m = w2c_instance_memory(i);
        ck_assert(w2c_memory_grow(m, 3) == 2);
        for (uint64_t at = 0; at < 5 * PAGE; at += 4096)
            ck_assert_uint_eq(w2c_memory_data(m)[at], 0);
        w2c_memory_stats(m, true, &f);
        ck_assert(!f.pages_known || f.resident <= 5 * PAGE + (2 << 20));
        w2c_instance_delete(i);
    }
}
END_TEST

/* Does the system know that the page at this address may be huge? -1: it does not say. */
static int asks_for_huge(const void *at) {
    FILE *file = fopen("/proc/self/smaps", "r");
    char line[512];
    bool inside = false;
    int answer = -1;
    while (file && fgets(line, sizeof line, file)) {
        uintptr_t from, to;
        if (sscanf(line, "%" SCNxPTR "-%" SCNxPTR " ", &from, &to) == 2)
            inside = (uintptr_t)at >= from && (uintptr_t)at < to;
        else if (inside && !strncmp(line, "VmFlags:", 8))
            answer = strstr(line, " hg") != NULL;
    }
    if (file) fclose(file);
    return answer;
}

START_TEST(test_huge_when_large) {
    const w2c_config config = {.memory_policy = W2C_MEMORY_HUGE_LARGE};
    w2c_instance *i;
    ck_assert_int_eq(w2c_instance_new(&module, &i, NULL, &config), W2C_OK);
    w2c_memory *m = w2c_instance_memory(i);
    ck_assert(w2c_memory_grow(m, 253) == 2);
    int before = asks_for_huge(w2c_memory_data(m));
    ck_assert(before <= 0);
    ck_assert(w2c_memory_grow(m, 1) == 255);
    int after = asks_for_huge(w2c_memory_data(m));
    bool known = access("/sys/kernel/mm/transparent_hugepage/enabled", F_OK) == 0;
    ck_assert_int_eq(after, before < 0 ? -1 : known);
    w2c_instance_delete(i);
}
END_TEST

START_TEST(test_report) {
    w2c_memory *m = make(1, 2, NULL);
    ck_assert(!w2c_memory_report(m, "report.txt", "x") && errno == EINVAL);
    ck_assert(!w2c_memory_report(m, ".html", "x") && errno == EINVAL);
    ck_assert(!w2c_memory_report(m, "/no/such/folder/report.html", "x") && errno == ENOENT);
    ck_assert(w2c_memory_report(m, "/dev/null", "x") == false);
    ck_assert(w2c_memory_report_suffix("a.csv") && !w2c_memory_report_suffix("a.csv.gz"));
    w2c_memory_delete(m);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("memory_stats");
    TCase *tests = tcase_create("memory_stats");
    tcase_set_timeout(tests, 120);
    tcase_add_test(tests, test_figures);
    tcase_add_test(tests, test_baseline);
    tcase_add_test(tests, test_veto_and_ring);
    tcase_add_test(tests, test_groups);
    tcase_add_test(tests, test_threads);
    tcase_add_test(tests, test_policies);
    tcase_add_test(tests, test_huge_when_large);
    tcase_add_test(tests, test_report);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
