/* threads.c: threads that share a memory: each has its own instance, one row of `tests` each. Built and
 * run by check_threads.sh. A test fails by a wrong value; a hang is ended by the alarm. */
#include "threads.h"
#include "unshared.h"
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { THREADS = 4 };

static w2c_memory *memory;
static const char *why;

static void need(bool ok, const char *what) {
    if (!ok && !why) why = what;
}

static threads *instance(void) {
    w2c_import list[1];
    memset(list, 0, sizeof list);
    list[0].module = "env";
    list[0].name = "memory";
    list[0].value.kind = W2C_MEMORY;
    list[0].value.memory = memory;
    w2c_imports imports = {list, 1, NULL, 0, NULL, NULL};
    w2c_error error = {W2C_OK, ""};
    w2c_config config;
    memset(&config, 0, sizeof config);
    config.error = &error;
    threads *t = NULL;
    if (threads_new(&t, &imports, &config) != W2C_OK) fprintf(stderr, "%s\n", error.text);
    return t;
}

static uint32_t word(uint32_t at) {
    uint32_t v;
    memcpy(&v, w2c_memory_data(memory) + at, 4);
    return v;
}

/* ---- running the same thing on several threads ---- */
typedef struct Job {
    void (*run)(threads *t, unsigned me);
    unsigned me;
} Job;

static void *thread_main(void *arg) {
    Job *job = arg;
    threads *t = instance();
    if (t)
        job->run(t, job->me);
    else
        need(false, "no instance");
    threads_delete(t);
    return NULL;
}

static void parallel(void (*run)(threads *, unsigned), unsigned count) {
    pthread_t ids[16];
    Job jobs[16];
    for (unsigned i = 0; i < count; i++) {
        jobs[i] = (Job){run, i};
        pthread_create(&ids[i], NULL, thread_main, &jobs[i]);
    }
    for (unsigned i = 0; i < count; i++)
        pthread_join(ids[i], NULL);
}

static void pause_ms(long ms) {
    struct timespec t = {0, ms * 1000000};
    nanosleep(&t, NULL);
}

enum { ROUNDS = 20000 };

static void run_add32(threads *t, unsigned me) {
    (void)me, threads_x_add_n(t, 0, ROUNDS);
}
static void test_add32(void) {
    parallel(run_add32, THREADS);
    need(word(0) == THREADS * ROUNDS, "32-bit additions lost");
}
static void run_add8(threads *t, unsigned me) {
    threads_x_add8_n(t, me, ROUNDS);
}
static void test_add8(void) { /* four bytes of one word: neighbours stay untouched */
    parallel(run_add8, 4);
    for (unsigned i = 0; i < 4; i++)
        need(w2c_memory_data(memory)[i] == (uint8_t)ROUNDS, "8-bit neighbours");
}
static void run_add16(threads *t, unsigned me) {
    threads_x_add16_n(t, me / 2 * 2, ROUNDS);
}
static void test_add16(void) {
    parallel(run_add16, 4);
    need((word(0) & 0xffff) == (uint16_t)(2 * ROUNDS), "16-bit low half");
    need(word(0) >> 16 == (uint16_t)(2 * ROUNDS), "16-bit high half");
}
static void run_sub64(threads *t, unsigned me) {
    (void)me, threads_x_sub_n(t, 8, ROUNDS);
}
static void test_sub64(void) {
    parallel(run_sub64, THREADS);
    need(word(8) == (uint32_t)-(THREADS * ROUNDS) && word(12) == 0xffffffff, "64-bit subtraction");
}
static void run_xor(threads *t, unsigned me) {
    threads_x_xor_n(t, 0, ROUNDS + 1, 1u << me);
}
static void test_xor(void) {
    parallel(run_xor, THREADS);
    need(word(0) == (1u << THREADS) - 1, "each bit flipped an odd number of times");
}
static void run_or(threads *t, unsigned me) {
    uint32_t old;
    for (unsigned b = me; b < 32; b += THREADS) {
        threads_x_or_bit(t, 0, 1u << b, &old);
        need(!(old >> b & 1), "the bit was not there before");
    }
}
static void test_or(void) {
    parallel(run_or, THREADS);
    need(word(0) == 0xffffffff, "all bits set");
}
static void run_and(threads *t, unsigned me) {
    uint32_t old;
    for (unsigned b = me; b < 32; b += THREADS)
        threads_x_and_mask(t, 0, ~(1u << b), &old);
}
static void test_and(void) {
    memset(w2c_memory_data(memory), 0xff, 4);
    parallel(run_and, THREADS);
    need(word(0) == 0, "all bits cleared");
}
static uint32_t given[THREADS];
static void run_xchg(threads *t,
                     unsigned me) { /* tickets pass through one place: none lost, none twice */
    uint32_t mine = me + 1;
    for (unsigned i = 0; i < ROUNDS; i++)
        threads_x_xchg(t, 0, mine, &mine);
    given[me] = mine;
}
static void test_xchg(void) {
    parallel(run_xchg, THREADS);
    uint32_t sum = word(0);
    for (unsigned i = 0; i < THREADS; i++)
        sum += given[i];
    need(sum == THREADS * (THREADS + 1) / 2, "tickets");
}
static void run_cas(threads *t, unsigned me) {
    (void)me;
    for (unsigned i = 0; i < ROUNDS; i++) {
        uint32_t seen, got;
        do
            threads_x_load(t, 0, &seen), threads_x_cas(t, 0, seen, seen + 3, &got);
        while (got != seen);
    }
}
static void test_cas(void) {
    parallel(run_cas, THREADS);
    need(word(0) == 3 * THREADS * ROUNDS, "compare and exchange");
}
static void test_cas8_wraps(void) {
    threads *t = instance();
    uint32_t got;
    w2c_memory_data(memory)[5] = 0x7f;
    threads_x_cas8(t, 5, 0x17f, 0x2aa, &got);
    need(got == 0x7f && w2c_memory_data(memory)[5] == 0xaa, "expected is wrapped to 8 bits");
    threads_delete(t);
}
static void run_spin(threads *t, unsigned me) {
    (void)me, threads_x_spin_n(t, 0, ROUNDS / 20);
}
static void test_spin(void) {
    parallel(run_spin, 2);
    need(word(4) == 2 * (ROUNDS / 20), "spin lock");
}
static void run_mutex(threads *t, unsigned me) {
    (void)me, threads_x_mutex_n(t, 0, ROUNDS / 4);
}
static void test_mutex(void) {
    parallel(run_mutex, THREADS);
    need(word(4) == THREADS * (ROUNDS / 4), "mutex by wait and notify");
}

/* ---- order ---- */
static pthread_barrier_t barrier;
static uint32_t seen[2];
static void run_buffering(threads *t, unsigned me) {
    for (unsigned i = 0; i < 2000; i++) {
        pthread_barrier_wait(&barrier);
        threads_x_buffering(t, me * 64, (1 - me) * 64, &seen[me]);
        pthread_barrier_wait(&barrier);
        if (me == 0) {
            need(seen[0] || seen[1], "both threads read 0: not sequentially consistent");
            memset(w2c_memory_data(memory), 0, 128);
        }
        pthread_barrier_wait(&barrier);
    }
}
static void test_buffering(void) {
    pthread_barrier_init(&barrier, NULL, 2);
    parallel(run_buffering, 2);
    pthread_barrier_destroy(&barrier);
}
static void run_publish(threads *t, unsigned me) {
    for (uint32_t i = 0; i < 500; i++) {
        uint32_t v = 0;
        if (me == 0)
            threads_x_publish(t, 16 * i, i + 1);
        else
            threads_x_consume(t, 16 * i, &v), need(v == i + 1, "the flag came before the value");
    }
}
static void test_publish(void) {
    parallel(run_publish, 2);
}

/* ---- wait and notify ---- */
static uint32_t results[16];
static void run_wait(threads *t, unsigned me) {
    threads_x_wait32(t, 0, 0, (uint64_t)-1, &results[me]);
}
static uint32_t notify_until(uint32_t at, uint32_t want) { /* waiters may not be there yet */
    threads *t = instance();
    uint32_t total = 0;
    for (unsigned i = 0; i < 2000 && total < want; i++) {
        uint32_t n = 0;
        threads_x_notify(t, at, 1, &n);
        need(n <= 1, "more woken than asked for");
        total += n;
        if (!n) pause_ms(1);
    }
    threads_delete(t);
    return total;
}
static uint32_t woken;
static void *waker(void *arg) {
    (void)arg;
    woken = notify_until(0, 3);
    return NULL;
}
static void test_notify_one_by_one(void) {
    pthread_t id;
    pthread_create(&id, NULL, waker, NULL);
    parallel(run_wait, 3);
    pthread_join(id, NULL);
    need(woken == 3, "three woken, one at a time");
    for (unsigned i = 0; i < 3; i++)
        need(results[i] == 0, "woken gives 0");
}
static void *wake_all(void *arg) {
    threads *t = instance();
    (void)arg;
    uint32_t total = 0, n;
    for (unsigned i = 0; i < 2000 && total < 5; i++) {
        threads_x_notify(t, 0, 0xffffffff, &n);
        total += n;
        pause_ms(1);
    }
    woken = total;
    threads_delete(t);
    return NULL;
}
static void test_notify_all(void) {
    pthread_t id;
    pthread_create(&id, NULL, wake_all, NULL);
    parallel(run_wait, 5);
    pthread_join(id, NULL);
    need(woken == 5, "all woken");
}
static void run_wait_elsewhere(threads *t, unsigned me) {
    threads_x_wait32(t, 64 * me, 0, 300000000, &results[me]);
}
static void *wake_second(void *arg) {
    (void)arg;
    woken = notify_until(64, 1);
    return NULL;
}
static void test_notify_by_address(void) {
    pthread_t id;
    pthread_create(&id, NULL, wake_second, NULL);
    parallel(run_wait_elsewhere, 2);
    pthread_join(id, NULL);
    need(results[0] == 2 && results[1] == 0, "only the address notified is woken");
}
static void test_wait_value_differs(void) {
    threads *t = instance();
    uint32_t r;
    threads_x_wait32(t, 0, 7, (uint64_t)-1, &r);
    need(r == 1, "not equal gives 1");
    threads_x_wait64(t, 8, 7, (uint64_t)-1, &r);
    need(r == 1, "not equal gives 1, 64 bits");
    threads_delete(t);
}
static void test_wait_times_out(void) {
    threads *t = instance();
    uint32_t r;
    struct timespec a, b;
    clock_gettime(CLOCK_MONOTONIC, &a);
    threads_x_wait64(t, 8, 0, 20000000, &r);
    clock_gettime(CLOCK_MONOTONIC, &b);
    int64_t ns = (b.tv_sec - a.tv_sec) * 1000000000LL + (b.tv_nsec - a.tv_nsec);
    need(r == 2 && ns >= 19000000, "time out after 20 ms gives 2, and not sooner");
    threads_x_wait32(t, 0, 0, 0, &r);
    need(r == 2, "no time at all gives 2");
    uint32_t n = 9;
    threads_x_notify(t, 8, 5, &n);
    need(n == 0, "nobody waits any more");
    threads_delete(t);
}
static void *host_waker(void *arg) { /* a host thread without a call in progress elsewhere */
    (void)arg;
    pause_ms(5);
    woken = notify_until(0, 1);
    return NULL;
}
static void test_host_thread_wakes(void) {
    pthread_t id;
    pthread_create(&id, NULL, host_waker, NULL);
    parallel(run_wait, 1);
    pthread_join(id, NULL);
    need(results[0] == 0 && woken == 1, "woken by a host thread");
}

/* ---- growth, traps ---- */
static void run_grow(threads *t, unsigned me) {
    uint32_t r;
    if (me < 2) {
        for (unsigned i = 0; i < 4; i++)
            threads_x_grow(t, 1, &r), need(r != 0xffffffff, "grows");
    } else {
        for (unsigned i = 0; i < 5000; i++) {
            uint32_t pages, v;
            threads_x_size(t, &pages);
            need(threads_x_load_plain(t, pages * 65536 - 4, &v) == W2C_OK, "inside what size said");
        }
    }
}
static void test_grow(void) {
    parallel(run_grow, 4);
    need(w2c_memory_pages(memory) == 9, "eight growths of one page");
}
static void run_trap(threads *t, unsigned me) {
    uint32_t v;
    for (unsigned i = 0; i < 500; i++) {
        need(threads_x_load_plain(t, 0x10000000 + me, &v) == W2C_TRAP_MEMORY_BOUNDS,
             "trap on its own thread");
        need(threads_x_store_plain(t, me * 4, i) == W2C_OK, "and goes on");
    }
}
static void test_traps_in_parallel(void) {
    parallel(run_trap, THREADS);
}
static void test_unaligned(void) {
    threads *t = instance();
    uint32_t v;
    uint64_t w;
    need(threads_x_load(t, 2, &v) == W2C_TRAP_UNALIGNED_ATOMIC, "unaligned load");
    need(threads_x_add64(t, 4, 1, &w) == W2C_TRAP_UNALIGNED_ATOMIC, "unaligned 64-bit add");
    need(threads_x_wait32(t, 1, 0, 0, &v) == W2C_TRAP_UNALIGNED_ATOMIC, "unaligned wait");
    need(threads_x_notify(t, 3, 0, &v) == W2C_TRAP_UNALIGNED_ATOMIC, "unaligned notify");
    threads_delete(t);
}
static void test_bounds(void) {
    threads *t = instance();
    uint32_t v;
    need(threads_x_add32(t, 0x7fffffc, 1, &v) == W2C_TRAP_MEMORY_BOUNDS, "add out of bounds");
    need(threads_x_wait32(t, 65536, 0, 0, &v) == W2C_TRAP_MEMORY_BOUNDS, "wait out of bounds");
    need(threads_x_notify(t, 65536, 0, &v) == W2C_TRAP_MEMORY_BOUNDS, "notify out of bounds");
    need(threads_x_fence(t) == W2C_OK, "fence");
    threads_delete(t);
}
static void test_unshared(void) {
    unshared *u = NULL;
    uint32_t v = 9;
    need(unshared_new(&u, NULL, NULL) == W2C_OK, "instance");
    need(unshared_x_add(u, 0, 5, &v) == W2C_OK && v == 0, "atomics work on unshared memories");
    need(unshared_x_notify(u, 0, 1, &v) == W2C_OK && v == 0, "notify gives 0");
    need(unshared_x_wait(u, 0, 5, 0, &v) == W2C_TRAP_EXPECTED_SHARED, "wait traps");
    need(unshared_x_add(u, 0, 0, &v) == W2C_OK && v == 5, "the instance goes on after the trap");
    unshared_delete(u);
}
static void run_steer(threads *t, unsigned me) {
    uint32_t sum = 0;
    if (me == 0)
        threads_x_steer(t, 0, 200000, &sum);
    else
        for (unsigned i = 0; i < 20000; i++)
            threads_x_store_plain(t, 0, i % 2 ? 1u : 0xfffffff0u);
}
static void test_steer(void) {
    parallel(run_steer, 2);
}

static const struct {
    const char *name;
    void (*run)(void);
} tests[] = {
    {"add32", test_add32},
    {"add8", test_add8},
    {"add16", test_add16},
    {"sub64", test_sub64},
    {"xor", test_xor},
    {"or", test_or},
    {"and", test_and},
    {"xchg", test_xchg},
    {"cmpxchg", test_cas},
    {"cmpxchg8 wraps", test_cas8_wraps},
    {"spin lock", test_spin},
    {"mutex", test_mutex},
    {"store buffering", test_buffering},
    {"publish", test_publish},
    {"notify one by one", test_notify_one_by_one},
    {"notify all", test_notify_all},
    {"notify by address", test_notify_by_address},
    {"wait: value differs", test_wait_value_differs},
    {"wait: time out", test_wait_times_out},
    {"host thread wakes", test_host_thread_wakes},
    {"grow", test_grow},
    {"traps in parallel", test_traps_in_parallel},
    {"unaligned", test_unaligned},
    {"bounds", test_bounds},
    {"unshared", test_unshared},
    {"steer", test_steer},
};

int main(void) {
    unsigned failed = 0, count = sizeof tests / sizeof *tests;
    alarm(300);
    w2c_init_traps();
    for (unsigned i = 0; i < count; i++) {
        why = NULL;
        if (w2c_memory_new(&memory, 1, 16, false, true, 16) != W2C_OK) return 1;
        tests[i].run();
        w2c_memory_delete(memory);
        if (why) printf("FAILED %s: %s\n", tests[i].name, why);
        failed += why != NULL;
    }
    printf("%u passed, %u failed\n", count - failed, failed);
    return failed != 0;
}
