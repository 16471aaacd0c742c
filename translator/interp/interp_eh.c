/* interp_eh.c: exceptions in interpreted code: making, matching. Where they go is in the cells behind
 * calls; see interp_run.c. Spec: exec/instructions#exec-throw-ref */
#include "interp_impl.h"

static const w2c_tag *tag_at(Inst *in, u32 tag) {
    const Interp *it = inst_interp(in);
    if (tag < it->m->imported_tags) return *INST_AT(in, const w2c_tag *, it->tags[tag]);
    return INST_AT(in, const w2c_tag, it->tags[tag]);
}

static const TypeDef *tag_type(const Interp *it, u32 tag) {
    return &it->m->types[it->m->tags[tag].type];
}

void interp_throw(Inst *in, u32 tag, const u64 *slots) {
    const TypeDef *t = tag_type(inst_interp(in), tag);
    w2c_exception *x = w2c_throw(&in->w2c, tag_at(in, tag), t->u.func.param_count);
    memset(x->values, 0, t->u.func.param_count * sizeof(w2c_value));
    interp_slots_to_values(t->u.func.params, t->u.func.param_count, slots, x->values);
}

bool interp_catch(Inst *in, u32 tag, u32 kind, u64 *fp, u32 at) {
    const Interp *it = inst_interp(in);
    w2c_exception *x = w2c_thrown(&in->w2c);
    bool any = (kind & 3) >= CATCH_ALL, first = (kind & CATCH_REF_FIRST) != 0;
    if (!any && x->tag != tag_at(in, tag)) return false;
    u32 slots = 0;
    u64 *to = fp + at;
    if (!any) {
        const TypeDef *t = tag_type(it, tag);
        slots = slots_of_all(t->u.func.params, t->u.func.param_count);
        interp_values_to_slots(t->u.func.params, t->u.func.param_count, x->values,
                               to + (first ? 1 : 0));
    }
    if (!(kind & 1)) {
        w2c_caught(&in->w2c, x);
        return true;
    }
    /* a collection looks through the operands: those of this frame, too */
    w2c_operands *o = w2c_operands_of(&in->w2c);
    if (o) o->at = in->limit - (to + slots) > MOST_SLOTS ? to + MOST_SLOTS : in->limit;
    to[first ? 0 : slots] = (u64)(uintptr_t)w2c_caught_ref(&in->w2c, x);
    return true;
}
