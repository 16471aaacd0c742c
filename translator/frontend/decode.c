/* decode.c: immediates by the imm column of opcodes.def, and the types inside them. */
#include "decode.h"

void decoder_init(Decoder *d, Context *ctx, const Module *m, Slice bytes) {
    *d = (Decoder){.ctx = ctx, .m = m, .at = bytes.ptr};
    d->r = (Reader){.pos = bytes.ptr,
                    .end = bytes.ptr + bytes.len,
                    .base = m->bytes.ptr,
                    .limit = m->bytes.ptr + m->bytes.len};
}

bool decode_reader_ok(Context *ctx, const Reader *r) {
    if (r->error == READER_OK) return true;
    static const ErrorId ids[] = {
        [READER_END] = ERR_unexpected_end_section,
        [READER_TOO_LONG] = ERR_leb_too_long,
        [READER_TOO_LARGE] = ERR_leb_too_large,
    };
    return diag_error(ctx, ids[r->error], (uint64_t)(r->error_pos - r->base), "%s", "");
}

/* Turns the reader's error into the diagnostic, unless one is recorded already. */
static bool decode_fail(Decoder *d) {
    decode_reader_ok(d->ctx, &d->r);
    return false;
}

/* ---- types ----------------------------------------------------------------------------------- */

bool decode_type(Decoder *d) {
    return type_read_value(d->ctx, &d->r, d->m->type_count, &d->used, &d->type) || decode_fail(d);
}

static bool decode_heap_type(Decoder *d, uint32_t *heap) {
    return type_read_heap(d->ctx, &d->r, d->m->type_count, &d->used, heap) || decode_fail(d);
}

/* Spec: binary/instructions#binary-blocktype. A type index is a nonnegative s33, the empty type is
 * -64, the other negative numbers of one byte are value types. */
static bool decode_block_type(Decoder *d) {
    Reader *r = &d->r;
    d->type = VT_NONE;
    d->index = NO_TYPE;
    if (r->pos != r->end && (*r->pos & 0xC0) == 0x40) {
        if (*r->pos != 0x40) return decode_type(d);
        r->pos++;
        return true;
    }
    uint64_t offset = reader_offset(r);
    int64_t index = reader_s33leb(r);
    if (!decode_reader_ok(d->ctx, r)) return false;
    if (index < 0) return diag_error(d->ctx, ERR_value_type, offset, "%s", "");
    if (index >= d->m->type_count)
        return diag_error(d->ctx, ERR_unknown_type, offset, " %u", (unsigned)index);
    d->index = (uint32_t)index;
    return feature_need(d->ctx, &d->used, FEATURE_multi_value, offset);
}

/* ---- lists ----------------------------------------------------------------------------------- */

/* A list's items take at least a byte each, so that a count larger than the bytes left is refused
 * before anything is done about it. */
static bool decode_count(Decoder *d) {
    d->count = reader_u32leb(&d->r);
    if (d->count > reader_left(&d->r)) reader_fail(&d->r, READER_END, d->r.end);
    d->list = (Slice){d->r.pos, 0};
    return decode_reader_ok(d->ctx, &d->r);
}

static bool decode_list_end(Decoder *d) {
    d->list.len = (size_t)(d->r.pos - d->list.ptr);
    return decode_reader_ok(d->ctx, &d->r);
}

static bool decode_labels(Decoder *d) {
    if (!decode_count(d)) return false;
    for (uint32_t i = 0; i < d->count && d->r.error == READER_OK; i++)
        reader_u32leb(&d->r);
    reader_u32leb(&d->r);
    return decode_list_end(d);
}

static bool decode_types(Decoder *d) {
    if (!decode_count(d)) return false;
    for (uint32_t i = 0; i < d->count; i++)
        if (!decode_type(d)) return false;
    return decode_list_end(d);
}

static bool decode_catches(Decoder *d) {
    if (!decode_block_type(d) || !decode_count(d)) return false;
    for (uint32_t i = 0; i < d->count; i++) {
        uint64_t offset = reader_offset(&d->r);
        uint8_t kind = reader_u8(&d->r);
        if (!decode_reader_ok(d->ctx, &d->r)) return false;
        if (kind > 3) return diag_error(d->ctx, ERR_catch_kind, offset, " %u", kind);
        if (kind < 2) reader_u32leb(&d->r);
        reader_u32leb(&d->r);
    }
    return decode_list_end(d);
}

/* ---- immediates ------------------------------------------------------------------------------ */

/* Spec: binary/instructions#binary-memarg */
static bool decode_memarg(Decoder *d, Ins *ins) {
    uint64_t at = reader_offset(&d->r);
    uint32_t flags = reader_u32leb(&d->r);
    if (flags >= 0x80) return diag_error(d->ctx, ERR_memop_flags, at, "%s", "");
    d->align = flags & 0x3f;
    d->index = 0;
    if (flags & 0x40) {
        if (!feature_need(d->ctx, &d->used, FEATURE_multi_memory, at)) return false;
        d->index = reader_u32leb(&d->r);
    }
    uint64_t offset = reader_u64leb(&d->r);
    ins->a = (uint32_t)offset;
    ins->b = (uint32_t)(offset >> 32);
    return decode_reader_ok(d->ctx, &d->r);
}

static bool decode_memarg_lane(Decoder *d, Ins *ins) {
    if (!decode_memarg(d, ins)) return false;
    ins->lane = reader_u8(&d->r);
    return decode_reader_ok(d->ctx, &d->r);
}

static bool decode_heap(Decoder *d, Ins *ins) {
    uint32_t heap;
    if (!decode_heap_type(d, &heap)) return false;
    ins->a = vt_ref(heap, ins->op != OP_ref_test && ins->op != OP_ref_cast);
    return true;
}

static bool decode_cast_br(Decoder *d, Ins *ins) {
    uint64_t offset = reader_offset(&d->r);
    uint8_t flags = reader_u8(&d->r);
    uint32_t heap;
    if (flags > 3) return diag_error(d->ctx, ERR_cast_flags, offset, " %u", flags);
    ins->a = reader_u32leb(&d->r);
    if (!decode_heap_type(d, &heap)) return false;
    d->type = vt_ref(heap, (flags & 1) != 0);
    if (!decode_heap_type(d, &heap)) return false;
    d->type2 = vt_ref(heap, (flags & 2) != 0);
    return true;
}

static bool decode_two(Decoder *d, Ins *ins) {
    ins->a = reader_u32leb(&d->r);
    ins->b = reader_u32leb(&d->r);
    return decode_reader_ok(d->ctx, &d->r);
}

static bool decode_fence(Decoder *d) {
    uint64_t offset = reader_offset(&d->r);
    if (reader_u8(&d->r) != 0) return diag_error(d->ctx, ERR_zero_byte_expected, offset, "%s", "");
    return decode_reader_ok(d->ctx, &d->r);
}

static void decode_i64(Decoder *d, Ins *ins) {
    uint64_t value = (uint64_t)reader_s64leb(&d->r);
    ins->a = (uint32_t)value;
    ins->b = (uint32_t)(value >> 32);
}

bool decode_imm(Decoder *d, ImmKind imm, Ins *ins) {
    switch (imm) {
    case IMM_none:
    case IMM_else_:
    case IMM_end:
        return true;
    case IMM_block:
        return decode_block_type(d);
    case IMM_try_table:
        return decode_catches(d);
    case IMM_labels:
        return decode_labels(d);
    case IMM_select_t:
        return decode_types(d);
    case IMM_label:
    case IMM_depth:
    case IMM_func:
    case IMM_type:
    case IMM_tag:
    case IMM_local:
    case IMM_global:
    case IMM_table:
    case IMM_elem:
    case IMM_mem:
    case IMM_data:
        ins->a = reader_u32leb(&d->r);
        break;
    case IMM_call_indirect:
    case IMM_table2:
    case IMM_elem_table:
    case IMM_mem_mem:
    case IMM_data_mem:
    case IMM_field:
    case IMM_type_n:
    case IMM_type_data:
    case IMM_type_elem:
    case IMM_type2:
        return decode_two(d, ins);
    case IMM_mem0:
    case IMM_mem1:
    case IMM_mem2:
    case IMM_mem3:
    case IMM_mem4:
    case IMM_amem0:
    case IMM_amem1:
    case IMM_amem2:
    case IMM_amem3:
        return decode_memarg(d, ins);
    case IMM_mlane0:
    case IMM_mlane1:
    case IMM_mlane2:
    case IMM_mlane3:
        return decode_memarg_lane(d, ins);
    case IMM_fence:
        return decode_fence(d);
    case IMM_i32:
        ins->a = (uint32_t)reader_s32leb(&d->r);
        break;
    case IMM_i64:
        decode_i64(d, ins);
        break;
    case IMM_f32:
        ins->a = reader_u32(&d->r);
        break;
    case IMM_f64:
        ins->a = reader_u32(&d->r);
        ins->b = reader_u32(&d->r);
        break;
    case IMM_v128:
    case IMM_shuffle:
        d->list = reader_slice(&d->r, 16);
        break;
    case IMM_lane2:
    case IMM_lane4:
    case IMM_lane8:
    case IMM_lane16:
        ins->a = reader_u8(&d->r);
        break;
    case IMM_heap:
        return decode_heap(d, ins);
    case IMM_cast_br:
        return decode_cast_br(d, ins);
    case IMM_COUNT:
        break;
    }
    return decode_reader_ok(d->ctx, &d->r);
}

/* ---- opcodes --------------------------------------------------------------------------------- */

bool decode_prefixed(Decoder *d, uint8_t byte, Op *op) {
    uint64_t offset = (uint64_t)(d->at - d->r.base);
    if (!decode_reader_ok(d->ctx, &d->r)) return false;
    if (byte < OP_PREFIX_FIRST || byte > OP_PREFIX_LAST)
        return diag_error(d->ctx, ERR_illegal_opcode, offset, " %02x", byte);
    uint32_t code = reader_u32leb(&d->r);
    if (!decode_reader_ok(d->ctx, &d->r)) return false;
    unsigned found = code < OP_PREFIX_CODES ? op_of_code[byte - OP_PREFIX_FIRST + 1][code] : 0;
    if (!found) return diag_error(d->ctx, ERR_illegal_opcode, offset, " %02x %02x", byte, code);
    *op = (Op)(found - 1);
    return true;
}

bool decode_ins(Decoder *d, Ins *ins) {
    Op op;
    if (!decode_op(d, &op)) return false;
    *ins = (Ins){.op = (uint16_t)op, .offset = (uint32_t)(d->at - d->r.base)};
    return decode_imm(d, (ImmKind)op_rules[op].imm, ins);
}
