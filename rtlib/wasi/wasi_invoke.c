/* wasi_invoke.c: see wasi_invoke.h. */
#include "wasi_invoke.h"
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct call {
    const w2c_func *func;
    const char *letters;
    w2c_value *values; /* parameters, then results */
    size_t params, results;
} call;

typedef struct text {
    char *at;
    size_t size;
} text;

__attribute__((format(printf, 2, 3))) static bool wrong(text *message, const char *format, ...) {
    va_list args;
    va_start(args, format);
    vsnprintf(message->at, message->size, format, args);
    va_end(args);
    return false;
}

bool wasi_find_function(w2c_instance *instance, const char *name, size_t len, w2c_extern *out) {
    return w2c_export_find(instance, (w2c_name){name, len}, out) && out->kind == W2C_FUNC &&
           out->func;
}

/* ---- values as text -------------------------------------------------------------------------- */
/* Any value of that many bits, signed or not; 0x for hexadecimal. */
static bool read_int(const char *arg, unsigned bits, uint64_t *out) {
    char *end;
    bool minus = arg[0] == '-';
    uint64_t most = bits == 32 ? UINT32_MAX : UINT64_MAX;
    errno = 0;
    if (arg[minus] < '0' || arg[minus] > '9') return false;
    bool hex = arg[minus] == '0' && (arg[minus + 1] == 'x' || arg[minus + 1] == 'X');
    uint64_t n = strtoull(arg + minus, &end, hex ? 16 : 10);
    if (errno || *end || n > (minus ? most / 2 + 1 : most)) return false;
    *out = minus ? 0 - n : n;
    return true;
}

static bool read_value(const char *arg, char letter, w2c_value *out) {
    uint64_t n;
    char *end;
    switch (letter) {
    case 'i':
        if (!read_int(arg, 32, &n)) return false;
        out->i32 = (uint32_t)n;
        return true;
    case 'l':
        return read_int(arg, 64, &out->i64);
    case 'f':
        out->f32 = strtof(arg, &end);
        return *arg && !*end;
    case 'd':
        out->f64 = strtod(arg, &end);
        return *arg && !*end;
    default:
        return false;
    }
}

static void print_value(char letter, const w2c_value *v) {
    switch (letter) {
    case 'i':
        printf("%" PRId32 "\n", (int32_t)v->i32);
        break;
    case 'l':
        printf("%" PRId64 "\n", (int64_t)v->i64);
        break;
    case 'f':
        printf("%.9g\n", (double)v->f32);
        break;
    case 'd':
        printf("%.17g\n", v->f64);
        break;
    case 'v':
        printf("0x");
        for (int i = 15; i >= 0; i--)
            printf("%02x", v->v128.bytes[i]);
        printf("\n");
        break;
    default:
        printf("%s\n", v->ref ? "reference" : "null");
        break;
    }
}

/* ---- calls ----------------------------------------------------------------------------------- */
static bool find(w2c_instance *instance, const char *name, size_t len, call *out, text *message) {
    w2c_extern found;
    if (!wasi_find_function(instance, name, len, &found))
        return wrong(message, "the module exports no function \"%.*s\"",
                     (int)(len < 100 ? len : 100), name);
    out->func = found.func;
    out->letters = w2c_type_letters(w2c_func_type(found.func));
    if (!out->letters)
        return wrong(message, "\"%.*s\" has a type that has no letters", (int)len, name);
    out->params = strcspn(out->letters, "_");
    out->results = strlen(out->letters) - out->params - 1;
    out->values = calloc(out->params + out->results + 1, sizeof *out->values);
    return out->values ? true : wrong(message, "out of memory");
}

/* Does `next` take what `before` gives? */
static bool hands_on(const call *before, const call *next) {
    return before->results && before->results == next->params &&
           memcmp(before->letters + before->params + 1, next->letters, next->params) == 0;
}

/* Parameters from argv, of which *used were taken already. */
static bool take_args(const call *c, const char *name, int len, int argc, char **argv, int *used,
                      text *message) {
    for (size_t i = 0; i < c->params; i++) {
        if (*used >= argc)
            return wrong(message, "%.*s needs %zu arguments: %s", len, name, c->params,
                         w2c_type_text(w2c_func_type(c->func)));
        if (!read_value(argv[*used], c->letters[i], &c->values[i]))
            return wrong(message, "%.*s: argument \"%.100s\" does not fit %s", len, name,
                         argv[*used], w2c_type_text(w2c_func_type(c->func)));
        ++*used;
    }
    return true;
}

static void print_results(const call *c) {
    for (size_t i = 0; i < c->results; i++)
        print_value(c->letters[c->params + 1 + i], &c->values[c->params + i]);
}

bool wasi_invoke(w2c_instance *instance, const char *list, int argc, char **argv,
                 const wasi_invoke_watch *watch, w2c_status *status, char *message, size_t size) {
    static const wasi_invoke_watch nobody;
    if (!watch) watch = &nobody;
    call before = {0};
    text error = {message, size};
    bool good = true;
    int used = 0;
    *status = W2C_OK;
    for (const char *at = list; good && *status == W2C_OK; at++) {
        call c = {0};
        size_t len = strcspn(at, ",");
        good = find(instance, at, len, &c, &error);
        if (good && hands_on(&before, &c)) {
            memcpy(c.values, before.values + before.params, c.params * sizeof *c.values);
        } else if (good) {
            if (!watch->quiet) print_results(&before);
            good = take_args(&c, at, len < 100 ? (int)len : 100, argc, argv, &used, &error);
        }
        free(before.values);
        before = c;
        if (good) *status = w2c_call(c.func, c.values, c.values + c.params);
        if (good && watch->returned)
            watch->returned(watch->user, (w2c_name){at, len}, *status, c.letters + c.params + 1,
                            c.values + c.params);
        at += len;
        if (!*at) break;
    }
    if (good && *status == W2C_OK && !watch->quiet) print_results(&before);
    free(before.values);
    return good;
}
