/* w2c_loop.h: what the fast copies of loops use: how many turns there will be, whether all of them stay
 * inside a memory, and accesses without a check. Included by w2c_ops.h's users through w2c_rt.h only.
 *
 * A copy runs when, before its first turn, the bytes of every access of every turn were seen to lie
 * inside memory, in 64-bit arithmetic. Nothing in it can trap, hence plain accesses are exact there. */
#ifndef W2C_LOOP_H
#define W2C_LOOP_H
#ifndef W2C_RT_H
#error "include w2c_rt.h"
#endif

/* gcc vectorises next to nothing at -O2. */
#if defined(__GNUC__) && !defined(__clang__) && defined(__OPTIMIZE__)
#define W2C_LOOPS __attribute__((optimize("tree-vectorize", "vect-cost-model=dynamic")))
#else
#define W2C_LOOPS
#endif

/* In front of a copy whose body is a few operations; LONG: and whose turns are many, a constant number. gcc leaves what it has
 * vectorised, and sums, as they are: then the loop's own instructions, and where they happen to lie, cost as much as the work. clang
 * does two vectors in a turn by itself; more would only pay where no loop for the rest is needed. Three, not four: when a value is
 * stored that the next turn reads again, clang's loop of four is slower than its usual one of two. */
#if !defined(__OPTIMIZE__) || defined(__OPTIMIZE_SIZE__)
#define W2C_UNROLL
#define W2C_UNROLL_LONG
#elif defined(__clang__)
#define W2C_UNROLL
#define W2C_UNROLL_LONG _Pragma("clang loop unroll_count(3)")
#elif defined(__GNUC__)
#define W2C_UNROLL _Pragma("GCC unroll 4")
#define W2C_UNROLL_LONG W2C_UNROLL
#else
#define W2C_UNROLL
#define W2C_UNROLL_LONG
#endif

/* In front of a copy's for: the loop begins a line of the instruction cache. The same instructions took up to 1.17
 * times as long where they happened to lie. gcc has no such thing. */
#define W2C_HOT
#if defined(__clang__) && defined(__has_c_attribute) && !defined(__cplusplus)
#if __has_c_attribute(clang::code_align)
#undef W2C_HOT
#define W2C_HOT [[clang::code_align(64)]]
#pragma clang diagnostic ignored "-Wc23-extensions"
#endif
#endif

/* Behind a copy's plain stores: nothing that comes later, and may trap, makes them superfluous. */
#define W2C_STORED __asm__ volatile("" ::: "memory")

#define W2C_ENDLESS UINT64_MAX
#define W2C_MOST_TURNS ((u64)1 << 32)
/* In interruptible code: nobody looks in between, which takes a twentieth of a second then. */
#define W2C_UNINTERRUPTED ((u64)1 << 26)

/* Is this a number of turns for which a copy is worth its check? */
W2C_INLINE bool w2c_turns_ok(u64 turns) {
    return turns - 4 <= W2C_MOST_TURNS - 4;
}
W2C_INLINE u64 w2c_fewer(u64 a, u64 b) {
    return a < b ? a : b;
}
/* In how many turns, from the first, a test holds; W2C_ENDLESS when what it looks at would wrap first.
 * Not equal: `distance` from the start, in the direction of the steps. */
W2C_INLINE u64 w2c_turns_ne(u64 distance, u64 step) {
    return distance % step ? W2C_ENDLESS : distance / step;
}
/* from, from + step, ... < to; top: the largest value of the type. */
W2C_INLINE u64 w2c_turns_lt(u64 from, u64 to, u64 step, u64 top) {
    if (from >= to) return 0;
    u64 turns = (to - from - 1) / step, room = top - from;
    return room >= step && turns * step <= room - step ? turns + 1 : W2C_ENDLESS;
}
W2C_INLINE u64 w2c_turns_le(u64 from, u64 to, u64 step, u64 top) {
    return to == top ? W2C_ENDLESS : w2c_turns_lt(from, to + 1, step, top);
}
/* The same with a step that may be anything: one that does not go up does not count turns. Dividing by it costs
 * as much as several turns, hence 0 for a few. */
W2C_INLINE u64 w2c_turns_lt_by(u64 from, u64 to, s64 step, u64 top) {
    const u64 few = 8, span = to - from - 1, by = (u64)step;
    if (step <= 0 || by > top / few || from >= to || span < by * few) return 0;
    u64 turns = (span | by) >> 32 ? span / by : (u32)span / (u32)by, room = top - from;
    return turns * by <= room - by ? turns + 1 : W2C_ENDLESS;
}
W2C_INLINE u64 w2c_turns_le_by(u64 from, u64 to, s64 step, u64 top) {
    return to == top ? W2C_ENDLESS : w2c_turns_lt_by(from, to + 1, step, top);
}
/* Do `len` bytes at `at` lie inside a memory of `size` bytes? */
W2C_INLINE bool w2c_inside(u64 size, u64 at, u64 len) {
    return at <= size && len <= size - at;
}
/* And those at `at + step * k`, k from 0 to `last`, at most W2C_MOST_TURNS? Where there are stores, each turn must move on by
 * `least` bytes at least, those of an access: gcc takes it for granted that a step which is not 0 leads past what was stored. */
W2C_INLINE bool w2c_inside_by(u64 size, u64 at, u64 last, s64 step, u64 len, s64 least) {
    const s64 most = (s64)1 << 30;
    if (step < -most || step > most || (step < least && step > -least)) return false;
    if (step < 0) return last * (u64)-step <= at && w2c_inside(size, at, len);
    return w2c_inside(size, at, last * (u64)step + len);
}

/* The same pointer, of which the compiler does not know that others have the same base. clang gives up where pointers
 * into one object are a distance apart that it cannot tell; pointers to anywhere it compares before the loop. */
W2C_INLINE u8 *w2c_apart(u8 *at) {
#ifdef __clang__
    __asm__("" : "+r"(at));
#endif
    return at;
}
/* Do copies element by element, from the low addresses up, or down from the high ones, give what memmove
 * gives? Not when they read what they have written. */
W2C_INLINE bool w2c_moves_up(const u8 *to, const u8 *from, u64 len) {
    return (u64)((uintptr_t)to - (uintptr_t)from) >= len;
}
W2C_INLINE bool w2c_moves_down(const u8 *to, const u8 *from, u64 len) {
    return (u64)((uintptr_t)from - (uintptr_t)to) >= len || to == from;
}

#ifdef __cplusplus
extern "C" {
#endif
#define W2C_PLAIN(type)                                                                            \
    W2C_INLINE type w2c_get_##type(const u8 *at) {                                                 \
        return *(const w2c_##type##_any *)at;                                                      \
    }                                                                                              \
    W2C_INLINE void w2c_put_##type(u8 *at, type v) {                                               \
        *(w2c_##type##_any *)at = v;                                                               \
    }
W2C_PLAIN(u8)
W2C_PLAIN(s8)
W2C_PLAIN(u16)
W2C_PLAIN(s16)
W2C_PLAIN(u32)
W2C_PLAIN(s32)
W2C_PLAIN(u64)
W2C_PLAIN(f32)
W2C_PLAIN(f64)
#undef W2C_PLAIN
#ifdef __cplusplus
}
#endif
#endif
