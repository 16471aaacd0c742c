/* profile.h: w2c build --profile-generate and --profile-use: the C compiler's own profile-guided optimisation, as
 * flags for it. clang's raw profiles are merged by its llvm-profdata; gcc reads what its programs write.
 * Errors are IO or NOMEM in the context. Thread: one at a time. */
#ifndef W2C_PROFILE_H
#define W2C_PROFILE_H
#include "base/arena.h"
#include "processes.h"

enum { PROFILE_FLAGS_MOST = 4 };

typedef struct Profile {
    Context *ctx;
    Arena *arena;
    const char *const *compiler;           /* the command without any source, NULL-terminated */
    const JobOptions *jobs;                /* folder: where C files and objects are, absolute */
    bool threads;                          /* the program counts from several threads at once */
    const char *flags[PROFILE_FLAGS_MOST]; /* the result: for compiling and for linking */
    size_t flag_count;
} Profile;

/* The program will write into the folder dir, which is made. */
bool profile_generate(Profile *p, const char *dir);
/* path: a folder that such programs wrote into, or a file that clang reads. */
bool profile_use(Profile *p, const char *path);
#endif
