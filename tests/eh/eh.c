/* eh.c: runs modules `thrower` and `catcher` (made by check_eh.py): exceptions within a module, across
 * two, through the host and from it; and that memory stays what it is. `eh time` prints ns per throw. */
#define _GNU_SOURCE
#include "catcher.h"
#include "thrower.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static int failed, checks;
#define CHECK(good) check((good), #good, __LINE__)
static void check(bool good, const char *what, int line) {
    checks++;
    if (good) return;
    failed++;
    printf("eh.c:%d: %s\n", line, what);
}
/* A call that returns `want` in r. */
#define GIVES(call, want)                                                                          \
    do {                                                                                           \
        uint32_t r = 0xdead;                                                                       \
        CHECK((call) == W2C_OK);                                                                   \
        CHECK(r == (uint32_t)(want));                                                              \
        if (r != (uint32_t)(want)) printf("    it is %" PRId32 "\n", (int32_t)r);                  \
    } while (0)

static thrower *t;
static catcher *c;
static w2c_tag *host_tag;

/* ---- the host's functions ------------------------------------------------------------------- */
/* Does what its argument says. */
static w2c_status host_call(void *env, w2c_instance *importer, uint32_t what, uint32_t *result) {
    (void)env;
    w2c_value value = {.i32 = 60};
    w2c_extern num;
    switch (what) {
    case 3:
        return w2c_exception_throw(importer, host_tag, &value);
    case 4: /* the tag that the thrower exports */
        if (!w2c_export_find(thrower_instance(t), w2c_name_of("num"), &num)) return W2C_INVALID;
        return w2c_exception_throw(importer, num.tag, &value);
    case 5: /* passes on what a call throws */
        return thrower_x_throw_num(t, 70);
    case 6: /* swallows it */
        *result = thrower_x_throw_num(t, 70) == W2C_EXCEPTION ? 6 : 0;
        return W2C_OK;
    case 7: /* turns one into another */
        if (thrower_x_throw_empty(t) != W2C_EXCEPTION) return W2C_TRAP_HOST;
        return w2c_exception_throw(importer, thrower_x_num(t), &value);
    case 8: /* a call in between does not lose one that is held */
        if (thrower_x_throw_num(t, 80) == W2C_EXCEPTION) {
            w2c_exception *x = w2c_instance_exception(importer);
            w2c_exception_hold(importer, x);
            if (thrower_x_throw_num(t, 81) != W2C_EXCEPTION) return W2C_TRAP_HOST;
            w2c_exception_release(importer, x);
            return w2c_exception_rethrow(importer, x);
        }
        return W2C_TRAP_HOST;
    case 9: /* claims to throw */
        return W2C_EXCEPTION;
    case 10:
        return W2C_TRAP_UNREACHABLE;
    default:
        *result = what;
        return W2C_OK;
    }
}

static w2c_status host_any(void *env, w2c_instance *importer, const w2c_value *args,
                           w2c_value *results) {
    return host_call(env, importer, args[0].i32, &results[0].i32);
}

static bool instantiate(bool typed) {
    w2c_extern call = typed ? w2c_extern_host("i_i", (w2c_host_fn)host_call, NULL)
                            : w2c_extern_host_any("i_i", host_any, NULL);
    w2c_extern tag = {.kind = W2C_TAG, .tag = host_tag};
    const w2c_import list[] = {{"host", "call", call}, {"host", "tag", tag}};
    w2c_error error;
    const w2c_config config = {.error = &error};
    const w2c_imports first = {.list = list, .count = 2};
    if (thrower_new(&t, &first, &config) != W2C_OK) {
        printf("thrower: %s\n", error.text);
        return false;
    }
    const w2c_link link = {"thrower", thrower_instance(t)};
    const w2c_imports second = {.list = list, .count = 2, .links = &link, .link_count = 1};
    if (catcher_new(&c, &second, &config) != W2C_OK) {
        printf("catcher: %s\n", error.text);
        return false;
    }
    return true;
}

/* ---- what is tested -------------------------------------------------------------------------- */
static bool left(const w2c_tag *tag, uint32_t value) {
    const w2c_exception *x = w2c_instance_exception(thrower_instance(t));
    return x && w2c_exception_tag(x) == tag && w2c_exception_count(x) == 1 &&
           w2c_exception_values(x)[0].i32 == value;
}

static void test_one_module(void) {
    uint64_t wide = 0;
    GIVES(thrower_x_catch_deep(t, 0, 5, &r), 5);
    GIVES(thrower_x_catch_deep(t, 500, 6, &r), 6);
    GIVES(thrower_x_locals(t, &r), 35);
    GIVES(thrower_x_operands(t, 2, &r), 21);
    GIVES(thrower_x_indirect(t, 0, &r), 9);
    GIVES(thrower_x_indirect(t, 1, &r), -1);
    CHECK(thrower_x_pairs(t, 0, &wide) == W2C_OK && wide == 3);
    CHECK(thrower_x_pairs(t, 5, &wide) == W2C_OK && wide == 0x123456789abc + 19 + 5);
    GIVES(thrower_x_finally(t, 33, &r), 33);
    CHECK(*thrower_x_count(t) == 2);
    GIVES(thrower_x_rethrow_outer(t, &r), 41);
    GIVES(thrower_x_delegates(t, 1, &r), 201);
    GIVES(thrower_x_delegates_near(t, 1, &r), 301);
    GIVES(thrower_x_delegates_to_caller(t, 12, &r), 12);
}

static void test_results(void) {
    uint32_t a = 0, g = 0, h = 0;
    uint64_t b = 0;
    float f = 0;
    double d = 0;
    w2c_v128 v;
    w2c_ref e = &v;
    memset(&v, 0, sizeof v);
    CHECK(thrower_x_caught_results(t, 9, &a, &b, &f, &d, &v, &e, &g, &h) == W2C_OK);
    CHECK(a == 9 && b == 0x123456789abc && f == 1.5f && d == -2.25 && !e && g == 7 && h == 8);
    CHECK(v.bytes[0] == 1 && v.bytes[4] == 2 && v.bytes[12] == 4);
}

static void test_uncaught(void) {
    int here;
    uint32_t r = 0;
    CHECK(thrower_x_throw_num(t, 42) == W2C_EXCEPTION && left(thrower_x_num(t), 42));
    CHECK(catcher_x_throw_own(c, 43) == W2C_EXCEPTION && left(catcher_x_own(c), 43));
    CHECK(thrower_x_throw_empty(t) == W2C_EXCEPTION);
    CHECK(w2c_exception_count(w2c_instance_exception(thrower_instance(t))) == 0);
    CHECK(thrower_x_throw_many(t, 1, &here) == W2C_EXCEPTION);
    const w2c_exception *x = w2c_instance_exception(thrower_instance(t));
    const w2c_value *values = w2c_exception_values(x);
    CHECK(w2c_exception_tag(x) == thrower_x_many(t) && w2c_exception_count(x) == 8);
    CHECK(values[5].ref == &here && values[3].f64 == -2.25 && values[4].v128.bytes[8] == 3);
    CHECK(!strcmp(w2c_type_letters(w2c_tag_type(w2c_exception_tag(x))), "ilfdvrii_"));
    CHECK(thrower_x_deep(t, 300, 7, &r) == W2C_EXCEPTION && left(thrower_x_num(t), 7));
    /* the next call that enters drops it */
    GIVES(thrower_x_catch_deep(t, 1, 5, &r), 5);
    CHECK(!w2c_instance_exception(thrower_instance(t)));
    /* the same through w2c_call */
    w2c_extern export;
    const w2c_value arg = {.i32 = 11};
    CHECK(w2c_export_find(thrower_instance(t), w2c_name_of("throw_num"), &export));
    CHECK(w2c_call(export.func, &arg, NULL) == W2C_EXCEPTION && left(thrower_x_num(t), 11));
}

static void test_two_modules(void) {
    CHECK(catcher_x_num(c) == thrower_x_num(t) && catcher_x_own(c) != thrower_x_num(t));
    GIVES(catcher_x_cross(c, 15, &r), 15);
    GIVES(catcher_x_tags(c, 0, &r), 110);
    GIVES(catcher_x_tags(c, 1, &r), 220);
    GIVES(catcher_x_tags(c, 2, &r), 400);
    GIVES(catcher_x_tags(c, 3, &r), 360);
    GIVES(catcher_x_tags(c, 4, &r), 260);
    GIVES(catcher_x_tags(c, 5, &r), 270);
    GIVES(catcher_x_tags(c, 7, &r), 260);
    GIVES(catcher_x_tags(c, 20, &r), -1);
}

static void test_host(void) {
    uint32_t r = 0;
    GIVES(thrower_x_via_host(t, 20, &r), 20);
    GIVES(thrower_x_via_host(t, 4, &r), 1060);
    GIVES(thrower_x_via_host(t, 5, &r), 1070);
    GIVES(thrower_x_via_host(t, 6, &r), 6);
    CHECK(!w2c_instance_exception(thrower_instance(t)));
    GIVES(thrower_x_via_host(t, 7, &r), 1060);
    GIVES(thrower_x_via_host(t, 8, &r), 1080);
    CHECK(thrower_x_via_host(t, 3, &r) == W2C_EXCEPTION && left(host_tag, 60));
    CHECK(thrower_x_through(t, 3, &r) == W2C_EXCEPTION && left(host_tag, 60));
    CHECK(thrower_x_through(t, 9, &r) == W2C_TRAP_HOST);
    CHECK(w2c_instance_detail(thrower_instance(t))[0] != 0);
    CHECK(thrower_x_via_host(t, 10, &r) == W2C_TRAP_UNREACHABLE);
    CHECK(w2c_exception_throw(thrower_instance(t), NULL, NULL) == W2C_INVALID);
    CHECK(w2c_exception_throw(thrower_instance(t), host_tag, NULL) == W2C_INVALID);
    CHECK(w2c_exception_rethrow(thrower_instance(t), NULL) == W2C_INVALID);
    w2c_tag *none;
    CHECK(w2c_tag_new(&none, "i_i") == W2C_INVALID && !none);
    CHECK(w2c_tag_new(&none, NULL) == W2C_INVALID && w2c_tag_new(&none, "q_") == W2C_INVALID);
}

static void test_references(void) {
    CHECK(thrower_x_throw_kept(t) == W2C_TRAP_NULL_EXCEPTION);
    CHECK(thrower_x_throw_null(t) == W2C_TRAP_NULL_EXCEPTION);
    CHECK(thrower_x_keep(t, 99) == W2C_OK);
    CHECK(thrower_x_loop_ref(t, 100000) == W2C_OK);
    CHECK(thrower_x_throw_kept(t) == W2C_EXCEPTION && left(thrower_x_num(t), 99));
    GIVES(thrower_x_kept_in_frame(t, 20000, &r), 4711);
    /* one that only the host holds, and gives back as an exnref */
    w2c_exception *held[3];
    for (uint32_t i = 0; i < 3; i++) {
        CHECK(thrower_x_throw_num(t, 500 + i) == W2C_EXCEPTION);
        held[i] = w2c_instance_exception(thrower_instance(t));
        w2c_exception_hold(thrower_instance(t), held[i]);
    }
    CHECK(thrower_x_loop_ref(t, 20000) == W2C_OK);
    for (uint32_t i = 0; i < 3; i++) {
        GIVES(thrower_x_same_ref(t, held[i], &r), 500 + i);
        w2c_exception_release(thrower_instance(t), held[i]);
    }
    CHECK(thrower_x_loop_ref(t, 20000) == W2C_OK);
}

static void test_traps(void) {
    uint32_t r;
    CHECK(thrower_x_trap(t, &r) == W2C_TRAP_DIV_BY_ZERO);
    CHECK(thrower_x_trap_legacy(t, &r) == W2C_TRAP_DIV_BY_ZERO);
    CHECK(thrower_x_exhaust(t, &r) == W2C_TRAP_STACK_EXHAUSTED);
    CHECK(!w2c_instance_exception(thrower_instance(t)));
    GIVES(thrower_x_catch_deep(t, 5, 5, &r), 5);
}

/* Bytes of the process's memory in use. */
static long resident(void) {
    long pages = 0;
    FILE *f = fopen("/proc/self/statm", "r");
    if (!f || fscanf(f, "%*d %ld", &pages) != 1) pages = 0;
    if (f) fclose(f);
    return pages * sysconf(_SC_PAGESIZE);
}

static void test_memory(bool measured) {
    uint32_t r;
    for (int i = 0; i < 2; i++) {
        const long before = resident();
        const uint32_t n = 1000000;
        CHECK(thrower_x_loop(t, n, &r) == W2C_OK && r == 3 * n);
        CHECK(thrower_x_loop_ref(t, n) == W2C_OK);
        CHECK(thrower_x_loop_large(t, n / 4) == W2C_OK);
        CHECK(thrower_x_loop_finally(t, n) == W2C_OK);
        for (uint32_t k = 0; k < n / 10; k++)
            if (thrower_x_throw_many(t, k, NULL) != W2C_EXCEPTION) failed++;
        const long more = resident() - before;
        if (i == 1 && measured) CHECK(more < 1 << 20);
    }
}

/* The stack is where it was: the deepest recursion possible stays as deep after many throws. */
static void test_balance(void) {
    uint32_t r, depth = 0;
    for (uint32_t step = 1 << 24; step; step /= 2)
        if (thrower_x_deep(t, depth + step, 1, &r) == W2C_EXCEPTION) depth += step;
    CHECK(depth > 1000);
    CHECK(thrower_x_deep(t, depth + depth / 8 + 1000, 1, &r) == W2C_TRAP_STACK_EXHAUSTED);
    for (int i = 0; i < 20; i++)
        CHECK(thrower_x_deep(t, depth - depth / 64, 1, &r) == W2C_EXCEPTION);
    for (int i = 0; i < 20; i++)
        GIVES(thrower_x_catch_deep(t, depth - depth / 64, 3, &r), 3);
}

static void print_time(void) {
    uint32_t r;
    struct timespec a, b;
    const uint32_t n = 100000;
    double best = 1e9;
    for (int i = 0; i < 200; i++) {
        clock_gettime(CLOCK_MONOTONIC, &a);
        catcher_x_loop(c, n, &r);
        clock_gettime(CLOCK_MONOTONIC, &b);
        double ns = ((double)(b.tv_sec - a.tv_sec) * 1e9 + (double)(b.tv_nsec - a.tv_nsec)) / n;
        if (ns < best) best = ns;
    }
    printf("%.1f ns a throw through 8 frames of two modules\n", best);
}

int main(int argc, char **argv) {
    if (!w2c_init_traps() || w2c_tag_new(&host_tag, "i_") != W2C_OK) return 2;
    for (int typed = 0; typed < 2; typed++) {
        if (!instantiate(typed != 0)) return 1;
        if (argc > 1 && !strcmp(argv[1], "time")) {
            print_time();
            return 0;
        }
        test_one_module();
        test_results();
        test_uncaught();
        test_two_modules();
        test_host();
        test_references();
        test_traps();
        test_balance();
        test_memory(argc == 1);
        /* an exception outlives the instance of its tag, without it */
        w2c_exception *x = NULL;
        if (catcher_x_throw_own(c, 5) == W2C_EXCEPTION)
            x = w2c_instance_exception(thrower_instance(t));
        w2c_exception_hold(thrower_instance(t), x);
        catcher_delete(c);
        CHECK(x && !w2c_exception_tag(x) && w2c_exception_values(x)[0].i32 == 5);
        w2c_exception_release(thrower_instance(t), x);
        thrower_delete(t);
    }
    w2c_tag_delete(host_tag);
    printf("eh: %d checks, %d failed\n", checks, failed);
    return failed != 0;
}
