/* emit_gc.h: what emit_gc.c and emit_gc_types.c share with the files that print expressions and types. */
#ifndef W2C_EMIT_GC_H
#define W2C_EMIT_GC_H
#include "emit.h"

/* How C spells the elements of arrays and the fields of structs: "u8" in names, and the type. */
const char *emit_gc_elem_name(ValType t);
const char *emit_gc_elem_type(ValType t);
/* Conditions: ref.test. */
bool emit_gc_is_truth(const Node *n);
void emit_gc_truth(Writer *w, const Node *n);
/* Structs as C structs, before the instance; their constructors, behind it. */
void emit_gc_structs(const Emitter *e, Buffer *out);
void emit_gc_constructors(const Emitter *e, Buffer *out);
/* In front of a type's descriptor: the list of its references; and the end of its initialiser, what
 * the collector reads. hash: of the descriptor's text. */
void emit_gc_refs(const Emitter *e, Buffer *out, uint32_t type);
void emit_gc_layout(const Emitter *e, Buffer *out, uint32_t type, uint64_t hash);
#endif
