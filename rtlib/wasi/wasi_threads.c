/* wasi_threads.c: threads of the guest, as the wasi-threads proposal has them: `wasi.thread-spawn`
 * makes a new instance of the module, whose imports (the shared memory among them) are the same, and
 * calls its `wasi_thread_start(id, argument)` on a thread of its own.
 * One idea: the first thread that does not end well ends the program: `stop` and the memories'
 * waiters tell all others. */
#ifndef _XOPEN_SOURCE
#define _XOPEN_SOURCE 700
#endif
#include "wasi_threads.h"
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { THREADS_DEFAULT = 64, ID_MAX = 0x1fffffff, SLICE_NS = 10000000 };
#define STACK_DEFAULT ((size_t)8 << 20)
#define STACK_HOST ((size_t)1 << 20) /* for the host's own functions, beside the guest's */

typedef struct thread_start {
    w2c_wasi *wasi;
    w2c_instance *instance;
    w2c_extern entry;
    u32 id, argument;
} thread_start;

w2c_status w2c_wasi_threads_allow(w2c_wasi *wasi, const w2c_wasi_threads *threads) {
    if (wasi->threads || !threads->module || !threads->imports) return W2C_INVALID;
    wasi_threads *t = calloc(1, sizeof *t);
    if (!t) return W2C_NOMEM;
    t->given = *threads;
    if (!t->given.max_threads) t->given.max_threads = THREADS_DEFAULT;
    if (pthread_mutex_init(&wasi->lock, NULL) != 0) {
        free(t);
        return W2C_NOMEM;
    }
    if (pthread_mutex_init(&wasi->dir_lock, NULL) != 0 || pthread_cond_init(&t->changed, NULL)) {
        pthread_mutex_destroy(&wasi->lock);
        free(t);
        return W2C_NOMEM;
    }
    wasi->threads = t;
    return W2C_OK;
}

void wasi_threads_delete(w2c_wasi *wasi) {
    if (!wasi->threads) return;
    pthread_cond_destroy(&wasi->threads->changed);
    pthread_mutex_destroy(&wasi->lock);
    pthread_mutex_destroy(&wasi->dir_lock);
    free(wasi->threads);
    wasi->threads = NULL;
}

/* ---- the end --------------------------------------------------------------------------------- */
bool wasi_threads_claim(w2c_wasi *wasi, w2c_status status) {
    u32 none = W2C_OK;
    return __atomic_compare_exchange_n(&wasi->threads->status, &none, (u32)status, false,
                                       __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE);
}

void w2c_wasi_end(w2c_wasi *wasi) {
    wasi_threads *t = wasi->threads;
    wasi_stop(wasi, WASI_ENDED);
    if (!t) return;
    if (t->given.memory) w2c_memory_interrupt(t->given.memory);
    pthread_mutex_lock(&wasi->lock);
    pthread_cond_broadcast(&t->changed);
    pthread_mutex_unlock(&wasi->lock);
}

void wasi_threads_wait_end(w2c_wasi *wasi) {
    pthread_mutex_lock(&wasi->lock);
    while (!wasi_stopped(wasi))
        pthread_cond_wait(&wasi->threads->changed, &wasi->lock);
    pthread_mutex_unlock(&wasi->lock);
}

bool w2c_wasi_threads_join(w2c_wasi *wasi, uint64_t timeout_ns) {
    wasi_threads *t = wasi->threads;
    uint64_t waited = 0;
    if (!t) return true;
    pthread_mutex_lock(&wasi->lock);
    while (t->count && waited < timeout_ns) {
        struct timespec until; /* in slices: waiters may come again after they were woken */
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_nsec += SLICE_NS;
        if (until.tv_nsec >= 1000000000) {
            until.tv_nsec -= 1000000000;
            until.tv_sec++;
        }
        pthread_cond_timedwait(&t->changed, &wasi->lock, &until);
        waited = waited > UINT64_MAX - SLICE_NS ? UINT64_MAX : waited + SLICE_NS;
        if (t->count && wasi_stopped(wasi) && t->given.memory)
            w2c_memory_interrupt(t->given.memory);
    }
    bool none = t->count == 0;
    pthread_mutex_unlock(&wasi->lock);
    return none;
}

w2c_status w2c_wasi_threads_status(w2c_wasi *wasi) {
    if (!wasi->threads) return W2C_OK;
    return (w2c_status)__atomic_load_n(&wasi->threads->status, __ATOMIC_ACQUIRE);
}

/* ---- one thread ------------------------------------------------------------------------------ */
/* What comes after the first end is its consequence, and not told. */
static void thread_failed(thread_start *s, w2c_status status) {
    wasi_threads *t = s->wasi->threads;
    if (status == W2C_EXIT || !wasi_threads_claim(s->wasi, status)) return;
    if (t->given.ended) t->given.ended(t->given.user, s->instance, status);
    w2c_wasi_end(s->wasi);
}

static void *thread_run(void *user) {
    thread_start *s = user;
    w2c_wasi *wasi = s->wasi;
    wasi_threads *t = wasi->threads;
    w2c_value args[2] = {{.i32 = s->id}, {.i32 = s->argument}};
    w2c_status status = w2c_call(s->entry.func, args, NULL);
    if (status != W2C_OK) thread_failed(s, status);
    w2c_instance_delete(s->instance);
    free(s);
    pthread_mutex_lock(&wasi->lock);
    t->count--;
    pthread_cond_broadcast(&t->changed);
    pthread_mutex_unlock(&wasi->lock); /* the object may be gone now */
    return NULL;
}

static bool thread_begin(thread_start *s) {
    const wasi_threads *t = s->wasi->threads;
    pthread_attr_t attr;
    pthread_t thread;
    size_t wanted = t->given.config ? t->given.config->stack_bytes : 0;
    size_t size = (wanted ? wanted : STACK_DEFAULT) + STACK_HOST;
    if (pthread_attr_init(&attr) != 0) return false;
    bool good = size > wanted &&
                pthread_attr_setstacksize(&attr, (size + 0xffff) & ~(size_t)0xffff) == 0 &&
                pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED) == 0 &&
                pthread_create(&thread, &attr, thread_run, s) == 0;
    pthread_attr_destroy(&attr);
    return good;
}

/* Counts one more thread and gives it an id. False: there are as many as may be. */
static bool thread_count(w2c_wasi *wasi, u32 *id) {
    wasi_threads *t = wasi->threads;
    pthread_mutex_lock(&wasi->lock);
    bool good = t->count < t->given.max_threads && !wasi_stopped(wasi);
    if (good) {
        t->count++;
        t->last_id = t->last_id % ID_MAX + 1; /* not unique after 536 million threads */
        *id = t->last_id;
    }
    pthread_mutex_unlock(&wasi->lock);
    return good;
}

static void thread_uncount(w2c_wasi *wasi) {
    pthread_mutex_lock(&wasi->lock);
    wasi->threads->count--;
    pthread_cond_broadcast(&wasi->threads->changed);
    pthread_mutex_unlock(&wasi->lock);
}

static w2c_instance *thread_instance(const wasi_threads *t, w2c_extern *entry) {
    w2c_instance *instance = NULL;
    const char *letters;
    w2c_config config = t->given.config ? *t->given.config : (w2c_config){0};
    config.error = NULL; /* several threads may spawn at once */
    if (w2c_instance_new(t->given.module, &instance, t->given.imports, &config) != W2C_OK)
        return NULL;
    if (w2c_export_find(instance, w2c_name_of("wasi_thread_start"), entry) &&
        entry->kind == W2C_FUNC && entry->func &&
        (letters = w2c_type_letters(w2c_func_type(entry->func))) && strcmp(letters, "ii_") == 0)
        return instance;
    w2c_instance_delete(instance);
    return NULL;
}

/* The thread's id, or -1: the proposal knows no errors. */
static w2c_status wasi_thread_spawn(void *env, w2c_instance *importer, u32 argument, u32 *result) {
    w2c_wasi *wasi = env;
    thread_start *s = calloc(1, sizeof *s);
    u32 id = 0;
    (void)importer;
    *result = (u32)-1;
    if (s && thread_count(wasi, &id)) {
        *s = (thread_start){.wasi = wasi, .id = id, .argument = argument};
        s->instance = thread_instance(wasi->threads, &s->entry);
        if (s->instance && thread_begin(s)) {
            *result = id;
            return wasi_stop_status(wasi, W2C_OK);
        }
        w2c_instance_delete(s->instance);
        thread_uncount(wasi);
    }
    free(s);
    return wasi_stop_status(wasi, W2C_OK);
}

bool wasi_threads_resolve(w2c_wasi *wasi, const w2c_wanted *wanted, w2c_extern *out) {
    static const char name[] = "thread-spawn";
    if (wanted->kind != W2C_FUNC || wanted->name.len != sizeof name - 1 ||
        memcmp(wanted->name.text, name, sizeof name - 1) != 0)
        return false;
    *out = w2c_extern_host("i_i", (w2c_host_fn)wasi_thread_spawn, wasi);
    return true;
}
