/* pair: (i32, i64) -> (i32, i64) */
W2C_FN struct w2c_res_il f_pair(golden *const m, u32 p0, u64 p1) {
    { struct w2c_res_il res; res.r0 = p0; res.r1 = p1; return res; }
}

/* swap: (i32, i64) -> (i64, i32) */
W2C_FN struct w2c_res_li f_swap(golden *const m, u32 p0, u64 p1) {
    { struct w2c_res_li res; res.r0 = p1; res.r1 = p0; return res; }
}

/* use: (i32) -> (i32) */
W2C_FN u32 f_use(golden *const m, u32 p0) {
    u32 i0;
    u64 j1;
    { const struct w2c_res_il res = f_pair(m, p0, 5ull); i0 = res.r0; j1 = res.r1; }
    return i0 + (u32)j1;
}

/* three: (i32) -> (i32, i32, i32) */
W2C_FN struct w2c_res_iii f_three(w2c_instance *instance, u32 p0) {
    golden *const m = (golden *)instance;
    u32 i2;
    i2 = w2c_i32_div_s(100u, p0);
    { struct w2c_res_iii res; res.r0 = p0; res.r1 = p0 + 1u; res.r2 = i2; return res; }
}

/* early: (i32) -> (i32, f64) */
W2C_FN struct w2c_res_id f_early(golden *const m, u32 p0) {
    if (p0 != 0) {
        { struct w2c_res_id res; res.r0 = 1u; res.r1 = 2.0; return res; }
    }
    { struct w2c_res_id res; res.r0 = 3u; res.r1 = 0x1.2p2; return res; }
}

/* branch: (i32) -> (i32, i32) */
W2C_FN struct w2c_res_ii f_branch(golden *const m, u32 p0) {
    if (p0 != 0) { struct w2c_res_ii res; res.r0 = 1u; res.r1 = 2u; return res; }
    { struct w2c_res_ii res; res.r0 = 1u; res.r1 = 2u; return res; }
}

/* keeps_order: (i32) -> (i32) */
W2C_FN u32 f_keeps_order(golden *const m, u32 p0) {
    u32 i0, i1, i2;
    { const struct w2c_res_iii res = f_three(&m->w2c, p0); i0 = res.r0; i1 = res.r1; i2 = res.r2; }
    p0 = i2;
    return (i0 - i1) - p0;
}
