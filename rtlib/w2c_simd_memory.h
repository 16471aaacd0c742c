/* w2c_simd_memory.h: loads and stores of v128, as w2c_rt.h has them for scalars.
 *
 * Owns: w2c_load_TYPE and w2c_store_TYPE, TYPE as in the column c of opcodes.def, and with _b the
 * forms with explicit checks. Included by w2c_simd.h only.
 *
 *   w2c_load_TYPE(base, address, offset)              and  _b(base, memory, address, offset)
 *                                      and  _u, _c, _l as for scalars
 *   w2c_store_v128(base, address, offset, v)          and  _b(base, memory, address, offset, v)
 *   w2c_load_laneN(base, address, offset, v, lane)
 *                                      and  _b(base, memory, address, offset, v, lane)
 *   w2c_store_laneN: the same arguments
 * w2c_get_TYPE(at) and w2c_put_TYPE(at, v), with a lane's vector and number behind them, check
 * nothing: for fast copies of loops.
 * Guarded loads force the whole result, which stays in a vector register: the load, and what widens
 * or repeats it, may be one instruction. */
#ifndef W2C_SIMD_MEMORY_H
#define W2C_SIMD_MEMORY_H
#ifndef W2C_SIMD_H
#error "include w2c_simd.h"
#endif

#ifdef __cplusplus
extern "C" {
#endif

typedef v128 w2c_v128_any __attribute__((may_alias, aligned(1)));

W2C_INLINE void w2c_store_v128(u8 *base, u64 address, u64 offset, v128 v) {
    *(volatile w2c_v128_any *)(base + (address + offset)) = v;
    W2C_IN_ORDER();
}
W2C_INLINE void w2c_store_v128_u(u8 *base, u64 address, u64 offset, v128 v) {
    *(w2c_v128_any *)(base + (address + offset)) = v;
}
W2C_INLINE void w2c_store_v128_b(u8 *base, const w2c_memory *memory, u64 address, u64 offset,
                                 v128 v) {
    w2c_check_range(memory, address, offset, 16);
    w2c_store_v128_u(base, address, offset, v);
}
W2C_INLINE void w2c_store_v128_c(u8 *base, u64 size, u64 address, u64 offset, v128 v) {
    w2c_check_c(size, address, offset + 16);
    w2c_store_v128_u(base, address, offset, v);
}
W2C_INLINE void w2c_store_v128_l(u8 *base, u64 size, u64 address, u64 offset, v128 v) {
    w2c_check_l(size, address, w2c_end(offset, 16));
    w2c_store_v128_u(base, address, offset, v);
}

W2C_INLINE void w2c_put_v128(u8 *at, v128 v) {
    *(w2c_v128_any *)at = v;
}
W2C_INLINE v128 w2c_v128_low32(u32 x) {
    w2c_u32x4 v = {x, 0, 0, 0};
    return (v128)v;
}
/* `value` of the bytes at p */
#define W2C_LOAD(name, bytes, value)                                                               \
    W2C_INLINE v128 w2c_get_##name(const u8 *p) {                                                  \
        return value;                                                                              \
    }                                                                                              \
    W2C_INLINE v128 w2c_load_##name(const u8 *base, u64 address, u64 offset) {                     \
        const u8 *p = base + (address + offset);                                                   \
        v128 v = value;                                                                            \
        W2C_FORCE_V128(v);                                                                         \
        return v;                                                                                  \
    }                                                                                              \
    W2C_INLINE v128 w2c_load_##name##_b(const u8 *base, const w2c_memory *memory, u64 address,     \
                                        u64 offset) {                                              \
        w2c_check_range(memory, address, offset, bytes);                                           \
        return w2c_get_##name(base + (address + offset));                                          \
    }                                                                                              \
    W2C_INLINE v128 w2c_load_##name##_u(const u8 *base, u64 address, u64 offset) {                 \
        return w2c_get_##name(base + (address + offset));                                          \
    }                                                                                              \
    W2C_INLINE v128 w2c_load_##name##_c(const u8 *base, u64 size, u64 address, u64 offset) {       \
        w2c_check_c(size, address, offset + bytes);                                                \
        return w2c_get_##name(base + (address + offset));                                          \
    }                                                                                              \
    W2C_INLINE v128 w2c_load_##name##_l(const u8 *base, u64 size, u64 address, u64 offset) {       \
        w2c_check_l(size, address, w2c_end(offset, bytes));                                        \
        return w2c_get_##name(base + (address + offset));                                          \
    }
#define W2C_AT(type, p) (*(const w2c_##type##_any *)(p))
#define W2C_LOW(p) w2c_v128_const(W2C_AT(u64, p), 0)
W2C_LOAD(v128, 16, W2C_AT(v128, p))
W2C_LOAD(8x8_s, 8, w2c_i16x8_extend_low_i8x16_s(W2C_LOW(p)))
W2C_LOAD(8x8_u, 8, w2c_i16x8_extend_low_i8x16_u(W2C_LOW(p)))
W2C_LOAD(16x4_s, 8, w2c_i32x4_extend_low_i16x8_s(W2C_LOW(p)))
W2C_LOAD(16x4_u, 8, w2c_i32x4_extend_low_i16x8_u(W2C_LOW(p)))
W2C_LOAD(32x2_s, 8, w2c_i64x2_extend_low_i32x4_s(W2C_LOW(p)))
W2C_LOAD(32x2_u, 8, w2c_i64x2_extend_low_i32x4_u(W2C_LOW(p)))
W2C_LOAD(splat8, 1, w2c_v128_repeat8(W2C_AT(u8, p)))
W2C_LOAD(splat16, 2, w2c_v128_repeat16(W2C_AT(u16, p)))
W2C_LOAD(splat32, 4, w2c_v128_repeat32(W2C_AT(u32, p)))
W2C_LOAD(splat64, 8, w2c_v128_repeat64(W2C_AT(u64, p)))
W2C_LOAD(zero32, 4, w2c_v128_low32(W2C_AT(u32, p)))
W2C_LOAD(zero64, 8, W2C_LOW(p))
#undef W2C_LOAD
#undef W2C_LOW

#define W2C_LANE(bits, p)                                                                          \
    W2C_INLINE v128 w2c_get_lane##bits(const u8 *at, v128 v, u32 lane) {                           \
        return w2c_##p##_replace_lane(v, W2C_AT(u##bits, at), lane);                               \
    }                                                                                              \
    W2C_INLINE void w2c_put_lane##bits(u8 *at, v128 v, u32 lane) {                                 \
        *(w2c_u##bits##_any *)at = ((w2c_##p##_lanes)v)[lane];                                     \
    }                                                                                              \
    W2C_INLINE v128 w2c_load_lane##bits(const u8 *base, u64 address, u64 offset, v128 v,           \
                                        u32 lane) {                                                \
        v = w2c_##p##_replace_lane(v, W2C_AT(u##bits, base + (address + offset)), lane);           \
        W2C_FORCE_V128(v);                                                                         \
        return v;                                                                                  \
    }                                                                                              \
    W2C_INLINE v128 w2c_load_lane##bits##_b(const u8 *base, const w2c_memory *memory, u64 address, \
                                            u64 offset, v128 v, u32 lane) {                        \
        w2c_check_range(memory, address, offset, bits / 8);                                        \
        return w2c_##p##_replace_lane(v, W2C_AT(u##bits, base + (address + offset)), lane);        \
    }                                                                                              \
    W2C_INLINE void w2c_store_lane##bits(u8 *base, u64 address, u64 offset, v128 v, u32 lane) {    \
        w2c_store_u##bits(base, address, offset, ((w2c_##p##_lanes)v)[lane]);                      \
    }                                                                                              \
    W2C_INLINE void w2c_store_lane##bits##_b(u8 *base, const w2c_memory *memory, u64 address,      \
                                             u64 offset, v128 v, u32 lane) {                       \
        w2c_store_u##bits##_b(base, memory, address, offset, ((w2c_##p##_lanes)v)[lane]);          \
    }                                                                                              \
    W2C_INLINE v128 w2c_load_lane##bits##_u(const u8 *base, u64 address, u64 offset, v128 v,       \
                                            u32 lane) {                                            \
        return w2c_get_lane##bits(base + (address + offset), v, lane);                             \
    }                                                                                              \
    W2C_INLINE v128 w2c_load_lane##bits##_c(const u8 *base, u64 size, u64 address, u64 offset,     \
                                            v128 v, u32 lane) {                                    \
        w2c_check_c(size, address, offset + bits / 8);                                             \
        return w2c_get_lane##bits(base + (address + offset), v, lane);                             \
    }                                                                                              \
    W2C_INLINE v128 w2c_load_lane##bits##_l(const u8 *base, u64 size, u64 address, u64 offset,     \
                                            v128 v, u32 lane) {                                    \
        w2c_check_l(size, address, w2c_end(offset, bits / 8));                                     \
        return w2c_get_lane##bits(base + (address + offset), v, lane);                             \
    }                                                                                              \
    W2C_INLINE void w2c_store_lane##bits##_u(u8 *base, u64 address, u64 offset, v128 v,            \
                                             u32 lane) {                                           \
        w2c_put_lane##bits(base + (address + offset), v, lane);                                    \
    }                                                                                              \
    W2C_INLINE void w2c_store_lane##bits##_c(u8 *base, u64 size, u64 address, u64 offset, v128 v,  \
                                             u32 lane) {                                           \
        w2c_check_c(size, address, offset + bits / 8);                                             \
        w2c_put_lane##bits(base + (address + offset), v, lane);                                    \
    }                                                                                              \
    W2C_INLINE void w2c_store_lane##bits##_l(u8 *base, u64 size, u64 address, u64 offset, v128 v,  \
                                             u32 lane) {                                           \
        w2c_check_l(size, address, w2c_end(offset, bits / 8));                                     \
        w2c_put_lane##bits(base + (address + offset), v, lane);                                    \
    }
#define w2c_i8x16_lanes w2c_u8x16
#define w2c_i16x8_lanes w2c_u16x8
#define w2c_i32x4_lanes w2c_u32x4
#define w2c_i64x2_lanes w2c_u64x2
W2C_LANE(8, i8x16)
W2C_LANE(16, i16x8)
W2C_LANE(32, i32x4)
W2C_LANE(64, i64x2)
#undef w2c_i8x16_lanes
#undef w2c_i16x8_lanes
#undef w2c_i32x4_lanes
#undef w2c_i64x2_lanes
#undef W2C_LANE
#undef W2C_AT

#ifdef __cplusplus
}
#endif
#endif
