/* rt_image.c: what a module's memories begin with, as pages that all its instances share.
 *
 * The bytes lie in a sealed memfd; instances map it copy-on-write, so that a page costs memory only
 * in instances that write to it, and nothing is copied when an instance is made. A module's first
 * instance copies its segments instead: a program that makes only one is better off. An image that a
 * snapshot brings is mapped from the program's file itself. Where none of this works images are
 * copied.
 *
 * Exactness: an image takes the longest beginning of the module's list of active segments whose
 * members go to memories of its own and lie inside them; the rest is copied by init, and traps there.
 */
#define _GNU_SOURCE
#include "rt_internal.h"
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#if defined(__linux__)
#include <link.h>
#include <sys/syscall.h>
#endif

#define MAP_LEAST ((u64)32 << 10) /* smaller images are copied: cheaper than a mapping */
#define SPARSE_LEAST ((u64)1 << 20)

/* ---- one image ------------------------------------------------------------------------------- */
#if defined(__linux__) && defined(SYS_memfd_create)
#ifndef MFD_CLOEXEC
#define MFD_CLOEXEC 1u
#endif
#ifndef MFD_ALLOW_SEALING
#define MFD_ALLOW_SEALING 2u
#endif
int w2c_memory_file(const char *name, u64 size) {
    int fd = (int)syscall(SYS_memfd_create, name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (fd >= 0 && ftruncate(fd, (off_t)size)) {
        close(fd);
        fd = -1;
    }
    return fd;
}
bool w2c_memory_file_has(int fd, u64 at, u64 size) {
    return fd >= 0 && !fallocate(fd, 0, (off_t)at, (off_t)size);
}
static bool seal(int fd) {
#ifdef F_ADD_SEALS
    return !fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL);
#else
    return true;
#endif
}
#else
int w2c_memory_file(const char *name, u64 size) {
    (void)name, (void)size;
    return -1;
}
bool w2c_memory_file_has(int fd, u64 at, u64 size) {
    (void)fd, (void)at, (void)size;
    return false;
}
static bool seal(int fd) {
    (void)fd;
    return true;
}
#endif

/* 0 is none, and never comes round. */
static u64 new_id(void) {
    static u64 last;
    return __atomic_add_fetch(&last, 1, __ATOMIC_RELAXED);
}

bool w2c_image_make(w2c_image *image, u64 begin, u64 end, u8 **bytes) {
    memset(image, 0, sizeof *image);
    u64 size = end - begin;
    *bytes = NULL;
    image->fd = -1;
    if (!size || size > SIZE_MAX / 2) return !size;
    int fd = w2c_memory_file("w2c-image", size);
    void *at = MAP_FAILED;
    if (fd >= 0) at = mmap(NULL, (size_t)size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (at == MAP_FAILED) {
        if (fd >= 0) close(fd);
        fd = -1;
        at = mmap(NULL, (size_t)size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    }
    if (at == MAP_FAILED) return false;
    image->begin = begin;
    image->end = end;
    image->fd = fd;
    image->bytes = *bytes = (u8 *)at;
    image->owned = true;
    image->id = new_id();
    return true;
}

bool w2c_image_seal(w2c_image *image) {
    size_t size = (size_t)(image->end - image->begin);
    if (!size) return true;
    if (image->fd < 0) return !mprotect((void *)(uintptr_t)image->bytes, size, PROT_READ);
    /* a file with writable mappings cannot be sealed */
    munmap((void *)(uintptr_t)image->bytes, size);
    void *at = seal(image->fd) ? mmap(NULL, size, PROT_READ, MAP_SHARED, image->fd, 0) : MAP_FAILED;
    image->bytes = at == MAP_FAILED ? NULL : (const u8 *)at;
    if (!image->bytes) w2c_image_free(image);
    return image->bytes != NULL;
}

void w2c_image_free(w2c_image *image) {
    if (image->fd >= 0) close(image->fd);
    if (image->bytes && image->owned)
        munmap((void *)(uintptr_t)image->bytes, (size_t)(image->end - image->begin));
    memset(image, 0, sizeof *image);
    image->fd = -1;
}

/* Bytes of the image that lie in a memory of so many; beyond that it is zeros. */
static size_t size_in(const w2c_image *image, u64 room) {
    u64 end = image->end < room ? image->end : room;
    return end > image->begin ? (size_t)(end - image->begin) : 0;
}

bool w2c_image_map(const w2c_image *image, u8 *memory, u64 room) {
    size_t size = size_in(image, room);
    return image->fd >= 0 && size >= MAP_LEAST &&
           mmap(memory + image->begin, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED,
                image->fd, (off_t)image->offset) != MAP_FAILED;
}

bool w2c_image_apply(const w2c_image *image, u8 *memory, u64 room, bool map) {
    size_t size = size_in(image, room);
    if (map && w2c_image_map(image, memory, room)) return true;
    if (size) memcpy(memory + image->begin, image->bytes, size);
    return false;
}

/* ---- an image in the program's file ---------------------------------------------------------- */
#if defined(__linux__)
typedef struct place {
    uintptr_t address, size;
    u64 offset; /* of it in the file */

    bool found;
} place;

static int find_place(struct dl_phdr_info *info, size_t size, void *user) {
    place *p = (place *)user;
    (void)size;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *h = &info->dlpi_phdr[i];
        uintptr_t low = (uintptr_t)info->dlpi_addr + (uintptr_t)h->p_vaddr;
        if (h->p_type != PT_LOAD || (h->p_flags & PF_W) || p->address < low ||
            p->address - low > h->p_filesz || p->size > h->p_filesz - (p->address - low))
            continue;
        p->offset = (u64)h->p_offset + (p->address - low);
        p->found = true;
    }
    return 1; /* the first object alone: shared libraries' files may have been replaced */
}

static int open_place(const u8 *bytes, u64 size, u64 *offset) {
    place p = {(uintptr_t)bytes, (uintptr_t)size, 0, false};
    struct stat st;
    dl_iterate_phdr(find_place, &p);
    if (!p.found || p.offset % w2c_os_page()) return -1;
    int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    if (fd >= 0 && (fstat(fd, &st) || p.offset + size > (u64)st.st_size)) {
        close(fd);
        fd = -1;
    }
    *offset = p.offset;
    return fd;
}
#else
static int open_place(const u8 *bytes, u64 size, u64 *offset) {
    (void)bytes, (void)size, (void)offset;
    return -1;
}
#endif

/* ---- a module's ------------------------------------------------------------------------------ */
static void free_set(w2c_image_set *set) {
    for (u32 i = 0; i < set->count; i++)
        w2c_image_free(&set->of[i]);
    free(set);
}

static w2c_image_set *new_set(u32 count) {
    w2c_image_set *set = (w2c_image_set *)calloc(1, sizeof *set + count * sizeof(w2c_image));
    if (!set) return NULL;
    set->count = count;
    for (u32 i = 0; i < count; i++)
        set->of[i].fd = -1;
    return set;
}

static bool take_given(const w2c_module *module, w2c_image_set *set) {
    u64 page = w2c_os_page();
    for (u32 i = 0; i < module->given_count; i++) {
        const w2c_image_desc *d = &module->given[i];
        if (d->memory >= set->count) return false;
        w2c_image *image = &set->of[d->memory];
        image->pages = d->pages;
        if (!d->size) continue;
        if (d->begin % page == 0 && d->size % page == 0)
            image->fd = open_place(d->bytes, d->size, &image->offset);
        image->id = new_id();
        image->begin = d->begin;
        image->end = d->begin + d->size;
        image->bytes = d->bytes;
    }
    return true;
}

/* Lets the image of segment k's memory reach over it. False: not in an image. */
static bool cover(const w2c_module *module, u32 imported, w2c_image_set *set, u32 k) {
    const w2c_active_data *d = &module->active[k];
    if (d->memory < imported || d->memory - imported >= set->count) return false;
    const w2c_memory_desc *desc = &module->memories[d->memory - imported];
    w2c_image *image = &set->of[d->memory - imported];
    u64 most = desc->limits.min >> (64 - desc->page_log2 - 1) ? UINT64_MAX
                                                              : desc->limits.min << desc->page_log2;
    if (d->to > most || d->len > most - d->to) return false;
    if (!d->len) return true;
    u64 page = w2c_os_page(), begin = d->to & ~(page - 1);
    u64 end = w2c_round_up(d->to + d->len, page), bytes = image->offset + d->len;
    if (image->end) {
        if (image->begin < begin) begin = image->begin;
        if (image->end > end) end = image->end;
    }
    /* segments that lie far apart: what is between them would be read as pages of the image */
    if (end - begin > SPARSE_LEAST && (end - begin) / 8 > bytes) return false;
    image->begin = begin;
    image->end = end;
    image->offset = bytes; /* until the image is made: bytes of its segments */
    return true;
}

static bool fill(const w2c_module *module, u32 imported, w2c_image_set *set) {
    for (u32 i = 0; i < set->count; i++) {
        w2c_image *image = &set->of[i];
        u8 *bytes = NULL;
        if (!w2c_image_make(image, image->begin, image->end, &bytes)) return false;
        for (u32 k = 0; bytes && k < set->applied; k++) {
            const w2c_active_data *d = &module->active[k];
            if (d->memory - imported != i || !d->len) continue;
            if (image->fd >= 0 && !w2c_memory_file_has(image->fd, d->to - image->begin, d->len))
                return false;
            memcpy(bytes + (d->to - image->begin), module->data + d->from, (size_t)d->len);
        }
        if (!w2c_image_seal(image)) return false;
    }
    return true;
}

static w2c_image_set *make_set(const w2c_module *module) {
    u32 imported = 0;
    for (u32 i = 0; i < module->import_count; i++)
        imported += module->imports[i].kind == W2C_MEMORY;
    w2c_image_set *set = new_set(module->memory_count);
    if (!set) return NULL;
    bool ok;
    if (module->given) {
        ok = take_given(module, set);
    } else {
        while (set->applied < module->active_count && cover(module, imported, set, set->applied))
            set->applied++;
        ok = fill(module, imported, set);
    }
    if (ok) return set;
    free_set(set);
    return NULL;
}

const w2c_image_set *w2c_images_get(const w2c_module *module, bool now) {
    w2c_images *images = module->images;
    if (!images || !module->memory_count) return NULL;
    w2c_image_set *set = __atomic_load_n(&images->set, __ATOMIC_ACQUIRE);
    if (set) return set;
    if (!now && !module->given && !__atomic_fetch_add(&images->uses, 1, __ATOMIC_RELAXED))
        return NULL;
    set = make_set(module);
    if (!set) return NULL;
    w2c_image_set *before = NULL;
    if (__atomic_compare_exchange_n(&images->set, &before, set, false, __ATOMIC_ACQ_REL,
                                    __ATOMIC_ACQUIRE))
        return set;
    free_set(set); /* another thread was faster */
    return before;
}

void w2c_module_forget(const w2c_module *module) {
    w2c_rooms_trim(); /* images are mapped in some, perhaps */
    if (!module || !module->images) return;
    w2c_image_set *set = __atomic_exchange_n(&module->images->set, NULL, __ATOMIC_ACQ_REL);
    module->images->uses = 0;
    if (set) free_set(set);
}
