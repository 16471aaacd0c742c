/* test_simd.c: w2c_simd.h: every SIMD instruction of opcodes.def against simd_reference.h, with
 * edge values that the compiler cannot know and with constants that it may fold; lanes, loads and
 * stores.
 *
 * With W2C_TEST_STANDALONE it needs neither libcheck nor the runtime library: check_simd.sh
 * compiles it so for several sets of processor flags. */
#include "w2c_simd.h"
#include "simd_reference.h"
#include <stdio.h>

#ifdef W2C_TEST_STANDALONE
static int failures;
#define FAIL(...) (failures++, printf(__VA_ARGS__), (void)putchar('\n'))
void w2c_trap(w2c_status status) {
    printf("trap %d\n", (int)status);
    exit(2);
}
#else
#include <check.h>
#define FAIL(...) ck_abort_msg(__VA_ARGS__)
#endif

#if defined(W2C_RELAXED_NATIVE) && W2C_RELAXED_NATIVE
#define RELAXED true
#else
#define RELAXED false
#endif

static Bits bits_of(v128 v) {
    Bits b;
    memcpy(&b, &v, sizeof b);
    return b;
}
static v128 vector_of(const Bits *b) {
    v128 v;
    memcpy(&v, b, sizeof v);
    return w2c_opaque_v128(v);
}

/* ---- the rows of opcodes.def ---------------------------------------------------------------- */
typedef struct Row {
    const char *name, *sig;
    union {
        v128 (*v_v)(v128);
        v128 (*vv_v)(v128, v128);
        v128 (*vvv_v)(v128, v128, v128);
        u32 (*v_i)(v128);
        v128 (*vi_v)(v128, u32);
        v128 (*i_v)(u32);
        v128 (*l_v)(u64);
        v128 (*f_v)(f32);
        v128 (*d_v)(f64);
    } f;
    void (*folded)(const struct Row *row);
} Row;

static void compare(const Row *row, const char *how, const In *in, const Bits *got) {
    Out want;
    if (!simd_reference(row->name, in, &want)) {
        FAIL("%s: no reference", row->name);
        return;
    }
    if (simd_fits(&want, got, RELAXED)) return;
    char text[5][36];
    const Bits *all[5] = {&in->v[0], &in->v[1], &in->v[2], got, &want.value};
    for (int k = 0; k < 5; k++)
        snprintf(text[k], sizeof text[k], "%016llx_%016llx", (unsigned long long)all[k]->q[1],
                 (unsigned long long)all[k]->q[0]);
    FAIL("%s %s: %s, %s, %s, n %u, x %llx: %s, want %s", row->name, how, text[0], text[1], text[2],
         in->n, (unsigned long long)in->x, text[3], text[4]);
}

static void run(const Row *row, const In *in) {
    v128 a = vector_of(&in->v[0]), b = vector_of(&in->v[1]), c = vector_of(&in->v[2]);
    volatile u32 n = in->n;
    Bits got = {{0}};
    if (is(row->sig, "v_v"))
        got = bits_of(row->f.v_v(a));
    else if (is(row->sig, "vv_v"))
        got = bits_of(row->f.vv_v(a, b));
    else if (is(row->sig, "vvv_v"))
        got = bits_of(row->f.vvv_v(a, b, c));
    else if (is(row->sig, "v_i"))
        got.q[0] = row->f.v_i(a);
    else if (is(row->sig, "vi_v"))
        got = bits_of(row->f.vi_v(a, n));
    else if (is(row->sig, "i_v"))
        got = bits_of(row->f.i_v((u32)in->x));
    else if (is(row->sig, "l_v"))
        got = bits_of(row->f.l_v(in->x));
    else if (is(row->sig, "f_v"))
        got = bits_of(row->f.f_v(w2c_f32_reinterpret_i32((u32)in->x)));
    else if (is(row->sig, "d_v"))
        got = bits_of(row->f.d_v(w2c_f64_reinterpret_i64(in->x)));
    compare(row, "run", in, &got);
}

/* Constants for folding: every edge of every lane type somewhere. */
#define K0                                                                                         \
    w2c_v128_const(0x7fa00000ff800001u, 0x80000000007fffffu) /* f32: signalling, signalling, -0 */
#define K1 w2c_v128_const(0x7ff4000000000001u, 0xfff8000000000000u) /* f64: signalling, canonical */
#define K2 w2c_v128_const(0x4f0000004effffffu, 0xcf000001cf000000u) /* f32: +-2^31 and next to it */
#define K3 w2c_v128_const(0x41e0000000000000u, 0x41dfffffffe00000u) /* f64: 2^31, 2^31 - 0.5 */
#define K4 w2c_v128_const(0x3f0000003fc00000u, 0xbf00000080000000u) /* f32: halves, -0 */
#define K5 w2c_v128_const(0x3fe0000000000000u, 0xbff8000000000000u) /* f64: 0.5, -1.5 */
#define K6 w2c_v128_const(0x80007fffff7f8001u, 0x0f1011ff00017f80u) /* integers */
#define K7 w2c_v128_const(0x8000800080008000u, 0x8080808080808080u)
#define K8 w2c_v128_const(0x7f8000004f800000u, 0xff800000cf800000u) /* f32: infinities, +-2^32 */
#define K9 w2c_v128_const(0x41f0000000000000u, 0xfff0000000000000u) /* f64: 2^32, -infinity */

static void compare_folded(const Row *row, v128 a, v128 b, u32 n, v128 r) {
    In in = {.v = {bits_of(a), bits_of(b), bits_of(a)}, .n = n};
    Bits got = bits_of(r);
    compare(row, "folded", &in, &got);
}
#define F_v_v(f, a, b) compare_folded(row, a, b, 0, f(a));
#define F_vv_v(f, a, b) compare_folded(row, a, b, 0, f(a, b));
#define F_vvv_v(f, a, b) compare_folded(row, a, b, 0, f(a, b, a));
#define F_v_i(f, a, b) compare_folded(row, a, b, 0, w2c_v128_const(f(a), 0));
#define F_vi_v(f, a, b)                                                                            \
    compare_folded(row, a, b, 0, f(a, 0));                                                         \
    compare_folded(row, a, b, 1, f(a, 1));                                                         \
    compare_folded(row, a, b, 7, f(a, 7));                                                         \
    compare_folded(row, a, b, 15, f(a, 15));                                                       \
    compare_folded(row, a, b, 63, f(a, 63));                                                       \
    compare_folded(row, a, b, 0x80000029u, f(a, 0x80000029u));
#define F_i_v(f, a, b) (void)row;
#define F_l_v(f, a, b) (void)row;
#define F_f_v(f, a, b) (void)row;
#define F_d_v(f, a, b) (void)row;
#define FOLDS(F, f)                                                                                \
    F(f, K0, K2)                                                                                   \
    F(f, K1, K5)                                                                                   \
    F(f, K2, K4)                                                                                   \
    F(f, K3, K9)                                                                                   \
    F(f, K4, K0)                                                                                   \
    F(f, K5, K1)                                                                                   \
    F(f, K6, K7)                                                                                   \
    F(f, K7, K7)                                                                                   \
    F(f, K8, K2)                                                                                   \
    F(f, K9, K3)

/* OP's feature is simd or relaxed_simd: 1, else 0. */
#define IS_simd ~, 1
#define IS_relaxed_simd ~, 1
#define SECOND(a, b, ...) b
#define PROBE(...) SECOND(__VA_ARGS__, 0, )
#define PASTE(a, b) PASTE2(a, b)
#define PASTE2(a, b) a##b
#define ROW_0(name, sig, kind)
#define ROW_1(name, sig, kind) ROW_##kind(name, sig)
#define ROW_LOAD(name, sig)
#define ROW_STORE(name, sig)
#define ROW_CONST(name, sig)
#define ROW_LANE(name, sig)
#define OP(feature, prefix, code, name, text, imm, sig, fx, kind, c)                               \
    PASTE(ROW_, PROBE(IS_##feature))(name, sig, kind)

#define ROW_FN(name, sig)                                                                          \
    static void folded_##name(const Row *row) {                                                    \
        FOLDS(F_##sig, w2c_##name)                                                                 \
    }
#include "../../translator/opcodes.def"
#undef ROW_FN
#define ROW_FN(name, sig) {#name, #sig, {.sig = w2c_##name}, folded_##name},
static const Row rows[] = {
#include "../../translator/opcodes.def"
};
#undef ROW_FN
#define ROWS (sizeof rows / sizeof *rows)

/* ---- edge values ---------------------------------------------------------------------------- */
static const u64 edges8[] = {0,    1,    2,    3,    7,    8,    15,   16,   17,   0x3f, 0x40,
                             0x55, 0x70, 0x7e, 0x7f, 0x80, 0x81, 0x8f, 0xaa, 0xc0, 0xfe, 0xff};
static const u64 edges16[] = {0,      1,      2,      0x7f,   0x80,   0xff,   0x100,  0x3fff,
                              0x4000, 0x5555, 0x7ffe, 0x7fff, 0x8000, 0x8001, 0xaaaa, 0xb504,
                              0xff00, 0xff7f, 0xff80, 0xff81, 0xfffe, 0xffff};
static const u64 edges32[] = {
    0,          1,          2,          0x7fff,     0x8000,     0xffff,     0x10000,    0x00ffffff,
    0x01000001, 0x01000003, 0x55555555, 0x7ffffffe, 0x7fffffff, 0x80000000, 0x80000001, 0xaaaaaaaa,
    0xffff7fff, 0xffff8000, 0xffff8001, 0xffffff7f, 0xffffff80, 0xfffffffe, 0xffffffff};
static const u64 edges64[] = {0,
                              1,
                              0x7fffffff,
                              0x80000000,
                              0xffffffff,
                              0x100000000,
                              0x5555555555555555,
                              0x7ffffffe80000000,
                              0x7fffffffffffffff,
                              0x8000000000000000,
                              0x8000000000000001,
                              0x80000000ffffffff,
                              0xaaaaaaaaaaaaaaaa,
                              0xffffffff00000000,
                              0xffffffff7fffffff,
                              0xfffffffffffffffe,
                              0xffffffffffffffff};
static const u64 edges_f32[] = {
    0x00000000, 0x80000000, 0x00000001, 0x80000001, 0x007fffff, 0x00800000, 0x3e800000, 0x3effffff,
    0x3f000000, 0xbf000000, 0x3f000001, 0x3f7fffff, 0x3f800000, 0xbf800000, 0x3fc00000, 0xbfc00000,
    0x40200000, 0xc0200000, 0x40490fdb, 0x4a800001, 0x4affffff, 0x4b000000, 0x4b000001, 0xcb000001,
    0x4b7fffff, 0x4b800001, 0x4effffff, 0x4f000000, 0xcf000000, 0xcf000001, 0x4f7fffff, 0x4f800000,
    0x4f800001, 0x7f7fffff, 0xff7fffff, 0x7f800000, 0xff800000, 0x7fc00000, 0xffc00000, 0x7fa00000,
    0xffa00001, 0x7fc12345, 0xffffffff, 0xc2280000};
static const u64 edges_f64[] = {
    0x0000000000000000, 0x8000000000000000, 0x0000000000000001, 0x8000000000000001,
    0x000fffffffffffff, 0x0010000000000000, 0x3690000000000000, 0x36a0000000000000,
    0x380fffffe0000000, 0x3fd0000000000000, 0x3fdfffffffffffff, 0x3fe0000000000000,
    0xbfe0000000000000, 0x3fe0000000000001, 0x3fefffffffffffff, 0x3ff0000000000000,
    0xbff0000000000000, 0x3ff8000000000000, 0xbff8000000000000, 0x4004000000000000,
    0xc004000000000000, 0x400921fb54442d18, 0x3ff0000010000000, 0x3ff0000030000000,
    0x41dfffffffc00000, 0x41dfffffffe00000, 0x41e0000000000000, 0xc1e0000000000000,
    0xc1e0000000100000, 0xc1e0000000200000, 0x41efffffffe00000, 0x41effffffff00000,
    0x41f0000000000000, 0x432fffffffffffff, 0x4330000000000000, 0x4330000000000001,
    0xc320000000000001, 0x4340000000000001, 0x47efffffe0000000, 0x47effffff0000000,
    0x7fefffffffffffff, 0xffefffffffffffff, 0x7ff0000000000000, 0xfff0000000000000,
    0x7ff8000000000000, 0xfff8000000000000, 0x7ff4000000000000, 0xfff0000000000001,
    0x7ff8000012345678, 0xffffffffffffffff};
static const struct Edges {
    const u64 *values;
    int bits, count;
} edges[] = {{edges8, 8, sizeof edges8 / 8},        {edges16, 16, sizeof edges16 / 8},
             {edges32, 32, sizeof edges32 / 8},     {edges64, 64, sizeof edges64 / 8},
             {edges_f32, 32, sizeof edges_f32 / 8}, {edges_f64, 64, sizeof edges_f64 / 8}};
#define EDGE_SETS ((int)(sizeof edges / sizeof *edges))
static const u32 counts[] = {0, 1, 3, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 0x80000005u, ~0u};

static u64 random_state = 88172645463325252u;
static u64 random64(void) {
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state;
}

/* Every pair of edges meets in some lane; the third operand goes its own way. */
static void run_edges(const Row *row, const struct Edges *e) {
    int lanes = 128 / e->bits;
    bool pairs = row->sig[1] == 'v';
    for (int shift = 0; shift < (pairs ? e->count : 1); shift++)
        for (int from = 0; from < e->count; from += lanes) {
            In in = {.n = counts[(shift + from) % 16]};
            for (int i = 0; i < lanes; i++) {
                lane_set(&in.v[0], e->bits, i, e->values[(from + i) % e->count]);
                lane_set(&in.v[1], e->bits, i, e->values[(from + i + shift) % e->count]);
                lane_set(&in.v[2], e->bits, i, e->values[(from + 3 * i + 7 * shift) % e->count]);
            }
            in.x = lane_u(&in.v[0], e->bits, 0);
            run(row, &in);
            for (int k = 0; k < 16 && is(row->sig, "vi_v"); k++) {
                in.n = counts[k];
                run(row, &in);
            }
        }
}
static void test_edges(void) {
    for (size_t r = 0; r < ROWS; r++)
        for (int e = 0; e < EDGE_SETS; e++)
            run_edges(&rows[r], &edges[e]);
}
static void test_random(void) {
    for (size_t r = 0; r < ROWS; r++)
        for (int i = 0; i < 200; i++) {
            In in = {.n = (u32)random64(), .x = random64()};
            for (int k = 0; k < 6; k++)
                in.v[k / 2].q[k % 2] = random64();
            run(&rows[r], &in);
        }
}
static void test_splats(void) {
    for (size_t r = 0; r < ROWS; r++)
        for (int e = 0; e < EDGE_SETS; e++)
            for (int i = 0; i < edges[e].count && strstr(rows[r].name, "_splat"); i++) {
                In in = {.x = edges[e].values[i]};
                run(&rows[r], &in);
            }
}
static void test_folded(void) {
    for (size_t r = 0; r < ROWS; r++)
        rows[r].folded(&rows[r]);
}

/* Conversions there and back make NaNs quiet, too. */
static void test_quiet(void) {
    for (int e = 4; e < EDGE_SETS; e++)
        for (int i = 0; i < edges[e].count; i++) {
            u64 x = edges[e].values[i] | (e == 4 ? edges[e].values[i] << 32 : 0);
            v128 a = w2c_opaque_v128(w2c_v128_repeat64(x));
            Bits f = bits_of(w2c_f32x4_demote_f64x2_zero(w2c_f64x2_promote_low_f32x4(a)));
            Bits d = bits_of(w2c_f64x2_promote_low_f32x4(w2c_f32x4_demote_f64x2_zero(a)));
            Bits one = bits_of(w2c_f32x4_mul(a, w2c_opaque_v128(w2c_f32x4_splat(1.0f))));
            if (is_nan(x & 0xffffffffu, 32) && !(is_quiet(f.w[0], 32) && is_quiet(one.w[0], 32)))
                FAIL("f32 %llx: %x, %x", (unsigned long long)x, f.w[0], one.w[0]);
            if (is_nan(x, 64) && !is_quiet(d.q[0], 64))
                FAIL("f64 %llx: %llx", (unsigned long long)x, (unsigned long long)d.q[0]);
            if (bits_of(w2c_canon_f32x4(a)).w[0] != (is_nan((u32)x, 32) ? 0x7fc00000u : (u32)x) ||
                bits_of(w2c_canon_f64x2(a)).q[1] != (is_nan(x, 64) ? 0x7ff8000000000000u : x))
                FAIL("canon %llx", (unsigned long long)x);
        }
}

/* ---- lanes ---------------------------------------------------------------------------------- */
static const Bits sample = {{0x81, 0x02, 0x83, 0x04, 0x05, 0x86, 0x07, 0xa8, 0x99, 0x0a, 0x0b, 0xfc,
                             0x0d, 0x8e, 0x0f, 0xf0}};
#define EXPECT(ok)                                                                                 \
    do {                                                                                           \
        if (!(ok)) FAIL("line %d: %s", __LINE__, #ok);                                             \
    } while (0)
#define INT_LANE(p, bits, lane)                                                                    \
    EXPECT(w2c_##p##_extract_lane_u(v, lane) == (u32)lane_u(&sample, bits, lane));                 \
    EXPECT(w2c_##p##_extract_lane_s(v, lane) == (u32)lane_s(&sample, bits, lane));                 \
    LANE(p, bits, lane, 0xfffe1234u)
#define WIDE_LANE(p, bits, lane)                                                                   \
    EXPECT(w2c_##p##_extract_lane(v, lane) == lane_u(&sample, bits, lane));                        \
    LANE(p, bits, lane, 0xfffe1234u)
#define LANE(p, bits, lane, x)                                                                     \
    do {                                                                                           \
        Bits want = sample, got = bits_of(w2c_##p##_replace_lane(v, x, lane));                     \
        lane_set(&want, bits, lane, x);                                                            \
        EXPECT(memcmp(&want, &got, 16) == 0);                                                      \
    } while (0)
static void test_lanes(void) {
    v128 v = vector_of(&sample);
    INT_LANE(i8x16, 8, 0);
    INT_LANE(i8x16, 8, 1);
    INT_LANE(i8x16, 8, 7);
    INT_LANE(i8x16, 8, 15);
    INT_LANE(i16x8, 16, 0);
    INT_LANE(i16x8, 16, 3);
    INT_LANE(i16x8, 16, 7);
    WIDE_LANE(i32x4, 32, 0);
    WIDE_LANE(i32x4, 32, 1);
    WIDE_LANE(i32x4, 32, 3);
    WIDE_LANE(i64x2, 64, 0);
    WIDE_LANE(i64x2, 64, 1);
    v128 f = w2c_f32x4_replace_lane(v, 1.5f, 2), d = w2c_f64x2_replace_lane(v, -2.5, 1);
    EXPECT(w2c_f32x4_extract_lane(f, 2) == 1.5f && bits_of(f).w[2] == 0x3fc00000u);
    EXPECT(w2c_f64x2_extract_lane(d, 1) == -2.5 && bits_of(d).q[0] == sample.q[0]);
    EXPECT(w2c_i32x4_extract_lane(f, 3) == sample.w[3] && bits_of(f).q[0] == sample.q[0]);
    Bits round_trip;
    w2c_v128 public_form = w2c_v128_out(v);
    round_trip = bits_of(w2c_v128_in(public_form));
    EXPECT(memcmp(&sample, &public_form, 16) == 0 && memcmp(&sample, &round_trip, 16) == 0);
}
#define SHUFFLED(...)                                                                              \
    do {                                                                                           \
        static const u8 lanes[16] = {__VA_ARGS__};                                                 \
        Bits got = bits_of(w2c_i8x16_shuffle(a, b, __VA_ARGS__));                                  \
        for (int i = 0; i < 16; i++)                                                               \
            EXPECT(got.b[i] == (lanes[i] < 16 ? sample.b[lanes[i]] : second.b[lanes[i] - 16]));    \
    } while (0)
static void test_shuffle(void) {
    Bits second = {{0}};
    for (u8 i = 0; i < 16; i++)
        second.b[i] = (u8)(64 + 3 * i);
    v128 a = vector_of(&sample), b = vector_of(&second);
    SHUFFLED(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    SHUFFLED(31, 30, 29, 28, 27, 26, 25, 24, 23, 22, 21, 20, 19, 18, 17, 16);
    SHUFFLED(0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
    SHUFFLED(3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12);
    SHUFFLED(5, 5, 5, 5, 31, 0, 16, 15, 9, 20, 20, 1, 2, 30, 17, 8);
    SHUFFLED(8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23);
}

/* ---- memory --------------------------------------------------------------------------------- */
static u8 bytes_before[64], bytes_after[64];
static u64 at_bytes(u32 at, u32 len) {
    u64 x = 0;
    memcpy(&x, bytes_before + at, len);
    return x;
}
static void same(const char *what, u32 at, v128 got, const Bits *want) {
    Bits bits = bits_of(got);
    if (memcmp(&bits, want, 16)) FAIL("load %s at %u", what, at);
}
/* `value`: lane i of `lanes` lanes of `to` bits */
#define LOADED(type, to, value)                                                                    \
    do {                                                                                           \
        Bits want = {{0}};                                                                         \
        for (u32 i = 0; i < 128 / to; i++)                                                         \
            lane_set(&want, to, (int)i, (u64)(value));                                             \
        same(#type, at, w2c_load_##type(bytes_before, at, 3), &want);                              \
        same(#type, at, w2c_load_##type##_b(bytes_before, &memory, at, 3), &want);                 \
    } while (0)
#define WIDENED(from, s, u, to, count)                                                             \
    LOADED(s, to, as_signed(at_bytes(at + 3 + i * from / 8, from / 8), from));                     \
    LOADED(u, to, at_bytes(at + 3 + i * from / 8, from / 8))
#define LANE_MOVED(bits, lane)                                                                     \
    do {                                                                                           \
        Bits want = sample;                                                                        \
        lane_set(&want, bits, lane, at_bytes(at + 3, bits / 8));                                   \
        same("lane" #bits, at, w2c_load_lane##bits(bytes_before, at, 3, v, lane), &want);          \
        same("lane" #bits, at, w2c_load_lane##bits##_b(bytes_before, &memory, at, 3, v, lane),     \
             &want);                                                                               \
        u64 x = lane_u(&sample, bits, lane);                                                       \
        STORED(w2c_store_lane##bits(bytes_after, at, 3, v, lane), &x, bits / 8);                   \
        STORED(w2c_store_lane##bits##_b(bytes_after, &memory, at, 3, v, lane), &x, bits / 8);      \
    } while (0)
#define STORED(store, from, len)                                                                   \
    do {                                                                                           \
        u8 expected[64];                                                                           \
        memcpy(expected, bytes_before, 64);                                                        \
        memcpy(bytes_after, bytes_before, 64);                                                     \
        memcpy(expected + at + 3, from, len);                                                      \
        store;                                                                                     \
        if (memcmp(expected, bytes_after, 64)) FAIL("%s at %u", #store, at);                       \
    } while (0)
static void test_memory(void) {
    w2c_memory memory = {.data = bytes_before, .size = 64};
    v128 v = vector_of(&sample);
    for (u32 i = 0; i < 64; i++)
        bytes_before[i] = (u8)random64();
    for (u32 at = 0; at <= 64 - 3 - 16; at++) {
        LOADED(v128, 8, at_bytes(at + 3 + i, 1));
        WIDENED(8, 8x8_s, 8x8_u, 16, 8);
        WIDENED(16, 16x4_s, 16x4_u, 32, 4);
        WIDENED(32, 32x2_s, 32x2_u, 64, 2);
        LOADED(splat8, 8, at_bytes(at + 3, 1));
        LOADED(splat16, 16, at_bytes(at + 3, 2));
        LOADED(splat32, 32, at_bytes(at + 3, 4));
        LOADED(splat64, 64, at_bytes(at + 3, 8));
        LOADED(zero32, 32, i ? 0 : at_bytes(at + 3, 4));
        LOADED(zero64, 64, i ? 0 : at_bytes(at + 3, 8));
        LANE_MOVED(8, 0);
        LANE_MOVED(8, 13);
        LANE_MOVED(16, 0);
        LANE_MOVED(16, 6);
        LANE_MOVED(32, 0);
        LANE_MOVED(32, 2);
        LANE_MOVED(64, 0);
        LANE_MOVED(64, 1);
        STORED(w2c_store_v128(bytes_after, at, 3, v), &sample, 16);
        STORED(w2c_store_v128_b(bytes_after, &memory, at, 3, v), &sample, 16);
    }
}

#ifdef W2C_TEST_STANDALONE
int main(void) {
    test_edges();
    test_random();
    test_splats();
    test_folded();
    test_quiet();
    test_lanes();
    test_shuffle();
    test_memory();
    printf("%zu instructions, %d failures\n", ROWS, failures);
    return failures != 0;
}
#else
/* ---- bounds --------------------------------------------------------------------------------- */
static const w2c_module bare = {.abi = W2C_ABI, .size = sizeof(w2c_instance), .name = "bare"};
static w2c_instance *instance;
#define ENDS(access, status)                                                                       \
    do {                                                                                           \
        w2c_frame frame;                                                                           \
        if (W2C_TRY(frame, instance)) access;                                                      \
        ck_assert_int_eq(w2c_frame_leave(&frame), status);                                         \
    } while (0)
/* The last place where an access of `len` bytes fits, and the next. */
#define BOUNDS(access, len)                                                                        \
    do {                                                                                           \
        offset = 1, address = 64 - 1 - len;                                                        \
        ENDS((void)access, W2C_OK);                                                                \
        address++;                                                                                 \
        ENDS((void)access, W2C_TRAP_MEMORY_BOUNDS);                                                \
        offset = ~(u64)0;                                                                          \
        ENDS((void)access, W2C_TRAP_MEMORY_BOUNDS);                                                \
    } while (0)
START_TEST(case_bounds) {
    static w2c_memory memory;
    memory.data = bytes_after;
    memory.size = 64;
    volatile u64 address = 0, offset = 0;
    v128 v = vector_of(&sample);
    u8 *base = bytes_after;
    BOUNDS(w2c_load_v128_b(base, &memory, address, offset), 16);
    BOUNDS(w2c_store_v128_b(base, &memory, address, offset, v), 16);
    BOUNDS(w2c_load_8x8_s_b(base, &memory, address, offset), 8);
    BOUNDS(w2c_load_16x4_u_b(base, &memory, address, offset), 8);
    BOUNDS(w2c_load_32x2_s_b(base, &memory, address, offset), 8);
    BOUNDS(w2c_load_splat8_b(base, &memory, address, offset), 1);
    BOUNDS(w2c_load_splat16_b(base, &memory, address, offset), 2);
    BOUNDS(w2c_load_splat32_b(base, &memory, address, offset), 4);
    BOUNDS(w2c_load_splat64_b(base, &memory, address, offset), 8);
    BOUNDS(w2c_load_zero32_b(base, &memory, address, offset), 4);
    BOUNDS(w2c_load_zero64_b(base, &memory, address, offset), 8);
    BOUNDS(w2c_load_lane8_b(base, &memory, address, offset, v, 3), 1);
    BOUNDS(w2c_load_lane64_b(base, &memory, address, offset, v, 1), 8);
    BOUNDS(w2c_store_lane16_b(base, &memory, address, offset, v, 3), 2);
    BOUNDS(w2c_store_lane32_b(base, &memory, address, offset, v, 3), 4);
}
END_TEST

#define CASE(name)                                                                                 \
    START_TEST(case_##name) {                                                                      \
        test_##name();                                                                             \
    }                                                                                              \
    END_TEST
CASE(edges)
CASE(random)
CASE(splats)
CASE(folded)
CASE(quiet)
CASE(lanes)
CASE(shuffle)
CASE(memory)

int main(void) {
    if (w2c_instance_new(&bare, &instance, NULL, NULL) != W2C_OK) return 1;
    Suite *suite = suite_create("simd");
    TCase *cases = tcase_create("simd");
    tcase_set_timeout(cases, 300);
    tcase_add_test(cases, case_edges);
    tcase_add_test(cases, case_random);
    tcase_add_test(cases, case_splats);
    tcase_add_test(cases, case_folded);
    tcase_add_test(cases, case_quiet);
    tcase_add_test(cases, case_lanes);
    tcase_add_test(cases, case_shuffle);
    tcase_add_test(cases, case_memory);
    tcase_add_test(cases, case_bounds);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    w2c_instance_delete(instance);
    return failed ? 1 : 0;
}
#endif
