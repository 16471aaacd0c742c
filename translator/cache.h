/* cache.h: the folder of programs that `w2c run --native` has made: $XDG_CACHE_HOME/w2c, else ~/.cache/w2c.
 * A program's name is a hash of everything that it is made of, so nothing in it is ever out of date; the time of its
 * file is that of its last use. Programs appear by a rename, whole.
 * Because what lies there is executed, the folder must belong to the user, and nobody else may write to it. */
#ifndef W2C_CACHE_H
#define W2C_CACHE_H
#include "base/buffer.h"
#include "base/context.h"
#include <time.h>

/* The folder's path, made when it is not there. Errors: IO, with the reason. */
bool cache_folder(Context *ctx, Buffer *out);

typedef struct CacheEntry {
    char name[64];
    uint64_t bytes;
    struct timespec used;
} CacheEntry;

/* The programs there, those unused for longest first. Owner: the caller frees *out. */
bool cache_list(Context *ctx, const char *folder, CacheEntry **out, size_t *count);
/* Removes programs, those unused for longest first, until at most `most` bytes are left; says how many, and their
 * bytes. */
bool cache_shrink(Context *ctx, const char *folder, uint64_t most, size_t *removed,
                  uint64_t *removed_bytes);
#endif
