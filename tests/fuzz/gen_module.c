/* gen_module.c: a module's declarations, and its bytes. */
#include "gen.h"

const char *const gen_import_letters[GEN_IMPORTS] = {"i_i", "lfd_l", "i_", "r_r"};

/* ---- declarations -------------------------------------------------------------------------------- */
static ValType letter_type(char letter) {
    const char *at = strchr("ilfdv", letter);
    static const ValType types[] = {VT_I32, VT_I64, VT_F32, VT_F64, VT_V128};
    return at ? types[at - "ilfdv"] : VT_EXTERNREF;
}

static uint32_t type_of_letters(Gen *g, const char *letters) {
    GenList lists[2] = {{.count = 0}, {.count = 0}}, *l = lists;
    for (; *letters; letters++) {
        if (*letters == '_')
            l++;
        else
            l->types[l->count++] = letter_type(*letters);
    }
    return gen_func_type(g, &lists[0], &lists[1]);
}

/* One function of every type that references name, then any. */
static void make_funcs(Gen *g) {
    uint32_t types[GEN_TYPES], count = 0;
    for (unsigned i = 0; i < GEN_IMPORTS; i++)
        g->func_types[g->func_count++] = type_of_letters(g, gen_import_letters[i]);
    for (uint32_t i = 0; i < g->ref_types; i++) {
        if (g->types[i].form != FORM_FUNC) continue;
        types[count++] = i;
        g->func_types[g->func_count++] = i;
    }
    for (uint32_t n = gen_pick(g, g->options.funcs); n && g->func_count < GEN_FUNCS; n--) {
        GenList params = {.count = gen_pick(g, GEN_ARITY)}, results = {.count = gen_pick(g, 4)};
        for (uint32_t i = 0; i < params.count; i++)
            params.types[i] = gen_value_type(g);
        for (uint32_t i = 0; i < results.count; i++)
            results.types[i] = gen_value_type(g);
        uint32_t type =
            gen_pick(g, 4) ? gen_func_type(g, &params, &results) : types[gen_pick(g, count)];
        g->func_types[g->func_count++] = type;
    }
}

static void make_memories(Gen *g) {
    g->memory_count = gen_pick(g, 8) ? 1 + gen_pick(g, 3) : 0;
    for (uint32_t i = 0; i < g->memory_count; i++) {
        GenMemory *m = &g->memories[i];
        m->is64 = gen_one_in(g, 4);
        m->page_log2 = gen_one_in(g, 5) ? 0 : 16;
        m->shared = gen_one_in(g, 6);
        m->min = m->page_log2 ? 1 : 100 + gen_pick(g, 1000);
        m->max = m->min + gen_pick(g, 3);
    }
}

static void make_tables(Gen *g) {
    g->table_count = gen_pick(g, GEN_FEW);
    for (uint32_t i = 0; i < g->table_count; i++) {
        GenTable *t = &g->tables[i];
        t->type = gen_pick(g, 3) ? VT_FUNCREF : gen_value_type(g);
        if (!vt_is_ref(t->type)) t->type = VT_EXTERNREF;
        t->filled = !vt_nullable(t->type) || gen_one_in(g, 4);
        t->is64 = gen_one_in(g, 4);
        t->min = 1 + gen_pick(g, 9);
        t->max = t->min + gen_pick(g, 5);
    }
}

/* Tag 0 is the host's. */
static void make_tags(Gen *g) {
    g->tags[0] = type_of_letters(g, "i_");
    g->tag_count = 1 + gen_pick(g, GEN_FEW - 1);
    for (uint32_t i = 1; i < g->tag_count; i++) {
        GenList params = {.count = gen_pick(g, 3)}, none = {.count = 0};
        for (uint32_t k = 0; k < params.count; k++)
            params.types[k] = gen_value_type(g);
        g->tags[i] = gen_func_type(g, &params, &none);
    }
}

static void make_globals(Gen *g) {
    g->globals[GEN_BUDGET] = (GenGlobal){VT_I32, true};
    g->global_count = 1 + gen_pick(g, 10);
    for (uint32_t i = 1; i < g->global_count; i++)
        g->globals[i] = (GenGlobal){gen_value_type(g), gen_pick(g, 4) != 0};
}

static void make_segments(Gen *g) {
    g->elem_count = gen_pick(g, 4);
    for (uint32_t i = 0; i < g->elem_count; i++) {
        GenElem *e = &g->elems[i];
        e->mode = g->table_count && gen_pick(g, 2);
        e->type = e->mode ? g->tables[i % g->table_count].type : gen_value_type(g);
        if (!vt_is_ref(e->type)) e->type = VT_FUNCREF;
        e->count = gen_pick(g, 6);
    }
    g->data_count = gen_pick(g, 4);
    for (uint32_t i = 0; i < g->data_count; i++)
        g->datas[i] = gen_pick(g, 30);
}

/* ---- constant expressions ------------------------------------------------------------------------ */
static void put_op(Buffer *b, Op op) {
    if (op_info[op].prefix) {
        gen_byte(b, op_info[op].prefix);
        gen_u64(b, op_info[op].code);
    } else {
        gen_byte(b, op_info[op].code);
    }
}

static void put_i32(Buffer *b, int32_t value) {
    put_op(b, OP_i32_const);
    gen_s64(b, value);
}

static void constant(Gen *g, Buffer *b, ValType t);

static void const_object(Gen *g, Buffer *b, uint32_t type) {
    const GenType *t = &g->types[type];
    for (uint32_t i = 0; i < t->field_count; i++)
        constant(g, b,
                 t->fields[i].type >= VT_PACKED8 && !vt_is_ref(t->fields[i].type)
                     ? VT_I32
                     : t->fields[i].type);
    put_op(b, t->form == FORM_STRUCT ? OP_struct_new : OP_array_new_fixed);
    gen_u64(b, type);
    if (t->form == FORM_ARRAY) gen_u64(b, 1);
}

static void const_ref(Gen *g, Buffer *b, ValType t) {
    uint32_t heap = vt_heap(t);
    bool index = ht_is_index(heap);
    if (heap == HT_FUNC || (index && g->types[heap].form == FORM_FUNC)) {
        uint32_t found[GEN_FUNCS], count = 0;
        for (uint32_t i = 0; i < g->func_count; i++)
            if (gen_heap_below(g, g->func_types[i], heap)) found[count++] = i;
        put_op(b, OP_ref_func);
        gen_u64(b, found[gen_pick(g, count)]);
    } else if (index) {
        const_object(g, b, heap);
    } else {
        put_i32(b, (int32_t)gen_pick(g, 100));
        put_op(b, OP_ref_i31);
        if (heap == HT_EXTERN) put_op(b, OP_extern_convert_any);
    }
}

static bool only_null(uint32_t heap) {
    return heap == HT_NONE || heap == HT_NOFUNC || heap == HT_NOEXTERN || heap == HT_EXN ||
           heap == HT_NOEXN || heap == HT_STRUCT || heap == HT_ARRAY;
}

static void constant(Gen *g, Buffer *b, ValType t) {
    if (!vt_is_ref(t)) {
        bool sum = (t == VT_I32 || t == VT_I64) && gen_one_in(g, 6);
        gen_const(g, b, t);
        if (!sum) return;
        gen_const(g, b, t);
        put_op(b, t == VT_I32 ? OP_i32_mul : OP_i64_add);
    } else if (vt_nullable(t) && (only_null(vt_heap(t)) || gen_pick(g, 2) == 0)) {
        put_op(b, OP_ref_null);
        gen_heap(b, vt_heap(t));
    } else {
        const_ref(g, b, t);
    }
}

static void put_end(Buffer *b) {
    put_op(b, OP_end);
}

/* ---- sections ------------------------------------------------------------------------------------ */
typedef struct Writer {
    Gen *g;
    Buffer out, section;
} Writer;

static void end_section(Writer *w, unsigned id) {
    gen_byte(&w->out, id);
    gen_u64(&w->out, w->section.len);
    buffer_bytes(&w->out, w->section.data, w->section.len);
    w->section.len = 0;
}

static void name(Buffer *b, const char *text) {
    gen_u64(b, strlen(text));
    buffer_text(b, text);
}

static void write_imports(Writer *w) {
    Buffer *b = &w->section;
    gen_u64(b, GEN_IMPORTS + 1);
    for (unsigned i = 0; i < GEN_IMPORTS; i++) {
        name(b, "h");
        name(b, (char[]){(char)('0' + i), 0});
        gen_byte(b, 0);
        gen_u64(b, w->g->func_types[i]);
    }
    name(b, "h");
    name(b, "t");
    gen_byte(b, 4);
    gen_byte(b, 0);
    gen_u64(b, w->g->tags[0]);
    end_section(w, 2);
}

static void write_funcs(Writer *w) {
    Buffer *b = &w->section;
    gen_u64(b, w->g->func_count - GEN_IMPORTS);
    for (uint32_t i = GEN_IMPORTS; i < w->g->func_count; i++)
        gen_u64(b, w->g->func_types[i]);
    end_section(w, 3);
}

static void limits(Buffer *b, uint64_t min, uint64_t max, unsigned flags) {
    gen_byte(b, flags | 1);
    gen_u64(b, min);
    gen_u64(b, max);
}

static void write_tables(Writer *w) {
    Buffer *b = &w->section;
    gen_u64(b, w->g->table_count);
    for (uint32_t i = 0; i < w->g->table_count; i++) {
        const GenTable *t = &w->g->tables[i];
        if (t->filled) buffer_bytes(b, "\x40", 2);
        gen_type(b, t->type);
        limits(b, t->min, t->max, t->is64 ? 4 : 0);
        if (!t->filled) continue;
        constant(w->g, b, t->type);
        put_end(b);
    }
    end_section(w, 4);
}

static void write_memories(Writer *w) {
    Buffer *b = &w->section;
    gen_u64(b, w->g->memory_count);
    for (uint32_t i = 0; i < w->g->memory_count; i++) {
        const GenMemory *m = &w->g->memories[i];
        unsigned flags = (m->shared ? 2u : 0) | (m->is64 ? 4u : 0) | (m->page_log2 ? 0 : 8u);
        limits(b, m->min, m->max, flags);
        if (!m->page_log2) gen_u64(b, 0);
    }
    end_section(w, 5);
}

static void write_tags(Writer *w) {
    Buffer *b = &w->section;
    gen_u64(b, w->g->tag_count - 1);
    for (uint32_t i = 1; i < w->g->tag_count; i++) {
        gen_byte(b, 0);
        gen_u64(b, w->g->tags[i]);
    }
    end_section(w, 13);
}

static void write_globals(Writer *w) {
    Buffer *b = &w->section;
    gen_u64(b, w->g->global_count);
    for (uint32_t i = 0; i < w->g->global_count; i++) {
        gen_type(b, w->g->globals[i].type);
        gen_byte(b, w->g->globals[i].mutable);
        if (i)
            constant(w->g, b, w->g->globals[i].type);
        else
            put_i32(b, 30);
        put_end(b);
    }
    end_section(w, 6);
}

static void exports(Writer *w, char letter, unsigned kind, uint32_t first, uint32_t end) {
    Buffer *b = &w->section;
    for (uint32_t i = first; i < end; i++) {
        char text[16];
        text[0] = letter;
        text[1] = 0;
        Buffer number;
        buffer_init(&number, alloc_default());
        buffer_text(&number, text);
        buffer_u64(&number, i - first);
        const char *spelt = buffer_cstr(&number);
        name(b, spelt ? spelt : "");
        buffer_free(&number);
        gen_byte(b, kind);
        gen_u64(b, i);
    }
}

static void write_exports(Writer *w) {
    const Gen *g = w->g;
    gen_u64(&w->section,
            g->func_count - GEN_IMPORTS + g->table_count + g->memory_count + g->global_count);
    exports(w, 'f', 0, GEN_IMPORTS, g->func_count);
    exports(w, 't', 1, 0, g->table_count);
    exports(w, 'm', 2, 0, g->memory_count);
    exports(w, 'g', 3, 0, g->global_count);
    end_section(w, 7);
}

static void write_elems(Writer *w) {
    Gen *g = w->g;
    Buffer *b = &w->section;
    gen_u64(b, g->elem_count + 1);
    for (uint32_t i = 0; i < g->elem_count; i++) {
        const GenElem *e = &g->elems[i];
        gen_u64(b, e->mode ? 6 : 5);
        if (e->mode) {
            const GenTable *t = &g->tables[i % g->table_count];
            uint32_t room = t->min > e->count ? (uint32_t)t->min - e->count : 0;
            int32_t at = (int32_t)gen_pick(g, gen_one_in(g, 60) ? 20 : room + 1);
            gen_u64(b, i % g->table_count);
            put_op(b, t->is64 ? OP_i64_const : OP_i32_const);
            gen_s64(b, at);
            put_end(b);
        }
        gen_type(b, e->type);
        gen_u64(b, e->count);
        for (uint32_t k = 0; k < e->count; k++) {
            constant(g, b, e->type);
            put_end(b);
        }
    }
    gen_u64(b, 3); /* all functions are declared */
    gen_byte(b, 0);
    gen_u64(b, g->func_count);
    for (uint32_t i = 0; i < g->func_count; i++)
        gen_u64(b, i);
    end_section(w, 9);
}

static void write_datas(Writer *w) {
    Gen *g = w->g;
    Buffer *b = &w->section;
    gen_u64(b, g->data_count);
    for (uint32_t i = 0; i < g->data_count; i++) {
        bool active = g->memory_count && gen_pick(g, 2);
        uint32_t memory = active ? gen_pick(g, g->memory_count) : 0;
        gen_u64(b, active ? 2 : 1);
        if (active) {
            gen_u64(b, memory);
            put_op(b, g->memories[memory].is64 ? OP_i64_const : OP_i32_const);
            gen_s64(b, gen_one_in(g, 60) ? 70000 : (int32_t)gen_pick(g, 70));
            put_end(b);
        }
        gen_u64(b, g->datas[i]);
        for (uint32_t k = 0; k < g->datas[i]; k++)
            gen_byte(b, gen_pick(g, 256));
    }
    end_section(w, 11);
}

static uint32_t start_func(Gen *g) {
    if (!gen_one_in(g, 5)) return NO_FUNC;
    for (uint32_t i = GEN_IMPORTS; i < g->func_count; i++)
        if (g->func_types[i] == 0) return i;
    return NO_FUNC;
}

static void write_all(Writer *w, const Buffer *types, const Buffer *code) {
    Gen *g = w->g;
    buffer_bytes(&w->out, "\0asm\1\0\0", 8);
    buffer_bytes(&w->section, types->data, types->len);
    end_section(w, 1);
    write_imports(w);
    write_funcs(w);
    write_tables(w);
    write_memories(w);
    write_tags(w);
    write_globals(w);
    write_exports(w);
    uint32_t start = start_func(g);
    if (start != NO_FUNC) {
        gen_u64(&w->section, start);
        end_section(w, 8);
    }
    write_elems(w);
    gen_u64(&w->section, g->data_count);
    end_section(w, 12);
    gen_u64(&w->section, g->func_count - GEN_IMPORTS);
    buffer_bytes(&w->section, code->data, code->len);
    end_section(w, 10);
    write_datas(w);
}

/* Bodies first: they add function types for their blocks. */
const uint8_t *gen_module(Gen *g, size_t *len) {
    Writer w = {.g = g};
    Buffer types, code, *all[] = {&w.out, &w.section, &types, &code};
    for (unsigned i = 0; i < 4; i++)
        buffer_init(all[i], alloc_default());
    gen_types_make(g);
    g->legacy = gen_one_in(g, 3);
    make_funcs(g);
    make_memories(g);
    make_tables(g);
    make_tags(g);
    make_globals(g);
    make_segments(g);
    for (uint32_t f = GEN_IMPORTS; f < g->func_count; f++)
        gen_body(g, f, &code);
    gen_types_write(g, &types);
    write_all(&w, &types, &code);
    uint8_t *bytes = w.out.failed || code.failed ? NULL : arena_alloc(&g->arena, w.out.len);
    if (bytes) memcpy(bytes, w.out.data, w.out.len);
    *len = w.out.len;
    for (unsigned i = 0; i < 4; i++)
        buffer_free(all[i]);
    return bytes;
}
