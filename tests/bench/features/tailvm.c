/* tailvm.c: a small interpreter whose instructions are functions that tail-call each other, natively and as
 * WebAssembly from one source. It counts primes by a sieve and sums the lengths of Collatz sequences; a wrong
 * sum ends in a trap.
 *
 *   clang -O2 tailvm.c -o tailvm.native
 *   clang --target=wasm32 -O2 -mtail-call -nostdlib -Wl,--export=_start -Wl,--export=memory tailvm.c -o tailvm.wasm */
#include <stdint.h>
#ifdef __wasm__
__attribute__((import_module("bench"), import_name("start"))) void bench_start(void);
__attribute__((import_module("bench"), import_name("end"))) void bench_end(void);
#else
#include <stdio.h>
#include <time.h>
static struct timespec began;
static void bench_start(void) {
    clock_gettime(CLOCK_MONOTONIC, &began);
}
static void bench_end(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    fprintf(stderr, "BENCH %.6f\n",
            (double)(t.tv_sec - began.tv_sec) + (double)(t.tv_nsec - began.tv_nsec) * 1e-9);
}
#endif

typedef int64_t Word;
struct Ins;
/* pc: the instruction that runs; r: the registers; bytes: the sieve. Returns register 0. */
typedef Word Handler(const struct Ins *pc, Word *r, uint8_t *bytes);
typedef struct Ins {
    Handler *run;
    int32_t a, b, c;
} Ins;

#define OP(name) static Word name(const Ins *pc, Word *r, uint8_t *bytes)
#define GO(to)                                                                                     \
    do {                                                                                           \
        const Ins *const next = (to);                                                              \
        __attribute__((musttail)) return next->run(next, r, bytes);                                \
    } while (0)
#define A r[pc->a]
#define B r[pc->b]
#define C r[pc->c]

OP(op_const) {
    A = pc->b;
    GO(pc + 1);
}
OP(op_move) {
    A = B;
    GO(pc + 1);
}
OP(op_add) {
    A = B + C;
    GO(pc + 1);
}
OP(op_addi) {
    A = B + pc->c;
    GO(pc + 1);
}
OP(op_muli) {
    A = B * pc->c;
    GO(pc + 1);
}
OP(op_shri) {
    A = (Word)((uint64_t)B >> pc->c);
    GO(pc + 1);
}
OP(op_andi) {
    A = B & pc->c;
    GO(pc + 1);
}
OP(op_load) {
    A = bytes[B];
    GO(pc + 1);
}
OP(op_store) {
    bytes[A] = (uint8_t)B;
    GO(pc + 1);
}
OP(op_jump) {
    GO(pc + pc->a);
}
OP(op_jlt) {
    if (A < B) GO(pc + pc->c);
    GO(pc + 1);
}
OP(op_jnz) {
    if (A) GO(pc + pc->c);
    GO(pc + 1);
}
OP(op_jz) {
    if (!A) GO(pc + pc->c);
    GO(pc + 1);
}
OP(op_end) {
    (void)pc, (void)bytes;
    return r[0];
}

enum { SIZE = 60000, MOST = 60000, ROUNDS = 20, PRIMES = 6057, STEPS = 6134916 };
static uint8_t sieve[SIZE];
static Word registers[16];

/* r0: primes below SIZE; r1: a number, r2: a multiple of it */
/* clang-format off */
static const Ins primes[] = {
    {op_const, 0, 0, 0},
    {op_const, 4, SIZE, 0},
    {op_const, 5, 1, 0},
    {op_const, 6, 0, 0},
    {op_const, 1, 0, 0},
    {op_store, 1, 6, 0},  /* 5: clear */
    {op_addi, 1, 1, 1},
    {op_jlt, 1, 4, -2},
    {op_const, 1, 2, 0},
    {op_load, 7, 1, 0},   /* 9: is it prime? */
    {op_jnz, 7, 0, 7},
    {op_addi, 0, 0, 1},
    {op_add, 2, 1, 1},
    {op_jump, 3, 0, 0},
    {op_store, 2, 5, 0},  /* 14: mark */
    {op_add, 2, 2, 1},
    {op_jlt, 2, 4, -2},
    {op_addi, 1, 1, 1},   /* 17: the next */
    {op_jlt, 1, 4, -9},
    {op_end, 0, 0, 0}};

/* r0: steps of all numbers from 1 below MOST down to 1; r1: the number, r2: where it is now */
static const Ins collatz[] = {
    {op_const, 0, 0, 0},
    {op_const, 1, 1, 0},
    {op_const, 4, MOST, 0},
    {op_move, 2, 1, 0},   /* 3: a number */
    {op_addi, 3, 2, -1},  /* 4: a step */
    {op_jz, 3, 0, 9},
    {op_addi, 0, 0, 1},
    {op_andi, 3, 2, 1},
    {op_jnz, 3, 0, 3},
    {op_shri, 2, 2, 1},
    {op_jump, -6, 0, 0},
    {op_muli, 2, 2, 3},   /* 11: odd */
    {op_addi, 2, 2, 1},
    {op_jump, -9, 0, 0},
    {op_addi, 1, 1, 1},   /* 14: the next */
    {op_jlt, 1, 4, -12},
    {op_end, 0, 0, 0}};
/* clang-format on */

static Word run(const Ins *program) {
    return program->run(program, registers, sieve);
}

#ifdef __wasm__
void _start(void) {
#else
int main(void) {
#endif
    bench_start();
    for (int i = 0; i < ROUNDS; i++) {
        if (run(primes) != PRIMES) __builtin_trap();
        if (run(collatz) != STEPS) __builtin_trap();
    }
    bench_end();
#ifndef __wasm__
    return 0;
#endif
}
