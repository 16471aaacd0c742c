/* export_host.c: runs a script of calls on a translated module that has no _start.
 *
 * Compiled by expected.py together with the module's C: -DMODULE=NAME_module. Knows the module through
 * w2c.h alone. With -DSTUBS every function that it imports gives zeros, and a memory that it imports is made
 * as it wants it; without, calling an import is a trap. The script comes on stdin, one command a line; results of calls and values of
 * globals are pushed on a list, and @N means the N-th last of them.
 *
 *   call EXPORT ARG...     numbers, or @N
 *   global EXPORT
 *   file ADDRESS PATH OFFSET LEN    a file's bytes into memory
 *   hex ADDRESS LEN        bytes of memory to stdout, in hex and a newline
 *   text ADDRESS LEN       the same, as they are
 *   print N                the N-th last value, as a number and a newline
 *
 * Exits 0, or 1 with a message on stderr: a trap's text, or what is wrong with the script. */
#include "w2c.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern const w2c_module MODULE;

enum { VALUES_MOST = 65536, WORDS_MOST = 16 };

typedef struct Host {
    w2c_instance *instance;
    uint64_t values[VALUES_MOST];
    size_t count;
    char *words[WORDS_MOST];
    size_t word_count;
} Host;

static bool complain(const char *what, const char *detail) {
    fprintf(stderr, "%s: %s\n", what, detail);
    return false;
}

static bool value_push(Host *h, uint64_t value) {
    if (h->count == VALUES_MOST) return complain("script", "too many results");
    h->values[h->count++] = value;
    return true;
}

static bool word_number(const Host *h, size_t i, uint64_t *out) {
    if (i >= h->word_count) return complain(h->words[0], "an argument is missing");
    const char *word = h->words[i];
    char *end;
    bool back = *word == '@';
    *out = strtoull(word + back, &end, 0);
    if (end == word + back || *end) return complain(word, "no number");
    if (!back) return true;
    if (*out == 0 || *out > h->count) return complain(word, "no such result");
    *out = h->values[h->count - *out];
    return true;
}

static bool host_find(Host *h, w2c_kind kind, w2c_extern *out) {
    if (h->word_count < 2) return complain(h->words[0], "the export's name is missing");
    if (!w2c_export_find(h->instance, w2c_name_of(h->words[1]), out) || out->kind != kind)
        return complain(h->words[1], "no such export");
    return true;
}

static bool command_call(Host *h) {
    w2c_extern found;
    if (!host_find(h, W2C_FUNC, &found)) return false;
    const char *letter = w2c_type_letters(w2c_func_type(found.func));
    w2c_value args[WORDS_MOST] = {{0}}, results[WORDS_MOST] = {{0}};
    size_t n = 0;
    for (; *letter != '_'; letter++, n++) {
        uint64_t number;
        if (*letter != 'i' && *letter != 'l') return complain(h->words[1], "integers only");
        if (!word_number(h, n + 2, &number)) return false;
        if (*letter == 'i')
            args[n].i32 = (uint32_t)number;
        else
            args[n].i64 = number;
    }
    w2c_status status = w2c_call(found.func, args, results);
    if (status != W2C_OK) return complain(h->words[1], w2c_status_text(status));
    n = 0;
    for (letter++; *letter; letter++, n++)
        if (!value_push(h, *letter == 'i' ? results[n].i32 : results[n].i64)) return false;
    return true;
}

static bool command_global(Host *h) {
    w2c_extern found;
    if (!host_find(h, W2C_GLOBAL, &found)) return false;
    uint32_t value;
    if (strcmp(found.global.type, "i32")) return complain(h->words[1], "no i32");
    memcpy(&value, found.global.value, sizeof value);
    return value_push(h, value);
}

/* The address of `len` bytes at words[1] in the memory; NULL: said why. */
static uint8_t *guest_bytes(Host *h, uint64_t len) {
    w2c_memory *memory = w2c_instance_memory(h->instance);
    uint64_t address;
    if (!memory) return complain(h->words[0], "the module has no memory"), NULL;
    if (!word_number(h, 1, &address)) return NULL;
    if (address > w2c_memory_size(memory) || len > w2c_memory_size(memory) - address)
        return complain(h->words[0], "beyond the memory"), NULL;
    return w2c_memory_data(memory) + address;
}

static bool command_file(Host *h) {
    uint64_t offset, len;
    if (!word_number(h, 3, &offset) || !word_number(h, 4, &len)) return false;
    uint8_t *bytes = guest_bytes(h, len);
    FILE *file = bytes ? fopen(h->words[2], "rb") : NULL;
    if (!file) return bytes ? complain(h->words[2], "cannot be read") : false;
    bool ok = fseek(file, (long)offset, SEEK_SET) == 0 && fread(bytes, 1, len, file) == len;
    fclose(file);
    return ok ? true : complain(h->words[2], "too short");
}

static bool command_show(Host *h, bool hex) {
    uint64_t len;
    if (!word_number(h, 2, &len)) return false;
    const uint8_t *bytes = guest_bytes(h, len);
    if (!bytes) return false;
    for (uint64_t i = 0; i < len; i++) {
        if (hex)
            printf("%02x", bytes[i]);
        else
            putchar(bytes[i]);
    }
    if (hex) putchar('\n');
    return true;
}

static bool command_print(Host *h) {
    uint64_t n;
    if (!word_number(h, 1, &n)) return false;
    if (n == 0 || n > h->count) return complain(h->words[1], "no such result");
    printf("%" PRIu64 "\n", h->values[h->count - n]);
    return true;
}

static bool command_run(Host *h) {
    const char *name = h->words[0];
    if (!strcmp(name, "call")) return command_call(h);
    if (!strcmp(name, "global")) return command_global(h);
    if (!strcmp(name, "file")) return command_file(h);
    if (!strcmp(name, "hex")) return command_show(h, true);
    if (!strcmp(name, "text")) return command_show(h, false);
    if (!strcmp(name, "print")) return command_print(h);
    return complain(name, "no such command");
}

#ifdef STUBS
static w2c_memory *stub_memory;

/* env: the function's letters. */
static w2c_status stub(void *env, w2c_instance *importer, const w2c_value *args,
                       w2c_value *results) {
    (void)importer, (void)args;
    const char *of_results = strchr((const char *)env, '_') + 1;
    memset(results, 0, strlen(of_results) * sizeof *results);
    return W2C_OK;
}

/* wanted: "memory i64 2048..65536 shared" */
static bool make_memory(const char *wanted, w2c_extern *out) {
    uint64_t min, max = UINT64_MAX;
    bool is64 = strstr(wanted, " i64 ") != NULL, shared = strstr(wanted, " shared") != NULL;
    const char *limits = wanted + strlen(is64 ? "memory i64 " : "memory ");
    if (stub_memory || sscanf(limits, "%" SCNu64 "..%" SCNu64, &min, &max) < 1) return false;
    if (w2c_memory_new(&stub_memory, min, max, is64, shared, 16) != W2C_OK) return false;
    *out = (w2c_extern){.kind = W2C_MEMORY, .memory = stub_memory};
    return true;
}

static bool resolve(void *user, const w2c_wanted *wanted, w2c_extern *out) {
    (void)user;
    if (wanted->kind == W2C_MEMORY) return make_memory(wanted->type, out);
    if (wanted->kind != W2C_FUNC) return false;
    *out = w2c_extern_host_any(wanted->letters, stub, (void *)(uintptr_t)wanted->letters);
    return true;
}
#else
static w2c_memory *const stub_memory = NULL;

/* Imports that nobody supplies: calling one is a trap, having one is not. */
static bool resolve(void *user, const w2c_wanted *wanted, w2c_extern *out) {
    (void)user;
    (void)wanted;
    (void)out;
    return false;
}
#endif

int main(void) {
    static Host host;
    w2c_imports imports = {.resolve = resolve};
    w2c_error error = {0};
    w2c_config config = {.error = &error};
    if (!w2c_init_traps()) return complain("traps", "no handlers"), 1;
    if (w2c_instance_new(&MODULE, &host.instance, &imports, &config) != W2C_OK)
        return complain("instantiation", error.text), 1;
    char line[1024];
    bool ok = true;
    while (ok && fgets(line, sizeof line, stdin)) {
        host.word_count = 0;
        for (char *save, *word = strtok_r(line, " \n", &save); word && host.word_count < WORDS_MOST;
             word = strtok_r(NULL, " \n", &save))
            host.words[host.word_count++] = word;
        if (host.word_count) ok = command_run(&host);
    }
    w2c_instance_delete(host.instance);
    w2c_memory_delete(stub_memory);
    return ok && fflush(stdout) == 0 ? 0 : 1;
}
