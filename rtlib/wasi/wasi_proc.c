/* wasi_proc.c: proc_exit, proc_raise, sched_yield. The guest's end is a status that unwinds it; the
 * process goes on. */
#include "wasi_threads.h"

void wasi_proc_exit(wasi_call *c, u32 code) {
    c->status = W2C_EXIT;
    if (c->wasi->threads && !wasi_threads_claim(c->wasi, W2C_EXIT)) return; /* has ended already */
    c->wasi->exit_code = code;
    if (c->wasi->threads) w2c_wasi_end(c->wasi);
}

/* WASI numbers signals 1 (HUP) to 30 (SYS) as they were in the order of Linux. */
wasi_errno wasi_proc_raise(wasi_call *c, u32 signal) {
    enum { CHLD = 16, CONT = 17, STOP = 18, TTOU = 21, URG = 22, WINCH = 27, LAST = 30 };
    if (signal > LAST) return WASI_INVAL;
    if (signal == 0 || signal == CHLD || signal == CONT || signal == URG || signal == WINCH)
        return WASI_SUCCESS; /* ignored unless handled, and guests have no handlers */
    if (signal >= STOP && signal <= TTOU) return WASI_NOTSUP;
    wasi_proc_exit(c, 128 + signal);
    return WASI_SUCCESS;
}

wasi_errno wasi_sched_yield(wasi_call *c) {
    (void)c;
    wasi_host_yield();
    return WASI_SUCCESS;
}
