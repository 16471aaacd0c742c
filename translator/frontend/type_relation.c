/* type_relation.c: equality and matching of types within one module. Spec: valid/matching */
#include "module.h"
#include "section.h"

static bool heap_same(const Module *m, uint32_t a, uint32_t b) {
    if (a == b) return true;
    return ht_is_index(a) && ht_is_index(b) && m->types[a].canon == m->types[b].canon;
}

bool type_equal(const Module *m, ValType a, ValType b) {
    if (a == b) return true;
    return vt_is_ref(a) && vt_is_ref(b) && vt_nullable(a) == vt_nullable(b) &&
           heap_same(m, vt_heap(a), vt_heap(b));
}

static bool form_matches(uint8_t form, uint32_t super) {
    switch (form) {
    case FORM_FUNC:
        return super == HT_FUNC;
    case FORM_STRUCT:
        return super == HT_STRUCT || super == HT_EQ || super == HT_ANY;
    default:
        return super == HT_ARRAY || super == HT_EQ || super == HT_ANY;
    }
}

static bool index_matches(const Module *m, uint32_t sub, uint32_t super) {
    if (!ht_is_index(super)) return form_matches(m->types[sub].form, super);
    uint32_t canon = m->types[super].canon;
    for (; sub != NO_TYPE; sub = m->types[sub].super)
        if (m->types[sub].canon == canon) return true;
    return false;
}

bool heap_matches(const Module *m, uint32_t sub, uint32_t super) {
    if (sub == super || sub == HT_BOTTOM) return true;
    if (ht_is_index(sub)) return index_matches(m, sub, super);
    bool indexed = ht_is_index(super);
    uint8_t form = indexed ? m->types[super].form : 0;
    switch (sub) {
    case HT_NOFUNC:
        return indexed ? form == FORM_FUNC : super == HT_FUNC;
    case HT_NOEXTERN:
        return super == HT_EXTERN;
    case HT_NOEXN:
        return super == HT_EXN;
    case HT_NONE:
        if (indexed) return form != FORM_FUNC;
        return super == HT_I31 || super == HT_STRUCT || super == HT_ARRAY || super == HT_EQ ||
               super == HT_ANY;
    case HT_I31:
    case HT_STRUCT:
    case HT_ARRAY:
        return super == HT_EQ || super == HT_ANY;
    case HT_EQ:
        return super == HT_ANY;
    default:
        return false;
    }
}

bool type_matches(const Module *m, ValType sub, ValType super) {
    if (sub == super || sub == VT_NONE) return true;
    if (!vt_is_ref(sub) || !vt_is_ref(super)) return false;
    if (vt_nullable(sub) && !vt_nullable(super)) return false;
    return heap_matches(m, vt_heap(sub), vt_heap(super));
}

static bool field_matches(const Module *m, Field sub, Field super) {
    if (sub.mutable != super.mutable) return false;
    return sub.mutable ? type_equal(m, sub.type, super.type)
                       : type_matches(m, sub.type, super.type);
}

bool type_def_matches(const Module *m, uint32_t sub, uint32_t super) {
    const TypeDef *a = &m->types[sub], *b = &m->types[super];
    if (a->form != b->form) return false;
    if (a->form != FORM_FUNC) {
        if (a->u.fields.count < b->u.fields.count) return false;
        for (uint32_t i = 0; i < b->u.fields.count; i++)
            if (!field_matches(m, a->u.fields.fields[i], b->u.fields.fields[i])) return false;
        return true;
    }
    if (a->u.func.param_count != b->u.func.param_count ||
        a->u.func.result_count != b->u.func.result_count)
        return false;
    for (uint32_t i = 0; i < a->u.func.param_count; i++)
        if (!type_matches(m, b->u.func.params[i], a->u.func.params[i])) return false;
    for (uint32_t i = 0; i < a->u.func.result_count; i++)
        if (!type_matches(m, a->u.func.results[i], b->u.func.results[i])) return false;
    return true;
}
