/* emit_fixed.c: calls through tables that never change: such a table is an array of constants, a slot known
 * here a direct call. No record is looked at: every function in it is of the same instance. Tail calls of few
 * types have an array for each type instead, in which what must not be called is a function that traps: a step
 * of an interpreter then compares the index and nothing else. */
#include "emit.h"

static const char *const array_names[2] = {"fixed", "tails"}; /* plain calls, tail calls */

/* What functions in fixed tables take first, and calls through them pass. */
static const char *self(const Emitter *e) {
    return e->joined ? "mem0" : "&m->w2c";
}

/* Their type in C. */
static void code_type(const Emitter *e, Buffer *out, uint32_t type) {
    buffer_printf(out, "%s_fn_%s", e->joined ? e->name : "w2c", e->signatures[type]);
}

static const FixedTable *fixed(const Emitter *e, const Stmt *s) {
    return fixed_table(&e->fixed, e->m, (uint32_t)s->imm, s->b);
}

bool emit_fixed_own(const Emitter *e, uint32_t table, uint32_t type) {
    return e->joined && fixed_table(&e->fixed, e->m, table, type);
}

bool emit_needs_record(const Writer *w, const Stmt *s) {
    if (s->kind != STMT_OP) return false;
    switch ((Op)s->op) {
    case OP_call_ref:
    case OP_return_call_ref:
        return true;
    case OP_call_indirect:
    case OP_return_call_indirect:
        return !fixed(w->e, s);
    default:
        return false;
    }
}

/* The function that a constant index names; NO_FUNC: it is no constant, or calling it traps. */
static uint32_t known_callee(const Writer *w, const Stmt *s, const FixedTable *t) {
    const Node *n = &w->ir->nodes[emit_stmt_args(w, s)[s->count - 1]];
    if (n->op != OP_i32_const && n->op != OP_i64_const) return NO_FUNC;
    uint64_t i = n->op == OP_i32_const ? (uint32_t)n->imm : n->imm;
    return fixed_table_callee(t, w->e->m, i, s->b);
}

void emit_fixed_callee(Writer *w, const Stmt *s, const char *between) {
    const Emitter *e = w->e;
    const FixedTable *t = fixed(e, s);
    uint32_t func = known_callee(w, s, t), table = (uint32_t)s->imm;
    if (func != NO_FUNC) {
        bitmap_add(w->needed, func);
        buffer_printf(w->out, "%s%s%s", e->funcs[func], between, self(e));
        return;
    }
    buffer_text(w->out, "((");
    code_type(e, w->out, s->b);
    buffer_printf(w->out, " *)W2C_FIXED_FUNC(%s_fixed%u, %s_slots%u, ", e->name, table, e->name,
                  table);
    emit_arg(w, s, s->count - 1);
    buffer_printf(w->out, ", %s_is_%s))%s%s", e->name, e->types[s->b], between, self(e));
}

void emit_fixed_tail(Writer *w, const Stmt *s) {
    const Emitter *e = w->e;
    uint32_t table = (uint32_t)s->imm;
    if (e->tail_slots) {
        buffer_printf(w->out, "W2C_TAIL_SLOT_FUNC(next, %s_tails%u_%s, %s_slots%u, ", e->name,
                      table, e->types[s->b], e->name, table);
        emit_arg(w, s, s->count - 1);
        buffer_text(w->out, ");\n");
        emit_indent(w);
        return;
    }
    buffer_printf(w->out, "W2C_TAIL_FIXED_FUNC(next, %s_tails%u, %s_slots%u, ", e->name, table,
                  e->name, table);
    emit_arg(w, s, s->count - 1);
    buffer_printf(w->out, ", %s_is_%s);\n", e->name, e->types[s->b]);
    emit_indent(w);
}

static bool is_emitted(const Emitter *e, uint32_t table, bool tail) {
    return e->fixed.tables && e->fixed.tables[table].funcs &&
           call_graph_calls_through(&e->calls, table, tail) && (!tail || e->tail_bodies);
}

static void array_decls(const Emitter *e, Buffer *out, uint32_t i) {
    for (unsigned tail = 0; tail < 2; tail++)
        if (is_emitted(e, i, tail) && !(tail && e->tail_slots))
            buffer_printf(out,
                          "struct %s_%s%u { w2c_code code[%s_slots%u]; u32 type[%s_slots%u]; };\n"
                          "extern const struct %s_%s%u %s_%s%u W2C_HIDDEN;\n",
                          e->name, array_names[tail], i, e->name, i, e->name, i, e->name,
                          array_names[tail], i, e->name, array_names[tail], i);
    for (uint32_t k = 0; k < e->tail_slot_count && is_emitted(e, i, true); k++)
        buffer_printf(out, "extern w2c_tail_fn *const %s_tails%u_%s[%s_slots%u] W2C_HIDDEN;\n",
                      e->name, i, e->types[e->tail_slots[k]], e->name, i);
}

static void own_type(const Emitter *e, Buffer *out, uint32_t type) {
    const TypeDef *t = &e->m->types[type];
    Buffer scratch;
    buffer_init(&scratch, out->alloc);
    buffer_printf(out, "typedef %s ", emit_result_type(e, &scratch, type));
    code_type(e, out, type);
    buffer_text(out, "(u8 *");
    emit_params(out, t, false);
    buffer_text(out, ");\n");
    buffer_free(&scratch);
}

/* Sizes and numbers have names, so that calls read the same when functions and types are added. */
void emit_fixed_decls(const Emitter *e, Buffer *out) {
    const Module *m = e->m;
    bool any = false;
    for (uint32_t i = 0; i < m->table_count; i++) {
        if (!is_emitted(e, i, false) && !is_emitted(e, i, true)) continue;
        buffer_printf(out,
                      "\n/* table %u, which never changes */\n"
                      "enum { %s_slots%u = %u };\n",
                      i, e->name, i, e->fixed.tables[i].size);
        array_decls(e, out, i);
        any = true;
    }
    for (uint32_t i = 0; any && i < m->type_count; i++) {
        if (m->types[i].form != FORM_FUNC || m->types[i].canon != i) continue;
        buffer_printf(out, "enum { %s_is_%s = %u };\n", e->name, e->types[i], i + 1);
        if (e->joined) own_type(e, out, i);
    }
}

/* In the tail array, slots of types that no tail call wants have no code. */
static bool has_code(const Emitter *e, uint32_t func, bool tail) {
    return !tail || emit_tail_is_body(e, func) || emit_tail_is_target(e, func);
}

static void table(const Emitter *e, Buffer *out, uint32_t i, bool tail) {
    const FixedTable *t = &e->fixed.tables[i];
    Buffer scratch;
    buffer_init(&scratch, out->alloc);
    buffer_printf(out, "const struct %s_%s%u %s_%s%u = {\n    {\n", e->name, array_names[tail], i,
                  e->name, array_names[tail], i);
    for (uint32_t k = 0; k < t->size; k++) {
        uint32_t func = t->funcs[k];
        scratch.len = 0;
        const char *name = "NULL";
        if (func != NO_FUNC && has_code(e, func, tail))
            name = emit_form_name(e, &scratch, func, tail ? 't' : 'f');
        out->failed |= !name;
        buffer_printf(out, "        (w2c_code)%s,\n", name ? name : "");
    }
    buffer_text(out, "    },\n    {\n");
    for (uint32_t k = 0; k < t->size; k++) {
        if (t->funcs[k] == NO_FUNC)
            buffer_text(out, "        0,\n");
        else
            buffer_printf(out, "        %s_is_%s,\n", e->name,
                          e->types[e->m->funcs[t->funcs[k]].type]);
    }
    buffer_text(out, "    }};\n");
    buffer_free(&scratch);
}

static void slots(const Emitter *e, Buffer *out, uint32_t i, uint32_t type) {
    const FixedTable *t = &e->fixed.tables[i];
    Buffer scratch;
    buffer_init(&scratch, out->alloc);
    buffer_printf(out, "w2c_tail_fn *const %s_tails%u_%s[%u] = {\n", e->name, i, e->types[type],
                  t->size);
    for (uint32_t k = 0; k < t->size; k++) {
        uint32_t func = t->funcs[k];
        scratch.len = 0;
        const char *name = func == NO_FUNC ? "w2c_tail_trap_TRAP_NULL_ELEMENT"
                           : fixed_table_callee(t, e->m, k, type) == NO_FUNC
                               ? "w2c_tail_trap_TRAP_CALL_TYPE"
                               : emit_form_name(e, &scratch, func, 't');
        out->failed |= !name;
        buffer_printf(out, "    %s,\n", name ? name : "");
    }
    buffer_text(out, "};\n");
    buffer_free(&scratch);
}

void emit_unseen_slots(const Emitter *e, Buffer *out, uint32_t i) {
    const FixedTable *t = &e->fixed.tables[i];
    buffer_printf(out, "static const u32 %s_elements%u[%u] = {", e->name, i, t->size);
    for (uint32_t k = 0; k < t->size; k++) {
        buffer_text(out, k % 16 ? ", " : k ? ",\n    " : "\n    ");
        if (t->funcs[k] == NO_FUNC)
            buffer_text(out, "W2C_NO_ELEMENT");
        else
            buffer_u64(out, t->funcs[k]);
    }
    buffer_text(out, "};\n");
}

void emit_fixed_tables(const Emitter *e, Buffer *out) {
    for (uint32_t i = 0; i < e->m->table_count; i++) {
        for (unsigned tail = 0; tail < 2; tail++)
            if (is_emitted(e, i, tail) && !(tail && e->tail_slots)) table(e, out, i, tail);
        for (uint32_t k = 0; k < e->tail_slot_count && is_emitted(e, i, true); k++)
            slots(e, out, i, e->tail_slots[k]);
    }
}
