/* spectest.h: the conformance runner's own declarations: scripts, results, jobs.
 *
 * The flow: script.c turns JSON into Commands; build_unit.c translates and compiles all modules
 * (only with --compiled); then each script runs in a child process (run_validate.c or
 * run_compiled.c) that sends one record a command through a pipe (jobs.c); report.c and expect.c
 * judge what came back. Owner: everything lies in the Suite's arena until the end. A failed
 * allocation ends the program. Thread: one; parallel work is done by processes. */
#ifndef W2C_SPECTEST_H
#define W2C_SPECTEST_H
#ifndef _XOPEN_SOURCE
#define _XOPEN_SOURCE 700 /* processes, folders */
#endif
#include "../unit/sanitizers.h"
#include "../../rtlib/w2c.h"
#include "../../translator/base/buffer.h"
#include "../../translator/emit/translate.h"
#include <jansson.h>

#define NO_NUMBER 0xffffffffu

/* ---- options --------------------------------------------------------------------------------- */
typedef enum Mode { MODE_VALIDATE, MODE_COMPILED, MODE_INTERP, MODE_COMPARE, MODE_MIXED } Mode;

typedef struct Options {
    Mode mode;
    const char *cc;      /* may have arguments: "ccache gcc" */
    const char *opt;     /* "-O0" ... */
    const char *include; /* folder of w2c_rt.h */
    MemoryMode memory;
    bool sanitize; /* modules with AddressSanitizer and UBSan, as the runner is */
    const char **cflags;
    uint32_t cflag_count;
    unsigned jobs;
    bool metered;        /* calls and loop turns are charged; --compare compares what is left */
    bool stops;          /* compiled code looks for interruptions and counts nothing */
    uint32_t unit_bytes; /* of modules in one compilation; 0: build_unit.c's own choice */
    unsigned gc_stress;  /* as in w2c_config */
    unsigned timeout;    /* seconds that a script may go without finishing a command */
    bool verbose, plain, jumps;
    const char *keep; /* folder for the C files; NULL: a temporary one */
    const char *expect, *write_expect;
} Options;

/* ---- values ---------------------------------------------------------------------------------- */
typedef enum NanKind { NAN_NONE, NAN_CANONICAL, NAN_ARITHMETIC } NanKind;
typedef enum RefKind { REF_NULL, REF_SOME, REF_HOST } RefKind;

typedef struct Value {
    char letter;        /* i l f d v r as in w2c_type_letters, or '|': any of `choices` */
    uint8_t lane_bytes; /* of v128: 1, 2, 4, 8; of numbers: their size */
    bool lane_float;
    uint8_t ref;      /* RefKind */
    uint8_t nan[16];  /* NanKind by lane; scalars use the first */
    w2c_v128 bits;    /* little-endian lanes; scalars are lane 0; REF_HOST: the number */
    const char *type; /* as the script spells it; for messages */
    struct Value *choices;
    uint32_t choice_count;
} Value;

/* Reads a value of a script; false when its form is not known. */
bool value_parse(Arena *arena, const json_t *json, Value *out);
void value_to_arg(const Value *value, w2c_value *out);
/* Does a result of the type `letter` fit? Numbers compare by their bits. */
bool value_matches(const Value *want, char letter, const w2c_value *got);
void value_print(Buffer *out, const Value *value);
void value_print_got(Buffer *out, char letter, const w2c_value *got);
/* The host's reference number n: never null, the same for the same n, not the address of a guest's.
 */
w2c_ref value_host_ref(uint32_t n);

/* ---- scripts --------------------------------------------------------------------------------- */
typedef enum CommandKind {
    COMMAND_MODULE,
    COMMAND_DEFINITION,
    COMMAND_INSTANCE,
    COMMAND_REGISTER,
    COMMAND_ACTION,
    COMMAND_RETURN,
    COMMAND_TRAP,
    COMMAND_EXHAUSTION,
    COMMAND_EXCEPTION,
    COMMAND_INVALID,
    COMMAND_MALFORMED,
    COMMAND_UNLINKABLE,
    COMMAND_UNINSTANTIABLE,
    COMMAND_INVALID_CUSTOM,
    COMMAND_MALFORMED_CUSTOM,
    COMMAND_KINDS
} CommandKind;

typedef struct Command {
    uint8_t kind;
    bool skipped; /* a text module, without a binary one beside it */
    bool get;     /* the action reads a global */
    uint32_t line;
    const char *file; /* path of the binary module; NULL: none */
    const char *text; /* of the error or trap expected */
    const char *as;   /* register */
    w2c_name field;
    Value *args, *expected;
    uint32_t arg_count, expected_count;
    uint32_t target; /* number of the command that made the instance acted on (of the definition,
                      * for COMMAND_INSTANCE); NO_NUMBER: the script never made it */
    uint32_t blame;  /* number of the command whose module is at fault when this one fails */
    uint32_t module; /* number in Suite.modules, or NO_NUMBER */
} Command;

typedef enum Verdict {
    VERDICT_NONE,
    VERDICT_PASS,
    VERDICT_FAIL,
    VERDICT_SKIP,
    VERDICT_CRASH
} Verdict;

typedef struct Result {
    uint8_t verdict;
    bool expected;    /* a failure that the list names */
    const char *text; /* of failures */
} Result;

typedef struct Script {
    const char *path;
    const char *id; /* path below the suite's root, '/' between folders */
    Command *commands;
    Result *results;
    uint32_t count;
    uint32_t crashes;
} Script;

/* A module to translate. */
enum { UNIT_STATIC_BYTES = 64 << 20 }; /* largest memory with --memory=static */

typedef struct UnitModule {
    const char *file;
    uint64_t bytes;
    const char *failure; /* why there is no code; NULL: all is well */
    const char *object;  /* path of the shared object that has it */
} UnitModule;

typedef struct Suite {
    Options options;
    Arena arena;
    Script *scripts;
    uint32_t script_count, script_cap;
    UnitModule *modules;
    uint32_t module_count, module_cap;
    const char *dir; /* where C files and objects go */
} Suite;

/* ---- suite.c: also of the differential fuzzer ------------------------------------------------ */
extern const char *const suite_program; /* its name, for messages and folders */
enum { SUITE_USAGE = 3 };
/* Ends the program with exit code 3 and a message. */
_Noreturn void suite_die(const char *format, ...) __attribute__((format(printf, 1, 2)));
void *suite_alloc(Suite *suite, size_t count, size_t size); /* zeroed; never NULL */
char *suite_text(Suite *suite, const char *text, size_t len);
char *suite_format(Suite *suite, const char *format, ...) __attribute__((format(printf, 2, 3)));
const char *suite_buffer(Buffer *buffer); /* its text; ends the program when it failed */
/* The file's bytes, malloc'ed; false when it cannot be read. */
bool suite_read_file(const char *path, uint8_t **bytes, size_t *len);

/* Options.include: the folder of w2c_rt.h. */
void suite_find_include(Suite *suite);
/* Suite.dir: Options.keep, or a temporary folder. */
void suite_dir_make(Suite *suite);
void suite_dir_remove(const Suite *suite); /* unless it is to be kept */

/* Adds every script below path (or path itself) in the order of their names. */
void script_add_path(Suite *suite, const char *path);
const char *script_command_name(CommandKind kind);

/* ---- jobs ------------------------------------------------------------------------------------ */
typedef struct Record {
    uint32_t number;
    uint8_t kind;
    const char *text; /* len bytes, not terminated */
    uint32_t len;
} Record;

typedef struct JobEnd {
    uint32_t item;
    const uint8_t *data; /* records, in the order sent */
    size_t len;
    const char *how; /* NULL: ended well; else "signal 11 (...)", "timeout", "exit code 3" */
} JobEnd;

typedef struct Jobs {
    unsigned parallel, timeout; /* timeout: seconds without a record, then the process is killed */
    void (*work)(void *user, uint32_t item, int pipe); /* in a child process */
    bool (*done)(void *user, const JobEnd *end);       /* in the parent; true: run it again */
    void *user;
} Jobs;

/* Runs items 0 to count - 1, each in a process of its own. */
void jobs_run(const Jobs *jobs, uint32_t count);
void jobs_send(int pipe, uint32_t number, uint8_t kind, const char *text);
/* The next record at *at; false at the end. */
bool jobs_next(const uint8_t **at, const uint8_t *end, Record *out);

/* ---- the parts ------------------------------------------------------------------------------- */
/* Reads and validates a module. Empty text: it is valid; else the message (and its class). */
typedef struct Check {
    ErrorClass class;
    char text[480];
} Check;
void check_module_file(const char *file, bool customs, Check *out);
/* The commands that only need the validator. Returns the verdict; text is why it failed. */
Verdict validate_command(const Command *command, Buffer *text);
void validate_script(Suite *suite, const Script *script, int pipe);

/* Translates and compiles every module of the suite; sets failure or object of each. */
void unit_build_all(Suite *suite);
/* The name of a module's symbols: "m12". */
void unit_module_name(uint32_t number, char name[16]);

void compiled_script(Suite *suite, const Script *script, int pipe);

enum { HOST_IMPORTS = 15 };
typedef struct Host { /* the module "spectest" */
    w2c_memory *memory, *shared_memory;
    w2c_table *table, *table64;
    uint32_t global_i32;
    uint64_t global_i64;
    float global_f32;
    double global_f64;
    w2c_import imports[HOST_IMPORTS];
    size_t count;
} Host;
bool host_init(Host *host);
void host_free(Host *host);

/* Marks the failures that the list names. False when the list and what happened differ (each
 * difference is printed). */
bool expect_apply(Suite *suite, const char *path);
void expect_write(Suite *suite, const char *path);

/* Prints failures, the table and the closing line; returns the number of failures not expected. */
uint64_t report_print(const Suite *suite);
#endif
