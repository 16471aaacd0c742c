/* cmd_common.c: what the commands share: opening a module, diagnostics as text, types as text,
 * options that translate and build both have. */
#include "base/utf8.h"
#include "cmd.h"
#include "w2c.h"
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

double seconds_now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

bool session_open(Session *s, const Options *options, const char *path) {
    *s = (Session){.open = false};
    context_init(&s->ctx, alloc_default(), strcmp(path, "-") ? path : "standard input");
    s->ctx.features &= ~options->disabled;
    if (!input_open(&s->ctx, path, &s->input)) return false;
    if (!module_read(&s->ctx, s->input.bytes, &s->module)) return false;
    s->open = true;
    return true;
}

void session_close(Session *s) {
    if (s->open) module_free(&s->module);
    s->open = false;
    input_close(&s->ctx, &s->input);
}

int session_fail(const Session *s) {
    Buffer line;
    buffer_init(&line, s->ctx.alloc);
    diag_print(&line, &s->ctx, s->open ? &s->module : NULL);
    const char *text = buffer_cstr(&line);
    fprintf(stderr, "%s\n", text ? text : "w2c: out of memory");
    buffer_free(&line);
    return diag_exit_code(&s->ctx);
}

const char *session_argument(const Options *options) {
    if (options->argument_count == 1) return options->arguments[0];
    options_complain(options,
                     options->argument_count ? "one module at a time: what is '%s'?"
                                             : "no module given%s",
                     options->argument_count ? options->arguments[1] : "");
    return NULL;
}

/* ---- text ------------------------------------------------------------------------------------ */
void name_print(Buffer *out, Slice name) {
    enum { LONGEST = 200 };
    size_t len = name.len < LONGEST ? name.len : LONGEST;
    while (len < name.len && len > LONGEST - 4 && (name.ptr[len] & 0xc0) == 0x80)
        len--; /* not inside a character */
    bool utf8 = utf8_valid((Slice){name.ptr, len});
    for (size_t i = 0; i < len; i++) {
        uint8_t c = name.ptr[i];
        bool c1 = c == 0xc2 && i + 1 < len && name.ptr[i + 1] < 0xa0;
        if (c < 0x20 || c == 0x7f || c == '\\' || (c >= 0x80 && !utf8))
            buffer_printf(out, "\\x%02x", c);
        else if (c1)
            buffer_printf(out, "\\xc2\\x%02x", name.ptr[++i]);
        else
            buffer_char(out, (char)c);
    }
    if (len < name.len) buffer_text(out, "...");
}

void diag_print(Buffer *out, const Context *ctx, const Module *m) {
    const Diag *d = &ctx->diag;
    bool about_module = d->class != CLASS_IO && d->class != CLASS_NOMEM;
    buffer_text(out, about_module ? ctx->file : "w2c");
    if (about_module && d->offset != NO_OFFSET) {
        buffer_char(out, ':');
        buffer_hex(out, d->offset);
    }
    buffer_text(out, ": ");
    if (about_module && d->func != NO_FUNC) {
        buffer_printf(out, "func %u", d->func);
        Slice name = m && d->func < m->func_count ? module_func_name(m, d->func) : (Slice){NULL, 0};
        if (name.len) {
            buffer_text(out, " \"");
            name_print(out, name);
            buffer_char(out, '"');
        }
        buffer_text(out, ": ");
    }
    buffer_text(out, d->text);
}

static void types_text(Buffer *out, const ValType *types, uint32_t count) {
    buffer_char(out, '(');
    for (uint32_t i = 0; i < count; i++) {
        char text[64];
        type_print(types[i], text, sizeof text);
        if (i) buffer_text(out, ", ");
        buffer_text(out, text);
    }
    buffer_char(out, ')');
}

void type_text(Buffer *out, const TypeDef *type) {
    if (type->form != FORM_FUNC) {
        buffer_text(out, type->form == FORM_STRUCT ? "struct" : "array");
        return;
    }
    types_text(out, type->u.func.params, type->u.func.param_count);
    buffer_text(out, " -> ");
    types_text(out, type->u.func.results, type->u.func.result_count);
}

const char *extern_kind_name(uint8_t kind) {
    static const char *const names[] = {"func", "table", "memory", "global", "tag"};
    return kind <= EXTERN_TAG ? names[kind] : "?";
}

static void limits_text(Buffer *out, const Limits *limits) {
    buffer_u64(out, limits->min);
    buffer_text(out, "..");
    if (limits->has_max) buffer_u64(out, limits->max);
    if (limits->is64) buffer_text(out, " i64");
    if (limits->shared) buffer_text(out, " shared");
}

void extern_text(Buffer *out, const Module *m, uint8_t kind, uint32_t index) {
    char text[64];
    switch ((ExternKind)kind) {
    case EXTERN_FUNC:
        type_text(out, func_type(m, index));
        break;
    case EXTERN_TABLE:
        limits_text(out, &m->tables[index].limits);
        type_print(m->tables[index].type, text, sizeof text);
        buffer_printf(out, " %s", text);
        break;
    case EXTERN_MEMORY:
        limits_text(out, &m->memories[index].limits);
        buffer_text(out, m->memories[index].page_log2 == 16 ? " pages" : " bytes");
        break;
    case EXTERN_GLOBAL:
        type_print(m->globals[index].type, text, sizeof text);
        buffer_printf(out, m->globals[index].mutable ? "(mut %s)" : "%s", text);
        break;
    case EXTERN_TAG:
        types_text(out, m->types[m->tags[index].type].u.func.params,
                   m->types[m->tags[index].type].u.func.param_count);
        break;
    }
}

/* ---- options that several commands have ------------------------------------------------------ */
unsigned option_threads(const Options *options) {
    enum { MOST = 256 };
    uint64_t n = options->value[OPT_threads].number;
    if (!n) {
        long online = sysconf(_SC_NPROCESSORS_ONLN);
        n = online > 0 ? (uint64_t)online : 1;
    }
    return (unsigned)(n < MOST ? n : MOST);
}

static void progress_show(void *user, uint64_t done, uint64_t total) {
    (void)user;
    if (total) fprintf(stderr, "\rtranslating %3u%%", (unsigned)(100 * done / total));
}

void progress_end(void) {
    if (isatty(STDERR_FILENO)) fprintf(stderr, "\r%30s\r", "");
}

TranslateOptions option_translation(const Options *options, const char *out) {
    TranslateOptions t = {.out = out, .only_func = NO_FUNC, .version = W2C_VERSION};
    t.name = options->value[OPT_name].text;
    t.groups = (uint32_t)options->value[OPT_groups].number;
    t.group_size = options->value[OPT_group_size].number;
    t.threads = option_threads(options);
    t.memory = (MemoryMode)options->value[OPT_memory].number;
    t.data = (DataMode)options->value[OPT_data].number;
    t.lazy_groups = options->value[OPT_lazy_groups].set;
    t.canonical_nans = options->value[OPT_canonical_nans].set;
    t.relaxed_native = options->value[OPT_relaxed_native].set;
    if (options->value[OPT_interruptible].set)
        t.interruptible =
            (Interruptible)(INTERRUPTIBLE_FUEL + options->value[OPT_interruptible].number);
    if (options->value[OPT_fuel].set) t.interruptible = INTERRUPTIBLE_FUEL;
    t.exceptions = (Exceptions)options->value[OPT_exceptions].number;
    t.no_fixed_tables = options->value[OPT_no_fixed_tables].set;
    t.no_copies = options->value[OPT_no_copies].set;
    t.no_stack_analysis = options->value[OPT_no_stack_analysis].set;
    t.no_kept_globals = options->value[OPT_no_kept_globals].set;
    t.no_narrow_constants = options->value[OPT_no_narrow_constants].set;
    t.no_joined_memory = options->value[OPT_no_joined_memory].set;
    t.fixed_base = options->value[OPT_fixed_base].set;
    t.max_memory = options->value[OPT_max_memory].number;
    t.no_range_analysis = options->value[OPT_no_range_analysis].set;
    t.no_loop_versions = options->value[OPT_no_loop_versions].set;
    t.no_loop_branches = options->value[OPT_no_loop_branches].set;
    t.no_loop_rolling = options->value[OPT_no_loop_rolling].set;
    t.no_libc_routines = options->value[OPT_no_libc_routines].set;
    t.explain_loops = options->value[OPT_explain_loops].set;
    if (options->value[OPT_only_func].set)
        t.only_func = (uint32_t)options->value[OPT_only_func].number;
    t.dump = options->value[OPT_dump].text;
    if (isatty(STDERR_FILENO)) t.progress = progress_show;
    return t;
}

/* A path as Make reads it. */
static void make_path(Buffer *out, const char *path) {
    for (; *path; path++) {
        if (*path == ' ' || *path == '#') buffer_char(out, '\\');
        if (*path == '$') buffer_char(out, '$');
        buffer_char(out, *path);
    }
}

bool depfile_write(Context *ctx, const char *path, const OutputList *outputs, const char *target,
                   const char *input) {
    Buffer text;
    buffer_init(&text, ctx->alloc);
    if (target) make_path(&text, target);
    for (uint32_t i = 0; outputs && i < outputs->count; i++) {
        if (text.len) buffer_char(&text, ' ');
        make_path(&text, outputs->items[i].path);
    }
    buffer_text(&text, ": ");
    make_path(&text, input);
    buffer_char(&text, '\n');
    bool ok = text.failed ? diag_nomem(ctx) : file_write(ctx, path, text.data, text.len, NULL);
    buffer_free(&text);
    return ok;
}

/* ---- a run ----------------------------------------------------------------------------------- */
char **run_options(const Options *options) {
    char **list = calloc(options->item_count + 2, sizeof *list);
    size_t count = 0;
    for (size_t i = 0; list && i < options->item_count; i++) {
        const OptionItem *item = &options->items[i];
        const OptionRow *row = &option_rows[item->id];
        if (!row->run) continue;
        size_t len = strlen(row->long_name) + (item->text ? strlen(item->text) : 0) + 4;
        char *text = list[count++] = malloc(len);
        if (text && item->text)
            snprintf(text, len, "--%s=%s", row->long_name, item->text);
        else if (text)
            snprintf(text, len, "--%s", row->long_name);
    }
    return list;
}

void run_options_free(char **list) {
    for (size_t i = 0; list && list[i]; i++)
        free(list[i]);
    free(list);
}
