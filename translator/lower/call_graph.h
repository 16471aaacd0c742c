/* call_graph.h: what bodies say about calls, from one pass over them, decoded but not validated: who calls
 * whom, how large frames may become, which tables are written to.
 * Owner: the arena given. Thread: read-only once found. */
#ifndef W2C_CALL_GRAPH_H
#define W2C_CALL_GRAPH_H
#include "../base/bitmap.h"
#include "../frontend/opstream.h"

/* Bytes of stack that an unoptimised build may spend on an instruction (gcc on f64.max), and on a local or
 * an operand; and on a function that lands exceptions, eight times what an optimised one does. Frames that
 * might be larger than LARGE_FRAME are checked before they are entered; what may lie below a check that passed
 * is kept below it as well. */
enum { FRAME_PER_OP = 96, FRAME_PER_VALUE = 16, LANDING_FRAME = 4096, LARGE_FRAME = 96 * 1024 };

enum {                     /* CallGraph.flags */
       CALLS = 1,          /* has calls that are no tail calls */
       CALLS_OUT = 2,      /* some of them through references, changing tables, or to imports */
       CALLS_TAIL = 4,     /* has tail calls */
       CALLS_TAIL_OUT = 8, /* some of them as CALLS_OUT has it */
};

#define TAIL_EDGE 0x80000000u
static inline bool call_edge_is_tail(uint32_t edge) {
    return edge & TAIL_EDGE;
}
static inline uint32_t call_edge_target(uint32_t edge) {
    return edge & ~TAIL_EDGE;
}

typedef struct CallGraph {
    uint32_t func_count;
    /* direct calls: callees[first[f]] up to callees[first[f + 1]], with TAIL_EDGE for tail calls; imports
     * and tail calls of the function itself are left out, the same callee may stand there again */
    uint32_t *first, *callees;
    uint32_t *frames; /* by function: an upper estimate, in bytes, unoptimised */
    uint8_t *flags;   /* by function */
    /* bitmaps by table: table.set, grow, fill, copy into it, init; call_indirect; return_call_indirect */
    uint64_t *written, *called, *tail_called;
    uint64_t *seen;     /* by table: table.get, copy out of it, calls of types that have subtypes */
    uint64_t *referred; /* bitmap by function: ref.func in a body */
} CallGraph;

/* Malformed bodies are left for the validator to report: what they say up to there counts.
 * Errors: NOMEM. Linear in the bodies. */
bool call_graph_find(Context *ctx, const Module *m, Arena *arena, CallGraph *out);
static inline bool call_graph_writes(const CallGraph *g, uint32_t table) {
    return bitmap_has(g->written, table);
}
static inline bool call_graph_sees(const CallGraph *g, uint32_t table) {
    return bitmap_has(g->seen, table);
}
static inline bool call_graph_calls_through(const CallGraph *g, uint32_t table, bool tail) {
    return bitmap_has(tail ? g->tail_called : g->called, table);
}
#endif
