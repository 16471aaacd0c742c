/* joined.c: runs static.wasm as module `pair`: two instances whose struct lies in front of memory 0 (JOINED), or apart
 * from it; what fails half-way leaves nothing mapped; rooms
 * that instances leave are as new for the next ones. */
#define _GNU_SOURCE
#include "pair.h"
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static int failed;
static void need(int good, const char *what) {
    if (good) return;
    printf("FAILED: %s\n", what);
    failed = 1;
}

static int mappings(void) {
    FILE *maps = fopen("/proc/self/maps", "r");
    int lines = 0, c;
    while (maps && (c = getc(maps)) != EOF)
        lines += c == '\n';
    if (maps) fclose(maps);
    return lines;
}

static int is_joined(pair *m) {
    uintptr_t base = (uintptr_t)w2c_memory_data(w2c_instance_memory(pair_instance(m)));
    return base > (uintptr_t)m && base - (uintptr_t)m < 2 * 65536 && base % 4096 == 0;
}

/* The byte in front of the memory. */
static int can_read_in_front(pair *m) {
    int ends[2];
    if (pipe(ends)) return 1;
    int wrote = write(ends[1], w2c_memory_data(w2c_instance_memory(pair_instance(m))) - 1, 1) == 1;
    close(ends[0]);
    close(ends[1]);
    return wrote;
}

static void use(pair *m, uint32_t value) {
    uint32_t v = 1;
    need(pair_x_load(m, 8, &v) == W2C_OK && v == 0x6d6f7266, "the segment");
    need(pair_x_store(m, 65532, value) == W2C_OK, "the last word is written");
    need(pair_x_load(m, 65533, &v) == W2C_TRAP_MEMORY_BOUNDS, "across the end");
    need(pair_x_load(m, 0xffffffff, &v) == W2C_TRAP_MEMORY_BOUNDS, "the last address");
    need(pair_x_grow(m, 1, &v) == W2C_OK && v == 1, "grows");
    need(pair_x_load(m, 65536, &v) == W2C_OK && v == 0, "zeros");
    need(pair_x_store_fixed(m, 0, value) == W2C_OK, "the other memory");
}

/* Whatever earlier instances did with its room. */
static void begins_anew(pair *m) {
    uint32_t v = 1;
    need(pair_x_size(m, &v) == W2C_OK && v == 1, "its first size");
    need(pair_x_load(m, 8, &v) == W2C_OK && v == 0x6d6f7266, "the segment, again");
    need(pair_x_load(m, 65532, &v) == W2C_OK && v == 0, "zeros, again");
    need(pair_x_load(m, 65536, &v) == W2C_TRAP_MEMORY_BOUNDS, "no more than that");
    need(pair_x_load_fixed(m, 0, &v) == W2C_OK && v == 0, "zeros in the other memory, again");
}

/* More at once than the rooms that are kept. */
static void many(const w2c_config *config) {
    enum { COUNT = 60 };
    static pair *all[COUNT];
    int before = mappings();
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < COUNT; i++) {
            need(pair_new(&all[i], NULL, config) == W2C_OK, "one of many");
            begins_anew(all[i]);
            use(all[i], (uint32_t)i + 1);
        }
        for (int i = 0; i < COUNT; i++)
            pair_delete(all[i]);
    }
    need(mappings() <= before + 64 + 4, "few rooms are kept");
    w2c_module_forget(&pair_module);
    need(mappings() <= before + 1, "and given up");
    for (int i = 0; i < 3; i++) {
        need(pair_new(&all[0], NULL, config) == W2C_OK, "after that");
        begins_anew(all[0]);
        pair_delete(all[0]);
    }
}

static void fails(const w2c_config *config, w2c_status status, const char *what) {
    pair *m = NULL;
    int before = mappings();
    for (int i = 0; i < 50; i++)
        need(pair_new(&m, NULL, config) == status && !m, what);
    need(strlen(config->error->text) > 0, "says why");
    need(mappings() <= before + 1, "nothing is left of what failed");
}

int main(void) {
    pair *first = NULL, *second = NULL;
    uint32_t v = 0;
    w2c_error error;
    w2c_config config;
    memset(&config, 0, sizeof config);
    config.error = &error;
    w2c_init_traps();
    need(pair_new(&first, NULL, &config) == W2C_OK && pair_new(&second, NULL, &config) == W2C_OK,
         "two instances");
    if (failed) return 1;
    need(is_joined(first) == JOINED && is_joined(second) == JOINED, "where the struct lies");
    need(!JOINED || !can_read_in_front(first), "a gap in front of the memory");
    use(first, 7);
    use(second, 8);
    need(pair_x_load(first, 65532, &v) == W2C_OK && v == 7, "each has its own memory");
    pair_delete(second);
    need(pair_x_load(first, 65532, &v) == W2C_OK && v == 7, "and keeps it");
    pair_delete(first);
    int before = mappings();
    for (int i = 0; i < 200; i++) {
        need(pair_new(&first, NULL, &config) == W2C_OK, "another");
        begins_anew(first);
        use(first, (uint32_t)i);
        pair_delete(first);
    }
    need(mappings() <= before + 1, "nothing is left of instances");
    many(&config);
    config.max_memory = 1;
    fails(&config, W2C_LIMIT, "a memory above the limit");
    config.max_memory = 0;
    struct rlimit limit;
    need(!getrlimit(RLIMIT_AS, &limit), "getrlimit");
    limit.rlim_cur = (rlim_t)1 << 31;
    if (LIMITS_SPACE && !setrlimit(RLIMIT_AS, &limit)) {
        need(pair_new(&first, NULL, &config) == W2C_OK, "the room of an earlier instance");
        begins_anew(first);
        fails(&config, W2C_NOMEM, "no address space");
        pair_delete(first);
        w2c_module_forget(&pair_module);
        fails(&config, W2C_NOMEM, "no address space, nothing kept");
    }
    return failed;
}
