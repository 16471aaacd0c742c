/* md.h: what the parts of md2html share: growing text, lines, and the collected headings.
 * Running out of memory ends the program: it is a small tool. */
#ifndef MD_H
#define MD_H
#include <stdbool.h>
#include <stddef.h>

typedef struct Text { /* always NUL-terminated once something was added */
    char *at;
    size_t len, cap;
} Text;

typedef struct Line {
    const char *at;
    size_t len; /* without the line end */
} Line;

typedef struct Heading {
    int level;
    char *slug, *html;
} Heading;

typedef struct Page {
    Text body;
    Heading *headings;
    size_t heading_count, heading_cap;
} Page;

void *md_grow(void *at, size_t size); /* realloc that never fails */
void text_add(Text *t, const char *at, size_t len);
void text_puts(Text *t, const char *s);
void text_printf(Text *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
void text_escaped(Text *t, const char *at, size_t len); /* & < > " as entities */

void md_inline(Text *out, const char *at, size_t len);
void md_blocks(Page *page, const Line *lines, size_t count);

/* ---- lines ---- */
size_t line_indent(Line l); /* columns of white space; a tab goes to the next multiple of 4 */
Line line_trim(Line l);
bool line_blank(Line l);
Line line_outdent(Line l, size_t columns); /* removes up to so many columns of white space */
#endif
