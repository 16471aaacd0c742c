/* main.c: runs a WASI program inside of this one: gives it arguments, one variable and one
 * read-only folder, and takes what it prints. */
#include "hello.h"
#include "w2c_wasi.h"
#include <stdio.h>

/* The guest's standard output: every line gets a mark. */
static uint16_t take_output(void *user, const void *data, size_t len, size_t *done) {
    bool *at_start = (bool *)user;
    for (size_t i = 0; i < len; i++) {
        char c = ((const char *)data)[i];
        if (*at_start) printf("guest> ");
        putchar(c);
        *at_start = c == '\n';
    }
    *done = len;
    return 0;
}

int main(int argc, char **argv) {
    const char *folder = argc > 1 ? argv[1] : "letters";
    const char *const args[] = {"hello", "world", "WebAssembly"}, *const env[] = {"LANGUAGE=de"};
    bool at_start = true;
    w2c_error error;
    w2c_wasi_dir dirs[] = {{.host = folder, .guest = "/letters", .read_only = true}};
    w2c_wasi_stream output = {.write = take_output, .user = &at_start};
    w2c_wasi_config config = {.args = args,
                              .arg_count = 3,
                              .env = env,
                              .env_count = 1,
                              .dirs = dirs,
                              .dir_count = 1,
                              .error = &error};
    config.stdio[1].kind = W2C_WASI_STREAM;
    config.stdio[1].stream = &output;

    w2c_wasi *wasi;
    hello *guest = NULL;
    w2c_imports imports = {0};
    w2c_config instance_config = {.error = &error};
    w2c_init_traps(); /* faults behind the guest's memory become traps */
    if (w2c_wasi_new(&wasi, &config) != W2C_OK) {
        fprintf(stderr, "%s\n", error.text);
        return 1;
    }
    w2c_wasi_imports(wasi, &imports);
    if (hello_new(&guest, &imports, &instance_config) != W2C_OK) {
        fprintf(stderr, "%s\n", error.text);
        w2c_wasi_delete(wasi);
        return 1;
    }
    w2c_status status = hello_x__start(guest);
    printf("it ended with: %s, code %u\n", w2c_status_text(status), w2c_wasi_exit_code(wasi));
    hello_delete(guest);
    w2c_wasi_delete(wasi);
    return status == W2C_OK || status == W2C_EXIT ? 0 : 1;
}
