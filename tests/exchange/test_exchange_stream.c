/* test_exchange_stream.c: streams in both directions: chunks, progress, back-pressure,
 * cancellation, sides that lie, fail, or use the stream while it uses them. */
#include "exchange_harness.h"

static uint8_t byte_at(uint64_t i) {
    return (uint8_t)(i * 7 + i / 251);
}

typedef struct Side {
    uint64_t at, total; /* source: how far; sink: how much came */
    size_t most;        /* per turn; 0: all */
    unsigned not_now;   /* turns it has nothing, or wants nothing */
    uint64_t fail_at;   /* fails there */
    size_t lie;         /* claims so much more */
    uint32_t sum;
    w2c_stream *stream; /* used inside */
    w2c_status inside;
    bool close, cancel;
    w2c_exchange *gone; /* deleted inside */
} Side;

static w2c_status misuse(Side *s) {
    if (s->stream) s->inside = w2c_stream_step(s->stream);
    if (s->close) w2c_stream_close(s->stream);
    if (s->cancel) w2c_stream_cancel(s->stream);
    if (s->gone) w2c_exchange_delete(s->gone);
    s->gone = NULL;
    return s->fail_at && s->at >= s->fail_at ? W2C_TRAP_HOST : W2C_OK;
}

static w2c_status source(void *user, void *data, size_t len, size_t *done) {
    Side *s = (Side *)user;
    w2c_status status = misuse(s);
    if (status != W2C_OK) return status;
    if (s->not_now && s->not_now--) return W2C_AGAIN;
    size_t n = s->most && s->most < len ? s->most : len;
    if (n > s->total - s->at) n = (size_t)(s->total - s->at);
    for (size_t i = 0; i < n; i++) {
        ((uint8_t *)data)[i] = byte_at(s->at);
        s->sum = s->sum * 31 + byte_at(s->at++);
    }
    *done = n + (s->lie ? len + s->lie : 0);
    return W2C_OK;
}

static w2c_status sink(void *user, void *data, size_t len, size_t *done) {
    Side *s = (Side *)user;
    w2c_status status = misuse(s);
    if (status != W2C_OK) return status;
    if (s->not_now && s->not_now--) return W2C_OK; /* *done stays 0 */
    size_t n = s->most && s->most < len ? s->most : len;
    for (size_t i = 0; i < n; i++)
        s->sum = s->sum * 31 + ((const uint8_t *)data)[i];
    s->at += n;
    *done = n + (s->lie ? len + s->lie : 0);
    return W2C_OK;
}

static uint32_t produced_sum(size_t n) {
    uint32_t sum = 0, next = 0;
    for (size_t i = 0; i < n; i++) {
        sum = sum * 31 + (uint8_t)next;
        next = next * 5 + 7;
    }
    return sum;
}

START_TEST(into_the_guest) {
    static const size_t chunks[] = {1, 100, 4096, 65536, 0};
    for (size_t i = 0; i < sizeof chunks / sizeof *chunks; i++) {
        Guest *g = guest_new();
        w2c_exchange *x = exchange_new(g, NULL);
        Side side = {.total = i ? 300001 : 1001};
        w2c_stream_config config = {.chunk = chunks[i]};
        w2c_stream *s;
        ck_ok(w2c_stream_into(&s, x, source, &side, guest_func(g, "consume"), &config));
        ck_ok(w2c_stream_run(s));
        w2c_stream_figures f;
        w2c_stream_stats(s, &f);
        ck_assert_uint_eq(f.done, side.total);
        ck_assert_uint_eq(*guest_global(g, "sum"), side.sum);
        if (chunks[i]) ck_assert_uint_eq(f.chunks, (side.total + chunks[i] - 1) / chunks[i]);
        ck_assert_int_eq(w2c_stream_step(s), W2C_END);
        w2c_stream_close(s);
        ck_assert_uint_eq(*guest_global(g, "mallocs"), *guest_global(g, "frees"));
        w2c_exchange_delete(x);
        guest_delete(g);
    }
}
END_TEST

START_TEST(out_of_the_guest) {
    Guest *g = guest_new();
    w2c_exchange *x = exchange_new(g, NULL);
    Side side = {.most = 1000};
    w2c_stream *s;
    *guest_global(g, "left") = 200001;
    ck_ok(w2c_stream_out_of(&s, x, guest_func(g, "produce"), sink, &side, NULL));
    ck_ok(w2c_stream_run(s));
    w2c_stream_close(s);
    ck_assert_uint_eq(side.at, 200001);
    ck_assert_uint_eq(side.sum, produced_sum(200001));
    w2c_exchange_delete(x);
    guest_delete(g);
}
END_TEST

START_TEST(back_pressure) {
    Guest *g = guest_new();
    w2c_exchange *x = exchange_new(g, NULL);
    Side side = {.total = 10000};
    w2c_stream_config config = {.chunk = 1000, .stalls = 5};
    w2c_stream *s;
    w2c_stream_figures f;
    *guest_global(g, "appetite") = 300; /* four offers for each chunk */
    ck_ok(w2c_stream_into(&s, x, source, &side, guest_func(g, "consume"), &config));
    for (int i = 0; i < 3; i++)
        ck_ok(w2c_stream_step(s));
    ck_assert_uint_eq(side.at, 1000); /* no second chunk before the first is through */
    *guest_global(g, "appetite") = 0;
    ck_assert_int_eq(w2c_stream_step(s), W2C_AGAIN);
    ck_assert_int_eq(w2c_stream_run(s), W2C_AGAIN); /* five times in vain */
    w2c_stream_stats(s, &f);
    ck_assert_uint_eq(f.stalls, 6);
    ck_assert_uint_eq(f.done, 900);
    *guest_global(g, "appetite") = 300;
    side.not_now = 3;
    ck_ok(w2c_stream_run(s));
    ck_assert_uint_eq(*guest_global(g, "sum"), side.sum);
    w2c_stream_close(s);
    w2c_exchange_delete(x);
    guest_delete(g);
}
END_TEST

/* ---- progress, cancellation ----------------------------------------------------------------- */
typedef struct Watch {
    uint64_t now, step, reports, done, total, stop_at;
    double rate;
    w2c_stream *stream;
    w2c_status inside;
} Watch;

static uint64_t watch_now(void *user) {
    Watch *w = (Watch *)user;
    return w->now += w->step;
}

static bool watch(void *user, uint64_t done, uint64_t total, double rate) {
    Watch *w = (Watch *)user;
    ck_assert_uint_ge(done, w->done);
    w->reports++;
    w->done = done;
    w->total = total;
    w->rate = rate;
    if (w->stream) w->inside = w2c_stream_step(w->stream);
    return !w->stop_at || done < w->stop_at;
}

START_TEST(progress_and_chunk_sizes) {
    Guest *g = guest_new();
    w2c_exchange *x = exchange_new(g, NULL);
    Watch w = {.step = 1000}; /* every question for the time takes a microsecond */
    Side side = {.total = 3000000};
    w2c_stream_config config = {.total = 3000000,
                                .progress = watch,
                                .progress_user = &w,
                                .now = watch_now,
                                .now_user = &w,
                                .most = 262144};
    w2c_stream *s;
    w2c_stream_figures f;
    ck_ok(w2c_stream_into(&s, x, source, &side, guest_func(g, "consume"), &config));
    for (int i = 0; i < 10; i++)
        ck_ok(w2c_stream_step(s));
    w2c_stream_stats(s, &f);
    ck_assert_uint_eq(f.chunk, 262144); /* 4096 doubled six times */
    w.step = 3000000;                   /* and now everything takes too long */
    ck_ok(w2c_stream_step(s));
    w2c_stream_stats(s, &f);
    ck_assert_uint_eq(f.chunk, 131072);
    ck_ok(w2c_stream_run(s));
    ck_assert_uint_eq(w.done, 3000000);
    ck_assert_uint_eq(w.total, 3000000);
    ck_assert(w.rate > 0);
    w2c_stream_close(s);
    w2c_exchange_delete(x);
    guest_delete(g);
}
END_TEST

START_TEST(cancellation) {
    Guest *g = guest_new();
    w2c_exchange *x = exchange_new(g, NULL);
    Watch w = {.stop_at = 50000};
    Side side = {.total = 1000000};
    w2c_stream_config config = {.chunk = 10000, .progress = watch, .progress_user = &w};
    w2c_stream *s;
    ck_ok(w2c_stream_into(&s, x, source, &side, guest_func(g, "consume"), &config));
    w.stream = s; /* a step inside of a step */
    ck_assert_int_eq(w2c_stream_run(s), W2C_CANCELLED);
    ck_assert_int_eq(w.inside, W2C_INVALID);
    ck_assert_uint_eq(w.done, 50000);
    ck_assert_int_eq(w2c_stream_run(s), W2C_CANCELLED); /* stays so */
    w2c_stream_close(s);
    ck_ok(w2c_stream_into(&s, x, source, &side, guest_func(g, "consume"), NULL));
    w2c_stream_cancel(s);
    ck_assert_int_eq(w2c_stream_run(s), W2C_CANCELLED);
    w2c_stream_close(s);
    w2c_stream_close(NULL);
    w2c_exchange_delete(x);
    guest_delete(g);
}
END_TEST

START_TEST(sides_that_lie_or_fail) {
    static const struct {
        uint32_t mode;
        size_t lie;
        uint64_t fail_at;
        w2c_status status;
    } cases[] = {
        {9, 0, 0, W2C_INVALID}, {10, 0, 0, W2C_INVALID},     {6, 0, 0, W2C_TRAP_UNREACHABLE},
        {0, 1, 0, W2C_INVALID}, {0, 0, 5000, W2C_TRAP_HOST},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Guest *g = guest_new();
        w2c_exchange *x = exchange_new(g, NULL);
        Side side = {.total = 100000, .lie = cases[i].lie, .fail_at = cases[i].fail_at};
        w2c_stream *s;
        ck_ok(w2c_stream_into(&s, x, source, &side, guest_func(g, "consume"), NULL));
        *guest_global(g, "mode") = cases[i].mode;
        ck_assert_int_eq(w2c_stream_run(s), cases[i].status);
        *guest_global(g, "mode") = 0;
        w2c_stream_close(s);
        *guest_global(g, "left") = 100000;
        side.at = 0;
        ck_ok(w2c_stream_out_of(&s, x, guest_func(g, "produce"), sink, &side, NULL));
        *guest_global(g, "mode") = cases[i].mode == 6 ? 9 : cases[i].mode;
        w2c_status status = w2c_stream_run(s);
        ck_assert_int_eq(status, cases[i].mode == 10  ? W2C_OK
                                 : cases[i].mode == 6 ? W2C_INVALID
                                                      : cases[i].status);
        *guest_global(g, "mode") = 0;
        w2c_stream_close(s);
        ck_assert_uint_eq(*guest_global(g, "mallocs"), *guest_global(g, "frees"));
        w2c_exchange_delete(x);
        guest_delete(g);
    }
}
END_TEST

START_TEST(streams_that_are_refused) {
    Guest *g = guest_new();
    w2c_exchange *x = exchange_new(g, NULL);
    w2c_stream *s;
    Side side = {.total = 10};
    ck_assert_int_eq(w2c_stream_into(&s, x, source, &side, guest_func(g, "malloc"), NULL),
                     W2C_INVALID);
    ck_assert_int_eq(w2c_stream_into(&s, x, source, &side, NULL, NULL), W2C_INVALID);
    ck_assert_int_eq(w2c_stream_into(&s, x, NULL, &side, guest_func(g, "consume"), NULL),
                     W2C_INVALID);
    *guest_global(g, "mode") = 1;
    ck_assert_int_eq(w2c_stream_into(&s, x, source, &side, guest_func(g, "consume"), NULL),
                     W2C_NOMEM);
    ck_assert_ptr_null(s);
    w2c_exchange_delete(x);
    guest_delete(g);
}
END_TEST

/* ---- things that go while they are used ------------------------------------------------------ */
START_TEST(closed_inside) {
    Guest *g = guest_new();
    w2c_exchange *x = exchange_new(g, NULL);
    Side side = {.total = 100, .close = true};
    ck_ok(w2c_stream_into(&side.stream, x, source, &side, guest_func(g, "consume"), NULL));
    ck_assert_int_eq(w2c_stream_run(side.stream), W2C_CANCELLED); /* and gone */
    ck_assert_int_eq(side.inside, W2C_INVALID);
    ck_assert_uint_eq(*guest_global(g, "mallocs"), *guest_global(g, "frees"));
    w2c_exchange_delete(x);
    guest_delete(g);
}
END_TEST

START_TEST(exchange_goes_inside) {
    Guest *g = guest_new();
    w2c_exchange *x = exchange_new(g, NULL);
    Side side = {.total = 100, .gone = x};
    w2c_stream *s;
    ck_ok(w2c_stream_into(&s, x, source, &side, guest_func(g, "consume"), NULL));
    ck_assert_int_eq(w2c_stream_run(s), W2C_GONE);
    ck_assert_int_eq(w2c_stream_step(s), W2C_GONE);
    w2c_stream_close(s);
    guest_delete(g);
}
END_TEST

START_TEST(instance_goes_before) {
    Guest *g = guest_new();
    w2c_exchange *x = exchange_new(g, NULL);
    Side side = {.total = 100};
    w2c_stream *s, *late;
    ck_ok(w2c_stream_into(&s, x, source, &side, guest_func(g, "consume"), NULL));
    ck_ok(w2c_stream_into(&late, x, source, &side, guest_func(g, "consume"), NULL));
    guest_end(g);
    ck_assert_int_eq(w2c_stream_run(s), W2C_GONE);
    w2c_stream_close(s);
    w2c_exchange_delete(x);
    ck_assert_int_eq(w2c_stream_run(late), W2C_GONE);
    w2c_stream_close(late);
    guest_delete(g);
}
END_TEST

RUN("exchange streams", into_the_guest, out_of_the_guest, back_pressure, progress_and_chunk_sizes,
    cancellation, sides_that_lie_or_fail, streams_that_are_refused, closed_inside,
    exchange_goes_inside, instance_goes_before)
