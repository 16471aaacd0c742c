/* minimise.c: a case that differs, made smaller: parts of its tape are left out or made zero, and what
 * still differs and is smaller takes its place. Candidates are compiled together. */
#include "differ.h"
#include <stdlib.h>

enum { CANDIDATES = 32, PATIENCE = 2 };

/* Deletes, or clears, a part of the tape. */
static uint32_t candidate(const Case *c, uint32_t *out, uint32_t at, uint32_t len, bool clear) {
    uint32_t n = c->tape_count;
    if (at >= n) return 0;
    if (len > n - at) len = n - at;
    memcpy(out, c->tape, n * sizeof *out);
    if (clear) {
        memset(out + at, 0, len * sizeof *out);
        return n;
    }
    memmove(out + at, out + at + len, (n - at - len) * sizeof *out);
    return n - len;
}

static bool smaller(const Case *a, const Case *b) {
    return a->bytes != b->bytes ? a->bytes < b->bytes : a->tape_count < b->tape_count;
}

/* One batch of candidates; true when c was replaced. */
static bool improve(Differ *d, const Way *way, Case *c, uint32_t size, uint64_t *random) {
    Case cases[CANDIDATES] = {0};
    uint32_t count = 0, *tape = malloc((c->tape_count + 1) * sizeof *tape), best = CANDIDATES;
    if (!tape) suite_die("out of memory");
    for (uint32_t i = 0; i < CANDIDATES; i++) {
        *random = *random * 6364136223846793005u + 1442695040888963407u;
        uint32_t at = (uint32_t)(*random >> 33) % (c->tape_count + 1),
                 len = 1 + (uint32_t)(*random >> 20) % size;
        uint32_t n = candidate(c, tape, at, len, i % 2);
        if (!n) continue;
        cases[count].seed = c->seed;
        cases[count].file = suite_format(&d->suite, "%s/min%u.wasm", d->suite.dir, count);
        case_from_tape(d, &cases[count++], tape, n);
    }
    free(tape);
    cases_run(d, way, cases, count);
    for (uint32_t i = 0; i < count; i++)
        if (cases[i].differs && smaller(&cases[i], best == CANDIDATES ? c : &cases[best])) best = i;
    if (best != CANDIDATES) {
        const char *file = suite_format(&d->suite, "%s/best.wasm", d->suite.dir);
        if (rename(cases[best].file, file)) suite_die("%s: cannot be written", file);
        *c = cases[best];
        c->file = file;
        cases[best].tape = NULL;
    }
    for (uint32_t i = 0; i < count; i++)
        free(cases[i].tape);
    return best != CANDIDATES;
}

void case_minimise(Differ *d, const Way *way, Case *c) {
    uint64_t random = c->seed;
    for (uint32_t size = c->tape_count / 2 + 1; size; size /= 2)
        for (unsigned tries = 0; tries < PATIENCE;)
            tries = improve(d, way, c, size, &random) ? 0 : tries + 1;
}
