/* interp_impl.h: what the files of interp/ share: the loaded module, its instances, translated code.
 *
 * A function's record is its Func in the module, 8 bytes: type and body. While `body` is below the
 * module's length it is the body's place there; afterwards it is the place of its Code in the code
 * space, in units of 8 bytes, plus the module's length. So a function that was never called costs its
 * Func alone, one that was called 8 bytes more beside its cells. */
#ifndef W2C_INTERP_IMPL_H
#define W2C_INTERP_IMPL_H
#include "interp.h"
#include <pthread.h>
#include <w2c_rt.h>
#include <w2c_eh.h>
#include <w2c_atomic.h>
#include <w2c_simd.h>
#include <w2c_gc.h>

/* Translated code. A frame is an array of 64-bit slots (v128: two): parameters, locals, link (return
 * address, caller's frame), operands by their height. */
typedef struct Code {
    u16 params, locals; /* slots; locals with the parameters: the link's place */
    u16 frame;          /* slots in all */
    u16 spare;
    u64 cells[];
} Code;

enum { LINK_SLOTS = 2, MOST_SLOTS = 65535 };

struct Interp {
    w2c_module module; /* first: an instance's module is its Interp */
    Module *m;
    InterpOptions options;
    w2c_type *types;           /* by type; equal types share the lowest's */
    struct CallShape **shapes; /* by type: for libffi; made when needed */
    /* where things are in an instance */
    u32 memories, bases, tables, imports, stubs, records, elems, datas;
    u32 *tags;         /* by tag: the w2c_tag, or the pointer to it (imported) */
    u32 *globals;      /* by global: the value, or the pointer to it (imported) */
    u32 *elem_refs;    /* by element segment: its references, passive ones only */
    u32 *record_ranks; /* records in front of each 64 functions: m->declared says which have one */
    u32 *record_funcs; /* by record: its function */
    /* code */
    u64 *space;                     /* reserved address space */
    size_t space_bytes, space_used; /* used: in units of 8 bytes */
    pthread_mutex_t lock;           /* held while a function is translated, and for what follows */
    Context ctx;
    Arena arena;   /* what lives as long as this */
    Arena scratch; /* of the function under work */
    u64 called, code_bytes;
    struct Closure *closures;
    w2c_images images;
    w2c_state_desc state;
    u32 *calls; /* by function, with options.hot */
};

/* What every instance begins with; the rest has places that differ from module to module. */
typedef struct Inst {
    w2c_instance w2c;
    u64 *limit; /* end of the operands' space */
    u8 *base;   /* of memory 0 */
    /* A tail call out of the first frame of interp_run, which has ended for it: its arguments are at
     * that frame's place. NULL: none. */
    const w2c_func *next;
    const TypeDef *next_type; /* as the instruction has it */
} Inst;

#define INST_AT(in, type, offset) ((type *)(void *)((char *)(in) + (offset)))
static inline Interp *inst_interp(const Inst *in) {
    return (Interp *)(void *)(uintptr_t)in->w2c.module;
}
static inline w2c_memory *inst_memory(Inst *in, u32 i) {
    return INST_AT(in, w2c_memory *, inst_interp(in)->memories)[i];
}
static inline w2c_table *inst_table(Inst *in, u32 i) {
    return INST_AT(in, w2c_table *, inst_interp(in)->tables)[i];
}

/* NULL: not translated yet. */
static inline const Code *interp_code_now(const Interp *it, u32 func) {
    u32 at = __atomic_load_n(&it->m->funcs[func].body, __ATOMIC_ACQUIRE);
    return at < it->m->bytes.len ? NULL : (const Code *)(it->space + (at - (u32)it->m->bytes.len));
}

/* ---- interp_run.c ---- */
/* Runs a defined function whose arguments are in the slots at fp; results come back there. Inside a
 * w2c_frame. */
void interp_run(Inst *in, u32 func, u64 *fp);
/* ---- interp_lazy.c ---- */
/* Translates at the first call. Traps with the validator's message. */
const Code *interp_code(Inst *in, u32 func);
bool interp_space_make(Interp *it, Context *ctx);
void interp_space_free(Interp *it);
/* A call of a function, with options.hot. */
void interp_count(Inst *in, u32 func);
/* ---- interp_lower.c ---- */
typedef struct Cells {
    u64 *at;
    u32 count, cap;
    u16 params, locals, frame;
} Cells; /* in the arena */
bool interp_lower(Context *ctx, const Interp *it, const OpStream *stream, Arena *arena, Cells *out);
/* ---- interp_trace.c ---- */
extern const w2c_tracer interp_tracer;
/* ---- interp_call.c ---- */
/* w2c_type.call of every interpreted type. */
void interp_call(const w2c_func *func, const w2c_value *args, w2c_value *results);
/* w2c_module.call of interpreted modules. */
void interp_call_record(w2c_instance *instance, const w2c_func *func, const w2c_value *args,
                        w2c_value *results);
/* Calls any function from interpreted code. args: slots; results come back there; scratch: free slots
 * from there on. */
void interp_slots_to_values(const ValType *types, u32 count, const u64 *slots, w2c_value *values);
void interp_values_to_slots(const ValType *types, u32 count, const w2c_value *values, u64 *slots);
void interp_call_out(Inst *in, const w2c_func *func, const TypeDef *type, u64 *args, u64 *scratch);
/* A tail call out of the frame at fp: true when that is the first frame of interp_run, which must end now. */
bool interp_tail_out(Inst *in, const w2c_func *func, const TypeDef *type, u64 *fp, const u64 *args,
                     const u64 *link);
/* Calls a defined function of the instance, and whatever that calls instead of returning. */
void interp_call_func(Inst *in, u32 func, const w2c_value *args, w2c_value *results);
/* ---- interp_closure.c ---- */
bool interp_closures_make(Interp *it, Context *ctx);
void interp_closures_free(Interp *it);
/* ---- interp_eh.c ---- */
/* The reference, where it is wanted, comes behind the values, or in front of them (legacy arms). */
typedef enum CatchKind {
    CATCH_TAG,
    CATCH_TAG_REF,
    CATCH_ALL,
    CATCH_ALL_REF,
    CATCH_REF_FIRST = 4
} CatchKind;
/* Makes an exception of the values at slots pending. */
void interp_throw(Inst *in, u32 tag, const u64 *slots);
/* Is the pending exception one of these? Its values go to the slots from fp + at on then. */
bool interp_catch(Inst *in, u32 tag, u32 kind, u64 *fp, u32 at);
/* ---- interp_gc.c ---- */
bool interp_type_layout(Interp *it, Context *ctx,
                        u32 type);                    /* what the collector reads; text is there */
u32 interp_field_offset(const TypeDef *t, u32 field); /* bytes */
u32 interp_field_next(ValType t, u64 *at); /* of a field behind `at`, which it moves on */
w2c_ref interp_struct_new(Inst *in, u32 type, const u64 *slots); /* slots NULL: zeros */
w2c_ref interp_array_new(Inst *in, u32 type, const u64 *slots, u32 len,
                         bool repeat); /* the first one */
void interp_array_fill(w2c_ref array, u32 at, const u64 *value, u32 len);
bool interp_ref_is(const Inst *in, w2c_ref ref, ValType target);
/* ---- interp_types.c ---- */
bool interp_types_make(Interp *it, Context *ctx);
const char *interp_value_text(Interp *it, Context *ctx, ValType t); /* NULL: no memory */
/* ---- interp_init.c ---- */
void interp_init(w2c_instance *instance);
void interp_start(w2c_instance *instance);
bool interp_active_make(Interp *it, Context *ctx); /* w2c_module.active */
u32 interp_record(const Interp *it, u32 func);     /* number of its record: it has one */
w2c_ref interp_func_ref(Inst *in, u32 func);

static inline u32 slots_of(ValType t) {
    return vt_kind(t) == VT_V128 ? 2 : 1;
}
static inline u32 slots_of_all(const ValType *types, u32 count) {
    u32 slots = 0;
    for (u32 i = 0; i < count; i++)
        slots += slots_of(types[i]);
    return slots;
}
#endif
