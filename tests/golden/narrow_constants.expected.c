/* checksum: (i32, i32) -> (i32) */
W2C_FN u32 f_checksum(u8 *const mem0, u32 p0, u32 p1) {
    u32 l2 = 0;
    l2 = p1 >> 1;
    p1 = ((p0 ^ p1) & 1u) != 0 ? (l2 ^ 40961u) : l2;
    l2 = (p1 >> 1) & 32767u;
    return (p1 & 1u) != 0 ? (l2 ^ 4294942721u) : l2;
}

/* around: (i32, i32) -> (i32) */
W2C_FN u32 f_around(u8 *const mem0, u32 p0, u32 p1) {
L1: W2C_LOOP();
    p0 = (p0 << 1) ^ (p1 != 0 ? 0u : 5u);
    p0 = p0 | 32768u;
    p1 = p1 - 1u;
    if (p1 != 0) goto L1;
    return p0 & 65535u;
}

/* down: (i32, i32) -> (i32) */
W2C_FN u32 f_down(u8 *const mem0, u32 p0, u32 p1) {
L1: W2C_LOOP();
    p0 = (p0 >> 1) | 2147483648u;
    p1 = p1 - 1u;
    if (p1 != 0) goto L1;
    return p0 & 65535u;
}

/* store: (i32, i64) -> () */
W2C_FN void f_store(u8 *const mem0, u32 p0, u64 p1) {
    w2c_store_u8(mem0, p0, 0u, (u8)(p0 ^ 128u));
    w2c_store_u16(mem0, p0, 0u, (u16)(p1 | 65533ull));
    return;
}

/* arms: (i32, i32) -> (i32) */
W2C_FN u32 f_arms(u8 *const mem0, u32 p0, u32 p1) {
    u32 i0;
    p0 = p0 ^ 65280u;
    if (p1 != 0) {
        i0 = p0 & 4095u;
    } else {
        i0 = w2c_i32_extend16_s(p0);
    }
    return i0;
}

/* unless: (i32, i32) -> (i32) */
W2C_FN u32 f_unless(u8 *const mem0, u32 p0, u32 p1) {
    p0 = p0 ^ 4294967292u;
    if (p1 != 0) {
        p0 = p0 & 255u;
    }
    return p0;
}

/* waiting: (i32, i32) -> (i32) */
W2C_FN u32 f_waiting(u8 *const mem0, u32 p0, u32 p1) {
    u32 i1;
    i1 = p0 ^ 65529u;
    if (p1 != 0) goto L1;
    i1 = p1 | 65529u;
L1:;
    return 65535u & i1;
}

/* sums: (i32) -> (i32) */
W2C_FN u32 f_sums(u8 *const mem0, u32 p0) {
    return ((p0 | 240u) * p0) & 255u;
}

/* rotated: (i32) -> (i32) */
W2C_FN u32 f_rotated(u8 *const mem0, u32 p0) {
    return w2c_i32_rotl(p0 | 4294967280u, 3u) & 255u;
}

/* signed: (i32) -> (i32) */
W2C_FN u32 f_signed(u8 *const mem0, u32 p0) {
    return w2c_i32_shr_s(p0 ^ 4294967292u, 8u) & 4278190081u;
}

/* extended: (i32) -> (i32) */
W2C_FN u32 f_extended(u8 *const mem0, u32 p0) {
    return w2c_i32_extend8_s(p0 ^ 252u) & 267386881u;
}

/* shifted: (i32, i32) -> (i32) */
W2C_FN u32 f_shifted(u8 *const mem0, u32 p0, u32 p1) {
    return w2c_i32_shr_u(p0 ^ 4294967292u, p1) & 255u;
}

/* wrapped: (i64) -> (i32) */
W2C_FN u32 f_wrapped(u8 *const mem0, u64 p0) {
    return (u32)(p0 & 4294967292ull);
}
