/* rt_trap.c: frames, traps, and how much stack there is.
 *
 * The one thread-local of rtlib: the innermost frame, and the bounds of the thread's own stack,
 * asked of the system once per thread. Entering a frame compares them with what the context was set
 * up for, and does more only when the instances moved to another thread or stack. */
#define _GNU_SOURCE
#include "rt_internal.h"
#include "w2c_eh.h"
#include <pthread.h>
#include <sys/resource.h>

#define HEADROOM ((size_t)256 << 10)       /* for host functions, and handlers of signals */
#define OTHER_STACK_USE ((size_t)64 << 10) /* on a stack whose size nobody told us */
#define CLEARED ((ptrdiff_t)64 << 10)      /* of the stack, after a trap */
#define OWN_FRAME 512                      /* what a small function's frame takes at most */
#define MOST_STACK ((size_t)1 << 30)       /* when the system sets no limit */

struct thread {
    w2c_frame *frame;
    char *low;   /* NULL: not asked yet */
    size_t size; /* bytes above low */
    u32 number;  /* 0: not asked yet */
};

/* Signal handlers read it: no lazy allocation. */
static _Thread_local struct thread thread __attribute__((tls_model("initial-exec")));

u32 w2c_thread_number(void) {
    static u32 last; /* of all threads: pools spread them by it */
    if (!thread.number) thread.number = __atomic_add_fetch(&last, 1, __ATOMIC_RELAXED);
    return thread.number;
}

w2c_frame *w2c_frame_innermost(void) {
    return thread.frame;
}

/* ---- the stack ------------------------------------------------------------------------------ */
static void find_stack(struct thread *t, char *sp) {
    char *low = NULL;
    size_t size = 0;
#if defined(__linux__)
    pthread_attr_t attr;
    void *address = NULL;
    if (!pthread_getattr_np(pthread_self(), &attr)) {
        if (!pthread_attr_getstack(&attr, &address, &size)) low = (char *)address;
        pthread_attr_destroy(&attr);
    }
#endif
    if (!low || size < 4096) { /* a guess: half of what the main thread may have, from here on */
        struct rlimit limit;
        size = (size_t)1 << 20;
        if (!getrlimit(RLIMIT_STACK, &limit) && limit.rlim_cur / 2 < size)
            size = (size_t)(limit.rlim_cur / 2);
        low = sp - size;
        size += 4096;
    }
    if (size > MOST_STACK) {
        low += size - MOST_STACK;
        size = MOST_STACK;
    }
    t->low = low;
    t->size = size;
}

static bool on_own_stack(const struct thread *t, const char *sp) {
    return (uintptr_t)sp - (uintptr_t)t->low < t->size;
}

/* On a stack that is not the thread's own: a coroutine's. Frames nested in the same one share its
 * budget. */
static void limit_other_stack(w2c_context *c, char *sp) {
    size_t budget = c->stack_bytes ? c->stack_bytes : OTHER_STACK_USE;
    size_t used = (uintptr_t)c->entry - (uintptr_t)sp; /* huge when sp is above entry */
    if (c->depth > 1 && c->stack_low == W2C_OTHER_STACK && used < budget + HEADROOM) return;
    c->stack_low = W2C_OTHER_STACK;
    c->entry = sp;
    w2c_context_set_limit(c, sp - (budget < (uintptr_t)sp ? budget : 0));
}

static W2C_COLD void set_limit(w2c_context *c, struct thread *t, char *sp) {
    if (!t->low) find_stack(t, sp);
    if (!on_own_stack(t, sp)) {
        limit_other_stack(c, sp);
        return;
    }
    char *limit = t->low + (t->size < 4 * HEADROOM ? t->size / 4 : HEADROOM);
    if (c->stack_bytes && limit < sp && c->stack_bytes < (size_t)(sp - limit)) {
        /* in steps, so that calls from almost the same depth leave it alone */
        char *wanted = sp - c->stack_bytes;
        wanted -= ((uintptr_t)wanted & 4095);
        if (wanted > limit) limit = wanted;
    }
    c->stack_low = t->low;
    if (c->limit != limit) w2c_context_set_limit(c, limit);
}

/* ---- frames --------------------------------------------------------------------------------- */
void w2c_frame_enter(w2c_frame *frame, w2c_instance *instance) {
    struct thread *t = &thread;
    w2c_context *c = instance->context;
    char *sp = w2c_stack_pointer();
    frame->outer = t->frame;
    frame->context = c;
    frame->sp = sp;
    frame->limit = c->limit;
    frame->stack_low = c->stack_low;
    frame->operands = c->head.operands.at;
    frame->status = W2C_OK;
    frame->landing = NULL;
    t->frame = frame;
    bool outermost = c->depth++ == 0;
    if (outermost) {
        c->detail[0] = 0;
        if (W2C_UNLIKELY(c->trace != NULL)) w2c_trace_clear(c);
    }
    if (W2C_UNLIKELY(c->exceptions.left)) w2c_exceptions_drop(c);
    if (W2C_UNLIKELY(c->stack_low != t->low || !on_own_stack(t, sp) ||
                     (c->stack_bytes && outermost)))
        set_limit(c, t, sp);
}

w2c_status w2c_frame_leave(w2c_frame *frame) {
    w2c_context *c = frame->context;
    c->head.operands.at = frame->operands;
    if (W2C_UNLIKELY(c->joined)) c = w2c_context_root(c);
    thread.frame = frame->outer;
    c->depth--;
    if (W2C_UNLIKELY(c->head.thrown)) {
        w2c_exceptions_leave(c);
        frame->status = W2C_EXCEPTION;
    } else if (W2C_UNLIKELY(c->exceptions.left && !c->depth)) {
        w2c_exceptions_drop(c); /* a host function did not pass it on */
    }
    if (W2C_UNLIKELY(c->limit != frame->limit) && c->depth && frame->stack_low) {
        c->stack_low = frame->stack_low; /* back on the stack of the outer frame */
        w2c_context_set_limit(c, frame->limit);
    }
    return frame->status;
}

bool w2c_frames_range(const w2c_context *context, const char *sp, const char **high) {
    bool own = thread.low && on_own_stack(&thread, sp);
    u32 found = 0; /* others would be on another thread's stack */
    *high = sp;
    for (w2c_frame *f = thread.frame; f; f = f->outer) {
        if (w2c_context_root(f->context) != context) continue;
        if (own ? !on_own_stack(&thread, (char *)f) : found || (char *)f < sp) return false;
        *high = (const char *)(f + 1);
        found++;
    }
    return found == context->depth;
}

/* ---- traps ---------------------------------------------------------------------------------- */
/* What the frames that end here had would be found again, as references, where later frames leave
 * gaps. Clears what lies between this function's frame and `sp`, of the one that is returned to. */
__attribute__((no_sanitize_address, no_sanitize_thread)) static W2C_NORETURN void
jump(w2c_context *context, char *sp, jmp_buf env) {
    char *low = (char *)__builtin_frame_address(0) + OWN_FRAME;
    if (w2c_context_root(context)->heap && low < sp) {
        if (sp - low > CLEARED) low = sp - CLEARED;
        for (; low < sp; low += sizeof(void *))
            *(void *volatile *)low = NULL;
    }
#if defined(__x86_64__) || defined(__MMX__)
    /* Code that faulted may have had values on the x87 stack, which longjmp leaves there: a full one
     * makes NaNs of what is loaded next. The embedder's control word stays. */
    __asm__ volatile("emms");
#endif
    longjmp(env, 1);
}

static W2C_NORETURN void end_frame(w2c_frame *frame, w2c_status status) {
    frame->status = status;
    jump(frame->context, frame->sp, frame->env);
}

static W2C_NORETURN void end_call(w2c_status status, uintptr_t fault, bool passed_on) {
    w2c_frame *frame = thread.frame;
    if (!frame) __builtin_trap(); /* outside of a frame: there is nowhere to go */
    const w2c_context *c = w2c_context_root(frame->context);
    if (W2C_UNLIKELY(c->trace != NULL) && status < W2C_EXCEPTION &&
        !(passed_on && w2c_trace_has(c)))
        w2c_trace_take(frame, fault);
    end_frame(frame, status);
}

void w2c_raise(w2c_status status) {
    if (status != W2C_EXCEPTION) end_call(status, 0, true);
    if (!thread.frame || !w2c_exceptions_raise(w2c_context_root(thread.frame->context)))
        w2c_trap_detail(W2C_TRAP_HOST, "a host function returned W2C_EXCEPTION without one: "
                                       "call w2c_exception_throw first");
}

void w2c_trap(w2c_status status) {
    if (thread.frame) w2c_context_root(thread.frame->context)->detail[0] = 0;
    end_call(status, 0, false);
}

void w2c_trap_fault(uintptr_t pc) {
    if (thread.frame) w2c_context_root(thread.frame->context)->detail[0] = 0;
    end_call(W2C_TRAP_MEMORY_BOUNDS, pc, false);
}

void w2c_trap_detail(w2c_status status, const char *text) {
    if (thread.frame) {
        w2c_context *c = w2c_context_root(thread.frame->context);
        size_t len = strlen(text);
        if (len >= sizeof c->detail) len = sizeof c->detail - 1;
        memmove(c->detail, text, len);
        c->detail[len] = 0;
    }
    end_call(status, 0, false);
}

/* ---- exceptions that jump ------------------------------------------------------------------- */
void w2c_landing_enter(w2c_landing *landing) {
    w2c_frame *frame = thread.frame;
    landing->outer = frame->landing;
    landing->sp = w2c_stack_pointer();
    frame->landing = landing;
}

void w2c_landing_leave(w2c_landing *landing) {
    thread.frame->landing = landing->outer;
}

void w2c_unwind(void) {
    w2c_frame *frame = thread.frame;
    if (!frame) __builtin_trap();
    w2c_landing *landing = frame->landing;
    if (!landing) end_frame(frame, W2C_OK); /* w2c_frame_leave sees the exception */
    frame->landing = landing->outer;
    jump(frame->context, landing->sp, landing->env);
}
