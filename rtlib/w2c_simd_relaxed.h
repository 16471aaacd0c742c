/* w2c_simd_relaxed.h: what the relaxed SIMD instructions mean.
 *
 * Owns: the choices that the specification leaves open. By default they are the deterministic
 * profile's, the same on every processor. With W2C_RELAXED_NATIVE, which the translator defines for
 * all files of a module or for none, each is the one that costs least on the processor that the
 * file is compiled for, among those that the specification lists. All files of a module then need
 * the same processor flags. Files of either kind that use the instructions (W2C_RELAXED_STAMP, the
 * translator's too) do not link with those of the other. Included by w2c_simd.h only.
 * Spec: exec/numerics#relaxed-ops */
#ifndef W2C_SIMD_RELAXED_H
#define W2C_SIMD_RELAXED_H
#ifndef W2C_SIMD_H
#error "include w2c_simd.h"
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* Both kinds define their symbol in one section group, of which the linker keeps one: then the other
 * kind's symbol is missing ("defined in discarded section"). */
#if defined(W2C_RELAXED_STAMP) && defined(__ELF__)
#if defined(W2C_RELAXED_NATIVE) && W2C_RELAXED_NATIVE
#define W2C_RELAXED_CHOICE w2c_relaxed_simd_is_native
#define W2C_RELAXED_TEXT "w2c_relaxed_simd_is_native"
#else
#define W2C_RELAXED_CHOICE w2c_relaxed_simd_is_deterministic
#define W2C_RELAXED_TEXT "w2c_relaxed_simd_is_deterministic"
#endif
__asm__(".pushsection .rodata.w2c_relaxed_simd,\"aG\",%progbits,w2c_relaxed_simd,comdat\n"
        ".globl " W2C_RELAXED_TEXT "\n"
        ".hidden " W2C_RELAXED_TEXT "\n" W2C_RELAXED_TEXT ":\n"
        ".byte 1\n"
        ".popsection\n");
extern const char W2C_RELAXED_CHOICE __attribute__((visibility("hidden")));
__attribute__((used)) static const char *const w2c_relaxed_choice = &W2C_RELAXED_CHOICE;
#endif

#define W2C_SAME1(name, strict)                                                                    \
    W2C_INLINE v128 w2c_##name(v128 a) {                                                           \
        return w2c_##strict(a);                                                                    \
    }
#define W2C_SAME2(name, strict)                                                                    \
    W2C_INLINE v128 w2c_##name(v128 a, v128 b) {                                                   \
        return w2c_##strict(a, b);                                                                 \
    }
#define W2C_SAME3(name, strict)                                                                    \
    W2C_INLINE v128 w2c_##name(v128 a, v128 b, v128 c) {                                           \
        return w2c_##strict(a, b, c);                                                              \
    }
#if defined(W2C_RELAXED_NATIVE) && W2C_RELAXED_NATIVE
#define W2C_NATIVE(target) (W2C_SIMD_TARGET == target)
#else
#define W2C_NATIVE(target) 0
#endif

/* R_swizzle: 0, or x86's i[j mod 16] */
#if W2C_NATIVE(1) && defined(__SSSE3__)
W2C_INLINE v128 w2c_i8x16_relaxed_swizzle(v128 a, v128 b) {
    return (v128)_mm_shuffle_epi8((__m128i)a, (__m128i)b);
}
#else
W2C_SAME2(i8x16_relaxed_swizzle, i8x16_swizzle)
#endif

/* R_trunc_s, R_trunc_u: clamped, or what x86 has for everything that does not fit */
#if W2C_NATIVE(1)
W2C_SAME1(i32x4_relaxed_trunc_f32x4_s, i32x4_cvtt_f32x4)
W2C_SAME1(i32x4_relaxed_trunc_f64x2_s_zero, i32x4_cvtt_f64x2)
#else
W2C_SAME1(i32x4_relaxed_trunc_f32x4_s, i32x4_trunc_sat_f32x4_s)
W2C_SAME1(i32x4_relaxed_trunc_f64x2_s_zero, i32x4_trunc_sat_f64x2_s_zero)
#endif
W2C_SAME1(i32x4_relaxed_trunc_f32x4_u, i32x4_trunc_sat_f32x4_u)
W2C_SAME1(i32x4_relaxed_trunc_f64x2_u_zero, i32x4_trunc_sat_f64x2_u_zero)

/* R_fmadd: rounded twice, or fused */
#if W2C_NATIVE(1) && defined(__FMA__) && !defined(__clang__)
W2C_INLINE v128 w2c_f32x4_relaxed_madd(v128 a, v128 b, v128 c) {
    return (v128)__builtin_ia32_vfmaddps((w2c_f32x4)a, (w2c_f32x4)b, (w2c_f32x4)c);
}
W2C_INLINE v128 w2c_f64x2_relaxed_madd(v128 a, v128 b, v128 c) {
    return (v128)__builtin_ia32_vfmaddpd((w2c_f64x2)a, (w2c_f64x2)b, (w2c_f64x2)c);
}
#elif W2C_NATIVE(1) && defined(__FMA__)
W2C_INLINE v128 w2c_f32x4_relaxed_madd(v128 a, v128 b, v128 c) {
    return (v128)__builtin_elementwise_fma((w2c_f32x4)a, (w2c_f32x4)b, (w2c_f32x4)c);
}
W2C_INLINE v128 w2c_f64x2_relaxed_madd(v128 a, v128 b, v128 c) {
    return (v128)__builtin_elementwise_fma((w2c_f64x2)a, (w2c_f64x2)b, (w2c_f64x2)c);
}
#elif W2C_NATIVE(2)
W2C_INLINE v128 w2c_f32x4_relaxed_madd(v128 a, v128 b, v128 c) {
    return (v128)vfmaq_f32((float32x4_t)c, (float32x4_t)a, (float32x4_t)b);
}
W2C_INLINE v128 w2c_f64x2_relaxed_madd(v128 a, v128 b, v128 c) {
    return (v128)vfmaq_f64((float64x2_t)c, (float64x2_t)a, (float64x2_t)b);
}
#else
W2C_INLINE v128 w2c_f32x4_relaxed_madd(v128 a, v128 b, v128 c) {
    return w2c_f32x4_add(w2c_f32x4_mul(a, b), c);
}
W2C_INLINE v128 w2c_f64x2_relaxed_madd(v128 a, v128 b, v128 c) {
    return w2c_f64x2_add(w2c_f64x2_mul(a, b), c);
}
#endif
W2C_INLINE v128 w2c_f32x4_relaxed_nmadd(v128 a, v128 b, v128 c) {
    return w2c_f32x4_relaxed_madd((v128)(-(w2c_f32x4)a), b, c);
}
W2C_INLINE v128 w2c_f64x2_relaxed_nmadd(v128 a, v128 b, v128 c) {
    return w2c_f64x2_relaxed_madd((v128)(-(w2c_f64x2)a), b, c);
}

/* R_laneselect: by bits, or by the highest bit of the lane */
#if W2C_NATIVE(1) && defined(__SSE4_1__)
W2C_INLINE v128 w2c_i8x16_relaxed_laneselect(v128 a, v128 b, v128 mask) {
    return (v128)_mm_blendv_epi8((__m128i)b, (__m128i)a, (__m128i)mask);
}
W2C_INLINE v128 w2c_i16x8_relaxed_laneselect(v128 a, v128 b, v128 mask) {
    return w2c_i8x16_relaxed_laneselect(a, b, w2c_i16x8_shr_s(mask, 15));
}
W2C_INLINE v128 w2c_i32x4_relaxed_laneselect(v128 a, v128 b, v128 mask) {
    return (v128)_mm_blendv_ps((__m128)b, (__m128)a, (__m128)mask);
}
W2C_INLINE v128 w2c_i64x2_relaxed_laneselect(v128 a, v128 b, v128 mask) {
    return (v128)_mm_blendv_pd((__m128d)b, (__m128d)a, (__m128d)mask);
}
#else
W2C_SAME3(i8x16_relaxed_laneselect, v128_bitselect)
W2C_SAME3(i16x8_relaxed_laneselect, v128_bitselect)
W2C_SAME3(i32x4_relaxed_laneselect, v128_bitselect)
W2C_SAME3(i64x2_relaxed_laneselect, v128_bitselect)
#endif

/* R_fmin, R_fmax: as the strict ones, or x86's: b for NaNs and zeros */
#if W2C_NATIVE(1)
W2C_INLINE v128 w2c_f32x4_relaxed_min(v128 a, v128 b) {
    return w2c_f32x4_pmin(b, a);
}
W2C_INLINE v128 w2c_f32x4_relaxed_max(v128 a, v128 b) {
    return w2c_f32x4_pmax(b, a);
}
W2C_INLINE v128 w2c_f64x2_relaxed_min(v128 a, v128 b) {
    return w2c_f64x2_pmin(b, a);
}
W2C_INLINE v128 w2c_f64x2_relaxed_max(v128 a, v128 b) {
    return w2c_f64x2_pmax(b, a);
}
#else
W2C_SAME2(f32x4_relaxed_min, f32x4_min)
W2C_SAME2(f32x4_relaxed_max, f32x4_max)
W2C_SAME2(f64x2_relaxed_min, f64x2_min)
W2C_SAME2(f64x2_relaxed_max, f64x2_max)
#endif

/* R_iq15mulr: clamped, or wrapped */
#if W2C_NATIVE(1) && defined(__SSSE3__)
W2C_INLINE v128 w2c_i16x8_relaxed_q15mulr_s(v128 a, v128 b) {
    return (v128)_mm_mulhrs_epi16((__m128i)a, (__m128i)b);
}
#else
W2C_SAME2(i16x8_relaxed_q15mulr_s, i16x8_q15mulr_sat_s)
#endif

/* R_idot: b signed, or unsigned. The sum of two products is clamped; a single one always fits. */
#if W2C_NATIVE(1) && defined(__SSSE3__)
W2C_INLINE v128 w2c_i16x8_relaxed_dot_i8x16_i7x16_s(v128 a, v128 b) {
    return (v128)_mm_maddubs_epi16((__m128i)b, (__m128i)a);
}
#elif W2C_SIMD_TARGET == 2
W2C_INLINE v128 w2c_i16x8_relaxed_dot_i8x16_i7x16_s(v128 a, v128 b) {
    int16x8_t low = (int16x8_t)w2c_i16x8_extmul_low_i8x16_s(a, b);
    int16x8_t high = (int16x8_t)w2c_i16x8_extmul_high_i8x16_s(a, b);
    return (v128)vqaddq_s16(vuzp1q_s16(low, high), vuzp2q_s16(low, high));
}
#else
W2C_INLINE v128 w2c_i16x8_relaxed_dot_i8x16_i7x16_s(v128 a, v128 b) {
    v128 odd = w2c_i16x8_mul(w2c_i16x8_shr_s(a, 8), w2c_i16x8_shr_s(b, 8));
    a = w2c_i16x8_shr_s(w2c_i16x8_shl(a, 8), 8);
    b = w2c_i16x8_shr_s(w2c_i16x8_shl(b, 8), 8);
    return w2c_i16x8_add_sat_s(w2c_i16x8_mul(a, b), odd);
}
#endif
W2C_INLINE v128 w2c_i32x4_relaxed_dot_i8x16_i7x16_add_s(v128 a, v128 b, v128 c) {
    v128 dot = w2c_i16x8_relaxed_dot_i8x16_i7x16_s(a, b);
    return w2c_i32x4_add(w2c_i32x4_extadd_pairwise_i16x8_s(dot), c);
}

#undef W2C_SAME1
#undef W2C_SAME2
#undef W2C_SAME3
#undef W2C_NATIVE

#ifdef __cplusplus
}
#endif
#endif
