/* exchange_internal.h: what the files of libw2cexchange share. */
#ifndef W2C_EXCHANGE_INTERNAL_H
#define W2C_EXCHANGE_INTERNAL_H
#include "../w2c_exchange.h"
#include "../w2c_rt.h"

#if defined(__GNUC__)
#pragma GCC visibility push(hidden)
#endif

typedef struct exchange_block { /* of guest memory that the host has from the guest's allocator */
    u64 at, size, align;
    bool own; /* the arena's, a pool's, a stream's: not to be freed by w2c_guest_free */
} exchange_block;

typedef struct exchange_piece { /* of the scratch arena */
    u64 at, size;
} exchange_piece;

struct w2c_exchange {
    w2c_instance *instance;
    w2c_hold *life; /* of the instance */
    w2c_memory *memory;
    w2c_allocator_kind kind;
    bool wide, aligned; /* addresses are i64; the functions have a parameter for alignment */
    const w2c_func *take, *give, *used, *free_bytes;
    u64 heap_base, max_bytes;
    exchange_block *blocks; /* by address */
    size_t block_count, block_cap;
    u64 block_bytes, allocations, frees, refused;
    exchange_piece *pieces; /* the arena's, in the order they were taken */
    size_t piece_count, piece_cap;
    size_t piece; /* in use; pieces before it are full */
    u64 piece_used, scratch, scratch_high, scratch_least;
    w2c_stream *streams;
    w2c_buffer_pool *buffer_pools;
    w2c_object_pool *object_pools;
    u32 busy;     /* calls of the guest under way */
    bool deleted; /* while it was busy: exchange_leave does it */
    bool deleting;
    char reason[240];
};

/* Records why, also in the instance's detail, and returns status. */
w2c_status exchange_fail(w2c_exchange *x, w2c_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* At the beginning of every public function: W2C_GONE, or W2C_OK and an empty reason. */
w2c_status exchange_enter(w2c_exchange *x);
/* At the end of those that may have called the guest, which may have deleted the exchange. */
w2c_status exchange_leave(w2c_exchange *x, w2c_status status);
/* w2c_guest_alloc and w2c_guest_free between enter and leave. */
w2c_status exchange_alloc(w2c_exchange *x, u64 size, u64 align, bool own, u64 *address);
w2c_status exchange_free(w2c_exchange *x, u64 address, bool own);
bool exchange_gone(const w2c_exchange *x);
/* Calls the guest with up to four numbers of the exchange's width; *result, when there is one. */
w2c_status exchange_call(w2c_exchange *x, const w2c_func *func, const u64 *numbers, size_t count,
                         u64 *result);
/* Is its type, in letters, this one, with 'p' for i32 or i64 by `wide`? */
bool exchange_has_type(const w2c_func *func, const char *letters, bool wide);

void exchange_streams_orphan(w2c_exchange *x);
void exchange_pools_orphan(w2c_exchange *x); /* their exchange goes */
void exchange_pools_add(const w2c_exchange *x, w2c_memory_info *out);

/* Length of the UTF-8 sequence at text, which has len > 0 bytes, and its character; 0: none.
 * surrogates: three bytes for one of them are fine. */
size_t utf8_decode(const u8 *text, size_t len, bool surrogates, u32 *out);
size_t utf8_encode(u32 c, u8 out[4]);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif
#endif
