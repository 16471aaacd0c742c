/* dump.c: prints op streams. What an immediate looks like follows from its kind alone; no opcode is
 * named here. */
#include "dump.h"

static void pair(Buffer *out, uint32_t a, uint32_t b) {
    buffer_printf(out, " %u %u", a, b);
}

static void type(Buffer *out, ValType t) {
    char text[64];
    type_print(t, text, sizeof text);
    buffer_printf(out, " %s", text);
}

static void memarg(Buffer *out, const Ins *ins) {
    uint64_t offset = (uint64_t)ins->b << 32 | ins->a;
    if (ins->aux) buffer_printf(out, " memory=%u", ins->aux);
    buffer_printf(out, " offset=%llu", (unsigned long long)offset);
}

void dump_immediate(Buffer *out, const OpStream *s, const Ins *ins) {
    uint64_t wide = (uint64_t)ins->b << 32 | ins->a;
    switch ((ImmKind)op_info[ins->op].imm) {
    case IMM_i32:
        buffer_printf(out, " %d", (int32_t)ins->a);
        break;
    case IMM_i64:
        buffer_printf(out, " %lld", (long long)wide);
        break;
    case IMM_f32:
        buffer_printf(out, " 0x%08x", ins->a);
        break;
    case IMM_f64:
        buffer_printf(out, " 0x%016llx", (unsigned long long)wide);
        break;
    case IMM_v128:
    case IMM_shuffle: {
        const uint32_t *p = s->pool + ins->a;
        buffer_printf(out, " 0x%08x%08x%08x%08x", p[3], p[2], p[1], p[0]);
        break;
    }
    case IMM_labels:
        for (uint32_t i = 0; i <= ins->b; i++)
            buffer_printf(out, " L%u", s->pool[ins->a + i]);
        break;
    case IMM_block:
    case IMM_try_table:
    case IMM_else_:
    case IMM_end:
    case IMM_label:
    case IMM_depth:
    case IMM_cast_br:
        buffer_printf(out, " L%u", ins->a);
        break;
    case IMM_mem0:
    case IMM_mem1:
    case IMM_mem2:
    case IMM_mem3:
    case IMM_mem4:
    case IMM_amem0:
    case IMM_amem1:
    case IMM_amem2:
    case IMM_amem3:
        memarg(out, ins);
        break;
    case IMM_mlane0:
    case IMM_mlane1:
    case IMM_mlane2:
    case IMM_mlane3:
        memarg(out, ins);
        buffer_printf(out, " lane=%u", ins->lane);
        break;
    case IMM_heap:
    case IMM_select_t:
        type(out, ins->a);
        break;
    case IMM_call_indirect:
    case IMM_table2:
    case IMM_mem_mem:
    case IMM_elem_table:
    case IMM_data_mem:
    case IMM_field:
    case IMM_type_n:
    case IMM_type_data:
    case IMM_type_elem:
    case IMM_type2:
        pair(out, ins->a, ins->b);
        break;
    case IMM_func:
    case IMM_type:
    case IMM_local:
    case IMM_global:
    case IMM_table:
    case IMM_elem:
    case IMM_mem:
    case IMM_data:
    case IMM_tag:
    case IMM_lane2:
    case IMM_lane4:
    case IMM_lane8:
    case IMM_lane16:
        buffer_printf(out, " %u", ins->a);
        break;
    case IMM_none:
    case IMM_fence:
    case IMM_COUNT:
        break;
    }
    if (ins->hint) buffer_text(out, ins->hint == 2 ? " (likely)" : " (unlikely)");
}

static bool opens(const Ins *ins) {
    ImmKind k = (ImmKind)op_info[ins->op].imm;
    return k == IMM_block || k == IMM_try_table;
}

void dump_stream(Buffer *out, const Module *m, const OpStream *s) {
    (void)m;
    unsigned depth = 0;
    for (uint32_t i = 0; i < s->count && !out->failed; i++) {
        const Ins *ins = &s->ins[i];
        ImmKind k = (ImmKind)op_info[ins->op].imm;
        if ((k == IMM_end || k == IMM_else_) && depth) depth--;
        buffer_printf(out, "%8x  ", ins->offset);
        for (unsigned n = 0; n < depth && n < 40; n++)
            buffer_text(out, "  ");
        buffer_text(out, op_info[ins->op].text);
        dump_immediate(out, s, ins);
        buffer_char(out, '\n');
        if (opens(ins) || k == IMM_else_) depth++;
    }
}
