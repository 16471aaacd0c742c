/* lower_gc.c: the garbage-collected heap. */
#include "lower.h"

bool lower_gc(Lower *l, const Ins *ins) {
    (void)l, (void)ins;
    return false;
}
