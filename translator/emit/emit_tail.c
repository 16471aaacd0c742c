/* emit_tail.c: tail calls as C text, in the words of rtlib/w2c_tail.h: the calls themselves, bodies'
 * parameters and results, plain entries of bodies, adapters. Who takes part: emit_tail_plan.c. */
#include "emit.h"

/* Values by number: a statement's operands, or C variables: NAME0, NAME1 ..., or NAME alone. */
typedef struct Values {
    Writer *w;
    const Stmt *s; /* or NULL and */
    const char *name;
    bool numbered;
} Values;

static void value(Buffer *out, const Values *v, uint32_t i) {
    if (v->s) {
        emit_arg(v->w, v->s, i);
        return;
    }
    buffer_text(out, v->name);
    if (v->numbered) buffer_u64(out, i);
}

/* ---- into places, and out of them ------------------------------------------------------------ */

typedef struct Wrap { /* around a value */
    const char *open, *close;
} Wrap;

static Wrap to_place(char where, unsigned kind) {
    switch (kind) {
    case VT_I32:
        return (Wrap){"(u64)(", ")"};
    case VT_F32:
        return where == 'D' ? (Wrap){"w2c_tail_f32(", ")"}
                            : (Wrap){"w2c_i32_reinterpret_f32(", ")"};
    case VT_F64:
        return where == 'D' ? (Wrap){"", ""} : (Wrap){"w2c_i64_reinterpret_f64(", ")"};
    case VT_REF:
        return (Wrap){"(u64)(uintptr_t)(", ")"};
    default:
        return (Wrap){"", ""};
    }
}

static Wrap from_place(char where, unsigned kind) {
    switch (kind) {
    case VT_I32:
        return (Wrap){"(u32)", ""};
    case VT_F32:
        return where == 'D' ? (Wrap){"w2c_tail_to_f32(", ")"}
                            : (Wrap){"w2c_f32_reinterpret_i32((u32)", ")"};
    case VT_F64:
        return where == 'D' ? (Wrap){"", ""} : (Wrap){"w2c_f64_reinterpret_i64(", ")"};
    case VT_REF:
        return (Wrap){"(w2c_ref)(uintptr_t)", ""};
    case VT_V128:
        return (Wrap){"w2c_v128_in(w2c_words_get(&", "))"};
    default:
        return (Wrap){"", ""};
    }
}

/* The number of a parameter that is passed on as it came, from place `from`; or false. */
static bool is_raw(const Values *v, uint32_t i, unsigned kind, TailPlace *from) {
    if (!v->s || (kind != VT_I32 && kind != VT_F32)) return false;
    const Writer *w = v->w;
    const Node *n = &w->ir->nodes[emit_stmt_args(v->w, v->s)[i]];
    const TypeDef *t = func_type(w->e->m, w->func);
    if (n->op != OP_local_get || n->imm >= t->u.func.param_count || n->imm >= 64) return false;
    if (w->params_set >> n->imm & 1) return false;
    TailPlaces places = TAIL_PARAMS;
    for (uint32_t k = 0; k <= n->imm; k++)
        *from = emit_tail_place(&places, vt_kind(t->u.func.params[k]));
    return from->where != 'W';
}

static void put_place(Buffer *out, TailPlace at, unsigned kind, const Values *v, uint32_t i) {
    TailPlace from;
    if (at.where != 'W' && is_raw(v, i, kind, &from)) {
        buffer_printf(out, "W2C_RAW_%c(%u, ", from.where, from.index);
        value(out, v, i);
        buffer_char(out, ')');
        return;
    }
    Wrap wrap = to_place(at.where, kind);
    buffer_text(out, wrap.open);
    value(out, v, i);
    buffer_text(out, wrap.close);
}

/* What goes into words: statements. */
static void put_words(Buffer *out, const char *inst, const ValType *types, uint32_t count,
                      TailPlaces places, const Values *v) {
    for (uint32_t i = 0; i < count; i++) {
        unsigned kind = vt_kind(types[i]);
        TailPlace at = emit_tail_place(&places, kind);
        if (at.where != 'W') continue;
        if (kind == VT_V128)
            buffer_printf(out, "w2c_words_put(&W2C_WORD(%s, %u), w2c_v128_out(", inst, at.index);
        else
            buffer_printf(out, "W2C_WORD(%s, %u) = ", inst, at.index);
        put_place(out, at, kind, v, i);
        buffer_text(out, kind == VT_V128 ? "));\n" : ";\n");
        if (v->s)
            emit_indent(v->w);
        else
            buffer_text(out, "    ");
    }
}

/* ", W2C_I1(x), W2C_D0()": every place but the words. */
static void put_places(Buffer *out, const ValType *types, uint32_t count, const Values *v) {
    for (unsigned k = 0; k < 2; k++) {
        TailPlaces places = TAIL_PARAMS;
        for (uint32_t i = 0; i < count; i++)
            emit_tail_place(&places, vt_kind(types[i]));
        buffer_printf(out, ", W2C_%c%u(", "ID"[k], k ? places.floats : places.ints);
        places = TAIL_PARAMS;
        for (uint32_t i = 0; i < count; i++) {
            unsigned kind = vt_kind(types[i]);
            TailPlace at = emit_tail_place(&places, kind);
            if (at.where != "ID"[k]) continue;
            if (at.index) buffer_text(out, ", ");
            put_place(out, at, kind, v, i);
        }
        buffer_char(out, ')');
    }
}

/* One value out of its place: a parameter's, or a result's. */
static void take(Buffer *out, const char *inst, TailPlace at, unsigned kind, bool is_result) {
    Wrap wrap = from_place(at.where, kind);
    buffer_text(out, wrap.open);
    if (at.where == 'W')
        buffer_printf(out, "W2C_WORD(%s, %u)", inst, at.index);
    else if (is_result)
        buffer_text(out, at.where == 'I' ? "res.i" : "res.d");
    else
        buffer_printf(out, "W2C_TAKE_%c(%u)", at.where, at.index);
    buffer_text(out, wrap.close);
}

/* "return w2c_tail_result(...);", and what goes into words before. */
static void give_results(Buffer *out, const TypeDef *t, const Values *v) {
    const ValType *types = t->u.func.results;
    uint32_t count = t->u.func.result_count;
    put_words(out, "instance", types, count, TAIL_RESULTS, v);
    buffer_text(out, "return w2c_tail_result(");
    for (unsigned k = 0; k < 2; k++) {
        TailPlaces places = TAIL_RESULTS;
        bool there = false;
        for (uint32_t i = 0; i < count; i++) {
            TailPlace at = emit_tail_place(&places, vt_kind(types[i]));
            if (at.where != "ID"[k]) continue;
            put_place(out, at, vt_kind(types[i]), v, i);
            there = true;
        }
        if (!there) buffer_text(out, k ? "W2C_ANY_FLOAT(0)" : "W2C_ANY_INT(0)");
        buffer_text(out, k ? ");" : ", ");
    }
}

/* ---- inside a body --------------------------------------------------------------------------- */

uint64_t emit_tail_params_set(const Ir *ir, uint32_t func) {
    uint64_t set = 0;
    for (uint32_t i = 0; i < ir->stmt_count; i++) {
        const Stmt *s = &ir->stmts[i];
        bool sets = s->kind == STMT_SET_LOCAL || (s->kind == STMT_OP && s->to_local);
        if (sets && s->a < 64) set |= (uint64_t)1 << s->a;
        if (s->kind == STMT_OP && s->op == OP_return_call && s->b == func) return UINT64_MAX;
    }
    return set;
}

void emit_tail_params(const Emitter *e, Buffer *out, uint32_t type) {
    const TypeDef *t = &e->m->types[type];
    TailPlaces places = TAIL_PARAMS;
    for (uint32_t k = 0; k < t->u.func.param_count; k++) {
        unsigned kind = vt_kind(t->u.func.params[k]);
        buffer_printf(out, "    %s p%u = ", emit_c_type(kind), k);
        take(out, "instance", emit_tail_place(&places, kind), kind, false);
        buffer_text(out, ";\n");
    }
}

void emit_tail_return(Writer *w, const Stmt *s) {
    const Values operands = {w, s, NULL, false};
    const TypeDef *t = func_type(w->e->m, w->func);
    TailPlaces places = TAIL_RESULTS;
    for (uint32_t i = 0; i < s->count; i++)
        emit_tail_place(&places, vt_kind(t->u.func.results[i]));
    bool keeps = emit_keeps_frame(w), braces = keeps || places.words;
    if (braces) buffer_text(w->out, keeps ? "{ W2C_KEEP_FRAME; " : "{ ");
    give_results(w->out, t, &operands);
    if (braces) buffer_text(w->out, " }");
}

void emit_tail_return_res(Writer *w) {
    const TypeDef *t = func_type(w->e->m, w->func);
    bool several = t->u.func.result_count > 1;
    give_results(w->out, t, &(Values){w, NULL, several ? "res.r" : "res", several});
}

/* ---- the calls ------------------------------------------------------------------------------- */

/* A function that calls itself starts again. */
static void call_self(Writer *w, const Stmt *s) {
    const TypeDef *t = func_type(w->e->m, w->func);
    const uint32_t *args = emit_stmt_args(w, s);
    Buffer *out = w->out;
    buffer_text(out, "{ ");
    for (unsigned pass = 0; pass < 2; pass++)
        for (uint32_t i = 0; i < s->count; i++) {
            const Node *n = &w->ir->nodes[args[i]];
            if (n->op == OP_local_get && n->imm == i) continue;
            if (pass) {
                buffer_printf(out, "p%u = q%u; ", i, i);
                continue;
            }
            buffer_printf(out, "const %s q%u = ", emit_c_type(vt_kind(t->u.func.params[i])), i);
            emit_arg(w, s, i);
            buffer_text(out, "; ");
        }
    buffer_text(out, "goto T0; }");
    w->calls_itself = true;
}

/* macro: the call as far as its places, in w2c_tail.h's words. */
static void tail_call(Writer *w, const Stmt *s, const char *macro, const char *callee,
                      const TypeDef *t) {
    const Values operands = {w, s, NULL, false};
    Buffer *out = w->out;
    put_words(out, "instance", t->u.func.params, t->u.func.param_count, TAIL_PARAMS, &operands);
    buffer_printf(out, "%s%s", macro, callee);
    put_places(out, t->u.func.params, t->u.func.param_count, &operands);
    buffer_text(out, ");");
}

/* The function in fn, which the statement's text so far has found. */
static void call_unknown(Writer *w, const Stmt *s, uint32_t type) {
    tail_call(w, s, "W2C_TAIL_CALL_FUNC(fn, w2c_via_", w->e->signatures[type],
              &w->e->m->types[type]);
}

static void call_direct(Writer *w, const Stmt *s) {
    const Emitter *e = w->e;
    if (s->b == w->func) {
        call_self(w, s);
        return;
    }
    if (s->b < e->m->imported_funcs) {
        buffer_printf(w->out,
                      "{ const w2c_func *const fn = __atomic_load_n(&m->%s, __ATOMIC_ACQUIRE); ",
                      e->imports[e->import_of_func[s->b]]);
        call_unknown(w, s, e->m->funcs[s->b].type);
        buffer_text(w->out, " }");
        return;
    }
    bitmap_add(w->needed, s->b);
    Buffer name;
    buffer_init(&name, w->ctx->alloc);
    const char *text = emit_form_name(e, &name, s->b, 't');
    if (text)
        tail_call(w, s, "W2C_TAIL_CALL(", text, func_type(e->m, s->b));
    else
        w->out->failed = true;
    buffer_free(&name);
}

/* Statements that find fn. */
static void callee(Writer *w, const Stmt *s) {
    if (s->op == OP_return_call_ref) {
        buffer_text(w->out, "W2C_TAIL_REF_FUNC(fn, ");
        emit_arg(w, s, s->count - 1);
    } else {
        buffer_printf(w->out, "W2C_TAIL_TABLE_FUNC(fn, m->table%u, ", (uint32_t)s->imm);
        emit_arg(w, s, s->count - 1);
        buffer_printf(w->out, ", &w2c_type_%s", w->e->types[s->b]);
    }
    buffer_text(w->out, ");\n");
    emit_indent(w);
}

bool emit_tail_stmt(Writer *w, const Stmt *s) {
    switch ((Op)s->op) {
    case OP_return_call:
        call_direct(w, s);
        return true;
    case OP_return_call_indirect:
    case OP_return_call_ref:
        if (!emit_needs_record(w, s)) {
            buffer_text(w->out, "{ w2c_tail_fn *next; ");
            emit_fixed_tail(w, s);
            tail_call(w, s, "W2C_TAIL_CALL(", "next", &w->e->m->types[s->b]);
            buffer_text(w->out, " }");
            return true;
        }
        callee(w, s);
        call_unknown(w, s, s->b);
        return true;
    default:
        return false;
    }
}

/* ---- entries and adapters -------------------------------------------------------------------- */

/* The plain entry of a body. */
static void plain_entry(Writer *w, uint32_t func, const char *tail_name, Buffer *out) {
    const Emitter *e = w->e;
    const TypeDef *t = func_type(e->m, func);
    const char *inst = emit_is_addressed(e, func) ? "instance" : "&m->w2c";
    const Values params = {w, NULL, "p", true};
    uint32_t results = t->u.func.result_count;
    buffer_text(out, "W2C_FN ");
    emit_prototype(e, out, func, e->funcs[func], true);
    buffer_text(out, " {\n");
    if (!emit_is_addressed(e, func)) emit_instance_decl(e, out, emit_self(e, func));
    buffer_text(out, "    w2c_tail_res res;\n    ");
    put_words(out, inst, t->u.func.params, t->u.func.param_count, TAIL_PARAMS, &params);
    buffer_printf(out, "W2C_TAIL_RUN(res, %s, %s, ", tail_name, inst);
    if (e->m->memory_count)
        buffer_printf(out, "((%s *)%s)->mem0", e->name, inst);
    else
        buffer_text(out, "NULL");
    put_places(out, t->u.func.params, t->u.func.param_count, &params);
    buffer_text(out, results ? ");\n" : ");\n    (void)res;\n");
    if (e->tries && !e->options->closed) /* the last of the chain need not jump */
        buffer_printf(out, "    if (W2C_UNLIKELY(w2c_thrown(%s))) w2c_unwind();\n", inst);
    Buffer scratch;
    buffer_init(&scratch, out->alloc);
    if (results > 1)
        buffer_printf(out, "    %s all;\n", emit_result_type(e, &scratch, e->m->funcs[func].type));
    buffer_free(&scratch);
    TailPlaces places = TAIL_RESULTS;
    for (uint32_t k = 0; k < results; k++) {
        unsigned kind = vt_kind(t->u.func.results[k]);
        if (results > 1)
            buffer_printf(out, "    all.r%u = ", k);
        else
            buffer_text(out, "    return ");
        take(out, inst, emit_tail_place(&places, kind), kind, true);
        buffer_text(out, ";\n");
    }
    buffer_text(out, results > 1 ? "    return all;\n}\n" : "}\n");
}

/* The rest of an adapter, whose parameters are there: callee is "f_x(m" or the like. */
static void adapter_call(const Emitter *e, uint32_t type, const char *callee, Buffer *out) {
    const TypeDef *t = &e->m->types[type];
    uint32_t results = t->u.func.result_count;
    Buffer scratch;
    buffer_init(&scratch, out->alloc);
    buffer_text(out, "    ");
    if (results) buffer_printf(out, "const %s res = ", emit_result_type(e, &scratch, type));
    buffer_free(&scratch);
    buffer_text(out, callee);
    for (uint32_t k = 0; k < t->u.func.param_count; k++)
        buffer_printf(out, ", p%u", k);
    buffer_text(out, ");\n    ");
    give_results(out, t, &(Values){NULL, NULL, results > 1 ? "res.r" : "res", results > 1});
    buffer_text(out, "\n}\n");
}

static void target_adapter(Writer *w, uint32_t func, const char *tail_name, Buffer *out) {
    const Emitter *e = w->e;
    Buffer callee;
    buffer_init(&callee, out->alloc);
    buffer_printf(&callee, "%s(", e->funcs[func]);
    emit_self_of_instance(e, &callee, func);
    const char *text = buffer_cstr(&callee);
    buffer_printf(out, "W2C_FN W2C_TAIL_FN(%s) {\n", tail_name);
    emit_tail_params(e, out, e->m->funcs[func].type);
    if (text)
        adapter_call(e, e->m->funcs[func].type, text, out);
    else
        out->failed = true;
    buffer_free(&callee);
}

void emit_tail_entry(Writer *w, uint32_t func, Buffer *out) {
    bool is_body = emit_tail_is_body(w->e, func);
    if (!is_body && !emit_tail_is_target(w->e, func)) return;
    Buffer name;
    buffer_init(&name, out->alloc);
    const char *text = emit_form_name(w->e, &name, func, 't');
    if (!text)
        out->failed = true;
    else if (is_body)
        plain_entry(w, func, text, out);
    else
        target_adapter(w, func, text, out);
    buffer_free(&name);
}

/* ---- for the private header, and the module's description ------------------------------------ */

static void type_adapter(const Emitter *e, uint32_t type, Buffer *out) {
    const char *sym = e->signatures[type];
    Buffer callee;
    buffer_init(&callee, out->alloc);
    buffer_printf(&callee, "((w2c_fn_%s *)fn->code)(fn->instance", sym);
    const char *text = buffer_cstr(&callee);
    buffer_printf(out,
                  "#ifndef W2C_VIA_%s\n#define W2C_VIA_%s\n"
                  "__attribute__((unused)) static W2C_TAIL_FN(w2c_via_%s) {\n"
                  "    const w2c_func *const fn = w2c_tail_callee(instance, &w2c_type_%s);\n",
                  sym, sym, sym, e->types[type]);
    emit_tail_params(e, out, type);
    if (text)
        adapter_call(e, type, text, out);
    else
        out->failed = true;
    buffer_text(out, "#endif\n");
    buffer_free(&callee);
}

void emit_tail_decls(const Emitter *e, Buffer *out) {
    if (!e->tail_bodies) return;
    buffer_printf(
        out,
        "\n/* ---- tail calls: files compiled for different ways of them do not link ---- */\n"
        "extern const char W2C_TAIL_MODE(%s) W2C_HIDDEN;\n"
        "__attribute__((used)) static const char *const %s_tail_mode = &W2C_TAIL_MODE(%s);\n",
        e->name, e->name, e->name);
    for (uint32_t i = 0; i < e->m->type_count; i++)
        if (emit_tail_is_adapted(e, i)) type_adapter(e, i, out);
}
