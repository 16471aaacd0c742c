/* tenant.c: the guest: one customer's counter and history; compiled to tenant.wasm
 * (../build-wasm.sh). */
#define EXPORT(name) __attribute__((export_name(name)))
static int balance, entries;
static int history[4096];

EXPORT("book") int book(int amount) {
    if (balance + amount < 0) __builtin_trap(); /* a tenant that overdraws */
    balance += amount;
    history[entries++ % 4096] = amount;
    return balance;
}
EXPORT("grow") int grow(int pages) {
    return (int)__builtin_wasm_memory_grow(0, (unsigned long)pages);
}
