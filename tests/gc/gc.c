/* gc.c: the collector against a shadow of the heap: random changes to a graph of objects, a check of
 * every object that must live; and the roots, limits and counters that embedders meet.
 *
 *   gc [SECONDS [SEED]]      how long the random part runs; default: 1500 steps for each configuration
 *
 * References that the host holds between calls are addresses it may compare, since objects do not move. */
#include "cell.h"
#include "heap.h"
#include "join.h"
#include "shelf.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static int failures;
#define CHECK(good, ...)                                                                           \
    do {                                                                                           \
        if (!(good)) {                                                                             \
            printf("FAILED: %s:%d: ", __FILE__, __LINE__);                                         \
            printf(__VA_ARGS__);                                                                   \
            printf("\n");                                                                          \
            if (++failures > 20) exit(1);                                                          \
        }                                                                                          \
    } while (0)
#define OK(call)                                                                                   \
    do {                                                                                           \
        w2c_status ok_status = (call);                                                             \
        CHECK(ok_status == W2C_OK, "%s: %s", #call, w2c_status_text(ok_status));                   \
    } while (0)

static uint64_t seed = 1;
static uint32_t below(uint32_t n) { /* xorshift */
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (uint32_t)((seed >> 20) % n);
}

/* ---- the shadow ----------------------------------------------------------------------------- */
enum { SLOTS = 128, HANDLES = 16, KIND_NODE = 0, KIND_LIST, KIND_EXT, KIND_BLOB };

typedef struct Shadow {
    uint32_t id, kind, edge_count, bytes;
    struct Shadow **edges;
    struct Shadow *next; /* all of them */
    void *ref;           /* seen at this address, or NULL: not yet */
    bool seen;
} Shadow;

typedef struct World {
    heap *m;
    Shadow *all;
    Shadow *slots[SLOTS];
    Shadow *held[HANDLES];
    w2c_handle *handles[HANDLES];
    uint32_t next_id, objects;
} World;

static Shadow *shadow_new(World *w, uint32_t kind, uint32_t n) {
    Shadow *s = (Shadow *)calloc(1, sizeof *s);
    s->id = ++w->next_id;
    s->kind = kind;
    s->edge_count = kind == KIND_NODE ? 4 : kind == KIND_BLOB ? 0 : n;
    s->bytes = kind == KIND_BLOB ? n : 0;
    s->edges = (Shadow **)calloc(s->edge_count + 1, sizeof *s->edges);
    s->next = w->all;
    w->all = s;
    return s;
}

/* Compares an object with its shadow, and all that can be reached from it: no call allocates. */
static void compare(World *w, Shadow *root, void *root_ref) {
    Shadow *todo[4096];
    size_t count = 0;
    if (!root) {
        CHECK(!root_ref, "a slot should be null");
        return;
    }
    CHECK(!root->ref || root->ref == root_ref, "object %u changed its address", root->id);
    root->ref = root_ref;
    if (root->seen) return;
    root->seen = true;
    todo[count++] = root;
    while (count) {
        Shadow *s = todo[--count];
        uint32_t id = 0, n = 0;
        w->objects++;
        OK(heap_x_id(w->m, s->ref, &id));
        OK(heap_x_inspect(w->m, s->ref, &n));
        CHECK(id == s->id, "object %u has become %u", s->id, id);
        CHECK(n == s->edge_count + s->bytes, "object %u has %d edges or bytes", id, (int)n);
        for (uint32_t i = 0; i < s->edge_count; i++) {
            void *ref = NULL;
            Shadow *to = s->edges[i];
            if (!to && i > 8 && i % 37) continue; /* of the many nulls in large ones, some */
            OK(heap_x_edge(w->m, s->ref, i, &ref));
            CHECK(!ref == !to, "edge %u of object %u", i, id);
            if (!to) continue;
            CHECK(!to->ref || to->ref == ref, "object %u is elsewhere", to->id);
            to->ref = ref;
            if (to->seen) continue;
            to->seen = true;
            if (count == sizeof todo / sizeof *todo)
                compare(w, to, ref);
            else
                todo[count++] = to;
        }
    }
}

static void compare_all(World *w) {
    w->objects = 0;
    for (Shadow *s = w->all; s; s = s->next)
        s->seen = false;
    for (uint32_t k = 0; k < SLOTS; k++) {
        void *ref = NULL;
        OK(heap_x_slot_get(w->m, k, &ref));
        compare(w, w->slots[k], ref);
    }
    for (uint32_t k = 0; k < HANDLES; k++)
        if (w->held[k]) compare(w, w->held[k], w2c_handle_get(w->handles[k]));
    Shadow **at = &w->all; /* what was not seen is garbage */
    while (*at) {
        Shadow *s = *at;
        if (s->seen) {
            at = &s->next;
            continue;
        }
        *at = s->next;
        free(s->edges);
        free(s);
    }
}

static uint64_t shadow_bytes(const World *w) {
    uint64_t sum = 0;
    for (const Shadow *s = w->all; s; s = s->next)
        sum += s->kind == KIND_NODE ? 64 : 24 + 16 + (uint64_t)s->edge_count * 8 + s->bytes;
    return sum;
}

/* ---- random changes ------------------------------------------------------------------------- */
static uint32_t size_of_new(void) {
    switch (below(20)) {
    case 0:
        return 1000 + below(2000); /* large */
    case 1:
        return 200 + below(600);
    default:
        return below(12);
    }
}

static void step(World *w) {
    uint32_t a = below(SLOTS), b = below(SLOTS), k = below(HANDLES);
    Shadow *s = w->slots[a];
    switch (below(12)) {
    case 0:
    case 1:
    case 2: {
        uint32_t kind = below(4), n = size_of_new();
        Shadow *made = shadow_new(w, kind, n);
        OK(heap_x_make(w->m, a, kind, made->id, n));
        w->slots[a] = made;
        break;
    }
    case 3:
    case 4:
    case 5:
    case 6: { /* an edge */
        uint32_t i = s && s->edge_count ? below(s->edge_count) : 0;
        if (!s || !s->edge_count) break;
        OK(heap_x_store(w->m, a, i, b));
        s->edges[i] = w->slots[b];
        break;
    }
    case 7: { /* what an edge leads to */
        uint32_t i = s && s->edge_count ? below(s->edge_count) : 0;
        if (!s || !s->edge_count) break;
        OK(heap_x_load(w->m, b, a, i));
        w->slots[b] = s->edges[i];
        break;
    }
    case 8:
        OK(heap_x_clear(w->m, a));
        w->slots[a] = NULL;
        break;
    case 9: { /* a handle takes it over, or lets go */
        void *ref = NULL;
        OK(heap_x_slot_get(w->m, a, &ref));
        if (!w->handles[k])
            w->handles[k] = w2c_handle_new(heap_instance(w->m), ref);
        else
            w2c_handle_set(w->handles[k], ref);
        w->held[k] = s;
        if (below(4) == 0) {
            w2c_handle_delete(w->handles[k]);
            w->handles[k] = NULL;
            w->held[k] = NULL;
        }
        break;
    }
    case 10: {
        Shadow *t = w->slots[b];
        if (!s || !t || s->kind != KIND_LIST || t->kind != KIND_LIST || !t->edge_count ||
            !s->edge_count)
            break;
        uint32_t most = s->edge_count < t->edge_count ? s->edge_count : t->edge_count,
                 n = below(most + 1);
        uint32_t at = below(s->edge_count - n + 1), first = below(t->edge_count - n + 1);
        OK(heap_x_copy(w->m, a, at, b, first, n));
        memmove(s->edges + at, t->edges + first, n * sizeof *s->edges);
        break;
    }
    default:
        OK(heap_x_garbage(w->m, below(400)));
        break;
    }
}

static w2c_status pause_not(void *env, w2c_instance *importer, w2c_ref p, w2c_ref *r) {
    (void)env, (void)importer;
    *r = p;
    return W2C_OK;
}

static w2c_imports host(w2c_import *room, w2c_host_fn pause) {
    *room = (w2c_import){"host", "pause", w2c_extern_host("r_r", pause, NULL)};
    return (w2c_imports){.list = room, .count = 1};
}

static heap *heap_start(const w2c_config *config, w2c_host_fn pause) {
    w2c_import room;
    heap *m = NULL;
    w2c_imports imports = host(&room, pause ? pause : (w2c_host_fn)pause_not);
    OK(heap_new(&m, &imports, config));
    if (!m) exit(1);
    return m;
}

static void world_end(World *w) {
    while (w->all) {
        Shadow *s = w->all;
        w->all = s->next;
        free(s->edges);
        free(s);
    }
    for (uint32_t k = 0; k < HANDLES; k++)
        w2c_handle_delete(w->handles[k]);
    heap_delete(w->m);
}

/* Everything that is to live lives, and little else. */
static void mutate(uint32_t stress, double seconds) {
    w2c_config config = {.gc_stress = stress, .max_gc_heap = (uint64_t)64 << 20};
    World *w = (World *)calloc(1, sizeof *w);
    w2c_gc_info info;
    clock_t end = clock() + (clock_t)(seconds * (double)CLOCKS_PER_SEC);
    w->m = heap_start(&config, NULL);
    for (uint32_t i = 1; seconds > 0 ? clock() < end : i <= 1500; i++) {
        step(w);
        if (i % 100) continue;
        compare_all(w);
        if (i % 500) continue;
        CHECK(w2c_gc_collect(heap_instance(w->m)), "no collection");
        compare_all(w);
        w2c_gc_stats(heap_instance(w->m), &info);
        uint64_t want = shadow_bytes(w);
        CHECK(info.live >= want, "%llu bytes should live, %llu do", (unsigned long long)want,
              (unsigned long long)info.live);
        CHECK(info.live <= want + 400000, "%llu bytes should live, %llu do: leaked",
              (unsigned long long)want, (unsigned long long)info.live);
    }
    w2c_gc_stats(heap_instance(w->m), &info);
    CHECK(info.collections > 0, "there was no collection");
    printf("random, stress %u: %u objects made, %u live, %llu collections\n", stress, w->next_id,
           w->objects, (unsigned long long)info.collections);
    world_end(w);
    free(w);
}

/* ---- limits --------------------------------------------------------------------------------- */
static void test_rings(void) {
    w2c_config config = {.max_gc_heap = (uint64_t)4 << 20};
    w2c_gc_info info;
    heap *m = heap_start(&config, NULL);
    OK(heap_x_rings(m, 300000));
    w2c_gc_stats(heap_instance(m), &info);
    CHECK(info.collections >= 5, "%llu collections", (unsigned long long)info.collections);
    CHECK(info.allocated > (uint64_t)20 << 20, "allocated %llu",
          (unsigned long long)info.allocated);
    CHECK(info.peak <= (uint64_t)8 << 20, "peak %llu", (unsigned long long)info.peak);
    CHECK(w2c_gc_collect(heap_instance(m)), "no collection");
    w2c_gc_stats(heap_instance(m), &info);
    CHECK(info.live < 100000, "%llu bytes live", (unsigned long long)info.live);
    heap_delete(m);
}

/* Roots on the stack are found conservatively: what calls before have left there goes. */
__attribute__((noinline)) static void clean_stack(void) {
    volatile char space[32768];
    for (size_t i = 0; i < sizeof space; i++)
        space[i] = 0;
}

static void test_exhaustion(void) {
    w2c_config config = {.max_gc_heap = (uint64_t)3 << 20};
    heap *m = heap_start(&config, NULL);
    uint32_t n = 0;
    for (int i = 0; i < 3; i++) {
        CHECK(heap_x_hoard(m) == W2C_TRAP_HEAP_EXHAUSTED, "no trap");
        CHECK(strstr(w2c_instance_detail(heap_instance(m)), "max_gc_heap"), "no detail");
        if (i)
            OK(heap_x_hoarded(m, &n));
        else
            n = 131000;
        CHECK(n > 100000 && n <= ((uint32_t)3 << 20) / 24, "%u objects in 3 MiB", n);
        OK(heap_x_release(m));
        if (i)
            CHECK(w2c_gc_collect(heap_instance(m)),
                  "no collection"); /* exact: no frame is active */
        clean_stack();
        OK(heap_x_garbage(m, 200000));
    }
    CHECK(heap_x_huge(m, 0xffffffffu, &n) == W2C_TRAP_HEAP_EXHAUSTED, "no trap");
    CHECK(heap_x_huge(m, 400000, &n) == W2C_TRAP_HEAP_EXHAUSTED, "no trap");
    for (int i = 0; i < 10; i++)
        OK(heap_x_huge(m, 150000, &n));
    CHECK(n == 150000, "%u", n);
    heap_delete(m);
}

/* ---- the stack ------------------------------------------------------------------------------ */
static heap *paused;
static w2c_status pause_collect(void *env, w2c_instance *importer, w2c_ref p, w2c_ref *r) {
    w2c_ref volatile kept = p; /* in this frame alone, once the caller has forgotten it */
    uint32_t n = 0;
    (void)env;
    CHECK(w2c_gc_collect(importer), "no collection");
    OK(heap_x_garbage(paused, 100000));
    OK(heap_x_walk(paused, 100, &n));
    CHECK(n == 4950, "%u", n);
    CHECK(w2c_gc_collect(importer), "no collection");
    *r = kept;
    return W2C_OK;
}

static void test_stack(uint32_t stress) {
    w2c_config config = {.gc_stress = stress};
    uint32_t n = 0, depth = stress ? 3 : 12;
    paused = heap_start(&config, (w2c_host_fn)pause_collect);
    OK(heap_x_trees(paused, depth, 20, &n));
    CHECK(n == 21 * ((2u << depth) - 1), "trees have %u nodes", n);
    OK(heap_x_deep(paused, 50, &n));
    CHECK(n == 1275 + 1000, "deep gave %u", n);
    OK(heap_x_walk(paused, stress ? 300 : 50000, &n));
    CHECK(n == (stress ? 44850u : 1249975000u), "walk gave %u", n);
    w2c_ref first = NULL;
    OK(heap_x_first(paused, &first));
    OK(heap_x_id(paused, first, &n));
    CHECK(n == 77, "the global's object is %u", n);
    heap_delete(paused);
}

/* ---- contexts ------------------------------------------------------------------------------- */
static void test_join(void) {
    heap *a = heap_start(NULL, NULL), *b = heap_start(NULL, NULL);
    join *j = NULL;
    w2c_handle *of_b;
    void *ref = NULL;
    uint32_t id = 0;
    for (uint32_t k = 0; k < 100; k++) {
        OK(heap_x_make(a, k, k % 4, k + 1000, k * 40));
        OK(heap_x_make(b, k, k % 4, k + 2000, k * 40));
    }
    OK(heap_x_slot_get(b, 7, &ref));
    of_b = w2c_handle_new(heap_instance(b), ref);
    CHECK(w2c_instance_context(heap_instance(a)) != w2c_instance_context(heap_instance(b)),
          "one context");
    w2c_link links[] = {{"a", heap_instance(a)}, {"b", heap_instance(b)}};
    w2c_imports imports = {.links = links, .link_count = 2};
    OK(join_new(&j, &imports, NULL));
    CHECK(w2c_instance_context(heap_instance(a)) == w2c_instance_context(heap_instance(b)),
          "two contexts");
    for (uint32_t k = 0; k < 100; k += 2)
        OK(join_x_over(j, k));
    CHECK(w2c_gc_collect(heap_instance(a)), "no collection");
    for (uint32_t k = 0; k < 100; k++) {
        OK(heap_x_slot_get(b, k, &ref));
        OK(heap_x_id(b, ref, &id));
        CHECK(id == (k % 2 ? 2000u : 1000u) + k, "object %u is %u", k, id);
    }
    OK(heap_x_id(a, w2c_handle_get(of_b), &id));
    CHECK(id == 2007, "the handle's object is %u", id);
    join_delete(j);
    heap_delete(a);
    heap_delete(b);
    CHECK(!w2c_handle_get(of_b), "a handle outlives its context");
    w2c_handle_delete(of_b);
}

/* A global given by itself, not by a link to its instance: objects go from heap to heap all the same. */
static void test_global(void) {
    cell *c = NULL;
    shelf *s = NULL;
    uint32_t n = 0;
    OK(cell_new(&c, NULL, NULL));
    w2c_import given = {.module = "cell", .name = "cell"};
    CHECK(w2c_export_find(cell_instance(c), w2c_name_of("cell"), &given.value), "no export");
    w2c_imports imports = {.list = &given, .count = 1};
    OK(shelf_new(&s, &imports, NULL));
    CHECK(w2c_instance_context(cell_instance(c)) == w2c_instance_context(shelf_instance(s)),
          "two contexts");
    OK(shelf_x_put(s, 77));
    shelf_delete(s);
    OK(cell_x_litter(c, 100000));
    CHECK(w2c_gc_collect(cell_instance(c)), "no collection");
    OK(cell_x_litter(c, 100000));
    OK(cell_x_read(c, &n));
    CHECK(n == 77, "%u", n);
    cell_delete(c);
}

/* ---- host references ------------------------------------------------------------------------ */
static void test_host(void) {
    static int objects[4];
    heap *m = heap_start(NULL, NULL);
    void *ref = NULL;
    uint32_t id;
    w2c_ref any = w2c_any_of_extern(&objects[1]);
    CHECK(w2c_extern_of_any(any) == &objects[1], "conversion loses identity");
    OK(heap_x_slot_set(m, 3, any));
    OK(heap_x_make(m, 4, KIND_EXT, 1, 2));
    OK(heap_x_store(m, 4, 0, 3)); /* to extern and back */
    OK(heap_x_store(m, 4, 1, 4)); /* itself */
    CHECK(w2c_gc_collect(heap_instance(m)), "no collection");
    OK(heap_x_slot_get(m, 4, &ref));
    void *first = NULL, *second = NULL;
    OK(heap_x_edge(m, ref, 0, &first));
    OK(heap_x_edge(m, ref, 1, &second));
    CHECK(first == any && second == ref, "edges through extern");
    CHECK(heap_x_id(m, any, &id) == W2C_TRAP_CAST_FAILURE, "a cast of a host reference");
    CHECK(heap_x_id(m, NULL, &id) == W2C_TRAP_CAST_FAILURE, "a cast of null");
    heap_delete(m);
}

int main(int argc, char **argv) {
    double seconds = argc > 1 ? atof(argv[1]) / 3 : 0;
    if (argc > 2) seed = strtoull(argv[2], NULL, 0) | 1;
    test_host();
    test_rings();
    test_exhaustion();
    test_stack(0);
    test_stack(1);
    test_join();
    test_global();
    mutate(0, seconds);
    mutate(1, seconds);
    mutate(13, seconds);
    printf("%s\n", failures ? "FAILED" : "ok");
    return failures != 0;
}
