/* interp_types.c: types' descriptors made at run time, with the texts that compiled modules have in
 * theirs, so that both kinds of modules agree on which types are equal. */
#include "../emit/emit.h"
#include "interp_impl.h"

/* The emitter's texts need the module and the ids of its types alone. */
static bool emitter_init(Emitter *e, Interp *it, Context *ctx) {
    *e = (Emitter){.ctx = ctx, .m = it->m, .arena = &it->scratch};
    return emit_make_ids(e);
}

static char *keep(Interp *it, Context *ctx, Buffer *b) {
    char *text = b->failed ? NULL : arena_strdup(&it->arena, b->data ? b->data : "", b->len);
    b->len = 0;
    if (!text) diag_nomem(ctx);
    return text;
}

static bool make_type(Interp *it, const Emitter *e, Buffer *b, u32 i) {
    const TypeDef *t = &it->m->types[i];
    w2c_type *type = &it->types[i];
    if (t->form == FORM_FUNC) emit_letters(b, t);
    type->letters = keep(it, e->ctx, b);
    emit_descriptor_text(e, b, i);
    type->text = keep(it, e->ctx, b);
    if (!type->letters || !type->text) return false;
    type->call = t->form == FORM_FUNC ? interp_call : NULL;
    type->form = t->form;
    type->is_final = t->final;
    type->depth = t->depth;
    const w2c_type **supers = ARENA_ARRAY(&it->arena, t->depth, const w2c_type *);
    if (!supers) return diag_nomem(e->ctx);
    u32 at = t->super;
    for (u32 k = t->depth; k-- > 0; at = it->m->types[at].super)
        supers[k] = &it->types[it->m->types[at].canon];
    type->supers = supers;
    return interp_type_layout(it, e->ctx, i);
}

bool interp_types_make(Interp *it, Context *ctx) {
    Emitter e;
    Buffer b;
    it->types = ARENA_ARRAY(&it->arena, it->m->type_count, w2c_type);
    if (!it->types) return diag_nomem(ctx);
    if (!emitter_init(&e, it, ctx)) return false;
    buffer_init(&b, ctx->alloc);
    bool ok = true;
    for (u32 i = 0; ok && i < it->m->type_count; i++)
        if (it->m->types[i].canon == i) ok = make_type(it, &e, &b, i);
    buffer_free(&b);
    arena_reset(&it->scratch);
    return ok;
}

const char *interp_value_text(Interp *it, Context *ctx, ValType t) {
    static const char *const plain[] = {
        [VT_I32] = "i32", [VT_I64] = "i64", [VT_F32] = "f32", [VT_F64] = "f64", [VT_V128] = "v128"};
    if (t >= VT_I32 && t <= VT_V128) return plain[t];
    if (t == VT_FUNCREF) return "funcref";
    Emitter e;
    Buffer b;
    buffer_init(&b, ctx->alloc);
    bool simple = !vt_is_ref(t) || !ht_is_index(vt_heap(t));
    if (simple)
        e = (Emitter){.ctx = ctx, .m = it->m};
    else if (!emitter_init(&e, it, ctx))
        return NULL;
    emit_value_text(&e, &b, t);
    const char *text = keep(it, ctx, &b);
    buffer_free(&b);
    if (!simple) arena_reset(&it->scratch);
    return text;
}
