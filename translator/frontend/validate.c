/* validate.c: the loop over a body: decode, check indices, type, write. Ops with a signature in
 * opcodes.def are typed here, the others by validate_NAME in the file of their family.
 * Also what those files share: errors, room, operands below the top. */
#include "validate.h"
#include <string.h>

/* ---- errors ---------------------------------------------------------------------------------- */

enum { TYPES_TEXT = 200 };

/* "i32 (ref 3) f64"; what does not fit becomes "...". */
static void print_types(const ValType *types, uint32_t count, char text[TYPES_TEXT]) {
    size_t len = 0;
    text[0] = 0;
    for (uint32_t i = 0; i < count; i++) {
        char one[48];
        size_t more = type_print(types[i], one, sizeof one);
        if (len + more + sizeof " ..." + 1 > TYPES_TEXT) {
            memcpy(text + len, " ...", sizeof " ...");
            return;
        }
        if (i) text[len++] = ' ';
        memcpy(text + len, one, more);
        text[len += more] = 0;
    }
}

static bool stack_error(Validator *v, const char *what, const ValType *types, uint32_t count,
                        uint32_t shown) {
    char want[TYPES_TEXT], have[TYPES_TEXT];
    size_t there = (size_t)(v->sp - v->floor);
    if (there < shown) shown = (uint32_t)there;
    print_types(types, count, want);
    print_types(v->sp - shown, shown, have);
    return VALIDATE_ERROR(v, ERR_type_mismatch, ": %s requires [%s] but stack has [%s]", what, want,
                          have);
}

bool validate_operand_error(Validator *v, const ValType *types, uint32_t count) {
    return stack_error(v, "instruction", types, count, count);
}

bool validate_height_error(Validator *v, const ValType *types, uint32_t count) {
    return stack_error(v, "block", types, count, UINT32_MAX);
}

bool validate_type_error(Validator *v, ValType sub, ValType super) {
    char one[TYPES_TEXT], other[TYPES_TEXT];
    print_types(&sub, 1, one);
    print_types(&super, 1, other);
    return VALIDATE_ERROR(v, ERR_type_mismatch, ": %s does not match %s", one, other);
}

bool validate_index_error(Validator *v, ErrorId id, uint32_t index, uint32_t size) {
    return VALIDATE_ERROR(v, id, " %u: module has %u", index, size);
}

/* The specification's reader does not stop at the body's end but where the bytes stop making sense:
 * behind the module (or in the next body), or after an `end` that the body's size does not reach.
 */
static bool missing_end_error(Validator *v) {
    const uint8_t *end = v->d.r.end;
    v->d.at = end;
    if (end == v->m->bytes.ptr + v->m->bytes.len)
        return VALIDATE_ERROR(v, ERR_unexpected_end_section, "%s", "");
    if (op_of_code[0][*end] == OP_end + 1) return VALIDATE_ERROR(v, ERR_section_size, "%s", "");
    return VALIDATE_ERROR(v, ERR_end_expected, "%s", "");
}

/* The same reader judges an instruction that the body's end cuts by the bytes behind it: a number
 * too long or too large is said to be that. */
static bool cut_error(Validator *v) {
    Decoder ahead = v->d;
    Ins ignored;
    if (v->d.r.error != READER_END) return false;
    ahead.r =
        (Reader){.pos = v->d.at, .end = v->m->bytes.ptr + v->m->bytes.len, .base = v->d.r.base};
    decode_ins(&ahead, &ignored); /* records its error, if that starts earlier */
    return false;
}

/* ---- room ------------------------------------------------------------------------------------ */

void *validate_grow(Validator *v, const void *items, uint32_t count, uint32_t *cap, uint32_t more,
                    size_t size) {
    uint64_t want = (uint64_t)*cap + *cap / 2;
    if (want < (uint64_t)count + more) want = (uint64_t)count + more;
    if (want < 16) want = 16;
    void *room = want > UINT32_MAX - 1 ? NULL : arena_array(v->arena, (size_t)want, size);
    if (!room) {
        diag_nomem(v->ctx);
        return NULL;
    }
    if (count) memcpy(room, items, count * size);
    *cap = (uint32_t)want;
    return room;
}

bool validate_grow_stack(Validator *v, uint32_t more) {
    uint32_t count = (uint32_t)(v->sp - v->stack), cap = (uint32_t)(v->limit - v->stack);
    uint32_t high = (uint32_t)(v->high - v->stack), floor = (uint32_t)(v->floor - v->stack);
    if (count + more > LIMIT_OPERANDS)
        return VALIDATE_ERROR(v, ERR_limit, ": more than %u operands", (unsigned)LIMIT_OPERANDS);
    ValType *stack = validate_grow(v, v->stack, count, &cap, more + VALIDATE_SLACK, sizeof *stack);
    if (!stack) return false;
    v->stack = stack;
    v->sp = stack + count;
    v->high = stack + high;
    v->floor = stack + floor;
    v->limit = stack + cap - VALIDATE_SLACK;
    return true;
}

uint32_t validate_pool(Validator *v, uint32_t more) {
    uint32_t at = v->pool_count;
    if (v->pool_cap - at < more) {
        uint32_t *pool = validate_grow(v, v->pool, at, &v->pool_cap, more, sizeof *pool);
        if (!pool) return UINT32_MAX;
        v->pool = pool;
    }
    v->pool_count += more;
    return at;
}

/* By what the body has needed so far, so that a large one grows once. */
static bool grow_ins(Validator *v) {
    size_t done = (size_t)(v->d.r.pos - v->body) + 1, left = reader_left(&v->d.r);
    uint64_t more = (uint64_t)v->count * left / done + left / 16 + 64;
    if (more > left + 1) more = left + 1;
    Ins *ins = validate_grow(v, v->ins, v->count, &v->cap, (uint32_t)more, sizeof *ins);
    if (!ins) return false;
    v->ins = ins;
    return true;
}

/* ---- operands -------------------------------------------------------------------------------- */

bool validate_peek(Validator *v, const ValType *types, uint32_t count) {
    size_t have = (size_t)(v->sp - v->floor);
    uint32_t skip = 0;
    if (have < count) {
        if (!v->top->unreachable) return validate_operand_error(v, types, count);
        skip = count - (uint32_t)have; /* bottom */
    }
    const ValType *base = v->sp - (count - skip);
    for (uint32_t i = skip; i < count; i++)
        if (!validate_match(v, base[i - skip], types[i]))
            return validate_operand_error(v, types, count);
    return true;
}

const TypeDef *validate_form(Validator *v, uint32_t type, TypeForm form) {
    static const char *const names[] = {"function", "struct", "array"};
    const TypeDef *t = &v->m->types[type];
    if (t->form == form) return t;
    VALIDATE_ERROR(v, ERR_type_mismatch, ": type %u is not %s %s type", type,
                   form == FORM_ARRAY ? "an" : "a", names[form]);
    return NULL;
}

static inline ValType sig_type(const Validator *v, const OpRule *rule, unsigned i) {
    return rule->types[i] == SIG_ADDRESS ? v->address : rule->types[i];
}

static bool apply_sig(Validator *v, const OpRule *rule) {
    ValType types[sizeof rule->types];
    unsigned n = rule->pops;
    for (unsigned i = 0; i < n + rule->pushes; i++)
        types[i] = sig_type(v, rule, i);
    return validate_pop(v, types, n) && validate_push(v, types + n, rule->pushes);
}

/* ---- immediates ------------------------------------------------------------------------------ */

/* Spec: valid/instructions#memory-instructions */
static bool check_memory(Validator *v, uint32_t index) {
    if (!validate_index(v, ERR_unknown_memory, index, v->m->memory_count)) return false;
    v->address = v->m->memories[index].limits.is64 ? VT_I64 : VT_I32;
    return true;
}

static bool check_memarg(Validator *v, unsigned natural, bool exact, Ins *ins) {
    if (!check_memory(v, v->d.index)) return false;
    ins->aux = (uint16_t)v->d.index; /* there are at most 100 */
    if (exact && v->d.align != natural)
        return VALIDATE_ERROR(v, v->d.align > natural ? ERR_alignment : ERR_atomic_alignment, "%s",
                              "");
    if (v->d.align > natural) return VALIDATE_ERROR(v, ERR_alignment, "%s", "");
    if (ins->b != 0 && v->address == VT_I32) return VALIDATE_ERROR(v, ERR_offset_range, "%s", "");
    return true;
}

static bool check_lane(Validator *v, uint32_t lane, uint32_t lanes) {
    return lane < lanes || VALIDATE_ERROR(v, ERR_lane_index, " %u: there are %u", lane, lanes);
}

static bool check_data(Validator *v, uint32_t index) {
    if (!v->m->has_data_count) return VALIDATE_ERROR(v, ERR_data_count_required, "%s", "");
    return validate_index(v, ERR_unknown_data, index, v->m->data_count);
}

/* 16 bytes to the pool, for v128.const and i8x16.shuffle. */
static bool write_v128(Validator *v, Ins *ins) {
    if (!v->live) return true;
    uint32_t at = validate_pool(v, 4);
    if (at == UINT32_MAX) return false;
    const uint8_t *p = v->d.list.ptr;
    for (unsigned i = 0; i < 4; i++, p += 4)
        v->pool[at + i] =
            (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
    ins->a = at;
    return true;
}

static bool check_shuffle(Validator *v, Ins *ins) {
    for (unsigned i = 0; i < 16; i++)
        if (!check_lane(v, v->d.list.ptr[i], 32)) return false;
    return write_v128(v, ins);
}

/* Bounds of an instruction's immediates; labels are left to validate_control.c and its like. */
static bool check_imm(Validator *v, ImmKind imm, Ins *ins) {
    const Module *m = v->m;
    switch (imm) {
    case IMM_func:
        return validate_index(v, ERR_unknown_function, ins->a, m->func_count);
    case IMM_type:
    case IMM_field:
    case IMM_type_n:
        return validate_index(v, ERR_unknown_type, ins->a, m->type_count);
    case IMM_type2:
        return validate_index(v, ERR_unknown_type, ins->a, m->type_count) &&
               validate_index(v, ERR_unknown_type, ins->b, m->type_count);
    case IMM_type_data:
        return validate_index(v, ERR_unknown_type, ins->a, m->type_count) && check_data(v, ins->b);
    case IMM_type_elem:
        return validate_index(v, ERR_unknown_type, ins->a, m->type_count) &&
               validate_index(v, ERR_unknown_elem, ins->b, m->elem_count);
    case IMM_call_indirect:
        return validate_index(v, ERR_unknown_table, ins->b, m->table_count) &&
               validate_index(v, ERR_unknown_type, ins->a, m->type_count);
    case IMM_tag:
        return validate_index(v, ERR_unknown_tag, ins->a, m->tag_count);
    case IMM_table:
        return validate_index(v, ERR_unknown_table, ins->a, m->table_count);
    case IMM_table2:
        return validate_index(v, ERR_unknown_table, ins->a, m->table_count) &&
               validate_index(v, ERR_unknown_table, ins->b, m->table_count);
    case IMM_elem:
        return validate_index(v, ERR_unknown_elem, ins->a, m->elem_count);
    case IMM_elem_table:
        return validate_index(v, ERR_unknown_table, ins->b, m->table_count) &&
               validate_index(v, ERR_unknown_elem, ins->a, m->elem_count);
    case IMM_mem:
        return check_memory(v, ins->a);
    case IMM_mem_mem:
        return check_memory(v, ins->a) && check_memory(v, ins->b);
    case IMM_data:
        return check_data(v, ins->a);
    case IMM_data_mem:
        return check_memory(v, ins->b) && check_data(v, ins->a);
    case IMM_mem0:
    case IMM_mem1:
    case IMM_mem2:
    case IMM_mem3:
    case IMM_mem4:
        return check_memarg(v, imm - IMM_mem0, false, ins);
    case IMM_amem0:
    case IMM_amem1:
    case IMM_amem2:
    case IMM_amem3:
        return check_memarg(v, imm - IMM_amem0, true, ins);
    case IMM_mlane0:
    case IMM_mlane1:
    case IMM_mlane2:
    case IMM_mlane3:
        return check_memarg(v, imm - IMM_mlane0, false, ins) &&
               check_lane(v, ins->lane, 16u >> (imm - IMM_mlane0));
    case IMM_lane2:
        return check_lane(v, ins->a, 2);
    case IMM_lane4:
        return check_lane(v, ins->a, 4);
    case IMM_lane8:
        return check_lane(v, ins->a, 8);
    case IMM_lane16:
        return check_lane(v, ins->a, 16);
    case IMM_v128:
        return write_v128(v, ins);
    case IMM_shuffle:
        return check_shuffle(v, ins);
    case IMM_none:
    case IMM_block:
    case IMM_else_:
    case IMM_end:
    case IMM_label:
    case IMM_labels:
    case IMM_try_table:
    case IMM_depth:
    case IMM_select_t:
    case IMM_local:
    case IMM_global:
    case IMM_fence:
    case IMM_i32:
    case IMM_i64:
    case IMM_f32:
    case IMM_f64:
    case IMM_heap:
    case IMM_cast_br:
    case IMM_COUNT:
        break;
    }
    return true;
}

/* ---- the loop -------------------------------------------------------------------------------- */

typedef bool Handler(Validator *v, Ins *ins);
static Handler *const handlers[OP_COUNT] = {
#define OP(feature, prefix, code, name, text, imm, sig, fx, kind, c)                               \
    VALIDATE_IF_POLY(sig, validate_##name, NULL),
#include "opcodes.def"
#undef OP
};

/* Spec: valid/instructions#constant-expressions, and the end */
static bool is_const_op(Op op) {
    switch (op) {
    case OP_end:
    case OP_i32_const:
    case OP_i64_const:
    case OP_f32_const:
    case OP_f64_const:
    case OP_v128_const:
    case OP_global_get:
    case OP_ref_null:
    case OP_ref_func:
    case OP_ref_i31:
    case OP_struct_new:
    case OP_struct_new_default:
    case OP_array_new:
    case OP_array_new_default:
    case OP_array_new_fixed:
    case OP_any_convert_extern:
    case OP_extern_convert_any:
        return true;
    default:
        return false;
    }
}

static bool is_extended_const_op(Op op) {
    return op == OP_i32_add || op == OP_i32_sub || op == OP_i32_mul || op == OP_i64_add ||
           op == OP_i64_sub || op == OP_i64_mul;
}

static bool check_const(Validator *v, Op op) {
    if (is_extended_const_op(op)) return validate_need(v, FEATURE_extended_const);
    return is_const_op(op) || VALIDATE_ERROR(v, ERR_constant_required, ": %s", op_info[op].text);
}

/* `throw` came with either proposal. */
static bool feature_off(Validator *v, Op op, const OpRule *rule) {
    if (op == OP_throw && context_has(v->ctx, FEATURE_legacy_eh)) return true;
    return validate_need(v, (FeatureId)rule->feature);
}

/* Every instruction, the slow way. */
static bool step_general(Validator *v, Op op, const OpRule *rule, Ins *ins) {
    ImmKind imm = (ImmKind)rule->imm;
    ins->a = 0;
    if (v->is_const && !check_const(v, op)) return false;
    if (imm != IMM_none) {
        if (!decode_imm(&v->d, imm, ins)) return cut_error(v);
        if (!check_imm(v, imm, ins)) return false;
    }
    return rule->pops == SIG_POLY ? handlers[op](v, ins) : apply_sig(v, rule);
}

bool validate_step(Validator *v) {
    Op op;
    if (v->d.r.pos == v->d.r.end) return missing_end_error(v);
    if (v->sp >= v->limit && !validate_grow_stack(v, VALIDATE_SLACK)) return false;
    if (v->count == v->cap && !grow_ins(v)) return false;
    if (!decode_op(&v->d, &op)) return cut_error(v);
    const OpRule *rule = &op_rules[op];
    if (!(v->ctx->features >> rule->feature & 1) && !feature_off(v, op, rule)) return false;
    v->used |= (uint64_t)1 << rule->feature;

    Ins *ins = &v->ins[v->count];
    *ins = (Ins){.op = (uint16_t)op, .offset = (uint32_t)(v->d.at - v->d.r.base)};
    v->write = v->live;
    if (!step_general(v, op, rule, ins)) return false;
    if (v->write) {
        v->count++;
        if (v->sp > v->high) v->high = v->sp;
    }
    return true;
}

bool validate_code(Validator *v) {
    if (v->stepwise) {
        while (v->depth != 0)
            if (!validate_step(v)) return false;
    } else if (!validate_run(v))
        return false;
    if (v->d.r.pos == v->d.r.end) return true;
    v->d.at = v->d.r.pos;
    return VALIDATE_ERROR(v, ERR_section_size, ": code behind the function's end");
}

/* ---- setting up ------------------------------------------------------------------------------ */

bool validate_begin(Validator *v, Context *ctx, const Module *m, Arena *arena, Slice code,
                    ValidateMode mode) {
    bool silent = mode != VALIDATE_STREAM;
    *v = (Validator){.ctx = ctx,
                     .m = m,
                     .arena = arena,
                     .globals = m->global_count,
                     .live = !silent,
                     .silent = silent,
                     .stepwise = mode == VALIDATE_STEPS};
    decoder_init(&v->d, ctx, m, code);
    v->body = code.ptr;
    size_t bytes = code.len, ins = bytes <= 1024 ? bytes : bytes / 2;
    uint32_t cap = 0;
    if (silent) {
        v->ins = &v->only;
        v->cap = 1;
    } else {
        v->ins = validate_grow(v, NULL, 0, &v->cap, (uint32_t)ins + 1, sizeof *v->ins);
        v->blocks = validate_grow(v, NULL, 0, &v->block_cap, 1, sizeof *v->blocks);
    }
    v->controls = validate_grow(v, NULL, 0, &v->control_cap, 1, sizeof *v->controls);
    v->stack = validate_grow(v, NULL, 0, &cap, 64, sizeof *v->stack);
    if (!v->ins || (!v->blocks && !silent) || !v->controls || !v->stack) return false;
    v->sp = v->floor = v->high = v->stack;
    v->limit = v->stack + cap - VALIDATE_SLACK;
    return true;
}

void validate_finish(Validator *v, OpStream *out) {
    *out = (OpStream){
        .ins = v->ins,
        .blocks = v->blocks,
        .pool = v->pool,
        .locals = v->locals,
        .count = v->count,
        .block_count = v->block_count,
        .pool_count = v->pool_count,
        .local_count = v->local_count,
        .param_count = v->param_count,
        .max_height = (uint32_t)(v->high - v->stack),
        .features_used = v->used | v->d.used,
    };
}

static void find_hints(Validator *v, uint32_t func) {
    if (v->m->hint_count == 0) return;
    const BranchHint *low = v->m->hints, *end = v->m->hints + v->m->hint_count, *high = end;
    while (low < high) {
        const BranchHint *middle = low + (high - low) / 2;
        if (middle->func < func)
            low = middle + 1;
        else
            high = middle;
    }
    v->hint = low;
    v->hint_end = end;
}

static bool validate_body(Validator *v, Context *ctx, const Module *m, uint32_t func, Arena *arena,
                          ValidateMode mode) {
    const TypeDef *t = func_type(m, func);
    Control c = {
        .kind = BLOCK_FUNC, .results = t->u.func.results, .result_count = t->u.func.result_count};
    Ins none;
    if (!validate_begin(v, ctx, m, arena, module_body(m, func), mode)) return false;
    find_hints(v, func);
    return validate_declare_locals(v, t) && validate_push_control(v, &none, &c) && validate_code(v);
}

static bool validate_one(Validator *v, Context *ctx, const Module *m, uint32_t func, Arena *arena,
                         ValidateMode mode) {
    uint32_t outer = ctx->func;
    ctx->func = func;
    bool ok = validate_body(v, ctx, m, func, arena, mode);
    ctx->func = outer;
    return ok;
}

bool validate_function(Context *ctx, const Module *m, uint32_t func, Arena *arena, OpStream *out) {
    Validator v;
    if (!validate_one(&v, ctx, m, func, arena, VALIDATE_STREAM)) return false;
    validate_finish(&v, out);
    return true;
}

bool validate_only(Context *ctx, const Module *m, uint32_t func, Arena *arena, bool stepwise,
                   uint64_t *features) {
    Validator v;
    if (!validate_one(&v, ctx, m, func, arena, stepwise ? VALIDATE_STEPS : VALIDATE_ONLY))
        return false;
    *features |= v.used | v.d.used;
    return true;
}
