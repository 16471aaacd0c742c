/* wasi_abi.h: the numbers of wasi_snapshot_preview1: errno, types, flags, rights.
 * Owns: nothing but constants. Layouts in guest memory are written where they are stored.
 * Spec: WebAssembly/WASI, legacy/preview1/docs.md */
#ifndef WASI_ABI_H
#define WASI_ABI_H

typedef enum wasi_errno {
    WASI_SUCCESS = 0,
#define WASI_ERRNO(name, number, host) WASI_##name = number,
#include "wasi_errno.def"
#undef WASI_ERRNO
    WASI_NOTCAPABLE = 76
} wasi_errno;

typedef enum wasi_filetype {
    WASI_TYPE_UNKNOWN,
    WASI_TYPE_BLOCK,
    WASI_TYPE_CHARACTER,
    WASI_TYPE_DIRECTORY,
    WASI_TYPE_REGULAR,
    WASI_TYPE_SOCKET_DGRAM,
    WASI_TYPE_SOCKET_STREAM,
    WASI_TYPE_SYMLINK
} wasi_filetype;

enum { WASI_CLOCK_REALTIME, WASI_CLOCK_MONOTONIC, WASI_CLOCK_PROCESS, WASI_CLOCK_THREAD };

enum { WASI_LOOKUP_FOLLOW = 1 };
enum { WASI_O_CREAT = 1, WASI_O_DIRECTORY = 2, WASI_O_EXCL = 4, WASI_O_TRUNC = 8 };
enum {
    WASI_FD_APPEND = 1,
    WASI_FD_DSYNC = 2,
    WASI_FD_NONBLOCK = 4,
    WASI_FD_RSYNC = 8,
    WASI_FD_SYNC = 16,
    WASI_FD_ALL = 31
};
enum {
    WASI_SET_ATIM = 1,
    WASI_SET_ATIM_NOW = 2,
    WASI_SET_MTIM = 4,
    WASI_SET_MTIM_NOW = 8,
    WASI_SET_ALL = 15
};
enum { WASI_SEEK_SET, WASI_SEEK_CUR, WASI_SEEK_END }; /* wasi_unstable: CUR, END, SET */
enum { WASI_ADVICE_LAST = 5 }; /* normal, sequential, random, willneed, dontneed, noreuse */

enum { WASI_EVENT_CLOCK, WASI_EVENT_READ, WASI_EVENT_WRITE };
enum { WASI_SUB_ABSTIME = 1 };
enum { WASI_EVENT_HANGUP = 1 };

enum { WASI_RECV_PEEK = 1, WASI_RECV_WAITALL = 2 };
enum { WASI_RECV_TRUNCATED = 1 };
enum { WASI_SHUT_READ = 1, WASI_SHUT_WRITE = 2 };

#define WASI_RIGHT(bit) (UINT64_C(1) << (bit))
#define WASI_RIGHT_FD_READ WASI_RIGHT(1)
#define WASI_RIGHT_FD_SEEK WASI_RIGHT(2)
#define WASI_RIGHT_FD_TELL WASI_RIGHT(5)
#define WASI_RIGHT_FD_WRITE WASI_RIGHT(6)
#define WASI_RIGHT_FD_ADVISE WASI_RIGHT(7)
#define WASI_RIGHT_FD_ALLOCATE WASI_RIGHT(8)
#define WASI_RIGHT_FD_SET_SIZE WASI_RIGHT(22)
/* What is reported of a descriptor; nothing is enforced by rights. */
#define WASI_RIGHTS_ALL (WASI_RIGHT(30) - 1)
#define WASI_RIGHTS_SOCKET (WASI_RIGHT(28) | WASI_RIGHT(29))
#define WASI_RIGHTS_PATH                                                                           \
    (WASI_RIGHT(9) | WASI_RIGHT(10) | WASI_RIGHT(11) | WASI_RIGHT(12) | WASI_RIGHT(13) |           \
     WASI_RIGHT(14) | WASI_RIGHT(15) | WASI_RIGHT(16) | WASI_RIGHT(17) | WASI_RIGHT(18) |          \
     WASI_RIGHT(19) | WASI_RIGHT(20) | WASI_RIGHT(24) | WASI_RIGHT(25) | WASI_RIGHT(26))
#define WASI_RIGHTS_FILE (WASI_RIGHTS_ALL & ~WASI_RIGHTS_PATH & ~WASI_RIGHTS_SOCKET)
#define WASI_RIGHTS_DIR                                                                            \
    ((WASI_RIGHTS_PATH & ~WASI_RIGHT(19)) | WASI_RIGHT(0) | WASI_RIGHT(3) | WASI_RIGHT(4) |        \
     WASI_RIGHT(21) | WASI_RIGHT(23))
#endif
