/* rt_fault.c: faults of guarded memories become traps; every other fault goes where it would have
 * gone.
 *
 * A fault is ours when this thread runs guest code (a frame), the address lies in one of our
 * reservations, and the instruction lies in translated code. Then the handler returns into a
 * function that traps, so that the system restores signal mask, alternate stack and floating-point
 * state. */
#define _GNU_SOURCE
#include "rt_internal.h"
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

static const int signals[] = {SIGSEGV, SIGBUS};
#define SIGNALS (sizeof signals / sizeof *signals)

static struct {
    struct sigaction before[SIGNALS];
    atomic_bool spent[SIGNALS]; /* a SA_RESETHAND handler that has run */
    bool installed;             /* under the registry's lock */
} handlers;

/* Where the interrupted thread goes on, as if `pc` had called it. */
__attribute__((used)) static void land(uintptr_t pc) {
    w2c_trap_fault(pc);
}

#if defined(__linux__) && defined(__x86_64__)
/* Between the two a frame whose description says how to go on unwinding at the fault: the stack
 * pointer of then lies at 8(sp), the instruction at 0(sp), all other registers are as they were. */
extern const char w2c_land_frame[] W2C_HIDDEN;
__asm__(".text\n"
        ".p2align 4\n"
        ".hidden w2c_land_frame\n"
        ".globl w2c_land_frame\n"
        ".type w2c_land_frame, @function\n"
        ".cfi_startproc\n"
        ".cfi_signal_frame\n"
        ".cfi_escape 0x0f, 3, 0x77, 8, 0x06\n" /* CFA: what breg7 + 8 points to */
        ".cfi_escape 0x10, 16, 2, 0x77, 0\n"   /* the return address: at breg7 */
        "nop\n"                                /* unwinders look in front of return addresses */
        "w2c_land_frame:\n"
        "movq (%rsp), %rdi\n"
        "call w2c_land_c\n"
        "ud2\n"
        ".cfi_endproc\n"
        ".size w2c_land_frame, .-w2c_land_frame\n");
__attribute__((used)) W2C_HIDDEN void w2c_land_c(uintptr_t pc);
void w2c_land_c(uintptr_t pc) {
    land(pc);
}
#endif

/* Where the fault happened. 0: not known on this processor. */
static uintptr_t fault_pc(const ucontext_t *uc) {
#if defined(__linux__) && defined(__x86_64__)
    return (uintptr_t)uc->uc_mcontext.gregs[REG_RIP];
#elif defined(__linux__) && defined(__aarch64__)
    return (uintptr_t)uc->uc_mcontext.pc;
#elif defined(__linux__) && defined(__riscv)
    return (uintptr_t)uc->uc_mcontext.__gregs[REG_PC];
#else
    (void)uc;
    return 0;
#endif
}

/* Lets the interrupted thread go on in land(), as if it had been called there. */
static void go_landing(ucontext_t *uc) {
#if defined(__linux__) && defined(__x86_64__)
    uintptr_t sp = (uintptr_t)uc->uc_mcontext.gregs[REG_RSP];
    uintptr_t *place = (uintptr_t *)((sp - 128) & ~(uintptr_t)15) - 2; /* below the red zone */
    place[0] = (uintptr_t)uc->uc_mcontext.gregs[REG_RIP];
    place[1] = sp;
    uc->uc_mcontext.gregs[REG_RSP] = (greg_t)(uintptr_t)place;
    uc->uc_mcontext.gregs[REG_RIP] = (greg_t)(uintptr_t)w2c_land_frame;
#elif defined(__linux__) && defined(__aarch64__)
    uc->uc_mcontext.regs[0] = uc->uc_mcontext.pc;
    uc->uc_mcontext.pc = (uintptr_t)&land;
#elif defined(__linux__) && defined(__riscv)
    uc->uc_mcontext.__gregs[REG_A0] = uc->uc_mcontext.__gregs[REG_PC];
    uc->uc_mcontext.__gregs[REG_PC] = (uintptr_t)&land;
#else
    (void)uc;
#endif
}

#if defined(__linux__) && (defined(__x86_64__) || defined(__aarch64__) || defined(__riscv))
#define CAN_LAND true
#else
#define CAN_LAND false
#endif

/* ---- everybody else's faults ---------------------------------------------------------------- */
static void default_action(int sig, const siginfo_t *info, const struct sigaction *before) {
    struct sigaction dfl;
    memset(&dfl, 0, sizeof dfl);
    dfl.sa_handler = SIG_DFL;
    bool sent = info->si_code <= 0; /* by kill and the like: no instruction that faults again */
    if (sent && before->sa_handler == SIG_IGN) return;
    sigaction(sig, &dfl, NULL);
    if (!sent)
        return; /* the instruction is repeated, and its fault ends the process as it would have */
#if defined(__linux__)
    siginfo_t copy = *info;
    if (!syscall(SYS_rt_tgsigqueueinfo, getpid(), syscall(SYS_gettid), sig, &copy)) return;
#endif
    raise(sig);
}

static void pass_on(size_t i, int sig, siginfo_t *info, void *uc) {
    const struct sigaction *before = &handlers.before[i];
    bool has_info = (before->sa_flags & SA_SIGINFO) != 0;
    if ((!has_info && (before->sa_handler == SIG_DFL || before->sa_handler == SIG_IGN)) ||
        atomic_load(&handlers.spent[i])) {
        default_action(sig, info, before);
        return;
    }
    if (((unsigned)before->sa_flags & (unsigned)SA_RESETHAND) != 0)
        atomic_store(&handlers.spent[i], true);
    sigset_t mask = before->sa_mask, old;
    if (!(before->sa_flags & SA_NODEFER)) sigaddset(&mask, sig);
    pthread_sigmask(SIG_BLOCK, &mask, &old);
    if (has_info)
        before->sa_sigaction(sig, info, uc);
    else
        before->sa_handler(sig);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
}

static void on_fault(int sig, siginfo_t *info, void *uc) {
    if (w2c_frame_innermost() && info->si_code > 0 &&
        w2c_registry_has(W2C_RANGE_TEXT, fault_pc((ucontext_t *)uc)) &&
        w2c_registry_has(W2C_RANGE_MEMORY, (uintptr_t)info->si_addr)) {
        go_landing((ucontext_t *)uc);
        return;
    }
    for (size_t i = 0; i < SIGNALS; i++)
        if (signals[i] == sig) pass_on(i, sig, info, uc);
}

bool w2c_init_traps(void) {
    if (!CAN_LAND) return false;
    w2c_registry_lock();
    bool ok = true;
    if (!handlers.installed) {
        struct sigaction ours;
        memset(&ours, 0, sizeof ours);
        ours.sa_sigaction = on_fault;
        ours.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER;
        sigemptyset(&ours.sa_mask);
        size_t done = 0;
        /* what was there is known before the first fault can come */
        while (done < SIGNALS && !sigaction(signals[done], NULL, &handlers.before[done]) &&
               !sigaction(signals[done], &ours, NULL))
            done++;
        ok = handlers.installed = done == SIGNALS;
        while (!ok && done) {
            done--;
            sigaction(signals[done], &handlers.before[done], NULL);
        }
    }
    w2c_registry_unlock();
    return ok;
}
