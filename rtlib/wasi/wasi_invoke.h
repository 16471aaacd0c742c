/* wasi_invoke.h: `--invoke`: calls exports by name with arguments given as text. */
#ifndef WASI_INVOKE_H
#define WASI_INVOKE_H
#include "../w2c.h"

/* An exported function with that name? */
bool wasi_find_function(w2c_instance *instance, const char *name, size_t len, w2c_extern *out);

/* Is told of each call; results of *letters only when status is W2C_OK. */
typedef struct wasi_invoke_watch {
    void (*returned)(void *user, w2c_name name, w2c_status status, const char *letters,
                     const w2c_value *results);
    void *user;
    bool quiet; /* results are not printed */
} wasi_invoke_watch;

/* Calls the exports of a list "a,b,c" in order, until one ends with a status other than W2C_OK.
 * An export whose parameters are the results of the one before gets those; another takes its
 * arguments from argv, in order. Results that are not handed on are printed to stdout, one a line.
 * False: *message says what is wrong with the list or an argument. watch: NULL for none. */
bool wasi_invoke(w2c_instance *instance, const char *list, int argc, char **argv,
                 const wasi_invoke_watch *watch, w2c_status *status, char *message, size_t size);
#endif
