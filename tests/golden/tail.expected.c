/* leaf: (i32, f32, i64) -> (i64) */
W2C_FN u64 f_leaf(w2c_instance *instance, u32 p0, f32 p1, u64 p2) {
    golden *const m = (golden *)instance;
    return p2;
}

/* up: (i32, f32, i64) -> (i64) */
W2C_FN W2C_TAIL_FN(t_up) {
    u32 p0 = (u32)W2C_TAKE_I(0);
    f32 p1 = w2c_tail_to_f32(W2C_TAKE_D(0));
    u64 p2 = W2C_TAKE_I(1);
    golden *const m = (golden *)instance;
    { w2c_tail_fn *next; W2C_TAIL_SLOT_FUNC(next, golden_tails0_ifl_l, golden_slots0, p0);
    W2C_TAIL_CALL(next, W2C_I2(W2C_RAW_I(0, p0), p2 + 1ull), W2C_D1(W2C_RAW_D(0, p1))); }
    w2c_trap(W2C_TRAP_UNREACHABLE);
}

/* down: (i32, f32, i64) -> (i64) */
W2C_FN W2C_TAIL_FN(t_down) {
    u32 p0 = (u32)W2C_TAKE_I(0);
    f32 p1 = w2c_tail_to_f32(W2C_TAKE_D(0));
    u64 p2 = W2C_TAKE_I(1);
    golden *const m = (golden *)instance;
    p0 = p0 - 1u;
    W2C_TAIL_CALL(t_leaf, W2C_I2((u64)(p0), p2), W2C_D1(W2C_RAW_D(0, p1)));
    w2c_trap(W2C_TRAP_UNREACHABLE);
}

/* by_ref: ((ref null #8d3304f36dc49a8390b4e05e19bed80d68c983248de4625e034c8289a6bc29f8), i32, f32) -> (i64) */
W2C_FN W2C_TAIL_FN(t_by_ref) {
    w2c_ref p0 = (w2c_ref)(uintptr_t)W2C_TAKE_I(0);
    u32 p1 = (u32)W2C_TAKE_I(1);
    f32 p2 = w2c_tail_to_f32(W2C_TAKE_D(0));
    golden *const m = (golden *)instance;
    const w2c_func *fn;
    W2C_TAIL_REF_FUNC(fn, p0);
    W2C_TAIL_CALL_FUNC(fn, w2c_via_ifl_l, W2C_I2(W2C_RAW_I(1, p1), 7ull), W2C_D1(W2C_RAW_D(0, p2)));
    w2c_trap(W2C_TRAP_UNREACHABLE);
}

/* to_host: (i32, f32, i64) -> (i64) */
W2C_FN W2C_TAIL_FN(t_to_host) {
    u32 p0 = (u32)W2C_TAKE_I(0);
    f32 p1 = w2c_tail_to_f32(W2C_TAKE_D(0));
    u64 p2 = W2C_TAKE_I(1);
    golden *const m = (golden *)instance;
    { const w2c_func *const fn = __atomic_load_n(&m->i_env_other, __ATOMIC_ACQUIRE); W2C_TAIL_CALL_FUNC(fn, w2c_via_ifl_l, W2C_I2(W2C_RAW_I(0, p0), p2), W2C_D1(W2C_RAW_D(0, p1))); }
    w2c_trap(W2C_TRAP_UNREACHABLE);
}

/* count: (i32, i64) -> (i64) */
W2C_FN u64 f_count(w2c_instance *instance, u32 p0, u64 p1) {
T0: W2C_LOOP();
    golden *const m = (golden *)instance;
    if (p0 == 0) {
        return p1;
    }
    { const u32 q0 = p0 - 1u; const u64 q1 = p1 + 2ull; p0 = q0; p1 = q1; goto T0; }
    w2c_trap(W2C_TRAP_UNREACHABLE);
}
