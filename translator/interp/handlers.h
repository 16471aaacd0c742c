/* handlers.h: the handlers by number, and which of them belong to an opcode's row. */
#ifndef W2C_INTERP_HANDLERS_H
#define W2C_INTERP_HANDLERS_H
#include "interp_impl.h"

/* A row's mark is the number of its first handler: it takes none for itself. */
typedef enum HandlerId {
#define H(id, ...) H_##id,
#define MARK(name) M_##name, M_before_##name = M_##name - 1,
#include "handlers.inc"
#undef H
#undef MARK
    H_COUNT
} HandlerId;

/* How many handlers a shape has; their order is in handlers.inc. */
#define UN_COUNT 4u
#define BI_COUNT 10u
#define BF_COUNT 6u
#define LD_CHECKED 4u /* the checked variants stand behind so many others */
#define ST_CHECKED 4u
#define STV_CHECKED 3u
/* Operands of BI and J2; BF and J2F have the first three. UN and J1: 0 slot, 1 register. */
enum { OPERANDS_SS, OPERANDS_RS, OPERANDS_SR, OPERANDS_SC, OPERANDS_RC };

/* What a cell of code holds for a handler. */
u64 interp_handler(unsigned id);
#endif
