/* build_unit.c: from wasm files to shared objects: many modules in one compilation.
 *
 * Modules are cut into units of about the same size, in the order of the scripts. A unit is one
 * job: it translates its modules, writes a C file that includes what came out, and compiles that.
 * When the compiler refuses, the modules that its messages name are taken out and it is tried
 * again; when they name none, the unit is halved. So one bad module costs its own commands and
 * nothing else. */
#include "spectest.h"
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

enum {
    UNIT_WEIGHT = 40000, /* bytes of wasm and overhead a unit */
    MODULE_WEIGHT = 300, /* what a module costs besides its bytes */
    CC_TIMEOUT = 900,    /* seconds */
    MOST_ARGS = 256,
};

/* Kinds of records. */
enum { SENT_BEGIN = 1, SENT_FAILURE, SENT_TRANSLATED, SENT_OBJECT };

typedef struct Unit {
    uint32_t first, count; /* of Suite.modules */
} Unit;

typedef struct Build {
    Suite *suite;
    Unit *units;
    uint32_t unit_count;
} Build;

/* In the child: one module's outputs. */
typedef struct Part {
    uint32_t module;
    OutputList outputs;
} Part;

typedef struct Work { /* one unit, in the child */
    Suite *suite;
    Arena arena;
    int pipe;
    uint32_t unit, tries;
} Work;

void unit_module_name(uint32_t number, char name[16]) {
    snprintf(name, 16, "m%" PRIu32, number);
}

/* ---- translating ----------------------------------------------------------------------------- */
static bool translate_bytes(Work *w, Context *ctx, Slice bytes, uint32_t number, OutputList *out) {
    char name[16];
    Module module;
    unit_module_name(number, name);
    TranslateOptions options = {
        .out = suite_format(w->suite, "%s/%s.c", w->suite->dir, name),
        .name = name,
        .groups = 1,
        .threads = 1,
        .memory = w->suite->options.memory,
        .max_memory = w->suite->options.memory == MEMORY_STATIC ? UNIT_STATIC_BYTES : 0,
        .data = DATA_LITERAL,
        .prefix_all = true,
        .only_func = NO_FUNC,
        .version = W2C_VERSION,
        .interruptible = w->suite->options.metered ? INTERRUPTIBLE_FUEL
                         : w->suite->options.stops ? INTERRUPTIBLE_STOP
                                                   : NOT_INTERRUPTIBLE,
        .canonical_nans = w->suite->options.mode == MODE_COMPARE,
    };
    if (w->suite->options.jumps) options.exceptions = EXCEPTIONS_JUMPS;
    if (w->suite->options.plain) translate_options_plain(&options);
    if (!module_read(ctx, bytes, &module)) return false;
    bool good = translate_module(ctx, &module, &options, &w->arena, out);
    module_free(&module);
    return good;
}

static bool translate_part(Work *w, uint32_t number, OutputList *out) {
    const UnitModule *m = &w->suite->modules[number];
    uint8_t *bytes;
    size_t len;
    jobs_send(w->pipe, number, SENT_BEGIN, "");
    if (!suite_read_file(m->file, &bytes, &len)) {
        jobs_send(w->pipe, number, SENT_FAILURE, "cannot be read");
        return false;
    }
    Context ctx;
    context_init(&ctx, alloc_default(), m->file);
    bool good = translate_bytes(w, &ctx, (Slice){bytes, len}, number, out);
    if (good) {
        jobs_send(w->pipe, number, SENT_TRANSLATED, "");
    } else {
        const char *class = error_class_name(ctx.diag.class);
        jobs_send(w->pipe, number, SENT_FAILURE,
                  suite_format(w->suite, "%s: %s", class, ctx.diag.text));
    }
    free(bytes);
    return good;
}

/* ---- compiling ------------------------------------------------------------------------------- */
static const char *base_name(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static void write_unity(Work *w, const char *path, const Part *parts, uint32_t count) {
    FILE *file = fopen(path, "w");
    if (!file) suite_die("%s: %s", path, strerror(errno));
    for (uint32_t i = 0; i < count; i++) {
        fprintf(file, "/* %s */\n", w->suite->modules[parts[i].module].file);
        for (uint32_t k = 0; k < parts[i].outputs.count; k++) {
            const char *output = parts[i].outputs.items[k].path;
            size_t len = strlen(output);
            if (len > 2 && !strcmp(output + len - 2, ".c"))
                fprintf(file, "#include \"%s\"\n", base_name(output));
        }
    }
    if (ferror(file) | fclose(file)) suite_die("%s: cannot be written", path);
}

/* The runtime is in this program. The collector looks at the real stack: locals must lie on it. Functions with
 * hundreds of accesses check them by calls: with as many branches clang needs a minute for one of them. */
static unsigned sanitizers(Work *w, char **args, bool clang) {
    const char *const flags[] = {"-fsanitize=address,undefined", "-fno-sanitize-recover=undefined",
                                 clang ? "-fsanitize-address-use-after-return=never"
                                       : "--param=asan-use-after-return=0",
                                 clang ? "-mllvm" : NULL,
                                 clang ? "-asan-instrumentation-with-call-threshold=300"
                                       : "--param=asan-instrumentation-with-call-threshold=300"};
    unsigned count = 0;
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
        if (flags[i]) args[count++] = suite_text(w->suite, flags[i], strlen(flags[i]));
    return count;
}

/* The compiler's command, NULL at the end. */
static void cc_command(Work *w, const char *source, const char *object, char **args) {
    const Options *o = &w->suite->options;
    unsigned count = 0;
    char *words = suite_text(w->suite, o->cc, strlen(o->cc));
    for (char *word = strtok(words, " "); word && count < 16; word = strtok(NULL, " "))
        args[count++] = word;
    bool clang = strstr(o->cc, "clang") != NULL;
    if (clang) args[count++] = suite_text(w->suite, "-ferror-limit=0", 15);
    if (o->sanitize) count += sanitizers(w, args + count, clang);
    const char *const fixed[] = {"-shared",  "-fPIC", o->opt, "-I",
                                 o->include, "-o",    object, source};
    for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++)
        args[count++] = suite_text(w->suite, fixed[i], strlen(fixed[i]));
    for (uint32_t i = 0; i < o->cflag_count && count < MOST_ARGS - 2; i++)
        args[count++] = suite_text(w->suite, o->cflags[i], strlen(o->cflags[i]));
    args[count++] = suite_text(w->suite, "-lm", 3);
    args[count] = NULL;
}

/* Runs it with its output in `log`; true when it succeeded. */
static bool cc_run(char **args, const char *log) {
    posix_spawn_file_actions_t actions;
    pid_t pid;
    int status = 0;
    if (posix_spawn_file_actions_init(&actions)) suite_die("posix_spawn: no memory");
    posix_spawn_file_actions_addopen(&actions, 1, log, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    posix_spawn_file_actions_adddup2(&actions, 1, 2);
    int error = posix_spawnp(&pid, args[0], &actions, NULL, args, environ);
    posix_spawn_file_actions_destroy(&actions);
    if (error) suite_die("%s: %s", args[0], strerror(error));
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        continue;
    return !status;
}

/* The part that a line of the compiler's output accuses, or count: "...m12.c:34:5: error: ...". */
static uint32_t accused(const char *line, const Part *parts, uint32_t count) {
    const char *error = strstr(line, "error: ");
    if (!error) return count;
    for (const char *at = line; at < error; at++) {
        if (*at != 'm' || (at > line && at[-1] != '/' && at[-1] != ' ')) continue;
        char *end;
        unsigned long number = strtoul(at + 1, &end, 10);
        if (end == at + 1 || *end != '.') continue;
        for (uint32_t i = 0; i < count; i++)
            if (parts[i].module == number) return i;
    }
    return count;
}

/* Takes the parts that the log accuses out of the list, each with its first message; returns how
 * many are left. first: the log's first error, wherever it is. */
static uint32_t drop_accused(Work *w, const char *log, Part *parts, uint32_t count,
                             char first[256]) {
    uint8_t *bytes;
    size_t len;
    first[0] = 0;
    if (!suite_read_file(log, &bytes, &len)) return count;
    char *text = suite_text(w->suite, (char *)bytes, len);
    free(bytes);
    bool *bad = suite_alloc(w->suite, count, sizeof *bad);
    for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
        if (!first[0] && strstr(line, "error")) snprintf(first, 256, "%s", line);
        uint32_t i = accused(line, parts, count);
        if (i == count || bad[i]) continue;
        bad[i] = true;
        const char *what = suite_format(w->suite, "C compiler: %s", base_name(line));
        jobs_send(w->pipe, parts[i].module, SENT_FAILURE, what);
    }
    uint32_t left = 0;
    for (uint32_t i = 0; i < count; i++)
        if (!bad[i]) parts[left++] = parts[i];
    return left;
}

static void show_warnings(Work *w, const char *log) {
    uint8_t *bytes;
    size_t len;
    if (!w->suite->options.verbose || !suite_read_file(log, &bytes, &len)) return;
    fwrite(bytes, 1, len, stderr);
    free(bytes);
}

static void compile_parts(Work *w, Part *parts, uint32_t count) {
    char first[256], *args[MOST_ARGS];
    while (count) {
        const char *stem =
            suite_format(w->suite, "%s/u%" PRIu32 "_%" PRIu32, w->suite->dir, w->unit, w->tries++);
        const char *source = suite_format(w->suite, "%s.c", stem);
        const char *object = suite_format(w->suite, "%s.so", stem);
        const char *log = suite_format(w->suite, "%s.log", stem);
        write_unity(w, source, parts, count);
        cc_command(w, source, object, args);
        if (cc_run(args, log)) {
            show_warnings(w, log);
            for (uint32_t i = 0; i < count; i++)
                jobs_send(w->pipe, parts[i].module, SENT_OBJECT, object);
            return;
        }
        uint32_t left = drop_accused(w, log, parts, count, first);
        if (left == count && count == 1) {
            const char *what =
                suite_format(w->suite, "C compiler: %s", first[0] ? first : "failed");
            jobs_send(w->pipe, parts[0].module, SENT_FAILURE, what);
            return;
        }
        if (left == count) {
            compile_parts(w, parts + count / 2, count - count / 2);
            left = count / 2;
        }
        count = left;
    }
}

/* ---- jobs ------------------------------------------------------------------------------------ */
static void unit_work(void *user, uint32_t item, int pipe) {
    Build *build = user;
    const Unit *unit = &build->units[item];
    Work w = {.suite = build->suite, .pipe = pipe, .unit = item};
    arena_init(&w.arena, alloc_default());
    fcntl(pipe, F_SETFD, FD_CLOEXEC);
    Part *parts = suite_alloc(w.suite, unit->count, sizeof *parts);
    uint32_t count = 0;
    for (uint32_t i = 0; i < unit->count; i++) {
        uint32_t number = unit->first + i;
        if (w.suite->modules[number].failure) continue;
        parts[count].module = number;
        if (translate_part(&w, number, &parts[count].outputs)) count++;
    }
    compile_parts(&w, parts, count);
}

static bool unit_done(void *user, const JobEnd *end) {
    Build *build = user;
    Suite *suite = build->suite;
    const Unit *unit = &build->units[end->item];
    const uint8_t *at = end->data, *stop = end->len ? at + end->len : at;
    uint32_t begun = NO_NUMBER;
    for (Record r; jobs_next(&at, stop, &r);) {
        UnitModule *m = &suite->modules[r.number];
        begun = r.kind == SENT_BEGIN ? r.number : NO_NUMBER;
        if (r.kind == SENT_FAILURE) m->failure = suite_text(suite, r.text, r.len);
        if (r.kind == SENT_OBJECT) m->object = suite_text(suite, r.text, r.len);
    }
    if (!end->how) return false;
    if (begun != NO_NUMBER) {
        suite->modules[begun].failure = suite_format(suite, "the translator crashed: %s", end->how);
        return true;
    }
    for (uint32_t i = 0; i < unit->count; i++) {
        UnitModule *m = &suite->modules[unit->first + i];
        if (!m->failure && !m->object)
            m->failure = suite_format(suite, "compiling crashed: %s", end->how);
    }
    return false;
}

void unit_build_all(Suite *suite) {
    Build build = {.suite = suite};
    build.units = suite_alloc(suite, suite->module_count, sizeof *build.units);
    uint64_t weight = 0, most = suite->options.unit_bytes;
    if (!most) most = UNIT_WEIGHT;
    for (uint32_t i = 0; i < suite->module_count; i++) {
        if (!weight) build.units[build.unit_count++].first = i;
        build.units[build.unit_count - 1].count++;
        weight += suite->modules[i].bytes + MODULE_WEIGHT;
        if (weight >= most) weight = 0;
    }
    Jobs jobs = {suite->options.jobs, CC_TIMEOUT, unit_work, unit_done, &build};
    jobs_run(&jobs, build.unit_count);
}
