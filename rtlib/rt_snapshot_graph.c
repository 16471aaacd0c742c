/* rt_snapshot_graph.c: the garbage-collected objects, and exceptions, of a snapshot: which there are, as numbers, and what
 * is in them, field by field as the module describes them. Objects that only one another refer to are not
 * found, so a snapshot has what a collection would leave. Nothing is collected meanwhile. */
#include "rt_snapshot.h"
#include <stdlib.h>

/* ---- numbers --------------------------------------------------------------------------------- */
static size_t place_of(const snap_graph *g, w2c_ref ref) {
    u64 h = (u64)(uintptr_t)ref * 0x9e3779b97f4a7c15u;
    size_t at = (size_t)(h >> 32) & (g->slot_count - 1);
    while (g->slots[at] && g->nodes[g->slots[at] - 1].ref != ref)
        at = (at + 1) & (g->slot_count - 1);
    return at;
}

static bool more_slots(snap_graph *g) {
    if (g->count * 2 < g->slot_count) return true;
    size_t count = g->slot_count ? g->slot_count * 2 : 64;
    u32 *slots = (u32 *)calloc(count, sizeof *slots);
    if (!slots) return false;
    free(g->slots);
    g->slots = slots;
    g->slot_count = count;
    for (u32 i = 0; i < g->count; i++)
        slots[place_of(g, g->nodes[i].ref)] = i + 1;
    return true;
}

static bool add(snap_work *w, snap_node node) {
    snap_graph *g = &w->graph;
    if (g->count == g->cap) {
        u32 cap = g->cap ? g->cap * 2 : 64; /* wraps at 2^32 objects */
        snap_node *nodes = NULL;
        if (cap > g->cap) nodes = (snap_node *)realloc(g->nodes, (size_t)cap * sizeof *nodes);
        if (!nodes) return w2c_snap_fail(w, W2C_NOMEM, "no memory for a list of objects");
        g->nodes = nodes;
        g->cap = cap;
    }
    g->nodes[g->count++] = node;
    return true;
}

void w2c_snap_free_nodes(snap_work *w) {
    free(w->graph.nodes);
    free(w->graph.slots);
    memset(&w->graph, 0, sizeof w->graph);
}

/* ---- what they are --------------------------------------------------------------------------- */
static const w2c_object_desc *find_type(const w2c_state_desc *state, const w2c_type *type) {
    for (u32 i = 0; i < state->object_count; i++)
        if (state->objects[i].type == type) return &state->objects[i];
    for (u32 i = 0; i < state->object_count; i++) /* made by another module */
        if (w2c_type_equal(state->objects[i].type, type)) return &state->objects[i];
    return NULL;
}

/* The tag with this number in the module. */
static const w2c_tag *tag_at(w2c_instance *instance, u32 number) {
    const w2c_module *module = instance->module;
    for (u32 i = 0; i < module->import_count; i++) {
        const w2c_import_desc *d = &module->imports[i];
        if (d->kind == W2C_TAG && number-- == 0)
            return *(const w2c_tag **)w2c_at(instance, d->slot);
    }
    if (number >= module->tag_count) return NULL;
    return (const w2c_tag *)w2c_at(instance, module->tags[number].storage);
}

static const w2c_object_desc *find_tag(w2c_instance *instance, const w2c_tag *tag) {
    const w2c_state_desc *state = instance->module->state;
    for (u32 i = 0; i < state->tag_count; i++)
        if (tag_at(instance, i) == tag) return &state->tags[i];
    return NULL;
}

bool w2c_snap_node(snap_work *w, w2c_ref ref, bool is_exception, u32 *number, const char *what,
                   u32 of) {
    snap_graph *g = &w->graph;
    size_t place = g->slot_count ? place_of(g, ref) : 0;
    if (g->slot_count && g->slots[place]) {
        *number = g->slots[place] - 1;
        return true;
    }
    if (!more_slots(g)) return w2c_snap_fail(w, W2C_NOMEM, "no memory for a list of objects");
    place = place_of(g, ref);
    const w2c_exception *x = is_exception ? (const w2c_exception *)ref : NULL;
    const w2c_type *type = is_exception ? NULL : W2C_TYPE_OF(ref);
    const w2c_object_desc *before = g->count ? g->nodes[g->count - 1].desc : NULL, *desc;
    if (is_exception)
        desc = find_tag(w->instance, x->tag);
    else
        desc =
            before && before->type == type ? before : find_type(w->instance->module->state, type);
    if (!desc && is_exception)
        return w2c_snap_fail(w, W2C_LIMIT,
                             "%s %u refers to an exception of a tag that the module does not have",
                             what, of);
    if (!desc)
        return w2c_snap_fail(w, W2C_LIMIT,
                             "%s %u refers to an object of a type that the module does not have: "
                             "%.200s",
                             what, of, type->text);
    *number = g->count;
    g->slots[place] = g->count + 1;
    return add(w, (snap_node){ref, desc, is_exception});
}

/* ---- what is in them ------------------------------------------------------------------------- */
static bool each_value(const snap_work *w, u32 number, snap_field_fn *field, void *user) {
    const snap_node *node = &w->graph.nodes[number];
    const w2c_field_desc *d = w->instance->module->state->fields + node->desc->first;
    w2c_exception *x = (w2c_exception *)node->ref;
    for (u32 i = 0; i < node->desc->count && i < x->count; i++)
        if (!field(user, (snap_type){d[i].text, d[i].heap}, &x->values[i], number)) return false;
    return true;
}

bool w2c_snap_each_field(const snap_work *w, u32 number, snap_field_fn *field, void *user) {
    const snap_node node = w->graph.nodes[number]; /* a copy: the list may move */
    const w2c_field_desc *d = w->instance->module->state->fields + node.desc->first;
    char *object = (char *)node.ref;
    if (node.is_exception) return each_value(w, number, field, user);
    if (node.desc->type->form == 2) {
        size_t size = w2c_snap_size(d->text);
        u32 len = W2C_ARRAY_LEN(object);
        for (u32 i = 0; i < len; i++)
            if (!field(user, (snap_type){d->text, d->heap}, object + d->offset + i * size, number))
                return false;
        return true;
    }
    for (u32 i = 0; i < node.desc->count; i++)
        if (!field(user, (snap_type){d[i].text, d[i].heap}, object + d[i].offset, number))
            return false;
    return true;
}

/* ---- finding --------------------------------------------------------------------------------- */
static bool may_reach(snap_type type) {
    return w2c_snap_is_ref(type) && strcmp(type.text, "funcref") != 0 &&
           !(type.heap && type.heap->form == 0);
}

static bool find(snap_work *w, snap_type type, w2c_ref ref, const char *what, u32 number) {
    snap_ref r;
    bool is_extern = w2c_value_type_matches(type.text, type.heap, "externref", NULL);
    bool is_exception = !is_extern && w2c_value_type_matches(type.text, type.heap, "exnref", NULL);
    w2c_ref any = is_extern ? w2c_any_of_extern(ref) : ref;
    if (!ref || (!is_exception && (uintptr_t)any & 3)) return true; /* others wait for their turn */
    return w2c_snap_take(w, type, ref, &r, what, number);
}

static bool find_in_field(void *user, snap_type type, void *at, u32 node) {
    snap_work *w = (snap_work *)user;
    if (!may_reach(type)) return true;
    const char *what = w->graph.nodes[node].is_exception ? "exception" : "object";
    return find(w, type, *(w2c_ref const *)at, what, node);
}

static bool find_roots(snap_work *w) {
    w2c_instance *instance = w->instance;
    const w2c_module *module = instance->module;
    const w2c_state_desc *state = module->state;
    const w2c_elem *elems = (const w2c_elem *)w2c_at(instance, state->elem_states);
    for (u32 i = 0; i < module->table_count; i++) {
        snap_type type = {module->tables[i].text, module->tables[i].heap};
        const w2c_table *t = (const w2c_table *)w2c_at(instance, module->tables[i].storage);
        for (u64 k = 0; t->data && may_reach(type) && k < t->size; k++)
            if (!find(w, type, t->data[k], "table", i)) return false;
    }
    for (u32 i = 0; i < state->global_count; i++) {
        snap_type type = {state->globals[i].text, state->globals[i].heap};
        if (may_reach(type) &&
            !find(w, type, *(w2c_ref const *)w2c_at(instance, state->globals[i].offset), "global",
                  i))
            return false;
    }
    for (u32 i = 0; i < state->elem_count; i++) {
        snap_type type = {state->elems[i].text, state->elems[i].heap};
        if (!state->elems[i].count || state->elems[i].funcs || !may_reach(type)) continue;
        for (u64 k = 0; k < elems[i].count; k++)
            if (!find(w, type, elems[i].refs[k], "element segment", i)) return false;
    }
    return true;
}

bool w2c_snap_find_nodes(snap_work *w) {
    const w2c_state_desc *state = w->instance->module->state;
    if (!state->object_count && !state->tag_count) return true;
    if (!find_roots(w)) return false;
    for (u32 i = 0; i < w->graph.count; i++)
        if (!w2c_snap_each_field(w, i, find_in_field, w)) return false;
    return true;
}

/* ---- making ---------------------------------------------------------------------------------- */
bool w2c_snap_make_node(snap_work *w, bool is_exception, const w2c_object_desc *desc, u32 len) {
    w2c_context *context = w->instance->context;
    const w2c_type *type = desc->type;
    w2c_ref ref;
    if (is_exception) {
        ref = (w2c_ref)w2c_exception_new_kept(context, tag_at(w->instance, desc->number),
                                              desc->count);
    } else {
        u64 size = type->form == 2 ? W2C_GC_ROUND(type->size + (u64)len * type->elem_size)
                                   : W2C_GC_ROUND(type->size);
        char *object = w2c_heap_take(context, size);
        if (object) W2C_TYPE_OF(object) = type;
        if (object && type->form == 2) W2C_ARRAY_LEN(object) = len;
        ref = object;
    }
    if (!ref) return w2c_snap_fail(w, W2C_LIMIT, "the heap has no room for the snapshot's objects");
    return add(w, (snap_node){ref, desc, is_exception});
}
