/* rt_operands.c: the stack on which interpreted functions keep parameters, locals and operands: address
 * space that is taken when it is first needed, as large as the guest's stack may be. */
#define _GNU_SOURCE
#include "rt_internal.h"
#include <sys/mman.h>

#define OPERANDS_DEFAULT ((size_t)8 << 20)
#define OPERANDS_LEAST ((size_t)64 << 10)

#ifndef MAP_NORESERVE
#define MAP_NORESERVE 0
#endif

static W2C_COLD bool make(w2c_context *context) {
    w2c_operands *o = &context->head.operands;
    size_t bytes = context->stack_bytes ? context->stack_bytes : OPERANDS_DEFAULT;
    if (bytes < OPERANDS_LEAST) bytes = OPERANDS_LEAST;
    bytes = (bytes + 4095) & ~(size_t)4095;
    void *at = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (at == MAP_FAILED) return false;
    o->low = (u64 *)at;
    o->end = o->low + bytes / sizeof(u64);
    return true;
}

w2c_operands *w2c_operands_of(w2c_instance *instance) {
    w2c_context *context = instance->context;
    w2c_operands *o = &context->head.operands;
    if (W2C_LIKELY(o->at)) return o;
    if (!o->low && !make(context)) return NULL;
    o->at = o->low; /* nobody uses it: a frame that was entered before it was made is left */
    return o;
}

void w2c_operands_free(w2c_context *context) {
    w2c_operands *o = &context->head.operands;
    if (o->low) munmap(o->low, (size_t)(o->end - o->low) * sizeof(u64));
    memset(o, 0, sizeof *o);
}

void w2c_operands_clear(w2c_context *context) {
    w2c_operands *o = &context->head.operands;
    size_t bytes = (size_t)(o->end - o->low) * sizeof(u64);
#if defined(__linux__) && defined(MADV_DONTNEED)
    bool ok = !madvise(o->low, bytes, MADV_DONTNEED);
#else
    bool ok = mmap(o->low, bytes, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0) != MAP_FAILED;
#endif
    if (ok)
        o->at = NULL;
    else
        w2c_operands_free(context);
}
