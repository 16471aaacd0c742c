/* emit_eh.c: exceptions as C text: throws, the handlers behind a try, and the way out of a function.
 *
 * X5 is where the handlers of try 5 begin, T5 where the code behind a try_table goes on; C5_1 is the
 * older try's second handler, x5 the exception that one of its handlers holds for a rethrow. X0 returns
 * zeros, in functions whose result is no scalar. */
#include "emit.h"

/* A label comes next: it stands at the margin. */
static void outdent(Writer *w) {
    while (w->out->len && w->out->data[w->out->len - 1] == ' ')
        w->out->len--;
}

static void note(Writer *w, uint64_t **bits, uint32_t i) {
    if (!*bits) *bits = ARENA_ARRAY(&w->arena, w->ir->stream->block_count / 64 + 1, uint64_t);
    if (*bits)
        bitmap_add(*bits, i);
    else
        w->out->failed = true;
}

/* ---- the way to a handler, or out ------------------------------------------------------------ */

void emit_unwind(Writer *w, uint32_t handler) {
    const Block *b = &w->ir->stream->blocks[0];
    bool scalar = b->result_count == 1 && vt_kind(b->results[0]) != VT_V128;
    if (!handler && w->e->tries) {
        buffer_text(w->out, "w2c_unwind()");
    } else if (!handler && emit_tail_is_body(w->e, w->func)) {
        buffer_text(w->out, "return w2c_tail_result(0, 0)");
    } else if (handler || (b->result_count && !scalar)) {
        note(w, &w->handlers, handler);
        buffer_text(w->out, "goto ");
        emit_label(w, "X", handler);
    } else {
        buffer_text(w->out, "return");
        if (scalar) buffer_printf(w->out, " %s", emit_zero(vt_kind(b->results[0])));
    }
    buffer_char(w->out, ';');
}

bool emit_may_throw(const Writer *w, const Stmt *s) {
    const MayThrow *t = &w->e->may_throw;
    switch ((Op)s->op) {
    case OP_call:
        return may_throw_func(t, s->b);
    case OP_call_indirect:
    case OP_call_ref:
        return may_throw_type(w->e->m, t, s->b);
    default:
        return false;
    }
}

/* Where control goes from behind statement i without doing anything: a jump or another statement, or the end. */
static const Stmt *next_of(const Ir *ir, uint32_t i) {
    enum { FURTHEST = 64 }; /* statements: keeps the search short */
    uint32_t end = ir->stmt_count - i > FURTHEST ? i + FURTHEST : ir->stmt_count;
    for (uint32_t arm = NO_FUNC; ++i < end;) { /* arm: the `if` whose else is passed over */
        const Stmt *s = &ir->stmts[i];
        if (arm != NO_FUNC) {
            if (s->kind == STMT_END_IF && s->a == arm) arm = NO_FUNC;
        } else if (s->kind == STMT_ELSE) {
            arm = s->a;
        } else if (s->kind != STMT_END_IF && s->kind != STMT_LABEL) {
            return s;
        }
    }
    return NULL;
}

/* The function returns at once, and what s gave it: it need not know whether there is an exception. */
static bool returns_at_once(const Writer *w, const Stmt *s) {
    const Ir *ir = w->ir;
    const Stmt *next = next_of(ir, (uint32_t)(s - ir->stmts));
    if (s->handler || s->results > 1 || !next || emit_tail_is_body(w->e, w->func)) return false;
    if (next->kind != STMT_RETURN && !(next->kind == STMT_GOTO && !next->a)) return false;
    if (next->count != s->results) return false;
    if (!s->results) return true;
    const Node *value = &ir->nodes[emit_stmt_args(w, next)[0]];
    return value->op == (s->to_local ? (unsigned)OP_local_get : (unsigned)NODE_SLOT) &&
           value->imm == s->a && value->type == vt_kind(emit_stmt_args(w, s)[s->count]);
}

/* Called where exceptions do not jump: by the host, or by way of who knows what. */
static bool returns_thrown(const Writer *w, const Stmt *s) {
    return s->op == OP_call ? s->b < w->e->m->imported_funcs
                            : !w->e->options->closed && emit_needs_record(w, s);
}

bool emit_tests_thrown(const Writer *w, const Stmt *s) {
    if (!emit_may_throw(w, s)) return false;
    return w->e->tries ? s->handler || returns_thrown(w, s) : !returns_at_once(w, s);
}

void emit_thrown(Writer *w, const Stmt *s) {
    buffer_text(w->out, "if (W2C_THROWN(m)) ");
    emit_unwind(w, s->handler);
}

void emit_eh_decls(Writer *w, Buffer *out) {
    for (uint32_t i = 0; w->held && i < w->ir->stream->block_count; i++)
        if (bitmap_has(w->held, i)) buffer_printf(out, "    w2c_ref x%u = NULL;\n", i);
}

void emit_eh_end(Writer *w) {
    if (!bitmap_has(w->handlers, 0)) return;
    Buffer scratch;
    buffer_init(&scratch, w->ctx->alloc);
    buffer_printf(w->out,
                  "X0: {\n        %s none;\n        memset(&none, 0, sizeof none);\n        return "
                  "none;\n    }\n",
                  emit_result_type(w->e, &scratch, w->e->m->funcs[w->func].type));
    buffer_free(&scratch);
}

/* ---- throws ---------------------------------------------------------------------------------- */

static void emit_tag(Writer *w, uint32_t tag) {
    buffer_printf(w->out, tag < w->e->m->imported_tags ? "m->tag%u" : "&m->tag%u", tag);
}

static void emit_throw(Writer *w, const Stmt *s) {
    if (s->count) buffer_text(w->out, "{ w2c_exception *const x = ");
    buffer_text(w->out, "w2c_throw(&m->w2c, ");
    emit_tag(w, s->b);
    buffer_printf(w->out, ", %u);", s->count);
    for (uint32_t i = 0; i < s->count; i++) {
        unsigned kind = w->ir->nodes[emit_stmt_args(w, s)[i]].type;
        buffer_printf(w->out, " x->values[%u].%s = ", i, emit_value_member(kind));
        if (kind == VT_V128) buffer_text(w->out, emit_to_host(kind));
        emit_arg(w, s, i);
        buffer_text(w->out, kind == VT_V128 ? ");" : ";");
    }
    buffer_text(w->out, s->count ? " }\n" : "\n");
    emit_indent(w);
    emit_unwind(w, s->handler);
}

/* ---- handlers -------------------------------------------------------------------------------- */

static void value(Writer *w, ValType t, uint32_t i) {
    unsigned kind = vt_kind(t);
    const char *open = kind == VT_V128 ? emit_from_host(kind) : "";
    buffer_printf(w->out, "%sx->values[%u].%s%s", open, i, emit_value_member(kind),
                  *open ? ")" : "");
}

static void caught(Writer *w, bool with_ref) {
    buffer_text(w->out, with_ref ? "w2c_caught_ref(&m->w2c, x); " : "w2c_caught(&m->w2c, x); ");
}

/* The caught values are the function's results. */
static void return_caught(Writer *w, const TypeDef *tag, bool with_ref) {
    uint32_t params = tag ? tag->u.func.param_count : 0, count = params + with_ref;
    Buffer scratch;
    buffer_init(&scratch, w->ctx->alloc);
    if (count)
        buffer_printf(w->out, "%s res; ",
                      emit_result_type(w->e, &scratch, w->e->m->funcs[w->func].type));
    buffer_free(&scratch);
    for (uint32_t i = 0; i < params; i++) {
        if (count == 1)
            buffer_text(w->out, "res = ");
        else
            buffer_printf(w->out, "res.r%u = ", i);
        value(w, tag->u.func.params[i], i);
        buffer_text(w->out, "; ");
    }
    if (with_ref && count == 1)
        buffer_text(w->out, "res = ");
    else if (with_ref)
        buffer_printf(w->out, "res.r%u = ", params);
    caught(w, with_ref);
    if (emit_tail_is_body(w->e, w->func))
        emit_tail_return_res(w);
    else
        buffer_text(w->out, count ? "return res;" : "return;");
}

static void slots_caught(Writer *w, const TypeDef *tag, uint32_t height) {
    for (uint32_t i = 0; tag && i < tag->u.func.param_count; i++) {
        emit_slot(w, vt_kind(tag->u.func.params[i]), height + i);
        buffer_text(w->out, " = ");
        value(w, tag->u.func.params[i], i);
        buffer_text(w->out, "; ");
    }
}

/* One clause of a try_table: kind, tag, target. */
static void clause(Writer *w, const uint32_t *words) {
    bool any = words[0] >= 2, with_ref = words[0] & 1;
    const TypeDef *tag = any ? NULL : &w->e->m->types[w->e->m->tags[words[1]].type];
    const Block *target = &w->ir->stream->blocks[words[2]];
    emit_indent(w);
    buffer_text(w->out, "    ");
    if (!any) {
        buffer_text(w->out, "if (x->tag == ");
        emit_tag(w, words[1]);
        buffer_text(w->out, ") { ");
    }
    if (words[2] == 0) {
        return_caught(w, tag, with_ref);
    } else {
        slots_caught(w, tag, target->height);
        if (with_ref) {
            emit_slot(w, VT_REF, target->height + (tag ? tag->u.func.param_count : 0));
            buffer_text(w->out, " = ");
        }
        caught(w, with_ref);
        buffer_text(w->out, "goto ");
        emit_label(w, "L", words[2]);
        buffer_char(w->out, ';');
    }
    buffer_text(w->out, any ? "\n" : " }\n");
}

static void open_handlers(Writer *w, uint32_t block) {
    if (bitmap_has(w->handlers, block)) {
        outdent(w);
        emit_label(w, "X", block);
        buffer_text(w->out, ": ");
    }
    buffer_text(w->out, "{\n");
    emit_indent(w);
    buffer_text(w->out, "    w2c_exception *const x = w2c_thrown(&m->w2c);\n");
}

static void try_table_end(Writer *w, const Stmt *s) {
    const uint32_t *list = w->ir->stream->pool + s->imm;
    if (!bitmap_has(w->handlers, s->b)) {
        buffer_text(w->out, "/* nothing in it throws */");
        return;
    }
    if (s->aux) {
        buffer_printf(w->out, "goto T%u;\n", s->b);
        emit_indent(w);
    }
    open_handlers(w, s->b);
    bool all = false;
    for (uint32_t i = 0; i < list[0] && !all; i++) {
        clause(w, list + 1 + i * 4);
        all = list[1 + i * 4] >= 2;
    }
    emit_indent(w);
    if (!all) {
        buffer_text(w->out, "    ");
        emit_unwind(w, s->handler);
        buffer_char(w->out, '\n');
        emit_indent(w);
    }
    buffer_char(w->out, '}');
    if (s->aux) buffer_printf(w->out, "\nT%u:;", s->b);
}

/* The older try's handler number s->a. */
static void catch_begin(Writer *w, const Stmt *s) {
    const Block *b = &w->ir->stream->blocks[s->b];
    const TypeDef *tag = s->op == OP_catch ? &w->e->m->types[w->e->m->tags[s->imm].type] : NULL;
    if (s->aux) {
        buffer_printf(w->out, "goto L%u;\n", s->b);
        emit_indent(w);
    }
    if (s->a) {
        outdent(w);
        buffer_printf(w->out, "C%u_%u: {\n", s->b, s->a);
        emit_indent(w);
        buffer_text(w->out, "    w2c_exception *const x = w2c_thrown(&m->w2c);\n");
    } else {
        open_handlers(w, s->b);
    }
    emit_indent(w);
    buffer_text(w->out, "    ");
    if (tag) {
        buffer_text(w->out, "if (x->tag != ");
        emit_tag(w, (uint32_t)s->imm);
        buffer_printf(w->out, ") goto C%u_%u;\n", s->b, s->a + 1);
        emit_indent(w);
        buffer_text(w->out, "    ");
    }
    slots_caught(w, tag, b->height);
    if (s->lane) {
        note(w, &w->held, s->b);
        buffer_printf(w->out, "x%u = ", s->b);
    }
    caught(w, s->lane != 0);
    w->out->len--; /* the space behind it */
    buffer_char(w->out, '\n');
    emit_indent(w);
    buffer_char(w->out, '}');
}

static void try_end(Writer *w, const Stmt *s) {
    if (s->a == 0 && !bitmap_has(w->handlers, s->b)) {
        buffer_text(w->out, "/* nothing is caught */");
        return;
    }
    if (s->a && s->lane) { /* the last handler takes everything */
        buffer_text(w->out, "/* every exception is caught */");
        return;
    }
    if (s->aux) {
        buffer_printf(w->out, "goto %s%u;\n", s->a ? "L" : "T", s->b);
        emit_indent(w);
    }
    outdent(w);
    if (s->a)
        buffer_printf(w->out, "C%u_%u: ", s->b, s->a);
    else
        buffer_printf(w->out, "X%u: ", s->b);
    emit_unwind(w, s->handler);
    if (s->aux && !s->a) buffer_printf(w->out, "\nT%u:;", s->b);
}

bool emit_eh_stmt(Writer *w, const Stmt *s) {
    switch ((Op)s->op) {
    case OP_throw:
        emit_throw(w, s);
        return true;
    case OP_throw_ref:
    case OP_rethrow:
        buffer_text(w->out, "w2c_throw_ref(&m->w2c, ");
        if (s->op == OP_rethrow)
            buffer_printf(w->out, "x%u", s->b);
        else
            emit_arg(w, s, 0);
        buffer_text(w->out, ");\n");
        emit_indent(w);
        emit_unwind(w, s->handler);
        return true;
    case OP_try_table:
        try_table_end(w, s);
        return true;
    case OP_try:
        try_end(w, s);
        return true;
    case OP_catch:
    case OP_catch_all:
        catch_begin(w, s);
        return true;
    default:
        return false;
    }
}
