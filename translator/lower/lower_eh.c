/* lower_eh.c: exceptions. */
#include "lower.h"

bool lower_eh(Lower *l, const Ins *ins) {
    (void)l, (void)ins;
    return false;
}
