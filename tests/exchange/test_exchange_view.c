/* test_exchange_view.c: views: their checks, growth, and what is left of them when the instance
 * goes. */
#include "exchange_harness.h"
#include <sys/mman.h>
#include <unistd.h>

enum { PAGE = 65536, SIZE = 2 * PAGE };

START_TEST(views_inside) {
    Guest *g = guest_new();
    w2c_view_f32 f;
    w2c_view_u8 b;
    ck_ok(w2c_view_f32_of(&f, g->instance, 2048, 100));
    ck_ok(w2c_view_u8_of(&b, g->instance, 2048, 400));
    ck_assert_uint_eq(f.count, 100);
    ck_assert_uint_eq(f.size, 4);
    ck_assert_uint_eq(f.address, 2048);
    for (size_t i = 0; i < f.count; i++)
        f.base[i] = (float)i / 2;
    float x;
    uint8_t byte;
    ck_ok(w2c_view_f32_get(&f, 3, &x));
    ck_assert(x == 1.5f);
    ck_ok(w2c_view_f32_set(&f, 99, -1.0f));
    ck_ok(w2c_view_u8_get(&b, 399, &byte));
    ck_assert_uint_eq(byte, 0xbf); /* the last byte of -1, little-endian */
    ck_assert_int_eq(w2c_view_f32_get(&f, 100, &x), W2C_TRAP_MEMORY_BOUNDS);
    ck_assert_int_eq(w2c_view_f32_set(&f, SIZE_MAX, x), W2C_TRAP_MEMORY_BOUNDS);
    w2c_view_f32_release(&f);
    ck_assert(!f.base && !f.count);
    w2c_view_f32_release(&f); /* twice is fine */
    w2c_view_u8_release(&b);
    guest_delete(g);
}
END_TEST

START_TEST(views_outside) {
    static const struct {
        uint64_t address, count;
        size_t size, align;
        w2c_status status;
    } cases[] = {
        {0, SIZE, 1, 1, W2C_OK},
        {0, SIZE + 1, 1, 1, W2C_TRAP_MEMORY_BOUNDS},
        {SIZE, 0, 1, 1, W2C_OK},
        {SIZE + 1, 0, 1, 1, W2C_TRAP_MEMORY_BOUNDS},
        {SIZE - 4, 1, 4, 4, W2C_OK},
        {SIZE - 3, 1, 4, 1, W2C_TRAP_MEMORY_BOUNDS},
        {UINT64_MAX, 1, 1, 1, W2C_TRAP_MEMORY_BOUNDS},
        {UINT64_MAX, UINT64_MAX, 1, 1, W2C_TRAP_MEMORY_BOUNDS},
        {8, UINT64_MAX / 8 + 2, 8, 8, W2C_TRAP_MEMORY_BOUNDS}, /* the product wraps to 8 */
        {0, (uint64_t)1 << 62, 4, 4, W2C_TRAP_MEMORY_BOUNDS},
        {16, UINT64_MAX - 7, 1, 1, W2C_TRAP_MEMORY_BOUNDS}, /* the end wraps */
        {0xfffffff0u, 32, 1, 1, W2C_TRAP_MEMORY_BOUNDS},
        {6, 1, 4, 4, W2C_INVALID},
        {4, 1, 8, 8, W2C_INVALID},
        {6, 1, 4, 2, W2C_OK},
        {0, 1, 0, 1, W2C_INVALID},
        {0, 1, 1, 0, W2C_INVALID},
        {0, 1, 1, 3, W2C_INVALID},
    };
    Guest *g = guest_new();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        w2c_view v;
        memset(&v, 0xff, sizeof v);
        w2c_status status = w2c_view_make(&v, g->instance, NULL, cases[i].address, cases[i].count,
                                          cases[i].size, cases[i].align);
        ck_assert_msg(status == cases[i].status, "case %zu: %s", i, w2c_status_text(status));
        if (status != W2C_OK) {
            ck_assert(!v.base && !v.count && !v.hold);
            ck_assert_msg(w2c_instance_detail(g->instance)[0], "case %zu: no reason", i);
        }
        w2c_view_release(&v);
    }
    w2c_view v;
    ck_assert_int_eq(w2c_view_make(&v, NULL, NULL, 0, 1, 1, 1), W2C_INVALID);
    guest_delete(g);
}
END_TEST

START_TEST(views_grow) {
    Guest *g = guest_new();
    w2c_view_u32 v, beyond;
    ck_ok(w2c_view_u32_of(&v, g->instance, SIZE - 8, 2));
    v.base[1] = 77;
    ck_assert_int_eq(w2c_view_u32_of(&beyond, g->instance, SIZE, 1), W2C_TRAP_MEMORY_BOUNDS);
    ck_assert_uint_eq(guest_call(g, "grow", 60, 0), 2);
    ck_ok(w2c_view_u32_of(&beyond, g->instance, SIZE, 1));
    ck_assert_uint_eq(v.base[1], 77);
    ck_assert_ptr_eq(v.base + 2, beyond.base);
    w2c_view_u32_release(&beyond);
    w2c_view_u32_release(&v);
    guest_delete(g);
}
END_TEST

START_TEST(views_copy) {
    Guest *g = guest_new();
    w2c_view a, b, part;
    uint8_t bytes[16] = "0123456789abcdef", back[16];
    ck_ok(w2c_view_make(&a, g->instance, NULL, 4096, 4, 4, 4));
    ck_ok(w2c_view_make(&b, NULL, w2c_instance_memory(g->instance), 4100, 16, 1, 1));
    ck_ok(w2c_view_write(&a, 0, bytes, 16));
    ck_ok(w2c_view_copy(&b, 0, &a, 0, 16)); /* they overlap */
    ck_ok(w2c_view_read(&b, 0, back, 16));
    ck_assert_mem_eq(back, bytes, 16);
    ck_assert_int_eq(w2c_view_write(&a, 1, bytes, 16), W2C_TRAP_MEMORY_BOUNDS);
    ck_assert_int_eq(w2c_view_read(&a, 17, back, 0), W2C_TRAP_MEMORY_BOUNDS);
    ck_assert_int_eq(w2c_view_read(&a, SIZE_MAX, back, 2), W2C_TRAP_MEMORY_BOUNDS);
    ck_assert_int_eq(w2c_view_copy(&a, 8, &b, 0, 9), W2C_TRAP_MEMORY_BOUNDS);
    ck_assert_int_eq(w2c_view_copy(&a, 0, &b, 8, 9), W2C_TRAP_MEMORY_BOUNDS);
    ck_ok(w2c_view_part(&part, &a, 1, 2));
    ck_assert_uint_eq(part.address, 4100);
    ck_assert_uint_eq(part.count, 2);
    w2c_view_release(&a); /* the part is a view of its own */
    ck_ok(w2c_view_read(&part, 0, back, 8));
    ck_assert_mem_eq(back, bytes, 8);
    ck_assert_int_eq(w2c_view_part(&a, &part, 1, 2), W2C_TRAP_MEMORY_BOUNDS);
    ck_assert_int_eq(w2c_view_part(&a, &part, SIZE_MAX, 2), W2C_TRAP_MEMORY_BOUNDS);
    w2c_view_release(&part);
    w2c_view_release(&b);
    guest_delete(g);
}
END_TEST

static bool is_mapped(const void *at) {
    uintptr_t page = (uintptr_t)at & ~(uintptr_t)(sysconf(_SC_PAGESIZE) - 1);
    return !msync((void *)page, 1, MS_ASYNC);
}

START_TEST(views_outlive_the_instance) {
    Guest *g = guest_new();
    w2c_view_u32 v, other;
    w2c_view any, part;
    uint32_t x = 0;
    ck_ok(w2c_view_u32_of(&v, g->instance, 4096, 4));
    ck_ok(w2c_view_u32_of(&other, g->instance, 4096, 4));
    ck_ok(w2c_view_u32_set(&v, 2, 1234));
    guest_end(g);
    any = w2c_view_u32_any(&v);
    ck_assert(w2c_view_gone(&any));
    ck_assert_int_eq(w2c_view_u32_get(&v, 2, &x), W2C_GONE);
    ck_assert_int_eq(w2c_view_u32_set(&v, 2, 1), W2C_GONE);
    ck_assert_int_eq(w2c_view_read(&any, 0, &x, 4), W2C_GONE);
    ck_assert_int_eq(w2c_view_write(&any, 0, &x, 4), W2C_GONE);
    ck_assert_int_eq(w2c_view_copy(&any, 0, &any, 4, 4), W2C_GONE);
    ck_assert_int_eq(w2c_view_part(&part, &any, 0, 1), W2C_GONE);
    ck_assert_uint_eq(v.base[2], 1234); /* not wild */
    const void *place = v.base;
    w2c_view_u32_release(&v);
    ck_assert(is_mapped(place));
    w2c_view_u32_release(&other);
    ck_assert(!is_mapped(place)); /* given back with the last one */
    guest_delete(g);
}
END_TEST

START_TEST(views_of_shared_and_small_memories) {
    w2c_memory *shared, *small;
    w2c_view_u16 a;
    w2c_view b;
    ck_ok(w2c_memory_new(&shared, 1, 4, false, true, 16));
    ck_ok(w2c_memory_new(&small, 100, 200, true, false, 0));
    ck_ok(w2c_view_u16_in(&a, shared, PAGE - 2, 1));
    ck_assert_int_eq(w2c_view_make(&b, NULL, small, 100, 1, 1, 1), W2C_TRAP_MEMORY_BOUNDS);
    ck_ok(w2c_view_make(&b, NULL, small, 99, 1, 1, 1));
    b.base[0] = 9;
    w2c_memory_delete(small);
    w2c_memory_delete(shared);
    ck_assert_uint_eq(b.base[0], 9);
    ck_assert_int_eq(w2c_view_u16_set(&a, 0, 1), W2C_GONE);
    w2c_view_release(&b);
    w2c_view_u16_release(&a);
}
END_TEST

RUN("exchange views", views_inside, views_outside, views_grow, views_copy,
    views_outlive_the_instance, views_of_shared_and_small_memories)
