"""check_lazy.py: w2c build --lazy-groups: the program does what the plain one does; groups are loaded when needed,
each once whatever the threads; files that are missing, changed, cut off or of another build are refused with a reason."""
import os
import shutil
import subprocess
import sys
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "compile"))
from w2ctest import TESTS, check, compile_c, compilers, finish, run, runtime, temp_dir, w2c

HERE = os.path.join(TESTS, "lazy")
WASM = os.path.join(HERE, "groups.wasm")
CALLS = (("sum", []), ("parity", ["1000"]), ("indirect", ["0"]), ("indirect", ["1"]), ("indirect", ["2"]),
         ("fault", ["65532"]), ("fault", ["65533"]), ("deep", []), ("never", ["3"]))


def call(exe, name, arguments):
    ran = subprocess.run([exe, *arguments], env={**os.environ, "W2C_RUN": "--invoke=" + name}, capture_output=True,
                         text=True)
    why = (ran.stderr.splitlines() or [""])[0]  # without the backtrace
    return ran.returncode, ran.stdout, why.split(": ", 1)[-1]


def build(out, *options):
    done = w2c("build", WASM, "-O1", "--cc", os.environ["W2C_CC"], "-o", out, *options)
    return check(done.returncode == 0, f"build {options}: {done.stderr}")


def behaves(temp):
    plain, lazy = os.path.join(temp, "plain"), os.path.join(temp, "it's \\lazy")
    for memory in ("guard", "bounds"):
        if build(plain, "--memory=" + memory) and build(lazy, "--lazy-groups", "--group-size=1", "--memory=" + memory):
            for name, arguments in CALLS:
                want, got = call(plain, name, arguments), call(lazy, name, arguments)
                check(want == got, f"{memory} {name} {arguments}: {want}, lazily {got}")
            check(len(os.listdir(lazy + ".groups")) == 16, f"groups: {os.listdir(lazy + '.groups')}")
    # larger groups, a new build in the same place
    if build(lazy, "--lazy-groups"):
        check(os.listdir(lazy + ".groups") == ["1.so"], f"one group: {os.listdir(lazy + '.groups')}")
        check(call(lazy, "sum", []) == call(plain, "sum", []), "one group: sum")


def refused(temp):
    exe, other = os.path.join(temp, "app"), os.path.join(temp, "other")
    if not build(exe, "--lazy-groups", "--group-size=1") or not build(other, "--lazy-groups", "--group-size=1", "-g"):
        return
    path = os.path.join(exe + ".groups", "8.so")  # $load
    with open(path, "rb") as f:
        good = f.read()
    with open(os.path.join(exe + ".groups", "7.so"), "rb") as f:
        wrong_group = f.read()
    with open(os.path.join(other + ".groups", "8.so"), "rb") as f:
        other_build = f.read()
    changed = [good[:at] + bytes([good[at] ^ 1]) + good[at + 1:] for at in range(0, len(good), len(good) // 20)]
    cases = [("changed", c, "checksum differs") for c in changed]
    cases += [("cut off", good[:-1], "not the file that was built"), ("empty", b"", "not the file that was built"),
              ("another group", wrong_group, "not the file that was built"),
              ("another build", other_build, "not the file that was built"), ("missing", None, "No such file")]
    for what, content, words in cases:
        os.unlink(path)
        if content is not None:
            with open(path, "wb") as f:
                f.write(content)
        code, out, text = call(exe, "fault", ["0"])
        check(code == 134 and words in text and "function group 8" in text, f"{what}: exit {code}: {text}")
        check(call(exe, "sum", [])[0] == 0, f"{what}: it is not needed for sum")
        with open(path, "wb") as f:
            f.write(good)
    check(call(exe, "fault", ["0"])[0] == 0, "the group is back")


def threads(temp):
    exe, keep = os.path.join(temp, "threaded"), os.path.join(temp, "keep")
    compiler = compilers(False)[0]
    if not build(exe, "--lazy-groups", "--group-size=1", "--keep", keep):
        return
    made = [os.path.join(keep, f) for f in ("app.c", "app_groups.c")]
    program = os.path.join(temp, "threads")
    if check(compile_c(compiler.cc, [os.path.join(HERE, "threads.c"), *made, *runtime(compiler, temp)], program, "-O1",
                       "-std=gnu11", "-I" + keep, "-rdynamic", link=True), "threads.c"):
        for _ in range(5):
            ran = run([program, os.path.join(exe + ".groups", "8.so")])
            check(ran.returncode == 0, f"threads: exit {ran.returncode}: {ran.stdout}{ran.stderr}")


def main():
    with temp_dir() as temp:
        behaves(temp)
        refused(temp)
        threads(temp)
        done = w2c("build", WASM, "--lazy-groups", "--static", "-o", os.path.join(temp, "x"))
        check(done.returncode == 3 and "--static" in done.stderr, f"--static: {done.stderr}")
        done = w2c("build", os.path.join(TESTS, "tail", "first.wasm"), "--lazy-groups", "-o", os.path.join(temp, "x"))
        check(done.returncode == 2 and "tail calls" in done.stderr, f"tail calls: {done.stderr}")
        shutil.rmtree(os.path.join(temp, "x.groups"), ignore_errors=True)
    finish("lazy groups")


main()
