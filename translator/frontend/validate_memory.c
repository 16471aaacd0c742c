/* validate_memory.c: the memory instructions that a signature cannot say: those with two memories,
 * or a length that is always 32 bits. */
#include "validate.h"

static ValType memory_address(const Validator *v, uint32_t memory) {
    return v->m->memories[memory].limits.is64 ? VT_I64 : VT_I32;
}

bool validate_memory_init(Validator *v, Ins *ins) {
    ValType operands[] = {memory_address(v, ins->b), VT_I32, VT_I32};
    return validate_pop(v, operands, 3);
}

bool validate_memory_copy(Validator *v, Ins *ins) {
    ValType to = memory_address(v, ins->a), from = memory_address(v, ins->b);
    ValType operands[] = {to, from, to == VT_I64 ? from : to}; /* the narrower for the length */
    return validate_pop(v, operands, 3);
}
