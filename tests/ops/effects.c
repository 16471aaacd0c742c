/* effects.c: runs effects.wasm, translated as module `effects`: for each export what it returns or how
 * it traps, and what memory and the global hold then. A fresh instance for every row. */
#include "effects.h"
#include <stdio.h>
#include <string.h>

enum {
    OK = W2C_OK,
    MEM = W2C_TRAP_MEMORY_BOUNDS,
    DIV = W2C_TRAP_DIV_BY_ZERO,
    OVER = W2C_TRAP_INT_OVERFLOW,
    CONV = W2C_TRAP_INVALID_CONVERSION,
    TAB = W2C_TRAP_TABLE_BOUNDS,
    UNDEF = W2C_TRAP_UNDEFINED_ELEMENT,
    NULLEL = W2C_TRAP_NULL_ELEMENT,
    UNREACH = W2C_TRAP_UNREACHABLE,
    OUT = 65536,  /* the first byte outside */
    EDGE = 65533, /* an i32 from here reaches outside */
    NOWHERE = 0,
};
#define OLD 0x2c21160bu /* memory[16..19] */
#define WATCH 8         /* rows look at one word of memory; this address is always 0 */

typedef struct Row {
    const char *name;
    const char *args; /* letters as in w2c_type_letters */
    double a, b, c;
    int status;
    uint64_t result;
    uint32_t address, word; /* memory afterwards */
    uint32_t global;
} Row;

static const Row rows[] = {
    /* name, arguments, status, result, memory[address] = word, global */
    {"store_fault", "i", OUT, 0, 0, MEM, 0, 0, 1, 0},
    {"store_fault", "i", EDGE, 0, 0, MEM, 0, 0, 1, 0},
    {"store_fault", "i", EDGE - 1, 0, 0, OK, 0, 0, 1, 0},
    {"fault_store", "i", OUT, 0, 0, MEM, 0, 0, 0, 0},
    {"fault_store", "i", 16, 0, 0, OK, 0, 0, 1, 0},
    {"store_of_fault", "i", EDGE, 0, 0, MEM, 0, 0, 0, 0},
    {"store_of_fault", "i", 16, 0, 0, OK, 0, 0, OLD, 0},
    {"store_at_fault", "i", EDGE, 0, 0, MEM, 0, 65532, 0, 0},
    {"store_at_fault", "i", 65535, 0, 0, MEM, 0, 65532, 0, 0},
    {"store_at_fault", "i", 4294967295.0, 0, 0, MEM, 0, 0, 0, 0},
    {"store64_at_fault", "i", 65529, 0, 0, MEM, 0, 65532, 0, 0},
    {"two_stores", "i", OUT, 0, 0, MEM, 0, 0, 1, 0},
    {"two_stores", "i", 0, 0, 0, OK, 0, 0, 2, 0},
    {"two_stores_divide", "i", 0, 0, 0, DIV, 0, 0, 1, 0},
    {"two_stores_divide", "i", 2, 0, 0, OK, 4, 0, 2, 0},
    {"store_trap_store_other", "i", OUT, 0, 0, MEM, 0, 0, 1, 0},
    {"overwritten_before_trap", "i", OUT, 0, 0, MEM, 0, 0, 2, 0},
    {"store_unreachable", "", 0, 0, 0, UNREACH, 0, 4, 6, 0},
    {"store_callee_traps", "i", OUT, 0, 0, MEM, 0, 0, 1, 0},
    {"store_callee_traps", "i", OUT, 0, 0, MEM, 0, 4, 9, 0},
    {"load_before_store", "i", 5, 0, 0, OK, OLD, 16, 5, 0},
    {"fill_until_fault", "i", 65500, 0, 0, MEM, 0, 65532, 0xcccccccc, 0},
    {"fill_until_fault", "i", 20, 0, 0, MEM, 0, 16, OLD, 0},
    {"fill_until_fault", "i", 24, 0, 0, MEM, 0, 65532, 0xcccccccc, 0},
    {"copy_until_fault", "ii", 65520, 16, 0, MEM, 0, 65520, OLD, 0},
    {"copy_until_fault", "ii", 20, 16, 0, MEM, 0, 65532, OLD, 0}, /* overlapping, forwards */
    {"copy_until_fault", "ii", 0, 16, 0, MEM, 0, 0, OLD, 0},
    {"count_until_fault", "i", 0, 0, 0, MEM, 0, WATCH, 0, 17},
    {"dropped_load", "i", OUT, 0, 0, MEM, 0, WATCH, 0, 0},
    {"dropped_load", "i", 0, 0, 0, OK, 0, WATCH, 0, 0},
    {"dropped_f64", "i", 65529, 0, 0, MEM, 0, WATCH, 0, 0},
    {"load_and_0", "i", OUT, 0, 0, MEM, 0, WATCH, 0, 0},
    {"load_and_0", "i", 16, 0, 0, OK, 0, WATCH, 0, 0},
    {"load_times_0", "i", OUT, 0, 0, MEM, 0, WATCH, 0, 0},
    {"load_shifted_out", "i", OUT, 0, 0, MEM, 0, WATCH, 0, 0},
    {"v_minus_v", "i", OUT, 0, 0, MEM, 0, WATCH, 0, 0},
    {"v_minus_v", "i", 16, 0, 0, OK, 0, WATCH, 0, 0},
    {"v_xor_v", "i", OUT, 0, 0, MEM, 0, WATCH, 0, 0},
    {"set_and_forgotten", "i", OUT, 0, 0, MEM, 0, WATCH, 0, 0},
    {"empty_if", "i", OUT, 0, 0, MEM, 0, WATCH, 0, 0},
    {"br_if_next", "i", OUT, 0, 0, MEM, 0, WATCH, 0, 0},
    {"br_table_next", "i", OUT, 0, 0, MEM, 0, WATCH, 0, 0},
    {"compare_unused", "i", OUT, 0, 0, MEM, 0, WATCH, 0, 0},
    {"select_other", "i", OUT, 0, 0, MEM, 0, WATCH, 0, 0},
    {"select_other", "i", 0, 0, 0, OK, 1, WATCH, 0, 0},
    {"select_divides", "i", 0, 0, 0, DIV, 0, WATCH, 0, 0},
    {"select_condition", "i", OUT, 0, 0, MEM, 0, WATCH, 0, 0},
    {"far_offset", "i", 4294967295.0, 0, 0, MEM, 0, WATCH, 0, 0},
    {"far_offset", "i", 0, 0, 0, MEM, 0, WATCH, 0, 0},
    {"far_offset", "i", 1, 0, 0, MEM, 0, WATCH, 0, 0},
    {"no_wrap", "i", 4294967280.0, 0, 0, MEM, 0, WATCH, 0, 0},
    {"no_wrap", "i", 0, 0, 0, OK, OLD, WATCH, 0, 0},
    {"load_div", "ii", OUT, 0, 0, MEM, 0, WATCH, 0, 0},
    {"load_div", "ii", 0, 0, 0, DIV, 0, WATCH, 0, 0},
    {"div_load", "ii", OUT, 0, 0, DIV, 0, WATCH, 0, 0},
    {"div_load", "ii", OUT, 1, 0, MEM, 0, WATCH, 0, 0},
    {"store_of_div", "ii", OUT, 0, 0, DIV, 0, WATCH, 0, 0},
    {"store_load_div", "ii", OUT, 0, 0, MEM, 0, WATCH, 0, 0},
    {"store_load_div", "ii", 0, 0, 0, DIV, 0, WATCH, 0, 0},
    {"div_in_address", "ii", OUT, 0, 0, DIV, 0, WATCH, 0, 0},
    {"div_in_address", "ii", OUT, 1, 0, MEM, 0, WATCH, 0, 0},
    {"trunc_load", "di", 1e10, OUT, 0, OVER, 0, WATCH, 0, 0},
    {"trunc_load", "di", 0.0 / 0.0, OUT, 0, CONV, 0, WATCH, 0, 0},
    {"trunc_load", "di", 1, OUT, 0, MEM, 0, WATCH, 0, 0},
    {"load_trunc", "di", 1e10, OUT, 0, MEM, 0, WATCH, 0, 0},
    {"load_trunc", "di", 1e10, 0, 0, OVER, 0, WATCH, 0, 0},
    {"load_unreachable", "i", OUT, 0, 0, MEM, 0, WATCH, 0, 0},
    {"load_unreachable", "i", 0, 0, 0, UNREACH, 0, WATCH, 0, 0},
    {"table_load", "ii", 4, OUT, 0, TAB, 0, WATCH, 0, 0},
    {"table_load", "ii", 1, OUT, 0, MEM, 0, WATCH, 0, 0},
    {"table_load", "ii", 1, 0, 0, OK, 1, WATCH, 0, 0},
    {"load_table", "ii", 4, OUT, 0, MEM, 0, WATCH, 0, 0},
    {"load_table", "ii", 4, 0, 0, TAB, 0, WATCH, 0, 0},
    {"indirect_argument", "ii", OUT, 99, 0, MEM, 0, WATCH, 0, 0},
    {"indirect_argument", "ii", 0, 99, 0, UNDEF, 0, WATCH, 0, 0},
    {"indirect_argument", "ii", 0, 1, 0, NULLEL, 0, WATCH, 0, 0},
    {"indirect_index", "ii", 0, OUT, 0, DIV, 0, WATCH, 0, 0},
    {"indirect_index", "ii", 1, OUT, 0, MEM, 0, WATCH, 0, 0},
    {"indirect_index", "ii", 1, 0, 0, OK, 1, WATCH, 0, 0},
    {"indirect_after_store", "i", 4, 0, 0, UNDEF, 0, 0, 1, 0},
    {"indirect_after_store", "i", 0, 0, 0, OK, 49, 0, 1, 0},
    {"if_condition", "ii", OUT, 0, 0, DIV, 0, WATCH, 0, 0},
    {"if_condition", "ii", OUT, 1, 0, MEM, 0, WATCH, 0, 0},
    {"if_condition", "ii", 0, 1, 0, OK, 3, WATCH, 0, 0},
    {"block_argument", "ii", OUT, 0, 0, MEM, 0, WATCH, 0, 0},
    {"block_argument", "ii", 16, 0, 0, DIV, 0, WATCH, 0, 0},
    {"block_argument", "ii", 16, 1, 0, OK, OLD, WATCH, 0, 0},
    {"call_argument", "ii", OUT, 0, 0, DIV, 0, WATCH, 0, 0},
    {"call_argument", "ii", OUT, 1, 0, MEM, 0, WATCH, 0, 0},
    {"both_divide", "ii", -1, 0, 0, OVER, 0, WATCH, 0, 0},
    {"both_divide", "ii", 0, 0, 0, DIV, 0, WATCH, 0, 0},
    {"both_divide", "ii", 1, 0, 0, DIV, 0, WATCH, 0, 0},
    {"dropped_div", "i", 0, 0, 0, DIV, 0, WATCH, 0, 0},
    {"dropped_rem64", "l", 0, 0, 0, DIV, 0, WATCH, 0, 0},
    {"dropped_overflow", "i", -1, 0, 0, OVER, 0, WATCH, 0, 0},
    {"dropped_trunc", "d", -1, 0, 0, OVER, 0, WATCH, 0, 0},
    {"dropped_trunc", "d", 0.0 / 0.0, 0, 0, CONV, 0, WATCH, 0, 0},
    {"dropped_trunc", "d", -0.5, 0, 0, OK, 0, WATCH, 0, 0},
    {"div_constants", "", 0, 0, 0, DIV, 0, WATCH, 0, 0},
    {"rem_min", "", 0, 0, 0, OK, 0, WATCH, 0, 0},
    {"global_fault", "i", OUT, 0, 0, MEM, 0, WATCH, 0, 5},
    {"fault_global", "i", OUT, 0, 0, MEM, 0, WATCH, 0, 0},
    {"global_of_fault", "i", OUT, 0, 0, MEM, 0, WATCH, 0, 0},
    {"two_globals", "i", OUT, 0, 0, MEM, 0, WATCH, 0, 5},
    {"two_globals", "i", 0, 0, 0, OK, 0, WATCH, 0, 6},
    {"global_divide", "i", 0, 0, 0, DIV, 0, WATCH, 0, 5},
    {"global_get_set", "", 0, 0, 0, OK, 0, WATCH, 0, 5},
    {"global_get_call", "", 0, 0, 0, OK, 100, WATCH, 0, 8},
    {"get_tee", "i", 10, 0, 0, OK, 7, WATCH, 0, 0},
    {"tee_get", "i", 10, 0, 0, OK, 0, WATCH, 0, 0},
    {"swap", "ii", 10, 3, 0, OK, (uint32_t)-7, WATCH, 0, 0},
    {"get_set_in_block", "i", 60, 0, 0, OK, 10, WATCH, 0, 0},
    {"get_set_in_loop", "i", 6, 0, 0, OK, 6, WATCH, 0, 0},
    {"size_grow", "", 0, 0, 0, OK, 0, WATCH, 0, 0},
    {"grow_size", "", 0, 0, 0, OK, (uint32_t)-9, WATCH, 0, 0},
    {"grow_then_size", "", 0, 0, 0, OK, 12, WATCH, 0, 0},
    {"store_grow_load", "i", 70000, 0, 0, OK, 7, 70000, 7, 0},
    {"load_grow", "i", 70000, 0, 0, MEM, 0, WATCH, 0, 0},
    {"fill_partly_out", "ii", 65532, 5, 0, MEM, 0, 65532, 0, 0},
    {"fill_partly_out", "ii", 65532, 4, 0, OK, 0, 65532, 0x07070707, 0},
    {"fill_partly_out", "ii", 65536, 0, 0, OK, 0, WATCH, 0, 0},
    {"fill_partly_out", "ii", 65537, 0, 0, MEM, 0, WATCH, 0, 0},
    {"copy_partly_out", "iii", 65532, 16, 5, MEM, 0, 65532, 0, 0},
    {"copy_partly_out", "iii", 0, 65533, 4, MEM, 0, 0, 0, 0},
    {"copy_partly_out", "iii", 18, 16, 4, OK, 0, 16, 0x160b160b, 0},
    {"copy_partly_out", "iii", 14, 16, 4, OK, 0, 16, 0x2c212c21, 0},
    {"init_partly_out", "iii", 65532, 0, 5, MEM, 0, 65532, 0, 0},
    {"init_partly_out", "iii", 65533, 0, 4, MEM, 0, 65532, 0, 0},
    {"init_partly_out", "iii", 0, 1, 3, OK, 0, 0, 0x646362, 0},
    {"init_dropped", "", 0, 0, 0, MEM, 0, 0, 0, 0},
    {"load_fill", "i", 16, 0, 0, OK, OLD, 16, 0, 0},
    {"table_get_set", "", 0, 0, 0, OK, 0, WATCH, 0, 0},
    {"table_size_grow", "", 0, 0, 0, OK, 0, WATCH, 0, 0},
    {"table_copy_out", "i", 2, 0, 0, TAB, 0, WATCH, 0, 0},
    {"table_copy_out", "i", 1, 0, 0, OK, 0, WATCH, 0, 0},
    {"table_null", "i", 1, 0, 0, OK, 1, WATCH, 0, 0},
    {"results_in_order", "i", 5, 0, 0, OK, 5 + 16, WATCH, 0, 0},
    {"loop_rotates", "i", 1, 0, 0, OK, 2 + ((4 + (1 << 8)) << 8), WATCH, 0, 0},
    {"loop_rotates", "i", 3, 0, 0, OK, 1 + ((2 + (4 << 8)) << 8), WATCH, 0, 0},
};

static w2c_value argument(char letter, double x) {
    w2c_value v;
    memset(&v, 0, sizeof v);
    if (letter == 'i') v.i32 = x < 0 ? (uint32_t)(int32_t)x : (uint32_t)x;
    if (letter == 'l') v.i64 = (uint64_t)(int64_t)x;
    if (letter == 'f') v.f32 = (float)x;
    if (letter == 'd') v.f64 = x;
    return v;
}

static int run_row(const Row *row) {
    w2c_error error;
    w2c_config config;
    memset(&config, 0, sizeof config);
    config.error = &error;
    effects *m = NULL;
    if (effects_new(&m, NULL, &config) != W2C_OK) {
        printf("no instance: %s\n", error.text);
        return 1;
    }
    w2c_extern function;
    w2c_value args[3], results[3];
    memset(results, 0, sizeof results);
    int bad = 1;
    if (!w2c_export_find(effects_instance(m), w2c_name_of(row->name), &function)) {
        printf("no export %s\n", row->name);
    } else {
        const double x[3] = {row->a, row->b, row->c};
        for (size_t i = 0; i < strlen(row->args); i++)
            args[i] = argument(row->args[i], x[i]);
        const w2c_status status = w2c_call(function.func, args, results);
        const char *letters = w2c_type_letters(w2c_func_type(function.func));
        const char *out = strchr(letters, '_') + 1;
        uint64_t result = *out == 'i' ? results[0].i32 : *out == 'l' ? results[0].i64 : 0;
        uint32_t word;
        memcpy(&word, w2c_memory_data(effects_x_memory(m)) + row->address, sizeof word);
        const uint32_t global = *effects_x_g(m);
        bad = (int)status != row->status || (status == W2C_OK && result != row->result) ||
              word != row->word || global != row->global;
        if (bad)
            printf(
                "%s(%g, %g, %g): %s, result %llu, memory[%u] = 0x%x, global %u; wanted %s, %llu, "
                "0x%x, %u\n",
                row->name, row->a, row->b, row->c, w2c_status_text(status),
                (unsigned long long)result, row->address, word, global,
                w2c_status_text((w2c_status)row->status), (unsigned long long)row->result,
                row->word, row->global);
    }
    effects_delete(m);
    return bad;
}

int main(void) {
    int failed = 0;
    const size_t count = sizeof rows / sizeof *rows;
    if (!w2c_init_traps()) return 2;
    for (size_t i = 0; i < count; i++)
        failed += run_row(&rows[i]);
    printf("%zu rows, %d failed\n", count, failed);
    return failed ? 1 : 0;
}
