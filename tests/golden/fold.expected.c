/* poly: (i32, i32) -> (i32) */
W2C_FN u32 f_poly(w2c_instance *instance, u32 p0, u32 p1) {
    golden *const m = (golden *)instance;
    return (p0 * p0) + ((3u * p1) - 7u);
}

/* minus: (i32, i64) -> (i64) */
W2C_FN u64 f_minus(golden *const m, u32 p0, u64 p1) {
    return (p1 - 16ull) + (u64)(p0 - 1u);
}

/* compare: (i32, i32) -> (i32) */
W2C_FN u32 f_compare(golden *const m, u32 p0, u32 p1) {
    return (u32)((s32)p0 < (s32)p1) & (u32)(!(p0 >= 10u));
}

/* not_not: (i32) -> (i32) */
W2C_FN u32 f_not_not(golden *const m, u32 p0) {
    return (u32)(!(p0 == 0));
}

/* widen: (i32) -> (i64) */
W2C_FN u64 f_widen(golden *const m, u32 p0) {
    return (u64)(s64)(s32)p0 + (u64)(u32)(u64)(s64)(s32)p0;
}

/* mean: (f64, f64) -> (f64) */
W2C_FN f64 f_mean(golden *const m, f64 p0, f64 p1) {
    return (p0 + p1) / 2.0;
}

/* large: (i32) -> (i32) */
W2C_FN u32 f_large(golden *const m, u32 p0) {
    u32 i0;
    i0 = (((((((((((((((((((((((p0 + p0) * p0) ^ p0) | p0) - p0) + p0) * p0) ^ p0) | p0) - p0) + p0) * p0) ^ p0) | p0) - p0) + p0) * p0) ^ p0) | p0) - p0) + p0) * p0) ^ p0) | p0;
    return ((((i0 - p0) + p0) * p0) ^ p0) | p0;
}
