/* const_expr.c: where a constant expression ends. Only the instructions that may stand in one are
 * read; their types are validate_const's business, once everything they name has been read.
 * Spec: valid/instructions#constant-expressions */
#include "decode.h"
#include "section.h"

typedef enum ConstFault { CONST_OK, CONST_READER, CONST_ILLEGAL, CONST_NOT_CONSTANT } ConstFault;

/* The opcode at r as in op_of_code: its Op plus one, or 0. */
static unsigned read_op(Reader *r) {
    uint8_t byte = reader_u8(r);
    if (byte < OP_PREFIX_FIRST || byte > OP_PREFIX_LAST) return op_of_code[0][byte];
    uint32_t code = reader_u32leb(r);
    return code < OP_PREFIX_CODES ? op_of_code[byte - OP_PREFIX_FIRST + 1][code] : 0;
}

/* Reads up to and including the end. declared, when not NULL, has a bit for each of funcs functions
 * and gets those that ref.func names. *at: the instruction at fault. */
static ConstFault walk(Reader *r, uint64_t *declared, uint32_t funcs, const uint8_t **at) {
    for (;;) {
        uint32_t index;
        *at = r->pos;
        unsigned found = read_op(r);
        if (r->error) return CONST_READER;
        if (!found) return CONST_ILLEGAL;
        switch ((Op)(found - 1)) {
        case OP_end:
            return CONST_OK;
        case OP_i32_const:
            reader_s32leb(r);
            break;
        case OP_i64_const:
            reader_s64leb(r);
            break;
        case OP_f32_const:
            reader_slice(r, 4);
            break;
        case OP_f64_const:
            reader_slice(r, 8);
            break;
        case OP_v128_const:
            reader_slice(r, 16);
            break;
        case OP_ref_null:
            reader_s33leb(r);
            break;
        case OP_ref_func:
            index = reader_u32leb(r);
            if (declared && index < funcs) bitmap_add(declared, index);
            break;
        case OP_array_new_fixed:
            reader_u32leb(r);
            reader_u32leb(r);
            break;
        case OP_global_get:
        case OP_struct_new:
        case OP_struct_new_default:
        case OP_array_new:
        case OP_array_new_default:
            reader_u32leb(r);
            break;
        case OP_i32_add:
        case OP_i32_sub:
        case OP_i32_mul:
        case OP_i64_add:
        case OP_i64_sub:
        case OP_i64_mul:
        case OP_ref_i31:
        case OP_any_convert_extern:
        case OP_extern_convert_any:
            break;
        default:
            return CONST_NOT_CONSTANT;
        }
        if (r->error) return CONST_READER;
    }
}

static bool skip(Context *ctx, Reader *r, uint64_t *declared, uint32_t funcs, ConstExpr *out) {
    const uint8_t *start = r->pos, *at;
    switch (walk(r, declared, funcs, &at)) {
    case CONST_OK:
        break;
    case CONST_READER:
        return decode_reader_ok(ctx, r);
    case CONST_NOT_CONSTANT:
        return diag_error(ctx, ERR_constant_required, (uint64_t)(at - r->base), "%s", "");
    case CONST_ILLEGAL:
        if (at[0] < OP_PREFIX_FIRST || at[0] > OP_PREFIX_LAST)
            return diag_error(ctx, ERR_illegal_opcode, (uint64_t)(at - r->base), " %02x", at[0]);
        return diag_error(ctx, ERR_illegal_opcode, (uint64_t)(at - r->base), " %02x %02x", at[0],
                          at[1]);
    }
    out->bytes = (Slice){start, (size_t)(r->pos - start)};
    return true;
}

bool const_expr_skip(Context *ctx, const Module *m, Reader *r, ConstExpr *out) {
    (void)m;
    return skip(ctx, r, NULL, 0, out);
}

void const_expr_funcs(const Module *m, ConstExpr expr, uint64_t *funcs) {
    const uint8_t *at;
    if (!expr.bytes.len) return; /* a table's, where there is none */
    Reader r = {.pos = expr.bytes.ptr,
                .end = expr.bytes.ptr + expr.bytes.len,
                .base = m->bytes.ptr,
                .limit = m->bytes.ptr + m->bytes.len};
    walk(&r, funcs, m->func_count, &at);
}

bool section_const(SectionReader *s, ConstExpr *expr) {
    if (!section_declare(s, NO_FUNC)) return false;
    return skip(s->ctx, &s->r, s->m->declared, s->m->func_count, expr);
}

void elem_next(const Module *m, const Elem *elem, const uint8_t **at, uint32_t *func,
               ConstExpr *expr) {
    Reader r = {.pos = *at, .end = elem->items.ptr + elem->items.len, .base = m->bytes.ptr};
    if (elem->is_funcs) {
        *func = reader_u32leb(&r);
    } else {
        const uint8_t *ins;
        walk(&r, NULL, 0, &ins);
        expr->bytes = (Slice){*at, (size_t)(r.pos - *at)};
    }
    *at = r.pos;
}
