/* narrow_constants.h: constants lose bits that nobody looks at.
 *
 * Producers widen small integers with copies of their sign: `x ^ 0xffffa001` where x is a number of 16 bits. Then the
 * upper bits of a variable are unknown to C compilers, which keep every mask that comes later. Where only the lower 16 bits of the
 * result are ever demanded, `x ^ 0xa001` has the same effect and the masks go away. */
#ifndef W2C_NARROW_CONSTANTS_H
#define W2C_NARROW_CONSTANTS_H
#include "ir.h"

/* Changes constants that are operands of and, or and xor, in ir's nodes; whatever the function does is the same, though
 * variables may hold other bits on the way. The result is the function arena's. Errors: NOMEM. Thread: any. */
bool narrow_constants(Context *ctx, Ir *ir, Arena *arena);
#endif
