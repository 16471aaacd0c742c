/* reader.h: bytes and LEB128 numbers from a slice, with a sticky error.
 * The reader knows nothing of modules: it remembers the first error's kind and place, and the
 * frontend turns that into a diagnostic. After an error every read returns 0 and does not move.
 * Spec: binary/values */
#ifndef W2C_READER_H
#define W2C_READER_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct Slice {
    const uint8_t *ptr;
    size_t len;
} Slice;

typedef enum ReaderError {
    READER_OK,
    READER_END,       /* the slice ended inside a value */
    READER_TOO_LONG,  /* "integer representation too long" */
    READER_TOO_LARGE, /* "integer too large" */
} ReaderError;

typedef struct Reader {
    const uint8_t *pos, *end;
    const uint8_t *base;  /* the module's first byte: offsets count from here */
    const uint8_t *limit; /* the module's end, or NULL. A number that `end` cuts off is judged by
                           * the bytes behind it, up to here: too long and too large go before
                           * READER_END, as the specification's tests want it. */
    ReaderError error;
    const uint8_t *error_pos;
} Reader;

static inline size_t reader_offset(const Reader *r) {
    return (size_t)(r->pos - r->base);
}
static inline size_t reader_left(const Reader *r) {
    return (size_t)(r->end - r->pos);
}

/* Records the first error and empties the reader. Returns 0. */
uint64_t reader_fail(Reader *r, ReaderError error, const uint8_t *at);
uint64_t reader_uleb_slow(Reader *r, unsigned bits);
int64_t reader_sleb_slow(Reader *r, unsigned bits);

static inline uint8_t reader_u8(Reader *r) {
    if (r->pos == r->end) return (uint8_t)reader_fail(r, READER_END, r->pos);
    return *r->pos++;
}
static inline uint32_t reader_u32leb(Reader *r) {
    if (r->pos != r->end && *r->pos < 0x80) return *r->pos++;
    return (uint32_t)reader_uleb_slow(r, 32);
}
static inline uint64_t reader_u64leb(Reader *r) {
    if (r->pos != r->end && *r->pos < 0x80) return *r->pos++;
    return reader_uleb_slow(r, 64);
}
static inline int32_t reader_s32leb(Reader *r) {
    if (r->pos != r->end && *r->pos < 0x40) return *r->pos++;
    return (int32_t)reader_sleb_slow(r, 32);
}
static inline int64_t reader_s33leb(Reader *r) {
    return reader_sleb_slow(r, 33);
}
static inline int64_t reader_s64leb(Reader *r) {
    if (r->pos != r->end && *r->pos < 0x40) return *r->pos++;
    return reader_sleb_slow(r, 64);
}
/* Little-endian, fixed width. */
uint32_t reader_u32(Reader *r);
uint64_t reader_u64(Reader *r);
/* len bytes as a slice of the input; an empty slice and READER_END when they are not there. */
Slice reader_slice(Reader *r, size_t len);
#endif
