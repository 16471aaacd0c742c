/* test_exchange_fuzz.c: fuzz targets for views, strings and records, and a driver that makes
 * inputs from a seed. What may not happen: a crash, a finding of the sanitizers, or an answer
 * other than that of a slow reference.
 *   W2C_FUZZ_INPUTS=N  inputs for each target (default 100,000; W2C_LONG=1: 10,000,000)
 *   W2C_FUZZ_SEED=N    another sequence; the one in use is printed */
#include "exchange_harness.h"

#define NEED(good)                                                                                 \
    do {                                                                                           \
        if (!(good)) ck_abort_msg("input %llu: %s", (unsigned long long)input, #good);             \
    } while (0)

static uint64_t input, seed = 1;

static uint64_t next_random(void) { /* xorshift64* */
    seed ^= seed >> 12;
    seed ^= seed << 25;
    seed ^= seed >> 27;
    return seed * 0x2545f4914f6cdd1du;
}
static uint32_t below(uint32_t n) {
    return n ? (uint32_t)((next_random() >> 32) * n >> 32) : 0;
}
/* Small ones, those near a limit, powers of two and their neighbours, anything. */
static uint64_t interesting(uint64_t limit) {
    switch (below(6)) {
    case 0:
        return below(64);
    case 1:
        return limit - 32 + below(64);
    case 2:
        return ((uint64_t)1 << below(64)) - 2 + below(4);
    case 3:
        return UINT64_MAX - below(64);
    case 4:
        return limit ? next_random() % limit : 0;
    default:
        return next_random();
    }
}

static uint64_t inputs(void) {
    const char *count = getenv("W2C_FUZZ_INPUTS"), *first = getenv("W2C_FUZZ_SEED");
    if (first) seed = strtoull(first, NULL, 0) | 1;
    uint64_t all = count ? strtoull(count, NULL, 0) : getenv("W2C_LONG") ? 10000000 : 100000;
    printf("seed %llu, %llu inputs\n", (unsigned long long)seed, (unsigned long long)all);
    return all;
}

/* ---- views ---------------------------------------------------------------------------------- */
static bool power_of_two(size_t n) {
    return n && !(n & (n - 1));
}

static void fuzz_view(Guest *g, w2c_memory *memory) {
    uint64_t limit = w2c_memory_size(memory);
    uint64_t address = interesting(limit), count = interesting(limit);
    size_t size = below(8) ? (size_t)1 << below(4) : (size_t)interesting(limit);
    size_t align = below(8) ? (size_t)1 << below(4) : (size_t)interesting(16);
    w2c_view v, part;
    w2c_status status =
        w2c_view_make(&v, below(2) ? g->instance : NULL, memory, address, count, size, align);
    bool fits = size && power_of_two(align) && !(address & (align - 1)) &&
                (unsigned __int128)count * size + address <= limit;
    NEED(fits == (status == W2C_OK));
    NEED(fits ? v.base == w2c_memory_data(memory) + address : !v.base && !v.hold);
    if (!fits) return;
    size_t bytes = v.count * v.size, at = (size_t)interesting(bytes), n = (size_t)interesting(64);
    uint8_t room[256];
    if (bytes) v.base[0] ^= 1, v.base[bytes - 1] ^= 1;
    if (n > sizeof room) n = sizeof room;
    fits = at <= bytes && n <= bytes - at;
    NEED(fits == (w2c_view_read(&v, at, room, n) == W2C_OK));
    if (!fits) memset(room, 0, sizeof room);
    NEED(fits == (w2c_view_write(&v, at, room, n) == W2C_OK));
    size_t first = (size_t)interesting(v.count), some = (size_t)interesting(v.count);
    status = w2c_view_part(&part, &v, first, some);
    NEED((status == W2C_OK) == (first <= v.count && some <= v.count - first));
    if (status == W2C_OK) {
        size_t to = (size_t)interesting(part.count * part.size);
        w2c_view_copy(&part, to, &v, at, (size_t)interesting(64));
        w2c_view_release(&part);
    }
    w2c_view_release(&v);
}

START_TEST(views) {
    Guest *g = guest_new();
    w2c_memory *memories[3] = {w2c_instance_memory(g->instance), NULL, NULL};
    ck_ok(w2c_memory_new(&memories[1], 1, 4, false, false, 16));
    ck_ok(w2c_memory_new(&memories[2], 5, 70000, true, false, 0)); /* pages of one byte */
    uint64_t all = inputs();
    for (input = 0; input < all; input++) {
        fuzz_view(g, memories[below(3)]);
        if (below(100000) == 0) w2c_memory_grow(memories[below(3)], below(3));
    }
    w2c_memory_delete(memories[1]);
    w2c_memory_delete(memories[2]);
    guest_delete(g);
}
END_TEST

/* ---- strings -------------------------------------------------------------------------------- */
/* Where the first character begins that is none: decodes, checks the value, encodes by the table. */
static size_t reference_utf8(const uint8_t *at, size_t len) {
    size_t i = 0;
    while (i < len) {
        static const struct {
            uint8_t mask, lead;
            uint32_t low, high;
        } forms[] = {{0x80, 0, 0, 0x7f},
                     {0xe0, 0xc0, 0x80, 0x7ff},
                     {0xf0, 0xe0, 0x800, 0xffff},
                     {0xf8, 0xf0, 0x10000, 0x10ffff}};
        size_t n = 0;
        uint32_t c = 0;
        while (n < 4 && (at[i] & forms[n].mask) != forms[n].lead)
            n++;
        if (n == 4 || len - i < n + 1) return i;
        c = at[i] & (uint8_t)~forms[n].mask;
        for (size_t k = 1; k <= n; k++) {
            if (at[i + k] >> 6 != 2) return i;
            c = c << 6 | (at[i + k] & 63u);
        }
        if (c < forms[n].low || c > forms[n].high || (c >= 0xd800 && c <= 0xdfff)) return i;
        i += n + 1;
    }
    return len;
}

static size_t random_text(uint8_t *to, size_t most) {
    static const char *const bits[] = {"a", "bc\xc3\xa4", "\xe2\x82\xac", "\xf0\x9f\x98\x80",
                                       "plain text of a certain length, which is ASCII, "};
    size_t len = 0;
    for (uint32_t n = below(8); n; n--) {
        const char *bit = bits[below(5)];
        size_t more = strlen(bit);
        if (len + more > most) break;
        memcpy(to + len, bit, more);
        len += more;
    }
    for (uint32_t n = below(4); n && len; n--) { /* damage, or none */
        static const uint8_t bytes[] = {0x80, 0xbf, 0xc0, 0xc2, 0xe0, 0xed, 0xf0, 0xf4, 0xff, 0};
        if (below(3) == 0) to[below((uint32_t)len)] = bytes[below(10)];
    }
    return len;
}

static void fuzz_string(Guest *g, w2c_exchange *x) {
    w2c_memory *memory = w2c_instance_memory(g->instance);
    uint64_t limit = w2c_memory_size(memory);
    uint8_t text[256], copy[256];
    size_t len = random_text(text, sizeof text), bad, out_len, good = reference_utf8(text, len);
    NEED(w2c_utf8_check(text, len, &bad) == (good == len) && bad == good);
    uint64_t at = below(2) ? limit - len : 4096 + below(1024); /* at the very end, half of them */
    memcpy(w2c_memory_data(memory) + at, text, len);
    if (at + len < limit) w2c_memory_data(memory)[at + len] = 0;
    w2c_view_u8 v;
    w2c_status status = w2c_string_view(&v, g->instance, at, len);
    NEED(status == (good == len ? W2C_OK : W2C_DAMAGED));
    w2c_view_u8_release(&v);
    const uint8_t *nul = (const uint8_t *)memchr(text, 0, len);
    size_t z = nul ? (size_t)(nul - text) : len;
    status = w2c_string_copy_z(g->instance, at, 300, (char *)copy, sizeof copy, &out_len);
    if (!nul && at + len == limit)
        NEED(status == W2C_TRAP_MEMORY_BOUNDS);
    else if (z >= sizeof copy)
        NEED(status == W2C_LIMIT);
    else
        NEED(status == (good >= z ? W2C_OK : W2C_DAMAGED) && out_len == z);
    size_t cap = below(sizeof copy);
    w2c_string_copy(g->instance, interesting(limit), interesting(64), (char *)copy, cap, NULL);
    w2c_string_view_z(&v, g->instance, interesting(limit), interesting(limit));
    w2c_view_u8_release(&v);
    w2c_string_view(&v, g->instance, interesting(limit), interesting(limit));
    w2c_view_u8_release(&v);
    if (below(4)) return;
    status = w2c_string_scratch(x, (const char *)text, len, &at);
    NEED(status == (good == len ? W2C_OK : W2C_DAMAGED));
    if (status == W2C_OK) NEED(!memcmp(w2c_memory_data(memory) + at, text, len));
    if (below(64) == 0) w2c_scratch_reset(x);
}

static w2c_ref make_array(Guest *g, bool wide, uint32_t count) {
    w2c_value args[2], results[1];
    memset(args, 0, sizeof args);
    args[0].i32 = 4096;
    args[1].i32 = count;
    NEED(w2c_call(guest_func(g, wide ? "array16" : "array8"), args, results) == W2C_OK);
    return results[0].ref;
}

/* UTF-16 out and in again is what it was, and so is UTF-8. */
static void fuzz_gc_string(Guest *g) {
    uint8_t *at = w2c_memory_data(w2c_instance_memory(g->instance)) + 4096, text[256];
    size_t len = random_text(text, 64), out_len;
    char copy[512], again[512];
    bool wide = below(2);
    w2c_surrogates rule = (w2c_surrogates)below(3);
    if (wide && below(2)) /* any units */
        for (size_t i = 0; i < len / 2; i++)
            text[2 * i + 1] = (uint8_t)(below(2) ? 0xd8 + below(8) : below(256));
    memcpy(at, text, len);
    w2c_ref array = make_array(g, wide, (uint32_t)(wide ? len / 2 : len)), made;
    w2c_status status = w2c_gc_string_read(g->instance, array, rule, copy, sizeof copy, &out_len);
    NEED(status == W2C_OK || status == W2C_DAMAGED);
    NEED(status == W2C_OK || !(wide && rule != W2C_SURROGATES_REFUSE));
    w2c_gc_string_read(g->instance, array, rule, again, below(64), NULL);
    if (status != W2C_OK) return;
    NEED(rule == W2C_SURROGATES_KEEP || reference_utf8((uint8_t *)copy, out_len) == out_len);
    const w2c_type *type = w2c_gc_type(array);
    NEED(w2c_gc_string_new(g->instance, type, rule, copy, out_len, &made) == W2C_OK);
    NEED(w2c_gc_string_read(g->instance, made, rule, again, sizeof again, &len) == W2C_OK);
    NEED(len == out_len && !memcmp(again, copy, len));
}

START_TEST(strings) {
    Guest *g = guest_new();
    w2c_exchange *x = exchange_new(g, NULL);
    uint64_t all = inputs();
    for (input = 0; input < all; input++) {
        if (below(16))
            fuzz_string(g, x);
        else
            fuzz_gc_string(g);
    }
    w2c_exchange_delete(x);
    guest_delete(g);
}
END_TEST

/* ---- records -------------------------------------------------------------------------------- */
enum { MOST_RECORDS = 8, RECORD_ROOM = 4096 };

typedef struct Feed {
    const uint8_t *at;
    size_t left;
} Feed;

static w2c_status feed(void *user, void *data, size_t len, size_t *done) {
    Feed *f = (Feed *)user;
    if (f->left && below(4) == 0) return W2C_AGAIN;
    size_t n = 1 + below((uint32_t)len);
    if (n > len) n = len;
    if (n > f->left) n = f->left;
    memcpy(data, f->at, n);
    f->at += n;
    f->left -= n;
    *done = n;
    return W2C_OK;
}

static size_t random_records(uint8_t *to, size_t *ends, uint32_t count) {
    uint8_t payload[128];
    size_t len = 0, used;
    for (uint32_t i = 0; i < count; i++) {
        w2c_record r = {(uint16_t)next_random(), (uint32_t)next_random(), i, payload, below(128)};
        for (size_t k = 0; k < r.len; k++)
            payload[k] = below(4) ? (uint8_t)next_random() : (uint8_t)"W2CR"[k % 4];
        NEED(w2c_record_put(to + len, RECORD_ROOM - len, &r, &used) == W2C_OK);
        len += used;
        ends[i] = len;
    }
    return len;
}

/* Flips, overwrites, or takes out bytes of one stretch; the records outside of it stay. */
static size_t damage(uint8_t *bytes, size_t len, size_t *from, size_t *to) {
    *from = below((uint32_t)len + 1);
    size_t n = below(40), rest = len - *from;
    if (n > rest) n = rest;
    *to = *from + n;
    switch (below(4)) {
    case 0: /* nothing */
        *to = *from;
        return len;
    case 1:
        for (size_t i = *from; i < *to; i++)
            bytes[i] = (uint8_t)next_random();
        return len;
    case 2:
        for (size_t i = *from; i < *to; i++)
            if (!below(8)) bytes[i] ^= (uint8_t)(1u << below(8));
        return len;
    default:
        memmove(bytes + *from, bytes + *to, len - *to);
        return len - n;
    }
}

static void fuzz_records(void) {
    uint8_t whole[RECORD_ROOM];
    size_t ends[MOST_RECORDS], from, to, most = below(8) ? 1024 : below(128);
    uint32_t count = below(MOST_RECORDS + 1), expected = 0, got = 0;
    size_t before = random_records(whole, ends, count);
    size_t len = damage(whole, before, &from, &to);
    uint8_t *bytes = (uint8_t *)malloc(len + 1); /* the sanitizer sees its end */
    memcpy(bytes, whole, len);
    for (uint32_t i = 0; i < count; i++) {
        size_t start = i ? ends[i - 1] : 0, size = ends[i] - start;
        bool untouched = ends[i] <= from || start >= to;
        if (untouched && size - W2C_RECORD_HEAD - W2C_RECORD_TAIL <= most) expected++;
    }
    w2c_record_reader one, two;
    w2c_record a, b;
    w2c_status status, other;
    Feed f = {bytes, len};
    w2c_record_reader_bytes(&one, bytes, len, most ? most : 1);
    w2c_record_reader_source(&two, feed, &f, most ? most : 1);
    do {
        status = w2c_record_next(&one, &a);
        while ((other = w2c_record_next(&two, &b)) == W2C_AGAIN)
            ;
        NEED(status == other && (status == W2C_OK || status == W2C_END));
        if (status != W2C_OK) continue;
        got++;
        NEED(a.len == b.len && a.sequence == b.sequence && a.type == b.type && a.flags == b.flags);
        NEED(!memcmp(a.payload, b.payload, a.len));
        NEED(a.payload >= bytes && a.payload + a.len + W2C_RECORD_TAIL <= bytes + len);
    } while (status == W2C_OK);
    NEED(got >= expected && got <= count);
    NEED(one.skipped == two.skipped && one.damages == two.damages);
    w2c_record_reader_free(&one);
    w2c_record_reader_free(&two);
    free(bytes);
}

START_TEST(records) {
    uint64_t all = inputs();
    for (input = 0; input < all; input++)
        fuzz_records();
}
END_TEST

RUN("exchange fuzzers", views, strings, records)
