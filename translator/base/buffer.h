/* buffer.h: a growable run of bytes for text and data, with a sticky failure.
 * After a failed allocation every call is a no-op and `failed` stays set: check it once at the end.
 * Owner: the caller (buffer_free). Thread: one at a time. */
#ifndef W2C_BUFFER_H
#define W2C_BUFFER_H
#include "alloc.h"
#include <string.h>

typedef struct Buffer {
    Allocator alloc;
    char *data;
    size_t len, cap;
    bool failed;
} Buffer;

void buffer_init(Buffer *b, Allocator alloc);
void buffer_free(Buffer *b);
/* Makes room for `more` further bytes; false when that fails. */
bool buffer_grow(Buffer *b, size_t more);

static inline bool buffer_reserve(Buffer *b, size_t more) {
    return b->cap - b->len >= more || buffer_grow(b, more);
}
static inline void buffer_bytes(Buffer *b, const void *bytes, size_t len) {
    if (!buffer_reserve(b, len)) return;
    if (len) memcpy(b->data + b->len, bytes, len);
    b->len += len;
}
static inline void buffer_char(Buffer *b, char c) {
    if (!buffer_reserve(b, 1)) return;
    b->data[b->len++] = c;
}
static inline void buffer_text(Buffer *b, const char *text) {
    buffer_bytes(b, text, strlen(text));
}
void buffer_u64(Buffer *b, uint64_t value); /* decimal */
void buffer_hex(Buffer *b, uint64_t value); /* 0x..., no leading zeros, lower case */
/* printf; never %g or %f (they depend on the locale). */
void buffer_printf(Buffer *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Appends a NUL that len does not count and returns the text; NULL when the buffer failed. */
const char *buffer_cstr(Buffer *b);
#endif
