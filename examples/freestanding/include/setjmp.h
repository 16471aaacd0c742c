/* setjmp.h: a trap leaves by longjmp: the compiler's own is all it takes. */
#ifndef TINY_SETJMP_H
#define TINY_SETJMP_H
typedef void *jmp_buf[5];
#define setjmp(env) __builtin_setjmp(env)
#define longjmp(env, value) __builtin_longjmp(env, 1)
#endif
