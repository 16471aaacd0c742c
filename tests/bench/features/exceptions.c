/* exceptions.c: times catcher.wat linked with thrower.wat: ns for each of N times through the eight frames. */
#include "catcher.h"
#include "thrower.h"
#include <stdio.h>
#include <time.h>

enum { N = 2000000 };

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

typedef w2c_status Run(catcher *m, uint32_t n, uint32_t *sum);

static int timed(const char *name, Run *run, catcher *m, uint32_t want) {
    uint32_t sum = 0;
    double least = 0;
    for (int i = 0; i < 5; i++) {
        double begin = now();
        if (run(m, N, &sum) != W2C_OK || sum != want) return 1;
        double took = now() - begin;
        if (!i || took < least) least = took;
    }
    printf("%s %.2f\n", name, least / N);
    return 0;
}

int main(void) {
    thrower *below = NULL;
    catcher *m = NULL;
    w2c_init_traps();
    if (thrower_new(&below, NULL, NULL) != W2C_OK) return 2;
    w2c_link link = {"thrower", thrower_instance(below)};
    w2c_imports imports = {.links = &link, .link_count = 1};
    if (catcher_new(&m, &imports, NULL) != W2C_OK) return 2;
    uint32_t thrown = (uint32_t)((uint64_t)N * (N + 1) / 2), quiet = N * 7u;
    int failed = timed("thrown", catcher_x_thrown, m, thrown) |
                 timed("quiet", catcher_x_quiet, m, quiet) |
                 timed("plain", catcher_x_plain, m, quiet);
    catcher_delete(m);
    thrower_delete(below);
    return failed;
}
