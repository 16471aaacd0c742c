/* Copies the file "in" to "out", 64 KiB at a time, in the directory that it is started in: natively by read and write, as
 * WebAssembly by fd_read and fd_write of WASI. wasi_copy.py times both.
 *   clang --target=wasm32 -O2 -nostdlib -Wl,--no-entry -Wl,--export=_start -o copy.wasm copy.c
 *   cc -O2 -o copy copy.c */
enum { BUFFER = 65536 };
static char buffer[BUFFER];

#ifdef __wasm__
#define WASI(name) __attribute__((import_module("wasi_snapshot_preview1"), import_name(#name)))
typedef unsigned long long u64;
typedef struct part {
    void *at;
    unsigned len;
} part;
WASI(path_open)
int path_open(int dir, int lookup, const char *path, unsigned len, int oflags, u64 rights,
              u64 inheriting, int flags, int *fd);
WASI(fd_read) int fd_read(int fd, const part *parts, unsigned count, unsigned *done);
WASI(fd_write) int fd_write(int fd, const part *parts, unsigned count, unsigned *done);
WASI(proc_exit) _Noreturn void proc_exit(int code);

void _start(void) {
    int in, out;
    unsigned got, put;
    if (path_open(3, 0, "in", 2, 0, 2, 0, 0, &in) ||
        path_open(3, 0, "out", 3, 1 | 8, 64, 0, 0, &out))
        proc_exit(1);
    for (;;) {
        part whole = {buffer, BUFFER};
        if (fd_read(in, &whole, 1, &got)) proc_exit(2);
        if (!got) proc_exit(0);
        for (unsigned at = 0; at < got; at += put) {
            part rest = {buffer + at, got - at};
            if (fd_write(out, &rest, 1, &put)) proc_exit(3);
        }
    }
}
#else
#include <fcntl.h>
#include <unistd.h>

int main(void) {
    int in = open("in", O_RDONLY), out = open("out", O_WRONLY | O_CREAT | O_TRUNC, 0666);
    ssize_t got, put;
    if (in < 0 || out < 0) return 1;
    for (;;) {
        if ((got = read(in, buffer, BUFFER)) < 0) return 2;
        if (!got) return 0;
        for (ssize_t at = 0; at < got; at += put)
            if ((put = write(out, buffer + at, (size_t)(got - at))) < 0) return 3;
    }
}
#endif
