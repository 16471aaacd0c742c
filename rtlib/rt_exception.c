/* rt_exception.c: exceptions: where they lie, who frees them, and what the host may do with them.
 *
 * All of a context's exceptions lie in chunks and go from hand to hand by a list of unused ones, so
 * that a throw allocates nothing. One that nobody refers to but its throw is unused again as soon as
 * it is caught. One that is kept (an exnref, the exception that a `rethrow` names, one that the host
 * holds) may be referred to from anywhere, so it goes when a collection of the heap finds nobody that
 * does (rt_gc_exn.c). Work is bounded by doubling the number kept between two collections. */
#include "rt_internal.h"
#include "w2c_eh.h"
#include <stdlib.h>

#define FIRST_CHUNK 64u
#define LARGEST_CHUNK 8192u
#define FIRST_LIMIT 1024u /* exceptions kept before the first collection */

typedef w2c_exception_chunk chunk;

static const w2c_tag gone; /* of exceptions whose tag's instance was deleted */

/* ---- where they lie ------------------------------------------------------------------------- */
static bool add_chunk(w2c_context *c) {
    u32 count = c->exceptions.chunks ? c->exceptions.chunks->count * 2 : FIRST_CHUNK;
    if (count > LARGEST_CHUNK) count = LARGEST_CHUNK;
    chunk *k = (chunk *)calloc(1, sizeof *k + count * sizeof(w2c_exception));
    if (!k) return false;
    k->count = count;
    for (u32 i = count; i-- > 0;) {
        w2c_exception *x = &k->items[i];
        x->values = x->room;
        x->next = c->head.unused;
        c->head.unused = x;
    }
    k->next = c->exceptions.chunks;
    c->exceptions.chunks = k;
    return true;
}

/* NULL: out of memory. */
static w2c_exception *take(w2c_context *c, u32 count) {
    w2c_value *values = NULL;
    if (!c->head.unused && !add_chunk(c)) return NULL;
    if (count > W2C_EXCEPTION_ROOM) {
        values = (w2c_value *)calloc(count, sizeof *values);
        if (!values) return NULL;
    }
    w2c_exception *x = c->head.unused;
    c->head.unused = x->next;
    x->state = values ? W2C_EXN_LARGE : W2C_EXN_THROWN;
    if (values) x->values = values;
    x->count = count;
    return x;
}

w2c_exception *w2c_exception_more(w2c_context *context, u32 count) {
    w2c_exception *x = take(context, count);
    if (!x) w2c_trap_detail(W2C_NOMEM, "no memory for an exception");
    return x;
}

w2c_exception *w2c_exception_new_kept(w2c_context *context, const w2c_tag *tag, u32 count) {
    w2c_exception *x = take(context, count);
    if (!x) return NULL;
    memset(x->values, 0,
           (count > W2C_EXCEPTION_ROOM ? count : W2C_EXCEPTION_ROOM) * sizeof *x->values);
    x->tag = tag;
    x->state = W2C_EXN_KEPT;
    x->held = 0;
    context->exceptions.kept++;
    if (!context->exceptions.keep_limit) context->exceptions.keep_limit = FIRST_LIMIT;
    return x;
}

static void free_values(w2c_exception *x) {
    if (x->values != x->room) free(x->values);
    x->values = x->room;
}

void w2c_exception_free(w2c_context *context, w2c_exception *x) {
    if (x->state == W2C_EXN_FREE || x->state == W2C_EXN_KEPT) return;
    free_values(x);
    x->state = W2C_EXN_FREE;
    x->next = context->head.unused;
    context->head.unused = x;
}

/* ---- those that are kept ---------------------------------------------------------------------- */
void w2c_exception_release_kept(w2c_context *context, w2c_exception *x) {
    free_values(x);
    x->state = W2C_EXN_FREE;
    x->next = context->head.unused;
    context->head.unused = x;
    context->exceptions.kept--;
}

/* `also` stays, whoever refers to it. */
static void collect(w2c_context *context, w2c_exception *also) {
    w2c_exceptions *all = &context->exceptions;
    also->held++;
    u64 work = w2c_heap_collect(context);
    also->held--;
    size_t limit = all->kept * 2;
    if (limit < FIRST_LIMIT) limit = FIRST_LIMIT;
    all->keep_limit = limit + (size_t)(work / 16);
}

void w2c_exception_keep(w2c_context *context, w2c_exception *x) {
    if (x->state == W2C_EXN_KEPT) return;
    x->state = W2C_EXN_KEPT;
    x->held = 0;
    context->exceptions.kept++;
    if (!context->exceptions.keep_limit) context->exceptions.keep_limit = FIRST_LIMIT;
    if (context->exceptions.kept >= context->exceptions.keep_limit) collect(context, x);
}

/* ---- between guest and host ----------------------------------------------------------------- */
void w2c_exceptions_drop(w2c_context *context) {
    w2c_exception *x = context->exceptions.left;
    context->exceptions.left = NULL;
    if (x) w2c_exception_free(context, x);
}

void w2c_exceptions_leave(w2c_context *context) {
    if (context->exceptions.left != context->head.thrown) w2c_exceptions_drop(context);
    context->exceptions.left = context->head.thrown;
    context->head.thrown = NULL;
}

bool w2c_exceptions_raise(w2c_context *context) {
    context->head.thrown = context->exceptions.left;
    context->exceptions.left = NULL;
    return context->head.thrown != NULL;
}

void w2c_thrown_by_wasi(w2c_instance *instance) {
    w2c_exceptions_leave(instance->context);
    w2c_exceptions_drop(instance->context);
    w2c_trap_detail(W2C_TRAP_HOST, "a function of WASI threw an exception");
}

/* ---- contexts ------------------------------------------------------------------------------- */
void w2c_exceptions_join(w2c_context *to, w2c_context *from) {
    chunk **last = &to->exceptions.chunks;
    w2c_exception **unused = &to->head.unused;
    while (*last)
        last = &(*last)->next;
    while (*unused)
        unused = &(*unused)->next;
    *last = from->exceptions.chunks;
    *unused = from->head.unused;
    to->exceptions.kept += from->exceptions.kept;
    if (!to->head.thrown) to->head.thrown = from->head.thrown;
    if (!to->exceptions.left) to->exceptions.left = from->exceptions.left;
    memset(&from->exceptions, 0, sizeof from->exceptions);
    from->head.thrown = from->head.unused = NULL;
}

void w2c_exceptions_forget(w2c_context *context, const w2c_instance *instance) {
    for (chunk *k = context->exceptions.chunks; k; k = k->next)
        for (u32 i = 0; i < k->count; i++) {
            w2c_exception *x = &k->items[i];
            if (x->state != W2C_EXN_FREE &&
                (uintptr_t)x->tag - (uintptr_t)instance < instance->module->size)
                x->tag = &gone;
        }
}

void w2c_exceptions_free(w2c_context *context) {
    while (context->exceptions.chunks) {
        chunk *k = context->exceptions.chunks;
        context->exceptions.chunks = k->next;
        for (u32 i = 0; i < k->count; i++)
            free_values(&k->items[i]);
        free(k);
    }
}

/* ---- what the embedder sees ----------------------------------------------------------------- */
w2c_exception *w2c_instance_exception(const w2c_instance *instance) {
    return instance->context->exceptions.left;
}

const w2c_tag *w2c_exception_tag(const w2c_exception *exception) {
    return exception && exception->tag != &gone ? exception->tag : NULL;
}

size_t w2c_exception_count(const w2c_exception *exception) {
    return exception ? exception->count : 0;
}

const w2c_value *w2c_exception_values(const w2c_exception *exception) {
    return exception ? exception->values : NULL;
}

w2c_status w2c_exception_throw(w2c_instance *instance, const w2c_tag *tag,
                               const w2c_value *values) {
    if (!tag || !tag->type || !tag->type->letters) return W2C_INVALID;
    u32 count = (u32)strcspn(tag->type->letters, "_");
    if (count && !values) return W2C_INVALID;
    w2c_exception *x = take(instance->context, count);
    if (!x) return W2C_NOMEM;
    x->tag = tag;
    if (count) memcpy(x->values, values, count * sizeof *values);
    w2c_exceptions_drop(instance->context); /* last: values may be those of the one that was left */
    instance->context->exceptions.left = x;
    return W2C_EXCEPTION;
}

w2c_status w2c_exception_rethrow(w2c_instance *instance, w2c_exception *exception) {
    if (!exception) return W2C_INVALID;
    if (instance->context->exceptions.left != exception) w2c_exceptions_drop(instance->context);
    instance->context->exceptions.left = exception;
    return W2C_EXCEPTION;
}

void w2c_exception_hold(w2c_instance *instance, w2c_exception *exception) {
    if (!exception) return;
    w2c_exception_keep(instance->context, exception);
    exception->held++;
}

void w2c_exception_release(w2c_instance *instance, w2c_exception *exception) {
    (void)instance;
    if (exception && exception->held) exception->held--;
}

/* ---- tags ----------------------------------------------------------------------------------- */
const w2c_type *w2c_tag_type(const w2c_tag *tag) {
    return tag ? tag->type : NULL;
}

typedef struct host_tag {
    w2c_tag tag; /* first */
    w2c_type type;
    char letters[];
} host_tag;

w2c_status w2c_tag_new(w2c_tag **out, const char *letters) {
    *out = NULL;
    size_t params = letters ? strspn(letters, "ilfdvr") : 0;
    if (!letters || letters[params] != '_' || letters[params + 1]) return W2C_INVALID;
    size_t text_cap = params * 6 + sizeof "() -> ()";
    host_tag *t = (host_tag *)calloc(1, sizeof *t + params + 2 + text_cap);
    if (!t) return W2C_NOMEM;
    memcpy(t->letters, letters, params + 2);
    w2c_text text = w2c_text_start(t->letters + params + 2, text_cap);
    w2c_text_letters(&text, letters);
    t->type.letters = t->letters;
    t->type.text = text.at;
    t->type.is_final = true;
    t->tag.type = &t->type;
    t->tag.is_host = true;
    *out = &t->tag;
    return W2C_OK;
}

void w2c_tag_delete(w2c_tag *tag) {
    free(tag);
}
