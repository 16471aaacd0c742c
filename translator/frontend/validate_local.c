/* validate_local.c: drop, select, locals (which of them hold a value) and globals. */
#include "validate.h"

bool validate_drop(Validator *v, Ins *ins) {
    return validate_pop_any(v, &ins->a);
}

/* Spec: valid/instructions#valid-select: without a type, numbers and vectors only. */
bool validate_select(Validator *v, Ins *ins) {
    ValType one, other;
    if (!validate_pop1(v, VT_I32) || !validate_pop_any(v, &other) || !validate_pop_any(v, &one))
        return false;
    if (vt_is_ref(one) || vt_is_ref(other))
        return validate_type_error(v, vt_is_ref(one) ? one : other, VT_I32);
    if (one != other && one != VT_NONE && other != VT_NONE)
        return validate_type_error(v, other, one);
    ins->a = one == VT_NONE ? other : one;
    validate_push1(v, ins->a);
    return true;
}

bool validate_select_t(Validator *v, Ins *ins) {
    if (v->d.count != 1) return VALIDATE_ERROR(v, ERR_result_arity, ": %u types", v->d.count);
    ValType operands[] = {v->d.type, v->d.type, VT_I32};
    ins->a = v->d.type;
    if (!validate_pop(v, operands, 3)) return false;
    validate_push1(v, ins->a);
    return true;
}

static bool check_local(Validator *v, uint32_t local) {
    return local < v->local_count ||
           VALIDATE_ERROR(v, ERR_unknown_local, " %u: function has %u", local, v->local_count);
}

static void local_assigned(Validator *v, uint32_t local) {
    if (!v->unset || !v->unset[local]) return;
    v->unset[local] = false;
    v->set_log[v->set_count++] = local;
}

bool validate_local_get(Validator *v, Ins *ins) {
    if (!check_local(v, ins->a)) return false;
    if (v->unset && v->unset[ins->a])
        return VALIDATE_ERROR(v, ERR_uninitialized_local, " %u", ins->a);
    validate_push1(v, v->locals[ins->a]);
    return true;
}

bool validate_local_set(Validator *v, Ins *ins) {
    if (!check_local(v, ins->a) || !validate_pop1(v, v->locals[ins->a])) return false;
    local_assigned(v, ins->a);
    return true;
}

bool validate_local_tee(Validator *v, Ins *ins) {
    if (!validate_local_set(v, ins)) return false;
    validate_push1(v, v->locals[ins->a]);
    return true;
}

bool validate_global_get(Validator *v, Ins *ins) {
    if (!validate_index(v, ERR_unknown_global, ins->a, v->globals)) return false;
    const Global *g = &v->m->globals[ins->a];
    if (v->is_const && g->mutable)
        return VALIDATE_ERROR(v, ERR_constant_required, ": global %u is mutable", ins->a);
    validate_push1(v, g->type);
    return true;
}

bool validate_global_set(Validator *v, Ins *ins) {
    if (!validate_index(v, ERR_unknown_global, ins->a, v->globals)) return false;
    const Global *g = &v->m->globals[ins->a];
    if (!g->mutable) return VALIDATE_ERROR(v, ERR_immutable_global, " %u", ins->a);
    return validate_pop1(v, g->type);
}

/* ---- declarations ---------------------------------------------------------------------------- */

/* The number of locals that a body declares. Spec: binary/modules#code-section */
static bool count_locals(Validator *v, Decoder d, uint32_t groups, uint64_t *count) {
    *count = 0;
    for (uint32_t i = 0; i < groups; i++) {
        d.at = d.r.pos;
        *count += reader_u32leb(&d.r);
        if (!decode_type(&d)) return false;
    }
    v->d.at = d.r.pos;
    if (*count > UINT32_MAX) return VALIDATE_ERROR(v, ERR_too_many_locals, "%s", "");
    *count += v->param_count;
    if (*count <= LIMIT_LOCALS) return true;
    return VALIDATE_ERROR(v, ERR_limit, ": %llu locals: at most %u", (unsigned long long)*count,
                          (unsigned)LIMIT_LOCALS);
}

static bool is_non_null(ValType type) {
    return vt_is_ref(type) && !vt_nullable(type);
}

/* `count` of the declared locals can hold no null, so that they hold nothing at first. */
static bool track_unset(Validator *v, uint32_t count) {
    if (count == 0) return true;
    v->unset = ARENA_ARRAY(v->arena, v->local_count, bool);
    v->set_log = ARENA_ARRAY(v->arena, count, uint32_t);
    if (!v->unset || !v->set_log) return diag_nomem(v->ctx);
    for (uint32_t i = v->param_count; i < v->local_count; i++)
        v->unset[i] = is_non_null(v->locals[i]);
    return true;
}

bool validate_declare_locals(Validator *v, const TypeDef *t) {
    uint64_t count;
    Reader *r = &v->d.r;
    uint32_t groups = reader_u32leb(r), unset = 0;
    v->param_count = t->u.func.param_count;
    if (groups > reader_left(r) / 2) reader_fail(r, READER_END, r->end); /* two bytes each */
    if (!decode_reader_ok(v->ctx, r)) return false;
    if (!count_locals(v, v->d, groups, &count)) return false;
    v->locals = ARENA_ARRAY(v->arena, (size_t)count, ValType);
    if (!v->locals) return diag_nomem(v->ctx);
    ValType *next = v->locals;
    for (uint32_t i = 0; i < v->param_count; i++)
        *next++ = t->u.func.params[i];
    for (uint32_t i = 0; i < groups; i++) {
        uint32_t n = reader_u32leb(r);
        if (!decode_type(&v->d)) return false;
        const ValType type = v->d.type;
        if (is_non_null(type)) unset += n;
        for (ValType *end = next + n; next != end; next++)
            *next = type;
    }
    v->local_count = (uint32_t)count;
    return track_unset(v, unset);
}
