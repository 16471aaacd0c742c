/* main.c: exchanges data of every kind with a module made from Rust, both ways, and reports what
 * that cost: messages per second, allocations, growth of the memory.
 *   rust_exchange [--messages N] [--megabytes N] [--json FILE] [--quiet] */
#define _POSIX_C_SOURCE 200809L
#include "host.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static double seconds_now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

bool fail(const char *what, w2c_status status, const char *why) {
    fprintf(stderr, "%s: %s%s%s\n", what, w2c_status_text(status), *why ? ": " : "", why);
    return false;
}

/* ---- messages of every kind ------------------------------------------------------------ */
static const struct {
    const char *name;
    bool (*exchange)(Host *h, uint32_t n);
} kinds[KINDS] = {{"bytes", exchange_bytes},
                  {"floats", exchange_floats},
                  {"strings", exchange_strings},
                  {"structures", exchange_scene},
                  {"records", exchange_records}};

static bool sample(Host *h, uint32_t messages) {
    w2c_memory_info info;
    w2c_status status = w2c_exchange_info(h->x, &info);
    if (status != W2C_OK) return fail("memory info", status, w2c_exchange_reason(h->x));
    if (h->sample_count < SAMPLES)
        h->samples[h->sample_count++] = (Sample){messages, info.bytes, info.used};
    return true;
}

/* Rounds of one message of each kind; the first hundredth warms up. */
static bool run_messages(Host *h, uint32_t rounds) {
    uint32_t warm = rounds / 100 + 1, step = rounds / (SAMPLES - 2) + 1;
    for (uint32_t n = 0; n < rounds; n++) {
        if (n == warm) {
            if (w2c_exchange_info(h->x, &h->warm) != W2C_OK) return false;
            exchange_x_heap_calls(h->m, &h->warm_calls);
        }
        if (n % step == 0 && !sample(h, n * KINDS)) return false;
        for (int k = 0; k < KINDS; k++) {
            double start = n % 16 ? 0 : seconds_now(); /* the clock costs more than a message */
            if (!kinds[k].exchange(h, n)) return false;
            w2c_scratch_reset(h->x); /* all that the message took, in one call */
            if (!(n % 16)) {
                h->seconds[k] += seconds_now() - start;
                h->timed[k]++;
            }
        }
    }
    return sample(h, rounds * KINDS);
}

/* ---- streams, with a progress bar --------------------------------------------------------- */
typedef struct Flow {
    uint32_t next, sum;
    uint64_t left;
    bool quiet;
    const char *what;
} Flow;

static w2c_status give(void *user, void *data, size_t len, size_t *done) {
    Flow *f = (Flow *)user;
    size_t n = len < f->left ? len : (size_t)f->left;
    memset(data, (int)(f->next++ & 0xff), n);
    f->sum = w2c_crc32c(f->sum, data, n);
    f->left -= n;
    *done = n;
    return W2C_OK;
}

static w2c_status take(void *user, void *data, size_t len, size_t *done) {
    Flow *f = (Flow *)user;
    f->sum = w2c_crc32c(f->sum, data, len);
    *done = len;
    return W2C_OK;
}

static bool show(void *user, uint64_t done, uint64_t total, double rate) {
    const Flow *f = (const Flow *)user;
    char bar[41];
    size_t filled = total ? (size_t)(done * 40 / total) : 0;
    if (f->quiet) return true;
    memset(bar, '.', 40);
    memset(bar, '#', filled > 40 ? 40 : filled);
    bar[40] = 0;
    fprintf(stderr, "\r%-9s [%s] %5.1f of %.1f MiB, %.0f MiB/s ", f->what, bar,
            (double)done / 1048576, (double)total / 1048576, rate / 1048576);
    if (done >= total) fputc('\n', stderr);
    return true;
}

static bool run_stream(Host *h, bool into, uint32_t bytes, bool quiet, double *rate) {
    Flow flow = {0, 0, bytes, quiet, into ? "into it" : "out of it"};
    w2c_stream_config config = {
        .total = bytes, .progress = show, .progress_user = &flow, .progress_ns = 50000000};
    w2c_stream *s;
    w2c_extern e;
    uint32_t sum;
    exchange_x_stream_reset(h->m, into ? 0 : bytes);
    if (!w2c_export_find(exchange_instance(h->m), w2c_name_of(into ? "consume" : "produce"), &e))
        return fail("stream", W2C_INVALID, "no such export");
    w2c_status status = into ? w2c_stream_into(&s, h->x, give, &flow, e.func, &config)
                             : w2c_stream_out_of(&s, h->x, e.func, take, &flow, &config);
    if (status == W2C_OK) status = w2c_stream_run(s);
    if (status != W2C_OK) return fail("stream", status, w2c_exchange_reason(h->x));
    w2c_stream_figures figures;
    w2c_stream_stats(s, &figures);
    w2c_stream_close(s);
    *rate = figures.rate;
    exchange_x_stream_sum(h->m, &sum);
    if (figures.done != bytes || sum != flow.sum)
        return fail("stream", W2C_DAMAGED, "the two sides have different sums");
    return true;
}

/* ---- the report ------------------------------------------------------------------------- */
static void print_curve(const Host *h) {
    uint64_t low = UINT64_MAX, high = 0;
    for (size_t i = 0; i < h->sample_count; i++) {
        if (h->samples[i].bytes < low) low = h->samples[i].bytes;
        if (h->samples[i].bytes > high) high = h->samples[i].bytes;
    }
    printf("memory curve (KiB): ");
    for (size_t i = 0; i < h->sample_count; i++) { /* where it changes */
        if (i && h->samples[i].bytes == h->samples[i - 1].bytes) continue;
        printf("%s%" PRIu64 " after %u messages", i ? ", " : "", h->samples[i].bytes / 1024,
               h->samples[i].messages);
    }
    printf("; baseline %" PRIu64 "\n", high / 1024);
}

static bool report(Host *h, uint32_t rounds, double total) {
    w2c_memory_info info;
    uint32_t calls;
    if (w2c_exchange_info(h->x, &info) != W2C_OK) return false;
    exchange_x_heap_calls(h->m, &calls);
    uint64_t host_allocs = info.allocations - h->warm.allocations;
    printf("%u messages in %.2f s\n", rounds * KINDS, total);
    for (int k = 0; k < KINDS; k++)
        printf("  %-10s %8.0f ns each\n", kinds[k].name, h->seconds[k] / h->timed[k] * 1e9);
    printf("after the warm-up: %" PRIu64 " allocations by the host in the guest, %u by the guest, "
           "%" PRIu64 " growths\n",
           host_allocs, calls - h->warm_calls, info.growths - h->warm.growths);
    printf("buffer pool: %" PRIu64 " hits, %" PRIu64 " misses; object pool: %" PRIu64
           " hits, %" PRIu64 " misses\n",
           info.buffers.hits, info.buffers.misses, info.objects.hits, info.objects.misses);
    printf("guest's heap: %" PRIu64 " bytes in use of %" PRIu64 " KiB; %" PRIu64
           " growths; arena %" PRIu64 " bytes at most\n",
           info.used, info.bytes / 1024, info.growths, info.scratch_high);
    print_curve(h);
    if (host_allocs || calls != h->warm_calls || info.growths != h->warm.growths)
        return fail("report", W2C_INVALID, "messages allocate in the steady state");
    return true;
}

static bool write_json(const Host *h, const char *path, double into, double out_of) {
    FILE *f = fopen(path, "w");
    w2c_memory_info info;
    if (!f || w2c_exchange_info(h->x, &info) != W2C_OK) {
        if (f) fclose(f);
        return fail(path, W2C_INVALID, "cannot be written");
    }
    fprintf(f, "{\n  \"ns\": {");
    for (int k = 0; k < KINDS; k++)
        fprintf(f, "%s\"%s\": %.1f", k ? ", " : "", kinds[k].name,
                h->seconds[k] / h->timed[k] * 1e9);
    fprintf(f, "},\n  \"stream\": {\"into\": %.0f, \"out_of\": %.0f},\n", into, out_of);
    fprintf(f, "  \"buffers\": {\"hits\": %" PRIu64 ", \"misses\": %" PRIu64 "},\n",
            info.buffers.hits, info.buffers.misses);
    fprintf(f, "  \"objects\": {\"hits\": %" PRIu64 ", \"misses\": %" PRIu64 "},\n",
            info.objects.hits, info.objects.misses);
    fprintf(f, "  \"growths\": %" PRIu64 ",\n  \"curve\": [", info.growths);
    for (size_t i = 0; i < h->sample_count; i++)
        fprintf(f, "%s[%u, %" PRIu64 ", %" PRIu64 "]", i ? ", " : "", h->samples[i].messages,
                h->samples[i].bytes, h->samples[i].used);
    fprintf(f, "]\n}\n");
    return !fclose(f);
}

/* ---- the whole ---------------------------------------------------------------------------- */
static bool clear_job(void *user, void *object) {
    (void)user;
    memset(object, 0, sizeof(Job));
    return true;
}

static bool open_host(Host *h) {
    w2c_error error;
    w2c_config config = {.error = &error};
    w2c_object_pool_config jobs = {.size = sizeof(Job), .reset = clear_job};
    w2c_init_traps();
    if (exchange_new(&h->m, NULL, &config) != W2C_OK)
        return fail("instance", error.status, error.text);
    w2c_status status = w2c_exchange_new(&h->x, exchange_instance(h->m), NULL);
    jobs.exchange = h->x;
    if (status == W2C_OK) status = w2c_buffer_pool_new(&h->buffers, h->x);
    if (status == W2C_OK) status = w2c_object_pool_new(&h->jobs, &jobs);
    return status == W2C_OK || fail("exchange", status, "");
}

static void close_host(Host *h) {
    w2c_object_pool_delete(h->jobs);
    w2c_buffer_pool_delete(h->buffers);
    w2c_exchange_delete(h->x);
    exchange_delete(h->m);
}

int main(int argc, char **argv) {
    static Host h;
    uint32_t rounds = 20000, megabytes = 64;
    bool quiet = false, ok;
    const char *json = NULL;
    double into = 0, out_of = 0;
    for (int i = 1; i < argc; i++) {
        if (!strcmp(argv[i], "--messages") && i + 1 < argc)
            rounds = (uint32_t)strtoul(argv[++i], NULL, 10) / KINDS + 1;
        else if (!strcmp(argv[i], "--megabytes") && i + 1 < argc)
            megabytes = (uint32_t)strtoul(argv[++i], NULL, 10) & 2047;
        else if (!strcmp(argv[i], "--json") && i + 1 < argc)
            json = argv[++i];
        else if (!strcmp(argv[i], "--quiet"))
            quiet = true;
        else
            return fprintf(stderr,
                           "usage: %s [--messages N] [--megabytes N] [--json FILE] [--quiet]\n",
                           argv[0]),
                   2;
    }
    ok = open_host(&h);
    double start = seconds_now();
    ok = ok && run_messages(&h, rounds);
    double total = seconds_now() - start;
    ok = ok && report(&h, rounds, total);
    ok = ok && run_stream(&h, true, megabytes << 20, quiet, &into);
    ok = ok && run_stream(&h, false, megabytes << 20, quiet, &out_of);
    if (ok)
        printf("streams: %.0f MiB/s into it, %.0f MiB/s out of it\n", into / 1048576,
               out_of / 1048576);
    ok = ok && (!json || write_json(&h, json, into, out_of));
    close_host(&h);
    return ok ? 0 : 1;
}
