/* test_scan.c: loops that skip ahead against the loops themselves and the interpreter: the routines of
 * routines.c as several compilers' options make them, called with strings that agree for a while, that end
 * at the end of memory or do not end at all; results, traps, memories and the fuel that is left must be the
 * same. Bounded and deterministic; W2C_LONG=1: both compilers, more calls; W2C_SEED: others. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "interp/interp.h"
#include "lower/loop.h"
#include "loops/built.h"
#include "loops/random.h"
#include "w2c_rt.h"

enum { FAST, LITERAL, INTERPRETED, SIDES };
enum { FUEL = 60000, MOST_ARGS = 3 };

typedef struct Side {
    w2c_instance *instance;
    void *object;
    Interp *interp;
    w2c_meter meter;
} Side;

typedef struct Trial {
    const char *module, *cc, *opt;
    MemoryMode memory;
    bool metered;
    char folder[200];
    uint8_t *bytes;
    Context ctx;
    Module read, read_interp;
    Side sides[SIDES];
    Random random;
    unsigned traps, returns, ended;
} Trial;

/* ---- three ways ------------------------------------------------------------------------------ */

static void start(Trial *t, Side *side, const w2c_module *module) {
    w2c_meter_set(&side->meter, FUEL);
    w2c_config config = {.meter = t->metered ? &side->meter : NULL};
    ck_assert_int_eq(w2c_instance_new(module, &side->instance, NULL, &config), W2C_OK);
}

static void compile(Trial *t, unsigned number) {
    bool literal = number == LITERAL;
    char cc[100];
    snprintf(cc, sizeof cc, "%s %s -Wall -Wextra -Werror", t->cc, literal ? "-O1" : t->opt);
    TranslateOptions options = {.name = "routines",
                                .memory = t->memory,
                                .no_loop_versions = literal,
                                .no_libc_routines = literal,
                                .interruptible =
                                    t->metered ? INTERRUPTIBLE_FUEL : NOT_INTERRUPTIBLE};
    Side *side = &t->sides[number];
    start(t, side,
          built_module(&t->ctx, &t->read, options, t->folder, literal ? "literal" : "fast", cc,
                       &side->object));
}

static void interpret(Trial *t) {
    InterpOptions how = {.bounds = t->memory != MEMORY_GUARD, .metered = t->metered};
    Side *side = &t->sides[INTERPRETED];
    ck_assert_int_eq(w2c_interp_load(&t->ctx, &t->read_interp, "routines", &how, &side->interp),
                     W2C_OK);
    start(t, side, w2c_interp_module(side->interp));
}

/* ---- memories -------------------------------------------------------------------------------- */

static w2c_memory *memory_of(const Side *side) {
    w2c_extern found;
    ck_assert(w2c_export_find(side->instance, w2c_name_of("memory"), &found));
    return found.memory;
}

/* Strings of up to 40 bytes out of a few; the last bytes may have no zero. */
static void fill_strings(Trial *t, uint8_t *data, uint64_t size) {
    uint32_t few = 1 + any(&t->random, any(&t->random, 3) ? 5 : 40), most = 1 + any(&t->random, 40);
    uint64_t end = any(&t->random, 2) ? size : size - 200;
    for (uint64_t i = 0; i < size; i++)
        data[i] = (uint8_t)('a' + any(&t->random, few) * 7);
    for (uint64_t i = any(&t->random, most); i < end; i += 1 + any(&t->random, most))
        data[i] = 0;
}

/* Long runs of one byte with others in between; zeros are rare, and the last bytes may have none. */
static void fill_runs(Trial *t, uint8_t *data, uint64_t size) {
    static const uint8_t others[] = {0, 'b', 'c', 0x80, 0xff, 'a' | 0x80};
    unsigned rare = 1 + any(&t->random, 3);
    bool ends = any(&t->random, 2);
    memset(data, 'a', size);
    for (uint64_t i = any(&t->random, 30); i < size;
         i += 1 + any(&t->random, any(&t->random, rare) ? 20 : 700))
        data[i] =
            i + 400 < size || ends ? others[any(&t->random, any(&t->random, 4) ? 6 : 1)] : 'a';
}

static void fill(Trial *t) {
    uint64_t size = w2c_memory_size(memory_of(&t->sides[0]));
    uint8_t *data = w2c_memory_data(memory_of(&t->sides[0]));
    if (any(&t->random, 2))
        fill_strings(t, data, size);
    else
        fill_runs(t, data, size);
    for (unsigned k = 1; k < SIDES; k++)
        memcpy(w2c_memory_data(memory_of(&t->sides[k])), data, size);
}

static uint64_t random_address(Trial *t) {
    uint64_t size = w2c_memory_size(memory_of(&t->sides[0]));
    switch (any(&t->random, 8)) {
    case 0:
        return size - any(&t->random, 64);
    case 1:
        return size - any(&t->random, 500);
    case 2:
        return any(&t->random, 40);
    case 3:
        return size + any(&t->random, 20) - 4;
    case 4:
        return (any(&t->random, 2) ? UINT64_MAX : UINT32_MAX) - any(&t->random, 20);
    default:
        return any(&t->random, (uint32_t)size);
    }
}

static uint64_t random_number(Trial *t) {
    static const uint8_t bytes[] = {'a', 'b', 0, 0xff};
    switch (any(&t->random, 6)) {
    case 0:
        return any(&t->random, 4);
    case 1:
        return any(&t->random, 300);
    case 2:
        return 0 - (uint64_t)any(&t->random, 300);
    case 3:
        return bytes[any(&t->random, 4)] * (any(&t->random, 2) ? 0x0101010101010101u : 1u);
    case 4:
        return bytes[any(&t->random, 4)] +
               (any(&t->random, 2) ? 256u * any(&t->random, 4) : 0x80818283u);
    default:
        return any(&t->random, 40);
    }
}

static void random_args(Trial *t, uint64_t *args) {
    args[0] = random_address(t);
    args[1] = any(&t->random, 3) ? args[0] + any(&t->random, 2000) - 1000 : random_address(t);
    if (any(&t->random, 3) == 0) args[1] = random_number(t);
    args[2] = any(&t->random, 2) ? any(&t->random, 60) : random_number(t);
    if (any(&t->random, 8) == 0)
        args[2] = w2c_memory_size(memory_of(&t->sides[0])) - args[any(&t->random, 2)];
}

/* ---- calls ------------------------------------------------------------------------------------- */

typedef struct Outcome {
    w2c_status status;
    uint64_t result, fuel;
} Outcome;

static Outcome call(const Trial *t, unsigned number, const Export *e, const uint64_t *args) {
    const TypeDef *type = func_type(&t->read, e->index);
    Side *side = (Side *)&t->sides[number];
    Outcome out = {W2C_OK, 0, 0};
    w2c_extern found;
    w2c_value values[MOST_ARGS], results[1] = {{.i64 = 0}};
    w2c_name name = {(const char *)e->name.ptr, (uint32_t)e->name.len};
    ck_assert(w2c_export_find(side->instance, name, &found));
    for (uint32_t i = 0; i < type->u.func.param_count; i++)
        if (vt_kind(type->u.func.params[i]) == VT_I64)
            values[i].i64 = args[i];
        else
            values[i].i32 = (uint32_t)args[i];
    if (t->metered) w2c_meter_set(&side->meter, args[2] % 7 ? FUEL : args[2] % 120);
    out.status = w2c_call(found.func, values, results);
    if (t->metered) out.fuel = w2c_meter_left(&side->meter);
    if (out.status != W2C_OK) return out;
    out.result = vt_kind(type->u.func.results[0]) == VT_I64 ? results[0].i64 : results[0].i32;
    return out;
}

static void try_call(Trial *t, const Export *e) {
    uint64_t args[MOST_ARGS];
    Outcome out[SIDES];
    random_args(t, args);
    for (unsigned k = 0; k < SIDES; k++) {
        out[k] = call(t, k, e, args);
        if (k == 0) continue;
        ck_assert_msg(out[k].status == out[0].status && out[k].result == out[0].result &&
                          out[k].fuel == out[0].fuel,
                      "%s %s %.*s(%llx, %llx, %llx): %d, %llx, fuel %llu; %s: %d, %llx, %llu",
                      t->module, t->opt, (int)e->name.len, (const char *)e->name.ptr,
                      (unsigned long long)args[0], (unsigned long long)args[1],
                      (unsigned long long)args[2], (int)out[0].status,
                      (unsigned long long)out[0].result, (unsigned long long)out[0].fuel,
                      k == LITERAL ? "literal" : "interpreted", (int)out[k].status,
                      (unsigned long long)out[k].result, (unsigned long long)out[k].fuel);
        ck_assert_msg(memcmp(w2c_memory_data(memory_of(&t->sides[0])),
                             w2c_memory_data(memory_of(&t->sides[k])),
                             w2c_memory_size(memory_of(&t->sides[0]))) == 0,
                      "%s %.*s: memories differ", t->module, (int)e->name.len,
                      (const char *)e->name.ptr);
    }
    if (out[0].status == W2C_OK)
        t->returns++;
    else if (out[0].status == W2C_TRAP_MEMORY_BOUNDS)
        t->traps++;
    else
        t->ended++;
}

/* ---- trials ------------------------------------------------------------------------------------ */

static void read_module(Trial *t) {
    char path[512];
    snprintf(path, sizeof path, "%s/tests/scan/%s.wasm", W2C_SOURCE_DIR, t->module);
    FILE *file = fopen(path, "rb");
    ck_assert_msg(file != NULL, "%s", path);
    t->bytes = malloc(1 << 20);
    ck_assert(t->bytes != NULL);
    size_t len = fread(t->bytes, 1, 1 << 20, file);
    fclose(file);
    context_init(&t->ctx, alloc_default(), t->module);
    Slice bytes = {t->bytes, len};
    ck_assert_msg(module_read(&t->ctx, bytes, &t->read), "%s", t->ctx.diag.text);
    ck_assert(module_read(&t->ctx, bytes, &t->read_interp));
}

static void finish(Trial *t) {
    for (unsigned k = 0; k < SIDES; k++)
        w2c_instance_delete(t->sides[k].instance);
    w2c_interp_delete(t->sides[INTERPRETED].interp);
    for (unsigned k = 0; k < INTERPRETED; k++)
        dlclose(t->sides[k].object);
    module_free(&t->read);
    module_free(&t->read_interp);
    free(t->bytes);
    built_remove(t->folder);
}

static void run_trial(const char *module, MemoryMode memory, bool metered, const char *cc,
                      const char *opt) {
    static Trial t;
    t = (Trial){.module = module, .memory = memory, .metered = metered, .cc = cc, .opt = opt};
    t.random.state = 0x9e3779b97f4a7c15u;
    if (getenv("W2C_SEED")) t.random.state ^= strtoull(getenv("W2C_SEED"), NULL, 10) << 20;
    built_folder(t.folder, sizeof t.folder, "w2c-scan");
    read_module(&t);
    compile(&t, FAST);
    compile(&t, LITERAL);
    interpret(&t);
    unsigned fills = getenv("W2C_LONG") ? 300 : 12;
    for (unsigned i = 0; i < fills; i++) {
        fill(&t);
        for (uint32_t e = 0; e < t.read.export_count; e++)
            for (unsigned k = 0; t.read.exports[e].kind == EXTERN_FUNC && k < 12; k++)
                try_call(&t, &t.read.exports[e]);
    }
    ck_assert_msg(t.traps > 500 && t.returns > 2000, "%s: %u traps, %u returns", module, t.traps,
                  t.returns);
    ck_assert(!metered || t.ended > 200);
    finish(&t);
}

static const char *compiler(void) {
    const char *cc = getenv("W2C_CC");
    return cc ? cc : "cc";
}

static const struct {
    const char *module;
    MemoryMode memory;
    bool metered;
    const char *opt;
} rows[] = {
    {"routines_o2", MEMORY_GUARD, false, "-O2"}, {"routines_o2", MEMORY_BOUNDS, true, "-O1"},
    {"routines_os", MEMORY_GUARD, true, "-O1"},  {"routines_os", MEMORY_BOUNDS, false, "-O0"},
    {"routines_o1", MEMORY_GUARD, false, "-O1"}, {"routines_64", MEMORY_GUARD, false, "-O1"},
};

START_TEST(routines) {
    run_trial(rows[_i].module, rows[_i].memory, rows[_i].metered,
              _i % 2 && getenv("W2C_LONG") ? "gcc" : compiler(), rows[_i].opt);
}
END_TEST

/* Whoever looks for a body that is meant finds it; near misses are left alone. */
START_TEST(recognised) {
    Trial t = {.module = rows[_i].module};
    read_module(&t);
    Arena arena;
    unsigned taken = 0;
    for (uint32_t e = 0; e < t.read.export_count; e++) {
        const Export *x = &t.read.exports[e];
        if (x->kind != EXTERN_FUNC) continue;
        OpStream stream;
        Ir ir;
        LoopSet loops;
        unsigned scans = 0, sets = 0;
        char name[40];
        snprintf(name, sizeof name, "%.*s", (int)x->name.len, (const char *)x->name.ptr);
        arena_init(&arena, alloc_default());
        ck_assert(
            validate_function(&t.ctx, &t.read, x->index, &arena, &stream) &&
            lower_function(&t.ctx, &t.read, &stream, &arena, &ir) &&
            loops_find(&t.ctx, &t.read, &ir, &arena, &(LoopOptions){.no_versions = true}, &loops));
        for (uint32_t i = 0; i < loops.count; i++)
            if (loops.loops[i].reason == LOOP_scan) {
                scans++;
                sets += strstr(loops.loops[i].detail, " set") != NULL;
            }
        arena_free(&arena);
        /* this one's check is made when it runs */
        bool miss = strncmp(name, "miss_", 5) == 0 && strcmp(name, "miss_words_splat") != 0;
        /* here a variable holds what an earlier turn has computed */
        if (strcmp(t.module, "routines_o1") == 0 && strcmp(name, "memcmp_subtract") == 0) continue;
        if (strncmp(name, "copy_", 5) == 0 || strncmp(name, "fill_", 5) == 0) miss = true;
        if (strcmp(name, "string_copy") == 0) miss = true; /* it stores */
        bool set = strncmp(name, "set_", 4) == 0;
        /* here the inner loop's first turn stands in front of it */
        if (strcmp(t.module, "routines_o1") == 0 &&
            (strcmp(name, "set_strspn_signed") == 0 || strcmp(name, "set_counted") == 0 ||
             strcmp(name, "set_sized") == 0))
            set = false;
        ck_assert_msg(sets == set, "%s: %s: %u sets", t.module, name, sets);
        ck_assert_msg(miss ? scans == 0 : scans > 0, "%s: %s: %u", t.module, name, scans);
        taken += scans > 0;
    }
    ck_assert_uint_gt(taken, 20);
    module_free(&t.read);
    module_free(&t.read_interp);
    free(t.bytes);
}
END_TEST

/* What the host says of sets, against what is plain to see; no byte is read that is not there. */
START_TEST(sets) {
    Trial t = {.random = {0x9e3779b97f4a7c15u}};
    for (unsigned i = 0; i < 20000; i++) {
        uint64_t room = any(&t.random, any(&t.random, 2) ? 20 : 100),
                 limit = any(&t.random, (uint32_t)room + 1);
        uint64_t count = any(&t.random, any(&t.random, 2) ? 4 : 65), expect[2] = {0, 0};
        uint32_t few = 1 + any(&t.random, any(&t.random, 2) ? 4 : 60),
                 stop = any(&t.random, 2) ? any(&t.random, few) : W2C_SET_NONE;
        uint8_t *p = malloc(room ? room : 1), *set = malloc(count ? count : 1);
        bool has[256] = {false};
        ck_assert(p && set);
        for (uint64_t k = 0; k < room; k++)
            p[k] = (uint8_t)(any(&t.random, few) * 5);
        for (uint64_t k = 0; k < count; k++)
            has[set[k] = (uint8_t)(any(&t.random, few) * (any(&t.random, 9) ? 5 : 3))] = true;
        stop = stop == W2C_SET_NONE ? stop : stop * 5 % 256;
        for (unsigned inside = 0; inside < 2; inside++)
            while (expect[inside] < limit && has[p[expect[inside]]] == inside &&
                   p[expect[inside]] != stop)
                expect[inside]++;
        ck_assert_uint_eq(w2c_scan_outside(p, room, limit, set, count, stop), expect[0]);
        ck_assert_uint_eq(w2c_scan_inside(p, room, limit, set, count, stop), expect[1]);
        free(p);
        free(set);
    }
}
END_TEST

int main(void) {
    enum { ROWS = sizeof rows / sizeof *rows };
    w2c_init_traps();
    TCase *tcase = tcase_create("scan");
    tcase_add_loop_test(tcase, routines, 0, ROWS);
    tcase_add_loop_test(tcase, recognised, 0, ROWS);
    tcase_add_test(tcase, sets);
    return built_run(tcase, "scan");
}
