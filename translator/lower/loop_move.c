/* loop_move.c: fast copies that do nothing but copy: each turn loads an element and stores it, both at
 * addresses that move on by its size. */
#include "loop_impl.h"
#include <string.h>

static const Node *store_of(const Ir *ir, const Loop *l, uint32_t *value) {
    const LoopAct *last = l->act_count ? &l->acts[l->act_count - 1] : NULL;
    if (!last || last->kind != ACT_STORE || l->act_count > 2) return NULL;
    const Node *store = &ir->nodes[last->node], *kid = &ir->nodes[store->kid[1]];
    *value = store->kid[1];
    if (l->act_count == 1) return store;
    const LoopAct *load = &l->acts[0];
    if (load->kind != ACT_VALUE || kid->op != NODE_TEMP || kid->imm != load->a) return NULL;
    *value = load->node;
    return store;
}

/* A load or store of bits as they are. */
static bool is_plain(uint16_t op) {
    return op_info[op].c[0] != 'l' &&
           (op_info[op].kind == KIND_LOAD || op_info[op].kind == KIND_STORE);
}

bool loop_is_move(const Ir *ir, const Loop *l, LoopMove *out) {
    uint32_t value = 0;
    const Node *store = store_of(ir, l, &value);
    if (!store || ir->nodes[value].op != NODE_ACCESS) return false;
    const LoopAccess *to = &l->accesses[store->imm], *from = &l->accesses[ir->nodes[value].imm];
    const LoopGroup *a = &l->groups[to->group], *b = &l->groups[from->group];
    int64_t span = (int64_t)a->span;
    if (!is_plain(to->op) || !is_plain(from->op) || to->bytes != from->bytes) return false;
    if (a->span != b->span) return false;
    if (span != to->bytes && span != -(int64_t)to->bytes) return false;
    for (uint32_t i = 0; i < l->var_count; i++) { /* what was copied last is asked for */
        uint32_t node = l->vars[i].final_;
        if (node && ir->nodes[node].op >= OP_COUNT && ir->nodes[node].op != NODE_AFFINE)
            return false;
    }
    *out = (LoopMove){to, from, span < 0};
    return true;
}
