/* load_before_store: (i32) -> (i32) */
W2C_FN u32 f_load_before_store(u8 *const mem0, u32 p0) {
    u32 i0;
    i0 = w2c_load_u32(mem0, p0, 0u);
    w2c_store_u32(mem0, p0, 0u, 7u);
    return i0;
}

/* two_loads: (i32, i32) -> (i32) */
W2C_FN u32 f_two_loads(u8 *const mem0, u32 p0, u32 p1) {
    u32 i0;
    i0 = w2c_load_u32(mem0, p0, 0u) + w2c_load_u32(mem0, p1, 8u);
    return i0;
}

/* load_then_divide: (i32, i32) -> (i32) */
W2C_FN u32 f_load_then_divide(u8 *const mem0, u32 p0, u32 p1) {
    u32 i0;
    i0 = w2c_load_u32(mem0, p0, 0u);
    i0 = i0 + w2c_i32_div_u(1u, p1);
    return i0;
}

/* divide_then_load: (i32, i32) -> (i32) */
W2C_FN u32 f_divide_then_load(u8 *const mem0, u32 p0, u32 p1) {
    u32 i0;
    i0 = w2c_i32_div_u(1u, p1);
    i0 = i0 + w2c_load_u32(mem0, p0, 0u);
    return i0;
}

/* store_value_traps: (i32, i32) -> () */
W2C_FN void f_store_value_traps(u8 *const mem0, u32 p0, u32 p1) {
    w2c_store_u32(mem0, p0, 0u, w2c_i32_rem_s(9u, p1));
    return;
}

/* dropped: (i32) -> () */
W2C_FN void f_dropped(u8 *const mem0, u32 p0) {
    (void)(u32)w2c_load_u8(mem0, p0, 0u);
    (void)w2c_i32_div_s(p0, 0u);
    return;
}

/* get_before_set: (i32) -> (i32) */
W2C_FN u32 f_get_before_set(u8 *const mem0, u32 p0) {
    u32 i0;
    i0 = p0;
    p0 = 1u;
    return i0 + p0;
}

/* get_before_tee: (i32) -> (i32) */
W2C_FN u32 f_get_before_tee(u8 *const mem0, u32 p0) {
    u32 i0;
    i0 = p0;
    p0 = p0 * 3u;
    return i0 - p0;
}

/* tee_before_get: (i32) -> (i32) */
W2C_FN u32 f_tee_before_get(u8 *const mem0, u32 p0) {
    p0 = p0 * 3u;
    return p0 - p0;
}

/* load_before_trap: (i32) -> (i32) */
W2C_FN u32 f_load_before_trap(u8 *const mem0, u32 p0) {
    u32 i0;
    i0 = w2c_load_u32(mem0, p0, 0u);
    w2c_trap(W2C_TRAP_UNREACHABLE);
}
