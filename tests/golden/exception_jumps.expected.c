/* leaf: (i32) -> (i32) */
W2C_FN u32 f_leaf(golden *const m, u32 p0) {
    return p0 + 1u;
}

/* throws: (i32) -> () */
W2C_FN void f_throws(golden *const m, u32 p0) {
    u32 i0;
    i0 = f_leaf(m, p0);
    { w2c_exception *const x = w2c_throw(&m->w2c, &m->tag1, 1); x->values[0].i32 = i0; }
    w2c_unwind();
}

/* throws_far: (i32) -> () */
W2C_FN void f_throws_far(golden *const m, u32 p0) {
    const f64 one_d = w2c_opaque_f64(1.0);
    { w2c_exception *const x = w2c_throw(&m->w2c, m->tag0, 2); x->values[0].i32 = p0; x->values[1].f64 = one_d; }
    w2c_unwind();
}

/* returns: (i32) -> (i32) */
W2C_FN u32 f_returns(golden *const m, u32 p0) {
    if (p0 != 0) {
        f_throws(m, p0);
    }
    return 5u;
}

/* pair: (i32) -> (i32, i64) */
W2C_FN struct w2c_res_il f_pair(golden *const m, u32 p0) {
    f_throws(m, p0);
    { struct w2c_res_il res; res.r0 = 1u; res.r1 = 2ull; return res; }
}

/* catches: (i32) -> (i32) */
W2C_FN u32 f_catches(golden *const m, u32 p0) {
    u32 l1 = 0;
    u32 i0;
    { const u32 res = golden_caught_i_i(f_returns, m, p0); if (W2C_THROWN(m)) goto X3; l1 = res; }
    golden_caught_i_(f_throws_far, m, l1);
    if (W2C_THROWN(m)) goto X3;
    goto T3;
X3: {
        w2c_exception *const x = w2c_thrown(&m->w2c);
        if (x->tag == &m->tag1) { i0 = x->values[0].i32; w2c_caught(&m->w2c, x); goto L2; }
        w2c_caught(&m->w2c, x); goto L1;
    }
T3:;
    i0 = 0u;
L2:;
    return i0;
L1:;
    return l1;
}

/* catches_ref: (i32) -> (i32, exnref) */
W2C_FN struct w2c_res_ir f_catches_ref(golden *const m, u32 p0) {
    u32 i0;
    u64 j1;
    { const struct w2c_res_il res = golden_caught_i_il(f_pair, m, p0); if (W2C_THROWN(m)) goto X1; i0 = res.r0; j1 = res.r1; }
    goto T1;
X1: {
        w2c_exception *const x = w2c_thrown(&m->w2c);
        if (x->tag == &m->tag1) { struct w2c_res_ir res; res.r0 = x->values[0].i32; res.r1 = w2c_caught_ref(&m->w2c, x); return res; }
        w2c_unwind();
    }
T1:;
    { struct w2c_res_ir res; res.r0 = i0; res.r1 = (w2c_ref)NULL; return res; }
}

/* again: (exnref) -> () */
W2C_FN void f_again(golden *const m, w2c_ref p0) {
    w2c_throw_ref(&m->w2c, p0);
    w2c_unwind();
}

/* never: (i32) -> (i32) */
W2C_FN u32 f_never(golden *const m, u32 p0) {
    u32 i0;
    i0 = f_leaf(m, p0);
    return i0;
    /* nothing in it throws */
L1:;
    return 1u;
}

/* older: (i32) -> (i32) */
W2C_FN u32 f_older(golden *const m, u32 p0) {
    u32 i0;
    w2c_ref x1 = NULL;
    i0 = golden_caught_i_i(f_returns, m, p0);
    if (W2C_THROWN(m)) goto X1;
    goto L1;
X1: {
        w2c_exception *const x = w2c_thrown(&m->w2c);
        if (x->tag != &m->tag1) goto C1_1;
        i0 = x->values[0].i32; w2c_caught(&m->w2c, x);
    }
    f_throws_far(m, i0);
    i0 = 3u;
    goto L1;
C1_1: {
        w2c_exception *const x = w2c_thrown(&m->w2c);
        x1 = w2c_caught_ref(&m->w2c, x);
    }
    i0 = f_leaf(m, 1u);
    w2c_throw_ref(&m->w2c, x1);
    w2c_unwind();
    /* every exception is caught */
L1:;
    return i0;
}

/* all: (i32) -> () */
W2C_FN void f_all(w2c_instance *instance, u32 p0) {
    golden *const m = (golden *)instance;
    u32 i0;
    w2c_ref r1;
    i0 = f_catches(m, p0);
    { const struct w2c_res_ir res = f_catches_ref(m, p0); i0 = res.r0; r1 = res.r1; }
    f_again(m, r1);
    i0 = f_never(m, p0);
    i0 = f_older(m, p0);
    return;
}
