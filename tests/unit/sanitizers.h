/* sanitizers.h: what a test is compiled with: WITH_ASAN, WITH_TSAN, 0 or 1. */
#ifndef TEST_SANITIZERS_H
#define TEST_SANITIZERS_H

#ifndef __has_feature
#define __has_feature(x) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer)
#define WITH_ASAN 1
#else
#define WITH_ASAN 0
#endif
#if defined(__SANITIZE_THREAD__) || __has_feature(thread_sanitizer)
#define WITH_TSAN 1
#else
#define WITH_TSAN 0
#endif

/* A function that calls itself until the stack ends: ThreadSanitizer's own list of callers ends after
 * 65,536. */
#if WITH_TSAN && defined(__clang__)
#define NOT_TRACED __attribute__((disable_sanitizer_instrumentation))
#elif WITH_TSAN
#define NOT_TRACED __attribute__((no_sanitize_thread))
#else
#define NOT_TRACED
#endif
#endif
