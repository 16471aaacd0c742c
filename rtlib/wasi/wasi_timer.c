/* wasi_timer.c: see wasi_timer.h. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1
#endif
#include "wasi_timer.h"
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { EXIT_ENDED = 124, STRIKES_MAX = 50 };

static void add_seconds(struct timespec *t, double seconds) {
    double whole = (double)(long long)seconds;
    t->tv_sec += (time_t)whole;
    t->tv_nsec += (long)((seconds - whole) * 1e9);
    if (t->tv_nsec < 1000000000) return;
    t->tv_sec++;
    t->tv_nsec -= 1000000000;
}

static void *timer_run(void *user) {
    wasi_timer *t = user;
    struct timespec until;
    int strikes = 0;
    clock_gettime(CLOCK_MONOTONIC, &until);
    add_seconds(&until, t->seconds);
    pthread_mutex_lock(&t->lock);
    while (!t->finished) {
        if (pthread_cond_timedwait(&t->changed, &t->lock, &until) == 0 || t->finished) continue;
        t->struck = true;
        w2c_wasi_interrupt(t->wasi, true);
        w2c_interrupt(t->meter);
        if (++strikes > STRIKES_MAX) {
            fprintf(stderr, "%s: time ended\n", t->name);
            fflush(stdout);
            _exit(EXIT_ENDED);
        }
        add_seconds(&until, 0.02);
    }
    pthread_mutex_unlock(&t->lock);
    return NULL;
}

bool wasi_timer_start(wasi_timer *t) {
    pthread_condattr_t attr;
    if (pthread_mutex_init(&t->lock, NULL) != 0) return false;
    if (pthread_condattr_init(&attr) != 0) return false;
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    bool good = pthread_cond_init(&t->changed, &attr) == 0;
    pthread_condattr_destroy(&attr);
    return good && pthread_create(&t->thread, NULL, timer_run, t) == 0;
}

bool wasi_timer_stop(wasi_timer *t) {
    pthread_mutex_lock(&t->lock);
    t->finished = true;
    pthread_cond_signal(&t->changed);
    pthread_mutex_unlock(&t->lock);
    pthread_join(t->thread, NULL);
    pthread_cond_destroy(&t->changed);
    pthread_mutex_destroy(&t->lock);
    return t->struck;
}

bool wasi_timer_seconds(const char *text, double *out) {
    char *end;
    *out = strtod(text, &end);
    return end != text && !*end && *out > 0 && *out < 1e9;
}
