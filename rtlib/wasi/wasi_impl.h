/* wasi_impl.h: what the families of WASI share: the object, open files, a call's view of guest
 * memory.
 *
 * One idea: a function of WASI is `wasi_errno wasi_NAME(wasi_call *c, parameters)`. It checks every
 * guest pointer in 64-bit arithmetic before it does anything, then works through the file's
 * operations (wasi_ops), of which there is one set per kind of file. Nothing here knows the
 * platform.
 *
 * Guest memory may be shared with other threads: every value is read once, through a volatile type,
 * into a local before it is checked. */
#ifndef WASI_IMPL_H
#define WASI_IMPL_H
#include "../w2c_rt.h"
#include "../w2c_wasi.h"
#include "wasi_abi.h"
#include <pthread.h>

enum {
    WASI_PATH_MAX = 4096,     /* bytes of a path with its NUL */
    WASI_NAME_MAX = 256,      /* bytes of one name with its NUL */
    WASI_BUFS_MAX = 256,      /* buffers of one read or write; further ones make it a short one */
    WASI_IO_MAX = 0x7ffff000, /* bytes of one read or write; more makes it a short one */
    WASI_OPEN_DEFAULT = 1024,
    WASI_POLL_MAX = 65536, /* subscriptions of one poll_oneoff */
    WASI_HELD_MAX = 8
};

typedef struct wasi_file wasi_file;

/* One buffer in guest memory; the layout of struct iovec. */
typedef struct wasi_buf {
    u8 *data;
    size_t len;
} wasi_buf;

typedef struct wasi_stat {
    wasi_filetype type;
    u64 dev, ino, nlink, size;
    u64 atim, mtim, ctim; /* ns since 1970 */
} wasi_stat;

typedef struct wasi_times {
    u64 atim, mtim; /* ns since 1970 */
    u32 which;      /* WASI_SET_* */
} wasi_times;

typedef struct wasi_entry { /* of a directory */
    char name[WASI_NAME_MAX];
    size_t len;
    u64 next; /* cookie of the entry after it */
    u64 ino;
    wasi_filetype type;
} wasi_entry;

typedef struct wasi_open_how {
    bool read, write, follow;
    u32 oflags, fdflags;
} wasi_open_how;

/* What a kind of file can do. A NULL operation is answered by the caller: BADF, NOTDIR, NOTSOCK or
 * SPIPE. Paths are NUL-terminated, UTF-8, not empty, not absolute; they resolve beneath `dir`. */
typedef struct wasi_ops {
    void (*close)(wasi_file *file);
    wasi_errno (*read)(wasi_file *file, const wasi_buf *bufs, size_t count, size_t *done);
    wasi_errno (*write)(wasi_file *file, const wasi_buf *bufs, size_t count, size_t *done);
    wasi_errno (*pread)(wasi_file *file, const wasi_buf *bufs, size_t count, u64 offset,
                        size_t *done);
    wasi_errno (*pwrite)(wasi_file *file, const wasi_buf *bufs, size_t count, u64 offset,
                         size_t *done);
    wasi_errno (*seek)(wasi_file *file, s64 delta, u32 whence, u64 *position);
    u64 (*available)(wasi_file *file); /* bytes that can be read; only of files without host fd */
    wasi_errno (*get_flags)(wasi_file *file, u32 *fdflags);
    wasi_errno (*set_flags)(wasi_file *file, u32 fdflags);
    wasi_errno (*stat)(wasi_file *file, wasi_stat *out);
    wasi_errno (*set_size)(wasi_file *file, u64 size);
    wasi_errno (*set_times)(wasi_file *file, const wasi_times *times);
    wasi_errno (*allocate)(wasi_file *file, u64 offset, u64 len);
    wasi_errno (*advise)(wasi_file *file, u64 offset, u64 len, u32 advice);
    wasi_errno (*sync)(wasi_file *file, bool data_only);
    /* The entry at a cookie (0: the first); *end when there is none. */
    wasi_errno (*read_entry)(wasi_file *dir, u64 cookie, wasi_entry *out, bool *end);

    wasi_errno (*open)(wasi_file *dir, const char *path, const wasi_open_how *how, wasi_file **out);
    wasi_errno (*stat_at)(wasi_file *dir, const char *path, bool follow, wasi_stat *out);
    wasi_errno (*set_times_at)(wasi_file *dir, const char *path, bool follow,
                               const wasi_times *times);
    wasi_errno (*make_dir)(wasi_file *dir, const char *path);
    wasi_errno (*remove_dir)(wasi_file *dir, const char *path);
    wasi_errno (*unlink)(wasi_file *dir, const char *path);
    wasi_errno (*rename)(wasi_file *dir, const char *path, wasi_file *new_dir,
                         const char *new_path);
    wasi_errno (*link)(wasi_file *dir, const char *path, bool follow, wasi_file *new_dir,
                       const char *new_path);
    wasi_errno (*symlink)(wasi_file *dir, const char *target, const char *path);
    wasi_errno (*read_link)(wasi_file *dir, const char *path, char out[WASI_PATH_MAX], size_t *len);

    wasi_errno (*accept)(wasi_file *file, u32 fdflags, wasi_file **out);
    wasi_errno (*recv)(wasi_file *file, const wasi_buf *bufs, size_t count, u32 flags, size_t *done,
                       u32 *out_flags);
    wasi_errno (*send)(wasi_file *file, const wasi_buf *bufs, size_t count, size_t *done);
    wasi_errno (*shutdown)(wasi_file *file, u32 how);
} wasi_ops;

/* An open file, directory, socket or stream. Owner: its slot in the descriptor table. */
struct wasi_file {
    const wasi_ops *ops;
    int fd;             /* of the host; -1: none, always ready for poll_oneoff */
    wasi_filetype type; /* as fd_fdstat_get says */
    u64 rights;         /* reported; READ and WRITE also bind streams 0 to 2 */
    bool read_only;     /* beneath a read-only directory */
    bool
        handed_in; /* shares its open file description with the embedder: its flags are ours only */
    bool walk;     /* resolves paths without the kernel's help */
    u32 fdflags;   /* of handed_in ones */
    char *preopen; /* guest name of a preopened directory; else NULL */
    void *dir;     /* the platform's state for reading entries; NULL before the first */
    u64 dir_cookie; /* where `dir` stands */
    w2c_wasi_stream stream;
    struct wasi_node *node; /* of a tree in memory; NULL: none */
    u64 position;           /* in it */
    int wake;               /* of the object: readable when blocking must end; -1: none */
    u64 *budget;            /* bytes that may still be written to it; NULL: no limit */
    u32 users;              /* calls under way that hold it, where there are threads */
    bool closed;            /* taken out of the table */
};

/* Consecutive NUL-terminated strings: arguments, environment. */
typedef struct wasi_strings {
    char *text;
    u32 bytes, count;
} wasi_strings;

typedef struct wasi_binding { /* the env of every host function */
    w2c_wasi *wasi;
    bool unstable;
} wasi_binding;

typedef enum wasi_stop_kind {
    WASI_RUNS,
    WASI_INTERRUPTED, /* calls end with W2C_TRAP_INTERRUPTED */
    WASI_ENDED        /* with W2C_EXIT */
} wasi_stop_kind;

struct w2c_wasi {
    wasi_binding preview1, unstable;
    wasi_strings args, env;
    wasi_file **files; /* by descriptor; NULL where none is open */
    u32 file_cap, open_count, max_open;
    w2c_wasi_clock clock;
    w2c_wasi_random random;
    u32 exit_code;
    u32 stop;                     /* wasi_stop_kind; atomic */
    int wake, waker;              /* a pipe, when the object is interruptible; else -1 */
    u64 budget;                   /* of stdout and stderr together */
    struct wasi_threads *threads; /* NULL: the guest has one thread, and no lock is taken */
    pthread_mutex_t lock;         /* of the table, files' users, threads */
    pthread_mutex_t dir_lock;     /* held while entries are read */
    bool walk;
};

/* wasi_stop.c */
w2c_status wasi_stop_status(const w2c_wasi *wasi, w2c_status status); /* what a call ends with */
bool wasi_stopped(const w2c_wasi *wasi);
void wasi_stop(w2c_wasi *wasi, wasi_stop_kind kind); /* Thread: any */

/* One call of one function. */
typedef struct wasi_call {
    w2c_wasi *wasi;
    u8 *memory; /* NULL when size is 0 */
    u64 size;   /* bytes, at the call's start */
    w2c_status status;
    bool unstable; /* wasi_unstable's layouts */
    u32 held_count;
    wasi_file *held[WASI_HELD_MAX]; /* with threads: given back at its end */
} wasi_call;

/* u32 and u64 of the .def are w2c_rt.h's. */
#define WASI(name, letters, params, args) wasi_errno wasi_##name(wasi_call *c, WASI_LIST params);
#define WASI_EXIT(name, letters, params, args) void wasi_##name(wasi_call *c, WASI_LIST params);
#define WASI_NONE(name, letters) wasi_errno wasi_##name(wasi_call *c);
#define WASI_LIST(...) __VA_ARGS__
#include "wasi.def"
#undef WASI
#undef WASI_EXIT
#undef WASI_NONE

/* ---- guest memory ---------------------------------------------------------------------------- */
/* Are len bytes at ptr all in memory? Everything below needs a yes first. */
static inline bool wasi_has(const wasi_call *c, u32 ptr, u64 len) {
    return len <= c->size && ptr <= c->size - len;
}

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define WASI_LE(bits, v) __builtin_bswap##bits(v)
#else
#define WASI_LE(bits, v) (v)
#endif
static inline u32 wasi_load32(const wasi_call *c, u64 ptr) {
    return WASI_LE(32, *(const volatile w2c_u32_any *)(c->memory + ptr));
}
static inline u64 wasi_load64(const wasi_call *c, u64 ptr) {
    return WASI_LE(64, *(const volatile w2c_u64_any *)(c->memory + ptr));
}
static inline void wasi_store8(const wasi_call *c, u64 ptr, u8 v) {
    *(volatile w2c_u8_any *)(c->memory + ptr) = v;
}
static inline void wasi_store16(const wasi_call *c, u64 ptr, u16 v) {
    *(volatile w2c_u16_any *)(c->memory + ptr) = WASI_LE(16, v);
}
static inline void wasi_store32(const wasi_call *c, u64 ptr, u32 v) {
    *(volatile w2c_u32_any *)(c->memory + ptr) = WASI_LE(32, v);
}
static inline void wasi_store64(const wasi_call *c, u64 ptr, u64 v) {
    *(volatile w2c_u64_any *)(c->memory + ptr) = WASI_LE(64, v);
}
/* len bytes from the host to ptr. */
void wasi_store_bytes(const wasi_call *c, u32 ptr, const void *bytes, size_t len);

/* Copies a path out of guest memory and ends it with a NUL. FAULT, NAMETOOLONG, ILSEQ (no UTF-8),
 * INVAL (a NUL within), NOENT (empty), PERM (absolute). */
wasi_errno wasi_path_arg(const wasi_call *c, u32 ptr, u32 len, char out[WASI_PATH_MAX]);
/* The same for a symbolic link's text: the caller judges absolute ones. */
wasi_errno wasi_text_arg(const wasi_call *c, u32 ptr, u32 len, char out[WASI_PATH_MAX]);

/* Turns a list of buffers into bufs, empty ones left out; what exceeds WASI_BUFS_MAX or WASI_IO_MAX
 * is cut off. FAULT when the list or one of the buffers taken is outside memory. */
wasi_errno wasi_bufs_arg(const wasi_call *c, u32 iovs, u32 count, wasi_buf bufs[WASI_BUFS_MAX],
                         size_t *used);

/* Valid UTF-8, as the Unicode standard defines it? */
bool wasi_utf8(const char *text, size_t len);

/* ---- strings --------------------------------------------------------------------------------- */
bool wasi_strings_add(wasi_strings *strings,
                      const char *text); /* false: memory or 4 GiB exhausted */
wasi_errno wasi_strings_get(const wasi_call *c, const wasi_strings *strings, u32 pointers,
                            u32 text);
wasi_errno wasi_strings_sizes(const wasi_call *c, const wasi_strings *strings, u32 count,
                              u32 bytes);

/* ---- descriptors ----------------------------------------------------------------------------- */
/* NULL: not open. The file stays until the end of the call, also when another thread closes it. */
wasi_file *wasi_file_at(struct wasi_call *c, u32 fd);
/* The same for as long as it is held. */
wasi_file *wasi_file_hold(w2c_wasi *wasi, u32 fd);
void wasi_file_release(w2c_wasi *wasi, wasi_file *file);
wasi_file *wasi_file_new(const wasi_ops *ops, int fd, wasi_filetype type); /* NULL: no memory */
void wasi_file_delete(wasi_file *file);                                    /* closes it */
/* Makes room for one more: MFILE, NOMEM. What was reserved is installed or cancelled. */
wasi_errno wasi_fd_reserve(w2c_wasi *wasi);
void wasi_fd_cancel(w2c_wasi *wasi);
/* Gives a file the lowest free number. The table owns it from now on. */
u32 wasi_fd_install(w2c_wasi *wasi, wasi_file *file);

void wasi_store_stat(const wasi_call *c, u32 out, const wasi_stat *stat);
u32 wasi_stat_size(const wasi_call *c); /* bytes of a filestat */
wasi_errno wasi_times_arg(u64 atim, u64 mtim, u32 which, wasi_times *out);

/* wasi_stream.c */
extern const wasi_ops wasi_stream_ops;
extern const w2c_wasi_stream wasi_null_stream; /* reads end at once, writes vanish */

/* wasi_memory_file.c: a tree's root as a directory. */
wasi_errno wasi_memory_preopen(w2c_wasi_tree *tree, wasi_file **out);

/* ---- the platform (wasi_posix_*.c) ----------------------------------------------------------- */
/* An open host descriptor as a file. It is the file's from now on, also on failure. */
wasi_errno wasi_host_adopt(int fd, wasi_file **out);
wasi_errno wasi_host_dup(int fd, int *out);
bool wasi_host_is_open(int fd);
/* Opens a directory of the host for preopening. */
wasi_errno wasi_host_open_dir(const char *path, int *out);
bool wasi_host_can_resolve(void); /* does the kernel resolve beneath a directory? */
bool wasi_host_now(void *user, u32 id, u64 *ns);
bool wasi_host_resolution(void *user, u32 id, u64 *ns);
bool wasi_host_random(void *user, void *data, size_t len);
void wasi_host_yield(void);
/* A pipe whose reading end becomes readable when it is on. */
bool wasi_host_wake_new(int *wake, int *waker);
void wasi_host_wake(int wake, int waker, bool on);
void wasi_host_wake_delete(int wake, int waker);

typedef struct wasi_poll {
    wasi_file *file;
    bool want_write;
    /* answers */
    bool ready, hangup;
    wasi_errno error;
    u64 bytes; /* that can be read at once, where known */
} wasi_poll;
/* Waits until one is ready, timeout_ns have passed (UINT64_MAX: for ever), or wake is readable. */
wasi_errno wasi_host_poll(wasi_poll *polls, size_t count, u64 timeout_ns, int wake);
#endif
