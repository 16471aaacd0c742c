/* interp_lower.c: op streams to threaded code: operands, labels, and the order of things.
 *
 * The operand stack is symbolic: local.get and constants make no code, the instruction that uses them
 * names the local's slot or holds the constant. A local that is written while an operand still means
 * its old value is copied to that operand's slot first; before control flow all are, since a write on
 * one way would be missing on the other. The last instruction's result may be told to stay in a
 * register when the next one uses it, to go to a local at once, or to become a jump's condition.
 * Linear in the length of the function. */
#include "lower_cells.h"

bool cells_fail(CellLower *l, const char *what) {
    if (!l->failed) diag_error(l->ctx, ERR_unsupported, l->offset, " by the interpreter: %s", what);
    l->failed = true;
    return false;
}

/* ---- cells ----------------------------------------------------------------------------------- */
void cells_word(CellLower *l, u64 word) {
    if (l->failed) return;
    if (l->count == l->cap) {
        bool fits = l->cap <= UINT32_MAX / 4;
        u64 *more = fits ? ARENA_ARRAY(l->arena, (size_t)l->cap * 2, u64) : NULL;
        u16 *more_ids = fits ? ARENA_ARRAY(l->arena, (size_t)l->cap * 2, u16) : NULL;
        if (!more || !more_ids) {
            diag_nomem(l->ctx);
            l->failed = true;
            return;
        }
        memcpy(more, l->cells, l->count * sizeof(u64));
        memcpy(more_ids, l->ids, l->count * sizeof(u16));
        l->cells = more;
        l->ids = more_ids;
        l->cap *= 2;
    }
    l->cells[l->count++] = word;
}

void cells_op(CellLower *l, unsigned id) {
    cells_word(l, interp_handler(id));
    if (!l->failed) l->ids[l->count - 1] = (u16)id;
}

void cells_patch(CellLower *l, u32 cell, unsigned id) {
    l->cells[cell] = interp_handler(id);
    l->ids[cell] = (u16)id;
}

u32 cells_emit(CellLower *l, unsigned id, u32 x0, u32 x1, u32 x2, u32 x3) {
    u32 at = l->count;
    cells_op(l, id);
    cells_word(l, (u64)(x0 & 0xffff) | (u64)(x1 & 0xffff) << 16 | (u64)(x2 & 0xffff) << 32 |
                      (u64)x3 << 48);
    return l->failed ? 0 : at;
}

u32 cells_emit_word(CellLower *l, unsigned id, u32 x0, u32 x1, u32 word) {
    return cells_emit(l, id, x0, x1, word & 0xffff, word >> 16);
}

static void set_field(CellLower *l, u32 cell, unsigned n, u32 value) {
    u64 *word = &l->cells[cell + 1];
    *word = (*word & ~((u64)0xffff << 16 * n)) | (u64)(value & 0xffff) << 16 * n;
}

void cells_label(CellLower *l, Label *label) {
    label->at = l->count;
    cells_forget(l);
    while (label->waiting != NONE && !l->failed) {
        u32 cell = label->waiting;
        label->waiting = (u32)l->cells[cell];
        u64 link = l->cells[cell] >> 48; /* of an info cell */
        u64 way = (u64)label->at - cell;
        l->cells[cell] = link ? link << 48 | (way & 0xffffffff) : way;
    }
}

void cells_info(CellLower *l) {
    u64 link = (u64)(l->locals + 1) << 48;
    Label *label = &l->blocks[l->handler].other;
    if (!l->handler) {
        cells_word(l, link);
        return;
    }
    cells_word(l, link | label->waiting);
    if (!l->failed) label->waiting = l->count - 1;
}

void cells_wait(CellLower *l, Label *label) {
    u32 cell = l->count;
    if (label->at != NONE) {
        cells_word(l, (u64)label->at - cell);
        return;
    }
    cells_word(l, label->waiting);
    if (!l->failed) label->waiting = cell;
}

/* ---- operands -------------------------------------------------------------------------------- */
Operand *cells_push(CellLower *l, ValType type) {
    Operand *o = &l->stack[l->height++];
    *o = (Operand){.kind = ENTRY_SLOT, .type = (u8)vt_kind(type), .slot = l->top};
    l->top += slots_of(type);
    if (l->top > l->frame) l->frame = l->top;
    return o;
}

Operand cells_pop(CellLower *l) {
    Operand o = l->stack[--l->height];
    l->top = o.slot;
    if (o.kind == ENTRY_LOCAL) l->local_uses[o.local]--;
    return o;
}

static void emit_const(CellLower *l, u32 to, u64 bits) {
    if ((u64)(s64)(s32)bits == bits) {
        cells_emit_word(l, H_const_32, to, 0, (u32)bits);
    } else {
        cells_emit(l, H_const_64, to, 0, 0, 0);
        cells_word(l, bits);
    }
}

void cells_copy(CellLower *l, ValType type, u32 to, const Operand *from) {
    if (from->kind == ENTRY_CONST)
        emit_const(l, to, from->bits);
    else {
        u32 slot = from->kind == ENTRY_LOCAL ? l->local_slots[from->local] : from->slot;
        if (slot != to) cells_emit(l, vt_kind(type) == VT_V128 ? H_move_v : H_move, to, slot, 0, 0);
    }
}

u32 cells_slot(CellLower *l, const Operand *o) {
    if (o->kind == ENTRY_LOCAL) return l->local_slots[o->local];
    if (o->kind == ENTRY_CONST) emit_const(l, o->slot, o->bits);
    return o->slot;
}

void cells_settle(CellLower *l, Operand *o) {
    if (o->kind == ENTRY_SLOT) return;
    if (o->kind == ENTRY_LOCAL) l->local_uses[o->local]--;
    cells_copy(l, o->type, o->slot, o);
    o->kind = ENTRY_SLOT;
}

void cells_settle_top(CellLower *l, u32 count) {
    for (u32 i = l->height - count; i < l->height; i++)
        cells_settle(l, &l->stack[i]);
}

void cells_flush_local(CellLower *l, u32 local) {
    for (u32 i = l->height; i-- > 0 && l->local_uses[local];)
        if (l->stack[i].kind == ENTRY_LOCAL && l->stack[i].local == local)
            cells_settle(l, &l->stack[i]);
}

void cells_flush(CellLower *l) {
    for (u32 i = l->height; i-- > 0;)
        if (l->stack[i].kind == ENTRY_LOCAL) cells_settle(l, &l->stack[i]);
}

/* ---- the last instruction -------------------------------------------------------------------- */
void cells_forget(CellLower *l) {
    l->last = NONE;
}

void cells_result(CellLower *l, u32 cell, unsigned id, ValType type, unsigned to_register) {
    Operand *o = cells_push(l, type);
    l->last = cell;
    l->last_slot = o->slot;
    l->last_id = (u16)id;
    l->last_register = (u16)to_register;
    l->last_jump = 0;
    if (!l->failed) set_field(l, cell, 0, o->slot);
}

bool cells_take_register(CellLower *l, const Operand *o) {
    if (l->last == NONE || l->failed || o->kind != ENTRY_SLOT || o->slot != l->last_slot ||
        !l->last_register)
        return false;
    cells_patch(l, l->last, (l->last_id + l->last_register));
    l->last = NONE;
    return true;
}

/* ---- a function ------------------------------------------------------------------------------ */
static void lower_ins(CellLower *l, const Ins *ins) {
    l->offset = ins->offset;
    if (cells_control(l, ins) || cells_eh(l, ins) || cells_variable(l, ins) || cells_call(l, ins) ||
        cells_numeric(l, ins) || cells_memory(l, ins) || cells_table(l, ins) || cells_gc(l, ins))
        return;
    cells_fail(l, op_info[ins->op].text);
}

static bool begin(CellLower *l) {
    const OpStream *s = l->s;
    l->cap = 64 + s->count * 3;
    l->cells = ARENA_ARRAY(l->arena, l->cap, u64);
    l->ids = ARENA_ARRAY(l->arena, l->cap, u16);
    l->stack = ARENA_ARRAY(l->arena, (size_t)s->max_height + 16, Operand);
    l->local_slots = ARENA_ARRAY(l->arena, (size_t)s->local_count + 1, u32);
    l->local_uses = ARENA_ARRAY(l->arena, (size_t)s->local_count + 1, u32);
    l->blocks = ARENA_ARRAY(l->arena, s->block_count, LoweredBlock);
    l->table_stubs = ARENA_ARRAY(l->arena, s->block_count, u32);
    if (!l->cells || !l->ids || !l->stack || !l->local_slots || !l->local_uses || !l->blocks ||
        !l->table_stubs)
        return diag_nomem(l->ctx);
    for (u32 i = 0; i < s->local_count; i++) {
        l->local_slots[i] = l->locals;
        l->locals += slots_of(s->locals[i]);
    }
    for (u32 i = 0; i < s->block_count; i++) {
        l->table_stubs[i] = NONE;
        l->blocks[i] = (LoweredBlock){{NONE, NONE}, {NONE, NONE}, 0, 0, 0, 0};
    }
    for (u32 i = 0; i < s->count && !l->rethrows; i++)
        l->rethrows = s->ins[i].op == OP_rethrow;
    l->top = l->frame = l->locals + LINK_SLOTS;
    u32 results = slots_of_all(s->blocks[0].results, s->blocks[0].result_count);
    if (results > l->frame) l->frame = results;
    l->last = NONE;
    return true;
}

/* ---- superinstructions ----------------------------------------------------------------------- */
static const struct Pair {
    u16 first, second, both;
} pairs[] = {
#define PAIR(a, b) {H_##a, H_##b, H_##a##__##b},
#include "pairs.def"
#undef PAIR
};
enum { PAIR_COUNT = sizeof pairs / sizeof *pairs };

/* What does both; 0: nothing. The table is in order of its first members. */
static unsigned pair_of(const u16 *starts, unsigned first, unsigned second) {
    for (unsigned i = starts[first]; i < PAIR_COUNT && pairs[i].first == first; i++)
        if (pairs[i].second == second) return pairs[i].both;
    return 0;
}

/* The first instruction's handler becomes one that does both. The second keeps its own, for those
 * who jump to it, so nothing moves. */
static bool fuse(CellLower *l) {
    u16 *starts = ARENA_ARRAY(l->arena, H_COUNT, u16);
    u32 before = NONE;
    if (!starts) return diag_nomem(l->ctx);
    for (unsigned i = 0; i < H_COUNT; i++)
        starts[i] = PAIR_COUNT;
    for (unsigned i = PAIR_COUNT; i-- > 0;)
        starts[pairs[i].first] = (u16)i;
    for (u32 i = 0; i < l->count; i++) {
        if (!l->ids[i]) continue;
        unsigned both = before == NONE ? 0 : pair_of(starts, l->ids[before], l->ids[i]);
        if (both) l->cells[before] = interp_handler(both);
        before = both ? NONE : i;
    }
    return true;
}

bool interp_lower(Context *ctx, const Interp *it, const OpStream *stream, Arena *arena,
                  Cells *out) {
    CellLower l = {.ctx = ctx, .it = it, .m = it->m, .s = stream, .arena = arena};
    if (!begin(&l)) return false;
    if (it->options.metered) cells_op(&l, H_charge);
    if (it->options.hot_calls) {
        cells_op(&l, H_count);
        cells_word(&l, ctx->func);
    }
    for (u32 i = 0; i < stream->count && !l.failed; i++)
        lower_ins(&l, &stream->ins[i]);
    if (!l.failed && l.frame > MOST_SLOTS) {
        l.failed = true;
        diag_error(ctx, ERR_limit, l.offset, ": a function with more than %d slots for its values",
                   MOST_SLOTS);
    }
    if (!l.failed && !fuse(&l)) return false;
    u32 params = slots_of_all(stream->locals, stream->param_count);
    *out = (Cells){l.cells, l.count, l.cap, (u16)params, (u16)l.locals, (u16)l.frame};
    return !l.failed;
}
