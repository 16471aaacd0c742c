/* emit_stmt.c: statements as C text: control flow by labels and gotos, `if` by braces as long as they do
 * not nest too deep for C compilers, calls and the other effects. */
#include "../lower/check_place.h"
#include "emit.h"

enum { DEEPEST = 40 }; /* braces; below that an if is printed with gotos */

void emit_indent(Writer *w) {
    unsigned depth = w->depth < DEEPEST ? w->depth : DEEPEST;
    for (unsigned i = 0; i <= depth && i < 12; i++)
        buffer_text(w->out, "    ");
}

void emit_label(Writer *w, const char *letter, uint32_t block) {
    buffer_text(w->out, letter);
    buffer_u64(w->out, block);
}

const uint32_t *emit_stmt_args(const Writer *w, const Stmt *s) {
    return w->ir->args + s->first;
}

void emit_arg(Writer *w, const Stmt *s, uint32_t i) {
    emit_expr(w, emit_stmt_args(w, s)[i], false);
}

/* ---- values to labels, returns --------------------------------------------------------------- */

static bool stays(const Writer *w, const Stmt *s, uint32_t i, uint32_t height) {
    const Node *n = &w->ir->nodes[emit_stmt_args(w, s)[i]];
    return n->op == NODE_SLOT && n->imm == height + i;
}

static bool moves_values(const Writer *w, const Stmt *s, uint32_t height) {
    for (uint32_t i = 0; i < s->count; i++)
        if (!stays(w, s, i, height)) return true;
    return false;
}

static void move_values(Writer *w, const Stmt *s, uint32_t height) {
    for (uint32_t i = 0; i < s->count; i++) {
        if (stays(w, s, i, height)) continue;
        emit_slot(w, w->ir->nodes[emit_stmt_args(w, s)[i]].type, height + i);
        buffer_text(w->out, " = ");
        emit_arg(w, s, i);
        buffer_text(w->out, "; ");
    }
}

static void leave(Writer *w) {
    if (emit_keeps_frame(w)) buffer_text(w->out, "W2C_KEEP_FRAME; ");
}

static void return_values(Writer *w, const Stmt *s) {
    if (emit_tail_is_body(w->e, w->func)) {
        emit_tail_return(w, s);
    } else if (s->count == 0) {
        leave(w);
        buffer_text(w->out, "return;");
    } else if (s->count == 1) {
        leave(w);
        buffer_text(w->out, "return ");
        emit_arg(w, s, 0);
        buffer_char(w->out, ';');
    } else {
        Buffer scratch;
        buffer_init(&scratch, w->ctx->alloc);
        buffer_printf(w->out, "{ %s res; ",
                      emit_result_type(w->e, &scratch, w->e->m->funcs[w->func].type));
        buffer_free(&scratch);
        for (uint32_t i = 0; i < s->count; i++) {
            buffer_printf(w->out, "res.r%u = ", i);
            emit_arg(w, s, i);
            buffer_text(w->out, "; ");
        }
        leave(w);
        buffer_text(w->out, "return res; }");
    }
}

static void go_to(Writer *w, const Stmt *s, uint32_t block) {
    if (block == 0) {
        return_values(w, s);
        return;
    }
    move_values(w, s, w->ir->stream->blocks[block].height);
    buffer_text(w->out, "goto ");
    emit_label(w, "L", block);
    buffer_char(w->out, ';');
}

void emit_jump(Writer *w, const Stmt *s) {
    if (s->kind == STMT_RETURN)
        return_values(w, s);
    else if (s->kind == STMT_TRAP)
        buffer_text(w->out, "w2c_trap(W2C_TRAP_UNREACHABLE);");
    else
        go_to(w, s, s->a);
}

static void hinted_condition(Writer *w, const Stmt *s) {
    buffer_text(w->out, "if (");
    if (s->hint) buffer_text(w->out, s->hint == 2 ? "W2C_LIKELY(" : "W2C_UNLIKELY(");
    emit_condition(w, s->node);
    buffer_text(w->out, s->hint ? ")) " : ") ");
}

static void goto_if(Writer *w, const Stmt *s) {
    hinted_condition(w, s);
    bool braces = s->a == 0 ? s->count <= 1 && emit_keeps_frame(w)
                            : moves_values(w, s, w->ir->stream->blocks[s->a].height);
    if (braces) buffer_text(w->out, "{ ");
    go_to(w, s, s->a);
    if (braces) buffer_text(w->out, " }");
}

static void switch_to(Writer *w, const Stmt *s) {
    const uint32_t *targets = w->ir->stream->pool + s->b;
    uint32_t count = s->a, last = targets[count];
    buffer_text(w->out, "switch (");
    emit_expr(w, s->node, false);
    buffer_text(w->out, ") {\n");
    for (uint32_t i = 0; i < count; i++) {
        if (targets[i] == last) continue; /* the default's */
        bool more = i + 1 < count && targets[i + 1] == targets[i];
        bool open = i == 0 || targets[i - 1] != targets[i];
        if (open)
            emit_indent(w);
        else
            buffer_char(w->out, ' ');
        buffer_printf(w->out, "case %uu:", i);
        if (more) continue;
        buffer_char(w->out, ' ');
        go_to(w, s, targets[i]);
        buffer_char(w->out, '\n');
    }
    emit_indent(w);
    buffer_text(w->out, "default: ");
    go_to(w, s, last);
    buffer_char(w->out, '\n');
    emit_indent(w);
    buffer_char(w->out, '}');
}

/* ---- if -------------------------------------------------------------------------------------- */

static void open_if(Writer *w, const Stmt *s) {
    const Block *b = &w->ir->stream->blocks[s->a];
    if (w->depth++ < DEEPEST) {
        hinted_condition(w, s);
        buffer_char(w->out, '{');
        return;
    }
    buffer_text(w->out, "if (!(");
    emit_condition(w, s->node);
    buffer_text(w->out, ")) goto ");
    emit_label(w, b->has_else ? "E" : "F", s->a);
    buffer_char(w->out, ';');
}

static void else_if(Writer *w, const Stmt *s) {
    if (w->depth - 1 < DEEPEST) {
        buffer_text(w->out, "} else {");
        return;
    }
    buffer_text(w->out, "goto ");
    emit_label(w, "F", s->a);
    buffer_text(w->out, "; ");
    emit_label(w, "E", s->a);
    buffer_text(w->out, ":;");
}

static void close_if(Writer *w, const Stmt *s) {
    if (--w->depth < DEEPEST) {
        buffer_char(w->out, '}');
        return;
    }
    emit_label(w, "F", s->a);
    buffer_text(w->out, ":;");
}

/* ---- other effects --------------------------------------------------------------------------- */

static void args_from(Writer *w, const Stmt *s, uint32_t from) {
    for (uint32_t i = from; i < s->count; i++) {
        buffer_text(w->out, ", ");
        emit_arg(w, s, i);
    }
    buffer_text(w->out, ");");
}

static void store(Writer *w, const Stmt *s) {
    const char *c = op_info[s->op].c;
    buffer_printf(w->out, "w2c_store_%s", c);
    emit_access(w, s->aux, s->op, bitmap_has(w->ranges.free_stmts, (uint32_t)(s - w->ir->stmts)));
    emit_arg(w, s, 0);
    buffer_text(w->out, ", ");
    buffer_u64(w->out, s->imm);
    buffer_text(w->out, "u, ");
    if (c[0] == 'u' && c[1] != '6' &&
        !(c[1] == '3' && w->ir->nodes[emit_stmt_args(w, s)[1]].type == VT_I32)) {
        buffer_printf(w->out, "(%s)", c);
        emit_expr(w, emit_stmt_args(w, s)[1], true);
    } else {
        emit_arg(w, s, 1);
    }
    if (c[0] == 'l') buffer_printf(w->out, ", %u", s->lane);
    buffer_text(w->out, ");");
}

static void grow(Writer *w, const Stmt *s, const char *what) {
    bool narrow = vt_kind(emit_stmt_args(w, s)[s->count]) == VT_I32;
    emit_destination(w, s);
    if (narrow) buffer_text(w->out, "(u32)");
    buffer_printf(w->out, "w2c_%s_grow(m->%s%u, ", what, what, s->b);
    emit_arg(w, s, s->count - 1);
    if (s->count == 2) {
        buffer_text(w->out, ", ");
        emit_arg(w, s, 0);
    }
    buffer_text(w->out, ");");
    emit_sizes(w);
    emit_globals_again(w); /* the embedder may have been asked */
}

static void emit_effect(Writer *w, const Stmt *s) {
    const Module *m = w->e->m;
    uint32_t low = (uint32_t)s->imm, high = (uint32_t)(s->imm >> 32);
    switch ((Op)s->op) {
    case OP_call:
    case OP_call_indirect:
    case OP_call_ref:
        emit_call(w, s);
        return;
    case OP_global_set:
        emit_global_set(w, s);
        return;
    case OP_memory_grow:
        grow(w, s, "memory");
        return;
    case OP_table_grow:
        grow(w, s, "table");
        return;
    case OP_memory_fill:
    case OP_memory_copy:
        emit_bulk(w, s);
        break;
    case OP_memory_init:
        buffer_printf(w->out, "w2c_memory_init(m->memory%u, &m->datas[%u]", high, low);
        break;
    case OP_data_drop:
        buffer_printf(w->out, "m->datas[%u].len = 0;", low);
        return;
    case OP_table_set:
        buffer_printf(w->out, "w2c_table_store(m->table%u", low);
        break;
    case OP_table_fill:
        buffer_printf(w->out, "w2c_table_fill(m->table%u", low);
        break;
    case OP_table_copy:
        buffer_printf(w->out, "w2c_table_copy(m->table%u, m->table%u", low, high);
        break;
    case OP_table_init:
        buffer_printf(w->out, "w2c_table_init(&m->w2c, m->table%u, &m->elems[%u]", high, low);
        break;
    case OP_elem_drop:
        buffer_printf(w->out, "m->elems[%u].count = 0;\n", low);
        emit_elem_forget(w->e, w->out, low);
        return;
    default:
        if (op_info[s->op].kind == KIND_STORE) {
            store(w, s);
            return;
        }
        if (emit_tail_stmt(w, s) || emit_eh_stmt(w, s) || emit_gc_stmt(w, s) ||
            emit_atomic_stmt(w, s))
            return;
        /* numeric with several results */
        buffer_printf(w->out, "{ const struct w2c_res_ll res = w2c_%s(", op_info[s->op].name);
        for (uint32_t i = 0; i < s->count; i++) {
            if (i) buffer_text(w->out, ", ");
            emit_arg(w, s, i);
        }
        buffer_char(w->out, ')');
        emit_results_close(w, s);
        return;
    }
    (void)m;
    args_from(w, s, 0);
}

/* ---- one statement --------------------------------------------------------------------------- */

static void emit_stmt(Writer *w, const Stmt *s) {
    switch ((StmtKind)s->kind) {
    case STMT_SET_LOCAL:
        emit_local(w, s->a);
        buffer_text(w->out, " = ");
        emit_expr(w, s->node, false);
        buffer_char(w->out, ';');
        break;
    case STMT_SET_SLOT:
        emit_slot(w, s->type, s->a);
        buffer_text(w->out, " = ");
        emit_expr(w, s->node, false);
        buffer_char(w->out, ';');
        break;
    case STMT_EVAL:
        buffer_text(w->out, "(void)");
        emit_expr(w, s->node, true);
        buffer_char(w->out, ';');
        break;
    case STMT_OP:
        emit_effect(w, s);
        break;
    case STMT_LABEL:
        emit_label(w, "L", s->a);
        buffer_text(w->out, ":;");
        break;
    case STMT_LOOP:
        if (w->e->options->interruptible) {
            emit_turn(w, s);
            break;
        }
        emit_label(w, "L", s->a);
        buffer_text(w->out, ": W2C_LOOP();");
        break;
    case STMT_IF:
        open_if(w, s);
        break;
    case STMT_ELSE:
        else_if(w, s);
        break;
    case STMT_END_IF:
        close_if(w, s);
        break;
    case STMT_GOTO:
        go_to(w, s, s->a);
        break;
    case STMT_GOTO_IF:
        goto_if(w, s);
        break;
    case STMT_SWITCH:
        switch_to(w, s);
        break;
    case STMT_RETURN:
        return_values(w, s);
        break;
    case STMT_TRAP:
        buffer_text(w->out, "w2c_trap(W2C_TRAP_UNREACHABLE);");
        break;
    case STMT_INNER: /* of paths alone */
        break;
    }
}

static bool outdented(const Stmt *s) {
    return s->kind == STMT_ELSE || s->kind == STMT_END_IF;
}

/* Compilers want a return in every function with a result, also where its end is never reached. */
static void end_unreached(Writer *w) {
    const Ir *ir = w->ir;
    unsigned last = ir->stmt_count ? ir->stmts[ir->stmt_count - 1].kind : STMT_TRAP;
    bool has_result = w->ir->stream->blocks[0].result_count || emit_tail_is_body(w->e, w->func);
    if (last == STMT_RETURN || last == STMT_TRAP || !has_result) return;
    emit_indent(w);
    buffer_text(w->out, "w2c_trap(W2C_TRAP_UNREACHABLE);\n");
}

uint32_t emit_stack_check_place(const Writer *w) {
    if (w->plain || emit_stack_check(w) == STACK_CHECK_NONE) return NO_FUNC;
    return w->e->options->no_stack_analysis ? 0 : check_place(w->ir);
}

void emit_stack_check_text(const Writer *w, Buffer *out) {
    bool unoptimized = emit_stack_check(w) == STACK_CHECK_UNOPTIMIZED;
    buffer_text(out, unoptimized ? "    W2C_ENTER_UNOPTIMIZED(m);\n" : "    W2C_ENTER(m);\n");
    if (w->e->polls && w->e->polls[w->func] == POLL_CHECK)
        buffer_text(out, "    w2c_poll(W2C_METER(m));\n");
}

/* Nothing of the loop's is still to be written, behind statement i. */
static bool loop_is_behind(const Loop *l, uint32_t i) {
    if (l->reason == LOOP_scan) return l->first <= i;
    return l->reason != LOOP_versioned || l->last <= i;
}

void emit_stmts(Writer *w) {
    const Ir *ir = w->ir;
    uint32_t loop = 0, place = emit_stack_check_place(w), early = 0;
    for (uint32_t i = 0; i < ir->stmt_count && !w->out->failed; i++) {
        const Stmt *s = &ir->stmts[i];
        if (i == place) emit_stack_check_text(w, w->out);
        const Loop *l = loop < w->loops.count ? &w->loops.loops[loop] : NULL;
        if (l && l->reason == LOOP_versioned && l->first == i) emit_loop_copy(w, l);
        while (early < w->ranges.early_count && w->ranges.early[early].stmt == i)
            emit_early_check(w, &w->ranges.early[early++]);
        bool scans = l && l->reason == LOOP_scan && l->first == i;
        if (scans) emit_scan(w, l);
        if (s->kind == STMT_LABEL || s->kind == STMT_LOOP) {
            /* labels stand at the margin */
        } else if (outdented(s) && w->depth > 0) {
            w->depth--;
            emit_indent(w);
            w->depth++;
        } else {
            emit_indent(w);
        }
        if (!scans || !emit_scan_head(w, l)) emit_stmt(w, s);
        buffer_char(w->out, '\n');
        if (l && l->reason == LOOP_versioned && l->last == i)
            buffer_printf(w->out, "D%u:;\n", l->block);
        while (loop < w->loops.count && loop_is_behind(&w->loops.loops[loop], i))
            loop++;
    }
    if (w->plain) return; /* an initialiser */
    end_unreached(w);
    emit_eh_end(w);
}
