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

int main(void) {
    return run(0, 200000) | run(1, 3000) | run(7, 10000);
}
