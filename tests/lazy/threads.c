/* threads.c: 16 threads with an instance each call into groups that nobody has loaded; each is loaded once. Then a
 * group whose file is away: the call ends with a reason, and works when the file is back. argv: that file. */
#include "app.h"
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <w2c_group.h>

enum { THREADS = 16 };
extern w2c_groups app_groups;
static pthread_barrier_t start;

static void *run(void *user) {
    app *m;
    uint32_t r = 0;
    (void)user;
    if (app_new(&m, NULL, NULL) != W2C_OK) return "no instance";
    pthread_barrier_wait(&start);
    if (app_x_sum(m, &r) != W2C_OK || r != 1062) return "sum";
    if (app_x_indirect(m, 1, &r) != W2C_OK || r != 8) return "indirect";
    if (app_x_parity(m, 1001, &r) != W2C_OK || r != 0) return "parity";
    app_delete(m);
    return NULL;
}

static int missing(const char *path) {
    char away[600];
    app *m;
    uint32_t r = 0;
    snprintf(away, sizeof away, "%s.away", path);
    if (rename(path, away) || app_new(&m, NULL, NULL) != W2C_OK) return 10;
    for (int i = 0; i < 2; i++)
        if (app_x_fault(m, 65536, &r) != W2C_UNLINKABLE) return 11;
    if (!strstr(w2c_instance_detail((w2c_instance *)m), "function group ")) return 12;
    if (rename(away, path)) return 13;
    if (app_x_fault(m, 65536, &r) != W2C_TRAP_MEMORY_BOUNDS) return 14;
    if (app_x_fault(m, 65532, &r) != W2C_OK) return 15;
    app_delete(m);
    return 0;
}

int main(int argc, char **argv) {
    pthread_t threads[THREADS];
    unsigned loaded = 0;
    if (argc != 2 || !w2c_init_traps()) return 9;
    pthread_barrier_init(&start, NULL, THREADS);
    for (int i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, run, NULL);
    for (int i = 0; i < THREADS; i++) {
        void *wrong;
        pthread_join(threads[i], &wrong);
        if (wrong) return printf("thread %d: %s\n", i, (char *)wrong), 8;
    }
    for (unsigned g = 0; g < app_groups.count; g++)
        loaded += app_groups.states[g] == 2;
    printf("%u of %u groups, %u loads\n", loaded, app_groups.count, app_groups.loads);
    if (app_groups.loads != loaded || loaded != 10) return 7; /* f1-f5, even, odd, 3 exports */
    return missing(argv[1]);
}
