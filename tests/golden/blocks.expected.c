/* value: (i32) -> (i32) */
W2C_FN u32 f_value(golden *const m, u32 p0) {
    u32 i0;
    if (p0 != 0) { i0 = 1u; goto L1; }
    i0 = 2u;
L1:;
    return i0;
}

/* below: (i32) -> (i32) */
W2C_FN u32 f_below(golden *const m, u32 p0) {
    u32 i0, i1;
    i0 = p0;
    if (p0 != 0) { i1 = 5u; goto L1; }
    i1 = 5u + 1u;
L1:;
    return i0 + i1;
}

/* carried: (i32, i64) -> (i64) */
W2C_FN u64 f_carried(golden *const m, u32 p0, u64 p1) {
    u32 i0;
    u64 j1;
    if (p1 == 0) { i0 = p0; j1 = p1; goto L1; }
    i0 = p0;
    j1 = p1 * 3ull;
L1:;
    p1 = j1;
    return p1;
}

/* no_branch: (i32) -> (i32) */
W2C_FN u32 f_no_branch(golden *const m, u32 p0) {
    return p0 + 1u;
}

/* dead: (i32) -> (i32) */
W2C_FN u32 f_dead(golden *const m, u32 p0) {
    u32 i0;
    i0 = p0; goto L1;
L1:;
    return i0;
}

/* params: (i32, i32) -> (i32) */
W2C_FN u32 f_params(golden *const m, u32 p0, u32 p1) {
    u32 i0, i1;
    i0 = p0;
    i1 = p1;
    if (p0 != 0) { i0 = 9u; goto L1; }
    i0 = i0 - i1;
L1:;
    return i0;
}

/* out_of_two: (i32) -> (i32) */
W2C_FN u32 f_out_of_two(golden *const m, u32 p0) {
    if (p0 != 0) goto L2;
    if (p0 == 0) goto L1;
    return 1u;
L2:;
    return 2u;
L1:;
    return 3u;
}
