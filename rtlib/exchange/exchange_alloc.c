/* exchange_alloc.c: exchanges, the guest's allocator, the scratch arena.
 *
 * The host's own list of blocks decides what may be freed and whether what the allocator answers
 * can be true: nothing that lies in guest memory is believed. */
#include "exchange_internal.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define MOST_BYTES ((u64)1 << 30)
#define SCRATCH_BYTES ((u64)64 << 10)
#define MOST_ALIGN 4096u

typedef unsigned long long ull; /* for printf */

/* ---- failing -------------------------------------------------------------------------------- */
bool exchange_gone(const w2c_exchange *x) {
    return __atomic_load_n(&x->life->gone, __ATOMIC_ACQUIRE) != 0;
}

w2c_status exchange_fail(w2c_exchange *x, w2c_status status, const char *format, ...) {
    va_list list;
    va_start(list, format);
    vsnprintf(x->reason, sizeof x->reason, format, list);
    va_end(list);
    if (!exchange_gone(x)) w2c_instance_explain(x->instance, "%s", x->reason);
    return status;
}

w2c_status exchange_enter(w2c_exchange *x) {
    x->reason[0] = 0;
    return x->deleted || exchange_gone(x)
               ? exchange_fail(x, W2C_GONE, "the exchange's instance is gone")
               : W2C_OK;
}

const char *w2c_exchange_reason(const w2c_exchange *x) {
    return x->reason;
}

w2c_instance *w2c_exchange_instance(const w2c_exchange *x) {
    return exchange_gone(x) ? NULL : x->instance;
}

w2c_allocator_kind w2c_exchange_allocator(const w2c_exchange *x) {
    return x->kind;
}

/* ---- calls of the guest --------------------------------------------------------------------- */
bool exchange_has_type(const w2c_func *func, const char *letters, bool wide) {
    const char *have = func ? w2c_type_letters(w2c_func_type(func)) : NULL;
    if (!have) return false;
    for (; *letters && *have; letters++, have++)
        if (*have != (*letters != 'p' ? *letters : wide ? 'l' : 'i')) return false;
    return !*letters && !*have;
}

w2c_status exchange_call(w2c_exchange *x, const w2c_func *func, const u64 *numbers, size_t count,
                         u64 *result) {
    w2c_value args[4], results[1];
    memset(args, 0, sizeof args);
    memset(results, 0, sizeof results);
    for (size_t i = 0; i < count; i++) {
        if (x->wide)
            args[i].i64 = numbers[i];
        else
            args[i].i32 = (u32)numbers[i];
    }
    x->busy++;
    w2c_status status = w2c_call(func, args, results);
    x->busy--;
    if (x->deleted) return W2C_GONE; /* its caller goes on to exchange_leave */
    if (exchange_gone(x)) return exchange_fail(x, W2C_GONE, "the instance went during a call");
    if (status != W2C_OK) {
        const char *detail = w2c_instance_detail(x->instance);
        snprintf(x->reason, sizeof x->reason, "the guest's function ended with: %s%s%.150s",
                 w2c_status_text(status), detail[0] ? ": " : "", detail);
    } else if (result) {
        *result = x->wide ? results[0].i64 : results[0].i32;
    }
    return status;
}

static const w2c_func *find(w2c_instance *instance, const char *name) {
    w2c_extern e;
    if (!name || !w2c_export_find(instance, w2c_name_of(name), &e) || e.kind != W2C_FUNC)
        return NULL;
    return e.func;
}

/* ---- which allocator ------------------------------------------------------------------------ */
static bool try_kind(w2c_exchange *x, w2c_allocator_kind kind, const char *take, const char *give) {
    static const struct {
        const char *take, *give, *take_type, *give_type, *old_take, *old_give;
    } usual[] = {
        {"malloc", "free", "p_p", "p_", "", ""},
        {"cabi_realloc", NULL, "pppp_p", NULL, "", NULL},
        {"__wbindgen_malloc", "__wbindgen_free", "pp_p", "ppp_", "p_p", "pp_"},
    };
    unsigned i = (unsigned)kind - 1;
    const w2c_func *taker = find(x->instance, take ? take : usual[i].take);
    const w2c_func *giver = NULL;
    if (usual[i].give || give) giver = find(x->instance, give ? give : usual[i].give);
    bool aligned = kind != W2C_ALLOCATOR_MALLOC;
    if (!exchange_has_type(taker, usual[i].take_type, x->wide)) {
        if (!exchange_has_type(taker, usual[i].old_take, x->wide)) return false;
        aligned = false;
    }
    if (kind != W2C_ALLOCATOR_REALLOC &&
        !exchange_has_type(giver,
                           aligned                        ? usual[i].give_type
                           : kind == W2C_ALLOCATOR_MALLOC ? usual[i].give_type
                                                          : usual[i].old_give,
                           x->wide))
        return false;
    x->kind = kind;
    x->take = taker;
    x->give = kind == W2C_ALLOCATOR_REALLOC ? taker : giver;
    x->aligned = aligned;
    return true;
}

static w2c_status find_allocator(w2c_exchange *x, const w2c_exchange_config *c) {
    if ((unsigned)c->kind > W2C_ALLOCATOR_BINDGEN ||
        (c->kind == W2C_ALLOCATOR_NONE && (c->take || c->give))) {
        w2c_instance_explain(x->instance, "named allocators need a kind that there is");
        return W2C_INVALID;
    }
    if (c->kind != W2C_ALLOCATOR_NONE) {
        if (try_kind(x, c->kind, c->take, c->give)) return W2C_OK;
        w2c_instance_explain(x->instance, "%s has no such allocator, or of another type: %s, %s",
                             w2c_instance_name(x->instance), c->take ? c->take : "(usual name)",
                             c->give ? c->give : "(usual name)");
        return W2C_INVALID;
    }
    for (int kind = W2C_ALLOCATOR_MALLOC; kind <= W2C_ALLOCATOR_BINDGEN; kind++)
        if (try_kind(x, (w2c_allocator_kind)kind, NULL, NULL)) break;
    return W2C_OK;
}

static w2c_status find_figures(w2c_exchange *x, const w2c_exchange_config *c) {
    const char *const named[] = {c->used_name, c->free_name};
    static const char *const usual[] = {"heap_used", "heap_free"};
    const w2c_func **to[] = {&x->used, &x->free_bytes};
    for (int i = 0; i < 2; i++) {
        const w2c_func *func = find(x->instance, named[i] ? named[i] : usual[i]);
        bool fits = exchange_has_type(func, "_p", x->wide);
        if (fits) *to[i] = func;
        if (fits || !named[i]) continue;
        w2c_instance_explain(x->instance, "%s: no export () -> number of that name", named[i]);
        return W2C_INVALID;
    }
    return W2C_OK;
}

static u64 find_heap_base(const w2c_exchange *x) {
    w2c_extern e;
    if (!w2c_export_find(x->instance, w2c_name_of("__heap_base"), &e) || e.kind != W2C_GLOBAL)
        return 1;
    if (!strcmp(e.global.type, "i32")) return *(const u32 *)e.global.value;
    if (!strcmp(e.global.type, "i64")) return *(const u64 *)e.global.value;
    return 1;
}

w2c_status w2c_exchange_new(w2c_exchange **out, w2c_instance *instance,
                            const w2c_exchange_config *config) {
    static const w2c_exchange_config defaults;
    if (!config) config = &defaults;
    *out = NULL;
    if (!instance) return W2C_INVALID;
    w2c_memory *memory = config->memory ? config->memory : w2c_instance_memory(instance);
    if (!memory) {
        w2c_instance_explain(instance, "%s has no memory", w2c_instance_name(instance));
        return W2C_INVALID;
    }
    w2c_exchange *x = (w2c_exchange *)calloc(1, sizeof *x);
    if (!x) return W2C_NOMEM;
    x->instance = instance;
    x->memory = memory;
    x->wide = memory->is64;
    x->max_bytes = config->max_bytes ? config->max_bytes : MOST_BYTES;
    u64 reach = x->wide ? (u64)1 << 47 : UINT32_MAX; /* sums with it do not overflow */
    if (x->max_bytes > reach) x->max_bytes = reach;
    x->scratch_least = config->scratch_bytes ? config->scratch_bytes : SCRATCH_BYTES;
    x->life = w2c_hold_take(&instance->hold);
    w2c_status status = x->life ? find_allocator(x, config) : W2C_NOMEM;
    if (status == W2C_OK) status = find_figures(x, config);
    if (status != W2C_OK) {
        w2c_hold_drop(x->life);
        free(x);
        return status;
    }
    x->heap_base = find_heap_base(x);
    *out = x;
    return W2C_OK;
}

static w2c_status free_at(w2c_exchange *x, size_t i);

static void give_all_back(w2c_exchange *x) {
    while (x->block_count && !exchange_gone(x))
        free_at(x, x->block_count - 1);
}

static void destroy(w2c_exchange *x) {
    w2c_hold_drop(x->life);
    free(x->blocks);
    free(x->pieces);
    free(x);
}

void w2c_exchange_delete(w2c_exchange *x) {
    if (!x || x->deleting) return;
    if (x->busy) { /* from inside of the guest: exchange_leave ends it */
        x->deleted = true;
        return;
    }
    x->deleting = true;
    exchange_streams_orphan(x);
    exchange_pools_orphan(x);
    give_all_back(x);
    destroy(x);
}

w2c_status exchange_leave(w2c_exchange *x, w2c_status status) {
    if (x->deleted && !x->busy) {
        x->deleted = false;
        w2c_exchange_delete(x);
        return W2C_GONE;
    }
    return status;
}

/* ---- blocks --------------------------------------------------------------------------------- */
/* The first block whose end is above `at`. */
static size_t block_after(const w2c_exchange *x, u64 at) {
    size_t low = 0, high = x->block_count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (x->blocks[mid].at + x->blocks[mid].size <= at)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

static bool make_room(w2c_exchange *x) {
    if (x->block_count < x->block_cap) return true;
    size_t cap = x->block_cap ? x->block_cap * 2 : 16;
    if (cap > SIZE_MAX / sizeof *x->blocks) return false;
    exchange_block *blocks = (exchange_block *)realloc(x->blocks, cap * sizeof *blocks);
    if (!blocks) return false;
    x->blocks = blocks;
    x->block_cap = cap;
    return true;
}

/* Can it be true that the guest's allocator gave this block? */
static w2c_status believe(w2c_exchange *x, u64 at, u64 size) {
    u64 now = w2c_memory_size(x->memory);
    const char *why = NULL;
    if (!at)
        return exchange_fail(x, W2C_NOMEM, "the guest's allocator has no %llu bytes", (ull)size);
    size_t next = block_after(x, at);
    if (at > now || size > now - at)
        why = "is not inside the memory";
    else if (at < x->heap_base)
        why = "lies below the heap";
    else if (next < x->block_count && x->blocks[next].at < at + size)
        why = "overlaps a block that is in use";
    if (!why) return W2C_OK;
    x->refused++;
    return exchange_fail(x, W2C_INVALID,
                         "the guest's allocator answered 0x%llx for %llu bytes: that %s", (ull)at,
                         (ull)size, why);
}

static w2c_status ask(w2c_exchange *x, u64 size, u64 align, u64 *at) {
    const u64 plain[] = {size, align}, realloc_args[] = {0, 0, align, size};
    if (x->kind == W2C_ALLOCATOR_REALLOC) return exchange_call(x, x->take, realloc_args, 4, at);
    return exchange_call(x, x->take, plain, x->aligned ? 2 : 1, at);
}

static w2c_status give_back(w2c_exchange *x, const exchange_block *b) {
    const u64 args[] = {b->at, b->size, b->align}, realloc_args[] = {b->at, b->size, b->align, 0};
    u64 ignored;
    if (x->kind == W2C_ALLOCATOR_REALLOC)
        return exchange_call(x, x->give, realloc_args, 4, &ignored);
    return exchange_call(x, x->give, args,
                         x->kind == W2C_ALLOCATOR_MALLOC ? 1
                         : x->aligned                    ? 3
                                                         : 2,
                         NULL);
}

static void insert(w2c_exchange *x, const exchange_block *b) {
    size_t i = block_after(x, b->at);
    memmove(x->blocks + i + 1, x->blocks + i, (x->block_count - i) * sizeof *x->blocks);
    x->blocks[i] = *b;
    x->block_count++;
    x->block_bytes += b->size;
}

w2c_status exchange_alloc(w2c_exchange *x, u64 size, u64 align, bool own, u64 *address) {
    if (x->kind == W2C_ALLOCATOR_NONE)
        return exchange_fail(x, W2C_INVALID, "the module exports no allocator");
    if (align & (align - 1) || align > MOST_ALIGN)
        return exchange_fail(x, W2C_INVALID, "%llu is no alignment", (ull)align);
    exchange_block b = {0, size ? size : 1, align ? align : 8, own};
    if (b.size > x->max_bytes || x->block_bytes > x->max_bytes - b.size)
        return exchange_fail(x, W2C_LIMIT, "%llu bytes more than max_bytes allows", (ull)size);
    w2c_status status = ask(x, b.size, b.align, &b.at);
    if (status != W2C_OK) return status;
    x->allocations++;
    status = believe(x, b.at, b.size);
    if (status != W2C_OK) return status;
    if (b.at & (b.align - 1)) {
        give_back(x, &b);
        x->frees++;
        return exchange_fail(x, W2C_INVALID, "the guest's allocator aligns to less than %llu bytes",
                             (ull)b.align);
    }
    if (!make_room(x)) {
        give_back(x, &b);
        return exchange_fail(x, W2C_NOMEM, "no memory for the list of blocks");
    }
    insert(x, &b);
    *address = b.at;
    return W2C_OK;
}

w2c_status w2c_guest_alloc(w2c_exchange *x, uint64_t size, uint64_t align, uint64_t *address) {
    *address = 0;
    w2c_status status = exchange_enter(x);
    return status == W2C_OK ? exchange_leave(x, exchange_alloc(x, size, align, false, address))
                            : status;
}

static w2c_status free_at(w2c_exchange *x, size_t i) {
    exchange_block b = x->blocks[i]; /* out of the list first: the guest may call back */
    memmove(x->blocks + i, x->blocks + i + 1, (x->block_count - i - 1) * sizeof *x->blocks);
    x->block_count--;
    x->block_bytes -= b.size;
    x->frees++;
    return give_back(x, &b);
}

w2c_status exchange_free(w2c_exchange *x, u64 address, bool own) {
    size_t i = block_after(x, address);
    if (i >= x->block_count || x->blocks[i].at != address || x->blocks[i].own != own)
        return exchange_fail(x, W2C_INVALID, "no block of the guest's allocator begins at 0x%llx",
                             (ull)address);
    return free_at(x, i);
}

w2c_status w2c_guest_free(w2c_exchange *x, uint64_t address) {
    w2c_status status = exchange_enter(x);
    if (status != W2C_OK || !address) return status;
    return exchange_leave(x, exchange_free(x, address, false));
}

/* ---- the scratch arena ---------------------------------------------------------------------- */
/* Pages of the host's own, where the guest has no allocator. */
static w2c_status grow_piece(w2c_exchange *x, u64 size, u64 *at) {
    u64 page = (u64)1 << x->memory->page_log2, pages = size / page + (size % page != 0);
    if (size > x->max_bytes) return exchange_fail(x, W2C_LIMIT, "more than max_bytes allows");
    u64 before = w2c_memory_grow(x->memory, pages);
    if (before == UINT64_MAX)
        return exchange_fail(x, W2C_NOMEM, "the memory cannot grow by %llu pages", (ull)pages);
    *at = before << x->memory->page_log2;
    return W2C_OK;
}

static w2c_status add_piece(w2c_exchange *x, u64 size, u64 align) {
    u64 at = 0;
    if (x->piece_count == x->piece_cap) {
        size_t cap = x->piece_cap ? x->piece_cap * 2 : 8;
        exchange_piece *pieces = (exchange_piece *)realloc(x->pieces, cap * sizeof *pieces);
        if (!pieces) return exchange_fail(x, W2C_NOMEM, "no memory for the list of pieces");
        x->pieces = pieces;
        x->piece_cap = cap;
    }
    if (align > 8) size += align; /* malloc may promise no more than 8 */
    if (size < x->scratch_least) size = x->scratch_least;
    w2c_status status = x->kind == W2C_ALLOCATOR_NONE ? grow_piece(x, size, &at)
                                                      : exchange_alloc(x, size, 8, true, &at);
    if (status != W2C_OK) return status;
    /* the guest may have called back and taken the place in the list */
    if (x->piece_count == x->piece_cap)
        return exchange_fail(x, W2C_INVALID, "the arena was used inside of its own allocation");
    x->pieces[x->piece_count].at = at;
    x->pieces[x->piece_count].size = size;
    x->piece_count++;
    return W2C_OK;
}

static bool take_from_piece(w2c_exchange *x, u64 size, u64 align, u64 *address) {
    const exchange_piece *p = &x->pieces[x->piece];
    u64 at = (p->at + x->piece_used + align - 1) & ~(align - 1);
    u64 used = at - p->at;
    if (used > p->size || size > p->size - used) return false;
    x->scratch += used + size - x->piece_used;
    x->piece_used = used + size;
    if (x->scratch > x->scratch_high) x->scratch_high = x->scratch;
    *address = at;
    return true;
}

static w2c_status take_scratch(w2c_exchange *x, u64 size, u64 align, u64 *address) {
    if (!align) align = 16;
    if (align & (align - 1) || align > MOST_ALIGN)
        return exchange_fail(x, W2C_INVALID, "%llu is no alignment", (ull)align);
    if (size > x->max_bytes) return exchange_fail(x, W2C_LIMIT, "more than max_bytes allows");
    for (;;) {
        for (; x->piece < x->piece_count; x->piece++, x->piece_used = 0)
            if (take_from_piece(x, size, align, address)) return W2C_OK;
        w2c_status status = add_piece(x, size, align);
        if (status != W2C_OK) return status;
        x->piece = x->piece_count - 1;
        x->piece_used = 0;
    }
}

w2c_status w2c_scratch_alloc(w2c_exchange *x, uint64_t size, uint64_t align, uint64_t *address) {
    *address = 0;
    w2c_status status = exchange_enter(x);
    return status == W2C_OK ? exchange_leave(x, take_scratch(x, size, align, address)) : status;
}

void w2c_scratch_reset(w2c_exchange *x) {
    x->piece = 0;
    x->piece_used = x->scratch = 0;
}

w2c_status w2c_scratch_free(w2c_exchange *x) {
    w2c_status status = exchange_enter(x), one;
    w2c_scratch_reset(x);
    if (status != W2C_OK || x->kind == W2C_ALLOCATOR_NONE) return status; /* pages stay */
    while (x->piece_count) {
        u64 at = x->pieces[--x->piece_count].at;
        one = exchange_free(x, at, true);
        if (status == W2C_OK) status = one;
        if (x->deleted || exchange_gone(x)) break;
    }
    return exchange_leave(x, status);
}
