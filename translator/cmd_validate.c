/* cmd_validate.c: w2c validate: is it a valid module? Several modules give the worst exit code. */
#include "cmd.h"
#include <jansson.h>

static void print_json(const Session *s, const char *path) {
    const Diag *d = &s->ctx.diag;
    json_t *object = json_object();
    json_object_set_new(object, "file", json_string(path));
    json_object_set_new(object, "valid", json_boolean(d->class == CLASS_NONE));
    if (d->class != CLASS_NONE) {
        json_object_set_new(object, "class", json_string(error_class_name(d->class)));
        if (d->offset != NO_OFFSET)
            json_object_set_new(object, "offset", json_integer((json_int_t)d->offset));
        if (d->func != NO_FUNC) json_object_set_new(object, "func", json_integer(d->func));
        Slice name = s->open && d->func < s->module.func_count
                         ? module_func_name(&s->module, d->func)
                         : (Slice){NULL, 0};
        if (name.len)
            json_object_set_new(object, "name", json_stringn((const char *)name.ptr, name.len));
        json_t *text = json_string(d->text);
        json_object_set_new(object, "message", text ? text : json_string("(not UTF-8)"));
    }
    json_dumpf(object, stdout, JSON_COMPACT | JSON_PRESERVE_ORDER);
    putchar('\n');
    json_decref(object);
}

static int validate_one(const Options *options, const char *path) {
    Session s;
    bool ok = session_open(&s, options, path) &&
              validate_all(&s.ctx, &s.module, option_threads(options), &(uint64_t){0}) &&
              (!options->value[OPT_custom].set || module_check_customs(&s.ctx, &s.module));
    bool json = options->value[OPT_json].set;
    int code = ok ? 0 : diag_exit_code(&s.ctx);
    if (json && code != 3)
        print_json(&s, path);
    else if (!ok)
        session_fail(&s);
    session_close(&s);
    return code;
}

int cmd_validate(const Options *options) {
    if (!options->argument_count) return options_complain(options, "no module given");
    int worst = 0;
    for (int i = 0; i < options->argument_count; i++) {
        int code = validate_one(options, options->arguments[i]);
        if (code > worst) worst = code;
    }
    return worst;
}
