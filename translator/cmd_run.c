/* cmd_run.c: w2c run: a WASI module, interpreted. The run options are those of programs made by
 * `w2c build`, and are read by the same code. */
#include "cmd.h"
#include "interp/interp.h"
#include "tier.h"
#include "wasi/wasi_timer.h"
#include <stdlib.h>
#include <string.h>
#include <w2c_wasi.h>

enum { EXIT_TRAP = 134 };

static void print_stats(Interp *interp) {
    InterpStats s;
    w2c_interp_stats(interp, &s);
    fprintf(stderr,
            "functions             %12llu\n"
            "called                %12llu\n"
            "bytes, not called     %12llu\n"
            "bytes, called         %12llu  beside their code\n"
            "bytes of code         %12llu\n"
            "bytes, referred to    %12llu\n"
            "bytes shared          %12llu\n",
            (unsigned long long)s.functions, (unsigned long long)s.called,
            (unsigned long long)s.records, (unsigned long long)s.called_records,
            (unsigned long long)s.code, (unsigned long long)s.reference_records,
            (unsigned long long)s.shared);
    if (s.functions)
        fprintf(stderr, "bytes a 1000 functions %11llu  records alone\n",
                (unsigned long long)((s.records + s.called_records) * 1000 / s.functions));
}

/* ---- the run --------------------------------------------------------------------------------- */
/* The module's path comes in front of the guest's arguments, as a program's name does. */
static int run_module(const Options *options, Interp *interp) {
    char **baked = run_options(options);
    int code = 3;
    w2c_wasi_program program = {.module = w2c_interp_module(interp),
                                .baked_options = (const char *const *)baked,
                                .argc = options->argument_count,
                                .argv = options->arguments};
    if (baked) code = w2c_wasi_run(&program);
    run_options_free(baked);
    const Diag *d = w2c_interp_error(interp);
    if (d->class == CLASS_UNSUPPORTED || d->class == CLASS_LIMIT) return 2;
    if (code == EXIT_TRAP &&
        (d->class == CLASS_INVALID || d->class == CLASS_MALFORMED || d->class == CLASS_FEATURE))
        return 1;
    return code;
}

static const char *module_name(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash && slash[1] ? slash + 1 : path;
}

/* ---- --tier ---------------------------------------------------------------------------------- */
static bool tier_ask(Session *s, const Options *options, InterpOptions *how, Tier **out) {
    if (!(*out = tier_new(options, s->input.bytes))) return diag_nomem(&s->ctx);
    how->callable = true;
    how->hot_calls = 1000;
    if (options->value[OPT_tier_calls].set)
        how->hot_calls = (uint32_t)options->value[OPT_tier_calls].number;
    how->hot = tier_hot;
    how->hot_user = *out;
    return true;
}

static void tier_end(Tier *tier, const Options *options) {
    tier_stop(tier);
    TierStats stats = tier_stats(tier);
    if (!options->value[OPT_verbose].set) return;
    fprintf(stderr, "w2c run --tier: %u of %u groups compiled, %u functions%s%s\n", stats.compiled,
            stats.groups, stats.functions, stats.problem[0] ? "; " : "", stats.problem);
}

int cmd_run(const Options *options) {
    if (!options->argument_count) return options_complain(options, "no module given");
    bool limited = options->value[OPT_fuel].set || options->value[OPT_timeout].set;
    if (options->value[OPT_tier].set && limited)
        return options_complain(options, "--tier: compiled functions do not stop for --fuel or "
                                         "--timeout");
    if (options->value[OPT_native].set) return run_native(options);
    const char *timeout = options->value[OPT_timeout].text;
    if (timeout && !wasi_timer_seconds(timeout, &(double){0}))
        return options_complain(options, "--timeout=%s is not a number of seconds", timeout);
    Session s;
    Interp *interp = NULL;
    InterpOptions how = {.canonical_nans = options->value[OPT_canonical_nans].set};
    how.metered = timeout != NULL || options->value[OPT_fuel].set;
    Tier *tier = NULL;
    const char *path = options->arguments[0], *stats = options->value[OPT_stats].text;
    bool eager = options->value[OPT_validate].set && options->value[OPT_validate].number == 1;
    int code;
    if (!session_open(&s, options, path) ||
        (options->value[OPT_tier].set && !tier_ask(&s, options, &how, &tier)) ||
        (eager && !validate_all(&s.ctx, &s.module, option_threads(options), &(uint64_t){0})) ||
        w2c_interp_load(&s.ctx, &s.module, module_name(path), &how, &interp) != W2C_OK) {
        code = session_fail(&s);
    } else {
        if (tier) tier_start(tier, interp);
        code = run_module(options, interp);
        if (tier) tier_end(tier, options);
        if (stats && (strstr(stats, "memory") || strstr(stats, "calls"))) print_stats(interp);
    }
    w2c_interp_delete(interp);
    tier_delete(tier);
    session_close(&s);
    return code;
}
