/* rt_snapshot_fork.c: instances that hold what another one holds: references by number, as through bytes; memories
 * that share their pages until somebody writes (rt_origin.c). */
#include "rt_snapshot.h"

/* ---- forking --------------------------------------------------------------------------------- */
typedef struct Fork {
    snap_work from, to;
    const w2c_memory *source; /* under work */
    w2c_memory *target;
} Fork;

static bool copy_run(void *user, u64 first, u64 len) {
    Fork *f = (Fork *)user;
    memcpy(f->target->data + first, f->source->data + first, (size_t)len);
    return true;
}

static bool copy_ref(Fork *f, snap_type type, w2c_ref from, w2c_ref *to, const char *what, u32 i) {
    snap_ref r;
    if (w2c_snap_take(&f->from, type, from, &r, what, i)) {
        if (w2c_snap_give(&f->to, type, r, to)) return true;
    } else {
        w2c_snap_fail(&f->to, f->from.status, "%s", f->from.why.at);
    }
    return false;
}

typedef struct FieldCopy { /* of one node: fields of both come in the same order */
    Fork *fork;
    const char *from, *to;
} FieldCopy;

static bool copy_field(void *user, snap_type type, void *at, u32 node) {
    FieldCopy *c = (FieldCopy *)user;
    const char *from = c->from + ((const char *)at - c->to);
    bool is_exception = c->fork->to.graph.nodes[node].is_exception;
    if (w2c_snap_is_ref(type))
        return copy_ref(c->fork, type, *(w2c_ref const *)(const void *)from, (w2c_ref *)at,
                        is_exception ? "exception" : "object", node);
    memcpy(at, from, w2c_snap_size(type.text));
    return true;
}

static const char *content(const snap_node *node) {
    return node->is_exception ? (const char *)((const w2c_exception *)node->ref)->values
                              : (const char *)node->ref;
}

static bool copy_nodes(Fork *f) {
    if (!w2c_snap_find_nodes(&f->from))
        return w2c_snap_fail(&f->to, f->from.status, "%s", f->from.why.at);
    const snap_graph *g = &f->from.graph;
    for (u32 i = 0; i < g->count; i++)
        if (!w2c_snap_make_node(&f->to, g->nodes[i].is_exception, g->nodes[i].desc,
                                w2c_snap_array_len(&g->nodes[i])))
            return false;
    for (u32 i = 0; i < g->count; i++) {
        FieldCopy c = {f, content(&g->nodes[i]), content(&f->to.graph.nodes[i])};
        if (!w2c_snap_each_field(&f->to, i, copy_field, &c)) return false;
    }
    return true;
}

static bool copy_memories_and_tables(Fork *f) {
    const w2c_module *module = f->from.instance->module;
    for (u32 i = 0; i < module->memory_count; i++) {
        u32 at = module->memories[i].storage;
        f->source = (const w2c_memory *)w2c_at(f->from.instance, at);
        f->target = (w2c_memory *)w2c_at(f->to.instance, at);
        if (!w2c_snap_grow_memory(&f->to, i, f->target, w2c_memory_pages(f->source))) return false;
        if (f->from.instance->slot ||
            !w2c_memory_share((w2c_memory *)w2c_at(f->from.instance, at), f->target))
            w2c_snap_runs(f->source, copy_run, f);
    }
    for (u32 i = 0; i < module->table_count; i++) {
        const w2c_table_desc *d = &module->tables[i];
        const w2c_table *from = (const w2c_table *)w2c_at(f->from.instance, d->storage);
        w2c_table *to = (w2c_table *)w2c_at(f->to.instance, d->storage);
        if (d->elements) continue; /* neither has any */
        if (!w2c_snap_grow_table(&f->to, i, to, from->size)) return false;
        for (u64 k = 0; k < from->size; k++)
            if (!copy_ref(f, (snap_type){d->text, d->heap}, from->data[k], &to->data[k], "table",
                          i))
                return false;
    }
    return true;
}

static bool copy_globals(Fork *f) {
    const w2c_state_desc *state = f->from.instance->module->state;
    for (u32 i = 0; i < state->global_count; i++) {
        const w2c_global_desc *d = &state->globals[i];
        snap_type type = {d->text, d->heap};
        const void *from = w2c_at(f->from.instance, d->offset);
        void *to = w2c_at(f->to.instance, d->offset);
        if (!w2c_snap_is_ref(type))
            memcpy(to, from, w2c_snap_size(d->text));
        else if (!copy_ref(f, type, *(w2c_ref const *)from, (w2c_ref *)to, "global", i))
            return false;
    }
    return true;
}

static bool copy_segments(Fork *f) {
    const w2c_state_desc *state = f->from.instance->module->state;
    const w2c_elem *from = (const w2c_elem *)w2c_at(f->from.instance, state->elem_states);
    w2c_elem *to = (w2c_elem *)w2c_at(f->to.instance, state->elem_states);
    for (u32 i = 0; i < state->elem_count; i++) {
        const w2c_elem_desc *d = &state->elems[i];
        if (!d->count || !from[i].count) continue;
        w2c_ref *refs = d->funcs ? NULL : (w2c_ref *)w2c_at(f->to.instance, d->refs);
        for (u32 k = 0; refs && k < d->count; k++)
            if (!copy_ref(f, (snap_type){d->text, d->heap}, from[i].refs[k], &refs[k],
                          "element segment", i))
                return false;
        to[i].funcs = d->funcs;
        to[i].refs = refs;
        to[i].count = d->count;
    }
    if (state->data_count)
        memcpy(w2c_at(f->to.instance, state->data_states),
               w2c_at(f->from.instance, state->data_states), state->data_count * sizeof(w2c_data));
    return true;
}

static w2c_status fill_from_instance(w2c_instance *instance, void *user, char *text, size_t cap) {
    Fork *f = (Fork *)user;
    f->to.instance = instance;
    f->to.why = w2c_text_start(text, cap);
    if (copy_nodes(f) && copy_memories_and_tables(f) && copy_globals(f)) copy_segments(f);
    w2c_snap_free_nodes(&f->from);
    w2c_snap_free_nodes(&f->to);
    return w2c_snap_finish(&f->to);
}

w2c_status w2c_snapshot_fork(w2c_instance *instance, w2c_instance **out, const w2c_imports *imports,
                             const w2c_config *config) {
    static const w2c_snapshot_hooks none;
    char text[480];
    Fork f;
    memset(&f, 0, sizeof f);
    *out = NULL;
    f.from.instance = instance;
    f.from.hooks = f.to.hooks = &none;
    f.from.forking = f.to.forking = true;
    f.from.why = w2c_text_start(text, sizeof text);
    if (!w2c_snap_ready(&f.from)) return w2c_snap_refuse(config, f.from.status, text);
    return w2c_instance_new_filled(instance->module, out, imports, config, fill_from_instance, &f);
}
