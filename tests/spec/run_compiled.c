/* run_compiled.c: a script's commands against compiled or interpreted modules, or both side by side, in
 * a child process.
 * Everything goes through w2c.h's reflection, as an embedder would. */
#include "../../translator/interp/interp.h"
#include "spectest.h"
#include <dlfcn.h>
#include <stdlib.h>
#include <unistd.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

/* With AddressSanitizer: is memory lost? A report goes to standard error. */
#if WITH_ASAN
#include <sanitizer/lsan_interface.h>
#define LEAKS() (__lsan_do_recoverable_leak_check() != 0)
#else
#define LEAKS() false
#endif

enum { MOST_VALUES = 1000 };

typedef struct Run {
    Suite *suite;
    const Script *script;
    w2c_instance **instances; /* by number of the command that made it */
    w2c_link *links;
    size_t link_count;
    struct Loaded *loaded; /* interpreted: by number of the command that holds the module */
    w2c_meter meter;
    w2c_context *context; /* of the first instance; all share it */
    Host host;
    w2c_value args[MOST_VALUES], results[MOST_VALUES];
    Buffer text; /* why the command at hand failed */
    bool interpreted;
    int parity;     /* --mixed: of the modules that are interpreted; -1: all alike */
    uint64_t trace; /* of what the command at hand did: status, results, memory; with --compare */
} Run;

/* A module for the interpreter; lives until the process ends. */
typedef struct Loaded {
    Module module;
    Interp *interp;
    uint8_t *bytes;
} Loaded;

static Verdict fail(Run *run, const char *what) {
    buffer_text(&run->text, what);
    return VERDICT_FAIL;
}

static const char *status_text(w2c_status status) {
    return w2c_status_text(status);
}

/* ---- what a command did ---------------------------------------------------------------------- */
static void trace(Run *run, const void *bytes, size_t len) {
    run->trace = XXH3_64bits_withSeed(bytes, len, run->trace);
}

/* References differ from run to run: null or not. */
static void trace_results(Run *run, w2c_status status, const char *letters) {
    static const char order[] = "ilfdvr";
    static const size_t sizes[] = {4, 8, 4, 8, 16, 0};
    if (run->suite->options.mode != MODE_COMPARE) return;
    uint64_t left = w2c_meter_left(&run->meter);
    trace(run, &status, sizeof status);
    if (status != W2C_TRAP_STACK_EXHAUSTED) /* frames differ in size */
        trace(run, &left, sizeof left);
    for (size_t i = 0; status == W2C_OK && letters[i]; i++) {
        bool there = run->results[i].ref != NULL;
        const char *at = strchr(order, letters[i]);
        if (letters[i] == 'r' || !at)
            trace(run, &there, sizeof there);
        else
            trace(run, &run->results[i], sizes[at - order]);
    }
}

static void trace_memory(Run *run, w2c_instance *instance) {
    w2c_memory *memory = instance ? w2c_instance_memory(instance) : NULL;
    if (memory && run->suite->options.mode == MODE_COMPARE)
        trace(run, w2c_memory_data(memory), (size_t)w2c_memory_size(memory));
}

/* ---- instances ------------------------------------------------------------------------------- */
/* Reads, validates and loads the module of command `number`. NULL and a text when that fails. */
static const w2c_module *load_module(Run *run, uint32_t number) {
    Loaded *l = &run->loaded[number];
    const char *file = run->script->commands[number].file;
    InterpOptions how = {.bounds = run->suite->options.memory != MEMORY_GUARD,
                         .metered = run->suite->options.metered,
                         .canonical_nans = run->suite->options.mode == MODE_COMPARE};
    Context ctx;
    Slice bytes = {NULL, 0};
    uint64_t features = 0;
    if (l->interp) return w2c_interp_module(l->interp);
    if (!file || !suite_read_file(file, &l->bytes, &bytes.len)) {
        buffer_text(&run->text, "the module cannot be read");
        return NULL;
    }
    bytes.ptr = l->bytes;
    context_init(&ctx, alloc_default(), file);
    if (module_read(&ctx, bytes, &l->module) && validate_all(&ctx, &l->module, 1, &features) &&
        w2c_interp_load(&ctx, &l->module, "spec", &how, &l->interp) == W2C_OK)
        return w2c_interp_module(l->interp);
    buffer_text(&run->text, ctx.diag.text);
    return NULL;
}

/* With --mixed every other module of a script is interpreted. */
static bool is_interpreted(const Run *run, uint32_t number) {
    int before = 0;
    if (run->parity < 0) return run->interpreted;
    for (uint32_t i = 0; i < number; i++)
        before += run->script->commands[i].file != NULL;
    return before % 2 == run->parity;
}

/* The description of the module of command `number`, or NULL and a text. */
static const w2c_module *find_module(Run *run, uint32_t number) {
    if (is_interpreted(run, number)) return load_module(run, number);
    const Command *c = &run->script->commands[number];
    const UnitModule *module = c->module == NO_NUMBER ? NULL : &run->suite->modules[c->module];
    if (!module || !module->object) {
        buffer_text(&run->text, module && module->failure ? module->failure : "not translated");
        return NULL;
    }
    void *object = dlopen(module->object, RTLD_NOW | RTLD_LOCAL);
    if (!object) {
        buffer_printf(&run->text, "cannot load the compiled module: %s", dlerror());
        return NULL;
    }
    char name[16], symbol[32];
    unit_module_name(c->module, name);
    snprintf(symbol, sizeof symbol, "%s_module", name);
    const w2c_module *found = (const w2c_module *)dlsym(object, symbol);
    if (!found) buffer_printf(&run->text, "symbol %s is missing in the compiled module", symbol);
    return found;
}

/* Instantiates; *error has the text on failure. */
static w2c_status instantiate(Run *run, const w2c_module *module, w2c_instance **out,
                              w2c_error *error) {
    w2c_imports imports = {.list = run->host.imports,
                           .count = run->host.count,
                           .links = run->links,
                           .link_count = run->link_count};
    w2c_config config = {.context = run->context,
                         .error = error,
                         .gc_stress = run->suite->options.gc_stress,
                         .meter = &run->meter};
    w2c_status status = w2c_instance_new(module, out, &imports, &config);
    trace_results(run, status, "");
    trace_memory(run, *out);
    if (status == W2C_OK && !run->context) run->context = w2c_instance_context(*out);
    return status;
}

static Verdict make_instance(Run *run, uint32_t number, uint32_t source) {
    const w2c_module *module = find_module(run, source);
    w2c_error error = {.status = W2C_OK};
    if (!module) return VERDICT_FAIL;
    w2c_status status = instantiate(run, module, &run->instances[number], &error);
    if (status == W2C_OK && run->instances[number]) return VERDICT_PASS;
    buffer_printf(&run->text, "expected an instance, got %s: %s", status_text(status), error.text);
    run->instances[number] = NULL;
    return VERDICT_FAIL;
}

static bool same_trap(const char *want, const char *got) {
    size_t len = strlen(want);
    while (len && want[len - 1] >= '0' && want[len - 1] <= '9')
        len--;
    while (len < strlen(want) && len && want[len - 1] == ' ')
        len--;
    return strlen(got) == len && !strncmp(want, got, len);
}

static bool is_trap(w2c_status status) {
    return status > W2C_OK && status < W2C_EXCEPTION;
}

static Verdict refuse_instance(Run *run, const Command *c, uint32_t number) {
    const w2c_module *module = find_module(run, number);
    w2c_error error = {.status = W2C_OK};
    w2c_instance *instance = NULL;
    if (!module) return VERDICT_FAIL;
    w2c_status status = instantiate(run, module, &instance, &error);
    bool good = c->kind == COMMAND_UNLINKABLE
                    ? status == W2C_UNLINKABLE && !strncmp(error.text, c->text, strlen(c->text))
                    : is_trap(status) && same_trap(c->text, status_text(status));
    if (good && !instance) return VERDICT_PASS;
    buffer_printf(&run->text, "expected \"%s\", got %s%s%s", c->text, status_text(status),
                  error.text[0] ? ": " : "", error.text);
    return VERDICT_FAIL;
}

static w2c_instance *find_target(Run *run, const Command *c) {
    w2c_instance *instance = c->target == NO_NUMBER ? NULL : run->instances[c->target];
    if (!instance && c->target == NO_NUMBER)
        buffer_text(&run->text, "there is no such instance");
    else if (!instance)
        buffer_printf(&run->text, "the instance of line %u could not be made",
                      run->script->commands[c->target].line);
    return instance;
}

static Verdict register_instance(Run *run, const Command *c) {
    w2c_instance *instance = find_target(run, c);
    if (!instance) return VERDICT_FAIL;
    for (size_t i = 0; i < run->link_count; i++) {
        if (strcmp(run->links[i].module, c->as) != 0) continue;
        run->links[i].instance = instance;
        return VERDICT_PASS;
    }
    run->links[run->link_count++] = (w2c_link){c->as, instance};
    return VERDICT_PASS;
}

/* ---- actions --------------------------------------------------------------------------------- */
/* What an action gave: status, and the letters of run->results. */
typedef struct Outcome {
    w2c_status status;
    char letters[MOST_VALUES + 1];
} Outcome;

static bool check_call(Run *run, const Command *c, const char *letters) {
    const char *bar = letters ? strchr(letters, '_') : NULL;
    if (!bar || strlen(letters) > MOST_VALUES) {
        buffer_text(&run->text, "the function has no proper type");
        return false;
    }
    bool fits = (size_t)(bar - letters) == c->arg_count;
    for (uint32_t i = 0; fits && i < c->arg_count; i++)
        fits = letters[i] == c->args[i].letter;
    if (!fits)
        buffer_printf(&run->text, "the arguments do not fit the function's type %s", letters);
    return fits;
}

static bool invoke(Run *run, const Command *c, const w2c_extern *found, Outcome *out) {
    if (found->kind != W2C_FUNC || !found->func) {
        buffer_text(&run->text, "the export is not a function");
        return false;
    }
    const char *letters = w2c_type_letters(w2c_func_type(found->func));
    if (!check_call(run, c, letters)) return false;
    for (uint32_t i = 0; i < c->arg_count; i++)
        value_to_arg(&c->args[i], &run->args[i]);
    strcpy(out->letters, strchr(letters, '_') + 1);
    memset(run->results, 0xa5, strlen(out->letters) * sizeof *run->results);
    out->status = w2c_call(found->func, run->args, run->results);
    trace_results(run, out->status, out->letters);
    trace_memory(run, run->instances[c->target]);
    return true;
}

static bool get_global(Run *run, const w2c_extern *found, Outcome *out) {
    static const char *const names[] = {"i32", "i64", "f32", "f64", "v128"};
    static const size_t sizes[] = {4, 8, 4, 8, 16};
    const w2c_global *global = &found->global;
    if (found->kind != W2C_GLOBAL || !global->type || !global->value) {
        buffer_text(&run->text, "the export is not a global");
        return false;
    }
    size_t size = sizeof(w2c_ref);
    strcpy(out->letters, "r");
    for (size_t i = 0; i < 5; i++) {
        if (strcmp(names[i], global->type) != 0) continue;
        out->letters[0] = "ilfdv"[i];
        size = sizes[i];
    }
    memcpy(&run->results[0], global->value, size);
    out->status = W2C_OK;
    trace_results(run, out->status, out->letters);
    return true;
}

/* False: it could not even begin, and run->text says why. */
static bool act(Run *run, const Command *c, Outcome *out) {
    w2c_extern found;
    w2c_instance *instance = find_target(run, c);
    if (!instance) return false;
    if (!w2c_export_find(instance, c->field, &found)) {
        buffer_text(&run->text, "there is no such export");
        return false;
    }
    return c->get ? get_global(run, &found, out) : invoke(run, c, &found, out);
}

static void describe_status(Run *run, const Command *c, w2c_status status) {
    const char *detail = w2c_instance_detail(run->instances[c->target]);
    buffer_printf(&run->text, "%s%s%s", status_text(status), detail && *detail ? ": " : "",
                  detail ? detail : "");
}

static void describe_results(Run *run, const Outcome *out) {
    if (!out->letters[0]) buffer_text(&run->text, "nothing");
    for (size_t i = 0; out->letters[i]; i++) {
        if (i) buffer_text(&run->text, ", ");
        value_print_got(&run->text, out->letters[i], &run->results[i]);
    }
}

static Verdict check_results(Run *run, const Command *c, const Outcome *out) {
    bool good = strlen(out->letters) == c->expected_count;
    for (uint32_t i = 0; good && i < c->expected_count; i++)
        good = value_matches(&c->expected[i], out->letters[i], &run->results[i]);
    if (good) return VERDICT_PASS;
    buffer_text(&run->text, "expected ");
    if (!c->expected_count) buffer_text(&run->text, "nothing");
    for (uint32_t i = 0; i < c->expected_count; i++) {
        if (i) buffer_text(&run->text, ", ");
        value_print(&run->text, &c->expected[i]);
    }
    buffer_text(&run->text, ", got ");
    describe_results(run, out);
    return VERDICT_FAIL;
}

static Verdict action(Run *run, const Command *c) {
    Outcome out;
    if (!act(run, c, &out)) return VERDICT_FAIL;
    if (out.status != W2C_OK) {
        buffer_text(&run->text, "expected a return, got ");
        describe_status(run, c, out.status);
        return VERDICT_FAIL;
    }
    return c->kind == COMMAND_RETURN ? check_results(run, c, &out) : VERDICT_PASS;
}

static Verdict failing_action(Run *run, const Command *c) {
    Outcome out;
    if (!act(run, c, &out)) return VERDICT_FAIL;
    bool thrown = c->kind == COMMAND_EXCEPTION;
    bool good = thrown ? out.status == W2C_EXCEPTION
                       : is_trap(out.status) && same_trap(c->text, status_text(out.status));
    if (good) return VERDICT_PASS;
    buffer_printf(&run->text, "expected \"%s\", got ", thrown ? "exception" : c->text);
    if (out.status == W2C_OK)
        describe_results(run, &out);
    else
        describe_status(run, c, out.status);
    return VERDICT_FAIL;
}

/* ---- a script -------------------------------------------------------------------------------- */
static Verdict run_command(Run *run, uint32_t number) {
    const Command *c = &run->script->commands[number];
    if (c->skipped) return VERDICT_SKIP;
    switch (c->kind) {
    case COMMAND_MODULE:
        return make_instance(run, number, number);
    case COMMAND_INSTANCE:
        return c->target == NO_NUMBER ? fail(run, "there is no such definition")
                                      : make_instance(run, number, c->target);
    case COMMAND_REGISTER:
        return register_instance(run, c);
    case COMMAND_ACTION:
    case COMMAND_RETURN:
        return action(run, c);
    case COMMAND_TRAP:
    case COMMAND_EXHAUSTION:
    case COMMAND_EXCEPTION:
        return failing_action(run, c);
    case COMMAND_UNLINKABLE:
    case COMMAND_UNINSTANTIABLE:
        return refuse_instance(run, c, number);
    default:
        return validate_command(c, &run->text);
    }
}

static void delete_instances(Run *run) {
    for (uint32_t i = run->script->count; i-- > 0;)
        w2c_instance_delete(run->instances[i]);
    host_free(&run->host);
}

static Run *new_run(Suite *suite, const Script *script, bool interpreted) {
    Run *run = suite_alloc(suite, 1, sizeof *run);
    run->suite = suite;
    run->script = script;
    run->instances = suite_alloc(suite, script->count, sizeof(w2c_instance *));
    run->links = suite_alloc(suite, script->count, sizeof *run->links);
    run->loaded = suite_alloc(suite, script->count, sizeof *run->loaded);
    run->interpreted = interpreted;
    run->parity = suite->options.mode == MODE_MIXED ? interpreted : -1;
    w2c_meter_set(&run->meter, UINT64_MAX);
    if (!w2c_init_traps() || !host_init(&run->host)) _exit(3);
    return run;
}

static Verdict play(Run *run, uint32_t i) {
    buffer_init(&run->text, alloc_default());
    run->trace = 0;
    w2c_meter_set(&run->meter, UINT64_MAX);
    Verdict verdict = run_command(run, i);
    if (i + 1 == run->script->count) delete_instances(run);
    return verdict;
}

/* Both must pass, and have done the same. */
static Verdict compare(Run *run, Run *other, Verdict verdict, Verdict others) {
    bool same = run->trace == other->trace;
    if (verdict == others && same && verdict != VERDICT_FAIL) return verdict;
    bool mixed = run->parity >= 0;
    if (verdict == VERDICT_FAIL)
        buffer_text(&run->text, mixed ? " (first module interpreted)" : " (compiled)");
    if (others == VERDICT_FAIL)
        buffer_printf(&run->text, "%s%s (%s)", run->text.len ? "; " : "",
                      suite_buffer(&other->text), mixed ? "first module compiled" : "interpreted");
    if (!same)
        buffer_printf(&run->text,
                      "%scompiled and interpreted module differ in status, results or memory",
                      run->text.len ? "; " : "");
    return VERDICT_FAIL;
}

/* After a crash the script is played again up to it: what has a result is executed (unless it is
 * what crashed) but not reported. */
void compiled_script(Suite *suite, const Script *script, int pipe) {
    Mode mode = suite->options.mode;
    Run *run = new_run(suite, script, mode == MODE_INTERP);
    bool both = mode == MODE_COMPARE || mode == MODE_MIXED;
    Run *other = both ? new_run(suite, script, true) : NULL;
    for (uint32_t i = 0; i < script->count; i++) {
        if (script->results[i].verdict == VERDICT_CRASH) continue;
        Verdict verdict = play(run, i);
        if (other) {
            Verdict others = play(other, i);
            verdict = compare(run, other, verdict, others);
            buffer_free(&other->text);
        }
        if (i + 1 == script->count && verdict != VERDICT_FAIL && LEAKS())
            verdict = fail(run, "memory was lost by this script's end");
        if (script->results[i].verdict == VERDICT_NONE)
            jobs_send(pipe, i, (uint8_t)verdict, suite_buffer(&run->text));
        buffer_free(&run->text);
    }
}
