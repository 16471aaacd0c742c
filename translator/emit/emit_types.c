/* emit_types.c: function types: their C names, the typedefs of their signatures, the descriptors by
 * which calls are checked, and the adapters between guest calls and the host's.
 * A descriptor's symbol spells its whole signature, so every module that uses a type defines the same
 * weak symbol and a program has one of each. */
#include "emit_gc.h"

enum { LONGEST_SPELT = 60 };

static char plain_letter(ValType t) { /* of a descriptor's symbol: one for every plain reference */
    static const char heaps[] =
        "rREXanjsAzyYb"; /* func nofunc extern noextern any eq i31 struct ... */
    return vt_is_ref(t) ? heaps[vt_heap(t) - HT_ABSTRACT] : vt_letter(t);
}

static void letters(Buffer *b, const TypeDef *t, char (*letter)(ValType)) {
    for (uint32_t k = 0; k < t->u.func.param_count; k++)
        buffer_char(b, letter(t->u.func.params[k]));
    buffer_char(b, '_');
    for (uint32_t k = 0; k < t->u.func.result_count; k++)
        buffer_char(b, letter(t->u.func.results[k]));
}

static void type_symbol(const Emitter *e, Buffer *b, uint32_t i) {
    const TypeDef *t = &e->m->types[i];
    bool plain = emit_type_is_plain(t);
    if (plain && t->u.func.param_count + t->u.func.result_count <= LONGEST_SPELT) {
        letters(b, t, plain_letter);
    } else if (!plain && e->ids) {
        buffer_char(b, 'h');
        emit_hex(b, e->ids[i], 20);
    } else {
        buffer_printf(b, "%s_t%u", e->name, i);
    }
}

static void signature_symbol(const Emitter *e, Buffer *b, uint32_t i) {
    const TypeDef *t = &e->m->types[i];
    if (t->u.func.param_count + t->u.func.result_count > LONGEST_SPELT)
        buffer_printf(b, "%s_t%u", e->name, i);
    else
        letters(b, t, vt_letter);
}

bool emit_name_types(Emitter *e) {
    const Module *m = e->m;
    e->types = ARENA_ARRAY(e->arena, m->type_count, const char *);
    e->signatures = ARENA_ARRAY(e->arena, m->type_count, const char *);
    if (!e->types || !e->signatures) return diag_nomem(e->ctx);
    if (!emit_make_ids(e)) return false;
    Buffer b;
    buffer_init(&b, e->ctx->alloc);
    bool ok = true;
    for (uint32_t i = 0; ok && i < m->type_count; i++) {
        uint32_t canon = m->types[i].canon;
        if (canon != i) {
            e->types[i] = e->types[canon];
            e->signatures[i] = e->signatures[canon];
            continue;
        }
        b.len = 0;
        type_symbol(e, &b, i);
        ok = !b.failed && (e->types[i] = arena_strdup(e->arena, b.data, b.len)) != NULL;
        if (!ok || m->types[i].form != FORM_FUNC) continue;
        b.len = 0;
        signature_symbol(e, &b, i);
        ok = !b.failed && (e->signatures[i] = arena_strdup(e->arena, b.data, b.len)) != NULL;
    }
    buffer_free(&b);
    return ok || diag_nomem(e->ctx);
}

void emit_letters(Buffer *out, const TypeDef *t) {
    for (uint32_t k = 0; k < t->u.func.param_count; k++)
        buffer_char(out, vt_letter(t->u.func.params[k]));
    buffer_char(out, '_');
    for (uint32_t k = 0; k < t->u.func.result_count; k++)
        buffer_char(out, vt_letter(t->u.func.results[k]));
}

static void type_list(const Emitter *e, Buffer *out, const ValType *types, uint32_t count) {
    buffer_char(out, '(');
    for (uint32_t i = 0; i < count; i++) {
        if (i) buffer_text(out, ", ");
        emit_value_text(e, out, types[i]);
    }
    buffer_char(out, ')');
}

void emit_signature_text(const Emitter *e, Buffer *out, const TypeDef *t) {
    type_list(e, out, t->u.func.params, t->u.func.param_count);
    buffer_text(out, " -> ");
    type_list(e, out, t->u.func.results, t->u.func.result_count);
}

const char *emit_from_host(unsigned kind) {
    return kind == VT_V128 ? "w2c_v128_in(" : "(";
}

const char *emit_to_host(unsigned kind) {
    return kind == VT_V128 ? "w2c_v128_out(" : "(";
}

/* "void", "u32", or "struct w2c_res_il" (its name goes into scratch). */
static void result_type(Buffer *out, const TypeDef *t) {
    if (t->u.func.result_count == 0) {
        buffer_text(out, "void");
    } else if (t->u.func.result_count == 1) {
        buffer_text(out, emit_c_type(vt_kind(t->u.func.results[0])));
    } else {
        buffer_text(out, "struct w2c_res_");
        for (uint32_t k = 0; k < t->u.func.result_count; k++)
            buffer_char(out, vt_letter(t->u.func.results[k]));
    }
}

const char *emit_result_type(const Emitter *e, Buffer *scratch, uint32_t type) {
    scratch->len = 0;
    result_type(scratch, &e->m->types[type]);
    const char *text = buffer_cstr(scratch);
    return text ? text : "";
}

void emit_params(Buffer *out, const TypeDef *t, bool names) {
    for (uint32_t k = 0; k < t->u.func.param_count; k++) {
        buffer_text(out, ", ");
        buffer_text(out, emit_c_type(vt_kind(t->u.func.params[k])));
        if (names) buffer_printf(out, " p%u", k);
    }
}

static void result_struct(Buffer *out, const TypeDef *t) {
    Buffer name;
    buffer_init(&name, out->alloc);
    for (uint32_t k = 0; k < t->u.func.result_count; k++)
        buffer_char(&name, vt_letter(t->u.func.results[k]));
    const char *letters = buffer_cstr(&name);
    if (!letters) {
        out->failed = true;
        return;
    }
    buffer_printf(out, "#ifndef W2C_RES_%s\n#define W2C_RES_%s\nstruct w2c_res_%s {", letters,
                  letters, letters);
    for (uint32_t k = 0; k < t->u.func.result_count; k++)
        buffer_printf(out, "%s%s r%u;", k % 8 ? " " : "\n    ",
                      emit_c_type(vt_kind(t->u.func.results[k])), k);
    buffer_text(out, "\n};\n#endif\n");
    buffer_free(&name);
}

void emit_type_decls(const Emitter *e, Buffer *out) {
    const Module *m = e->m;
    for (uint32_t i = 0; i < m->type_count; i++) {
        const TypeDef *t = &m->types[i];
        if (t->canon != i) continue;
        if (!e->options->tier)
            buffer_printf(out, "extern const w2c_type w2c_type_%s;\n", e->types[i]);
        if (t->form != FORM_FUNC) continue;
        if (t->u.func.result_count > 1) result_struct(out, t);
        buffer_printf(out, "#ifndef W2C_FN_%s\n#define W2C_FN_%s\ntypedef ", e->signatures[i],
                      e->signatures[i]);
        result_type(out, t);
        buffer_printf(out, " w2c_fn_%s(w2c_instance *", e->signatures[i]);
        emit_params(out, t, false);
        buffer_text(out, ");\n#endif\n");
    }
}

/* ---- adapters -------------------------------------------------------------------------------- */

const char *emit_value_member(unsigned kind) {
    static const char *const names[] = {"?", "i32", "i64", "f32", "f64", "v128", "ref"};
    return names[kind];
}

static const char *host_type(ValType t) {
    return vt_kind(t) == VT_V128 ? "w2c_v128" : emit_c_type(vt_kind(t));
}

static void named_params(Buffer *out, const TypeDef *t) {
    buffer_text(out, "(w2c_instance *i");
    for (uint32_t k = 0; k < t->u.func.param_count; k++)
        buffer_printf(out, ", %s a%u", emit_c_type(vt_kind(t->u.func.params[k])), k);
    buffer_char(out, ')');
}

static void call_adapter(Buffer *out, const TypeDef *t, const char *sym) {
    buffer_printf(out,
                  "static void w2c_call_%s(const w2c_func *f, const w2c_value *a, w2c_value *r) {\n"
                  "    (void)a, (void)r;\n    ",
                  sym);
    uint32_t results = t->u.func.result_count;
    if (results > 0) {
        buffer_text(out, "const ");
        result_type(out, t);
        buffer_text(out, " x = ");
    }
    buffer_printf(out, "((w2c_fn_%s *)f->code)(f->instance", sym);
    for (uint32_t k = 0; k < t->u.func.param_count; k++)
        buffer_printf(out, ", %sa[%u].%s)", emit_from_host(vt_kind(t->u.func.params[k])), k,
                      emit_value_member(vt_kind(t->u.func.params[k])));
    buffer_text(out, ");\n");
    for (uint32_t k = 0; k < results; k++) {
        buffer_printf(out, "    r[%u].%s = %sx", k,
                      emit_value_member(vt_kind(t->u.func.results[k])),
                      emit_to_host(vt_kind(t->u.func.results[k])));
        if (results > 1) buffer_printf(out, ".r%u", k);
        buffer_text(out, ");\n");
    }
    buffer_text(out, "}\n");
}

/* "return r0;" or the same for several results; each is OPEN k CLOSE, of the host's type. */
static void return_results(Buffer *out, const TypeDef *t, bool values) {
    uint32_t results = t->u.func.result_count;
    if (results > 1) {
        buffer_text(out, "    ");
        result_type(out, t);
        buffer_text(out, " x;\n");
    }
    for (uint32_t k = 0; k < results; k++) {
        ValType v = t->u.func.results[k];
        if (results > 1)
            buffer_printf(out, "    x.r%u = ", k);
        else
            buffer_text(out, "    return ");
        buffer_text(out, emit_from_host(vt_kind(v)));
        if (values)
            buffer_printf(out, "r[%u].%s);\n", k, emit_value_member(vt_kind(v)));
        else
            buffer_printf(out, "r%u);\n", k);
    }
    if (results > 1) buffer_text(out, "    return x;\n");
}

static void host_adapter(Buffer *out, const TypeDef *t, const char *sym) {
    buffer_text(out, "static ");
    result_type(out, t);
    buffer_printf(out, " w2c_host_%s", sym);
    named_params(out, t);
    buffer_text(out, " {\n    const w2c_host *const h = (const w2c_host *)i;\n");
    for (uint32_t k = 0; k < t->u.func.result_count; k++)
        buffer_printf(out, "    %s r%u = %s;\n", host_type(t->u.func.results[k]), k,
                      vt_kind(t->u.func.results[k]) == VT_V128
                          ? "{{0}}"
                          : emit_zero(vt_kind(t->u.func.results[k])));
    buffer_text(out, "    const w2c_status s = ((w2c_status(*)(void *, w2c_instance *");
    for (uint32_t k = 0; k < t->u.func.param_count; k++)
        buffer_printf(out, ", %s", host_type(t->u.func.params[k]));
    for (uint32_t k = 0; k < t->u.func.result_count; k++)
        buffer_printf(out, ", %s *", host_type(t->u.func.results[k]));
    buffer_text(out, "))h->fn)(h->env, h->importer");
    for (uint32_t k = 0; k < t->u.func.param_count; k++)
        buffer_printf(out, ", %sa%u)", emit_to_host(vt_kind(t->u.func.params[k])), k);
    for (uint32_t k = 0; k < t->u.func.result_count; k++)
        buffer_printf(out, ", &r%u", k);
    buffer_text(out, ");\n    if (W2C_UNLIKELY(s != W2C_OK)) w2c_raise(s);\n");
    return_results(out, t, false);
    buffer_text(out, "}\n");
}

static void any_adapter(Buffer *out, const TypeDef *t, const char *sym) {
    uint32_t params = t->u.func.param_count, results = t->u.func.result_count;
    buffer_text(out, "static ");
    result_type(out, t);
    buffer_printf(out, " w2c_any_%s", sym);
    named_params(out, t);
    buffer_printf(out,
                  " {\n    const w2c_host *const h = (const w2c_host *)i;\n"
                  "    w2c_value a[%u], r[%u];\n    memset(r, 0, sizeof r);\n",
                  params ? params : 1, results ? results : 1);
    for (uint32_t k = 0; k < params; k++)
        buffer_printf(out, "    a[%u].%s = %sa%u);\n", k,
                      emit_value_member(vt_kind(t->u.func.params[k])),
                      emit_to_host(vt_kind(t->u.func.params[k])), k);
    if (!params) buffer_text(out, "    a[0].i64 = 0;\n");
    buffer_text(out, "    const w2c_status s = h->any(h->env, h->importer, a, r);\n"
                     "    if (W2C_UNLIKELY(s != W2C_OK)) w2c_raise(s);\n");
    return_results(out, t, true);
    buffer_text(out, "}\n");
}

/* ---- descriptors ----------------------------------------------------------------------------- */

void emit_descriptor_text(const Emitter *e, Buffer *out, uint32_t i) {
    static const char *const forms[] = {"", "struct ", "array "};
    const TypeDef *t = &e->m->types[i];
    buffer_text(out, forms[t->form]);
    if (t->form == FORM_FUNC) emit_signature_text(e, out, t);
    if (!emit_type_is_plain(t) && e->ids) {
        buffer_text(out, t->form == FORM_FUNC ? " #" : "#");
        emit_hex(out, e->ids[i], TYPE_ID);
    }
}

/* Its supertypes, outermost first: the display by which casts and indirect calls test subtypes. */
static void supers(const Emitter *e, Buffer *out, uint32_t i) {
    const TypeDef *t = &e->m->types[i];
    uint32_t chain[64], depth = t->depth < 64 ? t->depth : 64;
    uint32_t at = t->super;
    for (uint32_t k = depth; k-- > 0; at = e->m->types[at].super)
        chain[k] = at;
    buffer_printf(out, "static const w2c_type *const w2c_supers_%s[] = {", e->types[i]);
    for (uint32_t k = 0; k < depth; k++)
        buffer_printf(out, "%s&w2c_type_%s", k ? ", " : "", e->types[chain[k]]);
    buffer_text(out, "};\n");
}

static void adapters(const Emitter *e, Buffer *out, uint32_t i) {
    const TypeDef *t = &e->m->types[i];
    const char *sym = e->signatures[i];
    buffer_printf(out, "#ifndef W2C_ADAPT_%s\n#define W2C_ADAPT_%s\n", sym, sym);
    call_adapter(out, t, sym);
    host_adapter(out, t, sym);
    any_adapter(out, t, sym);
    buffer_text(out, "#endif\n");
}

static uint64_t text_hash(const uint8_t *text, size_t len) { /* FNV-1a; never 0 */
    uint64_t h = 0xcbf29ce484222325u;
    for (size_t i = 0; i < len; i++)
        h = (h ^ text[i]) * 0x100000001b3u;
    return h ? h : 1;
}

static uint64_t descriptor_hash(const Emitter *e, Buffer *out, uint32_t i) {
    Buffer text;
    buffer_init(&text, out->alloc);
    emit_descriptor_text(e, &text, i);
    out->failed |= text.failed;
    uint64_t h = text.failed ? 1 : text_hash((const uint8_t *)text.data, text.len);
    buffer_free(&text);
    return h;
}

void emit_type_defs(const Emitter *e, Buffer *out) {
    const Module *m = e->m;
    for (uint32_t i = 0; i < m->type_count; i++) {
        const TypeDef *t = &m->types[i];
        const char *sym = e->types[i];
        if (t->canon != i) continue;
        if (t->form == FORM_FUNC) adapters(e, out, i);
        buffer_printf(out, "#ifndef W2C_TYPE_%s\n#define W2C_TYPE_%s\n", sym, sym);
        if (t->depth) supers(e, out, i);
        emit_gc_refs(e, out, i);
        /* g++ wants the attributes before the definition */
        buffer_printf(out,
                      "extern W2C_WEAK %sconst w2c_type w2c_type_%s;\n"
                      "const w2c_type w2c_type_%s = {\n    \"",
                      e->options->lazy_groups ? "" : "W2C_HIDDEN ", sym, sym);
        if (t->form == FORM_FUNC) emit_letters(out, t);
        buffer_text(out, "\", \"");
        emit_descriptor_text(e, out, i);
        buffer_text(out, "\",\n    ");
        if (t->form == FORM_FUNC)
            buffer_printf(out, "w2c_call_%s, (w2c_code)w2c_host_%s, (w2c_code)w2c_any_%s",
                          e->signatures[i], e->signatures[i], e->signatures[i]);
        else
            buffer_text(out, "NULL, NULL, NULL");
        if (t->depth)
            buffer_printf(out, ", w2c_supers_%s", sym);
        else
            buffer_text(out, ", NULL");
        buffer_printf(out, ", %u, %u, %s", t->depth, t->form, t->final ? "true" : "false");
        emit_gc_layout(e, out, i, descriptor_hash(e, out, i));
        buffer_text(out, "};\n#endif\n");
    }
}
