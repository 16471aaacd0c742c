/* test_wasi_main.c: w2c_wasi_main with a module written by hand: run options, streams, exit codes.
 * Every run is a child process. */
#pragma GCC diagnostic ignored "-Wmissing-field-initializers" /* descriptions grow */
#include "wasi_harness.h"
#include <sys/resource.h>
#include <sys/wait.h>

/* ---- the module: what _start does is its first argument -------------------------------------- */
typedef struct app {
    w2c_instance w2c;
    w2c_memory storage;
    w2c_memory *memory;
    u8 *base;
    w2c_func funcs[5];
    u32 initialized;
} app;

/* The same functions as in the harness, found through the instance's own resolver. */
static w2c_extern import(app *a, const char *name) {
    w2c_extern found = {0};
    w2c_wanted wanted = {w2c_name_of("wasi_snapshot_preview1"), w2c_name_of(name), W2C_FUNC, "",
                         ""};
    if (!a->w2c.resolve(a->w2c.resolve_user, &wanted, &found)) w2c_trap(W2C_TRAP_UNBOUND_IMPORT);
    return found;
}
static u32 call2(app *a, const char *name, u32 x, u32 y) {
    u32 result = 0;
    w2c_extern f = import(a, name);
    ((w2c_status(*)(void *, w2c_instance *, u32, u32, u32 *))f.host)(f.env, &a->w2c, x, y, &result);
    return result;
}
static u32 call4(app *a, const char *name, u32 x, u32 y, u32 z, u32 w) {
    u32 result = 0;
    w2c_extern f = import(a, name);
    ((w2c_status(*)(void *, w2c_instance *, u32, u32, u32, u32, u32 *))f.host)(f.env, &a->w2c, x, y,
                                                                               z, w, &result);
    return result;
}
static u32 word(app *a, u32 at) {
    u32 v;
    memcpy(&v, a->memory->data + at, 4);
    return v;
}
static void print(app *a, u32 at, u32 len) {
    memcpy(a->memory->data + 0x10, &at, 4);
    memcpy(a->memory->data + 0x14, &len, 4);
    call4(a, "fd_write", 1, 0x10, 1, 0x18);
}
static void print_all(app *a, const char *sizes, const char *get) {
    call2(a, sizes, 0, 4);
    u32 count = word(a, 0), bytes = word(a, 4);
    call2(a, get, 0x1000, 0x2000);
    for (u32 i = 0; i < bytes; i++) {
        if (a->memory->data[0x2000 + i] == 0) a->memory->data[0x2000 + i] = '|';
    }
    if (count) print(a, 0x2000, bytes);
}
static W2C_NOINLINE u32 recurse(app *a, u32 n) {
    volatile char frame[1000];
    W2C_ENTER(a);
    frame[n % 1000] = (char)n;
    return n == 0 ? 0 : (recurse(a, n - 1) ^ (u8)frame[n % 1000]);
}
static void start(w2c_instance *instance) {
    app *a = (app *)instance;
    call2(a, "args_sizes_get", 0, 4);
    u32 count = word(a, 0);
    call2(a, "args_get", 0x1000, 0x2000);
    const char *what = count > 1 ? (char *)a->memory->data + word(a, 0x1004) : "args";
    const char *number = count > 2 ? (char *)a->memory->data + word(a, 0x1008) : "0";
    if (strcmp(what, "args") == 0) {
        print_all(a, "args_sizes_get", "args_get");
    } else if (strcmp(what, "env") == 0) {
        print_all(a, "environ_sizes_get", "environ_get");
    } else if (strcmp(what, "exit") == 0) {
        w2c_extern f = import(a, "proc_exit");
        w2c_raise(((w2c_status(*)(void *, w2c_instance *, u32))f.host)(f.env, instance,
                                                                       (u32)atoi(number)));
    } else if (strcmp(what, "trap") == 0) {
        w2c_trap(W2C_TRAP_MEMORY_BOUNDS);
    } else if (strcmp(what, "unknown") == 0) {
        import(a, "no_such_function");
    } else if (strcmp(what, "recurse") == 0) {
        recurse(a, (u32)atoi(number));
    } else if (strcmp(what, "prestat") == 0) {
        for (u32 fd = 3; call2(a, "fd_prestat_get", fd, 0x100) == 0; fd++) {
            w2c_extern f = import(a, "fd_prestat_dir_name");
            u32 e;
            ((w2c_status(*)(void *, w2c_instance *, u32, u32, u32, u32 *))f.host)(
                f.env, instance, fd, 0x200, 100, &e);
            u32 len = word(a, 0x104);
            a->memory->data[0x200 + len] = '|';
            print(a, 0x200, len + 1);
        }
    } else if (strcmp(what, "cat") == 0) {
        memcpy(a->memory->data + 0x10, &(u32[]){0x4000, 0x1000}, 8);
        while (call4(a, "fd_read", 0, 0x10, 1, 0x18) == 0 && word(a, 0x18)) {
            print(a, 0x4000, word(a, 0x18));
            memcpy(a->memory->data + 0x10, &(u32[]){0x4000, 0x1000}, 8);
        }
    }
}
static void initialize(w2c_instance *instance) {
    ((app *)instance)->initialized = 100;
}
static u32 add(w2c_instance *instance, u32 x, u32 y) {
    return x + y + ((app *)instance)->initialized;
}
static f64 half(w2c_instance *instance, f64 x) {
    (void)instance;
    return x / 2;
}
static u32 twice(w2c_instance *instance, u32 x) {
    (void)instance;
    return x * 2;
}

static void call_none(const w2c_func *f, const w2c_value *args, w2c_value *results) {
    (void)args, (void)results;
    ((void (*)(w2c_instance *))f->code)(f->instance);
}
static void call_add(const w2c_func *f, const w2c_value *args, w2c_value *results) {
    results->i32 =
        ((u32(*)(w2c_instance *, u32, u32))f->code)(f->instance, args[0].i32, args[1].i32);
}
static void call_half(const w2c_func *f, const w2c_value *args, w2c_value *results) {
    results->f64 = ((f64(*)(w2c_instance *, f64))f->code)(f->instance, args->f64);
}
static void call_twice(const w2c_func *f, const w2c_value *args, w2c_value *results) {
    results->i32 = ((u32(*)(w2c_instance *, u32))f->code)(f->instance, args->i32);
}
static const w2c_type type_none = {"_", "() -> ()", call_none, NULL, NULL, NULL, 0, 0, true};
static const w2c_type type_add = {"ii_i", "(i32, i32) -> (i32)", call_add, NULL, NULL, NULL, 0, 0,
                                  true};
static const w2c_type type_half = {"d_d", "(f64) -> (f64)", call_half, NULL, NULL, NULL, 0, 0,
                                   true};
static const w2c_type type_twice = {"i_i", "(i32) -> (i32)", call_twice, NULL, NULL, NULL, 0, 0,
                                    true};
static const w2c_func_desc funcs[] = {{(w2c_code)start, &type_none},
                                      {(w2c_code)initialize, &type_none},
                                      {(w2c_code)add, &type_add},
                                      {(w2c_code)half, &type_half},
                                      {(w2c_code)twice, &type_twice}};
#define EXPORT(text, i)                                                                            \
    {.name = {text, sizeof text - 1},                                                              \
     .kind = W2C_FUNC,                                                                             \
     .offset = offsetof(app, funcs) + i * sizeof(w2c_func)}
static const w2c_export_desc exports[] = {EXPORT("_start", 0), EXPORT("_initialize", 1),
                                          EXPORT("add", 2), EXPORT("half", 3), EXPORT("twice", 4)};
static const w2c_memory_desc memory = {.storage = offsetof(app, storage),
                                       .slot = offsetof(app, memory),
                                       .base = offsetof(app, base),
                                       .limits = {2, 2},
                                       .page_log2 = 16,
                                       .mode = W2C_BOUNDS};
static const w2c_module module = {.abi = W2C_ABI,
                                  .size = sizeof(app),
                                  .name = "app",
                                  .stamp = "test",
                                  .memories = &memory,
                                  .memory_count = 1,
                                  .first_memory = offsetof(app, memory),
                                  .funcs = funcs,
                                  .func_count = 5,
                                  .func_records = offsetof(app, funcs),
                                  .exports = exports,
                                  .export_count = 5};

/* ---- runs ------------------------------------------------------------------------------------ */
static char out_text[4096], err_text[4096];

static void read_all(int fd, char text[4096]) {
    size_t len = 0;
    ssize_t n;
    lseek(fd, 0, SEEK_SET);
    while (len < 4095 && (n = read(fd, text + len, 4095 - len)) > 0)
        len += (size_t)n;
    text[len] = 0;
    close(fd);
}

/* The exit code; what was printed is in out_text and err_text. stack: bytes for RLIMIT_STACK, or 0.
 */
static int run(const char *const *baked, const char *w2c_run, const char *const *args,
               size_t stack) {
    char out_path[] = "/tmp/w2c-out-XXXXXX", err_path[] = "/tmp/w2c-err-XXXXXX";
    int out = mkstemp(out_path), err = mkstemp(err_path), status, argc = 1;
    const char *argv[16] = {"/some/where/prog"};
    unlink(out_path);
    unlink(err_path);
    while (args && args[argc - 1])
        argv[argc] = args[argc - 1], argc++;
    pid_t child = fork();
    if (child == 0) {
        struct rlimit limit = {stack, stack};
        if (stack) setrlimit(RLIMIT_STACK, &limit);
        dup2(out, 1);
        dup2(err, 2);
        if (w2c_run)
            setenv("W2C_RUN", w2c_run, 1);
        else
            unsetenv("W2C_RUN");
        setenv("W2C_TEST_INHERITED", "yes", 1);
        _exit(w2c_wasi_main(&module, baked, argc, (char **)(uintptr_t)argv, NULL));
    }
    ck_assert_int_gt(child, 0);
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    read_all(out, out_text);
    read_all(err, err_text);
    ck_assert_msg(WIFEXITED(status), "ended by signal %d: %s", WTERMSIG(status), err_text);
    return WEXITSTATUS(status);
}

static const struct row {
    const char *baked[5], *run, *args[5];
    int code;
    const char *out, *err; /* stdout; part of stderr */
} rows[] = {
    {{0}, NULL, {"args", "a b", ""}, 0, "prog|args|a b||", ""},
    {{"--arg0=name"}, NULL, {"args"}, 0, "name|args|", ""},
    {{"--arg0", "name"}, "--arg0 other", {"args"}, 0, "other|args|", ""},
    {{0}, NULL, {"env"}, 0, "", ""},
    {{"--env=A=1", "--env", "B=2"},
     "--env A=3 --env='C=x y' --env \"D=\\\"q\\\"\" --env E=a\\ b",
     {"env"},
     0,
     "A=3|B=2|C=x y|D=\"q\"|E=a b|",
     ""},
    {{"--no-run-env", "--env=A=1"}, "--env A=2", {"env"}, 0, "A=1|", ""},
    {{"--dir=/::g", "--dir=/tmp"}, "--dir=/tmp::t:ro", {"prestat"}, 0, "g|/tmp|t|", ""},
    {{0}, NULL, {"exit", "0"}, 0, "", ""},
    {{0}, NULL, {"exit", "33"}, 33, "", ""},
    {{0}, NULL, {"trap"}, 134, "", "prog: trap: out of bounds memory access\n"},
    {{0}, NULL, {"unknown"}, 134, "", "prog: trap: unknown import"},
    {{0}, NULL, {"recurse", "1000"}, 0, "", ""},
    {{0}, NULL, {"recurse", "100000000"}, 134, "", "prog: trap: call stack exhausted\n"},
    {{"--stack-size=64M"}, NULL, {"recurse", "40000"}, 0, "", ""},
    {{"--stack-size=1M"}, NULL, {"recurse", "40000"}, 134, "", "call stack exhausted"},
    {{"--invoke=add"}, NULL, {"40", "-2"}, 0, "138\n", ""},
    {{"--invoke", "half"}, NULL, {"3"}, 0, "1.5\n", ""},
    {{"--invoke=add,twice,half"}, NULL, {"1", "0xff", "5"}, 0, "712\n2.5\n", ""},
    {{"--invoke=add"}, NULL, {"1"}, 125, "", "needs 2 arguments: (i32, i32) -> (i32)"},
    {{"--invoke=add"}, NULL, {"1", "x"}, 125, "", "does not fit"},
    {{"--invoke=add"}, NULL, {"1", "4294967296"}, 125, "", "does not fit"},
    {{"--invoke=nothing"}, NULL, {0}, 125, "", "no function \"nothing\""},
    {{"--stdin=/dev/null"}, NULL, {"cat"}, 0, "", ""},
    {{"--stdin=/nonexistent"}, NULL, {"cat"}, 125, "", "prog: /nonexistent: No such file"},
    {{"--dir=/nonexistent"}, NULL, {"args"}, 125, "", "/nonexistent: no such directory"},
    {{"--frobnicate"}, NULL, {"args"}, 125, "", "unknown run option '--frobnicate'"},
    {{"--env"}, NULL, {"args"}, 125, "", "--env needs a value"},
    {{"--env=novalue"}, NULL, {"args"}, 125, "", "NAME=value"},
    {{"--inherit-env=x"}, NULL, {"args"}, 125, "", "takes no value"},
    {{"--fuel=10x"}, NULL, {"args"}, 125, "", "--fuel=10x is not a number"},
    {{"--fuel=10"}, NULL, {"args"}, 125, "", "was not built with --interruptible"},
    {{"--timeout=soon"}, NULL, {"args"}, 125, "", "--timeout=soon is not a number of seconds"},
    {{"--tcplisten=here:80"}, NULL, {"args"}, 125, "", "ADDR:PORT is wanted"},
    {{"--max-memory=0"}, NULL, {"args"}, 125, "", "a number of bytes"},
    {{"--max-memory=1K"}, NULL, {"args"}, 125, "", "prog: "},
    {{"--max-memory=99999999999G"}, NULL, {"args"}, 125, "", "a number of bytes"},
    {{0}, "--env 'A", {"args"}, 125, "", "W2C_RUN: a quote is not closed"},
    {{0}, "", {"args"}, 0, "prog|args|", ""},
};

START_TEST(table) {
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct row *r = &rows[i];
        int code = run(r->baked, r->run, r->args, 0);
        ck_assert_msg(code == r->code, "row %zu: exit code %d, expected %d: %s", i, code, r->code,
                      err_text);
        ck_assert_msg(strcmp(out_text, r->out) == 0, "row %zu: printed \"%s\"", i, out_text);
        ck_assert_msg(strstr(err_text, r->err) != NULL, "row %zu: stderr \"%s\"", i, err_text);
        ck_assert_msg(r->err[0] || !err_text[0], "row %zu: stderr \"%s\"", i, err_text);
    }
}
END_TEST

START_TEST(inherited_environment) {
    const char *baked[] = {"--inherit-env", "--env=W2C_TEST_INHERITED=no", NULL},
               *args[] = {"env", NULL};
    ck_assert_int_eq(run(baked, "--env X=1", args, 0), 0);
    ck_assert_ptr_nonnull(strstr(out_text, "W2C_TEST_INHERITED=no|"));
    ck_assert_ptr_null(strstr(out_text, "W2C_TEST_INHERITED=yes|"));
    ck_assert_ptr_null(strstr(out_text, "W2C_RUN="));
}
END_TEST

START_TEST(files) {
    char base[64], in[96], out[96], options[400];
    const char *args[] = {"cat", NULL};
    host_make(base);
    host_write(base, "in", "from a file\n");
    snprintf(in, sizeof in, "--stdin=%s/in", base);
    snprintf(out, sizeof out, "--stdout=%s/out", base);
    snprintf(options, sizeof options, "%s %s", in, out);
    ck_assert_int_eq(run(NULL, options, args, 0), 0);
    ck_assert_str_eq(out_text, "");
    ck_assert(host_has(base, "out", "from a file\n"));
    host_remove(base);
}
END_TEST

/* A small main stack: the guest gets one of its own. */
START_TEST(small_main_stack) {
    const char *args[] = {"recurse", "5000", NULL};
    ck_assert_int_eq(run(NULL, NULL, args, 1 << 20), 0);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("wasi_main");
    TCase *t = tcase_create("runs");
    tcase_set_timeout(t, 120);
    tcase_add_test(t, table);
    tcase_add_test(t, inherited_environment);
    tcase_add_test(t, files);
    tcase_add_test(t, small_main_stack);
    suite_add_tcase(suite, t);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
