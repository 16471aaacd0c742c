/* types.h: value types, heap types, and the type section as the translator keeps it.
 * A ValType is one word, so that types compare with ==. Inside a module, concrete heap types are
 * type indices; two indices mean the same type when their `canon` is equal.
 * Spec: syntax/types, valid/matching */
#ifndef W2C_TYPES_H
#define W2C_TYPES_H
#include <stdbool.h>
#include <stdint.h>

typedef uint32_t ValType; /* kind in bits 0-3, nullable in bit 4, heap type in bits 8-31 */

enum {
    VT_NONE = 0, /* bottom, and "no type" */
    VT_I32 = 1,
    VT_I64 = 2,
    VT_F32 = 3,
    VT_F64 = 4,
    VT_V128 = 5,
    VT_REF = 6,     /* low bits of every reference type */
    VT_PACKED8 = 7, /* storage types of fields only */
    VT_PACKED16 = 8,
    VT_KIND_MASK = 15,
    VT_NULLABLE = 16,
    VT_HEAP_SHIFT = 8,
};

/* Heap types: below HT_ABSTRACT a type index (the limit of 1,000,000 types keeps them apart). */
enum {
    HT_ABSTRACT = 0xfffff0,
    HT_FUNC = HT_ABSTRACT,
    HT_NOFUNC,
    HT_EXTERN,
    HT_NOEXTERN,
    HT_ANY,
    HT_EQ,
    HT_I31,
    HT_STRUCT,
    HT_ARRAY,
    HT_NONE,
    HT_EXN,
    HT_NOEXN,
    HT_BOTTOM, /* below everything: the operand of an unreachable ref instruction */
};

static inline ValType vt_ref(uint32_t heap, bool nullable) {
    return (ValType)(VT_REF | (nullable ? VT_NULLABLE : 0) | heap << VT_HEAP_SHIFT);
}
static inline unsigned vt_kind(ValType t) {
    return t & VT_KIND_MASK;
}
static inline bool vt_is_ref(ValType t) {
    return vt_kind(t) == VT_REF;
}
static inline bool vt_nullable(ValType t) {
    return (t & VT_NULLABLE) != 0;
}
static inline uint32_t vt_heap(ValType t) {
    return t >> VT_HEAP_SHIFT;
}
static inline bool ht_is_index(uint32_t heap) {
    return heap < HT_ABSTRACT;
}
#define VT_FUNCREF vt_ref(HT_FUNC, true)
#define VT_ANYREF vt_ref(HT_ANY, true)
#define VT_EXTERNREF vt_ref(HT_EXTERN, true)
/* 'i' 'l' 'f' 'd' 'v' 'r': the letter of a type in C names and signatures; all references are r. */
static inline char vt_letter(ValType t) {
    return "?ilfdvr??"[vt_kind(t)];
}

typedef enum TypeForm { FORM_FUNC, FORM_STRUCT, FORM_ARRAY } TypeForm;

typedef struct Field {
    ValType type; /* may be VT_PACKED8 or VT_PACKED16 */
    bool mutable;
} Field;

typedef struct TypeDef {
    uint8_t form; /* TypeForm */
    bool final;
    uint32_t super;             /* type index, or NO_TYPE */
    uint32_t group, group_size; /* first index of its recursion group, and the group's length */
    uint32_t canon; /* equal for equal types: the lowest index in this module of that type */
    uint32_t depth; /* length of the chain of supertypes */
    union {
        struct {
            const ValType *params, *results;
            uint32_t param_count, result_count;
        } func;
        struct {
            const Field *fields; /* an array has exactly one */
            uint32_t count;
        } fields;
    } u;
} TypeDef;

enum { NO_TYPE = 0xffffffffu };
#endif
