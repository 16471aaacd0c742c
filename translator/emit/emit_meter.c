/* emit_meter.c: fuel in interruptible functions. The meter in memory is right at every moment, since a
 * guard page or the host may end or look at any time. A function with loops keeps what it last wrote
 * there, so that a turn is a store and a comparison, and no turn waits for the one before it. */
#include "emit.h"

static bool has_loops(const Ir *ir) {
    for (uint32_t i = 0; i < ir->stmt_count; i++)
        if (ir->stmts[i].kind == STMT_LOOP) return true;
    return false;
}

/* Threads of a program may share a meter: then everybody reads it each time. */
static bool has_threads(const Module *m) {
    for (uint32_t k = 0; k < m->memory_count; k++)
        if (m->memories[k].limits.shared) return true;
    return false;
}

void emit_meter_begin(Writer *w) {
    w->keeps_fuel = w->e->options->interruptible && has_loops(w->ir) && !has_threads(w->e->m);
}

void emit_charge(const Writer *w, Buffer *out) {
    buffer_text(out, "    w2c_meter *const meter = W2C_METER(m);\n");
    buffer_text(out, w->keeps_fuel ? "    s64 fuel = w2c_charge_from(meter, w2c_fuel(meter));\n"
                                   : "    w2c_charge(meter);\n");
}

void emit_fuel(Writer *w) {
    if (w->keeps_fuel) buffer_text(w->out, " fuel = w2c_fuel(meter);");
}
