/* emit_instance.c: what is there once per module: adapters, import stubs, exports, and the constant
 * description by which rtlib creates instances. */
#include "emit.h"

static const char *const mode_enums[] = {"W2C_GUARD", "W2C_BOUNDS", "W2C_STATIC"};

static void name_literal(Buffer *out, Slice s) {
    buffer_char(out, '{');
    emit_string(out, s);
    buffer_printf(out, ", %zu}", s.len);
}

static void u64_or_none(Buffer *out, bool there, uint64_t value) {
    if (there)
        buffer_printf(out, "%lluu", (unsigned long long)value);
    else
        buffer_text(out, "UINT64_MAX");
}

static void limits(Buffer *out, const Limits *l) {
    buffer_printf(out, "{%lluu, ", (unsigned long long)l->min);
    u64_or_none(out, l->has_max, l->max);
    buffer_char(out, '}');
}

static const char *truth(bool b) {
    return b ? "true" : "false";
}

void emit_type_text(const Emitter *e, Buffer *out, ValType t) {
    buffer_char(out, '"');
    emit_value_text(e, out, t);
    buffer_char(out, '"');
}

/* Its concrete heap type's descriptor, else NULL. */
void emit_heap_type(const Emitter *e, Buffer *out, ValType t) {
    if (vt_is_ref(t) && ht_is_index(vt_heap(t)))
        buffer_printf(out, "&w2c_type_%s", e->types[vt_heap(t)]);
    else
        buffer_text(out, "NULL");
}

/* ---- imports --------------------------------------------------------------------------------- */

static void stub(Emitter *e, uint32_t i, Buffer *out) {
    const Module *m = e->m;
    uint32_t func = m->imports[i].index;
    const TypeDef *t = func_type(m, func);
    Buffer scratch;
    buffer_init(&scratch, out->alloc);
    buffer_printf(out, "static %s %s_stub%u(w2c_instance *instance",
                  emit_result_type(e, &scratch, m->funcs[func].type), e->name, i);
    buffer_free(&scratch);
    emit_params(out, t, true);
    buffer_printf(out,
                  ") {\n    const w2c_func *const fn = w2c_import_bind(instance, %u);\n    "
                  "%s((w2c_fn_%s *)fn->code)(fn->instance",
                  i, t->u.func.result_count ? "return " : "", e->signatures[m->funcs[func].type]);
    for (uint32_t k = 0; k < t->u.func.param_count; k++)
        buffer_printf(out, ", p%u", k);
    buffer_text(out, ");\n}\n");
}

static bool import_row(Emitter *e, uint32_t i, Buffer *out) {
    const Module *m = e->m;
    const Import *im = &m->imports[i];
    const char *name = e->name;
    buffer_text(out, "    {");
    name_literal(out, im->module);
    buffer_text(out, ", ");
    name_literal(out, im->name);
    switch ((ExternKind)im->kind) {
    case EXTERN_FUNC: {
        const char *type = e->types[m->funcs[im->index].type];
        buffer_printf(out,
                      ",\n     W2C_FUNC, offsetof(struct %s, %s), offsetof(struct %s, stubs[%u]), "
                      "&w2c_type_%s,\n"
                      "     (w2c_host_fn)%s_%s, (w2c_code)%s_stub%u, NULL, {0, 0}, 0, 0, false, "
                      "false, false},\n",
                      name, e->imports[i], name, im->index, type, name,
                      e->imports[i] + e->import_skip, name, i);
        return true;
    }
    case EXTERN_TABLE: {
        const Table *t = &m->tables[im->index];
        buffer_printf(out, ",\n     W2C_TABLE, offsetof(struct %s, table%u), 0, ", name, im->index);
        emit_heap_type(e, out, t->type);
        buffer_text(out, ", NULL, NULL, ");
        emit_type_text(e, out, t->type);
        buffer_text(out, ", ");
        limits(out, &t->limits);
        buffer_printf(out, ", 0, 0, %s, false, false},\n", truth(t->limits.is64));
        return true;
    }
    case EXTERN_MEMORY: {
        const Memory *t = &m->memories[im->index];
        buffer_printf(out,
                      ",\n     W2C_MEMORY, offsetof(struct %s, memory%u), offsetof(struct %s, "
                      "mem%u), NULL, NULL, NULL, \"memory\", ",
                      name, im->index, name, im->index);
        limits(out, &t->limits);
        buffer_printf(out, ", %u, %s, %s, %s, false},\n", t->page_log2,
                      mode_enums[e->modes[im->index]], truth(t->limits.is64),
                      truth(t->limits.shared));
        return true;
    }
    case EXTERN_GLOBAL: {
        const Global *g = &m->globals[im->index];
        buffer_printf(out, ",\n     W2C_GLOBAL, offsetof(struct %s, %s), 0, ", name,
                      e->globals[im->index]);
        emit_heap_type(e, out, g->type);
        buffer_text(out, ", NULL, NULL, ");
        emit_type_text(e, out, g->type);
        buffer_printf(out, ", {0, 0}, 0, 0, false, false, %s},\n", truth(g->mutable));
        return true;
    }
    case EXTERN_TAG:
        buffer_printf(out,
                      ",\n     W2C_TAG, offsetof(struct %s, tag%u), 0, &w2c_type_%s, NULL, NULL, "
                      "NULL, {0, 0}, 0, 0, false, false, false},\n",
                      name, im->index, e->types[m->tags[im->index].type]);
        return true;
    }
    return diag_error(e->ctx, ERR_not_lowered, im->offset, ": an import of this kind");
}

static bool imports(Emitter *e, Buffer *out) {
    const Module *m = e->m;
    if (m->import_count == 0) return true;
    buffer_text(out, "\n/* ---- imports ---- */\n");
    for (uint32_t i = 0; i < m->import_count; i++)
        if (m->imports[i].kind == EXTERN_FUNC) stub(e, i, out);
    buffer_printf(out, "static const w2c_import_desc %s_imports[] = {\n", e->name);
    for (uint32_t i = 0; i < m->import_count; i++)
        if (!import_row(e, i, out)) return false;
    buffer_text(out, "};\n");
    return true;
}

/* ---- definitions ----------------------------------------------------------------------------- */

static bool memories_and_tables(Emitter *e, Buffer *out) {
    const Module *m = e->m;
    if (m->memory_count > m->imported_memories) {
        emit_static_defs(e, out);
        buffer_printf(out, "static const w2c_memory_desc %s_memories[] = {\n", e->name);
        for (uint32_t i = m->imported_memories; i < m->memory_count; i++) {
            const Memory *mem = &m->memories[i];
            buffer_printf(out,
                          "    {offsetof(struct %s, own_memory%u), offsetof(struct %s, memory%u), "
                          "offsetof(struct %s, mem%u), ",
                          e->name, i, e->name, i, e->name, i);
            limits(out, &mem->limits);
            buffer_printf(out, ", %u, %s, %s, %s, ", mem->page_log2, mode_enums[e->modes[i]],
                          truth(mem->limits.is64), truth(mem->limits.shared));
            if (e->modes[i] == MEMORY_STATIC)
                buffer_printf(out, "&%s_memory%u.head, %llu, 0},\n", e->name, i,
                              (unsigned long long)e->buffers[i]);
            else
                buffer_printf(out, "NULL, 0, 0x%llx},\n", (unsigned long long)emit_address(e, i));
        }
        buffer_text(out, "};\n");
    }
    if (m->table_count > m->imported_tables) {
        for (uint32_t i = m->imported_tables; i < m->table_count; i++)
            if (emit_table_is_unseen(e, i)) emit_unseen_slots(e, out, i);
        buffer_printf(out, "static const w2c_table_desc %s_tables[] = {\n", e->name);
        for (uint32_t i = m->imported_tables; i < m->table_count; i++) {
            const Table *t = &m->tables[i];
            buffer_printf(out,
                          "    {offsetof(struct %s, own_table%u), offsetof(struct %s, table%u), ",
                          e->name, i, e->name, i);
            emit_type_text(e, out, t->type);
            buffer_text(out, ", ");
            limits(out, &t->limits);
            buffer_printf(out, ", %s, ", truth(t->limits.is64));
            emit_heap_type(e, out, t->type);
            if (emit_table_is_unseen(e, i))
                buffer_printf(out, ", %s_elements%u},\n", e->name, i);
            else
                buffer_text(out, ", NULL},\n");
        }
        buffer_text(out, "};\n");
    }
    return true;
}

static void tags(const Emitter *e, Buffer *out) {
    const Module *m = e->m;
    if (m->tag_count == m->imported_tags) return;
    buffer_printf(out, "static const w2c_tag_desc %s_tags[] = {\n", e->name);
    for (uint32_t i = m->imported_tags; i < m->tag_count; i++)
        buffer_printf(out, "    {offsetof(struct %s, tag%u), &w2c_type_%s},\n", e->name, i,
                      e->types[m->tags[i].type]);
    buffer_text(out, "};\n");
}

/* What a record names of a function that does not take the instance. */
static void entry(const Emitter *e, uint32_t func, const char *name, Buffer *out) {
    const TypeDef *t = func_type(e->m, func);
    Buffer scratch;
    buffer_init(&scratch, out->alloc);
    buffer_printf(out, "%sstatic %s %s(w2c_instance *instance",
                  e->options->memory == MEMORY_GUARD ? "W2C_TEXT " : "",
                  emit_result_type(e, &scratch, e->m->funcs[func].type), name);
    buffer_free(&scratch);
    emit_params(out, t, true);
    buffer_printf(out, ") { %s%s(", t->u.func.result_count ? "return " : "", e->funcs[func]);
    emit_self_of_instance(e, out, func);
    for (uint32_t k = 0; k < t->u.func.param_count; k++)
        buffer_printf(out, ", p%u", k);
    buffer_text(out, "); }\n");
}

static void entries(const Emitter *e, Buffer *out) {
    Buffer name;
    buffer_init(&name, out->alloc);
    for (uint32_t f = e->m->imported_funcs; f < e->m->func_count; f++) {
        if (!emit_has_entry(e, f)) continue;
        name.len = 0;
        const char *text = emit_form_name(e, &name, f, 'e');
        if (text)
            entry(e, f, text, out);
        else
            out->failed = true;
    }
    buffer_free(&name);
}

static void records(const Emitter *e, Buffer *out) {
    if (e->record_count == 0) return;
    entries(e, out);
    buffer_printf(out, "static const w2c_func_desc %s_funcs[] = {\n", e->name);
    Buffer tail;
    buffer_init(&tail, out->alloc);
    for (uint32_t f = e->m->imported_funcs; f < e->m->func_count; f++) {
        if (e->records[f] == NO_RECORD) continue;
        tail.len = 0;
        const char *code = emit_form_name(e, &tail, f, emit_has_entry(e, f) ? 'e' : 'f');
        out->failed |= !code;
        buffer_printf(out, "    {(w2c_code)%s, &w2c_type_%s, ", code ? code : "",
                      e->types[e->m->funcs[f].type]);
        tail.len = 0;
        const char *name = emit_tail_is_body(e, f) ? emit_form_name(e, &tail, f, 't') : NULL;
        if (name)
            buffer_printf(out, "(w2c_code)%s},\n", name);
        else
            buffer_text(out, "NULL},\n");
    }
    buffer_free(&tail);
    buffer_text(out, "};\n");
}

/* ---- exports --------------------------------------------------------------------------------- */

static void export_call(const Emitter *e, const Export *x, const TypeDef *t, Buffer *out) {
    const Module *m = e->m;
    uint32_t results = t->u.func.result_count;
    Buffer scratch;
    buffer_init(&scratch, out->alloc);
    if (results == 1)
        buffer_printf(out, "*r0 = %s", emit_to_host(vt_kind(t->u.func.results[0])));
    else if (results > 1)
        buffer_printf(out,
                      "const %s res = ", emit_result_type(e, &scratch, m->funcs[x->index].type));
    buffer_free(&scratch);
    bool own = x->index >= m->imported_funcs && !emit_is_addressed(e, x->index);
    buffer_printf(out, "%s(%s", e->funcs[x->index],
                  x->index < m->imported_funcs ? "m"
                  : own                        ? "W2C_MEM0(m)"
                                               : "&m->w2c");
    for (uint32_t k = 0; k < t->u.func.param_count; k++)
        buffer_printf(out, ", %sp%u)", emit_from_host(vt_kind(t->u.func.params[k])), k);
    buffer_text(out, results == 1 ? "));" : ");");
    for (uint32_t k = 0; results > 1 && k < results; k++)
        buffer_printf(out, "\n        *r%u = %sres.r%u);", k,
                      emit_to_host(vt_kind(t->u.func.results[k])), k);
}

static void export_function(const Emitter *e, uint32_t i, Buffer *out) {
    const Export *x = &e->m->exports[i];
    const TypeDef *t = func_type(e->m, x->index);
    buffer_printf(out, "%sW2C_NOINLINE w2c_status %s_x_%s(%s *m",
                  e->options->memory == MEMORY_GUARD ? "W2C_TEXT " : "", e->name, e->exports[i],
                  e->name);
    for (uint32_t k = 0; k < t->u.func.param_count; k++)
        buffer_printf(out, ", %s p%u", emit_public_type(t->u.func.params[k]), k);
    for (uint32_t k = 0; k < t->u.func.result_count; k++)
        buffer_printf(out, ", %s *r%u", emit_public_type(t->u.func.results[k]), k);
    buffer_text(out, ") {\n    w2c_frame frame;\n    if (W2C_TRY(frame, &m->w2c)) {\n        ");
    export_call(e, x, t, out);
    buffer_text(out, "\n    }\n    return w2c_frame_leave(&frame);\n}\n");
}

static void export_other(const Emitter *e, uint32_t i, Buffer *out) {
    const Module *m = e->m;
    const Export *x = &m->exports[i];
    const char *what = x->kind == EXTERN_TABLE ? "table" : "memory";
    if (x->kind == EXTERN_TAG) {
        buffer_printf(out, "const w2c_tag *%s_x_%s(%s *m) { return %sm->tag%u; }\n", e->name,
                      e->exports[i], e->name, x->index < m->imported_tags ? "" : "&", x->index);
    } else if (x->kind == EXTERN_GLOBAL) {
        ValType type = m->globals[x->index].type;
        const char *pointer = m->globals[x->index].mutable ? "" : "const ";
        buffer_printf(out, "%s%s *%s_x_%s(%s *m) { return ", pointer, emit_public_type(type),
                      e->name, e->exports[i], e->name);
        if (vt_kind(type) == VT_V128) /* inside it is a vector */
            buffer_printf(out, "(%sw2c_v128 *)(%svoid *)", pointer, pointer);
        buffer_printf(out, "%sm->%s; }\n", x->index < m->imported_globals ? "" : "&",
                      e->globals[x->index]);
    } else {
        buffer_printf(out, "w2c_%s *%s_x_%s(%s *m) { return m->%s%u; }\n", what, e->name,
                      e->exports[i], e->name, what, x->index);
    }
}

static bool export_row(Emitter *e, uint32_t i, Buffer *out) {
    const Module *m = e->m;
    const Export *x = &m->exports[i];
    buffer_text(out, "    {");
    name_literal(out, x->name);
    switch ((ExternKind)x->kind) {
    case EXTERN_FUNC:
        if (x->index < m->imported_funcs)
            buffer_printf(out, ", W2C_FUNC, offsetof(struct %s, %s), true, false, NULL, NULL},\n",
                          e->name, e->imports[e->import_of_func[x->index]]);
        else
            buffer_printf(
                out, ", W2C_FUNC, offsetof(struct %s, funcs[%u]), false, false, NULL, NULL},\n",
                e->name, e->records[x->index]);
        return true;
    case EXTERN_TABLE:
        buffer_printf(out, ", W2C_TABLE, offsetof(struct %s, table%u), true, false, NULL, NULL},\n",
                      e->name, x->index);
        return true;
    case EXTERN_MEMORY:
        buffer_printf(out,
                      ", W2C_MEMORY, offsetof(struct %s, memory%u), true, false, NULL, NULL},\n",
                      e->name, x->index);
        return true;
    case EXTERN_GLOBAL:
        buffer_printf(out, ", W2C_GLOBAL, offsetof(struct %s, %s), %s, %s, ", e->name,
                      e->globals[x->index], truth(x->index < m->imported_globals),
                      truth(m->globals[x->index].mutable));
        emit_type_text(e, out, m->globals[x->index].type);
        buffer_text(out, ", ");
        emit_heap_type(e, out, m->globals[x->index].type);
        buffer_text(out, "},\n");
        return true;
    case EXTERN_TAG:
        buffer_printf(out, ", W2C_TAG, offsetof(struct %s, tag%u), %s, false, NULL, NULL},\n",
                      e->name, x->index, truth(x->index < m->imported_tags));
        return true;
    }
    return diag_error(e->ctx, ERR_not_lowered, 0, ": an export of this kind");
}

static bool exports(Emitter *e, Buffer *out) {
    const Module *m = e->m;
    if (m->export_count == 0) return true;
    buffer_text(out, "\n/* ---- exports ---- */\n");
    for (uint32_t i = 0; i < m->export_count; i++) {
        if (m->exports[i].kind == EXTERN_FUNC)
            export_function(e, i, out);
        else
            export_other(e, i, out);
    }
    buffer_printf(out, "static const w2c_export_desc %s_exports[] = {\n", e->name);
    for (uint32_t i = 0; i < m->export_count; i++)
        if (!export_row(e, i, out)) return false;
    buffer_text(out, "};\n");
    return true;
}

/* ---- the description ------------------------------------------------------------------------- */

static void list(Buffer *out, const char *name, const char *what, uint32_t count) {
    if (count)
        buffer_printf(out, "%s_%s, ", name, what);
    else
        buffer_text(out, "NULL, ");
}

/* The start function, and what images of the memories are made of. */
static void data_description(const Emitter *e, Buffer *out) {
    bool is_all = true;
    uint32_t active = emit_data_active(e, &is_all);
    if (e->m->start != NO_FUNC)
        buffer_printf(out, "    %s_start, ", e->name);
    else
        buffer_text(out, "    NULL, ");
    if (e->images)
        buffer_printf(out, "%s_data, NULL, 0, true, &%s_images, %s_given, %u,\n", e->name, e->name,
                      e->name, e->m->memory_count - e->m->imported_memories);
    else if (active)
        buffer_printf(out, "%s_data, %s_active, %u, %s, &%s_images, NULL, 0,\n", e->name, e->name,
                      active, truth(is_all), e->name);
    else
        buffer_printf(out, "NULL, NULL, 0, %s, NULL, NULL, 0,\n", truth(is_all));
    buffer_printf(out, "    &%s_state, NULL, %s, NULL, %s, %s};\n", e->name,
                  truth(e->options->interruptible == INTERRUPTIBLE_FUEL), truth(e->joined),
                  emit_exception_way(e));
}

static void description(const Emitter *e, Buffer *out) {
    const Module *m = e->m;
    const char *n = e->name;
    bool guarded = e->options->memory == MEMORY_GUARD;
    if (guarded)
        buffer_text(out, "\n#if defined(__ELF__)\n"
                         "extern const char __start_w2c_text[] W2C_HIDDEN W2C_WEAK;\n"
                         "extern const char __stop_w2c_text[] W2C_HIDDEN W2C_WEAK;\n#endif\n");
    const char *mode = emit_mode_name(e);
    buffer_printf(out,
                  "\nextern const char %s_mode_%s%s;\nconst char %s_mode_%s = 1;\n"
                  "__attribute__((used)) static const char *const %s_abi = &W2C_ABI_SYMBOL;\n",
                  n, mode, e->options->lazy_groups ? "" : " W2C_HIDDEN", n, mode, n);
    if (e->tail_bodies) buffer_printf(out, "const char W2C_TAIL_MODE(%s) = 1;\n", n);
    uint32_t memories = m->memory_count - m->imported_memories,
             tables = m->table_count - m->imported_tables;
    buffer_printf(out,
                  "extern const w2c_module %s_module;\nconst w2c_module %s_module = {\n    "
                  "W2C_ABI, sizeof(struct %s), \"%s\",\n"
                  "    \"w2c %s, memory %s, module %016llx\",\n    ",
                  n, n, n, n, e->options->version, mode, (unsigned long long)e->input_hash);
    list(out, n, "imports", m->import_count);
    list(out, n, "memories", memories);
    list(out, n, "tables", tables);
    list(out, n, "funcs", e->record_count);
    list(out, n, "exports", m->export_count);
    buffer_printf(out, "\n    %u, %u, %u, %u, %u,\n", m->import_count, memories, tables,
                  e->record_count, m->export_count);
    if (e->record_count)
        buffer_printf(out, "    offsetof(struct %s, funcs), ", n);
    else
        buffer_text(out, "    0, ");
    if (m->memory_count)
        buffer_printf(out, "offsetof(struct %s, memory0),\n", n);
    else
        buffer_text(out, "0,\n");
    if (guarded)
        buffer_text(out, "#if defined(__ELF__)\n    __start_w2c_text, __stop_w2c_text,\n#else\n    "
                         "NULL, NULL,\n#endif\n");
    else
        buffer_text(out, "    NULL, NULL,\n");
    buffer_printf(out, "    w2c_selfcheck, %s_init, ", n);
    list(out, n, "tags", m->tag_count - m->imported_tags);
    buffer_printf(out, "%u, ", m->tag_count - m->imported_tags);
    if (e->tail_bodies)
        buffer_printf(out, "W2C_TAIL_ABI, %u,\n", e->tail_words);
    else
        buffer_text(out, "0, 0,\n");
    data_description(e, out);
    buffer_printf(
        out,
        "\nw2c_status %s_new(%s **out, const w2c_imports *imports, const w2c_config *config) {\n"
        "    return w2c_instance_new(&%s_module, (w2c_instance **)out, imports, config);\n}\n"
        "void %s_delete(%s *m) { w2c_instance_delete((w2c_instance *)m); }\n",
        n, n, n, n, n);
}

/* What no pass knows is named before anything is written: nothing at present. */
static bool check_declarations(Emitter *e) {
    (void)e;
    return true;
}

bool emit_check(Emitter *e) {
    return check_declarations(e);
}

bool emit_instance(Emitter *e, Writer *w, Buffer *out) {
    buffer_text(out, "\n/* ---- adapters between guest calls and host calls ---- */\n");
    emit_type_defs(e, out);
    if (!imports(e, out)) return false;
    buffer_text(out, "\n/* ---- instantiation ---- */\n");
    if (!emit_init(e, w, out)) return false;
    memories_and_tables(e, out);
    records(e, out);
    emit_fixed_tables(e, out);
    tags(e, out);
    if (!exports(e, out)) return false;
    emit_state(e, out);
    description(e, out);
    return true;
}
