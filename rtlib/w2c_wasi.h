/* w2c_wasi.h: WASI preview 1 as an object that the embedder controls.
 *
 * A new object gives its guest nothing: no arguments, no environment, no directory, no stream. What
 * the guest may use is listed in a w2c_wasi_config. Functions are bound when they are first called,
 * so a module that imports all of WASI and uses little of it costs little.
 *
 *   w2c_wasi_config config = {.args = args, .arg_count = 1, .error = &error};
 *   config.stdio[1].kind = W2C_WASI_INHERIT;
 *   w2c_wasi *wasi;
 *   if (w2c_wasi_new(&wasi, &config) != W2C_OK) ...;
 *   w2c_imports imports = {0};
 *   w2c_wasi_imports(wasi, &imports);
 *   app_new(&app, &imports, NULL);
 *   status = app_x__start(app);          W2C_OK, W2C_EXIT (see w2c_wasi_exit_code) or a trap
 *   app_delete(app); w2c_wasi_delete(wasi);
 *
 * Errors: no function here prints or ends the process, but for w2c_wasi_main.
 * Owner:  the object copies what the config points to, and owns the descriptors it opens itself.
 * Thread: an object, like the instances that use it, belongs to one thread at a time.
 * Spec:   WebAssembly/WASI, legacy/preview1/docs.md; also `wasi_unstable` with its own layouts. */
#ifndef W2C_WASI_H
#define W2C_WASI_H
#include "w2c.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct w2c_wasi w2c_wasi;
typedef struct w2c_wasi_tree w2c_wasi_tree;

/* A directory that the guest sees as `guest`. Every path resolves beneath it: `..`, absolute paths
 * and symbolic links that lead out of it are refused. */
typedef struct w2c_wasi_dir {
    const char *host;    /* a directory's path, opened by w2c_wasi_new; or NULL and */
    int fd;              /* an open directory, duplicated; or */
    w2c_wasi_tree *tree; /* files in memory, see below */
    const char *guest;   /* "/", "data", ...: UTF-8 */
    bool read_only;      /* everything that would change it is refused with ROFS */
} w2c_wasi_dir;

/* A stream served by the embedder. Both return an errno of WASI, 0 for success; *done is at most
 * len. A read of 0 bytes is the end. A NULL function refuses with BADF. `data` lies in guest
 * memory. */
typedef struct w2c_wasi_stream {
    uint16_t (*read)(void *user, void *data, size_t len, size_t *done);
    uint16_t (*write)(void *user, const void *data, size_t len, size_t *done);
    void *user;
} w2c_wasi_stream;

/* What a guest finds at descriptor 0, 1 or 2. Reading is for stdin, writing for the other two. */
typedef enum w2c_wasi_stdio_kind {
    W2C_WASI_NULL,    /* reads end at once, writes vanish */
    W2C_WASI_INHERIT, /* the process's own */
    W2C_WASI_FD,      /* `fd`, duplicated */
    W2C_WASI_STREAM   /* `stream`, copied */
} w2c_wasi_stdio_kind;

typedef struct w2c_wasi_stdio {
    w2c_wasi_stdio_kind kind;
    int fd;
    const w2c_wasi_stream *stream;
} w2c_wasi_stdio;

/* Where time comes from. id: 0 realtime, 1 monotonic, 2 process and 3 thread processor time; ns.
 * now      false: there is no such clock (EINVAL)
 * resolution  ns; NULL: 1 for every clock that `now` knows
 * sleep    lets `ns` pass; called by poll_oneoff; NULL: real time passes */
typedef struct w2c_wasi_clock {
    bool (*now)(void *user, uint32_t id, uint64_t *ns);
    bool (*resolution)(void *user, uint32_t id, uint64_t *ns);
    void (*sleep)(void *user, uint64_t ns);
    void *user;
} w2c_wasi_clock;

/* Fills len bytes; false makes random_get answer IO. */
typedef struct w2c_wasi_random {
    bool (*fill)(void *user, void *data, size_t len);
    void *user;
} w2c_wasi_random;

/* How paths are resolved. */
typedef enum w2c_wasi_resolve_by {
    W2C_WASI_RESOLVE_AUTO,   /* by the kernel (openat2) where it can, else by walking */
    W2C_WASI_RESOLVE_KERNEL, /* w2c_wasi_new fails where the kernel cannot */
    W2C_WASI_RESOLVE_WALK    /* component by component, for tests and older kernels */
} w2c_wasi_resolve_by;

/* All zeros is a guest that is given nothing. Strings are NUL-terminated and read by w2c_wasi_new
 * only. */
typedef struct w2c_wasi_config {
    const char *const *args; /* args[0] is the program's name */
    size_t arg_count;
    const char *const *env; /* "NAME=value" */
    size_t env_count;
    const w2c_wasi_dir *dirs; /* descriptors 3, 4, ... in this order */
    size_t dir_count;
    const int
        *sockets; /* listening or connected, duplicated; the descriptors after the directories */
    size_t socket_count;
    w2c_wasi_stdio stdio[3];       /* stdin, stdout, stderr */
    const w2c_wasi_clock *clock;   /* copied; NULL: the system's */
    const w2c_wasi_random *random; /* copied; NULL: the system's */
    uint32_t max_open;             /* most descriptors open at once; 0: 1024 */
    uint64_t max_output; /* bytes to stdout and stderr together, then NOSPC; 0: no limit */
    bool interruptible;  /* w2c_wasi_interrupt also ends calls that wait; costs a poll per transfer
                          * to what is no regular file, and two descriptors */
    w2c_wasi_resolve_by resolve_by;
    w2c_error *error; /* filled when w2c_wasi_new fails */
} w2c_wasi_config;

/* Errors: W2C_NOMEM; W2C_INVALID for a directory that cannot be opened, an env without '=' and the
 * like; W2C_LIMIT for arguments or an environment of more than 4 GiB. *out is NULL then. */
w2c_status w2c_wasi_new(w2c_wasi **out, const w2c_wasi_config *config);
/* Closes what the guest left open. NULL is fine. No instance may call the object afterwards. */
void w2c_wasi_delete(w2c_wasi *wasi);

/* ---- files in memory ------------------------------------------------------------------------- */
/* A tree of files that lies in memory and that a guest uses like a directory of the host
 * (w2c_wasi_dir.tree). Several objects may have it; what one changes the others see.
 * Owner:  of the tree: who made it, and the objects and files that use it, until all are gone.
 * Thread: any, one call after the other: it has a lock. */
typedef struct w2c_wasi_tree_limits { /* the guest gets NOSPC at them */
    uint64_t max_bytes;               /* of contents, names and links' texts; 0: 64 MiB */
    uint32_t max_files;               /* files, directories and links; 0: 65536 */
    const w2c_wasi_clock *clock;      /* of time stamps (id 0); copied; NULL: the system's */
} w2c_wasi_tree_limits;

/* Empty. limits may be NULL. Errors: W2C_NOMEM; *out is NULL then. */
w2c_status w2c_wasi_tree_new(w2c_wasi_tree **out, const w2c_wasi_tree_limits *limits);
void w2c_wasi_tree_delete(w2c_wasi_tree *tree); /* NULL is fine */

/* A file with a copy of the content, a directory, a symbolic link. path: UTF-8, names with one '/'
 * between, none of them "." or ".."; missing directories on the way are made, and what is there
 * already is replaced, when it is of the same kind.
 * Errors: W2C_INVALID (also: it is there and of another kind), W2C_LIMIT, W2C_NOMEM. */
w2c_status w2c_wasi_tree_file(w2c_wasi_tree *tree, const char *path, const void *data, size_t len);
w2c_status w2c_wasi_tree_dir(w2c_wasi_tree *tree, const char *path);
w2c_status w2c_wasi_tree_link(w2c_wasi_tree *tree, const char *path, const char *target);

/* A file's content, which is the tree's and good until something changes it. False: no such file. */
bool w2c_wasi_tree_read(w2c_wasi_tree *tree, const char *path, const void **data, size_t *len);
/* What counts towards the limits now. */
void w2c_wasi_tree_usage(w2c_wasi_tree *tree, uint64_t *bytes, uint32_t *files);

/* A w2c_resolver whose user is the object: knows `wasi_snapshot_preview1` and `wasi_unstable`. */
bool w2c_wasi_resolve(void *wasi, const w2c_wanted *wanted, w2c_extern *out);
/* Sets imports->resolve and imports->user. */
void w2c_wasi_imports(w2c_wasi *wasi, w2c_imports *imports);

/* Ends what the guest does: a call that waits, and from then on every call of WASI, ends with
 * W2C_TRAP_INTERRUPTED, until it is switched off again. A guest that computes without calling WASI
 * does not notice. A read of a pipe can still wait when another process takes what was there.
 * Thread: any. */
void w2c_wasi_interrupt(w2c_wasi *wasi, bool on);

/* ---- threads of the guest -------------------------------------------------------------------- */
/* The wasi-threads proposal: a module that imports its shared memory, and `wasi.thread-spawn`, and
 * exports `wasi_thread_start`. Every thread has an instance of its own; the object's callbacks
 * (streams, clocks, random bytes, `resolve`) are called by several threads at once.
 * The first thread that traps or calls proc_exit ends the program for all: calls of WASI end with
 * W2C_EXIT, waits for the memory are woken and trap. Guests that compute without either go on, and
 * only their process's end ends them (w2c_wasi_main does that). */
typedef struct w2c_wasi_threads {
    const w2c_module *module;
    const w2c_imports
        *imports;             /* of every instance; with the memory; they resolve to this object */
    const w2c_config *config; /* of every instance; may be NULL */
    w2c_memory *memory;       /* that they share; NULL: what waits for it is not woken */
    uint32_t max_threads;     /* at once, beside the first; 0: 64 */
    /* A thread trapped, or threw, and was the first to end. Called by it; may be NULL. */
    void (*ended)(void *user, w2c_instance *instance, w2c_status status);
    void *user;
} w2c_wasi_threads;

/* Before anything is instantiated. What it points to must last until w2c_wasi_delete.
 * Errors: W2C_INVALID (twice, or something missing), W2C_NOMEM. */
w2c_status w2c_wasi_threads_allow(w2c_wasi *wasi, const w2c_wasi_threads *threads);
/* Ends the program: for the first thread, when its _start has returned. Thread: any. */
void w2c_wasi_end(w2c_wasi *wasi);
/* Waits until all spawned threads are gone. False: they are not, after timeout_ns; then neither the
 * object nor memory and module may be deleted. */
bool w2c_wasi_threads_join(w2c_wasi *wasi, uint64_t timeout_ns);
/* How the program ended: W2C_OK as long as no thread trapped or called proc_exit. */
w2c_status w2c_wasi_threads_status(w2c_wasi *wasi);

/* The code that the guest gave to proc_exit, after a call that ended with W2C_EXIT; 0 before. A
 * signal that the guest raised on itself counts as 128 plus its number. */
uint32_t w2c_wasi_exit_code(const w2c_wasi *wasi);

/* One row per function of wasi_snapshot_preview1: for listings. False when i is past the last. */
bool w2c_wasi_function(size_t i, const char **name, const char **letters);

/* ---- a whole program ------------------------------------------------------------------------- */
/* Runs a module as a program and returns its exit code: the guest's own, 134 for a trap or an
 * uncaught exception, 125 when it failed before the guest started. Messages go to stderr. module
 * its `_start` is called; or what --invoke names, after `_initialize` baked_options  run options,
 * NULL-terminated, or NULL: "--dir=.", "--env", "A=b", "--no-run-env", ... argc, argv     all of
 * argv[1...] go to the guest; argv[0] names the program in messages extra          further imports,
 * searched before WASI; its resolver after it; NULL for none The environment variable W2C_RUN adds
 * options unless --no-run-env is among the baked ones. */
int w2c_wasi_main(const w2c_module *module, const char *const *baked_options, int argc, char **argv,
                  const w2c_imports *extra);

/* A program that is ready to be instantiated: for hosts that do that themselves. */
typedef struct w2c_wasi_ready {
    w2c_wasi *wasi;
    const w2c_config *config; /* of its instance, as the run options want it */
    const char *invoke;       /* --invoke; NULL: _start */
    int argc;
    char **argv; /* argv[1...] are the arguments of what --invoke names */
    const char *name;
} w2c_wasi_ready;

/* The same, with what a host of its own kind adds. */
typedef struct w2c_wasi_program {
    const w2c_module *module;
    const char *const *baked_options;
    int argc;
    char **argv;
    const w2c_imports *extra;
    int (*run)(void *user, const w2c_wasi_ready *ready); /* instead of the usual run; its exit code
                                                          * is the program's; NULL: the usual one */
    void *user;
} w2c_wasi_program;
int w2c_wasi_run(const w2c_wasi_program *program);

#ifdef __cplusplus
}
#endif
#endif
