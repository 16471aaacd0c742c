/* test_loops.c: fast copies of loops against the loops themselves and the interpreter: random loops
 * (loop_module.h), called with arguments that stay inside memory, leave it, wrap or overlap; results,
 * traps and memories must be the same, also at the trap. Bounded and deterministic; W2C_LONG=1: more
 * seeds, both compilers, -O1 to -O3. W2C_SEED=N: that seed alone. */
#include <check.h>
#include <stdio.h>
#include <unistd.h>
#include "interp/interp.h"
#include "built.h"
#include "loop_module.h"

enum { ARGS = 5, FUNCS = 48, CALLS = 24, MOST_TURNS = 3000, PAGE = 65536 };

typedef struct Side {
    const char *what;
    w2c_memory *given; /* to a module that imports its memories: both are this one */
    w2c_instance *instance;
    void *object;
    Interp *interp;
} Side;

typedef struct Trial {
    LoopModule module;
    Context ctx;
    Module read, read_interp;
    char folder[200];
    const char *cc, *opt;
    MemoryMode memory;
    bool rolls;    /* copies are rolled up, and unrolled */
    bool floats;   /* there are some: then NaNs are canonical, else their bits may differ */
    bool same;     /* the two memories are one */
    bool stops;    /* they are interruptible */
    Side sides[3]; /* fast copies, literal, interpreted */
    unsigned traps, returns;
} Trial;

static void start(Trial *t, Side *side, const w2c_module *module) {
    w2c_import list[2];
    if (t->same) {
        ck_assert_int_eq(w2c_memory_new(&side->given, 1, 4, t->module.is64, false, 16), W2C_OK);
        for (unsigned i = 0; i < 2; i++)
            list[i] = (w2c_import){
                "env", i ? "second" : "memory", {.kind = W2C_MEMORY, .memory = side->given}};
    }
    w2c_imports imports = {.list = list, .count = t->same ? 2 : 0};
    ck_assert_int_eq(w2c_instance_new(module, &side->instance, &imports, NULL), W2C_OK);
}

static void compile(Trial *t, unsigned number, bool literal) {
    Side *side = &t->sides[number];
    char cc[100];
    snprintf(cc, sizeof cc, "%s %s -w", t->cc, literal ? "-O1" : t->opt);
    TranslateOptions options = {.name = "loops",
                                .memory = t->memory,
                                .no_loop_versions = literal,
                                .no_loop_rolling = !t->rolls,
                                .interruptible =
                                    t->stops && !literal ? INTERRUPTIBLE_STOP : NOT_INTERRUPTIBLE,
                                .no_range_analysis = literal,
                                .no_libc_routines = literal,
                                .canonical_nans = t->floats};
    side->what = literal ? "literal" : "fast";
    start(t, side,
          built_module(&t->ctx, &t->read, options, t->folder, side->what, cc, &side->object));
}

static void interpret(Trial *t) {
    InterpOptions how = {.bounds = t->memory != MEMORY_GUARD, .canonical_nans = t->floats};
    Side *side = &t->sides[2];
    ck_assert_int_eq(w2c_interp_load(&t->ctx, &t->read_interp, "loops", &how, &side->interp),
                     W2C_OK);
    start(t, side, w2c_interp_module(side->interp));
    side->what = "interpreted";
}

/* ---- memories and calls ---------------------------------------------------------------------- */

static w2c_memory *memory_of(const Side *side, unsigned which) {
    w2c_extern found;
    if (!w2c_export_find(side->instance, w2c_name_of(which ? "second" : "memory"), &found))
        return NULL;
    return found.memory;
}

/* Bytes below 64: few floats are NaNs then. Every other time all of them are about as large, so that none is lost in a sum. */
static void fill(const Trial *t, uint64_t seed) {
    for (unsigned which = 0; which < (t->module.two ? 2u : 1u); which++)
        for (unsigned k = 0; k < 3; k++) {
            w2c_memory *memory = memory_of(&t->sides[k], which);
            uint8_t *data = w2c_memory_data(memory);
            uint64_t state = seed * 2 + which + 1;
            for (uint64_t i = 0; i < w2c_memory_size(memory); i += 8) {
                state = state * 6364136223846793005u + 1442695040888963407u;
                uint64_t word = (state >> 3 ^ state >> 31) & 0x3f3f3f3f3f3f3f3fu;
                if (seed % 2) word = 0x3e3e3e3e3e3e3e3eu | (word & 0x0101010101010101u);
                memcpy(data + i, &word, 8);
            }
        }
}

typedef struct Call {
    uint64_t args[ARGS];
} Call;

/* Inside, at an edge, or such that one of the loop's accesses is at the edge in its last turn. */
static uint64_t random_address(const Trial *t, const LoopFunc *f, int64_t turns, Random *r) {
    uint64_t size = w2c_memory_size(memory_of(&t->sides[0], 0));
    uint64_t top = t->module.is64 ? 0 : (uint64_t)1 << 32;
    const Item *it = &f->items[any(r, f->item_count)];
    const Place *at = any(r, 2) ? &it->to : &it->from;
    int64_t walk = scale(f, at) * (int64_t)f->unroll * (turns - 1);
    switch (any(r, 10)) {
    case 0:
        return size - any(r, 600);
    case 1:
        return any(r, 300);
    case 2:
        return top - any(r, 300);
    case 3:
        return (walk < 0 ? top : size) - (uint64_t)walk + any(r, 24) - 20;
    case 4:
    case 5:
        return (walk < 0 ? 0 : size) - (uint64_t)(walk + at->plus) - at->offset + any(r, 16) - 12;
    default:
        return 512 + any(r, (uint32_t)size - 8192);
    }
}

/* Does it leave memory sooner or later, whatever its test says? */
static bool leaves_memory(const LoopFunc *f) {
    for (unsigned i = 0; i < f->item_count; i++) {
        const Item *it = &f->items[i];
        const Place *at = it->kind == 5 || it->kind == 12 ? &it->to : &it->from;
        if (it->kind == 13 && it->guard != SKIP) continue; /* touches no memory */
        bool always = it->guard == NO_GUARD && (!f->by_d || at->base < 2);
        if (it->guard == SKIP) return false;
        if (always && llabs((long long)(scale(f, at) * (int64_t)f->unroll)) >= 8) return true;
    }
    return false;
}

static Call random_call(const Trial *t, const LoopFunc *f, Random *r) {
    uint64_t mask = t->module.is64 ? UINT64_MAX : UINT32_MAX;
    Call c;
    for (;;) {
        static const int64_t strides[] = {65536, -65536, 1 << 30, INT32_MIN, 0};
        int64_t d = any(r, 12) ? (int64_t)any(r, 28) - 11 : strides[any(r, 5)];
        int64_t step = f->by_d ? d : (int64_t)f->step * (int64_t)f->unroll;
        int64_t turns = any(r, 3) ? any(r, 12) : any(r, 200);
        uint64_t starts[] = {0, any(r, 64), (uint64_t)(-step * turns), 0x7fffffffu - any(r, 99),
                             0 - (uint64_t)any(r, 200)};
        uint64_t start = starts[any(r, 5)];
        c.args[4] = (uint64_t)d;
        if (f->relation == COUNTER && any(r, 4)) start = (uint64_t)(-step * turns);
        c.args[0] = random_address(t, f, turns, r);
        c.args[1] = any(r, 3) ? random_address(t, f, turns, r) : c.args[0] + any(r, 80) - 40;
        c.args[2] = start + (uint64_t)(step * turns) + (any(r, 4) ? 0 : any(r, 9));
        c.args[3] = start;
        if (any(r, 2)) { /* a + i, b + i << shift stay small also where i is not */
            c.args[0] -= start;
            if (any(r, 2)) c.args[1] -= start;
        }
        for (unsigned i = 0; i < ARGS; i++)
            c.args[i] &= mask;
        if (leaves_memory(f) && any(r, 4) == 0) return c;
        if (loop_turns(&t->module, f, c.args[3], c.args[2], d, MOST_TURNS) < MOST_TURNS) return c;
    }
}

static w2c_status call(const Trial *t, const Side *side, unsigned number, const Call *c,
                       uint64_t *result) {
    char name[8];
    w2c_extern found;
    w2c_value args[ARGS], results[1] = {{.i64 = 0}};
    snprintf(name, sizeof name, "%u", number);
    ck_assert(w2c_export_find(side->instance, w2c_name_of(name), &found));
    for (unsigned i = 0; i < ARGS; i++)
        if (t->module.is64)
            args[i].i64 = c->args[i];
        else
            args[i].i32 = (uint32_t)c->args[i];
    w2c_status status = w2c_call(found.func, args, results);
    *result = status == W2C_OK ? results[0].i64 : 0;
    return status;
}

static void compare_memories(const Trial *t, unsigned side, unsigned number, const Call *c) {
    for (unsigned which = 0; which < (t->module.two ? 2u : 1u); which++) {
        w2c_memory *a = memory_of(&t->sides[side], which), *b = memory_of(&t->sides[2], which);
        uint64_t size = w2c_memory_size(b), at = 0;
        ck_assert_uint_eq(w2c_memory_size(a), size);
        const uint8_t *x = w2c_memory_data(a), *y = w2c_memory_data(b);
        if (memcmp(x, y, size) == 0) continue;
        while (x[at] == y[at])
            at++;
        ck_abort_msg(
            "%s, function %u (%llx, %llx, %llx, %llx, %llx), %s: memory %u differs at %llx",
            t->folder, number, (unsigned long long)c->args[0], (unsigned long long)c->args[1],
            (unsigned long long)c->args[2], (unsigned long long)c->args[3],
            (unsigned long long)c->args[4], t->sides[side].what, which, (unsigned long long)at);
    }
}

static void try_call(Trial *t, unsigned number, Random *r) {
    const LoopFunc *f = &t->module.funcs[number];
    Call c = random_call(t, f, r);
    w2c_status status[3];
    uint64_t results[3];
    for (unsigned k = 0; k < 3; k++)
        status[k] = call(t, &t->sides[k], number, &c, &results[k]);
    for (unsigned k = 0; k < 2; k++) {
        ck_assert_msg(status[k] == status[2] && results[k] == results[2],
                      "%s, function %u (%llx, %llx, %llx, %llx, %llx): %s gives %d, %llx; "
                      "interpreted %d, %llx",
                      t->folder, number, (unsigned long long)c.args[0],
                      (unsigned long long)c.args[1], (unsigned long long)c.args[2],
                      (unsigned long long)c.args[3], (unsigned long long)c.args[4],
                      t->sides[k].what, (int)status[k], (unsigned long long)results[k],
                      (int)status[2], (unsigned long long)results[2]);
        compare_memories(t, k, number, &c);
    }
    if (status[2])
        t->traps++;
    else
        t->returns++;
}

static void grow(const Trial *t) {
    for (unsigned k = 0; k < 3; k++)
        w2c_memory_grow(memory_of(&t->sides[k], 0), 1);
}

/* ---- a trial --------------------------------------------------------------------------------- */

static void run_trial(uint64_t seed, bool is64, bool two, bool same, bool floats, MemoryMode memory,
                      const char *cc, const char *opt) {
    static Trial t;
    t = (Trial){.cc = cc,
                .opt = opt,
                .memory = memory,
                .rolls = seed % 5 != 4,
                .floats = floats,
                .same = same,
                .stops = seed % 3 == 1};
    built_folder(t.folder, sizeof t.folder, "w2c-loops");
    t.module = loop_module(seed, FUNCS, is64, two, floats, same);
    context_init(&t.ctx, alloc_default(), "loops");
    Slice bytes = {t.module.bytes.data, t.module.bytes.len};
    ck_assert_msg(module_read(&t.ctx, bytes, &t.read), "%s", t.ctx.diag.text);
    ck_assert(module_read(&t.ctx, bytes, &t.read_interp));
    char wasm[256];
    snprintf(wasm, sizeof wasm, "%s/loops.wasm", t.folder);
    FILE *file = fopen(wasm, "wb");
    ck_assert(file && fwrite(bytes.ptr, 1, bytes.len, file) == bytes.len && fclose(file) == 0);
    compile(&t, 0, false);
    compile(&t, 1, true);
    interpret(&t);
    Random r = {seed * 77 + 5};
    for (unsigned i = 0; i < CALLS; i++) {
        fill(&t, seed + i);
        if (i == CALLS / 2) grow(&t);
        for (unsigned f = 0; f < FUNCS; f++)
            try_call(&t, f, &r);
    }
    ck_assert_msg(t.traps > FUNCS && t.returns > FUNCS, "%u traps, %u returns", t.traps, t.returns);
    for (unsigned k = 0; k < 3; k++) {
        w2c_instance_delete(t.sides[k].instance);
        w2c_memory_delete(t.sides[k].given);
    }
    w2c_interp_delete(t.sides[2].interp);
    for (unsigned k = 0; k < 2; k++)
        dlclose(t.sides[k].object);
    module_free(&t.read);
    module_free(&t.read_interp);
    free(t.module.bytes.data);
    free(t.module.funcs);
    built_remove(t.folder);
}

static const char *compiler(void) {
    const char *cc = getenv("W2C_CC");
    return cc ? cc : "cc";
}

START_TEST(random_loops) {
    static const struct {
        bool is64, two, same, floats;
        MemoryMode memory;
        const char *opt;
    } rows[] = {{false, false, false, true, MEMORY_GUARD, "-O2"},
                {false, true, false, false, MEMORY_GUARD, "-O3"},
                {false, false, false, true, MEMORY_BOUNDS, "-O2"},
                {true, false, false, false, MEMORY_GUARD, "-O2"},
                {false, true, true, false, MEMORY_GUARD, "-O2"}};
    enum { ROWS = sizeof rows / sizeof *rows };
    const char *one = getenv("W2C_SEED");
    unsigned seeds = getenv("W2C_LONG") ? 60 : ROWS;
    for (unsigned i = 0; i < seeds; i++) {
        uint64_t seed = one ? strtoull(one, NULL, 10) : i;
        const char *cc = i / ROWS % 2 ? "gcc" : compiler();
        if (one && seed % ROWS != i % ROWS) continue;
        run_trial(seed, rows[i % ROWS].is64, rows[i % ROWS].two, rows[i % ROWS].same,
                  rows[i % ROWS].floats, rows[i % ROWS].memory, cc,
                  i / ROWS % 3 ? "-O3" : rows[i % ROWS].opt);
        if (one) break;
    }
}
END_TEST

int main(void) {
    w2c_init_traps();
    TCase *tcase = tcase_create("loops");
    tcase_add_test(tcase, random_loops);
    return built_run(tcase, "loops");
}
