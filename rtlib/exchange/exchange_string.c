/* exchange_string.c: strings in linear memories: UTF-8, by length or up to a NUL. */
#include "exchange_internal.h"

/* ---- UTF-8 ---------------------------------------------------------------------------------- */
size_t utf8_decode(const u8 *text, size_t len, bool surrogates, u32 *out) {
    u32 c = text[0];
    if (c < 0x80) {
        *out = c;
        return 1;
    }
    size_t more = c >= 0xf0 ? 3 : c >= 0xe0 ? 2 : 1;
    static const u32 least[] = {0, 0x80, 0x800, 0x10000};
    if (c < 0xc2 || c > 0xf4 || more >= len) return 0;
    c &= 0x3fu >> more;
    for (size_t i = 1; i <= more; i++) {
        if ((text[i] & 0xc0) != 0x80) return 0;
        c = c << 6 | (text[i] & 0x3fu);
    }
    if (c < least[more] || c > 0x10ffff || (c >> 11 == 0x1b && !surrogates)) return 0;
    *out = c;
    return more + 1;
}

size_t utf8_encode(u32 c, u8 out[4]) {
    if (c < 0x80) {
        out[0] = (u8)c;
        return 1;
    }
    size_t more = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
    static const u8 first[] = {0, 0xc0, 0xe0, 0xf0};
    for (size_t i = more; i; i--, c >>= 6)
        out[i] = (u8)(0x80 | (c & 0x3f));
    out[0] = (u8)(first[more] | c);
    return more + 1;
}

/* Most text is ASCII: 32 bytes at a time, in a loop that compilers turn into vectors. */
static size_t ascii_run(const u8 *text, size_t len) {
    size_t i = 0;
    for (; len - i >= 32; i += 32) {
        u64 w[4];
        memcpy(w, text + i, sizeof w);
        if ((w[0] | w[1] | w[2] | w[3]) & 0x8080808080808080u) break;
    }
    while (i < len && text[i] < 0x80)
        i++;
    return i;
}

bool w2c_utf8_check(const void *text, size_t len, size_t *bad) {
    const u8 *at = (const u8 *)text;
    size_t i = 0;
    while (i < len) {
        u32 c;
        size_t n;
        if (at[i] < 0x80) {
            i += ascii_run(at + i, len - i);
            continue;
        }
        n = utf8_decode(at + i, len - i, false, &c);
        if (!n) break;
        i += n;
    }
    if (bad) *bad = i;
    return i == len;
}

/* ---- in ------------------------------------------------------------------------------------- */
static w2c_status check_text(w2c_instance *instance, u64 address, const void *text, size_t len) {
    size_t bad;
    if (w2c_utf8_check(text, len, &bad)) return W2C_OK;
    w2c_instance_explain(instance, "the string at 0x%llx: its byte %zu is not UTF-8",
                         (unsigned long long)address, bad);
    return W2C_DAMAGED;
}

/* Bytes up to the first NUL, from a view that reaches as far as it may. */
static w2c_status find_end(w2c_view_u8 *out, w2c_instance *instance, u64 address, u64 most) {
    w2c_memory *memory = w2c_instance_memory(instance);
    u64 now = memory ? w2c_memory_size(memory) : 0;
    u64 reach = address < now && most > now - address ? now - address : most;
    w2c_status status = w2c_view_u8_of(out, instance, address, reach);
    if (status != W2C_OK) return status;
    const void *end = reach ? memchr(W2C_VIEW_BYTES(out), 0, (size_t)reach) : NULL;
    if (end) {
        out->count = (size_t)((const u8 *)end - W2C_VIEW_BYTES(out));
        return W2C_OK;
    }
    w2c_view_u8_release(out);
    if (reach < most) {
        w2c_instance_explain(instance, "the string at 0x%llx has no NUL before the memory's end",
                             (unsigned long long)address);
        return W2C_TRAP_MEMORY_BOUNDS;
    }
    w2c_instance_explain(instance, "the string at 0x%llx has no NUL in %llu bytes",
                         (unsigned long long)address, (unsigned long long)most);
    return W2C_LIMIT;
}

static w2c_status refuse_shared(w2c_view_u8 *out, w2c_instance *instance) {
    const w2c_memory *memory = w2c_instance_memory(instance);
    memset(out, 0, sizeof *out);
    if (!memory || !memory->shared) return W2C_OK;
    w2c_instance_explain(instance, "the memory is shared: copy the string, then look at it");
    return W2C_INVALID;
}

static w2c_status checked(w2c_view_u8 *out, w2c_instance *instance) {
    w2c_status status = check_text(instance, out->address, W2C_VIEW_BYTES(out), out->count);
    if (status != W2C_OK) w2c_view_u8_release(out);
    return status;
}

w2c_status w2c_string_view(w2c_view_u8 *out, w2c_instance *instance, uint64_t address,
                           uint64_t len) {
    w2c_status status = refuse_shared(out, instance);
    if (status == W2C_OK) status = w2c_view_u8_of(out, instance, address, len);
    return status == W2C_OK ? checked(out, instance) : status;
}

w2c_status w2c_string_view_z(w2c_view_u8 *out, w2c_instance *instance, uint64_t address,
                             uint64_t most) {
    w2c_status status = refuse_shared(out, instance);
    if (status == W2C_OK) status = find_end(out, instance, address, most);
    return status == W2C_OK ? checked(out, instance) : status;
}

/* Out of a view, whose bytes may change meanwhile: what is checked is the copy. */
static w2c_status copy_out(w2c_view_u8 *view, w2c_instance *instance, char *to, size_t cap,
                           size_t *len_out) {
    size_t len = view->count;
    u64 address = view->address;
    bool fits = len < cap;
    if (fits && len) memcpy(to, W2C_VIEW_BYTES(view), len);
    w2c_view_u8_release(view);
    if (len_out) *len_out = len;
    if (!fits) {
        w2c_instance_explain(instance, "the string at 0x%llx has %zu bytes, there is room for %zu",
                             (unsigned long long)address, len, cap ? cap - 1 : 0);
        return W2C_LIMIT;
    }
    to[len] = 0;
    w2c_status status = check_text(instance, address, to, len);
    if (status != W2C_OK) to[0] = 0;
    return status;
}

w2c_status w2c_string_copy(w2c_instance *instance, uint64_t address, uint64_t len, char *to,
                           size_t cap, size_t *len_out) {
    w2c_view_u8 view;
    if (len_out) *len_out = 0;
    if (cap) to[0] = 0;
    w2c_status status = w2c_view_u8_of(&view, instance, address, len);
    return status == W2C_OK ? copy_out(&view, instance, to, cap, len_out) : status;
}

w2c_status w2c_string_copy_z(w2c_instance *instance, uint64_t address, uint64_t most, char *to,
                             size_t cap, size_t *len_out) {
    w2c_view_u8 view;
    if (len_out) *len_out = 0;
    if (cap) to[0] = 0;
    w2c_status status = find_end(&view, instance, address, most);
    return status == W2C_OK ? copy_out(&view, instance, to, cap, len_out) : status;
}

/* ---- out ------------------------------------------------------------------------------------ */
typedef w2c_status take_fn(w2c_exchange *x, uint64_t size, uint64_t align, uint64_t *address);

static w2c_status give(w2c_exchange *x, take_fn *take, const char *text, size_t len,
                       uint64_t *address) {
    w2c_view_u8 view;
    size_t bad;
    *address = 0;
    w2c_status status = exchange_enter(x);
    if (status != W2C_OK) return status;
    if (len == SIZE_MAX) return exchange_fail(x, W2C_LIMIT, "no string is so long");
    if (!w2c_utf8_check(text, len, &bad))
        return exchange_fail(x, W2C_DAMAGED, "byte %zu of the text is not UTF-8", bad);
    status = take(x, len + 1, 1, address);
    if (status != W2C_OK) return status;
    status = w2c_view_u8_in(&view, x->memory, *address, len + 1);
    if (status != W2C_OK) return status;
    if (len) memcpy(W2C_VIEW_BYTES(&view), text, len);
    W2C_VIEW_BYTES(&view)[len] = 0;
    w2c_view_u8_release(&view);
    return W2C_OK;
}

w2c_status w2c_string_give(w2c_exchange *x, const char *text, size_t len, uint64_t *address) {
    return give(x, w2c_guest_alloc, text, len, address);
}

w2c_status w2c_string_scratch(w2c_exchange *x, const char *text, size_t len, uint64_t *address) {
    return give(x, w2c_scratch_alloc, text, len, address);
}
