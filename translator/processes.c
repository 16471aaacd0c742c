/* processes.c: see processes.h. */
#define _GNU_SOURCE /* posix_spawn_file_actions_addchdir_np */
#include "processes.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* ---- signals --------------------------------------------------------------------------------- */
static void ending_signals(sigset_t *set) {
    sigemptyset(set);
    sigaddset(set, SIGINT);
    sigaddset(set, SIGTERM);
    sigaddset(set, SIGHUP);
}

void jobs_hold_signals(sigset_t *before) {
    sigset_t set;
    ending_signals(&set);
    sigprocmask(SIG_BLOCK, &set, before);
}

bool jobs_interrupted(void) {
    sigset_t waiting;
    if (sigpending(&waiting)) return false;
    return sigismember(&waiting, SIGINT) == 1 || sigismember(&waiting, SIGTERM) == 1 ||
           sigismember(&waiting, SIGHUP) == 1;
}

void jobs_release_signals(const sigset_t *before) {
    sigprocmask(SIG_SETMASK, before, NULL);
}

/* ---- finding and printing -------------------------------------------------------------------- */
static bool executable(const char *path) {
    struct stat st;
    return stat(path, &st) == 0 && S_ISREG(st.st_mode) && access(path, X_OK) == 0;
}

bool program_find(const char *name, Buffer *out) {
    out->len = 0;
    if (strchr(name, '/')) {
        char *full = realpath(name, NULL);
        if (full) buffer_text(out, full);
        free(full);
        return out->len && buffer_cstr(out) && executable(out->data);
    }
    const char *path = getenv("PATH");
    if (!path) path = "/usr/local/bin:/usr/bin:/bin";
    for (;;) {
        size_t len = strcspn(path, ":");
        out->len = 0;
        buffer_bytes(out, path, len);
        buffer_printf(out, "%s/%s", len ? "" : ".", name);
        if (buffer_cstr(out) && executable(out->data)) return true;
        if (!path[len]) return false;
        path += len + 1;
    }
}

void command_print(FILE *to, const char *const *argv) {
    static const char plain[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=./,:@%";
    for (size_t i = 0; argv[i]; i++) {
        if (i) fputc(' ', to);
        if (*argv[i] && !argv[i][strspn(argv[i], plain)]) {
            fputs(argv[i], to);
            continue;
        }
        fputc('\'', to);
        for (const char *c = argv[i]; *c; c++)
            if (*c == '\'')
                fputs("'\\''", to);
            else
                fputc(*c, to);
        fputc('\'', to);
    }
    fputc('\n', to);
}

/* ---- running --------------------------------------------------------------------------------- */
static int spawn(const Job *job, const JobOptions *options, pid_t *pid) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    int error = posix_spawn_file_actions_init(&actions);
    if (error) return error;
    error = posix_spawnattr_init(&attributes);
    if (!error) {
        error = posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
        if (!error)
            error = posix_spawn_file_actions_addopen(&actions, 1, job->log,
                                                     O_WRONLY | O_CREAT | O_TRUNC, 0600);
        if (!error) error = posix_spawn_file_actions_adddup2(&actions, 1, 2);
        if (!error) error = posix_spawn_file_actions_addchdir_np(&actions, options->folder);
        if (!error) error = posix_spawnattr_setsigmask(&attributes, &options->mask);
        if (!error) error = posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
        char **argv = (char **)(uintptr_t)job->argv; /* posix_spawn does not write to it */
        if (!error) error = posix_spawn(pid, job->argv[0], &actions, &attributes, argv, environ);
        posix_spawnattr_destroy(&attributes);
    }
    posix_spawn_file_actions_destroy(&actions);
    return error;
}

static void show_log(const char *log) {
    FILE *file = fopen(log, "r");
    if (!file) return;
    char text[4096];
    for (size_t n; (n = fread(text, 1, sizeof text, file)) > 0;)
        fwrite(text, 1, n, stderr);
    fclose(file);
}

/* What it printed, and how it ended; true when it succeeded. */
static bool job_finish(const Job *job, int status, bool verbose) {
    bool ok = WIFEXITED(status) && WEXITSTATUS(status) == 0;
    if (job->asked) return ok;
    struct stat st;
    bool said = stat(job->log, &st) == 0 && st.st_size > 0;
    if ((said || !ok) && !verbose) command_print(stderr, job->argv);
    if (said) show_log(job->log);
    if (WIFSIGNALED(status))
        fprintf(stderr, "w2c: %s was ended by signal %d\n", job->argv[0], WTERMSIG(status));
    else if (!ok)
        fprintf(stderr, "w2c: %s failed with exit code %d\n", job->argv[0], WEXITSTATUS(status));
    unlink(job->log);
    return ok;
}

/* Waits for one of ours; its place in `running`, or count when there is none. */
static size_t wait_one(const pid_t *running, size_t count, int *status) {
    for (;;) {
        pid_t pid = waitpid(-1, status, 0);
        if (pid < 0 && errno == EINTR) continue;
        if (pid < 0) return count;
        for (size_t i = 0; i < count; i++)
            if (running[i] == pid) return i;
    }
}

bool jobs_run(Context *ctx, const Job *jobs, size_t count, const JobOptions *options) {
    pid_t *pids = ctx->alloc.resize(ctx->alloc.user, NULL, (count + 1) * sizeof *pids);
    if (!pids) return diag_nomem(ctx);
    for (size_t i = 0; i < count; i++)
        pids[i] = -1;
    bool ok = true, tell = options->what && !options->verbose && isatty(STDERR_FILENO);
    size_t started = 0, ended = 0;
    while (ended < started || (ok && started < count)) {
        if (ok && started < count && started - ended < options->parallel) {
            if (options->verbose) command_print(stderr, jobs[started].argv);
            int error = spawn(&jobs[started], options, &pids[started]);
            if (error)
                ok = diag_error(ctx, ERR_io, NO_OFFSET, "starting %s: %s", jobs[started].argv[0],
                                strerror(error));
            if (!error) started++;
            continue;
        }
        if (tell) fprintf(stderr, "\r%s %zu of %zu", options->what, ended + 1, count);
        int status;
        size_t i = wait_one(pids, started, &status);
        if (tell) fprintf(stderr, "\r%40s\r", "");
        if (i == started) break;
        pids[i] = -1;
        ended++;
        if (!job_finish(&jobs[i], status, options->verbose) || jobs_interrupted()) ok = false;
    }
    ctx->alloc.resize(ctx->alloc.user, pids, 0);
    return ok;
}
