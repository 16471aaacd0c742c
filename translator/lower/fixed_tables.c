/* fixed_tables.c: see fixed_tables.h. Segments are taken in their order; from the first one on that could
 * trap, what they write to is not fixed. */
#include "fixed_tables.h"
#include "../base/reader.h"

enum {
    SPARE_SLOTS = 256, /* empty ones that a fixed table may have beyond as many as are filled */
    MOST_SLOTS = 1 << 24
};

/* A constant expression that is one constant, or one ref.func or ref.null. */
static bool one_constant(const Module *m, ConstExpr expr, Op op, uint64_t *value) {
    Reader r = {.pos = expr.bytes.ptr,
                .end = expr.bytes.ptr + expr.bytes.len,
                .base = m->bytes.ptr,
                .limit = m->bytes.ptr + m->bytes.len};
    if (reader_u8(&r) != op_info[op].code) return false;
    switch (op) {
    case OP_i32_const:
        *value = (uint32_t)reader_s32leb(&r);
        break;
    case OP_i64_const:
        *value = (uint64_t)reader_s64leb(&r);
        break;
    case OP_ref_func:
        *value = reader_u32leb(&r);
        break;
    default: /* ref.null: whatever the type */
        *value = NO_FUNC;
        return true;
    }
    return reader_u8(&r) == op_info[OP_end].code && !r.error;
}

static bool offset_of(const Module *m, const Elem *elem, uint64_t *offset) {
    bool wide = m->tables[elem->table].limits.is64;
    return one_constant(m, elem->offset, wide ? OP_i64_const : OP_i32_const, offset);
}

static bool fits(const Module *m, const Elem *elem, uint64_t *offset) {
    uint64_t size = m->tables[elem->table].limits.min;
    return offset_of(m, elem, offset) && *offset <= size && elem->count <= size - *offset;
}

/* False: something in it is not a function of this module, or null. */
static bool fill(const Module *m, const Elem *elem, uint32_t *slots) {
    const uint8_t *at = elem->items.ptr;
    for (uint32_t i = 0; i < elem->count; i++) {
        uint32_t func = 0;
        ConstExpr expr = {{NULL, 0}};
        elem_next(m, elem, &at, &func, &expr);
        uint64_t value = func;
        if (!elem->is_funcs && !one_constant(m, expr, OP_ref_func, &value) &&
            !one_constant(m, expr, OP_ref_null, &value))
            return false;
        if (value < m->imported_funcs) return false;
        slots[i] = (uint32_t)value;
    }
    return true;
}

/* As far as the table itself goes. filled: how many its segments have. */
static bool could_be_fixed(const Module *m, const CallGraph *g, uint32_t i, uint64_t filled) {
    const Table *t = &m->tables[i];
    return i >= m->imported_tables && !call_graph_writes(g, i) && t->init.bytes.len == 0 &&
           type_matches(m, t->type, VT_FUNCREF) && t->limits.min <= filled * 2 + SPARE_SLOTS &&
           t->limits.min <= MOST_SLOTS;
}

static bool count_filled(const Module *m, uint64_t *filled) {
    bool any = false;
    for (uint32_t k = 0; k < m->elem_count; k++)
        if (m->elems[k].mode == SEGMENT_ACTIVE) {
            filled[m->elems[k].table] += m->elems[k].count;
            any = true;
        }
    return any;
}

static bool make(const Module *m, const CallGraph *g, Arena *arena, const uint64_t *filled,
                 FixedTable *tables, uint32_t **slots) {
    for (uint32_t i = 0; i < m->table_count; i++) {
        if (!could_be_fixed(m, g, i, filled[i])) continue;
        tables[i].size = (uint32_t)m->tables[i].limits.min;
        if (!(slots[i] = ARENA_ARRAY(arena, tables[i].size, uint32_t))) return false;
        for (uint32_t k = 0; k < tables[i].size; k++)
            slots[i][k] = NO_FUNC;
    }
    for (uint32_t i = 0; i < m->export_count; i++)
        if (m->exports[i].kind == EXTERN_TABLE) slots[m->exports[i].index] = NULL;
    bool traps = false;
    for (uint32_t k = 0; k < m->elem_count; k++) {
        const Elem *elem = &m->elems[k];
        if (elem->mode != SEGMENT_ACTIVE) continue;
        uint64_t offset = 0;
        if (!fits(m, elem, &offset)) traps = true;
        uint32_t *to = slots[elem->table];
        if (to && (traps || !fill(m, elem, to + offset))) slots[elem->table] = NULL;
    }
    for (uint32_t i = 0; i < m->table_count; i++) {
        tables[i].funcs = tables[i].size ? slots[i] : NULL;
        tables[i].unseen = !call_graph_sees(g, i);
    }
    return true;
}

bool fixed_tables_find(Context *ctx, const Module *m, const CallGraph *g, Arena *arena,
                       FixedTables *out) {
    *out = (FixedTables){NULL};
    Arena scratch;
    arena_init(&scratch, ctx->alloc);
    uint64_t *filled = ARENA_ARRAY(&scratch, m->table_count, uint64_t);
    uint32_t **slots = ARENA_ARRAY(&scratch, m->table_count, uint32_t *);
    FixedTable *tables = NULL;
    bool ok = filled && slots;
    if (ok && count_filled(m, filled)) {
        tables = ARENA_ARRAY(arena, m->table_count, FixedTable);
        ok = tables && make(m, g, arena, filled, tables, slots);
    }
    arena_free(&scratch);
    if (!ok) return diag_nomem(ctx);
    out->tables = tables;
    return true;
}
