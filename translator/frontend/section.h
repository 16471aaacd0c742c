/* section.h: what the readers of sections share; internal to frontend/section*.c and module.c.
 * A SectionReader goes through one module; its Reader is bounded by the section under work, and its
 * limit is the module's end. Functions that return bool have recorded their error when it is false.
 * Thread: one. Owner: everything read goes into the module's arena. */
#ifndef W2C_SECTION_H
#define W2C_SECTION_H
#include "module.h"
#include "type_read.h"

/* Limits of this implementation, those of the WebAssembly JavaScript interface. */
enum {
    LIMIT_MODULE_SIZE = 1 << 30,
    LIMIT_TYPES = 1000000,
    LIMIT_GROUP_SIZE = 1000000,
    LIMIT_SUBTYPE_DEPTH = 63,
    LIMIT_FUNCS = 1000000,
    LIMIT_IMPORTS = 1000000,
    LIMIT_CUSTOMS = 1000000, /* ours */
    LIMIT_EXPORTS = 1000000,
    LIMIT_GLOBALS = 1000000,
    LIMIT_TAGS = 1000000,
    LIMIT_TABLES = 100000,
    LIMIT_MEMORIES = 100,
    LIMIT_ELEMS = 10000000,
    LIMIT_ELEM_ITEMS = 10000000,
    LIMIT_DATAS = 100000,
    LIMIT_PARAMS = 1000,
    LIMIT_RESULTS = 1000,
    LIMIT_FIELDS = 10000,
    LIMIT_BODY_SIZE = 7654321,
};

typedef struct SectionReader {
    Context *ctx;
    Module *m;
    Reader r;
    uint8_t last_id;           /* of the last section that is not custom, 0 at first */
    uint8_t last_rank;         /* its place in sections.def, counted from 1 */
    uint32_t data_count;       /* as the data count section says */
    uint64_t code_at, data_at; /* offsets of their sections' content, or the module's end */
    uint32_t import_cap, func_cap, table_cap, memory_cap, global_cap, tag_cap, custom_cap;
} SectionReader;

enum {
#define SECTION(name, id) SECTION_##name = id,
#include "sections.def"
#undef SECTION
};
#define SECTION(name, id) bool section_read_##name(SectionReader *s);
#include "sections.def"
#undef SECTION
bool section_read_custom(SectionReader *s, uint64_t offset); /* of the section's id */

static inline uint64_t section_offset(const SectionReader *s) {
    return reader_offset(&s->r);
}

/* Turns the reader's error into the diagnostic, unless one is recorded already. Returns false. */
bool section_fail(SectionReader *s);
static inline uint32_t section_u32(SectionReader *s) {
    return reader_u32leb(&s->r);
}
/* The length of a vector whose elements take a byte or more each: checked against the bytes left
 * (so that nothing is allocated for a lie), then against the limit of so many `what`, of which
 * there are `have` already. */
bool section_count(SectionReader *s, uint32_t have, uint32_t max, const char *what,
                   uint32_t *count);
/* How many of count elements of at least `least` bytes can be there, plus one for the one that
 * fails. */
static inline uint32_t section_fits(const SectionReader *s, uint32_t count, uint32_t least) {
    size_t fit = reader_left(&s->r) / least + 1;
    return fit < count ? (uint32_t)fit : count;
}
/* A name: well-formed UTF-8. */
bool section_name(SectionReader *s, Slice *name);
bool section_need(SectionReader *s, FeatureId f, uint64_t offset);

/* Room for `more` further elements behind count: the array, or a larger copy; NULL, recorded,
 * without memory. */
void *section_room(SectionReader *s, void *array, uint32_t count, uint32_t *cap, uint32_t more,
                   size_t size);
#define SECTION_ROOM(s, array, count, cap, more)                                                   \
    (((array) = section_room((s), (array), (count), (cap), (more), sizeof *(array))) != NULL)

/* Finds a constant expression's end and notes the functions that it names as declared. */
bool section_const(SectionReader *s, ConstExpr *expr);
bool section_declare(SectionReader *s, uint32_t func);

/* module_consts.c: types of all constant expressions. */
bool module_check_consts(Context *ctx, Module *m);
/* names.c, hints.c: lenient readings, after all sections; false only without memory. */
bool module_read_names(Context *ctx, Module *m);
bool module_read_hints(Context *ctx, Module *m);
/* The first custom section of that name, or NULL. */
const Custom *module_find_custom(const Module *m, const char *name);
/* customs.c: a custom section's content, read strictly. Errors: MALFORMED, INVALID custom_*. */
bool module_check_names(Context *ctx, const Module *m, const Custom *section);
bool module_check_hints(Context *ctx, const Module *m, const Custom *section);
/* bodies.c. The decoder behind a function's local declarations; false, recorded, when they are
 * malformed. */
struct Decoder;
bool body_enter(struct Decoder *d, Context *ctx, const Module *m, uint32_t func);
/* After a malformed module: a section size that is wrong shows late, so a body that cannot be
 * decoded in front of the error takes the blame. Linear in the bodies. */
void module_blame_bodies(Context *ctx, const Module *m);
/* type_canon.c: equal recursion groups. */
typedef struct TypeCanon TypeCanon;
/* Room for `groups` recursion groups, in memory of its own; NULL, recorded, when there is none. */
TypeCanon *type_canon_new(Context *ctx, uint32_t groups);
void type_canon_free(Context *ctx, TypeCanon *c);
/* Gives the types of the group first..first+count-1 their canon. Earlier groups are done. */
void type_canon_group(TypeCanon *c, Module *m, uint32_t first, uint32_t count);
/* type_relation.c: may type `sub` declare `super` as its supertype? Both have their canon. */
bool type_def_matches(const Module *m, uint32_t sub, uint32_t super);
#endif
