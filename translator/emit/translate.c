/* translate.c: the passes over a module, in order, and the threads that run them.
 *   plan     which function goes into which file             emit_plan.c
 *   name     every C identifier                              emit_names.c, emit_types.c
 *   throws   which functions may end in an exception         lower/may_throw.c
 *   calls    who calls whom, who checks the stack, who       lower/call_graph.c, stack_checks.c,
 *            looks for interruptions, which tables never     polls.c, fixed_tables.c
 *            change
 *   groups   for each function: validate, lower, emit        frontend/, lower/, emit_func.c
 *   instance adapters, segments, exports, description        emit_instance.c, emit_init.c, emit_data.c
 *   write    only what changed, all or nothing               output.c */
#include "emit.h"
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

typedef struct Job {
    const Emitter *e;
    OutputSet *outputs;
    atomic_uint next;   /* group */
    atomic_ullong done; /* bytes of wasm */
    atomic_bool failed;
    uint64_t total;
    atomic_ullong features; /* of the bodies */
    Buffer single;          /* the only group's text, when there is one */
    uint64_t *single_needed;
    _Atomic uint64_t *called; /* with lazy groups, bitmap: functions called from another group */
} Job;

typedef struct Worker {
    Job *job;
    Context ctx;
    bool is_main;
} Worker;

enum { FILE_MAIN, FILE_HEADER, FILE_PRIVATE, FILE_GROUPS };

/* ---- paths ----------------------------------------------------------------------------------- */

typedef struct Paths {
    char *stem;       /* out without its extension */
    const char *base; /* its file name */
    char *blob;       /* NULL: data as literals */
} Paths;

static char *format_path(Arena *arena, const char *stem, const char *suffix) {
    size_t a = strlen(stem), b = strlen(suffix);
    char *out = arena_alloc(arena, a + b + 1);
    if (!out) return NULL;
    memcpy(out, stem, a);
    memcpy(out + a, suffix, b);
    return out;
}

static bool find_paths(Emitter *e, Paths *p) {
    const char *out = e->options->out, *slash = strrchr(out, '/'), *base = slash ? slash + 1 : out;
    const char *dot = strrchr(base, '.');
    size_t len = dot && dot != base ? (size_t)(dot - out) : strlen(out);
    *p = (Paths){.stem = arena_strdup(e->arena, out, len)};
    if (!p->stem) return diag_nomem(e->ctx);
    p->base = p->stem + (base - out);
    if (strncmp(p->base, "w2c", 3) == 0 && (p->base[3] == 0 || p->base[3] == '_'))
        return diag_error(e->ctx, ERR_unsupported, NO_OFFSET - 1,
                          ": an output called %s: the runtime has headers of such names", p->base);
    const char *name = e->options->name ? e->options->name : p->base;
    if (!(e->name = translate_prefix(e->arena, (Slice){(const uint8_t *)name, strlen(name)})))
        return diag_nomem(e->ctx);
    if (e->options->data != DATA_LITERAL && emit_data_bytes(e) > 0) {
        char suffix[32];
        snprintf(suffix, sizeof suffix, ".%016llx.bin", (unsigned long long)emit_data_hash(e));
        if (!(p->blob = format_path(e->arena, p->stem, suffix))) return diag_nomem(e->ctx);
    }
    return true;
}

/* Fixed order: main, header, then with several groups the private header and the groups, then data. */
static bool list_outputs(Emitter *e, const Paths *p, OutputSet *o) {
    if (!output_init(o, e->ctx, e->arena, FILE_GROUPS + e->group_count + 1)) return false;
    char *header = format_path(e->arena, p->stem, ".h"),
         *private = format_path(e->arena, p->stem, ".private.h");
    if (!header || !private) return diag_nomem(e->ctx);
    if (!output_add(o, e->options->out) || !output_add(o, header)) return false;
    if (!emit_is_single(e)) {
        if (!output_add(o, private)) return false;
        for (uint32_t g = 0; g < e->group_count; g++) {
            char suffix[24];
            snprintf(suffix, sizeof suffix, ".%u.c", g + 1);
            char *path = format_path(e->arena, p->stem, suffix);
            if (!path) return diag_nomem(e->ctx);
            if (!output_add(o, path)) return false;
        }
    }
    return !p->blob || output_add(o, p->blob);
}

/* ---- groups ---------------------------------------------------------------------------------- */

static void open_c(Buffer *out) {
    buffer_text(out, "\n#ifdef __cplusplus\nextern \"C\" {\n#endif\n");
}

static void close_c(Buffer *out) {
    buffer_text(out, "\n#ifdef __cplusplus\n}\n#endif\n");
}

static bool put(Job *job, Context *ctx, uint32_t file, Buffer *a, Buffer *b) {
    const char *parts[2] = {a->data, b ? b->data : NULL};
    size_t lens[2] = {a->len, b ? b->len : 0};
    if (a->failed || (b && b->failed)) return diag_nomem(ctx);
    return output_put(job->outputs, ctx, file, parts, lens, b ? 2 : 1);
}

static void note_calls(Job *job, const Writer *w, uint32_t g) {
    const Group *group = &job->e->groups[g];
    for (uint32_t f = 0; f < job->e->m->func_count; f++)
        if (bitmap_has(w->needed, f) && (f < group->first || f >= group->last))
            atomic_fetch_or(&job->called[f / 64], (uint64_t)1 << f % 64);
}

static bool write_group(Job *job, Context *ctx, Writer *w, uint32_t g, Buffer *bodies) {
    const Emitter *e = job->e;
    Buffer head;
    buffer_init(&head, ctx->alloc);
    const char *private = job->outputs->files[FILE_PRIVATE].path, *slash = strrchr(private, '/');
    emit_stamp(e, &head, false);
    buffer_printf(&head, "#include \"%s\"\n", slash ? slash + 1 : private);
    open_c(&head);
    emit_prototypes(e, &head, w->needed, e->groups[g].first, e->groups[g].last);
    if (job->called) note_calls(job, w, g);
    if (job->called) emit_lazy_group(e, bodies, g);
    close_c(bodies);
    bool ok = put(job, ctx, FILE_GROUPS + g, &head, bodies);
    buffer_free(&head);
    return ok;
}

static bool run_group(Worker *k, Writer *w, uint32_t g) {
    Job *job = k->job;
    const Emitter *e = job->e;
    const Group *group = &e->groups[g];
    Buffer bodies;
    buffer_init(&bodies, k->ctx.alloc);
    memset(w->needed, 0, (e->m->func_count / 64 + 1) * 8);
    w->out = &bodies;
    bool ok = true;
    for (uint32_t f = group->first; ok && f < group->last && !atomic_load(&job->failed); f++) {
        ok = emit_function(w, f);
        if (ok && k->is_main && e->options->progress && f % 64 == 0)
            e->options->progress(e->options->user, atomic_load(&job->done), job->total);
    }
    atomic_fetch_add(&job->done, group->bytes);
    if (ok && bodies.failed) ok = diag_nomem(&k->ctx);
    if (ok && !emit_is_single(e) && !atomic_load(&job->failed)) {
        ok = write_group(job, &k->ctx, w, g, &bodies);
    } else if (ok && emit_is_single(e)) {
        job->single = bodies;
        job->single_needed = w->needed;
        w->needed = NULL;
        return true;
    }
    buffer_free(&bodies);
    return ok;
}

static void *work(void *arg) {
    Worker *k = arg;
    Job *job = k->job;
    Writer w;
    bool ok = emit_writer_init(&w, job->e, &k->ctx);
    while (ok) {
        uint32_t g = atomic_fetch_add(&job->next, 1);
        if (g >= job->e->group_count || atomic_load(&job->failed)) break;
        ok = run_group(k, &w, g);
    }
    if (!ok) atomic_store(&job->failed, true);
    atomic_fetch_or(&job->features, w.features);
    emit_writer_free(&w);
    return NULL;
}

static bool run_workers(Emitter *e, Job *job) {
    enum { MOST = 64 };
    unsigned count = e->options->threads ? e->options->threads : 1;
    if (e->options->dump || e->options->explain_loops) count = 1; /* passes print in order */
    if (count > MOST) count = MOST;
    if (count > e->group_count) count = e->group_count;
    Worker workers[MOST];
    pthread_t threads[MOST];
    unsigned started = 0;
    for (unsigned i = 0; i < count; i++)
        workers[i] = (Worker){.job = job, .ctx = context_worker(e->ctx), .is_main = i == 0};
    for (unsigned i = 1; i < count; i++) {
        if (pthread_create(&threads[i], NULL, work, &workers[i]) != 0) break;
        started = i;
    }
    work(&workers[0]);
    for (unsigned i = 1; i <= started; i++)
        pthread_join(threads[i], NULL);
    for (unsigned i = 0; i <= started && i < count; i++)
        diag_merge(e->ctx, &workers[i].ctx);
    return !diag_failed(e->ctx);
}

/* ---- the instance's file, the headers, data -------------------------------------------------- */

static void mark_addressed(const Emitter *e, uint64_t *needed) {
    for (uint32_t f = e->m->imported_funcs; f < e->m->func_count; f++)
        if (emit_is_declared(e, f) || f == e->m->start) bitmap_add(needed, f);
}

static bool write_main(Emitter *e, const Paths *p, Job *job, uint32_t blob_file) {
    Context *ctx = e->ctx;
    Writer w;
    Buffer head, tail;
    buffer_init(&head, ctx->alloc);
    buffer_init(&tail, ctx->alloc);
    bool single = emit_is_single(e);
    e->features = e->m->features_used | atomic_load(&job->features);
    bool ok = emit_writer_init(&w, e, ctx);
    uint64_t *needed = single ? job->single_needed : w.needed;
    emit_stamp(e, &head, true);
    buffer_printf(&head, "#include \"%s.h\"\n", p->base);
    if (single)
        emit_private(e, &head);
    else
        buffer_printf(&head, "#include \"%s.private.h\"\n", p->base);
    open_c(&head);
    if (ok && needed) {
        mark_addressed(e, needed);
        buffer_text(&head, "\n/* ---- functions ---- */\n");
        emit_prototypes(e, &head, needed, single ? 0 : UINT32_MAX, UINT32_MAX);
        for (uint32_t f = 0; job->called && f < e->m->func_count; f++)
            if (bitmap_has(needed, f)) atomic_fetch_or(&job->called[f / 64], (uint64_t)1 << f % 64);
        if (job->called) emit_lazy_tables(e, &head, (const uint64_t *)job->called);
    }
    if (single) buffer_bytes(&head, job->single.data, job->single.len);
    const char *slash = p->blob ? strrchr(p->blob, '/') : NULL;
    emit_data(e, &tail, p->blob ? (slash ? slash + 1 : p->blob) : NULL);
    ok = ok && emit_instance(e, &w, &tail);
    close_c(&tail);
    ok = ok && put(job, ctx, FILE_MAIN, &head, &tail);
    head.len = tail.len = 0;
    if (ok) {
        emit_public_header(e, &head);
        ok = put(job, ctx, FILE_HEADER, &head, NULL);
    }
    if (ok && !single) {
        head.len = 0;
        emit_stamp(e, &head, false);
        buffer_printf(&head, "#include \"%s.h\"\n", p->base);
        emit_private(e, &head);
        ok = put(job, ctx, FILE_PRIVATE, &head, NULL);
    }
    if (ok && p->blob) {
        if (e->images) emit_image_blob(e, &tail);
        for (uint32_t i = 0; i < e->m->data_count; i++)
            if (emit_data_in_turn(e, &e->m->datas[i]))
                buffer_bytes(&tail, e->m->datas[i].bytes.ptr, e->m->datas[i].bytes.len);
        ok = put(job, ctx, blob_file, &tail, NULL);
    }
    buffer_free(&head);
    buffer_free(&tail);
    emit_writer_free(&w);
    return ok;
}

/* ---- the passes ------------------------------------------------------------------------------ */

static bool prepare(Emitter *e, Context *ctx, const Module *m, const TranslateOptions *options,
                    Arena *arena, Paths *paths, OutputSet *outputs) {
    *e = (Emitter){.ctx = ctx, .m = m, .options = options, .arena = arena};
    e->input_hash = XXH3_64bits(m->bytes.ptr, m->bytes.len);
    return emit_image_plan(e) && find_paths(e, paths) && emit_plan(e) &&
           list_outputs(e, paths, outputs);
}

static bool report(const Emitter *e, const OutputSet *o, Arena *arena, OutputList *out) {
    uint32_t *ends = ARENA_ARRAY(arena, e->group_count + 1, uint32_t);
    if (!ends) return diag_nomem(o->ctx);
    for (uint32_t g = 0; g < e->group_count; g++)
        ends[g] = e->groups[g].last;
    out->group_ends = ends;
    out->group_count = e->group_count;
    out->items = ARENA_ARRAY(arena, o->count, Output);
    out->count = o->count;
    if (!out->items) return diag_nomem(o->ctx);
    for (uint32_t i = 0; i < o->count; i++)
        out->items[i] = (Output){o->files[i].path, o->files[i].temp[0] != 0, o->files[i].bytes};
    return true;
}

bool translate_list(Context *ctx, const Module *m, const TranslateOptions *options, Arena *arena,
                    OutputList *out) {
    Emitter e;
    Paths paths;
    OutputSet outputs;
    return prepare(&e, ctx, m, options, arena, &paths, &outputs) &&
           report(&e, &outputs, arena, out);
}

/* Text is put together in many short-lived buffers; that one of them failed shows here, wherever it was. */
typedef struct Watch {
    Allocator alloc;
    atomic_bool failed;
} Watch;

static void *watched_resize(void *user, void *ptr, size_t size) {
    Watch *w = user;
    void *out = w->alloc.resize(w->alloc.user, ptr, size);
    if (!out && size) atomic_store(&w->failed, true);
    return out;
}

static bool translate_watched(Context *ctx, Watch *watch, const Module *m,
                              const TranslateOptions *options, Arena *arena, OutputList *out) {
    Emitter e;
    Paths paths;
    OutputSet outputs;
    if (!prepare(&e, ctx, m, options, arena, &paths, &outputs)) return false;
    if (!emit_name_types(&e) || !emit_name_all(&e) || !emit_check(&e) || !emit_static_plan(&e))
        return false;
    if (!may_throw_find(ctx, m, options->closed, arena, &e.may_throw) ||
        !call_graph_find(ctx, m, arena, &e.calls))
        return false;
    if (!options->no_stack_analysis && !stack_checks_find(ctx, m, &e.calls, arena, &e.stack))
        return false;
    if (options->interruptible == INTERRUPTIBLE_STOP &&
        !polls_find(ctx, &e.calls, &e.stack, arena, &e.polls))
        return false;
    if (!options->no_fixed_tables && !options->lazy_groups &&
        !fixed_tables_find(ctx, m, &e.calls, arena, &e.fixed))
        return false;
    if (!emit_number_records(&e) || !emit_tail_plan(&e) || !emit_caught_plan(&e)) return false;
    Job job = {.e = &e, .outputs = &outputs};
    if (options->lazy_groups) {
        if (e.tail_bodies)
            return diag_error(ctx, ERR_not_lowered, NO_OFFSET - 1,
                              ": tail calls with --lazy-groups");
        job.called = arena_array(arena, m->func_count / 64 + 1, sizeof *job.called);
        if (!job.called) return diag_nomem(ctx);
        memset((void *)job.called, 0, (m->func_count / 64 + 1) * sizeof *job.called);
    }
    for (uint32_t g = 0; g < e.group_count; g++)
        job.total += e.groups[g].bytes;
    bool ok = run_workers(&e, &job) && write_main(&e, &paths, &job, outputs.count - 1) &&
              report(&e, &outputs, arena, out);
    if (ok && atomic_load(&watch->failed)) ok = diag_nomem(ctx);
    ok = ok && output_commit(&outputs);
    if (!ok) output_abort(&outputs);
    buffer_free(&job.single);
    if (job.single_needed) ctx->alloc.resize(ctx->alloc.user, job.single_needed, 0);
    return ok;
}

bool translate_module(Context *ctx, const Module *m, const TranslateOptions *options, Arena *arena,
                      OutputList *out) {
    Watch watch = {.alloc = ctx->alloc};
    ctx->alloc = (Allocator){watched_resize, &watch};
    bool ok = translate_watched(ctx, &watch, m, options, arena, out);
    ctx->alloc = watch.alloc;
    return ok;
}
