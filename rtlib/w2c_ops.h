/* w2c_ops.h: what the scalar numeric instructions mean: one inline function per opcode of kind FN.
 *
 * Owns: their semantics, for generated C, the interpreter and the constant folder alike. Integers
 * are unsigned; nothing here is undefined or depends on the rounding mode where the specification
 * does not round. Included by w2c_rt.h. Spec: exec/numerics
 *
 * NaNs: abs, neg and copysign touch the sign only; every other instruction gives a quiet NaN, and
 * the canonical one for canonical operands. Compilers drop x*1, x/1, x-0 and demote(promote(x)):
 * constants that make such folds possible go through w2c_opaque_f32/f64, demotion repairs its
 * result. */
#ifndef W2C_OPS_H
#define W2C_OPS_H
#ifndef W2C_RT_H
#include "w2c_rt.h"
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* Two i64 results; generated code uses it for its own functions, too. */
#define W2C_RES_ll
struct w2c_res_ll {
    u64 r0, r1;
};

/* ---- bits ----------------------------------------------------------------------------------- */
W2C_INLINE u32 w2c_i32_reinterpret_f32(f32 x) {
    u32 bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}
W2C_INLINE u64 w2c_i64_reinterpret_f64(f64 x) {
    u64 bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}
W2C_INLINE f32 w2c_f32_reinterpret_i32(u32 bits) {
    f32 x;
    memcpy(&x, &bits, sizeof x);
    return x;
}
W2C_INLINE f64 w2c_f64_reinterpret_i64(u64 bits) {
    f64 x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* A value that the compiler does not know. */
#if defined(__SSE2__)
#define W2C_FLOAT_REG "x"
#elif defined(__aarch64__)
#define W2C_FLOAT_REG "w"
#elif defined(__riscv_flen)
#define W2C_FLOAT_REG "f"
#else
#define W2C_FLOAT_REG "m"
#endif
W2C_INLINE f32 w2c_opaque_f32(f32 x) {
    __asm__("" : "+" W2C_FLOAT_REG(x));
    return x;
}
W2C_INLINE f64 w2c_opaque_f64(f64 x) {
    __asm__("" : "+" W2C_FLOAT_REG(x));
    return x;
}
#undef W2C_FLOAT_REG

/* With --canonical-nans, around every instruction that can make a NaN. */
W2C_INLINE f32 w2c_canon_f32(f32 x) {
    return W2C_UNLIKELY(x != x) ? w2c_f32_reinterpret_i32(0x7fc00000u) : x;
}
W2C_INLINE f64 w2c_canon_f64(f64 x) {
    return W2C_UNLIKELY(x != x) ? w2c_f64_reinterpret_i64(0x7ff8000000000000u) : x;
}
/* sNaN -> qNaN, whatever made x and whatever the compiler believes of it. */
W2C_INLINE f32 w2c_quiet_f32(f32 x) {
    if (W2C_UNLIKELY(x != x))
        return w2c_f32_reinterpret_i32(w2c_i32_reinterpret_f32(x) | 0x00400000u);
    return x;
}
W2C_INLINE f64 w2c_quiet_f64(f64 x) {
    if (W2C_UNLIKELY(x != x))
        return w2c_f64_reinterpret_i64(w2c_i64_reinterpret_f64(x) | 0x0008000000000000u);
    return x;
}

/* ---- integers ------------------------------------------------------------------------------- */
/* Signed division cannot overflow in C: INT_MIN / -1 and INT_MIN % -1 are taken out first. */
#define W2C_INTEGER(p, u, s, bits, min)                                                            \
    W2C_INLINE u w2c_##p##_shl(u a, u b) {                                                         \
        return a << (b & (bits - 1u));                                                             \
    }                                                                                              \
    W2C_INLINE u w2c_##p##_shr_u(u a, u b) {                                                       \
        return a >> (b & (bits - 1u));                                                             \
    }                                                                                              \
    W2C_INLINE u w2c_##p##_shr_s(u a, u b) {                                                       \
        return (u)((s)a >> (b & (bits - 1u)));                                                     \
    }                                                                                              \
    W2C_INLINE u w2c_##p##_rotl(u a, u b) {                                                        \
        return a << (b & (bits - 1u)) | a >> ((bits - b) & (bits - 1u));                           \
    }                                                                                              \
    W2C_INLINE u w2c_##p##_rotr(u a, u b) {                                                        \
        return a >> (b & (bits - 1u)) | a << ((bits - b) & (bits - 1u));                           \
    }                                                                                              \
    W2C_INLINE u w2c_##p##_div_u(u a, u b) {                                                       \
        if (W2C_UNLIKELY(b == 0)) w2c_trap(W2C_TRAP_DIV_BY_ZERO);                                  \
        return a / b;                                                                              \
    }                                                                                              \
    W2C_INLINE u w2c_##p##_rem_u(u a, u b) {                                                       \
        if (W2C_UNLIKELY(b == 0)) w2c_trap(W2C_TRAP_DIV_BY_ZERO);                                  \
        return a % b;                                                                              \
    }                                                                                              \
    W2C_INLINE u w2c_##p##_div_s(u a, u b) {                                                       \
        if (W2C_UNLIKELY(b == 0)) w2c_trap(W2C_TRAP_DIV_BY_ZERO);                                  \
        if (W2C_UNLIKELY(b == (u) - 1 && a == min)) w2c_trap(W2C_TRAP_INT_OVERFLOW);               \
        return (u)((s)a / (s)b);                                                                   \
    }                                                                                              \
    W2C_INLINE u w2c_##p##_rem_s(u a, u b) {                                                       \
        if (W2C_UNLIKELY(b == 0)) w2c_trap(W2C_TRAP_DIV_BY_ZERO);                                  \
        if (W2C_UNLIKELY(b == (u) - 1)) return 0;                                                  \
        return (u)((s)a % (s)b);                                                                   \
    }                                                                                              \
    W2C_INLINE u w2c_##p##_extend8_s(u a) {                                                        \
        return (u)(s)(s8)a;                                                                        \
    }                                                                                              \
    W2C_INLINE u w2c_##p##_extend16_s(u a) {                                                       \
        return (u)(s)(s16)a;                                                                       \
    }
W2C_INTEGER(i32, u32, s32, 32, 0x80000000u)
W2C_INTEGER(i64, u64, s64, 64, 0x8000000000000000u)
#undef W2C_INTEGER

W2C_INLINE u32 w2c_i32_clz(u32 a) {
    return a ? (u32)__builtin_clz(a) : 32;
}
W2C_INLINE u32 w2c_i32_ctz(u32 a) {
    return a ? (u32)__builtin_ctz(a) : 32;
}
/* gcc calls its library where the processor may not count. */
#if defined(__clang__) || defined(__POPCNT__) || !defined(__x86_64__)
W2C_INLINE u32 w2c_i32_popcnt(u32 a) {
    return (u32)__builtin_popcount(a);
}
W2C_INLINE u64 w2c_i64_popcnt(u64 a) {
    return (u64)__builtin_popcountll(a);
}
#else
W2C_INLINE u64 w2c_i64_popcnt(u64 a) {
    a -= a >> 1 & 0x5555555555555555u;
    a = (a & 0x3333333333333333u) + (a >> 2 & 0x3333333333333333u);
    return ((a + (a >> 4)) & 0x0f0f0f0f0f0f0f0fu) * 0x0101010101010101u >> 56;
}
W2C_INLINE u32 w2c_i32_popcnt(u32 a) {
    a -= a >> 1 & 0x55555555u;
    a = (a & 0x33333333u) + (a >> 2 & 0x33333333u);
    return ((a + (a >> 4)) & 0x0f0f0f0fu) * 0x01010101u >> 24;
}
#endif
W2C_INLINE u64 w2c_i64_clz(u64 a) {
    return a ? (u64)__builtin_clzll(a) : 64;
}
W2C_INLINE u64 w2c_i64_ctz(u64 a) {
    return a ? (u64)__builtin_ctzll(a) : 64;
}

W2C_INLINE u32 w2c_i32_wrap_i64(u64 a) {
    return (u32)a;
}
W2C_INLINE u64 w2c_i64_extend_i32_s(u32 a) {
    return (u64)(s64)(s32)a;
}
W2C_INLINE u64 w2c_i64_extend_i32_u(u32 a) {
    return (u64)a;
}
W2C_INLINE u64 w2c_i64_extend32_s(u64 a) {
    return (u64)(s64)(s32)a;
}

/* ---- wide arithmetic: low half first -------------------------------------------------------- */
W2C_INLINE struct w2c_res_ll w2c_i64_add128(u64 lo, u64 hi, u64 lo2, u64 hi2) {
    struct w2c_res_ll r;
    r.r0 = lo + lo2;
    r.r1 = hi + hi2 + (u64)(r.r0 < lo);
    return r;
}
W2C_INLINE struct w2c_res_ll w2c_i64_sub128(u64 lo, u64 hi, u64 lo2, u64 hi2) {
    struct w2c_res_ll r;
    r.r0 = lo - lo2;
    r.r1 = hi - hi2 - (u64)(lo < lo2);
    return r;
}
W2C_INLINE struct w2c_res_ll w2c_i64_mul_wide_u(u64 a, u64 b) {
    struct w2c_res_ll r;
#ifdef __SIZEOF_INT128__
    __extension__ typedef unsigned __int128 u128;
    u128 product = (u128)a * b;
    r.r0 = (u64)product;
    r.r1 = (u64)(product >> 64);
#else
    u64 a0 = (u32)a, a1 = a >> 32, b0 = (u32)b, b1 = b >> 32;
    u64 mid = a1 * b0 + (a0 * b0 >> 32), mid2 = a0 * b1 + (u32)mid;
    r.r0 = a * b;
    r.r1 = a1 * b1 + (mid >> 32) + (mid2 >> 32);
#endif
    return r;
}
W2C_INLINE struct w2c_res_ll w2c_i64_mul_wide_s(u64 a, u64 b) {
#ifdef __SIZEOF_INT128__
    __extension__ typedef __int128 s128;
    struct w2c_res_ll r;
    s128 product = (s128)(s64)a * (s64)b;
    r.r0 = (u64)product;
    r.r1 = (u64)(product >> 64);
#else
    struct w2c_res_ll r = w2c_i64_mul_wide_u(a, b);
    r.r1 -= (a >> 63 ? b : 0) + (b >> 63 ? a : 0);
#endif
    return r;
}

/* ---- floats: the sign ----------------------------------------------------------------------- */
/* gcc takes sqrt(x) and x*x for positive and drops fabs around them, but the NaN that they may be
 * can be negative: it gets the operation on bits. */
W2C_INLINE f32 w2c_f32_neg(f32 x) {
    return -x;
}
W2C_INLINE f64 w2c_f64_neg(f64 x) {
    return -x;
}
#if defined(__clang__)
W2C_INLINE f32 w2c_f32_abs(f32 x) {
    return __builtin_fabsf(x);
}
W2C_INLINE f64 w2c_f64_abs(f64 x) {
    return __builtin_fabs(x);
}
W2C_INLINE f32 w2c_f32_copysign(f32 x, f32 y) {
    return __builtin_copysignf(x, y);
}
W2C_INLINE f64 w2c_f64_copysign(f64 x, f64 y) {
    return __builtin_copysign(x, y);
}
#else
W2C_INLINE f32 w2c_f32_abs(f32 x) {
    return w2c_f32_reinterpret_i32(w2c_i32_reinterpret_f32(x) & 0x7fffffffu);
}
W2C_INLINE f64 w2c_f64_abs(f64 x) {
    return w2c_f64_reinterpret_i64(w2c_i64_reinterpret_f64(x) & 0x7fffffffffffffffu);
}
W2C_INLINE f32 w2c_f32_copysign(f32 x, f32 y) {
    u32 sign = 0x80000000u;
    return w2c_f32_reinterpret_i32((w2c_i32_reinterpret_f32(x) & ~sign) |
                                   (w2c_i32_reinterpret_f32(y) & sign));
}
W2C_INLINE f64 w2c_f64_copysign(f64 x, f64 y) {
    u64 sign = 0x8000000000000000u;
    return w2c_f64_reinterpret_i64((w2c_i64_reinterpret_f64(x) & ~sign) |
                                   (w2c_i64_reinterpret_f64(y) & sign));
}
#endif

/* ---- floats: minimum, maximum --------------------------------------------------------------- */
/* Ordered and different: one comparison, one minss. Else equal, where zeros differ by their sign,
 * or a NaN, which the addition makes quiet. */
#define W2C_MIN_MAX(p, f, ibits, fbits)                                                            \
    W2C_INLINE f w2c_##p##_min(f a, f b) {                                                         \
        if (W2C_LIKELY(__builtin_islessgreater(a, b))) return a < b ? a : b;                       \
        return a == b ? fbits(ibits(a) | ibits(b)) : a + b;                                        \
    }                                                                                              \
    W2C_INLINE f w2c_##p##_max(f a, f b) {                                                         \
        if (W2C_LIKELY(__builtin_islessgreater(a, b))) return a > b ? a : b;                       \
        return a == b ? fbits(ibits(a) & ibits(b)) : a + b;                                        \
    }
W2C_MIN_MAX(f32, f32, w2c_i32_reinterpret_f32, w2c_f32_reinterpret_i32)
W2C_MIN_MAX(f64, f64, w2c_i64_reinterpret_f64, w2c_f64_reinterpret_i64)
#undef W2C_MIN_MAX

/* ---- floats: to an integer ------------------------------------------------------------------ */
/* One instruction where there is one. */
#if defined(__OPTIMIZE__) && (defined(__SSE4_1__) || defined(__aarch64__)) &&                      \
    (defined(__clang__) || __GNUC__ >= 10)
#define W2C_ROUND(p, f, suffix)                                                                    \
    W2C_INLINE f w2c_##p##_ceil(f x) {                                                             \
        return __builtin_ceil##suffix(x);                                                          \
    }                                                                                              \
    W2C_INLINE f w2c_##p##_floor(f x) {                                                            \
        return __builtin_floor##suffix(x);                                                         \
    }                                                                                              \
    W2C_INLINE f w2c_##p##_trunc(f x) {                                                            \
        return __builtin_trunc##suffix(x);                                                         \
    }                                                                                              \
    W2C_INLINE f w2c_##p##_nearest(f x) {                                                          \
        return __builtin_roundeven##suffix(x);                                                     \
    }
W2C_ROUND(f32, f32, f)
W2C_ROUND(f64, f64, )
#else
/* Else without libm, calls of which cost more and end vectors: from 2^(mantissa bits) on every number is an
 * integer, and a smaller size plus that is one of the two next to it, whatever the rounding mode. A
 * comparison tells which; the sign comes last, for zeros. */
#define W2C_ROUND(p, f, exact)                                                                     \
    static W2C_NOINLINE __attribute__((unused, cold)) f w2c_##p##_nearest_tie(f size) {            \
        f whole = (size + exact) - exact, even;                                                    \
        whole -= whole > size ? (f)1 : (f)0;                                                       \
        even = (whole / 2 + exact) - exact;                                                        \
        bool up = size - whole > (f)0.5 || (size - whole == (f)0.5 && even * 2 != whole);          \
        return whole + (up ? (f)1 : (f)0);                                                         \
    }                                                                                              \
    W2C_INLINE f w2c_##p##_nearest(f x) {                                                          \
        f size = w2c_##p##_abs(x), whole = (size + exact) - exact;                                 \
        if (W2C_UNLIKELY(!(size < exact))) return w2c_quiet_##p(x);                                \
        if (W2C_UNLIKELY(!(w2c_##p##_abs(size - whole) < (f)0.5)))                                 \
            whole = w2c_##p##_nearest_tie(size);                                                   \
        return w2c_##p##_copysign(whole, x);                                                       \
    }
W2C_ROUND(f32, f32, 0x1p23f)
W2C_ROUND(f64, f64, 0x1p52)
#undef W2C_ROUND
#if defined(__clang__)
#define W2C_ROUND(p, f, exact, suffix)                                                             \
    W2C_INLINE f w2c_##p##_trunc(f x) {                                                            \
        f size = w2c_##p##_abs(x), whole = (size + exact) - exact;                                 \
        if (W2C_UNLIKELY(!(size < exact))) return w2c_quiet_##p(x);                                \
        return w2c_##p##_copysign(whole - (whole > size ? (f)1 : (f)0), x);                        \
    }                                                                                              \
    W2C_INLINE f w2c_##p##_floor(f x) {                                                            \
        f size = w2c_##p##_abs(x), whole = w2c_##p##_copysign((size + exact) - exact, x);          \
        if (W2C_UNLIKELY(!(size < exact))) return w2c_quiet_##p(x);                                \
        return w2c_##p##_copysign(whole - (whole > x ? (f)1 : (f)0), x);                           \
    }                                                                                              \
    W2C_INLINE f w2c_##p##_ceil(f x) {                                                             \
        f size = w2c_##p##_abs(x), whole = w2c_##p##_copysign((size + exact) - exact, x);          \
        if (W2C_UNLIKELY(!(size < exact))) return w2c_quiet_##p(x);                                \
        return w2c_##p##_copysign(whole + (whole < x ? (f)1 : (f)0), x);                           \
    }
#else /* gcc knows sequences of its own, but not that they must make NaNs quiet */
#define W2C_ROUND(p, f, exact, suffix)                                                             \
    W2C_INLINE f w2c_##p##_ceil(f x) {                                                             \
        return w2c_quiet_##p(__builtin_ceil##suffix(x));                                           \
    }                                                                                              \
    W2C_INLINE f w2c_##p##_floor(f x) {                                                            \
        return w2c_quiet_##p(__builtin_floor##suffix(x));                                          \
    }                                                                                              \
    W2C_INLINE f w2c_##p##_trunc(f x) {                                                            \
        return w2c_quiet_##p(__builtin_trunc##suffix(x));                                          \
    }
#endif
W2C_ROUND(f32, f32, 0x1p23f, f)
W2C_ROUND(f64, f64, 0x1p52, )
#endif
#undef W2C_ROUND

/* Without errno: sqrt of a negative number needs no libm. */
#if defined(__clang__)
#if __has_builtin(__builtin_elementwise_sqrt)
W2C_INLINE f32 w2c_f32_sqrt(f32 x) {
    return __builtin_elementwise_sqrt(x);
}
W2C_INLINE f64 w2c_f64_sqrt(f64 x) {
    return __builtin_elementwise_sqrt(x);
}
#define W2C_SQRT
#endif
#elif defined(__SSE2__) && !defined(__NO_MATH_ERRNO__)
W2C_INLINE f32 w2c_f32_sqrt(f32 x) {
    typedef f32 floats __attribute__((vector_size(16)));
    floats v = {x, 0, 0, 0};
    v = __builtin_ia32_sqrtss(v);
    return v[0];
}
W2C_INLINE f64 w2c_f64_sqrt(f64 x) {
    typedef f64 doubles __attribute__((vector_size(16)));
    doubles v = {x, 0};
    v = __builtin_ia32_sqrtsd(v);
    return v[0];
}
#define W2C_SQRT
#endif
#ifndef W2C_SQRT
W2C_INLINE f32 w2c_f32_sqrt(f32 x) {
    return __builtin_sqrtf(x);
}
W2C_INLINE f64 w2c_f64_sqrt(f64 x) {
    return __builtin_sqrt(x);
}
#endif
#undef W2C_SQRT

/* ---- conversions ---------------------------------------------------------------------------- */
W2C_INLINE f32 w2c_f32_demote_f64(f64 x) {
    return w2c_quiet_f32((f32)x);
}
W2C_INLINE f64 w2c_f64_promote_f32(f32 x) {
    return (f64)x;
}

W2C_INLINE f32 w2c_f32_convert_i32_s(u32 a) {
    return (f32)(s32)a;
}
W2C_INLINE f32 w2c_f32_convert_i32_u(u32 a) {
    return (f32)a;
}
W2C_INLINE f32 w2c_f32_convert_i64_s(u64 a) {
    return (f32)(s64)a;
}
W2C_INLINE f32 w2c_f32_convert_i64_u(u64 a) {
    return (f32)a;
}
W2C_INLINE f64 w2c_f64_convert_i32_s(u32 a) {
    return (f64)(s32)a;
}
W2C_INLINE f64 w2c_f64_convert_i32_u(u32 a) {
    return (f64)a;
}
W2C_INLINE f64 w2c_f64_convert_i64_s(u64 a) {
    return (f64)(s64)a;
}
W2C_INLINE f64 w2c_f64_convert_i64_u(u64 a) {
    return (f64)a;
}

/* `above`: the condition that x is not too small, `end`: the first value too large. The trap is
 * "invalid conversion to integer" for NaN, else "integer overflow". */
#define W2C_TRUNC(to, from, f, u, c, above, end)                                                   \
    W2C_INLINE u w2c_##to##_trunc_##from(f x) {                                                    \
        if (W2C_UNLIKELY(!(x above && x < end)))                                                   \
            w2c_trap(x != x ? W2C_TRAP_INVALID_CONVERSION : W2C_TRAP_INT_OVERFLOW);                \
        return (u)(c)x;                                                                            \
    }
#define W2C_SAT(to, from, f, u, c, above, end, min, max)                                           \
    W2C_INLINE u w2c_##to##_trunc_sat_##from(f x) {                                                \
        if (W2C_LIKELY(x above && x < end)) return (u)(c)x;                                        \
        if (x != x) return 0;                                                                      \
        return x < 0 ? min : max;                                                                  \
    }
#define W2C_S32_MIN 0x80000000u
#define W2C_S32_MAX 0x7fffffffu
#define W2C_S64_MIN 0x8000000000000000u
#define W2C_S64_MAX 0x7fffffffffffffffu
W2C_SAT(i32, f32_s, f32, u32, s32, >= -0x1p31f, 0x1p31f, W2C_S32_MIN, W2C_S32_MAX)
W2C_SAT(i32, f64_s, f64, u32, s32, > -2147483649.0, 0x1p31, W2C_S32_MIN, W2C_S32_MAX)
W2C_SAT(i32, f32_u, f32, u32, u32, > -1.0f, 0x1p32f, 0u, 0xffffffffu)
W2C_SAT(i32, f64_u, f64, u32, u32, > -1.0, 0x1p32, 0u, 0xffffffffu)
#if defined(__x86_64__)
/* The processor gives its smallest integer for all that does not fit, so what else it gives is right, and
 * the rest may take longer. In assembler, because compilers take a conversion that does not fit for
 * whatever they like. The 32-bit ones above stay C: those compilers vectorise. */
#if defined(__AVX__)
#define W2C_CVTT(ins) "v" ins " %1, %0"
#else
#define W2C_CVTT(ins) ins " %1, %0"
#endif
W2C_INLINE s32 w2c_cvtt_i32_f32(f32 x) {
    s32 r;
    __asm__(W2C_CVTT("cvttss2si") : "=r"(r) : "x"(x));
    return r;
}
W2C_INLINE s32 w2c_cvtt_i32_f64(f64 x) {
    s32 r;
    __asm__(W2C_CVTT("cvttsd2si") : "=r"(r) : "x"(x));
    return r;
}
W2C_INLINE s64 w2c_cvtt_i64_f32(f32 x) {
    s64 r;
    __asm__(W2C_CVTT("cvttss2si") : "=r"(r) : "x"(x));
    return r;
}
W2C_INLINE s64 w2c_cvtt_i64_f64(f64 x) {
    s64 r;
    __asm__(W2C_CVTT("cvttsd2si") : "=r"(r) : "x"(x));
    return r;
}
#undef W2C_CVTT
W2C_NORETURN static __attribute__((cold, noinline, unused)) void w2c_trunc_failed(bool is_nan) {
    w2c_trap(is_nan ? W2C_TRAP_INVALID_CONVERSION : W2C_TRAP_INT_OVERFLOW);
}
/* x - 1 overflows for the smallest integer alone: one small comparison. */
#define W2C_TRUNC_S(to, from, f, u, s, above)                                                      \
    W2C_INLINE u w2c_##to##_trunc_##from##_s(f x) {                                                \
        s r = w2c_cvtt_##to##_##from(x), less;                                                     \
        if (W2C_UNLIKELY(__builtin_sub_overflow(r, (s)1, &less)) && !(x above && x < 0))           \
            w2c_trunc_failed(x != x);                                                              \
        return (u)r;                                                                               \
    }
W2C_TRUNC_S(i32, f32, f32, u32, s32, >= -0x1p31f)
W2C_TRUNC_S(i32, f64, f64, u32, s32, > -2147483649.0)
W2C_TRUNC_S(i64, f32, f32, u64, s64, >= -0x1p63f)
W2C_TRUNC_S(i64, f64, f64, u64, s64, >= -0x1p63)
#undef W2C_TRUNC_S
#define W2C_TRUNC_U(from, f, end)                                                                  \
    W2C_INLINE u32 w2c_i32_trunc_##from##_u(f x) {                                                 \
        s64 r = w2c_cvtt_i64_##from(x);                                                            \
        if (W2C_UNLIKELY(((u64)r >> 32) != 0)) w2c_trunc_failed(x != x);                           \
        return (u32)r;                                                                             \
    }                                                                                              \
    W2C_INLINE u64 w2c_i64_trunc_##from##_u(f x) {                                                 \
        s64 r = w2c_cvtt_i64_##from(x);                                                            \
        if (W2C_LIKELY(r >= 0)) return (u64)r;                                                     \
        r = w2c_cvtt_i64_##from(x - end);                                                          \
        if (W2C_UNLIKELY(!(x >= end) || r < 0)) w2c_trunc_failed(x != x);                          \
        return (u64)r | W2C_S64_MIN;                                                               \
    }                                                                                              \
    W2C_INLINE u64 w2c_i64_trunc_sat_##from##_s(f x) {                                             \
        s64 r = w2c_cvtt_i64_##from(x), less;                                                      \
        if (W2C_LIKELY(!__builtin_sub_overflow(r, (s64)1, &less))) return (u64)r;                  \
        return x < 0 ? W2C_S64_MIN : x > 0 ? W2C_S64_MAX : 0;                                      \
    }                                                                                              \
    W2C_INLINE u64 w2c_i64_trunc_sat_##from##_u(f x) {                                             \
        s64 r = w2c_cvtt_i64_##from(x);                                                            \
        if (W2C_LIKELY(r >= 0)) return (u64)r;                                                     \
        if (!(x > 0)) return 0;                                                                    \
        r = w2c_cvtt_i64_##from(x - end);                                                          \
        return r < 0 ? UINT64_MAX : (u64)r | W2C_S64_MIN;                                          \
    }
W2C_TRUNC_U(f32, f32, 0x1p63f)
W2C_TRUNC_U(f64, f64, 0x1p63)
#undef W2C_TRUNC_U
#else
W2C_TRUNC(i32, f32_s, f32, u32, s32, >= -0x1p31f, 0x1p31f)
W2C_TRUNC(i32, f64_s, f64, u32, s32, > -2147483649.0, 0x1p31)
W2C_TRUNC(i32, f32_u, f32, u32, u32, > -1.0f, 0x1p32f)
W2C_TRUNC(i32, f64_u, f64, u32, u32, > -1.0, 0x1p32)
W2C_TRUNC(i64, f32_s, f32, u64, s64, >= -0x1p63f, 0x1p63f)
W2C_TRUNC(i64, f64_s, f64, u64, s64, >= -0x1p63, 0x1p63)
W2C_TRUNC(i64, f32_u, f32, u64, u64, > -1.0f, 0x1p64f)
W2C_TRUNC(i64, f64_u, f64, u64, u64, > -1.0, 0x1p64)
W2C_SAT(i64, f32_s, f32, u64, s64, >= -0x1p63f, 0x1p63f, W2C_S64_MIN, W2C_S64_MAX)
W2C_SAT(i64, f64_s, f64, u64, s64, >= -0x1p63, 0x1p63, W2C_S64_MIN, W2C_S64_MAX)
W2C_SAT(i64, f32_u, f32, u64, u64, > -1.0f, 0x1p64f, 0u, 0xffffffffffffffffu)
W2C_SAT(i64, f64_u, f64, u64, u64, > -1.0, 0x1p64, 0u, 0xffffffffffffffffu)
#endif
#undef W2C_TRUNC
#undef W2C_SAT
#undef W2C_S32_MIN
#undef W2C_S32_MAX
#undef W2C_S64_MIN
#undef W2C_S64_MAX

/* ---- is this compilation exact? ------------------------------------------------------------- */
/* For w2c_module.selfcheck: false when flags or the processor's state make floats inexact: fused
 * a*b+c, excess precision, folded NaN tests, denormals flushed to zero, signalling NaNs that
 * survive. */
static inline __attribute__((unused)) bool w2c_selfcheck(void) {
    volatile f64 v = 1.0 + 0x1p-30, sum = -(1.0 + 0x1p-29), tiny = 0x1p-1074, third = 0x1p-53;
    volatile f32 vf = 1.0f + 0x1p-12f, sumf = -(1.0f + 0x1p-11f), tinyf = 0x1p-149f;
    volatile u32 snan = 0x7fa00000u;
    volatile u64 snan64 = 0x7ff4000000000000u;
    f64 a = v, b = v, c = sum, d = tiny, e = third;
    f32 af = vf, bf = vf, cf = sumf, df = tinyf;
    if (a * b + c != 0 || af * bf + cf != 0) return false;
    if ((1.0 + e) - 1.0 != 0 || d + d == 0 || df + df == 0) return false;
    f32 n = w2c_f32_reinterpret_i32(snan);
    f64 n64 = w2c_f64_reinterpret_i64(snan64);
    if (n == n || n < n || n >= n || !(n != n) || n64 == n64 || !(n64 != n64)) return false;
    u32 quiet = w2c_i32_reinterpret_f32(n * w2c_opaque_f32(1.0f));
    u64 quiet64 = w2c_i64_reinterpret_f64(n64 - w2c_opaque_f64(0.0));
    u32 round_trip = w2c_i32_reinterpret_f32(w2c_f32_demote_f64(w2c_f64_promote_f32(n)));
    return (quiet & 0x7fc00000u) == 0x7fc00000u && (round_trip & 0x7fc00000u) == 0x7fc00000u &&
           (quiet64 & 0x7ff8000000000000u) == 0x7ff8000000000000u &&
           w2c_i32_reinterpret_f32(w2c_f32_neg(n)) == (snan | 0x80000000u);
}

#ifdef __cplusplus
}
#endif
#endif
