/* emit_names.c: every C identifier that comes from the module, chosen once and made unique.
 * Function symbols come from names, or from a hash of the body where there are none, so that adding a
 * function does not rename the others. */
#include "../base/strmap.h"
#include "emit.h"
#include <stdio.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

enum { LONGEST = 200 }; /* bytes of a mangled name; longer ones end in a hash */

static bool is_plain(uint8_t c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

void mangle_name(Buffer *out, Slice name) {
    static const char hex[] = "0123456789abcdef";
    if (name.len == 0) buffer_text(out, "_x");
    for (size_t i = 0; i < name.len; i++) {
        uint8_t c = name.ptr[i];
        bool escape = !is_plain(c) || (c == '_' && i + 1 < name.len && name.ptr[i + 1] == 'x');
        if (!escape) {
            buffer_char(out, (char)c);
            continue;
        }
        buffer_text(out, "_x");
        buffer_char(out, hex[c >> 4]);
        buffer_char(out, hex[c & 15]);
    }
}

static char *mangled_with(Emitter *e, const char *prefix, Slice name) {
    Buffer b;
    buffer_init(&b, e->ctx->alloc);
    buffer_text(&b, prefix);
    size_t start = b.len;
    Slice head = name;
    if (head.len > LONGEST) head.len = LONGEST;
    mangle_name(&b, head);
    if (b.len - start > LONGEST || head.len < name.len) {
        if (b.len - start > LONGEST) b.len = start + LONGEST;
        buffer_printf(&b, "_xx%016llx", (unsigned long long)XXH3_64bits(name.ptr, name.len));
    }
    char *out = b.failed ? NULL : arena_strdup(e->arena, b.data, b.len);
    buffer_free(&b);
    return out;
}

char *emit_mangled(Emitter *e, Slice name) {
    return mangled_with(e, "", name);
}

/* Makes name unique in the map by a number behind it. */
static const char *unique(Emitter *e, StrMap *map, char *name) {
    if (!name) return NULL;
    for (uint32_t n = 1;; n++) {
        char *candidate = name;
        if (n > 1) {
            Buffer b;
            buffer_init(&b, e->ctx->alloc);
            buffer_printf(&b, "%s_%u", name, n);
            candidate = b.failed ? NULL : arena_strdup(e->arena, b.data, b.len);
            buffer_free(&b);
            if (!candidate) return NULL;
        }
        bool found;
        Slice key = {(const uint8_t *)candidate, strlen(candidate)};
        uint32_t *count = strmap_insert(map, key, 1, &found);
        if (!count) return NULL;
        if (!found) return candidate;
        if (n == 1) n = *count; /* where the last search for this name ended */
        uint32_t *first =
            strmap_insert(map, (Slice){(const uint8_t *)name, strlen(name)}, 1, &found);
        if (first) *first = n;
    }
}

static bool name_imports(Emitter *e, StrMap *map) {
    const Module *m = e->m;
    uint32_t *import_of = ARENA_ARRAY(e->arena, m->imported_funcs, uint32_t);
    if (!import_of) return false;
    for (uint32_t i = 0; i < m->import_count; i++) {
        const Import *im = &m->imports[i];
        char *module = emit_mangled(e, im->module);
        if (!module) return false;
        Buffer b;
        buffer_init(&b, e->ctx->alloc);
        if (e->options->prefix_all) buffer_printf(&b, "%s_c_", e->name);
        e->import_skip = b.len;
        buffer_printf(&b, "i_%s_", module);
        const char *prefix = buffer_cstr(&b);
        char *whole = prefix ? mangled_with(e, prefix, im->name) : NULL;
        buffer_free(&b);
        if (!(e->imports[i] = unique(e, map, whole))) return false;
        if (im->kind == EXTERN_FUNC) {
            import_of[im->index] = i;
            e->funcs[im->index] = e->imports[i];
        }
    }
    e->import_of_func = import_of;
    return true;
}

/* "f_" or "NAME_f_": their 'f' is what emit_form_name replaces. */
static bool short_names(const Emitter *e) {
    return e->group_count <= 1 && !e->options->prefix_all;
}

const char *emit_form_name(const Emitter *e, Buffer *scratch, uint32_t func, char form) {
    size_t skip = short_names(e) ? 0 : strlen(e->name) + 1;
    buffer_text(scratch, e->funcs[func]);
    if (!scratch->failed) scratch->data[skip] = form;
    return buffer_cstr(scratch);
}

static bool name_functions(Emitter *e, StrMap *map) {
    const Module *m = e->m;
    Buffer b;
    buffer_init(&b, e->ctx->alloc);
    if (short_names(e))
        buffer_text(&b, "f_");
    else
        buffer_printf(&b, "%s_f_", e->name);
    const char *prefix = buffer_cstr(&b);
    prefix = prefix ? arena_strdup(e->arena, prefix, strlen(prefix)) : NULL;
    buffer_free(&b);
    if (!prefix) return false;
    for (uint32_t i = m->imported_funcs; i < m->func_count; i++) {
        Slice name = module_func_name(m, i);
        char hash[20];
        if (name.len == 0) {
            Slice body = module_body(m, i);
            int len = snprintf(hash, sizeof hash, "h%08llx",
                               (unsigned long long)(XXH3_64bits(body.ptr, body.len) & 0xffffffff));
            name = (Slice){(const uint8_t *)hash, (size_t)len};
        }
        if (!(e->funcs[i] = unique(e, map, mangled_with(e, prefix, name)))) return false;
    }
    return true;
}

static bool name_globals(Emitter *e) {
    const Module *m = e->m;
    char text[24];
    for (uint32_t i = 0; i < m->global_count; i++) {
        int len = snprintf(text, sizeof text, "g%u", i);
        if (!(e->globals[i] = arena_strdup(e->arena, text, (size_t)len))) return false;
    }
    return true;
}

/* Functions that something may hold a reference to: ref.func names them, they are exports (the host may pass
 * them on), or in a segment whose elements somebody sees. */
static void find_referred(const Emitter *e, uint64_t *funcs) {
    const Module *m = e->m;
    for (uint32_t i = 0; i < m->export_count; i++)
        if (m->exports[i].kind == EXTERN_FUNC) bitmap_add(funcs, m->exports[i].index);
    for (uint32_t i = m->imported_globals; i < m->global_count; i++)
        const_expr_funcs(m, m->globals[i].init, funcs);
    for (uint32_t i = m->imported_tables; i < m->table_count; i++)
        const_expr_funcs(m, m->tables[i].init, funcs);
    for (uint32_t k = 0; k < m->elem_count; k++) {
        const Elem *elem = &m->elems[k];
        const uint8_t *at = elem->items.ptr;
        if (emit_elem_is_unseen(e, k)) continue;
        for (uint32_t i = 0; i < elem->count; i++) {
            uint32_t func = NO_FUNC;
            ConstExpr expr = {{NULL, 0}};
            elem_next(m, elem, &at, &func, &expr);
            if (!elem->is_funcs)
                const_expr_funcs(m, expr, funcs);
            else
                bitmap_add(funcs, func);
        }
    }
}

bool emit_elem_is_unseen(const Emitter *e, uint32_t elem) {
    const Elem *s = &e->m->elems[elem];
    return s->mode == SEGMENT_ACTIVE && emit_table_is_unseen(e, s->table);
}

bool emit_table_is_unseen(const Emitter *e, uint32_t table) {
    return !e->options->tier && fixed_table_unseen(&e->fixed, table);
}

/* Functions in tables that never change, and are called through. */
static bool find_in_fixed(Emitter *e) {
    const Module *m = e->m;
    for (uint32_t i = 0; e->fixed.tables && i < m->table_count; i++) {
        const FixedTable *t = &e->fixed.tables[i];
        if (!t->funcs || !call_graph_calls_through(&e->calls, i, false)) continue;
        if (!e->in_fixed &&
            !(e->in_fixed = ARENA_ARRAY(e->arena, m->func_count / 64 + 1, uint64_t)))
            return diag_nomem(e->ctx);
        for (uint32_t k = 0; k < t->size; k++)
            if (t->funcs[k] != NO_FUNC) bitmap_add(e->in_fixed, t->funcs[k]);
    }
    return true;
}

/* Those functions get a record in the instance. */
bool emit_number_records(Emitter *e) {
    const Module *m = e->m;
    uint64_t *funcs = e->calls.referred;
    find_referred(e, funcs);
    if (!find_in_fixed(e)) return false;
    for (uint32_t i = 0; i < m->func_count; i++)
        e->records[i] = NO_RECORD;
    for (uint32_t i = m->imported_funcs; i < m->func_count; i++)
        if (emit_is_declared(e, i) && (e->options->tier || bitmap_has(funcs, i)))
            e->records[i] = e->record_count++;
    return true;
}

bool emit_is_addressed(const Emitter *e, uint32_t func) {
    bool own = e->joined && bitmap_has(e->in_fixed, func);
    return emit_is_declared(e, func) && !own;
}

bool emit_has_entry(const Emitter *e, uint32_t func) {
    return e->records[func] != NO_RECORD && !emit_is_addressed(e, func);
}

bool emit_is_declared(const Emitter *e, uint32_t func) {
    return func >= e->m->imported_funcs && bitmap_has(e->m->declared, func);
}

bool emit_name_all(Emitter *e) {
    const Module *m = e->m;
    e->funcs = ARENA_ARRAY(e->arena, m->func_count, const char *);
    e->imports = ARENA_ARRAY(e->arena, m->import_count, const char *);
    e->exports = ARENA_ARRAY(e->arena, m->export_count, const char *);
    e->globals = ARENA_ARRAY(e->arena, m->global_count, const char *);
    e->records = ARENA_ARRAY(e->arena, m->func_count, uint32_t);
    e->modes = ARENA_ARRAY(e->arena, m->memory_count, uint8_t);
    if (!e->funcs || !e->imports || !e->exports || !e->globals || !e->records || !e->modes)
        return diag_nomem(e->ctx);
    for (uint32_t i = 0; i < m->memory_count; i++) {
        const Memory *mem = &m->memories[i];
        bool can_guard = !mem->limits.is64 && mem->page_log2 == 16;
        e->modes[i] = (uint8_t)(e->options->memory == MEMORY_GUARD && !can_guard ? MEMORY_BOUNDS
                                : e->options->memory == MEMORY_STATIC && i < m->imported_memories
                                    ? MEMORY_BOUNDS /* whatever it is */
                                    : e->options->memory);
    }
    e->joined = emit_joins(e);
    StrMap map;
    strmap_init(&map, e->ctx->alloc);
    bool ok = name_imports(e, &map) && name_functions(e, &map) && name_globals(e);
    strmap_free(&map);
    for (uint32_t i = 0; ok && i < m->export_count; i++)
        ok = (e->exports[i] = emit_mangled(e, m->exports[i].name)) != NULL;
    return ok || diag_nomem(e->ctx);
}
