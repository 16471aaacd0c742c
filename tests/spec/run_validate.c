/* run_validate.c: what a script says about modules as bytes: accepted, or refused with which words.
 * Also the whole of --validate. */
#include "spectest.h"
#include <stdlib.h>

static void check_bytes(Context *ctx, Slice bytes, bool customs) {
    Module module;
    uint64_t features = 0;
    if (!module_read(ctx, bytes, &module)) return;
    if (validate_all(ctx, &module, 1, &features) && customs) module_check_customs(ctx, &module);
    module_free(&module);
}

void check_module_file(const char *file, bool customs, Check *out) {
    uint8_t *bytes;
    size_t len;
    *out = (Check){.class = CLASS_NONE};
    if (!suite_read_file(file, &bytes, &len)) {
        out->class = CLASS_IO;
        snprintf(out->text, sizeof out->text, "%.400s: cannot be read", file);
        return;
    }
    Context ctx;
    context_init(&ctx, alloc_default(), file);
    check_bytes(&ctx, (Slice){bytes, len}, customs);
    out->class = ctx.diag.class;
    snprintf(out->text, sizeof out->text, "%s", ctx.diag.text);
    free(bytes);
}

static bool begins_with(const char *text, const char *start) {
    return start && !strncmp(text, start, strlen(start));
}

static Verdict must_load(const Command *c, Buffer *text) {
    Check check;
    check_module_file(c->file, false, &check);
    if (check.class == CLASS_NONE) return VERDICT_PASS;
    buffer_printf(text, "expected a valid module, got %s: %s", error_class_name(check.class),
                  check.text);
    return VERDICT_FAIL;
}

static Verdict must_fail(const Command *c, bool customs, Buffer *text) {
    Check check;
    check_module_file(c->file, customs, &check);
    bool refused = check.class == CLASS_INVALID || check.class == CLASS_MALFORMED;
    if (refused && begins_with(check.text, c->text)) return VERDICT_PASS;
    buffer_printf(text, "expected \"%s\", got ", c->text ? c->text : "");
    if (check.class == CLASS_NONE)
        buffer_text(text, "a valid module");
    else
        buffer_printf(text, "%s: %s", error_class_name(check.class), check.text);
    return VERDICT_FAIL;
}

Verdict validate_command(const Command *c, Buffer *text) {
    if (c->skipped) return VERDICT_SKIP;
    switch (c->kind) {
    case COMMAND_MODULE:
    case COMMAND_DEFINITION:
    case COMMAND_UNLINKABLE:
    case COMMAND_UNINSTANTIABLE:
        return must_load(c, text);
    case COMMAND_INVALID:
    case COMMAND_MALFORMED:
        return must_fail(c, false, text);
    case COMMAND_INVALID_CUSTOM:
    case COMMAND_MALFORMED_CUSTOM:
        if (must_load(c, text) != VERDICT_PASS) return VERDICT_FAIL;
        return must_fail(c, true, text);
    default:
        return VERDICT_SKIP; /* needs execution */
    }
}

void validate_script(Suite *suite, const Script *script, int pipe) {
    (void)suite;
    for (uint32_t i = 0; i < script->count; i++) {
        if (script->results[i].verdict != VERDICT_NONE) continue; /* known from before a crash */
        Buffer text;
        buffer_init(&text, alloc_default());
        Verdict verdict = validate_command(&script->commands[i], &text);
        jobs_send(pipe, i, (uint8_t)verdict, suite_buffer(&text));
        buffer_free(&text);
    }
}
