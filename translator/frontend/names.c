/* names.c: the name section, as far as it can be read: modules with broken names still run.
 * customs.c reads it strictly. Spec: appendix/custom#name-section */
#include "../base/utf8.h"
#include "section.h"

enum { NAMES_MODULE = 0, NAMES_FUNCTION = 1 };

static bool read_name(Reader *r, Slice *name) {
    uint32_t len = reader_u32leb(r);
    *name = reader_slice(r, len);
    return !r->error && utf8_valid(*name);
}

static void read_func_names(Reader *r, Module *m) {
    uint32_t count = reader_u32leb(r);
    uint64_t next = 0; /* names come in the order of their functions */
    for (uint32_t i = 0; i < count && !r->error; i++) {
        Slice name;
        uint32_t func = reader_u32leb(r);
        if (!read_name(r, &name)) return;
        if (func < next || func >= m->func_count) continue;
        next = (uint64_t)func + 1;
        if (name.len) m->func_names[func] = name;
    }
}

static void read_name_section(Module *m, Slice bytes) {
    Reader r = {.pos = bytes.ptr, .end = bytes.ptr + bytes.len, .base = m->bytes.ptr};
    int last = -1;
    while (r.pos != r.end) {
        uint8_t id = reader_u8(&r);
        Slice content = reader_slice(&r, reader_u32leb(&r));
        if (r.error || id <= last) return;
        last = id;
        Reader sub = {.pos = content.ptr, .end = content.ptr + content.len, .base = r.base};
        Slice name;
        if (id == NAMES_MODULE && read_name(&sub, &name)) m->name = name;
        if (id == NAMES_FUNCTION) read_func_names(&sub, m);
    }
}

static void read_export_names(Module *m) {
    for (uint32_t i = m->export_count; i-- > 0;)
        if (m->exports[i].kind == EXTERN_FUNC)
            m->func_names[m->exports[i].index] = m->exports[i].name;
}

bool module_read_names(Context *ctx, Module *m) {
    const Custom *section = module_find_custom(m, "name");
    bool named = section != NULL;
    for (uint32_t i = 0; i < m->export_count && !named; i++)
        named = m->exports[i].kind == EXTERN_FUNC;
    if (!named) return true;
    m->func_names = ARENA_ARRAY(&m->arena, m->func_count, Slice);
    if (!m->func_names) return diag_nomem(ctx);
    read_export_names(m);
    if (section) read_name_section(m, section->bytes);
    return true;
}
