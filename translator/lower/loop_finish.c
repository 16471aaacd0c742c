/* loop_finish.c: which values of a fast copy get a temporary, and which are written where they are used.
 * A value used once is written there, a load only if no store lies between. Values nobody uses vanish:
 * nothing here can trap. */
#include "loop_impl.h"

enum { LARGEST_TREE = 32 };

static void use(LoopRun *r, uint32_t node, uint32_t user) {
    if (!node) return;
    Side *s = loop_side(r, node);
    s->uses++;
    s->user = user;
}

/* The address of an access is written from its group's pointer. */
static void for_kids(LoopRun *r, uint32_t node, uint32_t user,
                     void (*visit)(LoopRun *, uint32_t *, uint32_t)) {
    Node *n = &r->ir->nodes[node];
    bool access = n->op == NODE_ACCESS || (n->op < OP_COUNT && op_info[n->op].kind == KIND_STORE);
    unsigned kids = loop_kids(n);
    for (unsigned i = access ? 1 : 0; i < kids; i++)
        if (n->kid[i]) visit(r, &n->kid[i], user);
}

static void use_kid(LoopRun *r, uint32_t *kid, uint32_t user) {
    use(r, *kid, user);
}

static void name_kid(LoopRun *r, uint32_t *kid, uint32_t user) {
    (void)user;
    const Side *s = loop_side(r, *kid);
    if (s->temp) *kid = s->temp;
}

/* Uses of values, last act first, so that what nobody needs needs nothing itself. */
static void count_uses(LoopRun *r) {
    Loop *l = r->loop;
    uint32_t end = l->act_count + 1; /* the user behind the last act */
    for (uint32_t i = 0; i < l->var_count; i++)
        if (l->vars[i].final_) use(r, l->vars[i].final_, end);
    for (uint32_t i = l->act_count; i-- > 0;) {
        const LoopAct *a = &l->acts[i];
        switch ((LoopActKind)a->kind) {
        case ACT_VALUE:
            if (loop_side(r, a->node)->uses) for_kids(r, a->node, i + 1, use_kid);
            break;
        case ACT_EVAL:
        case ACT_STORE:
            for_kids(r, a->node, i + 1, use_kid);
            break;
        case ACT_JUMP:
        case ACT_EXIT:
            use(r, a->node, i + 1);
            for (uint32_t k = a->first; k < a->first + a->count;
                 k++) { /* 0: not to be moved there */
                const LoopPair *pair = &l->pairs[k];
                if (a->kind == ACT_EXIT)
                    use(r, pair->node, 0);
                else if (loop_side(r, pair->var)->uses)
                    use(r, pair->node, a->node ? 0 : i + 1);
            }
            break;
        case ACT_JOIN:
        case ACT_MERGED:
            break;
        }
    }
}

/* Decides, last act first: places[i] is the act at which act i's value is written, sizes[i] how large the
 * tree has become. */
static bool decide(LoopRun *r, uint32_t *places, uint32_t *sizes, uint32_t *barriers) {
    Loop *l = r->loop;
    uint32_t temps = 0;
    for (uint32_t i = 0, count = 0; i < l->act_count; i++) {
        barriers[i] = count;
        count += l->acts[i].kind == ACT_STORE || l->acts[i].kind == ACT_JUMP ||
                 l->acts[i].kind == ACT_JOIN;
        barriers[i + 1] = count;
    }
    for (uint32_t i = l->act_count; i-- > 0;) {
        LoopAct *a = &l->acts[i];
        places[i] = i;
        if (a->kind != ACT_VALUE) continue;
        Side *s = loop_side(r, a->node);
        if (s->uses == 0) continue;
        uint32_t user = s->user, place = user && user <= l->act_count ? places[user - 1] : i;
        bool still = r->ir->nodes[a->node].op != NODE_ACCESS || barriers[i] == barriers[place];
        if (s->uses == 1 && place != i && still && sizes[place] < LARGEST_TREE) {
            places[i] = place;
            sizes[place]++;
            continue;
        }
        a->a = ++temps;
        Node temp = {.op = NODE_TEMP, .type = r->ir->nodes[a->node].type, .imm = temps};
        if (!(s->temp = loop_node(r, temp, true))) return false;
        loop_side(r, a->node)->temp = r->ir->node_count - 1;
    }
    return true;
}

/* What nobody reads need not be set where ways meet. */
static void prune_pairs(LoopRun *r, LoopAct *jump) {
    LoopPair *pairs = r->loop->pairs + jump->first;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < jump->count; i++)
        if (loop_side(r, pairs[i].var)->uses) pairs[kept++] = pairs[i];
    jump->count = kept;
}

void loop_prune(LoopRun *r) {
    Loop *l = r->loop;
    uint32_t kept = 0;
    count_uses(r);
    for (uint32_t i = 0; i < l->act_count; i++) {
        LoopAct a = l->acts[i];
        bool value = a.kind == ACT_VALUE || a.kind == ACT_MERGED;
        if (value && loop_side(r, a.node)->uses == 0) continue;
        if (a.kind == ACT_JUMP) prune_pairs(r, &a);
        l->acts[kept++] = a;
        if (value) loop_side(r, a.node)->act = kept;
    }
    l->act_count = kept;
    for (uint32_t i = r->base; i < r->ir->node_count; i++)
        loop_side(r, i)->uses = 0;
}

static void drop_unused(LoopRun *r) {
    Loop *l = r->loop;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < l->act_count; i++)
        if (l->acts[i].kind != ACT_VALUE || l->acts[i].a) l->acts[kept++] = l->acts[i];
    l->act_count = kept;
}

/* What is assigned when a turn ends and is neither affine nor a temporary gets one, so that the
 * assignments can stand in any order. */
static bool copy_finals(LoopRun *r) {
    Loop *l = r->loop;
    for (uint32_t i = 0; i < l->var_count; i++) {
        uint32_t node = l->vars[i].final_;
        if (!node || node == l->vars[i].entry) {
            l->vars[i].final_ = 0;
            continue;
        }
        Side *s = loop_side(r, node);
        if (!s->variant || s->affine || s->act) continue;
        uint32_t copy = loop_node(r, r->ir->nodes[node], true); /* what another variable held */
        if (!copy || !loop_act(r, (LoopAct){.kind = ACT_VALUE, .node = copy})) return false;
        l->vars[i].final_ = copy;
    }
    return true;
}

bool loop_finish(LoopRun *r) {
    Loop *l = r->loop;
    if (!copy_finals(r)) return false;
    uint32_t *places = ARENA_ARRAY(r->arena, l->act_count + 1, uint32_t),
             *sizes = ARENA_ARRAY(r->arena, l->act_count + 1, uint32_t),
             *barriers = ARENA_ARRAY(r->arena, l->act_count + 2, uint32_t);
    if (!places || !sizes || !barriers) {
        r->nomem = true;
        return false;
    }
    count_uses(r);
    if (!decide(r, places, sizes, barriers)) return false;
    for (uint32_t i = r->base; i < r->ir->node_count; i++)
        for_kids(r, i, 0, name_kid);
    for (uint32_t i = 0; i < l->act_count; i++)
        if ((l->acts[i].kind == ACT_EXIT || l->acts[i].kind == ACT_JUMP) && l->acts[i].node)
            name_kid(r, &l->acts[i].node, 0);
    for (uint32_t i = 0; i < l->pair_count; i++)
        name_kid(r, &l->pairs[i].node, 0);
    for (uint32_t i = 0; i < l->var_count; i++)
        if (l->vars[i].final_) name_kid(r, &l->vars[i].final_, 0);
    drop_unused(r);
    return true;
}
