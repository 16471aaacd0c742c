/* emit_caught.c: exceptions that jump: which modules have them, and the calls inside of tries.
 *
 * Testing behind every call costs where calls are many and tries are few, as in C programs that had
 * setjmp. There a throw leaves the frames between it and its handler behind at once, as a trap does, and
 * only calls inside of tries pay: each is made by a function that lands the exception and returns with it
 * pending, so that the function that has the try tests for it as ever, and no variable of it lives over a
 * setjmp. The frames left behind hold nothing that lasts: globals and fuel are in the instance before every
 * call. Frames of a host are not passed, since exports' entries land everything; frames of other modules' code
 * would be, so all who call the module's functions have to be known. */
#include "../frontend/decode.h"
#include "../frontend/section.h"
#include "emit.h"

enum { MANY = 16 }; /* jumps are worth it when so many calls are outside of tries for one inside */

typedef struct Scan {
    Emitter *e;
    uint64_t inside, outside; /* calls that may throw */
} Scan;

bool emit_has_caught(const Emitter *e, uint32_t func) {
    return bitmap_has(e->tries, func);
}

bool emit_is_caught(const Writer *w, const Stmt *s) {
    return w->e->tries && s->handler && emit_may_throw(w, s);
}

CaughtForm emit_caught_form(const Emitter *e, uint32_t func) {
    if (func < e->m->imported_funcs) return CAUGHT_IMPORT;
    return emit_is_addressed(e, func) ? CAUGHT_INSTANCE : CAUGHT_OWN;
}

/* ---- the scan -------------------------------------------------------------------------------- */

static void count_call(Scan *s, const Ins *ins, bool inside) {
    Emitter *e = s->e;
    const Module *m = e->m;
    uint32_t type = ins->a;
    CaughtForm form = CAUGHT_INSTANCE;
    if (ins->op == OP_call) {
        if (ins->a >= m->func_count || !may_throw_func(&e->may_throw, ins->a)) return;
        type = m->funcs[ins->a].type;
        form = emit_caught_form(e, ins->a);
    } else if (type >= m->type_count || m->types[type].form != FORM_FUNC ||
               !may_throw_type(m, &e->may_throw, type)) {
        return;
    } else if (ins->op == OP_call_indirect && emit_fixed_own(e, ins->b, type)) {
        form = CAUGHT_OWN;
    }
    *(inside ? &s->inside : &s->outside) += 1;
    if (inside) bitmap_add(e->caught[form], m->types[type].canon);
}

static void scan_body(Scan *s, Context *quiet, uint32_t func) {
    Decoder d;
    Ins ins;
    uint32_t depth = 0, try_depth = 0; /* of the outermost try that is open; 0: none */
    if (!body_enter(&d, quiet, s->e->m, func)) return;
    while (d.r.pos != d.r.end && decode_ins(&d, &ins)) {
        switch ((Op)ins.op) {
        case OP_try:
        case OP_try_table:
            bitmap_add(s->e->tries, func);
            if (!try_depth) try_depth = depth + 1;
            depth++;
            break;
        case OP_block:
        case OP_loop:
        case OP_if:
            depth++;
            break;
        case OP_end:
        case OP_delegate:
            if (depth == try_depth) try_depth = 0;
            if (depth) depth--;
            break;
        case OP_call:
        case OP_call_indirect:
        case OP_call_ref:
            count_call(s, &ins, try_depth != 0);
            break;
        default:
            break;
        }
    }
}

bool emit_caught_plan(Emitter *e) {
    const TranslateOptions *o = e->options;
    bool may = o->exceptions == EXCEPTIONS_JUMPS || (o->exceptions == EXCEPTIONS_AUTO && o->closed);
    if (!may || !e->may_throw.bits || o->lazy_groups) return true;
    Scan s = {e, 0, 0};
    e->tries = ARENA_ARRAY(e->arena, e->m->func_count / 64 + 1, uint64_t);
    for (unsigned i = 0; i < CAUGHT_FORMS; i++)
        if (!(e->caught[i] = ARENA_ARRAY(e->arena, e->m->type_count / 64 + 1, uint64_t)))
            return diag_nomem(e->ctx);
    if (!e->tries) return diag_nomem(e->ctx);
    Context quiet = context_worker(e->ctx); /* what is malformed is reported by the validator */
    for (uint32_t f = e->m->imported_funcs; f < e->m->func_count; f++)
        scan_body(&s, &quiet, f);
    if (o->exceptions == EXCEPTIONS_AUTO && s.outside <= s.inside * MANY) e->tries = NULL;
    return true;
}

const char *emit_exception_way(const Emitter *e) {
    if (e->tries) return "W2C_JUMPING";
    bool any = e->features & (FEATURE_BIT(exceptions) | FEATURE_BIT(legacy_eh));
    return any ? "W2C_TESTED" : "W2C_NO_EXCEPTIONS";
}

/* ---- text ------------------------------------------------------------------------------------ */

static const char *const form_names[CAUGHT_FORMS] = {"_caught", "_caught", "_caught_import"};

void emit_caught(Writer *w, uint32_t type, CaughtForm form) {
    buffer_printf(w->out, "%s%s_%s(", form == CAUGHT_INSTANCE ? "w2c" : w->e->name,
                  form_names[form], w->e->signatures[type]);
}

static void lander(const Emitter *e, uint32_t type, CaughtForm form, Buffer *out) {
    const TypeDef *t = &e->m->types[type];
    const char *sym = e->signatures[type], *name = form == CAUGHT_INSTANCE ? "w2c" : e->name,
               *middle = form_names[form];
    uint32_t results = t->u.func.result_count;
    bool scalar = results == 1 && vt_kind(t->u.func.results[0]) != VT_V128;
    Buffer scratch;
    buffer_init(&scratch, out->alloc);
    const char *result = emit_result_type(e, &scratch, type);
    buffer_printf(out,
                  "#ifndef W2C_%s%s_%s\n#define W2C_%s%s_%s\n"
                  "__attribute__((unused)) static W2C_NOINLINE %s %s%s_%s(%s (*fn)(",
                  name, middle, sym, name, middle, sym, result, name, middle, sym, result);
    for (unsigned names = 0; names < 2; names++) {
        if (names) buffer_text(out, "), ");
        if (form == CAUGHT_INSTANCE)
            buffer_text(out, "w2c_instance *");
        else if (form == CAUGHT_OWN && e->joined)
            buffer_text(out, "u8 *");
        else
            buffer_printf(out, "%s *", e->name);
        if (names) buffer_text(out, "self");
        emit_params(out, t, names);
    }
    buffer_text(out, ") {\n    w2c_landing landing;\n    if (W2C_LAND(landing)) {\n        ");
    if (results) buffer_printf(out, "const %s res = ", result);
    buffer_text(out, "fn(self");
    for (uint32_t k = 0; k < t->u.func.param_count; k++)
        buffer_printf(out, ", p%u", k);
    buffer_printf(out, ");\n        w2c_landing_leave(&landing);\n        return%s;\n    }\n",
                  results ? " res" : "");
    if (scalar)
        buffer_printf(out, "    return %s;\n", emit_zero(vt_kind(t->u.func.results[0])));
    else if (results)
        buffer_printf(out, "    %s none;\n    memset(&none, 0, sizeof none);\n    return none;\n",
                      result);
    buffer_text(out, "}\n#endif\n");
    buffer_free(&scratch);
}

void emit_caught_decls(const Emitter *e, Buffer *out) {
    for (unsigned form = 0; e->tries && form < CAUGHT_FORMS; form++)
        for (uint32_t i = 0; i < e->m->type_count; i++)
            if (bitmap_has(e->caught[form], i)) lander(e, i, (CaughtForm)form, out);
}
