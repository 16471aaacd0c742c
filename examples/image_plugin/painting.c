/* painting.c: the plugin: makes a painting of a picture; compiled to painting.wasm
 * (../build-wasm.sh). Every pixel becomes the mean of that quarter of its surroundings whose
 * colours differ least (Kuwahara's filter), which keeps edges. */
#define EXPORT(name) __attribute__((export_name(name)))
typedef unsigned char u8;
extern u8 __heap_base;
static unsigned long top;

EXPORT("malloc") void *allocate(unsigned long size) {
    if (!top) top = (unsigned long)&__heap_base;
    unsigned long at = (top + 15) & ~15ul, end = at + size;
    unsigned long pages = (end + 65535) / 65536, now = __builtin_wasm_memory_size(0);
    if (end < at ||
        (pages > now && __builtin_wasm_memory_grow(0, pages - now) == (unsigned long)-1))
        return 0;
    top = end;
    return (void *)at;
}
EXPORT("free") void release(void *at) {
    (void)at;
} /* one picture an instance */

typedef struct Quarter {
    unsigned sum[3], squares, count;
} Quarter;

static Quarter look(const u8 *rgb, int w, int h, int x0, int y0, int x1, int y1) {
    Quarter q = {{0, 0, 0}, 0, 0};
    for (int y = y0 < 0 ? 0 : y0; y <= y1 && y < h; y++)
        for (int x = x0 < 0 ? 0 : x0; x <= x1 && x < w; x++) {
            const u8 *p = rgb + 3 * (y * w + x);
            unsigned light = (p[0] * 2u + p[1] * 5u + p[2]) / 8u;
            for (int c = 0; c < 3; c++)
                q.sum[c] += p[c];
            q.squares += light * light;
            q.count++;
        }
    return q;
}

static double variance(const Quarter *q) {
    double mean = (q->sum[0] * 2.0 + q->sum[1] * 5.0 + q->sum[2]) / 8.0 / q->count;
    return (double)q->squares / q->count - mean * mean;
}

/* RGB, 3 bytes a pixel, rows without gaps. The rows done, or -1. */
EXPORT("paint") int paint(const u8 *from, u8 *to, int w, int h, int radius) {
    if (w <= 0 || h <= 0 || radius < 1 || radius > 30) return -1;
    for (int y = 0; y < h; y++)
        for (int x = 0; x < w; x++) {
            Quarter best = look(from, w, h, x - radius, y - radius, x, y);
            for (int k = 1; k < 4; k++) {
                int right = k & 1, below = k >> 1;
                Quarter q = look(from, w, h, right ? x : x - radius, below ? y : y - radius,
                                 right ? x + radius : x, below ? y + radius : y);
                if (variance(&q) < variance(&best)) best = q;
            }
            for (int c = 0; c < 3; c++)
                to[3 * (y * w + x) + c] = (u8)(best.sum[c] / best.count);
        }
    return h;
}
