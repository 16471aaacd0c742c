/* strmap.h: byte strings to 32-bit values: name uniqueness, export lookup.
 * Keys are borrowed: they must outlive the map. Owner: the caller (strmap_free). Thread: one. */
#ifndef W2C_STRMAP_H
#define W2C_STRMAP_H
#include "alloc.h"
#include "reader.h"

typedef struct StrMapSlot {
    Slice key; /* ptr NULL: empty */
    uint32_t hash, value;
} StrMapSlot;

typedef struct StrMap {
    Allocator alloc;
    StrMapSlot *slots;
    size_t cap, count; /* cap is a power of two */
    uint64_t seed;
} StrMap;

void strmap_init(StrMap *m, Allocator alloc);
void strmap_free(StrMap *m);
/* Makes room for `count` keys in all; false when memory runs out. */
bool strmap_reserve(StrMap *m, size_t count);
/* Finds key or adds it with `value`; *found tells which. NULL when memory runs out. The pointer is
 * good until the next insertion. */
uint32_t *strmap_insert(StrMap *m, Slice key, uint32_t value, bool *found);
const uint32_t *strmap_find(const StrMap *m, Slice key); /* NULL when absent */
#endif
