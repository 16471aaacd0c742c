/* processes.h: child processes, several at once, whose output is shown when it matters.
 * Thread: one at a time. */
#ifndef W2C_PROCESSES_H
#define W2C_PROCESSES_H
#include "base/buffer.h"
#include "base/context.h"
#include <signal.h>
#include <stdio.h>

typedef struct Job {
    const char *const *argv; /* NULL-terminated; argv[0] is a path */
    const char *log;         /* file that takes its output, stdout and stderr, while it runs */
    bool asked;              /* its output is an answer: the log stays, and nothing is shown */
} Job;

typedef struct JobOptions {
    const char *folder; /* the jobs' working directory */
    unsigned parallel;
    bool verbose;     /* print every command line to stderr */
    const char *what; /* "compiling": progress on a terminal; NULL: none */
    sigset_t mask;    /* the signal mask that the jobs get */
} JobOptions;

/* Runs all; after a failure no further one is started. What a job printed goes to stderr, after its
 * command line. False when one failed (nothing is recorded in ctx then) or could not be started (IO). */
bool jobs_run(Context *ctx, const Job *jobs, size_t count, const JobOptions *options);
/* A command line as one would type it. */
void command_print(FILE *to, const char *const *argv);
/* Finds a program on PATH, or at the path that it is; its path in out. */
bool program_find(const char *name, Buffer *out);
/* Ending signals (INT, TERM, HUP) wait until jobs_release, so that no half-made file stays behind. */
void jobs_hold_signals(sigset_t *before);
bool jobs_interrupted(void); /* such a signal is waiting */
void jobs_release_signals(const sigset_t *before);
#endif
