#!/usr/bin/env python3
"""check_static.py: --memory=static and --fixed-base: what is refused, and static.c with every compiler."""
import os
import sys
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "compile"))
from w2ctest import CXX_FLAGS, TESTS, WARNINGS, check, compile_c, compilers, finish, run, runtime, temp_dir, w2c

WASM = os.path.join(TESTS, "memory", "static.wasm")
PAGES = 4 * 65536


def refused(temp, what, *options):
    done = w2c(WASM, "-o", os.path.join(temp, "fixed.c"), "--memory=static", *options)
    check(done.returncode == 2 and what in done.stderr, f"{options}: exit {done.returncode}, {done.stderr}")
    check(not os.path.exists(os.path.join(temp, "fixed.c")), f"{options}: wrote a file")


STATIC = ["--memory=static", f"--max-memory={PAGES}"]


def program(temp, compiler, level, cplusplus, options, why="static buffer"):
    what = f"{compiler} {level} {options}"
    folder = os.path.join(temp, "".join(c if c.isalnum() else "_" for c in what))
    os.makedirs(folder)
    done = w2c(WASM, "-o", os.path.join(folder, "fixed.c"), *options)
    if not check(done.returncode == 0, f"{what}: {done.stderr}"):
        return
    language = CXX_FLAGS if cplusplus else ["-std=c11"]
    objects = []
    for source in [f for f in os.listdir(folder) if f.endswith(".c")]:
        objects.append(os.path.join(folder, source[:-2] + ".o"))
        if not check(compile_c(compiler.cxx if cplusplus else compiler.cc, [os.path.join(folder, source)], objects[-1],
                               *language, level, *WARNINGS), f"{what}: does not compile"):
            return
        check(os.path.getsize(objects[-1]) < PAGES, f"{what}: the buffer's zeros are in the object")
    exe = os.path.join(folder, "program")
    if check(compile_c(compiler.cc, [os.path.join(TESTS, "memory", "static.c"), *objects, *compiler.runtime], exe,
                       "-std=c11", "-O1", f'-DWHY="{why}"', "-I" + folder, link=True), f"{what}: does not link"):
        ran = run([exe])
        check(ran.returncode == 0, f"{what}: exit {ran.returncode}\n{ran.stdout}{ran.stderr}")


def main():
    with temp_dir() as temp:
        refused(temp, "memory 0 has no maximum: give --max-memory")
        refused(temp, "memory 0 begins with 1 pages", "--max-memory=100")
        refused(temp, "may become larger than 1 GiB", "--max-memory=4G")
        for compiler in compilers():
            runtime(compiler, temp)
            program(temp, compiler, "-O0", False, STATIC)
            program(temp, compiler, "-O2", False, [*STATIC, "--groups=2"])
            program(temp, compiler, "-O2", False, [*STATIC, "--no-range-analysis"])
            program(temp, compiler, "-O0", False, ["--fixed-base"], "is taken")
            program(temp, compiler, "-O2", False, ["--fixed-base", "--memory=bounds", "--groups=2"], "is taken")
            if compiler.cxx:
                program(temp, compiler, "-O1", True, STATIC)
                program(temp, compiler, "-O2", True, ["--fixed-base"], "is taken")
    finish("static memories")


main()
