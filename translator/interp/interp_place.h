/* interp_place.h: where the innermost interpreted frame is, for backtraces: see interp_trace.c. */
#ifndef W2C_INTERP_PLACE_H
#define W2C_INTERP_PLACE_H
#include "interp_impl.h"

#if !(defined(__clang__) && defined(__x86_64__) && defined(__OPTIMIZE__)) ||                       \
    defined(W2C_INTERP_GOTO)
#define INTERP_KEEP_PLACE 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || !__has_attribute(preserve_none) ||                         \
    !__has_attribute(musttail)
#define INTERP_KEEP_PLACE 1
#endif
#endif

#ifdef INTERP_KEEP_PLACE
typedef struct InterpPlace { /* of this thread */
    Inst *in;
    const u64 *pc, *fp;
} InterpPlace;
extern _Thread_local InterpPlace interp_place;
#define PLACE(pc_, fp_) (void)(interp_place.pc = (pc_), interp_place.fp = (fp_))
#else
#define PLACE(pc_, fp_) (void)0
#endif
#endif
