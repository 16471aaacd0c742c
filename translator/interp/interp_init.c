/* interp_init.c: what instantiation runs, in the specification's order: globals, tables' first values,
 * segments, the start function. Constant expressions are evaluated from their op streams.
 * Spec: exec/modules#exec-instantiation */
#include "interp_impl.h"

/* ---- references ------------------------------------------------------------------------------------------ */
u32 interp_record(const Interp *it, u32 func) {
    u64 before = it->m->declared[func / 64] & (((u64)1 << func % 64) - 1);
    return it->record_ranks[func / 64] + (u32)__builtin_popcountll(before);
}

w2c_ref interp_func_ref(Inst *in, u32 func) {
    const Interp *it = inst_interp(in);
    if (func < it->m->imported_funcs)
        return (w2c_ref)(uintptr_t)__atomic_load_n(INST_AT(in, const w2c_func *, it->imports) + func,
                                                   __ATOMIC_ACQUIRE);
    return INST_AT(in, w2c_func, it->records) + interp_record(it, func);
}

/* ---- constant expressions ---------------------------------------------------------------------------------- */
static void *global_at(Inst *in, u32 i) {
    const Interp *it = inst_interp(in);
    void *at = INST_AT(in, void, it->globals[i]);
    return i < it->m->imported_globals ? *(void **)at : at;
}

static size_t value_bytes(ValType t) {
    switch (vt_kind(t)) {
    case VT_I32:
    case VT_F32: return 4;
    case VT_V128: return 16;
    default: return 8;
    }
}

enum { MOST_CONST_STACK = 64 };

static bool step(Inst *in, const OpStream *s, const Ins *ins, w2c_value *stack, u32 *height) {
    const Module *m = inst_interp(in)->m;
    w2c_value *top = stack + *height;
    u64 wide = (u64)ins->a | (u64)ins->b << 32;
    if (*height == MOST_CONST_STACK) return false;
    memset(top, 0, sizeof *top);
    switch ((Op)ins->op) {
    case OP_i32_const:
    case OP_f32_const: top->i32 = ins->a; break;
    case OP_i64_const:
    case OP_f64_const: top->i64 = wide; break;
    case OP_v128_const: memcpy(top, s->pool + ins->a, 16); break;
    case OP_ref_null: break;
    case OP_ref_func: top->ref = interp_func_ref(in, ins->a); break;
    case OP_global_get: memcpy(top, global_at(in, ins->a), value_bytes(m->globals[ins->a].type)); break;
    case OP_i32_add: top[-2].i32 += top[-1].i32; *height -= 2; break;
    case OP_i32_sub: top[-2].i32 -= top[-1].i32; *height -= 2; break;
    case OP_i32_mul: top[-2].i32 *= top[-1].i32; *height -= 2; break;
    case OP_i64_add: top[-2].i64 += top[-1].i64; *height -= 2; break;
    case OP_i64_sub: top[-2].i64 -= top[-1].i64; *height -= 2; break;
    case OP_i64_mul: top[-2].i64 *= top[-1].i64; *height -= 2; break;
    case OP_end: --*height; break;
    default: return false;
    }
    ++*height;
    return true;
}

/* Traps when it cannot be evaluated here, or memory runs out. */
static w2c_value evaluate(Inst *in, ConstExpr expr, ValType type, u32 globals) {
    Interp *it = inst_interp(in);
    w2c_value stack[MOST_CONST_STACK + 1];
    u32 height = 0;
    OpStream s;
    Context ctx = context_worker(&it->ctx);
    const char *unknown = NULL;
    pthread_mutex_lock(&it->lock);
    bool ok = validate_const(&ctx, it->m, expr, type, globals, &it->scratch, &s);
    for (u32 i = 0; ok && !unknown && i < s.count; i++)
        if (!step(in, &s, &s.ins[i], stack, &height)) unknown = op_info[s.ins[i].op].text;
    arena_reset(&it->scratch);
    if (unknown) diag_error(&ctx, ERR_unsupported, NO_OFFSET, " by the interpreter: %s", unknown);
    if (diag_failed(&ctx) && !diag_failed(&it->ctx)) it->ctx.diag = ctx.diag;
    pthread_mutex_unlock(&it->lock);
    if (diag_failed(&ctx)) {
        char text[480];
        memcpy(text, ctx.diag.text, sizeof text);
        w2c_trap_detail(ctx.diag.class == CLASS_NOMEM ? W2C_NOMEM : W2C_LIMIT, text);
    }
    return stack[0];
}

static u64 evaluate_offset(Inst *in, ConstExpr expr, bool is64) {
    w2c_value v = evaluate(in, expr, is64 ? VT_I64 : VT_I32, inst_interp(in)->m->global_count);
    return is64 ? v.i64 : v.i32;
}

/* ---- steps ------------------------------------------------------------------------------------------------------ */
static void init_globals(Inst *in) {
    const Module *m = inst_interp(in)->m;
    for (u32 i = m->imported_globals; i < m->global_count; i++) {
        w2c_value v = evaluate(in, m->globals[i].init, m->globals[i].type, i);
        memcpy(global_at(in, i), &v, value_bytes(m->globals[i].type));
    }
}

static void init_tables(Inst *in) {
    const Module *m = inst_interp(in)->m;
    for (u32 i = m->imported_tables; i < m->table_count; i++) {
        if (m->tables[i].init.bytes.len == 0) continue;
        w2c_value v = evaluate(in, m->tables[i].init, m->tables[i].type, m->global_count);
        w2c_table *t = inst_table(in, i);
        w2c_table_fill(t, 0, v.ref, t->size);
    }
}

static w2c_ref elem_item(Inst *in, const Elem *elem, const u8 **at) {
    const Module *m = inst_interp(in)->m;
    u32 func = 0;
    ConstExpr expr = {{NULL, 0}};
    elem_next(m, elem, at, &func, &expr);
    return elem->is_funcs ? interp_func_ref(in, func) : evaluate(in, expr, elem->type, m->global_count).ref;
}

static void init_elems(Inst *in) {
    const Interp *it = inst_interp(in);
    const Module *m = it->m;
    /* expressions may make objects: all are evaluated before the first segment is used */
    for (u32 k = 0; k < m->elem_count; k++) {
        const Elem *elem = &m->elems[k];
        if (!it->elem_refs[k]) continue;
        const u8 *at = elem->items.ptr;
        w2c_ref *refs = INST_AT(in, w2c_ref, it->elem_refs[k]);
        for (u32 i = 0; i < elem->count; i++)
            refs[i] = elem_item(in, elem, &at);
    }
    for (u32 k = 0; k < m->elem_count; k++) {
        const Elem *elem = &m->elems[k];
        w2c_elem *run = INST_AT(in, w2c_elem, it->elems) + k;
        const w2c_ref *refs = it->elem_refs[k] ? INST_AT(in, w2c_ref, it->elem_refs[k]) : NULL;
        if (elem->mode == SEGMENT_PASSIVE) *run = (w2c_elem){NULL, refs, elem->count};
        if (elem->mode != SEGMENT_ACTIVE) continue;
        w2c_table *t = inst_table(in, elem->table);
        u64 to = evaluate_offset(in, elem->offset, m->tables[elem->table].limits.is64);
        if (to > t->size || elem->count > t->size - to) w2c_trap(W2C_TRAP_TABLE_BOUNDS);
        const u8 *at = elem->items.ptr;
        for (u32 i = 0; i < elem->count; i++)
            t->data[to + i] = refs ? refs[i] : elem_item(in, elem, &at);
    }
}

static void init_datas(Inst *in) {
    const Interp *it = inst_interp(in);
    const Module *m = it->m;
    for (u32 k = 0; k < m->data_count; k++) {
        const Data *d = &m->datas[k];
        w2c_data bytes = {d->bytes.ptr, d->bytes.len};
        if (d->mode != SEGMENT_ACTIVE) {
            INST_AT(in, w2c_data, it->datas)[k] = bytes;
            continue;
        }
        u64 to = evaluate_offset(in, d->offset, m->memories[d->memory].limits.is64);
        w2c_memory *memory = inst_memory(in, d->memory);
        if (to > memory->size || d->bytes.len > memory->size - to) w2c_trap(W2C_TRAP_MEMORY_BOUNDS);
        if (d->bytes.len) memcpy(memory->data + to, d->bytes.ptr, d->bytes.len);
    }
}

void interp_init(w2c_instance *instance) {
    Inst *in = (Inst *)(void *)instance;
    const Interp *it = inst_interp(in);
    const Module *m = it->m;
    if (m->memory_count) in->base = INST_AT(in, u8 *, it->bases)[0];
    in->fuel = UINT64_MAX;
    init_globals(in);
    init_tables(in);
    init_elems(in);
    init_datas(in);
    in->ready = true;
    if (m->start == NO_FUNC) return;
    if (m->start >= m->imported_funcs) {
        w2c_operands *o = w2c_operands_of(instance);
        if (!o) w2c_trap(W2C_NOMEM);
        u64 *fp = o->at;
        in->limit = o->end;
        interp_run(in, m->start, fp);
        o->at = fp;
    } else {
        const w2c_func *f = (const w2c_func *)interp_func_ref(in, m->start);
        f->type->call(f, NULL, NULL);
    }
}
