/* emit_text.c: bytes of the module inside C text: string literals and comments. */
#include "emit.h"

static void octal(Buffer *out, uint8_t c, bool digit_follows) {
    buffer_char(out, '\\');
    if (digit_follows || c >= 64) buffer_char(out, (char)('0' + (c >> 6)));
    if (digit_follows || c >= 8) buffer_char(out, (char)('0' + (c >> 3 & 7)));
    buffer_char(out, (char)('0' + (c & 7)));
}

static void literal_bytes(Buffer *out, const uint8_t *p, size_t len) {
    for (size_t i = 0; i < len; i++) {
        uint8_t c = p[i];
        bool digit_follows = i + 1 < len && p[i + 1] >= '0' && p[i + 1] <= '9';
        if (c == '"' || c == '\\') {
            buffer_char(out, '\\');
            buffer_char(out, (char)c);
        } else if (c >= 32 && c < 127 && c != '?') { /* '?': trigraphs */
            buffer_char(out, (char)c);
        } else {
            octal(out, c, digit_follows);
        }
    }
}

void emit_string(Buffer *out, Slice s) {
    enum { LINE = 64 };
    buffer_char(out, '"');
    for (size_t i = 0; i < s.len; i += LINE) {
        if (i) buffer_text(out, "\"\n    \"");
        literal_bytes(out, s.ptr + i, s.len - i < LINE ? s.len - i : LINE);
    }
    buffer_char(out, '"');
}

void emit_comment_text(Buffer *out, Slice s) {
    enum { LONGEST = 160 };
    for (size_t i = 0; i < s.len && i < LONGEST; i++) {
        uint8_t c = s.ptr[i];
        /* no end of comment, no line splice, no trigraph, and plain ASCII only */
        bool plain = c >= 32 && c < 127 && c != '\\' && c != '?' &&
                     !(c == '/' && i && s.ptr[i - 1] == '*') &&
                     !(c == '*' && i && s.ptr[i - 1] == '/');
        buffer_char(out, plain ? (char)c : '.');
    }
    if (s.len > LONGEST) buffer_text(out, "...");
}
