/* options.h: argv to options, by the table options.def. No knowledge of WebAssembly.
 * Owner: Options points into argv and owns its list (options_free). Thread: one at a time, because
 * getopt_long has state. */
#ifndef W2C_OPTIONS_H
#define W2C_OPTIONS_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

typedef enum CommandId {
#define COMMAND(id, letter, arguments, line, more) COMMAND_##id,
#include "options.def"
    COMMAND_COUNT
} CommandId;

typedef enum OptionId {
#define OPTION(id, short_name, long_name, kind, value, commands, help) OPT_##id,
#include "options.def"
    OPT_COUNT
} OptionId;

typedef enum OptionKind {
    OPTION_FLAG,
    OPTION_TEXT,
    OPTION_OPTIONAL,
    OPTION_LIST,
    OPTION_NUMBER,
    OPTION_BYTES,
    OPTION_CHOICE,
} OptionKind;

typedef struct OptionRow {
    char short_name;       /* 0: none */
    const char *long_name; /* "": none */
    OptionKind kind;
    const char *value; /* what stands for the value in help; a CHOICE's words */
    unsigned commands; /* bit CommandId set: it knows this option */
    bool run;          /* baked into programs */
    const char *help;
} OptionRow;

typedef struct CommandRow {
    const char *name, *arguments, *line, *more;
} CommandRow;

extern const OptionRow option_rows[OPT_COUNT];
extern const CommandRow command_rows[COMMAND_COUNT];

/* What stands between an option's long name and its value in help. */
static inline const char *option_equals(const OptionRow *row) {
    return row->value[0] && row->kind != OPTION_OPTIONAL ? "=" : "";
}

typedef struct OptionItem { /* one occurrence, in the order of the command line */
    OptionId id;
    const char *text; /* NULL for flags, and for an OPTIONAL without one */
    uint64_t number;  /* NUMBER, BYTES (in bytes) */
} OptionItem;

typedef struct Options {
    CommandId command;
    struct {
        bool set;
        const char *text;
        uint64_t number; /* NUMBER, BYTES (in bytes), CHOICE (which word, from 0) */
    } value[OPT_COUNT];  /* the last occurrence */
    uint64_t disabled;   /* bit FEATURE_x set: --disable-NAME was given */
    OptionItem *items;
    size_t item_count;
    char **arguments; /* what is no option */
    int argument_count;
} Options;

typedef enum OptionsResult {
    OPTIONS_OK,
    OPTIONS_DONE, /* help or version was asked for, and printed to stdout */
    OPTIONS_BAD,  /* said why on stderr */
} OptionsResult;

/* argv[0] is the program. Reorders argv (but for `run`, where the guest's arguments follow). */
OptionsResult options_parse(Options *out, int argc, char **argv);
void options_free(Options *options);

/* Says on stderr what is wrong with the command line and returns exit code 3. */
int options_complain(const Options *options, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void options_help(FILE *to, CommandId command);
void options_overview(FILE *to);
/* A decimal number, with bytes also K, M, G after it; false when text is anything else or too large. */
bool options_number(const char *text, bool bytes, uint64_t *out);
#endif
