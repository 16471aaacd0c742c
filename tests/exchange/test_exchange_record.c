/* test_exchange_record.c: records: the format, sums, damage of every byte, truncation, hostile
 * lengths, over views, bytes, sinks and sources. */
#include "exchange_harness.h"

/* ck_assert writes a line to a file each time, which is too slow for inner loops. */
#define QUICK(good)                                                                                \
    do {                                                                                           \
        if (!(good)) ck_abort_msg("%s", #good);                                                    \
    } while (0)

/* ---- the sum -------------------------------------------------------------------------------- */
static uint32_t crc_slowly(const uint8_t *at, size_t len) { /* bit by bit, from its definition */
    uint32_t crc = 0xffffffffu;
    for (size_t i = 0; i < len; i++) {
        crc ^= at[i];
        for (int k = 0; k < 8; k++)
            crc = crc & 1 ? crc >> 1 ^ 0x82f63b78u : crc >> 1;
    }
    return ~crc;
}

START_TEST(sums) {
    static uint8_t bytes[4096];
    uint32_t seed = 1;
    ck_assert_uint_eq(w2c_crc32c(0, "123456789", 9), 0xe3069283u); /* the check value */
    ck_assert_uint_eq(w2c_crc32c(0, "", 0), 0);
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)((seed = seed * 1664525 + 1013904223) >> 24);
    for (size_t len = 0; len < sizeof bytes; len += len < 64 ? 1 : 61) {
        uint32_t whole = crc_slowly(bytes, len);
        ck_assert_uint_eq(w2c_crc32c(0, bytes, len), whole);
        for (size_t cut = 0; cut <= len; cut += 1 + len / 5)
            ck_assert_uint_eq(w2c_crc32c(w2c_crc32c(0, bytes, cut), bytes + cut, len - cut), whole);
    }
    ck_assert_uint_eq(w2c_crc32c(0, bytes + 1, 4000), crc_slowly(bytes + 1, 4000)); /* unaligned */
}
END_TEST

/* ---- a hundred records ----------------------------------------------------------------------- */
enum { COUNT = 100, ROOM = 1 << 16 };
static uint8_t all[ROOM], broken[ROOM];
static size_t starts[COUNT + 1], total;

static size_t payload_len(size_t i) {
    return i * 37 % 211;
}
static void payload_fill(uint8_t *at, size_t i) {
    for (size_t k = 0; k < payload_len(i); k++)
        at[k] = (uint8_t)(i * 31 + k * 7 + (k % 13 == 0 ? 'W' : 0));
}

static void write_all(void) {
    uint8_t payload[256];
    total = 0;
    for (size_t i = 0; i < COUNT; i++) {
        size_t used;
        payload_fill(payload, i);
        w2c_record r = {(uint16_t)(i % 7), (uint32_t)(i << 20), (uint32_t)i, payload,
                        payload_len(i)};
        starts[i] = total;
        ck_ok(w2c_record_put(all + total, ROOM - total, &r, &used));
        total += used;
    }
    starts[COUNT] = total;
}

static void check_record(const w2c_record *r, size_t i) {
    uint8_t payload[256];
    payload_fill(payload, i);
    QUICK(r->sequence == i && r->type == i % 7 && r->flags == (uint32_t)(i << 20));
    QUICK(r->len == payload_len(i) && !memcmp(r->payload, payload, r->len));
}

START_TEST(format) {
    static const uint8_t want[] = {'W', '2', 'C', 'R', 1, 0, 0x34, 0x12, 4,   3,   2,  1,
                                   8,   7,   6,   5,   3, 0, 0,    0,    'a', 'b', 'c'};
    w2c_record r = {0x1234, 0x01020304, 0x05060708, (const uint8_t *)"abc", 3}, back;
    uint8_t bytes[64];
    size_t used;
    ck_ok(w2c_record_put(bytes, sizeof bytes, &r, &used));
    ck_assert_uint_eq(used, 27);
    ck_assert_mem_eq(bytes, want, sizeof want);
    uint32_t sum = crc_slowly(want, sizeof want);
    for (int i = 0; i < 4; i++)
        ck_assert_uint_eq(bytes[23 + i], sum >> 8 * i & 0xff);
    ck_assert_int_eq(w2c_record_put(bytes, 26, &r, &used), W2C_LIMIT);
    ck_assert_uint_eq(used, 27);
    for (size_t len = 0; len < 27; len++)
        ck_assert_int_eq(w2c_record_get(bytes, len, 100, &back, &used), W2C_AGAIN);
    ck_ok(w2c_record_get(bytes, 27, 3, &back, &used));
    ck_assert_int_eq(w2c_record_get(bytes, 27, 2, &back, &used), W2C_LIMIT);
    r.len = (size_t)UINT32_MAX + 1;
    ck_assert_int_eq(w2c_record_put(bytes, sizeof bytes, &r, &used), W2C_LIMIT);
}
END_TEST

/* Each in turn between its neighbours. */
START_TEST(every_byte_flipped) {
    write_all();
    for (size_t i = 0; i < COUNT; i++) {
        size_t len = starts[i + 1] - starts[i];
        size_t first = i ? i - 1 : 0, last = i + 2 < COUNT ? i + 2 : COUNT; /* [first, last) */
        size_t bytes = starts[last] - starts[first];
        for (size_t at = 0; at < 3 * len; at++) {
            static const uint8_t changes[] = {0x01, 0x80, 0xff};
            w2c_record r;
            w2c_record_reader reader;
            memcpy(broken, all + starts[first], bytes);
            broken[starts[i] - starts[first] + at / 3] ^= changes[at % 3];
            w2c_record_reader_bytes(&reader, broken, bytes, 1024);
            for (size_t k = first; k < last; k++) {
                if (k == i) continue; /* this one is stepped over, its neighbours come */
                QUICK(w2c_record_next(&reader, &r) == W2C_OK);
                check_record(&r, k);
            }
            QUICK(w2c_record_next(&reader, &r) == W2C_END);
            QUICK(reader.damages == (1));
            QUICK(reader.skipped == (len));
            QUICK(reader.missing == (i > 0 && i + 1 < COUNT));
            w2c_record_reader_free(&reader);
        }
    }
}
END_TEST

START_TEST(every_truncation) {
    write_all();
    for (size_t len = 0; len <= total; len++) {
        w2c_record r;
        w2c_record_reader reader;
        size_t whole = 0;
        while (whole < COUNT && starts[whole + 1] <= len)
            whole++;
        uint8_t *bytes = (uint8_t *)malloc(len ? len : 1); /* the sanitizer sees its end */
        memcpy(bytes, all, len);
        w2c_record_reader_bytes(&reader, bytes, len, 0);
        for (size_t k = 0; k < whole; k++)
            QUICK(w2c_record_next(&reader, &r) == W2C_OK);
        QUICK(w2c_record_next(&reader, &r) == W2C_END);
        QUICK(reader.skipped == (len - starts[whole]));
        w2c_record_reader_free(&reader);
        free(bytes);
    }
}
END_TEST

START_TEST(lengths_that_lie) {
    static const uint32_t claims[] = {0xffffffffu, 0x80000000u, 16u << 20, 100000, 1000, 0};
    for (size_t c = 0; c < sizeof claims / sizeof *claims; c++) {
        w2c_record r;
        w2c_record_reader reader;
        write_all();
        for (int i = 0; i < 4; i++)
            all[starts[50] + 16 + (size_t)i] = (uint8_t)(claims[c] >> 8 * i);
        w2c_record_reader_bytes(&reader, all, total, 0);
        for (size_t k = 0; k < COUNT; k++) {
            if (k == 50) continue;
            ck_ok(w2c_record_next(&reader, &r));
            check_record(&r, k);
        }
        ck_assert_int_eq(w2c_record_next(&reader, &r), W2C_END);
    }
}
END_TEST

/* ---- views, sinks, sources -------------------------------------------------------------------- */
START_TEST(over_a_view) {
    Guest *g = guest_new();
    w2c_view v;
    w2c_record_writer writer;
    w2c_record_reader reader;
    w2c_record r;
    ck_ok(w2c_view_make(&v, g->instance, NULL, 1001, 100, 1, 1));
    w2c_record_writer_view(&writer, &v);
    ck_ok(w2c_record_write(&writer, 1, 2, "hello", 5));
    ck_ok(w2c_record_write(&writer, 3, 4, NULL, 0));
    ck_assert_int_eq(w2c_record_write(&writer, 5, 6, all, 60), W2C_LIMIT);
    ck_assert_uint_eq(writer.used, 29 + 24);
    ck_ok(w2c_record_write(&writer, 5, 6, all, 23));
    ck_assert_int_eq(w2c_record_write(&writer, 7, 8, NULL, 0), W2C_LIMIT);
    w2c_record_reader_view(&reader, &v, 0);
    ck_ok(w2c_record_next(&reader, &r));
    ck_assert(r.type == 1 && r.flags == 2 && r.sequence == 0 && r.len == 5);
    ck_assert_mem_eq(r.payload, "hello", 5);
    ck_ok(w2c_record_next(&reader, &r));
    guest_end(g);
    ck_assert_int_eq(w2c_record_next(&reader, &r), W2C_GONE);
    ck_assert_int_eq(w2c_record_write(&writer, 1, 2, "hello", 5), W2C_GONE);
    w2c_record_reader_free(&reader);
    w2c_view_release(&v);
    guest_delete(g);
}
END_TEST

typedef struct Pipe {
    size_t in, out, step;
    unsigned calls;
    w2c_status fails;
} Pipe;

static w2c_status pipe_write(void *user, const void *bytes, size_t len) {
    Pipe *p = (Pipe *)user;
    if (p->fails != W2C_OK) return p->fails;
    ck_assert_uint_le(p->in + len, ROOM);
    memcpy(broken + p->in, bytes, len);
    p->in += len;
    return W2C_OK;
}

static w2c_status pipe_read(void *user, void *data, size_t len, size_t *done) {
    Pipe *p = (Pipe *)user;
    if (p->fails != W2C_OK) return p->fails;
    if (p->calls++ % 3 == 2) return W2C_AGAIN; /* nothing there for once */
    size_t n = p->in - p->out;
    if (n > p->step) n = p->step;
    if (n > len) n = len;
    memcpy(data, broken + p->out, n);
    p->out += n;
    *done = n;
    return W2C_OK;
}

START_TEST(over_a_stream) {
    static const size_t steps[] = {1, 7, 100, ROOM};
    for (size_t s = 0; s < 4; s++) {
        Pipe p = {0, 0, steps[s], 0, W2C_OK};
        w2c_record_writer writer;
        w2c_record_reader reader;
        w2c_record r;
        w2c_status status;
        uint8_t payload[256];
        write_all();
        w2c_record_writer_sink(&writer, pipe_write, &p);
        for (size_t i = 0; i < COUNT; i++) {
            payload_fill(payload, i);
            ck_ok(w2c_record_write(&writer, (uint16_t)(i % 7), (uint32_t)(i << 20), payload,
                                   payload_len(i)));
        }
        broken[starts[20] + 30] ^= 4; /* a payload */
        broken[starts[40]] ^= 4;      /* a head */
        w2c_record_reader_source(&reader, pipe_read, &p, 0);
        size_t k = 0;
        while ((status = w2c_record_next(&reader, &r)) != W2C_END) {
            if (status == W2C_AGAIN) continue;
            ck_assert_int_eq(status, W2C_OK);
            if (k == 20 || k == 40) k++;
            check_record(&r, k++);
        }
        ck_assert_uint_eq(k, COUNT);
        ck_assert_uint_eq(reader.damages, 2);
        ck_assert_uint_le(reader.cap, 16384); /* it does not keep what was read */
        w2c_record_reader_free(&reader);
        p.fails = W2C_TRAP_HOST;
        ck_assert_int_eq(w2c_record_write(&writer, 0, 0, NULL, 0), W2C_TRAP_HOST);
        w2c_record_reader_source(&reader, pipe_read, &p, 0);
        ck_assert_int_eq(w2c_record_next(&reader, &r), W2C_TRAP_HOST);
        w2c_record_reader_free(&reader);
    }
}
END_TEST

static w2c_status liar(void *user, void *data, size_t len, size_t *done) {
    (void)user, (void)data;
    *done = len + 1;
    return W2C_OK;
}

/* 8 MiB made of heads that each claim most of the rest: an error, in bounded time. */
START_TEST(hostile_bytes) {
    size_t len = 8 << 20;
    uint8_t *bytes = (uint8_t *)calloc(1, len);
    w2c_record_reader reader;
    w2c_record r;
    for (size_t at = 0; at + 24 <= len; at += 24) {
        memcpy(bytes + at, "W2CR\1", 6);
        uint32_t claim = (uint32_t)((len - at) / 2);
        for (int i = 0; i < 4; i++)
            bytes[at + 16 + (size_t)i] = (uint8_t)(claim >> 8 * i);
    }
    w2c_record_reader_bytes(&reader, bytes, len, 0);
    ck_assert_int_eq(w2c_record_next(&reader, &r), W2C_LIMIT);
    ck_assert_uint_eq(reader.records, 0);
    free(bytes);
    w2c_record_reader_source(&reader, liar, NULL, 0);
    ck_assert_int_eq(w2c_record_next(&reader, &r), W2C_INVALID);
    w2c_record_reader_free(&reader);
}
END_TEST

RUN("exchange records", sums, format, every_byte_flipped, every_truncation, lengths_that_lie,
    over_a_view, over_a_stream, hostile_bytes)
