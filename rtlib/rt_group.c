/* rt_group.c: see w2c_group.h. A file is read and its checksum compared before it is mapped as code: the loader of
 * shared objects trusts what it maps. */
#define _GNU_SOURCE
#include "w2c_group.h"
#include "w2c_tier.h"
#include "rt_internal.h"
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { IDLE, LOADING, LOADED };
enum { PATH_MOST = 4096 };

/* The folder of the running program, with the slash. */
static bool own_folder(char *path, size_t cap) {
    ssize_t len = readlink("/proc/self/exe", path, cap - 1);
    if (len <= 0) return false;
    path[len] = 0;
    char *slash = strrchr(path, '/');
    if (!slash) return false;
    slash[1] = 0;
    return true;
}

static bool is_the_one(int fd, const w2c_group_file *file, w2c_text *why) {
    struct stat st;
    if (fstat(fd, &st) || !S_ISREG(st.st_mode) || (u64)st.st_size != file->size) {
        w2c_text_add(why, "it is not the file that was built: it has %lld bytes, not %llu",
                     (long long)st.st_size, (unsigned long long)file->size);
        return false;
    }
    /* all of it is read: pages one by one would cost more than the sum */
    void *at = mmap(NULL, (size_t)file->size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd, 0);
    if (at == MAP_FAILED) {
        w2c_text_add(why, "%s", strerror(errno));
        return false;
    }
    bool same = w2c_crc32c(0, at, (size_t)file->size) == file->crc;
    munmap(at, (size_t)file->size);
    if (!same) w2c_text_add(why, "it is not the file that was built: its checksum differs");
    return same;
}

static bool open_group(const w2c_groups *g, u32 number, const char *path, w2c_text *why) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        w2c_text_add(why, "%s", strerror(errno));
        return false;
    }
    bool ok = is_the_one(fd, &g->files[number], why);
    close(fd);
    if (!ok) return false;
    void *object = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!object) {
        w2c_text_add(why, "%s", dlerror());
        return false;
    }
    const w2c_group *group = (const w2c_group *)dlsym(object, "w2c_this_group");
    if (!group || group->abi != W2C_ABI || group->hash != g->hash || group->number != number) {
        w2c_text_add(why, "it is of another module, or another group");
        dlclose(object);
        return false;
    }
    if (group->text_begin &&
        !w2c_registry_add(W2C_RANGE_TEXT, group->text_begin, group->text_end)) {
        w2c_text_add(why, "out of memory");
        dlclose(object);
        return false;
    }
    group->bind();
    return true;
}

static bool load(w2c_groups *g, u32 number, char *text, size_t cap) {
    char path[PATH_MOST + 80];
    w2c_text why = w2c_text_start(text, cap);
    w2c_text_add(&why, "function group %u", number + 1);
    if (!own_folder(path, PATH_MOST)) {
        w2c_text_add(&why, ": the program's own folder is not known");
        return false;
    }
    size_t len = strlen(path);
    snprintf(path + len, sizeof path - len, "%.60s/%u.so", *g->folder, number + 1);
    w2c_text_add(&why, ", %.200s: ", path);
    return open_group(g, number, path, &why);
}

/* Not inlined: w2c_trap_detail copies the text out before this frame goes. */
static W2C_COLD bool load_or_trap(w2c_groups *g, u32 number) {
    char text[480];
    bool ok = load(g, number, text, sizeof text);
    if (ok) __atomic_add_fetch(&g->loads, 1, __ATOMIC_RELAXED);
    __atomic_store_n(&g->states[number], ok ? LOADED : IDLE, __ATOMIC_RELEASE);
    if (!ok) w2c_trap_detail(W2C_UNLINKABLE, text);
    return ok;
}

void w2c_group_need(w2c_groups *g, u32 func) {
    u32 number = g->group_of[func], *state = &g->states[number];
    for (;;) {
        u32 now = __atomic_load_n(state, __ATOMIC_ACQUIRE);
        if (now == LOADED) return;
        u32 idle = IDLE;
        if (now == IDLE && __atomic_compare_exchange_n(state, &idle, LOADING, false,
                                                       __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
            load_or_trap(g, number);
            return;
        }
        sched_yield(); /* another thread loads it: milliseconds */
    }
}

bool w2c_tier_register(const w2c_tier_group *group) {
    return !group->text_begin ||
           w2c_registry_add(W2C_RANGE_TEXT, group->text_begin, group->text_end) != NULL;
}
