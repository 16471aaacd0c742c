/* state.c: save FILE, load FILE: the compiled side of check_snapshot.py; test_snapshot is the interpreted one. */
#include "warm.h"
#include "state.h"

extern const w2c_module warm_module;

int main(int argc, char **argv) {
    return argc == 3 ? state_main(&warm_module, argv[1], argv[2]) : 9;
}
