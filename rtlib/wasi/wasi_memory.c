/* wasi_memory.c: trees of files in memory: nodes, names, limits, and the embedder's side of them. */
#include "wasi_memory.h"
#include <stdlib.h>
#include <string.h>

enum { FILES_DEFAULT = 65536, BUCKETS_FIRST = 64 };
#define BYTES_DEFAULT ((u64)64 << 20)

u64 wasi_tree_now(const w2c_wasi_tree *tree) {
    u64 ns = 0;
    if (!tree->clock.now || !tree->clock.now(tree->clock.user, WASI_CLOCK_REALTIME, &ns)) return 0;
    return ns;
}

/* ---- nodes ----------------------------------------------------------------------------------- */
static wasi_node *node_new(w2c_wasi_tree *tree, wasi_filetype type) {
    wasi_node *node = calloc(1, sizeof *node);
    if (!node) return NULL;
    node->tree = tree;
    node->type = type;
    node->ino = ++tree->next_ino;
    node->atim = node->mtim = node->ctim = wasi_tree_now(tree);
    return node;
}

void wasi_node_release(wasi_node *node) {
    w2c_wasi_tree *tree = node->tree;
    if (--node->refs) return;
    tree->bytes -= node->size;
    if (node != tree->root) tree->files--;
    free(node->data);
    free(node->names);
    free(node);
}

u64 wasi_node_room(const wasi_node *node) {
    return node->size + (node->tree->max_bytes - node->tree->bytes);
}

wasi_errno wasi_node_resize(wasi_node *node, u64 size) {
    u64 room = wasi_node_room(node);
    if (size > room) return WASI_NOSPC;
    if (size > node->cap || size < node->cap / 4) {
        u64 cap = size > node->cap ? (u64)node->cap * 2 : size; /* never above the limit */
        if (cap < size) cap = size;
        if (cap > room) cap = room;
        if (cap > SIZE_MAX) return WASI_NOMEM;
        u8 *data = realloc(node->data, cap ? (size_t)cap : 1);
        if (!data) return WASI_NOMEM;
        node->data = data;
        node->cap = (size_t)cap;
    }
    if (size > node->size) memset(node->data + node->size, 0, (size_t)size - node->size);
    node->tree->bytes = node->tree->bytes - node->size + size;
    node->size = (size_t)size;
    return WASI_SUCCESS;
}

/* ---- names ----------------------------------------------------------------------------------- */
static u32 hash_of(const wasi_node *dir, const char *name, size_t len) {
    u64 h = dir->ino * 0x9e3779b97f4a7c15u;
    for (size_t i = 0; i < len; i++)
        h = (h ^ (u8)name[i]) * 0x100000001b3u;
    return (u32)(h >> 32) ^ (u32)h;
}

static wasi_name **bucket_of(const w2c_wasi_tree *tree, u32 hash) {
    return &tree->buckets[hash & (tree->bucket_count - 1)];
}

wasi_name *wasi_tree_find(const wasi_node *dir, const char *name, size_t len) {
    for (wasi_name *n = *bucket_of(dir->tree, hash_of(dir, name, len)); n; n = n->next)
        if (n->dir == dir && n->len == len && memcmp(n->text, name, len) == 0) return n;
    return NULL;
}

/* Room for one more entry in the table, whose chains stay short. */
static bool buckets_grow(w2c_wasi_tree *tree) {
    if (tree->entry_count < tree->bucket_count) return true;
    w2c_wasi_tree larger = *tree;
    larger.bucket_count = tree->bucket_count * 2;
    larger.buckets = calloc(larger.bucket_count, sizeof(wasi_name *));
    if (!larger.buckets) return false;
    for (u32 i = 0; i < tree->bucket_count; i++) {
        for (wasi_name *n = tree->buckets[i], *next; n; n = next) {
            wasi_name **place = bucket_of(&larger, hash_of(n->dir, n->text, n->len));
            next = n->next;
            n->next = *place;
            *place = n;
        }
    }
    free(tree->buckets);
    tree->buckets = larger.buckets;
    tree->bucket_count = larger.bucket_count;
    return true;
}

static bool names_grow(wasi_node *dir) {
    if (dir->name_count < dir->name_cap) return true;
    u32 cap = dir->name_cap ? dir->name_cap * 2 : 4;
    wasi_name **names = realloc(dir->names, cap * sizeof *names);
    if (!names) return false;
    dir->names = names;
    dir->name_cap = cap;
    return true;
}

wasi_errno wasi_tree_enter(wasi_node *dir, const char *name, wasi_node *node) {
    w2c_wasi_tree *tree = dir->tree;
    size_t len = strlen(name);
    if (!dir->links) return WASI_NOENT;
    if (tree->max_bytes - tree->bytes < len) return WASI_NOSPC;
    wasi_name *entry = malloc(sizeof *entry + len + 1);
    if (!entry || !buckets_grow(tree) || !names_grow(dir)) {
        free(entry);
        return WASI_NOMEM;
    }
    wasi_name **place = bucket_of(tree, hash_of(dir, name, len));
    *entry = (wasi_name){dir, node, ++tree->next_serial, *place, len};
    memcpy(entry->text, name, len + 1);
    *place = entry;
    dir->names[dir->name_count++] = entry;
    tree->entry_count++;
    tree->bytes += len;
    node->refs++;
    node->links++;
    if (node->type == WASI_TYPE_DIRECTORY) node->parent = dir;
    dir->mtim = dir->ctim = node->ctim = wasi_tree_now(tree);
    return WASI_SUCCESS;
}

wasi_errno wasi_tree_make(wasi_node *dir, const char *name, wasi_filetype type, wasi_node **out) {
    w2c_wasi_tree *tree = dir->tree;
    if (tree->files >= tree->max_files) return WASI_NOSPC;
    wasi_node *node = node_new(tree, type);
    if (!node) return WASI_NOMEM;
    wasi_errno e = wasi_tree_enter(dir, name, node);
    if (e) {
        free(node);
        return e;
    }
    tree->files++;
    *out = node;
    return WASI_SUCCESS;
}

/* Index of the first entry whose serial is at least that. */
static u32 names_at(const wasi_node *dir, u64 serial) {
    u32 low = 0, high = dir->name_count;
    while (low < high) {
        u32 middle = low + (high - low) / 2;
        if (dir->names[middle]->serial < serial)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

void wasi_tree_remove(wasi_name *name) {
    wasi_node *dir = name->dir, *node = name->node;
    w2c_wasi_tree *tree = dir->tree;
    wasi_name **place = bucket_of(tree, hash_of(dir, name->text, name->len));
    while (*place != name)
        place = &(*place)->next;
    *place = name->next;
    u32 at = names_at(dir, name->serial);
    dir->name_count--;
    memmove(dir->names + at, dir->names + at + 1, (dir->name_count - at) * sizeof *dir->names);
    tree->entry_count--;
    tree->bytes -= name->len;
    dir->mtim = dir->ctim = node->ctim = wasi_tree_now(tree);
    node->links--;
    free(name);
    wasi_node_release(node);
}

/* ---- the embedder's side --------------------------------------------------------------------- */
w2c_status w2c_wasi_tree_new(w2c_wasi_tree **out, const w2c_wasi_tree_limits *limits) {
    w2c_wasi_tree *tree = calloc(1, sizeof *tree);
    *out = NULL;
    if (!tree) return W2C_NOMEM;
    tree->max_bytes = limits && limits->max_bytes ? limits->max_bytes : BYTES_DEFAULT;
    tree->max_files = limits && limits->max_files ? limits->max_files : FILES_DEFAULT;
    tree->clock.now = wasi_host_now;
    if (limits && limits->clock) tree->clock = *limits->clock;
    tree->bucket_count = BUCKETS_FIRST;
    tree->buckets = calloc(tree->bucket_count, sizeof *tree->buckets);
    tree->root = tree->buckets ? node_new(tree, WASI_TYPE_DIRECTORY) : NULL;
    if (!tree->root || pthread_mutex_init(&tree->lock, NULL) != 0) {
        free(tree->root);
        free(tree->buckets);
        free(tree);
        return W2C_NOMEM;
    }
    tree->root->refs = tree->root->links = 1;
    tree->next_serial = 2; /* cookies 0 and 1 are "." and ".." */
    tree->refs = 1;
    *out = tree;
    return W2C_OK;
}

void wasi_tree_release(w2c_wasi_tree *tree) {
    pthread_mutex_lock(&tree->lock);
    bool last = --tree->refs == 0;
    pthread_mutex_unlock(&tree->lock);
    if (!last) return;
    wasi_node *dirs = NULL; /* chained by `parent`: directories outlive the entries in them */
    for (u32 i = 0; i < tree->bucket_count; i++) {
        for (wasi_name *n = tree->buckets[i]; n; n = n->next) {
            if (n->node->type != WASI_TYPE_DIRECTORY) continue;
            n->node->refs++;
            n->node->parent = dirs;
            dirs = n->node;
        }
    }
    for (u32 i = 0; i < tree->bucket_count; i++) {
        while (tree->buckets[i])
            wasi_tree_remove(tree->buckets[i]);
    }
    for (wasi_node *next; dirs; dirs = next) {
        next = dirs->parent;
        wasi_node_release(dirs);
    }
    wasi_node_release(tree->root);
    pthread_mutex_destroy(&tree->lock);
    free(tree->buckets);
    free(tree);
}

void w2c_wasi_tree_delete(w2c_wasi_tree *tree) {
    if (tree) wasi_tree_release(tree);
}

static w2c_status status_of(wasi_errno e) {
    return e == WASI_SUCCESS ? W2C_OK
           : e == WASI_NOMEM ? W2C_NOMEM
           : e == WASI_NOSPC ? W2C_LIMIT
                             : W2C_INVALID;
}

/* The directory that holds the path's last name; those on the way that are missing are made. */
static wasi_errno dirs_make(w2c_wasi_tree *tree, const char *path, wasi_node **out,
                            char name[WASI_NAME_MAX]) {
    wasi_node *dir = tree->root;
    size_t len = strlen(path);
    if (!len || path[0] == '/' || !wasi_utf8(path, len)) return WASI_INVAL;
    for (;; path += len + 1) {
        len = strcspn(path, "/");
        if (len == 0 || len >= WASI_NAME_MAX) return WASI_INVAL;
        memcpy(name, path, len);
        name[len] = 0;
        if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0) return WASI_INVAL;
        if (!path[len]) break;
        wasi_name *entry = wasi_tree_find(dir, name, len);
        wasi_node *next = entry ? entry->node : NULL;
        wasi_errno e = next ? WASI_SUCCESS : wasi_tree_make(dir, name, WASI_TYPE_DIRECTORY, &next);
        if (e) return e;
        if (next->type != WASI_TYPE_DIRECTORY) return WASI_NOTDIR;
        dir = next;
    }
    *out = dir;
    return WASI_SUCCESS;
}

static wasi_errno put(w2c_wasi_tree *tree, const char *path, wasi_filetype type, const void *data,
                      size_t len) {
    char name[WASI_NAME_MAX];
    wasi_node *dir = NULL, *node = NULL;
    wasi_errno e = dirs_make(tree, path, &dir, name);
    if (e) return e;
    wasi_name *entry = wasi_tree_find(dir, name, strlen(name));
    if (entry)
        node = entry->node;
    else
        e = wasi_tree_make(dir, name, type, &node);
    if (!e && node->type != type) e = WASI_EXIST;
    if (!e && type != WASI_TYPE_DIRECTORY) e = wasi_node_resize(node, len);
    if (!e && len) memcpy(node->data, data, len);
    return e;
}

static w2c_status put_locked(w2c_wasi_tree *tree, const char *path, wasi_filetype type,
                             const void *data, size_t len) {
    pthread_mutex_lock(&tree->lock);
    wasi_errno e = put(tree, path, type, data, len);
    pthread_mutex_unlock(&tree->lock);
    return status_of(e);
}

w2c_status w2c_wasi_tree_file(w2c_wasi_tree *tree, const char *path, const void *data, size_t len) {
    return put_locked(tree, path, WASI_TYPE_REGULAR, data, len);
}

w2c_status w2c_wasi_tree_dir(w2c_wasi_tree *tree, const char *path) {
    return put_locked(tree, path, WASI_TYPE_DIRECTORY, NULL, 0);
}

w2c_status w2c_wasi_tree_link(w2c_wasi_tree *tree, const char *path, const char *target) {
    size_t len = strlen(target);
    if (!len || len >= WASI_PATH_MAX || !wasi_utf8(target, len)) return W2C_INVALID;
    return put_locked(tree, path, WASI_TYPE_SYMLINK, target, len);
}

bool w2c_wasi_tree_read(w2c_wasi_tree *tree, const char *path, const void **data, size_t *len) {
    wasi_spot spot;
    pthread_mutex_lock(&tree->lock);
    bool good = wasi_tree_resolve(tree->root, path, true, &spot) == WASI_SUCCESS && spot.node &&
                spot.node->type == WASI_TYPE_REGULAR;
    if (good) {
        *data = spot.node->data;
        *len = spot.node->size;
    }
    pthread_mutex_unlock(&tree->lock);
    return good;
}

void w2c_wasi_tree_usage(w2c_wasi_tree *tree, uint64_t *bytes, uint32_t *files) {
    pthread_mutex_lock(&tree->lock);
    *bytes = tree->bytes;
    *files = tree->files;
    pthread_mutex_unlock(&tree->lock);
}
