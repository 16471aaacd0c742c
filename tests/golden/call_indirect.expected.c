/* inc: (i32) -> (i32) */
W2C_FN u32 f_inc(w2c_instance *instance, u32 p0) {
    golden *const m = (golden *)instance;
    return p0 + 1u;
}

/* plain: (i32, i32) -> (i32) */
W2C_FN u32 f_plain(golden *const m, u32 p0, u32 p1) {
    u32 i0;
    const w2c_func *fn;
    W2C_ENTER(m);
    fn = w2c_table_func(m->table0, p1, &w2c_type_i_i);
    i0 = ((w2c_fn_i_i *)fn->code)(fn->instance, p0);
    W2C_KEEP_FRAME; return i0;
}

/* second: (i32) -> (i32) */
W2C_FN u32 f_second(golden *const m, u32 p0) {
    const f64 one_d = w2c_opaque_f64(1.0);
    u32 i0, i1;
    f64 d0;
    const w2c_func *fn;
    W2C_ENTER(m);
    fn = w2c_table_func(m->table1, 1u, &w2c_type_id_di);
    { const struct w2c_res_di res = ((w2c_fn_id_di *)fn->code)(fn->instance, p0, one_d); d0 = res.r0; i1 = res.r1; }
    i0 = w2c_i32_trunc_f64_s(d0);
    W2C_KEEP_FRAME; return i0;
}

/* args_trap: (i32, i32) -> (i32) */
W2C_FN u32 f_args_trap(golden *const m, u32 p0, u32 p1) {
    u8 *const mem0 = m->mem0;
    u32 i0, i1;
    const w2c_func *fn;
    W2C_ENTER(m);
    i0 = w2c_load_u32(mem0, p0, 0u);
    i1 = (u32)w2c_load_u8(mem0, p1, 0u);
    fn = w2c_table_func(m->table0, i1, &w2c_type_i_i);
    i0 = ((w2c_fn_i_i *)fn->code)(fn->instance, i0);
    W2C_KEEP_FRAME; return i0;
}

/* chained: (i32) -> (i32) */
W2C_FN u32 f_chained(golden *const m, u32 p0) {
    u32 i0;
    const w2c_func *fn;
    W2C_ENTER(m);
    fn = w2c_table_func(m->table0, 0u, &w2c_type_i_i);
    i0 = ((w2c_fn_i_i *)fn->code)(fn->instance, p0);
    fn = w2c_table_func(m->table0, 1u, &w2c_type_i_i);
    i0 = ((w2c_fn_i_i *)fn->code)(fn->instance, i0);
    W2C_KEEP_FRAME; return i0;
}
