/* emit_atomic.c: atomics. */
#include "emit.h"

bool emit_atomic_stmt(Writer *w, const Stmt *s) {
    (void)w, (void)s;
    return false;
}
