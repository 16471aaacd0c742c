/* w2c_group.h: function groups in shared objects that are loaded when one of their functions is first called
 * (w2c build --lazy-groups).
 *
 * Calls from one group to another go through a table of the program, NAME_dispatch. An entry begins at a stub
 * that loads the callee's group; loading puts the addresses of all of the group's functions into the
 * table, each written once. Which group a function is in, and what the group's file must be (size and
 * checksum), is known to the program: no other file is looked at, and none that differs is mapped.
 * Groups stay until the process ends. Thread: any; a group is loaded once, by the first that calls. */
#ifndef W2C_GROUP_H
#define W2C_GROUP_H
#include "w2c_rt.h"

#ifdef __cplusplus
extern "C" {
#endif

/* In the group's object, as the symbol w2c_this_group. */
typedef struct w2c_group {
    u32 abi, number;
    u64 hash;                          /* of the module */
    const char *text_begin, *text_end; /* guest code that may fault; NULL when nothing is guarded */
    void (*bind)(void);                /* puts its functions into the table */
} w2c_group;

typedef struct w2c_group_file { /* what `w2c build` made */
    u64 size;
    u32 crc; /* CRC-32C */
} w2c_group_file;

/* In the program, as NAME_groups. */
typedef struct w2c_groups {
    const char *const *folder; /* where the files are, relative to the program's own folder: N.so */
    u64 hash;
    const u32 *group_of;         /* by function */
    const w2c_group_file *files; /* by group */
    u32 *states;                 /* by group: 0 not loaded, 1 being loaded, 2 there */
    u32 count;
    u32 loads; /* so far */
} w2c_groups;

/* A stub's work: when it returns, the function's entry in the table is its address. Ends the guest's call with
 * W2C_UNLINKABLE, and the reason as detail, when the group's file is missing or not the one that was
 * made; the next call tries again. */
void w2c_group_need(w2c_groups *groups, u32 func) __attribute__((cold));

/* Goes on from crc, the sum of the bytes before; begin with 0. Also in w2c_exchange.h. */
u32 w2c_crc32c(u32 crc, const void *bytes, size_t len);

#ifdef __cplusplus
}
#endif
#endif
