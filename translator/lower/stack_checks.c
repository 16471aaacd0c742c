/* stack_checks.c: see stack_checks.h.
 *
 * A depth-first walk over direct calls. What a call leads back to, while that is still open, closes a
 * cycle: it is checked, so that without the checked functions there are no cycles left. The walk begins
 * at the largest functions, in the hope that they are where cycles close: a check costs a small function
 * more. A call that leaves what the walk can see (imports, references, tables) counts as such a cycle.
 * When a function is left, all it calls is known, and so is what its callees may put on the stack before
 * the next check; if that and its own frame are too much, it is checked too. Optimised builds have frames
 * an eighth as large (W2C_FRAME), so this is reckoned twice.
 * Spec: appendix/implementation#call-stack */
#include "stack_checks.h"
#include <stdlib.h>

enum { LEVELS = 2, SMALLER = 8 }; /* unoptimised, optimised */

typedef struct Step { /* a function that is open */
    uint32_t func, next; /* the next of its callees */
} Step;

typedef struct Walk {
    const CallGraph *g;
    uint8_t *state; /* 0 not seen, 1 open, 2 done */
    uint8_t *checks;
    uint64_t *below[LEVELS]; /* bytes from the function's entry to the next checks, callees' frames
                              * included */
    Step *steps;
    uint32_t depth;
} Walk;

static bool enters_checked(const CallGraph *g, uint32_t func) {
    return g->frames[func] > LARGE_FRAME; /* in front of its frame */
}

/* What a call of func adds to the stack, down to the next checks. */
static uint64_t call_needs(const Walk *w, uint32_t func, unsigned level) {
    if (enters_checked(w->g, func)) return 0;
    unsigned least = level ? STACK_CHECK_DEPTH : STACK_CHECK_UNOPTIMIZED;
    uint64_t frame = w->g->frames[func] / (level ? SMALLER : 1);
    /* open ones close a cycle: they will be checked */
    return w->state[func] == 1 || w->checks[func] >= least ? frame : w->below[level][func];
}

static void leave(Walk *w, uint32_t func) {
    const CallGraph *g = w->g;
    for (unsigned level = 0; level < LEVELS; level++) {
        uint64_t most = 0, frame = g->frames[func] / (level ? SMALLER : 1);
        for (uint32_t i = g->first[func]; i < g->first[func + 1]; i++) {
            uint64_t needs = call_needs(w, g->callees[i], level);
            if (needs > most) most = needs;
        }
        w->below[level][func] = frame + most;
        uint8_t check = level ? STACK_CHECK_DEPTH : STACK_CHECK_UNOPTIMIZED;
        if (frame + most > LARGE_FRAME && w->checks[func] < check) w->checks[func] = check;
    }
    if (g->flags[func] & CALLS_OUT) w->checks[func] = STACK_CHECK_CYCLE;
    w->state[func] = 2;
}

static void open(Walk *w, uint32_t func) {
    w->state[func] = 1;
    w->steps[w->depth++] = (Step){func, w->g->first[func]};
}

static void walk_from(Walk *w, uint32_t root) {
    const CallGraph *g = w->g;
    open(w, root);
    while (w->depth) {
        Step *step = &w->steps[w->depth - 1];
        if (step->next == g->first[step->func + 1]) {
            leave(w, step->func);
            w->depth--;
            continue;
        }
        uint32_t callee = g->callees[step->next++];
        if (w->state[callee] == 1)
            w->checks[callee] = STACK_CHECK_CYCLE;
        else if (w->state[callee] == 0)
            open(w, callee);
    }
}

static int by_size(const void *a, const void *b) {
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? 1 : x > y ? -1 : 0;
}

/* The largest functions first; equal ones from the last. */
static bool walk_all(Walk *w, const Module *m, Arena *scratch) {
    uint32_t count = m->func_count - m->imported_funcs;
    uint64_t *order = ARENA_ARRAY(scratch, count, uint64_t);
    if (!order) return false;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t func = m->imported_funcs + i;
        order[i] = (uint64_t)w->g->frames[func] << 32 | func;
    }
    qsort(order, count, sizeof *order, by_size);
    for (uint32_t i = 0; i < count; i++)
        if (w->state[(uint32_t)order[i]] == 0) walk_from(w, (uint32_t)order[i]);
    return true;
}

bool stack_checks_find(Context *ctx, const Module *m, const CallGraph *g, Arena *arena,
                       StackChecks *out) {
    *out = (StackChecks){NULL};
    /* a function without calls is not checked, so a cycle of tail calls could close where no check is */
    if (g->tail_calls) return true;
    Arena scratch;
    arena_init(&scratch, ctx->alloc);
    Walk w = {.g = g, .checks = ARENA_ARRAY(arena, m->func_count, uint8_t)};
    w.state = ARENA_ARRAY(&scratch, m->func_count, uint8_t);
    w.steps = ARENA_ARRAY(&scratch, m->func_count, Step);
    bool ok = w.checks && w.state && w.steps;
    for (unsigned i = 0; i < LEVELS; i++)
        ok = (w.below[i] = ARENA_ARRAY(&scratch, m->func_count, uint64_t)) && ok;
    ok = ok && walk_all(&w, m, &scratch);
    arena_free(&scratch);
    if (!ok) return diag_nomem(ctx);
    out->checks = w.checks;
    return true;
}
