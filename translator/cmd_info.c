/* cmd_info.c: w2c info MOD.wasm */
#include "info.h"

static bool print_info(Session *s, const Options *options, const char *path, Arena *arena) {
    Info info;
    if (!info_gather(&s->ctx, &s->module, arena, &info)) return false;
    bool memory = options->value[OPT_info_memory].set,
         imports = options->value[OPT_list_imports].set;
    if (options->value[OPT_json].set)
        return info_print_json(&info, path, memory, imports) || diag_nomem(&s->ctx);
    Buffer text;
    buffer_init(&text, s->ctx.alloc);
    if (imports)
        info_print_imports(&info, &text);
    else
        info_print_text(&info, path, memory, &text);
    bool ok = !text.failed || diag_nomem(&s->ctx);
    if (ok) fwrite(text.data, 1, text.len, stdout);
    buffer_free(&text);
    return ok;
}

int cmd_info(const Options *options) {
    const char *path = session_argument(options);
    if (!path) return 3;
    Session s;
    Arena arena;
    arena_init(&arena, alloc_default());
    bool ok = session_open(&s, options, path) && print_info(&s, options, path, &arena);
    int code = ok ? 0 : session_fail(&s);
    arena_free(&arena);
    session_close(&s);
    return code;
}
