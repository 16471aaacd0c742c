/* main.c: argv to a command, its exit code to the system. What the codes mean: docs/command-line.md. */
#include "cmd.h"
#include <errno.h>
#include <string.h>

static int run_command(const Options *options) {
    switch (options->command) {
    case COMMAND_translate:
        return cmd_translate(options);
    case COMMAND_build:
        return cmd_build(options);
    case COMMAND_run:
        return cmd_run(options);
    case COMMAND_validate:
        return cmd_validate(options);
    case COMMAND_info:
        return cmd_info(options);
    case COMMAND_snapshot:
        return cmd_snapshot(options);
    case COMMAND_cache:
        return cmd_cache(options);
    case COMMAND_diff:
        return cmd_diff(options);
    case COMMAND_COUNT:
        break;
    }
    return 3;
}

int main(int argc, char **argv) {
    Options options;
    OptionsResult parsed = options_parse(&options, argc, argv);
    int code = parsed == OPTIONS_OK ? run_command(&options) : parsed == OPTIONS_DONE ? 0 : 3;
    options_free(&options);
    errno = 0;
    if (fflush(stdout) || ferror(stdout)) {
        fprintf(stderr, "w2c: writing standard output: %s\n", strerror(errno));
        if (!code) code = 3;
    }
    return code;
}
