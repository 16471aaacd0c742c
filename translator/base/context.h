/* context.h: what every call takes first: the allocator, the features allowed, the file's name, and
 * the one diagnostic that the call may leave behind. There are no mutable globals.
 * Thread: a Context belongs to one thread; workers copy it (context_worker) and the results are
 * merged with diag_merge, so that the earliest byte offset wins whatever the thread count. */
#ifndef W2C_CONTEXT_H
#define W2C_CONTEXT_H
#include "alloc.h"

enum { NO_FUNC = 0xffffffffu };
#define NO_OFFSET UINT64_MAX

typedef enum ErrorClass { /* the exit code follows from it: see diag_exit_code */
                          CLASS_NONE,
                          CLASS_MALFORMED,
                          CLASS_INVALID,
                          CLASS_UNLINKABLE,
                          CLASS_FEATURE, /* a feature that was disabled: exit 1 */
                          CLASS_UNSUPPORTED,
                          CLASS_LIMIT,
                          CLASS_IO,
                          CLASS_NOMEM,
} ErrorClass;

typedef enum ErrorId {
#define ERROR(id, class, text) ERR_##id,
#include "errors.def"
#undef ERROR
    ERROR_COUNT
} ErrorId;

typedef struct Diag {
    ErrorClass class; /* CLASS_NONE: no error */
    ErrorId id;
    uint64_t offset; /* bytes from the module's start, or NO_OFFSET */
    uint32_t func;   /* function index, or NO_FUNC */
    char text[480];  /* the spec's words, then the detail */
} Diag;

typedef enum FeatureId {
#define FEATURE(id, name, text) FEATURE_##id,
#include "features.def"
#undef FEATURE
    FEATURE_COUNT
} FeatureId;

typedef struct Context {
    Allocator alloc;
    uint64_t features; /* bit FEATURE_x set: allowed */
    const char *file;  /* as the user named it; for messages */
    uint32_t func;     /* function under work, NO_FUNC outside */
    Diag diag;
} Context;

void context_init(Context *ctx, Allocator alloc, const char *file); /* all features on */
Context context_worker(const Context *ctx); /* a copy with an empty diagnostic */
static inline bool context_has(const Context *ctx, FeatureId f) {
    return (ctx->features >> f & 1) != 0;
}
const char *feature_name(FeatureId f); /* as in --disable-NAME */

/* Records an error unless an earlier one (by offset) is there, and returns false, so that callers can
 * write `return diag_error(...)`. The text is the row's in errors.def followed by the formatted detail:
 * diag_error(ctx, ERR_unknown_local, at, " %u: function has %u", idx, n). Pass "" for none. */
bool diag_error(Context *ctx, ErrorId id, uint64_t offset, const char *detail, ...)
    __attribute__((format(printf, 4, 5), cold));
bool diag_nomem(Context *ctx) __attribute__((cold));
/* "needs NAME": a module that uses a disabled feature. */
bool diag_feature(Context *ctx, FeatureId f, uint64_t offset) __attribute__((cold));
void diag_merge(Context *into, const Context *from);
static inline bool diag_failed(const Context *ctx) {
    return ctx->diag.class != CLASS_NONE;
}
void diag_clear(Context *ctx);
int diag_exit_code(const Context *ctx);         /* 0 when there is no error; see docs */
const char *error_class_name(ErrorClass class); /* "malformed", "invalid", ... */
#endif
