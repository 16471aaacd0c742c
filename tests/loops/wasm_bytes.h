/* wasm_bytes.h: a module's bytes, for tests that make modules. */
#ifndef W2C_TEST_WASM_BYTES_H
#define W2C_TEST_WASM_BYTES_H
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct Bytes {
    uint8_t *data;
    size_t len, cap;
} Bytes;

static void put(Bytes *b, unsigned byte) {
    if (b->len == b->cap) b->data = realloc(b->data, b->cap = b->cap * 2 + 256);
    if (!b->data) abort();
    b->data[b->len++] = (uint8_t)byte;
}

static void put_u(Bytes *b, uint64_t n) {
    do {
        put(b, (unsigned)(n & 127) | (n >> 7 ? 128 : 0));
    } while (n >>= 7);
}

static void put_s(Bytes *b, int64_t n) {
    for (;;) {
        unsigned byte = n & 127;
        n >>= 7;
        bool end = (n == 0 && !(byte & 64)) || (n == -1 && (byte & 64));
        put(b, byte | (end ? 0 : 128));
        if (end) return;
    }
}

static void put_all(Bytes *b, const Bytes *more) {
    for (size_t i = 0; i < more->len; i++)
        put(b, more->data[i]);
}

static void put_section(Bytes *b, unsigned id, Bytes *content) {
    put(b, id);
    put_u(b, content->len);
    put_all(b, content);
    free(content->data);
    *content = (Bytes){0};
}

static void put_text(Bytes *b, const char *text) {
    put_u(b, strlen(text));
    for (; *text; text++)
        put(b, (unsigned)*text);
}

static void put_header(Bytes *b) {
    static const uint8_t header[] = {0, 'a', 's', 'm', 1, 0, 0, 0};
    for (unsigned i = 0; i < sizeof header; i++)
        put(b, header[i]);
}

/* "0", "1", ... */
static void put_number_name(Bytes *b, unsigned number) {
    char text[12];
    snprintf(text, sizeof text, "%u", number);
    put_text(b, text);
}
#endif
