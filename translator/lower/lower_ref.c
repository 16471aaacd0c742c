/* lower_ref.c: typed references. */
#include "lower.h"

bool lower_ref(Lower *l, const Ins *ins) {
    (void)l, (void)ins;
    return false;
}
