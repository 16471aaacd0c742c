/* test_narrow.c: constants that lose bits (lower/narrow_constants.h) against the interpreter: random functions of small
 * numbers, with masks, shifts, extensions, ways that part and meet, loops, called with random arguments. Bounded and
 * deterministic; W2C_LONG=1: more seeds. W2C_SEED=N: that seed alone. */
#include <check.h>
#include "interp/interp.h"
#include "../loops/built.h"
#include "../loops/random.h"
#include "../loops/wasm_bytes.h"

enum { FUNCS = 60, CALLS = 24, DEEPEST = 4, LOCALS = 4, MEMORY = 256 };
/* (i32, i32, i64, i64) -> i64; then locals of the same types, and a counter for each depth of loops */
enum { FIRST_COUNTER = 2 * LOCALS, BLOCK_TYPE_I32 = 1 };
enum { I32 = 0x7f, I64 = 0x7e };

typedef struct Gen {
    Bytes code;
    Random *random;
    unsigned loops; /* open ones */
    int room;
} Gen;

/* ---- code ------------------------------------------------------------------------------------ */

static unsigned pick(Gen *g, unsigned below) {
    return any(g->random, below);
}

static void op(Gen *g, unsigned code) {
    put(&g->code, code);
    g->room--;
}

static void with(Gen *g, unsigned code, uint32_t immediate) {
    op(g, code);
    put_u(&g->code, immediate);
}

static void number(Gen *g, bool wide, int64_t value) {
    op(g, wide ? 0x42 : 0x41);
    put_s(&g->code, wide ? value : (int32_t)value);
}

static unsigned some_local(Gen *g, bool wide) {
    return pick(g, 2) * LOCALS + 2 * (unsigned)wide + pick(g, 2);
}

static void widened(Gen *g, bool wide) { /* a small number with copies of its sign */
    unsigned bits = 1 + pick(g, wide && pick(g, 3) == 0 ? 48 : 20);
    number(g, wide,
           -(int64_t)(1 + (uint64_t)pick(g, 1u << 30) * pick(g, 9) % ((uint64_t)1 << bits)));
}

static void mask(Gen *g, bool wide) { /* of the lowest bits, or of some above them */
    static const unsigned widths[] = {8, 16, 15, 1, 4, 12, 24, 31};
    int64_t bits = ((int64_t)1 << widths[pick(g, 8)]) - 1;
    number(g, wide, pick(g, 3) ? bits : bits << pick(g, 24));
    op(g, wide ? 0x83 : 0x71);
}

static void expression(Gen *g, bool wide, unsigned depth);

static void by_constant(Gen *g, bool wide, unsigned depth) {
    static const uint8_t logic[] = {0x71, 0x72, 0x73, 0x73};
    unsigned code = logic[pick(g, 4)] + (wide ? 0x12u : 0);
    bool first = pick(g, 4) == 0;
    if (first) widened(g, wide);
    expression(g, wide, depth - 1);
    if (!first) widened(g, wide);
    op(g, code);
}

static void shifted(Gen *g, bool wide, unsigned depth) {
    expression(g, wide, depth - 1);
    if (pick(g, 4))
        number(g, wide, pick(g, 3) ? 1 + pick(g, 3) : pick(g, 5) ? pick(g, 20) : pick(g, 100));
    else
        expression(g, wide, depth - 1);
    op(g, 0x74 + (wide ? 0x12u : 0) + (pick(g, 8) ? pick(g, 3) : 3 + pick(g, 2)));
}

static void extended(Gen *g, bool wide, unsigned depth) {
    if (wide && pick(g, 2)) {
        expression(g, false, depth - 1);
        op(g, 0xac + pick(g, 2));
    } else if (!wide && pick(g, 2)) {
        expression(g, true, depth - 1);
        op(g, 0xa7);
    } else {
        expression(g, wide, depth - 1);
        op(g, wide ? 0xc2 + pick(g, 3) : 0xc0 + pick(g, 2));
    }
}

static void condition(Gen *g, unsigned depth) {
    bool wide = pick(g, 3) == 0;
    expression(g, wide, depth);
    if (pick(g, 2)) mask(g, wide);
    if (wide)
        op(g, 0x50); /* eqz */
    else if (pick(g, 2))
        op(g, 0x45);
}

static void block_value(Gen *g, unsigned depth) { /* i32 */
    with(g, 0x02, I32);
    expression(g, false, depth - 1);
    condition(g, depth - 1);
    with(g, 0x0d, 0);
    op(g, 0x1a);
    expression(g, false, depth - 1);
    op(g, 0x0b);
}

static void if_value(Gen *g, bool wide, unsigned depth) {
    condition(g, depth - 1);
    with(g, 0x04, wide ? I64 : I32);
    expression(g, wide, depth - 1);
    op(g, 0x05);
    expression(g, wide, depth - 1);
    op(g, 0x0b);
}

static void expression(Gen *g, bool wide, unsigned depth) {
    switch (depth && g->room > 0 ? pick(g, 16) : 0) {
    case 0:
    case 1:
    case 2:
        if (pick(g, 6))
            with(g, 0x20, some_local(g, wide));
        else
            number(g, wide, (int64_t)pick(g, 70000) - 35000);
        return;
    case 3:
    case 4:
    case 5:
        by_constant(g, wide, depth);
        return;
    case 6:
    case 7:
        shifted(g, wide, depth);
        return;
    case 8:
        extended(g, wide, depth);
        return;
    case 9:
    case 10:
        expression(g, wide, depth - 1);
        mask(g, wide);
        return;
    case 11:
        expression(g, wide, depth - 1);
        expression(g, wide, depth - 1);
        condition(g, depth - 1);
        op(g, 0x1b); /* select */
        return;
    case 12:
        if (!wide) {
            block_value(g, depth);
            return;
        } /* fall through */
    case 13:
        if_value(g, wide, depth);
        return;
    default:
        expression(g, wide, depth - 1);
        expression(g, wide, depth - 1);
        op(g, (wide ? 0x7c : 0x6a) + pick(g, 3)); /* add, sub, mul */
    }
}

/* ---- statements ------------------------------------------------------------------------------ */

static void statements(Gen *g, unsigned depth);

static void assign(Gen *g) {
    bool wide = pick(g, 3) == 0;
    expression(g, wide, DEEPEST);
    if (pick(g, 3) == 0) mask(g, wide);
    with(g, 0x21, some_local(g, wide));
}

static void store(Gen *g) {
    static const uint8_t stores[][2] = {{0x36, 2}, {0x3a, 0}, {0x3b, 1}, {0x37, 3},
                                        {0x3c, 0}, {0x3d, 1}, {0x3e, 2}};
    unsigned which = pick(g, 7);
    with(g, 0x20, some_local(g, false));
    number(g, false, MEMORY - 8);
    op(g, 0x71);
    expression(g, which >= 3, 3);
    op(g, stores[which][0]);
    put(&g->code, stores[which][1]);
    put(&g->code, 0);
}

/* An arm may skip what stands behind. */
static void arms(Gen *g, unsigned depth) {
    with(g, 0x02, 0x40);
    condition(g, 2);
    with(g, 0x04, 0x40);
    statements(g, depth - 1);
    if (pick(g, 2)) with(g, 0x0c, 1);
    if (pick(g, 2)) {
        op(g, 0x05);
        statements(g, depth - 1);
    }
    op(g, 0x0b);
    assign(g);
    op(g, 0x0b);
}

/* Blocks inside each other; a table or a condition leaves some of them. */
static void blocks(Gen *g, unsigned depth) {
    unsigned count = 1 + pick(g, 3);
    for (unsigned i = 0; i < count; i++)
        with(g, 0x02, 0x40);
    statements(g, depth - 1);
    if (pick(g, 2)) {
        expression(g, false, 2);
        with(g, 0x0e, count);
        for (unsigned i = 0; i <= count; i++)
            put_u(&g->code, pick(g, count));
    } else {
        condition(g, 2);
        with(g, 0x0d, pick(g, count));
    }
    for (unsigned i = 0; i < count; i++) {
        op(g, 0x0b);
        if (i + 1 < count) assign(g);
    }
}

/* A few turns, or more of them than a word has bits; with a value that goes around, perhaps. */
static void loop(Gen *g, unsigned depth) {
    unsigned counter = FIRST_COUNTER + g->loops++;
    bool value = pick(g, 3) == 0;
    number(g, false, 1 + pick(g, pick(g, 3) ? 4 : 80));
    with(g, 0x21, counter);
    if (value) expression(g, false, 2);
    with(g, 0x03, value ? BLOCK_TYPE_I32 : 0x40);
    if (value) {
        unsigned kept = some_local(g, false);
        with(g, 0x21, kept);
        statements(g, depth - 1);
        with(g, 0x20, kept);
        by_constant(g, false, 2);
        op(g, 0x73);
    } else {
        statements(g, depth - 1);
    }
    with(g, 0x20, counter);
    number(g, false, 1);
    op(g, 0x6b);
    with(g, 0x22, counter);
    with(g, 0x0d, 0);
    op(g, 0x0b);
    if (value) {
        mask(g, false);
        with(g, 0x21, some_local(g, false));
    }
    g->loops--;
}

static void statements(Gen *g, unsigned depth) {
    for (unsigned count = 1 + pick(g, 4); count && g->room > 0; count--)
        switch (depth ? pick(g, 9) : 0) {
        case 5:
            store(g);
            break;
        case 6:
            arms(g, depth);
            break;
        case 7:
            blocks(g, depth);
            break;
        case 8:
            loop(g, depth);
            break;
        default:
            assign(g);
        }
}

/* The end looks at a few bits. */
static Bytes function(Random *r) {
    Gen g = {.random = r, .room = 400};
    static const uint8_t locals[] = {3, 2, I32, 2, I64, DEEPEST, I32};
    for (unsigned i = 0; i < sizeof locals; i++)
        put(&g.code, locals[i]);
    statements(&g, 3);
    with(&g, 0x20, some_local(&g, false));
    if (pick(&g, 4)) mask(&g, false);
    op(&g, 0xad);
    with(&g, 0x20, some_local(&g, true));
    if (pick(&g, 4)) mask(&g, true);
    op(&g, 0x85);
    op(&g, 0x0b);
    return g.code;
}

static Bytes random_module(uint64_t seed) {
    Random r = {seed * 0x9e3779b97f4a7c15u + 1};
    Bytes out = {0}, part = {0};
    put_header(&out);
    static const uint8_t types[] = {2, 0x60, 4, I32, I32, I64, I64, 1, I64, 0x60, 1, I32, 1, I32};
    for (unsigned i = 0; i < sizeof types; i++)
        put(&part, types[i]);
    put_section(&out, 1, &part);
    put_u(&part, FUNCS);
    for (unsigned i = 0; i < FUNCS; i++)
        put(&part, 0);
    put_section(&out, 3, &part);
    for (unsigned i = 0; i < 3; i++) /* one memory of one page */
        put(&part, i != 1);
    put_section(&out, 5, &part);
    put_u(&part, FUNCS + 1);
    put_text(&part, "memory");
    put(&part, 2);
    put(&part, 0);
    for (unsigned i = 0; i < FUNCS; i++) {
        put_number_name(&part, i);
        put(&part, 0);
        put_u(&part, i);
    }
    put_section(&out, 7, &part);
    put_u(&part, FUNCS);
    for (unsigned i = 0; i < FUNCS; i++) {
        Bytes code = function(&r);
        put_u(&part, code.len);
        put_all(&part, &code);
        free(code.data);
    }
    put_section(&out, 10, &part);
    return out;
}

/* ---- comparing ------------------------------------------------------------------------------- */

static uint64_t call(w2c_instance *instance, unsigned number, const w2c_value *args,
                     uint64_t seed) {
    w2c_extern memory, found;
    w2c_value result = {.i64 = 0};
    char name[12];
    snprintf(name, sizeof name, "%u", number);
    ck_assert(w2c_export_find(instance, w2c_name_of("memory"), &memory));
    ck_assert(w2c_export_find(instance, w2c_name_of(name), &found));
    uint8_t *data = w2c_memory_data(memory.memory);
    memset(data, (int)seed, MEMORY);
    ck_assert_int_eq(w2c_call(found.func, args, &result), W2C_OK);
    for (unsigned i = 0; i < MEMORY; i++)
        result.i64 = result.i64 * 31 + data[i];
    return result.i64;
}

static void run_trial(uint64_t seed, const char *cc) {
    char folder[200], command[256];
    built_folder(folder, sizeof folder, "w2c-narrow");
    Bytes bytes = random_module(seed);
    snprintf(command, sizeof command, "%s/narrow.wasm",
             folder); /* for whoever looks at a failure */
    FILE *file = fopen(command, "wb");
    ck_assert(file && fwrite(bytes.data, 1, bytes.len, file) == bytes.len && fclose(file) == 0);
    Context ctx;
    Module read, read_interp;
    Interp *interp;
    w2c_instance *compiled, *interpreted;
    void *object;
    context_init(&ctx, alloc_default(), "narrow");
    ck_assert_msg(module_read(&ctx, (Slice){bytes.data, bytes.len}, &read), "%s", ctx.diag.text);
    ck_assert(module_read(&ctx, (Slice){bytes.data, bytes.len}, &read_interp));
    const w2c_module *module = built_module(&ctx, &read, (TranslateOptions){.name = "narrow"},
                                            folder, "narrow", cc, &object);
    ck_assert_int_eq(w2c_instance_new(module, &compiled, NULL, NULL), W2C_OK);
    ck_assert_int_eq(w2c_interp_load(&ctx, &read_interp, "narrow", &(InterpOptions){0}, &interp),
                     W2C_OK);
    ck_assert_int_eq(w2c_instance_new(w2c_interp_module(interp), &interpreted, NULL, NULL), W2C_OK);
    Random r = {seed * 77 + 5};
    for (unsigned i = 0; i < FUNCS * CALLS; i++) {
        w2c_value args[4];
        for (unsigned k = 0; k < 4; k++) {
            uint64_t bits = (uint64_t)any(&r, UINT32_MAX) << 33 ^
                            (uint64_t)any(&r, UINT32_MAX) << 20 ^ any(&r, UINT32_MAX);
            if (k < 2)
                args[k].i32 = (uint32_t)bits;
            else
                args[k].i64 = bits;
        }
        uint64_t got = call(compiled, i % FUNCS, args, i),
                 want = call(interpreted, i % FUNCS, args, i);
        ck_assert_msg(got == want, "%s, seed %llu, function %u: %llx compiled, %llx interpreted",
                      folder, (unsigned long long)seed, i % FUNCS, (unsigned long long)got,
                      (unsigned long long)want);
    }
    w2c_instance_delete(compiled);
    w2c_instance_delete(interpreted);
    w2c_interp_delete(interp);
    dlclose(object);
    module_free(&read);
    module_free(&read_interp);
    free(bytes.data);
    built_remove(folder);
}

START_TEST(random_functions) {
    const char *one = getenv("W2C_SEED"), *cc = getenv("W2C_CC");
    char command[200];
    snprintf(command, sizeof command, "%s -O1 -w", cc ? cc : "cc");
    for (uint64_t seed = 0; seed < (getenv("W2C_LONG") ? 200 : 8); seed++)
        if (!one || strtoull(one, NULL, 10) == seed) run_trial(seed, command);
}
END_TEST

int main(void) {
    w2c_init_traps();
    TCase *tcase = tcase_create("narrow");
    tcase_add_test(tcase, random_functions);
    return built_run(tcase, "narrow");
}
