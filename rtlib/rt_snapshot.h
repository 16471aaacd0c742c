/* rt_snapshot.h: what rt_snapshot*.c share: references as numbers that mean the same in every build. */
#ifndef W2C_RT_SNAPSHOT_H
#define W2C_RT_SNAPSHOT_H
#include "rt_internal.h"
#include "w2c_gc.h"
#include "w2c_group.h" /* w2c_crc32c */
#include "w2c_snapshot.h"

#if defined(__GNUC__)
#pragma GCC visibility push(hidden)
#endif

/* The kinds' numbers are part of the format. */
typedef enum snap_kind {
    SNAP_NULL,
    SNAP_FUNC,   /* value: function index in the module */
    SNAP_IMPORT, /* value: number in module.imports */
    SNAP_I31,    /* value: its 31 bits */
    SNAP_HOST,   /* value: what the hook gave; in a fork the reference itself */
    SNAP_NODE,   /* value: number of an object or exception among those of the snapshot */
    SNAP_KINDS
} snap_kind;

typedef struct snap_ref {
    u8 kind;
    u64 value;
} snap_ref;

typedef struct snap_type { /* as in w2c_global */
    const char *text;
    const w2c_type *heap;
} snap_type;

/* An object, or an exception. Numbers are in the order of being found, so they do not depend on
 * addresses. */
typedef struct snap_node {
    w2c_ref ref;
    const w2c_object_desc *desc; /* of state->objects, or of state->tags */
    bool is_exception;
} snap_node;

typedef struct snap_graph {
    snap_node *nodes;
    u32 count, cap;
    u32 *slots; /* hashed by address: a node's number + 1, or 0 */
    size_t slot_count;
} snap_graph;

typedef struct snap_work { /* one save, load or fork */
    w2c_instance *instance;
    const w2c_snapshot_hooks *hooks; /* never NULL */
    w2c_status status;               /* why it failed */
    w2c_text why;
    bool forking; /* host references are values */
    snap_graph graph;
} snap_work;

bool w2c_snap_fail(snap_work *w, w2c_status status, const char *format, ...) W2C_PRINTF(3, 4);
/* Is it a type of references? */
bool w2c_snap_is_ref(snap_type type);
size_t w2c_snap_size(const char *text); /* bytes of a number of that type, or of a reference */
/* False, recorded: it cannot be kept. what and number say where it was found. */
bool w2c_snap_take(snap_work *w, snap_type type, w2c_ref ref, snap_ref *out, const char *what,
                   u32 number);
/* Of a table that instances have no elements of. */
static inline snap_ref w2c_snap_element(const w2c_table_desc *table, u64 slot) {
    u32 func = table->elements[slot];
    return func == W2C_NO_ELEMENT ? (snap_ref){SNAP_NULL, 0} : (snap_ref){SNAP_FUNC, func};
}
/* False, recorded: there is no such thing here, or it is not of that type. */
bool w2c_snap_give(snap_work *w, snap_type type, snap_ref from, w2c_ref *out);
/* ---- objects (rt_snapshot_graph.c) ---- */
/* Finds everything that tables, globals and element segments reach. False, recorded. */
bool w2c_snap_find_nodes(snap_work *w);
/* The number of an object or exception, which is one more when it was not known. */
bool w2c_snap_node(snap_work *w, w2c_ref ref, bool is_exception, u32 *number, const char *what,
                   u32 of);
/* Makes node number graph.count, empty: of a type (len: elements of an array) or a tag. */
bool w2c_snap_make_node(snap_work *w, bool is_exception, const w2c_object_desc *desc, u32 len);
/* Calls field for each field, element or value of a node, in order. False: it returned false. */
typedef bool snap_field_fn(void *user, snap_type type, void *at, u32 node);
bool w2c_snap_each_field(const snap_work *w, u32 node, snap_field_fn *field, void *user);
static inline u32 w2c_snap_array_len(const snap_node *node) {
    return !node->is_exception && node->desc->type->form == 2 ? W2C_ARRAY_LEN(node->ref) : 0;
}
void w2c_snap_free_nodes(snap_work *w);

/* Can the instance's state be taken now? */
bool w2c_snap_ready(snap_work *w);
u64 w2c_snap_hash(const w2c_module *module);
/* Calls run(user, first, len) for each run of pages that are not all zeros. False: run returned false. */
bool w2c_snap_runs(const w2c_memory *memory, bool (*run)(void *user, u64 first, u64 len),
                   void *user);
/* Makes a table or memory that begins at its minimum as large as wanted. */
bool w2c_snap_grow_memory(snap_work *w, u32 number, w2c_memory *memory, u64 pages);
bool w2c_snap_grow_table(snap_work *w, u32 number, w2c_table *table, u64 size);

w2c_status w2c_snap_finish(snap_work *w); /* everything is there; or nothing, and this is why */
w2c_status w2c_snap_refuse(const w2c_config *config, w2c_status status, const char *text);

/* rt_instance.c: as w2c_instance_new, but fill runs in place of the module's init; it is not inside a frame. */
typedef w2c_status w2c_fill_fn(w2c_instance *instance, void *user, char *text, size_t cap);
w2c_status w2c_instance_new_filled(const w2c_module *module, w2c_instance **out,
                                   const w2c_imports *imports, const w2c_config *config,
                                   w2c_fill_fn *fill, void *user);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif
#endif
