/* state.c: tell, save FILE, load FILE: the compiled side of check_snapshot.py; test_snapshot is the interpreted one.
 * STATE_MODULE: warm_module or graph_module. */
#include "state.h"
#include <w2c_rt.h>

extern const w2c_module STATE_MODULE;

int main(int argc, char **argv) {
    return argc == 3 ? state_main(&STATE_MODULE, argv[1], argv[2]) : 9;
}
