/* wide.c: gemm, a stencil, and string functions over many small strings, without a libc: the same source as a module with 32-bit
 * (wide32.wasm) and with 64-bit (wide64.wasm) memory, made by wide.sh. Exports: gemm, stencil and strings, each takes a number of
 * rounds and returns a checksum. */
#define EXPORT(name) __attribute__((export_name(#name)))
typedef unsigned char byte;
typedef __SIZE_TYPE__ size;
enum { N = 160, SIDE = 250, TEXT = 1 << 16 };

static double a[N][N], b[N][N], c[N][N];
static double grid[SIDE][SIDE], next[SIDE][SIDE];
static byte text[TEXT + 1];

EXPORT(gemm) double gemm(int rounds) {
    for (int i = 0; i < N; i++)
        for (int k = 0; k < N; k++) {
            a[i][k] = (double)((i * k + 1) % N) / N;
            b[i][k] = (double)(i * (k + 1) % N) / N;
            c[i][k] = 0;
        }
    while (rounds--)
        for (int i = 0; i < N; i++)
            for (int k = 0; k < N; k++)
                for (int j = 0; j < N; j++)
                    c[i][j] += 1.5 * a[i][k] * b[k][j];
    return c[N / 2][N / 3];
}

EXPORT(stencil) double stencil(int rounds) {
    for (int i = 0; i < SIDE; i++)
        for (int k = 0; k < SIDE; k++)
            grid[i][k] = next[i][k] = (double)(i * (k + 2)) / SIDE;
    while (rounds--) {
        for (int i = 1; i < SIDE - 1; i++)
            for (int k = 1; k < SIDE - 1; k++)
                next[i][k] = 0.2 * (grid[i][k] + grid[i][k - 1] + grid[i][k + 1] + grid[i - 1][k] +
                                    grid[i + 1][k]);
        for (int i = 1; i < SIDE - 1; i++)
            for (int k = 1; k < SIDE - 1; k++)
                grid[i][k] = next[i][k];
    }
    return grid[SIDE / 2][SIDE / 3];
}

/* ---- strings: words, each ended by a zero ---- */
static size length(const byte *s) {
    size n = 0;
    while (s[n])
        n++;
    return n;
}

static int compare(const byte *x, const byte *y) {
    while (*x && *x == *y)
        x++, y++;
    return *x - *y;
}

static const byte *find(const byte *s, byte what) {
    for (; *s; s++)
        if (*s == what) return s;
    return 0;
}

static unsigned hash(const byte *s) {
    unsigned h = 2166136261u;
    while (*s)
        h = (h ^ *s++) * 16777619u;
    return h;
}

EXPORT(strings) double strings(int rounds) {
    unsigned state = 1, sum = 0;
    for (size i = 0; i < TEXT; i++) {
        state = state * 1664525u + 1013904223u;
        text[i] = (state >> 24) % 23 ? (byte)('a' + (state >> 16) % 7) : 0;
    }
    text[TEXT] = 0;
    while (rounds--) {
        const byte *last = text;
        for (const byte *s = text; s < text + TEXT; s += length(s) + 1) {
            sum += hash(s) + (compare(last, s) < 0) + (find(s, 'd') ? 3 : 1);
            last = s;
        }
    }
    return sum;
}
