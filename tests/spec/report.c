/* report.c: what is printed at the end: failures, the table of scripts, the totals. */
#include "spectest.h"
#include <inttypes.h>

enum { FEW = 3 }; /* failures shown a script without -v */

typedef struct Totals {
    uint64_t passed, failed, expected, skipped, text_skipped;
} Totals;

static Totals count_script(const Script *script) {
    Totals t = {0};
    for (uint32_t i = 0; i < script->count; i++) {
        const Result *r = &script->results[i];
        t.text_skipped += script->commands[i].skipped;
        t.expected += r->expected;
        switch (r->verdict) {
        case VERDICT_PASS:
            t.passed++;
            break;
        case VERDICT_SKIP:
            t.skipped++;
            break;
        default:
            t.failed++;
        }
    }
    return t;
}

static void print_failure(const Script *script, uint32_t i) {
    const Command *c = &script->commands[i];
    const Result *r = &script->results[i];
    Buffer text;
    buffer_init(&text, alloc_default());
    buffer_printf(&text, "%s:%" PRIu32 ": %s", script->path, c->line, script_command_name(c->kind));
    if (c->field.text) {
        buffer_text(&text, " \"");
        for (size_t k = 0; k < c->field.len; k++) {
            unsigned char byte = (unsigned char)c->field.text[k];
            if (byte < ' ' || byte == 0x7f)
                buffer_printf(&text, "\\%02x", byte);
            else
                buffer_char(&text, (char)byte);
        }
        buffer_text(&text, "\"(");
        for (uint32_t k = 0; k < c->arg_count; k++) {
            if (k) buffer_text(&text, ", ");
            value_print(&text, &c->args[k]);
        }
        buffer_char(&text, ')');
    } else if (c->file) {
        const char *slash = strrchr(c->file, '/');
        buffer_printf(&text, " %s", slash ? slash + 1 : c->file);
    }
    buffer_printf(&text, ": %s%s", r->expected ? "(as expected) " : "",
                  r->text ? r->text : "no result");
    puts(suite_buffer(&text));
    buffer_free(&text);
}

static void print_failures(const Script *script, bool verbose) {
    unsigned shown = 0;
    uint64_t more = 0;
    for (uint32_t i = 0; i < script->count; i++) {
        const Result *r = &script->results[i];
        if (r->verdict == VERDICT_PASS || r->verdict == VERDICT_SKIP || (r->expected && !verbose))
            continue;
        if (verbose || shown++ < FEW)
            print_failure(script, i);
        else
            more++;
    }
    if (more) printf("%s: and %" PRIu64 " more (-v shows them)\n", script->path, more);
}

static void print_row(const Script *script, const Totals *t) {
    printf("%-44s %7" PRIu64 " %7" PRIu64 " %7" PRIu64 " %7" PRIu64 "\n", script->id, t->passed,
           t->failed, t->expected, t->skipped);
}

uint64_t report_print(const Suite *suite) {
    Totals all = {0};
    uint32_t wholly = 0, partly = 0, none = 0;
    bool verbose = suite->options.verbose, head = false;
    for (uint32_t i = 0; i < suite->script_count; i++)
        print_failures(&suite->scripts[i], verbose);
    for (uint32_t i = 0; i < suite->script_count; i++) {
        Totals t = count_script(&suite->scripts[i]);
        if (!t.failed)
            wholly++;
        else if (t.passed)
            partly++;
        else
            none++;
        all.passed += t.passed, all.failed += t.failed, all.expected += t.expected;
        all.skipped += t.skipped, all.text_skipped += t.text_skipped;
        if (!verbose && !t.failed) continue;
        if (!head)
            printf("\n%-44s %7s %7s %7s %7s\n", "script", "passed", "failed", "listed", "skipped");
        head = true;
        print_row(&suite->scripts[i], &t);
    }
    if (head) putchar('\n');
    printf("scripts: %" PRIu32 " pass wholly, %" PRIu32 " in part, %" PRIu32 " not at all\n",
           wholly, partly, none);
    printf("skipped: %" PRIu64 " need a text parser, %" PRIu64 " need execution\n",
           all.text_skipped, all.skipped - all.text_skipped);
    if (suite->options.expect)
        printf("of the failures %" PRIu64 " are listed as expected, %" PRIu64 " are not\n",
               all.expected, all.failed - all.expected);
    printf("%" PRIu64 " passed, %" PRIu64 " failed, %" PRIu64 " skipped\n", all.passed, all.failed,
           all.skipped);
    return all.failed - all.expected;
}
