/* emit_init.c: what instantiation runs: globals, tables' first values, segments, in the
 * specification's order; then the start function. Spec: exec/modules#exec-instantiation */
#include "emit.h"
#include <stdio.h>

enum { CHUNK = 400 }; /* assignments in one C function: huge functions are slow to compile */

static bool lower_init(Emitter *e, Writer *w, ConstExpr expr, ValType type, uint32_t globals,
                       OpStream *stream, Ir *ir, uint32_t *node) {
    arena_reset(&w->arena);
    w->ranges = (RangeChecks){0};
    if (!validate_const(e->ctx, e->m, expr, type, globals, &w->arena, stream)) return false;
    return lower_const(e->ctx, e->m, stream, &w->arena, ir, node) && emit_slots_init(w, stream);
}

bool emit_const(Emitter *e, Writer *w, ConstExpr expr, ValType type, uint32_t globals,
                Buffer *out) {
    OpStream stream;
    Ir ir;
    uint32_t node = 0;
    if (!lower_init(e, w, expr, type, globals, &stream, &ir, &node)) return false;
    if (ir.stmt_count)
        return diag_error(e->ctx, ERR_not_lowered, 0, ": a constant expression of this size");
    Buffer *old = w->out;
    w->ir = &ir;
    w->out = out;
    w->plain = true;
    emit_expr(w, node, false);
    w->plain = false;
    w->out = old;
    return !diag_failed(e->ctx);
}

/* The same inside a statement, BEFORE value AFTER, with what has to come first. */
static bool const_statement(Emitter *e, Writer *w, ConstExpr expr, ValType type, uint32_t globals,
                            Buffer *out, Buffer *before, const char *after) {
    const char *start = buffer_cstr(before);
    OpStream stream;
    Ir ir;
    uint32_t node = 0;
    if (!lower_init(e, w, expr, type, globals, &stream, &ir, &node)) return false;
    Buffer *old = w->out;
    w->ir = &ir;
    w->out = &w->body;
    w->body.len = 0;
    w->plain = true;
    emit_stmts(w);
    buffer_text(w->out, "    ");
    buffer_text(w->out, start ? start : "");
    emit_expr(w, node, false);
    buffer_printf(w->out, "%s;\n", after);
    w->plain = false;
    w->out = old;
    if (ir.stmt_count) buffer_text(out, "    {\n");
    emit_slot_decls(w, out);
    buffer_bytes(out, w->body.data, w->body.len);
    if (ir.stmt_count) buffer_text(out, "    }\n");
    out->failed |= w->body.failed;
    return !diag_failed(e->ctx);
}

/* Functions of at most CHUNK assignments each, and how many there are. */
typedef struct Chunks {
    Emitter *e;
    Buffer *out;
    const char *what;
    uint32_t count, in_this;
    Buffer before; /* of the value under work */
} Chunks;

static void chunk_line(Chunks *c) {
    if (c->in_this == CHUNK) {
        buffer_text(c->out, "}\n");
        c->in_this = 0;
    }
    if (c->in_this++ == 0)
        buffer_printf(c->out, "static W2C_NOINLINE void %s_%s_%u(%s *const m) {\n", c->e->name,
                      c->what, c->count++, c->e->name);
}

static void chunk_end(Chunks *c) {
    if (c->in_this) buffer_text(c->out, "}\n");
    c->out->failed |= c->before.failed;
    buffer_free(&c->before);
}

static void chunk_calls(const Chunks *c, Buffer *out) {
    for (uint32_t i = 0; i < c->count; i++)
        buffer_printf(out, "    %s_%s_%u(m);\n", c->e->name, c->what, i);
}

static bool init_globals(Emitter *e, Writer *w, Chunks *c) {
    const Module *m = e->m;
    for (uint32_t i = m->imported_globals; i < m->global_count; i++) {
        chunk_line(c);
        c->before.len = 0;
        buffer_printf(&c->before, "m->%s = ", e->globals[i]);
        if (!const_statement(e, w, m->globals[i].init, m->globals[i].type, i, c->out, &c->before,
                             ""))
            return false;
    }
    return true;
}

/* A number in a segment of functions: of the function's record, or of its import. */
static void elem_number(const Emitter *e, uint32_t func, Buffer *out) {
    if (func >= e->m->imported_funcs)
        buffer_u64(out, e->records[func]);
    else
        buffer_printf(out, "W2C_ELEM_IMPORT + %u", e->import_of_func[func]);
}

/* Segments of functions are constant numbers; expressions are evaluated into the instance. */
static bool elem_items(Emitter *e, Writer *w, uint32_t k, Chunks *c, Buffer *tables) {
    const Elem *elem = &e->m->elems[k];
    if (elem->count == 0 || elem->mode == SEGMENT_DECLARATIVE || emit_elem_is_unseen(e, k))
        return true;
    bool is_static = elem->is_funcs;
    const uint8_t *at = elem->items.ptr;
    if (is_static)
        buffer_printf(tables, "static const u32 %s_elem%u[%u] = {", e->name, k, elem->count);
    for (uint32_t i = 0; i < elem->count; i++) {
        uint32_t func = 0;
        ConstExpr expr = {{NULL, 0}};
        elem_next(e->m, elem, &at, &func, &expr);
        if (is_static) {
            buffer_text(tables, i % 16 ? ", " : i ? ",\n    " : "\n    ");
            elem_number(e, func, tables);
            continue;
        }
        chunk_line(c);
        c->before.len = 0;
        buffer_printf(&c->before, "m->refs%u[%u] = ", k, i);
        if (!const_statement(e, w, expr, elem->type, e->m->global_count, c->out, &c->before, ""))
            return false;
    }
    if (is_static) buffer_text(tables, "};\n");
    return true;
}

static void elem_source(const Emitter *e, uint32_t k, Buffer *out) {
    const Elem *elem = &e->m->elems[k];
    if (elem->count == 0)
        buffer_text(out, "NULL, NULL");
    else if (elem->is_funcs)
        buffer_printf(out, "%s_elem%u, NULL", e->name, k);
    else
        buffer_printf(out, "NULL, m->refs%u", k);
}

static bool init_tables(Emitter *e, Writer *w, Buffer *out) {
    const Module *m = e->m;
    Buffer before;
    bool ok = true;
    buffer_init(&before, out->alloc);
    for (uint32_t i = m->imported_tables; ok && i < m->table_count; i++) {
        char after[40];
        if (m->tables[i].init.bytes.len == 0) continue;
        before.len = 0;
        buffer_printf(&before, "w2c_table_fill(m->table%u, 0, ", i);
        snprintf(after, sizeof after, ", m->table%u->size)", i);
        ok = const_statement(e, w, m->tables[i].init, m->tables[i].type, m->global_count, out,
                             &before, after);
    }
    out->failed |= before.failed;
    buffer_free(&before);
    return ok;
}

void emit_elem_forget(const Emitter *e, Buffer *out, uint32_t k) {
    if (e->m->elems[k].count && !e->m->elems[k].is_funcs &&
        e->m->elems[k].mode != SEGMENT_DECLARATIVE)
        buffer_printf(out, "    memset(m->refs%u, 0, sizeof m->refs%u);\n", k, k);
}

static bool init_elems(Emitter *e, Writer *w, Buffer *out) {
    const Module *m = e->m;
    for (uint32_t k = 0; k < m->elem_count; k++) {
        const Elem *elem = &m->elems[k];
        if (emit_elem_is_unseen(e, k)) continue; /* it fits, and nobody looks */
        if (elem->mode == SEGMENT_PASSIVE) {
            buffer_printf(out, "    { const w2c_elem s = {");
            elem_source(e, k, out);
            buffer_printf(out, ", %u}; m->elems[%u] = s; }\n", elem->count, k);
        } else if (elem->mode == SEGMENT_ACTIVE) {
            buffer_printf(out, "    { const w2c_elem s = {");
            elem_source(e, k, out);
            buffer_printf(out, ", %u}; w2c_table_init(instance, m->table%u, &s, ", elem->count,
                          elem->table);
            ValType index = m->tables[elem->table].limits.is64 ? VT_I64 : VT_I32;
            if (!emit_const(e, w, elem->offset, index, m->global_count, out)) return false;
            buffer_printf(out, ", 0, %u); }\n", elem->count);
            emit_elem_forget(e, out, k);
        }
    }
    return true;
}

/* The first run stands in the module's description, so that images can be made of it. */
static void copy_run(const Emitter *e, Buffer *out, uint32_t first, uint32_t count) {
    bool is_all;
    if (count && !first && emit_data_active(e, &is_all))
        buffer_text(out, "    w2c_active_data_first(instance, memories);\n");
    else if (count)
        buffer_printf(out, "    w2c_active_data_copy(memories, %s_data, %s_active + %u, %u);\n",
                      e->name, e->name, first, count);
}

static bool init_datas(Emitter *e, Writer *w, Buffer *out) {
    const Module *m = e->m;
    uint64_t from = e->image_bytes, to;
    uint32_t in_table = 0, run = 0;
    if (m->data_count && m->memory_count) {
        buffer_printf(out, "    w2c_memory *const memories[%u] = {", m->memory_count);
        for (uint32_t i = 0; i < m->memory_count; i++)
            buffer_printf(out, "%sm->memory%u", i ? ", " : "", i);
        buffer_text(out, "};\n    (void)memories;\n");
    }
    for (uint32_t k = 0; k < m->data_count; k++) {
        const Data *d = &m->datas[k];
        if (!emit_data_in_turn(e, d)) continue;
        if (d->mode == SEGMENT_ACTIVE && emit_data_const_offset(e, d, &to)) {
            run++;
        } else if (d->mode == SEGMENT_ACTIVE) {
            copy_run(e, out, in_table, run);
            in_table += run;
            run = 0;
            buffer_printf(out,
                          "    { const w2c_data s = {%s_data + %llu, %zu};\n      "
                          "w2c_memory_init(m->memory%u, &s, ",
                          e->name, (unsigned long long)from, d->bytes.len, d->memory);
            ValType index = m->memories[d->memory].limits.is64 ? VT_I64 : VT_I32;
            if (!emit_const(e, w, d->offset, index, m->global_count, out)) return false;
            buffer_printf(out, ", 0, %zu); }\n", d->bytes.len);
        } else if (m->has_data_count) {
            buffer_printf(out,
                          "    m->datas[%u].bytes = %s_data + %llu;\n    m->datas[%u].len = %zu;\n",
                          k, e->name, (unsigned long long)from, k, d->bytes.len);
        }
        from += d->bytes.len;
    }
    copy_run(e, out, in_table, run);
    return true;
}

/* Guest code, since compilers may inline the function there: faults in it are traps. */
static void start_function(const Emitter *e, Buffer *out) {
    const Module *m = e->m;
    if (m->start == NO_FUNC) return;
    buffer_printf(out, "%sstatic void %s_start(w2c_instance *instance) { %s(",
                  e->options->memory == MEMORY_GUARD ? "W2C_TEXT " : "", e->name,
                  e->funcs[m->start]);
    emit_self_of_instance(e, out, m->start);
    buffer_text(out, "); }\n");
}

bool emit_init(Emitter *e, Writer *w, Buffer *out) {
    const Module *m = e->m;
    Buffer body;
    buffer_init(&body, e->ctx->alloc);
    Chunks globals = {.e = e, .out = &body, .what = "init_globals"};
    Chunks refs = {.e = e, .out = &body, .what = "init_refs"};
    buffer_init(&globals.before, e->ctx->alloc);
    buffer_init(&refs.before, e->ctx->alloc);
    bool ok = init_globals(e, w, &globals);
    chunk_end(&globals);
    for (uint32_t k = 0; ok && k < m->elem_count; k++)
        ok = elem_items(e, w, k, &refs, out);
    chunk_end(&refs);
    buffer_bytes(out, body.data, body.len);
    buffer_printf(
        out,
        "static void %s_init(w2c_instance *instance) {\n    %s *const m = (%s *)instance;\n"
        "    (void)m;\n",
        e->name, e->name, e->name);
    chunk_calls(&globals, out);
    chunk_calls(&refs, out);
    ok = ok && init_tables(e, w, out) && init_elems(e, w, out) && init_datas(e, w, out);
    buffer_text(out, "}\n");
    start_function(e, out);
    out->failed |= body.failed;
    buffer_free(&body);
    return ok && (!out->failed || diag_nomem(e->ctx));
}
