"""check_tail.py: tail calls (tail.c) with every compiler: first.wasm and second.wasm linked together, by
musttail where there is one, by trampoline, and one of each; large.wasm, made here: a function with a large
frame that takes part; slots.wasm, made here: every kind of slot of a table that never changes, called with few
types and with many; recursion.wasm: what recurses through tail calls ends in a trap. --long: more levels."""
import os
import sys
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "compile"))
from w2ctest import (CXX_FLAGS, I32, I64, TESTS, WARNINGS, body, check, compile_c, compilers, finish, functype, leb,
                     module, name, parallel, run, runtime, section, sleb, temp_dir, vec, w2c)

LONG = "--long" in sys.argv
HERE = os.path.join(TESTS, "tail")
GET, SET, SUB, CALL, TAIL = b"\x20", b"\x21", b"\x6b", b"\x10", b"\x12"
LARGE = """
#include "large.h"
#include <stdio.h>
int main(void) {
    large *m;
    uint32_t r = 0;
    w2c_config config = {.stack_bytes = 1 << 20}, small = {.stack_bytes = 64 << 10};
    if (large_new(&m, NULL, &config) != W2C_OK) return 1;
    if (large_x_run(m, 20000, &r) != W2C_OK || r != 77) return printf("run: %u\\n", r), 2;
    if (large_x_fall(m, 100000, &r) != W2C_TRAP_STACK_EXHAUSTED) return puts("it fell"), 3;
    if (large_x_run(m, 5, &r) != W2C_OK || r != 77) return puts("again"), 4;
    large_delete(m);
    if (large_new(&m, NULL, &small) != W2C_OK) return 5;
    w2c_status status = large_x_run(m, 5, &r); /* frames of optimised code may be small enough */
    if (status != W2C_OK && status != W2C_TRAP_STACK_EXHAUSTED) return puts("small"), 6;
    large_delete(m);
    return 0;
}
"""


def large():
    """run: 0 -> 77, n -> pass(n - 1), with 9,000 locals; pass: run; fall: the same as run, but a plain call"""
    def const(n):
        return b"\x41" + sleb(n)

    less = GET + leb(0) + const(1) + SUB
    use = b"".join(GET + leb(0) + b"\xad" + SET + leb(k * 30 + 1) for k in range(300))  # i64.extend_i32_u
    used = b"".join(GET + leb(k * 30 + 1) + b"\xa7" + b"\x6a" for k in range(300))       # i32.wrap_i64, i32.add
    end = GET + leb(0) + b"\x45\x04\x40" + const(77) + b"\x0f\x0b"
    keep = GET + leb(0) + b"\x41\x7f\x46\x04\x40" + const(0) + used + b"\x0f\x0b"      # if -1: their sum
    run_code = use + end + keep + less + TAIL + leb(1)
    fall_code = use + end + keep + less + CALL + leb(2) + used
    return module(section(1, vec([functype([I32], [I32])])), section(3, vec([leb(0)] * 3)),
                  section(7, vec([name("run") + b"\0" + leb(0), name("fall") + b"\0" + leb(2)])),
                  section(10, vec([body(run_code, [(9000, I64)]), body(GET + leb(0) + TAIL + leb(0)),
                                   body(fall_code, [(9000, I64)])])))


RECURSION = """
#include "recursion.h"
#include <stdio.h>
typedef w2c_status Way(recursion *, uint32_t, uint32_t *);
int main(void) {
    Way *const ways[] = {recursion_x_direct, recursion_x_indirect, recursion_x_ref, recursion_x_loop, recursion_x_quiet};
    recursion *m;
    w2c_config config = {.stack_bytes = 128 << 10};
    if (recursion_new(&m, NULL, &config) != W2C_OK) return 1;
    for (unsigned way = 0; way < 5; way++)
        for (unsigned k = 0; k < 4; k++) {
            uint32_t depth = k % 2 ? 1000000000 : 60 + k, r = 0;
            w2c_status want = k % 2 && way < 4 ? W2C_TRAP_STACK_EXHAUSTED : W2C_OK;
            w2c_status status = ways[way](m, depth, &r);
            if (status != want || (status == W2C_OK && r != depth))
                return printf("way %u, depth %u: %s, %u\\n", way, depth, w2c_status_text(status), r), 2;
        }
    recursion_delete(m);
    return 0;
}
"""


def recursion_program(temp, compiler, flags, options=()):
    what = f"recursion {compiler} {' '.join(flags)} {' '.join(options)}"
    folder = os.path.join(temp, what.replace(" ", "_"))
    os.makedirs(folder)
    sources = translate(os.path.join(HERE, "recursion.wasm"), folder, "guard", options, what)
    with open(os.path.join(folder, "recursion.c")) as f:
        checked = {text.split("(")[0] for text in f.read().split("\n/* ")
                   if "W2C_ENTER(m)" in text.split("\n/* ---- exports")[0]}
    for function in "direct: indirect: ref: loop_2: quiet:".split():
        where = {name for name in checked if name.startswith(function)}
        check(bool(where) == (function != "quiet:" or "--no-stack-analysis" in options),
              f"{what}: {function} is {'checked' if where else 'not checked'}")
    made = objects(compiler, sources, flags, False, what)
    with open(os.path.join(folder, "main.c"), "w") as f:
        f.write(RECURSION)
    if made:
        link(compiler, folder, os.path.join(folder, "main.c"), made, what, ())


FILLED = 4096
SLOTS = """
#include "slots.h"
#include <stdio.h>
static slots *m;
static w2c_status go(unsigned type, uint32_t i, uint32_t *r) {
    switch (type) {
GO    default: return W2C_TRAP_HOST;
    }
}
int main(void) {
    static const uint32_t places[] = {0, 1, 2, 3, 4, 5, 6, 7, FILLED - 2, FILLED - 1, FILLED, FILLED + 100, 2 * FILLED - 1,
                                      2 * FILLED, 0x80000000u, UINT32_MAX};
    int failed = 0;
    if (slots_new(&m, NULL, NULL) != W2C_OK) return 1;
    for (unsigned type = 0; type < TYPES; type++)
        for (unsigned k = 0; k < sizeof places / sizeof *places; k++) {
            uint32_t i = places[k], r = 0;
            w2c_status want = i >= 2 * FILLED ? W2C_TRAP_UNDEFINED_ELEMENT
                              : i >= FILLED   ? W2C_TRAP_NULL_ELEMENT
                              : i % TYPES == type ? W2C_OK : W2C_TRAP_CALL_TYPE;
            w2c_status status = go(type, i, &r);
            if (status == want && (status != W2C_OK || r == 100 + type)) continue;
            printf("type %u, slot %u: status %d, %u\\n", type, i, status, r);
            failed = 1;
        }
    slots_delete(m);
    return failed;
}
"""


def slots(types):
    """Function k of type k, k + 1 parameters, gives 100 + k; go_k: a tail call of slot i with type k. The table has
    the functions in turns, then as many empty slots."""
    def const(n):
        return b"\x41" + sleb(n)

    all_types = [functype([I32] * (k + 1), [I32]) for k in range(types)]
    bodies = [body(const(100 + k)) for k in range(types)]
    bodies += [body(const(0) * (k + 1) + GET + leb(0) + b"\x13" + leb(k) + leb(0)) for k in range(types)]
    return module(section(1, vec(all_types)), section(3, vec([leb(k) for k in range(types)] + [leb(0)] * types)),
                  section(4, vec([b"\x70\x01" + leb(2 * FILLED) * 2])),
                  section(7, vec([name(f"go_{k}") + b"\0" + leb(types + k) for k in range(types)])),
                  section(9, vec([b"\0" + const(0) + b"\x0b" + vec([leb(i % types) for i in range(FILLED)])])),
                  section(10, vec(bodies)))


def slots_program(temp, compiler, flags, types, options=()):
    what = f"slots {types} {compiler} {' '.join(flags)} {' '.join(options)}"
    folder = os.path.join(temp, what.replace(" ", "_"))
    os.makedirs(folder)
    with open(os.path.join(folder, "slots.wasm"), "wb") as f:
        f.write(slots(types))
    sources = translate(os.path.join(folder, "slots.wasm"), folder, "guard", options, what)
    with open(os.path.join(folder, "slots.c")) as f:
        text = f.read()
    wanted = "" if "--no-fixed-tables" in options else "W2C_TAIL_SLOT_FUNC" if types < 4 else "W2C_TAIL_FIXED_FUNC"
    check(wanted in text, what + ": the C has no " + wanted)
    made = objects(compiler, sources, flags, False, what)
    calls = "".join(f"    case {k}: return slots_x_go_{k}(m, i, r);\n" for k in range(types))
    with open(os.path.join(folder, "main.c"), "w") as f:
        f.write(SLOTS.replace("GO", calls).replace("FILLED", f"{FILLED}u").replace("TYPES", f"{types}u"))
    if made:
        link(compiler, folder, os.path.join(folder, "main.c"), made, what, ())


def translate(wasm, folder, memory, options, what):
    stem = os.path.splitext(os.path.basename(wasm))[0]
    done = w2c(wasm, "-o", os.path.join(folder, stem + ".c"), "--memory=" + memory, *options)
    check(done.returncode == 0, what + ": " + done.stderr)
    return [os.path.join(folder, f) for f in os.listdir(folder) if f.startswith(stem) and f.endswith(".c")]


def objects(compiler, sources, flags, cplusplus, what):
    language = CXX_FLAGS if cplusplus else ["-std=c11"]
    made = [f[:-2] + ".o" for f in sources]
    good = [compile_c(compiler.cxx if cplusplus else compiler.cc, [s], o, *language, *flags, *WARNINGS)
            for s, o in zip(sources, made)]
    return made if check(all(good), what + ": does not compile") else None


def program(temp, compiler, flags, memory="guard", options=(), second=None, cplusplus=False, steps=()):
    """first.wasm with these flags; second.wasm with the same, or with the compiler and flags in `second`."""
    what = f"tail {compiler} {' '.join(flags)} {memory} {' '.join(options)}{' C++' if cplusplus else ''}"
    if second:
        what += f" with {second[0]} {' '.join(second[1])}"
    folder = os.path.join(temp, what.replace(" ", "_").replace("/", "_"))
    os.makedirs(folder)
    made = objects(compiler, translate(os.path.join(HERE, "first.wasm"), folder, memory, options, what), flags,
                   cplusplus, what)
    other, other_flags = second or (compiler, flags)
    more = objects(other, translate(os.path.join(HERE, "second.wasm"), folder, memory, options, what), other_flags,
                   cplusplus, what)
    if made and more:
        link(compiler, folder, os.path.join(HERE, "tail.c"), made + more, what, steps)


def large_program(temp, compiler, flags):
    what = f"large {compiler} {' '.join(flags)}"
    folder = os.path.join(temp, what.replace(" ", "_"))
    os.makedirs(folder)
    with open(os.path.join(folder, "large.wasm"), "wb") as f:
        f.write(large())
    made = objects(compiler, translate(os.path.join(folder, "large.wasm"), folder, "guard", [], what), flags, False,
                   what)
    with open(os.path.join(folder, "main.c"), "w") as f:
        f.write(LARGE)
    if made:
        link(compiler, folder, os.path.join(folder, "main.c"), made, what, ())


def link(compiler, folder, source, made, what, arguments):
    exe = os.path.join(folder, "program")
    if check(compile_c(compiler.cc, [source, *made, *compiler.runtime], exe, "-std=c11", "-O1", "-I" + folder,
                       link=True), what + ": does not link"):
        ran = run([exe, *arguments])
        check(ran.returncode == 0, f"{what}: exit {ran.returncode}\n{ran.stdout}{ran.stderr}")


def main():
    jobs = []
    with temp_dir() as temp:
        def add(call, *arguments, **more):
            jobs.append(lambda: call(temp, *arguments, **more))

        every = compilers()
        for compiler in every:
            runtime(compiler, temp)
            for level in ("-O0", "-O1", "-O2", "-O3") if LONG else ("-O0", "-O2"):
                add(program, compiler, [level])
                add(large_program, compiler, [level])
                add(recursion_program, compiler, [level])
                for types in 2, 5:
                    add(slots_program, compiler, [level], types)
                if compiler.cc != "gcc":
                    add(program, compiler, [level, "-DW2C_TRAMPOLINE"], steps=["1000", "100001"])
                    add(large_program, compiler, [level, "-DW2C_TRAMPOLINE"])
                if compiler.cxx and (LONG or level == "-O2"):
                    add(program, compiler, [level], cplusplus=True, steps=["1000", "100001"])
            add(program, compiler, ["-O2"], "bounds", ["--groups=3"], steps=["1000", "100001"])
            add(program, compiler, ["-O2", "-DW2C_NO_TAIL_BASE"], steps=["1000", "100001"])
            add(slots_program, compiler, ["-O1", "-DW2C_TRAMPOLINE"], 2)
            add(slots_program, compiler, ["-O1"], 2, ["--no-fixed-tables"])
            add(recursion_program, compiler, ["-O1", "-DW2C_TRAMPOLINE"])
            add(recursion_program, compiler, ["-O2"], ["--no-stack-analysis"])
            add(recursion_program, compiler, ["-O2"], ["--no-fixed-tables"])
        # one way of tail calls in the one module, the other in the other: right, but not in constant stack
        for a, b in (("", "-DW2C_TRAMPOLINE"), ("-DW2C_TRAMPOLINE", ""), ("-DW2C_NO_TAIL_BASE", "")):
            for compiler in every:
                add(program, compiler, ["-O1", *a.split()], second=(every[-1], ["-O1", *b.split()]),
                    steps=["20", "21"])
        parallel(jobs)
    finish("tail")


main()
