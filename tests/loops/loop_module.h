/* loop_module.h: modules full of random loops, for test_loops.c: strides, wraps, bounds at the end of
 * memory, overlapping stores, bodies unrolled by hand, branches, every kind of exit test. The same seed gives the
 * same module on every machine. */
#ifndef W2C_TEST_LOOP_MODULE_H
#define W2C_TEST_LOOP_MODULE_H
#include "loop_items.h"

static void advance(Gen *g, unsigned local, int64_t by) {
    get(g, local);
    number(g, by);
    add(g);
    set(g, local);
}

static void steps(Gen *g, bool with_i) {
    const LoopFunc *f = g->f;
    int32_t u = (int32_t)f->unroll;
    advance(g, P, f->p_step * u);
    if (f->q_step) advance(g, Q, f->q_step * u);
    get(g, R);
    get(g, D);
    if (u > 1) {
        number(g, u);
        op2(g, 0x6c, 0x7e);
    }
    add(g);
    set(g, R);
    if (!with_i) return;
    if (f->by_d) {
        get(g, I);
        get(g, D);
        add(g);
        set(g, I);
    } else {
        advance(g, I, f->step * u);
    }
}

/* While i RELATION n. */
static void test(Gen *g) {
    static const uint8_t codes[][2] = {{0x47, 0x52}, {0x48, 0x53}, {0x49, 0x54},
                                       {0x4a, 0x55}, {0x4b, 0x56}, {0x4c, 0x57},
                                       {0x4d, 0x58}, {0x4e, 0x59}, {0x4f, 0x5a}};
    get(g, I);
    if (g->f->relation == COUNTER) { /* i counts to 0 by itself */
        number(g, 0);
        op2(g, 0x47, 0x52);
        return;
    }
    get(g, N);
    op2(g, codes[g->f->relation][0], codes[g->f->relation][1]);
}

static void items(Gen *g, unsigned from, unsigned to) {
    unsigned order = g->f->order;
    bool skips = false;
    for (unsigned k = 0; k < g->f->item_count; k++)
        skips |= g->f->items[k].guard == SKIP;
    if (skips) open_block(g, 0x02);
    for (unsigned i = from; i < to; i++) {
        unsigned j =
            order == 0 || (order == 2 && i == from) ? i : to - 1 - (i - from) + (order == 2);
        for (unsigned k = 0; k < g->f->item_count; k++)
            guarded_item(g, &g->f->items[k], j);
    }
    if (skips) close_block(g);
}

/* The `if` that stands last has two arms: in one of them the loop ends, with a value, in the other one it goes on.
 * Which one is first, what decides, and whether the items are inside, is the first item's condition's to say. */
static void last_if(Gen *g) {
    const LoopFunc *f = g->f;
    unsigned how = f->items[0].condition;
    bool counts = how & 1, ends_first = how & 2;
    unsigned inside = how & 4 ? 0 : (f->unroll + 1) / 2; /* the first copy that is */
    if (!counts) {
        test(g);
        op(g, 0x45);
        branch(g, 0x0d, 1);
    }
    items(g, 0, inside);
    if (counts) {
        test(g);
        if (ends_first) op(g, 0x45);
    } else {
        load(g, 0x2d, &f->items[0].from, 0);
        i32(g, 7);
        op(g, ends_first ? 0x46 : 0x47);
    }
    open_block_of(g, 0x04, 0x7f);
    for (unsigned arm = 0; arm < 2; arm++) {
        if (arm) op(g, 0x05);
        if (ends_first == (arm == 0)) {
            get(g, P);
            narrow(g);
            continue;
        }
        items(g, inside, f->unroll);
        steps(g, true);
        branch(g, 0x0c, 1);
    }
    close_block(g);
}

static void loop_code(Gen *g) {
    const LoopFunc *f = g->f;
    open_block(g, 0x02);
    open_block_of(g, 0x03, f->shape == LAST_IF ? 0x7f : 0x40);
    g->depth = 0;
    switch (f->shape) {
    case BOTTOM:
        items(g, 0, f->unroll);
        steps(g, true);
        test(g);
        branch(g, 0x0d, 0);
        break;
    case BOTTOM_BEFORE: /* the test looks at the old i */
        items(g, 0, f->unroll);
        test(g);
        steps(g, true);
        branch(g, 0x0d, 0);
        break;
    case TOP:
        test(g);
        op(g, 0x45);
        branch(g, 0x0d, 1);
        items(g, 0, f->unroll);
        steps(g, true);
        branch(g, 0x0c, 0);
        break;
    case MIDDLE:
        items(g, 0, (f->unroll + 1) / 2);
        test(g);
        op(g, 0x45);
        branch(g, 0x0d, 1);
        items(g, (f->unroll + 1) / 2, f->unroll);
        steps(g, true);
        branch(g, 0x0c, 0);
        break;
    case IF_ELSE:
        items(g, 0, f->unroll);
        test(g);
        open_block(g, 0x04);
        steps(g, true);
        branch(g, 0x0c, 1);
        op(g, 0x0b);
        break;
    case EARLY: /* also left when *from has a certain byte */
        items(g, 0, f->unroll);
        load(g, 0x2d, &f->items[0].from, 0);
        i32(g, 7);
        op(g, 0x46);
        branch(g, 0x0d, 1);
        steps(g, true);
        test(g);
        branch(g, 0x0d, 0);
        break;
    default:
        last_if(g);
        break;
    }
    op(g, 0x0b);
    if (f->shape == LAST_IF) set(g, K);
    op(g, 0x0b);
}

/* Every local counts in the result. */
static void result_code(Gen *g) {
    static const uint8_t wide[] = {I, P, Q, R};
    op(g, 0x42);
    put_s(&g->code, 0);
    for (unsigned i = 0; i < sizeof wide; i++) {
        get(g, wide[i]);
        if (!g->is64) op(g, 0xad);
        op(g, 0x7c);
        op(g, 0x42);
        put_s(&g->code, 1000003);
        op(g, 0x7e);
    }
    for (unsigned local = T; local <= K; local++) {
        if (local == X || local == C) continue;
        get(g, local);
        op(g, 0xad);
        op(g, 0x7c);
        op(g, 0x42);
        put_s(&g->code, 31);
        op(g, 0x7e);
    }
    get(g, C);
    op(g, 0x7c);
    get(g, X);
    op(g, 0xbd);
    op(g, 0x85);
}

static void func_code(Bytes *out, LoopModule *m, const LoopFunc *f, Random *random) {
    Gen g = {.random = random, .is64 = m->is64, .f = f};
    unsigned type = m->is64 ? 0x7e : 0x7f;
    static const uint8_t decls[][2] = {{3, 0}, {2, 0x7f}, {1, 0x7e}, {1, 0x7c}, {1, 0x7f}, {1, 0}};
    put_u(&g.code, sizeof decls / sizeof *decls);
    for (unsigned i = 0; i < sizeof decls / sizeof *decls; i++) {
        put(&g.code, decls[i][0]);
        put(&g.code, decls[i][1] ? decls[i][1] : type);
    }
    get(&g, A);
    set(&g, R);
    get(&g, S);
    set(&g, I);
    get(&g, A);
    set(&g, P);
    get(&g, B);
    set(&g, Q);
    loop_code(&g);
    result_code(&g);
    op(&g, 0x0b);
    put_u(out, g.code.len);
    put_all(out, &g.code);
    free(g.code.data);
}

static Place random_place(Random *r, bool two) {
    Place at = {.base = any(r, 8), .shift = any(r, 4), .second = two && any(r, 2)};
    if (any(r, 3) == 0) at.offset = any(r, 40);
    if (any(r, 40) == 0) at.offset = 65536u * any(r, 5);
    if (any(r, 3) == 0) at.plus = (int32_t)any(r, 64) - 24;
    return at;
}

static LoopFunc random_func(Random *r, bool two, bool floats) {
    bool branches = any(r, 3) != 0;
    static const int32_t strides[] = {1, 1, 2, 4, 4, 8, 8, 16, 3, 12, -1, -4, -8, -3};
    LoopFunc f = {.item_count = 1 + any(r, MOST_ITEMS), .unroll = 1u << any(r, 4)};
    f.relation = (Relation)any(r, 10);
    f.shape = (Shape)any(r, SHAPES);
    bool down =
        f.relation == GT_S || f.relation == GT_U || f.relation == GE_S || f.relation == GE_U;
    bool up = f.relation != NE && f.relation != COUNTER && !down;
    do
        f.step = strides[any(r, 14)];
    while ((up && f.step < 0 && any(r, 8)) || (down && f.step > 0 && any(r, 8)));
    f.p_step = strides[any(r, 14)];
    f.q_step = any(r, 4) ? strides[any(r, 14)] : 0;
    f.spoiled = any(r, 8) == 0;
    f.by_d = any(r, 6) == 0;
    if (f.by_d) f.unroll = 1;
    if (any(r, 4) == 0) { /* what only stores may be done in any order */
        f.order = 1 + any(r, 2);
        f.item_count = 1 + any(r, 2);
    }
    for (unsigned i = 0; i < f.item_count; i++)
        f.items[i] = (Item){.kind = any(r, KINDS),
                            .guard = branches && any(r, 2) ? any(r, GUARDS) : NO_GUARD,
                            .condition = any(r, 24),
                            .to = random_place(r, two),
                            .from = random_place(r, two),
                            .constant = (int32_t)any(r, 100)};
    for (unsigned i = 0; f.order && i < f.item_count; i++) {
        Item *it = &f.items[i];
        if (any(r, 2)) it->kind = any(r, 2) ? 5 : 0;
        it->from = it->to;
        if (any(r, 3) == 0) it->from.plus += (int32_t)scale(&f, &it->to); /* the next copy's */
    }
    for (unsigned i = 0; !floats && i < f.item_count; i++)
        if (f.items[i].kind == 1 || f.items[i].kind == 3) f.items[i].kind--;
    return f;
}

/* Both have room to grow. */
static void memories(LoopModule *m, bool imported) {
    Bytes part = {0};
    put_u(&part, m->two ? 2 : 1);
    for (unsigned i = 0; i < (m->two ? 2u : 1u); i++) {
        if (imported) {
            put_text(&part, "env");
            put_text(&part, i ? "second" : "memory");
            put(&part, 2);
        }
        put(&part, m->is64 ? 5 : 1);
        put_u(&part, 1);
        put_u(&part, 4);
    }
    put_section(&m->bytes, imported ? 2 : 5, &part);
}

/* Functions "0", "1", ..., memories "memory" and "second", exported; imported: from "env". */
static LoopModule loop_module(uint64_t seed, unsigned count, bool is64, bool two, bool floats,
                              bool imported) {
    Random r = {seed * 0x9e3779b97f4a7c15u + 1};
    LoopModule m = {.is64 = is64, .two = two, .count = count};
    Bytes part = {0};
    unsigned type = is64 ? 0x7e : 0x7f;
    put_header(&m.bytes);
    const uint8_t types[] = {1, 0x60, 5, 0, 0, 0, 0, 0, 1, 0x7e};
    for (unsigned i = 0; i < sizeof types; i++)
        put(&part, i >= 3 && i < 8 ? type : types[i]);
    put_section(&m.bytes, 1, &part);
    if (imported) memories(&m, true);
    put_u(&part, count);
    for (unsigned i = 0; i < count; i++)
        put(&part, 0);
    put_section(&m.bytes, 3, &part);
    if (!imported) memories(&m, false);
    put_u(&part, count + (two ? 2 : 1));
    for (unsigned i = 0; i < (two ? 2u : 1u); i++) {
        put_text(&part, i ? "second" : "memory");
        put(&part, 2);
        put_u(&part, i);
    }
    for (unsigned i = 0; i < count; i++) {
        put_number_name(&part, i);
        put(&part, 0);
        put_u(&part, i);
    }
    put_section(&m.bytes, 7, &part);
    m.funcs = calloc(count, sizeof *m.funcs);
    if (!m.funcs) abort();
    put_u(&part, count);
    for (unsigned i = 0; i < count; i++) {
        m.funcs[i] = random_func(&r, two, floats);
        func_code(&part, &m, &m.funcs[i], &r);
    }
    put_section(&m.bytes, 10, &part);
    return m;
}

/* How many turns the loop of f makes before its test ends it, for i from s, the bound n and d; most: so many
 * or more. */
static unsigned loop_turns(const LoopModule *m, const LoopFunc *f, uint64_t s, uint64_t n,
                           int64_t d, unsigned most) {
    uint64_t mask = m->is64 ? UINT64_MAX : UINT32_MAX, i = s & mask;
    unsigned turns = 0;
    for (; turns < most; turns++) {
        uint64_t old = i, now;
        i = (i + (uint64_t)(f->by_d ? d : (int64_t)(f->step * (int32_t)f->unroll))) & mask;
        now = f->shape == BOTTOM || f->shape == EARLY ? i : old;
        int64_t x = m->is64 ? (int64_t)now : (int32_t)(uint32_t)now;
        int64_t y = m->is64 ? (int64_t)n : (int32_t)(uint32_t)n;
        uint64_t b = n & mask;
        bool go[] = {now != b, x<y, now<b, x> y, now> b, x <= y, now <= b, x >= y, now >= b,
                     now != 0};
        if (!go[f->relation]) return turns;
    }
    return most;
}
#endif
