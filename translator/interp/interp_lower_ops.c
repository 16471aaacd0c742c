/* interp_lower_ops.c: numeric instructions, memories, tables and references as cells. Which handlers a
 * row has follows from its kind and signature; see handlers.inc. */
#include "lower_cells.h"

static const u16 first_handler[OP_COUNT] = {
#define OP(feature, prefix, code, name, text, imm, sig, fx, kind, c) [OP_##name] = M_##name,
#include "../opcodes.def"
#undef OP
};

static ValType letter_type(char letter) {
    static const char order[] = "?ilfdvr";
    return (ValType)(strchr(order, letter) - order);
}

static bool is_integer(char letter) {
    return letter == 'i' || letter == 'l' || letter == 'r';
}

/* ---- numeric --------------------------------------------------------------------------------- */
static void canonicalise(CellLower *l, const Ins *ins) {
    unsigned type = l->it->options.canonical_nans ? op_makes_nans((Op)ins->op) : 0;
    if (!type) return;
    bool vector = l->stack[l->height - 1].type == VT_V128, wide = type == VT_F64;
    unsigned id = vector ? wide ? H_canon_dv : H_canon_fv : wide ? H_canon_d : H_canon_f;
    cells_emit(l, id, l->stack[l->height - 1].slot, 0, 0, 0);
    cells_forget(l);
}

static void unary(CellLower *l, const Ins *ins, unsigned first, char result) {
    Operand a = cells_pop(l);
    bool in_register = cells_take_register(l, &a);
    u32 slot = in_register ? 0 : cells_slot(l, &a);
    unsigned id = (first + (in_register ? 1u : 0));
    u32 cell = cells_emit(l, id, 0, slot, 0, 0);
    cells_result(l, cell, id, letter_type(result), 2);
    if (op_info[ins->op].kind == KIND_EQZ) {
        l->last_jump = (u16)(first + UN_COUNT);
        l->last_stride = 2;
        l->last_operands = in_register;
    }
}

static bool commutes(const OpInfo *op) {
    if (op->kind != KIND_INFIX) return false;
    return strchr("+*&|^", op->c[0]) || !strcmp(op->c, "==") || !strcmp(op->c, "!=");
}

static bool fits(const Operand *o) {
    return o->kind == ENTRY_CONST && (o->type == VT_I32 || (u64)(s64)(s32)o->bits == o->bits);
}

static void binary(CellLower *l, const Ins *ins, unsigned first, char operands, char result) {
    const OpInfo *op = &op_info[ins->op];
    Operand b = cells_pop(l), a = cells_pop(l);
    bool integer = is_integer(operands);
    if (a.kind == ENTRY_CONST && b.kind != ENTRY_CONST && integer && commutes(op)) {
        Operand swap = a;
        a = b;
        b = swap;
    }
    unsigned kind = OPERANDS_SS;
    u32 sa = 0, sb = 0, cell;
    if (!integer && b.kind == ENTRY_CONST && a.kind != ENTRY_CONST &&
        !(l->last != NONE && l->last_slot == a.slot)) {
        /* a float constant goes through its register */
        if (operands == 'f')
            cells_emit_word(l, H_const_f_r, 0, 0, (u32)b.bits);
        else {
            cells_emit(l, H_const_d_r, 0, 0, 0, 0);
            cells_word(l, b.bits);
        }
        kind = OPERANDS_SR;
        sa = cells_slot(l, &a);
    } else if (integer && fits(&b)) {
        if (cells_take_register(l, &a))
            kind = OPERANDS_RC;
        else {
            sa = cells_slot(l, &a);
            kind = OPERANDS_SC;
        }
    } else {
        /* constants first: making them leaves the registers alone */
        if (a.kind == ENTRY_CONST) sa = cells_slot(l, &a);
        if (b.kind == ENTRY_CONST) sb = cells_slot(l, &b);
        if (cells_take_register(l, &b))
            kind = OPERANDS_SR;
        else if (cells_take_register(l, &a))
            kind = OPERANDS_RS;
        if (kind != OPERANDS_RS && a.kind != ENTRY_CONST) sa = cells_slot(l, &a);
        if (kind != OPERANDS_SR && b.kind != ENTRY_CONST) sb = cells_slot(l, &b);
    }
    unsigned id = (first + kind);
    if (kind == OPERANDS_SC || kind == OPERANDS_RC)
        cell = cells_emit_word(l, id, 0, sa, (u32)b.bits);
    else
        cell = cells_emit(l, id, 0, sa, sb, 0);
    bool truth = result == 'i' && (op->kind == KIND_INFIX || op->kind == KIND_SINFIX);
    unsigned count = integer ? BI_COUNT : BF_COUNT;
    cells_result(l, cell, id, letter_type(result), count / 2);
    if (truth) {
        l->last_jump = (u16)(first + count);
        l->last_stride = (u8)(count / 2);
        l->last_operands = (u8)kind;
    }
}

/* !(a < b) is a >= b, for integers. */
static bool negated(CellLower *l, const Ins *ins) {
    static const u16 pairs[][2] = {
        {OP_i32_eq, OP_i32_ne},     {OP_i32_lt_s, OP_i32_ge_s}, {OP_i32_lt_u, OP_i32_ge_u},
        {OP_i32_gt_s, OP_i32_le_s}, {OP_i32_gt_u, OP_i32_le_u}, {OP_i64_eq, OP_i64_ne},
        {OP_i64_lt_s, OP_i64_ge_s}, {OP_i64_lt_u, OP_i64_ge_u}, {OP_i64_gt_s, OP_i64_le_s},
        {OP_i64_gt_u, OP_i64_le_u},
    };
    const Operand *a = &l->stack[l->height - 1];
    if (ins->op != OP_i32_eqz || l->last == NONE || l->failed || a->kind != ENTRY_SLOT ||
        a->slot != l->last_slot || !l->last_jump || l->last + 2 != l->count)
        return false;
    for (unsigned i = 0; i < sizeof pairs / sizeof *pairs; i++)
        for (unsigned k = 0; k < 2; k++) {
            unsigned first = first_handler[pairs[i][k]], other = first_handler[pairs[i][!k]];
            if (l->last_jump != first + BI_COUNT) continue;
            l->last_id = (u16)(l->last_id - first + other);
            l->last_jump = (u16)(other + BI_COUNT);
            cells_patch(l, l->last, l->last_id);
            return true;
        }
    return false;
}

/* Slots only. */
static void general(CellLower *l, const Ins *ins, unsigned id) {
    const OpInfo *op = &op_info[ins->op];
    const char *bar = strchr(op->sig, '_');
    u32 count = (u32)(bar - op->sig), slots[4] = {0}, results = (u32)strlen(bar + 1);
    for (u32 i = count; i-- > 0;) {
        Operand o = cells_pop(l);
        slots[i] = cells_slot(l, &o);
    }
    if (op->kind == KIND_LANE) slots[2] = ins->a;
    if (op->kind == KIND_LANE && count == 1) slots[1] = 0;
    u32 cell = cells_emit(l, id, 0, slots[0], slots[1], slots[2]);
    if (count == 4) cells_word(l, slots[3]);
    if (ins->op == OP_i8x16_shuffle) {
        const u32 *p = l->s->pool + ins->a;
        cells_word(l, (u64)p[0] | (u64)p[1] << 32);
        cells_word(l, (u64)p[2] | (u64)p[3] << 32);
    }
    if (results == 1) {
        cells_result(l, cell, id, letter_type(bar[1]), 0);
        return;
    }
    u32 to = l->top;
    for (u32 i = 0; i < results; i++)
        cells_push(l, letter_type(bar[1 + i]));
    if (!l->failed) l->cells[cell + 1] = (l->cells[cell + 1] & ~(u64)0xffff) | to;
    cells_forget(l);
}

static void constant(CellLower *l, const Ins *ins) {
    const OpInfo *op = &op_info[ins->op];
    char letter = op->sig[1];
    Operand *o = cells_push(l, letter_type(letter));
    if (letter == 'v') {
        const u32 *p = l->s->pool + ins->a;
        cells_emit(l, H_const_v, o->slot, 0, 0, 0);
        cells_word(l, (u64)p[0] | (u64)p[1] << 32);
        cells_word(l, (u64)p[2] | (u64)p[3] << 32);
        cells_forget(l);
        return;
    }
    o->kind = ENTRY_CONST;
    o->bits = letter == 'i'   ? (u64)(s64)(s32)ins->a
              : letter == 'f' ? ins->a
                              : (u64)ins->a | (u64)ins->b << 32;
}

/* Does the row have the variants of UN, BI or BF? One result, and with vectors: one operand that
 * becomes a vector, or two vectors that do. */
static bool has_registers(const char *sig) {
    const char *bar = strchr(sig, '_');
    if (strlen(bar) != 2 || bar - sig > 2) return false;
    if (!strchr(sig, 'v')) return true;
    return bar[1] == 'v' && (bar - sig == 1 || (sig[0] == 'v' && sig[1] == 'v'));
}

bool cells_numeric(CellLower *l, const Ins *ins) {
    const OpInfo *op = &op_info[ins->op];
    unsigned first = first_handler[ins->op];
    const char *sig = op->sig;
    switch ((OpKind)op->kind) {
    case KIND_CONST:
        constant(l, ins);
        return true;
    case KIND_LANE:
        general(l, ins, first);
        return true;
    case KIND_INFIX:
    case KIND_SINFIX:
    case KIND_EQZ:
    case KIND_FN:
        break;
    default:
        return false;
    }
    if (!has_registers(sig))
        general(l, ins, first);
    else if (sig[1] == '_' && !negated(l, ins))
        unary(l, ins, first, sig[2]);
    else if (sig[1] != '_')
        binary(l, ins, first, sig[0], sig[3]);
    canonicalise(l, ins);
    return true;
}

/* ---- loads, stores --------------------------------------------------------------------------- */
static u64 offset_of(const Ins *ins) {
    return (u64)ins->a | (u64)ins->b << 32;
}

/* May this access use the guard pages of memory 0? */
static bool guarded(const CellLower *l, const Ins *ins) {
    const Memory *m = &l->m->memories[ins->aux];
    return ins->aux == 0 && !l->it->options.bounds && !m->limits.is64 && m->page_log2 == 16 &&
           offset_of(ins) <= UINT32_MAX;
}

static unsigned checked_variant(const CellLower *l, const Ins *ins) {
    return l->m->memories[ins->aux].limits.is64 ? 1 : 0;
}

static void load(CellLower *l, const Ins *ins, unsigned first) {
    char result = strchr(op_info[ins->op].sig, '_')[1];
    bool lane = op_info[ins->op].sig[1] == 'v';
    u32 old = 0, cell;
    if (lane) {
        Operand v = cells_pop(l);
        old = cells_slot(l, &v);
    }
    Operand at = cells_pop(l);
    unsigned id;
    if (guarded(l, ins) && !lane) {
        bool in_register = cells_take_register(l, &at);
        u32 slot = in_register ? 0 : cells_slot(l, &at);
        id = (first + (in_register ? 1u : 0));
        cell = cells_emit_word(l, id, 0, slot, ins->a);
        cells_result(l, cell, id, letter_type(result), 2);
        return;
    }
    id = (first + (lane ? 0u : LD_CHECKED) + checked_variant(l, ins));
    u32 address = cells_slot(l, &at);
    cell = cells_emit(l, id, 0, address, ins->aux, ins->lane);
    cells_word(l, offset_of(ins));
    if (lane) cells_word(l, old);
    cells_result(l, cell, id, letter_type(result), 0);
}

static void store(CellLower *l, const Ins *ins, unsigned first) {
    bool vector = op_info[ins->op].sig[1] == 'v', lane = vector && ins->op != OP_v128_store;
    Operand v = cells_pop(l), at = cells_pop(l);
    if (guarded(l, ins) && !lane) {
        if (v.kind == ENTRY_CONST) {
            u32 slot = cells_slot(l, &at);
            cells_emit_word(l, (first + OPERANDS_SC), slot, 0, ins->a);
            cells_word(l, v.bits);
        } else if (cells_take_register(l, &v)) {
            u32 slot = cells_slot(l, &at);
            cells_emit_word(l, (first + OPERANDS_SR), slot, 0, ins->a);
        } else if (cells_take_register(l, &at)) {
            u32 slot = cells_slot(l, &v);
            cells_emit_word(l, (first + OPERANDS_RS), 0, slot, ins->a);
        } else {
            u32 sa = cells_slot(l, &at), sv = cells_slot(l, &v);
            cells_emit_word(l, first, sa, sv, ins->a);
        }
    } else {
        u32 sa = cells_slot(l, &at), sv = cells_slot(l, &v);
        unsigned base = vector ? STV_CHECKED : ST_CHECKED;
        cells_emit(l, (first + base + checked_variant(l, ins)), sa, sv, ins->aux, ins->lane);
        cells_word(l, offset_of(ins));
    }
    cells_forget(l);
}

/* Operands in slots; the address is the first of them. */
static void atomic(CellLower *l, const Ins *ins, unsigned first) {
    const char *sig = op_info[ins->op].sig, *bar = strchr(sig, '_');
    u32 count = (u32)(bar - sig), slots[3] = {0};
    for (u32 i = count; i-- > 0;) {
        Operand o = cells_pop(l);
        slots[i] = cells_slot(l, &o);
    }
    unsigned id = (first + checked_variant(l, ins));
    u32 cell = cells_emit(l, id, 0, slots[0], slots[1], slots[2]);
    cells_word(l, offset_of(ins));
    cells_word(l, ins->aux);
    if (bar[1])
        cells_result(l, cell, id, letter_type(bar[1]), 0);
    else
        cells_forget(l);
}

/* ---- instructions on whole memories and tables ----------------------------------------------- */
/* Pops count operands; those that are i32 but stand for an address are widened into their own slots.
 * wide: bit i set: operand i is 64 bits wide, or no address. */
static void widened(CellLower *l, u32 count, unsigned wide, u32 slots[3]) {
    for (u32 i = count; i-- > 0;) {
        Operand o = cells_pop(l);
        slots[i] = cells_slot(l, &o);
        if (wide >> i & 1) continue;
        cells_emit(l, H_i64_extend_i32_u_ss, o.slot, slots[i], 0, 0);
        slots[i] = o.slot;
    }
}

static void whole(CellLower *l, unsigned id, u32 count, unsigned wide, u32 low, u32 high,
                  ValType result) {
    u32 slots[3] = {0};
    widened(l, count, wide, slots);
    u32 cell = cells_emit(l, id, 0, slots[0], slots[1], slots[2]);
    cells_word(l, (u64)low | (u64)high << 32);
    if (result != VT_NONE) cells_result(l, cell, id, result, 0);
    cells_forget(l);
}

static bool memory_is64(const CellLower *l, u32 i) {
    return l->m->memories[i].limits.is64;
}
static bool table_is64(const CellLower *l, u32 i) {
    return l->m->tables[i].limits.is64;
}

bool cells_memory(CellLower *l, const Ins *ins) {
    unsigned first = first_handler[ins->op];
    switch ((OpKind)op_info[ins->op].kind) {
    case KIND_LOAD:
        load(l, ins, first);
        return true;
    case KIND_STORE:
        store(l, ins, first);
        return true;
    case KIND_ATOMIC_LOAD:
    case KIND_ATOMIC_STORE:
    case KIND_RMW:
    case KIND_CMPXCHG:
        atomic(l, ins, first);
        return true;
    default:
        break;
    }
    u32 a = ins->a, b = ins->b;
    switch ((Op)ins->op) {
    case OP_memory_atomic_notify:
        atomic(l, ins, H_notify_c32);
        return true;
    case OP_memory_atomic_wait32:
        atomic(l, ins, H_wait32_c32);
        return true;
    case OP_memory_atomic_wait64:
        atomic(l, ins, H_wait64_c32);
        return true;
    case OP_atomic_fence:
        cells_emit(l, H_fence, 0, 0, 0, 0);
        cells_forget(l);
        return true;
    case OP_memory_size:
        whole(l, H_memory_size, 0, 0, a, 0, memory_is64(l, a) ? VT_I64 : VT_I32);
        return true;
    case OP_memory_grow:
        whole(l, H_memory_grow, 1, memory_is64(l, a), a, 0, memory_is64(l, a) ? VT_I64 : VT_I32);
        return true;
    case OP_memory_fill:
        whole(l, H_memory_fill, 3, memory_is64(l, a) ? 7 : 2, a, 0, VT_NONE);
        return true;
    case OP_memory_copy: {
        bool to = memory_is64(l, a), from = memory_is64(l, b);
        unsigned wide = (to ? 1u : 0) | (from ? 2u : 0) | (to && from ? 4u : 0);
        whole(l, H_memory_copy, 3, wide, a, b, VT_NONE);
        return true;
    }
    case OP_memory_init:
        whole(l, H_memory_init, 3, memory_is64(l, b) ? 7 : 6, a, b, VT_NONE);
        return true;
    case OP_data_drop:
        whole(l, H_data_drop, 0, 0, a, 0, VT_NONE);
        return true;
    default:
        return false;
    }
}

static void null_ref(CellLower *l, ValType type) {
    Operand *o = cells_push(l, type);
    o->kind = ENTRY_CONST;
    o->bits = 0;
}

bool cells_table(CellLower *l, const Ins *ins) {
    u32 a = ins->a, b = ins->b;
    switch ((Op)ins->op) {
    case OP_table_get:
        whole(l, H_table_get, 1, table_is64(l, a), a, 0, VT_REF);
        return true;
    case OP_table_set:
        whole(l, H_table_set, 2, table_is64(l, a) ? 3 : 2, a, 0, VT_NONE);
        return true;
    case OP_table_size:
        whole(l, H_table_size, 0, 0, a, 0, table_is64(l, a) ? VT_I64 : VT_I32);
        return true;
    case OP_table_grow:
        whole(l, H_table_grow, 2, table_is64(l, a) ? 3 : 1, a, 0,
              table_is64(l, a) ? VT_I64 : VT_I32);
        return true;
    case OP_table_fill:
        whole(l, H_table_fill, 3, table_is64(l, a) ? 7 : 2, a, 0, VT_NONE);
        return true;
    case OP_table_copy: {
        bool to = table_is64(l, a), from = table_is64(l, b);
        whole(l, H_table_copy, 3, (to ? 1u : 0) | (from ? 2u : 0) | (to && from ? 4u : 0), a, b,
              VT_NONE);
        return true;
    }
    case OP_table_init:
        whole(l, H_table_init, 3, table_is64(l, b) ? 7 : 6, a, b, VT_NONE);
        return true;
    case OP_elem_drop:
        whole(l, H_elem_drop, 0, 0, a, 0, VT_NONE);
        return true;
    case OP_ref_null:
        null_ref(l, ins->a);
        return true;
    case OP_ref_is_null: {
        Ins as = *ins;
        as.op = OP_i64_eqz; /* a pointer of 64 bits */
        return cells_numeric(l, &as);
    }
    case OP_ref_eq: {
        Ins as = *ins;
        as.op = OP_i64_eq;
        return cells_numeric(l, &as);
    }
    case OP_ref_func: {
        u32 cell = cells_emit_word(l, H_ref_func, 0, 0, a);
        cells_result(l, cell, H_ref_func, VT_REF, 0);
        return true;
    }
    case OP_ref_as_non_null: {
        Operand o = cells_pop(l);
        u32 slot = cells_slot(l, &o);
        u32 cell = cells_emit(l, H_ref_non_null, 0, slot, 0, 0);
        cells_result(l, cell, H_ref_non_null, VT_REF, 0);
        return true;
    }
    default:
        return false;
    }
}
