/* emit_scan.c: in front of a loop that searches: the turns that surely go on, and what the variables hold
 * after them. The loop itself follows and does the rest. See lower/scan.h. */
#include "emit.h"
#include "../lower/scan.h"

static void line(Writer *w) {
    buffer_text(w->out, ";\n");
}

static bool is_set(const Scan *scan) {
    return scan->kind == SCAN_OUTSIDE || scan->kind == SCAN_INSIDE;
}

/* Do both groups end at the end of the same memory, as many bytes behind where they begin? */
static bool ends_alike(const LoopGroup *a, const LoopGroup *b) {
    return a->memory == b->memory && a->extent == b->extent && a->base.step == b->base.step;
}

static void put_room(Writer *w, const Loop *l) {
    const LoopGroup *groups = l->groups;
    bool two = l->group_count > 1 && ends_alike(&groups[0], &groups[1]);
    for (uint32_t i = 0; i < l->group_count; i++) {
        if (two && i == 1) continue;
        emit_indent(w);
        buffer_text(w->out, i ? "room = w2c_fewer(room, " : "u64 room = ");
        buffer_text(w->out, "w2c_scan_room(");
        emit_size(w, groups[i].memory);
        if (two && i == 0)
            buffer_text(w->out, ", w2c_later(a0, a1)");
        else
            buffer_printf(w->out, ", a%u", i);
        buffer_printf(w->out, ", %llu, %llu)%s", (unsigned long long)groups[i].extent,
                      (unsigned long long)groups[i].base.step, i ? ")" : "");
        line(w);
    }
}

/* room: turns whose accesses stay inside memory; limit: what the counting tests allow. */
static void put_limits(Writer *w, const Loop *l) {
    for (uint32_t i = 0; i < l->group_count; i++)
        emit_loop_start(w, l, i);
    put_room(w, l);
    for (uint32_t i = 0; i < l->test_count; i++) {
        emit_indent(w);
        buffer_text(w->out,
                    i ? "limit = w2c_fewer(limit, w2c_scan_turns(" : "u64 limit = w2c_scan_turns(");
        emit_loop_test(w, &l->tests[i]);
        buffer_text(w->out, i ? "))" : ")");
        line(w);
    }
}

/* Turns to look at. */
static const char *most_turns(const Loop *l) {
    return l->test_count ? "w2c_fewer(room, limit)" : "room";
}

/* set: where the bytes begin; count: how many there are. */
static void put_set(Writer *w, const ScanSet *set) {
    emit_indent(w);
    buffer_text(w->out, "const u64 set = ");
    emit_expr(w, set->address, false);
    line(w);
    emit_indent(w);
    buffer_text(w->out, "const u64 set_room = w2c_scan_room(");
    emit_size(w, set->memory);
    buffer_printf(w->out, ", set, %llu, 1)", (unsigned long long)set->delta + 1);
    line(w);
    emit_indent(w);
    if (set->is_string) {
        buffer_printf(w->out, "const u64 count = w2c_set_string(mem%u + set + %llu, set_room",
                      set->memory, (unsigned long long)set->delta);
    } else {
        buffer_text(w->out, "const u64 count = w2c_set_counted(set_room, ");
        emit_loop_test(w, &set->test);
    }
    buffer_text(w->out, set->one_more || set->first ? ", 1)" : ", 0)");
    line(w);
}

/* What must hold of it. */
static void put_set_guards(Writer *w, const ScanSet *set) {
    buffer_text(w->out, " && count <= W2C_SET_MOST");
    if (!set->first) return;
    buffer_printf(w->out, " && set + %llu > 0 && ", (unsigned long long)set->delta);
    emit_expr(w, set->first, true);
    buffer_printf(w->out, " == (%s)w2c_get_u8(mem%u + set + %llu - 1)",
                  emit_c_type(w->ir->nodes[set->first].type), set->memory,
                  (unsigned long long)set->delta);
}

static void put_guards(Writer *w, const Scan *scan) {
    for (unsigned i = 0; i < scan->guard_count; i++) {
        buffer_text(w->out, scan->guards[i].wanted ? " && (" : " && !(");
        emit_condition(w, scan->guards[i].node);
        buffer_char(w->out, ')');
    }
    if (scan->lagging) {
        const LoopAccess *a = &w->loop->accesses[scan->left];
        buffer_printf(w->out, " && room > 0 && a%u + %llu > 0 && ", a->group,
                      (unsigned long long)a->delta);
        emit_expr(w, scan->lagging, true);
        buffer_printf(w->out, " == (%s)w2c_get_u8(mem%u + a%u + %llu - 1)",
                      emit_c_type(w->ir->nodes[scan->lagging].type), a->memory, a->group,
                      (unsigned long long)a->delta);
    }
    if (is_set(scan)) put_set_guards(w, &scan->set);
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

static void put_byte(Writer *w, const ScanByte *b) {
    buffer_text(w->out, ", ");
    if (!b->node) {
        buffer_u64(w->out, b->value);
        return;
    }
    buffer_text(w->out, "(u8)");
    emit_expr(w, b->node, true);
}

/* The same of a set. */
static void put_set_call(Writer *w, const Loop *l, const Scan *scan) {
    unsigned late = (scan->lagging ? 1u : 0u) + (scan->keep_last ? 1u : 0u);
    emit_indent(w);
    buffer_text(w->out, "const u64 n = ");
    for (unsigned i = 0; i < late; i++)
        buffer_text(w->out, "w2c_scan_lag(");
    buffer_printf(w->out, "w2c_scan_%s(", scan->kind == SCAN_OUTSIDE ? "outside" : "inside");
    emit_loop_pointer(w, &l->accesses[scan->left]);
    if (scan->lagging) buffer_text(w->out, " - 1");
    buffer_printf(w->out, ", room, %s, mem%u + set + %llu%s, count", most_turns(l),
                  scan->set.memory, (unsigned long long)scan->set.delta,
                  scan->set.first ? " - 1" : "");
    if (scan->byte_count)
        put_byte(w, &scan->bytes[0]);
    else
        buffer_text(w->out, ", W2C_SET_NONE");
    buffer_text(w->out, &")))"[2 - late]);
    line(w);
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
    /* of single bytes the limit may be larger than the room */
    put_bytes_of(w,
                 scan->width > 1 ? most_turns(l)
                 : l->test_count ? "limit"
                                 : "room",
                 scan->width);
    for (unsigned i = 0; i < scan->byte_count; i++)
        put_byte(w, &scan->bytes[i]);
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
    if (is_set(l->scan))
        put_set_call(w, l, l->scan);
    else
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

/* Where a turn looks at several bytes, most searches end in the first one: that is run as it is, and the
 * second begins with the skipping. Interruptible turns are counted at their labels. */
static bool skips_late(const Writer *w, const Loop *l) {
    return l->reason == LOOP_scan && l->scan->width > 1 && !w->e->options->interruptible;
}

static void put_begin(Writer *w, const Loop *l) {
    emit_indent(w);
    if (!skips_late(w, l)) {
        buffer_printf(w->out, "{ /* %s */\n", l->detail);
        return;
    }
    buffer_printf(w->out, "first%u = true;\n", l->block);
    emit_indent(w);
    buffer_printf(w->out, "goto F%u;\nL%u:;\n", l->block, l->block);
    emit_indent(w);
    buffer_printf(w->out, "if (first%u) { /* %s */\n", l->block, l->detail);
    emit_indent(w);
    buffer_printf(w->out, "    first%u = false;\n", l->block);
    for (uint32_t i = 0; i < l->var_count; i++) {
        if (!l->vars[i].is_induction) continue;
        emit_indent(w);
        buffer_text(w->out, "    W2C_HERE(");
        emit_loop_var(w, &l->vars[i]);
        buffer_text(w->out, ");\n");
    }
}

void emit_scan_decls(const Writer *w, Buffer *out) {
    for (uint32_t i = 0; i < w->loops.count; i++)
        if (skips_late(w, &w->loops.loops[i]))
            buffer_printf(out, "    bool first%u;\n", w->loops.loops[i].block);
}

bool emit_scan_head(Writer *w, const Loop *l) {
    if (!skips_late(w, l)) return false;
    buffer_printf(w->out, "F%u: W2C_LOOP();", l->block);
    return true;
}

void emit_scan(Writer *w, const Loop *l) {
    w->loop = l;
    w->turn = "k";
    put_begin(w, l);
    w->depth++;
    put_limits(w, l);
    if (is_set(l->scan)) put_set(w, &l->scan->set);
    emit_indent(w);
    buffer_text(w->out, l->test_count ? "if (limit > W2C_SCAN_LEAST" : "if (room > 0");
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
