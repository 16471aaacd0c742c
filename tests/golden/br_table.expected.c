/* plain: (i32) -> (i32) */
W2C_FN u32 f_plain(golden *const m, u32 p0) {
    switch (p0) {
    case 0u: goto L3;
    case 2u: goto L3;
    case 3u: goto L1;
    default: goto L2;
    }
L3:;
    return 10u;
L2:;
    return 20u;
L1:;
    return 30u;
}

/* only_default: (i32) -> () */
W2C_FN void f_only_default(golden *const m, u32 p0) {
    switch (p0) {
    default: goto L1;
    }
L1:;
    return;
}

/* to_function: (i32) -> (i32) */
W2C_FN u32 f_to_function(golden *const m, u32 p0) {
    u32 i0;
    switch (p0) {
    case 1u: return 7u;
    default: i0 = 7u; goto L1;
    }
L1:;
    return i0 + 1u;
}

/* values: (i32) -> (i32) */
W2C_FN u32 f_values(golden *const m, u32 p0) {
    u32 i0;
    i0 = p0 + 4u;
    switch (p0) {
    case 0u: goto L2;
    default: goto L1;
    }
L2:;
    i0 = i0 + 100u;
L1:;
    return i0;
}

/* loop_target: (i32) -> (i32) */
W2C_FN u32 f_loop_target(golden *const m, u32 p0) {
L2: W2C_LOOP();
    p0 = p0 - 1u;
    switch (p0 & 3u) {
    case 1u: goto L1;
    default: goto L2;
    }
L1:;
    return p0;
}
