/* test_exchange_guest.c: the guest's allocator, honest and lying; the arena; strings; figures. */
#include "exchange_harness.h"

static w2c_status alloc_status(w2c_exchange *x, uint64_t size, uint64_t align) {
    uint64_t at = 99;
    w2c_status status = w2c_guest_alloc(x, size, align, &at);
    ck_assert((status == W2C_OK) == (at != 0));
    ck_assert((status == W2C_OK) == !w2c_exchange_reason(x)[0]);
    return status;
}

START_TEST(allocators_of_every_kind) {
    static const struct {
        w2c_exchange_config config;
        w2c_allocator_kind kind;
    } cases[] = {
        {{.kind = W2C_ALLOCATOR_NONE}, W2C_ALLOCATOR_MALLOC}, /* the first in the list */
        {{.kind = W2C_ALLOCATOR_MALLOC}, W2C_ALLOCATOR_MALLOC},
        {{.kind = W2C_ALLOCATOR_REALLOC}, W2C_ALLOCATOR_REALLOC},
        {{.kind = W2C_ALLOCATOR_BINDGEN}, W2C_ALLOCATOR_BINDGEN},
        {{.kind = W2C_ALLOCATOR_BINDGEN, .take = "old_malloc", .give = "old_free"},
         W2C_ALLOCATOR_BINDGEN},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Guest *g = guest_new();
        w2c_exchange *x = exchange_new(g, &cases[i].config);
        uint64_t a, b;
        ck_assert_int_eq(w2c_exchange_allocator(x), cases[i].kind);
        ck_ok(w2c_guest_alloc(x, 100, 8, &a));
        ck_ok(w2c_guest_alloc(x, 0, 0, &b));
        ck_assert(a >= 1024 && b >= a + 100);
        ck_ok(w2c_guest_free(x, a));
        ck_assert_int_eq(w2c_guest_free(x, a), W2C_INVALID); /* twice */
        ck_assert_int_eq(w2c_guest_free(x, b + 1), W2C_INVALID);
        ck_ok(w2c_guest_free(x, 0));
        ck_assert_uint_eq(*guest_global(g, "frees"), 1);
        w2c_exchange_delete(x); /* gives b back */
        ck_assert_uint_eq(*guest_global(g, "frees"), 2);
        guest_delete(g);
    }
}
END_TEST

START_TEST(allocators_that_are_not_there) {
    static const w2c_exchange_config cases[] = {
        {.kind = W2C_ALLOCATOR_MALLOC, .take = "nothing"},
        {.kind = W2C_ALLOCATOR_MALLOC, .take = "wrong"},
        {.kind = W2C_ALLOCATOR_MALLOC, .give = "sum"}, /* a global */
        {.kind = W2C_ALLOCATOR_REALLOC, .take = "malloc"},
        {.kind = (w2c_allocator_kind)7},
        {.take = "malloc"},
        {.used_name = "nothing"},
        {.free_name = "wrong"},
    };
    Guest *g = guest_new();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        w2c_exchange *x = (w2c_exchange *)&x;
        ck_assert_int_eq(w2c_exchange_new(&x, g->instance, &cases[i]), W2C_INVALID);
        ck_assert_ptr_null(x);
        ck_assert(w2c_instance_detail(g->instance)[0] != 0);
    }
    guest_delete(g);
}
END_TEST

START_TEST(allocators_that_lie) {
    static const struct {
        uint32_t mode;
        w2c_status status;
    } cases[] = {
        {1, W2C_NOMEM},            /* null */
        {2, W2C_INVALID},          /* beyond the memory */
        {3, W2C_INVALID},          /* below the heap */
        {4, W2C_INVALID},          /* a block that is in use */
        {5, W2C_INVALID},          /* misaligned: given back */
        {8, W2C_INVALID},          /* the end is beyond the memory */
        {6, W2C_TRAP_UNREACHABLE}, /* it traps */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Guest *g = guest_new();
        w2c_exchange *x = exchange_new(g, NULL);
        ck_assert_int_eq(alloc_status(x, 64, 8), W2C_OK);
        *guest_global(g, "mode") = cases[i].mode;
        ck_assert_int_eq(alloc_status(x, 64, 8), cases[i].status);
        w2c_memory_info info;
        *guest_global(g, "mode") = 0;
        ck_ok(w2c_exchange_info(x, &info));
        ck_assert_uint_eq(info.blocks, 1);
        ck_assert_uint_eq(info.block_bytes, 64);
        ck_assert_uint_eq(info.refused, i >= 1 && i <= 5 && cases[i].mode != 5);
        ck_assert_int_eq(alloc_status(x, 64, 8), W2C_OK); /* honest again */
        *guest_global(g, "mode") = 6; /* freeing traps: the host's list is empty all the same */
        w2c_exchange_delete(x);
        guest_delete(g);
    }
}
END_TEST

START_TEST(limits) {
    Guest *g = guest_new();
    w2c_exchange_config config = {.max_bytes = 1000};
    w2c_exchange *x = exchange_new(g, &config);
    ck_assert_int_eq(alloc_status(x, 1001, 8), W2C_LIMIT);
    ck_assert_int_eq(alloc_status(x, UINT64_MAX, 8), W2C_LIMIT);
    ck_assert_int_eq(alloc_status(x, 600, 8), W2C_OK);
    ck_assert_int_eq(alloc_status(x, 600, 8), W2C_LIMIT);
    ck_assert_int_eq(alloc_status(x, 10, 3), W2C_INVALID);
    ck_assert_int_eq(alloc_status(x, 10, 8192), W2C_INVALID);
    ck_assert_uint_eq(*guest_global(g, "mallocs"), 1); /* the guest was not asked */
    w2c_exchange_delete(x);
    config.max_bytes = UINT64_MAX;
    x = exchange_new(g, &config);
    for (int i = 0; i < 64; i += 7) {
        uint64_t at, size = UINT64_MAX >> i;
        w2c_status status = size < 65536 ? W2C_OK : size > UINT32_MAX ? W2C_LIMIT : W2C_NOMEM;
        ck_assert_int_eq(w2c_scratch_alloc(x, size, 4096, &at), status);
        ck_assert_int_eq(alloc_status(x, size, 8), status);
    }
    w2c_exchange_delete(x);
    x = exchange_new(g, NULL);
    ck_assert_int_eq(alloc_status(x, 16 << 20, 8), W2C_NOMEM); /* 64 pages at most */
    w2c_exchange_delete(x);
    guest_delete(g);
}
END_TEST

/* ---- calling back --------------------------------------------------------------------------- */
typedef struct Again {
    w2c_exchange *x;
    uint64_t at;
    w2c_status status;
    int left;
    bool remove, release;
} Again;

static w2c_status hook_again(void *user, w2c_instance *instance) {
    Again *a = (Again *)user;
    (void)instance;
    if (a->left-- <= 0) return W2C_OK;
    if (a->remove)
        w2c_exchange_delete(a->x);
    else if (a->release)
        a->status = w2c_guest_free(a->x, a->at);
    else
        a->status = w2c_guest_alloc(a->x, 32, 8, &a->at);
    return W2C_OK;
}

START_TEST(allocators_that_call_back) {
    Guest *g = guest_new();
    w2c_exchange *x = exchange_new(g, NULL);
    Again again = {x, 0, W2C_INVALID, 1, false, false};
    uint64_t a, b;
    g->hook = hook_again;
    g->hook_user = &again;
    *guest_global(g, "mode") = 7;
    ck_ok(w2c_guest_alloc(x, 32, 8, &a)); /* inside of which another one is made */
    ck_ok(again.status);
    ck_assert(a >= again.at + 32 || again.at >= a + 32);
    again.left = 1;
    again.release = true; /* freeing one block frees the other */
    ck_ok(w2c_guest_free(x, a));
    ck_ok(again.status);
    w2c_memory_info info;
    ck_ok(w2c_exchange_info(x, &info));
    ck_assert_uint_eq(info.blocks, 0);
    again.left = 1;
    again.remove = true; /* the exchange itself goes */
    ck_assert_int_eq(w2c_guest_alloc(x, 32, 8, &b), W2C_GONE);
    ck_assert_uint_eq(b, 0);
    x = exchange_new(g, NULL);
    again.x = x;
    ck_ok(w2c_guest_alloc(x, 32, 8, &a));
    again.left = 1;
    w2c_exchange_delete(x); /* which calls back and deletes it again */
    guest_delete(g);
}
END_TEST

START_TEST(exchange_outlives_the_instance) {
    Guest *g = guest_new();
    w2c_exchange *x = exchange_new(g, NULL);
    w2c_memory_info info;
    uint64_t a;
    ck_ok(w2c_guest_alloc(x, 32, 8, &a));
    ck_ok(w2c_scratch_alloc(x, 32, 8, &a));
    ck_assert_ptr_eq(w2c_exchange_instance(x), g->instance);
    guest_end(g);
    ck_assert_int_eq(w2c_guest_alloc(x, 32, 8, &a), W2C_GONE);
    ck_assert_int_eq(w2c_scratch_alloc(x, 32, 8, &a), W2C_GONE);
    ck_assert_int_eq(w2c_guest_free(x, 1024), W2C_GONE);
    ck_assert_int_eq(w2c_scratch_free(x), W2C_GONE);
    ck_assert_int_eq(w2c_string_give(x, "a", 1, &a), W2C_GONE);
    ck_assert_int_eq(w2c_exchange_info(x, &info), W2C_GONE);
    ck_assert(w2c_exchange_reason(x)[0] != 0);
    ck_assert_ptr_null(w2c_exchange_instance(x));
    w2c_exchange_delete(x);
    guest_delete(g);
}
END_TEST

/* ---- the arena ------------------------------------------------------------------------------ */
START_TEST(arena) {
    Guest *g = guest_new();
    w2c_exchange_config config = {.scratch_bytes = 1000};
    w2c_exchange *x = exchange_new(g, &config);
    uint64_t at[100];
    for (int round = 0; round < 20; round++) {
        for (size_t i = 0; i < 100; i++) {
            uint64_t align = (uint64_t)1 << (i % 9);
            ck_ok(w2c_scratch_alloc(x, 30 + i, align, &at[i]));
            ck_assert_uint_eq(at[i] % align, 0);
            for (size_t k = 0; k < i; k++)
                ck_assert(at[k] + 30 + k <= at[i] || at[i] + 30 + i <= at[k]);
        }
        if (!round) config.max_bytes = *guest_global(g, "mallocs");
        w2c_scratch_reset(x);
    }
    /* after the first round the guest's allocator was not called any more */
    ck_assert_uint_eq(*guest_global(g, "mallocs"), config.max_bytes);
    ck_ok(w2c_scratch_alloc(x, 5000, 4096, &at[0]));
    ck_assert_uint_eq(at[0] % 4096, 0);
    ck_assert_int_eq(w2c_scratch_alloc(x, 1, 8192, &at[1]), W2C_INVALID);
    ck_assert_int_eq(w2c_guest_free(x, 1024), W2C_INVALID); /* a piece of the arena */
    ck_ok(w2c_scratch_free(x));
    ck_assert_uint_eq(*guest_global(g, "mallocs"), *guest_global(g, "frees"));
    w2c_exchange_delete(x);
    guest_delete(g);
}
END_TEST

/* ---- strings -------------------------------------------------------------------------------- */
START_TEST(utf8) {
    static const struct {
        const char *text;
        size_t len, bad;
    } cases[] = {
        {"", 0, 0},
        {"plain ASCII that is longer than thirty-two bytes, so that the quick loop runs", 77, 77},
        {"\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80", 9, 9},
        {"a\x80", 2, 1},
        {"\xc0\x80", 2, 0},         /* overlong */
        {"\xe0\x9f\xbf", 3, 0},     /* overlong */
        {"\xed\xa0\x80", 3, 0},     /* a surrogate */
        {"\xed\x9f\xbf", 3, 3},     /* the last before them */
        {"\xf4\x8f\xbf\xbf", 4, 4}, /* U+10FFFF */
        {"\xf4\x90\x80\x80", 4, 0},
        {"\xf5\x80\x80\x80", 4, 0},
        {"ab\xe2\x82", 4, 2}, /* cut off */
        {"\xff", 1, 0},
        {"0123456789012345678901234567890\x80_", 33, 31},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t bad = 999;
        bool good = w2c_utf8_check(cases[i].text, cases[i].len, &bad);
        ck_assert_msg(bad == cases[i].bad && good == (bad == cases[i].len), "case %zu: %zu", i,
                      bad);
    }
}
END_TEST

START_TEST(strings) {
    Guest *g = guest_new();
    w2c_exchange *x = exchange_new(g, NULL);
    w2c_memory *memory = w2c_instance_memory(g->instance);
    uint64_t at, end = w2c_memory_size(memory);
    w2c_view_u8 v;
    char room[16];
    size_t len;
    ck_ok(w2c_string_give(x, "h\xc3\xa9llo", 6, &at));
    ck_ok(w2c_string_view_z(&v, g->instance, at, 100));
    ck_assert_uint_eq(v.count, 6);
    ck_assert_mem_eq(v.base, "h\xc3\xa9llo", 7);
    w2c_view_u8_release(&v);
    ck_ok(w2c_string_copy(g->instance, at, 6, room, sizeof room, &len));
    ck_assert_str_eq(room, "h\xc3\xa9llo");
    ck_ok(w2c_string_copy_z(g->instance, at, 100, room, 7, &len));
    ck_assert_uint_eq(len, 6);
    ck_assert_int_eq(w2c_string_copy_z(g->instance, at, 100, room, 6, &len), W2C_LIMIT);
    ck_assert(len == 6 && !room[0]);
    ck_assert_int_eq(w2c_string_copy_z(g->instance, at, 100, NULL, 0, &len), W2C_LIMIT);
    ck_assert_int_eq(w2c_string_copy(g->instance, at, 2, room, sizeof room, &len), W2C_DAMAGED);
    ck_assert(!room[0]);
    ck_assert_int_eq(w2c_string_view(&v, g->instance, at, 2), W2C_DAMAGED);
    ck_assert_ptr_nonnull(strstr(w2c_instance_detail(g->instance), "byte 1"));
    ck_assert_int_eq(w2c_string_view_z(&v, g->instance, at, 6), W2C_LIMIT);
    memset(w2c_memory_data(memory) + end - 4, 'x', 4); /* no NUL until the memory's end */
    ck_assert_int_eq(w2c_string_view_z(&v, g->instance, end - 4, 100), W2C_TRAP_MEMORY_BOUNDS);
    ck_assert_int_eq(w2c_string_view_z(&v, g->instance, end - 4, 4), W2C_LIMIT);
    ck_assert_int_eq(w2c_string_view_z(&v, g->instance, end, 1), W2C_TRAP_MEMORY_BOUNDS);
    ck_assert_int_eq(w2c_string_view_z(&v, g->instance, UINT64_MAX, 9), W2C_TRAP_MEMORY_BOUNDS);
    ck_assert_int_eq(w2c_string_view(&v, g->instance, 8, UINT64_MAX), W2C_TRAP_MEMORY_BOUNDS);
    ck_ok(w2c_string_view(&v, g->instance, end - 4, 4));
    w2c_view_u8_release(&v);
    ck_assert_int_eq(w2c_string_give(x, "\xff", 1, &at), W2C_DAMAGED);
    ck_assert_int_eq(w2c_string_give(x, "", SIZE_MAX, &at), W2C_LIMIT);
    ck_ok(w2c_string_scratch(x, "", 0, &at));
    ck_assert_uint_eq(w2c_memory_data(memory)[at], 0);
    w2c_memory_info info;
    ck_ok(w2c_exchange_info(x, &info));
    ck_assert_uint_eq(info.views, 0); /* none was left behind */
    w2c_exchange_delete(x);
    guest_delete(g);
}
END_TEST

/* ---- strings in arrays ---------------------------------------------------------------------- */
static w2c_ref array_of(Guest *g, const char *maker, const void *bytes, uint32_t len,
                        uint32_t count) {
    w2c_value args[2], results[1];
    memset(args, 0, sizeof args);
    memcpy(w2c_memory_data(w2c_instance_memory(g->instance)) + 8192, bytes, len);
    args[0].i32 = 8192;
    args[1].i32 = count;
    ck_ok(w2c_call(guest_func(g, maker), args, results));
    return results[0].ref;
}

START_TEST(gc_strings_in) {
    static const uint16_t units[] = {'a', 0xe4, 0x20ac, 0xd83d, 0xde00},
                          lone[] = {'x', 0xd800, 'y', 0xdc00};
    Guest *g = guest_new();
    char room[32];
    size_t len;
    w2c_ref s = array_of(g, "array16", units, sizeof units, 5);
    ck_ok(w2c_gc_string_read(g->instance, s, W2C_SURROGATES_REFUSE, room, sizeof room, &len));
    ck_assert_str_eq(room, "a\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80");
    ck_assert_uint_eq(len, 10);
    ck_assert_int_eq(w2c_gc_string_read(g->instance, s, 0, room, 10, &len), W2C_LIMIT);
    ck_assert_uint_eq(len, 10);
    ck_ok(w2c_gc_string_read(g->instance, s, 0, room, 11, &len));
    s = array_of(g, "array16", lone, sizeof lone, 4);
    ck_assert_int_eq(w2c_gc_string_read(g->instance, s, 0, room, sizeof room, &len), W2C_DAMAGED);
    ck_ok(w2c_gc_string_read(g->instance, s, W2C_SURROGATES_REPLACE, room, sizeof room, &len));
    ck_assert_str_eq(room, "x\xef\xbf\xbdy\xef\xbf\xbd");
    ck_ok(w2c_gc_string_read(g->instance, s, W2C_SURROGATES_KEEP, room, sizeof room, &len));
    ck_assert_str_eq(room, "x\xed\xa0\x80y\xed\xb0\x80");
    s = array_of(g, "array8", "ok \xe2\x82\xac", 6, 6);
    ck_ok(w2c_gc_string_read(g->instance, s, 0, room, sizeof room, &len));
    ck_assert_str_eq(room, "ok \xe2\x82\xac");
    s = array_of(g, "array8", "a\xff", 2, 2);
    ck_assert_int_eq(w2c_gc_string_read(g->instance, s, 2, room, sizeof room, &len), W2C_DAMAGED);
    s = array_of(g, "array8", "", 0, 0);
    ck_ok(w2c_gc_string_read(g->instance, s, 0, room, sizeof room, &len));
    w2c_value other[1];
    ck_ok(w2c_call(guest_func(g, "point"), NULL, other));
    ck_assert_int_eq(w2c_gc_string_read(g->instance, other[0].ref, 0, room, 9, &len), W2C_INVALID);
    ck_ok(w2c_call(guest_func(g, "small"), NULL, other));
    ck_assert_int_eq(w2c_gc_string_read(g->instance, other[0].ref, 0, room, 9, &len), W2C_INVALID);
    ck_assert_int_eq(w2c_gc_string_read(g->instance, NULL, 0, room, 9, &len), W2C_INVALID);
    guest_delete(g);
}
END_TEST

START_TEST(gc_strings_out) {
    static const char text[] = "a\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80";
    Guest *g = guest_new();
    char room[32];
    size_t len;
    w2c_ref out;
    const w2c_type *type16 = w2c_gc_type(array_of(g, "array16", "", 0, 0));
    const w2c_type *type8 = w2c_gc_type(array_of(g, "array8", "", 0, 0));
    ck_ok(w2c_gc_string_new(g->instance, type16, 0, text, 10, &out));
    w2c_value args[2], result[1];
    memset(args, 0, sizeof args);
    args[0].ref = out;
    ck_ok(w2c_call(guest_func(g, "len16"), args, result));
    ck_assert_uint_eq(result[0].i32, 5);
    args[1].i32 = 4;
    ck_ok(w2c_call(guest_func(g, "unit16"), args, result));
    ck_assert_uint_eq(result[0].i32, 0xde00);
    ck_ok(w2c_gc_string_new(g->instance, type8, 0, text, 10, &out));
    ck_ok(w2c_gc_string_read(g->instance, out, 0, room, sizeof room, &len));
    ck_assert_str_eq(room, text);
    ck_assert_int_eq(w2c_gc_string_new(g->instance, type16, 0, "\xed\xa0\x80", 3, &out),
                     W2C_DAMAGED);
    ck_ok(w2c_gc_string_new(g->instance, type16, W2C_SURROGATES_KEEP, "\xed\xa0\x80", 3, &out));
    ck_ok(w2c_gc_string_read(g->instance, out, W2C_SURROGATES_KEEP, room, sizeof room, &len));
    ck_assert_str_eq(room, "\xed\xa0\x80");
    ck_ok(w2c_gc_string_new(g->instance, type8, W2C_SURROGATES_REPLACE, "\xed\xa0\x80", 3, &out));
    ck_ok(w2c_gc_string_read(g->instance, out, 0, room, sizeof room, &len));
    ck_assert_str_eq(room, "\xef\xbf\xbd");
    ck_assert_int_eq(w2c_gc_string_new(g->instance, NULL, 0, "a", 1, &out), W2C_INVALID);
    ck_assert_int_eq(w2c_gc_string_new(g->instance, type8, 2, "\xff", 1, &out), W2C_DAMAGED);
    guest_delete(g);
}
END_TEST

START_TEST(figures) {
    Guest *g = guest_new();
    w2c_exchange *x = exchange_new(g, NULL);
    w2c_memory_info info;
    w2c_view_u8 v;
    uint64_t at;
    ck_ok(w2c_guest_alloc(x, 100, 8, &at));
    ck_ok(w2c_scratch_alloc(x, 100, 8, &at));
    ck_ok(w2c_view_u8_of(&v, g->instance, 0, 1));
    guest_call(g, "grow", 1, 0);
    guest_call(g, "grow", 1000, 0);
    ck_ok(w2c_exchange_info(x, &info));
    ck_assert_uint_eq(info.page_bytes, 65536);
    ck_assert(info.pages >= 3 && info.bytes == info.pages * 65536);
    ck_assert_uint_eq(info.limit, 64 * 65536);
    ck_assert(info.growths >= 1 && info.failed_growths >= 1);
    ck_assert(info.used_known && !info.free_known);
    ck_assert_uint_eq(info.used, 100 + 65536);
    ck_assert_uint_eq(info.blocks, 2);
    ck_assert_uint_eq(info.allocations, 2);
    ck_assert_uint_eq(info.scratch, 100);
    ck_assert_uint_eq(info.views, 1);
    w2c_view_u8_release(&v);
    *guest_global(g, "mode") = 6; /* heap_used traps */
    ck_assert_int_eq(w2c_exchange_info(x, &info), W2C_TRAP_UNREACHABLE);
    ck_assert(!info.used_known);
    w2c_exchange_delete(x);
    guest_delete(g);
}
END_TEST

RUN("exchange with a guest", allocators_of_every_kind, allocators_that_are_not_there,
    allocators_that_lie, limits, allocators_that_call_back, exchange_outlives_the_instance, arena,
    utf8, strings, gc_strings_in, gc_strings_out, figures)
