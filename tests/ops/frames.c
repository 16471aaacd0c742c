/* frames.c: runs module `frames` (made by check_ops.py): functions with frames of up to hundreds of
 * kilobytes that call themselves without end must trap, not crash. */
#define _GNU_SOURCE
#include "frames.h"
#include <pthread.h>
#include <stdio.h>
#include <string.h>

static int failed, count;

static void *run_all(void *unused) {
    frames *m;
    w2c_value args[1000], results[1000];
    (void)unused;
    memset(args, 0, sizeof args);
    if (frames_new(&m, NULL, NULL) != W2C_OK) {
        failed++;
        return NULL;
    }
    for (size_t i = 0; i < w2c_export_count(frames_instance(m)); i++) {
        w2c_name name;
        w2c_extern item;
        if (!w2c_export_at(frames_instance(m), i, &name, &item) || item.kind != W2C_FUNC) continue;
        const w2c_status status = w2c_call(item.func, args, results);
        count++;
        if (status == W2C_TRAP_STACK_EXHAUSTED) continue;
        failed++;
        printf("%s: %s\n", name.text, w2c_status_text(status));
    }
    frames_delete(m);
    return NULL;
}

int main(void) {
    static const size_t sizes[] = {1 << 19, 1 << 20, 3 << 20};
    if (!w2c_init_traps()) return 2;
    run_all(NULL);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        pthread_t thread;
        pthread_attr_t attr;
        pthread_attr_init(&attr);
        if (pthread_attr_setstacksize(&attr, sizes[i]) != 0 ||
            pthread_create(&thread, &attr, run_all, NULL) != 0)
            return 2;
        pthread_join(thread, NULL);
        pthread_attr_destroy(&attr);
    }
    printf("frames: %d runs, %d failed\n", count, failed);
    return failed || count == 0 ? 1 : 0;
}
