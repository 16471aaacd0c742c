/* interrupt.c: endless.wasm as module `endless`: whatever a guest does, w2c_interrupt from another thread ends it, and
 * the instance goes on afterwards. METERED: with fuel, too. */
#define _GNU_SOURCE
#include "endless.h"
#include <pthread.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

static int failed;
static void need(int good, const char *what, const char *name) {
    if (good) return;
    printf("FAILED: %s: %s\n", name, what);
    failed = 1;
}

typedef w2c_status call_fn(endless *m);
static const struct {
    const char *name;
    call_fn *call;
} ways[] = {{"loop", endless_x_loop},
            {"loop_that_calls", endless_x_loop_that_calls},
            {"recursion", endless_x_recursion},
            {"mutual", endless_x_mutual},
            {"table", endless_x_table},
            {"no_cycle", endless_x_no_cycle},
            {"copy", endless_x_copy},
            {"tail_self", endless_x_tail_self},
            {"tail_mutual", endless_x_tail_mutual},
            {"tail_indirect", endless_x_tail_indirect},
            {"catches", endless_x_catches}};
enum { WAYS = sizeof ways / sizeof *ways };

static void *later(void *meter) {
    nanosleep(&(struct timespec){.tv_nsec = 3000000}, NULL);
    w2c_interrupt((w2c_meter *)meter);
    return NULL;
}

static void still_works(endless *m, const char *name) {
    uint32_t v = 0;
    need(endless_x_quick(m, 41, &v) == W2C_OK && v == 42, "the instance goes on", name);
}

int main(void) {
    w2c_meter meter;
    w2c_config config = {.meter = &meter};
    endless *m = NULL;
    alarm(120); /* what is not interrupted goes on for years */
    w2c_meter_set(&meter, UINT64_MAX);
    need(endless_new(&m, NULL, &config) == W2C_OK, "instantiated", "module");
    for (unsigned i = 0; m && i < WAYS; i++) {
        pthread_t thread;
        if (pthread_create(&thread, NULL, later, &meter)) return 2;
        need(ways[i].call(m) == W2C_TRAP_INTERRUPTED, "is interrupted", ways[i].name);
        pthread_join(thread, NULL);
        still_works(m, ways[i].name);
        w2c_interrupt(&meter); /* before it begins */
        need(ways[i].call(m) == W2C_TRAP_INTERRUPTED, "is interrupted at once", ways[i].name);
        still_works(m, ways[i].name);
#ifdef METERED
        w2c_meter_set(&meter, 1000);
        need(ways[i].call(m) == W2C_TRAP_FUEL && !w2c_meter_left(&meter), "uses up its fuel",
             ways[i].name);
        w2c_meter_set(&meter, UINT64_MAX);
#endif
    }
    endless_delete(m);
    if (!failed) printf("%u ways\n", (unsigned)WAYS);
    return failed;
}
