/* abs: (i32) -> (i32) */
W2C_FN u32 f_abs(golden *const m, u32 p0) {
    u32 i0;
    if ((s32)p0 < (s32)0u) {
        i0 = 0u - p0;
    } else {
        i0 = p0;
    }
    return i0;
}

/* no_else: (i32) -> (i32) */
W2C_FN u32 f_no_else(golden *const m, u32 p0) {
    if (p0 != 0) {
        p0 = 5u;
    }
    return p0;
}

/* params: (i32) -> (i32) */
W2C_FN u32 f_params(golden *const m, u32 p0) {
    u32 i0;
    i0 = p0;
    if (p0 != 0) {
        i0 = i0 * 2u;
    } else {
        i0 = i0 + 1u;
    }
    return i0;
}

/* empty_else_passes: (i32) -> (i32) */
W2C_FN u32 f_empty_else_passes(golden *const m, u32 p0) {
    u32 i0;
    i0 = p0;
    if (p0 == 0) {
        i0 = 3u;
    }
    return i0;
}

/* arm_returns: (i32) -> (i32) */
W2C_FN u32 f_arm_returns(golden *const m, u32 p0) {
    if (p0 != 0) {
        return 1u;
    } else {
    }
    return 2u;
}

/* branch_out: (i32) -> (i32) */
W2C_FN u32 f_branch_out(golden *const m, u32 p0) {
    u32 i0;
    if (p0 != 0) {
        i0 = 4u; goto L1;
    }
    i0 = 6u;
L1:;
    return i0;
}

/* chain: (i32) -> (i32) */
W2C_FN u32 f_chain(golden *const m, u32 p0) {
    u32 i0;
    if (p0 == 1u) {
        i0 = 10u;
    } else {
        if (p0 == 2u) {
            i0 = 20u;
        } else {
            w2c_trap(W2C_TRAP_UNREACHABLE);
        }
    }
    return i0;
}
