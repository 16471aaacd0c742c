/* w2c_tail.h: tail calls in constant stack, under any C compiler; included by modules that have some.
 *
 * A function that makes tail calls has its body in a w2c_tail_fn, a type that all such functions of a
 * program share; its plain entry is a wrapper around that. Arguments go to places by kind, in order:
 *   integers, references   the first five
 *   floats                 the first four
 *   what is left, v128     words of the context: W2C_WORD(instance, n)
 * and results to the two members of w2c_tail_res, then to words. How they travel is decided here, when
 * the C compiler runs:
 *   musttail     places are parameters, a tail call is a jump: clang (with preserve_none where it knows
 *                that), gcc >= 15. The base address of the instance's memory 0 is one more parameter
 *                where there are registers for it (W2C_TAIL_BASE; -DW2C_NO_TAIL_BASE: nowhere)
 *   trampoline   places lie in the context; a tail call leaves the callee there and returns; whoever
 *                called, calls on until nobody is left: everything else, and -DW2C_TRAMPOLINE
 * Code of both kinds can be in one program: functions of the other kind are called as plain ones.
 * Spec: exec/instructions#exec-return-call */
#ifndef W2C_TAIL_H
#define W2C_TAIL_H
#include "w2c_rt.h"

/* ---- which kind ------------------------------------------------------------------------------ */
#define W2C_TAIL_TRAMPOLINE 1
#define W2C_TAIL_MUSTTAIL 2
#ifdef __has_attribute
#if __has_attribute(musttail) && !defined(W2C_TRAMPOLINE) &&                                       \
    (defined(__x86_64__) || defined(__aarch64__) ||                                                \
     (defined(__clang__) && (defined(__i386__) || (defined(__riscv) && __riscv_xlen == 64))))
#define W2C_TAIL_KIND W2C_TAIL_MUSTTAIL
#endif
#endif
/* Nothing to save and restore on the way through a jump. Its registers differ between versions; clang 19
 * cannot have it together with sanitizers that change the layout of the stack. */
#if defined(W2C_TAIL_KIND) && defined(__clang__)
#if __has_attribute(preserve_none) && !__has_feature(address_sanitizer) &&                         \
    !__has_feature(hwaddress_sanitizer) && !__has_feature(memory_sanitizer) &&                     \
    !__has_feature(safe_stack)
#undef W2C_TAIL_KIND
#define W2C_TAIL_KIND (0x100 + __clang_major__)
#define W2C_TAIL_CC __attribute__((preserve_none))
#endif
#endif
#if defined(W2C_TAIL_KIND) && !defined(W2C_NO_TAIL_BASE) &&                                        \
    (defined(W2C_TAIL_CC) || defined(__aarch64__) || defined(__riscv))
#define W2C_TAIL_BASE 1
#else
#define W2C_TAIL_BASE 0
#endif
#ifndef W2C_TAIL_CC
#define W2C_TAIL_CC
#endif
#ifndef W2C_TAIL_KIND
#define W2C_TAIL_KIND W2C_TAIL_TRAMPOLINE
#endif
#define W2C_TAIL_ABI (W2C_TAIL_KIND | W2C_TAIL_BASE << 12)

/* Files of one module that were compiled as different kinds do not link. */
#if W2C_TAIL_KIND >= 0x100
#define W2C_TAIL_MODE_(name, version, base) name##_tail_calls_clang_##version##_##base
#define W2C_TAIL_MODE_2(name, version, base) W2C_TAIL_MODE_(name, version, base)
#define W2C_TAIL_MODE(name) W2C_TAIL_MODE_2(name, __clang_major__, W2C_TAIL_BASE)
#elif W2C_TAIL_KIND == W2C_TAIL_MUSTTAIL
#define W2C_TAIL_MODE_(name, base) name##_tail_calls_musttail_##base
#define W2C_TAIL_MODE_2(name, base) W2C_TAIL_MODE_(name, base)
#define W2C_TAIL_MODE(name) W2C_TAIL_MODE_2(name, W2C_TAIL_BASE)
#else
#define W2C_TAIL_MODE(name) name##_tail_calls_trampoline
#endif

/* ---- values ---------------------------------------------------------------------------------- */
typedef struct w2c_tail_res { /* the first integer or reference, the first float */
    u64 i;
    f64 d;
} w2c_tail_res;

#define W2C_TAIL(inst) (((w2c_context_head *)(inst)->context)->tail)
#define W2C_WORD(inst, n) (W2C_TAIL(inst).words[n])

/* A place that nobody reads: any value, at no cost. k keeps the compiler from sharing them. */
#define W2C_ANY_INT(k)                                                                             \
    __extension__({                                                                                \
        u64 any_;                                                                                  \
        __asm__("" : "=r"(any_) : "i"(k));                                                         \
        any_;                                                                                      \
    })
#if defined(__x86_64__) && defined(__SSE2__)
#define W2C_ANY_FLOAT_IN "=x"
#elif defined(__aarch64__)
#define W2C_ANY_FLOAT_IN "=w"
#endif
#ifdef W2C_ANY_FLOAT_IN
#define W2C_ANY_FLOAT(k)                                                                           \
    __extension__({                                                                                \
        f64 any_;                                                                                  \
        __asm__("" : W2C_ANY_FLOAT_IN(any_) : "i"(k));                                             \
        any_;                                                                                      \
    })
#else
#define W2C_ANY_FLOAT(k) 0.0
#endif
#if UINTPTR_MAX < UINT64_MAX
#undef W2C_ANY_INT
#define W2C_ANY_INT(k) 0
#endif

/* An f32 in the place of an f64, bit by bit: no conversion, which would quiet NaNs. */
W2C_INLINE f64 w2c_tail_f32(f32 x) {
    u32 bits;
    u64 wide;
    f64 out;
    memcpy(&bits, &x, sizeof bits);
    wide = bits;
    memcpy(&out, &wide, sizeof out);
    return out;
}
W2C_INLINE f32 w2c_tail_to_f32(f64 x) {
    u64 wide;
    u32 bits;
    f32 out;
    memcpy(&wide, &x, sizeof wide);
    bits = (u32)wide;
    memcpy(&out, &bits, sizeof out);
    return out;
}
W2C_INLINE void w2c_words_put(u64 *words, w2c_v128 v) {
    memcpy(words, &v, sizeof v);
}
W2C_INLINE w2c_v128 w2c_words_get(const u64 *words) {
    w2c_v128 v;
    memcpy(&v, words, sizeof v);
    return v;
}
W2C_INLINE w2c_tail_res w2c_tail_result(u64 i, f64 d) {
    const w2c_tail_res res = {i, d};
    return res;
}

/* ---- calls -----------------------------------------------------------------------------------
 *   W2C_TAIL_FN(name)              a w2c_tail_fn's declarator
 *   W2C_TAKE_I(k), W2C_TAKE_D(k)   inside: its arguments
 *   W2C_TAIL_CALL(fn, places)              returns what fn does, a function of the same instance
 *   W2C_TAIL_CALL_FUNC(func, via, places)  the same of a record; via: the adapter of its signature
 *   W2C_TAIL_PASS(fn)                      the same as W2C_TAIL_CALL with the arguments as they came
 *   W2C_TAIL_RUN(res, fn, inst, base, places)   a call from outside; base: of inst's memory 0, or NULL
 *   W2C_TAIL_MEM0(load)                    inside: the base; load: how to get it otherwise
 *   W2C_RAW_I(k, p), W2C_RAW_D(k, p)       for a place: argument k as it came, which is p and unchanged:
 *                                          narrow values need not be widened again
 *   W2C_TAIL_TRAP(status)                  a trap that needs no frame
 * places: W2C_I0() ... W2C_I5(values) for the integers, then W2C_D0() ... W2C_D4(values). */
#if W2C_TAIL_KIND != W2C_TAIL_TRAMPOLINE

#if W2C_TAIL_BASE
#define W2C_TAIL_FN(name)                                                                          \
    W2C_TAIL_CC w2c_tail_res name(w2c_instance *const instance, u8 *const base, u64 a0, u64 a1,    \
                                  u64 a2, u64 a3, u64 a4, f64 q0, f64 q1, f64 q2, f64 q3)
#define W2C_TAIL_WITH(inst, base) (inst), (base)
#define W2C_TAIL_NEW_BASE u8 *base_ = base;
#define W2C_TAIL_SET_BASE(value) base_ = (value)
#define W2C_TAIL_MEM0(load) base
#else
#define W2C_TAIL_FN(name)                                                                          \
    W2C_TAIL_CC w2c_tail_res name(w2c_instance *const instance, u64 a0, u64 a1, u64 a2, u64 a3,    \
                                  u64 a4, f64 q0, f64 q1, f64 q2, f64 q3)
#define W2C_TAIL_WITH(inst, base) (inst)
#define W2C_TAIL_NEW_BASE
#define W2C_TAIL_SET_BASE(value) (void)0
#define W2C_TAIL_MEM0(load) load
#endif
typedef W2C_TAIL_FN(w2c_tail_fn);
#define W2C_TAKE_I(k) a##k
#define W2C_TAKE_D(k) q##k
#define W2C_PUT_I(k, value) (value)
#define W2C_PUT_D(k, value) (value)
#define W2C_NO_I(k) W2C_ANY_INT(k)
#define W2C_NO_D(k) W2C_ANY_FLOAT(k)
#define W2C_TAIL_CALL(fn, ...)                                                                     \
    __attribute__((musttail)) return (fn)(W2C_TAIL_WITH(instance, base), __VA_ARGS__)
/* Whose function it is: mostly the caller's own instance. That is a guess of the processor then, instead
 * of a load that every step of an interpreter would wait for. */
#define W2C_TAIL_CALL_FUNC(func, via, ...)                                                         \
    do {                                                                                           \
        w2c_tail_fn *const next_ = w2c_tail_to((func), (via));                                     \
        w2c_instance *to_ = instance;                                                              \
        W2C_TAIL_NEW_BASE                                                                          \
        if (W2C_UNLIKELY((func)->instance != instance)) {                                          \
            to_ = (func)->instance;                                                                \
            W2C_TAIL_SET_BASE(w2c_tail_base(to_));                                                 \
        } else {                                                                                   \
            __asm__ volatile("" : "+r"(to_));                                                      \
        }                                                                                          \
        __attribute__((musttail)) return next_(W2C_TAIL_WITH(to_, base_), __VA_ARGS__);            \
    } while (0)
#define W2C_TAIL_PASS(fn)                                                                          \
    __attribute__((musttail)) return (fn)(W2C_TAIL_WITH(instance, base), a0, a1, a2, a3, a4, q0,   \
                                          q1, q2, q3)
#define W2C_TAIL_RUN(res, fn, inst, base, ...)                                                     \
    ((res) = (fn)(W2C_TAIL_WITH(inst, base), __VA_ARGS__))
#define W2C_RAW_I(k, p) W2C_TAKE_I(k)
#define W2C_RAW_D(k, p) W2C_TAKE_D(k)
/* A jump as well: with a call in it, a function that does nothing but jump would have to align its
 * stack first. */
#define W2C_TAIL_TRAP(status) W2C_TAIL_CALL(w2c_tail_trap_##status, W2C_I0(), W2C_D0())
#define W2C_TAIL_UNUSED                                                                            \
    (void)W2C_TAIL_MEM0(instance), (void)a0, (void)a1, (void)a2, (void)a3, (void)a4, (void)q0,     \
        (void)q1, (void)q2, (void)q3

#else

#define W2C_TAIL_FN(name) w2c_tail_res name(w2c_instance *const instance)
typedef W2C_TAIL_FN(w2c_tail_fn);
#define W2C_TAKE_I(k) (W2C_TAIL(instance).a[k])
#define W2C_TAKE_D(k) (W2C_TAIL(instance).d[k])
#define W2C_PUT_I(k, value) tail->a[k] = (value)
#define W2C_PUT_D(k, value) tail->d[k] = (value)
#define W2C_NO_I(k) (void)0
#define W2C_NO_D(k) (void)0
#define W2C_TAIL_PLACES(I0, I1, I2, I3, I4, D0, D1, D2, D3)                                        \
    I0;                                                                                            \
    I1;                                                                                            \
    I2;                                                                                            \
    I3;                                                                                            \
    I4;                                                                                            \
    D0;                                                                                            \
    D1;                                                                                            \
    D2;                                                                                            \
    D3
#define W2C_TAIL_LEAVE(fn, inst, ...)                                                              \
    do {                                                                                           \
        w2c_tail_fn *const next_ = (fn);                                                           \
        w2c_instance *const inst_ = (inst);                                                        \
        w2c_tail *const tail = &W2C_TAIL(inst_);                                                   \
        W2C_TAIL_PLACES(__VA_ARGS__);                                                              \
        tail->instance = inst_;                                                                    \
        tail->next = (w2c_code)next_;                                                              \
        return w2c_tail_result(0, 0);                                                              \
    } while (0)
#define W2C_TAIL_CALL(fn, ...) W2C_TAIL_LEAVE((fn), instance, __VA_ARGS__)
#define W2C_TAIL_CALL_FUNC(func, via, ...)                                                         \
    W2C_TAIL_LEAVE(w2c_tail_to((func), (via)), (func)->instance, __VA_ARGS__)
#define W2C_TAIL_PASS(fn) return (fn)(instance)
#define W2C_TAIL_MEM0(load) load
#define W2C_RAW_I(k, p) ((u64)(p))
#define W2C_RAW_D(k, p) w2c_tail_f32(p)
#define W2C_TAIL_TRAP(status) w2c_trap(W2C_##status)
#define W2C_TAIL_UNUSED ((void)0)
#define W2C_TAIL_RUN(res, fn, inst, base, ...)                                                     \
    do {                                                                                           \
        w2c_tail *const tail = &W2C_TAIL(inst);                                                    \
        W2C_TAIL_PLACES(__VA_ARGS__);                                                              \
        (res) = w2c_tail_run((fn), (inst));                                                        \
    } while (0)

/* While a function runs, `next` is NULL: it is set last and cleared first. */
W2C_INLINE w2c_tail_res w2c_tail_run(w2c_tail_fn *fn, w2c_instance *instance) {
    for (;;) {
        w2c_tail_res res = fn(instance);
        /* after the call: contexts may have been joined */
        w2c_tail *const tail = &W2C_TAIL(instance);
        fn = (w2c_tail_fn *)tail->next;
        if (W2C_LIKELY(!fn)) return res;
        instance = tail->instance;
        tail->next = NULL;
    }
}

#endif

/* Tail forms that trap: where W2C_TAIL_TRAP jumps to, and what stands in the slots of w2c_tail_slots that
 * cannot be called. */
#define W2C_TAIL_TRAP_FN(status)                                                                   \
    __attribute__((unused, cold, noinline)) static W2C_TAIL_FN(w2c_tail_trap_##status) {           \
        (void)instance, W2C_TAIL_UNUSED;                                                           \
        w2c_trap(W2C_##status);                                                                    \
    }
W2C_TAIL_TRAP_FN(TRAP_UNDEFINED_ELEMENT)
W2C_TAIL_TRAP_FN(TRAP_NULL_ELEMENT)
W2C_TAIL_TRAP_FN(TRAP_NULL_FUNC)
W2C_TAIL_TRAP_FN(TRAP_CALL_TYPE)

#define W2C_I0() W2C_NO_I(0), W2C_NO_I(1), W2C_NO_I(2), W2C_NO_I(3), W2C_NO_I(4)
#define W2C_I1(a) W2C_PUT_I(0, a), W2C_NO_I(1), W2C_NO_I(2), W2C_NO_I(3), W2C_NO_I(4)
#define W2C_I2(a, b) W2C_PUT_I(0, a), W2C_PUT_I(1, b), W2C_NO_I(2), W2C_NO_I(3), W2C_NO_I(4)
#define W2C_I3(a, b, c) W2C_PUT_I(0, a), W2C_PUT_I(1, b), W2C_PUT_I(2, c), W2C_NO_I(3), W2C_NO_I(4)
#define W2C_I4(a, b, c, d)                                                                         \
    W2C_PUT_I(0, a), W2C_PUT_I(1, b), W2C_PUT_I(2, c), W2C_PUT_I(3, d), W2C_NO_I(4)
#define W2C_I5(a, b, c, d, e)                                                                      \
    W2C_PUT_I(0, a), W2C_PUT_I(1, b), W2C_PUT_I(2, c), W2C_PUT_I(3, d), W2C_PUT_I(4, e)
#define W2C_D0() W2C_NO_D(0), W2C_NO_D(1), W2C_NO_D(2), W2C_NO_D(3)
#define W2C_D1(a) W2C_PUT_D(0, a), W2C_NO_D(1), W2C_NO_D(2), W2C_NO_D(3)
#define W2C_D2(a, b) W2C_PUT_D(0, a), W2C_PUT_D(1, b), W2C_NO_D(2), W2C_NO_D(3)
#define W2C_D3(a, b, c) W2C_PUT_D(0, a), W2C_PUT_D(1, b), W2C_PUT_D(2, c), W2C_NO_D(3)
#define W2C_D4(a, b, c, d) W2C_PUT_D(0, a), W2C_PUT_D(1, b), W2C_PUT_D(2, c), W2C_PUT_D(3, d)

/* func = the function at index i of table, of the type given; or of a reference. Like w2c_table_func and
 * w2c_ref_func. */
#define W2C_TAIL_TABLE_FUNC(func, table, i, want)                                                  \
    do {                                                                                           \
        const w2c_table *const table_ = (table);                                                   \
        const u64 at_ = (i);                                                                       \
        if (W2C_UNLIKELY(at_ >= table_->size)) W2C_TAIL_TRAP(TRAP_UNDEFINED_ELEMENT);              \
        (func) = (const w2c_func *)table_->data[at_];                                              \
        if (W2C_UNLIKELY(!(func))) W2C_TAIL_TRAP(TRAP_NULL_ELEMENT);                               \
        if (W2C_UNLIKELY((func)->type != (want))) w2c_check_type((func), (want));                  \
    } while (0)
/* The same of a table that never changes, into a w2c_tail_fn *. For tables that are called with few types:
 * `slots` is of one type, and what cannot be called with that is a function that traps. */
#define W2C_TAIL_SLOT_FUNC(func, slots, count, i)                                                  \
    do {                                                                                           \
        const u64 at_ = (i);                                                                       \
        if (W2C_UNLIKELY(at_ >= (count))) W2C_TAIL_TRAP(TRAP_UNDEFINED_ELEMENT);                   \
        (func) = (slots)[at_];                                                                     \
    } while (0)
/* For others: see w2c_fixed_func. */
#define W2C_TAIL_FIXED_FUNC(func, table, count, i, number)                                         \
    do {                                                                                           \
        const u64 at_ = (i);                                                                       \
        if (W2C_UNLIKELY(at_ >= (count))) W2C_TAIL_TRAP(TRAP_UNDEFINED_ELEMENT);                   \
        if (W2C_UNLIKELY((table).type[at_] != (number))) {                                         \
            if (!(table).type[at_]) W2C_TAIL_TRAP(TRAP_NULL_ELEMENT);                              \
            W2C_TAIL_TRAP(TRAP_CALL_TYPE);                                                         \
        }                                                                                          \
        (func) = (w2c_tail_fn *)(table).code[at_];                                                 \
    } while (0)
#define W2C_TAIL_REF_FUNC(func, ref)                                                               \
    do {                                                                                           \
        (func) = (const w2c_func *)(ref);                                                          \
        if (W2C_UNLIKELY(!(func))) W2C_TAIL_TRAP(TRAP_NULL_FUNC);                                  \
    } while (0)

/* What a tail call of func goes to: its own tail form, else the adapter of its signature, which calls
 * it as a plain function. */
W2C_INLINE w2c_tail_fn *w2c_tail_to(const w2c_func *func, w2c_tail_fn *adapter) {
    if (W2C_LIKELY(func->tail != NULL)) return (w2c_tail_fn *)func->tail;
    W2C_TAIL(func->instance).func = func;
    return adapter;
}
/* The base address of an instance's memory 0; NULL: it has none. */
W2C_INLINE u8 *w2c_tail_base(const w2c_instance *instance) {
    const w2c_module *const module = instance->module;
    if (!module || !module->first_memory) return NULL;
    return (*(w2c_memory *const *)((const char *)instance + module->first_memory))->data;
}
/* Inside an adapter: the function; type: of its signature. */
W2C_INLINE const w2c_func *w2c_tail_callee(const w2c_instance *instance, const w2c_type *type) {
    const w2c_func *func = W2C_TAIL(instance).func;
    if (W2C_UNLIKELY(!func->code)) w2c_func_rouse(func, type);
    return func;
}
#endif
