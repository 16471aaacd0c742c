/* wasi_poll.c: poll_oneoff: waits for clocks and descriptors.
 * One idea: subscriptions are read once into an array of our own; the earliest clock gives the
 * timeout of one host poll; then each subscription is asked whether it has come. */
#include "wasi_impl.h"
#include <stdlib.h>
#include <string.h>

typedef struct sub {
    u64 userdata;
    u8 type; /* WASI_EVENT_* */
    u32 id;  /* clock or descriptor */
    u64 timeout;
    bool absolute;
    wasi_errno error; /* known before waiting */
    u64 deadline;     /* of clocks, in their own time */
    wasi_poll *poll;  /* of descriptors */
} sub;

enum { EVENT_SIZE = 32 };

static u32 sub_size(const wasi_call *c) {
    return c->unstable ? 56 : 48;
}

/* wasi_unstable has a second userdata word in front of a clock. */
static void sub_read(const wasi_call *c, u64 at, sub *out) {
    u64 clock = at + (c->unstable ? 24 : 16);
    memset(out, 0, sizeof *out);
    out->userdata = wasi_load64(c, at);
    out->type = (u8)wasi_load32(c, at + 8);
    if (out->type == WASI_EVENT_CLOCK) {
        out->id = wasi_load32(c, clock);
        out->timeout = wasi_load64(c, clock + 8);
        out->absolute = wasi_load32(c, clock + 24) & WASI_SUB_ABSTIME;
    } else {
        out->id = wasi_load32(c, at + 16);
    }
}

static u64 add_sat(u64 a, u64 b) {
    return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

/* Fills in deadlines and polls. INVAL for an unknown type. */
static wasi_errno subs_prepare(wasi_call *c, sub *subs, u32 count, wasi_poll *polls, size_t *used) {
    const w2c_wasi_clock *clock = &c->wasi->clock;
    for (u32 i = 0; i < count; i++) {
        sub *s = &subs[i];
        u64 now;
        if (s->type == WASI_EVENT_CLOCK) {
            if (!clock->now || !clock->now(clock->user, s->id, &now))
                s->error = WASI_INVAL;
            else
                s->deadline = s->absolute ? s->timeout : add_sat(now, s->timeout);
        } else if (s->type == WASI_EVENT_READ || s->type == WASI_EVENT_WRITE) {
            wasi_file *file = wasi_file_hold(c->wasi, s->id);
            bool write = s->type == WASI_EVENT_WRITE;
            u64 right = write ? WASI_RIGHT_FD_WRITE : WASI_RIGHT_FD_READ;
            if (!file || file->type == WASI_TYPE_DIRECTORY || !(file->rights & right)) {
                s->error = WASI_BADF;
                if (file) wasi_file_release(c->wasi, file);
                continue;
            }
            s->poll = &polls[(*used)++];
            *s->poll = (wasi_poll){.file = file, .want_write = write};
        } else {
            return WASI_INVAL;
        }
    }
    return WASI_SUCCESS;
}

/* ns until the first clock comes; 0 when something has come already. */
static u64 subs_timeout(wasi_call *c, const sub *subs, u32 count) {
    const w2c_wasi_clock *clock = &c->wasi->clock;
    u64 least = UINT64_MAX, now;
    for (u32 i = 0; i < count; i++) {
        if (subs[i].error) return 0;
        if (subs[i].type != WASI_EVENT_CLOCK) continue;
        if (!clock->now(clock->user, subs[i].id, &now) || subs[i].deadline <= now) return 0;
        if (subs[i].deadline - now < least) least = subs[i].deadline - now;
    }
    return least;
}

static wasi_errno wait_once(wasi_call *c, wasi_poll *polls, size_t count, u64 timeout) {
    const w2c_wasi_clock *clock = &c->wasi->clock;
    if (!clock->sleep || timeout == 0 || timeout == UINT64_MAX)
        return wasi_host_poll(polls, count, timeout, c->wasi->wake);
    wasi_errno e = wasi_host_poll(polls, count, 0, -1); /* time is the embedder's */
    for (size_t i = 0; i < count; i++) {
        if (polls[i].ready) return e;
    }
    if (!e) clock->sleep(clock->user, timeout);
    return e ? e : wasi_host_poll(polls, count, 0, -1);
}

static bool sub_event(wasi_call *c, const sub *s, u64 at) {
    const w2c_wasi_clock *clock = &c->wasi->clock;
    wasi_errno error = s->error;
    u64 bytes = 0, now;
    u16 flags = 0;
    if (!error && s->type == WASI_EVENT_CLOCK) {
        if (!clock->now(clock->user, s->id, &now) || now < s->deadline) return false;
    } else if (!error) {
        if (!s->poll->ready) return false;
        error = s->poll->error;
        bytes = s->poll->bytes;
        flags = s->poll->hangup ? WASI_EVENT_HANGUP : 0;
    }
    for (u32 i = 0; i < EVENT_SIZE; i += 8)
        wasi_store64(c, at + i, 0);
    wasi_store64(c, at, s->userdata);
    wasi_store16(c, at + 8, (u16)error);
    wasi_store8(c, at + 10, s->type);
    wasi_store64(c, at + 16, bytes);
    wasi_store16(c, at + 24, flags);
    return true;
}

static wasi_errno poll_subs(wasi_call *c, sub *subs, u32 count, wasi_poll *polls, u32 events,
                            u32 *done) {
    size_t poll_count = 0;
    wasi_errno e = subs_prepare(c, subs, count, polls, &poll_count);
    while (!e && *done == 0 && !wasi_stopped(c->wasi)) { /* again when a clock was a little early */
        e = wait_once(c, polls, poll_count, subs_timeout(c, subs, count));
        for (u32 i = 0; !e && i < count; i++) {
            if (sub_event(c, &subs[i], events + (u64)*done * EVENT_SIZE)) ++*done;
        }
    }
    for (size_t i = 0; i < poll_count; i++)
        wasi_file_release(c->wasi, polls[i].file);
    return e;
}

wasi_errno wasi_poll_oneoff(wasi_call *c, u32 in, u32 events, u32 count, u32 out) {
    u32 done = 0;
    if (count == 0 || count > WASI_POLL_MAX) return WASI_INVAL;
    if (!wasi_has(c, in, (u64)count * sub_size(c)) || !wasi_has(c, out, 4) ||
        !wasi_has(c, events, (u64)count * EVENT_SIZE))
        return WASI_FAULT;
    sub *subs = malloc(count * sizeof *subs);
    wasi_poll *polls = malloc(count * sizeof *polls);
    wasi_errno e = subs && polls ? WASI_SUCCESS : WASI_NOMEM;
    for (u32 i = 0; !e && i < count; i++)
        sub_read(c, in + (u64)i * sub_size(c), &subs[i]);
    if (!e) e = poll_subs(c, subs, count, polls, events, &done);
    if (!e) wasi_store32(c, out, done);
    free(subs);
    free(polls);
    return e;
}
