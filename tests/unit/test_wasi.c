/* test_wasi.c: the functions of WASI one family at a time, with hostile arguments. Escapes from a
 * directory are in test_wasi_escape.c. */
#include "wasi_harness.h"
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>

static char base[64];
static guest g;

static w2c_wasi_dir dir_config(bool read_only) {
    return (w2c_wasi_dir){.host = base, .guest = "/", .read_only = read_only};
}
static void begin_dir(bool read_only, w2c_wasi_resolve_by by, uint32_t max_open) {
    w2c_wasi_dir dir = dir_config(read_only);
    host_make(base);
    guest_begin(&g, &(w2c_wasi_config){
                        .dirs = &dir, .dir_count = 1, .resolve_by = by, .max_open = max_open});
}
static void end_dir(void) {
    guest_end(&g);
    host_remove(base);
}

/* ---- binding --------------------------------------------------------------------------------- */
START_TEST(binding_rows) {
    const char *name, *letters;
    size_t count = 0;
    while (w2c_wasi_function(count, &name, &letters))
        count++;
    ck_assert_uint_eq(count, 46);
    guest_begin(&g, &(w2c_wasi_config){0});
    w2c_extern out;
    w2c_wanted wanted = {w2c_name_of("wasi_snapshot_preview1"), w2c_name_of("fd_writ"), W2C_FUNC,
                         "", ""};
    ck_assert(!w2c_wasi_resolve(g.wasi, &wanted, &out));
    wanted.name = w2c_name_of("fd_write");
    ck_assert(w2c_wasi_resolve(g.wasi, &wanted, &out));
    wanted.module = w2c_name_of("env");
    ck_assert(!w2c_wasi_resolve(g.wasi, &wanted, &out));
    wanted =
        (w2c_wanted){w2c_name_of("wasi_unstable"), w2c_name_of("sock_accept"), W2C_FUNC, "", ""};
    ck_assert(!w2c_wasi_resolve(g.wasi, &wanted, &out));
    guest_end(&g);
}
END_TEST

START_TEST(config_errors) {
    w2c_error error;
    w2c_wasi *wasi;
    const char *bad_env[] = {"=x"};
    w2c_wasi_dir missing = {.host = "/nonexistent-for-sure", .guest = "/"};
    w2c_wasi_config config = {.env = bad_env, .env_count = 1, .error = &error};
    ck_assert_int_eq(w2c_wasi_new(&wasi, &config), W2C_INVALID);
    ck_assert_ptr_null(wasi);
    config = (w2c_wasi_config){.dirs = &missing, .dir_count = 1, .error = &error};
    ck_assert_int_eq(w2c_wasi_new(&wasi, &config), W2C_INVALID);
    ck_assert_ptr_nonnull(strstr(error.text, "no such directory"));
    missing.host = "/dev/null";
    ck_assert_int_eq(w2c_wasi_new(&wasi, &config), W2C_INVALID);
    config = (w2c_wasi_config){.max_open = 2, .error = &error};
    ck_assert_int_eq(w2c_wasi_new(&wasi, &config), W2C_LIMIT);
    w2c_wasi_delete(NULL);
}
END_TEST

/* ---- args, environ, clock, random, proc ------------------------------------------------------ */
START_TEST(strings) {
    const char *args[] = {"app", "", "x y"}, *env[] = {"A=1"};
    guest_begin(&g, &(w2c_wasi_config){.args = args, .arg_count = 3, .env = env, .env_count = 1});
    ck_assert_uint_eq(wasi_args_sizes_get(&g, AT_OUT, AT_OUT + 4), 0);
    ck_assert_uint_eq(guest_u32(&g, AT_OUT), 3);
    ck_assert_uint_eq(guest_u32(&g, AT_OUT + 4), 9);
    ck_assert_uint_eq(wasi_args_get(&g, AT_OUT, AT_BUF), 0);
    ck_assert_mem_eq(g.memory + AT_BUF, "app\0\0x y", 9);
    ck_assert_uint_eq(guest_u32(&g, AT_OUT + 8), AT_BUF + 5);
    ck_assert_uint_eq(wasi_environ_get(&g, AT_OUT, AT_BUF), 0);
    ck_assert_str_eq((char *)g.memory + AT_BUF, "A=1");
    /* the last byte that fits, and one further */
    ck_assert_uint_eq(wasi_args_get(&g, AT_OUT, GUEST_SIZE - 9), 0);
    ck_assert_uint_eq(wasi_args_get(&g, AT_OUT, GUEST_SIZE - 8), WASI_FAULT);
    ck_assert_uint_eq(wasi_args_get(&g, GUEST_SIZE - 11, AT_BUF), WASI_FAULT);
    ck_assert_uint_eq(wasi_args_sizes_get(&g, 0xffffffff, 0), WASI_FAULT);
    guest_end(&g);
}
END_TEST

static bool fixed_now(void *user, uint32_t id, uint64_t *ns) {
    *ns = *(uint64_t *)user;
    return id < 2;
}
static void fixed_sleep(void *user, uint64_t ns) {
    *(uint64_t *)user += ns;
}
static bool fixed_random(void *user, void *data, size_t len) {
    memset(data, *(int *)user, len);
    return true;
}

START_TEST(injected_clock_and_random) {
    uint64_t now = 42;
    int fill = 0x5a;
    w2c_wasi_clock clock = {fixed_now, NULL, fixed_sleep, &now};
    w2c_wasi_random random = {fixed_random, &fill};
    guest_begin(&g, &(w2c_wasi_config){.clock = &clock, .random = &random});
    ck_assert_uint_eq(wasi_clock_time_get(&g, 0, 0, AT_OUT), 0);
    ck_assert_uint_eq(guest_u64(&g, AT_OUT), 42);
    ck_assert_uint_eq(wasi_clock_time_get(&g, 2, 0, AT_OUT), WASI_INVAL);
    ck_assert_uint_eq(wasi_clock_time_get(&g, 0, 0, GUEST_SIZE - 7), WASI_FAULT);
    ck_assert_uint_eq(wasi_clock_res_get(&g, 1, AT_OUT), 0);
    ck_assert_uint_eq(wasi_random_get(&g, AT_BUF, 4), 0);
    ck_assert_uint_eq(guest_u32(&g, AT_BUF), 0x5a5a5a5a);
    ck_assert_uint_eq(wasi_random_get(&g, 1, 0xffffffff), WASI_FAULT);
    ck_assert_uint_eq(wasi_random_get(&g, GUEST_SIZE, 0), 0);
    /* an hour passes at once */
    memset(g.memory + AT_BUF, 0, 48);
    guest_put64(&g, AT_BUF, 7);
    guest_put32(&g, AT_BUF + 16, 1);
    guest_put64(&g, AT_BUF + 24, UINT64_C(3600000000000));
    ck_assert_uint_eq(wasi_poll_oneoff(&g, AT_BUF, AT_PATH, 1, AT_OUT), 0);
    ck_assert_uint_eq(guest_u32(&g, AT_OUT), 1);
    ck_assert_uint_eq(guest_u64(&g, AT_PATH), 7);
    ck_assert_uint_eq(now, UINT64_C(3600000000042));
    guest_end(&g);
}
END_TEST

START_TEST(system_clock_and_random) {
    guest_begin(&g, &(w2c_wasi_config){0});
    for (u32 id = 0; id < 4; id++) {
        ck_assert_uint_eq(wasi_clock_time_get(&g, id, 0, AT_OUT), 0);
        ck_assert_uint_eq(wasi_clock_res_get(&g, id, AT_OUT), 0);
        ck_assert_uint_gt(guest_u64(&g, AT_OUT), 0);
    }
    ck_assert_uint_eq(wasi_clock_time_get(&g, 4, 0, AT_OUT), WASI_INVAL);
    memset(g.memory + AT_BUF, 0, 4096);
    ck_assert_uint_eq(wasi_random_get(&g, AT_BUF, 4096), 0);
    int zeros = 0;
    for (int i = 0; i < 4096; i++)
        zeros += g.memory[AT_BUF + i] == 0;
    ck_assert_int_lt(zeros, 100);
    ck_assert_uint_eq(wasi_sched_yield(&g), 0);
    guest_end(&g);
}
END_TEST

START_TEST(exit_and_raise) {
    guest_begin(&g, &(w2c_wasi_config){0});
    wasi_proc_exit(&g, 33);
    ck_assert_int_eq(g.status, W2C_EXIT);
    ck_assert_uint_eq(w2c_wasi_exit_code(g.wasi), 33);
    ck_assert_uint_eq(wasi_proc_raise(&g, 0), 0);
    ck_assert_int_eq(g.status, W2C_OK);
    ck_assert_uint_eq(wasi_proc_raise(&g, 31), WASI_INVAL);
    wasi_proc_raise(&g, 6);
    ck_assert_int_eq(g.status, W2C_EXIT);
    ck_assert_uint_eq(w2c_wasi_exit_code(g.wasi), 134);
    guest_end(&g);
}
END_TEST

/* ---- streams --------------------------------------------------------------------------------- */
typedef struct tape {
    char text[256];
    size_t at, len;
} tape;
static uint16_t tape_read(void *user, void *data, size_t len, size_t *done) {
    tape *t = user;
    *done = len < t->len - t->at ? len : t->len - t->at;
    memcpy(data, t->text + t->at, *done);
    t->at += *done;
    return 0;
}
static uint16_t tape_write(void *user, const void *data, size_t len, size_t *done) {
    tape *t = user;
    if (t->len == sizeof t->text) return WASI_NOSPC;
    *done = len < sizeof t->text - t->len ? len : sizeof t->text - t->len;
    memcpy(t->text + t->len, data, *done);
    t->len += *done;
    return 0;
}

START_TEST(streams) {
    tape in = {"hello", 0, 5}, out = {{0}, 0, 0};
    w2c_wasi_stream reader = {tape_read, NULL, &in}, writer = {NULL, tape_write, &out};
    w2c_wasi_config config = {
        .stdio = {{W2C_WASI_STREAM, 0, &reader}, {W2C_WASI_STREAM, 0, &writer}}};
    guest_begin(&g, &config);
    guest_iov(&g, 0, AT_BUF, 2);
    guest_iov(&g, 1, AT_BUF + 10, 0);
    guest_iov(&g, 2, AT_BUF + 20, 10);
    ck_assert_uint_eq(wasi_fd_read(&g, 0, AT_IOVS, 3, AT_OUT), 0);
    ck_assert_uint_eq(guest_u32(&g, AT_OUT), 5);
    ck_assert_mem_eq(g.memory + AT_BUF + 20, "llo", 3);
    ck_assert_uint_eq(wasi_fd_read(&g, 0, AT_IOVS, 3, AT_OUT), 0);
    ck_assert_uint_eq(guest_u32(&g, AT_OUT), 0);
    ck_assert_uint_eq(guest_write(&g, 1, "out"), 0);
    ck_assert_uint_eq(out.len, 3);
    ck_assert_uint_eq(guest_write(&g, 0, "x"), WASI_BADF);
    ck_assert_uint_eq(wasi_fd_read(&g, 1, AT_IOVS, 3, AT_OUT), WASI_BADF);
    ck_assert_uint_eq(guest_write(&g, 2, "vanishes"), 0);
    ck_assert_uint_eq(guest_u32(&g, AT_OUT), 8);
    ck_assert_uint_eq(wasi_fd_seek(&g, 1, 0, 0, AT_OUT), WASI_SPIPE);
    ck_assert_uint_eq(wasi_fd_pread(&g, 0, AT_IOVS, 1, 0, AT_OUT), WASI_SPIPE);
    ck_assert_uint_eq(wasi_fd_prestat_get(&g, 0, AT_OUT), WASI_BADF);
    ck_assert_uint_eq(wasi_sock_shutdown(&g, 1, 1), WASI_NOTSOCK);
    ck_assert_uint_eq(wasi_sock_shutdown(&g, 77, 1), WASI_BADF);
    /* endless floods end at the stream's own limit */
    u32 e = 0;
    for (int i = 0; i < 1000 && !e; i++)
        e = guest_write(&g, 1, "0123456789");
    ck_assert_uint_eq(e, WASI_NOSPC);
    guest_end(&g);
}
END_TEST

/* ---- buffers --------------------------------------------------------------------------------- */
START_TEST(hostile_buffers) {
    u32 fd;
    begin_dir(false, W2C_WASI_RESOLVE_AUTO, 0);
    ck_assert_uint_eq(guest_open(&g, 3, "f", 0, WASI_O_CREAT, RIGHTS_READ | RIGHTS_WRITE, &fd), 0);
    static const struct {
        u32 ptr, len;
    } bad[] = {{GUEST_SIZE, 1},          {GUEST_SIZE - 1, 2}, {0xffffffff, 1},
               {0xffffffff, 0xffffffff}, {1, 0xffffffff},     {GUEST_SIZE + 1, 0}};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        guest_iov(&g, 0, AT_BUF, 4);
        guest_iov(&g, 1, bad[i].ptr, bad[i].len);
        ck_assert_uint_eq(wasi_fd_write(&g, fd, AT_IOVS, 2, AT_OUT), WASI_FAULT);
        ck_assert_uint_eq(wasi_fd_read(&g, fd, AT_IOVS, 2, AT_OUT), WASI_FAULT);
    }
    ck_assert_uint_eq(wasi_fd_write(&g, fd, AT_IOVS, 0x20000000, AT_OUT), WASI_FAULT);
    ck_assert_uint_eq(wasi_fd_write(&g, fd, AT_IOVS, 0xffffffff, AT_OUT), WASI_FAULT);
    ck_assert_uint_eq(wasi_fd_write(&g, fd, GUEST_SIZE - 7, 1, AT_OUT), WASI_FAULT);
    ck_assert_uint_eq(wasi_fd_write(&g, fd, AT_IOVS, 1, GUEST_SIZE - 3), WASI_FAULT);
    ck_assert(host_has(base, "f", "")); /* nothing was written before the check */
    /* more buffers than one call takes: a short write */
    for (u32 i = 0; i < 2000; i++) {
        guest_put32(&g, AT_BUF + 8 * i, AT_PATH);
        guest_put32(&g, AT_BUF + 8 * i + 4, 1);
    }
    ck_assert_uint_eq(wasi_fd_write(&g, fd, AT_BUF, 2000, AT_OUT), 0);
    ck_assert_uint_gt(guest_u32(&g, AT_OUT), 0);
    ck_assert_uint_le(guest_u32(&g, AT_OUT), 2000);
    /* empty ones do not count */
    for (u32 i = 0; i < 2000; i++)
        guest_put32(&g, AT_BUF + 8 * i + 4, i == 1999 ? 1 : 0);
    ck_assert_uint_eq(wasi_fd_write(&g, fd, AT_BUF, 2000, AT_OUT), 0);
    ck_assert_uint_eq(guest_u32(&g, AT_OUT), 1);
    end_dir();
}
END_TEST

/* Every pointer of every function, past the end of memory: an errno, never a fault of ours. */
START_TEST(hostile_pointers) {
    static const u32 ptrs[] = {GUEST_SIZE - 1, GUEST_SIZE, 0x7fffffff, 0xfffffff8, 0xffffffff};
    u32 fd;
    begin_dir(false, W2C_WASI_RESOLVE_AUTO, 0);
    ck_assert_uint_eq(guest_open(&g, 3, "f", 0, WASI_O_CREAT, RIGHTS_READ | RIGHTS_WRITE, &fd), 0);
    for (size_t i = 0; i < sizeof ptrs / sizeof ptrs[0]; i++) {
        u32 p = ptrs[i];
        ck_assert_uint_eq(wasi_fd_fdstat_get(&g, fd, p), WASI_FAULT);
        ck_assert_uint_eq(wasi_fd_filestat_get(&g, fd, p), WASI_FAULT);
        ck_assert_uint_eq(wasi_fd_prestat_get(&g, 3, p), WASI_FAULT);
        ck_assert_uint_eq(wasi_fd_readdir(&g, 3, p, 100, 0, AT_OUT), WASI_FAULT);
        ck_assert_uint_eq(wasi_fd_readdir(&g, 3, AT_BUF, 100, 0, p), WASI_FAULT);
        ck_assert_uint_eq(wasi_fd_seek(&g, fd, 0, 0, p), WASI_FAULT);
        ck_assert_uint_eq(wasi_fd_tell(&g, fd, p), WASI_FAULT);
        ck_assert_uint_eq(wasi_path_create_directory(&g, 3, p, 5), WASI_FAULT);
        ck_assert_uint_eq(wasi_path_open(&g, 3, 0, AT_PATH, 1, 0, 0, 0, 0, p), WASI_FAULT);
        ck_assert_uint_eq(wasi_path_open(&g, 3, 0, p, 9, 0, 0, 0, 0, AT_OUT), WASI_FAULT);
        ck_assert_uint_eq(wasi_path_filestat_get(&g, 3, 0, AT_PATH, 1, p), WASI_FAULT);
        ck_assert_uint_eq(wasi_path_readlink(&g, 3, AT_PATH, 1, p, 100, AT_OUT), WASI_FAULT);
        ck_assert_uint_eq(wasi_path_rename(&g, 3, AT_PATH, 1, 3, p, 4), WASI_FAULT);
        ck_assert_uint_eq(wasi_path_symlink(&g, p, 4, 3, AT_PATH, 1), WASI_FAULT);
        ck_assert_uint_eq(wasi_poll_oneoff(&g, p, AT_BUF, 1, AT_OUT), WASI_FAULT);
        ck_assert_uint_eq(wasi_poll_oneoff(&g, AT_BUF, p, 1, AT_OUT), WASI_FAULT);
        ck_assert_uint_eq(wasi_poll_oneoff(&g, AT_BUF, AT_BUF, 1, p), WASI_FAULT);
    }
    ck_assert_uint_eq(wasi_poll_oneoff(&g, 0, 0, 0, AT_OUT), WASI_INVAL);
    ck_assert_uint_eq(wasi_poll_oneoff(&g, 0, 0, 0xffffffff, AT_OUT), WASI_INVAL);
    ck_assert_uint_eq(wasi_path_create_directory(&g, 3, AT_PATH, 0), WASI_NOENT);
    ck_assert_uint_eq(wasi_path_create_directory(&g, 3, AT_PATH, 4096), WASI_NAMETOOLONG);
    end_dir();
}
END_TEST

/* ---- files ----------------------------------------------------------------------------------- */
START_TEST(files) {
    u32 fd, other;
    begin_dir(false, _i ? W2C_WASI_RESOLVE_WALK : W2C_WASI_RESOLVE_AUTO, 0);
    ck_assert_uint_eq(guest_open(&g, 3, "f", 0, WASI_O_CREAT, RIGHTS_READ | RIGHTS_WRITE, &fd), 0);
    ck_assert_uint_eq(guest_write(&g, fd, "hello world"), 0);
    ck_assert_uint_eq(wasi_fd_tell(&g, fd, AT_OUT), 0);
    ck_assert_uint_eq(guest_u64(&g, AT_OUT), 11);
    ck_assert_uint_eq(wasi_fd_seek(&g, fd, (u64)-5, WASI_SEEK_END, AT_OUT), 0);
    ck_assert_str_eq(guest_read(&g, fd, 100), "world");
    ck_assert_uint_eq(wasi_fd_seek(&g, fd, (u64)-1, WASI_SEEK_SET, AT_OUT), WASI_INVAL);
    ck_assert_uint_eq(wasi_fd_seek(&g, fd, 0, 3, AT_OUT), WASI_INVAL);
    ck_assert_uint_eq(wasi_fd_pread(&g, fd, AT_IOVS, 1, UINT64_MAX, AT_OUT), WASI_INVAL);
    ck_assert_uint_eq(wasi_fd_filestat_set_size(&g, fd, 5), 0);
    ck_assert_uint_eq(wasi_fd_filestat_set_size(&g, fd, UINT64_MAX), WASI_INVAL);
    ck_assert_uint_eq(
        wasi_fd_filestat_set_times(&g, fd, 1500000000u * UINT64_C(1000000000) + 7, 9, 5), 0);
    ck_assert_uint_eq(wasi_fd_filestat_set_times(&g, fd, 0, 0, 3), WASI_INVAL);
    ck_assert_uint_eq(wasi_fd_filestat_get(&g, fd, AT_STAT), 0);
    ck_assert_uint_eq(g.memory[AT_STAT + 16], WASI_TYPE_REGULAR);
    ck_assert_uint_eq(guest_u64(&g, AT_STAT + 24), 1);
    ck_assert_uint_eq(guest_u64(&g, AT_STAT + 32), 5);
    ck_assert_uint_eq(guest_u64(&g, AT_STAT + 40), 1500000000u * UINT64_C(1000000000) + 7);
    ck_assert_uint_eq(guest_u64(&g, AT_STAT + 48), 9);
    ck_assert_uint_eq(wasi_fd_advise(&g, fd, 0, 0, 6), WASI_INVAL);
    ck_assert_uint_eq(wasi_fd_advise(&g, fd, 0, 0, 2), 0);
    ck_assert_uint_eq(wasi_fd_allocate(&g, fd, INT64_MAX, 2), WASI_FBIG);
    ck_assert_uint_eq(wasi_fd_fdstat_set_rights(&g, fd, 0, 0), WASI_NOTSUP);
    ck_assert_uint_eq(wasi_fd_fdstat_set_flags(&g, fd, 32), WASI_INVAL);
    ck_assert_uint_eq(wasi_fd_fdstat_set_flags(&g, fd, WASI_FD_APPEND), 0);
    ck_assert_uint_eq(wasi_fd_fdstat_get(&g, fd, AT_STAT), 0);
    ck_assert_uint_eq(g.memory[AT_STAT + 2], WASI_FD_APPEND);
    /* renumbering closes the target */
    ck_assert_uint_eq(guest_open(&g, 3, "g", 0, WASI_O_CREAT, RIGHTS_WRITE, &other), 0);
    ck_assert_uint_eq(wasi_fd_renumber(&g, fd, 99), WASI_BADF);
    ck_assert_uint_eq(wasi_fd_renumber(&g, fd, other), 0);
    ck_assert_uint_eq(guest_write(&g, fd, "x"), WASI_BADF);
    ck_assert_uint_eq(guest_write(&g, other, "!"), 0);
    ck_assert(host_has(base, "f", "hello!"));
    ck_assert_uint_eq(wasi_fd_sync(&g, other), 0);
    ck_assert_uint_eq(wasi_fd_close(&g, other), 0);
    ck_assert_uint_eq(wasi_fd_close(&g, other), WASI_BADF);
    end_dir();
}
END_TEST

START_TEST(descriptor_limit) {
    u32 fd, e = 0, opened = 0;
    begin_dir(false, W2C_WASI_RESOLVE_AUTO, 20);
    while (opened < 100 && !(e = guest_open(&g, 3, ".", 0, 0, RIGHTS_READ, &fd)))
        opened++;
    ck_assert_uint_eq(e, WASI_MFILE);
    ck_assert_uint_eq(opened, 16);
    ck_assert_uint_eq(wasi_fd_close(&g, 7), 0);
    ck_assert_uint_eq(guest_open(&g, 3, ".", 0, 0, RIGHTS_READ, &fd), 0);
    ck_assert_uint_eq(fd, 7); /* the lowest free one */
    end_dir();
}
END_TEST

START_TEST(read_only_directories) {
    u32 fd, len;
    begin_dir(true, W2C_WASI_RESOLVE_AUTO, 0);
    host_write(base, "f", "text");
    ck_assert_uint_eq(guest_open(&g, 3, "f", 0, 0, RIGHTS_READ | RIGHTS_WRITE, &fd), WASI_ROFS);
    ck_assert_uint_eq(guest_open(&g, 3, "n", 0, WASI_O_CREAT, RIGHTS_READ, &fd), WASI_ROFS);
    ck_assert_uint_eq(guest_open(&g, 3, "f", 0, WASI_O_TRUNC, RIGHTS_READ, &fd), WASI_ROFS);
    ck_assert_uint_eq(guest_open(&g, 3, "f", 0, 0, RIGHTS_READ, &fd), 0);
    ck_assert_str_eq(guest_read(&g, fd, 10), "text");
    ck_assert_uint_eq(wasi_fd_filestat_set_times(&g, fd, 0, 0, 5), WASI_ROFS);
    ck_assert_uint_eq(wasi_fd_filestat_set_size(&g, fd, 0), WASI_ROFS);
    ck_assert_uint_eq(wasi_fd_allocate(&g, fd, 0, 9), WASI_ROFS);
    len = guest_text(&g, AT_PATH, "f");
    guest_text(&g, AT_PATH2, "n");
    ck_assert_uint_eq(wasi_path_unlink_file(&g, 3, AT_PATH, len), WASI_ROFS);
    ck_assert_uint_eq(wasi_path_remove_directory(&g, 3, AT_PATH, len), WASI_ROFS);
    ck_assert_uint_eq(wasi_path_create_directory(&g, 3, AT_PATH2, 1), WASI_ROFS);
    ck_assert_uint_eq(wasi_path_rename(&g, 3, AT_PATH, len, 3, AT_PATH2, 1), WASI_ROFS);
    ck_assert_uint_eq(wasi_path_link(&g, 3, 0, AT_PATH, len, 3, AT_PATH2, 1), WASI_ROFS);
    ck_assert_uint_eq(wasi_path_symlink(&g, AT_PATH, len, 3, AT_PATH2, 1), WASI_ROFS);
    ck_assert_uint_eq(wasi_path_filestat_set_times(&g, 3, 0, AT_PATH, len, 0, 0, 5), WASI_ROFS);
    ck_assert(host_has(base, "f", "text"));
    /* a directory opened beneath is read-only too */
    ck_assert_uint_eq(guest_open(&g, 3, ".", 0, WASI_O_DIRECTORY, RIGHTS_READ, &fd), 0);
    guest_text(&g, AT_PATH2, "n");
    ck_assert_uint_eq(wasi_path_create_directory(&g, fd, AT_PATH2, 1), WASI_ROFS);
    end_dir();
}
END_TEST

/* ---- directories ----------------------------------------------------------------------------- */
/* Counts entries with a buffer of `size`, resuming by cookies as wasi-libc does. */
static u32 count_entries(u32 size, bool *dots) {
    u64 cookie = 0;
    u32 count = 0;
    *dots = false;
    for (;;) {
        u32 at = 0;
        ck_assert_uint_eq(wasi_fd_readdir(&g, 3, AT_BUF, size, cookie, AT_OUT), 0);
        u32 used = guest_u32(&g, AT_OUT);
        while (at + 24 <= used) {
            u32 len = guest_u32(&g, AT_BUF + at + 16);
            if (at + 24 + len > used) break;
            cookie = guest_u64(&g, AT_BUF + at);
            if (g.memory[AT_BUF + at + 24] == '.') *dots = true;
            count++;
            at += 24 + len;
        }
        if (used < size) return count;
        ck_assert_uint_gt(at, 0);
    }
}

START_TEST(entries) {
    static const u32 sizes[] = {64, 65, 100, 1000, 30000};
    bool dots;
    begin_dir(false, W2C_WASI_RESOLVE_AUTO, 0);
    for (int i = 0; i < 200; i++) {
        char name[16];
        snprintf(name, sizeof name, "file%d", i);
        host_write(base, name, "");
    }
    host_write(base, "\xff\xfe", ""); /* no UTF-8: not shown */
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        ck_assert_uint_eq(count_entries(sizes[i], &dots), 202);
        ck_assert(dots);
    }
    host_write(base, "later", ""); /* from the beginning: seen */
    ck_assert_uint_eq(count_entries(512, &dots), 203);
    ck_assert_uint_eq(wasi_fd_readdir(&g, 3, AT_BUF, 0, 0, AT_OUT), 0);
    ck_assert_uint_eq(guest_u32(&g, AT_OUT), 0);
    for (u64 cookie = 1; cookie; cookie <<= 1) { /* made-up cookies do no harm */
        u32 e = wasi_fd_readdir(&g, 3, AT_BUF, 4096, cookie, AT_OUT);
        ck_assert(e == 0 || e == WASI_INVAL || e == WASI_NOENT);
    }
    ck_assert_uint_eq(wasi_fd_readdir(&g, 0, AT_BUF, 4096, 0, AT_OUT), WASI_NOTDIR);
    end_dir();
}
END_TEST

/* ---- wasi_unstable --------------------------------------------------------------------------- */
START_TEST(unstable_layouts) {
    u32 fd;
    begin_dir(false, W2C_WASI_RESOLVE_AUTO, 0);
    host_write(base, "f", "12345");
    g.module = "wasi_unstable";
    ck_assert_uint_eq(guest_open(&g, 3, "f", 0, 0, RIGHTS_READ, &fd), 0);
    ck_assert_uint_eq(wasi_fd_seek(&g, fd, 2, 2, AT_OUT), 0); /* SET */
    ck_assert_uint_eq(guest_u64(&g, AT_OUT), 2);
    ck_assert_uint_eq(wasi_fd_seek(&g, fd, 0, 1, AT_OUT), 0); /* END */
    ck_assert_uint_eq(guest_u64(&g, AT_OUT), 5);
    memset(g.memory + AT_STAT, 0xee, 64);
    ck_assert_uint_eq(wasi_fd_filestat_get(&g, fd, AT_STAT), 0);
    ck_assert_uint_eq(g.memory[AT_STAT + 16], WASI_TYPE_REGULAR);
    ck_assert_uint_eq(guest_u32(&g, AT_STAT + 20), 1);
    ck_assert_uint_eq(guest_u64(&g, AT_STAT + 24), 5);
    ck_assert_uint_eq(g.memory[AT_STAT + 56], 0xee);
    ck_assert_uint_eq(wasi_fd_filestat_get(&g, fd, GUEST_SIZE - 56), 0);
    ck_assert_uint_eq(wasi_fd_filestat_get(&g, fd, GUEST_SIZE - 55), WASI_FAULT);
    end_dir();
}
END_TEST

/* A clock's subscription has a second userdata word in front; events are the same. */
START_TEST(unstable_poll) {
    u32 fd;
    begin_dir(false, W2C_WASI_RESOLVE_AUTO, 0);
    host_write(base, "f", "12345");
    ck_assert_uint_eq(guest_open(&g, 3, "f", 0, 0, RIGHTS_READ, &fd), 0);
    g.module = "wasi_unstable";
    memset(g.memory + AT_BUF, 0, 56 * 2);
    guest_put64(&g, AT_BUF, 70);
    guest_put64(&g, AT_BUF + 16, 0x5555555555555555u); /* to be passed over */
    guest_put32(&g, AT_BUF + 24, WASI_CLOCK_MONOTONIC);
    guest_put64(&g, AT_BUF + 32, 1000); /* ns */
    guest_put64(&g, AT_BUF + 56, 71);
    g.memory[AT_BUF + 56 + 8] = WASI_EVENT_READ;
    guest_put32(&g, AT_BUF + 56 + 16, fd);
    u32 at = AT_BUF + 1000;
    ck_assert_uint_eq(wasi_poll_oneoff(&g, AT_BUF, at, 1, AT_OUT), 0);
    ck_assert_uint_eq(guest_u32(&g, AT_OUT), 1);
    ck_assert_uint_eq(guest_u64(&g, at), 70);
    ck_assert_uint_eq(wasi_poll_oneoff(&g, AT_BUF + 56, at, 1, AT_OUT), 0);
    ck_assert_uint_eq(guest_u64(&g, at), 71);
    ck_assert_uint_eq(guest_u32(&g, at + 8), WASI_EVENT_READ << 16); /* error 0 in front */
    ck_assert_uint_eq(guest_u64(&g, at + 16), 5);
    ck_assert_uint_eq(wasi_poll_oneoff(&g, GUEST_SIZE - 56 - 55, at, 2, AT_OUT), WASI_FAULT);
    end_dir();
}
END_TEST

/* ---- what is bounded, what can be ended ------------------------------------------------------ */
START_TEST(output_limit) {
    w2c_wasi_config config = {.max_output = 10};
    guest_begin(&g, &config);
    ck_assert_uint_eq(guest_write(&g, 1, "1234567"), 0);
    ck_assert_uint_eq(guest_write(&g, 2, "12345"), 0);
    ck_assert_uint_eq(guest_u32(&g, AT_OUT), 3);
    ck_assert_uint_eq(guest_write(&g, 1, "x"), WASI_NOSPC);
    ck_assert_uint_eq(guest_write(&g, 2, "x"), WASI_NOSPC);
    ck_assert_uint_eq(guest_write(&g, 1, ""), 0);
    guest_end(&g);
}
END_TEST

typedef struct blocked {
    guest g;
    int kind;
    int fds[2];
    u32 result;
} blocked;

static void *block(void *user) {
    blocked *b = user;
    guest *k = &b->g;
    guest_iov(k, 0, AT_BUF, 4096);
    switch (b->kind) {
    case 0: /* a pipe that stays empty */
        b->result = wasi_fd_read(k, 0, AT_IOVS, 1, AT_OUT);
        break;
    case 1: /* a clock that is far away */
        memset(k->memory + AT_BUF, 0, 48);
        guest_put32(k, AT_BUF + 16, WASI_CLOCK_MONOTONIC);
        guest_put64(k, AT_BUF + 24, (u64)1000000000 * 3600);
        b->result = wasi_poll_oneoff(k, AT_BUF, AT_BUF + 100, 1, AT_OUT);
        break;
    case 2: /* poll of the pipe, without any clock */
        memset(k->memory + AT_BUF, 0, 48);
        k->memory[AT_BUF + 8] = WASI_EVENT_READ;
        b->result = wasi_poll_oneoff(k, AT_BUF, AT_BUF + 100, 1, AT_OUT);
        break;
    case 3: /* a pipe that nobody reads: some writes succeed */
        do
            b->result = wasi_fd_write(k, 1, AT_IOVS, 1, AT_OUT);
        while (k->status == W2C_OK);
        break;
    case 4: /* a socket on which nobody connects */
        b->result = wasi_sock_accept(k, 3, 0, AT_OUT);
        break;
    case 5: /* one that says nothing */
        b->result = wasi_sock_recv(k, 3, AT_IOVS, 1, 0, AT_OUT, AT_OUT + 4);
        break;
    default: /* one that takes nothing */
        do
            b->result = wasi_sock_send(k, 3, AT_IOVS, 1, 0, AT_OUT);
        while (k->status == W2C_OK);
        break;
    }
    return NULL;
}

START_TEST(interrupted_waits) {
    blocked b = {.kind = _i};
    pthread_t thread;
    struct sockaddr_in any = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    if (_i < 4) {
        ck_assert_int_eq(pipe(b.fds), 0);
    } else if (_i == 4) {
        b.fds[0] = socket(AF_INET, SOCK_STREAM, 0);
        b.fds[1] = dup(b.fds[0]);
        ck_assert_int_eq(bind(b.fds[0], (struct sockaddr *)&any, sizeof any), 0);
        ck_assert_int_eq(listen(b.fds[0], 1), 0);
    } else {
        ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, b.fds), 0);
    }
    w2c_wasi_config config = {.sockets = b.fds, .socket_count = _i >= 4, .interruptible = true};
    config.stdio[0] = (w2c_wasi_stdio){.kind = W2C_WASI_FD, .fd = b.fds[0]};
    config.stdio[1] = (w2c_wasi_stdio){.kind = W2C_WASI_FD, .fd = b.fds[1]};
    guest_begin(&b.g, &config);
    ck_assert_int_eq(pthread_create(&thread, NULL, block, &b), 0);
    usleep(_i % 2 ? 0 : 20000); /* before it waits, or while */
    w2c_wasi_interrupt(b.g.wasi, true);
    pthread_join(thread, NULL);
    ck_assert_int_eq(b.g.status, W2C_TRAP_INTERRUPTED);
    u32 e = wasi_clock_time_get(&b.g, 0, 0, AT_OUT);
    ck_assert_int_eq(b.g.status, W2C_TRAP_INTERRUPTED);
    w2c_wasi_interrupt(b.g.wasi, false);
    e = wasi_clock_time_get(&b.g, 0, 0, AT_OUT);
    ck_assert_uint_eq(e, 0);
    ck_assert_int_eq(b.g.status, W2C_OK);
    guest_end(&b.g);
    close(b.fds[0]);
    close(b.fds[1]);
}
END_TEST

/* ---- polling, sockets ------------------------------------------------------------------------ */
static void put_poll(u32 i, u64 userdata, u8 type, u32 fd) {
    u32 at = AT_BUF + 48 * i;
    memset(g.memory + at, 0, 48);
    guest_put64(&g, at, userdata);
    g.memory[at + 8] = type;
    guest_put32(&g, at + 16, fd);
}

START_TEST(poll_descriptors) {
    int pipes[2];
    ck_assert_int_eq(pipe(pipes), 0);
    guest_begin(&g, &(w2c_wasi_config){
                        .stdio = {{W2C_WASI_FD, pipes[0], NULL}, {W2C_WASI_FD, pipes[1], NULL}}});
    put_poll(0, 10, WASI_EVENT_READ, 0);
    put_poll(1, 11, WASI_EVENT_WRITE, 1);
    put_poll(2, 12, WASI_EVENT_READ, 55);
    ck_assert_uint_eq(wasi_poll_oneoff(&g, AT_BUF, AT_PATH, 3, AT_OUT), 0);
    ck_assert_uint_eq(guest_u32(&g, AT_OUT), 2);
    ck_assert_uint_eq(guest_u64(&g, AT_PATH), 11);
    ck_assert_uint_eq(guest_u64(&g, AT_PATH + 32), 12);
    ck_assert_uint_eq(g.memory[AT_PATH + 32 + 8], WASI_BADF);
    ck_assert_int_eq(write(pipes[1], "abc", 3), 3);
    put_poll(0, 10, WASI_EVENT_READ, 0);
    ck_assert_uint_eq(wasi_poll_oneoff(&g, AT_BUF, AT_PATH, 1, AT_OUT), 0);
    ck_assert_uint_eq(guest_u64(&g, AT_PATH + 16), 3);
    /* a nonblocking guest does not make the embedder's pipe nonblocking */
    ck_assert_uint_eq(wasi_fd_fdstat_set_flags(&g, 0, WASI_FD_NONBLOCK), 0);
    ck_assert_str_eq(guest_read(&g, 0, 10), "abc");
    guest_iov(&g, 0, AT_BUF, 10);
    ck_assert_uint_eq(wasi_fd_read(&g, 0, AT_IOVS, 1, AT_OUT), WASI_AGAIN);
    ck_assert_int_eq(fcntl(pipes[0], F_GETFL) & O_NONBLOCK, 0);
    guest_end(&g);
    close(pipes[0]);
    close(pipes[1]);
}
END_TEST

START_TEST(sockets) {
    int pair[2];
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    guest_begin(&g, &(w2c_wasi_config){.sockets = pair, .socket_count = 2});
    guest_iov(&g, 0, AT_BUF, guest_text(&g, AT_BUF, "ping"));
    ck_assert_uint_eq(wasi_sock_send(&g, 3, AT_IOVS, 1, 1, AT_OUT), WASI_INVAL);
    ck_assert_uint_eq(wasi_sock_send(&g, 3, AT_IOVS, 1, 0, AT_OUT), 0);
    ck_assert_uint_eq(guest_u32(&g, AT_OUT), 4);
    guest_iov(&g, 0, AT_BUF + 100, 50);
    ck_assert_uint_eq(wasi_sock_recv(&g, 4, AT_IOVS, 1, WASI_RECV_PEEK, AT_OUT, AT_OUT + 4), 0);
    ck_assert_uint_eq(wasi_sock_recv(&g, 4, AT_IOVS, 1, 0, AT_OUT, AT_OUT + 4), 0);
    ck_assert_mem_eq(g.memory + AT_BUF + 100, "ping", 4);
    ck_assert_uint_eq(wasi_fd_fdstat_get(&g, 3, AT_STAT), 0);
    ck_assert_uint_eq(g.memory[AT_STAT], WASI_TYPE_SOCKET_STREAM);
    ck_assert_uint_eq(wasi_sock_shutdown(&g, 4, 4), WASI_INVAL);
    ck_assert_uint_eq(wasi_fd_close(&g, 4), 0);
    close(pair[1]);
    ck_assert_uint_eq(guest_write(&g, 3, "no signal"), WASI_PIPE);
    ck_assert_uint_eq(wasi_sock_accept(&g, 3, 0, AT_OUT), WASI_INVAL);
    ck_assert_uint_eq(wasi_sock_accept(&g, 0, 0, AT_OUT), WASI_NOTSOCK);
    guest_end(&g);
    close(pair[0]);
}
END_TEST

/* ---- anything at all ------------------------------------------------------------------------- */
static u32 random_state;

/* Descriptors, flags, small sizes, the places of tests, and the ends of things. */
static u32 any(void) {
    static const u32 ends[] = {AT_PATH,        AT_PATH2,   AT_BUF,     AT_IOVS,
                               GUEST_SIZE - 8, GUEST_SIZE, AT_OUT,     GUEST_SIZE - 1,
                               0x7fffffff,     0x80000000, 0xfffffff8, 0xffffffff};
    random_state = random_state * 1664525u + 1013904223u;
    u32 r = random_state >> 8;
    switch (r % 4) {
    case 0:
        return r / 4 % 8;
    case 1:
        return r / 4 % 64;
    case 2:
        return AT_PATH;
    default:
        return ends[r / 4 % (sizeof ends / sizeof ends[0])];
    }
}

#define COUNT(...) COUNT_(__VA_ARGS__, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0)
#define COUNT_(a, b, c, d, e, f, g, h, i, n, ...) n
#define ANY_1 any()
#define ANY_2 ANY_1, any()
#define ANY_3 ANY_2, any()
#define ANY_4 ANY_3, any()
#define ANY_5 ANY_4, any()
#define ANY_6 ANY_5, any()
#define ANY_7 ANY_6, any()
#define ANY_9 ANY_7, any(), any()
#define ANY(n) ANY_(n)
#define ANY_(n) ANY_##n

static void call_any(u32 which) {
    static const char *const paths[] = {"f", "d", "d/x", "l", "..", "d/..", ".", "f/", "d/d"};
    guest_text(&g, AT_PATH, paths[any() % 9]);
    guest_iov(&g, 0, any(), any());
    u32 row = 0;
#define WASI(name, letters, params, args)                                                          \
    if (row++ == which) wasi_##name(&g, ANY(COUNT args));
#define WASI_NONE(name, letters)                                                                   \
    if (row++ == which) wasi_##name(&g);
#define WASI_EXIT(name, letters, params, args) WASI(name, letters, params, args)
#include "wasi/wasi.def"
#undef WASI
#undef WASI_NONE
#undef WASI_EXIT
}

START_TEST(random_calls) {
    uint64_t now = 42;
    int fill = 0;
    char beside[80];
    struct stat st;
    w2c_wasi_clock clock = {fixed_now, NULL, fixed_sleep, &now};
    w2c_wasi_random random = {fixed_random, &fill};
    struct rlimit old, small;
    getrlimit(RLIMIT_FSIZE, &old);
    small = (struct rlimit){1 << 25, old.rlim_max};
    void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &small);
    host_make(base);
    snprintf(beside, sizeof beside, "%s/root", base);
    host_mkdir(base, "root");
    w2c_wasi_dir dir = {.host = beside, .guest = "/"};
    guest_begin(
        &g, &(w2c_wasi_config){.dirs = &dir,
                               .dir_count = 1,
                               .clock = &clock,
                               .random = &random,
                               .resolve_by = _i % 2 ? W2C_WASI_RESOLVE_WALK : W2C_WASI_RESOLVE_AUTO,
                               .max_open = 30});
    random_state = (u32)_i;
    for (int i = 0; i < 20000; i++)
        call_any((random_state >> 5) % 46);
    guest_end(&g);
    ck_assert_int_eq(stat(base, &st), 0);
    ck_assert_uint_eq(st.st_nlink, 3); /* `root` is all there is */
    setrlimit(RLIMIT_FSIZE, &old);
    signal(SIGXFSZ, handler);
    host_remove(base);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("wasi");
    TCase *t = tcase_create("functions");
    tcase_set_timeout(t, 60);
    const TTest *const tests[] = {binding_rows,
                                  config_errors,
                                  strings,
                                  injected_clock_and_random,
                                  system_clock_and_random,
                                  exit_and_raise,
                                  streams,
                                  hostile_buffers,
                                  hostile_pointers,
                                  descriptor_limit,
                                  read_only_directories,
                                  entries,
                                  unstable_layouts,
                                  unstable_poll,
                                  output_limit,
                                  poll_descriptors,
                                  sockets};
    for (size_t i = 0; i < sizeof tests / sizeof tests[0]; i++)
        tcase_add_test(t, tests[i]);
    tcase_add_loop_test(t, files, 0, 2);
    tcase_add_loop_test(t, interrupted_waits, 0, 7);
    tcase_add_loop_test(t, random_calls, 0, 6);
    suite_add_tcase(suite, t);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
