/* inline.c: what stands inside a paragraph: code, emphasis, links, images, line breaks. */
#include "md.h"
#include <ctype.h>
#include <string.h>

/* All helpers read text[i..len) and return the place after what they wrote, or i when it is not theirs. */
typedef struct Span {
    const char *text;
    size_t len;
} Span;

static bool is_word(char c) {
    return isalnum((unsigned char)c) || (unsigned char)c >= 0x80;
}

static size_t run_length(Span s, size_t i) {
    size_t n = 1;
    while (i + n < s.len && s.text[i + n] == s.text[i])
        n++;
    return n;
}

static size_t code_span(Text *out, Span s, size_t i) {
    size_t ticks = run_length(s, i);
    for (size_t end = i + ticks; end < s.len; end++) {
        if (s.text[end] != '`') continue;
        size_t closing = run_length(s, end);
        if (closing != ticks) {
            end += closing - 1;
            continue;
        }
        const char *code = s.text + i + ticks;
        size_t len = end - i - ticks;
        if (len > 2 && code[0] == ' ' && code[len - 1] == ' ') code++, len -= 2;
        text_puts(out, "<code>");
        text_escaped(out, code, len);
        text_puts(out, "</code>");
        return end + ticks;
    }
    text_escaped(out, s.text + i, ticks);
    return i + ticks;
}

/* The matching bracket for the '[' at i; len when there is none. */
static size_t bracket_end(Span s, size_t i) {
    size_t depth = 0;
    for (; i < s.len; i++) {
        if (s.text[i] == '\\')
            i++;
        else if (s.text[i] == '[')
            depth++;
        else if (s.text[i] == ']' && --depth == 0)
            return i;
    }
    return s.len;
}

static size_t link_or_image(Text *out, Span s, size_t i) {
    size_t open = s.text[i] == '!' ? i + 1 : i;
    if (open >= s.len || s.text[open] != '[') return i;
    size_t close = bracket_end(s, open);
    if (close + 1 >= s.len || s.text[close + 1] != '(') return i;
    size_t url = close + 2, end = url, depth = 0;
    for (; end < s.len && (s.text[end] != ')' || depth); end++) {
        if (s.text[end] == '(') depth++;
        if (s.text[end] == ')') depth--;
    }
    if (end >= s.len) return i;
    size_t url_end = url;
    while (url_end < end && s.text[url_end] != ' ')
        url_end++;
    const char *title = memchr(s.text + url_end, '"', end - url_end);
    const char *inside = s.text + open + 1;
    text_puts(out, open > i ? "<img src=\"" : "<a href=\"");
    text_escaped(out, s.text + url, url_end - url);
    if (title && s.text[end - 1] == '"' && title < s.text + end - 1) {
        text_puts(out, "\" title=\"");
        text_escaped(out, title + 1, (size_t)(s.text + end - 1 - (title + 1)));
    }
    if (open > i) {
        text_puts(out, "\" alt=\"");
        text_escaped(out, inside, close - open - 1);
        text_puts(out, "\">");
    } else {
        text_puts(out, "\">");
        md_inline(out, inside, close - open - 1);
        text_puts(out, "</a>");
    }
    return end + 1;
}

static size_t angle_link(Text *out, Span s, size_t i) {
    const char *end = memchr(s.text + i, '>', s.len - i);
    const char *start = s.text + i + 1;
    if (!end || memchr(start, ' ', (size_t)(end - start))) return i;
    size_t len = (size_t)(end - start);
    bool mail = memchr(start, '@', len) != NULL;
    if (!mail && !(len > 7 && (!memcmp(start, "http://", 7) || !memcmp(start, "https:/", 7))))
        return i;
    text_puts(out, mail ? "<a href=\"mailto:" : "<a href=\"");
    text_escaped(out, start, len);
    text_puts(out, "\">");
    text_escaped(out, start, len);
    text_puts(out, "</a>");
    return i + len + 2;
}

/* The run of exactly `marks` characters c that closes emphasis opened before i; len when none does. */
static size_t emphasis_end(Span s, size_t i, char c, size_t marks) {
    for (; i < s.len; i++) {
        if (s.text[i] == '\\') {
            i++;
        } else if (s.text[i] == '`') { /* no closing inside code */
            size_t ticks = run_length(s, i), at = i + ticks;
            while (at < s.len && (s.text[at] != '`' || run_length(s, at) != ticks))
                at += s.text[at] == '`' ? run_length(s, at) : 1;
            i = at < s.len ? at + ticks - 1 : i + ticks - 1;
        } else if (s.text[i] == c) {
            size_t n = run_length(s, i);
            bool word_after = i + n < s.len && is_word(s.text[i + n]);
            bool space_before = isspace((unsigned char)s.text[i - 1]);
            if (n == marks && !space_before && !(c == '_' && word_after)) return i;
            i += n - 1;
        }
    }
    return s.len;
}

static size_t emphasis(Text *out, Span s, size_t i) {
    static const char *const names[2][4] = {{"", "em", "strong", ""}, {"", "del", "del", ""}};
    char c = s.text[i];
    size_t marks = run_length(s, i), start = i + marks;
    bool opens = start < s.len && !isspace((unsigned char)s.text[start]) &&
                 !(c == '_' && i > 0 && is_word(s.text[i - 1]));
    size_t end = opens && marks <= 3 ? emphasis_end(s, start, c, marks) : s.len;
    if (end == s.len) {
        text_escaped(out, s.text + i, marks);
        return start;
    }
    if (marks == 3) {
        text_puts(out, "<strong><em>");
        md_inline(out, s.text + start, end - start);
        text_puts(out, "</em></strong>");
    } else {
        const char *name = names[c == '~'][marks];
        text_printf(out, "<%s>", name);
        md_inline(out, s.text + start, end - start);
        text_printf(out, "</%s>", name);
    }
    return end + marks;
}

static size_t line_break(Text *out, Span s, size_t i) {
    bool spaces = i >= 2 && s.text[i - 1] == ' ' && s.text[i - 2] == ' ';
    text_puts(out, spaces ? "<br>\n" : "\n");
    i++;
    while (i < s.len && s.text[i] == ' ')
        i++;
    return i;
}

void md_inline(Text *out, const char *at, size_t len) {
    Span s = {at, len};
    for (size_t i = 0; i < len;) {
        size_t next = i;
        switch (at[i]) {
        case '`':
            next = code_span(out, s, i);
            break;
        case '[':
        case '!':
            next = link_or_image(out, s, i);
            break;
        case '<':
            next = angle_link(out, s, i);
            break;
        case '*':
        case '_':
        case '~':
            next = emphasis(out, s, i);
            break;
        case '\n':
            next = line_break(out, s, i);
            break;
        case '\\':
            if (i + 1 < len && at[i + 1] == '\n') {
                text_puts(out, "<br>\n");
                next = i + 2;
            } else if (i + 1 < len && ispunct((unsigned char)at[i + 1])) {
                text_escaped(out, at + i + 1, 1);
                next = i + 2;
            }
            break;
        default:
            break;
        }
        if (next == i) {
            text_escaped(out, at + i, 1);
            next = i + 1;
        }
        i = next;
    }
}
