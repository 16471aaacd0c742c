"""check_limits.py: large modules of one kind each take time and memory in proportion (or end with a LIMIT
error): four times the module may take at most ten times the processor time. And what w2c says and leaves
when it cannot write."""
import os
import resource
import signal
import sys
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "compile"))
from w2ctest import (F64, I32, I64, TESTS, W2C, body, check, finish, functype, leb, module, name, name_section, run, section,
                     sleb, temp_dir, vec, w2c)

VOID = functype([], [])
MOST_FACTOR, LEAST_SECONDS = 10, 0.15  # below that it is noise


def const(n):
    return b"\x41" + sleb(n)


def func(code, params=(), results=(), local_decls=(), extra=()):
    parts = {1: vec([functype(params, results)]), 3: vec([b"\0"]), 10: vec([body(code, local_decls)]), **dict(extra)}
    return module(*[section(k, parts[k]) for k in (1, 2, 3, 4, 5, 13, 6, 7, 8, 9, 12, 10, 11) if k in parts])


def functions(n, code, names=None, exports=None):
    parts = [section(1, vec([functype([I32], [I32])])), section(3, vec([b"\0"] * n))]
    if exports:
        parts.append(section(7, vec([name(exports(k)) + b"\0" + leb(k) for k in range(n)])))
    parts.append(section(10, vec([body(code(k)) for k in range(n)])))
    if names:
        parts.append(name_section({k: names(k) for k in range(n)}))
    return module(*parts)


def echo(k):
    return b"\x20\0"


MEMORY = {5: vec([b"\0\1"])}
KINDS = {
    "nested blocks": lambda n: func(b"\x02\x40" * n + b"\x0b" * n),
    "nested blocks, each left": lambda n: func(b"\x02\x40" * n + b"\x20\0\x0d\0\x0b" * n, [I32]),
    "nested loops": lambda n: func(b"\x03\x40" * n + b"\x20\0\x0d\0\x0b" * n, [I32]),
    "nested ifs": lambda n: func(b"\x20\0\x04\x40" * n + b"\x05\x0b" * n, [I32]),
    "blocks with values": lambda n: func(b"\x02\x7f" * n + const(1) + b"\x20\0\x0d\0\x0b" * n + b"\x1a", [I32]),
    "deep operands": lambda n: func(const(1) * n + b"\x6a" * (n - 1) + b"\x1a"),
    "deep loads": lambda n: func((const(1) + b"\x28\2\0") * n + b"\x1a" * n, extra=MEMORY),
    "one long expression": lambda n: func(const(1) + (const(3) + b"\x6c") * n + b"\x1a"),
    "local sets under operands": lambda n: func(b"\x20\0" * 30 + (const(1) + b"\x21\0\x20\0\x1a") * n + b"\x1a" * 30, [I32]),
    "stores": lambda n: func((const(0) + const(1) + b"\x36\2\0") * n, extra=MEMORY),
    "calls": lambda n: func(b"\x10\0" * n),
    "br_tables": lambda n: func((const(0) + b"\x0e" + leb(50) + b"\0" * 51) .join([b"\x02\x40"] * (n // 40)) + b"\x0b" * (n // 40)),
    "many locals": lambda n: func(b"", local_decls=[(1, (I32, I64, F64)[k % 3]) for k in range(min(n, 49000))]),
    "many small functions": lambda n: functions(n, echo),
    "functions of one name": lambda n: functions(n, echo, names=lambda k: "same"),
    "functions of names that end in numbers": lambda n: functions(n, echo, names=lambda k: f"same_{k // 2}"),
    "exports": lambda n: functions(n, echo, exports=lambda k: f"export {k}"),
    "types": lambda n: module(section(1, vec([functype([(I32, I64, F64)[k // 3 ** i % 3] for i in range(11)], []) for k in range(n)]))),
    "imports of one name": lambda n: module(section(1, vec([VOID])), section(2, vec([name("a") + name("b") + b"\0\0"] * n))),
    "globals": lambda n: module(section(6, vec([bytes([I32, 1]) + const(k) + b"\x0b" for k in range(n)]))),
    "data segments": lambda n: module(section(5, vec([b"\0\1"])), section(11, vec([b"\0" + const(k) + b"\x0b\1x" for k in range(n)]))),
    "element segments": lambda n: module(section(1, vec([VOID])), section(3, vec([b"\0"])), section(4, vec([b"\x70\0\1"])),
                                         section(9, vec([b"\0" + const(0) + b"\x0b\1\0"] * n)), section(10, vec([body(b"")]))),
    "custom sections": lambda n: module(*[section(0, name("x"))] * n),
    "a name section of one long name": lambda n: functions(1, echo, names=lambda k: "*/" * (n * 4)),
}


def processor_seconds(command, **more):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = run(command, **more)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, done


def proportional(folder):
    small, factor = 5000, 4
    for what, make in KINDS.items():
        for command in ("validate", "translate"):
            seconds, codes = [], []
            for n in (small, small * factor):
                path = os.path.join(folder, "m.wasm")
                with open(path, "wb") as f:
                    f.write(make(n))
                out = [] if command == "validate" else ["-o", os.path.join(folder, "out.c"), "-j1"]
                took, done = processor_seconds([W2C, command, path, *out], timeout=120)
                seconds.append(took)
                codes.append(done.returncode)
                check(done.returncode in (0, 2) and (done.returncode == 0) == (not done.stderr),
                      f"{what}, {n}, {command}: exit {done.returncode}: {done.stderr[:300]}")
            check(seconds[1] < LEAST_SECONDS or seconds[1] < MOST_FACTOR * seconds[0],
                  f"{what}: {command} took {seconds[0]:.3f} s for {small}, {seconds[1]:.3f} s for {small * factor}")


# ---- what cannot be written -------------------------------------------------------------------------------
def tiny_files():
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (700, 700))


def unwritable(folder):
    wasm = os.path.join(TESTS, "golden", "calls.wasm")
    place = os.path.join(folder, "place")
    os.makedirs(place)
    out = os.path.join(place, "m.c")
    done = w2c(wasm, "-o", os.path.join(place, "nowhere", "m.c"))
    check(done.returncode == 3 and "nowhere" in done.stderr and done.stderr.count("\n") == 1, f"nowhere: {done.returncode} {done.stderr}")
    for options in ([], ["--groups=3"]):
        done = w2c(wasm, "-o", out, *options, preexec_fn=tiny_files)
        check(done.returncode == 3 and "m." in done.stderr, f"disk full: {done.returncode} {done.stderr}")
        check(os.listdir(place) == [], f"a full disk leaves {os.listdir(place)}")
    with open(out, "w") as f:
        f.write("as it was")
    done = w2c(wasm, "-o", out, preexec_fn=tiny_files)
    check(done.returncode == 3 and os.listdir(place) == ["m.c"] and open(out).read() == "as it was", "an old m.c was touched")
    os.remove(out)
    done = w2c(os.path.join(place, "missing.wasm"), "-o", out)
    check(done.returncode == 3 and "missing.wasm" in done.stderr, f"no input: {done.returncode} {done.stderr}")
    done = w2c(place, "-o", out)
    check(done.returncode == 3, f"a folder as input: {done.returncode} {done.stderr}")
    check(os.listdir(place) == [], f"left: {os.listdir(place)}")
    if os.path.exists("/dev/full"):
        with open("/dev/full", "w") as full:
            import subprocess
            code = subprocess.run([W2C, "info", wasm], stdout=full, stderr=subprocess.DEVNULL).returncode
        check(code == 3, f"info into a full disk: exit {code}")


def main():
    with temp_dir() as folder:
        proportional(folder)
        unwritable(folder)
    finish("limits")


main()
