/* get_before_set: () -> (i32) */
W2C_FN u32 f_get_before_set(golden *const m) {
    u32 i0;
    i0 = m->g2;
    W2C_SET(m->g2, 5u);
    return i0;
}

/* imported: () -> (i64) */
W2C_FN u64 f_imported(golden *const m) {
    W2C_SET(*m->g1, (*m->g1) + (u64)(*m->g0));
    return (*m->g1);
}

/* constant: () -> (f64) */
W2C_FN f64 f_constant(golden *const m) {
    return m->g3 + w2c_f64_convert_i32_s(m->g4);
}

/* reference: (externref) -> () */
W2C_FN void f_reference(golden *const m, w2c_ref p0) {
    W2C_SET(m->g5, p0);
    return;
}

/* count: (i32) -> () */
W2C_FN void f_count(golden *const m, u32 p0) {
L1: W2C_LOOP();
    W2C_SET(m->g2, m->g2 + 1u);
    p0 = p0 - 1u;
    if (p0 != 0) goto L1;
    return;
}
