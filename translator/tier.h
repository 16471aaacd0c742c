/* tier.h: compiles functions that an interpreted program calls often, on a thread of its own, and lets them take the
 * interpreted ones' place. The program never waits for it; when something is missing (a C compiler, a module that
 * cannot be translated for it) it goes on interpreted. */
#ifndef W2C_TIER_RUN_H
#define W2C_TIER_RUN_H
#include "cmd.h"
#include "interp/interp.h"

typedef struct Tier Tier;

/* What is made before the module is loaded, for InterpOptions.hot. NULL: no memory. */
Tier *tier_new(const Options *options, Slice module);
void tier_hot(void *tier, uint32_t func); /* InterpOptions.hot */
/* Begins to compile what is hot. Thread: before the program runs. */
void tier_start(Tier *tier, Interp *interp);
/* Ends its thread and what that runs. The interpreter, and instances of it, must still be there; functions that
 * took a place stay until tier_delete, which comes when nothing runs them any more. */
void tier_stop(Tier *tier);
void tier_delete(Tier *tier);

typedef struct TierStats {
    uint32_t groups, compiled,
        functions;     /* groups of the module, those compiled, functions in those */
    char problem[200]; /* why not all that was hot is compiled; empty: nothing went wrong */
} TierStats;
TierStats tier_stats(const Tier *tier);
#endif
