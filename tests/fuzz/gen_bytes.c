/* gen_bytes.c: pieces of the binary format: numbers, types, opcodes, constants. */
#include "gen.h"

void gen_byte(Buffer *b, unsigned byte) {
    buffer_char(b, (char)byte);
}

void gen_u64(Buffer *b, uint64_t value) {
    for (; value >= 0x80; value >>= 7)
        gen_byte(b, (unsigned)(value & 0x7f) | 0x80);
    gen_byte(b, (unsigned)value);
}

void gen_s64(Buffer *b, int64_t value) {
    for (;;) {
        unsigned byte = (unsigned)(value & 0x7f);
        value >>= 7;
        bool last = value == (byte & 0x40 ? -1 : 0);
        gen_byte(b, last ? byte : byte | 0x80);
        if (last) return;
    }
}

void gen_heap(Buffer *b, uint32_t heap) {
    switch (heap) {
#define HEAPTYPE(id, code, feature, text, nullable)                                                \
    case HT_##id:                                                                                  \
        gen_byte(b, code);                                                                         \
        return;
#include "frontend/heaptypes.def"
    default:
        gen_s64(b, (int64_t)heap);
    }
}

void gen_type(Buffer *b, ValType t) {
    switch (t) {
#define NUMTYPE(id, code, feature, text)                                                           \
    case VT_##id:                                                                                  \
        gen_byte(b, code);                                                                         \
        return;
#include "frontend/heaptypes.def"
    case VT_PACKED8:
        gen_byte(b, 0x78);
        return;
    case VT_PACKED16:
        gen_byte(b, 0x77);
        return;
    default:
        gen_byte(b, vt_nullable(t) ? 0x63 : 0x64);
        gen_heap(b, vt_heap(t));
    }
}

void gen_code_op(Gen *g, Op op) {
    const OpInfo *info = &op_info[op];
    if (info->prefix) {
        gen_byte(&g->code, info->prefix);
        gen_u64(&g->code, info->code);
    } else {
        gen_byte(&g->code, info->code);
    }
    if (g->seen) g->seen[op]++;
    g->room--;
}

/* ---- constants: those where instructions behave otherwise than elsewhere, and any ---------------- */
static const uint64_t ints[] = {
    0,
    1,
    2,
    0xffffffffffffffff,
    3,
    4,
    7,
    8,
    15,
    16,
    31,
    32,
    33,
    63,
    64,
    127,
    128,
    255,
    256,
    0x7fff,
    0x8000,
    0xffff,
    0x10000,
    65532,
    0x7fffffff,
    0x80000000,
    0xffffffff,
    0x100000000,
    0x7fffffffffffffff,
    0x8000000000000000,
    0xffffffffffffff80,
    0xffffffff80000000,
};
static const uint32_t floats[] = {
    0x00000000, 0x80000000, 0x3f800000, 0xbf800000, 0x40000000, 0x3f000000, 0x7f800000,
    0xff800000, 0x7fc00000, 0xffc00000, 0x7fa00001, 0xffa00000, 0x00000001, 0x80000001,
    0x007fffff, 0x00800000, 0x7f7fffff, 0xff7fffff, 0x4f000000, 0xcf000000, 0xcf000001,
    0x4f800000, 0x5f000000, 0xdf000000, 0x5f800000, 0xbf7fffff, 0x4b000001, 0x40490fdb,
};
static const uint64_t doubles[] = {
    0x0000000000000000, 0x8000000000000000, 0x3ff0000000000000, 0xbff0000000000000,
    0x4000000000000000, 0x3fe0000000000000, 0x7ff0000000000000, 0xfff0000000000000,
    0x7ff8000000000000, 0xfff8000000000000, 0x7ff4000000000001, 0xfff4000000000000,
    0x0000000000000001, 0x8000000000000001, 0x000fffffffffffff, 0x0010000000000000,
    0x7fefffffffffffff, 0xffefffffffffffff, 0x41e0000000000000, 0xc1e0000000000000,
    0xc1e0000000200000, 0x41efffffffe00000, 0x41f0000000000000, 0x43e0000000000000,
    0xc3e0000000000000, 0x43f0000000000000, 0xbfefffffffffffff, 0x47efffffe0000000,
    0x47effffff0000000, 0x4330000000000001, 0x400921fb54442d18,
};
#define COUNT(a) (uint32_t)(sizeof(a) / sizeof *(a))

static uint64_t word(Gen *g) {
    uint64_t low = gen_pick(g, 0xffffffff);
    return low | (uint64_t)gen_pick(g, 0xffffffff) << 32;
}

static uint64_t lanes(Gen *g, ValType t) {
    if (gen_one_in(g, 4)) return word(g);
    if (t == VT_F32) return floats[gen_pick(g, COUNT(floats))];
    return t == VT_F64 ? doubles[gen_pick(g, COUNT(doubles))] : ints[gen_pick(g, COUNT(ints))];
}

static void little(Buffer *b, uint64_t bits, unsigned bytes) {
    for (unsigned i = 0; i < bytes; i++)
        gen_byte(b, (unsigned)(bits >> i * 8) & 0xff);
}

static uint64_t vector_half(Gen *g) {
    switch (gen_pick(g, 4)) {
    case 0:
        return lanes(g, VT_I64);
    case 1:
        return lanes(g, VT_F64);
    case 2: {
        uint64_t low = lanes(g, VT_F32) & 0xffffffff;
        return low | lanes(g, VT_F32) << 32;
    }
    default:
        return word(g);
    }
}

static void raw_op(Buffer *b, Op op) {
    const OpInfo *info = &op_info[op];
    if (info->prefix) gen_byte(b, info->prefix);
    gen_u64(b, info->code);
}

void gen_const(Gen *g, Buffer *b, ValType t) {
    static const Op ops[] = {
        0, OP_i32_const, OP_i64_const, OP_f32_const, OP_f64_const, OP_v128_const};
    Op op = ops[vt_kind(t)];
    raw_op(b, op);
    if (g->seen) g->seen[op]++;
    switch (t) {
    case VT_I32:
        gen_s64(b, (int32_t)(uint32_t)lanes(g, t));
        break;
    case VT_I64:
        gen_s64(b, (int64_t)lanes(g, t));
        break;
    case VT_F32:
        little(b, lanes(g, t), 4);
        break;
    case VT_F64:
        little(b, lanes(g, t), 8);
        break;
    default:
        little(b, vector_half(g), 8);
        little(b, vector_half(g), 8);
    }
}
