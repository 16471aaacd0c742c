/* emit_func.c: one function: prototype, declarations, body. The body is printed first, into a buffer of
 * its own, and tells which variables it needs. */
#include "emit.h"
#include "../frontend/dump.h"
#include "../lower/narrow_constants.h"
#include <stdio.h>

bool emit_writer_init(Writer *w, const Emitter *e, Context *ctx) {
    *w = (Writer){.e = e, .ctx = ctx};
    buffer_init(&w->body, ctx->alloc);
    arena_init(&w->arena, ctx->alloc);
    size_t words = e->m->func_count / 64 + 1;
    w->needed = ctx->alloc.resize(ctx->alloc.user, NULL, words * 8);
    if (!w->needed) return diag_nomem(ctx);
    memset(w->needed, 0, words * 8);
    return true;
}

void emit_writer_free(Writer *w) {
    buffer_free(&w->body);
    arena_free(&w->arena);
    if (w->needed) w->ctx->alloc.resize(w->ctx->alloc.user, w->needed, 0);
}

const char *emit_self(const Emitter *e, uint32_t func) {
    return emit_is_addressed(e, func) ? "instance" : e->joined ? "mem0" : "m";
}

void emit_self_of_instance(const Emitter *e, Buffer *out, uint32_t func) {
    if (emit_is_addressed(e, func))
        buffer_text(out, "instance");
    else
        buffer_printf(out, e->joined ? "W2C_MEM0((%s *)instance)" : "(%s *)instance", e->name);
}

void emit_instance_decl(const Emitter *e, Buffer *out, const char *self) {
    if (!strcmp(self, "m")) return;
    buffer_printf(out,
                  !strcmp(self, "mem0") ? "    %s *const m = W2C_OF_MEM0(%s, mem0);\n"
                                        : "    %s *const m = (%s *)instance;\n",
                  e->name, e->name);
}

void emit_prototype(const Emitter *e, Buffer *out, uint32_t func, const char *name, bool names) {
    const TypeDef *t = func_type(e->m, func);
    Buffer scratch;
    buffer_init(&scratch, out->alloc);
    buffer_printf(out, "%s %s(", emit_result_type(e, &scratch, e->m->funcs[func].type), name);
    buffer_free(&scratch);
    if (emit_is_addressed(e, func))
        buffer_text(out, names ? "w2c_instance *instance" : "w2c_instance *");
    else if (e->joined)
        buffer_text(out, names ? "u8 *const mem0" : "u8 *");
    else
        buffer_printf(out, names ? "%s *const m" : "%s *", e->name);
    emit_params(out, t, names);
    buffer_char(out, ')');
}

void emit_prototypes(const Emitter *e, Buffer *out, const uint64_t *needed, uint32_t first,
                     uint32_t last) {
    for (uint32_t f = e->m->imported_funcs; f < e->m->func_count; f++) {
        if (!bitmap_has(needed, f)) continue;
        if (e->options->lazy_groups && (f < first || f >= last)) {
            emit_lazy_call(e, out, f);
            continue;
        }
        buffer_text(out, "W2C_FN ");
        emit_prototype(e, out, f, e->funcs[f], false);
        buffer_text(out, ";\n");
        if (!emit_tail_is_body(e, f) && !emit_tail_is_target(e, f)) continue;
        Buffer name;
        buffer_init(&name, out->alloc);
        const char *tail = emit_form_name(e, &name, f, 't');
        buffer_printf(out, "W2C_FN W2C_TAIL_FN(%s);\n", tail ? tail : "");
        buffer_free(&name);
    }
}

static void declare_locals(Writer *w, Buffer *out) {
    const OpStream *s = w->ir->stream;
    for (uint32_t i = s->param_count; i < s->local_count;) {
        unsigned kind = vt_kind(s->locals[i]);
        buffer_printf(out, "    %s ", emit_c_type(kind));
        const char *zero = emit_zero(kind);
        if (kind == VT_F32 || kind == VT_F64) {
            zero = kind == VT_F32 ? "zero_f" : "zero_d";
            w->opaque |= kind == VT_F32 ? OPAQUE_F32 : OPAQUE_F64;
        }
        for (unsigned n = 0; n < 8 && i < s->local_count && vt_kind(s->locals[i]) == kind; n++, i++)
            buffer_printf(out, "%sl%u = %s", n ? ", " : "", i, zero);
        buffer_text(out, ";\n");
    }
}

void emit_slot_decls(Writer *w, Buffer *out) {
    for (unsigned type = VT_I32; type <= VT_REF; type++) {
        unsigned n = 0;
        for (uint32_t h = 0; h < w->slot_words * 32; h++) {
            if (!(w->slots[type - 1][h / 32] >> (h % 32) & 1)) continue;
            if (n % 12 == 0)
                buffer_printf(out, "%s    %s ", n ? ";\n" : "", emit_c_type(type));
            else
                buffer_text(out, ", ");
            buffer_printf(out, "%c%u", "?ijfdvr"[type], h);
            n++;
        }
        if (n) buffer_text(out, ";\n");
    }
}

static bool uses_records(const Writer *w) {
    for (uint32_t i = 0; i < w->ir->stmt_count; i++)
        if (emit_needs_record(w, &w->ir->stmts[i])) return true;
    return false;
}

static bool is_letter(char c) {
    return c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Does the identifier stand in the text? */
static bool names(const Buffer *text, const char *name) {
    size_t len = strlen(name), left;
    if (!text->len) return false;
    for (const char *at = text->data, *end = at + text->len; at < end; at++) {
        if (!(at = memchr(at, name[0], (size_t)(end - at)))) return false;
        left = (size_t)(end - at);
        bool begins = at == text->data || !is_letter(at[-1]);
        if (begins && left >= len && !memcmp(at, name, len) && (left == len || !is_letter(at[len])))
            return true;
    }
    return false;
}

/* The instance, and memory 0's base where that follows from it: what of them the text in `decls` and the body uses. */
static void declare_instance(Writer *w, const Buffer *decls, Buffer *out) {
    bool tail = emit_tail_is_body(w->e, w->func);
    const char *self = tail ? "instance" : emit_self(w->e, w->func);
    bool takes_instance = !strcmp(self, "instance");
    if (takes_instance || emit_charges(w) || names(decls, "m") || names(&w->body, "m"))
        emit_instance_decl(w->e, out, self);
    if (w->e->joined && takes_instance && names(&w->body, "mem0"))
        buffer_text(out, tail ? "    u8 *const mem0 = W2C_TAIL_MEM0(W2C_MEM0(m));\n"
                              : "    u8 *const mem0 = W2C_MEM0(m);\n");
}

static void declare(Writer *w, Buffer *out) {
    Buffer decls, locals;
    buffer_init(&decls, out->alloc);
    buffer_init(&locals, out->alloc);
    declare_locals(w, &locals); /* first: it may need the opaque constants */
    emit_memory_decls(w, &decls);
    emit_globals_decls(w, &decls);
    emit_opaque_decls(w, &decls);
    buffer_bytes(&decls, locals.data, locals.len);
    emit_slot_decls(w, &decls);
    emit_scan_decls(w, &decls);
    emit_eh_decls(w, &decls);
    if (uses_records(w)) buffer_text(&decls, "    const w2c_func *fn;\n");
    if (w->e->polls && names(&w->body, "meter"))
        buffer_text(&decls, "    w2c_meter *const meter = W2C_METER(m);\n");
    declare_instance(w, &decls, out);
    buffer_bytes(out, decls.data, decls.len);
    out->failed |= decls.failed | locals.failed;
    buffer_free(&decls);
    buffer_free(&locals);
}

static void provenance(Writer *w, Buffer *out, uint32_t func) {
    const Module *m = w->e->m;
    Slice name = module_func_name(m, func);
    buffer_text(out, "\n/* ");
    if (name.len)
        emit_comment_text(out, name);
    else
        buffer_text(out, "unnamed");
    buffer_text(out, ": ");
    emit_signature_text(w->e, out, func_type(m, func));
    buffer_text(out, " */\n");
}

/* A function whose frame may exceed what the stack limit keeps in reserve: its stack is checked before
 * the frame exists, by a small function in front of it. */
static void checked_entry(Writer *w, Buffer *out, uint32_t func, const char *inner,
                          uint64_t frame) {
    const TypeDef *t = func_type(w->e->m, func);
    const char *self = emit_self(w->e, func);
    buffer_text(out, "W2C_FN W2C_NOINLINE ");
    emit_prototype(w->e, out, func, inner, false);
    buffer_text(out, ";\nW2C_FN ");
    emit_prototype(w->e, out, func, w->e->funcs[func], true);
    buffer_text(out, " {\n");
    emit_instance_decl(w->e, out, self);
    buffer_printf(out, "    W2C_ENTER_LARGE(m, W2C_FRAME(%llu));\n    %s%s(%s",
                  (unsigned long long)frame, t->u.func.result_count ? "return " : "", inner, self);
    for (uint32_t k = 0; k < t->u.func.param_count; k++)
        buffer_printf(out, ", p%u", k);
    buffer_text(out, ");\n}\n");
}

/* The same in front of a body that is a w2c_tail_fn. */
static void checked_tail_entry(Writer *w, Buffer *out, const char *name, const char *inner,
                               uint64_t frame) {
    buffer_printf(out,
                  "W2C_FN W2C_NOINLINE W2C_TAIL_FN(%s);\nW2C_FN W2C_TAIL_FN(%s) {\n"
                  "    %s *const m = (%s *)instance;\n"
                  "    W2C_ENTER_LARGE(m, W2C_FRAME(%llu));\n    W2C_TAIL_PASS(%s);\n}\n",
                  inner, name, w->e->name, w->e->name, (unsigned long long)frame, inner);
}

StackCheck emit_stack_check(const Writer *w) {
    return w->ir->has_calls && !w->copy ? stack_checks_of(&w->e->stack, w->func) : STACK_CHECK_NONE;
}

bool emit_keeps_frame(const Writer *w) {
    return emit_stack_check(w) == STACK_CHECK_CYCLE;
}

static void put_body(Writer *w, uint32_t func, const char *name, const char *inner, Buffer *out) {
    bool tail = emit_tail_is_body(w->e, func);
    uint64_t frame = w->e->calls.frames[func];
    if (frame > LARGE_FRAME) {
        if (tail)
            checked_tail_entry(w, out, name, inner, frame);
        else
            checked_entry(w, out, func, inner, frame);
        name = inner;
    }
    buffer_text(out, w->copy               ? "W2C_COPY "
                     : frame > LARGE_FRAME ? "W2C_FN W2C_NOINLINE "
                                           : "W2C_FN ");
    if (emit_loops_any(w)) buffer_text(out, "W2C_LOOPS ");
    if (tail)
        buffer_printf(out, "W2C_TAIL_FN(%s) {\n", name);
    else if (w->copy)
        emit_copy_prototype(w, out, name, true);
    else
        emit_prototype(w->e, out, func, name, true);
    if (tail)
        emit_tail_params(w->e, out, w->e->m->funcs[func].type);
    else
        buffer_text(out, " {\n");
    if (w->calls_itself) buffer_text(out, "T0: W2C_LOOP();\n");
    declare(w, out);
    if (emit_charges(w)) emit_charge(w, out);
    buffer_bytes(out, w->body.data, w->body.len);
    buffer_text(out, "}\n");
}

static void put_function(Writer *w, uint32_t func, Buffer *out) {
    Buffer tail, inner;
    buffer_init(&tail, out->alloc);
    buffer_init(&inner, out->alloc);
    const char *name = emit_form_name(w->e, &tail, func, emit_tail_is_body(w->e, func) ? 't' : 'f');
    const char *inner_name = emit_form_name(w->e, &inner, func, 'b');
    provenance(w, out, func);
    emit_copy_prototypes(w, out);
    if (name && inner_name)
        put_body(w, func, name, inner_name, out);
    else
        out->failed = true;
    emit_tail_entry(w, func, out);
    buffer_free(&tail);
    buffer_free(&inner);
}

/* --only-func: the others are traps. */
static void put_trap(Writer *w, uint32_t func) {
    Buffer name;
    buffer_init(&name, w->out->alloc);
    provenance(w, w->out, func);
    buffer_text(w->out, "W2C_FN ");
    emit_prototype(w->e, w->out, func, w->e->funcs[func], true);
    buffer_text(w->out, " {\n    w2c_trap(W2C_TRAP_UNREACHABLE);\n}\n");
    if (emit_tail_is_body(w->e, func) || emit_tail_is_target(w->e, func)) {
        const char *tail = emit_form_name(w->e, &name, func, 't');
        buffer_printf(w->out, "W2C_FN W2C_TAIL_FN(%s) {\n    w2c_trap(W2C_TRAP_UNREACHABLE);\n}\n",
                      tail ? tail : "");
    }
    buffer_free(&name);
}

bool emit_slots_init(Writer *w, const OpStream *stream) {
    w->slot_words = stream->max_height / 32 + 1;
    for (unsigned t = 0; t < MAX_SLOT_TYPES; t++)
        if (!(w->slots[t] = ARENA_ARRAY(&w->arena, w->slot_words, uint32_t)))
            return diag_nomem(w->ctx);
    return true;
}

static bool emit_body(Writer *w, const OpStream *stream, const Ir *ir) {
    if (!emit_slots_init(w, stream)) return false;
    Buffer *out = w->out;
    w->handlers = w->held = NULL;
    w->ir = ir;
    w->loop = NULL;
    w->pointers = w->sizes = 0;
    w->depth = 0;
    w->opaque = 0;
    w->calls_itself = false;
    if (!emit_meter_begin(w)) return false;
    emit_globals_begin(w);
    w->params_set =
        emit_tail_is_body(w->e, w->func) ? emit_tail_params_set(ir, w->func) : UINT64_MAX;
    w->body.len = 0;
    w->out = &w->body;
    emit_stmts(w);
    w->out = out;
    if (w->body.failed) return diag_nomem(w->ctx);
    return !diag_failed(w->ctx);
}

static bool put_copies(Writer *w, const OpStream *stream, const Ir *ir) {
    unsigned count = emit_copy_count(w);
    Buffer name;
    buffer_init(&name, w->out->alloc);
    bool ok = true;
    for (w->copy = 1; ok && w->copy < count; w->copy++) {
        name.len = 0;
        const char *text = emit_copy_name(w, &name, w->copy);
        ok = text ? emit_body(w, stream, ir) : diag_nomem(w->ctx);
        if (ok) put_body(w, w->func, text, text, w->out);
    }
    w->copy = 0;
    buffer_free(&name);
    return ok;
}

/* `w2c -d v` and `-d l`: what this pass has made of the function, to stderr. */
static void dump(Writer *w, char pass, const OpStream *stream, const Ir *ir) {
    if (!w->e->options->dump || !strchr(w->e->options->dump, pass)) return;
    Buffer out;
    buffer_init(&out, w->ctx->alloc);
    buffer_printf(&out, "-- %c: func %u %s\n", pass, w->func, w->e->funcs[w->func]);
    if (ir)
        dump_ir(&out, ir);
    else
        dump_stream(&out, w->e->m, stream);
    fwrite(out.data, 1, out.len, stderr);
    buffer_free(&out);
}

bool emit_function(Writer *w, uint32_t func) {
    const Emitter *e = w->e;
    OpStream stream;
    Ir ir;
    arena_reset(&w->arena);
    w->ctx->func = func;
    w->func = func;
    bitmap_add(w->needed, func);
    bool ok = validate_function(w->ctx, e->m, func, &w->arena, &stream);
    if (ok) w->features |= stream.features_used;
    if (ok && e->options->only_func != NO_FUNC && e->options->only_func != func) {
        put_trap(w, func);
    } else if (ok) {
        dump(w, 'v', &stream, NULL);
        ok = lower_function(w->ctx, e->m, &stream, &w->arena, &ir);
        if (ok && !e->options->no_narrow_constants) ok = narrow_constants(w->ctx, &ir, &w->arena);
        if (ok) dump(w, 'l', &stream, &ir);
        const LoopOptions loops = {.no_branches = e->options->no_loop_branches,
                                   .no_versions = e->options->no_loop_versions,
                                   .no_rolling = e->options->no_loop_rolling,
                                   .no_scans = e->options->no_libc_routines,
                                   .no_sets = e->options->interruptible != NOT_INTERRUPTIBLE};
        w->loops = (LoopSet){0};
        if (ok && (e->options->explain_loops || !loops.no_versions || !loops.no_scans))
            ok = loops_find(w->ctx, e->m, &ir, &w->arena, &loops, &w->loops);
        if (ok && e->options->explain_loops) emit_loops_explain(w);
        w->ir = &ir;
        ok = ok && emit_ranges(w) && emit_body(w, &stream, &ir);
        if (ok) put_function(w, func, w->out);
        ok = ok && put_copies(w, &stream, &ir);
    }
    w->ctx->func = NO_FUNC;
    return ok;
}
