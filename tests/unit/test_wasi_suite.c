/* test_wasi_suite.c: the official WASI suite once more, interpreted, with every directory in memory:
 * the object's streams, clocks and trees are all that a program touches.
 * The suite is where $W2C_WASI_DIR says, else in ../shared/wasi; without it there is nothing to do. */
#include "interp/interp.h"
#include <check.h>
#include <dirent.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <w2c_wasi.h>

/* What the runner by files leaves out as well: these print what they find. */
static const char *const chatty[] = {"poll_oneoff_stdio", "path_open_preopen"};

typedef struct Output {
    char text[4096];
    size_t len;
} Output;

static uint16_t output_write(void *user, const void *data, size_t len, size_t *done) {
    Output *o = user;
    size_t part = sizeof o->text - 1 - o->len;
    if (part > len) part = len;
    memcpy(o->text + o->len, data, part);
    o->len += part;
    *done = len;
    return 0;
}

static bool read_file(const char *path, char **data, size_t *len) {
    FILE *f = fopen(path, "rb");
    struct stat st;
    if (!f) return false;
    ck_assert_int_eq(stat(path, &st), 0);
    *len = (size_t)st.st_size;
    *data = malloc(*len + 1);
    ck_assert_uint_eq(fread(*data, 1, *len, f), *len);
    (*data)[*len] = 0;
    fclose(f);
    return true;
}

/* Puts what is in a directory of the host into the tree. */
static void fill(w2c_wasi_tree *tree, const char *host, const char *guest) {
    DIR *dir = opendir(host);
    ck_assert_ptr_nonnull(dir);
    for (struct dirent *e; (e = readdir(dir));) {
        char from[4096], to[4096], *data;
        struct stat st;
        size_t len;
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0) continue;
        snprintf(from, sizeof from, "%.2000s/%.255s", host, e->d_name);
        snprintf(to, sizeof to, "%.2000s%s%.255s", guest, *guest ? "/" : "", e->d_name);
        ck_assert_int_eq(stat(from, &st), 0);
        if (S_ISDIR(st.st_mode)) {
            ck_assert_int_eq(w2c_wasi_tree_dir(tree, to), W2C_OK);
            fill(tree, from, to);
        } else {
            ck_assert(read_file(from, &data, &len));
            ck_assert_int_eq(w2c_wasi_tree_file(tree, to, data, len), W2C_OK);
            free(data);
        }
    }
    closedir(dir);
}

typedef struct Program {
    const char *args[32], *env[32];
    char texts[32][256]; /* of env */
    size_t arg_count, env_count;
    Output out;
    uint32_t code;
} Program;

static void take_json(Program *p, json_t *spec) {
    size_t i;
    const char *key;
    json_t *value;
    json_array_foreach(json_object_get(spec, "args"), i, value) p->args[p->arg_count++] =
        json_string_value(value);
    json_object_foreach(json_object_get(spec, "env"), key, value) {
        snprintf(p->texts[p->env_count], 256, "%s=%s", key, json_string_value(value));
        p->env[p->env_count] = p->texts[p->env_count];
        p->env_count++;
    }
}

/* Runs it; 134 stands for a trap. */
static void run(Program *p, const char *path, const char *root) {
    Context ctx;
    Module module;
    Interp *interp;
    w2c_instance *instance;
    w2c_wasi *wasi;
    w2c_wasi_tree *tree;
    w2c_extern start;
    char *bytes;
    size_t len;
    w2c_error error = {W2C_OK, ""};
    w2c_imports imports = {0};
    w2c_wasi_stream out = {NULL, output_write, &p->out};
    ck_assert(read_file(path, &bytes, &len));
    ck_assert_int_eq(w2c_wasi_tree_new(&tree, NULL), W2C_OK);
    if (root) fill(tree, root, "");
    w2c_wasi_dir dir = {.tree = tree, .guest = "/"};
    w2c_wasi_config config = {.args = p->args,
                              .arg_count = p->arg_count,
                              .env = p->env,
                              .env_count = p->env_count,
                              .dirs = &dir,
                              .dir_count = root != NULL,
                              .error = &error};
    config.stdio[1] = (w2c_wasi_stdio){.kind = W2C_WASI_STREAM, .stream = &out};
    ck_assert_msg(w2c_wasi_new(&wasi, &config) == W2C_OK, "%s", error.text);
    w2c_wasi_imports(wasi, &imports);
    context_init(&ctx, alloc_default(), "suite");
    ck_assert_msg(module_read(&ctx, (Slice){(const uint8_t *)bytes, len}, &module), "%s",
                  ctx.diag.text);
    InterpOptions options = {.bounds = true};
    ck_assert_int_eq(w2c_interp_load(&ctx, &module, "suite", &options, &interp), W2C_OK);
    w2c_config how = {.error = &error};
    w2c_status status = w2c_instance_new(w2c_interp_module(interp), &instance, &imports, &how);
    ck_assert_msg(status == W2C_OK, "%s: %s", path, error.text);
    ck_assert(w2c_export_find(instance, w2c_name_of("_start"), &start));
    status = w2c_call(start.func, NULL, NULL);
    p->code = status == W2C_OK ? 0 : status == W2C_EXIT ? w2c_wasi_exit_code(wasi) : 134;
    w2c_instance_delete(instance);
    w2c_wasi_delete(wasi);
    w2c_wasi_tree_delete(tree);
    w2c_interp_delete(interp);
    module_free(&module);
    free(bytes);
}

/* NAME.wasm with its NAME.json. True: as it should be. */
static bool check_one(const char *folder, const char *file) {
    char path[2048], root[2048], *text;
    size_t len, base = strlen(file) - 5;
    Program p = {.args = {"program"}, .arg_count = 0};
    json_t *spec = NULL;
    snprintf(path, sizeof path, "%.1500s/%.*s.json", folder, (int)base, file);
    if (read_file(path, &text, &len)) {
        spec = json_loads(text, 0, NULL);
        free(text);
    }
    p.arg_count = 1; /* args[0] is the program's name */
    take_json(&p, spec);
    const char *name = json_string_value(json_object_get(spec, "root"));
    if (name) snprintf(root, sizeof root, "%.1500s/%.200s", folder, name);
    snprintf(path, sizeof path, "%.1500s/%.200s", folder, file);
    run(&p, path, name ? root : NULL);
    const char *wanted = json_string_value(json_object_get(spec, "stdout"));
    uint32_t code = (uint32_t)json_integer_value(json_object_get(spec, "exit_code"));
    bool good = p.code == code;
    for (size_t i = 0; i < sizeof chatty / sizeof *chatty; i++)
        if (!wanted && strncmp(file, chatty[i], base) == 0) wanted = p.out.text;
    if (strcmp(p.out.text, wanted ? wanted : "") != 0) good = false;
    if (!good) fprintf(stderr, "%s: exit code %u, stdout \"%s\"\n", path, p.code, p.out.text);
    json_decref(spec);
    return good;
}

START_TEST(suite_in_memory) {
    static const char *const parts[] = {"assemblyscript", "c", "rust"};
    const char *given = getenv("W2C_WASI_DIR");
    char folder[1600];
    int passed = 0, failed = 0;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        snprintf(folder, sizeof folder, "%.1400s/%s",
                 given && *given ? given : W2C_SOURCE_DIR "/../shared/wasi", parts[i]);
        DIR *dir = opendir(folder);
        for (struct dirent *e; dir && (e = readdir(dir));) {
            size_t len = strlen(e->d_name);
            if (len < 6 || strcmp(e->d_name + len - 5, ".wasm") != 0) continue;
            if (check_one(folder, e->d_name))
                passed++;
            else
                failed++;
        }
        if (dir) closedir(dir);
    }
    printf("%d passed, %d failed\n", passed, failed);
    ck_assert_int_eq(failed, 0);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("WASI's suite in memory");
    TCase *t = tcase_create("suite");
    tcase_set_timeout(t, 300);
    tcase_add_test(t, suite_in_memory);
    suite_add_tcase(suite, t);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
