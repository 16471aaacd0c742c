/* w2c_simd.h: what the SIMD instructions mean: one inline function per opcode of the features simd
 * and relaxed_simd. Generated files that use v128 include it after w2c_rt.h.
 *
 * Owns: the type v128, its conversions, and the instructions that gcc's and clang's vector types
 * express with good code on every target. The rest is in exactly one of w2c_simd_x86.h (SSE2 and
 * up, by the flags of the compilation), w2c_simd_neon.h (AArch64) and w2c_simd_plain.h (anywhere;
 * forced with -DW2C_SIMD_PLAIN); loads and stores are in w2c_simd_memory.h, relaxed instructions in
 * w2c_simd_relaxed.h. All give the same bits, but for the payload and sign of a NaN where the
 * specification leaves them open. Spec: exec/numerics
 *
 * Arguments: the value operands in wasm order, then the immediates:
 *   w2c_i8x16_extract_lane_s(v, lane)     w2c_i8x16_replace_lane(v, x, lane)
 *   w2c_i8x16_shuffle(a, b, 16 lanes)     a macro; its lanes are literals
 *   w2c_v128_const(low, high)             the 16 bytes as two little-endian u64
 * Lanes are constants. Scalars are u32, u64, f32, f64 as elsewhere.
 *
 * NaNs: as in w2c_ops.h. Compilers drop x*1, x/1, x-0 and x+(-0) with a constant vector: constants
 * that make such folds possible go through w2c_opaque_v128. MXCSR and FPCR must round to nearest.
 */
#ifndef W2C_SIMD_H
#define W2C_SIMD_H
#include "w2c_rt.h"

#if defined(W2C_SIMD_PLAIN)
#define W2C_SIMD_TARGET 0
#elif defined(__SSE2__)
#define W2C_SIMD_TARGET 1
#include <emmintrin.h>
#ifdef __SSSE3__
#include <tmmintrin.h>
#endif
#ifdef __SSE4_1__
#include <smmintrin.h>
#endif
#elif defined(__aarch64__) && defined(__ARM_NEON)
#define W2C_SIMD_TARGET 2
#include <arm_neon.h>
#else
#define W2C_SIMD_TARGET 0
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* ---- types ---------------------------------------------------------------------------------- */
/* In a vector register, lane 0 lowest. Casts between it and the types below, __m128i and the like
 * cost nothing. Lanes are little-endian: w2c_rt.h refuses big-endian targets. */
typedef u64 v128 __attribute__((vector_size(16), may_alias));
typedef v128 w2c_v128_anywhere
    __attribute__((aligned(1))); /* an imported global: of the host, perhaps */

typedef u8 w2c_u8x16 __attribute__((vector_size(16)));
typedef s8 w2c_s8x16 __attribute__((vector_size(16)));
typedef u16 w2c_u16x8 __attribute__((vector_size(16)));
typedef s16 w2c_s16x8 __attribute__((vector_size(16)));
typedef u32 w2c_u32x4 __attribute__((vector_size(16)));
typedef s32 w2c_s32x4 __attribute__((vector_size(16)));
typedef u64 w2c_u64x2 __attribute__((vector_size(16)));
typedef s64 w2c_s64x2 __attribute__((vector_size(16)));
typedef f32 w2c_f32x4 __attribute__((vector_size(16)));
typedef f64 w2c_f64x2 __attribute__((vector_size(16)));

/* From and to the public type, in globals, calls of the host and w2c_value. */
W2C_INLINE v128 w2c_v128_in(w2c_v128 x) {
    v128 v;
    memcpy(&v, x.bytes, sizeof v);
    return v;
}
W2C_INLINE w2c_v128 w2c_v128_out(v128 v) {
    w2c_v128 x;
    memcpy(x.bytes, &v, sizeof v);
    return x;
}

#if defined(__SSE2__)
#define W2C_VECTOR_REG "x"
#elif defined(__aarch64__)
#define W2C_VECTOR_REG "w"
#else
#define W2C_VECTOR_REG "m"
#endif
/* As W2C_FORCE_INT. */
#define W2C_FORCE_V128(v) __asm__ volatile("" ::W2C_VECTOR_REG(v))
/* A value that the compiler does not know. */
W2C_INLINE v128 w2c_opaque_v128(v128 v) {
    __asm__("" : "+" W2C_VECTOR_REG(v));
    return v;
}

W2C_INLINE v128 w2c_v128_const(u64 low, u64 high) {
    v128 v = {low, high};
    return v;
}
/* Every lane the same 1, 2, 4 or 8 bytes. */
W2C_INLINE v128 w2c_v128_repeat8(u8 x) {
    w2c_u8x16 v = {x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x};
    return (v128)v;
}
W2C_INLINE v128 w2c_v128_repeat16(u16 x) {
    w2c_u16x8 v = {x, x, x, x, x, x, x, x};
    return (v128)v;
}
W2C_INLINE v128 w2c_v128_repeat32(u32 x) {
    w2c_u32x4 v = {x, x, x, x};
    return (v128)v;
}
W2C_INLINE v128 w2c_v128_repeat64(u64 x) {
    v128 v = {x, x};
    return v;
}

/* ---- bitwise -------------------------------------------------------------------------------- */
W2C_INLINE v128 w2c_v128_not(v128 a) {
    return ~a;
}
W2C_INLINE v128 w2c_v128_and(v128 a, v128 b) {
    return a & b;
}
W2C_INLINE v128 w2c_v128_andnot(v128 a, v128 b) {
    return a & ~b;
}
W2C_INLINE v128 w2c_v128_or(v128 a, v128 b) {
    return a | b;
}
W2C_INLINE v128 w2c_v128_xor(v128 a, v128 b) {
    return a ^ b;
}
W2C_INLINE v128 w2c_v128_bitselect(v128 a, v128 b, v128 mask) {
    return (a & mask) | (b & ~mask);
}

/* ---- lanes ---------------------------------------------------------------------------------- */
/* x: the scalar's C type; one: the lane's */
#define W2C_LANES(p, x, vector, one)                                                               \
    W2C_INLINE v128 w2c_##p##_replace_lane(v128 v, x value, u32 lane) {                            \
        vector lanes = (vector)v;                                                                  \
        lanes[lane] = (one)value;                                                                  \
        return (v128)lanes;                                                                        \
    }
#define W2C_EXTRACT(name, x, vector, widen)                                                        \
    W2C_INLINE x w2c_##name(v128 v, u32 lane) {                                                    \
        vector lanes = (vector)v;                                                                  \
        return (x)(widen)lanes[lane];                                                              \
    }
W2C_LANES(i8x16, u32, w2c_u8x16, u8)
W2C_LANES(i16x8, u32, w2c_u16x8, u16)
W2C_LANES(i32x4, u32, w2c_u32x4, u32)
W2C_LANES(i64x2, u64, w2c_u64x2, u64)
W2C_LANES(f32x4, f32, w2c_f32x4, f32)
W2C_LANES(f64x2, f64, w2c_f64x2, f64)
W2C_EXTRACT(i8x16_extract_lane_s, u32, w2c_s8x16, s32)
W2C_EXTRACT(i8x16_extract_lane_u, u32, w2c_u8x16, u32)
W2C_EXTRACT(i16x8_extract_lane_s, u32, w2c_s16x8, s32)
W2C_EXTRACT(i16x8_extract_lane_u, u32, w2c_u16x8, u32)
W2C_EXTRACT(i32x4_extract_lane, u32, w2c_u32x4, u32)
W2C_EXTRACT(i64x2_extract_lane, u64, w2c_u64x2, u64)
W2C_EXTRACT(f32x4_extract_lane, f32, w2c_f32x4, f32)
W2C_EXTRACT(f64x2_extract_lane, f64, w2c_f64x2, f64)
#undef W2C_LANES
#undef W2C_EXTRACT

W2C_INLINE v128 w2c_i8x16_splat(u32 x) {
    return w2c_v128_repeat8((u8)x);
}
W2C_INLINE v128 w2c_i16x8_splat(u32 x) {
    return w2c_v128_repeat16((u16)x);
}
W2C_INLINE v128 w2c_i32x4_splat(u32 x) {
    return w2c_v128_repeat32(x);
}
W2C_INLINE v128 w2c_i64x2_splat(u64 x) {
    return w2c_v128_repeat64(x);
}
W2C_INLINE v128 w2c_f32x4_splat(f32 x) {
    w2c_f32x4 v = {x, x, x, x};
    return (v128)v;
}
W2C_INLINE v128 w2c_f64x2_splat(f64 x) {
    w2c_f64x2 v = {x, x};
    return (v128)v;
}

/* Lanes 0 to 15 are of a, 16 to 31 of b. */
#if defined(__has_builtin)
#if __has_builtin(__builtin_shufflevector)
#define w2c_i8x16_shuffle(a, b, ...)                                                               \
    ((v128)__builtin_shufflevector((w2c_u8x16)(a), (w2c_u8x16)(b), __VA_ARGS__))
#endif
#endif
#ifndef w2c_i8x16_shuffle
#define w2c_i8x16_shuffle(a, b, ...)                                                               \
    ((v128)__builtin_shuffle((w2c_u8x16)(a), (w2c_u8x16)(b), __extension__(w2c_u8x16){__VA_ARGS__}))
#endif

/* ---- integers ------------------------------------------------------------------------------- */
#define W2C_ARITHMETIC(p, u)                                                                       \
    W2C_INLINE v128 w2c_##p##_add(v128 a, v128 b) {                                                \
        return (v128)((u)a + (u)b);                                                                \
    }                                                                                              \
    W2C_INLINE v128 w2c_##p##_sub(v128 a, v128 b) {                                                \
        return (v128)((u)a - (u)b);                                                                \
    }                                                                                              \
    W2C_INLINE v128 w2c_##p##_neg(v128 a) {                                                        \
        return (v128)(-(u)a);                                                                      \
    }
W2C_ARITHMETIC(i8x16, w2c_u8x16)
W2C_ARITHMETIC(i16x8, w2c_u16x8)
W2C_ARITHMETIC(i32x4, w2c_u32x4)
W2C_ARITHMETIC(i64x2, w2c_u64x2)
#undef W2C_ARITHMETIC

W2C_INLINE v128 w2c_i16x8_mul(v128 a, v128 b) {
    return (v128)((w2c_u16x8)a * (w2c_u16x8)b);
}
W2C_INLINE v128 w2c_i32x4_mul(v128 a, v128 b) {
    return (v128)((w2c_u32x4)a * (w2c_u32x4)b);
}
W2C_INLINE v128 w2c_i64x2_mul(v128 a, v128 b) {
    return (v128)((w2c_u64x2)a * (w2c_u64x2)b);
}

#define W2C_COMPARE(name, vector, op)                                                              \
    W2C_INLINE v128 w2c_##name(v128 a, v128 b) {                                                   \
        return (v128)((vector)a op(vector) b);                                                     \
    }
#define W2C_EQUAL(p, u) W2C_COMPARE(p##_eq, u, ==) W2C_COMPARE(p##_ne, u, !=)
#define W2C_ORDER(p, sign, vector)                                                                 \
    W2C_COMPARE(p##_lt##sign, vector, <)                                                           \
    W2C_COMPARE(p##_gt##sign, vector, >)                                                           \
    W2C_COMPARE(p##_le##sign, vector, <=)                                                          \
    W2C_COMPARE(p##_ge##sign, vector, >=)
W2C_EQUAL(i8x16, w2c_u8x16)
W2C_ORDER(i8x16, _s, w2c_s8x16)
W2C_ORDER(i8x16, _u, w2c_u8x16)
W2C_EQUAL(i16x8, w2c_u16x8)
W2C_ORDER(i16x8, _s, w2c_s16x8)
W2C_ORDER(i16x8, _u, w2c_u16x8)
W2C_EQUAL(i32x4, w2c_u32x4)
W2C_ORDER(i32x4, _s, w2c_s32x4)
W2C_ORDER(i32x4, _u, w2c_u32x4)
#if W2C_SIMD_TARGET != 1 || defined(__SSE4_2__)
W2C_EQUAL(i64x2, w2c_u64x2)
W2C_ORDER(i64x2, _s, w2c_s64x2)
#endif

/* ---- floats --------------------------------------------------------------------------------- */
W2C_EQUAL(f32x4, w2c_f32x4)
W2C_ORDER(f32x4, , w2c_f32x4)
W2C_EQUAL(f64x2, w2c_f64x2)
W2C_ORDER(f64x2, , w2c_f64x2)
#undef W2C_COMPARE
#undef W2C_EQUAL
#undef W2C_ORDER

#define W2C_FLOATS(p, vector, repeat, sign)                                                        \
    W2C_INLINE v128 w2c_##p##_add(v128 a, v128 b) {                                                \
        return (v128)((vector)a + (vector)b);                                                      \
    }                                                                                              \
    W2C_INLINE v128 w2c_##p##_sub(v128 a, v128 b) {                                                \
        return (v128)((vector)a - (vector)b);                                                      \
    }                                                                                              \
    W2C_INLINE v128 w2c_##p##_mul(v128 a, v128 b) {                                                \
        return (v128)((vector)a * (vector)b);                                                      \
    }                                                                                              \
    W2C_INLINE v128 w2c_##p##_div(v128 a, v128 b) {                                                \
        return (v128)((vector)a / (vector)b);                                                      \
    }                                                                                              \
    W2C_INLINE v128 w2c_##p##_abs(v128 a) {                                                        \
        return a & ~repeat(sign);                                                                  \
    }                                                                                              \
    W2C_INLINE v128 w2c_##p##_neg(v128 a) {                                                        \
        return a ^ repeat(sign);                                                                   \
    }
W2C_FLOATS(f32x4, w2c_f32x4, w2c_v128_repeat32, 0x80000000u)
W2C_FLOATS(f64x2, w2c_f64x2, w2c_v128_repeat64, 0x8000000000000000u)
#undef W2C_FLOATS

/* With --canonical-nans, around every instruction that can make a NaN. */
W2C_INLINE v128 w2c_canon_f32x4(v128 v) {
    v128 nan = w2c_f32x4_ne(v, v);
    return (v & ~nan) | (nan & w2c_v128_repeat32(0x7fc00000u));
}
W2C_INLINE v128 w2c_canon_f64x2(v128 v) {
    v128 nan = w2c_f64x2_ne(v, v);
    return (v & ~nan) | (nan & w2c_v128_repeat64(0x7ff8000000000000u));
}

/* Rounding without an instruction for it. Below 2^(bits of the mantissa), adding and subtracting
 * that power rounds the size to an integer; from there on every number is one, and NaNs become
 * quiet. Corrected by 1 where it went the wrong way; the sign comes from x, for -0. */
#define W2C_ROUNDING(p, repeat, sign, quiet, exact, one)                                           \
    W2C_INLINE v128 w2c_##p##_round(v128 x, v128 whole) {                                          \
        v128 small = w2c_##p##_lt(w2c_##p##_abs(x), repeat(exact));                                \
        v128 large = x | (w2c_##p##_ne(x, x) & repeat(quiet));                                     \
        return (small & (whole | (x & repeat(sign)))) | (large & ~small);                          \
    }                                                                                              \
    W2C_INLINE v128 w2c_##p##_whole(v128 x) {                                                      \
        v128 power = repeat(exact) | (x & repeat(sign));                                           \
        return w2c_##p##_sub(w2c_##p##_add(x, power), power);                                      \
    }                                                                                              \
    W2C_INLINE v128 w2c_##p##_nearest_soft(v128 x) {                                               \
        return w2c_##p##_round(x, w2c_##p##_whole(x));                                             \
    }                                                                                              \
    W2C_INLINE v128 w2c_##p##_ceil_soft(v128 x) {                                                  \
        v128 whole = w2c_##p##_whole(x);                                                           \
        return w2c_##p##_round(x, w2c_##p##_add(whole, w2c_##p##_lt(whole, x) & repeat(one)));     \
    }                                                                                              \
    W2C_INLINE v128 w2c_##p##_floor_soft(v128 x) {                                                 \
        v128 whole = w2c_##p##_whole(x);                                                           \
        return w2c_##p##_round(x, w2c_##p##_sub(whole, w2c_##p##_gt(whole, x) & repeat(one)));     \
    }                                                                                              \
    W2C_INLINE v128 w2c_##p##_trunc_soft(v128 x) {                                                 \
        v128 size = w2c_##p##_abs(x), whole = w2c_##p##_whole(size);                               \
        return w2c_##p##_round(x, w2c_##p##_sub(whole, w2c_##p##_gt(whole, size) & repeat(one)));  \
    }
W2C_ROUNDING(f32x4, w2c_v128_repeat32, 0x80000000u, 0x00400000u, 0x4b000000u, 0x3f800000u)
W2C_ROUNDING(f64x2, w2c_v128_repeat64, 0x8000000000000000u, 0x0008000000000000u,
             0x4330000000000000u, 0x3ff0000000000000u)
#undef W2C_ROUNDING

#ifdef __cplusplus
}
#endif

#if W2C_SIMD_TARGET == 1
#include "w2c_simd_x86.h"
#elif W2C_SIMD_TARGET == 2
#include "w2c_simd_neon.h"
#else
#include "w2c_simd_plain.h"
#endif
#include "w2c_simd_relaxed.h"
#include "w2c_simd_memory.h"
#undef W2C_SIMD_TARGET
#endif
