/* emit_tail.c: tail calls. */
#include "emit.h"

bool emit_tail_stmt(Writer *w, const Stmt *s) {
    (void)w, (void)s;
    return false;
}
