/* floats.c: runs floats.wasm, translated as module `floats`: arguments and results as bits.
 * With an argument "canonical" NaN results of arithmetic must be the positive canonical NaN
 * (--canonical-nans); without, any quiet NaN where the specification says "arithmetic NaN". */
#include "floats.h"
#include <stdio.h>
#include <string.h>

/* S: signalling NaN with a payload, Q: the same made quiet, C: canonical NaN */
#define FS 0x7fa00001u
#define FS_NEG 0xffa00001u
#define FC 0x7fc00000u
#define F0 0u
#define FM0 0x80000000u
#define F1 0x3f800000u
#define FM1 0xbf800000u
#define FINF 0x7f800000u
#define DS 0x7ff4000000000001u
#define DC 0x7ff8000000000000u
#define DM0 0x8000000000000000u
#define D1 0x3ff0000000000000u
#define DINF 0x7ff0000000000000u

typedef enum Want {
    EXACT,
    ARITHMETIC, /* a quiet NaN of any payload */
    CANONICAL,  /* the canonical NaN of any sign */
} Want;

typedef struct Row {
    const char *name;
    uint64_t a, b, c, result;
    Want want;
} Row;

static const Row rows[] = {
    {"f_mul_1", FS, 0, 0, 0, ARITHMETIC},
    {"f_mul_1", FM0, 0, 0, FM0, EXACT},
    {"f_1_mul", FS_NEG, 0, 0, 0, ARITHMETIC},
    {"f_mul_m1", FS, 0, 0, 0, ARITHMETIC},
    {"f_mul_m1", F0, 0, 0, FM0, EXACT},
    {"f_div_1", FS, 0, 0, 0, ARITHMETIC},
    {"f_div_m1", FS, 0, 0, 0, ARITHMETIC},
    {"f_sub_0", FS, 0, 0, 0, ARITHMETIC},
    {"f_sub_0", FM0, 0, 0, FM0, EXACT},
    {"f_add_m0", FS, 0, 0, 0, ARITHMETIC},
    {"f_add_m0", FM0, 0, 0, FM0, EXACT},
    {"f_add_0", FS, 0, 0, 0, ARITHMETIC},
    {"f_add_0", FM0, 0, 0, F0, EXACT},
    {"f_m0_sub", FS, 0, 0, 0, ARITHMETIC},
    {"f_m0_sub", F0, 0, 0, FM0, EXACT},
    {"f_0_sub", FS, 0, 0, 0, ARITHMETIC},
    {"f_0_sub", F0, 0, 0, F0, EXACT},
    {"f_min_self", FS, 0, 0, 0, ARITHMETIC},
    {"f_max_self", FS, 0, 0, 0, ARITHMETIC},
    {"f_demote_promote", FS, 0, 0, 0, ARITHMETIC},
    {"f_demote_promote", 1, 0, 0, 1, EXACT},
    {"f_local_one", FS, 0, 0, 0, ARITHMETIC},
    {"f_local_zero", FS, 0, 0, 0, ARITHMETIC},
    {"f_global_one", FS, 0, 0, 0, ARITHMETIC},
    {"f_inlined_one", FS, 0, 0, 0, ARITHMETIC},
    {"f_selected_one", FS, 0, 0, 0, ARITHMETIC},
    {"f_block_one", FS, 0, 0, 0, ARITHMETIC},
    /* bit operations keep signalling NaNs as they are */
    {"f_abs_neg", FS_NEG, 0, 0, FS, EXACT},
    {"f_neg", FS, 0, 0, FS_NEG, EXACT},
    {"f_copysign", FS, FM1, 0, FS_NEG, EXACT},
    {"f_bits", FS, 0, 0, FS, EXACT},
    {"f_snan", 0, 0, 0, 0xffa00001u, EXACT},
    {"f_through_memory", FS, 0, 0, FS, EXACT},
    {"f_through_call", FS, 0, 0, FS, EXACT},
    /* rounding */
    {"f_ceil", FS, 0, 0, 0, ARITHMETIC},
    {"f_ceil", 0xbf000000u, 0, 0, FM0, EXACT},
    {"f_floor", FS, 0, 0, 0, ARITHMETIC},
    {"f_floor", FM0, 0, 0, FM0, EXACT},
    {"f_trunc", FS, 0, 0, 0, ARITHMETIC},
    {"f_trunc", 0xbf7fffffu, 0, 0, FM0, EXACT},
    {"f_nearest", FS, 0, 0, 0, ARITHMETIC},
    {"f_nearest", 0x40200000u, 0, 0, 0x40000000u, EXACT}, /* 2.5 -> 2 */
    {"f_nearest", 0xbf000000u, 0, 0, FM0, EXACT},         /* -0.5 -> -0 */
    {"f_sqrt", FS, 0, 0, 0, ARITHMETIC},
    {"f_sqrt", FM1, 0, 0, 0, CANONICAL},
    {"f_sqrt", FM0, 0, 0, FM0, EXACT},
    /* min and max */
    {"f_min", F0, FM0, 0, FM0, EXACT},
    {"f_min", FM0, F0, 0, FM0, EXACT},
    {"f_max", F0, FM0, 0, F0, EXACT},
    {"f_max", FM0, F0, 0, F0, EXACT},
    {"f_min", FS, F1, 0, 0, ARITHMETIC},
    {"f_min", F1, FS, 0, 0, ARITHMETIC},
    {"f_max", FC, FINF, 0, 0, CANONICAL},
    {"f_max", FINF, FC, 0, 0, CANONICAL},
    {"f_min", FINF, F1, 0, F1, EXACT},
    /* NaNs out of nothing */
    {"f_div", F0, F0, 0, 0, CANONICAL},
    {"f_div", F1, FM0, 0, 0xff800000u, EXACT},
    {"f_0_div_0", 0, 0, 0, 0, CANONICAL},
    {"f_inf_sub_inf", 0, 0, 0, 0, CANONICAL},
    {"f_sub_self", FINF, 0, 0, 0, CANONICAL},
    {"f_sub_self", FS, 0, 0, 0, ARITHMETIC},
    {"f_sub_self", F1, 0, 0, F0, EXACT},
    {"f_div_self", F0, 0, 0, 0, CANONICAL},
    {"f_div_self", FS, 0, 0, 0, ARITHMETIC},
    /* (1 + 2^-13)(1 - 2^-13) - 1: 0 in two roundings, -2^-26 in one */
    {"f_fused", 0x3f800400u, 0x3f7ff800u, FM1, F0, EXACT},
    {"f_fused_sub", 0x3f800400u, 0x3f7ff800u, F1, F0, EXACT},
    {"f_ne_self", FC, 0, 0, 1, EXACT},
    {"f_ne_self", FINF, 0, 0, 0, EXACT},
    {"f_not_less", FC, F1, 0, 1, EXACT},
    {"f_not_less", F0, F1, 0, 0, EXACT},
    {"f_eqz_ge", F1, FC, 0, 1, EXACT},

    {"d_mul_1", DS, 0, 0, 0, ARITHMETIC},
    {"d_mul_m1", DS, 0, 0, 0, ARITHMETIC},
    {"d_div_1", DS, 0, 0, 0, ARITHMETIC},
    {"d_sub_0", DS, 0, 0, 0, ARITHMETIC},
    {"d_add_m0", DS, 0, 0, 0, ARITHMETIC},
    {"d_m0_sub", DS, 0, 0, 0, ARITHMETIC},
    {"d_m0_sub", 0, 0, 0, DM0, EXACT},
    {"d_min_self", DS, 0, 0, 0, ARITHMETIC},
    {"d_local_zero", DS, 0, 0, 0, ARITHMETIC},
    {"d_promote", FS, 0, 0, 0, ARITHMETIC},
    {"d_promote", FM0, 0, 0, DM0, EXACT},
    {"d_demote", DS, 0, 0, 0, ARITHMETIC},
    {"d_demote", 0x7fefffffffffffffu, 0, 0, FINF, EXACT},
    {"d_nearest", DS, 0, 0, 0, ARITHMETIC},
    {"d_nearest", 0x4330000000000001u, 0, 0, 0x4330000000000001u, EXACT},
    {"d_sqrt", DM0, 0, 0, DM0, EXACT},
    {"d_min", 0, DM0, 0, DM0, EXACT},
    {"d_max", DM0, 0, 0, 0, EXACT},
    {"d_max", DS, DINF, 0, 0, ARITHMETIC},
    {"d_0_div_0", 0, 0, 0, 0, CANONICAL},
    {"d_fused", 0x3ff0000000400000u, 0x3fefffffff800000u, 0xbff0000000000000u, 0, EXACT},
    {"d_through_memory", DS, 0, 0, DS, EXACT},
    {"d_global_bits", 0, 0, 0, 0x7ff4000000000001u, EXACT},
    {"d_sum_loop", 0x3ff0000000400000u, 0x3fefffffff800000u, 0, 0, EXACT},
    {"d_sum_loop", DS, D1, 0, 0, ARITHMETIC},
};

static bool nan_fits(bool wide, uint64_t bits, Want want, bool canonical) {
    const uint64_t quiet = wide ? DC : FC, sign = wide ? DM0 : FM0;
    if (canonical) return bits == quiet;
    if (want == CANONICAL) return (bits & ~sign) == quiet;
    return (bits & quiet) == quiet;
}

static int run_row(floats *m, const Row *row, bool canonical) {
    w2c_extern function;
    if (!w2c_export_find(floats_instance(m), w2c_name_of(row->name), &function)) {
        printf("no export %s\n", row->name);
        return 1;
    }
    const char *letters = w2c_type_letters(w2c_func_type(function.func));
    const char out = strchr(letters, '_')[1];
    const uint64_t bits[3] = {row->a, row->b, row->c};
    w2c_value args[3], result;
    for (int i = 0; i < 3; i++) {
        args[i].i64 = 0;
        if (letters[i] == 'd')
            args[i].i64 = bits[i];
        else
            args[i].i32 = (uint32_t)bits[i];
        if (letters[i] == '_') break;
    }
    const w2c_status status = w2c_call(function.func, args, &result);
    const bool wide = out == 'd';
    const uint64_t got = wide ? result.i64 : result.i32;
    const bool good =
        status == W2C_OK &&
        (row->want == EXACT ? got == row->result : nan_fits(wide, got, row->want, canonical));
    if (!good)
        printf("%s(0x%llx, 0x%llx, 0x%llx): %s, 0x%llx; wanted %s 0x%llx\n", row->name,
               (unsigned long long)row->a, (unsigned long long)row->b, (unsigned long long)row->c,
               w2c_status_text(status), (unsigned long long)got,
               row->want == EXACT ? "exactly" : "a quiet NaN:", (unsigned long long)row->result);
    return !good;
}

int main(int argc, char **argv) {
    const bool canonical = argc > 1 && strcmp(argv[1], "canonical") == 0;
    const size_t count = sizeof rows / sizeof *rows;
    int failed = 0;
    floats *m;
    if (!w2c_init_traps() || floats_new(&m, NULL, NULL) != W2C_OK) return 2;
    for (size_t i = 0; i < count; i++)
        failed += run_row(m, &rows[i], canonical);
    floats_delete(m);
    printf("%zu rows, %d failed\n", count, failed);
    return failed ? 1 : 0;
}
