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
    SCAN_STOP,    /* goes on while a byte is none of `bytes` */
    SCAN_RUN,     /* while it is bytes[0] */
    SCAN_MATCH,   /* while two bytes are equal, and none of `bytes`: at most one */
    SCAN_OUTSIDE, /* while a byte is not in a set, and none of `bytes`: at most one */
    SCAN_INSIDE,  /* while it is in a set */
} ScanKind;

enum { SCAN_BYTES = 2, SCAN_GUARDS = 8 };

/* A byte that is looked for: a constant, or an integer that is the same in every turn. */
typedef struct ScanByte {
    uint32_t node;  /* 0: a constant */
    uint64_t value; /* that constant */
    uint32_t
        before; /* not 0: it is compared with what the turn before has read, in the first one this */
    bool is_signed; /* node is the byte with its sign */
    bool splat;     /* node holds it in each of its bytes, or the loop is left alone */
} ScanByte;

/* What must hold before the first turn: node is not zero (wanted), or is. */
typedef struct ScanGuard {
    uint32_t node;
    bool wanted;
} ScanGuard;

/* The bytes that the inner loop of a nested search compares one byte with; nodes. */
typedef struct ScanSet {
    uint32_t memory;
    uint32_t byte;    /* what it compares them with */
    uint32_t address; /* they begin `delta` bytes further on */
    uint32_t
        first; /* not 0: one more byte is in front of them, of this value, or the loop is left alone */
    uint64_t delta;
    bool is_signed; /* byte is one with its sign */
    bool
        is_string; /* they end before a zero byte; else they are as many as turns in which `test` holds */
    bool one_more; /* and one more */
    LoopTest test;
} ScanSet;

typedef struct Scan {
    ScanKind kind;
    uint8_t width; /* bytes that a turn looks at */
    uint8_t byte_count, guard_count;
    uint32_t left, right; /* in Loop.accesses */
    /* Not 0: what is compared with `right`, or looked for in a set, is not what `left` reads but what it read
     * in the turn before; in the first turn this node, which must be the byte in front of it. */
    uint32_t lagging;
    bool keep_last; /* the last turn that goes on sets what nothing else here can tell */
    ScanByte bytes[SCAN_BYTES];
    ScanGuard guards[SCAN_GUARDS];
    ScanSet set;
} Scan;

/* The inner loop of a nested search: trees that say how it begins, and (values) what they come to in a turn
 * of the outer loop. */
typedef struct ScanNest {
    const Loop *inner;
    const Stmt *text; /* of the function; the outer loop's head is statement `head` */
    uint32_t head;
    ScanKind kind;
    ScanSet trees, values;
} ScanNest;

/* Is this innermost loop one? Its reason is LOOP_scan then, and scan says how; else its reason is as it
 * was. Appends nodes to the run's Ir. */
bool scan_find(LoopRun *r, Loop *l);
/* The same for a loop that holds this one alone, which is a search. */
bool scan_find_nested(LoopRun *r, Loop *l, const Loop *inner);

/* ---- scan_path.c ---- */
/* Where a path is left: at the end of a block, or (block 0) at a statement. */
typedef struct PathExit {
    uint32_t block, at;
    bool takes_values;
} PathExit;
enum { PATH_EXITS = 2 };
/* The way through a loop's body that goes back to its head, as statements that loop_body can follow: at
 * most LOOP_STMTS. */
typedef struct Path {
    LoopRun *r;
    const Stmt *from;
    uint32_t first, last; /* statements of the loop's text */
    uint32_t goal;        /* the statement that the way leads to; first: the head */
    bool *back;           /* by statement - first: can the goal be reached from here? */
    Stmt *out;
    uint32_t count;
    PathExit exits[PATH_EXITS]; /* in their order; of more, the first ones */
    uint32_t exit_count;
} Path;
/* back: room for LOOP_STMTS + 1. False: the loop is too large. */
bool path_begin(Path *p, LoopRun *r, uint32_t first, uint32_t last, Stmt *out, bool *back);
/* From now on the way leads there. */
void path_seek(Path *p, uint32_t goal);
/* Appends the way from statement `from` to the goal; false: there are several, or it does more than search. */
bool path_go(Path *p, uint32_t from);
bool path_put(Path *p, Stmt s);
/* Does this exit of an inner loop's path lead to the goal? */
bool path_leads(const Path *p, const PathExit *e);
/* Appends the way from there. */
bool path_go_on(Path *p, const PathExit *e);
/* ---- scan_literal.c ---- */
/* Takes down what the scan must look for so that `node` is not zero (wanted), or is, in every turn. */
bool scan_literal(LoopRun *r, Scan *scan, uint32_t node, bool wanted);
/* What is looked for in the scan's set is a byte that the turn reads. */
bool scan_set_byte(LoopRun *r, Scan *scan);
/* ---- scan_nested.c ---- */
/* The way through a loop that holds a search: it is STMT_INNER there. */
bool scan_nest_path(LoopRun *r, const Loop *l, Stmt *out, uint32_t *count);
/* What loop_body does at STMT_INNER: the variables that it sets, what they and its trees come to. */
bool scan_nest_vars(LoopRun *r);
bool scan_nest_run(LoopRun *r);
/* Is a variable set in every turn before anything can look at it? */
bool scan_nest_is_dead(const LoopRun *r, const LoopVar *v);
#endif
