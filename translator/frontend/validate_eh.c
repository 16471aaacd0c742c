/* validate_eh.c: exceptions: throw and try_table, and the older proposal's try with its handlers.
 */
#include "validate.h"

static const TypeDef *tag_type(const Validator *v, uint32_t tag) {
    return &v->m->types[v->m->tags[tag].type];
}

bool validate_throw(Validator *v, Ins *ins) {
    const TypeDef *t = tag_type(v, ins->a);
    if (!validate_pop(v, t->u.func.params, t->u.func.param_count)) return false;
    validate_leave(v);
    return true;
}

bool validate_throw_ref(Validator *v, Ins *ins) {
    (void)ins;
    if (!validate_pop1(v, vt_ref(HT_EXN, true))) return false;
    validate_leave(v);
    return true;
}

/* ---- try_table ------------------------------------------------------------------------------- */

/* Do the tag's parameters, and the reference if there is one, match the label's operands? */
static bool check_catch(Validator *v, const Control *c, const TypeDef *tag, bool with_ref) {
    const ValType *types = validate_label_types(c);
    uint32_t arity = validate_label_arity(c), params = tag ? tag->u.func.param_count : 0;
    if (arity != params + with_ref)
        return VALIDATE_ERROR(v, ERR_type_mismatch, ": catch has %u values, its label takes %u",
                              params + with_ref, arity);
    for (uint32_t i = 0; i < params; i++)
        if (!validate_match(v, tag->u.func.params[i], types[i]))
            return validate_type_error(v, tag->u.func.params[i], types[i]);
    ValType exn = vt_ref(HT_EXN, false);
    if (with_ref && !validate_match(v, exn, types[params]))
        return validate_type_error(v, exn, types[params]);
    return true;
}

static bool read_catch(Validator *v, Reader *r, uint32_t words[4]) {
    const TypeDef *tag = NULL;
    words[0] = reader_u8(r);
    words[1] = words[0] < 2 ? reader_u32leb(r) : 0;
    if (words[0] < 2) {
        if (!validate_index(v, ERR_unknown_tag, words[1], v->m->tag_count)) return false;
        tag = tag_type(v, words[1]);
    }
    const Control *c = validate_label(v, reader_u32leb(r));
    if (!c || !check_catch(v, c, tag, (words[0] & 1) != 0)) return false;
    words[2] = validate_branch(v, c);
    words[3] = 0;
    return true;
}

/* The labels of its catch clauses are those outside of it. */
bool validate_try_table(Validator *v, Ins *ins) {
    uint32_t count = v->d.count, ignored[4];
    Reader r = {.pos = v->d.list.ptr, .end = v->d.list.ptr + v->d.list.len, .base = v->d.r.base};
    uint32_t at = v->live ? validate_pool(v, 1 + count * 4) : 0;
    if (at == UINT32_MAX) return false;
    if (v->live) v->pool[at] = count;
    for (uint32_t i = 0; i < count; i++)
        if (!read_catch(v, &r, v->live ? &v->pool[at + 1 + i * 4] : ignored)) return false;
    ins->b = at;
    return validate_open(v, ins, BLOCK_TRY_TABLE);
}

/* ---- the older proposal ---------------------------------------------------------------------- */

bool validate_try(Validator *v, Ins *ins) {
    return validate_open(v, ins, BLOCK_TRY);
}

/* Ends the arm before a catch or catch_all. */
static bool end_before_handler(Validator *v, Ins *ins) {
    if (v->top->kind != BLOCK_TRY || v->top->arm == ARM_CATCH_ALL)
        return VALIDATE_ERROR(v, ERR_end_expected, ": %s without try", op_info[ins->op].text);
    ins->b = v->top->block;
    return validate_arm_end(v);
}

bool validate_catch(Validator *v, Ins *ins) {
    const TypeDef *t = tag_type(v, ins->a);
    return end_before_handler(v, ins) &&
           validate_arm_begin(v, ins, ARM_CATCH, t->u.func.params, t->u.func.param_count);
}

bool validate_catch_all(Validator *v, Ins *ins) {
    return end_before_handler(v, ins) && validate_arm_begin(v, ins, ARM_CATCH_ALL, NULL, 0);
}

/* Its label counts from outside the try that it closes. */
bool validate_delegate(Validator *v, Ins *ins) {
    if (v->top->kind != BLOCK_TRY || v->top->arm != ARM_FIRST)
        return VALIDATE_ERROR(v, ERR_end_expected, "%s", ": delegate without try");
    if (ins->a >= v->depth - 1)
        return VALIDATE_ERROR(v, ERR_unknown_label, " %u: there are %u", ins->a, v->depth - 1);
    uint32_t target = (v->top - 1 - ins->a)->block;
    if (!validate_arm_end(v) || !validate_close(v, ins)) return false;
    ins->b = ins->a;
    ins->a = target;
    return true;
}

bool validate_rethrow(Validator *v, Ins *ins) {
    const Control *c = validate_label(v, ins->a);
    if (!c) return false;
    if (c->arm != ARM_CATCH && c->arm != ARM_CATCH_ALL)
        return VALIDATE_ERROR(v, ERR_rethrow_label, " %u", ins->a);
    ins->a = c->block;
    validate_leave(v);
    return true;
}
