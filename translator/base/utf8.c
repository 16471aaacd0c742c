/* utf8.c: one pass over the bytes by the table of well-formed sequences (Unicode, table 3-7). */
#include "utf8.h"

bool utf8_valid(Slice s) {
    if (!s.len) return true; /* its pointer may be NULL */
    const uint8_t *p = s.ptr, *end = s.ptr + s.len;
    while (p != end) {
        uint8_t lead = *p++;
        if (lead < 0x80) continue;
        if (lead < 0xc2 || lead > 0xf4) return false;
        unsigned more = lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3;
        if ((size_t)(end - p) < more) return false;
        uint8_t low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
        uint8_t high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
        if (p[0] < low || p[0] > high) return false;
        for (unsigned i = 1; i < more; i++)
            if ((p[i] & 0xc0) != 0x80) return false;
        p += more;
    }
    return true;
}
