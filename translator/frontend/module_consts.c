/* module_consts.c: types of constant expressions, when everything that they can name has been read.
 * In the order of their sections, so that the first error has the lowest offset. A global sees the
 * globals before it, a table's initial value the imported ones, a segment all of them.
 * Spec: valid/modules#valid-module */
#include "decode.h"
#include "section.h"

typedef struct ConstChecker {
    Context *ctx;
    Module *m;
    Arena scratch;
} ConstChecker;

/* Is it a constant of that very type and an end? Its bytes have been walked over, so they are there.
 * Almost all are; the others take the validator. */
static bool is_plain(ConstExpr expr, ValType type) {
    const uint8_t *p = expr.bytes.ptr, *end = p + expr.bytes.len;
    unsigned op = op_of_code[0][*p];
    if (op != (type == VT_I32 ? OP_i32_const : OP_i64_const) + 1u) return false;
    if (type != VT_I32 && type != VT_I64) return false;
    while (*++p >= 0x80) {
    }
    return end - p == 2 && op_of_code[0][p[1]] == OP_end + 1;
}

static bool check(ConstChecker *c, ConstExpr expr, ValType type, uint32_t globals) {
    OpStream stream;
    if (is_plain(expr, type)) return true;
    arena_reset(&c->scratch);
    if (!validate_const(c->ctx, c->m, expr, type, globals, &c->scratch, &stream)) return false;
    c->m->features_used |= stream.features_used;
    return true;
}

static bool check_elem(ConstChecker *c, const Elem *e) {
    Module *m = c->m;
    const uint8_t *at = e->items.ptr;
    if (e->mode == SEGMENT_ACTIVE) {
        ValType address = m->tables[e->table].limits.is64 ? VT_I64 : VT_I32;
        if (!check(c, e->offset, address, m->global_count)) return false;
    }
    for (uint32_t i = 0; !e->is_funcs && i < e->count; i++) {
        ConstExpr item;
        elem_next(m, e, &at, NULL, &item);
        if (!check(c, item, e->type, m->global_count)) return false;
    }
    return true;
}

static bool check_all(ConstChecker *c) {
    Module *m = c->m;
    for (uint32_t i = 0; i < m->table_count; i++) {
        const Table *t = &m->tables[i];
        if (t->init.bytes.len && !check(c, t->init, t->type, m->imported_globals)) return false;
    }
    for (uint32_t i = m->imported_globals; i < m->global_count; i++)
        if (!check(c, m->globals[i].init, m->globals[i].type, i)) return false;
    for (uint32_t i = 0; i < m->elem_count; i++)
        if (!check_elem(c, &m->elems[i])) return false;
    for (uint32_t i = 0; i < m->data_count; i++) {
        const Data *d = &m->datas[i];
        if (d->mode != SEGMENT_ACTIVE) continue;
        ValType address = m->memories[d->memory].limits.is64 ? VT_I64 : VT_I32;
        if (!check(c, d->offset, address, m->global_count)) return false;
    }
    return true;
}

bool module_check_consts(Context *ctx, Module *m) {
    ConstChecker c = {.ctx = ctx, .m = m};
    arena_init(&c.scratch, ctx->alloc);
    bool ok = check_all(&c);
    arena_free(&c.scratch);
    return ok;
}
