/* exchange_pool.c: buffers by size class, and objects, that are used again.
 *
 * Whatever a pool gave out is in a list of its own until it comes back, so that the pool can
 * tell what is not its own from what is, and can free all when it goes. Records of buffers lie
 * in the host even where the bytes lie in a guest: the guest cannot reach them. */
#include "exchange_internal.h"
#include <stdlib.h>

/* ---- what both have ------------------------------------------------------------------------- */
/* Items in use: a table by address, open addressing, at most half full. */
typedef struct item_set {
    void **at;
    size_t cap, count;
} item_set;

static size_t item_slot(const item_set *set, const void *item) {
    uintptr_t hash = (uintptr_t)item >> 4;
    hash *= (uintptr_t)0x9e3779b97f4a7c15u;
    size_t i = (size_t)(hash >> (sizeof hash * 4)) & (set->cap - 1);
    while (set->at[i] && set->at[i] != item)
        i = (i + 1) & (set->cap - 1);
    return i;
}

static bool item_reserve(item_set *set) { /* room for one more */
    if (set->count * 2 < set->cap) return true;
    item_set more = {NULL, set->cap ? set->cap * 2 : 32, set->count};
    if (more.cap > SIZE_MAX / sizeof(void *)) return false;
    more.at = (void **)calloc(more.cap, sizeof(void *));
    if (!more.at) return false;
    for (size_t i = 0; i < set->cap; i++)
        if (set->at[i]) more.at[item_slot(&more, set->at[i])] = set->at[i];
    free(set->at);
    *set = more;
    return true;
}

static void item_add(item_set *set, void *item) {
    set->at[item_slot(set, item)] = item;
    set->count++;
}

static bool item_has(const item_set *set, const void *item) {
    return set->cap && set->at[item_slot(set, item)] != NULL;
}

static void item_remove(item_set *set, const void *item) {
    size_t hole = item_slot(set, item), mask = set->cap - 1;
    set->at[hole] = NULL;
    set->count--;
    for (size_t i = (hole + 1) & mask; set->at[i]; i = (i + 1) & mask) { /* those behind it */
        void *moved = set->at[i];
        set->at[i] = NULL;
        set->at[item_slot(set, moved)] = moved;
    }
}

static void count_out(w2c_pool_figures *f) {
    if (++f->out > f->high) f->high = f->out;
}

static void add_figures(w2c_pool_figures *to, const w2c_pool_figures *f) {
    to->hits += f->hits;
    to->misses += f->misses;
    to->discarded += f->discarded;
    to->refused += f->refused;
    to->held += f->held;
    to->out += f->out;
    to->high += f->high;
    to->bytes += f->bytes;
}

/* ---- buffers -------------------------------------------------------------------------------- */
typedef struct pool_buffer {
    w2c_buffer buffer; /* first */
    unsigned class_number;
    struct pool_buffer *next; /* kept */
} pool_buffer;

struct w2c_buffer_pool {
    w2c_exchange *x; /* NULL: the host's */
    bool of_guest;
    w2c_hold *hold;        /* of the guest's memory: the buffers' bytes stay */
    w2c_buffer_pool *next; /* of the exchange */
    pool_buffer *kept[W2C_BUFFER_CLASSES];
    w2c_pool_figures figures[W2C_BUFFER_CLASSES + 1];
    u64 refused, high;
    item_set out;
};

static size_t class_size(unsigned number) {
    return (size_t)64 << (2 * number);
}

static unsigned class_of(size_t size) {
    unsigned number = 0;
    while (number < W2C_BUFFER_CLASSES && class_size(number) < size)
        number++;
    return number;
}

w2c_status w2c_buffer_pool_new(w2c_buffer_pool **out, w2c_exchange *x) {
    *out = NULL;
    w2c_status status = x ? exchange_enter(x) : W2C_OK;
    if (status != W2C_OK) return status;
    w2c_buffer_pool *pool = (w2c_buffer_pool *)calloc(1, sizeof *pool);
    if (!pool) return W2C_NOMEM;
    pool->x = x;
    pool->of_guest = x != NULL;
    if (x) {
        pool->hold = w2c_hold_take(&x->memory->hold);
        if (!pool->hold) {
            free(pool);
            return W2C_NOMEM;
        }
        pool->next = x->buffer_pools;
        x->buffer_pools = pool;
    }
    *out = pool;
    return W2C_OK;
}

/* The guest's bytes lie at an address that is a multiple of 16, in a block that may be larger. */
static w2c_status make_bytes(w2c_buffer_pool *pool, w2c_buffer *b) {
    if (!pool->of_guest) {
        size_t size = (b->size + 15) & ~(size_t)15;
        b->data = (u8 *)aligned_alloc(16, size);
        if (!b->data) return W2C_NOMEM;
        memset(b->data, 0, size);
        return W2C_OK;
    }
    w2c_status status = exchange_alloc(pool->x, b->size, 16, true, &b->address);
    if (status == W2C_OK) b->data = pool->x->memory->data + b->address;
    return status;
}

static void free_buffer(w2c_buffer_pool *pool, pool_buffer *b) {
    if (!pool->of_guest)
        free(b->buffer.data);
    else if (pool->x && !exchange_gone(pool->x))
        exchange_free(pool->x, b->buffer.address, true);
    free(b);
}

void w2c_buffer_pool_delete(w2c_buffer_pool *pool) {
    if (!pool) return;
    w2c_exchange *x = pool->x;
    if (x)
        for (w2c_buffer_pool **at = &x->buffer_pools; *at; at = &(*at)->next)
            if (*at == pool) {
                *at = pool->next;
                break;
            }
    for (unsigned c = 0; c < W2C_BUFFER_CLASSES; c++)
        while (pool->kept[c]) {
            pool_buffer *b = pool->kept[c];
            pool->kept[c] = b->next;
            free_buffer(pool, b);
        }
    for (size_t i = 0; i < pool->out.cap; i++)
        if (pool->out.at[i]) free_buffer(pool, (pool_buffer *)pool->out.at[i]);
    free(pool->out.at);
    w2c_hold_drop(pool->hold);
    free(pool);
    if (x) exchange_leave(x, W2C_OK);
}

static w2c_status make_buffer(w2c_buffer_pool *pool, size_t size, unsigned c, pool_buffer **out) {
    pool_buffer *b = (pool_buffer *)calloc(1, sizeof *b);
    if (!b) return W2C_NOMEM;
    b->class_number = c;
    b->buffer.size = c < W2C_BUFFER_CLASSES ? class_size(c) : size;
    w2c_status status = make_bytes(pool, &b->buffer);
    if (status != W2C_OK) {
        free(b);
        return status;
    }
    pool->figures[c].misses++;
    pool->figures[c].bytes += b->buffer.size;
    *out = b;
    return W2C_OK;
}

w2c_status w2c_buffer_get(w2c_buffer_pool *pool, size_t size, w2c_buffer **out) {
    unsigned c = class_of(size);
    pool_buffer *b = c < W2C_BUFFER_CLASSES ? pool->kept[c] : NULL;
    *out = NULL;
    if (size > SIZE_MAX - 16) return W2C_LIMIT;
    if (pool->of_guest) {
        w2c_status status = pool->x ? exchange_enter(pool->x) : W2C_GONE;
        if (status != W2C_OK) return status;
    }
    if (!item_reserve(&pool->out)) return W2C_NOMEM;
    w2c_pool_figures *f = &pool->figures[c];
    if (b) {
        pool->kept[c] = b->next;
        b->next = NULL;
        f->hits++;
        f->held--;
    } else {
        w2c_status status = make_buffer(pool, size, c, &b);
        if (status == W2C_OK && !item_reserve(&pool->out)) { /* the guest may have called back */
            f->bytes -= b->buffer.size;
            free_buffer(pool, b);
            status = W2C_NOMEM;
        }
        if (status != W2C_OK) return pool->x ? exchange_leave(pool->x, status) : status;
    }
    count_out(f);
    item_add(&pool->out, b);
    if (pool->out.count > pool->high) pool->high = pool->out.count;
    *out = &b->buffer;
    return W2C_OK;
}

w2c_status w2c_buffer_put(w2c_buffer_pool *pool, w2c_buffer *buffer) {
    if (!buffer) return W2C_OK;
    if (!item_has(&pool->out, buffer)) {
        pool->refused++;
        return W2C_INVALID;
    }
    pool_buffer *b = (pool_buffer *)buffer;
    unsigned c = b->class_number;
    w2c_pool_figures *f = &pool->figures[c];
    item_remove(&pool->out, b);
    f->out--;
    bool gone = pool->of_guest && (!pool->x || exchange_gone(pool->x));
    if (c < W2C_BUFFER_CLASSES && f->held < W2C_BUFFER_KEPT && !gone) {
        b->next = pool->kept[c];
        pool->kept[c] = b;
        f->held++;
        return W2C_OK;
    }
    f->discarded++;
    f->bytes -= b->buffer.size;
    w2c_exchange *x = pool->x;
    free_buffer(pool, b);
    if (x) exchange_leave(x, W2C_OK);
    return W2C_OK;
}

void w2c_buffer_pool_stats(const w2c_buffer_pool *pool, w2c_pool_figures *out) {
    memset(out, 0, sizeof *out);
    for (unsigned c = 0; c <= W2C_BUFFER_CLASSES; c++)
        add_figures(out, &pool->figures[c]);
    out->refused = pool->refused;
    out->high = pool->high;
}

void w2c_buffer_class_stats(const w2c_buffer_pool *pool, unsigned class_number,
                            w2c_pool_figures *out) {
    memset(out, 0, sizeof *out);
    if (class_number <= W2C_BUFFER_CLASSES) *out = pool->figures[class_number];
}

/* ---- objects -------------------------------------------------------------------------------- */
struct w2c_object_pool {
    w2c_object_pool_config config;
    w2c_object_pool *next; /* of the exchange */
    void **kept;
    w2c_pool_figures figures;
    item_set out;
};

w2c_status w2c_object_pool_new(w2c_object_pool **out, const w2c_object_pool_config *config) {
    *out = NULL;
    if (!config || !config->size || config->size > SIZE_MAX - 16) return W2C_INVALID;
    w2c_object_pool *pool = (w2c_object_pool *)calloc(1, sizeof *pool);
    if (!pool) return W2C_NOMEM;
    pool->config = *config;
    pool->config.size = (config->size + 15) & ~(size_t)15;
    if (!config->kept) pool->config.kept = W2C_BUFFER_KEPT;
    pool->kept = (void **)calloc(pool->config.kept, sizeof(void *));
    if (!pool->kept) {
        free(pool);
        return W2C_NOMEM;
    }
    if (config->exchange) {
        pool->next = config->exchange->object_pools;
        config->exchange->object_pools = pool;
    }
    *out = pool;
    return W2C_OK;
}

static void drop_object(w2c_object_pool *pool, void *object) {
    pool->figures.bytes -= pool->config.size;
    if (pool->config.drop) pool->config.drop(pool->config.user, object);
    free(object);
}

void w2c_object_pool_delete(w2c_object_pool *pool) {
    if (!pool) return;
    if (pool->config.exchange)
        for (w2c_object_pool **at = &pool->config.exchange->object_pools; *at; at = &(*at)->next)
            if (*at == pool) {
                *at = pool->next;
                break;
            }
    while (pool->figures.held)
        drop_object(pool, pool->kept[--pool->figures.held]);
    for (size_t i = 0; i < pool->out.cap; i++)
        if (pool->out.at[i]) drop_object(pool, pool->out.at[i]);
    free(pool->out.at);
    free(pool->kept);
    free(pool);
}

w2c_status w2c_object_get(w2c_object_pool *pool, void **out) {
    w2c_pool_figures *f = &pool->figures;
    *out = NULL;
    if (!item_reserve(&pool->out)) return W2C_NOMEM;
    void *object;
    if (f->held) {
        object = pool->kept[--f->held];
        f->hits++;
    } else {
        object = aligned_alloc(16, pool->config.size);
        if (!object) return W2C_NOMEM;
        memset(object, 0, pool->config.size);
        if (pool->config.make && !pool->config.make(pool->config.user, object)) {
            free(object);
            return W2C_TRAP_HOST;
        }
        f->bytes += pool->config.size;
        f->misses++;
        if (!item_reserve(&pool->out)) { /* `make` may have used the pool */
            drop_object(pool, object);
            return W2C_NOMEM;
        }
    }
    item_add(&pool->out, object);
    count_out(f);
    *out = object;
    return W2C_OK;
}

w2c_status w2c_object_put(w2c_object_pool *pool, void *object) {
    w2c_pool_figures *f = &pool->figures;
    if (!object) return W2C_OK;
    if (!item_has(&pool->out, object)) {
        f->refused++;
        return W2C_INVALID;
    }
    item_remove(&pool->out, object);
    f->out--;
    bool clean = !pool->config.reset || pool->config.reset(pool->config.user, object);
    if (clean && f->held < pool->config.kept) {
        pool->kept[f->held++] = object;
        return W2C_OK;
    }
    f->discarded++;
    drop_object(pool, object);
    return W2C_OK;
}

void w2c_object_pool_stats(const w2c_object_pool *pool, w2c_pool_figures *out) {
    *out = pool->figures;
}

/* ---- for an exchange ------------------------------------------------------------------------ */
void exchange_pools_orphan(w2c_exchange *x) {
    for (w2c_buffer_pool *p = x->buffer_pools, *next; p; p = next) {
        next = p->next;
        p->x = NULL;
        p->next = NULL;
    }
    for (w2c_object_pool *p = x->object_pools, *next; p; p = next) {
        next = p->next;
        p->config.exchange = NULL;
        p->next = NULL;
    }
}

void exchange_pools_add(const w2c_exchange *x, w2c_memory_info *out) {
    w2c_pool_figures f;
    for (const w2c_buffer_pool *p = x->buffer_pools; p; p = p->next) {
        w2c_buffer_pool_stats(p, &f);
        add_figures(&out->buffers, &f);
    }
    for (const w2c_object_pool *p = x->object_pools; p; p = p->next)
        add_figures(&out->objects, &p->figures);
}
