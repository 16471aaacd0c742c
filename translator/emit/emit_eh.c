/* emit_eh.c: exceptions. */
#include "emit.h"

bool emit_eh_stmt(Writer *w, const Stmt *s) {
    (void)w, (void)s;
    return false;
}
