/* section_types.c: the type section: recursion groups, subtypes, composite types.
 * A type may name its own group's types and earlier ones. Spec: binary/types, valid/types */
#include "section.h"

enum {
    TYPE_FUNC = 0x60,
    TYPE_STRUCT = 0x5f,
    TYPE_ARRAY = 0x5e,
    TYPE_SUB = 0x50,
    TYPE_SUB_FINAL = 0x4f,
    TYPE_REC = 0x4e
};

typedef struct TypeReader {
    SectionReader *s;
    TypeCanon *canon;
    uint32_t cap;     /* of m->types */
    uint32_t visible; /* type indices below it may be named */
} TypeReader;

/* The byte that says what a type is. It is a signed number in the binary, hence the first error. */
static bool read_form(SectionReader *s, uint8_t *form) {
    *form = reader_u8(&s->r);
    if (s->r.error) return section_fail(s);
    if (*form & 0x80) return diag_error(s->ctx, ERR_leb_too_long, section_offset(s) - 1, "%s", "");
    return true;
}

static bool read_values(TypeReader *t, ValType *out, uint32_t count) {
    SectionReader *s = t->s;
    for (uint32_t i = 0; i < count; i++)
        if (!type_read_value(s->ctx, &s->r, t->visible, &s->m->features_used, &out[i]))
            return section_fail(s);
    return true;
}

static bool read_func(TypeReader *t, TypeDef *def) {
    SectionReader *s = t->s;
    Arena *arena = &s->m->arena;
    uint32_t params, results;
    if (!section_count(s, 0, LIMIT_PARAMS, "parameters", &params)) return false;
    ValType scratch[LIMIT_PARAMS + LIMIT_RESULTS];
    if (!read_values(t, scratch, params)) return false;
    uint64_t at = section_offset(s);
    if (!section_count(s, 0, LIMIT_RESULTS, "results", &results)) return false;
    if (results > 1 && !section_need(s, FEATURE_multi_value, at)) return false;
    if (!read_values(t, scratch + params, results)) return false;
    ValType *types = ARENA_ARRAY(arena, params + results, ValType);
    if (!types) return diag_nomem(s->ctx);
    for (uint32_t i = 0; i < params + results; i++)
        types[i] = scratch[i];
    def->form = FORM_FUNC;
    def->u.func.params = types;
    def->u.func.results = types + params;
    def->u.func.param_count = params;
    def->u.func.result_count = results;
    return true;
}

static bool read_field(TypeReader *t, Field *field) {
    SectionReader *s = t->s;
    if (!type_read_storage(s->ctx, &s->r, t->visible, &s->m->features_used, &field->type))
        return section_fail(s);
    uint8_t mutable = reader_u8(&s->r);
    if (s->r.error) return section_fail(s);
    if (mutable > 1) return diag_error(s->ctx, ERR_mutability, section_offset(s) - 1, "%s", "");
    field->mutable = mutable != 0;
    return true;
}

static bool read_fields(TypeReader *t, TypeDef *def, uint8_t form) {
    SectionReader *s = t->s;
    uint32_t count = 1;
    if (form == TYPE_STRUCT && !section_count(s, 0, LIMIT_FIELDS, "fields", &count)) return false;
    Field *fields = ARENA_ARRAY(&s->m->arena, section_fits(s, count, 2), Field);
    if (!fields) return diag_nomem(s->ctx);
    for (uint32_t i = 0; i < count; i++)
        if (!read_field(t, &fields[i])) return false;
    def->form = form == TYPE_STRUCT ? FORM_STRUCT : FORM_ARRAY;
    def->u.fields.fields = fields;
    def->u.fields.count = count;
    return true;
}

static bool read_composite(TypeReader *t, TypeDef *def, uint8_t form) {
    SectionReader *s = t->s;
    uint64_t at = section_offset(s) - 1;
    switch (form) {
    case TYPE_FUNC:
        return read_func(t, def);
    case TYPE_STRUCT:
    case TYPE_ARRAY:
        return section_need(s, FEATURE_gc, at) && read_fields(t, def, form);
    default:
        return diag_error(s->ctx, ERR_type_form, at, "%s", "");
    }
}

/* Supertypes in front of a composite type: none or one, an earlier type that is not final. */
static bool read_supers(TypeReader *t, TypeDef *def, uint32_t self) {
    SectionReader *s = t->s;
    uint32_t count;
    if (!section_count(s, 0, UINT32_MAX, "supertypes", &count)) return false;
    uint64_t at = section_offset(s);
    if (count > 1)
        return diag_error(s->ctx, ERR_sub_type, at, ": type %u has %u supertypes", self, count);
    if (count == 0) return true;
    def->super = section_u32(s);
    if (s->r.error) return section_fail(s);
    if (def->super >= t->visible)
        return diag_error(s->ctx, ERR_unknown_type, at, " %u", def->super);
    if (def->super >= self)
        return diag_error(s->ctx, ERR_sub_type, at, ": type %u names a later supertype, %u", self,
                          def->super);
    def->depth = s->m->types[def->super].depth + 1;
    if (def->depth > LIMIT_SUBTYPE_DEPTH)
        return diag_error(s->ctx, ERR_limit, at, ": a chain of more than %d supertypes",
                          LIMIT_SUBTYPE_DEPTH);
    return true;
}

static bool read_type(TypeReader *t, uint32_t self, uint8_t form) {
    TypeDef *def = &t->s->m->types[self];
    def->final = true;
    def->super = NO_TYPE;
    def->canon = self;
    if (form == TYPE_SUB || form == TYPE_SUB_FINAL) {
        if (!section_need(t->s, FEATURE_gc, section_offset(t->s) - 1)) return false;
        def->final = form == TYPE_SUB_FINAL;
        if (!read_supers(t, def, self) || !read_form(t->s, &form)) return false;
    }
    return read_composite(t, def, form);
}

static bool check_supers(SectionReader *s, uint32_t first, uint32_t count, uint64_t at) {
    Module *m = s->m;
    for (uint32_t i = first; i < first + count; i++) {
        uint32_t super = m->types[i].super;
        if (super == NO_TYPE) continue;
        if (m->types[super].final)
            return diag_error(s->ctx, ERR_sub_type, at, ": type %u: its supertype %u is final", i,
                              super);
        if (!type_def_matches(m, i, super))
            return diag_error(s->ctx, ERR_sub_type, at, ": type %u does not match its supertype %u",
                              i, super);
    }
    return true;
}

/* One recursion group, `groups` more to come after it. */
static bool read_group(TypeReader *t, uint32_t groups) {
    SectionReader *s = t->s;
    Module *m = s->m;
    uint64_t at = section_offset(s);
    uint32_t first = m->type_count, count = 1;
    uint8_t form;
    if (!read_form(s, &form)) return false;
    bool explicit_group = form == TYPE_REC;
    if (explicit_group) {
        if (!section_need(s, FEATURE_gc, at)) return false;
        if (!section_count(s, first, LIMIT_GROUP_SIZE, "types", &count)) return false;
    } else if (first == LIMIT_TYPES) {
        return diag_error(s->ctx, ERR_limit, at, ": more than %d types", LIMIT_TYPES);
    }
    uint32_t room = section_fits(s, count, 2) + section_fits(s, groups, 2);
    if (room < first) room = first; /* at least doubled, so that all copies together stay linear */
    if ((t->cap - first < count || !m->types) && !SECTION_ROOM(s, m->types, first, &t->cap, room))
        return false;
    t->visible = first + count;
    for (uint32_t i = first; i < first + count; i++) {
        if (explicit_group && !read_form(s, &form)) return false;
        m->types[i].group = first;
        m->types[i].group_size = count;
        if (!read_type(t, i, form)) return false;
    }
    type_canon_group(t->canon, m, first, count);
    m->type_count = first + count;
    return check_supers(s, first, count, at);
}

bool section_read_type(SectionReader *s) {
    uint32_t groups;
    if (!section_count(s, 0, LIMIT_TYPES, "types", &groups)) return false;
    TypeReader t = {.s = s, .canon = type_canon_new(s->ctx, section_fits(s, groups, 2))};
    if (!t.canon) return false;
    bool ok = true;
    for (uint32_t i = 0; ok && i < groups; i++)
        ok = read_group(&t, groups - i - 1);
    type_canon_free(s->ctx, t.canon);
    return ok;
}
