/* polls.h: which functions look whether somebody has interrupted, beside the loops, which look at every turn.
 *
 * Between two looks a run does a bounded amount of work. No cycle of calls goes without one. And where a function's
 * calls, down to the next looks, may come to more than POLL_OPS instructions, those of its callees look that are
 * themselves more than POLL_SMALL.
 * Owner: the arena given. Thread: read-only once found. */
#ifndef W2C_POLLS_H
#define W2C_POLLS_H
#include "stack_checks.h"

enum { POLL_OPS = 1 << 18, POLL_SMALL = 1 << 8 };

typedef enum Poll {
    POLL_NONE,
    POLL_CHECK, /* where it checks the stack */
    POLL_TOP,   /* at its top */
} Poll;

/* By function: Poll. Errors: NOMEM. Linear in functions and calls. */
bool polls_find(Context *ctx, const CallGraph *g, const StackChecks *stack, Arena *arena,
                const uint8_t **out);
#endif
