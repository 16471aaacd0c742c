/* stack_checks.h: which functions look whether there is stack left.
 *
 * A check that passed promises LARGE_FRAME bytes, as unoptimised builds spend them (call_graph.h). So a
 * function may go without one when everything that runs before the next check fits into that, and no
 * cycle of calls goes without.
 * Owner: the arena given. Thread: read-only once found. */
#ifndef W2C_STACK_CHECKS_H
#define W2C_STACK_CHECKS_H
#include "../base/bitmap.h"
#include "call_graph.h"

typedef enum StackCheck {
    STACK_CHECK_NONE,
    STACK_CHECK_UNOPTIMIZED, /* its callees' frames are too large for going without, unless optimised */
    STACK_CHECK_DEPTH,       /* too large in any case */
    STACK_CHECK_CYCLE,       /* on a cycle of calls, or calling who knows what */
} StackCheck;

enum { RECURSION_COPIES = 4 };

typedef struct StackChecks {
    const uint8_t *checks; /* by function: StackCheck; NULL: every function that calls: CYCLE */
    /* bitmap: small functions that call themselves. RECURSION_COPIES of their frames fit behind a check:
     * they are written out as often, each copy calling the next, and only the first one checks */
    const uint64_t *copied;
} StackChecks;

/* Errors: NOMEM. Linear in functions and calls, but for sorting the functions. */
bool stack_checks_find(Context *ctx, const Module *m, const CallGraph *g, Arena *arena,
                       StackChecks *out);
static inline bool stack_checks_copied(const StackChecks *c, uint32_t func) {
    return bitmap_has(c->copied, func);
}
static inline StackCheck stack_checks_of(const StackChecks *c, uint32_t func) {
    return c->checks ? (StackCheck)c->checks[func] : STACK_CHECK_CYCLE;
}
#endif
