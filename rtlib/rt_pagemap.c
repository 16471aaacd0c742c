/* rt_pagemap.c: which pages of this process are in memory, and whose they are, as Linux says it:
 * by its list of regions (PAGEMAP_SCAN, since 6.7), else page by page (/proc/self/pagemap). */
#define _GNU_SOURCE
#include "rt_internal.h"
#include <fcntl.h>
#include <unistd.h>

#if defined(__linux__)
#include <sys/ioctl.h>

/* The kernel's interface, which older headers lack. */
struct scan {
    u64 size, flags, start, end, walk_end, vec, vec_len, max_pages;
    u64 category_inverted, category_mask, category_anyof_mask, return_mask;
};
#define SCAN_REQUEST _IOWR('f', 16, struct scan)
enum { IS_FILE = 1 << 2, IS_PRESENT = 1 << 3, IS_SWAPPED = 1 << 4, IS_ZERO = 1 << 5 };

int w2c_pagemap_scan(int fd, w2c_pages which, u64 start, u64 end, w2c_page_region *regions,
                     u32 count, u64 *next) {
    struct scan s;
    memset(&s, 0, sizeof s);
    s.size = sizeof s;
    s.start = start;
    s.end = end;
    s.vec = (u64)(uintptr_t)regions;
    s.vec_len = count;
    s.category_inverted = IS_ZERO | (which == W2C_PAGES_OWN ? IS_FILE : 0);
    s.category_mask = s.category_inverted;
    s.category_anyof_mask = IS_PRESENT | (which == W2C_PAGES_OWN ? IS_SWAPPED : 0);
    s.return_mask = IS_PRESENT | IS_SWAPPED;
    int found = ioctl(fd, SCAN_REQUEST, &s);
    *next = s.walk_end;
    return found;
}

static int open_it(void) {
    return open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
}

int w2c_pagemap_open(void) {
    w2c_page_region region;
    int fd = open_it();
    u64 next = 0, page = w2c_os_page(), here = (u64)(uintptr_t)&region & ~(page - 1);
    if (fd >= 0 && w2c_pagemap_scan(fd, W2C_PAGES_OWN, here, here + page, &region, 1, &next) < 0) {
        close(fd);
        fd = -1;
    }
    return fd;
}

static bool count_scanned(int fd, w2c_pages which, u64 from, u64 to, u64 *bytes) {
    w2c_page_region regions[64];
    *bytes = 0;
    while (from < to) {
        int found = w2c_pagemap_scan(fd, which, from, to, regions, 64, &from);
        if (found < 0) return false;
        for (int i = 0; i < found; i++)
            *bytes += regions[i].end - regions[i].start;
    }
    return true;
}

/* The page of zeros cannot be told from others here: pages that were only read count as well. */
static bool count_each(int fd, u64 from, u64 to, u64 *own, u64 *resident) {
    u64 entries[512], page = w2c_os_page();
    *own = *resident = 0;
    while (from < to) {
        u64 n = (to - from) / page < 512 ? (to - from) / page : 512;
        ssize_t got =
            pread(fd, entries, (size_t)n * sizeof(u64), (off_t)(from / page * sizeof(u64)));
        if (got < (ssize_t)sizeof(u64)) return false;
        n = (u64)got / sizeof(u64);
        for (u64 i = 0; i < n; i++) {
            bool present = entries[i] >> 63 & 1, swapped = entries[i] >> 62 & 1;
            *own += (present || swapped) && !(entries[i] >> 61 & 1) ? page : 0;
            *resident += present ? page : 0;
        }
        from += n * page;
    }
    return true;
}

bool w2c_pagemap_count(const u8 *data, u64 bytes, u64 *own, u64 *resident) {
    u64 page = w2c_os_page(), from = (u64)(uintptr_t)data, to = from + w2c_round_up(bytes, page);
    *own = *resident = 0;
    from &= ~(page - 1);
    int fd = open_it();
    if (fd < 0) return false;
    bool ok = (count_scanned(fd, W2C_PAGES_OWN, from, to, own) &&
               count_scanned(fd, W2C_PAGES_PRESENT, from, to, resident)) ||
              count_each(fd, from, to, own, resident);
    close(fd);
    return ok;
}
#else
int w2c_pagemap_open(void) {
    return -1;
}
int w2c_pagemap_scan(int fd, w2c_pages which, u64 start, u64 end, w2c_page_region *regions,
                     u32 count, u64 *next) {
    (void)fd, (void)which, (void)start, (void)regions, (void)count;
    *next = end;
    return -1;
}
bool w2c_pagemap_count(const u8 *data, u64 bytes, u64 *own, u64 *resident) {
    (void)data, (void)bytes;
    *own = *resident = 0;
    return false;
}
#endif
