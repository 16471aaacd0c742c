/* rt_scan.c: searches that go beyond their first block: see w2c_scan.h. Every byte read lies within the
 * limit, whose bytes the caller has checked. */
#include "w2c_rt.h"

u64 w2c_scan_stop_long(const u8 *p, u64 limit, u8 stop) {
    const u8 *at = memchr(p, stop, (size_t)limit);
    return at ? (u64)(at - p) : limit;
}

/* Block by block; the last one overlaps the one before, and what is shorter than a block goes byte by
 * byte. */
#define BLOCKS(block, byte)                                                                        \
    do {                                                                                           \
        u64 i = 0;                                                                                 \
        if (limit < W2C_SCAN_BLOCK) {                                                              \
            while (i < limit && (byte))                                                            \
                i++;                                                                               \
            return i;                                                                              \
        }                                                                                          \
        for (;; i += W2C_SCAN_BLOCK) {                                                             \
            if (limit - i < W2C_SCAN_BLOCK) i = limit - W2C_SCAN_BLOCK;                            \
            u64 done = block;                                                                      \
            if (done < W2C_SCAN_BLOCK) return i + done;                                            \
            if (limit - i == W2C_SCAN_BLOCK) return limit;                                         \
        }                                                                                          \
    } while (0)

u64 w2c_scan_stop2_long(const u8 *p, u64 limit, u8 a, u8 b) {
    BLOCKS(w2c_block_clear(w2c_block_or(w2c_block_is(w2c_block_load(p + i), a),
                                        w2c_block_is(w2c_block_load(p + i), b))),
           p[i] != a && p[i] != b);
}

u64 w2c_scan_run_long(const u8 *p, u64 limit, u8 byte) {
    BLOCKS(w2c_block_set(w2c_block_is(w2c_block_load(p + i), byte)), p[i] == byte);
}

static u64 match_blocks(const u8 *p, const u8 *q, u64 limit) {
    BLOCKS(w2c_block_set(w2c_block_same(w2c_block_load(p + i), w2c_block_load(q + i))),
           p[i] == q[i]);
}

/* The host compares faster than it says where: large pieces first, as long as they are equal. */
u64 w2c_scan_match_long(const u8 *p, const u8 *q, u64 limit) {
    enum { LARGE = 256 };
    u64 equal = 0;
    while (limit - equal >= LARGE && memcmp(p + equal, q + equal, LARGE) == 0)
        equal += LARGE;
    return equal + match_blocks(p + equal, q + equal, limit - equal);
}

u64 w2c_scan_match_stop_long(const u8 *p, const u8 *q, u64 limit, u8 stop) {
    BLOCKS(w2c_block_set(
               w2c_block_without(w2c_block_same(w2c_block_load(p + i), w2c_block_load(q + i)),
                                 w2c_block_is(w2c_block_load(p + i), stop))),
           p[i] == q[i] && p[i] != stop);
}
