/* exchange.c: what crossing the border costs: copies and loops through views beside plain memory, records,
 * pools. Every figure is the least of some turns, and both sides of a ratio take turns.
 *   w2c-bench-exchange [TURNS]       default: 15 */
#define _POSIX_C_SOURCE 200809L
#include "w2c_exchange.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static int turns = 15;
static volatile uint64_t keep; /* results go here, so that nothing is left out */

typedef void Work(void *user);
static double once(Work *work, void *user) {
    double start = now_ns();
    work(user);
    return now_ns() - start;
}
/* The least times of both, which take turns. */
static void race(Work *a, Work *b, void *user, double *least_a, double *least_b) {
    *least_a = *least_b = 1e300;
    for (int i = 0; i < turns; i++) {
        double t = once(a, user);
        if (t < *least_a) *least_a = t;
        t = once(b, user);
        if (t < *least_b) *least_b = t;
    }
}

/* ---- copies --------------------------------------------------------------------------------- */
#define MIB64 (64 << 20)
#define FLOATS (1 << 20)

typedef struct Copies {
    w2c_view from, to;
    uint8_t *plain_from, *plain_to;
} Copies;

static void copy_views(void *user) {
    Copies *c = (Copies *)user;
    keep += (uint64_t)w2c_view_copy(&c->to, 0, &c->from, 0, MIB64);
}
static void copy_out(void *user) {
    Copies *c = (Copies *)user;
    keep += (uint64_t)w2c_view_read(&c->from, 0, c->plain_to, MIB64);
}
static void copy_plain(void *user) {
    Copies *c = (Copies *)user;
    memcpy(c->plain_to, c->plain_from, MIB64);
    keep += c->plain_to[MIB64 - 1];
}

/* ---- loops ---------------------------------------------------------------------------------- */
typedef struct Loops {
    w2c_view_f32 x, y;
    float *plain_x, *plain_y;
    size_t plain_count; /* not a constant, as in a view */
} Loops;

static void loop_view(void *user) {
    const Loops *l = (const Loops *)user;
    w2c_view_f32 x = l->x, y = l->y;
    for (size_t i = 0; i < x.count; i++)
        y.base[i] += 0.5f * x.base[i];
}
static void loop_plain(void *user) {
    const Loops *l = (const Loops *)user;
    float *x = l->plain_x, *y = l->plain_y;
    for (size_t i = 0, count = l->plain_count; i < count; i++)
        y[i] += 0.5f * x[i];
}

/* ---- records -------------------------------------------------------------------------------- */
#define ROUNDS 20000
#define PAYLOAD 1024
typedef struct Records {
    w2c_view view;
    uint8_t payload[PAYLOAD];
} Records;

static void records(void *user) {
    Records *r = (Records *)user;
    for (uint32_t i = 0; i < ROUNDS; i++) {
        w2c_record_writer writer;
        w2c_record_reader reader;
        w2c_record back;
        w2c_record_writer_view(&writer, &r->view);
        r->payload[i % PAYLOAD]++;
        if (w2c_record_write(&writer, 1, i, r->payload, PAYLOAD) != W2C_OK) abort();
        w2c_record_reader_view(&reader, &r->view, 0);
        if (w2c_record_next(&reader, &back) != W2C_OK || back.flags != i) abort();
        keep += back.payload[7];
        w2c_record_reader_free(&reader);
    }
}
static void record_copies(void *user) { /* what it costs without the checks */
    Records *r = (Records *)user;
    for (uint32_t i = 0; i < ROUNDS; i++) {
        r->payload[i % PAYLOAD]++;
        memcpy(r->view.base, r->payload, PAYLOAD);
        keep += r->view.base[7];
    }
}

/* ---- pools ---------------------------------------------------------------------------------- */
static uint32_t seed = 1;
static uint32_t below(uint32_t n) {
    seed = seed * 1664525u + 1013904223u;
    return (uint32_t)(((uint64_t)seed * n) >> 32);
}

#define MESSAGES 1000000

static void pool_messages(void) {
    enum { OUT = 8 };
    w2c_buffer_pool *pool;
    w2c_buffer *out[OUT] = {0};
    w2c_pool_figures f;
    if (w2c_buffer_pool_new(&pool, NULL) != W2C_OK) abort();
    double start = now_ns();
    for (int i = 0; i < MESSAGES; i++) { /* up to eight at once, of 1 byte to 64 KiB */
        uint32_t k = below(OUT), size = 1 + below(1u << (6 + below(11)));
        if (out[k]) w2c_buffer_put(pool, out[k]);
        if (w2c_buffer_get(pool, size, &out[k]) != W2C_OK) abort();
        out[k]->data[0] = 1;
    }
    double ns = (now_ns() - start) / MESSAGES;
    w2c_buffer_pool_stats(pool, &f);
    printf("buffer pool: %d messages: %.4f %% hits, %" PRIu64
           " allocations, %.0f ns each; kept %" PRIu64 ", at most %" PRIu64 " out\n",
           MESSAGES, 100.0 * (double)f.hits / (double)(f.hits + f.misses), f.misses, ns, f.held,
           f.high);
    w2c_buffer_pool_delete(pool);
    w2c_object_pool_config config = {.size = 200};
    w2c_object_pool *objects;
    void *o[OUT] = {0};
    if (w2c_object_pool_new(&objects, &config) != W2C_OK) abort();
    start = now_ns();
    for (int i = 0; i < MESSAGES; i++) {
        uint32_t k = below(OUT);
        w2c_object_put(objects, o[k]);
        if (w2c_object_get(objects, &o[k]) != W2C_OK) abort();
    }
    ns = (now_ns() - start) / MESSAGES;
    w2c_object_pool_stats(objects, &f);
    printf("object pool: %d messages: %.4f %% hits, %" PRIu64 " allocations, %.0f ns each\n",
           MESSAGES, 100.0 * (double)f.hits / (double)(f.hits + f.misses), f.misses, ns);
    w2c_object_pool_delete(objects);
}

static bool make_view(w2c_memory *m, uint64_t at, uint64_t bytes, w2c_view *view) {
    return w2c_view_make(view, NULL, m, at, bytes, 1, 1) == W2C_OK;
}

int main(int argc, char **argv) {
    static Copies c;
    static Loops l;
    static Records r;
    w2c_memory *m;
    double a, b;
    if (argc > 1) turns = atoi(argv[1]);
    if (w2c_memory_new(&m, 3072, 3072, false, false, 16) != W2C_OK) return 1;
    c.plain_from = (uint8_t *)aligned_alloc(4096, MIB64);
    c.plain_to = (uint8_t *)aligned_alloc(4096, MIB64);
    if (!c.plain_from || !c.plain_to || !make_view(m, 0, MIB64, &c.from) ||
        !make_view(m, MIB64, MIB64, &c.to) || !make_view(m, 2u * MIB64, 4096, &r.view) ||
        w2c_view_f32_in(&l.x, m, 0, FLOATS) != W2C_OK ||
        w2c_view_f32_in(&l.y, m, MIB64, FLOATS) != W2C_OK)
        return 1;
    memset(c.plain_from, 1, MIB64);
    memset(c.plain_to, 1, MIB64);
    memset(c.from.base, 1, MIB64);
    memset(c.to.base, 1, MIB64);
    race(copy_views, copy_plain, &c, &a, &b);
    printf("copy of 64 MiB, view to view: %.2f GB/s, memcpy %.2f GB/s: %.3f of memcpy's speed\n",
           MIB64 / a, MIB64 / b, b / a);
    race(copy_out, copy_plain, &c, &a, &b);
    printf("copy of 64 MiB out of a view: %.2f GB/s, memcpy %.2f GB/s: %.3f of memcpy's speed\n",
           MIB64 / a, MIB64 / b, b / a);
    memset(c.plain_from, 0, 2 * sizeof(float) * FLOATS);
    memset(c.from.base, 0, sizeof(float) * FLOATS);
    memset(c.to.base, 0, sizeof(float) * FLOATS);
    l.plain_x = (float *)(void *)c.from.base; /* the same bytes: pages differ in speed */
    l.plain_y = (float *)(void *)c.to.base;
    l.plain_count = FLOATS;
    turns *= 20;
    race(loop_view, loop_plain, &l, &a, &b);
    turns /= 20;
    printf("y[i] += x[i] / 2 over 2^20 floats: views %.1f us, arrays %.1f us: %.3f of the time\n",
           a / 1e3, b / 1e3, a / b);
    race(records, record_copies, &r, &a, &b);
    printf("record of 1 KiB, written and read: %.1f ns (its copy alone: %.1f ns)\n", a / ROUNDS,
           b / ROUNDS);
    pool_messages();
    w2c_view_release(&c.from);
    w2c_view_release(&c.to);
    w2c_view_release(&r.view);
    w2c_view_f32_release(&l.x);
    w2c_view_f32_release(&l.y);
    w2c_memory_delete(m);
    free(c.plain_from);
    free(c.plain_to);
    return 0;
}
