/* w2c_eh.h: throwing and catching, as generated code of modules with exceptions spells it.
 *
 * A throw makes an exception pending in the context; the code after each call that may throw sees it
 * there and goes to its handler, or returns. A handler compares tags, takes the values, and ends
 * with one of w2c_caught (nobody refers to the exception any more: it is free for the next throw)
 * and w2c_caught_ref.
 *
 * Modules whose exceptions jump test nothing behind calls. What throws calls w2c_unwind, and a call
 * inside a try is made by a function of its own, which lands exceptions: that try's function then
 * tests for one as all do. Spec: exec/instructions#exec-throw */
#ifndef W2C_EH_H
#define W2C_EH_H
#include "w2c_rt.h"

#ifdef __cplusplus
extern "C" {
#endif

/* An exception with room for count values when none is unused. Traps when memory is exhausted. */
w2c_exception *w2c_exception_more(w2c_context *context, u32 count) __attribute__((cold));
/* It may be referred to from now on: a collection frees it. */
void w2c_exception_keep(w2c_context *context, w2c_exception *x);
/* Frees what is neither kept nor free. */
void w2c_exception_free(w2c_context *context, w2c_exception *x) __attribute__((cold));

W2C_INLINE w2c_context_head *w2c_head(const w2c_instance *instance) {
    return (w2c_context_head *)instance->context;
}

/* throw: pending from here on; the caller fills in values[0 .. count). */
W2C_INLINE w2c_exception *w2c_throw(w2c_instance *instance, const w2c_tag *tag, u32 count) {
    w2c_context_head *const head = w2c_head(instance);
    w2c_exception *x = head->unused;
    if (W2C_LIKELY(x && count <= W2C_EXCEPTION_ROOM)) {
        head->unused = x->next;
        x->state = W2C_EXN_THROWN;
    } else {
        x = w2c_exception_more(instance->context, count);
    }
    x->tag = tag;
    x->count = count;
    head->thrown = x;
    return x;
}

/* throw_ref, and rethrow */
W2C_INLINE void w2c_throw_ref(w2c_instance *instance, w2c_ref ref) {
    if (W2C_UNLIKELY(!ref)) w2c_trap(W2C_TRAP_NULL_EXCEPTION);
    w2c_head(instance)->thrown = (w2c_exception *)ref;
}

W2C_INLINE w2c_exception *w2c_thrown(const w2c_instance *instance) {
    return w2c_head(instance)->thrown;
}

W2C_INLINE void w2c_caught(w2c_instance *instance, w2c_exception *x) {
    w2c_context_head *const head = w2c_head(instance);
    head->thrown = NULL;
    if (W2C_LIKELY(x->state == W2C_EXN_THROWN)) {
        x->state = W2C_EXN_FREE;
        x->next = head->unused;
        head->unused = x;
    } else if (x->state == W2C_EXN_LARGE) {
        w2c_exception_free(instance->context, x);
    }
}

W2C_INLINE w2c_ref w2c_caught_ref(w2c_instance *instance, w2c_exception *x) {
    w2c_head(instance)->thrown = NULL;
    if (x->state != W2C_EXN_KEPT) w2c_exception_keep(instance->context, x);
    return (w2c_ref)x;
}

/* Where exceptions that jump land: on the stack, as an export's w2c_frame, whose innermost one is known. */
typedef struct w2c_landing {
    jmp_buf env;
    struct w2c_landing *outer;
    char *sp; /* everything below is of frames inside the call */
} w2c_landing;
void w2c_landing_enter(w2c_landing *landing);
void w2c_landing_leave(w2c_landing *landing);
/* if (W2C_LAND(landing)) { the call; w2c_landing_leave(&landing); } else an exception is pending, and the
 * landing was left */
#define W2C_LAND(landing) (w2c_landing_enter(&(landing)), setjmp((landing).env) == 0)
/* An exception is pending: to the innermost landing inside the innermost export's entry, else there. */
W2C_NORETURN void w2c_unwind(void) __attribute__((cold));

#ifdef __cplusplus
}
#endif
#endif
