/* w2c_tier.h: what a group of functions that was compiled for a running interpreter and that interpreter agree on
 * (w2c run --tier). Such a group works on the interpreted instance itself: its struct has the members where that
 * instance has them. Functions that are not compiled are called through `call`. */
#ifndef W2C_TIER_H
#define W2C_TIER_H
#include "w2c_rt.h"

/* Runs a function whose arguments lie in the interpreter's slots; results come back there. */
typedef void w2c_tier_native(w2c_instance *instance, u64 *slots);

typedef struct w2c_tier_link {
    w2c_code *dispatch;        /* by function: its address, NULL: interpreted */
    w2c_tier_native **natives; /* by function, likewise */
    const w2c_type *types;     /* the interpreter's, by type */
    void (*call)(w2c_instance *instance, u32 func, const w2c_value *args, w2c_value *results);
} w2c_tier_link;

/* In the group's object, as the symbol w2c_this_group. */
typedef struct w2c_tier_group {
    u32 abi, number;
    u64 hash;                          /* of the module */
    const char *text_begin, *text_end; /* guest code that may fault; NULL when nothing is guarded */
    void (*bind)(const w2c_tier_link *link);
} w2c_tier_group;

/* Faults in its code are traps from now on, until the process ends. False: out of memory. */
bool w2c_tier_register(const w2c_tier_group *group);

W2C_INLINE f32 w2c_slot_f32(const u64 *slot) {
    f32 v;
    memcpy(&v, slot, sizeof v);
    return v;
}
W2C_INLINE f64 w2c_slot_f64(const u64 *slot) {
    f64 v;
    memcpy(&v, slot, sizeof v);
    return v;
}
W2C_INLINE void w2c_slot_set_f32(u64 *slot, f32 v) {
    *slot = 0;
    memcpy(slot, &v, sizeof v);
}
W2C_INLINE void w2c_slot_set_f64(u64 *slot, f64 v) {
    memcpy(slot, &v, sizeof v);
}
#endif
