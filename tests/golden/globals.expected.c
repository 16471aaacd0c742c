/* get_before_set: () -> (i32) */
W2C_FN u32 f_get_before_set(u8 *const mem0) {
    golden *const m = W2C_OF_MEM0(golden, mem0);
    u32 i0;
    i0 = m->g2;
    W2C_SET(m->g2, 5u);
    return i0;
}

/* imported: () -> (i64) */
W2C_FN u64 f_imported(u8 *const mem0) {
    golden *const m = W2C_OF_MEM0(golden, mem0);
    W2C_SET(*m->g1, (*m->g1) + (u64)(*m->g0));
    return (*m->g1);
}

/* constant: () -> (f64) */
W2C_FN f64 f_constant(u8 *const mem0) {
    golden *const m = W2C_OF_MEM0(golden, mem0);
    return m->g3 + w2c_f64_convert_i32_s(m->g4);
}

/* reference: (externref) -> () */
W2C_FN void f_reference(u8 *const mem0, w2c_ref p0) {
    golden *const m = W2C_OF_MEM0(golden, mem0);
    W2C_SET(m->g5, p0);
    return;
}

/* count: (i32) -> () */
W2C_FN void f_count(u8 *const mem0, u32 p0) {
    golden *const m = W2C_OF_MEM0(golden, mem0);
L1: W2C_LOOP();
    W2C_SET(m->g2, m->g2 + 1u);
    p0 = p0 - 1u;
    if (p0 != 0) goto L1;
    return;
}

/* kept: (i32) -> (i32) */
W2C_FN u32 f_kept(u8 *const mem0, u32 p0) {
    golden *const m = W2C_OF_MEM0(golden, mem0);
    const u32 g2 = m->g2;
    const u32 g4 = m->g4;
    u32 i0;
    w2c_store_u32(mem0, g2, 0u, p0);
    w2c_store_u32(mem0, g2, 4u, w2c_load_u32(mem0, g4, 0u));
    i0 = w2c_load_u32(mem0, g4, 0u);
    return i0;
}

/* kept_over_call: () -> (i32) */
W2C_FN u32 f_kept_over_call(u8 *const mem0) {
    golden *const m = W2C_OF_MEM0(golden, mem0);
    u32 g2 = m->g2;
    u32 i0;
    W2C_SET(m->g2, g2 = g2 - 16u);
    f_count(mem0, g2); g2 = m->g2;
    i0 = (u32)w2c_memory_grow(m->memory0, 1u); g2 = m->g2;
    return g2 + g2;
}
