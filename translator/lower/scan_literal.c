/* scan_literal.c: the conditions of a search: which bytes they compare with what. */
#include "scan.h"

/* One element that a turn looks at. */
typedef struct Element {
    uint32_t access; /* in Loop.accesses */
    uint8_t bytes;
    bool is_signed; /* a narrow one, as a larger number: sign-extended */
    bool before;    /* what the turn before has read, out of a variable */
    uint32_t node;
} Element;

static const Node *node_of(const LoopRun *r, uint32_t node) {
    return &r->ir->nodes[node];
}

static bool is_const(const LoopRun *r, uint32_t node, uint64_t *value) {
    return loop_const_bits(node_of(r, node), value);
}

static bool is_the_const(const LoopRun *r, uint32_t node, uint64_t value) {
    uint64_t is = 0;
    return is_const(r, node, &is) && is == value;
}

static bool is_invariant(const LoopRun *r, uint32_t node) {
    const Side *s = &r->sides[node - r->base];
    const Node *n = node_of(r, node);
    return !s->variant && (n->type == VT_I32 || n->type == VT_I64);
}

/* The operand of `kid[0] op constant`, in any order; 0: it is something else. */
static uint32_t other_than(const LoopRun *r, const Node *n, uint64_t constant) {
    if (is_the_const(r, n->kid[1], constant)) return n->kid[0];
    return is_the_const(r, n->kid[0], constant) ? n->kid[1] : 0;
}

/* What an access of this kind reads: bytes, and whether it extends the sign. 0: no integer. */
static unsigned element_bytes(uint16_t op, bool *is_signed) {
    *is_signed = false;
    switch ((Op)op) {
    case OP_i32_load8_s:
    case OP_i64_load8_s:
        *is_signed = true;
        return 1;
    case OP_i32_load8_u:
    case OP_i64_load8_u:
        return 1;
    case OP_i32_load16_s:
    case OP_i64_load16_s:
        *is_signed = true;
        return 2;
    case OP_i32_load16_u:
    case OP_i64_load16_u:
        return 2;
    case OP_i64_load32_s:
        *is_signed = true;
        return 4;
    case OP_i32_load:
    case OP_i64_load32_u:
        return 4;
    case OP_i64_load:
        return 8;
    default:
        return 0;
    }
}

static bool is_element(const LoopRun *r, uint32_t node, Element *out);

/* A variable's value when the turn began, which is what the turn before has read. */
static bool is_element_before(const LoopRun *r, uint32_t node, Element *out) {
    const Loop *l = r->loop;
    for (uint32_t i = 0; i < l->var_count; i++) {
        const LoopVar *v = &l->vars[i];
        if (v->entry != node || v->is_induction || !v->final_ || v->final_ == node) continue;
        if (!is_element(r, v->final_, out) || out->before) return false;
        out->before = true;
        return true;
    }
    return false;
}

static bool is_element(const LoopRun *r, uint32_t node, Element *out) {
    const Node *n = node_of(r, node);
    if (n->op == OP_i32_and || n->op == OP_i64_and) {
        uint32_t kid = other_than(r, n, 255);
        if (!kid || !is_element(r, kid, out) || out->bytes != 1) return false;
        out->is_signed = false;
        return true;
    }
    if (n->op == OP_i32_extend8_s || n->op == OP_i64_extend8_s) {
        if (!is_element(r, n->kid[0], out) || out->bytes != 1) return false;
        out->is_signed = true;
        return true;
    }
    if (n->op == NODE_ACCESS) {
        *out = (Element){.access = (uint32_t)n->imm};
        out->bytes = (uint8_t)element_bytes(r->loop->accesses[n->imm].op, &out->is_signed);
        return out->bytes != 0;
    }
    bool plain = n->op == OP_local_get || n->op == NODE_SLOT;
    return plain && is_element_before(r, node, out);
}

/* ---- what is asked for ----------------------------------------------------------------------- */

static bool add_guard(Scan *scan, uint32_t node, bool wanted) {
    if (scan->guard_count == SCAN_GUARDS || !node) return false;
    scan->guards[scan->guard_count++] = (ScanGuard){node, wanted};
    return true;
}

static bool same_stream(const LoopRun *r, uint32_t a, uint32_t b) {
    const LoopAccess *x = &r->loop->accesses[a], *y = &r->loop->accesses[b];
    return a == b ||
           (x->memory == y->memory && x->offset == y->offset && x->address.c == y->address.c &&
            x->address.step == y->address.step && loop_same_terms(r, &x->address, &y->address));
}

/* All conditions of a scan look at the same elements. */
static bool use_stream(const LoopRun *r, Scan *scan, const Element *e) {
    if (scan->width == 0) {
        scan->width = e->bytes;
        scan->left = e->access;
        return true;
    }
    if (scan->width != e->bytes) return false;
    if (scan->kind == SCAN_MATCH && same_stream(r, scan->right, e->access)) return true;
    return same_stream(r, scan->left, e->access);
}

static bool add_byte(Scan *scan, ScanByte byte) {
    unsigned most = scan->kind >= SCAN_MATCH ? 1 : SCAN_BYTES;
    for (unsigned i = 0; i < scan->byte_count; i++)
        if (byte.node == scan->bytes[i].node && byte.value == scan->bytes[i].value &&
            byte.splat == scan->bytes[i].splat)
            return true;
    if (scan->byte_count == most || scan->kind == SCAN_RUN) return false;
    scan->bytes[scan->byte_count++] = byte;
    return true;
}

/* The byte that an element equals when it equals the number in `node`. An invariant number may be none:
 * a guard asks. */
static bool byte_of(LoopRun *r, Scan *scan, const Element *e, uint32_t node, ScanByte *out) {
    uint64_t value = 0;
    unsigned type = node_of(r, node)->type;
    *out = (ScanByte){0};
    if (e->bytes != 1) return false;
    if (is_const(r, node, &value)) {
        uint64_t extended = e->is_signed ? (uint64_t)(int8_t)value & loop_mask(type) : value & 255;
        out->value = value & 255;
        return extended == value;
    }
    if (!is_invariant(r, node)) return false;
    out->node = node;
    bool wide = type == VT_I64;
    Node part = {.op = wide ? OP_i64_and : OP_i32_and, .type = (uint8_t)type, .kid = {node}};
    if (e->is_signed)
        part.op = wide ? OP_i64_extend8_s : OP_i32_extend8_s;
    else if (!(part.kid[1] = loop_const(r, type, 255)))
        return false;
    uint32_t byte = loop_node(r, part, false);
    Node same = {.op = wide ? OP_i64_eq : OP_i32_eq, .type = VT_I32, .kid = {node, byte}};
    return byte && add_guard(scan, loop_node(r, same, false), true);
}

/* Goes on while the element is not (equal: is) the number. */
static bool take_byte(LoopRun *r, Scan *scan, const Element *e, uint32_t number, bool equal) {
    ScanByte byte;
    if (!use_stream(r, scan, e) || !byte_of(r, scan, e, number, &byte)) return false;
    byte.is_signed = e->is_signed;
    byte.before = e->before ? e->node : 0;
    if (!equal) return add_byte(scan, byte);
    if (scan->kind != SCAN_STOP || scan->byte_count) return false;
    scan->kind = SCAN_RUN;
    scan->bytes[scan->byte_count++] = byte;
    return true;
}

static bool take_match(LoopRun *r, Scan *scan, const Element *a, const Element *b) {
    if (a->bytes != b->bytes || a->is_signed != b->is_signed) return false;
    if (scan->kind != SCAN_STOP || scan->byte_count > 1) return false;
    if (scan->width && (scan->width != a->bytes || (!same_stream(r, scan->left, a->access) &&
                                                    !same_stream(r, scan->left, b->access))))
        return false;
    if (b->before) {
        const Element *swap = a;
        a = b;
        b = swap;
    }
    if (a->before) { /* the other is of this turn */
        if (b->before || a->bytes != 1 || a->is_signed) return false;
        scan->lagging = a->node;
    }
    scan->kind = SCAN_MATCH;
    scan->width = a->bytes;
    scan->left = a->access;
    scan->right = b->access;
    return true;
}

bool scan_set_byte(LoopRun *r, Scan *scan) {
    Element e;
    if (!is_element(r, scan->set.byte, &e) || e.bytes != 1 || e.is_signed != scan->set.is_signed)
        return false;
    if (e.before) {
        if (e.is_signed) return false;
        scan->lagging = scan->set.byte;
    }
    return use_stream(r, scan, &e);
}

/* What a variable brings into the first turn is looked at where it is. */
static bool guard_before(Scan *scan, const Element *e, uint32_t node, bool wanted) {
    return !e->before || add_guard(scan, node, wanted);
}

static bool compare(LoopRun *r, Scan *scan, uint32_t node, uint32_t a, uint32_t b, bool equal,
                    bool wanted) {
    Element x, y;
    if (is_element(r, b, &y) && !is_element(r, a, &x)) {
        uint32_t swap = a;
        a = b;
        b = swap;
    }
    if (!is_element(r, a, &x)) return false;
    if (is_element(r, b, &y)) {
        x.node = a;
        y.node = b;
        return equal && take_match(r, scan, &x, &y);
    }
    x.node = a;
    return take_byte(r, scan, &x, b, equal) && guard_before(scan, &x, node, wanted);
}

/* ---- words without a zero byte --------------------------------------------------------------- */

static uint64_t each_byte(unsigned type, uint64_t byte) {
    return (0x0101010101010101u * byte) & loop_mask(type);
}

/* (w - 0x01..01) & ~w & 0x80..80, in any order: the word w; 0: it is something else. */
static uint32_t zero_test_and(const LoopRun *r, const Node *n) {
    unsigned type = n->type;
    Op and = type == VT_I32 ? OP_i32_and : OP_i64_and,
       xor = type == VT_I32 ? OP_i32_xor : OP_i64_xor,
       add = type == VT_I32 ? OP_i32_add : OP_i64_add,
       sub = type == VT_I32 ? OP_i32_sub : OP_i64_sub;
    uint32_t part[3] = {0}, count = 0, word = 0;
    uint64_t ones = each_byte(type, 1);
    for (unsigned i = 0; i < 2; i++) {
        const Node *kid = node_of(r, n->kid[i]);
        if (kid->op != and|| count + 2 > 3) {
            if (count < 3) part[count++] = n->kid[i];
            continue;
        }
        part[count++] = kid->kid[0];
        part[count++] = kid->kid[1];
    }
    bool mask = false, not = false, less = false;
    for (uint32_t i = 0; i < count; i++) {
        const Node *p = node_of(r, part[i]);
        uint32_t kid = 0;
        if (is_the_const(r, part[i], each_byte(type, 0x80))) {
            mask = true;
            continue;
        }
        if (p->op == xor&&(kid = other_than(r, p, loop_mask(type))) != 0) not = true;
        if (p->op == add && (kid = other_than(r, p, (0 - ones) & loop_mask(type))) != 0)
            less = true;
        if (p->op == sub && is_the_const(r, p->kid[1], ones)) {
            kid = p->kid[0];
            less = true;
        }
        if (!kid || (word && word != kid)) return 0;
        word = kid;
    }
    return mask && not && less ? word : 0;
}

/* ((0x01..0100 - w) | w) & 0x80..80: all of 0x80..80 when no byte of w is zero. */
static uint32_t zero_test_or(const LoopRun *r, uint32_t node) {
    const Node *n = node_of(r, node);
    unsigned type = n->type;
    if (n->op != (type == VT_I32 ? OP_i32_and : OP_i64_and)) return 0;
    uint32_t kid = other_than(r, n, each_byte(type, 0x80));
    const Node *or = kid ? node_of(r, kid) : n;
    if (or->op != (type == VT_I32 ? OP_i32_or : OP_i64_or)) return 0;
    for (unsigned i = 0; i < 2; i++) {
        const Node *sub = node_of(r, or->kid[i]);
        if (sub->op == (type == VT_I32 ? OP_i32_sub : OP_i64_sub) && sub->kid[1] ==
            or->kid[1 - i] && is_the_const(r, sub->kid[0], each_byte(type, 1) - 1))
            return sub->kid[1];
    }
    return 0;
}

/* Goes on while no byte of the word is zero; of w ^ c: while none is that of c, a byte in each place. */
static bool take_word(LoopRun *r, Scan *scan, uint32_t word) {
    const Node *n = node_of(r, word);
    Element e;
    ScanByte byte = {0};
    if (n->op == OP_i32_xor || n->op == OP_i64_xor) {
        uint32_t load = is_invariant(r, n->kid[1]) ? n->kid[0] : n->kid[1];
        byte.node = load == n->kid[0] ? n->kid[1] : n->kid[0];
        byte.splat = true;
        if (!is_invariant(r, byte.node)) return false;
        word = load;
    }
    if (!is_element(r, word, &e) || e.before || node_of(r, word)->op != NODE_ACCESS) return false;
    if (e.bytes != (node_of(r, word)->type == VT_I32 ? 4 : 8)) return false;
    return scan->kind == SCAN_STOP && use_stream(r, scan, &e) && add_byte(scan, byte);
}

/* ---- conditions ------------------------------------------------------------------------------ */

static bool is_truth(const LoopRun *r, uint32_t node) {
    const Node *n = node_of(r, node);
    if (n->op >= OP_COUNT || n->type != VT_I32) return false;
    return op_info[n->op].kind == KIND_EQZ || (n->op >= OP_i32_eq && n->op <= OP_i32_ge_u) ||
           (n->op >= OP_i64_eq && n->op <= OP_i64_ge_u);
}

static bool zero_or_not(LoopRun *r, Scan *scan, uint32_t node, bool wanted) {
    const Node n = *node_of(r, node);
    uint32_t word = 0;
    switch ((Op)n.op) {
    case OP_i32_and:
    case OP_i64_and:
        if (wanted && is_truth(r, n.kid[0]) && is_truth(r, n.kid[1]))
            return scan_literal(r, scan, n.kid[0], true) && scan_literal(r, scan, n.kid[1], true);
        if (!wanted && (word = zero_test_and(r, &n)) != 0) return take_word(r, scan, word);
        break;
    case OP_i32_or:
    case OP_i64_or:
        if (!wanted)
            return scan_literal(r, scan, n.kid[0], false) && scan_literal(r, scan, n.kid[1], false);
        break;
    case OP_i32_sub:
    case OP_i64_sub:
    case OP_i32_xor:
    case OP_i64_xor:
        return compare(r, scan, node, n.kid[0], n.kid[1], !wanted, wanted);
    default:
        break;
    }
    Element e;
    uint32_t zero = is_element(r, node, &e) ? loop_const(r, n.type, 0) : 0;
    return zero && compare(r, scan, node, node, zero, !wanted, wanted);
}

bool scan_literal(LoopRun *r, Scan *scan, uint32_t node, bool wanted) {
    const Node n = *node_of(r, node);
    if (!loop_side(r, node)->variant) return add_guard(scan, node, wanted);
    switch ((Op)n.op) {
    case OP_i32_eqz:
    case OP_i64_eqz:
        return scan_literal(r, scan, n.kid[0], !wanted);
    case OP_i32_eq:
    case OP_i64_eq:
    case OP_i32_ne:
    case OP_i64_ne: {
        bool equal = (n.op == OP_i32_eq || n.op == OP_i64_eq) == wanted;
        uint64_t all = each_byte(node_of(r, n.kid[0])->type, 0x80);
        uint32_t side = other_than(r, &n, all), word = side ? zero_test_or(r, side) : 0;
        if (word) return equal && take_word(r, scan, word);
        return compare(r, scan, node, n.kid[0], n.kid[1], equal, wanted);
    }
    default:
        return zero_or_not(r, scan, node, wanted);
    }
}
