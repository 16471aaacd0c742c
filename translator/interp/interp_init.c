/* interp_init.c: what instantiation runs, in the specification's order: globals, tables' first values,
 * segments; then the start function. Constant expressions are evaluated from their op streams.
 * Spec: exec/modules#exec-instantiation */
#include "interp_impl.h"

/* ---- references ------------------------------------------------------------------------------ */
u32 interp_record(const Interp *it, u32 func) {
    u64 before = it->m->declared[func / 64] & (((u64)1 << func % 64) - 1);
    return it->record_ranks[func / 64] + (u32)__builtin_popcountll(before);
}

w2c_ref interp_func_ref(Inst *in, u32 func) {
    const Interp *it = inst_interp(in);
    if (func < it->m->imported_funcs)
        return (w2c_ref)(uintptr_t)__atomic_load_n(
            INST_AT(in, const w2c_func *, it->imports) + func, __ATOMIC_ACQUIRE);
    return INST_AT(in, w2c_func, it->records) + interp_record(it, func);
}

/* ---- constant expressions -------------------------------------------------------------------- */
static void *global_at(Inst *in, u32 i) {
    const Interp *it = inst_interp(in);
    void *at = INST_AT(in, void, it->globals[i]);
    return i < it->m->imported_globals ? *(void **)at : at;
}

static size_t value_bytes(ValType t) {
    switch (vt_kind(t)) {
    case VT_I32:
    case VT_F32:
        return 4;
    case VT_V128:
        return 16;
    default:
        return 8;
    }
}

/* Puts the instruction's result behind the `used` slots, or in place of its operands. False: no
 * constant instruction. */
static bool step(Inst *in, const OpStream *s, const Ins *ins, u64 *slots, u32 *used) {
    const Interp *it = inst_interp(in);
    const Module *m = it->m;
    u64 *top = slots + *used;
    u32 pops = 0, pushes = 1;
    const w2c_type *type = NULL;
    const TypeDef *def = NULL;
    w2c_ref ref = NULL;
    switch ((Op)ins->op) {
    case OP_struct_new:
    case OP_array_new:
    case OP_array_new_fixed:
    case OP_array_new_default:
        def = &m->types[ins->a];
        type = &it->types[def->canon];
        break;
    default:
        break;
    }
    switch ((Op)ins->op) {
    case OP_i32_const:
    case OP_f32_const:
        top[0] = ins->a;
        break;
    case OP_i64_const:
    case OP_f64_const:
        top[0] = (u64)ins->a | (u64)ins->b << 32;
        break;
    case OP_v128_const:
        memcpy(top, s->pool + ins->a, 16);
        pushes = 2;
        break;
    case OP_ref_null:
        top[0] = 0;
        break;
    case OP_ref_func:
        top[0] = (u64)(uintptr_t)interp_func_ref(in, ins->a);
        break;
    case OP_global_get:
        top[0] = 0;
        memcpy(top, global_at(in, ins->a), value_bytes(m->globals[ins->a].type));
        pushes = slots_of(m->globals[ins->a].type);
        break;
    case OP_i32_add:
        top[-2] = (u32)(top[-2] + top[-1]);
        *used -= 1;
        return true;
    case OP_i32_sub:
        top[-2] = (u32)(top[-2] - top[-1]);
        *used -= 1;
        return true;
    case OP_i32_mul:
        top[-2] = (u32)(top[-2] * top[-1]);
        *used -= 1;
        return true;
    case OP_i64_add:
        top[-2] += top[-1];
        *used -= 1;
        return true;
    case OP_i64_sub:
        top[-2] -= top[-1];
        *used -= 1;
        return true;
    case OP_i64_mul:
        top[-2] *= top[-1];
        *used -= 1;
        return true;
    case OP_struct_new:
        for (u32 k = 0; k < def->u.fields.count; k++)
            pops += slots_of(def->u.fields.fields[k].type);
        ref = interp_struct_new(in, ins->a, top - pops);
        break;
    case OP_struct_new_default:
        ref = interp_struct_new(in, ins->a, NULL);
        break;
    case OP_array_new:
        pops = slots_of(def->u.fields.fields[0].type) + 1;
        ref = interp_array_new(in, ins->a, top - pops, (u32)top[-1], true);
        break;
    case OP_array_new_default:
        pops = 1;
        ref = w2c_array_new_zero(&in->w2c, type, (u32)top[-1]);
        break;
    case OP_array_new_fixed:
        pops = slots_of(def->u.fields.fields[0].type) * ins->b;
        ref = interp_array_new(in, ins->a, top - pops, ins->b, false);
        break;
    case OP_ref_i31:
        pops = 1;
        ref = w2c_ref_i31((u32)top[-1]);
        break;
    case OP_any_convert_extern:
    case OP_extern_convert_any:
        pops = 1;
        ref = w2c_any_of_extern((w2c_ref)(uintptr_t)top[-1]);
        break;
    case OP_end:
        return true;
    default:
        return false;
    }
    if (pops || ref) top[-(ptrdiff_t)pops] = (u64)(uintptr_t)ref;
    *used = *used - pops + pushes;
    return true;
}

static void run_const(Inst *in, Context *ctx, const OpStream *s, u64 *slots) {
    u32 used = 0;
    for (u32 i = 0; i < s->count; i++) {
        if (step(in, s, &s->ins[i], slots, &used)) continue;
        diag_error(ctx, ERR_unsupported, NO_OFFSET, " by the interpreter: %s",
                   op_info[s->ins[i].op].text);
        return;
    }
}

/* Traps when it cannot be evaluated here, or memory runs out. Operands are where a collection sees
 * them. */
static w2c_value evaluate(Inst *in, ConstExpr expr, ValType type, u32 globals) {
    Interp *it = inst_interp(in);
    w2c_operands *o = w2c_operands_of(&in->w2c);
    OpStream s;
    Arena arena;
    w2c_value result;
    w2c_frame frame;
    w2c_status status = W2C_OK;
    Context ctx = context_worker(&it->ctx);
    if (!o) w2c_trap(W2C_NOMEM);
    u64 *slots = o->at;
    memset(&result, 0, sizeof result);
    arena_init(&arena, ctx.alloc);
    if (validate_const(&ctx, it->m, expr, type, globals, &arena, &s)) {
        u64 need = (u64)s.max_height * 2 + 4;
        if (need > (u64)(o->end - slots)) {
            status = W2C_TRAP_STACK_EXHAUSTED;
        } else {
            o->at = slots + need;
            memset(slots, 0, (size_t)need * sizeof(u64));
            if (W2C_TRY(frame, &in->w2c)) run_const(in, &ctx, &s, slots);
            status = w2c_frame_leave(&frame);
            memcpy(&result, slots, slots_of(type) * sizeof(u64));
            o->at = slots;
        }
    }
    arena_free(&arena);
    if (diag_failed(&ctx)) {
        char text[480];
        pthread_mutex_lock(&it->lock);
        if (!diag_failed(&it->ctx)) it->ctx.diag = ctx.diag;
        pthread_mutex_unlock(&it->lock);
        memcpy(text, ctx.diag.text, sizeof text);
        w2c_trap_detail(ctx.diag.class == CLASS_NOMEM ? W2C_NOMEM : W2C_LIMIT, text);
    }
    if (status != W2C_OK) w2c_trap(status);
    return result;
}

static u64 evaluate_offset(Inst *in, ConstExpr expr, bool is64) {
    w2c_value v = evaluate(in, expr, is64 ? VT_I64 : VT_I32, inst_interp(in)->m->global_count);
    return is64 ? v.i64 : v.i32;
}

/* ---- steps ----------------------------------------------------------------------------------- */
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
    return elem->is_funcs ? interp_func_ref(in, func)
                          : evaluate(in, expr, elem->type, m->global_count).ref;
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

static void copy_data(Inst *in, const Data *d, u64 to) {
    w2c_memory *memory = inst_memory(in, d->memory);
    if (to > memory->size || d->bytes.len > memory->size - to) w2c_trap(W2C_TRAP_MEMORY_BOUNDS);
    if (d->bytes.len) memcpy(memory->data + to, d->bytes.ptr, d->bytes.len);
}

static void init_datas(Inst *in) {
    const Interp *it = inst_interp(in);
    const Module *m = it->m;
    u32 active = 0;
    if (it->module.active_count)
        w2c_active_data_first(&in->w2c, INST_AT(in, w2c_memory *, it->memories));
    for (u32 k = 0; k < m->data_count; k++) {
        const Data *d = &m->datas[k];
        if (d->mode != SEGMENT_ACTIVE)
            INST_AT(in, w2c_data, it->datas)[k] = (w2c_data){d->bytes.ptr, d->bytes.len};
        else if (active++ >= it->module.active_count)
            copy_data(in, d, evaluate_offset(in, d->offset, m->memories[d->memory].limits.is64));
    }
}

void interp_init(w2c_instance *instance) {
    Inst *in = (Inst *)(void *)instance;
    const Interp *it = inst_interp(in);
    if (it->m->memory_count) in->base = INST_AT(in, u8 *, it->bases)[0];
    init_globals(in);
    init_tables(in);
    init_elems(in);
    init_datas(in);
}

void interp_start(w2c_instance *instance) {
    Inst *in = (Inst *)(void *)instance;
    const Module *m = inst_interp(in)->m;
    if (m->start >= m->imported_funcs) {
        interp_call_func(in, m->start, NULL, NULL);
    } else {
        const w2c_func *f = (const w2c_func *)interp_func_ref(in, m->start);
        f->type->call(f, NULL, NULL);
    }
}

/* ---- the module's list of active segments ------------------------------------------------------ */
/* i32.const or i64.const and end. */
static bool const_offset(const Module *m, const Data *d, u64 *offset) {
    Reader r = {.pos = d->offset.bytes.ptr, .base = m->bytes.ptr};
    r.end = r.pos + d->offset.bytes.len;
    u8 op = reader_u8(&r);
    if (op == op_info[OP_i32_const].code)
        *offset = (u32)reader_s32leb(&r);
    else if (op == op_info[OP_i64_const].code)
        *offset = (u64)reader_s64leb(&r);
    else
        return false;
    return reader_u8(&r) == op_info[OP_end].code && r.error == READER_OK;
}

/* Is the constant an address of that memory? Else evaluating it says what is wrong. */
static bool fits_type(const Module *m, const Data *d) {
    return op_info[m->memories[d->memory].limits.is64 ? OP_i64_const : OP_i32_const].code ==
           d->offset.bytes.ptr[0];
}

bool interp_active_make(Interp *it, Context *ctx) {
    const Module *m = it->m;
    w2c_active_data *list = arena_array(&it->arena, m->data_count, sizeof *list);
    if (!list) return diag_nomem(ctx);
    w2c_module *module = &it->module;
    module->active_is_all = true;
    for (u32 k = 0; k < m->data_count && module->active_is_all; k++) {
        const Data *d = &m->datas[k];
        u64 to = 0;
        if (d->mode != SEGMENT_ACTIVE) continue;
        module->active_is_all = const_offset(m, d, &to) && fits_type(m, d);
        if (module->active_is_all)
            list[module->active_count++] =
                (w2c_active_data){d->memory, to, (u64)(d->bytes.ptr - m->bytes.ptr), d->bytes.len};
    }
    module->data = m->bytes.ptr;
    module->active = list;
    module->images = &it->images;
    return true;
}
