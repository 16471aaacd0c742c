/* heap.c: runs module `heap` (made by check_eh.py): exceptions in objects, and objects in exceptions. */
#include "heap.h"
#include <stdio.h>

/* stress 0: the collector runs when it pays */
static int run(uint32_t stress, uint32_t most) {
    heap *m;
    uint32_t a = 0, b = 0, c = 0;
    const w2c_config config = {.gc_stress = stress};
    if (heap_new(&m, NULL, &config) != W2C_OK) return 2;
    for (uint32_t n = 10; n <= most; n *= 2) {
        if (heap_x_in_struct(m, n, &a) != W2C_OK || heap_x_in_array(m, n, &b) != W2C_OK ||
            heap_x_in_flight(m, n, &c) != W2C_OK || a != 1234 || b != 55 + 66 || c != 77) {
            printf("stress %u, n %u: %u %u %u\n", stress, n, a, b, c);
            return 1;
        }
    }
    heap_delete(m);
    return 0;
}

#define NEED(what)                                                                                 \
    do {                                                                                           \
        if (!(what)) {                                                                             \
            printf("line %d: %s\n", __LINE__, #what);                                              \
            return 1;                                                                              \
        }                                                                                          \
    } while (0)

/* Nobody keeps them: they go, objects and exceptions. */
static int cycles(uint32_t stress, uint32_t n) {
    const w2c_config config = {.gc_stress = stress, .max_gc_heap = (uint64_t)32 << 20};
    w2c_gc_info info;
    heap *m;
    uint32_t same = 0, sum = 0;
    NEED(heap_new(&m, NULL, &config) == W2C_OK);
    w2c_instance *instance = heap_instance(m);
    NEED(heap_x_cycles(m, n) == W2C_OK);
    NEED(w2c_gc_collect(instance));
    w2c_gc_stats(instance, &info);
    NEED(info.exceptions < 50 && info.live < 5000);
    for (uint32_t by = 0; by < 2; by++) { /* one that is kept stays, by either of its halves */
        NEED(heap_x_keep_cycle(m, by) == W2C_OK && heap_x_cycles(m, n / 4) == W2C_OK);
        NEED(w2c_gc_collect(instance));
        NEED(heap_x_cycle_kept(m, &same) == W2C_OK && same == 1);
    }
    NEED(heap_x_chain(m, n / 10) == W2C_OK && w2c_gc_collect(instance));
    w2c_gc_stats(instance, &info);
    NEED(info.exceptions >= n / 10);
    NEED(heap_x_chain_sum(m, &sum) == W2C_OK &&
         sum == (uint32_t)((uint64_t)(n / 10) * (n / 10 - 1) / 2));
    NEED(heap_x_forget(m) == W2C_OK && w2c_gc_collect(instance));
    w2c_gc_stats(instance, &info);
    NEED(info.exceptions < 50 && info.live < 5000);
    heap_delete(m);
    return 0;
}

int main(void) {
    return run(0, 200000) | run(1, 3000) | run(7, 10000) | cycles(0, 300000) | cycles(1, 2000);
}
