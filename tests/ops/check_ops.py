"""check_ops.py: programs made of *.wasm and *.c here, with every compiler, -O0 and -O2, both memory modes:
order of effects (effects), floating point (floats), loops without end (loops), recursion without end
(stack), tables that never change (fixed) and that nobody looks at (unseen), large frames (frames). --long: -O1 and -O3 too, all of it as C++, larger frames."""
import os
import sys
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "compile"))
import make_frames
from w2ctest import (CXX_FLAGS, TESTS, WARNINGS, check, compile_c, compilers, finish, parallel, run, runtime,
                     temp_dir, w2c)

LONG = "--long" in sys.argv
HERE = os.path.join(TESTS, "ops")


def has_fma():
    try:
        with open("/proc/cpuinfo") as f:
            return " fma " in f.read()
    except OSError:
        return False


def program(temp, test, compiler, flags, memory="guard", options=(), cplusplus=False, arguments=(), define=()):
    """Translates test.wasm, compiles it with flags, links test.c, runs. The program, where all of that is well."""
    what = f"{test} {compiler} {' '.join(flags)} {memory}{' C++' if cplusplus else ''} {' '.join(options)}"
    folder = os.path.join(temp, what.replace(" ", "_").replace("/", "_"))
    os.makedirs(folder)
    wasm = os.path.join(temp if test == "frames" else HERE, test + ".wasm")
    done = w2c(wasm, "-o", os.path.join(folder, test + ".c"), "--memory=" + memory, *options)
    if not check(done.returncode == 0, what + ": " + done.stderr):
        return
    exe = os.path.join(folder, "program")
    language = CXX_FLAGS if cplusplus else ["-std=c11"]
    sources = [os.path.join(folder, f) for f in os.listdir(folder) if f.endswith(".c")]
    objects = [f[:-2] + ".o" for f in sources]
    for source, obj in zip(sources, objects):
        if not check(compile_c(compiler.cxx if cplusplus else compiler.cc, [source], obj, *language, *flags,
                               *WARNINGS), what + ": does not compile"):
            return
    if not check(compile_c(compiler.cc, [os.path.join(HERE, test + ".c"), *objects, *compiler.runtime], exe,
                           "-std=c11", "-O1", "-I" + folder, *define, link=True), what + ": does not link"):
        return
    ran = run([exe, *arguments])
    return exe if check(ran.returncode == 0, f"{what}: exit {ran.returncode}\n{ran.stdout}{ran.stderr}") else None


def unseen(temp, compiler):
    """What one build saves the other loads, and it is the same."""
    exes, saved = [], []
    for options, count in ([], 12), (["--no-fixed-tables"], 15):
        path = os.path.join(temp, f"unseen_{compiler.cc.replace('/', '_')}_{count}")
        exe = program(temp, "unseen", compiler, ["-O1"], options=options, arguments=["save", path], define=[f"-DRECORDS={count}"])
        if not exe:
            return
        exes.append(exe)
        saved.append(path)
    for exe in exes:
        for path in saved:
            ran = run([exe, "load", path])
            check(ran.returncode == 0, f"unseen: exit {ran.returncode}\n{ran.stdout}{ran.stderr}")
    with open(saved[0], "rb") as a, open(saved[1], "rb") as b:
        check(a.read() == b.read(), "unseen: the snapshots differ")


def main():
    jobs = []
    with temp_dir() as temp:
        with open(os.path.join(temp, "frames.wasm"), "wb") as f:
            f.write(make_frames.make(1100 if LONG else 350))

        def add(*arguments, **more):
            jobs.append(lambda: program(temp, *arguments, **more))

        for compiler in compilers():
            runtime(compiler, temp)
            for level in ("-O0", "-O1", "-O2", "-O3") if LONG else ("-O0", "-O2"):
                for memory in ("guard", "bounds"):
                    add("effects", compiler, [level], memory)
                    add("stack", compiler, [level], memory)
                add("floats", compiler, [level])
                add("loops", compiler, [level])
                if compiler.cxx and (LONG or level == "-O2"):
                    for test in ("effects", "stack", "loops", "floats", "fixed"):
                        add(test, compiler, [level], cplusplus=True)
            if has_fma():
                add("floats", compiler, ["-O3", "-mfma"])
            add("floats", compiler, ["-O2"], options=["--canonical-nans"], arguments=["canonical"])
            add("effects", compiler, ["-O2"], options=["--groups=3"])
            add("effects", compiler, ["-O2"], options=["--fixed-base"])
            add("effects", compiler, ["-O2"], "static", options=["--max-memory=1M"])
            add("fixed", compiler, ["-O2"])
            add("fixed", compiler, ["-O0"], options=["--groups=3"])
            add("fixed", compiler, ["-O2"], options=["--no-fixed-tables"])
            jobs.append(lambda compiler=compiler: unseen(temp, compiler))
            add("stack", compiler, ["-O2"], options=["--no-stack-analysis"])
            add("frames", compiler, ["-O0"])
            if LONG:
                add("frames", compiler, ["-O0"], "bounds")
                add("frames", compiler, ["-O2"])
        parallel(jobs)
    finish("ops")


main()
