/* one: () -> () */
W2C_FN void f_one(w2c_instance *instance) {
    golden *const m = (golden *)instance;
    return;
}

/* two: () -> () */
W2C_FN void f_two(w2c_instance *instance) {
    golden *const m = (golden *)instance;
    return;
}

/* three: () -> () */
W2C_FN void f_three(w2c_instance *instance) {
    golden *const m = (golden *)instance;
    return;
}

/* get_set: (i32, externref) -> (externref) */
W2C_FN w2c_ref f_get_set(golden *const m, u32 p0, w2c_ref p1) {
    w2c_ref r0;
    r0 = w2c_table_load(m->table1, p0);
    w2c_table_store(m->table1, p0, p1);
    return r0;
}

/* sizes: (externref) -> (i32) */
W2C_FN u32 f_sizes(golden *const m, w2c_ref p0) {
    u32 i0, i1;
    i0 = (u32)m->table1->size;
    i1 = (u32)w2c_table_grow(m->table1, 2u, p0);
    return i0 + i1;
}

/* fill: (i32, externref) -> () */
W2C_FN void f_fill(golden *const m, u32 p0, w2c_ref p1) {
    w2c_table_fill(m->table1, p0, p1, 2u);
    return;
}

/* copy: (i32) -> () */
W2C_FN void f_copy(golden *const m, u32 p0) {
    w2c_table_copy(m->table0, m->table0, p0, 0u, 2u);
    return;
}

/* init: () -> () */
W2C_FN void f_init(golden *const m) {
    w2c_table_init(&m->w2c, m->table0, &m->elems[0], 1u, 0u, 2u);
    m->elems[0].count = 0;

    return;
}

/* refs: (i32) -> (i32) */
W2C_FN u32 f_refs(golden *const m, u32 p0) {
    u32 i0;
    w2c_table_store(m->table0, p0, (w2c_ref)&m->funcs[2]);
    i0 = (u32)(w2c_table_load(m->table0, 3u) == NULL);
    return i0;
}

/* is_null: (externref) -> (i32) */
W2C_FN u32 f_is_null(golden *const m, w2c_ref p0) {
    u32 i0;
    if (p0 == NULL) {
        i0 = 1u;
    } else {
        i0 = 2u;
    }
    return i0;
}

/* wide: (i64) -> (i64) */
W2C_FN u64 f_wide(golden *const m, u64 p0) {
    u64 j0, j1;
    w2c_table_store(m->table2, p0, (w2c_ref)NULL);
    j0 = m->table2->size;
    j1 = w2c_table_grow(m->table2, p0, (w2c_ref)NULL);
    return j0 + j1;
}
