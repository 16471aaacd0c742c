/* gen_fields.c: accesses at one address, as to the fields of a structure near the end of a memory: what explicit
 * checks of a range are shared by (translator/lower/range_checks.h), with something between them now and then. */
#include "gen.h"

static void local_op(Gen *g, Op op, uint32_t local) {
    gen_code_op(g, op);
    gen_u64(&g->code, local);
}

static void number(Gen *g, const GenMemory *m, int64_t value) {
    gen_code_op(g, m->is64 ? OP_i64_const : OP_i32_const);
    gen_s64(&g->code, m->is64 ? value : (int32_t)(uint32_t)(uint64_t)value);
}

/* local = local + a little, or local = a number near the end */
static void move(Gen *g, const GenMemory *m, uint32_t local) {
    uint64_t bytes = m->min << m->page_log2;
    if (gen_pick(g, 3)) {
        local_op(g, OP_local_get, local);
        number(g, m, gen_one_in(g, 6) ? -(int64_t)gen_pick(g, 20) : (int64_t)gen_pick(g, 20));
        gen_code_op(g, m->is64 ? OP_i64_add : OP_i32_add);
    } else {
        number(g, m, (int64_t)(bytes - gen_pick(g, 90)));
    }
    local_op(g, OP_local_set, local);
}

static void field(Gen *g, uint32_t memory, uint32_t local) {
    static const Op ops[] = {OP_i32_load,  OP_i64_load,  OP_i32_load8_u, OP_i32_load16_s,
                             OP_v128_load, OP_i32_store, OP_i64_store,   OP_i32_store8};
    Op op = ops[gen_pick(g, 8)];
    bool store = op_info[op].kind == KIND_STORE;
    ValType t = op == OP_v128_load                        ? VT_V128
                : op == OP_i64_load || op == OP_i64_store ? VT_I64
                                                          : VT_I32;
    local_op(g, OP_local_get, local);
    if (store) { /* the address stays below */
        gen_push(g, g->memories[memory].is64 ? VT_I64 : VT_I32);
        gen_value(g, t, gen_pick(g, 2));
        g->height -= 2;
    }
    gen_code_op(g, op);
    gen_u64(&g->code, 0x40);
    gen_u64(&g->code, memory);
    gen_u64(&g->code, gen_pick(g, 60));
    if (store) return;
    gen_push(g, t);
    gen_sink(g);
}

bool gen_fields(Gen *g) {
    uint32_t local = g->local_count;
    if (!g->memory_count || local + 1 > GEN_LOCALS) return false;
    uint32_t memory = gen_pick(g, g->memory_count);
    const GenMemory *m = &g->memories[memory];
    g->locals[g->local_count++] = m->is64 ? VT_I64 : VT_I32;
    number(g, m, (int64_t)((m->min << m->page_log2) - gen_pick(g, 110)));
    local_op(g, OP_local_set, local);
    for (uint32_t n = 2 + gen_pick(g, 6); n && !g->dead; n--) {
        switch (gen_pick(g, 12)) {
        case 9:
            move(g, m, local);
            break;
        case 10:
        case 11:
            gen_statements(g, 1);
            break;
        default:
            field(g, memory, local);
        }
    }
    return true;
}
