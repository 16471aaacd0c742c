/* pool_checks.h: what a pool must do for the modules here, whoever made them: test_pool.c interprets
 * them, check_pool.sh compiles them and links pool.c. Every check returns NULL, or what is wrong. */
#ifndef POOL_CHECKS_H
#define POOL_CHECKS_H
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <w2c.h>

#ifdef __has_feature
#define SANITIZED (__has_feature(address_sanitizer) || __has_feature(thread_sanitizer))
#elif defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#else
#define SANITIZED 0
#endif

#define EXPECT(condition)                                                                          \
    do {                                                                                           \
        if (!(condition)) return wrong(__LINE__, #condition);                                      \
    } while (0)

static const char *wrong(int line, const char *what) {
    static _Thread_local char text[300];
    snprintf(text, sizeof text, "pool_checks.h:%d: %s", line, what);
    return text;
}

/* ---- guests ---------------------------------------------------------------------------------- */
typedef struct Notes {
    uint32_t add, asked; /* what note returns more than it got; how often the resolver was asked */
} Notes;

static w2c_status note(void *env, w2c_instance *importer, uint32_t x, uint32_t *result) {
    (void)importer;
    *result = x + ((Notes *)env)->add;
    return W2C_OK;
}

static bool resolve(void *user, const w2c_wanted *wanted, w2c_extern *out) {
    (void)wanted;
    ((Notes *)user)->asked++;
    *out = w2c_extern_host("i_i", (w2c_host_fn)note, user);
    return true;
}

static w2c_status call(w2c_instance *i, const char *name, const w2c_value *args,
                       w2c_value *result) {
    w2c_extern found;
    w2c_value none;
    if (!w2c_export_find(i, w2c_name_of(name), &found)) return W2C_UNLINKABLE;
    return w2c_call(found.func, args, result ? result : &none);
}

/* The i32 that it returns; 0xdead and the status when it does not. */
static uint32_t call_ii(w2c_instance *i, const char *name, uint32_t a, uint32_t b) {
    const w2c_value args[2] = {{.i32 = a}, {.i32 = b}};
    w2c_value result = {.i64 = 0};
    w2c_status status = call(i, name, args, &result);
    return status == W2C_OK ? result.i32 : 0xdead0000u + (uint32_t)status;
}

static uint32_t soil(w2c_instance *i, uint32_t hosts, uint32_t pages) {
    static uint64_t secret[2];
    const w2c_value args[3] = {{.i32 = hosts}, {.i32 = pages}, {.ref = secret}};
    w2c_value result = {.i64 = 0};
    w2c_status status = call(i, "soil", args, &result);
    return status == W2C_OK ? result.i32 : 0xdead0000u + (uint32_t)status;
}

static w2c_status make_tenant(const w2c_module *module, w2c_instance **out, w2c_pool *pool,
                              Notes *notes, bool listed) {
    const w2c_import list[] = {{"host", "note", w2c_extern_host("i_i", (w2c_host_fn)note, notes)}};
    w2c_imports imports = {.resolve = resolve, .user = notes};
    if (listed) {
        imports.list = list;
        imports.count = 1;
    }
    const w2c_config config = {.pool = pool, .host = notes};
    return w2c_instance_new(module, out, &imports, &config);
}

/* ---- checks ----------------------------------------------------------------------------------- */
/* Nothing of a tenant is there for the next, whatever the way of cleaning. */
static const char *check_clean(const w2c_module *tenant, w2c_pool_reset how, uint64_t keep) {
    static const uint32_t grown[][2] = {{0, 0}, {1, 2}, {40, 3000}, {3, 0}};
    const w2c_pool_config config = {.max_instances = 1, .reset = how, .keep_bytes = keep};
    w2c_pool *pool;
    w2c_pool_info info;
    Notes notes = {.add = 100};
    EXPECT(w2c_pool_new(&pool, tenant, &config) == W2C_OK);
    for (unsigned round = 0; round < 12; round++) {
        w2c_instance *i;
        uint32_t pages = grown[round % 4][0], hosts = grown[round % 4][1];
        bool listed = round % 6 > 3;
        notes.asked = 0;
        EXPECT(make_tenant(tenant, &i, pool, &notes, listed) == W2C_OK);
        EXPECT(call_ii(i, "look", 40, 5) == 0);
        EXPECT(!w2c_instance_exception(i) && !w2c_instance_detail(i)[0]);
        w2c_gc_info heap;
        w2c_gc_stats(i, &heap);
        EXPECT(!heap.allocated && !heap.heap);
        notes.add++;
        EXPECT(call_ii(i, "note", round, 0) == round + notes.add);
        EXPECT(notes.asked == (listed ? 0 : 1));
        w2c_instance_delete(i);
        EXPECT(make_tenant(tenant, &i, pool, &notes, listed) == W2C_OK);
        EXPECT(soil(i, hosts, pages) == 0);
        EXPECT(call(i, "throw", &(w2c_value){.i32 = 1}, NULL) == W2C_EXCEPTION);
        w2c_handle *handle = w2c_handle_new(i, NULL);
        EXPECT(handle);
        if (round % 3 == 1)
            EXPECT(call_ii(i, "peek", 0xfffffff0u, 0) == 0xdead0000u + W2C_TRAP_MEMORY_BOUNDS);
        w2c_instance_delete(i);
        EXPECT(!w2c_handle_get(handle));
        w2c_handle_delete(handle);
    }
    w2c_pool_stats(pool, &info);
    EXPECT(info.hits == 23 && info.misses == 1 && info.in_use == 0 && info.held == 1);
    EXPECT(info.high_water == 1 && info.refused == 0);
    w2c_pool_delete(pool);
    return NULL;
}

/* A little is written here and there, in whatever way, and all of the memory is looked at. */
static const char *check_written(const w2c_module *tenant, unsigned rounds) {
    enum { SIZE = 4 * 65536 };
    static uint8_t first[SIZE];
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    w2c_pool *pool;
    w2c_instance *i;
    Notes notes = {0, 0};
    uint32_t seed = 1;
    EXPECT(w2c_pool_new(&pool, tenant, NULL) == W2C_OK);
    for (unsigned round = 0; round < rounds; round++) {
        EXPECT(make_tenant(tenant, &i, pool, &notes, false) == W2C_OK);
        uint8_t *data = w2c_memory_data(w2c_instance_memory(i));
        EXPECT(w2c_memory_size(w2c_instance_memory(i)) == SIZE);
        if (!round) memcpy(first, data, SIZE);
        EXPECT(!memcmp(first, data, SIZE));
        for (unsigned k = 0; k < round % 7; k++) {
            seed = seed * 1103515245 + 12345;
            size_t at = seed / 8 % SIZE;
            /* also what the page would hold if somebody turned its bytes over */
            data[at] = seed & 4 ? (uint8_t)~data[at] : (uint8_t)seed;
            if (seed % 64 == 0) memset(data + at / page * page, (int)(seed >> 8), page);
        }
        /* pages that the tenant, or its host, replaced, locked, or that the system took away */
        uint8_t *some = data + round * 5 % (SIZE / page) * page;
        if (round % 16 == 9) {
            EXPECT(mmap(some, page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON | MAP_FIXED, -1,
                        0) == some);
            some[round % page] = 0x77;
        }
        if (round % 16 == 11) madvise(some, page, MADV_DONTNEED);
        if (round % 16 == 13) (void)(mlock(some, page) || munlock(some, page));
#ifdef MADV_PAGEOUT
        if (round % 16 == 15) madvise(data, SIZE, MADV_PAGEOUT);
#endif
        if (round % 5 == 4) EXPECT(call_ii(i, "grow", 1 + round % 3, 0) == 4);
        w2c_instance_delete(i);
    }
    w2c_pool_delete(pool);
    return NULL;
}

/* The same memory, seen from the host: all of the reservation's first 64 pages. */
static const char *check_same_place(const w2c_module *tenant) {
    w2c_pool *pool;
    w2c_instance *i;
    Notes notes = {0, 0};
    uint8_t *before = NULL;
    EXPECT(w2c_pool_new(&pool, tenant, NULL) == W2C_OK);
    for (unsigned round = 0; round < 3; round++) {
        EXPECT(make_tenant(tenant, &i, pool, &notes, false) == W2C_OK);
        uint8_t *data = w2c_memory_data(w2c_instance_memory(i));
        EXPECT(!before || data == before);
        before = data;
        EXPECT(w2c_memory_size(w2c_instance_memory(i)) == 4 * 65536);
        EXPECT(w2c_memory_grow(w2c_instance_memory(i), 60) == 4);
        EXPECT(w2c_memory_grow(w2c_instance_memory(i), 1) == UINT64_MAX);
        for (size_t k = 4 * 65536; k < 64 * 65536; k++)
            if (data[k]) return wrong(__LINE__, "a byte of the last tenant beyond the first size");
        memset(data, 0x55, 64 * 65536);
        w2c_instance_delete(i);
    }
    w2c_pool_delete(pool);
    return NULL;
}

/* Limits: places, memory, idle places. */
static const char *check_limits(const w2c_module *tenant) {
    const w2c_pool_config config = {
        .max_instances = 3, .max_idle = 1, .warm = 2, .max_memory = 10 * 65536};
    w2c_pool *pool;
    w2c_instance *i[4];
    w2c_pool_info info;
    Notes notes = {0, 0};
    EXPECT(w2c_pool_new(&pool, tenant, &config) == W2C_OK);
    for (int k = 0; k < 3; k++)
        EXPECT(make_tenant(tenant, &i[k], pool, &notes, false) == W2C_OK);
    EXPECT(make_tenant(tenant, &i[3], pool, &notes, false) == W2C_LIMIT && !i[3]);
    EXPECT(call_ii(i[0], "grow", 6, 0) == 4 && call_ii(i[0], "grow", 1, 0) == UINT32_MAX);
    w2c_pool_stats(pool, &info);
    EXPECT(info.in_use == 3 && info.refused == 1 && info.hits == 2 && info.misses == 1);
    for (int k = 0; k < 3; k++)
        w2c_instance_delete(i[k]);
    w2c_pool_stats(pool, &info);
    EXPECT(info.in_use == 0 && info.held == 1 && info.high_water == 3);
    w2c_error error;
    w2c_config small = {.pool = pool, .max_memory = 65536, .error = &error};
    w2c_imports imports = {.resolve = resolve, .user = &notes};
    EXPECT(w2c_instance_new(tenant, &i[0], &imports, &small) == W2C_LIMIT && error.text[0]);
    small.max_memory = 5 * 65536;
    EXPECT(w2c_instance_new(tenant, &i[0], &imports, &small) == W2C_OK);
    EXPECT(call_ii(i[0], "grow", 2, 0) == UINT32_MAX && call_ii(i[0], "grow", 1, 0) == 4);
    w2c_instance_delete(i[0]);
    EXPECT(make_tenant(tenant, &i[0], pool, &notes, false) == W2C_OK);
    EXPECT(call_ii(i[0], "grow", 6, 0) == 4);
    w2c_pool_delete(pool); /* the instance has its place until it goes */
    EXPECT(call_ii(i[0], "note", 5, 0) == 5);
    w2c_instance_delete(i[0]);
    return NULL;
}

/* Another list of imports, an import that is missing, a context that others are in. */
static const char *check_imports(const w2c_module *tenant) {
    w2c_pool *pool;
    w2c_instance *i, *other;
    Notes a = {.add = 1}, b = {.add = 2};
    w2c_imports none = {0};
    w2c_config config = {0};
    EXPECT(w2c_pool_new(&pool, tenant, NULL) == W2C_OK);
    config.pool = pool;
    for (unsigned round = 0; round < 6; round++) {
        Notes *n = round % 2 ? &a : &b;
        EXPECT(make_tenant(tenant, &i, pool, n, true) == W2C_OK);
        EXPECT(call_ii(i, "note", 10, 0) == 10 + n->add && soil(i, 1, 1) == 0);
        w2c_instance_delete(i);
        EXPECT(w2c_instance_new(tenant, &i, &none, &config) == W2C_UNLINKABLE && !i);
        EXPECT(make_tenant(tenant, &i, pool, n, false) == W2C_OK);
        EXPECT(call_ii(i, "look", 4, 4) == 0 && soil(i, 0, 0) == 0);
        w2c_config shared = {.pool = pool, .context = w2c_instance_context(i)};
        w2c_imports imports = {.resolve = resolve, .user = n};
        EXPECT(w2c_instance_new(tenant, &other, &imports, &shared) == W2C_OK);
        EXPECT(call_ii(other, "look", 4, 4) == 0 && soil(other, 7, 0) == 0);
        EXPECT(call_ii(other, "note", 10, 0) == 10 + n->add);
        w2c_instance_delete(round % 2 ? i : other);
        w2c_instance_delete(round % 2 ? other : i);
    }
    w2c_pool_delete(pool);
    return NULL;
}

/* Init runs for each tenant where it has to. */
static const char *check_starter(const w2c_module *starter) {
    w2c_pool *pool;
    w2c_table *table;
    w2c_instance *i;
    w2c_ref ref;
    w2c_value result = {.i64 = 0};
    EXPECT(w2c_pool_new(&pool, starter, NULL) == W2C_OK);
    for (unsigned round = 0; round < 4; round++) {
        EXPECT(w2c_table_new(&table, "funcref", 2, UINT64_MAX, false) == W2C_OK);
        w2c_import list = {"host", "table", {.kind = W2C_TABLE, .table = table}};
        const w2c_imports imports = {.list = &list, .count = 1};
        const w2c_config config = {.pool = pool};
        EXPECT(w2c_instance_new(starter, &i, &imports, &config) == W2C_OK);
        EXPECT(call_ii(i, "runs", 0, 0) == 1 && call_ii(i, "answer", 0, 0) == 48);
        EXPECT(w2c_table_get(table, 0, &ref) && ref);
        EXPECT(w2c_call((const w2c_func *)ref, NULL, &result) == W2C_OK && result.i32 == 48);
        memset(w2c_memory_data(w2c_instance_memory(i)), 0xff, 65536);
        w2c_instance_delete(i);
        w2c_table_delete(table);
    }
    w2c_pool_delete(pool);
    return NULL;
}

/* An instance that failed while others could call it: it finds what the specification says, and its
 * place is used again only when nobody can. */
static const char *check_failing(const w2c_module *failing) {
    w2c_pool *pool;
    EXPECT(w2c_pool_new(&pool, failing, NULL) == W2C_OK);
    for (unsigned round = 0; round < 6; round++) {
        bool small = round % 3 != 2;
        w2c_table *table;
        w2c_instance *i;
        w2c_ref ref;
        w2c_value result = {.i64 = 1};
        EXPECT(w2c_table_new(&table, "funcref", small ? 2 : 5, UINT64_MAX, false) == W2C_OK);
        w2c_import list = {"host", "table", {.kind = W2C_TABLE, .table = table}};
        const w2c_imports imports = {.list = &list, .count = 1};
        const w2c_config config = {.pool = round % 2 ? pool : NULL};
        w2c_status status = w2c_instance_new(failing, &i, &imports, &config);
        EXPECT(status == (small ? W2C_TRAP_TABLE_BOUNDS : W2C_OK));
        EXPECT(w2c_table_get(table, 0, &ref) && ref);
        EXPECT(w2c_call((const w2c_func *)ref, NULL, &result) == W2C_OK);
        EXPECT((result.i32 == 0) == small);
        w2c_instance_delete(i);
        w2c_table_delete(table);
    }
    w2c_pool_delete(pool);
    return NULL;
}

/* ---- threads, cycles ---------------------------------------------------------------------------- */
typedef struct Worker {
    const w2c_module *module;
    w2c_pool *pool;
    unsigned rounds, seed;
    const char *fault;
} Worker;

static const char *work(const Worker *w) {
    Notes notes = {.add = w->seed};
    w2c_instance *kept[3] = {NULL, NULL, NULL};
    for (unsigned round = 0; round < w->rounds; round++) {
        w2c_instance **i = &kept[(round * 7 + w->seed) % 3];
        w2c_instance_delete(*i);
        EXPECT(make_tenant(w->module, i, w->pool, &notes, false) == W2C_OK);
        EXPECT(call_ii(*i, "note", round, 0) == round + w->seed);
        EXPECT(call_ii(*i, "peek", 128, 0) == 0);
        EXPECT(call_ii(*i, "peek", 262140, 0) == 0);
        const w2c_value args[2] = {{.i32 = round % 2 ? 128 : 262140}, {.i32 = w->seed + 1}};
        EXPECT(call(*i, "poke", args, NULL) == W2C_OK);
        if (round % 5 == 0) EXPECT(call_ii(*i, "grow", 1, 0) == 4);
    }
    for (unsigned k = 0; k < 3; k++)
        w2c_instance_delete(kept[k]);
    return NULL;
}

static void *work_thread(void *user) {
    Worker *w = user;
    const char *fault = work(w);
    w->fault = fault ? strdup(fault) : NULL;
    return NULL;
}

/* Each makes and deletes instances, in one pool or none. */
static const char *check_threads(const w2c_module *tenant, unsigned rounds, bool pooled) {
    enum { THREADS = 16 };
    const w2c_pool_config config = {.max_instances = 3 * THREADS, .warm = 4};
    Worker workers[THREADS];
    pthread_t threads[THREADS];
    w2c_pool *pool;
    w2c_pool_info info;
    const char *fault = NULL;
    EXPECT(w2c_pool_new(&pool, tenant, &config) == W2C_OK);
    for (unsigned k = 0; k < THREADS; k++) {
        workers[k] = (Worker){tenant, pooled ? pool : NULL, rounds, k, NULL};
        EXPECT(!pthread_create(&threads[k], NULL, work_thread, &workers[k]));
    }
    for (unsigned k = 0; k < THREADS; k++) {
        pthread_join(threads[k], NULL);
        if (workers[k].fault) fault = workers[k].fault;
    }
    w2c_pool_stats(pool, &info);
    if (!fault && pooled) EXPECT(info.hits + info.misses == rounds * THREADS && info.in_use == 0);
    if (!fault) EXPECT(info.high_water <= 3 * THREADS);
    w2c_pool_delete(pool);
    return fault;
}

/* Resident KiB, KiB of page tables, mappings, open descriptors. */
typedef struct Usage {
    long resident, tables, mappings, descriptors;
} Usage;

static Usage usage(void) {
    Usage u = {0, 0, 0, 0};
    char line[400];
    FILE *f = fopen("/proc/self/status", "r");
    while (f && fgets(line, sizeof line, f))
        if (sscanf(line, "VmRSS: %ld", &u.resident) < 1) sscanf(line, "VmPTE: %ld", &u.tables);
    if (f) fclose(f);
    f = fopen("/proc/self/maps", "r");
    while (f && fgets(line, sizeof line, f))
        u.mappings++;
    if (f) fclose(f);
    for (int fd = 0; fd < 256; fd++)
        u.descriptors += lseek(fd, 0, SEEK_CUR) != -1;
    return u;
}

/* Many instances one after the other leave nothing behind, with a pool and without. */
static const char *check_cycles(const w2c_module *tenant, w2c_pool *pool, unsigned cycles) {
    Usage before = {0, 0, 0, 0}, after;
    Notes notes = {.add = 1};
    for (unsigned k = 0; k < cycles; k++) {
        w2c_instance *i;
        if (k == cycles / 10) before = usage();
        EXPECT(make_tenant(tenant, &i, pool, &notes, false) == W2C_OK);
        EXPECT(call_ii(i, "note", k, 0) == k + 1);
        const w2c_value args[2] = {{.i32 = 100000}, {.i32 = k}};
        EXPECT(call(i, "poke", args, NULL) == W2C_OK);
        if (k % 16 == 0) EXPECT(call_ii(i, "grow", 2, 0) == 4);
        w2c_instance_delete(i);
    }
    after = usage();
    EXPECT(after.descriptors == before.descriptors);
    EXPECT(after.mappings <= before.mappings + 8); /* malloc's own */
    if (!SANITIZED)                                /* which keep freed memory for a while */
        EXPECT(after.resident <= before.resident + 2048);
    return NULL;
}
#endif
