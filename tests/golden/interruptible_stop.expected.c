/* leaf: (i32) -> (i32) */
W2C_FN u32 f_leaf(u8 *const mem0, u32 p0) {
    return p0 * 3u;
}

/* fac: (i64) -> (i64) */
W2C_COPY u64 q_fac(w2c_instance *, u64);
W2C_COPY u64 r_fac(w2c_instance *, u64);
W2C_COPY u64 s_fac(w2c_instance *, u64);
W2C_FN u64 f_fac(w2c_instance *instance, u64 p0) {
    golden *const m = (golden *)instance;
    u64 j0, j1;
    W2C_ENTER(m);
    w2c_poll(W2C_METER(m));
    if (p0 == 0) {
        j0 = 1ull;
    } else {
        j1 = q_fac(&m->w2c, p0 - 1ull);
        j0 = p0 * j1;
    }
    W2C_KEEP_FRAME; return j0;
}

/* calls: (i32) -> (i32) */
W2C_FN u32 f_calls(w2c_instance *instance, u32 p0) {
    golden *const m = (golden *)instance;
    u8 *const mem0 = W2C_MEM0(m);
    u32 i0;
    i0 = f_leaf(mem0, p0);
    i0 = f_leaf(mem0, i0);
    return i0;
}

/* sum: (i32, i32) -> (i32) */
W2C_FN W2C_LOOPS u32 f_sum(w2c_instance *instance, u32 p0, u32 p1) {
    golden *const m = (golden *)instance;
    u8 *const mem0 = W2C_MEM0(m);
    u32 l2 = 0;
    w2c_meter *const meter = W2C_METER(m);
    {
        const u64 n = w2c_turns_lt((p0 + 4u), p1, 4, UINT32_MAX) + 1;
        const u64 a0 = p0;
        if (w2c_turns_ok(n) && n <= W2C_UNINTERRUPTED &&
            W2C_LIKELY(w2c_inside(m->memory0->size, a0, (n - 1) * 4 + 4))) {
            u8 *const q0 = mem0 + a0;
            W2C_UNROLL
            W2C_HOT for (u64 k = 0; k != n; k++) {
                const u32 t1 = l2 + w2c_get_u32(q0 + k * 4);
                l2 = t1;
            }
            const u32 x0 = (p0 + (u32)(n - 1) * 4u + 4u);
            p0 = x0;
            goto D1;
        }
    }
L1: w2c_poll(meter); W2C_LOOP();
    l2 = l2 + w2c_load_u32(mem0, p0, 0u);
    p0 = p0 + 4u;
    if (p0 < p1) goto L1;
D1:;
    return l2;
}
