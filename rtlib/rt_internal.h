/* rt_internal.h: what rtlib's files share and nobody else sees.
 *
 * Owns: the context, the registry's interface, creation and destruction of memories and tables that
 * lie inside an instance, message buffers. Every function here has hidden visibility.
 */
#ifndef W2C_RT_INTERNAL_H
#define W2C_RT_INTERNAL_H
#include "w2c_rt.h"

#if defined(__GNUC__)
#pragma GCC visibility push(hidden)
#endif

#define W2C_PRINTF(text, args) __attribute__((format(printf, text, args)))

/* ---- contexts (rt_context.c) ---------------------------------------------------------------- */
/* What a group of instances shares that can call each other: one thread at a time runs them.
 * Instances that get linked later join: of two contexts one becomes an empty shell that points to
 * the other. */
struct w2c_context {
    char *limit;     /* what every instance's stack_limit is */
    char *stack_low; /* of the thread that limit was computed for; NULL: none yet; or
                        W2C_OTHER_STACK */
    char *entry;     /* on another stack: where its outermost frame was entered */
    size_t stack_bytes;
    u32 depth; /* active frames */
    u32 refs;  /* live instances, and tables that hold it; the context goes with the last one */
    w2c_instance *instances;
    w2c_instance *parked; /* failed, but their functions may be referred to: go with the context */
    w2c_context *joined;  /* the context that this one became part of */
    w2c_context *shells;  /* contexts that became part of this one */
    char detail[480];
};

#define W2C_OTHER_STACK ((char *)1)
w2c_context *w2c_context_new(void); /* refs 0; NULL: out of memory */
w2c_context *w2c_context_root(w2c_context *context);
void w2c_context_add(w2c_context *context, w2c_instance *instance); /* takes a reference */
void w2c_context_release(w2c_context *context);                     /* drops one; NULL is fine */
void w2c_context_remove(w2c_instance *instance); /* from its list; the reference stays */
/* Drops the instance's reference; the context owns it from now on, and may be gone with it on
 * return. */
void w2c_context_park(w2c_instance *instance);
void w2c_instance_free(w2c_instance *instance); /* everything but its place in the context */
/* Puts both into one context, which it returns. NULL stands for none. */
w2c_context *w2c_context_join(w2c_context *a, w2c_context *b);
void w2c_context_set_limit(w2c_context *context, char *limit);

/* ---- frames (rt_trap.c) --------------------------------------------------------------------- */
w2c_frame *w2c_frame_innermost(void); /* of this thread; callable from signal handlers */
/* w2c_trap with a detail; there is no way back. */
W2C_NORETURN void w2c_trap_detail(w2c_status status, const char *text);

/* ---- registry (rt_registry.c) --------------------------------------------------------------- */
typedef enum w2c_range_kind { W2C_RANGE_MEMORY, W2C_RANGE_TEXT, W2C_RANGE_KINDS } w2c_range_kind;
/* The same range may be added several times and is removed as often. False: out of memory. */
bool w2c_registry_add(w2c_range_kind kind, const void *begin, const void *end);
void w2c_registry_remove(w2c_range_kind kind, const void *begin, const void *end);
/* Lock-free, callable from signal handlers. */
bool w2c_registry_has(w2c_range_kind kind, uintptr_t address);
void w2c_registry_lock(void);
void w2c_registry_unlock(void);

/* ---- memories, tables ----------------------------------------------------------------------- */
/* max_bytes 0: no limit but the type's. text receives why it failed. */
w2c_status w2c_memory_create(w2c_memory *memory, const w2c_memory_desc *desc, u64 max_bytes,
                             char *text, size_t cap);
void w2c_memory_destroy(w2c_memory *memory);
void w2c_waiters_delete(struct w2c_waiters *waiters); /* NULL is fine; nobody waits any more */
w2c_status w2c_table_create(w2c_table *table, const w2c_table_desc *desc, char *text, size_t cap);
void w2c_table_destroy(w2c_table *table);

/* ---- imports -------------------------------------------------------------------------------- */
/* Fills every slot, or says in text why not. */
w2c_status w2c_imports_bind(w2c_instance *instance, const w2c_imports *imports, char *text,
                            size_t cap);
void w2c_hosts_free(w2c_instance *instance);

/* ---- texts (rt_status.c) -------------------------------------------------------------------- */
typedef struct w2c_text {
    char *at;
    size_t len, cap; /* always NUL-terminated; what does not fit is cut off */
} w2c_text;
w2c_text w2c_text_start(char *at, size_t cap);
void w2c_text_add(w2c_text *text, const char *format, ...) W2C_PRINTF(2, 3);
/* Control characters and backslashes as \hh, at most 100 bytes of the name. */
void w2c_text_name(w2c_text *text, w2c_name name);
void w2c_text_letters(w2c_text *text, const char *letters); /* "(i32) -> ()" */

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

/* ---- places in an instance ------------------------------------------------------------------ */
static inline void *w2c_at(w2c_instance *instance, u32 offset) {
    return (char *)instance + offset;
}
static inline bool w2c_name_equal(w2c_name a, w2c_name b) {
    return a.len == b.len && (!a.len || !memcmp(a.text, b.text, a.len));
}
#endif
