/* fuzz_module.c: the fuzz target: any bytes as a module: read, validated, translated into a temporary
 * folder. What it may not do: crash, leak, write outside, accept what it then cannot translate without
 * saying why. test_mutate.c includes this file and runs it over the corpus; with libFuzzer:
 *   clang -fsanitize=fuzzer,address -DW2C_FUZZER -I translator -I rtlib tests/fuzz/fuzz_module.c LIBRARY
 * Environment: TMPDIR, the folder to write into. */
#define _XOPEN_SOURCE 700
#include "emit/translate.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef struct FuzzResult {
    ErrorClass class; /* CLASS_NONE: translated */
    bool read, valid; /* got so far */
    char text[480];
} FuzzResult;

/* With an op stream, without, and instruction by instruction functions are judged alike. */
static void judge_alike(const Context *ctx, const Module *m) {
    Arena arena;
    arena_init(&arena, alloc_default());
    for (uint32_t f = m->imported_funcs; f < m->func_count; f++) {
        Context by[3];
        uint64_t used[2] = {0};
        OpStream ops = {.features_used = 0};
        for (int i = 0; i < 3; i++) {
            by[i] = context_worker(ctx);
            by[i].alloc = alloc_default();
        }
        arena_reset(&arena);
        bool good = validate_function(&by[2], m, f, &arena, &ops);
        for (int i = 0; i < 2; i++)
            if (validate_only(&by[i], m, f, &arena, i == 1, &used[i]) != good ||
                (good ? used[i] != ops.features_used
                      : strcmp(by[i].diag.text, by[2].diag.text) ||
                            by[i].diag.offset != by[2].diag.offset)) {
                fprintf(stderr, "func %u: %s; %s\n", f, by[i].diag.text, by[2].diag.text);
                abort();
            }
    }
    arena_free(&arena);
}

/* Everything that w2c does with a module. out: path of mod.c; NULL: no translation. */
static FuzzResult fuzz_one(Allocator alloc, Slice bytes, const char *out, MemoryMode memory,
                           uint32_t groups) {
    Context ctx;
    Module m;
    FuzzResult result = {.class = CLASS_NONE};
    context_init(&ctx, alloc, "fuzz");
    result.read = module_read(&ctx, bytes, &m);
    if (result.read) {
        uint64_t features = 0;
        judge_alike(&ctx, &m);
        result.valid = validate_all(&ctx, &m, groups, &features);
        if (result.valid && out) {
            TranslateOptions options = {.out = out,
                                        .groups = groups,
                                        .threads = groups,
                                        .memory = memory,
                                        .only_func = NO_FUNC,
                                        .version = "fuzz"};
            Arena arena;
            OutputList list;
            arena_init(&arena, alloc);
            translate_module(&ctx, &m, &options, &arena, &list);
            arena_free(&arena);
        }
        module_free(&m);
    }
    result.class = ctx.diag.class;
    memcpy(result.text, ctx.diag.text, sizeof result.text);
    return result;
}

/* A folder that is removed at the end of the process by fuzz_leave. */
static const char *fuzz_enter(void) {
    static char folder[512];
    const char *temp = getenv("TMPDIR");
    if (folder[0]) return folder;
    snprintf(folder, sizeof folder, "%s/w2c-fuzz-XXXXXX",
             temp                       ? temp
             : access("/dev/shm", W_OK) ? "/tmp"
                                        : "/dev/shm");
    if (!mkdtemp(folder)) {
        perror(folder);
        exit(2);
    }
    return folder;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char out[600];
    snprintf(out, sizeof out, "%s/m.c", fuzz_enter());
    FuzzResult r = fuzz_one(alloc_default(), (Slice){data, size}, out,
                            size % 2 ? MEMORY_GUARD : MEMORY_BOUNDS, 1 + (uint32_t)(size / 2 % 2));
    if (r.class != CLASS_NONE && !r.text[0]) abort(); /* an error without words */
    if (r.class == CLASS_NOMEM || r.class == CLASS_IO) {
        fprintf(stderr, "%s\n", r.text);
        abort();
    }
    return 0;
}
