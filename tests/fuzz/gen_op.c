/* gen_op.c: instructions whose row in opcodes.def says all: their operands, immediate and results. */
#include "gen.h"

static bool is_access(const OpInfo *info) {
    return info->imm >= IMM_mem0 && info->imm <= IMM_mlane3;
}

static bool described(Op op) {
    const OpRule *r = &op_rules[op];
    return r->pops != SIG_POLY && op_info[op].kind != KIND_SPECIAL;
}

/* ---- addresses ----------------------------------------------------------------------------------- */
static uint64_t memory_bytes(const GenMemory *m) {
    return m->min << m->page_log2;
}

void gen_address(Gen *g, uint32_t memory) {
    const GenMemory *m = &g->memories[memory];
    ValType t = m->is64 ? VT_I64 : VT_I32;
    uint64_t bytes = memory_bytes(m);
    uint32_t way = gen_pick(g, 16);
    if (way < 10) { /* inside, mostly */
        uint64_t near = way < 8 ? gen_pick(g, 64) : bytes - gen_pick(g, 20);
        gen_code_op(g, m->is64 ? OP_i64_const : OP_i32_const);
        gen_s64(&g->code, m->is64 ? (int64_t)near : (int32_t)(uint32_t)near);
        gen_push(g, t);
        return;
    }
    gen_value(g, t, 1);
    if (way == 15) return;
    gen_code_op(g, m->is64 ? OP_i64_const : OP_i32_const);
    gen_s64(&g->code, bytes >= 1024 ? 1023 : 15);
    gen_code_op(g, m->is64 ? OP_i64_and : OP_i32_and);
}

static uint64_t offset(Gen *g, const GenMemory *m) {
    switch (gen_pick(g, 20)) {
    case 18:
        return memory_bytes(m) - gen_pick(g, 18);
    case 19:
        return m->is64 && gen_pick(g, 2) ? UINT64_MAX - gen_pick(g, 16)
                                         : 0xffffffff - gen_pick(g, 16);
    default:
        return gen_pick(g, 40);
    }
}

static void memarg(Gen *g, const OpInfo *info, uint32_t memory) {
    uint32_t log2 = 0;
    if (info->imm >= IMM_mlane0)
        log2 = gen_pick(g, (uint32_t)(info->imm - IMM_mlane0) + 1);
    else if (info->imm >= IMM_amem0)
        log2 = (uint32_t)(info->imm - IMM_amem0);
    else
        log2 = gen_pick(g, (uint32_t)(info->imm - IMM_mem0) + 1);
    bool named = memory || gen_one_in(g, 20);
    gen_u64(&g->code, log2 | (named ? 0x40u : 0));
    if (named) gen_u64(&g->code, memory);
    uint64_t at = offset(g, &g->memories[memory]);
    if (info->imm >= IMM_amem0 && info->imm <= IMM_amem3 && gen_pick(g, 8))
        at &= ~(((uint64_t)1 << log2) - 1);
    gen_u64(&g->code, at);
}

static void immediate(Gen *g, const OpInfo *info, uint32_t memory) {
    if (is_access(info)) memarg(g, info, memory);
    switch (info->imm) {
    case IMM_mlane0:
    case IMM_mlane1:
    case IMM_mlane2:
    case IMM_mlane3:
        gen_byte(&g->code, gen_pick(g, 16u >> (info->imm - IMM_mlane0)));
        break;
    case IMM_lane2:
    case IMM_lane4:
    case IMM_lane8:
    case IMM_lane16:
        gen_byte(&g->code, gen_pick(g, 2u << (info->imm - IMM_lane2)));
        break;
    case IMM_shuffle:
        for (unsigned i = 0; i < 16; i++)
            gen_byte(&g->code, gen_pick(g, 32));
        break;
    default:
        break;
    }
}

/* ---- instructions -------------------------------------------------------------------------------- */
static void plain_operands(Gen *g, const OpRule *r, uint32_t depth) {
    ValType types[6];
    for (unsigned i = 0; i < r->pops; i++)
        types[i] = r->types[i];
    if (depth == UINT32_MAX) {
        gen_operands(g, types, r->pops);
        return;
    }
    for (unsigned i = 0; i < r->pops; i++)
        gen_value(g, types[i], depth);
    g->height -= r->pops;
}

/* depth UINT32_MAX: operands may be taken from the stack. */
bool gen_table_op(Gen *g, Op op, uint32_t depth) {
    const OpRule *r = &op_rules[op];
    const OpInfo *info = &op_info[op];
    uint32_t memory = 0;
    if (is_access(info)) {
        if (!g->memory_count) return false;
        memory = gen_pick(g, g->memory_count);
        gen_address(g, memory);
        if (info->imm >= IMM_amem0 && info->imm <= IMM_amem3 && gen_pick(g, 8)) {
            bool is64 = g->memories[memory].is64; /* aligned, mostly */
            gen_code_op(g, is64 ? OP_i64_const : OP_i32_const);
            gen_s64(&g->code, -8);
            gen_code_op(g, is64 ? OP_i64_and : OP_i32_and);
        }
        for (unsigned i = 1; i < r->pops; i++)
            gen_value(g, r->types[i], depth == UINT32_MAX ? 2 : depth);
        g->height -= r->pops;
    } else if (info->kind == KIND_CONST) {
        gen_const(g, &g->code, r->types[r->pops]);
        g->room--;
        gen_push(g, r->types[r->pops]);
        return true;
    } else {
        plain_operands(g, r, depth);
    }
    gen_code_op(g, op);
    immediate(g, info, memory);
    for (unsigned i = 0; i < r->pushes; i++)
        gen_push(g, r->types[r->pops + i]);
    return true;
}

static bool suits(const Gen *g, Op op, ValType t) {
    const OpRule *r = &op_rules[op];
    if (!described(op) || r->pushes != 1 || r->types[r->pops] != t) return false;
    return op_info[op].kind != KIND_CONST && (g->memory_count || !is_access(&op_info[op]));
}

bool gen_typed_op(Gen *g, ValType t, uint32_t depth) {
    uint16_t found[OP_COUNT];
    uint32_t count = 0;
    for (unsigned op = 0; op < OP_COUNT && !vt_is_ref(t); op++)
        if (suits(g, (Op)op, t)) found[count++] = (uint16_t)op;
    return count && gen_table_op(g, (Op)found[gen_pick(g, count)], depth);
}

/* Families, so that the many vector instructions do not drive out the rest. */
static unsigned family(const OpInfo *info) {
    if (info->prefix == 0xfe) return 3;
    if (is_access(info)) return 2;
    return info->prefix == 0xfd ? 1 : 0;
}

void gen_any_op(Gen *g) {
    static const unsigned families[] = {0, 0, 0, 0, 1, 1, 2, 2, 2, 3};
    uint16_t found[OP_COUNT];
    uint32_t count = 0;
    unsigned wanted = families[gen_pick(g, 10)];
    if (!g->memory_count && wanted > 1) wanted = 0;
    for (unsigned op = 0; op < OP_COUNT; op++)
        if (described((Op)op) && family(&op_info[op]) == wanted) found[count++] = (uint16_t)op;
    if (count) gen_table_op(g, (Op)found[gen_pick(g, count)], UINT32_MAX);
}
