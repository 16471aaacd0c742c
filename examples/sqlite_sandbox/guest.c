/* guest.c: the guest's side of the sandbox: SQLite with a small interface, and nothing of an
 * operating system: databases live in memory. Compiled together with SQLite's amalgamation
 * (../build-wasm.sh). */
#include "sqlite3.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define EXPORT(name) __attribute__((export_name(name)))

/* Answers are text: one row a line, values separated by '|'. They stay until the next call. */
static sqlite3 *db;
static char *answer;
static size_t answer_len, answer_cap;

static int answer_add(const char *text, size_t len) {
    if (answer_cap - answer_len <= len) {
        size_t cap = (answer_len + len + 1) * 2;
        char *more = realloc(answer, cap);
        if (!more) return SQLITE_NOMEM;
        answer = more;
        answer_cap = cap;
    }
    memcpy(answer + answer_len, text, len);
    answer_len += len;
    answer[answer_len] = 0;
    return SQLITE_OK;
}

EXPORT("db_open") int db_open(void) {
    return sqlite3_open(":memory:", &db);
}
EXPORT("db_close") int db_close(void) {
    int code = sqlite3_close(db);
    db = NULL;
    free(answer);
    answer = NULL;
    answer_len = answer_cap = 0;
    return code;
}
EXPORT("db_answer") const char *db_answer(void) {
    return answer ? answer : "";
}
EXPORT("db_answer_len") size_t db_answer_len(void) {
    return answer_len;
}
EXPORT("heap_used") size_t heap_used(void) {
    return (size_t)sqlite3_memory_used();
}

static int add_row(sqlite3_stmt *statement) {
    int code = SQLITE_OK;
    for (int i = 0; code == SQLITE_OK && i < sqlite3_column_count(statement); i++) {
        const char *text = (const char *)sqlite3_column_text(statement, i);
        if (i) code = answer_add("|", 1);
        if (code == SQLITE_OK && text)
            code = answer_add(text, (size_t)sqlite3_column_bytes(statement, i));
    }
    return code == SQLITE_OK ? answer_add("\n", 1) : code;
}

/* Runs statements; the answer has the rows of all of them, or the error's message. */
EXPORT("db_run") int db_run(const char *sql) {
    int code = SQLITE_OK;
    answer_len = 0;
    while (code == SQLITE_OK && *sql) {
        sqlite3_stmt *statement;
        code = sqlite3_prepare_v2(db, sql, -1, &statement, &sql);
        if (code != SQLITE_OK || !statement) continue;
        while ((code = sqlite3_step(statement)) == SQLITE_ROW)
            if ((code = add_row(statement)) != SQLITE_OK) break;
        sqlite3_finalize(statement);
        if (code == SQLITE_DONE) code = SQLITE_OK;
    }
    if (code == SQLITE_OK) return code;
    const char *message = sqlite3_errmsg(db);
    answer_len = 0;
    answer_add(message, strlen(message));
    return code;
}

/* ---- the operating system that it has not
 * -------------------------------------------------------- */
static int no_open(sqlite3_vfs *v, const char *name, sqlite3_file *file, int flags, int *out) {
    (void)v, (void)name, (void)flags, (void)out;
    file->pMethods = NULL;
    return SQLITE_CANTOPEN;
}
static int no_delete(sqlite3_vfs *v, const char *name, int sync) {
    (void)v, (void)name, (void)sync;
    return SQLITE_OK;
}
static int no_access(sqlite3_vfs *v, const char *name, int flags, int *out) {
    (void)v, (void)name, (void)flags;
    *out = 0;
    return SQLITE_OK;
}
static int no_path(sqlite3_vfs *v, const char *name, int n, char *out) {
    (void)v;
    snprintf(out, (size_t)n, "%s", name);
    return SQLITE_OK;
}
static int no_random(sqlite3_vfs *v, int n, char *out) {
    (void)v;
    memset(out, 7, (size_t)n);
    return n;
}
static int no_sleep(sqlite3_vfs *v, int us) {
    (void)v;
    return us;
}
static int some_time(sqlite3_vfs *v, double *out) {
    (void)v;
    *out = 2440587.5 + (double)time(NULL) / 86400.0;
    return SQLITE_OK;
}
static int no_error(sqlite3_vfs *v, int n, char *out) {
    (void)v, (void)n, (void)out;
    return 0;
}
int sqlite3_os_init(void) {
    static sqlite3_vfs none = {.iVersion = 1,
                               .szOsFile = sizeof(sqlite3_file),
                               .mxPathname = 64,
                               .zName = "none",
                               .xOpen = no_open,
                               .xDelete = no_delete,
                               .xAccess = no_access,
                               .xFullPathname = no_path,
                               .xRandomness = no_random,
                               .xSleep = no_sleep,
                               .xCurrentTime = some_time,
                               .xGetLastError = no_error};
    return sqlite3_vfs_register(&none, 1);
}
int sqlite3_os_end(void) {
    return SQLITE_OK;
}
