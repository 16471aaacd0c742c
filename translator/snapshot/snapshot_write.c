/* snapshot_write.c: a warmed instance as a module again.
 *
 * The result is an ordinary module, so that everything that takes modules takes it, and nothing after this
 * file knows of snapshots. Sections that a run cannot change are copied byte for byte; hence code, names, branch hints
 * and debugging information stay true. */
#include "snapshot.h"
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
} Image;

/* ---- numbers, types -------------------------------------------------------------------------- */
static void put_u(Buffer *b, uint64_t value) {
    do {
        uint8_t byte = value & 0x7f;
        value >>= 7;
        buffer_char(b, (char)(value ? byte | 0x80 : byte));
    } while (value);
}

static void put_s(Buffer *b, int64_t value) {
    for (;;) {
        uint8_t byte = value & 0x7f;
        value >>= 7;
        bool last = (value == 0 && !(byte & 0x40)) || (value == -1 && (byte & 0x40));
        buffer_char(b, (char)(last ? byte : byte | 0x80));
        if (last) return;
    }
}

static void put_slice(Buffer *b, Slice s) {
    put_u(b, s.len);
    buffer_bytes(b, s.ptr, s.len);
}

static void put_heap(Buffer *b, uint32_t heap) {
    static const uint8_t codes[] = {
        [HT_FUNC - HT_ABSTRACT] = 0x70,   [HT_NOFUNC - HT_ABSTRACT] = 0x73,
        [HT_EXTERN - HT_ABSTRACT] = 0x6f, [HT_NOEXTERN - HT_ABSTRACT] = 0x72,
        [HT_ANY - HT_ABSTRACT] = 0x6e,    [HT_EQ - HT_ABSTRACT] = 0x6d,
        [HT_I31 - HT_ABSTRACT] = 0x6c,    [HT_STRUCT - HT_ABSTRACT] = 0x6b,
        [HT_ARRAY - HT_ABSTRACT] = 0x6a,  [HT_NONE - HT_ABSTRACT] = 0x71,
        [HT_EXN - HT_ABSTRACT] = 0x69,    [HT_NOEXN - HT_ABSTRACT] = 0x74,
    };
    if (ht_is_index(heap))
        put_s(b, heap);
    else
        buffer_char(b, (char)codes[heap - HT_ABSTRACT]);
}

static void put_type(Buffer *b, ValType t) {
    if (vt_is_ref(t)) {
        buffer_char(b, vt_nullable(t) ? 0x63 : 0x64);
        put_heap(b, vt_heap(t));
    } else {
        buffer_char(b, (char)(0x80 - vt_kind(t))); /* 0x7f i32 ... 0x7b v128 */
    }
}

static void put_op(Buffer *b, Op op) {
    if (op_info[op].prefix) buffer_char(b, (char)op_info[op].prefix);
    if (op_info[op].prefix)
        put_u(b, op_info[op].code);
    else
        buffer_char(b, (char)op_info[op].code);
}

/* ---- sections -------------------------------------------------------------------------------- */
static void section(Image *w, uint8_t id) {
    buffer_char(w->out, (char)id);
    put_u(w->out, w->part.len);
    buffer_bytes(w->out, w->part.data, w->part.len);
    w->out->failed |= w->part.failed;
    w->part.len = 0;
}

static bool refuse(Image *w, const char *what, uint32_t index, const char *why) {
    for (uint32_t i = 0; i < w->m->export_count; i++) {
        const Export *x = &w->m->exports[i];
        bool same = (x->kind == EXTERN_GLOBAL && what[0] == 'g') ||
                    (x->kind == EXTERN_TABLE && what[0] == 't');
        if (same && x->index == index)
            return diag_error(w->ctx, ERR_snapshot, NO_OFFSET, ": %s %u (export \"%.*s\") %s", what,
                              index, (int)(x->name.len < 80 ? x->name.len : 80),
                              (const char *)x->name.ptr, why);
    }
    return diag_error(w->ctx, ERR_snapshot, NO_OFFSET, ": %s %u %s", what, index, why);
}

/* ---- values ---------------------------------------------------------------------------------- */
typedef enum Hierarchy { OF_FUNC, OF_EXTERN, OF_ANY, OF_EXN } Hierarchy;

static Hierarchy hierarchy(const Module *m, uint32_t heap) {
    if (ht_is_index(heap)) return m->types[heap].form == FORM_FUNC ? OF_FUNC : OF_ANY;
    switch (heap) {
    case HT_FUNC:
    case HT_NOFUNC:
        return OF_FUNC;
    case HT_EXTERN:
    case HT_NOEXTERN:
        return OF_EXTERN;
    case HT_EXN:
    case HT_NOEXN:
        return OF_EXN;
    default:
        return OF_ANY;
    }
}

/* A reference as a constant expression without its end. */
static bool put_ref(Image *w, Buffer *b, ValType t, w2c_ref ref, const char *what, uint32_t index) {
    Hierarchy of = hierarchy(w->m, vt_heap(t));
    if (!ref) {
        put_op(b, OP_ref_null);
        put_heap(b, vt_heap(t));
        return true;
    }
    if (of == OF_FUNC) {
        uint32_t func = w2c_interp_func_index(w->s->instance, ref);
        if (func == NO_FUNC)
            return refuse(w, what, index, "refers to a function of another module");
        put_op(b, OP_ref_func);
        put_u(b, func);
        return true;
    }
    if (of == OF_EXN) return refuse(w, what, index, "holds an exception");
    w2c_ref any = of == OF_EXTERN ? w2c_any_of_extern(ref) : ref;
    uintptr_t bits = (uintptr_t)any;
    if (bits & 1) { /* i31: w2c_ref_i31 */
        put_op(b, OP_i32_const);
        put_s(b, (int32_t)(bits >> 1));
        put_op(b, OP_ref_i31);
        if (of == OF_EXTERN) put_op(b, OP_extern_convert_any);
        return true;
    }
    if (bits & 2) return refuse(w, what, index, "refers to an object of the host");
    return refuse(w, what, index, "refers to a garbage-collected object");
}

static bool put_value(Image *w, Buffer *b, ValType t, const w2c_value *v, const char *what,
                      uint32_t index) {
    switch (vt_kind(t)) {
    case VT_I32:
        put_op(b, OP_i32_const);
        put_s(b, (int32_t)v->i32);
        break;
    case VT_I64:
        put_op(b, OP_i64_const);
        put_s(b, (int64_t)v->i64);
        break;
    case VT_F32:
        put_op(b, OP_f32_const);
        buffer_bytes(b, &v->f32, 4);
        break;
    case VT_F64:
        put_op(b, OP_f64_const);
        buffer_bytes(b, &v->f64, 8);
        break;
    case VT_V128:
        put_op(b, OP_v128_const);
        buffer_bytes(b, v->v128.bytes, 16);
        break;
    default:
        if (!put_ref(w, b, t, v->ref, what, index)) return false;
        break;
    }
    put_op(b, OP_end);
    return true;
}

/* ---- memories, tables, globals, exports ------------------------------------------------------ */
static void put_limits(Buffer *b, const Limits *l, uint64_t now, unsigned page_log2) {
    unsigned flags = (l->has_max ? 1u : 0) | (l->is64 ? 4u : 0) | (page_log2 != 16 ? 8u : 0);
    buffer_char(b, (char)flags);
    put_u(b, now);
    if (l->has_max) put_u(b, l->max);
    if (page_log2 != 16) put_u(b, page_log2);
}

static void tables(Image *w) {
    const Module *m = w->m;
    put_u(&w->part, m->table_count);
    for (uint32_t i = 0; i < m->table_count; i++) {
        const Table *t = &m->tables[i];
        if (t->init.bytes.len) buffer_bytes(&w->part, "\x40\x00", 2);
        put_type(&w->part, t->type);
        put_limits(&w->part, &t->limits, w2c_table_size(w2c_interp_table(w->s->instance, i)), 16);
        if (!t->init.bytes.len) continue;
        if (vt_nullable(t->type)) { /* what is not null comes from segments */
            put_op(&w->part, OP_ref_null);
            put_heap(&w->part, vt_heap(t->type));
            put_op(&w->part, OP_end);
        } else {
            buffer_bytes(&w->part, t->init.bytes.ptr, t->init.bytes.len);
        }
    }
    section(w, SECTION_table);
}

static void memories(Image *w) {
    const Module *m = w->m;
    put_u(&w->part, m->memory_count);
    for (uint32_t i = 0; i < m->memory_count; i++)
        put_limits(&w->part, &m->memories[i].limits,
                   w2c_memory_pages(w2c_interp_memory(w->s->instance, i)),
                   m->memories[i].page_log2);
    section(w, SECTION_memory);
}

/* Constants stay as they are written, but for objects: what those hold may have changed. */
static bool stays(const Module *m, const Global *g) {
    return !g->mutable && (!vt_is_ref(g->type) || hierarchy(m, vt_heap(g->type)) == OF_FUNC);
}

static bool globals(Image *w) {
    const Module *m = w->m;
    put_u(&w->part, m->global_count);
    for (uint32_t i = 0; i < m->global_count; i++) {
        const Global *g = &m->globals[i];
        put_type(&w->part, g->type);
        buffer_char(&w->part, g->mutable);
        w2c_value v = w2c_interp_global(w->s->instance, i);
        if (stays(m, g))
            buffer_bytes(&w->part, g->init.bytes.ptr, g->init.bytes.len);
        else if (!put_value(w, &w->part, g->type, &v, "global", i))
            return false;
    }
    section(w, SECTION_global);
    return true;
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
    put_u(&w->part, count);
    for (uint32_t i = 0; i < m->export_count; i++) {
        const Export *x = &m->exports[i];
        if (export_goes(w, x)) continue;
        put_slice(&w->part, x->name);
        buffer_char(&w->part, (char)x->kind);
        put_u(&w->part, x->index);
    }
    section(w, SECTION_export);
}

/* ---- element segments ------------------------------------------------------------------------ */
static bool old_elem(Image *w, Buffer *b, uint32_t k) {
    const Elem *e = &w->m->elems[k];
    bool alive = e->mode == SEGMENT_PASSIVE && !w2c_interp_elem_dropped(w->s->instance, k);
    if (alive && !e->is_funcs && hierarchy(w->m, vt_heap(e->type)) != OF_FUNC)
        return refuse(w, "element segment", k, "may hold garbage-collected objects");
    /* a dropped one stays as a declarative one: it may declare functions for ref.func */
    buffer_char(b, (char)((alive ? 1 : 3) + (e->is_funcs ? 0 : 4)));
    if (e->is_funcs)
        buffer_char(b, 0);
    else
        put_type(b, e->type);
    put_u(b, e->count);
    buffer_bytes(b, e->items.ptr, e->items.len);
    return true;
}

static bool table_run(Image *w, Buffer *b, uint32_t i, uint64_t first, uint64_t count) {
    const Table *t = &w->m->tables[i];
    const w2c_table *table = w2c_interp_table(w->s->instance, i);
    buffer_char(b, 6);
    put_u(b, i);
    put_op(b, t->limits.is64 ? OP_i64_const : OP_i32_const);
    put_s(b, t->limits.is64 ? (int64_t)first : (int32_t)first);
    put_op(b, OP_end);
    put_type(b, t->type);
    put_u(b, count);
    for (uint64_t k = first; k < first + count; k++) {
        w2c_value v = {.ref = NULL};
        w2c_table_get(table, k, &v.ref);
        if (!put_value(w, b, t->type, &v, "table", i)) return false;
    }
    return true;
}

/* A run of functions, in the short form that needs no expression per entry. */
static bool func_run(Image *w, Buffer *b, uint32_t i, uint64_t first, uint64_t count) {
    const w2c_table *table = w2c_interp_table(w->s->instance, i);
    buffer_char(b, 2);
    put_u(b, i);
    put_op(b, w->m->tables[i].limits.is64 ? OP_i64_const : OP_i32_const);
    put_s(b, w->m->tables[i].limits.is64 ? (int64_t)first : (int32_t)first);
    put_op(b, OP_end);
    buffer_char(b, 0);
    put_u(b, count);
    for (uint64_t k = first; k < first + count; k++) {
        w2c_ref ref = NULL;
        w2c_table_get(table, k, &ref);
        uint32_t func = w2c_interp_func_index(w->s->instance, ref);
        if (func == NO_FUNC) return refuse(w, "table", i, "refers to a function of another module");
        put_u(b, func);
    }
    return true;
}

static bool table_content(Image *w, Buffer *b, uint32_t i, uint32_t *segments) {
    const w2c_table *table = w2c_interp_table(w->s->instance, i);
    bool plain = w->m->tables[i].type == VT_FUNCREF;
    uint64_t size = w2c_table_size(table), at = 0;
    while (at < size) {
        w2c_ref ref = NULL;
        while (at < size && w2c_table_get(table, at, &ref) && !ref)
            at++;
        uint64_t first = at;
        while (at < size && at - first < LIMIT_ELEM_ITEMS && w2c_table_get(table, at, &ref) && ref)
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
    put_u(&w->part, count);
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
            put_u(b, i);
        }
        put_op(b, is64 ? OP_i64_const : OP_i32_const);
        put_s(b, is64 ? (int64_t)first : (int32_t)first);
        put_op(b, OP_end);
        put_slice(b, (Slice){data + first, end - first});
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
    put_u(&w->part, count);
    for (uint32_t k = 0; k < old_datas(m); k++) {
        bool alive =
            m->datas[k].mode == SEGMENT_PASSIVE && !w2c_interp_data_dropped(w->s->instance, k);
        buffer_char(&w->part, 1);
        put_slice(&w->part, alive ? m->datas[k].bytes : (Slice){NULL, 0});
    }
    for (uint32_t i = 0; i < m->memory_count; i++)
        memory_runs(w, i, join, &w->part);
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
        put_slice(&w->part, c->name);
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
    switch (id) {
    case SECTION_table:
        if (w->m->table_count) tables(w);
        return true;
    case SECTION_memory:
        if (w->m->memory_count) memories(w);
        return true;
    case SECTION_global:
        return !w->m->global_count || globals(w);
    case SECTION_export:
        if (from->there[id]) exports(w);
        return true;
    case SECTION_start:
        return true;
    case SECTION_elem:
        return elems(w);
    case SECTION_data_count:
        if (!from->there[id]) return true;
        put_u(&w->part, data_count);
        section(w, id);
        return true;
    case SECTION_data:
        if (data_count || from->there[SECTION_data_count]) datas(w, data_count, join);
        return true;
    default:
        if (!from->there[id]) return true;
        buffer_bytes(&w->part, from->content[id].ptr, from->content[id].len);
        section(w, id);
        return true;
    }
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
    buffer_bytes(out, "\0asm\1\0\0", 8);
    customs_after(&w, 0);
    bool ok = true;
    for (size_t i = 0; ok && i < sizeof order; i++) {
        ok = one_section(&w, &from, order[i], count, join);
        customs_after(&w, order[i]);
    }
    buffer_free(&w.part);
    return ok && (!out->failed || diag_nomem(ctx));
}
