/* test_module.c: module_read: what it refuses and in which words, what it keeps, and that neither
 * truncation nor a failing allocator harms it. The conformance suite has the rest. */
#include "frontend/module.h"
#include "frontend/opstream.h"
#include <check.h>
#include <stdlib.h>
#include <string.h>

#define HEADER "\0asm\1\0\0\0"
#define BYTES(text) ((Slice){(const uint8_t *)(text), sizeof(text) - 1})
#define MODULE(text) BYTES(HEADER text)
#define FUNC_TYPE "\x01\x04\x01\x60\0\0"
#define ONE_FUNC FUNC_TYPE "\x03\x02\x01\0"
#define ONE_BODY "\x0a\x04\x01\x02\0\x0b"

typedef struct Refused {
    Slice bytes;
    const char *text; /* the message begins with it */
    uint64_t offset;
} Refused;

static const Refused refused[] = {
    /* not a module */
    {{(const uint8_t *)"", 0}, "unexpected end: the file is empty", 0},
    {{(const uint8_t *)" ;; a\n (module)", 14},
     "magic header not detected: this is WebAssembly text",
     0},
    {{(const uint8_t *)"\x1f\x8b\x08\0", 4}, "magic header not detected: this is gzip data", 0},
    {{(const uint8_t *)"\0asm\x0d\0\1\0", 8}, "unknown binary version: this is a component", 4},
    {{(const uint8_t *)"\0asm", 4}, "unexpected end", 4},
    /* sections */
    {{(const uint8_t *)HEADER "\x0e\1\0", 11}, "malformed section id", 8},
    {{(const uint8_t *)HEADER "\1\x07\2\x60\0\0", 14}, "length out of bounds", 9},
    {{(const uint8_t *)HEADER "\1\5\1\x60\0\0\0", 15}, "section size mismatch", 14},
    {{(const uint8_t *)HEADER "\2\1\0\1\1\0", 14}, "unexpected content after last section", 11},
    {{(const uint8_t *)HEADER FUNC_TYPE "\x03\2\1\0", 18}, "function and code section have", 18},
    {{(const uint8_t *)HEADER "\x0c\1\1", 11}, "data count and data section have", 11},
    /* a number that its section cuts off is judged by what follows */
    {{(const uint8_t *)HEADER "\5\3\1\0\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\0", 23},
     "integer representation too long",
     12},
    {{(const uint8_t *)HEADER "\5\3\1\0\x80", 13}, "unexpected end of section or function", 13},
    /* hostile counts */
    {{(const uint8_t *)HEADER "\1\5\xff\xff\xff\xff\x0f", 15}, "unexpected end of section", 15},
    {{(const uint8_t *)HEADER "\6\5\xff\xff\xff\xff\x0f", 15}, "unexpected end of section", 15},
    /* types */
    {{(const uint8_t *)HEADER "\1\2\1\x5a", 12}, "malformed type form", 11},
    {{(const uint8_t *)HEADER "\1\5\1\x5e\x64\1\0", 15}, "unknown type 1", 13},
    {{(const uint8_t *)HEADER "\1\7\2\x5f\0\x50\1\0\x5f", 17}, "unexpected end of section", 17},
    {{(const uint8_t *)HEADER "\1\x08\2\x5f\0\x50\1\0\x5f\0", 18}, "sub type: type 1: its", 13},
    /* limits */
    {{(const uint8_t *)HEADER "\5\5\1\0\x81\x80\4", 15},
     "memory size must be at most 65536 pages (4GiB)",
     11},
    {{(const uint8_t *)HEADER "\5\4\1\1\2\1", 14}, "size minimum must not be greater", 11},
    {{(const uint8_t *)HEADER "\5\3\1\2\1", 13}, "shared memory must have maximum", 11},
    {{(const uint8_t *)HEADER "\5\4\1\x08\0\5", 14}, "invalid custom page size", 13},
    {{(const uint8_t *)HEADER "\4\5\1\x64\x70\0\0", 15},
     "type mismatch: a table of references",
     11},
    /* constant expressions */
    {{(const uint8_t *)HEADER "\6\6\1\x7f\0\x41\0\xff", 16}, "illegal opcode ff", 15},
    {{(const uint8_t *)HEADER "\6\6\1\x7f\0\x41\0\x45", 16}, "constant expression required", 15},
    {{(const uint8_t *)HEADER "\6\6\1\x7f\0\x23\0\x0b", 16}, "unknown global 0", 13},
    {{(const uint8_t *)HEADER "\6\6\1\x7f\0\x42\0\x0b", 16}, "type mismatch", 15},
    /* exports, start, segments */
    {{(const uint8_t *)HEADER "\7\4\1\0\0\0", 14}, "unknown function 0", 13},
    {{(const uint8_t *)HEADER "\7\4\1\1\xff\0", 14}, "malformed UTF-8 encoding", 12},
    {{(const uint8_t *)HEADER "\5\3\1\0\0\7\7\2\0\2\0\0\2\0", 22}, "duplicate export name", 19},
    {{(const uint8_t *)HEADER "\x08\1\0", 11}, "unknown function 0", 10},
    {{(const uint8_t *)HEADER "\x09\2\1\x08", 12}, "malformed elements segment kind", 11},
    {{(const uint8_t *)HEADER "\x0b\6\1\0\x41\0\x0b\0", 16}, "unknown memory 0", 12},
};

START_TEST(refuses_in_the_specifications_words) {
    const Refused *want = &refused[_i];
    Context ctx;
    Module m;
    context_init(&ctx, alloc_default(), "test");
    ck_assert(!module_read(&ctx, want->bytes, &m));
    ck_assert_msg(strncmp(ctx.diag.text, want->text, strlen(want->text)) == 0, "row %d: %s", _i,
                  ctx.diag.text);
    ck_assert_uint_eq(ctx.diag.offset, want->offset);
}
END_TEST

static Module read_ok(Context *ctx, Slice bytes) {
    Module m;
    context_init(ctx, alloc_default(), "test");
    ck_assert_msg(module_read(ctx, bytes, &m), "%s", ctx->diag.text);
    return m;
}

START_TEST(names_and_bodies) {
    Context ctx;
    Module m = read_ok(&ctx, MODULE(FUNC_TYPE "\x03\x03\x02\0\0"
                                              "\7\5\1\1e\0\1"
                                              "\x0a\x08\x02\x02\0\x0b\x03\0\1\x0b"
                                              "\0\x0f\4name\0\2\1m\1\4\1\0\1f"));
    ck_assert_uint_eq(m.func_count, 2);
    ck_assert_uint_eq(module_body(&m, 0).len, 2);
    ck_assert_uint_eq(module_body(&m, 1).len, 3);
    ck_assert_int_eq(*module_func_name(&m, 0).ptr, 'f');
    ck_assert_int_eq(*module_func_name(&m, 1).ptr, 'e');
    ck_assert_int_eq(*m.name.ptr, 'm');
    ck_assert_uint_eq(m.declared[0], 2); /* exported: the second one */
    ck_assert(module_check_customs(&ctx, &m));
    module_free(&m);
}
END_TEST

/* Two groups of two, equal; then one that is not, as its references go out of it. */
START_TEST(equal_groups_share_their_canon) {
    Context ctx;
    Module m = read_ok(&ctx, MODULE("\1\x1e\x03"
                                    "\x4e\2\x5f\0\x5e\x64\0\0"
                                    "\x4e\2\x5f\0\x5e\x64\2\0"
                                    "\x4e\3\x5f\0\x5e\x64\0\0\x50\0\x60\0\0"));
    static const uint32_t canon[] = {0, 1, 0, 1, 4, 5, 6};
    ck_assert_uint_eq(m.type_count, 7);
    for (uint32_t i = 0; i < 7; i++)
        ck_assert_uint_eq(m.types[i].canon, canon[i]);
    ck_assert(type_equal(&m, vt_ref(1, true), vt_ref(3, true)));
    ck_assert(!type_equal(&m, vt_ref(1, true), vt_ref(1, false)));
    ck_assert(heap_matches(&m, 1, HT_EQ) && heap_matches(&m, HT_NONE, 4) &&
              heap_matches(&m, 6, HT_FUNC));
    ck_assert(!heap_matches(&m, 6, HT_ANY) && !heap_matches(&m, HT_NOFUNC, 4));
    ck_assert(type_matches(&m, vt_ref(3, false), vt_ref(1, true)));
    ck_assert(!type_matches(&m, vt_ref(3, true), vt_ref(1, false)));
    module_free(&m);
}
END_TEST

START_TEST(types_as_text) {
    char text[32];
    ck_assert_uint_eq(type_print(VT_FUNCREF, text, sizeof text), 7);
    ck_assert_str_eq(text, "funcref");
    type_print(vt_ref(3, true), text, sizeof text);
    ck_assert_str_eq(text, "(ref null 3)");
    type_print(vt_ref(HT_EXTERN, false), text, sizeof text);
    ck_assert_str_eq(text, "(ref extern)");
    ck_assert_uint_eq(type_print(VT_V128, text, 3), 2);
}
END_TEST

START_TEST(strict_customs) {
    static const struct {
        Slice bytes;
        const char *text;
    } rows[] = {
        {{(const uint8_t *)HEADER "\0\x0b\4name\0\1\0\0\1\0", 21},
         "@name annotation: multiple module"},
        {{(const uint8_t *)HEADER "\0\x09\4name\1\2\1\0", 19}, "@name annotation: "},
        {{(const uint8_t *)HEADER "\0\5\4name\0\5\4name", 22}, "misplaced @name annotation"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        Context ctx;
        Module m = read_ok(&ctx, rows[i].bytes);
        ck_assert(!module_check_customs(&ctx, &m));
        ck_assert_msg(strncmp(ctx.diag.text, rows[i].text, strlen(rows[i].text)) == 0, "%s",
                      ctx.diag.text);
        module_free(&m);
    }
}
END_TEST

START_TEST(a_disabled_feature_is_named) {
    Context ctx;
    Module m;
    context_init(&ctx, alloc_default(), "test");
    ctx.features &= ~((uint64_t)1 << FEATURE_multi_memory);
    ck_assert(!module_read(&ctx, MODULE("\5\5\2\0\0\0\0"), &m));
    ck_assert_int_eq(ctx.diag.class, CLASS_FEATURE);
    ck_assert_str_eq(ctx.diag.text, "needs multi-memory");
}
END_TEST

/* Most sections once. */
static const char whole[] = HEADER "\1\x0d\2\x60\0\0\x4e\2\x5f\1\x7f\1\x5e\x78\1" /* types */
                                   "\2\7\1\1m\1n\0\0"                             /* import */
                                   "\3\2\1\0"                                     /* function */
                                   "\4\4\1\x70\0\1"                               /* table */
                                   "\5\3\1\0\1"                                   /* memory */
                                   "\x0d\3\1\0\0"                                 /* tag */
                                   "\6\6\1\x7f\0\x41\7\x0b"                       /* global */
                                   "\7\5\1\1x\0\1"                                /* export */
                                   "\x08\1\1"                                     /* start */
                                   "\x09\x0d\2\0\x41\0\x0b\1\0\5\x70\1\xd2\1\x0b" /* elements */
                                   "\x0c\1\1" ONE_BODY "\x0b\7\1\0\x41\0\x0b\1z"; /* data, code */

START_TEST(truncations) {
    Context all;
    Module read = read_ok(&all, BYTES(whole));
    ck_assert_uint_eq(read.elem_count, 2);
    ck_assert_uint_eq(read.declared[0], 3);
    module_free(&read);
    for (size_t len = 0; len < sizeof whole; len++) {
        uint8_t *copy =
            malloc(len + 1); /* its own block, so that a sanitizer sees what goes beyond */
        ck_assert_ptr_nonnull(copy);
        memcpy(copy, whole, len);
        Context ctx;
        Module m;
        context_init(&ctx, alloc_default(), "test");
        if (module_read(&ctx, (Slice){copy, len}, &m))
            module_free(&m);
        else
            ck_assert(diag_failed(&ctx));
        free(copy);
    }
}
END_TEST

typedef struct Budget {
    long left, live;
} Budget;

static void *budget_resize(void *user, void *ptr, size_t size) {
    Budget *b = user;
    if (size == 0) {
        if (ptr) b->live--;
        free(ptr);
        return NULL;
    }
    if (b->left-- <= 0) return NULL;
    if (!ptr) b->live++;
    return realloc(ptr, size);
}

START_TEST(failing_allocator) {
    Slice bytes = MODULE(ONE_FUNC "\4\4\1\x70\0\1\6\6\1\x7f\0\x41\7\x0b\7\5\1\1x\0\0" ONE_BODY);
    bool done = false;
    for (long n = 0; !done && n < 1000; n++) {
        Budget budget = {.left = n};
        Context ctx;
        Module m;
        context_init(&ctx, (Allocator){budget_resize, &budget}, "test");
        done = module_read(&ctx, bytes, &m);
        if (done)
            module_free(&m);
        else
            ck_assert_int_eq(ctx.diag.class, CLASS_NOMEM);
        ck_assert_int_eq(budget.live, 0);
    }
    ck_assert(done);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("module");
    TCase *c = tcase_create("module");
    tcase_add_loop_test(c, refuses_in_the_specifications_words, 0,
                        sizeof refused / sizeof *refused);
    tcase_add_test(c, names_and_bodies);
    tcase_add_test(c, equal_groups_share_their_canon);
    tcase_add_test(c, types_as_text);
    tcase_add_test(c, strict_customs);
    tcase_add_test(c, a_disabled_feature_is_named);
    tcase_add_test(c, truncations);
    tcase_add_test(c, failing_allocator);
    suite_add_tcase(suite, c);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
