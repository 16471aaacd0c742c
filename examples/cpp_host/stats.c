/* stats.c: the guest: running statistics over doubles, without a libc; compiled to stats.wasm
 * (../build-wasm.sh). Memory for samples comes from a bump allocator that the host resets. */
#define EXPORT(name) __attribute__((export_name(name)))
extern unsigned char __heap_base;
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
}
EXPORT("reset") void reset(void) {
    top = 0;
}

EXPORT("summary") int summary(const double *x, int n, double *mean, double *variance) {
    if (n < 2) __builtin_trap();
    double m = 0, s = 0;
    for (int i = 0; i < n; i++) {
        double d = x[i] - m;
        m += d / (i + 1);
        s += d * (x[i] - m);
    }
    *mean = m;
    *variance = s / (n - 1);
    return n;
}
