/* duel.c: see duel.h. Each side has a thread; they meet under one lock, and whoever comes second judges. */
#include "duel_impl.h"
#include "interp/interp.h"
#include "wasi/wasi_invoke.h"
#include <stdio.h>
#include <stdlib.h>

enum { STACK_HOST = 1 << 20, STACK_DEFAULT = 16 << 20 }; /* bytes */

/* ---- meeting --------------------------------------------------------------------------------- */
static void note(Duel *d, unsigned side, bool waits) {
    DuelProgress *p = d->wish->progress;
    Buffer text;
    p->waits[side] = waits;
    if (!waits) return;
    buffer_init(&text, alloc_default());
    duel_describe(d, &d->sides[side].seen, &text);
    const char *cstr = buffer_cstr(&text);
    snprintf(p->last[side], sizeof p->last[side], "%s", cstr ? cstr : "");
    buffer_free(&text);
}

/* Waits until the other side is there as well. False: they part here. */
static bool meet(DuelSide *side, const Seen *seen) {
    Duel *d = side->duel;
    pthread_mutex_lock(&d->lock);
    side->seen = *seen;
    note(d, side->number, true);
    uint64_t turn = d->turn;
    if (d->end == DUEL_RUNNING && ++d->arrived == 2) {
        duel_judge(d);
        d->arrived = 0;
        d->turn++;
        d->wish->progress->calls = d->calls;
        pthread_cond_broadcast(&d->moved);
    }
    while (d->end == DUEL_RUNNING && d->turn == turn)
        pthread_cond_wait(&d->moved, &d->lock);
    bool goes_on = d->end == DUEL_RUNNING;
    note(d, side->number, false);
    pthread_mutex_unlock(&d->lock);
    return goes_on;
}

/* text: NULL for none. Whoever parts first says why. */
static void part(Duel *d, DuelEnd end, const char *text) {
    pthread_mutex_lock(&d->lock);
    if (d->end == DUEL_RUNNING) {
        d->end = end;
        if (text) buffer_printf(d->text, "%s\n", text);
    }
    pthread_cond_broadcast(&d->moved);
    pthread_mutex_unlock(&d->lock);
}

/* ---- imports --------------------------------------------------------------------------------- */
static w2c_status carry_out(Duel *d, const DuelSite *site, w2c_instance *importer,
                            const w2c_value *args, w2c_value *results) {
    const w2c_extern *real = &site->real;
    size_t count = strlen(strchr(site->letters, '_') + 1);
    memset(results, 0, count * sizeof *results);
    w2c_status status = real->host
                            ? w2c_interp_call_typed(real, site->letters, importer, args, results)
                            : real->host_any(real->env, importer, args, results);
    pthread_mutex_lock(&d->lock);
    d->status = status;
    memcpy(d->results, results, count * sizeof *results);
    duel_copy_memories(d);
    d->done++;
    pthread_cond_broadcast(&d->moved);
    pthread_mutex_unlock(&d->lock);
    return status;
}

static w2c_status take_over(Duel *d, const DuelSite *site, w2c_value *results) {
    pthread_mutex_lock(&d->lock);
    while (d->done < d->calls && d->end == DUEL_RUNNING)
        pthread_cond_wait(&d->moved, &d->lock);
    memcpy(results, d->results, strlen(strchr(site->letters, '_') + 1) * sizeof *results);
    w2c_status status = d->end == DUEL_RUNNING ? d->status : W2C_TRAP_INTERRUPTED;
    pthread_mutex_unlock(&d->lock);
    return status;
}

static w2c_status imported(void *env, w2c_instance *importer, const w2c_value *args,
                           w2c_value *results) {
    const DuelSite *site = env;
    DuelSide *side = site->side;
    Duel *d = side->duel;
    Seen seen = {.kind = SEEN_CALL, .site = site, .letters = site->letters, .values = args};
    seen.count = strcspn(site->letters, "_");
    side->instance = importer;
    if (!meet(side, &seen)) return W2C_TRAP_INTERRUPTED;
    return side->number == 0 ? carry_out(d, site, importer, args, results)
                             : take_over(d, site, results);
}

static w2c_status give_zeros(void *env, w2c_instance *importer, const w2c_value *args,
                             w2c_value *results) {
    (void)env, (void)importer, (void)args, (void)results; /* are zeros */
    return W2C_OK;
}

static bool same_name(w2c_name a, w2c_name b) {
    return a.len == b.len && !memcmp(a.text, b.text, a.len);
}

/* A memory, table or global as the module wants it, filled with zeros. */
static bool give_thing(DuelSide *side, const w2c_import_desc *d, w2c_extern *out) {
    bool plain = !d->type && strncmp(d->text, "(ref", 4) != 0; /* zeros are a value of it */
    DuelThing *thing = calloc(1, sizeof *thing);
    if (!thing) return false;
    thing->next = side->things;
    side->things = thing;
    memset(out, 0, sizeof *out);
    out->kind = d->kind;
    switch (d->kind) {
    case W2C_MEMORY:
        w2c_memory_new(&thing->memory, d->limits.min, d->limits.max, d->is64, d->shared,
                       d->page_log2);
        return (out->memory = thing->memory) != NULL;
    case W2C_TABLE:
        if (!plain) return false;
        w2c_table_new(&thing->table, d->text, d->limits.min, d->limits.max, d->is64);
        return (out->table = thing->table) != NULL;
    case W2C_GLOBAL:
        out->global =
            (w2c_global){.type = d->text, .is_mutable = d->is_mutable, .value = &thing->global};
        return plain;
    default:
        return false;
    }
}

static bool resolve_thing(DuelSide *side, const w2c_wanted *wanted, w2c_extern *out) {
    const w2c_module *m = side->duel->wish->modules[side->number];
    if (!side->duel->wish->zero_imports) return false;
    for (u32 i = 0; i < m->import_count; i++) {
        const w2c_import_desc *d = &m->imports[i];
        if (d->kind == wanted->kind && same_name(d->name, wanted->name) &&
            same_name(d->module, wanted->module))
            return give_thing(side, d, out);
    }
    return false;
}

static bool resolve(void *user, const w2c_wanted *wanted, w2c_extern *out) {
    DuelSide *side = user;
    w2c_extern real;
    if (wanted->kind != W2C_FUNC) return resolve_thing(side, wanted, out);
    bool known = w2c_wasi_resolve(side->duel->ready->wasi, wanted, &real);
    if (known && strcmp(real.letters, wanted->letters) != 0) return false;
    if (!known && (!side->duel->wish->zero_imports || strchr(strchr(wanted->letters, '_'), 'r')))
        return false;
    if (!known) real = w2c_extern_host_any(wanted->letters, give_zeros, NULL);
    DuelSite *site = calloc(1, sizeof *site);
    if (!site) return false;
    *site = (DuelSite){side, side->sites, wanted->module, wanted->name, wanted->letters, real};
    side->sites = site;
    *out = w2c_extern_host_any(site->letters, imported, site);
    return true;
}

/* ---- a side ---------------------------------------------------------------------------------- */
static bool meet_at_return(DuelSide *side, w2c_name name, w2c_status status, const char *letters,
                           const w2c_value *results) {
    Seen seen = {.kind = SEEN_RETURN, .export = name, .status = status};
    seen.letters = letters;
    seen.values = results;
    seen.count = status == W2C_OK ? strlen(letters) : 0;
    return meet(side, &seen);
}

static void returned(void *user, w2c_name name, w2c_status status, const char *letters,
                     const w2c_value *results) {
    meet_at_return(user, name, status, letters, results);
}

static void wrong(DuelSide *side, const char *what) {
    part(side->duel, DUEL_NOTHING, what);
}

static w2c_status call_plain(DuelSide *side, const char *name, w2c_extern *found) {
    w2c_status status = w2c_call(found->func, NULL, NULL);
    returned(side, w2c_name_of(name), status, "", NULL);
    return status;
}

static void call_exports(DuelSide *side) {
    const w2c_wasi_ready *ready = side->duel->ready;
    char message[400] = "";
    w2c_extern found;
    w2c_status status = W2C_OK;
    if (!ready->invoke) {
        if (!wasi_find_function(side->instance, "_start", 6, &found))
            wrong(side, "the module has no _start: --invoke=EXPORT calls one of its functions");
        else
            call_plain(side, "_start", &found);
        return;
    }
    wasi_invoke_watch watch = {returned, side, side->number == 1};
    if (wasi_find_function(side->instance, "_initialize", 11, &found))
        status = call_plain(side, "_initialize", &found);
    if (status == W2C_OK &&
        !wasi_invoke(side->instance, ready->invoke, ready->argc > 1 ? ready->argc - 1 : 0,
                     ready->argv + 1, &watch, &status, message, sizeof message))
        wrong(side, message);
}

static void *run_side(void *user) {
    DuelSide *side = user;
    Duel *d = side->duel;
    w2c_imports imports = {.resolve = resolve, .user = side};
    w2c_config config = *d->ready->config;
    w2c_instance *instance = NULL;
    side->meter = *d->ready->config->meter;
    config.meter = &side->meter;
    config.error = &side->error;
    config.host = side;
    w2c_status status =
        w2c_instance_new(d->wish->modules[side->number], &instance, &imports, &config);
    side->instance = instance;
    if (status > W2C_EXIT) /* there was nothing to compare: a link is missing, or memory */
        wrong(side, side->error.text);
    else if (meet_at_return(side, (w2c_name){"", 0}, status, "", NULL) && status == W2C_OK)
        call_exports(side);
    part(d, DUEL_SAME, NULL); /* this side's calls all were */
    w2c_instance_delete(instance);
    return NULL;
}

/* ---- both ------------------------------------------------------------------------------------ */
static bool start(DuelSide *side) {
    pthread_attr_t attr;
    size_t wanted = side->duel->ready->config->stack_bytes;
    size_t size = wanted ? (wanted + STACK_HOST + 0xffff) & ~(size_t)0xffff : STACK_DEFAULT;
    if (pthread_attr_init(&attr)) return false;
    bool good = !pthread_attr_setstacksize(&attr, size) &&
                !pthread_create(&side->thread, &attr, run_side, side);
    pthread_attr_destroy(&attr);
    return good;
}

static void free_side(DuelSide *side) {
    while (side->sites) {
        DuelSite *site = side->sites;
        side->sites = site->next;
        free(site);
    }
    while (side->things) {
        DuelThing *thing = side->things;
        side->things = thing->next;
        w2c_memory_delete(thing->memory);
        w2c_table_delete(thing->table);
        free(thing);
    }
}

static size_t most_results(const w2c_module *m) {
    size_t most = 1;
    for (u32 i = 0; i < m->import_count; i++) {
        if (m->imports[i].kind != W2C_FUNC) continue;
        size_t count = strlen(strchr(m->imports[i].type->letters, '_'));
        if (count > most) most = count;
    }
    return most;
}

DuelEnd duel_run(const DuelWish *wish, const w2c_wasi_ready *ready, Buffer *text) {
    Duel d = {.wish = wish, .ready = ready, .text = text, .end = DUEL_RUNNING};
    d.results = calloc(most_results(wish->modules[0]), sizeof *d.results);
    pthread_mutex_init(&d.lock, NULL);
    pthread_cond_init(&d.moved, NULL);
    unsigned started = 0;
    for (; d.results && started < 2; started++) {
        d.sides[started].duel = &d;
        d.sides[started].number = started;
        if (!start(&d.sides[started])) break;
    }
    if (started < 2) {
        part(&d, DUEL_NOTHING, "no thread for a run");
    }
    for (unsigned i = 0; i < started; i++)
        pthread_join(d.sides[i].thread, NULL);
    for (unsigned i = 0; i < 2; i++)
        free_side(&d.sides[i]);
    if (d.end == DUEL_SAME && !text->len)
        buffer_printf(text, "same: %llu host calls, every call returned\n",
                      (unsigned long long)d.calls);
    free(d.results);
    pthread_mutex_destroy(&d.lock);
    pthread_cond_destroy(&d.moved);
    return d.end;
}
