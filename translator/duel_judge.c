/* duel_judge.c: do two sides that have met agree? Everything is compared that the module's code could have made different:
 * what they are at, values, memories, globals, fuel. References are null or not: their addresses mean nothing. */
#include "duel_impl.h"
#include <inttypes.h>

enum { BLOCK = 4096 }; /* bytes that are compared at once */

/* ---- words ----------------------------------------------------------------------------------- */
static void name_words(Buffer *out, w2c_name name) {
    for (size_t i = 0; i < name.len && i < 100; i++) {
        unsigned char c = (unsigned char)name.text[i];
        if (c < 0x20 || c >= 0x7f || c == '\\')
            buffer_printf(out, "\\x%02x", c);
        else
            buffer_char(out, (char)c);
    }
}

void duel_describe(const Duel *d, const Seen *seen, Buffer *out) {
    if (seen->kind == SEEN_CALL) {
        buffer_printf(out, "host call %" PRIu64 ", ", d->calls + 1);
        name_words(out, seen->site->module);
        buffer_char(out, '.');
        name_words(out, seen->site->name);
    } else if (seen->export.len) {
        buffer_text(out, "the return of ");
        name_words(out, seen->export);
    } else {
        buffer_text(out, "the end of instantiation");
    }
}

static void value_words(Buffer *out, char letter, const w2c_value *v) {
    switch (letter) {
    case 'i':
        buffer_printf(out, "%" PRId32 " (0x%" PRIx32 ")", (int32_t)v->i32, v->i32);
        break;
    case 'l':
        buffer_printf(out, "%" PRId64 " (0x%" PRIx64 ")", (int64_t)v->i64, v->i64);
        break;
    case 'f':
        buffer_printf(out, "%.9g (0x%08" PRIx32 ")", (double)v->f32, v->i32);
        break;
    case 'd':
        buffer_printf(out, "%.17g (0x%016" PRIx64 ")", v->f64, v->i64);
        break;
    case 'v':
        buffer_text(out, "0x");
        for (int i = 15; i >= 0; i--)
            buffer_printf(out, "%02x", v->v128.bytes[i]);
        break;
    default:
        buffer_text(out, v->ref ? "a reference" : "null");
        break;
    }
}

static size_t value_size(char letter) {
    return letter == 'i' || letter == 'f' ? 4 : letter == 'v' ? 16 : 8;
}

static bool value_same(char letter, const w2c_value *a, const w2c_value *b) {
    if (letter == 'r') return !a->ref == !b->ref;
    return !memcmp(a, b, value_size(letter));
}

/* ---- what is compared: each says what it finds, and returns whether all was equal --------------- */
static const char *side_name(const Duel *d, unsigned side) {
    return d->wish->names[side];
}

/* How a call ended: "exit code 3", "integer divide by zero". */
static void end_words(Duel *d, const DuelSide *side, const char *behind) {
    w2c_status status = side->seen.status;
    const char *detail = side->instance ? w2c_instance_detail(side->instance) : side->error.text;
    if (status == W2C_OK)
        buffer_text(d->text, "returned");
    else if (status == W2C_EXIT)
        buffer_printf(d->text, "exit code %u", w2c_wasi_exit_code(d->ready->wasi));
    else
        buffer_printf(d->text, "\"%s\"%s%s", w2c_status_text(status), detail[0] ? ": " : "",
                      detail);
    buffer_text(d->text, behind);
}

static bool place_same(Duel *d) {
    const Seen *a = &d->sides[0].seen, *b = &d->sides[1].seen;
    Buffer words[2];
    for (unsigned i = 0; i < 2; i++) {
        buffer_init(&words[i], alloc_default());
        duel_describe(d, &d->sides[i].seen, &words[i]);
    }
    bool same = words[0].len == words[1].len &&
                (!words[0].len || !memcmp(words[0].data, words[1].data, words[0].len)) &&
                a->kind == b->kind;
    for (unsigned i = 0; i < 2 && !same; i++) {
        const Seen *seen = &d->sides[i].seen;
        const char *text = buffer_cstr(&words[i]);
        buffer_printf(d->text, "  %s: %s", side_name(d, i), text ? text : "");
        if (seen->kind == SEEN_RETURN && seen->status != W2C_OK) {
            buffer_text(d->text, ", ended with ");
            end_words(d, &d->sides[i], "");
        }
        buffer_char(d->text, '\n');
    }
    for (unsigned i = 0; i < 2; i++)
        buffer_free(&words[i]);
    return same;
}

static bool status_same(Duel *d) {
    const Seen *a = &d->sides[0].seen, *b = &d->sides[1].seen;
    if (a->kind != SEEN_RETURN || a->status == b->status) return true;
    for (unsigned i = 0; i < 2; i++) {
        buffer_printf(d->text, "  %s: ", side_name(d, i));
        end_words(d, &d->sides[i], "\n");
    }
    return false;
}

static bool values_same(Duel *d) {
    const Seen *a = &d->sides[0].seen, *b = &d->sides[1].seen;
    const char *what = a->kind == SEEN_CALL ? "argument" : "result";
    bool same = a->count == b->count && !memcmp(a->letters, b->letters, a->count);
    if (!same) buffer_printf(d->text, "  their %ss have different types\n", what);
    for (size_t i = 0; same && i < a->count; i++) {
        if (value_same(a->letters[i], &a->values[i], &b->values[i])) continue;
        buffer_printf(d->text, "  %s %zu: ", what, i);
        value_words(d->text, a->letters[i], &a->values[i]);
        buffer_printf(d->text, " %s, ", side_name(d, 0));
        value_words(d->text, b->letters[i], &b->values[i]);
        buffer_printf(d->text, " %s\n", side_name(d, 1));
        same = false;
    }
    return same;
}

/* By the module's numbers. NULL: it has no more. */
static w2c_memory *memory_at(const DuelSide *side, u32 i) {
    w2c_instance *in = side->instance;
    if (!in) return NULL;
    for (u32 k = 0; k < in->module->import_count; k++) {
        const w2c_import_desc *import = &in->module->imports[k];
        if (import->kind == W2C_MEMORY && i-- == 0)
            return *(w2c_memory **)(void *)((char *)in + import->slot);
    }
    if (i >= in->module->memory_count) return NULL;
    return *(w2c_memory **)(void *)((char *)in + in->module->memories[i].slot);
}

static bool memory_same(Duel *d, u32 number, const w2c_memory *a, const w2c_memory *b) {
    u64 first = 0, differing = 0, common = a->size < b->size ? a->size : b->size;
    for (u64 at = 0; at < common; at += BLOCK) {
        size_t len = common - at < BLOCK ? (size_t)(common - at) : BLOCK;
        if (!memcmp(a->data + at, b->data + at, len)) continue;
        for (size_t i = 0; i < len; i++) {
            if (a->data[at + i] == b->data[at + i]) continue;
            if (!differing++) first = at + i;
        }
    }
    if (a->size != b->size)
        buffer_printf(d->text, "  memory %u: %" PRIu64 " bytes %s, %" PRIu64 " %s\n", number,
                      a->size, side_name(d, 0), b->size, side_name(d, 1));
    if (differing)
        buffer_printf(d->text,
                      "  memory %u: %" PRIu64 " bytes differ, the first at 0x%" PRIx64
                      ": 0x%02x %s, 0x%02x %s\n",
                      number, differing, first, a->data[first], side_name(d, 0), b->data[first],
                      side_name(d, 1));
    return !differing && a->size == b->size;
}

static bool memories_same(Duel *d) {
    bool same = true;
    for (u32 i = 0;; i++) {
        const w2c_memory *a = memory_at(&d->sides[0], i), *b = memory_at(&d->sides[1], i);
        if (!a || !b) return same;
        if (!memory_same(d, i, a, b)) same = false;
    }
}

static char type_letter(const char *text) {
    static const char *const names[] = {"i32", "i64", "f32", "f64", "v128"};
    for (unsigned i = 0; i < sizeof names / sizeof *names; i++)
        if (!strcmp(names[i], text)) return "ilfdv"[i];
    return 'r';
}

static bool global_same(Duel *d, const char *what, w2c_name name, u32 number, const char *type,
                        const void *const at[2]) {
    char letter = type_letter(type);
    w2c_value v[2];
    for (unsigned i = 0; i < 2; i++) {
        memset(&v[i], 0, sizeof v[i]);
        memcpy(&v[i], at[i], value_size(letter));
    }
    if (value_same(letter, &v[0], &v[1])) return true;
    buffer_printf(d->text, "  %s ", what);
    if (name.len)
        name_words(d->text, name);
    else
        buffer_u64(d->text, number);
    buffer_text(d->text, ": ");
    value_words(d->text, letter, &v[0]);
    buffer_printf(d->text, " %s, ", side_name(d, 0));
    value_words(d->text, letter, &v[1]);
    buffer_printf(d->text, " %s\n", side_name(d, 1));
    return false;
}

/* The module's own ones; of two modules, the exported ones. */
static bool globals_same(Duel *d) {
    w2c_instance *a = d->sides[0].instance, *b = d->sides[1].instance;
    bool same = true;
    if (!a || !b) return true;
    const w2c_state_desc *s[2] = {a->module->state, b->module->state};
    if (d->wish->same_module && s[0] && s[1] && s[0]->global_count == s[1]->global_count) {
        for (u32 i = 0; i < s[0]->global_count; i++) {
            const void *const at[2] = {(char *)a + s[0]->globals[i].offset,
                                       (char *)b + s[1]->globals[i].offset};
            w2c_name none = {"", 0};
            if (!global_same(d, "own global", none, i, s[0]->globals[i].text, at)) same = false;
        }
        return same;
    }
    w2c_name name;
    w2c_extern x, y;
    for (size_t i = 0; w2c_export_at(a, i, &name, &x); i++) {
        if (x.kind != W2C_GLOBAL || !w2c_export_find(b, name, &y) || y.kind != W2C_GLOBAL ||
            strcmp(x.global.type, y.global.type) != 0)
            continue;
        const void *const at[2] = {x.global.value, y.global.value};
        if (!global_same(d, "global", name, 0, x.global.type, at)) same = false;
    }
    return same;
}

static bool fuel_same(Duel *d) {
    if (!d->wish->metered) return true;
    uint64_t a = w2c_meter_left(&d->sides[0].meter), b = w2c_meter_left(&d->sides[1].meter);
    if (a == b) return true;
    buffer_printf(d->text, "  fuel: %" PRIu64 " left %s, %" PRIu64 " %s\n", a, side_name(d, 0), b,
                  side_name(d, 1));
    return false;
}

/* ---- the judgement ----------------------------------------------------------------------------- */
static bool ran_out(const DuelSide *side) {
    return side->seen.kind == SEEN_RETURN && side->seen.status == W2C_TRAP_STACK_EXHAUSTED;
}

/* Frames differ in size, so the stack ends at different depths: nothing can be compared any more. */
static bool judge_stack(Duel *d) {
    bool a = ran_out(&d->sides[0]), b = ran_out(&d->sides[1]);
    if (!a && !b) return false;
    d->end = a && b ? DUEL_SAME : DUEL_LIMIT;
    if (a && b)
        buffer_printf(d->text, "same: %" PRIu64 " host calls, then both ran out of stack\n",
                      d->calls);
    else
        buffer_printf(d->text,
                      "not known: after %" PRIu64 " host calls the %s one ran out of stack, the "
                      "other did not: --stack-size=BYTES gives more\n",
                      d->calls, side_name(d, b));
    return true;
}

static void judge_end(Duel *d) {
    const Seen *seen = &d->sides[0].seen;
    if (seen->status == W2C_OK) return;
    d->end = DUEL_SAME;
    buffer_printf(d->text, "same: %" PRIu64 " host calls, both ended with ", d->calls);
    end_words(d, &d->sides[0], "\n");
}

void duel_judge(Duel *d) {
    if (judge_stack(d)) return;
    Buffer found, *out = d->text;
    buffer_init(&found, alloc_default());
    d->text = &found;
    bool same = place_same(d);
    if (same && !status_same(d)) same = false;
    if (same && !values_same(d)) same = false;
    if (!memories_same(d)) same = false;
    if (!globals_same(d)) same = false;
    if (!fuel_same(d)) same = false;
    d->text = out;
    if (!same) {
        const char *text = buffer_cstr(&found);
        d->end = DUEL_DIFFERENT;
        buffer_printf(out, "different after %" PRIu64 " host calls that were the same, at ",
                      d->calls);
        duel_describe(d, &d->sides[0].seen, out);
        buffer_printf(out, "\n%s", text ? text : "");
    } else if (d->sides[0].seen.kind == SEEN_CALL) {
        d->calls++;
    } else {
        judge_end(d);
    }
    buffer_free(&found);
}

void duel_copy_memories(Duel *d) {
    for (u32 i = 0;; i++) {
        const w2c_memory *a = memory_at(&d->sides[0], i), *b = memory_at(&d->sides[1], i);
        if (!a || !b) return;
        for (u64 at = 0; at < a->size && at < b->size; at += BLOCK) {
            size_t len = a->size - at < BLOCK ? (size_t)(a->size - at) : BLOCK;
            if (memcmp(a->data + at, b->data + at, len)) memcpy(b->data + at, a->data + at, len);
        }
    }
}
