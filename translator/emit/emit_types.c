/* emit_types.c: function types: their C names, the typedefs of their signatures, the descriptors by
 * which calls are checked, and the adapters between guest calls and the host's.
 * A descriptor's symbol spells its whole signature, so every module that uses a type defines the same
 * weak symbol and a program has one of each. */
#include "emit.h"

enum { LONGEST_SPELT = 60 };

static char symbol_letter(ValType t) { /* funcref r, externref e: their descriptors differ */
    return vt_is_ref(t) && vt_heap(t) == HT_EXTERN ? 'e' : vt_letter(t);
}

static bool is_callable(const TypeDef *t) {
    if (t->form != FORM_FUNC || t->group_size != 1 || t->super != NO_TYPE || !t->final) return false;
    for (uint32_t i = 0; i < t->u.func.param_count; i++)
        if (!lower_knows_type(t->u.func.params[i])) return false;
    for (uint32_t i = 0; i < t->u.func.result_count; i++)
        if (!lower_knows_type(t->u.func.results[i])) return false;
    return true;
}

bool emit_name_types(Emitter *e) {
    const Module *m = e->m;
    e->types = ARENA_ARRAY(e->arena, m->type_count, const char *);
    if (!e->types) return diag_nomem(e->ctx);
    Buffer b;
    buffer_init(&b, e->ctx->alloc);
    for (uint32_t i = 0; i < m->type_count; i++) {
        const TypeDef *t = &m->types[i];
        if (!is_callable(t)) continue;
        if (t->canon != i) {
            e->types[i] = e->types[t->canon];
            continue;
        }
        b.len = 0;
        if (t->u.func.param_count + t->u.func.result_count > LONGEST_SPELT) {
            buffer_printf(&b, "%s_t%u", e->name, i);
        } else {
            for (uint32_t k = 0; k < t->u.func.param_count; k++)
                buffer_char(&b, symbol_letter(t->u.func.params[k]));
            buffer_char(&b, '_');
            for (uint32_t k = 0; k < t->u.func.result_count; k++)
                buffer_char(&b, symbol_letter(t->u.func.results[k]));
        }
        if (b.failed || !(e->types[i] = arena_strdup(e->arena, b.data, b.len))) {
            buffer_free(&b);
            return diag_nomem(e->ctx);
        }
    }
    buffer_free(&b);
    return true;
}

void emit_letters(Buffer *out, const TypeDef *t) {
    for (uint32_t k = 0; k < t->u.func.param_count; k++) buffer_char(out, vt_letter(t->u.func.params[k]));
    buffer_char(out, '_');
    for (uint32_t k = 0; k < t->u.func.result_count; k++) buffer_char(out, vt_letter(t->u.func.results[k]));
}

static void type_list(Buffer *out, const ValType *types, uint32_t count) {
    char text[64];
    buffer_char(out, '(');
    for (uint32_t i = 0; i < count; i++) {
        if (i) buffer_text(out, ", ");
        size_t len = type_print(types[i], text, sizeof text);
        buffer_bytes(out, text, len < sizeof text ? len : sizeof text - 1);
    }
    buffer_char(out, ')');
}

void emit_signature_text(Buffer *out, const Module *m, const TypeDef *t) {
    (void)m;
    type_list(out, t->u.func.params, t->u.func.param_count);
    buffer_text(out, " -> ");
    type_list(out, t->u.func.results, t->u.func.result_count);
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

static void param_types(Buffer *out, const TypeDef *t) {
    for (uint32_t k = 0; k < t->u.func.param_count; k++) {
        buffer_text(out, ", ");
        buffer_text(out, emit_c_type(vt_kind(t->u.func.params[k])));
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
    buffer_printf(out, "#ifndef W2C_RES_%s\n#define W2C_RES_%s\nstruct w2c_res_%s {", letters, letters,
                  letters);
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
        if (t->form == FORM_FUNC && t->canon == i && t->u.func.result_count > 1) {
            bool known = true;
            for (uint32_t k = 0; k < t->u.func.result_count; k++)
                known = known && lower_knows_type(t->u.func.results[k]);
            if (known) result_struct(out, t);
        }
        if (!e->types[i] || t->canon != i) continue;
        buffer_text(out, "typedef ");
        result_type(out, t);
        buffer_printf(out, " w2c_fn_%s(w2c_instance *", e->types[i]);
        param_types(out, t);
        buffer_printf(out, ");\nextern const w2c_type w2c_type_%s;\n", e->types[i]);
    }
}

static const char *value_member(ValType t) {
    static const char *const names[] = {"?", "i32", "i64", "f32", "f64", "v128", "ref"};
    return names[vt_kind(t)];
}

static void named_params(Buffer *out, const TypeDef *t) {
    buffer_text(out, "(w2c_instance *i");
    for (uint32_t k = 0; k < t->u.func.param_count; k++)
        buffer_printf(out, ", %s a%u", emit_c_type(vt_kind(t->u.func.params[k])), k);
    buffer_char(out, ')');
}

static void call_adapter(Buffer *out, const TypeDef *t, const char *sym) {
    buffer_printf(out, "static void w2c_call_%s(const w2c_func *f, const w2c_value *a, w2c_value *r) {\n"
                       "    (void)a, (void)r;\n    ", sym);
    uint32_t results = t->u.func.result_count;
    if (results == 1) {
        buffer_printf(out, "r[0].%s = ", value_member(t->u.func.results[0]));
    } else if (results > 1) {
        buffer_text(out, "const ");
        result_type(out, t);
        buffer_text(out, " x = ");
    }
    buffer_printf(out, "((w2c_fn_%s *)f->code)(f->instance", sym);
    for (uint32_t k = 0; k < t->u.func.param_count; k++)
        buffer_printf(out, ", a[%u].%s", k, value_member(t->u.func.params[k]));
    buffer_text(out, ");\n");
    for (uint32_t k = 0; results > 1 && k < results; k++)
        buffer_printf(out, "    r[%u].%s = x.r%u;\n", k, value_member(t->u.func.results[k]), k);
    buffer_text(out, "}\n");
}

static void return_results(Buffer *out, const TypeDef *t, const char *pattern_open,
                           const char *pattern_close) {
    uint32_t results = t->u.func.result_count;
    if (results == 1) {
        buffer_printf(out, "    return %s0%s%s;\n", pattern_open, pattern_close,
                      pattern_close[0] ? value_member(t->u.func.results[0]) : "");
    } else if (results > 1) {
        buffer_text(out, "    ");
        result_type(out, t);
        buffer_text(out, " x;\n");
        for (uint32_t k = 0; k < results; k++)
            buffer_printf(out, "    x.r%u = %s%u%s%s;\n", k, pattern_open, k, pattern_close,
                          pattern_close[0] ? value_member(t->u.func.results[k]) : "");
        buffer_text(out, "    return x;\n");
    }
}

static void host_adapter(Buffer *out, const TypeDef *t, const char *sym) {
    buffer_text(out, "static ");
    result_type(out, t);
    buffer_printf(out, " w2c_host_%s", sym);
    named_params(out, t);
    buffer_text(out, " {\n    const w2c_host *const h = (const w2c_host *)i;\n");
    for (uint32_t k = 0; k < t->u.func.result_count; k++) {
        unsigned kind = vt_kind(t->u.func.results[k]);
        buffer_printf(out, "    %s r%u = %s;\n", emit_c_type(kind), k, emit_zero(kind));
    }
    buffer_text(out, "    const w2c_status s = ((w2c_status(*)(void *, w2c_instance *");
    param_types(out, t);
    for (uint32_t k = 0; k < t->u.func.result_count; k++)
        buffer_printf(out, ", %s *", emit_c_type(vt_kind(t->u.func.results[k])));
    buffer_text(out, "))h->fn)(h->env, h->importer");
    for (uint32_t k = 0; k < t->u.func.param_count; k++) buffer_printf(out, ", a%u", k);
    for (uint32_t k = 0; k < t->u.func.result_count; k++) buffer_printf(out, ", &r%u", k);
    buffer_text(out, ");\n    if (W2C_UNLIKELY(s != W2C_OK)) w2c_raise(s);\n");
    return_results(out, t, "r", "");
    buffer_text(out, "}\n");
}

static void any_adapter(Buffer *out, const TypeDef *t, const char *sym) {
    uint32_t params = t->u.func.param_count, results = t->u.func.result_count;
    buffer_text(out, "static ");
    result_type(out, t);
    buffer_printf(out, " w2c_any_%s", sym);
    named_params(out, t);
    buffer_printf(out, " {\n    const w2c_host *const h = (const w2c_host *)i;\n"
                       "    w2c_value a[%u], r[%u];\n    memset(r, 0, sizeof r);\n",
                  params ? params : 1, results ? results : 1);
    for (uint32_t k = 0; k < params; k++)
        buffer_printf(out, "    a[%u].%s = a%u;\n", k, value_member(t->u.func.params[k]), k);
    if (!params) buffer_text(out, "    a[0].i64 = 0;\n");
    buffer_text(out, "    const w2c_status s = h->any(h->env, h->importer, a, r);\n"
                     "    if (W2C_UNLIKELY(s != W2C_OK)) w2c_raise(s);\n");
    return_results(out, t, "r[", "].");
    buffer_text(out, "}\n");
}

void emit_type_defs(const Emitter *e, Buffer *out) {
    const Module *m = e->m;
    for (uint32_t i = 0; i < m->type_count; i++) {
        const TypeDef *t = &m->types[i];
        const char *sym = e->types[i];
        if (!sym || t->canon != i) continue;
        buffer_printf(out, "#ifndef W2C_TYPE_%s\n#define W2C_TYPE_%s\n", sym, sym);
        call_adapter(out, t, sym);
        host_adapter(out, t, sym);
        any_adapter(out, t, sym);
        buffer_printf(out, "W2C_WEAK W2C_HIDDEN const w2c_type w2c_type_%s = {\n    \"", sym);
        emit_letters(out, t);
        buffer_text(out, "\", \"");
        emit_signature_text(out, m, t);
        buffer_printf(out, "\", w2c_call_%s,\n    (w2c_code)w2c_host_%s, (w2c_code)w2c_any_%s};\n#endif\n",
                      sym, sym, sym);
    }
}
