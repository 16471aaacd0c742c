/* tier.c: see tier.h. The module is translated once into a temporary folder, cut into small groups of functions; a group is
 * compiled to a shared object when one of its functions gets hot. */
#define _GNU_SOURCE
#include "tier.h"
#include "interp/interp_impl.h"
#include "processes.h"
#include "w2c_tier.h"
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

extern char **environ;

enum { GROUP_SIZE = 16 * 1024 }; /* bytes of wasm: compiled in about a second */

struct Tier {
    const Options *options;
    Slice bytes;
    Interp *interp;
    Context ctx;
    Arena arena;
    Module module; /* read again: the interpreter changes its own */
    ToolHome home;
    Buffer folder, cc;
    OutputList outputs;
    TierLayout layout;
    w2c_tier_link link;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t more;
    bool running, stop; /* under the lock, as is what follows */
    uint32_t *queue;    /* functions; each gets hot once */
    uint32_t queued, taken, finished;
    bool ended; /* the thread has */
    pthread_cond_t progress;
    TierStats stats;
    /* the thread's */
    bool *done; /* by group */
};

/* ---- what cannot be compiled for the interpreter ---------------------------------------------- */
static bool has_vector(const TypeDef *t) {
    for (uint32_t i = 0; i < t->u.func.param_count; i++)
        if (vt_kind(t->u.func.params[i]) == VT_V128) return true;
    for (uint32_t i = 0; i < t->u.func.result_count; i++)
        if (vt_kind(t->u.func.results[i]) == VT_V128) return true;
    return false;
}

static bool check(Context *ctx, const Module *m) {
    for (uint32_t i = 0; i < m->type_count; i++) {
        if (m->types[i].form != FORM_FUNC)
            return diag_error(ctx, ERR_unsupported, NO_OFFSET, " with --tier: garbage collection");
        if (has_vector(&m->types[i]))
            return diag_error(ctx, ERR_unsupported, NO_OFFSET,
                              " with --tier: functions of vectors");
    }
    return true;
}

/* ---- translating ----------------------------------------------------------------------------- */
static bool take_layout(Tier *t) {
    const Interp *it = t->interp;
    t->layout = (TierLayout){.memories = it->memories,
                             .bases = it->bases,
                             .tables = it->tables,
                             .imports = it->imports,
                             .records = it->records,
                             .elems = it->elems,
                             .datas = it->datas,
                             .tags = it->tags,
                             .globals = it->globals};
    uint32_t count = t->module.func_count + 1;
    t->link.dispatch = ARENA_ARRAY(&t->arena, count, w2c_code);
    t->link.natives = ARENA_ARRAY(&t->arena, count, w2c_tier_native *);
    if (!t->link.dispatch || !t->link.natives) return diag_nomem(&t->ctx);
    memset(t->link.dispatch, 0, count * sizeof *t->link.dispatch);
    memset(t->link.natives, 0, count * sizeof *t->link.natives);
    t->link.types = it->types;
    t->link.call = w2c_interp_call;
    return true;
}

static bool find_compiler(Tier *t) {
    static const char *const usual[] = {"clang", "clang-19", "gcc", "cc"};
    const char *cc = t->options->value[OPT_cc].text;
    if (cc && program_find(cc, &t->cc)) return true;
    for (size_t i = 0; !cc && i < sizeof usual / sizeof *usual; i++)
        if (program_find(usual[i], &t->cc)) return true;
    return diag_error(&t->ctx, ERR_io, NO_OFFSET, "no C compiler is there");
}

static bool prepare(Tier *t) {
    Buffer out;
    context_init(&t->ctx, alloc_default(), "tier");
    buffer_init(&out, t->ctx.alloc);
    if (!module_read(&t->ctx, t->bytes, &t->module)) return false;
    if (!check(&t->ctx, &t->module) || !take_layout(t) || !find_compiler(t) ||
        !home_find(&t->ctx, &t->home) || !folder_make_temporary(&t->ctx, &t->folder))
        return false;
    buffer_printf(&out, "%s/app.c", t->folder.data);
    if (!buffer_cstr(&out)) return diag_nomem(&t->ctx);
    TranslateOptions o = option_translation(t->options, out.data);
    o.name = "app";
    o.groups = 0;
    if (!o.group_size) o.group_size = GROUP_SIZE;
    o.threads = 1;
    o.memory = MEMORY_GUARD;
    o.data = DATA_LITERAL;
    o.lazy_groups = true;
    o.tier = &t->layout;
    o.progress = NULL;
    bool ok = translate_module(&t->ctx, &t->module, &o, &t->arena, &t->outputs);
    buffer_free(&out);
    if (!ok) return false;
    t->done = ARENA_ARRAY(&t->arena, t->outputs.group_count + 1, bool);
    if (!t->done) return diag_nomem(&t->ctx);
    memset(t->done, 0, t->outputs.group_count + 1);
    return true;
}

/* ---- one group ------------------------------------------------------------------------------- */
static bool told_to_stop(Tier *t) {
    pthread_mutex_lock(&t->lock);
    bool stop = t->stop;
    pthread_mutex_unlock(&t->lock);
    return stop;
}

/* False when it failed, or was ended because the program has. */
static bool run_compiler(Tier *t, const char *const *argv) {
    posix_spawn_file_actions_t actions;
    pid_t child;
    int status = 0;
    if (posix_spawn_file_actions_init(&actions)) return false;
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
    int error =
        posix_spawn(&child, argv[0], &actions, NULL, (char *const *)(uintptr_t)argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    if (error) return false;
    for (;;) {
        pid_t ended = waitpid(child, &status, WNOHANG);
        if (ended == child) return WIFEXITED(status) && WEXITSTATUS(status) == 0;
        if (ended < 0 && errno != EINTR) return false;
        if (told_to_stop(t)) kill(child, SIGKILL);
        nanosleep(&(struct timespec){0, 5000000}, NULL);
    }
}

static const char *path_of(Tier *t, uint32_t group, const char *end) {
    Buffer path;
    buffer_init(&path, t->ctx.alloc);
    buffer_printf(&path, "%s/app.%u%s", t->folder.data, group + 1, end);
    const char *copy = buffer_cstr(&path) ? arena_strdup(&t->arena, path.data, path.len) : NULL;
    buffer_free(&path);
    return copy;
}

static const w2c_tier_group *load(Tier *t, uint32_t group, const char *path) {
    void *object = dlopen(path, RTLD_NOW | RTLD_LOCAL); /* stays until the process ends */
    const w2c_tier_group *g = object ? dlsym(object, "w2c_this_group") : NULL;
    if (!g || g->abi != W2C_ABI || g->number != group ||
        g->hash != XXH3_64bits(t->bytes.ptr, t->bytes.len) || !w2c_tier_register(g)) {
        diag_error(&t->ctx, ERR_io, NO_OFFSET, "%s",
                   object ? "a group of another module" : dlerror());
        return NULL;
    }
    return g;
}

static bool compile(Tier *t, uint32_t group) {
    const char *source = path_of(t, group, ".c"), *object = path_of(t, group, ".so");
    if (!source || !object) return diag_nomem(&t->ctx);
    const char *level = t->options->value[OPT_optimize].text;
    char optimize[8];
    snprintf(optimize, sizeof optimize, "-O%s", level ? level : "2");
    const char *const argv[] = {
        t->cc.data,           "-std=c11", optimize, "-w",   "-fPIC", "-shared", "-I",
        t->home.include.data, source,     "-o",     object, "-lm",   NULL};
    if (!run_compiler(t, argv))
        return diag_error(&t->ctx, ERR_io, NO_OFFSET, "%s cannot compile group %u", t->cc.data,
                          group + 1);
    const w2c_tier_group *g = load(t, group, object);
    unlink(object);
    if (!g) return false;
    g->bind(&t->link);
    uint32_t first = group ? t->outputs.group_ends[group - 1] : t->module.imported_funcs;
    uint32_t last = t->outputs.group_ends[group];
    for (uint32_t f = first; f < last; f++)
        w2c_interp_patch(t->interp, f, t->link.natives[f]);
    pthread_mutex_lock(&t->lock);
    t->stats.compiled++;
    t->stats.functions += last - first;
    pthread_mutex_unlock(&t->lock);
    return true;
}

static uint32_t group_of(const Tier *t, uint32_t func) {
    uint32_t low = 0, high = t->outputs.group_count;
    while (low + 1 < high) {
        uint32_t mid = (low + high) / 2;
        if (t->outputs.group_ends[mid - 1] <= func)
            low = mid;
        else
            high = mid;
    }
    return low;
}

/* ---- the thread ------------------------------------------------------------------------------ */
/* The next hot function, or false: the end. */
static bool next(Tier *t, uint32_t *func) {
    pthread_mutex_lock(&t->lock);
    t->finished = t->taken;
    pthread_cond_broadcast(&t->progress);
    while (!t->stop && t->taken == t->queued)
        pthread_cond_wait(&t->more, &t->lock);
    bool go = !t->stop;
    if (go) *func = t->queue[t->taken++];
    pthread_mutex_unlock(&t->lock);
    return go;
}

static void note_problem(Tier *t) {
    pthread_mutex_lock(&t->lock);
    if (!t->stop && !t->stats.problem[0])
        snprintf(t->stats.problem, sizeof t->stats.problem, "%.190s", t->ctx.diag.text);
    pthread_mutex_unlock(&t->lock);
    diag_clear(&t->ctx);
}

static void compile_hot(Tier *t) {
    uint32_t func;
    if (!next(t, &func)) return; /* nothing is translated before something is hot */
    if (!prepare(t)) {
        note_problem(t);
        return;
    }
    pthread_mutex_lock(&t->lock);
    t->stats.groups = t->outputs.group_count;
    pthread_mutex_unlock(&t->lock);
    do {
        uint32_t group = group_of(t, func);
        if (t->done[group]) continue;
        t->done[group] = true;
        if (!compile(t, group)) note_problem(t);
    } while (next(t, &func));
}

static void *work(void *user) {
    Tier *t = user;
    compile_hot(t);
    pthread_mutex_lock(&t->lock);
    t->ended = true;
    pthread_cond_broadcast(&t->progress);
    pthread_mutex_unlock(&t->lock);
    return NULL;
}

/* ---- from outside ---------------------------------------------------------------------------- */
Tier *tier_new(const Options *options, Slice module) {
    Tier *t = calloc(1, sizeof *t);
    if (!t) return NULL;
    t->options = options;
    t->bytes = module;
    Allocator alloc = alloc_default();
    arena_init(&t->arena, alloc);
    buffer_init(&t->folder, alloc);
    buffer_init(&t->cc, alloc);
    buffer_init(&t->home.lib, alloc);
    buffer_init(&t->home.include, alloc);
    buffer_init(&t->home.share, alloc);
    pthread_mutex_init(&t->lock, NULL);
    pthread_cond_init(&t->more, NULL);
    pthread_cond_init(&t->progress, NULL);
    return t;
}

void tier_hot(void *tier, uint32_t func) {
    Tier *t = tier;
    pthread_mutex_lock(&t->lock);
    uint32_t mine = t->queued;
    if (t->queue && t->running) t->queue[t->queued++] = func;
    pthread_cond_signal(&t->more);
    bool wait = t->options->value[OPT_tier_wait].set && t->running;
    while (wait && !t->ended && t->finished <= mine)
        pthread_cond_wait(&t->progress, &t->lock);
    pthread_mutex_unlock(&t->lock);
}

void tier_start(Tier *t, Interp *interp) {
    sigset_t all, before;
    t->interp = interp;
    t->queue = calloc((size_t)interp->m->func_count + 1, sizeof *t->queue);
    sigfillset(&all); /* signals are the program's */
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pthread_mutex_lock(&t->lock);
    t->running = t->queue && pthread_create(&t->thread, NULL, work, t) == 0;
    pthread_mutex_unlock(&t->lock);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

void tier_stop(Tier *t) {
    pthread_mutex_lock(&t->lock);
    t->stop = true;
    pthread_cond_signal(&t->more);
    pthread_mutex_unlock(&t->lock);
    if (t->running) pthread_join(t->thread, NULL);
    t->running = false;
    if (t->folder.len) folder_remove(t->folder.data);
    t->folder.len = 0;
}

void tier_delete(Tier *t) {
    if (!t) return;
    if (t->module.bytes.len) module_free(&t->module);
    buffer_free(&t->folder);
    buffer_free(&t->cc);
    home_free(&t->home);
    arena_free(&t->arena);
    pthread_mutex_destroy(&t->lock);
    pthread_cond_destroy(&t->more);
    pthread_cond_destroy(&t->progress);
    free(t->queue);
    free(t);
}

TierStats tier_stats(const Tier *t) {
    return t->stats;
}
