/* loop_module.h: modules full of random loops, for test_loops.c: strides, wraps, bounds at the end of
 * memory, overlapping stores, bodies unrolled by hand, every kind of exit test. The same seed gives the
 * same module on every machine. */
#ifndef W2C_TEST_LOOP_MODULE_H
#define W2C_TEST_LOOP_MODULE_H
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef struct Bytes {
    uint8_t *data;
    size_t len, cap;
} Bytes;

static void put(Bytes *b, unsigned byte) {
    if (b->len == b->cap) b->data = realloc(b->data, b->cap = b->cap * 2 + 256);
    if (!b->data) abort();
    b->data[b->len++] = (uint8_t)byte;
}

static void put_u(Bytes *b, uint64_t n) {
    do {
        put(b, (unsigned)(n & 127) | (n >> 7 ? 128 : 0));
    } while (n >>= 7);
}

static void put_s(Bytes *b, int64_t n) {
    for (;;) {
        unsigned byte = n & 127;
        n >>= 7;
        bool end = (n == 0 && !(byte & 64)) || (n == -1 && (byte & 64));
        put(b, byte | (end ? 0 : 128));
        if (end) return;
    }
}

static void put_all(Bytes *b, const Bytes *more) {
    for (size_t i = 0; i < more->len; i++)
        put(b, more->data[i]);
}

static void put_section(Bytes *b, unsigned id, Bytes *content) {
    put(b, id);
    put_u(b, content->len);
    put_all(b, content);
    free(content->data);
    *content = (Bytes){0};
}

/* xorshift: the same everywhere */
typedef struct Random {
    uint64_t state;
} Random;
static uint32_t any(Random *r, uint32_t below) {
    r->state ^= r->state << 13;
    r->state ^= r->state >> 7;
    r->state ^= r->state << 17;
    return (uint32_t)(r->state >> 33) % below;
}

typedef enum Relation { NE, LT_S, LT_U, GT_S, GT_U, LE_S, LE_U, GE_S, GE_U, COUNTER } Relation;
typedef enum Shape { BOTTOM, BOTTOM_BEFORE, TOP, MIDDLE, IF_ELSE, EARLY } Shape;

enum { MOST_ITEMS = 4 };
typedef struct Place { /* an address */
    unsigned
        base; /* 0 p, 1 q, 2 a + i, 3 b + (i << shift), 4 b + i * times, 5 a: the same always */
    unsigned shift;
    int32_t plus;
    uint32_t offset;
    bool second; /* of memory 1 */
} Place;

typedef struct Item {
    unsigned kind;
    Place to, from;
    int32_t constant;
} Item;

/* (a, b, n, s) -> i64: a and b addresses, n the bound, s where i starts */
typedef struct LoopFunc {
    Item items[MOST_ITEMS];
    unsigned item_count, unroll;
    int32_t step, p_step, q_step; /* of i, p, q, in one of the unrolled copies */
    Relation relation;
    Shape shape;
    bool spoiled; /* one copy differs from the others */
    unsigned
        order; /* of the copies: 0 first to last, 1 last to first, 2 the first, then last to second */
} LoopFunc;

typedef struct LoopModule {
    bool is64, two;
    LoopFunc *funcs;
    unsigned count;
    Bytes bytes;
} LoopModule;

/* locals: 0 a, 1 b, 2 n, 3 s (params), 4 i, 5 p, 6 q (addresses), 7 t, 8 u (i32), 9 c (i64), 10 x (f64),
 * 11 k (i32): a counter */
enum { A, B, N, S, I, P, Q, T, U, C, X, K };

typedef struct Gen {
    Bytes code;
    Random *random;
    bool is64;
    const LoopFunc *f;
} Gen;

static void get(Gen *g, unsigned local) {
    put(&g->code, 0x20);
    put_u(&g->code, local);
}

static void set(Gen *g, unsigned local) {
    put(&g->code, 0x21);
    put_u(&g->code, local);
}

static void op(Gen *g, unsigned code) {
    put(&g->code, code);
}

static void i32(Gen *g, int32_t value) {
    op(g, 0x41);
    put_s(&g->code, value);
}

/* of the address type */
static void number(Gen *g, int64_t value) {
    op(g, g->is64 ? 0x42 : 0x41);
    put_s(&g->code, g->is64 ? value : (int32_t)value);
}

static void op2(Gen *g, unsigned narrow, unsigned wide) {
    op(g, g->is64 ? wide : narrow);
}

static void add(Gen *g) {
    op2(g, 0x6a, 0x7c);
}

/* An integer of the address type, as an i32. */
static void narrow(Gen *g) {
    if (g->is64) op(g, 0xa7);
}

static int64_t scale(const LoopFunc *f, const Place *at) {
    switch (at->base) {
    case 0:
        return f->p_step;
    case 1:
        return f->q_step;
    case 3:
        return (int64_t)f->step * ((int64_t)1 << at->shift);
    case 4:
        return (int64_t)f->step * 12;
    case 5:
        return 0;
    default:
        return f->step;
    }
}

/* The address of copy j; what does not go into the offset is added. */
static uint32_t address(Gen *g, const Place *at, unsigned j) {
    int64_t more = scale(g->f, at) * (int64_t)j + at->plus;
    switch (at->base) {
    case 0:
        get(g, P);
        break;
    case 1:
        get(g, Q);
        break;
    case 2:
        get(g, A);
        get(g, I);
        add(g);
        break;
    case 3:
        get(g, B);
        get(g, I);
        number(g, at->shift);
        op2(g, 0x74, 0x86);
        add(g);
        break;
    case 4:
        get(g, I);
        number(g, 12);
        op2(g, 0x6c, 0x7e);
        get(g, B);
        add(g);
        break;
    default:
        get(g, A);
        break;
    }
    bool in_offset = more >= 0 && any(g->random, 2);
    if (more && !in_offset) {
        number(g, more);
        add(g);
    }
    return at->offset + (in_offset ? (uint32_t)more : 0);
}

static void memarg(Gen *g, unsigned code, const Place *at, uint32_t offset) {
    op(g, code);
    put(&g->code, at->second ? 0x40 : 0);
    if (at->second) put(&g->code, 1);
    put_u(&g->code, offset);
}

static void load(Gen *g, unsigned code, const Place *at, unsigned j) {
    uint32_t offset = address(g, at, j);
    memarg(g, code, at, offset);
}

static void stride_value(Gen *g, unsigned j) { /* i of copy j, as an i32 */
    get(g, I);
    if (j && g->f->step) {
        number(g, (int64_t)g->f->step * (int64_t)j + (g->f->spoiled && j == 1));
        add(g);
    }
    narrow(g);
}

static void f64_const(Gen *g, double value) {
    uint64_t bits;
    memcpy(&bits, &value, 8);
    op(g, 0x44);
    for (unsigned i = 0; i < 8; i++)
        put(&g->code, (unsigned)(bits >> (8 * i)) & 255);
}

static void item(Gen *g, const Item *it, unsigned j) {
    int32_t constant = it->constant + (g->f->spoiled && j == 1);
    uint32_t to;
    switch (it->kind) {
    case 0: /* *to = *from + constant */
        to = address(g, &it->to, j);
        load(g, 0x28, &it->from, j);
        i32(g, constant);
        op(g, 0x6a);
        memarg(g, 0x36, &it->to, to);
        break;
    case 1: /* *to += *from * 1.5 */
        to = address(g, &it->to, j);
        load(g, 0x2b, &it->from, j);
        f64_const(g, 0.5);
        op(g, 0xa2);
        load(g, 0x2b, &it->to, j);
        op(g, 0xa0);
        memarg(g, 0x39, &it->to, to);
        break;
    case 2: /* c += *from */
        get(g, C);
        load(g, 0x31, &it->from, j);
        op(g, 0x7c);
        set(g, C);
        break;
    case 3: /* x += *from */
        get(g, X);
        load(g, 0x2b, &it->from, j);
        op(g, 0xa0);
        set(g, X);
        break;
    case 4: /* t = *from; *to = t ^ i */
        load(g, 0x28, &it->from, j);
        set(g, T);
        to = address(g, &it->to, j);
        get(g, T);
        stride_value(g, j);
        op(g, 0x73);
        memarg(g, 0x36, &it->to, to);
        break;
    case 5: /* *to = i, narrow */
        to = address(g, &it->to, j);
        stride_value(g, j);
        memarg(g, it->constant & 1 ? 0x3a : 0x3b, &it->to, to);
        break;
    case 6: /* *to = u; u = *from: what the turn before has read */
        to = address(g, &it->to, j);
        get(g, U);
        memarg(g, 0x36, &it->to, to);
        load(g, 0x2e, &it->from, j);
        set(g, U);
        break;
    case 7: /* *to = the smaller of *to and *from + constant */
        load(g, 0x28, &it->to, j);
        set(g, T);
        load(g, 0x28, &it->from, j);
        i32(g, constant);
        op(g, 0x6a);
        set(g, K);
        to = address(g, &it->to, j);
        get(g, T);
        get(g, K);
        get(g, T);
        get(g, K);
        op(g, 0x48);
        op(g, 0x1b);
        memarg(g, 0x36, &it->to, to);
        break;
    case 8: /* c = (c ^ *from) * 3; *to = c */
        get(g, C);
        load(g, 0x29, &it->from, j);
        op(g, 0x85);
        op(g, 0x42);
        put_s(&g->code, 3);
        op(g, 0x7e);
        set(g, C);
        to = address(g, &it->to, j);
        get(g, C);
        memarg(g, constant & 1 ? 0x37 : 0x3e, &it->to, to);
        break;
    default: /* the load alone */
        load(g, 0x2d, &it->from, j);
        op(g, 0x1a);
        break;
    }
}

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
    if (with_i) advance(g, I, f->step * u);
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
    for (unsigned i = from; i < to; i++) {
        unsigned j =
            order == 0 || (order == 2 && i == from) ? i : to - 1 - (i - from) + (order == 2);
        for (unsigned k = 0; k < g->f->item_count; k++)
            item(g, &g->f->items[k], j);
    }
}

static void branch(Gen *g, unsigned code, unsigned depth) {
    op(g, code);
    put(&g->code, depth);
}

static void open_block(Gen *g, unsigned code) {
    op(g, code);
    op(g, 0x40);
}

static void loop_code(Gen *g) {
    const LoopFunc *f = g->f;
    open_block(g, 0x02);
    open_block(g, 0x03);
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
    }
    op(g, 0x0b);
    op(g, 0x0b);
}

/* Every local counts in the result. */
static void result_code(Gen *g) {
    static const uint8_t wide[] = {I, P, Q};
    op(g, 0x42);
    put_s(&g->code, 0);
    for (unsigned i = 0; i < 3; i++) {
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
    static const uint8_t decls[][2] = {{3, 0}, {2, 0x7f}, {1, 0x7e}, {1, 0x7c}, {1, 0x7f}};
    put_u(&g.code, 5);
    for (unsigned i = 0; i < 5; i++) {
        put(&g.code, decls[i][0]);
        put(&g.code, i ? decls[i][1] : type);
    }
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
    Place at = {.base = any(r, 6), .shift = any(r, 4), .second = two && any(r, 2)};
    if (any(r, 3) == 0) at.offset = any(r, 40);
    if (any(r, 40) == 0) at.offset = 65536u * any(r, 5);
    if (any(r, 3) == 0) at.plus = (int32_t)any(r, 64) - 24;
    return at;
}

static LoopFunc random_func(Random *r, bool two, bool floats) {
    static const int32_t strides[] = {1, 1, 2, 4, 4, 8, 8, 16, 3, 12, -1, -4, -8, -3};
    LoopFunc f = {.item_count = 1 + any(r, MOST_ITEMS), .unroll = 1u << any(r, 4)};
    f.relation = (Relation)any(r, 10);
    f.shape = (Shape)any(r, 6);
    bool down =
        f.relation == GT_S || f.relation == GT_U || f.relation == GE_S || f.relation == GE_U;
    bool up = f.relation != NE && f.relation != COUNTER && !down;
    do
        f.step = strides[any(r, 14)];
    while ((up && f.step < 0 && any(r, 8)) || (down && f.step > 0 && any(r, 8)));
    f.p_step = strides[any(r, 14)];
    f.q_step = any(r, 4) ? strides[any(r, 14)] : 0;
    f.spoiled = any(r, 8) == 0;
    if (any(r, 4) == 0) { /* what only stores may be done in any order */
        f.order = 1 + any(r, 2);
        f.item_count = 1 + any(r, 2);
    }
    for (unsigned i = 0; i < f.item_count; i++)
        f.items[i] = (Item){.kind = any(r, 10),
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

/* Functions "0", "1", ..., memories "memory" and "second", both with room to grow. */
static LoopModule loop_module(uint64_t seed, unsigned count, bool is64, bool two, bool floats) {
    Random r = {seed * 0x9e3779b97f4a7c15u + 1};
    LoopModule m = {.is64 = is64, .two = two, .count = count};
    Bytes part = {0};
    unsigned type = is64 ? 0x7e : 0x7f;
    const uint8_t header[] = {0, 'a', 's', 'm', 1, 0, 0, 0};
    for (unsigned i = 0; i < 8; i++)
        put(&m.bytes, header[i]);
    const uint8_t types[] = {1, 0x60, 4, 0, 0, 0, 0, 1, 0x7e};
    for (unsigned i = 0; i < sizeof types; i++)
        put(&part, i >= 3 && i < 7 ? type : types[i]);
    put_section(&m.bytes, 1, &part);
    put_u(&part, count);
    for (unsigned i = 0; i < count; i++)
        put(&part, 0);
    put_section(&m.bytes, 3, &part);
    put_u(&part, two ? 2 : 1);
    for (unsigned i = 0; i < (two ? 2u : 1u); i++) {
        put(&part, is64 ? 5 : 1);
        put_u(&part, 1);
        put_u(&part, 4);
    }
    put_section(&m.bytes, 5, &part);
    put_u(&part, count + (two ? 2 : 1));
    for (unsigned i = 0; i < (two ? 2u : 1u); i++) {
        const char *name = i ? "second" : "memory";
        put_u(&part, strlen(name));
        for (const char *at = name; *at; at++)
            put(&part, (unsigned)*at);
        put(&part, 2);
        put_u(&part, i);
    }
    for (unsigned i = 0; i < count; i++) {
        put_u(&part, i < 10 ? 1 : i < 100 ? 2 : 3);
        if (i >= 100) put(&part, '0' + i / 100);
        if (i >= 10) put(&part, '0' + i / 10 % 10);
        put(&part, '0' + i % 10);
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

/* How many turns the loop of f makes before its test ends it, for i from s and the bound n; most: so many
 * or more. */
static unsigned loop_turns(const LoopModule *m, const LoopFunc *f, uint64_t s, uint64_t n,
                           unsigned most) {
    uint64_t mask = m->is64 ? UINT64_MAX : UINT32_MAX, i = s & mask;
    unsigned turns = 0;
    for (; turns < most; turns++) {
        uint64_t old = i, now;
        i = (i + (uint64_t)(int64_t)(f->step * (int32_t)f->unroll)) & mask;
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
