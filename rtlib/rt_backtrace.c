/* rt_backtrace.c: which guest functions were active when a trap happened.
 *
 * Nothing is done before a trap: then the C stack is unwound, and addresses in guest code are kept.
 * Names come later, when somebody asks: from the symbols of the file that the code was loaded from,
 * which are the module's names, mangled. Functions that the C compiler inlined are not seen.
 * Interpreted modules bring their own walk (w2c_tracer), which finds every function.
 * Needs glibc for unwinding and ELF for names; elsewhere a backtrace is empty. */
#define _GNU_SOURCE
#include "rt_internal.h"
#include <stdio.h>
#include <stdlib.h>
#if defined(__linux__) && defined(__GLIBC__) && defined(__LP64__)
#include <elf.h>
#include <execinfo.h>
#include <fcntl.h>
#include <link.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#define CAN_UNWIND 1
#endif

enum { ENTRIES_MAX = 64, RAW_MAX = 160, NAME_MAX_BYTES = 400 };

struct w2c_trace {
    u32 count;
    uintptr_t fault; /* this pc is that of an instruction; others are return addresses */
    w2c_trace_entry entries[ENTRIES_MAX];
};

bool w2c_trace_make(w2c_context *context) {
    if (!context->trace) context->trace = (struct w2c_trace *)calloc(1, sizeof *context->trace);
    return context->trace != NULL;
}

void w2c_trace_clear(w2c_context *context) {
    if (context->trace) context->trace->count = 0;
}

bool w2c_trace_has(const w2c_context *context) {
    return context->trace && context->trace->count;
}

/* ---- at the trap ----------------------------------------------------------------------------- */
bool w2c_context_has(const w2c_context *context, const w2c_instance *instance) {
    for (const w2c_instance *i = context->instances; i; i = i->next_in_context)
        if (i == instance) return true;
    return false;
}

static bool is_guest(const w2c_context *context, uintptr_t pc) {
    for (const w2c_instance *i = context->instances; i; i = i->next_in_context) {
        const w2c_module *m = i->module;
        if (!m || m->tracer) continue;
        if (!m->text_begin) return true; /* not known: its symbol's name will tell */
        if (pc - (uintptr_t)m->text_begin < (uintptr_t)(m->text_end - m->text_begin)) return true;
    }
    return false;
}

static u32 unwind(w2c_trace_entry *out, u32 cap) {
    u32 count = 0;
#ifdef CAN_UNWIND
    void *raw[RAW_MAX];
    int n = backtrace(raw, RAW_MAX);
    for (int i = 0; i < n && count < cap; i++)
        out[count++] = (w2c_trace_entry){.pc = (uintptr_t)raw[i]};
#else
    (void)out, (void)cap;
#endif
    return count;
}

void w2c_trace_take(const w2c_frame *frame, uintptr_t fault) {
    w2c_context *context = w2c_context_root(frame->context);
    struct w2c_trace *t = context->trace;
    w2c_trace_entry raw[RAW_MAX];
    const w2c_tracer *tracer = NULL;
    for (const w2c_instance *i = context->instances; i && !tracer; i = i->next_in_context)
        if (i->module) tracer = i->module->tracer;
    u32 n = tracer ? tracer->capture(context, raw, RAW_MAX) : unwind(raw, RAW_MAX);
    t->count = 0;
    t->fault = fault;
    for (u32 i = 0; i < n && t->count < ENTRIES_MAX; i++)
        if (raw[i].module || is_guest(context, raw[i].pc)) t->entries[t->count++] = raw[i];
}

/* ---- names ----------------------------------------------------------------------------------- */
typedef struct w2c_symbol_names {
    char (*at)[NAME_MAX_BYTES]; /* by entry: the symbol, "" when there is none */
    const struct w2c_trace *trace;
} w2c_symbol_names;

#ifdef CAN_UNWIND
typedef struct w2c_object { /* a file that is mapped, read as ELF */
    const u8 *bytes;
    size_t size;
} w2c_object;

static const void *object_at(const w2c_object *o, u64 offset, u64 bytes) {
    return offset <= o->size && bytes <= o->size - offset ? o->bytes + offset : NULL;
}

static const ElfW(Shdr) * object_section(const w2c_object *o, const ElfW(Ehdr) * head, u32 i) {
    return (const ElfW(Shdr) *)object_at(o, head->e_shoff + (u64)i * sizeof(ElfW(Shdr)),
                                         sizeof(ElfW(Shdr)));
}

/* pc as the file has it: a call's return address may be where the next function begins. */
static void match(w2c_symbol_names *names, uintptr_t base, const ElfW(Sym) * s, const char *text,
                  size_t room) {
    for (u32 i = 0; i < names->trace->count; i++) {
        const w2c_trace_entry *e = &names->trace->entries[i];
        uintptr_t pc = e->pc - (e->pc != names->trace->fault) - base;
        if (e->module || pc - s->st_value >= s->st_size) continue;
        size_t len = strnlen(text, room);
        if (len >= NAME_MAX_BYTES) len = NAME_MAX_BYTES - 1;
        memcpy(names->at[i], text, len);
        names->at[i][len] = 0;
    }
}

static void read_symbols(w2c_symbol_names *names, const w2c_object *o, uintptr_t base) {
    const ElfW(Ehdr) *head = (const ElfW(Ehdr) *)object_at(o, 0, sizeof *head);
    if (!head || memcmp(head->e_ident, ELFMAG, SELFMAG) != 0) return;
    for (u32 i = 0; i < head->e_shnum; i++) {
        const ElfW(Shdr) *table = object_section(o, head, i), *strings;
        if (!table || table->sh_type != SHT_SYMTAB || table->sh_entsize != sizeof(ElfW(Sym)))
            continue;
        strings = object_section(o, head, table->sh_link);
        const u8 *symbols = (const u8 *)object_at(o, table->sh_offset, table->sh_size);
        const char *text =
            strings ? (const char *)object_at(o, strings->sh_offset, strings->sh_size) : NULL;
        for (u64 at = 0; text && symbols && at + sizeof(ElfW(Sym)) <= table->sh_size;
             at += sizeof(ElfW(Sym))) {
            ElfW(Sym) s;
            memcpy(&s, symbols + at, sizeof s);
            if ((s.st_info & 15) == STT_FUNC && s.st_name < strings->sh_size)
                match(names, base, &s, text + s.st_name, strings->sh_size - s.st_name);
        }
    }
}

static bool object_holds(const struct dl_phdr_info *info, uintptr_t pc) {
    for (u32 i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *p = &info->dlpi_phdr[i];
        if (p->p_type == PT_LOAD && pc - info->dlpi_addr - p->p_vaddr < p->p_memsz) return true;
    }
    return false;
}

static int visit_object(struct dl_phdr_info *info, size_t size, void *user) {
    w2c_symbol_names *names = (w2c_symbol_names *)user;
    bool wanted = false;
    struct stat st;
    (void)size;
    for (u32 i = 0; i < names->trace->count && !wanted; i++)
        wanted =
            !names->trace->entries[i].module && object_holds(info, names->trace->entries[i].pc);
    if (!wanted) return 0;
    int fd = open(info->dlpi_name[0] ? info->dlpi_name : "/proc/self/exe", O_RDONLY | O_CLOEXEC);
    if (fd < 0) return 0;
    if (fstat(fd, &st) == 0 && st.st_size > 0) {
        w2c_object o = {NULL, (size_t)st.st_size};
        void *at = mmap(NULL, o.size, PROT_READ, MAP_PRIVATE, fd, 0);
        if (at != MAP_FAILED) {
            o.bytes = (const u8 *)at;
            read_symbols(names, &o, info->dlpi_addr);
            munmap(at, o.size);
        }
    }
    close(fd);
    return 0;
}
#endif

static int hex_digit(char c) {
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* [NAME_]f_MANGLED: the name that it was made of, in place, and the form. 0: no guest function. */
static char unmangle(char *symbol, const w2c_context *context) {
    char *at = symbol, *out = symbol;
    for (const w2c_instance *i = context->instances; i; i = i->next_in_context) {
        size_t len = i->module ? strlen(i->module->name) : 0;
        if (len && strncmp(symbol, i->module->name, len) == 0 && symbol[len] == '_' &&
            symbol[len + 1] && symbol[len + 2] == '_')
            at = symbol + len + 1;
    }
    char form = at[0];
    if ((form != 'f' && form != 't' && form != 'b') || at[1] != '_') return 0;
    for (at += 2; *at && *at != '.'; at++) { /* ".part.0" and the like are the compiler's */
        int high = at[0] == '_' && at[1] == 'x' ? hex_digit(at[2]) : -1;
        int low = high >= 0 ? hex_digit(at[3]) : -1;
        if (low >= 0) {
            *out++ = (char)(high * 16 + low);
            at += 3;
        } else {
            *out++ = *at;
        }
    }
    *out = 0;
    return form;
}

size_t w2c_backtrace(const w2c_instance *instance, w2c_backtrace_fn *each, void *user) {
    w2c_context *context = w2c_context_root(instance->context);
    struct w2c_trace *t = context->trace;
    size_t told = 0;
    if (!t || !t->count) return 0;
    w2c_symbol_names names = {NULL, t};
    names.at = (char(*)[NAME_MAX_BYTES])calloc(t->count, sizeof *names.at);
    if (!names.at) return 0;
#ifdef CAN_UNWIND
    dl_iterate_phdr(visit_object, &names);
#endif
    char before = 0;
    const char *last = "";
    for (u32 i = 0; i < t->count; i++) {
        const w2c_trace_entry *e = &t->entries[i];
        w2c_name name = {names.at[i], 0};
        u32 func = UINT32_MAX;
        if (e->module) {
            func = e->func;
            name = e->module->tracer->name(e->module, func);
        } else {
            char form = unmangle(names.at[i], context);
            bool same = before == 'b' && form == 'f' && strcmp(last, names.at[i]) == 0;
            before = form;
            last = names.at[i];
            if (!form || same) continue; /* a helper; the outer half of a function in two */
            name.len = strlen(names.at[i]);
        }
        if (each) each(user, told, name, func);
        told++;
    }
    free(names.at);
    return told;
}
