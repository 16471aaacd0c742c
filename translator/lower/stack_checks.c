/* stack_checks.c: see stack_checks.h.
 *
 * A function whose calls leave what can be seen here (imports, references, tables) is checked. What
 * cycles of direct calls are left without those is found component by component: a depth-first walk
 * inside each, from its largest function, and what a call leads back to while that is open is checked.
 * Small functions are checked seldom that way, and a function added elsewhere changes nothing.
 * The rest is acyclic. Callees first, what a function's callees may put on the stack before the next
 * checks is known; if that and its own frame are too much, it is checked as well. Where exactly is
 * decided by content, as for groups (emit_plan.c), so that a longer chain of calls moves few checks.
 * Tail calls take no stack, but cycles close through them, where only other calls grow it. So who calls a
 * function that may end up elsewhere by tail calls, calls who knows what; in a component with tail calls
 * everybody who calls others of it is checked; and what such a chain needs is what its largest link needs.
 * Chains never check.
 * Optimised builds have frames an eighth as large (W2C_FRAME), so this is reckoned twice.
 * Spec: appendix/implementation#call-stack */
#include "stack_checks.h"
#include <stdlib.h>
#include <string.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

enum {
    LEVELS = 2, /* unoptimised, optimised */
    SMALLER = 8,
    LARGEST_COPIED = 80 * FRAME_PER_OP, /* frame of a function that is written out several times */
    PASSING = 8 * FRAME_PER_OP          /* frames of a tail form's entry and of an adapter */
};

typedef struct Step {    /* a function that is open */
    uint32_t func, next; /* the next of its callees */
} Step;

typedef struct Walk {
    const CallGraph *g;
    const Module *m;
    uint8_t *checks;
    uint64_t *copied;
    Step *steps;
    uint32_t depth;
    /* components, after Tarjan */
    uint32_t *index, *low, *component; /* 0: not seen, not known */
    uint32_t *pending;
    uint32_t clock, pending_count, components;
    uint32_t *order;  /* of functions: the largest first */
    uint8_t *state;   /* 0 not seen, 1 open, 2 done */
    uint8_t *leaves;  /* its tail calls may end up where nothing is known */
    uint32_t passing; /* PASSING when there are tail calls */
    uint64_t
        *below[LEVELS]; /* bytes from a function's entry to the next checks, frames of the checked
                              * included */
} Walk;

/* What is done with a component of `count` functions when it is complete: its callees' are. */
typedef void Close(Walk *w, const uint32_t *members, uint32_t count);

static bool is_cut(const Walk *w, uint32_t func) {
    return w->checks[func] == STACK_CHECK_CYCLE;
}

static void push(Walk *w, uint32_t func) {
    w->steps[w->depth++] = (Step){func, w->g->first[func]};
}

/* The next callee of the function on top that is no cut; NO_FUNC: there is none. */
static uint32_t next_callee(Walk *w, bool tails) {
    Step *step = &w->steps[w->depth - 1];
    while (step->next < w->g->first[step->func + 1]) {
        uint32_t edge = w->g->callees[step->next++];
        if (!is_cut(w, call_edge_target(edge)) && (tails || !call_edge_is_tail(edge)))
            return call_edge_target(edge);
    }
    return NO_FUNC;
}

/* ---- components ------------------------------------------------------------------------------ */

static void see(Walk *w, uint32_t func) {
    w->index[func] = w->low[func] = ++w->clock;
    w->pending[w->pending_count++] = func;
    push(w, func);
}

static void lower_to(Walk *w, uint32_t func, uint32_t low) {
    if (low < w->low[func]) w->low[func] = low;
}

static void close_component(Walk *w, uint32_t func, Close *done) {
    uint32_t first = w->pending_count;
    w->components++;
    do {
        w->component[w->pending[--first]] = w->components;
    } while (w->pending[first] != func);
    done(w, w->pending + first, w->pending_count - first);
    w->pending_count = first;
}

static void components_from(Walk *w, uint32_t root, Close *done) {
    see(w, root);
    while (w->depth) {
        uint32_t func = w->steps[w->depth - 1].func, callee = next_callee(w, true);
        if (callee == NO_FUNC) {
            w->depth--;
            if (w->low[func] == w->index[func])
                close_component(w, func, done);
            else
                lower_to(w, w->steps[w->depth - 1].func, w->low[func]);
        } else if (!w->index[callee]) {
            see(w, callee);
        } else if (!w->component[callee]) {
            lower_to(w, func, w->index[callee]);
        }
    }
}

/* ---- tail calls ------------------------------------------------------------------------------ */

static bool calls_inside(const Walk *w, uint32_t func, bool tails) {
    for (uint32_t i = w->g->first[func]; i < w->g->first[func + 1]; i++) {
        uint32_t edge = w->g->callees[i];
        if (call_edge_is_tail(edge) == tails &&
            w->component[call_edge_target(edge)] == w->component[func])
            return true;
    }
    return false;
}

/* In a component with tail calls whoever calls is checked. */
static void cut_tail_cycles(Walk *w, const uint32_t *members, uint32_t count) {
    bool tails = false;
    for (uint32_t i = 0; i < count && !tails; i++)
        tails = w->g->flags[members[i]] & CALLS_TAIL && calls_inside(w, members[i], true);
    for (uint32_t i = 0; i < count && tails; i++)
        if (calls_inside(w, members[i], false)) w->checks[members[i]] = STACK_CHECK_CYCLE;
}

/* Who comes from where by tail calls: callers[first[f]] up to callers[first[f + 1]]. */
static bool tail_callers(const CallGraph *g, Arena *scratch, uint32_t **first, uint32_t **callers) {
    uint32_t edges = g->first[g->func_count], count = g->func_count, func = 0;
    *first = ARENA_ARRAY(scratch, (size_t)count + 2, uint32_t);
    *callers = ARENA_ARRAY(scratch, edges, uint32_t);
    if (!*first || !*callers) return false;
    for (uint32_t i = 0; i < edges; i++)
        if (call_edge_is_tail(g->callees[i])) (*first)[call_edge_target(g->callees[i]) + 2]++;
    for (uint32_t f = 0; f < count; f++)
        (*first)[f + 2] += (*first)[f + 1];
    for (uint32_t i = 0; i < edges; i++) {
        while (i >= g->first[func + 1])
            func++;
        if (call_edge_is_tail(g->callees[i]))
            (*callers)[(*first)[call_edge_target(g->callees[i]) + 1]++] = func;
    }
    return true;
}

static bool find_leaves(Walk *w, Arena *scratch) {
    uint32_t *first, *callers, *open = w->pending, count = 0;
    if (!tail_callers(w->g, scratch, &first, &callers)) return false;
    for (uint32_t f = 0; f < w->g->func_count; f++) {
        if (w->g->flags[f] & CALLS_TAIL) w->passing = PASSING;
        if (!(w->g->flags[f] & CALLS_TAIL_OUT)) continue;
        w->leaves[f] = 1;
        open[count++] = f;
    }
    while (count) {
        uint32_t f = open[--count];
        for (uint32_t i = first[f]; i < first[f + 1]; i++) {
            if (w->leaves[callers[i]]) continue;
            w->leaves[callers[i]] = 1;
            open[count++] = callers[i];
        }
    }
    return true;
}

static bool calls_out(const Walk *w, uint32_t func) {
    if (w->g->flags[func] & CALLS_OUT) return true;
    for (uint32_t i = w->g->first[func]; i < w->g->first[func + 1]; i++)
        if (!call_edge_is_tail(w->g->callees[i]) && w->leaves[w->g->callees[i]]) return true;
    return false;
}

/* ---- cycles ---------------------------------------------------------------------------------- */

static void open(Walk *w, uint32_t func) {
    w->state[func] = 1;
    push(w, func);
}

static void cut_cycles_from(Walk *w, uint32_t root) {
    open(w, root);
    while (w->depth) {
        uint32_t func = w->steps[w->depth - 1].func, callee = next_callee(w, false);
        if (callee == NO_FUNC) {
            w->state[func] = 2;
            w->depth--;
        } else if (w->component[callee] == w->component[root]) {
            if (w->state[callee] == 1)
                w->checks[callee] = STACK_CHECK_CYCLE;
            else if (w->state[callee] == 0)
                open(w, callee);
        }
    }
}

/* ---- depths ---------------------------------------------------------------------------------- */

/* What a call of func adds to the stack, down to the next checks. */
static uint64_t call_needs(const Walk *w, uint32_t func, unsigned level) {
    uint32_t passing = w->passing / (level ? SMALLER : 1);
    if (w->g->frames[func] > LARGE_FRAME) return passing; /* is checked in front of its frame */
    unsigned least = level ? STACK_CHECK_DEPTH : STACK_CHECK_UNOPTIMIZED;
    return passing + (w->checks[func] >= least ? w->g->frames[func] / (level ? SMALLER : 1)
                                               : w->below[level][func]);
}

/* One function in four, always the same ones. */
static bool is_preferred(const Module *m, uint32_t func) {
    Slice s = module_func_name(m, func);
    if (s.len == 0) s = module_body(m, func);
    return XXH3_64bits(s.ptr, s.len) % 4 == 1;
}

static bool calls_itself(const CallGraph *g, uint32_t func) {
    for (uint32_t i = g->first[func]; i < g->first[func + 1]; i++)
        if (g->callees[i] == func) return true;
    return false;
}

/* most: what its callees may need. */
static void consider_copies(Walk *w, uint32_t func, uint64_t most) {
    uint32_t frame = w->g->frames[func];
    if (is_cut(w, func) && !(w->g->flags[func] & (CALLS_OUT | CALLS_TAIL)) &&
        frame <= LARGEST_COPIED && most + (uint64_t)frame * RECURSION_COPIES <= LARGE_FRAME &&
        calls_itself(w->g, func))
        bitmap_add(w->copied, func);
}

/* The most that the calls of a function, or its tail calls, need; those inside its component count for all
 * of that together. */
static uint64_t most_needed(const Walk *w, uint32_t func, unsigned level, bool tails) {
    const CallGraph *g = w->g;
    uint64_t most = 0;
    for (uint32_t i = g->first[func]; i < g->first[func + 1]; i++) {
        uint32_t callee = call_edge_target(g->callees[i]);
        if (call_edge_is_tail(g->callees[i]) != tails) continue;
        if (tails && w->component[callee] == w->component[func]) continue;
        uint64_t needs = call_needs(w, callee, level);
        if (needs > most) most = needs;
    }
    return most;
}

/* What a function needs from its entry on. Decides whether it is checked. */
static uint64_t leave(Walk *w, uint32_t func, unsigned level) {
    uint64_t most = most_needed(w, func, level, false);
    uint64_t tails = most_needed(w, func, level, true);
    uint64_t frame = w->g->frames[func] / (level ? SMALLER : 1);
    uint64_t all = most + frame;
    if (level == 0) consider_copies(w, func, most);
    uint8_t check = level ? STACK_CHECK_DEPTH : STACK_CHECK_UNOPTIMIZED;
    if (w->checks[func] < check && w->g->flags[func] & CALLS &&
        (all > LARGE_FRAME || (all > LARGE_FRAME / 4 && is_preferred(w->m, func))))
        w->checks[func] = check;
    if (w->checks[func] >= check) all = frame;
    return all > tails ? all : tails;
}

/* Cycles are cut: what is left are tail calls of each other. */
static void leave_component(Walk *w, const uint32_t *members, uint32_t count) {
    for (unsigned level = 0; level < LEVELS; level++) {
        uint64_t most = 0;
        for (uint32_t i = 0; i < count; i++) {
            uint64_t needs = leave(w, members[i], level);
            if (needs > most) most = needs;
        }
        for (uint32_t i = 0; i < count; i++)
            w->below[level][members[i]] = most;
    }
}

/* ---- all of it ------------------------------------------------------------------------------- */

static int by_size(const void *a, const void *b) {
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? 1 : x > y ? -1 : 0;
}

static bool sort(Walk *w, Arena *scratch, uint32_t first, uint32_t count) {
    uint64_t *keys = ARENA_ARRAY(scratch, count, uint64_t);
    w->order = ARENA_ARRAY(scratch, count, uint32_t);
    if (!keys || !w->order) return false;
    for (uint32_t i = 0; i < count; i++)
        keys[i] = (uint64_t)w->g->frames[first + i] << 32 | (first + i);
    qsort(keys, count, sizeof *keys, by_size);
    for (uint32_t i = 0; i < count; i++)
        w->order[i] = (uint32_t)keys[i];
    return true;
}

static void all_components(Walk *w, uint32_t first, uint32_t count, Close *done, bool cuts) {
    for (uint32_t f = first; f < first + count; f++)
        w->index[f] = w->component[f] = 0;
    w->clock = w->components = 0;
    for (uint32_t f = first; f < first + count; f++)
        if (!w->index[f] && (cuts || !is_cut(w, f))) components_from(w, f, done);
}

static void find(Walk *w, uint32_t first, uint32_t count) {
    for (uint32_t f = first; f < first + count; f++)
        if (calls_out(w, f)) w->checks[f] = STACK_CHECK_CYCLE;
    all_components(w, first, count, cut_tail_cycles, false);
    for (uint32_t i = 0; i < count; i++)
        if (!w->state[w->order[i]] && !is_cut(w, w->order[i])) cut_cycles_from(w, w->order[i]);
    all_components(w, first, count, leave_component, true);
}

bool stack_checks_find(Context *ctx, const Module *m, const CallGraph *g, Arena *arena,
                       StackChecks *out) {
    *out = (StackChecks){NULL, NULL};
    Arena scratch;
    arena_init(&scratch, ctx->alloc);
    uint32_t count = m->func_count;
    Walk w = {.g = g, .m = m, .checks = ARENA_ARRAY(arena, count, uint8_t)};
    w.copied = ARENA_ARRAY(arena, count / 64 + 1, uint64_t);
    w.steps = ARENA_ARRAY(&scratch, count, Step);
    w.index = ARENA_ARRAY(&scratch, count, uint32_t);
    w.low = ARENA_ARRAY(&scratch, count, uint32_t);
    w.component = ARENA_ARRAY(&scratch, count, uint32_t);
    w.pending = ARENA_ARRAY(&scratch, count, uint32_t);
    w.state = ARENA_ARRAY(&scratch, count, uint8_t);
    w.leaves = ARENA_ARRAY(&scratch, count, uint8_t);
    bool ok = w.checks && w.copied && w.steps && w.index && w.low && w.component && w.pending &&
              w.state && w.leaves && find_leaves(&w, &scratch);
    for (unsigned i = 0; i < LEVELS; i++)
        ok = (w.below[i] = ARENA_ARRAY(&scratch, count, uint64_t)) && ok;
    ok = ok && sort(&w, &scratch, m->imported_funcs, count - m->imported_funcs);
    if (ok) find(&w, m->imported_funcs, count - m->imported_funcs);
    arena_free(&scratch);
    if (!ok) return diag_nomem(ctx);
    out->checks = w.checks;
    out->copied = w.copied;
    return true;
}
