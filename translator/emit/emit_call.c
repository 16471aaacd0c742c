/* emit_call.c: calls as C text: direct, through a table, through a reference; where their results go. */
#include "emit.h"

void emit_destination(Writer *w, const Stmt *s) {
    unsigned kind = vt_kind(emit_stmt_args(w, s)[s->count]);
    if (s->to_local)
        emit_local(w, s->a);
    else
        emit_slot(w, kind, s->a);
    buffer_text(w->out, " = ");
}

/* A handler of this function must not see the local that a call would have set, had it returned. */
static bool shadowed(const Writer *w, const Stmt *s) {
    return s->to_local && s->handler && s->results == 1 && emit_may_throw(w, s);
}

void emit_results_open(Writer *w, const Stmt *s, uint32_t type) {
    if (shadowed(w, s)) {
        buffer_printf(w->out,
                      "{ const %s res = ", emit_c_type(vt_kind(emit_stmt_args(w, s)[s->count])));
    } else if (s->results == 1) {
        emit_destination(w, s);
    } else if (s->results > 1) {
        Buffer scratch;
        buffer_init(&scratch, w->ctx->alloc);
        buffer_printf(w->out, "{ const %s res = ", emit_result_type(w->e, &scratch, type));
        buffer_free(&scratch);
    }
}

void emit_results_close(Writer *w, const Stmt *s) {
    bool throws = emit_tests_thrown(w, s);
    buffer_char(w->out, ';');
    if (op_info[s->op].fx == FX_CALL) {
        emit_sizes(w);
        emit_globals_again(w);
    }
    if (throws && (s->results < 2 && !shadowed(w, s))) {
        buffer_char(w->out, '\n');
        emit_indent(w);
        emit_thrown(w, s);
    } else if (throws) {
        buffer_char(w->out, ' ');
        emit_thrown(w, s);
    }
    if (shadowed(w, s)) {
        buffer_char(w->out, ' ');
        emit_destination(w, s);
        buffer_text(w->out, "res; }");
    }
    if (s->results < 2) return;
    for (uint32_t i = 0; i < s->results; i++) {
        buffer_char(w->out, ' ');
        emit_slot(w, vt_kind(emit_stmt_args(w, s)[s->count + i]), s->a + i);
        buffer_printf(w->out, " = res.r%u;", i);
    }
    buffer_text(w->out, " }");
}

static void call_args(Writer *w, const Stmt *s, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        buffer_text(w->out, ", ");
        emit_arg(w, s, i);
    }
    buffer_char(w->out, ')');
}

static void call_direct(Writer *w, const Stmt *s) {
    bool own = s->b >= w->e->m->imported_funcs, instance = emit_is_addressed(w->e, s->b);
    bool caught = emit_is_caught(w, s);
    emit_call_charge(w, s);
    emit_results_open(w, s, w->e->m->funcs[s->b].type);
    if (caught) emit_caught(w, w->e->m->funcs[s->b].type, emit_caught_form(w->e, s->b));
    emit_callee_name(w, s->b);
    buffer_text(w->out, caught ? ", " : "(");
    buffer_text(w->out, instance ? "&m->w2c" : own && w->e->joined ? "mem0" : "m");
    emit_call_meter(w, s);
    if (own) bitmap_add(w->needed, s->b);
    call_args(w, s, s->count);
    emit_results_close(w, s);
}

static void call_indirect(Writer *w, const Stmt *s) {
    bool record = emit_needs_record(w, s);
    if (record) emit_callee(w, s, s->op == OP_call_ref);
    emit_results_open(w, s, s->b);
    bool caught = emit_is_caught(w, s);
    bool own = !record && emit_fixed_own(w->e, (uint32_t)s->imm, s->b);
    if (caught) emit_caught(w, s->b, own ? CAUGHT_OWN : CAUGHT_INSTANCE);
    const char *between = caught ? ", " : "(";
    if (record)
        buffer_printf(w->out, "((w2c_fn_%s *)fn->code)%sfn->instance", w->e->signatures[s->b],
                      between);
    else
        emit_fixed_callee(w, s, between);
    call_args(w, s, s->count - 1);
    emit_results_close(w, s);
}

void emit_callee(Writer *w, const Stmt *s, bool by_ref) {
    if (by_ref) {
        buffer_text(w->out, "fn = w2c_ref_func(");
        emit_arg(w, s, s->count - 1);
        buffer_printf(w->out, ", &w2c_type_%s);\n", w->e->types[s->b]);
    } else {
        buffer_printf(w->out, "fn = w2c_table_func(m->table%u, ", (uint32_t)s->imm);
        emit_arg(w, s, s->count - 1);
        buffer_printf(w->out, ", &w2c_type_%s);\n", w->e->types[s->b]);
    }
    emit_indent(w);
}

void emit_call(Writer *w, const Stmt *s) {
    if (s->op == OP_call)
        call_direct(w, s);
    else
        call_indirect(w, s);
}
