/* emit_copies.c: small functions that call themselves are written out several times, each copy calling the
 * next and the last one the first, which alone checks the stack and keeps its frame. C compilers inline
 * copies into each other, which they cannot do with one function that they have to keep recursive. */
#include "emit.h"

unsigned emit_copy_count(const Writer *w) {
    if (w->e->options->no_copies || emit_has_caught(w->e, w->func) ||
        !stack_checks_copied(&w->e->stack, w->func))
        return 1;
    return RECURSION_COPIES;
}

const char *emit_copy_name(const Writer *w, Buffer *scratch, unsigned copy) {
    return emit_form_name(w->e, scratch, w->func, "fqrs"[copy]);
}

void emit_callee_name(Writer *w, uint32_t func) {
    unsigned count = func == w->func ? emit_copy_count(w) : 1;
    if (count == 1) {
        buffer_text(w->out, w->e->funcs[func]);
        return;
    }
    Buffer scratch;
    buffer_init(&scratch, w->ctx->alloc);
    const char *name = emit_copy_name(w, &scratch, (w->copy + 1) % count);
    if (name)
        buffer_text(w->out, name);
    else
        w->out->failed = true;
    buffer_free(&scratch);
}

void emit_copy_prototypes(const Writer *w, Buffer *out) {
    Buffer scratch;
    buffer_init(&scratch, out->alloc);
    for (unsigned copy = 1; copy < emit_copy_count(w); copy++) {
        scratch.len = 0;
        const char *name = emit_copy_name(w, &scratch, copy);
        buffer_text(out, "W2C_COPY ");
        if (name)
            emit_copy_prototype(w, out, name, false);
        else
            out->failed = true;
        buffer_text(out, ";\n");
    }
    buffer_free(&scratch);
}
