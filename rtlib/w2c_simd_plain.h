/* w2c_simd_plain.h: the SIMD instructions that w2c_simd.h leaves out, lane by lane: for processors
 * without an own header, and as a second opinion on those.
 *
 * Owns: nothing else. Included by w2c_simd.h only. */
#ifndef W2C_SIMD_PLAIN_H
#define W2C_SIMD_PLAIN_H
#ifndef W2C_SIMD_H
#error "include w2c_simd.h"
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* w2c_NAME(v128 a) and w2c_NAME(v128 a, v128 b): x and y are their lanes, of the vector type `in`;
 * `value` is lane i of the result, whose lanes are n times `lane` in the vector type `out`. */
#define W2C_MAP1(name, in, out, lane, n, value)                                                    \
    W2C_INLINE v128 w2c_##name(v128 a) {                                                           \
        in x = (in)a;                                                                              \
        out r = {0};                                                                               \
        for (u32 i = 0; i < n; i++)                                                                \
            r[i] = (lane)(value);                                                                  \
        return (v128)r;                                                                            \
    }
#define W2C_MAP2(name, in, out, lane, n, value)                                                    \
    W2C_INLINE v128 w2c_##name(v128 a, v128 b) {                                                   \
        in x = (in)a, y = (in)b;                                                                   \
        out r = {0};                                                                               \
        for (u32 i = 0; i < n; i++)                                                                \
            r[i] = (lane)(value);                                                                  \
        return (v128)r;                                                                            \
    }
W2C_INLINE s32 w2c_clamp(s32 x, s32 min, s32 max) {
    return x < min ? min : x > max ? max : x;
}

/* ---- lanes, tests --------------------------------------------------------------------------- */
W2C_MAP2(i8x16_swizzle, w2c_u8x16, w2c_u8x16, u8, 16, y[i] < 16 ? x[y[i] & 15] : 0)

W2C_INLINE u32 w2c_v128_any_true(v128 a) {
    return (a[0] | a[1]) != 0;
}
#define W2C_TESTS(p, vector, n)                                                                    \
    W2C_INLINE u32 w2c_##p##_all_true(v128 a) {                                                    \
        vector x = (vector)a;                                                                      \
        u32 all = 1;                                                                               \
        for (u32 i = 0; i < n; i++)                                                                \
            all &= x[i] != 0;                                                                      \
        return all;                                                                                \
    }                                                                                              \
    W2C_INLINE u32 w2c_##p##_bitmask(v128 a) {                                                     \
        vector x = (vector)a;                                                                      \
        u32 bits = 0;                                                                              \
        for (u32 i = 0; i < n; i++)                                                                \
            bits |= (u32)(x[i] < 0) << i;                                                          \
        return bits;                                                                               \
    }
W2C_TESTS(i8x16, w2c_s8x16, 16)
W2C_TESTS(i16x8, w2c_s16x8, 8)
W2C_TESTS(i32x4, w2c_s32x4, 4)
W2C_TESTS(i64x2, w2c_s64x2, 2)
#undef W2C_TESTS

/* ---- integers ------------------------------------------------------------------------------- */
#define W2C_SHIFTS(p, u, s, lane, bits)                                                            \
    W2C_INLINE v128 w2c_##p##_shl(v128 a, u32 n) {                                                 \
        return (v128)((u)a << (lane)(n & (bits - 1)));                                             \
    }                                                                                              \
    W2C_INLINE v128 w2c_##p##_shr_s(v128 a, u32 n) {                                               \
        return (v128)((s)a >> (s##_lane)(n & (bits - 1)));                                         \
    }                                                                                              \
    W2C_INLINE v128 w2c_##p##_shr_u(v128 a, u32 n) {                                               \
        return (v128)((u)a >> (lane)(n & (bits - 1)));                                             \
    }
#define w2c_s8x16_lane s8
#define w2c_s16x8_lane s16
#define w2c_s32x4_lane s32
#define w2c_s64x2_lane s64
W2C_SHIFTS(i8x16, w2c_u8x16, w2c_s8x16, u8, 8)
W2C_SHIFTS(i16x8, w2c_u16x8, w2c_s16x8, u16, 16)
W2C_SHIFTS(i32x4, w2c_u32x4, w2c_s32x4, u32, 32)
W2C_SHIFTS(i64x2, w2c_u64x2, w2c_s64x2, u64, 64)
#undef W2C_SHIFTS
#undef w2c_s8x16_lane
#undef w2c_s16x8_lane
#undef w2c_s32x4_lane
#undef w2c_s64x2_lane

#define W2C_SATURATING(p, n, s, u, sl, ul, min, max, umax)                                         \
    W2C_MAP2(p##_add_sat_s, s, s, sl, n, w2c_clamp(x[i] + y[i], min, max))                         \
    W2C_MAP2(p##_sub_sat_s, s, s, sl, n, w2c_clamp(x[i] - y[i], min, max))                         \
    W2C_MAP2(p##_add_sat_u, u, u, ul, n, w2c_clamp(x[i] + y[i], 0, umax))                          \
    W2C_MAP2(p##_sub_sat_u, u, u, ul, n, w2c_clamp(x[i] - y[i], 0, umax))                          \
    W2C_MAP2(p##_avgr_u, u, u, ul, n, (x[i] + y[i] + 1) / 2)
W2C_SATURATING(i8x16, 16, w2c_s8x16, w2c_u8x16, s8, u8, -128, 127, 255)
W2C_SATURATING(i16x8, 8, w2c_s16x8, w2c_u16x8, s16, u16, -32768, 32767, 65535)
#undef W2C_SATURATING

#define W2C_MIN_MAX(p, sign)                                                                       \
    W2C_INLINE v128 w2c_##p##_min##sign(v128 a, v128 b) {                                          \
        return w2c_v128_bitselect(a, b, w2c_##p##_lt##sign(a, b));                                 \
    }                                                                                              \
    W2C_INLINE v128 w2c_##p##_max##sign(v128 a, v128 b) {                                          \
        return w2c_v128_bitselect(a, b, w2c_##p##_gt##sign(a, b));                                 \
    }
W2C_MIN_MAX(i8x16, _s)
W2C_MIN_MAX(i8x16, _u)
W2C_MIN_MAX(i16x8, _s)
W2C_MIN_MAX(i16x8, _u)
W2C_MIN_MAX(i32x4, _s)
W2C_MIN_MAX(i32x4, _u)
#undef W2C_MIN_MAX

#define W2C_ABS(p, s)                                                                              \
    W2C_INLINE v128 w2c_##p##_abs(v128 a) {                                                        \
        v128 sign = w2c_##p##_lt_s(a, w2c_v128_repeat64(0));                                       \
        return w2c_##p##_sub(a ^ sign, sign);                                                      \
    }
W2C_ABS(i8x16, w2c_s8x16)
W2C_ABS(i16x8, w2c_s16x8)
W2C_ABS(i32x4, w2c_s32x4)
W2C_ABS(i64x2, w2c_s64x2)
#undef W2C_ABS

W2C_MAP1(i8x16_popcnt, w2c_u8x16, w2c_u8x16, u8, 16, __builtin_popcount(x[i]))
W2C_MAP2(i16x8_q15mulr_sat_s, w2c_s16x8, w2c_s16x8, s16, 8,
         w2c_clamp((x[i] * y[i] + 0x4000) >> 15, -32768, 32767))

/* ---- integers: narrower, wider -------------------------------------------------------------- */
W2C_MAP2(i8x16_narrow_i16x8_s, w2c_s16x8, w2c_s8x16, s8, 16,
         w2c_clamp(i < 8 ? x[i] : y[i - 8], -128, 127))
W2C_MAP2(i8x16_narrow_i16x8_u, w2c_s16x8, w2c_u8x16, u8, 16,
         w2c_clamp(i < 8 ? x[i] : y[i - 8], 0, 255))
W2C_MAP2(i16x8_narrow_i32x4_s, w2c_s32x4, w2c_s16x8, s16, 8,
         w2c_clamp(i < 4 ? x[i] : y[i - 4], -32768, 32767))
W2C_MAP2(i16x8_narrow_i32x4_u, w2c_s32x4, w2c_u16x8, u16, 8,
         w2c_clamp(i < 4 ? x[i] : y[i - 4], 0, 65535))

/* c: the lanes' type, in which the products are exact and unsigned ones do not overflow */
#define W2C_EXTEND(wide, narrow, sign, in, out, c, n)                                              \
    W2C_MAP1(wide##_extend_low_##narrow##_##sign, in, out, c, n, x[i])                             \
    W2C_MAP1(wide##_extend_high_##narrow##_##sign, in, out, c, n, x[n + i])                        \
    W2C_MAP2(wide##_extmul_low_##narrow##_##sign, in, out, c, n, (c)x[i] * (c)y[i])                \
    W2C_MAP2(wide##_extmul_high_##narrow##_##sign, in, out, c, n, (c)x[n + i] * (c)y[n + i])
#define W2C_EXTADD(wide, narrow, sign, in, out, c, n)                                              \
    W2C_EXTEND(wide, narrow, sign, in, out, c, n)                                                  \
    W2C_MAP1(wide##_extadd_pairwise_##narrow##_##sign, in, out, c, n, (c)x[2 * i] + (c)x[2 * i + 1])
/* 16-bit lanes: computed as int, which holds all their products */
W2C_EXTADD(i16x8, i8x16, s, w2c_s8x16, w2c_s16x8, s16, 8)
W2C_EXTADD(i16x8, i8x16, u, w2c_u8x16, w2c_u16x8, u16, 8)
W2C_EXTADD(i32x4, i16x8, s, w2c_s16x8, w2c_s32x4, s32, 4)
W2C_EXTADD(i32x4, i16x8, u, w2c_u16x8, w2c_u32x4, u32, 4)
W2C_EXTEND(i64x2, i32x4, s, w2c_s32x4, w2c_s64x2, s64, 2)
W2C_EXTEND(i64x2, i32x4, u, w2c_u32x4, w2c_u64x2, u64, 2)
#undef W2C_EXTEND
#undef W2C_EXTADD

W2C_MAP2(i32x4_dot_i16x8_s, w2c_s16x8, w2c_u32x4, u32, 4,
         (u32)(x[2 * i] * y[2 * i]) + (u32)(x[2 * i + 1] * y[2 * i + 1]))

/* ---- floats --------------------------------------------------------------------------------- */
#define W2C_FLOATS(p, vector, lane, n, one)                                                        \
    W2C_MAP1(p##_sqrt, vector, vector, lane, n, w2c_##one##_sqrt(x[i]))                            \
    W2C_MAP2(p##_min, vector, vector, lane, n, w2c_##one##_min(x[i], y[i]))                        \
    W2C_MAP2(p##_max, vector, vector, lane, n, w2c_##one##_max(x[i], y[i]))                        \
    W2C_INLINE v128 w2c_##p##_pmin(v128 a, v128 b) {                                               \
        return w2c_v128_bitselect(b, a, w2c_##p##_lt(b, a));                                       \
    }                                                                                              \
    W2C_INLINE v128 w2c_##p##_pmax(v128 a, v128 b) {                                               \
        return w2c_v128_bitselect(b, a, w2c_##p##_lt(a, b));                                       \
    }                                                                                              \
    W2C_ROUND(p, ceil)                                                                             \
    W2C_ROUND(p, floor)                                                                            \
    W2C_ROUND(p, trunc)                                                                            \
    W2C_ROUND(p, nearest)
#define W2C_ROUND(p, name)                                                                         \
    W2C_INLINE v128 w2c_##p##_##name(v128 a) {                                                     \
        return w2c_##p##_##name##_soft(a);                                                         \
    }
W2C_FLOATS(f32x4, w2c_f32x4, f32, 4, f32)
W2C_FLOATS(f64x2, w2c_f64x2, f64, 2, f64)
#undef W2C_FLOATS
#undef W2C_ROUND

/* ---- conversions ---------------------------------------------------------------------------- */
W2C_MAP1(f32x4_convert_i32x4_s, w2c_s32x4, w2c_f32x4, f32, 4, x[i])
W2C_MAP1(f32x4_convert_i32x4_u, w2c_u32x4, w2c_f32x4, f32, 4, x[i])
W2C_MAP1(f64x2_convert_low_i32x4_s, w2c_s32x4, w2c_f64x2, f64, 2, x[i])
W2C_MAP1(f64x2_convert_low_i32x4_u, w2c_u32x4, w2c_f64x2, f64, 2, x[i])
W2C_MAP1(f64x2_promote_low_f32x4, w2c_f32x4, w2c_f64x2, f64, 2, w2c_f64_promote_f32(x[i]))
W2C_MAP1(f32x4_demote_f64x2_zero, w2c_f64x2, w2c_f32x4, f32, 2, w2c_f32_demote_f64(x[i]))
W2C_MAP1(i32x4_trunc_sat_f32x4_s, w2c_f32x4, w2c_u32x4, u32, 4, w2c_i32_trunc_sat_f32_s(x[i]))
W2C_MAP1(i32x4_trunc_sat_f32x4_u, w2c_f32x4, w2c_u32x4, u32, 4, w2c_i32_trunc_sat_f32_u(x[i]))
W2C_MAP1(i32x4_trunc_sat_f64x2_s_zero, w2c_f64x2, w2c_u32x4, u32, 2, w2c_i32_trunc_sat_f64_s(x[i]))
W2C_MAP1(i32x4_trunc_sat_f64x2_u_zero, w2c_f64x2, w2c_u32x4, u32, 2, w2c_i32_trunc_sat_f64_u(x[i]))

#undef W2C_MAP1
#undef W2C_MAP2

#ifdef __cplusplus
}
#endif
#endif
