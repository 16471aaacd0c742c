/* wasi_memory_path.c: paths in a tree in memory, and the operations on them. They answer what
 * wasi_posix_dir.c answers: a test runs the same calls on both. */
#include "wasi_memory.h"
#include <string.h>

enum { LINKS_MAX = 40 }; /* followed in one path, as Linux has it */

/* ---- resolution ------------------------------------------------------------------------------ */
/* `rest` becomes a link's text and what comes after it. */
static wasi_errno put_in_front(char rest[WASI_PATH_MAX], const wasi_node *link, const char *tail,
                               bool slash) {
    char text[WASI_PATH_MAX];
    size_t tail_len = strlen(tail), len = link->size;
    if (len == 0) return WASI_NOENT;
    if (link->data[0] == '/') return WASI_PERM;
    if (len + tail_len + 2 > sizeof text) return WASI_NAMETOOLONG;
    memcpy(text, link->data, len);
    if (slash) text[len++] = '/';
    memcpy(text + len, tail, tail_len + 1);
    memcpy(rest, text, len + tail_len + 1);
    return WASI_SUCCESS;
}

static void spot_itself(wasi_spot *out, wasi_node *dir, bool slash) {
    *out = (wasi_spot){.dir = dir, .node = dir, .name = ".", .slash = slash};
}

wasi_errno wasi_tree_resolve(wasi_node *root, const char *path, bool follow, wasi_spot *out) {
    char rest[WASI_PATH_MAX], name[WASI_NAME_MAX];
    wasi_node *here = root;
    size_t path_len = strlen(path);
    int links = 0;
    if (path_len >= sizeof rest) return WASI_NAMETOOLONG;
    if (path[0] == '/') return WASI_PERM;
    memcpy(rest, path, path_len + 1);
    spot_itself(out, root, false);
    while (rest[0]) {
        size_t len = strcspn(rest, "/"), skip = len + strspn(rest + len, "/");
        bool slash = skip > len, last = !rest[skip];
        if (len >= sizeof name) return WASI_NAMETOOLONG;
        memcpy(name, rest, len);
        name[len] = 0;
        if (len == 0 || strcmp(name, ".") == 0 || strcmp(name, "..") == 0) {
            if (name[0] && name[1]) {
                if (here == root) return WASI_PERM;
                here = here->parent;
            }
            spot_itself(out, here, slash);
        } else {
            const wasi_name *found = wasi_tree_find(here, name, len);
            wasi_node *node = found ? found->node : NULL;
            if (node && node->type == WASI_TYPE_SYMLINK && (!last || follow)) {
                if (++links > LINKS_MAX) return WASI_LOOP;
                wasi_errno e = put_in_front(rest, node, rest + skip, slash);
                if (e) return e;
                continue;
            }
            *out = (wasi_spot){.dir = here, .node = node, .slash = slash};
            memcpy(out->name, name, len + 1);
            if (last) return WASI_SUCCESS;
            if (!node) return WASI_NOENT;
            if (node->type != WASI_TYPE_DIRECTORY) return WASI_NOTDIR;
            here = node;
        }
        memmove(rest, rest + skip, strlen(rest + skip) + 1);
    }
    return WASI_SUCCESS;
}

static bool itself(const wasi_spot *spot) {
    return strcmp(spot->name, ".") == 0;
}

static bool is_dir(const wasi_node *node) {
    return node->type == WASI_TYPE_DIRECTORY;
}

static bool ends_in_slash(const char *path) {
    size_t len = strlen(path);
    return len && path[len - 1] == '/';
}

/* A path's spot, under the lock that `leave` gives back. */
static wasi_errno enter(wasi_file *dir, const char *path, bool follow, wasi_spot *out) {
    pthread_mutex_lock(&dir->node->tree->lock);
    return wasi_tree_resolve(dir->node, path, follow, out);
}

static wasi_errno leave(wasi_file *dir, wasi_errno e) {
    pthread_mutex_unlock(&dir->node->tree->lock);
    return e;
}

static wasi_name *name_of(const wasi_spot *spot) {
    return wasi_tree_find(spot->dir, spot->name, strlen(spot->name));
}

/* Something that is no directory is wanted at a path that ends in '/'. */
static wasi_errno refuse_slash(const wasi_spot *spot) {
    return spot->node ? WASI_EXIST : WASI_NOENT;
}

/* ---- opening --------------------------------------------------------------------------------- */
static wasi_errno open_existing(wasi_node *node, bool slash, const wasi_open_how *how) {
    bool creates = how->oflags & WASI_O_CREAT;
    if (creates && how->oflags & WASI_O_EXCL) return WASI_EXIST;
    if (node->type == WASI_TYPE_SYMLINK)
        return how->oflags & WASI_O_DIRECTORY ? WASI_NOTDIR : WASI_LOOP;
    if (!is_dir(node)) {
        if (slash || how->oflags & WASI_O_DIRECTORY) return WASI_NOTDIR;
        if (!(how->oflags & WASI_O_TRUNC)) return WASI_SUCCESS;
        node->mtim = node->ctim = wasi_tree_now(node->tree);
        return wasi_node_resize(node, 0);
    }
    return how->write || creates || how->oflags & WASI_O_TRUNC ? WASI_ISDIR : WASI_SUCCESS;
}

static wasi_errno open_spot(wasi_spot *spot, const wasi_open_how *how, wasi_file **out) {
    wasi_errno e = WASI_SUCCESS;
    if (spot->slash && how->oflags & WASI_O_CREAT && !itself(spot)) return WASI_ISDIR;
    if (spot->node)
        e = open_existing(spot->node, spot->slash, how);
    else if (how->oflags & WASI_O_CREAT)
        e = wasi_tree_make(spot->dir, spot->name, WASI_TYPE_REGULAR, &spot->node);
    else
        e = WASI_NOENT;
    if (e) return e;
    *out = wasi_memory_file(spot->node, how->read, how->write, how->fdflags);
    return *out ? WASI_SUCCESS : WASI_NOMEM;
}

wasi_errno wasi_memory_open(wasi_file *dir, const char *path, const wasi_open_how *how,
                            wasi_file **out) {
    wasi_spot spot;
    bool slash = ends_in_slash(path), follow = how->follow || slash;
    if (how->oflags & WASI_O_CREAT) follow = how->follow && !slash && !(how->oflags & WASI_O_EXCL);
    wasi_errno e = enter(dir, path, follow, &spot);
    return leave(dir, e ? e : open_spot(&spot, how, out));
}

/* ---- looking --------------------------------------------------------------------------------- */
static wasi_errno existing(const wasi_spot *spot) {
    if (!spot->node) return WASI_NOENT;
    return spot->slash && !is_dir(spot->node) ? WASI_NOTDIR : WASI_SUCCESS;
}

wasi_errno wasi_memory_stat_at(wasi_file *dir, const char *path, bool follow, wasi_stat *out) {
    wasi_spot spot;
    wasi_errno e = enter(dir, path, follow || ends_in_slash(path), &spot);
    if (!e) e = existing(&spot);
    if (!e) wasi_memory_stat(spot.node, out);
    return leave(dir, e);
}

wasi_errno wasi_memory_set_times_at(wasi_file *dir, const char *path, bool follow,
                                    const wasi_times *times) {
    wasi_spot spot;
    wasi_errno e = enter(dir, path, follow || ends_in_slash(path), &spot);
    if (!e) e = existing(&spot);
    if (!e) wasi_memory_times(spot.node, times);
    return leave(dir, e);
}

wasi_errno wasi_memory_read_link(wasi_file *dir, const char *path, char out[WASI_PATH_MAX],
                                 size_t *len) {
    wasi_spot spot;
    wasi_errno e = enter(dir, path, ends_in_slash(path), &spot);
    if (!e) e = existing(&spot);
    if (!e && spot.node->type != WASI_TYPE_SYMLINK) e = WASI_INVAL;
    if (!e) {
        memcpy(out, spot.node->data, spot.node->size);
        *len = spot.node->size;
    }
    return leave(dir, e);
}

/* ---- making and removing --------------------------------------------------------------------- */
wasi_errno wasi_memory_make_dir(wasi_file *dir, const char *path) {
    wasi_spot spot;
    wasi_errno e = enter(dir, path, false, &spot);
    if (!e && spot.node) e = WASI_EXIST;
    if (!e) e = wasi_tree_make(spot.dir, spot.name, WASI_TYPE_DIRECTORY, &spot.node);
    return leave(dir, e);
}

wasi_errno wasi_memory_remove_dir(wasi_file *dir, const char *path) {
    wasi_spot spot;
    wasi_errno e = enter(dir, path, false, &spot);
    if (!e && itself(&spot)) e = WASI_INVAL;
    if (!e && !spot.node) e = WASI_NOENT;
    if (!e && !is_dir(spot.node)) e = WASI_NOTDIR;
    if (!e && spot.node->name_count) e = WASI_NOTEMPTY;
    if (!e) wasi_tree_remove(name_of(&spot));
    return leave(dir, e);
}

wasi_errno wasi_memory_unlink(wasi_file *dir, const char *path) {
    wasi_spot spot;
    wasi_errno e = enter(dir, path, false, &spot);
    if (!e && !spot.node) e = WASI_NOENT;
    if (!e && is_dir(spot.node)) e = WASI_ISDIR;
    if (!e && spot.slash) e = WASI_NOTDIR;
    if (!e) wasi_tree_remove(name_of(&spot));
    return leave(dir, e);
}

wasi_errno wasi_memory_symlink(wasi_file *dir, const char *target, const char *path) {
    wasi_spot spot;
    wasi_errno e = enter(dir, path, false, &spot);
    if (!e && spot.slash) e = refuse_slash(&spot);
    if (!e && spot.node) e = WASI_EXIST;
    if (!e) e = wasi_tree_make(spot.dir, spot.name, WASI_TYPE_SYMLINK, &spot.node);
    if (!e) {
        e = wasi_node_resize(spot.node, strlen(target));
        if (!e)
            memcpy(spot.node->data, target, strlen(target));
        else
            wasi_tree_remove(name_of(&spot));
    }
    return leave(dir, e);
}

/* ---- two paths of one tree ------------------------------------------------------------------- */
/* XDEV for two trees. The lock is held afterwards in any case; it is one. */
static wasi_errno enter_both(wasi_file *dir, const char *path, bool follow, wasi_file *new_dir,
                             const char *new_path, wasi_spot *from, wasi_spot *to) {
    wasi_errno e = enter(dir, path, follow, from);
    if (!e && dir->node->tree != new_dir->node->tree) e = WASI_XDEV;
    return e ? e : wasi_tree_resolve(new_dir->node, new_path, false, to);
}

static bool is_beneath(const wasi_node *node, const wasi_node *top) {
    while (node && node != top)
        node = node->parent;
    return node == top;
}

static wasi_errno rename_judge(const wasi_spot *from, const wasi_spot *to) {
    if (!from->node) return WASI_NOENT;
    if ((from->slash || to->slash) && !is_dir(from->node)) return WASI_NOTDIR;
    if (itself(from) || itself(to)) return WASI_BUSY;
    if (is_dir(from->node) && is_beneath(to->dir, from->node)) return WASI_INVAL;
    if (!to->node) return WASI_SUCCESS;
    if (is_dir(to->node) && is_beneath(from->dir, to->node)) return WASI_NOTEMPTY;
    if (is_dir(to->node) != is_dir(from->node)) return is_dir(to->node) ? WASI_ISDIR : WASI_NOTDIR;
    return is_dir(to->node) && to->node != from->node && to->node->name_count ? WASI_NOTEMPTY
                                                                              : WASI_SUCCESS;
}

static wasi_errno move_entry(wasi_spot *from, wasi_spot *to) {
    wasi_node *node = from->node;
    if (to->node == node) return WASI_SUCCESS; /* two names of one file: both stay */
    wasi_name *old = to->node ? name_of(to) : NULL;
    wasi_errno e = wasi_tree_enter(to->dir, to->name, node);
    if (e) return e;
    if (old) wasi_tree_remove(old);
    wasi_tree_remove(name_of(from));
    return WASI_SUCCESS;
}

wasi_errno wasi_memory_rename(wasi_file *dir, const char *path, wasi_file *new_dir,
                              const char *new_path) {
    wasi_spot from, to;
    wasi_errno e = enter_both(dir, path, false, new_dir, new_path, &from, &to);
    if (!e) e = rename_judge(&from, &to);
    return leave(dir, e ? e : move_entry(&from, &to));
}

wasi_errno wasi_memory_link(wasi_file *dir, const char *path, bool follow, wasi_file *new_dir,
                            const char *new_path) {
    wasi_spot from, to;
    wasi_errno e =
        enter_both(dir, path, follow || ends_in_slash(path), new_dir, new_path, &from, &to);
    if (!e) e = existing(&from);
    if (!e && to.slash) e = refuse_slash(&to);
    if (!e && to.node) e = WASI_EXIST;
    if (!e && is_dir(from.node)) e = WASI_PERM;
    return leave(dir, e ? e : wasi_tree_enter(to.dir, to.name, from.node));
}
