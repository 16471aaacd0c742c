/* profile.c: see profile.h. */
#include "profile.h"
#include "files.h"
#include <dirent.h>
#include <stdlib.h>
#include <sys/stat.h>

typedef struct Kind {
    bool clang;
    unsigned major;
} Kind;

static const char *printed(Profile *p, const char *format, const char *a, const char *b) {
    Buffer text;
    buffer_init(&text, p->ctx->alloc);
    buffer_printf(&text, format, a, b);
    const char *copy = text.failed ? NULL : arena_strdup(p->arena, text.data, text.len);
    buffer_free(&text);
    if (!copy) diag_nomem(p->ctx);
    return copy;
}

static bool flag(Profile *p, const char *text) {
    p->flags[p->flag_count++] = text;
    return text != NULL;
}

/* Which compiler it is: its preprocessor says so, whatever the command is called. */
static bool kind_find(Profile *p, Kind *out) {
    static const char source[] = "#if defined(__clang__)\nw2c_clang __clang_major__\n"
                                 "#elif defined(__GNUC__)\nw2c_gcc __GNUC__\n#endif\n";
    const char *folder = p->jobs->folder;
    const char *input = printed(p, "%s/%s", folder, "compiler.c");
    const char *answer = printed(p, "%s/%s", folder, "compiler.i");
    const char *log = printed(p, "%s/%s", folder, "compiler.log");
    size_t n = 0;
    while (p->compiler[n])
        n++;
    const char **argv = ARENA_ARRAY(p->arena, n + 6, const char *);
    if (!input || !answer || !log || !argv) return diag_nomem(p->ctx);
    memcpy(argv, p->compiler, n * sizeof *argv);
    const char *const rest[] = {"-E", "-P", input, "-o", answer, NULL};
    memcpy(argv + n, rest, sizeof rest);
    Job job = {.argv = argv, .log = log};
    if (!file_write(p->ctx, input, source, sizeof source - 1, NULL) ||
        !jobs_run(p->ctx, &job, 1, p->jobs))
        return false;
    Buffer text;
    buffer_init(&text, p->ctx->alloc);
    bool ok = file_read(p->ctx, answer, &text) && (buffer_cstr(&text) || diag_nomem(p->ctx));
    const char *clang = ok ? strstr(text.data, "w2c_clang ") : NULL;
    const char *gcc = ok ? strstr(text.data, "w2c_gcc ") : NULL;
    if (ok && !clang && !gcc)
        ok = diag_error(p->ctx, ERR_io, NO_OFFSET,
                        "profiles are for clang and gcc: '%s' is neither", p->compiler[0]);
    *out = (Kind){clang != NULL, clang ? (unsigned)strtoul(clang + 10, NULL, 10) : 0};
    buffer_free(&text);
    return ok;
}

/* The absolute path, in the arena. */
static const char *absolute(Profile *p, const char *path) {
    Buffer out;
    buffer_init(&out, p->ctx->alloc);
    const char *copy = NULL;
    if (path_absolute(p->ctx, path, &out)) copy = printed(p, "%s%s", out.data, "");
    buffer_free(&out);
    return copy;
}

/* gcc names a source's profile by where its object was: without the folder's part the next build, in another
 * folder, finds it. */
static bool gcc_flags(Profile *p, const char *what, const char *dir) {
    return flag(p, printed(p, "-fprofile-%s=%s", what, dir)) &&
           flag(p, printed(p, "-fprofile-prefix-path=%s%s", p->jobs->folder, ""));
}

bool profile_generate(Profile *p, const char *dir) {
    Kind kind;
    if (strchr(dir, '%')) /* both compilers would put something in its place */
        return diag_error(p->ctx, ERR_io, NO_OFFSET, "--profile-generate: '%s': no '%%' in it",
                          dir);
    if (!folder_make(p->ctx, dir) || !(dir = absolute(p, dir)) || !kind_find(p, &kind))
        return false;
    if (p->threads && !flag(p, "-fprofile-update=atomic")) return false;
    if (kind.clang) return flag(p, printed(p, "-fprofile-generate=%s%s", dir, ""));
    return gcc_flags(p, "generate", dir);
}

/* ---- use ------------------------------------------------------------------------------------- */
static bool ends_in(const char *name, const char *suffix) {
    size_t len = strlen(name), tail = strlen(suffix);
    return len > tail && !strcmp(name + len - tail, suffix);
}

/* The files of dir with one of two suffixes, in any order: merging adds. */
static bool files_find(Profile *p, const char *dir, const char *const suffixes[2],
                       const char ***list, size_t *count) {
    DIR *folder = opendir(dir);
    size_t cap = 0;
    bool ok = true;
    *list = NULL;
    *count = 0;
    for (struct dirent *entry; folder && ok && (entry = readdir(folder));) {
        if (!ends_in(entry->d_name, suffixes[0]) && !ends_in(entry->d_name, suffixes[1])) continue;
        if (*count == cap) {
            cap = cap ? 2 * cap : 16;
            const char **more = ARENA_ARRAY(p->arena, cap, const char *);
            ok = more || diag_nomem(p->ctx);
            if (ok && *count) memcpy(more, *list, *count * sizeof *more);
            if (ok) *list = more;
        }
        if (ok) ok = ((*list)[(*count)++] = printed(p, "%s/%s", dir, entry->d_name)) != NULL;
    }
    if (folder) closedir(folder);
    if (ok && !*count)
        ok = diag_error(p->ctx, ERR_io, NO_OFFSET,
                        "--profile-use: no *%s in %s: has a program made with --profile-generate "
                        "and this compiler run?",
                        suffixes[0], dir);
    return ok;
}

/* Is it LLVM's of that version? It says "LLVM version 19.1.7" among other lines. */
static bool merger_fits(Profile *p, const char *tool, unsigned major, bool *fits) {
    const char *log = printed(p, "%s/%s", p->jobs->folder, "merger.log");
    const char *const argv[] = {tool, "--version", NULL};
    const Job job = {.argv = argv, .log = log, .asked = true};
    Buffer text;
    buffer_init(&text, p->ctx->alloc);
    *fits = false;
    bool ok = log != NULL;
    if (ok && jobs_run(p->ctx, &job, 1, p->jobs)) {
        ok = file_read(p->ctx, log, &text) && (buffer_cstr(&text) || diag_nomem(p->ctx));
        const char *version = ok ? strstr(text.data, "LLVM version ") : NULL;
        *fits = version && strtoul(version + strlen("LLVM version "), NULL, 10) == major;
    }
    buffer_free(&text);
    return ok;
}

/* That of the compiler's version: a profile's format changes with it. */
static bool merger_find(Profile *p, unsigned major, Buffer *out) {
    char name[40];
    snprintf(name, sizeof name, "llvm-profdata-%u", major);
    if (program_find(name, out)) return true;
    const char *compiler = absolute(p, p->compiler[0]); /* clang's own folder: links are followed */
    if (!compiler) return false;
    char *beside = arena_strdup(p->arena, compiler, (size_t)(path_base(compiler) - compiler));
    const char *path = beside ? printed(p, "%s%s", beside, "llvm-profdata") : NULL;
    if (!path) return diag_nomem(p->ctx);
    const char *const candidates[] = {path, "llvm-profdata"};
    for (size_t i = 0; i < 2; i++) {
        bool fits = false;
        if (!program_find(candidates[i], out)) continue;
        if (!buffer_cstr(out)) return diag_nomem(p->ctx);
        if (!merger_fits(p, out->data, major, &fits)) return false;
        if (fits) return true;
    }
    return diag_error(p->ctx, ERR_io, NO_OFFSET,
                      "--profile-use: merging clang's profiles needs %s, or llvm-profdata of clang "
                      "%u: neither is on PATH (on Debian and Ubuntu it is in the package llvm-%u)",
                      name, major, major);
}

/* The files as one that clang reads, in the build's folder. */
static bool merge(Profile *p, unsigned major, const char *const *files, size_t count,
                  const char **merged) {
    Buffer tool;
    buffer_init(&tool, p->ctx->alloc);
    const char **argv = ARENA_ARRAY(p->arena, count + 5, const char *);
    const char *log = printed(p, "%s/%s", p->jobs->folder, "merge.log");
    *merged = printed(p, "%s/%s", p->jobs->folder, "merged.profdata");
    bool ok = (argv && log && *merged) || diag_nomem(p->ctx);
    ok = ok && merger_find(p, major, &tool);
    if (ok) {
        size_t n = 0;
        argv[n++] = tool.data;
        argv[n++] = "merge";
        argv[n++] = "-o";
        argv[n++] = *merged;
        memcpy(argv + n, files, count * sizeof *files);
        argv[n + count] = NULL;
        Job job = {.argv = argv, .log = log};
        ok = jobs_run(p->ctx, &job, 1, p->jobs);
    }
    buffer_free(&tool);
    return ok;
}

static bool clang_use(Profile *p, unsigned major, const char *path, bool folder) {
    static const char *const suffixes[2] = {".profraw", ".profdata"};
    const char **files = &path, *merged = path;
    size_t count = 1;
    if (folder && !files_find(p, path, suffixes, &files, &count)) return false;
    if ((folder || !ends_in(path, suffixes[1])) && !merge(p, major, files, count, &merged))
        return false;
    /* what no run reached has no profile: no news */
    return flag(p, printed(p, "-fprofile-use=%s%s", merged, "")) &&
           flag(p, "-Wno-profile-instr-unprofiled");
}

static bool gcc_use(Profile *p, const char *path, bool folder) {
    static const char *const suffixes[2] = {".gcda", ".gcda"};
    const char **files;
    size_t count;
    if (!folder)
        return diag_error(p->ctx, ERR_io, NO_OFFSET,
                          "--profile-use: with gcc it is the folder of --profile-generate: '%s' is "
                          "a file",
                          path);
    return files_find(p, path, suffixes, &files, &count) && gcc_flags(p, "use", path) &&
           flag(p, "-Wno-missing-profile");
}

bool profile_use(Profile *p, const char *path) {
    Kind kind;
    struct stat st;
    const char *full = absolute(p, path);
    if (!full || !kind_find(p, &kind)) return false;
    bool folder = stat(full, &st) == 0 && S_ISDIR(st.st_mode);
    return kind.clang ? clang_use(p, kind.major, full, folder) : gcc_use(p, full, folder);
}
