/* groups.c: threads that each have a group of two linked instances over one shared memory, and host threads
 * that reach them: made by the guest's own request, handed on, woken. Built and run by check_threads.sh. */
#include "group.h"
#include "lib.h"
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { THREADS = 4 };
static w2c_memory *memory;
static const char *_Atomic why;
static void need(bool ok, const char *what) {
    const char *none = NULL;
    if (!ok) atomic_compare_exchange_strong(&why, &none, what);
}

/* ---- a group -------------------------------------------------------------------------------- */
typedef struct Group {
    lib *below;
    group *top;
} Group;

static w2c_status spawn(void *env, w2c_instance *importer, uint32_t id, uint32_t *result);

static bool group_open(Group *g) {
    w2c_import list[2];
    w2c_error error = {W2C_OK, ""};
    w2c_config config;
    memset(&config, 0, sizeof config);
    memset(list, 0, sizeof list);
    memset(g, 0, sizeof *g);
    config.error = &error;
    list[0].module = list[1].module = "env";
    list[0].name = "memory";
    list[0].value.kind = W2C_MEMORY;
    list[0].value.memory = memory;
    list[1].name = "spawn";
    list[1].value = w2c_extern_host("i_i", (w2c_host_fn)spawn, NULL);
    w2c_imports imports = {list, 1, NULL, 0, NULL, NULL};
    if (lib_new(&g->below, &imports, &config) == W2C_OK) {
        w2c_link link = {"lib", lib_instance(g->below)};
        w2c_imports both = {list, 2, &link, 1, NULL, NULL};
        if (group_new(&g->top, &both, &config) == W2C_OK) return true;
    }
    fprintf(stderr, "%s\n", error.text);
    need(false, "no instance");
    return false;
}

static void group_close(Group *g) {
    if (g->top) group_delete(g->top);
    if (g->below) lib_delete(g->below);
}

static uint32_t word(uint32_t at) {
    uint32_t v;
    memcpy(&v, w2c_memory_data(memory) + at, 4);
    return v;
}

/* ---- the same on several threads ------------------------------------------------------------ */
typedef struct Job {
    void (*run)(Group *g, uint32_t me);
    uint32_t me;
} Job;

static void *job_main(void *arg) {
    Job *job = arg;
    Group g;
    if (group_open(&g)) job->run(&g, job->me);
    group_close(&g);
    return NULL;
}

static void parallel(void (*run)(Group *, uint32_t)) {
    pthread_t ids[THREADS];
    Job jobs[THREADS];
    for (uint32_t i = 0; i < THREADS; i++) {
        jobs[i] = (Job){run, i};
        pthread_create(&ids[i], NULL, job_main, &jobs[i]);
    }
    for (uint32_t i = 0; i < THREADS; i++)
        pthread_join(ids[i], NULL);
}

static void run_exceptions(Group *g, uint32_t me) {
    (void)me;
    need(group_x_count(g->top, 7000) == W2C_OK, "an exception got away");
}
static void test_exceptions(void) {
    parallel(run_exceptions);
    need(word(4) == THREADS * 7000, "calls lost");
    need(word(8) == THREADS * 1000, "exceptions lost");
}

static void run_trees(Group *g, uint32_t me) {
    uint32_t sum = 0, depth = 6 + me;
    need(group_x_trees(g->top, 600, depth, &sum) == W2C_OK, "trees");
    need(sum == 601 * ((1u << depth) - 1), "a heap of another thread's lost objects");
    need(w2c_gc_collect(group_instance(g->top)), "no collection");
}
static void test_heaps(void) {
    parallel(run_trees);
}

static void run_steps(Group *g, uint32_t me) {
    uint32_t n = 0, want = 20000 * (me + 1);
    need(group_x_steps(g->top, want, &n) == W2C_OK && n == want, "tail calls");
}
static void test_tails(void) {
    parallel(run_steps);
}

static void run_traps(Group *g, uint32_t me) {
    uint32_t r = 0;
    for (uint32_t i = 0; i < 300; i++) {
        need(group_x_trap(g->top, 0, &r) == W2C_TRAP_DIV_BY_ZERO, "trap");
        need(group_x_trap(g->top, 1, &r) == W2C_OK && r == 1, "no trap");
        need(group_x_seen(g->top, 0x7ffffff0, &r) == W2C_TRAP_MEMORY_BOUNDS, "bounds");
    }
    (void)me;
}
static void test_traps(void) {
    parallel(run_traps);
}

/* Instances come and go while others run: what modules share is set up once. */
static void run_coming_and_going(Group *g, uint32_t me) {
    (void)me;
    for (uint32_t i = 0; i < 40; i++) {
        Group other;
        uint32_t n = 0;
        if (group_open(&other))
            need(group_x_steps(other.top, 2 * i, &n) == W2C_OK && n == 2 * i, "steps");
        group_close(&other);
        need(group_x_count(g->top, 7) == W2C_OK, "count");
    }
}
static void test_coming_and_going(void) {
    parallel(run_coming_and_going);
    need(word(4) == THREADS * 40 * 7, "counted");
}

/* ---- threads that the guest asks for -------------------------------------------------------- */
static pthread_t spawned[16];
static atomic_uint spawned_count;

static void *spawned_main(void *arg) {
    Group g;
    if (group_open(&g)) need(group_x_worker(g.top, (uint32_t)(uintptr_t)arg) == W2C_OK, "worker");
    group_close(&g);
    return NULL;
}
static w2c_status spawn(void *env, w2c_instance *importer, uint32_t id, uint32_t *result) {
    (void)env, (void)importer;
    unsigned at = atomic_fetch_add(&spawned_count, 1);
    bool good = at < 16 && !pthread_create(&spawned[at], NULL, spawned_main, (void *)(uintptr_t)id);
    *result = good ? id + 1 : (uint32_t)-1;
    return W2C_OK;
}
static void test_spawn(void) {
    Group g;
    uint32_t sum = 0;
    atomic_store(&spawned_count, 0);
    if (group_open(&g)) {
        need(group_x_spawn_all(g.top, 6, &sum) == W2C_OK, "spawn");
        need(sum == 500 * (0 + 1 + 2 + 3 + 4 + 5), "the workers' sum");
    }
    for (unsigned i = 0; i < atomic_load(&spawned_count); i++)
        pthread_join(spawned[i], NULL);
    group_close(&g);
}

/* ---- host threads --------------------------------------------------------------------------- */
/* One group, passed from thread to thread: each calls it while the others do not. */
static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;
static Group passed;
static void *take_turns(void *arg) {
    uint32_t n = 0, sum = 0;
    for (int i = 0; i < 50; i++) {
        pthread_mutex_lock(&turn);
        need(group_x_steps(passed.top, 100, &n) == W2C_OK && n == 100, "steps on another thread");
        need(group_x_trees(passed.top, 3, 8, &sum) == W2C_OK && sum == 4 * 255, "trees on another");
        need(group_x_count(passed.top, 7) == W2C_OK, "exceptions on another thread");
        need(group_x_trap(passed.top, 0, &n) == W2C_TRAP_DIV_BY_ZERO, "traps on another thread");
        pthread_mutex_unlock(&turn);
    }
    return arg;
}
static void test_handed_on(void) {
    pthread_t ids[THREADS];
    if (!group_open(&passed)) return;
    for (uint32_t i = 0; i < THREADS; i++)
        pthread_create(&ids[i], NULL, take_turns, NULL);
    for (uint32_t i = 0; i < THREADS; i++)
        pthread_join(ids[i], NULL);
    group_close(&passed);
    need(word(4) == THREADS * 50 * 7, "counted");
}

/* The host's own atomics and the guest's agree on the memory's words. */
static void *host_adds(void *arg) {
    _Atomic uint32_t *at = (_Atomic uint32_t *)(void *)(w2c_memory_data(memory) + 4);
    for (int i = 0; i < 20000; i++)
        atomic_fetch_add(at, 1);
    return arg;
}
static void run_count(Group *g, uint32_t me) {
    (void)me;
    need(group_x_count(g->top, 5000) == W2C_OK, "count");
}
static void test_host_atomics(void) {
    pthread_t id;
    pthread_create(&id, NULL, host_adds, NULL);
    parallel(run_count);
    pthread_join(id, NULL);
    need(word(4) == 20000 + THREADS * 5000, "additions of the host's or the guest's lost");
}

/* A group that sleeps on one thread is woken by one on another thread, where a call has just trapped. One that
 * comes too late finds another value. */
static void *sleeper(void *arg) {
    Group g;
    uint32_t r = 9;
    if (group_open(&g)) need(group_x_sleep(g.top, 0, &r) == W2C_OK && r < 2, "not woken");
    group_close(&g);
    return arg;
}
static void test_wake_after_trap(void) {
    const struct timespec pause = {0, 5000000};
    pthread_t id;
    Group g;
    uint32_t r = 0;
    pthread_create(&id, NULL, sleeper, NULL);
    if (group_open(&g)) {
        need(group_x_trap(g.top, 0, &r) == W2C_TRAP_DIV_BY_ZERO, "trap");
        nanosleep(&pause, NULL);
        need(group_x_worker(g.top, 0) == W2C_OK, "worker"); /* changes word 0, and notifies */
    }
    pthread_join(id, NULL);
    group_close(&g);
}

static const struct {
    const char *name;
    void (*run)(void);
} tests[] = {
    {"exceptions", test_exceptions},
    {"heaps", test_heaps},
    {"tail calls", test_tails},
    {"traps", test_traps},
    {"instances come and go", test_coming_and_going},
    {"threads of the guest's", test_spawn},
    {"handed on", test_handed_on},
    {"host atomics", test_host_atomics},
    {"woken after a trap", test_wake_after_trap},
};

int main(void) {
    unsigned failed = 0, count = sizeof tests / sizeof *tests;
    alarm(100);
    w2c_init_traps();
    for (unsigned i = 0; i < count; i++) {
        const char *what;
        atomic_store(&why, (const char *)NULL);
        if (w2c_memory_new(&memory, 1, 16, false, true, 16) != W2C_OK) return 1;
        tests[i].run();
        w2c_memory_delete(memory);
        what = atomic_load(&why);
        if (what) printf("FAILED %s: %s\n", tests[i].name, what);
        failed += what != NULL;
    }
    printf("%u passed, %u failed\n", count - failed, failed);
    return failed != 0;
}
