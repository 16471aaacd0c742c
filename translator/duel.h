/* duel.h: one program run twice at once, in step: two instances, of the same module or of two, meet at every call of an
 * imported function and at every return of an export, and there everything that can be seen of them is compared. The first
 * one's host call is carried out; its results, and what the host wrote into memory, become the second one's.
 * So both live in the same world (clocks, random numbers, files), whatever that is. */
#ifndef W2C_DUEL_H
#define W2C_DUEL_H
#include "base/buffer.h"
#include <w2c_rt.h>
#include <w2c_wasi.h>

typedef enum DuelEnd {
    DUEL_RUNNING,
    DUEL_SAME,
    DUEL_DIFFERENT,
    DUEL_LIMIT,  /* one of them ran out of stack where the other did not: nothing is known */
    DUEL_NOTHING /* they could not be compared: text says why */
} DuelEnd;

/* How far it got, for a parent that finds the process gone. */
typedef struct DuelProgress {
    uint64_t calls;    /* that were compared */
    bool waits[2];     /* this side has arrived and waits for the other */
    char last[2][200]; /* what it did last: "host call 3, wasi_snapshot_preview1.fd_write" */
} DuelProgress;

typedef struct DuelWish {
    const w2c_module *modules[2];
    const char *names[2]; /* of the sides, for messages: "interpreted", "compiled" */
    bool
        same_module; /* both are the same WebAssembly: globals that are not exported are compared, too */
    bool zero_imports;      /* imported functions that nobody knows return zeros */
    bool metered;           /* both are: the fuel left is compared */
    DuelProgress *progress; /* in memory that outlives the process, zeros */
} DuelWish;

/* Runs both on threads of their own and returns when both have ended. text: what came of it, lines. */
DuelEnd duel_run(const DuelWish *wish, const w2c_wasi_ready *ready, Buffer *text);
#endif
