/* rt_scan.c: searches that go beyond their first block: see w2c_scan.h. Every byte read lies within the
 * limit, whose bytes the caller has checked. */
#include "w2c_rt.h"

/* Many searches end in the second block; the host's routine would begin with setting itself up. */
u64 w2c_scan_stop_long(const u8 *p, u64 limit, u8 stop) {
    u64 from = 0;
    if (limit >= 2 * W2C_SCAN_BLOCK) {
        const u64 done = w2c_block_clear(w2c_block_is(w2c_block_load(p + W2C_SCAN_BLOCK), stop));
        if (done < W2C_SCAN_BLOCK) return W2C_SCAN_BLOCK + done;
        from = 2 * W2C_SCAN_BLOCK;
    }
    const u8 *at = memchr(p + from, stop, (size_t)(limit - from));
    return at ? (u64)(at - p) : limit;
}

/* Block by block, from the second on; the last one overlaps the one before, and what is shorter than a block
 * goes byte by byte. `kind`: are the bytes that go on SET in `block`, or CLEAR? */
#define ALL_SET w2c_block_all
#define ALL_CLEAR w2c_block_none
#define DONE_SET w2c_block_set
#define DONE_CLEAR w2c_block_clear
#define BLOCKS(kind, block, byte)                                                                  \
    do {                                                                                           \
        u64 i = 0;                                                                                 \
        if (limit < W2C_SCAN_BLOCK) {                                                              \
            while (i < limit && (byte))                                                            \
                i++;                                                                               \
            return i;                                                                              \
        }                                                                                          \
        const u64 last = limit - W2C_SCAN_BLOCK;                                                   \
        for (i = W2C_SCAN_BLOCK; i < last; i += W2C_SCAN_BLOCK) {                                  \
            const w2c_block now = block;                                                           \
            if (!ALL_##kind(now)) return i + DONE_##kind(now);                                     \
        }                                                                                          \
        i = last;                                                                                  \
        return last + DONE_##kind(block);                                                          \
    } while (0)

u64 w2c_scan_stop2_long(const u8 *p, u64 limit, u8 a, u8 b) {
    const w2c_block x = w2c_block_of(a), y = w2c_block_of(b);
    BLOCKS(CLEAR,
           w2c_block_or(w2c_block_same(w2c_block_load(p + i), x),
                        w2c_block_same(w2c_block_load(p + i), y)),
           p[i] != a && p[i] != b);
}

u64 w2c_scan_run_long(const u8 *p, u64 limit, u8 byte) {
    const w2c_block x = w2c_block_of(byte);
    BLOCKS(SET, w2c_block_same(w2c_block_load(p + i), x), p[i] == byte);
}

static u64 match_blocks(const u8 *p, const u8 *q, u64 limit) {
    BLOCKS(SET, w2c_block_same(w2c_block_load(p + i), w2c_block_load(q + i)), p[i] == q[i]);
}

/* The host compares faster than it says where: large pieces first, as long as they are equal. */
enum { LARGE = 256 };
static __attribute__((noinline)) u64 match_large(const u8 *p, const u8 *q, u64 limit) {
    u64 equal = 0;
    while (limit - equal >= LARGE && memcmp(p + equal, q + equal, LARGE) == 0)
        equal += LARGE;
    return equal +
           w2c_scan_match(p + equal, q + equal, limit - equal, w2c_fewer(limit - equal, LARGE));
}

u64 w2c_scan_match_long(const u8 *p, const u8 *q, u64 limit) {
    return limit >= 2 * LARGE ? match_large(p, q, limit) : match_blocks(p, q, limit);
}

u64 w2c_scan_match_stop_long(const u8 *p, const u8 *q, u64 limit, u8 stop) {
    const w2c_block x = w2c_block_of(stop);
    BLOCKS(SET,
           w2c_block_without(w2c_block_same(w2c_block_load(p + i), w2c_block_load(q + i)),
                             w2c_block_same(w2c_block_load(p + i), x)),
           p[i] == q[i] && p[i] != stop);
}

/* ---- sets of bytes --------------------------------------------------------------------------- */
enum { FEW = 8 }; /* bytes with which blocks are compared one by one */

/* A block looks at each of them; what is read again behind the last whole one has gone on before. */
W2C_INLINE u64 few_blocks(const u8 *p, u64 room, u64 limit, const w2c_block *of, u64 count,
                          bool inside) {
    for (u64 i = 0;; i += W2C_SCAN_BLOCK) {
        if (room - i < W2C_SCAN_BLOCK) i = room - W2C_SCAN_BLOCK;
        const w2c_block v = w2c_block_load(p + i);
        w2c_block is = w2c_block_same(v, of[0]);
        for (u64 k = 1; k < count; k++)
            is = w2c_block_or(is, w2c_block_same(v, of[k]));
        const u64 done = inside ? w2c_block_set(is) : w2c_block_clear(is);
        if (done < W2C_SCAN_BLOCK || limit - i <= W2C_SCAN_BLOCK) return w2c_fewer(i + done, limit);
    }
}

static __attribute__((noinline)) u64 by_table(const u8 *p, u64 limit, const u8 *set, u64 count,
                                              u32 stop, bool inside) {
    u64 bits[4] = {0, 0, 0, 0}, i = 0;
    for (u64 k = 0; k < count; k++)
        bits[set[k] >> 6] |= (u64)1 << (set[k] & 63);
    if (stop < W2C_SET_NONE) {
        bits[stop >> 6] &= ~((u64)1 << (stop & 63));
        if (!inside) bits[stop >> 6] |= (u64)1 << (stop & 63);
    }
    while (i < limit && (bits[p[i] >> 6] >> (p[i] & 63) & 1) == inside)
        i++;
    return i;
}

static __attribute__((noinline)) u64 by_blocks(const u8 *p, u64 room, u64 limit, const u8 *set,
                                               u64 count, u32 stop, bool inside) {
    w2c_block of[FEW + 1];
    for (u64 k = 0; k < count; k++)
        of[k] = w2c_block_of(set[k]);
    if (stop < W2C_SET_NONE) of[count++] = w2c_block_of((u8)stop);
    return few_blocks(p, room, limit, of, count, inside);
}

/* Three bytes fit in registers; of fewer, one is compared again. */
W2C_INLINE u64 scan_set(const u8 *p, u64 room, u64 limit, const u8 *set, u64 count, u32 stop,
                        bool inside) {
    if (count - 1 >= FEW || room < W2C_SCAN_BLOCK)
        return by_table(p, limit, set, count, stop, inside);
    if (inside && stop < W2C_SET_NONE) {
        if (memchr(set, (int)stop, (size_t)count))
            return by_table(p, limit, set, count, stop, inside);
        stop = W2C_SET_NONE; /* not in the set anyway */
    }
    if (count + (stop < W2C_SET_NONE) > 3)
        return by_blocks(p, room, limit, set, count, stop, inside);
    const w2c_block of[3] = {w2c_block_of(set[0]), w2c_block_of(set[count / 2]),
                             w2c_block_of(stop < W2C_SET_NONE ? (u8)stop : set[count - 1])};
    return few_blocks(p, room, limit, of, 3, inside);
}

u64 w2c_scan_outside(const u8 *p, u64 room, u64 limit, const u8 *set, u64 count, u32 stop) {
    return scan_set(p, room, limit, set, count, stop, false);
}

u64 w2c_scan_inside(const u8 *p, u64 room, u64 limit, const u8 *set, u64 count, u32 stop) {
    return scan_set(p, room, limit, set, count, stop, true);
}
