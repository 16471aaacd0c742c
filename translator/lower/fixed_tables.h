/* fixed_tables.h: tables of functions that never change: what lies in which slot is known here.
 *
 * A table is fixed when it is the module's own, neither exported nor written to by any instruction, and
 * everything in it comes from active segments of the module's own functions at constant offsets that fit.
 * It is enough that nothing before the last of its segments can trap: what runs then finds them applied.
 * When nothing reads it but calls of types without subtypes, it is unseen: no instance needs its elements.
 * Owner: the arena given. Thread: read-only once found. */
#ifndef W2C_FIXED_TABLES_H
#define W2C_FIXED_TABLES_H
#include "call_graph.h"

typedef struct FixedTable {
    const uint32_t *funcs; /* by slot: a function of this module, or NO_FUNC; NULL: not fixed */
    uint32_t size;         /* slots: the table's only size */
    bool unseen;           /* and nothing looks at its elements: calls know them from here */
} FixedTable;

typedef struct FixedTables {
    const FixedTable *tables; /* by table; NULL: none is fixed */
} FixedTables;

/* Errors: NOMEM. Linear in the tables and segments. */
bool fixed_tables_find(Context *ctx, const Module *m, const CallGraph *g, Arena *arena,
                       FixedTables *out);

/* The table when it is fixed and calls of this type can be told by equality of types alone. */
static inline const FixedTable *fixed_table(const FixedTables *f, const Module *m, uint32_t table,
                                            uint32_t type) {
    if (!f->tables || !f->tables[table].funcs || !m->types[type].final) return NULL;
    return &f->tables[table];
}
static inline bool fixed_table_unseen(const FixedTables *f, uint32_t table) {
    return f->tables && f->tables[table].funcs && f->tables[table].unseen;
}
/* What a call of slot i with this type reaches; NO_FUNC: a trap. */
static inline uint32_t fixed_table_callee(const FixedTable *t, const Module *m, uint64_t i,
                                          uint32_t type) {
    uint32_t func = i < t->size ? t->funcs[i] : NO_FUNC;
    if (func == NO_FUNC || m->types[m->funcs[func].type].canon != m->types[type].canon)
        return NO_FUNC;
    return func;
}
#endif
