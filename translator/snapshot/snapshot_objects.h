/* snapshot_objects.h: garbage-collected objects in a module that begins with them.
 *
 * What constant globals and living element segments hold is made by constant expressions; everything else by functions
 * that the module has more than before, of which the last is its start function. They make each object once,
 * keep all of them in a table of their own while they work, and empty that at the end.
 *
 * Everything is planned before the first section is written: new globals, functions, tables, data are appended,
 * so that the old ones keep their numbers. */
#ifndef SNAPSHOT_OBJECTS_H
#define SNAPSHOT_OBJECTS_H
#include "snapshot.h"
#include <rt_snapshot.h>

typedef struct ObjectPlace {
    uint8_t how;     /* where start functions find it: see snapshot_objects.c */
    uint32_t global; /* or its parent's number, and */
    uint32_t field;  /* of it, the field or element */
} ObjectPlace;

typedef struct SnapshotObjects {
    Context *ctx;
    const Module *m;
    const Snapshot *s;
    snap_work work;       /* its graph has the objects */
    ObjectPlace *places;  /* by object */
    uint64_t *declared;   /* functions that the new code refers to */
    uint32_t table, data; /* numbers of the table and of the data segment */
    /* for the writer: */
    Buffer globals; /* all of the module's, and extra ones: entries without their count */
    uint32_t global_count;
    Buffer *elems; /* by segment: its items, when they are not those of the module; else empty */
    Buffer bodies; /* new functions, with their sizes */
    uint32_t body_count;
    Buffer blob;      /* the data segment */
    Buffer code;      /* of the function under work */
    const char *what; /* what is being written, for messages */
    uint32_t index;
    unsigned depth;
} SnapshotObjects;

/* data: the number that the new data segment will have. False: recorded: what cannot be kept, by name. */
bool snapshot_objects_plan(Context *ctx, const Module *m, const Snapshot *s, uint32_t data,
                           SnapshotObjects *out);
void snapshot_objects_free(SnapshotObjects *o);
/* Is the reference, of a type, to an object of the graph? Then start functions put it where it is. */
bool snapshot_is_object(const Module *m, ValType t, w2c_ref ref);
#endif
