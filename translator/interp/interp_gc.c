/* interp_gc.c: garbage-collected objects of interpreted code: the layout of types, which is that of C
 * structs as generated code has them, new objects, casts. Spec: exec/instructions#aggregate-instructions */
#include "interp_impl.h"

/* ---- layout ---------------------------------------------------------------------------------- */
static u32 storage_size(ValType t) {
    switch (vt_kind(t)) {
    case VT_PACKED8:
        return 1;
    case VT_PACKED16:
        return 2;
    case VT_I32:
    case VT_F32:
        return 4;
    case VT_V128:
        return 16;
    default:
        return 8;
    }
}

static u64 align_for(u64 at, ValType t) {
    u64 unit = storage_size(t) < 8 ? storage_size(t) : 8;
    return (at + unit - 1) & ~(unit - 1);
}

u32 interp_field_offset(const TypeDef *t, u32 field) {
    u64 at = sizeof(const w2c_type *);
    for (u32 k = 0; k < field; k++)
        at = align_for(at, t->u.fields.fields[k].type) + storage_size(t->u.fields.fields[k].type);
    return (u32)align_for(at, t->u.fields.fields[field].type);
}

u32 interp_field_next(ValType t, u64 *at) {
    u64 offset = align_for(*at, t);
    *at = offset + storage_size(t);
    return (u32)offset;
}

static u32 elements_offset(ValType t) {
    return (u32)align_for(sizeof(const w2c_type *) + sizeof(u32), t);
}

static w2c_gc_kind ref_kind(const Module *m, ValType t) {
    if (!vt_is_ref(t)) return W2C_GC_NONE;
    if (heap_matches(m, vt_heap(t), HT_ANY)) return W2C_GC_ANY;
    if (heap_matches(m, vt_heap(t), HT_EXTERN)) return W2C_GC_EXTERN;
    return heap_matches(m, vt_heap(t), HT_EXN) ? W2C_GC_EXN : W2C_GC_NONE;
}

static bool struct_layout(Interp *it, Context *ctx, const TypeDef *t, w2c_type *type) {
    u32 count = t->u.fields.count, n = 0;
    u64 at = sizeof(const w2c_type *);
    u32 *refs = ARENA_ARRAY(&it->arena, count, u32),
        *offsets = ARENA_ARRAY(&it->scratch, count, u32);
    if (!refs || !offsets) return diag_nomem(ctx);
    for (u32 k = 0; k < count; k++) {
        ValType f = t->u.fields.fields[k].type;
        offsets[k] = (u32)align_for(at, f);
        at = offsets[k] + (u64)storage_size(f);
    }
    u32 counts[4] = {0};
    for (unsigned kind = W2C_GC_ANY; kind <= W2C_GC_EXN; kind++)
        for (u32 k = 0; k < count; k++) {
            if (ref_kind(it->m, t->u.fields.fields[k].type) != (w2c_gc_kind)kind) continue;
            refs[n++] = offsets[k];
            counts[kind]++;
        }
    type->size = (u32)W2C_GC_ROUND(at);
    type->refs = n ? refs : NULL;
    type->any_count = counts[W2C_GC_ANY];
    type->extern_count = counts[W2C_GC_EXTERN];
    type->exn_count = counts[W2C_GC_EXN];
    return true;
}

bool interp_type_layout(Interp *it, Context *ctx, u32 index) {
    const TypeDef *t = &it->m->types[index];
    w2c_type *type = &it->types[index];
    u64 h = 0xcbf29ce484222325u; /* FNV-1a of the text, as compiled modules have it */
    for (const char *c = type->text; *c; c++)
        h = (h ^ (u8)*c) * 0x100000001b3u;
    type->hash = h ? h : 1;
    if (t->form == FORM_STRUCT) return struct_layout(it, ctx, t, type);
    if (t->form != FORM_ARRAY) return true;
    ValType elem = t->u.fields.fields[0].type;
    type->elem_kind = (u8)ref_kind(it->m, elem);
    type->elem_size = (u8)storage_size(elem);
    type->size = elements_offset(elem);
    return true;
}

/* ---- new objects ----------------------------------------------------------------------------- */
static void store(char *to, ValType t, const u64 *slot) {
    switch (storage_size(t)) {
    case 1:
        *(u8 *)to = (u8)*slot;
        break;
    case 2:
        *(u16 *)(void *)to = (u16)*slot;
        break;
    case 4:
        *(u32 *)(void *)to = (u32)*slot;
        break;
    case 8:
        *(u64 *)(void *)to = *slot;
        break;
    default:
        memcpy(to, slot, 16);
        break;
    }
}

static const TypeDef *canonical(const Inst *in, u32 *type) {
    const Module *m = inst_interp(in)->m;
    *type = m->types[*type].canon;
    return &m->types[*type];
}

w2c_ref interp_struct_new(Inst *in, u32 index, const u64 *slots) {
    const TypeDef *t = canonical(in, &index);
    const w2c_type *type = &inst_interp(in)->types[index];
    char *p = w2c_struct_alloc(&in->w2c, type, type->size);
    u64 at = sizeof(const w2c_type *);
    memset(p + at, 0, type->size - at);
    for (u32 k = 0; slots && k < t->u.fields.count; k++) {
        ValType f = t->u.fields.fields[k].type;
        at = align_for(at, f);
        store(p + at, f, slots);
        at += storage_size(f);
        slots += slots_of(f);
    }
    return p;
}

w2c_ref interp_array_new(Inst *in, u32 index, const u64 *slots, u32 len, bool repeat) {
    const TypeDef *t = canonical(in, &index);
    const w2c_type *type = &inst_interp(in)->types[index];
    ValType elem = t->u.fields.fields[0].type;
    char *p = w2c_array_alloc(&in->w2c, type, len, type->size, type->elem_size);
    for (u32 i = 0; i < len; i++)
        store(p + type->size + (u64)i * type->elem_size, elem,
              repeat ? slots : slots + (u64)i * slots_of(elem));
    return p;
}

void interp_array_fill(w2c_ref array, u32 at, const u64 *value, u32 len) {
    w2c_array_check_range(array, at, len);
    const w2c_type *type = W2C_TYPE_OF(array);
    for (u32 i = 0; i < len; i++) {
        char *to = (char *)array + type->size + (u64)(at + i) * type->elem_size;
        switch (type->elem_size) {
        case 1:
            *(u8 *)to = (u8)*value;
            break;
        case 2:
            *(u16 *)(void *)to = (u16)*value;
            break;
        case 4:
            *(u32 *)(void *)to = (u32)*value;
            break;
        default:
            memcpy(to, value, type->elem_size);
            break;
        }
    }
}

/* ---- casts ----------------------------------------------------------------------------------- */
bool interp_ref_is(const Inst *in, w2c_ref ref, ValType target) {
    const Interp *it = inst_interp(in);
    u32 heap = vt_heap(target);
    if (!ref) return vt_nullable(target);
    if (ht_is_index(heap)) {
        const w2c_type *want = &it->types[it->m->types[heap].canon];
        return want->form == FORM_FUNC ? w2c_func_is(ref, want, want->depth, want->is_final)
                                       : w2c_any_is(ref, want, want->depth, want->is_final);
    }
    switch (heap) {
    case HT_EQ:
        return w2c_any_is_eq(ref);
    case HT_I31:
        return w2c_any_is_i31(ref);
    case HT_STRUCT:
        return w2c_any_is_struct(ref);
    case HT_ARRAY:
        return w2c_any_is_array(ref);
    case HT_NONE:
    case HT_NOFUNC:
    case HT_NOEXTERN:
    case HT_NOEXN:
        return false;
    default:
        return true; /* the top of its hierarchy */
    }
}
