/* apart: (i32) -> (i32) */
W2C_FN u32 f_apart(u8 *const mem0, u32 p0) {
    golden *const m = W2C_OF_MEM0(golden, mem0);
    const u64 size0 = m->own_memory0.size;
    W2C_AT_LEAST(size0, 65536);
    u32 i0;
    i0 = w2c_load_u32_c(mem0, size0, p0 + 8u, 0u) + w2c_load_u32_c(mem0, size0, p0, 0u);
    return i0;
}

/* covered: (i32) -> (i32) */
W2C_FN u32 f_covered(u8 *const mem0, u32 p0) {
    golden *const m = W2C_OF_MEM0(golden, mem0);
    const u64 size0 = m->own_memory0.size;
    W2C_AT_LEAST(size0, 65536);
    u32 i0;
    w2c_check_c(size0, p0, 8u);
    i0 = (u32)(w2c_load_u64_u(mem0, p0, 0u) == 0) + w2c_load_u32_u(mem0, p0 + 4u, 0u);
    return i0;
}
