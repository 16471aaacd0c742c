/* emit_access.c: how memories are read and written: guarded, with explicit checks (lower/range_checks.h
 * says where), or once only where other threads may interfere.
 *
 * A checked memory's size is a variable of the function, sizeK: a memory never shrinks, and grows by
 * memory.grow and by calls alone, so it is read again behind those. */
#include "emit.h"

/* Does the function keep the memory's size in a variable? */
static bool has_size(const Writer *w, uint32_t memory) {
    return w->e->modes[memory] != MEMORY_GUARD && !w->e->m->memories[memory].limits.shared &&
           memory < 31;
}

void emit_memory(Writer *w, uint32_t memory) {
    w->pointers |= 1u << (memory < 31 ? memory : 31);
    buffer_printf(w->out, "memory%u, ", memory);
}

void emit_access(Writer *w, uint32_t memory, uint16_t op, bool is_free) {
    bool bounds = w->e->modes[memory] != MEMORY_GUARD;
    if (has_size(w, memory)) {
        bool wide = w->e->m->memories[memory].limits.is64;
        buffer_printf(w->out, "_%c(mem%u, ", is_free ? 'u' : wide ? 'l' : 'c', memory);
        if (!is_free) buffer_printf(w->out, "size%u, ", memory);
        return;
    }
    /* vectors are forced into a register either way */
    bool shared = w->e->m->memories[memory].limits.shared && op_info[op].feature != FEATURE_simd;
    buffer_printf(w->out, "%s(mem%u, ",
                  shared   ? (bounds ? "_vb" : "_v")
                  : bounds ? "_b"
                           : "",
                  memory);
    if (bounds) emit_memory(w, memory);
}

void emit_early_check(Writer *w, const RangeCheck *check) {
    emit_indent(w);
    bool wide = w->e->m->memories[check->memory].limits.is64;
    buffer_printf(w->out, "w2c_check_%c(size%u, ", wide ? 'l' : 'c', check->memory);
    emit_expr(w, check->node, check->below > 0);
    if (check->below)
        buffer_printf(w->out, " - %llu%s", (unsigned long long)check->below, wide ? "ull" : "u");
    buffer_printf(w->out, ", %lluu);\n", (unsigned long long)check->end);
}

/* Where the size stands: in the instance, as long as the memory is its own. */
static void size_text(const Writer *w, Buffer *out, uint32_t k) {
    uint64_t bytes = w->e->m->memories[k].limits.min << w->e->m->memories[k].page_log2;
    if (bytes && w->e->buffers[k] == bytes) { /* it cannot grow */
        buffer_printf(out, "%llu", (unsigned long long)bytes);
        return;
    }
    bool own = k >= w->e->m->imported_memories && !w->e->options->tier;
    buffer_printf(out, own ? "m->own_memory%u.size" : "m->memory%u->size", k);
}

void emit_size(Writer *w, uint32_t memory) {
    if (has_size(w, memory))
        buffer_printf(w->out, "size%u", memory);
    else
        size_text(w, w->out, memory);
}

/* "mem0, size0" */
static void put_extent(Writer *w, uint32_t memory) {
    buffer_printf(w->out, "mem%u, ", memory);
    emit_size(w, memory);
}

void emit_bulk(Writer *w, const Stmt *s) {
    const Memory *memories = w->e->m->memories;
    bool copy = s->op == OP_memory_copy;
    uint32_t dst = (uint32_t)s->imm, src = copy ? (uint32_t)(s->imm >> 32) : dst;
    const char *name = copy ? "copy" : "fill";
    if (memories[dst].limits.shared || memories[src].limits.shared) {
        buffer_printf(w->out, "w2c_memory_%s(m->memory%u", name, dst);
        if (copy) buffer_printf(w->out, ", m->memory%u", src);
        return;
    }
    bool wide = memories[dst].limits.is64 || memories[src].limits.is64;
    buffer_printf(w->out, "w2c_%s_%c(", name, wide ? 'l' : 'c');
    put_extent(w, dst);
    if (!copy) return;
    buffer_text(w->out, ", ");
    put_extent(w, src);
}

void emit_sizes(Writer *w) {
    for (uint32_t k = 0; k < w->e->m->memory_count && k < 31; k++) {
        if (!(w->ir->memories >> k & 1) || !has_size(w, k)) continue;
        buffer_printf(w->out, " size%u = ", k);
        size_text(w, w->out, k);
        buffer_char(w->out, ';');
        w->sizes |= 1u << k;
    }
}

void emit_memory_decls(Writer *w, Buffer *out) {
    const Module *m = w->e->m;
    for (uint32_t k = 0; k < m->memory_count; k++) {
        uint32_t bit = k < 31 ? k : 31;
        if (!(w->ir->memories >> bit & 1)) continue;
        if (w->e->modes[k] == MEMORY_STATIC)
            buffer_printf(out, "    u8 *const mem%u = %s_memory%u.bytes;\n", k, w->e->name, k);
        else if (emit_address(w->e, k))
            buffer_printf(out, "    u8 *const mem%u = (u8 *)0x%llx;\n", k,
                          (unsigned long long)emit_address(w->e, k));
        else if (k == 0 && w->e->joined)
            ; /* declared with the instance */
        else if (k == 0 && emit_tail_is_body(w->e, w->func))
            buffer_text(out, "    u8 *const mem0 = W2C_TAIL_MEM0(m->mem0);\n");
        else
            buffer_printf(out, "    u8 *const mem%u = m->mem%u;\n", k, k);
        if (w->pointers >> bit & 1)
            buffer_printf(out, "    const w2c_memory *const memory%u = m->memory%u;\n", k, k);
        if (!has_size(w, k)) continue;
        buffer_printf(out, "    %su64 size%u = ", w->sizes >> bit & 1 ? "" : "const ", k);
        size_text(w, out, k);
        buffer_text(out, ";\n");
        uint64_t least = m->memories[k].limits.min;
        unsigned log2 = m->memories[k].page_log2;
        if (least && least < UINT64_MAX >> log2 >> 16)
            buffer_printf(out, "    W2C_AT_LEAST(size%u, %llu);\n", k,
                          (unsigned long long)(least << log2));
    }
}

bool emit_ranges(Writer *w) {
    w->ranges = (RangeChecks){0};
    if (w->e->options->no_range_analysis) return true;
    uint32_t memories = 0;
    for (uint32_t k = 0; k < w->e->m->memory_count && k < 31; k++)
        if (has_size(w, k)) memories |= 1u << k;
    return range_checks_find(w->ctx, w->e->m, w->ir, memories, emit_stack_check_place(w), &w->arena,
                             &w->ranges);
}
