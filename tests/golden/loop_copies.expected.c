/* rolled_up: (i32, i32) -> () */
W2C_FN W2C_LOOPS void f_rolled_up(u8 *const mem0, u32 p0, u32 p1) {
    golden *const m = W2C_OF_MEM0(golden, mem0);
    u32 l2 = 0;
    {
        const u64 n = w2c_turns_ne((u32)(8800u - (l2 + 16u)), 16) + 1;
        const u64 a0 = p1 + l2;
        const u64 a1 = p0 + l2;
        if (w2c_turns_ok(n) &&
            W2C_LIKELY(w2c_inside(m->memory0->size, a0, (n - 1) * 16 + 16)) &&
            W2C_LIKELY(w2c_inside(m->memory0->size, a1, (n - 1) * 16 + 16))) {
            u8 *const q0 = w2c_apart(mem0 + a0);
            u8 *const q1 = w2c_apart(mem0 + a1);
            W2C_UNROLL
            W2C_HOT for (u64 k = 0; k != n * 2; k++) {
                w2c_put_f64(q1 + k * 8, w2c_get_f64(q0 + k * 8) + w2c_get_f64(q1 + k * 8));
            }
            W2C_STORED;
            const u32 x0 = (l2 + (u32)(n - 1) * 16u + 16u);
            l2 = x0;
            goto D1;
        }
    }
L1: W2C_LOOP();
    w2c_store_f64(mem0, p0 + l2, 0u, w2c_load_f64(mem0, p1 + l2, 0u) + w2c_load_f64(mem0, p0 + l2, 0u));
    w2c_store_f64(mem0, p0 + l2, 8u, w2c_load_f64(mem0, p1 + l2, 8u) + w2c_load_f64(mem0, p0 + l2, 8u));
    l2 = l2 + 16u;
    if (l2 != 8800u) goto L1;
D1:;
    return;
}

/* down: (i32, i32) -> (i32) */
W2C_FN W2C_LOOPS u32 f_down(u8 *const mem0, u32 p0, u32 p1) {
    golden *const m = W2C_OF_MEM0(golden, mem0);
    u32 l2 = 0;
    {
        const u64 n = w2c_turns_le(~((p1 - 1u) ^ 0x80000000u), ~(0u ^ 0x80000000u), 1, UINT32_MAX) + 1;
        const u64 a0 = p0 + p1 * 2u;
        if (w2c_turns_ok(n) &&
            W2C_LIKELY((n - 1) * 2 <= a0 && w2c_inside(m->memory0->size, a0, 4))) {
            u8 *const q0 = mem0 + a0;
            W2C_UNROLL
            W2C_HOT for (u64 k = 0; k != n; k++) {
                const u32 t1 = l2 + (u32)w2c_get_s16(q0 - k * 2 + 2);
                l2 = t1;
            }
            const u32 x0 = (p1 - (u32)(n - 1) - 1u);
            p1 = x0;
            goto D1;
        }
    }
L1: W2C_LOOP();
    l2 = l2 + (u32)w2c_load_s16(mem0, p0 + (p1 << 1), 2u);
    p1 = p1 - 1u;
    if ((s32)p1 >= (s32)0u) goto L1;
D1:;
    return l2;
}

/* top_tested: (i32, i32) -> () */
W2C_FN W2C_LOOPS void f_top_tested(u8 *const mem0, u32 p0, u32 p1) {
    golden *const m = W2C_OF_MEM0(golden, mem0);
    {
        u64 n = w2c_turns_lt(p0, p1, 1, UINT32_MAX);
        const u64 a0 = p0;
        if (w2c_turns_ok(n) &&
            W2C_LIKELY(w2c_inside(m->memory0->size, a0, (n - 1) * 1 + 1))) {
            u8 *const q0 = mem0 + a0;
            W2C_UNROLL
            W2C_HOT for (u64 k = 0; k != n; k++) {
                w2c_put_u8(q0 + k, (u8)7u);
            }
            W2C_STORED;
            const u32 x0 = (p0 + (u32)(n - 1) + 1u);
            p0 = x0;
        }
    }
L2: W2C_LOOP();
    if (p0 >= p1) goto L1;
    w2c_store_u8(mem0, p0, 0u, (u8)7u);
    p0 = p0 + 1u;
    goto L2;
D2:;
L1:;
    return;
}

/* search: (i32, i32) -> (i32) */
W2C_FN W2C_LOOPS u32 f_search(u8 *const mem0, u32 p0, u32 p1) {
    golden *const m = W2C_OF_MEM0(golden, mem0);
    {
        const u64 n = w2c_turns_ne((u32)(p1 - (p0 + 4u)), 4) + 1;
        const u64 a0 = p0;
        if (w2c_turns_ok(n) &&
            W2C_LIKELY(w2c_inside(m->memory0->size, a0, (n - 1) * 4 + 4))) {
            u8 *const q0 = mem0 + a0;
            W2C_HOT for (u64 k = 0; k != n; k++) {
                if (w2c_get_u32(q0 + k * 4) == 42u) {
                    const u32 x0 = (p0 + (u32)k * 4u);
                    p0 = x0;
                    goto L1;
                }
            }
            const u32 x0 = (p0 + (u32)(n - 1) * 4u + 4u);
            p0 = x0;
            goto D2;
        }
    }
L2: W2C_LOOP();
    if (w2c_load_u32(mem0, p0, 0u) == 42u) goto L1;
    p0 = p0 + 4u;
    if (p0 != p1) goto L2;
D2:;
L1:;
    return p0;
}

/* calls: (i32) -> () */
W2C_FN void f_calls(u8 *const mem0, u32 p0) {
    golden *const m = W2C_OF_MEM0(golden, mem0);
    W2C_ENTER(m);
L1: W2C_LOOP();
    w2c_store_u32(mem0, p0, 0u, 0u);
    i_env_call(m);
    if (W2C_THROWN(m)) return;
    p0 = p0 - 4u;
    if (p0 != 0) goto L1;
    W2C_KEEP_FRAME; return;
}
