/* emit_tier.c: groups that are compiled for a running interpreter: like lazy groups, but the instance is the interpreter's,
 * and functions of other groups are called if they are compiled, else interpreted. See rtlib/w2c_tier.h. */
#include "emit.h"
#include <stdio.h>

/* ---- the instance ---------------------------------------------------------------------------- */
/* One member at its offset: all of them are in a union, each behind a pad of its own. */
static void at(Buffer *out, uint32_t offset, unsigned *pad) {
    buffer_printf(out, "    struct { char pad%u[%u]; ", (*pad)++, offset);
}

void emit_tier_struct(const Emitter *e, Buffer *out) {
    const Module *m = e->m;
    const TierLayout *t = e->options->tier;
    unsigned pad = 0;
    const uint32_t pointer = sizeof(void *);
    buffer_printf(out, "struct %s { union { w2c_instance w2c;\n", e->name);
    for (uint32_t i = 0; i < m->memory_count; i++) {
        at(out, t->bases + i * pointer, &pad);
        buffer_printf(out, "u8 *mem%u; };\n", i);
        at(out, t->memories + i * pointer, &pad);
        buffer_printf(out, "w2c_memory *memory%u; };\n", i);
    }
    for (uint32_t i = 0; i < m->table_count; i++) {
        at(out, t->tables + i * pointer, &pad);
        buffer_printf(out, "w2c_table *table%u; };\n", i);
    }
    for (uint32_t i = 0; i < m->global_count; i++) {
        at(out, t->globals[i], &pad);
        unsigned kind = vt_kind(m->globals[i].type);
        bool imported = i < m->imported_globals;
        const char *type = imported && kind == VT_V128 ? "w2c_v128_anywhere" : emit_c_type(kind);
        buffer_printf(out, "%s %s%s; };\n", type, imported ? "*" : "", e->globals[i]);
    }
    for (uint32_t i = 0; i < m->tag_count; i++) {
        at(out, t->tags[i], &pad);
        buffer_printf(out, "%stag%u; };\n", i < m->imported_tags ? "const w2c_tag *" : "w2c_tag ",
                      i);
    }
    for (uint32_t i = 0; i < m->import_count; i++) {
        if (m->imports[i].kind != EXTERN_FUNC) continue;
        at(out, t->imports + m->imports[i].index * pointer, &pad);
        buffer_printf(out, "const w2c_func *%s; };\n", e->imports[i]);
    }
    if (e->record_count) {
        at(out, t->records, &pad);
        buffer_printf(out, "w2c_func funcs[%u]; };\n", e->record_count);
    }
    if (m->elem_count) {
        at(out, t->elems, &pad);
        buffer_printf(out, "w2c_elem elems[%u]; };\n", m->elem_count);
    }
    if (m->data_count && m->has_data_count) {
        at(out, t->datas, &pad);
        buffer_printf(out, "w2c_data datas[%u]; };\n", m->data_count);
    }
    buffer_text(out, "}; };\n\n");
}

void emit_tier_decls(const Emitter *e, Buffer *out) {
    buffer_printf(out, "\nstatic w2c_tier_link %s_link;\n", e->name);
    for (uint32_t i = 0; i < e->m->type_count; i++)
        if (e->m->types[i].canon == i)
            buffer_printf(out, "#define w2c_type_%s (%s_link.types[%u])\n", e->types[i], e->name,
                          i);
}

/* ---- calls ----------------------------------------------------------------------------------- */
/* The rest of a caller's body: the function is not compiled. */
void emit_tier_interpreted(const Emitter *e, Buffer *out, uint32_t func) {
    const TypeDef *t = func_type(e->m, func);
    uint32_t params = t->u.func.param_count, results = t->u.func.result_count;
    buffer_printf(out, "    w2c_value a[%u], r[%u];\n", params + 1, results + 1);
    for (uint32_t k = 0; k < params; k++)
        buffer_printf(out, "    a[%u].%s = p%u;\n", k,
                      emit_value_member(vt_kind(t->u.func.params[k])), k);
    buffer_printf(out, "    %s_link.call(%s, %u, a, r);\n", e->name,
                  emit_is_addressed(e, func) ? "instance" : "&m->w2c", func);
    if (results == 1)
        buffer_printf(out, "    return r[0].%s;\n",
                      emit_value_member(vt_kind(t->u.func.results[0])));
    if (results > 1) {
        Buffer scratch;
        buffer_init(&scratch, out->alloc);
        buffer_printf(out, "    %s res;\n", emit_result_type(e, &scratch, e->m->funcs[func].type));
        buffer_free(&scratch);
        for (uint32_t k = 0; k < results; k++)
            buffer_printf(out, "    res.r%u = r[%u].%s;\n", k, k,
                          emit_value_member(vt_kind(t->u.func.results[k])));
        buffer_text(out, "    return res;\n");
    }
    buffer_text(out, "}\n");
}

static void read_slot(Buffer *out, unsigned kind, uint32_t k) {
    switch (kind) {
    case VT_I32:
        buffer_printf(out, "(u32)slots[%u]", k);
        break;
    case VT_I64:
        buffer_printf(out, "slots[%u]", k);
        break;
    case VT_F32:
    case VT_F64:
        buffer_printf(out, "w2c_slot_%s(slots + %u)", kind == VT_F32 ? "f32" : "f64", k);
        break;
    default:
        buffer_printf(out, "(w2c_ref)(uintptr_t)slots[%u]", k);
        break;
    }
}

static void write_slot(Buffer *out, unsigned kind, uint32_t k, const char *value) {
    if (kind == VT_F32 || kind == VT_F64)
        buffer_printf(out, "    w2c_slot_set_%s(slots + %u, %s);\n", kind == VT_F32 ? "f32" : "f64",
                      k, value);
    else
        buffer_printf(out, "    slots[%u] = (u64)%s%s;\n", k, kind == VT_REF ? "(uintptr_t)" : "",
                      value);
}

/* From the interpreter's slots to the function and back. */
static void native(const Emitter *e, Buffer *out, uint32_t func) {
    const TypeDef *t = func_type(e->m, func);
    uint32_t results = t->u.func.result_count;
    Buffer scratch;
    buffer_init(&scratch, out->alloc);
    buffer_printf(
        out, "static void native_%u(w2c_instance *i, u64 *slots) {\n    (void)slots;\n    ", func);
    if (results)
        buffer_printf(out,
                      "const %s res = ", emit_result_type(e, &scratch, e->m->funcs[func].type));
    buffer_free(&scratch);
    buffer_printf(out, emit_is_addressed(e, func) ? "%s(i" : "%s((%s *)i", e->funcs[func], e->name);
    for (uint32_t k = 0; k < t->u.func.param_count; k++) {
        buffer_text(out, ", ");
        read_slot(out, vt_kind(t->u.func.params[k]), k);
    }
    buffer_text(out, ");\n");
    for (uint32_t k = 0; k < results; k++) {
        char value[32];
        snprintf(value, sizeof value, results == 1 ? "res" : "res.r%u", k);
        write_slot(out, vt_kind(t->u.func.results[k]), k, value);
    }
    buffer_text(out, "}\n");
}

void emit_tier_group(const Emitter *e, Buffer *out, uint32_t group) {
    bool guarded = e->options->memory == MEMORY_GUARD;
    const Group *g = &e->groups[group];
    buffer_char(out, '\n');
    for (uint32_t f = g->first; f < g->last; f++)
        native(e, out, f);
    buffer_printf(out, "static void bind(const w2c_tier_link *link) {\n    %s_link = *link;\n",
                  e->name);
    for (uint32_t f = g->first; f < g->last; f++)
        buffer_printf(
            out,
            "    link->natives[%u] = native_%u;\n"
            "    __atomic_store_n(&link->dispatch[%u], (w2c_code)%s, __ATOMIC_RELEASE);\n",
            f, f, f, e->funcs[f]);
    buffer_text(out, "}\n");
    if (guarded)
        buffer_text(out, "extern const char __start_w2c_text[] W2C_HIDDEN W2C_WEAK;\n"
                         "extern const char __stop_w2c_text[] W2C_HIDDEN W2C_WEAK;\n");
    buffer_printf(out,
                  "extern const w2c_tier_group w2c_this_group;\n"
                  "const w2c_tier_group w2c_this_group = {W2C_ABI, %u, 0x%016llxu, %s, bind};\n",
                  group, (unsigned long long)e->input_hash,
                  guarded ? "__start_w2c_text, __stop_w2c_text" : "NULL, NULL");
}
