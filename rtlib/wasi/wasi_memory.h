/* wasi_memory.h: directories in memory: what the wasi_memory*.c files share.
 *
 * A tree is nodes that entries name. Owner of a node: its entries and open files together (refs).
 * Everything happens under the tree's lock, which no operation holds while it waits. */
#ifndef WASI_MEMORY_H
#define WASI_MEMORY_H
#include "wasi_impl.h"

typedef struct wasi_node wasi_node;

typedef struct wasi_name { /* an entry of a directory */
    wasi_node *dir, *node;
    u64 serial;             /* its cookie: larger than those of all entries made before */
    struct wasi_name *next; /* with the same hash */
    size_t len;
    char text[]; /* NUL-terminated */
} wasi_name;

struct wasi_node {
    w2c_wasi_tree *tree;
    wasi_filetype type; /* REGULAR, DIRECTORY, SYMLINK */
    u32 refs;           /* entries, open files; the tree's own one of its root */
    u32 links;          /* entries; 0: removed, but still open */
    u64 ino, atim, mtim, ctim;
    u8 *data; /* files: content; links: text without NUL */
    size_t size, cap;
    wasi_node *parent; /* directories; it has no reference: a removed one is never left by `..` */
    wasi_name **names; /* directories: in the order of serials */
    u32 name_count, name_cap;
};

struct w2c_wasi_tree {
    pthread_mutex_t lock;
    wasi_node *root;
    wasi_name **buckets; /* of all entries, by directory and name */
    u32 bucket_count, entry_count;
    u32 files, max_files; /* nodes but the root */
    u64 bytes, max_bytes; /* of contents, names and links' texts */
    u64 next_ino, next_serial;
    u32 refs; /* the embedder's, and those of preopened directories */
    w2c_wasi_clock clock;
};

/* ---- wasi_memory.c: nodes and names; the caller holds the lock -------------------------------- */
u64 wasi_tree_now(const w2c_wasi_tree *tree);
wasi_name *wasi_tree_find(const wasi_node *dir, const char *name, size_t len);
/* A new node under a name that is free. NOSPC at a limit, NOMEM, NOENT in a removed directory. */
wasi_errno wasi_tree_make(wasi_node *dir, const char *name, wasi_filetype type, wasi_node **out);
/* One more name for a node. */
wasi_errno wasi_tree_enter(wasi_node *dir, const char *name, wasi_node *node);
void wasi_tree_remove(wasi_name *name);
void wasi_node_release(wasi_node *node);
/* The content becomes `size` bytes long, new ones 0. NOSPC, NOMEM: it stays as it was. */
wasi_errno wasi_node_resize(wasi_node *node, u64 size);
/* Most bytes that the content can have now. */
u64 wasi_node_room(const wasi_node *node);
void wasi_tree_release(w2c_wasi_tree *tree); /* takes the lock itself */

/* ---- wasi_memory_path.c ---------------------------------------------------------------------- */
typedef struct wasi_spot { /* where a path leads */
    wasi_node *dir;        /* of its last name, or the directory itself: name is "." then */
    wasi_node *node;       /* NULL: nothing has that name */
    char name[WASI_NAME_MAX];
    bool slash; /* the path ended in '/' */
} wasi_spot;
/* Beneath root; a link at the end is followed with `follow`. PERM: it would lead out. */
wasi_errno wasi_tree_resolve(wasi_node *root, const char *path, bool follow, wasi_spot *out);

wasi_errno wasi_memory_open(wasi_file *dir, const char *path, const wasi_open_how *how,
                            wasi_file **out);
wasi_errno wasi_memory_stat_at(wasi_file *dir, const char *path, bool follow, wasi_stat *out);
wasi_errno wasi_memory_set_times_at(wasi_file *dir, const char *path, bool follow,
                                    const wasi_times *times);
wasi_errno wasi_memory_make_dir(wasi_file *dir, const char *path);
wasi_errno wasi_memory_remove_dir(wasi_file *dir, const char *path);
wasi_errno wasi_memory_unlink(wasi_file *dir, const char *path);
wasi_errno wasi_memory_rename(wasi_file *dir, const char *path, wasi_file *new_dir,
                              const char *new_path);
wasi_errno wasi_memory_link(wasi_file *dir, const char *path, bool follow, wasi_file *new_dir,
                            const char *new_path);
wasi_errno wasi_memory_symlink(wasi_file *dir, const char *target, const char *path);
wasi_errno wasi_memory_read_link(wasi_file *dir, const char *path, char out[WASI_PATH_MAX],
                                 size_t *len);

/* ---- wasi_memory_file.c ---------------------------------------------------------------------- */
/* An open file, which holds the node and its tree. NULL: no memory. The caller holds the lock. */
wasi_file *wasi_memory_file(wasi_node *node, bool read, bool write, u32 fdflags);
void wasi_memory_stat(const wasi_node *node, wasi_stat *out);
void wasi_memory_times(wasi_node *node, const wasi_times *times);
#endif
