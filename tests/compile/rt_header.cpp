// rt_header.cpp: w2c_rt.h, w2c_ops.h and w2c.h are C++17, too, and mean the same there.
#include "w2c_rt.h"

static_assert(sizeof(w2c_status) == 4, "statuses are ints");
static_assert(sizeof(w2c_res_ll) == 16, "two results");

W2C_TEXT W2C_NOINLINE static u32 guest(w2c_instance *i, u32 a) {
    if (a == 1) w2c_trap(W2C_TRAP_UNREACHABLE);
    return w2c_i32_div_s(w2c_i32_rotl(a, 3), i->module ? 0u : 7u) +
           w2c_i32_trunc_sat_f64_u(w2c_f64_min(1.5, 2.5));
}

static w2c_status exported(w2c_instance *i, u32 a, u32 *r) {
    w2c_frame frame;
    if (W2C_TRY(frame, i)) {
        *r = guest(i, a);
    }
    return w2c_frame_leave(&frame);
}

int main() {
    w2c_module bare = {}; /* fields come and go: what is not named stays zero */
    bare.abi = W2C_ABI;
    bare.size = sizeof(w2c_instance);
    bare.name = "bare";
    bare.stamp = "by hand";
    bare.selfcheck = w2c_selfcheck;
    w2c_instance *instance = nullptr;
    u32 result = 0;
    if (w2c_instance_new(&bare, &instance, nullptr, nullptr) != W2C_OK) return 1;
    bool ok = exported(instance, 1, &result) == W2C_TRAP_UNREACHABLE &&
              exported(instance, 2, &result) == W2C_TRAP_DIV_BY_ZERO;
    w2c_instance_delete(instance);
    return ok ? 0 : 1;
}
