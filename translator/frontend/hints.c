/* hints.c: branch hints, as far as they can be read; and strictly, for validate --custom.
 * The section lists functions by rising index, each with its hints by rising offset. The lenient
 * reading keeps what is in order and stops at the first thing that cannot be read.
 * Spec: the branch hinting proposal, custom section metadata.code.branch_hint */
#include "decode.h"
#include "section.h"

/* The hints of r in order; NULL: counts them only. */
static uint32_t read_hints(Reader r, const Module *m, BranchHint *out) {
    uint32_t kept = 0, funcs = reader_u32leb(&r);
    uint64_t next_func = m->imported_funcs;
    for (uint32_t i = 0; i < funcs && !r.error; i++) {
        uint32_t func = reader_u32leb(&r), count = reader_u32leb(&r);
        bool keep = func >= next_func && func < m->func_count;
        if (keep) next_func = (uint64_t)func + 1;
        uint64_t next = 0;
        for (uint32_t k = 0; k < count && !r.error; k++) {
            uint32_t offset = reader_u32leb(&r);
            Slice value = reader_slice(&r, reader_u32leb(&r));
            if (r.error || !keep || offset < next || value.len != 1 || *value.ptr > 1) continue;
            next = (uint64_t)offset + 1;
            if (out) out[kept] = (BranchHint){func, offset, *value.ptr == 1};
            kept++;
        }
    }
    return kept;
}

static Reader content(const Module *m, const Custom *section) {
    const uint8_t *start = section->bytes.ptr;
    return (Reader){.pos = start, .end = start + section->bytes.len, .base = m->bytes.ptr};
}

bool module_read_hints(Context *ctx, Module *m) {
    const Custom *section = module_find_custom(m, "metadata.code.branch_hint");
    if (!section || !context_has(ctx, FEATURE_branch_hints)) return true;
    uint32_t count = read_hints(content(m, section), m, NULL);
    if (count == 0) return true;
    m->hints = ARENA_ARRAY(&m->arena, count, BranchHint);
    if (!m->hints) return diag_nomem(ctx);
    m->hint_count = read_hints(content(m, section), m, m->hints);
    m->features_used |= (uint64_t)1 << FEATURE_branch_hints;
    return true;
}

/* ---- strictly -------------------------------------------------------------------------------- */

typedef struct HintChecker {
    Context *ctx;
    const Module *m;
    Reader r;
    Decoder body; /* of the function under work, at the instruction to decode next */
    uint32_t func;
} HintChecker;

static bool hint_error(HintChecker *c, ErrorId id, const uint8_t *at, const char *what) {
    return diag_error(c->ctx, id, module_offset(c->m, at), ": %s", what);
}

static bool hint_reader_error(HintChecker *c) {
    return hint_error(c, ERR_custom_hint_malformed, c->r.error_pos,
                      c->r.error == READER_END ? "unexpected end" : "malformed number");
}

/* Goes on to the instruction at `offset` from the body's start; hints come by rising offset. */
static bool check_target(HintChecker *c, const uint8_t *at, uint32_t offset) {
    uint64_t target = (uint64_t)c->m->funcs[c->func].body + offset;
    Decoder *d = &c->body;
    while (d->r.pos != d->r.end && reader_offset(&d->r) <= target) {
        Ins ins;
        if (!decode_ins(d, &ins)) return false;
        if (ins.offset == target && (ins.op == OP_if || ins.op == OP_br_if)) return true;
    }
    return hint_error(c, ERR_custom_hint_invalid, at, "invalid target");
}

static bool check_hint(HintChecker *c, uint64_t *next) {
    const uint8_t *at = c->r.pos;
    uint32_t offset = reader_u32leb(&c->r);
    const uint8_t *size_at = c->r.pos;
    Slice value = reader_slice(&c->r, reader_u32leb(&c->r));
    if (c->r.error) return hint_reader_error(c);
    if (offset + (uint64_t)1 == *next)
        return hint_error(c, ERR_custom_hint_malformed, at, "duplicate annotation");
    if (offset < *next) return hint_error(c, ERR_custom_hint_malformed, at, "offsets out of order");
    *next = (uint64_t)offset + 1;
    if (value.len != 1 || *value.ptr > 1)
        return hint_error(c, ERR_custom_hint_malformed, size_at, "malformed value");
    return check_target(c, at, offset);
}

static bool check_func(HintChecker *c, uint64_t *next_func) {
    const uint8_t *at = c->r.pos;
    uint64_t next = 0;
    c->func = reader_u32leb(&c->r);
    uint32_t count = reader_u32leb(&c->r);
    if (c->r.error) return hint_reader_error(c);
    if (c->func + (uint64_t)1 == *next_func)
        return hint_error(c, ERR_custom_hint_malformed, at, "duplicate annotation");
    if (c->func < *next_func)
        return hint_error(c, ERR_custom_hint_malformed, at, "functions out of order");
    if (c->func < c->m->imported_funcs || c->func >= c->m->func_count)
        return hint_error(c, ERR_custom_hint_malformed, at, "not in a function");
    *next_func = (uint64_t)c->func + 1;
    if (!body_enter(&c->body, c->ctx, c->m, c->func)) return false;
    for (uint32_t i = 0; i < count; i++)
        if (!check_hint(c, &next)) return false;
    return true;
}

bool module_check_hints(Context *ctx, const Module *m, const Custom *section) {
    HintChecker c = {.ctx = ctx, .m = m, .r = content(m, section)};
    uint64_t next = 0;
    uint32_t funcs = reader_u32leb(&c.r);
    if (c.r.error) return hint_reader_error(&c);
    if (section != module_find_custom(m, "metadata.code.branch_hint"))
        return hint_error(&c, ERR_custom_hint_malformed, section->bytes.ptr,
                          "duplicate annotation");
    if (section->after == SECTION_code || section->after == SECTION_data)
        return hint_error(&c, ERR_custom_hint_malformed, section->bytes.ptr,
                          "behind the code section");
    for (uint32_t i = 0; i < funcs; i++)
        if (!check_func(&c, &next)) return false;
    return c.r.pos == c.r.end ||
           hint_error(&c, ERR_custom_hint_malformed, c.r.pos, "content behind its end");
}
