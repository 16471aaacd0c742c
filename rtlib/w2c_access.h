/* w2c_access.h: loads and stores of numbers, and the explicit checks of those that no guard page checks.
 * Included by w2c_rt.h only; vectors are in w2c_simd_memory.h, what other threads see in w2c_atomic.h,
 * accesses of fast copies of loops in w2c_loop.h. */
#ifndef W2C_ACCESS_H
#define W2C_ACCESS_H
#ifndef W2C_RT_H
#error "include w2c_rt.h"
#endif

#ifdef __cplusplus
extern "C" {
#endif
/* Any address, any alignment, any type: as wasm has it. No structs with one member: gcc takes it that two of one type are either
 * the same or do not overlap at all, and vectorises loops in which they do. */
#define W2C_ANY(type) typedef type w2c_##type##_any __attribute__((may_alias, aligned(1)))
W2C_ANY(u8);
W2C_ANY(s8);
W2C_ANY(u16);
W2C_ANY(s16);
W2C_ANY(u32);
W2C_ANY(s32);
W2C_ANY(u64);
W2C_ANY(f32);
W2C_ANY(f64);
#undef W2C_ANY

/* The value must have been computed here: a load that faults is not removed or moved past a trap.
 */
#define W2C_FORCE_INT(v) __asm__ volatile("" ::"r"(v))
#if defined(__SSE2__)
#define W2C_FORCE_FLOAT(v) __asm__ volatile("" ::"x"(v))
#elif defined(__aarch64__)
#define W2C_FORCE_FLOAT(v) __asm__ volatile("" ::"w"(v))
#elif defined(__riscv_flen)
#define W2C_FORCE_FLOAT(v) __asm__ volatile("" ::"f"(v))
#else
#define W2C_FORCE_FLOAT(v) __asm__ volatile("" ::"m"(v))
#endif

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "w2c: big-endian hosts are not supported yet"
#endif

/* Explicit checks: do `len` bytes from address + offset on lie in a memory of `size` bytes? By how large
 * addresses are: _c 32 bits, so that nothing overflows; _l 64 bits. */
W2C_INLINE void w2c_check_c(u64 size, u64 address, u64 end) {
    if (W2C_UNLIKELY(address + end > size)) w2c_trap(W2C_TRAP_MEMORY_BOUNDS);
}
W2C_INLINE void w2c_check_l(u64 size, u64 address, u64 end) {
    if (W2C_UNLIKELY(end > size || address > size - end)) w2c_trap(W2C_TRAP_MEMORY_BOUNDS);
}
W2C_INLINE void w2c_check_range(const w2c_memory *memory, u64 address, u64 offset, u64 len) {
    u64 end;
    if (W2C_UNLIKELY(__builtin_add_overflow(offset, len, &end) ||
                     __builtin_add_overflow(address, end, &end) || end > memory->size))
        w2c_trap(W2C_TRAP_MEMORY_BOUNDS);
}
/* offset + len of an access with a 64-bit address */
W2C_INLINE u64 w2c_end(u64 offset, u64 len) {
    return offset > UINT64_MAX - len ? UINT64_MAX : offset + len;
}
/* What a memory's size is known to be at least. */
#define W2C_AT_LEAST(size, least)                                                                  \
    do {                                                                                           \
        if ((size) < (least)) __builtin_unreachable();                                             \
    } while (0)

/* A load that may fault, exactly where it stands among stores, which are volatile, and calls.
 * clang folds volatile loads into the instructions that use their values; gcc makes two instructions of one,
 * so its value is forced. The place is counted as an integer there, for stores as a pointer: gcc would share
 * the sum, which takes a register and a cycle more than an addressing mode. */
#if defined(__clang__)
#define W2C_LOAD(type, force) return *(const volatile w2c_##type##_any *)(base + (address + offset))
#else
#define W2C_LOAD(type, force)                                                                      \
    type v = *(const w2c_##type##_any *)((uintptr_t)base + (uintptr_t)(address + offset));         \
    force(v);                                                                                      \
    return v
#endif

/* gcc's scheduler moves loads over volatile stores to other places, and a fault would find the store undone. This it
 * does not move them over; clang does neither. */
#ifdef __clang__
#define W2C_IN_ORDER() ((void)0)
#else
#define W2C_IN_ORDER() __asm__ volatile("")
#endif
/* Guarded memories: w2c_load_TYPE(base, address, offset): the fault is the trap.
 * With explicit checks: w2c_load_TYPE_c and _l (base, size, address, offset); _u (base, address, offset)
 * where a check was made before; _b(base, memory, address, offset) for any memory. */
#define W2C_ACCESS(type, force)                                                                    \
    W2C_INLINE type w2c_load_##type(const u8 *base, u64 address, u64 offset) {                     \
        W2C_LOAD(type, force);                                                                     \
    }                                                                                              \
    W2C_INLINE void w2c_store_##type(u8 *base, u64 address, u64 offset, type v) {                  \
        *(volatile w2c_##type##_any *)(base + (address + offset)) = v;                             \
        W2C_IN_ORDER();                                                                            \
    }                                                                                              \
    W2C_INLINE type w2c_load_##type##_u(const u8 *base, u64 address, u64 offset) {                 \
        return *(const w2c_##type##_any *)(base + (address + offset));                             \
    }                                                                                              \
    W2C_INLINE void w2c_store_##type##_u(u8 *base, u64 address, u64 offset, type v) {              \
        *(w2c_##type##_any *)(base + (address + offset)) = v;                                      \
    }                                                                                              \
    W2C_INLINE type w2c_load_##type##_c(const u8 *base, u64 size, u64 address, u64 offset) {       \
        w2c_check_c(size, address, offset + sizeof(type));                                         \
        return w2c_load_##type##_u(base, address, offset);                                         \
    }                                                                                              \
    W2C_INLINE void w2c_store_##type##_c(u8 *base, u64 size, u64 address, u64 offset, type v) {    \
        w2c_check_c(size, address, offset + sizeof(type));                                         \
        w2c_store_##type##_u(base, address, offset, v);                                            \
    }                                                                                              \
    W2C_INLINE type w2c_load_##type##_l(const u8 *base, u64 size, u64 address, u64 offset) {       \
        w2c_check_l(size, address, w2c_end(offset, sizeof(type)));                                 \
        return w2c_load_##type##_u(base, address, offset);                                         \
    }                                                                                              \
    W2C_INLINE void w2c_store_##type##_l(u8 *base, u64 size, u64 address, u64 offset, type v) {    \
        w2c_check_l(size, address, w2c_end(offset, sizeof(type)));                                 \
        w2c_store_##type##_u(base, address, offset, v);                                            \
    }                                                                                              \
    W2C_INLINE type w2c_load_##type##_b(const u8 *base, const w2c_memory *memory, u64 address,     \
                                        u64 offset) {                                              \
        w2c_check_range(memory, address, offset, sizeof(type));                                    \
        return w2c_load_##type##_u(base, address, offset);                                         \
    }                                                                                              \
    W2C_INLINE void w2c_store_##type##_b(u8 *base, const w2c_memory *memory, u64 address,          \
                                         u64 offset, type v) {                                     \
        w2c_check_range(memory, address, offset, sizeof(type));                                    \
        w2c_store_##type##_u(base, address, offset, v);                                            \
    }
W2C_ACCESS(u8, W2C_FORCE_INT)
W2C_ACCESS(s8, W2C_FORCE_INT)
W2C_ACCESS(u16, W2C_FORCE_INT)
W2C_ACCESS(s16, W2C_FORCE_INT)
W2C_ACCESS(u32, W2C_FORCE_INT)
W2C_ACCESS(s32, W2C_FORCE_INT)
W2C_ACCESS(u64, W2C_FORCE_INT)
W2C_ACCESS(f32, W2C_FORCE_FLOAT)
W2C_ACCESS(f64, W2C_FORCE_FLOAT)
#undef W2C_ACCESS
#undef W2C_LOAD

#ifdef __cplusplus
}
#endif
#endif
