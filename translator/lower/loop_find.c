/* loop_find.c: the loops of a function, and the passes over each innermost one. */
#include "scan.h"
#include <string.h>

const char *const loop_reason_texts[] = {
#define LOOP_REASON(id, text) text,
#include "../loop_reasons.def"
};

static uint32_t count_loops(const Ir *ir) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < ir->stmt_count; i++)
        count += ir->stmts[i].kind == STMT_LOOP;
    return count;
}

static void branch_to(Loop *loops, const uint32_t *loop_of, uint32_t block, uint32_t at) {
    if (loop_of[block]) loops[loop_of[block] - 1].last = at;
}

/* Where each loop's last branch to its head stands, and the ends of the ifs open there. */
static void find_ends(const Ir *ir, Loop *loops, uint32_t *loop_of) {
    uint32_t n = 0;
    for (uint32_t i = 0; i < ir->stmt_count; i++) {
        const Stmt *s = &ir->stmts[i];
        if (s->kind == STMT_LOOP) {
            loops[n] = (Loop){.first = i, .last = i, .block = s->a, .offset = s->offset, .roll = 1};
            loop_of[s->a] = ++n;
        } else if (s->kind == STMT_GOTO || s->kind == STMT_GOTO_IF) {
            branch_to(loops, loop_of, s->a, i);
        } else if (s->kind == STMT_SWITCH) {
            for (uint32_t k = 0; k <= s->a; k++)
                branch_to(loops, loop_of, ir->stream->pool[s->b + k], i);
        }
    }
}

/* Finds the loop's end, and refuses early what has effects that no fast copy has. */
static bool screen(LoopRun *r, Loop *l) {
    const Ir *ir = r->ir;
    uint32_t open = 0, i = l->first + 1;
    r->loop = l;
    for (; i < ir->stmt_count && i - l->first <= LOOP_STMTS; i++) {
        const Stmt *s = &ir->stmts[i];
        if (s->kind == STMT_OP && op_info[s->op].kind != KIND_STORE)
            return loop_refuse(r, LOOP_effect, op_info[s->op].text, s->offset);
        open += s->kind == STMT_IF;
        if (s->kind == STMT_END_IF) open--;
        if (i < l->last || open) continue;
        l->last = i;
        return true;
    }
    return loop_refuse(r, LOOP_large, NULL, 0);
}

/* Room for what is found out, shared by the loops of a function; made when the first of them needs it. */
static bool prepare(LoopRun *r) {
    if (r->sides) return true;
    const OpStream *s = r->ir->stream;
    Loop *l = &r->scratch;
    l->acts = ARENA_ARRAY(r->arena, LOOP_ACTS, LoopAct);
    l->groups = ARENA_ARRAY(r->arena, LOOP_GROUPS, LoopGroup);
    l->accesses = ARENA_ARRAY(r->arena, LOOP_ACCESSES, LoopAccess);
    l->vars = ARENA_ARRAY(r->arena, LOOP_VARS, LoopVar);
    l->pairs = ARENA_ARRAY(r->arena, LOOP_PAIRS, LoopPair);
    l->tests = ARENA_ARRAY(r->arena, LOOP_TESTS, LoopTest);
    r->edges = ARENA_ARRAY(r->arena, LOOP_EDGES, LoopEdge);
    r->affines = ARENA_ARRAY(r->arena, LOOP_AFFINES, Affine);
    r->sides = ARENA_ARRAY(r->arena, LOOP_NODES, Side);
    r->local_vars = ARENA_ARRAY(r->arena, s->local_count + 1, uint32_t);
    r->slot_vars = ARENA_ARRAY(r->arena, ((size_t)s->max_height + 2) * MAX_SLOT_TYPES, uint32_t);
    return l->acts && l->groups && l->accesses && l->vars && l->pairs && l->tests && r->affines &&
           loop_known_prepare(r) && r->edges && r->sides && r->local_vars && r->slot_vars;
}

static void use_room(LoopRun *r, Loop *l) {
    const Loop *from = &r->scratch;
    l->acts = from->acts;
    l->groups = from->groups;
    l->accesses = from->accesses;
    l->vars = from->vars;
    l->pairs = from->pairs;
    l->tests = from->tests;
    r->affine_count = 0;
    r->loop = l;
    r->base = r->ir->node_count;
}

static void *copied(LoopRun *r, const void *from, size_t count, size_t size) {
    void *out = arena_array(r->arena, count, size);
    if (!out)
        r->nomem = true;
    else if (count)
        memcpy(out, from, count * size);
    return out;
}

/* What was found out moves to where it stays. */
static void keep(LoopRun *r, Loop *l) {
    l->acts = copied(r, l->acts, l->act_count, sizeof *l->acts);
    l->groups = copied(r, l->groups, l->group_count, sizeof *l->groups);
    l->accesses = copied(r, l->accesses, l->access_count, sizeof *l->accesses);
    l->vars = copied(r, l->vars, l->var_count, sizeof *l->vars);
    l->pairs = copied(r, l->pairs, l->pair_count, sizeof *l->pairs);
    l->tests = copied(r, l->tests, l->test_count, sizeof *l->tests);
    l->affines = copied(r, r->affines, r->affine_count, sizeof *r->affines);
}

static bool follow(LoopRun *r, bool drop) {
    Loop *l = r->loop;
    l->var_count = 0;
    if (!loop_body(r)) return false;
    if (l->test_count == 0) return loop_refuse(r, LOOP_count, NULL, 0);
    if (!loop_group(r)) return false;
    for (uint32_t i = 0; drop && i < l->var_count; i++)
        if (loop_is_passing(r, &l->vars[i])) l->vars[i].final_ = 0;
    loop_prune(r);
    if (r->rolls) loop_roll(r);
    l->tail |= drop;
    return !l->reason;
}

/* Would it help to leave the last turn to the loop, which then sets what every turn sets anew? */
static bool may_drop(LoopRun *r) {
    const Loop *l = r->loop;
    bool passing = false, jumps = false;
    if (l->roll > 1 || l->test_count != 1 || !l->tests[0].last) return false;
    for (uint32_t i = 0; i < l->var_count; i++)
        passing |= loop_is_passing(r, &l->vars[i]);
    for (uint32_t i = 0; i < l->act_count; i++) {
        if (l->acts[i].kind == ACT_EXIT) return false;
        jumps |= l->acts[i].kind == ACT_JUMP;
    }
    return passing && jumps;
}

static bool version(LoopRun *r) {
    Loop *l = r->loop;
    if (!follow(r, false)) return false;
    if (may_drop(r)) {
        bool ok = follow(r, true);
        if (ok && l->roll == 1) {
            l->tail = false;
            ok = follow(r, false);
        }
        if (!ok) return false;
    }
    return loop_finish(r);
}

static bool try_loop(LoopRun *r, Loop *l) {
    if (!screen(r, l)) return true;
    if (!prepare(r)) return false;
    use_room(r, l);
    if (version(r)) {
        loop_shape(l, r->ir);
        keep(r, l);
    } else {
        r->ir->node_count = r->base;
        if (!l->reason) l->reason = LOOP_large;
    }
    return !r->nomem;
}

/* A loop that searches, if such are wanted. */
static bool try_scan(LoopRun *r, Loop *l, const Loop *inner, const LoopOptions *how) {
    if (how->no_scans) return false;
    if (!prepare(r)) {
        r->nomem = true;
        return false;
    }
    use_room(r, l);
    if (!(inner ? scan_find_nested(r, l, inner) : scan_find(r, l))) return false;
    keep(r, l);
    return true;
}

/* Does loop i hold the next one alone, which searches? */
static bool holds_search(const Loop *loops, uint32_t count, uint32_t i) {
    const Loop *outer = &loops[i], *inner = outer + 1;
    return outer->reason == LOOP_outer && inner->reason == LOOP_scan &&
           inner->first <= outer->last && (i + 2 == count || loops[i + 2].first > outer->last);
}

bool loops_find(Context *ctx, const Module *m, Ir *ir, Arena *arena, const LoopOptions *how,
                LoopSet *out) {
    *out = (LoopSet){0};
    uint32_t count = count_loops(ir);
    if (count == 0) return true;
    Loop *loops = ARENA_ARRAY(arena, count, Loop);
    uint32_t *loop_of = ARENA_ARRAY(arena, ir->stream->block_count, uint32_t);
    if (!loops || !loop_of) return diag_nomem(ctx);
    find_ends(ir, loops, loop_of);
    LoopRun r = {.ctx = ctx, .m = m, .ir = ir, .arena = arena};
    r.branches = !how->no_branches;
    r.rolls = !how->no_rolling;
    for (uint32_t i = 0; i < count; i++) {
        if (i + 1 < count && loops[i + 1].first <= loops[i].last)
            loops[i].reason = LOOP_outer;
        else if (try_scan(&r, &loops[i], NULL, how))
            continue;
        else if (r.nomem)
            return diag_nomem(ctx);
        else if (how->no_versions)
            loops[i].reason = LOOP_off;
        else if (!try_loop(&r, &loops[i]))
            return diag_nomem(ctx);
    }
    for (uint32_t i = 0; i + 1 < count && !how->no_sets; i++) {
        if (!holds_search(loops, count, i)) continue;
        LoopReason reason = loops[i].reason;
        loops[i].reason = LOOP_versioned; /* nothing is in the way yet */
        if (!try_scan(&r, &loops[i], &loops[i + 1], how)) loops[i].reason = reason;
        if (r.nomem) return diag_nomem(ctx);
    }
    *out = (LoopSet){loops, count};
    return true;
}
