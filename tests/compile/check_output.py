"""check_output.py: what is written, and when: the same bytes whatever -j says and however often; nothing
touched that has not changed; one function more changes few files; two modules live in one program; objects
of different memory modes do not link."""
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from w2ctest import (I32, TESTS, body, check, compile_c, compilers, finish, functype, leb, module, name, name_section, run,
                     runtime, section, sleb, temp_dir, vec, w2c)


def files_of(folder):
    found = {}
    for f in sorted(os.listdir(folder)):
        with open(os.path.join(folder, f), "rb") as opened:
            found[f] = opened.read()
    return found


def stamps(folder):
    return {f: (os.stat(os.path.join(folder, f)).st_mtime_ns, os.stat(os.path.join(folder, f)).st_ino)
            for f in os.listdir(folder)}


def chain(names):
    """A module of named functions, each of which calls the one before, all but the first."""
    bodies = []
    for k, n in enumerate(names):
        code = b"\x20\0\x41" + sleb(len(n)) + b"\x6a"
        code += b"".join(b"\x41" + sleb(ord(c)) + b"\x73" for c in n * 8)
        bodies.append(body(code + (b"\x10" + leb(k - 1) if k else b"")))
    return module(section(1, vec([functype([I32], [I32])])), section(3, vec([b"\0"] * len(names))),
                  section(7, vec([name("last") + b"\0" + leb(len(names) - 1)])), section(10, vec(bodies)),
                  name_section(dict(enumerate(names))))


def write(path, data):
    with open(path, "wb") as f:
        f.write(data)
    return path


def deterministic(temp):
    wasm = write(os.path.join(temp, "chain.wasm"), chain([f"function_{k}" for k in range(80)]))
    for source in (wasm, os.path.join(TESTS, "ops", "effects.wasm"), os.path.join(TESTS, "golden", "tables.wasm")):
        seen = []
        for i, options in enumerate((["-j1"], ["-j1"], ["-j2"], ["-j7"])):
            folder = os.path.join(temp, f"same-{os.path.basename(source)}-{i}")
            os.makedirs(folder)
            done = w2c(source, "-o", os.path.join(folder, "m.c"), "--groups=5", *options)
            check(done.returncode == 0, done.stderr)
            seen.append(files_of(folder))
        check(len(seen[0]) == 8, f"{source}: files {sorted(seen[0])}, wanted m.c m.h m.private.h and five groups")
        for other in seen[1:]:
            check(seen[0] == other, f"{source}: -j changes the output")
        listed = w2c(source, "-o", os.path.join(folder, "m.c"), "--groups=5", "--list-outputs").stdout.split()
        check(sorted(os.path.basename(f) for f in listed) == sorted(seen[0]), f"--list-outputs: {listed}")


def untouched(temp):
    folder = os.path.join(temp, "again")
    os.makedirs(folder)
    names = [f"function_{k}" for k in range(80)]
    wasm = write(os.path.join(temp, "again.wasm"), chain(names))
    command = [wasm, "-o", os.path.join(folder, "m.c"), "--group-size=400"]
    first = w2c(*command)
    check(first.returncode == 0 and "wrote" in first.stdout, first.stderr)
    before = stamps(folder)
    check(len(before) > 8, f"few files: {sorted(before)}")
    second = w2c(*command)
    check(stamps(folder) == before, "a second translation touched files")
    check("wrote" not in second.stdout and second.stdout.count("unchanged") == len(before), second.stdout)
    for place in (1, 40, 79):
        content = files_of(folder)
        write(wasm, chain(names[:place] + ["added"] + names[place:]))
        check(w2c(*command).returncode == 0, "does not translate with a function more")
        after = files_of(folder)
        changed = [f for f in after if f.endswith(".c") and f != "m.c" and content.get(f) != after[f]]
        check(len(changed) <= 2, f"a function added at {place} changes {len(changed)} groups: {changed}")
        write(wasm, chain(names))
        w2c(*command)


TWO = """
#include "one.h"
#include "two.h"
int main(void) {
    one *a;
    two *b;
    uint32_t x = 0, y = 0;
    if (!w2c_init_traps() || one_new(&a, NULL, NULL) != W2C_OK || two_new(&b, NULL, NULL) != W2C_OK) return 2;
    if (one_x_last(a, 5, &x) != W2C_OK || two_x_last(b, 5, &y) != W2C_OK) return 3;
    one_delete(a);
    two_delete(b);
    return x == y ? 0 : 1;
}
"""


def two_modules(temp, compiler):
    folder = os.path.join(temp, "two-" + compiler.cc)
    os.makedirs(folder)
    wasm = write(os.path.join(folder, "in.wasm"), chain(["a", "b", "c", "malloc", "main"]))
    sources = []
    for stem, options in (("one", ["--groups=2"]), ("two", ["--memory=bounds"])):
        done = w2c(wasm, "-o", os.path.join(folder, stem + ".c"), *options)
        check(done.returncode == 0, done.stderr)
    with open(os.path.join(folder, "driver.c"), "w") as f:
        f.write(TWO)
    sources = [os.path.join(folder, f) for f in os.listdir(folder) if f.endswith(".c")]
    exe = os.path.join(folder, "program")
    if check(compile_c(compiler.cc, [*sources, *compiler.runtime], exe, "-std=c11", "-O1", "-I" + folder, link=True),
             f"{compiler}: two modules do not link"):
        check(run([exe]).returncode == 0, f"{compiler}: two modules in one program do not agree")


def modes_do_not_mix(temp, compiler):
    objects = {}
    wasm = write(os.path.join(temp, "mix.wasm"), chain(["a", "b", "c", "d"]))
    for memory, options in (("guard", ["--memory=guard"]), ("bounds", ["--memory=bounds"]), ("static", ["--memory=static"]),
                            ("fixed", ["--fixed-base"])):
        folder = os.path.join(temp, f"mix-{memory}-{compiler.cc}")
        os.makedirs(folder)
        check(w2c(wasm, "-o", os.path.join(folder, "mix.c"), *options, "--groups=2").returncode == 0, "mix")
        for f in ("mix.c", "mix.1.c", "mix.2.c"):
            objects[memory, f] = os.path.join(folder, f[:-2] + ".o")
            check(compile_c(compiler.cc, [os.path.join(folder, f)], objects[memory, f], "-std=c11", "-O1"), f)
    main_c = write(os.path.join(temp, "mix_main.c"), b"#include \"mix.h\"\nint main(void) { mix *m; return (int)mix_new(&m, 0, 0); }\n")
    def link(*parts):
        include = "-I" + os.path.join(temp, f"mix-guard-{compiler.cc}")
        return compile_c(compiler.cc, [main_c, *[objects[p] for p in parts], *compiler.runtime],
                         os.path.join(temp, "mixed"), "-std=c11", include, link=True, quiet=True)
    check(link(("guard", "mix.c"), ("guard", "mix.1.c"), ("guard", "mix.2.c")), "objects of one mode do not link")
    check(not link(("guard", "mix.c"), ("guard", "mix.1.c"), ("bounds", "mix.2.c")), "a group of another mode links")
    check(not link(("bounds", "mix.c"), ("guard", "mix.1.c"), ("guard", "mix.2.c")), "groups of another mode link")
    check(not link(("static", "mix.c"), ("bounds", "mix.1.c"), ("bounds", "mix.2.c")), "bounds and static link")
    check(not link(("guard", "mix.c"), ("fixed", "mix.1.c"), ("fixed", "mix.2.c")), "any base and a fixed one link")


def main():
    with temp_dir() as temp:
        deterministic(temp)
        untouched(temp)
        for compiler in compilers():
            runtime(compiler, temp)
            two_modules(temp, compiler)
            modes_do_not_mix(temp, compiler)
    finish("outputs")


main()
