/* rt_import.c: finds what a module imports and checks it: list, links, linked symbols, resolver.
 *
 * A function slot is one pointer to an immutable record, written once with release: the record of
 * the function itself, or of a host function (w2c_host), or, until the resolver has been asked at
 * the first call, the instance's own record whose code is the stub. */
#include "rt_internal.h"

#include <stdlib.h>

typedef enum Found { FOUND, NOT_FOUND, WRONG } Found;

/* ---- words ---------------------------------------------------------------------------------- */
static void add_limits(w2c_text *t, const char *what, bool is64, u64 min, u64 max) {
    w2c_text_add(t, "%s%s %llu..", what, is64 ? " i64" : "", (unsigned long long)min);
    if (max != UINT64_MAX) w2c_text_add(t, "%llu", (unsigned long long)max);
}

static void add_memory(w2c_text *t, bool is64, u64 min, u64 max, unsigned page_log2, bool shared) {
    add_limits(t, "memory", is64, min, max);
    if (page_log2 != 16) w2c_text_add(t, " (pagesize %u)", 1u << page_log2);
    if (shared) w2c_text_add(t, " shared");
}

static void add_global(w2c_text *t, const char *type, bool is_mutable) {
    w2c_text_add(t, is_mutable ? "(mut %s)" : "%s", type ? type : "?");
}

static void add_wanted(w2c_text *t, const w2c_import_desc *d) {
    switch (d->kind) {
    case W2C_FUNC:
        w2c_text_add(t, "%s", d->type->text);
        break;
    case W2C_TABLE:
        add_limits(t, "table", d->is64, d->limits.min, d->limits.max);
        w2c_text_add(t, " %s", d->text);
        break;
    case W2C_MEMORY:
        add_memory(t, d->is64, d->limits.min, d->limits.max, d->page_log2, d->shared);
        break;
    case W2C_GLOBAL:
        w2c_text_add(t, "global ");
        add_global(t, d->text, d->is_mutable);
        break;
    default:
        w2c_text_add(t, "tag %s", w2c_type_text(d->type));
        break;
    }
}

static void add_given(w2c_text *t, const w2c_extern *e) {
    const w2c_memory *m = e->memory;
    if (e->kind == W2C_FUNC && e->func) {
        w2c_text_add(t, "%s", e->func->type->text);
    } else if (e->kind == W2C_FUNC && e->letters && (e->host || e->host_any)) {
        w2c_text_letters(t, e->letters);
    } else if (e->kind == W2C_TABLE && e->table) {
        add_limits(t, "table", e->table->is64, e->table->size, e->table->declared_max);
        w2c_text_add(t, " %s", e->table->type);
    } else if (e->kind == W2C_MEMORY && m) {
        add_memory(t, m->is64, w2c_memory_pages(m), m->declared_max, m->page_log2, m->shared);
    } else if (e->kind == W2C_TAG && e->tag) {
        w2c_text_add(t, "tag %s", e->tag->type->text);
    } else if (e->kind == W2C_GLOBAL && e->global.value) {
        w2c_text_add(t, "global ");
        add_global(t, e->global.type, e->global.is_mutable);
    } else {
        w2c_text_add(t, "nothing");
    }
}

static void add_name(w2c_text *t, const w2c_import_desc *d) {
    w2c_text_name(t, d->module);
    w2c_text_add(t, ".");
    w2c_text_name(t, d->name);
    w2c_text_add(t, ": ");
}

static void say_unknown(w2c_text *t, const w2c_instance *instance, const w2c_import_desc *d) {
    w2c_text_add(t, "unknown import: ");
    add_name(t, d);
    add_wanted(t, d);
    w2c_text_add(t, ": give it in w2c_imports as list, link or resolver%s",
                 d->kind == W2C_FUNC ? ", or define the symbol that the module's header names"
                                     : "");
    if (instance->resolve) w2c_text_add(t, " (the resolver was asked)");
}

static void say_wrong(w2c_text *t, const w2c_import_desc *d, const w2c_extern *e,
                      const char *hint) {
    w2c_text_add(t, "incompatible import type: ");
    add_name(t, d);
    w2c_text_add(t, "module wants ");
    add_wanted(t, d);
    w2c_text_add(t, ", given ");
    add_given(t, e);
    w2c_text_add(t, ": %s", hint);
}

/* ---- matching: valid/matching --------------------------------------------------------------- */
static bool limits_match(u64 size, u64 declared_max, const w2c_limits *wanted) {
    return size >= wanted->min && (wanted->max == UINT64_MAX || declared_max <= wanted->max);
}

static bool same_value_type(const char *a, const w2c_type *a_heap, const char *b,
                            const w2c_type *b_heap) {
    return w2c_value_type_matches(a, a_heap, b, b_heap) &&
           w2c_value_type_matches(b, b_heap, a, a_heap);
}

static bool global_matches(const w2c_import_desc *d, const w2c_global *g) {
    if (!g->value || g->is_mutable != d->is_mutable) return false;
    return g->is_mutable ? same_value_type(g->type, g->heap, d->text, d->type)
                         : w2c_value_type_matches(g->type, g->heap, d->text, d->type);
}

/* NULL when `e` serves import `d`; else what to do about it. */
static const char *mismatch(const w2c_import_desc *d, const w2c_extern *e) {
    if (e->kind != d->kind) return "give the kind that the module wants";
    const w2c_memory *m = e->memory;
    const w2c_table *t = e->table;
    switch (d->kind) {
    case W2C_FUNC:
        if (e->func)
            return w2c_type_matches(e->func->type, d->type) ? NULL : "link a function of that type";
        if (!e->host && !e->host_any) return "set func, host or host_any";
        if (!e->letters || strcmp(e->letters, d->type->letters) != 0)
            return "declare the host function as the module's header does, with its letters";
        return (e->host ? d->type->host : d->type->host_any)
                   ? NULL
                   : "the module was made without adapters for host functions of this form";
    case W2C_TABLE:
        if (!t) return "set table";
        return t->is64 == d->is64 && same_value_type(t->type, t->heap, d->text, d->type) &&
                       limits_match(t->size, t->declared_max, &d->limits)
                   ? NULL
                   : "give a table of that type and at least that size";
    case W2C_MEMORY:
        if (!m) return "set memory";
        if (m->is64 != d->is64 || m->shared != d->shared || m->page_log2 != d->page_log2 ||
            !limits_match(w2c_memory_pages(m), m->declared_max, &d->limits))
            return "give a memory of that type and at least that size";
        return d->mode != W2C_GUARD || m->mode == W2C_GUARD
                   ? NULL
                   : "it has no guard pages: translate the module with --memory=bounds";
    case W2C_GLOBAL:
        return global_matches(d, &e->global) ? NULL : "give a global of that type";
    default:
        if (!e->tag) return "set tag";
        return w2c_type_equal(e->tag->type, d->type) ||
                       (e->tag->is_host && !strcmp(e->tag->type->letters, d->type->letters))
                   ? NULL
                   : "give a tag of that type";
    }
}

/* ---- host functions ------------------------------------------------------------------------- */
static w2c_code code_of(w2c_code code) {
    return code == w2c_no_code ? NULL : code;
}

static w2c_host *new_host(w2c_instance *importer, const w2c_import_desc *d, const w2c_extern *e) {
    w2c_host *host = (w2c_host *)calloc(1, sizeof *host);
    if (!host) return NULL;
    host->instance.context = importer->context;
    host->instance.stack_limit = importer->stack_limit;
    host->instance.host_data = importer->host_data;
    host->func.code = code_of(e->host ? d->type->host : d->type->host_any);
    host->func.instance = &host->instance;
    host->func.type = d->type;
    host->importer = importer;
    host->fn = e->host;
    host->any = e->host_any;
    host->env = e->env;
    return host;
}

void w2c_host_keep(w2c_instance *importer, w2c_host *host) {
    w2c_host *first = __atomic_load_n(&importer->bound, __ATOMIC_RELAXED);
    do
        host->next = first;
    while (!__atomic_compare_exchange_n(&importer->bound, &first, host, true, __ATOMIC_RELEASE,
                                        __ATOMIC_RELAXED));
}

void w2c_hosts_free(w2c_instance *instance) {
    while (instance->bound) {
        w2c_host *host = instance->bound;
        instance->bound = host->next;
        free(host);
    }
    free(instance->waiting);
    instance->waiting = NULL;
}

/* ---- slots ---------------------------------------------------------------------------------- */
static const w2c_func **func_slot(w2c_instance *instance, const w2c_import_desc *d) {
    return (const w2c_func **)w2c_at(instance, d->slot);
}

/* The instances of both contexts may call each other from now on. */
static void join(w2c_instance *instance, w2c_context *other) {
    w2c_context_join(instance->context, other);
}

/* Publishes the function, unless another thread was faster; gives the one that is in the slot. */
static const w2c_func *fill_func(w2c_instance *instance, const w2c_import_desc *d,
                                 const w2c_extern *e, bool by_call) {
    w2c_host *host = NULL;
    const w2c_func *func = e->func, *before = NULL;
    if (d->stub) before = (const w2c_func *)w2c_at(instance, d->slot2);
    if (!func) {
        host = new_host(instance, d, e);
        if (!host) return NULL;
        func = &host->func;
    } else {
        join(instance, func->instance->context);
        if (!func->code && !w2c_func_wake(func, d->type)) return NULL;
    }
    if (__atomic_compare_exchange_n(func_slot(instance, d), &before, func, false, __ATOMIC_ACQ_REL,
                                    __ATOMIC_ACQUIRE)) {
        if (host) w2c_host_keep(instance, host);
        if (by_call) __atomic_add_fetch(&instance->called_imports, 1, __ATOMIC_RELEASE);
        return func;
    }
    free(host);
    return before;
}

static bool fill(w2c_instance *instance, const w2c_import_desc *d, const w2c_extern *e) {
    switch (d->kind) {
    case W2C_FUNC:
        return fill_func(instance, d, e, false) != NULL;
    case W2C_TABLE:
        *(w2c_table **)w2c_at(instance, d->slot) = e->table;
        if (e->table->context) {
            join(instance, e->table->context);
        } else {
            w2c_table_hold(e->table, instance->context);
        }
        return true;
    case W2C_MEMORY:
        *(w2c_memory **)w2c_at(instance, d->slot) = e->memory;
        if (d->slot2) *(u8 **)w2c_at(instance, d->slot2) = e->memory->data;
        return true;
    case W2C_TAG:
        *(const w2c_tag **)w2c_at(instance, d->slot) = e->tag;
        return true;
    default:
        *(void **)w2c_at(instance, d->slot) = e->global.value;
        /* what it refers to is in the heap there, and may lead to functions; what both may set is one
         * thread's */
        if (e->global.instance && (e->global.is_mutable || w2c_is_reference(d->text)))
            join(instance, e->global.instance->context);
        return true;
    }
}

/* ---- search --------------------------------------------------------------------------------- */
static bool same_text(w2c_name name, const char *text) {
    return text && strlen(text) == name.len && !memcmp(text, name.text, name.len);
}

static bool find_given(w2c_instance *instance, const w2c_imports *imports, const w2c_import_desc *d,
                       w2c_extern *out) {
    for (size_t i = 0; i < imports->count; i++) {
        const w2c_import *given = &imports->list[i];
        if (same_text(d->name, given->name) && same_text(d->module, given->module)) {
            *out = given->value;
            return true;
        }
    }
    for (size_t i = 0; i < imports->link_count; i++) {
        const w2c_link *link = &imports->links[i];
        if (link->instance && same_text(d->module, link->module) &&
            w2c_export_find(link->instance, d->name, out))
            return true;
    }
    if (d->kind == W2C_FUNC && d->linked) {
        *out = w2c_extern_host(d->type->letters, d->linked, instance->host_data);
        return true;
    }
    return false;
}

static bool ask_resolver(w2c_instance *instance, const w2c_import_desc *d, w2c_extern *out) {
    char type[160];
    w2c_text t = w2c_text_start(type, sizeof type);
    if (!instance->resolve) return false;
    add_wanted(&t, d);
    w2c_wanted wanted = {d->module, d->name, d->kind, d->kind == W2C_FUNC ? d->type->letters : NULL,
                         type};
    memset(out, 0, sizeof *out);
    return instance->resolve(instance->resolve_user, &wanted, out);
}

w2c_status w2c_imports_bind(w2c_instance *instance, const w2c_imports *imports, char *text,
                            size_t cap) {
    static const w2c_imports none;
    const w2c_module *module = instance->module;
    w2c_text why = w2c_text_start(text, cap);
    if (!imports) imports = &none;
    for (u32 i = 0; i < module->import_count; i++) {
        const w2c_import_desc *d = &module->imports[i];
        w2c_extern e;
        memset(&e, 0, sizeof e);
        if (d->kind == W2C_FUNC && d->stub) {
            w2c_func *stub = (w2c_func *)w2c_at(instance, d->slot2);
            stub->code = code_of(d->stub);
            stub->instance = instance;
            stub->type = d->type;
            *func_slot(instance, d) = stub;
        }
        if (!find_given(instance, imports, d, &e)) {
            if (d->kind == W2C_FUNC && d->stub && instance->resolve) continue;
            if (!ask_resolver(instance, d, &e)) {
                say_unknown(&why, instance, d);
                return W2C_UNLINKABLE;
            }
        }
        const char *hint = mismatch(d, &e);
        if (hint) {
            say_wrong(&why, d, &e, hint);
            return W2C_UNLINKABLE;
        }
        if (instance->waiting && d->kind == W2C_FUNC && d->stub) {
            instance->waiting[i] = e;
            continue;
        }
        if (!fill(instance, d, &e)) {
            w2c_text_add(&why, "no memory for an import");
            return W2C_NOMEM;
        }
    }
    return W2C_OK;
}

/* Not inlined: w2c_trap_detail copies the text out before this frame goes. */
static W2C_COLD W2C_NORETURN void fail_bind(const w2c_instance *instance, const w2c_import_desc *d,
                                            const w2c_extern *e, const char *hint) {
    char text[480];
    w2c_text why = w2c_text_start(text, sizeof text);
    if (!hint) {
        say_unknown(&why, instance, d);
        w2c_trap_detail(W2C_TRAP_UNBOUND_IMPORT, text);
    }
    say_wrong(&why, d, e, hint);
    w2c_trap_detail(W2C_UNLINKABLE, text);
}

/* A resolver that is being asked. They form a list, of one but for threads that bind at once. */
typedef struct w2c_binding {
    u32 thread, import;
    bool entered_again; /* by the resolver */
    struct w2c_binding *next;
} w2c_binding;

/* Is this thread's resolver being asked for import i already? */
static bool enters_again(w2c_instance *instance, u32 i) {
    bool again = false;
    w2c_registry_lock();
    for (w2c_binding *b = instance->binding; b; b = b->next) {
        if (b->thread != w2c_thread_number() || b->import != i) continue;
        b->entered_again = again = true;
    }
    w2c_registry_unlock();
    return again;
}

/* False: unknown, or the resolver called what it was asked for. */
static bool ask_once(w2c_instance *instance, u32 i, w2c_extern *out) {
    w2c_binding own = {w2c_thread_number(), i, false, NULL};
    w2c_registry_lock();
    own.next = instance->binding;
    instance->binding = &own;
    w2c_registry_unlock();
    bool known = ask_resolver(instance, &instance->module->imports[i], out);
    w2c_registry_lock();
    w2c_binding **at = &instance->binding;
    while (*at != &own)
        at = &(*at)->next;
    *at = own.next;
    w2c_registry_unlock();
    return known && !own.entered_again;
}

const w2c_func *w2c_import_bind(w2c_instance *instance, u32 i) {
    const w2c_import_desc *d = &instance->module->imports[i];
    const w2c_func *stub = (const w2c_func *)w2c_at(instance, d->slot2);
    const w2c_func *func = __atomic_load_n(func_slot(instance, d), __ATOMIC_ACQUIRE);
    w2c_extern e;
    if (func != stub) return func; /* called through a copy of the stub's record */
    if (instance->waiting && instance->waiting[i].kind == W2C_FUNC &&
        (instance->waiting[i].func || instance->waiting[i].letters)) {
        e = instance->waiting[i];
    } else {
        if (enters_again(instance, i))
            w2c_trap_detail(W2C_TRAP_UNBOUND_IMPORT, "a resolver called what it was asked for");
        if (!ask_once(instance, i, &e)) fail_bind(instance, d, &e, NULL);
        const char *hint = mismatch(d, &e);
        if (hint) fail_bind(instance, d, &e, hint);
    }
    func = fill_func(instance, d, &e, true);
    if (!func) w2c_trap_detail(W2C_NOMEM, "no memory for an import");
    return func;
}

/* ---- statistics ----------------------------------------------------------------------------- */
static bool is_bound(const w2c_instance *instance, const w2c_import_desc *d) {
    if (d->kind != W2C_FUNC || !d->stub) return true;
    w2c_instance *at = (w2c_instance *)(uintptr_t)instance;
    return __atomic_load_n(func_slot(at, d), __ATOMIC_ACQUIRE) != w2c_at(at, d->slot2);
}

void w2c_import_stats(const w2c_instance *instance, w2c_import_info *out) {
    const w2c_module *module = instance->module;
    memset(out, 0, sizeof *out);
    out->called = __atomic_load_n(&instance->called_imports, __ATOMIC_ACQUIRE);
    for (u32 i = 0; i < module->import_count; i++) {
        if (module->imports[i].kind != W2C_FUNC) continue;
        out->functions++;
        if (!is_bound(instance, &module->imports[i])) out->never_used++;
    }
    u32 bound = out->functions - out->never_used;
    if (out->called > bound) out->called = bound; /* another thread binds just now */
    out->given = bound - out->called;
}

bool w2c_import_at(const w2c_instance *instance, size_t i, w2c_name *module, w2c_name *name,
                   w2c_kind *kind, bool *bound) {
    if (i >= instance->module->import_count) return false;
    const w2c_import_desc *d = &instance->module->imports[i];
    *module = d->module;
    *name = d->name;
    *kind = d->kind;
    *bound = is_bound(instance, d);
    return true;
}

/* ---- what the embedder gives ---------------------------------------------------------------- */
w2c_extern w2c_extern_host(const char *letters, w2c_host_fn fn, void *env) {
    w2c_extern e;
    memset(&e, 0, sizeof e);
    e.kind = W2C_FUNC;
    e.letters = letters;
    e.host = fn;
    e.env = env;
    return e;
}

w2c_extern w2c_extern_host_any(const char *letters, w2c_host_any_fn *fn, void *env) {
    w2c_extern e;
    memset(&e, 0, sizeof e);
    e.kind = W2C_FUNC;
    e.letters = letters;
    e.host_any = fn;
    e.env = env;
    return e;
}
