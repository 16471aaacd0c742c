/* fixed.c: runs fixed.wasm, translated as module `fixed`: calls through tables that never change give and
 * trap as calls through those that may, in each of two instances. */
#include "fixed.h"
#include <stdio.h>
#include <string.h>

static int failed;

typedef struct Outcome {
    w2c_status status;
    uint32_t value;
} Outcome;

static Outcome call(fixed *m, const char *name, uint32_t slot, uint32_t arg) {
    w2c_extern function;
    w2c_value args[2], result;
    Outcome out = {W2C_INVALID, 0};
    memset(args, 0, sizeof args);
    memset(&result, 0, sizeof result);
    args[0].i32 = slot;
    args[1].i32 = arg;
    if (!w2c_export_find(fixed_instance(m), w2c_name_of(name), &function)) return out;
    out.status = w2c_call(function.func, args, &result);
    out.value = out.status == W2C_OK ? result.i32 : 0;
    return out;
}

static void expect(fixed *m, const char *name, uint32_t slot, w2c_status status, uint32_t value) {
    const Outcome got = call(m, name, slot, 20);
    if (got.status == status && got.value == value) return;
    failed++;
    printf("%s of slot %d: %s, %u; wanted %s, %u\n", name, (int)slot, w2c_status_text(got.status),
           (unsigned)got.value, w2c_status_text(status), (unsigned)value);
}

static void slots(fixed *m, const char *name) {
    const w2c_status null = W2C_TRAP_NULL_ELEMENT, none = W2C_TRAP_UNDEFINED_ELEMENT;
    expect(m, name, 0, null, 0);
    expect(m, name, 1, W2C_OK, 21);
    expect(m, name, 2, W2C_OK, 19);
    expect(m, name, 3, W2C_OK, 19);
    expect(m, name, 4, W2C_OK, 21);
    expect(m, name, 5, null, 0);
    expect(m, name, 6, W2C_TRAP_CALL_TYPE, 0);
    expect(m, name, 7, null, 0);
    expect(m, name, 8, none, 0);
    expect(m, name, 0x10000001, none, 0);
    expect(m, name, UINT32_MAX, none, 0);
}

static void wide_slots(fixed *m, const char *name) {
    expect(m, name, 0, W2C_TRAP_NULL_ELEMENT, 0);
    expect(m, name, 1, W2C_TRAP_CALL_TYPE, 0);
    expect(m, name, 6, W2C_OK, 40);
    expect(m, name, 8, W2C_TRAP_UNDEFINED_ELEMENT, 0);
}

int main(void) {
    static const char *const unary[] = {"t", "n", "w", "x", "g", "s", "tail_t", "tail_x"};
    fixed *m[2];
    uint32_t offset = 1;
    w2c_import imports[1] = {{"host", "offset", {.kind = W2C_GLOBAL}}};
    imports[0].value.global = (w2c_global){.value = &offset, .type = "i32"};
    const w2c_imports given = {imports, 1, NULL, 0, NULL, NULL};
    if (!w2c_init_traps() || fixed_new(&m[0], &given, NULL) != W2C_OK ||
        fixed_new(&m[1], &given, NULL) != W2C_OK)
        return 2;
    for (size_t i = 0; i < sizeof unary / sizeof *unary; i++)
        slots(m[0], unary[i]);
    wide_slots(m[0], "wt");
    wide_slots(m[0], "wx");
    expect(m[0], "t_of", 0, W2C_TRAP_NULL_ELEMENT, 0);
    expect(m[0], "t_of", 1, W2C_OK, 21);
    expect(m[0], "t_of", 2, W2C_OK, 19);
    expect(m[0], "t_of", 3, W2C_TRAP_CALL_TYPE, 0);
    expect(m[0], "t_of", 4, W2C_TRAP_UNDEFINED_ELEMENT, 0);
    /* whose function it was: each instance counts its own */
    expect(m[0], "calls", 0, W2C_OK, 2 * 8 + 1);
    expect(m[1], "calls", 0, W2C_OK, 0);
    expect(m[1], "t", 1, W2C_OK, 21);
    expect(m[1], "t_of", 1, W2C_OK, 21);
    expect(m[1], "calls", 0, W2C_OK, 2);
    /* what is written to has changed, what is only read has not */
    expect(m[0], "write", 1, W2C_OK, 0);
    expect(m[0], "s", 1, W2C_OK, 19);
    expect(m[0], "g", 0, W2C_TRAP_NULL_ELEMENT, 0);
    expect(m[0], "t", 1, W2C_OK, 21);
    fixed_delete(m[0]);
    fixed_delete(m[1]);
    return failed != 0;
}
