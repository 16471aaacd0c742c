/* test_rtlib.c: rtlib through the module of rt_demo.h: instances, exports, traps, faults, the
 * stack. */
#define _GNU_SOURCE
#include "rt_demo.h"
#include <check.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>
#if WITH_TSAN
#include <sanitizer/tsan_interface.h>
#endif

/* ---- hosts ---------------------------------------------------------------------------------- */
static u32 logged;
static w2c_status host_log(void *env, w2c_instance *importer, u32 a) {
    (void)env, (void)importer;
    logged = a;
    return a == 99 ? W2C_EXIT : W2C_OK;
}
typedef w2c_status back_fn(demo *m, u32 a, u32 *r);
static back_fn *back; /* what env.back does in this test */
static w2c_status host_back(void *env, w2c_instance *importer, u32 a, u32 *r) {
    (void)env;
    return back ? back((demo *)importer, a, r) : W2C_TRAP_HOST;
}
static w2c_status host_add(void *env, w2c_instance *importer, const w2c_value *args,
                           w2c_value *results) {
    (void)importer;
    results[0].i32 = args[0].i32 + args[1].i32 + *(u32 *)env;
    return W2C_OK;
}
static u32 extra = 1000;

static demo *new_demo(void) {
    demo *m = NULL;
    w2c_error error;
    w2c_import list[] = {{"env", "log", w2c_extern_host("i_", (w2c_host_fn)host_log, NULL)},
                         {"env", "back", w2c_extern_host("i_i", (w2c_host_fn)host_back, NULL)},
                         {"env", "add", w2c_extern_host_any("ii_i", host_add, &extra)}};
    w2c_imports imports = {list, 3, NULL, 0, NULL, NULL};
    w2c_config config = {.error = &error};
    w2c_status status = w2c_instance_new(&demo_module, (w2c_instance **)&m, &imports, &config);
    ck_assert_msg(status == W2C_OK && error.status == W2C_OK && !error.text[0], "%s", error.text);
    return m;
}

static w2c_status call(demo *m, const char *name, u32 a, u32 b, u32 *result) {
    w2c_extern e;
    w2c_value args[2], results[1];
    memset(args, 0, sizeof args);
    memset(results, 0, sizeof results);
    args[0].i32 = a;
    args[1].i32 = b;
    ck_assert(w2c_export_find(&m->w2c, w2c_name_of(name), &e) && e.kind == W2C_FUNC);
    w2c_status status = w2c_call(e.func, args, results);
    if (result) *result = results[0].i32;
    return status;
}
#define gives(m, name, a, b, want)                                                                 \
    do {                                                                                           \
        u32 got = 0;                                                                               \
        ck_assert_int_eq(call(m, name, a, b, &got), W2C_OK);                                       \
        ck_assert_uint_eq(got, want);                                                              \
    } while (0)
#define traps(m, name, a, b, status) ck_assert_int_eq(call(m, name, a, b, NULL), status)

/* ---- instances ------------------------------------------------------------------------------ */
/* An export as the emitter writes it. */
W2C_TEXT W2C_NOINLINE static w2c_status demo_x_fac(demo *m, u32 p0, u32 *r0) {
    w2c_frame frame;
    if (W2C_TRY(frame, &m->w2c)) {
        *r0 = demo_fac(&m->w2c, p0);
    }
    return w2c_frame_leave(&frame);
}

START_TEST(exports) {
    demo *m = new_demo();
    u32 r = 0;
    ck_assert_int_eq(demo_x_fac(m, 5, &r), W2C_OK);
    ck_assert_uint_eq(r, 120);
    gives(m, "fac", 10, 0, 3628800);
    gives(m, "add", 3, 4, 1007);
    ck_assert_int_eq(call(m, "log", 42, 0, NULL), W2C_OK);
    ck_assert_uint_eq(logged, 42);
    traps(m, "log", 99, 0, W2C_EXIT);
    traps(m, "log_again", 43, 0, W2C_OK);
    ck_assert_uint_eq(logged, 43);
    ck_assert_uint_eq(w2c_export_count(&m->w2c), 19);
    w2c_name name;
    w2c_extern e;
    ck_assert(w2c_export_at(&m->w2c, 17, &name, &e) && name.len == 7 && e.kind == W2C_GLOBAL);
    ck_assert(e.global.is_mutable && !strcmp(e.global.type, "i32") && *(u32 *)e.global.value == 7);
    ck_assert(!w2c_export_at(&m->w2c, 19, &name, &e));
    ck_assert(!w2c_export_find(&m->w2c, w2c_name_of("fa"), &e));
    ck_assert(w2c_export_find(&m->w2c, w2c_name_of("fac"), &e));
    ck_assert_str_eq(w2c_type_letters(w2c_func_type(e.func)), "i_i");
    ck_assert_str_eq(w2c_type_text(w2c_func_type(e.func)), "(i32) -> (i32)");
    ck_assert_ptr_eq(w2c_instance_memory(&m->w2c), m->memory0);
    ck_assert(!memcmp(w2c_memory_data(m->memory0) + 16, "demo", 4));
    ck_assert_str_eq(w2c_instance_name(&m->w2c), "demo");
    ck_assert_int_eq(w2c_call(NULL, NULL, NULL), W2C_INVALID);
    w2c_instance_delete(&m->w2c);
    w2c_instance_delete(NULL);
}
END_TEST

START_TEST(refusals) {
    w2c_error error;
    w2c_config config = {.error = &error};
    w2c_instance *out = (w2c_instance *)&error;
    w2c_module changed = demo_module;
    changed.abi = 77;
    ck_assert_int_eq(w2c_instance_new(&changed, &out, NULL, &config), W2C_MISMATCH);
    ck_assert(!out && strstr(error.text, "ABI 77"));
    changed = demo_module;
    changed.imports = NULL;
    changed.import_count = 0;
    w2c_memory_desc memories[2] = {demo_memories[0], demo_memories[1]};
    changed.memories = memories;
    config.max_memory = 65535;
    ck_assert_int_eq(w2c_instance_new(&changed, &out, NULL, &config), W2C_LIMIT);
    ck_assert(strstr(error.text, "max_memory"));
    config.max_memory = 0;
    memories[1].is64 = true;
    memories[1].limits.min = memories[1].limits.max = (u64)1 << 40;
    ck_assert_int_eq(w2c_instance_new(&changed, &out, NULL, &config), W2C_NOMEM);
    ck_assert(strstr(error.text, "no room"));
    w2c_table_desc table = demo_tables[0];
    table.limits.min = table.limits.max = 0xffffffffu;
    changed = demo_module;
    changed.import_count = 0;
    changed.tables = &table;
    ck_assert_int_eq(w2c_instance_new(&changed, &out, NULL, &config), W2C_LIMIT);
    ck_assert_int_eq(w2c_instance_new(NULL, &out, NULL, NULL), W2C_INVALID);
    ck_assert_str_eq(w2c_status_text(W2C_TRAP_CALL_TYPE), "indirect call type mismatch");
    ck_assert_str_eq(w2c_status_text((w2c_status)12345), "unknown status");
}
END_TEST

/* ---- traps ---------------------------------------------------------------------------------- */
START_TEST(trap_codes) {
    demo *m = new_demo();
    for (int again = 0; again < 3; again++) {
        traps(m, "div", 7, 0, W2C_TRAP_DIV_BY_ZERO);
        traps(m, "div", 0x80000000u, 0xffffffffu, W2C_TRAP_INT_OVERFLOW);
        gives(m, "div", 7, 0xfffffffeu, 0xfffffffdu);
        traps(m, "load", 65533, 0, W2C_TRAP_MEMORY_BOUNDS);
        traps(m, "load", 0xffffffffu, 0, W2C_TRAP_MEMORY_BOUNDS);
        gives(m, "load", 65532, 0, 0);
        gives(m, "load", 16, 0, 0x6f6d6564);
        traps(m, "read_past", 0xffffffffu, 0, W2C_TRAP_MEMORY_BOUNDS);
        gives(m, "load_b", 65535, 0, 0);
        traps(m, "load_b", 65536, 0, W2C_TRAP_MEMORY_BOUNDS);
        traps(m, "store_b", 65529, 1, W2C_TRAP_MEMORY_BOUNDS);
        gives(m, "store_b", 65528, 1, 0);
        /* memory and globals are as they were when the fault came */
        traps(m, "store", 0xffffffffu, 555 + (u32)again, W2C_TRAP_MEMORY_BOUNDS);
        gives(m, "load", 32, 0, 555 + (u32)again);
        ck_assert_uint_eq(m->counter, 555 + (u32)again);
        traps(m, "back", 1, 0, W2C_TRAP_HOST);
        gives(m, "indirect", 0, 5, 120);
        traps(m, "indirect", 1, 5, W2C_TRAP_CALL_TYPE);
        traps(m, "indirect", 2, 5, W2C_TRAP_CALL_TYPE);
        traps(m, "indirect", 3, 5, W2C_TRAP_NULL_ELEMENT);
        traps(m, "indirect", 4, 5, W2C_TRAP_UNDEFINED_ELEMENT);
        ck_assert_str_eq(w2c_instance_detail(&m->w2c), "");
    }
    sigset_t blocked;
    sigprocmask(SIG_SETMASK, NULL, &blocked);
    ck_assert(!sigismember(&blocked, SIGSEGV));
    w2c_instance_delete(&m->w2c);
}
END_TEST

static w2c_status init_memory(demo *m, const w2c_data *data, u64 to, u32 from, u32 len) {
    w2c_frame frame;
    if (W2C_TRY(frame, &m->w2c)) w2c_memory_init(m->memory1, data, to, from, len);
    return w2c_frame_leave(&frame);
}

START_TEST(bulk_memory) {
    demo *m = new_demo();
    w2c_frame frame;
    static const u8 bytes[] = {1, 2, 3, 4};
    const w2c_data data = {bytes, 4};
    volatile unsigned done = 0;
    if (W2C_TRY(frame, &m->w2c)) {
        w2c_memory_fill(m->memory0, 65536, 1, 0);
        w2c_memory_fill(m->memory0, 65530, 0x1ff, 6);
        w2c_memory_copy(m->memory1, m->memory0, 0, 65528, 8);
        w2c_memory_init(m->memory1, &data, 4, 1, 3);
        done = 1;
        w2c_memory_fill(m->memory0, 65530, 1, 7);
    }
    ck_assert_int_eq(w2c_frame_leave(&frame), W2C_TRAP_MEMORY_BOUNDS);
    ck_assert_uint_eq(done, 1);
    static const u8 want[] = {0, 0, 0xff, 0xff, 2, 3, 4, 0xff};
    ck_assert(!memcmp(m->mem1, want, 8));
    ck_assert_int_eq(init_memory(m, &data, 0, 1, 4), W2C_TRAP_MEMORY_BOUNDS);
    ck_assert_int_eq(init_memory(m, &data, 65533, 0, 4), W2C_TRAP_MEMORY_BOUNDS);
    ck_assert_int_eq(init_memory(m, &data, UINT64_MAX, 0, 1), W2C_TRAP_MEMORY_BOUNDS);
    ck_assert_int_eq(init_memory(m, &data, 0, 5, 0), W2C_TRAP_MEMORY_BOUNDS);
    ck_assert_int_eq(init_memory(m, &data, 65536, 4, 0), W2C_OK);
    if (W2C_TRY(frame, &m->w2c))
        w2c_memory_copy(m->memory0, m->memory1, 0, 0xfffffffffffffff0u, 0x20);
    ck_assert_int_eq(w2c_frame_leave(&frame), W2C_TRAP_MEMORY_BOUNDS);
    w2c_instance_delete(&m->w2c);
}
END_TEST

/* ---- the stack ------------------------------------------------------------------------------ */
static void exhaust(demo *m) {
    for (int i = 0; i < 3; i++) {
        m->counter = 0;
        traps(m, "down", 0, 0, W2C_TRAP_STACK_EXHAUSTED);
        ck_assert_uint_gt(m->counter, 100);
        traps(m, "down_large", 0, 0, W2C_TRAP_STACK_EXHAUSTED);
        gives(m, "fac", 3, 0, 6);
    }
}
static void *exhaust_in_thread(void *m) {
    exhaust((demo *)m);
    return NULL;
}

START_TEST(stack_exhaustion) {
    demo *m = new_demo();
    exhaust(m);
    /* another thread, with a smaller stack, and back */
    pthread_attr_t attr;
    pthread_t thread;
    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, (size_t)512 << 10);
    ck_assert_int_eq(pthread_create(&thread, &attr, exhaust_in_thread, m), 0);
    pthread_join(thread, NULL);
    pthread_attr_destroy(&attr);
    exhaust(m);
    w2c_instance_delete(&m->w2c);
}
END_TEST

START_TEST(stack_config) {
    demo *wide = new_demo(), *narrow = NULL;
    w2c_config config = {.stack_bytes = 64 << 10};
    w2c_module alone = demo_module;
    alone.import_count = 0;
    w2c_module *module = (w2c_module *)malloc(sizeof *module);
    *module = alone;
    module->init = NULL;
    ck_assert_int_eq(w2c_instance_new(module, (w2c_instance **)&narrow, NULL, &config), W2C_OK);
    wide->counter = narrow->counter = 0;
    traps(wide, "down", 0, 0, W2C_TRAP_STACK_EXHAUSTED);
    traps(narrow, "down", 0, 0, W2C_TRAP_STACK_EXHAUSTED);
    ck_assert_uint_lt(narrow->counter, wide->counter / 4);
    ck_assert_uint_gt(narrow->counter, 50);
    w2c_instance_delete(&wide->w2c);
    w2c_instance_delete(&narrow->w2c);
    free(module);
}
END_TEST

/* On a stack of the embedder's own: a budget instead of the thread's bounds. */
static ucontext_t coroutine, outside;
static demo *coroutine_demo;
static w2c_status coroutine_status;
#if WITH_TSAN
static void *home;
#endif
static void run_coroutine(void) {
    coroutine_status = call(coroutine_demo, "down", 0, 0, NULL);
#if WITH_TSAN
    __tsan_switch_to_fiber(home, 0);
#endif
}
START_TEST(other_stack) {
    size_t size = (size_t)1 << 20;
    coroutine_demo = new_demo();
    void *stack = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    ck_assert(stack != MAP_FAILED);
    getcontext(&coroutine);
    coroutine.uc_stack.ss_sp = stack;
    coroutine.uc_stack.ss_size = size;
    coroutine.uc_link = &outside;
    makecontext(&coroutine, run_coroutine, 0);
    coroutine_demo->counter = 0;
#if WITH_TSAN
    void *fiber = __tsan_create_fiber(0);
    home = __tsan_get_current_fiber();
    __tsan_switch_to_fiber(fiber, 0);
#endif
    swapcontext(&outside, &coroutine);
#if WITH_TSAN
    __tsan_destroy_fiber(fiber);
#endif
    ck_assert_int_eq(coroutine_status, W2C_TRAP_STACK_EXHAUSTED);
    exhaust(coroutine_demo);
    munmap(stack, size);
    w2c_instance_delete(&coroutine_demo->w2c);
}
END_TEST

/* ---- nesting
 * -----------------------------------------------------------------------------------------------
 */
static w2c_status nested_trap(demo *m, u32 a, u32 *r) {
    if (a == 0) return call(m, "load", 0xfffffff0u, 0, r); /* the trap goes on */
    if (call(m, "div", 1, 0, NULL) != W2C_TRAP_DIV_BY_ZERO) return W2C_INVALID;
    if (call(m, "load", 0xfffffff0u, 0, NULL) != W2C_TRAP_MEMORY_BOUNDS) return W2C_INVALID;
    return call(m, "back", a - 1, 0, r);
}
static w2c_status endless(demo *m, u32 a, u32 *r) {
    return call(m, "back", a + 1, 0, r);
}
START_TEST(nested) {
    demo *m = new_demo();
    back = nested_trap;
    traps(m, "back", 0, 0, W2C_TRAP_MEMORY_BOUNDS);
    traps(m, "back", 20, 0, W2C_TRAP_MEMORY_BOUNDS);
    back = endless; /* guest, host, guest, ... */
    traps(m, "back", 0, 0, W2C_TRAP_STACK_EXHAUSTED);
    back = NULL;
    gives(m, "fac", 3, 0, 6);
    w2c_instance_delete(&m->w2c);
}
END_TEST

/* ---- faults that are not ours --------------------------------------------------------------- */
static volatile int handler_calls;
static void *volatile fault_address;
static sigjmp_buf after_fault;
static void with_info(int sig, siginfo_t *info, void *uc) {
    (void)uc;
    sigset_t blocked;
    sigprocmask(SIG_SETMASK, NULL, &blocked);
    if (sigismember(&blocked, sig) && sigismember(&blocked, SIGUSR1)) handler_calls++;
    fault_address = info->si_addr;
    siglongjmp(after_fault, 1);
}
static void without_info(int sig) {
    handler_calls += sig == SIGSEGV ? 1 : 100;
    siglongjmp(after_fault, 1);
}
static u32 *volatile nowhere = (u32 *)0x10;
static w2c_status bad_pointer(demo *m, u32 a, u32 *r) {
    if (a == 1) { /* guest memory, but not guest code */
        *r = *(volatile u32 *)(m->mem0 + 65536);
        return W2C_OK;
    }
    *r = *(volatile u32 *)nowhere;
    return W2C_OK;
}

static void in_child_with_info(void) {
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_sigaction = with_info;
    action.sa_flags = SA_SIGINFO;
    sigaddset(&action.sa_mask, SIGUSR1);
    sigaction(SIGSEGV, &action, NULL);
    if (!w2c_init_traps() || !w2c_init_traps()) _exit(2);
    demo *m = new_demo();
    back = bad_pointer;
    if (!sigsetjmp(after_fault, 1)) {
        call(m, "back", 0, 0, NULL);
        _exit(3);
    }
    if (handler_calls != 1 || fault_address != (void *)0x10) _exit(4);
    if (!sigsetjmp(after_fault, 1)) {
        call(m, "back", 1, 0, NULL);
        _exit(5);
    }
    if (handler_calls != 2 || fault_address != m->mem0 + 65536) _exit(6);
    traps(m, "load", 65536, 0, W2C_TRAP_MEMORY_BOUNDS); /* ours are still ours */
    if (!sigsetjmp(after_fault, 1)) {
        raise(SIGSEGV);
        _exit(7);
    }
    _exit(handler_calls == 3 ? 0 : 8);
}
static void in_child_without_info(void) {
    signal(SIGSEGV, without_info);
    if (!w2c_init_traps()) _exit(2);
    demo *m = new_demo();
    back = bad_pointer;
    if (!sigsetjmp(after_fault, 1)) {
        call(m, "back", 0, 0, NULL);
        _exit(3);
    }
    traps(m, "load", 65536, 0, W2C_TRAP_MEMORY_BOUNDS);
    _exit(handler_calls == 1 ? 0 : 4);
}
static void in_child_default(void) {
    signal(SIGSEGV, SIG_DFL);
    if (!w2c_init_traps()) _exit(2);
    demo *m = new_demo();
    back = bad_pointer;
    traps(m, "load", 65536, 0, W2C_TRAP_MEMORY_BOUNDS);
    call(m, "back", 1, 0, NULL);
    _exit(3);
}
static void in_child_sent(void) {
    signal(SIGSEGV, SIG_DFL);
    if (!w2c_init_traps()) _exit(2);
    kill(getpid(), SIGSEGV);
    _exit(3);
}
static void in_child_ignored(void) {
    signal(SIGSEGV, SIG_IGN);
    if (!w2c_init_traps()) _exit(2);
    kill(getpid(), SIGSEGV);
    demo *m = new_demo();
    traps(m, "load", 65536, 0, W2C_TRAP_MEMORY_BOUNDS);
    *(volatile u32 *)nowhere = 1;
    _exit(3);
}
/* the alternate stack is left properly, and used again */
static void in_child_altstack(void) {
    static u8 alt[64 << 10];
    stack_t stack = {.ss_sp = alt, .ss_size = sizeof alt};
    if (sigaltstack(&stack, NULL) || !w2c_init_traps()) _exit(2);
    demo *m = new_demo();
    for (int i = 0; i < 1000; i++)
        traps(m, "load", 65536, 0, W2C_TRAP_MEMORY_BOUNDS);
    if (sigaltstack(NULL, &stack) || stack.ss_flags) _exit(3);
    _exit(0);
}

static int run_child(void (*child)(void)) {
    int status = 0;
    pid_t pid = fork();
    if (pid == 0) {
        child();
        _exit(1);
    }
    ck_assert_int_gt(pid, 0);
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    return status;
}
#define exits_well(child)                                                                          \
    do {                                                                                           \
        int child_status = run_child(child);                                                       \
        ck_assert_msg(WIFEXITED(child_status) && WEXITSTATUS(child_status) == 0, "status %x",      \
                      (unsigned)child_status);                                                     \
    } while (0)
#define dies_of_segv(child)                                                                        \
    do {                                                                                           \
        int child_status = run_child(child);                                                       \
        ck_assert_msg(WIFSIGNALED(child_status) && WTERMSIG(child_status) == SIGSEGV, "status %x", \
                      (unsigned)child_status);                                                     \
    } while (0)

START_TEST(chaining) {
    exits_well(in_child_with_info);
    exits_well(in_child_without_info);
    exits_well(in_child_altstack);
    dies_of_segv(in_child_default);
    dies_of_segv(in_child_sent);
    dies_of_segv(in_child_ignored);
}
END_TEST

static void install(void) {
    ck_assert(w2c_init_traps());
    back = NULL;
    extra = 1000;
}

int main(void) {
    Suite *suite = suite_create("rtlib");
    TCase *tcase = tcase_create("rtlib");
    tcase_set_timeout(tcase, 120);
    tcase_add_checked_fixture(tcase, install, NULL);
    tcase_add_test(tcase, exports);
    tcase_add_test(tcase, refusals);
    tcase_add_test(tcase, trap_codes);
    tcase_add_test(tcase, bulk_memory);
    tcase_add_test(tcase, stack_exhaustion);
    tcase_add_test(tcase, stack_config);
    if (!WITH_ASAN) tcase_add_test(tcase, other_stack); /* it knows no stacks but the thread's */
    tcase_add_test(tcase, nested);
    suite_add_tcase(suite, tcase);
    tcase = tcase_create("faults"); /* each child installs the handlers itself */
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, chaining);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
