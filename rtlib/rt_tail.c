/* rt_tail.c: what instances whose functions make tail calls need of their context: room for arguments,
 * and one way of passing them.
 *
 * A tail form (w2c_func.tail) is called by any module of the context, so all must have been compiled the
 * same way (W2C_TAIL_ABI: the C compiler's doing). Where they were not, records lose their tail forms,
 * and what is reached through them is called as a plain function. */
#include "rt_internal.h"
#include <stdlib.h>

#define MIXED UINT32_MAX

static bool reserve(w2c_tail *tail, u32 words) {
    if (words <= tail->word_count) return true;
    u64 *bigger = (u64 *)realloc(tail->words, words * sizeof *bigger);
    if (!bigger) return false;
    memset(bigger + tail->word_count, 0, (words - tail->word_count) * sizeof *bigger);
    tail->words = bigger;
    tail->word_count = words;
    return true;
}

static void forget(w2c_instance *first) {
    for (w2c_instance *i = first; i; i = i->next_in_context) {
        w2c_func *records = (w2c_func *)w2c_at(i, i->module->func_records);
        for (u32 k = 0; k < i->module->func_count; k++)
            records[k].tail = NULL;
    }
}

static void agree(w2c_context *context, u32 abi) {
    w2c_tail *tail = &context->head.tail;
    if (!tail->abi) tail->abi = abi;
    if (!abi || tail->abi == abi) return;
    tail->abi = MIXED;
    forget(context->instances);
    forget(context->parked);
}

bool w2c_tail_prepare(w2c_instance *instance) {
    const w2c_module *module = instance->module;
    agree(instance->context, module->tail_abi);
    return reserve(&instance->context->head.tail, module->tail_words);
}

void w2c_tail_join(w2c_context *to, w2c_context *from) {
    w2c_tail *a = &to->head.tail, *b = &from->head.tail;
    agree(to, b->abi);
    if (b->word_count > a->word_count) {
        free(a->words);
        a->words = b->words;
        a->word_count = b->word_count;
        b->words = NULL;
    }
    w2c_tail_free(b);
}

void w2c_tail_free(w2c_tail *tail) {
    free(tail->words);
    tail->words = NULL;
    tail->word_count = 0;
}
