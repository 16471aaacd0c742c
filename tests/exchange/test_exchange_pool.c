/* test_exchange_pool.c: pools of buffers and objects: what they keep, count and refuse. */
#include "exchange_harness.h"

START_TEST(classes) {
    static const struct {
        size_t wanted, size;
    } cases[] = {{0, 64},        {1, 64},        {64, 64},        {65, 256},
                 {1024, 1024},   {1025, 4096},   {4097, 16384},   {16385, 65536},
                 {65536, 65536}, {65537, 65537}, {100000, 100000}};
    w2c_buffer_pool *pool;
    w2c_buffer *b;
    ck_ok(w2c_buffer_pool_new(&pool, NULL));
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ck_ok(w2c_buffer_get(pool, cases[i].wanted, &b));
        ck_assert_uint_eq(b->size, cases[i].size);
        ck_assert_uint_eq((uintptr_t)b->data % 16, 0);
        ck_assert_uint_eq(b->address, 0);
        memset(b->data, 1, b->size);
        ck_ok(w2c_buffer_put(pool, b));
    }
    ck_assert_int_eq(w2c_buffer_get(pool, SIZE_MAX, &b), W2C_LIMIT);
    ck_assert_ptr_null(b);
    w2c_buffer_pool_delete(pool);
}
END_TEST

START_TEST(what_is_kept) {
    w2c_buffer_pool *pool;
    w2c_buffer *b[25];
    w2c_pool_figures f;
    ck_ok(w2c_buffer_pool_new(&pool, NULL));
    for (int i = 0; i < 25; i++)
        ck_ok(w2c_buffer_get(pool, 1000, &b[i]));
    for (int i = 0; i < 25; i++)
        ck_ok(w2c_buffer_put(pool, b[i]));
    w2c_buffer_pool_stats(pool, &f);
    ck_assert_uint_eq(f.misses, 25);
    ck_assert_uint_eq(f.hits, 0);
    ck_assert_uint_eq(f.held, W2C_BUFFER_KEPT);
    ck_assert_uint_eq(f.discarded, 15);
    ck_assert_uint_eq(f.high, 25);
    ck_assert_uint_eq(f.bytes, 10 * 1024);
    for (int i = 0; i < 1000; i++) {
        ck_ok(w2c_buffer_get(pool, 600, &b[0]));
        ck_ok(w2c_buffer_put(pool, b[0]));
    }
    w2c_buffer_class_stats(pool, 2, &f);
    ck_assert_uint_eq(f.hits, 1000);
    ck_assert_uint_eq(f.misses, 25);
    w2c_buffer_class_stats(pool, 99, &f);
    ck_assert_uint_eq(f.hits, 0);
    ck_ok(w2c_buffer_get(pool, 70000, &b[0])); /* too large for a class: never kept */
    ck_ok(w2c_buffer_put(pool, b[0]));
    w2c_buffer_class_stats(pool, W2C_BUFFER_CLASSES, &f);
    ck_assert(f.misses == 1 && f.discarded == 1 && f.held == 0 && f.bytes == 0);
    ck_ok(w2c_buffer_get(pool, 10, &b[0])); /* still out when the pool goes */
    w2c_buffer_pool_delete(pool);
}
END_TEST

START_TEST(what_is_refused) {
    w2c_buffer_pool *pool, *other;
    w2c_buffer *b, fake = {NULL, 64, 0};
    w2c_pool_figures f;
    ck_ok(w2c_buffer_pool_new(&pool, NULL));
    ck_ok(w2c_buffer_pool_new(&other, NULL));
    ck_assert_int_eq(w2c_buffer_put(pool, &fake), W2C_INVALID);
    ck_ok(w2c_buffer_get(pool, 64, &b));
    ck_assert_int_eq(w2c_buffer_put(other, b), W2C_INVALID);
    ck_ok(w2c_buffer_put(pool, b));
    ck_assert_int_eq(w2c_buffer_put(pool, b), W2C_INVALID); /* twice */
    ck_ok(w2c_buffer_put(pool, NULL));
    w2c_buffer_pool_stats(pool, &f);
    ck_assert_uint_eq(f.refused, 2);
    w2c_buffer_pool_delete(other);
    w2c_buffer_pool_delete(pool);
    w2c_buffer_pool_delete(NULL);
}
END_TEST

START_TEST(buffers_of_a_guest) {
    Guest *g = guest_new();
    w2c_exchange *x = exchange_new(g, NULL);
    w2c_buffer_pool *pool;
    w2c_buffer *b, *out;
    w2c_memory_info info;
    ck_ok(w2c_buffer_pool_new(&pool, x));
    for (int i = 0; i < 100; i++) {
        ck_ok(w2c_buffer_get(pool, 3000, &b));
        ck_assert_ptr_eq(b->data, w2c_memory_data(w2c_instance_memory(g->instance)) + b->address);
        memset(b->data, i, b->size);
        ck_assert_int_eq(w2c_guest_free(x, b->address), W2C_INVALID); /* it is the pool's */
        ck_ok(w2c_buffer_put(pool, b));
    }
    ck_assert_uint_eq(*guest_global(g, "mallocs"), 1);
    ck_ok(w2c_exchange_info(x, &info));
    ck_assert_uint_eq(info.buffers.hits, 99);
    ck_assert_uint_eq(info.buffers.held, 1);
    ck_assert_uint_eq(info.views, 1);
    *guest_global(g, "mode") = 1;
    ck_assert_int_eq(w2c_buffer_get(pool, 9000, &out), W2C_NOMEM);
    *guest_global(g, "mode") = 2;
    ck_assert_int_eq(w2c_buffer_get(pool, 9000, &out), W2C_INVALID);
    *guest_global(g, "mode") = 5;
    ck_assert_int_eq(w2c_buffer_get(pool, 9000, &out), W2C_INVALID);
    *guest_global(g, "mode") = 0;
    ck_ok(w2c_buffer_get(pool, 9000, &out));
    guest_end(g);
    out->data[0] = 1; /* still there */
    ck_assert_int_eq(w2c_buffer_get(pool, 3000, &b), W2C_GONE);
    ck_ok(w2c_buffer_put(pool, out));
    w2c_exchange_delete(x);
    ck_assert_int_eq(w2c_buffer_get(pool, 3000, &b), W2C_GONE);
    w2c_buffer_pool_delete(pool);
    guest_delete(g);
}
END_TEST

START_TEST(many_at_once) {
    enum { MANY = 3000 };
    w2c_buffer_pool *pool;
    static w2c_buffer *b[MANY];
    w2c_pool_figures f;
    ck_ok(w2c_buffer_pool_new(&pool, NULL));
    for (unsigned round = 0; round < 3; round++) {
        for (unsigned i = 0; i < MANY; i++)
            ck_ok(w2c_buffer_get(pool, i % 5000, &b[i]));
        for (unsigned i = 0; i < MANY; i++) /* in another order */
            ck_ok(w2c_buffer_put(pool, b[(i * 7 + round) % MANY]));
    }
    w2c_buffer_pool_stats(pool, &f);
    ck_assert_uint_eq(f.out, 0);
    ck_assert_uint_eq(f.high, MANY);
    ck_assert_uint_eq(f.hits + f.misses, 3 * MANY);
    w2c_buffer_pool_delete(pool);
}
END_TEST

/* ---- objects -------------------------------------------------------------------------------- */
typedef struct Thing {
    int value, resets;
} Thing;
typedef struct Hooks {
    w2c_object_pool *pool; /* used inside of the hooks */
    int made, reset, dropped, nested;
    bool refuse_make, refuse_reset;
    void *held;
} Hooks;

static bool thing_make(void *user, void *object) {
    Hooks *h = (Hooks *)user;
    ck_assert_int_eq(((Thing *)object)->value, 0);
    h->made++;
    if (h->nested-- > 0) ck_ok(w2c_object_get(h->pool, &h->held));
    return !h->refuse_make;
}
static bool thing_reset(void *user, void *object) {
    Hooks *h = (Hooks *)user;
    ((Thing *)object)->value = 0;
    ((Thing *)object)->resets++;
    h->reset++;
    return !h->refuse_reset;
}
static void thing_drop(void *user, void *object) {
    (void)object;
    ((Hooks *)user)->dropped++;
}

START_TEST(objects) {
    Hooks h = {0};
    w2c_object_pool_config config = {sizeof(Thing), 2,  thing_make, thing_reset,
                                     thing_drop,    &h, NULL};
    w2c_object_pool *pool;
    void *a, *b, *c;
    w2c_pool_figures f;
    ck_ok(w2c_object_pool_new(&pool, &config));
    ck_ok(w2c_object_get(pool, &a));
    ck_ok(w2c_object_get(pool, &b));
    ck_ok(w2c_object_get(pool, &c));
    ((Thing *)a)->value = 5;
    ck_ok(w2c_object_put(pool, a));
    ck_assert_int_eq(w2c_object_put(pool, a), W2C_INVALID);
    ck_assert_int_eq(w2c_object_put(pool, &h), W2C_INVALID);
    ck_ok(w2c_object_put(pool, b));
    ck_ok(w2c_object_put(pool, c)); /* two are kept */
    ck_assert_int_eq(h.dropped, 1);
    ck_ok(w2c_object_get(pool, &a));
    ck_assert_int_eq(((Thing *)a)->value, 0);
    ck_assert_int_eq(((Thing *)a)->resets, 1);
    h.refuse_reset = true;
    ck_ok(w2c_object_put(pool, a));
    ck_assert_int_eq(h.dropped, 2);
    w2c_object_pool_stats(pool, &f);
    ck_assert(f.hits == 1 && f.misses == 3 && f.discarded == 2 && f.refused == 2 && f.held == 1);
    ck_assert(f.high == 3 && f.out == 0);
    w2c_object_pool_delete(pool);
    ck_assert_int_eq(h.made, 3);
    ck_assert_int_eq(h.dropped, 3);
}
END_TEST

START_TEST(object_hooks) {
    Hooks h = {.refuse_make = true};
    w2c_object_pool_config config = {sizeof(Thing), 0, thing_make, NULL, thing_drop, &h, NULL},
                           nothing = {0};
    void *a;
    ck_assert_int_eq(w2c_object_pool_new(&h.pool, &nothing), W2C_INVALID);
    ck_assert_int_eq(w2c_object_pool_new(&h.pool, NULL), W2C_INVALID);
    ck_ok(w2c_object_pool_new(&h.pool, &config));
    ck_assert_int_eq(w2c_object_get(h.pool, &a), W2C_TRAP_HOST);
    ck_assert_ptr_null(a);
    h.refuse_make = false;
    h.nested = 40; /* every making gets another one first */
    ck_ok(w2c_object_get(h.pool, &a));
    ck_assert_int_eq(h.made, 42);
    ck_ok(w2c_object_put(h.pool, h.held));
    w2c_object_pool_delete(h.pool);
    ck_assert_int_eq(h.dropped, 41);
}
END_TEST

RUN("exchange pools", classes, what_is_kept, what_is_refused, buffers_of_a_guest, many_at_once,
    objects, object_hooks)
