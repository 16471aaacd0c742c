/* gen_tape.c: where the generator's decisions come from. */
#include "gen.h"
#include <stdlib.h>

static void begin(Gen *g, const GenOptions *options) {
    memset(g, 0, sizeof *g);
    g->options = *options;
    arena_init(&g->arena, alloc_default());
    buffer_init(&g->code, alloc_default());
}

/* splitmix64's mixing */
static uint64_t mixed(uint64_t z) {
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

/* Mixed as well, or seeds that follow each other would give parts of the same sequence. */
void gen_init(Gen *g, const GenOptions *options, uint64_t seed) {
    begin(g, options);
    g->random = mixed(seed * 0xd1342543de82ef95u + 0x632be59bd9b4e019u);
}

void gen_replay(Gen *g, const GenOptions *options, const uint32_t *tape, uint32_t count) {
    begin(g, options);
    g->replay = tape;
    g->replay_count = count;
}

void gen_free(Gen *g) {
    buffer_free(&g->code);
    arena_free(&g->arena);
    free(g->tape);
}

static uint32_t random_next(Gen *g) {
    g->random += 0x9e3779b97f4a7c15u;
    return (uint32_t)(mixed(g->random) >> 32);
}

static void tape_grow(Gen *g) {
    uint32_t cap = g->tape_cap ? g->tape_cap * 2 : 4096;
    uint32_t *tape = realloc(g->tape, cap * sizeof *tape);
    if (!tape) abort();
    g->tape = tape;
    g->tape_cap = cap;
}

/* A pick that has no choice is not on the tape. */
uint32_t gen_pick(Gen *g, uint32_t n) {
    if (n < 2) return 0;
    uint32_t at = g->tape_count;
    uint32_t raw = !g->replay ? random_next(g) : at < g->replay_count ? g->replay[at] : 0;
    uint32_t pick = raw % n;
    if (at == g->tape_cap) tape_grow(g);
    g->tape[g->tape_count++] = pick;
    return pick;
}
