/* lower_gc.c: the garbage-collected heap: structs, arrays, i31, casts, the bridge to extern.
 *
 * A new object is an expression: nothing can tell when it was made. Reads of immutable fields depend
 * on nothing; a read that may meet null traps. Writes and bulk operations are statements. */
#include "lower.h"

static const ValType any_null = VT_REF | VT_NULLABLE | (ValType)HT_ANY << VT_HEAP_SHIFT;

static ValType operand_type(const Lower *l, uint32_t from_top) {
    return from_top < l->height ? l->stack[l->height - 1 - from_top].type : any_null;
}

static ValType unpacked(const Field *f) {
    return f->type == VT_PACKED8 || f->type == VT_PACKED16 ? VT_I32 : f->type;
}

static uint64_t pair(uint32_t a, uint32_t b) {
    return (uint64_t)b << 32 | a;
}

/* Reading from a reference `from_top` below the top: not null: does it trap? */
static Node reader(const Lower *l, const Ins *ins, uint32_t from_top) {
    return (Node){
        .op = ins->op, .aux = !vt_nullable(operand_type(l, from_top)), .imm = pair(ins->a, ins->b)};
}

static void get_field(Lower *l, const Ins *ins) {
    const Field *f = &l->m->types[ins->a].u.fields.fields[ins->b];
    Node node = reader(l, ins, 0);
    lower_push_op(l, node, 1, unpacked(f),
                  (uint8_t)((node.aux ? 0 : DEP_TRAP) | (f->mutable ? DEP_HEAP : 0)));
}

static void get_element(Lower *l, const Ins *ins) {
    const Field *f = l->m->types[ins->a].u.fields.fields;
    lower_push_op(l, reader(l, ins, 1), 2, unpacked(f),
                  (uint8_t)(DEP_TRAP | (f->mutable ? DEP_HEAP : 0)));
}

static void new_object(Lower *l, const Ins *ins, uint32_t operands, uint8_t deps) {
    Node node = {.op = ins->op, .imm = pair(ins->a, ins->b)};
    lower_push_list(l, node, operands, vt_ref(ins->a, false), (uint8_t)(deps | DEP_ALLOC));
}

/* A write: operands, the reference lowest. */
static void write(Lower *l, const Ins *ins, uint32_t operands) {
    bool there = !vt_nullable(operand_type(l, operands - 1));
    /* C may look for null before it evaluates the value: what traps goes first */
    if (ins->op == OP_struct_set && !there)
        for (uint32_t i = l->height - operands; i < l->height; i++)
            if (l->stack[i].deps & DEP_TRAPS) lower_settle(l, i, false);
    uint32_t first = lower_pop_args(l, operands);
    lower_flush(l, DEP_HEAP | DEP_TRAPS);
    Stmt *s = lower_stmt(l, STMT_OP);
    s->op = ins->op;
    s->lane = there;
    s->imm = pair(ins->a, ins->b);
    s->first = first;
    s->count = operands;
}

/* ---- casts ----------------------------------------------------------------------------------- */
static bool statically(const Lower *l, ValType source, ValType target) {
    return vt_is_ref(source) && vt_heap(source) != HT_BOTTOM &&
           heap_matches(l->m, vt_heap(source), vt_heap(target));
}

static void test(Lower *l, const Ins *ins) {
    ValType source = operand_type(l, 0);
    lower_push_op(l, (Node){.op = ins->op, .imm = pair(ins->a, source)}, 1, VT_I32, 0);
}

static void cast(Lower *l, const Ins *ins) {
    ValType source = operand_type(l, 0), target = ins->a;
    if (statically(l, source, target) && (vt_nullable(target) || !vt_nullable(source))) return;
    lower_push_op(l, (Node){.op = ins->op, .imm = pair(target, source)}, 1, target, DEP_TRAP);
}

static void branch_on_cast(Lower *l, const Ins *ins, bool on_failure) {
    const Block *b = &l->s->blocks[ins->a];
    uint32_t count = block_label_arity(b);
    ValType source = l->s->pool[ins->b], target = l->s->pool[ins->b + 1];
    ValType rest = vt_nullable(target) ? source & ~(ValType)VT_NULLABLE : source;
    if (l->height < count || l->height == 0) {
        l->failed = true;
        return;
    }
    lower_flush(l, DEP_TRAPS);
    Entry *top = &l->stack[l->height - 1];
    if (l->ir->nodes[top->node].op != OP_local_get) lower_settle(l, l->height - 1, true);
    lower_settle_cheap(l, l->height - count, l->height);
    top = &l->stack[l->height - 1];
    uint16_t op = vt_nullable(target) ? OP_ref_test_null : OP_ref_test;
    Node condition = {.op = op, .type = VT_I32, .kid = {top->node}, .imm = pair(target, source)};
    uint32_t node = lower_node(l, condition);
    if (on_failure) node = lower_node(l, (Node){.op = OP_i32_eqz, .type = VT_I32, .kid = {node}});
    l->stack[l->height - 1].type = on_failure ? target : rest;
    uint32_t first = l->ir->arg_count;
    for (uint32_t i = l->height - count; i < l->height; i++)
        lower_arg(l, l->stack[i].node);
    Stmt *s = lower_stmt(l, STMT_GOTO_IF);
    s->a = ins->a;
    s->b = b->height;
    s->node = node;
    s->first = first;
    s->count = count;
    s->hint = ins->hint;
}

/* ---- all ------------------------------------------------------------------------------------- */
static bool lower_new(Lower *l, const Ins *ins) {
    switch ((Op)ins->op) {
    case OP_struct_new:
        new_object(l, ins, l->m->types[ins->a].u.fields.count, 0);
        return true;
    case OP_struct_new_default:
        new_object(l, ins, 0, 0);
        return true;
    case OP_array_new:
        new_object(l, ins, 2, 0);
        return true;
    case OP_array_new_default:
        new_object(l, ins, 1, 0);
        return true;
    case OP_array_new_fixed:
        new_object(l, ins, ins->b, 0);
        return true;
    case OP_array_new_data:
    case OP_array_new_elem:
        new_object(l, ins, 2, DEP_TRAP);
        return true;
    default:
        return false;
    }
}

static bool lower_casts(Lower *l, const Ins *ins) {
    switch ((Op)ins->op) {
    case OP_ref_test:
    case OP_ref_test_null:
        test(l, ins);
        return true;
    case OP_ref_cast:
    case OP_ref_cast_null:
        cast(l, ins);
        return true;
    case OP_br_on_cast:
        branch_on_cast(l, ins, false);
        return true;
    case OP_br_on_cast_fail:
        branch_on_cast(l, ins, true);
        return true;
    case OP_any_convert_extern:
    case OP_extern_convert_any: {
        uint32_t heap = ins->op == OP_any_convert_extern ? HT_ANY : HT_EXTERN;
        ValType type = vt_ref(heap, vt_nullable(operand_type(l, 0)));
        lower_push_op(l, (Node){.op = ins->op}, 1, type, 0);
        return true;
    }
    default:
        return false;
    }
}

bool lower_gc(Lower *l, const Ins *ins) {
    switch ((Op)ins->op) {
    case OP_struct_get:
    case OP_struct_get_s:
    case OP_struct_get_u:
        get_field(l, ins);
        return true;
    case OP_array_get:
    case OP_array_get_s:
    case OP_array_get_u:
        get_element(l, ins);
        return true;
    case OP_array_len: {
        Node node = reader(l, ins, 0);
        lower_push_op(l, node, 1, VT_I32, node.aux ? 0 : DEP_TRAP);
        return true;
    }
    case OP_struct_set:
        write(l, ins, 2);
        return true;
    case OP_array_set:
        write(l, ins, 3);
        return true;
    case OP_array_fill:
    case OP_array_init_data:
    case OP_array_init_elem:
        write(l, ins, 4);
        return true;
    case OP_array_copy:
        write(l, ins, 5);
        return true;
    case OP_ref_i31:
        lower_push_op(l, (Node){.op = ins->op}, 1, vt_ref(HT_I31, false), 0);
        return true;
    case OP_i31_get_s:
    case OP_i31_get_u: {
        Node node = reader(l, ins, 0);
        lower_push_op(l, node, 1, VT_I32, node.aux ? 0 : DEP_TRAP);
        return true;
    }
    default:
        return lower_new(l, ins) || lower_casts(l, ins);
    }
}
