/* range_values.c: values of variables, for range_checks.c. Everything here errs towards not knowing: two
 * equal values may have different numbers, never the other way round. */
#include "range_impl.h"
#include <string.h>

static void *longer(RangeVars *v, void *old, uint32_t *cap, uint32_t used, size_t size) {
    uint32_t bigger = *cap ? *cap * 2 : 128;
    void *out = arena_array(v->arena, bigger, size);
    if (!out) {
        v->failed = true;
        return NULL;
    }
    if (used) memcpy(out, old, used * size);
    *cap = bigger;
    return out;
}

bool range_vars_init(RangeVars *v, const Ir *ir, Arena *arena) {
    *v = (RangeVars){.arena = arena, .ir = ir, .epoch = 1, .value_count = 1};
    v->var_count = ir_var_count(ir);
    v->now = ARENA_ARRAY(arena, v->var_count, uint32_t);
    v->epochs = ARENA_ARRAY(arena, v->var_count, uint32_t);
    return v->now && v->epochs;
}

static uint32_t add(RangeVars *v, RangeValue value) {
    if (v->value_count >= RANGE_VALUES || v->failed) return 0;
    if (v->value_count >= v->value_cap) {
        RangeValue *values =
            longer(v, v->values, &v->value_cap, v->values ? v->value_count : 0, sizeof *values);
        if (!values) return 0;
        v->values = values;
    }
    if (!value.root) value.root = v->value_count;
    v->values[v->value_count] = value;
    return v->value_count++;
}

/* 0 stands for a value of which nothing is known, not even that it equals itself. */
uint32_t range_fresh(RangeVars *v) {
    return add(v, (RangeValue){.op = OP_COUNT});
}

/* x + c, x - c: the same root. */
static void link_root(const RangeVars *v, RangeValue *value) {
    enum { FARTHEST = 1 << 30 };
    bool wide = value->op == OP_i64_add || value->op == OP_i64_sub;
    bool minus = value->op == OP_i32_sub || value->op == OP_i64_sub;
    if (!wide && !minus && value->op != OP_i32_add) return;
    const RangeValue *by = &v->values[value->b], *a = &v->values[value->a];
    if (by->op != (wide ? OP_i64_const : OP_i32_const)) return;
    int64_t c = wide ? (int64_t)by->imm : (int32_t)(uint32_t)by->imm;
    if (c > FARTHEST || c < -FARTHEST) return;
    int64_t delta = a->delta + (minus ? -c : c);
    if (delta > FARTHEST || delta < -FARTHEST) return;
    value->root = a->root;
    value->delta = delta;
}

uint32_t range_value(RangeVars *v, RangeValue value) {
    uint64_t hash = value.op;
    hash = (hash * 31 + value.a) * 0x9e3779b97f4a7c15u;
    hash = (hash ^ (hash >> 29) ^ value.b) * 0xbf58476d1ce4e5b9u;
    hash = (hash ^ (hash >> 32) ^ value.c ^ value.imm) * 0x94d049bb133111ebu;
    uint32_t *place = &v->table[(hash >> 32) % RANGE_TABLE];
    const RangeValue *there = *place ? &v->values[*place] : NULL;
    if (there && there->op == value.op && there->a == value.a && there->b == value.b &&
        there->c == value.c && there->imm == value.imm)
        return *place;
    link_root(v, &value);
    uint32_t number = add(v, value);
    if (number) *place = number;
    return number;
}

/* ---- variables ------------------------------------------------------------------------------- */

uint32_t range_get(RangeVars *v, uint32_t var) {
    if (var >= v->var_count) return 0;
    if (v->epochs[var] != v->epoch || !v->now[var]) {
        v->epochs[var] = v->epoch;
        v->now[var] = range_fresh(v);
    }
    return v->now[var];
}

void range_set(RangeVars *v, uint32_t var, uint32_t value) {
    if (var >= v->var_count) return;
    v->epochs[var] = v->epoch;
    v->now[var] = value;
    if (v->log_count == v->log_cap) {
        uint32_t *log = longer(v, v->log, &v->log_cap, v->log_count, sizeof *log);
        if (!log) return;
        v->log = log;
    }
    v->log[v->log_count++] = var;
}

uint32_t range_time(const RangeVars *v) {
    return v->log_begin + v->log_count;
}

void range_forget_all(RangeVars *v) {
    v->epoch++;
    v->log_begin +=
        v->log_count + 1; /* what has a time before this one: everything changed since */
    v->log_count = 0;
}

void range_forget_since(RangeVars *v, uint32_t time) {
    enum { MOST = 512 };
    if (time < v->log_begin || range_time(v) - time > MOST || v->failed) {
        range_forget_all(v);
        return;
    }
    uint32_t end = v->log_count;
    for (uint32_t i = time - v->log_begin; i < end && !v->failed; i++)
        if (v->now[v->log[i]]) range_set(v, v->log[i], 0);
}
