/* text.c: growing text and lines. */
#include "md.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void *md_grow(void *at, size_t size) {
    at = realloc(at, size);
    if (!at) {
        fprintf(stderr, "md2html: out of memory\n");
        exit(1);
    }
    return at;
}

void text_add(Text *t, const char *at, size_t len) {
    if (t->cap - t->len < len + 1) {
        t->cap = 2 * t->cap + len + 64;
        t->at = md_grow(t->at, t->cap);
    }
    memcpy(t->at + t->len, at, len);
    t->len += len;
    t->at[t->len] = 0;
}

void text_puts(Text *t, const char *s) {
    text_add(t, s, strlen(s));
}

void text_printf(Text *t, const char *format, ...) {
    char room[512];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(room, sizeof room, format, args);
    va_end(args);
    if (n > 0) text_add(t, room, (size_t)n < sizeof room ? (size_t)n : sizeof room - 1);
}

void text_escaped(Text *t, const char *at, size_t len) {
    for (size_t i = 0; i < len; i++) {
        switch (at[i]) {
        case '&':
            text_puts(t, "&amp;");
            break;
        case '<':
            text_puts(t, "&lt;");
            break;
        case '>':
            text_puts(t, "&gt;");
            break;
        case '"':
            text_puts(t, "&quot;");
            break;
        default:
            text_add(t, at + i, 1);
            break;
        }
    }
}

size_t line_indent(Line l) {
    size_t columns = 0;
    for (size_t i = 0; i < l.len; i++) {
        if (l.at[i] == ' ')
            columns++;
        else if (l.at[i] == '\t')
            columns += 4 - columns % 4;
        else
            break;
    }
    return columns;
}

Line line_trim(Line l) {
    while (l.len && (*l.at == ' ' || *l.at == '\t'))
        l.at++, l.len--;
    while (l.len && (l.at[l.len - 1] == ' ' || l.at[l.len - 1] == '\t'))
        l.len--;
    return l;
}

bool line_blank(Line l) {
    return line_trim(l).len == 0;
}

Line line_outdent(Line l, size_t columns) {
    size_t done = 0;
    while (l.len && done < columns && (*l.at == ' ' || *l.at == '\t')) {
        done += *l.at == ' ' ? 1 : 4 - done % 4;
        l.at++;
        l.len--;
    }
    return l;
}
