/* emit_gc.c: the garbage-collected heap. */
#include "emit.h"

bool emit_gc_stmt(Writer *w, const Stmt *s) {
    (void)w, (void)s;
    return false;
}

bool emit_gc_expr(Writer *w, const Node *n, bool parens) {
    (void)w, (void)n, (void)parens;
    return false;
}
