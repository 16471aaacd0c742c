/* loop_body.c: follows one turn of a loop symbolically: statements become acts over nodes that name
 * what the variables held when the turn began. */
#include "scan.h"
#include <string.h>

/* ---- variables ------------------------------------------------------------------------------- */

static uint32_t *var_place(LoopRun *r, bool is_slot, unsigned type, uint32_t index) {
    return is_slot ? &r->slot_vars[(size_t)index * MAX_SLOT_TYPES + type - 1]
                   : &r->local_vars[index];
}

static bool add_var(LoopRun *r, bool is_slot, unsigned type, uint32_t index) {
    uint32_t *place = var_place(r, is_slot, type, index);
    if (*place) return true;
    Loop *l = r->loop;
    if (l->var_count == LOOP_VARS) return loop_refuse(r, LOOP_large, NULL, 0);
    l->vars[l->var_count++] = (LoopVar){.is_slot = is_slot, .type = (uint8_t)type, .index = index};
    *place = l->var_count;
    return true;
}

/* Does the branch end the loop? */
static bool leaves(const LoopRun *r, uint32_t block) {
    for (uint32_t i = r->loop->first; i <= r->loop->last; i++) /* a label inside? */
        if (r->ir->stmts[i].kind == STMT_LABEL && r->ir->stmts[i].a == block) return false;
    return block != r->loop->block;
}

/* The slots that a branch to this block sets. */
static bool add_slots(LoopRun *r, const Stmt *s, uint32_t block) {
    uint32_t height = r->ir->stream->blocks[block].height;
    for (uint32_t i = 0; s->count && !leaves(r, block) && i < s->count; i++)
        if (!add_var(r, true, r->ir->nodes[r->ir->args[s->first + i]].type, height + i))
            return false;
    return true;
}

static bool add_assigned(LoopRun *r, const Stmt *s) {
    switch ((StmtKind)s->kind) {
    case STMT_SET_LOCAL:
    case STMT_SET_SLOT:
        return add_var(r, s->kind == STMT_SET_SLOT, s->type, s->a);
    case STMT_GOTO:
    case STMT_GOTO_IF:
        return add_slots(r, s, s->a);
    case STMT_INNER:
        return scan_nest_vars(r);
    case STMT_SWITCH:
        for (uint32_t i = 0; i <= s->a; i++)
            if (!add_slots(r, s, r->ir->stream->pool[s->b + i])) return false;
        return true;
    default:
        return true;
    }
}

static void forget_vars(LoopRun *r) {
    Loop *l = r->loop;
    for (uint32_t i = 0; i < l->var_count; i++)
        *var_place(r, l->vars[i].is_slot, l->vars[i].type, l->vars[i].index) = 0;
}

static uint32_t entry_node(LoopRun *r, bool is_slot, unsigned type, uint32_t index, bool variant) {
    return loop_node(
        r, (Node){.op = is_slot ? NODE_SLOT : OP_local_get, .type = (uint8_t)type, .imm = index},
        variant);
}

static uint32_t eval(LoopRun *r, uint32_t node);

/* What a local holds that the function sets once, where that is another one's value, scaled and moved. */
static uint32_t known_value(LoopRun *r, uint32_t local) {
    enum { DEEPEST = 8 };
    Affine a;
    uint32_t tree = r->known_depth < DEEPEST ? loop_known(r, local) : 0;
    if (!tree) return 0;
    r->known_depth++;
    uint32_t node = eval(r, tree);
    r->known_depth--;
    return node && loop_affine(r, node, &a) && a.count <= 1 ? node : 0;
}

static uint32_t read_var(LoopRun *r, bool is_slot, unsigned type, uint32_t index) {
    uint32_t at = *var_place(r, is_slot, type, index);
    if (!at) {
        uint32_t known = is_slot ? 0 : known_value(r, index);
        return known ? known : entry_node(r, is_slot, type, index, false);
    }
    LoopVar *v = &r->loop->vars[at - 1];
    return v->value ? v->value : loop_entry(r, v);
}

uint32_t loop_entry(LoopRun *r, LoopVar *v) {
    unsigned type = v->type;
    if (!v->entry) {
        bool integer = type == VT_I32 || type == VT_I64;
        v->entry =
            entry_node(r, v->is_slot, type, v->index, !(r->probe ? integer : v->is_induction));
        v->is_carried = !v->is_induction;
        if (v->is_induction && v->entry && (v->step || v->by)) {
            Affine a = {.step = v->step, .by = v->by, .by_coef = v->by_coef};
            a.count = 1;
            a.term[0].node = v->entry;
            a.term[0].coef = 1;
            v->entry = loop_affine_node(r, type, &a);
        }
    }
    return v->entry;
}

/* ---- acts ------------------------------------------------------------------------------------ */

bool loop_act(LoopRun *r, LoopAct act) {
    Loop *l = r->loop;
    if (r->probe) return true;
    if (l->act_count == LOOP_ACTS) return loop_refuse(r, LOOP_large, NULL, 0);
    l->acts[l->act_count++] = act;
    if (act.kind == ACT_VALUE || act.kind == ACT_MERGED) loop_side(r, act.node)->act = l->act_count;
    return true;
}

/* A node that differs from turn to turn is computed by an act of its own, in its place. */
static uint32_t as_act(LoopRun *r, uint32_t node) {
    if (!node || !loop_side(r, node)->variant || loop_side(r, node)->affine) return node;
    return loop_act(r, (LoopAct){.kind = ACT_VALUE, .node = node}) ? node : 0;
}

/* ---- expressions ----------------------------------------------------------------------------- */

static bool add_access(LoopRun *r, const Node *n, uint32_t address, uint32_t *index) {
    Loop *l = r->loop;
    LoopAccess a = {.op = n->op, .lane = n->lane, .memory = n->aux, .offset = n->imm};
    if (r->m->memories[n->aux].limits.shared) return loop_refuse(r, LOOP_shared, NULL, 0);
    if (!loop_affine(r, address, &a.address))
        return loop_refuse(r, LOOP_address, op_info[n->op].text, 0);
    if (l->access_count == LOOP_ACCESSES) return loop_refuse(r, LOOP_large, NULL, 0);
    *index = l->access_count;
    l->accesses[l->access_count++] = a;
    return true;
}

static uint32_t eval_load(LoopRun *r, Node n) {
    bool lane = op_info[n.op].sig[1] != '_';
    n.kid[0] = eval(r, n.kid[0]);
    if (lane && n.kid[0]) n.kid[1] = eval(r, n.kid[1]);
    if (!n.kid[0] || (lane && !n.kid[1])) return 0;
    if (!r->probe) {
        uint32_t index = 0;
        if (!add_access(r, &n, n.kid[0], &index)) return 0;
        n.imm = index;
        n.op = NODE_ACCESS;
    }
    return as_act(r, loop_node(r, n, true));
}

/* Does it divide, and not by a constant that is neither 0 nor -1? */
static bool may_trap(const LoopRun *r, const Node *n) {
    if (op_info[n->op].fx != FX_TRAP) return false;
    if (op_info[n->op].sig[1] == '_') return true; /* truncation */
    const Node *by = &r->ir->nodes[n->kid[1]];
    if (by->op != OP_i32_const && by->op != OP_i64_const) return true;
    return by->imm == 0 || by->imm == loop_mask(by->type);
}

/* Division by what is the same in every turn: that it does not trap is checked before the first. */
static bool assume_divides(LoopRun *r, const Node *n) {
    Loop *l = r->loop;
    if (loop_side(r, n->kid[1])->variant) return false;
    if (r->probe) return true;
    for (uint32_t i = 0; i < l->divisor_count; i++)
        if (loop_same_tree(r, l->divisors[i].node, n->kid[1])) {
            l->divisors[i].is_signed |= n->op == OP_i32_div_s || n->op == OP_i64_div_s;
            return true;
        }
    if (l->divisor_count == LOOP_DIVISORS) return false;
    LoopDivisor *d = &l->divisors[l->divisor_count++];
    *d = (LoopDivisor){n->kid[1], n->op == OP_i32_div_s || n->op == OP_i64_div_s};
    return true;
}

static uint32_t refuse_op(LoopRun *r, const Node *n) {
    loop_refuse(r, LOOP_effect, op_info[n->op].text, 0);
    return 0;
}

static uint32_t eval_op(LoopRun *r, Node n, unsigned kids) {
    for (unsigned i = 0; i < kids; i++)
        if (!(n.kid[i] = eval(r, n.kid[i]))) return 0;
    if (n.op < OP_COUNT && kids == 2 && may_trap(r, &n) && !assume_divides(r, &n))
        return refuse_op(r, &n);
    if (n.op < OP_COUNT && kids == 1 && op_info[n.op].fx == FX_TRAP) return refuse_op(r, &n);
    return as_act(r, loop_op(r, n, kids));
}

static uint32_t eval(LoopRun *r, uint32_t node) {
    Node n = r->ir->nodes[node];
    if (n.op == NODE_SLOT || n.op == OP_local_get)
        return read_var(r, n.op == NODE_SLOT, n.type, (uint32_t)n.imm);
    const OpInfo *op = &op_info[n.op];
    unsigned kids = 0;
    switch ((OpKind)op->kind) {
    case KIND_CONST:
        return loop_node(r, n, false);
    case KIND_INFIX:
    case KIND_SINFIX:
    case KIND_EQZ:
    case KIND_FN:
    case KIND_LANE:
        while (kids < 3 && op->sig[kids] != '_')
            kids++;
        return eval_op(r, n, kids);
    case KIND_LOAD:
        return eval_load(r, n);
    default:
        if (n.op == OP_select && n.type != VT_REF) return eval_op(r, n, 3);
        if ((n.op == OP_global_get && n.type != VT_REF) || n.op == OP_memory_size)
            return loop_node(r, n, false);
        return refuse_op(r, &n);
    }
}

/* ---- statements ------------------------------------------------------------------------------ */

static bool assign(LoopRun *r, bool is_slot, unsigned type, uint32_t index, uint32_t node) {
    if (!node) return false;
    r->loop->vars[*var_place(r, is_slot, type, index) - 1].value = node;
    return true;
}

uint32_t loop_eval(LoopRun *r, uint32_t tree) {
    return eval(r, tree);
}

bool loop_assign(LoopRun *r, const LoopVar *v, uint32_t node) {
    return assign(r, v->is_slot, v->type, v->index, node);
}

bool loop_add_var(LoopRun *r, const LoopVar *v) {
    return add_var(r, v->is_slot, v->type, v->index);
}

static bool run_store(LoopRun *r, const Stmt *s) {
    const uint32_t *args = r->ir->args + s->first;
    Node n = {.op = s->op, .aux = s->aux, .imm = s->imm, .lane = s->lane};
    uint32_t address = eval(r, args[0]), index = 0;
    n.kid[0] = address;
    n.kid[1] = address ? eval(r, args[1]) : 0;
    if (!n.kid[1]) return false;
    if (r->probe) return true;
    if (!add_access(r, &n, address, &index)) return false;
    n.imm = index;
    uint32_t node = loop_node(r, n, true);
    return node && loop_act(r, (LoopAct){.kind = ACT_STORE, .node = node});
}

/* Every assigned variable's value now, for an exit. */
static bool snapshot(LoopRun *r, LoopAct *act) {
    Loop *l = r->loop;
    act->first = l->pair_count;
    for (uint32_t i = 0; i < l->var_count; i++) {
        if (!l->vars[i].value) {
            if (!l->vars[i].is_induction) {
                l->vars[i].is_carried = true;
                continue;
            }
            l->vars[i].value = read_var(r, l->vars[i].is_slot, l->vars[i].type, l->vars[i].index);
            if (!l->vars[i].value) return false;
        }
        if (l->pair_count == LOOP_PAIRS) return loop_refuse(r, LOOP_large, NULL, 0);
        l->pairs[l->pair_count++] = (LoopPair){i, l->vars[i].value};
    }
    act->count = l->pair_count - act->first;
    return true;
}

/* Leaves the loop by statement `at` when the condition (negated: its opposite; 0: always) holds. */
static bool leave_if(LoopRun *r, uint32_t condition, bool negated, uint32_t at) {
    LoopAct act = {.kind = ACT_EXIT, .negated = negated, .a = at, .node = condition};
    if (!condition) r->dead = true;
    return r->probe || (snapshot(r, &act) && loop_act(r, act));
}

/* The loop goes on when this condition (negated: its opposite) holds; else statement `at` leaves it. */
static bool leave_unless(LoopRun *r, uint32_t condition, bool negated, uint32_t at) {
    if (!condition) return false;
    bool always = loop_joins_pending(r) == 0;
    if (!r->probe && always && loop_test(r, condition, negated, false)) return true;
    if (r->loop->reason) return false;
    return leave_if(r, condition, !negated, at);
}

/* A branch inside the loop, to the end of a block or of the turn. */
static bool jump(LoopRun *r, const Stmt *s, uint32_t block, uint32_t condition) {
    Loop *l = r->loop;
    uint32_t values[LOOP_VARS], before[LOOP_VARS], height = r->ir->stream->blocks[block].height;
    if (s->count > LOOP_VARS) return loop_refuse(r, LOOP_large, NULL, 0);
    for (uint32_t i = 0; i < s->count; i++)
        if (!(values[i] = eval(r, r->ir->args[s->first + i]))) return false;
    for (uint32_t i = 0; i < l->var_count; i++)
        before[i] = l->vars[i].value;
    for (uint32_t i = 0; i < s->count; i++)
        if (!assign(r, true, r->ir->nodes[r->ir->args[s->first + i]].type, height + i, values[i]))
            return false;
    bool ok = loop_jump(r, block == l->block ? JOIN_TURN : JOIN_LABEL, block, condition, false);
    for (uint32_t i = 0; condition && i < l->var_count; i++)
        l->vars[i].value = before[i];
    return ok;
}

static bool run_switch(LoopRun *r, const Stmt *s) {
    enum { MOST_CASES = 8 };
    const uint32_t *targets = r->ir->stream->pool + s->b;
    uint32_t index = eval(r, s->node);
    if (!index) return false;
    for (uint32_t i = 0; i <= s->a; i++)
        if (s->a > MOST_CASES || leaves(r, targets[i]))
            return loop_refuse(r, LOOP_control, NULL, s->offset);
    for (uint32_t i = 0; i < s->a; i++) {
        if (targets[i] == targets[s->a]) continue;
        Node is = {.op = OP_i32_eq, .type = VT_I32, .kid = {index, loop_const(r, VT_I32, i)}};
        uint32_t condition = as_act(r, loop_op(r, is, 2));
        if (!condition || !jump(r, s, targets[i], condition)) return false;
    }
    return jump(r, s, targets[s->a], 0);
}

/* The branch to the loop's head that stands last: the turn ends, or the loop does. */
static bool last_jump(LoopRun *r, const Stmt *s, uint32_t condition, uint32_t at) {
    bool always = loop_joins_pending(r) == 0;
    if (always && !r->probe && loop_test(r, condition, false, true)) return jump(r, s, s->a, 0);
    if (r->loop->reason) return false;
    return leave_if(r, condition, true, at) && jump(r, s, s->a, 0);
}

static bool go_if(LoopRun *r, const Stmt *s, uint32_t at) {
    uint32_t condition = eval(r, s->node);
    if (!condition) return false;
    if (leaves(r, s->a)) return leave_unless(r, condition, true, at);
    if (s->a == r->loop->block && at == r->loop->last) return last_jump(r, s, condition, at);
    return jump(r, s, s->a, condition);
}

/* `if (c) { ...; goto loop }` at the loop's end: the loop is left when c does not hold. */
static bool is_exit_if(const LoopRun *r, uint32_t at) {
    const Stmt *stmts = r->ir->stmts;
    uint32_t last = r->loop->last;
    if (r->ir->stream->blocks[stmts[at].a].has_else) return false;
    return stmts[last].kind == STMT_END_IF && stmts[last].a == stmts[at].a &&
           stmts[last - 1].kind == STMT_GOTO && stmts[last - 1].a == r->loop->block;
}

static bool run_if(LoopRun *r, const Stmt *s, uint32_t at) {
    uint32_t condition = eval(r, s->node);
    if (!condition) return false;
    if (is_exit_if(r, at)) return leave_unless(r, condition, false, r->loop->last);
    bool has_else = r->ir->stream->blocks[s->a].has_else;
    return loop_jump(r, has_else ? JOIN_ELSE : JOIN_END_IF, s->a, condition, true);
}

static bool run_else(LoopRun *r, const Stmt *s) {
    if (!r->dead && !loop_jump(r, JOIN_END_IF, s->a, 0, false)) return false;
    return loop_join(r, JOIN_ELSE, s->a);
}

static bool run_stmt(LoopRun *r, uint32_t at) {
    const Stmt *s = &r->ir->stmts[at];
    switch ((StmtKind)s->kind) {
    case STMT_SET_LOCAL:
    case STMT_SET_SLOT:
        if (s->type == VT_REF) return loop_refuse(r, LOOP_effect, "references", s->offset);
        return assign(r, s->kind == STMT_SET_SLOT, s->type, s->a, eval(r, s->node));
    case STMT_EVAL:
        return eval(r, s->node) != 0;
    case STMT_OP:
        if (op_info[s->op].kind == KIND_STORE) return run_store(r, s);
        return loop_refuse(r, LOOP_effect, op_info[s->op].text, s->offset);
    case STMT_LOOP:
        return true;
    case STMT_IF:
        return run_if(r, s, at);
    case STMT_ELSE:
        return run_else(r, s);
    case STMT_END_IF:
        return loop_join(r, JOIN_END_IF, s->a);
    case STMT_LABEL:
        return loop_join(r, JOIN_LABEL, s->a);
    case STMT_GOTO:
        if (!leaves(r, s->a)) return jump(r, s, s->a, 0);
        return leave_if(r, 0, false, at);
    case STMT_RETURN:
    case STMT_TRAP:
        return leave_if(r, 0, false, at);
    case STMT_GOTO_IF:
        return go_if(r, s, at);
    case STMT_SWITCH:
        return run_switch(r, s);
    case STMT_INNER:
        return scan_nest_run(r);
    default:
        return loop_refuse(r, LOOP_control, NULL, s->offset);
    }
}

static bool is_meeting(const Stmt *s) {
    return s->kind == STMT_LABEL || s->kind == STMT_ELSE || s->kind == STMT_END_IF;
}

/* What is a straight line but for exits and the last branch. */
static bool is_straight(const LoopRun *r, uint32_t at) {
    const Stmt *s = &r->ir->stmts[at];
    switch ((StmtKind)s->kind) {
    case STMT_IF:
        return is_exit_if(r, at);
    case STMT_ELSE:
    case STMT_LABEL:
    case STMT_RETURN:
    case STMT_TRAP:
    case STMT_SWITCH:
        return false;
    case STMT_GOTO:
        return s->a == r->loop->block && at + 1 >= r->loop->last;
    case STMT_GOTO_IF:
        return leaves(r, s->a) || at == r->loop->last;
    default:
        return true;
    }
}

static bool run(LoopRun *r, bool probe) {
    Loop *l = r->loop;
    r->probe = probe;
    r->dead = false;
    r->edge_count = 0;
    if (!r->keep_probe) {
        r->ir->node_count = r->base;
        r->affine_count = 0;
    }
    l->act_count = l->access_count = l->pair_count = l->test_count = l->divisor_count = 0;
    for (uint32_t i = 0; i < l->var_count; i++) {
        l->vars[i].entry = l->vars[i].value = l->vars[i].final_ = 0;
        l->vars[i].is_carried = false;
    }
    for (uint32_t i = l->first; i <= l->last; i++) {
        if (!r->branches && !is_straight(r, i))
            return loop_refuse(r, LOOP_control, NULL, r->ir->stmts[i].offset);
        if (r->dead && !is_meeting(&r->ir->stmts[i])) continue;
        if (!run_stmt(r, i)) return false;
    }
    if (!r->dead && !leave_if(r, 0, false, l->last)) return false;
    if (!loop_join(r, JOIN_TURN, l->block)) return false;
    if (r->dead) return loop_refuse(r, LOOP_control, NULL, 0);
    for (uint32_t i = 0; i < l->var_count; i++)
        l->vars[i].final_ = l->vars[i].value;
    return true;
}

/* Variables that end a turn as they began it plus what is the same in every turn. */
static bool find_step(LoopRun *r, LoopVar *v) {
    Affine a, entry = {.count = 1, .term = {{v->entry, 1}}};
    if (!loop_affine(r, v->final_, &a)) return false;
    uint32_t before = a.count;
    if (!loop_affine_add(r, v->type, &a, &entry, UINT64_MAX) || a.count + 1 != before) return false;
    v->step = a.c;
    v->by = 0;
    if (a.count == 0) return true;
    a.c = 0;
    v->by = a.count == 1 ? a.term[0].node : loop_affine_node(r, v->type, &a);
    v->by_coef = a.count == 1 ? a.term[0].coef : 1;
    for (uint32_t i = 0; i < a.count; i++)
        if (!loop_is_fixed(r, a.term[i].node)) return false;
    return v->by != 0;
}

static void find_induction(LoopRun *r) {
    Loop *l = r->loop;
    for (uint32_t i = 0; i < l->var_count; i++) {
        LoopVar *v = &l->vars[i];
        v->is_induction = v->final_ && v->entry && find_step(r, v);
        r->keep_probe |= v->is_induction && v->by;
    }
}

bool loop_is_passing(const LoopRun *r, const LoopVar *v) {
    if (!v->final_ || v->entry) return false;
    const Side *s = &r->sides[v->final_ - r->base];
    return s->variant && !s->affine;
}

bool loop_body(LoopRun *r) {
    Loop *l = r->loop;
    bool ok = true;
    r->keep_probe = false;
    for (uint32_t i = l->first; ok && i <= l->last; i++)
        ok = add_assigned(r, &r->ir->stmts[i]);
    ok = ok && run(r, true);
    if (ok) find_induction(r);
    ok = ok && run(r, false);
    forget_vars(r);
    return ok;
}
