/* loads_i32: (i32) -> (i32) */
W2C_FN u32 f_loads_i32(u8 *const mem0, u32 p0) {
    golden *const m = W2C_OF_MEM0(golden, mem0);
    const u64 size0 = m->own_memory0.size;
    W2C_AT_LEAST(size0, 65536);
    u32 i0;
    w2c_check_c(size0, p0, 6u);
    i0 = (((u32)w2c_load_s8_u(mem0, p0, 0u) + (u32)w2c_load_u8_u(mem0, p0, 1u)) + (u32)w2c_load_s16_u(mem0, p0, 2u)) + (u32)w2c_load_u16_u(mem0, p0, 4u);
    return i0;
}

/* loads_i64: (i32) -> (i64) */
W2C_FN u64 f_loads_i64(u8 *const mem0, u32 p0) {
    golden *const m = W2C_OF_MEM0(golden, mem0);
    const u64 size0 = m->own_memory0.size;
    W2C_AT_LEAST(size0, 65536);
    u64 j0;
    w2c_check_c(size0, p0, 4u);
    j0 = ((((((u64)w2c_load_s8_u(mem0, p0, 0u) + (u64)w2c_load_u8_u(mem0, p0, 0u)) + (u64)w2c_load_s16_u(mem0, p0, 0u)) + (u64)w2c_load_u16_u(mem0, p0, 0u)) + (u64)w2c_load_s32_u(mem0, p0, 0u)) + (u64)w2c_load_u32_u(mem0, p0, 0u)) + w2c_load_u64_c(mem0, size0, p0, 4294967295u);
    return j0;
}

/* floats: (i32) -> () */
W2C_FN void f_floats(u8 *const mem0, u32 p0) {
    golden *const m = W2C_OF_MEM0(golden, mem0);
    const u64 size0 = m->own_memory0.size;
    W2C_AT_LEAST(size0, 65536);
    w2c_store_f32_u(mem0, p0, 0u, w2c_f32_demote_f64(w2c_load_f64_c(mem0, size0, p0, 8u)));
    return;
}

/* stores: (i32, i32, i64) -> () */
W2C_FN void f_stores(u8 *const mem0, u32 p0, u32 p1, u64 p2) {
    golden *const m = W2C_OF_MEM0(golden, mem0);
    const u64 size0 = m->own_memory0.size;
    W2C_AT_LEAST(size0, 65536);
    w2c_store_u8_c(mem0, size0, p0, 0u, (u8)p1);
    w2c_store_u16_c(mem0, size0, p0, 2u, (u16)(p1 + 1u));
    w2c_store_u8_u(mem0, p0, 0u, (u8)p2);
    w2c_store_u16_u(mem0, p0, 0u, (u16)p2);
    w2c_store_u32_u(mem0, p0, 0u, (u32)(p2 >> 32));
    w2c_store_u64_c(mem0, size0, p0, 0u, p2);
    return;
}

/* size_and_grow: (i32) -> (i32) */
W2C_FN u32 f_size_and_grow(u8 *const mem0, u32 p0) {
    golden *const m = W2C_OF_MEM0(golden, mem0);
    u32 i0, i1;
    i0 = (u32)m->memory0->pages;
    i1 = (u32)w2c_memory_grow(m->memory0, p0);
    return i0 + i1;
}

/* address: (i32) -> (i32) */
W2C_FN u32 f_address(u8 *const mem0, u32 p0) {
    golden *const m = W2C_OF_MEM0(golden, mem0);
    const u64 size0 = m->own_memory0.size;
    W2C_AT_LEAST(size0, 65536);
    u32 i0;
    i0 = w2c_load_u32_c(mem0, size0, p0 + 4u, 16u);
    return i0;
}

/* apart: (i32) -> (i32) */
W2C_FN u32 f_apart(u8 *const mem0, u32 p0) {
    golden *const m = W2C_OF_MEM0(golden, mem0);
    const u64 size0 = m->own_memory0.size;
    W2C_AT_LEAST(size0, 65536);
    u32 i0;
    w2c_check_c(size0, (p0 + 8u) - 12u, 18u);
    i0 = (w2c_load_u32_u(mem0, p0 + 8u, 0u) + w2c_load_u32_u(mem0, p0, 0u)) + ((u32)w2c_load_u8_u(mem0, p0 - 4u, 1u) + (u32)w2c_load_u16_u(mem0, p0 + 12u, 0u));
    return i0;
}
