/* w2c_simd_x86.h: SIMD instructions of WebAssembly that want intrinsics on x86: SSE2, and SSSE3,
 * SSE4.1, SSE4.2, AVX512VL where the flags of the compilation have them.
 *
 * Owns: that choice. Included by w2c_simd.h only. The remaining instructions are there.
 *
 * Compilers give x86's conversions of floats to integers the results of their own constant folder
 * when they know the operand, not the processor's: it goes through w2c_opaque_v128. */
#ifndef W2C_SIMD_X86_H
#define W2C_SIMD_X86_H
#ifndef W2C_SIMD_H
#error "include w2c_simd.h"
#endif

#ifdef __cplusplus
extern "C" {
#endif

#define W2C_I(v) ((__m128i)(v))
#define W2C_F(v) ((__m128)(v))
#define W2C_D(v) ((__m128d)(v))

/* intrinsics as they are */
#define W2C_UNARY(name, in, intrinsic)                                                             \
    W2C_INLINE v128 w2c_##name(v128 a) {                                                           \
        return (v128)intrinsic(in(a));                                                             \
    }
#define W2C_BINARY(name, in, intrinsic)                                                            \
    W2C_INLINE v128 w2c_##name(v128 a, v128 b) {                                                   \
        return (v128)intrinsic(in(a), in(b));                                                      \
    }

/* ---- lanes ---------------------------------------------------------------------------------- */
#ifdef __SSSE3__
/* pshufb gives 0 from 128 on: 16 and more are moved there. */
W2C_INLINE v128 w2c_i8x16_swizzle(v128 a, v128 b) {
    __m128i index = _mm_adds_epu8(W2C_I(b), _mm_set1_epi8(0x70));
    return (v128)_mm_shuffle_epi8(W2C_I(a), index);
}
#else
W2C_INLINE v128 w2c_i8x16_swizzle(v128 a, v128 b) {
    w2c_u8x16 from = (w2c_u8x16)a, index = (w2c_u8x16)b & 15, r = {0};
    for (u32 i = 0; i < 16; i++)
        r[i] = from[index[i]];
    return (v128)r & w2c_i8x16_lt_u(b, w2c_v128_repeat8(16));
}
#endif

/* ---- tests ---------------------------------------------------------------------------------- */
#ifdef __SSE4_1__
W2C_INLINE u32 w2c_v128_is_zero(v128 a) {
    return (u32)_mm_testz_si128(W2C_I(a), W2C_I(a));
}
#else
W2C_INLINE u32 w2c_v128_is_zero(v128 a) {
    return _mm_movemask_epi8(_mm_cmpeq_epi8(W2C_I(a), _mm_setzero_si128())) == 0xffff;
}
#endif
W2C_INLINE u32 w2c_v128_any_true(v128 a) {
    return !w2c_v128_is_zero(a);
}

W2C_INLINE u32 w2c_i8x16_bitmask(v128 a) {
    return (u32)_mm_movemask_epi8(W2C_I(a));
}
W2C_INLINE u32 w2c_i16x8_bitmask(v128 a) {
    return (u32)_mm_movemask_epi8(_mm_packs_epi16(W2C_I(a), _mm_setzero_si128()));
}
W2C_INLINE u32 w2c_i32x4_bitmask(v128 a) {
    return (u32)_mm_movemask_ps(W2C_F(a));
}
W2C_INLINE u32 w2c_i64x2_bitmask(v128 a) {
    return (u32)_mm_movemask_pd(W2C_D(a));
}

/* ---- i64x2 comparisons before SSE4.2 -------------------------------------------------------- */
#ifndef __SSE4_2__
W2C_INLINE v128 w2c_i64x2_eq(v128 a, v128 b) {
    __m128i same = _mm_cmpeq_epi32(W2C_I(a), W2C_I(b));
    return (v128)_mm_and_si128(same, _mm_shuffle_epi32(same, 0xb1));
}
/* By the high halves; where those are equal, by the borrow of the low halves' difference. */
W2C_INLINE v128 w2c_i64x2_gt_s(v128 a, v128 b) {
    __m128i same = _mm_cmpeq_epi32(W2C_I(a), W2C_I(b));
    __m128i high = _mm_cmpgt_epi32(W2C_I(a), W2C_I(b));
    __m128i r = _mm_or_si128(high, _mm_and_si128(same, _mm_sub_epi64(W2C_I(b), W2C_I(a))));
    return (v128)_mm_shuffle_epi32(r, 0xf5);
}
W2C_INLINE v128 w2c_i64x2_ne(v128 a, v128 b) {
    return ~w2c_i64x2_eq(a, b);
}
W2C_INLINE v128 w2c_i64x2_lt_s(v128 a, v128 b) {
    return w2c_i64x2_gt_s(b, a);
}
W2C_INLINE v128 w2c_i64x2_le_s(v128 a, v128 b) {
    return ~w2c_i64x2_gt_s(a, b);
}
W2C_INLINE v128 w2c_i64x2_ge_s(v128 a, v128 b) {
    return ~w2c_i64x2_gt_s(b, a);
}
#endif

#define W2C_ALL_TRUE(p)                                                                            \
    W2C_INLINE u32 w2c_##p##_all_true(v128 a) {                                                    \
        return w2c_v128_is_zero(w2c_##p##_eq(a, w2c_v128_repeat64(0)));                            \
    }
W2C_ALL_TRUE(i8x16)
W2C_ALL_TRUE(i16x8)
W2C_ALL_TRUE(i32x4)
W2C_ALL_TRUE(i64x2)
#undef W2C_ALL_TRUE

/* ---- shifts --------------------------------------------------------------------------------- */
#define W2C_SHIFT(name, intrinsic, mask)                                                           \
    W2C_INLINE v128 w2c_##name(v128 a, u32 n) {                                                    \
        return (v128)intrinsic(W2C_I(a), (int)(n & mask));                                         \
    }
W2C_SHIFT(i16x8_shl, _mm_slli_epi16, 15)
W2C_SHIFT(i16x8_shr_s, _mm_srai_epi16, 15)
W2C_SHIFT(i16x8_shr_u, _mm_srli_epi16, 15)
W2C_SHIFT(i32x4_shl, _mm_slli_epi32, 31)
W2C_SHIFT(i32x4_shr_s, _mm_srai_epi32, 31)
W2C_SHIFT(i32x4_shr_u, _mm_srli_epi32, 31)
W2C_SHIFT(i64x2_shl, _mm_slli_epi64, 63)
W2C_SHIFT(i64x2_shr_u, _mm_srli_epi64, 63)
#undef W2C_SHIFT
/* No shifts of bytes: 16 bits at once, less what crossed over; signed: in the high bytes. */
W2C_INLINE v128 w2c_i8x16_shl(v128 a, u32 n) {
    n &= 7;
    return (v128)_mm_slli_epi16(W2C_I(a), (int)n) & w2c_v128_repeat8((u8)(0xffu << n));
}
W2C_INLINE v128 w2c_i8x16_shr_u(v128 a, u32 n) {
    n &= 7;
    return (v128)_mm_srli_epi16(W2C_I(a), (int)n) & w2c_v128_repeat8((u8)(0xffu >> n));
}
W2C_INLINE v128 w2c_i8x16_shr_s(v128 a, u32 n) {
    int count = (int)(n & 7) + 8;
    __m128i low = _mm_srai_epi16(_mm_unpacklo_epi8(W2C_I(a), W2C_I(a)), count);
    __m128i high = _mm_srai_epi16(_mm_unpackhi_epi8(W2C_I(a), W2C_I(a)), count);
    return (v128)_mm_packs_epi16(low, high);
}
#ifdef __AVX512VL__
W2C_INLINE v128 w2c_i64x2_shr_s(v128 a, u32 n) {
    return (v128)((w2c_s64x2)a >> (s64)(n & 63));
}
#else
/* Unsigned, then the sign extended from where it has come to. */
W2C_INLINE v128 w2c_i64x2_shr_s(v128 a, u32 n) {
    v128 sign = w2c_i64x2_shr_u(w2c_v128_repeat64(0x8000000000000000u), n);
    return w2c_i64x2_sub(w2c_i64x2_shr_u(a, n) ^ sign, sign);
}
#endif

/* ---- integers ------------------------------------------------------------------------------- */
W2C_BINARY(i8x16_add_sat_s, W2C_I, _mm_adds_epi8)
W2C_BINARY(i8x16_add_sat_u, W2C_I, _mm_adds_epu8)
W2C_BINARY(i8x16_sub_sat_s, W2C_I, _mm_subs_epi8)
W2C_BINARY(i8x16_sub_sat_u, W2C_I, _mm_subs_epu8)
W2C_BINARY(i16x8_add_sat_s, W2C_I, _mm_adds_epi16)
W2C_BINARY(i16x8_add_sat_u, W2C_I, _mm_adds_epu16)
W2C_BINARY(i16x8_sub_sat_s, W2C_I, _mm_subs_epi16)
W2C_BINARY(i16x8_sub_sat_u, W2C_I, _mm_subs_epu16)
W2C_BINARY(i8x16_avgr_u, W2C_I, _mm_avg_epu8)
W2C_BINARY(i16x8_avgr_u, W2C_I, _mm_avg_epu16)
W2C_BINARY(i8x16_min_u, W2C_I, _mm_min_epu8)
W2C_BINARY(i8x16_max_u, W2C_I, _mm_max_epu8)
W2C_BINARY(i16x8_min_s, W2C_I, _mm_min_epi16)
W2C_BINARY(i16x8_max_s, W2C_I, _mm_max_epi16)
#ifdef __SSE4_1__
W2C_BINARY(i8x16_min_s, W2C_I, _mm_min_epi8)
W2C_BINARY(i8x16_max_s, W2C_I, _mm_max_epi8)
W2C_BINARY(i16x8_min_u, W2C_I, _mm_min_epu16)
W2C_BINARY(i16x8_max_u, W2C_I, _mm_max_epu16)
W2C_BINARY(i32x4_min_s, W2C_I, _mm_min_epi32)
W2C_BINARY(i32x4_max_s, W2C_I, _mm_max_epi32)
W2C_BINARY(i32x4_min_u, W2C_I, _mm_min_epu32)
W2C_BINARY(i32x4_max_u, W2C_I, _mm_max_epu32)
#else
#define W2C_MIN_MAX(p, sign)                                                                       \
    W2C_INLINE v128 w2c_##p##_min##sign(v128 a, v128 b) {                                          \
        return w2c_v128_bitselect(b, a, w2c_##p##_gt##sign(a, b));                                 \
    }                                                                                              \
    W2C_INLINE v128 w2c_##p##_max##sign(v128 a, v128 b) {                                          \
        return w2c_v128_bitselect(a, b, w2c_##p##_gt##sign(a, b));                                 \
    }
W2C_MIN_MAX(i8x16, _s)
W2C_MIN_MAX(i32x4, _s)
W2C_MIN_MAX(i32x4, _u)
#undef W2C_MIN_MAX
W2C_INLINE v128 w2c_i16x8_min_u(v128 a, v128 b) {
    return w2c_i16x8_sub(a, w2c_i16x8_sub_sat_u(a, b));
}
W2C_INLINE v128 w2c_i16x8_max_u(v128 a, v128 b) {
    return w2c_i16x8_add(b, w2c_i16x8_sub_sat_u(a, b));
}
#endif

#ifdef __SSSE3__
W2C_UNARY(i8x16_abs, W2C_I, _mm_abs_epi8)
W2C_UNARY(i16x8_abs, W2C_I, _mm_abs_epi16)
W2C_UNARY(i32x4_abs, W2C_I, _mm_abs_epi32)
#else
W2C_INLINE v128 w2c_i8x16_abs(v128 a) {
    return w2c_i8x16_min_u(a, w2c_i8x16_neg(a));
}
W2C_INLINE v128 w2c_i16x8_abs(v128 a) {
    return w2c_i16x8_max_s(a, w2c_i16x8_neg(a));
}
W2C_INLINE v128 w2c_i32x4_abs(v128 a) {
    v128 sign = w2c_i32x4_shr_s(a, 31);
    return w2c_i32x4_sub(a ^ sign, sign);
}
#endif
W2C_INLINE v128 w2c_i64x2_abs(v128 a) {
    v128 sign = (v128)_mm_shuffle_epi32(_mm_srai_epi32(W2C_I(a), 31), 0xf5);
    return w2c_i64x2_sub(a ^ sign, sign);
}

#ifdef __SSSE3__
W2C_INLINE v128 w2c_i8x16_popcnt(v128 a) {
    __m128i ones = _mm_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4);
    __m128i four = _mm_set1_epi8(15), low = _mm_and_si128(W2C_I(a), four);
    __m128i high = _mm_and_si128(_mm_srli_epi16(W2C_I(a), 4), four);
    return (v128)_mm_add_epi8(_mm_shuffle_epi8(ones, low), _mm_shuffle_epi8(ones, high));
}
#else
W2C_INLINE v128 w2c_i8x16_popcnt(v128 a) {
    v128 two = w2c_v128_repeat8(0x33);
    a = w2c_i8x16_sub(a, (a >> 1) & w2c_v128_repeat8(0x55));
    a = w2c_i8x16_add(a & two, (a >> 2) & two);
    return w2c_i8x16_add(a, a >> 4) & w2c_v128_repeat8(15);
}
#endif

#ifdef __SSSE3__
/* pmulhrsw wraps for -1 * -1 only, to the one result that must become its opposite. */
W2C_INLINE v128 w2c_i16x8_q15mulr_sat_s(v128 a, v128 b) {
    v128 r = (v128)_mm_mulhrs_epi16(W2C_I(a), W2C_I(b));
    return r ^ w2c_i16x8_eq(r, w2c_v128_repeat16(0x8000));
}
#else
W2C_INLINE v128 w2c_i16x8_q15mulr_sat_s(v128 a, v128 b) {
    __m128i low = _mm_mullo_epi16(W2C_I(a), W2C_I(b)), high = _mm_mulhi_epi16(W2C_I(a), W2C_I(b));
    __m128i half = _mm_set1_epi32(0x4000);
    __m128i first = _mm_srai_epi32(_mm_add_epi32(_mm_unpacklo_epi16(low, high), half), 15);
    __m128i last = _mm_srai_epi32(_mm_add_epi32(_mm_unpackhi_epi16(low, high), half), 15);
    return (v128)_mm_packs_epi32(first, last);
}
#endif

/* ---- integers: narrower, wider -------------------------------------------------------------- */
W2C_BINARY(i8x16_narrow_i16x8_s, W2C_I, _mm_packs_epi16)
W2C_BINARY(i8x16_narrow_i16x8_u, W2C_I, _mm_packus_epi16)
W2C_BINARY(i16x8_narrow_i32x4_s, W2C_I, _mm_packs_epi32)
#ifdef __SSE4_1__
W2C_BINARY(i16x8_narrow_i32x4_u, W2C_I, _mm_packus_epi32)
#else
/* 0 to 65535, as a signed 16-bit number of the same bits: the signed pack leaves that alone. */
W2C_INLINE v128 w2c_i32x4_low_u16(v128 a) {
    a &= ~w2c_i32x4_shr_s(a, 31);
    a |= w2c_i32x4_gt_s(a, w2c_v128_repeat32(0xffff));
    return w2c_i32x4_shr_s(w2c_i32x4_shl(a, 16), 16);
}
W2C_INLINE v128 w2c_i16x8_narrow_i32x4_u(v128 a, v128 b) {
    return w2c_i16x8_narrow_i32x4_s(w2c_i32x4_low_u16(a), w2c_i32x4_low_u16(b));
}
#endif

#ifdef __SSE4_1__
W2C_UNARY(i16x8_extend_low_i8x16_s, W2C_I, _mm_cvtepi8_epi16)
W2C_UNARY(i16x8_extend_low_i8x16_u, W2C_I, _mm_cvtepu8_epi16)
W2C_UNARY(i32x4_extend_low_i16x8_s, W2C_I, _mm_cvtepi16_epi32)
W2C_UNARY(i32x4_extend_low_i16x8_u, W2C_I, _mm_cvtepu16_epi32)
W2C_UNARY(i64x2_extend_low_i32x4_s, W2C_I, _mm_cvtepi32_epi64)
W2C_UNARY(i64x2_extend_low_i32x4_u, W2C_I, _mm_cvtepu32_epi64)
#else
W2C_INLINE v128 w2c_i16x8_extend_low_i8x16_s(v128 a) {
    return (v128)_mm_srai_epi16(_mm_unpacklo_epi8(W2C_I(a), W2C_I(a)), 8);
}
W2C_INLINE v128 w2c_i16x8_extend_low_i8x16_u(v128 a) {
    return (v128)_mm_unpacklo_epi8(W2C_I(a), _mm_setzero_si128());
}
W2C_INLINE v128 w2c_i32x4_extend_low_i16x8_s(v128 a) {
    return (v128)_mm_srai_epi32(_mm_unpacklo_epi16(W2C_I(a), W2C_I(a)), 16);
}
W2C_INLINE v128 w2c_i32x4_extend_low_i16x8_u(v128 a) {
    return (v128)_mm_unpacklo_epi16(W2C_I(a), _mm_setzero_si128());
}
W2C_INLINE v128 w2c_i64x2_extend_low_i32x4_s(v128 a) {
    return (v128)_mm_unpacklo_epi32(W2C_I(a), _mm_srai_epi32(W2C_I(a), 31));
}
W2C_INLINE v128 w2c_i64x2_extend_low_i32x4_u(v128 a) {
    return (v128)_mm_unpacklo_epi32(W2C_I(a), _mm_setzero_si128());
}
#endif
W2C_INLINE v128 w2c_i16x8_extend_high_i8x16_s(v128 a) {
    return (v128)_mm_srai_epi16(_mm_unpackhi_epi8(W2C_I(a), W2C_I(a)), 8);
}
W2C_INLINE v128 w2c_i16x8_extend_high_i8x16_u(v128 a) {
    return (v128)_mm_unpackhi_epi8(W2C_I(a), _mm_setzero_si128());
}
W2C_INLINE v128 w2c_i32x4_extend_high_i16x8_s(v128 a) {
    return (v128)_mm_srai_epi32(_mm_unpackhi_epi16(W2C_I(a), W2C_I(a)), 16);
}
W2C_INLINE v128 w2c_i32x4_extend_high_i16x8_u(v128 a) {
    return (v128)_mm_unpackhi_epi16(W2C_I(a), _mm_setzero_si128());
}
W2C_INLINE v128 w2c_i64x2_extend_high_i32x4_s(v128 a) {
    return (v128)_mm_unpackhi_epi32(W2C_I(a), _mm_srai_epi32(W2C_I(a), 31));
}
W2C_INLINE v128 w2c_i64x2_extend_high_i32x4_u(v128 a) {
    return (v128)_mm_unpackhi_epi32(W2C_I(a), _mm_setzero_si128());
}

#define W2C_EXTMUL(half, sign)                                                                     \
    W2C_INLINE v128 w2c_i16x8_extmul_##half##_i8x16_##sign(v128 a, v128 b) {                       \
        return w2c_i16x8_mul(w2c_i16x8_extend_##half##_i8x16_##sign(a),                            \
                             w2c_i16x8_extend_##half##_i8x16_##sign(b));                           \
    }
W2C_EXTMUL(low, s)
W2C_EXTMUL(high, s)
W2C_EXTMUL(low, u)
W2C_EXTMUL(high, u)
#undef W2C_EXTMUL
#define W2C_EXTMUL(name, mulhi, unpack)                                                            \
    W2C_INLINE v128 w2c_i32x4_extmul_##name(v128 a, v128 b) {                                      \
        return (v128)unpack(_mm_mullo_epi16(W2C_I(a), W2C_I(b)), mulhi(W2C_I(a), W2C_I(b)));       \
    }
W2C_EXTMUL(low_i16x8_s, _mm_mulhi_epi16, _mm_unpacklo_epi16)
W2C_EXTMUL(high_i16x8_s, _mm_mulhi_epi16, _mm_unpackhi_epi16)
W2C_EXTMUL(low_i16x8_u, _mm_mulhi_epu16, _mm_unpacklo_epi16)
W2C_EXTMUL(high_i16x8_u, _mm_mulhi_epu16, _mm_unpackhi_epi16)
#undef W2C_EXTMUL
#ifdef __SSE4_1__
W2C_INLINE __m128i w2c_mul_even_s(__m128i a, __m128i b) {
    return _mm_mul_epi32(a, b);
}
#else
/* Unsigned, less 2^32 times the other factor for each that is negative. */
W2C_INLINE __m128i w2c_mul_even_s(__m128i a, __m128i b) {
    __m128i excess = _mm_add_epi32(_mm_and_si128(_mm_srai_epi32(a, 31), b),
                                   _mm_and_si128(_mm_srai_epi32(b, 31), a));
    return _mm_sub_epi64(_mm_mul_epu32(a, b), _mm_slli_epi64(excess, 32));
}
#endif
#define W2C_EXTMUL(name, mul, lanes)                                                               \
    W2C_INLINE v128 w2c_i64x2_extmul_##name(v128 a, v128 b) {                                      \
        return (v128)mul(_mm_shuffle_epi32(W2C_I(a), lanes), _mm_shuffle_epi32(W2C_I(b), lanes));  \
    }
W2C_EXTMUL(low_i32x4_s, w2c_mul_even_s, 0x50)
W2C_EXTMUL(high_i32x4_s, w2c_mul_even_s, 0xfa)
W2C_EXTMUL(low_i32x4_u, _mm_mul_epu32, 0x50)
W2C_EXTMUL(high_i32x4_u, _mm_mul_epu32, 0xfa)
#undef W2C_EXTMUL

W2C_BINARY(i32x4_dot_i16x8_s, W2C_I, _mm_madd_epi16)

#ifdef __SSSE3__
W2C_INLINE v128 w2c_i16x8_extadd_pairwise_i8x16_s(v128 a) {
    return (v128)_mm_maddubs_epi16(_mm_set1_epi8(1), W2C_I(a));
}
W2C_INLINE v128 w2c_i16x8_extadd_pairwise_i8x16_u(v128 a) {
    return (v128)_mm_maddubs_epi16(W2C_I(a), _mm_set1_epi8(1));
}
#else
W2C_INLINE v128 w2c_i16x8_extadd_pairwise_i8x16_s(v128 a) {
    return w2c_i16x8_add(w2c_i16x8_shr_s(w2c_i16x8_shl(a, 8), 8), w2c_i16x8_shr_s(a, 8));
}
W2C_INLINE v128 w2c_i16x8_extadd_pairwise_i8x16_u(v128 a) {
    return w2c_i16x8_add(a & w2c_v128_repeat16(0xff), w2c_i16x8_shr_u(a, 8));
}
#endif
W2C_INLINE v128 w2c_i32x4_extadd_pairwise_i16x8_s(v128 a) {
    return (v128)_mm_madd_epi16(W2C_I(a), _mm_set1_epi16(1));
}
W2C_INLINE v128 w2c_i32x4_extadd_pairwise_i16x8_u(v128 a) {
    return w2c_i32x4_add(a & w2c_v128_repeat32(0xffff), w2c_i32x4_shr_u(a, 16));
}

/* ---- floats --------------------------------------------------------------------------------- */
W2C_UNARY(f32x4_sqrt, W2C_F, _mm_sqrt_ps)
W2C_UNARY(f64x2_sqrt, W2C_D, _mm_sqrt_pd)
/* minps gives its second operand for NaNs and zeros. */
W2C_INLINE v128 w2c_f32x4_pmin(v128 a, v128 b) {
    return (v128)_mm_min_ps(W2C_F(b), W2C_F(a));
}
W2C_INLINE v128 w2c_f32x4_pmax(v128 a, v128 b) {
    return (v128)_mm_max_ps(W2C_F(b), W2C_F(a));
}
W2C_INLINE v128 w2c_f64x2_pmin(v128 a, v128 b) {
    return (v128)_mm_min_pd(W2C_D(b), W2C_D(a));
}
W2C_INLINE v128 w2c_f64x2_pmax(v128 a, v128 b) {
    return (v128)_mm_max_pd(W2C_D(b), W2C_D(a));
}
/* Both orders of operands differ where a NaN or two zeros are involved. Minimum: all bits of both,
 * -0 over +0. Maximum: their difference taken away, -0 - -0 = +0. NaNs keep the top of their bits.
 * shift: exponent and sign and the first bit of the mantissa */
#define W2C_MIN_MAX(p, wide, min, max, shift)                                                      \
    W2C_INLINE v128 w2c_##p##_min(v128 a, v128 b) {                                                \
        v128 both = min(a, b) | min(b, a), nan = w2c_##p##_ne(both, both);                         \
        return (both | nan) & ~w2c_##wide##_shr_u(nan, shift);                                     \
    }                                                                                              \
    W2C_INLINE v128 w2c_##p##_max(v128 a, v128 b) {                                                \
        v128 one = max(a, b), differ = one ^ max(b, a);                                            \
        v128 r = w2c_##p##_sub(one | differ, differ), nan = w2c_##p##_ne(r, r);                    \
        return r & ~w2c_##wide##_shr_u(nan, shift);                                                \
    }
W2C_MIN_MAX(f32x4, i32x4, w2c_f32x4_pmin, w2c_f32x4_pmax, 10)
W2C_MIN_MAX(f64x2, i64x2, w2c_f64x2_pmin, w2c_f64x2_pmax, 13)
#undef W2C_MIN_MAX

#ifdef __SSE4_1__
#define W2C_ROUND(name, how)                                                                       \
    W2C_INLINE v128 w2c_f32x4_##name(v128 a) {                                                     \
        return (v128)_mm_round_ps(W2C_F(a), how | _MM_FROUND_NO_EXC);                              \
    }                                                                                              \
    W2C_INLINE v128 w2c_f64x2_##name(v128 a) {                                                     \
        return (v128)_mm_round_pd(W2C_D(a), how | _MM_FROUND_NO_EXC);                              \
    }
W2C_ROUND(ceil, _MM_FROUND_TO_POS_INF)
W2C_ROUND(floor, _MM_FROUND_TO_NEG_INF)
W2C_ROUND(trunc, _MM_FROUND_TO_ZERO)
W2C_ROUND(nearest, _MM_FROUND_TO_NEAREST_INT)
#else
#define W2C_ROUND(name)                                                                            \
    W2C_INLINE v128 w2c_f32x4_##name(v128 a) {                                                     \
        return w2c_f32x4_##name##_soft(a);                                                         \
    }                                                                                              \
    W2C_INLINE v128 w2c_f64x2_##name(v128 a) {                                                     \
        return w2c_f64x2_##name##_soft(a);                                                         \
    }
W2C_ROUND(ceil)
W2C_ROUND(floor)
W2C_ROUND(trunc)
W2C_ROUND(nearest)
#endif
#undef W2C_ROUND

/* ---- conversions ---------------------------------------------------------------------------- */
W2C_UNARY(f32x4_convert_i32x4_s, W2C_I, _mm_cvtepi32_ps)
W2C_UNARY(f64x2_convert_low_i32x4_s, W2C_I, _mm_cvtepi32_pd)
/* Opaque: compilers drop a pair of promotion and demotion, which makes NaNs quiet, and gcc promotes
 * signalling constants to signalling constants. */
W2C_INLINE v128 w2c_f64x2_promote_low_f32x4(v128 a) {
    return (v128)_mm_cvtps_pd(W2C_F(w2c_opaque_v128(a)));
}
W2C_INLINE v128 w2c_f32x4_demote_f64x2_zero(v128 a) {
    return (v128)_mm_cvtpd_ps(W2C_D(w2c_opaque_v128(a)));
}
#ifdef __AVX512VL__
W2C_INLINE v128 w2c_f32x4_convert_i32x4_u(v128 a) {
    return (v128) __builtin_convertvector((w2c_u32x4)a, w2c_f32x4);
}
#else
/* Both halves are exact, the sum rounds once. */
W2C_INLINE v128 w2c_f32x4_convert_i32x4_u(v128 a) {
    v128 low = w2c_f32x4_convert_i32x4_s(a & w2c_v128_repeat32(0xffff));
    v128 high = w2c_f32x4_convert_i32x4_s(w2c_i32x4_shr_u(a, 16));
    return w2c_f32x4_add(w2c_f32x4_mul(high, w2c_f32x4_splat(0x1p16f)), low);
}
#endif
/* Under the exponent of 2^52, whose low bits they become. */
W2C_INLINE v128 w2c_f64x2_convert_low_i32x4_u(v128 a) {
    v128 x = (v128)_mm_unpacklo_epi32(W2C_I(a), _mm_set1_epi32(0x43300000));
    return w2c_f64x2_sub(x, w2c_f64x2_splat(0x1p52));
}

/* The processor's conversion: 0x80000000 for everything that does not fit. */
W2C_INLINE v128 w2c_i32x4_cvtt_f32x4(v128 a) {
    return (v128)_mm_cvttps_epi32(W2C_F(w2c_opaque_v128(a)));
}
W2C_INLINE v128 w2c_i32x4_cvtt_f64x2(v128 a) {
    return (v128)_mm_cvttpd_epi32(W2C_D(w2c_opaque_v128(a)));
}
/* NaNs to 0; 0x80000000 is right for what is too small, its opposite for what is too large. */
W2C_INLINE v128 w2c_i32x4_trunc_sat_f32x4_s(v128 a) {
    v128 large = w2c_f32x4_ge(a, w2c_f32x4_splat(0x1p31f));
    return w2c_i32x4_cvtt_f32x4(a & w2c_f32x4_eq(a, a)) ^ large;
}
/* NaNs and less than 0 to 0. Then what is above 2^31 - 1 as the 2^31 that the conversion makes of
 * it and the rest, at most 2^31 - 1. */
W2C_INLINE v128 w2c_i32x4_trunc_sat_f32x4_u(v128 a) {
    a = w2c_f32x4_pmax(w2c_v128_repeat64(0), a);
    v128 rest = w2c_f32x4_sub(a, w2c_f32x4_splat(0x1p31f));
    v128 large = w2c_f32x4_ge(rest, w2c_f32x4_splat(0x1p31f));
    rest = w2c_i32x4_cvtt_f32x4(rest) ^ large;
    return w2c_i32x4_add(w2c_i32x4_cvtt_f32x4(a), w2c_i32x4_max_s(rest, w2c_v128_repeat64(0)));
}
/* The minimum takes its other operand for NaNs: 0 there. */
W2C_INLINE v128 w2c_i32x4_trunc_sat_f64x2_s_zero(v128 a) {
    v128 most = w2c_f64x2_eq(a, a) & w2c_f64x2_splat(2147483647.0);
    return w2c_i32x4_cvtt_f64x2(w2c_f64x2_pmin(most, a));
}
W2C_INLINE v128 w2c_i32x4_trunc_sat_f64x2_u_zero(v128 a) {
    a = w2c_f64x2_pmax(w2c_v128_repeat64(0), a);
    a = w2c_f64x2_pmin(w2c_f64x2_splat(4294967295.0), a);
#ifdef __SSE4_1__
    /* at the low end of 2^52's mantissa */
    v128 x = w2c_f64x2_add(w2c_f64x2_trunc(a), w2c_f64x2_splat(0x1p52));
    return (v128)_mm_shuffle_ps(W2C_F(x), _mm_setzero_ps(), 0x88);
#else
    v128 large = w2c_f64x2_ge(a, w2c_f64x2_splat(0x1p31));
    v128 rest = w2c_f64x2_sub(a, large & w2c_f64x2_splat(0x1p31));
    __m128 top = _mm_shuffle_ps(W2C_F(large), _mm_setzero_ps(), 0x88);
    return w2c_i32x4_cvtt_f64x2(rest) ^ w2c_i32x4_shl((v128)top, 31);
#endif
}

#undef W2C_I
#undef W2C_F
#undef W2C_D
#undef W2C_UNARY
#undef W2C_BINARY

#ifdef __cplusplus
}
#endif
#endif
