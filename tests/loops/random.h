/* random.h: chance that is the same on every machine. */
#ifndef W2C_TEST_RANDOM_H
#define W2C_TEST_RANDOM_H
#include <stdint.h>

/* xorshift: the same everywhere */
typedef struct Random {
    uint64_t state;
} Random;
static uint32_t any(Random *r, uint32_t below) {
    r->state ^= r->state << 13;
    r->state ^= r->state >> 7;
    r->state ^= r->state << 17;
    return (uint32_t)(r->state >> 33) % below;
}
#endif
