/* exchange_record.c: records: writing them, reading them back, finding the next good one after
 * damage.
 *
 * A reader never trusts a length further than its limit and the bytes that there are. After
 * damage it tries every place where a record's first bytes stand. Bytes that are made to look
 * like ever new long records would cost their square, so the work done in vain is limited by a
 * multiple of the bytes. */
#include "exchange_internal.h"
#include <stdlib.h>

#define MAGIC 0x52433257u /* "W2CR" */
#define WORK_FREE ((u64)64 << 20)
#define WORK_PER_BYTE 64u
#define ROOM_FIRST 4096u

/* ---- bytes ---------------------------------------------------------------------------------- */
static u32 get32(const u8 *at) {
    return (u32)at[0] | (u32)at[1] << 8 | (u32)at[2] << 16 | (u32)at[3] << 24;
}
static u16 get16(const u8 *at) {
    return (u16)(at[0] | at[1] << 8);
}
static void put32(u8 *at, u32 v) {
    for (int i = 0; i < 4; i++)
        at[i] = (u8)(v >> 8 * i);
}
static void put16(u8 *at, u16 v) {
    at[0] = (u8)v;
    at[1] = (u8)(v >> 8);
}

static void put_head(u8 head[W2C_RECORD_HEAD], const w2c_record *r) {
    put32(head, MAGIC);
    put16(head + 4, W2C_RECORD_VERSION);
    put16(head + 6, r->type);
    put32(head + 8, r->flags);
    put32(head + 12, r->sequence);
    put32(head + 16, (u32)r->len);
}

static bool is_head(const u8 *at) {
    return get32(at) == MAGIC && get16(at + 4) == W2C_RECORD_VERSION;
}

/* ---- one record ----------------------------------------------------------------------------- */
w2c_status w2c_record_put(void *to, size_t cap, const w2c_record *r, size_t *used) {
    u8 *at = (u8 *)to;
    *used = 0;
    if (r->len > UINT32_MAX || r->len > SIZE_MAX - W2C_RECORD_HEAD - W2C_RECORD_TAIL)
        return W2C_LIMIT;
    *used = W2C_RECORD_HEAD + r->len + W2C_RECORD_TAIL;
    if (*used > cap) return W2C_LIMIT;
    put_head(at, r);
    if (r->len) memcpy(at + W2C_RECORD_HEAD, r->payload, r->len);
    put32(at + W2C_RECORD_HEAD + r->len, w2c_crc32c(0, at, W2C_RECORD_HEAD + r->len));
    return W2C_OK;
}

w2c_status w2c_record_get(const void *from, size_t len, size_t most, w2c_record *out,
                          size_t *used) {
    const u8 *at = (const u8 *)from;
    u8 magic[4];
    memset(out, 0, sizeof *out);
    *used = W2C_RECORD_HEAD + W2C_RECORD_TAIL;
    put32(magic, MAGIC);
    if (memcmp(at, magic, len < 4 ? len : 4)) return W2C_DAMAGED;
    if (len < W2C_RECORD_HEAD) return W2C_AGAIN;
    if (!is_head(at)) return W2C_DAMAGED;
    u32 claimed = 0; /* read once: the bytes may lie in a shared memory */
    for (int i = 3; i >= 0; i--)
        claimed = claimed << 8 | ((const volatile u8 *)at)[16 + i];
    if (claimed > most) return W2C_LIMIT;
    if (claimed > SIZE_MAX - *used) return W2C_LIMIT;
    *used += claimed;
    if (len < *used) return W2C_AGAIN;
    if (get32(at + W2C_RECORD_HEAD + claimed) != w2c_crc32c(0, at, W2C_RECORD_HEAD + claimed))
        return W2C_DAMAGED;
    out->type = get16(at + 6);
    out->flags = get32(at + 8);
    out->sequence = get32(at + 12);
    out->payload = at + W2C_RECORD_HEAD;
    out->len = claimed;
    return W2C_OK;
}

/* ---- writers -------------------------------------------------------------------------------- */
void w2c_record_writer_view(w2c_record_writer *w, const w2c_view *view) {
    memset(w, 0, sizeof *w);
    w->view = *view;
}

void w2c_record_writer_sink(w2c_record_writer *w, w2c_record_sink *sink, void *user) {
    memset(w, 0, sizeof *w);
    w->sink = sink;
    w->user = user;
}

static w2c_status write_to_sink(w2c_record_writer *w, const w2c_record *r) {
    u8 head[W2C_RECORD_HEAD], tail[W2C_RECORD_TAIL];
    if (r->len > UINT32_MAX) return W2C_LIMIT;
    put_head(head, r);
    put32(tail, w2c_crc32c(w2c_crc32c(0, head, sizeof head), r->payload, r->len));
    w2c_status status = w->sink(w->user, head, sizeof head);
    if (status == W2C_OK && r->len) status = w->sink(w->user, r->payload, r->len);
    return status == W2C_OK ? w->sink(w->user, tail, sizeof tail) : status;
}

w2c_status w2c_record_write(w2c_record_writer *w, uint16_t type, uint32_t flags,
                            const void *payload, size_t len) {
    w2c_record r = {type, flags, w->sequence, (const u8 *)payload, len};
    w2c_status status;
    if (w->sink) {
        status = write_to_sink(w, &r);
    } else {
        size_t used, all = w->view.count * w->view.size;
        if (w2c_view_gone(&w->view)) return W2C_GONE;
        if (w->used > all) return W2C_INVALID;
        status = w2c_record_put(w->view.base + w->used, all - w->used, &r, &used);
        if (status == W2C_OK) w->used += used;
    }
    if (status == W2C_OK) w->sequence++;
    return status;
}

/* ---- readers -------------------------------------------------------------------------------- */
static void start(w2c_record_reader *r, size_t most) {
    memset(r, 0, sizeof *r);
    r->most = most ? most : W2C_RECORD_MOST;
    if (r->most > UINT32_MAX) r->most = UINT32_MAX;
}

void w2c_record_reader_view(w2c_record_reader *r, const w2c_view *view, size_t most) {
    start(r, most);
    r->view = *view;
    r->bytes = view->base;
    r->len = view->count * view->size;
    r->taken = r->len;
    r->ended = true;
}

void w2c_record_reader_bytes(w2c_record_reader *r, const void *bytes, size_t len, size_t most) {
    start(r, most);
    r->bytes = (const u8 *)bytes;
    r->len = len;
    r->taken = len;
    r->ended = true;
}

void w2c_record_reader_source(w2c_record_reader *r, w2c_stream_fn *source, void *user,
                              size_t most) {
    start(r, most);
    r->source = source;
    r->user = user;
}

void w2c_record_reader_free(w2c_record_reader *r) {
    free(r->room);
    memset(r, 0, sizeof *r);
    r->ended = true;
}

/* Room for `need` bytes from r->at on; what was read already makes way. */
static bool make_room(w2c_record_reader *r, size_t need) {
    if (r->cap - r->at >= need) return true;
    if (r->at) {
        memmove(r->room, r->room + r->at, r->len - r->at);
        r->len -= r->at;
        r->at = 0;
    }
    if (r->cap >= need) return true;
    size_t cap = need < ROOM_FIRST ? ROOM_FIRST : need;
    if (cap < SIZE_MAX / 2 && cap < r->cap * 2) cap = r->cap * 2;
    u8 *room = (u8 *)realloc(r->room, cap);
    if (!room) return false;
    r->room = room;
    r->cap = cap;
    return true;
}

/* More bytes from the source, until there are `need` from r->at on or it has ended. A length that a
 * damaged record claims costs as much room as bytes come for it, twice. */
static w2c_status read_more(w2c_record_reader *r, size_t need) {
    while (r->len - r->at < need && !r->ended) {
        size_t have = r->len - r->at, step = need - have, got = 0;
        if (step > have + ROOM_FIRST) step = have + ROOM_FIRST;
        if (!make_room(r, have + step)) return W2C_NOMEM;
        r->bytes = r->room;
        size_t room = r->cap - r->len;
        w2c_status status = r->source(r->user, r->room + r->len, room, &got);
        if (status != W2C_OK) return status;
        if (got > room) return W2C_INVALID;
        if (!got) r->ended = true;
        r->len += got;
        r->taken += got;
    }
    return W2C_OK;
}

static void skip(w2c_record_reader *r, size_t bytes) {
    if (!r->in_damage && bytes) {
        r->in_damage = true;
        r->damages++;
    }
    r->at += bytes;
    r->skipped += bytes;
}

/* To the next place after r->at where a record may begin. */
static void resync(w2c_record_reader *r) {
    const u8 *from = r->bytes + r->at + 1;
    size_t left = r->len - r->at - 1;
    const u8 *next = left ? (const u8 *)memchr(from, (int)(MAGIC & 0xff), left) : NULL;
    skip(r, 1 + (next ? (size_t)(next - from) : left));
}

static void take(w2c_record_reader *r, const w2c_record *record, size_t used) {
    r->at += used;
    r->in_damage = false;
    r->records++;
    if (r->any && record->sequence - r->next < 0x80000000u)
        r->missing += record->sequence - r->next;
    r->any = true;
    r->next = record->sequence + 1;
}

w2c_status w2c_record_next(w2c_record_reader *r, w2c_record *out) {
    memset(out, 0, sizeof *out);
    if (r->view.hold && w2c_view_gone(&r->view)) return W2C_GONE;
    for (size_t need = 1;;) {
        w2c_status status = read_more(r, need);
        if (status != W2C_OK) return status;
        size_t have = r->len - r->at, used;
        if (!have) return W2C_END;
        status = w2c_record_get(r->bytes + r->at, have, r->most, out, &used);
        if (status == W2C_OK) {
            take(r, out, used);
            return W2C_OK;
        }
        if (status == W2C_AGAIN && !r->ended) {
            need = used;
            continue;
        }
        if (status == W2C_DAMAGED && have >= used) r->work += used;
        if (r->work > WORK_FREE && r->work / WORK_PER_BYTE > r->taken) return W2C_LIMIT;
        resync(r);
        need = 1;
    }
}
