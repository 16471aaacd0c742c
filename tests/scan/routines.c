/* routines.c: a C library's routines over bytes, in several styles, and near misses of them: the source of
 * routines*.wat (make_routines.sh). Every exported function takes and gives integers. */
typedef unsigned char u8;
typedef signed char s8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef __SIZE_TYPE__ size_t;
#define EXPORT(name) __attribute__((export_name(#name), noinline)) name
#define ONES ((size_t)-1 / 255)
#define HIGHS (ONES * 128)
#define HAS_ZERO(x) (((x) - ONES) & ~(x) & HIGHS)
typedef size_t __attribute__((may_alias, aligned(1))) word;
typedef u32 __attribute__((may_alias, aligned(1))) word32;

/* ---- the length of a string ------------------------------------------------------------------ */
size_t EXPORT(strlen_pointer)(const char *s) {
    const char *p = s;
    while (*p)
        p++;
    return (size_t)(p - s);
}
size_t EXPORT(strlen_index)(const char *s) {
    size_t i = 0;
    while (s[i])
        i++;
    return i;
}
size_t EXPORT(strlen_count)(const char *s) {
    size_t n = 0;
    while (*s++)
        n++;
    return n;
}
size_t EXPORT(strlen_words)(const char *s) {
    const char *a = s;
    for (; (size_t)s % sizeof(size_t); s++)
        if (!*s) return (size_t)(s - a);
    const word *w = (const word *)s;
    while (!HAS_ZERO(*w))
        w++;
    for (s = (const char *)w; *s; s++)
        ;
    return (size_t)(s - a);
}
size_t EXPORT(strnlen_index)(const char *s, size_t n) {
    size_t i = 0;
    while (i < n && s[i])
        i++;
    return i;
}
size_t EXPORT(strnlen_down)(const char *s, size_t n) {
    const char *p = s;
    for (; n && *p; n--)
        p++;
    return (size_t)(p - s);
}

/* ---- a byte ------------------------------------------------------------------------------------ */
const void *EXPORT(memchr_down)(const void *s, int c, size_t n) {
    const u8 *p = s;
    for (; n; n--, p++)
        if (*p == (u8)c) return p;
    return 0;
}
const void *EXPORT(memchr_words)(const void *src, int c, size_t n) {
    const u8 *s = src;
    c = (u8)c;
    for (; ((size_t)s % sizeof(size_t)) && n && *s != c; s++, n--)
        ;
    if (n && *s != c) {
        size_t k = ONES * (size_t)c;
        const word *w;
        for (w = (const word *)s; n >= sizeof(size_t) && !HAS_ZERO(*w ^ k);
             w++, n -= sizeof(size_t))
            ;
        s = (const u8 *)w;
    }
    for (; n && *s != c; s++, n--)
        ;
    return n ? s : 0;
}
const void *EXPORT(rawmemchr)(const void *s, int c) {
    const u8 *p = s;
    while (*p != (u8)c)
        p++;
    return p;
}
const void *EXPORT(find_wide)(const void *s,
                              int c) { /* c may be no byte: then it ends at memory's end */
    const u8 *p = s;
    while (*p != c)
        p++;
    return p;
}
const void *EXPORT(find_signed)(const s8 *s) {
    while (*s != -1)
        s++;
    return s;
}
const char *EXPORT(strchrnul_bytes)(const char *s, int c) {
    while (*s && *s != (char)c)
        s++;
    return s;
}
const char *EXPORT(strchrnul_words)(const char *s, int c) {
    c = (u8)c;
    for (; (size_t)s % sizeof(size_t); s++)
        if (!*s || *(const u8 *)s == c) return s;
    size_t k = ONES * (size_t)c;
    const word *w;
    for (w = (const word *)s; !HAS_ZERO(*w) && !HAS_ZERO(*w ^ k); w++)
        ;
    for (s = (const char *)w; *s && *(const u8 *)s != c; s++)
        ;
    return s;
}
size_t EXPORT(skip_spaces)(const char *s) {
    size_t i = 0;
    while (s[i] == 'a')
        i++;
    return i;
}
size_t EXPORT(skip_byte)(const u8 *s, int c, size_t n) {
    size_t i = 0;
    while (i < n && s[i] == (u8)c)
        i++;
    return i;
}

/* ---- two of them -------------------------------------------------------------------------------- */
int EXPORT(memcmp_difference)(const void *a, const void *b, size_t n) {
    const u8 *l = a, *r = b;
    for (; n && *l == *r; n--, l++, r++)
        ;
    return n ? *l - *r : 0;
}
int EXPORT(memcmp_subtract)(const void *a, const void *b, size_t n) {
    const u8 *l = a, *r = b;
    while (n--) {
        int d = *l++ - *r++;
        if (d) return d;
    }
    return 0;
}
int EXPORT(memcmp_sign)(const void *a, const void *b, size_t n) {
    const u8 *l = a, *r = b;
    for (size_t i = 0; i < n; i++)
        if (l[i] != r[i]) return l[i] < r[i] ? -1 : 1;
    return 0;
}
int EXPORT(memcmp_words)(const void *a, const void *b, size_t n) {
    const u8 *l = a, *r = b;
    while (n >= 4 && *(const word32 *)l == *(const word32 *)r) {
        l += 4;
        r += 4;
        n -= 4;
    }
    for (; n && *l == *r; n--, l++, r++)
        ;
    return n ? *l - *r : 0;
}
int EXPORT(strcmp_difference)(const char *l, const char *r) {
    for (; *l == *r && *l; l++, r++)
        ;
    return *(const u8 *)l - *(const u8 *)r;
}
int EXPORT(strcmp_index)(const u8 *l, const u8 *r) {
    size_t i = 0;
    while (l[i] && l[i] == r[i])
        i++;
    return l[i] < r[i] ? -1 : l[i] > r[i];
}
int EXPORT(strcmp_signed)(const s8 *l, const s8 *r) {
    while (*l && *l == *r) {
        l++;
        r++;
    }
    return *l - *r;
}
int EXPORT(strncmp_down)(const char *a, const char *b, size_t n) {
    const u8 *l = (const u8 *)a, *r = (const u8 *)b;
    if (!n--) return 0;
    for (; *l && *r && n && *l == *r; l++, r++, n--)
        ;
    return *l - *r;
}
size_t EXPORT(common_prefix)(const u8 *a, const u8 *b, size_t n) {
    size_t i = 0;
    while (i < n && a[i] == b[i])
        i++;
    return i;
}
size_t EXPORT(match_64)(const u64 *a, const u64 *b, size_t n) {
    size_t i = 0;
    while (i < n && a[i] == b[i])
        i++;
    return i;
}
size_t EXPORT(match_16)(const u16 *a, const u16 *b, size_t n) {
    size_t i = 0;
    while (i < n && a[i] == b[i])
        i++;
    return i;
}

/* ---- a byte of a set ------------------------------------------------------------------------------ */
size_t EXPORT(set_strcspn)(const char *s,
                           const char *set) { /* the zero at its end belongs to the set */
    const char *p = s, *at;
    char c, x;
    for (;;) {
        c = *p++;
        at = set;
        do {
            if ((x = *at++) == c) return (size_t)(p - 1 - s);
        } while (x != 0);
    }
}
size_t EXPORT(set_strspn)(const char *s, const char *set) {
    const char *p = s, *at;
    char c, x;
again:
    c = *p++;
    for (at = set; (x = *at++) != 0;)
        if (x == c) goto again;
    return (size_t)(p - 1 - s);
}
const char *EXPORT(set_strpbrk)(const char *s, const char *set) {
    const char *at;
    int c, x;
    while ((c = *s++) != 0)
        for (at = set; (x = *at++) != 0;)
            if (x == c) return s - 1;
    return 0;
}
size_t EXPORT(set_strcspn_index)(const char *s, const char *set) {
    size_t i, k;
    for (i = 0; s[i]; i++)
        for (k = 0; set[k]; k++)
            if (s[i] == set[k]) return i;
    return i;
}
static const char *find(const char *s, int c) {
    for (; *s; s++)
        if (*s == (char)c) return s;
    return 0;
}
size_t EXPORT(set_strcspn_find)(const char *s, const char *set) {
    const char *p = s;
    while (*p && !find(set, *p))
        p++;
    return (size_t)(p - s);
}
size_t EXPORT(set_strspn_find)(const char *s, const char *set) {
    const char *p = s;
    while (*p && find(set, *p))
        p++;
    return (size_t)(p - s);
}
size_t EXPORT(set_strspn_signed)(const s8 *s, const s8 *set) {
    size_t i = 0, k;
    for (;; i++) {
        for (k = 0; set[k] && set[k] != s[i]; k++)
            ;
        if (!set[k]) return i;
    }
}
size_t EXPORT(set_counted)(const u8 *s, const u8 *set, size_t both) { /* both: their lengths */
    size_t m = both % 37, n = both / 37 % 5000;
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < m; k++)
            if (s[i] == set[k]) return i;
    return n;
}
size_t EXPORT(set_sized)(const char *s, const char *set) {
    size_t n = strlen_count(s), m = strlen_index(set);
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < m; k++)
            if (s[i] == set[k]) return i;
    return n;
}
size_t EXPORT(loose_count_finds)(const u8 *s, const u8 *set,
                               size_t n) { /* what the last turn found counts */
    size_t k = 0;
    for (size_t i = 0; i < n; i++) {
        for (k = 0; set[k] != s[i]; k++)
            if (!set[k]) return i * 64 + k;
    }
    return k + 77;
}
size_t EXPORT(set_far)(const u8 *s, const u8 *set) { /* offsets */
    size_t i = 0, k;
    for (; s[i + 100]; i++)
        for (k = 0; set[k + 7]; k++)
            if (s[i + 100] == set[k + 7]) return i;
    return i;
}
/* near misses: the inner loop alone searches */
size_t EXPORT(loose_moving)(const u8 *s, const u8 *set) { /* another set in each turn */
    size_t i = 0, k;
    for (; s[i]; i++)
        for (k = 0; set[i + k]; k++)
            if (s[i] == set[i + k]) return i;
    return i;
}
size_t EXPORT(loose_next)(const u8 *s, const u8 *set) { /* not the byte itself */
    size_t i = 0, k;
    for (; s[i]; i++)
        for (k = 0; set[k]; k++)
            if ((u8)(s[i] + 1) == set[k]) return i;
    return i;
}
size_t EXPORT(loose_goes_on)(const u8 *s,
                             const u8 *set) { /* the inner loop begins where it ended */
    size_t i = 0, k = 0;
    for (; s[i]; i++)
        for (; set[k]; k++)
            if (s[i] == set[k]) return i * 64 + k;
    return i;
}
size_t EXPORT(loose_store)(u8 *s, u8 *set) { /* the set changes */
    size_t i = 0, k;
    for (; s[i]; i++) {
        for (k = 0; set[k]; k++)
            if (s[i] == set[k]) return i;
        set[i & 15] ^= 1;
    }
    return i;
}
size_t EXPORT(loose_sum)(const u8 *s, const u8 *set) { /* where they are found counts */
    size_t i = 0, k, sum = 0;
    for (;; i++) {
        for (k = 0; set[k] && set[k] != s[i]; k++)
            ;
        sum = sum * 5 + k;
        if (!set[k]) return sum;
    }
}
size_t EXPORT(loose_mixed)(const s8 *s, const u8 *set) { /* one extends the sign */
    size_t i = 0, k;
    for (; s[i]; i++)
        for (k = 0; set[k]; k++)
            if (s[i] == set[k]) return i;
    return i;
}

/* ---- copies ------------------------------------------------------------------------------------ */
void *EXPORT(copy_bytes)(u8 *d, const u8 *s, size_t n) {
    for (size_t i = 0; i < n; i++)
        d[i] = s[i];
    return d;
}
void *EXPORT(copy_pointers)(u8 *d, const u8 *s, size_t n) {
    u8 *to = d;
    while (n--)
        *to++ = *s++;
    return to;
}
void *EXPORT(copy_down)(u8 *d, const u8 *s, size_t n) {
    while (n--)
        d[n] = s[n];
    return d;
}
void *EXPORT(copy_words)(word32 *d, const word32 *s, size_t n) {
    for (size_t i = 0; i < n; i++)
        d[i] = s[i];
    return d;
}
void *EXPORT(copy_words_down)(word *d, const word *s, size_t n) {
    while (n--)
        d[n] = s[n];
    return d;
}
void *EXPORT(copy_either)(u8 *d, const u8 *s, size_t n) {
    if (d < s)
        for (; n; n--)
            *d++ = *s++;
    else
        while (n--)
            d[n] = s[n];
    return d;
}
void *EXPORT(copy_three_on)(u8 *d, const u8 *unused, size_t n) { /* reads what it has written */
    (void)unused;
    for (size_t i = 0; i < n; i++)
        d[i + 3] = d[i];
    return d;
}
#ifdef __wasm_bulk_memory__
void *EXPORT(copy_100)(u8 *d, const u8 *s) {
    return __builtin_memmove(d, s, 100);
}
void *EXPORT(fill_100)(u8 *d, int c) {
    return __builtin_memset(d, c, 100);
}
#endif
size_t EXPORT(string_copy)(u8 *d, const u8 *s) {
    size_t i = 0;
    while ((d[i] = s[i]) != 0)
        i++;
    return i;
}

/* ---- near misses: all but one thing ------------------------------------------------------------- */
size_t EXPORT(miss_step)(const char *s) { /* every second byte */
    size_t i = 0;
    while (s[i])
        i += 2;
    return i;
}
size_t EXPORT(miss_words_constant)(const u8 *s) { /* another constant in the test for zero bytes */
    const word32 *w = (const word32 *)s;
    while (!((*w - 0x01010102u) & ~*w & 0x80808080u))
        w++;
    return (size_t)((const u8 *)w - s);
}
size_t EXPORT(miss_words_mask)(const u8 *s) {
    const word32 *w = (const word32 *)s;
    while (!((*w - 0x01010101u) & ~*w & 0x80808000u))
        w++;
    return (size_t)((const u8 *)w - s);
}
size_t EXPORT(miss_words_splat)(const u8 *s, u32 k) { /* k need not be a byte in each place */
    const word32 *w = (const word32 *)s;
    u32 x;
    while (x = *w ^ k, !((x - 0x01010101u) & ~x & 0x80808080u))
        w++;
    return (size_t)((const u8 *)w - s);
}
int EXPORT(miss_strides)(const u8 *a, const u8 *b, size_t n) { /* b moves on twice as fast */
    size_t i = 0;
    while (i < n && a[i] == b[2 * i])
        i++;
    return (int)i;
}
size_t EXPORT(miss_case)(const u8 *a, const u8 *b) { /* equal but for a bit */
    size_t i = 0;
    while (a[i] && (a[i] | 1) == (b[i] | 1))
        i++;
    return i;
}
size_t EXPORT(miss_less)(const u8 *a, int c) { /* an order */
    size_t i = 0;
    while (a[i] > (u8)c)
        i++;
    return i;
}
size_t EXPORT(miss_backwards)(const u8 *s, int c, size_t n) {
    while (n && s[n - 1] != (u8)c)
        n--;
    return n;
}
u32 EXPORT(miss_sum)(const u8 *s) { /* what is read counts */
    u32 sum = 0;
    while (*s)
        sum = sum * 31 + *s++;
    return sum;
}
u32 EXPORT(miss_last)(const u8 *s, u32 c) { /* the last byte counts, and it is known */
    u32 last = c;
    while (*s)
        last = *s++;
    return last;
}
size_t EXPORT(miss_store)(u8 *s, u8 *out) {
    size_t i = 0;
    while (s[i]) {
        *out = (u8)i;
        i++;
    }
    return i;
}
size_t EXPORT(miss_mixed)(const s8 *a, const u8 *b, size_t n) { /* one extends the sign */
    size_t i = 0;
    while (i < n && a[i] == b[i])
        i++;
    return i;
}
size_t EXPORT(miss_three)(const u8 *s) {
    size_t i = 0;
    while (s[i] && s[i] != 'b' && s[i] != 'c')
        i++;
    return i;
}
