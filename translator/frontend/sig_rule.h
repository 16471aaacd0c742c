/* sig_rule.h: the sig column of opcodes.def in numbers, computed by the compiler.
 * Owner: nothing. Thread: any. */
#ifndef W2C_SIG_RULE_H
#define W2C_SIG_RULE_H
#include "decode.h"

/* S is the column's text, padded so that subscripts stay in bounds. */
#define SIG_PADDED(sig) #sig "\0\0\0\0\0\0\0"
#define SIG_LETTER(c)                                                                              \
    ((c) == 'i'   ? VT_I32                                                                         \
     : (c) == 'l' ? VT_I64                                                                         \
     : (c) == 'f' ? VT_F32                                                                         \
     : (c) == 'd' ? VT_F64                                                                         \
     : (c) == 'v' ? VT_V128                                                                        \
     : (c) == 'a' ? SIG_ADDRESS                                                                    \
                  : VT_NONE)
#define SIG_POPS(S)                                                                                \
    ((S)[0] == '_'   ? 0                                                                           \
     : (S)[1] == '_' ? 1                                                                           \
     : (S)[2] == '_' ? 2                                                                           \
     : (S)[3] == '_' ? 3                                                                           \
     : (S)[4] == '_' ? 4                                                                           \
                     : SIG_POLY)
#define SIG_PUSHES(S, len)                                                                         \
    ((uint8_t)((len) - 1 - (SIG_POPS(S) == SIG_POLY ? (len) - 1 : SIG_POPS(S))))
#define SIG_TYPE(S, i)                                                                             \
    (SIG_POPS(S) == SIG_POLY ? VT_NONE : SIG_LETTER((S)[(i) < SIG_POPS(S) ? (i) : (i) + 1]))
/* An initialiser of OpRule. */
#define SIG_RULE_OF(feature, imm, S, len)                                                          \
    {                                                                                              \
        imm, feature, SIG_POPS(S), SIG_PUSHES(S, len), {                                           \
            SIG_TYPE(S, 0), SIG_TYPE(S, 1), SIG_TYPE(S, 2), SIG_TYPE(S, 3), SIG_TYPE(S, 4),        \
                SIG_TYPE(S, 5)                                                                     \
        }                                                                                          \
    }
#define SIG_RULE(feature, imm, sig)                                                                \
    SIG_RULE_OF(FEATURE_##feature, IMM_##imm, SIG_PADDED(sig), sizeof #sig - 1)
#endif
