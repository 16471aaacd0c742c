/* emit_gc.c: the garbage-collected heap: expressions and statements. Types are in emit_gc_types.c. */
#include "emit.h"
#include "emit_gc.h"

typedef struct ElemC { /* C's name for a storage type */
    const char *name, *type;
} ElemC;

static ElemC elem_c(ValType t) {
    static const ElemC all[] = {{"?", "?"},         {"u32", "u32"}, {"u64", "u64"},
                                {"f32", "f32"},     {"f64", "f64"}, {"v128", "w2c_v128_field"},
                                {"ref", "w2c_ref"}, {"u8", "u8"},   {"u16", "u16"}};
    return all[vt_kind(t)];
}

const char *emit_gc_elem_name(ValType t) {
    return elem_c(t).name;
}
const char *emit_gc_elem_type(ValType t) {
    return elem_c(t).type;
}

static const Field *field_of(const Writer *w, uint32_t type, uint32_t field) {
    return &w->e->m->types[type].u.fields.fields[field];
}

static uint32_t canon(const Writer *w, uint32_t type) {
    return w->e->m->types[type].canon;
}

/* "(u32)(s32)(s8)" in front of a packed field's or element's value. */
static void extension(Writer *w, const Field *f, bool is_signed) {
    if (f->type == VT_PACKED8) buffer_text(w->out, is_signed ? "(u32)(s32)(s8)" : "(u32)");
    if (f->type == VT_PACKED16) buffer_text(w->out, is_signed ? "(u32)(s32)(s16)" : "(u32)");
}

static void type_address(Writer *w, uint32_t type) {
    buffer_printf(w->out, "%s_t%u", w->e->name, canon(w, type));
}

/* "W2C_FIELD(calc_s3, p0, f1)" */
static void place(Writer *w, uint32_t ref, bool there, uint32_t type, uint32_t field) {
    buffer_printf(w->out, "W2C_FIELD(%s_s%u, ", w->e->name, canon(w, type));
    if (!there) buffer_text(w->out, "w2c_struct_there(");
    emit_expr(w, ref, false);
    buffer_printf(w->out, "%s, f%u)", there ? "" : ")", field);
}

/* ---- new objects ----------------------------------------------------------------------------- */

static void list(Writer *w, const Node *n) {
    for (uint32_t i = 0; i < n->kid[2]; i++) {
        buffer_text(w->out, i && i % 8 == 0 ? ",\n        " : ", ");
        emit_expr(w, w->ir->args[n->kid[1] + i], false);
    }
    buffer_char(w->out, ')');
}

static bool new_object(Writer *w, const Node *n) {
    uint32_t type = (uint32_t)n->imm, high = (uint32_t)(n->imm >> 32);
    const char *name = w->e->name;
    switch ((Op)n->op) {
    case OP_struct_new:
        buffer_printf(w->out, "%s_new_s%u(m", name, canon(w, type));
        break;
    case OP_struct_new_default:
        buffer_printf(w->out, "%s_zero_s%u(m", name, canon(w, type));
        break;
    case OP_array_new:
        buffer_printf(w->out, "w2c_array_new_%s(&m->w2c, ",
                      elem_c(field_of(w, type, 0)->type).name);
        type_address(w, type);
        break;
    case OP_array_new_fixed: {
        ElemC c = elem_c(field_of(w, type, 0)->type);
        if (high == 0) {
            buffer_text(w->out, "w2c_array_new_zero(&m->w2c, ");
            type_address(w, type);
            buffer_text(w->out, ", 0");
            break;
        }
        buffer_printf(w->out, "W2C_ARRAY_FIXED(%s, %s, &m->w2c, ", c.name, c.type);
        type_address(w, type);
        buffer_printf(w->out, ", %u", high);
        break;
    }
    case OP_array_new_default:
        buffer_text(w->out, "w2c_array_new_zero(&m->w2c, ");
        type_address(w, type);
        break;
    case OP_array_new_data:
    case OP_array_new_elem:
        buffer_printf(w->out, "w2c_%s(&m->w2c, ", op_info[n->op].name);
        type_address(w, type);
        buffer_printf(w->out, ", &m->%s[%u]", n->op == OP_array_new_data ? "datas" : "elems", high);
        break;
    default:
        return false;
    }
    list(w, n);
    return true;
}

/* ---- casts ----------------------------------------------------------------------------------- */

static const char *abstract_name(uint32_t heap) {
    switch (heap) {
    case HT_EQ:
        return "eq";
    case HT_I31:
        return "i31";
    case HT_STRUCT:
        return "struct";
    case HT_ARRAY:
        return "array";
    case HT_NONE:
    case HT_NOFUNC:
    case HT_NOEXTERN:
    case HT_NOEXN:
        return "none";
    default:
        return "there"; /* the top of a hierarchy */
    }
}

/* verb: "is" or "as" */
static void cast(Writer *w, const Node *n, const char *verb) {
    const Module *m = w->e->m;
    ValType target = (uint32_t)n->imm, source = (uint32_t)(n->imm >> 32);
    uint32_t heap = vt_heap(target), from = vt_heap(source);
    const char *or_null = vt_nullable(target) ? "_or_null" : "";
    if (!ht_is_index(heap)) {
        buffer_printf(w->out, "w2c_any_%s_%s%s(", verb, abstract_name(heap), or_null);
        emit_expr(w, n->kid[0], false);
        buffer_char(w->out, ')');
        return;
    }
    bool object = ht_is_index(from) || from == HT_STRUCT || from == HT_ARRAY;
    const char *kind = m->types[heap].form == FORM_FUNC ? "func" : object ? "object" : "any";
    buffer_printf(w->out, "w2c_%s_%s%s(", kind, verb, or_null);
    emit_expr(w, n->kid[0], false);
    buffer_printf(w->out, ", %s_c%u)", w->e->name, canon(w, heap));
}

bool emit_gc_is_truth(const Node *n) {
    return n->op == OP_ref_test || n->op == OP_ref_test_null;
}

void emit_gc_truth(Writer *w, const Node *n) {
    cast(w, n, "is");
}

/* ---- reads ----------------------------------------------------------------------------------- */

static void call1(Writer *w, const Node *n, const char *name) {
    buffer_text(w->out, name);
    buffer_char(w->out, '(');
    emit_expr(w, n->kid[0], false);
    buffer_char(w->out, ')');
}

static void get_field(Writer *w, const Node *n) {
    uint32_t type = (uint32_t)n->imm, field = (uint32_t)(n->imm >> 32);
    extension(w, field_of(w, type, field), n->op == OP_struct_get_s);
    place(w, n->kid[0], n->aux, type, field);
}

static void get_element(Writer *w, const Node *n) {
    const Field *f = field_of(w, (uint32_t)n->imm, 0);
    extension(w, f, n->op == OP_array_get_s);
    buffer_printf(w->out, "w2c_array_get_%s%s(", n->aux ? "in_" : "", elem_c(f->type).name);
    emit_expr(w, n->kid[0], false);
    buffer_text(w->out, ", ");
    emit_expr(w, n->kid[1], false);
    buffer_char(w->out, ')');
}

bool emit_gc_expr(Writer *w, const Node *n, bool parens) {
    (void)parens;
    switch ((Op)n->op) {
    case OP_struct_get:
    case OP_struct_get_s:
    case OP_struct_get_u:
        get_field(w, n);
        return true;
    case OP_array_get:
    case OP_array_get_s:
    case OP_array_get_u:
        get_element(w, n);
        return true;
    case OP_array_len:
        call1(w, n, n->aux ? "W2C_ARRAY_LEN" : "w2c_array_len");
        return true;
    case OP_ref_cast:
    case OP_ref_cast_null:
        cast(w, n, "as");
        return true;
    case OP_any_convert_extern:
        call1(w, n, "w2c_any_of_extern");
        return true;
    case OP_extern_convert_any:
        call1(w, n, "w2c_extern_of_any");
        return true;
    case OP_ref_i31:
        call1(w, n, "w2c_ref_i31");
        return true;
    case OP_i31_get_s:
        call1(w, n, n->aux ? "w2c_i31_in_s" : "w2c_i31_get_s");
        return true;
    case OP_i31_get_u:
        call1(w, n, n->aux ? "w2c_i31_in_u" : "w2c_i31_get_u");
        return true;
    default:
        return new_object(w, n);
    }
}

/* ---- writes ---------------------------------------------------------------------------------- */

static void args(Writer *w, const Stmt *s, uint32_t from, uint32_t to) {
    for (uint32_t i = from; i < to; i++) {
        if (i) buffer_text(w->out, ", ");
        emit_arg(w, s, i);
    }
}

static void set_field(Writer *w, const Stmt *s) {
    uint32_t type = (uint32_t)s->imm, field = (uint32_t)(s->imm >> 32);
    const Field *f = field_of(w, type, field);
    place(w, emit_stmt_args(w, s)[0], s->lane, type, field);
    buffer_text(w->out, " = ");
    if (f->type == VT_PACKED8 || f->type == VT_PACKED16) {
        buffer_printf(w->out, "(%s)", elem_c(f->type).type);
        emit_expr(w, emit_stmt_args(w, s)[1], true);
    } else {
        emit_arg(w, s, 1);
    }
    buffer_char(w->out, ';');
}

bool emit_gc_stmt(Writer *w, const Stmt *s) {
    uint32_t type = (uint32_t)s->imm, high = (uint32_t)(s->imm >> 32);
    switch ((Op)s->op) {
    case OP_struct_set:
        set_field(w, s);
        return true;
    case OP_array_set:
        buffer_printf(w->out, "w2c_array_set_%s%s(", s->lane ? "in_" : "",
                      elem_c(field_of(w, type, 0)->type).name);
        break;
    case OP_array_fill:
        buffer_printf(w->out, "w2c_array_fill_%s(", elem_c(field_of(w, type, 0)->type).name);
        break;
    case OP_array_copy:
        buffer_text(w->out, "w2c_array_copy(");
        break;
    case OP_array_init_data:
    case OP_array_init_elem: {
        bool data = s->op == OP_array_init_data;
        buffer_printf(w->out, "w2c_%s(%s", op_info[s->op].name, data ? "" : "&m->w2c, ");
        args(w, s, 0, 2);
        buffer_printf(w->out, ", &m->%s[%u]", data ? "datas" : "elems", high);
        args(w, s, 2, 4);
        buffer_text(w->out, ");");
        return true;
    }
    default:
        return false;
    }
    args(w, s, 0, s->count);
    buffer_text(w->out, ");");
    return true;
}
