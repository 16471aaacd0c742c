/* rt_room.c: address space of memories whose instances are gone, for the next ones.
 *
 * Reserving a room, mapping the image into it and unmapping all of that takes longer than the rest of an instance's life
 * does. So the last few rooms stay as they were mapped, but with nothing in them: the system has the pages back, and
 * whoever gets the room finds zeros and the image's bytes. A room is for a memory that begins just as the last one did;
 * what else became of a memory (other files mapped over it, views, growth that cannot be undone) ends its room.
 *
 * Nothing waits here: who finds the list locked maps or unmaps like anybody else. */
#define _GNU_SOURCE
#include "rt_internal.h"
#include <sys/mman.h>

#ifndef MAP_NORESERVE
#define MAP_NORESERVE 0
#endif

enum { ROOMS = 16, TRIES = 100 };
/* Accessible bytes of all of them: where the system does not overcommit they count as promised. */
#define MOST_OPEN ((u64)64 << 20)

static struct {
    u32 lock, count;
    u64 open;
    w2c_room of[ROOMS]; /* the one that was left last is the last */
} rooms;

static bool try_lock(void) {
    for (int i = 0; i < TRIES; i++)
        if (!__atomic_exchange_n(&rooms.lock, 1, __ATOMIC_ACQUIRE)) return true;
    return false;
}

static void unlock(void) {
    __atomic_store_n(&rooms.lock, 0, __ATOMIC_RELEASE);
}

static u64 accessible(const w2c_room *r) {
    return r->open + (r->lead ? r->lead - W2C_FRONT_GAP : 0);
}

static w2c_room remove_at(u32 i) {
    w2c_room room = rooms.of[i];
    __atomic_store_n(&rooms.count, rooms.count - 1, __ATOMIC_RELAXED);
    rooms.open -= accessible(&room);
    memmove(&rooms.of[i], &rooms.of[i + 1], (rooms.count - i) * sizeof room);
    return room;
}

void w2c_room_unmap(const w2c_room *room) {
    munmap(room->base - room->lead, (size_t)(room->lead + room->bytes));
}

bool w2c_room_take(w2c_room *room) {
    bool found = false;
    if (!__atomic_load_n(&rooms.count, __ATOMIC_RELAXED) || !try_lock()) return false;
    for (u32 i = rooms.count; !found && i--;) {
        const w2c_room *r = &rooms.of[i];
        found = r->lead == room->lead && r->bytes == room->bytes && r->open == room->open &&
                r->image == room->image;
        if (found) *room = remove_at(i);
    }
    unlock();
    return found;
}

/* Nothing of what was written is left, and nothing beyond what was open first is accessible. */
static bool clean(const w2c_room *room, u64 open) {
#if defined(__linux__) && defined(MADV_DONTNEED)
    u8 *data = room->base;
    u64 front = room->lead ? room->lead - W2C_FRONT_GAP : 0;
    if (open > room->open &&
        mmap(data + room->open, (size_t)(open - room->open), PROT_NONE,
             MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0) == MAP_FAILED)
        return false;
    if (front > w2c_os_page()) /* the gap between has no pages */
        return !madvise(data - room->lead, (size_t)(room->lead + room->open), MADV_DONTNEED);
    if (front) memset(data - room->lead, 0, (size_t)front); /* a page, cheaper than a new one */
    return !room->open || !madvise(data, (size_t)room->open, MADV_DONTNEED);
#else
    (void)room, (void)open;
    return false;
#endif
}

bool w2c_room_keep(const w2c_room *room, u64 open) {
    w2c_room old[ROOMS];
    u32 count = 0;
    u64 bytes = accessible(room);
    if (bytes > MOST_OPEN || !clean(room, open) || !try_lock()) return false;
    while (rooms.count == ROOMS || rooms.open + bytes > MOST_OPEN)
        old[count++] = remove_at(0);
    w2c_room *kept = &rooms.of[rooms.count];
    *kept = *room;
    kept->ready = true;
    rooms.open += bytes;
    __atomic_store_n(&rooms.count, rooms.count + 1, __ATOMIC_RELAXED);
    unlock();
    while (count)
        w2c_room_unmap(&old[--count]);
    return true;
}

bool w2c_rooms_trim(void) {
    w2c_room old[ROOMS];
    u32 count = 0;
    if (!__atomic_load_n(&rooms.count, __ATOMIC_RELAXED) || !try_lock()) return false;
    while (rooms.count)
        old[count++] = remove_at(rooms.count - 1);
    unlock();
    for (u32 i = 0; i < count; i++)
        w2c_room_unmap(&old[i]);
    return count != 0;
}

bool w2c_pages_open(u8 *at, u64 bytes) {
    return !mprotect(at, (size_t)bytes, PROT_READ | PROT_WRITE) ||
           (w2c_rooms_trim() && !mprotect(at, (size_t)bytes, PROT_READ | PROT_WRITE));
}
