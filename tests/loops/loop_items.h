/* loop_items.h: what one turn of a random loop does, for loop_module.h: loads and stores at random places, under
 * conditions or not, and the bytes of a module. */
#ifndef W2C_TEST_LOOP_ITEMS_H
#define W2C_TEST_LOOP_ITEMS_H
#include <stdbool.h>
#include "random.h"
#include "wasm_bytes.h"

typedef enum Relation { NE, LT_S, LT_U, GT_S, GT_U, LE_S, LE_U, GE_S, GE_U, COUNTER } Relation;
typedef enum Shape { BOTTOM, BOTTOM_BEFORE, TOP, MIDDLE, IF_ELSE, EARLY, LAST_IF, SHAPES } Shape;

enum { MOST_ITEMS = 4, KINDS = 14 };
typedef struct Place { /* an address */
    unsigned
        base; /* 0 p, 1 q, 2 a + i, 3 b + (i << shift), 4 b + i * times, 5 a: the same always, 6 r, which moves
               * by d, 7 a + i * d */
    unsigned shift;
    int32_t plus;
    uint32_t offset;
    bool second; /* of memory 1 */
} Place;

/* How an item's condition is written: not at all, if, if and else, br_if across, two blocks, an exit inside,
 * the rest of the turn left out, a return or a trap inside, a block's value. */
typedef enum Guard {
    NO_GUARD,
    IF,
    IF_OTHER,
    ACROSS,
    DIAMOND,
    LEAVE,
    SKIP,
    RETURN,
    TRAP,
    VALUE,
    GUARDS
} Guard;

typedef struct Item {
    unsigned kind, guard, condition;
    Place to, from;
    int32_t constant;
} Item;

/* (a, b, n, s, d) -> i64: a and b addresses, n the bound, s where i starts, d a stride */
typedef struct LoopFunc {
    Item items[MOST_ITEMS];
    unsigned item_count, unroll;
    int32_t step, p_step, q_step; /* of i, p, q, in one of the unrolled copies */
    Relation relation;
    Shape shape;
    bool spoiled; /* one copy differs from the others */
    bool by_d;    /* i moves by d instead; unroll is 1 then */
    unsigned
        order; /* of the copies: 0 first to last, 1 last to first, 2 the first, then last to second */
} LoopFunc;

typedef struct LoopModule {
    bool is64, two;
    LoopFunc *funcs;
    unsigned count;
    Bytes bytes;
} LoopModule;

/* a, b, n, s, d: params; i; p, q, r: addresses; t, u (i32); c (i64); x (f64); k (i32) */
enum { A, B, N, S, D, I, P, Q, T, U, C, X, K, R };

typedef struct Gen {
    Bytes code;
    Random *random;
    bool is64;
    const LoopFunc *f;
    unsigned depth; /* blocks open inside the loop */
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
    case 6:
    case 7:
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
    case 6:
        get(g, R);
        if (!j) break;
        get(g, D);
        number(g, j);
        op2(g, 0x6c, 0x7e);
        add(g);
        break;
    case 7:
        get(g, A);
        get(g, I);
        number(g, (int64_t)g->f->step * (int64_t)j);
        add(g);
        get(g, D);
        op2(g, 0x6c, 0x7e);
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
    case 10: /* *to = *from divided by what stays the same: may trap */
    case 11: /* t = constant divided by what is there: seldom traps, when it is 0 */
        to = it->kind == 10 ? address(g, &it->to, j) : 0;
        if (it->kind == 10) {
            load(g, 0x28, &it->from, j);
            get(g, D);
            narrow(g);
        } else {
            i32(g, constant);
            load(g, 0x2d, &it->from, j);
        }
        op(g, 0x6d + it->condition / 4 % 4); /* div_s, div_u, rem_s, rem_u */
        if (it->kind == 10)
            memarg(g, 0x36, &it->to, to);
        else
            set(g, T);
        break;
    case 12: /* *to = u; then as below */
        to = address(g, &it->to, j);
        get(g, U);
        memarg(g, it->condition & 4 ? 0x36 : 0x3a, &it->to, to);
        /* fall through */
    case 13: /* u = what every turn gives it, or i */
        if (it->condition & 1) {
            get(g, N);
            narrow(g);
            i32(g, constant);
            op(g, 0x73);
        } else {
            stride_value(g, j);
        }
        set(g, U);
        break;
    default: /* the load alone */
        load(g, 0x2d, &it->from, j);
        op(g, 0x1a);
        break;
    }
}

/* ---- conditions ------------------------------------------------------------------------------ */

static void branch(Gen *g, unsigned code, unsigned depth) {
    op(g, code);
    put_u(&g->code, depth);
}

static void open_block_of(Gen *g, unsigned code, unsigned type) {
    op(g, code);
    op(g, type);
    g->depth++;
}

static void open_block(Gen *g, unsigned code) {
    open_block_of(g, code, 0x40);
}

static void close_block(Gen *g) {
    op(g, 0x0b);
    g->depth--;
}

static void condition(Gen *g, const Item *it, unsigned j) {
    switch (it->condition % 4) {
    case 0: /* a bit of what is there */
        load(g, 0x2d, &it->from, j);
        i32(g, 1 << it->condition / 4 % 6);
        op(g, 0x71);
        break;
    case 1: /* some turns */
        stride_value(g, j);
        i32(g, 1 << it->condition / 4 % 6);
        op(g, 0x71);
        break;
    case 2:
        load(g, 0x28, &it->from, j);
        load(g, 0x28, &it->to, j);
        op(g, 0x48);
        break;
    default: /* the same in every turn */
        get(g, N);
        narrow(g);
        i32(g, 1);
        op(g, 0x71);
        break;
    }
}

/* Inside of a condition: ends the loop, or the call, when there is a certain byte. */
static void leave(Gen *g, const Item *it, unsigned j) {
    load(g, 0x2d, &it->from, j);
    i32(g, 9);
    op(g, 0x46);
    if (it->guard == LEAVE) {
        branch(g, 0x0d, g->depth + 1);
        return;
    }
    open_block(g, 0x04);
    if (it->guard == TRAP) {
        op(g, 0x00);
    } else {
        get(g, C);
        op(g, 0x0f);
    }
    close_block(g);
}

/* u = k, or what is there */
static void value(Gen *g, const Item *it, unsigned j) {
    op(g, 0x02);
    op(g, 0x7f);
    g->depth++;
    get(g, K);
    condition(g, it, j);
    branch(g, 0x0d, 0);
    op(g, 0x1a);
    load(g, 0x28, &it->to, j);
    close_block(g);
    set(g, U);
}

static void other(Gen *g, const Item *it, unsigned j) {
    Item changed = *it;
    changed.constant += 5;
    if (it->constant % 3) changed.kind = it->kind == 2 ? 9 : 2;
    item(g, &changed, j);
}

static void guarded_item(Gen *g, const Item *it, unsigned j) {
    switch ((Guard)it->guard) {
    case IF:
    case IF_OTHER:
        condition(g, it, j);
        open_block(g, 0x04);
        item(g, it, j);
        if (it->guard == IF_OTHER) {
            op(g, 0x05);
            other(g, it, j);
        }
        close_block(g);
        break;
    case ACROSS:
        open_block(g, 0x02);
        condition(g, it, j);
        branch(g, 0x0d, 0);
        item(g, it, j);
        close_block(g);
        break;
    case DIAMOND:
        open_block(g, 0x02);
        open_block(g, 0x02);
        condition(g, it, j);
        branch(g, 0x0d, 0);
        item(g, it, j);
        branch(g, 0x0c, 1);
        close_block(g);
        other(g, it, j);
        close_block(g);
        break;
    case LEAVE:
    case RETURN:
    case TRAP:
        condition(g, it, j);
        open_block(g, 0x04);
        leave(g, it, j);
        item(g, it, j);
        close_block(g);
        break;
    case SKIP: /* the block around all items */
        condition(g, it, j);
        branch(g, 0x0d, 0);
        item(g, it, j);
        break;
    case VALUE:
        value(g, it, j);
        item(g, it, j);
        break;
    default:
        item(g, it, j);
        break;
    }
}
#endif
