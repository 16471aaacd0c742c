/* wasi_timer.h: --timeout: ends a program's run after a time. */
#ifndef WASI_TIMER_H
#define WASI_TIMER_H
#include "../w2c_wasi.h"
#include <pthread.h>

typedef struct wasi_timer {
    w2c_wasi *wasi;
    w2c_meter *meter; /* of what computes, if it is charged */
    const char *name; /* for the message */
    double seconds;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool finished, struck;
} wasi_timer;

/* Every strike interrupts WASI and the meter, until the run has ended. A guest that ends
 * from neither within a second takes the process with it: exit code 124. False: no thread. */
bool wasi_timer_start(wasi_timer *timer);
/* The run is over. True: the timer has struck. */
bool wasi_timer_stop(wasi_timer *timer);
/* A positive number of seconds, below 10^9? */
bool wasi_timer_seconds(const char *text, double *out);
#endif
