/* test_wasi_memory.c: directories in memory. The main test does the same random calls in one of them
 * and in a directory of the host, and compares every answer; the rest is limits, sharing, the
 * embedder's side. */
#include "wasi_harness.h"

static char base[64];
static guest g;
static w2c_wasi_tree *tree;

static void begin(const w2c_wasi_tree_limits *limits, bool read_only) {
    ck_assert_int_eq(w2c_wasi_tree_new(&tree, limits), W2C_OK);
    w2c_wasi_dir dir = {.tree = tree, .guest = "/", .read_only = read_only};
    guest_begin(&g, &(w2c_wasi_config){.dirs = &dir, .dir_count = 1});
}
static void end(void) {
    guest_end(&g);
    w2c_wasi_tree_delete(tree);
}

/* ---- the same calls on both ------------------------------------------------------------------ */
enum { HOST = 3, MEMORY = 4, FILES = 8, STEPS = 3000 };

static u64 random_state;
static u32 pick(u32 below) {
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return (u32)(random_state >> 33) % below;
}

static const char *pick_path(void) {
    static const char *const parts[] = {"a", "b", "c", "d", "a", "b", ".", ".."};
    static char path[64];
    u32 count = 1 + pick(3);
    path[0] = 0;
    for (u32 i = 0; i < count; i++) {
        if (i) strcat(path, pick(10) ? "/" : "//");
        strcat(path, parts[pick(8)]);
    }
    if (!pick(8)) strcat(path, "/");
    return path;
}

static u32 open_files[2][FILES]; /* by side; 0: closed */

static u32 path_arg(u32 at, const char *path) {
    return guest_text(&g, at, path);
}

/* What a stat says that both sides must agree on. */
static u32 stat_sum(void) {
    u32 type = g.memory[AT_STAT + 16];
    if (type == WASI_TYPE_DIRECTORY) return type;
    u64 changed = guest_u64(&g, AT_STAT + 48); /* small when it was set and nothing changed since */
    return type + 8 * (u32)guest_u64(&g, AT_STAT + 24) + 1024 * (u32)guest_u64(&g, AT_STAT + 32) +
           (changed < 1000000 ? (u32)changed : 0);
}

/* Names and types in no order. */
static u32 entries_sum(u32 dir) {
    u64 cookie = 0;
    u32 sum = 0, used;
    do {
        u32 e = wasi_fd_readdir(&g, dir, AT_BUF, 100, cookie, AT_OUT), at = 0;
        if (e) return e;
        used = guest_u32(&g, AT_OUT);
        while (at + 24 <= used) {
            u32 len = guest_u32(&g, AT_BUF + at + 16);
            if (at + 24 + len > used) break;
            u32 one = g.memory[AT_BUF + at + 20];
            for (u32 i = 0; i < len; i++)
                one = one * 31 + g.memory[AT_BUF + at + 24 + i];
            cookie = guest_u64(&g, AT_BUF + at);
            sum += one;
            at += 24 + len;
        }
    } while (used == 100);
    return sum;
}

typedef struct step {
    u32 what, flags, file, number;
    char path[64], path2[64];
} step;

static u32 step_open(const step *s, u32 root, u32 *files) {
    u32 fd = files[s->file];
    u32 len = path_arg(AT_PATH, s->path);
    if (fd) {
        wasi_fd_close(&g, fd);
        files[s->file] = 0;
    }
    static const u32 oflags[] = {0, 0, 1, 1, 1 | 4, 1 | 8, 8, 2};
    u32 kind = s->flags % 8, rights = s->flags >> 3 & 3;
    u32 e = wasi_path_open(&g, root, s->flags >> 5 & 1, AT_PATH, len, oflags[kind],
                           rights == 0   ? RIGHTS_READ
                           : rights == 1 ? RIGHTS_WRITE
                                         : RIGHTS_READ | RIGHTS_WRITE,
                           0, s->flags >> 6 & (s->flags >> 7) & 1, AT_OUT);
    if (!e) files[s->file] = guest_u32(&g, AT_OUT);
    return e;
}

static u32 step_file(const step *s, u32 fd) {
    u32 e = 0;
    guest_iov(&g, 0, AT_BUF, s->number % 50);
    guest_iov(&g, 1, AT_BUF + 100, s->number % 7);
    memset(g.memory + AT_BUF, (int)s->number, 200);
    switch (s->what) {
    case 20:
        e = wasi_fd_write(&g, fd, AT_IOVS, 2, AT_OUT);
        return e ? e : 1000 + guest_u32(&g, AT_OUT);
    case 21:
        e = wasi_fd_read(&g, fd, AT_IOVS, 2, AT_OUT);
        return e ? e : 1000 + guest_u32(&g, AT_OUT) + g.memory[AT_BUF] * 100u;
    case 22:
        e = wasi_fd_pwrite(&g, fd, AT_IOVS, 2, s->flags, AT_OUT);
        return e ? e : 1000 + guest_u32(&g, AT_OUT);
    case 23:
        e = wasi_fd_pread(&g, fd, AT_IOVS, 2, s->flags, AT_OUT);
        return e ? e : 1000 + guest_u32(&g, AT_OUT) + g.memory[AT_BUF] * 100u;
    case 24:
        e = wasi_fd_seek(&g, fd, (u64)((s64)s->flags - 100), s->number % 3, AT_OUT);
        return e ? e : 1000 + guest_u32(&g, AT_OUT);
    case 25:
        return wasi_fd_filestat_set_size(&g, fd, s->flags);
    case 26:
        return wasi_fd_allocate(&g, fd, s->flags, s->number % 100);
    case 27:
        e = wasi_fd_filestat_get(&g, fd, AT_STAT);
        return e ? e : 1000 + stat_sum();
    case 28:
        e = wasi_fd_tell(&g, fd, AT_OUT);
        return e ? e : 1000 + guest_u32(&g, AT_OUT);
    case 29:
        e = wasi_fd_fdstat_get(&g, fd, AT_STAT);
        return e ? e : 1000 + g.memory[AT_STAT] + (guest_u32(&g, AT_STAT + 8) & 0x26) * 16;
    default:
        return wasi_fd_filestat_set_times(&g, fd, 5000, 7000, 5);
    }
}

static u32 step_path(const step *s, u32 root) {
    u32 len = path_arg(AT_PATH, s->path), len2 = path_arg(AT_PATH2, s->path2), e;
    switch (s->what) {
    case 1:
    case 2:
        return wasi_path_create_directory(&g, root, AT_PATH, len);
    case 3:
        return wasi_path_remove_directory(&g, root, AT_PATH, len);
    case 4:
        return wasi_path_unlink_file(&g, root, AT_PATH, len);
    case 5:
    case 6:
        return wasi_path_rename(&g, root, AT_PATH, len, root, AT_PATH2, len2);
    case 7:
        return wasi_path_link(&g, root, s->flags & 1, AT_PATH, len, root, AT_PATH2, len2);
    case 8:
        return wasi_path_symlink(&g, AT_PATH, len, root, AT_PATH2, len2);
    case 9:
        e = wasi_path_readlink(&g, root, AT_PATH, len, AT_BUF, 40, AT_OUT);
        return e ? e : 1000 + guest_u32(&g, AT_OUT) + g.memory[AT_BUF] * 64u;
    case 10:
    case 11:
        e = wasi_path_filestat_get(&g, root, s->flags & 1, AT_PATH, len, AT_STAT);
        return e ? e : 1000 + stat_sum();
    case 12:
        return wasi_path_filestat_set_times(&g, root, s->flags & 1, AT_PATH, len, 3000, 9000, 5);
    default:
        return entries_sum(root);
    }
}

static u32 step_do(const step *s, u32 side) {
    u32 root = side ? MEMORY : HOST, *files = open_files[side];
    if (s->flags & 0x800 && files[0]) root = files[0]; /* beneath what is open, often a file */
    if (s->what < 14) return step_path(s, root);
    if (s->what < 20) return step_open(s, root, files);
    return files[s->file] ? step_file(s, files[s->file]) : 9999;
}

START_TEST(like_the_host) {
    random_state = (u64)_i * 77 + 5;
    memset(open_files, 0, sizeof open_files);
    host_make(base);
    ck_assert_int_eq(w2c_wasi_tree_new(&tree, NULL), W2C_OK);
    w2c_wasi_dir dirs[] = {{.host = base, .guest = "h"}, {.tree = tree, .guest = "m"}};
    guest_begin(&g, &(w2c_wasi_config){.dirs = dirs, .dir_count = 2});
    for (int i = 0; i < STEPS; i++) {
        step s = {pick(31), pick(4096), pick(FILES), pick(1000), "", ""};
        strcpy(s.path, pick_path());
        strcpy(s.path2, pick_path());
        if (s.what >= 20) s.flags %= 300;
        u32 host = step_do(&s, 0), memory = step_do(&s, 1);
        if (host != memory)
            ck_abort_msg("step %d: call %u flags %u \"%s\" \"%s\" number %u: host %u, memory %u", i,
                         s.what, s.flags, s.path, s.path2, s.number, host, memory);
    }
    guest_end(&g);
    w2c_wasi_tree_delete(tree);
    host_remove(base);
}
END_TEST

/* ---- limits ---------------------------------------------------------------------------------- */
START_TEST(byte_limit) {
    w2c_wasi_tree_limits limits = {.max_bytes = 1001};
    uint64_t bytes;
    uint32_t files, fd;
    begin(&limits, false);
    ck_assert_uint_eq(guest_open(&g, 3, "f", 0, WASI_O_CREAT, RIGHTS_READ | RIGHTS_WRITE, &fd), 0);
    guest_iov(&g, 0, AT_BUF, 600);
    ck_assert_uint_eq(wasi_fd_write(&g, fd, AT_IOVS, 1, AT_OUT), 0);
    ck_assert_uint_eq(guest_u32(&g, AT_OUT), 600);
    ck_assert_uint_eq(wasi_fd_write(&g, fd, AT_IOVS, 1, AT_OUT), 0);
    ck_assert_uint_eq(guest_u32(&g, AT_OUT), 400); /* what fits */
    ck_assert_uint_eq(wasi_fd_write(&g, fd, AT_IOVS, 1, AT_OUT), WASI_NOSPC);
    ck_assert_uint_eq(wasi_fd_filestat_set_size(&g, fd, 1001), WASI_NOSPC);
    ck_assert_uint_eq(wasi_fd_filestat_set_size(&g, fd, INT64_MAX), WASI_NOSPC);
    ck_assert_uint_eq(wasi_fd_allocate(&g, fd, 0, (u64)1 << 40), WASI_NOSPC);
    ck_assert_uint_eq(wasi_fd_pwrite(&g, fd, AT_IOVS, 1, INT64_MAX, AT_OUT), WASI_NOSPC);
    u32 len = path_arg(AT_PATH, "d"), len2 = path_arg(AT_PATH2, "text");
    ck_assert_uint_eq(wasi_path_create_directory(&g, 3, AT_PATH, len), WASI_NOSPC);
    ck_assert_uint_eq(wasi_path_symlink(&g, AT_PATH2, len2, 3, AT_PATH, len), WASI_NOSPC);
    w2c_wasi_tree_usage(tree, &bytes, &files);
    ck_assert_uint_eq(bytes, 1001);
    ck_assert_uint_eq(files, 1);
    ck_assert_int_eq(w2c_wasi_tree_file(tree, "g", "x", 1), W2C_LIMIT);
    /* removed but open: it counts until it is closed */
    len = path_arg(AT_PATH, "f");
    ck_assert_uint_eq(wasi_path_unlink_file(&g, 3, AT_PATH, len), 0);
    w2c_wasi_tree_usage(tree, &bytes, &files);
    ck_assert_uint_eq(bytes, 1000);
    ck_assert_uint_eq(wasi_fd_close(&g, fd), 0);
    w2c_wasi_tree_usage(tree, &bytes, &files);
    ck_assert_uint_eq(bytes, 0);
    ck_assert_uint_eq(files, 0);
    end();
}
END_TEST

START_TEST(file_limit) {
    w2c_wasi_tree_limits limits = {.max_files = 10};
    uint32_t fd, made = 0, e = 0;
    begin(&limits, false);
    for (; made < 50 && !e; made += !e) {
        char name[8];
        snprintf(name, sizeof name, "f%u", made);
        e = guest_open(&g, 3, name, 0, WASI_O_CREAT, RIGHTS_WRITE, &fd);
        if (!e) wasi_fd_close(&g, fd);
    }
    ck_assert_uint_eq(e, WASI_NOSPC);
    ck_assert_uint_eq(made, 10);
    end();
}
END_TEST

/* Directories within each other, as deep as paths allow, and one that is left while open. */
START_TEST(deep) {
    u32 fd = 3, next;
    begin(NULL, false);
    for (int i = 0; i < 900; i++) {
        path_arg(AT_PATH, "d");
        ck_assert_uint_eq(wasi_path_create_directory(&g, fd, AT_PATH, 1), 0);
        ck_assert_uint_eq(guest_open(&g, fd, "d", 0, WASI_O_DIRECTORY, RIGHTS_READ, &next), 0);
        if (fd != 3) ck_assert_uint_eq(wasi_fd_close(&g, fd), 0);
        fd = next;
    }
    u32 len = path_arg(AT_PATH, "..");
    ck_assert_uint_eq(wasi_path_filestat_get(&g, fd, 0, AT_PATH, len, AT_STAT), WASI_PERM);
    path_arg(AT_PATH, "d");
    path_arg(AT_PATH2, "e");
    ck_assert_uint_eq(wasi_path_create_directory(&g, 3, AT_PATH2, 1), 0);
    ck_assert_uint_eq(wasi_path_rename(&g, 3, AT_PATH, 1, 3, AT_PATH2, 1), 0);
    ck_assert_uint_eq(guest_open(&g, fd, "f", 0, WASI_O_CREAT, RIGHTS_WRITE, &next), 0);
    end();
}
END_TEST

/* ---- the embedder's side --------------------------------------------------------------------- */
START_TEST(embedder) {
    const void *data;
    size_t len;
    u32 fd;
    begin(NULL, false);
    ck_assert_int_eq(w2c_wasi_tree_file(tree, "in/deep/text", "hello", 5), W2C_OK);
    ck_assert_int_eq(w2c_wasi_tree_dir(tree, "out"), W2C_OK);
    ck_assert_int_eq(w2c_wasi_tree_link(tree, "in/link", "deep/text"), W2C_OK);
    static const char *const bad[] = {"",       "/a", "a//b",           "a/",
                                      "a/../b", ".",  "in/deep/text/x", "\xff"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        ck_assert_int_eq(w2c_wasi_tree_file(tree, bad[i], "x", 1), W2C_INVALID);
    ck_assert_int_eq(w2c_wasi_tree_file(tree, "in", "x", 1), W2C_INVALID);
    ck_assert_uint_eq(guest_open(&g, 3, "in/link", 1, 0, RIGHTS_READ, &fd), 0);
    ck_assert_str_eq(guest_read(&g, fd, 100), "hello");
    ck_assert_int_eq(w2c_wasi_tree_file(tree, "in/deep/text", "replaced!", 9), W2C_OK);
    ck_assert_str_eq(guest_read(&g, fd, 100), "ced!"); /* the same file, where it stood */
    ck_assert_uint_eq(guest_open(&g, 3, "out/r", 0, WASI_O_CREAT, RIGHTS_WRITE, &fd), 0);
    ck_assert_uint_eq(guest_write(&g, fd, "result"), 0);
    ck_assert(w2c_wasi_tree_read(tree, "out/r", &data, &len));
    ck_assert_uint_eq(len, 6);
    ck_assert_mem_eq(data, "result", 6);
    ck_assert(!w2c_wasi_tree_read(tree, "out", &data, &len));
    ck_assert(!w2c_wasi_tree_read(tree, "../out/r", &data, &len));
    w2c_wasi_tree_delete(tree); /* the object holds it */
    ck_assert_uint_eq(guest_write(&g, fd, "more"), 0);
    guest_end(&g);
}
END_TEST

START_TEST(read_only_tree) {
    u32 fd;
    begin(NULL, true);
    ck_assert_int_eq(w2c_wasi_tree_file(tree, "f", "text", 4), W2C_OK);
    ck_assert_uint_eq(guest_open(&g, 3, "f", 0, 0, RIGHTS_WRITE, &fd), WASI_ROFS);
    ck_assert_uint_eq(guest_open(&g, 3, "f", 0, WASI_O_TRUNC, RIGHTS_READ, &fd), WASI_ROFS);
    ck_assert_uint_eq(guest_open(&g, 3, "n", 0, WASI_O_CREAT, RIGHTS_READ, &fd), WASI_ROFS);
    ck_assert_uint_eq(guest_open(&g, 3, "f", 0, 0, RIGHTS_READ, &fd), 0);
    ck_assert_uint_eq(wasi_fd_filestat_set_times(&g, fd, 0, 0, 5), WASI_ROFS);
    ck_assert_uint_eq(guest_write(&g, fd, "x"), WASI_BADF);
    ck_assert_str_eq(guest_read(&g, fd, 10), "text");
    end();
}
END_TEST

/* Two objects, one tree; moving from it to the host's files is another device. */
START_TEST(shared_and_apart) {
    guest other;
    u32 fd;
    host_make(base);
    ck_assert_int_eq(w2c_wasi_tree_new(&tree, NULL), W2C_OK);
    w2c_wasi_dir dirs[] = {{.tree = tree, .guest = "m"}, {.host = base, .guest = "h"}};
    guest_begin(&g, &(w2c_wasi_config){.dirs = dirs, .dir_count = 2});
    guest_begin(&other, &(w2c_wasi_config){.dirs = dirs, .dir_count = 1});
    ck_assert_uint_eq(guest_open(&g, 3, "f", 0, WASI_O_CREAT, RIGHTS_WRITE, &fd), 0);
    ck_assert_uint_eq(guest_write(&g, fd, "seen"), 0);
    ck_assert_uint_eq(guest_open(&other, 3, "f", 0, 0, RIGHTS_READ, &fd), 0);
    ck_assert_str_eq(guest_read(&other, fd, 10), "seen");
    path_arg(AT_PATH, "f");
    path_arg(AT_PATH2, "f");
    ck_assert_uint_eq(wasi_path_rename(&g, 3, AT_PATH, 1, 4, AT_PATH2, 1), WASI_XDEV);
    ck_assert_uint_eq(wasi_path_link(&g, 4, 0, AT_PATH, 1, 3, AT_PATH2, 1), WASI_XDEV);
    /* poll: always ready, with what is left to read */
    u32 at = AT_BUF;
    memset(other.memory + at, 0, 48);
    other.memory[at + 8] = WASI_EVENT_READ;
    guest_put32(&other, at + 16, fd);
    ck_assert_uint_eq(wasi_fd_seek(&other, fd, 1, WASI_SEEK_SET, AT_OUT), 0);
    ck_assert_uint_eq(wasi_poll_oneoff(&other, at, at + 100, 1, AT_OUT), 0);
    ck_assert_uint_eq(guest_u32(&other, AT_OUT), 1);
    ck_assert_uint_eq(guest_u64(&other, at + 116), 3);
    guest_end(&g);
    guest_end(&other);
    w2c_wasi_tree_delete(tree);
    host_remove(base);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("wasi memory");
    TCase *t = tcase_create("directories in memory");
    tcase_set_timeout(t, 60);
    const TTest *const tests[] = {byte_limit, file_limit,     deep,
                                  embedder,   read_only_tree, shared_and_apart};
    for (size_t i = 0; i < sizeof tests / sizeof tests[0]; i++)
        tcase_add_test(t, tests[i]);
    tcase_add_loop_test(t, like_the_host, 0, 20);
    suite_add_tcase(suite, t);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
