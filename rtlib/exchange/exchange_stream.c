/* exchange_stream.c: large data in chunks through one buffer in the guest.
 *
 * A stream is a machine of one step: fill the buffer when it is empty, offer what is in it to
 * the side that takes. What was not taken stays in the buffer, so a slow side holds up the other
 * one, and nothing else.
 *
 * The chunk grows by doubling while chunks take less than half of the time they may, and shrinks
 * by halving when they take more than it: so progress is seen, and cancelling works, in time. */
#define _POSIX_C_SOURCE 200809L
#include "exchange_internal.h"
#include <stdlib.h>
#include <time.h>

#define LEAST_CHUNK ((size_t)4 << 10)
#define MOST_CHUNK ((size_t)1 << 20)
#define TARGET_NS 2000000u
#define STALLS 1000u

struct w2c_stream {
    w2c_exchange *x;  /* NULL: it is gone */
    w2c_stream *next; /* of the exchange */
    w2c_stream_config config;
    const w2c_func *guest;
    w2c_stream_fn *host;
    void *user;
    bool into; /* the guest takes */
    w2c_view buffer;
    size_t chunk, at, filled; /* of the buffer: [at, filled) is to be taken */
    uint64_t done, chunks, stalls, started, chunk_began, reported;
    bool busy, closed, begun;
    u32 cancelled;     /* atomically */
    w2c_status status; /* W2C_OK: goes on */
};

static u64 system_now(void *user) {
    struct timespec t;
    (void)user;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (u64)t.tv_sec * 1000000000u + (u64)t.tv_nsec;
}

static u64 now(const w2c_stream *s) {
    return s->config.now(s->config.now_user);
}

/* ---- opening -------------------------------------------------------------------------------- */
static void configure(w2c_stream *s, const w2c_stream_config *config) {
    w2c_stream_config *c = &s->config;
    if (config) *c = *config;
    if (!c->least) c->least = LEAST_CHUNK;
    if (!c->most) c->most = c->least > MOST_CHUNK ? c->least : MOST_CHUNK;
    if (c->most < c->least) c->most = c->least;
    if (!c->target_ns) c->target_ns = TARGET_NS;
    if (!c->stalls) c->stalls = STALLS;
    if (!c->now) c->now = system_now;
    s->chunk = c->chunk ? c->chunk : c->least;
}

static w2c_status open_stream(w2c_stream **out, w2c_exchange *x, const w2c_func *guest,
                              w2c_stream_fn *host, void *user, const w2c_stream_config *config,
                              bool into) {
    *out = NULL;
    w2c_status status = exchange_enter(x);
    if (status != W2C_OK) return status;
    if (!host || !exchange_has_type(guest, "pp_p", x->wide) || guest->instance != x->instance)
        return exchange_fail(x, W2C_INVALID,
                             "a stream needs a host function and a function (address, length) -> "
                             "length of the exchange's instance");
    w2c_stream *s = (w2c_stream *)calloc(1, sizeof *s);
    if (!s) return exchange_fail(x, W2C_NOMEM, "no memory for a stream");
    s->x = x;
    s->guest = guest;
    s->host = host;
    s->user = user;
    s->into = into;
    configure(s, config);
    size_t size = s->config.chunk ? s->config.chunk : s->config.most;
    u64 at = 0;
    status = exchange_alloc(x, size, 16, true, &at);
    if (status == W2C_INVALID && x->kind != W2C_ALLOCATOR_NONE && !x->deleted)
        status = exchange_alloc(x, size, 8, true, &at);
    if (status == W2C_OK) status = w2c_view_make(&s->buffer, NULL, x->memory, at, size, 1, 1);
    if (status != W2C_OK) {
        free(s);
        return exchange_leave(x, status);
    }
    s->next = x->streams;
    x->streams = s;
    *out = s;
    return exchange_leave(x, W2C_OK);
}

w2c_status w2c_stream_into(w2c_stream **out, w2c_exchange *x, w2c_stream_fn *source, void *user,
                           const w2c_func *consumer, const w2c_stream_config *config) {
    return open_stream(out, x, consumer, source, user, config, true);
}

w2c_status w2c_stream_out_of(w2c_stream **out, w2c_exchange *x, const w2c_func *producer,
                             w2c_stream_fn *sink, void *user, const w2c_stream_config *config) {
    return open_stream(out, x, producer, sink, user, config, false);
}

static void destroy(w2c_stream *s) {
    w2c_exchange *x = s->x;
    u64 at = s->buffer.address;
    w2c_view_release(&s->buffer);
    if (x)
        for (w2c_stream **place = &x->streams; *place; place = &(*place)->next)
            if (*place == s) {
                *place = s->next;
                break;
            }
    free(s);
    if (x && !exchange_gone(x)) exchange_leave(x, exchange_free(x, at, true));
}

void exchange_streams_orphan(w2c_exchange *x) {
    while (x->streams) {
        w2c_stream *s = x->streams;
        x->streams = s->next;
        s->x = NULL;
        s->next = NULL;
    }
}

void w2c_stream_close(w2c_stream *s) {
    if (!s) return;
    if (s->busy)
        s->closed = true;
    else
        destroy(s);
}

void w2c_stream_cancel(w2c_stream *s) {
    __atomic_store_n(&s->cancelled, 1, __ATOMIC_RELEASE);
}

/* ---- one step ------------------------------------------------------------------------------- */
/* Calls either side; *done is checked. */
static w2c_status call_host(w2c_stream *s, size_t at, size_t len, size_t *done) {
    *done = 0;
    w2c_status status = s->host(s->user, s->buffer.base + at, len, done);
    if (s->x->deleted) return W2C_GONE;
    if (exchange_gone(s->x)) return exchange_fail(s->x, W2C_GONE, "the instance went");
    if (*done > len)
        return exchange_fail(s->x, W2C_INVALID, "the host says %zu bytes of %zu", *done, len);
    return status;
}

static w2c_status call_guest(w2c_stream *s, size_t at, size_t len, size_t *done) {
    const u64 args[] = {s->buffer.address + at, len};
    u64 result = 0;
    *done = 0;
    w2c_status status = exchange_call(s->x, s->guest, args, 2, &result);
    if (status != W2C_OK) return status;
    if (result > len)
        return exchange_fail(s->x, W2C_INVALID, "the guest says %llu bytes of %zu",
                             (unsigned long long)result, len);
    *done = (size_t)result;
    return W2C_OK;
}

static w2c_status fill(w2c_stream *s) {
    size_t got;
    s->chunk_began = now(s);
    w2c_status status =
        s->into ? call_host(s, 0, s->chunk, &got) : call_guest(s, 0, s->chunk, &got);
    if (status != W2C_OK) return status;
    if (!got) return W2C_END;
    s->at = 0;
    s->filled = got;
    s->chunks++;
    return W2C_OK;
}

static void adapt(w2c_stream *s) {
    if (s->config.chunk) return;
    u64 took = now(s) - s->chunk_began;
    if (took > s->config.target_ns)
        s->chunk = s->chunk / 2 < s->config.least ? s->config.least : s->chunk / 2;
    else if (took < s->config.target_ns / 2 && s->filled == s->chunk)
        s->chunk = s->chunk > s->config.most / 2 ? s->config.most : s->chunk * 2;
}

static double rate(const w2c_stream *s) {
    u64 ns = s->begun ? now(s) - s->started : 0;
    return ns ? (double)s->done * 1e9 / (double)ns : 0.0;
}

/* False: cancelled. */
static bool report(w2c_stream *s, bool last) {
    if (!s->config.progress) return true;
    u64 t = now(s);
    if (!last && s->config.progress_ns && t - s->reported < s->config.progress_ns) return true;
    s->reported = t;
    return s->config.progress(s->config.progress_user, s->done, s->config.total, rate(s));
}

static w2c_status offer(w2c_stream *s) {
    size_t taken, len = s->filled - s->at;
    w2c_status status =
        s->into ? call_guest(s, s->at, len, &taken) : call_host(s, s->at, len, &taken);
    if (status != W2C_OK) return status;
    if (!taken) return W2C_AGAIN;
    s->at += taken;
    s->done += taken;
    if (s->at == s->filled) adapt(s);
    if (!report(s, false)) return exchange_fail(s->x, W2C_CANCELLED, "progress said stop");
    return W2C_OK;
}

static w2c_status step(w2c_stream *s) {
    w2c_status status = exchange_enter(s->x);
    if (status != W2C_OK) return status;
    if (!s->begun) {
        s->begun = true;
        s->started = s->reported = now(s);
    }
    if (__atomic_load_n(&s->cancelled, __ATOMIC_ACQUIRE))
        return exchange_fail(s->x, W2C_CANCELLED, "the stream was cancelled");
    if (s->at == s->filled) status = fill(s);
    if (status == W2C_END) return report(s, true) ? W2C_END : W2C_CANCELLED;
    return status == W2C_OK ? offer(s) : status;
}

w2c_status w2c_stream_step(w2c_stream *s) {
    if (s->busy) return W2C_INVALID;
    if (s->status != W2C_OK) return s->status;
    if (!s->x) return s->status = W2C_GONE;
    s->busy = true;
    w2c_exchange *x = s->x;
    x->busy++; /* it stays until the end of this step */
    w2c_status status = step(s);
    x->busy--;
    s->busy = false;
    if (status == W2C_AGAIN)
        s->stalls++;
    else
        s->status = status;
    if (s->closed) {
        destroy(s);
        status = status == W2C_OK || status == W2C_AGAIN ? W2C_CANCELLED : status;
    }
    return exchange_leave(x, status);
}

w2c_status w2c_stream_run(w2c_stream *s) {
    u32 stalled = 0, most = s->config.stalls;
    for (;;) {
        w2c_status status = w2c_stream_step(s); /* may be gone after anything but OK and AGAIN */
        if (status == W2C_END) return W2C_OK;
        if (status == W2C_OK)
            stalled = 0;
        else if (status != W2C_AGAIN || ++stalled >= most)
            return status;
    }
}

void w2c_stream_stats(const w2c_stream *s, w2c_stream_figures *out) {
    out->done = s->done;
    out->chunks = s->chunks;
    out->stalls = s->stalls;
    out->chunk = s->chunk;
    out->rate = rate(s);
}
