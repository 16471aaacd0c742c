/* wasi_threads.h: what the object keeps for threads of the guest. Everything under its lock. */
#ifndef WASI_THREADS_H
#define WASI_THREADS_H
#include "wasi_impl.h"

typedef struct wasi_threads {
    w2c_wasi_threads given;
    u32 count, last_id; /* running now */
    u32 status;         /* w2c_status of the thread that ended the program; atomic */
    pthread_cond_t changed;
} wasi_threads;

bool wasi_threads_resolve(w2c_wasi *wasi, const w2c_wanted *wanted, w2c_extern *out);
/* Whoever ends the program first decides how: true for that one. */
bool wasi_threads_claim(w2c_wasi *wasi, w2c_status status);
void wasi_threads_wait_end(w2c_wasi *wasi); /* until somebody has called w2c_wasi_end */
void wasi_threads_delete(w2c_wasi *wasi);
#endif
