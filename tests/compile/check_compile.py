"""check_compile.py: what w2c makes of the goldens and of tests/ops compiles with -Wall -Wextra -Werror as C
and as C++. Two settings here; --long: every compiler, -O0 to -O3, both memory modes, one file and three
groups, and the examples too."""
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from w2ctest import CXX_FLAGS, SOURCE, TESTS, WARNINGS, check, compile_c, compilers, finish, parallel, temp_dir, w2c

LONG = "--long" in sys.argv


def modules():
    found = []
    for folder in ("golden", "ops"):
        place = os.path.join(TESTS, folder)
        found += [os.path.join(place, f) for f in sorted(os.listdir(place)) if f.endswith(".wasm")]
    if LONG:
        for at, _, files in os.walk(os.path.join(SOURCE, "examples")):
            found += [os.path.join(at, f) for f in sorted(files) if f.endswith(".wasm")]
    return found


def try_one(temp, wasm, compiler, level, memory, groups, cplusplus):
    cc = compiler.cxx if cplusplus else compiler.cc
    stem = os.path.basename(wasm)[:-5]
    what = f"{os.path.basename(os.path.dirname(wasm))}-{stem} {cc} {level} {memory} groups={groups}"
    folder = os.path.join(temp, what.replace(" ", "_"))
    os.makedirs(folder)
    done = w2c(wasm, "-o", os.path.join(folder, stem + ".c"), "--memory=" + memory, f"--groups={groups}")
    if not check(done.returncode == 0, what + ": " + done.stderr):
        return
    for source in sorted(f for f in os.listdir(folder) if f.endswith(".c")):
        check(compile_c(cc, [os.path.join(folder, source)], os.path.join(folder, "out.o"),
                        *(CXX_FLAGS if cplusplus else ["-std=c11"]), level, *WARNINGS), f"{what}: {source} does not compile")


def settings():
    all_compilers = compilers()
    if not LONG:
        yield all_compilers[0], "-O2", "guard", 1, False
        last = all_compilers[-1]
        yield last, "-O0", "bounds", 3, bool(last.cxx)
        return
    for compiler in all_compilers:
        for cplusplus in (False, True) if compiler.cxx else (False,):
            for level in ("-O0", "-O1", "-O2", "-O3"):
                yield compiler, level, "guard", 1, cplusplus
                yield compiler, level, "bounds", 1, cplusplus
            yield compiler, "-O2", "guard", 3, cplusplus
            yield compiler, "-O0", "bounds", 3, cplusplus


def main():
    with temp_dir() as temp:
        parallel([lambda s=s, m=m: try_one(temp, m, *s) for s in settings() for m in modules()])
    finish("compiling")


main()
