/* snapshot_write.c: a warmed instance as a module again.
 *
 * The result is an ordinary module, so that everything that takes modules takes it, and nothing after this
 * file knows of snapshots. Sections that a run cannot change are copied byte for byte; hence code, names, branch hints
 * and debugging information stay true. */
#include "snapshot_bytes.h"
#include "snapshot_objects.h"
#include "../frontend/section.h"
#include "../interp/interp_state.h"

enum {
    PAGE = 4096,       /* what is left out when it is zero */
    MOST_RUNS = 20000, /* data segments that memories become, at most */
};

typedef struct Image {
    Context *ctx;
    const Module *m;
    const Snapshot *s;
    Buffer *out;
    Buffer part; /* the section under work */
    SnapshotObjects objects;
} Image;

/* ---- sections -------------------------------------------------------------------------------- */
static void section(Image *w, uint8_t id) {
    buffer_char(w->out, (char)id);
    snap_put_u(w->out, w->part.len);
    buffer_bytes(w->out, w->part.data, w->part.len);
    w->out->failed |= w->part.failed;
    w->part.len = 0;
}

static bool refuse(Image *w, const char *what, uint32_t index, const char *why) {
    return snap_refuse(w->ctx, w->m, what, index, why);
}

/* A table's entry as a constant expression. */
static bool put_entry(Image *w, Buffer *b, ValType t, w2c_ref ref, uint32_t table) {
    if (!snap_put_ref(w->ctx, w->m, w->s, b, t, ref, "table", table)) return false;
    snap_put_op(b, OP_end);
    return true;
}

/* ---- what start functions add ------------------------------------------------------------------- */
static uint32_t object_count(const Image *w) {
    return w->objects.work.graph.count;
}

static bool has_blob(const Image *w) {
    return w->objects.blob.len > 0;
}

/* A section that is the input's, with `more` entries at its end. */
static void longer(Image *w, uint8_t id, Slice before, uint32_t more, const Buffer *entries) {
    Reader r = {.pos = before.ptr, .end = before.ptr + before.len, .base = before.ptr};
    uint32_t count = before.len ? reader_u32leb(&r) : 0;
    snap_put_u(&w->part, (uint64_t)count + more);
    if (before.len) buffer_bytes(&w->part, r.pos, (size_t)(r.end - r.pos));
    buffer_bytes(&w->part, entries->data, entries->len);
    w->part.failed |= entries->failed;
    section(w, id);
}

/* The type of functions without parameters and results is one more. */
static void types(Image *w, Slice before) {
    Buffer type;
    buffer_init(&type, w->ctx->alloc);
    buffer_bytes(&type, "\x60\0\0", 3);
    longer(w, SECTION_type, before, 1, &type);
    buffer_free(&type);
}

static void functions(Image *w, Slice before) {
    Buffer indices;
    buffer_init(&indices, w->ctx->alloc);
    for (uint32_t i = 0; i < w->objects.body_count; i++)
        snap_put_u(&indices, w->m->type_count);
    longer(w, SECTION_function, before, w->objects.body_count, &indices);
    buffer_free(&indices);
}

static void start(Image *w) {
    snap_put_u(&w->part, w->m->func_count + w->objects.body_count - 1);
    section(w, SECTION_start);
}

/* ref.func in a function wants its function declared. */
static uint32_t declare(Image *w, Buffer *b) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < w->m->func_count; i++)
        count += bitmap_has(w->objects.declared, i);
    if (!count || !object_count(w)) return 0;
    buffer_bytes(b, "\3\0", 2);
    snap_put_u(b, count);
    for (uint32_t i = 0; i < w->m->func_count; i++)
        if (bitmap_has(w->objects.declared, i)) snap_put_u(b, i);
    return 1;
}

/* ---- memories, tables, globals, exports ------------------------------------------------------ */
static void put_limits(Buffer *b, const Limits *l, uint64_t now, unsigned page_log2) {
    unsigned flags = (l->has_max ? 1u : 0) | (l->is64 ? 4u : 0) | (page_log2 != 16 ? 8u : 0);
    buffer_char(b, (char)flags);
    snap_put_u(b, now);
    if (l->has_max) snap_put_u(b, l->max);
    if (page_log2 != 16) snap_put_u(b, page_log2);
}

static void tables(Image *w) {
    const Module *m = w->m;
    uint32_t objects = object_count(w);
    snap_put_u(&w->part, m->table_count + (objects > 0));
    for (uint32_t i = 0; i < m->table_count; i++) {
        const Table *t = &m->tables[i];
        if (t->init.bytes.len) buffer_bytes(&w->part, "\x40\x00", 2);
        snap_put_type(&w->part, t->type);
        put_limits(&w->part, &t->limits, w2c_table_size(w2c_interp_table(w->s->instance, i)), 16);
        if (!t->init.bytes.len) continue;
        if (vt_nullable(t->type)) { /* what is not null comes from segments */
            snap_put_op(&w->part, OP_ref_null);
            snap_put_heap(&w->part, vt_heap(t->type));
            snap_put_op(&w->part, OP_end);
        } else {
            buffer_bytes(&w->part, t->init.bytes.ptr, t->init.bytes.len);
        }
    }
    if (objects) { /* where start functions keep them */
        snap_put_type(&w->part, VT_ANYREF);
        buffer_char(&w->part, 1);
        snap_put_u(&w->part, objects);
        snap_put_u(&w->part, objects);
    }
    section(w, SECTION_table);
}

static void memories(Image *w) {
    const Module *m = w->m;
    snap_put_u(&w->part, m->memory_count);
    for (uint32_t i = 0; i < m->memory_count; i++)
        put_limits(&w->part, &m->memories[i].limits,
                   w2c_memory_pages(w2c_interp_memory(w->s->instance, i)),
                   m->memories[i].page_log2);
    section(w, SECTION_memory);
}

static void globals(Image *w) {
    snap_put_u(&w->part, w->objects.global_count);
    buffer_bytes(&w->part, w->objects.globals.data, w->objects.globals.len);
    section(w, SECTION_global);
}

static bool slice_is(Slice s, const char *text) {
    return s.len == strlen(text) && memcmp(s.ptr, text, s.len) == 0;
}

static bool export_goes(const Image *w, const Export *x) {
    return x->kind == EXTERN_FUNC && ((w->s->initialized && slice_is(x->name, "_initialize")) ||
                                      (w->s->started && slice_is(x->name, "_start")));
}

static void exports(Image *w) {
    const Module *m = w->m;
    uint32_t count = 0;
    for (uint32_t i = 0; i < m->export_count; i++)
        count += !export_goes(w, &m->exports[i]);
    snap_put_u(&w->part, count);
    for (uint32_t i = 0; i < m->export_count; i++) {
        const Export *x = &m->exports[i];
        if (export_goes(w, x)) continue;
        snap_put_slice(&w->part, x->name);
        buffer_char(&w->part, (char)x->kind);
        snap_put_u(&w->part, x->index);
    }
    section(w, SECTION_export);
}

/* ---- element segments ------------------------------------------------------------------------ */
static bool old_elem(Image *w, Buffer *b, uint32_t k) {
    const Elem *e = &w->m->elems[k];
    bool alive = e->mode == SEGMENT_PASSIVE && !w2c_interp_elem_dropped(w->s->instance, k);
    /* a dropped one stays as a declarative one: it may declare functions for ref.func */
    buffer_char(b, (char)((alive ? 1 : 3) + (e->is_funcs ? 0 : 4)));
    if (e->is_funcs)
        buffer_char(b, 0);
    else
        snap_put_type(b, e->type);
    snap_put_u(b, e->count);
    if (w->objects.elems[k].len)
        buffer_bytes(b, w->objects.elems[k].data, w->objects.elems[k].len);
    else
        buffer_bytes(b, e->items.ptr, e->items.len);
    return true;
}

static bool table_run(Image *w, Buffer *b, uint32_t i, uint64_t first, uint64_t count) {
    const Table *t = &w->m->tables[i];
    const w2c_table *table = w2c_interp_table(w->s->instance, i);
    buffer_char(b, 6);
    snap_put_u(b, i);
    snap_put_op(b, t->limits.is64 ? OP_i64_const : OP_i32_const);
    snap_put_s(b, t->limits.is64 ? (int64_t)first : (int32_t)first);
    snap_put_op(b, OP_end);
    snap_put_type(b, t->type);
    snap_put_u(b, count);
    for (uint64_t k = first; k < first + count; k++) {
        w2c_ref ref = NULL;
        w2c_table_get(table, k, &ref);
        if (!put_entry(w, b, t->type, ref, i)) return false;
    }
    return true;
}

/* A run of functions, in the short form that needs no expression per entry. */
static bool func_run(Image *w, Buffer *b, uint32_t i, uint64_t first, uint64_t count) {
    const w2c_table *table = w2c_interp_table(w->s->instance, i);
    buffer_char(b, 2);
    snap_put_u(b, i);
    snap_put_op(b, w->m->tables[i].limits.is64 ? OP_i64_const : OP_i32_const);
    snap_put_s(b, w->m->tables[i].limits.is64 ? (int64_t)first : (int32_t)first);
    snap_put_op(b, OP_end);
    buffer_char(b, 0);
    snap_put_u(b, count);
    for (uint64_t k = first; k < first + count; k++) {
        w2c_ref ref = NULL;
        w2c_table_get(table, k, &ref);
        uint32_t func = w2c_interp_func_index(w->s->instance, ref);
        if (func == NO_FUNC) return refuse(w, "table", i, "refers to a function of another module");
        snap_put_u(b, func);
    }
    return true;
}

/* Is there something that a segment puts there? */
static bool in_segment(const Image *w, ValType t, const w2c_table *table, uint64_t at) {
    w2c_ref ref = NULL;
    return w2c_table_get(table, at, &ref) && ref && !snapshot_is_object(w->m, t, ref);
}

static bool table_content(Image *w, Buffer *b, uint32_t i, uint32_t *segments) {
    const w2c_table *table = w2c_interp_table(w->s->instance, i);
    ValType t = w->m->tables[i].type;
    bool plain = t == VT_FUNCREF;
    uint64_t size = w2c_table_size(table), at = 0;
    while (at < size) {
        while (at < size && !in_segment(w, t, table, at))
            at++;
        uint64_t first = at;
        while (at - first < LIMIT_ELEM_ITEMS && in_segment(w, t, table, at))
            at++;
        if (at == first) break;
        if (!(plain ? func_run : table_run)(w, b, i, first, at - first)) return false;
        ++*segments;
    }
    return true;
}

static bool elems(Image *w) {
    const Module *m = w->m;
    uint32_t count = m->elem_count;
    Buffer body;
    buffer_init(&body, w->ctx->alloc);
    bool ok = true;
    for (uint32_t k = 0; ok && k < m->elem_count; k++)
        ok = old_elem(w, &body, k);
    for (uint32_t i = 0; ok && i < m->table_count; i++)
        ok = table_content(w, &body, i, &count);
    if (ok) count += declare(w, &body);
    snap_put_u(&w->part, count);
    buffer_bytes(&w->part, body.data, body.len);
    w->part.failed |= body.failed;
    buffer_free(&body);
    if (ok && count) section(w, SECTION_elem);
    w->part.len = 0;
    return ok;
}

/* ---- data segments --------------------------------------------------------------------------- */
static bool is_zero(const uint8_t *at, uint64_t len) {
    return len == 0 || (at[0] == 0 && memcmp(at, at + 1, len - 1) == 0);
}

static uint64_t page_len(uint64_t size, uint64_t at) {
    return size - at < PAGE ? size - at : PAGE;
}

/* Calls for each run of pages that are not zero; gaps of up to `join` pages belong to a run. */
static uint32_t memory_runs(Image *w, uint32_t i, uint64_t join, Buffer *b) {
    const w2c_memory *memory = w2c_interp_memory(w->s->instance, i);
    const uint8_t *data = w2c_memory_data(memory);
    uint64_t size = w2c_memory_size(memory);
    bool is64 = w->m->memories[i].limits.is64;
    uint32_t count = 0;
    for (uint64_t at = 0; at < size;) {
        if (is_zero(data + at, page_len(size, at))) {
            at += PAGE;
            continue;
        }
        uint64_t first = at, end = at, gap = 0;
        for (; at < size && gap <= join; at += PAGE) {
            bool zero = is_zero(data + at, page_len(size, at));
            gap = zero ? gap + 1 : 0;
            if (!zero) end = at + page_len(size, at);
        }
        count++;
        if (!b) continue;
        if (i == 0) {
            buffer_char(b, 0);
        } else {
            buffer_char(b, 2);
            snap_put_u(b, i);
        }
        snap_put_op(b, is64 ? OP_i64_const : OP_i32_const);
        snap_put_s(b, is64 ? (int64_t)first : (int32_t)first);
        snap_put_op(b, OP_end);
        snap_put_slice(b, (Slice){data + first, end - first});
    }
    return count;
}

static uint64_t find_join(Image *w) {
    for (uint64_t join = 0;; join = join ? join * 2 : 1) {
        uint64_t runs = 0;
        for (uint32_t i = 0; i < w->m->memory_count; i++)
            runs += memory_runs(w, i, join, NULL);
        if (runs <= MOST_RUNS || join > (uint64_t)1 << 40) return join;
    }
}

static uint32_t old_datas(const Module *m) {
    return m->has_data_count ? m->data_count : 0; /* else no instruction names one */
}

static void datas(Image *w, uint32_t count, uint64_t join) {
    const Module *m = w->m;
    snap_put_u(&w->part, count);
    for (uint32_t k = 0; k < old_datas(m); k++) {
        bool alive =
            m->datas[k].mode == SEGMENT_PASSIVE && !w2c_interp_data_dropped(w->s->instance, k);
        buffer_char(&w->part, 1);
        snap_put_slice(&w->part, alive ? m->datas[k].bytes : (Slice){NULL, 0});
    }
    for (uint32_t i = 0; i < m->memory_count; i++)
        memory_runs(w, i, join, &w->part);
    if (has_blob(w)) {
        buffer_char(&w->part, 1);
        snap_put_slice(&w->part,
                       (Slice){(const uint8_t *)w->objects.blob.data, w->objects.blob.len});
    }
    section(w, SECTION_data);
}

/* ---- the whole ------------------------------------------------------------------------------- */
typedef struct Sections { /* of the input, as they stand there */
    Slice content[SECTION_tag + 1];
    bool there[SECTION_tag + 1];
} Sections;

static void find_sections(const Module *m, Sections *out) {
    Reader r = {.pos = m->bytes.ptr + 8, .end = m->bytes.ptr + m->bytes.len, .base = m->bytes.ptr};
    memset(out, 0, sizeof *out);
    while (r.pos != r.end && !r.error) { /* module_read has checked all of it */
        uint8_t id = reader_u8(&r);
        Slice content = reader_slice(&r, reader_u32leb(&r));
        if (id == 0 || id > SECTION_tag) continue;
        out->content[id] = content;
        out->there[id] = true;
    }
}

static void customs_after(Image *w, uint8_t id) {
    for (uint32_t i = 0; i < w->m->custom_count; i++) {
        const Custom *c = &w->m->customs[i];
        if (c->after != id) continue;
        snap_put_slice(&w->part, c->name);
        buffer_bytes(&w->part, c->bytes.ptr, c->bytes.len);
        section(w, 0);
    }
}

static bool check(Image *w) {
    const Module *m = w->m;
    if (m->imported_memories || m->imported_tables || m->imported_globals)
        return diag_error(w->ctx, ERR_snapshot, NO_OFFSET,
                          ": the module imports a memory, a table or a global: what it holds "
                          "belongs to somebody else");
    for (uint32_t i = 0; i < m->memory_count; i++)
        if (m->memories[i].limits.shared)
            return diag_error(w->ctx, ERR_snapshot, NO_OFFSET, ": memory %u is shared", i);
    return true;
}

static bool one_section(Image *w, const Sections *from, uint8_t id, uint32_t data_count,
                        uint64_t join) {
    bool more = object_count(w) > 0;
    switch (id) {
    case SECTION_type:
        if (more) types(w, from->content[id]);
        break;
    case SECTION_function:
        if (more) functions(w, from->content[id]);
        break;
    case SECTION_table:
        if (w->m->table_count || more) tables(w);
        return true;
    case SECTION_memory:
        if (w->m->memory_count) memories(w);
        return true;
    case SECTION_global:
        if (w->objects.global_count) globals(w);
        return true;
    case SECTION_export:
        if (from->there[id]) exports(w);
        return true;
    case SECTION_start:
        if (more) start(w);
        return true;
    case SECTION_elem:
        return elems(w);
    case SECTION_data_count:
        if (!from->there[id] && !has_blob(w)) return true;
        snap_put_u(&w->part, data_count);
        section(w, id);
        return true;
    case SECTION_code:
        if (more) longer(w, id, from->content[id], w->objects.body_count, &w->objects.bodies);
        break;
    case SECTION_data:
        if (data_count || from->there[SECTION_data_count]) datas(w, data_count, join);
        return true;
    default:
        break;
    }
    if (more && (id == SECTION_type || id == SECTION_function || id == SECTION_code)) return true;
    if (from->there[id]) {
        buffer_bytes(&w->part, from->content[id].ptr, from->content[id].len);
        section(w, id);
    }
    return true;
}

bool snapshot_write(Context *ctx, const Module *m, const Snapshot *s, Buffer *out) {
    static const uint8_t order[] = {
#define SECTION(name, id) id,
#include "../frontend/sections.def"
#undef SECTION
    };
    Image w = {.ctx = ctx, .m = m, .s = s, .out = out};
    Sections from;
    if (!check(&w)) return false;
    buffer_init(&w.part, ctx->alloc);
    find_sections(m, &from);
    uint64_t join = find_join(&w);
    uint32_t count = old_datas(m);
    for (uint32_t i = 0; i < m->memory_count; i++)
        count += memory_runs(&w, i, join, NULL);
    bool ok = snapshot_objects_plan(ctx, m, s, count, &w.objects);
    count += has_blob(&w);
    buffer_bytes(out, "\0asm\1\0\0", 8);
    customs_after(&w, 0);
    for (size_t i = 0; ok && i < sizeof order; i++) {
        ok = one_section(&w, &from, order[i], count, join);
        customs_after(&w, order[i]);
    }
    buffer_free(&w.part);
    snapshot_objects_free(&w.objects);
    return ok && (!out->failed || diag_nomem(ctx));
}
