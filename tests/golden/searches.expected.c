/* length: (i32) -> (i32) */
W2C_FN u32 f_length(u8 *const mem0, u32 p0) {
    golden *const m = W2C_OF_MEM0(golden, mem0);
    u32 l1 = 0;
    l1 = p0;
    { /* looks for a byte */
        const u64 a0 = l1;
        u64 room = w2c_scan_room(m->own_memory0.size, a0, 1, 1);
        if (room > 0) {
            const u8 *const q0 = mem0 + a0;
            u64 k = 0;
            const u64 n = w2c_scan_stop(q0 + k, room, room, 0);
            if (n > 0) {
                k = n - 1;
                const u32 x0 = (l1 + (u32)k + 1u);
                l1 = x0;
            }
        }
    }
L2: W2C_LOOP();
    if ((u32)w2c_load_u8(mem0, l1, 0u) == 0) goto L1;
    l1 = l1 + 1u;
    goto L2;
L1:;
    return l1 - p0;
}

/* compare: (i32, i32, i32) -> (i32) */
W2C_FN u32 f_compare(u8 *const mem0, u32 p0, u32 p1, u32 p2) {
    golden *const m = W2C_OF_MEM0(golden, mem0);
    { /* compares bytes */
        const u64 a0 = p0;
        const u64 a1 = p1;
        u64 room = w2c_scan_room(m->own_memory0.size, w2c_later(a0, a1), 1, 1);
        u64 limit = w2c_scan_turns(w2c_turns_ne((u32)(p2 - 0u), 1));
        if (limit > W2C_SCAN_LEAST) {
            const u8 *const q0 = mem0 + a0;
            const u8 *const q1 = mem0 + a1;
            u64 k = 0;
            const u64 n = w2c_scan_match(q0 + k, q1 + k, room, limit);
            if (n > 0) {
                k = n - 1;
                const u32 x0 = (p0 + (u32)k + 1u);
                const u32 x1 = (p1 + (u32)k + 1u);
                const u32 x2 = (p2 - (u32)k - 1u);
                p0 = x0;
                p1 = x1;
                p2 = x2;
            }
        }
    }
L2: W2C_LOOP();
    if (p2 == 0) goto L1;
    if ((u32)w2c_load_u8(mem0, p0, 0u) != (u32)w2c_load_u8(mem0, p1, 0u)) goto L1;
    p0 = p0 + 1u;
    p1 = p1 + 1u;
    p2 = p2 - 1u;
    goto L2;
L1:;
    return p2;
}

/* outside: (i32, i32, i32, i32) -> (i32) */
W2C_FN u32 f_outside(u8 *const mem0, u32 p0, u32 p1, u32 p2, u32 p3) {
    golden *const m = W2C_OF_MEM0(golden, mem0);
    u32 l4 = 0, l5 = 0, l6 = 0;
    { /* looks for a byte of a set */
        const u64 a0 = p0 + l4;
        u64 room = w2c_scan_room(m->own_memory0.size, a0, 1, 1);
        u64 limit = w2c_scan_turns(w2c_turns_ne((u32)(p1 - l4), 1));
        const u64 set = p2;
        const u64 set_room = w2c_scan_room(m->own_memory0.size, set, 1, 1);
        const u64 count = w2c_set_counted(set_room, w2c_turns_ne((u32)(p3 - 0u), 1), 0);
        if (limit > W2C_SCAN_LEAST && count <= W2C_SET_MOST) {
            const u8 *const q0 = mem0 + a0;
            u64 k = 0;
            const u64 n = w2c_scan_lag(w2c_scan_outside(q0 + k, room, w2c_fewer(room, limit), mem0 + set + 0, count, W2C_SET_NONE));
            if (n > 0) {
                k = n - 1;
                const u32 x0 = (u32)w2c_get_u8(q0 + k);
                const u32 x1 = (l4 + (u32)k + 1u);
                l6 = x0;
                l4 = x1;
            }
        }
    }
L2: W2C_LOOP();
    if (l4 == p1) goto L1;
    l6 = (u32)w2c_load_u8(mem0, p0 + l4, 0u);
    l5 = 0u;
    { /* looks for a byte */
        const u64 a0 = p2 + l5;
        u64 room = w2c_scan_room(m->own_memory0.size, a0, 1, 1);
        u64 limit = w2c_scan_turns(w2c_turns_ne((u32)(p3 - l5), 1));
        if (limit > W2C_SCAN_LEAST && (l6 == (l6 & 255u))) {
            const u8 *const q0 = mem0 + a0;
            u64 k = 0;
            const u64 n = w2c_scan_stop(q0 + k, room, limit, (u8)l6);
            if (n > 0) {
                k = n - 1;
                const u32 x0 = (l5 + (u32)k + 1u);
                l5 = x0;
            }
        }
    }
L4: W2C_LOOP();
    if (l5 == p3) goto L3;
    if (l6 == (u32)w2c_load_u8(mem0, p2 + l5, 0u)) goto L1;
    l5 = l5 + 1u;
    goto L4;
L3:;
    l4 = l4 + 1u;
    goto L2;
L1:;
    return l4;
}

/* inside: (i32, i32) -> (i32) */
W2C_FN u32 f_inside(u8 *const mem0, u32 p0, u32 p1) {
    golden *const m = W2C_OF_MEM0(golden, mem0);
    u32 l2 = 0, l3 = 0, l4 = 0, l5 = 0;
    { /* looks for a byte outside a set */
        const u64 a0 = p0 + l2;
        u64 room = w2c_scan_room(m->own_memory0.size, a0, 1, 1);
        const u64 set = p1;
        const u64 set_room = w2c_scan_room(m->own_memory0.size, set, 1, 1);
        const u64 count = w2c_set_string(mem0 + set + 0, set_room, 0);
        if (room > 0 && count <= W2C_SET_MOST) {
            const u8 *const q0 = mem0 + a0;
            u64 k = 0;
            const u64 n = w2c_scan_inside(q0 + k, room, room, mem0 + set + 0, count, W2C_SET_NONE);
            if (n > 0) {
                k = n - 1;
                const u32 x0 = (u32)w2c_get_u8(q0 + k);
                const u32 x1 = (l2 + (u32)k + 1u);
                l4 = x0;
                l2 = x1;
            }
        }
    }
L2: W2C_LOOP();
    l4 = (u32)w2c_load_u8(mem0, p0 + l2, 0u);
    l3 = p1;
    { /* looks for one of two bytes */
        const u64 a0 = l3;
        u64 room = w2c_scan_room(m->own_memory0.size, a0, 1, 1);
        if (room > 0 && (l4 == (l4 & 255u))) {
            const u8 *const q0 = mem0 + a0;
            u64 k = 0;
            const u64 n = w2c_scan_stop2(q0 + k, room, room, 0, (u8)l4);
            if (n > 0) {
                k = n - 1;
                const u32 x0 = (u32)w2c_get_u8(q0 + k);
                const u32 x1 = (l3 + (u32)k + 1u);
                l5 = x0;
                l3 = x1;
            }
        }
    }
L3: W2C_LOOP();
    l5 = (u32)w2c_load_u8(mem0, l3, 0u);
    if (l5 == 0) goto L1;
    l3 = l3 + 1u;
    if (l5 != l4) goto L3;
    l2 = l2 + 1u;
    goto L2;
L1:;
    return l2;
}
