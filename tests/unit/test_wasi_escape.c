/* test_wasi_escape.c: tricks by which a guest tries to leave its directory, one row each, tried
 * with both ways of resolving paths. None may touch or see what is outside. */
#include "wasi_harness.h"
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

/* base/            outside: secret, dir/inner
 * base/root/       what the guest is given: file, dir/file, dir/nested/, and links */
static char base[64], root[80];
static guest g;

static const w2c_wasi_resolve_by ways[] = {W2C_WASI_RESOLVE_AUTO, W2C_WASI_RESOLVE_WALK};

static const struct {
    const char *name, *target;
} links[] = {
    {"up", ".."},
    {"up_secret", "../secret"},
    {"up_dir", "../dir"},
    {"abs", "/etc/passwd"},
    {"abs_root", "/"},
    {"chain", "chain2"},
    {"chain2", "dir/../chain3"},
    {"chain3", "../secret"},
    {"dotted", "dir/nested/../../../secret"},
    {"dir/nested/up3", "../../../secret"},
    {"dir/nested/up2", "../../file"},
    {"self", "self"},
    {"ping", "pong"},
    {"pong", "ping"},
    {"proc", "/proc/self/root"},
    {"inside", "dir/file"},
    {"dirlink", "dir"},
    {"dirlink_up", "dirlink/../.."},
    {"dangling_up", "../created"},
    {"dangling", "created_inside"},
    {"slashes", "dir//..//../secret"},
};

static void begin(int way) {
    char text[128];
    host_make(base);
    snprintf(root, sizeof root, "%s/root", base);
    host_mkdir(base, "root");
    host_mkdir(base, "dir");
    host_write(base, "secret", "secret");
    host_write(base, "dir/inner", "secret");
    host_mkdir(root, "dir");
    host_mkdir(root, "dir/nested");
    host_write(root, "file", "file");
    host_write(root, "dir/file", "dir/file");
    for (size_t i = 0; i < sizeof links / sizeof links[0]; i++)
        host_link(root, links[i].name, links[i].target);
    snprintf(text, sizeof text, "%s/secret", base);
    host_link(root, "abs_secret", text);
    host_link(root, "n0", "file");
    for (int i = 1; i < 60; i++) { /* n40 follows 41 links */
        char name[8], target[8];
        snprintf(name, sizeof name, "n%d", i);
        snprintf(target, sizeof target, "n%d", i - 1);
        host_link(root, name, target);
    }
    w2c_wasi_dir dir = {.host = root, .guest = "/"};
    guest_begin(&g, &(w2c_wasi_config){.dirs = &dir, .dir_count = 1, .resolve_by = ways[way]});
}

static void end(void) {
    guest_end(&g);
    host_remove(base);
}

/* Outside is as it was. */
static void check_outside(void) {
    char path[128];
    struct stat st;
    int count = 0;
    ck_assert(host_has(base, "secret", "secret"));
    ck_assert(host_has(base, "dir/inner", "secret"));
    snprintf(path, sizeof path, "%s/secret", base);
    ck_assert_int_eq(stat(path, &st), 0);
    ck_assert_uint_eq(st.st_nlink, 1);
    ck_assert_int_gt(st.st_mtim.tv_sec, 1000000000);
    DIR *stream = opendir(base);
    while (readdir(stream))
        count++;
    closedir(stream);
    ck_assert_int_eq(count, 5); /* . .. root dir secret */
}

/* ---- operations on one path ------------------------------------------------------------------ */
typedef u32 path_op(u32 len);
static u32 at_new(const char *name) {
    return guest_text(&g, AT_PATH2, name);
}

static u32 op_open(u32 len) {
    return wasi_path_open(&g, 3, 1, AT_PATH, len, 0, RIGHTS_READ, 0, 0, AT_OUT);
}
static u32 op_open_nofollow(u32 len) {
    return wasi_path_open(&g, 3, 0, AT_PATH, len, 0, RIGHTS_READ, 0, 0, AT_OUT);
}
static u32 op_open_dir(u32 len) {
    return wasi_path_open(&g, 3, 1, AT_PATH, len, WASI_O_DIRECTORY, RIGHTS_READ, 0, 0, AT_OUT);
}
static u32 op_create(u32 len) {
    return wasi_path_open(&g, 3, 1, AT_PATH, len, WASI_O_CREAT, RIGHTS_WRITE, 0, 0, AT_OUT);
}
static u32 op_create_new(u32 len) {
    return wasi_path_open(&g, 3, 1, AT_PATH, len, WASI_O_CREAT | WASI_O_EXCL, RIGHTS_WRITE, 0, 0,
                          AT_OUT);
}
static u32 op_truncate(u32 len) {
    return wasi_path_open(&g, 3, 1, AT_PATH, len, WASI_O_TRUNC, RIGHTS_WRITE, 0, 0, AT_OUT);
}
static u32 op_stat(u32 len) {
    return wasi_path_filestat_get(&g, 3, 1, AT_PATH, len, AT_STAT);
}
static u32 op_stat_nofollow(u32 len) {
    return wasi_path_filestat_get(&g, 3, 0, AT_PATH, len, AT_STAT);
}
static u32 op_times(u32 len) {
    return wasi_path_filestat_set_times(&g, 3, 1, AT_PATH, len, 1, 1, 5);
}
static u32 op_mkdir(u32 len) {
    return wasi_path_create_directory(&g, 3, AT_PATH, len);
}
static u32 op_rmdir(u32 len) {
    return wasi_path_remove_directory(&g, 3, AT_PATH, len);
}
static u32 op_unlink(u32 len) {
    return wasi_path_unlink_file(&g, 3, AT_PATH, len);
}
static u32 op_readlink(u32 len) {
    return wasi_path_readlink(&g, 3, AT_PATH, len, AT_BUF, 100, AT_OUT);
}
static u32 op_rename_from(u32 len) {
    return wasi_path_rename(&g, 3, AT_PATH, len, 3, AT_PATH2, at_new("taken"));
}
static u32 op_rename_to(u32 len) {
    return wasi_path_rename(&g, 3, AT_PATH2, at_new("file"), 3, AT_PATH, len);
}
static u32 op_link_from(u32 len) {
    return wasi_path_link(&g, 3, 1, AT_PATH, len, 3, AT_PATH2, at_new("taken"));
}
static u32 op_link_to(u32 len) {
    return wasi_path_link(&g, 3, 0, AT_PATH2, at_new("file"), 3, AT_PATH, len);
}
static u32 op_symlink_at(u32 len) {
    return wasi_path_symlink(&g, AT_PATH2, at_new("file"), 3, AT_PATH, len);
}
static u32 op_symlink_to(u32 len) {
    return wasi_path_symlink(&g, AT_PATH, len, 3, AT_PATH2, at_new("made"));
}

#define LONG_NAME "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"
#define UPS "../../../../../../../../../../../../../../../../../../../../../../"

static const struct trick {
    path_op *op;
    const char *path;
    size_t len; /* 0: strlen */
    u32 expect;
} tricks[] = {
    /* absolute */
    {op_open, "/etc/passwd", 0, WASI_PERM},
    {op_open, "/", 0, WASI_PERM},
    {op_open, "//etc/passwd", 0, WASI_PERM},
    {op_stat, "/etc/passwd", 0, WASI_PERM},
    {op_mkdir, "/tmp/w2c-escape", 0, WASI_PERM},
    {op_unlink, "/tmp/w2c-escape", 0, WASI_PERM},
    {op_readlink, "/proc/self/exe", 0, WASI_PERM},
    {op_symlink_to, "/etc/passwd", 0, WASI_PERM},
    /* parents */
    {op_open, "..", 0, WASI_PERM},
    {op_open, "../", 0, WASI_PERM},
    {op_open, "../secret", 0, WASI_PERM},
    {op_open, "../root/file", 0, WASI_PERM},
    {op_open, "./../secret", 0, WASI_PERM},
    {op_open, "dir/../../secret", 0, WASI_PERM},
    {op_open, "dir//..//..//secret", 0, WASI_PERM},
    {op_open, "dir/nested/../../../secret", 0, WASI_PERM},
    {op_open, UPS "etc/passwd", 0, WASI_PERM},
    {op_open_dir, "..", 0, WASI_PERM},
    {op_open_dir, "dir/../..", 0, WASI_PERM},
    {op_open_nofollow, "../secret", 0, WASI_PERM},
    {op_create, "../created", 0, WASI_PERM},
    {op_create_new, "dir/../../created", 0, WASI_PERM},
    {op_truncate, "../secret", 0, WASI_PERM},
    {op_stat, "../secret", 0, WASI_PERM},
    {op_stat, "..", 0, WASI_PERM},
    {op_stat_nofollow, "../secret", 0, WASI_PERM},
    {op_times, "../secret", 0, WASI_PERM},
    {op_mkdir, "../created", 0, WASI_PERM},
    {op_mkdir, "../created/", 0, WASI_PERM},
    {op_rmdir, "../dir", 0, WASI_PERM},
    {op_rmdir, "../dir/", 0, WASI_PERM},
    {op_unlink, "../secret", 0, WASI_PERM},
    {op_readlink, "../root/up", 0, WASI_PERM},
    {op_rename_from, "../secret", 0, WASI_PERM},
    {op_rename_to, "../created", 0, WASI_PERM},
    {op_rename_to, "../secret", 0, WASI_PERM},
    {op_link_from, "../secret", 0, WASI_PERM},
    {op_link_to, "../created", 0, WASI_PERM},
    {op_symlink_at, "../created", 0, WASI_PERM},
    /* links */
    {op_open, "up_secret", 0, WASI_PERM},
    {op_open, "up/secret", 0, WASI_PERM},
    {op_open_dir, "up", 0, WASI_PERM},
    {op_open_dir, "up/", 0, WASI_PERM},
    {op_open_dir, "up_dir", 0, WASI_PERM},
    {op_open, "up_dir/inner", 0, WASI_PERM},
    {op_open, "abs", 0, WASI_PERM},
    {op_open, "abs_secret", 0, WASI_PERM},
    {op_open, "abs_root/etc/passwd", 0, WASI_PERM},
    {op_open, "chain", 0, WASI_PERM},
    {op_open, "dotted", 0, WASI_PERM},
    {op_open, "slashes", 0, WASI_PERM},
    {op_open, "dir/nested/up3", 0, WASI_PERM},
    {op_open, "dirlink/nested/up3", 0, WASI_PERM},
    {op_open, "dirlink/../../secret", 0, WASI_PERM},
    {op_open, "dirlink_up/secret", 0, WASI_PERM},
    {op_open, "proc/etc/passwd", 0, WASI_PERM},
    {op_open_nofollow, "up_dir/inner", 0, WASI_PERM},
    {op_open_nofollow, "up_secret", 0, WASI_LOOP},
    {op_create, "dangling_up", 0, WASI_PERM},
    {op_create_new, "dangling_up", 0, WASI_EXIST},
    {op_create, "up/created", 0, WASI_PERM},
    {op_truncate, "up_secret", 0, WASI_PERM},
    {op_truncate, "abs_secret", 0, WASI_PERM},
    {op_stat, "up_secret", 0, WASI_PERM},
    {op_stat, "abs_secret", 0, WASI_PERM},
    {op_stat_nofollow, "up/secret", 0, WASI_PERM},
    {op_stat_nofollow, "up_dir/", 0, WASI_PERM},
    {op_times, "up_secret", 0, WASI_PERM},
    {op_times, "chain", 0, WASI_PERM},
    {op_mkdir, "up/created", 0, WASI_PERM},
    {op_mkdir, "dangling_up", 0, WASI_EXIST},
    {op_mkdir, "dangling_up/", 0, WASI_EXIST},
    {op_rmdir, "up/dir", 0, WASI_PERM},
    {op_rmdir, "up_dir", 0, WASI_NOTDIR},
    {op_rmdir, "up_dir/", 0, WASI_NOTDIR},
    {op_unlink, "up/secret", 0, WASI_PERM},
    {op_unlink, "abs_root/tmp/w2c-escape", 0, WASI_PERM},
    {op_unlink, "up_dir/", 0, WASI_NOTDIR},
    {op_readlink, "up/root/up", 0, WASI_PERM},
    {op_readlink, "up_dir/", 0, WASI_PERM},
    {op_rename_from, "up/secret", 0, WASI_PERM},
    {op_rename_from, "up_dir/", 0, WASI_NOTDIR},
    {op_rename_to, "up/created", 0, WASI_PERM},
    {op_link_from, "up_secret", 0, WASI_PERM},
    {op_link_from, "abs_secret", 0, WASI_PERM},
    {op_link_to, "up/created", 0, WASI_PERM},
    {op_symlink_at, "up/created", 0, WASI_PERM},
    {op_symlink_at, "dangling_up/", 0, WASI_EXIST},
    /* without end */
    {op_open, "self", 0, WASI_LOOP},
    {op_open, "ping", 0, WASI_LOOP},
    {op_open, "self/x", 0, WASI_LOOP},
    {op_stat, "ping/x", 0, WASI_LOOP},
    {op_open, "n59", 0, WASI_LOOP},
    {op_stat, "n59", 0, WASI_LOOP},
    /* bytes */
    {op_open, "file\0/../../secret", 18, WASI_INVAL},
    {op_open, "\0", 1, WASI_INVAL},
    {op_open, "..\0", 3, WASI_INVAL},
    {op_open, "\xc0\xae\xc0\xae/secret", 0, WASI_ILSEQ}, /* overlong dots */
    {op_open, "\xe0\x80\xae\xe0\x80\xae/secret", 0, WASI_ILSEQ},
    {op_open, "dir\\..\\..\\secret", 0, WASI_NOENT},
    {op_open, LONG_NAME LONG_NAME LONG_NAME LONG_NAME, 0, WASI_NAMETOOLONG},
    {op_mkdir, LONG_NAME LONG_NAME LONG_NAME LONG_NAME, 0, WASI_NAMETOOLONG},
    {op_open, "file/", 0, WASI_NOTDIR},
    {op_open, "file/..", 0, WASI_NOTDIR},
    {op_open, "file/../../secret", 0, WASI_NOTDIR},
    {op_create, "new/", 0, WASI_ISDIR},
    {op_unlink, "file/", 0, WASI_NOTDIR},
    {op_rename_to, "new/", 0, WASI_NOTDIR},
    {op_link_to, "new/", 0, WASI_NOENT},
    /* and what must work */
    {op_open, "inside", 0, 0},
    {op_open, "dirlink/file", 0, 0},
    {op_open, "dir/nested/up2", 0, 0},
    {op_open, "dir/nested/../../file", 0, 0},
    {op_open, "n30", 0, 0},
    {op_open_dir, "dirlink/", 0, 0},
    {op_open_dir, "dir/..", 0, 0},
    {op_stat_nofollow, "up_secret", 0, 0},
    {op_readlink, "up_secret", 0, 0},
    {op_create, "dangling", 0, 0},
    {op_stat, "created_inside", 0, 0},
};

START_TEST(escapes) {
    size_t count = sizeof tricks / sizeof tricks[0];
    ck_assert_uint_ge(count, 40);
    begin(_i);
    for (size_t i = 0; i < count; i++) {
        const struct trick *t = &tricks[i];
        size_t len = t->len ? t->len : strlen(t->path);
        memcpy(g.memory + AT_PATH, t->path, len);
        u32 e = t->op((u32)len);
        ck_assert_msg(e == t->expect, "row %zu, \"%s\": errno %u, expected %u", i, t->path, e,
                      t->expect);
    }
    check_outside();
    end();
}
END_TEST

/* A directory that was opened is a root of its own: `..` does not lead from it to the preopened
 * one. */
START_TEST(opened_directory) {
    u32 fd, other;
    begin(_i);
    ck_assert_uint_eq(guest_open(&g, 3, "dir/nested", 0, WASI_O_DIRECTORY, RIGHTS_READ, &fd), 0);
    ck_assert_uint_eq(guest_open(&g, fd, "../file", 0, 0, RIGHTS_READ, &other), WASI_PERM);
    ck_assert_uint_eq(guest_open(&g, fd, "up2", 1, 0, RIGHTS_READ, &other), WASI_PERM);
    ck_assert_uint_eq(guest_open(&g, fd, "../../../secret", 0, 0, RIGHTS_READ, &other), WASI_PERM);
    end();
}
END_TEST

/* A guest moves a directory that it stands in, then climbs. */
START_TEST(moved_directory) {
    u32 fd, other, len, len2;
    begin(_i);
    ck_assert_uint_eq(guest_open(&g, 3, "dir/nested", 0, WASI_O_DIRECTORY, RIGHTS_READ, &fd), 0);
    len = guest_text(&g, AT_PATH, "dir/nested");
    len2 = guest_text(&g, AT_PATH2, "nested");
    ck_assert_uint_eq(wasi_path_rename(&g, 3, AT_PATH, len, 3, AT_PATH2, len2), 0);
    ck_assert_uint_eq(guest_open(&g, fd, "../../secret", 0, 0, RIGHTS_READ, &other), WASI_PERM);
    ck_assert_uint_eq(guest_open(&g, 3, "nested/up3", 1, 0, RIGHTS_READ, &other), WASI_PERM);
    end();
}
END_TEST

/* /proc's links lead anywhere without a path that could be judged. */
START_TEST(proc) {
    static const char *const paths[] = {
        "root/etc/passwd",      "root", "cwd/CMakeLists.txt", "exe", "fd/0", "task/self/root",
        "fd/../root/etc/passwd"};
    u32 fd;
    w2c_wasi_dir dir = {.host = "/proc/self", .guest = "/", .read_only = true};
    if (access("/proc/self/root", F_OK) != 0) return;
    guest_begin(&g, &(w2c_wasi_config){.dirs = &dir, .dir_count = 1, .resolve_by = ways[_i]});
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        u32 e = guest_open(&g, 3, paths[i], 1, 0, RIGHTS_READ, &fd);
        ck_assert_msg(e == WASI_PERM || e == WASI_LOOP || e == WASI_NOENT, "%s: %u", paths[i], e);
    }
    guest_end(&g);
}
END_TEST

/* Another process keeps exchanging a directory with a link that leads out, as fast as it can. */
static pid_t swapper(const char *a, const char *b) {
    pid_t child = fork();
    if (child != 0) return child;
    int fd = open(root, O_RDONLY | O_DIRECTORY);
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* also when a check fails */
    while (getppid() != 1) {
        syscall(SYS_renameat2, fd, a, fd, b, 2 /* RENAME_EXCHANGE */);
    }
    _exit(0);
}

START_TEST(swaps) {
    enum { ROUNDS = 20000 };
    u32 fd, inside = 0;
    begin(_i);
    host_mkdir(root, "swap");
    host_write(root, "swap/secret", "decoy");
    host_write(root, "leaf", "decoy");
    pid_t child = swapper("swap", "up"), child2 = swapper("leaf", "up_secret");
    ck_assert_int_gt(child, 0);
    ck_assert_int_gt(child2, 0);
    for (int i = 0; i < ROUNDS; i++) {
        const char *path = i % 4 == 0   ? "swap/secret"
                           : i % 4 == 1 ? "leaf"
                           : i % 4 == 2 ? "dir/../swap/secret"
                                        : "swap/../swap/secret";
        if (guest_open(&g, 3, path, 1, 0, RIGHTS_READ, &fd) != 0) continue;
        inside++;
        const char *text = guest_read(&g, fd, 100);
        ck_assert_msg(strcmp(text, "secret") != 0, "round %d, %s: escaped", i, path);
        ck_assert_uint_eq(wasi_fd_close(&g, fd), 0);
    }
    for (int i = 0; i < ROUNDS / 4; i++) { /* writers and removers */
        u32 len = guest_text(&g, AT_PATH, "swap/made");
        wasi_path_create_directory(&g, 3, AT_PATH, len);
        wasi_path_remove_directory(&g, 3, AT_PATH, len);
        len = guest_text(&g, AT_PATH, "leaf");
        if (wasi_path_open(&g, 3, 1, AT_PATH, len, WASI_O_TRUNC, RIGHTS_WRITE, 0, 0, AT_OUT) == 0)
            wasi_fd_close(&g, guest_u32(&g, AT_OUT));
        wasi_path_filestat_set_times(&g, 3, 1, AT_PATH, len, 1, 1, 5);
    }
    kill(child, SIGKILL);
    kill(child2, SIGKILL);
    waitpid(child, NULL, 0);
    waitpid(child2, NULL, 0);
    ck_assert_uint_gt(inside, 0);
    check_outside();
    end();
}
END_TEST

int main(void) {
    Suite *suite = suite_create("wasi_escape");
    TCase *t = tcase_create("both ways");
    tcase_set_timeout(t, 120);
    tcase_add_loop_test(t, escapes, 0, 2);
    tcase_add_loop_test(t, opened_directory, 0, 2);
    tcase_add_loop_test(t, moved_directory, 0, 2);
    tcase_add_loop_test(t, proc, 0, 2);
    tcase_add_loop_test(t, swaps, 0, 2);
    suite_add_tcase(suite, t);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
