/* spectest.c: w2c-spectest: options, the order of things, exit codes. */
#include "spectest.h"
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

enum { EXIT_FAILED = 1, MOST_CRASHES = 12 };
const char *const suite_program = "w2c-spectest";

static const char usage[] =
    "usage: w2c-spectest [MODE] [OPTION]... FILE.json|DIR...\n"
    "Runs scripts of the official WebAssembly test suite.\n"
    "  --validate          modules are read and validated only\n"
    "  --compiled          modules are translated to C, compiled and run\n"
    "  --interp            modules are interpreted (the default)\n"
    "  --mixed             every other module interpreted, the rest compiled; then the other way "
    "round\n"
    "  --compare           both, side by side, with canonical NaNs: results, traps, memories\n"
    "  --cc CC             C compiler (default $CC, else cc)\n"
    "  --opt -O2           its optimisation level (default -O0)\n"
    "  --cflag F           a further argument for it; may be repeated\n"
    "  --sanitize          compile with AddressSanitizer and UBSan, as this program must be\n"
    "  --memory=MODE       guard (the default), bounds or static\n"
    "  --jumps             exceptions jump\n"
    "  --plain             translate without the optimisations that can be switched off\n"
    "  --stops             compiled code looks for interruptions\n"
    "  --metered           calls and loop turns are charged; --compare compares how many\n"
    "  --gc-stress N       collect garbage at every N-th allocation\n"
    "  --include DIR       folder of w2c_rt.h (default: found from the program's place)\n"
    "  -jN                 processes at a time (default: one a processor)\n"
    "  --timeout SECONDS   most time without progress of a script (default 30)\n"
    "  --keep DIR          write C files and objects there, and leave them\n"
    "  --expect FILE       modules known to fail: exactly these must fail\n"
    "  --write-expect FILE write that list\n"
    "  -v                  every failure and every script\n";

/* ---- options --------------------------------------------------------------------------------- */
typedef struct Args {
    char **items;
    int count, at;
} Args;

/* "--name VALUE" or "--name=VALUE"; NULL when the argument is another. */
static const char *option_value(Args *args, const char *name) {
    const char *arg = args->items[args->at];
    size_t len = strlen(name);
    if (strncmp(arg, name, len) != 0) return NULL;
    if (arg[len] == '=') return arg + len + 1;
    if (arg[len]) return NULL;
    if (args->at + 1 == args->count) suite_die("%s needs a value (--help)", name);
    return args->items[++args->at];
}

static unsigned option_number(const char *text, const char *name) {
    char *end;
    unsigned long n = strtoul(text, &end, 10);
    if (!*text || *end || n > 100000) suite_die("%s: not a number: %s", name, text);
    return (unsigned)n;
}

static MemoryMode option_memory(const char *text) {
    if (!strcmp(text, "guard")) return MEMORY_GUARD;
    if (!strcmp(text, "bounds")) return MEMORY_BOUNDS;
    if (!strcmp(text, "static")) return MEMORY_STATIC;
    suite_die("--memory=%s: guard, bounds or static", text);
}

static bool option_mode(Options *o, const char *arg) {
    static const char *const names[] = {"--validate", "--compiled", "--interp", "--compare",
                                        "--mixed"};
    for (unsigned i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcmp(names[i], arg) != 0) continue;
        o->mode = (Mode)i;
        return true;
    }
    return false;
}

static bool option_valued(Suite *suite, Args *args) {
    Options *o = &suite->options;
    const char *value;
    if ((value = option_value(args, "--cc")))
        o->cc = value;
    else if ((value = option_value(args, "--opt")))
        o->opt = value;
    else if ((value = option_value(args, "--include")))
        o->include = value;
    else if ((value = option_value(args, "--memory")))
        o->memory = option_memory(value);
    else if ((value = option_value(args, "--cflag")))
        o->cflags[o->cflag_count++] = value;
    else if ((value = option_value(args, "--timeout")))
        o->timeout = option_number(value, "--timeout");
    else if ((value = option_value(args, "--gc-stress")))
        o->gc_stress = option_number(value, "--gc-stress");
    else if ((value = option_value(args, "--keep")))
        o->keep = value;
    else if ((value = option_value(args, "--expect")))
        o->expect = value;
    else if ((value = option_value(args, "--write-expect")))
        o->write_expect = value;
    else
        return false;
    return true;
}

static void options_default(Suite *suite, int argc) {
    Options *o = &suite->options;
    const char *cc = getenv("CC");
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    o->cc = cc && *cc ? cc : "cc";
    o->opt = "-O0";
    o->timeout = 30;
    o->jobs = cores < 1 ? 1 : cores > 64 ? 64 : (unsigned)cores;
    o->cflags = suite_alloc(suite, (size_t)argc, sizeof *o->cflags);
}

/* Reads the options and loads every script named. */
static void options_read(Suite *suite, int argc, char **argv) {
    Args args = {argv, argc, 1};
    const char **paths = suite_alloc(suite, (size_t)argc, sizeof *paths);
    size_t count = 0;
    options_default(suite, argc);
    for (; args.at < argc; args.at++) {
        const char *arg = argv[args.at];
        if (!strcmp(arg, "--help")) {
            fputs(usage, stdout);
            exit(0);
        }
        if (arg[0] != '-')
            paths[count++] = arg;
        else if (!strcmp(arg, "--metered"))
            suite->options.metered = true;
        else if (!strcmp(arg, "--stops"))
            suite->options.stops = true;
        else if (!strcmp(arg, "-v"))
            suite->options.verbose = true;
        else if (!strcmp(arg, "--jumps"))
            suite->options.jumps = true;
        else if (!strcmp(arg, "--plain"))
            suite->options.plain = true;
        else if (!strcmp(arg, "--sanitize"))
            suite->options.sanitize = true;
        else if (!strncmp(arg, "-j", 2))
            suite->options.jobs = option_number(arg + 2, "-j");
        else if (!option_mode(&suite->options, arg) && !option_valued(suite, &args))
            suite_die("%s: unknown option (--help)", arg);
    }
    if (!count) suite_die("no script or folder given (--help)");
    if (suite->options.sanitize && !WITH_ASAN)
        suite_die("--sanitize: this program was built without (cmake --preset asan-ubsan)");
    for (size_t i = 0; i < count; i++)
        script_add_path(suite, paths[i]);
}

/* Which file m12 was made from: for a person who kept the folder. */
static void dir_write_index(const Suite *suite) {
    char path[4096];
    snprintf(path, sizeof path, "%s/modules.txt", suite->dir);
    FILE *file = fopen(path, "w");
    if (!file) suite_die("%s: %s", path, strerror(errno));
    for (uint32_t i = 0; i < suite->module_count; i++) {
        const UnitModule *m = &suite->modules[i];
        char name[16];
        unit_module_name(i, name);
        fprintf(file, "%s\t%s\t%s\n", name, m->file,
                m->failure  ? m->failure
                : m->object ? m->object
                            : "");
    }
    if (ferror(file) | fclose(file)) suite_die("%s: cannot be written", path);
}

/* ---- running --------------------------------------------------------------------------------- */
static void script_work(void *user, uint32_t item, int pipe) {
    Suite *suite = user;
    if (suite->options.mode != MODE_VALIDATE)
        compiled_script(suite, &suite->scripts[item], pipe);
    else
        validate_script(suite, &suite->scripts[item], pipe);
}

/* Takes over the results. The first command without one is what the child died of. */
static bool script_done(void *user, const JobEnd *end) {
    Suite *suite = user;
    Script *script = &suite->scripts[end->item];
    const uint8_t *at = end->data;
    for (Record r; jobs_next(&at, end->data + end->len, &r);) {
        script->results[r.number].verdict = r.kind;
        if (r.len) script->results[r.number].text = suite_text(suite, r.text, r.len);
    }
    uint32_t next = 0;
    while (next < script->count && script->results[next].verdict != VERDICT_NONE)
        next++;
    if (next == script->count) return false;
    script->results[next].verdict = VERDICT_CRASH;
    script->results[next].text = suite_format(suite, "crashed: %s", end->how ? end->how : "exit");
    if (next + 1 == script->count) return false;
    if (++script->crashes < MOST_CRASHES) return true;
    while (++next < script->count) {
        script->results[next].verdict = VERDICT_FAIL;
        script->results[next].text = "not run: the script crashed too often";
    }
    return false;
}

int main(int argc, char **argv) {
    Suite suite = {.dir = NULL};
    suite.options.mode = MODE_INTERP;
    arena_init(&suite.arena, alloc_default());
    options_read(&suite, argc, argv);
    bool compiled = suite.options.mode != MODE_VALIDATE && suite.options.mode != MODE_INTERP;
    if (compiled) {
        suite_find_include(&suite);
        suite_dir_make(&suite);
        unit_build_all(&suite);
        dir_write_index(&suite);
    }
    Jobs jobs = {suite.options.jobs, suite.options.timeout, script_work, script_done, &suite};
    jobs_run(&jobs, suite.script_count);
    if (compiled) suite_dir_remove(&suite);
    bool agreed = !suite.options.expect || expect_apply(&suite, suite.options.expect);
    if (suite.options.write_expect) expect_write(&suite, suite.options.write_expect);
    uint64_t unexpected = report_print(&suite);
    arena_free(&suite.arena);
    return unexpected || !agreed ? EXIT_FAILED : 0;
}
