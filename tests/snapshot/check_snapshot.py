"""check_snapshot.py: w2c snapshot: the warmed module says what the original says after its initialisation, interpreted and
compiled, as module and as C; segments, start function and _initialize do not run again; what has an effect on the
host, stays open or cannot be kept is refused by name; the output is a function of the input."""
import os
import subprocess
import sys
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "compile"))
from w2ctest import TESTS, check, compile_c, compilers, finish, run, runtime, temp_dir, w2c

HERE = os.path.join(TESTS, "snapshot")
TELLS = ["numbers", "vector", "memories", "tables", "refs", "global_func", "passive", "dropped_data", "dropped_elem",
         "import"]
OBJECT_TELLS = ["ring", "chain", "numbers", "references", "arrays", "fixed", "sure", "outside", "boxes", "rows", "passive"]
CAUGHT_TELLS = ["numbers", "again", "uncaught", "none"]
GRAPH_TELLS = ["ring", "chain", "numbers", "references", "arrays", "fixed", "sure", "outside", "exception",
               "exception_of_many", "passive"]


def tell(module, calls):
    done = w2c("run", "--invoke=" + ",".join(calls), module)
    return done.stdout, done.returncode, done.stderr.split(": ", 1)[-1]


def same_as_original(temp, module, tells, traps, more):
    source, warm = os.path.join(HERE, module + ".wasm"), os.path.join(temp, module + ".wasm")
    done = w2c("snapshot", source, "--call=init", "-o", warm)
    if not check(done.returncode == 0, "snapshot: " + done.stderr):
        return
    check(w2c("validate", warm).returncode == 0, "the snapshot is invalid")
    for name in tells:
        want, got = tell(source, ["init", name]), tell(warm, [name])
        check(want == got and (want[1] == 0) == (name not in traps), f"{name}: {want} became {got}")
    with open(warm, "rb") as f:
        first = f.read()
    check(w2c("snapshot", warm, "--call=", "-o", warm).returncode == 0, "a snapshot of a snapshot")
    with open(warm, "rb") as f:
        second = f.read()
    again = os.path.join(temp, "again.wasm")
    w2c("snapshot", source, "--call=init", "-o", again)
    with open(again, "rb") as f:
        check(first == f.read(), "two snapshots differ")
    for name in tells:
        check(tell(warm, [name]) == tell(source, ["init", name]), f"a snapshot of a snapshot differs: {name}")
    check(len(second) <= len(first) + more, f"it grows: {len(first)}, {len(second)}")


def compiled(temp, module, tells):
    source, exe = os.path.join(HERE, module + ".wasm"), os.path.join(temp, module)
    done = w2c("snapshot", source, "--call=init", "-o", exe + ".wasm")
    done = w2c("build", exe + ".wasm", "-O0", "-o", exe)
    if not check(done.returncode == 0, "build: " + done.stderr):
        return
    for name in tells:
        ran = subprocess.run([exe], env={**os.environ, "W2C_RUN": "--invoke=" + name}, capture_output=True, text=True)
        want = tell(source, ["init", name])
        check((ran.stdout, ran.returncode) == want[:2], f"compiled {name}: {want}, but {ran}")


def as_c(temp, module, datas):
    """Copied data segments and mapped images say the same as an interpreted instance that was loaded."""
    compiler = compilers(False)[0]
    saved = os.path.join(temp, "saved")
    interpreted = os.path.join(os.environ["W2C_BUILD_DIR"], "tests", "test_snapshot")
    run([interpreted, "save", saved, module])
    want = run([interpreted, "load", saved, module]).stdout
    for data in datas:
        folder = os.path.join(temp, module + "-" + data)
        os.makedirs(folder)
        done = w2c("snapshot", os.path.join(HERE, module + ".wasm"), "--call=init", "--data=" + data, "-o",
                   os.path.join(folder, module + ".c"))
        if not check(done.returncode == 0, f"snapshot to C, {data}: {done.stderr}"):
            continue
        with open(os.path.join(folder, module + ".c")) as f:
            check((module + "_given" in f.read()) == (data == "image" and module == "warm"), f"{data}: is there an image?")
        sources = [os.path.join(HERE, "state.c"), os.path.join(folder, module + ".c"), *runtime(compiler, temp)]
        exe = os.path.join(folder, "main")
        if check(compile_c(compiler.cc, sources, exe, "-std=c11", "-O1", f"-DSTATE_MODULE={module}_module",
                           "-I" + folder, "-Wa,-I" + folder, link=True), f"{module}, {data}: does not compile"):
            ran = run([exe, "tell", "/dev/null"])
            check(ran.stdout == want != "", f"{data}: {ran} instead of {want}")


def state(temp, module, least):
    """w2c_snapshot_save and _load between compiled and interpreted instances: also without optimisation, in other modes."""
    folder, source = os.path.join(temp, "state-" + module), os.path.join(HERE, module + ".wasm")
    os.makedirs(folder)
    check(w2c(source, "-o", os.path.join(folder, module + ".c")).returncode == 0, "translate " + source)
    interpreted = os.path.join(os.environ["W2C_BUILD_DIR"], "tests", "test_snapshot")
    programs, saved, told = {"interpreted": interpreted}, {}, set()
    for compiler in compilers("--long" in sys.argv):
        exe = os.path.join(folder, "state-" + compiler.cc)
        if check(compile_c(compiler.cc, [os.path.join(HERE, "state.c"), os.path.join(folder, module + ".c"),
                                         *runtime(compiler, temp)], exe, "-std=c11", "-O1", f"-DSTATE_MODULE={module}_module",
                           "-I" + folder, link=True),
                 f"{compiler}: state.c does not compile with {module}"):
            programs[compiler.cc] = exe
    for name, program in programs.items():
        path = os.path.join(folder, name)
        ran = run([program, "save", path, *([module] if program == interpreted else [])])
        if check(ran.returncode == 0, f"{name} save: {ran}"):
            with open(path, "rb") as f:
                saved[name] = f.read()
    check(len(set(saved.values())) == 1, f"{list(saved)} save different bytes")
    for name, program in programs.items():
        for other in saved:
            ran = run([program, "load", os.path.join(folder, other), *([module] if program == interpreted else [])])
            told.add(ran.stdout)
            check(ran.returncode == 0, f"{name} load {other}: {ran}")
    check(len(told) == 1, f"they tell different things: {told}")
    want = "".join(f"{line}\n" for line in tell_all(source))
    check("".join(sorted(told)) == want and want.count("\n") == least, f"the original tells {want}, its copies {told}")


def tell_all(source):
    """What state.h's state_tell prints of an original: numbers in hexadecimal, with their bits."""
    interpreted = os.path.join(os.environ["W2C_BUILD_DIR"], "tests", "test_snapshot")
    return run([interpreted, "original", "/dev/null", os.path.splitext(os.path.basename(source))[0]]).stdout.splitlines()


def once(temp):
    source, warm = os.path.join(HERE, "once.wasm"), os.path.join(temp, "once.wasm")
    for calls, want in ((None, "1\n"), ("_initialize,more,more", "21\n"), ("_initialize", "1\n")):
        done = w2c("snapshot", source, "-o", warm, *([] if calls is None else ["--call", calls]))
        check(done.returncode == 0, f"once {calls}: {done.stderr}")
        check(tell(warm, ["done"])[:2] == (want, 0), f"once {calls}: {tell(warm, ['done'])}")


def refused(temp):
    source, out = os.path.join(HERE, "refused.wasm"), os.path.join(temp, "out.wasm")
    guest = os.path.join(temp, "guest")
    os.makedirs(guest)
    with open(os.path.join(guest, "file.txt"), "w") as f:
        f.write("world")
    here = ["--dir=" + guest + "::/"]
    for calls, options, words in (
            ("write", [], "fd_write on descriptor 1: --stdout=FILE"), ("read", [], "fd_read on descriptor 0"),
            ("random", [], "random_get"), ("create", here, 'path_open to write "file.txt"'),
            ("unlink", here, "path_unlink_file"), ("open", here, "files are still open: file.txt (descriptor 4)"),
            ("exit", [], "exit code 7"), ("trap", [], "unreachable"), ("strange", [], "env.strange"),
            ("share", [], "global 2 holds an object that another constant holds"),
            ("parameter", [], "has parameters"), ("nothing", [], "no such exported function")):
        done = w2c("snapshot", source, "--call", calls, *options, "-o", out)
        check(done.returncode == 2 and words in done.stderr and not os.path.exists(out),
              f"{calls}: exit {done.returncode}: {done.stderr}")
    done = w2c("snapshot", os.path.join(HERE, "graph.wasm"), "--call=init", "-o", out)
    check(done.returncode == 2 and "global 5 holds an exception" in done.stderr, f"an exception: {done}")
    # what is given may be used
    said = os.path.join(temp, "said")
    for calls, options in (("write", ["--stdout=" + said]), ("random", ["--allow-random"]), ("open,read_file,close", here)):
        done = w2c("snapshot", source, "--call", calls, *options, "-o", out)
        check(done.returncode == 0, f"{calls}: {done.stderr}")
    with open(said) as f:
        check(f.read() == "hello", "--stdout of an initialisation")
    check(tell(out, ["first"])[0] == f"{ord('w')}\n", "a file read at the initialisation")


def main():
    with temp_dir() as temp:
        same_as_original(temp, "warm", TELLS, ("dropped_data", "dropped_elem", "import"), 64)
        same_as_original(temp, "objects", OBJECT_TELLS, (), 100000)  # the first one's functions stay in the second
        same_as_original(temp, "caught", CAUGHT_TELLS, ("uncaught",), 64)
        compiled(temp, "warm", TELLS)
        compiled(temp, "caught", CAUGHT_TELLS)
        compiled(temp, "objects", OBJECT_TELLS)
        as_c(temp, "warm", ("image", "incbin", "literal"))
        as_c(temp, "objects", ("image",))
        state(temp, "warm", 10)
        state(temp, "graph", len(GRAPH_TELLS))
        once(temp)
        refused(temp)
    finish("snapshot")


main()
