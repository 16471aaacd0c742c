/* wasi_stop.c: ending what a guest does from outside: interruption, and the end of a program whose
 * threads must all stop. One idea: `stop` is looked at after every call, and everything that may
 * block waits for the host's descriptor and `wake` together. */
#include "wasi_impl.h"

w2c_status wasi_stop_status(const w2c_wasi *wasi, w2c_status status) {
    u32 stop = __atomic_load_n(&wasi->stop, __ATOMIC_RELAXED);
    if (W2C_LIKELY(stop == WASI_RUNS)) return status;
    return stop == WASI_INTERRUPTED ? W2C_TRAP_INTERRUPTED : W2C_EXIT;
}

bool wasi_stopped(const w2c_wasi *wasi) {
    return __atomic_load_n(&wasi->stop, __ATOMIC_RELAXED) != WASI_RUNS;
}

void wasi_stop(w2c_wasi *wasi, wasi_stop_kind kind) {
    __atomic_store_n(&wasi->stop, (u32)kind, __ATOMIC_SEQ_CST);
    if (wasi->wake >= 0) wasi_host_wake(wasi->wake, wasi->waker, kind != WASI_RUNS);
}

void w2c_wasi_interrupt(w2c_wasi *wasi, bool on) {
    wasi_stop(wasi, on ? WASI_INTERRUPTED : WASI_RUNS);
}
