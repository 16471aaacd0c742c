/* wasi_main.c: a module as a program: run options, streams, stack, exit codes.
 * The only file here that prints. Apart from the others, so that an embedder who never calls
 * w2c_wasi_main does not link it. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1
#endif
#include "wasi_options.h"
#include "wasi_invoke.h"
#include "wasi_report.h"
#include "wasi_listen.h"
#include "wasi_threads.h"
#include "wasi_timer.h"
#include "../w2c_rt.h"
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

extern char **environ;

enum { EXIT_ENDED = 124, EXIT_BEFORE_START = 125, EXIT_TRAP = 134 };
enum { END_TURNS = 50 }; /* of 20 ms: until threads that compute are ended with the process */

#define STACK_DEFAULT ((size_t)8 << 20) /* bytes, when the main thread has less */
#define STACK_HOST ((size_t)1 << 20)    /* for the host's own functions, beside the guest's */

typedef struct program {
    const w2c_wasi_program *given;
    const w2c_module *module;
    const w2c_imports *extra;
    const char *name; /* for messages */
    int argc;
    char **argv;
    wasi_options options;
    w2c_wasi *wasi;
    int files[3]; /* opened for --stdin and so on; -1: none */
    int *sockets;
    size_t socket_count;
    w2c_imports imports;
    w2c_config config; /* of every instance */
    w2c_error error;
    w2c_meter meter;
    w2c_memory *shared; /* of a program with threads; NULL: it has one */
    pthread_t thread;   /* that runs its _start */
    bool done;          /* and has ended; atomic */
    int exit_code;
} program;

static int fail(const program *p, const char *what, const char *why) {
    fprintf(stderr, "%s: %s%s%s\n", p->name, what, why[0] ? ": " : "", why);
    return EXIT_BEFORE_START;
}

static const char *base_name(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash && slash[1] ? slash + 1 : path;
}

/* Does it want wasi-threads? */
static bool has_threads(const w2c_module *m) {
    for (u32 i = 0; i < m->import_count; i++) {
        const w2c_import_desc *d = &m->imports[i];
        if (d->kind == W2C_FUNC && d->module.len == 4 && memcmp(d->module.text, "wasi", 4) == 0 &&
            d->name.len == 12 && memcmp(d->name.text, "thread-spawn", 12) == 0)
            return true;
    }
    return false;
}

/* ---- before the guest ------------------------------------------------------------------------ */
static bool take_options(program *p, const char *const *baked) {
    const char *run = getenv("W2C_RUN");
    if (!wasi_options_list(&p->options, baked)) {
        fail(p, p->options.error, "");
        return false;
    }
    if (run && !p->options.no_run_env && !wasi_options_text(&p->options, run)) {
        fail(p, "W2C_RUN", p->options.error);
        return false;
    }
    return true;
}

/* The process's variables, then those that were asked for: *out has `env` of both. */
static bool take_environment(const program *p, wasi_options *out) {
    for (char **e = environ; p->options.inherit_env && e && *e; e++) {
        const char *equals = strchr(*e, '=');
        if (!equals || equals == *e || strncmp(*e, "W2C_RUN=", 8) == 0) continue;
        if (!wasi_options_env(out, *e)) return false;
    }
    for (size_t i = 0; i < p->options.env_count; i++) {
        if (!wasi_options_env(out, p->options.env[i])) return false;
    }
    return true;
}

/* What is opened next must not take the place of a stream that the process was started without. */
static void fill_streams(void) {
    int fd;
    do {
        fd = open("/dev/null", O_RDWR | O_CLOEXEC);
    } while (fd >= 0 && fd < 3);
    if (fd >= 0) close(fd);
}

static bool open_files(program *p) {
    fill_streams();
    for (int i = 0; i < 3; i++) {
        const char *path = p->options.files[i];
        if (!path) continue;
        int flags = i == 0 ? O_RDONLY : O_WRONLY | O_CREAT | O_TRUNC;
        p->files[i] = open(path, flags | O_CLOEXEC, 0666);
        if (p->files[i] < 0) {
            fail(p, path, strerror(errno));
            return false;
        }
    }
    return true;
}

static bool open_sockets(program *p) {
    char place[80];
    p->sockets = calloc(p->options.listen_count + 1, sizeof *p->sockets);
    for (size_t i = 0; p->sockets && i < p->options.listen_count; i++) {
        const char *text = p->options.listen[i];
        int fd = wasi_listen(text, place, sizeof place);
        if (fd < 0) {
            fail(p, text, strerror(errno));
            return false;
        }
        p->sockets[p->socket_count++] = fd;
        if (strcmp(text + strlen(text) - 2, ":0") ==
            0) /* chosen by the system: somebody must know */
            fprintf(stderr, "%s: listening on %s\n", p->name, place);
    }
    return p->sockets != NULL;
}

static bool make_wasi(program *p) {
    w2c_error error = {W2C_OK, ""};
    wasi_options env = {0};
    w2c_wasi_config config = {.dirs = p->options.dirs, .dir_count = p->options.dir_count};
    size_t rest = p->argc > 1 ? (size_t)p->argc - 1 : 0;
    const char **args = malloc((rest + 1) * sizeof *args);
    bool good = args && take_environment(p, &env);
    if (good) {
        args[0] = p->options.arg0 ? p->options.arg0 : p->name;
        for (size_t i = 0; i < rest; i++)
            args[i + 1] = p->argv[i + 1];
        for (int i = 0; i < 3; i++) {
            config.stdio[i].kind = p->files[i] >= 0 ? W2C_WASI_FD : W2C_WASI_INHERIT;
            config.stdio[i].fd = p->files[i];
        }
        config.args = args;
        config.arg_count = rest + 1;
        config.env = env.env;
        config.env_count = env.env_count;
        config.error = &error;
        config.sockets = p->sockets;
        config.socket_count = p->socket_count;
        config.interruptible = p->options.timeout > 0 || has_threads(p->module);
        good = w2c_wasi_new(&p->wasi, &config) == W2C_OK;
        if (!good) fail(p, error.text, "");
    } else {
        fail(p, "out of memory", "");
    }
    wasi_options_free(&env);
    free(args);
    return good;
}

/* ---- the guest ------------------------------------------------------------------------------- */
static bool resolve_all(void *user, const w2c_wanted *wanted, w2c_extern *out) {
    const program *p = user;
    if (w2c_wasi_resolve(p->wasi, wanted, out)) return true;
    if (p->shared && wanted->kind == W2C_MEMORY) {
        memset(out, 0, sizeof *out);
        out->kind = W2C_MEMORY;
        out->memory = p->shared;
        return true;
    }
    return p->extra && p->extra->resolve && p->extra->resolve(p->extra->user, wanted, out);
}

/* The exit code for a call's status. */
static void print_frame(void *user, size_t i, w2c_name name, uint32_t func) {
    char text[128];
    size_t len = 0;
    (void)user, (void)i;
    for (; len < name.len && len < sizeof text - 1;
         len++) { /* the module's: nothing it may print */
        unsigned char c = (unsigned char)name.text[len];
        text[len] = c < 0x20 || c == 0x7f ? '?' : (char)c;
    }
    text[len] = 0;
    if (func == UINT32_MAX)
        fprintf(stderr, "    at %s\n", text);
    else if (len)
        fprintf(stderr, "    at %s (func %u)\n", text, (unsigned)func);
    else
        fprintf(stderr, "    at func %u\n", (unsigned)func);
}

/* instance: NULL before there is one */
static int finish(const program *p, w2c_status status, const w2c_instance *instance) {
    const char *detail = instance ? w2c_instance_detail(instance) : p->error.text;
    w2c_status other = w2c_wasi_threads_status(p->wasi); /* what ended the program, or nothing */
    if (p->shared && status == W2C_EXIT && other < W2C_EXIT && other != W2C_OK) return EXIT_TRAP;
    if (p->shared && status == W2C_TRAP_INTERRUPTED && other != W2C_OK)
        return finish(p, W2C_EXIT, instance);
    if (status == W2C_OK) return 0;
    if (status == W2C_EXIT) return (int)(w2c_wasi_exit_code(p->wasi) & 0xff);
    bool trap = status < W2C_EXCEPTION;
    fprintf(stderr, "%s: %s%s%s%s\n", p->name, trap ? "trap: " : "", w2c_status_text(status),
            detail[0] ? ": " : "", detail);
    if (trap && instance) w2c_backtrace(instance, print_frame, NULL);
    return status == W2C_TRAP_FUEL ? EXIT_ENDED : EXIT_TRAP;
}

static int call_start(const program *p, w2c_instance *instance) {
    w2c_extern found;
    if (!wasi_find_function(instance, "_start", 6, &found))
        return fail(p, "the module has no _start",
                    "it is no program; --invoke=EXPORT calls one of its functions");
    w2c_status status = w2c_call(found.func, NULL, NULL);
    return finish(p, status, instance);
}

static int call_exports(const program *p, w2c_instance *instance) {
    char message[400] = "";
    w2c_extern found;
    w2c_status status = W2C_OK;
    if (wasi_find_function(instance, "_initialize", 11, &found))
        status = w2c_call(found.func, NULL, NULL);
    if (status == W2C_OK && !wasi_invoke(instance, p->options.invoke, p->argc > 1 ? p->argc - 1 : 0,
                                         p->argv + 1, NULL, &status, message, sizeof message))
        return fail(p, "--invoke", message);
    int code = finish(p, status, instance);
    if (fflush(stdout) != 0 && code == 0) return fail(p, "standard output", strerror(errno));
    return code;
}

static void thread_ended(void *user, w2c_instance *instance, w2c_status status) {
    finish(user, status, instance);
}

static bool prepare_threads(program *p) {
    const w2c_module *m = p->module;
    w2c_wasi_threads threads = {.module = m,
                                .imports = &p->imports,
                                .config = &p->config,
                                .ended = thread_ended,
                                .user = p};
    for (u32 i = 0; i < m->import_count && !p->shared; i++) {
        const w2c_import_desc *d = &m->imports[i];
        if (d->kind != W2C_MEMORY || !d->shared) continue;
        uint64_t max = d->limits.max;
        if (p->options.max_memory && p->options.max_memory >> d->page_log2 < max)
            max = p->options.max_memory >> d->page_log2;
        if (max < d->limits.min) max = d->limits.min;
        if (w2c_memory_new(&p->shared, d->limits.min, d->limits.max, d->is64, true, d->page_log2))
            return false;
        p->shared->limit_pages = max;
    }
    threads.memory = p->shared;
    return p->shared && w2c_wasi_threads_allow(p->wasi, &threads) == W2C_OK;
}

/* Names come from the module: what is no printable ASCII is shown as \xHH. */
static void print_name(w2c_name name) {
    for (size_t i = 0; i < name.len; i++) {
        unsigned char c = (unsigned char)name.text[i];
        if (c < 0x20 || c >= 0x7f || c == '\\')
            fprintf(stderr, "\\x%02x", c);
        else
            fputc(c, stderr);
    }
}

/* --stats=imports */
static void print_imports(const w2c_instance *instance) {
    w2c_import_info info;
    w2c_name module, name;
    w2c_kind kind;
    bool bound;
    w2c_import_stats(instance, &info);
    fprintf(stderr, "imported functions    %12u\ncalled                %12u\n", info.functions,
            info.called);
    if (info.given) fprintf(stderr, "bound without a call  %12u\n", info.given);
    fprintf(stderr, "never used            %12u\n", info.never_used);
    for (size_t i = 0; w2c_import_at(instance, i, &module, &name, &kind, &bound); i++) {
        if (kind != W2C_FUNC) continue;
        fprintf(stderr, "  %s ", bound ? "called    " : "never used");
        print_name(module);
        fputc('.', stderr);
        print_name(name);
        fputc('\n', stderr);
    }
}

/* --stats=memory */
static void print_memory(w2c_memory *memory) {
    w2c_memory_figures f;
    if (!memory) return;
    w2c_memory_stats(memory, true, &f);
    fprintf(stderr,
            "memory, bytes         %12llu\n"
            "baseline              %12llu\n"
            "growths               %12llu\n"
            "failed growths        %12llu\n",
            (unsigned long long)f.current, (unsigned long long)f.baseline,
            (unsigned long long)f.growths, (unsigned long long)f.failed_growths);
    if (f.pages_known)
        fprintf(stderr, "bytes in RAM          %12llu\npages written         %12llu\n",
                (unsigned long long)f.resident, (unsigned long long)f.touched);
}

static void call_guest(program *p, w2c_instance *instance) {
    const char *path = p->options.memory_report;
    wasi_report report;
    bool looking = path && wasi_report_start(&report, w2c_instance_memory(instance));
    p->exit_code = p->options.invoke ? call_exports(p, instance) : call_start(p, instance);
    if (p->options.memory_stats) print_memory(w2c_instance_memory(instance));
    if (!path) return;
    const char *why = looking ? NULL : "the module has no memory to look at, or there is no thread";
    if (looking && !wasi_report_stop(&report, path, p->name)) why = strerror(errno);
    if (why) fprintf(stderr, "%s: --memory-report=%s: %s\n", p->name, path, why);
}

static void run(program *p) {
    w2c_instance *instance = NULL;
    if (p->options.import_stats) p->config.lazy_imports = true;
    w2c_status status = w2c_instance_new(p->module, &instance, &p->imports, &p->config);
    if (status == W2C_OK) {
        call_guest(p, instance);
    } else if (status <= W2C_EXIT) { /* its start function or a segment ended it */
        p->exit_code = finish(p, status, NULL);
    } else {
        p->exit_code = fail(p, p->error.text[0] ? p->error.text : w2c_status_text(status), "");
    }
    if (instance && p->options.import_stats) print_imports(instance);
    w2c_instance_delete(instance);
}

static void *run_thread(void *user) {
    program *p = user;
    run(p);
    if (p->shared) w2c_wasi_end(p->wasi);
    __atomic_store_n(&p->done, true, __ATOMIC_RELEASE);
    return NULL;
}

/* Until the first thread and all others are gone; those that compute for ever go with the process.
 * The caller's own thread runs no guest. */
static void wait_for_threads(program *p) {
    wasi_threads_wait_end(p->wasi);
    for (int turns = 0;; turns++) {
        bool others = w2c_wasi_threads_join(p->wasi, 20000000);
        if (others && __atomic_load_n(&p->done, __ATOMIC_ACQUIRE)) break;
        w2c_memory_interrupt(p->shared);
        if (others) usleep(20000);
        w2c_interrupt(&p->meter);
        if (turns < END_TURNS) continue;
        bool trap = w2c_wasi_threads_status(p->wasi) != W2C_EXIT;
        int code = trap ? EXIT_TRAP : (int)(w2c_wasi_exit_code(p->wasi) & 0xff);
        fflush(stdout);
        _exit(__atomic_load_n(&p->done, __ATOMIC_ACQUIRE) ? p->exit_code : code);
    }
    pthread_join(p->thread, NULL);
}

/* On the main thread when its stack is large enough, else on one made for the purpose. */
static int run_with_stack(program *p) {
    struct rlimit limit;
    size_t wanted = p->options.stack_size ? (size_t)p->options.stack_size : STACK_DEFAULT;
    bool known = getrlimit(RLIMIT_STACK, &limit) == 0;
    rlim_t least = p->options.stack_size ? wanted + STACK_HOST : wanted;
    if (!p->shared && known && (limit.rlim_cur == RLIM_INFINITY || limit.rlim_cur >= least)) {
        run(p);
        return p->exit_code;
    }
    pthread_attr_t attr;
    int error = pthread_attr_init(&attr);
    if (error) return fail(p, "thread", strerror(error));
    size_t size = wanted > SIZE_MAX / 2 ? wanted : (wanted + STACK_HOST + 0xffff) & ~(size_t)0xffff;
    error = pthread_attr_setstacksize(&attr, size);
    if (!error) error = pthread_create(&p->thread, &attr, run_thread, p);
    pthread_attr_destroy(&attr);
    if (error) return fail(p, "cannot make a stack of the size asked for", strerror(error));
    if (p->shared)
        wait_for_threads(p);
    else
        pthread_join(p->thread, NULL);
    return p->exit_code;
}

static int run_timed(program *p) {
    wasi_timer timer = {
        .wasi = p->wasi, .meter = &p->meter, .name = p->name, .seconds = p->options.timeout};
    if (p->options.timeout <= 0) return run_with_stack(p);
    if (!wasi_timer_start(&timer)) return fail(p, "--timeout", "no thread for the clock");
    int code = run_with_stack(p);
    return wasi_timer_stop(&timer) && code == EXIT_TRAP ? EXIT_ENDED : code;
}

static void prepare_and_run(program *p) {
    p->config = (w2c_config){.max_memory = p->options.max_memory, .error = &p->error};
    p->config.backtrace = true;
    if (!p->options.no_huge_pages) p->config.memory_policy = W2C_MEMORY_HUGE_LARGE;
    w2c_meter_set(&p->meter, p->options.fuel_given ? p->options.fuel : UINT64_MAX);
    p->config.meter = &p->meter;
    p->config.stack_bytes = (size_t)p->options.stack_size;
    if (p->options.memory_report || p->options.memory_stats) p->config.watch = &wasi_report_watch;
    if (p->extra) p->imports = *p->extra;
    p->imports.resolve = resolve_all;
    p->imports.user = p;
    if (p->options.fuel_given && !p->module->metered)
        fail(p, "--fuel", "the program was not built with --interruptible");
    else if (p->given->run && w2c_init_traps())
        p->exit_code =
            p->given->run(p->given->user, &(w2c_wasi_ready){p->wasi, &p->config, p->options.invoke,
                                                            p->argc, p->argv, p->name});
    else if (has_threads(p->module) && !prepare_threads(p))
        fail(p, "no shared memory for the program's threads", "");
    else if (w2c_init_traps())
        p->exit_code = run_timed(p);
    else
        fail(p, "the system refuses handlers for memory faults", "");
}

int w2c_wasi_run(const w2c_wasi_program *given) {
    program p = {.given = given,
                 .module = given->module,
                 .extra = given->extra,
                 .argc = given->argc,
                 .argv = given->argv,
                 .files = {-1, -1, -1}};
    p.name = p.argc > 0 && p.argv[0][0] ? base_name(p.argv[0]) : p.module->name;
    p.exit_code = EXIT_BEFORE_START;
    if (take_options(&p, given->baked_options) && open_files(&p) && open_sockets(&p) &&
        make_wasi(&p))
        prepare_and_run(&p);
    w2c_wasi_delete(p.wasi);
    w2c_memory_delete(p.shared);
    for (int i = 0; i < 3; i++) {
        if (p.files[i] >= 0) close(p.files[i]);
    }
    for (size_t i = 0; i < p.socket_count; i++)
        close(p.sockets[i]);
    free(p.sockets);
    wasi_options_free(&p.options);
    return p.exit_code;
}

int w2c_wasi_main(const w2c_module *module, const char *const *baked_options, int argc, char **argv,
                  const w2c_imports *extra) {
    w2c_wasi_program all = {.module = module,
                            .baked_options = baked_options,
                            .argc = argc,
                            .argv = argv,
                            .extra = extra};
    return w2c_wasi_run(&all);
}
