/* gen_control.c: bodies: statements, blocks, branches, calls, exceptions, and what keeps runs finite. */
#include "gen.h"

enum { DEPTH = 6 }; /* of blocks */

/* ---- the budget ---------------------------------------------------------------------------------- */
/* budget--: at the beginning of functions and loops. */
static void spend(Gen *g) {
    if (g->options.endless) return;
    gen_code_op(g, OP_global_get);
    gen_u64(&g->code, GEN_BUDGET);
    gen_code_op(g, OP_i32_const);
    gen_s64(&g->code, 1);
    gen_code_op(g, OP_i32_sub);
    gen_code_op(g, OP_global_set);
    gen_u64(&g->code, GEN_BUDGET);
}

/* i32: may this still go back? */
static void is_left(Gen *g) {
    gen_code_op(g, OP_global_get);
    gen_u64(&g->code, GEN_BUDGET);
    gen_code_op(g, OP_i32_const);
    gen_s64(&g->code, 0);
    gen_code_op(g, OP_i32_gt_s);
}

static bool bounded(const Gen *g, const GenLabel *l) {
    return l->kind == LABEL_LOOP && !g->options.endless;
}

/* ---- blocks -------------------------------------------------------------------------------------- */
static void block_type(Gen *g, const GenList *params, const GenList *results) {
    if (!params->count && !results->count) {
        gen_byte(&g->code, 0x40);
    } else if (!params->count && results->count == 1) {
        gen_type(&g->code, results->types[0]);
    } else {
        gen_s64(&g->code, gen_func_type(g, params, results));
    }
}

/* The label's block has its parameters on the stack already; they become its own. */
static void open(Gen *g, LabelKind kind, const GenList *branch, uint32_t params) {
    GenLabel *l = &g->labels[g->label_count++];
    *l = (GenLabel){.kind = kind, .base = g->height - params};
    if (branch) l->types = *branch;
    g->dead = false;
}

static void close(Gen *g, const GenList *results) {
    gen_finish(g, results);
    gen_code_op(g, OP_end);
    g->height = g->labels[--g->label_count].base;
    for (uint32_t i = 0; i < results->count; i++)
        gen_push(g, results->types[i]);
    g->dead = false;
}

static GenList some_types(Gen *g, uint32_t most) {
    GenList l = {.count = gen_pick(g, most + 1)};
    for (uint32_t i = 0; i < l.count; i++)
        l.types[i] = gen_value_type(g);
    return l;
}

/* What lies on the stack, at most two of it, as a block's parameters. */
static GenList top_types(Gen *g) {
    uint32_t there = g->height - gen_base(g);
    GenList l = {.count = gen_pick(g, there > 2 ? 3 : there + 1)};
    bool good = true;
    for (uint32_t i = 0; i < l.count; i++) {
        l.types[i] = g->stack[g->height - l.count + i];
        good = good && gen_makeable(l.types[i]);
    }
    if (!good) l.count = 0; /* a branch back would need another */
    return l;
}

static bool may_nest(const Gen *g) {
    return g->label_count < DEPTH && g->type_count + 8 < GEN_TYPES;
}

static void block(Gen *g, const GenList *results, uint32_t size) {
    GenList params = top_types(g);
    gen_code_op(g, OP_block);
    block_type(g, &params, results);
    open(g, LABEL_PLAIN, results, params.count);
    gen_statements(g, size);
    close(g, results);
}

static void loop(Gen *g, const GenList *results, uint32_t size) {
    GenList params = top_types(g);
    gen_code_op(g, OP_loop);
    block_type(g, &params, results);
    open(g, LABEL_LOOP, &params, params.count);
    spend(g);
    gen_statements(g, size);
    if (gen_pick(g, 3) && !g->dead) { /* goes back at least once, if it can */
        gen_operands(g, params.types, params.count);
        for (uint32_t i = 0; i < params.count; i++)
            gen_push(g, params.types[i]);
        gen_value(g, VT_I32, 2);
        if (!g->options.endless) {
            is_left(g);
            gen_code_op(g, OP_i32_and);
        }
        g->height--;
        gen_code_op(g, OP_br_if);
        gen_u64(&g->code, 0);
    }
    close(g, results);
}

/* Parameters of an arm that is not there pass through. */
static void if_block(Gen *g, const GenList *results, uint32_t size) {
    ValType condition = VT_I32;
    gen_operands(g, &condition, 1);
    GenList params = top_types(g);
    bool arms = results->count || params.count || gen_pick(g, 2);
    gen_code_op(g, OP_if);
    block_type(g, &params, results);
    open(g, LABEL_PLAIN, results, params.count);
    gen_statements(g, size);
    if (arms) {
        gen_finish(g, results);
        gen_code_op(g, OP_else);
        g->height = gen_base(g);
        g->dead = false;
        for (uint32_t i = 0; i < params.count; i++)
            gen_push(g, params.types[i]);
        gen_statements(g, size / 2 + 1);
    }
    close(g, results);
}

/* ---- exceptions ---------------------------------------------------------------------------------- */
/* block B1 .. block Bn  try_table (clauses to B1 ... Bn) body end  values  end .. end */
static void try_table(Gen *g, uint32_t size) {
    enum { MOST = 3 };
    uint32_t count = gen_pick(g, MOST + 1), kinds[MOST], tags[MOST];
    GenList lists[MOST], none = {.count = 0};
    for (uint32_t i = 0; i < count; i++) {
        kinds[i] = gen_pick(g, 4);
        tags[i] = g->tag_count ? gen_pick(g, g->tag_count) : 0;
        if (!g->tag_count) kinds[i] |= 2;
        lists[i] = kinds[i] < 2 ? g->types[g->tags[tags[i]]].params : none;
        if (lists[i].count == GEN_ARITY) kinds[i] &= 2u;
        if (kinds[i] & 1) lists[i].types[lists[i].count++] = vt_ref(HT_EXN, true);
        gen_code_op(g, OP_block);
        block_type(g, &none, &lists[i]);
        open(g, LABEL_PLAIN, &lists[i], 0);
    }
    GenList results = some_types(g, 2);
    gen_code_op(g, OP_try_table);
    block_type(g, &none, &results);
    gen_u64(&g->code, count);
    for (uint32_t i = 0; i < count; i++) {
        gen_byte(&g->code, kinds[i]);
        if (kinds[i] < 2) gen_u64(&g->code, tags[i]);
        gen_u64(&g->code, count - 1 - i);
    }
    open(g, LABEL_PLAIN, &results, 0);
    gen_statements(g, size);
    close(g, &results);
    for (uint32_t i = count; i-- > 0;)
        close(g, &lists[i]);
}

static void go_away(Gen *g) {
    g->height = gen_base(g);
    g->dead = true;
}

static void throw_something(Gen *g) {
    if (g->legacy) {
        uint32_t depths[GEN_LABELS], count = 0;
        for (uint32_t i = 0; i < g->label_count; i++)
            if (g->labels[i].kind == LABEL_CATCH) depths[count++] = g->label_count - 1 - i;
        if (count && gen_pick(g, 2)) {
            gen_code_op(g, OP_rethrow);
            gen_u64(&g->code, depths[gen_pick(g, count)]);
            go_away(g);
            return;
        }
    } else if (gen_one_in(g, 4)) {
        ValType t = vt_ref(HT_EXN, true);
        gen_operands(g, &t, 1);
        gen_code_op(g, OP_throw_ref);
        go_away(g);
        return;
    }
    if (!g->tag_count) return;
    uint32_t tag = gen_pick(g, g->tag_count);
    const GenList *params = &g->types[g->tags[tag]].params;
    gen_operands(g, params->types, params->count);
    gen_code_op(g, OP_throw);
    gen_u64(&g->code, tag);
    go_away(g);
}

static void catch_arm(Gen *g, Op op, uint32_t tag, const GenList *results) {
    gen_finish(g, results);
    gen_code_op(g, op);
    if (op == OP_catch) gen_u64(&g->code, tag);
    g->height = gen_base(g);
    g->dead = false;
    g->labels[g->label_count - 1].kind = LABEL_CATCH;
    const GenList *params = &g->types[g->tags[tag]].params;
    for (uint32_t i = 0; op == OP_catch && i < params->count; i++)
        gen_push(g, params->types[i]);
    gen_statements(g, 3);
    if (gen_one_in(g, 4)) throw_something(g);
}

static void try_legacy(Gen *g, uint32_t size) {
    GenList results = some_types(g, 2), none = {.count = 0};
    gen_code_op(g, OP_try);
    block_type(g, &none, &results);
    open(g, LABEL_PLAIN, &results, 0);
    gen_statements(g, size);
    if (gen_one_in(g, 4)) {
        gen_finish(g, &results);
        gen_code_op(g, OP_delegate);
        g->height = g->labels[--g->label_count].base;
        gen_u64(&g->code, gen_pick(g, g->label_count)); /* labels[0] is the function */
        for (uint32_t i = 0; i < results.count; i++)
            gen_push(g, results.types[i]);
        g->dead = false;
        return;
    }
    for (uint32_t n = gen_pick(g, 3); n && g->tag_count; n--)
        catch_arm(g, OP_catch, gen_pick(g, g->tag_count), &results);
    if (gen_pick(g, 2)) catch_arm(g, OP_catch_all, 0, &results);
    close(g, &results);
}

/* ---- branches ------------------------------------------------------------------------------------ */
static uint32_t pick_label(Gen *g) {
    return gen_pick(g, g->label_count); /* depth */
}

static const GenLabel *label_at(const Gen *g, uint32_t depth) {
    return &g->labels[g->label_count - 1 - depth];
}

static void push_list(Gen *g, const GenList *l) {
    for (uint32_t i = 0; i < l->count; i++)
        gen_push(g, l->types[i]);
}

static void branch(Gen *g, bool always) {
    uint32_t depth = pick_label(g);
    GenLabel l = *label_at(g, depth);
    if (bounded(g, &l)) always = false;
    gen_operands(g, l.types.types, l.types.count);
    push_list(g, &l.types);
    if (!always) {
        gen_value(g, VT_I32, 2);
        if (bounded(g, &l)) {
            is_left(g);
            gen_code_op(g, OP_i32_and);
        }
        g->height--;
    }
    gen_code_op(g, always ? OP_br : OP_br_if);
    gen_u64(&g->code, depth);
    if (always) go_away(g);
}

static void branch_table(Gen *g) {
    uint32_t depth = pick_label(g), targets[GEN_LABELS], count = 0;
    GenLabel l = *label_at(g, depth);
    if (bounded(g, &l)) return;
    gen_operands(g, l.types.types, l.types.count);
    gen_value(g, VT_I32, 2);
    for (uint32_t i = 0, n = gen_pick(g, 6); i < n; i++) {
        uint32_t at = pick_label(g);
        const GenLabel *other = label_at(g, at);
        if (bounded(g, other) || other->types.count != l.types.count ||
            memcmp(other->types.types, l.types.types, l.types.count * sizeof(ValType)) != 0)
            at = depth;
        targets[count++] = at;
    }
    gen_code_op(g, OP_br_table);
    gen_u64(&g->code, count);
    for (uint32_t i = 0; i < count; i++)
        gen_u64(&g->code, targets[i]);
    gen_u64(&g->code, depth);
    go_away(g);
}

static void return_now(Gen *g) {
    const GenList *results = &g->types[g->func_types[g->func]].results;
    gen_operands(g, results->types, results->count);
    gen_code_op(g, OP_return);
    go_away(g);
}

/* br_on_null, br_on_non_null, br_on_cast, br_on_cast_fail out of a block made for it. */
static void branch_on(Gen *g) {
    static const uint32_t heaps[] = {HT_EQ, HT_I31, HT_STRUCT, HT_ARRAY};
    GenList none = {.count = 0}, one = {.count = 1};
    uint32_t way = gen_pick(g, 4), type = g->ref_types ? gen_pick(g, g->ref_types) : 0;
    uint32_t heap =
        gen_pick(g, 2) && g->types[type].form != FORM_FUNC ? type : heaps[gen_pick(g, 4)];
    bool nullable = !gen_makeable(vt_ref(heap, false)) || gen_pick(g, 2);
    ValType source = vt_ref(HT_ANY, true), target = vt_ref(heap, nullable);
    ValType rest = vt_ref(HT_ANY, !nullable); /* what is not the target */
    one.types[0] = way == 2 ? target : way == 3 ? rest : vt_ref(HT_ANY, false);
    gen_code_op(g, OP_block);
    const GenList *branch_types = way ? &one : &none;
    block_type(g, &none, branch_types);
    open(g, LABEL_PLAIN, branch_types, 0);
    gen_value(g, source, 2);
    g->height--;
    if (way < 2) {
        gen_code_op(g, way ? OP_br_on_non_null : OP_br_on_null);
        gen_u64(&g->code, 0);
        if (!way) gen_push(g, vt_ref(HT_ANY, false));
    } else {
        gen_code_op(g, way == 2 ? OP_br_on_cast : OP_br_on_cast_fail);
        gen_byte(&g->code, 1u | (nullable ? 2 : 0));
        gen_u64(&g->code, 0);
        gen_heap(&g->code, HT_ANY);
        gen_heap(&g->code, heap);
        gen_push(g, way == 2 ? rest : target);
    }
    gen_statements(g, 2);
    close(g, branch_types);
}

/* ---- calls --------------------------------------------------------------------------------------- */
enum CallWay { CALL_DIRECT, CALL_INDIRECT, CALL_REF };

static uint32_t func_table(const Gen *g) {
    for (uint32_t i = 0; i < g->table_count; i++)
        if (gen_subtype(g, g->tables[i].type, VT_FUNCREF)) return i;
    return NO_FUNC;
}

/* A call of a function like `func`; from_stack: operands may lie there. Pops, and pushes nothing. */
static void call(Gen *g, uint32_t func, bool tail, bool from_stack) {
    uint32_t type = g->func_types[func], table = func_table(g), way = gen_pick(g, 5);
    const GenList params = g->types[type].params;
    if (from_stack) {
        gen_operands(g, params.types, params.count);
    } else {
        for (uint32_t i = 0; i < params.count; i++)
            gen_value(g, params.types[i], 1);
        g->height -= params.count;
    }
    if (way == 3 && table != NO_FUNC) {
        bool is64 = g->tables[table].is64;
        gen_code_op(g, is64 ? OP_i64_const : OP_i32_const);
        gen_s64(&g->code, gen_pick(g, 9));
        gen_code_op(g, tail ? OP_return_call_indirect : OP_call_indirect);
        gen_u64(&g->code, type);
        gen_u64(&g->code, table);
    } else if (way == 4) {
        if (type < g->ref_types) {
            gen_value(g, vt_ref(type, gen_pick(g, 2)), 1);
            g->height--;
        } else {
            gen_code_op(g, OP_ref_func);
            gen_u64(&g->code, func);
        }
        gen_code_op(g, tail ? OP_return_call_ref : OP_call_ref);
        gen_u64(&g->code, type);
    } else {
        gen_code_op(g, tail ? OP_return_call : OP_call);
        gen_u64(&g->code, func);
    }
}

bool gen_call_value(Gen *g, ValType t) {
    uint32_t found[GEN_FUNCS], count = 0;
    for (uint32_t i = 0; i < g->func_count; i++) {
        const GenList *r = &g->types[g->func_types[i]].results;
        if (r->count == 1 && gen_subtype(g, r->types[0], t)) found[count++] = i;
    }
    if (!count) return false;
    call(g, found[gen_pick(g, count)], false, false);
    gen_push(g, t);
    return true;
}

static void call_statement(Gen *g) {
    uint32_t func = gen_pick(g, g->func_count);
    const GenList results = g->types[g->func_types[func]].results;
    call(g, func, false, true);
    push_list(g, &results);
}

/* Tail calls leave no try: where there is one, the exception is not caught there, as it must be. */
static void tail_call(Gen *g) {
    const GenList *own = &g->types[g->func_types[g->func]].results;
    uint32_t found[GEN_FUNCS], count = 0;
    for (uint32_t i = 0; i < g->func_count; i++) {
        const GenList *r = &g->types[g->func_types[i]].results;
        bool same = r->count == own->count;
        for (uint32_t k = 0; same && k < r->count; k++)
            same = gen_subtype(g, r->types[k], own->types[k]);
        if (same) found[count++] = i;
    }
    if (!count) return;
    call(g, found[gen_pick(g, count)], true, true);
    go_away(g);
}

/* ---- loops over memory: what compilers vectorise, and loop versions check ------------------------- */
static bool counted_loop(Gen *g) {
    uint32_t count = 0, found[GEN_FEW], i = g->local_count;
    for (uint32_t m = 0; m < g->memory_count; m++)
        if (!g->memories[m].is64 && g->memories[m].page_log2 == 16) found[count++] = m;
    if (!count || i + 2 > GEN_LOCALS || !may_nest(g)) return false;
    g->locals[g->local_count++] = VT_I32;
    g->locals[g->local_count++] = VT_I32;
    GenList none = {.count = 0};
    uint32_t memory = found[gen_pick(g, count)], stride = 1u << gen_pick(g, 5);
    uint32_t trips = 1 + gen_pick(g, 20),
             from = gen_one_in(g, 5) ? 65536 - gen_pick(g, 400) : gen_pick(g, 999);
    gen_code_op(g, OP_i32_const);
    gen_s64(&g->code, (int32_t)(gen_one_in(g, 12) ? 0u - gen_pick(g, 200) : from));
    gen_code_op(g, OP_local_set);
    gen_u64(&g->code, i);
    gen_code_op(g, OP_i32_const);
    gen_s64(&g->code, (int32_t)trips);
    gen_code_op(g, OP_local_set);
    gen_u64(&g->code, i + 1);
    gen_code_op(g, OP_loop);
    block_type(g, &none, &none);
    open(g, LABEL_LOOP, &none, 0);
    spend(g);
    for (uint32_t n = 1 + gen_pick(g, 3); n; n--) {
        static const Op loads[] = {OP_i32_load, OP_i32_load8_u, OP_i32_load16_s, OP_i32_load};
        static const Op stores[] = {OP_i32_store, OP_i32_store8, OP_i32_store16, OP_i32_store};
        for (unsigned k = 0; k < 2; k++) { /* the store's address, the load's */
            gen_code_op(g, OP_local_get);
            gen_u64(&g->code, i);
        }
        Op ops[] = {loads[gen_pick(g, 4)], stores[gen_pick(g, 4)]};
        for (unsigned k = 0; k < 2; k++) {
            if (k) {
                gen_push(g, VT_I32); /* the address stays below */
                gen_push(g, VT_I32);
                gen_value(g, VT_I32, 1);
                g->height -= 3;
                gen_code_op(g, gen_pick(g, 2) ? OP_i32_xor : OP_i32_add);
            }
            gen_code_op(g, ops[k]);
            gen_u64(&g->code, 0x40);
            gen_u64(&g->code, memory);
            gen_u64(&g->code, gen_pick(g, 70));
        }
    }
    gen_code_op(g, OP_local_get);
    gen_u64(&g->code, i);
    gen_code_op(g, OP_i32_const);
    gen_s64(&g->code, (int32_t)stride);
    gen_code_op(g, gen_one_in(g, 4) ? OP_i32_sub : OP_i32_add);
    gen_code_op(g, OP_local_set);
    gen_u64(&g->code, i);
    gen_code_op(g, OP_local_get);
    gen_u64(&g->code, i + 1);
    gen_code_op(g, OP_i32_const);
    gen_s64(&g->code, 1);
    gen_code_op(g, OP_i32_sub);
    gen_code_op(g, OP_local_tee);
    gen_u64(&g->code, i + 1);
    if (!g->options.endless) {
        gen_code_op(g, OP_i32_const);
        gen_s64(&g->code, 0);
        gen_code_op(g, OP_i32_ne);
        is_left(g);
        gen_code_op(g, OP_i32_and);
    }
    gen_code_op(g, OP_br_if);
    gen_u64(&g->code, 0);
    close(g, &none);
    return true;
}

/* ---- statements ---------------------------------------------------------------------------------- */
void gen_block_value(Gen *g, ValType t) {
    GenList one = {.types = {t}, .count = 1};
    uint32_t height = g->height;
    /* what lies below stays: the block takes no parameters here */
    GenLabel wall = {.base = height, .kind = LABEL_PLAIN};
    uint32_t saved = g->labels[g->label_count - 1].base;
    g->labels[g->label_count - 1].base = wall.base;
    if (gen_pick(g, 2))
        block(g, &one, 3);
    else
        if_block(g, &one, 2);
    g->labels[g->label_count - 1].base = saved;
}

static void special(Gen *g) {
    for (unsigned tries = 0; tries < 4; tries++)
        if (gen_special(g, (Op)gen_pick(g, OP_COUNT))) return;
}

/* The special ones are few among the opcodes: chosen from their own list. */
static void special_op(Gen *g) {
    uint16_t found[OP_COUNT];
    uint32_t count = 0;
    for (unsigned op = 0; op < OP_COUNT; op++)
        if (op_info[op].kind == KIND_SPECIAL) found[count++] = (uint16_t)op;
    for (unsigned tries = 0; tries < 3; tries++)
        if (gen_special(g, (Op)found[gen_pick(g, count)])) return;
    special(g);
}

static void nest(Gen *g) {
    GenList results = some_types(g, 2);
    uint32_t size = 2 + gen_pick(g, 5);
    switch (gen_pick(g, 7)) {
    case 0:
        block(g, &results, size);
        break;
    case 1:
        loop(g, &results, size);
        break;
    case 2:
        if_block(g, &results, size);
        break;
    case 3:
        if (g->legacy)
            try_legacy(g, size);
        else
            try_table(g, size);
        break;
    case 4:
        branch_on(g);
        break;
    case 5:
        counted_loop(g);
        break;
    default:
        gen_fields(g);
    }
}

static void leave(Gen *g) {
    switch (gen_pick(g, 7)) {
    case 0:
    case 1:
        branch(g, false);
        break;
    case 2:
        branch(g, true);
        break;
    case 3:
        branch_table(g);
        break;
    case 4:
        return_now(g);
        break;
    case 5:
        throw_something(g);
        break;
    default:
        if (gen_one_in(g, 4)) {
            gen_code_op(g, OP_unreachable);
            go_away(g);
        } else {
            tail_call(g);
        }
    }
}

static void statement(Gen *g) {
    uint32_t kind = gen_pick(g, 20);
    while (g->height > gen_base(g) + 8)
        gen_sink(g);
    if (kind < 8)
        gen_any_op(g);
    else if (kind < 12)
        special_op(g);
    else if (kind < 15 && g->height > gen_base(g))
        gen_sink(g);
    else if (kind < 17 && may_nest(g))
        nest(g);
    else if (kind < 18)
        call_statement(g);
    else if (kind < 19 && g->label_count > 1)
        leave(g);
    else
        gen_any_op(g);
}

void gen_statements(Gen *g, uint32_t count) {
    uint32_t after = 0; /* instructions that are never reached: a few */
    for (uint32_t i = 0; i < count && g->room > 0; i++) {
        if (g->dead && after++ > 1) return;
        statement(g);
    }
}

/* ---- functions ----------------------------------------------------------------------------------- */
/* if (budget < 0) return what costs nothing */
static void end_early(Gen *g, const GenList *results) {
    GenList none = {.count = 0};
    if (g->options.endless) return;
    spend(g);
    is_left(g);
    gen_code_op(g, OP_i32_eqz);
    gen_code_op(g, OP_if);
    block_type(g, &none, &none);
    open(g, LABEL_PLAIN, &none, 0);
    for (uint32_t i = 0; i < results->count; i++)
        gen_value(g, results->types[i], 0);
    gen_code_op(g, OP_return);
    go_away(g);
    close(g, &none);
}

static void write_locals(Gen *g, Buffer *out) {
    gen_u64(out, g->local_count - g->param_count);
    for (uint32_t i = g->param_count; i < g->local_count; i++) {
        gen_u64(out, 1);
        gen_type(out, g->locals[i]);
    }
}

void gen_body(Gen *g, uint32_t func, Buffer *out) {
    const GenList params = g->types[g->func_types[func]].params;
    const GenList results = g->types[g->func_types[func]].results;
    g->func = func;
    g->code.len = 0;
    g->height = g->label_count = 0;
    g->dead = false;
    g->room = (int32_t)(4 + gen_pick(g, g->options.size));
    memcpy(g->locals, params.types, params.count * sizeof *params.types);
    g->local_count = g->param_count = params.count;
    for (uint32_t i = 0, n = gen_pick(g, 8); i < n; i++)
        g->locals[g->local_count++] = gen_nullable_type(g);
    open(g, LABEL_PLAIN, &results, 0);
    end_early(g, &results);
    gen_statements(g, 1 + gen_pick(g, 25));
    gen_finish(g, &results);
    gen_code_op(g, OP_end);
    Buffer body;
    buffer_init(&body, alloc_default());
    write_locals(g, &body);
    buffer_bytes(&body, g->code.data, g->code.len);
    gen_u64(out, body.len);
    buffer_bytes(out, body.data, body.len);
    buffer_free(&body);
}
