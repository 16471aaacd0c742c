/* stack.c: runs stack.wasm, translated as module `stack`: recursion without end is a trap, leaves the
 * instance usable, and leaves in memory what had been written; also on a thread with a small stack. */
#define _GNU_SOURCE
#include "stack.h"
#include <pthread.h>
#include <stdio.h>
#include <string.h>

static int failed;
#define CHECK(good)                                                                                \
    do {                                                                                           \
        if (!(good)) {                                                                             \
            failed++;                                                                              \
            printf("%s: %s\n", on, #good);                                                         \
        }                                                                                          \
    } while (0)

static stack *instance;
static w2c_status again(void *env, w2c_instance *importer, uint32_t n, uint32_t *result) {
    volatile char room[200]; /* a host function has a frame too */
    (void)env, (void)importer;
    room[n % sizeof room] = 1;
    return stack_x_reenter(instance, n, result);
}

/* Calls an export, with 1 when it takes a parameter. */
static w2c_status call(const char *name, uint32_t arg, uint32_t *result) {
    w2c_extern function;
    w2c_value args[1], results[2];
    memset(args, 0, sizeof args);
    memset(results, 0, sizeof results);
    args[0].i32 = arg;
    if (!w2c_export_find(stack_instance(instance), w2c_name_of(name), &function))
        return W2C_INVALID;
    const w2c_status status = w2c_call(function.func, args, results);
    if (result) *result = results[0].i32;
    return status;
}

static const char *const endless[] = {"void",     "tail",    "fib",        "float",  "ring",
                                      "indirect", "reenter", "loop",       "unused", "counts",
                                      "stores",   "results", "in_argument"};
/* these would end after 100 million calls: more than any stack holds */
static const char *const too_deep[] = {"counted", "product", "sum", "even"};

static void *run_all(void *name) {
    const char *const on = (const char *)name;
    const w2c_import imports[] = {
        {"host", "again", w2c_extern_host("i_i", (w2c_host_fn)again, NULL)}};
    const w2c_imports given = {imports, 1, NULL, 0, NULL, NULL};
    uint32_t result = 0, depth = 0;
    CHECK(stack_new(&instance, &given, NULL) == W2C_OK);
    if (!instance) return NULL;
    for (size_t i = 0; i < sizeof endless / sizeof *endless; i++) {
        const w2c_status status = call(endless[i], 1, NULL);
        if (status == W2C_TRAP_STACK_EXHAUSTED) continue;
        failed++;
        printf("%s: %s: %s\n", on, endless[i], w2c_status_text(status));
    }
    for (size_t i = 0; i < sizeof too_deep / sizeof *too_deep; i++) {
        const w2c_status status = call(too_deep[i], 100000000, NULL);
        if (status == W2C_TRAP_STACK_EXHAUSTED) continue;
        failed++;
        printf("%s: %s: %s\n", on, too_deep[i], w2c_status_text(status));
    }
    /* as deep as before, the second time */
    depth = *stack_x_depth(instance);
    CHECK(depth > 100);
    *stack_x_depth(instance) = 0;
    CHECK(call("counts", 1, NULL) == W2C_TRAP_STACK_EXHAUSTED);
    CHECK(*stack_x_depth(instance) == depth);
    CHECK(call("stored", 0, &result) == W2C_OK && result > 100);
    /* and what fits runs */
    CHECK(call("even", 501, &result) == W2C_OK && result == 0);
    CHECK(call("sum", 500, &result) == W2C_OK && result == 125250);
    CHECK(call("product", 5, &result) == W2C_OK && result == 120);
    stack_delete(instance);
    instance = NULL;
    return NULL;
}

static void run_on_thread(const char *name, size_t bytes) {
    pthread_attr_t attr;
    pthread_t thread;
    pthread_attr_init(&attr);
    if (pthread_attr_setstacksize(&attr, bytes) != 0 ||
        pthread_create(&thread, &attr, run_all, (void *)(size_t)name) != 0) {
        failed++;
        printf("no thread with %zu bytes of stack\n", bytes);
        return;
    }
    pthread_join(thread, NULL);
    pthread_attr_destroy(&attr);
}

static char main_name[] = "main thread";

int main(void) {
    if (!w2c_init_traps()) return 2;
    run_all(main_name);
    run_on_thread("thread of 256 KiB", 256 * 1024);
    run_on_thread("thread of 64 MiB", 64 * 1024 * 1024);
    printf("stack: %d failed\n", failed);
    return failed ? 1 : 0;
}
