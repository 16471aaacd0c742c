/* jobs.c: items run in child processes, some at a time; what they report comes back through pipes.
 * A child that crashes or hangs loses nothing but itself: its records so far are kept. */
#include "spectest.h"
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

typedef struct Job {
    pid_t pid;
    int fd;
    uint32_t item;
    Buffer data;
    uint64_t deadline; /* ms */
    bool killed;
} Job;

static uint64_t now_ms(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

/* ---- records: number, kind, length, text ----------------------------------------------------- */
void jobs_send(int pipe, uint32_t number, uint8_t kind, const char *text) {
    char data[4096];
    size_t len = strlen(text), head = 9;
    if (len > sizeof data - head) len = sizeof data - head;
    uint32_t size = (uint32_t)len;
    memcpy(data, &number, 4);
    data[4] = (char)kind;
    memcpy(data + 5, &size, 4);
    memcpy(data + head, text, len);
    for (size_t at = 0; at < head + len;) {
        ssize_t n = write(pipe, data + at, head + len - at);
        if (n < 0 && errno != EINTR) _exit(3);
        if (n > 0) at += (size_t)n;
    }
}

bool jobs_next(const uint8_t **at, const uint8_t *end, Record *out) {
    if (end - *at < 9) return false;
    memcpy(&out->number, *at, 4);
    out->kind = (*at)[4];
    memcpy(&out->len, *at + 5, 4);
    if ((size_t)(end - *at) - 9 < out->len) return false;
    out->text = (const char *)*at + 9;
    *at += 9 + out->len;
    return true;
}

/* ---- processes ------------------------------------------------------------------------------- */
static void job_child(const Jobs *jobs, uint32_t item, int fd) {
    setpgid(0, 0); /* so that a compiler it starts is killed with it */
#ifdef __linux__
    prctl(PR_SET_PDEATHSIG, SIGKILL);
#endif
    struct rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none);
    jobs->work(jobs->user, item, fd);
    _exit(0);
}

static void job_start(const Jobs *jobs, Job *job, uint32_t item) {
    int ends[2];
    if (pipe(ends)) suite_die("pipe: %s", strerror(errno));
    fflush(NULL);
    pid_t pid = fork();
    if (pid < 0) suite_die("fork: %s", strerror(errno));
    if (!pid) {
        close(ends[0]);
        job_child(jobs, item, ends[1]);
    }
    close(ends[1]);
    *job = (Job){.pid = pid, .fd = ends[0], .item = item};
    job->deadline = now_ms() + (uint64_t)jobs->timeout * 1000;
    buffer_init(&job->data, alloc_default());
}

/* Reaps a job whose pipe is at its end; true when it is to run again. */
static bool job_finish(const Jobs *jobs, Job *job) {
    char how[96];
    int status = 0;
    close(job->fd);
    while (waitpid(job->pid, &status, 0) < 0 && errno == EINTR)
        continue;
    JobEnd end = {.item = job->item, .data = (const uint8_t *)job->data.data, .len = job->data.len};
    if (job->killed)
        snprintf(how, sizeof how, "timeout after %u s", jobs->timeout);
    else if (WIFSIGNALED(status))
        snprintf(how, sizeof how, "signal %d (%s)", WTERMSIG(status), strsignal(WTERMSIG(status)));
    else
        snprintf(how, sizeof how, "exit code %d", WEXITSTATUS(status));
    if (job->killed || status) end.how = how;
    bool again = jobs->done(jobs->user, &end);
    buffer_free(&job->data);
    return again;
}

/* Reads what there is; false at the end of the pipe. */
static bool job_read(const Jobs *jobs, Job *job) {
    char data[65536];
    ssize_t n = read(job->fd, data, sizeof data);
    if (n < 0) return errno == EINTR;
    if (n == 0) return false;
    buffer_bytes(&job->data, data, (size_t)n);
    job->deadline = now_ms() + (uint64_t)jobs->timeout * 1000;
    return true;
}

static void job_watch(Job *job) {
    if (job->killed || now_ms() < job->deadline) return;
    job->killed = true;
    kill(-job->pid, SIGKILL);
    kill(job->pid, SIGKILL);
}

void jobs_run(const Jobs *jobs, uint32_t count) {
    enum { MOST = 64 };
    Job running[MOST];
    struct pollfd polls[MOST];
    unsigned limit = jobs->parallel < 1 ? 1 : jobs->parallel > MOST ? MOST : jobs->parallel;
    unsigned active = 0;
    uint32_t next = 0;
    while (active || next < count) {
        while (active < limit && next < count)
            job_start(jobs, &running[active++], next++);
        for (unsigned i = 0; i < active; i++)
            polls[i] = (struct pollfd){.fd = running[i].fd, .events = POLLIN};
        poll(polls, active, 200);
        for (unsigned i = active; i-- > 0;) {
            Job *job = &running[i];
            job_watch(job);
            if (!polls[i].revents || job_read(jobs, job)) continue;
            if (job_finish(jobs, job))
                job_start(jobs, job, job->item);
            else
                *job = running[--active];
        }
    }
}
