/* range_impl.h: what the files of the range pass share. A value is a number; equal numbers, equal values
 * on every path that gets there. Variables are the integer locals and slots. */
#ifndef W2C_RANGE_IMPL_H
#define W2C_RANGE_IMPL_H
#include "range_checks.h"

enum { RANGE_VALUES = 1u << 20, RANGE_FACTS = 24, RANGE_TABLE = 1024 };

typedef struct RangeValue {
    uint32_t op, a, b, c; /* an operation on values; op OP_COUNT: some value of its own */
    uint64_t imm;
    uint32_t root; /* the value is that of root + delta in its type; root: often itself */
    int64_t delta;
} RangeValue;

typedef struct RangeVars {
    Arena *arena;
    const Ir *ir;
    RangeValue *values;
    uint32_t value_count, value_cap;
    uint32_t table[RANGE_TABLE]; /* by hash: the value met last */
    uint32_t *now, *epochs; /* by variable: its value; valid while its epoch is the current one */
    uint32_t epoch, var_count;
    uint32_t *log; /* variables in the order in which they changed, from time log_begin on */
    uint32_t log_begin, log_count, log_cap;
    bool failed; /* out of memory */
} RangeVars;

/* ---- range_values.c ---- */
bool range_vars_init(RangeVars *v, const Ir *ir, Arena *arena);
uint32_t range_fresh(RangeVars *v);
/* op on values; equal ones get equal numbers, as far as the table remembers. */
uint32_t range_value(RangeVars *v, RangeValue value);
/* 0 for NO_VAR. */
uint32_t range_get(RangeVars *v, uint32_t var);
void range_set(RangeVars *v, uint32_t var, uint32_t value);
uint32_t range_time(const RangeVars *v);
/* Variables that changed since then have some value. */
void range_forget_since(RangeVars *v, uint32_t time);
void range_forget_all(RangeVars *v);
#endif
