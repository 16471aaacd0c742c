/* instances.c: what instances cost: made anew, from a pool, beside wasmtime's pooling allocator, by
 * threads, and ten thousand at once. instances.py makes the modules and links this.
 *
 *   instances cost      ns for each module, the least of many rounds
 *   instances threads   pooled, 1 to 16 threads at once
 *   instances many      10,000 instances: bytes, mappings, time
 *   instances cycles N  N instances one after the other: resident memory, mappings, descriptors
 *   instances forks     w2c_snapshot_fork of memories that are full: the first one, and later ones
 *   instances pages     memory that is grown and filled: huge pages, populated pages */
#define _GNU_SOURCE
#include <dirent.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>
#include <w2c_rt.h>
#include <w2c_snapshot.h>

extern const w2c_module m4k_module, m64k_module, m128k_module, m1m_module, big_module, table_module;
static const struct {
    const char *name;
    const w2c_module *module;
    uint32_t bytes;
} modules[] = {{"4 KiB in 64", &m4k_module, 4096},
               {"64 KiB", &m64k_module, 65536},
               {"128 KiB", &m128k_module, 131072},
               {"1 MiB", &m1m_module, 1048576},
               {"2,000 functions", &table_module, 0}}; /* in a table: cost alone */
enum { MODULES = sizeof modules / sizeof *modules, IMAGES = MODULES - 1, DIRTY = 4 };

int wasmtime_start(const char *library); /* instances_wasmtime.c; 0: there is none */
int wasmtime_module(const char *path);
void wasmtime_cycle(uint32_t pages);

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static void die(const char *what) {
    fprintf(stderr, "instances: %s\n", what);
    exit(1);
}

/* ---- one cycle ------------------------------------------------------------------------------- */
static w2c_instance *make(const w2c_module *module, w2c_pool *pool, uint32_t pages) {
    w2c_instance *i;
    const w2c_config config = {.pool = pool};
    if (w2c_instance_new(module, &i, NULL, &config) != W2C_OK) die("no instance");
    if (pages) {
        w2c_extern touch;
        w2c_value arg = {.i32 = pages}, result;
        w2c_export_find(i, (w2c_name){"touch", 5}, &touch);
        if (w2c_call(touch.func, &arg, &result) != W2C_OK) die("touch");
    }
    return i;
}

static void cycle(const w2c_module *module, w2c_pool *pool, uint32_t pages) {
    w2c_instance_delete(make(module, pool, pages));
}

/* So many live at once, more than the rooms that the runtime keeps: most find none. */
static void cycle_many(const w2c_module *module, unsigned count, uint32_t pages) {
    enum { MOST = 64 };
    static w2c_instance *all[MOST];
    for (unsigned k = 0; k < count && k < MOST; k++)
        all[k] = make(module, NULL, pages);
    for (unsigned k = 0; k < count && k < MOST; k++)
        w2c_instance_delete(all[k]);
}

/* What the system takes at least: a reservation, a mapping of the image, four pages, and all gone. */
static void bare(const uint8_t *image, int fd, uint32_t bytes, uint32_t pages) {
    size_t reserve = ((size_t)8 << 30) + (1 << 17);
    uint8_t *at =
        mmap(NULL, reserve, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (at == MAP_FAILED) die("mmap");
    if (mmap(at, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED, fd, 0) == MAP_FAILED)
        die("mmap");
    for (uint32_t k = 0; k < pages; k++)
        ((volatile uint8_t *)at)[k * (bytes / pages)] = 1;
    munmap(at, reserve);
    (void)image;
}

typedef enum Way { FRESH, AT_ONCE, POOLED, BARE, WASMTIME } Way;

static double least(Way way, size_t m, w2c_pool *pool, int fd, uint32_t pages) {
    double best = 1e18;
    for (int round = 0; round < 60; round++) {
        unsigned count = way == POOLED ? 400 : 60;
        double begin = now();
        if (way == AT_ONCE) cycle_many(modules[m].module, count, pages);
        for (unsigned k = 0; k < count && way != AT_ONCE; k++) {
            if (way == BARE)
                bare(NULL, fd, modules[m].bytes, pages);
            else if (way == WASMTIME)
                wasmtime_cycle(pages);
            else
                cycle(modules[m].module, pool, pages);
        }
        double each = (now() - begin) / count;
        if (each < best) best = each;
    }
    return best;
}

static int image_file(uint32_t bytes) {
    int fd = memfd_create("image", 0);
    uint8_t *data = malloc(bytes);
    memset(data, 7, bytes);
    if (fd < 0 || write(fd, data, bytes) != (ssize_t)bytes) die("memfd");
    free(data);
    return fd;
}

static void print_ns(double ns) {
    if (ns < 0)
        printf(" %10s", "-");
    else
        printf(" %10.2f", ns / 1000);
}

static void cost(const char *library, const char *dir) {
    bool peer = library && wasmtime_start(library);
    printf("microseconds         pages     fresh   at once  syscalls    pooled      scan  dontneed "
           " wasmtime\n");
    for (size_t m = 0; m < MODULES; m++) {
        w2c_pool *pools[3];
        int fd = image_file(modules[m].bytes ? modules[m].bytes : 4096);
        for (int how = 0; how < 3; how++) {
            w2c_pool_config config = {.reset = how == 0   ? W2C_RESET_AUTO
                                               : how == 1 ? W2C_RESET_SCAN
                                                          : W2C_RESET_DONTNEED};
            if (w2c_pool_new(&pools[how], modules[m].module, &config) != W2C_OK) die("pool");
        }
        char path[500];
        static const char *const files[] = {"m4k", "m64k", "m128k", "m1m", "table"};
        snprintf(path, sizeof path, "%s/%s.wasm", dir, files[m]);
        bool there = peer && wasmtime_module(path);
        for (uint32_t pages = 0; pages <= (modules[m].bytes ? DIRTY : 0); pages += DIRTY) {
            if (pages * 4096 > modules[m].bytes && pages > 1 && m == 0) pages = 1;
            printf("%-18s %7u", modules[m].name, pages);
            print_ns(least(FRESH, m, NULL, fd, pages));
            print_ns(least(AT_ONCE, m, NULL, fd, pages));
            print_ns(pages ? least(BARE, m, NULL, fd, pages) : -1);
            for (int how = 0; how < 3; how++)
                print_ns(least(POOLED, m, pools[how], fd, pages));
            print_ns(there ? least(WASMTIME, m, NULL, fd, pages) : -1);
            printf("\n");
        }
        for (int how = 0; how < 3; how++)
            w2c_pool_delete(pools[how]);
        close(fd);
    }
}

/* ---- threads --------------------------------------------------------------------------------- */
typedef struct Worker {
    const w2c_module *module;
    w2c_pool *pool;
    unsigned count;
} Worker;

static void *work(void *user) {
    const Worker *w = user;
    for (unsigned k = 0; k < w->count; k++)
        cycle(w->module, w->pool, DIRTY);
    return NULL;
}

static void threads(void) {
    static const unsigned counts[] = {1, 2, 4, 8, 16};
    printf("pooled, 4 pages      threads   ns of processor time each   ns passed each\n");
    for (size_t m = 1; m < IMAGES; m++)
        for (size_t c = 0; c < 5; c++) {
            pthread_t t[16];
            w2c_pool *pool;
            unsigned total = 32000, n = counts[c];
            double best = 1e18, best_cpu = 1e18;
            if (w2c_pool_new(&pool, modules[m].module, NULL) != W2C_OK) die("pool");
            for (int round = 0; round < 4; round++) {
                Worker w = {modules[m].module, pool, total / n};
                struct timespec a, b;
                clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &a);
                double begin = now();
                for (unsigned k = 0; k < n; k++)
                    pthread_create(&t[k], NULL, work, &w);
                for (unsigned k = 0; k < n; k++)
                    pthread_join(t[k], NULL);
                double passed = (now() - begin) / total;
                clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &b);
                double cpu =
                    ((double)(b.tv_sec - a.tv_sec) * 1e9 + (double)(b.tv_nsec - a.tv_nsec)) / total;
                if (passed < best) best = passed;
                if (cpu < best_cpu) best_cpu = cpu;
            }
            printf("%-18s %9u %27.0f %16.0f\n", modules[m].name, n, best_cpu, best);
            w2c_pool_delete(pool);
        }
}

/* ---- what there is ---------------------------------------------------------------------------- */
typedef struct Usage {
    long resident, tables, mappings, descriptors; /* KiB, KiB */
} Usage;

static Usage usage(void) {
    Usage u = {0, 0, 0, 0};
    char line[400];
    FILE *f = fopen("/proc/self/status", "r");
    while (f && fgets(line, sizeof line, f)) {
        sscanf(line, "VmRSS: %ld", &u.resident);
        sscanf(line, "VmPTE: %ld", &u.tables);
    }
    if (f) fclose(f);
    f = fopen("/proc/self/maps", "r");
    while (f && fgets(line, sizeof line, f))
        u.mappings++;
    if (f) fclose(f);
    DIR *d = opendir("/proc/self/fd");
    while (d && readdir(d))
        u.descriptors++;
    if (d) closedir(d);
    return u;
}

static void many(void) {
    enum { COUNT = 10000 };
    static w2c_instance *all[COUNT];
    for (uint32_t pages = 0; pages <= DIRTY; pages += DIRTY) {
        cycle(&m1m_module, NULL, 0);
        Usage before = usage();
        double begin = now();
        for (int k = 0; k < COUNT; k++) {
            w2c_extern touch;
            w2c_value arg = {.i32 = pages}, result;
            w2c_error error;
            const w2c_config config = {.error = &error};
            if (w2c_instance_new(&m1m_module, &all[k], NULL, &config) != W2C_OK) die(error.text);
            if (!pages) continue;
            w2c_export_find(all[k], (w2c_name){"touch", 5}, &touch);
            if (w2c_call(touch.func, &arg, &result) != W2C_OK) die("touch");
        }
        double made = now();
        Usage after = usage();
        for (int k = 0; k < COUNT; k++)
            w2c_instance_delete(all[k]);
        double gone = now();
        long written = (long)pages * 4 * COUNT;
        printf("%d instances of 1 MiB, %u pages written in each: resident +%ld MiB (written: %ld "
               "MiB), "
               "page tables %ld MiB, %ld mappings; made in %.1f us, deleted in %.1f us each\n",
               COUNT, pages, (after.resident - before.resident) / 1024, written / 1024,
               (after.tables - before.tables) / 1024, after.mappings - before.mappings,
               (made - begin) / COUNT / 1000, (gone - made) / COUNT / 1000);
    }
}

static void cycles(unsigned count) {
    static const char *const ways[] = {"fresh", "pooled"};
    for (int way = 0; way < 2; way++) {
        w2c_pool *pool = NULL;
        if (way && w2c_pool_new(&pool, &m1m_module, NULL) != W2C_OK) die("pool");
        for (unsigned k = 0; k < 1000; k++)
            cycle(&m1m_module, pool, DIRTY);
        Usage before = usage();
        for (unsigned k = 0; k < count; k++)
            cycle(&m1m_module, pool, DIRTY);
        Usage after = usage();
        printf("%u %s: resident %ld -> %ld KiB, mappings %ld -> %ld, descriptors %ld -> %ld\n",
               count, ways[way], before.resident, after.resident, before.mappings, after.mappings,
               before.descriptors, after.descriptors);
        w2c_pool_delete(pool);
    }
}

/* ---- forks ------------------------------------------------------------------------------------ */
static double fork_once(w2c_instance *parent, uint64_t stride) {
    w2c_instance *copy;
    for (uint64_t k = 0; k < DIRTY; k++)
        w2c_memory_data(w2c_instance_memory(parent))[k * stride]++;
    double begin = now();
    if (w2c_snapshot_fork(parent, &copy, NULL, NULL) != W2C_OK) die("fork");
    double end = now();
    w2c_instance_delete(copy);
    return end - begin;
}

static void forks(void) {
    static const unsigned sizes[] = {1, 16, 64, 256};
    printf("fork of a full memory     first, ms   later, us (4 pages written since)\n");
    for (size_t s = 0; s < 4; s++) {
        w2c_instance *parent;
        if (w2c_instance_new(&big_module, &parent, NULL, NULL) != W2C_OK) die("instance");
        w2c_memory *m = w2c_instance_memory(parent);
        if (w2c_memory_grow(m, sizes[s] * 16 - w2c_memory_pages(m)) == UINT64_MAX) die("grow");
        uint64_t size = w2c_memory_size(m);
        for (uint64_t at = 0; at < size; at += 64)
            w2c_memory_data(m)[at] = (uint8_t)(at >> 12 | 1);
        double first = fork_once(parent, size / DIRTY), later = 1e18;
        for (int k = 0; k < 100; k++) {
            double each = fork_once(parent, size / DIRTY);
            if (each < later) later = each;
        }
        printf("%8u MiB %22.2f %11.1f\n", sizes[s], first / 1e6, later / 1e3);
        w2c_instance_delete(parent);
    }
}

/* ---- policies --------------------------------------------------------------------------------- */
/* Grows a memory by 1 MiB at a time to 256 MiB, writes to one page in `every`, then reads at random. */
static void pages(void) {
    static const struct {
        const char *name;
        uint32_t policy;
    } ways[] = {{"default", 0},
                {"huge", W2C_MEMORY_HUGE},
                {"populate", W2C_MEMORY_POPULATE},
                {"huge, populate", W2C_MEMORY_HUGE | W2C_MEMORY_POPULATE}};
    enum { MIB = 256 };
    printf("256 MiB, policy    written pages   grow, write    random reads     resident\n");
    for (unsigned every = 1; every <= 16; every *= 16)
        for (size_t k = 0; k < 4; k++) {
            double grown = 1e18, looked = 1e18;
            w2c_memory_figures f;
            for (int round = 0; round < 3; round++) {
                w2c_memory *m;
                const w2c_config config = {.memory_policy = ways[k].policy};
                w2c_instance *i;
                if (w2c_instance_new(&big_module, &i, NULL, &config) != W2C_OK) die("instance");
                m = w2c_instance_memory(i);
                double begin = now();
                for (int mib = 0; mib < MIB; mib++) {
                    if (w2c_memory_grow(m, 16) == UINT64_MAX) die("grow");
                    volatile uint8_t *data = w2c_memory_data(m) + w2c_memory_size(m) - (1 << 20);
                    for (size_t at = 0; at < 1 << 20; at += 4096 * every)
                        data[at] = 1;
                }
                double mid = now();
                uint64_t x = 88172645463325252u, sum = 0;
                for (int n = 0; n < 2000000; n++) {
                    x ^= x << 13, x ^= x >> 7, x ^= x << 17;
                    sum += w2c_memory_data(
                        m)[(x % ((uint64_t)MIB << 20) / (4096 * every)) * 4096 * every];
                }
                double end = now();
                if (sum == 1) die("sum");
                if (mid - begin < grown) grown = mid - begin;
                if (end - mid < looked) looked = end - mid;
                w2c_memory_stats(m, true, &f);
                w2c_instance_delete(i);
            }
            printf("%-18s %10s 1/%-2u %10.1f ms %10.1f ns %8llu MiB\n", ways[k].name, "", every,
                   grown / 1e6, looked / 2e6, (unsigned long long)(f.resident >> 20));
        }
}

int main(int argc, char **argv) {
    const char *what = argc > 1 ? argv[1] : "cost";
    w2c_init_traps();
    if (!strcmp(what, "cost"))
        cost(argc > 3 ? argv[3] : NULL, argc > 2 ? argv[2] : ".");
    else if (!strcmp(what, "threads"))
        threads();
    else if (!strcmp(what, "many"))
        many();
    else if (!strcmp(what, "forks"))
        forks();
    else if (!strcmp(what, "pages"))
        pages();
    else if (!strcmp(what, "cycles"))
        cycles(argc > 2 ? (unsigned)strtoul(argv[2], NULL, 10) : 100000);
    return 0;
}
