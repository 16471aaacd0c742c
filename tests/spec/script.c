/* script.c: finds scripts and turns their JSON into Commands.
 * Its one idea: which instance a command acts on follows from the script's text alone, so names are
 * resolved here, and every command knows the module to blame before anything has run. */
#include "spectest.h"
#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const command_names[COMMAND_KINDS] = {
    "module",
    "module_definition",
    "module_instance",
    "register",
    "action",
    "assert_return",
    "assert_trap",
    "assert_exhaustion",
    "assert_exception",
    "assert_invalid",
    "assert_malformed",
    "assert_unlinkable",
    "assert_uninstantiable",
    "assert_invalid_custom",
    "assert_malformed_custom",
};

const char *script_command_name(CommandKind kind) {
    return command_names[kind];
}

/* ---- one script ------------------------------------------------------------------------------ */
/* What a name means at this point of the script. */
typedef struct Name {
    const char *text; /* borrowed from the JSON */
    uint32_t command;
    bool definition;
} Name;

typedef struct Loader {
    Suite *suite;
    Script *script;
    const char *folder; /* ends in '/' or is empty */
    Name *names;
    uint32_t name_count;
    uint32_t current, definition; /* numbers of commands */
} Loader;

static const char *get_text(const json_t *json, const char *key) {
    return json_string_value(json_object_get(json, key));
}

static const char *copy_text(Loader *l, const json_t *json, const char *key) {
    const char *text = get_text(json, key);
    return text ? suite_text(l->suite, text, strlen(text)) : NULL;
}

static _Noreturn void bad_script(const Loader *l, uint32_t line, const char *what) {
    suite_die("%s:%" PRIu32 ": cannot read this command: %s", l->script->path, line, what);
}

static void name_set(Loader *l, const char *text, uint32_t command, bool definition) {
    if (text) l->names[l->name_count++] = (Name){text, command, definition};
}

static uint32_t name_find(const Loader *l, const char *text, bool definition) {
    for (uint32_t i = l->name_count; i-- > 0;)
        if (l->names[i].definition == definition && !strcmp(l->names[i].text, text))
            return l->names[i].command;
    return NO_NUMBER;
}

static Value *values_load(Loader *l, uint32_t line, const json_t *array, uint32_t *count) {
    *count = (uint32_t)json_array_size(array);
    Value *values = suite_alloc(l->suite, *count, sizeof *values);
    for (uint32_t i = 0; i < *count; i++)
        if (!value_parse(&l->suite->arena, json_array_get(array, i), &values[i]))
            bad_script(l, line, "a value of unknown form");
    return values;
}

static void action_load(Loader *l, Command *c, const json_t *json) {
    const json_t *action = json_object_get(json, "action");
    const json_t *field = json_object_get(action, "field");
    const char *type = get_text(action, "type"), *module = get_text(action, "module");
    if (!type || !field) bad_script(l, c->line, "action");
    c->get = !strcmp(type, "get");
    if (!c->get && strcmp(type, "invoke") != 0) bad_script(l, c->line, type);
    size_t len = json_string_length(field);
    c->field = (w2c_name){suite_text(l->suite, json_string_value(field), len), len};
    c->args = values_load(l, c->line, json_object_get(action, "args"), &c->arg_count);
    c->target = module ? name_find(l, module, false) : l->current;
    if (c->kind == COMMAND_RETURN)
        c->expected =
            values_load(l, c->line, json_object_get(json, "expected"), &c->expected_count);
}

static void file_load(Loader *l, Command *c, const json_t *json) {
    const char *type = get_text(json, "module_type");
    const char *file = get_text(json, "binary_filename");
    if (!file && type && !strcmp(type, "text")) {
        c->skipped = true;
        return;
    }
    if (!file) file = get_text(json, "filename");
    if (!file) bad_script(l, c->line, "no file name");
    c->file = suite_format(l->suite, "%s%s", l->folder, file);
}

static void target_load(Loader *l, Command *c, const json_t *json, uint32_t number) {
    const char *name = get_text(json, "name"), *module = get_text(json, "module");
    switch (c->kind) {
    case COMMAND_MODULE:
        c->target = l->current = number;
        name_set(l, name, number, false);
        break;
    case COMMAND_DEFINITION:
        l->definition = number;
        name_set(l, name, number, true);
        break;
    case COMMAND_INSTANCE:
        c->target = module ? name_find(l, module, true) : l->definition;
        l->current = number;
        name_set(l, get_text(json, "instance"), number, false);
        break;
    case COMMAND_REGISTER:
        c->as = copy_text(l, json, "as");
        if (!c->as) bad_script(l, c->line, "no name to register");
        c->target = name ? name_find(l, name, false) : l->current;
        break;
    default:
        break;
    }
}

/* The module that a failure of this command counts against. */
static uint32_t command_blame(const Command *commands, uint32_t number) {
    uint32_t at = number;
    if (!commands[at].file && commands[at].target != NO_NUMBER) at = commands[at].target;
    if (commands[at].kind == COMMAND_INSTANCE && commands[at].target != NO_NUMBER)
        at = commands[at].target;
    return at;
}

static void command_load(Loader *l, const json_t *json, uint32_t number) {
    Command *c = &l->script->commands[number];
    *c = (Command){.target = NO_NUMBER, .module = NO_NUMBER};
    c->line = (uint32_t)json_integer_value(json_object_get(json, "line"));
    const char *type = get_text(json, "type");
    while (type && c->kind < COMMAND_KINDS && strcmp(type, command_names[c->kind]) != 0)
        c->kind++;
    if (!type || c->kind == COMMAND_KINDS) bad_script(l, c->line, type ? type : "no type");
    c->text = copy_text(l, json, "text");
    switch (c->kind) {
    case COMMAND_MODULE:
    case COMMAND_DEFINITION:
    case COMMAND_INVALID:
    case COMMAND_MALFORMED:
    case COMMAND_UNLINKABLE:
    case COMMAND_UNINSTANTIABLE:
    case COMMAND_INVALID_CUSTOM:
    case COMMAND_MALFORMED_CUSTOM:
        file_load(l, c, json);
        break;
    case COMMAND_ACTION:
    case COMMAND_RETURN:
    case COMMAND_TRAP:
    case COMMAND_EXHAUSTION:
    case COMMAND_EXCEPTION:
        action_load(l, c, json);
        break;
    default:
        break;
    }
    if (!c->skipped) target_load(l, c, json, number);
    c->blame = command_blame(l->script->commands, number);
}

/* Modules that must be translated: all that are instantiated. */
static void modules_add(Suite *suite, Script *script) {
    for (uint32_t i = 0; i < script->count; i++) {
        Command *c = &script->commands[i];
        if (c->kind == COMMAND_INSTANCE && c->target != NO_NUMBER) c = &script->commands[c->target];
        bool wanted = c->kind == COMMAND_MODULE || c->kind == COMMAND_UNLINKABLE ||
                      c->kind == COMMAND_UNINSTANTIABLE || c != &script->commands[i];
        if (!wanted || c->skipped || !c->file || c->module != NO_NUMBER) continue;
        if (suite->module_count == suite->module_cap) {
            uint32_t cap = suite->module_cap ? 2 * suite->module_cap : 256;
            UnitModule *items = suite_alloc(suite, cap, sizeof *items);
            if (suite->module_count)
                memcpy(items, suite->modules, suite->module_count * sizeof *items);
            suite->modules = items;
            suite->module_cap = cap;
        }
        struct stat info;
        c->module = suite->module_count++;
        suite->modules[c->module] = (UnitModule){.file = c->file};
        if (!stat(c->file, &info)) suite->modules[c->module].bytes = (uint64_t)info.st_size;
    }
}

static void script_load(Suite *suite, Script *script) {
    json_error_t error;
    json_t *json = json_load_file(script->path, JSON_ALLOW_NUL, &error);
    if (!json) suite_die("%s:%d: %s", script->path, error.line, error.text);
    const json_t *commands = json_object_get(json, "commands");
    if (!json_is_array(commands)) suite_die("%s: no commands: not a script", script->path);
    const char *slash = strrchr(script->path, '/');
    script->count = (uint32_t)json_array_size(commands);
    script->commands = suite_alloc(suite, script->count, sizeof *script->commands);
    script->results = suite_alloc(suite, script->count, sizeof *script->results);
    Loader l = {.suite = suite, .script = script, .current = NO_NUMBER, .definition = NO_NUMBER};
    l.folder = slash ? suite_text(suite, script->path, (size_t)(slash - script->path) + 1) : "";
    l.names = suite_alloc(suite, script->count, sizeof *l.names);
    for (uint32_t i = 0; i < script->count; i++)
        command_load(&l, json_array_get(commands, i), i);
    json_decref(json);
    modules_add(suite, script);
}

/* ---- finding them ---------------------------------------------------------------------------- */
/* Bytes of path that lead to the suite's root: the nearest folder above with a FORMAT.md, so that a
 * script has the same id however it was named; else what the caller gave. */
static size_t root_len(Suite *suite, const char *path, size_t given) {
    for (size_t i = strlen(path); i-- > 0;) {
        if (path[i] != '/') continue;
        const char *mark = suite_format(suite, "%.*s/FORMAT.md", (int)i, path);
        if (!access(mark, F_OK)) return i + 1;
    }
    return given;
}

static void script_add(Suite *suite, const char *path, size_t root) {
    if (suite->script_count == suite->script_cap) {
        uint32_t cap = suite->script_cap ? 2 * suite->script_cap : 64;
        Script *items = suite_alloc(suite, cap, sizeof *items);
        if (suite->script_count) memcpy(items, suite->scripts, suite->script_count * sizeof *items);
        suite->scripts = items;
        suite->script_cap = cap;
    }
    Script *script = &suite->scripts[suite->script_count++];
    *script = (Script){.path = path, .id = path + root_len(suite, path, root)};
    script_load(suite, script);
}

static int name_order(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The folder's entries but hidden ones, sorted. */
static char **folder_read(Suite *suite, const char *path, size_t *count) {
    DIR *dir = opendir(path);
    if (!dir) suite_die("%s: cannot be read", path);
    char **names = NULL;
    size_t cap = 0;
    *count = 0;
    for (struct dirent *entry; (entry = readdir(dir));) {
        if (entry->d_name[0] == '.') continue;
        if (*count == cap) {
            cap = cap ? 2 * cap : 64;
            char **more = suite_alloc(suite, cap, sizeof *more);
            if (*count) memcpy(more, names, *count * sizeof *more);
            names = more;
        }
        names[(*count)++] = suite_text(suite, entry->d_name, strlen(entry->d_name));
    }
    closedir(dir);
    if (*count) qsort(names, *count, sizeof *names, name_order);
    return names;
}

static bool is_script_name(const char *name) {
    size_t len = strlen(name);
    return len > 5 && !strcmp(name + len - 5, ".json") && strcmp(name, "manifest.json") != 0;
}

static void folder_add(Suite *suite, const char *path, size_t root) {
    size_t count, len = strlen(path);
    char **names = folder_read(suite, path, &count);
    for (size_t i = 0; i < count; i++) {
        const char *slash = len && path[len - 1] == '/' ? "" : "/";
        const char *entry = suite_format(suite, "%s%s%s", path, slash, names[i]);
        struct stat info;
        if (stat(entry, &info)) continue;
        if (S_ISDIR(info.st_mode))
            folder_add(suite, entry, root);
        else if (is_script_name(names[i]))
            script_add(suite, entry, root);
    }
}

void script_add_path(Suite *suite, const char *path) {
    struct stat info;
    if (stat(path, &info)) suite_die("%s: no such file or folder", path);
    size_t len = strlen(path);
    if (S_ISDIR(info.st_mode)) {
        folder_add(suite, path, len && path[len - 1] == '/' ? len : len + 1);
        return;
    }
    const char *slash = strrchr(path, '/');
    script_add(suite, path, slash ? (size_t)(slash - path) + 1 : 0);
}
