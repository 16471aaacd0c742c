/* static.c: runs static.wasm as module `fixed`, made with --memory=static --max-memory=4 pages, or with --fixed-base: growth,
 * edges, one instance at a time (the refusal contains the words WHY), zeros for the next one. */
#include "fixed.h"
#include <stdio.h>
#include <string.h>

static int failed;
static void need(int good, const char *what) {
    if (good) return;
    printf("FAILED: %s\n", what);
    failed = 1;
}

static void use(fixed *m) {
    uint32_t v = 1;
    need(fixed_x_load(m, 8, &v) == W2C_OK && v == 0x6d6f7266, "the segment");
    need(fixed_x_load(m, 131068, &v) == W2C_TRAP_MEMORY_BOUNDS, "beyond the size");
    need(fixed_x_load(m, 65533, &v) == W2C_TRAP_MEMORY_BOUNDS, "across the end");
    need(fixed_x_load(m, 0xffffffff, &v) == W2C_TRAP_MEMORY_BOUNDS, "the last address");
    need(fixed_x_grow(m, 3, &v) == W2C_OK && v == 1, "grows up to the buffer");
    need(fixed_x_load(m, 262140, &v) == W2C_OK && v == 0, "what it grew by is zero");
    need(fixed_x_store(m, 262140, 7) == W2C_OK, "and can be written");
    need(fixed_x_load(m, 262141, &v) == W2C_TRAP_MEMORY_BOUNDS, "across the buffer's end");
    need(fixed_x_grow(m, 1, &v) == W2C_OK && v == 0xffffffff, "does not grow beyond the buffer");
    need(fixed_x_size(m, &v) == W2C_OK && v == 4, "size");
    need(fixed_x_store_fixed(m, 65532, 9) == W2C_OK, "a memory that cannot grow");
    need(fixed_x_load_fixed(m, 65532, &v) == W2C_OK && v == 9, "holds what was written");
    need(fixed_x_store_fixed(m, 65533, 9) == W2C_TRAP_MEMORY_BOUNDS, "and ends");
}

int main(void) {
    fixed *m = NULL, *other = NULL;
    w2c_error error;
    w2c_config config;
    memset(&config, 0, sizeof config);
    config.error = &error;
    config.max_memory = 4 * 65536;
    w2c_init_traps();
    need(fixed_new(&m, NULL, &config) == W2C_OK, "the first instance");
    if (failed) return 1;
    use(m);
    need(fixed_new(&other, NULL, &config) == W2C_LIMIT && other == NULL, "a second one is refused");
    need(strstr(error.text, WHY) != NULL, error.text);
    fixed_delete(m);
    need(fixed_new(&m, NULL, &config) == W2C_OK, "the next one");
    if (!failed) use(m);
    fixed_delete(m);
    return failed;
}
