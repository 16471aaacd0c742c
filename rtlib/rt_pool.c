/* rt_pool.c: which place an instance gets, and who has the idle ones.
 *
 * Idle places lie in shards, the last one used on top; a thread goes to the shard of its number
 * first, so threads meet in a lock only when there are more than shards, or a shard is empty. */
#include "rt_pool.h"
#include <sched.h>
#include <stdlib.h>

enum { SHARDS = 32 };
#define INSTANCES_DEFAULT 1000u
#define KEEP_DEFAULT ((u64)256 << 10)

typedef struct shard {
    u32 lock, count;
    w2c_slot *first;
    u64 hits, misses;
    char apart[96]; /* from the next one's cache line */
} shard;

/* Host functions that the first instance was given: copies. */
typedef struct given {
    size_t count;
    w2c_import list[];
} given;

struct w2c_pool {
    const w2c_module *module;
    w2c_pool_config config;
    w2c_cleaner cleaner;
    given *given; /* NULL: not known yet */
    u32 made;     /* places */
    u32 idle;     /* counted when max_idle is set */
    u32 in_use, high_water;
    u32 refs; /* instances, and the owner */
    bool closed;
    u64 refused;
    shard shards[SHARDS];
};

static void lock(shard *s) {
    while (__atomic_exchange_n(&s->lock, 1, __ATOMIC_ACQUIRE))
        sched_yield();
}

static void unlock(shard *s) {
    __atomic_store_n(&s->lock, 0, __ATOMIC_RELEASE);
}

/* ---- imports ---------------------------------------------------------------------------------- */
static bool is_plain(const w2c_imports *imports) {
    if (imports && imports->link_count) return false;
    for (size_t i = 0; imports && i < imports->count; i++) {
        const w2c_extern *e = &imports->list[i].value;
        if (e->kind != W2C_FUNC || e->func || !imports->list[i].module || !imports->list[i].name)
            return false;
    }
    return true;
}

static bool same_text(const char *a, const char *b) {
    return a == b || (a && b && !strcmp(a, b));
}

static bool same_list(const given *known, const w2c_imports *imports) {
    size_t count = imports ? imports->count : 0;
    if (known->count != count) return false;
    for (size_t i = 0; i < count; i++) {
        const w2c_import *a = &known->list[i], *b = &imports->list[i];
        if (!same_text(a->name, b->name) || !same_text(a->module, b->module) ||
            !same_text(a->value.letters, b->value.letters) || a->value.host != b->value.host ||
            a->value.host_any != b->value.host_any || a->value.env != b->value.env)
            return false;
    }
    return true;
}

static char *copy_text(const char *text) {
    size_t size = text ? strlen(text) + 1 : 1;
    char *copy = (char *)calloc(1, size);
    if (copy && text) memcpy(copy, text, size);
    return copy;
}

static void free_given(given *g) {
    for (size_t i = 0; g && i < g->count; i++) {
        free((void *)(uintptr_t)g->list[i].module);
        free((void *)(uintptr_t)g->list[i].name);
        free((void *)(uintptr_t)g->list[i].value.letters);
    }
    free(g);
}

static given *copy_list(const w2c_imports *imports) {
    size_t count = imports ? imports->count : 0;
    given *g = (given *)calloc(1, sizeof *g + count * sizeof(w2c_import));
    bool ok = g != NULL;
    for (; ok && g->count < count; g->count++) {
        w2c_import *to = &g->list[g->count];
        const w2c_import *from = &imports->list[g->count];
        to->value = from->value;
        to->module = copy_text(from->module);
        to->name = copy_text(from->name);
        to->value.letters = copy_text(from->value.letters);
        ok = to->module && to->name && to->value.letters;
    }
    if (ok) return g;
    free_given(g);
    return NULL;
}

/* Are these the imports that what is kept was made with? The first ones are, when they can be. */
bool w2c_pool_may_keep(w2c_pool *pool, const w2c_imports *imports, bool first) {
    given *known = __atomic_load_n(&pool->given, __ATOMIC_ACQUIRE);
    if (!is_plain(imports)) return false;
    if (known) return same_list(known, imports);
    if (!first) return false;
    given *mine = copy_list(imports);
    if (!mine) return false;
    if (__atomic_compare_exchange_n(&pool->given, &known, mine, false, __ATOMIC_ACQ_REL,
                                    __ATOMIC_ACQUIRE))
        return true;
    free_given(mine);
    return same_list(known, imports);
}

/* ---- idle places ------------------------------------------------------------------------------ */
static shard *own_shard(w2c_pool *pool) {
    return &pool->shards[w2c_thread_number() % SHARDS];
}

static w2c_slot *pop(shard *s) {
    if (!__atomic_load_n(&s->count, __ATOMIC_RELAXED)) return NULL;
    lock(s);
    w2c_slot *slot = s->first;
    if (slot) {
        s->first = slot->next;
        __atomic_store_n(&s->count, s->count - 1, __ATOMIC_RELAXED);
    }
    unlock(s);
    return slot;
}

static w2c_slot *pop_any(w2c_pool *pool) {
    shard *own = own_shard(pool);
    w2c_slot *slot = pop(own);
    for (u32 i = 0; !slot && i < SHARDS; i++)
        slot = pop(&pool->shards[i]);
    if (slot && pool->config.max_idle) __atomic_fetch_sub(&pool->idle, 1, __ATOMIC_RELAXED);
    return slot;
}

static void push(w2c_pool *pool, w2c_slot *slot) {
    shard *s = own_shard(pool);
    lock(s);
    slot->next = s->first;
    s->first = slot;
    __atomic_store_n(&s->count, s->count + 1, __ATOMIC_RELAXED);
    unlock(s);
}

static void drop(w2c_pool *pool, w2c_slot *slot) {
    w2c_slot_free(slot, pool->module);
    __atomic_fetch_sub(&pool->made, 1, __ATOMIC_RELAXED);
}

void w2c_pool_trim(w2c_pool *pool) {
    for (w2c_slot *slot; (slot = pop_any(pool));)
        drop(pool, slot);
}

static w2c_slot *make(w2c_pool *pool, w2c_status *status, char *text, size_t cap) {
    w2c_text why = w2c_text_start(text, cap);
    if (__atomic_fetch_add(&pool->made, 1, __ATOMIC_RELAXED) >= pool->config.max_instances) {
        __atomic_fetch_sub(&pool->made, 1, __ATOMIC_RELAXED);
        __atomic_fetch_add(&pool->refused, 1, __ATOMIC_RELAXED);
        w2c_text_add(&why, "all %u places of the pool are taken: raise max_instances",
                     pool->config.max_instances);
        *status = W2C_LIMIT;
        return NULL;
    }
    w2c_slot *slot = w2c_slot_new(pool, pool->module, &pool->cleaner, &pool->config, text, cap);
    if (slot) return slot;
    __atomic_fetch_sub(&pool->made, 1, __ATOMIC_RELAXED);
    if (cap && !text[0]) w2c_text_add(&why, "no memory for a place in the pool");
    *status = W2C_NOMEM;
    return NULL;
}

/* ---- the pool ---------------------------------------------------------------------------------- */
static void let_go(w2c_pool *pool) {
    if (__atomic_sub_fetch(&pool->refs, 1, __ATOMIC_ACQ_REL)) return;
    w2c_pool_trim(pool);
    w2c_cleaner_close(&pool->cleaner);
    free_given(pool->given);
    free(pool);
}

w2c_status w2c_pool_new(w2c_pool **out, const w2c_module *module, const w2c_pool_config *config) {
    char text[sizeof(((w2c_error *)0)->text)];
    text[0] = 0;
    *out = NULL;
    w2c_status status = w2c_module_check(module, text, sizeof text);
    w2c_pool *pool = status == W2C_OK ? (w2c_pool *)calloc(1, sizeof *pool) : NULL;
    if (status == W2C_OK && !pool) status = W2C_NOMEM;
    if (pool) {
        if (config) pool->config = *config;
        if (!pool->config.max_instances) pool->config.max_instances = INSTANCES_DEFAULT;
        pool->module = module;
        pool->refs = 1;
        w2c_cleaner_open(&pool->cleaner, pool->config.reset,
                         pool->config.keep_bytes ? pool->config.keep_bytes : KEEP_DEFAULT);
        for (u32 i = 0; status == W2C_OK && i < pool->config.warm; i++) {
            w2c_slot *slot = make(pool, &status, text, sizeof text);
            if (slot) push(pool, slot);
        }
        __atomic_store_n(&pool->idle, pool->made, __ATOMIC_RELAXED);
        if (status != W2C_OK) w2c_pool_delete(pool);
    }
    if (config && config->error) {
        config->error->status = status;
        memcpy(config->error->text, text, sizeof text);
    }
    if (status == W2C_OK) *out = pool;
    return status;
}

void w2c_pool_delete(w2c_pool *pool) {
    if (!pool) return;
    __atomic_store_n(&pool->closed, true, __ATOMIC_RELEASE);
    w2c_pool_trim(pool);
    let_go(pool);
}

void w2c_pool_stats(const w2c_pool *pool, w2c_pool_info *out) {
    memset(out, 0, sizeof *out);
    for (u32 i = 0; i < SHARDS; i++) {
        const shard *s = &pool->shards[i];
        out->hits += __atomic_load_n(&s->hits, __ATOMIC_RELAXED);
        out->misses += __atomic_load_n(&s->misses, __ATOMIC_RELAXED);
        out->held += __atomic_load_n(&s->count, __ATOMIC_RELAXED);
    }
    out->refused = __atomic_load_n(&pool->refused, __ATOMIC_RELAXED);
    out->in_use = __atomic_load_n(&pool->in_use, __ATOMIC_RELAXED);
    out->high_water = __atomic_load_n(&pool->high_water, __ATOMIC_RELAXED);
    out->scans = pool->cleaner.pagemap >= 0;
}

/* ---- instances --------------------------------------------------------------------------------- */
static void count(w2c_pool *pool, bool hit) {
    shard *s = own_shard(pool);
    __atomic_fetch_add(hit ? &s->hits : &s->misses, 1, __ATOMIC_RELAXED);
    u32 now = __atomic_add_fetch(&pool->in_use, 1, __ATOMIC_RELAXED);
    u32 high = __atomic_load_n(&pool->high_water, __ATOMIC_RELAXED);
    while (now > high && !__atomic_compare_exchange_n(&pool->high_water, &high, now, true,
                                                      __ATOMIC_RELAXED, __ATOMIC_RELAXED))
        ;
    __atomic_add_fetch(&pool->refs, 1, __ATOMIC_RELAXED);
}

/* Symbols of the program are bound with the first tenant's w2c_config.host as their env. */
static bool fits(const w2c_slot *slot, const w2c_module *module, const w2c_config *config) {
    bool waits = config->lazy_imports && module->import_count;
    if (waits != (slot->instance->waiting != NULL)) return false;
    if (slot->host == config->host) return true;
    for (u32 i = 0; i < module->import_count; i++)
        if (module->imports[i].kind == W2C_FUNC && module->imports[i].linked) return false;
    return true;
}

w2c_slot *w2c_pool_take(w2c_pool *pool, const w2c_module *module, const w2c_imports *imports,
                        const w2c_config *config, w2c_status *status, char *text, size_t cap) {
    if (pool->module != module || __atomic_load_n(&pool->closed, __ATOMIC_RELAXED)) {
        w2c_text why = w2c_text_start(text, cap);
        w2c_text_add(&why, "the pool is of another module, or was deleted");
        *status = W2C_INVALID;
        return NULL;
    }
    w2c_slot *slot = pop_any(pool);
    bool hit = slot != NULL;
    if (!slot) slot = make(pool, status, text, cap);
    if (!slot) return NULL;
    count(pool, hit);
    slot->is_kept =
        slot->kept && fits(slot, module, config) && w2c_pool_may_keep(pool, imports, false);
    if (slot->kept && !slot->is_kept) w2c_slot_empty(slot, module);
    slot->own_context = false;
    slot->instance->slot = slot;
    return slot;
}

void w2c_pool_give(w2c_slot *slot) {
    w2c_pool *pool = slot->pool;
    bool keep =
        w2c_slot_clean(slot, &pool->cleaner) && !__atomic_load_n(&pool->closed, __ATOMIC_ACQUIRE);
    u32 most = pool->config.max_idle;
    if (keep && most && __atomic_fetch_add(&pool->idle, 1, __ATOMIC_RELAXED) >= most) {
        __atomic_fetch_sub(&pool->idle, 1, __ATOMIC_RELAXED);
        keep = false;
    }
    if (keep)
        push(pool, slot);
    else
        drop(pool, slot);
    __atomic_sub_fetch(&pool->in_use, 1, __ATOMIC_RELAXED);
    let_go(pool);
}
