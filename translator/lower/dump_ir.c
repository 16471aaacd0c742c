/* dump_ir.c: a lowered function as text, for `w2c -d l`: one statement a line, trees as S-expressions. */
#include "../frontend/dump.h"
#include "ir.h"

static const char *const stmt_names[] = {"local",   "slot",   "eval",   "do",    "label",
                                         "loop",    "if",     "else",   "endif", "goto",
                                         "goto_if", "switch", "return", "trap"};

static void tree(Buffer *out, const Ir *ir, uint32_t node) {
    const Node *n = &ir->nodes[node];
    if (n->op == NODE_SLOT) {
        buffer_printf(out, " %c%llu", "?ijfdvr"[n->type], (unsigned long long)n -> imm);
        return;
    }
    const OpInfo *op = &op_info[n->op];
    unsigned kids = 0;
    if (op->sig[0] == 'P')
        kids = n->op == OP_select || n->op == OP_select_t ? 3 : n->kid[0] ? 1 : 0;
    else
        while (op->sig[kids] != '_' && kids < 3)
            kids++;
    buffer_printf(out, " (%s", op->text);
    if (n->imm || kids == 0) buffer_printf(out, " %llu", (unsigned long long)n->imm);
    for (unsigned i = 0; i < kids; i++)
        tree(out, ir, n->kid[i]);
    if (op->fx == FX_ALLOC) /* a new object: a list */
        for (uint32_t i = 0; i < n->kid[2]; i++)
            tree(out, ir, ir->args[n->kid[1] + i]);
    buffer_char(out, ')');
}

void dump_ir(Buffer *out, const Ir *ir) {
    for (uint32_t i = 0; i < ir->stmt_count && !out->failed; i++) {
        const Stmt *s = &ir->stmts[i];
        buffer_printf(out, "%8x  %s", s->offset,
                      s->kind <= STMT_TRAP ? stmt_names[s->kind] : "more");
        if (s->kind == STMT_OP) buffer_printf(out, " %s", op_info[s->op].text);
        buffer_printf(out, " %u", s->a);
        if (s->kind <= STMT_EVAL || s->kind == STMT_IF || s->kind == STMT_GOTO_IF ||
            s->kind == STMT_SWITCH) {
            if (s->kind != STMT_OP) tree(out, ir, s->node);
        }
        for (uint32_t k = 0; k < s->count; k++)
            tree(out, ir, ir->args[s->first + k]);
        buffer_char(out, '\n');
    }
}
