/* suite.c: what the conformance runner and the differential fuzzer share: memory, files, folders. */
#include "spectest.h"
#include <errno.h>
#include <ftw.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- memory, files -------------------------------------------------------------------- */
void suite_die(const char *format, ...) {
    va_list list;
    va_start(list, format);
    fflush(stdout);
    fprintf(stderr, "%s: ", suite_program);
    vfprintf(stderr, format, list);
    fputc('\n', stderr);
    va_end(list);
    exit(SUITE_USAGE);
}

void *suite_alloc(Suite *suite, size_t count, size_t size) {
    void *memory = arena_array(&suite->arena, count, size);
    if (!memory) suite_die("out of memory");
    return memory;
}

char *suite_text(Suite *suite, const char *text, size_t len) {
    char *copy = arena_strdup(&suite->arena, text, len);
    if (!copy) suite_die("out of memory");
    return copy;
}

char *suite_format(Suite *suite, const char *format, ...) {
    char text[4096];
    va_list list;
    va_start(list, format);
    int len = vsnprintf(text, sizeof text, format, list);
    va_end(list);
    if (len < 0) suite_die("out of memory");
    return suite_text(suite, text, (size_t)len < sizeof text ? (size_t)len : sizeof text - 1);
}

const char *suite_buffer(Buffer *buffer) {
    const char *text = buffer_cstr(buffer);
    if (!text) suite_die("out of memory");
    return text;
}

bool suite_read_file(const char *path, uint8_t **bytes, size_t *len) {
    FILE *file = fopen(path, "rb");
    struct stat info;
    if (!file) return false;
    bool good = !fstat(fileno(file), &info) && info.st_size >= 0;
    *len = good ? (size_t)info.st_size : 0;
    *bytes = malloc(*len ? *len : 1);
    good = good && *bytes && fread(*bytes, 1, *len, file) == *len;
    if (!good) free(*bytes);
    fclose(file);
    return good;
}

/* ---- folders --------------------------------------------------------------------------------- */
/* The folder of w2c_rt.h: that of the source tree this was built from, else the nearest rtlib above
 * the program. */
void suite_find_include(Suite *suite) {
    char path[4096];
    const char **include = &suite->options.include;
#ifdef W2C_SOURCE_DIR
    if (!*include && !access(W2C_SOURCE_DIR "/rtlib/w2c_rt.h", R_OK))
        *include = W2C_SOURCE_DIR "/rtlib";
#endif
    ssize_t len = *include ? 0 : readlink("/proc/self/exe", path, sizeof path - 1);
    for (size_t i = len > 0 ? (size_t)len : 0; i-- > 0 && !*include;) {
        if (path[i] != '/') continue;
        const char *rtlib = suite_format(suite, "%.*s/rtlib", (int)i, path);
        if (!access(suite_format(suite, "%s/w2c_rt.h", rtlib), R_OK)) *include = rtlib;
    }
    if (!*include) suite_die("w2c_rt.h not found: give its folder with --include");
}

void suite_dir_make(Suite *suite) {
    const char *tmp = getenv("TMPDIR");
    char *made = suite_format(suite, "%s/%s-XXXXXX", tmp && *tmp ? tmp : "/tmp", suite_program);
    if (suite->options.keep) {
        if (mkdir(suite->options.keep, 0777) && errno != EEXIST)
            suite_die("%s: %s", suite->options.keep, strerror(errno));
        char *path = realpath(suite->options.keep, NULL);
        if (!path) suite_die("%s: %s", suite->options.keep, strerror(errno));
        suite->dir = suite_text(suite, path, strlen(path));
        free(path);
        return;
    }
    if (!mkdtemp(made)) suite_die("%s: %s", made, strerror(errno));
    suite->dir = made;
}

static int dir_remove_entry(const char *path, const struct stat *info, int type, struct FTW *at) {
    (void)info, (void)type, (void)at;
    return remove(path);
}

void suite_dir_remove(const Suite *suite) {
    if (!suite->options.keep) nftw(suite->dir, dir_remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}
