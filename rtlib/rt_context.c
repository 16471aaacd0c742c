/* rt_context.c: contexts: which instances go together, and their common stack limit.
 *
 * Instances that call each other directly must agree on the stack limit, which is a property of the
 * thread that runs them. So linking joins contexts. A context that became part of another stays
 * behind as a shell, since frames and embedders may hold its address, and is freed together with
 * the other. */
#include "rt_internal.h"
#include <stdlib.h>

w2c_context *w2c_context_new(void) {
    w2c_context *context = (w2c_context *)calloc(1, sizeof *context);
    /* until a frame is entered, every check fails */
    if (!context) return NULL;
    context->limit = (char *)UINTPTR_MAX;
    context->head.meter = &context->own_meter;
    w2c_meter_set(&context->own_meter, UINT64_MAX);
    return context;
}

w2c_context *w2c_context_root(w2c_context *context) {
    while (context && context->joined)
        context = context->joined;
    return context;
}

/* Everything that carries a copy of the context's address or limit. */
static void adopt(w2c_context *context, w2c_instance *instance) {
    instance->context = context;
    instance->stack_limit = context->limit;
    instance->meter = context->head.meter;
    for (w2c_host *host = instance->bound; host; host = host->next) {
        host->instance.context = context;
        host->instance.stack_limit = context->limit;
    }
}

void w2c_context_add(w2c_context *context, w2c_instance *instance) {
    adopt(context, instance);
    instance->next_in_context = context->instances;
    context->instances = instance;
    context->ways[instance->module->exceptions]++;
    context->refs++;
}

static void unlink_instance(w2c_instance **list, w2c_instance *instance) {
    for (; *list; list = &(*list)->next_in_context)
        if (*list == instance) {
            *list = instance->next_in_context;
            instance->next_in_context = NULL;
            return;
        }
}

static void free_shells(w2c_context *context) {
    while (context->shells) {
        w2c_context *shell = context->shells;
        context->shells = shell->shells;
        w2c_operands_free(shell);
        free(shell->trace);
        free(shell);
    }
}

bool w2c_context_recycle(w2c_context *context) {
    if (context->refs != 1 || context->instances || context->parked || context->joined ||
        context->shells || context->held_tables || context->depth)
        return false;
    w2c_exceptions_free(context);
    w2c_handles_move(NULL, context);
    w2c_heap_free(context);
    if (context->head.operands.low) w2c_operands_clear(context);
    w2c_operands operands = context->head.operands;
    w2c_tail tail = context->head.tail;
    free(context->trace);
    memset(context, 0, sizeof *context);
    context->limit = (char *)UINTPTR_MAX;
    context->head.operands = operands;
    context->head.tail.words = tail.words;
    context->head.tail.word_count = tail.word_count;
    if (tail.word_count) memset(tail.words, 0, tail.word_count * sizeof *tail.words);
    return true;
}

void w2c_context_free_idle(w2c_context *context) {
    if (!context) return;
    w2c_tail_free(&context->head.tail);
    w2c_operands_free(context);
    free(context->trace);
    free(context);
}

void w2c_context_release(w2c_context *context) {
    context = w2c_context_root(context);
    if (!context || --context->refs) return;
    while (context->parked) {
        w2c_instance *instance = context->parked;
        context->parked = instance->next_in_context;
        w2c_instance_free(instance);
    }
    w2c_exceptions_free(context);
    w2c_handles_move(NULL, context);
    w2c_heap_free(context);
    free_shells(context);
    w2c_context_free_idle(context);
}

void w2c_context_remove(w2c_instance *instance) {
    instance->context->ways[instance->module->exceptions]--;
    unlink_instance(&instance->context->instances, instance);
}

void w2c_context_park(w2c_instance *instance) {
    w2c_context *context = instance->context;
    unlink_instance(&context->instances, instance);
    instance->next_in_context = context->parked;
    context->parked = instance;
    w2c_context_release(context);
}

/* Moves the list `from` in front of `*to`. */
static void move_instances(w2c_context *context, w2c_instance **to, w2c_instance *from) {
    while (from) {
        w2c_instance *next = from->next_in_context;
        adopt(context, from);
        from->next_in_context = *to;
        *to = from;
        from = next;
    }
}

w2c_context *w2c_context_join(w2c_context *a, w2c_context *b) {
    a = w2c_context_root(a);
    b = w2c_context_root(b);
    if (!a || !b || a == b) return a ? a : b;
    if (b->depth && !a->depth) { /* the one in use stays */
        w2c_context *swap = a;
        a = b;
        b = swap;
    }
    move_instances(a, &a->instances, b->instances);
    move_instances(a, &a->parked, b->parked);
    w2c_tail_join(a, b);
    for (unsigned i = 0; i < sizeof a->ways / sizeof *a->ways; i++) {
        a->ways[i] += b->ways[i];
        b->ways[i] = 0;
    }
    a->refs += b->refs;
    a->depth += b->depth;
    if (!a->stack_bytes || (b->stack_bytes && b->stack_bytes < a->stack_bytes))
        a->stack_bytes = b->stack_bytes;
    if (b->trace && !a->trace) { /* what one wants all get */
        a->trace = b->trace;
        b->trace = NULL;
    }
    bool metered = a->head.meter == &a->own_meter && b->head.meter != &b->own_meter;
    w2c_context_set_meter(a, metered ? b->head.meter : a->head.meter);
    w2c_heap_join(a, b);
    w2c_handles_move(a, b);
    w2c_tables_move(a, b);
    w2c_exceptions_join(a, b);
    b->instances = b->parked = NULL;
    b->refs = b->depth = 0;
    b->joined = a;
    /* b's shells become a's, b itself the first of them */
    w2c_context *tail = b;
    while (tail->shells)
        tail = tail->shells;
    tail->shells = a->shells;
    a->shells = b;
    return a;
}

void w2c_context_set_meter(w2c_context *context, w2c_meter *meter) {
    context->head.meter = meter;
    for (w2c_instance *i = context->instances; i; i = i->next_in_context)
        i->meter = meter;
    for (w2c_instance *i = context->parked; i; i = i->next_in_context)
        i->meter = meter;
}

void w2c_context_set_limit(w2c_context *context, char *limit) {
    context->limit = limit;
    for (w2c_instance *i = context->instances; i; i = i->next_in_context)
        i->stack_limit = limit;
    for (w2c_instance *i = context->parked; i; i = i->next_in_context)
        i->stack_limit = limit;
}
