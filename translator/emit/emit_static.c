/* emit_static.c: memories whose addresses the code knows.
 *
 * --fixed-base: they are constants, and instantiation fails where one is taken. The first lies below 2 GiB,
 * where x86-64 has it in the instruction.
 *
 * --memory=static: a memory is a buffer of the program, as large as it may ever become. Its
 * address is the linker's, so code needs no base; accesses are checked as in the bounds mode. Memories of
 * other modules stay what they are there. */
#include "emit.h"

enum { MOST_BYTES = 1 << 30 }; /* code that addresses more than 2 GiB statically does not link */

const char *emit_mode_name(const Emitter *e) {
    static const char *const names[][3] = {{"guard", "guard_fixed", "guard_apart"},
                                           {"bounds", "bounds_fixed", "bounds_apart"},
                                           {"static", "static", "static"}};
    return names[e->options->memory][e->options->fixed_base         ? 1
                                     : e->options->no_joined_memory ? 2
                                                                    : 0];
}

bool emit_joins(const Emitter *e) {
    const TranslateOptions *o = e->options;
    return e->m->memory_count && !e->m->imported_memories && e->modes[0] != MEMORY_STATIC &&
           !o->fixed_base && !o->tier && !o->no_joined_memory;
}

/* Room for a guarded memory each. */
uint64_t emit_address(const Emitter *e, uint32_t memory) {
    if (!e->options->fixed_base || memory < e->m->imported_memories ||
        e->modes[memory] == MEMORY_STATIC)
        return 0;
    return ((uint64_t)1 << 28) + ((uint64_t)(memory - e->m->imported_memories) << 37);
}

static bool plan_memory(Emitter *e, uint32_t k) {
    const Memory *m = &e->m->memories[k];
    uint64_t most = e->options->max_memory, unit = (uint64_t)1 << m->page_log2,
             pages = m->limits.max;
    if (most && most / unit < pages) pages = most / unit;
    if (pages == UINT64_MAX)
        return diag_error(e->ctx, ERR_static_memory, NO_OFFSET - 1,
                          ": memory %u has no maximum: give --max-memory=BYTES", k);
    if (pages < m->limits.min)
        return diag_error(e->ctx, ERR_static_memory, NO_OFFSET - 1,
                          ": memory %u begins with %llu pages, which is more than --max-memory", k,
                          (unsigned long long)m->limits.min);
    if (pages > MOST_BYTES / unit)
        return diag_error(e->ctx, ERR_static_memory, NO_OFFSET - 1,
                          ": memory %u may become larger than 1 GiB: give --max-memory=BYTES", k);
    e->buffers[k] = pages * unit;
    return true;
}

bool emit_static_plan(Emitter *e) {
    e->buffers = ARENA_ARRAY(e->arena, e->m->memory_count + 1, uint64_t);
    if (!e->buffers) return diag_nomem(e->ctx);
    for (uint32_t k = e->m->imported_memories; k < e->m->memory_count; k++)
        if (e->modes[k] == MEMORY_STATIC && !plan_memory(e, k)) return false;
    return true;
}

void emit_static_decls(const Emitter *e, Buffer *out) {
    for (uint32_t k = e->m->imported_memories; k < e->m->memory_count; k++) {
        if (e->modes[k] != MEMORY_STATIC) continue;
        uint64_t bytes = e->buffers[k];
        buffer_printf(out,
                      "\n/* memory %u and what it may grow by */\n"
                      "struct %s_buffer%u {\n    w2c_static_memory head;\n    u8 bytes[%llu];\n};\n"
                      "extern struct %s_buffer%u %s_memory%u%s;\n",
                      k, e->name, k, (unsigned long long)(bytes ? bytes : 1), e->name, k, e->name,
                      k, e->options->lazy_groups ? "" : " W2C_HIDDEN");
    }
}

void emit_static_defs(const Emitter *e, Buffer *out) {
    for (uint32_t k = e->m->imported_memories; k < e->m->memory_count; k++)
        if (e->modes[k] == MEMORY_STATIC)
            buffer_printf(out, "struct %s_buffer%u %s_memory%u;\n", e->name, k, e->name, k);
}
