/* wasi_options.h: the run options of a program (`--dir=...`, `--env ...`), from a list or from
 * W2C_RUN. */
#ifndef WASI_OPTIONS_H
#define WASI_OPTIONS_H
#include "../w2c_wasi.h"

/* Begin with all zeros. Strings point into what was parsed, or into `owned`. */
typedef struct wasi_options {
    w2c_wasi_dir *dirs;
    size_t dir_count;
    const char **env; /* "NAME=value": one per NAME, the last one given */
    size_t env_count;
    const char **listen; /* ADDR:PORT */
    size_t listen_count;
    bool import_stats, memory_stats; /* of --stats; other words are for the tool */
    double timeout;                  /* seconds; 0: none */
    uint64_t fuel;                   /* calls and loop turns; when it is given */
    bool fuel_given;
    const char *arg0, *invoke;
    const char *memory_report;       /* file; NULL: none */
    const char *files[3];            /* for stdin, stdout, stderr; NULL: the process's own */
    uint64_t max_memory, stack_size; /* bytes; 0: not given */
    bool inherit_env, no_run_env, no_huge_pages;
    char **owned;
    size_t owned_count;
    char error[400]; /* what is wrong, after a function returned false */
} wasi_options;

/* Adds a NULL-terminated list: directories and variables are added, others replace what was there.
 * Values may be joined ("--dir=.") or follow ("--dir", "."). The list must outlive the options. */
bool wasi_options_list(wasi_options *options, const char *const *list);
/* Adds options from a text, split as a shell would: quotes and backslashes, no expansion. */
bool wasi_options_text(wasi_options *options, const char *text);
/* Adds NAME=value, replacing an earlier NAME. The text is kept by reference. */
bool wasi_options_env(wasi_options *options, const char *text);
void wasi_options_free(wasi_options *options);
#endif
