/* emit_type_ids.c: what a type is called outside its module, so that equal types of different modules
 * have equal names and different ones never do.
 * A type made of numbers and plain references alone is its own text. Any other (of a recursion group,
 * with supertypes, open, or naming other types) has an id: the SHA-256 of its recursion group's
 * structure, where types outside the group stand by their own ids, and of its place in the group.
 * Spec: valid/conventions (iso-recursive equivalence) */
#include "emit.h"
#include <nettle/sha2.h>
#include <stdio.h>

static bool plain_value(ValType t) {
    return !vt_is_ref(t) || (vt_nullable(t) && !ht_is_index(vt_heap(t)));
}

bool emit_type_is_plain(const TypeDef *t) {
    if (t->form != FORM_FUNC || t->group_size != 1 || t->super != NO_TYPE || !t->final)
        return false;
    for (uint32_t i = 0; i < t->u.func.param_count; i++)
        if (!plain_value(t->u.func.params[i])) return false;
    for (uint32_t i = 0; i < t->u.func.result_count; i++)
        if (!plain_value(t->u.func.results[i])) return false;
    return true;
}

static void put_u32(struct sha256_ctx *h, uint32_t x) {
    uint8_t b[4] = {(uint8_t)x, (uint8_t)(x >> 8), (uint8_t)(x >> 16), (uint8_t)(x >> 24)};
    sha256_update(h, 4, b);
}

static void put_index(const Emitter *e, struct sha256_ctx *h, const TypeDef *of, uint32_t index) {
    if (index >= of->group && index < of->group + of->group_size) {
        put_u32(h, 1);
        put_u32(h, index - of->group);
    } else {
        put_u32(h, 2);
        sha256_update(h, TYPE_ID, e->ids[index]);
    }
}

static void put_value(const Emitter *e, struct sha256_ctx *h, const TypeDef *of, ValType t) {
    if (!vt_is_ref(t) || !ht_is_index(vt_heap(t))) {
        put_u32(h, 3);
        put_u32(h, t);
        return;
    }
    put_u32(h, vt_nullable(t) ? 4 : 5);
    put_index(e, h, of, vt_heap(t));
}

static void put_type(const Emitter *e, struct sha256_ctx *h, const TypeDef *t) {
    put_u32(h, (uint32_t)t->form << 1 | t->final);
    if (t->super == NO_TYPE)
        put_u32(h, 0);
    else
        put_index(e, h, t, t->super);
    if (t->form == FORM_FUNC) {
        put_u32(h, t->u.func.param_count);
        for (uint32_t i = 0; i < t->u.func.param_count; i++)
            put_value(e, h, t, t->u.func.params[i]);
        put_u32(h, t->u.func.result_count);
        for (uint32_t i = 0; i < t->u.func.result_count; i++)
            put_value(e, h, t, t->u.func.results[i]);
    } else {
        put_u32(h, t->u.fields.count);
        for (uint32_t i = 0; i < t->u.fields.count; i++) {
            put_u32(h, t->u.fields.fields[i].mutable);
            put_value(e, h, t, t->u.fields.fields[i].type);
        }
    }
}

/* Groups stand in order, and refer only to themselves and to earlier ones. */
bool emit_make_ids(Emitter *e) {
    const Module *m = e->m;
    bool all_plain = true;
    for (uint32_t i = 0; i < m->type_count && all_plain; i++)
        all_plain = emit_type_is_plain(&m->types[i]);
    if (all_plain) return true;
    e->ids = arena_array(e->arena, m->type_count, TYPE_ID);
    if (!e->ids) return diag_nomem(e->ctx);
    for (uint32_t g = 0; g < m->type_count; g += m->types[g].group_size) {
        struct sha256_ctx group;
        sha256_init(&group);
        put_u32(&group, m->types[g].group_size);
        for (uint32_t i = 0; i < m->types[g].group_size; i++)
            put_type(e, &group, &m->types[g + i]);
        uint8_t whole[TYPE_ID];
        sha256_digest(&group, TYPE_ID, whole);
        for (uint32_t i = 0; i < m->types[g].group_size; i++) {
            struct sha256_ctx one;
            sha256_init(&one);
            sha256_update(&one, TYPE_ID, whole);
            put_u32(&one, i);
            sha256_digest(&one, TYPE_ID, e->ids[g + i]);
        }
    }
    return true;
}

void emit_hex(Buffer *out, const uint8_t *bytes, unsigned count) {
    static const char hex[] = "0123456789abcdef";
    for (unsigned i = 0; i < count; i++) {
        buffer_char(out, hex[bytes[i] >> 4]);
        buffer_char(out, hex[bytes[i] & 15]);
    }
}

void emit_value_text(const Emitter *e, Buffer *out, ValType t) {
    char text[64];
    if (vt_is_ref(t) && ht_is_index(vt_heap(t))) {
        uint32_t index = vt_heap(t);
        buffer_text(out, vt_nullable(t) ? "(ref null #" : "(ref #");
        if (e->ids)
            emit_hex(out, e->ids[index], TYPE_ID);
        else
            emit_signature_text(e, out, &e->m->types[index]);
        buffer_char(out, ')');
        return;
    }
    size_t len = type_print(t, text, sizeof text);
    buffer_bytes(out, text, len < sizeof text ? len : sizeof text - 1);
}
