/* w2c_gc.h: garbage-collected objects as generated code sees them: layout, allocation, fields,
 * elements, casts. Generated files include it after w2c_rt.h (and w2c_simd.h, for v128 elements).
 *
 * A reference of the any hierarchy is NULL, or by its lowest bits:
 *   00  the address of an object, which begins with its w2c_type
 *   x1  an i31: the value shifted left by one
 *   10  a host reference (an externref's address, which is a multiple of 4) that was converted
 * and of the extern hierarchy the same with 00 and 10 exchanged: so conversion costs one xor, and
 * identity is kept both ways.
 *
 * Objects never move. A struct is its header and its fields, an array its header, its length, its
 * elements; their size in the heap is a multiple of 8. Allocation takes the next bytes of a free run
 * (struct w2c_gc, one per context); rt_gc_heap.c does the rest. It may collect: whatever a C local
 * or register holds, or a pointer into an object, keeps the object.
 *
 * Fields and elements are accessed as scalars of their type, never through the struct: the same
 * object is seen as several struct types, and scalars of one type may alias.
 * Spec: exec/runtime#structure-instances, exec/instructions#aggregate-instructions */
#ifndef W2C_GC_H
#define W2C_GC_H
#include "w2c_rt.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- layout --------------------------------------------------------------------------------- */
#define W2C_GC_ROUND(size) (((u64)(size) + 7) & ~(u64)7)
#define W2C_GC_SMALL 8192 /* bytes; larger objects live alone */

/* What every object begins with. */
#define W2C_TYPE_OF(ref) (*(const w2c_type **)(ref))
/* Field f of an object seen as a struct NAME. */
#define W2C_FIELD(name, ref, f)                                                                    \
    (*(__typeof__(((struct name *)0)->f) *)((char *)(ref) + offsetof(struct name, f)))

/* One for each C type of elements: where they begin. */
#define W2C_ARRAY_STRUCT(name, elem)                                                               \
    struct w2c_array_##name {                                                                      \
        const w2c_type *type;                                                                      \
        u32 len;                                                                                   \
        elem at[1];                                                                                \
    };
/* clang-format off */
W2C_ARRAY_STRUCT(u8, u8) W2C_ARRAY_STRUCT(u16, u16) W2C_ARRAY_STRUCT(u32, u32)
W2C_ARRAY_STRUCT(u64, u64) W2C_ARRAY_STRUCT(f32, f32) W2C_ARRAY_STRUCT(f64, f64)
W2C_ARRAY_STRUCT(ref, w2c_ref)
/* clang-format on */
#define W2C_ARRAY_OFFSET(name) ((u32)offsetof(struct w2c_array_##name, at))
#define W2C_ARRAY_AT(name, elem, ref) ((elem *)((char *)(ref) + W2C_ARRAY_OFFSET(name)))
#define W2C_ARRAY_LEN(ref) (*(u32 *)((char *)(ref) + sizeof(const w2c_type *)))

    /* ---- allocation ----------------------------------------------------------------------------- */
    /* The slow side: takes another run, collects, or traps with TRAP_HEAP_EXHAUSTED. The object has no
 * header yet: it must have one, and all of its fields, before the next allocation. */
    char *w2c_gc_slow(w2c_instance *instance, u64 size) __attribute__((cold, malloc));

/* size: a multiple of 8. */
W2C_INLINE char *w2c_gc_alloc(w2c_instance *instance, u64 size) {
    w2c_gc *const gc = &((w2c_context_head *)instance->context)->gc;
    char *const at = gc->at;
    if (W2C_UNLIKELY(size > W2C_GC_SMALL || (size_t)(gc->end - at) < (size_t)size))
        return w2c_gc_slow(instance, size);
    gc->at = at + size;
    return at;
}

W2C_INLINE char *w2c_struct_alloc(w2c_instance *instance, const w2c_type *type, u64 size) {
    char *const p = w2c_gc_alloc(instance, size);
    W2C_TYPE_OF(p) = type;
    return p;
}

W2C_INLINE char *w2c_array_alloc(w2c_instance *instance, const w2c_type *type, u32 len, u32 offset,
                                 u32 elem) {
    char *const p = w2c_gc_alloc(instance, W2C_GC_ROUND(offset + (u64)len * elem));
    W2C_TYPE_OF(p) = type;
    W2C_ARRAY_LEN(p) = len;
    return p;
}

/* ---- null ----------------------------------------------------------------------------------- */
W2C_INLINE w2c_ref w2c_struct_there(w2c_ref ref) {
    if (W2C_UNLIKELY(!ref)) w2c_trap(W2C_TRAP_NULL_STRUCT);
    return ref;
}
W2C_INLINE w2c_ref w2c_array_there(w2c_ref ref) {
    if (W2C_UNLIKELY(!ref)) w2c_trap(W2C_TRAP_NULL_ARRAY);
    return ref;
}

/* ---- arrays --------------------------------------------------------------------------------- */
W2C_INLINE u32 w2c_array_len(w2c_ref array) {
    return W2C_ARRAY_LEN(w2c_array_there(array));
}

/* Where array[i] is checked, for the bounds alone or also for null. */
W2C_INLINE void w2c_array_check(w2c_ref array, u32 i) {
    if (W2C_UNLIKELY(i >= W2C_ARRAY_LEN(array))) w2c_trap(W2C_TRAP_ARRAY_BOUNDS);
}
W2C_INLINE void w2c_array_check_range(w2c_ref array, u32 i, u32 len) {
    if (W2C_UNLIKELY((u64)i + len > W2C_ARRAY_LEN(w2c_array_there(array))))
        w2c_trap(W2C_TRAP_ARRAY_BOUNDS);
}

/* get, set: traps on null and out of bounds; get_in, set_in: the array is known not to be null.
 * new: len times the same value; list: the values given; fill. */
#define W2C_ARRAY_ACCESS(name, elem, value)                                                        \
    W2C_INLINE value w2c_array_get_in_##name(w2c_ref array, u32 i) {                               \
        w2c_array_check(array, i);                                                                 \
        return W2C_ARRAY_AT(name, elem, array)[i];                                                 \
    }                                                                                              \
    W2C_INLINE void w2c_array_set_in_##name(w2c_ref array, u32 i, value v) {                       \
        w2c_array_check(array, i);                                                                 \
        W2C_ARRAY_AT(name, elem, array)[i] = (elem)v;                                              \
    }                                                                                              \
    W2C_INLINE value w2c_array_get_##name(w2c_ref array, u32 i) {                                  \
        return w2c_array_get_in_##name(w2c_array_there(array), i);                                 \
    }                                                                                              \
    W2C_INLINE void w2c_array_set_##name(w2c_ref array, u32 i, value v) {                          \
        w2c_array_set_in_##name(w2c_array_there(array), i, v);                                     \
    }                                                                                              \
    static inline __attribute__((unused)) w2c_ref w2c_array_new_##name(                            \
        w2c_instance *instance, const w2c_type *type, value v, u32 len) {                          \
        char *const p =                                                                            \
            w2c_array_alloc(instance, type, len, W2C_ARRAY_OFFSET(name), (u32)sizeof(elem));       \
        for (u32 i = 0; i < len; i++)                                                              \
            W2C_ARRAY_AT(name, elem, p)[i] = (elem)v;                                              \
        return p;                                                                                  \
    }                                                                                              \
    W2C_INLINE w2c_ref w2c_array_list_##name(w2c_instance *instance, const w2c_type *type,         \
                                             const elem *list, u32 len) {                          \
        char *const p =                                                                            \
            w2c_array_alloc(instance, type, len, W2C_ARRAY_OFFSET(name), (u32)sizeof(elem));       \
        for (u32 i = 0; i < len; i++)                                                              \
            W2C_ARRAY_AT(name, elem, p)[i] = list[i];                                              \
        return p;                                                                                  \
    }                                                                                              \
    static inline __attribute__((unused)) void w2c_array_fill_##name(w2c_ref array, u32 at,        \
                                                                     value v, u32 len) {           \
        w2c_array_check_range(array, at, len);                                                     \
        for (u32 i = 0; i < len; i++)                                                              \
            W2C_ARRAY_AT(name, elem, array)[at + i] = (elem)v;                                     \
    }
W2C_ARRAY_ACCESS(u8, u8, u32)
W2C_ARRAY_ACCESS(u16, u16, u32)
W2C_ARRAY_ACCESS(u32, u32, u32)
W2C_ARRAY_ACCESS(u64, u64, u64)
W2C_ARRAY_ACCESS(f32, f32, f32)
W2C_ARRAY_ACCESS(f64, f64, f64)
W2C_ARRAY_ACCESS(ref, w2c_ref, w2c_ref)
/* array.new_fixed: the values in order. C names of elem: u8 ... w2c_ref. */
#define W2C_ARRAY_FIXED(name, elem, instance, type, count, ...)                                    \
    __extension__({                                                                                \
        const elem w2c_list[] = {__VA_ARGS__};                                                     \
        w2c_array_list_##name((instance), (type), w2c_list, (count));                              \
    })

/* Zeros or nulls: array.new_default. The type says how large elements are. */
w2c_ref w2c_array_new_zero(w2c_instance *instance, const w2c_type *type, u32 len);
/* All check as the specification has it: references, the array, the segment; traps without effect.
 * `from` counts bytes of data, or elements. */
w2c_ref w2c_array_new_data(w2c_instance *instance, const w2c_type *type, const w2c_data *data,
                           u32 from, u32 len);
w2c_ref w2c_array_new_elem(w2c_instance *instance, const w2c_type *type, const w2c_elem *elem,
                           u32 from, u32 len);
void w2c_array_init_data(w2c_ref array, u32 at, const w2c_data *data, u32 from, u32 len);
void w2c_array_init_elem(w2c_instance *instance, w2c_ref array, u32 at, const w2c_elem *elem,
                         u32 from, u32 len);
void w2c_array_copy(w2c_ref to, u32 at, w2c_ref from, u32 first, u32 len);

/* ---- i31, the bridge to extern -------------------------------------------------------------- */
W2C_INLINE w2c_ref w2c_ref_i31(u32 value) {
    return (w2c_ref)(uintptr_t)(u32)(value << 1 | 1);
}
/* The value of a reference known to be there; sign-extended, or 31 bits. */
W2C_INLINE u32 w2c_i31_in_s(w2c_ref i31) {
    return (u32)((s32)(u32)(uintptr_t)i31 >> 1);
}
W2C_INLINE u32 w2c_i31_in_u(w2c_ref i31) {
    return (u32)(uintptr_t)i31 >> 1;
}
W2C_INLINE u32 w2c_i31_get_s(w2c_ref i31) {
    if (W2C_UNLIKELY(!i31)) w2c_trap(W2C_TRAP_NULL_I31);
    return w2c_i31_in_s(i31);
}
W2C_INLINE u32 w2c_i31_get_u(w2c_ref i31) {
    if (W2C_UNLIKELY(!i31)) w2c_trap(W2C_TRAP_NULL_I31);
    return w2c_i31_in_u(i31);
}
/* any.convert_extern, extern.convert_any: w2c.h has w2c_any_of_extern and w2c_extern_of_any. */

/* ---- casts ---------------------------------------------------------------------------------- */
bool w2c_type_same(const w2c_type *a, const w2c_type *b); /* the texts, of equal hashes */

/* Is `have` the type `want`, at `depth` in its hierarchy, or below it? final: nothing is below it.
 * Two modules may have a descriptor each of one type: then the hashes agree. Generated code has the
 * three as one macro, NAME_cN. */
W2C_INLINE bool w2c_type_below(const w2c_type *have, const w2c_type *want, u32 depth, bool final) {
    if (W2C_LIKELY(have == want)) return true;
    if (!final) {
        if (have->depth < depth) return false;
        if (have->depth > depth) have = have->supers[depth];
        if (have == want) return true;
    }
    return W2C_UNLIKELY(have->hash == want->hash) && w2c_type_same(have, want);
}
/* ref.test with the type of a struct or array: of a reference that is null or an object; */
W2C_INLINE bool w2c_object_is(w2c_ref ref, const w2c_type *want, u32 depth, bool final) {
    return ref && w2c_type_below(W2C_TYPE_OF(ref), want, depth, final);
}
/* of any; */
W2C_INLINE bool w2c_any_is(w2c_ref ref, const w2c_type *want, u32 depth, bool final) {
    return ref && !((uintptr_t)ref & 3) && w2c_type_below(W2C_TYPE_OF(ref), want, depth, final);
}
/* of a function, with a function type. */
W2C_INLINE bool w2c_func_is(w2c_ref ref, const w2c_type *want, u32 depth, bool final) {
    return ref && w2c_type_below(((const w2c_func *)ref)->type, want, depth, final);
}
/* Abstract types; null is none of them. */
W2C_INLINE bool w2c_any_is_i31(w2c_ref ref) {
    return (uintptr_t)ref & 1;
}
W2C_INLINE bool w2c_any_is_form(w2c_ref ref, u8 form) {
    return ref && !((uintptr_t)ref & 3) && W2C_TYPE_OF(ref)->form == form;
}
W2C_INLINE bool w2c_any_is_struct(w2c_ref ref) {
    return w2c_any_is_form(ref, 1);
}
W2C_INLINE bool w2c_any_is_array(w2c_ref ref) {
    return w2c_any_is_form(ref, 2);
}
W2C_INLINE bool w2c_any_is_eq(w2c_ref ref) {
    return ref && ((uintptr_t)ref & 3) != 2;
}
W2C_INLINE bool w2c_any_is_there(w2c_ref ref) {
    return ref != NULL;
}
W2C_INLINE bool w2c_any_is_none(w2c_ref ref) {
    (void)ref;
    return false;
}

/* ref.cast: the same names with _as for _is; ref.test null, ref.cast null: or_null. */
#define W2C_CAST(kind)                                                                             \
    W2C_INLINE w2c_ref w2c_##kind##_as(w2c_ref ref, const w2c_type *want, u32 depth, bool final) { \
        if (W2C_UNLIKELY(!w2c_##kind##_is(ref, want, depth, final)))                               \
            w2c_trap(W2C_TRAP_CAST_FAILURE);                                                       \
        return ref;                                                                                \
    }                                                                                              \
    W2C_INLINE bool w2c_##kind##_is_or_null(w2c_ref ref, const w2c_type *want, u32 depth,          \
                                            bool final) {                                          \
        return !ref || w2c_##kind##_is(ref, want, depth, final);                                   \
    }                                                                                              \
    W2C_INLINE w2c_ref w2c_##kind##_as_or_null(w2c_ref ref, const w2c_type *want, u32 depth,       \
                                               bool final) {                                       \
        if (W2C_UNLIKELY(ref && !w2c_##kind##_is(ref, want, depth, final)))                        \
            w2c_trap(W2C_TRAP_CAST_FAILURE);                                                       \
        return ref;                                                                                \
    }
#define W2C_CAST_ABSTRACT(what)                                                                    \
    W2C_INLINE w2c_ref w2c_any_as_##what(w2c_ref ref) {                                            \
        if (W2C_UNLIKELY(!w2c_any_is_##what(ref))) w2c_trap(W2C_TRAP_CAST_FAILURE);                \
        return ref;                                                                                \
    }                                                                                              \
    W2C_INLINE bool w2c_any_is_##what##_or_null(w2c_ref ref) {                                     \
        return !ref || w2c_any_is_##what(ref);                                                     \
    }                                                                                              \
    W2C_INLINE w2c_ref w2c_any_as_##what##_or_null(w2c_ref ref) {                                  \
        if (W2C_UNLIKELY(ref && !w2c_any_is_##what(ref))) w2c_trap(W2C_TRAP_CAST_FAILURE);         \
        return ref;                                                                                \
    }
W2C_CAST(object)
W2C_CAST(any)
W2C_CAST(func)
W2C_CAST_ABSTRACT(i31)
W2C_CAST_ABSTRACT(struct)
W2C_CAST_ABSTRACT(array)
W2C_CAST_ABSTRACT(eq)
W2C_CAST_ABSTRACT(there)
W2C_CAST_ABSTRACT(none)

#ifdef __cplusplus
}
#endif
#endif

/* A unit may hold several modules, of which a later one has vectors. */
#if defined(W2C_SIMD_H) && !defined(W2C_GC_V128)
#define W2C_GC_V128
#ifdef __cplusplus
extern "C" {
#endif
typedef u64 w2c_v128_field __attribute__((vector_size(16), may_alias, aligned(8)));
W2C_ARRAY_STRUCT(v128, w2c_v128_field)
W2C_ARRAY_ACCESS(v128, w2c_v128_field, v128)
#ifdef __cplusplus
}
#endif
#endif
