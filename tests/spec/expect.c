/* expect.c: the list of modules that are known to fail, one a line: SCRIPT:LINE REASON.
 * LINE is that of the command with the module; everything that fails because of it is covered. A
 * listed module with nothing failing must leave the list: only what was run is judged. */
#include "spectest.h"
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

/* The script's command on that line whose module can be blamed; NO_NUMBER: none. */
static uint32_t find_command(const Script *script, uint32_t line) {
    uint32_t found = NO_NUMBER;
    for (uint32_t i = 0; i < script->count; i++) {
        if (script->commands[i].line != line) continue;
        if (script->commands[i].file) return i;
        if (found == NO_NUMBER) found = i;
    }
    return found;
}

static bool is_failure(const Script *script, uint32_t i) {
    return script->results[i].verdict == VERDICT_FAIL ||
           script->results[i].verdict == VERDICT_CRASH;
}

static Script *find_script(Suite *suite, const char *id) {
    for (uint32_t i = 0; i < suite->script_count; i++)
        if (!strcmp(suite->scripts[i].id, id)) return &suite->scripts[i];
    return NULL;
}

/* Marks what fails because of modules on this line; false when nothing does. */
static bool mark(Script *script, uint32_t line) {
    bool any = false;
    for (uint32_t i = 0; i < script->count; i++) {
        uint32_t blame = script->commands[i].blame;
        if (script->commands[blame].line != line || !is_failure(script, i)) continue;
        script->results[i].expected = true;
        any = true;
    }
    return any;
}

static bool apply_line(Suite *suite, const char *path, unsigned number, char *text) {
    text += strspn(text, " \t");
    size_t len = strcspn(text, " \t\r\n");
    if (!len || *text == '#') return true;
    text[len] = 0;
    char *colon = strrchr(text, ':'), *end = NULL;
    unsigned long line = colon ? strtoul(colon + 1, &end, 10) : 0;
    if (!line || *end) suite_die("%s:%u: expected SCRIPT:LINE REASON", path, number);
    *colon = 0;
    Script *script = find_script(suite, text);
    if (!script) return true; /* not run this time */
    if (find_command(script, (uint32_t)line) == NO_NUMBER) {
        printf("%s:%u: %s has no command on line %lu: must leave the list\n", path, number, text,
               line);
        return false;
    }
    if (mark(script, (uint32_t)line)) return true;
    printf("%s:%u: %s:%lu passes: must leave the list\n", path, number, text, line);
    return false;
}

bool expect_apply(Suite *suite, const char *path) {
    uint8_t *bytes;
    size_t len;
    if (!suite_read_file(path, &bytes, &len)) suite_die("%s: %s", path, strerror(errno));
    char *text = suite_text(suite, (const char *)bytes, len);
    free(bytes);
    bool good = true;
    unsigned number = 0;
    while (*text) {
        char *end = text + strcspn(text, "\n");
        bool last = !*end;
        *end = 0;
        good &= apply_line(suite, path, ++number, text);
        text = last ? end : end + 1;
    }
    return good;
}

void expect_write(Suite *suite, const char *path) {
    FILE *file = fopen(path, "w");
    if (!file) suite_die("%s: %s", path, strerror(errno));
    fprintf(file, "# Modules that fail, by the line of their command; w2c-spectest --write-expect "
                  "makes this.\n");
    for (uint32_t s = 0; s < suite->script_count; s++) {
        const Script *script = &suite->scripts[s];
        bool *done = suite_alloc(suite, script->count, sizeof *done);
        for (uint32_t i = 0; i < script->count; i++) {
            const Command *blamed = &script->commands[script->commands[i].blame];
            if (!is_failure(script, i) || done[script->commands[i].blame]) continue;
            done[script->commands[i].blame] = true;
            const char *why = script->results[i].text;
            size_t len = strcspn(why, "\n");
            fprintf(file, "%s:%" PRIu32 " %.*s\n", script->id, blamed->line,
                    len > 120 ? 120 : (int)len, why);
        }
    }
    if (ferror(file) | fclose(file)) suite_die("%s: cannot be written", path);
}
