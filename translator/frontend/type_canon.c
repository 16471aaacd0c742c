/* type_canon.c: which types of a module are equal.
 *
 * Two recursion groups are equal when they are the same word for word, after a reference into the
 * own group is written as its place there and a reference to an earlier type as that type's canon.
 * So each group is hashed once over those words and compared with an earlier group only when all 64
 * bits agree: linear time, also for hostile modules, as the hash has a seed they do not know. Spec:
 * valid/conventions#rolling-and-unrolling */
#include "section.h"
#define XXH_INLINE_ALL
#include <xxhash.h>

typedef struct GroupSlot {
    uint64_t hash;
    uint32_t first; /* NO_TYPE: empty */
} GroupSlot;

struct TypeCanon {
    uint64_t seed;
    size_t mask; /* slots - 1; a power of two, at most half full */
    GroupSlot slots[];
};

typedef struct Words {
    uint64_t hash;
    uint32_t count, word[64];
} Words;

TypeCanon *type_canon_new(Context *ctx, uint32_t groups) {
    size_t slots = 16, bytes;
    while (slots / 2 < groups)
        slots *= 2;
    TypeCanon *c = NULL;
    if (size_mul_add(slots, sizeof(GroupSlot), sizeof(TypeCanon), &bytes))
        c = ctx->alloc.resize(ctx->alloc.user, NULL, bytes);
    if (!c) {
        diag_nomem(ctx);
        return NULL;
    }
    c->seed = (uintptr_t)c ^ (uintptr_t)&slots << 20;
    c->mask = slots - 1;
    for (size_t i = 0; i < slots; i++)
        c->slots[i].first = NO_TYPE;
    return c;
}

void type_canon_free(Context *ctx, TypeCanon *c) {
    ctx->alloc.resize(ctx->alloc.user, c, 0);
}

enum { OWN_GROUP = 1 << 5, MUTABLE = 1 << 6 }; /* bits that a ValType leaves free */

/* A value type as a word that does not depend on where its group stands. */
static uint32_t type_word(const Module *m, ValType t, uint32_t first) {
    uint32_t heap = vt_heap(t);
    if (!vt_is_ref(t) || !ht_is_index(heap)) return t;
    uint32_t low = t & ((1u << VT_HEAP_SHIFT) - 1);
    if (heap >= first) return low | OWN_GROUP | (heap - first) << VT_HEAP_SHIFT;
    return low | m->types[heap].canon << VT_HEAP_SHIFT;
}

static uint32_t super_word(const Module *m, uint32_t super, uint32_t first) {
    if (super == NO_TYPE) return NO_TYPE;
    return super >= first ? 0x80000000u | (super - first) : m->types[super].canon;
}

static uint32_t field_word(const Module *m, Field f, uint32_t first) {
    return type_word(m, f.type, first) | (f.mutable ? MUTABLE : 0);
}

static void words_flush(Words *w) {
    w->hash = XXH3_64bits_withSeed(w->word, w->count * sizeof *w->word, w->hash);
    w->count = 0;
}

static void words_add(Words *w, uint32_t word) {
    w->word[w->count++] = word;
    if (w->count == sizeof w->word / sizeof *w->word) words_flush(w);
}

static uint32_t form_word(const TypeDef *t) {
    return (uint32_t)t->form | (t->final ? 4u : 0);
}

static uint64_t hash_group(const Module *m, uint64_t seed, uint32_t first, uint32_t count) {
    Words w = {.hash = seed};
    words_add(&w, count);
    for (const TypeDef *t = &m->types[first], *end = t + count; t != end; t++) {
        words_add(&w, form_word(t));
        words_add(&w, super_word(m, t->super, first));
        if (t->form == FORM_FUNC) {
            words_add(&w, t->u.func.param_count);
            words_add(&w, t->u.func.result_count);
            for (uint32_t i = 0; i < t->u.func.param_count; i++)
                words_add(&w, type_word(m, t->u.func.params[i], first));
            for (uint32_t i = 0; i < t->u.func.result_count; i++)
                words_add(&w, type_word(m, t->u.func.results[i], first));
        } else {
            words_add(&w, t->u.fields.count);
            for (uint32_t i = 0; i < t->u.fields.count; i++)
                words_add(&w, field_word(m, t->u.fields.fields[i], first));
        }
    }
    words_flush(&w);
    return w.hash;
}

static bool same_values(const Module *m, const ValType *a, uint32_t first_a, const ValType *b,
                        uint32_t first_b, uint32_t count) {
    for (uint32_t i = 0; i < count; i++)
        if (type_word(m, a[i], first_a) != type_word(m, b[i], first_b)) return false;
    return true;
}

static bool same_type(const Module *m, uint32_t first_a, uint32_t first_b, uint32_t at) {
    const TypeDef *a = &m->types[first_a + at], *b = &m->types[first_b + at];
    if (form_word(a) != form_word(b)) return false;
    if (super_word(m, a->super, first_a) != super_word(m, b->super, first_b)) return false;
    if (a->form == FORM_FUNC)
        return a->u.func.param_count == b->u.func.param_count &&
               a->u.func.result_count == b->u.func.result_count &&
               same_values(m, a->u.func.params, first_a, b->u.func.params, first_b,
                           a->u.func.param_count) &&
               same_values(m, a->u.func.results, first_a, b->u.func.results, first_b,
                           a->u.func.result_count);
    if (a->u.fields.count != b->u.fields.count) return false;
    for (uint32_t i = 0; i < a->u.fields.count; i++)
        if (field_word(m, a->u.fields.fields[i], first_a) !=
            field_word(m, b->u.fields.fields[i], first_b))
            return false;
    return true;
}

static bool same_group(const Module *m, uint32_t a, uint32_t b, uint32_t count) {
    if (m->types[a].group_size != count) return false;
    for (uint32_t i = 0; i < count; i++)
        if (!same_type(m, a, b, i)) return false;
    return true;
}

void type_canon_group(TypeCanon *c, Module *m, uint32_t first, uint32_t count) {
    if (count == 0) return;
    uint64_t hash = hash_group(m, c->seed, first, count);
    size_t at = hash & c->mask;
    for (; c->slots[at].first != NO_TYPE; at = (at + 1) & c->mask) {
        uint32_t other = c->slots[at].first;
        if (c->slots[at].hash != hash || !same_group(m, other, first, count)) continue;
        for (uint32_t i = 0; i < count; i++)
            m->types[first + i].canon = other + i;
        return;
    }
    c->slots[at] = (GroupSlot){hash, first};
    for (uint32_t i = 0; i < count; i++)
        m->types[first + i].canon = first + i;
}
