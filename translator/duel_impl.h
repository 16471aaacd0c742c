/* duel_impl.h: what duel.c (two threads in step) and duel_judge.c (do they agree?) share. */
#ifndef W2C_DUEL_IMPL_H
#define W2C_DUEL_IMPL_H
#include "duel.h"
#include <pthread.h>

typedef struct Duel Duel;

/* An imported function, as one side has it. */
typedef struct DuelSite {
    struct DuelSide *side;
    struct DuelSite *next;
    w2c_name module, name; /* the module's */
    const char *letters;   /* the module's */
    w2c_extern real;       /* side 0 alone calls it */
} DuelSite;

/* What --zero-imports gives: a memory, a table or a global, with zeros in it. */
typedef struct DuelThing {
    struct DuelThing *next;
    w2c_memory *memory;
    w2c_table *table;
    w2c_value global;
} DuelThing;

typedef enum SeenKind { SEEN_CALL, SEEN_RETURN } SeenKind;

typedef struct Seen { /* what a side is at */
    SeenKind kind;
    const DuelSite *site; /* calls */
    w2c_name export;      /* returns; no bytes: instantiation */
    w2c_status status;    /* returns */
    const char *letters;  /* of the values: arguments, or results */
    size_t count;
    const w2c_value *values;
} Seen;

typedef struct DuelSide {
    Duel *duel;
    unsigned number;
    w2c_instance *instance; /* NULL until it is seen for the first time */
    w2c_meter meter;
    w2c_error error;
    DuelSite *sites;
    DuelThing *things;
    Seen seen;
    size_t stack;
    pthread_t thread;
} DuelSide;

struct Duel {
    const DuelWish *wish;
    const w2c_wasi_ready *ready;
    DuelSide sides[2];
    Buffer *text;
    pthread_mutex_t lock; /* of what follows */
    pthread_cond_t moved;
    unsigned arrived;
    uint64_t turn;  /* meetings so far */
    uint64_t calls; /* host calls that were compared */
    uint64_t done;  /* host calls that were carried out */
    DuelEnd end;
    w2c_status status; /* of the last host call */
    w2c_value *results;
};

/* ---- duel_judge.c ---- */
/* Both sides have arrived: d->end and d->text say what follows. */
void duel_judge(Duel *d);
/* "host call 3, wasi_snapshot_preview1.fd_write", "the return of _start" */
void duel_describe(const Duel *d, const Seen *seen, Buffer *out);
/* What the host wrote into side 0's memories, into side 1's, which were equal before. */
void duel_copy_memories(Duel *d);
#endif
