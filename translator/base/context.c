/* context.c: contexts and their one diagnostic. */
#include "context.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct {
    ErrorClass class;
    const char *text;
} errors[] = {
#define ERROR(id, class, text) {CLASS_##class, text},
#include "errors.def"
#undef ERROR
};

static const char *const feature_names[] = {
#define FEATURE(id, name, text) name,
#include "features.def"
#undef FEATURE
};

static const char *const class_names[] = {
    "none", "malformed", "invalid", "unlinkable", "feature", "unsupported", "limit", "io", "nomem"};
static const int class_exits[] = {0, 1, 1, 1, 1, 2, 2, 3, 3};

void context_init(Context *ctx, Allocator alloc, const char *file) {
    *ctx = (Context){.alloc = alloc, .features = ~(uint64_t)0, .file = file, .func = NO_FUNC};
    diag_clear(ctx);
}

Context context_worker(const Context *ctx) {
    Context copy = *ctx;
    diag_clear(&copy);
    return copy;
}

const char *feature_name(FeatureId f) {
    return feature_names[f];
}

void diag_clear(Context *ctx) {
    ctx->diag = (Diag){.offset = NO_OFFSET, .func = NO_FUNC};
}

static bool diag_record(Context *ctx, ErrorId id, uint64_t offset, const char *detail,
                        va_list args) {
    Diag *d = &ctx->diag;
    if (d->class != CLASS_NONE && d->offset <= offset) return false;
    d->class = errors[id].class;
    d->id = id;
    d->offset = offset;
    d->func = ctx->func;
    int len = snprintf(d->text, sizeof d->text, "%s", errors[id].text);
    if (len >= 0 && (size_t)len < sizeof d->text)
        vsnprintf(d->text + len, sizeof d->text - (size_t)len, detail, args);
    return false;
}

bool diag_error(Context *ctx, ErrorId id, uint64_t offset, const char *detail, ...) {
    va_list args;
    va_start(args, detail);
    diag_record(ctx, id, offset, detail, args);
    va_end(args);
    return false;
}

bool diag_nomem(Context *ctx) {
    return diag_error(ctx, ERR_out_of_memory, 0, "%s", "");
}

bool diag_feature(Context *ctx, FeatureId f, uint64_t offset) {
    return diag_error(ctx, ERR_needs_feature, offset, " %s", feature_names[f]);
}

void diag_merge(Context *into, const Context *from) {
    if (from->diag.class == CLASS_NONE) return;
    if (into->diag.class == CLASS_NONE || from->diag.offset < into->diag.offset)
        into->diag = from->diag;
}

int diag_exit_code(const Context *ctx) {
    return class_exits[ctx->diag.class];
}

const char *error_class_name(ErrorClass class) {
    return class_names[class];
}
