/* emit_header.c: the public header, and the private part that every group shares. */
#include "emit_gc.h"

const char *emit_public_type(ValType t) {
    static const char *const names[] = {"void",   "uint32_t", "uint64_t", "float",
                                        "double", "w2c_v128", "w2c_ref"};
    return names[vt_kind(t)];
}

void emit_stamp(const Emitter *e, Buffer *out, bool with_hash) {
    buffer_printf(out, "/* Made by w2c %s. ABI %d, memory %s%s%s", e->options->version, 1,
                  emit_mode_name(e), e->options->canonical_nans ? ", canonical NaNs" : "",
                  e->options->relaxed_native ? ", relaxed SIMD native" : "");
    if (e->options->interruptible == INTERRUPTIBLE_FUEL) buffer_text(out, ", interruptible");
    if (e->options->interruptible == INTERRUPTIBLE_STOP) buffer_text(out, ", interruptible=stop");
    if (with_hash) buffer_printf(out, ", module %016llx", (unsigned long long)e->input_hash);
    buffer_text(out, ". Do not edit. */\n");
}

static void public_params(const TypeDef *t, Buffer *out) {
    for (uint32_t k = 0; k < t->u.func.param_count; k++)
        buffer_printf(out, ", %s p%u", emit_public_type(t->u.func.params[k]), k);
    for (uint32_t k = 0; k < t->u.func.result_count; k++)
        buffer_printf(out, ", %s *r%u", emit_public_type(t->u.func.results[k]), k);
}

static void import_text(const Emitter *e, const Import *im, Buffer *out) {
    buffer_text(out, "/* ");
    emit_comment_text(out, im->module);
    buffer_char(out, '.');
    emit_comment_text(out, im->name);
    buffer_text(out, ": ");
    (void)e;
}

static void public_imports(const Emitter *e, Buffer *out) {
    const Module *m = e->m;
    bool any = false;
    for (uint32_t i = 0; i < m->import_count; i++) {
        const Import *im = &m->imports[i];
        if (im->kind != EXTERN_FUNC) continue;
        const TypeDef *t = func_type(m, im->index);
        if (!any)
            buffer_text(out, "\n/* ---- imports: give them to NEW in w2c_imports, or define these "
                             "functions, or give"
                             "\n * a resolver. `importer` is the instance that calls. ---- */\n");
        any = true;
        import_text(e, im, out);
        emit_signature_text(e, out, t);
        buffer_printf(out, " */\nw2c_status %s_%s(void *env, w2c_instance *importer", e->name,
                      e->imports[i] + e->import_skip);
        public_params(t, out);
        buffer_text(out, ")\n    __attribute__((weak));\n");
    }
}

static void public_exports(const Emitter *e, Buffer *out) {
    const Module *m = e->m;
    if (m->export_count) buffer_text(out, "\n/* ---- exports ---- */\n");
    for (uint32_t i = 0; i < m->export_count; i++) {
        const Export *x = &m->exports[i];
        const char *name = e->exports[i];
        switch ((ExternKind)x->kind) {
        case EXTERN_FUNC:
            buffer_text(out, "/* ");
            emit_comment_text(out, x->name);
            buffer_text(out, ": ");
            emit_signature_text(e, out, func_type(m, x->index));
            buffer_printf(out, " */\nw2c_status %s_x_%s(%s *m", e->name, name, e->name);
            public_params(func_type(m, x->index), out);
            buffer_text(out, ");\n");
            break;
        case EXTERN_TABLE:
            buffer_printf(out, "w2c_table *%s_x_%s(%s *m);\n", e->name, name, e->name);
            break;
        case EXTERN_MEMORY:
            buffer_printf(out, "w2c_memory *%s_x_%s(%s *m);\n", e->name, name, e->name);
            break;
        case EXTERN_GLOBAL:
            buffer_printf(out, "%s%s *%s_x_%s(%s *m);\n",
                          m->globals[x->index].mutable ? "" : "const ",
                          emit_public_type(m->globals[x->index].type), e->name, name, e->name);
            break;
        case EXTERN_TAG:
            buffer_printf(out, "const w2c_tag *%s_x_%s(%s *m);\n", e->name, name, e->name);
            break;
        }
    }
}

void emit_public_header(const Emitter *e, Buffer *out) {
    emit_stamp(e, out, true);
    buffer_printf(
        out,
        "#ifndef W2C_MODULE_%s_H\n#define W2C_MODULE_%s_H\n#include \"w2c.h\"\n\n"
        "#ifdef __cplusplus\nextern \"C\" {\n#endif\n\n"
        "/* An instance. It begins with a w2c_instance: see %s_instance. */\n"
        "typedef struct %s %s;\nextern const w2c_module %s_module;\n\n"
        "/* See w2c_instance_new and w2c_instance_delete in w2c.h. */\n"
        "w2c_status %s_new(%s **out, const w2c_imports *imports, const w2c_config *config);\n"
        "void %s_delete(%s *m);\n"
        "static inline w2c_instance *%s_instance(%s *m) { return (w2c_instance *)m; }\n",
        e->name, e->name, e->name, e->name, e->name, e->name, e->name, e->name, e->name, e->name,
        e->name, e->name);
    public_imports(e, out);
    public_exports(e, out);
    buffer_text(out, "\n#ifdef __cplusplus\n}\n#endif\n#endif\n");
}

/* ---- the private part ------------------------------------------------------------------------ */

static void struct_memories(const Emitter *e, Buffer *out) {
    const Module *m = e->m;
    for (uint32_t i = 0; i < m->memory_count; i++) {
        buffer_printf(
            out, "    u8 *mem%u; /* base of memory %u: never moves */\n    w2c_memory *memory%u;\n",
            i, i, i);
        if (i >= m->imported_memories) buffer_printf(out, "    w2c_memory own_memory%u;\n", i);
    }
    for (uint32_t i = 0; i < m->table_count; i++) {
        buffer_printf(out, "    w2c_table *table%u;\n", i);
        if (i >= m->imported_tables) buffer_printf(out, "    w2c_table own_table%u;\n", i);
    }
}

static void struct_members(const Emitter *e, Buffer *out) {
    const Module *m = e->m;
    struct_memories(e, out);
    for (uint32_t i = 0; i < m->global_count; i++) {
        unsigned kind = vt_kind(m->globals[i].type);
        bool imported = i < m->imported_globals;
        const char *type = imported && kind == VT_V128 ? "w2c_v128_anywhere" : emit_c_type(kind);
        buffer_printf(out, "    %s %s%s;\n", type, imported ? "*" : "", e->globals[i]);
    }
    for (uint32_t i = 0; i < m->tag_count; i++)
        buffer_printf(out, "    %stag%u;\n", i < m->imported_tags ? "const w2c_tag *" : "w2c_tag ",
                      i);
    for (uint32_t i = 0; i < m->import_count; i++)
        if (m->imports[i].kind == EXTERN_FUNC)
            buffer_printf(out, "    const w2c_func *%s;\n", e->imports[i]);
    if (m->imported_funcs)
        buffer_printf(out, "    w2c_func stubs[%u]; /* bind imports at their first call */\n",
                      m->imported_funcs);
    if (e->record_count) buffer_printf(out, "    w2c_func funcs[%u];\n", e->record_count);
    if (m->elem_count) buffer_printf(out, "    w2c_elem elems[%u];\n", m->elem_count);
    if (m->data_count && m->has_data_count)
        buffer_printf(out, "    w2c_data datas[%u];\n", m->data_count);
    for (uint32_t k = 0; k < m->elem_count; k++)
        if (m->elems[k].count && !m->elems[k].is_funcs && m->elems[k].mode != SEGMENT_DECLARATIVE &&
            !emit_elem_is_unseen(e, k))
            buffer_printf(out, "    w2c_ref refs%u[%u];\n", k, m->elems[k].count);
}

static void import_calls(const Emitter *e, Buffer *out) {
    const Module *m = e->m;
    Buffer scratch;
    buffer_init(&scratch, out->alloc);
    for (uint32_t f = 0; f < m->imported_funcs; f++) {
        const char *name = e->imports[e->import_of_func[f]],
                   *type = e->signatures[m->funcs[f].type];
        const TypeDef *t = func_type(m, f);
        buffer_printf(out, "W2C_INLINE %s %s(%s *m",
                      emit_result_type(e, &scratch, m->funcs[f].type), name, e->name);
        emit_params(out, t, true);
        buffer_printf(
            out,
            ") {\n    const w2c_func *const fn = __atomic_load_n(&m->%s, __ATOMIC_ACQUIRE);\n    ",
            name);
        bool results = t->u.func.result_count > 0,
             wasi = e->options->closed || may_throw_is_wasi(&m->imports[e->import_of_func[f]]);
        if (results && wasi)
            buffer_printf(out, "const %s r = ", emit_result_type(e, &scratch, m->funcs[f].type));
        else if (results)
            buffer_text(out, "return ");
        buffer_printf(out, "((w2c_fn_%s *)fn->code)(fn->instance", type);
        for (uint32_t k = 0; k < t->u.func.param_count; k++)
            buffer_printf(out, ", p%u", k);
        buffer_text(out, ");\n");
        if (wasi)
            buffer_text(out, results ? "    W2C_NOT_THROWN(m);\n    return r;\n"
                                     : "    W2C_NOT_THROWN(m);\n");
        buffer_text(out, "}\n");
    }
    buffer_free(&scratch);
}

/* What only modules that use a feature need. */
static const struct {
    uint64_t features; /* bits: any of them */
    const char *header;
} feature_headers[] = {
    {FEATURE_BIT(simd), "w2c_simd.h"},
    {FEATURE_BIT(threads), "w2c_atomic.h"},
    {FEATURE_BIT(exceptions) | FEATURE_BIT(legacy_eh), "w2c_eh.h"},
    {FEATURE_BIT(gc), "w2c_gc.h"},
};

/* The instance, and what keeps files of other modes from being linked. */
static void instance_struct(const Emitter *e, Buffer *out) {
    const char *mode = emit_mode_name(e);
    buffer_printf(out, "\n/* ---- the instance ---- */\nstruct %s {\n    w2c_instance w2c;\n",
                  e->name);
    struct_members(e, out);
    buffer_text(out, "};\n\n");
    buffer_printf(out,
                  "/* files made with other modes do not link */\n"
                  "extern const char %s_mode_%s%s;\n"
                  "__attribute__((used)) static const char *const %s_mode = &%s_mode_%s;\n",
                  e->name, mode, e->options->lazy_groups ? "" : " W2C_HIDDEN", e->name, e->name,
                  mode);
    emit_static_decls(e, out);
}

void emit_private(const Emitter *e, Buffer *out) {
    uint64_t eh =
        e->tries ? FEATURE_BIT(exceptions) : 0; /* unwinding for others, if nothing else */
    buffer_text(out, "#include \"w2c_rt.h\"\n");
    if (e->features & FEATURE_BIT(relaxed_simd))
        buffer_printf(out, "#define W2C_RELAXED_STAMP\n#define W2C_RELAXED_NATIVE %d\n",
                      e->options->relaxed_native);
    for (unsigned i = 0; i < sizeof feature_headers / sizeof *feature_headers; i++)
        if ((e->features | eh) & feature_headers[i].features)
            buffer_printf(out, "#include \"%s\"\n", feature_headers[i].header);
    if (e->tail_bodies) buffer_text(out, "#include \"w2c_tail.h\"\n");
    if (e->options->lazy_groups)
        buffer_printf(out, "#include \"%s\"\n", e->options->tier ? "w2c_tier.h" : "w2c_group.h");
    buffer_printf(out, "#include \"w2c_quiet.h\"\n\n"
                       "#ifdef __cplusplus\nextern \"C\" {\n#endif\n\n"
                       "/* ---- types: their calls in C, and their descriptors ---- */\n");
    emit_type_decls(e, out);
    emit_gc_structs(e, out);
    if (e->options->tier) {
        emit_tier_decls(e, out);
        emit_tier_struct(e, out);
    } else {
        instance_struct(e, out);
    }
    emit_gc_constructors(e, out);
    if (e->m->imported_funcs) {
        buffer_text(out, "\n/* ---- imports ---- */\n");
        import_calls(e, out);
    }
    buffer_text(out, "\n#undef W2C_FN\n#define W2C_FN ");
    bool is_static = emit_is_single(e) || e->options->lazy_groups;
    buffer_text(out, is_static ? "static" : "W2C_HIDDEN");
    if (e->options->memory == MEMORY_GUARD) buffer_text(out, " W2C_TEXT");
    buffer_text(out, "\n#undef W2C_COPY\n#define W2C_COPY static");
    if (e->options->memory == MEMORY_GUARD) buffer_text(out, " W2C_TEXT");
    buffer_char(out, '\n');
    emit_caught_decls(e, out);
    emit_fixed_decls(e, out);
    emit_tail_decls(e, out);
    if (e->options->lazy_groups) emit_lazy_decls(e, out);
    buffer_text(out, "\n#ifdef __cplusplus\n}\n#endif\n");
}
