/* alloc.h: the one allocation hook, and checked size arithmetic.
 * Owns: nothing. Every allocation of the translator goes through the Allocator of its Context, so
 * that a test can make any of them fail. */
#ifndef W2C_ALLOC_H
#define W2C_ALLOC_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* realloc semantics: size 0 frees and returns NULL; NULL on failure leaves ptr as it was.
 * Thread: must be callable from several threads at once. */
typedef struct Allocator {
    void *(*resize)(void *user, void *ptr, size_t size);
    void *user;
} Allocator;

/* The C library's realloc. */
Allocator alloc_default(void);

/* a * b + c in *out; false on overflow. */
static inline bool size_mul_add(size_t a, size_t b, size_t c, size_t *out) {
    size_t product;
    if (__builtin_mul_overflow(a, b, &product)) return false;
    return !__builtin_add_overflow(product, c, out);
}
#endif
