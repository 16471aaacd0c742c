/* test_imports.c: rtlib: imports of every kind, lazy binding, what failed instances leave behind;
 * and memories and tables on their own. */
#include "rt_demo.h"
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

/* ---- a second module, which imports what the first exports ---------------------------------- */
/*   (import "demo" "fac" (func (param i32) (result i32)))   (import "demo" "table" (table 1
 * funcref)) (import "demo" "memory" (memory 1 3))                    (import "demo" "counter"
 * (global (mut i32))) (func $twice (param i32) (result i32))  (elem (i32.const 3) $twice)   start:
 * traps when counter is 13 */
typedef struct user {
    w2c_instance w2c;
    const w2c_func *fac;
    w2c_func stubs[1];
    w2c_table *table0;
    w2c_memory *memory0;
    u8 *mem0;
    u32 *counter;
    w2c_func funcs[1];
} user;
#define OF(member) ((u32)offsetof(user, member))

W2C_TEXT static u32 user_twice(w2c_instance *i, u32 n) {
    user *const m = (user *)i;
    W2C_ENTER(m);
    if (n > 1000) return 0;
    return 2 * ((fn_i_i *)m->fac->code)(m->fac->instance, n);
}
static u32 user_stub_fac(w2c_instance *i, u32 a) {
    const w2c_func *const f = w2c_import_bind(i, 0);
    return ((fn_i_i *)f->code)(f->instance, a);
}
static void user_init(w2c_instance *instance) {
    static const u32 elem0[] = {0};
    user *const m = (user *)instance;
    const w2c_elem s = {elem0, NULL, 1};
    w2c_table_init(instance, m->table0, &s, 3, 0, 1);
    if (*m->counter == 13) w2c_trap(W2C_TRAP_UNREACHABLE);
}
#define FROM(field) {"demo", 4}, {field, sizeof field - 1}
static const w2c_import_desc user_imports[] = {{FROM("fac"),
                                                W2C_FUNC,
                                                OF(fac),
                                                OF(stubs[0]),
                                                &type_i_i_copy,
                                                NULL,
                                                (w2c_code)user_stub_fac,
                                                NULL,
                                                {0, 0},
                                                0,
                                                0,
                                                false,
                                                false,
                                                false},
                                               {FROM("table"),
                                                W2C_TABLE,
                                                OF(table0),
                                                0,
                                                NULL,
                                                NULL,
                                                NULL,
                                                "funcref",
                                                {1, UINT64_MAX},
                                                0,
                                                0,
                                                false,
                                                false,
                                                false},
                                               {FROM("memory"),
                                                W2C_MEMORY,
                                                OF(memory0),
                                                OF(mem0),
                                                NULL,
                                                NULL,
                                                NULL,
                                                "memory",
                                                {1, 3},
                                                16,
                                                W2C_GUARD,
                                                false,
                                                false,
                                                false},
                                               {FROM("counter"),
                                                W2C_GLOBAL,
                                                OF(counter),
                                                0,
                                                NULL,
                                                NULL,
                                                NULL,
                                                "i32",
                                                {0, 0},
                                                0,
                                                0,
                                                false,
                                                false,
                                                true}};
static const w2c_func_desc user_funcs[] = {{(w2c_code)user_twice, &type_i_i}};
static const w2c_export_desc user_exports[] = {
    {{"twice", 5}, W2C_FUNC, OF(funcs[0]), false, false, NULL}};
static const w2c_module user_module = {W2C_ABI,
                                       sizeof(user),
                                       "user",
                                       "by hand",
                                       user_imports,
                                       NULL,
                                       NULL,
                                       user_funcs,
                                       user_exports,
                                       4,
                                       0,
                                       0,
                                       1,
                                       1,
                                       OF(funcs),
                                       OF(memory0),
                                       __start_w2c_text,
                                       __stop_w2c_text,
                                       w2c_selfcheck,
                                       user_init};

/* ---- helpers -------------------------------------------------------------------------------- */
static w2c_error error;

static bool knows; /* what the resolver says */
static unsigned asked;
static const char *asked_type;
static w2c_extern answer;
static bool resolve(void *user_data, const w2c_wanted *wanted, w2c_extern *out) {
    static char type[64];
    ck_assert_ptr_eq(user_data, &asked);
    asked++;
    snprintf(type, sizeof type, "%s", wanted->type);
    asked_type = type;
    if (knows) *out = answer;
    return knows;
}
static const w2c_imports by_resolver = {NULL, 0, NULL, 0, resolve, &asked};

static demo *new_demo(const w2c_imports *imports) {
    demo *m = NULL;
    w2c_config config = {.error = &error};
    w2c_status status = w2c_instance_new(&demo_module, (w2c_instance **)&m, imports, &config);
    ck_assert_msg(status == W2C_OK, "%s", error.text);
    return m;
}
static w2c_status new_user(demo *from, const w2c_import_desc *imports, user **out) {
    static w2c_module module; /* instances refer to it */
    w2c_link links[] = {{"env", NULL}, {"demo", &from->w2c}};
    w2c_imports link = {NULL, 0, links, 2, NULL, NULL};
    w2c_config config = {.error = &error};
    module = user_module;
    module.imports = imports;
    *out = NULL;
    return w2c_instance_new(&module, (w2c_instance **)out, &link, &config);
}
static w2c_status call(void *instance, const char *name, u32 a, u32 b, u32 *result) {
    w2c_extern e;
    w2c_value args[2], results[1];
    memset(args, 0, sizeof args);
    memset(results, 0, sizeof results);
    args[0].i32 = a;
    args[1].i32 = b;
    ck_assert(w2c_export_find((w2c_instance *)instance, w2c_name_of(name), &e) &&
              e.kind == W2C_FUNC);
    w2c_status status = w2c_call(e.func, args, results);
    if (result) *result = results[0].i32;
    return status;
}

/* ---- lazy functions ------------------------------------------------------------------------- */
static w2c_status host_add(void *env, w2c_instance *importer, u32 a, u32 b, u32 *r) {
    (void)importer;
    *r = a + b + (env ? *(u32 *)env : 0);
    return W2C_OK;
}

START_TEST(lazy) {
    u32 more = 5, r = 0;
    w2c_imports imports = by_resolver; /* the struct itself need not live on */
    demo *m = new_demo(&imports);
    memset(&imports, 0, sizeof imports);
    asked = 0;
    knows = false;
    ck_assert_int_eq(call(m, "add", 1, 2, &r), W2C_TRAP_UNBOUND_IMPORT);
    const char *detail = w2c_instance_detail(&m->w2c);
    ck_assert_msg(strstr(detail, "unknown import: env.add: (i32, i32) -> (i32)"), "%s", detail);
    ck_assert_str_eq(asked_type, "(i32, i32) -> (i32)");
    ck_assert_int_eq(call(m, "fac", 3, 0, &r), W2C_OK);
    ck_assert_str_eq(w2c_instance_detail(&m->w2c), "");
    ck_assert_int_eq(call(m, "add", 1, 2, &r), W2C_TRAP_UNBOUND_IMPORT);
    knows = true;
    answer = w2c_extern_host("il_i", (w2c_host_fn)host_add, &more);
    ck_assert_int_eq(call(m, "add", 1, 2, &r), W2C_UNLINKABLE);
    detail = w2c_instance_detail(&m->w2c);
    ck_assert_msg(strstr(detail,
                         "incompatible import type: env.add: module wants (i32, i32) -> (i32), "
                         "given (i32, i64) -> (i32)"),
                  "%s", detail);
    answer.letters = "ii_i";
    ck_assert_uint_eq(asked, 3);
    for (int i = 0; i < 3; i++) {
        ck_assert_int_eq(call(m, "add", 1, 2, &r), W2C_OK);
        ck_assert_uint_eq(r, 8);
    }
    ck_assert_uint_eq(asked, 4); /* once, then never again */
    ck_assert_ptr_ne(m->add, &m->stubs[2]);
    ck_assert_ptr_eq(m->log, &m->stubs[0]);
    /* a function of another instance */
    demo *other = new_demo(&by_resolver);
    memset(&answer, 0, sizeof answer);
    ck_assert(w2c_export_find(&other->w2c, w2c_name_of("fac"), &answer));
    ck_assert_int_eq(call(m, "back", 5, 0, &r), W2C_OK);
    ck_assert_uint_eq(r, 120);
    ck_assert_ptr_eq(w2c_instance_context(&m->w2c), w2c_instance_context(&other->w2c));
    w2c_instance_delete(&m->w2c);
    ck_assert_int_eq(call(other, "fac", 4, 0, &r), W2C_OK);
    w2c_instance_delete(&other->w2c);
}
END_TEST

/* ---- a resolver that enters again; statistics ----------------------------------------------- */
static demo *entered;
static w2c_status inner_status;
static bool stop_entering;

static bool entering(void *nobody, const w2c_wanted *wanted, w2c_extern *out) {
    (void)nobody, (void)wanted;
    u32 r = 0;
    if (!stop_entering) inner_status = call(entered, "add", 1, 2, &r);
    *out = w2c_extern_host("ii_i", (w2c_host_fn)host_add, NULL);
    return true;
}

START_TEST(enters_again) {
    const w2c_imports imports = {.resolve = entering};
    w2c_import_info info;
    u32 r = 0;
    entered = new_demo(&imports);
    stop_entering = false;
    for (int i = 0; i < 2; i++) {
        inner_status = W2C_OK;
        ck_assert_int_eq(call(entered, "add", 1, 2, &r), W2C_TRAP_UNBOUND_IMPORT);
        ck_assert_int_eq(inner_status, W2C_TRAP_UNBOUND_IMPORT);
        ck_assert_ptr_eq(entered->add, &entered->stubs[2]);
    }
    stop_entering = true;
    ck_assert_int_eq(call(entered, "add", 1, 2, &r), W2C_OK);
    ck_assert_uint_eq(r, 3);
    w2c_import_stats(&entered->w2c, &info);
    ck_assert_uint_eq(info.called, 1);
    w2c_instance_delete(&entered->w2c);
}
END_TEST

START_TEST(statistics) {
    const w2c_import list[] = {
        {"env", "add", w2c_extern_host("ii_i", (w2c_host_fn)host_add, NULL)}};
    w2c_imports imports = by_resolver;
    w2c_import_info info;
    w2c_name module, name;
    w2c_kind kind;
    bool bound, found = false;
    u32 r = 0;
    imports.list = list;
    imports.count = 1;
    for (int late = 0; late < 2; late++) {
        w2c_config config = {.lazy_imports = late};
        w2c_instance *m;
        ck_assert_int_eq(w2c_instance_new(&demo_module, &m, &imports, &config), W2C_OK);
        w2c_import_stats(m, &info);
        ck_assert_uint_eq(info.given, late ? 0 : 1);
        ck_assert_uint_eq(info.called, 0);
        ck_assert_uint_eq(info.functions, info.given + info.never_used);
        asked = 0;
        ck_assert_int_eq(call((demo *)m, "add", 1, 2, &r), W2C_OK);
        ck_assert_int_eq(call((demo *)m, "add", 1, 2, &r), W2C_OK);
        ck_assert_uint_eq(asked, 0); /* the list has it, lazily too */
        w2c_import_stats(m, &info);
        ck_assert_uint_eq(info.given, late ? 0 : 1);
        ck_assert_uint_eq(info.called, late ? 1 : 0);
        for (size_t i = 0; w2c_import_at(m, i, &module, &name, &kind, &bound); i++) {
            bool is_add = name.len == 3 && !memcmp(name.text, "add", 3);
            found |= is_add;
            if (kind == W2C_FUNC) ck_assert_int_eq(bound, is_add);
        }
        ck_assert(found);
        w2c_instance_delete(m);
        /* what is given is checked at once, lazily bound or not */
        w2c_import wrong[] = {{"env", "add", w2c_extern_host("il_i", (w2c_host_fn)host_add, NULL)}};
        w2c_imports bad = imports;
        bad.list = wrong;
        ck_assert_int_eq(w2c_instance_new(&demo_module, &m, &bad, &config), W2C_UNLINKABLE);
    }
}
END_TEST

/* ---- missing and wrong ---------------------------------------------------------------------- */
static w2c_status linked_add(void *env, w2c_instance *importer, u32 a, u32 b, u32 *r) {
    return host_add(env, importer, a, b, r);
}
START_TEST(search_order) {
    demo *m = NULL;
    u32 r = 0, ten = 10, twenty = 20;
    w2c_config config = {.error = &error, .host = &twenty};
    ck_assert_int_eq(w2c_instance_new(&demo_module, (w2c_instance **)&m, NULL, &config),
                     W2C_UNLINKABLE);
    ck_assert_msg(!m && strstr(error.text, "unknown import: env.log: (i32) -> ()"), "%s",
                  error.text);
    /* a linked symbol goes before the resolver, the list before both */
    w2c_import_desc descs[3];
    memcpy(descs, demo_imports, sizeof descs);
    descs[2].linked = (w2c_host_fn)linked_add;
    w2c_module module = demo_module;
    module.imports = descs;
    asked = 0;
    ck_assert_int_eq(w2c_instance_new(&module, (w2c_instance **)&m, &by_resolver, &config), W2C_OK);
    ck_assert_int_eq(call(m, "add", 1, 2, &r), W2C_OK);
    ck_assert_uint_eq(r, 23);
    ck_assert_uint_eq(asked, 0);
    ck_assert_ptr_eq(w2c_instance_host(&m->w2c), &twenty);
    w2c_instance_delete(&m->w2c);
    w2c_import list[] = {{"env", "ad", w2c_extern_host("i_", (w2c_host_fn)host_add, NULL)},
                         {"env", "add", w2c_extern_host("ii_i", (w2c_host_fn)host_add, &ten)}};
    w2c_imports imports = by_resolver;
    imports.list = list;
    imports.count = 2;
    ck_assert_int_eq(w2c_instance_new(&module, (w2c_instance **)&m, &imports, &config), W2C_OK);
    ck_assert_int_eq(call(m, "add", 1, 2, &r), W2C_OK);
    ck_assert_uint_eq(r, 13);
    w2c_instance_delete(&m->w2c);
    /* given, but wrong: refused at once */
    list[1].value.letters = "l_";
    ck_assert_int_eq(w2c_instance_new(&module, (w2c_instance **)&m, &imports, &config),
                     W2C_UNLINKABLE);
    ck_assert_msg(!m && strstr(error.text, "incompatible import type: env.add: module wants "
                                           "(i32, i32) -> (i32), given (i64) -> ()"),
                  "%s", error.text);
    list[1].value.kind = W2C_MEMORY;
    ck_assert_int_eq(w2c_instance_new(&module, (w2c_instance **)&m, &imports, &config),
                     W2C_UNLINKABLE);
    list[1].value = w2c_extern_host(NULL, NULL, NULL);
    ck_assert_int_eq(w2c_instance_new(&module, (w2c_instance **)&m, &imports, &config),
                     W2C_UNLINKABLE);
}
END_TEST

START_TEST(linking) {
    demo *m = new_demo(&by_resolver);
    user *u = NULL;
    u32 r = 0;
    ck_assert_int_eq(new_user(m, user_imports, &u), W2C_OK);
    ck_assert_ptr_eq(u->memory0, m->memory0);
    ck_assert_ptr_eq(u->mem0, m->mem0);
    ck_assert_ptr_eq(u->counter, &m->counter);
    ck_assert_ptr_eq(w2c_instance_memory(&u->w2c), m->memory0);
    ck_assert_int_eq(call(u, "twice", 5, 0, &r), W2C_OK);
    ck_assert_uint_eq(r, 240);
    ck_assert_int_eq(call(m, "indirect", 3, 4, &r), W2C_OK); /* user.twice through demo's table */
    ck_assert_uint_eq(r, 48);
    ck_assert_ptr_eq(u->w2c.context, m->w2c.context);
    ck_assert_ptr_eq(u->w2c.stack_limit, m->w2c.stack_limit);
    /* the exporter's view of its own growth */
    ck_assert_int_eq(call(m, "grow", 1, 0, &r), W2C_OK);
    ck_assert_uint_eq(w2c_memory_size(u->memory0), 131072);
    w2c_instance_delete(&u->w2c);
    w2c_instance_delete(&m->w2c);
}
END_TEST

static void refused(demo *m, const w2c_import_desc *imports, const char *words) {
    user *u = NULL;
    ck_assert_int_eq(new_user(m, imports, &u), W2C_UNLINKABLE);
    ck_assert(!u);
    ck_assert_msg(strstr(error.text, words), "%s, expected %s", error.text, words);
}
START_TEST(matching) {
    demo *m = new_demo(&by_resolver);
    user *u = NULL;
    w2c_import_desc d[4];
#define CHANGED(n, member, value, words)                                                           \
    do {                                                                                           \
        memcpy(d, user_imports, sizeof d);                                                         \
        d[n].member = value;                                                                       \
        refused(m, d, words);                                                                      \
    } while (0)
    CHANGED(0, type, &type_i_, "demo.fac: module wants (i32) -> (), given (i32) -> (i32)");
    CHANGED(0, name, ((w2c_name){"memory", 6}),
            "demo.memory: module wants (i32) -> (i32), given memory 1..3");
    CHANGED(0, name, ((w2c_name){"fa\0c", 4}), "unknown import: demo.fa\\00c: (i32) -> (i32)");
    CHANGED(1, text, "externref", "module wants table 1.. externref, given table 4..8 funcref");
    CHANGED(1, limits.min, 5, "module wants table 5.. funcref, given table 4..8 funcref");
    CHANGED(1, limits.max, 7, "module wants table 1..7 funcref, given table 4..8 funcref");
    CHANGED(1, is64, true, "module wants table i64 1.. funcref, given table 4..8 funcref");
    CHANGED(2, limits.min, 2, "module wants memory 2..3, given memory 1..3");
    CHANGED(2, limits.max, 2, "module wants memory 1..2, given memory 1..3");
    CHANGED(2, is64, true, "module wants memory i64 1..3");
    CHANGED(2, shared, true, "module wants memory 1..3 shared");
    CHANGED(2, page_log2, 0, "module wants memory 1..3 (pagesize 1)");
    CHANGED(2, name, ((w2c_name){"small", 5}), "given memory 1..4");
    CHANGED(3, is_mutable, false, "module wants global i32, given global (mut i32)");
    CHANGED(3, text, "i64", "module wants global (mut i64), given global (mut i32)");
    CHANGED(3, kind, W2C_TAG, "module wants tag");
    /* a memory with checks only does not do for code that relies on guards */
    memcpy(d, user_imports, sizeof d);
    d[2].name = w2c_name_of("small");
    d[2].limits.max = 4;
    refused(m, d, "--memory=bounds");
    d[2].mode = W2C_BOUNDS;
    ck_assert_int_eq(new_user(m, d, &u), W2C_OK);
    w2c_instance_delete(&u->w2c);
    /* actual size counts, not the declared minimum */
    u32 r;
    ck_assert_int_eq(call(m, "grow", 2, 0, &r), W2C_OK);
    memcpy(d, user_imports, sizeof d);
    d[2].limits.min = 3;
    ck_assert_int_eq(new_user(m, d, &u), W2C_OK);
    w2c_instance_delete(&u->w2c);
    /* declared without maximum: accepted only where none is asked for */
    w2c_memory *memory = NULL;
    ck_assert_int_eq(w2c_memory_new(&memory, 1, UINT64_MAX, false, false, 16), W2C_OK);
    w2c_import list[] = {{"demo", "memory", {.kind = W2C_MEMORY, .memory = memory}}};
    w2c_link links[] = {{"demo", &m->w2c}};
    w2c_imports both = {list, 1, links, 1, NULL, NULL};
    w2c_config config = {.error = &error};
    ck_assert_int_eq(w2c_instance_new(&user_module, (w2c_instance **)&u, &both, &config),
                     W2C_UNLINKABLE);
    ck_assert_msg(strstr(error.text, "given memory 1..:"), "%s", error.text);
    w2c_memory_delete(memory);
    w2c_instance_delete(&m->w2c);
}
END_TEST

/* An instance whose start traps: its function in the other's table stays. */
START_TEST(failed_start) {
    demo *m = new_demo(&by_resolver);
    user *u = NULL;
    u32 r = 0;
    for (int i = 0; i < 3; i++) {
        m->counter = 13;
        ck_assert_int_eq(new_user(m, user_imports, &u), W2C_TRAP_UNREACHABLE);
        ck_assert(!u && strstr(error.text, "unreachable"));
        ck_assert_int_eq(call(m, "indirect", 3, 4, &r), W2C_OK);
        ck_assert_uint_eq(r, 48);
    }
    /* through a table of the host, after every other instance has gone */
    w2c_table *table = NULL;
    w2c_ref ref = NULL;
    ck_assert_int_eq(w2c_table_new(&table, "funcref", 4, 4, false), W2C_OK);
    w2c_import list[] = {{"demo", "table", {.kind = W2C_TABLE, .table = table}}};
    w2c_link links[] = {{"demo", &m->w2c}};
    w2c_imports both = {list, 1, links, 1, NULL, NULL};
    ck_assert_int_eq(w2c_instance_new(&user_module, (w2c_instance **)&u, &both, NULL),
                     W2C_TRAP_UNREACHABLE);
    w2c_instance_delete(&m->w2c);
    ck_assert(w2c_table_get(table, 3, &ref) && ref);
    w2c_value args[1], results[1];
    args[0].i32 = 2000; /* demo itself is gone: the function must not call into it */
    ck_assert_int_eq(w2c_call((const w2c_func *)ref, args, results), W2C_OK);
    ck_assert_uint_eq(results[0].i32, 0);
    w2c_table_delete(table);
}
END_TEST

/* ---- memories and tables -------------------------------------------------------------------- */
START_TEST(memories) {
    w2c_memory *m = NULL;
    ck_assert_int_eq(w2c_memory_new(&m, 0, 3, false, false, 16), W2C_OK);
    u8 *data = w2c_memory_data(m);
    ck_assert(data && w2c_memory_size(m) == 0);
    ck_assert_uint_eq(w2c_memory_grow(m, 0), 0);
    ck_assert_uint_eq(w2c_memory_grow(m, 2), 0);
    data[131071] = 7;
    ck_assert_uint_eq(w2c_memory_grow(m, 2), UINT64_MAX);
    ck_assert_uint_eq(w2c_memory_grow(m, UINT64_MAX), UINT64_MAX);
    ck_assert_uint_eq(w2c_memory_grow(m, 1), 2);
    ck_assert(w2c_memory_pages(m) == 3 && w2c_memory_data(m) == data && data[131071] == 7);
    ck_assert(m->growths == 2 && m->failed_growths == 2 && data[196607] == 0);
    w2c_memory_delete(m);
    ck_assert_int_eq(w2c_memory_new(&m, 4, 3, false, false, 16), W2C_INVALID);
    ck_assert_int_eq(w2c_memory_new(&m, 65537, UINT64_MAX, false, false, 16), W2C_LIMIT);
    ck_assert_int_eq(w2c_memory_new(&m, 0, 1, false, false, 17), W2C_INVALID);
    /* bytes as pages */
    ck_assert_int_eq(w2c_memory_new(&m, 5, UINT64_MAX, false, false, 0), W2C_OK);
    ck_assert(w2c_memory_size(m) == 5 && m->mode == W2C_BOUNDS);
    ck_assert_uint_eq(w2c_memory_grow(m, 0xfffffffbu), UINT64_MAX);
    ck_assert_uint_eq(w2c_memory_grow(m, 10000), 5);
    w2c_memory_data(m)[10004] = 1;
    w2c_memory_delete(m);
    /* 64 bits */
    ck_assert_int_eq(w2c_memory_new(&m, 1, UINT64_MAX, true, false, 16), W2C_OK);
    ck_assert_uint_eq(w2c_memory_grow(m, (u64)1 << 48), UINT64_MAX);
    ck_assert_uint_eq(w2c_memory_grow(m, 1), 1);
    w2c_memory_data(m)[131071] = 1;
    w2c_memory_delete(m);
    ck_assert_int_eq(w2c_memory_new(&m, (u64)1 << 40, UINT64_MAX, true, false, 16), W2C_NOMEM);
    ck_assert_int_eq(w2c_memory_new(&m, 1, 2, false, true, 16), W2C_OK);
    ck_assert(m->shared);
    w2c_memory_delete(m);
    w2c_memory_delete(NULL);
    demo *d = new_demo(&by_resolver);
    ck_assert_uint_eq(w2c_memory_grow(d->memory1, 3), 1);
    ck_assert_uint_eq(w2c_memory_grow(d->memory1, 1), UINT64_MAX);
    w2c_instance_delete(&d->w2c);
}
END_TEST

START_TEST(max_memory) {
    demo *m = NULL;
    u32 r = 0;
    w2c_config config = {.max_memory = 2 * 65536 + 100, .error = &error};
    ck_assert_int_eq(w2c_instance_new(&demo_module, (w2c_instance **)&m, &by_resolver, &config),
                     W2C_OK);
    ck_assert_int_eq(call(m, "grow", 2, 0, &r), W2C_OK);
    ck_assert_uint_eq(r, 0xffffffffu);
    ck_assert_int_eq(call(m, "grow", 1, 0, &r), W2C_OK);
    ck_assert_uint_eq(r, 1);
    ck_assert_uint_eq(m->memory0->declared_max, 3);
    w2c_instance_delete(&m->w2c);
}
END_TEST

/* Without room for the reservation: an error that says what to do. (Sanitizers need the room itself.) */
START_TEST(little_space) {
    demo *m = NULL;
    struct rlimit limit = {(rlim_t)3 << 30, (rlim_t)3 << 30};
    w2c_config config = {.error = &error};
    w2c_memory *memory = NULL;
    ck_assert_int_eq(setrlimit(RLIMIT_AS, &limit), 0);
    ck_assert_int_eq(w2c_instance_new(&demo_module, (w2c_instance **)&m, &by_resolver, &config),
                     W2C_NOMEM);
    ck_assert_msg(strstr(error.text, "--memory=bounds"), "%s", error.text);
    /* with checks it reserves what there is */
    ck_assert_int_eq(w2c_memory_new(&memory, 1, UINT64_MAX, true, false, 16), W2C_OK);
    ck_assert_uint_ge(memory->reserved, (u64)1 << 30);
    ck_assert_uint_eq(w2c_memory_grow(memory, (u64)4 << 14), UINT64_MAX);
    ck_assert_uint_eq(w2c_memory_grow(memory, 100), 1);
    w2c_memory_delete(memory);
    ck_assert_int_eq(w2c_memory_new(&memory, 1, UINT64_MAX, false, false, 16), W2C_OK);
    ck_assert_int_eq(memory->mode, W2C_BOUNDS);
    w2c_memory_delete(memory);
}
END_TEST

static w2c_status table_op(demo *m, int op, w2c_table *t, u64 to, u64 from, u64 len) {
    w2c_frame frame;
    if (W2C_TRY(frame, &m->w2c)) {
        if (op == 0) w2c_table_fill(t, to, t, len);
        if (op == 1) w2c_table_copy(t, t, to, from, len);
        if (op == 2) w2c_table_store(t, to, w2c_table_load(t, from));
    }
    return w2c_frame_leave(&frame);
}
START_TEST(tables) {
    demo *m = new_demo(&by_resolver);
    w2c_table *t = NULL;
    w2c_ref ref = NULL;
    int a = 0;
    ck_assert_int_eq(w2c_table_new(&t, "anyref", 0, 1, false), W2C_INVALID);
    ck_assert_int_eq(w2c_table_new(&t, NULL, 0, 1, false), W2C_INVALID);
    ck_assert_int_eq(w2c_table_new(&t, "externref", 2, 1, false), W2C_INVALID);
    ck_assert_int_eq(w2c_table_new(&t, "externref", 2, 10, false), W2C_OK);
    ck_assert(w2c_table_set(t, 1, &a) && !w2c_table_set(t, 2, &a));
    ck_assert(w2c_table_get(t, 0, &ref) && !ref && !w2c_table_get(t, 2, &ref));
    ck_assert_uint_eq(w2c_table_grow(t, 3, m), 2);
    ck_assert_uint_eq(w2c_table_grow(t, 6, NULL), UINT64_MAX);
    ck_assert_uint_eq(w2c_table_grow(t, UINT64_MAX, NULL), UINT64_MAX);
    ck_assert(w2c_table_size(t) == 5 && t->data[1] == &a && t->data[4] == m);
    ck_assert_int_eq(table_op(m, 0, t, 4, 0, 2), W2C_TRAP_TABLE_BOUNDS);
    ck_assert_int_eq(table_op(m, 0, t, 4, 0, UINT64_MAX), W2C_TRAP_TABLE_BOUNDS);
    ck_assert_ptr_eq(t->data[4], m);
    ck_assert_int_eq(table_op(m, 0, t, 5, 0, 0), W2C_OK);
    ck_assert_int_eq(table_op(m, 1, t, 2, 1, 3), W2C_OK);
    ck_assert(t->data[2] == &a && t->data[3] == m && t->data[4] == m);
    ck_assert_int_eq(table_op(m, 1, t, 0, 3, 3), W2C_TRAP_TABLE_BOUNDS);
    ck_assert_int_eq(table_op(m, 2, t, 0, 2, 0), W2C_OK);
    ck_assert_ptr_eq(t->data[0], &a);
    ck_assert_int_eq(table_op(m, 2, t, 0, 5, 0), W2C_TRAP_TABLE_BOUNDS);
    w2c_table_delete(t);
    w2c_table_delete(NULL);
    ck_assert_int_eq(w2c_table_new(&t, "funcref", 0, UINT64_MAX, true), W2C_OK);
    ck_assert_uint_eq(w2c_table_grow(t, 0xfffffff0u, NULL), UINT64_MAX);
    w2c_table_delete(t);
    w2c_instance_delete(&m->w2c);
}
END_TEST

static void install(void) {
    ck_assert(w2c_init_traps());
}

int main(void) {
    Suite *suite = suite_create("imports");
    TCase *tcase = tcase_create("imports");
    tcase_set_timeout(tcase, 60);
    tcase_add_checked_fixture(tcase, install, NULL);
    tcase_add_test(tcase, lazy);
    tcase_add_test(tcase, enters_again);
    tcase_add_test(tcase, statistics);
    tcase_add_test(tcase, search_order);
    tcase_add_test(tcase, linking);
    tcase_add_test(tcase, matching);
    tcase_add_test(tcase, failed_start);
    tcase_add_test(tcase, memories);
    tcase_add_test(tcase, max_memory);
    tcase_add_test(tcase, tables);
    if (!WITH_ASAN && !WITH_TSAN) tcase_add_test(tcase, little_space);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
