/* emit_prefix.c: the prefix of a module's external symbols, which is also the name of its type: a wish
 * (--name, or a file's name) made into an identifier that neither C, C++, the C library nor the generated
 * code means otherwise. */
#include "emit.h"

/* Sorted. Keywords of C and C++, macros and types of the headers that generated code includes, and what
 * its functions call their own. */
static const char *const reserved[] = {
    "EOF",         "FILE",
    "NULL",        "alignas",
    "alignof",     "and",
    "and_eq",      "asm",
    "auto",        "bitand",
    "bitor",       "bool",
    "break",       "case",
    "catch",       "char",
    "class",       "co_await",
    "co_return",   "co_yield",
    "compl",       "concept",
    "const",       "const_cast",
    "consteval",   "constexpr",
    "constinit",   "continue",
    "decltype",    "default",
    "delete",      "do",
    "double",      "dynamic_cast",
    "else",        "enum",
    "errno",       "explicit",
    "export",      "extern",
    "f",           "f32",
    "f64",         "false",
    "float",       "for",
    "friend",      "goto",
    "i",           "i386",
    "if",          "inline",
    "instance",    "int",
    "linux",       "long",
    "m",           "main",
    "mutable",     "namespace",
    "new",         "noexcept",
    "not",         "not_eq",
    "nullptr",     "offsetof",
    "operator",    "or",
    "or_eq",       "private",
    "protected",   "public",
    "register",    "reinterpret_cast",
    "requires",    "restrict",
    "return",      "s16",
    "s32",         "s64",
    "s8",          "short",
    "signed",      "sizeof",
    "static",      "static_assert",
    "static_cast", "struct",
    "switch",      "template",
    "this",        "thread_local",
    "throw",       "true",
    "try",         "typedef",
    "typeid",      "typename",
    "typeof",      "u16",
    "u32",         "u64",
    "u8",          "union",
    "unix",        "unsigned",
    "using",       "virtual",
    "void",        "volatile",
    "wchar_t",     "while",
    "xor",         "xor_eq",
};

static bool starts(const char *text, const char *with) {
    return strncmp(text, with, strlen(with)) == 0;
}

static bool is_reserved(const char *name) {
    size_t low = 0, high = sizeof reserved / sizeof *reserved, len = strlen(name);
    while (low < high) {
        size_t mid = (low + high) / 2;
        int order = strcmp(name, reserved[mid]);
        if (order == 0) return true;
        if (order < 0)
            high = mid;
        else
            low = mid + 1;
    }
    /* ours: the static symbols of functions and imports, the runtime's, parameters */
    if (starts(name, "f_") || starts(name, "i_") || starts(name, "w2c") || starts(name, "W2C"))
        return true;
    if (name[0] == 'p' && name[1] && strspn(name + 1, "0123456789") == len - 1) return true;
    /* the C library's and the compiler's */
    if (starts(name, "mem") || starts(name, "str") || starts(name, "__") || strstr(name, "jmp"))
        return true;
    if (name[0] == '_' && (name[1] < 'a' || name[1] > 'z')) return true;
    return len > 2 && strcmp(name + len - 2, "_t") == 0;
}

char *translate_prefix(Arena *arena, Slice name) {
    Buffer b;
    buffer_init(&b, arena->alloc);
    mangle_name(&b, name);
    const char *text = buffer_cstr(&b);
    bool digit = text && text[0] >= '0' && text[0] <= '9';
    char *out = NULL;
    if (text && (digit || is_reserved(text))) {
        out = arena_alloc(arena, b.len + 3);
        if (out) {
            memcpy(out, "m_", 2);
            memcpy(out + 2, text, b.len);
        }
    } else if (text) {
        out = arena_strdup(arena, text, b.len);
    }
    buffer_free(&b);
    return out;
}
