/* emit_func.c: one function: prototype, declarations, body. The body is printed first, into a buffer of
 * its own, and tells which variables it needs. */
#include "emit.h"
#include "../frontend/dump.h"
#include <stdio.h>

enum {
    FRAME_PER_OP = 24,      /* bytes of stack an unoptimised build may spend on an instruction */
    LARGE_FRAME = 96 * 1024 /* frames that might be larger are checked before they are entered */
};

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

void emit_prototype(const Emitter *e, Buffer *out, uint32_t func, const char *name, bool names) {
    const TypeDef *t = func_type(e->m, func);
    Buffer scratch;
    buffer_init(&scratch, out->alloc);
    buffer_printf(out, "%s %s(", emit_result_type(e, &scratch, e->m->funcs[func].type), name);
    buffer_free(&scratch);
    if (emit_is_addressed(e, func)) buffer_text(out, names ? "w2c_instance *instance" : "w2c_instance *");
    else buffer_printf(out, names ? "%s *const m" : "%s *", e->name);
    for (uint32_t k = 0; k < t->u.func.param_count; k++) {
        buffer_text(out, ", ");
        buffer_text(out, emit_c_type(vt_kind(t->u.func.params[k])));
        if (names) buffer_printf(out, " p%u", k);
    }
    buffer_char(out, ')');
}

void emit_prototypes(const Emitter *e, Buffer *out, const uint64_t *needed) {
    for (uint32_t f = e->m->imported_funcs; f < e->m->func_count; f++) {
        if (!(needed[f / 64] >> (f % 64) & 1)) continue;
        buffer_text(out, "W2C_FN ");
        emit_prototype(e, out, f, e->funcs[f], false);
        buffer_text(out, ";\n");
    }
}

static void declare_locals(Writer *w, Buffer *out) {
    const OpStream *s = w->ir->stream;
    for (uint32_t i = s->param_count; i < s->local_count;) {
        unsigned kind = vt_kind(s->locals[i]);
        buffer_printf(out, "    %s ", emit_c_type(kind));
        const char *zero = emit_zero(kind);
        if (kind == VT_F32 || kind == VT_F64) {
            zero = kind == VT_F32 ? "f_zero" : "d_zero";
            w->opaque |= kind == VT_F32 ? OPAQUE_F32 : OPAQUE_F64;
        }
        for (unsigned n = 0; n < 8 && i < s->local_count && vt_kind(s->locals[i]) == kind; n++, i++)
            buffer_printf(out, "%sl%u = %s", n ? ", " : "", i, zero);
        buffer_text(out, ";\n");
    }
}

static void declare_slots(Writer *w, Buffer *out) {
    for (unsigned type = VT_I32; type <= VT_REF; type++) {
        unsigned n = 0;
        for (uint32_t h = 0; h < w->slot_words * 32; h++) {
            if (!(w->slots[type - 1][h / 32] >> (h % 32) & 1)) continue;
            if (n % 12 == 0) buffer_printf(out, "%s    %s ", n ? ";\n" : "", emit_c_type(type));
            else buffer_text(out, ", ");
            buffer_printf(out, "%c%u", "?ijfdvr"[type], h);
            n++;
        }
        if (n) buffer_text(out, ";\n");
    }
}

static bool uses_indirect(const Ir *ir) {
    for (uint32_t i = 0; i < ir->stmt_count; i++)
        if (ir->stmts[i].kind == STMT_OP && ir->stmts[i].op == OP_call_indirect) return true;
    return false;
}

static void declare(Writer *w, Buffer *out) {
    const Module *m = w->e->m;
    Buffer locals;
    buffer_init(&locals, out->alloc);
    declare_locals(w, &locals); /* first: it may need the opaque constants */
    if (emit_is_addressed(w->e, w->func))
        buffer_printf(out, "    %s *const m = (%s *)instance;\n", w->e->name, w->e->name);
    for (uint32_t k = 0; k < m->memory_count; k++) {
        if (!(w->ir->memories >> (k < 31 ? k : 31) & 1)) continue;
        buffer_printf(out, "    u8 *const mem%u = m->mem%u;\n", k, k);
        if (w->e->modes[k] != MEMORY_GUARD)
            buffer_printf(out, "    const w2c_memory *const memory%u = m->memory%u;\n", k, k);
    }
    emit_opaque_decls(w, out);
    buffer_bytes(out, locals.data, locals.len);
    buffer_free(&locals);
    declare_slots(w, out);
    if (uses_indirect(w->ir)) buffer_text(out, "    const w2c_func *fn;\n");
}

static void provenance(Writer *w, Buffer *out, uint32_t func) {
    const Module *m = w->e->m;
    Slice name = module_func_name(m, func);
    buffer_text(out, "\n/* ");
    if (name.len) emit_comment_text(out, name);
    else buffer_text(out, "unnamed");
    buffer_text(out, ": ");
    emit_signature_text(w->e, out, func_type(m, func));
    buffer_text(out, " */\n");
}

/* A function whose frame may exceed what the stack limit keeps in reserve: its stack is checked before
 * the frame exists, by a small function in front of it. */
static void checked_entry(Writer *w, Buffer *out, uint32_t func, const char *inner, uint64_t frame) {
    const TypeDef *t = func_type(w->e->m, func);
    bool addressed = emit_is_addressed(w->e, func);
    buffer_text(out, "W2C_FN W2C_NOINLINE ");
    emit_prototype(w->e, out, func, inner, false);
    buffer_text(out, ";\nW2C_FN ");
    emit_prototype(w->e, out, func, w->e->funcs[func], true);
    buffer_text(out, " {\n");
    if (addressed) buffer_printf(out, "    %s *const m = (%s *)instance;\n", w->e->name, w->e->name);
    buffer_printf(out, "    W2C_ENTER_LARGE(m, W2C_FRAME(%llu));\n    %s%s(%s",
                  (unsigned long long)frame, t->u.func.result_count ? "return " : "", inner,
                  addressed ? "instance" : "m");
    for (uint32_t k = 0; k < t->u.func.param_count; k++) buffer_printf(out, ", p%u", k);
    buffer_text(out, ");\n}\n");
}

static void put_function(Writer *w, uint32_t func, Buffer *out) {
    const char *name = w->e->funcs[func];
    const OpStream *s = w->ir->stream;
    provenance(w, out, func);
    uint64_t frame = ((uint64_t)s->local_count + s->max_height) * 16 + (uint64_t)s->count * FRAME_PER_OP;
    Buffer inner;
    buffer_init(&inner, out->alloc);
    if (frame > LARGE_FRAME) {
        buffer_printf(&inner, "%s_body", name);
        const char *text = buffer_cstr(&inner);
        if (text) {
            name = text;
            checked_entry(w, out, func, text, frame);
        }
        buffer_text(out, "W2C_FN W2C_NOINLINE ");
    } else {
        buffer_text(out, "W2C_FN ");
    }
    emit_prototype(w->e, out, func, name, true);
    buffer_text(out, " {\n");
    declare(w, out);
    if (w->ir->has_calls) buffer_text(out, "    W2C_ENTER(m);\n");
    buffer_bytes(out, w->body.data, w->body.len);
    buffer_text(out, "}\n");
    out->failed |= inner.failed;
    buffer_free(&inner);
}

static bool emit_body(Writer *w, const OpStream *stream, const Ir *ir) {
    w->slot_words = stream->max_height / 32 + 1;
    for (unsigned t = 0; t < MAX_SLOT_TYPES; t++)
        if (!(w->slots[t] = ARENA_ARRAY(&w->arena, w->slot_words, uint32_t))) return diag_nomem(w->ctx);
    Buffer *out = w->out;
    w->ir = ir;
    w->depth = 0;
    w->opaque = 0;
    w->body.len = 0;
    w->out = &w->body;
    emit_stmts(w);
    w->out = out;
    if (w->body.failed) return diag_nomem(w->ctx);
    return !diag_failed(w->ctx);
}

/* `w2c -d v` and `-d l`: what this pass has made of the function, to stderr. */
static void dump(Writer *w, char pass, const OpStream *stream, const Ir *ir) {
    if (!w->e->options->dump || !strchr(w->e->options->dump, pass)) return;
    Buffer out;
    buffer_init(&out, w->ctx->alloc);
    buffer_printf(&out, "-- %c: func %u %s\n", pass, w->func, w->e->funcs[w->func]);
    if (ir) dump_ir(&out, ir);
    else dump_stream(&out, w->e->m, stream);
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
    w->needed[func / 64] |= (uint64_t)1 << (func % 64);
    bool ok = validate_function(w->ctx, e->m, func, &w->arena, &stream);
    if (ok) w->features |= stream.features_used;
    if (ok && e->options->only_func != NO_FUNC && e->options->only_func != func) {
        provenance(w, w->out, func);
        buffer_text(w->out, "W2C_FN ");
        emit_prototype(e, w->out, func, e->funcs[func], true);
        buffer_text(w->out, " {\n    w2c_trap(W2C_TRAP_UNREACHABLE);\n}\n");
    } else if (ok) {
        dump(w, 'v', &stream, NULL);
        ok = lower_function(w->ctx, e->m, &stream, &w->arena, &ir);
        if (ok) dump(w, 'l', &stream, &ir);
        ok = ok && emit_body(w, &stream, &ir);
        if (ok) put_function(w, func, w->out);
    }
    w->ctx->func = NO_FUNC;
    return ok;
}
