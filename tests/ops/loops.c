/* loops.c: runs loops.wasm, translated as module `loops`: every export named endless... runs in a child
 * that an alarm must end; the others return. */
#define _XOPEN_SOURCE 700
#include "loops.h"
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ENDED_BY_ALARM = 42, CAME_BACK = 1, MILLISECONDS = 60 };

static void on_alarm(int signal) {
    (void)signal;
    _exit(ENDED_BY_ALARM);
}

static int runs_on(const w2c_func *func) {
    fflush(stdout);
    const pid_t child = fork();
    if (child == 0) {
        const struct itimerval when = {{0, 0}, {0, MILLISECONDS * 1000}};
        w2c_value args[2], result;
        memset(args, 0, sizeof args);
        signal(SIGALRM, on_alarm);
        setitimer(ITIMER_REAL, &when, NULL);
        (void)w2c_call(func, args, &result);
        _exit(CAME_BACK);
    }
    int status = 0;
    return child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status) &&
           WEXITSTATUS(status) == ENDED_BY_ALARM;
}

int main(void) {
    loops *m;
    int failed = 0, count = 0;
    if (!w2c_init_traps() || loops_new(&m, NULL, NULL) != W2C_OK) return 2;
    for (size_t i = 0; i < w2c_export_count(loops_instance(m)); i++) {
        w2c_name name;
        w2c_extern item;
        if (!w2c_export_at(loops_instance(m), i, &name, &item)) return 2;
        if (item.kind != W2C_FUNC || strncmp(name.text, "endless", 7) != 0) continue;
        count++;
        if (runs_on(item.func)) continue;
        failed++;
        printf("%s does not run on\n", name.text);
    }
    uint32_t result = 0;
    if (loops_x_ends_wrapping(m, 0xffffff00u, &result) != W2C_OK || result != 256) failed++;
    if (loops_x_ends_once(m, 5, &result) != W2C_OK || result != 6) failed++;
    loops_delete(m);
    printf("%d endless loops, %d failed\n", count, failed);
    return failed || count == 0 ? 1 : 0;
}
