/* constant: (i32) -> (i32) */
W2C_FN u32 f_constant(golden *const m, u32 p0) {
    return (p0 << 1) | (p0 >> 31);
}

/* variable: (i32, i32) -> (i32) */
W2C_FN u32 f_variable(golden *const m, u32 p0, u32 p1) {
    return w2c_i32_shl(p0, p1) ^ w2c_i32_shr_s(p0, p1);
}

/* wide: (i64) -> (i64) */
W2C_FN u64 f_wide(golden *const m, u64 p0) {
    return w2c_i64_shr_s(p0, 63ull) + (p0 >> 0);
}

/* rotate: (i32, i64) -> (i64) */
W2C_FN u64 f_rotate(golden *const m, u32 p0, u64 p1) {
    return w2c_i64_rotl((u64)w2c_i32_rotr(p0, 5u), p1);
}

/* bits: (i32) -> (i32) */
W2C_FN u32 f_bits(golden *const m, u32 p0) {
    return w2c_i32_clz(p0) + (w2c_i32_ctz(p0) + w2c_i32_popcnt(p0));
}

/* extend: (i32, i64) -> (i64) */
W2C_FN u64 f_extend(golden *const m, u32 p0, u64 p1) {
    return (u64)(s64)(s32)w2c_i32_extend8_s(p0) + w2c_i64_extend32_s(p1);
}

/* convert: (f64) -> (i32) */
W2C_FN u32 f_convert(golden *const m, f64 p0) {
    u32 i0;
    i0 = w2c_i32_trunc_f64_u(p0) - w2c_i32_trunc_sat_f64_s(p0);
    return i0;
}

/* wide_arithmetic: (i64, i64) -> (i64) */
W2C_FN u64 f_wide_arithmetic(golden *const m, u64 p0, u64 p1) {
    u64 j0, j1;
    { const struct w2c_res_ll res = w2c_i64_mul_wide_u(p0, p1); j0 = res.r0; j1 = res.r1; }
    return j0 ^ j1;
}
