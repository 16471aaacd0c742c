/* test_interp.c: the interpreter beside what the conformance scripts show: records' sizes, a first call
 * from several threads, invalid functions found late, fuel, interruption, stack, memory that is not there while a
 * function is translated, calls from C. */
#include "interp/interp_impl.h"
#include <check.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

/* ---- a module by hand ------------------------------------------------------------------------ */
/* (module
 *   (import "host" "twice" (func (param i32) (result i32)))
 *   (func (export "fib") (param i32) (result i32)
 *     (if (result i32) (i32.lt_s (local.get 0) (i32.const 2)) (then (local.get 0))
 *       (else (i32.add (call 1 (i32.sub (local.get 0) (i32.const 1)))
 *                      (call 1 (i32.sub (local.get 0) (i32.const 2)))))))
 *   (func (export "forever") (loop (br 0)))
 *   (func (export "bad") (result i32) (i64.const 0))                          ;; invalid
 *   (func (export "four") (param i32) (result i32) (call 0 (call 0 (local.get 0))))) */
static const uint8_t bytes[] = {
    0,    'a',  's',  'm',  1,    0,    0,   0,    1,    13,   3,    0x60, 1,    0x7f, 1,
    0x7f, 0x60, 0,    0,    0x60, 0,    1,   0x7f, 2,    14,   1,    4,    'h',  'o',  's',
    't',  5,    't',  'w',  'i',  'c',  'e', 0,    0,    3,    5,    4,    0,    1,    2,
    0,    7,    30,   4,    3,    'f',  'i', 'b',  0,    1,    7,    'f',  'o',  'r',  'e',
    'v',  'e',  'r',  0,    2,    3,    'b', 'a',  'd',  0,    3,    4,    'f',  'o',  'u',
    'r',  0,    4,    10,   52,   4,    28,  0,    0x20, 0,    0x41, 2,    0x48, 0x04, 0x7f,
    0x20, 0,    0x05, 0x20, 0,    0x41, 1,   0x6b, 0x10, 1,    0x20, 0,    0x41, 2,    0x6b,
    0x10, 1,    0x6a, 0x0b, 0x0b, 7,    0,   0x03, 0x40, 0x0c, 0,    0x0b, 0x0b, 4,    0,
    0x42, 0,    0x0b, 8,    0,    0x20, 0,   0x10, 0,    0x10, 0,    0x0b,
};

/* An allocator that fails from the n-th request on; UINT64_MAX: never. */
typedef struct Requests {
    uint64_t left, requests;
} Requests;

static void *resize(void *user, void *ptr, size_t size) {
    Requests *m = user;
    if (!size) {
        free(ptr);
        return NULL;
    }
    m->requests++;
    if (m->left != UINT64_MAX && m->left-- == 0) {
        m->left = 0;
        return NULL;
    }
    return realloc(ptr, size);
}

typedef struct Fixture {
    Requests memory;
    Context ctx;
    Module module;
    Interp *interp;
    w2c_instance *instance;
    w2c_meter meter;
} Fixture;

static w2c_status twice(void *env, w2c_instance *importer, uint32_t x, uint32_t *result) {
    (void)env, (void)importer;
    *result = 2 * x;
    return W2C_OK;
}

static void setup(Fixture *f, const InterpOptions *options) {
    const w2c_import list[] = {{"host", "twice", w2c_extern_host("i_i", (w2c_host_fn)twice, NULL)}};
    const w2c_imports imports = {.list = list, .count = 1};
    w2c_error error = {.status = W2C_OK};
    const w2c_config config = {.error = &error, .meter = &f->meter};
    w2c_meter_set(&f->meter, UINT64_MAX);
    f->memory = (Requests){UINT64_MAX, 0};
    context_init(&f->ctx, (Allocator){resize, &f->memory}, "test");
    bool read = module_read(&f->ctx, (Slice){bytes, sizeof bytes}, &f->module);
    ck_assert_msg(read, "%s", f->ctx.diag.text);
    ck_assert_int_eq(w2c_interp_load(&f->ctx, &f->module, "test", options, &f->interp), W2C_OK);
    w2c_status status =
        w2c_instance_new(w2c_interp_module(f->interp), &f->instance, &imports, &config);
    ck_assert_msg(status == W2C_OK, "%s", error.text);
}

static void teardown(Fixture *f) {
    w2c_instance_delete(f->instance);
    w2c_interp_delete(f->interp);
    module_free(&f->module);
}

static const w2c_func *find(Fixture *f, const char *name) {
    w2c_extern found;
    ck_assert(w2c_export_find(f->instance, w2c_name_of(name), &found));
    return found.func;
}

static w2c_status call(Fixture *f, const char *name, uint32_t arg, uint32_t *result) {
    w2c_value args[1] = {{.i32 = arg}}, results[1] = {{.i64 = 0}};
    w2c_status status = w2c_call(find(f, name), args, results);
    *result = results[0].i32;
    return status;
}

/* ---- tests ----------------------------------------------------------------------------------- */
START_TEST(test_sizes) {
    ck_assert_uint_eq(sizeof(Func), 8);
    ck_assert_uint_eq(sizeof(Func) + sizeof(Code), 16);
}
END_TEST

START_TEST(test_calls) {
    Fixture f;
    uint32_t result;
    setup(&f, NULL);
    ck_assert_int_eq(call(&f, "fib", 20, &result), W2C_OK);
    ck_assert_uint_eq(result, 6765);
    ck_assert_int_eq(call(&f, "four", 10, &result), W2C_OK);
    ck_assert_uint_eq(result, 40);
    InterpStats stats;
    w2c_interp_stats(f.interp, &stats);
    ck_assert_uint_eq(stats.functions, 4);
    ck_assert_uint_eq(stats.called, 2);
    teardown(&f);
}
END_TEST

START_TEST(test_invalid_when_called) {
    Fixture f;
    uint32_t result;
    setup(&f, NULL);
    ck_assert_int_eq(call(&f, "bad", 0, &result), W2C_INVALID);
    ck_assert_ptr_nonnull(strstr(w2c_instance_detail(f.instance), "type mismatch"));
    ck_assert_int_eq(w2c_interp_error(f.interp)->class, CLASS_INVALID);
    ck_assert_int_eq(call(&f, "fib", 10, &result), W2C_OK); /* the instance can be used again */
    ck_assert_uint_eq(result, 55);
    teardown(&f);
}
END_TEST

START_TEST(test_fuel) {
    Fixture f;
    uint32_t result;
    setup(&f, &(InterpOptions){.metered = true});
    w2c_meter_set(&f.meter, 1000);
    ck_assert_int_eq(call(&f, "forever", 0, &result), W2C_TRAP_FUEL);
    w2c_meter_set(&f.meter, 177);
    ck_assert_int_eq(call(&f, "fib", 10, &result), W2C_OK); /* one unit a call: exactly 177 */
    ck_assert_uint_eq(w2c_meter_left(&f.meter), 0);
    ck_assert_int_eq(call(&f, "fib", 10, &result), W2C_TRAP_FUEL);
    teardown(&f);
}
END_TEST

static void *interrupt(void *user) {
    Fixture *f = user;
    struct timespec nap = {0, 20000000};
    nanosleep(&nap, NULL);
    w2c_interrupt(&f->meter);
    nanosleep(&nap, NULL);
    return NULL;
}

START_TEST(test_interrupt) {
    Fixture f;
    uint32_t result;
    pthread_t thread;
    setup(&f, &(InterpOptions){.metered = true});
    ck_assert_int_eq(pthread_create(&thread, NULL, interrupt, &f), 0);
    ck_assert_int_eq(call(&f, "forever", 0, &result), W2C_TRAP_INTERRUPTED);
    pthread_join(thread, NULL);
    ck_assert_int_eq(call(&f, "fib", 10, &result), W2C_OK);
    teardown(&f);
}
END_TEST

/* fib(-1) and so on are themselves; fib of a large number is deep before it is long. */
START_TEST(test_stack) {
    Fixture f;
    uint32_t result;
    setup(&f, NULL);
    for (int i = 0; i < 3; i++) {
        ck_assert_int_eq(call(&f, "fib", 0x7fffffff, &result), W2C_TRAP_STACK_EXHAUSTED);
        ck_assert_int_eq(call(&f, "fib", 10, &result), W2C_OK);
        ck_assert_uint_eq(result, 55);
    }
    teardown(&f);
}
END_TEST

/* Every request for memory that a first call makes may be refused: the call ends, the next one works. */
START_TEST(test_no_memory_at_first_call) {
    uint32_t result, refused = 0;
    for (bool done = false; !done; refused++) {
        Fixture f;
        setup(&f, NULL);
        f.memory.left = refused;
        w2c_status status = call(&f, "fib", 10, &result);
        done = status == W2C_OK;
        if (!done) {
            ck_assert_int_eq(status, W2C_NOMEM);
            ck_assert_ptr_nonnull(strstr(w2c_instance_detail(f.instance), "out of memory"));
            ck_assert_int_eq(call(&f, "four", 10, &result), W2C_NOMEM); /* still none */
        }
        f.memory.left = UINT64_MAX;
        ck_assert_int_eq(call(&f, "fib", 10, &result), W2C_OK);
        ck_assert_uint_eq(result, 55);
        ck_assert_int_eq(call(&f, "bad", 0, &result), W2C_INVALID);
        ck_assert_int_eq(call(&f, "four", 10, &result), W2C_OK);
        ck_assert_uint_eq(result, 40);
        teardown(&f);
        ck_assert_uint_lt(refused, 1000);
    }
    ck_assert_uint_gt(refused, 1);
}
END_TEST

/* Several instances, a thread each, call the same function first. */
typedef struct Racer {
    Fixture *f;
    uint32_t result;
    w2c_status status;
} Racer;

static void *race(void *user) {
    Racer *r = user;
    const w2c_import list[] = {{"host", "twice", w2c_extern_host("i_i", (w2c_host_fn)twice, NULL)}};
    const w2c_imports imports = {.list = list, .count = 1};
    w2c_instance *instance = NULL;
    w2c_extern found;
    w2c_value args[1] = {{.i32 = 15}}, results[1] = {{.i64 = 0}};
    r->status = w2c_instance_new(w2c_interp_module(r->f->interp), &instance, &imports, NULL);
    if (r->status == W2C_OK && w2c_export_find(instance, w2c_name_of("fib"), &found))
        r->status = w2c_call(found.func, args, results);
    r->result = results[0].i32;
    w2c_instance_delete(instance);
    return NULL;
}

START_TEST(test_first_call_from_threads) {
    enum { THREADS = 8 };
    Fixture f;
    Racer racers[THREADS];
    pthread_t threads[THREADS];
    setup(&f, NULL);
    for (int i = 0; i < THREADS; i++) {
        racers[i] = (Racer){&f, 0, W2C_OK};
        ck_assert_int_eq(pthread_create(&threads[i], NULL, race, &racers[i]), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        ck_assert_int_eq(racers[i].status, W2C_OK);
        ck_assert_uint_eq(racers[i].result, 610);
    }
    InterpStats stats;
    w2c_interp_stats(f.interp, &stats);
    ck_assert_uint_eq(stats.called, 1);
    teardown(&f);
}
END_TEST

/* As a compiled module calls it: through the record, with its C type. */
START_TEST(test_c_entry) {
    typedef uint32_t Entry(w2c_instance *, uint32_t);
    Fixture f;
    w2c_frame frame;
    volatile uint32_t fib = 0, four = 0;
    setup(&f, &(InterpOptions){.callable = true});
    const w2c_func *first = find(&f, "fib"), *second = find(&f, "four");
    if (W2C_TRY(frame, f.instance)) {
        fib = ((Entry *)first->code)(first->instance, 12);
        four = ((Entry *)second->code)(second->instance, 12);
    }
    ck_assert_int_eq(w2c_frame_leave(&frame), W2C_OK);
    ck_assert_uint_eq(fib, 144);
    ck_assert_uint_eq(four, 48);
    teardown(&f);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("interp");
    TCase *tests = tcase_create("interp");
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, test_sizes);
    tcase_add_test(tests, test_calls);
    tcase_add_test(tests, test_invalid_when_called);
    tcase_add_test(tests, test_fuel);
    tcase_add_test(tests, test_interrupt);
    tcase_add_test(tests, test_stack);
    tcase_add_test(tests, test_no_memory_at_first_call);
    tcase_add_test(tests, test_first_call_from_threads);
    tcase_add_test(tests, test_c_entry);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
