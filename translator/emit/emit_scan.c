/* emit_scan.c: in front of a loop that searches: the turns that surely go on, and what the variables hold
 * after them. The loop itself follows and does the rest. See lower/scan.h. */
#include "emit.h"
#include "../lower/scan.h"

static void line(Writer *w) {
    buffer_text(w->out, ";\n");
}

/* room: turns whose accesses stay inside memory; limit: those of them that the counting tests allow. */
static void put_limits(Writer *w, const Loop *l) {
    for (uint32_t i = 0; i < l->group_count; i++)
        emit_loop_start(w, l, i);
    for (uint32_t i = 0; i < l->group_count; i++) {
        const LoopGroup *g = &l->groups[i];
        emit_indent(w);
        buffer_text(w->out, i ? "room = w2c_fewer(room, " : "u64 room = ");
        buffer_printf(w->out, "w2c_scan_room(m->memory%u->size, a%u, %llu, %llu)%s", g->memory, i,
                      (unsigned long long)g->extent, (unsigned long long)g->base.step,
                      i ? ")" : "");
        line(w);
    }
    for (uint32_t i = 0; i < l->test_count; i++) {
        emit_indent(w);
        buffer_printf(w->out, "%slimit = w2c_fewer(%s, w2c_scan_turns(", i ? "" : "u64 ",
                      i ? "limit" : "room");
        emit_loop_test(w, &l->tests[i]);
        buffer_text(w->out, "))");
        line(w);
    }
}

static void put_guards(Writer *w, const Scan *scan) {
    for (unsigned i = 0; i < scan->guard_count; i++) {
        buffer_text(w->out, scan->guards[i].wanted ? " && (" : " && !(");
        emit_condition(w, scan->guards[i].node);
        buffer_char(w->out, ')');
    }
    if (scan->lagging) {
        const LoopAccess *a = &w->loop->accesses[scan->left];
        buffer_printf(w->out, " && a%u + %llu > 0 && ", a->group, (unsigned long long)a->delta);
        emit_expr(w, scan->lagging, true);
        buffer_printf(w->out, " == (%s)w2c_get_u8(mem%u + a%u + %llu - 1)",
                      emit_c_type(w->ir->nodes[scan->lagging].type), a->memory, a->group,
                      (unsigned long long)a->delta);
    }
    for (unsigned i = 0; i < scan->byte_count; i++) {
        const ScanByte *b = &scan->bytes[i];
        if (!b->node || !b->splat) continue;
        bool wide = w->ir->nodes[b->node].type == VT_I64;
        buffer_text(w->out, " && ");
        emit_expr(w, b->node, true);
        buffer_text(w->out, " == (");
        emit_expr(w, b->node, true);
        buffer_text(w->out, wide ? " & 255u) * 0x0101010101010101ull" : " & 255u) * 0x01010101u");
    }
}

static void put_bytes_of(Writer *w, const char *turns, unsigned width) {
    buffer_printf(w->out, ", %s", turns);
    if (width > 1) buffer_printf(w->out, " * %u", width);
}

/* "const u64 n = w2c_scan_...": the turns to skip. */
static void put_call(Writer *w, const Loop *l, const Scan *scan) {
    static const char *const names[][3] = {
        [SCAN_STOP] = {"", "stop", "stop2"},
        [SCAN_RUN] = {"", "run", ""},
        [SCAN_MATCH] = {"match", "match_stop", ""},
    };
    emit_indent(w);
    buffer_printf(w->out, "const u64 n = %sw2c_scan_%s(", scan->lagging ? "w2c_scan_lag(" : "",
                  names[scan->kind][scan->byte_count]);
    emit_loop_pointer(w, &l->accesses[scan->left]);
    if (scan->lagging) buffer_text(w->out, " - 1");
    if (scan->kind == SCAN_MATCH) {
        buffer_text(w->out, ", ");
        emit_loop_pointer(w, &l->accesses[scan->right]);
    }
    put_bytes_of(w, "room", scan->width);
    put_bytes_of(w, l->test_count ? "limit" : "room", scan->width);
    for (unsigned i = 0; i < scan->byte_count; i++) {
        const ScanByte *b = &scan->bytes[i];
        buffer_text(w->out, ", ");
        if (!b->node) {
            buffer_u64(w->out, b->value);
            continue;
        }
        buffer_text(w->out, "(u8)");
        emit_expr(w, b->node, true);
    }
    buffer_text(w->out, scan->lagging ? "))" : ")");
    if (scan->width > 1) buffer_printf(w->out, " / %u", scan->width);
    line(w);
}

static void put_finals(Writer *w, const Loop *l) {
    LoopPair pairs[LOOP_VARS];
    uint32_t count = 0;
    for (uint32_t i = 0; i < l->var_count; i++)
        if (l->vars[i].final_) pairs[count++] = (LoopPair){i, l->vars[i].final_};
    emit_indent(w);
    buffer_text(w->out, "k = n - 1;\n"); /* the last turn skipped */
    emit_loop_pairs(w, pairs, count);
}

static void put_skip(Writer *w, const Loop *l) {
    for (uint32_t i = 0; i < l->group_count; i++) {
        emit_indent(w);
        buffer_printf(w->out, "const u8 *const q%u = mem%u + a%u;\n", i, l->groups[i].memory, i);
    }
    emit_indent(w);
    buffer_text(w->out, "u64 k = 0;\n");
    put_call(w, l, l->scan);
    emit_indent(w);
    buffer_text(w->out, "if (n > 0");
    if (emit_is_metered(w)) buffer_text(w->out, " && w2c_fuel_take(meter, n)");
    buffer_text(w->out, ") {\n");
    w->depth++;
    emit_fuel(w, l->block);
    put_finals(w, l);
    w->depth--;
    emit_indent(w);
    buffer_text(w->out, "}\n");
}

static void put_end(Writer *w, const LoopAccess *a, unsigned roll, bool down) {
    buffer_printf(w->out, "q%u + %llu", a->group, (unsigned long long)a->delta);
    if (down) buffer_printf(w->out, " - (n * %u - 1) * %u", roll, a->bytes);
}

/* "to, from, " */
static void put_ends(Writer *w, const Loop *l, const LoopMove *move) {
    put_end(w, move->to, l->roll, move->down);
    buffer_text(w->out, ", ");
    put_end(w, move->from, l->roll, move->down);
    buffer_text(w->out, ", ");
}

bool emit_loop_move(Writer *w, const Loop *l) {
    LoopMove move;
    if (w->e->options->no_libc_routines || !loop_is_move(w->ir, l, &move)) return false;
    unsigned long long bytes = (unsigned long long)move.to->bytes * l->roll;
    emit_indent(w);
    buffer_printf(w->out, "if (w2c_moves_%s(", move.down ? "down" : "up");
    put_ends(w, l, &move);
    buffer_printf(w->out, "n * %llu))\n", bytes);
    emit_indent(w);
    buffer_text(w->out, "    memmove(");
    put_ends(w, l, &move);
    buffer_printf(w->out, "(size_t)(n * %llu));\n", bytes);
    emit_indent(w);
    buffer_text(w->out, "else\n");
    return true;
}

void emit_scan(Writer *w, const Loop *l) {
    w->loop = l;
    w->turn = "k";
    emit_indent(w);
    buffer_printf(w->out, "{ /* %s */\n", l->detail);
    w->depth++;
    put_limits(w, l);
    emit_indent(w);
    buffer_printf(w->out, "if (%s > 0", l->test_count ? "limit" : "room");
    put_guards(w, l->scan);
    buffer_text(w->out, ") {\n");
    w->depth++;
    put_skip(w, l);
    w->depth--;
    emit_indent(w);
    buffer_text(w->out, "}\n");
    w->depth--;
    emit_indent(w);
    buffer_text(w->out, "}\n");
    w->loop = NULL;
}
