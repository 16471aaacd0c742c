/* store_internal.h: what the files of libw2cstore share. They know a snapshot's header, and nothing of what follows. */
#ifndef W2C_STORE_INTERNAL_H
#define W2C_STORE_INTERNAL_H
#include "../rt_snapshot_format.h"
#include "../w2c_store.h"
#include <stdarg.h>
#include <stdio.h>

/* Gives status; error may be NULL. */
w2c_status store_fail(w2c_error *error, w2c_status status, const char *format, ...)
    W2C_PRINTF(3, 4);
#endif
