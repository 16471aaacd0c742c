/* play.c: one module, interpreted and compiled, call by call, through w2c.h as an embedder would. */
#include "../../translator/interp/interp.h"
#include "differ.h"
#include <stdlib.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

enum { MOST_VALUES = 16, ROUNDS = 3, BUDGET = 60, FUEL = 300 };

typedef struct World { /* one side */
    w2c_instance *instance;
    w2c_tag *tag;
    w2c_meter meter;
    uint64_t calls; /* of host functions: hash of arguments in their order */
    w2c_import imports[GEN_IMPORTS + 1];
} World;

typedef struct Step { /* what is to be seen after a call */
    w2c_status status;
    uint64_t results, calls, memories, tables, globals, fuel;
} Step;

static void mix(uint64_t *hash, const void *bytes, size_t len) {
    *hash = XXH3_64bits_withSeed(bytes, len, *hash);
}

/* References differ between the sides: null, a number, or something. */
static void mix_ref(uint64_t *hash, w2c_ref ref) {
    uintptr_t bits = (uintptr_t)ref;
    uint64_t seen = !bits ? 0 : bits & 1 ? (uint64_t)(uint32_t)bits : 2;
    mix(hash, &seen, sizeof seen);
}

static void mix_value(uint64_t *hash, char letter, const void *value) {
    static const char order[] = "ilfdv";
    static const size_t sizes[] = {4, 8, 4, 8, 16};
    const char *at = strchr(order, letter);
    w2c_ref ref;
    if (at) {
        mix(hash, value, sizes[at - order]);
        return;
    }
    memcpy(&ref, value, sizeof ref);
    mix_ref(hash, ref);
}

/* ---- the host ------------------------------------------------------------------------------------ */
static w2c_status host_number(void *env, w2c_instance *importer, const w2c_value *args,
                              w2c_value *results) {
    World *w = env;
    (void)importer;
    mix(&w->calls, &args[0].i32, 4);
    results[0].i32 = args[0].i32 * 2654435761u ^ (uint32_t)(w->calls & 7);
    return W2C_OK;
}

static w2c_status host_typed(void *env, w2c_instance *importer, uint64_t a, float b, double c,
                             uint64_t *result) {
    World *w = env;
    (void)importer;
    mix(&w->calls, &a, sizeof a);
    mix(&w->calls, &b, sizeof b);
    mix(&w->calls, &c, sizeof c);
    *result = a + (w->calls & 0xff);
    return W2C_OK;
}

static w2c_status host_throws(void *env, w2c_instance *importer, const w2c_value *args,
                              w2c_value *results) {
    World *w = env;
    (void)results;
    mix(&w->calls, &args[0].i32, 4);
    if (args[0].i32 % 8 == 5) return w2c_exception_throw(importer, w->tag, args);
    return args[0].i32 % 16 == 9 ? W2C_TRAP_HOST : W2C_OK;
}

static w2c_status host_ref(void *env, w2c_instance *importer, const w2c_value *args,
                           w2c_value *results) {
    static uint64_t things[2];
    World *w = env;
    (void)importer;
    mix_ref(&w->calls, args[0].ref);
    results[0].ref = w->calls & 1 ? args[0].ref : &things[w->calls >> 1 & 1];
    return W2C_OK;
}

static bool world_init(World *w) {
    static const char *const names[] = {"0", "1", "2", "3"};
    memset(w, 0, sizeof *w);
    if (w2c_tag_new(&w->tag, "i_") != W2C_OK) return false;
    for (unsigned i = 0; i < GEN_IMPORTS; i++)
        w->imports[i] = (w2c_import){.module = "h", .name = names[i]};
    w->imports[0].value = w2c_extern_host_any(gen_import_letters[0], host_number, w);
    w->imports[1].value = w2c_extern_host(gen_import_letters[1], (w2c_host_fn)host_typed, w);
    w->imports[2].value = w2c_extern_host_any(gen_import_letters[2], host_throws, w);
    w->imports[3].value = w2c_extern_host_any(gen_import_letters[3], host_ref, w);
    w2c_extern tag = {.kind = W2C_TAG, .tag = w->tag};
    w->imports[GEN_IMPORTS] = (w2c_import){.module = "h", .name = "t", .value = tag};
    return true;
}

/* ---- what can be seen ---------------------------------------------------------------------------- */
static char letter_of(const char *type) {
    static const char *const names[] = {"i32", "i64", "f32", "f64", "v128"};
    for (unsigned i = 0; i < 5; i++)
        if (!strcmp(names[i], type)) return "ilfdv"[i];
    return 'r';
}

static void see_table(uint64_t *hash, const w2c_table *table) {
    uint64_t size = w2c_table_size(table);
    mix(hash, &size, sizeof size);
    for (uint64_t i = 0; i < size && i < 100; i++) {
        w2c_ref ref;
        if (w2c_table_get(table, i, &ref)) mix_ref(hash, ref);
    }
}

static void see(const World *w, Step *step) {
    w2c_name name;
    w2c_extern e;
    step->calls = w->calls;
    for (size_t i = 0; w->instance && w2c_export_at(w->instance, i, &name, &e); i++) {
        if (e.kind == W2C_MEMORY) {
            uint64_t size = w2c_memory_size(e.memory);
            mix(&step->memories, &size, sizeof size);
            mix(&step->memories, w2c_memory_data(e.memory), (size_t)size);
        } else if (e.kind == W2C_TABLE) {
            see_table(&step->tables, e.table);
        } else if (e.kind == W2C_GLOBAL) {
            mix_value(&step->globals, letter_of(e.global.type), e.global.value);
        }
    }
}

/* ---- calls --------------------------------------------------------------------------------------- */
/* Arguments depend on the call's number alone. */
static void make_args(w2c_value *args, const char *letters, uint64_t number) {
    static const uint64_t some[] = {0,   1,          0xffffffffffffffff, 7, 0x8000000080000000,
                                    100, 0x7fffffff, 0x3ff0000000000000};
    for (unsigned i = 0; letters[i] != '_'; i++) {
        uint64_t random = XXH3_64bits_withSeed(&i, sizeof i, number);
        uint64_t value = random % 3 ? some[random >> 8 & 7] : random;
        memset(&args[i], 0, sizeof args[i]);
        if (letters[i] == 'f') {
            args[i].f32 = random % 3 ? (float)(int32_t)(random >> 50) / 4 : (float)value;
        } else if (letters[i] == 'd') {
            args[i].f64 = random % 3 ? (double)(int32_t)(random >> 50) / 8 : (double)value;
        } else if (letters[i] != 'r') {
            memcpy(&args[i], &value, letters[i] == 'i' ? 4 : 8);
        }
    }
}

/* The host passes null for every reference: is that a value of each parameter's type? */
static bool can_call(const w2c_func *func) {
    const char *text = w2c_type_text(w2c_func_type(func)), *end = strstr(text, " -> ");
    for (const char *at = text; (at = strstr(at, "(ref ")) && at < end; at += 5)
        if (strncmp(at + 5, "null ", 5) != 0) return false;
    return strcspn(w2c_type_letters(w2c_func_type(func)), "_") < MOST_VALUES;
}

static void set_budget(const World *w) {
    w2c_extern e;
    if (!w2c_export_find(w->instance, w2c_name_of("g0"), &e)) return;
    uint32_t budget = BUDGET;
    memcpy(e.global.value, &budget, sizeof budget);
}

static Step call(const Differ *d, World *w, const w2c_func *func, uint64_t number) {
    Step step = {.status = W2C_OK};
    w2c_value args[MOST_VALUES], results[MOST_VALUES];
    const char *letters = w2c_type_letters(w2c_func_type(func)), *out = strchr(letters, '_') + 1;
    make_args(args, letters, number);
    set_budget(w);
    if (d->gen.endless) w2c_meter_set(&w->meter, FUEL);
    memset(results, 0, sizeof results);
    step.status = w2c_call(func, args, results);
    for (unsigned i = 0; step.status == W2C_OK && out[i]; i++)
        mix_value(&step.results, out[i], &results[i]);
    see(w, &step);
    if (d->gen.endless) step.fuel = w2c_meter_left(&w->meter);
    return step;
}

/* ---- both ---------------------------------------------------------------------------------------- */
static bool same(const Step *a, const Step *b, const char *at, Buffer *what) {
    bool equal = a->status == b->status;
    if (!equal)
        buffer_printf(what, "%s: %s interpreted, %s compiled", at, w2c_status_text(a->status),
                      w2c_status_text(b->status));
    const struct {
        const char *name;
        uint64_t a, b;
    } rows[] = {
        {"results", a->results, b->results},    {"host calls", a->calls, b->calls},
        {"memories", a->memories, b->memories}, {"tables", a->tables, b->tables},
        {"globals", a->globals, b->globals},    {"fuel", a->fuel, b->fuel},
    };
    for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (rows[i].a == rows[i].b) continue;
        buffer_printf(what, "%s%s differ", equal ? at : "", equal ? ": " : ", ");
        buffer_text(what, " in ");
        buffer_text(what, rows[i].name);
        equal = false;
    }
    return equal;
}

static Step start(const Differ *d, World *w, const w2c_module *module) {
    w2c_imports imports = {.list = w->imports, .count = GEN_IMPORTS + 1};
    w2c_config config = {.max_gc_heap = (uint64_t)64 << 20,
                         .meter = &w->meter,
                         .max_memory =
                             d->suite.options.memory == MEMORY_STATIC ? UNIT_STATIC_BYTES : 0};
    w2c_meter_set(&w->meter, FUEL);
    Step step = {.status = w2c_instance_new(module, &w->instance, &imports, &config)};
    see(w, &step);
    return step;
}

static bool play(const Differ *d, World worlds[2], const w2c_module *const modules[2],
                 Buffer *what) {
    Step steps[2];
    w2c_name name;
    w2c_extern e[2];
    for (unsigned side = 0; side < 2; side++)
        steps[side] = start(d, &worlds[side], modules[side]);
    if (!same(&steps[0], &steps[1], "instantiation", what)) return false;
    if (steps[0].status != W2C_OK) return true;
    for (unsigned round = 0; round < ROUNDS; round++) {
        for (size_t i = 0; w2c_export_at(worlds[0].instance, i, &name, &e[0]); i++) {
            char at[40];
            if (e[0].kind != W2C_FUNC || !can_call(e[0].func)) continue;
            w2c_export_find(worlds[1].instance, name, &e[1]);
            for (unsigned side = 0; side < 2; side++)
                steps[side] = call(d, &worlds[side], e[side].func, round * 1000 + i);
            snprintf(at, sizeof at, "call %u of %.*s", round + 1, (int)name.len, name.text);
            if (!same(&steps[0], &steps[1], at, what)) return false;
        }
    }
    return true;
}

bool play_case(const Differ *d, const char *file, const w2c_module *compiled, Buffer *what) {
    InterpOptions how = {.bounds = d->suite.options.memory != MEMORY_GUARD,
                         .canonical_nans = true,
                         .metered = d->gen.endless};
    Context ctx;
    Module module;
    Slice bytes;
    uint8_t *memory;
    Interp *interp = NULL;
    World worlds[2];
    if (!suite_read_file(file, &memory, &bytes.len)) suite_die("%s: cannot be read", file);
    bytes.ptr = memory;
    context_init(&ctx, alloc_default(), file);
    if (!world_init(&worlds[0]) || !world_init(&worlds[1])) suite_die("out of memory");
    bool good = false;
    if (module_read(&ctx, bytes, &module) &&
        w2c_interp_load(&ctx, &module, "fuzz", &how, &interp) == W2C_OK) {
        const w2c_module *const modules[] = {w2c_interp_module(interp), compiled};
        good = play(d, worlds, modules, what);
        for (unsigned side = 0; side < 2; side++)
            w2c_instance_delete(worlds[side].instance);
        w2c_interp_delete(interp);
        module_free(&module);
    } else {
        buffer_printf(what, "not loaded: %s", ctx.diag.text);
    }
    for (unsigned side = 0; side < 2; side++)
        w2c_tag_delete(worlds[side].tag);
    free(memory);
    return good;
}
