/* pool.c: pool_checks.h over compiled modules. An argument: how many cycles. */
#define _GNU_SOURCE
#include "big.h"
#include "failing.h"
#include "pool_checks.h"
#include "starter.h"
#include "tenant.h"

#include <sys/resource.h>
#include <sys/wait.h>

static int failures;

/* ---- address space that ends, memory that the system does not promise ------------------------------ */
#if !SANITIZED /* a sanitizer needs the address space */
static size_t address_space(void) {
    unsigned long pages = 0;
    FILE *f = fopen("/proc/self/statm", "r");
    if (f && fscanf(f, "%lu", &pages) != 1) pages = 0;
    if (f) fclose(f);
    return (size_t)pages * (size_t)sysconf(_SC_PAGESIZE);
}

/* promise: writable memory is what ends, as where nothing is overcommitted; else address space. */
static const char *exhaust(bool promise) {
    enum { MOST = 1000 };
    static w2c_instance *all[MOST];
    w2c_pool *pool;
    w2c_error error;
    Notes notes = {0, 0};
    w2c_imports imports = {.resolve = resolve, .user = &notes};
    w2c_module_forget(&tenant_module); /* also the room of earlier instances */
    EXPECT(w2c_pool_new(&pool, &tenant_module, NULL) == W2C_OK);
    w2c_config config = {.pool = pool, .error = &error};
    EXPECT(w2c_instance_new(&tenant_module, &all[0], &imports, &config) == W2C_OK);
    bool guarded =
        w2c_memory_grow(w2c_instance_memory(all[0]), 0) == 4 && address_space() > (size_t)8 << 30;
    size_t room = address_space() + (guarded ? (size_t)20 << 30 : (size_t)40 << 20);
    if (promise)
        room = (size_t)40 << 20; /* an instance has 256 KiB; the program itself fits as well */
    const struct rlimit limit = {room, room};
    EXPECT(!setrlimit(promise ? RLIMIT_DATA : RLIMIT_AS, &limit));
    w2c_status status = W2C_OK;
    int made = 1;
    while (made < MOST && status == W2C_OK) {
        status = w2c_instance_new(&tenant_module, &all[made], &imports, &config);
        made += status == W2C_OK;
    }
    EXPECT(status == W2C_NOMEM && error.text[0] && made < MOST);
    config.pool = NULL;
    EXPECT(w2c_instance_new(&tenant_module, &all[made], &imports, &config) == W2C_NOMEM);
    config.pool = pool;
    for (int k = 0; k < made; k++) {
        w2c_instance_delete(all[k]);
        EXPECT(w2c_instance_new(&tenant_module, &all[k], &imports, &config) == W2C_OK);
    }
    for (int k = 0; k < made; k++)
        w2c_instance_delete(all[k]);
    w2c_pool_delete(pool);
    return NULL;
}
#endif

/* In a process of its own, which also has to ask the kernel about itself anew. */
static const char *check_exhausted(bool promise) {
#if SANITIZED
    (void)promise;
    return NULL;
#else
    int status = 0;
    fflush(stdout);
    pid_t child = fork();
    if (!child) {
        const char *fault = exhaust(promise);
        if (fault) fprintf(stderr, "%s\n", fault);
        _exit(fault != NULL);
    }
    EXPECT(child > 0 && waitpid(child, &status, 0) == child);
    EXPECT(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    return NULL;
#endif
}

/* A child of fork goes on with a pool of its parent. */
static const char *check_fork(void) {
    const w2c_pool_config config = {.reset = W2C_RESET_SCAN};
    w2c_pool *pool;
    w2c_instance *i;
    Notes notes = {0, 0};
    int status = 0;
    EXPECT(w2c_pool_new(&pool, &tenant_module, &config) == W2C_OK);
    EXPECT(make_tenant(&tenant_module, &i, pool, &notes, false) == W2C_OK && soil(i, 0, 0) == 0);
    fflush(stdout);
    pid_t child = fork();
    if (!child) {
        const w2c_value args[2] = {{.i32 = 200000}, {.i32 = 5}};
        bool ok = call(i, "poke", args, NULL) == W2C_OK;
        w2c_instance_delete(i);
        ok = ok && make_tenant(&tenant_module, &i, pool, &notes, false) == W2C_OK;
        _exit(!ok || call_ii(i, "look", 2, 2) != 0);
    }
    EXPECT(child > 0 && waitpid(child, &status, 0) == child);
    EXPECT(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    w2c_instance_delete(i);
    w2c_pool_delete(pool);
    return NULL;
}

/* A child has the memories that its parent cleans meanwhile, and the other way round. */
static int watch_tenant(w2c_instance *i, const uint8_t *first, w2c_pool *pool) {
    enum { SIZE = 4 * 65536 };
    Notes notes = {0, 0};
    const uint8_t *data = w2c_memory_data(w2c_instance_memory(i));
    for (int k = 0; k < 2000; k++)
        if (memcmp(first, data, SIZE)) return 1;
    for (int k = 0; k < 40; k++) {
        const w2c_value args[2] = {{.i32 = 200000}, {.i32 = 5}};
        w2c_instance_delete(i);
        if (make_tenant(&tenant_module, &i, pool, &notes, false) != W2C_OK) return 2;
        if (memcmp(first, w2c_memory_data(w2c_instance_memory(i)), SIZE)) return 3;
        if (call(i, "poke", args, NULL) != W2C_OK) return 4;
    }
    return 0;
}

static const char *check_forks(void) {
    enum { SIZE = 4 * 65536, CHILDREN = 6 };
    static uint8_t first[SIZE];
    w2c_pool *pool;
    w2c_instance *i;
    Notes notes = {0, 0};
    const w2c_value args[2] = {{.i32 = 100000}, {.i32 = 5}};
    EXPECT(w2c_pool_new(&pool, &tenant_module, NULL) == W2C_OK);
    EXPECT(make_tenant(&tenant_module, &i, pool, &notes, false) == W2C_OK);
    memcpy(first, w2c_memory_data(w2c_instance_memory(i)), SIZE);
    for (int n = 0; n < CHILDREN; n++) {
        for (int k = 0; k < 5; k++) {
            w2c_instance_delete(i);
            EXPECT(make_tenant(&tenant_module, &i, pool, &notes, false) == W2C_OK);
        }
        fflush(stdout);
        int status = 0;
        pid_t gone = 0, child = fork();
        if (!child) _exit(watch_tenant(i, first, pool));
        EXPECT(child > 0);
        while (!gone) {
            for (int k = 0; k < 100; k++) {
                w2c_instance_delete(i);
                EXPECT(make_tenant(&tenant_module, &i, pool, &notes, false) == W2C_OK);
                EXPECT(k % 10 || !memcmp(first, w2c_memory_data(w2c_instance_memory(i)), SIZE));
                EXPECT(k % 10 || call(i, "poke", args, NULL) == W2C_OK);
            }
            w2c_instance_delete(i);
            EXPECT(make_tenant(&tenant_module, &i, pool, &notes, false) == W2C_OK);
            gone = waitpid(child, &status, WNOHANG);
        }
        EXPECT(gone == child && WIFEXITED(status) && WEXITSTATUS(status) == 0);
    }
    w2c_instance_delete(i);
    w2c_pool_delete(pool);
    return NULL;
}

/* Ten thousand instances of 1 MiB at once take little more than what they write. */
static const char *check_many(uint32_t pages) {
    enum { COUNT = SANITIZED ? 200 : 10000 };
    static w2c_instance *all[COUNT];
    Usage before = usage(), after;
    for (int k = 0; k < COUNT; k++) {
        EXPECT(w2c_instance_new(&big_module, &all[k], NULL, NULL) == W2C_OK);
        for (uint32_t n = 0; n < pages; n++) {
            const w2c_value args[2] = {{.i32 = 300000 * n}, {.i32 = (uint32_t)k}};
            EXPECT(call(all[k], "poke", args, NULL) == W2C_OK);
        }
    }
    after = usage();
    for (int k = 0; k < COUNT; k += 99) {
        EXPECT(call_ii(all[k], "peek", 0, 0) == (pages ? (uint32_t)k : 0x20656874));
        EXPECT(call_ii(all[k], "peek", 300000, 0) == (pages > 1 ? (uint32_t)k : 0));
        EXPECT(call_ii(all[k], "peek", 1048570, 0) == 0x646e65);
    }
    for (int k = 0; k < COUNT; k++)
        w2c_instance_delete(all[k]);
    long written = (long)pages * COUNT * sysconf(_SC_PAGESIZE) / 1024;
    long more = after.resident - before.resident + after.tables - before.tables - written;
    if (!SANITIZED) EXPECT(more <= 1 << 20);
    EXPECT(after.descriptors - before.descriptors <= 1);
    return NULL;
}

/* Where no file can be opened, memories are cleaned in other ways. */
static const char *check_no_files(void) {
    struct rlimit limit, none;
    EXPECT(!getrlimit(RLIMIT_NOFILE, &limit));
    none = limit;
    none.rlim_cur = 0;
    EXPECT(!setrlimit(RLIMIT_NOFILE, &none));
    const char *fault = check_written(&tenant_module, 200);
    EXPECT(!setrlimit(RLIMIT_NOFILE, &limit));
    return fault;
}

static void report(const char *name, const char *fault) {
    printf("%-24s %s\n", name, fault ? fault : "ok");
    failures += fault != NULL;
}

int main(int argc, char **argv) {
    unsigned cycles = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : SANITIZED ? 2000 : 100000;
    w2c_pool *pool;
    w2c_init_traps();
    report("clean", check_clean(&tenant_module, W2C_RESET_AUTO, 0));
    report("clean by copying", check_clean(&tenant_module, W2C_RESET_COPY, 0));
    report("clean by scanning", check_clean(&tenant_module, W2C_RESET_SCAN, 1 << 20));
    report("keeping little", check_clean(&tenant_module, W2C_RESET_SCAN, 8192));
    report("clean by dontneed", check_clean(&tenant_module, W2C_RESET_DONTNEED, 0));
    report("written here and there", check_written(&tenant_module, 2000));
    report("same place", check_same_place(&tenant_module));
    report("limits", check_limits(&tenant_module));
    report("imports", check_imports(&tenant_module));
    report("starter", check_starter(&starter_module));
    report("failing", check_failing(&failing_module));
    report("address space", check_exhausted(false));
    report("promised memory", check_exhausted(true));
    report("fork", check_fork());
    report("forks", check_forks());
    report("without files", check_no_files());
    report("many", check_many(0));
    report("many that write", check_many(4));
    report("threads", check_threads(&tenant_module, 500, true));
    report("threads without a pool", check_threads(&tenant_module, 500, false));
    report("cycles", check_cycles(&tenant_module, NULL, cycles));
    w2c_pool_new(&pool, &tenant_module, NULL);
    report("cycles in a pool", check_cycles(&tenant_module, pool, cycles));
    w2c_pool_delete(pool);
    w2c_module_forget(&tenant_module);
    return failures != 0;
}
