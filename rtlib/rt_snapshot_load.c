/* rt_snapshot_load.c: instances from bytes. An instance is made as usual, but for its init, in whose place comes what
 * was kept. Whoever made the bytes: every count, index and type in them is
 * checked before it is used. */
#include "rt_snapshot.h"
#include "rt_snapshot_format.h"

typedef struct In {
    snap_work work;
    const u8 *at, *end;
    u64 nulls; /* of a row of them, still to come */
} In;

/* ---- bytes ----------------------------------------------------------------------------------- */
static bool get(In *in, void *out, size_t len) {
    memset(out, 0, len);
    if (len > (size_t)(in->end - in->at))
        return w2c_snap_fail(&in->work, W2C_INVALID, "the snapshot is cut off");
    memcpy(out, in->at, len);
    in->at += len;
    return true;
}

static bool get_u8(In *in, u8 *out) {
    return get(in, out, 1);
}
static bool get_u32(In *in, u32 *out) {
    return get(in, out, 4);
}
static bool get_u64(In *in, u64 *out) {
    return get(in, out, 8);
}

static bool get_taken(In *in, snap_ref *r) {
    *r = (snap_ref){SNAP_NULL, 0};
    if (in->nulls) {
        in->nulls--;
        return true;
    }
    if (!get_u8(in, &r->kind) || !get_u64(in, &r->value)) return false;
    if (r->kind == SNAP_NULL) {
        if (r->value == 0) return w2c_snap_fail(&in->work, W2C_INVALID, "a row of no nulls");
        in->nulls = r->value - 1;
        r->value = 0;
    }
    return true;
}

static bool get_ref(In *in, snap_type type, w2c_ref *out) {
    snap_ref r;
    return get_taken(in, &r) && w2c_snap_give(&in->work, type, r, out);
}

/* ---- objects --------------------------------------------------------------------------------- */
static const w2c_object_desc *find_desc(const w2c_object_desc *list, u32 count, u32 number) {
    u32 low = 0, high = count;
    while (low < high) {
        u32 mid = low + (high - low) / 2;
        if (list[mid].number < number)
            low = mid + 1;
        else
            high = mid;
    }
    return low < count && list[low].number == number ? &list[low] : NULL;
}

static bool get_head(In *in, u32 i) {
    const w2c_state_desc *state = in->work.instance->module->state;
    u8 is_exception;
    u32 number, len = 0;
    if (!get_u8(in, &is_exception) || !get_u32(in, &number)) return false;
    const w2c_object_desc *desc = is_exception > 1 ? NULL
                                  : is_exception
                                      ? find_desc(state->tags, state->tag_count, number)
                                      : find_desc(state->objects, state->object_count, number);
    if (!desc) return w2c_snap_fail(&in->work, W2C_INVALID, "object %u has no type", i);
    if (!is_exception && desc->type->form == 2) {
        const w2c_field_desc *d = &state->fields[desc->first];
        if (!get_u32(in, &len)) return false;
        if (!w2c_snap_is_ref((snap_type){d->text, d->heap}) &&
            len > (size_t)(in->end - in->at) / w2c_snap_size(d->text))
            return w2c_snap_fail(&in->work, W2C_INVALID, "object %u is longer than the snapshot",
                                 i);
    }
    return w2c_snap_make_node(&in->work, is_exception, desc, len);
}

static bool get_field(void *user, snap_type type, void *at, u32 node) {
    In *in = (In *)user;
    (void)node;
    if (w2c_snap_is_ref(type)) return get_ref(in, type, (w2c_ref *)at);
    if (in->nulls) return w2c_snap_fail(&in->work, W2C_INVALID, "an object of too many nulls");
    return get(in, at, w2c_snap_size(type.text));
}

/* All of them are there before what is in them: they refer to one another. */
static bool get_nodes(In *in) {
    u32 count;
    if (!get_u32(in, &count)) return false;
    for (u32 i = 0; i < count; i++)
        if (!get_head(in, i)) return false;
    for (u32 i = 0; i < count; i++) {
        if (!w2c_snap_each_field(&in->work, i, get_field, in)) return false;
        if (in->nulls) return w2c_snap_fail(&in->work, W2C_INVALID, "object %u: too many nulls", i);
    }
    return true;
}

/* ---- what was kept --------------------------------------------------------------------------- */
static bool get_memory(In *in, u32 i) {
    w2c_instance *instance = in->work.instance;
    w2c_memory *m = (w2c_memory *)w2c_at(instance, instance->module->memories[i].storage);
    u64 pages, first, len;
    u32 page_log2;
    if (!get_u64(in, &pages) || !get_u32(in, &page_log2)) return false;
    if (page_log2 != m->page_log2)
        return w2c_snap_fail(&in->work, W2C_INVALID, "memory %u has pages of another size", i);
    if (!w2c_snap_grow_memory(&in->work, i, m, pages)) return false;
    for (;;) {
        if (!get_u64(in, &first) || !get_u64(in, &len)) return false;
        if (!len) return true;
        if (first > m->size || len > m->size - first || len > (u64)(in->end - in->at))
            return w2c_snap_fail(&in->work, W2C_INVALID, "memory %u: bytes that lie outside", i);
        memcpy(m->data + first, in->at, (size_t)len);
        in->at += len;
    }
}

/* Of a table that never changes: the snapshot can say nothing else. */
static bool get_element(In *in, const w2c_table_desc *d, u32 table, u64 slot) {
    snap_ref r, known = w2c_snap_element(d, slot);
    if (!get_taken(in, &r)) return false;
    return (r.kind == known.kind && r.value == known.value) ||
           w2c_snap_fail(&in->work, W2C_INVALID, "table %u, which never changes, has others",
                         table);
}

static bool get_table(In *in, u32 i) {
    w2c_instance *instance = in->work.instance;
    const w2c_table_desc *d = &instance->module->tables[i];
    w2c_table *t = (w2c_table *)w2c_at(instance, d->storage);
    u64 size;
    if (!get_u64(in, &size)) return false;
    if (d->elements && size != t->size)
        return w2c_snap_fail(&in->work, W2C_INVALID, "table %u, which never changes, has grown", i);
    if (!w2c_snap_grow_table(&in->work, i, t, size)) return false;
    for (u64 k = 0; k < size; k++)
        if (d->elements ? !get_element(in, d, i, k)
                        : !get_ref(in, (snap_type){d->text, d->heap}, &t->data[k]))
            return false;
    return !in->nulls || w2c_snap_fail(&in->work, W2C_INVALID, "table %u: too many nulls", i);
}

static bool get_global(In *in, const w2c_global_desc *d) {
    snap_type type = {d->text, d->heap};
    void *at = w2c_at(in->work.instance, d->offset);
    u32 len;
    if (w2c_snap_is_ref(type)) {
        if (!get_ref(in, type, (w2c_ref *)at)) return false;
        return !in->nulls || w2c_snap_fail(&in->work, W2C_INVALID, "a global of several nulls");
    }
    if (!get_u32(in, &len)) return false;
    if (len != w2c_snap_size(d->text))
        return w2c_snap_fail(&in->work, W2C_INVALID, "a global of %u bytes", len);
    return get(in, at, len);
}

static bool get_elem(In *in, u32 i) {
    w2c_instance *instance = in->work.instance;
    const w2c_state_desc *state = instance->module->state;
    const w2c_elem_desc *d = &state->elems[i];
    w2c_elem *run = (w2c_elem *)w2c_at(instance, state->elem_states) + i;
    u8 there;
    if (!get_u8(in, &there)) return false;
    if (there > 1 || (there && !d->count))
        return w2c_snap_fail(&in->work, W2C_INVALID, "element segment %u cannot be there", i);
    if (!there) return true;
    w2c_ref *refs = d->funcs ? NULL : (w2c_ref *)w2c_at(instance, d->refs);
    for (u32 k = 0; refs && k < d->count; k++)
        if (!get_ref(in, (snap_type){d->text, d->heap}, &refs[k])) return false;
    if (in->nulls)
        return w2c_snap_fail(&in->work, W2C_INVALID, "element segment %u: too many nulls", i);
    run->funcs = d->funcs;
    run->refs = refs;
    run->count = d->count;
    return true;
}

static bool get_data(In *in, u32 i) {
    const w2c_state_desc *state = in->work.instance->module->state;
    u8 there;
    if (!get_u8(in, &there)) return false;
    if (there > 1 || (there && !state->datas[i].len))
        return w2c_snap_fail(&in->work, W2C_INVALID, "data segment %u cannot be there", i);
    if (there) ((w2c_data *)w2c_at(in->work.instance, state->data_states))[i] = state->datas[i];
    return true;
}

static bool get_all(In *in) {
    const w2c_module *module = in->work.instance->module;
    const w2c_state_desc *state = module->state;
    const u32 wanted[5] = {module->memory_count, module->table_count, state->global_count,
                           state->elem_count, state->data_count};
    u32 counts[5];
    if (!get(in, counts, sizeof counts)) return false;
    if (memcmp(counts, wanted, sizeof counts) != 0)
        return w2c_snap_fail(&in->work, W2C_INVALID,
                             "the snapshot has other parts than the module");
    bool ok = get_nodes(in);
    for (u32 i = 0; ok && i < counts[0]; i++)
        ok = get_memory(in, i);
    for (u32 i = 0; ok && i < counts[1]; i++)
        ok = get_table(in, i);
    for (u32 i = 0; ok && i < counts[2]; i++)
        ok = get_global(in, &state->globals[i]);
    for (u32 i = 0; ok && i < counts[3]; i++)
        ok = get_elem(in, i);
    for (u32 i = 0; ok && i < counts[4]; i++)
        ok = get_data(in, i);
    if (!ok) return false;
    return in->at == in->end || w2c_snap_fail(&in->work, W2C_INVALID, "bytes behind the snapshot");
}

static w2c_status fill_from_bytes(w2c_instance *instance, void *user, char *text, size_t cap) {
    In *in = (In *)user;
    in->work.instance = instance;
    in->work.why = w2c_text_start(text, cap);
    get_all(in);
    w2c_snap_free_nodes(&in->work);
    return w2c_snap_finish(&in->work);
}

/* ---- loading --------------------------------------------------------------------------------- */
w2c_status w2c_snapshot_load(const w2c_module *module, w2c_instance **out, const void *bytes,
                             size_t len, const w2c_imports *imports, const w2c_config *config,
                             const w2c_snapshot_hooks *hooks) {
    static const w2c_snapshot_hooks none;
    const u8 *at = (const u8 *)bytes;
    snap_header h;
    In in;
    *out = NULL;
    if (module->abi != W2C_ABI || !module->state)
        return w2c_snap_refuse(config, W2C_INVALID, "the module has no description of its state");
    if (!w2c_snap_get_header(at, len, &h))
        return w2c_snap_refuse(config, W2C_INVALID,
                               "this is no snapshot, or its header is damaged");
    if (h.version != SNAP_VERSION)
        return w2c_snap_refuse(config, W2C_MISMATCH,
                               "the snapshot was made by another version of w2c");
    if (h.flags)
        return w2c_snap_refuse(config, W2C_LIMIT,
                               "the snapshot is compressed: w2c_store_load reads it");
    if (h.hash != w2c_snap_hash(module))
        return w2c_snap_refuse(config, W2C_MISMATCH, "the snapshot is of another module");
    if (h.len != len - SNAP_HEADER)
        return w2c_snap_refuse(config, W2C_INVALID,
                               "the snapshot is cut off, or something follows it");
    if (w2c_crc32c(0, at + SNAP_HEADER, len - SNAP_HEADER) != h.crc)
        return w2c_snap_refuse(config, W2C_INVALID,
                               "the snapshot is damaged: its checksum is wrong");
    memset(&in, 0, sizeof in);
    in.work.hooks = hooks ? hooks : &none;
    in.at = at + SNAP_HEADER;
    in.end = at + len;
    return w2c_instance_new_filled(module, out, imports, config, fill_from_bytes, &in);
}
