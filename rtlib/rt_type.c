/* rt_type.c: function types at run time. Equal text is what makes types equal: every module brings
 * its own descriptors, and the linker merges most of them. */
#include "rt_internal.h"

w2c_name w2c_name_of(const char *text) {
    w2c_name name = {text, text ? strlen(text) : 0};
    return name;
}

const char *w2c_type_letters(const w2c_type *type) {
    return type ? type->letters : NULL;
}

const char *w2c_type_text(const w2c_type *type) {
    return type ? type->text : "";
}

const w2c_type *w2c_func_type(const w2c_func *func) {
    return func ? func->type : NULL;
}

bool w2c_type_equal(const w2c_type *a, const w2c_type *b) {
    return a == b || (a && b && !strcmp(a->text, b->text));
}

bool w2c_type_matches(const w2c_type *a, const w2c_type *b) {
    if (w2c_type_equal(a, b)) return true;
    return a->depth > b->depth && w2c_type_equal(a->supers[b->depth], b);
}

void w2c_check_type(const w2c_func *func, const w2c_type *type) {
    if (!w2c_type_matches(func->type, type)) w2c_trap(W2C_TRAP_CALL_TYPE);
}
