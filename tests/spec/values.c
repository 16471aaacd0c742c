/* values.c: values of scripts: read, passed as arguments, compared with results, printed.
 * Everything is done on bits, so that signalling NaNs survive. */
#include "spectest.h"
#include <inttypes.h>
#include <stdlib.h>

typedef struct LaneType {
    const char *name;
    char letter; /* of a scalar of this type; 0: only in vectors */
    uint8_t bytes;
    bool is_float;
} LaneType;

static const LaneType lane_types[] = {
    {"i32", 'i', 4, false}, {"i64", 'l', 8, false}, {"f32", 'f', 4, true},
    {"f64", 'd', 8, true},  {"i8", 0, 1, false},    {"i16", 0, 2, false},
};

static const LaneType *lane_find(const char *name) {
    for (size_t i = 0; name && i < sizeof lane_types / sizeof *lane_types; i++)
        if (!strcmp(lane_types[i].name, name)) return &lane_types[i];
    return NULL;
}

static uint64_t lane_get(const w2c_v128 *bits, unsigned lane, unsigned bytes) {
    uint64_t value = 0;
    for (unsigned i = bytes; i-- > 0;)
        value = value << 8 | bits->bytes[lane * bytes + i];
    return value;
}

static void lane_set(w2c_v128 *bits, unsigned lane, unsigned bytes, uint64_t value) {
    for (unsigned i = 0; i < bytes; i++)
        bits->bytes[lane * bytes + i] = (uint8_t)(value >> 8 * i);
}

static uint64_t canonical_nan(unsigned bytes) {
    return bytes == 4 ? 0x7fc00000u : 0x7ff8000000000000u;
}

/* Signed or unsigned decimal, or a kind of NaN. */
static bool lane_parse(Value *out, unsigned lane, const json_t *json) {
    const char *text = json_string_value(json);
    if (!text || !*text) return false;
    unsigned bytes = out->lane_bytes;
    if (!strcmp(text, "nan:canonical") || !strcmp(text, "nan:arithmetic")) {
        if (!out->lane_float) return false;
        out->nan[lane] = text[4] == 'c' ? NAN_CANONICAL : NAN_ARITHMETIC;
        lane_set(&out->bits, lane, bytes, canonical_nan(bytes));
        return true;
    }
    char *end;
    uint64_t value = *text == '-' ? (uint64_t)strtoll(text, &end, 10) : strtoull(text, &end, 10);
    lane_set(&out->bits, lane, bytes, value);
    return !*end;
}

static bool vector_parse(const json_t *json, Value *out) {
    const LaneType *type = lane_find(json_string_value(json_object_get(json, "lane_type")));
    const json_t *lanes = json_object_get(json, "value");
    if (!type || json_array_size(lanes) * type->bytes != 16) return false;
    out->letter = 'v';
    out->lane_bytes = type->bytes;
    out->lane_float = type->is_float;
    for (unsigned i = 0; i < 16u / type->bytes; i++)
        if (!lane_parse(out, i, json_array_get(lanes, i))) return false;
    return true;
}

static bool choices_parse(Arena *arena, const json_t *json, Value *out) {
    const json_t *values = json_object_get(json, "values");
    out->letter = '|';
    out->choice_count = (uint32_t)json_array_size(values);
    out->choices = ARENA_ARRAY(arena, out->choice_count, Value);
    if (!out->choices) return false;
    for (uint32_t i = 0; i < out->choice_count; i++)
        if (!value_parse(arena, json_array_get(values, i), &out->choices[i])) return false;
    return out->choice_count != 0;
}

static bool reference_parse(const json_t *json, Value *out) {
    static const char *const some[] = {"externref", "funcref", "structref", "arrayref",
                                       "i31ref",    "eqref",   "anyref",    "exnref"};
    static const char *const null[] = {"refnull", "nullref", "nullfuncref", "nullexternref",
                                       "nullexnref"};
    const char *text = json_string_value(json_object_get(json, "value"));
    out->letter = 'r';
    for (size_t i = 0; i < sizeof null / sizeof *null; i++) {
        if (strcmp(null[i], out->type) != 0) continue;
        out->ref = REF_NULL;
        return true;
    }
    for (size_t i = 0; i < sizeof some / sizeof *some; i++) {
        if (strcmp(some[i], out->type) != 0) continue;
        out->ref = !text ? REF_SOME : !strcmp(text, "null") ? REF_NULL : REF_HOST;
        if (out->ref != REF_HOST) return true;
        out->lane_bytes = 4;
        return lane_parse(out, 0, json_object_get(json, "value"));
    }
    return false;
}

bool value_parse(Arena *arena, const json_t *json, Value *out) {
    const char *type = json_string_value(json_object_get(json, "type"));
    if (!type) return false;
    *out = (Value){.type = arena_strdup(arena, type, strlen(type))};
    if (!out->type) return false;
    if (!strcmp(type, "either")) return choices_parse(arena, json, out);
    if (!strcmp(type, "v128")) return vector_parse(json, out);
    const LaneType *scalar = lane_find(type);
    if (!scalar || !scalar->letter) return reference_parse(json, out);
    out->letter = scalar->letter;
    out->lane_bytes = scalar->bytes;
    out->lane_float = scalar->is_float;
    return lane_parse(out, 0, json_object_get(json, "value"));
}

w2c_ref value_host_ref(uint32_t n) {
    typedef struct Object {
        _Alignas(16) char byte;
    } Object;
    static const Object objects[1024]; /* only their addresses count */
    if (n >= sizeof objects / sizeof *objects)
        suite_die("host reference %" PRIu32 " is too large", n);
    return (w2c_ref)(uintptr_t)&objects[n];
}

/* The host's reference as it stands in an externref, or converted in an anyref. */
static w2c_ref host_ref(const Value *value) {
    w2c_ref ref = value_host_ref((uint32_t)lane_get(&value->bits, 0, 4));
    return strcmp(value->type, "anyref") ? ref : w2c_any_of_extern(ref);
}

void value_to_arg(const Value *value, w2c_value *out) {
    memset(out, 0, sizeof *out);
    switch (value->letter) {
    case 'i':
    case 'f':
        out->i32 = (uint32_t)lane_get(&value->bits, 0, 4);
        break;
    case 'l':
    case 'd':
        out->i64 = lane_get(&value->bits, 0, 8);
        break;
    case 'v':
        out->v128 = value->bits;
        break;
    default:
        if (value->ref == REF_HOST) out->ref = host_ref(value);
    }
}

/* A number's bits from a result, as a vector. */
static w2c_v128 result_bits(char letter, const w2c_value *got) {
    w2c_v128 bits = {{0}};
    if (letter == 'v') return got->v128;
    bool small = letter == 'i' || letter == 'f';
    lane_set(&bits, 0, small ? 4 : 8, small ? got->i32 : got->i64);
    return bits;
}

static bool lane_matches(uint64_t want, uint8_t nan, uint64_t got, unsigned bytes) {
    uint64_t canonical = canonical_nan(bytes);
    uint64_t sign = 1ull << (8 * bytes - 1);
    if (nan == NAN_CANONICAL) return (got & ~sign) == canonical;
    if (nan == NAN_ARITHMETIC) return (got & canonical) == canonical;
    return want == got;
}

static bool reference_matches(const Value *want, w2c_ref got) {
    if (want->ref == REF_NULL) return !got;
    if (want->ref == REF_SOME) return got != NULL;
    return got == host_ref(want);
}

bool value_matches(const Value *want, char letter, const w2c_value *got) {
    if (want->letter == '|') {
        for (uint32_t i = 0; i < want->choice_count; i++)
            if (value_matches(&want->choices[i], letter, got)) return true;
        return false;
    }
    if (want->letter != letter) return false;
    if (letter == 'r') return reference_matches(want, got->ref);
    w2c_v128 bits = result_bits(letter, got);
    unsigned bytes = want->lane_bytes;
    unsigned lanes = letter == 'v' ? 16u / bytes : 1u;
    for (unsigned i = 0; i < lanes; i++)
        if (!lane_matches(lane_get(&want->bits, i, bytes), want->nan[i], lane_get(&bits, i, bytes),
                          bytes))
            return false;
    return true;
}

static void lane_print(Buffer *out, uint64_t bits, uint8_t nan, unsigned bytes, bool is_float) {
    if (nan)
        buffer_text(out, nan == NAN_CANONICAL ? "nan:canonical" : "nan:arithmetic");
    else if (is_float)
        buffer_hex(out, bits);
    else if (bytes == 4)
        buffer_printf(out, "%" PRId32, (int32_t)(uint32_t)bits);
    else
        buffer_printf(out, "%" PRId64, (int64_t)bits);
}

void value_print(Buffer *out, const Value *value) {
    buffer_text(out, value->type);
    buffer_char(out, ' ');
    if (value->letter == '|') {
        for (uint32_t i = 0; i < value->choice_count; i++) {
            if (i) buffer_text(out, " or ");
            value_print(out, &value->choices[i]);
        }
        return;
    }
    if (value->letter == 'r') {
        if (value->ref == REF_HOST)
            buffer_printf(out, "host %" PRIu64, lane_get(&value->bits, 0, 4));
        else
            buffer_text(out, value->ref == REF_NULL ? "null" : "not null");
        return;
    }
    unsigned bytes = value->lane_bytes, lanes = value->letter == 'v' ? 16u / bytes : 1u;
    for (unsigned i = 0; i < lanes; i++) {
        if (i) buffer_char(out, ' ');
        if (lanes > 1 && !value->nan[i])
            buffer_hex(out, lane_get(&value->bits, i, bytes));
        else
            lane_print(out, lane_get(&value->bits, i, bytes), value->nan[i], bytes,
                       value->lane_float);
    }
}

void value_print_got(Buffer *out, char letter, const w2c_value *got) {
    if (letter == 'r') {
        buffer_printf(out, "ref %s", got->ref ? "not null" : "null");
        for (uint32_t n = 0; got->ref && n < 256; n++)
            if (got->ref == value_host_ref(n)) buffer_printf(out, " (host %" PRIu32 ")", n);
        return;
    }
    w2c_v128 bits = result_bits(letter, got);
    if (letter == 'v') {
        buffer_text(out, "v128");
        for (unsigned i = 0; i < 4; i++)
            buffer_printf(out, " 0x%08" PRIx64, lane_get(&bits, i, 4));
        return;
    }
    for (size_t i = 0; i < sizeof lane_types / sizeof *lane_types; i++) {
        const LaneType *type = &lane_types[i];
        if (type->letter != letter) continue;
        buffer_printf(out, "%s ", type->name);
        lane_print(out, lane_get(&bits, 0, type->bytes), NAN_NONE, type->bytes, type->is_float);
    }
}
