/* cmd_build.c: w2c build, and the programs of w2c run --native: translate into a folder, compile its files in parallel, link, rename.
 * The C compiler's warnings and failures are shown as they are, with its command line. */
#include "cmd.h"
#include "processes.h"
#include "profile.h"
#include "program.h"
#include "w2c_group.h"
#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct Build {
    const Options *options;
    Session session;
    Arena arena; /* everything below but the buffers */
    ToolHome home;
    Buffer folder;  /* absolute: C files and objects */
    Buffer cc;      /* path of the compiler */
    Buffer temp;    /* the program before its rename */
    bool temporary; /* folder goes at the end */
    bool cc_failed; /* it has said why */
    bool quiet;     /* for the cache: no run options in it, nothing said of it */
    bool
        shared; /* a shared object of the module alone: its runtime is in the program that loads it */
    sigset_t signals;
    OutputList outputs;
    const char *name;   /* prefix of the module's symbols */
    const char **flags; /* what every call of the compiler begins with, the compiler first */
    size_t flag_count;
    const char **sources, **objects; /* relative to the folder, but for groups' objects */
    size_t source_count, main_count; /* the groups of --lazy-groups come last */
    Buffer groups;                   /* folder of their objects before its rename; len 0: none */
} Build;

static const char *printed(Build *b, const char *format, const char *a, const char *c) {
    Buffer text;
    buffer_init(&text, b->session.ctx.alloc);
    buffer_printf(&text, format, a, c);
    const char *copy = text.failed ? NULL : arena_strdup(&b->arena, text.data, text.len);
    buffer_free(&text);
    if (!copy) diag_nomem(&b->session.ctx);
    return copy;
}

/* ---- the compiler ---------------------------------------------------------------------------- */
static void flag_add(Build *b, const char *flag) {
    b->flags[b->flag_count++] = flag; /* NULL after a failed allocation: compiler_choose looks */
}

static bool compiler_find(Build *b) {
    static const char *const usual[] = {"clang",    "clang-19", "clang-20", "clang-21",
                                        "clang-18", "clang-17", "clang-16", "clang-15",
                                        "clang-14", "gcc",      "cc"};
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++)
        if (program_find(usual[i], &b->cc)) return true;
    return diag_error(&b->session.ctx, ERR_io, NO_OFFSET,
                      "no C compiler: neither clang nor gcc nor cc is on PATH; --cc names one");
}

/* --cc may have words after the program: --cc='ccache gcc'. */
static bool compiler_words(Build *b, const char *given) {
    char *words = arena_strdup(&b->arena, given, strlen(given)), *save = NULL;
    if (!words) return diag_nomem(&b->session.ctx);
    char *first = strtok_r(words, " ", &save);
    if (!first || !program_find(first, &b->cc))
        return diag_error(&b->session.ctx, ERR_io, NO_OFFSET, "the C compiler '%s' is not there",
                          given);
    flag_add(b, b->cc.data);
    for (char *word; (word = strtok_r(NULL, " ", &save));)
        flag_add(b, word);
    return true;
}

static bool compiler_choose(Build *b) {
    const Options *o = b->options;
    const char *cc = o->value[OPT_cc].text;
    size_t cap = o->item_count + (cc ? strlen(cc) : 0) + 16 + PROFILE_FLAGS_MOST;
    b->flags = ARENA_ARRAY(&b->arena, cap, const char *);
    if (!b->flags) return diag_nomem(&b->session.ctx);
    if (cc) {
        if (!compiler_words(b, cc)) return false;
    } else {
        if (!compiler_find(b)) return false;
        flag_add(b, b->cc.data);
    }
    flag_add(b, "-std=c11");
    flag_add(b, o->value[OPT_optimize].set ? printed(b, "-O%s%s", o->value[OPT_optimize].text, "")
                                           : "-O2");
    if (o->value[OPT_debug_info].set) flag_add(b, "-g");
    if (b->shared) flag_add(b, "-fPIC");
#if defined(__x86_64__) || defined(__i386__)
    const char *cpu = "-march=%s%s";
#else
    const char *cpu = "-mcpu=%s%s";
#endif
    if (o->value[OPT_target_cpu].set)
        flag_add(b, printed(b, cpu, o->value[OPT_target_cpu].text, ""));
    for (size_t i = 0; i < o->item_count; i++) {
        if (o->items[i].id == OPT_machine) flag_add(b, printed(b, "-m%s%s", o->items[i].text, ""));
        if (o->items[i].id == OPT_codegen) flag_add(b, printed(b, "-f%s%s", o->items[i].text, ""));
    }
    return !diag_failed(&b->session.ctx);
}

/* --profile-generate and --profile-use, behind all other flags. */
static bool profile_add(Build *b, const char *out, const JobOptions *jobs) {
    const Options *o = b->options;
    bool generate = o->value[OPT_profile_generate].set, use = o->value[OPT_profile_use].set;
    if (!generate && !use) return true;
    flag_add(b, NULL);
    Profile p = {&b->session.ctx, &b->arena, .compiler = b->flags, .jobs = jobs};
    for (uint32_t i = 0; i < b->session.module.memory_count; i++)
        p.threads |= b->session.module.memories[i].limits.shared;
    const char *dir = o->value[OPT_profile_generate].text;
    if (generate && !dir && !(dir = printed(b, "%s%s", out, ".profile"))) return false;
    if (!(generate ? profile_generate(&p, dir) : profile_use(&p, o->value[OPT_profile_use].text)))
        return false;
    b->flag_count--; /* the NULL */
    for (size_t i = 0; i < p.flag_count; i++)
        flag_add(b, p.flags[i]);
    return true;
}

/* ---- translating ----------------------------------------------------------------------------- */
static bool folder_choose(Build *b) {
    Context *ctx = &b->session.ctx;
    const char *keep = b->options->value[OPT_keep].text;
    if (!keep) {
        b->temporary = true;
        return folder_make_temporary(ctx, &b->folder) &&
               path_absolute(ctx, b->folder.data, &b->folder);
    }
    return folder_make(ctx, keep) && path_absolute(ctx, keep, &b->folder);
}

/* The program is all there is: main and WASI touch memories and functions alone. */
static void close_world(Module *m) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < m->export_count; i++) {
        const Export *x = &m->exports[i];
        bool global = x->kind == EXTERN_GLOBAL && vt_is_ref(m->globals[x->index].type);
        if (x->kind != EXTERN_TABLE && !global) m->exports[kept++] = *x;
    }
    m->export_count = kept;
}

static bool translate(Build *b) {
    enum { LITERAL_MOST = 16384 }; /* bytes of data worth a string literal */
    Session *s = &b->session;
    b->name = b->options->value[OPT_name].text;
    if (!b->name) b->name = "app";
    b->name = translate_prefix(&b->arena, (Slice){(const uint8_t *)b->name, strlen(b->name)});
    if (!b->name) return diag_nomem(&s->ctx);
    const char *out = printed(b, "%s/%s.c", b->folder.data, b->name);
    if (!out) return false;
    TranslateOptions t = option_translation(b->options, out);
    t.name = b->name;
    t.closed = !b->options->value[OPT_no_closed_world].set;
    if (t.closed) close_world(&s->module);
    uint64_t data = 0;
    for (uint32_t i = 0; i < s->module.data_count; i++)
        data += s->module.datas[i].bytes.len;
    if (!b->options->value[OPT_data].set && data > LITERAL_MOST) t.data = DATA_IMAGE;
    double start = seconds_now();
    bool ok = translate_module(&s->ctx, &s->module, &t, &b->arena, &b->outputs);
    if (t.progress) progress_end();
    if (ok && b->options->value[OPT_verbose].set)
        fprintf(stderr, "translated %zu bytes in %.3f s\n", s->module.bytes.len,
                seconds_now() - start);
    return ok;
}

/* ---- compiling ------------------------------------------------------------------------------- */
static bool source_add(Build *b, const char *source) {
    b->sources[b->source_count] = source;
    b->objects[b->source_count] = printed(b, "%s%s", source, ".o");
    return b->objects[b->source_count++] != NULL;
}

/* NAME.N.c becomes N.so. */
static bool group_add(Build *b, const char *source) {
    const char *number = source + strlen(b->name) + 1;
    char *object = arena_strdup(&b->arena, number, strlen(number) + 2);
    if (!object) return diag_nomem(&b->session.ctx);
    strcpy(object + strlen(number) - 2, ".so");
    b->sources[b->source_count] = source;
    b->objects[b->source_count] = printed(b, "%s/%s", b->groups.data, object);
    return b->objects[b->source_count++] != NULL;
}

static bool sources_list(Build *b) {
    size_t cap = b->outputs.count + 3;
    bool lazy = b->groups.len != 0;
    b->sources = ARENA_ARRAY(&b->arena, cap, const char *);
    b->objects = ARENA_ARRAY(&b->arena, cap, const char *);
    if (!b->sources || !b->objects) return diag_nomem(&b->session.ctx);
    for (uint32_t i = 0; i < b->outputs.count; i++) {
        const char *base = path_base(b->outputs.items[i].path);
        size_t len = strlen(base);
        if (len > 2 && !strcmp(base + len - 2, ".c") && (!lazy || !i) && !source_add(b, base))
            return false;
    }
    if (!b->shared && (!source_add(b, "program_main.c") ||
                       (b->options->value[OPT_bench].set && !source_add(b, "bench_host.c"))))
        return false;
    b->main_count = b->source_count;
    for (uint32_t i = 3; lazy && i < b->outputs.count; i++) { /* main, two headers, groups */
        const char *base = path_base(b->outputs.items[i].path);
        size_t len = strlen(base);
        if (!strcmp(base + len - 2, ".c") && !group_add(b, base)) return false;
    }
    return true;
}

/* What makes an object of a source: options behind the flags. */
static const char **compile_command(Build *b, size_t i) {
    static const char *const shared[] = {"-fPIC", "-shared", "-nostartfiles",
                                         "-Wl,-z,noseparate-code"};
    const char **argv = ARENA_ARRAY(&b->arena, b->flag_count + 16, const char *);
    size_t n = b->flag_count;
    if (!argv) return NULL;
    memcpy(argv, b->flags, n * sizeof *argv);
    for (size_t k = 0; i >= b->main_count && k < sizeof shared / sizeof *shared; k++)
        argv[n++] = shared[k];
    if (i < b->main_count) argv[n++] = "-c";
    const char *const rest[] = {"-I", b->home.include.data, b->sources[i], "-o", b->objects[i]};
    memcpy(argv + n, rest, sizeof rest);
    n += sizeof rest / sizeof *rest;
    if (i >= b->main_count) argv[n++] = "-lm";
    argv[n] = NULL;
    return argv;
}

static bool compile(Build *b, const JobOptions *options) {
    Job *jobs = ARENA_ARRAY(&b->arena, b->source_count, Job);
    if (!jobs) return diag_nomem(&b->session.ctx);
    for (size_t i = 0; i < b->source_count; i++) {
        const char **argv = compile_command(b, i);
        if (!argv) return diag_nomem(&b->session.ctx);
        jobs[i] =
            (Job){.argv = argv, .log = printed(b, "%s/%s.log", b->folder.data, b->sources[i])};
        if (!jobs[i].log) return false;
    }
    return jobs_run(&b->session.ctx, jobs, b->source_count, options) ||
           (b->cc_failed = true, false);
}

/* ---- --lazy-groups --------------------------------------------------------------------------- */
/* What the program knows of its groups' files, as C. */
static bool groups_describe(Build *b, const char *out, Buffer *text) {
    Context *ctx = &b->session.ctx;
    Buffer file;
    buffer_init(&file, ctx->alloc);
    bool ok = true;
    buffer_printf(text,
                  "#include \"w2c_group.h\"\nextern const char *const %s_group_folder;\n"
                  "const char *const %s_group_folder = \"",
                  b->name, b->name);
    for (const char *c = path_base(out); *c; c++)
        buffer_printf(text, "\\%03o", (unsigned char)*c);
    buffer_printf(text,
                  ".groups\";\nextern const w2c_group_file %s_group_files[];\n"
                  "const w2c_group_file %s_group_files[] = {\n",
                  b->name, b->name);
    for (size_t i = b->main_count; ok && i < b->source_count; i++) {
        file.len = 0;
        ok = file_read(ctx, b->objects[i], &file);
        if (ok)
            buffer_printf(text, "    {%lluu, 0x%08xu},\n", (unsigned long long)file.len,
                          w2c_crc32c(0, file.data, file.len));
    }
    buffer_text(text, "    {0, 0}};\n");
    buffer_free(&file);
    return ok && (!text->failed || diag_nomem(ctx));
}

/* The description is compiled when the groups are there, and becomes the last of the program's own objects. */
static bool groups_compile(Build *b, const char *out, const JobOptions *options) {
    Context *ctx = &b->session.ctx;
    const char *source = printed(b, "%s%s", b->name, "_groups.c");
    const char *path = source ? printed(b, "%s/%s", b->folder.data, source) : NULL;
    const char *log = path ? printed(b, "%s%s", path, ".log") : NULL;
    Buffer text;
    buffer_init(&text, ctx->alloc);
    bool ok =
        log && groups_describe(b, out, &text) && file_write(ctx, path, text.data, text.len, NULL);
    buffer_free(&text);
    if (!ok) return false;
    size_t at = b->main_count++; /* the first group's place: its object is not linked */
    b->sources[at] = source;
    b->objects[at] = printed(b, "%s%s", source, ".o");
    const char **argv = b->objects[at] ? compile_command(b, at) : NULL;
    if (!argv) return diag_nomem(ctx);
    Job job = {.argv = argv, .log = log};
    return jobs_run(ctx, &job, 1, options) || (b->cc_failed = true, false);
}

/* Nothing but N.so in it: another build's groups. */
static bool only_groups(const char *place) {
    DIR *dir = opendir(place);
    bool ok = true;
    for (struct dirent *entry; dir && ok && (entry = readdir(dir));) {
        const char *name = entry->d_name;
        size_t digits = strspn(name, "0123456789");
        ok = !strcmp(name, ".") || !strcmp(name, "..") || (digits && !strcmp(name + digits, ".so"));
    }
    if (dir) closedir(dir);
    return ok;
}

/* The groups' folder takes its place; one from another build goes. */
static bool groups_place(Build *b, const char *out) {
    const char *place = printed(b, "%s%s", out, ".groups");
    if (!place) return false;
    if (only_groups(place)) folder_remove(place);
    if (rename(b->groups.data, place))
        return diag_error(&b->session.ctx, ERR_io, NO_OFFSET, "writing %s: is it in the way?",
                          place);
    b->groups.len = 0;
    return true;
}

/* Words of the build's own link flags (sanitizers, in a build tree). */
static size_t link_words(Build *b, const char **argv) {
    char *words = arena_strdup(&b->arena, W2C_LINK_FLAGS, strlen(W2C_LINK_FLAGS)), *save = NULL;
    size_t n = 0;
    for (char *word = words ? strtok_r(words, " ", &save) : NULL; word;
         word = strtok_r(NULL, " ", &save))
        argv[n++] = word;
    return n;
}

static bool link_program(Build *b, const JobOptions *options) {
    size_t n = b->flag_count;
    const char **argv =
        ARENA_ARRAY(&b->arena, n + b->source_count + strlen(W2C_LINK_FLAGS) + 24, const char *);
    const char *wasi = printed(b, "%s/%s", b->home.lib.data, "libw2cwasi.a");
    const char *rt = printed(b, "%s/%s", b->home.lib.data, "libw2crt.a");
    const char *log = printed(b, "%s/%s", b->folder.data, "link.log");
    if (!argv || !wasi || !rt || !log) return diag_nomem(&b->session.ctx);
    memcpy(argv, b->flags, n * sizeof *argv);
    bool lazy = b->options->value[OPT_lazy_groups].set;
    memcpy(argv + n, b->objects, b->main_count * sizeof *argv);
    n += b->main_count;
    if (b->options->value[OPT_link_static].set) argv[n++] = "-static";
    n += link_words(b, argv + n);
    if (lazy) { /* groups find the runtime in the program */
        const char *const all[] = {"-rdynamic", "-Wl,--whole-archive", rt, "-Wl,--no-whole-archive",
                                   "-ldl"};
        memcpy(argv + n, all, sizeof all);
        n += sizeof all / sizeof *all;
    }
    const char *const rest[] = {wasi, rt, "-lm", "-pthread", "-o", b->temp.data, NULL};
    const char *const own[] = {"-shared", "-lm", "-o", b->temp.data, NULL};
    if (b->shared)
        memcpy(argv + n, own, sizeof own);
    else
        memcpy(argv + n, rest, sizeof rest);
    Job job = {.argv = argv, .log = log};
    return jobs_run(&b->session.ctx, &job, 1, options) || (b->cc_failed = true, false);
}

/* ---- all of it ------------------------------------------------------------------------------- */
/* The program's name while it is linked: absolute, because the linker runs in the folder. */
static bool temp_name(Build *b, const char *out) {
    Context *ctx = &b->session.ctx;
    Buffer dir;
    buffer_init(&dir, ctx->alloc);
    size_t len = (size_t)(path_base(out) - out);
    buffer_bytes(&dir, out, len);
    if (!len) buffer_char(&dir, '.');
    bool ok = buffer_cstr(&dir) ? path_absolute(ctx, dir.data, &b->temp) : diag_nomem(ctx);
    buffer_free(&dir);
    if (!ok) return false;
    buffer_printf(&b->temp, "/.%s.%ld.tmp", path_base(out), (long)getpid());
    return buffer_cstr(&b->temp) ? true : diag_nomem(ctx);
}

static bool program_place(Build *b, const char *out) {
    struct stat st;
    if (stat(b->temp.data, &st) || rename(b->temp.data, out))
        return diag_error(&b->session.ctx, ERR_io, NO_OFFSET,
                          "writing %s: is it a folder, or not yours to write?", out);
    if (b->quiet) return true;
    printf("wrote %s (%llu bytes)\n", out, (unsigned long long)st.st_size);
    if (!b->temporary) printf("its C is in %s\n", b->options->value[OPT_keep].text);
    return true;
}

static bool build(Build *b, const char *input, const char *out) {
    static const Options none;
    Context *ctx = &b->session.ctx;
    if (!session_open(&b->session, b->options, input)) return false;
    if (!b->quiet) program_warn(b->options, &b->session.module);
    if (!home_find(ctx, &b->home) || !compiler_choose(b) || !temp_name(b, out) || !folder_choose(b))
        return false;
    if (b->options->value[OPT_lazy_groups].set) {
        buffer_printf(&b->groups, "%s.groups", b->temp.data);
        if (!buffer_cstr(&b->groups)) return diag_nomem(ctx);
        if (!folder_make(ctx, b->groups.data)) return false;
    }
    JobOptions options = {.folder = b->folder.data,
                          .parallel = option_threads(b->options),
                          .verbose = b->options->value[OPT_verbose].set,
                          .what = "compiling",
                          .mask = b->signals};
    if (!profile_add(b, out, &options) || !translate(b) ||
        (!b->shared &&
         !program_write(ctx, b->quiet ? &none : b->options, &b->home, b->folder.data, b->name)) ||
        !sources_list(b))
        return false;
    double start = seconds_now();
    if (!compile(b, &options) || (b->groups.len && !groups_compile(b, out, &options)) ||
        !link_program(b, &options) || (b->groups.len && !groups_place(b, out)))
        return false;
    if (options.verbose) fprintf(stderr, "compiled and linked in %.3f s\n", seconds_now() - start);
    if (!program_place(b, out)) return false;
    const char *depfile = b->options->value[OPT_depfile].text;
    return !depfile || depfile_write(ctx, depfile, NULL, out, input);
}

static void build_free(Build *b) {
    if (b->temp.len) unlink(b->temp.data);
    if (b->groups.len) folder_remove(b->groups.data);
    buffer_free(&b->groups);
    if (b->temporary && b->folder.len) folder_remove(b->folder.data);
    buffer_free(&b->folder);
    buffer_free(&b->cc);
    buffer_free(&b->temp);
    home_free(&b->home);
    arena_free(&b->arena);
    session_close(&b->session);
}

int cmd_build(const Options *options) {
    const char *input = session_argument(options), *out = options->value[OPT_output].text;
    if (!input) return 3;
    if (!out || !*path_base(out)) return options_complain(options, "where to? -o EXE is missing");
    if (options->value[OPT_lazy_groups].set && options->value[OPT_link_static].set)
        return options_complain(options,
                                "--lazy-groups needs a program that can load: no --static");
    bool generate = options->value[OPT_profile_generate].set,
         use = options->value[OPT_profile_use].set;
    if (generate && use)
        return options_complain(options, "--profile-generate or --profile-use, not both");
    if ((generate || use) && options->value[OPT_lazy_groups].set)
        return options_complain(options, "--lazy-groups: no profiles with it");
    if (!program_options_check(options)) return 3;
    return build_program(options, input, out, false);
}

static int build_any(Build *made, const char *input, const char *out) {
    Build b = *made;
    Allocator alloc = alloc_default();
    arena_init(&b.arena, alloc);
    buffer_init(&b.folder, alloc);
    buffer_init(&b.cc, alloc);
    buffer_init(&b.temp, alloc);
    buffer_init(&b.groups, alloc);
    buffer_init(&b.home.lib, alloc);
    buffer_init(&b.home.include, alloc);
    buffer_init(&b.home.share, alloc);
    jobs_hold_signals(&b.signals);
    int code = build(&b, input, out) ? 0 : 3;
    if (code && diag_failed(&b.session.ctx)) code = session_fail(&b.session);
    build_free(&b);
    jobs_release_signals(&b.signals);
    return code;
}

int build_program(const Options *options, const char *input, const char *out, bool quiet) {
    return build_any(&(Build){.options = options, .quiet = quiet}, input, out);
}

int build_shared(const Options *options, const char *input, const char *out) {
    return build_any(&(Build){.options = options, .quiet = true, .shared = true}, input, out);
}
