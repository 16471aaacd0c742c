/* opcodes.c: the tables made from opcodes.def: what every op is, how the validator types it, and
 * which op a prefix and a code mean. The compiler computes all of it; nothing else in the
 * translator knows an opcode's number. */
#include <string.h>
#include "sig_rule.h"
#undef OP

#define OP(feature, prefix, code, name, text, imm, sig, fx, kind, c)                               \
    {prefix, FEATURE_##feature, IMM_##imm, FX_##fx, KIND_##kind, code, #name, text, #sig, c},
const OpInfo op_info[OP_COUNT] = {
#include "opcodes.def"
};
#undef OP

#define OP(feature, prefix, code, name, text, imm, sig, fx, kind, c)                               \
    [prefix ? prefix - OP_PREFIX_FIRST + 1 : 0][code] = OP_##name + 1,
const uint16_t op_of_code[OP_PREFIX_ROWS][OP_PREFIX_CODES] = {
#include "opcodes.def"
};
#undef OP

#define OP(feature, prefix, code, name, text, imm, sig, fx, kind, c) SIG_RULE(feature, imm, sig),
const OpRule op_rules[OP_COUNT] = {
#include "opcodes.def"
};

/* Those that give an operand's bits, but perhaps for the sign; and comparisons, whose lanes are masks. */
static bool keeps_bits(const char *name) {
    static const char *const kept[] = {"abs",
                                       "neg",
                                       "copysign",
                                       "reinterpret_i32",
                                       "reinterpret_i64",
                                       "pmin",
                                       "pmax",
                                       "eq",
                                       "ne",
                                       "lt",
                                       "gt",
                                       "le",
                                       "ge"};
    const char *at = strchr(name, '_');
    for (unsigned i = 0; at && i < sizeof kept / sizeof *kept; i++)
        if (!strcmp(at + 1, kept[i])) return true;
    return false;
}

unsigned op_makes_nans(Op op) {
    const OpInfo *info = &op_info[op];
    const char *bar = strchr(info->sig, '_');
    if ((info->kind != KIND_INFIX && info->kind != KIND_FN) || !bar || keeps_bits(info->name))
        return 0;
    if (info->name[0] != 'f' || bar == info->sig || info->sig[0] == 'i' || info->sig[0] == 'l')
        return 0;
    if (bar[1] == 'f' && info->sig[0] != 'v') return VT_F32;
    if (bar[1] == 'd' && info->sig[0] != 'v') return VT_F64;
    if (bar[1] != 'v' || info->sig[0] != 'v') return 0;
    return info->name[1] == '3' ? VT_F32 : VT_F64;
}

unsigned op_access_bytes(unsigned op) {
    const char *c = op_info[op].c;
    if (!strcmp(c, "v128")) return 16;
    if (strchr(c, 'x')) return 8; /* lanes widened */
    unsigned bits = 0;
    for (; *c; c++)
        if (*c >= '0' && *c <= '9') bits = bits * 10 + (unsigned)(*c - '0');
    return bits / 8;
}
