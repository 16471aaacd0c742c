#!/usr/bin/env python3
"""check_interrupt.py: --interruptible, both kinds, and --interruptible=stop with all optimisations off: interrupt.c with every compiler."""
import os
import sys
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "compile"))
from w2ctest import TESTS, WARNINGS, check, compile_c, compilers, finish, run, runtime, temp_dir, w2c

HERE = os.path.join(TESTS, "interrupt")
PLAIN = ["--no-copies", "--no-stack-analysis", "--no-loop-versions", "--no-fixed-tables", "--no-joined-memory", "--no-libc-routines"]


def program(temp, compiler, level, *options):
    what = " ".join([compiler.cc, level, *options])
    folder = os.path.join(temp, "".join(c if c.isalnum() else "_" for c in what))
    os.makedirs(folder)
    done = w2c(os.path.join(HERE, "endless.wasm"), "-o", os.path.join(folder, "endless.c"), *options)
    if not check(done.returncode == 0, f"{what}: {done.stderr}"):
        return
    code, exe = os.path.join(folder, "endless.o"), os.path.join(folder, "program")
    metered = [] if "--interruptible=stop" in options else ["-DMETERED"]
    if not check(compile_c(compiler.cc, [os.path.join(folder, "endless.c")], code, "-std=c11", level, *WARNINGS), f"{what}: does not compile"):
        return
    if check(compile_c(compiler.cc, [os.path.join(HERE, "interrupt.c"), code, *compiler.runtime], exe, "-std=c11", "-O1", *metered,
                       "-I" + folder, link=True), f"{what}: does not link"):
        ran = run([exe])
        check(ran.returncode == 0, f"{what}: exit {ran.returncode}\n{ran.stdout}{ran.stderr}")


def main():
    with temp_dir() as temp:
        for compiler in compilers():
            runtime(compiler, temp)
            for kind in ("--interruptible", "--interruptible=fuel", "--interruptible=stop"):
                program(temp, compiler, "-O2", kind)
            program(temp, compiler, "-O0", "--interruptible=stop", "--memory=bounds")
            program(temp, compiler, "-O1", "--interruptible=stop", *PLAIN)
    finish("interruption")


main()
