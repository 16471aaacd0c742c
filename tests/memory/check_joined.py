#!/usr/bin/env python3
"""check_joined.py: instances in front of their memory, and with --no-joined-memory apart from it: joined.c with every compiler."""
import os
import sys
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "compile"))
from w2ctest import CXX_FLAGS, TESTS, WARNINGS, check, compile_c, compilers, finish, run, runtime, temp_dir, w2c

WASM = os.path.join(TESTS, "memory", "static.wasm")


def objects_of(folder, compiler, flags, *options):
    os.makedirs(folder)
    done = w2c(WASM, "-o", os.path.join(folder, "pair.c"), "--groups=2", *options)
    if not check(done.returncode == 0, f"{options}: {done.stderr}"):
        return {}
    objects = {}
    for source in sorted(f for f in os.listdir(folder) if f.endswith(".c")):
        objects[source] = os.path.join(folder, source[:-2] + ".o")
        check(compile_c(compiler, [os.path.join(folder, source)], objects[source], *flags, *WARNINGS), f"{options}: {source} does not compile")
    return objects


def link(compiler, folder, objects, joined, limits, quiet=False):
    exe = os.path.join(folder, "program")
    done = compile_c(compiler.cc, [os.path.join(TESTS, "memory", "joined.c"), *objects, *compiler.runtime], exe, "-std=c11", "-O1",
                     f"-DJOINED={joined}", f"-DLIMITS_SPACE={limits}", "-I" + folder, link=True, quiet=quiet)
    return exe if done else None


def program(temp, compiler, cc, flags, joined, *options):
    what = " ".join([compiler.cc, *flags, *options])
    folder = os.path.join(temp, "".join(c if c.isalnum() else "_" for c in what))
    limits = int("--memory=bounds" not in options)  # there less space will do
    exe = link(compiler, folder, objects_of(folder, cc, flags, *options).values(), joined, limits)
    if check(exe, f"{what}: does not link"):
        ran = run([exe])
        check(ran.returncode == 0, f"{what}: exit {ran.returncode}\n{ran.stdout}{ran.stderr}")


def mixed(temp, compiler):
    """Files of both kinds do not make one module."""
    flags = ["-std=c11", "-O0"]
    joined = objects_of(os.path.join(temp, "joined"), compiler.cc, flags)
    apart = objects_of(os.path.join(temp, "apart"), compiler.cc, flags, "--no-joined-memory")
    check(len(joined) > 1 and joined.keys() == apart.keys(), "several files of the same names")
    some = {**joined, sorted(joined)[0]: apart[sorted(joined)[0]]}
    check(not link(compiler, os.path.join(temp, "joined"), some.values(), 1, 0, True), "files of different kinds are linked")


def main():
    with temp_dir() as temp:
        for compiler in compilers():
            runtime(compiler, temp)
            c = ["-std=c11"]
            program(temp, compiler, compiler.cc, [*c, "-O0"], 1)
            program(temp, compiler, compiler.cc, [*c, "-O2"], 1)
            program(temp, compiler, compiler.cc, [*c, "-O2"], 1, "--memory=bounds")
            program(temp, compiler, compiler.cc, [*c, "-O2"], 0, "--no-joined-memory")
            program(temp, compiler, compiler.cc, [*c, "-O2"], 0, "--no-joined-memory", "--memory=bounds")
            if compiler.cxx:
                program(temp, compiler, compiler.cxx, [*CXX_FLAGS, "-O1"], 1)
        mixed(temp, compiler)
    finish("joined memories")


main()
