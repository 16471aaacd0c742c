/* inc: (i32) -> (i32) */
W2C_FN u32 f_inc(u8 *const mem0, u32 p0) {
    return p0 + 1u;
}

/* plain: (i32, i32) -> (i32) */
W2C_FN u32 f_plain(u8 *const mem0, u32 p0, u32 p1) {
    golden *const m = W2C_OF_MEM0(golden, mem0);
    u32 i0;
    W2C_ENTER(m);
    i0 = ((golden_fn_i_i *)W2C_FIXED_FUNC(golden_fixed0, golden_slots0, p1, golden_is_i_i))(mem0, p0);
    W2C_KEEP_FRAME; return i0;
}

/* second: (i32) -> (i32) */
W2C_FN u32 f_second(u8 *const mem0, u32 p0) {
    golden *const m = W2C_OF_MEM0(golden, mem0);
    const f64 one_d = w2c_opaque_f64(1.0);
    u32 i0, i1;
    f64 d0;
    W2C_ENTER(m);
    { const struct w2c_res_di res = ((golden_fn_id_di *)W2C_FIXED_FUNC(golden_fixed1, golden_slots1, 1u, golden_is_id_di))(mem0, p0, one_d); d0 = res.r0; i1 = res.r1; }
    i0 = w2c_i32_trunc_f64_s(d0);
    W2C_KEEP_FRAME; return i0;
}

/* args_trap: (i32, i32) -> (i32) */
W2C_FN u32 f_args_trap(u8 *const mem0, u32 p0, u32 p1) {
    golden *const m = W2C_OF_MEM0(golden, mem0);
    u32 i0, i1;
    W2C_ENTER(m);
    i0 = w2c_load_u32(mem0, p0, 0u);
    i1 = (u32)w2c_load_u8(mem0, p1, 0u);
    i0 = ((golden_fn_i_i *)W2C_FIXED_FUNC(golden_fixed0, golden_slots0, i1, golden_is_i_i))(mem0, i0);
    W2C_KEEP_FRAME; return i0;
}

/* chained: (i32) -> (i32) */
W2C_FN u32 f_chained(u8 *const mem0, u32 p0) {
    golden *const m = W2C_OF_MEM0(golden, mem0);
    u32 i0;
    W2C_ENTER(m);
    i0 = f_inc(mem0, p0);
    i0 = f_inc(mem0, i0);
    W2C_KEEP_FRAME; return i0;
}
