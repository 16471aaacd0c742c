/* differ.c: w2c-differ: generated modules, interpreted and compiled, must do the same. Options, rounds. */
#include "differ.h"
#include <dlfcn.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

const char *const suite_program = "w2c-differ";

enum { CHUNK = 25, MOST_CRASHES = 50 }; /* cases in a process */
enum { SENT_BEGIN = 1, SENT_SAME, SENT_DIFFERS };

static const char usage[] =
    "usage: w2c-differ [OPTION]... [FILE.wasm...]\n"
    "Generates modules, or takes those given, and compares interpreter and compiled code.\n"
    "  --first=SEED     of the first module (default 1)\n"
    "  --count=N        modules (default 100)\n"
    "  --round=N        modules compiled together (default 100)\n"
    "  --way='CC OPT [bounds|static] [plain] [stop] [jumps]'  a compiler, a level, a memory mode, "
    "nothing "
    "optimised,\n"
    "                   interruptible; may be repeated (default cc -O0)\n"
    "  --funcs=N        functions of a module, at most (default 8)\n"
    "  --size=N         instructions of a function, about (default 60)\n"
    "  --save=DIR       keep modules that differ there\n"
    "  --minimise       make them smaller first\n"
    "  --metered        loops and recursion are bounded by fuel alone: both end at the same place\n"
    "  --debug          run in this process, for a debugger; says nothing\n"
    "  --dry            only generate and validate\n"
    "  --include=DIR    folder of w2c_rt.h (default: found from the program's place)\n"
    "  --make=FILE      only write the first module, to FILE\n"
    "  --coverage       at the end, name the instructions that were never made; -v: how often each "
    "was\n"
    "  --keep=DIR       keep C files and objects there\n"
    "  -jN              processes at a time\n";

/* ---- cases --------------------------------------------------------------------------------------- */
static void case_make(Differ *d, Case *c, Gen *g) {
    size_t len;
    const uint8_t *bytes = gen_module(g, &len);
    FILE *file = bytes ? fopen(c->file, "wb") : NULL;
    if (!file || fwrite(bytes, 1, len, file) != len || fclose(file))
        suite_die("%s: cannot be written", c->file);
    c->bytes = len;
    c->tape = g->tape;
    c->tape_count = g->tape_count;
    g->tape = NULL;
    c->done = c->differs = false;
    c->what = NULL;
    (void)d;
    gen_free(g);
}

void case_from_seed(Differ *d, Case *c, uint64_t seed) {
    Gen *g = malloc(sizeof *g);
    if (!g) suite_die("out of memory");
    gen_init(g, &d->gen, seed);
    g->seen = d->seen;
    c->seed = seed;
    c->file = suite_format(&d->suite, "%s/s%" PRIu64 ".wasm", d->suite.dir, seed);
    case_make(d, c, g);
    free(g);
}

void case_from_tape(Differ *d, Case *c, const uint32_t *tape, uint32_t count) {
    Gen *g = malloc(sizeof *g);
    if (!g) suite_die("out of memory");
    gen_replay(g, &d->gen, tape, count);
    case_make(d, c, g);
    free(g);
}

/* ---- playing ------------------------------------------------------------------------------------- */
typedef struct Batch {
    Differ *d;
    Case *cases;
    uint32_t count, crashes;
} Batch;

static void play_one(Batch *b, uint32_t i, int pipe) {
    const UnitModule *m = &b->d->suite.modules[i];
    char name[16], symbol[32];
    Buffer what;
    buffer_init(&what, alloc_default());
    jobs_send(pipe, i, SENT_BEGIN, "");
    unit_module_name(i, name);
    snprintf(symbol, sizeof symbol, "%s_module", name);
    void *object = m->object ? dlopen(m->object, RTLD_NOW | RTLD_LOCAL) : NULL;
    const w2c_module *module = object ? (const w2c_module *)dlsym(object, symbol) : NULL;
    bool same = false;
    if (!module)
        buffer_printf(&what, "not compiled: %s", m->failure ? m->failure : dlerror());
    else
        same = play_case(b->d, b->cases[i].file, module, &what);
    jobs_send(pipe, i, same ? SENT_SAME : SENT_DIFFERS, suite_buffer(&what));
    buffer_free(&what);
}

static void batch_work(void *user, uint32_t item, int pipe) {
    Batch *b = user;
    if (!w2c_init_traps()) _exit(3);
    for (uint32_t i = item * CHUNK; i < b->count && i < (item + 1) * CHUNK; i++)
        if (!b->cases[i].done) play_one(b, i, pipe);
}

static bool batch_done(void *user, const JobEnd *end) {
    Batch *b = user;
    Suite *suite = &b->d->suite;
    const uint8_t *at = end->data;
    uint32_t begun = NO_NUMBER;
    for (Record r; jobs_next(&at, end->data + end->len, &r);) {
        Case *c = &b->cases[r.number];
        begun = r.kind == SENT_BEGIN ? r.number : NO_NUMBER;
        if (r.kind == SENT_BEGIN) continue;
        c->done = true;
        c->differs = r.kind == SENT_DIFFERS;
        if (c->differs) c->what = suite_text(suite, r.text, r.len);
    }
    if (!end->how) return false;
    if (begun == NO_NUMBER) suite_die("a process ended: %s", end->how);
    b->cases[begun].done = b->cases[begun].differs = true;
    b->cases[begun].what = suite_format(suite, "crashed: %s", end->how);
    return ++b->crashes < MOST_CRASHES;
}

void cases_run(Differ *d, const Way *way, Case *cases, uint32_t count) {
    Suite *suite = &d->suite;
    Batch batch = {.d = d, .cases = cases, .count = count};
    suite->options.cc = way->cc;
    suite->options.opt = way->opt;
    suite->options.memory = way->memory;
    suite->options.plain = way->plain;
    suite->options.jumps = way->jumps;
    suite->options.stops = way->stops;
    suite->modules = suite_alloc(suite, count, sizeof *suite->modules);
    suite->module_count = count;
    for (uint32_t i = 0; i < count; i++) {
        suite->modules[i] = (UnitModule){.file = cases[i].file, .bytes = cases[i].bytes};
        cases[i].done = cases[i].differs = false;
    }
    unit_build_all(suite);
    Jobs jobs = {suite->options.jobs, suite->options.timeout, batch_work, batch_done, &batch};
    uint32_t items = (count + CHUNK - 1) / CHUNK;
    if (d->debug) {
        FILE *sink = tmpfile();
        for (uint32_t i = 0; sink && i < items; i++)
            batch_work(&batch, i, fileno(sink));
        exit(0);
    }
    jobs_run(&jobs, items);
}

/* ---- findings ------------------------------------------------------------------------------------ */
static void copy_file(Differ *d, const Case *c) {
    uint8_t *bytes;
    size_t len;
    const char *path = suite_format(&d->suite, "%s/seed-%" PRIu64 ".wasm", d->save, c->seed);
    if (!suite_read_file(c->file, &bytes, &len)) return;
    FILE *file = fopen(path, "wb");
    if (!file || fwrite(bytes, 1, len, file) != len || fclose(file))
        suite_die("%s: cannot be written", path);
    free(bytes);
    printf("  module: %s (%zu bytes)\n", path, len);
}

static void report(Differ *d, const Way *way, Case *c) {
    const char *slash = strrchr(c->file, '/');
    printf("%s, %s %s%s%s%s%s: %s\n", slash ? slash + 1 : c->file, way->cc, way->opt,
           way->memory == MEMORY_BOUNDS   ? " bounds"
           : way->memory == MEMORY_STATIC ? " static"
                                          : "",
           way->plain ? " plain" : "", way->stops ? " stop" : "", way->jumps ? " jumps" : "",
           c->what);
    if (d->minimise) {
        case_minimise(d, way, c);
        printf("  smaller: %s\n", c->what);
    }
    if (d->save) copy_file(d, c);
    fflush(stdout);
}

static uint64_t run_cases(Differ *d, Case *cases, uint32_t count) {
    uint64_t found = 0;
    for (uint32_t w = 0; w < d->way_count; w++) {
        cases_run(d, &d->ways[w], cases, count);
        for (uint32_t i = 0; i < count; i++) {
            if (cases[i].done && !cases[i].differs) continue;
            if (!cases[i].done) cases[i].what = "not run";
            found++;
            Case copy = cases[i]; /* the minimiser makes its own cases */
            report(d, &d->ways[w], &copy);
        }
    }
    return found;
}

static bool valid(Case *c) {
    Context ctx;
    Module module;
    Slice bytes;
    uint8_t *memory;
    if (!suite_read_file(c->file, &memory, &bytes.len)) suite_die("%s: cannot be read", c->file);
    bytes.ptr = memory;
    context_init(&ctx, alloc_default(), c->file);
    bool read = module_read(&ctx, bytes, &module);
    bool good = read && validate_all(&ctx, &module, 1, &(uint64_t){0});
    if (!good) printf("s%" PRIu64 ": %s\n", c->seed, ctx.diag.text);
    if (read) module_free(&module);
    free(memory);
    return good;
}

static uint64_t run_dry(Differ *d) {
    uint64_t bad = 0;
    for (uint64_t i = 0; i < d->count; i++) {
        Case c = {0};
        case_from_seed(d, &c, d->first + i);
        bad += !valid(&c);
        unlink(c.file);
        free(c.tape);
    }
    printf("%" PRIu64 " modules generated, %" PRIu64 " not valid\n", d->count, bad);
    return bad;
}

static uint64_t run_round(Differ *d, uint64_t first, uint32_t count) {
    Case *cases = calloc(count, sizeof *cases);
    if (!cases) suite_die("out of memory");
    for (uint32_t i = 0; i < count; i++)
        case_from_seed(d, &cases[i], first + i);
    uint64_t found = run_cases(d, cases, count);
    for (uint32_t i = 0; i < count; i++) {
        if (!d->suite.options.keep) unlink(cases[i].file);
        free(cases[i].tape);
    }
    free(cases);
    return found;
}

/* Objects and C files of a round: gone, so that long runs do not fill the disk. */
static void clean(Differ *d) {
    if (d->suite.options.keep) return;
    suite_dir_remove(&d->suite);
    if (mkdir(d->suite.dir, 0700)) suite_die("%s: %s", d->suite.dir, strerror(errno));
}

static uint64_t run_all(Differ *d) {
    uint64_t found = 0;
    for (uint64_t at = 0; at < d->count;) {
        uint32_t n = d->count - at < d->round ? (uint32_t)(d->count - at) : d->round;
        found += run_round(d, d->first + at, n);
        at += n;
        clean(d);
        if (d->count > d->round) {
            printf("%" PRIu64 " modules, %" PRIu64 " differences\n", at, found);
            fflush(stdout);
        }
    }
    return found;
}

/* Modules that somebody else made: tests/bug. */
static uint64_t run_files(Differ *d, const char *const *files, uint32_t count) {
    Case *cases = calloc(count, sizeof *cases);
    if (!cases) suite_die("out of memory");
    d->minimise = false;
    for (uint32_t i = 0; i < count; i++) {
        uint8_t *bytes;
        cases[i].seed = i + 1;
        char *path = realpath(files[i], NULL);
        if (!path) suite_die("%s: cannot be read", files[i]);
        cases[i].file = suite_format(&d->suite, "%s", path);
        free(path);
        if (!suite_read_file(files[i], &bytes, &cases[i].bytes))
            suite_die("%s: cannot be read", files[i]);
        free(bytes);
    }
    uint64_t found = run_cases(d, cases, count);
    printf("%u modules, %u ways: %" PRIu64 " differences\n", count, d->way_count, found);
    free(cases);
    return found;
}

/* ---- options ------------------------------------------------------------------------------------- */
static const char *value_of(const char *arg, const char *name) {
    size_t len = strlen(name);
    return !strncmp(arg, name, len) && arg[len] == '=' ? arg + len + 1 : NULL;
}

static uint64_t number(const char *text) {
    char *end;
    uint64_t n = strtoull(text, &end, 10);
    if (!*text || *end) suite_die("not a number: %s", text);
    return n;
}

/* What may stand behind the level. */
static bool way_word(Way *way, const char *word) {
    if (!strcmp(word, "bounds"))
        way->memory = MEMORY_BOUNDS;
    else if (!strcmp(word, "static"))
        way->memory = MEMORY_STATIC;
    else if (!strcmp(word, "jumps"))
        way->jumps = true;
    else if (!strcmp(word, "plain"))
        way->plain = true;
    else if (!strcmp(word, "stop"))
        way->stops = true;
    else
        return false;
    return true;
}

static void add_way(Differ *d, const char *text) {
    char *words = suite_text(&d->suite, text, strlen(text)), *last;
    Way *way = &d->ways[d->way_count++];
    while ((last = strrchr(words, ' ')) && way_word(way, last + 1))
        *last = 0;
    if (!last || d->way_count == 8) suite_die("--way: a compiler and -O0 to -O3: %s", text);
    *last = 0;
    way->cc = words;
    way->opt = last + 1;
}

static bool read_option(Differ *d, const char *arg, const char **make, bool *coverage) {
    const char *v;
    if ((v = value_of(arg, "--first")))
        d->first = number(v);
    else if ((v = value_of(arg, "--count")))
        d->count = number(v);
    else if ((v = value_of(arg, "--round")))
        d->round = (uint32_t)number(v);
    else if ((v = value_of(arg, "--funcs")))
        d->gen.funcs = (uint32_t)number(v);
    else if ((v = value_of(arg, "--size")))
        d->gen.size = (uint32_t)number(v);
    else if ((v = value_of(arg, "--way")))
        add_way(d, v);
    else if ((v = value_of(arg, "--save")))
        d->save = v;
    else if ((v = value_of(arg, "--make")))
        *make = v;
    else if ((v = value_of(arg, "--keep")))
        d->suite.options.keep = v;
    else if (!strncmp(arg, "-j", 2))
        d->suite.options.jobs = (unsigned)number(arg + 2);
    else if (!strcmp(arg, "--minimise"))
        d->minimise = true;
    else if (!strcmp(arg, "-v"))
        d->suite.options.verbose = true;
    else if (!strcmp(arg, "--debug"))
        d->debug = true;
    else if (!strcmp(arg, "--metered"))
        d->gen.endless = d->suite.options.metered = true;
    else if (!strcmp(arg, "--dry"))
        d->dry = true;
    else if ((v = value_of(arg, "--include")))
        d->suite.options.include = suite_text(&d->suite, v, strlen(v));
    else if (!strcmp(arg, "--coverage"))
        *coverage = true;
    else
        return false;
    return true;
}

static uint64_t report_coverage(const Differ *d) {
    uint64_t missing = 0, made = 0;
    for (unsigned op = 0; op < OP_COUNT; op++) {
        /* else and end close blocks, which are made without counting them */
        made += d->seen[op] != 0;
        if (d->seen[op] && d->suite.options.verbose)
            printf("%9" PRIu32 " %s\n", d->seen[op], op_info[op].text);
        if (d->seen[op]) continue;
        printf("never made: %s\n", op_info[op].text);
        missing++;
    }
    printf("%" PRIu64 " of %u instructions made\n", made, (unsigned)OP_COUNT);
    return missing;
}

int main(int argc, char **argv) {
    static Differ d = {.gen = {.funcs = 8, .size = 60}, .first = 1, .count = 100, .round = 100};
    static uint32_t seen[OP_COUNT];
    const char *make = NULL;
    bool coverage = false;
    uint32_t file_count = 0;
    arena_init(&d.suite.arena, alloc_default());
    d.seen = seen;
    d.suite.options =
        (Options){.mode = MODE_COMPARE, .jobs = 2, .timeout = 60, .unit_bytes = 60000};
    const char **files = suite_alloc(&d.suite, (size_t)argc, sizeof *files);
    d.suite.options.cflags = suite_alloc(&d.suite, 1, sizeof(char *));
    for (int i = 1; i < argc; i++) {
        if (!strcmp(argv[i], "--help")) {
            fputs(usage, stdout);
            return 0;
        }
        if (argv[i][0] != '-')
            files[file_count++] = argv[i];
        else if (!read_option(&d, argv[i], &make, &coverage))
            suite_die("%s: unknown option (--help)", argv[i]);
    }
    if (!d.way_count) add_way(&d, "cc -O0");
    suite_find_include(&d.suite);
    suite_dir_make(&d.suite);
    uint64_t found = 0;
    if (make) {
        Case c = {0};
        case_from_seed(&d, &c, d.first);
        if (rename(c.file, make)) suite_die("%s: %s", make, strerror(errno));
        free(c.tape);
    } else if (file_count) {
        found = run_files(&d, files, file_count);
    } else if (d.dry) {
        found = run_dry(&d);
    } else {
        found = run_all(&d);
        printf("%" PRIu64 " modules (seeds %" PRIu64 " to %" PRIu64 "), %u ways: %" PRIu64
               " differences\n",
               d.count, d.first, d.first + d.count - 1, d.way_count, found);
    }
    suite_dir_remove(&d.suite);
    if (coverage) found += report_coverage(&d);
    arena_free(&d.suite.arena);
    return found != 0;
}
