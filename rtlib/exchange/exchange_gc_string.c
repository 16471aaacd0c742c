/* exchange_gc_string.c: strings in arrays of the garbage-collected heap: of i16 in UTF-16, of i8 in
 * UTF-8, to and from UTF-8 of the host's. */
#include "exchange_internal.h"
#include "../w2c_simd.h"
#include "../w2c_gc.h"

const w2c_type *w2c_gc_type(w2c_ref ref) {
    return ref && !((uintptr_t)ref & 3) ? W2C_TYPE_OF(ref) : NULL;
}

static bool is_text(const w2c_type *type) {
    return type && type->form == 2 && type->elem_kind == W2C_GC_NONE && type->elem_size &&
           type->elem_size <= 2;
}

/* The output, which is measured when it does not fit. */
typedef struct utf8_out {
    char *to;
    size_t cap, len;
} utf8_out;

static void put(utf8_out *out, u32 c) {
    u8 bytes[4];
    size_t n = utf8_encode(c, bytes);
    if (out->len < out->cap && out->cap - out->len > n) memcpy(out->to + out->len, bytes, n);
    out->len += n;
}

static bool is_surrogate(u32 c) {
    return c >> 11 == 0x1b;
}

/* A surrogate that stands alone. False: refused. */
static bool put_lone(utf8_out *out, u32 c, w2c_surrogates rule) {
    if (rule == W2C_SURROGATES_REFUSE) return false;
    put(out, rule == W2C_SURROGATES_KEEP ? c : 0xfffd);
    return true;
}

/* Both give the place of what is wrong, or the length. */
static u32 read_utf16(utf8_out *out, const u16 *units, u32 len, w2c_surrogates rule) {
    for (u32 i = 0; i < len; i++) {
        u32 c = units[i];
        if (!is_surrogate(c)) {
            put(out, c);
        } else if (c < 0xdc00 && i + 1 < len && units[i + 1] >> 10 == 0x37) {
            put(out, 0x10000 + ((c & 0x3ff) << 10 | (units[i + 1] & 0x3ffu)));
            i++;
        } else if (!put_lone(out, c, rule)) {
            return i;
        }
    }
    return len;
}

static u32 read_utf8(utf8_out *out, const u8 *bytes, u32 len, w2c_surrogates rule) {
    for (u32 i = 0; i < len;) {
        u32 c;
        size_t n = utf8_decode(bytes + i, len - i, true, &c);
        if (!n) return i;
        if (!is_surrogate(c))
            put(out, c);
        else if (!put_lone(out, c, rule))
            return i;
        i += (u32)n;
    }
    return len;
}

w2c_status w2c_gc_string_read(w2c_instance *instance, w2c_ref array, w2c_surrogates rule, char *to,
                              size_t cap, size_t *len_out) {
    const w2c_type *type = w2c_gc_type(array);
    utf8_out out = {to, cap, 0};
    if (len_out) *len_out = 0;
    if (cap) to[0] = 0;
    if (!is_text(type)) {
        w2c_instance_explain(instance, "no array of i8 or i16");
        return W2C_INVALID;
    }
    u32 len = W2C_ARRAY_LEN(array);
    u32 end = type->elem_size == 2 ? read_utf16(&out, W2C_ARRAY_AT(u16, u16, array), len, rule)
                                   : read_utf8(&out, W2C_ARRAY_AT(u8, u8, array), len, rule);
    if (end < len) {
        if (cap) to[0] = 0;
        w2c_instance_explain(instance, "element %u of the string is not UTF-%d", end,
                             8 * type->elem_size);
        return W2C_DAMAGED;
    }
    if (len_out) *len_out = out.len;
    if (out.len >= cap) {
        w2c_instance_explain(instance, "the string has %zu bytes, there is room for %zu", out.len,
                             cap ? cap - 1 : 0);
        if (cap) to[0] = 0;
        return W2C_LIMIT;
    }
    to[out.len] = 0;
    return W2C_OK;
}

/* ---- new arrays ----------------------------------------------------------------------------- */
/* Elements that the text takes in an array, or UINT64_MAX; fills `to` when it is there. */
static u64 convert(const u8 *text, size_t len, bool wide, w2c_surrogates rule, u16 *to) {
    u64 n = 0;
    for (size_t i = 0; i < len;) {
        u32 c;
        size_t step = utf8_decode(text + i, len - i, rule != W2C_SURROGATES_REFUSE, &c);
        if (!step) return UINT64_MAX;
        i += step;
        if (is_surrogate(c) && rule == W2C_SURROGATES_REPLACE) c = 0xfffd;
        if (!wide) {
            n += step; /* U+FFFD takes three bytes, too */
            continue;
        }
        if (c < 0x10000) {
            if (to) to[n] = (u16)c;
            n++;
        } else {
            if (to) to[n] = (u16)(0xd800 + ((c - 0x10000) >> 10));
            if (to) to[n + 1] = (u16)(0xdc00 + ((c - 0x10000) & 0x3ff));
            n += 2;
        }
    }
    return n;
}

static void fill_utf8(u8 *to, const u8 *text, size_t len, w2c_surrogates rule) {
    for (size_t i = 0; i < len;) {
        u32 c = 0;
        size_t step = utf8_decode(text + i, len - i, true, &c);
        if (is_surrogate(c) && rule == W2C_SURROGATES_REPLACE) c = 0xfffd;
        utf8_encode(c, to + i);
        i += step;
    }
}

w2c_status w2c_gc_string_new(w2c_instance *instance, const w2c_type *type, w2c_surrogates rule,
                             const char *text, size_t len, w2c_ref *out) {
    *out = NULL;
    if (!is_text(type)) {
        w2c_instance_explain(instance, "no type of arrays of i8 or i16");
        return W2C_INVALID;
    }
    bool wide = type->elem_size == 2;
    u64 count = convert((const u8 *)text, len, wide, rule, NULL);
    if (count == UINT64_MAX) {
        w2c_instance_explain(instance, "the text is not UTF-8");
        return W2C_DAMAGED;
    }
    if (count > UINT32_MAX) return W2C_LIMIT;
    w2c_frame frame;
    w2c_ref volatile array = NULL;
    if (W2C_TRY(frame, instance)) array = w2c_array_new_zero(instance, type, (u32)count);
    w2c_status status = w2c_frame_leave(&frame);
    if (status != W2C_OK) return status;
    if (wide)
        convert((const u8 *)text, len, true, rule, W2C_ARRAY_AT(u16, u16, array));
    else
        fill_utf8(W2C_ARRAY_AT(u8, u8, array), (const u8 *)text, len, rule);
    *out = array;
    return W2C_OK;
}
