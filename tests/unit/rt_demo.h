/* rt_demo.h: a module in the form that the emitter gives, written by hand, so that rtlib is tested
 * without the translator.
 *
 *   (import "env" "log" (func (param i32)))
 *   (import "env" "back" (func (param i32) (result i32)))
 *   (import "env" "add" (func (param i32 i32) (result i32)))
 *   (memory $0 (export "memory") 1 3)       guarded
 *   (memory $1 (export "small") 1 4)        with checks
 *   (table (export "table") 4 8 funcref)
 *   (global (export "counter") (mut i32) 7)
 *   (elem (i32.const 0) $fac $div $log)
 *   (data (i32.const 16) "demo")
 */
#ifndef RT_DEMO_H
#define RT_DEMO_H
#pragma GCC diagnostic ignored "-Wmissing-field-initializers" /* descriptions grow */
#include "sanitizers.h"
#include "w2c_rt.h"

/* ---- types ---------------------------------------------------------------------------------- */
typedef u32 fn_i_i(w2c_instance *, u32);
typedef u32 fn_ii_i(w2c_instance *, u32, u32);
typedef void fn_i_(w2c_instance *, u32);

static void call_i_i(const w2c_func *f, const w2c_value *a, w2c_value *r) {
    r[0].i32 = ((fn_i_i *)f->code)(f->instance, a[0].i32);
}
static void call_ii_i(const w2c_func *f, const w2c_value *a, w2c_value *r) {
    r[0].i32 = ((fn_ii_i *)f->code)(f->instance, a[0].i32, a[1].i32);
}
static void call_i_(const w2c_func *f, const w2c_value *a, w2c_value *r) {
    (void)r;
    ((fn_i_ *)f->code)(f->instance, a[0].i32);
}
static u32 host_i_i(w2c_instance *i, u32 a) {
    const w2c_host *h = (const w2c_host *)i;
    u32 r = 0;
    w2c_status s =
        ((w2c_status(*)(void *, w2c_instance *, u32, u32 *))h->fn)(h->env, h->importer, a, &r);
    if (W2C_UNLIKELY(s != W2C_OK)) w2c_raise(s);
    return r;
}
static u32 host_ii_i(w2c_instance *i, u32 a, u32 b) {
    const w2c_host *h = (const w2c_host *)i;
    u32 r = 0;
    w2c_status s = ((w2c_status(*)(void *, w2c_instance *, u32, u32, u32 *))h->fn)(
        h->env, h->importer, a, b, &r);
    if (W2C_UNLIKELY(s != W2C_OK)) w2c_raise(s);
    return r;
}
static void host_i_(w2c_instance *i, u32 a) {
    const w2c_host *h = (const w2c_host *)i;
    w2c_status s = ((w2c_status(*)(void *, w2c_instance *, u32))h->fn)(h->env, h->importer, a);
    if (W2C_UNLIKELY(s != W2C_OK)) w2c_raise(s);
}
static u32 any_ii_i(w2c_instance *i, u32 a, u32 b) {
    const w2c_host *h = (const w2c_host *)i;
    w2c_value args[2], results[1];
    memset(results, 0, sizeof results);
    args[0].i32 = a;
    args[1].i32 = b;
    w2c_status s = h->any(h->env, h->importer, args, results);
    if (W2C_UNLIKELY(s != W2C_OK)) w2c_raise(s);
    return results[0].i32;
}
static const w2c_type type_i_i = {
    "i_i", "(i32) -> (i32)", call_i_i, (w2c_code)host_i_i, NULL, NULL, 0, 0, true};
static const w2c_type type_ii_i = {
    "ii_i", "(i32, i32) -> (i32)", call_ii_i, (w2c_code)host_ii_i, (w2c_code)any_ii_i, NULL, 0, 0,
    true};
static const w2c_type type_i_ = {"i_", "(i32) -> ()", call_i_, (w2c_code)host_i_, NULL, NULL, 0,
                                 0,    true};
/* the same type as another module brings it */
static const w2c_type type_i_i_copy = {
    "i_i", "(i32) -> (i32)", call_i_i, (w2c_code)host_i_i, NULL, NULL, 0, 0, true};

/* ---- the instance --------------------------------------------------------------------------- */
enum {
    F_fac,
    F_div,
    F_load,
    F_store,
    F_load_b,
    F_store_b,
    F_down,
    F_down_large,
    F_indirect,
    F_back,
    F_add,
    F_log,
    F_grow,
    F_read_past,
    FUNCS
};

typedef struct demo {
    w2c_instance w2c;
    const w2c_func *log, *back, *add;
    w2c_func stubs[3];
    w2c_memory own_memory0, own_memory1;
    w2c_memory *memory0, *memory1;
    u8 *mem0, *mem1;
    w2c_table own_table0;
    w2c_table *table0;
    u32 counter;
    w2c_func funcs[FUNCS];
} demo;

W2C_TEXT NOT_TRACED W2C_NOINLINE static u32 demo_fac(w2c_instance *i, u32 n) {
    demo *const m = (demo *)i;
    W2C_ENTER(m);
    if (n == 0) return 1;
    u32 r = n * demo_fac(i, n - 1);
    W2C_KEEP_FRAME;
    return r;
}
W2C_TEXT static u32 demo_div(w2c_instance *i, u32 a, u32 b) {
    (void)i;
    return w2c_i32_div_s(a, b);
}
W2C_TEXT static u32 demo_load(w2c_instance *i, u32 at) {
    demo *const m = (demo *)i;
    return w2c_load_u32(m->mem0, at, 0);
}
/* two stores that a compiler would like to merge or drop; the second may fault */
W2C_TEXT static u32 demo_store(w2c_instance *i, u32 at, u32 value) {
    demo *const m = (demo *)i;
    w2c_store_u32(m->mem0, 32, 0, value);
    W2C_SET(m->counter, value);
    w2c_store_u32(m->mem0, at, 0xffffffffu, value);
    w2c_store_u32(m->mem0, 32, 0, 0);
    return 0;
}
W2C_TEXT static u32 demo_load_b(w2c_instance *i, u32 at) {
    demo *const m = (demo *)i;
    return w2c_load_u8_b(m->mem1, m->memory1, at, 0);
}
W2C_TEXT static u32 demo_store_b(w2c_instance *i, u32 at, u32 value) {
    demo *const m = (demo *)i;
    w2c_store_u32_b(m->mem1, m->memory1, at, 4, value);
    return 0;
}
/* recursion that ends after the stack does */
W2C_TEXT NOT_TRACED W2C_NOINLINE static u32 demo_down(w2c_instance *i, u32 n) {
    demo *const m = (demo *)i;
    W2C_ENTER(m);
    W2C_SET(m->counter, m->counter + 1);
    if (n == 0xffffffffu) return 0;
    u32 r = demo_down(i, n + 1);
    W2C_KEEP_FRAME;
    return r;
}
W2C_TEXT W2C_NOINLINE static u32 demo_large(w2c_instance *i, u32 n) {
    demo *const m = (demo *)i;
    volatile u8 frame[200000];
    W2C_ENTER(m);
    memset((u8 *)frame, (int)(n & 0xff), sizeof frame);
    if (n == 0xffffffffu) return 0;
    W2C_ENTER_LARGE(m, sizeof frame);
    u32 r = demo_large(i, n + 1) + frame[n & 0xff];
    W2C_KEEP_FRAME;
    return r;
}
W2C_TEXT NOT_TRACED static u32 demo_down_large(w2c_instance *i, u32 n) {
    demo *const m = (demo *)i;
    W2C_ENTER_LARGE(m, (size_t)200000);
    return demo_large(i, n);
}
W2C_TEXT static u32 demo_indirect(w2c_instance *i, u32 at, u32 arg) {
    demo *const m = (demo *)i;
    W2C_ENTER(m);
    const w2c_func *f = w2c_table_func(m->table0, at, &type_i_i_copy);
    return ((fn_i_i *)f->code)(f->instance, arg);
}
W2C_TEXT static u32 demo_back(w2c_instance *i, u32 arg) {
    demo *const m = (demo *)i;
    W2C_ENTER(m);
    return ((fn_i_i *)m->back->code)(m->back->instance, arg);
}
W2C_TEXT static u32 demo_add(w2c_instance *i, u32 a, u32 b) {
    demo *const m = (demo *)i;
    W2C_ENTER(m);
    return ((fn_ii_i *)m->add->code)(m->add->instance, a, b);
}
W2C_TEXT static void demo_log(w2c_instance *i, u32 arg) {
    demo *const m = (demo *)i;
    W2C_ENTER(m);
    ((fn_i_ *)m->log->code)(m->log->instance, arg);
}
W2C_TEXT static u32 demo_grow(w2c_instance *i, u32 pages) {
    demo *const m = (demo *)i;
    return (u32)w2c_memory_grow(m->memory0, pages);
}
/* the value of a load that is not needed: its trap is */
W2C_TEXT static u32 demo_read_past(w2c_instance *i, u32 at) {
    demo *const m = (demo *)i;
    return w2c_load_u32(m->mem0, at, 0xfffffff0u) & 0u;
}

/* ---- stubs, description --------------------------------------------------------------------- */
static void demo_stub_log(w2c_instance *i, u32 a) {
    const w2c_func *const f = w2c_import_bind(i, 0);
    ((fn_i_ *)f->code)(f->instance, a);
}
static u32 demo_stub_back(w2c_instance *i, u32 a) {
    const w2c_func *const f = w2c_import_bind(i, 1);
    return ((fn_i_i *)f->code)(f->instance, a);
}
static u32 demo_stub_add(w2c_instance *i, u32 a, u32 b) {
    const w2c_func *const f = w2c_import_bind(i, 2);
    return ((fn_ii_i *)f->code)(f->instance, a, b);
}

#define AT(member) ((u32)offsetof(demo, member))
#define IMPORT(field, number, type)                                                                \
    {{"env", 3},                                                                                   \
     {#field, sizeof #field - 1},                                                                  \
     W2C_FUNC,                                                                                     \
     AT(field),                                                                                    \
     AT(stubs[number]),                                                                            \
     &(type),                                                                                      \
     NULL,                                                                                         \
     (w2c_code)demo_stub_##field,                                                                  \
     NULL,                                                                                         \
     {0, 0},                                                                                       \
     0,                                                                                            \
     0,                                                                                            \
     false,                                                                                        \
     false,                                                                                        \
     false}
static const w2c_import_desc demo_imports[] = {IMPORT(log, 0, type_i_), IMPORT(back, 1, type_i_i),
                                               IMPORT(add, 2, type_ii_i)};

static const w2c_memory_desc demo_memories[] = {
    {AT(own_memory0), AT(memory0), AT(mem0), {1, 3}, 16, W2C_GUARD, false, false, NULL, 0, 0},
    {AT(own_memory1), AT(memory1), AT(mem1), {1, 4}, 16, W2C_BOUNDS, false, false, NULL, 0, 0}};
static const w2c_table_desc demo_tables[] = {
    {AT(own_table0), AT(table0), "funcref", {4, 8}, false}};
static const w2c_func_desc demo_funcs[FUNCS] = {
    {(w2c_code)demo_fac, &type_i_i},       {(w2c_code)demo_div, &type_ii_i},
    {(w2c_code)demo_load, &type_i_i},      {(w2c_code)demo_store, &type_ii_i},
    {(w2c_code)demo_load_b, &type_i_i},    {(w2c_code)demo_store_b, &type_ii_i},
    {(w2c_code)demo_down, &type_i_i},      {(w2c_code)demo_down_large, &type_i_i},
    {(w2c_code)demo_indirect, &type_ii_i}, {(w2c_code)demo_back, &type_i_i},
    {(w2c_code)demo_add, &type_ii_i},      {(w2c_code)demo_log, &type_i_},
    {(w2c_code)demo_grow, &type_i_i},      {(w2c_code)demo_read_past, &type_i_i}};
#define EXPORT(f) {{#f, sizeof #f - 1}, W2C_FUNC, AT(funcs[F_##f]), false, false, NULL}
static const w2c_export_desc demo_exports[] = {
    EXPORT(fac),
    EXPORT(div),
    EXPORT(load),
    EXPORT(store),
    EXPORT(load_b),
    EXPORT(store_b),
    EXPORT(down),
    EXPORT(down_large),
    EXPORT(indirect),
    EXPORT(back),
    EXPORT(add),
    EXPORT(log),
    EXPORT(grow),
    EXPORT(read_past),
    {{"small", 5}, W2C_MEMORY, AT(memory1), true, false, NULL},
    {{"memory", 6}, W2C_MEMORY, AT(memory0), true, false, NULL},
    {{"table", 5}, W2C_TABLE, AT(table0), true, false, NULL},
    {{"counter", 7}, W2C_GLOBAL, AT(counter), false, true, "i32"},
    {{"log_again", 9}, W2C_FUNC, AT(log), true, false, NULL}};

static void demo_init(w2c_instance *instance) {
    static const u32 elem0[] = {F_fac, F_div, W2C_ELEM_IMPORT + 0};
    static const u8 blob[] = {'d', 'e', 'm', 'o'};
    static const w2c_active_data active[] = {{0, 16, 0, 4}};
    demo *const m = (demo *)instance;
    w2c_memory *const memories[] = {m->memory0, m->memory1};
    m->counter = 7;
    const w2c_elem s = {elem0, NULL, 3};
    w2c_table_init(instance, m->table0, &s, 0, 0, 3);
    w2c_active_data_copy(memories, blob, active, 1);
}

extern const char __start_w2c_text[] W2C_HIDDEN;
extern const char __stop_w2c_text[] W2C_HIDDEN;
static const w2c_module demo_module = {W2C_ABI,
                                       sizeof(demo),
                                       "demo",
                                       "by hand",
                                       demo_imports,
                                       demo_memories,
                                       demo_tables,
                                       demo_funcs,
                                       demo_exports,
                                       3,
                                       2,
                                       1,
                                       FUNCS,
                                       sizeof demo_exports / sizeof *demo_exports,
                                       AT(funcs),
                                       AT(memory0),
                                       __start_w2c_text,
                                       __stop_w2c_text,
                                       w2c_selfcheck,
                                       demo_init};
#endif
