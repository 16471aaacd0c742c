/* emit_tail_plan.c: which functions take part in tail calls, and in which form.
 *   body     it makes tail calls, of others than itself: its body is a w2c_tail_fn, its plain entry a
 *            wrapper around that
 *   target   it makes none, but is called by some: its body is a plain function, and has an adapter, so
 *            that the caller's frame is gone all the same
 * A tail call through a table, a reference or an import goes to the record's tail form, or to an adapter
 * for its signature: functions that make no tail calls end the chain, and need no form of their own. Through
 * a table that never changes it goes to the function itself: those in it are targets.
 * A tail call of the function itself is a loop and makes nobody take part.
 * Found by one pass over the bodies that could have such instructions, decoded but not validated. */
#include "../frontend/decode.h"
#include "../frontend/section.h"
#include "emit.h"

bool emit_tail_is_body(const Emitter *e, uint32_t func) {
    return bitmap_has(e->tail_bodies, func);
}

bool emit_tail_is_target(const Emitter *e, uint32_t func) {
    return bitmap_has(e->tail_targets, func) && !bitmap_has(e->tail_bodies, func);
}

bool emit_tail_is_adapted(const Emitter *e, uint32_t type) {
    return bitmap_has(e->tail_types, type);
}

/* ---- places ---------------------------------------------------------------------------------- */

TailPlace emit_tail_place(TailPlaces *p, unsigned kind) {
    bool is_float = kind == VT_F32 || kind == VT_F64;
    if (is_float && p->floats < p->most_floats) return (TailPlace){'D', p->floats++};
    if (!is_float && kind != VT_V128 && p->ints < p->most_ints) return (TailPlace){'I', p->ints++};
    TailPlace place = {'W', p->words};
    p->words += kind == VT_V128 ? 2 : 1;
    return place;
}

static uint32_t words_of(const ValType *types, uint32_t count, TailPlaces places) {
    for (uint32_t i = 0; i < count; i++)
        emit_tail_place(&places, vt_kind(types[i]));
    return places.words;
}

/* ---- the scan -------------------------------------------------------------------------------- */

static void count_words(Emitter *e, uint32_t type) {
    const TypeDef *t = &e->m->types[type];
    uint32_t params = words_of(t->u.func.params, t->u.func.param_count, TAIL_PARAMS);
    uint32_t results = words_of(t->u.func.results, t->u.func.result_count, TAIL_RESULTS);
    if (params > e->tail_words) e->tail_words = params;
    if (results > e->tail_words) e->tail_words = results;
}

static bool begin(Emitter *e) {
    const Module *m = e->m;
    if (e->tail_bodies) return true;
    e->tail_bodies = ARENA_ARRAY(e->arena, m->func_count / 64 + 1, uint64_t);
    e->tail_targets = ARENA_ARRAY(e->arena, m->func_count / 64 + 1, uint64_t);
    e->tail_types = ARENA_ARRAY(e->arena, m->type_count / 64 + 1, uint64_t);
    e->tail_indirect = ARENA_ARRAY(e->arena, m->type_count / 64 + 1, uint64_t);
    return (e->tail_bodies && e->tail_targets && e->tail_types && e->tail_indirect) ||
           diag_nomem(e->ctx);
}

static bool adapt(Emitter *e, uint32_t type) {
    if (type >= e->m->type_count || e->m->types[type].form != FORM_FUNC) return true; /* invalid */
    bitmap_add(e->tail_types, e->m->types[type].canon);
    count_words(e, type);
    return true;
}

static bool found(Emitter *e, uint32_t func, const Ins *ins) {
    const Module *m = e->m;
    bool direct = ins->op == OP_return_call;
    if (direct && (ins->a == func || ins->a >= m->func_count)) return true;
    if (!begin(e)) return false;
    bitmap_add(e->tail_bodies, func);
    count_words(e, m->funcs[func].type);
    if (ins->op == OP_return_call_indirect && ins->a < m->type_count)
        bitmap_add(e->tail_indirect, m->types[ins->a].canon);
    if (!direct) return adapt(e, ins->a);
    if (ins->a < m->imported_funcs) return adapt(e, m->funcs[ins->a].type);
    bitmap_add(e->tail_targets, ins->a);
    count_words(e, m->funcs[ins->a].type);
    return true;
}

static bool worth_a_look(Slice body) {
    const Op ops[] = {OP_return_call, OP_return_call_indirect, OP_return_call_ref};
    for (unsigned i = 0; i < sizeof ops / sizeof *ops; i++)
        if (body.len && memchr(body.ptr, op_info[ops[i]].code, body.len)) return true;
    return false;
}

static bool scan_body(Emitter *e, Context *quiet, uint32_t func) {
    Decoder d;
    Ins ins;
    if (!worth_a_look(module_body(e->m, func)) || !body_enter(&d, quiet, e->m, func)) return true;
    while (d.r.pos != d.r.end && decode_ins(&d, &ins))
        if ((ins.op == OP_return_call || ins.op == OP_return_call_indirect ||
             ins.op == OP_return_call_ref) &&
            !found(e, func, &ins))
            return false;
    return true; /* what is malformed is reported by the validator */
}

/* What tail calls may reach through a table that never changes has a tail form each. */
static void add_fixed(Emitter *e, uint32_t table) {
    const FixedTable *t = &e->fixed.tables[table];
    if (!t->funcs || !call_graph_calls_through(&e->calls, table, true)) return;
    for (uint32_t i = 0; i < t->size; i++) {
        uint32_t func = t->funcs[i];
        if (func == NO_FUNC ||
            !bitmap_has(e->tail_types, e->m->types[e->m->funcs[func].type].canon))
            continue;
        bitmap_add(e->tail_targets, func);
        count_words(e, e->m->funcs[func].type);
    }
}

/* The types of tail calls through fixed tables, unless an array for each would take too much room. */
static bool plan_slots(Emitter *e) {
    enum { FEW = 2, MOST_SLOTS = 1 << 15 };
    const Module *m = e->m;
    uint64_t types = 0, slots = 0;
    for (uint32_t i = 0; i < m->type_count; i++)
        types += m->types[i].final && bitmap_has(e->tail_indirect, i);
    for (uint32_t i = 0; i < m->table_count; i++)
        if (e->fixed.tables[i].funcs && call_graph_calls_through(&e->calls, i, true))
            slots += e->fixed.tables[i].size;
    if (!types || !slots || (types > FEW && types * slots > MOST_SLOTS)) return true;
    e->tail_slots = ARENA_ARRAY(e->arena, types, uint32_t);
    for (uint32_t i = 0; e->tail_slots && i < m->type_count; i++)
        if (m->types[i].final && bitmap_has(e->tail_indirect, i))
            e->tail_slots[e->tail_slot_count++] = i;
    return e->tail_slots || diag_nomem(e->ctx);
}

bool emit_tail_plan(Emitter *e) {
    const Module *m = e->m;
    Context quiet = context_worker(e->ctx);
    for (uint32_t f = m->imported_funcs; f < m->func_count; f++)
        if (!scan_body(e, &quiet, f)) return false;
    for (uint32_t i = 0; e->tail_bodies && e->fixed.tables && i < m->table_count; i++)
        add_fixed(e, i);
    return !e->tail_bodies || !e->fixed.tables || plan_slots(e);
}
