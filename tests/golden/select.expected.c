/* plain: (i32, i32, i32) -> (i32) */
W2C_FN u32 f_plain(u8 *const mem0, u32 p0, u32 p1, u32 p2) {
    return p2 != 0 ? p0 : p1;
}

/* compared: (i64, i64) -> (i64) */
W2C_FN u64 f_compared(u8 *const mem0, u64 p0, u64 p1) {
    return p0 < p1 ? p0 : p1;
}

/* both_load: (i32, i32) -> (i32) */
W2C_FN u32 f_both_load(u8 *const mem0, u32 p0, u32 p1) {
    u32 i0, i1;
    i0 = w2c_load_u32(mem0, p0, 0u);
    i1 = w2c_load_u32(mem0, p1, 0u);
    return p0 != 0 ? i0 : i1;
}

/* divides: (i32, i32) -> (i32) */
W2C_FN u32 f_divides(u8 *const mem0, u32 p0, u32 p1) {
    u32 i1;
    i1 = w2c_i32_div_u(p0, p1);
    return p1 != 0 ? 1u : i1;
}

/* nested: (f32, f32, i32) -> (f32) */
W2C_FN f32 f_nested(u8 *const mem0, f32 p0, f32 p1, u32 p2) {
    return p2 == 0 ? (p2 != 0 ? p0 : p1) : 0x1.8p0f;
}

/* ref: (externref, externref, i32) -> (externref) */
W2C_FN w2c_ref f_ref(u8 *const mem0, w2c_ref p0, w2c_ref p1, u32 p2) {
    return p2 != 0 ? p0 : p1;
}
