/* rt_type.c: types at run time. Equal text is what makes defined types equal: every module brings its
 * own descriptors, and the linker merges most of them. Value types are words, as in w2c_global. */
#include "rt_internal.h"
#include "w2c_gc.h"

w2c_name w2c_name_of(const char *text) {
    w2c_name name = {text, text ? strlen(text) : 0};
    return name;
}

const char *w2c_type_letters(const w2c_type *type) {
    return type ? type->letters : NULL;
}

const char *w2c_type_text(const w2c_type *type) {
    return type ? type->text : "";
}

const w2c_type *w2c_func_type(const w2c_func *func) {
    return func ? func->type : NULL;
}

bool w2c_type_equal(const w2c_type *a, const w2c_type *b) {
    if (a == b) return true;
    return a && b && (a->hash == b->hash || !a->hash || !b->hash) && !strcmp(a->text, b->text);
}

bool w2c_type_same(const w2c_type *a, const w2c_type *b) {
    return !strcmp(a->text, b->text);
}

bool w2c_type_matches(const w2c_type *a, const w2c_type *b) {
    if (w2c_type_equal(a, b)) return true;
    return a->depth > b->depth && w2c_type_equal(a->supers[b->depth], b);
}

void w2c_check_type(const w2c_func *func, const w2c_type *type) {
    if (!w2c_type_matches(func->type, type)) w2c_trap(W2C_TRAP_CALL_TYPE);
    if (!func->code) w2c_func_rouse(func, type);
}

void w2c_fixed_miss(const u32 *types, u32 count, u64 i) {
    w2c_trap(i >= count  ? W2C_TRAP_UNDEFINED_ELEMENT
             : !types[i] ? W2C_TRAP_NULL_ELEMENT
                         : W2C_TRAP_CALL_TYPE);
}

/* ---- value types ---------------------------------------------------------------------------- */
typedef enum Heap {
    HEAP_NUMBER, /* no reference */
    HEAP_CONCRETE,
    HEAP_FUNC,
    HEAP_NOFUNC,
    HEAP_EXTERN,
    HEAP_NOEXTERN,
    HEAP_ANY,
    HEAP_EQ,
    HEAP_I31,
    HEAP_STRUCT,
    HEAP_ARRAY,
    HEAP_NONE,
    HEAP_EXN,
    HEAP_NOEXN,
    HEAP_COUNT
} Heap;

/* As written in "(ref X)", and the short form of "(ref null X)". */
static const char *const heap_names[HEAP_COUNT][2] = {
    [HEAP_NUMBER] = {"", ""},
    [HEAP_CONCRETE] = {"#", ""},
    [HEAP_FUNC] = {"func", "funcref"},
    [HEAP_NOFUNC] = {"nofunc", "nullfuncref"},
    [HEAP_EXTERN] = {"extern", "externref"},
    [HEAP_NOEXTERN] = {"noextern", "nullexternref"},
    [HEAP_ANY] = {"any", "anyref"},
    [HEAP_EQ] = {"eq", "eqref"},
    [HEAP_I31] = {"i31", "i31ref"},
    [HEAP_STRUCT] = {"struct", "structref"},
    [HEAP_ARRAY] = {"array", "arrayref"},
    [HEAP_NONE] = {"none", "nullref"},
    [HEAP_EXN] = {"exn", "exnref"},
    [HEAP_NOEXN] = {"noexn", "nullexnref"},
};

static Heap read_heap(const char *text, bool *nullable) {
    *nullable = true;
    for (int i = HEAP_FUNC; i < HEAP_COUNT; i++)
        if (!strcmp(text, heap_names[i][1])) return (Heap)i;
    if (strncmp(text, "(ref ", 5) != 0) return HEAP_NUMBER;
    *nullable = !strncmp(text + 5, "null ", 5);
    text += *nullable ? 10 : 5;
    if (*text == '#') return HEAP_CONCRETE;
    size_t len = strcspn(text, ")");
    for (int i = HEAP_FUNC; i < HEAP_COUNT; i++)
        if (strlen(heap_names[i][0]) == len && !memcmp(text, heap_names[i][0], len)) return (Heap)i;
    return HEAP_NUMBER;
}

static bool below_any(Heap heap) {
    return heap == HEAP_EQ || heap == HEAP_I31 || heap == HEAP_STRUCT || heap == HEAP_ARRAY ||
           heap == HEAP_NONE;
}

/* Spec: valid/matching#match-heaptype */
static bool heap_matches(Heap a, const w2c_type *a_type, Heap b, const w2c_type *b_type) {
    static const u8 forms[] = {HEAP_FUNC, HEAP_STRUCT, HEAP_ARRAY};
    if (a == HEAP_CONCRETE && b == HEAP_CONCRETE)
        return a_type && b_type && w2c_type_matches(a_type, b_type);
    if (a == HEAP_CONCRETE) {
        if (!a_type || a_type->form > 2) return false;
        a = (Heap)forms[a_type->form];
    } else if (b == HEAP_CONCRETE) { /* only the bottom of its hierarchy is below it */
        return b_type && a == (b_type->form == 0 ? HEAP_NOFUNC : HEAP_NONE);
    }
    if (a == b) return true;
    switch (b) {
    case HEAP_FUNC:
        return a == HEAP_NOFUNC;
    case HEAP_EXTERN:
        return a == HEAP_NOEXTERN;
    case HEAP_EXN:
        return a == HEAP_NOEXN;
    case HEAP_ANY:
    case HEAP_EQ:
        return below_any(a);
    case HEAP_I31:
    case HEAP_STRUCT:
    case HEAP_ARRAY:
        return a == HEAP_NONE;
    default:
        return false;
    }
}

bool w2c_value_type_matches(const char *a, const w2c_type *a_type, const char *b,
                            const w2c_type *b_type) {
    bool a_null, b_null;
    if (!a || !b) return false;
    Heap a_heap = read_heap(a, &a_null), b_heap = read_heap(b, &b_null);
    if (a_heap == HEAP_NUMBER || b_heap == HEAP_NUMBER) return !strcmp(a, b);
    return (!a_null || b_null) && heap_matches(a_heap, a_type, b_heap, b_type);
}
