/* lower_atomic.c: atomics. */
#include "lower.h"

bool lower_atomic(Lower *l, const Ins *ins) {
    (void)l, (void)ins;
    return false;
}
