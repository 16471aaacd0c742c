/* w2c_atomic.h: atomic accesses, sequentially consistent; and plain accesses to shared memories.
 * An address is checked for alignment first, then for bounds, as the threads proposal has it.
 * w2c_atomic_OP_TYPE(base, address, offset, ...) for guarded memories, _b with the memory for checked
 * ones. A plain access to a shared memory (_v, _vb) reads or writes once: another thread may change the
 * bytes between two reads, and a value that was checked must be the value that is used.
 * Spec: threads proposal, exec/instructions */
#ifndef W2C_ATOMIC_H
#define W2C_ATOMIC_H
#ifndef W2C_RT_H
#include "w2c_rt.h"
#endif

#ifdef __cplusplus
extern "C" {
#endif

W2C_INLINE void w2c_check_aligned(u64 at, u64 size) {
    if (W2C_UNLIKELY(at & (size - 1))) w2c_trap(W2C_TRAP_UNALIGNED_ATOMIC);
}
W2C_INLINE u64 w2c_memory_size_now(const w2c_memory *memory) {
    return __atomic_load_n(&memory->size, __ATOMIC_RELAXED);
}
W2C_INLINE u64 w2c_memory_pages_now(const w2c_memory *memory) {
    return __atomic_load_n(&memory->pages, __ATOMIC_SEQ_CST);
}
W2C_INLINE void w2c_check_range_shared(const w2c_memory *memory, u64 address, u64 offset, u64 len) {
    u64 end;
    if (W2C_UNLIKELY(__builtin_add_overflow(offset, len, &end) ||
                     __builtin_add_overflow(address, end, &end) ||
                     (end > w2c_memory_size_now(memory) &&
                      end > __atomic_load_n(&memory->size, __ATOMIC_SEQ_CST))))
        w2c_trap(W2C_TRAP_MEMORY_BOUNDS);
}

/* gcc 12 makes of `v = fetch_or(p, v)` in a loop a compare-and-exchange that computes with the old value in the
 * place of v, since both have one register: v is a value of its own here. */
#ifdef __clang__
#define W2C_OPERAND(v) (v)
#else
#define W2C_OPERAND(v)                                                                             \
    __extension__({                                                                                \
        __typeof__((v) + 0) zero_ = 0;                                                             \
        __asm__("" : "+r"(zero_));                                                                 \
        (v) ^ zero_;                                                                               \
    })
#endif

/* Where the fault is the trap the old value is forced: clang makes a read of what adds nothing, and
 * nothing of that when the value is not used. */
#define W2C_ATOMIC_BINARY(op, builtin, type)                                                       \
    W2C_INLINE type w2c_atomic_##op##_##type(u8 *base, u64 address, u64 offset, type v) {          \
        w2c_check_aligned(address + offset, sizeof(type));                                         \
        type old = builtin((type *)(void *)(base + (address + offset)), (type)W2C_OPERAND(v),      \
                           __ATOMIC_SEQ_CST);                                                      \
        W2C_FORCE_INT(old);                                                                        \
        return old;                                                                                \
    }                                                                                              \
    W2C_INLINE type w2c_atomic_##op##_##type##_b(u8 *base, const w2c_memory *memory, u64 address,  \
                                                 u64 offset, type v) {                             \
        w2c_check_aligned(address + offset, sizeof(type));                                         \
        w2c_check_range_shared(memory, address, offset, sizeof(type));                             \
        return builtin((type *)(void *)(base + (address + offset)), (type)W2C_OPERAND(v),          \
                       __ATOMIC_SEQ_CST);                                                          \
    }
#define W2C_ATOMIC(type)                                                                           \
    W2C_INLINE type w2c_atomic_load_##type(const u8 *base, u64 address, u64 offset) {              \
        w2c_check_aligned(address + offset, sizeof(type));                                         \
        type v = __atomic_load_n((const type *)(const void *)(base + (address + offset)),          \
                                 __ATOMIC_SEQ_CST);                                                \
        W2C_FORCE_INT(v);                                                                          \
        return v;                                                                                  \
    }                                                                                              \
    W2C_INLINE type w2c_atomic_load_##type##_b(const u8 *base, const w2c_memory *memory,           \
                                               u64 address, u64 offset) {                          \
        w2c_check_aligned(address + offset, sizeof(type));                                         \
        w2c_check_range_shared(memory, address, offset, sizeof(type));                             \
        return __atomic_load_n((const type *)(const void *)(base + (address + offset)),            \
                               __ATOMIC_SEQ_CST);                                                  \
    }                                                                                              \
    W2C_INLINE void w2c_atomic_store_##type(u8 *base, u64 address, u64 offset, type v) {           \
        w2c_check_aligned(address + offset, sizeof(type));                                         \
        __atomic_store_n((type *)(void *)(base + (address + offset)), v, __ATOMIC_SEQ_CST);        \
    }                                                                                              \
    W2C_INLINE void w2c_atomic_store_##type##_b(u8 *base, const w2c_memory *memory, u64 address,   \
                                                u64 offset, type v) {                              \
        w2c_check_aligned(address + offset, sizeof(type));                                         \
        w2c_check_range_shared(memory, address, offset, sizeof(type));                             \
        __atomic_store_n((type *)(void *)(base + (address + offset)), v, __ATOMIC_SEQ_CST);        \
    }                                                                                              \
    W2C_INLINE type w2c_atomic_cmpxchg_##type(u8 *base, u64 address, u64 offset, type expected,    \
                                              type v) {                                            \
        w2c_check_aligned(address + offset, sizeof(type));                                         \
        __atomic_compare_exchange_n((type *)(void *)(base + (address + offset)), &expected, v,     \
                                    false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);                    \
        W2C_FORCE_INT(expected);                                                                   \
        return expected;                                                                           \
    }                                                                                              \
    W2C_INLINE type w2c_atomic_cmpxchg_##type##_b(u8 *base, const w2c_memory *memory, u64 address, \
                                                  u64 offset, type expected, type v) {             \
        w2c_check_aligned(address + offset, sizeof(type));                                         \
        w2c_check_range_shared(memory, address, offset, sizeof(type));                             \
        return w2c_atomic_cmpxchg_##type(base, address, offset, expected, v);                      \
    }                                                                                              \
    W2C_ATOMIC_BINARY(add, __atomic_fetch_add, type)                                               \
    W2C_ATOMIC_BINARY(sub, __atomic_fetch_sub, type)                                               \
    W2C_ATOMIC_BINARY(and, __atomic_fetch_and, type)                                               \
    W2C_ATOMIC_BINARY(or, __atomic_fetch_or, type)                                                 \
    W2C_ATOMIC_BINARY(xor, __atomic_fetch_xor, type)                                               \
    W2C_ATOMIC_BINARY(xchg, __atomic_exchange_n, type)
W2C_ATOMIC(u8)
W2C_ATOMIC(u16)
W2C_ATOMIC(u32)
W2C_ATOMIC(u64)
#undef W2C_ATOMIC
#undef W2C_ATOMIC_BINARY
#undef W2C_OPERAND

#define W2C_SHARED(type)                                                                           \
    W2C_INLINE type w2c_load_##type##_v(const u8 *base, u64 address, u64 offset) {                 \
        return *(const volatile w2c_##type##_any *)(base + (address + offset));                    \
    }                                                                                              \
    W2C_INLINE void w2c_store_##type##_v(u8 *base, u64 address, u64 offset, type v) {              \
        *(volatile w2c_##type##_any *)(base + (address + offset)) = v;                             \
    }                                                                                              \
    W2C_INLINE type w2c_load_##type##_vb(const u8 *base, const w2c_memory *memory, u64 address,    \
                                         u64 offset) {                                             \
        w2c_check_range_shared(memory, address, offset, sizeof(type));                             \
        return w2c_load_##type##_v(base, address, offset);                                         \
    }                                                                                              \
    W2C_INLINE void w2c_store_##type##_vb(u8 *base, const w2c_memory *memory, u64 address,         \
                                          u64 offset, type v) {                                    \
        w2c_check_range_shared(memory, address, offset, sizeof(type));                             \
        w2c_store_##type##_v(base, address, offset, v);                                            \
    }
W2C_SHARED(u8)
W2C_SHARED(s8)
W2C_SHARED(u16)
W2C_SHARED(s16)
W2C_SHARED(u32)
W2C_SHARED(s32)
W2C_SHARED(u64)
W2C_SHARED(f32)
W2C_SHARED(f64)
#undef W2C_SHARED

#define W2C_FENCE() __atomic_thread_fence(__ATOMIC_SEQ_CST)

/* Waits until another thread notifies the address. 0: woken, 1: the value was another, 2: the time is
 * over. timeout in ns, negative: none. Traps: unaligned, out of bounds, unshared memory. */
u32 w2c_atomic_wait32(w2c_memory *memory, u64 address, u64 offset, u32 expected, s64 timeout);
u32 w2c_atomic_wait64(w2c_memory *memory, u64 address, u64 offset, u64 expected, s64 timeout);
/* Wakes up to count of the threads that wait at the address, first come first; how many. */
u32 w2c_atomic_notify(w2c_memory *memory, u64 address, u64 offset, u32 count);

#ifdef __cplusplus
}
#endif
#endif
