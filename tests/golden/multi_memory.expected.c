/* move: (i32) -> () */
W2C_FN void f_move(golden *const m, u32 p0) {
    u8 *const mem1 = m->mem1;
    u8 *const mem2 = m->mem2;
    w2c_store_u32(mem2, p0, 0u, w2c_load_u32(mem1, p0, 0u));
    return;
}

/* imported: (i32) -> (i32) */
W2C_FN u32 f_imported(golden *const m, u32 p0) {
    u8 *const mem0 = m->mem0;
    u32 i0;
    i0 = (u32)w2c_load_u8(mem0, p0, 0u);
    return i0;
}

/* copy: (i32, i32) -> () */
W2C_FN void f_copy(golden *const m, u32 p0, u32 p1) {
    u8 *const mem1 = m->mem1;
    u8 *const mem2 = m->mem2;
    w2c_copy_c(mem1, m->own_memory1.size, mem2, m->own_memory2.size, p0, p1, 16u);
    return;
}

/* init: (i32) -> () */
W2C_FN void f_init(golden *const m, u32 p0) {
    w2c_memory_init(m->memory2, &m->datas[0], p0, 0u, 5u);
    return;
}

/* sizes: () -> (i32) */
W2C_FN u32 f_sizes(golden *const m) {
    return (u32)m->memory1->pages + (u32)m->memory2->pages;
}

/* grow: () -> (i32) */
W2C_FN u32 f_grow(golden *const m) {
    u32 i0;
    i0 = (u32)w2c_memory_grow(m->memory2, 1u);
    return i0;
}
