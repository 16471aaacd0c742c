/* f32s: (f32) -> (f32) */
W2C_FN f32 f_f32s(golden *const m, f32 p0) {
    return w2c_canon_f32(w2c_f32_max(w2c_canon_f32(w2c_canon_f32(w2c_canon_f32(w2c_canon_f32(p0 + 0x1.99999ap-4f) * 16777215.0f) - (-0x0.000002p-126f)) / 0x1.fffffep127f), w2c_f32_reinterpret_i32(0x7f800000u)));
}

/* f64s: (f64) -> (f64) */
W2C_FN f64 f_f64s(golden *const m, f64 p0) {
    return w2c_canon_f64(w2c_f64_min(w2c_canon_f64(w2c_canon_f64(w2c_canon_f64(w2c_canon_f64(p0 + 0x1.999999999999ap-4) * (-3.0)) - 0x0.0000000000001p-1022) / 0x1.7e43c8800759cp996), w2c_f64_reinterpret_i64(0xfff0000000000000ull)));
}

/* identities: (f32, f64) -> (f64) */
W2C_FN f64 f_identities(golden *const m, f32 p0, f64 p1) {
    const f32 zero_f = w2c_opaque_f32(0.0f);
    const f32 one_f = w2c_opaque_f32(1.0f);
    const f64 neg_zero_d = w2c_opaque_f64(-0.0);
    const f64 one_d = w2c_opaque_f64(1.0);
    const f64 neg_one_d = w2c_opaque_f64(-1.0);
    return w2c_canon_f64(w2c_canon_f64(w2c_canon_f64(w2c_f64_promote_f32(w2c_canon_f32(w2c_canon_f32(p0 * one_f) - zero_f))) + w2c_canon_f64(w2c_canon_f64(p1 * neg_one_d) / one_d)) - neg_zero_d);
}

/* compared: (f64) -> (i32) */
W2C_FN u32 f_compared(golden *const m, f64 p0) {
    return (u32)(p0 < 0.0);
}

/* nans: () -> (f32, f64) */
W2C_FN struct w2c_res_fd f_nans(golden *const m) {
    { struct w2c_res_fd res; res.r0 = w2c_f32_reinterpret_i32(0x7fa00000u); res.r1 = w2c_f64_reinterpret_i64(0xfff8000000000000ull); return res; }
}

/* fused: (f32, f32, f32) -> (f32) */
W2C_FN f32 f_fused(golden *const m, f32 p0, f32 p1, f32 p2) {
    return w2c_canon_f32(w2c_canon_f32(p0 * p1) + p2);
}

/* locals: () -> (f64) */
W2C_FN f64 f_locals(golden *const m) {
    const f32 zero_f = w2c_opaque_f32(0.0f);
    const f64 zero_d = w2c_opaque_f64(0.0);
    f32 l0 = zero_f;
    f64 l1 = zero_d;
    return w2c_canon_f64(w2c_canon_f64(w2c_f64_promote_f32(l0)) + l1);
}

/* functions: (f64, f64) -> (f64) */
W2C_FN f64 f_functions(golden *const m, f64 p0, f64 p1) {
    return w2c_f64_copysign(w2c_canon_f64(w2c_f64_nearest(w2c_canon_f64(w2c_f64_sqrt(w2c_f64_abs(p0))))), w2c_f64_neg(p1));
}
