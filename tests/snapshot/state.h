/* state.h: an instance (of warm.wasm, graph.wasm) told by its exports, compiled and interpreted ones alike. */
#ifndef STATE_H
#define STATE_H
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <w2c.h>
#include <w2c_snapshot.h>

enum { STATE_TEXT = 4000 };

static w2c_status state_call(w2c_instance *instance, const char *name, w2c_value *results) {
    w2c_extern e;
    if (!w2c_export_find(instance, w2c_name_of(name), &e) || e.kind != W2C_FUNC) return W2C_INVALID;
    memset(results, 0, 8 * sizeof *results);
    return w2c_call(e.func, NULL, results);
}

/* Everything that the exported functions but init say, as text. They change the instance: once for each. */
static inline void state_tell(w2c_instance *instance, char *text) {
    size_t at = 0;
    w2c_name name;
    w2c_extern e;
    for (size_t i = 0; w2c_export_at(instance, i, &name, &e); i++) {
        w2c_value r[8];
        if (e.kind != W2C_FUNC || (name.len == 4 && !memcmp(name.text, "init", 4))) continue;
        memset(r, 0, sizeof r);
        w2c_status status = w2c_call(e.func, NULL, r);
        at += (size_t)snprintf(text + at, STATE_TEXT - at, "%.*s %d", (int)name.len, name.text,
                               (int)status);
        for (size_t k = 0; k < 6 && status == W2C_OK; k++)
            at +=
                (size_t)snprintf(text + at, STATE_TEXT - at, " %llx", (unsigned long long)r[k].i64);
        at += (size_t)snprintf(text + at, STATE_TEXT - at, "\n");
    }
}

static w2c_status state_clock(void *env, w2c_instance *importer, uint32_t id, uint64_t precision,
                              uint32_t out, uint32_t *result) {
    (void)env, (void)importer, (void)id, (void)precision, (void)out;
    *result = 0;
    return W2C_OK;
}

static bool state_resolve(void *user, const w2c_wanted *wanted, w2c_extern *out) {
    (void)user;
    if (wanted->name.len != 14 || memcmp(wanted->name.text, "clock_time_get", 14)) return false;
    *out = w2c_extern_host("ili_i", (w2c_host_fn)state_clock, NULL);
    return true;
}

/* tell FILE: what a new instance tells; original FILE: what it tells after init; save FILE: init, then a snapshot of it; load FILE: what a snapshot tells. The exit code. */
static inline int state_main(const w2c_module *module, const char *what, const char *path) {
    static unsigned char bytes[1 << 20];
    char text[STATE_TEXT];
    w2c_instance *instance;
    w2c_imports imports = {.resolve = state_resolve};
    w2c_error error = {W2C_OK, ""};
    w2c_config config = {.error = &error};
    w2c_value results[8];
    FILE *f = fopen(path, strcmp(what, "load") ? "wb" : "rb");
    if (!f || !w2c_init_traps()) return 10;
    if (!strcmp(what, "tell") || !strcmp(what, "original")) {
        if (w2c_instance_new(module, &instance, &imports, &config) != W2C_OK) return 18;
        if (what[0] == 'o' && state_call(instance, "init", results) != W2C_OK) return 19;
        state_tell(instance, text);
        fputs(text, stdout);
    } else if (!strcmp(what, "save")) {
        void *saved;
        size_t len;
        if (w2c_instance_new(module, &instance, &imports, &config) != W2C_OK) return 11;
        if (state_call(instance, "init", results) != W2C_OK) return 12;
        if (w2c_snapshot_save(instance, NULL, &saved, &len, &error) != W2C_OK)
            return puts(error.text), 13;
        if (fwrite(saved, 1, len, f) != len) return 14;
        free(saved);
    } else {
        size_t len = fread(bytes, 1, sizeof bytes, f);
        if (w2c_snapshot_load(module, &instance, bytes, len, &imports, &config, NULL) != W2C_OK)
            return puts(error.text), 15;
        w2c_instance *twin;
        char twin_text[STATE_TEXT];
        if (w2c_snapshot_fork(instance, &twin, &imports, &config) != W2C_OK)
            return puts(error.text), 16;
        state_tell(instance, text);
        state_tell(twin, twin_text);
        w2c_instance_delete(twin);
        if (strcmp(text, twin_text)) return printf("its fork tells:\n%s", twin_text), 17;
        fputs(text, stdout);
    }
    fclose(f);
    w2c_instance_delete(instance);
    return 0;
}
#endif
