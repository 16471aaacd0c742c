/* emit_loop.c: the fast copy of a loop as C text: the turns, the check of what they touch, a for-loop over
 * plain pointers, and the values that the loop leaves behind. See lower/loop.h. */
#include "emit.h"
#include <stdio.h>
#include <stdlib.h>

/* ---- affine values --------------------------------------------------------------------------- */

static void put_sign(Writer *w, bool *first, bool minus) {
    if (!*first)
        buffer_text(w->out, minus ? " - " : " + ");
    else if (minus)
        buffer_text(w->out, "0 - ");
    *first = false;
}

static void put_number(Writer *w, unsigned type, uint64_t value) {
    buffer_u64(w->out, value);
    buffer_text(w->out, type == VT_I32 ? "u" : "ull");
}

/* value, or minus what is less far from 0 */
static bool is_minus(unsigned type, uint64_t *value) {
    if (!(*value >> (type == VT_I32 ? 31 : 63) & 1)) return false;
    *value = type == VT_I32 ? (uint32_t)(0 - (uint32_t)*value) : 0 - *value;
    return true;
}

/* In the type's arithmetic; with_turn: plus step * w->turn. */
static void put_affine(Writer *w, unsigned type, const Affine *a, bool with_turn) {
    bool first = true;
    for (uint32_t i = 0; i < a->count; i++) {
        uint64_t coef = a->term[i].coef;
        put_sign(w, &first, is_minus(type, &coef));
        emit_expr(w, a->term[i].node, true);
        if (coef == 1) continue;
        buffer_text(w->out, " * ");
        put_number(w, type, coef);
    }
    uint64_t step = a->step, c = a->c;
    if (with_turn && step) {
        put_sign(w, &first, is_minus(type, &step));
        buffer_printf(w->out, "(%s)%s", emit_c_type(type), w->turn);
        if (step != 1) {
            buffer_text(w->out, " * ");
            put_number(w, type, step);
        }
    }
    if (with_turn && a->by) {
        uint64_t coef = a->by_coef;
        put_sign(w, &first, is_minus(type, &coef));
        buffer_printf(w->out, "(%s)%s * ", emit_c_type(type), w->turn);
        emit_expr(w, a->by, true);
        if (coef != 1) {
            buffer_text(w->out, " * ");
            put_number(w, type, coef);
        }
    }
    if (c || first) {
        put_sign(w, &first, is_minus(type, &c));
        put_number(w, type, c);
    }
}

static void put_pointer(Writer *w, const LoopAccess *a) {
    const LoopGroup *g = &w->loop->groups[a->group];
    int64_t span = (int64_t)g->span;
    buffer_printf(w->out, "q%u", a->group);
    if (g->stride) buffer_printf(w->out, " + (s64)k * s%u", a->group);
    if (g->stride) span = 0;
    if (span) buffer_text(w->out, span < 0 ? " - k" : " + k");
    if (span && llabs((long long)span) != 1)
        buffer_printf(w->out, " * %lld", llabs((long long)span));
    if (a->delta) buffer_printf(w->out, " + %llu", (unsigned long long)a->delta);
}

static void put_load(Writer *w, const Node *n) {
    const LoopAccess *a = &w->loop->accesses[n->imm];
    const char *c = op_info[a->op].c;
    bool narrow = n->type == VT_I32 ? c[1] != '3' : n->type == VT_I64 ? c[1] != '6' : false;
    if (narrow) buffer_text(w->out, n->type == VT_I32 ? "(u32)" : "(u64)");
    buffer_printf(w->out, "w2c_get_%s(", c);
    put_pointer(w, a);
    if (c[0] == 'l') {
        buffer_text(w->out, ", ");
        emit_expr(w, n->kid[1], false);
        buffer_printf(w->out, ", %u", a->lane);
    }
    buffer_char(w->out, ')');
}

void emit_loop_leaf(Writer *w, const Node *n) {
    switch (n->op) {
    case NODE_TEMP:
        buffer_printf(w->out, "t%u", (unsigned)n->imm);
        break;
    case NODE_MERGED:
        buffer_printf(w->out, "m%u", (unsigned)n->imm);
        break;
    case NODE_AFFINE:
        buffer_char(w->out, '(');
        put_affine(w, n->type, &w->loop->affines[n->imm], true);
        buffer_char(w->out, ')');
        break;
    default:
        put_load(w, n);
        break;
    }
}

/* ---- before the loop ------------------------------------------------------------------------- */

static void put_operand(Writer *w, const LoopTest *t, uint32_t node) {
    bool down = t->relation == LOOP_GT || t->relation == LOOP_GE;
    const char *sign = t->wide ? "0x8000000000000000ull" : "0x80000000u";
    if (t->is_signed && t->relation != LOOP_NE) {
        buffer_text(w->out, down ? "~(" : "(");
        emit_expr(w, node, true);
        buffer_printf(w->out, " ^ %s)", sign);
    } else {
        if (down) buffer_char(w->out, '~');
        emit_expr(w, node, true);
    }
}

/* In how many turns the test holds. */
static void put_test(Writer *w, const LoopTest *t) {
    const char *cast = t->wide ? "u64" : "u32";
    int64_t step = (int64_t)t->step;
    bool up = step > 0;
    if (t->relation == LOOP_NE) {
        buffer_printf(w->out, "w2c_turns_ne((%s)(", cast);
        emit_expr(w, up ? t->right : t->left, true);
        buffer_text(w->out, " - ");
        emit_expr(w, up ? t->left : t->right, true);
        buffer_printf(w->out, "), %llu)", llabs((long long)step));
        return;
    }
    bool open = t->relation == LOOP_LT || t->relation == LOOP_GT;
    bool down = t->relation == LOOP_GT || t->relation == LOOP_GE;
    buffer_printf(w->out, "w2c_turns_%s%s(", open ? "lt" : "le", t->stride ? "_by" : "");
    put_operand(w, t, t->left);
    buffer_text(w->out, ", ");
    put_operand(w, t, t->right);
    buffer_text(w->out, ", ");
    if (t->stride) {
        buffer_printf(w->out, "%s(s64)(s%d)", down ? "-" : "", t->wide ? 64 : 32);
        emit_expr(w, t->stride, true);
    } else {
        buffer_u64(w->out, (uint64_t)llabs((long long)step));
    }
    buffer_text(w->out, t->wide ? ", UINT64_MAX)" : ", UINT32_MAX)");
}

static const LoopTest *last_test(const Loop *l) {
    for (uint32_t i = 0; i < l->test_count; i++)
        if (l->tests[i].last) return &l->tests[i];
    return NULL;
}

static void put_turns(Writer *w, const Loop *l) {
    const LoopTest *last = last_test(l);
    bool others = l->test_count > (last ? 1u : 0u);
    if (last) {
        emit_indent(w);
        buffer_printf(w->out, "const u64 %s = ", others ? "all" : "n");
        put_test(w, last);
        buffer_text(w->out, l->tail ? ";\n" : " + 1;\n");
    }
    if (!others) return;
    emit_indent(w);
    buffer_printf(w->out, "u64 n = ");
    const char *before = last ? "all" : NULL;
    if (before) buffer_text(w->out, "all");
    for (uint32_t i = 0; i < l->test_count; i++) {
        if (&l->tests[i] == last) continue;
        if (before) {
            buffer_text(w->out, ";\n");
            emit_indent(w);
            buffer_text(w->out, "n = w2c_fewer(n, ");
        }
        put_test(w, &l->tests[i]);
        if (before) buffer_char(w->out, ')');
        before = "n";
    }
    buffer_text(w->out, ";\n");
}

/* The turns that the literal loop would have been charged: its first is free, and so is the first one
 * after the copy, when that goes on with it. */
static void put_charged(Writer *w, const Loop *l) {
    const LoopTest *last = last_test(l);
    bool whole = last && !l->tail;
    buffer_text(w->out, !whole ? "n" : l->test_count > 1 ? "n - (n == all)" : "n - 1");
}

unsigned emit_loop_start(Writer *w, const Loop *l, uint32_t group) {
    const LoopGroup *g = &l->groups[group];
    unsigned type = w->e->m->memories[g->memory].limits.is64 ? VT_I64 : VT_I32;
    emit_indent(w);
    buffer_printf(w->out, "const u64 a%u = ", group);
    put_affine(w, type, &g->base, false);
    buffer_text(w->out, ";\n");
    return type;
}

/* By how many bytes a turn must move on: those of the group's widest access, when it has stores. */
static unsigned least_step(const Writer *w, const Loop *l, uint32_t group) {
    unsigned widest = 0;
    bool stores = false;
    for (uint32_t i = 0; i < l->access_count; i++)
        if (l->accesses[i].group == group && l->accesses[i].bytes > widest)
            widest = l->accesses[i].bytes;
    for (uint32_t i = 0; i < l->act_count; i++)
        stores |= l->acts[i].kind == ACT_STORE &&
                  l->accesses[w->ir->nodes[l->acts[i].node].imm].group == group;
    return stores ? widest : 0;
}

/* Where the copy is possible it is what runs: without that said, C compilers give its registers to the loop itself. */
static void put_check(Writer *w, const Loop *l) {
    for (uint32_t i = 0; i < l->group_count; i++) {
        const LoopGroup *g = &l->groups[i];
        unsigned type = emit_loop_start(w, l, i);
        if (!g->stride) continue;
        emit_indent(w);
        buffer_printf(w->out, "const s64 s%u = (s%d)", i, type == VT_I64 ? 64 : 32);
        emit_expr(w, g->stride, true);
        buffer_text(w->out, ";\n");
    }
    emit_indent(w);
    buffer_text(w->out, "if (w2c_turns_ok(n)");
    if (w->e->options->interruptible) buffer_text(w->out, " && n <= W2C_UNINTERRUPTED");
    for (uint32_t i = 0; i < l->group_count; i++) {
        const LoopGroup *g = &l->groups[i];
        int64_t step = (int64_t)g->base.step;
        buffer_text(w->out, " &&\n");
        emit_indent(w);
        buffer_text(w->out, "    ");
        if (g->stride) {
            buffer_printf(w->out,
                          "W2C_LIKELY(w2c_inside_by(m->memory%u->size, a%u, n - 1, s%u, %llu, %u))",
                          g->memory, i, i, (unsigned long long)g->extent, least_step(w, l, i));
            continue;
        }
        buffer_text(w->out, "W2C_LIKELY(");
        if (step < 0) buffer_printf(w->out, "(n - 1) * %llu <= a%u && ", llabs((long long)step), i);
        buffer_printf(w->out, "w2c_inside(m->memory%u->size, a%u, ", g->memory, i);
        if (step > 0) buffer_printf(w->out, "(n - 1) * %llu + ", (unsigned long long)step);
        buffer_printf(w->out, "%llu))", (unsigned long long)g->extent);
    }
    for (uint32_t i = 0; i < l->divisor_count; i++) {
        const LoopDivisor *d = &l->divisors[i];
        for (unsigned k = 0; k < (d->is_signed ? 2u : 1u); k++) {
            buffer_text(w->out, " &&\n");
            emit_indent(w);
            buffer_text(w->out, "    ");
            emit_expr(w, d->node, true);
            buffer_text(w->out, k ? " + 1 != 0" : " != 0");
        }
    }
    if (emit_is_metered(w)) {
        buffer_text(w->out, " &&\n");
        emit_indent(w);
        buffer_text(w->out, "    w2c_fuel_take(meter, ");
        put_charged(w, l);
        buffer_char(w->out, ')');
    }
    buffer_text(w->out, ") {\n");
}

/* ---- the copy -------------------------------------------------------------------------------- */

void emit_loop_var(Writer *w, const LoopVar *v) {
    if (v->is_slot)
        emit_slot(w, v->type, v->index);
    else
        emit_local(w, v->index);
}

/* Variables get values that are written in terms of what they hold: all at once. */
static void put_pairs(Writer *w, const LoopPair *pairs, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        const LoopVar *v = &w->loop->vars[pairs[i].var];
        emit_indent(w);
        buffer_printf(w->out, "const %s x%u = ", emit_c_type(v->type), i);
        emit_expr(w, pairs[i].node, false);
        buffer_text(w->out, ";\n");
    }
    for (uint32_t i = 0; i < count; i++) {
        emit_indent(w);
        emit_loop_var(w, &w->loop->vars[pairs[i].var]);
        buffer_printf(w->out, " = x%u;\n", i);
    }
}

static void put_store(Writer *w, const Node *n) {
    const LoopAccess *a = &w->loop->accesses[n->imm];
    const char *c = op_info[a->op].c;
    buffer_printf(w->out, "w2c_put_%s(", c);
    put_pointer(w, a);
    buffer_text(w->out, ", ");
    if (c[0] == 'u' && c[1] != '6') buffer_printf(w->out, "(%s)", c);
    emit_expr(w, n->kid[1], c[0] == 'u');
    if (c[0] == 'l') buffer_printf(w->out, ", %u", a->lane);
    buffer_text(w->out, ");\n");
}

/* The copy's stores are plain: they end before anything that may trap follows. */
static void put_done(Writer *w, const Loop *l) {
    bool stores = false;
    for (uint32_t i = 0; i < l->act_count; i++)
        stores |= l->acts[i].kind == ACT_STORE;
    if (!stores) return;
    emit_indent(w);
    buffer_text(w->out, "W2C_STORED;\n");
}

static void put_exit(Writer *w, const Loop *l, const LoopAct *a) {
    emit_indent(w);
    if (a->node) {
        buffer_text(w->out, a->negated ? "if (!(" : "if (");
        emit_condition(w, a->node);
        buffer_text(w->out, a->negated ? ")) {\n" : ") {\n");
    } else {
        buffer_text(w->out, "{\n");
    }
    w->depth++;
    put_done(w, l);
    put_pairs(w, l->pairs + a->first, a->count);
    if (emit_is_metered(w)) {
        emit_indent(w);
        buffer_text(w->out, "w2c_fuel_return(meter, ");
        put_charged(w, l);
        buffer_text(w->out, " - k");
        if (l->roll > 1) buffer_printf(w->out, " / %u", l->roll);
        buffer_text(w->out, ");\n");
        emit_fuel(w, l->block);
    }
    emit_indent(w);
    if (a->a == l->last)
        buffer_printf(w->out, "goto D%u;", l->block);
    else
        emit_jump(w, &w->ir->stmts[a->a]);
    buffer_char(w->out, '\n');
    w->depth--;
    emit_indent(w);
    buffer_text(w->out, "}\n");
}

/* Where ways meet, variables have merged values: each way sets them. */
static void put_merged(Writer *w, const LoopPair *pair) {
    const Node *n = &w->ir->nodes[pair->var];
    emit_indent(w);
    buffer_printf(w->out, "m%u = ", (unsigned)n->imm);
    emit_expr(w, pair->node, false);
    buffer_text(w->out, ";\n");
}

static void put_sets(Writer *w, const Loop *l, const LoopAct *a) {
    for (uint32_t i = 0; i < a->count; i++)
        put_merged(w, &l->pairs[a->first + i]);
}

static void put_jump(Writer *w, const Loop *l, const LoopAct *a) {
    bool ends = a + 1 < l->acts + l->act_count && a[1].kind == ACT_JOIN && a[1].a == a->a;
    if (a->shape == SHAPE_IF) {
        put_sets(w, l, a);
        emit_indent(w);
        buffer_text(w->out, a->negated ? "if (" : "if (!(");
        emit_condition(w, a->node);
        buffer_text(w->out, a->negated ? ") {\n" : ")) {\n");
        w->depth++;
        return;
    }
    if (a->node) {
        emit_indent(w);
        buffer_text(w->out, a->negated ? "if (!(" : "if (");
        emit_condition(w, a->node);
        buffer_text(w->out, a->negated ? ")) {\n" : ") {\n");
        w->depth++;
    }
    put_sets(w, l, a);
    if (a->shape == SHAPE_GOTO && (!ends || a->node)) {
        emit_indent(w);
        buffer_printf(w->out, "goto J%u;\n", a->a);
    }
    if (!a->node) return;
    w->depth--;
    emit_indent(w);
    buffer_text(w->out, "}\n");
}

static void put_join(Writer *w, const Loop *l, const LoopAct *a) {
    bool jumped = false;
    for (const LoopAct *jump = l->acts; jump < a; jump++)
        jumped |= jump->kind == ACT_JUMP && jump->a == a->a && jump->shape == SHAPE_GOTO &&
                  (jump->node || jump + 1 != a);
    for (unsigned i = 0; i < a->closes; i++) {
        w->depth--;
        emit_indent(w);
        buffer_text(w->out, "}\n");
    }
    if (a->shape == SHAPE_ELSE) {
        w->depth--;
        emit_indent(w);
        buffer_text(w->out, "} else {\n");
        w->depth++;
    }
    if (jumped) buffer_printf(w->out, "J%u:;\n", a->a);
}

static void put_act(Writer *w, const Loop *l, const LoopAct *a) {
    const Node *n = &w->ir->nodes[a->node];
    switch ((LoopActKind)a->kind) {
    case ACT_VALUE:
        emit_indent(w);
        if (!a->outer) buffer_printf(w->out, "const %s ", emit_c_type(n->type));
        buffer_printf(w->out, "t%u = ", a->a);
        emit_expr(w, a->node, false);
        buffer_text(w->out, ";\n");
        break;
    case ACT_EVAL:
        break;
    case ACT_STORE:
        emit_indent(w);
        put_store(w, n);
        break;
    case ACT_EXIT:
        put_exit(w, l, a);
        break;
    case ACT_JUMP:
        put_jump(w, l, a);
        break;
    case ACT_JOIN:
        put_join(w, l, a);
        break;
    case ACT_MERGED: /* put_body declares it */
        break;
    }
}

static bool is_affine(const Writer *w, uint32_t node) {
    uint16_t op = w->ir->nodes[node].op;
    return op != NODE_TEMP && op != NODE_MERGED;
}

static void put_unroll(Writer *w, const Loop *l) {
    LoopUnroll how = w->e->options->no_loop_rolling ? UNROLL_NOT : loop_unroll(w->ir, l);
    if (how == UNROLL_NOT) return;
    emit_indent(w);
    buffer_text(w->out, how == UNROLL_LONG ? "W2C_UNROLL_LONG\n" : "W2C_UNROLL\n");
}

static void put_body(Writer *w, const Loop *l) {
    bool stores = false;
    for (uint32_t i = 0; i < l->act_count; i++)
        stores |= l->acts[i].kind == ACT_STORE;
    for (uint32_t i = 0; i < l->access_count; i++) /* vectors are not vectorised again */
        stores &= l->accesses[i].bytes != 16;
    for (uint32_t i = 0; i < l->group_count; i++) {
        bool apart = stores && l->group_count > 1;
        emit_indent(w);
        buffer_printf(w->out, "u8 *const q%u = %smem%u + a%u%s;\n", i, apart ? "w2c_apart(" : "",
                      l->groups[i].memory, i, apart ? ")" : "");
    }
    if (!emit_loop_move(w, l)) put_unroll(w, l);
    emit_indent(w);
    buffer_text(w->out, "W2C_HOT for (u64 k = 0; k != n");
    if (l->roll > 1) buffer_printf(w->out, " * %u", l->roll);
    buffer_text(w->out, "; k++) {\n");
    w->depth++;
    for (uint32_t i = 0; i < l->act_count; i++) {
        const LoopAct *a = &l->acts[i];
        const Node *n = &w->ir->nodes[a->node];
        bool merged = a->kind == ACT_MERGED;
        if (!merged && !(a->kind == ACT_VALUE && a->outer)) continue;
        emit_indent(w);
        buffer_printf(w->out, "%s %c%u;\n", emit_c_type(n->type), merged ? 'm' : 't',
                      merged ? (unsigned)n->imm : a->a);
    }
    for (uint32_t i = 0; i < l->act_count; i++)
        put_act(w, l, &l->acts[i]);
    for (uint32_t i = 0; i < l->var_count; i++) {
        const LoopVar *v = &l->vars[i];
        if (!v->final_ || (is_affine(w, v->final_) && !v->is_carried)) continue;
        emit_indent(w);
        emit_loop_var(w, v);
        buffer_text(w->out, " = ");
        emit_expr(w, v->final_, false);
        buffer_text(w->out, ";\n");
    }
    w->depth--;
    emit_indent(w);
    buffer_text(w->out, "}\n");
}

/* What variables that are affine hold after n turns; those that are carried, too: where nobody asks within the loop, C
 * compilers leave out what the turns set. */
static void put_finals(Writer *w, const Loop *l) {
    LoopPair pairs[128];
    uint32_t count = 0;
    for (uint32_t i = 0; i < l->var_count && count < 128; i++)
        if (l->vars[i].final_ && is_affine(w, l->vars[i].final_))
            pairs[count++] = (LoopPair){i, l->vars[i].final_};
    w->turn = "(n - 1)";
    put_pairs(w, pairs, count);
    w->turn = "k";
}

void emit_loop_copy(Writer *w, const Loop *l) {
    const LoopTest *last = last_test(l);
    w->loop = l;
    w->turn = "k";
    emit_indent(w);
    buffer_text(w->out, "{\n");
    w->depth++;
    put_turns(w, l);
    put_check(w, l);
    w->depth++;
    put_body(w, l);
    put_done(w, l);
    emit_fuel(w, l->block);
    put_finals(w, l);
    if (last && !l->tail) {
        emit_indent(w);
        if (l->test_count > 1) buffer_text(w->out, "if (n == all) ");
        buffer_printf(w->out, "goto D%u;\n", l->block);
    }
    w->depth--;
    emit_indent(w);
    buffer_text(w->out, "}\n");
    w->depth--;
    emit_indent(w);
    buffer_text(w->out, "}\n");
    w->loop = NULL;
}

/* ---- for others ------------------------------------------------------------------------------ */

void emit_loop_test(Writer *w, const LoopTest *t) {
    put_test(w, t);
}

void emit_loop_pointer(Writer *w, const LoopAccess *a) {
    put_pointer(w, a);
}

void emit_loop_pairs(Writer *w, const LoopPair *pairs, uint32_t count) {
    put_pairs(w, pairs, count);
}

/* ---- the report ------------------------------------------------------------------------------ */

bool emit_loops_any(const Writer *w) {
    for (uint32_t i = 0; i < w->loops.count; i++)
        if (w->loops.loops[i].reason == LOOP_versioned) return true;
    return false;
}

void emit_loops_explain(Writer *w) {
    Slice name = module_func_name(w->e->m, w->func);
    Buffer out;
    buffer_init(&out, w->ctx->alloc);
    for (uint32_t i = 0; i < w->loops.count; i++) {
        const Loop *l = &w->loops.loops[i];
        buffer_printf(&out, "0x%06x ", l->offset);
        if (name.len)
            emit_comment_text(&out, name);
        else
            buffer_printf(&out, "func %u", w->func);
        buffer_text(&out, ": loop: ");
        buffer_printf(&out, loop_reason_texts[l->reason], l->detail ? l->detail : "");
        if (l->detail_offset) buffer_printf(&out, " at 0x%x", l->detail_offset);
        if (l->reason == LOOP_versioned)
            buffer_printf(&out, ", %u accesses by %u pointers", l->access_count, l->group_count);
        if (l->roll > 1) buffer_printf(&out, ", rolled up %u times", l->roll);
        buffer_char(&out, '\n');
    }
    if (!out.failed && out.len) fwrite(out.data, 1, out.len, stderr);
    buffer_free(&out);
}
