/* module.h: a module's declarations, as read from its bytes.
 * Function bodies, names and data stay slices of the input, which must outlive the Module.
 * Owner: everything else lies in the module's arena. Thread: read-only once module_read returns.
 * Spec: syntax/modules, binary/modules */
#ifndef W2C_MODULE_H
#define W2C_MODULE_H
#include "../base/arena.h"
#include "../base/bitmap.h"
#include "../base/context.h"
#include "../base/reader.h"
#include "types.h"

typedef enum ExternKind {
    EXTERN_FUNC,
    EXTERN_TABLE,
    EXTERN_MEMORY,
    EXTERN_GLOBAL,
    EXTERN_TAG
} ExternKind;

typedef struct Limits {
    uint64_t min, max; /* in pages or elements; max is UINT64_MAX when absent */
    bool has_max, is64, shared;
} Limits;

typedef struct Import {
    Slice module, name;
    uint8_t kind;    /* ExternKind */
    uint32_t index;  /* in its index space */
    uint64_t offset; /* byte offset of the import, for messages */
} Import;

typedef struct Export {
    Slice name;
    uint8_t kind;
    uint32_t index;
} Export;

/* A constant expression: bytes up to and including its end, still to be decoded by validate_const. */
typedef struct ConstExpr {
    Slice bytes; /* len 0: absent (a table without initialiser, for example) */
} ConstExpr;

typedef struct Func {
    uint32_t type;
    uint32_t body; /* byte offset of the code entry's first byte after its size; 0 for imports */
} Func;            /* 8 bytes; the body's length is the LEB before it: module_body */

typedef struct Table {
    ValType type;
    Limits limits;
    ConstExpr init; /* may be absent */
} Table;

typedef struct Memory {
    Limits limits;
    uint8_t page_log2; /* 16, or 0 with custom page sizes */
} Memory;

typedef struct Global {
    ValType type;
    bool mutable;
    ConstExpr init; /* absent for imports */
} Global;

typedef struct Tag {
    uint32_t type;
} Tag;

typedef enum SegmentMode { SEGMENT_ACTIVE, SEGMENT_PASSIVE, SEGMENT_DECLARATIVE } SegmentMode;

typedef struct Elem {
    uint8_t mode;
    bool is_funcs; /* items are function indices (LEB u32 each), else constant expressions */
    uint32_t table;
    ValType type;
    ConstExpr offset;
    uint32_t count;
    Slice items; /* the encoded vector's content, without its count; see elem_next in module.c */
} Elem;

typedef struct Data {
    uint8_t mode;
    uint32_t memory;
    ConstExpr offset;
    Slice bytes;
} Data;

typedef struct Custom {
    Slice name, bytes;
    uint64_t offset; /* of the section's first byte */
    uint8_t after;   /* id of the last known section before it */
} Custom;

typedef struct BranchHint { /* sorted by function, then offset */
    uint32_t func, offset;  /* byte offset from the start of the function's locals declaration */
    bool likely;
} BranchHint;

typedef struct Module {
    Arena arena;
    Slice bytes;
    Slice name; /* from the name section; len 0 when there is none */

    TypeDef *types;
    Import *imports;
    Func *funcs; /* imports first, as in every index space */
    Table *tables;
    Memory *memories;
    Global *globals;
    Tag *tags;
    Export *exports;
    Elem *elems;
    Data *datas;
    Custom *customs;
    BranchHint *hints;
    uint32_t type_count, import_count, func_count, table_count, memory_count, global_count,
        tag_count, export_count, elem_count, data_count, custom_count, hint_count;
    uint32_t imported_funcs, imported_tables, imported_memories, imported_globals, imported_tags;
    uint32_t start; /* function index, or NO_FUNC */
    bool has_data_count;

    Slice *
        func_names; /* by function index: name section, else its first export, else len 0; NULL when
                         * no function has a name. Well-formed UTF-8; the section is skipped from the
                         * first malformed thing on. */
    uint64_t *declared;     /* bit set: function index may be the operand of ref.func */
    uint64_t features_used; /* bits FEATURE_x of declarations; bodies add theirs when validated */
    uint32_t code_count;    /* entries of the code section */
} Module;

/* Reads every section of bytes and validates everything but function bodies (types, limits,
 * constant expressions, exports, segments). On failure *m is freed and false is returned.
 * Errors: MALFORMED, INVALID, LIMIT, FEATURE, NOMEM. Linear in the number of bytes. */
bool module_read(Context *ctx, Slice bytes, Module *m);
void module_free(Module *m);

static inline const TypeDef *func_type(const Module *m, uint32_t func) {
    return &m->types[m->funcs[func].type];
}
/* The function's body: local declarations and code, without the size. Empty for imports. */
Slice module_body(const Module *m, uint32_t func);
static inline uint64_t module_offset(const Module *m, const uint8_t *at) {
    return (uint64_t)(at - m->bytes.ptr);
}
/* The function's name: name section, else its first export's name, else empty. */
Slice module_func_name(const Module *m, uint32_t func);
/* Reads past a constant expression, its end included. Only its instructions' lengths are looked at,
 * and that they may stand in one. Errors: MALFORMED; INVALID constant_required. */
bool const_expr_skip(Context *ctx, const Module *m, Reader *r, ConstExpr *out);
/* Sets the bit of each function that a constant expression of a module that was read names by ref.func. */
void const_expr_funcs(const Module *m, ConstExpr expr, uint64_t *funcs);
/* Custom sections with a defined content (name, branch hints, ...) are read leniently by module_read.
 * This reads them strictly, for `w2c validate --custom`. */
bool module_check_customs(Context *ctx, const Module *m);

/* Type relations within one module. Thread: any. */
bool type_equal(const Module *m, ValType a, ValType b);
bool type_matches(const Module *m, ValType sub, ValType super);
bool heap_matches(const Module *m, uint32_t sub, uint32_t super);
/* "i32", "(ref null 3)", "funcref"... appended to text; for messages. */
size_t type_print(ValType t, char *text, size_t cap);
#endif
