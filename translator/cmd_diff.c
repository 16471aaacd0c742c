/* cmd_diff.c: w2c diff, also called as w2c-diff: a module's run interpreted and compiled, compared step by step
 * (duel.h). The runs are in a child process, so that a crash in one of them is a finding like others. */
#define _GNU_SOURCE
#include "cmd.h"
#include "duel.h"
#include "interp/interp.h"
#include "wasi/wasi_timer.h"
#include <dlfcn.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { EXIT_DIFFERENT = 1, EXIT_LIMIT = 2, EXIT_TOOL = 3, EXIT_ENDED = 124, EXIT_NOTHING = 125 };

typedef struct DiffSide {
    const char *path;
    bool compiled;
    Session session;
    bool opened;
    Interp *interp;
    void *object;
    const w2c_module *module;
} DiffSide;

typedef struct Diff {
    const Options *options;
    DiffSide sides[2];
    Buffer folder; /* of shared objects */
    DuelProgress *progress;
} Diff;

/* ---- the sides ------------------------------------------------------------------------------- */
static const char *side_word(const Diff *d, unsigned i) {
    bool alike = d->sides[0].compiled == d->sides[1].compiled;
    if (alike) return i ? "second" : "first";
    return d->sides[i].compiled ? "compiled" : "interpreted";
}

static int load_interpreted(Diff *d, DiffSide *side) {
    InterpOptions how = {.canonical_nans = true,
                         .bounds = d->options->value[OPT_memory].number == MEMORY_BOUNDS,
                         .metered = d->options->value[OPT_fuel].set};
    Session *s = &side->session;
    if (!validate_all(&s->ctx, &s->module, option_threads(d->options), &(uint64_t){0}) ||
        w2c_interp_load(&s->ctx, &s->module, path_base(side->path), &how, &side->interp) != W2C_OK)
        return session_fail(s);
    side->module = w2c_interp_module(side->interp);
    return 0;
}

static int load_compiled(Diff *d, unsigned i) {
    DiffSide *side = &d->sides[i];
    Options options = *d->options;
    Buffer path;
    options.value[OPT_canonical_nans].set = true;
    buffer_init(&path, alloc_default());
    buffer_printf(&path, "%s/side%u.so", d->folder.data, i);
    int code = EXIT_TOOL;
    if (buffer_cstr(&path)) code = build_shared(&options, side->path, path.data);
    if (!code) {
        side->object = dlopen(path.data, RTLD_NOW | RTLD_LOCAL);
        side->module = side->object ? dlsym(side->object, "app_module") : NULL;
        if (!side->module) {
            fprintf(stderr, "w2c diff: %s\n", dlerror());
            code = EXIT_TOOL;
        }
    }
    buffer_free(&path);
    return code;
}

/* Runs that share a memory between threads go differently each time. */
static bool has_shared_memory(const Module *m) {
    for (uint32_t i = 0; i < m->memory_count; i++)
        if (m->memories[i].limits.shared) return true;
    return false;
}

/* An exit code; 0: it is there. */
static int load_side(Diff *d, unsigned i) {
    DiffSide *side = &d->sides[i];
    side->opened = true;
    if (!session_open(&side->session, d->options, side->path)) return session_fail(&side->session);
    if (has_shared_memory(&side->session.module)) {
        fprintf(stderr, "w2c diff: %s: it has a shared memory: no two runs of threads are alike\n",
                side->path);
        return EXIT_LIMIT;
    }
    return side->compiled ? load_compiled(d, i) : load_interpreted(d, side);
}

static void free_side(DiffSide *side) {
    w2c_interp_delete(side->interp);
    if (side->object) dlclose(side->object);
    if (side->opened) session_close(&side->session);
}

/* ---- the child ------------------------------------------------------------------------------- */
static int run_both(void *user, const w2c_wasi_ready *ready) {
    static const int codes[] = {[DUEL_SAME] = 0,
                                [DUEL_DIFFERENT] = EXIT_DIFFERENT,
                                [DUEL_LIMIT] = EXIT_LIMIT,
                                [DUEL_NOTHING] = EXIT_NOTHING};
    const Diff *d = user;
    Buffer text;
    DuelWish wish = {.modules = {d->sides[0].module, d->sides[1].module},
                     .names = {side_word(d, 0), side_word(d, 1)},
                     .same_module = !d->options->value[OPT_against].set,
                     .zero_imports = d->options->value[OPT_zero_imports].set,
                     .metered = d->options->value[OPT_fuel].set,
                     .progress = d->progress};
    buffer_init(&text, alloc_default());
    DuelEnd end = duel_run(&wish, ready, &text);
    const char *cstr = buffer_cstr(&text);
    if (end == DUEL_NOTHING)
        fprintf(stderr, "w2c diff: %s", cstr ? cstr : "out of memory\n");
    else
        printf("%s", cstr ? cstr : "");
    buffer_free(&text);
    return fflush(stdout) ? EXIT_TOOL : codes[end];
}

static _Noreturn void run_child(Diff *d) {
    char **list = run_options(d->options);
    w2c_wasi_program program = {.module = d->sides[0].module,
                                .baked_options = (const char *const *)list,
                                .argc = d->options->argument_count,
                                .argv = d->options->arguments,
                                .run = run_both,
                                .user = d};
    int code = list ? w2c_wasi_run(&program) : EXIT_TOOL;
    fflush(stderr);
    _exit(code);
}

/* ---- the parent ------------------------------------------------------------------------------ */
/* Where both were when the process ended, or had to be ended. */
static void print_places(const Diff *d) {
    const DuelProgress *p = d->progress;
    for (unsigned i = 0; i < 2; i++) {
        if (p->waits[i])
            printf("  %s: at %s\n", side_word(d, i), p->last[i]);
        else if (p->last[i][0])
            printf("  %s: somewhere after %s\n", side_word(d, i), p->last[i]);
        else
            printf("  %s: at its beginning\n", side_word(d, i));
    }
}

/* Waits at most so long; 0: for ever. False: time is up, and the child is gone. */
static bool wait_for(pid_t child, double seconds, int *status) {
    double start = seconds_now();
    while (waitpid(child, status, seconds > 0 ? WNOHANG : 0) != child) {
        if (seconds <= 0) continue;
        if (seconds_now() - start > seconds) {
            kill(child, SIGKILL);
            while (waitpid(child, status, 0) < 0 && errno == EINTR) {
            }
            return false;
        }
        usleep(2000);
    }
    return true;
}

static int run_in_child(Diff *d) {
    double seconds = 0;
    const char *timeout = d->options->value[OPT_timeout].text;
    if (timeout) wasi_timer_seconds(timeout, &seconds);
    d->progress =
        mmap(NULL, sizeof *d->progress, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    int status = 0, code = EXIT_TOOL;
    fflush(stdout);
    pid_t child = d->progress == MAP_FAILED ? -1 : fork();
    if (child == 0) run_child(d);
    if (child < 0) {
        fprintf(stderr, "w2c diff: %s\n", strerror(errno));
        return EXIT_TOOL;
    }
    if (!wait_for(child, seconds, &status)) {
        printf("not known: time ended after %llu host calls that were the same\n",
               (unsigned long long)d->progress->calls);
        print_places(d);
        code = EXIT_ENDED;
    } else if (WIFSIGNALED(status)) {
        printf("different: crashed after %llu host calls that were the same: signal %d (%s)\n",
               (unsigned long long)d->progress->calls, WTERMSIG(status),
               strsignal(WTERMSIG(status)));
        print_places(d);
        code = EXIT_DIFFERENT;
    } else {
        code = WEXITSTATUS(status);
    }
    munmap(d->progress, sizeof *d->progress);
    return code;
}

int cmd_diff(const Options *options) {
    static const bool compiled[][2] = {{false, true}, {false, false}, {true, true}};
    if (!options->argument_count) return options_complain(options, "no module given");
    const char *timeout = options->value[OPT_timeout].text;
    if (timeout && !wasi_timer_seconds(timeout, &(double){0}))
        return options_complain(options, "--timeout=%s is not a number of seconds", timeout);
    if (options->value[OPT_keep].set && options->value[OPT_sides].number == 2)
        return options_complain(options, "--keep: for one compiled side");
    if (!strcmp(options->arguments[0], "-"))
        return options_complain(options, "the module is read more than once: give a file");
    Diff d = {.options = options};
    Context ctx;
    context_init(&ctx, alloc_default(), options->arguments[0]);
    buffer_init(&d.folder, ctx.alloc);
    for (unsigned i = 0; i < 2; i++) {
        d.sides[i].path = options->arguments[0];
        d.sides[i].compiled = compiled[options->value[OPT_sides].number][i];
    }
    if (options->value[OPT_against].set) d.sides[1].path = options->value[OPT_against].text;
    int code = folder_make_temporary(&ctx, &d.folder) ? 0 : EXIT_TOOL;
    if (code) fprintf(stderr, "w2c diff: %s\n", ctx.diag.text);
    for (unsigned i = 0; i < 2 && !code; i++)
        code = load_side(&d, i);
    if (d.folder.len) folder_remove(d.folder.data);
    if (!code) code = run_in_child(&d);
    for (unsigned i = 0; i < 2; i++)
        free_side(&d.sides[i]);
    buffer_free(&d.folder);
    return code;
}
