/* type_read.c: types out of the binary, and types as text. */
#include "type_read.h"
#include "module.h"
#include <stdio.h>
#include <string.h>

enum { CODE_REF_NULL = 0x63, CODE_REF = 0x64, CODE_I8 = 0x78, CODE_I16 = 0x77 };

/* The row of an abstract heap type's code; false when the byte is none. */
static bool heap_of_code(uint8_t code, uint32_t *heap, FeatureId *feature) {
    switch (code) {
#define HEAPTYPE(id, code_, feature_, text, nullable)                                              \
    case code_:                                                                                    \
        *heap = HT_##id;                                                                           \
        *feature = FEATURE_##feature_;                                                             \
        return true;
#include "heaptypes.def"
    default:
        return false;
    }
}

bool type_read_heap(Context *ctx, Reader *r, uint32_t type_count, uint64_t *features,
                    uint32_t *heap) {
    uint64_t at = reader_offset(r);
    FeatureId feature;
    if (r->pos != r->end && heap_of_code(*r->pos, heap, &feature)) {
        r->pos++;
        return feature_need(ctx, features, feature, at);
    }
    int64_t index = reader_s33leb(r);
    if (r->error) return false;
    if (index < 0) return diag_error(ctx, ERR_heap_type, at, "%s", "");
    if (index >= type_count) return diag_error(ctx, ERR_unknown_type, at, " %u", (unsigned)index);
    *heap = (uint32_t)index;
    return feature_need(ctx, features, FEATURE_func_refs, at);
}

/* What follows a byte that may start a reference type; *is_ref false: it does not, nothing is read.
 */
static bool read_ref(Context *ctx, Reader *r, uint32_t type_count, uint64_t *features, ValType *out,
                     bool *is_ref) {
    uint64_t at = reader_offset(r);
    uint8_t code = r->pos == r->end ? 0 : *r->pos;
    uint32_t heap;
    FeatureId feature;
    *is_ref = true;
    if (code == CODE_REF || code == CODE_REF_NULL) {
        r->pos++;
        if (!feature_need(ctx, features, FEATURE_func_refs, at)) return false;
        if (!type_read_heap(ctx, r, type_count, features, &heap)) return false;
        *out = vt_ref(heap, code == CODE_REF_NULL);
        return true;
    }
    if (!heap_of_code(code, &heap, &feature)) {
        *is_ref = false;
        return true;
    }
    r->pos++;
    *out = vt_ref(heap, true);
    return heap == HT_FUNC || feature_need(ctx, features, feature, at);
}

bool type_read_ref(Context *ctx, Reader *r, uint32_t type_count, uint64_t *features, ValType *out) {
    uint64_t at = reader_offset(r);
    bool is_ref;
    if (!read_ref(ctx, r, type_count, features, out, &is_ref)) return false;
    if (is_ref) return true;
    reader_u8(r);
    return r->error ? false : diag_error(ctx, ERR_reference_type, at, "%s", "");
}

bool type_read_value(Context *ctx, Reader *r, uint32_t type_count, uint64_t *features,
                     ValType *out) {
    uint64_t at = reader_offset(r);
    bool is_ref;
    switch (r->pos == r->end ? 0 : *r->pos) {
#define NUMTYPE(id, code, feature, text)                                                           \
    case code:                                                                                     \
        r->pos++;                                                                                  \
        *out = VT_##id;                                                                            \
        return feature_need(ctx, features, FEATURE_##feature, at);
#include "heaptypes.def"
    default:
        break;
    }
    if (!read_ref(ctx, r, type_count, features, out, &is_ref)) return false;
    if (is_ref) return *out != VT_FUNCREF || feature_need(ctx, features, FEATURE_ref_types, at);
    reader_u8(r);
    return r->error ? false : diag_error(ctx, ERR_value_type, at, "%s", "");
}

bool type_read_storage(Context *ctx, Reader *r, uint32_t type_count, uint64_t *features,
                       ValType *out) {
    uint8_t code = r->pos == r->end ? 0 : *r->pos;
    if (code != CODE_I8 && code != CODE_I16)
        return type_read_value(ctx, r, type_count, features, out);
    r->pos++;
    *out = code == CODE_I8 ? VT_PACKED8 : VT_PACKED16;
    return true;
}

static const char *heap_text(uint32_t heap, bool nullable) {
    switch (heap) {
#define HEAPTYPE(id, code, feature, text, null_text)                                               \
    case HT_##id:                                                                                  \
        return nullable ? null_text : text;
#include "heaptypes.def"
    default:
        return nullable ? "(ref null bot)" : "bot";
    }
}

static const char *num_text(ValType t) {
    switch (vt_kind(t)) {
#define NUMTYPE(id, code, feature, text)                                                           \
    case VT_##id:                                                                                  \
        return text;
#include "heaptypes.def"
    case VT_PACKED8:
        return "i8";
    case VT_PACKED16:
        return "i16";
    default:
        return "bot";
    }
}

size_t type_print(ValType t, char *text, size_t cap) {
    if (cap == 0) return 0;
    uint32_t heap = vt_heap(t);
    const char *plain = !vt_is_ref(t)                          ? num_text(t)
                        : vt_nullable(t) && !ht_is_index(heap) ? heap_text(heap, true)
                                                               : NULL;
    if (plain) {
        size_t whole = strlen(plain), fits = whole < cap ? whole : cap - 1;
        memcpy(text, plain, fits);
        text[fits] = 0;
        return fits;
    }
    int len;
    if (ht_is_index(heap))
        len = snprintf(text, cap, "(ref %s%u)", vt_nullable(t) ? "null " : "", heap);
    else
        len = snprintf(text, cap, "(ref %s)", heap_text(heap, false));
    return len < 0 ? 0 : (size_t)len < cap ? (size_t)len : cap - 1;
}
