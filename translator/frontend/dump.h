/* dump.h: op streams as text, for `w2c -d v` and for tests. */
#ifndef W2C_DUMP_H
#define W2C_DUMP_H
#include "../base/buffer.h"
#include "opstream.h"

/* One instruction a line: byte offset, indentation by blocks, text, immediates by their kind in
 * imms.def. Labels are block numbers. Thread: any. */
void dump_stream(Buffer *out, const Module *m, const OpStream *s);
/* The immediates of one instruction, each after a space. */
void dump_immediate(Buffer *out, const OpStream *s, const Ins *ins);
#endif
