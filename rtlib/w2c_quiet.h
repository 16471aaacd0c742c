/* w2c_quiet.h: warnings that legal WebAssembly trips in the C made from it: generated files include this,
 * nobody else. Everything not named here stays on. */
#ifndef W2C_QUIET_H
#define W2C_QUIET_H
#if defined(__GNUC__)
#pragma GCC diagnostic ignored "-Wunused-function"
#pragma GCC diagnostic ignored "-Wunused-variable"
#pragma GCC diagnostic ignored "-Wunused-but-set-variable"
#pragma GCC diagnostic ignored "-Wunused-but-set-parameter"
#pragma GCC diagnostic ignored "-Wunused-parameter"
#pragma GCC diagnostic ignored "-Wunused-label"
#pragma GCC diagnostic ignored "-Wtype-limits"
#pragma GCC diagnostic ignored "-Wdiv-by-zero"
#endif
#if defined(__clang__)
#pragma GCC diagnostic ignored "-Winfinite-recursion"
#pragma GCC diagnostic ignored "-Wself-assign"
#pragma GCC diagnostic ignored "-Wtautological-compare"
#pragma GCC diagnostic ignored "-Wtautological-constant-out-of-range-compare"
#pragma GCC diagnostic ignored "-Wsometimes-uninitialized"
#pragma GCC diagnostic ignored "-Wunused-const-variable"
#elif defined(__GNUC__)
#pragma GCC diagnostic ignored                                                                     \
    "-Wclobbered" /* entries' parameters, which nobody reads after a trap */
#pragma GCC diagnostic ignored                                                                     \
    "-Warray-bounds" /* static memories: accesses that their checks do not let through */
#pragma GCC diagnostic ignored                                                                     \
    "-Wstringop-overflow" /* memory 0 lies behind the instance, which gcc takes for all there is */
#pragma GCC diagnostic ignored "-Wduplicated-branches"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#if __GNUC__ >= 12
#pragma GCC diagnostic ignored "-Winfinite-recursion"
#endif
#pragma GCC diagnostic ignored "-Wtautological-compare"
#endif
#endif
