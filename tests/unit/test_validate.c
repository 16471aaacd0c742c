/* test_validate.c: validator and op stream: what a body becomes (dead code gone, blocks, labels),
 * what is refused and where, features, limits, constant expressions, threads, a failing allocator.
 *
 * Bodies are written as words: an instruction's text becomes its opcode, two hex digits a byte.
 * They stand in a module with types 0: [] -> [], 1: [i32] -> [i32], 2: [] -> [i32 i32], 3: [i32] ->
 * [], 4: a struct of one mutable i32; a function of each of the types 0-2; a table of funcref, a
 * memory, a tag of type 3, a mutable global of i32. The body under test is that of function 3. */
#include "frontend/decode.h"
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 4096, TESTED = 3 };

typedef struct Bytes {
    uint8_t data[MOST];
    size_t len;
} Bytes;

static void put(Bytes *b, const void *data, size_t len) {
    ck_assert_uint_le(b->len + len, MOST);
    memcpy(b->data + b->len, data, len);
    b->len += len;
}

static void put_u32(Bytes *b, uint32_t value) {
    do {
        uint8_t byte = (uint8_t)((value & 0x7f) | (value > 0x7f ? 0x80 : 0));
        put(b, &byte, 1);
    } while ((value >>= 7) != 0);
}

static void put_op(Bytes *b, const char *text, size_t len) {
    for (unsigned op = 0; op < OP_COUNT; op++) {
        const OpInfo *info = &op_info[op];
        if (strlen(info->text) != len || memcmp(info->text, text, len) != 0) continue;
        const uint8_t byte = info->prefix ? info->prefix : (uint8_t)info->code;
        put(b, &byte, 1);
        if (info->prefix) put_u32(b, info->code);
        return;
    }
    ck_abort_msg("no instruction %.*s", (int)len, text);
}

static Bytes assemble(const char *words) {
    Bytes b = {.len = 0};
    for (const char *at = words; *at;) {
        size_t len = strcspn(at, " ");
        if (len == 2 && strspn(at, "0123456789abcdef") >= 2) {
            uint8_t byte = (uint8_t)strtoul(at, NULL, 16);
            put(&b, &byte, 1);
        } else {
            put_op(&b, at, len);
        }
        at += len;
        at += *at == ' ';
    }
    return b;
}

static void put_section(Bytes *b, uint8_t id, const char *content, size_t len) {
    put(b, &id, 1);
    put_u32(b, (uint32_t)len);
    put(b, content, len);
}
#define SECTION(b, id, text) put_section((b), (id), (text), sizeof(text) - 1)

/* The module around `count` copies of a body of the given type. */
static Bytes module_around(uint8_t type, const Bytes *body, unsigned count) {
    Bytes b = {.len = 0}, code = {.len = 0}, types = {.len = 0};
    put(&b, "\0asm\1\0\0\0", 8);
    SECTION(&b, 1, "\5\x60\0\0\x60\1\x7f\1\x7f\x60\0\2\x7f\x7f\x60\1\x7f\0\x5f\1\x7f\1");
    put_u32(&types, count + TESTED);
    put(&types, "\0\1\2", TESTED);
    for (unsigned i = 0; i < count; i++)
        put(&types, &type, 1);
    put_section(&b, 3, (const char *)types.data, types.len);
    SECTION(&b, 4, "\1\x70\0\1");
    SECTION(&b, 5, "\1\0\1");
    SECTION(&b, 13, "\1\0\3");
    SECTION(&b, 6, "\1\x7f\1\x41\0\x0b");
    put_u32(&code, count + TESTED);
    put(&code, "\2\0\x0b\3\0\0\x0b\3\0\0\x0b", 11); /* function 1: unreachable, 2: the same */
    for (unsigned i = 0; i < count; i++) {
        put_u32(&code, (uint32_t)body->len);
        put(&code, body->data, body->len);
    }
    put_section(&b, 10, (const char *)code.data, code.len);
    return b;
}

typedef struct Fixture {
    Context ctx;
    Bytes bytes;
    Module m;
    Arena arena;
    OpStream ops;
} Fixture;

static void setup(Fixture *f, uint8_t type, const char *words) {
    Bytes body = assemble(words);
    f->bytes = module_around(type, &body, 1);
    context_init(&f->ctx, alloc_default(), "test");
    ck_assert_msg(module_read(&f->ctx, (Slice){f->bytes.data, f->bytes.len}, &f->m), "%s",
                  f->ctx.diag.text);
    arena_init(&f->arena, f->ctx.alloc);
}

/* Three ways, which must agree: with an op stream, without, instruction by instruction. */
static bool validate(Fixture *f) {
    uint64_t features[2] = {0};
    Context others[2];
    bool ok[2];
    for (int i = 0; i < 2; i++) {
        others[i] = context_worker(&f->ctx);
        ok[i] = validate_only(&others[i], &f->m, TESTED, &f->arena, i == 1, &features[i]);
    }
    bool good = validate_function(&f->ctx, &f->m, TESTED, &f->arena, &f->ops);
    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(ok[i], good);
        ck_assert_str_eq(others[i].diag.text, f->ctx.diag.text);
        ck_assert_uint_eq(others[i].diag.offset, f->ctx.diag.offset);
        if (good) ck_assert_uint_eq(features[i], f->ops.features_used);
    }
    return good;
}

static void teardown(Fixture *f) {
    arena_free(&f->arena);
    module_free(&f->m);
}

/* ---- the op stream ------------------------------------------------------------------------- */

/* One word an instruction: its text, ":a" where a says more than an immediate, + or - for aux. */
static void print_ins(const OpStream *ops, const Ins *ins, char *text, size_t cap) {
    size_t len = (size_t)snprintf(text, cap, "%s", op_info[ins->op].text);
    switch (op_info[ins->op].imm) {
    case IMM_block:
    case IMM_label:
    case IMM_try_table:
    case IMM_depth:
        snprintf(text + len, cap - len, ":%u", ins->a);
        break;
    case IMM_else_:
    case IMM_end:
        snprintf(text + len, cap - len, ":%u%c", ins->a, ins->aux ? '+' : '-');
        break;
    case IMM_labels:
        for (uint32_t i = 0; i <= ins->b; i++)
            len += (size_t)snprintf(text + len, cap - len, ":%u", ops->pool[ins->a + i]);
        break;
    default:
        break;
    }
}

static void print_stream(const OpStream *ops, char *text, size_t cap) {
    size_t len = 0;
    text[0] = 0;
    for (uint32_t i = 0; i < ops->count; i++) {
        char one[80];
        print_ins(ops, &ops->ins[i], one, sizeof one);
        len += (size_t)snprintf(text + len, cap - len, "%s%s", i ? " " : "", one);
    }
}

/* A block: kind letter, height, branches, first and last instruction. */
static void print_blocks(const OpStream *ops, char *text, size_t cap) {
    size_t len = 0;
    text[0] = 0;
    for (uint32_t i = 0; i < ops->block_count; i++) {
        const Block *b = &ops->blocks[i];
        len +=
            (size_t)snprintf(text + len, cap - len, "%s%c%u/%u/%u-%u", i ? " " : "",
                             "FBLITt"[b->kind], b -> height, b -> branches, b -> begin, b -> end);
    }
}

typedef struct Stream {
    uint8_t type;
    const char *body, *stream, *blocks;
    uint32_t max_height;
} Stream;

static const Stream streams[] = {
    {0, "00 end", "end:0+", "F0/0/0-0", 0},
    {0, "00 nop nop end", "end:0+", "F0/0/0-0", 0},
    /* what follows a branch is gone, with the blocks in it */
    {0, "00 block 40 br 00 i32.const 01 drop block 40 br 00 end end end",
     "block:1 br:1 end:1- end:0+", "F0/0/0-3 B0/1/0-2", 0},
    {0, "00 unreachable i32.add drop end", "unreachable end:0-", "F0/0/0-1", 0},
    {0, "00 return br_if 00 end", "return end:0-", "F0/0/0-1", 0},
    /* a block that nothing leaves: dead code goes on, typing is normal again */
    {0, "00 block 40 unreachable end i32.const 00 drop end", "block:1 unreachable end:1- end:0-",
     "F0/0/0-3 B0/0/0-2", 0},
    {0, "00 loop 40 br 00 end i32.const 00 drop end", "loop:1 br:1 end:1- end:0-",
     "F0/0/0-3 L0/1/0-2", 0},
    /* a branch from dead code reaches nothing */
    {0, "00 block 40 unreachable br 00 end nop end", "block:1 unreachable end:1- end:0-",
     "F0/0/0-3 B0/0/0-2", 0},
    /* if: without else it may be skipped; with else either arm may end */
    {1, "00 local.get 00 local.get 00 if 40 unreachable end end",
     "local.get local.get if:1 unreachable end:1- end:0+", "F0/0/0-5 I1/0/2-4", 2},
    {1, "00 local.get 00 if 7f i32.const 01 else unreachable end end",
     "local.get if:1 i32.const else:1+ unreachable end:1- end:0+", "F0/0/0-6 I0/0/1-5", 1},
    {1, "00 local.get 00 if 7f unreachable else unreachable end drop unreachable end",
     "local.get if:1 unreachable else:1- unreachable end:1- end:0-", "F0/0/0-6 I0/0/1-5", 1},
    {0, "00 unreachable if 40 nop else nop end end", "unreachable end:0-", "F0/0/0-1", 0},
    /* heights, and labels as block numbers */
    {1, "00 i32.const 05 local.get 00 block 01 local.get 00 br_if 00 br 01 end drop end",
     "i32.const local.get block:1 local.get br_if:1 br:0 end:1- drop end:0+", "F0/1/0-8 B1/1/2-6",
     3},
    {1, "00 local.get 00 block 40 block 40 local.get 00 br_table 02 00 01 00 end end end",
     "local.get block:1 block:2 local.get br_table:2:1:2 end:2- end:1+ end:0+",
     "F0/0/0-7 B1/1/1-6 B1/2/2-5", 2},
    {2, "00 block 02 call 02 end end", "block:1 call end:1+ end:0+", "F0/0/0-3 B0/0/0-2", 2},
    {0, "00 loop 40 block 40 i32.const 00 br_if 01 end end end",
     "loop:1 block:2 i32.const br_if:1 end:2+ end:1+ end:0+", "F0/0/0-6 L0/1/0-5 B0/0/1-4", 1},
    /* exceptions: catch clauses are branches to labels outside */
    {1, "00 block 7f try_table 40 01 00 00 00 unreachable end unreachable end end",
     "block:1 try_table:2 unreachable end:2- end:1- end:0+", "F0/0/0-5 B0/1/0-4 T0/0/1-3", 1},
    {0, "00 unreachable try_table 40 01 02 00 end end", "unreachable end:0-", "F0/0/0-1", 0},
    /* the older ones: handlers are live when the try is */
    {0, "00 try 40 unreachable catch 00 drop end end", "try:1 unreachable catch drop end:1+ end:0+",
     "F0/0/0-5 t0/0/0-4", 1},
    {0, "00 try 40 unreachable catch_all rethrow 00 end end",
     "try:1 unreachable catch_all rethrow:1 end:1- end:0-", "F0/0/0-5 t0/0/0-4", 0},
    {0, "00 block 40 try 40 nop delegate 00 end end", "block:1 try:2 delegate:1 end:1+ end:0+",
     "F0/0/0-4 B0/0/0-3 t0/0/1-2", 0},
};

START_TEST(writes_the_stream) {
    const Stream *want = &streams[_i];
    char text[1000];
    Fixture f;
    setup(&f, want->type, want->body);
    ck_assert_msg(validate(&f), "%s: %s", want->body, f.ctx.diag.text);
    print_stream(&f.ops, text, sizeof text);
    ck_assert_str_eq(text, want->stream);
    print_blocks(&f.ops, text, sizeof text);
    ck_assert_str_eq(text, want->blocks);
    ck_assert_uint_eq(f.ops.max_height, want->max_height);
    teardown(&f);
}
END_TEST

START_TEST(decodes_immediates) {
    Fixture f;
    setup(&f, 0,
          "01 02 6f local.get 00 drop i32.const 7f drop i64.const ff 00 drop f32.const 00 00 80 3f "
          "drop "
          "i32.const 00 i32.load 02 84 01 drop ref.null 70 drop i32.const 00 i32.const 01 "
          "i32.const 02 "
          "select drop v128.const 00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f "
          "i8x16.extract_lane_u 03 drop end");
    ck_assert_msg(validate(&f), "%s", f.ctx.diag.text);
    const Ins *ins = f.ops.ins;
    ck_assert_uint_eq(f.ops.local_count, 2);
    ck_assert_uint_eq(f.ops.locals[1], VT_EXTERNREF);
    ck_assert_uint_eq(ins[1].a, VT_EXTERNREF); /* drop's type */
    ck_assert_uint_eq(ins[2].a, 0xffffffff);
    ck_assert_uint_eq(ins[4].a, 0x7f);
    ck_assert_uint_eq(ins[4].b, 0);
    ck_assert_uint_eq(ins[6].a, 0x3f800000);
    ck_assert_uint_eq(ins[9].a, 132);
    ck_assert_uint_eq(ins[9].aux, 0);
    ck_assert_uint_eq(ins[11].a, VT_FUNCREF);
    ck_assert_uint_eq(ins[16].a, VT_I32); /* select's type */
    ck_assert_uint_eq(f.ops.pool[ins[18].a + 1], 0x07060504);
    ck_assert_uint_eq(ins[19].a, 3);
    uint64_t used = (uint64_t)1 << FEATURE_simd | (uint64_t)1 << FEATURE_ref_types;
    ck_assert_uint_eq(f.ops.features_used & used, used);
    ck_assert_uint_eq(f.ops.features_used & (uint64_t)1 << FEATURE_gc, 0);
    teardown(&f);
}
END_TEST

START_TEST(catches_go_to_the_pool) {
    Fixture f;
    setup(&f, 1,
          "00 block 7f block 40 try_table 40 02 00 00 01 02 00 end end local.get 00 end end");
    ck_assert_msg(validate(&f), "%s", f.ctx.diag.text);
    ck_assert_uint_eq(f.ops.ins[2].op, OP_try_table);
    const uint32_t *catches = &f.ops.pool[f.ops.ins[2].b];
    static const uint32_t want[] = {2, 0, 0, 1, 0, 2, 0, 2, 0};
    ck_assert_mem_eq(catches, want, sizeof want);
    ck_assert_uint_eq(f.ops.blocks[1].branches, 1);
    ck_assert_uint_eq(f.ops.blocks[2].branches, 1);
    teardown(&f);
}
END_TEST

/* ---- refusals -------------------------------------------------------------------------------- */

typedef struct Refused {
    uint8_t type;
    const char *body, *text;
    int offset; /* of the instruction at fault from the body's start; -1: not looked at */
} Refused;

static const Refused refused[] = {
    /* types, with the operands there are */
    {0, "00 i32.const 00 i64.const 00 i32.add drop end",
     "type mismatch: instruction requires [i32 i32] but stack has [i32 i64]", 5},
    {0, "00 i32.const 00 i32.add drop end",
     "type mismatch: instruction requires [i32 i32] but stack has [i32]", 3},
    {0, "00 i32.const 00 end", "type mismatch: block requires [] but stack has [i32]", 3},
    {0, "00 block 7f end drop end", "type mismatch: instruction requires [i32] but stack has []",
     3},
    {0, "00 i32.const 00 block 40 drop end end", "type mismatch", 5},
    {1, "00 unreachable i64.const 00 end",
     "type mismatch: instruction requires [i32] but stack has [i64]", 4},
    {0, "00 i32.const 00 if 7f i32.const 00 end drop end", "type mismatch: if without else", 7},
    {1, "00 block 40 local.get 00 local.get 00 br_table 01 00 01 end unreachable end",
     "type mismatch", 7},
    {0, "00 ref.null 6f ref.null 6f i32.const 00 select drop end", "type mismatch", 7},
    /* indices */
    {1, "01 02 7f local.get 07 drop end", "unknown local 7: function has 3", 3},
    {0, "00 br 05 end", "unknown label 5", 1},
    {0, "00 call 09 end", "unknown function 9: module has 4", 1},
    {0, "00 memory.size 01 drop end", "unknown memory 1", 1},
    {0, "00 table.size 02 drop end", "unknown table 2", 1},
    {0, "00 global.get 01 drop end", "unknown global 1", 1},
    {0, "00 elem.drop 04 end", "unknown elem segment 4", 1},
    {0, "00 throw 01 end", "unknown tag 1", 1},
    {0, "00 struct.new 09 drop end", "unknown type 9", 1},
    {0, "00 block 09 end end", "unknown type 9", 2},
    {0, "00 ref.null 04 struct.get 04 01 drop end", "unknown field 1", 3},
    {0, "00 ref.func 00 drop end", "undeclared function reference", 1},
    {0, "01 01 64 70 local.get 00 drop end", "uninitialized local 0", 4},
    /* what was assigned in a block is not, behind it */
    {0,
     "01 01 64 04 block 40 i32.const 00 struct.new 04 local.set 00 local.get 00 drop end "
     "local.get 00 drop end",
     "uninitialized local 0", 17},
    /* immediates */
    {0, "00 i32.const 00 i32.load 03 00 drop end", "alignment must not be larger than natural", 3},
    {0, "00 i32.const 00 i32.load 80 01 00 drop end", "malformed memop flags", 4},
    {0, "00 i32.const 00 i32.load 02 80 80 80 80 10 drop end", "offset out of range", 3},
    {0, "00 data.drop 00 end", "data count section required", 1},
    {0, "00 atomic.fence 01 end", "zero byte expected", 3},
    {0, "00 i32.const 80 80 80 80 80 00 drop end", "integer representation too long", 2},
    {0, "00 i32.const 80 80 80 80 70 drop end", "integer too large", 2},
    {0, "00 i32.const 00 i32x4.splat i32x4.extract_lane 04 drop end", "invalid lane index 4", 5},
    {0, "00 ff end", "illegal opcode ff", 1},
    {0, "00 fc 1f end", "illegal opcode fc 1f", 1},
    {0, "00 block 41 end end", "malformed value type", 2},
    /* structure */
    {0, "00 else end", "END opcode expected", 1},
    {0, "00 catch_all end", "END opcode expected", 1},
    {0, "00 block 40 delegate 00", "END opcode expected", 3},
    {0, "00 block 40 rethrow 00 end end", "invalid rethrow label", 3},
    {0, "00 try 40 delegate 01 end", "unknown label 1", 3},
    {0, "00 block 40 end", "unexpected end of section or function", 4},
    {0, "00 end nop", "section size mismatch", 2},
    {0, "00 i32.const 80", "unexpected end of section or function", 3},
    /* hostile counts: nothing is allocated for them */
    {0, "02 ff ff ff ff 0f 7f 02 7e end", "too many locals", -1},
    {0, "ff ff ff ff 0f end", "unexpected end of section or function", -1},
    {0, "01 d1 86 03 7f end", "implementation limit: 50001 locals: at most 50000", -1},
    {0, "00 i32.const 00 br_table ff ff ff ff 0f 00 end", "unexpected end of section or function",
     -1},
    {0, "00 array.new_fixed 04 ff ff ff ff 0f drop end",
     "type mismatch: type 4 is not an array type", 1},
    {0, "00 try_table 40 ff ff ff ff 0f end end", "unexpected end of section or function", -1},
};

START_TEST(refuses_where_and_why) {
    const Refused *want = &refused[_i];
    Fixture f;
    setup(&f, want->type, want->body);
    ck_assert_msg(!validate(&f), "%s", want->body);
    ck_assert_msg(strncmp(f.ctx.diag.text, want->text, strlen(want->text)) == 0, "%s: %s",
                  want->body, f.ctx.diag.text);
    ck_assert_uint_eq(f.ctx.diag.func, TESTED);
    if (want->offset >= 0)
        ck_assert_msg(f.ctx.diag.offset == f.m.funcs[TESTED].body + (unsigned)want->offset,
                      "%s: at %d", want->body,
                      (int)f.ctx.diag.offset - (int)f.m.funcs[TESTED].body);
    teardown(&f);
}
END_TEST

typedef struct Needs {
    FeatureId feature;
    const char *body, *text;
    unsigned offset;
} Needs;

static const Needs needs[] = {
    {FEATURE_sign_ext, "00 i32.const 00 i32.extend8_s drop end", "needs sign-extension", 3},
    {FEATURE_simd, "01 01 7b end", "needs simd", 2},
    {FEATURE_tail_call, "00 return_call 00 end", "needs tail-call", 1},
    {FEATURE_tail_call, "00 ref.null 00 return_call_ref 00 end", "needs tail-call", 3},
    {FEATURE_multi_value, "00 block 00 end end", "needs multi-value", 2},
    {FEATURE_multi_memory, "00 i32.const 00 i32.load 42 00 00 drop end", "needs multi-memory", 4},
    {FEATURE_ref_types, "01 01 6f end", "needs reference-types", 2},
    {FEATURE_legacy_eh, "00 try 40 end end", "needs legacy-exceptions", 1},
    {FEATURE_wide_arith, "00 unreachable i64.add128 drop drop end", "needs wide-arithmetic", 2},
};

START_TEST(features_can_be_off) {
    const Needs *want = &needs[_i];
    Fixture f;
    setup(&f, 0, want->body);
    ck_assert_msg(validate(&f), "%s: %s", want->body, f.ctx.diag.text);
    ck_assert_uint_ne(f.ops.features_used >> want->feature & 1, 0);
    f.ctx.features &= ~((uint64_t)1 << want->feature);
    arena_reset(&f.arena);
    ck_assert(!validate(&f));
    ck_assert_str_eq(f.ctx.diag.text, want->text);
    ck_assert_int_eq(f.ctx.diag.class, CLASS_FEATURE);
    ck_assert_uint_eq(f.ctx.diag.offset, f.m.funcs[TESTED].body + want->offset);
    teardown(&f);
}
END_TEST

/* throw came with either proposal of exceptions. */
START_TEST(throw_belongs_to_both) {
    Fixture f;
    setup(&f, 0, "00 i32.const 00 throw 00 end");
    f.ctx.features &= ~((uint64_t)1 << FEATURE_exceptions);
    ck_assert_msg(validate(&f), "%s", f.ctx.diag.text);
    f.ctx.features &= ~((uint64_t)1 << FEATURE_legacy_eh);
    arena_reset(&f.arena);
    ck_assert(!validate(&f));
    teardown(&f);
}
END_TEST

/* ---- constant expressions -------------------------------------------------------------------- */

typedef struct Const {
    const char *words;
    ValType type;
    uint32_t globals;
    const char *text; /* NULL: it is one */
} Const;

static const Const consts[] = {
    {"i32.const 05 end", VT_I32, 0, NULL},
    {"i32.const 05 i32.const 06 i32.mul end", VT_I32, 0, NULL},
    {"ref.func 00 end", VT_REF | VT_NULLABLE | (ValType)HT_FUNC << VT_HEAP_SHIFT, 0, NULL},
    {"i32.const 05 struct.new 04 end", VT_REF | 4 << VT_HEAP_SHIFT, 0, NULL},
    {"i32.const 05 end", VT_I64, 0,
     "type mismatch: instruction requires [i64] but stack has [i32]"},
    {"end", VT_I32, 0, "type mismatch"},
    {"i32.const 00 i32.eqz end", VT_I32, 0, "constant expression required: i32.eqz"},
    {"global.get 00 end", VT_I32, 0, "unknown global 0"},
    {"global.get 00 end", VT_I32, 1, "constant expression required: global 0 is mutable"},
    {"nop i32.const 00 end", VT_I32, 0, "constant expression required"},
};

START_TEST(constant_expressions) {
    const Const *want = &consts[_i];
    Fixture f;
    setup(&f, 0, "00 end");
    Bytes words = assemble(want->words);
    memcpy(f.bytes.data + f.bytes.len, words.data, words.len); /* offsets count from the module */
    ConstExpr expr = {{f.bytes.data + f.bytes.len, words.len}};
    bool ok = validate_const(&f.ctx, &f.m, expr, want->type, want->globals, &f.arena, &f.ops);
    ck_assert_msg(ok == !want->text, "%s: %s", want->words, f.ctx.diag.text);
    if (ok) {
        ck_assert_uint_eq(f.ops.block_count, 1);
        ck_assert_uint_eq(f.ops.ins[f.ops.count - 1].op, OP_end);
    } else {
        ck_assert_msg(strncmp(f.ctx.diag.text, want->text, strlen(want->text)) == 0, "%s: %s",
                      want->words, f.ctx.diag.text);
    }
    teardown(&f);
}
END_TEST

/* ---- all functions, threads, memory ---------------------------------------------------------- */

START_TEST(the_earliest_error_on_any_number_of_threads) {
    Bytes good = assemble("00 block 40 br 00 end end");
    Bytes b = module_around(0, &good, 300);
    b.data[b.len - 8 * 40 + 2] = 0x0f; /* replaced in two bodies: return where a block was */
    b.data[b.len - 8 * 200 + 2] = 0x0f;
    uint64_t first = 0;
    for (unsigned threads = 1; threads <= 8; threads++) {
        Context ctx;
        Module m;
        uint64_t features;
        context_init(&ctx, alloc_default(), "test");
        ck_assert_msg(module_read(&ctx, (Slice){b.data, b.len}, &m), "%s", ctx.diag.text);
        ck_assert(!validate_all(&ctx, &m, threads, &features));
        ck_assert_uint_ne(ctx.diag.offset, NO_OFFSET);
        if (threads == 1) first = ctx.diag.offset;
        ck_assert_uint_eq(ctx.diag.offset, first);
        ck_assert_uint_eq(ctx.diag.func, TESTED + 300 - 200);
        module_free(&m);
    }
}
END_TEST

typedef struct Countdown {
    unsigned left;
} Countdown;

static void *failing_resize(void *user, void *ptr, size_t size) {
    Countdown *c = user;
    if (size == 0) {
        free(ptr);
        return NULL;
    }
    if (c->left == 0) return NULL;
    c->left--;
    return realloc(ptr, size);
}

START_TEST(survives_a_failing_allocator) {
    Fixture f;
    setup(&f, 0, "01 90 4e 7f block 40 i32.const 00 br_table 01 00 00 end end");
    for (unsigned allowed = 0;; allowed++) {
        Countdown c = {allowed};
        Arena arena;
        arena_init(&arena, (Allocator){failing_resize, &c});
        bool ok = validate_function(&f.ctx, &f.m, TESTED, &arena, &f.ops);
        arena_free(&arena);
        if (ok) break;
        ck_assert_int_eq(f.ctx.diag.class, CLASS_NOMEM);
        ck_assert_uint_lt(allowed, 50);
        diag_clear(&f.ctx);
    }
    teardown(&f);
}
END_TEST

/* ---- tables ---------------------------------------------------------------------------------- */

START_TEST(rules_say_what_signatures_say) {
    static const char letters[] = "?ilfdv?????????a";
    for (unsigned op = 0; op < OP_COUNT; op++) {
        const OpRule *rule = &op_rules[op];
        char text[16] = "POLY";
        size_t len = 0;
        if (rule->pops != SIG_POLY) {
            for (unsigned i = 0; i < (unsigned)rule->pops + rule->pushes; i++) {
                if (i == rule->pops) text[len++] = '_';
                text[len++] = letters[rule->types[i]];
            }
            if (rule->pushes == 0) text[len++] = '_';
            text[len] = 0;
        }
        ck_assert_str_eq(text, op_info[op].sig);
        unsigned row = op_info[op].prefix ? op_info[op].prefix - OP_PREFIX_FIRST + 1u : 0;
        ck_assert_uint_eq(op_of_code[row][op_info[op].code], op + 1);
    }
}
END_TEST

int main(void) {
    Suite *s = suite_create("validate");
    TCase *t = tcase_create("validate");
    int streams_count = sizeof streams / sizeof *streams,
        refused_count = sizeof refused / sizeof *refused;
    int needs_count = sizeof needs / sizeof *needs, consts_count = sizeof consts / sizeof *consts;
    tcase_add_loop_test(t, writes_the_stream, 0, streams_count);
    tcase_add_test(t, decodes_immediates);
    tcase_add_test(t, catches_go_to_the_pool);
    tcase_add_loop_test(t, refuses_where_and_why, 0, refused_count);
    tcase_add_loop_test(t, features_can_be_off, 0, needs_count);
    tcase_add_test(t, throw_belongs_to_both);
    tcase_add_loop_test(t, constant_expressions, 0, consts_count);
    tcase_add_test(t, the_earliest_error_on_any_number_of_threads);
    tcase_add_test(t, survives_a_failing_allocator);
    tcase_add_test(t, rules_say_what_signatures_say);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed != 0;
}
