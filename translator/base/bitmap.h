/* bitmap.h: sets of small numbers as bits of 64-bit words. Owner and size: whoever made the words. */
#ifndef W2C_BITMAP_H
#define W2C_BITMAP_H
#include <stdbool.h>
#include <stdint.h>

/* NULL: the empty set. */
static inline bool bitmap_has(const uint64_t *bits, uint32_t i) {
    return bits && (bits[i / 64] >> (i % 64) & 1);
}

static inline void bitmap_add(uint64_t *bits, uint32_t i) {
    bits[i / 64] |= (uint64_t)1 << (i % 64);
}
#endif
