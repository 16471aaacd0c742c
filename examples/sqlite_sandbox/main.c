/* main.c: SQLite as a sandboxed library: no file, no socket, no memory but its own; and not more
 * of that than it is allowed. What goes wrong inside is an error here. */
#include "sqlite.h"
#include "w2c_exchange.h"
#include "w2c_wasi.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

typedef struct Database {
    w2c_wasi *wasi;
    sqlite *guest;
    w2c_exchange *x;
} Database;

static bool complain(const char *what, w2c_status status, const char *why) {
    fprintf(stderr, "%s: %s%s%s\n", what, w2c_status_text(status), *why ? ": " : "", why);
    return false;
}

static void database_close(Database *d) {
    uint32_t code;
    if (d->guest) sqlite_x_db_close(d->guest, &code);
    w2c_exchange_delete(d->x);
    if (d->guest) sqlite_delete(d->guest);
    w2c_wasi_delete(d->wasi);
}

static bool database_open(Database *d, uint64_t max_memory) {
    w2c_error error;
    w2c_wasi_config nothing = {.error = &error}; /* no folder, no environment, no output */
    w2c_imports imports = {0};
    w2c_config config = {.max_memory = max_memory, .error = &error};
    uint32_t code = 0;
    memset(d, 0, sizeof *d);
    if (w2c_wasi_new(&d->wasi, &nothing) != W2C_OK)
        return complain("WASI", error.status, error.text);
    w2c_wasi_imports(d->wasi, &imports);
    if (sqlite_new(&d->guest, &imports, &config) != W2C_OK)
        return complain("instance", error.status, error.text);
    w2c_status status = sqlite_x__initialize(d->guest);
    if (status == W2C_OK) status = sqlite_x_db_open(d->guest, &code);
    if (status != W2C_OK || code) return complain("opening", status, "");
    status = w2c_exchange_new(&d->x, sqlite_instance(d->guest), NULL); /* finds malloc and free */
    return status == W2C_OK || complain("exchange", status, "");
}

/* Runs SQL; the answer, a view, is good until the next call. *code: SQLite's. */
static bool database_run(Database *d, const char *sql, w2c_view_u8 *answer, uint32_t *code) {
    uint64_t at;
    uint32_t text = 0, len = 0;
    w2c_scratch_reset(d->x);
    w2c_status status = w2c_string_scratch(d->x, sql, strlen(sql), &at);
    if (status != W2C_OK) return complain("SQL", status, w2c_exchange_reason(d->x));
    status = sqlite_x_db_run(d->guest, (uint32_t)at, code);
    if (status == W2C_OK) status = sqlite_x_db_answer(d->guest, &text);
    if (status == W2C_OK) status = sqlite_x_db_answer_len(d->guest, &len);
    if (status == W2C_OK) status = w2c_string_view(answer, sqlite_instance(d->guest), text, len);
    return status == W2C_OK ||
           complain("SQL", status, w2c_instance_detail(sqlite_instance(d->guest)));
}

static bool show(Database *d, const char *sql) {
    w2c_view_u8 answer;
    uint32_t code;
    if (!database_run(d, sql, &answer, &code)) return false;
    printf("sql> %s\n%.*s%s", sql, (int)answer.count, (const char *)answer.base, code ? "\n" : "");
    w2c_view_u8_release(&answer);
    return true;
}

static bool report(Database *d, const char *when) {
    w2c_memory_info info;
    w2c_status status = w2c_exchange_info(d->x, &info);
    if (status != W2C_OK) return complain("memory", status, w2c_exchange_reason(d->x));
    printf("memory %-22s %6" PRIu64 " KiB, SQLite uses %6" PRIu64 " KiB, %2" PRIu64
           " growths (%" PRIu64 " refused), arena %" PRIu64 " B\n",
           when, info.bytes / 1024, info.used / 1024, info.growths, info.failed_growths,
           info.scratch_high);
    return true;
}

static const char fill[] =
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000) "
    "INSERT INTO city SELECT i, 'city-' || i, (i * 7919) % 100003 FROM n";

int main(void) {
    Database d, small = {0};
    w2c_view_u8 answer;
    uint32_t code = 0;
    w2c_init_traps();
    bool ok = database_open(&d, 32 << 20);
    ok = ok && report(&d, "at the beginning:");
    ok = ok && show(&d, "SELECT sqlite_version()");
    ok = ok && show(&d, "CREATE TABLE city(id INTEGER PRIMARY KEY, name TEXT, people INT)");
    ok = ok && show(&d, fill);
    ok = ok && report(&d, "with 20,000 rows:");
    ok = ok && show(&d, "SELECT name, people FROM city ORDER BY people DESC LIMIT 3");
    ok = ok && show(&d, "SELECT count(*), sum(people), round(avg(length(name)), 3) FROM city");
    ok = ok && show(&d, "SELECT misspelt FROM city");
    ok = ok && show(&d, "ATTACH '/etc/passwd' AS secret");
    ok = ok && show(&d, "DELETE FROM city WHERE id % 2; CREATE INDEX by_people ON city(people)");
    ok = ok && report(&d, "after half is deleted:");
    database_close(&d);

    printf("\na database that may use 4 MiB:\n");
    ok = ok && database_open(&small, 4 << 20);
    ok = ok && show(&small, "CREATE TABLE city(id INTEGER PRIMARY KEY, name TEXT, people INT)");
    for (int i = 0; ok && !code && i < 100; i++) { /* until it is full: its error, not ours */
        ok = database_run(&small,
                          "INSERT INTO city SELECT NULL, hex(zeroblob(20000)), 1 FROM (VALUES(1),"
                          "(2),(3),(4),(5))",
                          &answer, &code);
        if (ok && code) printf("it says: %.*s\n", (int)answer.count, (const char *)answer.base);
        if (ok) w2c_view_u8_release(&answer);
    }
    ok =
        ok && code && show(&small, "SELECT count(*) > 0 FROM city") && report(&small, "when full:");
    database_close(&small);
    return ok ? 0 : 1;
}
