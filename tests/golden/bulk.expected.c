/* fill: (i32) -> () */
W2C_FN void f_fill(u8 *const mem0, u32 p0) {
    golden *const m = W2C_OF_MEM0(golden, mem0);
    w2c_fill_c(mem0, m->own_memory0.size, p0, 255u, 64u);
    return;
}

/* copy: (i32, i32, i32) -> () */
W2C_FN void f_copy(u8 *const mem0, u32 p0, u32 p1, u32 p2) {
    golden *const m = W2C_OF_MEM0(golden, mem0);
    w2c_copy_c(mem0, m->own_memory0.size, mem0, m->own_memory0.size, p0, p1, p2);
    return;
}

/* init: () -> () */
W2C_FN void f_init(u8 *const mem0) {
    golden *const m = W2C_OF_MEM0(golden, mem0);
    w2c_memory_init(m->memory0, &m->datas[0], 0u, 1u, 3u);
    m->datas[0].len = 0;
    return;
}

/* load_before_fill: (i32) -> (i32) */
W2C_FN u32 f_load_before_fill(u8 *const mem0, u32 p0) {
    golden *const m = W2C_OF_MEM0(golden, mem0);
    u32 i0;
    i0 = w2c_load_u32(mem0, p0, 0u);
    w2c_fill_c(mem0, m->own_memory0.size, p0, 0u, 4u);
    return i0;
}

/* operands: (i32) -> () */
W2C_FN void f_operands(u8 *const mem0, u32 p0) {
    golden *const m = W2C_OF_MEM0(golden, mem0);
    u32 i0, i1;
    i0 = w2c_load_u32(mem0, p0, 0u);
    i1 = w2c_i32_div_u(p0, 3u);
    w2c_fill_c(mem0, m->own_memory0.size, i0, i1, w2c_load_u32(mem0, 4u, 0u));
    return;
}
