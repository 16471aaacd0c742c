/* wasi_report.h: --memory-report: looks at a program's memory while it runs, and writes the report. */
#ifndef WASI_REPORT_H
#define WASI_REPORT_H
#include "../w2c.h"
#include <pthread.h>

typedef struct wasi_report {
    w2c_memory *memory;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool finished;
} wasi_report;

/* What a w2c_config watches for a report. */
extern const w2c_watch wasi_report_watch;
/* Begins to look at the memory from a thread of its own. False: no thread, no memory. */
bool wasi_report_start(wasi_report *report, w2c_memory *memory);
/* Ends that and writes the file; false: errno says why not. */
bool wasi_report_stop(wasi_report *report, const char *path, const char *title);
#endif
