/* snapshot_objects.c: see snapshot_objects.h.
 *
 * A field that is constant, or cannot be null, has its value when the object is made; such values were there before
 * the object, so they can be made first, unless somebody has changed fields that cannot be null into a
 * ring: then another object of the type stands in for one of them. All other references are set when every object
 * is there. */
#include "snapshot_graph.h"
#include "../frontend/section.h"
#include "../frontend/validate.h"
#include "../interp/interp_state.h"
#include <stdlib.h>

enum { NOWHERE, IN_CONSTANT, IN_GLOBAL, IN_FIELD, WAITING, MADE };
enum { BODY_MOST = 8000, DEEPEST = 500, MOST_OBJECTS = 10000000 };
enum { STOOD_IN = 1 }; /* field of a MADE one: it has others in place of what it should have */

bool snapshot_is_object(const Module *m, ValType t, w2c_ref ref) {
    Hierarchy of = snap_hierarchy(m, vt_heap(t));
    if (!ref || (of != OF_ANY && of != OF_EXTERN)) return false;
    return !((uintptr_t)(of == OF_EXTERN ? w2c_any_of_extern(ref) : ref) & 3);
}

/* ---- constant expressions ---------------------------------------------------------------------- */
static bool put_constant(SnapshotObjects *o, Buffer *b, uint32_t n);

/* An object where a constant expression wants a value of type t. */
static bool put_constant_object(SnapshotObjects *o, Buffer *b, ValType t, uint32_t n,
                                ObjectPlace place) {
    const ObjectPlace at = o->places[n];
    if (at.how == NOWHERE) {
        o->places[n] = place;
        if (!put_constant(o, b, n)) return false;
        put_convert(o, b, t);
        return true;
    }
    if (at.how == IN_CONSTANT && at.global < o->m->global_count &&
        type_matches(o->m, o->m->globals[at.global].type, t)) {
        snap_put_op(b, OP_global_get);
        snap_put_u(b, at.global);
        return true;
    }
    if (at.how == IN_CONSTANT && at.global >= o->m->global_count) { /* its type is the object's */
        snap_put_op(b, OP_global_get);
        snap_put_u(b, at.global);
        put_convert(o, b, t);
        return true;
    }
    return refuse(
        o, "holds an object that another constant holds: constant expressions cannot share it");
}

static bool put_constant_field(SnapshotObjects *o, Buffer *b, uint32_t n, uint32_t k) {
    Field f = field_of(o, n, k);
    if (!vt_is_ref(f.type)) {
        put_number(b, f.type, field_at(o, n, k));
        return true;
    }
    w2c_ref ref = ref_at(o, n, k);
    if (!snapshot_is_object(o->m, f.type, ref)) return put_plain_ref(o, b, f.type, ref);
    if (!is_required(f)) {
        put_null(b, f.type);
        return true;
    }
    return put_constant_object(o, b, f.type, number_of(o, f.type, ref),
                               (ObjectPlace){IN_FIELD, n, k});
}

static bool put_constant_array(SnapshotObjects *o, Buffer *b, uint32_t n) {
    uint32_t count = field_count(o, n);
    Field f = field_of(o, n, 0);
    bool is_ref = vt_is_ref(f.type), later = is_ref ? !is_required(f) : f.mutable;
    if (!is_ref && all_alike(o, n, count) && count) {
        put_number(b, f.type, field_at(o, n, 0));
        put_i32(b, count);
        put_type_op(b, OP_array_new, type_of(o, n));
        return true;
    }
    if (later && count) { /* its elements come from a start function */
        put_i32(b, count);
        put_type_op(b, OP_array_new_default, type_of(o, n));
        return true;
    }
    if (count > LIMIT_ARRAY_NEW_FIXED)
        return refuse(o, "holds a constant array of more than 10,000 elements");
    for (uint32_t k = 0; k < count; k++)
        if (!put_constant_field(o, b, n, k)) return false;
    put_type_op(b, OP_array_new_fixed, type_of(o, n));
    snap_put_u(b, count);
    return true;
}

static bool put_constant(SnapshotObjects *o, Buffer *b, uint32_t n) {
    bool ok = true;
    if (o->depth == DEEPEST)
        return refuse(o, "holds constants that lie more than 500 deep in one another");
    o->depth++;
    if (def_of(o, n)->form == FORM_ARRAY) {
        ok = put_constant_array(o, b, n);
    } else {
        for (uint32_t k = 0; ok && k < field_count(o, n); k++)
            ok = put_constant_field(o, b, n, k);
        put_type_op(b, OP_struct_new, type_of(o, n));
    }
    o->depth--;
    return ok;
}

/* Constants stay as they are written, but for objects: what those hold may have changed. */
static bool stays(const Module *m, const Global *g) {
    return !g->mutable && (!vt_is_ref(g->type) || snap_hierarchy(m, vt_heap(g->type)) == OF_FUNC);
}

static bool plan_global(SnapshotObjects *o, uint32_t i) {
    const Global *g = &o->m->globals[i];
    Buffer *b = &o->globals;
    w2c_value v = w2c_interp_global(o->s->instance, i);
    o->what = "global";
    o->index = i;
    snap_put_type(b, g->type);
    buffer_char(b, g->mutable);
    if (stays(o->m, g)) {
        buffer_bytes(b, g->init.bytes.ptr, g->init.bytes.len);
        return true;
    }
    if (!vt_is_ref(g->type)) {
        snap_put_number(b, g->type, &v);
    } else if (!snapshot_is_object(o->m, g->type, v.ref)) {
        if (!put_plain_ref(o, b, g->type, v.ref)) return false;
    } else if (g->mutable && vt_nullable(g->type)) {
        put_null(b, g->type);
    } else {
        ObjectPlace place = {g->mutable ? IN_GLOBAL : IN_CONSTANT, i, 0};
        if (!put_constant_object(o, b, g->type, number_of(o, g->type, v.ref), place)) return false;
    }
    snap_put_op(b, OP_end);
    return true;
}

/* An object that a living segment holds: a constant global of its own. */
static bool plan_extra_global(SnapshotObjects *o, ValType t, w2c_ref ref) {
    uint32_t n = number_of(o, t, ref);
    if (o->places[n].how != NOWHERE) return true;
    buffer_char(&o->globals, 0x64); /* (ref T) */
    snap_put_heap(&o->globals, type_of(o, n));
    buffer_char(&o->globals, 0);
    o->places[n] = (ObjectPlace){IN_CONSTANT, o->global_count++, 0};
    if (!put_constant(o, &o->globals, n)) return false;
    snap_put_op(&o->globals, OP_end);
    return true;
}

static bool plan_elem(SnapshotObjects *o, uint32_t k) {
    const Elem *e = &o->m->elems[k];
    if (e->mode != SEGMENT_PASSIVE || e->is_funcs || w2c_interp_elem_dropped(o->s->instance, k) ||
        snap_hierarchy(o->m, vt_heap(e->type)) == OF_FUNC)
        return true;
    o->what = "element segment";
    o->index = k;
    const w2c_ref *refs = w2c_interp_elem_refs(o->s->instance, k);
    for (uint32_t i = 0; i < e->count; i++) {
        bool is_object = snapshot_is_object(o->m, e->type, refs[i]);
        if (is_object && !plan_extra_global(o, e->type, refs[i])) return false;
        bool ok = is_object
                      ? put_constant_object(o, &o->elems[k], e->type,
                                            number_of(o, e->type, refs[i]), (ObjectPlace){0, 0, 0})
                      : put_plain_ref(o, &o->elems[k], e->type, refs[i]);
        if (!ok) return false;
        snap_put_op(&o->elems[k], OP_end);
    }
    return true;
}

/* ---- start functions: where objects are -------------------------------------------------------- */
static bool end_body(SnapshotObjects *o) {
    if (!o->code.len) return true;
    snap_put_u(&o->bodies, o->code.len + 2);
    buffer_char(&o->bodies, 0); /* no locals */
    buffer_bytes(&o->bodies, o->code.data, o->code.len);
    snap_put_op(&o->bodies, OP_end);
    o->bodies.failed |= o->code.failed;
    o->code.len = 0;
    o->body_count++;
    return true;
}

static void next_step(SnapshotObjects *o) {
    if (o->code.len > BODY_MOST) end_body(o);
}

/* The object as a (ref T): it is in the table. */
static void put_object(SnapshotObjects *o, uint32_t n) {
    put_i32(&o->code, n);
    put_type_op(&o->code, OP_table_get, o->table);
    snap_put_op(&o->code, OP_ref_cast);
    snap_put_heap(&o->code, type_of(o, n));
}

static void begin_keep(SnapshotObjects *o, uint32_t n) {
    put_i32(&o->code, n);
}

static void end_keep(SnapshotObjects *o) {
    put_type_op(&o->code, OP_table_set, o->table);
    next_step(o);
}

/* An object that a constant holds: parents come before their fields. */
static void find_constant(SnapshotObjects *o, uint32_t n) {
    const ObjectPlace at = o->places[n];
    ValType t;
    begin_keep(o, n);
    if (at.how == IN_FIELD) {
        Field f = field_of(o, at.global, at.field);
        bool is_array = def_of(o, at.global)->form == FORM_ARRAY;
        put_object(o, at.global);
        if (is_array) put_i32(&o->code, at.field);
        put_type_op(&o->code, is_array ? OP_array_get : OP_struct_get, type_of(o, at.global));
        if (!is_array) snap_put_u(&o->code, at.field);
        t = f.type;
    } else {
        snap_put_op(&o->code, OP_global_get);
        snap_put_u(&o->code, at.global);
        t = at.global < o->m->global_count ? o->m->globals[at.global].type : VT_NONE;
    }
    if (t != VT_NONE && snap_hierarchy(o->m, vt_heap(t)) == OF_EXTERN)
        snap_put_op(&o->code, OP_any_convert_extern);
    end_keep(o);
}

/* Parents have lower numbers than what is only found through them, but not always: go up first. */
static void find_up(SnapshotObjects *o, uint32_t n, uint8_t *found) {
    uint32_t chain[DEEPEST + 1], count = 0;
    while (!found[n]) {
        found[n] = 1;
        chain[count++] = n;
        if (o->places[n].how != IN_FIELD) break;
        n = o->places[n].global;
    }
    while (count)
        find_constant(o, chain[--count]);
}

/* ---- start functions: making objects ------------------------------------------------------------ */
/* Some object that is there already and may be in a field of type t. False: none. */
static bool find_stand_in(const SnapshotObjects *o, ValType t, uint32_t *out) {
    for (uint32_t n = 0; n < o->work.graph.count; n++) {
        if (is_exception(o, n) || o->places[n].how == NOWHERE || o->places[n].how == WAITING)
            continue;
        *out = n;
        if (snap_hierarchy(o->m, vt_heap(t)) == OF_EXTERN ||
            type_matches(o->m, vt_ref(type_of(o, n), false), t))
            return true;
    }
    return false;
}

static bool put_field(SnapshotObjects *o, uint32_t n, uint32_t k) {
    Field f = field_of(o, n, k);
    if (!vt_is_ref(f.type)) {
        put_number(&o->code, f.type, field_at(o, n, k));
        return true;
    }
    w2c_ref ref = ref_at(o, n, k);
    if (!snapshot_is_object(o->m, f.type, ref)) return put_plain_ref(o, &o->code, f.type, ref);
    if (!is_required(f)) {
        put_null(&o->code, f.type);
        return true;
    }
    uint32_t child = number_of(o, f.type, ref);
    if (o->places[child].how == WAITING) {
        if (!find_stand_in(o, f.type, &child))
            return refuse(o, "reaches objects that refer to one another in a ring of fields that "
                             "cannot be null, and no other could stand in for one of them");
        o->places[n].field = STOOD_IN;
    }
    put_object(o, child);
    put_convert(o, &o->code, f.type);
    return true;
}

/* Where in the data segment the array's bytes are. */
static uint32_t put_blob(SnapshotObjects *o, uint32_t n, uint32_t count) {
    uint32_t at = (uint32_t)o->blob.len;
    buffer_bytes(&o->blob, field_at(o, n, 0), count * elem_size(o, n));
    return at;
}

static bool make_array(SnapshotObjects *o, uint32_t n) {
    Buffer *b = &o->code;
    uint32_t count = field_count(o, n);
    Field f = field_of(o, n, 0);
    if (count && !vt_is_ref(f.type)) {
        if (all_alike(o, n, count)) {
            put_number(b, f.type, field_at(o, n, 0));
            put_i32(b, count);
            put_type_op(b, OP_array_new, type_of(o, n));
            return true;
        }
        if (o->blob.len + (uint64_t)count * elem_size(o, n) > LIMIT_MODULE_SIZE / 2)
            return refuse(o, "reaches arrays of more than 512 MiB");
        put_i32(b, put_blob(o, n, count));
        put_i32(b, count);
        put_type_op(b, OP_array_new_data, type_of(o, n));
        snap_put_u(b, o->data);
        return true;
    }
    if (count && !is_required(f)) {
        put_i32(b, count);
        put_type_op(b, OP_array_new_default, type_of(o, n));
        return true;
    }
    if (count > LIMIT_ARRAY_NEW_FIXED)
        return refuse(
            o, "reaches an array of more than 10,000 references that are constant or never null");
    for (uint32_t k = 0; k < count; k++)
        if (!put_field(o, n, k)) return false;
    put_type_op(b, OP_array_new_fixed, type_of(o, n));
    snap_put_u(b, count);
    return true;
}

static bool make_object(SnapshotObjects *o, uint32_t n) {
    begin_keep(o, n);
    if (def_of(o, n)->form == FORM_ARRAY) {
        if (!make_array(o, n)) return false;
    } else {
        for (uint32_t k = 0; k < field_count(o, n); k++)
            if (!put_field(o, n, k)) return false;
        put_type_op(&o->code, OP_struct_new, type_of(o, n));
    }
    o->places[n].how = MADE;
    end_keep(o);
    return true;
}

typedef struct Step { /* an object on the way to be made, and its next field to look at */
    uint32_t node, field;
} Step;

/* The next object, from the step's field on, that must be there first; false: none. */
static bool needs(SnapshotObjects *o, Step *s, uint32_t *first) {
    uint32_t count = field_count(o, s->node);
    if (def_of(o, s->node)->form == FORM_ARRAY && !is_ref_array(o, s->node)) return false;
    while (s->field < count) {
        uint32_t k = s->field++;
        Field f = field_of(o, s->node, k);
        if (!vt_is_ref(f.type) || !is_required(f)) continue;
        w2c_ref ref = ref_at(o, s->node, k);
        if (!snapshot_is_object(o->m, f.type, ref)) continue;
        *first = number_of(o, f.type, ref);
        if (o->places[*first].how == NOWHERE) return true;
    }
    return false;
}

static bool make_after_needs(SnapshotObjects *o, uint32_t n, Step *steps) {
    uint32_t depth = 0, first;
    steps[depth++] = (Step){n, 0};
    o->places[n].how = WAITING;
    while (depth) {
        Step *s = &steps[depth - 1];
        if (!needs(o, s, &first)) {
            if (!make_object(o, s->node)) return false;
            depth--;
            continue;
        }
        o->places[first].how = WAITING;
        steps[depth++] = (Step){first, 0};
    }
    return true;
}

/* ---- start functions: everything else ------------------------------------------------------------ */
static void set_field(SnapshotObjects *o, uint32_t n, uint32_t k) {
    Field f = field_of(o, n, k);
    bool is_array = def_of(o, n)->form == FORM_ARRAY;
    put_object(o, n);
    if (is_array) put_i32(&o->code, k);
    put_object(o, number_of(o, f.type, ref_at(o, n, k)));
    put_convert(o, &o->code, f.type);
    put_type_op(&o->code, is_array ? OP_array_set : OP_struct_set, type_of(o, n));
    if (!is_array) snap_put_u(&o->code, k);
    next_step(o);
}

/* An array in a constant whose numbers did not fit there. */
static void fill_array(SnapshotObjects *o, uint32_t n, uint32_t count) {
    put_object(o, n);
    put_i32(&o->code, 0);
    put_i32(&o->code, put_blob(o, n, count));
    put_i32(&o->code, count);
    put_type_op(&o->code, OP_array_init_data, type_of(o, n));
    snap_put_u(&o->code, o->data);
    next_step(o);
}

/* References to what is no object were given with null, too, where an array began with its default. */
static bool set_plain(SnapshotObjects *o, uint32_t n, uint32_t k) {
    Field f = field_of(o, n, k);
    put_object(o, n);
    put_i32(&o->code, k);
    if (!put_plain_ref(o, &o->code, f.type, ref_at(o, n, k))) return false;
    put_type_op(&o->code, OP_array_set, type_of(o, n));
    next_step(o);
    return true;
}

static bool set_fields(SnapshotObjects *o, uint32_t n) {
    uint32_t count = field_count(o, n);
    bool is_array = def_of(o, n)->form == FORM_ARRAY;
    if (is_array && !is_ref_array(o, n)) {
        if (o->places[n].how != MADE && count && field_of(o, n, 0).mutable &&
            !all_alike(o, n, count))
            fill_array(o, n, count);
        return true;
    }
    for (uint32_t k = 0; k < count; k++) {
        Field f = field_of(o, n, k);
        bool again = o->places[n].how == MADE && o->places[n].field == STOOD_IN && f.mutable;
        if (!vt_is_ref(f.type) || (is_required(f) && !again)) continue;
        w2c_ref ref = ref_at(o, n, k);
        if (snapshot_is_object(o->m, f.type, ref))
            set_field(o, n, k);
        else if (ref && is_array && !is_required(f) && !set_plain(o, n, k))
            return false;
    }
    return true;
}

static void set_globals(SnapshotObjects *o) {
    for (uint32_t i = 0; i < o->m->global_count; i++) {
        const Global *g = &o->m->globals[i];
        if (!g->mutable || !vt_is_ref(g->type) || !vt_nullable(g->type)) continue;
        w2c_ref ref = w2c_interp_global(o->s->instance, i).ref;
        if (!snapshot_is_object(o->m, g->type, ref)) continue;
        put_object(o, number_of(o, g->type, ref));
        put_convert(o, &o->code, g->type);
        put_type_op(&o->code, OP_global_set, i);
        next_step(o);
    }
}

static void set_tables(SnapshotObjects *o) {
    for (uint32_t i = 0; i < o->m->table_count; i++) {
        const Table *t = &o->m->tables[i];
        const w2c_table *table = w2c_interp_table(o->s->instance, i);
        w2c_ref ref;
        for (uint64_t k = 0; w2c_table_get(table, k, &ref); k++) {
            if (!snapshot_is_object(o->m, t->type, ref)) continue;
            snap_put_op(&o->code, t->limits.is64 ? OP_i64_const : OP_i32_const);
            snap_put_s(&o->code, t->limits.is64 ? (int64_t)k : (int32_t)(uint32_t)k);
            put_object(o, number_of(o, t->type, ref));
            put_convert(o, &o->code, t->type);
            put_type_op(&o->code, OP_table_set, i);
            next_step(o);
        }
    }
}

/* The start function: calls the others, and forgets. */
static void put_start(SnapshotObjects *o) {
    end_body(o);
    for (uint32_t i = 0; i < o->body_count; i++) {
        snap_put_op(&o->code, OP_call);
        snap_put_u(&o->code, o->m->func_count + i);
    }
    put_i32(&o->code, 0);
    snap_put_op(&o->code, OP_ref_null);
    snap_put_heap(&o->code, HT_ANY);
    put_i32(&o->code, o->work.graph.count);
    put_type_op(&o->code, OP_table_fill, o->table);
    if (o->blob.len) put_type_op(&o->code, OP_data_drop, o->data);
    end_body(o);
}

static bool plan_start(SnapshotObjects *o) {
    uint32_t count = o->work.graph.count;
    Step *steps = calloc(count, sizeof *steps);
    uint8_t *found = calloc(count, 1);
    bool ok = steps && found;
    o->what = "object";
    o->index = 0;
    if (!ok) diag_nomem(o->ctx);
    for (uint32_t n = 0; ok && n < count; n++)
        if (!is_exception(o, n) && o->places[n].how != NOWHERE) find_up(o, n, found);
    for (uint32_t n = 0; ok && n < count; n++) {
        o->index = n;
        if (!is_exception(o, n) && o->places[n].how == NOWHERE) ok = make_after_needs(o, n, steps);
    }
    for (uint32_t n = 0; ok && n < count; n++) {
        o->index = n;
        ok = is_exception(o, n) || set_fields(o, n);
    }
    if (ok) {
        set_globals(o);
        set_tables(o);
        put_start(o);
    }
    free(steps);
    free(found);
    return ok;
}

/* ---- the plan ------------------------------------------------------------------------------------ */
/* Which objects there are. */
static bool find_objects(SnapshotObjects *o) {
    static const w2c_snapshot_hooks none;
    char text[480] = "";
    o->work.instance = o->s->instance;
    o->work.hooks = &none;
    o->work.forking = true;
    o->work.why = w2c_text_start(text, sizeof text);
    if (!w2c_snap_find_nodes(&o->work)) {
        if (o->work.status == W2C_NOMEM) return diag_nomem(o->ctx);
        return diag_error(o->ctx, ERR_snapshot, NO_OFFSET, ": %s", text);
    }
    if (o->work.graph.count > MOST_OBJECTS)
        return diag_error(o->ctx, ERR_snapshot, NO_OFFSET, ": more than ten million objects");
    return true;
}

bool snapshot_objects_plan(Context *ctx, const Module *m, const Snapshot *s, uint32_t data,
                           SnapshotObjects *o) {
    *o = (SnapshotObjects){.ctx = ctx,
                           .m = m,
                           .s = s,
                           .table = m->table_count,
                           .data = data,
                           .global_count = m->global_count};
    buffer_init(&o->globals, ctx->alloc);
    buffer_init(&o->bodies, ctx->alloc);
    buffer_init(&o->blob, ctx->alloc);
    buffer_init(&o->code, ctx->alloc);
    o->elems = calloc(m->elem_count + 1, sizeof *o->elems);
    o->declared = calloc(m->func_count / 64 + 1, sizeof *o->declared);
    if (!o->elems || !o->declared) return diag_nomem(ctx);
    for (uint32_t k = 0; k < m->elem_count; k++)
        buffer_init(&o->elems[k], ctx->alloc);
    if (!find_objects(o)) return false;
    o->places = calloc(o->work.graph.count + 1, sizeof *o->places);
    if (!o->places) return diag_nomem(ctx);
    bool ok = true;
    for (uint32_t i = 0; ok && i < m->global_count; i++)
        ok = plan_global(o, i);
    for (uint32_t k = 0; ok && k < m->elem_count; k++)
        ok = plan_elem(o, k);
    if (ok && o->work.graph.count) ok = plan_start(o);
    bool failed = o->globals.failed || o->bodies.failed || o->blob.failed || o->code.failed;
    return ok && (!failed || diag_nomem(ctx));
}

void snapshot_objects_free(SnapshotObjects *o) {
    for (uint32_t k = 0; o->elems && k < o->m->elem_count; k++)
        buffer_free(&o->elems[k]);
    free(o->elems);
    free(o->declared);
    free(o->places);
    w2c_snap_free_nodes(&o->work);
    buffer_free(&o->globals);
    buffer_free(&o->bodies);
    buffer_free(&o->blob);
    buffer_free(&o->code);
}
