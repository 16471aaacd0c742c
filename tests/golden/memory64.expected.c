/* load: (i64) -> (i32) */
W2C_FN u32 f_load(u8 *const mem0, u64 p0) {
    golden *const m = W2C_OF_MEM0(golden, mem0);
    const u64 size0 = m->own_memory0.size;
    W2C_AT_LEAST(size0, 65536);
    u32 i0;
    i0 = w2c_load_u32_l(mem0, size0, p0, 8u);
    return i0;
}

/* far: (i64) -> (i64) */
W2C_FN u64 f_far(u8 *const mem0, u64 p0) {
    golden *const m = W2C_OF_MEM0(golden, mem0);
    const u64 size0 = m->own_memory0.size;
    W2C_AT_LEAST(size0, 65536);
    u64 j0;
    j0 = w2c_load_u64_l(mem0, size0, p0, 4294967296u);
    return j0;
}

/* store: (i64, f64) -> () */
W2C_FN void f_store(u8 *const mem0, u64 p0, f64 p1) {
    golden *const m = W2C_OF_MEM0(golden, mem0);
    const u64 size0 = m->own_memory0.size;
    W2C_AT_LEAST(size0, 65536);
    w2c_store_f64_l(mem0, size0, p0, 0u, p1);
    return;
}

/* grow: (i64) -> (i64) */
W2C_FN u64 f_grow(u8 *const mem0, u64 p0) {
    golden *const m = W2C_OF_MEM0(golden, mem0);
    u64 j0;
    j0 = w2c_memory_grow(m->memory0, p0);
    return j0 + m->memory0->pages;
}

/* fill: (i64, i32, i64) -> () */
W2C_FN void f_fill(u8 *const mem0, u64 p0, u32 p1, u64 p2) {
    golden *const m = W2C_OF_MEM0(golden, mem0);
    const u64 size0 = m->own_memory0.size;
    W2C_AT_LEAST(size0, 65536);
    w2c_fill_l(mem0, size0, p0, p1, p2);
    return;
}

/* copy: (i64, i64, i64) -> () */
W2C_FN void f_copy(u8 *const mem0, u64 p0, u64 p1, u64 p2) {
    golden *const m = W2C_OF_MEM0(golden, mem0);
    const u64 size0 = m->own_memory0.size;
    W2C_AT_LEAST(size0, 65536);
    w2c_copy_l(mem0, size0, mem0, size0, p0, p1, p2);
    return;
}

/* apart: (i64) -> (i32) */
W2C_FN u32 f_apart(u8 *const mem0, u64 p0) {
    golden *const m = W2C_OF_MEM0(golden, mem0);
    const u64 size0 = m->own_memory0.size;
    W2C_AT_LEAST(size0, 65536);
    u32 i0;
    w2c_check_l(size0, (p0 + 8ull) - 12ull, 18u);
    i0 = (w2c_load_u32_u(mem0, p0 + 8ull, 0u) + w2c_load_u32_u(mem0, p0, 0u)) + ((u32)w2c_load_u8_u(mem0, p0 - 4ull, 1u) + (u32)w2c_load_u16_u(mem0, p0 + 12ull, 0u));
    return i0;
}
