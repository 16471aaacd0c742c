/* rt_memory.c: linear memories. Address space is reserved once and made accessible as the memory
 * grows, so the base never moves and nothing is ever copied.
 *
 *   guard   8 GiB and a little: whatever a 32-bit index and a 32-bit offset add up to lies inside,
 * and faults beyond the size. 64-KiB pages only bounds  as much as it may grow to, or as the system
 * gives; code compares with the size static  a buffer of the program, as large as it may ever be: for
 * small devices. One instance at a time has it
 */
#define _GNU_SOURCE
#include "rt_internal.h"
#include <sched.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define KIB ((u64)1 << 10)
#define GIB ((u64)1 << 30)
#define GUARD_REACH (8 * GIB + 64 * KIB)
#define RESERVE_32 (4 * GIB)
#define RESERVE_64 (64 * GIB)
#define MOST_BYTES ((u64)1 << 47)

#ifndef MAP_NORESERVE
#define MAP_NORESERVE 0
#endif

u64 w2c_os_page(void) {
    long size = sysconf(_SC_PAGESIZE);
    return size > 0 ? (u64)size : 64 * KIB;
}

#ifndef MAP_FIXED_NOREPLACE
#define MAP_FIXED_NOREPLACE 0 /* then the address is a wish, as on old kernels */
#endif

/* NULL when there is no such space, or not at this address (0: any). */
static u8 *reserve(u64 bytes, u64 address) {
    if (bytes > SIZE_MAX || address > UINTPTR_MAX) return NULL;
    int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | (address ? MAP_FIXED_NOREPLACE : 0);
    void *wish = (void *)(uintptr_t)address;
    void *at = mmap(wish, (size_t)bytes, PROT_NONE, flags, -1, 0);
    if (at == MAP_FAILED && w2c_rooms_trim())
        at = mmap(wish, (size_t)bytes, PROT_NONE, flags, -1, 0);
    if (at == MAP_FAILED) return NULL;
    if (!address || at == wish) return (u8 *)at;
    munmap(at, (size_t)bytes);
    return NULL;
}

static bool make_accessible(w2c_memory *m, u64 from, u64 to) {
    if (m->mode == W2C_STATIC) return to <= m->reserved;
    u64 page = w2c_os_page();
    from = w2c_round_up(from, page);
    to = w2c_round_up(to, page);
    if (to > m->reserved) return false;
    return from >= to || w2c_pages_open(m->data + from, to - from);
}

#if defined(MADV_HUGEPAGE)
/* For all of its whole pages: buffers of the program begin anywhere. */
static void advise_all(const w2c_memory *m, int advice) {
    u64 skip = (0 - (u64)(uintptr_t)m->data) % w2c_os_page();
    if (skip < m->reserved) madvise(m->data + skip, (size_t)(m->reserved - skip), advice);
}
#endif

/* What a policy asks of the system; it may not know of it. */
static void advise(const w2c_memory *m) {
#if defined(MADV_HUGEPAGE) && defined(MADV_NOHUGEPAGE)
    if (m->policy & W2C_MEMORY_HUGE) advise_all(m, MADV_HUGEPAGE);
    if (m->policy & W2C_MEMORY_NO_HUGE) advise_all(m, MADV_NOHUGEPAGE);
#else
    (void)m;
#endif
}

/* A large memory is worth huge pages: fewer misses of the processor's page tables. A small one would only take
 * more than it touches. */
static void advise_large(const w2c_memory *m, u64 from, u64 to) {
#if defined(MADV_HUGEPAGE)
    enum { LARGE = 16 << 20 };
    if (m->policy & W2C_MEMORY_HUGE_LARGE && from < LARGE && to >= LARGE)
        advise_all(m, MADV_HUGEPAGE);
#else
    (void)m, (void)from, (void)to;
#endif
}

static void populate(const w2c_memory *m, u64 from, u64 to) {
#if defined(__linux__)
#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif
    u64 page = w2c_os_page();
    from = w2c_round_up(from, page);
    to = w2c_round_up(to, page);
    if (m->policy & W2C_MEMORY_POPULATE && m->mode != W2C_STATIC && from < to)
        madvise(m->data + from, (size_t)(to - from), MADV_POPULATE_WRITE);
#else
    (void)m, (void)from, (void)to;
#endif
}

/* ---- creation ------------------------------------------------------------------------------- */
static u64 most_pages(bool is64, unsigned page_log2) {
    if (is64) return page_log2 ? ((u64)1 << (64 - page_log2)) : UINT64_MAX;
    u64 pages = (u64)1 << (32 - page_log2);
    return pages > UINT32_MAX ? UINT32_MAX : pages;
}

u64 w2c_memory_most(const w2c_memory_desc *desc, u64 max_bytes) {
    u64 most = most_pages(desc->is64, desc->page_log2);
    if (desc->limits.max < most) most = desc->limits.max;
    if (max_bytes && max_bytes >> desc->page_log2 < most) most = max_bytes >> desc->page_log2;
    if (desc->buffer && desc->buffer_bytes >> desc->page_log2 < most)
        most = desc->buffer_bytes >> desc->page_log2;
    return most;
}

static bool reserve_behind(w2c_room *room, u64 bytes, u64 address) {
    u8 *at = bytes <= UINT64_MAX - room->lead ? reserve(room->lead + bytes, address) : NULL;
    room->base = at ? at + room->lead : NULL;
    room->bytes = bytes;
    return at != NULL;
}

/* Guarded memories: all that can be addressed. Others: as much as it may become, or the half of it, ... but
 * never less than it starts with. One that is too large to begin is refused later. */
bool w2c_memory_reserve(const w2c_memory_desc *desc, const w2c_memory_wish *wish, u64 lead,
                        w2c_room *room) {
    u64 page = w2c_os_page(), most = desc->is64 ? RESERVE_64 : RESERVE_32;
    u64 limit_pages = w2c_memory_most(desc, wish->max_bytes), least = page;
    u64 first = w2c_image_pages(desc, wish->image), possible = MOST_BYTES >> desc->page_log2;
    bool reuse = wish->reuse && !wish->policy && !wish->copy && !desc->address;
    memset(room, 0, sizeof *room);
    room->lead = lead;
    if (first > limit_pages || first > possible)
        reuse = false;
    else if (first)
        least = w2c_round_up(first << desc->page_log2, page);
    room->open = first ? least : 0;
    room->image = wish->image ? wish->image->id : 0;
    if (desc->mode == W2C_GUARD) {
        room->bytes = GUARD_REACH + page;
        return (reuse && w2c_room_take(room)) || reserve_behind(room, room->bytes, desc->address);
    }
    u64 limit = limit_pages > possible ? MOST_BYTES : limit_pages << desc->page_log2;
    u64 wanted = limit < most ? limit : most;
    if (wanted < least) wanted = least;
    room->bytes = wanted = w2c_round_up(wanted, page);
    if (reuse && w2c_room_take(room)) return true;
    while (!reserve_behind(room, wanted, desc->address)) {
        if (wanted == least) return false;
        wanted = wanted / 2 < least ? least : w2c_round_up(wanted / 2, page);
    }
    return true;
}

/* Its own room, or what it is given; w2c_memory_destroy gives it back when this fails half-way. */
static bool take_room(w2c_memory *m, const w2c_memory_desc *desc, const w2c_memory_wish *wish,
                      u64 bytes, bool *ready) {
    w2c_room room = wish->room;
    if (!room.base && !w2c_memory_reserve(desc, wish, 0, &room)) return false;
    m->data = room.base;
    m->reserved = room.bytes;
    m->mapped = room.mapped;
    *ready = room.ready;
    if (m->reserved < bytes) return false;
    if (m->mode != W2C_GUARD) return true;
    m->range = w2c_registry_add(W2C_RANGE_MEMORY, m->data, m->data + m->reserved);
    return m->range != NULL;
}

/* W2C_LIMIT: another instance has it. */
static w2c_status reserve_static(w2c_memory *m, w2c_static_memory *buffer, u64 bytes) {
    if (__atomic_exchange_n(&buffer->in_use, 1, __ATOMIC_ACQUIRE)) return W2C_LIMIT;
    m->data = (u8 *)(buffer + 1);
    m->reserved = bytes;
    memset(m->data, 0, (size_t)buffer->used);
    return W2C_OK;
}

/* Everything up to `bytes` can be used, and begins with the image. ready: its room is. */
static bool open_memory(w2c_memory *m, u64 bytes, const w2c_memory_wish *wish, bool ready) {
    const w2c_image *image = wish->image;
    bool is_static = m->mode == W2C_STATIC;
    if (ready) {
        if (image && !m->mapped) w2c_image_apply(image, m->data, bytes, false);
        return true;
    }
    if (m->policy) advise(m);
    advise_large(m, 0, bytes);
    u64 room = is_static ? m->reserved : w2c_round_up(bytes, w2c_os_page());
    bool map = image && !wish->copy && !is_static;
    if (map && !image->begin) m->mapped = w2c_image_map(image, m->data, room);
    /* what is mapped is accessible */
    if (!make_accessible(m, m->mapped ? image->end : 0, bytes)) return false;
    if (image && !m->mapped) m->mapped = w2c_image_apply(image, m->data, room, map);
    populate(m, 0, bytes);
    return true;
}

static w2c_status refuse(w2c_memory *m, w2c_status status) {
    w2c_memory_destroy(m);
    return status;
}

w2c_status w2c_memory_create(w2c_memory *m, const w2c_memory_desc *desc,
                             const w2c_memory_wish *wish, char *text, size_t cap) {
    static const w2c_memory_wish plain;
    w2c_text why = w2c_text_start(text, cap);
    if (!wish) wish = &plain;
    memset(m, 0, sizeof *m);
    m->mode = desc->mode;
    m->data = wish->room.base;
    m->reserved = wish->room.bytes;
    if (desc->page_log2 > 16 || desc->limits.min > desc->limits.max || desc->mode > W2C_STATIC ||
        (desc->mode == W2C_GUARD && (desc->is64 || desc->page_log2 != 16 || sizeof(void *) < 8)) ||
        (desc->mode == W2C_STATIC && !desc->buffer)) {
        w2c_text_add(&why,
                     "a memory of this type cannot be guarded, has wrong limits or no buffer");
        return refuse(m, W2C_INVALID);
    }
    u64 min = w2c_image_pages(desc, wish->image), most = most_pages(desc->is64, desc->page_log2);
    m->is64 = desc->is64;
    m->shared = desc->shared;
    m->page_log2 = desc->page_log2;
    m->policy = wish->policy;
    m->declared_max = desc->limits.max;
    m->has_max = desc->limits.max != UINT64_MAX;
    m->max_pages = desc->limits.max < most ? desc->limits.max : most;
    m->limit_pages = w2c_memory_most(desc, wish->max_bytes);
    if (min > m->limit_pages) {
        w2c_text_add(&why, "a memory starts with %llu pages, %llu are allowed: raise max_memory",
                     (unsigned long long)min, (unsigned long long)m->limit_pages);
        return refuse(m, W2C_LIMIT);
    }
    u64 bytes = min << m->page_log2;
    if (m->mode == W2C_STATIC && reserve_static(m, desc->buffer, desc->buffer_bytes) != W2C_OK) {
        w2c_text_add(&why,
                     "the memory is a static buffer, and another instance of the module has it: "
                     "delete that first, or translate with --memory=bounds");
        return W2C_LIMIT;
    }
    bool ready = false;
    bool ok = m->mode == W2C_STATIC ||
              (min <= MOST_BYTES >> m->page_log2 && take_room(m, desc, wish, bytes, &ready));
    if (!ok && desc->address) {
        w2c_text_add(
            &why,
            "the address 0x%llx, which a module made with --fixed-base takes for granted, is "
            "taken: by another instance, another such module, or the program",
            (unsigned long long)desc->address);
        return refuse(m, W2C_LIMIT);
    }
    if (!ok) {
        w2c_memory_no_room(&why, desc, bytes);
        return refuse(m, W2C_NOMEM);
    }
    if (!open_memory(m, bytes, wish, ready)) {
        w2c_text_add(&why, "the system has no memory for %llu bytes (a limit such as ulimit -d?)",
                     (unsigned long long)bytes);
        return refuse(m, W2C_NOMEM);
    }
    m->size = bytes;
    m->pages = min;
    return W2C_OK;
}

void w2c_memory_no_room(w2c_text *why, const w2c_memory_desc *desc, u64 bytes) {
    w2c_text_add(why, "no room for a memory of %llu bytes%s", (unsigned long long)bytes,
                 desc->mode == W2C_GUARD
                     ? " in 8 GiB of address space (a limit such as ulimit -v?): "
                       "translate with --memory=bounds"
                     : "");
}

void w2c_memory_give_back(u8 *data, u64 reserved, u8 mode) {
    if (mode == W2C_STATIC)
        __atomic_store_n(&((w2c_static_memory *)(void *)data - 1)->in_use, 0, __ATOMIC_RELEASE);
    else
        munmap(data, (size_t)reserved);
}

u64 w2c_memory_end(w2c_memory *m) {
    if (!m->data) return 0;
    if (m->mode == W2C_STATIC) ((w2c_static_memory *)(void *)m->data - 1)->used = m->size;
    w2c_watcher_end(m);
    w2c_registry_remove(m->range);
    u64 room = w2c_hold_end(&m->hold, m->data, m->reserved, m->mode) ? 0 : m->reserved;
    w2c_waiters_delete(m->waiters);
    w2c_origin_drop(m->origin);
    memset(m, 0, sizeof *m);
    return room;
}

void w2c_memory_destroy(w2c_memory *m) {
    u8 *data = m->data, mode = m->mode;
    u64 room = w2c_memory_end(m);
    if (room) w2c_memory_give_back(data, room, mode);
}

w2c_status w2c_memory_new(w2c_memory **out, uint64_t min_pages, uint64_t max_pages, bool is64,
                          bool shared, unsigned page_log2) {
    *out = NULL;
    if (page_log2 > 16) return W2C_INVALID;
    bool guard = !is64 && page_log2 == 16 && sizeof(void *) >= 8;
    w2c_memory_desc desc;
    memset(&desc, 0, sizeof desc);
    desc.limits.min = min_pages;
    desc.limits.max = max_pages;
    desc.page_log2 = (u8)page_log2;
    desc.is64 = is64;
    desc.shared = shared;
    desc.mode = guard ? W2C_GUARD : W2C_BOUNDS;
    w2c_memory *m = (w2c_memory *)malloc(sizeof *m);
    if (!m) return W2C_NOMEM;
    w2c_status status = w2c_memory_create(m, &desc, NULL, NULL, 0);
    if (status == W2C_NOMEM && guard) {
        desc.mode = W2C_BOUNDS;
        status = w2c_memory_create(m, &desc, NULL, NULL, 0);
    }
    if (status == W2C_OK)
        *out = m;
    else
        free(m);
    return status;
}

void w2c_memory_delete(w2c_memory *m) {
    if (!m) return;
    w2c_memory_destroy(m);
    free(m);
}

void w2c_memory_zero(w2c_memory *m) {
    u64 bytes = w2c_round_up(m->size, w2c_os_page());
    if (m->mode == W2C_STATIC ||
        mmap(m->data, (size_t)bytes, PROT_READ | PROT_WRITE,
             MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0) == MAP_FAILED)
        memset(m->data, 0, (size_t)m->size);
    w2c_origin_drop(m->origin);
    m->origin = NULL;
    m->remapped = true;
}

/* ---- size, growth --------------------------------------------------------------------------- */
uint8_t *w2c_memory_data(const w2c_memory *m) {
    return m->data;
}

uint64_t w2c_memory_size(const w2c_memory *m) {
    return __atomic_load_n(&m->size, __ATOMIC_RELAXED);
}

uint64_t w2c_memory_pages(const w2c_memory *m) {
    return __atomic_load_n(&m->pages, __ATOMIC_RELAXED);
}

static void lock(w2c_memory *m) {
    while (__atomic_exchange_n(&m->lock, 1, __ATOMIC_ACQUIRE))
        sched_yield();
}

static void unlock(w2c_memory *m) {
    __atomic_store_n(&m->lock, 0, __ATOMIC_RELEASE);
}

/* By at least a page; the memory is locked. */
static bool grow(w2c_memory *m, u64 pages) {
    u64 before = m->pages, from = m->size;
    bool ok = before <= m->limit_pages && pages <= m->limit_pages - before &&
              before + pages <= m->reserved >> m->page_log2;
    u64 bytes = from + (pages << m->page_log2);
    if (pages > (UINT64_MAX - from) >> m->page_log2) bytes = UINT64_MAX;
    if (ok && m->watcher) ok = w2c_watcher_ask(m, from, bytes);
    if (ok && !make_accessible(m, from, bytes)) {
        ok = false;
        if (m->watcher) w2c_watcher_undo(m, from, bytes);
    }
    if (ok) {
        advise_large(m, from, bytes);
        populate(m, from, bytes);
        __atomic_store_n(&m->size, bytes, __ATOMIC_RELEASE);
        __atomic_store_n(&m->pages, before + pages, __ATOMIC_RELEASE);
    }
    u32 *count = ok ? &m->growths : &m->failed_growths;
    __atomic_store_n(count, *count + 1, __ATOMIC_RELAXED);
    if (m->watcher) w2c_watcher_note(m, from, bytes, ok);
    return ok;
}

uint64_t w2c_memory_grow(w2c_memory *m, uint64_t pages) {
    lock(m);
    u64 before = m->pages;
    bool ok = !pages || grow(m, pages);
    unlock(m);
    return ok ? before : UINT64_MAX;
}

/* ---- bulk ----------------------------------------------------------------------------------- */
static void check(u64 at, u64 len, u64 size) {
    if (W2C_UNLIKELY(at > size || len > size - at)) w2c_trap(W2C_TRAP_MEMORY_BOUNDS);
}

void w2c_memory_fill(w2c_memory *m, u64 to, u32 byte, u64 len) {
    check(to, len, w2c_memory_size(m));
    memset(m->data + to, (int)(byte & 0xff), (size_t)len);
}

void w2c_memory_copy(w2c_memory *dst, w2c_memory *src, u64 to, u64 from, u64 len) {
    check(from, len, w2c_memory_size(src));
    check(to, len, w2c_memory_size(dst));
    memmove(dst->data + to, src->data + from, (size_t)len);
}

void w2c_memory_init(w2c_memory *m, const w2c_data *data, u64 to, u32 from, u32 len) {
    check(from, len, data->len);
    check(to, len, w2c_memory_size(m));
    if (len) memcpy(m->data + to, data->bytes + from, len);
}

void w2c_active_data_copy(w2c_memory *const *memories, const u8 *blob, const w2c_active_data *list,
                          size_t count) {
    for (size_t i = 0; i < count; i++) {
        w2c_memory *m = memories[list[i].memory];
        check(list[i].to, list[i].len, w2c_memory_size(m));
        if (list[i].len) memcpy(m->data + list[i].to, blob + list[i].from, (size_t)list[i].len);
    }
}

void w2c_active_data_first(w2c_instance *instance, w2c_memory *const *memories) {
    const w2c_module *module = instance->module;
    u32 done = instance->images ? instance->images->applied : 0;
    instance->has_data = true;
    w2c_active_data_copy(memories, module->data, module->active + done,
                         module->active_count - done);
}
