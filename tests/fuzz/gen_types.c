/* gen_types.c: the type section, value types, and which type is below which. */
#include "gen.h"

/* ---- subtypes: valid/matching -------------------------------------------------------------------- */
bool gen_heap_below(const Gen *g, uint32_t a, uint32_t b) {
    if (a == b) return true;
    if (ht_is_index(a)) {
        const GenType *t = &g->types[a];
        if (t->super != NO_TYPE && gen_heap_below(g, t->super, b)) return true;
        if (t->form == FORM_FUNC) return b == HT_FUNC;
        return b == (t->form == FORM_STRUCT ? HT_STRUCT : HT_ARRAY) || b == HT_EQ || b == HT_ANY;
    }
    switch (a) {
    case HT_NONE:
        return ht_is_index(b)
                   ? g->types[b].form != FORM_FUNC
                   : b == HT_I31 || b == HT_STRUCT || b == HT_ARRAY || b == HT_EQ || b == HT_ANY;
    case HT_NOFUNC:
        return ht_is_index(b) ? g->types[b].form == FORM_FUNC : b == HT_FUNC;
    case HT_NOEXTERN:
        return b == HT_EXTERN;
    case HT_NOEXN:
        return b == HT_EXN;
    case HT_I31:
    case HT_STRUCT:
    case HT_ARRAY:
        return b == HT_EQ || b == HT_ANY;
    case HT_EQ:
        return b == HT_ANY;
    default:
        return false;
    }
}

bool gen_subtype(const Gen *g, ValType a, ValType b) {
    if (a == b) return true;
    if (!vt_is_ref(a) || !vt_is_ref(b) || (vt_nullable(a) && !vt_nullable(b))) return false;
    return gen_heap_below(g, vt_heap(a), vt_heap(b));
}

bool gen_makeable(ValType t) {
    if (!vt_is_ref(t) || vt_nullable(t) || ht_is_index(vt_heap(t))) return true;
    switch (vt_heap(t)) {
    case HT_I31:
    case HT_EQ:
    case HT_ANY:
    case HT_FUNC:
    case HT_EXTERN:
        return true;
    default:
        return false;
    }
}

/* ---- choosing ------------------------------------------------------------------------------------ */
ValType gen_number(Gen *g) {
    static const ValType types[] = {VT_I32, VT_I64, VT_F32, VT_F64, VT_V128, VT_I32, VT_I64};
    return types[gen_pick(g, 7)];
}

static const uint32_t nullable_heaps[] = {HT_ANY,    HT_FUNC,   HT_EXTERN,  HT_EQ,
                                          HT_I31,    HT_STRUCT, HT_ARRAY,   HT_NONE,
                                          HT_NOFUNC, HT_EXN,    HT_NOEXTERN};
static const uint32_t made_heaps[] = {HT_I31, HT_EQ, HT_ANY, HT_EXTERN, HT_FUNC};

/* limit: concrete types below it */
static ValType reference(Gen *g, uint32_t limit, bool nullable) {
    if (limit && gen_pick(g, 2)) return vt_ref(gen_pick(g, limit), nullable);
    if (nullable) return vt_ref(nullable_heaps[gen_pick(g, 11)], true);
    return vt_ref(made_heaps[gen_pick(g, 5)], false);
}

ValType gen_nullable_type(Gen *g) {
    return gen_pick(g, 4) < 3 ? gen_number(g) : reference(g, g->ref_types, true);
}

ValType gen_value_type(Gen *g) {
    if (gen_pick(g, 4) < 3) return gen_number(g);
    return reference(g, g->ref_types, !gen_one_in(g, 3));
}

/* ---- making -------------------------------------------------------------------------------------- */
/* What lies in fields, parameters: references to the types below `limit`, and to those below `low` such
 * that are never null: so a value can always be made. */
static ValType part(Gen *g, uint32_t low, uint32_t limit) {
    if (gen_pick(g, 3) < 2) return gen_number(g);
    return gen_one_in(g, 4) ? reference(g, low, false) : reference(g, limit, true);
}

static void make_fields(Gen *g, GenType *t, uint32_t low, uint32_t limit) {
    uint32_t count = t->form == FORM_ARRAY ? 1 : gen_pick(g, GEN_FIELDS + 1);
    if (t->super != NO_TYPE) {
        const GenType *s = &g->types[t->super];
        memcpy(t->fields, s->fields, sizeof t->fields);
        t->field_count = s->field_count;
        if (t->form == FORM_ARRAY) return;
    }
    for (uint32_t i = t->field_count; i < count; i++) {
        Field *f = &t->fields[t->field_count++];
        f->type = gen_one_in(g, 5) ? VT_PACKED8 + gen_pick(g, 2) : part(g, low, limit);
        f->mutable = gen_pick(g, 3) != 0;
    }
}

static void make_list(Gen *g, GenList *l, uint32_t most, uint32_t low, uint32_t limit) {
    l->count = gen_pick(g, most + 1);
    for (uint32_t i = 0; i < l->count; i++)
        l->types[i] = part(g, low, limit);
}

static void make_type(Gen *g, uint32_t i, uint32_t limit) {
    GenType *t = &g->types[i];
    uint32_t super = i ? gen_pick(g, i) : 0;
    t->super = NO_TYPE;
    t->final = gen_pick(g, 3) == 0;
    if (i && gen_one_in(g, 3) && g->types[super].form == t->form && !g->types[super].final)
        t->super = super;
    if (t->form != FORM_FUNC) {
        make_fields(g, t, i, limit);
    } else if (t->super != NO_TYPE) {
        t->params = g->types[super].params;
        t->results = g->types[super].results;
    } else {
        make_list(g, &t->params, GEN_ARITY, 0, limit);
        make_list(g, &t->results, 3, 0, limit);
    }
}

void gen_types_make(Gen *g) {
    uint32_t count = 1 + gen_pick(g, 10);
    g->types[0] = (GenType){.form = FORM_FUNC, .super = NO_TYPE, .final = true};
    for (uint32_t i = 1; i < count; i++)
        g->types[i].form = (TypeForm)gen_pick(g, 3);
    for (uint32_t i = 1; i < count;) {
        uint32_t end = i + 1 + (gen_one_in(g, 3) ? gen_pick(g, 3) : 0);
        if (end > count) end = count;
        for (uint32_t first = i; i < end; i++) {
            g->types[i].group = first;
            make_type(g, i, end);
        }
    }
    g->type_count = g->ref_types = count;
}

static bool same_list(const GenList *a, const GenList *b) {
    return a->count == b->count && !memcmp(a->types, b->types, a->count * sizeof *a->types);
}

uint32_t gen_func_type(Gen *g, const GenList *params, const GenList *results) {
    for (uint32_t i = 0; i < g->type_count; i++) {
        const GenType *t = &g->types[i];
        if (t->form == FORM_FUNC && same_list(&t->params, params) &&
            same_list(&t->results, results))
            return i;
    }
    if (g->type_count == GEN_TYPES) return NO_TYPE;
    uint32_t i = g->type_count++;
    g->types[i] = (GenType){.form = FORM_FUNC,
                            .params = *params,
                            .results = *results,
                            .super = NO_TYPE,
                            .final = true,
                            .group = i};
    return i;
}

/* ---- writing ------------------------------------------------------------------------------------- */
static void write_list(Buffer *out, const GenList *l) {
    gen_u64(out, l->count);
    for (uint32_t i = 0; i < l->count; i++)
        gen_type(out, l->types[i]);
}

static void write_type(const GenType *t, Buffer *out) {
    if (!t->final || t->super != NO_TYPE) {
        gen_byte(out, t->final ? 0x4f : 0x50);
        gen_u64(out, t->super != NO_TYPE);
        if (t->super != NO_TYPE) gen_u64(out, t->super);
    }
    if (t->form == FORM_FUNC) {
        gen_byte(out, 0x60);
        write_list(out, &t->params);
        write_list(out, &t->results);
        return;
    }
    gen_byte(out, t->form == FORM_STRUCT ? 0x5f : 0x5e);
    if (t->form == FORM_STRUCT) gen_u64(out, t->field_count);
    for (uint32_t i = 0; i < t->field_count; i++) {
        gen_type(out, t->fields[i].type);
        gen_byte(out, t->fields[i].mutable);
    }
}

void gen_types_write(const Gen *g, Buffer *out) {
    uint32_t groups = 0, end;
    for (uint32_t i = 0; i < g->type_count; i++)
        groups += g->types[i].group == i;
    gen_u64(out, groups);
    for (uint32_t i = 0; i < g->type_count; i = end) {
        for (end = i + 1; end < g->type_count && g->types[end].group == i;)
            end++;
        if (end > i + 1) {
            gen_byte(out, 0x4e);
            gen_u64(out, end - i);
        }
        for (uint32_t k = i; k < end; k++)
            write_type(&g->types[k], out);
    }
}
