/* rt_snapshot_format.h: a snapshot's header; what follows it is described in rt_snapshot_save.c. */
#ifndef W2C_RT_SNAPSHOT_FORMAT_H
#define W2C_RT_SNAPSHOT_FORMAT_H
#include "rt_snapshot.h"

enum { SNAP_HEADER = 40, SNAP_VERSION = 2 };
#define SNAP_MAGIC "W2CSNAP\n"

typedef struct snap_header {
    u32 version, flags;
    u64 hash, len;
    u32 crc;
} snap_header;

static inline void w2c_snap_put_header(u8 *at, const snap_header *h) {
    memcpy(at, SNAP_MAGIC, 8);
    memcpy(at + 8, &h->version, 4);
    memcpy(at + 12, &h->flags, 4);
    memcpy(at + 16, &h->hash, 8);
    memcpy(at + 24, &h->len, 8);
    memcpy(at + 32, &h->crc, 4);
    u32 own = w2c_crc32c(0, at, 36);
    memcpy(at + 36, &own, 4);
}

/* False: no header, or a damaged one. */
static inline bool w2c_snap_get_header(const u8 *at, size_t len, snap_header *h) {
    u32 own;
    if (len < SNAP_HEADER || memcmp(at, SNAP_MAGIC, 8) != 0) return false;
    memcpy(&h->version, at + 8, 4);
    memcpy(&h->flags, at + 12, 4);
    memcpy(&h->hash, at + 16, 8);
    memcpy(&h->len, at + 24, 8);
    memcpy(&h->crc, at + 32, 4);
    memcpy(&own, at + 36, 4);
    return own == w2c_crc32c(0, at, 36);
}
#endif
