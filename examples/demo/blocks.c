/* blocks.c: headings, paragraphs, lists, quotations, code, tables. Containers collect their lines without
 * the markers and are read as a page of their own. */
#include "md.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* ---- what begins a block ----------------------------------------------------------------------------- */
static int heading_level(Line l) {
    size_t n = 0;
    l = line_trim(l);
    while (n < l.len && l.at[n] == '#')
        n++;
    return n >= 1 && n <= 6 && (n == l.len || l.at[n] == ' ') ? (int)n : 0;
}

static bool is_rule(Line l) {
    size_t marks = 0;
    l = line_trim(l);
    if (!l.len || !strchr("*-_", *l.at)) return false;
    for (size_t i = 0; i < l.len; i++) {
        if (l.at[i] != *l.at && l.at[i] != ' ') return false;
        marks += l.at[i] == *l.at;
    }
    return marks >= 3;
}

static size_t fence_length(Line l, char *mark) {
    size_t n = 0;
    l = line_trim(l);
    if (!l.len || (*l.at != '`' && *l.at != '~')) return 0;
    while (n < l.len && l.at[n] == *l.at)
        n++;
    *mark = *l.at;
    return n >= 3 ? n : 0;
}

/* Columns up to an item's text; 0 when l begins no item. */
static size_t item_width(Line l, bool *ordered, long *number) {
    size_t indent = line_indent(l), n = 0;
    Line t = line_trim(l);
    if (indent > 3 || is_rule(l)) return 0;
    while (n < t.len && n < 9 && isdigit((unsigned char)t.at[n]))
        n++;
    *ordered = n > 0;
    *number = n ? strtol(t.at, NULL, 10) : 1;
    if (n ? n >= t.len || !strchr(".)", t.at[n]) : !t.len || !strchr("-*+", *t.at)) return 0;
    n++;
    if (n < t.len && t.at[n] != ' ') return 0;
    return indent + n + 1;
}

static bool is_delimiter_row(Line l) {
    l = line_trim(l);
    bool pipe = false, dash = false;
    for (size_t i = 0; i < l.len; i++) {
        if (!strchr("|-: ", l.at[i])) return false;
        pipe |= l.at[i] == '|';
        dash |= l.at[i] == '-';
    }
    return pipe && dash;
}

static bool ends_paragraph(Line l) {
    bool ordered;
    long number;
    char mark;
    return line_blank(l) || heading_level(l) || is_rule(l) || fence_length(l, &mark) ||
           *line_trim(l).at == '>' ||
           (item_width(l, &ordered, &number) && (!ordered || number == 1));
}

/* ---- blocks; each returns how many lines it took --------------------------------------------------------- */
static void heading_add(Page *page, int level, Line text) {
    Text slug = {0}, html = {0};
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.at[i], low = (unsigned char)tolower(c);
        if (isalnum(c) || c >= 0x80 || c == '_')
            text_add(&slug, (char *)&low, 1);
        else if (c == ' ' || c == '-')
            text_puts(&slug, "-");
    }
    text_puts(&slug, "");
    size_t same = 0, len = slug.len;
    for (size_t i = 0; i < page->heading_count; i++)
        same += !strncmp(page->headings[i].slug, slug.at, len) &&
                (!page->headings[i].slug[len] || page->headings[i].slug[len] == '.');
    if (same) text_printf(&slug, ".%zu", same);
    md_inline(&html, text.at, text.len);
    text_puts(&html, "");
    text_printf(&page->body, "<h%d id=\"", level);
    text_puts(&page->body, slug.at);
    text_puts(&page->body, "\">");
    text_puts(&page->body, html.at);
    text_printf(&page->body, "</h%d>\n", level);
    if (page->heading_count == page->heading_cap) {
        page->heading_cap = 2 * page->heading_cap + 16;
        page->headings = md_grow(page->headings, page->heading_cap * sizeof *page->headings);
    }
    page->headings[page->heading_count++] = (Heading){level, slug.at, html.at};
}

static size_t heading(Page *page, const Line *lines) {
    int level = heading_level(lines[0]);
    Line t = line_trim(lines[0]);
    t.at += level;
    t.len -= (size_t)level;
    while (t.len && t.at[t.len - 1] == '#')
        t.len--;
    heading_add(page, level, line_trim(t));
    return 1;
}

static size_t fenced_code(Page *page, const Line *lines, size_t count) {
    char mark = 0, closing_mark = 0;
    size_t fence = fence_length(lines[0], &mark), indent = line_indent(lines[0]), i = 1;
    Line language = line_trim(lines[0]);
    language.at += fence;
    language.len -= fence;
    language = line_trim(language);
    text_puts(&page->body, "<pre><code");
    if (language.len) {
        text_puts(&page->body, " class=\"language-");
        text_escaped(&page->body, language.at,
                     strcspn(language.at, " \n") < language.len ? strcspn(language.at, " \n")
                                                                : language.len);
        text_puts(&page->body, "\"");
    }
    text_puts(&page->body, ">");
    for (; i < count; i++) {
        size_t closing = fence_length(lines[i], &closing_mark);
        if (closing >= fence && closing_mark == mark && line_trim(lines[i]).len == closing) break;
        Line l = line_outdent(lines[i], indent);
        text_escaped(&page->body, l.at, l.len);
        text_puts(&page->body, "\n");
    }
    text_puts(&page->body, "</code></pre>\n");
    return i < count ? i + 1 : i;
}

static size_t indented_code(Page *page, const Line *lines, size_t count) {
    size_t end = 0;
    for (size_t i = 0; i < count && (line_indent(lines[i]) >= 4 || line_blank(lines[i])); i++)
        if (!line_blank(lines[i])) end = i + 1;
    text_puts(&page->body, "<pre><code>");
    for (size_t i = 0; i < end; i++) {
        Line l = line_outdent(lines[i], 4);
        text_escaped(&page->body, l.at, l.len);
        text_puts(&page->body, "\n");
    }
    text_puts(&page->body, "</code></pre>\n");
    return end;
}

static size_t quotation(Page *page, const Line *lines, size_t count) {
    Line *inside = md_grow(NULL, count * sizeof *inside);
    size_t i = 0;
    for (; i < count && !line_blank(lines[i]); i++) {
        Line t = line_trim(lines[i]);
        if (*t.at == '>') {
            t.at++;
            t.len--;
            inside[i] = line_outdent(t, 1);
        } else {
            if (ends_paragraph(lines[i])) break;
            inside[i] = t;
        }
    }
    text_puts(&page->body, "<blockquote>\n");
    md_blocks(page, inside, i);
    text_puts(&page->body, "</blockquote>\n");
    free(inside);
    return i;
}

/* One item's lines go to `inside`, without its marker; *loose when blank lines stand in it. */
static size_t item_lines(const Line *lines, size_t count, size_t width, Line *inside, bool *loose) {
    inside[0] = line_trim(lines[0]);
    size_t skip = width - line_indent(lines[0]);
    skip = skip < inside[0].len ? skip : inside[0].len;
    inside[0].at += skip;
    inside[0].len -= skip;
    bool ordered;
    long number;
    size_t i = 1;
    for (; i < count; i++) {
        if (line_blank(lines[i])) {
            size_t next = i;
            while (next < count && line_blank(lines[next]))
                next++;
            if (next == count || line_indent(lines[next]) < width - 1) break;
            *loose = true;
            inside[i] = (Line){"", 0};
        } else if (line_indent(lines[i]) >= width - 1) {
            inside[i] = line_outdent(lines[i], width);
        } else if (item_width(lines[i], &ordered, &number) || ends_paragraph(lines[i]) ||
                   line_blank(lines[i - 1])) {
            break;
        } else {
            inside[i] = line_trim(lines[i]);
        }
    }
    return i;
}

static void item_write(Page *page, const Line *inside, size_t count, bool loose) {
    size_t start = page->body.len;
    text_puts(&page->body, "<li>");
    md_blocks(page, inside, count);
    /* a tight item shows its paragraph's text alone */
    char *at = page->body.at + start + 4;
    char *end = !loose && !strncmp(at, "<p>", 3) ? strstr(at, "</p>\n") : NULL;
    if (end) {
        memmove(end, end + 4, strlen(end + 4) + 1);
        memmove(at, at + 3, strlen(at + 3) + 1);
        page->body.len -= 7;
    }
    if (page->body.at[page->body.len - 1] == '\n') page->body.at[--page->body.len] = 0;
    text_puts(&page->body, "</li>\n");
}

static size_t list(Page *page, const Line *lines, size_t count) {
    bool ordered, loose = false, same;
    long number;
    size_t width = item_width(lines[0], &ordered, &number), i = 0;
    Line *inside = md_grow(NULL, count * sizeof *inside);
    for (size_t at = 0; at < count;) { /* a blank line between items makes the list loose */
        size_t w = item_width(lines[at], &same, &(long){0});
        if (!w || same != ordered) break;
        at += item_lines(lines + at, count - at, w, inside, &loose);
        size_t next = at;
        while (next < count && line_blank(lines[next]))
            next++;
        if (next > at && next < count && item_width(lines[next], &same, &(long){0}) &&
            same == ordered) {
            loose = true;
            at = next;
        }
    }
    text_puts(&page->body, ordered ? "<ol" : "<ul");
    if (ordered && number != 1) text_printf(&page->body, " start=\"%ld\"", number);
    text_puts(&page->body, ">\n");
    while (i < count) {
        width = item_width(lines[i], &same, &(long){0});
        if (!width || same != ordered) break;
        bool ignored = false;
        size_t taken = item_lines(lines + i, count - i, width, inside, &ignored);
        item_write(page, inside, taken, loose);
        i += taken;
        size_t next = i;
        while (next < count && line_blank(lines[next]))
            next++;
        if (next < count && item_width(lines[next], &same, &(long){0}) && same == ordered) i = next;
    }
    text_puts(&page->body, ordered ? "</ol>\n" : "</ul>\n");
    free(inside);
    return i;
}

/* The next cell of a table's row; false at its end. */
static bool cell_next(Line *row, Line *cell) {
    if (!row->len) return false;
    size_t n = 0;
    while (n < row->len && (row->at[n] != '|' || (n && row->at[n - 1] == '\\')))
        n++;
    *cell = line_trim((Line){row->at, n});
    n += n < row->len;
    row->at += n;
    row->len -= n;
    return true;
}

static Line row_start(Line l) {
    l = line_trim(l);
    if (l.len && *l.at == '|') l.at++, l.len--;
    return l;
}

static void table_row(Page *page, Line row, Line delimiters, const char *tag) {
    Line cell, rule;
    row = row_start(row);
    delimiters = row_start(delimiters);
    text_puts(&page->body, "<tr>");
    while (cell_next(&delimiters, &rule)) {
        if (!cell_next(&row, &cell)) cell.len = 0;
        bool left = rule.len && rule.at[0] == ':', right = rule.len && rule.at[rule.len - 1] == ':';
        const char *align = left && right ? " style=\"text-align:center\""
                            : right       ? " style=\"text-align:right\""
                                          : "";
        text_printf(&page->body, "<%s%s>", tag, align);
        md_inline(&page->body, cell.at, cell.len);
        text_printf(&page->body, "</%s>", tag);
    }
    text_puts(&page->body, "</tr>\n");
}

static size_t table(Page *page, const Line *lines, size_t count) {
    size_t i = 2;
    text_puts(&page->body, "<table>\n<thead>\n");
    table_row(page, lines[0], lines[1], "th");
    text_puts(&page->body, "</thead>\n<tbody>\n");
    for (; i < count && !line_blank(lines[i]) && memchr(lines[i].at, '|', lines[i].len); i++)
        table_row(page, lines[i], lines[1], "td");
    text_puts(&page->body, "</tbody>\n</table>\n");
    return i;
}

static size_t paragraph(Page *page, const Line *lines, size_t count) {
    Text text = {0};
    size_t i = 0;
    int level = 0;
    for (; i < count && (i == 0 || !line_blank(lines[i])); i++) {
        Line t = line_trim(lines[i]);
        size_t same = 0;
        while (same < t.len && t.at[same] == *t.at)
            same++;
        if (i && same == t.len && (*t.at == '=' || *t.at == '-')) { /* a line under it: a heading */
            level = *t.at == '=' ? 1 : 2;
            i++;
            break;
        }
        if (i && ends_paragraph(lines[i])) break;
        bool breaks = lines[i].len >= 2 && !memcmp(lines[i].at + lines[i].len - 2, "  ", 2);
        if (i) text_puts(&text, "\n");
        text_add(&text, t.at, t.len);
        if (breaks) text_puts(&text, "  ");
    }
    while (text.len && text.at[text.len - 1] == ' ')
        text.len--;
    if (level) {
        heading_add(page, level, (Line){text.at, text.len});
    } else {
        text_puts(&page->body, "<p>");
        md_inline(&page->body, text.at, text.len);
        text_puts(&page->body, "</p>\n");
    }
    free(text.at);
    return i;
}

static size_t block(Page *page, const Line *lines, size_t count) {
    bool ordered;
    long number;
    char mark;
    if (line_blank(lines[0])) return 1;
    if (line_indent(lines[0]) >= 4) return indented_code(page, lines, count);
    if (heading_level(lines[0])) return heading(page, lines);
    if (fence_length(lines[0], &mark)) return fenced_code(page, lines, count);
    if (is_rule(lines[0])) {
        text_puts(&page->body, "<hr>\n");
        return 1;
    }
    if (*line_trim(lines[0]).at == '>') return quotation(page, lines, count);
    if (item_width(lines[0], &ordered, &number)) return list(page, lines, count);
    if (count > 1 && memchr(lines[0].at, '|', lines[0].len) && is_delimiter_row(lines[1]))
        return table(page, lines, count);
    return paragraph(page, lines, count);
}

void md_blocks(Page *page, const Line *lines, size_t count) {
    for (size_t i = 0; i < count;)
        i += block(page, lines + i, count - i);
}
