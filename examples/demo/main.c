/* main.c: md2html: Markdown files to one HTML page, with a table of contents.
 *   md2html [--toc] [--title TITLE] [-o OUT.html] [FILE.md...]      without files: standard input */
#include "md.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const char style[] =
    "body{max-width:46em;margin:2em auto;padding:0 1em;font:16px/1.5 sans-serif;color:#222}"
    "pre{background:#f4f4f4;padding:.8em;overflow-x:auto}code{font:14px monospace}"
    "table{border-collapse:collapse}td,th{border:1px solid #ccc;padding:.2em .6em}"
    "blockquote{border-left:4px solid #ccc;margin-left:0;padding-left:1em;color:#555}"
    "nav{background:#f8f8f8;padding:.5em 1em}";

static bool read_file(const char *path, Text *out) {
    FILE *file = path ? fopen(path, "rb") : stdin;
    if (!file) return false;
    char room[4096];
    for (size_t n; (n = fread(room, 1, sizeof room, file)) > 0;)
        text_add(out, room, n);
    bool ok = !ferror(file);
    if (path) fclose(file);
    text_puts(out, "\n");
    return ok;
}

static Line *split(const Text *text, size_t *count) {
    size_t cap = 1, n = 0;
    for (size_t i = 0; i < text->len; i++)
        cap += text->at[i] == '\n';
    Line *lines = md_grow(NULL, cap * sizeof *lines);
    for (size_t at = 0; at < text->len;) {
        size_t end = at;
        while (end < text->len && text->at[end] != '\n')
            end++;
        size_t len = end > at && text->at[end - 1] == '\r' ? end - at - 1 : end - at;
        lines[n++] = (Line){text->at + at, len};
        at = end + 1;
    }
    *count = n;
    return lines;
}

static void contents(Text *out, const Page *page) {
    int depth = 0;
    text_puts(out, "<nav>\n");
    for (size_t i = 0; i < page->heading_count; i++) {
        const Heading *h = &page->headings[i];
        if (h->level > 3) continue;
        for (; depth < h->level; depth++)
            text_puts(out, "<ul>");
        for (; depth > h->level; depth--)
            text_puts(out, "</ul>");
        text_puts(out, "<li><a href=\"#");
        text_puts(out, h->slug);
        text_puts(out, "\">");
        text_puts(out, h->html);
        text_puts(out, "</a></li>\n");
    }
    for (; depth > 0; depth--)
        text_puts(out, "</ul>");
    text_puts(out, "</nav>\n");
}

static int fail(const char *what, const char *path) {
    fprintf(stderr, "md2html: %s %s: %s\n", what, path, strerror(errno));
    return 1;
}

int main(int argc, char **argv) {
    const char *title = NULL, *out_path = NULL;
    bool toc = false;
    Text source = {0};
    int files = 0;
    clock_t start = clock();
    for (int i = 1; i < argc; i++) {
        bool more = i + 1 < argc;
        if (!strcmp(argv[i], "--toc")) {
            toc = true;
        } else if (!strcmp(argv[i], "--title") && more) {
            title = argv[++i];
        } else if (!strcmp(argv[i], "-o") && more) {
            out_path = argv[++i];
        } else if (argv[i][0] == '-') {
            fprintf(stderr, "usage: md2html [--toc] [--title TITLE] [-o OUT.html] [FILE.md...]\n");
            return 2;
        } else {
            if (!read_file(argv[i], &source)) return fail("reading", argv[i]);
            files++;
        }
    }
    if (!files && !read_file(NULL, &source)) return fail("reading", "standard input");

    Page page = {0};
    size_t count;
    Line *lines = split(&source, &count);
    md_blocks(&page, lines, count);

    Text html = {0};
    text_puts(&html, "<!DOCTYPE html>\n<html>\n<head>\n<meta charset=\"utf-8\">\n<title>");
    if (title)
        text_escaped(&html, title, strlen(title));
    else if (page.heading_count)
        text_puts(&html, page.headings[0].html);
    text_puts(&html, "</title>\n<style>");
    text_puts(&html, style);
    text_puts(&html, "</style>\n</head>\n<body>\n");
    if (toc) contents(&html, &page);
    text_add(&html, page.body.at ? page.body.at : "", page.body.len);
    text_puts(&html, "</body>\n</html>\n");

    FILE *out = out_path ? fopen(out_path, "wb") : stdout;
    if (!out) return fail("writing", out_path);
    bool written = fwrite(html.at, 1, html.len, out) == html.len;
    if ((out_path ? fclose(out) : fflush(out)) != 0 || !written)
        return fail("writing", out_path ? out_path : "output");
    fprintf(stderr, "md2html: %zu lines, %zu headings, %zu bytes of HTML, %.1f ms\n", count,
            page.heading_count, html.len, (double)(clock() - start) * 1000.0 / CLOCKS_PER_SEC);
    return 0;
}
