/* largest: (i32, i32) -> (i32) */
W2C_FN W2C_LOOPS u32 f_largest(u8 *const mem0, u32 p0, u32 p1) {
    golden *const m = W2C_OF_MEM0(golden, mem0);
    u32 l2 = 0, l3 = 0;
    {
        const u64 n = w2c_turns_ne((u32)(p1 - (p0 + 4u)), 4) + 1;
        const u64 a0 = p0;
        if (w2c_turns_ok(n) &&
            W2C_LIKELY(w2c_inside(m->memory0->size, a0, (n - 1) * 4 + 4))) {
            u8 *const q0 = mem0 + a0;
            W2C_HOT for (u64 k = 0; k != n; k++) {
                u32 t1;
                u32 m6;
                t1 = w2c_get_u32(q0 + k * 4);
                m6 = l2;
                if ((s32)t1 > (s32)l2) {
                    m6 = t1;
                }
                l3 = t1;
                l2 = m6;
            }
            const u32 x0 = (p0 + (u32)(n - 1) * 4u + 4u);
            p0 = x0;
            goto D1;
        }
    }
L1: W2C_LOOP();
    l3 = w2c_load_u32(mem0, p0, 0u);
    if ((s32)l3 > (s32)l2) {
        l2 = l3;
    }
    p0 = p0 + 4u;
    if (p0 != p1) goto L1;
D1:;
    return l2;
}

/* either: (i32, i32) -> () */
W2C_FN W2C_LOOPS void f_either(u8 *const mem0, u32 p0, u32 p1) {
    golden *const m = W2C_OF_MEM0(golden, mem0);
    const f32 one_f = w2c_opaque_f32(1.0f);
    {
        const u64 n = w2c_turns_lt((p0 + 4u), p1, 4, UINT32_MAX) + 1;
        const u64 a0 = p0;
        if (w2c_turns_ok(n) &&
            W2C_LIKELY(w2c_inside(m->memory0->size, a0, (n - 1) * 4 + 4100))) {
            u8 *const q0 = mem0 + a0;
            W2C_HOT for (u64 k = 0; k != n; k++) {
                if ((w2c_get_u32(q0 + k * 4) & 1u) != 0) {
                    w2c_put_u32(q0 + k * 4, (u32)0u);
                } else {
                    w2c_put_f32(q0 + k * 4 + 4096, one_f);
                }
            }
            W2C_STORED;
            const u32 x0 = (p0 + (u32)(n - 1) * 4u + 4u);
            p0 = x0;
            goto D1;
        }
    }
L1: W2C_LOOP();
    if ((w2c_load_u32(mem0, p0, 0u) & 1u) != 0) {
        w2c_store_u32(mem0, p0, 0u, 0u);
    } else {
        w2c_store_f32(mem0, p0, 4096u, one_f);
    }
    p0 = p0 + 4u;
    if (p0 < p1) goto L1;
D1:;
    return;
}

/* blocks: (i32, i32, i32) -> (i32) */
W2C_FN W2C_LOOPS u32 f_blocks(u8 *const mem0, u32 p0, u32 p1, u32 p2) {
    golden *const m = W2C_OF_MEM0(golden, mem0);
    u32 l3 = 0;
    {
        const u64 n = w2c_turns_ne((u32)(p1 - (p0 + 1u)), 1) + 1;
        const u64 a0 = p0;
        if (w2c_turns_ok(n) &&
            W2C_LIKELY(w2c_inside(m->memory0->size, a0, (n - 1) * 1 + 1))) {
            u8 *const q0 = mem0 + a0;
            W2C_HOT for (u64 k = 0; k != n; k++) {
                u32 m2;
                m2 = l3;
                if (!((u32)w2c_get_u8(q0 + k) == 0)) {
                    if ((u32)w2c_get_u8(q0 + k) == p2) {
                        const u32 x0 = (p0 + (u32)k);
                        p0 = x0;
                        goto L1;
                    }
                    m2 = l3;
                    if (!((u32)w2c_get_u8(q0 + k) == 32u)) {
                        m2 = l3 + 1u;
                    }
                }
                l3 = m2;
            }
            const u32 x0 = (p0 + (u32)(n - 1) + 1u);
            p0 = x0;
            goto D2;
        }
    }
L2: W2C_LOOP();
    if ((u32)w2c_load_u8(mem0, p0, 0u) == 0) goto L3;
    if ((u32)w2c_load_u8(mem0, p0, 0u) == p2) goto L1;
    if ((u32)w2c_load_u8(mem0, p0, 0u) == 32u) goto L3;
    l3 = l3 + 1u;
L3:;
    p0 = p0 + 1u;
    if (p0 != p1) goto L2;
D2:;
L1:;
    return l3;
}

/* cases: (i32, i32) -> () */
W2C_FN W2C_LOOPS void f_cases(u8 *const mem0, u32 p0, u32 p1) {
    golden *const m = W2C_OF_MEM0(golden, mem0);
    {
        const u64 n = w2c_turns_ne((u32)(p1 - (p0 + 1u)), 1) + 1;
        const u64 a0 = p0;
        if (w2c_turns_ok(n) &&
            W2C_LIKELY(w2c_inside(m->memory0->size, a0, (n - 1) * 1 + 1))) {
            u8 *const q0 = mem0 + a0;
            W2C_HOT for (u64 k = 0; k != n; k++) {
                const u32 t1 = (u32)w2c_get_u8(q0 + k);
                if (!(t1 == 0u)) {
                    if (t1 == 1u) {
                        goto J6;
                    }
                    goto J7;
                }
                w2c_put_u8(q0 + k, (u8)7u);
                goto J7;
J6:;
                w2c_put_u8(q0 + k, (u8)9u);
J7:;
            }
            W2C_STORED;
            const u32 x0 = (p0 + (u32)(n - 1) + 1u);
            p0 = x0;
            goto D1;
        }
    }
L1: W2C_LOOP();
    switch ((u32)w2c_load_u8(mem0, p0, 0u)) {
    case 0u: goto L4;
    case 1u: goto L3;
    default: goto L2;
    }
L4:;
    w2c_store_u8(mem0, p0, 0u, (u8)7u);
    goto L2;
L3:;
    w2c_store_u8(mem0, p0, 0u, (u8)9u);
L2:;
    p0 = p0 + 1u;
    if (p0 != p1) goto L1;
D1:;
    return;
}

/* stride: (i32, i32, i32) -> () */
W2C_FN W2C_LOOPS void f_stride(u8 *const mem0, u32 p0, u32 p1, u32 p2) {
    golden *const m = W2C_OF_MEM0(golden, mem0);
    {
        const u64 n = w2c_turns_lt_by((p0 + p2), p1, (s64)(s32)p2, UINT32_MAX) + 1;
        const u64 a0 = p0;
        const s64 s0 = (s32)p2;
        if (w2c_turns_ok(n) &&
            W2C_LIKELY(w2c_inside_by(m->memory0->size, a0, n - 1, s0, 1, 1))) {
            u8 *const q0 = mem0 + a0;
            W2C_UNROLL
            W2C_HOT for (u64 k = 0; k != n; k++) {
                w2c_put_u8(q0 + (s64)k * s0, (u8)0u);
            }
            W2C_STORED;
            const u32 x0 = (p0 + p2 + (u32)(n - 1) * p2);
            p0 = x0;
            goto D1;
        }
    }
L1: W2C_LOOP();
    w2c_store_u8(mem0, p0, 0u, (u8)0u);
    p0 = p0 + p2;
    if (p0 < p1) goto L1;
D1:;
    return;
}

/* divide: (i32, i32, i32) -> () */
W2C_FN W2C_LOOPS void f_divide(u8 *const mem0, u32 p0, u32 p1, u32 p2) {
    golden *const m = W2C_OF_MEM0(golden, mem0);
    {
        const u64 n = w2c_turns_ne((u32)(p1 - (p0 + 4u)), 4) + 1;
        const u64 a0 = p0;
        if (w2c_turns_ok(n) &&
            W2C_LIKELY(w2c_inside(m->memory0->size, a0, (n - 1) * 4 + 4)) &&
            p2 != 0 &&
            p2 + 1 != 0) {
            u8 *const q0 = mem0 + a0;
            W2C_UNROLL
            W2C_HOT for (u64 k = 0; k != n; k++) {
                w2c_put_u32(q0 + k * 4, (u32)w2c_i32_div_s(w2c_get_u32(q0 + k * 4), p2));
            }
            W2C_STORED;
            const u32 x0 = (p0 + (u32)(n - 1) * 4u + 4u);
            p0 = x0;
            goto D1;
        }
    }
L1: W2C_LOOP();
    w2c_store_u32(mem0, p0, 0u, w2c_i32_div_s(w2c_load_u32(mem0, p0, 0u), p2));
    p0 = p0 + 4u;
    if (p0 != p1) goto L1;
D1:;
    return;
}

/* sum: (i32, i32) -> (i32) */
W2C_FN W2C_LOOPS u32 f_sum(u8 *const mem0, u32 p0, u32 p1) {
    golden *const m = W2C_OF_MEM0(golden, mem0);
    u32 l2 = 0;
    {
        const u64 n = w2c_turns_ne((u32)(p1 - (p0 + 8u)), 8) + 1;
        const u64 a0 = p0;
        if (w2c_turns_ok(n) &&
            W2C_LIKELY(w2c_inside(m->memory0->size, a0, (n - 1) * 8 + 8))) {
            u8 *const q0 = mem0 + a0;
            W2C_UNROLL
            W2C_HOT for (u64 k = 0; k != n * 2; k++) {
                const u32 t1 = w2c_get_u32(q0 + k * 4) + l2;
                l2 = t1;
            }
            const u32 x0 = (p0 + (u32)(n - 1) * 8u + 8u);
            p0 = x0;
            goto D1;
        }
    }
L1: W2C_LOOP();
    l2 = w2c_load_u32(mem0, p0, 4u) + (w2c_load_u32(mem0, p0, 0u) + l2);
    p0 = p0 + 8u;
    if (p0 != p1) goto L1;
D1:;
    return l2;
}
