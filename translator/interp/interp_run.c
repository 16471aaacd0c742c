/* interp_run.c: the handlers as code, and how one leads to the next.
 *
 * With musttail and preserve_none (clang) every handler is a function that ends in a jump to the next
 * one; the state stays in registers. Elsewhere handlers are labels of one function, and the jump is a
 * computed goto. Either way they lie in the section w2c_text, so that a fault in a guarded memory is
 * known as the guest's. Spec: exec/instructions */
#include "handlers.h"
#include "interp_place.h"

/* ---- fields and operands: names that handlers.inc uses --------------------------------------- */
#define X(n) (((const u16 *)(const void *)(pc + 1))[n])
#define W() (((const u32 *)(const void *)(pc + 1))[1])
#define T_i u32
#define T_l u64
#define T_f f32
#define T_d f64
#define T_v v128
#define T_r w2c_ref
#define LOAD_AT(type, p) (*(const w2c_##type##_any *)(const void *)(p))
#define STORE_AT(type, p, x) (*(w2c_##type##_any *)(void *)(p) = (x))
#define VECTOR_AT(p) (*(w2c_v128_any *)(void *)(p))
#define GET_i(n) LOAD_AT(u32, fp + X(n))
#define GET_l(n) (fp[X(n)])
#define GET_f(n) LOAD_AT(f32, fp + X(n))
#define GET_d(n) LOAD_AT(f64, fp + X(n))
#define GET_v(n) VECTOR_AT(fp + X(n))
#define GET_r(n) ((w2c_ref)(uintptr_t)fp[X(n)])
#define SET_i(n, x) (fp[X(n)] = (u64)(u32)(x))
#define SET_l(n, x) (fp[X(n)] = (x))
#define SET_f(n, x) STORE_AT(f32, fp + X(n), x)
#define SET_d(n, x) STORE_AT(f64, fp + X(n), x)
#define SET_v(n, x) (VECTOR_AT(fp + X(n)) = (x))
#define SET_r(n, x) (fp[X(n)] = (u64)(uintptr_t)(x))
#define SET0_i(x) SET_i(0, x)
#define SET0_l(x) SET_l(0, x)
#define SET0_f(x) SET_f(0, x)
#define SET0_d(x) SET_d(0, x)
#define SET0_v(x) SET_v(0, x)
#define REG_i ((u32)r0)
#define REG_l r0
#define REG_f f0
#define REG_d d0
#define REG_v v0
#define PUT_i(x) (r0 = (u64)(u32)(x))
#define PUT_l(x) (r0 = (x))
#define PUT_f(x) (f0 = (x))
#define PUT_d(x) (d0 = (x))
#define PUT_v(x) (v0 = (x))
#define CONST_i W()
#define CONST_l ((u64)(s64)(s32)W())
#define BITS_i(x) ((u32)(x))
#define BITS_l(x) ((u64)(x))
#define BITS_f(x) w2c_f32_reinterpret_i32((u32)(x))
#define BITS_d(x) w2c_f64_reinterpret_i64(x)
#define JUMP_if(x)                                                                                 \
    pc = (x) ? pc + 2 + (s64)pc[2] : pc + 3;                                                       \
    GO()
#define JUMP_not(x)                                                                                \
    pc = (x) ? pc + 3 : pc + 2 + (s64)pc[2];                                                       \
    GO()

/* ---- operators by the text in a row's column c: decided while compiling ---------------------- */
#define COMPARE(c, a, b)                                                                           \
    ((u32)((c)[0] == '='   ? (a) == (b)                                                            \
           : (c)[0] == '!' ? (a) != (b)                                                            \
           : (c)[0] == '<' ? ((c)[1] == '=' ? (a) <= (b) : (a) < (b))                              \
                           : ((c)[1] == '=' ? (a) >= (b) : (a) > (b))))
#define INTEGER_INFIX(c)                                                                           \
    ((c)[0] == '+'   ? a + b                                                                       \
     : (c)[0] == '-' ? a - b                                                                       \
     : (c)[0] == '*' ? a * b                                                                       \
     : (c)[0] == '&' ? a & b                                                                       \
     : (c)[0] == '|' ? a | b                                                                       \
     : (c)[0] == '^' ? a ^ b                                                                       \
                     : COMPARE(c, a, b))
#define FLOAT_INFIX(c)                                                                             \
    ((c)[0] == '+' ? a + b : (c)[0] == '-' ? a - b : (c)[0] == '*' ? a * b : a / b)

#define IS(c, text) (__builtin_strcmp(c, text) == 0)
#define AS_GUARDED(type) w2c_load_##type(mem, at, W())
#define AS_CHECKED(type) w2c_load_##type##_vb(m->data, m, at, pc[2])
#define INTEGER_LOAD_BY(c, LOAD)                                                                   \
    (IS(c, "u8")    ? (u64)LOAD(u8)                                                                \
     : IS(c, "s8")  ? (u64)(s64)LOAD(s8)                                                           \
     : IS(c, "u16") ? (u64)LOAD(u16)                                                               \
     : IS(c, "s16") ? (u64)(s64)LOAD(s16)                                                          \
     : IS(c, "u32") ? (u64)LOAD(u32)                                                               \
     : IS(c, "s32") ? (u64)(s64)LOAD(s32)                                                          \
                    : LOAD(u64))
#define INTEGER_LOAD(c) INTEGER_LOAD_BY(c, AS_GUARDED)
#define INTEGER_LOAD_C(c) INTEGER_LOAD_BY(c, AS_CHECKED)
#define TO_GUARDED(type) w2c_store_##type(mem, at, W(), (type)v)
#define TO_CHECKED(type) w2c_store_##type##_vb(m->data, m, at, pc[2], (type)v)
#define INTEGER_STORE_BY(c, STORE)                                                                 \
    (IS(c, "u8") ? STORE(u8) : IS(c, "u16") ? STORE(u16) : IS(c, "u32") ? STORE(u32) : STORE(u64))
#define INTEGER_STORE(c) INTEGER_STORE_BY(c, TO_GUARDED)
#define INTEGER_STORE_C(c) INTEGER_STORE_BY(c, TO_CHECKED)

#define VECTOR_LOAD_BY(c, LOAD)                                                                    \
    (IS(c, "v128")      ? LOAD(v128)                                                               \
     : IS(c, "8x8_s")   ? LOAD(8x8_s)                                                              \
     : IS(c, "8x8_u")   ? LOAD(8x8_u)                                                              \
     : IS(c, "16x4_s")  ? LOAD(16x4_s)                                                             \
     : IS(c, "16x4_u")  ? LOAD(16x4_u)                                                             \
     : IS(c, "32x2_s")  ? LOAD(32x2_s)                                                             \
     : IS(c, "32x2_u")  ? LOAD(32x2_u)                                                             \
     : IS(c, "splat8")  ? LOAD(splat8)                                                             \
     : IS(c, "splat16") ? LOAD(splat16)                                                            \
     : IS(c, "splat32") ? LOAD(splat32)                                                            \
     : IS(c, "splat64") ? LOAD(splat64)                                                            \
     : IS(c, "zero32")  ? LOAD(zero32)                                                             \
                        : LOAD(zero64))
#define VECTOR_CHECKED(type) w2c_load_##type##_b(m->data, m, at, pc[2])
#define VECTOR_LOAD(c) VECTOR_LOAD_BY(c, AS_GUARDED)
#define VECTOR_LOAD_C(c) VECTOR_LOAD_BY(c, VECTOR_CHECKED)
#define LANE_CHECKED(type) w2c_load_##type##_b(m->data, m, at, pc[2], v, X(3))
#define LANE_LOAD_C(c)                                                                             \
    (IS(c, "lane8")    ? LANE_CHECKED(lane8)                                                       \
     : IS(c, "lane16") ? LANE_CHECKED(lane16)                                                      \
     : IS(c, "lane32") ? LANE_CHECKED(lane32)                                                      \
                       : LANE_CHECKED(lane64))
#define LANE_STORED(type) w2c_store_##type##_b(m->data, m, at, pc[2], v, X(3))
#define VECTOR_STORE(c)                                                                            \
    if (IS(c, "v128"))                                                                             \
        w2c_store_v128(mem, at, W(), v);                                                           \
    else                                                                                           \
        w2c_trap(W2C_TRAP_UNREACHABLE)
#define VECTOR_STORE_C(c)                                                                          \
    (IS(c, "lane8")    ? LANE_STORED(lane8)                                                        \
     : IS(c, "lane16") ? LANE_STORED(lane16)                                                       \
     : IS(c, "lane32") ? LANE_STORED(lane32)                                                       \
     : IS(c, "lane64") ? LANE_STORED(lane64)                                                       \
                       : w2c_store_v128_b(m->data, m, at, pc[2], v))

/* "u8 add": the type up to the space, then the operation */
#define BY_SIZE(c, AT)                                                                             \
    ((c)[1] == '8'   ? (u64)AT(u8)                                                                 \
     : (c)[1] == '1' ? (u64)AT(u16)                                                                \
     : (c)[1] == '3' ? (u64)AT(u32)                                                                \
                     : (u64)AT(u64))
#define ATOMIC_LOADED(type) w2c_atomic_load_##type##_b(m->data, m, at, pc[2])
#define ATOMIC_LOAD(c) BY_SIZE(c, ATOMIC_LOADED)
#define ATOMIC_STORED(type) (w2c_atomic_store_##type##_b(m->data, m, at, pc[2], (type)v), 0)
#define ATOMIC_STORE(c) (void)BY_SIZE(c, ATOMIC_STORED)
#define RMW_OF(op, type) w2c_atomic_##op##_##type##_b(m->data, m, at, pc[2], (type)v)
#define RMW_BY(op, c)                                                                              \
    ((c)[1] == '8'   ? (u64)RMW_OF(op, u8)                                                         \
     : (c)[1] == '1' ? (u64)RMW_OF(op, u16)                                                        \
     : (c)[1] == '3' ? (u64)RMW_OF(op, u32)                                                        \
                     : RMW_OF(op, u64))
#define RMW_IS(c, text) IS((c) + ((c)[1] == '8' ? 3 : 4), text)
#define ATOMIC_RMW(c)                                                                              \
    (RMW_IS(c, "add")   ? RMW_BY(add, c)                                                           \
     : RMW_IS(c, "sub") ? RMW_BY(sub, c)                                                           \
     : RMW_IS(c, "and") ? RMW_BY(and, c)                                                           \
     : RMW_IS(c, "or")  ? RMW_BY(or, c)                                                            \
     : RMW_IS(c, "xor") ? RMW_BY(xor, c)                                                           \
                        : RMW_BY(xchg, c))
#define ATOMIC_EXCHANGED(type)                                                                     \
    w2c_atomic_cmpxchg_##type##_b(m->data, m, at, pc[2], (type)old, (type)v)
#define ATOMIC_CMPXCHG(c) BY_SIZE(c, ATOMIC_EXCHANGED)

/* ---- helpers of handlers --------------------------------------------------------------------- */
W2C_INLINE const Code *code_of(Inst *in, u32 func) {
    const Code *code = interp_code_now(inst_interp(in), func);
    return W2C_LIKELY(code) ? code : interp_code(in, func);
}
W2C_INLINE const w2c_func *inst_import(Inst *in, u64 func) {
    return __atomic_load_n(INST_AT(in, const w2c_func *, inst_interp(in)->imports) + func,
                           __ATOMIC_ACQUIRE);
}
W2C_INLINE w2c_elem *inst_elem(Inst *in, u32 i) {
    return INST_AT(in, w2c_elem, inst_interp(in)->elems) + i;
}
W2C_INLINE w2c_data *inst_data(Inst *in, u32 i) {
    return INST_AT(in, w2c_data, inst_interp(in)->datas) + i;
}
W2C_INLINE bool inst_thrown(const Inst *in) {
    return ((const w2c_context_head *)(const void *)in->w2c.context)->thrown != NULL;
}
W2C_INLINE const w2c_func *func_of_ref(u64 bits) {
    const w2c_func *func = (const w2c_func *)(uintptr_t)bits;
    if (W2C_UNLIKELY(!func)) w2c_trap(W2C_TRAP_NULL_FUNC);
    return func;
}
W2C_INLINE const w2c_type *type_of(const Inst *in, u32 type) {
    const Interp *it = inst_interp(in);
    return &it->types[it->m->types[type].canon];
}
/* The number of the instance's own record that func is, or NO_FUNC. */
W2C_INLINE u32 own_record(Inst *in, const w2c_func *func) {
    const Interp *it = inst_interp(in);
    uintptr_t at = (uintptr_t)func - (uintptr_t)INST_AT(in, w2c_func, it->records);
    return at < it->module.func_count * sizeof(w2c_func) ? (u32)(at / sizeof(w2c_func)) : NO_FUNC;
}
/* Where a pending exception goes from the info cell of a call: link + 1 in the top 16 bits, the way to
 * the handler in the low 32, 0 when the function has none there. Frames without one are left. */
typedef struct Unwound {
    const u64 *pc;
    u64 *fp;
} Unwound;
static W2C_COLD Unwound unwind(const u64 *info, u64 *fp) {
    const u64 end = interp_handler(H_exit);
    for (;;) {
        s32 way = (s32)(u32)*info;
        if (way) return (Unwound){info + way, fp};
        const u64 *link = fp + (*info >> 48) - 1;
        const u64 *back = (const u64 *)(uintptr_t)link[0];
        fp = (u64 *)(uintptr_t)link[1];
        if (*back == end) return (Unwound){back, fp};
        info = back - 1;
    }
}
static v128 shuffled(v128 a, v128 b, const u64 *lanes) {
    u8 both[32], picked[16];
    const u8 *lane = (const u8 *)(const void *)lanes;
    memcpy(both, &a, 16);
    memcpy(both + 16, &b, 16);
    for (int i = 0; i < 16; i++)
        picked[i] = both[lane[i] & 31];
    memcpy(&a, picked, 16);
    return a;
}
#ifdef INTERP_KEEP_PLACE
_Thread_local InterpPlace interp_place;
#endif
/* ---- dispatch -------------------------------------------------------------------------------- */
#define MARK(name)
#if defined(__clang__) && defined(__has_attribute) && !defined(W2C_INTERP_GOTO)
#if __has_attribute(musttail) && __has_attribute(preserve_none)
#define TAIL_DISPATCH
#endif
#endif

#if defined(__ELF__)
extern const char __start_w2c_text[] W2C_HIDDEN;
extern const char __stop_w2c_text[] W2C_HIDDEN;
void interp_text(const char **begin, const char **end);
void interp_text(const char **begin, const char **end) {
    *begin = __start_w2c_text;
    *end = __stop_w2c_text;
}
#else
void interp_text(const char **begin, const char **end);
void interp_text(const char **begin, const char **end) {
    *begin = *end = NULL;
}
#endif

/* ---- bodies as functions: what pairs are made of. They only go on, forwards or to a label. */
#define BODIES
#define r0 (*r0_)
#define f0 (*f0_)
#define d0 (*d0_)
#define v0 (*v0_)
#define GO() return pc
#define NEXT(n) return pc + (n)
#define STOP() return pc
#define H(id, ...)                                                                                 \
    W2C_INLINE const u64 *body_##id(const u64 *pc, u64 *fp, u8 *mem, Inst *in, u64 *r0_, f32 *f0_, \
                                    f64 *d0_, v128 *v0_) {                                         \
        (void)fp, (void)mem, (void)in, (void)r0_, (void)f0_, (void)d0_, (void)v0_;                 \
        __VA_ARGS__;                                                                               \
    }
#include "handlers.inc"
#undef H
#undef BODIES
#undef r0
#undef f0
#undef d0
#undef v0
#undef GO
#undef NEXT
#undef STOP

/* ---- handlers -------------------------------------------------------------------------------- */
#ifdef TAIL_DISPATCH
#define PARAMS const u64 *pc, u64 *fp, u8 *mem, Inst *in, u64 r0, f32 f0, f64 d0, v128 v0
/* AddressSanitizer's frames do not go together with preserve_none in every clang. */
#if defined(__OPTIMIZE__) && !__has_feature(address_sanitizer)
#define HANDLER __attribute__((preserve_none))
#else
#define HANDLER
#endif
typedef HANDLER void Handler(PARAMS);
#define GO()                                                                                       \
    __attribute__((musttail)) return ((Handler *)(uintptr_t)*pc)(pc, fp, mem, in, r0, f0, d0, v0)
#define NEXT(n)                                                                                    \
    pc += (n);                                                                                     \
    GO()
#define STOP() return
#define H(id, ...)                                                                                 \
    static W2C_TEXT HANDLER void h_##id(PARAMS) {                                                  \
        (void)fp, (void)mem, (void)in, (void)r0, (void)f0, (void)d0, (void)v0;                     \
        __VA_ARGS__;                                                                               \
    }
#include "handlers.inc"
#undef H

u64 interp_handler(unsigned id) {
    static Handler *const handlers[] = {
#define H(id, ...) h_##id,
#include "handlers.inc"
#undef H
    };
    return (u64)(uintptr_t)handlers[id];
}

static void go(Inst *in, const u64 *pc, u64 *fp) {
    ((Handler *)(uintptr_t)*pc)(pc, fp, in->base, in, 0, 0, 0, w2c_v128_const(0, 0));
}
#else
#define GO() goto *(void *)(uintptr_t)*pc
#define NEXT(n)                                                                                    \
    pc += (n);                                                                                     \
    GO()
#define STOP() return
/* Without an instance: *handlers becomes the table of the labels. */
static W2C_TEXT W2C_NOINLINE void run(Inst *in, const u64 *pc, u64 *fp,
                                      const void *const **handlers) {
    static const void *const labels[] = {
#define H(id, ...) &&L_##id,
#include "handlers.inc"
#undef H
    };
    if (!in) {
        *handlers = labels;
        return;
    }
    u8 *mem = in->base;
    u64 r0 = 0;
    f32 f0 = 0;
    f64 d0 = 0;
    v128 v0 = w2c_v128_const(0, 0);
    GO();
#define H(id, ...)                                                                                 \
    L_##id : {                                                                                     \
        __VA_ARGS__;                                                                               \
    }
#include "handlers.inc"
#undef H
}

u64 interp_handler(unsigned id) {
    const void *const *handlers;
    run(NULL, NULL, NULL, &handlers);
    return (u64)(uintptr_t)handlers[id];
}

static void go(Inst *in, const u64 *pc, u64 *fp) {
    run(in, pc, fp, NULL);
}
#endif

void interp_run(Inst *in, u32 func, u64 *fp) {
    const Code *code = code_of(in, func);
    const u64 end = interp_handler(H_exit);
    W2C_ENTER(in);
    if (fp + code->frame > in->limit) w2c_trap(W2C_TRAP_STACK_EXHAUSTED);
    memset(fp + code->params, 0, (size_t)(code->locals - code->params) * 8);
    fp[code->locals] = (u64)(uintptr_t)&end;
    fp[code->locals + 1] = (u64)(uintptr_t)fp;
#ifdef INTERP_KEEP_PLACE
    InterpPlace before = interp_place;
    interp_place = (InterpPlace){in, code->cells, fp};
    go(in, code->cells, fp);
    interp_place = before;
#else
    go(in, code->cells, fp);
#endif
}
