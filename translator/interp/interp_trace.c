/* interp_trace.c: which functions were active when a trap happened in interpreted code.
 *
 * Frames are linked, but where the innermost one is only the handler knows that runs: in registers
 * of its calling convention. Unwinding the C stack restores these as they were in each handler that
 * is active (x86-64, clang's preserve_none), so that nothing has to be stored while code runs.
 * Other builds store the place at every call and return: INTERP_KEEP_PLACE. What is found is
 * checked before it is followed. */
#include "handlers.h"
#include "interp_place.h"
#include <unwind.h>

void interp_text(const char **begin, const char **end);

typedef struct Walk {
    const w2c_context *context;
    w2c_trace_entry *out;
    u32 count, cap;
    const char *text, *text_end;
} Walk;

static void add(Walk *w, uintptr_t pc, const w2c_module *module, u32 func) {
    if (w->count < w->cap) w->out[w->count++] = (w2c_trace_entry){pc, module, func};
}

/* The function whose code holds pc, or NO_FUNC. */
static u32 func_at(const Interp *it, const u64 *pc) {
    u32 found = NO_FUNC;
    const u64 *best = NULL;
    if (pc < it->space || pc >= it->space + it->space_used) return NO_FUNC;
    for (u32 i = it->m->imported_funcs; i < it->m->func_count; i++) {
        const u64 *code = (const u64 *)(const void *)interp_code_now(it, i);
        if (!code || code > pc || (best && code < best)) continue;
        best = code;
        found = i;
    }
    return found;
}

/* From the innermost frame of one run outwards. */
static void walk_run(Walk *w, Inst *in, const u64 *pc, const u64 *fp) {
    const Interp *it = inst_interp(in);
    const w2c_operands *o = w2c_operands_of(&in->w2c);
    const u64 end = interp_handler(H_exit);
    while (o && w->count < w->cap && fp >= o->low && fp < o->end) {
        u32 func = func_at(it, pc);
        if (func == NO_FUNC) return;
        const Code *code = interp_code_now(it, func);
        if (code->locals + LINK_SLOTS > o->end - fp) return;
        add(w, 0, &it->module, func);
        const u64 *back = (const u64 *)(uintptr_t)fp[code->locals];
        const u64 *outer = (const u64 *)(uintptr_t)fp[code->locals + 1];
        if (back <= it->space || back >= it->space + it->space_used) return; /* H_exit: outside */
        if (*back == end || outer > fp) return;
        pc = back - 1; /* in the call */
        fp = outer;
    }
}

static _Unwind_Reason_Code visit(struct _Unwind_Context *context, void *user) {
    Walk *w = user;
    const char *ip = (const char *)_Unwind_GetIP(context);
    if (w->count == w->cap) return _URC_END_OF_STACK;
    if (ip < w->text || ip >= w->text_end) {
        add(w, (uintptr_t)ip, NULL, 0); /* compiled code, or the host's: the caller sorts it out */
        return _URC_NO_REASON;
    }
#ifndef INTERP_KEEP_PLACE
    enum { R12 = 12, R13 = 13, R15 = 15 };
    Inst *in = (Inst *)_Unwind_GetGR(context, R15);
    if (w2c_context_has(w->context, (const w2c_instance *)in) && in->w2c.module->tracer)
        walk_run(w, in, (const u64 *)_Unwind_GetGR(context, R12),
                 (const u64 *)_Unwind_GetGR(context, R13));
#endif
    return _URC_NO_REASON;
}

static u32 capture(const w2c_context *context, w2c_trace_entry *out, u32 cap) {
    Walk w = {.context = context, .out = out, .cap = cap};
    interp_text(&w.text, &w.text_end);
#ifdef INTERP_KEEP_PLACE
    Inst *in = interp_place.in;
    if (in && w2c_context_has(context, &in->w2c))
        walk_run(&w, in, interp_place.pc, interp_place.fp);
#endif
    _Unwind_Backtrace(visit, &w);
    return w.count;
}

static w2c_name name(const w2c_module *module, u32 func) {
    const Interp *it = (const Interp *)(const void *)module;
    Slice s = module_func_name(it->m, func);
    return (w2c_name){(const char *)s.ptr, s.len};
}

const w2c_tracer interp_tracer = {capture, name};
