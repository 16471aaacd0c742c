/* wasi_options.c: the run options: one table of names, and what each does. */
#include "wasi_options.h"
#include "wasi_listen.h"
#include "wasi_timer.h"
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

__attribute__((format(printf, 2, 3))) static bool wrong(wasi_options *o, const char *format, ...) {
    va_list args;
    va_start(args, format);
    vsnprintf(o->error, sizeof o->error, format, args);
    va_end(args);
    return false;
}

static bool no_memory(wasi_options *o) {
    return wrong(o, "out of memory");
}

/* A copy of len bytes with a NUL, freed with the options; NULL: no memory. */
static char *own(wasi_options *o, const char *text, size_t len) {
    char **owned = realloc(o->owned, (o->owned_count + 1) * sizeof *owned);
    if (!owned) return NULL;
    o->owned = owned;
    char *copy = malloc(len + 1);
    if (!copy) return NULL;
    memcpy(copy, text, len);
    copy[len] = 0;
    o->owned[o->owned_count++] = copy;
    return copy;
}

/* ---- one option each ------------------------------------------------------------------------- */
/* HOST[::GUEST[:ro]] */
static bool add_dir(wasi_options *o, const char *value) {
    w2c_wasi_dir dir = {.host = value, .guest = value};
    const char *colons = strstr(value, "::");
    w2c_wasi_dir *dirs = realloc(o->dirs, (o->dir_count + 1) * sizeof *dirs);
    if (!dirs) return no_memory(o);
    o->dirs = dirs;
    if (colons) {
        size_t len = strlen(colons + 2);
        dir.read_only = len >= 3 && strcmp(colons + 2 + len - 3, ":ro") == 0;
        dir.host = own(o, value, (size_t)(colons - value));
        dir.guest = own(o, colons + 2, dir.read_only ? len - 3 : len);
    }
    if (!dir.host || !dir.guest) return no_memory(o);
    if (!dir.host[0] || !dir.guest[0])
        return wrong(o, "--dir=%.200s: HOST::GUEST is wanted", value);
    o->dirs[o->dir_count++] = dir;
    return true;
}

bool wasi_options_env(wasi_options *o, const char *text) {
    const char *equals = strchr(text, '=');
    if (!equals || equals == text) return wrong(o, "--env %.200s: NAME=value is wanted", text);
    size_t name = (size_t)(equals - text) + 1;
    for (size_t i = 0; i < o->env_count; i++) {
        if (strncmp(o->env[i], text, name) != 0) continue;
        o->env[i] = text;
        return true;
    }
    const char **env = realloc(o->env, (o->env_count + 1) * sizeof *env);
    if (!env) return no_memory(o);
    o->env = env;
    o->env[o->env_count++] = text;
    return true;
}

static bool add_listen(wasi_options *o, const char *value) {
    if (!wasi_listen_check(value))
        return wrong(o, "--tcplisten=%.200s: ADDR:PORT is wanted, an address in numbers", value);
    const char **list = realloc(o->listen, (o->listen_count + 1) * sizeof *list);
    if (!list) return no_memory(o);
    o->listen = list;
    o->listen[o->listen_count++] = value;
    return true;
}

/* Decimal, then nothing or K, M, G. */
static bool read_bytes(wasi_options *o, const char *name, const char *value, uint64_t *out) {
    char *end;
    unsigned shift = 0;
    errno = 0;
    unsigned long long n = strtoull(value, &end, 10);
    bool good = value[0] >= '0' && value[0] <= '9' && errno == 0;
    if (good && *end) {
        shift = *end == 'K' ? 10 : *end == 'M' ? 20 : *end == 'G' ? 30 : 0;
        good = shift && !end[1] && n <= UINT64_MAX >> shift;
    }
    if (!good || n == 0) return wrong(o, "%s=%.100s: a number of bytes is wanted", name, value);
    *out = (uint64_t)n << shift;
    return true;
}

static bool read_number(const char *value, uint64_t *out) {
    char *end;
    errno = 0;
    *out = strtoull(value, &end, 10);
    return value[0] >= '0' && value[0] <= '9' && !*end && errno == 0;
}

typedef enum option_id {
    DIR_,
    ENV,
    INHERIT_ENV,
    ARG0,
    STDIN,
    STDOUT,
    STDERR,
    INVOKE,
    MAX_MEMORY,
    STACK_SIZE,
    NO_RUN_ENV,
    NO_HUGE_PAGES,
    TCPLISTEN,
    TIMEOUT,
    FUEL,
    STATS,
    MEMORY_REPORT,
    LATER
} option_id;

static const struct option_row {
    const char *name;
    option_id id;
    bool value;
} option_rows[] = {
    {"--dir", DIR_, true},
    {"--env", ENV, true},
    {"--inherit-env", INHERIT_ENV, false},
    {"--arg0", ARG0, true},
    {"--stdin", STDIN, true},
    {"--stdout", STDOUT, true},
    {"--stderr", STDERR, true},
    {"--invoke", INVOKE, true},
    {"--max-memory", MAX_MEMORY, true},
    {"--stack-size", STACK_SIZE, true},
    {"--no-run-env", NO_RUN_ENV, false},
    {"--no-huge-pages", NO_HUGE_PAGES, false},
    {"--tcplisten", TCPLISTEN, true},
    {"--timeout", TIMEOUT, true},
    {"--fuel", FUEL, true},
    {"--stats", STATS, true},
    {"--memory-report", MEMORY_REPORT, true},
};

/* Words with commas between. */
static bool set_stats(wasi_options *o, const char *value) {
    for (const char *word = value; *word;) {
        size_t len = strcspn(word, ",");
        if (len == 7 && !memcmp(word, "imports", 7))
            o->import_stats = true;
        else if (len == 6 && !memcmp(word, "memory", 6))
            o->memory_stats = true;
        else if (!(len == 5 && !memcmp(word, "calls", 5)))
            return wrong(o, "--stats=%.100s: memory, calls, imports are known", value);
        word += len + (word[len] == ',');
    }
    return true;
}

static const struct option_row *find_option(const char *text, size_t len) {
    for (size_t i = 0; i < sizeof option_rows / sizeof option_rows[0]; i++) {
        const struct option_row *row = &option_rows[i];
        if (strlen(row->name) == len && memcmp(row->name, text, len) == 0) return row;
    }
    return NULL;
}

static bool apply(wasi_options *o, const struct option_row *row, const char *value) {
    switch (row->id) {
    case DIR_:
        return add_dir(o, value);
    case ENV:
        return wasi_options_env(o, value);
    case INHERIT_ENV:
        o->inherit_env = true;
        return true;
    case ARG0:
        o->arg0 = value;
        return true;
    case STDIN:
        o->files[0] = value;
        return true;
    case STDOUT:
        o->files[1] = value;
        return true;
    case STDERR:
        o->files[2] = value;
        return true;
    case INVOKE:
        o->invoke = value;
        return true;
    case MAX_MEMORY:
        return read_bytes(o, row->name, value, &o->max_memory);
    case STACK_SIZE:
        return read_bytes(o, row->name, value, &o->stack_size);
    case NO_RUN_ENV:
        o->no_run_env = true;
        return true;
    case NO_HUGE_PAGES:
        o->no_huge_pages = true;
        return true;
    case TCPLISTEN:
        return add_listen(o, value);
    case FUEL:
        o->fuel_given = true;
        if (read_number(value, &o->fuel)) return true;
        return wrong(o, "--fuel=%.100s is not a number of calls and loop turns", value);
    case TIMEOUT:
        if (wasi_timer_seconds(value, &o->timeout)) return true;
        return wrong(o, "--timeout=%.100s is not a number of seconds", value);
    case STATS:
        return set_stats(o, value);
    case MEMORY_REPORT:
        if (!w2c_memory_report_suffix(value))
            return wrong(o, "--memory-report=%.200s: a file .html, .csv or .json is wanted", value);
        o->memory_report = value;
        return true;
    case LATER:
        break;
    }
    return wrong(o, "%s is not supported yet", row->name);
}

bool wasi_options_list(wasi_options *o, const char *const *list) {
    for (; list && *list; list++) {
        const char *text = *list;
        size_t len = strcspn(text, "=");
        const struct option_row *row = find_option(text, len);
        const char *value = text[len] ? text + len + 1 : NULL;
        if (!row) return wrong(o, "unknown run option '%.200s'", text);
        if (!row->value && value) return wrong(o, "%s takes no value", row->name);
        if (row->value && !value) {
            value = *++list;
            if (!value) return wrong(o, "%s needs a value", row->name);
        }
        if (!apply(o, row, value)) return false;
    }
    return true;
}

/* ---- W2C_RUN --------------------------------------------------------------------------------- */
/* Takes one word off *at into out, which has room for all of the text. False: a quote is not
 * closed. */
static bool take_word(const char **at, char *out, bool *found) {
    const char *p = *at + strspn(*at, " \t\n");
    char quote = 0;
    *found = *p != 0;
    for (; *p && (quote || !strchr(" \t\n", *p)); p++) {
        if (quote && *p == quote) {
            quote = 0;
        } else if (!quote && (*p == '\'' || *p == '"')) {
            quote = *p;
        } else {
            if (*p == '\\' && quote != '\'' && p[1] && (!quote || strchr("\"\\$`", p[1]))) p++;
            *out++ = *p;
        }
    }
    *out = 0;
    *at = p;
    return quote == 0;
}

static bool split_and_add(wasi_options *o, const char *text, const char **words, char *word) {
    size_t count = 0;
    for (bool found = true; found;) {
        if (!take_word(&text, word, &found)) return wrong(o, "a quote is not closed");
        if (found && !(words[count++] = own(o, word, strlen(word)))) return no_memory(o);
    }
    words[count] = NULL;
    return wasi_options_list(o, words);
}

bool wasi_options_text(wasi_options *o, const char *text) {
    size_t len = strlen(text);
    const char **words = calloc(len / 2 + 2, sizeof *words); /* a word takes two bytes at least */
    char *word = malloc(len + 1);
    bool good = words && word ? split_and_add(o, text, words, word) : no_memory(o);
    free(words);
    free(word);
    return good;
}

void wasi_options_free(wasi_options *o) {
    for (size_t i = 0; i < o->owned_count; i++)
        free(o->owned[i]);
    free(o->owned);
    free(o->dirs);
    free(o->env);
    free(o->listen);
    memset(o, 0, sizeof *o);
}
