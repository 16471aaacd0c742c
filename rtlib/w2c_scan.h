/* w2c_scan.h: how many of the bytes at hand a search passes over. Generated code calls these in front of
 * loops that search (translator/lower/scan.h); functions recognised as a C library's call them too.
 *
 * All count from the first byte. `room` bytes may be read; at most `limit` are counted. A number too small is
 * right as well. No byte may be written by another thread meanwhile: shared memories are not searched so.
 * Included through w2c_rt.h only. */
#ifndef W2C_SCAN_H
#define W2C_SCAN_H
#ifndef W2C_RT_H
#error "include w2c_rt.h"
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* The same where fewer bytes than a block may be read, or when the first block goes on and is not all
 * (rt_scan.c); limit: at most the room. */
u64 w2c_scan_stop_long(const u8 *p, u64 limit, u8 stop);
u64 w2c_scan_stop2_long(const u8 *p, u64 limit, u8 a, u8 b);
u64 w2c_scan_run_long(const u8 *p, u64 limit, u8 byte);
u64 w2c_scan_match_long(const u8 *p, const u8 *q, u64 limit);
u64 w2c_scan_match_stop_long(const u8 *p, const u8 *q, u64 limit, u8 stop);

/* Fewer turns than that are no more than what it takes to ask. */
enum { W2C_SCAN_LEAST = 4 };

/* What is computed from the integer is computed here, and not in front of loops. */
#define W2C_HERE(v) __asm__ volatile("" : "+r"(v))

/* How many turns, each of which moves on by `step`, keep `extent` bytes from `at` inside `size` bytes. */
W2C_INLINE u64 w2c_scan_room(u64 size, u64 at, u64 extent, u64 step) {
    return at <= size && extent <= size - at ? (size - at - extent) / step + 1 : 0;
}
/* The address that memory ends behind first. */
W2C_INLINE u64 w2c_later(u64 a, u64 b) {
    return a > b ? a : b;
}
/* A number of turns, or 0 where it cannot be told. */
W2C_INLINE u64 w2c_scan_turns(u64 turns) {
    return turns == W2C_ENDLESS ? 0 : turns;
}

/* Of n elements that go on, each compared one turn late: the turns that surely do. */
W2C_INLINE u64 w2c_scan_lag(u64 n) {
    return n ? n - 1 : 0;
}

/* ---- one block: the bytes, from the first, that go on ------------------------------------------ */
#if defined(__SSE2__)
/* No intrinsics: their headers bring names along that modules may have. */
enum { W2C_SCAN_BLOCK = 16 };
typedef u8 w2c_bytes __attribute__((vector_size(16)));
typedef u8 w2c_any_bytes __attribute__((vector_size(16), aligned(1), may_alias));
typedef char w2c_chars __attribute__((vector_size(16)));
typedef w2c_bytes w2c_block; /* each byte all ones, or zero */
W2C_INLINE w2c_block w2c_block_load(const u8 *p) {
    return (w2c_block) * (const w2c_any_bytes *)p;
}
W2C_INLINE w2c_block w2c_block_same(w2c_block v, w2c_block w) {
    return (w2c_block)(v == w);
}
W2C_INLINE w2c_block w2c_block_of(u8 byte) {
    const w2c_block zero = {0};
    return byte - zero;
}
W2C_INLINE w2c_block w2c_block_or(w2c_block v, w2c_block w) {
    return v | w;
}
W2C_INLINE w2c_block w2c_block_without(w2c_block v, w2c_block w) {
    return v & ~w;
}
/* Bytes before the first that is set; that is not. */
W2C_INLINE u64 w2c_block_clear(w2c_block v) {
    return (u64)__builtin_ctz((u32)__builtin_ia32_pmovmskb128((w2c_chars)v) | 0x10000u);
}
W2C_INLINE u64 w2c_block_set(w2c_block v) {
    return (u64)__builtin_ctz(~(u32)__builtin_ia32_pmovmskb128((w2c_chars)v));
}
W2C_INLINE bool w2c_block_all(w2c_block v) {
    return __builtin_ia32_pmovmskb128((w2c_chars)v) == 0xffff;
}
W2C_INLINE bool w2c_block_none(w2c_block v) {
    return __builtin_ia32_pmovmskb128((w2c_chars)v) == 0;
}
#else
enum { W2C_SCAN_BLOCK = 8 };
typedef u64 w2c_block; /* each byte 0x80, or zero */
#define W2C_BLOCK_ONES 0x0101010101010101ull
W2C_INLINE w2c_block w2c_block_load(const u8 *p) {
    return w2c_get_u64(p);
}
/* No borrow goes from byte to byte, so it is exact for each. */
W2C_INLINE w2c_block w2c_block_same(w2c_block v, w2c_block w) {
    u64 x = v ^ w, low = 0x7f * W2C_BLOCK_ONES;
    return ~(((x & low) + low) | x | low);
}
W2C_INLINE w2c_block w2c_block_of(u8 byte) {
    return byte * W2C_BLOCK_ONES;
}
W2C_INLINE w2c_block w2c_block_or(w2c_block v, w2c_block w) {
    return v | w;
}
W2C_INLINE w2c_block w2c_block_without(w2c_block v, w2c_block w) {
    return v & ~w;
}
W2C_INLINE u64 w2c_block_clear(w2c_block v) {
    return v ? (u64)__builtin_ctzll(v) / 8 : 8;
}
W2C_INLINE u64 w2c_block_set(w2c_block v) {
    return w2c_block_clear(v ^ 0x80 * W2C_BLOCK_ONES);
}
W2C_INLINE bool w2c_block_all(w2c_block v) {
    return v == 0x80 * W2C_BLOCK_ONES;
}
W2C_INLINE bool w2c_block_none(w2c_block v) {
    return v == 0;
}
#endif

W2C_INLINE w2c_block w2c_block_is(w2c_block v, u8 byte) {
    return w2c_block_same(v, w2c_block_of(byte));
}

/* A scan looks at the first block in place: most searches end there. */
#define W2C_SCAN(first, rest)                                                                      \
    do {                                                                                           \
        if (W2C_UNLIKELY(room < W2C_SCAN_BLOCK)) return rest;                                      \
        u64 done = first;                                                                          \
        if (done >= limit) return limit;                                                           \
        return done < W2C_SCAN_BLOCK ? done : rest;                                                \
    } while (0)

/* Bytes that are not `stop`. */
W2C_INLINE u64 w2c_scan_stop(const u8 *p, u64 room, u64 limit, u8 stop) {
    W2C_SCAN(w2c_block_clear(w2c_block_is(w2c_block_load(p), stop)),
             w2c_scan_stop_long(p, w2c_fewer(room, limit), stop));
}
/* Neither a nor b. */
W2C_INLINE u64 w2c_scan_stop2(const u8 *p, u64 room, u64 limit, u8 a, u8 b) {
    W2C_SCAN(w2c_block_clear(w2c_block_or(w2c_block_is(w2c_block_load(p), a),
                                          w2c_block_is(w2c_block_load(p), b))),
             w2c_scan_stop2_long(p, w2c_fewer(room, limit), a, b));
}
/* Bytes that are `byte`. */
W2C_INLINE u64 w2c_scan_run(const u8 *p, u64 room, u64 limit, u8 byte) {
    W2C_SCAN(w2c_block_set(w2c_block_is(w2c_block_load(p), byte)),
             w2c_scan_run_long(p, w2c_fewer(room, limit), byte));
}
/* Bytes that are the same in both. */
W2C_INLINE u64 w2c_scan_match(const u8 *p, const u8 *q, u64 room, u64 limit) {
    W2C_SCAN(w2c_block_set(w2c_block_same(w2c_block_load(p), w2c_block_load(q))),
             w2c_scan_match_long(p, q, w2c_fewer(room, limit)));
}
/* And not `stop`. */
W2C_INLINE u64 w2c_scan_match_stop(const u8 *p, const u8 *q, u64 room, u64 limit, u8 stop) {
    W2C_SCAN(w2c_block_set(w2c_block_without(w2c_block_same(w2c_block_load(p), w2c_block_load(q)),
                                             w2c_block_is(w2c_block_load(p), stop))),
             w2c_scan_match_stop_long(p, q, w2c_fewer(room, limit), stop));
}

/* ---- sets of bytes ------------------------------------------------------------------------------ */
enum { W2C_SET_MOST = 64, W2C_SET_NONE = 256 /* a byte that there is not */ };
/* How many bytes a set has, of which `room` could lie inside memory: as many as turns, and `more`. Above
 * W2C_SET_MOST: too many, or memory ends with them. */
W2C_INLINE u64 w2c_set_counted(u64 room, u64 turns, u64 more) {
    return turns >= W2C_SET_MOST || turns + more >= room ? W2C_SET_MOST + 1 : turns + more;
}
/* Those in front of a zero byte, and `more`. */
W2C_INLINE u64 w2c_set_string(const u8 *at, u64 room, u64 more) {
    const u64 most = w2c_fewer(room, W2C_SET_MOST);
    const u64 count = most ? w2c_scan_stop(at, room, most, 0) : 0;
    return count == most ? W2C_SET_MOST + 1 : count + more;
}
/* Bytes that are none of the set's, nor `stop`; that are one of the set's, but not `stop`. */
u64 w2c_scan_outside(const u8 *p, u64 room, u64 limit, const u8 *set, u64 count, u32 stop);
u64 w2c_scan_inside(const u8 *p, u64 room, u64 limit, const u8 *set, u64 count, u32 stop);

#ifdef __cplusplus
}
#endif
#endif
