#!/usr/bin/env python3
"""check_eh.py: exceptions, compiled: thrower.wat and catcher.wat with eh.c as their host, by every compiler
there is, unoptimised and optimised, with guard pages and with checks, tested for and jumping; jumps.wat as a
program; and what a module that cannot throw must look like."""
import os
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "compile"))
import w2ctest as t  # noqa: E402

PROGRAMS = [("eh", ["thrower", "catcher"]), ("heap", ["heap"])]


MODES = [["-O0"], ["-O2"], ["-O0", "--memory=bounds"], ["-O2", "--memory=bounds"], ["-O2", "--exceptions=jumps"]]


def translate(folder, mode, modules):
    sources = []
    for name in modules:
        out = os.path.join(folder, name + ".c")
        done = t.w2c(os.path.join(HERE, name + ".wasm"), "-o", out, *mode)
        if not t.check(done.returncode == 0, f"{name} with {' '.join(mode)}: {done.stderr}"):
            return None
        sources.append(out)
    return sources


def run_all(folder, mode, compiler, flags, name, modules):
    sources = translate(folder, mode, modules)
    if not sources:
        return
    what = f"{name} {compiler} {' '.join(flags + mode)}"
    program = os.path.join(folder, name)
    good = t.compile_c(compiler.cc, [*sources, os.path.join(HERE, name + ".c"), *t.runtime(compiler, os.path.dirname(folder))],
                       program, *flags, *t.WARNINGS, "-I" + folder, link=True)
    if not t.check(good, what + ": does not compile"):
        return
    done = t.run([program])
    t.check(done.returncode == 0, f"{what}: exit {done.returncode}\n{done.stdout}{done.stderr}")


def check_nothing_thrown(folder):
    """Calls of a module that has no tags and imports only WASI are not tested."""
    out = os.path.join(folder, "quiet.c")
    done = t.w2c(os.path.join(HERE, "quiet.wasm"), "-o", out)
    if not t.check(done.returncode == 0, "quiet: " + done.stderr):
        return
    with open(out) as file:
        text = file.read()
    bodies = text[text.index("/* ---- functions ---- */"):]
    t.check("W2C_THROWN" not in bodies, "calls that cannot throw are tested for exceptions")
    t.check(len(re.findall(r"f_leaf\(", bodies)) > 1, "quiet: the calls are there")


def check_only_what_may(folder):
    """Tests and handlers stand where something may throw."""
    out = os.path.join(folder, "some.c")
    done = t.w2c(os.path.join(HERE, "some.wasm"), "-o", out)
    if not t.check(done.returncode == 0, "some: " + done.stderr):
        return
    with open(out) as file:
        text = file.read()
    bodies = dict(re.findall(r"\n/\* (\w+): [^\n]*\nW2C_FN [^\n]*\n(.*?)\n}\n", text, re.S))
    for name, tests in [("leaf", 0), ("calls_leaf", 0), ("throws", 0), ("calls_throws", 1), ("both", 1),
                        ("indirect_quiet", 0), ("indirect_throws", 1), ("try_quiet", 0),
                        # what is called last gives its result, and its exception, to the caller
                        ("passes_on", 0), ("passes_value", 0), ("passes_in_arm", 0), ("passes_local", 0), ("passes_other", 1)]:
        found = bodies.get(name, "missing").count("W2C_THROWN")
        t.check(found == tests, f"some: {name} has {found} tests, {tests} expected")
    t.check("X" not in bodies.get("try_quiet", "X"), "some: handlers that nothing reaches are not printed")


def until_call(assembly, function):
    """The instructions of a function up to its first call, by name."""
    body = re.search(r"^%s:[^\n]*\n(.*?)^\s*call" % function, assembly, re.S | re.M)
    lines = [line.split("#")[0].strip() for line in body.group(1).splitlines()] if body else []
    return [line.split()[0] for line in lines if line and not line.startswith(".") and not line.endswith(":")]


def check_entering(folder):
    """A function that calls inside a try does nothing before the call that the same function without a try does not."""
    out = os.path.join(folder, "enter.c")
    done = t.w2c(os.path.join(HERE, "enter.wasm"), "-o", out)
    if not t.check(done.returncode == 0, "enter: " + done.stderr):
        return
    for compiler in t.compilers():
        done = t.run([compiler.cc, "-O2", "-std=c11", "-I" + t.RTLIB, "-S", "-o", "-", out])
        plain = until_call(done.stdout, "f_without")
        t.check(len(plain) > 3, f"enter {compiler.cc}: the function is not found")
        for name in ("f_with", "f_legacy"):
            tried = until_call(done.stdout, name)
            t.check(tried == plain, f"enter {compiler.cc}: {name} has {tried} before its call, not {plain}")


PROGRAM_RUNS = [["direct,passed,again,many,untouched,levels,left"], ["uncaught"], ["endless"]] + [
    [name, str(i)] for name in ("indirect", "results", "older", "grown") for i in range(4)]
PROGRAM_WAYS = [["-O0", "--exceptions=jumps"], ["-O2", "--exceptions=jumps", "--memory=bounds"],
                ["-O2", "--exceptions=jumps", "--interruptible", "--no-fixed-tables"],
                ["-O2", "--exceptions=jumps", "--no-closed-world", "--no-joined-memory"],
                ["-O2", "--exceptions=jumps", "--lazy-groups"], ["-O1", "--exceptions=tests"]]


def outcomes(command, *more):
    """What the runs print, and how they end; of a trap's lines the first."""
    found = []
    for export, *args in PROGRAM_RUNS:
        env = dict(os.environ, W2C_RUN="--invoke=" + export)
        done = t.run([*command, *(["--invoke=" + export, *more] if more else []), *args], env=env)
        said = done.stderr.split(": ", 1)[-1].splitlines()[:1]
        found.append((export, args, done.returncode, done.stdout, said))
    return found


def check_programs(folder):
    """The same program, interpreted and in every way of throwing."""
    module = os.path.join(HERE, "jumps.wasm")
    wanted = outcomes([t.W2C, "run"], module)
    t.check([w[2] for w in wanted].count(0) > 12, f"jumps: interpreted: {wanted}")
    for compiler in t.program_compilers():
        for way in PROGRAM_WAYS:
            # tail calls and lazy groups do not go together
            source = os.path.join(HERE, "plenty.wasm") if "--lazy-groups" in way else module
            what, out = f"jumps {compiler} {' '.join(way)}", os.path.join(folder, "jumps")
            done = t.w2c("build", source, "-o", out, "--cc=" + compiler, *way)
            if not t.check(done.returncode == 0, f"{what}: {done.stderr}"):
                continue
            if source == module:
                found = outcomes([out])
                t.check(found == wanted, f"{what}: {[f for f, w in zip(found, wanted) if f != w]}, not interpreted's")
            else:
                t.check(t.run([out]).returncode == 0, what + ": does not run")


def check_choice(folder):
    """Where exceptions jump when nothing is said: in whole programs with few calls inside of tries."""
    for name, way, jumps in [("plenty", [], True), ("plenty", ["--no-closed-world"], False),
                             ("plenty", ["--exceptions=tests"], False), ("jumps", [], False)]:
        kept = os.path.join(folder, "kept")
        done = t.w2c("build", os.path.join(HERE, name + ".wasm"), "-o", os.path.join(folder, "p"), "--keep=" + kept, *way)
        if not t.check(done.returncode == 0, f"{name} {way}: {done.stderr}"):
            continue
        with open(os.path.join(kept, "app.c")) as file:
            text = file.read()
        t.check(("w2c_unwind()" in text) == jumps, f"{name} {way}: exceptions {'do not ' if jumps else ''}jump")


def check_mixed(folder):
    """Modules that pass exceptions on in two ways are not linked."""
    compiler = t.compilers()[0]
    sources = (translate(folder, [], ["thrower"]) or []) + (translate(folder, ["--exceptions=jumps"], ["catcher"]) or [])
    program = os.path.join(folder, "mixed")
    good = t.compile_c(compiler.cc, [*sources, os.path.join(HERE, "eh.c"), *t.runtime(compiler, folder)], program, "-O0",
                       "-I" + folder, link=True)
    if not t.check(good, "mixed: does not compile"):
        return
    done = t.run([program])
    t.check(done.returncode == 1 and done.stdout.startswith("catcher: module catcher is linked with one whose exceptions"),
            f"mixed: exit {done.returncode}\n{done.stdout}{done.stderr}")


def main():
    with t.temp_dir() as folder:
        n = 0
        for compiler in t.compilers():
            for level, *mode in MODES:
                    n += 1
                    place = os.path.join(folder, str(n))
                    os.mkdir(place)
                    for name, modules in PROGRAMS:
                        run_all(place, mode, compiler, [level], name, modules)
        check_programs(folder)
        check_choice(folder)
        check_mixed(folder)
        check_nothing_thrown(folder)
        check_only_what_may(folder)
        if os.uname().machine == "x86_64":
            check_entering(folder)
    t.finish("eh")


main()
