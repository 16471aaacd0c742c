/* calc.c: the module of docs/embedding.md: clang-19 --target=wasm32 -Os -nostdlib -Wl,--no-entry
 * -Wl,--strip-all calc.c -o calc.wasm */
#define EXPORT(name) __attribute__((export_name(name)))
extern unsigned char __heap_base;
static unsigned long top, blocks;
static unsigned counter, sum, left;

EXPORT("add") int add(int a, int b) {
    return a + b;
}
EXPORT("div") int divide(int a, int b) {
    return a / b;
}
EXPORT("count") unsigned count(void) {
    return ++counter;
}
EXPORT("grow") int grow(int pages) {
    return (int)__builtin_wasm_memory_grow(0, (unsigned long)pages);
}
EXPORT("mean") double mean(const float *x, int n) {
    double total = 0;
    for (int i = 0; i < n; i++)
        total += x[i];
    return total / n;
}
EXPORT("upper") void upper(char *text) {
    for (; *text; text++)
        if (*text >= 'a' && *text <= 'z') *text -= 32;
}

/* an allocator that begins again when everything was freed */
EXPORT("malloc") void *allocate(unsigned long size) {
    if (!blocks) top = (unsigned long)&__heap_base;
    unsigned long at = (top + 15) & ~15ul, end = at + size;
    unsigned long pages = (end + 65535) / 65536, now = __builtin_wasm_memory_size(0);
    if (end < at ||
        (pages > now && __builtin_wasm_memory_grow(0, pages - now) == (unsigned long)-1))
        return 0;
    top = end;
    blocks++;
    return (void *)at;
}
EXPORT("free") void release(void *at) {
    blocks -= at != 0;
}

EXPORT("consume") int consume(const unsigned char *at, int n) {
    for (int i = 0; i < n; i++)
        sum += at[i];
    return n;
}
EXPORT("sum") unsigned get_sum(void) {
    return sum;
}
EXPORT("produce_set") void produce_set(unsigned n) {
    left = n;
}
EXPORT("produce") unsigned produce(char *at, unsigned n) {
    if (n > left) n = left;
    for (unsigned i = 0; i < n; i++)
        at[i] = (char)i;
    left -= n;
    return n;
}
