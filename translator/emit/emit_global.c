/* emit_global.c: globals as C text. A function that reads a global of the module several times keeps its value in a
 * variable, gK: C compilers would have to load it again behind every store, which might be to it. Writes go to the
 * instance at once, and calls may write, so the variable is read again behind those. */
#include "emit.h"

enum { MOST = 32 }; /* the first globals: the busy ones of toolchains */

/* Nobody but this instance's code can write to it, and it is no reference (which a collection must find). */
static bool can_keep(const Module *m, uint32_t global) {
    return global >= m->imported_globals && global < MOST &&
           vt_kind(m->globals[global].type) != VT_REF;
}

void emit_globals_begin(Writer *w) {
    uint32_t once = 0, twice = 0;
    w->globals = w->globals_again = w->globals_read = 0;
    if (w->e->options->no_kept_globals) return;
    for (uint32_t i = 0; i < w->ir->node_count; i++) {
        const Node *n = &w->ir->nodes[i];
        if (n->op != OP_global_get || !can_keep(w->e->m, (uint32_t)n->imm)) continue;
        uint32_t bit = (uint32_t)1 << n->imm;
        twice |= once & bit;
        once |= bit;
    }
    w->globals = twice;
}

static bool is_kept(const Writer *w, uint32_t global) {
    return !w->plain && global < MOST && w->globals >> global & 1;
}

void emit_global(Writer *w, uint32_t global) {
    bool imported = global < w->e->m->imported_globals;
    if (is_kept(w, global)) {
        w->globals_read |= (uint32_t)1 << global;
        buffer_printf(w->out, "g%u", global);
    } else {
        buffer_printf(w->out, "%sm->%s%s", imported ? "(*" : "", w->e->globals[global],
                      imported ? ")" : "");
    }
}

void emit_global_set(Writer *w, const Stmt *s) {
    bool imported = s->b < w->e->m->imported_globals;
    buffer_printf(w->out, "W2C_SET(%sm->%s, ", imported ? "*" : "", w->e->globals[s->b]);
    if (is_kept(w, s->b)) {
        buffer_printf(w->out, "g%u = ", s->b);
        w->globals_again |= (uint32_t)1 << s->b;
    }
    emit_arg(w, s, 0);
    buffer_text(w->out, ");");
}

void emit_globals_again(Writer *w) {
    for (uint32_t k = 0; k < MOST && w->globals >> k; k++) {
        if (!is_kept(w, k) || !w->e->m->globals[k].mutable) continue;
        buffer_printf(w->out, " g%u = m->%s;", k, w->e->globals[k]);
        w->globals_again |= (uint32_t)1 << k;
    }
}

void emit_globals_decls(const Writer *w, Buffer *out) {
    for (uint32_t k = 0; k < MOST && w->globals >> k; k++) {
        if (!is_kept(w, k)) continue;
        bool read = w->globals_read >> k & 1, again = w->globals_again >> k & 1;
        buffer_printf(out, "    %s%s%s g%u = m->%s;\n", read ? "" : "__attribute__((unused)) ",
                      again ? "" : "const ", emit_c_type(vt_kind(w->e->m->globals[k].type)), k,
                      w->e->globals[k]);
    }
}
