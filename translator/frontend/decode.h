/* decode.h: one instruction at a time: the opcode and its immediates, no typing.
 * The validator reads with it, and whoever else looks into bodies.
 * Owner: nothing is allocated; slices point into the module. Thread: one Decoder each.
 * Spec: binary/instructions, binary/types */
#ifndef W2C_DECODE_H
#define W2C_DECODE_H
#include "opstream.h"
#include "type_read.h"

/* The sig column of opcodes.def, compiled: operands, then results. */
enum { SIG_ADDRESS = 15, SIG_POLY = 255 };
typedef struct OpRule {
    uint8_t imm, feature;
    uint8_t pops; /* SIG_POLY: typing is hand-written */
    uint8_t pushes;
    uint8_t types[6]; /* VT_I32..VT_V128, or SIG_ADDRESS: that of the memory named */
} OpRule;
extern const OpRule op_rules[OP_COUNT];

/* Ops by prefix and code, plus one; 0 is an illegal opcode. Row 0 has the one-byte opcodes. */
enum { OP_PREFIX_FIRST = 0xFB, OP_PREFIX_LAST = 0xFE, OP_PREFIX_ROWS = 5, OP_PREFIX_CODES = 0x114 };
extern const uint16_t op_of_code[OP_PREFIX_ROWS][OP_PREFIX_CODES];

typedef struct Decoder {
    Context *ctx;
    const Module *m;
    Reader r;
    const uint8_t *at; /* the opcode read last */
    uint64_t used;     /* features of the types read; opcodes are the caller's to add */
    uint64_t locals;   /* declared by the body; set by body_enter */
    /* Immediates that an Ins cannot hold, of the instruction read last. */
    ValType type, type2; /* block, try_table: the type, VT_NONE for an empty block; select_t: the
                          * last; cast_br: source and target */
    uint32_t index;      /* block, try_table: type index or NO_TYPE; memargs: the memory */
    uint32_t align;      /* memargs: log2 of bytes */
    uint32_t count;      /* labels (without the default), select_t, try_table: length of the list */
    Slice list;          /* the list's encoded items; v128, shuffle: the 16 bytes */
} Decoder;

void decoder_init(Decoder *d, Context *ctx, const Module *m, Slice bytes);

/* The opcode at d->r. Sets d->at; false after recording "illegal opcode". */
bool decode_prefixed(Decoder *d, uint8_t byte, Op *op);
static inline bool decode_op(Decoder *d, Op *op) {
    d->at = d->r.pos;
    uint8_t byte = reader_u8(&d->r);
    unsigned found = op_of_code[0][byte];
    if (!found) return decode_prefixed(d, byte, op);
    *op = (Op)(found - 1);
    return true;
}
/* The immediates of ins->op, as opstream.h says, but: label operands are depths; block and
 * try_table are in d; a memarg's memory is in d->index; a v128 or shuffle is in d->list. Indices
 * are not checked, except those of types inside value and heap types. Errors: MALFORMED, INVALID,
 * FEATURE. */
bool decode_imm(Decoder *d, ImmKind imm, Ins *ins);
/* Both. ins is cleared first. */
bool decode_ins(Decoder *d, Ins *ins);

/* A value type into d->type. */
bool decode_type(Decoder *d);

/* Records the reader's error, if it has one, and returns false then. */
bool decode_reader_ok(Context *ctx, const Reader *r);
#endif
