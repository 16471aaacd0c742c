/* relaxed.c: fma.wat twice, as modules `one` and `two`. Arguments: what must hold for each, "native" or
 * "deterministic". Built by check_relaxed.sh. */
#include "one.h"
#include "two.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

/* Deterministic: rounded twice, and clamped. Native: one of what the specification lists. */
static int is_right(double madd, uint32_t trunc, const char *choice) {
    const double x = 1.0 + 0x1p-30, fused = fma(x, x, -1.0);
    volatile double product = x * x;
    const double twice = product - 1.0;
    if (!strcmp(choice, "deterministic")) return madd == twice && trunc == 0x7fffffffu;
    return (madd == fused || madd == twice) && (trunc == 0x7fffffffu || trunc == 0x80000000u);
}

int main(int argc, char **argv) {
    const double x = 1.0 + 0x1p-30;
    one *a;
    two *b;
    double r = 0;
    uint32_t t = 0;
    if (argc < 2 || one_new(&a, NULL, NULL) != W2C_OK || two_new(&b, NULL, NULL) != W2C_OK)
        return 2;
    if (one_x_madd(a, x, x, -1.0, &r) != W2C_OK || one_x_trunc(a, 1e30f, &t) != W2C_OK) return 3;
    if (!is_right(r, t, argv[1])) return printf("one: %a %x\n", r, (unsigned)t), 4;
    if (two_x_madd(b, x, x, -1.0, &r) != W2C_OK || two_x_trunc(b, 1e30f, &t) != W2C_OK) return 3;
    if (!is_right(r, t, argv[1])) return printf("two: %a %x\n", r, (unsigned)t), 5;
    one_delete(a);
    two_delete(b);
    return 0;
}
