/* differ.h: w2c-differ's own declarations: cases, ways to compile them, and what comes of it.
 *
 * A case is a module that both the interpreter and compiled code run in the same way: every export is
 * called some times with the same arguments. After each call status, results, host calls, memories, tables
 * and globals must be the same (play.c). Many cases are compiled at once (spec/build_unit.c) and run in
 * child processes (spec/jobs.c), so that a crash is a finding like another. */
#ifndef W2C_FUZZ_DIFFER_H
#define W2C_FUZZ_DIFFER_H
#include "../spec/spectest.h"
#include "gen.h"

typedef struct Way { /* to compile */
    const char *cc, *opt;
    MemoryMode memory;
    bool jumps; /* exceptions jump */
    bool plain; /* no optimisation of w2c's */
    bool stops; /* --interruptible=stop */
} Way;

typedef struct Case {
    uint64_t seed;
    uint32_t *tape; /* malloc'ed; NULL: not kept */
    uint32_t tape_count;
    const char *file; /* the module's, in the suite's arena */
    size_t bytes;
    bool done, differs;
    const char *what; /* how they differ */
} Case;

typedef struct Differ {
    Suite suite; /* its arena, folder, jobs; modules are those of the cases at hand */
    GenOptions gen;
    Way ways[8];
    uint32_t way_count;
    uint64_t first, count;
    uint32_t round;   /* cases at a time */
    const char *save; /* folder for modules that differ */
    bool minimise, dry, debug;
    uint32_t *seen; /* by op */
} Differ;

/* ---- differ.c ---- */
/* Generates a case from its seed, or from a tape, and writes its module. */
void case_from_seed(Differ *d, Case *c, uint64_t seed);
void case_from_tape(Differ *d, Case *c, const uint32_t *tape, uint32_t count);
/* Compiles all cases in that way and plays them: done, differs and what are set. */
void cases_run(Differ *d, const Way *way, Case *cases, uint32_t count);
/* ---- minimise.c ---- */
/* A smaller case that still differs; *c itself when none is found. */
void case_minimise(Differ *d, const Way *way, Case *c);
/* ---- play.c ---- */
/* Runs a module on both sides. False: they differ, and what says how. compiled: its description. */
bool play_case(const Differ *d, const char *file, const w2c_module *compiled, Buffer *what);
#endif
