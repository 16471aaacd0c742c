/* sum: (i32) -> (i32) */
W2C_FN u32 f_sum(u8 *const mem0, u32 p0) {
    u32 l1 = 0;
L2: W2C_LOOP();
    if (p0 == 0) goto L1;
    l1 = l1 + p0;
    p0 = p0 - 1u;
    goto L2;
L1:;
    return l1;
}

/* bottom_tested: (i32, i32) -> () */
W2C_FN W2C_LOOPS void f_bottom_tested(u8 *const mem0, u32 p0, u32 p1) {
    golden *const m = W2C_OF_MEM0(golden, mem0);
    {
        const u64 n = w2c_turns_ne((u32)((p1 - 1u) - 0u), 1) + 1;
        const u64 a0 = p0;
        if (w2c_turns_ok(n) &&
            W2C_LIKELY(w2c_inside(m->memory0->size, a0, (n - 1) * 1 + 1))) {
            u8 *const q0 = mem0 + a0;
            W2C_UNROLL
            W2C_HOT for (u64 k = 0; k != n; k++) {
                w2c_put_u8(q0 + k, (u8)0u);
            }
            W2C_STORED;
            const u32 x0 = (p0 + (u32)(n - 1) + 1u);
            const u32 x1 = (p1 - (u32)(n - 1) - 1u);
            p0 = x0;
            p1 = x1;
            goto D1;
        }
    }
L1: W2C_LOOP();
    w2c_store_u8(mem0, p0, 0u, (u8)0u);
    p0 = p0 + 1u;
    p1 = p1 - 1u;
    if (p1 != 0) goto L1;
D1:;
    return;
}

/* with_params: (i32) -> (i32) */
W2C_FN u32 f_with_params(u8 *const mem0, u32 p0) {
    u32 i0, i1;
    i1 = p0;
    i0 = 1u;
L1: W2C_LOOP();
    p0 = i1;
    i0 = i0 * p0;
    i1 = p0 - 1u;
    if (p0 != 0) goto L1;
    return i0;
}

/* endless: () -> () */
W2C_FN void f_endless(u8 *const mem0) {
L1: W2C_LOOP();
    goto L1;
}

/* nested: (i32, i32) -> () */
W2C_FN void f_nested(u8 *const mem0, u32 p0, u32 p1) {
    u32 l2 = 0;
L1: W2C_LOOP();
    l2 = p1;
L2: W2C_LOOP();
    l2 = l2 - 1u;
    if (l2 != 0) goto L2;
    p0 = p0 - 1u;
    if (p0 != 0) goto L1;
    return;
}
