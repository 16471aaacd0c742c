/* pool.c: pool_checks.h over compiled modules. An argument: how many cycles. */
#include "failing.h"
#include "pool_checks.h"
#include "starter.h"
#include "tenant.h"

static int failures;

static void report(const char *name, const char *fault) {
    printf("%-24s %s\n", name, fault ? fault : "ok");
    failures += fault != NULL;
}

int main(int argc, char **argv) {
    unsigned cycles = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 2000;
    w2c_pool *pool;
    w2c_init_traps();
    report("clean", check_clean(&tenant_module, W2C_RESET_AUTO, 0));
    report("clean by copying", check_clean(&tenant_module, W2C_RESET_COPY, 0));
    report("clean by scanning", check_clean(&tenant_module, W2C_RESET_SCAN, 1 << 20));
    report("keeping little", check_clean(&tenant_module, W2C_RESET_SCAN, 8192));
    report("clean by dontneed", check_clean(&tenant_module, W2C_RESET_DONTNEED, 0));
    report("same place", check_same_place(&tenant_module));
    report("limits", check_limits(&tenant_module));
    report("imports", check_imports(&tenant_module));
    report("starter", check_starter(&starter_module));
    report("failing", check_failing(&failing_module));
    report("threads", check_threads(&tenant_module, cycles / 20));
    report("cycles", check_cycles(&tenant_module, NULL, cycles));
    w2c_pool_new(&pool, &tenant_module, NULL);
    report("cycles in a pool", check_cycles(&tenant_module, pool, cycles));
    w2c_pool_delete(pool);
    w2c_module_forget(&tenant_module);
    return failures != 0;
}
