/* test_exchange_nomem.c: every allocation of the host fails in turn: an error each time, and everything can
 * be deleted. Linked with --wrap, so that the library's calls of malloc and its kin come here. */
#include "exchange_harness.h"

static long until = -1; /* allocations that succeed before one fails; below 0: all do */
static bool failing(void) {
    return until >= 0 && until-- == 0;
}
void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *at, size_t size);
void *__real_aligned_alloc(size_t align, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *at, size_t size);
void *__wrap_aligned_alloc(size_t align, size_t size);
void *__wrap_malloc(size_t size) {
    return failing() ? NULL : __real_malloc(size);
}
void *__wrap_calloc(size_t count, size_t size) {
    return failing() ? NULL : __real_calloc(count, size);
}
void *__wrap_realloc(void *at, size_t size) {
    return failing() ? NULL : __real_realloc(at, size);
}
void *__wrap_aligned_alloc(size_t align, size_t size) {
    return failing() ? NULL : __real_aligned_alloc(align, size);
}

static w2c_status three_bytes(void *user, void *data, size_t len, size_t *done) {
    int *left = (int *)user;
    *done = len && *left ? 1 : 0;
    if (*done) *(char *)data = (char)(*left)--;
    return W2C_OK;
}

static void count(w2c_status status, unsigned *failures) {
    long armed = until;
    until = -1; /* check allocates, too */
    ck_assert_msg(status == W2C_OK || status == W2C_NOMEM, "%s", w2c_status_text(status));
    *failures += status == W2C_NOMEM;
    until = armed;
}

static unsigned use_pools(w2c_exchange *x) {
    unsigned failures = 0;
    w2c_buffer_pool *pools[2];
    w2c_object_pool *objects;
    w2c_object_pool_config config = {.size = 24, .exchange = x};
    for (int i = 0; i < 2; i++) {
        w2c_buffer *b[40] = {0};
        count(w2c_buffer_pool_new(&pools[i], i ? x : NULL), &failures);
        for (size_t k = 0; pools[i] && k < 40; k++)
            count(w2c_buffer_get(pools[i], 50 * k, &b[k]), &failures);
        for (size_t k = 0; pools[i] && k < 39; k++)
            count(w2c_buffer_put(pools[i], b[k]), &failures);
    }
    count(w2c_object_pool_new(&objects, &config), &failures);
    for (size_t k = 0; objects && k < 40; k++) {
        void *object;
        count(w2c_object_get(objects, &object), &failures);
        if (k % 2) count(w2c_object_put(objects, object), &failures);
    }
    w2c_object_pool_delete(objects);
    w2c_buffer_pool_delete(pools[1]);
    w2c_buffer_pool_delete(pools[0]);
    return failures;
}

static unsigned use_streams(Guest *g, w2c_exchange *x) {
    unsigned failures = 0;
    int left = 3;
    w2c_stream *s;
    w2c_record_reader reader;
    w2c_record r;
    w2c_extern e;
    if (!w2c_export_find(g->instance, w2c_name_of("consume"), &e)) ck_abort();
    count(w2c_stream_into(&s, x, three_bytes, &left, e.func, NULL), &failures);
    if (s) count(w2c_stream_run(s), &failures);
    w2c_stream_close(s);
    left = 3;
    w2c_record_reader_source(&reader, three_bytes, &left, 0);
    w2c_status status = w2c_record_next(&reader, &r);
    count(status == W2C_END ? W2C_OK : status, &failures);
    w2c_record_reader_free(&reader);
    return failures;
}

/* How many calls failed for want of memory. */
static unsigned use_everything(Guest *g) {
    unsigned failures = 0;
    w2c_exchange *x;
    w2c_view_u8 view;
    uint64_t at;
    count(w2c_view_u8_of(&view, g->instance, 0, 10), &failures);
    w2c_view_u8_release(&view);
    count(w2c_exchange_new(&x, g->instance, NULL), &failures);
    if (!x) return failures;
    for (int i = 0; i < 40; i++)
        count(w2c_guest_alloc(x, 8, 8, &at), &failures);
    for (int i = 0; i < 20; i++)
        count(w2c_scratch_alloc(x, 40000, 8, &at), &failures);
    failures += use_pools(x);
    failures += use_streams(g, x);
    w2c_exchange_delete(x);
    return failures;
}

START_TEST(every_allocation) {
    Guest *g = guest_new();
    ck_assert_uint_eq(use_everything(g), 0);
    guest_delete(g);
    unsigned in_vain = 0;
    for (long n = 0; in_vain < 3; n++) { /* until nothing was left that could fail */
        ck_assert_int_lt(n, 1000);
        g = guest_new();
        until = n;
        unsigned failures = use_everything(g);
        bool reached = until < 0;
        until = -1;
        /* the interpreter needs memory as well, so not every failure is a status of ours */
        in_vain += !reached && !failures;
        ck_assert_uint_eq(*guest_global(g, "mallocs"), *guest_global(g, "frees"));
        guest_delete(g);
    }
}
END_TEST

RUN("exchange without memory", every_allocation)
