/* options_doc.c: the man page, the bash completion and docs/options.md, from options.def.
 * A program of its own, run when w2c is built:  w2c-options-doc man|bash|markdown  */
#include "base/context.h"
#include "options.h"
#include "w2c.h"
#include <string.h>

static const char *const feature_texts[] = {
#define FEATURE(id, name, text) text,
#include "features.def"
#undef FEATURE
};

/* "-o, --output=FILE" */
static void print_spelling(const OptionRow *row, const char *dash) {
    if (row->short_name) printf("%s%c%s", dash, row->short_name, row->long_name[0] ? ", " : "");
    if (row->long_name[0]) printf("%s%s%s%s", dash, dash, row->long_name, option_equals(row));
    printf("%s", row->value);
}

static void man_option(const OptionRow *row) {
    printf(".TP\n.B ");
    print_spelling(row, "\\-");
    printf("\n%s.\n", row->help);
}

static void print_man(void) {
    printf(".\\\" made from options.def\n.TH W2C 1 \"\" \"w2c %s\" \"User Commands\"\n",
           W2C_VERSION);
    printf(".SH NAME\nw2c \\- WebAssembly to C, and to native programs\n.SH SYNOPSIS\n");
    for (int c = 0; c < COMMAND_COUNT; c++)
        printf(".B w2c %s\n%s [options]\n.br\n", command_rows[c].name, command_rows[c].arguments);
    printf(".SH COMMANDS\n");
    for (int c = 0; c < COMMAND_COUNT; c++) {
        printf(".SS w2c %s %s\n%s. %s\n", command_rows[c].name, command_rows[c].arguments,
               command_rows[c].line, command_rows[c].more);
        for (int i = 0; i < OPT_COUNT; i++)
            if (option_rows[i].commands >> c & 1 && !option_rows[i].run)
                man_option(&option_rows[i]);
    }
    printf(".SH RUN OPTIONS\n");
    for (int i = 0; i < OPT_COUNT; i++)
        if (option_rows[i].run) man_option(&option_rows[i]);
    printf(".SH FEATURES\nAll are on. A module that needs one that was disabled is refused.\n");
    for (int f = 0; f < FEATURE_COUNT; f++)
        if (feature_name((FeatureId)f)[0])
            printf(".TP\n.B \\-\\-disable\\-%s\n%s.\n", feature_name((FeatureId)f),
                   feature_texts[f]);
    printf(".SH EXIT STATUS\n"
           ".TP\n0\ndone; of a program made by w2c build: the guest's own code\n"
           ".TP\n1\nmalformed or invalid module, unlinkable, or a disabled feature\n"
           ".TP\n2\na limit of this implementation, or a construct not supported\n"
           ".TP\n3\nusage, I/O, memory exhausted, or the C compiler failed\n"
           ".TP\n124, 125, 134\nof a run: time or fuel ended; failed before the guest started; "
           "trap or uncaught exception\n");
}

static void print_bash(void) {
    printf("# bash completion for w2c, made from options.def\n_w2c() {\n"
           "    local word=${COMP_WORDS[COMP_CWORD]} command=translate options\n"
           "    case ${COMP_WORDS[1]} in\n");
    for (int c = 0; c < COMMAND_COUNT; c++)
        printf("    %s) command=%s ;;\n", command_rows[c].name, command_rows[c].name);
    printf("    esac\n    case $command in\n");
    for (int c = 0; c < COMMAND_COUNT; c++) {
        printf("    %s) options='", command_rows[c].name);
        for (int i = 0; i < OPT_COUNT; i++) {
            const OptionRow *row = &option_rows[i];
            if (!(row->commands >> c & 1)) continue;
            if (row->long_name[0]) printf("--%s%s ", row->long_name, option_equals(row));
            if (row->short_name) printf("-%c ", row->short_name);
        }
        printf("' ;;\n");
    }
    printf("    esac\n    local features='");
    for (int f = 0; f < FEATURE_COUNT; f++)
        if (feature_name((FeatureId)f)[0]) printf("--disable-%s ", feature_name((FeatureId)f));
    printf("'\n    if [[ $word == -* ]]; then\n"
           "        COMPREPLY=($(compgen -W \"$options $features\" -- \"$word\"))\n"
           "        [[ ${COMPREPLY[0]} == *= ]] && compopt -o nospace\n"
           "    else\n        COMPREPLY=($(compgen -f -- \"$word\"))\n"
           "        ((COMP_CWORD == 1)) && COMPREPLY+=($(compgen -W '");
    for (int c = 0; c < COMMAND_COUNT; c++)
        printf("%s ", command_rows[c].name);
    printf("' -- \"$word\"))\n    fi\n}\ncomplete -o filenames -F _w2c w2c\n");
}

static void markdown_cell(const char *text) {
    for (; *text; text++)
        printf(*text == '|' ? "\\|" : "%c", *text);
}

static void markdown_option(const OptionRow *row) {
    printf("| `");
    if (row->short_name) printf("-%c%s", row->short_name, row->long_name[0] ? "`, `" : "");
    if (row->long_name[0]) printf("--%s%s", row->long_name, option_equals(row));
    markdown_cell(row->value);
    printf("` | ");
    markdown_cell(row->help);
    printf(" |\n");
}

static void print_markdown(void) {
    printf("# Options of w2c\n\nMade from `translator/options.def` by the build "
           "(`cmake --build build --target golden-update` renews it).\n"
           "`command-line.md` explains; this lists.\n");
    for (int c = 0; c < COMMAND_COUNT; c++) {
        printf("\n## w2c %s%s%s\n\n%s: %s\n\n| option | what |\n|---|---|\n", command_rows[c].name,
               command_rows[c].arguments[0] ? " " : "", command_rows[c].arguments,
               command_rows[c].line, command_rows[c].more);
        for (int i = 0; i < OPT_COUNT; i++)
            if (option_rows[i].commands >> c & 1 && !option_rows[i].run)
                markdown_option(&option_rows[i]);
    }
    printf("\n## Run options\n\nOf `build` (baked in) and `run`, and in `W2C_RUN`.\n\n"
           "| option | what |\n|---|---|\n");
    for (int i = 0; i < OPT_COUNT; i++)
        if (option_rows[i].run) markdown_option(&option_rows[i]);
    printf("\n## Features\n\nAll are on. A module that needs one that was disabled is refused with "
           "\"needs NAME\".\n\n| option | what |\n|---|---|\n");
    for (int f = 0; f < FEATURE_COUNT; f++)
        if (feature_name((FeatureId)f)[0])
            printf("| `--disable-%s` | %s |\n", feature_name((FeatureId)f), feature_texts[f]);
}

int main(int argc, char **argv) {
    const char *what = argc == 2 ? argv[1] : "";
    if (!strcmp(what, "man")) {
        print_man();
    } else if (!strcmp(what, "bash")) {
        print_bash();
    } else if (!strcmp(what, "markdown")) {
        print_markdown();
    } else {
        fprintf(stderr, "usage: w2c-options-doc man|bash|markdown\n");
        return 3;
    }
    return fflush(stdout) == 0 ? 0 : 3;
}
