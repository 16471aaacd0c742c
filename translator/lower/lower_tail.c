/* lower_tail.c: tail calls. */
#include "lower.h"

bool lower_tail(Lower *l, const Ins *ins) {
    (void)l, (void)ins;
    return false;
}
