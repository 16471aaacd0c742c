/* type_read.h: value, reference and heap types out of the binary, for sections and bodies alike.
 * Every function returns false with either r->error set and nothing recorded (the caller knows
 * where its bytes end and says so), or with the diagnostic recorded and r->error READER_OK.
 *   type_count   indices below it may be named      features   FEATURE_x bits are added here
 * Errors: MALFORMED value_type, reference_type, heap_type, storage_type; INVALID unknown_type;
 * FEATURE. Owner: nothing allocated. Thread: any. Spec: binary/types */
#ifndef W2C_TYPE_READ_H
#define W2C_TYPE_READ_H
#include "../base/context.h"
#include "../base/reader.h"
#include "types.h"

bool type_read_value(Context *ctx, Reader *r, uint32_t type_count, uint64_t *features,
                     ValType *out);
/* Reference types only, as tables and element segments have them: funcref needs no feature here. */
bool type_read_ref(Context *ctx, Reader *r, uint32_t type_count, uint64_t *features, ValType *out);
/* Storage types: value types, i8 and i16. */
bool type_read_storage(Context *ctx, Reader *r, uint32_t type_count, uint64_t *features,
                       ValType *out);
/* An abstract heap type or a type index. */
bool type_read_heap(Context *ctx, Reader *r, uint32_t type_count, uint64_t *features,
                    uint32_t *heap);

/* Notes that the module uses f; false, recorded, when it was disabled. */
static inline bool feature_need(Context *ctx, uint64_t *features, FeatureId f, uint64_t offset) {
    *features |= (uint64_t)1 << f;
    return context_has(ctx, f) || diag_feature(ctx, f, offset);
}
#endif
