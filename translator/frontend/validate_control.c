/* validate_control.c: blocks, labels and branches: which code is live, and block numbers. */
#include "validate.h"

/* ---- block types ----------------------------------------------------------------------------- */

/* One type, somewhere that lives as long as the op stream. */
static const ValType *single_type(Validator *v, ValType type) {
    static const ValType plain[] = {VT_NONE, VT_I32, VT_I64, VT_F32, VT_F64, VT_V128};
    if (type <= VT_V128) return &plain[type];
    ValType *room = ARENA_NEW(v->arena, ValType);
    if (!room) {
        diag_nomem(v->ctx);
        return NULL;
    }
    *room = type;
    return room;
}

/* The types of the block that d has just read. */
static bool block_types(Validator *v, Control *c) {
    if (v->d.index != NO_TYPE) {
        const TypeDef *t = validate_form(v, v->d.index, FORM_FUNC);
        if (!t) return false;
        c->params = t->u.func.params;
        c->param_count = t->u.func.param_count;
        c->results = t->u.func.results;
        c->result_count = t->u.func.result_count;
        return true;
    }
    c->params = c->results = NULL;
    c->param_count = 0;
    c->result_count = v->d.type != VT_NONE;
    if (c->result_count) c->results = single_type(v, v->d.type);
    return !c->result_count || c->results;
}

/* ---- opening and closing --------------------------------------------------------------------- */

static bool record_block(Validator *v, Ins *ins, Control *c) {
    if (v->block_count == v->block_cap) {
        Block *blocks =
            validate_grow(v, v->blocks, v->block_count, &v->block_cap, 1, sizeof *blocks);
        if (!blocks) return false;
        v->blocks = blocks;
    }
    c->block = v->block_count++;
    ins->a = c->block;
    v->blocks[c->block] = (Block){
        .kind = c->kind,
        .parent = v->depth ? v->top->block : 0,
        .begin = v->count,
        .height = c->height,
        .params = c->params,
        .results = c->results,
        .param_count = c->param_count,
        .result_count = c->result_count,
    };
    return true;
}

bool validate_push_control(Validator *v, Ins *ins, const Control *block) {
    Control c = *block;
    c.height = (uint32_t)(v->sp - v->stack);
    c.sets = v->set_count;
    c.block = NO_BLOCK;
    if (v->live && !record_block(v, ins, &c)) return false;
    if (v->depth == v->control_cap) {
        Control *more = validate_grow(v, v->controls, v->depth, &v->control_cap, 1, sizeof *more);
        if (!more) return false;
        v->controls = more;
    }
    v->top = &v->controls[v->depth++];
    *v->top = c;
    v->floor = v->sp;
    return validate_push(v, c.params, c.param_count);
}

bool validate_open(Validator *v, Ins *ins, BlockKind kind) {
    Control c = {.kind = (uint8_t)kind};
    return block_types(v, &c) && validate_pop(v, c.params, c.param_count) &&
           validate_push_control(v, ins, &c);
}

static void forget_sets(Validator *v) {
    while (v->set_count > v->top->sets)
        v->unset[v->set_log[--v->set_count]] = true;
}

bool validate_arm_end(Validator *v) {
    const Control *c = v->top;
    if (!validate_peek(v, c->results, c->result_count)) return false;
    if ((size_t)(v->sp - v->floor) > c->result_count)
        return validate_height_error(v, c->results, c->result_count);
    v->sp = v->floor;
    forget_sets(v);
    return true;
}

bool validate_arm_begin(Validator *v, Ins *ins, Arm arm, const ValType *types, uint32_t count) {
    Control *c = v->top;
    ins->aux = v->live;
    v->write = c->block != NO_BLOCK;
    if (v->live) c->falls = true;
    v->live = v->write;
    c->arm = (uint8_t)arm;
    c->unreachable = false;
    return validate_push(v, types, count);
}

bool validate_close(Validator *v, Ins *ins) {
    Control c = *v->top;
    ins->a = c.block;
    ins->aux = v->live;
    v->write = c.block != NO_BLOCK;
    if (v->write) {
        Block *b = &v->blocks[c.block];
        b->end = v->count;
        bool skipped = c.kind == BLOCK_IF && c.arm == ARM_FIRST;
        bool branched = c.kind != BLOCK_LOOP && b->branches != 0;
        v->live = v->live || c.falls || skipped || branched;
    }
    v->depth--;
    v->top = v->depth ? &v->controls[v->depth - 1] : NULL;
    v->floor = v->stack + (v->depth ? v->top->height : 0);
    return validate_push(v, c.results, c.result_count);
}

/* ---- labels ---------------------------------------------------------------------------------- */

Control *validate_label(Validator *v, uint32_t index) {
    if (index < v->depth) return v->top - index;
    VALIDATE_ERROR(v, ERR_unknown_label, " %u: there are %u", index, v->depth);
    return NULL;
}

uint32_t validate_branch(Validator *v, const Control *c) {
    if (v->live) v->blocks[c->block].branches++;
    return c->block;
}

static void take_hint(Validator *v, Ins *ins) {
    uint32_t at = (uint32_t)(v->d.at - v->body);
    while (v->hint != v->hint_end && v->hint->func == v->ctx->func && v->hint->offset < at)
        v->hint++;
    if (v->hint == v->hint_end || v->hint->func != v->ctx->func || v->hint->offset != at) return;
    ins->hint = v->hint->likely ? 2 : 1;
}

/* ---- instructions ---------------------------------------------------------------------------- */

bool validate_unreachable(Validator *v, Ins *ins) {
    (void)ins;
    validate_leave(v);
    return true;
}

bool validate_nop(Validator *v, Ins *ins) {
    (void)ins;
    v->write = false;
    return true;
}

bool validate_block(Validator *v, Ins *ins) {
    return validate_open(v, ins, BLOCK_BLOCK);
}

bool validate_loop(Validator *v, Ins *ins) {
    return validate_open(v, ins, BLOCK_LOOP);
}

bool validate_if(Validator *v, Ins *ins) {
    if (v->hint != v->hint_end) take_hint(v, ins);
    return validate_pop1(v, VT_I32) && validate_open(v, ins, BLOCK_IF);
}

bool validate_else(Validator *v, Ins *ins) {
    Control *c = v->top;
    if (c->kind != BLOCK_IF || c->arm != ARM_FIRST)
        return VALIDATE_ERROR(v, ERR_end_expected, ": else without if");
    if (!validate_arm_end(v)) return false;
    ins->a = c->block;
    if (c->block != NO_BLOCK) v->blocks[c->block].has_else = true;
    return validate_arm_begin(v, ins, ARM_ELSE, c->params, c->param_count);
}

/* An if without else: what goes in must be able to come out. */
static bool check_no_else(Validator *v) {
    const Control *c = v->top;
    if (c->param_count != c->result_count)
        return VALIDATE_ERROR(v, ERR_type_mismatch, ": if without else: %u parameters, %u results",
                              c->param_count, c->result_count);
    for (uint32_t i = 0; i < c->param_count; i++)
        if (!validate_match(v, c->params[i], c->results[i]))
            return validate_type_error(v, c->params[i], c->results[i]);
    return true;
}

bool validate_end(Validator *v, Ins *ins) {
    if (!validate_arm_end(v)) return false;
    if (v->top->kind == BLOCK_IF && v->top->arm == ARM_FIRST && !check_no_else(v)) return false;
    return validate_close(v, ins);
}

bool validate_br(Validator *v, Ins *ins) {
    Control *c = validate_label(v, ins->a);
    if (!c || !validate_pop(v, validate_label_types(c), validate_label_arity(c))) return false;
    ins->a = validate_branch(v, c);
    validate_leave(v);
    return true;
}

bool validate_br_if(Validator *v, Ins *ins) {
    Control *c = validate_label(v, ins->a);
    if (v->hint != v->hint_end) take_hint(v, ins);
    if (!c || !validate_pop1(v, VT_I32)) return false;
    ins->a = validate_branch(v, c);
    return validate_retype(v, validate_label_types(c), validate_label_arity(c));
}

/* One label of a br_table. Those that name the types checked last need no second look. */
static Control *table_label(Validator *v, uint32_t index, uint32_t arity, const ValType **checked) {
    Control *c = validate_label(v, index);
    if (!c) return NULL;
    const ValType *types = validate_label_types(c);
    if (validate_label_arity(c) != arity) {
        VALIDATE_ERROR(v, ERR_type_mismatch, ": label %u takes %u operands, the default label %u",
                       index, validate_label_arity(c), arity);
        return NULL;
    }
    if (arity == 0 || types == *checked) return c;
    *checked = types;
    return validate_peek(v, types, arity) ? c : NULL;
}

bool validate_br_table(Validator *v, Ins *ins) {
    uint32_t count = v->d.count, last = 0;
    if (count > LIMIT_BR_TABLE)
        return VALIDATE_ERROR(v, ERR_limit, ": br_table of %u labels: at most %u", count,
                              (unsigned)LIMIT_BR_TABLE);
    if (!validate_pop1(v, VT_I32)) return false;
    Reader r = {.pos = v->d.list.ptr, .end = v->d.list.ptr + v->d.list.len, .base = v->d.r.base};
    for (uint32_t i = 0; i <= count; i++)
        last = reader_u32leb(&r);
    const Control *c = validate_label(v, last);
    if (!c) return false;
    uint32_t arity = validate_label_arity(c), at = v->live ? validate_pool(v, count + 1) : 0;
    const ValType *checked = NULL;
    if (at == UINT32_MAX) return false;
    r.pos = v->d.list.ptr;
    for (uint32_t i = 0; i <= count; i++) {
        if (!(c = table_label(v, reader_u32leb(&r), arity, &checked))) return false;
        if (v->live) v->pool[at + i] = validate_branch(v, c);
    }
    ins->a = at;
    ins->b = count;
    validate_leave(v);
    return true;
}

bool validate_return(Validator *v, Ins *ins) {
    (void)ins;
    const Control *c = &v->controls[0];
    if (!validate_pop(v, c->results, c->result_count)) return false;
    validate_leave(v);
    return true;
}
