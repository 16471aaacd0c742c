/* load_time.c: w2c-load-time MOD.wasm...: microseconds until a module can be called (read, and described for
 * the runtime; no function validated or translated), and for validating all of it on one thread. Least of
 * some runs, bytes in memory. */
#define _XOPEN_SOURCE 700
#include "interp/interp.h"
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { RUNS = 15 };

static double now_us(void) {
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static void least(double *best, double since) {
    double us = now_us() - since;
    if (us < *best) *best = us;
}

static bool measure(const char *path, Slice bytes) {
    double read = 1e18, load = 1e18, valid = 1e18;
    for (int i = 0; i < RUNS; i++) {
        Context ctx;
        Module m;
        Interp *interp;
        context_init(&ctx, alloc_default(), path);
        double start = now_us();
        bool good = module_read(&ctx, bytes, &m);
        least(&read, start);
        start = now_us();
        good = good && validate_all(&ctx, &m, 1, &(uint64_t){0});
        least(&valid, start);
        start = now_us();
        good = good && w2c_interp_load(&ctx, &m, "load", &(InterpOptions){0}, &interp) == W2C_OK;
        least(&load, start);
        if (!good) {
            fprintf(stderr, "%s: %s\n", path, ctx.diag.text);
            return false;
        }
        w2c_interp_delete(interp);
        module_free(&m);
    }
    printf("%-50s %10zu bytes  read %9.1f  describe %8.1f  validate %10.1f us\n", path, bytes.len,
           read, load, valid);
    return true;
}

int main(int argc, char **argv) {
    bool good = argc > 1;
    for (int i = 1; i < argc; i++) {
        FILE *f = fopen(argv[i], "rb");
        uint8_t *data = NULL;
        long len = f && fseek(f, 0, SEEK_END) == 0 ? ftell(f) : -1;
        if (len > 0) data = malloc((size_t)len);
        if (data) rewind(f);
        if (data && fread(data, 1, (size_t)len, f) == (size_t)len)
            good &= measure(argv[i], (Slice){data, (size_t)len});
        else
            good = false;
        free(data);
        if (f) fclose(f);
    }
    return good ? 0 : 1;
}
