/* first_call.c: when does a program call its guest for the first time? snapshot.py compiles it three times:
 *
 *   LAUNCHER   replaces itself by the program in argv[1], and leaves the time of that in $W2C_EXEC_NS
 *   NOTHING    a program that has no guest: main comes first
 *   neither    linked into a program with --wrap=w2c_call: the call comes first
 *
 * The last two print on standard error how many ns ago execve was called. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static long long now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (long long)t.tv_sec * 1000000000 + t.tv_nsec;
}

#if defined(LAUNCHER)
int main(int argc, char **argv) {
    char text[40];
    if (argc < 2) return 2;
    snprintf(text, sizeof text, "W2C_EXEC_NS=%lld", now());
    putenv(text);
    execv(argv[1], argv + 1);
    return 1;
}
#else
static void say(void) {
    long long at = now();
    const char *began = getenv("W2C_EXEC_NS");
    if (began) fprintf(stderr, "%lld\n", at - atoll(began));
    unsetenv("W2C_EXEC_NS");
}

#if defined(NOTHING)
int main(void) {
    say();
    return 0;
}
#else
#include <w2c.h>
w2c_status __real_w2c_call(const w2c_func *func, const w2c_value *args, w2c_value *results);
w2c_status __wrap_w2c_call(const w2c_func *func, const w2c_value *args, w2c_value *results);
w2c_status __wrap_w2c_call(const w2c_func *func, const w2c_value *args, w2c_value *results) {
    say();
    return __real_w2c_call(func, args, results);
}
#endif
#endif
