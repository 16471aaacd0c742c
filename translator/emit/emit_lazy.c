/* emit_lazy.c: groups for shared objects that are loaded when one of their functions is first called. Functions are
 * static in their group; calls from elsewhere go through the program's table, whose entries begin at stubs.
 * See rtlib/w2c_group.h. */
#include "emit.h"
#include <stdio.h>

static uint32_t number(const Emitter *e, uint32_t func) {
    return func - e->m->imported_funcs;
}

/* "(u32 (*)(calc *, u32)": the function's C type, as that of a pointer. */
static void pointer_type(const Emitter *e, Buffer *out, uint32_t func) {
    emit_prototype(e, out, func, "(*)", false);
}

static void pass(const Emitter *e, Buffer *out, uint32_t func) {
    const TypeDef *t = func_type(e->m, func);
    buffer_printf(out, "(%s", emit_self(e, func));
    for (uint32_t k = 0; k < t->u.func.param_count; k++)
        buffer_printf(out, ", p%u", k);
    buffer_char(out, ')');
}

/* Its entry, as a function. */
static void entry(const Emitter *e, Buffer *out, uint32_t func) {
    buffer_text(out, "((");
    pointer_type(e, out, func);
    buffer_printf(out, ")__atomic_load_n(&%s_dispatch[%u], __ATOMIC_ACQUIRE))", e->name,
                  number(e, func));
}

static void call_entry(const Emitter *e, Buffer *out, uint32_t func) {
    buffer_printf(out, "    %s", func_type(e->m, func)->u.func.result_count ? "return " : "");
    entry(e, out, func);
    pass(e, out, func);
    buffer_text(out, ";\n}\n");
}

static void tier_call(const Emitter *e, Buffer *out, uint32_t func) {
    bool results = func_type(e->m, func)->u.func.result_count > 0;
    buffer_printf(out,
                  "    const w2c_code code = __atomic_load_n(&%s_link.dispatch[%u], "
                  "__ATOMIC_ACQUIRE);\n    if (W2C_LIKELY(code != NULL)) %s((",
                  e->name, func, results ? "return " : "{ ");
    pointer_type(e, out, func);
    buffer_text(out, ")code)");
    pass(e, out, func);
    buffer_text(out, results ? ";\n" : "; return; }\n");
    emit_tier_interpreted(e, out, func);
}

void emit_lazy_call(const Emitter *e, Buffer *out, uint32_t func) {
    buffer_text(out, e->options->tier ? "static inline __attribute__((unused)) " : "W2C_INLINE ");
    emit_prototype(e, out, func, e->funcs[func], true);
    buffer_text(out, " {\n");
    if (e->options->tier) {
        tier_call(e, out, func);
        return;
    }
    call_entry(e, out, func);
    /* calls themselves: without optimisation an inline function's arguments are copied */
    buffer_printf(out, "#define %s(...) (", e->funcs[func]);
    entry(e, out, func);
    buffer_text(out, "(__VA_ARGS__))\n");
}

void emit_lazy_decls(const Emitter *e, Buffer *out) {
    if (e->options->tier) return;
    buffer_printf(out,
                  "\n/* functions by number: at first stubs that load their group */\n"
                  "extern w2c_code %s_dispatch[%u];\n",
                  e->name, e->m->func_count - e->m->imported_funcs + 1);
}

void emit_lazy_group(const Emitter *e, Buffer *out, uint32_t group) {
    if (e->options->tier) {
        emit_tier_group(e, out, group);
        return;
    }
    bool guarded = e->options->memory == MEMORY_GUARD;
    const Group *g = &e->groups[group];
    buffer_text(out, "\nstatic void bind(void) {\n");
    for (uint32_t f = g->first; f < g->last; f++)
        buffer_printf(out,
                      "    __atomic_store_n(&%s_dispatch[%u], (w2c_code)%s, __ATOMIC_RELEASE);\n",
                      e->name, number(e, f), e->funcs[f]);
    buffer_text(out, "}\n");
    if (guarded)
        buffer_text(out, "extern const char __start_w2c_text[] W2C_HIDDEN W2C_WEAK;\n"
                         "extern const char __stop_w2c_text[] W2C_HIDDEN W2C_WEAK;\n");
    buffer_printf(out,
                  "extern const w2c_group w2c_this_group;\n"
                  "const w2c_group w2c_this_group = {W2C_ABI, %u, 0x%016llxu, %s, bind};\n",
                  group, (unsigned long long)e->input_hash,
                  guarded ? "__start_w2c_text, __stop_w2c_text" : "NULL, NULL");
}

static void stub(const Emitter *e, Buffer *out, uint32_t func) {
    buffer_text(out, "static W2C_COLD __attribute__((used)) ");
    char name[40];
    snprintf(name, sizeof name, "stub_%u", number(e, func));
    emit_prototype(e, out, func, name, true);
    buffer_printf(out, " {\n    w2c_group_need(&%s_groups, %u);\n", e->name, number(e, func));
    call_entry(e, out, func);
}

/* The table, and what fills it before anything runs: distances to the stubs, which need no relocations, and whose
 * pages nobody writes to. */
static void dispatch(const Emitter *e, Buffer *out, const uint64_t *needed) {
    const Module *m = e->m;
    const char *n = e->name;
    uint32_t count = m->func_count - m->imported_funcs;
    buffer_printf(out,
                  "w2c_code %s_dispatch[%u];\n"
                  "extern const s32 %s_stub_distances[] W2C_HIDDEN;\n"
                  "__asm__(\".pushsection .rodata\\n.balign 4\\n\"\n"
                  "        \".globl %s_stub_distances\\n%s_stub_distances:\\n\"\n",
                  n, count + 1, n, n, n);
    for (uint32_t f = m->imported_funcs; f < m->func_count; f++) {
        if (bitmap_has(needed, f))
            buffer_printf(out, "        \".long stub_%u - %s_stub_distances\\n\"\n", number(e, f),
                          n);
        else
            buffer_text(out, "        \".long 0\\n\"\n");
    }
    buffer_printf(
        out,
        "        \".popsection\");\n"
        "__attribute__((constructor)) static void fill_dispatch(void) {\n"
        "    const char *const base = (const char *)%s_stub_distances;\n"
        "    for (u32 i = 0; i < %u; i++)\n"
        "        if (%s_stub_distances[i])\n"
        "            %s_dispatch[i] = (w2c_code)(uintptr_t)(base + %s_stub_distances[i]);\n"
        "}\n",
        n, count, n, n, n);
}

void emit_lazy_tables(const Emitter *e, Buffer *out, const uint64_t *needed) {
    const Module *m = e->m;
    const char *n = e->name;
    buffer_printf(out,
                  "\n/* ---- groups that are loaded at their first call ---- */\n"
                  "static const u32 %s_group_of[] = {",
                  n);
    for (uint32_t g = 0, k = 0; g < e->group_count; g++)
        for (uint32_t f = e->groups[g].first; f < e->groups[g].last; f++, k++)
            buffer_printf(out, "%s%u,", k % 24 ? " " : "\n    ", g);
    buffer_printf(out,
                  " 0};\nextern const w2c_group_file %s_group_files[]; /* made with the groups */\n"
                  "extern const char *const %s_group_folder;\n"
                  "static u32 %s_group_states[%u];\n"
                  "extern w2c_groups %s_groups;\n"
                  "w2c_groups %s_groups = {&%s_group_folder, 0x%016llxu, %s_group_of,\n"
                  "    %s_group_files, %s_group_states, %u, 0};\n",
                  n, n, n, e->group_count + 1, n, n, n, (unsigned long long)e->input_hash, n, n, n,
                  e->group_count);
    for (uint32_t f = m->imported_funcs; f < m->func_count; f++)
        if (bitmap_has(needed, f)) stub(e, out, f);
    dispatch(e, out, needed);
}
