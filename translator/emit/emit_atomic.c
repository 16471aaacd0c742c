/* emit_atomic.c: atomics as calls of rtlib/w2c_atomic.h. */
#include "emit.h"

/* "u8 add": the type in memory and the operation. */
static const char *access_name(const OpInfo *op, char type[8]) {
    size_t len = strcspn(op->c, " ");
    memcpy(type, op->c, len);
    type[len] = 0;
    switch ((OpKind)op->kind) {
    case KIND_ATOMIC_LOAD:
        return "load";
    case KIND_ATOMIC_STORE:
        return "store";
    case KIND_CMPXCHG:
        return "cmpxchg";
    default:
        return op->c + len + 1;
    }
}

static void access(Writer *w, const Stmt *s) {
    const OpInfo *op = &op_info[s->op];
    bool bounds = w->e->modes[s->aux] != MEMORY_GUARD;
    char type[8];
    const char *name = access_name(op, type);
    if (s->results) {
        emit_destination(w, s);
        buffer_printf(w->out, "(%s)", emit_c_type(vt_kind(emit_stmt_args(w, s)[s->count])));
    }
    buffer_printf(w->out, "w2c_atomic_%s_%s%s(mem%u, ", name, type, bounds ? "_b" : "", s->aux);
    if (bounds) emit_memory(w, s->aux);
    emit_arg(w, s, 0);
    buffer_printf(w->out, ", %lluu", (unsigned long long)s->imm);
    for (uint32_t i = 1; i < s->count; i++) {
        buffer_printf(w->out, ", (%s)", type);
        emit_expr(w, emit_stmt_args(w, s)[i], true);
    }
    buffer_text(w->out, ");");
}

static void call(Writer *w, const Stmt *s, const char *name) {
    emit_destination(w, s);
    buffer_printf(w->out, "w2c_atomic_%s(m->memory%u, ", name, s->aux);
    emit_arg(w, s, 0);
    buffer_printf(w->out, ", %lluu", (unsigned long long)s->imm);
    for (uint32_t i = 1; i < s->count; i++) {
        buffer_text(w->out, i == 2 ? ", (s64)" : ", ");
        emit_expr(w, emit_stmt_args(w, s)[i], i == 2);
    }
    buffer_text(w->out, ");");
}

bool emit_atomic_stmt(Writer *w, const Stmt *s) {
    switch ((Op)s->op) {
    case OP_memory_atomic_notify:
        call(w, s, "notify");
        return true;
    case OP_memory_atomic_wait32:
        call(w, s, "wait32");
        return true;
    case OP_memory_atomic_wait64:
        call(w, s, "wait64");
        return true;
    case OP_atomic_fence:
        buffer_text(w->out, "W2C_FENCE();");
        return true;
    default:
        if (op_info[s->op].feature != FEATURE_threads) return false;
        access(w, s);
        return true;
    }
}
