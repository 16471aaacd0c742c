/* cmd.h: one function per command, each from parsed options to an exit code, and what they share.
 * Results go to stdout, everything else to stderr. */
#ifndef W2C_CMD_H
#define W2C_CMD_H
#include "emit/translate.h"
#include "files.h"
#include "frontend/module.h"
#include "options.h"

int cmd_translate(const Options *options);
int cmd_build(const Options *options);
int cmd_run(const Options *options);
int cmd_validate(const Options *options);
int cmd_info(const Options *options);
int cmd_snapshot(const Options *options);
int cmd_cache(const Options *options);
int cmd_diff(const Options *options);

/* Builds input into the program out and returns an exit code. quiet: for the cache: the run options are not baked
 * in, and only failures are spoken of. */
int build_program(const Options *options, const char *input, const char *out, bool quiet);
/* A shared object of the module alone, with its description under the symbol app_module; nothing is said of it. */
int build_shared(const Options *options, const char *input, const char *out);
/* w2c run --native: becomes the program; returns an exit code when it cannot. */
int run_native(const Options *options);

/* A module given on the command line, read but for its function bodies. */
typedef struct Session {
    Context ctx;
    Input input;
    Module module;
    bool open; /* module is there */
} Session;

/* False: the diagnostic is in s->ctx. session_close is needed either way. */
bool session_open(Session *s, const Options *options, const char *path);
void session_close(Session *s);
/* Prints the diagnostic as one line to stderr and returns its exit code. */
int session_fail(const Session *s);
/* The one argument that most commands take; NULL after a complaint. */
const char *session_argument(const Options *options);

/* `mod.wasm:0x1f3: func 12 "foo": unknown local 7: function has 3` without the newline. m may be NULL. */
void diag_print(Buffer *out, const Context *ctx, const Module *m);
/* A name for people: printable as it is, control characters and ill-formed bytes as \xHH, at most
 * about 200 bytes. */
void name_print(Buffer *out, Slice name);
/* "(i32, i32) -> (i32)", "memory 1..2 pages", "table 10.. funcref", "global (mut i32)", "tag (i32)" */
void type_text(Buffer *out, const TypeDef *type);
void extern_text(Buffer *out, const Module *m, uint8_t kind, uint32_t index);
const char *extern_kind_name(uint8_t kind);

/* Options of a run as w2c_wasi_main takes them: "--dir=.", ..., NULL. Owner: run_options_free. NULL: no memory. */
char **run_options(const Options *options);
void run_options_free(char **list);
/* -j, else the number of processors that this process may use. */
unsigned option_threads(const Options *options);
/* What translate and build share; progress goes to stderr when that is a terminal. */
TranslateOptions option_translation(const Options *options, const char *out);
void progress_end(void);
bool depfile_write(Context *ctx, const char *path, const OutputList *outputs, const char *target,
                   const char *input);
double seconds_now(void); /* monotonic */
#endif
