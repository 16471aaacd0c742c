/* main.c: many instances of one module, each with a memory of its own: one that fails harms no
 * other.
 *   many_instances [N]       default: 1000 */
#define _POSIX_C_SOURCE 200809L
#include "tenant.h"
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3; /* us */
}

static long resident_kib(void) {
    long pages = 0, resident = 0;
    FILE *f = fopen("/proc/self/statm", "r");
    if (f && fscanf(f, "%ld %ld", &pages, &resident) != 2) resident = 0;
    if (f) fclose(f);
    return resident * (sysconf(_SC_PAGESIZE) / 1024);
}

static tenant *make(const w2c_config *config) {
    tenant *t;
    if (tenant_new(&t, NULL, config) != W2C_OK) {
        fprintf(stderr, "%s\n", config->error->text);
        exit(1);
    }
    return t;
}

/* One request, one instance. How many were wrong: each must begin with a balance of nothing. */
static size_t in_turn(size_t n, const w2c_config *config, const char *how) {
    size_t wrong = 0;
    double start = now();
    for (size_t i = 0; i < n; i++) {
        uint32_t balance;
        tenant *t = make(config);
        if (tenant_x_book(t, 5, &balance) != W2C_OK || balance != 5) wrong++;
        tenant_delete(t);
    }
    printf("made, called and deleted in turn, %s: %.2f us each\n", how,
           (now() - start) / (double)n);
    return wrong;
}

int main(int argc, char **argv) {
    size_t n = argc > 1 ? strtoul(argv[1], NULL, 10) : 1000, failed = 0;
    tenant **all = (tenant **)calloc(n ? n : 1, sizeof *all);
    uint32_t balance;
    w2c_error error;
    w2c_config config = {.max_memory = 4 << 20, .error = &error};
    if (!all || !n) return 1;
    w2c_init_traps();

    long before = resident_kib();
    double start = now();
    for (size_t i = 0; i < n; i++)
        all[i] = make(&config);
    double made = now();
    printf("%zu instances: %.2f us each, %.1f KiB resident each\n", n, (made - start) / (double)n,
           (double)(resident_kib() - before) / (double)n);

    for (int round = 0; round < 100; round++)
        for (size_t i = 0; i < n; i++) {
            int32_t amount = round == 50 && i % 100 == 7 ? -1000000 : (int32_t)i + round;
            w2c_status status = tenant_x_book(all[i], (uint32_t)amount, &balance);
            if (status == W2C_TRAP_UNREACHABLE) failed++;
        }
    double booked = now();
    printf("%zu calls: %.1f ns each, %.1f KiB resident each; %zu traps\n", n * 100,
           (booked - made) * 1e3 / (double)(n * 100), (double)(resident_kib() - before) / (double)n,
           failed);

    size_t wrong = 0;
    for (size_t i = 0; i < n; i++) { /* each has its own sum; a trap took nothing but its entry */
        uint32_t expected = (uint32_t)(i * 100 + 4950 - (i % 100 == 7 ? i + 50 : 0));
        if (tenant_x_book(all[i], 0, &balance) != W2C_OK || balance != expected) wrong++;
    }
    uint32_t pages;
    tenant_x_grow(all[0], 1000, &pages); /* beyond max_memory: the guest's own failure */
    printf("%zu wrong sums; growing beyond its limit gives %d\n", wrong, (int)pages);
    for (size_t i = 0; i < n; i++)
        tenant_delete(all[i]);
    printf("deleted: %.2f us each\n", (now() - booked) / (double)n);

    wrong += in_turn(n, &config, "without a pool");
    w2c_pool *pool;
    w2c_pool_info info;
    w2c_pool_config places = {.max_instances = 8, .max_memory = config.max_memory, .error = &error};
    if (w2c_pool_new(&pool, &tenant_module, &places) != W2C_OK)
        return fprintf(stderr, "%s\n", error.text), 1;
    config.pool = pool; /* deleting an instance gives its place back, cleaned */
    wrong += in_turn(n, &config, "with a pool");
    w2c_pool_stats(pool, &info);
    printf("pool: %llu hits, %llu misses, %u places\n", (unsigned long long)info.hits,
           (unsigned long long)info.misses, info.held);
    w2c_pool_delete(pool);
    free(all);
    return wrong ? 1 : 0;
}
