/* w2c_bulk.h: memory.copy and memory.fill of memories that are not shared, in place: generated code has the
 * base and the size at hand, and compilers expand short constant lengths. What is interpreted, shared, or
 * rare calls the functions of w2c_rt.h. Included through w2c_rt.h only. */
#ifndef W2C_BULK_H
#define W2C_BULK_H
#ifndef W2C_RT_H
#error "include w2c_rt.h"
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* Accesses around it may fault, which compilers do not see: nothing moves past. */
#define W2C_BULK(act)                                                                              \
    do {                                                                                           \
        W2C_STORED;                                                                                \
        act;                                                                                       \
        W2C_STORED;                                                                                \
    } while (0)

/* By how large addresses are, as loads and stores: _c 32 bits, _l one of them 64 bits. */
#define W2C_BULK_OF(wide)                                                                          \
    W2C_INLINE void w2c_fill_##wide(u8 *base, u64 size, u64 to, u32 byte, u64 len) {               \
        w2c_check_##wide(size, to, len);                                                           \
        W2C_BULK(memset(base + to, (int)(byte & 0xff), (size_t)len));                              \
    }                                                                                              \
    W2C_INLINE void w2c_copy_##wide(u8 *dst, u64 dst_size, const u8 *src, u64 src_size, u64 to,    \
                                    u64 from, u64 len) {                                           \
        w2c_check_##wide(src_size, from, len);                                                     \
        w2c_check_##wide(dst_size, to, len);                                                       \
        W2C_BULK(memmove(dst + to, src + from, (size_t)len));                                      \
    }
W2C_BULK_OF(c)
W2C_BULK_OF(l)
#undef W2C_BULK_OF
#undef W2C_BULK

#ifdef __cplusplus
}
#endif
#endif
