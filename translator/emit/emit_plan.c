/* emit_plan.c: which function goes into which file.
 * Groups are runs of functions in the module's order. Without a wish they are cut by content: after a
 * function whose name's hash says so, once the group is large enough, so that a function added or
 * changed moves only the cuts near it. */
#include "emit.h"
#define XXH_INLINE_ALL
#include <xxhash.h>

enum {
    DEFAULT_GROUP = 192 * 1024, /* bytes of wasm */
    LAZY_GROUP = 24 * 1024,     /* smaller ones hold less that is not called */
    ONE_FILE = 320 * 1024,      /* a module whose code is smaller stays in one file */
};

static uint64_t body_bytes(const Module *m, uint32_t func) {
    return module_body(m, func).len + 1;
}

static bool add_group(Emitter *e, uint32_t *cap, Group g) {
    if (e->group_count == *cap) {
        uint32_t bigger = *cap ? *cap * 2 : 16;
        Group *groups = ARENA_ARRAY(e->arena, bigger, Group);
        if (!groups) return diag_nomem(e->ctx);
        if (e->group_count) memcpy(groups, e->groups, e->group_count * sizeof *groups);
        e->groups = groups;
        *cap = bigger;
    }
    e->groups[e->group_count++] = g;
    return true;
}

static bool cut_here(const Module *m, uint32_t func, uint64_t bytes, uint64_t aim) {
    if (bytes >= aim * 2) return true;
    if (bytes < aim / 2) return false;
    Slice s = module_func_name(m, func);
    if (s.len == 0) s = module_body(m, func);
    return XXH3_64bits(s.ptr, s.len) % 64 == 0 || bytes >= aim + aim / 2;
}

static bool by_size(Emitter *e, uint64_t aim) {
    const Module *m = e->m;
    uint32_t cap = 0, first = m->imported_funcs;
    uint64_t bytes = 0;
    for (uint32_t f = first; f < m->func_count; f++) {
        uint64_t body = body_bytes(m, f);
        if (body >= aim && f > first) { /* a very large function stands alone */
            if (!add_group(e, &cap, (Group){first, f, bytes})) return false;
            first = f;
            bytes = 0;
        }
        bytes += body;
        if (cut_here(m, f, bytes, aim) && f + 1 < m->func_count) {
            if (!add_group(e, &cap, (Group){first, f + 1, bytes})) return false;
            first = f + 1;
            bytes = 0;
        }
    }
    return add_group(e, &cap, (Group){first, m->func_count, bytes});
}

static bool by_count(Emitter *e, uint32_t count, uint64_t total) {
    const Module *m = e->m;
    uint32_t cap = 0, first = m->imported_funcs;
    uint64_t bytes = 0, done = 0;
    for (uint32_t f = first; f < m->func_count; f++) {
        bytes += body_bytes(m, f);
        uint64_t goal = total / count * (e->group_count + 1);
        if (done + bytes >= goal && e->group_count + 1 < count && f + 1 < m->func_count) {
            if (!add_group(e, &cap, (Group){first, f + 1, bytes})) return false;
            done += bytes;
            bytes = 0;
            first = f + 1;
        }
    }
    return add_group(e, &cap, (Group){first, m->func_count, bytes});
}

bool emit_plan(Emitter *e) {
    const Module *m = e->m;
    uint64_t total = 0;
    for (uint32_t f = m->imported_funcs; f < m->func_count; f++)
        total += body_bytes(m, f);
    if (e->options->groups) return by_count(e, e->options->groups, total);
    uint64_t aim = e->options->lazy_groups ? LAZY_GROUP : DEFAULT_GROUP;
    if (e->options->group_size) aim = e->options->group_size;
    if (!e->options->group_size && !e->options->lazy_groups && total <= ONE_FILE)
        return by_count(e, 1, total);
    return by_size(e, aim);
}
