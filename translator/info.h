/* info.h: what `w2c info` knows about a module, gathered once and printed as text or JSON.
 * Owner: everything lies in the arena given. Thread: one at a time. */
#ifndef W2C_INFO_H
#define W2C_INFO_H
#include "cmd.h"

typedef struct InfoSection {
    uint8_t id;
    Slice name;            /* "code"; of a custom section its own name */
    uint64_t offset, size; /* of its content, bytes */
} InfoSection;

typedef struct InfoFunc {
    uint32_t func, bytes,
        ops; /* ops: instructions left after validation; unreachable ones are gone */
} InfoFunc;

/* What compiling the C costs, predicted from the number of instructions; measured as docs/command-line.md
 * tells. Seconds of one core, for the functions' C at -O2. */
#define INFO_SECONDS_PER_OP 90e-6

enum { INFO_LARGEST = 10 };

typedef struct Info {
    const Module *m;
    InfoSection *sections;
    uint32_t section_count;
    uint64_t features; /* bits FEATURE_x */
    uint64_t ops, code_bytes, data_bytes, elems;
    InfoFunc largest[INFO_LARGEST]; /* by instructions, then index */
    uint32_t largest_count;
    uint64_t arena_bytes;  /* of the parsed module */
    size_t function_arena; /* the most that one function's validation took */
} Info;

/* Validates every function on the way. */
bool info_gather(Context *ctx, const Module *m, Arena *arena, Info *out);
void info_print_text(const Info *info, const char *path, bool memory, Buffer *out);
void info_print_imports(const Info *info, Buffer *out);
/* False: out of memory. */
bool info_print_json(const Info *info, const char *path, bool memory, bool imports_only);
#endif
