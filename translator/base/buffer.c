/* buffer.c: growth by doubling, numbers without the locale, and a quick printf. */
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
    while (cap < need && cap <= SIZE_MAX / 2)
        cap *= 2;
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
    do
        text[--at] = (char)('0' + value % 10);
    while ((value /= 10) != 0);
    buffer_bytes(b, text + at, sizeof text - at);
}

void buffer_hex(Buffer *b, uint64_t value) {
    char text[18];
    size_t at = sizeof text;
    do
        text[--at] = "0123456789abcdef"[value & 15];
    while ((value >>= 4) != 0);
    text[--at] = 'x';
    text[--at] = '0';
    buffer_bytes(b, text + at, sizeof text - at);
}

/* What printf makes of the format, first into the room that is there. */
static void buffer_vprintf(Buffer *b, const char *format, va_list args) {
    va_list again;
    va_copy(again, args);
    if (buffer_reserve(b, 64)) {
        size_t room = b->cap - b->len;
        int len = vsnprintf(b->data + b->len, room, format, args);
        if (len < 0) {
            b->failed = true;
        } else if ((size_t)len < room) {
            b->len += (size_t)len;
        } else if (buffer_reserve(b, (size_t)len + 1)) {
            vsnprintf(b->data + b->len, (size_t)len + 1, format, again);
            b->len += (size_t)len;
        }
    }
    va_end(again);
}

/* Most of the generated text comes through here: the plain conversions are done by hand, and from the
 * first other one on the C library has the rest. */
void buffer_printf(Buffer *b, const char *format, ...) {
    va_list args;
    va_start(args, format);
    for (;;) {
        size_t plain = 0;
        while (format[plain] && format[plain] != '%')
            plain++;
        buffer_bytes(b, format, plain);
        format += plain;
        if (!*format) break;
        if (format[1] == 's') {
            buffer_text(b, va_arg(args, const char *));
        } else if (format[1] == 'u') {
            buffer_u64(b, va_arg(args, unsigned));
        } else if (format[1] == 'c') {
            buffer_char(b, (char)va_arg(args, int));
        } else {
            buffer_vprintf(b, format, args);
            break;
        }
        format += 2;
    }
    va_end(args);
}

const char *buffer_cstr(Buffer *b) {
    if (!buffer_reserve(b, 1)) return NULL;
    b->data[b->len] = 0;
    return b->data;
}
