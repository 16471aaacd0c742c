/* program.h: the C around a translated module in a program made by `w2c build`: its main, from
 * templates/, with the run options baked in. */
#ifndef W2C_PROGRAM_H
#define W2C_PROGRAM_H
#include "cmd.h"

/* Are the run options such as the program will take? The parser that it has in it judges them. False after
 * saying why on stderr. */
bool program_options_check(const Options *options);
/* Writes DIR/program_main.c, and DIR/bench_host.c when asked for. */
bool program_write(Context *ctx, const Options *options, const ToolHome *home, const char *dir,
                   const char *name);
/* Says on stderr which imports nothing in the program will answer, and that an entry is missing. */
void program_warn(const Options *options, const Module *m);
#endif
