/* strmap.c: open addressing with linear probing, at most two thirds full, hashed by XXH3 with a
 * per-map seed of its own address, so that hostile names cannot aim at one slot. */
#include "strmap.h"
#include <string.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

static const uint8_t empty_key[1];

void strmap_init(StrMap *m, Allocator alloc) {
    *m = (StrMap){.alloc = alloc, .seed = (uintptr_t)m};
}

void strmap_free(StrMap *m) {
    if (m->slots) m->alloc.resize(m->alloc.user, m->slots, 0);
    strmap_init(m, m->alloc);
}

static uint32_t hash_key(const StrMap *m, Slice key) {
    return (uint32_t)XXH3_64bits_withSeed(key.ptr, key.len, m->seed);
}

static StrMapSlot *probe(const StrMap *m, Slice key, uint32_t hash) {
    size_t at = hash & (m->cap - 1);
    for (;; at = (at + 1) & (m->cap - 1)) {
        StrMapSlot *s = &m->slots[at];
        if (!s->key.ptr) return s;
        if (s->hash == hash && s->key.len == key.len && memcmp(s->key.ptr, key.ptr, key.len) == 0)
            return s;
    }
}

bool strmap_reserve(StrMap *m, size_t count) {
    size_t cap = m->cap ? m->cap : 16, bytes;
    while (cap / 3 * 2 < count) {
        if (cap > SIZE_MAX / 2) return false;
        cap *= 2;
    }
    if (cap == m->cap) return true;
    if (!size_mul_add(cap, sizeof *m->slots, 0, &bytes)) return false;
    StrMapSlot *slots = m->alloc.resize(m->alloc.user, NULL, bytes);
    if (!slots) return false;
    memset(slots, 0, bytes);
    StrMap bigger = {m->alloc, slots, cap, m->count, m->seed};
    for (size_t i = 0; i < m->cap; i++)
        if (m->slots[i].key.ptr) *probe(&bigger, m->slots[i].key, m->slots[i].hash) = m->slots[i];
    if (m->slots) m->alloc.resize(m->alloc.user, m->slots, 0);
    m->slots = slots;
    m->cap = cap;
    return true;
}

uint32_t *strmap_insert(StrMap *m, Slice key, uint32_t value, bool *found) {
    if (!strmap_reserve(m, m->count + 1)) return NULL;
    if (key.len == 0) key.ptr = empty_key;
    uint32_t hash = hash_key(m, key);
    StrMapSlot *s = probe(m, key, hash);
    *found = s->key.ptr != NULL;
    if (!*found) {
        *s = (StrMapSlot){key, hash, value};
        m->count++;
    }
    return &s->value;
}

const uint32_t *strmap_find(const StrMap *m, Slice key) {
    if (!m->cap) return NULL;
    if (key.len == 0) key.ptr = empty_key;
    const StrMapSlot *s = probe(m, key, hash_key(m, key));
    return s->key.ptr ? &s->value : NULL;
}
