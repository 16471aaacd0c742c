/* rt_snapshot_load.c: instances from bytes, and from other instances. Both make an instance as usual, but for its
 * init, in whose place they put what was kept. Whoever made the bytes: every count, index and type in them is
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

static bool get_ref(In *in, snap_type type, w2c_ref *out) {
    snap_ref r = {SNAP_NULL, 0};
    if (in->nulls) {
        in->nulls--;
        return w2c_snap_give(&in->work, type, r, out);
    }
    if (!get_u8(in, &r.kind) || !get_u64(in, &r.value)) return false;
    if (r.kind == SNAP_NULL) {
        if (r.value == 0) return w2c_snap_fail(&in->work, W2C_INVALID, "a row of no nulls");
        in->nulls = r.value - 1;
    }
    return w2c_snap_give(&in->work, type, r, out);
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

static bool get_table(In *in, u32 i) {
    w2c_instance *instance = in->work.instance;
    const w2c_table_desc *d = &instance->module->tables[i];
    w2c_table *t = (w2c_table *)w2c_at(instance, d->storage);
    u64 size;
    if (!get_u64(in, &size) || !w2c_snap_grow_table(&in->work, i, t, size)) return false;
    for (u64 k = 0; k < size; k++)
        if (!get_ref(in, (snap_type){d->text, d->heap}, &t->data[k])) return false;
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
    bool ok = true;
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

static w2c_status finish(snap_work *w) {
    const w2c_state_desc *state = w->instance->module->state;
    if (w->status == W2C_OK && state->restored) state->restored(w->instance);
    return w->status;
}

static w2c_status fill_from_bytes(w2c_instance *instance, void *user, char *text, size_t cap) {
    In *in = (In *)user;
    in->work.instance = instance;
    in->work.why = w2c_text_start(text, cap);
    get_all(in);
    return finish(&in->work);
}

/* ---- loading --------------------------------------------------------------------------------- */
static w2c_status refuse(const w2c_config *config, w2c_status status, const char *text) {
    if (config && config->error) {
        w2c_text t = w2c_text_start(config->error->text, sizeof config->error->text);
        config->error->status = status;
        w2c_text_add(&t, "%s", text);
    }
    return status;
}

w2c_status w2c_snapshot_load(const w2c_module *module, w2c_instance **out, const void *bytes,
                             size_t len, const w2c_imports *imports, const w2c_config *config,
                             const w2c_snapshot_hooks *hooks) {
    static const w2c_snapshot_hooks none;
    const u8 *at = (const u8 *)bytes;
    snap_header h;
    In in;
    *out = NULL;
    if (module->abi != W2C_ABI || !module->state)
        return refuse(config, W2C_INVALID, "the module has no description of its state");
    if (!w2c_snap_get_header(at, len, &h))
        return refuse(config, W2C_INVALID, "this is no snapshot, or its header is damaged");
    if (h.version != SNAP_VERSION)
        return refuse(config, W2C_MISMATCH, "the snapshot was made by another version of w2c");
    if (h.flags) return refuse(config, W2C_INVALID, "the snapshot is compressed: 'w2c' unpacks it");
    if (h.hash != w2c_snap_hash(module))
        return refuse(config, W2C_MISMATCH, "the snapshot is of another module");
    if (h.len != len - SNAP_HEADER)
        return refuse(config, W2C_INVALID, "the snapshot is cut off, or something follows it");
    if (w2c_crc32c(at + SNAP_HEADER, len - SNAP_HEADER) != h.crc)
        return refuse(config, W2C_INVALID, "the snapshot is damaged: its checksum is wrong");
    memset(&in, 0, sizeof in);
    in.work.hooks = hooks ? hooks : &none;
    in.at = at + SNAP_HEADER;
    in.end = at + len;
    return w2c_instance_new_filled(module, out, imports, config, fill_from_bytes, &in);
}

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

static bool copy_memories_and_tables(Fork *f) {
    const w2c_module *module = f->from.instance->module;
    for (u32 i = 0; i < module->memory_count; i++) {
        u32 at = module->memories[i].storage;
        f->source = (const w2c_memory *)w2c_at(f->from.instance, at);
        f->target = (w2c_memory *)w2c_at(f->to.instance, at);
        if (!w2c_snap_grow_memory(&f->to, i, f->target, w2c_memory_pages(f->source))) return false;
        w2c_snap_runs(f->source, copy_run, f);
    }
    for (u32 i = 0; i < module->table_count; i++) {
        const w2c_table_desc *d = &module->tables[i];
        const w2c_table *from = (const w2c_table *)w2c_at(f->from.instance, d->storage);
        w2c_table *to = (w2c_table *)w2c_at(f->to.instance, d->storage);
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
    if (copy_memories_and_tables(f) && copy_globals(f)) copy_segments(f);
    return finish(&f->to);
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
    if (!w2c_snap_ready(&f.from)) return refuse(config, f.from.status, text);
    return w2c_instance_new_filled(instance->module, out, imports, config, fill_from_instance, &f);
}
