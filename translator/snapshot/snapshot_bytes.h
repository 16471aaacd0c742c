/* snapshot_bytes.h: numbers, types, opcodes and values as a module's bytes have them. */
#ifndef SNAPSHOT_BYTES_H
#define SNAPSHOT_BYTES_H
#include "snapshot.h"

typedef enum Hierarchy { OF_FUNC, OF_EXTERN, OF_ANY, OF_EXN } Hierarchy;
Hierarchy snap_hierarchy(const Module *m, uint32_t heap);

void snap_put_u(Buffer *b, uint64_t value); /* LEB128 */
void snap_put_s(Buffer *b, int64_t value);
void snap_put_slice(Buffer *b, Slice s); /* behind its length */
void snap_put_heap(Buffer *b, uint32_t heap);
void snap_put_type(Buffer *b, ValType t);
void snap_put_op(Buffer *b, Op op);

/* Constants, without the end of their expression. A reference to no object of the heap: what and index say where
 * it was found. False: recorded. */
void snap_put_number(Buffer *b, ValType t, const w2c_value *v);
bool snap_put_ref(Context *ctx, const Module *m, const Snapshot *s, Buffer *b, ValType t,
                  w2c_ref ref, const char *what, uint32_t index);

/* Records that no snapshot can be made: "global 3 (export "x") WHY". Returns false. */
bool snap_refuse(Context *ctx, const Module *m, const char *what, uint32_t index, const char *why);
#endif
