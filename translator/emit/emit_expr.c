/* emit_expr.c: expression trees as C text. Trees are bounded by lower_stack.c, so recursion is too. */
#include "emit_gc.h"

const char *emit_c_type(unsigned kind) {
    static const char *const names[] = {"void", "u32", "u64", "f32", "f64", "v128", "w2c_ref"};
    return names[kind];
}

const char *emit_zero(unsigned kind) {
    static const char *const zeros[] = {"", "0", "0", "0", "0", "{0}", "NULL"};
    return zeros[kind];
}

void emit_slot(Writer *w, unsigned type, uint32_t height) {
    buffer_char(w->out, "?ijfdvr"[type]);
    buffer_u64(w->out, height);
    w->slots[type - 1][height / 32] |= 1u << (height % 32);
}

void emit_local(Writer *w, uint32_t local) {
    buffer_char(w->out, local < w->ir->stream->param_count ? 'p' : 'l');
    buffer_u64(w->out, local);
}

/* ---- constants ------------------------------------------------------------------------------- */

/* Arithmetic with +-0 and +-1 is what C compilers fold away, and a signalling NaN would pass unchanged
 * through the fold. These constants come from variables that the compiler cannot see through. */
static const char *const opaque_names[8] = {"zero_f", "neg_zero_f", "one_f", "neg_one_f",
                                            "zero_d", "neg_zero_d", "one_d", "neg_one_d"};
static const char *const opaque_values[8] = {"0.0f", "-0.0f", "1.0f", "-1.0f",
                                             "0.0",  "-0.0",  "1.0",  "-1.0"};

static int opaque_index(unsigned type, uint64_t bits) {
    static const uint64_t f32_bits[4] = {0, 0x80000000, 0x3f800000, 0xbf800000};
    static const uint64_t f64_bits[4] = {0, 0x8000000000000000, 0x3ff0000000000000,
                                         0xbff0000000000000};
    const uint64_t *list = type == VT_F32 ? f32_bits : f64_bits;
    for (int i = 0; i < 4; i++)
        if (list[i] == bits) return type == VT_F32 ? i : 4 + i;
    return -1;
}

void emit_opaque_decls(Writer *w, Buffer *out) {
    for (unsigned i = 0; i < 8; i++)
        if (w->opaque >> i & 1)
            buffer_printf(out, "    const %s %s = w2c_opaque_%s(%s);\n", i < 4 ? "f32" : "f64",
                          opaque_names[i], i < 4 ? "f32" : "f64", opaque_values[i]);
}

/* A finite value that is a whole number below 2^24 in decimal, the rest as a hexadecimal float. */
static void float_text(Buffer *out, unsigned type, uint64_t bits) {
    unsigned mant_bits = type == VT_F32 ? 23 : 52;
    uint64_t mant = bits & (((uint64_t)1 << mant_bits) - 1);
    int bias = type == VT_F32 ? 127 : 1023;
    unsigned exp_mask = type == VT_F32 ? 0xff : 0x7ff;
    int exp = (int)(bits >> mant_bits & exp_mask);
    bool negative = type == VT_F32 ? bits >> 31 & 1 : bits >> 63;
    if (exp == (int)exp_mask) { /* infinities and NaNs by their bits */
        buffer_text(out, type == VT_F32 ? "w2c_f32_reinterpret_i32(" : "w2c_f64_reinterpret_i64(");
        buffer_hex(out, bits);
        buffer_text(out, type == VT_F32 ? "u)" : "ull)");
        return;
    }
    if (negative) buffer_text(out, "(-");
    int shift = exp - bias; /* value = (1 + mant/2^bits) * 2^shift */
    uint64_t whole = ((uint64_t)1 << mant_bits | mant);
    if (exp == 0 && mant == 0) {
        buffer_text(out, "0.0");
    } else if (exp && shift >= 0 && shift < 24 &&
               (whole & (((uint64_t)1 << (mant_bits - (unsigned)shift)) - 1)) == 0) {
        buffer_u64(out, whole >> (mant_bits - (unsigned)shift));
        buffer_text(out, ".0");
    } else {
        buffer_text(out, exp ? "0x1." : "0x0.");
        uint64_t digits = type == VT_F32 ? mant << 1 : mant;
        int nibbles = type == VT_F32 ? 6 : 13;
        do {
            nibbles--;
            buffer_char(out, "0123456789abcdef"[digits >> (4 * nibbles) & 15]);
        } while (nibbles && (digits & (((uint64_t)1 << (4 * nibbles)) - 1)));
        buffer_printf(out, "p%d", exp ? shift : 1 - bias);
    }
    if (type == VT_F32) buffer_char(out, 'f');
    if (negative) buffer_char(out, ')');
}

static void emit_constant(Writer *w, const Node *n, bool arithmetic) {
    switch (n->type) {
    case VT_I32:
        buffer_u64(w->out, (uint32_t)n->imm);
        buffer_char(w->out, 'u');
        break;
    case VT_I64:
        buffer_u64(w->out, n->imm);
        buffer_text(w->out, "ull");
        break;
    case VT_V128: {
        const uint32_t *p = w->ir->stream->pool + n->imm;
        buffer_printf(w->out, "w2c_v128_const(0x%08x%08xu, 0x%08x%08xu)", p[1], p[0], p[3], p[2]);
        break;
    }
    default: {
        int i = arithmetic && !w->plain ? opaque_index(n->type, n->imm) : -1;
        if (i >= 0) {
            w->opaque |= 1u << i;
            buffer_text(w->out, opaque_names[i]);
        } else {
            float_text(w->out, n->type, n->imm);
        }
    }
    }
}

/* ---- operators ------------------------------------------------------------------------------- */

static const Node *node_at(const Writer *w, uint32_t i) {
    return &w->ir->nodes[i];
}

static bool is_boolean(const Node *n) {
    if (n->op >= OP_COUNT) return false;
    const OpInfo *op = &op_info[n->op];
    if (op->kind == KIND_SINFIX || op->kind == KIND_EQZ || n->op == OP_ref_is_null ||
        n->op == OP_ref_eq || emit_gc_is_truth(n))
        return true;
    return op->kind == KIND_INFIX &&
           (op->c[0] == '=' || op->c[0] == '!' || op->c[0] == '<' || op->c[0] == '>');
}

static bool is_float(unsigned kind) {
    return kind == VT_F32 || kind == VT_F64;
}

static void operand(Writer *w, uint32_t node, bool compares) {
    const Node *n = node_at(w, node);
    if (compares && is_float(n->type) && op_info[n->op < OP_COUNT ? n->op : 0].kind == KIND_CONST &&
        n->op < OP_COUNT)
        emit_constant(w, n, false);
    else
        emit_expr(w, node, true);
}

/* a < b, as a C truth value */
static void emit_truth(Writer *w, const Node *n) {
    const OpInfo *op = &op_info[n->op];
    if (op->kind == KIND_EQZ) {
        const Node *kid = node_at(w, n->kid[0]);
        if (is_boolean(kid)) {
            buffer_text(w->out, "!(");
            emit_truth(w, kid);
            buffer_char(w->out, ')');
        } else {
            operand(w, n->kid[0], false);
            buffer_text(w->out, " == 0");
        }
    } else if (n->op == OP_ref_is_null) {
        operand(w, n->kid[0], false);
        buffer_text(w->out, " == NULL");
    } else if (n->op == OP_ref_eq) {
        operand(w, n->kid[0], false);
        buffer_text(w->out, " == ");
        operand(w, n->kid[1], false);
    } else if (emit_gc_is_truth(n)) {
        emit_gc_truth(w, n);
    } else {
        bool is_signed = op->kind == KIND_SINFIX;
        const char *cast = !is_signed                              ? ""
                           : node_at(w, n->kid[0])->type == VT_I64 ? "(s64)"
                                                                   : "(s32)";
        buffer_text(w->out, cast);
        operand(w, n->kid[0], true);
        buffer_char(w->out, ' ');
        buffer_text(w->out, op->c);
        buffer_char(w->out, ' ');
        buffer_text(w->out, cast);
        operand(w, n->kid[1], true);
    }
}

void emit_condition(Writer *w, uint32_t node) {
    const Node *n = node_at(w, node);
    if (is_boolean(n)) {
        emit_truth(w, n);
    } else {
        emit_expr(w, node, true);
        buffer_text(w->out, " != 0");
    }
}

/* p0 + 4294967280u reads better as p0 - 16u */
static bool emit_minus(Writer *w, const Node *n) {
    const Node *k = node_at(w, n->kid[1]);
    if (n->op == OP_i32_add && k->op == OP_i32_const && (uint32_t)k->imm > 0x80000000u) {
        emit_expr(w, n->kid[0], true);
        buffer_text(w->out, " - ");
        buffer_u64(w->out, (uint32_t)(0 - (uint32_t)k->imm));
        buffer_char(w->out, 'u');
        return true;
    }
    if (n->op == OP_i64_add && k->op == OP_i64_const && k->imm > 0x8000000000000000u) {
        emit_expr(w, n->kid[0], true);
        buffer_text(w->out, " - ");
        buffer_u64(w->out, 0 - k->imm);
        buffer_text(w->out, "ull");
        return true;
    }
    return false;
}

static bool canonicalises(const Writer *w, const Node *n) {
    return w->e->options->canonical_nans && n->op < OP_COUNT && op_makes_nans((Op)n->op);
}

static void emit_infix(Writer *w, const Node *n, bool parens) {
    if (parens) buffer_char(w->out, '(');
    if (!emit_minus(w, n)) {
        emit_expr(w, n->kid[0], true);
        buffer_char(w->out, ' ');
        buffer_text(w->out, op_info[n->op].c);
        buffer_char(w->out, ' ');
        emit_expr(w, n->kid[1], true);
    }
    if (parens) buffer_char(w->out, ')');
}

/* Casts, and shifts by constants, as the operators that they are. */
static bool emit_operator(Writer *w, const Node *n, bool parens) {
    const char *cast = NULL, *shift = NULL;
    switch ((Op)n->op) {
    case OP_i32_wrap_i64:
        cast = "(u32)";
        break;
    case OP_i64_extend_i32_u:
        cast = "(u64)";
        break;
    case OP_i64_extend_i32_s:
        cast = "(u64)(s64)(s32)";
        break;
    case OP_i32_shl:
    case OP_i64_shl:
        shift = " << ";
        break;
    case OP_i32_shr_u:
    case OP_i64_shr_u:
        shift = " >> ";
        break;
    default:
        return false;
    }
    if (cast) {
        buffer_text(w->out, cast);
        emit_expr(w, n->kid[0], true);
        return true;
    }
    const Node *by = node_at(w, n->kid[1]);
    if (by->op != OP_i32_const && by->op != OP_i64_const) return false;
    if (parens) buffer_char(w->out, '(');
    emit_expr(w, n->kid[0], true);
    buffer_text(w->out, shift);
    buffer_u64(w->out, by->imm & (n->type == VT_I32 ? 31 : 63));
    if (parens) buffer_char(w->out, ')');
    return true;
}

static void emit_fn(Writer *w, const Node *n) {
    const OpInfo *op = &op_info[n->op];
    buffer_text(w->out, "w2c_");
    buffer_text(w->out, op->name);
    buffer_char(w->out, '(');
    for (unsigned i = 0; op->sig[i] != '_'; i++) {
        if (i) buffer_text(w->out, ", ");
        emit_expr(w, n->kid[i], false);
    }
    if (n->op == OP_i8x16_shuffle) {
        for (unsigned i = 0; i < 16; i++)
            buffer_printf(w->out, ", %u",
                          w->ir->stream->pool[n->imm + i / 4] >> (i % 4 * 8) & 0xff);
    } else if (op->kind == KIND_LANE) {
        buffer_printf(w->out, ", %u", (unsigned)n->imm);
    }
    buffer_char(w->out, ')');
}

static void emit_load(Writer *w, const Node *n) {
    const char *c = op_info[n->op].c;
    bool narrow = n->type == VT_I32 ? c[1] != '3' : n->type == VT_I64 ? c[1] != '6' : false;
    if (narrow) buffer_text(w->out, n->type == VT_I32 ? "(u32)" : "(u64)");
    buffer_printf(w->out, "w2c_load_%s", c);
    emit_access(w, n->aux, n->op, bitmap_has(w->ranges.free_nodes, (uint32_t)(n - w->ir->nodes)));
    emit_expr(w, n->kid[0], false);
    buffer_text(w->out, ", ");
    buffer_u64(w->out, n->imm);
    buffer_char(w->out, 'u');
    if (c[0] == 'l') { /* one lane of an old value */
        buffer_text(w->out, ", ");
        emit_expr(w, n->kid[1], false);
        buffer_printf(w->out, ", %u", n->lane);
    }
    buffer_char(w->out, ')');
}

static void emit_special(Writer *w, const Node *n, bool parens) {
    const Module *m = w->e->m;
    uint32_t index = (uint32_t)n->imm;
    switch ((Op)n->op) {
    case OP_local_get:
        emit_local(w, index);
        break;
    case OP_global_get:
        emit_global(w, index);
        break;
    case OP_select:
        if (parens) buffer_char(w->out, '(');
        emit_condition(w, n->kid[2]);
        buffer_text(w->out, " ? ");
        emit_expr(w, n->kid[0], true);
        buffer_text(w->out, " : ");
        emit_expr(w, n->kid[1], true);
        if (parens) buffer_char(w->out, ')');
        break;
    case OP_memory_size:
        buffer_printf(w->out,
                      m->memories[index].limits.shared ? "%sw2c_memory_pages_now(m->memory%u)"
                                                       : "%sm->memory%u->pages",
                      n->type == VT_I32 ? "(u32)" : "", index);
        break;
    case OP_table_size:
        buffer_printf(w->out, "%sm->table%u->size", n->type == VT_I32 ? "(u32)" : "", index);
        break;
    case OP_table_get:
        buffer_printf(w->out, "w2c_table_load(m->table%u, ", index);
        emit_expr(w, n->kid[0], false);
        buffer_char(w->out, ')');
        break;
    case OP_ref_null:
        buffer_text(w->out, "(w2c_ref)NULL");
        break;
    case OP_ref_func:
        emit_func_ref(w, index);
        break;
    case OP_ref_as_non_null:
        buffer_text(w->out, "w2c_non_null(");
        emit_expr(w, n->kid[0], false);
        buffer_char(w->out, ')');
        break;
    default:
        if (emit_gc_expr(w, n, parens)) break;
        /* lowering makes no others */
        diag_error(w->ctx, ERR_not_lowered, 0, ": %s", op_info[n->op].text);
        break;
    }
}

void emit_func_ref(Writer *w, uint32_t func) {
    const Emitter *e = w->e;
    if (func < e->m->imported_funcs)
        buffer_printf(w->out, "(w2c_ref)m->%s", e->imports[e->import_of_func[func]]);
    else
        buffer_printf(w->out, "(w2c_ref)&m->funcs[%u]", e->records[func]);
}

void emit_expr(Writer *w, uint32_t node, bool parens) {
    const Node *n = node_at(w, node);
    if (n->op == NODE_SLOT) {
        emit_slot(w, n->type, (uint32_t)n->imm);
        return;
    }
    if (n->op >= OP_COUNT) {
        emit_loop_leaf(w, n);
        return;
    }
    bool canonical = canonicalises(w, n);
    if (canonical) {
        bool wide = op_makes_nans((Op)n->op) == VT_F64;
        buffer_text(w->out, n->type == VT_V128 ? wide ? "w2c_canon_f64x2(" : "w2c_canon_f32x4("
                            : wide             ? "w2c_canon_f64("
                                               : "w2c_canon_f32(");
        parens = false;
    }
    if (is_boolean(n)) {
        buffer_text(w->out, "(u32)(");
        emit_truth(w, n);
        buffer_char(w->out, ')');
    } else {
        switch ((OpKind)op_info[n->op].kind) {
        case KIND_CONST:
            emit_constant(w, n, true);
            break;
        case KIND_INFIX:
            emit_infix(w, n, parens);
            break;
        case KIND_FN:
            if (!emit_operator(w, n, parens)) emit_fn(w, n);
            break;
        case KIND_LANE:
            emit_fn(w, n);
            break;
        case KIND_LOAD:
            emit_load(w, n);
            break;
        default:
            emit_special(w, n, parens);
            break;
        }
    }
    if (canonical) buffer_char(w->out, ')');
}
