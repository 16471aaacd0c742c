/* rt_status.c: statuses in words, and the bounded text buffer in which messages are put together.
 */
#include "rt_internal.h"
#include <stdarg.h>
#include <stdio.h>

const char *w2c_status_text(w2c_status status) {
    switch ((int)status) {
#define STATUS(id, number, text)                                                                   \
    case number:                                                                                   \
        return text;
#include "traps.def"
#undef STATUS
    default:
        return "unknown status";
    }
}

w2c_text w2c_text_start(char *at, size_t cap) {
    w2c_text text = {at, 0, cap};
    if (cap) at[0] = 0;
    return text;
}

void w2c_text_add(w2c_text *text, const char *format, ...) {
    if (text->len + 1 >= text->cap) return;
    size_t room = text->cap - text->len;
    va_list args;
    va_start(args, format);
    int wrote = vsnprintf(text->at + text->len, room, format, args);
    va_end(args);
    if (wrote < 0) return;
    text->len += (size_t)wrote < room ? (size_t)wrote : room - 1;
}

void w2c_text_name(w2c_text *text, w2c_name name) {
    size_t shown = name.len < 100 ? name.len : 100;
    while (shown < name.len && shown && ((u8)name.text[shown] & 0xc0) == 0x80)
        shown--;
    for (size_t i = 0; i < shown; i++) {
        u8 c = (u8)name.text[i];
        if (c < 0x20 || c == 0x7f || c == '\\')
            w2c_text_add(text, "\\%02x", c);
        else
            w2c_text_add(text, "%c", c);
    }
    if (shown < name.len) w2c_text_add(text, "...");
}

static void add_letters(w2c_text *text, const char *letters, size_t count) {
    w2c_text_add(text, "(");
    for (size_t i = 0; i < count; i++) {
        const char *name = "?";
        switch (letters[i]) {
        case 'i':
            name = "i32";
            break;
        case 'l':
            name = "i64";
            break;
        case 'f':
            name = "f32";
            break;
        case 'd':
            name = "f64";
            break;
        case 'v':
            name = "v128";
            break;
        case 'r':
            name = "ref";
            break;
        default:
            break;
        }
        w2c_text_add(text, "%s%s", i ? ", " : "", name);
    }
    w2c_text_add(text, ")");
}

void w2c_text_letters(w2c_text *text, const char *letters) {
    size_t params = strcspn(letters, "_");
    const char *results = letters + params + (letters[params] != 0);
    add_letters(text, letters, params);
    w2c_text_add(text, " -> ");
    add_letters(text, results, strlen(results));
}

const char W2C_ABI_SYMBOL = W2C_ABI;
