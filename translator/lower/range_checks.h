/* range_checks.h: which explicit bounds checks a function needs.
 *
 * A memory never shrinks, so what a check has shown stays true for as long as the address has that value.
 * The pass follows integer values through a function, forwards, and finds accesses that lie where an
 * earlier check has looked already: those need none. Where several accesses at one address, or at addresses that are
 * constants apart, follow each other without any effect between them that could be seen, the first check covers all: it fails exactly
 * when one of theirs would, with the same trap, and nothing that could tell the difference has happened. */
#ifndef W2C_RANGE_CHECKS_H
#define W2C_RANGE_CHECKS_H
#include "ir.h"

/* Made before statement `stmt`: address - below, in the address's type, + end must not exceed the memory's size. */
typedef struct RangeCheck {
    uint32_t stmt, node, memory; /* node: the address, a tree that cannot trap */
    uint64_t below, end;
} RangeCheck;

typedef struct RangeChecks {
    const uint64_t *free_nodes,
        *free_stmts;         /* bitmaps: loads, stores that need no check; NULL: none */
    const RangeCheck *early; /* in order of their statements */
    uint32_t early_count;
} RangeChecks;

/* explicit_memories: bit k: accesses to memory k are checked, and the pass may decide how; it knows the
 * first 31. barrier: a statement in front of which another trap may come, or UINT32_MAX.
 * The result is the function arena's. Errors: NOMEM. Thread: any. */
bool range_checks_find(Context *ctx, const Module *m, const Ir *ir, uint32_t explicit_memories,
                       uint32_t barrier, Arena *arena, RangeChecks *out);
#endif
