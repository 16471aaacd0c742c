/* rt_memory_report.c: a memory's figures and samples as a page, as CSV, as JSON. */
#define _POSIX_C_SOURCE 200809L
#include "rt_internal.h"
#include "rt_memory_page.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct report {
    w2c_memory_figures info;
    u64 settle_ns, lost;
    w2c_memory_sample *samples;
    size_t count;
    const char *title;
} report;

static const char *const kinds[] = {"start", "growth", "failed", "look"};

/* Also safe inside a page's script: '<' is escaped. */
static void put_string(FILE *f, const char *text) {
    fputc('"', f);
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        if (c < 0x20 || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' || c == 0x7f)
            fprintf(f, "\\u%04x", c);
        else
            fputc(c, f);
    }
    fputc('"', f);
}

static void put_number(FILE *f, const char *name, u64 n) {
    fprintf(f, "  \"%s\": %llu,\n", name, (unsigned long long)n);
}

static void put_json(FILE *f, const report *r) {
    const w2c_memory_figures *i = &r->info;
    fputs("{\n  \"title\": ", f);
    put_string(f, r->title);
    fputs(",\n", f);
    put_number(f, "current", i->current);
    put_number(f, "peak", i->peak);
    put_number(f, "limit", i->limit);
    put_number(f, "reserved", i->reserved);
    put_number(f, "growths", i->growths);
    put_number(f, "failed_growths", i->failed_growths);
    put_number(f, "refused", i->refused);
    put_number(f, "page", i->page);
    put_number(f, "touched", i->touched);
    put_number(f, "resident", i->resident);
    fprintf(f, "  \"pages_known\": %s,\n", i->pages_known ? "true" : "false");
    put_number(f, "baseline", i->baseline);
    put_number(f, "since_baseline", i->since_baseline);
    put_number(f, "settle_ns", r->settle_ns);
    put_number(f, "elapsed_ns", i->elapsed_ns);
    put_number(f, "last_growth_ns", i->last_growth_ns);
    put_number(f, "lost", r->lost);
    fputs("  \"samples\": [", f);
    for (size_t k = 0; k < r->count; k++) {
        const w2c_memory_sample *s = &r->samples[k];
        fprintf(f, "%s\n    {\"ns\": %llu, \"kind\": \"%s\", \"bytes\": %llu", k ? "," : "",
                (unsigned long long)s->ns, kinds[s->kind], (unsigned long long)s->bytes);
        if (s->kind == W2C_SAMPLE_LOOK)
            fprintf(f, ", \"touched\": %llu, \"resident\": %llu", (unsigned long long)s->touched,
                    (unsigned long long)s->resident);
        fputs("}", f);
    }
    fputs("\n  ]\n}", f);
}

static void put_csv(FILE *f, const report *r) {
    fputs("ns,kind,bytes,touched,resident\n", f);
    for (size_t k = 0; k < r->count; k++) {
        const w2c_memory_sample *s = &r->samples[k];
        fprintf(f, "%llu,%s,%llu,", (unsigned long long)s->ns, kinds[s->kind],
                (unsigned long long)s->bytes);
        if (s->kind == W2C_SAMPLE_LOOK)
            fprintf(f, "%llu,%llu\n", (unsigned long long)s->touched,
                    (unsigned long long)s->resident);
        else
            fputs(",\n", f);
    }
}

typedef enum form { FORM_NONE, FORM_HTML, FORM_CSV, FORM_JSON } form;

static form form_of(const char *path) {
    static const char *const suffixes[] = {".html", ".csv", ".json"};
    size_t len = strlen(path);
    for (int i = 0; i < 3; i++) {
        size_t n = strlen(suffixes[i]);
        if (len > n && !strcmp(path + len - n, suffixes[i])) return (form)(i + 1);
    }
    return FORM_NONE;
}

bool w2c_memory_report_suffix(const char *path) {
    return form_of(path) != FORM_NONE;
}

static bool write_file(const char *path, const report *r) {
    FILE *f = fopen(path, "w");
    form as = form_of(path);
    if (!f) return false;
    if (as == FORM_HTML) fputs(page_begin, f);
    if (as == FORM_CSV)
        put_csv(f, r);
    else
        put_json(f, r);
    if (as == FORM_HTML) fputs(page_end, f);
    if (as == FORM_JSON) fputc('\n', f);
    bool ok = !ferror(f);
    return fclose(f) == 0 && ok;
}

bool w2c_memory_report(w2c_memory *memory, const char *path, const char *title) {
    report r;
    memset(&r, 0, sizeof r);
    if (form_of(path) == FORM_NONE) {
        errno = EINVAL;
        return false;
    }
    w2c_memory_stats(memory, true, &r.info);
    r.title = title ? title : "";
    r.settle_ns = w2c_watcher_settle(memory);
    size_t room = w2c_watcher_samples(memory);
    if (room) {
        r.samples = (w2c_memory_sample *)calloc(room, sizeof *r.samples);
        if (!r.samples) {
            errno = ENOMEM;
            return false;
        }
        r.count = w2c_memory_samples(memory, r.samples, room, &r.lost);
    }
    bool ok = write_file(path, &r);
    free(r.samples);
    return ok;
}
