/* wide_host.c: times wide32.wasm and wide64.wasm, both in this program, in turns, and prints a line for each kernel: its name, the least
 * processor seconds with 32-bit and with 64-bit memory. Argument: how often. */
#include "wide32.h"
#include "wide64.h"
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static wide32 *narrow;
static wide64 *wide;

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

typedef w2c_status narrow_fn(wide32 *, uint32_t, double *);
typedef w2c_status wide_fn(wide64 *, uint32_t, double *);

static void measure(const char *name, narrow_fn *f32, wide_fn *f64, uint32_t rounds, int runs) {
    double least[2] = {1e9, 1e9}, sums[2] = {0, 1};
    for (int i = 0; i < runs; i++) {
        double start = now();
        if (f32(narrow, rounds, &sums[0]) != W2C_OK) exit(1);
        double middle = now();
        if (f64(wide, rounds, &sums[1]) != W2C_OK) exit(1);
        double end = now();
        if (middle - start < least[0]) least[0] = middle - start;
        if (end - middle < least[1]) least[1] = end - middle;
    }
    if (sums[0] != sums[1]) {
        printf("%s: %.17g and %.17g differ\n", name, sums[0], sums[1]);
        exit(1);
    }
    printf("%s %.6f %.6f\n", name, least[0], least[1]);
}

int main(int argc, char **argv) {
    int runs = argc > 1 ? atoi(argv[1]) : 10;
    w2c_init_traps();
    if (wide32_new(&narrow, NULL, NULL) != W2C_OK || wide64_new(&wide, NULL, NULL) != W2C_OK)
        return 1;
    measure("gemm", wide32_x_gemm, wide64_x_gemm, 3, runs);
    measure("stencil", wide32_x_stencil, wide64_x_stencil, 30, runs);
    measure("strings", wide32_x_strings, wide64_x_strings, 20, runs);
    wide32_delete(narrow);
    wide64_delete(wide);
    return 0;
}
