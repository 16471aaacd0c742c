/* w2c_exchange.h: data across the border between a program and its modules: views, strings, the
 * guest's allocator, streams, pools, checked records. For compiled and interpreted instances alike;
 * link libw2cexchange.a before libw2crt.a.
 *
 * Nothing here trusts the guest: addresses, lengths, what its allocator and its functions return
 * are checked before they are used, and nothing outside its memory is read or written. A
 * function that fails says why: in its status, and in words in w2c_instance_detail
 * (w2c_exchange_reason for those that take a w2c_exchange).
 *
 *   W2C_TRAP_MEMORY_BOUNDS  a range that does not lie in the memory, or whose end overflows; a host
 *                           function may return it, and its guest traps
 *   W2C_INVALID             misaligned, no such thing in this module, a call that makes no sense
 *   W2C_LIMIT               beyond a limit that the caller or the configuration set
 *   W2C_NOMEM               no memory, in the host or in the guest
 *   W2C_DAMAGED             bytes that are not what they must be: UTF-8, a record
 *   W2C_GONE                the instance that it belonged to is gone
 *   others                  what the guest's call ended with
 *
 * Threads: an exchange and everything made from it belong to its instance's thread. Views and the
 * functions on bytes alone may be used on any thread; two threads that access the same bytes need
 * the order that C asks for. Sizes and lengths are bytes where nothing else is said. */
#ifndef W2C_EXCHANGE_H
#define W2C_EXCHANGE_H
#include "w2c.h"
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct w2c_hold w2c_hold; /* see w2c_rt.h; its first member tells whether all is gone */

/* ---- views ---------------------------------------------------------------------------------- */
/* A window into a memory: `count` elements of `size` bytes at `base`. A memory never moves, so a
 * view stays good when it grows. A view holds the memory's bytes: when the memory goes first,
 * `base` still points to what was in them, which nobody changes any more, every function here
 * says W2C_GONE, and the last w2c_view_release unmaps them. So each view is released once;
 * copies of the struct are the same view. On failure *out is all zeros, which w2c_view_release
 * accepts. */
typedef struct w2c_view {
    uint8_t *base;
    size_t count; /* elements */
    size_t size;  /* bytes of an element */
    w2c_hold *hold;
    uint64_t address; /* of base in the memory */
} w2c_view;

/* memory NULL: the instance's first (w2c_instance_memory). instance NULL: fine when there is a
 * memory; then there is no place for words. align: a power of 2 that the address must be a multiple
 * of; 1 for any. W2C_TRAP_MEMORY_BOUNDS, W2C_INVALID, W2C_NOMEM. */
w2c_status w2c_view_make(w2c_view *out, w2c_instance *instance, w2c_memory *memory,
                         uint64_t address, uint64_t count, size_t size, size_t align);
void w2c_view_release(w2c_view *view);
static inline bool w2c_view_gone(const w2c_view *view) {
    return !view->hold ||
           __atomic_load_n((const uint32_t *)(const void *)view->hold, __ATOMIC_RELAXED) != 0;
}
/* Elements [first, first + count) as a view of its own, to be released too. */
w2c_status w2c_view_part(w2c_view *out, const w2c_view *view, size_t first, size_t count);
/* Copies `bytes` bytes out of a view, or into it, from its byte `at` on; or between views, which
 * may overlap. All or nothing. W2C_TRAP_MEMORY_BOUNDS, W2C_GONE. */
w2c_status w2c_view_read(const w2c_view *view, size_t at, void *to, size_t bytes);
w2c_status w2c_view_write(const w2c_view *view, size_t at, const void *from, size_t bytes);
w2c_status w2c_view_copy(const w2c_view *to, size_t to_at, const w2c_view *from, size_t from_at,
                         size_t bytes);

/* Numbers as a memory has them, little-endian, at any address of the host. */
#define W2C_LITTLE_ENDIAN (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__)
static inline void w2c_order_bytes(void *to, const void *from, size_t size) {
    if (W2C_LITTLE_ENDIAN)
        memcpy(to, from, size);
    else
        for (size_t i = 0; i < size; i++)
            ((uint8_t *)to)[i] = ((const uint8_t *)from)[size - 1 - i];
}

/* For every type: w2c_view_f32 and so on, whose `base` is a plain array; a loop over it is a loop
 * over an array. Big-endian hosts have no `base` of numbers: there _get and _set alone know the
 * order of bytes, as they do everywhere.
 *   w2c_view_f32_of(&v, instance, address, count)   of the instance's first memory; an address
 *   w2c_view_f32_in(&v, memory, address, count)     that is a multiple of the size
 *   w2c_view_f32_get(&v, i, &number), _set(&v, i, number)     checked: W2C_TRAP_MEMORY_BOUNDS,
 *                                                             W2C_GONE
 *   w2c_view_f32_any(&v)      the same view for the functions above; not released beside v
 *   w2c_view_f32_release(&v) */
#if W2C_LITTLE_ENDIAN
#define W2C_VIEW_BASE(type) type *base
#define W2C_VIEW_AS(type) (type *)(void *)
#else
#define W2C_VIEW_BASE(type) uint8_t *bytes
#define W2C_VIEW_AS(type)
#endif
#if W2C_LITTLE_ENDIAN
#define W2C_VIEW_BYTES(v) ((uint8_t *)(void *)(v)->base)
#define W2C_VIEW_PUT(v, from) (v)->base = from
#else
#define W2C_VIEW_BYTES(v) ((v)->bytes)
#define W2C_VIEW_PUT(v, from) (v)->bytes = (uint8_t *)from
#endif
#define W2C_VIEW(name, type)                                                                       \
    typedef struct w2c_view_##name {                                                               \
        W2C_VIEW_BASE(type);                                                                       \
        size_t count, size;                                                                        \
        w2c_hold *hold;                                                                            \
        uint64_t address;                                                                          \
    } w2c_view_##name;                                                                             \
    static inline w2c_view w2c_view_##name##_any(const w2c_view_##name *v) {                       \
        w2c_view any;                                                                              \
        any.base = W2C_VIEW_BYTES(v);                                                              \
        any.count = v->count;                                                                      \
        any.size = v->size;                                                                        \
        any.hold = v->hold;                                                                        \
        any.address = v->address;                                                                  \
        return any;                                                                                \
    }                                                                                              \
    static inline w2c_status w2c_view_##name##_make(w2c_view_##name *out, w2c_instance *instance,  \
                                                    w2c_memory *memory, uint64_t address,          \
                                                    uint64_t count) {                              \
        w2c_view any;                                                                              \
        w2c_status status =                                                                        \
            w2c_view_make(&any, instance, memory, address, count, sizeof(type), sizeof(type));     \
        W2C_VIEW_PUT(out, W2C_VIEW_AS(type) any.base);                                             \
        out->count = any.count;                                                                    \
        out->size = any.size;                                                                      \
        out->hold = any.hold;                                                                      \
        out->address = any.address;                                                                \
        return status;                                                                             \
    }                                                                                              \
    static inline w2c_status w2c_view_##name##_of(w2c_view_##name *out, w2c_instance *instance,    \
                                                  uint64_t address, uint64_t count) {              \
        return w2c_view_##name##_make(out, instance, NULL, address, count);                        \
    }                                                                                              \
    static inline w2c_status w2c_view_##name##_in(w2c_view_##name *out, w2c_memory *memory,        \
                                                  uint64_t address, uint64_t count) {              \
        return w2c_view_##name##_make(out, NULL, memory, address, count);                          \
    }                                                                                              \
    static inline w2c_status w2c_view_##name##_get(const w2c_view_##name *v, size_t i,             \
                                                   type *out) {                                    \
        const w2c_view any = w2c_view_##name##_any(v);                                             \
        if (w2c_view_gone(&any)) return W2C_GONE;                                                  \
        if (i >= any.count) return W2C_TRAP_MEMORY_BOUNDS;                                         \
        w2c_order_bytes(out, any.base + i * sizeof(type), sizeof(type));                           \
        return W2C_OK;                                                                             \
    }                                                                                              \
    static inline w2c_status w2c_view_##name##_set(const w2c_view_##name *v, size_t i,             \
                                                   type number) {                                  \
        const w2c_view any = w2c_view_##name##_any(v);                                             \
        if (w2c_view_gone(&any)) return W2C_GONE;                                                  \
        if (i >= any.count) return W2C_TRAP_MEMORY_BOUNDS;                                         \
        w2c_order_bytes(any.base + i * sizeof(type), &number, sizeof(type));                       \
        return W2C_OK;                                                                             \
    }                                                                                              \
    static inline void w2c_view_##name##_release(w2c_view_##name *v) {                             \
        w2c_view any = w2c_view_##name##_any(v);                                                   \
        w2c_view_release(&any);                                                                    \
        memset(v, 0, sizeof *v);                                                                   \
    }                                                                                              \
    struct w2c_view_##name /* takes the semicolon */
W2C_VIEW(u8, uint8_t);
W2C_VIEW(u16, uint16_t);
W2C_VIEW(u32, uint32_t);
W2C_VIEW(u64, uint64_t);
W2C_VIEW(s8, int8_t);
W2C_VIEW(s16, int16_t);
W2C_VIEW(s32, int32_t);
W2C_VIEW(s64, int64_t);
W2C_VIEW(f32, float);
W2C_VIEW(f64, double);

/* ---- the guest's allocator ------------------------------------------------------------------ */
/* What one instance and its host exchange things through. Delete it before the instance, or
 * after: once the instance is gone everything but the deletion says W2C_GONE. */
typedef struct w2c_exchange w2c_exchange;

typedef enum w2c_allocator_kind {
    W2C_ALLOCATOR_NONE,   /* the scratch arena then takes pages of its own, by growing the memory */
    W2C_ALLOCATOR_MALLOC, /* malloc(size), free(address) */
    W2C_ALLOCATOR_REALLOC, /* cabi_realloc(old, old size, align, size) */
    W2C_ALLOCATOR_BINDGEN  /* __wbindgen_malloc(size, align), __wbindgen_free(address, size, align);
                            * or the older ones without align */
} w2c_allocator_kind;

/* NULL is the same as all zeros. Names are exports' names; read by w2c_exchange_new only. */
typedef struct w2c_exchange_config {
    w2c_allocator_kind kind; /* NONE: found by the usual names, in the order of the list above */
    const char *take;        /* functions of that kind under other names: what allocates, */
    const char *give;        /*   what frees */
    const char *used_name;   /* a function () -> i32 or i64: bytes in use; NULL: "heap_used" */
    const char *free_name;   /* bytes free; NULL: "heap_free" */
    w2c_memory *memory;      /* NULL: the instance's first */
    uint64_t max_bytes;      /* most that may be allocated in the guest at once; 0: 1 GiB */
    size_t scratch_bytes;    /* of the arena's pieces; 0: 64 KiB */
} w2c_exchange_config;

/* W2C_INVALID when the instance has no memory, or functions that were named are not there or have
 * other types; W2C_NOMEM. *out is NULL then, and w2c_instance_detail says why. */
w2c_status w2c_exchange_new(w2c_exchange **out, w2c_instance *instance,
                            const w2c_exchange_config *config);
/* Gives what is still allocated in the guest back to it, unless the instance is gone. Inside of a
 * call that the exchange makes, the deletion waits for its end. NULL is fine. */
void w2c_exchange_delete(w2c_exchange *exchange);
w2c_allocator_kind w2c_exchange_allocator(const w2c_exchange *exchange);
w2c_instance *w2c_exchange_instance(const w2c_exchange *exchange); /* NULL: it is gone */
/* Why the last function on this exchange failed, in words; "" when it did not. */
const char *w2c_exchange_reason(const w2c_exchange *exchange);

/* A block of guest memory from the guest's allocator. What that answers is believed only when the
 * block lies in the memory, overlaps no other block that it gave, and does not begin below the
 * global __heap_base where there is one; else W2C_INVALID, and null is W2C_NOMEM.
 * align: a power of 2 up to 4096, 0 for 8. W2C_INVALID as well when an allocator that takes no
 * alignment gives less. Contents: whatever was there. */
w2c_status w2c_guest_alloc(w2c_exchange *exchange, uint64_t size, uint64_t align,
                           uint64_t *address);
/* W2C_INVALID, without asking the guest, when no block begins there. Address 0 is fine. */
w2c_status w2c_guest_free(w2c_exchange *exchange, uint64_t address);

/* The arena: taken piece by piece, given back in one call, which keeps the pieces: in a steady
 * state the guest's allocator is not called. align: a power of 2 up to 4096, 0 for 16. */
w2c_status w2c_scratch_alloc(w2c_exchange *exchange, uint64_t size, uint64_t align,
                             uint64_t *address);
void w2c_scratch_reset(w2c_exchange *exchange);
/* The same, and the guest gets the pieces back. */
w2c_status w2c_scratch_free(w2c_exchange *exchange);

/* ---- strings -------------------------------------------------------------------------------- */
/* UTF-8 as Unicode has it: no surrogates, nothing overlong, nothing above U+10FFFF. bad may be
 * NULL: the offset of the first byte that is not part of it. */
bool w2c_utf8_check(const void *text, size_t len, size_t *bad);

/* A view of a string that the guest has: by its length, or up to its NUL, which is not counted and
 * looked for in at most `most` bytes. W2C_DAMAGED for what is not UTF-8; W2C_LIMIT without a NUL in
 * `most`; W2C_TRAP_MEMORY_BOUNDS when the memory ends before. The guest may change it whenever it
 * runs. Refused for shared memories (W2C_INVALID): copy there. */
w2c_status w2c_string_view(w2c_view_u8 *out, w2c_instance *instance, uint64_t address,
                           uint64_t len);
w2c_status w2c_string_view_z(w2c_view_u8 *out, w2c_instance *instance, uint64_t address,
                             uint64_t most);
/* Copies a string out and ends it with a NUL; checked after copying. *len (may be NULL): bytes
 * without the NUL, also with W2C_LIMIT, when `cap` is less than that and one. */
w2c_status w2c_string_copy(w2c_instance *instance, uint64_t address, uint64_t len, char *to,
                           size_t cap, size_t *len_out);
w2c_status w2c_string_copy_z(w2c_instance *instance, uint64_t address, uint64_t most, char *to,
                             size_t cap, size_t *len_out);
/* Puts a string and a NUL into memory of the guest's allocator (w2c_guest_free), or of the
 * arena. The text must be UTF-8: W2C_DAMAGED. */
w2c_status w2c_string_give(w2c_exchange *exchange, const char *text, size_t len, uint64_t *address);
w2c_status w2c_string_scratch(w2c_exchange *exchange, const char *text, size_t len,
                              uint64_t *address);

/* Strings in arrays of the garbage-collected heap: of i16, UTF-16 code units; of i8, UTF-8. What to
 * do with surrogates that stand alone: */
typedef enum w2c_surrogates {
    W2C_SURROGATES_REFUSE,  /* W2C_DAMAGED */
    W2C_SURROGATES_REPLACE, /* U+FFFD */
    W2C_SURROGATES_KEEP     /* WTF-16 and WTF-8: three bytes, as if they were characters */
} w2c_surrogates;
/* array: a reference of the any hierarchy that the guest gave. *len (may be NULL): bytes without
 * the NUL, also with W2C_LIMIT, when cap is less than that and one. W2C_INVALID: no array of i8
 * or i16. */
w2c_status w2c_gc_string_read(w2c_instance *instance, w2c_ref array, w2c_surrogates rule, char *to,
                              size_t cap, size_t *len);
/* A new array of the type given, from UTF-8 (with KEEP, WTF-8). type: w2c_gc_type of an array
 * that the guest gave, or the `heap` of a global. The reference is good until the guest runs
 * again or allocates; keep it in a w2c_handle, or give it to the guest at once. */
w2c_status w2c_gc_string_new(w2c_instance *instance, const w2c_type *type, w2c_surrogates rule,
                             const char *text, size_t len, w2c_ref *out);
const w2c_type *w2c_gc_type(w2c_ref ref); /* NULL: no object */

/* ---- streams -------------------------------------------------------------------------------- */
/* Large data in chunks, through a buffer in the guest. One side gives, the other takes; a side that
 * takes less than it is offered is offered the rest again before anything more is asked for. */
typedef struct w2c_stream w2c_stream;

/* The host's side. Gives up to len bytes, or takes up to len bytes; *done says how many. `data`
 * lies in guest memory. W2C_OK with *done 0: a source has no more, a sink wants none now.
 * W2C_AGAIN: a source has none now. Any other status ends the stream with it. */
typedef w2c_status w2c_stream_fn(void *user, void *data, size_t len, size_t *done);
/* done and total (0: not known) in bytes, rate in bytes per second since the beginning. False
 * cancels. */
typedef bool w2c_progress(void *user, uint64_t done, uint64_t total, double rate);

typedef struct w2c_stream_config { /* NULL is the same as all zeros */
    size_t chunk;                  /* 0: chosen while it runs, between least and most, */
    size_t least, most;            /*   0: 4 KiB and 1 MiB, */
    uint64_t target_ns;            /*   so that one takes no longer than this; 0: 2 ms */
    uint64_t total;                /* what is expected, for progress alone; 0: not known */
    w2c_progress *progress;
    void *progress_user;
    uint64_t
        progress_ns; /* least time between two reports; 0: one for each chunk; the last always */
    uint32_t stalls; /* w2c_stream_run gives up after so many turns without a byte; 0: 1000 */
    uint64_t (*now)(void *user); /* ns, for tests; NULL: the monotonic clock */
    void *now_user;
} w2c_stream_config;

/* Into the guest: consumer(address, len) -> how many bytes it took, as i32 (i64 for 64-bit
 * memories). Out of the guest: producer(address, len) -> how many bytes it put there; 0: no
 * more. W2C_INVALID: another type; otherwise what w2c_guest_alloc says. */
w2c_status w2c_stream_into(w2c_stream **out, w2c_exchange *exchange, w2c_stream_fn *source,
                           void *user, const w2c_func *consumer, const w2c_stream_config *config);
w2c_status w2c_stream_out_of(w2c_stream **out, w2c_exchange *exchange, const w2c_func *producer,
                             w2c_stream_fn *sink, void *user, const w2c_stream_config *config);
/* One chunk, or the rest of one. W2C_OK: call again; W2C_AGAIN: the same, later; W2C_END: all is
 * done; W2C_CANCELLED; or an error, which every later call repeats. A guest that claims to have
 * taken or given more than there was room for: W2C_INVALID. Called from the stream's own
 * callbacks: W2C_INVALID, without effect. */
w2c_status w2c_stream_step(w2c_stream *stream);
/* Steps until W2C_END, for which it gives W2C_OK, or an error; W2C_AGAIN after too many stalls, and
 * then it can be called again. */
w2c_status w2c_stream_run(w2c_stream *stream);
void w2c_stream_cancel(w2c_stream *stream); /* Thread: any, while the stream lives */
/* Gives the buffer back. Inside of the stream's callbacks it waits for their end. NULL is fine. */
void w2c_stream_close(w2c_stream *stream);

typedef struct w2c_stream_figures {
    uint64_t done;   /* bytes that arrived */
    uint64_t chunks; /* that were filled */
    uint64_t stalls; /* turns in which nothing was taken or given */
    size_t chunk;    /* now */
    double rate;     /* bytes per second since the first step */
} w2c_stream_figures;
void w2c_stream_stats(const w2c_stream *stream, w2c_stream_figures *out);

/* ---- pools ---------------------------------------------------------------------------------- */
typedef struct w2c_pool_figures {
    uint64_t hits;      /* gets that the pool could serve with something it kept */
    uint64_t misses;    /* gets for which it had to allocate */
    uint64_t discarded; /* puts beyond what is kept, or that a hook refused */
    uint64_t refused;   /* puts of what is not out, or belongs to somebody else */
    uint64_t held;      /* kept, ready for a get */
    uint64_t out;       /* in use */
    uint64_t high;      /* the most that were in use at once */
    uint64_t bytes;     /* kept and in use */
} w2c_pool_figures;

/* Buffers by size class: 64, 256, 1024, 4096, 16384, 65536 bytes; larger ones are made and freed.
 * At most 10 are kept of each class. */
enum { W2C_BUFFER_CLASSES = 6, W2C_BUFFER_KEPT = 10 };
typedef struct w2c_buffer_pool w2c_buffer_pool;
typedef struct w2c_buffer {
    uint8_t *data;    /* in the host, or in the guest's memory; aligned to 16 */
    size_t size;      /* of its class, at least what was asked for */
    uint64_t address; /* in the guest's memory; 0: a buffer of the host */
} w2c_buffer;

/* exchange NULL: buffers of the host. Otherwise buffers of its guest, and the pool goes first.
 * W2C_NOMEM. */
w2c_status w2c_buffer_pool_new(w2c_buffer_pool **out, w2c_exchange *exchange);
/* Every buffer of it goes, those in use too. NULL is fine. Not while it is in use. */
void w2c_buffer_pool_delete(w2c_buffer_pool *pool);
/* Contents: zeros in a new one of the host, else whatever was there. As w2c_guest_alloc fails. */
w2c_status w2c_buffer_get(w2c_buffer_pool *pool, size_t size, w2c_buffer **out);
/* W2C_INVALID: it is no buffer of this pool in use, so that nothing happened. NULL is fine. */
w2c_status w2c_buffer_put(w2c_buffer_pool *pool, w2c_buffer *buffer);
void w2c_buffer_pool_stats(const w2c_buffer_pool *pool, w2c_pool_figures *out);
/* One class alone; class W2C_BUFFER_CLASSES: buffers that are too large for any. */
void w2c_buffer_class_stats(const w2c_buffer_pool *pool, unsigned class_number,
                            w2c_pool_figures *out);

/* Objects of the host's that are costly to make. Hooks may be NULL, and may use the pool.
 *   make   after the bytes were set to zero; false: W2C_TRAP_HOST
 *   reset  when one comes back; false: it is not kept
 *   drop   before its bytes are freed */
typedef struct w2c_object_pool w2c_object_pool;
typedef struct w2c_object_pool_config {
    size_t size; /* bytes of an object; aligned to 16 */
    size_t kept; /* at most; 0: 10 */
    bool (*make)(void *user, void *object);
    bool (*reset)(void *user, void *object);
    void (*drop)(void *user, void *object);
    void *user;
    w2c_exchange *exchange; /* among whose figures it is counted, and that goes after it; or NULL */
} w2c_object_pool_config;
w2c_status w2c_object_pool_new(w2c_object_pool **out, const w2c_object_pool_config *config);
/* Every object of it goes, those in use too. NULL is fine. Not from a hook. */
void w2c_object_pool_delete(w2c_object_pool *pool);
w2c_status w2c_object_get(w2c_object_pool *pool, void **out);
w2c_status w2c_object_put(w2c_object_pool *pool, void *object); /* W2C_INVALID as for buffers */
void w2c_object_pool_stats(const w2c_object_pool *pool, w2c_pool_figures *out);

/* ---- records -------------------------------------------------------------------------------- */
/* A record is, in little-endian order and without gaps: 'W' '2' 'C' 'R', version u16 (1), type u16,
 * flags u32, sequence u32; length u32; that many bytes of payload; CRC-32C u32 of all before it. */
enum { W2C_RECORD_HEAD = 20, W2C_RECORD_TAIL = 4, W2C_RECORD_VERSION = 1 };
enum { W2C_RECORD_MOST = 16 << 20 }; /* bytes of payload that a reader accepts by default */

typedef struct w2c_record {
    uint16_t type;
    uint32_t flags, sequence;
    const uint8_t *payload;
    size_t len; /* at most UINT32_MAX */
} w2c_record;

/* CRC-32C (Castagnoli); crc: 0, or what the bytes before gave. */
uint32_t w2c_crc32c(uint32_t crc, const void *bytes, size_t len);

/* One record into bytes; *used: how many. W2C_LIMIT: it does not fit into cap (*used is what it
 * needs), or is longer than a record can be. */
w2c_status w2c_record_put(void *to, size_t cap, const w2c_record *record, size_t *used);
/* The record that begins at `from`. W2C_AGAIN: it goes on beyond len bytes, and *used are needed.
 * W2C_DAMAGED: no record, another version, or a wrong sum. W2C_LIMIT: it claims over `most`. */
w2c_status w2c_record_get(const void *from, size_t len, size_t most, w2c_record *out, size_t *used);

/* Writers. Sequence numbers are counted from 0. */
typedef w2c_status w2c_record_sink(void *user, const void *bytes, size_t len); /* all, or fails */
typedef struct w2c_record_writer {
    w2c_view view; /* borrowed: the caller releases its own */
    size_t used;   /* bytes of it */
    w2c_record_sink *sink;
    void *user;
    uint32_t sequence; /* of the next record */
} w2c_record_writer;
void w2c_record_writer_view(w2c_record_writer *writer, const w2c_view *view);
void w2c_record_writer_sink(w2c_record_writer *writer, w2c_record_sink *sink, void *user);
/* W2C_LIMIT: the view is full, nothing was written; W2C_GONE; what the sink says. */
w2c_status w2c_record_write(w2c_record_writer *writer, uint16_t type, uint32_t flags,
                            const void *payload, size_t len);

/* Readers give every record that is whole, in order, and step over everything else. */
typedef struct w2c_record_reader {
    w2c_view view; /* borrowed; or */
    w2c_stream_fn *source;
    void *user;
    uint8_t *room; /* of a source's bytes; owned */
    const uint8_t *bytes;
    size_t at, len, cap, most;
    bool ended, in_damage, any;
    uint32_t next;    /* sequence expected */
    uint64_t work;    /* bytes summed up in vain */
    uint64_t taken;   /* bytes that came in so far */
    uint64_t records; /* given */
    uint64_t damages; /* runs of bytes that were stepped over */
    uint64_t skipped; /* bytes of them */
    uint64_t missing; /* sequence numbers that were left out */
} w2c_record_reader;
/* most: bytes of payload; 0: W2C_RECORD_MOST. Shared memories: use a source that copies. */
void w2c_record_reader_view(w2c_record_reader *reader, const w2c_view *view, size_t most);
void w2c_record_reader_bytes(w2c_record_reader *reader, const void *bytes, size_t len, size_t most);
void w2c_record_reader_source(w2c_record_reader *reader, w2c_stream_fn *source, void *user,
                              size_t most);
/* The next good record; its payload stays until the next call. W2C_END; W2C_AGAIN: the source
 * has none now; W2C_GONE; W2C_NOMEM; W2C_LIMIT: the bytes are made to look like ever new
 * records, and looking at them took far more work than there are bytes; what the source says. */
w2c_status w2c_record_next(w2c_record_reader *reader, w2c_record *out);
void w2c_record_reader_free(w2c_record_reader *reader); /* its buffer */

/* ---- figures -------------------------------------------------------------------------------- */
typedef struct w2c_memory_info {
    uint64_t pages, page_bytes;
    uint64_t bytes, limit; /* now; what it may grow to, UINT64_MAX: nobody set a limit */
    uint64_t growths, failed_growths;
    bool used_known, free_known; /* does the guest's allocator tell? */
    uint64_t used, free_bytes;
    uint64_t blocks, block_bytes;   /* that the host has from the guest's allocator */
    uint64_t allocations, frees;    /* calls of it so far, by this exchange */
    uint64_t refused;               /* answers of it that were not believed */
    uint64_t scratch, scratch_high; /* bytes of the arena in use; the most there were */
    uint64_t views;           /* of this memory, alive; a stream or a pool of buffers has one */
    w2c_pool_figures buffers; /* of all buffer pools made with this exchange */
    w2c_pool_figures objects; /* of all object pools */
} w2c_memory_info;
/* May call the guest (heap_used). W2C_GONE; what that call ends with. */
w2c_status w2c_exchange_info(w2c_exchange *exchange, w2c_memory_info *out);

#ifdef __cplusplus
}
#endif
#endif
