/* test_ops.c: w2c_ops.h: edge values of every scalar numeric instruction, once with constants that
 * the compiler may fold and once with values that it cannot know. Expectations come from the
 * specification's text, written as bits or computed with integers only. */
#include "w2c_rt.h"
#include <check.h>
#include <fenv.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- values that cannot be folded ----------------------------------------------------------- */
static volatile u32 hidden32;
static volatile u64 hidden64;
static u32 h32(u32 v) {
    hidden32 = v;
    return hidden32;
}
static u64 h64(u64 v) {
    hidden64 = v;
    return hidden64;
}
#define F(bits) w2c_f32_reinterpret_i32(bits)
#define D(bits) w2c_f64_reinterpret_i64(bits)
#define FB(x) w2c_i32_reinterpret_f32(x)
#define DB(x) w2c_i64_reinterpret_f64(x)

/* What a float result may be besides a value: */
#define CANON ((u64)1 << 62 | 3) /* +-canonical NaN */
#define QUIET ((u64)1 << 62 | 7) /* any quiet NaN */

static bool fits32(u32 got, u64 want) {
    if (want == CANON) return (got & 0x7fffffffu) == 0x7fc00000u;
    if (want == QUIET) return (got & 0x7fc00000u) == 0x7fc00000u;
    return got == want;
}
static bool fits64(u64 got, u64 want) {
    if (want == CANON) return (got & 0x7fffffffffffffffu) == 0x7ff8000000000000u;
    if (want == QUIET) return (got & 0x7ff8000000000000u) == 0x7ff8000000000000u;
    return got == want;
}
static void row(const char *op, int line, bool ok, u64 folded, u64 run, u64 want) {
    if (!ok)
        ck_abort_msg("%s, line %d: folded %llx, run %llx, want %llx", op, line,
                     (unsigned long long)folded, (unsigned long long)run, (unsigned long long)want);
}
#define ROW(op, fits, folded, run, want)                                                           \
    row(#op, __LINE__, fits(folded, want) && fits(run, want), folded, run, want)
#define f_f(op, a, want) ROW(op, fits32, FB(w2c_##op(F(a))), FB(w2c_##op(F(h32(a)))), want)
#define d_d(op, a, want) ROW(op, fits64, DB(w2c_##op(D(a))), DB(w2c_##op(D(h64(a)))), want)
#define ff_f(op, a, b, want)                                                                       \
    ROW(op, fits32, FB(w2c_##op(F(a), F(b))), FB(w2c_##op(F(h32(a)), F(h32(b)))), want)
#define dd_d(op, a, b, want)                                                                       \
    ROW(op, fits64, DB(w2c_##op(D(a), D(b))), DB(w2c_##op(D(h64(a)), D(h64(b)))), want)
#define d_f(op, a, want) ROW(op, fits32, FB(w2c_##op(D(a))), FB(w2c_##op(D(h64(a)))), want)
#define f_d(op, a, want) ROW(op, fits64, DB(w2c_##op(F(a))), DB(w2c_##op(F(h32(a)))), want)
#define i_f(op, a, want) ROW(op, fits32, FB(w2c_##op(a)), FB(w2c_##op(h32(a))), want)
#define i_d(op, a, want) ROW(op, fits64, DB(w2c_##op(a)), DB(w2c_##op(h32(a))), want)
#define l_f(op, a, want) ROW(op, fits32, FB(w2c_##op(a)), FB(w2c_##op(h64(a))), want)
#define l_d(op, a, want) ROW(op, fits64, DB(w2c_##op(a)), DB(w2c_##op(h64(a))), want)

/* ---- traps ---------------------------------------------------------------------------------- */
static const w2c_module bare = {.abi = W2C_ABI, .size = sizeof(w2c_instance), .name = "bare"};
static w2c_instance *instance;

#define OUTCOME(expr, bits, status)                                                                \
    do {                                                                                           \
        w2c_frame frame;                                                                           \
        volatile u64 result = 0;                                                                   \
        if (W2C_TRY(frame, instance)) result = (expr);                                             \
        (status) = w2c_frame_leave(&frame);                                                        \
        (bits) = result;                                                                           \
    } while (0)
static void outcome_row(const char *op, int line, u64 got, w2c_status status, u64 want,
                        w2c_status want_status) {
    if (status != want_status || (status == W2C_OK && got != want))
        ck_abort_msg("%s, line %d: %llx %s, want %llx %s", op, line, (unsigned long long)got,
                     w2c_status_text(status), (unsigned long long)want,
                     w2c_status_text(want_status));
}
#define TRY_ROW(op, folded, run, want, st)                                                         \
    do {                                                                                           \
        u64 got;                                                                                   \
        w2c_status status;                                                                         \
        OUTCOME(folded, got, status);                                                              \
        outcome_row(#op, __LINE__, got, status, want, st);                                         \
        OUTCOME(run, got, status);                                                                 \
        outcome_row(#op, __LINE__, got, status, want, st);                                         \
    } while (0)
#define ii_t(op, a, b, want, st) TRY_ROW(op, w2c_##op(a, b), w2c_##op(h32(a), h32(b)), want, st)
#define ll_t(op, a, b, want, st) TRY_ROW(op, w2c_##op(a, b), w2c_##op(h64(a), h64(b)), want, st)

/* trunc and trunc_sat of the same operand: the trap's code and the clamped value */
#define TRUNC(arg, h, pre, sat, a, want, st)                                                       \
    do {                                                                                           \
        TRY_ROW(pre, w2c_##pre(arg(a)), w2c_##pre(arg(h(a))), want, st);                           \
        row(#sat, __LINE__, w2c_##sat(arg(a)) == (want) && w2c_##sat(arg(h(a))) == (want),         \
            w2c_##sat(arg(a)), w2c_##sat(arg(h(a))), want);                                        \
    } while (0)
#define FT(to, sg, a, want, st)                                                                    \
    TRUNC(F, h32, to##_trunc_f32_##sg, to##_trunc_sat_f32_##sg, a, want, st)
#define DT(to, sg, a, want, st)                                                                    \
    TRUNC(D, h64, to##_trunc_f64_##sg, to##_trunc_sat_f64_##sg, a, want, st)
#define OVER W2C_TRAP_INT_OVERFLOW
#define NAN_ W2C_TRAP_INVALID_CONVERSION

/* ---- integers: all pairs of edge values against bit-by-bit references ----------------------- */
static const u64 edges[] = {0,
                            1,
                            2,
                            3,
                            5,
                            7,
                            8,
                            0x1f,
                            0x20,
                            0x21,
                            0x3f,
                            0x40,
                            0x41,
                            0x7f,
                            0x80,
                            0xff,
                            0x7fff,
                            0x8000,
                            0xffff,
                            0x10000,
                            0x12345678,
                            0x7ffffffe,
                            0x7fffffff,
                            0x80000000,
                            0x80000001,
                            0xfffffffe,
                            0xffffffff,
                            0x100000000,
                            0x123456789abcdef0,
                            0x7fffffffffffffff,
                            0x8000000000000000,
                            0x8000000000000001,
                            0xfffffffffffffffe,
                            0xffffffffffffffff};
#define EDGES (sizeof edges / sizeof *edges)

/* Restoring division on magnitudes: no / or %. */
static void divide(u64 a, u64 b, u64 *quotient, u64 *rest) {
    u64 q = 0, r = 0;
    for (int i = 63; i >= 0; i--) {
        bool carry = r >> 63 != 0;
        r = r << 1 | (a >> i & 1);
        if (carry || r >= b) {
            r -= b;
            q |= (u64)1 << i;
        }
    }
    *quotient = q;
    *rest = r;
}
static u64 rotate(u64 a, u64 n, unsigned bits) {
    u64 mask = bits == 64 ? ~(u64)0 : 0xffffffffu;
    for (n %= bits; n; n--)
        a = (a << 1 | (a >> (bits - 1) & 1)) & mask;
    return a;
}
static u64 shift_right(u64 a, u64 n, unsigned bits, bool is_signed) {
    u64 top = is_signed ? a & (u64)1 << (bits - 1) : 0;
    for (n %= bits; n; n--)
        a = a >> 1 | top;
    return a;
}

#define PAIRS(p, u, bits, h)                                                                       \
    static void pair_##p(u a, u b) {                                                               \
        u64 quotient, rest, min = (u64)1 << (bits - 1), mask = min | (min - 1), left = a;          \
        u64 ua = a & min ? (0 - (u64)a) & mask : a, ub = b & min ? (0 - (u64)b) & mask : b;        \
        for (u64 n = b % bits; n; n--)                                                             \
            left = left << 1 & mask;                                                               \
        ck_assert_uint_eq(w2c_##p##_shl(h(a), h(b)), left);                                        \
        ck_assert_uint_eq(w2c_##p##_shr_u(h(a), h(b)), shift_right(a, b, bits, false));            \
        ck_assert_uint_eq(w2c_##p##_shr_s(h(a), h(b)), shift_right(a, b, bits, true));             \
        ck_assert_uint_eq(w2c_##p##_rotl(h(a), h(b)), rotate(a, b, bits));                         \
        ck_assert_uint_eq(w2c_##p##_rotr(h(a), h(b)), rotate(a, bits - b % bits, bits));           \
        if (!b) return;                                                                            \
        divide(a, b, &quotient, &rest);                                                            \
        ck_assert_uint_eq(w2c_##p##_div_u(h(a), h(b)), quotient);                                  \
        ck_assert_uint_eq(w2c_##p##_rem_u(h(a), h(b)), rest);                                      \
        divide(ua, ub, &quotient, &rest);                                                          \
        ck_assert_uint_eq(w2c_##p##_rem_s(h(a), h(b)), (a & min ? 0 - rest : rest) & mask);        \
        if (a == min && b == mask) return;                                                         \
        ck_assert_uint_eq(w2c_##p##_div_s(h(a), h(b)),                                             \
                          ((a ^ b) & min ? 0 - quotient : quotient) & mask);                       \
    }                                                                                              \
    static void single_##p(u a) {                                                                  \
        u lead = 0, trail = 0, ones = 0;                                                           \
        while (lead < bits && !(a >> (bits - 1 - lead) & 1))                                       \
            lead++;                                                                                \
        while (trail < bits && !(a >> trail & 1))                                                  \
            trail++;                                                                               \
        for (u i = 0; i < bits; i++)                                                               \
            ones += a >> i & 1;                                                                    \
        ck_assert_uint_eq(w2c_##p##_clz(h(a)), lead);                                              \
        ck_assert_uint_eq(w2c_##p##_ctz(h(a)), trail);                                             \
        ck_assert_uint_eq(w2c_##p##_popcnt(h(a)), ones);                                           \
        u low8 = a & 0xff, low16 = a & 0xffff;                                                     \
        ck_assert_uint_eq(w2c_##p##_extend8_s(h(a)), a & 0x80 ? (u)(low8 - 0x100) : low8);         \
        ck_assert_uint_eq(w2c_##p##_extend16_s(h(a)), a & 0x8000 ? (u)(low16 - 0x10000) : low16);  \
    }
PAIRS(i32, u32, 32u, h32)
PAIRS(i64, u64, 64u, h64)

START_TEST(integers) {
    for (size_t i = 0; i < EDGES; i++) {
        u64 a = edges[i];
        single_i32((u32)a);
        single_i64(a);
        ck_assert_uint_eq(w2c_i32_wrap_i64(h64(a)), a & 0xffffffff);
        u64 wide = (u32)a & 0x80000000u ? a | 0xffffffff00000000u : a & 0xffffffff;
        ck_assert_uint_eq(w2c_i64_extend_i32_s(h32((u32)a)), wide);
        ck_assert_uint_eq(w2c_i64_extend_i32_u(h32((u32)a)), a & 0xffffffff);
        ck_assert_uint_eq(w2c_i64_extend32_s(h64(a)), wide);
        for (size_t j = 0; j < EDGES; j++) {
            pair_i32((u32)a, (u32)edges[j]);
            pair_i64(a, edges[j]);
        }
    }
}
END_TEST

START_TEST(division_traps) {
    ii_t(i32_div_u, 7, 0, 0, W2C_TRAP_DIV_BY_ZERO);
    ii_t(i32_rem_u, 7, 0, 0, W2C_TRAP_DIV_BY_ZERO);
    ii_t(i32_div_s, 0x80000000u, 0, 0, W2C_TRAP_DIV_BY_ZERO);
    ii_t(i32_rem_s, 0, 0, 0, W2C_TRAP_DIV_BY_ZERO);
    ii_t(i32_div_s, 0x80000000u, 0xffffffffu, 0, OVER);
    ii_t(i32_rem_s, 0x80000000u, 0xffffffffu, 0, W2C_OK);
    ii_t(i32_div_u, 0x80000000u, 0xffffffffu, 0, W2C_OK);
    ii_t(i32_div_s, 0x80000001u, 0xffffffffu, 0x7fffffffu, W2C_OK);
    u64 min = 0x8000000000000000u, minus1 = 0xffffffffffffffffu;
    ll_t(i64_div_u, 7, 0, 0, W2C_TRAP_DIV_BY_ZERO);
    ll_t(i64_rem_u, 7, 0, 0, W2C_TRAP_DIV_BY_ZERO);
    ll_t(i64_div_s, min, 0, 0, W2C_TRAP_DIV_BY_ZERO);
    ll_t(i64_rem_s, 0, 0, 0, W2C_TRAP_DIV_BY_ZERO);
    ll_t(i64_div_s, min, minus1, 0, OVER);
    ll_t(i64_rem_s, min, minus1, 0, W2C_OK);
    ll_t(i64_div_u, min, minus1, 0, W2C_OK);
    ll_t(i64_div_s, min + 1, minus1, min - 1, W2C_OK);
}
END_TEST

/* Schoolbook multiplication in 16-bit digits, the sign by complement. */
static void multiply(u64 a, u64 b, u64 *low, u64 *high) {
    u32 digits[9] = {0};
    for (unsigned i = 0; i < 4; i++) {
        u32 carry = 0;
        for (unsigned j = 0; j < 4; j++) {
            u32 t = (u32)(a >> 16 * i & 0xffff) * (u32)(b >> 16 * j & 0xffff);
            u64 sum = (u64)t + digits[i + j] + carry;
            digits[i + j] = (u32)(sum & 0xffff);
            carry = (u32)(sum >> 16);
        }
        digits[i + 4] += carry;
    }
    *low = *high = 0;
    for (unsigned i = 0; i < 4; i++) {
        *low |= (u64)digits[i] << 16 * i;
        *high |= (u64)digits[i + 4] << 16 * i;
    }
}

START_TEST(wide) {
    u64 top = (u64)1 << 63;
    for (size_t i = 0; i < EDGES; i++)
        for (size_t j = 0; j < EDGES; j++) {
            u64 a = edges[i], b = edges[j], low, high;
            struct w2c_res_ll r = w2c_i64_mul_wide_u(h64(a), h64(b));
            multiply(a, b, &low, &high);
            ck_assert(r.r0 == low && r.r1 == high);
            r = w2c_i64_mul_wide_s(h64(a), h64(b));
            multiply(a & top ? 0 - a : a, b & top ? 0 - b : b, &low, &high);
            if ((a ^ b) & top) {
                high = ~high + (low == 0);
                low = 0 - low;
            }
            ck_assert(r.r0 == low && r.r1 == high);
            r = w2c_i64_add128(h64(a), 5, h64(b), 9);
            ck_assert(r.r0 == a + b && r.r1 == 14 + (a > ~b));
            r = w2c_i64_sub128(h64(a), 5, h64(b), 9);
            ck_assert(r.r0 == a - b && r.r1 == (u64)-4 - (b > a));
        }
    struct w2c_res_ll all = w2c_i64_add128(~(u64)0, ~(u64)0, 1, 0);
    ck_assert(all.r0 == 0 && all.r1 == 0);
}
END_TEST

/* ---- floats --------------------------------------------------------------------------------- */
#define SNAN 0x7fa00001u
#define NSNAN 0xffa00001u
#define CNAN 0x7fc00000u
#define NNAN 0xffc00000u
#define PNAN 0x7fe12345u
#define INF 0x7f800000u
#define NINF 0xff800000u
#define SNAN64 0x7ff4000000000001u
#define NSNAN64 0xfff4000000000001u
#define CNAN64 0x7ff8000000000000u
#define NNAN64 0xfff8000000000000u
#define PNAN64 0x7ffc000000012345u
#define INF64 0x7ff0000000000000u
#define NINF64 0xfff0000000000000u
#define ZERO 0x00000000u
#define NZERO 0x80000000u
#define ZERO64 0x0000000000000000u
#define NZERO64 0x8000000000000000u
#define ONE 0x3f800000u
#define NONE 0xbf800000u
#define ONE64 0x3ff0000000000000u
#define NONE64 0xbff0000000000000u

#define SIGN_ROWS(P, call, call2, S, NS, C, Z, NZ, O, NO, TINY, NTINY)                             \
    call(P##_abs, NS, S);                                                                          \
    call(P##_abs, S, S);                                                                           \
    call(P##_abs, NZ, Z);                                                                          \
    call(P##_abs, NO, O);                                                                          \
    call(P##_abs, NTINY, TINY);                                                                    \
    call(P##_neg, NS, S);                                                                          \
    call(P##_neg, S, NS);                                                                          \
    call(P##_neg, Z, NZ);                                                                          \
    call(P##_neg, NZ, Z);                                                                          \
    call(P##_neg, O, NO);                                                                          \
    call(P##_neg, TINY, NTINY);                                                                    \
    call2(P##_copysign, S, NO, NS);                                                                \
    call2(P##_copysign, NS, O, S);                                                                 \
    call2(P##_copysign, O, NS, NO);                                                                \
    call2(P##_copysign, NO, C, O);                                                                 \
    call2(P##_copysign, NZ, O, Z);                                                                 \
    call2(P##_copysign, Z, NZ, NZ)

START_TEST(signs) {
    SIGN_ROWS(f32, f_f, ff_f, SNAN, NSNAN, CNAN, ZERO, NZERO, ONE, NONE, 1u, 0x80000001u);
    SIGN_ROWS(f64, d_d, dd_d, SNAN64, NSNAN64, CNAN64, ZERO64, NZERO64, ONE64, NONE64, (u64)1,
              0x8000000000000001u);
    /* NaNs can be negative whatever an optimiser thinks of squares and roots */
    f32 n = F(h32(NNAN)), m = F(h32(NONE));
    f64 n64 = D(h64(NNAN64)), m64 = D(h64(NONE64));
    ck_assert_uint_eq(FB(w2c_f32_abs(n * n)) >> 31, 0);
    ck_assert_uint_eq(DB(w2c_f64_abs(n64 * n64)) >> 63, 0);
    ck_assert_uint_eq(FB(w2c_f32_abs(w2c_f32_sqrt(m))) >> 31, 0);
    ck_assert_uint_eq(DB(w2c_f64_abs(w2c_f64_sqrt(m64))) >> 63, 0);
    ck_assert_uint_eq(FB(w2c_f32_abs(w2c_f32_sqrt(n * n))) >> 31, 0);
    ck_assert_uint_eq(DB(w2c_f64_copysign(w2c_f64_abs(n64), w2c_f64_sqrt(n64 * n64))) << 1,
                      (u64)NNAN64 << 1);
}
END_TEST

#define MIN_MAX_ROWS(P, call, S, C, N, Q, I, NI, Z, NZ, O, NO, TINY)                               \
    call(P##_min, O, NO, NO);                                                                      \
    call(P##_min, NO, O, NO);                                                                      \
    call(P##_max, O, NO, O);                                                                       \
    call(P##_max, NO, O, O);                                                                       \
    call(P##_min, O, O, O);                                                                        \
    call(P##_max, NO, NO, NO);                                                                     \
    call(P##_min, Z, NZ, NZ);                                                                      \
    call(P##_min, NZ, Z, NZ);                                                                      \
    call(P##_max, Z, NZ, Z);                                                                       \
    call(P##_max, NZ, Z, Z);                                                                       \
    call(P##_min, Z, Z, Z);                                                                        \
    call(P##_max, NZ, NZ, NZ);                                                                     \
    call(P##_min, I, NI, NI);                                                                      \
    call(P##_max, NI, I, I);                                                                       \
    call(P##_min, TINY, Z, Z);                                                                     \
    call(P##_max, TINY, NZ, TINY);                                                                 \
    call(P##_min, C, O, CANON);                                                                    \
    call(P##_min, O, C, CANON);                                                                    \
    call(P##_max, N, I, CANON);                                                                    \
    call(P##_max, NI, N, CANON);                                                                   \
    call(P##_min, C, N, CANON);                                                                    \
    call(P##_min, S, O, QUIET);                                                                    \
    call(P##_min, O, S, QUIET);                                                                    \
    call(P##_max, S, C, QUIET);                                                                    \
    call(P##_max, Z, Q, QUIET)

START_TEST(min_max) {
    MIN_MAX_ROWS(f32, ff_f, SNAN, CNAN, NNAN, PNAN, INF, NINF, ZERO, NZERO, ONE, NONE, 1u);
    MIN_MAX_ROWS(f64, dd_d, SNAN64, CNAN64, NNAN64, PNAN64, INF64, NINF64, ZERO64, NZERO64, ONE64,
                 NONE64, (u64)1);
}
END_TEST

#define ROUND_ROWS(P, op, call, S, NS, C, Q, I, NI, Z, NZ, BIG)                                    \
    call(P##_##op, Z, Z);                                                                          \
    call(P##_##op, NZ, NZ);                                                                        \
    call(P##_##op, I, I);                                                                          \
    call(P##_##op, NI, NI);                                                                        \
    call(P##_##op, BIG, BIG);                                                                      \
    call(P##_##op, C, CANON);                                                                      \
    call(P##_##op, Q, QUIET);                                                                      \
    call(P##_##op, S, QUIET);                                                                      \
    call(P##_##op, NS, QUIET)
#define ROUND_ROWS2(op)                                                                            \
    ROUND_ROWS(f32, op, f_f, SNAN, NSNAN, CNAN, PNAN, INF, NINF, ZERO, NZERO, 0x4b000001u);        \
    ROUND_ROWS(f64, op, d_d, SNAN64, NSNAN64, CNAN64, PNAN64, INF64, NINF64, ZERO64, NZERO64,      \
               0x4330000000000001u)

/* quarters / 4 rounded with integers: `up` 0 floor, 3 ceil; nearest and trunc by cases */
static int floor4(int quarters) {
    return quarters >= 0 ? quarters / 4 : -((3 - quarters) / 4);
}
static int nearest4(int quarters) {
    int low = floor4(quarters), rest = quarters - 4 * low;
    return low + (rest > 2 || (rest == 2 && low % 2 != 0));
}
static void check_rounded(f32 got, f64 got64, int want, int quarters) {
    u32 sign = quarters < 0 ? NZERO : 0;
    f32 size = (f32)(want < 0 ? -want : want);
    f64 size64 = (f64)(want < 0 ? -want : want);
    ck_assert_uint_eq(FB(got), FB(size) | sign);
    ck_assert_uint_eq(DB(got64), DB(size64) | (u64)sign << 32);
}

START_TEST(rounding) {
    ROUND_ROWS2(ceil);
    ROUND_ROWS2(floor);
    ROUND_ROWS2(trunc);
    ROUND_ROWS2(nearest);
    for (int q = -4100; q <= 4100; q++) {
        if (!q) continue;
        f32 x = F(h32(FB((f32)q / 4)));
        f64 y = D(h64(DB((f64)q / 4)));
        check_rounded(w2c_f32_floor(x), w2c_f64_floor(y), floor4(q), q);
        check_rounded(w2c_f32_ceil(x), w2c_f64_ceil(y), -floor4(-q), q);
        check_rounded(w2c_f32_trunc(x), w2c_f64_trunc(y), q < 0 ? -floor4(-q) : floor4(q), q);
        check_rounded(w2c_f32_nearest(x), w2c_f64_nearest(y), nearest4(q), q);
    }
    f_f(f32_nearest, 0x4afffffdu, 0x4afffffcu); /* 8388606.5 */
    f_f(f32_nearest, 0x4affffffu, 0x4b000000u); /* 8388607.5 */
    f_f(f32_nearest, 0x3effffffu, ZERO);        /* just below 0.5 */
    f_f(f32_nearest, 0x3f000001u, ONE);
    f_f(f32_nearest, 0xbf000000u, NZERO);
    f_f(f32_ceil, 0x80000001u, NZERO);
    f_f(f32_floor, 0x00000001u, ZERO);
    f_f(f32_floor, 0x80000001u, NONE);
    d_d(f64_nearest, 0x432fffffffffffffu, 0x4330000000000000u);
    d_d(f64_nearest, 0x432ffffffffffffdu, 0x432ffffffffffffcu);
    d_d(f64_nearest, 0x3fdfffffffffffffu, ZERO64);
    d_d(f64_nearest, 0xbfe0000000000000u, NZERO64);
    d_d(f64_nearest, 0x3fe0000000000001u, ONE64);
}
END_TEST

START_TEST(roots) {
    f_f(f32_sqrt, 0x40800000u, 0x40000000u);
    f_f(f32_sqrt, NZERO, NZERO);
    f_f(f32_sqrt, INF, INF);
    f_f(f32_sqrt, NONE, CANON);
    f_f(f32_sqrt, NINF, CANON);
    f_f(f32_sqrt, SNAN, QUIET);
    f_f(f32_sqrt, CNAN, CANON);
    f_f(f32_sqrt, 0x40000000u, 0x3fb504f3u);
    d_d(f64_sqrt, 0x4000000000000000u, 0x3ff6a09e667f3bcdu);
    d_d(f64_sqrt, NZERO64, NZERO64);
    d_d(f64_sqrt, NONE64, CANON);
    d_d(f64_sqrt, SNAN64, QUIET);
    d_d(f64_sqrt, CNAN64, CANON);
    d_d(f64_sqrt, (u64)1, 0x1e60000000000000u);
}
END_TEST

START_TEST(truncations) {
    FT(i32, s, 0xbf7fffffu, 0, W2C_OK);
    FT(i32, s, 0x4effffffu, 0x7fffff80u, W2C_OK);
    FT(i32, s, 0x4f000000u, 0x7fffffffu, OVER);
    FT(i32, s, 0xcf000000u, 0x80000000u, W2C_OK);
    FT(i32, s, 0xcf000001u, 0x80000000u, OVER);
    FT(i32, s, INF, 0x7fffffffu, OVER);
    FT(i32, s, NINF, 0x80000000u, OVER);
    FT(i32, s, SNAN, 0, NAN_);
    FT(i32, s, 0xc0400000u, 0xfffffffdu, W2C_OK);
    FT(i32, u, 0xbf7fffffu, 0, W2C_OK);
    FT(i32, u, NONE, 0, OVER);
    FT(i32, u, 0x4f7fffffu, 0xffffff00u, W2C_OK);
    FT(i32, u, 0x4f800000u, 0xffffffffu, OVER);
    FT(i32, u, NNAN, 0, NAN_);
    FT(i32, u, NZERO, 0, W2C_OK);
    DT(i32, s, 0x41dfffffffffffffu, 0x7fffffffu, W2C_OK);
    DT(i32, s, 0x41e0000000000000u, 0x7fffffffu, OVER);
    DT(i32, s, 0xc1e00000001fffffu, 0x80000000u, W2C_OK);
    DT(i32, s, 0xc1e0000000200000u, 0x80000000u, OVER);
    DT(i32, s, NNAN64, 0, NAN_);
    DT(i32, u, 0x41efffffffffffffu, 0xffffffffu, W2C_OK);
    DT(i32, u, 0x41f0000000000000u, 0xffffffffu, OVER);
    DT(i32, u, 0xbfefffffffffffffu, 0, W2C_OK);
    DT(i32, u, NONE64, 0, OVER);
    DT(i32, u, SNAN64, 0, NAN_);
    FT(i64, s, 0x5effffffu, 0x7fffff8000000000u, W2C_OK);
    FT(i64, s, 0x5f000000u, 0x7fffffffffffffffu, OVER);
    FT(i64, s, 0xdf000000u, 0x8000000000000000u, W2C_OK);
    FT(i64, s, 0xdf000001u, 0x8000000000000000u, OVER);
    FT(i64, s, CNAN, 0, NAN_);
    FT(i64, u, 0x5f7fffffu, 0xffffff0000000000u, W2C_OK);
    FT(i64, u, 0x5f000000u, 0x8000000000000000u, W2C_OK);
    FT(i64, u, 0x5f800000u, 0xffffffffffffffffu, OVER);
    FT(i64, u, 0xbf7fffffu, 0, W2C_OK);
    FT(i64, u, NONE, 0, OVER);
    FT(i64, u, NSNAN, 0, NAN_);
    DT(i64, s, 0x43dfffffffffffffu, 0x7ffffffffffffc00u, W2C_OK);
    DT(i64, s, 0x43e0000000000000u, 0x7fffffffffffffffu, OVER);
    DT(i64, s, 0xc3e0000000000000u, 0x8000000000000000u, W2C_OK);
    DT(i64, s, 0xc3e0000000000001u, 0x8000000000000000u, OVER);
    DT(i64, s, CNAN64, 0, NAN_);
    DT(i64, u, 0x43efffffffffffffu, 0xfffffffffffff800u, W2C_OK);
    DT(i64, u, 0x43e0000000000001u, 0x8000000000000800u, W2C_OK);
    DT(i64, u, 0x43f0000000000000u, 0xffffffffffffffffu, OVER);
    DT(i64, u, 0xbfefffffffffffffu, 0, W2C_OK);
    DT(i64, u, NINF64, 0, OVER);
    DT(i64, u, NSNAN64, 0, NAN_);
}
END_TEST

/* Round to nearest even with integers: mantissa bits `keep` (with the hidden one), exponent bias.
 */
static u64 float_of(u64 a, bool negative, unsigned keep, u64 bias, unsigned sign_bit) {
    if (!a) return 0;
    unsigned len = 64;
    while (!(a >> (len - 1) & 1))
        len--;
    u64 exponent = bias + len - 1, mantissa = a;
    if (len > keep) {
        unsigned drop = len - keep;
        u64 rest = a & (((u64)1 << drop) - 1), half = (u64)1 << (drop - 1);
        mantissa = a >> drop;
        mantissa += rest > half || (rest == half && (mantissa & 1));
    } else {
        mantissa <<= keep - len;
    }
    /* a carry out of the mantissa goes into the exponent by itself */
    return ((exponent << (keep - 1)) + mantissa - ((u64)1 << (keep - 1))) | (u64)negative
                                                                                << sign_bit;
}

START_TEST(conversions) {
    u64 seed = 88172645463325252u;
    for (size_t i = 0; i < EDGES + 2000; i++) {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        u64 a = i < EDGES ? edges[i] : seed >> (seed & 31);
        bool neg = a >> 63, neg32 = a >> 31 & 1;
        u64 size = neg ? 0 - a : a, size32 = neg32 ? (0 - a) & 0xffffffff : a & 0xffffffff;
        ck_assert_uint_eq(FB(w2c_f32_convert_i32_s(h32((u32)a))),
                          float_of(size32, neg32, 24, 127, 31));
        ck_assert_uint_eq(FB(w2c_f32_convert_i32_u(h32((u32)a))), float_of((u32)a, 0, 24, 127, 31));
        ck_assert_uint_eq(FB(w2c_f32_convert_i64_s(h64(a))), float_of(size, neg, 24, 127, 31));
        ck_assert_uint_eq(FB(w2c_f32_convert_i64_u(h64(a))), float_of(a, 0, 24, 127, 31));
        ck_assert_uint_eq(DB(w2c_f64_convert_i32_s(h32((u32)a))),
                          float_of(size32, neg32, 53, 1023, 63));
        ck_assert_uint_eq(DB(w2c_f64_convert_i32_u(h32((u32)a))),
                          float_of((u32)a, 0, 53, 1023, 63));
        ck_assert_uint_eq(DB(w2c_f64_convert_i64_s(h64(a))), float_of(size, neg, 53, 1023, 63));
        ck_assert_uint_eq(DB(w2c_f64_convert_i64_u(h64(a))), float_of(a, 0, 53, 1023, 63));
    }
    i_f(f32_convert_i32_s, 0x80000000u, 0xcf000000u);
    i_f(f32_convert_i32_u, 0xffffffffu, 0x4f800000u);
    i_d(f64_convert_i32_s, 0xffffffffu, NONE64);
    i_d(f64_convert_i32_u, 0xffffffffu, 0x41efffffffe00000u);
    l_f(f32_convert_i64_u, 0x8000008000000000u, 0x5f000000u);
    l_f(f32_convert_i64_u, 0x8000008000000001u, 0x5f000001u);
    l_f(f32_convert_i64_s, 0x8000000000000000u, 0xdf000000u);
    l_d(f64_convert_i64_u, 0x8000000000000400u, 0x43e0000000000000u);
    l_d(f64_convert_i64_u, 0x8000000000000401u, 0x43e0000000000001u);
    l_d(f64_convert_i64_s, 0x8000000000000000u, 0xc3e0000000000000u);
}
END_TEST

START_TEST(demotion) {
    d_f(f32_demote_f64, ONE64, ONE);
    d_f(f32_demote_f64, NZERO64, NZERO);
    d_f(f32_demote_f64, 0x3ff0000010000000u, ONE); /* tie to even */
    d_f(f32_demote_f64, 0x3ff0000030000000u, 0x3f800002u);
    d_f(f32_demote_f64, 0x47efffffefffffffu, 0x7f7fffffu);
    d_f(f32_demote_f64, 0x47effffff0000000u, INF);
    d_f(f32_demote_f64, 0x3690000000000000u, ZERO); /* half of the least denormal */
    d_f(f32_demote_f64, 0x3690000000000001u, 1u);
    d_f(f32_demote_f64, 0x8000000000000001u, NZERO);
    d_f(f32_demote_f64, NINF64, NINF);
    d_f(f32_demote_f64, CNAN64, CANON);
    d_f(f32_demote_f64, NNAN64, CANON);
    d_f(f32_demote_f64, SNAN64, QUIET);
    d_f(f32_demote_f64, PNAN64, QUIET);
    f_d(f64_promote_f32, NONE, NONE64);
    f_d(f64_promote_f32, 1u, 0x36a0000000000000u);
    f_d(f64_promote_f32, NZERO, NZERO64);
    f_d(f64_promote_f32, INF, INF64);
    f_d(f64_promote_f32, CNAN, CANON);
    f_d(f64_promote_f32, NNAN, CANON);
    f_d(f64_promote_f32, SNAN, QUIET);
    u32 there_and_back = FB(w2c_f32_demote_f64(w2c_f64_promote_f32(F(h32(SNAN)))));
    ck_assert(fits32(there_and_back, QUIET));
    there_and_back = FB(w2c_f32_demote_f64(w2c_f64_abs(w2c_f64_promote_f32(F(h32(SNAN))))));
    ck_assert(fits32(there_and_back, QUIET));
    /* bits survive reinterpretation, NaNs are made canonical on demand only */
    ck_assert_uint_eq(FB(F(h32(SNAN))), SNAN);
    ck_assert_uint_eq(DB(D(h64(NSNAN64))), NSNAN64);
    ck_assert_uint_eq(FB(w2c_canon_f32(F(h32(NSNAN)))), CNAN);
    ck_assert_uint_eq(DB(w2c_canon_f64(D(h64(NNAN64)))), CNAN64);
    ck_assert_uint_eq(FB(w2c_canon_f32(F(h32(NINF)))), NINF);
    ck_assert_uint_eq(DB(w2c_canon_f64(D(h64(1)))), 1);
}
END_TEST

START_TEST(exactness) {
    ck_assert(w2c_selfcheck());
    /* rounding to integers does not ask the rounding mode */
    static const int modes[] = {FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO};
    for (unsigned i = 0; i < 3; i++) {
        ck_assert_int_eq(fesetround(modes[i]), 0);
        f32 x = w2c_f32_nearest(F(h32(0x3fa00000u))); /* 1.25 */
        f64 y = w2c_f64_nearest(D(h64(0x3ff4000000000000u)));
        f64 z = w2c_f64_trunc(D(h64(0x3ff4000000000000u)));
        f64 tie = w2c_f64_nearest(D(h64(0x3ff8000000000000u))); /* 1.5 */
        f32 odd = w2c_f32_nearest(F(h32(0x40200000u)));         /* 2.5 */
        f64 zero = w2c_f64_floor(D(h64(0x3fd0000000000000u)));  /* 0.25 */
        f64 minus = w2c_f64_ceil(D(h64(0xbfe8000000000000u)));  /* -0.75 */
        f32 down = w2c_f32_floor(F(h32(0xbfa00000u)));          /* -1.25 */
        f32 up = w2c_f32_ceil(F(h32(0x3fa00000u)));
        fesetround(FE_TONEAREST);
        ck_assert(FB(x) == ONE && DB(y) == ONE64 && DB(z) == ONE64);
        ck_assert(FB(odd) == 0x40000000u && DB(tie) == 0x4000000000000000u);
        ck_assert(zero == 0 && minus == 0);
        ck_assert(FB(down) == 0xc0000000u && FB(up) == 0x40000000u);
    }
}
END_TEST

int main(void) {
    if (w2c_instance_new(&bare, &instance, NULL, NULL) != W2C_OK) return 1;
    Suite *suite = suite_create("ops");
    TCase *tcase = tcase_create("ops");
    tcase_set_timeout(tcase, 120);
    tcase_add_test(tcase, integers);
    tcase_add_test(tcase, division_traps);
    tcase_add_test(tcase, wide);
    tcase_add_test(tcase, signs);
    tcase_add_test(tcase, min_max);
    tcase_add_test(tcase, rounding);
    tcase_add_test(tcase, roots);
    tcase_add_test(tcase, truncations);
    tcase_add_test(tcase, conversions);
    tcase_add_test(tcase, demotion);
    tcase_add_test(tcase, exactness);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    w2c_instance_delete(instance);
    return failed != 0;
}
