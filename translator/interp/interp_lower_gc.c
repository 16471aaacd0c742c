/* interp_lower_gc.c: the garbage-collected heap as cells. Instructions that allocate say in X(3) how far
 * this frame's operands reach: a collection looks no further. */
#include "lower_cells.h"

static const Field *field_of(const CellLower *l, u32 type, u32 field) {
    return &l->m->types[type].u.fields.fields[field];
}

/* 0 to 4: 8, 16, 32, 64, 128 bits in memory. */
static unsigned width(ValType t) {
    switch (vt_kind(t)) {
    case VT_PACKED8:
        return 0;
    case VT_PACKED16:
        return 1;
    case VT_I32:
    case VT_F32:
        return 2;
    case VT_V128:
        return 4;
    default:
        return 3;
    }
}

static ValType unpacked(ValType t) {
    return vt_kind(t) == VT_PACKED8 || vt_kind(t) == VT_PACKED16 ? VT_I32 : t;
}

static void pop_slots(CellLower *l, u32 count, u32 *slots) {
    for (u32 i = count; i-- > 0;) {
        Operand o = cells_pop(l);
        slots[i] = cells_slot(l, &o);
    }
}

static void result(CellLower *l, u32 cell, unsigned id, ValType type) {
    cells_result(l, cell, id, type, 0);
}

static void get_field(CellLower *l, const Ins *ins) {
    static const u16 ids[2][5] = {{H_field_8_u, H_field_16_u, H_field_32, H_field_64, H_field_v},
                                  {H_field_8_s, H_field_16_s, H_field_32, H_field_64, H_field_v}};
    ValType t = field_of(l, ins->a, ins->b)->type;
    u32 slot;
    pop_slots(l, 1, &slot);
    unsigned id = ids[ins->op == OP_struct_get_s][width(t)];
    u32 cell = cells_emit_word(l, id, 0, slot, interp_field_offset(&l->m->types[ins->a], ins->b));
    result(l, cell, id, unpacked(t));
}

static void set_field(CellLower *l, const Ins *ins) {
    static const u16 ids[] = {H_put_field_8, H_put_field_16, H_put_field_32, H_put_field_64,
                              H_put_field_v};
    ValType t = field_of(l, ins->a, ins->b)->type;
    u32 slots[2];
    pop_slots(l, 2, slots);
    cells_emit_word(l, ids[width(t)], slots[0], slots[1],
                    interp_field_offset(&l->m->types[ins->a], ins->b));
    cells_forget(l);
}

static void get_element(CellLower *l, const Ins *ins) {
    static const u16 ids[2][5] = {{H_elem_8_u, H_elem_16_u, H_elem_32, H_elem_64, H_elem_v},
                                  {H_elem_8_s, H_elem_16_s, H_elem_32, H_elem_64, H_elem_v}};
    ValType t = field_of(l, ins->a, 0)->type;
    u32 slots[2];
    pop_slots(l, 2, slots);
    unsigned id = ids[ins->op == OP_array_get_s][width(t)];
    u32 cell = cells_emit(l, id, 0, slots[0], slots[1], 0);
    result(l, cell, id, unpacked(t));
}

static void set_element(CellLower *l, const Ins *ins) {
    static const u16 ids[] = {H_put_elem_8, H_put_elem_16, H_put_elem_32, H_put_elem_64,
                              H_put_elem_v};
    u32 slots[3];
    pop_slots(l, 3, slots);
    cells_emit(l, ids[width(field_of(l, ins->a, 0)->type)], slots[0], slots[1], slots[2], 0);
    cells_forget(l);
}

/* count operands in their own slots, one behind the other. */
static void make_of(CellLower *l, unsigned id, u32 type, u32 count) {
    cells_settle_top(l, count);
    u32 first = count ? l->stack[l->height - count].slot : l->top, cover = l->top;
    for (u32 i = 0; i < count; i++)
        cells_pop(l);
    u32 cell = cells_emit(l, id, 0, first, 0, cover);
    cells_word(l, (u64)type | (u64)count << 32);
    result(l, cell, id, VT_REF);
}

static void make(CellLower *l, unsigned id, u32 operands, u32 type, u32 segment) {
    u32 slots[2] = {0}, cover = l->top;
    pop_slots(l, operands, slots);
    u32 cell = cells_emit(l, id, 0, slots[0], slots[1], cover);
    cells_word(l, (u64)type | (u64)segment << 32);
    result(l, cell, id, VT_REF);
}

static void bulk(CellLower *l, unsigned id, u32 operands, u32 more) {
    u32 slots[5] = {0};
    pop_slots(l, operands, slots);
    cells_emit(l, id, slots[0], slots[1], slots[2], slots[3]);
    cells_word(l, operands == 5 ? slots[4] : more);
    cells_forget(l);
}

static void simple(CellLower *l, unsigned id, ValType type) {
    u32 slot;
    pop_slots(l, 1, &slot);
    u32 cell = cells_emit(l, id, 0, slot, 0, 0);
    result(l, cell, id, type);
}

static void cast(CellLower *l, unsigned id, u32 target, ValType type) {
    u32 slot;
    pop_slots(l, 1, &slot);
    u32 cell = cells_emit(l, id, 0, slot, 0, 0);
    cells_word(l, target);
    result(l, cell, id, type);
}

static void branch_on_cast(CellLower *l, const Ins *ins) {
    bool on_fail = ins->op == OP_br_on_cast_fail;
    u32 target = l->s->pool[ins->b + 1];
    cells_settle_top(l, block_label_arity(&l->s->blocks[ins->a]));
    u32 ref = l->stack[l->height - 1].slot, scratch = l->top;
    if (scratch + 1 > l->frame) l->frame = scratch + 1;
    cells_emit(l, H_ref_test, scratch, ref, 0, 0);
    cells_word(l, target);
    cells_forget(l);
    Label over = {NONE, NONE};
    cells_emit(l, on_fail ? H_truth_if_s : H_truth_not_s, 0, scratch, 0, 0);
    cells_wait(l, &over);
    cells_go_to(l, ins->a);
    cells_label(l, &over);
}

bool cells_gc(CellLower *l, const Ins *ins) {
    u32 a = ins->a, b = ins->b;
    switch ((Op)ins->op) {
    case OP_struct_new:
        make_of(l, H_struct_new, a, l->m->types[a].u.fields.count);
        return true;
    case OP_struct_new_default:
        make_of(l, H_struct_zero, a, 0);
        return true;
    case OP_struct_get:
    case OP_struct_get_s:
    case OP_struct_get_u:
        get_field(l, ins);
        return true;
    case OP_struct_set:
        set_field(l, ins);
        return true;
    case OP_array_new:
        make(l, H_array_new, 2, a, 0);
        return true;
    case OP_array_new_default:
        make(l, H_array_zero, 1, a, 0);
        return true;
    case OP_array_new_fixed:
        make_of(l, H_array_fixed, a, b);
        return true;
    case OP_array_new_data:
        make(l, H_array_data, 2, a, b);
        return true;
    case OP_array_new_elem:
        make(l, H_array_elem, 2, a, b);
        return true;
    case OP_array_get:
    case OP_array_get_s:
    case OP_array_get_u:
        get_element(l, ins);
        return true;
    case OP_array_set:
        set_element(l, ins);
        return true;
    case OP_array_len:
        simple(l, H_array_len, VT_I32);
        return true;
    case OP_array_fill:
        bulk(l, H_array_fill, 4, 0);
        return true;
    case OP_array_copy:
        bulk(l, H_array_copy, 5, 0);
        return true;
    case OP_array_init_data:
        bulk(l, H_array_from_data, 4, b);
        return true;
    case OP_array_init_elem:
        bulk(l, H_array_from_elem, 4, b);
        return true;
    case OP_ref_test:
    case OP_ref_test_null:
        cast(l, H_ref_test, a, VT_I32);
        return true;
    case OP_ref_cast:
    case OP_ref_cast_null:
        cast(l, H_ref_cast, a, VT_REF);
        return true;
    case OP_br_on_cast:
    case OP_br_on_cast_fail:
        branch_on_cast(l, ins);
        return true;
    case OP_any_convert_extern:
    case OP_extern_convert_any:
        simple(l, H_convert, VT_REF);
        return true;
    case OP_ref_i31:
        simple(l, H_ref_i31, VT_REF);
        return true;
    case OP_i31_get_s:
        simple(l, H_i31_s, VT_I32);
        return true;
    case OP_i31_get_u:
        simple(l, H_i31_u, VT_I32);
        return true;
    default:
        return false;
    }
}
