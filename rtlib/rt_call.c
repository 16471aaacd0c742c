/* rt_call.c: calls of any function with values, through the adapter that its type brings. */
#include "rt_internal.h"

w2c_status w2c_call(const w2c_func *func, const w2c_value *args, w2c_value *results) {
    w2c_frame frame;
    if (!func || !func->type || !func->type->call) return W2C_INVALID;
    if (W2C_TRY(frame, func->instance)) func->type->call(func, args, results);
    return w2c_frame_leave(&frame);
}
