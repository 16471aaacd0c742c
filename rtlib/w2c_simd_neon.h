/* w2c_simd_neon.h: SIMD instructions of WebAssembly that want intrinsics on AArch64, all of which
 * has what is used here.
 *
 * Owns: that choice. Included by w2c_simd.h only. The remaining instructions are there. */
#ifndef W2C_SIMD_NEON_H
#define W2C_SIMD_NEON_H
#ifndef W2C_SIMD_H
#error "include w2c_simd.h"
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* intrinsics as they are; t: the vector type of the operands */
#define W2C_UNARY(name, t, intrinsic)                                                              \
    W2C_INLINE v128 w2c_##name(v128 a) {                                                           \
        return (v128)intrinsic((t)a);                                                              \
    }
#define W2C_BINARY(name, t, intrinsic)                                                             \
    W2C_INLINE v128 w2c_##name(v128 a, v128 b) {                                                   \
        return (v128)intrinsic((t)a, (t)b);                                                        \
    }

/* ---- lanes, tests --------------------------------------------------------------------------- */
W2C_BINARY(i8x16_swizzle, uint8x16_t, vqtbl1q_u8) /* gives 0 out of range */

W2C_INLINE u32 w2c_v128_any_true(v128 a) {
    return vmaxvq_u32((uint32x4_t)a) != 0;
}
W2C_INLINE u32 w2c_i8x16_all_true(v128 a) {
    return vminvq_u8((uint8x16_t)a) != 0;
}
W2C_INLINE u32 w2c_i16x8_all_true(v128 a) {
    return vminvq_u16((uint16x8_t)a) != 0;
}
W2C_INLINE u32 w2c_i32x4_all_true(v128 a) {
    return vminvq_u32((uint32x4_t)a) != 0;
}
W2C_INLINE u32 w2c_i64x2_all_true(v128 a) {
    return !w2c_v128_any_true((v128)vceqzq_u64((uint64x2_t)a));
}

/* Each lane's sign selects its bit; then the sum of all. Bytes: two in one 16-bit lane first. */
W2C_INLINE u32 w2c_i8x16_bitmask(v128 a) {
    v128 bits = w2c_i8x16_lt_s(a, w2c_v128_repeat64(0)) & w2c_v128_repeat64(0x8040201008040201u);
    uint8x16_t x = (uint8x16_t)bits;
    return vaddvq_u16((uint16x8_t)vzip1q_u8(x, vextq_u8(x, x, 8)));
}
W2C_INLINE u32 w2c_i16x8_bitmask(v128 a) {
    v128 bits = w2c_v128_const(0x0008000400020001u, 0x0080004000200010u);
    return vaddvq_u16((uint16x8_t)(w2c_i16x8_lt_s(a, w2c_v128_repeat64(0)) & bits));
}
W2C_INLINE u32 w2c_i32x4_bitmask(v128 a) {
    v128 bits = w2c_v128_const(0x0000000200000001u, 0x0000000800000004u);
    return vaddvq_u32((uint32x4_t)(w2c_i32x4_lt_s(a, w2c_v128_repeat64(0)) & bits));
}
W2C_INLINE u32 w2c_i64x2_bitmask(v128 a) {
    return (u32)(a[0] >> 63 | a[1] >> 63 << 1);
}

/* ---- shifts: to the left by a signed count -------------------------------------------------- */
#define W2C_SHIFTS(p, bits, lane, s, u, dup)                                                       \
    W2C_INLINE v128 w2c_##p##_shl(v128 a, u32 n) {                                                 \
        return (v128)vshlq_u##bits((u)a, dup((lane)(n & (bits - 1))));                             \
    }                                                                                              \
    W2C_INLINE v128 w2c_##p##_shr_s(v128 a, u32 n) {                                               \
        return (v128)vshlq_s##bits((s)a, dup((lane) - (lane)(n & (bits - 1))));                    \
    }                                                                                              \
    W2C_INLINE v128 w2c_##p##_shr_u(v128 a, u32 n) {                                               \
        return (v128)vshlq_u##bits((u)a, dup((lane) - (lane)(n & (bits - 1))));                    \
    }
W2C_SHIFTS(i8x16, 8, s8, int8x16_t, uint8x16_t, vdupq_n_s8)
W2C_SHIFTS(i16x8, 16, s16, int16x8_t, uint16x8_t, vdupq_n_s16)
W2C_SHIFTS(i32x4, 32, s32, int32x4_t, uint32x4_t, vdupq_n_s32)
W2C_SHIFTS(i64x2, 64, s64, int64x2_t, uint64x2_t, vdupq_n_s64)
#undef W2C_SHIFTS

/* ---- integers ------------------------------------------------------------------------------- */
W2C_BINARY(i8x16_add_sat_s, int8x16_t, vqaddq_s8)
W2C_BINARY(i8x16_add_sat_u, uint8x16_t, vqaddq_u8)
W2C_BINARY(i8x16_sub_sat_s, int8x16_t, vqsubq_s8)
W2C_BINARY(i8x16_sub_sat_u, uint8x16_t, vqsubq_u8)
W2C_BINARY(i16x8_add_sat_s, int16x8_t, vqaddq_s16)
W2C_BINARY(i16x8_add_sat_u, uint16x8_t, vqaddq_u16)
W2C_BINARY(i16x8_sub_sat_s, int16x8_t, vqsubq_s16)
W2C_BINARY(i16x8_sub_sat_u, uint16x8_t, vqsubq_u16)
W2C_BINARY(i8x16_avgr_u, uint8x16_t, vrhaddq_u8)
W2C_BINARY(i16x8_avgr_u, uint16x8_t, vrhaddq_u16)
W2C_BINARY(i8x16_min_s, int8x16_t, vminq_s8)
W2C_BINARY(i8x16_min_u, uint8x16_t, vminq_u8)
W2C_BINARY(i8x16_max_s, int8x16_t, vmaxq_s8)
W2C_BINARY(i8x16_max_u, uint8x16_t, vmaxq_u8)
W2C_BINARY(i16x8_min_s, int16x8_t, vminq_s16)
W2C_BINARY(i16x8_min_u, uint16x8_t, vminq_u16)
W2C_BINARY(i16x8_max_s, int16x8_t, vmaxq_s16)
W2C_BINARY(i16x8_max_u, uint16x8_t, vmaxq_u16)
W2C_BINARY(i32x4_min_s, int32x4_t, vminq_s32)
W2C_BINARY(i32x4_min_u, uint32x4_t, vminq_u32)
W2C_BINARY(i32x4_max_s, int32x4_t, vmaxq_s32)
W2C_BINARY(i32x4_max_u, uint32x4_t, vmaxq_u32)
W2C_UNARY(i8x16_abs, int8x16_t, vabsq_s8)
W2C_UNARY(i16x8_abs, int16x8_t, vabsq_s16)
W2C_UNARY(i32x4_abs, int32x4_t, vabsq_s32)
W2C_UNARY(i64x2_abs, int64x2_t, vabsq_s64)
W2C_UNARY(i8x16_popcnt, uint8x16_t, vcntq_u8)
W2C_BINARY(i16x8_q15mulr_sat_s, int16x8_t, vqrdmulhq_s16)

/* ---- integers: narrower, wider -------------------------------------------------------------- */
#define W2C_NARROW(name, t, low, high)                                                             \
    W2C_INLINE v128 w2c_##name(v128 a, v128 b) {                                                   \
        return (v128)high(low((t)a), (t)b);                                                        \
    }
W2C_NARROW(i8x16_narrow_i16x8_s, int16x8_t, vqmovn_s16, vqmovn_high_s16)
W2C_NARROW(i8x16_narrow_i16x8_u, int16x8_t, vqmovun_s16, vqmovun_high_s16)
W2C_NARROW(i16x8_narrow_i32x4_s, int32x4_t, vqmovn_s32, vqmovn_high_s32)
W2C_NARROW(i16x8_narrow_i32x4_u, int32x4_t, vqmovun_s32, vqmovun_high_s32)
#undef W2C_NARROW

#define W2C_WIDEN(wide, narrow, sign, t, s)                                                        \
    W2C_UNARY(wide##_extadd_pairwise_##narrow##_##sign, t, vpaddlq_##s)                            \
    W2C_WIDEN_LONG(wide, narrow, sign, t, s)
#define W2C_WIDEN_LONG(wide, narrow, sign, t, s)                                                   \
    W2C_INLINE v128 w2c_##wide##_extend_low_##narrow##_##sign(v128 a) {                            \
        return (v128)vmovl_##s(vget_low_##s((t)a));                                                \
    }                                                                                              \
    W2C_INLINE v128 w2c_##wide##_extend_high_##narrow##_##sign(v128 a) {                           \
        return (v128)vmovl_high_##s((t)a);                                                         \
    }                                                                                              \
    W2C_INLINE v128 w2c_##wide##_extmul_low_##narrow##_##sign(v128 a, v128 b) {                    \
        return (v128)vmull_##s(vget_low_##s((t)a), vget_low_##s((t)b));                            \
    }                                                                                              \
    W2C_INLINE v128 w2c_##wide##_extmul_high_##narrow##_##sign(v128 a, v128 b) {                   \
        return (v128)vmull_high_##s((t)a, (t)b);                                                   \
    }
W2C_WIDEN(i16x8, i8x16, s, int8x16_t, s8)
W2C_WIDEN(i16x8, i8x16, u, uint8x16_t, u8)
W2C_WIDEN(i32x4, i16x8, s, int16x8_t, s16)
W2C_WIDEN(i32x4, i16x8, u, uint16x8_t, u16)
W2C_WIDEN_LONG(i64x2, i32x4, s, int32x4_t, s32)
W2C_WIDEN_LONG(i64x2, i32x4, u, uint32x4_t, u32)
#undef W2C_WIDEN
#undef W2C_WIDEN_LONG

W2C_INLINE v128 w2c_i32x4_dot_i16x8_s(v128 a, v128 b) {
    return (v128)vpaddq_s32((int32x4_t)w2c_i32x4_extmul_low_i16x8_s(a, b),
                            (int32x4_t)w2c_i32x4_extmul_high_i16x8_s(a, b));
}

/* ---- floats --------------------------------------------------------------------------------- */
W2C_UNARY(f32x4_sqrt, float32x4_t, vsqrtq_f32)
W2C_UNARY(f64x2_sqrt, float64x2_t, vsqrtq_f64)
W2C_UNARY(f32x4_ceil, float32x4_t, vrndpq_f32)
W2C_UNARY(f64x2_ceil, float64x2_t, vrndpq_f64)
W2C_UNARY(f32x4_floor, float32x4_t, vrndmq_f32)
W2C_UNARY(f64x2_floor, float64x2_t, vrndmq_f64)
W2C_UNARY(f32x4_trunc, float32x4_t, vrndq_f32)
W2C_UNARY(f64x2_trunc, float64x2_t, vrndq_f64)
W2C_UNARY(f32x4_nearest, float32x4_t, vrndnq_f32)
W2C_UNARY(f64x2_nearest, float64x2_t, vrndnq_f64)
/* clang 19 folds these, when the operands are constants, without making signalling NaNs quiet: so one
 * operand comes from where it cannot see. */
#define W2C_EXTREME(name, type, function)                                                          \
    W2C_INLINE v128 w2c_##name(v128 a, v128 b) {                                                   \
        type first = (type)a;                                                                      \
        __asm__("" : "+w"(first));                                                                 \
        return (v128)function(first, (type)b);                                                     \
    }
W2C_EXTREME(f32x4_min, float32x4_t, vminq_f32)
W2C_EXTREME(f64x2_min, float64x2_t, vminq_f64)
W2C_EXTREME(f32x4_max, float32x4_t, vmaxq_f32)
W2C_EXTREME(f64x2_max, float64x2_t, vmaxq_f64)
#define W2C_PSEUDO(p)                                                                              \
    W2C_INLINE v128 w2c_##p##_pmin(v128 a, v128 b) {                                               \
        return w2c_v128_bitselect(b, a, w2c_##p##_lt(b, a));                                       \
    }                                                                                              \
    W2C_INLINE v128 w2c_##p##_pmax(v128 a, v128 b) {                                               \
        return w2c_v128_bitselect(b, a, w2c_##p##_lt(a, b));                                       \
    }
W2C_PSEUDO(f32x4)
W2C_PSEUDO(f64x2)
#undef W2C_PSEUDO

/* ---- conversions: those to integers clamp and take NaNs to 0 -------------------------------- */
W2C_UNARY(f32x4_convert_i32x4_s, int32x4_t, vcvtq_f32_s32)
W2C_UNARY(f32x4_convert_i32x4_u, uint32x4_t, vcvtq_f32_u32)
W2C_INLINE v128 w2c_f64x2_convert_low_i32x4_s(v128 a) {
    return (v128)vcvtq_f64_s64((int64x2_t)w2c_i64x2_extend_low_i32x4_s(a));
}
W2C_INLINE v128 w2c_f64x2_convert_low_i32x4_u(v128 a) {
    return (v128)vcvtq_f64_u64((uint64x2_t)w2c_i64x2_extend_low_i32x4_u(a));
}
/* Opaque: compilers drop a pair of promotion and demotion, which makes NaNs quiet, and gcc promotes
 * signalling constants to signalling constants. */
W2C_INLINE v128 w2c_f64x2_promote_low_f32x4(v128 a) {
    return (v128)vcvt_f64_f32(vget_low_f32((float32x4_t)w2c_opaque_v128(a)));
}
W2C_INLINE v128 w2c_f32x4_demote_f64x2_zero(v128 a) {
    return (v128)vcombine_f32(vcvt_f32_f64((float64x2_t)w2c_opaque_v128(a)), vdup_n_f32(0));
}
W2C_UNARY(i32x4_trunc_sat_f32x4_s, float32x4_t, vcvtq_s32_f32)
W2C_UNARY(i32x4_trunc_sat_f32x4_u, float32x4_t, vcvtq_u32_f32)
W2C_INLINE v128 w2c_i32x4_trunc_sat_f64x2_s_zero(v128 a) {
    return (v128)vcombine_s32(vqmovn_s64(vcvtq_s64_f64((float64x2_t)a)), vdup_n_s32(0));
}
W2C_INLINE v128 w2c_i32x4_trunc_sat_f64x2_u_zero(v128 a) {
    return (v128)vcombine_u32(vqmovn_u64(vcvtq_u64_f64((float64x2_t)a)), vdup_n_u32(0));
}

#undef W2C_UNARY
#undef W2C_BINARY

#ifdef __cplusplus
}
#endif
#endif
