/* leaf: (i32) -> (i32) */
W2C_FN u32 f_leaf(u8 *const mem0, u32 p0) {
    return p0 * p0;
}

/* args: (i32) -> (i32) */
W2C_FN u32 f_args(u8 *const mem0, u32 p0) {
    u32 i0, i1;
    i0 = f_leaf(mem0, p0 + 1u);
    i1 = f_leaf(mem0, p0);
    return i0 + i1;
}

/* load_first: (i32) -> (i32) */
W2C_FN u32 f_load_first(u8 *const mem0, u32 p0) {
    u32 i0, i1;
    i0 = w2c_load_u32(mem0, p0, 0u);
    i1 = f_leaf(mem0, p0);
    return i0 + i1;
}

/* global_first: () -> (i32) */
W2C_FN u32 f_global_first(u8 *const mem0) {
    golden *const m = W2C_OF_MEM0(golden, mem0);
    u32 i0, i1;
    i0 = m->g0;
    i1 = f_leaf(mem0, 3u);
    return i0 - i1;
}

/* to_local: (i32) -> (i32) */
W2C_FN u32 f_to_local(u8 *const mem0, u32 p0) {
    p0 = f_leaf(mem0, p0);
    return p0;
}

/* dropped: () -> () */
W2C_FN void f_dropped(u8 *const mem0) {
    golden *const m = W2C_OF_MEM0(golden, mem0);
    u32 i0;
    f64 d0;
    W2C_ENTER(m);
    i0 = f_leaf(mem0, 1u);
    d0 = i_env_now(m);
    if (W2C_THROWN(m)) return;
    W2C_KEEP_FRAME; return;
}

/* imports: (i32) -> () */
W2C_FN void f_imports(u8 *const mem0, u32 p0) {
    golden *const m = W2C_OF_MEM0(golden, mem0);
    W2C_ENTER(m);
    i_env_log(m, w2c_load_u32(mem0, p0, 0u));
    W2C_KEEP_FRAME; return;
}

/* fac: (i64) -> (i64) */
W2C_COPY u64 q_fac(w2c_instance *, u64);
W2C_COPY u64 r_fac(w2c_instance *, u64);
W2C_COPY u64 s_fac(w2c_instance *, u64);
W2C_FN u64 f_fac(w2c_instance *instance, u64 p0) {
    golden *const m = (golden *)instance;
    u64 j0, j1;
    W2C_ENTER(m);
    if (p0 == 0) {
        j0 = 1ull;
    } else {
        j1 = q_fac(&m->w2c, p0 - 1ull);
        j0 = p0 * j1;
    }
    W2C_KEEP_FRAME; return j0;
}

/* forever: () -> () */
W2C_COPY void q_forever(u8 *);
W2C_COPY void r_forever(u8 *);
W2C_COPY void s_forever(u8 *);
W2C_FN void f_forever(u8 *const mem0) {
    golden *const m = W2C_OF_MEM0(golden, mem0);
    W2C_ENTER(m);
    q_forever(mem0);
    W2C_KEEP_FRAME; return;
}
