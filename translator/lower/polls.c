/* polls.c: see polls.h. Functions on cycles of calls are known: they check the stack. Tail calls close cycles
 * without, so whoever has some looks as well. The rest has no cycles: callees first, each function's work is its
 * own and that of the functions it calls, as often as it names them: what repeats a call is a loop, and looks. */
#include "polls.h"

typedef struct Step { /* a function that is open */
    uint32_t func, next;
} Step;

typedef struct Walk {
    const CallGraph *g;
    uint8_t *polls;
    uint32_t *work; /* instructions from a call of the function to the next looks; 0: not known */
    Step *steps;
    uint32_t depth;
} Walk;

static void open(Walk *w, uint32_t func) {
    w->steps[w->depth++] = (Step){func, w->g->first[func]};
}

static bool looks(const Walk *w, uint32_t func) {
    return w->polls[func] != POLL_NONE;
}

/* Whoever looks by itself is no work for others. */
static void leave(Walk *w, uint32_t func) {
    const CallGraph *g = w->g;
    uint64_t ops = g->frames[func] / FRAME_PER_OP + 1, all = ops;
    for (uint32_t i = g->first[func]; i < g->first[func + 1]; i++)
        if (!call_edge_is_tail(g->callees[i])) all += w->work[g->callees[i]];
    if (all > POLL_OPS) {
        all = ops;
        for (uint32_t i = g->first[func]; i < g->first[func + 1]; i++) {
            uint32_t callee = g->callees[i];
            if (call_edge_is_tail(callee)) continue;
            if (w->work[callee] > POLL_SMALL) {
                w->polls[callee] = POLL_TOP;
                w->work[callee] = 1;
            }
            all += w->work[callee];
        }
    }
    if (looks(w, func)) all = 1;
    w->work[func] = all < UINT32_MAX ? (uint32_t)all : UINT32_MAX;
}

static void walk_from(Walk *w, uint32_t root) {
    open(w, root);
    while (w->depth) {
        Step *step = &w->steps[w->depth - 1];
        uint32_t func = step->func;
        if (step->next == w->g->first[func + 1]) {
            leave(w, func);
            w->depth--;
            continue;
        }
        uint32_t callee = w->g->callees[step->next++];
        if (!call_edge_is_tail(callee) && !w->work[callee]) open(w, callee);
    }
}

bool polls_find(Context *ctx, const CallGraph *g, const StackChecks *stack, Arena *arena,
                const uint8_t **out) {
    uint32_t count = g->func_count;
    Arena scratch;
    arena_init(&scratch, ctx->alloc);
    Walk w = {.g = g, .polls = ARENA_ARRAY(arena, count, uint8_t)};
    w.work = ARENA_ARRAY(&scratch, count, uint32_t);
    w.steps = ARENA_ARRAY(&scratch, count, Step);
    bool ok = w.polls && w.work && w.steps;
    for (uint32_t f = 0; ok && f < count; f++) {
        if (g->flags[f] & CALLS_TAIL)
            w.polls[f] = POLL_TOP;
        else if (stack_checks_of(stack, f) == STACK_CHECK_CYCLE)
            w.polls[f] = POLL_CHECK;
        if (looks(&w, f)) w.work[f] = 1;
    }
    for (uint32_t f = 0; ok && f < count; f++)
        if (looks(&w, f) || !w.work[f]) walk_from(&w, f);
    arena_free(&scratch);
    *out = w.polls;
    return ok || diag_nomem(ctx);
}
