/* validate_const.c: constant expressions: the same loop over a body without locals. Which
 * instructions are constant is checked there. Spec: valid/instructions#constant-expressions */
#include "validate.h"

bool validate_const(Context *ctx, const Module *m, ConstExpr expr, ValType expect, uint32_t globals,
                    Arena *arena, OpStream *out) {
    Validator v;
    Ins none;
    if (!validate_begin(&v, ctx, m, arena, expr.bytes, VALIDATE_STREAM)) return false;
    v.is_const = v.stepwise = true;
    v.globals = globals;
    ValType *result = ARENA_NEW(arena, ValType);
    if (!result) return diag_nomem(ctx);
    *result = expect;
    Control c = {.kind = BLOCK_FUNC, .results = result, .result_count = 1};
    if (!validate_push_control(&v, &none, &c) || !validate_code(&v)) return false;
    validate_finish(&v, out);
    return true;
}
