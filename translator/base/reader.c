/* reader.c: the slow paths: numbers of more than one byte, and their errors. */
#include "reader.h"

uint64_t reader_fail(Reader *r, ReaderError error, const uint8_t *at) {
    if (r->error == READER_OK) {
        r->error = error;
        r->error_pos = at;
    }
    r->pos = r->end;
    return 0;
}

/* r ended inside the number at start. */
static uint64_t reader_cut(Reader *r, const uint8_t *start, unsigned bits, bool is_signed) {
    if (r->error == READER_OK && r->limit && r->limit != r->end) {
        Reader ahead = {.pos = start, .end = r->limit, .base = r->base};
        if (is_signed)
            reader_sleb_slow(&ahead, bits);
        else
            reader_uleb_slow(&ahead, bits);
        if (ahead.error != READER_OK && ahead.error != READER_END)
            return reader_fail(r, ahead.error, ahead.error_pos);
    }
    return reader_fail(r, READER_END, r->pos);
}

uint64_t reader_uleb_slow(Reader *r, unsigned bits) {
    const uint8_t *start = r->pos;
    uint64_t value = 0;
    for (unsigned shift = 0;; shift += 7) {
        if (r->pos == r->end) return reader_cut(r, start, bits, false);
        uint8_t byte = *r->pos++;
        unsigned left = bits - shift; /* bits that may still be set */
        if (left <= 7) {
            if (byte & 0x80) return reader_fail(r, READER_TOO_LONG, start);
            if (left < 7 && (byte >> left) != 0) return reader_fail(r, READER_TOO_LARGE, start);
        }
        value |= (uint64_t)(byte & 0x7f) << shift;
        if (!(byte & 0x80)) return value;
    }
}

int64_t reader_sleb_slow(Reader *r, unsigned bits) {
    const uint8_t *start = r->pos;
    uint64_t value = 0;
    for (unsigned shift = 0;; shift += 7) {
        if (r->pos == r->end) return (int64_t)reader_cut(r, start, bits, true);
        uint8_t byte = *r->pos++;
        unsigned left = bits - shift;
        if (left <= 7) {
            if (byte & 0x80) return (int64_t)reader_fail(r, READER_TOO_LONG, start);
            /* the bits from the sign bit up must all be equal */
            uint8_t high = (uint8_t)((byte & 0x7f) >> (left - 1));
            if (high != 0 && high != (uint8_t)(0x7f >> (left - 1)))
                return (int64_t)reader_fail(r, READER_TOO_LARGE, start);
        }
        value |= (uint64_t)(byte & 0x7f) << shift;
        if (!(byte & 0x80)) {
            if ((byte & 0x40) && shift + 7 < 64) value |= ~(uint64_t)0 << (shift + 7);
            return (int64_t)value;
        }
    }
}

uint32_t reader_u32(Reader *r) {
    Slice s = reader_slice(r, 4);
    if (!s.len) return 0;
    return (uint32_t)s.ptr[0] | (uint32_t)s.ptr[1] << 8 | (uint32_t)s.ptr[2] << 16 |
           (uint32_t)s.ptr[3] << 24;
}

uint64_t reader_u64(Reader *r) {
    uint64_t low = reader_u32(r);
    return low | (uint64_t)reader_u32(r) << 32;
}

Slice reader_slice(Reader *r, size_t len) {
    if (len > reader_left(r)) {
        reader_fail(r, READER_END, r->end);
        return (Slice){r->end, 0};
    }
    Slice s = {r->pos, len};
    r->pos += len;
    return s;
}
