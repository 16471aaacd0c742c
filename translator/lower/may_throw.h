/* may_throw.h: which functions may end in an exception: what calls are tested for.
 * Found by one pass over the bodies, decoded but not validated, and a fixpoint over the call graph.
 * Owner: the arena given. Thread: read-only once found. */
#ifndef W2C_MAY_THROW_H
#define W2C_MAY_THROW_H
#include "../base/bitmap.h"
#include "../frontend/opstream.h"

typedef struct MayThrow {
    const uint64_t *bits; /* by function, then by type: calls through references of that type.
                           * NULL: nothing throws */
    uint32_t func_count;
} MayThrow;

/* Handlers are not looked at: a function that catches all it throws counts all the same. Malformed
 * bodies are left for the validator to report. Errors: NOMEM. Linear in the bodies, but only for
 * modules that could throw at all: with tags, with imported functions other than WASI's, or with
 * references that come from outside.
 *   closed   nothing comes from outside: imports throw nothing and give no references, nobody but the
 *            module touches its tables and globals */
bool may_throw_find(Context *ctx, const Module *m, bool closed, Arena *arena, MayThrow *out);
/* Is this an import from WASI, whose functions never throw? */
bool may_throw_is_wasi(const Import *import);

static inline bool may_throw_func(const MayThrow *t, uint32_t func) {
    return bitmap_has(t->bits, func);
}
/* call_indirect, call_ref */
static inline bool may_throw_type(const Module *m, const MayThrow *t, uint32_t type) {
    return may_throw_func(t, t->func_count + m->types[type].canon);
}
#endif
