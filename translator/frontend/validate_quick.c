/* validate_quick.c: the loop over a body.
 *
 * Nearly all instructions have short immediates and operands of the very types wanted. For those this
 * does at once, with the state in registers, what validate_step does; where anything is unusual it has
 * changed nothing, and validate_step judges the instruction. So there are no errors here, and no
 * instruction that is known here alone. Instructions with a signature have their cases from opcodes.def.
 * Knows of the op stream only how an instruction is written; blocks that are written are opened and
 * closed by validate_step. */
#include "sig_rule.h"
#include "validate.h"
#include <string.h>

#ifdef W2C_DEBUG /* sanitizers take minutes for the loop as one function */
#define QUICK static inline
#else
#define QUICK static inline __attribute__((always_inline))
#endif

enum { LONGEST = 24 }; /* bytes; no quick instruction is longer */

/* What the loop keeps in registers; v has the rest. */
typedef struct Quick {
    const uint8_t *p;       /* the next byte */
    const uint8_t *end;     /* of the body */
    const uint8_t *safe;    /* below it LONGEST bytes can be read */
    ValType *sp, *floor;    /* v->sp, v->floor */
    uint64_t allowed, used; /* features */
    ValType address;        /* of memory 0; VT_NONE when there is none */
    bool record, write;     /* record: known when compiling. write: goes into the stream */
    uint32_t a, b;          /* the instruction's Ins */
} Quick;

QUICK void quick_load(Quick *q, const Validator *v) {
    q->p = v->d.r.pos;
    q->sp = v->sp;
    q->floor = v->floor;
}

QUICK void quick_store(const Quick *q, Validator *v) {
    v->d.r.pos = q->p;
    v->sp = q->sp;
    v->floor = q->floor;
}

/* ---- immediates ------------------------------------------------------------------------------ */

/* An unsigned number of one to four bytes that ends inside the body. Moves *p past it. */
QUICK bool quick_leb(const Quick *q, const uint8_t **p, uint32_t *value) {
    const uint8_t *at = *p;
    uint32_t bits = at[0];
    unsigned len = 1;
    if (bits >= 0x80) {
        bits = (bits & 0x7f) | (uint32_t)at[1] << 7;
        len = 2;
        if (at[1] >= 0x80) {
            bits = (bits & 0x3fff) | (uint32_t)at[2] << 14;
            len = 3;
            if (at[2] >= 0x80) {
                bits = (bits & 0x1fffff) | (uint32_t)at[3] << 21;
                len = 4;
                if (at[3] >= 0x80) return false;
            }
        }
    }
    *value = bits;
    *p = at + len;
    return *p <= q->end;
}

/* A signed one: its low 32 bits, the upper ones all alike. */
QUICK bool quick_signed(const Quick *q, const uint8_t **p, uint32_t *value) {
    const uint8_t *at = *p;
    if (!quick_leb(q, p, value)) return false;
    if ((*p)[-1] & 0x40) *value |= ~(uint32_t)0 << 7 * (unsigned)(*p - at);
    return true;
}

/* A memarg of memory 0. */
QUICK bool quick_memarg(Quick *q, const uint8_t **p, unsigned natural, bool exact) {
    unsigned align = *(*p)++;
    if (exact ? align != natural : align > natural) return false;
    return q->address != VT_NONE && quick_leb(q, p, &q->a);
}

QUICK bool quick_bytes(const Quick *q, const uint8_t **p, unsigned count) {
    *p += count;
    return *p <= q->end;
}

QUICK uint32_t quick_u32(const uint8_t *p) {
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

/* Are 16 lanes below 32? */
QUICK bool quick_lanes(const uint8_t *p) {
    uint64_t low, high;
    memcpy(&low, p, 8);
    memcpy(&high, p + 8, 8);
    return ((low | high) & 0xe0e0e0e0e0e0e0e0u) == 0;
}

QUICK bool quick_lane(const Quick *q, const uint8_t **p, unsigned lanes, uint32_t *lane) {
    *lane = *(*p)++;
    return *lane < lanes && *p <= q->end;
}

/* The immediate of an instruction with a signature. */
QUICK bool quick_imm(Quick *q, const uint8_t **p, ImmKind imm, unsigned more) {
    uint32_t lane;
    switch (imm) {
    case IMM_none:
        return true;
    case IMM_i32:
        return quick_signed(q, p, &q->a);
    case IMM_i64:
        if (!quick_signed(q, p, &q->a)) return false;
        q->b = (uint32_t)((int32_t)q->a >> 31);
        return true;
    case IMM_mem0:
    case IMM_mem1:
    case IMM_mem2:
    case IMM_mem3:
    case IMM_mem4:
        return quick_memarg(q, p, imm - IMM_mem0 + more, false);
    case IMM_amem0:
    case IMM_amem1:
    case IMM_amem2:
    case IMM_amem3:
        return quick_memarg(q, p, imm - IMM_amem0, true);
    case IMM_mlane0:
    case IMM_mlane1:
    case IMM_mlane2:
    case IMM_mlane3:
        return !q->record && quick_memarg(q, p, imm - IMM_mlane0, false) &&
               quick_lane(q, p, 16u >> (imm - IMM_mlane0), &lane);
    case IMM_lane2:
    case IMM_lane4:
    case IMM_lane8:
    case IMM_lane16:
        return quick_lane(q, p, 2u << (imm - IMM_lane2), &q->a);
    case IMM_f32:
        q->a = quick_u32(*p);
        return quick_bytes(q, p, 4);
    case IMM_f64:
        q->a = quick_u32(*p);
        q->b = quick_u32(*p + 4);
        return quick_bytes(q, p, 8);
    case IMM_v128:
        return !q->record && quick_bytes(q, p, 16);
    case IMM_shuffle:
        return !q->record && quick_lanes(*p) && quick_bytes(q, p, 16);
    default:
        return false;
    }
}

/* ---- instructions: false, and nothing has changed but a and b, unless all is as usual -------- */

/* One with a signature. */
/* more: to be added to its kind of immediate. */
QUICK bool quick_rule(Quick *q, const uint8_t *p, const OpRule rule, unsigned more) {
    if (rule.feature != FEATURE_mvp && !(q->allowed >> rule.feature & 1)) return false;
    if (q->sp - q->floor < rule.pops) return false;
    ValType *base = q->sp - rule.pops;
    for (unsigned i = 0; i < rule.pops; i++)
        if (base[i] != (rule.types[i] == SIG_ADDRESS ? q->address : rule.types[i])) return false;
    if (!quick_imm(q, &p, (ImmKind)rule.imm, more)) return false;
    for (unsigned i = 0; i < rule.pushes; i++)
        base[i] = rule.types[rule.pops + i];
    q->used |= (uint64_t)1 << rule.feature;
    q->sp = base + rule.pushes;
    q->p = p;
    return true;
}

/* [types] on top */
QUICK bool quick_tops(const Quick *q, const ValType *types, uint32_t count) {
    if ((size_t)(q->sp - q->floor) < count) return false;
    const ValType *base = q->sp - count;
    for (uint32_t i = 0; i < count; i++)
        if (base[i] != types[i]) return false;
    return true;
}
QUICK bool quick_top(const Quick *q, ValType type) {
    return q->sp > q->floor && q->sp[-1] == type;
}
QUICK bool quick_pushed(Quick *q, const uint8_t *p, ValType type) {
    *q->sp++ = type;
    q->p = p;
    return true;
}

QUICK bool quick_get(const Validator *v, Quick *q, const uint8_t *p) {
    if (!quick_leb(q, &p, &q->a) || q->a >= v->local_count) return false;
    if (v->unset && v->unset[q->a]) return false;
    return quick_pushed(q, p, v->locals[q->a]);
}

QUICK bool quick_set(const Validator *v, Quick *q, const uint8_t *p, unsigned pops) {
    if (!quick_leb(q, &p, &q->a) || q->a >= v->local_count) return false;
    if ((v->unset && v->unset[q->a]) || !quick_top(q, v->locals[q->a])) return false;
    q->sp -= pops;
    q->p = p;
    return true;
}

QUICK bool quick_global_get(const Validator *v, Quick *q, const uint8_t *p) {
    if (!quick_leb(q, &p, &q->a) || q->a >= v->globals) return false;
    return quick_pushed(q, p, v->m->globals[q->a].type);
}

QUICK bool quick_global_set(const Validator *v, Quick *q, const uint8_t *p) {
    if (!quick_leb(q, &p, &q->a) || q->a >= v->globals) return false;
    const Global *g = &v->m->globals[q->a];
    if (!g->mutable || !quick_top(q, g->type)) return false;
    q->sp--;
    q->p = p;
    return true;
}

QUICK bool quick_drop(Quick *q, const uint8_t *p) {
    if (q->sp == q->floor) return false;
    q->a = *--q->sp;
    q->p = p;
    return true;
}

QUICK bool quick_select(Quick *q, const uint8_t *p) {
    if (q->sp - q->floor < 3 || q->sp[-1] != VT_I32 || q->sp[-2] != q->sp[-3]) return false;
    if (q->sp[-2] == VT_NONE || q->sp[-2] > VT_V128) return false;
    q->sp -= 2;
    q->a = q->sp[-1];
    q->p = p;
    return true;
}

QUICK bool quick_callee(const Validator *v, Quick *q, const uint8_t *p, const TypeDef *t) {
    uint32_t params = t->u.func.param_count, results = t->u.func.result_count;
    if (results > 1 || !quick_tops(q, t->u.func.params, params)) return false;
    q->sp -= params;
    if (results) *q->sp++ = t->u.func.results[0];
    q->p = p;
    (void)v;
    return true;
}

QUICK bool quick_call(const Validator *v, Quick *q, const uint8_t *p) {
    if (!quick_leb(q, &p, &q->a) || q->a >= v->m->func_count) return false;
    return quick_callee(v, q, p, func_type(v->m, q->a));
}

QUICK bool quick_call_indirect(const Validator *v, Quick *q, const uint8_t *p) {
    const Module *m = v->m;
    if (!quick_leb(q, &p, &q->a) || q->a >= m->type_count || m->types[q->a].form != FORM_FUNC)
        return false;
    q->b = *p++;
    if (q->b >= m->table_count || q->b >= 0x80 || m->tables[q->b].type != VT_FUNCREF) return false;
    if (p > q->end || !quick_top(q, m->tables[q->b].limits.is64 ? VT_I64 : VT_I32)) return false;
    q->sp--;
    if (quick_callee(v, q, p, &m->types[q->a])) return true;
    q->sp++;
    return false;
}

/* ---- control --------------------------------------------------------------------------------- */

/* Results of a block by the byte that is its type: count + 1, or 0. */
static const uint8_t block_arity[256] = {
    [0x40] = 1, [0x7c] = 2, [0x7d] = 2, [0x7e] = 2, [0x7f] = 2,
};
static const ValType block_type[] = {VT_F64, VT_F32, VT_I64, VT_I32};

QUICK bool quick_open(Validator *v, Quick *q, const uint8_t *p, BlockKind kind) {
    uint8_t type = *p++;
    unsigned arity = block_arity[type];
    if (v->live || arity == 0 || p > q->end || v->depth == v->control_cap) return false;
    if (kind == BLOCK_IF) {
        if (!quick_top(q, VT_I32)) return false;
        q->sp--;
    }
    Control *c = &v->controls[v->depth++];
    *c = (Control){
        .results = arity > 1 ? &block_type[type - 0x7c] : NULL,
        .result_count = arity - 1,
        .height = (uint32_t)(q->sp - v->stack),
        .sets = v->set_count,
        .block = NO_BLOCK,
        .kind = (uint8_t)kind,
    };
    v->top = c;
    q->floor = q->sp;
    q->p = p;
    return true;
}

/* The innermost block's code leaves its very results, or nothing behind a branch. */
QUICK bool quick_arm_ends(const Validator *v, const Quick *q, const Control *c) {
    if (c->block != NO_BLOCK || v->set_count != c->sets || c->result_count > 1) return false;
    return q->sp == q->floor + c->result_count &&
           (c->result_count == 0 || q->sp[-1] == c->results[0]);
}

QUICK bool quick_end(Validator *v, Quick *q, const uint8_t *p) {
    const Control *c = v->top;
    if (v->depth < 2 || !quick_arm_ends(v, q, c)) return false;
    if (c->kind == BLOCK_IF && c->arm == ARM_FIRST && (c->param_count || c->result_count))
        return false;
    v->depth--;
    v->top = v->top - 1;
    q->floor = v->stack + v->top->height;
    q->write = false;
    q->p = p;
    return true;
}

QUICK bool quick_else(Validator *v, Quick *q, const uint8_t *p) {
    Control *c = v->top;
    if (c->kind != BLOCK_IF || c->arm != ARM_FIRST || c->param_count) return false;
    if (!quick_arm_ends(v, q, c)) return false;
    c->arm = ARM_ELSE;
    c->unreachable = false;
    q->sp = q->floor;
    q->write = false;
    q->p = p;
    return true;
}

QUICK bool quick_leave(Validator *v, Quick *q, const uint8_t *p) {
    q->sp = q->floor;
    v->top->unreachable = true;
    v->live = false;
    q->p = p;
    return true;
}

/* The label that a branch names, if it takes what is on the stack. */
QUICK const Control *quick_label(Validator *v, Quick *q, const uint8_t **p) {
    uint32_t index;
    if (!quick_leb(q, p, &index) || index >= v->depth) return NULL;
    const Control *c = v->top - index;
    return quick_tops(q, validate_label_types(c), validate_label_arity(c)) ? c : NULL;
}

QUICK bool quick_br(Validator *v, Quick *q, const uint8_t *p) {
    const Control *c = quick_label(v, q, &p);
    if (!c) return false;
    q->a = q->record ? validate_branch(v, c) : 0;
    return quick_leave(v, q, p);
}

QUICK bool quick_br_if(Validator *v, Quick *q, const uint8_t *p) {
    if (v->hint != v->hint_end || !quick_top(q, VT_I32)) return false;
    q->sp--;
    const Control *c = quick_label(v, q, &p);
    if (!c) {
        q->sp++;
        return false;
    }
    q->a = q->record ? validate_branch(v, c) : 0;
    q->p = p;
    return true;
}

QUICK bool quick_return(Validator *v, Quick *q, const uint8_t *p) {
    const Control *c = &v->controls[0];
    return quick_tops(q, c->results, c->result_count) && quick_leave(v, q, p);
}

/* ---- the loop -------------------------------------------------------------------------------- */

/* Where an instruction of the first version goes, by its immediate and signature: those that are
 * typed alike share a case, whose types are known when compiling. */
#define WAY_none(sig) sig_##sig
#define WAY_mem0(sig) mem_##sig
#define WAY_mem1(sig) mem_##sig
#define WAY_mem2(sig) mem_##sig
#define WAY_mem3(sig) mem_##sig
#define WAY_mem(sig) other
#define WAY_i32(sig) imm_i32
#define WAY_i64(sig) imm_i64
#define WAY_f32(sig) imm_f32
#define WAY_f64(sig) imm_f64
#define CASE_mvp(name, imm, sig)                                                                   \
    case OP_##name:                                                                                \
        goto WAY_##imm(sig);
#define CASE_sign_ext(name, imm, sig)
#define CASE_sat_float(name, imm, sig)
#define CASE_bulk(name, imm, sig)
#define CASE_ref_types(name, imm, sig)
#define CASE_func_refs(name, imm, sig)
#define CASE_gc(name, imm, sig)
#define CASE_simd(name, imm, sig)
#define CASE_relaxed_simd(name, imm, sig)
#define CASE_threads(name, imm, sig)
#define CASE_wide_arith(name, imm, sig)
#define CASE(feature, name, imm, sig) CASE_##feature(name, imm, sig)
#define SIG(sig) sig_##sig : return quick_rule(q, p, (OpRule)SIG_RULE(mvp, none, sig), 0)
#define MEM(sig)                                                                                   \
    mem_##sig                                                                                      \
        : return quick_rule(q, p, (OpRule)SIG_RULE(mvp, mem0, sig), op_rules[op].imm - IMM_mem0)
#define CONST(imm, sig) imm_##imm : return quick_rule(q, p, (OpRule)SIG_RULE(mvp, imm, sig), 0)

QUICK bool quick_op(Validator *v, Quick *q, Op op, const uint8_t *p) {
#define OP(feature, prefix, code, name, text, imm, sig, fx, kind, c)                               \
    VALIDATE_IF_POLY(sig, , CASE(feature, name, imm, sig))
    switch (op) {
#include "opcodes.def"
    case OP_local_get:
        return quick_get(v, q, p);
    case OP_local_set:
        return quick_set(v, q, p, 1);
    case OP_local_tee:
        return quick_set(v, q, p, 0);
    case OP_global_get:
        return quick_global_get(v, q, p);
    case OP_global_set:
        return quick_global_set(v, q, p);
    case OP_drop:
        return quick_drop(q, p);
    case OP_select:
        return quick_select(q, p);
    case OP_call:
        return quick_call(v, q, p);
    case OP_call_indirect:
        return quick_call_indirect(v, q, p);
    case OP_block:
        return quick_open(v, q, p, BLOCK_BLOCK);
    case OP_loop:
        return quick_open(v, q, p, BLOCK_LOOP);
    case OP_if:
        return quick_open(v, q, p, BLOCK_IF);
    case OP_else:
        return quick_else(v, q, p);
    case OP_end:
        return quick_end(v, q, p);
    case OP_br:
        return quick_br(v, q, p);
    case OP_br_if:
        return quick_br_if(v, q, p);
    case OP_return:
        return quick_return(v, q, p);
    case OP_unreachable:
        return quick_leave(v, q, p);
    default:
        goto other;
    }
#undef OP
    SIG(i_i);
    SIG(i_l);
    SIG(i_f);
    SIG(i_d);
    SIG(l_i);
    SIG(l_l);
    SIG(l_f);
    SIG(l_d);
    SIG(f_i);
    SIG(f_l);
    SIG(f_f);
    SIG(f_d);
    SIG(d_i);
    SIG(d_l);
    SIG(d_f);
    SIG(d_d);
    SIG(ii_i);
    SIG(ll_i);
    SIG(ff_i);
    SIG(dd_i);
    SIG(ll_l);
    SIG(ff_f);
    SIG(dd_d);
    MEM(a_i);
    MEM(a_l);
    MEM(a_f);
    MEM(a_d);
    MEM(ai_);
    MEM(al_);
    MEM(af_);
    MEM(ad_);
    CONST(i32, _i);
    CONST(i64, _l);
    CONST(f32, _f);
    CONST(f64, _d);
other:
    if (op_rules[op].pops == SIG_POLY) return false;
    return quick_rule(q, p, op_rules[op], 0);
}

/* The opcode at *p; false where decode_op has more to say. */
QUICK bool quick_opcode(const uint8_t **p, Op *op) {
    const uint8_t *at = *p;
    unsigned found = op_of_code[0][at[0]], code = at[1], len = 2;
    if (found) {
        *op = (Op)(found - 1);
        *p = at + 1;
        return true;
    }
    if (at[0] < OP_PREFIX_FIRST || at[0] > OP_PREFIX_LAST) return false;
    if (code >= 0x80) {
        if (at[2] >= 0x80) return false;
        code = (code & 0x7f) | (unsigned)at[2] << 7;
        len = 3;
    }
    found = code < OP_PREFIX_CODES ? op_of_code[at[0] - OP_PREFIX_FIRST + 1][code] : 0;
    *op = (Op)(found - 1);
    *p = at + len;
    return found != 0;
}

QUICK bool quick_step(Validator *v, Quick *q) {
    const uint8_t *at = q->p, *p = at;
    Op op;
    if (at >= q->safe || q->sp >= v->limit || (q->record && v->count == v->cap)) return false;
    if (!quick_opcode(&p, &op) || p > q->end) return false;
    q->a = q->b = 0;
    q->write = q->record && v->live;
    if (!quick_op(v, q, op, p)) return false;
    if (q->record && q->write) {
        v->ins[v->count++] =
            (Ins){.op = (uint16_t)op, .offset = (uint32_t)(at - v->d.r.base), .a = q->a, .b = q->b};
        if (q->sp > v->high) v->high = q->sp;
    }
    return true;
}

QUICK bool run(Validator *v, const bool record) {
    const Module *m = v->m;
    const uint8_t *last = m->bytes.ptr + m->bytes.len - (m->bytes.len < LONGEST ? 0 : LONGEST);
    Quick q = {
        .end = v->d.r.end,
        .safe = m->bytes.len < LONGEST ? m->bytes.ptr
                : last < v->d.r.end    ? last
                                       : v->d.r.end,
        .allowed = v->ctx->features,
        .used = (uint64_t)1 << FEATURE_mvp,
        .address = !m->memory_count             ? VT_NONE
                   : m->memories[0].limits.is64 ? VT_I64
                                                : VT_I32,
        .record = record,
    };
    while (v->depth != 0) {
        quick_load(&q, v);
        while (quick_step(v, &q)) {
        }
        quick_store(&q, v);
        if (!validate_step(v)) return false;
    }
    v->used |= q.used;
    return true;
}

/* Two loops: without a stream there is less to do. */
bool validate_run(Validator *v) {
    return v->silent ? run(v, false) : run(v, true);
}
