/* emit_meter.c: what interruptible functions pay. INTERRUPTIBLE_STOP: they look for a request now and then, at every
 * turn of a loop and where lower/polls.h says. INTERRUPTIBLE_FUEL: the meter in memory is right at every moment, since
 * a guard page or the host may end or look at any time. A loop without calls keeps what it last wrote
 * there, so that a turn is a store and a comparison, and no turn waits for the one before it. */
#include "emit.h"

/* Threads of a program may share a meter: then everybody reads it each time. */
static bool has_threads(const Module *m) {
    for (uint32_t k = 0; k < m->memory_count; k++)
        if (m->memories[k].limits.shared) return true;
    return false;
}

/* ---- loops without calls --------------------------------------------------------------------- */

static bool is_kept(const Writer *w, uint32_t block) {
    return bitmap_has(w->fuel_loops, block);
}

/* Is the block inside a loop that keeps its fuel? */
static bool inside_kept(const Writer *w, uint32_t block) {
    const Block *blocks = w->ir->stream->blocks;
    while (block) {
        block = blocks[block].parent;
        if (is_kept(w, block)) return true;
    }
    return false;
}

/* Where the last jump to each block stands. */
static void find_last(const Ir *ir, uint32_t *last) {
    for (uint32_t i = 0; i < ir->stmt_count; i++) {
        const Stmt *s = &ir->stmts[i];
        if (s->kind == STMT_LOOP || s->kind == STMT_GOTO || s->kind == STMT_GOTO_IF)
            last[s->a] = i;
        else if (s->kind == STMT_SWITCH)
            for (uint32_t k = 0; k <= s->a; k++)
                last[ir->stream->pool[s->b + k]] = i;
    }
}

/* In a function with handlers there are jumps that are no statement. */
static bool find_loops(Writer *w) {
    const Ir *ir = w->ir;
    uint32_t count = ir->stream->block_count, call = NO_FUNC;
    for (uint32_t i = 0; i < ir->stmt_count; i++)
        if (ir->stmts[i].handler) return true;
    uint32_t *last = ARENA_ARRAY(&w->arena, count, uint32_t);
    uint64_t *loops = ARENA_ARRAY(&w->arena, count / 64 + 1, uint64_t);
    if (!last || !loops) return diag_nomem(w->ctx);
    find_last(ir, last);
    for (uint32_t i = ir->stmt_count; i-- > 0;) {
        const Stmt *s = &ir->stmts[i];
        if (s->kind == STMT_OP && op_info[s->op].fx == FX_CALL) call = i;
        if (s->kind != STMT_LOOP || last[s->a] == i || last[s->a] >= call) continue;
        bitmap_add(loops, s->a);
        w->keeps_fuel = true;
    }
    w->fuel_loops = loops;
    return true;
}

/* ---- functions that call themselves ---------------------------------------------------------- */

/* Nothing can be seen of the value's evaluation. */
static bool is_silent(const Ir *ir, uint32_t node) {
    const Node *n = &ir->nodes[node];
    if (n->op >= OP_COUNT) return n->op == NODE_SLOT;
    unsigned fx = op_info[n->op].fx;
    if (fx != FX_PURE && fx != FX_LREAD && fx != FX_GREAD) return false;
    for (uint32_t i = loop_kids(n); i-- > 0;)
        if (!is_silent(ir, n->kid[i])) return false;
    return true;
}

static bool calls_itself(const Writer *w, const Stmt *s) {
    return s->kind == STMT_OP && s->op == OP_call && s->b == w->func;
}

/* Calls of the function's copies are paid for before them, when their arguments do nothing that could be
 * seen: then a turn that begins with such a call is one charge. */
static bool pays_calls(const Writer *w) {
    const Ir *ir = w->ir;
    if (emit_copy_count(w) == 1) return false;
    for (uint32_t i = 0; i < ir->stmt_count; i++) {
        const Stmt *s = &ir->stmts[i];
        if (!calls_itself(w, s)) continue;
        for (uint32_t k = 0; k < s->count; k++)
            if (!is_silent(ir, ir->args[s->first + k])) return false;
    }
    return true;
}

/* Is the function called here the copy that follows this one? The first one charges itself: others call it. */
static bool calls_copy(const Writer *w) {
    return w->pays_calls && w->copy + 1 < emit_copy_count(w);
}

/* The call that stands first in a loop's turn, or NO_FUNC. */
static uint32_t first_call(const Writer *w, uint32_t loop) {
    const Ir *ir = w->ir;
    for (uint32_t i = loop + 1; i < ir->stmt_count; i++) {
        const Stmt *s = &ir->stmts[i];
        if (calls_itself(w, s)) return i;
        if ((s->kind != STMT_SET_LOCAL && s->kind != STMT_SET_SLOT) || !is_silent(ir, s->node))
            break;
    }
    return NO_FUNC;
}

void emit_call_charge(Writer *w, const Stmt *s) {
    if (!calls_itself(w, s) || !calls_copy(w)) return;
    if (w->paid_call != (uint32_t)(s - w->ir->stmts)) buffer_text(w->out, "w2c_charge(meter, 1); ");
}

void emit_call_meter(Writer *w, const Stmt *s) {
    if (calls_itself(w, s) && calls_copy(w)) buffer_text(w->out, ", meter");
}

void emit_copy_prototype(const Writer *w, Buffer *out, const char *name, bool names) {
    Buffer text;
    buffer_init(&text, out->alloc);
    emit_prototype(w->e, &text, w->func, name, names);
    size_t at = 0;
    while (at < text.len && text.data[at] != '(')
        at++;
    while (at < text.len && text.data[at] != ',' && text.data[at] != ')')
        at++;
    buffer_bytes(out, text.data, at);
    if (w->pays_calls) buffer_text(out, names ? ", w2c_meter *const meter" : ", w2c_meter *");
    if (text.len) buffer_bytes(out, text.data + at, text.len - at);
    if (text.failed) out->failed = true;
    buffer_free(&text);
}

/* ---- what functions begin with, turns -------------------------------------------------------- */

bool emit_meter_begin(Writer *w) {
    w->keeps_fuel = w->pays_calls = false;
    w->fuel_loops = NULL;
    w->paid_call = NO_FUNC;
    if (!emit_is_metered(w) || has_threads(w->e->m)) return true;
    w->pays_calls = pays_calls(w);
    return find_loops(w);
}

/* Tail calls of the function itself come back to its top. */
static bool polls_first(const Writer *w) {
    return w->e->polls && !w->copy && (w->calls_itself || w->e->polls[w->func] == POLL_TOP);
}

bool emit_charges(const Writer *w) {
    return emit_is_metered(w) || polls_first(w);
}

void emit_charge(const Writer *w, Buffer *out) {
    if (!emit_is_metered(w)) {
        buffer_text(out, "    w2c_poll(W2C_METER(m));\n");
        return;
    }
    if (!w->copy || !w->pays_calls) {
        buffer_text(out, "    w2c_meter *const meter = W2C_METER(m);\n");
        buffer_text(out, has_threads(w->e->m) ? "    w2c_charge_shared(meter);\n"
                                              : "    w2c_charge(meter, 1);\n");
    }
    if (w->keeps_fuel) buffer_text(out, "    s64 fuel;\n");
}

/* The first turn is free. */
void emit_turn(Writer *w, const Stmt *s) {
    if (!emit_is_metered(w)) {
        buffer_printf(w->out, "L%u: w2c_poll(meter); W2C_LOOP();", s->a);
        return;
    }
    uint32_t block = s->a,
             call = calls_copy(w) ? first_call(w, (uint32_t)(s - w->ir->stmts)) : NO_FUNC;
    if (call != NO_FUNC) {
        w->paid_call = call;
        buffer_printf(w->out, "w2c_charge(meter, 1); goto R%u; L%u: w2c_charge(meter, 2);", block,
                      block);
    } else if (is_kept(w, block)) {
        if (!inside_kept(w, block)) buffer_text(w->out, "fuel = w2c_fuel(meter); ");
        buffer_printf(w->out, "goto R%u; L%u: fuel = w2c_charge_from(meter, fuel, 1);", block,
                      block);
    } else {
        buffer_printf(w->out, "goto R%u; L%u: w2c_charge%s;", block, block,
                      has_threads(w->e->m) ? "_shared(meter)" : "(meter, 1)");
    }
    buffer_printf(w->out, " R%u: W2C_LOOP();", block);
}

void emit_fuel(Writer *w, uint32_t block) {
    if (!inside_kept(w, block)) return;
    emit_indent(w);
    buffer_text(w->out, "fuel = w2c_fuel(meter);\n");
}
