/* buffer.c: growth by doubling, and numbers without the locale. */
#include "buffer.h"
#include <stdarg.h>
#include <stdio.h>

void buffer_init(Buffer *b, Allocator alloc) {
    *b = (Buffer){.alloc = alloc};
}

void buffer_free(Buffer *b) {
    if (b->data) b->alloc.resize(b->alloc.user, b->data, 0);
    buffer_init(b, b->alloc);
}

bool buffer_grow(Buffer *b, size_t more) {
    if (b->failed) return false;
    size_t need, cap = b->cap < 256 ? 256 : b->cap;
    if (!size_mul_add(1, b->len, more, &need)) {
        b->failed = true;
        return false;
    }
    while (cap < need && cap <= SIZE_MAX / 2) cap *= 2;
    char *data = cap < need ? NULL : b->alloc.resize(b->alloc.user, b->data, cap);
    if (!data) {
        b->failed = true;
        return false;
    }
    b->data = data;
    b->cap = cap;
    return true;
}

void buffer_u64(Buffer *b, uint64_t value) {
    char text[20];
    size_t at = sizeof text;
    do text[--at] = (char)('0' + value % 10);
    while ((value /= 10) != 0);
    buffer_bytes(b, text + at, sizeof text - at);
}

void buffer_hex(Buffer *b, uint64_t value) {
    char text[18];
    size_t at = sizeof text;
    do text[--at] = "0123456789abcdef"[value & 15];
    while ((value >>= 4) != 0);
    text[--at] = 'x';
    text[--at] = '0';
    buffer_bytes(b, text + at, sizeof text - at);
}

void buffer_printf(Buffer *b, const char *format, ...) {
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int len = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (len < 0) {
        b->failed = true;
    } else if (buffer_reserve(b, (size_t)len + 1)) {
        vsnprintf(b->data + b->len, (size_t)len + 1, format, again);
        b->len += (size_t)len;
    }
    va_end(again);
}

const char *buffer_cstr(Buffer *b) {
    if (!buffer_reserve(b, 1)) return NULL;
    b->data[b->len] = 0;
    return b->data;
}
