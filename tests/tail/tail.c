/* tail.c: runs first.wasm and second.wasm: tail calls with a stack of 128 KiB (see STACK) and ten million
 * steps, results against the same in C. Arguments: steps of the short tests, and of the long one. */
#include "first.h"
#include "second.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STACK ((size_t)128 << 10)

static int failed;
#define CHECK(good)                                                                                \
    do {                                                                                           \
        if (!(good)) {                                                                             \
            failed++;                                                                              \
            printf("line %d: %s\n", __LINE__, #good);                                              \
        }                                                                                          \
    } while (0)

static first *one;
static second *two;
static uint32_t host_calls;

static w2c_status host_typed(void *env, w2c_instance *importer, uint32_t a, double b,
                             double *result) {
    host_calls++;
    *result = a * b;
    return env == &host_calls && importer == first_instance(one) ? W2C_OK : W2C_TRAP_HOST;
}

static w2c_status host_any(void *env, w2c_instance *importer, const w2c_value *args,
                           w2c_value *results) {
    (void)importer;
    host_calls++;
    results[0].f64 = args[0].i32 - args[1].f64;
    return env == &host_calls ? W2C_OK : W2C_TRAP_HOST;
}

/* first imports from second what is there only later. */
static bool resolve(void *user, const w2c_wanted *wanted, w2c_extern *out) {
    (void)user;
    return two && wanted->module.len == 6 && !memcmp(wanted->module.text, "second", 6) &&
           w2c_export_find(second_instance(two), wanted->name, out);
}

static bool make_instances(void) {
    const w2c_import list[] = {
        {"host", "typed", w2c_extern_host("id_d", (w2c_host_fn)host_typed, &host_calls)},
        {"host", "any", w2c_extern_host_any("id_d", host_any, &host_calls)}};
    const w2c_imports for_one = {list, 2, NULL, 0, resolve, NULL};
    w2c_config config = {.stack_bytes = STACK};
    CHECK(first_new(&one, &for_one, &config) == W2C_OK);
    if (!one) return false;
    const w2c_link link = {"first", first_instance(one)};
    const w2c_imports for_two = {NULL, 0, &link, 1, NULL, NULL};
    CHECK(second_new(&two, &for_two, &config) == W2C_OK);
    return two != NULL;
}

/* ---- thirty parameters ----------------------------------------------------------------------- */
typedef struct Five { /* of each kind */
    uint32_t i[5];
    uint64_t l[5];
    float f[5];
    double d[5];
    w2c_v128 v[5];
    w2c_ref r[5];
} Five;

static void begin(Five *a, uint32_t steps) {
    static char refs[5];
    for (unsigned k = 0; k < 5; k++) {
        a->i[k] = 100 + k;
        a->l[k] = 0x123456789abcdefull * (k + 1);
        a->f[k] = 1.25f * (float)(k + 1);
        a->d[k] = -0.75 * (k + 1);
        for (unsigned n = 0; n < 16; n++)
            a->v[k].bytes[n] = (uint8_t)(k * 16 + n);
        a->r[k] = refs + k;
    }
    a->i[0] = steps;
}

static void add_ones(w2c_v128 *v) {
    uint32_t lanes[4];
    memcpy(lanes, v, sizeof lanes);
    for (unsigned n = 0; n < 4; n++)
        lanes[n]++;
    memcpy(v, lanes, sizeof lanes);
}

static void step(Five *a) {
    w2c_ref first_ref = a->r[0];
    for (unsigned k = 0; k < 5; k++) {
        a->i[k] += k ? k : UINT32_MAX;
        a->l[k] += 3;
        a->f[k] = -a->f[k];
        a->d[k] += 0.5;
        add_ones(&a->v[k]);
        a->r[k] = k < 4 ? a->r[k + 1] : first_ref;
    }
}

static void thirty(unsigned way, uint32_t steps) {
    Five a;
    uint32_t i, i2;
    uint64_t l;
    float f;
    double d, d2;
    w2c_v128 v;
    w2c_ref r;
    begin(&a, steps);
    *first_x_way(one) = way;
    w2c_status status =
        first_x_f(one, a.i[0], a.l[0], a.f[0], a.d[0], a.v[0], a.r[0], a.i[1], a.l[1], a.f[1],
                  a.d[1], a.v[1], a.r[1], a.i[2], a.l[2], a.f[2], a.d[2], a.v[2], a.r[2], a.i[3],
                  a.l[3], a.f[3], a.d[3], a.v[3], a.r[3], a.i[4], a.l[4], a.f[4], a.d[4], a.v[4],
                  a.r[4], &i, &l, &f, &d, &v, &r, &i2, &d2);
    CHECK(status == W2C_OK);
    if (status != W2C_OK) return;
    while (a.i[0])
        step(&a);
    CHECK(i == a.i[1] && l == a.l[2] && f == a.f[3] && d == a.d[4] && r == a.r[1] && i2 == a.i[4] &&
          d2 == a.d[0]);
    CHECK(!memcmp(&v, &a.v[0], sizeof v));
}

/* ---- the others ------------------------------------------------------------------------------ */
static void count_up(uint32_t steps) {
    uint64_t r = 0;
    uint32_t even = 9;
    float f = 0;
    CHECK(first_x_even(one, steps, &even) == W2C_OK && even == (steps % 2 == 0));
    CHECK(first_x_refs(one, steps, &f) == W2C_OK && f == 1.5f);
    CHECK(first_x_swap(one, steps, 5, 6, &r) == W2C_OK && r == (steps % 2 ? 6 : 5));
    /* 2 by this module, 5 by the other; who is asked for 0 more decides the sign */
    uint64_t sum = (uint64_t)(steps / 2) * 7 + (steps % 2 ? 2 : 0);
    CHECK(first_x_count(one, steps, 0, &r) == W2C_OK && r == (steps % 2 ? 0 - sum : sum));
}

static void leaves(void) {
    double d = 0;
    CHECK(first_x_leaf(one, 4, 0.5, &d) == W2C_OK && d == 4.5);
    CHECK(first_x_leaf_table(one, 5, 0.5, &d) == W2C_OK && d == 5.5);
    CHECK(first_x_host_typed(one, 6, 0.5, &d) == W2C_OK && d == 3);
    CHECK(first_x_host_any(one, 7, 0.5, &d) == W2C_OK && d == 6.5);
    CHECK(host_calls == 2);
}

static void traps(void) {
    static const w2c_status wanted[] = {W2C_TRAP_UNDEFINED_ELEMENT, W2C_TRAP_CALL_TYPE,
                                        W2C_TRAP_MEMORY_BOUNDS, W2C_TRAP_NULL_FUNC,
                                        W2C_TRAP_DIV_BY_ZERO};
    uint32_t r = 0;
    for (uint32_t k = 0; k < 5; k++)
        CHECK(first_x_trap(one, k, &r) == wanted[k]);
    CHECK(first_x_deep(one, 20, &r) == W2C_OK && r == 21);
    CHECK(first_x_deep(one, 100000000, &r) == W2C_TRAP_STACK_EXHAUSTED);
    CHECK(first_x_even(one, 100, &r) == W2C_OK && r == 1);
}

static void nans(void) {
    static const uint32_t bits[] = {0x7fa12345, 0xffc00001, 0x3f800000};
    static const uint64_t wide = 0x7ff4000012345678;
    float in[3], out[3];
    double d, d_out;
    memcpy(in, bits, sizeof in);
    memcpy(&d, &wide, sizeof d);
    for (uint32_t way = 0; way < 2; way++) {
        CHECK(first_x_nan(one, way, in[0], d, 1, 2, 3, in[1], &out[0], &d_out, &out[1]) == W2C_OK);
        CHECK(!memcmp(in, out, 2 * sizeof in[0]) && !memcmp(&d, &d_out, sizeof d));
    }
}

int main(int argc, char **argv) {
    uint32_t few = argc > 1 ? (uint32_t)atoi(argv[1]) : 100000;
    uint32_t many = argc > 2 ? (uint32_t)atoi(argv[2]) : 10000001;
    if (!w2c_init_traps() || !make_instances()) return 1;
    leaves();
    for (unsigned way = 0; way < 4; way++) {
        thirty(way, 0);
        thirty(way, 7);
        thirty(way, few);
    }
    count_up(0);
    count_up(1);
    count_up(many);
    traps();
    nans();
    second_delete(two);
    first_delete(one);
    return failed != 0;
}
