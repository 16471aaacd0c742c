/* options.c: the table options.def as data, getopt_long over it, and its help texts. */
#include "options.h"
#include "base/context.h"
#include "w2c.h"
#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum { /* the commands column */
#define COMMAND(id, letter, arguments, line, more) letter = 1 << COMMAND_##id,
#include "options.def"
};

const CommandRow command_rows[COMMAND_COUNT] = {
#define COMMAND(id, letter, arguments, line, more) {#id, arguments, line, more},
#include "options.def"
};

const OptionRow option_rows[OPT_COUNT] = {
#define OPTION(id, short_name, long_name, kind, value, commands, help)                             \
    {short_name, long_name, OPTION_##kind, value, commands, false, help},
#define RUN_OPTION(id, short_name, long_name, kind, value, commands, help)                         \
    {short_name, long_name, OPTION_##kind, value, commands, true, help},
#include "options.def"
};

typedef struct FeatureRow {
    const char *name, *text;
} FeatureRow;
static const FeatureRow features[FEATURE_COUNT] = {
#define FEATURE(id, name, text) {name, text},
#include "features.def"
#undef FEATURE
};

enum { LONG_BASE = 256, DISABLE_BASE = LONG_BASE + OPT_COUNT };

bool options_number(const char *text, bool bytes, uint64_t *out) {
    if (*text < '0' || *text > '9') return false;
    char *end;
    errno = 0;
    unsigned long long value = strtoull(text, &end, 10);
    if (errno) return false;
    unsigned shift = 0;
    if (bytes && *end) {
        const char *letters = "KMG", *at = strchr(letters, *end >= 'a' ? *end - 32 : *end);
        if (!at) return false;
        shift = 10 * (unsigned)(at - letters + 1);
        end++;
    }
    if (*end || value > UINT64_MAX >> shift) return false;
    *out = (uint64_t)value << shift;
    return true;
}

/* Which of the words in "a|b|c", or in "a|b|c]", text is; false when none. */
static bool choice_find(const char *words, const char *text, uint64_t *out) {
    size_t len = strlen(text);
    for (uint64_t i = 0;; i++) {
        size_t word = strcspn(words, "|]");
        if (word == len && memcmp(words, text, len) == 0) {
            *out = i;
            return true;
        }
        if (words[word] != '|') return false;
        words += word + 1;
    }
}

int options_complain(const Options *options, const char *format, ...) {
    const char *name = command_rows[options->command].name;
    fprintf(stderr, "w2c %s: ", name);
    va_list args;
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fprintf(stderr, "\n'w2c %s --help' lists the options\n", name);
    return 3;
}

static void spell(const OptionRow *row, char *text, size_t cap) {
    if (row->long_name[0])
        snprintf(text, cap, "--%s", row->long_name);
    else
        snprintf(text, cap, "-%c", row->short_name);
}

static bool option_store(Options *o, OptionId id, const char *text) {
    const OptionRow *row = &option_rows[id];
    char name[64];
    spell(row, name, sizeof name);
    uint64_t number = 0;
    switch (row->kind) {
    case OPTION_NUMBER:
    case OPTION_BYTES:
        if (!options_number(text, row->kind == OPTION_BYTES, &number)) {
            options_complain(o, "%s: '%s' is no number%s", name, text,
                             row->kind == OPTION_BYTES ? " of bytes (K, M or G may follow)" : "");
            return false;
        }
        break;
    case OPTION_CHOICE:
        if (!choice_find(row->value, text, &number)) {
            options_complain(o, "%s: '%s' is none of %s", name, text, row->value);
            return false;
        }
        break;
    case OPTION_OPTIONAL:
        if (text && strchr(row->value, '|') && !choice_find(row->value + 2, text, &number)) {
            options_complain(o, "%s: '%s' is none of %.*s", name, text, (int)strlen(row->value) - 3,
                             row->value + 2);
            return false;
        }
        break;
    case OPTION_FLAG:
    case OPTION_TEXT:
    case OPTION_LIST:
        break;
    }
    o->value[id].set = true;
    o->value[id].text = text;
    o->value[id].number = number;
    o->items[o->item_count++] = (OptionItem){id, text, number};
    return true;
}

static int argument_rule(OptionKind kind) {
    if (kind == OPTION_FLAG) return no_argument;
    return kind == OPTION_OPTIONAL ? optional_argument : required_argument;
}

/* The tables that getopt_long wants, for one command. */
static void getopt_tables(CommandId command, char *letters, struct option *longs) {
    bool runs =
        command == COMMAND_run || command == COMMAND_diff; /* the guest's options follow its name */
    *letters++ = runs ? '+' : '-'; /* '-': arguments come as option 1, in order */
    *letters++ = ':';
    for (int i = 0; i < OPT_COUNT; i++) {
        const OptionRow *row = &option_rows[i];
        if (!(row->commands >> command & 1)) continue;
        if (row->short_name) {
            *letters++ = row->short_name;
            if (row->kind != OPTION_FLAG) *letters++ = ':';
        }
        if (row->long_name[0])
            *longs++ =
                (struct option){row->long_name, argument_rule(row->kind), NULL, LONG_BASE + i};
    }
    *letters = 0;
    for (int i = 0; i < FEATURE_COUNT; i++) {
        /* "disable-NAME" is spelt in one static place: the name follows at +8 */
        static const char *const names[FEATURE_COUNT] = {
#define FEATURE(id, name, text) "disable-" name,
#include "features.def"
#undef FEATURE
        };
        if (features[i].name[0]) *longs++ = (struct option){names[i], 0, NULL, DISABLE_BASE + i};
    }
    *longs = (struct option){0};
}

static OptionId short_find(CommandId command, int letter) {
    for (int i = 0; i < OPT_COUNT; i++)
        if (option_rows[i].short_name == letter && option_rows[i].commands >> command & 1)
            return (OptionId)i;
    return OPT_COUNT;
}

/* After getopt_long answered '?' or ':'. */
static OptionsResult option_refuse(const Options *o, int answer, char **argv, int before) {
    char text[96];
    if (optopt >= LONG_BASE && optopt < DISABLE_BASE)
        spell(&option_rows[optopt - LONG_BASE], text, sizeof text);
    else if (optopt && optopt < LONG_BASE)
        snprintf(text, sizeof text, "-%c", optopt);
    else
        snprintf(text, sizeof text, "%s", argv[before]);
    if (answer == ':')
        options_complain(o, "%s: a value is missing", text);
    else if (optopt >= LONG_BASE)
        options_complain(o, "%s: takes no value", text);
    else
        options_complain(o, "%s: no such option, or not of this command", text);
    return OPTIONS_BAD;
}

static bool command_find(const char *word, CommandId *out) {
    for (int i = 0; i < COMMAND_COUNT; i++) {
        if (strcmp(command_rows[i].name, word)) continue;
        *out = (CommandId)i;
        return true;
    }
    return false;
}

static OptionsResult options_words(Options *o, int argc, char **argv) {
    char letters[2 * OPT_COUNT + 8];
    struct option longs[(int)OPT_COUNT + (int)FEATURE_COUNT + 1];
    getopt_tables(o->command, letters, longs);
    opterr = 0;
    optind = 1;
    for (;;) {
        int before = optind, answer = getopt_long(argc, argv, letters, longs, NULL);
        if (answer == -1) break;
        if (answer == '?' || answer == ':') return option_refuse(o, answer, argv, before);
        if (answer == 1) {
            o->arguments[o->argument_count++] = optarg;
        } else if (answer >= DISABLE_BASE) {
            o->disabled |= (uint64_t)1 << (answer - DISABLE_BASE);
        } else {
            OptionId id = answer >= LONG_BASE ? (OptionId)(answer - LONG_BASE)
                                              : short_find(o->command, answer);
            if (!option_store(o, id, optarg)) return OPTIONS_BAD;
        }
    }
    while (optind < argc)
        o->arguments[o->argument_count++] = argv[optind++];
    return OPTIONS_OK;
}

static bool is_diff(const char *program) {
    const char *slash = program ? strrchr(program, '/') : NULL;
    return program && !strcmp(slash ? slash + 1 : program, "w2c-diff");
}

OptionsResult options_parse(Options *out, int argc, char **argv) {
    *out = (Options){.command = COMMAND_translate};
    bool named = is_diff(argv[0]); /* w2c-diff ... is w2c diff ... */
    if (named) {
        out->command = COMMAND_diff;
    } else if (argc > 1) {
        bool help = strcmp(argv[1], "help") == 0;
        if (help && argc > 2 && command_find(argv[2], &out->command)) {
            options_help(stdout, out->command);
            return OPTIONS_DONE;
        }
        if (help || (argc == 2 && (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h")))) {
            options_overview(stdout);
            return OPTIONS_DONE;
        }
        named = command_find(argv[1], &out->command);
        if (named) argv++, argc--;
    }
    size_t cap = (size_t)argc + 1;
    out->items = calloc(cap, sizeof *out->items);
    out->arguments = calloc(cap, sizeof *out->arguments);
    if (!out->items || !out->arguments) {
        fprintf(stderr, "w2c: out of memory\n");
        return OPTIONS_BAD;
    }
    OptionsResult result = options_words(out, argc, argv);
    if (result != OPTIONS_OK) return result;
    if (out->value[OPT_help].set) {
        options_help(stdout, out->command);
        return OPTIONS_DONE;
    }
    if (out->value[OPT_version].set) {
        printf("w2c %s (ABI %d)\n", W2C_VERSION, W2C_ABI);
        return OPTIONS_DONE;
    }
    if (argc < 2 && !named) {
        options_overview(stderr);
        return OPTIONS_BAD;
    }
    return OPTIONS_OK;
}

void options_free(Options *options) {
    free(options->items);
    free(options->arguments);
    options->items = NULL;
    options->arguments = NULL;
}

/* ---- help ------------------------------------------------------------------------------------ */
/* Text in lines of 78 columns, each indented; the first begins at column `at`. */
static void print_wrapped(FILE *to, const char *text, int indent, int at) {
    bool first = true;
    while (*text) {
        int len = (int)strcspn(text, " ");
        if (!first && at + 1 + len > 78) {
            fprintf(to, "\n%*s", indent, "");
            at = indent;
        } else if (!first) {
            fputc(' ', to);
            at++;
        }
        fprintf(to, "%.*s", len, text);
        at += len;
        text += len + (text[len] == ' ');
        first = false;
    }
    fputc('\n', to);
}

static void option_line(FILE *to, const OptionRow *row) {
    char text[96];
    int at;
    bool both = row->short_name && row->long_name[0];
    if (both)
        at = snprintf(text, sizeof text, "  -%c, --%s%s%s", row->short_name, row->long_name,
                      option_equals(row), row->value);
    else if (row->short_name)
        at = snprintf(text, sizeof text, "  -%c%s", row->short_name, row->value);
    else
        at = snprintf(text, sizeof text, "      --%s%s%s", row->long_name, option_equals(row),
                      row->value);
    fputs(text, to);
    if (at > 28) {
        fprintf(to, "\n%*s", 30, "");
        at = 30;
    } else {
        fprintf(to, "%*s", 30 - at, "");
        at = 30;
    }
    print_wrapped(to, row->help, 30, at);
}

void options_help(FILE *to, CommandId command) {
    const CommandRow *row = &command_rows[command];
    fprintf(to, "usage: w2c %s %s [options]\n\n", row->name, row->arguments);
    print_wrapped(to, row->more, 0, 0);
    for (int run = 0; run < 2; run++) {
        bool any = false;
        for (int i = 0; i < OPT_COUNT; i++) {
            const OptionRow *option = &option_rows[i];
            if (!(option->commands >> command & 1) || option->run != (run == 1)) continue;
            if (!any) fprintf(to, "\n%s:\n", run ? "run options" : "options");
            any = true;
            option_line(to, option);
        }
    }
    fprintf(to, "\nfeatures, all on; a module that needs one that is off is refused:\n");
    for (int i = 0; i < FEATURE_COUNT; i++) {
        if (!features[i].name[0]) continue;
        int at = fprintf(to, "      --disable-%s", features[i].name);
        if (at > 38) at = fprintf(to, "\n") - 1;
        fprintf(to, "%*s", 40 - at, "");
        print_wrapped(to, features[i].text, 40, 40);
    }
}

void options_overview(FILE *to) {
    fprintf(to,
            "w2c %s: WebAssembly to C, and to native programs\n\n"
            "usage: w2c MOD.wasm -o OUT.c [options]\n"
            "       w2c COMMAND ...\n\n",
            W2C_VERSION);
    for (int i = 0; i < COMMAND_COUNT; i++)
        fprintf(to, "  %-10s %-26s %s\n", command_rows[i].name, command_rows[i].arguments,
                command_rows[i].line);
    fprintf(
        to,
        "\n'w2c COMMAND --help' lists a command's options; 'w2c --version' prints the version.\n"
        "exit codes: 0 done; 1 malformed, invalid or unlinkable module, or a disabled feature;\n"
        "2 a limit, or something not supported; 3 usage, I/O, memory, or the C compiler failed.\n");
}
