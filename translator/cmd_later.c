/* cmd_later.c: commands whose place is kept. Each says what to do instead. */
#include "cmd.h"

static int later(const Options *options, const char *instead) {
    fprintf(stderr, "w2c %s: not supported yet%s\n", command_rows[options->command].name, instead);
    return 2;
}

int cmd_cache(const Options *options) {
    return later(options, "");
}
