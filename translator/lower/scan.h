/* scan.h: loops that search: how many turns go on can be asked of the host.
 *
 * A loop that goes on while bytes are not (or are) some byte, or while two runs of bytes are equal, is
 * strlen, memchr, memcmp, strcmp or the like, wherever it stands. In front of it the host counts the turns
 * that surely go on, none of which leaves memory; the loop's variables get the values that they have after
 * those, and the loop itself does the rest: it finds what there is to find, leaves by the exit it takes,
 * and traps where it traps. So nothing need be known of how it leaves, and any number of turns is right
 * that is not too large. Owner: the function arena. */
#ifndef W2C_LOWER_SCAN_H
#define W2C_LOWER_SCAN_H
#include "loop_impl.h"

typedef enum ScanKind {
    SCAN_STOP,  /* goes on while a byte is none of `bytes` */
    SCAN_RUN,   /* while it is bytes[0] */
    SCAN_MATCH, /* while two bytes are equal, and none of `bytes`: at most one */
} ScanKind;

enum { SCAN_BYTES = 2, SCAN_GUARDS = 8 };

/* A byte that is looked for: a constant, or an integer that is the same in every turn. */
typedef struct ScanByte {
    uint32_t node;  /* 0: a constant */
    uint64_t value; /* that constant */
    bool splat;     /* node holds it in each of its bytes, or the loop is left alone */
} ScanByte;

/* What must hold before the first turn: node is not zero (wanted), or is. */
typedef struct ScanGuard {
    uint32_t node;
    bool wanted;
} ScanGuard;

typedef struct Scan {
    ScanKind kind;
    uint8_t width; /* bytes that a turn looks at */
    uint8_t byte_count, guard_count;
    uint32_t left, right; /* in Loop.accesses */
    /* Not 0: what is compared with `right` is not what `left` reads but what it read in the turn before;
     * in the first turn this node, which must be the byte in front of it. */
    uint32_t lagging;
    ScanByte bytes[SCAN_BYTES];
    ScanGuard guards[SCAN_GUARDS];
} Scan;

/* Is this innermost loop one? Its reason is LOOP_scan then, and scan says how; else its reason is as it
 * was. Appends nodes to the run's Ir. */
bool scan_find(LoopRun *r, Loop *l);

/* ---- scan_path.c ---- */
/* The way through the loop's body that goes back to its head, as statements that loop_body can follow:
 * at most LOOP_STMTS. False: there are several, or it does more than search. */
bool scan_path(LoopRun *r, const Loop *l, Stmt *out, uint32_t *count);
/* ---- scan_literal.c ---- */
/* Takes down what the scan must look for so that `node` is not zero (wanted), or is, in every turn. */
bool scan_literal(LoopRun *r, Scan *scan, uint32_t node, bool wanted);
#endif
