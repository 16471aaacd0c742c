/* check_place.h: where a function that checks the stack may do so: behind tests at its top that lead to
 * returns without calls.
 * Thread: any. */
#ifndef W2C_CHECK_PLACE_H
#define W2C_CHECK_PLACE_H
#include "ir.h"

/* The statement in front of which the check goes; 0: the function's top. What stands before it neither
 * calls nor writes anything but locals, and no jump leads from there to a call. Linear, and ends at the first
 * loop, label, call or write. */
uint32_t check_place(const Ir *ir);
#endif
