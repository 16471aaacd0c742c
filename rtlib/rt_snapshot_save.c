/* rt_snapshot_save.c: an instance as bytes.
 *
 * Numbers are little-endian. The header is 40 bytes:
 *   0 "W2CSNAP\n"  8 version  12 flags (0)  16 the module's hash  24 bytes behind the header
 *   32 CRC-32C of those  36 CRC-32C of the header up to here
 * Behind it: counts of memories, tables, globals, element and data segments; then u32 how many objects and
 * exceptions there are, for each u8 0 object, 1 exception, u32 number of its type or tag, for arrays u32
 * length; and for each its fields, elements or values in order, numbers in their size; then:
 *   memory  u64 pages, u32 page size as a power of two, then runs: u64 offset, u64 length, bytes; length 0
 *           ends them
 *   table   u64 size, then references
 *   global  a reference, or u32 length and bytes
 *   elem    u8 0 empty, 1 as it begins; references follow when it has no numbers
 *   data    u8 0 empty, 1 as it begins
 * A reference is its kind (u8) and value (u64); of nulls in a row: SNAP_NULL and how many. */
#include "rt_snapshot.h"
#include "rt_snapshot_format.h"
#include <stdlib.h>

typedef struct Out {
    snap_work work;
    u8 *bytes;
    size_t len, cap;
    bool failed;
    const w2c_memory *memory; /* under work */
    u64 nulls;                /* that wait to be counted */
} Out;

static void put(Out *o, const void *bytes, size_t len) {
    if (o->failed) return;
    if (len > o->cap - o->len) {
        size_t cap = o->cap + o->cap / 2 + len + 4096;
        u8 *more = cap > o->cap ? (u8 *)realloc(o->bytes, cap) : NULL;
        if (!more) {
            o->failed = true;
            return;
        }
        o->bytes = more;
        o->cap = cap;
    }
    if (len) memcpy(o->bytes + o->len, bytes, len);
    o->len += len;
}

static void put_u8(Out *o, u8 v) {
    put(o, &v, 1);
}
static void put_u32(Out *o, u32 v) {
    put(o, &v, 4);
}
static void put_u64(Out *o, u64 v) {
    put(o, &v, 8);
}

static void end_nulls(Out *o) {
    if (!o->nulls) return;
    put_u8(o, SNAP_NULL);
    put_u64(o, o->nulls);
    o->nulls = 0;
}

static void put_taken(Out *o, snap_ref r) {
    if (r.kind == SNAP_NULL) {
        o->nulls++;
        return;
    }
    end_nulls(o);
    put_u8(o, r.kind);
    put_u64(o, r.value);
}

static bool put_ref(Out *o, snap_type type, w2c_ref ref, const char *what, u32 number) {
    snap_ref r;
    if (!w2c_snap_take(&o->work, type, ref, &r, what, number)) return false;
    put_taken(o, r);
    return true;
}

/* ---- objects --------------------------------------------------------------------------------- */
static bool put_field(void *user, snap_type type, void *at, u32 node) {
    Out *o = (Out *)user;
    const char *what = o->work.graph.nodes[node].is_exception ? "exception" : "object";
    if (w2c_snap_is_ref(type)) return put_ref(o, type, *(w2c_ref const *)at, what, node);
    end_nulls(o);
    put(o, at, w2c_snap_size(type.text));
    return !o->failed;
}

static bool put_nodes(Out *o) {
    const snap_graph *g = &o->work.graph;
    put_u32(o, g->count);
    for (u32 i = 0; i < g->count; i++) {
        const snap_node *node = &g->nodes[i];
        put_u8(o, node->is_exception);
        put_u32(o, node->desc->number);
        if (!node->is_exception && node->desc->type->form == 2)
            put_u32(o, w2c_snap_array_len(node));
    }
    for (u32 i = 0; i < g->count; i++) {
        const snap_node *node = &g->nodes[i];
        const w2c_field_desc *d = o->work.instance->module->state->fields + node->desc->first;
        bool is_array = !node->is_exception && node->desc->type->form == 2;
        if (is_array && !w2c_snap_is_ref((snap_type){d->text, d->heap}))
            put(o, (const char *)node->ref + d->offset,
                (size_t)w2c_snap_array_len(node) * w2c_snap_size(d->text));
        else if (!w2c_snap_each_field(&o->work, i, put_field, o))
            return false;
        end_nulls(o);
    }
    return true;
}

/* ---- memories, tables, globals, segments ------------------------------------------------------ */
static bool put_run(void *user, u64 first, u64 len) {
    Out *o = (Out *)user;
    put_u64(o, first);
    put_u64(o, len);
    put(o, o->memory->data + first, (size_t)len);
    return !o->failed;
}

static bool put_memories(Out *o) {
    w2c_instance *instance = o->work.instance;
    const w2c_module *module = instance->module;
    for (u32 i = 0; i < module->memory_count; i++) {
        o->memory = (const w2c_memory *)w2c_at(instance, module->memories[i].storage);
        put_u64(o, w2c_memory_pages(o->memory));
        put_u32(o, o->memory->page_log2);
        if (!w2c_snap_runs(o->memory, put_run, o)) return false;
        put_u64(o, 0);
        put_u64(o, 0);
    }
    return true;
}

static bool put_tables(Out *o) {
    w2c_instance *instance = o->work.instance;
    const w2c_module *module = instance->module;
    for (u32 i = 0; i < module->table_count; i++) {
        const w2c_table_desc *d = &module->tables[i];
        const w2c_table *t = (const w2c_table *)w2c_at(instance, d->storage);
        put_u64(o, t->size);
        for (u64 k = 0; k < t->size; k++)
            if (d->elements)
                put_taken(o, w2c_snap_element(d, k));
            else if (!put_ref(o, (snap_type){d->text, d->heap}, t->data[k], "table", i))
                return false;
        end_nulls(o);
    }
    return true;
}

static bool put_globals(Out *o) {
    w2c_instance *instance = o->work.instance;
    const w2c_state_desc *state = instance->module->state;
    for (u32 i = 0; i < state->global_count; i++) {
        const w2c_global_desc *d = &state->globals[i];
        snap_type type = {d->text, d->heap};
        const void *at = w2c_at(instance, d->offset);
        if (w2c_snap_is_ref(type)) {
            if (!put_ref(o, type, *(w2c_ref const *)at, "global", i)) return false;
            end_nulls(o);
        } else {
            put_u32(o, (u32)w2c_snap_size(d->text));
            put(o, at, w2c_snap_size(d->text));
        }
    }
    return true;
}

static bool put_segments(Out *o) {
    w2c_instance *instance = o->work.instance;
    const w2c_state_desc *state = instance->module->state;
    const w2c_elem *elems = (const w2c_elem *)w2c_at(instance, state->elem_states);
    const w2c_data *datas = (const w2c_data *)w2c_at(instance, state->data_states);
    for (u32 i = 0; i < state->elem_count; i++) {
        const w2c_elem_desc *d = &state->elems[i];
        put_u8(o, d->count && elems[i].count);
        if (!d->count || !elems[i].count || d->funcs) continue;
        for (u64 k = 0; k < d->count; k++)
            if (!put_ref(o, (snap_type){d->text, d->heap}, elems[i].refs[k], "element segment", i))
                return false;
        end_nulls(o);
    }
    for (u32 i = 0; i < state->data_count; i++)
        put_u8(o, state->datas[i].len && datas[i].len);
    return true;
}

static bool put_all(Out *o) {
    const w2c_module *module = o->work.instance->module;
    const w2c_state_desc *state = module->state;
    static const u8 zeros[SNAP_HEADER];
    put(o, zeros, sizeof zeros);
    put_u32(o, module->memory_count);
    put_u32(o, module->table_count);
    put_u32(o, state->global_count);
    put_u32(o, state->elem_count);
    put_u32(o, state->data_count);
    bool ok = w2c_snap_find_nodes(&o->work) && put_nodes(o) && put_memories(o) && put_tables(o) &&
              put_globals(o) && put_segments(o);
    if (o->failed) return w2c_snap_fail(&o->work, W2C_NOMEM, "no memory for the snapshot");
    if (!ok) return false;
    snap_header h = {.version = SNAP_VERSION,
                     .hash = w2c_snap_hash(module),
                     .len = o->len - SNAP_HEADER,
                     .crc = w2c_crc32c(0, o->bytes + SNAP_HEADER, o->len - SNAP_HEADER)};
    w2c_snap_put_header(o->bytes, &h);
    return true;
}

w2c_status w2c_snapshot_save(w2c_instance *instance, const w2c_snapshot_hooks *hooks, void **out,
                             size_t *len, w2c_error *error) {
    static const w2c_snapshot_hooks none;
    w2c_error local;
    Out o;
    memset(&o, 0, sizeof o);
    if (!error) error = &local;
    error->text[0] = 0;
    *out = NULL;
    *len = 0;
    o.work.instance = instance;
    o.work.hooks = hooks ? hooks : &none;
    o.work.why = w2c_text_start(error->text, sizeof error->text);
    if (w2c_snap_ready(&o.work) && put_all(&o)) {
        *out = o.bytes;
        *len = o.len;
    } else {
        free(o.bytes);
    }
    w2c_snap_free_nodes(&o.work);
    return error->status = o.work.status;
}
