/* simd_reference.h: for test_simd.c: what each SIMD instruction gives, computed lane by lane from
 * the name of the instruction, with scalar C and nothing of rtlib.
 *
 * simd_reference(name, in, out): false when the name is unknown. */
#ifndef SIMD_REFERENCE_H
#define SIMD_REFERENCE_H
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef union Bits {
    uint8_t b[16];
    uint16_t h[8];
    uint32_t w[4];
    uint64_t q[2];
} Bits;

typedef struct In {
    Bits v[3];  /* vector operands */
    uint32_t n; /* a shift's count */
    uint64_t x; /* a splat's operand */
} In;

/* What a lane may be besides `bits`: */
typedef enum Class { EXACT, CANONICAL, QUIET, EITHER, EITHER_QUIET } Class;

typedef struct Out {
    bool scalar;   /* the result is value.q[0], an i32 */
    int lane_bits; /* of the lanes that `class` and `other` are for */
    Bits value;
    Bits other; /* EITHER: the second choice of a relaxed instruction */
    Class class[16];
} Out;

/* ---- lanes ---------------------------------------------------------------------------------- */
static uint64_t lane_u(const Bits *v, int bits, int i) {
    switch (bits) {
    case 8:
        return v->b[i];
    case 16:
        return v->h[i];
    case 32:
        return v->w[i];
    default:
        return v->q[i];
    }
}
static int64_t as_signed(uint64_t x, int bits) {
    return bits == 64 ? (int64_t)x : (int64_t)(x << (64 - bits)) >> (64 - bits);
}
static int64_t lane_s(const Bits *v, int bits, int i) {
    return as_signed(lane_u(v, bits, i), bits);
}
static void lane_set(Bits *v, int bits, int i, uint64_t x) {
    switch (bits) {
    case 8:
        v->b[i] = (uint8_t)x;
        break;
    case 16:
        v->h[i] = (uint16_t)x;
        break;
    case 32:
        v->w[i] = (uint32_t)x;
        break;
    default:
        v->q[i] = x;
        break;
    }
}
static int64_t clamped(int64_t x, int64_t min, int64_t max) {
    return x < min ? min : x > max ? max : x;
}
static int64_t clamp_to(int64_t x, int bits, bool is_signed) {
    int64_t top = (int64_t)1 << (is_signed ? bits - 1 : bits);
    return clamped(x, is_signed ? -top : 0, top - 1);
}
static bool is(const char *a, const char *b) {
    return strcmp(a, b) == 0;
}
static bool begins(const char *text, const char *start) {
    return strncmp(text, start, strlen(start)) == 0;
}
static bool ends(const char *text, const char *end) {
    size_t len = strlen(text), tail = strlen(end);
    return len >= tail && is(text + len - tail, end);
}

/* ---- integer lanes -------------------------------------------------------------------------- */
/* 1, 0, or -1: not a comparison. Of floats: with doubles, which hold every f32. */
#define COMPARED(op, suffix, x, y)                                                                 \
    (is(op, "eq")          ? (x) == (y)                                                            \
     : is(op, "ne")        ? (x) != (y)                                                            \
     : is(op, "lt" suffix) ? (x) < (y)                                                             \
     : is(op, "gt" suffix) ? (x) > (y)                                                             \
     : is(op, "le" suffix) ? (x) <= (y)                                                            \
     : is(op, "ge" suffix) ? (x) >= (y)                                                            \
                           : -1)

static bool int_lane(const char *op, int bits, uint64_t a, uint64_t b, uint32_t n, uint64_t *r) {
    int64_t sa = as_signed(a, bits), sb = as_signed(b, bits);
    int yes = COMPARED(op, "_s", sa, sb);
    if (yes < 0) yes = COMPARED(op, "_u", a, b);
    uint32_t count = n % (uint32_t)bits;
    if (yes >= 0)
        *r = yes ? ~(uint64_t)0 : 0;
    else if (is(op, "add"))
        *r = a + b;
    else if (is(op, "sub"))
        *r = a - b;
    else if (is(op, "mul"))
        *r = a * b;
    else if (is(op, "neg"))
        *r = ~a + 1;
    else if (is(op, "abs"))
        *r = sa < 0 ? ~a + 1 : a;
    else if (is(op, "shl"))
        *r = a << count;
    else if (is(op, "shr_u"))
        *r = a >> count;
    else if (is(op, "shr_s"))
        *r = (uint64_t)(sa >> count);
    else if (is(op, "min_s"))
        *r = sa < sb ? a : b;
    else if (is(op, "max_s"))
        *r = sa > sb ? a : b;
    else if (is(op, "min_u"))
        *r = a < b ? a : b;
    else if (is(op, "max_u"))
        *r = a > b ? a : b;
    else if (is(op, "add_sat_s"))
        *r = (uint64_t)clamp_to(sa + sb, bits, true);
    else if (is(op, "sub_sat_s"))
        *r = (uint64_t)clamp_to(sa - sb, bits, true);
    else if (is(op, "add_sat_u"))
        *r = (uint64_t)clamp_to((int64_t)(a + b), bits, false);
    else if (is(op, "sub_sat_u"))
        *r = (uint64_t)clamp_to((int64_t)(a - b), bits, false);
    else if (is(op, "avgr_u"))
        *r = (a + b + 1) / 2;
    else if (is(op, "q15mulr_sat_s") || is(op, "relaxed_q15mulr_s"))
        *r = (uint64_t)clamp_to((sa * sb + 0x4000) >> 15, 16, true);
    else if (is(op, "popcnt"))
        for (*r = 0; a; a &= a - 1)
            ++*r;
    else
        return false;
    return true;
}

/* ---- float lanes ---------------------------------------------------------------------------- */
static double to_double(uint64_t bits, int width) {
    if (width == 32) {
        uint32_t low = (uint32_t)bits;
        float f;
        memcpy(&f, &low, sizeof f);
        return f;
    }
    double d;
    memcpy(&d, &bits, sizeof d);
    return d;
}
static uint64_t from_double(double d, int width) {
    if (width == 32) {
        volatile float f = (float)d;
        float copy = f;
        uint32_t low;
        memcpy(&low, &copy, sizeof low);
        return low;
    }
    uint64_t bits;
    memcpy(&bits, &d, sizeof bits);
    return bits;
}
static bool is_nan(uint64_t bits, int width) {
    return (bits & (((uint64_t)1 << (width - 1)) - 1)) >
           (width == 32 ? 0x7f800000u : 0x7ff0000000000000u);
}
static bool is_quiet(uint64_t bits, int width) {
    uint64_t quiet = width == 32 ? 0x7fc00000u : 0x7ff8000000000000u;
    return (bits & quiet) == quiet;
}
static bool is_canonical(uint64_t bits, int width) {
    return (bits & (((uint64_t)1 << (width - 1)) - 1)) ==
           (width == 32 ? 0x7fc00000u : 0x7ff8000000000000u);
}
/* The class of a result that may be a NaN. */
static Class nan_class(uint64_t r, int width, const uint64_t *operands, int from, int count) {
    if (!is_nan(r, width)) return EXACT;
    for (int i = 0; i < count; i++)
        if (is_nan(operands[i], from) && !is_canonical(operands[i], from)) return QUIET;
    return CANONICAL;
}
static double min_max(bool max, double x, double y) {
    if (x != x || y != y) return (double)NAN;
    if (x == 0 && y == 0) {
        bool first = signbit(x) != 0, second = signbit(y) != 0;
        return (max ? first && second : first || second) ? -0.0 : 0.0;
    }
    return (max ? x > y : x < y) ? x : y;
}
/* f32 by way of f64: rounds twice, but to the same result for these operations. */
static bool float_lane(const char *op, int bits, const uint64_t in[3], uint64_t *r, Class *class) {
    volatile double x = to_double(in[0], bits), y = to_double(in[1], bits);
    volatile double z = to_double(in[2], bits), d = 0;
    uint64_t sign = (uint64_t)1 << (bits - 1);
    int yes = COMPARED(op, "", x, y), operands = 2;
    *class = EXACT;
    if (begins(op, "relaxed_min") || begins(op, "relaxed_max")) op += 8;
    if (yes >= 0) {
        *r = yes ? ~(uint64_t)0 : 0;
    } else if (is(op, "abs")) {
        *r = in[0] & ~sign;
    } else if (is(op, "neg")) {
        *r = in[0] ^ sign;
    } else if (is(op, "pmin")) {
        *r = y < x ? in[1] : in[0];
    } else if (is(op, "pmax")) {
        *r = x < y ? in[1] : in[0];
    } else {
        if (is(op, "add"))
            d = x + y;
        else if (is(op, "sub"))
            d = x - y;
        else if (is(op, "mul"))
            d = x * y;
        else if (is(op, "div"))
            d = x / y;
        else if (is(op, "min") || is(op, "max"))
            d = min_max(is(op, "max"), x, y);
        else if (ends(op, "madd")) {
            d = to_double(from_double(x * y, bits), bits);
            d = (is(op, "relaxed_nmadd") ? -d : d) + z;
            operands = 3;
        } else {
            operands = 1;
            if (is(op, "sqrt"))
                d = sqrt(x);
            else if (is(op, "ceil"))
                d = ceil(x);
            else if (is(op, "floor"))
                d = floor(x);
            else if (is(op, "trunc"))
                d = trunc(x);
            else if (is(op, "nearest"))
                d = nearbyint(x);
            else
                return false;
        }
        *r = from_double(d, bits);
        *class = nan_class(*r, bits, in, bits, operands);
    }
    return true;
}

/* ---- instructions that are not one lane to one lane ----------------------------------------- */
static uint64_t truncated(double x, bool is_signed) {
    if (x != x) return 0;
    double min = is_signed ? -2147483648.0 : 0, max = is_signed ? 2147483647.0 : 4294967295.0;
    return (uint64_t)(int64_t)(x < min ? min : x > max ? max : x);
}
static bool conversion(const char *op, int to, int count, const In *in, Out *out) {
    int from = strstr(op, "i32x4") || strstr(op, "f32x4") ? 32 : 64;
    bool to_int = strstr(op, "trunc_") != NULL, is_signed = strstr(op, "_s") != NULL;
    if (!to_int && !begins(op, "convert_") && !begins(op, "promote_low") && !begins(op, "demote"))
        return false;
    for (int i = 0; i < count && i < 128 / from; i++) {
        uint64_t x = lane_u(&in->v[0], from, i), r;
        if (to_int) {
            bool s = ends(op, "_s") || ends(op, "_s_zero");
            r = truncated(to_double(x, from), s);
            double d = to_double(x, from);
            if (s && *op == 'r' && !(d > -2147483649.0 && d < 2147483648.0)) {
                out->class[i] = EITHER;
                lane_set(&out->other, to, i, 0x80000000u);
            }
        } else if (begins(op, "convert_")) {
            r = from_double(is_signed ? (double)as_signed(x, 32) : (double)x, to);
        } else {
            r = from_double(to_double(x, from), to);
            out->class[i] = nan_class(r, to, &x, from, 1);
        }
        lane_set(&out->value, to, i, r);
    }
    return true;
}
static bool widening(const char *op, int bits, int count, const In *in, Out *out) {
    int from = bits / 2, first = strstr(op, "_high_") ? count : 0;
    bool is_signed = ends(op, "_s");
    for (int i = 0; i < count; i++) {
        uint64_t lanes[2][2];
        for (int k = 0; k < 4; k++) {
            bool pairs = strstr(op, "pairwise") || strstr(op, "dot");
            const Bits *v = &in->v[k / 2];
            int at = pairs ? 2 * i + k % 2 : first + i;
            lanes[k / 2][k % 2] = is_signed ? (uint64_t)lane_s(v, from, at) : lane_u(v, from, at);
        }
        uint64_t r;
        if (begins(op, "extend_"))
            r = lanes[0][0];
        else if (begins(op, "extmul_"))
            r = lanes[0][0] * lanes[1][0];
        else if (begins(op, "extadd_"))
            r = lanes[0][0] + lanes[0][1];
        else if (begins(op, "dot_"))
            r = lanes[0][0] * lanes[1][0] + lanes[0][1] * lanes[1][1];
        else
            return false;
        lane_set(&out->value, bits, i, r);
    }
    return true;
}
static void relaxed_dot(bool add, const In *in, Out *out) {
    for (int choice = 0; choice < 2; choice++) {
        Bits dots, *to = choice ? &out->other : &out->value;
        for (int i = 0; i < 8; i++) {
            int64_t sum = 0;
            for (int k = 2 * i; k < 2 * i + 2; k++)
                sum += lane_s(&in->v[0], 8, k) *
                       (choice ? (int64_t)in->v[1].b[k] : lane_s(&in->v[1], 8, k));
            dots.h[i] = (uint16_t)clamp_to(sum, 16, true);
        }
        *to = dots;
        for (int i = 0; add && i < 4; i++)
            to->w[i] =
                (uint32_t)(lane_s(&dots, 16, 2 * i) + lane_s(&dots, 16, 2 * i + 1)) + in->v[2].w[i];
    }
    for (int i = 0; i < 8; i++)
        out->class[i] = EITHER;
}
static bool tests(const char *op, int bits, int count, const In *in, Out *out) {
    uint64_t any = in->v[0].q[0] | in->v[0].q[1], all = 1, mask = 0;
    for (int i = 0; i < count; i++) {
        if (lane_u(&in->v[0], bits, i) == 0) all = 0;
        if (lane_s(&in->v[0], bits, i) < 0) mask |= (uint64_t)1 << i;
    }
    out->scalar = true;
    out->value.q[0] = is(op, "any_true") ? any != 0 : is(op, "all_true") ? all : mask;
    return is(op, "any_true") || is(op, "all_true") || is(op, "bitmask");
}
static bool bytes(const char *op, int bits, int count, const In *in, Out *out) {
    const Bits *v = in->v;
    if (is(op, "swizzle") || is(op, "relaxed_swizzle")) {
        for (int i = 0; i < 16; i++) {
            uint8_t at = v[1].b[i];
            out->value.b[i] = at < 16 ? v[0].b[at] : 0;
            out->other.b[i] = at < 128 ? v[0].b[at % 16] : 0;
            out->class[i] = *op == 'r' ? EITHER : EXACT;
        }
    } else if (begins(op, "narrow_")) {
        for (int i = 0; i < count; i++) {
            int64_t x = lane_s(&v[i < count / 2 ? 0 : 1], bits * 2, i % (count / 2));
            lane_set(&out->value, bits, i, (uint64_t)clamp_to(x, bits, ends(op, "_s")));
        }
    } else if (ends(op, "select")) {
        for (int i = 0; i < count; i++) {
            uint64_t a = lane_u(&v[0], bits, i), b = lane_u(&v[1], bits, i);
            uint64_t mask = lane_u(&v[2], bits, i);
            lane_set(&out->value, bits, i, (a & mask) | (b & ~mask));
            lane_set(&out->other, bits, i, lane_s(&v[2], bits, i) < 0 ? a : b);
            out->class[i] = begins(op, "relaxed") ? EITHER : EXACT;
        }
    } else {
        for (int i = 0; i < 2; i++) {
            uint64_t a = v[0].q[i], b = v[1].q[i];
            out->value.q[i] = is(op, "and")      ? a & b
                              : is(op, "andnot") ? a & ~b
                              : is(op, "or")     ? a | b
                              : is(op, "xor")    ? a ^ b
                                                 : ~a;
        }
        return is(op, "and") || is(op, "andnot") || is(op, "or") || is(op, "xor") || is(op, "not");
    }
    return true;
}

/* The second choices of relaxed_min and so on, and fused relaxed_madd. */
static void other_float(const char *op, int bits, int i, const uint64_t in[3], Out *out) {
    double x = to_double(in[0], bits), y = to_double(in[1], bits), z = to_double(in[2], bits);
    uint64_t other;
    if (ends(op, "madd")) {
        double a = is(op, "relaxed_nmadd") ? -x : x;
        other = bits == 32 ? from_double((double)fmaf((float)a, (float)y, (float)z), 32)
                           : from_double(fma(a, y, z), 64);
    } else {
        if (!(x != x || y != y || (x == 0 && y == 0))) return;
        other = in[1];
    }
    lane_set(&out->other, bits, i, other);
    out->class[i] = out->class[i] == EXACT && !is_nan(other, bits) ? EITHER : EITHER_QUIET;
}

static bool simd_reference(const char *name, const In *in, Out *out) {
    int bits = 0, count = 1;
    memset(out, 0, sizeof *out);
    const char *op = strchr(name, '_') + 1;
    if (begins(name, "v128"))
        bits = 128 / (count = 2);
    else
        bits = atoi(name + 1), count = 128 / bits;
    out->lane_bits = bits;
    if (is(op, "splat")) {
        for (int i = 0; i < count; i++)
            lane_set(&out->value, bits, i, in->x);
        return true;
    }
    if (begins(op, "relaxed_dot")) {
        relaxed_dot(strstr(op, "add") != NULL, in, out);
        return true;
    }
    if (tests(op, bits, count, in, out)) return true;
    out->scalar = false;
    memset(&out->value, 0, sizeof out->value);
    if (conversion(op, bits, count, in, out) || bytes(op, bits, count, in, out)) return true;
    if ((begins(op, "ext") || begins(op, "dot")) && widening(op, bits, count, in, out)) return true;
    for (int i = 0; i < count; i++) {
        uint64_t lanes[3], r = 0;
        for (int k = 0; k < 3; k++)
            lanes[k] = lane_u(&in->v[k], bits, i);
        if (*name == 'f') {
            if (!float_lane(op, bits, lanes, &r, &out->class[i])) return false;
        } else if (!int_lane(op, bits, lanes[0], lanes[1], in->n, &r)) {
            return false;
        }
        lane_set(&out->value, bits, i, r);
        if (is(op, "relaxed_q15mulr_s")) {
            out->class[i] = EITHER;
            lane_set(&out->other, bits, i, lanes[0] == 0x8000 && lanes[1] == 0x8000 ? 0x8000 : r);
        }
        if (*name == 'f' && begins(op, "relaxed")) other_float(op, bits, i, lanes, out);
    }
    return true;
}

/* Is `got` one of the results? The second choices count only when `relaxed`. */
static bool simd_fits(const Out *want, const Bits *got, bool relaxed) {
    int bits = want->lane_bits;
    if (want->scalar) return got->q[0] == want->value.q[0];
    for (int i = 0; i < 128 / bits; i++) {
        uint64_t g = lane_u(got, bits, i), w = lane_u(&want->value, bits, i);
        uint64_t other = lane_u(&want->other, bits, i);
        bool ok = g == w;
        switch (want->class[i]) {
        case EXACT:
            break;
        case CANONICAL:
            ok = is_canonical(g, bits);
            break;
        case QUIET:
            ok = is_quiet(g, bits);
            break;
        case EITHER:
            ok |= relaxed && g == other;
            break;
        case EITHER_QUIET:
            if (is_nan(w, bits)) ok = is_quiet(g, bits);
            ok |= relaxed && (g == other || (is_nan(other, bits) && is_quiet(g, bits)));
            break;
        }
        if (!ok) return false;
    }
    return true;
}
#endif
