/* wasi_report.c: see wasi_report.h. The first look comes after 2 ms; after every LOOKS of
 * them the time between two doubles, so that runs of any length fit the samples. */
#ifndef _XOPEN_SOURCE
#define _XOPEN_SOURCE 700
#endif
#include "wasi_report.h"
#include <time.h>

enum { SAMPLES = 32768, LOOKS = 256 };
const w2c_watch wasi_report_watch = {.samples = SAMPLES};

static void add_ns(struct timespec *t, long ns) {
    t->tv_sec += ns / 1000000000;
    t->tv_nsec += ns % 1000000000;
    if (t->tv_nsec < 1000000000) return;
    t->tv_sec++;
    t->tv_nsec -= 1000000000;
}

static void *look(void *user) {
    wasi_report *r = user;
    struct timespec until;
    long step = 2000000;
    clock_gettime(CLOCK_MONOTONIC, &until);
    pthread_mutex_lock(&r->lock);
    for (unsigned looks = 1; !r->finished; looks++) {
        add_ns(&until, step);
        while (!r->finished && pthread_cond_timedwait(&r->changed, &r->lock, &until) == 0)
            ;
        if (r->finished) break;
        pthread_mutex_unlock(&r->lock);
        w2c_memory_look(r->memory);
        pthread_mutex_lock(&r->lock);
        if (looks % LOOKS == 0 && step < 200000000) step *= 2;
    }
    pthread_mutex_unlock(&r->lock);
    return NULL;
}

bool wasi_report_start(wasi_report *r, w2c_memory *memory) {
    pthread_condattr_t attr;
    w2c_memory_figures now;
    if (!memory) return false;
    r->memory = memory;
    r->finished = false;
    w2c_memory_stats(memory, false, &now);
    if (!now.watched && w2c_memory_watch(memory, &wasi_report_watch) != W2C_OK) return false;
    if (pthread_condattr_init(&attr) != 0) return false;
    bool good = pthread_condattr_setclock(&attr, CLOCK_MONOTONIC) == 0 &&
                pthread_cond_init(&r->changed, &attr) == 0;
    pthread_condattr_destroy(&attr);
    return good && pthread_mutex_init(&r->lock, NULL) == 0 &&
           pthread_create(&r->thread, NULL, look, r) == 0;
}

bool wasi_report_stop(wasi_report *r, const char *path, const char *title) {
    pthread_mutex_lock(&r->lock);
    r->finished = true;
    pthread_cond_signal(&r->changed);
    pthread_mutex_unlock(&r->lock);
    pthread_join(r->thread, NULL);
    pthread_mutex_destroy(&r->lock);
    pthread_cond_destroy(&r->changed);
    w2c_memory_look(r->memory);
    return w2c_memory_report(r->memory, path, title);
}
